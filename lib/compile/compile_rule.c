/* compile rule: one rule after the other, in the order of the file. */
#include "compile/rule.h"
#include "compile/schema_tables.h"

#include "lang/scalars.h"

#include <string.h>

static const char *const rule_whiles[] = {"always"};
const prm__choices prm__choices_of_while = {rule_whiles, 1, false};

static const char *const rule_ats[] = {"close"};
const prm__choices prm__choices_of_at = {rule_ats, 1, false};

static const char *const rule_picks[] = {"highest"};
const prm__choices prm__choices_of_pick = {rule_picks, 1, false};

static const prm__schema_key rule_keys[PRM_RULE_KEYS] = {
    [PRM_RULE_TITLE] = {"title", PRM_SCHEMA_TEXT, 0, "what people call the rule", "ten leads", NULL},
    [PRM_RULE_FOR] = {"for", PRM_SCHEMA_TEXTS, 0,
                      "whom it is about, and so what is counted together; partner without it", "rep",
                      &prm__choices_of_subject},
    [PRM_RULE_WHERE] = {"where", PRM_SCHEMA_EXPR, 0, "which events count", "amount >= 10000", NULL},
    [PRM_RULE_ELIGIBLE] = {"eligible", PRM_SCHEMA_EXPR, 0, "which subjects take part", "has(partner.segment)",
                           NULL},
    [PRM_RULE_WHEN] = {"when", PRM_SCHEMA_MAPPING, PRM_SCHEMA_CAUSE,
                       "the condition: fires once per occasion, as soon as it holds",
                       "{count: deal.won, at_least: 10}", NULL},
    [PRM_RULE_EACH] = {"each", PRM_SCHEMA_TEXTS, PRM_SCHEMA_CAUSE | PRM_SCHEMA_TYPES,
                       "event types: fires for every such event", "deal.won", NULL},
    [PRM_RULE_WHILE] = {"while", PRM_SCHEMA_ANY, PRM_SCHEMA_CAUSE,
                        "a rate or rank that holds as long as the condition does, or always",
                        "{count: deal.won, at_least: 10}", &prm__choices_of_while},
    [PRM_RULE_TIERS] = {"tiers", PRM_SCHEMA_MAPPINGS, PRM_SCHEMA_CAUSE | PRM_SCHEMA_OUTCOME,
                        "thresholds one above the other, each with its own outcome; lowest first",
                        "[{at_least: 10, then: {cash: 5000}}]", NULL},
    [PRM_RULE_CONTEST] = {"contest", PRM_SCHEMA_MAPPING, PRM_SCHEMA_CAUSE | PRM_SCHEMA_OUTCOME,
                          "places among the subjects, decided at the close of each window",
                          "{by: {count: deal.won}, places: [{cash: 5000}]}", NULL},
    [PRM_RULE_PER] = {"per", PRM_SCHEMA_TEXT, 0, "the calendar window that is counted, anew each time",
                      "month", &prm__choices_of_period},
    [PRM_RULE_WITHIN] = {"within", PRM_SCHEMA_SPAN, 0,
                         "the window counted: the last 30d, or 30d of partner.joined",
                         "30d of partner.joined", NULL},
    [PRM_RULE_AFTER] = {"after", PRM_SCHEMA_TEXT, PRM_SCHEMA_TYPES,
                        "the event type whose first event opens the window", "deal.won", NULL},
    [PRM_RULE_AT] = {"at", PRM_SCHEMA_TEXT, 0, "close: asked once, at the end of each window", "close",
                     &prm__choices_of_at},
    [PRM_RULE_PICK] = {"pick", PRM_SCHEMA_TEXT, 0, "of the tiers reached at the close, the highest only",
                       "highest", &prm__choices_of_pick},
    [PRM_RULE_THEN] = {"then", PRM_SCHEMA_MAPPINGS, PRM_SCHEMA_OUTCOME, "what happens, such as {cash: 5000}",
                       "{cash: 5000}", NULL},
    [PRM_RULE_ELSE] = {"else", PRM_SCHEMA_MAPPINGS, 0, "what happens when an occasion ends without firing",
                       "{notice: call them}", NULL},
    [PRM_RULE_REMIND] = {"remind", PRM_SCHEMA_MAPPING, 0,
                         "a notice some time before an occasion ends without firing",
                         "{before: 7d, notice: call them}", NULL},
    [PRM_RULE_ACTIVE] = {"active", PRM_SCHEMA_MAPPING, 0,
                         "the days of a campaign, the first and the last included",
                         "{from: 2026-04-01, until: 2026-06-30}", NULL},
    [PRM_RULE_LIMIT] = {"limit", PRM_SCHEMA_MAPPING, 0, "how often the rule grants at the most",
                        "{times: 3, per: year}", NULL},
    [PRM_RULE_MAX] = {"max", PRM_SCHEMA_NUMBER, 0, "the most money that one outcome gives", "100000", NULL},
    [PRM_RULE_BUDGET] =
        {"budget", PRM_SCHEMA_NUMBER, 0,
         "the most money that the rule gives to all partners together, first come first served", "1000000",
         NULL},
    [PRM_RULE_EXCLUSIVE] =
        {"exclusive", PRM_SCHEMA_TEXT, 0,
         "of the rules with this name that fire together, only the first in the file counts", "welcome",
         NULL},
};

