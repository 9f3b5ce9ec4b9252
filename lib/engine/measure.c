#include "engine/measure.h"
#include "catalog/keyset.h"
#include "engine/streak.h"
#include "engine/subject.h"
#include <string.h>

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
        return PRM_E_MEMORY; /* LCOV_EXCL_LINE 2 GiB of events in one window are more than a test can hold */
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

/* Makes a state anew from what is left in its queue; it had room for all of it before. */
static void measure_rebuild(prm_engine *engine, const prm__measure_def *def, prm__measure_state *state)
{
    def->clear(measure_own_state(state), &engine->pool);
    for (uint32_t i = 0; i < state->queue_count; i++) {
        const prm__queued *queued = measure_queue_at(engine, state, i);
        prm__sample sample = {queued->number, queued->key};
        prm_status fits = def->add(measure_own_state(state), &engine->pool, sample);
        (void)fits;
    }
}

/* Gives back what has left a rolling window. */
static void measure_give_back(prm_engine *engine, const prm__measure_def *def, prm__measure_state *state,
                              int64_t time)
{
    while (state->queue_count && state->end <= time) {
        const prm__queued *oldest = measure_queue_at(engine, state, 0);
        prm__sample sample = {oldest->number, oldest->key};
        if (def->remove)
            def->remove(measure_own_state(state), &engine->pool, sample);
        state->queue_head = (state->queue_head + 1) & (measure_queue_room(state) - 1);
        state->queue_count--;
        if (state->queue_count)
            state->end = measure_queue_at(engine, state, 0)->end;
    }
    if (!def->remove)
        measure_rebuild(engine, def, state);
}

/* Mostly nothing has left it: its `end` is that of the oldest sample, so the queue need not be
 * looked at. */
static inline void measure_expire(prm_engine *engine, const prm__measure_def *def, prm__measure_state *state,
                                  int64_t time)
{
    if (state->queue && state->queue_count && state->end <= time)
        measure_give_back(engine, def, state, time);
}

static void measure_empty(prm_engine *engine, const prm__measure_def *def, prm__measure_state *state)
{
    if (def->clear)
        def->clear(measure_own_state(state), &engine->pool);
    if (state->queue)
        prm__pool_put(&engine->pool, state->queue, state->queue_class);
    state->queue = 0;
    state->queue_class = 0;
    state->queue_head = 0;
    state->queue_count = 0;
}

/* Brings the state to `time`: a later calendar window begins empty. */
static void measure_turn(prm_engine *engine, const prm__take *take, prm__measure_state *state, int64_t time)
{
    if (take->period != PRM_PERIOD_NONE) {
        int64_t start = prm__engine_window(engine, take->period, time)->start;
        if (state->window_start != start) {
            measure_empty(engine, take->def, state);
            state->window_start = start;
        }
    }
    if (take->rolling)
        measure_expire(engine, take->def, state, time);
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
    return def->holds((prm__place){state->time, state->position, 0}, *end, now);
}

/* What the field of the event contributes; false when it lacks the field. */
static bool measure_sample(prm_engine *engine, const prm__take *take, const prm__view *view,
                           prm__sample *sample, prm_status *status)
{
    if (!prm__view_has(view, take->slot))
        return false;
    if (take->field_type == PRM_FIELD_TEXT) {
        memcpy(&sample->key, prm__view_at(view, take->slot), sizeof sample->key);
        return sample->key != engine->empty_key;
    }
    sample->number = prm__engine_view_number(engine, view, take->slot);
    if (take->def->field == PRM_MEASURE_ANY_FIELD) {
        sample->key = prm__intern_key(&engine->numbers, (const char *)&sample->number, sizeof sample->number);
        if (!sample->key)
            *status = PRM_E_MEMORY;
    }
    return true;
}

static bool measure_is_active(const prm_engine *engine, uint32_t active, int64_t time)
{
    const prm__p_active *row = &engine->program->actives[active];
    return row->from <= time && time < row->until;
}

/* Room for one more sample in the queue of a rolling window. */
static prm_status measure_queue_reserve(prm_engine *engine, prm__measure_state *state)
{
    return state->queue_count == measure_queue_room(state) ? measure_queue_grow(engine, state) : PRM_OK;
}

