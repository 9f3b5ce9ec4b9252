/* lint rule: what the keys of one rule make of each other: limits that no grant meets or
 * that none gets through, reminders that come at once, events at which nobody is left. */
#include "compile/lint.h"

/* ---- Conditions ---- */

static void lint_rule_condition(prm__compiler *c, prm__lint_rule rule)
{
    static const char *const keys[] = {"when", "while"};
    const prm__p_rule *row = rule.row;
    const prm__yaml_node *node = NULL;
    for (uint32_t i = 0; i < 2 && node == NULL; i++)
        node = prm__lint_key(rule, keys[i]);
    if (node != NULL && node->kind == PRM_YAML_MAPPING)
        prm__lint_condition(c, node, row->first_condition, row->condition_count);
}

/* At the close the condition is asked in any case, so where it always holds, the rule fires. */
static void lint_else(prm__compiler *c, prm__lint_rule rule)
{
    const prm__yaml_node *node = prm__lint_key(rule, "else");
    if (node == NULL || rule.row->form != PRM_FORM_REACH || rule.row->at_close == 0 ||
        !prm__lint_says_always(c, rule.row->first_condition, rule.row->condition_count))
        return;
    prm__diag_report(c->lang.diag, PRM_DIAG_ELSE_NEVER, node->key_span,
                     "write in `when` what is to be reached, or leave `else` out",
                     "`else` never happens: `when` holds in every case");
}

/* ---- Reminders ---- */

/* Days that a duration has at the least; that a window has at the most (0: not known). */
static int64_t lint_days_least(prm__duration duration)
{
    if (duration.unit == PRM_UNIT_DAY)
        return duration.count;
    if (duration.unit == PRM_UNIT_MONTH)
        return duration.count / 12 * 365 + duration.count % 12 * 28;
    return duration.count / PRM_MS_PER_DAY - 1;
}

static int64_t lint_days_most(const prm__p_window *window)
{
    static const int32_t periods[] = {0, 1, 7, 31, 92, 184, 366, 92, 184, 366};
    int64_t period = periods[window->period], within = 0;
    if (window->kind == PRM_WINDOW_WITHIN && window->duration.unit == PRM_UNIT_DAY)
        within = window->duration.count + 1; /* and the rest of the first day */
    else if (window->kind == PRM_WINDOW_WITHIN && window->duration.unit == PRM_UNIT_MONTH)
        within = window->duration.count * 31 + 1;
    else if (window->kind == PRM_WINDOW_WITHIN)
        within = window->duration.count / PRM_MS_PER_DAY + 2;
    return period == 0 || (within != 0 && within < period) ? within : period;
}

static void lint_remind(prm__compiler *c, prm__lint_rule rule)
{
    const prm__yaml_node *node = prm__lint_key(rule, "remind");
    if (node == NULL)
        return;
    const prm__p_window *window = prm__vec_at(&c->builder.windows, rule.row->window);
    int64_t most = lint_days_most(window);
    if (most == 0 || lint_days_least(rule.row->remind_before) < most)
        return;
    const prm__yaml_node *before = prm__yaml_find(node, "before");
    prm__diag_report(c->lang.diag, PRM_DIAG_REMIND_AT_ONCE, before->span, "write a shorter time",
                     "`before: %s` is no less than the whole window: the reminder always comes at its start",
                     prm__lint_written(c, before));
}

/* ---- Amounts ---- */

/* The amount of an action, where it is one number of money. */
static bool lint_amount(const prm__compiler *c, const prm__p_action *action, prm__decimal *amount)
{
    return action->kind == PRM_ACTION_REWARD &&
           PRM_VEC(c->builder.rewards, const prm__p_reward)[action->reward].money != 0 &&
           prm__lint_constant(c, action->amount, amount);
}

/* The highest of the amounts that are one number. */
static prm__decimal lint_highest_amount(const prm__compiler *c, const prm__p_rule *row)
{
    prm__decimal highest = 0, amount;
    for (uint32_t i = 0; i < row->action_count; i++)
        if (lint_amount(c, prm__vec_at(&c->builder.actions, row->first_action + i), &amount) &&
            amount > highest)
            highest = amount;
    return highest;
}

static void lint_caps(prm__compiler *c, prm__lint_rule rule)
{
    const prm__yaml_node *max = prm__lint_key(rule, "max"), *budget = prm__lint_key(rule, "budget");
    uint32_t digits = c->builder.head.minor_digits;
    char number[PRM_LINT_NUMBER_BYTES];
    if (max == NULL && budget == NULL)
        return;
    prm__decimal highest = lint_highest_amount(c, rule.row);
    prm__decimal cap = max != NULL ? prm__decimal_from_minor(rule.row->max, digits) : highest;
    prm__decimal_write(highest, number);
    if (highest > cap)
        prm__diag_report(c->lang.diag, PRM_DIAG_MAX_ALWAYS_CUTS, max->span,
                         "raise `max`, or lower the amount", "`max` always cuts the %s of this rule to %s",
                         number, prm__lint_written(c, max));
    cap = highest > cap ? cap : highest;
    if (budget == NULL || cap <= prm__decimal_from_minor(rule.row->budget, digits))
        return;
    prm__decimal_write(cap, number);
    prm__diag_report(c->lang.diag, PRM_DIAG_BUDGET_BELOW_GRANT, budget->span,
                     "raise `budget`: it is the total over all partners",
                     "`budget` is less than one grant of %s, so none is ever paid in full", number);
}

