/* fold: the walk over one partner's time line. Each event in order changes
 * attributes and roster, is counted by the measures that listen, asks the rules
 * that these measures serve, and earns its commission; clock points come between
 * events. The walk goes on from where it stopped when only later events were added,
 * else it starts again; there is no other way to an outcome. */
#ifndef PRM_ENGINE_FOLD_H
#define PRM_ENGINE_FOLD_H

#include "engine/engine.h"

/* Brings a touched partner up to the clock. PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__fold_partner(prm_engine *engine, uint32_t partner);

/* Folds an event that is the one entry that its partner has not folded yet: it has come, is no
 * lifecycle event, stands at the end of the line, and no clock point comes before it.
 * engine->guess, when it is set, is about it. PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__fold_next(prm_engine *engine, uint32_t event);

#endif
