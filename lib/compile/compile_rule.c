/* compile rule: one rule after the other, in the order of the file. */
#include "compile/compiler.h"

#include "lang/scalars.h"

#include <string.h>

enum {
    RULE_TITLE,
    RULE_FOR,
    RULE_WHERE,
    RULE_ELIGIBLE,
    RULE_WHEN,
    RULE_EACH,
    RULE_PER,
    RULE_WITHIN,
    RULE_AFTER,
    RULE_THEN,
    RULE_AT,
    RULE_WHILE,
    RULE_ACTIVE,
    RULE_ELSE,
    RULE_REMIND,
    RULE_LIMIT,
    RULE_MAX,
    RULE_BUDGET,
    RULE_EXCLUSIVE,
    RULE_TIERS,
    RULE_PICK,
    RULE_CONTEST,
    RULE_KEYS
};

static const prm__schema_key rule_keys[RULE_KEYS] = {
    [RULE_TITLE] = {"title", PRM_SCHEMA_TEXT, 0, "what people call the rule"},
    [RULE_FOR] = {"for", PRM_SCHEMA_TEXTS, 0, "whom it is about: partner, rep, customer, product, ..."},
    [RULE_WHERE] = {"where", PRM_SCHEMA_EXPR, 0, "which events count"},
    [RULE_ELIGIBLE] = {"eligible", PRM_SCHEMA_EXPR, 0, "which subjects take part"},
    [RULE_WHEN] = {"when", PRM_SCHEMA_MAPPING, 0, "the condition"},
    [RULE_EACH] = {"each", PRM_SCHEMA_TEXTS, 0, "an event type: fires for every such event"},
    [RULE_PER] = {"per", PRM_SCHEMA_TEXT, 0, "a calendar window"},
    [RULE_WITHIN] = {"within", PRM_SCHEMA_TEXT, 0, "a length of time"},
    [RULE_AFTER] = {"after", PRM_SCHEMA_TEXT, 0, "an event type that opens the window"},
    [RULE_THEN] = {"then", PRM_SCHEMA_MAPPINGS, 0, "what happens, such as {cash: 5000}"},
    [RULE_AT] = {"at", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "close: asked at the end of each window"},
    [RULE_WHILE] = {"while", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "holds as long as the condition does"},
    [RULE_ACTIVE] = {"active", PRM_SCHEMA_MAPPING, PRM_SCHEMA_NOT_YET, "the days of a campaign"},
    [RULE_ELSE] = {"else", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "what happens without firing"},
    [RULE_REMIND] = {"remind", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "a notice before the end"},
    [RULE_LIMIT] = {"limit", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "how often"},
    [RULE_MAX] = {"max", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "caps one outcome"},
    [RULE_BUDGET] = {"budget", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "caps the rule's total"},
    [RULE_EXCLUSIVE] = {"exclusive", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "only the first of a name"},
    [RULE_TIERS] = {"tiers", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "thresholds one above the other"},
    [RULE_PICK] = {"pick", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "of the tiers, the highest"},
    [RULE_CONTEST] = {"contest", PRM_SCHEMA_MAPPING, PRM_SCHEMA_NOT_YET, "places at a window's close"},
};

/* Keys that make a rule fire, and that say what it does then. */
#define RULE_TRIGGERS                                                                                        \
    (PRM_SCHEMA_BIT(RULE_WHEN) | PRM_SCHEMA_BIT(RULE_EACH) | PRM_SCHEMA_BIT(RULE_WHILE) |                    \
     PRM_SCHEMA_BIT(RULE_TIERS) | PRM_SCHEMA_BIT(RULE_CONTEST))
#define RULE_OUTCOMES (PRM_SCHEMA_BIT(RULE_THEN) | PRM_SCHEMA_BIT(RULE_TIERS) | PRM_SCHEMA_BIT(RULE_CONTEST))

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

/* Lines up to the place; the rules are read in order, so that the text is gone through once. */
typedef struct rule_lines {
    uint32_t at;
    uint32_t line;
} rule_lines;

static uint32_t rule_line(const prm__compiler *c, rule_lines *lines, uint32_t at)
{
    const char *text = c->lang.diag->text; /* with a NUL behind it */
    for (; lines->at < at; lines->at++)
        lines->line += text[lines->at] == '\n' || (text[lines->at] == '\r' && text[lines->at + 1] != '\n');
    return lines->line;
}

/* ---- Parts ---- */

static bool rule_title(prm__compiler *c, const prm__yaml_node *node, uint32_t *title)
{
    if (node != NULL && !prm__scalar_text(&c->lang, node, "title"))
        return false;
    *title = node == NULL ? c->empty_text : prm__compile_text(c, node->text, node->size);
    return *title != PRM_NO_INDEX;
}

static bool rule_each_types(prm__compiler *c, prm__compile_rule *rule)
{
    rule->row.first_each_type = (uint32_t)c->builder.type_lists.count;
    rule->row.each_type_count = rule->asks.count;
    return prm__lang_check(&c->lang,
                           prm__vec_append(&c->builder.type_lists, rule->asks.types, rule->asks.count));
}

/* `each`: the types whose events fire the rule. */
static bool rule_each(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule)
{
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
    if (!prm__compile_filter(c, rule->where, NULL, rule->asks, &rule->row.each_filter)) {
        rule->where = NULL;
        return false;
    }
    return known && rule_each_types(c, rule);
}

