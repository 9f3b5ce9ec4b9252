/* compile trigger: `when`, `each`, `while` and the measure of a contest, and with them
 * the events at which a rule is asked. */
#include "compile/rule.h"
#include "compile/schema_tables.h"

#include <string.h>

/* ---- each ---- */

static bool trigger_each_types(prm__compiler *c, prm__compile_rule *rule)
{
    rule->row.first_each_type = (uint32_t)c->builder.type_lists.count;
    rule->row.each_type_count = rule->asks.count;
    return prm__lang_check(&c->lang,
                           prm__vec_append(&c->builder.type_lists, rule->asks.types, rule->asks.count));
}

static bool trigger_each_filter(prm__compiler *c, prm__compile_rule *rule)
{
    prm__p_rule *row = &rule->row;
    if (!prm__compile_filter(c, rule->context.where, NULL, rule->asks, &row->each_filter)) {
        rule->context.where = NULL; /* what is wrong with it was said */
        return false;
    }
    return prm__compile_link_filter(c, row->subject, row->each_filter, rule->node->key_span);
}

/* The types whose events fire the rule. */
static bool trigger_each(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *node = rule->values[PRM_RULE_EACH];
    prm__type_set types;
    bool known = prm__compile_type_set(c, node, &types);
    if (!prm__compile_filter_types(c, types, &rule->asks, prm__compile_carries, rule->row.subject))
        return false;
    if (known && rule->asks.count == 0) {
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span, NULL,
                         "these events carry no %s, so they belong to no subject of a rule `for: %s`",
                         prm__compile_kind_name(c, rule->row.subject),
                         prm__compile_kind_name(c, rule->row.subject));
        known = false;
    }
    rule->context.types = rule->asks;
    return trigger_each_filter(c, rule) && known && trigger_each_types(c, rule);
}

/* ---- Conditions ---- */

/* What the condition became, taken over into the rule's row. */
static bool trigger_take(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__compile_context *context = &rule->context;
    rule->row.first_condition = context->first_condition;
    rule->row.condition_count = context->condition_count;
    rule->row.single = context->single;
    rule->row.first_measure = (uint32_t)c->builder.rule_measures.count;
    rule->row.measure_count = (uint32_t)c->looked.count;
    return prm__lang_check(&c->lang,
                           prm__vec_append(&c->builder.rule_measures, c->looked.data, c->looked.count));
}

static bool trigger_condition(prm__compiler *c, const prm__yaml_node *node, const char *place,
                              prm__compile_rule *rule)
{
    rule->context.place = place;
    bool ok = prm__compile_condition(c, node, &rule->context);
    rule->has_value = rule->context.has_value;
    return ok && trigger_take(c, rule);
}

/* Whether the measures may not hold before they count: only what is reached is asked that way. */
static bool trigger_when(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *node = rule->values[PRM_RULE_WHEN];
    prm__p_rule *row = &rule->row;
    if (node == NULL)
        return true;
    if (row->form == PRM_FORM_TIERS)
        rule->context.bare = "the tiers have the thresholds";
    if (row->form == PRM_FORM_EACH)
        rule->context.no_every = "with `each` every event fires by itself";
    if (row->form == PRM_FORM_STAGE)
        rule->context.no_every = "a stage is reached once, and not again and again";
    rule->context.must_count = row->form == PRM_FORM_STAGE ||
                               (row->form == PRM_FORM_REACH && row->at_close == 0);
    if (!trigger_condition(c, node, "`when`", rule))
        return false;
    const prm__p_condition *first = prm__vec_at(&c->builder.conditions, row->first_condition);
    if (first->kind == PRM_CONDITION_EVERY)
        row->form = PRM_FORM_EVERY;
    return true;
}

