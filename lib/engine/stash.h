/* stash: a partner's outcomes as they were before the call under way. What a call
 * changes is kept aside, from the first changed outcome to the last former one, so
 * that it can be compared with what takes its place, or put back. */
#ifndef PRM_ENGINE_STASH_H
#define PRM_ENGINE_STASH_H

#include "engine/engine.h"

/* Keeps the outcomes from `index` on, before the one at `index` changes. */
PRM_MUST_USE prm_status prm__stash_from(prm_engine *engine, prm__partner *partner, uint32_t index);

/* The same before the list goes back to how it once was: see checkpoint.h. */
PRM_MUST_USE prm_status prm__stash_keep(prm_engine *engine, prm__partner *partner, uint32_t index);

/* Keeps all, and leaves an empty list for a fold that starts again. */
void prm__stash_all(prm_engine *engine, prm__partner *partner);

/* Opens one outcome of a partner that may not be touched yet, for what is decided over all partners: a fold
 * that goes back leaves that as it is. NULL when memory ran out. */
prm__outcome *prm__stash_open(prm_engine *engine, uint32_t partner, uint32_t place);

/* Puts the former outcomes back. */
void prm__stash_restore(prm_engine *engine, prm__partner *partner);

#endif
