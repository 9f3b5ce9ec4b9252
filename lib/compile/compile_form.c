/* compile form: what makes a rule fire, and which of its keys have a sense beside it. */
#include "compile/rule.h"

#include "lang/scalars.h"

/* ---- Keys that do not go together ---- */

typedef struct form_conflict {
    uint32_t key;  /* where this one stands, */
    uint32_t than; /* that one cannot */
    const char *why;
    const char *hint;
} form_conflict;

#define FORM_EACH "a rule with `each` fires at events, and at nothing else"
#define FORM_WHILE "a rule with `while` holds as long as its condition does"
#define FORM_CONTEST "a contest is decided by place at the close of its window"

static const form_conflict form_conflicts[] = {
    {PRM_RULE_EACH, PRM_RULE_WHILE, FORM_EACH, "keep one of the two"},
    {PRM_RULE_EACH, PRM_RULE_TIERS, FORM_EACH, "leave out `each`, and count these events in `when`"},
    {PRM_RULE_EACH, PRM_RULE_CONTEST, FORM_EACH, "keep one of the two"},
    {PRM_RULE_EACH, PRM_RULE_AT, FORM_EACH, "leave out `each`, and count these events in `when`"},
    {PRM_RULE_EACH, PRM_RULE_ELSE, FORM_EACH, "leave out `each`, and count these events in `when`"},
    {PRM_RULE_EACH, PRM_RULE_REMIND, FORM_EACH, "leave out `each`, and count these events in `when`"},
    {PRM_RULE_WHILE, PRM_RULE_WHEN, FORM_WHILE, "keep one of the two"},
    {PRM_RULE_WHILE, PRM_RULE_TIERS, FORM_WHILE, "write a rule for each tier"},
    {PRM_RULE_WHILE, PRM_RULE_CONTEST, FORM_WHILE, "keep one of the two"},
    {PRM_RULE_WHILE, PRM_RULE_AT, FORM_WHILE, "write `when` instead of `while`"},
    {PRM_RULE_WHILE, PRM_RULE_ELSE, FORM_WHILE, "write a second rule whose condition is a `not`"},
    {PRM_RULE_WHILE, PRM_RULE_REMIND, FORM_WHILE, "write a second rule with `when`"},
    {PRM_RULE_CONTEST, PRM_RULE_WHEN, FORM_CONTEST, "say who takes part with `eligible` or `where`"},
    {PRM_RULE_CONTEST, PRM_RULE_TIERS, FORM_CONTEST, "write the rewards into `places`"},
    {PRM_RULE_CONTEST, PRM_RULE_THEN, FORM_CONTEST, "write the rewards into `places`"},
    {PRM_RULE_CONTEST, PRM_RULE_AT, FORM_CONTEST, "leave out `at: close`"},
    {PRM_RULE_CONTEST, PRM_RULE_ELSE, FORM_CONTEST, "leave out `else`"},
    {PRM_RULE_CONTEST, PRM_RULE_REMIND, FORM_CONTEST, "leave out `remind`"},
    {PRM_RULE_CONTEST, PRM_RULE_LIMIT, FORM_CONTEST, "leave out `limit`"},
    {PRM_RULE_CONTEST, PRM_RULE_EXCLUSIVE, FORM_CONTEST, "leave out `exclusive`"},
    {PRM_RULE_TIERS, PRM_RULE_THEN, "each tier has a `then` of its own", "move it into a tier"},
};

/* Says it of the last key that goes wrong with another, and once of each. */
static bool form_conflicts_of(prm__compiler *c, const prm__compile_rule *rule)
{
    uint64_t said = 0;
    for (size_t i = 0; i < sizeof form_conflicts / sizeof form_conflicts[0]; i++) {
        const form_conflict *row = &form_conflicts[i];
        const prm__yaml_node *key = rule->values[row->key], *than = rule->values[row->than];
        if (key == NULL || than == NULL || (said & PRM_SCHEMA_BIT(row->than)) != 0)
            continue;
        said |= PRM_SCHEMA_BIT(row->than);
        prm__diag_report(c->lang.diag, PRM_DIAG_CONFLICTING_KEYS, than->key_span, row->hint,
                         "`%s` cannot stand beside `%s`: %s", than->key, key->key, row->why);
    }
    return said == 0;
}

bool prm__rule_refuse(prm__compiler *c, const prm__compile_rule *rule, uint32_t key, const char *hint,
                      const char *why)
{
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_FORM, rule->values[key]->key_span, hint, "%s", why);
    return false;
}

/* ---- What needs what ---- */

/* The rule's window, or NULL when it was found wrong. */
static const prm__p_window *form_window(const prm__compiler *c, const prm__compile_rule *rule)
{
    return rule->row.window != PRM_NO_INDEX ? prm__vec_at(&c->builder.windows, rule->row.window) : NULL;
}

bool prm__rule_has_end(prm__compiler *c, const prm__compile_rule *rule, uint32_t key)
{
    const prm__p_window *window = form_window(c, rule);
    if (rule->values[key] == NULL || window == NULL || window->period != PRM_PERIOD_NONE ||
        window->kind == PRM_WINDOW_WITHIN)
        return true;
    const prm__yaml_node *node = rule->values[key];
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_NO_END, node->key_span,
                     "write for example `per: month`, or `within: 30d of partner.joined`",
                     "`%s` needs an end to wait for, and the rule's window has none", node->key);
    return false;
}

