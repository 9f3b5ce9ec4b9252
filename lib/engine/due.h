/* due: what waits for the clock, the earliest first: a binary heap. An entry is a
 * hint to look at a partner or a void again; a needless one does no harm. */
#ifndef PRM_ENGINE_DUE_H
#define PRM_ENGINE_DUE_H

#include "engine/engine.h"

/* Keeps room for what the call under way has passed as well, so that it can be put back. */
PRM_MUST_USE prm_status prm__due_push(prm_engine *engine, prm__due due);

/* Takes the earliest when it is not later than `time`. */
bool prm__due_pop(prm_engine *engine, int64_t time, prm__due *due);

#endif
