/* fire: what a rule does once it fires: each action of a block becomes at most one outcome at
 * the end of the partner's list, unless a limit or an exclusive name refuses the firing. */
#ifndef PRM_ENGINE_FIRE_H
#define PRM_ENGINE_FIRE_H

#include "engine/eval.h"

/* A firing: which rule, for whom, where. */
typedef struct prm__firing {
    const prm__asking *asking;
    uint32_t rule;
    uint32_t subject; /* handle */
    uint32_t ordinal; /* multiple of `every`, else 0 */
    prm__value value; /* of the rule's measure; an error without one */
} prm__firing;

/* Does what the block says. */
PRM_MUST_USE prm_status prm__fire(const prm__firing *firing, prm__p_block block);

/* The outcome of one action, pushed if there is one, whatever limits say. */
PRM_MUST_USE prm_status prm__fire_action(const prm__firing *firing, uint32_t action);

/* A new outcome, all zero, at the end of the partner's list; NULL when memory ran out. */
prm__outcome *prm__fire_push(prm_engine *engine, prm__partner *partner);

#endif
