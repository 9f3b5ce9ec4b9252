/* compile tiers: what a rule gives by steps: tiers of one measure, and the places of a
 * contest. Both are rows of `tiers`, in the order of the file. */
#include "compile/clause.h"
#include "compile/rule.h"
#include "compile/schema_tables.h"

#include <string.h>

#define TIERS_MOST 64 /* engines keep those reached in 64 bits */

enum { TIER_AT_LEAST, TIER_THEN, TIER_KEYS };

static const prm__schema_key tier_keys[TIER_KEYS] = {
    [TIER_AT_LEAST] = {"at_least", PRM_SCHEMA_THRESHOLD, PRM_SCHEMA_REQUIRED, "the threshold of this tier",
                       "10", NULL},
    [TIER_THEN] = {"then", PRM_SCHEMA_MAPPINGS, PRM_SCHEMA_REQUIRED,
                   "what happens at this threshold, such as `then: {cash: 5000}`", "{cash: 5000}", NULL},
};

const prm__schema prm__keys_of_tier = {"a tier", tier_keys, TIER_KEYS, "{at_least: 10, then: {cash: 5000}}",
                                       0,        NULL};

/* Whether it is a list of not too many elements. */
static bool tiers_list(prm__compiler *c, const prm__yaml_node *node, const char *what)
{
    if (node->kind != PRM_YAML_LIST || node->count == 0) {
        prm__diag_report(c->lang.diag, PRM_DIAG_WRONG_TYPE, node->key_span, NULL, "`%s` takes a list of %s",
                         node->key, what);
        return false;
    }
    if (node->count <= TIERS_MOST)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->key_span, "split the rule",
                     "`%s` has at most %d elements", node->key, TIERS_MOST);
    return false;
}

static bool tiers_push(prm__compiler *c, const prm__p_tier *tier)
{
    prm__p_tier *row = prm__compile_push(c, &c->builder.tiers);
    if (row != NULL)
        *row = *tier;
    return row != NULL;
}

/* ---- Tiers ---- */

/* Each tier lies above the one before it, as far as both are known. */
static bool tiers_ascend(prm__compiler *c, const prm__yaml_node *node, const prm__compile_rule *rule,
                         const prm__p_tier *tier)
{
    if (c->builder.tiers.count == rule->row.first_tier || tier->attribute != PRM_NO_INDEX)
        return true;
    const prm__p_tier *before = prm__vec_at(&c->builder.tiers, c->builder.tiers.count - 1);
    if (before->attribute != PRM_NO_INDEX || before->threshold < tier->threshold)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_TIERS, node->span,
                     "write the tiers from the lowest to the highest",
                     "a tier of %.*s does not lie above the one before it",
                     prm__lang_shown(node->text, node->size), node->text);
    return false;
}

/* A tier must be reached by events, unless it is asked at the close only. */
static bool tiers_counts(prm__compiler *c, const prm__yaml_node *node, const prm__compile_rule *rule,
                         const prm__p_tier *tier)
{
    if (rule->row.at_close != 0 || rule->row.single == PRM_NO_INDEX)
        return true;
    prm__p_condition condition = *(prm__p_condition *)prm__vec_at(&c->builder.conditions, rule->row.single);
    prm__measured measured = {.row = condition.measure, .expr = condition.expr, .key = PRM_WHEN_VALUE};
    if (measured.row != PRM_NO_INDEX)
        measured.key = PRM_VEC(c->builder.measures, prm__p_measure)[measured.row].kind;
    condition.kind = PRM_CONDITION_AT_LEAST;
    condition.threshold = tier->threshold;
    condition.attribute = tier->attribute;
    return prm__compare_at_rest(c, &measured, &condition).never || prm__compare_at_once(c, node, "at_least");
}

