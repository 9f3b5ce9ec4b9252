#include "engine/measure.h"
#include "engine/subject.h"
#include <string.h>

/* One event in a rolling window: until when, and what it contributed. */
typedef struct prm__queued {
    prm__decimal number;
    int64_t end;
    uint32_t key;
    uint32_t reserved;
} prm__queued;

static uint32_t measure_queue_room(const prm__measure_state *state)
{
    return state->queue ? (16U << state->queue_class) / (uint32_t)sizeof(prm__queued) : 0;
}

static prm__queued *measure_queue_at(const prm_engine *engine, const prm__measure_state *state,
                                     uint32_t index)
{
    prm__queued *queue = prm__pool_at(&engine->pool, state->queue);
    return &queue[(state->queue_head + index) & (measure_queue_room(state) - 1)];
}

static void *measure_own_state(prm__measure_state *state)
{
    return state + 1;
}

static prm_status measure_queue_grow(prm_engine *engine, prm__measure_state *state)
{
    uint32_t size_class = state->queue ? state->queue_class + 1 : 2;
    if (size_class >= PRM_POOL_CLASSES)
        return PRM_E_MEMORY;
    prm__block block = prm__pool_get(&engine->pool, size_class);
    if (!block)
        return PRM_E_MEMORY;
    prm__queued *queue = prm__pool_at(&engine->pool, block);
    for (uint32_t i = 0; i < state->queue_count; i++)
        queue[i] = *measure_queue_at(engine, state, i);
    if (state->queue)
        prm__pool_put(&engine->pool, state->queue, state->queue_class);
    state->queue = block;
    state->queue_class = size_class;
    state->queue_head = 0;
    return PRM_OK;
}

/* Gives back what has left a rolling window. Its `end` is that of the oldest sample, so that
 * mostly the queue need not be looked at. */
static void measure_expire(prm_engine *engine, const prm__measure_def *def, prm__measure_state *state,
                           int64_t time)
{
    while (state->queue_count && state->end <= time) {
        const prm__queued *oldest = measure_queue_at(engine, state, 0);
        prm__sample sample = {oldest->number, oldest->key};
        def->remove(measure_own_state(state), &engine->pool, sample);
        state->queue_head = (state->queue_head + 1) & (measure_queue_room(state) - 1);
        state->queue_count--;
        if (state->queue_count)
            state->end = measure_queue_at(engine, state, 0)->end;
    }
}

static void measure_empty(prm_engine *engine, const prm__measure_def *def, prm__measure_state *state)
{
    def->clear(measure_own_state(state), &engine->pool);
    if (state->queue)
        prm__pool_put(&engine->pool, state->queue, state->queue_class);
    state->queue = 0;
    state->queue_class = 0;
    state->queue_head = 0;
    state->queue_count = 0;
}

/* Brings the state to `now`: a later calendar window begins empty. */
static void measure_turn(prm_engine *engine, const prm__p_measure *row, prm__measure_state *state,
                         int64_t time)
{
    const prm__p_window *window = &engine->program->windows[row->window];
    const prm__measure_def *def = prm__catalog_measure(row->kind);
    if (window->period != PRM_PERIOD_NONE) {
        int64_t start = prm__engine_window(engine, window->period, time)->start;
        if (state->window_start != start) {
            measure_empty(engine, def, state);
            state->window_start = start;
        }
    }
    measure_expire(engine, def, state, time);
}

bool prm__measure_window_holds(prm_engine *engine, uint32_t window, int64_t *end, prm__place now)
{
    const prm_program *program = engine->program;
    const prm__p_window *row = &program->windows[window];
    if (row->kind == PRM_WINDOW_LIFE || row->kind == PRM_WINDOW_ROLLING)
        return true;
    const prm__window_def *def = prm__catalog_window(row->kind);
    const prm__p_anchor *anchor = &program->anchors[row->anchor];
    uint32_t handle = engine->at_subjects[anchor->kind];
    if (handle == PRM_NONE)
        return false;
    const prm__anchor_state *state = prm__subject_state(prm__subject_at(engine, handle), anchor->offset);
    if (!state->set)
        return false;
    if (!*end)
        *end = def->end(&program->calendar.zone, row->duration, state->time);
    return def->holds((prm__place){state->time, state->position}, *end, now);
}

/* What the event contributes; false when it lacks the field. */
static bool measure_sample(prm_engine *engine, const prm__p_measure *row, const prm__view *view,
                           prm__sample *sample, prm_status *status)
{
    *sample = (prm__sample){0, 0};
    if (row->name == PRM_NO_INDEX)
        return true;
    uint32_t slot = prm__engine_slot(engine, view->type, row->name);
    if (slot == PRM_NO_INDEX || !prm__view_has(view, slot))
        return false;
    uint32_t field_type =
        engine->program->slots[engine->program->types[view->type].first_slot + slot].field_type;
    if (field_type == PRM_FIELD_TEXT) {
        memcpy(&sample->key, prm__view_at(view, slot), sizeof sample->key);
        return sample->key != engine->empty_key;
    }
    sample->number = prm__engine_view_number(engine, view, slot);
    if (prm__catalog_measure(row->kind)->field == PRM_MEASURE_ANY_FIELD) {
        sample->key = prm__intern_key(&engine->numbers, (const char *)&sample->number, sizeof sample->number);
        if (!sample->key)
            *status = PRM_E_MEMORY;
    }
    return true;
}

