/* explain rate: what a commission is made of: the amount, the rate that was chosen, each addition, the
 * limits. Read from the outcomes as they stand, by the same rooms that worked it out. */
#ifndef PRM_ENGINE_EXPLAIN_RATE_H
#define PRM_ENGINE_EXPLAIN_RATE_H

#include "engine/explain_facts.h"

/* Of a commission or an override of the partner of that index. */
void prm__explain_rate(prm_explanation *into, uint32_t depth, uint32_t partner, const prm__outcome *outcome);

/* Why an event of an earning type has earned nothing where a watch is told of it. */
void prm__explain_unearned(prm_explanation *into, uint32_t depth, const prm__asking *asking);

#endif