prm_status prm__measure_queue(prm_engine *engine, prm__measure_state *state, const prm__queued *queued)
{
    PRM_TRY(measure_queue_reserve(engine, state));
    if (state->queue_count == 0)
        state->end = queued->end;
    state->queue_count++;
    *measure_queue_at(engine, state, state->queue_count - 1) = *queued;
    return PRM_OK;
}

static void measure_queue_add(prm_engine *engine, const prm__take *take, prm__measure_state *state,
                              const prm__sample *sample, int64_t time)
{
    const prm_program *program = engine->program;
    int64_t end = prm__duration_end(&program->calendar.zone, program->windows[take->window].duration, time);
    if (state->queue_count == 0)
        state->end = end;
    state->queue_count++;
    *measure_queue_at(engine, state, state->queue_count - 1) = (prm__queued){sample->number, end, sample->key,
                                                                             0};
}

prm_status prm__measure_take(prm_engine *engine, const prm__take *take, const prm__view *view, prm__place now,
                             bool *counted)
{
    char *subject = (char *)prm__subject_at(engine, engine->at_subjects[take->kind]);
    prm__measure_state *state = (prm__measure_state *)(void *)(subject + take->at);
    prm_status status = PRM_OK;
    prm__sample sample = {0, 0};
    *counted = false;
    if (take->active != PRM_NO_INDEX && !measure_is_active(engine, take->active, now.time))
        return PRM_OK;
    if (take->anchored && !prm__measure_window_holds(engine, take->window, &state->end, now))
        return PRM_OK;
    if (take->slot != PRM_NO_INDEX &&
        (!measure_sample(engine, take, view, &sample, &status) || status != PRM_OK))
        return status;
    measure_turn(engine, take, state, now.time);
    if (take->rolling)
        PRM_TRY(measure_queue_reserve(engine, state));
    PRM_TRY(take->def->add(measure_own_state(state), &engine->pool, sample));
    if (take->rolling)
        measure_queue_add(engine, take, state, &sample, now.time);
    else
        state->queue_count += state->queue_count < UINT32_MAX;
    *counted = true;
    return PRM_OK;
}

static prm__roster measure_roster(const prm_engine *engine, const prm__partner *partner)
{
    return (prm__roster){partner->roster.count, prm__list_data(&engine->pool, &partner->roster)};
}

/* Space for any catalog state on the stack, aligned like a record. */
#define PRM_MEASURE_STATE_MAX 128
typedef struct prm__measure_scratch {
    prm__decimal words[PRM_MEASURE_STATE_MAX / 16];
} prm__measure_scratch;

/* Whether the state counts another calendar window than that of `now`, or nothing at all. */
static bool measure_is_past(prm_engine *engine, const prm__p_measure *row, const prm__measure_state *state,
                            prm__place now)
{
    const prm__p_window *window = &engine->program->windows[row->window];
    return window->period != PRM_PERIOD_NONE &&
           prm__engine_window(engine, window->period, prm__place_window_time(now))->start !=
               state->window_start;
}

/* The value of a rolling window at an instant that the fold has not reached: of what is left
 * of it then, added up aside. Without memory there is no value. */
static prm__fraction measure_look_ahead(prm_engine *engine, const prm__measure_def *def,
                                        const prm__measure_state *state, const prm__roster *roster,
                                        int64_t time)
{
    prm__measure_scratch scratch;
    prm__fraction value = {0, 1, true};
    bool whole = true;
    memset(&scratch, 0, sizeof scratch);
    for (uint32_t i = 0; i < state->queue_count && whole; i++) {
        const prm__queued *queued = measure_queue_at(engine, state, i);
        prm__sample sample = {queued->number, queued->key};
        whole = queued->end <= time || def->add(&scratch, &engine->pool, sample) == PRM_OK;
    }
    if (whole)
        value = def->value(&scratch, &engine->pool, roster);
    def->clear(&scratch, &engine->pool);
    return value;
}

/* A question never empties a state: at one instant one rule may ask about the window that
 * closes and the next one about that which begins. */