/* `each` and `when`: what makes the rule fire. */
static bool rule_trigger(prm__compiler *c, const prm__yaml_node *node, const prm__yaml_node *const *values,
                         prm__compile_rule *rule)
{
    bool ok = true;
    rule->row.each = values[RULE_EACH] != NULL;
    rule->has_value = values[RULE_WHEN] != NULL;
    if (values[RULE_EACH] != NULL)
        ok = rule_each(c, values[RULE_EACH], rule);
    if (values[RULE_WHEN] != NULL)
        ok = prm__compile_when(c, values[RULE_WHEN], rule) && ok;
    if (values[RULE_EACH] != NULL || values[RULE_WHEN] != NULL)
        return ok;
    if ((rule->meant & RULE_TRIGGERS) != 0)
        return false;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_NO_TRIGGER, node->key_span,
                     "write for example `when: {count: deal.won, at_least: 10}`",
                     "nothing triggers this rule: it needs `when` or `each`");
    return false;
}

static bool rule_actions(prm__compiler *c, const prm__yaml_node *node, const prm__yaml_node *const *values,
                         prm__compile_rule *rule)
{
    if (values[RULE_THEN] != NULL)
        return prm__compile_then(c, values[RULE_THEN], rule);
    if ((rule->meant & RULE_OUTCOMES) == 0)
        prm__diag_report(c->lang.diag, PRM_DIAG_MISSING_KEY, node->key_span,
                         "write for example `then: {cash: 5000}`", "a rule needs the key `then`");
    return false;
}

/* Asked at the moment of firing, so it may name what the events of that moment have. */
static bool rule_eligible(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule)
{
    const prm__scope scope = {&c->vocabulary, rule->asks.types, rule->asks.count, false, rule->asks.open};
    return node == NULL ||
           prm__compile_expr(c, node, "eligible", &scope, PRM_TYPE_BOOLEAN, &rule->row.eligible);
}

/* ---- Rules ---- */

static bool rule_keep(prm__compiler *c, prm__compile_rule *rule)
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

static bool rule_is_possible(const prm__compiler *c, uint32_t type, uint32_t context)
{
    (void)context;
    return prm__compile_carries(c, type, PRM_KIND_PARTNER);
}

/* Where what triggers the rule is wrong, the rest is read as if any event did. */
static bool rule_any_asks(prm__compiler *c, prm__compile_rule *rule)
{
    uint32_t count = (uint32_t)c->vocabulary.types.count;
    uint32_t *every = prm__lang_get(&c->lang, count * sizeof *every);
    if (every == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        every[i] = i;
    const prm__type_set all = {every, count, rule->asks.open};
    return prm__compile_filter_types(c, all, &rule->asks, rule_is_possible, 0);
}

/* Reads everything, so that all errors of a rule are found at once. Where the subject is
 * wrong, what depends on it is read for a partner. */
static bool rule_read(prm__compiler *c, const prm__yaml_node *node, const prm__yaml_node *const *values,
                      prm__compile_rule *rule)
{
    const prm__window_keys window = {values[RULE_PER], values[RULE_WITHIN], values[RULE_AFTER]};
    bool ok = rule_name(c, node);
    ok = rule_title(c, values[RULE_TITLE], &rule->row.title) && ok;
    bool subject = prm__compile_subject(c, values[RULE_FOR], &rule->row.subject);
    ok = prm__compile_window(c, window, rule->row.subject, &rule->row.window) && ok && subject;
    bool trigger = rule_trigger(c, node, values, rule);
    if (c->lang.diag->exhausted || (rule->asks.count == 0 && !rule_any_asks(c, rule)))
        return false;
    ok = rule_eligible(c, values[RULE_ELIGIBLE], rule) && ok;
    return rule_actions(c, node, values, rule) && ok && trigger;
}

static void rule_compile(prm__compiler *c, const prm__yaml_node *node, uint32_t line)
{
    const prm__schema schema = {"a rule", rule_keys, RULE_KEYS, 0};
    const prm__yaml_node *values[RULE_KEYS];
    prm__compile_rule rule;
    memset(&rule, 0, sizeof rule);
    if (!prm__schema_read(&c->lang, node, &schema, values, &rule.meant))
        return;
    rule.where = values[RULE_WHERE];
    c->rule = node->key;
    rule.row.line = line;
    rule.row.window = PRM_NO_INDEX;
    rule.row.each_filter = PRM_NO_INDEX;
    rule.row.condition = PRM_NO_INDEX;
    rule.row.eligible = PRM_NO_INDEX;
    rule.row.text = prm__compile_text(c, node->key, node->key_size);
    if (rule_read(c, node, values, &rule))
        rule_keep(c, &rule);
}

void prm__compile_rules(prm__compiler *c, const prm__yaml_node *node)
{
    rule_lines lines = {0, 1};
    uint32_t count = 0;
    if (node == NULL)
        return;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        if (++count > PRM_LIMIT_RULES) {
            prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_RULES, child->key_span, NULL,
                             "a program has at most %d rules", PRM_LIMIT_RULES);
            return;
        }
        rule_compile(c, child, rule_line(c, &lines, child->key_span.start));
        if (c->lang.diag->exhausted)
            return;
    }
}