/* Whether the subjects are known without any event of the window: partners and reps. */
static bool form_is_person(const prm__compiler *c, uint32_t kind)
{
    const prm__p_kind *row = prm__vec_at(&c->builder.kinds, kind);
    return row->key_count == 0 || kind == PRM_KIND_REP;
}

/* `else` and `remind` for a customer, say: only an anchor tells that there is one to wait for. */
static bool form_anchored(prm__compiler *c, const prm__compile_rule *rule, uint32_t key)
{
    const prm__p_window *window = form_window(c, rule);
    if (rule->values[key] == NULL || window == NULL || !prm__rule_has_end(c, rule, key))
        return rule->values[key] == NULL || window == NULL;
    if (window->kind == PRM_WINDOW_WITHIN || form_is_person(c, rule->row.subject))
        return true;
    const prm__yaml_node *node = rule->values[key];
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_NO_END, node->key_span,
                     "write for example `within: 30d of deal.won`",
                     "`%s` of a rule `for: %s` needs `within` of an event: nothing else tells who is awaited",
                     node->key, prm__compile_kind_name(c, rule->row.subject));
    return false;
}

static bool form_pick(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *node = rule->values[PRM_RULE_PICK];
    uint32_t choice;
    if (node == NULL)
        return true;
    rule->row.pick_highest = 1;
    bool ok = prm__scalar_choice(&c->lang, node, "pick", &prm__choices_of_pick, &choice);
    if ((rule->meant & PRM_SCHEMA_BIT(PRM_RULE_TIERS)) == 0)
        return prm__rule_refuse(c, rule, PRM_RULE_PICK, "leave out `pick`",
                                "`pick` chooses among `tiers`, and this rule has none");
    if ((rule->meant & PRM_SCHEMA_BIT(PRM_RULE_AT)) == 0)
        return prm__rule_refuse(c, rule, PRM_RULE_PICK, "add `at: close`",
                                "`pick: highest` needs `at: close`: before, nobody knows the highest tier");
    return ok;
}

static bool form_at(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *node = rule->values[PRM_RULE_AT];
    uint32_t choice;
    if (node == NULL)
        return true;
    rule->row.at_close = 1;
    bool ok = prm__scalar_choice(&c->lang, node, "at", &prm__choices_of_at, &choice);
    return prm__rule_has_end(c, rule, PRM_RULE_AT) && ok;
}

static bool form_contest(prm__compiler *c, const prm__compile_rule *rule)
{
    const prm__p_window *window = form_window(c, rule);
    if (rule->values[PRM_RULE_CONTEST] == NULL || window == NULL || window->period != PRM_PERIOD_NONE)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_NO_END, rule->values[PRM_RULE_CONTEST]->key_span,
                     "write for example `per: quarter`",
                     "a contest needs `per`: the calendar window at whose close it is decided");
    return false;
}

static bool form_tiers(prm__compiler *c, const prm__compile_rule *rule)
{
    if (rule->values[PRM_RULE_TIERS] == NULL || (rule->meant & PRM_SCHEMA_BIT(PRM_RULE_WHEN)) != 0 ||
        rule->values[PRM_RULE_EACH] != NULL || rule->values[PRM_RULE_WHILE] != NULL ||
        rule->values[PRM_RULE_CONTEST] != NULL)
        return true;
    return prm__rule_refuse(c, rule, PRM_RULE_TIERS, "write for example `when: {sum: amount, of: deal.won}`",
                            "`tiers` need `when`: the measure that they are thresholds of");
}

/* ---- The form ---- */

static uint32_t form_of(const prm__compile_rule *rule)
{
    if (rule->values[PRM_RULE_CONTEST] != NULL)
        return PRM_FORM_CONTEST;
    if (rule->values[PRM_RULE_EACH] != NULL)
        return PRM_FORM_EACH;
    if (rule->values[PRM_RULE_WHILE] != NULL)
        return PRM_FORM_WHILE;
    return (rule->meant & PRM_SCHEMA_BIT(PRM_RULE_TIERS)) != 0 ? PRM_FORM_TIERS : PRM_FORM_REACH;
}

bool prm__rule_decide(prm__compiler *c, prm__compile_rule *rule)
{
    rule->row.form = form_of(rule);
    if (!form_conflicts_of(c, rule))
        return false;
    bool ok = form_at(c, rule);
    ok = form_pick(c, rule) && ok;
    ok = form_tiers(c, rule) && ok;
    ok = form_contest(c, rule) && ok;
    ok = form_anchored(c, rule, PRM_RULE_ELSE) && ok;
    ok = form_anchored(c, rule, PRM_RULE_REMIND) && ok;
    if (rule->row.form == PRM_FORM_CONTEST)
        rule->row.at_close = 1;
    if (rule->row.at_close != 0)
        rule->by_clock = "at the close of a window";
    return ok;
}