/* `while: always`, or a condition. */
static bool trigger_while(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *node = rule->values[PRM_RULE_WHILE];
    rule->context.no_every = "what holds for a time has no multiples";
    rule->context.by_clock = "also when time alone changes the answer";
    if (node->kind == PRM_YAML_MAPPING)
        return trigger_condition(c, node, "`while`", rule);
    if (node->kind == PRM_YAML_SCALAR && strcmp(node->text, prm__choices_of_while.names[0]) == 0)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span,
                     prm__lang_suggest(&c->lang, node->text, node->kind == PRM_YAML_SCALAR ? node->size : 0,
                                       prm__choices_of_while.names, prm__choices_of_while.count,
                                       "write for example `while: {is: partner.certified}`"),
                     "`while` is a condition, or `always`");
    return false;
}

/* ---- Which events ask ---- */

/* The types of rep.joined and rep.left: what changes a roster. */
static bool trigger_is_roster(const prm__compiler *c, uint32_t type, uint32_t context)
{
    (void)context;
    uint32_t role = prm__vocab_type_at(&c->vocabulary, type)->role;
    return role == PRM_VOCAB_REP_JOINED || role == PRM_VOCAB_REP_LEFT;
}

/* Types in which no key of the subject is something else than a text. */
static bool trigger_no_other_key(const prm__compiler *c, uint32_t type, uint32_t kind)
{
    const prm__p_kind *row = prm__vec_at(&c->builder.kinds, kind);
    for (uint32_t i = 0; i < row->key_count; i++) {
        const prm__vocab_field *field = prm__vocab_field_of(&c->vocabulary, type, row->keys[i]);
        if (field != NULL && field->type != PRM_VOCAB_TEXT)
            return false;
    }
    return true;
}

/* A rule is asked at each event that one of its measures counts, and when the roster changes;
 * a `while` at each event of its partner. */
static bool trigger_asks(prm__compiler *c, prm__compile_rule *rule)
{
    prm__type_set all, roster;
    rule->row.asks_roster = rule->context.uses_roster && rule->row.form != PRM_FORM_EACH &&
                            rule->row.at_close == 0 && rule->row.form != PRM_FORM_CONTEST;
    if (rule->row.form == PRM_FORM_EACH)
        return true;
    if (!prm__compile_all_types(c, &all))
        return false;
    if (rule->row.form == PRM_FORM_WHILE)
        return prm__compile_filter_types(c, all, &rule->asks, trigger_no_other_key, rule->row.subject);
    rule->asks = rule->context.counted;
    return !rule->context.uses_roster || (prm__compile_filter_types(c, all, &roster, trigger_is_roster, 0) &&
                                          prm__compile_join_types(c, rule->asks, roster, &rule->asks));
}

/* ---- The whole ---- */

static bool trigger_missing(prm__compiler *c, const prm__compile_rule *rule)
{
    if ((rule->meant & prm__schema_marked(&prm__keys_of_rule, PRM_SCHEMA_CAUSE)) == 0)
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_NO_TRIGGER, rule->node->key_span,
                         "write for example `when: {count: deal.won, at_least: 10}`",
                         "nothing triggers this rule: it needs `when`, `each`, `while` or `contest`");
    return false;
}

static bool trigger_read(prm__compiler *c, prm__compile_rule *rule)
{
    rule->context.by_clock = rule->by_clock;
    if (rule->row.form == PRM_FORM_CONTEST)
        return prm__rule_contest(c, rule);
    if (rule->row.form == PRM_FORM_WHILE)
        return trigger_while(c, rule);
    if (rule->values[PRM_RULE_EACH] == NULL && rule->values[PRM_RULE_WHEN] == NULL)
        return trigger_missing(c, rule);
    bool ok = rule->values[PRM_RULE_EACH] == NULL || trigger_each(c, rule);
    return trigger_when(c, rule) && ok;
}

bool prm__rule_contest_by(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule)
{
    rule->context.bare = "a contest compares the measures themselves";
    return trigger_condition(c, node, "`by`", rule);
}

bool prm__rule_trigger(prm__compiler *c, prm__compile_rule *rule)
{
    bool ok = trigger_read(c, rule);
    return trigger_asks(c, rule) && ok;
}
