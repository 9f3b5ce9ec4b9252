/* change: what has worked on an event: who voided it, and who lowered its amount. Asked for explanations
 * alone; the marks themselves are amend.h's. */
#ifndef PRM_ENGINE_CHANGE_H
#define PRM_ENGINE_CHANGE_H

#include "engine/engine.h"

/* The id of the first event that voids or reduces `event`, which is marked so; empty when it cannot be told
 * any more. Cost: linear in the partner's history and in the voids by id. */
prm_text prm__change_cause(const prm_engine *engine, uint32_t event);

#endif
