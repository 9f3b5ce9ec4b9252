#include "engine/streak.h"
#include "engine/condition.h"
#include "engine/subject.h"

/* The start of the window before the one that starts at `start`. */
static int64_t streak_before(prm_engine *engine, uint32_t period, int64_t start)
{
    return prm__calendar_window(&engine->program->calendar, (prm__period)period, start - 1).start;
}

void prm__streak_take(const prm__asking *asking, uint32_t measure)
{
    prm_engine *engine = asking->engine;
    const prm__p_measure *row = &engine->program->measures[measure];
    prm__measure_state *counted = prm__subject_state(
        prm__subject_at(engine, engine->at_subjects[row->subject]), row->offset);
    prm__streak_state *state = (prm__streak_state *)(void *)(counted + 1);
    uint32_t period = engine->program->windows[row->window].period;
    int64_t start = prm__engine_window(engine, period, asking->place.time)->start;
    counted->queue_count += counted->queue_count < UINT32_MAX;
    if ((state->run > 0 && state->window_start == start) || !prm__condition_holds(asking, row->inner, 1))
        return;
    bool next = state->run > 0 && state->window_start == streak_before(engine, period, start);
    state->run = next ? state->run + 1 : 1;
    state->window_start = start;
}

prm__fraction prm__streak_value(prm_engine *engine, const prm__p_measure *row, const prm__streak_state *state,
                                prm__place now)
{
    prm__fraction value = {0, 1, false};
    if (!state || state->run == 0)
        return value;
    uint32_t period = engine->program->windows[row->window].period;
    prm__window_span span = *prm__engine_window(engine, period, prm__place_window_time(now));
    bool closed = now.time >= span.end;
    bool runs = state->window_start == span.start ||
                (!closed && state->window_start == streak_before(engine, period, span.start));
    if (runs)
        value.number = (prm__decimal)state->run * PRM_DECIMAL_ONE;
    return value;
}
