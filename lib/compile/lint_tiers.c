/* lint tiers: tiers and places that give less for more, and thresholds that stand twice. */
#include "compile/lint.h"

/* The only action of a step, and where it stands. */
typedef struct tiers_step {
    const prm__p_action *action; /* NULL: none, or several */
    const prm__yaml_node *node;
} tiers_step;

static tiers_step tiers_step_of(const prm__compiler *c, const prm__p_tier *tier, const prm__yaml_node *block)
{
    if (tier->then.action_count != 1)
        return (tiers_step){NULL, NULL};
    return (tiers_step){prm__vec_at(&c->builder.actions, tier->then.first_action),
                        prm__lint_action(block, 0)};
}

/* Where the amount or the rate stands. */
static const prm__yaml_node *tiers_amount_node(const prm__compiler *c, tiers_step step)
{
    if (step.action->kind == PRM_ACTION_RATE)
        return prm__yaml_find(step.node, "rate");
    const prm__p_reward *reward = prm__vec_at(&c->builder.rewards, step.action->reward);
    const prm__p_text *text = prm__vec_at(&c->builder.texts, reward->text);
    const char *name = PRM_VEC(c->builder.bytes, const char) + text->offset;
    for (const prm__yaml_node *child = step.node->first; child != NULL; child = child->next)
        if (child->key_size == text->size && prm__bytes_same(child->key, name, text->size))
            return child;
    return step.node; /* LCOV_EXCL_LINE the action has the key of its reward */
}

static bool tiers_reward_falls(const prm__compiler *c, const prm__p_action *low, const prm__p_action *high)
{
    prm__decimal less, more;
    return low->reward == high->reward && low->to == high->to && prm__lint_constant(c, low->amount, &less) &&
           prm__lint_constant(c, high->amount, &more) && more < less;
}

/* A rate that is set takes the place of the lower tier's; one that is added stands beside it,
 * unless only the highest tier fires. */
static bool tiers_rate_falls(const prm__p_action *low, const prm__p_action *high, bool alone)
{
    return low->added == high->added && (alone || high->added == 0) && low->product == high->product &&
           low->group == high->group && low->from == high->from && low->lasts == high->lasts &&
           (alone || low->lasts != PRM_LASTS_DURATION) && low->duration.count == high->duration.count &&
           low->duration.unit == high->duration.unit && low->until == high->until && high->rate < low->rate;
}

/* Whether `high` gives less than `low`; `alone`: the one is given in the place of the other. */
static bool tiers_fall(const prm__compiler *c, const prm__p_action *low, const prm__p_action *high,
                       bool alone)
{
    if (low->kind != high->kind)
        return false;
    if (low->kind == PRM_ACTION_RATE)
        return tiers_rate_falls(low, high, alone);
    return low->kind == PRM_ACTION_REWARD && alone && tiers_reward_falls(c, low, high);
}

static void tiers_steps(prm__compiler *c, prm__lint_rule rule, const prm__yaml_node *list, bool places)
{
    tiers_step before = {NULL, NULL};
    const prm__yaml_node *node = list->first;
    for (uint32_t i = 0; i < rule.row->tier_count && node != NULL; i++, node = node->next) {
        const prm__p_tier *tier = prm__vec_at(&c->builder.tiers, rule.row->first_tier + i);
        tiers_step step = tiers_step_of(c, tier, places ? node : prm__yaml_find(node, "then"));
        const prm__p_action *low = places ? step.action : before.action;
        const prm__p_action *high = places ? before.action : step.action;
        if (low != NULL && high != NULL && tiers_fall(c, low, high, places || rule.row->pick_highest != 0)) {
            const prm__yaml_node *amount = tiers_amount_node(c, step);
            prm__diag_report(c->lang.diag, PRM_DIAG_MORE_GIVES_LESS, amount->span,
                             places ? "put the places in order, the best first" : "correct one of the two",
                             places ? "this place gives more than the better one before it"
                                    : "this tier gives less than the lower one before it");
        }
        before = step;
    }
}

/* Tiers by attributes do not show their order, but twice the same is one too many. */
static void tiers_twice(prm__compiler *c, prm__lint_rule rule, const prm__yaml_node *list)
{
    const prm__p_tier *tiers = prm__vec_at(&c->builder.tiers, rule.row->first_tier);
    const prm__yaml_node *node = list->first;
    for (uint32_t i = 0; i < rule.row->tier_count && node != NULL; i++, node = node->next) {
        uint32_t k = 0;
        while (k < i && (tiers[k].attribute == PRM_NO_INDEX || tiers[k].attribute != tiers[i].attribute))
            k++;
        if (k == i)
            continue;
        const prm__yaml_node *threshold = prm__yaml_find(node, "at_least");
        prm__diag_report(c->lang.diag, PRM_DIAG_TIER_TWICE, threshold->span, "join both, or correct one",
                         "tier %u has this threshold already", k + 1);
    }
}

static void tiers_thresholds(prm__compiler *c, prm__lint_rule rule, const prm__yaml_node *list)
{
    const prm__yaml_node *node = list->first;
    prm__p_condition row = *(const prm__p_condition *)prm__vec_at(&c->builder.conditions, rule.row->single);
    row.kind = PRM_CONDITION_AT_LEAST;
    for (uint32_t i = 0; i < rule.row->tier_count && node != NULL; i++, node = node->next) {
        const prm__p_tier *tier = prm__vec_at(&c->builder.tiers, rule.row->first_tier + i);
        row.threshold = tier->threshold;
        row.attribute = tier->attribute;
        prm__lint_compare(c, &row, prm__yaml_find(node, "at_least"));
    }
}

void prm__lint_tiers(prm__compiler *c, prm__lint_rule rule)
{
    const prm__yaml_node *tiers = prm__lint_key(rule, "tiers");
    const prm__yaml_node *contest = prm__lint_key(rule, "contest");
    if (tiers != NULL) {
        tiers_thresholds(c, rule, tiers);
        tiers_twice(c, rule, tiers);
        tiers_steps(c, rule, tiers, false);
    } else if (contest != NULL) {
        tiers_steps(c, rule, prm__yaml_find(contest, "places"), true);
    }
}
