/* lint rates: what `max`, `min` and the reference rate make of the rates of a program. A
 * rate is held against the lowest (or the highest) one that it can be added to, so that what is
 * said of it is so in every case. */
#include "compile/lint.h"

typedef struct rates_facts {
    const prm__p_commission *commission;
    prm__decimal low, high; /* of the rates that additions are added to */
    bool lowering, raising; /* some addition is negative, is positive */
    bool said_reference;    /* some rate was found above the reference rate */
} rates_facts;

static const prm__p_action *rates_actions(const prm__compiler *c, prm__lint_rule rule)
{
    return (const prm__p_action *)c->builder.actions.data + rule.row->first_action;
}

/* ---- What is added to ---- */

static void rates_start(rates_facts *facts, int64_t rate)
{
    facts->low = rate < facts->low ? rate : facts->low;
    facts->high = rate > facts->high ? rate : facts->high;
}

static void rates_of_rule(const prm__compiler *c, prm__lint_rule rule, rates_facts *facts)
{
    const prm__p_action *actions = rates_actions(c, rule);
    for (uint32_t i = 0; i < rule.row->action_count; i++) {
        if (actions[i].kind != PRM_ACTION_RATE)
            continue;
        if (actions[i].added == 0)
            rates_start(facts, actions[i].rate);
        facts->lowering = facts->lowering || (actions[i].added != 0 && actions[i].rate < 0);
        facts->raising = facts->raising || (actions[i].added != 0 && actions[i].rate > 0);
    }
}

static rates_facts rates_read(const prm__compiler *c, prm__lint_rules rules)
{
    const prm__builder *b = &c->builder;
    rates_facts facts = {.commission = &b->head.commission, .low = INT64_MAX, .high = INT64_MIN};
    for (size_t i = 0; i < b->brackets.count; i++)
        rates_start(&facts, PRM_VEC(b->brackets, const prm__p_bracket)[i].rate);
    if (b->brackets.count == 0)
        rates_start(&facts, facts.commission->base);
    for (size_t i = 0; i < b->product_rates.count; i++)
        rates_start(&facts, PRM_VEC(b->product_rates, const prm__p_product_rate)[i].rate);
    for (size_t i = 0; i < b->levels.count; i++)
        if (PRM_VEC(b->levels, const prm__p_level)[i].has_rate != 0)
            rates_start(&facts, PRM_VEC(b->levels, const prm__p_level)[i].rate);
    for (uint32_t i = 0; i < rules.count; i++)
        rates_of_rule(c, rules.rules[i], &facts);
    return facts;
}

/* ---- Rates that stand by themselves ---- */

static void rates_cut(prm__compiler *c, const prm__yaml_node *node, const char *bound, prm__decimal limit)
{
    char number[PRM_LINT_NUMBER_BYTES];
    prm__diag_report(c->lang.diag, PRM_DIAG_RATE_ALWAYS_CUT, node->span,
                     prm__lang_format(&c->lang, "change `%s` of `commission`, or this rate", bound),
                     "`%s` of the commission holds this rate of %s at %s%% in every case", bound,
                     prm__lint_written(c, node), prm__lint_percent(limit, number));
}

/* A whole rate outside of `min` and `max` that no addition brings back. */
static void rates_whole(prm__compiler *c, const rates_facts *facts, const prm__yaml_node *node)
{
    prm__decimal rate;
    if (node == NULL || prm__decimal_read(node->text, node->size, true, &rate) != PRM_DECIMAL_READ)
        return;
    if (rate > facts->commission->max && !facts->lowering)
        rates_cut(c, node, "max", facts->commission->max);
    else if (rate < facts->commission->min && !facts->raising)
        rates_cut(c, node, "min", facts->commission->min);
}

static void rates_products(prm__compiler *c, const rates_facts *facts, const prm__yaml_node *list)
{
    for (const prm__yaml_node *child = list == NULL ? NULL : list->first; child != NULL; child = child->next)
        rates_whole(c, facts, child);
}

