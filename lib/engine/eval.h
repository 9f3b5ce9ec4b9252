/* eval: the stack machine of expressions, over one event and the attributes as of
 * that event. Errors are values: they spread, and are absorbed by && || ?: as in
 * CEL. Nothing here can fail or crash. */
#ifndef PRM_ENGINE_EVAL_H
#define PRM_ENGINE_EVAL_H

#include "engine/engine.h"

/* Where a rule is asked: at an event, or at a clock point between events. Whom it is asked
 * for stands in engine->at_subjects. */
typedef struct prm__asking {
    prm_engine *engine;
    uint32_t partner;      /* index */
    const prm__view *view; /* the event; NULL at a clock point */
    prm__place place;
} prm__asking;

typedef struct prm__eval {
    const prm_engine *engine;
    const prm__view *view; /* the event; NULL at a clock point */
    uint32_t partner;      /* subject handles whose attributes are meant, or PRM_NONE */
    uint32_t rep;
    uint32_t level;            /* of partner.rank */
    const prm__asking *asking; /* for measures; NULL: they are errors */
    prm__value value;          /* of the rule's measure; an error without one */
} prm__eval;

/* What an expression of a rule sees where it is asked, without a `value`. */
prm__eval prm__eval_of(const prm__asking *asking);

prm__value prm__eval_expr(const prm__eval *eval, uint32_t expr);

/* Whether a filter passes: true, and neither false nor an error. */
bool prm__eval_filter(const prm__eval *eval, uint32_t expr);

/* The present value of an attribute, or an error. */
prm__value prm__eval_attribute(const prm__eval *eval, uint32_t attribute);

/* A fraction as a value: rounded half-even to 12 digits; an error without one. */
prm__value prm__eval_fraction(prm__fraction fraction);

#endif