const prm__schema prm__keys_of_rule = {
    "a rule", rule_keys, PRM_RULE_KEYS, "{when: {count: deal.won, at_least: 10}, then: {cash: 5000}}",
    0,        NULL};

/* ---- Names and lines ---- */

/* Names that the ledger uses for rows that are of no rule. */
static bool rule_is_reserved(const char *name)
{
    return strcmp(name, "commission") == 0 || strcmp(name, "override") == 0 || strcmp(name, "ranks") == 0;
}

static bool rule_name(prm__compiler *c, const prm__yaml_node *node)
{
    if (node->key_size == 0)
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_NAME, node->key_span, NULL, "a rule has a name");
    else if (node->key_size > PRM_LIMIT_TEXT_BYTES)
        prm__diag_report(c->lang.diag, PRM_DIAG_TEXT_TOO_LONG, node->key_span, NULL,
                         "the name of a rule is longer than %d bytes", PRM_LIMIT_TEXT_BYTES);
    else if (rule_is_reserved(node->key))
        prm__diag_report(c->lang.diag, PRM_DIAG_RESERVED_WORD, node->key_span, NULL,
                         "`%s` names other rows of the ledger and cannot be the name of a rule", node->key);
    else
        return true;
    return false;
}

uint32_t prm__rule_line(const prm__compiler *c, prm__rule_lines *lines, uint32_t at)
{
    const char *text = c->lang.diag->text; /* with a NUL behind it */
    for (; lines->at < at; lines->at++)
        lines->line += text[lines->at] == '\n' || (text[lines->at] == '\r' && text[lines->at + 1] != '\n');
    return lines->line;
}

/* ---- Parts ---- */

bool prm__rule_title(prm__compiler *c, const prm__yaml_node *node, uint32_t *title)
{
    if (node != NULL && !prm__scalar_text(&c->lang, node, "title"))
        return false;
    *title = node == NULL ? c->empty_text : prm__compile_text(c, node->text, node->size);
    return *title != PRM_NO_INDEX;
}

/* Asked at the moment of firing, so it may name what the events of that moment have. */
static bool rule_eligible(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *node = rule->values[PRM_RULE_ELIGIBLE];
    prm__scope scope = prm__compile_scope(c, rule->events, false);
    scope.has_rep = prm__compile_kind_has(c, rule->row.subject, PRM_NAME_REP);
    if (node == NULL)
        return true;
    if (!prm__compile_expr(c, node, "eligible", &scope, PRM_TYPE_BOOLEAN, &rule->row.eligible))
        return false;
    if (rule->context.by_clock != NULL)
        prm__compile_without_event(c, node, rule->row.eligible, rule->context.by_clock);
    return true;
}

/* ---- Actions ---- */

static bool rule_main_actions(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__action_place place = {"then", PRM_BLOCK_THEN, 0, rule->by_clock};
    const uint64_t outcomes = prm__schema_marked(&prm__keys_of_rule, PRM_SCHEMA_OUTCOME);
    bool ok = rule->values[PRM_RULE_THEN] == NULL ||
              prm__rule_block(c, rule->values[PRM_RULE_THEN], rule, &place, &rule->row.then);
    if (rule->values[PRM_RULE_TIERS] != NULL)
        ok = prm__rule_tiers(c, rule) && ok;
    if (rule->places != NULL)
        ok = prm__rule_places(c, rule) && ok;
    if ((rule->meant & outcomes) == 0)
        prm__diag_report(c->lang.diag, PRM_DIAG_MISSING_KEY, rule->node->key_span,
                         "write for example `then: {cash: 5000}`", "a rule needs the key `then`");
    return ok && (rule->meant & outcomes) != 0;
}

