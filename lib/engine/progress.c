#include "engine/progress.h"
#include "base/sort.h"
#include "engine/ask.h"
#include "engine/condition.h"
#include "engine/rank.h"
#include "engine/subject.h"
#include <string.h>

static prm_text progress_key(const prm_engine *engine, const prm__subject *subject, uint32_t name)
{
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    for (uint32_t i = 0; i < kind->key_count; i++)
        if (kind->keys[i] == name)
            return prm__engine_text(engine, subject->keys[i]);
    return prm__engine_text(engine, 0);
}

static int progress_compare(const void *a, const void *b, const void *context)
{
    const prm_engine *engine = context;
    const prm__progress_item *left = a, *right = b;
    if (left->rule != right->rule)
        return left->rule < right->rule ? -1 : 1;
    if (left->partner != right->partner)
        return prm__bytes_compare(prm__engine_text(engine, prm__engine_partner(engine, left->partner)->key),
                                  prm__engine_text(engine, prm__engine_partner(engine, right->partner)->key));
    return prm__subject_compare(engine, prm__subject_at(engine, left->subject),
                                prm__subject_at(engine, right->subject));
}

/* Where the window lies for the subject in at_subjects; the state is open, waiting for its
 * anchor, or missed. */
static void progress_window(prm_engine *engine, const prm__p_window *window, prm__progress_item *item)
{
    const prm_program *program = engine->program;
    item->state = PRM_STATE_OPEN;
    item->start = PRM_NO_TIME;
    item->end = PRM_NO_TIME;
    if (window->period != PRM_PERIOD_NONE) {
        const prm__window_span *span = prm__engine_window(engine, window->period, engine->clock);
        item->start = span->start;
        item->end = span->end;
    }
    if (window->anchor == PRM_NO_INDEX)
        return;
    const prm__p_anchor *anchor = &program->anchors[window->anchor];
    uint32_t handle = engine->at_subjects[anchor->kind];
    const prm__anchor_state *state = NULL;
    if (handle != PRM_NONE)
        state = prm__subject_state(prm__subject_at(engine, handle), anchor->offset);
    if (!state || !state->set) {
        item->state = PRM_STATE_WAITING;
        return;
    }
    int64_t end =
        prm__catalog_window(window->kind)->end(&program->calendar.zone, window->duration, state->time);
    if (item->start == PRM_NO_TIME || state->time > item->start)
        item->start = state->time;
    if (end != INT64_MAX && (item->end == PRM_NO_TIME || end < item->end))
        item->end = end;
    if (end <= engine->clock)
        item->state = PRM_STATE_MISSED;
}

/* The window that a rule's progress is told by: that of its only measure, else its own. */
static const prm__p_window *progress_window_of(const prm_program *program, const prm__p_rule *rule)
{
    if (rule->single == PRM_NO_INDEX || program->conditions[rule->single].measure == PRM_NO_INDEX)
        return &program->windows[rule->window];
    return &program->windows[program->measures[program->conditions[rule->single].measure].window];
}

/* The next tier that the occasion has not reached; false, with the last one, when all are. */
static bool progress_next_tier(const prm__asking *asking, const prm__p_rule *rule, uint64_t reached,
                               prm__decimal *target)
{
    const prm_program *program = asking->engine->program;
    for (uint32_t i = 0; i < rule->tier_count; i++) {
        const prm__p_tier *tier = &program->tiers[rule->first_tier + i];
        bool known = prm__condition_threshold(asking, tier->threshold, tier->attribute, target);
        if (known && !(reached >> i & 1))
            return true;
    }
    return false;
}

/* What the number has to become next, and whether there is nothing more to reach. */
static bool progress_target(const prm__asking *asking, const prm__p_rule *rule, prm__subject *subject,
                            prm__decimal *target, bool *reached)
{
    const prm__p_condition *row = &asking->engine->program->conditions[rule->single];
    bool fired = prm__ask_has_fired(asking, rule, subject);
    int64_t before = 0;
    if (prm__form_has_more(rule->form))
        before = ((const prm__rule_more *)prm__subject_state(subject, rule->offset))->reached;
    *reached = fired;
    if (rule->form == PRM_FORM_TIERS) {
        *reached = !progress_next_tier(asking, rule, fired ? (uint64_t)before : 0, target);
        return true;
    }
    if (!prm__condition_threshold(asking, row->threshold, row->attribute, target))
        return false;
    if (rule->form == PRM_FORM_EVERY) {
        *reached = false;
        *target *= (fired ? before : 0) + 1;
    }
    prm__decimal next = *target;
    return next < PRM_DECIMAL_LIMIT && next > -PRM_DECIMAL_LIMIT;
}

static void progress_numbers(const prm__asking *asking, const prm__p_rule *rule, prm__subject *subject,
                             prm__progress_item *item, bool *reached)
{
    const prm__rule_more *more = prm__subject_state(subject, rule->offset);
    *reached = rule->form == PRM_FORM_WHILE ? more->inside != PRM_SPELL_NONE
                                            : prm__ask_has_fired(asking, rule, subject);
    if (rule->single == PRM_NO_INDEX)
        return;
    prm__decimal target = 0;
    bool done = *reached, has_target = progress_target(asking, rule, subject, &target, &done);
    prm__value number = prm__ask_value(asking, rule);
    item->has_value = number.type == PRM_TYPE_NUMBER && has_target;
    if (item->has_value && rule->form == PRM_FORM_CONTEST)
        item->has_value = PRM_PROGRESS_NO_TARGET;
    item->value = item->has_value ? number.number : 0;
    item->target = item->has_value ? target : 0;
    if (rule->form != PRM_FORM_WHILE)
        *reached = done;
}