static bool tiers_one(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule, uint32_t number)
{
    const prm__action_place place = {"then", PRM_BLOCK_TIER, number, rule->by_clock};
    const prm__yaml_node *values[TIER_KEYS];
    prm__p_tier tier;
    memset(&tier, 0, sizeof tier);
    tier.attribute = PRM_NO_INDEX;
    if (!prm__schema_read(&c->lang, node, &prm__keys_of_tier, values, NULL))
        return false; /* LCOV_EXCL_LINE the schema around it lets mappings through, nothing else */
    const prm__yaml_node *threshold = values[TIER_AT_LEAST];
    bool ok = threshold != NULL &&
              prm__compare_threshold(c, threshold, "at_least", &rule->context, &tier.threshold,
                                     &tier.attribute) &&
              tiers_counts(c, threshold, rule, &tier) && tiers_ascend(c, threshold, rule, &tier);
    ok = values[TIER_THEN] != NULL && prm__rule_block(c, values[TIER_THEN], rule, &place, &tier.then) && ok;
    return ok && tiers_push(c, &tier);
}

bool prm__rule_tiers(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *node = rule->values[PRM_RULE_TIERS];
    uint32_t number = 0;
    bool ok = true;
    rule->row.first_tier = (uint32_t)c->builder.tiers.count;
    if (!tiers_list(c, node, "tiers: `[{at_least: 10, then: {cash: 5000}}]`"))
        return false;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next)
        ok = tiers_one(c, child, rule, ++number) && ok;
    rule->row.tier_count = (uint32_t)c->builder.tiers.count - rule->row.first_tier;
    return ok;
}

/* ---- Contests ---- */

enum { CONTEST_BY, CONTEST_PLACES, CONTEST_KEYS };

static const prm__schema_key contest_keys[CONTEST_KEYS] = {
    [CONTEST_BY] = {"by", PRM_SCHEMA_MAPPING, PRM_SCHEMA_REQUIRED,
                    "the measure that decides, such as `by: {sum: amount, of: deal.won}`",
                    "{sum: amount, of: deal.won}", NULL},
    [CONTEST_PLACES] = {"places", PRM_SCHEMA_ANY, PRM_SCHEMA_REQUIRED,
                        "the rewards from the first place on, such as `places: [{cash: 5000}]`",
                        "[{cash: 50000}, {cash: 20000}]", NULL},
};

const prm__schema prm__keys_of_contest = {
    "`contest`", contest_keys, CONTEST_KEYS, "{by: {sum: amount, of: deal.won}, places: [{cash: 50000}]}",
    0,           NULL};

bool prm__rule_contest(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *values[CONTEST_KEYS];
    if (!prm__schema_read(&c->lang, rule->values[PRM_RULE_CONTEST], &prm__keys_of_contest, values, NULL))
        return false; /* LCOV_EXCL_LINE the schema around it lets mappings through, nothing else */
    rule->places = values[CONTEST_PLACES];
    bool ok = rule->places != NULL;
    return values[CONTEST_BY] != NULL && prm__rule_contest_by(c, values[CONTEST_BY], rule) && ok;
}

static bool tiers_place(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule,
                        uint32_t number)
{
    const prm__action_place place = {"a place", PRM_BLOCK_PLACE, number, rule->by_clock};
    prm__p_tier tier;
    memset(&tier, 0, sizeof tier);
    tier.attribute = PRM_NO_INDEX;
    return prm__schema_check(&c->lang, node, PRM_SCHEMA_MAPPINGS, "a place", prm__keys_of_action.example) &&
           prm__rule_block(c, node, rule, &place, &tier.then) && tiers_push(c, &tier);
}

bool prm__rule_places(prm__compiler *c, prm__compile_rule *rule)
{
    uint32_t number = 0;
    bool ok = true;
    rule->row.first_tier = (uint32_t)c->builder.tiers.count;
    if (!tiers_list(c, rule->places, "places: `[{cash: 5000}, {cash: 3000}]`"))
        return false;
    for (const prm__yaml_node *child = rule->places->first; child != NULL; child = child->next)
        ok = tiers_place(c, child, rule, ++number) && ok;
    rule->row.tier_count = (uint32_t)c->builder.tiers.count - rule->row.first_tier;
    return ok;
}