/* ---- Limits ---- */

/* Whether a block has an outcome whenever it is carried out. */
static bool lint_is_sure(const prm__compiler *c, prm__p_block block)
{
    prm__decimal amount;
    for (uint32_t i = 0; i < block.action_count; i++) {
        const prm__p_action *action = prm__vec_at(&c->builder.actions, block.first_action + i);
        if (action->kind == PRM_ACTION_NOTICE)
            return true;
        if (action->kind == PRM_ACTION_REWARD && action->to == PRM_TO_SUBJECT &&
            prm__lint_constant(c, action->amount, &amount) && amount >= PRM_DECIMAL_ONE)
            return true;
    }
    return false;
}

/* Whether everything that one occasion grants a subject counts against one limit. */
static bool lint_limit_holds(const prm__p_rule *row, const prm__p_window *window)
{
    return row->limit_kind == row->subject &&
           (row->limit_period == PRM_PERIOD_NONE || row->limit_period == window->period);
}

static void lint_limit_tiers(prm__compiler *c, prm__lint_rule rule, const prm__yaml_node *times)
{
    const prm__p_rule *row = rule.row;
    if (row->form != PRM_FORM_TIERS || row->pick_highest != 0 || row->limit_times >= row->tier_count)
        return;
    for (uint32_t i = 0; i < row->limit_times; i++)
        if (!lint_is_sure(c, PRM_VEC(c->builder.tiers, const prm__p_tier)[row->first_tier + i].then))
            return;
    prm__diag_report(c->lang.diag, PRM_DIAG_LIMIT_BELOW_TIERS, times->span,
                     "each tier is a grant of its own: raise `times`, or use `pick: highest`",
                     "the limit lets %u of the %u tiers through, so the others never give anything",
                     row->limit_times, row->tier_count);
}

static void lint_limit_every(prm__compiler *c, prm__lint_rule rule, const prm__yaml_node *times)
{
    if (rule.row->form != PRM_FORM_EVERY || rule.row->limit_times > 1 || !lint_is_sure(c, rule.row->then))
        return;
    prm__diag_report(c->lang.diag, PRM_DIAG_LIMIT_BELOW_TIERS, times->span,
                     "write `at_least` instead of `every`, or raise `times`",
                     "the limit lets the first multiple through only, so `every` never comes to a second");
}

/* What is reached fires once in each occasion. */
static void lint_limit_idle(prm__compiler *c, prm__lint_rule rule, const prm__p_window *window,
                            const prm__yaml_node *times)
{
    if (rule.row->form != PRM_FORM_REACH || rule.row->otherwise.action_count > 0 ||
        rule.row->limit_kind != rule.row->subject ||
        (window->period != PRM_PERIOD_NONE && rule.row->limit_period != window->period))
        return;
    prm__diag_report(c->lang.diag, PRM_DIAG_LIMIT_NEVER_MET, times->span,
                     "leave `limit` out, or write `per`, `every` or `each` if it is meant to fire again",
                     "the limit is never met: the rule fires once %s of each subject",
                     window->period == PRM_PERIOD_NONE ? "in the life" : "in each window");
}

static void lint_limit(prm__compiler *c, prm__lint_rule rule)
{
    const prm__yaml_node *node = prm__lint_key(rule, "limit");
    if (node == NULL)
        return;
    const prm__p_window *window = prm__vec_at(&c->builder.windows, rule.row->window);
    const prm__yaml_node *times = prm__yaml_find(node, "times");
    if (rule.row->exclusive == PRM_NO_INDEX &&
        lint_limit_holds(rule.row, window)) { /* what another rule takes away uses up no limit */
        lint_limit_tiers(c, rule, times);
        lint_limit_every(c, rule, times);
    }
    lint_limit_idle(c, rule, window, times);
}

/* ---- Leaving ---- */

/* Whether the subject is gone once an event of the type has happened. */
static bool lint_leaves(const prm__compiler *c, const prm__p_rule *row, uint32_t type)
{
    uint32_t role = prm__vocab_type_at(&c->vocabulary, type)->role;
    if (((const prm__p_kind *)prm__vec_at(&c->builder.kinds, row->subject))->link != PRM_LINK_NONE)
        return false;
    return role == PRM_VOCAB_PARTNER_LEFT ||
           (role == PRM_VOCAB_REP_LEFT && prm__compile_kind_has(c, row->subject, PRM_NAME_REP));
}

static void lint_leaving(prm__compiler *c, prm__lint_rule rule)
{
    const prm__yaml_node *node = prm__lint_key(rule, "each");
    const prm__p_rule *row = rule.row;
    if (node == NULL)
        return;
    for (uint32_t i = 0; i < row->each_type_count; i++)
        if (!lint_leaves(c, row, PRM_VEC(c->builder.type_lists, const uint32_t)[row->first_each_type + i]))
            return;
    prm__diag_report(c->lang.diag, PRM_DIAG_FIRES_AT_LEAVING, node->span,
                     "ask those above it: `for: parent` or `for: referrer`",
                     "who leaves has left when the rule is asked, and nothing fires for them any more");
}

void prm__lint_one_rule(prm__compiler *c, prm__lint_rule rule)
{
    lint_rule_condition(c, rule);
    lint_else(c, rule);
    lint_remind(c, rule);
    lint_caps(c, rule);
    lint_limit(c, rule);
    lint_leaving(c, rule);
    if (rule.row->tier_count > 0)
        prm__lint_tiers(c, rule);
}
