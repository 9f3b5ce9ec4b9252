/* measure: the states of measures in their windows. The catalog knows how a
 * measure adds and what a window means; this room keeps both together over the
 * time line: a new calendar window empties the state, a rolling window gives back
 * what has left it, an anchored one counts only inside. */
#ifndef PRM_ENGINE_MEASURE_H
#define PRM_ENGINE_MEASURE_H

#include "base/wire.h"
#include "engine/plan.h"

/* One event in a rolling window: until when, and what it contributed. */
typedef struct prm__queued {
    prm__decimal number;
    int64_t end;
    uint32_t key;
    uint32_t reserved;
} prm__queued;

/* Whether `window` holds at `now` for a subject of kind `kind` of the event whose
 * subjects stand in engine->at_subjects. `*end` caches the end of an anchored
 * window, 0 while it is not known. */
bool prm__measure_window_holds(prm_engine *engine, uint32_t window, int64_t *end, prm__place now);

/* Takes the event into a measure (no streak), for the subject in engine->at_subjects. *counted
 * tells whether it counted: the window holds and it has the field. The filter is
 * the caller's. */
PRM_MUST_USE prm_status prm__measure_take(prm_engine *engine, const prm__take *take, const prm__view *view,
                                          prm__place now, bool *counted);

/* The value of the measure for the subject (PRM_NONE: one without events) at `now`, after
 * what has left its window. */
prm__fraction prm__measure_value(prm_engine *engine, uint32_t measure, uint32_t subject,
                                 const prm__partner *partner, prm__place now);

/* Whether any event counts in the measure's window at `now`. */
bool prm__measure_any(prm_engine *engine, uint32_t measure, uint32_t subject, prm__place now);

/* Writes what the measures of a subject hold besides their record: see checkpoint.h. */
void prm__measure_freeze_all(const prm_engine *engine, prm__subject *subject, prm__wire_out *out);

/* Reads it again for a record that was copied back. PRM_E_MEMORY leaves measures empty, but whole. */
PRM_MUST_USE prm_status prm__measure_thaw_all(prm_engine *engine, prm__subject *subject, prm__wire_in *in);

/* Puts an event at the end of a rolling window's queue, for a state that is put together from bytes. */
PRM_MUST_USE prm_status prm__measure_queue(prm_engine *engine, prm__measure_state *state,
                                           const prm__queued *queued);

/* Gives back what the measures of a subject hold. */
void prm__measure_clear_all(prm_engine *engine, prm__subject *subject);

#endif