/* A slice at no higher rate than the one below it: nothing wrong, but seldom meant. */
static void rates_brackets(prm__compiler *c, const rates_facts *facts, const prm__yaml_node *list)
{
    const prm__p_bracket *rows = c->builder.brackets.data;
    const prm__yaml_node *node = prm__schema_first(list);
    uint32_t count = (uint32_t)c->builder.brackets.count;
    uint32_t first = list->kind == PRM_YAML_LIST && count > list->count ? 1 : 0; /* the base rate's own */
    for (uint32_t i = first; i < count && node != NULL; i++, node = prm__schema_next(list, node)) {
        const prm__yaml_node *rate = prm__yaml_find(node, "rate");
        rates_whole(c, facts, rate);
        if (i == 0 || rows[i].rate > rows[i - 1].rate)
            continue;
        prm__diag_report(c->lang.diag, PRM_DIAG_BRACKET_NOT_HIGHER, rate->span, NULL, "%s",
                         rows[i].rate < rows[i - 1].rate
                             ? "from here on more sales earn a lower rate than those below"
                             : "this bracket has the rate of the one before it, and changes nothing");
    }
}

static void rates_commission(prm__compiler *c, const rates_facts *facts, const prm__yaml_node *node)
{
    const prm__yaml_node *brackets = prm__yaml_find(node, "brackets");
    if (brackets == NULL)
        rates_whole(c, facts, prm__yaml_find(node, "base"));
    else
        rates_brackets(c, facts, prm__yaml_find(brackets, "rates"));
    rates_products(c, facts, prm__yaml_find(node, "by_product"));
}

static void rates_ranks(prm__compiler *c, const rates_facts *facts, const prm__yaml_node *node)
{
    const prm__yaml_node *levels = node == NULL ? NULL : prm__yaml_find(node, "levels");
    for (const prm__yaml_node *level = levels == NULL ? NULL : levels->first; level != NULL;
         level = level->next) {
        rates_whole(c, facts, prm__yaml_find(level, "rate"));
        rates_products(c, facts, prm__yaml_find(level, "by_product"));
    }
}

/* ---- Rates that rules grant ---- */

/* The mapping of an action, found from that of the action before it where both are in one block. */
typedef struct rates_place {
    const prm__yaml_node *block;
    const prm__yaml_node *node;
    uint32_t kind, number;
} rates_place;

static const prm__yaml_node *rates_node(prm__lint_rule rule, const prm__p_action *action, rates_place *at)
{
    if (at->node != NULL && action->place > 0 && at->kind == action->block && at->number == action->number) {
        at->node = prm__schema_next(at->block, at->node);
        return at->node;
    }
    at->kind = action->block;
    at->number = action->number;
    if (action->block == PRM_BLOCK_TIER)
        at->block = prm__yaml_find(prm__lint_action(prm__lint_key(rule, "tiers"), action->number - 1),
                                   "then");
    else
        at->block = prm__lint_key(rule, action->block == PRM_BLOCK_ELSE ? "else" : "then");
    at->node = at->block == NULL ? NULL : prm__schema_first(at->block);
    return at->node;
}

static prm__decimal rates_held(const rates_facts *facts, prm__decimal rate)
{
    return rate > facts->commission->max ? facts->commission->max : rate;
}

static void rates_set(prm__compiler *c, rates_facts *facts, const prm__yaml_node *rate, int64_t number)
{
    rates_whole(c, facts, rate);
    if (c->reference_rate != 0 && rates_held(facts, number) > c->reference_rate)
        facts->said_reference = true;
    prm__compile_reference(c, rate, "rate", (int64_t)rates_held(facts, number));
}

static void rates_above_reference(prm__compiler *c, rates_facts *facts, const prm__yaml_node *rate,
                                  prm__decimal sum)
{
    char high[PRM_LINT_NUMBER_BYTES], reference[PRM_LINT_NUMBER_BYTES];
    prm__diag_report(c->lang.diag, PRM_DIAG_ABOVE_REFERENCE_RATE, rate->span,
                     "lower it, or hold the rate down with `max` of `commission`",
                     "with `%s` the rate comes to %s%%, above the reference rate of %s%%",
                     prm__lint_written(c, rate), prm__lint_percent(sum, high),
                     prm__lint_percent(c->reference_rate, reference));
    facts->said_reference = true;
}