prm__fraction prm__measure_value(prm_engine *engine, uint32_t measure, uint32_t subject,
                                 const prm__partner *partner, prm__place now)
{
    static const prm__measure_scratch nothing;
    const prm__p_measure *row = &engine->program->measures[measure];
    const prm__measure_def *def = prm__catalog_measure(row->kind);
    prm__roster roster = measure_roster(engine, partner);
    prm__measure_state *state = NULL;
    if (subject != PRM_NONE)
        state = prm__subject_state(prm__subject_at(engine, subject), row->offset);
    if (row->kind == PRM_MEASURE_STREAK)
        return prm__streak_value(engine, row, state ? measure_own_state(state) : NULL, now);
    if (!state || measure_is_past(engine, row, state, now))
        return def->value(&nothing, &engine->pool, &roster);
    if (now.position == PRM_PLACE_AHEAD && state->queue)
        return measure_look_ahead(engine, def, state, &roster, now.time);
    measure_expire(engine, def, state, now.time);
    return def->value(measure_own_state(state), &engine->pool, &roster);
}

bool prm__measure_any(prm_engine *engine, uint32_t measure, uint32_t subject, prm__place now)
{
    const prm__p_measure *row = &engine->program->measures[measure];
    if (subject == PRM_NONE)
        return false;
    prm__measure_state *state = prm__subject_state(prm__subject_at(engine, subject), row->offset);
    if (row->kind != PRM_MEASURE_STREAK && measure_is_past(engine, row, state, now))
        return false;
    measure_expire(engine, prm__catalog_measure(row->kind), state, now.time);
    return state->queue_count > 0;
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

/* ---- To bytes and back ---- */

/* The keys of a measure whose own state is a set of them; NULL for others. */
static prm__keyset *measure_keyset(const prm__measure_def *def, prm__measure_state *state)
{
    return def->keyed ? measure_own_state(state) : NULL;
}

static void measure_freeze_block(const prm_engine *engine, prm__block block, uint32_t size_class,
                                 prm__wire_out *out)
{
    if (block)
        prm__wire_put(out, prm__pool_at(&engine->pool, block), (size_t)PRM_POOL_UNIT << size_class);
}

void prm__measure_freeze_all(const prm_engine *engine, prm__subject *subject, prm__wire_out *out)
{
    const prm_program *program = engine->program;
    for (uint32_t i = engine->kind_measures[subject->kind]; i != PRM_NO_INDEX; i = engine->next_measure[i]) {
        const prm__p_measure *row = &program->measures[i];
        prm__measure_state *state = prm__subject_state(subject, row->offset);
        const prm__keyset *keys = measure_keyset(prm__catalog_measure(row->kind), state);
        measure_freeze_block(engine, state->queue, state->queue_class, out);
        if (keys)
            measure_freeze_block(engine, keys->block, keys->key_or_class, out);
    }
}

/* Puts a block of its own in the place of the one that was frozen, if there was one; 0 when
 * memory ran out, now or before. */
static void measure_thaw_block(prm_engine *engine, prm__block *block, uint32_t size_class, prm__wire_in *in,
                               prm_status *status)
{
    if (!*block)
        return; /* what would be its size class is something else then */
    size_t size = (size_t)PRM_POOL_UNIT << size_class;
    *block = *status == PRM_OK ? prm__pool_take(&engine->pool, size_class) : 0;
    const char *from = prm__wire_take(in, size);
    if (!*block)
        *status = PRM_E_MEMORY;
    else if (from)
        memcpy(prm__pool_at(&engine->pool, *block), from, size);
}

prm_status prm__measure_thaw_all(prm_engine *engine, prm__subject *subject, prm__wire_in *in)
{
    const prm_program *program = engine->program;
    prm_status status = PRM_OK;
    for (uint32_t i = engine->kind_measures[subject->kind]; i != PRM_NO_INDEX; i = engine->next_measure[i]) {
        const prm__p_measure *row = &program->measures[i];
        const prm__measure_def *def = prm__catalog_measure(row->kind);
        prm__measure_state *state = prm__subject_state(subject, row->offset);
        prm__keyset *keys = measure_keyset(def, state);
        measure_thaw_block(engine, &state->queue, state->queue_class, in, &status);
        if (keys)
            measure_thaw_block(engine, &keys->block, keys->key_or_class, in, &status);
        if (status != PRM_OK)
            measure_empty(engine, def, state);
    }
    return status;
}
