/* ingest: one call, from events to postings. Everything that can fail happens
 * first, on the side or at the end of lists; then the call is taken as a whole, or
 * undone as a whole. Undoing needs no memory: histories are cut back, former
 * outcomes put back, and the partners concerned are folded again by the next call. */
#ifndef PRM_ENGINE_INGEST_H
#define PRM_ENGINE_INGEST_H

#include "engine/engine.h"

/* Takes `count` events and moves the clock: to `clock` when that is later, and with
 * the events where the engine's clock follows them. `answers` may be NULL. */
PRM_MUST_USE prm_status prm__ingest(prm_engine *engine, const prm_event *events, size_t count, int64_t clock,
                                    prm_answer *answers);

/* Folds again what a failed call has left stale. */
PRM_MUST_USE prm_status prm__ingest_refresh(prm_engine *engine);

#endif
