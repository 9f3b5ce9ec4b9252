/* watch: somebody who looks on while one partner is folded again, in order to explain it. Nothing is kept
 * for that on the way of an event; a fold only tells the one who watches, and mostly nobody does. A watch
 * sees the measures, attributes and ranks as they are where it is called, and must not change them. */
#ifndef PRM_ENGINE_WATCH_H
#define PRM_ENGINE_WATCH_H

#include "engine/eval.h"

struct prm__firing;
struct prm__step;

/* What limit and exclusive name of a rule said about a firing. */
typedef struct prm__watch_verdict {
    uint64_t granted; /* limit: grants before this one */
    bool limited;     /* it refuses */
    bool excluded;
    bool granting;  /* it is what the rule is for, no `else` and no reminder */
    uint32_t taker; /* the rule that has the exclusive name; or PRM_NO_INDEX */
} prm__watch_verdict;

typedef struct prm__watch {
    /* An event was counted; its rules are asked next. */
    void (*counted)(struct prm__watch *watch, const struct prm__step *step);
    /* A rule fires. */
    void (*fires)(struct prm__watch *watch, const struct prm__firing *firing,
                  const prm__watch_verdict *verdict);
    /* One of its actions is done next. */
    void (*acts)(struct prm__watch *watch, const struct prm__firing *firing, uint32_t action);
    /* A review or promotion gives the partner another rank next: from level `before` to `level`. */
    void (*ranks)(struct prm__watch *watch, const prm__asking *asking, uint32_t before, uint32_t level);
} prm__watch;

#endif