/* All actions of a rule stand together: `then`, tiers or places, `else`, `remind`. */
static bool rule_actions(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__action_place otherwise = {"else", PRM_BLOCK_ELSE, 0, "when the occasion ends"};
    rule->row.first_action = (uint32_t)c->builder.actions.count;
    bool ok = rule_main_actions(c, rule);
    if (rule->values[PRM_RULE_ELSE] != NULL)
        ok = prm__rule_block(c, rule->values[PRM_RULE_ELSE], rule, &otherwise, &rule->row.otherwise) && ok;
    if (rule->values[PRM_RULE_REMIND] != NULL)
        ok = prm__rule_remind(c, rule) && ok;
    rule->row.action_count = (uint32_t)c->builder.actions.count - rule->row.first_action;
    return ok;
}

/* ---- Rules ---- */

bool prm__rule_keep(prm__compiler *c, prm__compile_rule *rule)
{
    uint32_t index = (uint32_t)c->builder.rules.count;
    prm__p_rule *row = prm__compile_push(c, &c->builder.rules);
    if (row == NULL)
        return false;
    *row = rule->row;
    if (rule->has_rates)
        PRM_VEC(c->builder.kinds, prm__p_kind)[rule->row.subject].has_rates = 1;
    return prm__compile_pairs(c, &c->asks, rule->asks, index);
}

/* Which fields expressions may name. Where what triggers the rule is wrong or is no event, they
 * are read as if any event did. */
static bool rule_events(prm__compiler *c, prm__compile_rule *rule)
{
    rule->events = rule->asks;
    bool open = rule->asks.open;
    if (rule->events.count > 0)
        return true;
    bool ok = prm__compile_all_types(c, &rule->events);
    rule->events.open = open;
    return ok;
}

/* A rule that fires by the clock alone is asked by no event. */
static void rule_hush(prm__compile_rule *rule)
{
    if (rule->by_clock != NULL)
        rule->asks.count = 0;
}

static void rule_context(prm__compile_rule *rule)
{
    rule->context = prm__compile_context_of("`when`", rule->row.subject, rule->row.window);
    rule->context.active = rule->row.active;
    rule->context.where = rule->values[PRM_RULE_WHERE];
}

/* Reads everything, so that all errors of a rule are found at once. Where the subject is
 * wrong, what depends on it is read for a partner. */
static bool rule_read(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *const *values = rule->values;
    const prm__window_keys window = {values[PRM_RULE_PER], values[PRM_RULE_WITHIN], values[PRM_RULE_AFTER]};
    bool ok = rule_name(c, rule->node);
    ok = prm__rule_title(c, values[PRM_RULE_TITLE], &rule->row.title) && ok;
    ok = prm__compile_subject(c, values[PRM_RULE_FOR], &rule->row.subject) && ok;
    ok = prm__compile_window(c, window, rule->row.subject, &rule->row.window) && ok;
    ok = prm__rule_active(c, rule) && ok;
    ok = prm__rule_decide(c, rule) && ok;
    rule_context(rule);
    ok = prm__rule_trigger(c, rule) && ok;
    if (c->lang.diag->exhausted || !rule_events(c, rule))
        return false;
    ok = rule_eligible(c, rule) && ok;
    ok = rule_actions(c, rule) && ok;
    ok = prm__rule_limits(c, rule) && ok;
    rule_hush(rule);
    return ok;
}

prm__p_rule prm__rule_row(uint32_t line)
{
    return (prm__p_rule){
        .line = line,
        .window = PRM_NO_INDEX,
        .each_filter = PRM_NO_INDEX,
        .single = PRM_NO_INDEX,
        .eligible = PRM_NO_INDEX,
        .active = PRM_NO_INDEX,
        .exclusive = PRM_NO_INDEX,
        .max = INT64_MAX,
        .budget = INT64_MAX,
    };
}

static void rule_compile(prm__compiler *c, const prm__yaml_node *node, uint32_t line)
{
    prm__compile_rule rule;
    memset(&rule, 0, sizeof rule);
    if (!prm__schema_read(&c->lang, node, &prm__keys_of_rule, rule.values, &rule.meant))
        return;
    rule.node = node;
    rule.row = prm__rule_row(line);
    c->rule = node->key;
    rule.row.text = prm__compile_text(c, node->key, node->key_size);
    if (rule_read(c, &rule))
        prm__rule_keep(c, &rule);
}

void prm__compile_rules(prm__compiler *c, const prm__yaml_node *node)
{
    prm__rule_lines lines = {0, 1};
    uint32_t count = 0;
    if (node == NULL)
        return;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        if (++count > PRM_LIMIT_RULES) {
            prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_RULES, child->key_span, NULL,
                             "a program has at most %d rules", PRM_LIMIT_RULES);
            return;
        }
        rule_compile(c, child, prm__rule_line(c, &lines, child->key_span.start));
        if (c->lang.diag->exhausted)
            return;
    }
}
