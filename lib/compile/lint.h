/* lint: what can be said against a program that compiles: parts of it that never take
 * effect, or promise what cannot be. Only what is certain from the program alone is
 * reported, as warnings, so no finding here keeps anybody from anything. It reads the
 * rows that the compiler made, and goes to the tree for the places. */
#ifndef PRM_COMPILE_LINT_H
#define PRM_COMPILE_LINT_H

#include "compile/compiler.h"

/* Reports all findings; the program has no errors. */
void prm__lint(prm__compiler *c, const prm__yaml_node *root);

/* A rule, and where it stands. */
typedef struct prm__lint_rule {
    const prm__p_rule *row;
    const prm__yaml_node *node;
} prm__lint_rule;

/* The value of a rule's key; NULL without it. */
static inline const prm__yaml_node *prm__lint_key(prm__lint_rule rule, const char *key)
{
    return prm__yaml_find(rule.node, key);
}

/* All rules, in the order of the file. */
typedef struct prm__lint_rules {
    const prm__lint_rule *rules;
    uint32_t count;
} prm__lint_rules;

/* Where the `index`-th action of a block stands, whose value is `block`: its mapping. */
const prm__yaml_node *prm__lint_action(const prm__yaml_node *block, uint32_t index);

/* The number in `key` of a mapping, as it is written; "" without one. For messages. */
const char *prm__lint_written(prm__compiler *c, const prm__yaml_node *node);

#define PRM_LINT_NUMBER_BYTES 40

/* A rate in e12 as a percentage without its sign `%`; returns the buffer. */
const char *prm__lint_percent(prm__decimal rate, char buffer[PRM_LINT_NUMBER_BYTES]);

/* ---- lint_range.c ---- */

/* Why a measure stays within its range. */
typedef enum prm__lint_reason {
    PRM_LINT_BY_KIND = 0, /* a count is never negative */
    PRM_LINT_BY_SUBJECT,  /* the subject has one value of the field */
    PRM_LINT_BY_WHERE,    /* the filter lets only some pass */
    PRM_LINT_BY_ACTIVE,   /* the campaign has no more windows */
    PRM_LINT_BY_SHARE     /* a part of a whole */
} prm__lint_reason;

/* What a number, where it has a value, is certain to lie between; both ends included. */
typedef struct prm__lint_range {
    prm__decimal low, high;
    bool has_low, has_high;
    uint32_t why_high; /* prm__lint_reason; `low` is by kind or by where */
} prm__lint_range;

prm__lint_range prm__lint_measure_range(const prm__compiler *c, uint32_t measure);

/* Of an expression over measures and numbers. */
prm__lint_range prm__lint_expr_range(const prm__compiler *c, uint32_t expr);

/* Whether an expression is one number, whatever happens. */
bool prm__lint_constant(const prm__compiler *c, uint32_t expr, prm__decimal *number);

/* ---- lint_filter.c ---- */

/* What is certain of a field in every event that a filter lets pass. */
typedef struct prm__lint_field {
    prm__decimal low, high;
    bool has_low, has_high;
    uint32_t values; /* so many different ones at the most; UINT32_MAX: not known */
} prm__lint_field;

prm__lint_field prm__lint_filter(const prm__compiler *c, uint32_t filter, uint32_t name);

/* ---- lint_condition.c ---- */

/* A condition of `count` rows, written as `node`. */
void prm__lint_condition(prm__compiler *c, const prm__yaml_node *node, uint32_t first, uint32_t count);

/* One comparison, whose threshold stands at `node`. */
void prm__lint_compare(prm__compiler *c, const prm__p_condition *row, const prm__yaml_node *node);

/* Whether a condition says with `is: true` that it holds whatever happens. (Where a threshold makes it
 * hold, that is said of the threshold.) */
bool prm__lint_says_always(const prm__compiler *c, uint32_t first, uint32_t count);

/* Whether whenever the condition `b` holds, `a` does: where they are the same, or one comparison
 * each of the same number. Conditions are rows [first, first + count). */
bool prm__lint_implied(const prm__compiler *c, uint32_t first_b, uint32_t count_b, uint32_t first_a,
                       uint32_t count_a);

/* ---- The findings ---- */

/* lint_rule.c: tiers, limits, reminders: what one rule says against itself. */
void prm__lint_one_rule(prm__compiler *c, prm__lint_rule rule);

/* lint_tiers.c */
void prm__lint_tiers(prm__compiler *c, prm__lint_rule rule);

/* lint_exclusive.c: rules that stand in each other's way. */
void prm__lint_exclusive(prm__compiler *c, prm__lint_rules rules);

/* lint_rates.c: what `max`, `min` and the reference rate make of rates. */
void prm__lint_rates(prm__compiler *c, const prm__yaml_node *root, prm__lint_rules rules);

/* lint_ranks.c */
void prm__lint_ranks(prm__compiler *c, const prm__yaml_node *ranks);

/* lint_journey.c */
void prm__lint_journey(prm__compiler *c, const prm__yaml_node *journey);

/* lint_unused.c: what is declared and never used. */
void prm__lint_unused(prm__compiler *c, const prm__yaml_node *root);

#endif
