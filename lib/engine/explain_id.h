/* explain id: whom and what an identity speaks of: identity.h read backwards, as far as it is needed. */
#ifndef PRM_ENGINE_EXPLAIN_ID_H
#define PRM_ENGINE_EXPLAIN_ID_H

#include "engine/explain.h"

typedef struct prm__id_parts {
    uint32_t rule; /* index, or PRM_RULE_... */
    uint32_t partner;
    uint32_t event;   /* PRM_NONE: it names a subject */
    uint32_t subject; /* else PRM_NONE */
    int64_t at;       /* the end of its occasion, or the clock */
} prm__id_parts;

/* PRM_E_NOT_FOUND when it is no identity, or names what the engine does not know. */
PRM_MUST_USE prm_status prm__id_read(prm_explanation *into, prm_text id, prm__id_parts *parts);

/* The outcome of that identity, row or not, with its partner in *parts; NULL when there is none. */
const prm__outcome *prm__id_find(prm_explanation *into, prm_text id, prm__id_parts *parts);

/* Of the rule's subjects in the partner with these rep, customer and product (0: any) the one that is
 * nearest to its target; PRM_NONE without one. */
uint32_t prm__id_nearest(prm_engine *engine, uint32_t rule, uint32_t partner, const uint32_t *names);

#endif
