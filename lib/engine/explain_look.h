/* explain look: the watch of an explanation: it waits for one firing, or for where a rule stands at an
 * instant, and writes down there what was asked and counted. */
#ifndef PRM_ENGINE_EXPLAIN_LOOK_H
#define PRM_ENGINE_EXPLAIN_LOOK_H

#include "engine/explain_asked.h"
#include "engine/watch.h"

/* The best that an occasion has come to. */
typedef struct prm__look_best {
    int64_t occasion; /* INT64_MIN: none yet */
    int64_t at;
    prm__decimal value;
    prm__decimal target;
    bool fired;
} prm__look_best;

typedef struct prm__look {
    prm__watch watch;
    prm_explanation *into;
    prm__seen seen;
    prm__vec identity; /* of char: room to write one */
    uint32_t partner;
    uint32_t rule;              /* index, or PRM_RULE_... */
    const prm__outcome *target; /* the outcome that is waited for; or NULL: */
    prm_text id;                /* by its identity; or empty: */
    uint32_t subject;           /* where the rule stands for this one */
    uint32_t event;             /* or at this event; or PRM_NONE */
    int64_t at;
    bool found;
    bool fired; /* in the occasion of `at` */
    int64_t fired_at;
    uint32_t fired_event;
    prm__watch_verdict verdict; /* of the firing */
    prm__look_best now;         /* the occasion under way */
    prm__look_best best;        /* the best former one that has not fired */
} prm__look;

/* Watches for rule `rule` of the partner. PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__look_init(prm__look *look, prm_explanation *into, uint32_t partner,
                                       uint32_t rule);
void prm__look_free(prm__look *look);

/* Folds the partner again and writes down how the target came about. */
PRM_MUST_USE prm_status prm__look_at_outcome(prm__look *look, const prm__outcome *target);

/* The same where the rule stands at `at` for `subject`. Fact `head` is completed. */
PRM_MUST_USE prm_status prm__look_at_standing(prm__look *look, uint32_t subject, int64_t at);

/* The same at an event that is counted. */
PRM_MUST_USE prm_status prm__look_at_event(prm__look *look, uint32_t event);

/* What limit and exclusive name have said about the last firing. */
void prm__look_verdict(prm__look *look);

/* What the identity would have come of if nothing had been voided: the voided ones among what it counts. */
PRM_MUST_USE prm_status prm__look_at_voided(prm__look *look, prm_text id);

#endif