static void rates_added(prm__compiler *c, rates_facts *facts, const prm__yaml_node *rate, int64_t number)
{
    const prm__p_commission *commission = facts->commission;
    char start[PRM_LINT_NUMBER_BYTES], end[PRM_LINT_NUMBER_BYTES];
    bool above = number > 0 && !facts->lowering && facts->low + number > commission->max;
    bool below = number < 0 && !facts->raising && facts->high + number < commission->min;
    prm__decimal sum = rates_held(facts, facts->low + number);
    if (above || below)
        prm__diag_report(
            c->lang.diag, PRM_DIAG_RATE_ALWAYS_CUT, rate->span,
            prm__lang_format(&c->lang, "change `%s` of `commission`, or this rate", above ? "max" : "min"),
            "`%s` never counts in full: it is added to %s%% or %s, and `%s` holds that at %s%%",
            prm__lint_written(c, rate), prm__lint_percent(above ? facts->low : facts->high, start),
            above ? "more" : "less", above ? "max" : "min",
            prm__lint_percent(above ? commission->max : commission->min, end));
    if (c->reference_rate != 0 && !facts->lowering && number > 0 && facts->low <= c->reference_rate &&
        sum > c->reference_rate)
        rates_above_reference(c, facts, rate, sum);
}

/* A rate from the next window on that ends before any such window begins. */
static void rates_in_time(prm__compiler *c, prm__lint_rule rule, const prm__p_action *action,
                          const prm__yaml_node *node)
{
    if (action->from != PRM_FROM_NEXT_PERIOD || action->lasts != PRM_LASTS_UNTIL ||
        rule.row->active == PRM_NO_INDEX)
        return;
    int64_t from = PRM_VEC(c->builder.actives, const prm__p_active)[rule.row->active].from;
    uint32_t period = PRM_VEC(c->builder.windows, const prm__p_window)[rule.row->window].period;
    if (from == INT64_MIN || from >= action->until)
        return; /* open, or said already */
    if (period == PRM_PERIOD_NONE)
        period = PRM_PERIOD_MONTH;
    if (prm__calendar_window(&c->calendar, (prm__period)period, from).end < action->until)
        return;
    prm__diag_report(c->lang.diag, PRM_DIAG_RATE_NEVER_HOLDS, prm__yaml_find(node, "until")->span,
                     "write a later day", "the rate ends before the first window in which it could begin");
}

/* The list of findings is full, and looking for places is of no use. */
static bool rates_enough(const prm__compiler *c)
{
    return c->lang.diag->exhausted || c->lang.diag->list.count > 100;
}

static void rates_rule(prm__compiler *c, rates_facts *facts, prm__lint_rule rule)
{
    const prm__p_action *actions = rates_actions(c, rule);
    rates_place at = {.node = NULL};
    for (uint32_t i = 0; i < rule.row->action_count && !rates_enough(c); i++) {
        const prm__yaml_node *node = rates_node(rule, &actions[i], &at);
        if (actions[i].kind != PRM_ACTION_RATE)
            continue;
        const prm__yaml_node *rate = prm__yaml_find(node, "rate");
        if (actions[i].added != 0)
            rates_added(c, facts, rate, actions[i].rate);
        else
            rates_set(c, facts, rate, actions[i].rate);
        rates_in_time(c, rule, &actions[i], node);
    }
}

/* ---- All additions together ---- */

/* Additions that may be in force at once: those that nothing but time and events stands before,
 * the highest of each group, and the highest of all others. */
typedef struct rates_sum {
    prm__decimal sum, other;
    int64_t *groups; /* by text: the highest */
    uint32_t *group_counts;
} rates_sum;

static bool rates_is_free(const prm__p_rule *row, const prm__p_action *action)
{
    return row->active == PRM_NO_INDEX && row->eligible == PRM_NO_INDEX && row->form != PRM_FORM_WHILE &&
           row->pick_highest == 0 && action->lasts == PRM_LASTS_FOR_GOOD;
}

