/* explain across: what was decided over all partners: the field of a contest, and how far a budget went. */
#ifndef PRM_ENGINE_EXPLAIN_ACROSS_H
#define PRM_ENGINE_EXPLAIN_ACROSS_H

#include "engine/explain_facts.h"

/* All who took part in the contest of that rule and close, by place; `subject` is the one explained. */
void prm__explain_field(prm_explanation *into, uint32_t depth, uint32_t rule, int64_t close,
                        uint32_t subject);

/* What the rule's budget had left for the outcome. */
void prm__explain_budget(prm_explanation *into, uint32_t depth, uint32_t partner,
                         const prm__outcome *outcome);

#endif
