/* budget: how far a rule's budget goes, over all partners and in the order of the ledger. A
 * fold leaves claims among the outcomes; here each gets what is left. Claims that come after
 * all former ones, as they mostly do, are met from what is left; others begin it anew. */
#ifndef PRM_ENGINE_BUDGET_H
#define PRM_ENGINE_BUDGET_H

#include "engine/engine.h"

PRM_MUST_USE prm_status prm__budget_init(prm_engine *engine);
void prm__budget_free(prm_engine *engine);

/* A call begins. */
void prm__budget_begin(prm_engine *engine);

/* The outcome at `place` of a partner claims from the rule's budget. */
PRM_MUST_USE prm_status prm__budget_claim(prm_engine *engine, uint32_t rule, uint32_t partner,
                                          uint32_t place);

/* Claims of the rule may be gone or have come in between. */
void prm__budget_again(prm_engine *engine, uint32_t rule);
void prm__budget_all_again(prm_engine *engine);

/* Uses up the budgets that this call has changed. */
PRM_MUST_USE prm_status prm__budget_settle(prm_engine *engine);

#endif