static void rates_add(rates_sum *sum, const prm__p_rule *row, const prm__p_action *action)
{
    if (action->group != PRM_NO_INDEX)
        sum->group_counts[action->group]++;
    if (action->product != PRM_NO_INDEX || action->block == PRM_BLOCK_ELSE ||
        row->exclusive != PRM_NO_INDEX || action->rate <= 0)
        return;
    if (!rates_is_free(row, action)) {
        sum->other = action->rate > sum->other ? action->rate : sum->other;
    } else if (action->group == PRM_NO_INDEX) {
        sum->sum += action->rate;
    } else if (action->rate > sum->groups[action->group]) {
        sum->sum += action->rate - sum->groups[action->group];
        sum->groups[action->group] = action->rate;
    }
}

static bool rates_sum_of(prm__compiler *c, prm__lint_rules rules, rates_sum *sum)
{
    size_t texts = c->builder.texts.count + 1;
    *sum = (rates_sum){.groups = prm__lang_get(&c->lang, texts * sizeof *sum->groups),
                       .group_counts = prm__lang_get(&c->lang, texts * sizeof *sum->group_counts)};
    if (sum->groups == NULL || sum->group_counts == NULL)
        return false;
    for (uint32_t i = 0; i < rules.count; i++) {
        const prm__p_action *actions = rates_actions(c, rules.rules[i]);
        for (uint32_t k = 0; k < rules.rules[i].row->action_count; k++)
            if (actions[k].kind == PRM_ACTION_RATE && actions[k].added != 0)
                rates_add(sum, rules.rules[i].row, &actions[k]);
    }
    return true;
}

static void rates_together(prm__compiler *c, const rates_facts *facts, const prm__yaml_node *node,
                           const rates_sum *sum)
{
    char high[PRM_LINT_NUMBER_BYTES], reference[PRM_LINT_NUMBER_BYTES];
    prm__decimal all = rates_held(facts, facts->low + sum->sum + sum->other);
    if (c->reference_rate == 0 || facts->said_reference || facts->lowering ||
        facts->low > c->reference_rate || all <= c->reference_rate)
        return;
    prm__lint_percent(c->reference_rate, reference);
    prm__diag_report(
        c->lang.diag, PRM_DIAG_ABOVE_REFERENCE_RATE, node->key_span,
        prm__lang_format(&c->lang, "add `max: %s%%`, or put the additions into one `group`", reference),
        "when all that rules add is in force, the rate comes to %s%%, above the reference rate "
        "of %s%%",
        prm__lint_percent(all, high), reference);
}

/* Of a group of one there is nothing to choose, unless it adds up by itself. */
static void rates_groups(prm__compiler *c, prm__lint_rules rules, const rates_sum *sum)
{
    for (uint32_t i = 0; i < rules.count; i++) {
        const prm__p_action *actions = rates_actions(c, rules.rules[i]);
        rates_place at = {.node = NULL};
        for (uint32_t k = 0; k < rules.rules[i].row->action_count && !rates_enough(c); k++) {
            const prm__yaml_node *node = rates_node(rules.rules[i], &actions[k], &at);
            if (actions[k].group == PRM_NO_INDEX || sum->group_counts[actions[k].group] != 1 ||
                rules.rules[i].row->form == PRM_FORM_EVERY)
                continue;
            const prm__yaml_node *group = prm__yaml_find(node, "group");
            prm__diag_report(c->lang.diag, PRM_DIAG_NAME_ALONE, group->span,
                             "correct the name, or leave it out",
                             "no other rate is in `group: %s`, so there is none to choose from",
                             prm__lint_written(c, group));
        }
    }
}

void prm__lint_rates(prm__compiler *c, const prm__yaml_node *root, prm__lint_rules rules)
{
    const prm__yaml_node *commission = prm__yaml_find(root, "commission");
    rates_sum sum;
    if (commission == NULL || !rates_sum_of(c, rules, &sum))
        return;
    rates_facts facts = rates_read(c, rules);
    rates_commission(c, &facts, commission);
    rates_ranks(c, &facts, prm__yaml_find(root, "ranks"));
    for (uint32_t i = 0; i < rules.count && !rates_enough(c); i++)
        rates_rule(c, &facts, rules.rules[i]);
    rates_together(c, &facts, commission, &sum);
    rates_groups(c, rules, &sum);
}
