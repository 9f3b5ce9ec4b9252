/* fire: what a rule does once it fires: each action of its `then` becomes at most
 * one outcome at the end of the partner's list. Also the commission of an event,
 * which fires by itself. */
#ifndef PRM_ENGINE_FIRE_H
#define PRM_ENGINE_FIRE_H

#include "engine/eval.h"

/* A firing: which rule, for whom, where. */
typedef struct prm__firing {
    uint32_t rule;
    uint32_t subject; /* handle */
    uint32_t partner; /* index */
    const prm__view *view;
    prm__place place;
    prm__value value; /* of the rule's measure; an error without one */
} prm__firing;

PRM_MUST_USE prm_status prm__fire_rule(prm_engine *engine, const prm__firing *firing);

/* The commission of an event of a type that earns one. */
PRM_MUST_USE prm_status prm__fire_commission(prm_engine *engine, uint32_t partner, const prm__view *view,
                                             prm__place place);

/* Works out the rates again of the partner's commissions from `rerate_from` on. */
PRM_MUST_USE prm_status prm__fire_rerate(prm_engine *engine, prm__partner *partner);

#endif