static void progress_fill(prm_engine *engine, const prm__p_rule *rule, prm__progress_item *item)
{
    prm__subject *subject = prm__subject_at(engine, item->subject);
    const prm__asking asking = {engine, item->partner, NULL, {engine->clock, PRM_PLACE_AHEAD, 0}};
    bool reached;
    prm__subject_aim(engine, subject, item->subject);
    progress_window(engine, progress_window_of(engine->program, rule), item);
    progress_numbers(&asking, rule, subject, item, &reached);
    if (reached)
        item->state = PRM_STATE_REACHED;
    else if (!prm__ask_active(engine, rule, engine->clock))
        item->state = PRM_STATE_INACTIVE;
    else if (!prm__ask_eligible(&asking, rule))
        item->state = PRM_STATE_NOT_ELIGIBLE;
}

/* Whether the subject is still there: neither its partner nor its rep has left. */
static bool progress_present(prm_engine *engine, const prm__partner *partner, uint32_t handle)
{
    const prm__subject *subject = prm__subject_at(engine, handle);
    if (!(subject->flags & PRM_SUBJECT_EXISTS) || partner->flags & PRM_PARTNER_LEFT)
        return false;
    prm__subject_aim(engine, subject, handle);
    uint32_t rep = engine->at_subjects[PRM_KIND_REP];
    return rep == PRM_NONE || !(prm__subject_at(engine, rep)->flags & PRM_SUBJECT_LEFT);
}

static prm_status progress_partner(prm_rows *rows, uint32_t rule_index, uint32_t index)
{
    prm_engine *engine = rows->engine;
    const prm_program *program = engine->program;
    const prm__partner *partner = prm__engine_partner(engine, index);
    uint32_t first = rule_index == PRM_NONE ? 0 : rule_index;
    uint32_t end = rule_index == PRM_NONE ? program->rules_count : rule_index + 1;
    for (uint32_t handle = partner->first_subject; handle != PRM_NONE;) {
        const prm__subject *subject = prm__subject_at(engine, handle);
        for (uint32_t i = first; i < end && progress_present(engine, partner, handle); i++) {
            const prm__p_rule *rule = &program->rules[i];
            if (rule->subject != subject->kind || rule->form == PRM_FORM_EACH)
                continue;
            prm__progress_item item;
            memset(&item, 0, sizeof item);
            item.rule = i;
            item.partner = index;
            item.subject = handle;
            progress_fill(engine, rule, &item);
            PRM_TRY(prm__vec_append(&rows->items, &item, 1));
        }
        handle = subject->next;
    }
    return PRM_OK;
}

static prm_status progress_collect(prm_rows *rows, uint32_t rule, uint32_t key)
{
    prm_engine *engine = rows->engine;
    for (uint32_t i = 0; i < engine->partners.count; i++)
        if (key == 0 || prm__engine_partner(engine, i)->key == key)
            PRM_TRY(progress_partner(rows, rule, i));
    rows->count = rows->items.count;
    if (rows->count == 0)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(&rows->pointers, rows->count * 2));
    const void **pointers = rows->pointers.data;
    for (size_t i = 0; i < rows->count; i++)
        pointers[i] = prm__vec_at(&rows->items, i);
    prm__sort_pointers(pointers, pointers + rows->count, rows->count, progress_compare, engine);
    return PRM_OK;
}

prm_status prm__progress_rows(prm_engine *engine, uint32_t rule, uint32_t partner, prm_rows **out)
{
    prm_rows *rows = prm__rows_new(engine, PRM_ROWS_PROGRESS, sizeof(prm__progress_item));
    if (!rows)
        return PRM_E_MEMORY;
    prm_status status = progress_collect(rows, rule, partner);
    if (status != PRM_OK) {
        prm__rows_free(rows);
        return status;
    }
    *out = rows;
    return PRM_OK;
}

static prm_decimal progress_decimal(prm__decimal value)
{
    return (prm_decimal){(int64_t)(value >> 64), (uint64_t)value};
}

bool prm__progress_next(prm_rows *rows, prm_progress *out)
{
    if (rows->kind != PRM_ROWS_PROGRESS || rows->next >= rows->count)
        return false;
    const prm_engine *engine = rows->engine;
    const prm__progress_item *item = ((const prm__progress_item *const *)rows->pointers.data)[rows->next++];
    const prm__subject *subject = prm__subject_at(engine, item->subject);
    uint32_t size = out->size;
    memset(out, 0, sizeof *out);
    out->size = size;
    out->state = item->state;
    out->rule = item->rule;
    out->has_value = item->has_value;
    out->rule_name = prm__program_text(engine->program, engine->program->rules[item->rule].text);
    out->partner = prm__engine_text(engine, prm__engine_partner(engine, item->partner)->key);
    out->rep = progress_key(engine, subject, PRM_NAME_REP);
    out->customer = progress_key(engine, subject, PRM_NAME_CUSTOMER);
    out->product = progress_key(engine, subject, PRM_NAME_PRODUCT);
    out->value = progress_decimal(item->value);
    out->target = progress_decimal(item->target);
    out->start = item->start;
    out->end = item->end;
    return true;
}
