/* across: what is decided over all partners, after their folds: who has which place in a
 * contest, and then how far budgets go (budget.h). Folds leave candidates among the outcomes;
 * here they become what they are granted, and partners whose share has changed join the
 * call's differences. */
#ifndef PRM_ENGINE_ACROSS_H
#define PRM_ENGINE_ACROSS_H

#include "engine/eval.h"

/* One subject's entry in a contest: its number, and its outcomes for each place. A partner's
 * entries stand in the order of the closes. */
typedef struct prm__candidate {
    prm__fraction number;
    int64_t close; /* of the window: with the rule, it tells one contest from the others */
    uint32_t rule;
    uint32_t first_outcome;
    uint32_t outcome_count;
    uint32_t reserved;
} prm__candidate;

typedef struct prm__contest {
    int64_t close;
    uint32_t rule;
    uint32_t reserved;
} prm__contest;

PRM_MUST_USE prm_status prm__across_init(prm_engine *engine);
void prm__across_free(prm_engine *engine);

/* A call begins. */
void prm__across_begin(prm_engine *engine);

/* The subject in engine->at_subjects takes part in the contest that closes here. */
PRM_MUST_USE prm_status prm__across_enter(const prm__asking *asking, uint32_t rule);

/* A partner's fold goes back: its candidates but for the first `count` are gone, and so may be claims. */
PRM_MUST_USE prm_status prm__across_return(prm_engine *engine, prm__partner *partner, uint32_t count);

/* A call has failed: what it would have decided again is forgotten. */
void prm__across_fail(prm_engine *engine);

/* Decides what this call has changed. */
PRM_MUST_USE prm_status prm__across_settle(prm_engine *engine);

#endif
