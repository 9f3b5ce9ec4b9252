#include "engine/progress.h"
#include "base/sort.h"
#include "engine/eval.h"
#include "engine/fold.h"
#include "engine/measure.h"
#include "engine/order.h"
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
    static const uint32_t columns[] = {PRM_NAME_REP, PRM_NAME_CUSTOMER, PRM_NAME_PRODUCT};
    const prm__subject *x = prm__subject_at(engine, left->subject),
                       *y = prm__subject_at(engine, right->subject);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        int order = prm__bytes_compare(progress_key(engine, x, columns[i]),
                                       progress_key(engine, y, columns[i]));
        if (order)
            return order;
    }
    for (uint32_t i = 0; i < PRM_KIND_KEYS; i++)
        if (x->keys[i] != y->keys[i])
            return prm__bytes_compare(prm__engine_text(engine, x->keys[i]),
                                      prm__engine_text(engine, y->keys[i]));
    return 0;
}

/* Where the window of the rule's measure lies for the subject in at_subjects; the state is
 * open, waiting for its anchor, or missed. */
static void progress_window(prm_engine *engine, const prm__p_measure *measure, prm__progress_item *item)
{
    const prm_program *program = engine->program;
    const prm__p_window *window = &program->windows[measure->window];
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

static bool progress_fired(prm_engine *engine, const prm__p_rule *rule, prm__subject *subject)
{
    const prm__rule_state *state = prm__subject_state(subject, rule->offset);
    uint32_t period = engine->program->windows[rule->window].period;
    int64_t occasion = 1;
    if (period != PRM_PERIOD_NONE)
        occasion = prm__engine_window(engine, period, engine->clock)->start + 1;
    return state->fired == occasion;
}

static prm_status progress_fill(prm_engine *engine, const prm__p_rule *rule, const prm__partner *partner,
                                prm__progress_item *item)
{
    const prm__p_condition *condition = &engine->program->conditions[rule->condition];
    const prm__p_measure *measure = &engine->program->measures[condition->measure];
    prm__subject *subject = prm__subject_at(engine, item->subject);
    prm__fraction value;
    prm__fold_aim(engine, subject, item->subject);
    progress_window(engine, measure, item);
    PRM_TRY(prm__measure_peek(engine, condition->measure, engine->at_subjects[measure->subject], partner,
                              engine->clock, &value));
    prm__value number = prm__eval_fraction(value);
    prm__decimal target;
    item->has_value = number.type == PRM_TYPE_NUMBER && prm__fold_threshold(engine, condition, &target);
    item->value = item->has_value ? number.number : 0;
    item->target = item->has_value ? target : 0;
    prm__eval eval = {.engine = engine,
                      .partner = engine->at_subjects[PRM_KIND_PARTNER],
                      .rep = engine->at_subjects[PRM_KIND_REP]};
    if (progress_fired(engine, rule, subject))
        item->state = PRM_STATE_REACHED;
    else if (!prm__eval_filter(&eval, rule->eligible))
        item->state = PRM_STATE_NOT_ELIGIBLE;
    return PRM_OK;
}

/* Whether the subject is still there: neither its partner nor its rep has left. */
static bool progress_present(prm_engine *engine, const prm__partner *partner, uint32_t handle)
{
    const prm__subject *subject = prm__subject_at(engine, handle);
    if (!(subject->flags & PRM_SUBJECT_EXISTS) || partner->flags & PRM_PARTNER_LEFT)
        return false;
    prm__fold_aim(engine, subject, handle);
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
            if (rule->subject != subject->kind || rule->each || rule->condition == PRM_NO_INDEX)
                continue;
            prm__progress_item item;
            memset(&item, 0, sizeof item);
            item.rule = i;
            item.partner = index;
            item.subject = handle;
            PRM_TRY(progress_fill(engine, rule, partner, &item));
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
