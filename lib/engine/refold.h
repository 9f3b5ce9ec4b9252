/* refold: one partner is folded again while somebody watches, and all is as it was before. */
#ifndef PRM_ENGINE_REFOLD_H
#define PRM_ENGINE_REFOLD_H

#include "engine/engine.h"
#include "engine/watch.h"

/* Folds the partner up to the instant `until` (at most the clock), so that its subjects, measures and
 * attributes are those of then, the clock too; `then` (may be NULL) looks at them; then on to the clock.
 * Its outcomes stay where they are. PRM_E_MEMORY leaves the partner stale, to be folded by the next call. */
PRM_MUST_USE prm_status prm__refold(prm_engine *engine, uint32_t partner, prm__watch *watch, int64_t until,
                                    void (*then)(prm__watch *watch));

/* The same as if none of the partner's own events had been voided, for the watch alone: then it is folded
 * once more as things are. */
PRM_MUST_USE prm_status prm__refold_unvoided(prm_engine *engine, uint32_t partner, prm__watch *watch);

#endif
