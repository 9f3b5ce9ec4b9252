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

/* Fills in what identifies the outcome of one action, its event and instant. */
void prm__fire_identity(const prm__firing *firing, uint32_t action, prm__outcome *outcome);

/* What a reward's expression gives, and its amount in minor or whole units, rounded and capped; false when
 * there is none. */
prm__value prm__fire_value(const prm__firing *firing, const prm__p_action *action);
bool prm__fire_amount(const prm__firing *firing, const prm__p_action *action, int64_t *amount);

/* Fills in the recipient `to` (prm__recipient); none (to_partner 0) when there is no such one. */
PRM_MUST_USE prm_status prm__fire_recipient(const prm__firing *firing, uint32_t to, prm__outcome *outcome);

/* A new outcome, all zero, at the end of the partner's list; NULL when memory ran out. */
prm__outcome *prm__fire_push(prm_engine *engine, prm__partner *partner);

#endif
