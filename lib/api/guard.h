/* guard: what the public functions check alike before they do anything. */
#ifndef PRM_API_GUARD_H
#define PRM_API_GUARD_H

#include "engine/engine.h"

/* Fills the error of a status that the rooms below give without words. PRM_OK is PRM_OK. */
prm_status prm__guard_fail(prm_error *error, prm_status status);

/* The engine is there, and not poisoned. */
prm_status prm__guard_engine(const prm_engine *engine, prm_error *error);

/* Options, or NULL, are as this version knows them. */
prm_status prm__guard_options(const prm_engine_options *options, prm_error *error);

/* Of `count` events of `event_size` bytes no pointer is missing that their sizes promise. */
prm_status prm__guard_events(const prm_event *events, size_t count, size_t event_size, prm_error *error);

/* The same for one event. */
bool prm__guard_event(const prm_event *event);

#endif
