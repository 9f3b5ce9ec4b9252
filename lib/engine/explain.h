/* explain: why something was granted, or why not, as a list of facts. Nothing is kept for this while
 * events are counted: the partner is folded once more, by the same fold, with a watch on it (watch.h) that
 * writes down what it is asked about. Afterwards everything is as it was: the fold repeats itself, and the
 * former outcomes are put back, so rows that a host has taken stay valid. */
#ifndef PRM_ENGINE_EXPLAIN_H
#define PRM_ENGINE_EXPLAIN_H

#include "base/arena.h"
#include "engine/engine.h"

struct prm_explanation {
    prm__alloc *alloc; /* the engine's */
    prm_engine *engine;
    prm__vec facts;    /* of prm_fact */
    prm__arena texts;  /* those that are made here */
    prm_status status; /* of the first failure: PRM_E_MEMORY */
    prm_fact spare;    /* what takes facts for which there is no memory */
};

/* What is asked: an outcome by its identity, or what a rule has not granted. */
typedef struct prm__question {
    prm_text id;       /* an identity, or empty */
    uint32_t rule;     /* without it: an index */
    uint32_t partner;  /* text keys; 0 for any rep, customer, product */
    uint32_t names[3]; /* rep, customer, product */
    int64_t at;        /* the instant of a question about a rule */
} prm__question;

/* PRM_E_NOT_FOUND, PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__explain(prm_engine *engine, const prm__question *question,
                                     prm_explanation **out);

void prm__explain_free(prm_explanation *explanation);

const char *prm__fact_name(uint32_t kind);

#endif