prm_status prm__measure_take(prm_engine *engine, uint32_t measure, const prm__view *view, prm__place now,
                             bool *counted)
{
    const prm__p_measure *row = &engine->program->measures[measure];
    const prm__measure_def *def = prm__catalog_measure(row->kind);
    prm__subject *subject = prm__subject_at(engine, engine->at_subjects[row->subject]);
    prm__measure_state *state = prm__subject_state(subject, row->offset);
    prm_status status = PRM_OK;
    prm__sample sample;
    *counted = false;
    if (!prm__measure_window_holds(engine, row->window, &state->end, now))
        return PRM_OK;
    if (!measure_sample(engine, row, view, &sample, &status) || status != PRM_OK)
        return status;
    measure_turn(engine, row, state, now.time);
    const prm__p_window *window = &engine->program->windows[row->window];
    bool rolling = prm__catalog_window(window->kind)->rolling;
    if (rolling && state->queue_count == measure_queue_room(state))
        PRM_TRY(measure_queue_grow(engine, state));
    PRM_TRY(def->add(measure_own_state(state), &engine->pool, sample));
    if (rolling) {
        int64_t end = prm__duration_end(&engine->program->calendar.zone, window->duration, now.time);
        if (state->queue_count == 0)
            state->end = end;
        state->queue_count++;
        *measure_queue_at(engine, state, state->queue_count - 1) = (prm__queued){sample.number, end,
                                                                                 sample.key, 0};
    }
    *counted = true;
    return PRM_OK;
}

static prm__roster measure_roster(const prm_engine *engine, const prm__partner *partner)
{
    return (prm__roster){partner->roster.count, prm__list_data(&engine->pool, &partner->roster)};
}

prm__fraction prm__measure_value(prm_engine *engine, uint32_t measure, uint32_t subject,
                                 const prm__partner *partner, prm__place now)
{
    const prm__p_measure *row = &engine->program->measures[measure];
    prm__measure_state *state = prm__subject_state(prm__subject_at(engine, subject), row->offset);
    prm__roster roster = measure_roster(engine, partner);
    measure_turn(engine, row, state, now.time);
    return prm__catalog_measure(row->kind)->value(measure_own_state(state), &engine->pool, &roster);
}

/* Space for any catalog state on the stack, aligned like a record. */
#define PRM_MEASURE_STATE_MAX 128
typedef struct prm__measure_scratch {
    prm__decimal words[PRM_MEASURE_STATE_MAX / 16];
} prm__measure_scratch;

prm_status prm__measure_peek(prm_engine *engine, uint32_t measure, uint32_t subject,
                             const prm__partner *partner, int64_t time, prm__fraction *out)
{
    const prm__p_measure *row = &engine->program->measures[measure];
    const prm__p_window *window = &engine->program->windows[row->window];
    const prm__measure_def *def = prm__catalog_measure(row->kind);
    prm__measure_state *state = prm__subject_state(prm__subject_at(engine, subject), row->offset);
    prm__roster roster = measure_roster(engine, partner);
    bool past = window->period != PRM_PERIOD_NONE &&
                prm__engine_window(engine, window->period, time)->start != state->window_start;
    if (!past && state->queue_count == 0) {
        *out = def->value(measure_own_state(state), &engine->pool, &roster);
        return PRM_OK;
    }
    prm__measure_scratch scratch;
    memset(&scratch, 0, sizeof scratch);
    for (uint32_t i = 0; i < state->queue_count && !past; i++) {
        const prm__queued *queued = measure_queue_at(engine, state, i);
        prm__sample sample = {queued->number, queued->key};
        if (queued->end > time && def->add(&scratch, &engine->pool, sample) != PRM_OK) {
            def->clear(&scratch, &engine->pool);
            return PRM_E_MEMORY;
        }
    }
    *out = def->value(&scratch, &engine->pool, &roster);
    def->clear(&scratch, &engine->pool);
    return PRM_OK;
}

void prm__measure_clear_all(prm_engine *engine, prm__subject *subject)
{
    const prm_program *program = engine->program;
    for (uint32_t i = engine->kind_measures[subject->kind]; i != PRM_NO_INDEX; i = engine->next_measure[i]) {
        const prm__p_measure *row = &program->measures[i];
        prm__measure_state *state = prm__subject_state(subject, row->offset);
        measure_empty(engine, prm__catalog_measure(row->kind), state);
    }
}
