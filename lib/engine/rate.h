/* rate: which commission rate holds where. A granted rate belongs to its subject
 * and holds from one place in the partner's time line to another. Rates of one
 * rule and action for one subject form a chain, newest first: a newer one ends
 * the one before at its own start, so at any place at most one of a chain holds. */
#ifndef PRM_ENGINE_RATE_H
#define PRM_ENGINE_RATE_H

#include "engine/engine.h"

/* Links the newest outcome of the partner, a rate, into the chains of its subject,
 * and ends the one that it replaces. */
PRM_MUST_USE prm_status prm__rate_link(prm_engine *engine, prm__partner *partner);

/* Who and what a commission is for. */
typedef struct prm__rate_case {
    const prm__partner *partner;
    const uint32_t *subjects; /* [kind]: handle of the subject, or PRM_NONE */
    uint32_t product;         /* text key, 0 for none */
    uint32_t level;           /* the partner's rank */
    prm__place place;         /* rates that hold here */
} prm__rate_case;

/* What the rate is made of, in e12. */
typedef struct prm__rate_found {
    prm__decimal chosen; /* the latest set one, else the rank's, the product's or the base */
    prm__decimal added;
    const prm__outcome *set; /* the one that is chosen; or NULL: */
    bool by_rank;            /* it is the rank's */
    bool by_product;         /* it is the product's, of the rank or of the commission */
    bool by_brackets;        /* instead of `chosen` */
} prm__rate_found;

prm__rate_found prm__rate_of(prm_engine *engine, const prm__rate_case *one);

/* The rate of the chain that begins with outcome `head` - 1 which is in force there and for that product;
 * or NULL. */
const prm__outcome *prm__rate_in_force(const prm_engine *engine, const prm__rate_case *one, uint32_t head);

/* The action that has granted a rate. */
const prm__p_action *prm__rate_action(const prm_engine *engine, const prm__outcome *rate);

/* The rate within the program's min and max. False when it is beyond 64 bits. */
PRM_MUST_USE bool prm__rate_hold(const prm_engine *engine, prm__decimal rate, int64_t *out);

/* The subjects of an event for every kind that has rates, into engine->at_subjects. */
void prm__rate_aim(prm_engine *engine, const prm__view *view);

#endif
