/* closing: settling, and freeing what settled time leaves behind. A second engine is made of the first one's own
 * bytes and stands still just before the settled instant: what its folds know there are the bases. From it come the
 * bytes of an engine that has these, the keys of the events before, and whole only the events after. The engine that
 * is loaded from them has the same ledger, and takes the first one's place. */
#ifndef PRM_STATE_CLOSING_H
#define PRM_STATE_CLOSING_H

#include "engine/engine.h"

/* Settles the time before `time`, which the clock has reached, and frees its history. On failure the engine is as
 * it was: PRM_E_MEMORY; PRM_E_LIMIT when it has more texts than a state can hold; PRM_E_INTERNAL. */
PRM_MUST_USE prm_status prm__closing_settle(prm_engine *engine, int64_t time);

#endif
