/* verify, what counts: kinds of subject and the layout of their records, anchors,
 * windows, campaigns, measures. */
#include "program/program.h"
#include "program/program_rows.h"

/* More state than any subject of a program within the limits has. */
#define VERIFY_RECORD_MAX (UINT32_C(1) << 30)

bool prm__verify_duration(prm__duration duration, bool required)
{
    if (duration.reserved != 0 || duration.unit > PRM_UNIT_MONTH)
        return false;
    return required ? duration.count > 0 : duration.count >= 0;
}

bool prm__verify_kind_within(const prm_program *program, uint32_t part, uint32_t whole)
{
    if (part == whole)
        return true;
    if (program->kinds[part].link != PRM_LINK_NONE)
        return false;
    const prm__p_kind *a = &program->kinds[part], *b = &program->kinds[whole];
    for (uint32_t i = 0; i < a->key_count; i++) {
        uint32_t j = 0;
        while (j < b->key_count && b->keys[j] != a->keys[i])
            j++;
        if (j == b->key_count)
            return false;
    }
    return true;
}

bool prm__verify_measure_of(const prm_program *program, uint32_t measure, uint32_t kind)
{
    if (measure >= program->measures_count)
        return false;
    uint32_t subject = program->measures[measure].subject;
    return subject == kind ||
           (program->kinds[kind].link == PRM_LINK_NONE && prm__verify_kind_within(program, subject, kind));
}

/* ---- Kinds ---- */

static bool verify_kind(const prm_program *program, const prm__p_kind *kind)
{
    if (kind->key_count > PRM_KIND_KEYS || kind->record_size % 16 != 0 ||
        kind->record_size > VERIFY_RECORD_MAX || kind->has_rates > 1 || kind->link > PRM_LINK_PARENT ||
        (kind->link != PRM_LINK_NONE && kind->key_count != 0))
        return false;
    for (uint32_t i = 0; i < kind->key_count; i++) {
        if (kind->keys[i] >= program->names_count || kind->keys[i] == PRM_NAME_PARTNER)
            return false;
        for (uint32_t j = 0; j < i; j++)
            if (kind->keys[j] == kind->keys[i])
                return false;
    }
    return true;
}

static const char *verify_kinds(const prm_program *program)
{
    const prm__p_kind *kinds = program->kinds;
    if (program->kinds_count <= PRM_KIND_REP || kinds[PRM_KIND_PARTNER].key_count != 0 ||
        kinds[PRM_KIND_PARTNER].link != PRM_LINK_NONE || kinds[PRM_KIND_REP].key_count != 1 ||
        kinds[PRM_KIND_REP].keys[0] != PRM_NAME_REP)
        return "the kinds of partner and rep are missing";
    uint32_t linked[PRM_LINK_PARENT + 1] = {0};
    for (uint32_t i = 0; i < program->kinds_count; i++) {
        if (!verify_kind(program, &kinds[i]))
            return "a kind of subject is wrong";
        if (++linked[kinds[i].link] > 1 && kinds[i].link != PRM_LINK_NONE)
            return "two kinds of subject are one";
    }
    return NULL;
}

/* ---- Anchors, windows, measures ---- */

static const char *verify_anchors(const prm_program *program)
{
    const prm__p_anchor *rows = program->anchors;
    for (uint32_t i = 0; i < program->anchors_count; i++) {
        if (rows[i].type >= program->types_count || rows[i].kind >= program->kinds_count ||
            rows[i].offset % 8 != 0)
            return "an anchor is wrong";
        if (i > 0 && (rows[i].type < rows[i - 1].type ||
                      (rows[i].type == rows[i - 1].type && rows[i].kind <= rows[i - 1].kind)))
            return "anchors are not sorted";
    }
    return NULL;
}

static bool verify_window(const prm_program *program, const prm__p_window *window)
{
    if (window->kind >= PRM_WINDOW_KINDS || window->period > PRM_PERIOD_FISCAL_YEAR || window->reserved != 0)
        return false;
    const prm__window_def *def = prm__catalog_window(window->kind);
    if (!prm__verify_duration(window->duration, def->needs_duration) ||
        (!def->needs_duration && window->duration.count != 0))
        return false;
    return def->needs_anchor ? window->anchor < program->anchors_count : window->anchor == PRM_NO_INDEX;
}

bool prm__verify_window_of(const prm_program *program, uint32_t window, uint32_t kind)
{
    if (window >= program->windows_count || kind >= program->kinds_count)
        return false;
    uint32_t anchor = program->windows[window].anchor;
    return anchor == PRM_NO_INDEX || prm__verify_kind_within(program, program->anchors[anchor].kind, kind);
}

static const char *verify_actives(const prm_program *program)
{
    for (uint32_t i = 0; i < program->actives_count; i++)
        if (program->actives[i].from >= program->actives[i].until)
            return "a campaign is over before it begins";
    return NULL;
}

static bool verify_measure(const prm_program *program, const prm__p_measure *measure)
{
    if (measure->kind >= PRM_MEASURE_KINDS || measure->offset % 16 != 0 ||
        !prm__verify_window_of(program, measure->window, measure->subject) ||
        !prm__verify_expr(program, measure->filter, PRM_TYPE_BOOLEAN) ||
        !prm__verify_optional(measure->active, program->actives_count) ||
        (measure->inner == PRM_NO_INDEX) != (measure->kind != PRM_MEASURE_STREAK))
        return false;
    switch (prm__catalog_measure(measure->kind)->field) {
    case PRM_MEASURE_NO_FIELD:
        return measure->name == PRM_NO_INDEX;
    case PRM_MEASURE_NUMBER_FIELD:
    case PRM_MEASURE_ANY_FIELD:
        return measure->name < program->names_count;
    case PRM_MEASURE_REP_FIELD:
        return measure->name == PRM_NAME_REP;
    }
    return false; /* LCOV_EXCL_LINE every kind of field is above */
}

/* A streak follows a comparison of a measure before it, over the same calendar windows. The
 * conditions themselves are sound. */
static bool verify_streak(const prm_program *program, uint32_t index)
{
    const prm__p_measure *streak = &program->measures[index];
    if (streak->inner >= program->conditions_count)
        return false;
    const prm__p_condition *inner = &program->conditions[streak->inner];
    if (!prm__verify_is_comparison(inner->kind) || inner->measure >= index)
        return false;
    const prm__p_measure *measure = &program->measures[inner->measure];
    const prm__p_window *window = &program->windows[streak->window];
    return measure->kind != PRM_MEASURE_STREAK && measure->subject == streak->subject &&
           measure->window == streak->window && window->kind == PRM_WINDOW_LIFE &&
           window->period != PRM_PERIOD_NONE;
}

const char *prm__verify_streaks(const prm_program *program)
{
    for (uint32_t i = 0; i < program->measures_count; i++)
        if (program->measures[i].kind == PRM_MEASURE_STREAK && !verify_streak(program, i))
            return "a streak is wrong";
    return NULL;
}

const char *prm__verify_subjects(const prm_program *program)
{
    const char *wrong = verify_kinds(program);
    if (wrong == NULL)
        wrong = verify_anchors(program);
    if (wrong == NULL)
        wrong = verify_actives(program);
    for (uint32_t i = 0; i < program->windows_count && wrong == NULL; i++)
        if (!verify_window(program, &program->windows[i]))
            wrong = "a window is wrong";
    for (uint32_t i = 0; i < program->measures_count && wrong == NULL; i++)
        if (!verify_measure(program, &program->measures[i]))
            wrong = "a measure is wrong";
    return wrong;
}
