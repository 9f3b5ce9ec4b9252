/* compile limits: what holds a rule within bounds: a campaign's days, how often it grants,
 * how much, and beside which others; and the reminder before an occasion ends. */
#include "compile/rule.h"
#include "compile/schema_tables.h"

#include "lang/scalars.h"

#include <string.h>

/* ---- active ---- */

enum { ACTIVE_FROM, ACTIVE_UNTIL, ACTIVE_KEYS };

static const prm__schema_key active_keys[ACTIVE_KEYS] = {
    [ACTIVE_FROM] = {"from", PRM_SCHEMA_DATE, 0, "its first day", "2026-04-01", NULL},
    [ACTIVE_UNTIL] = {"until", PRM_SCHEMA_DATE, 0, "its last day", "2026-06-30", NULL},
};

const prm__schema prm__keys_of_active = {
    "`active`", active_keys, ACTIVE_KEYS, "{from: 2026-04-01, until: 2026-06-30}", 0, NULL};

/* The first instant of a day, or of the next one. */
static int64_t limits_day(const prm__compiler *c, int32_t days)
{
    return c->calendar.zone.count == 0 ? days : prm__caltime_day_start(&c->calendar.zone, days);
}

static bool limits_active_days(prm__compiler *c, const prm__yaml_node *const *values, prm__p_active *row)
{
    int32_t from = INT32_MIN, until = INT32_MAX;
    bool ok = values[ACTIVE_FROM] == NULL || prm__scalar_date(&c->lang, values[ACTIVE_FROM], "from", &from);
    ok = (values[ACTIVE_UNTIL] == NULL ||
          prm__scalar_date(&c->lang, values[ACTIVE_UNTIL], "until", &until)) &&
         ok;
    if (!ok)
        return false;
    if (from > until) {
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_WITHOUT_OUTCOME, values[ACTIVE_UNTIL]->span,
                         "both days belong to the campaign", "the campaign ends before it begins");
        return false;
    }
    row->from = from == INT32_MIN ? INT64_MIN : limits_day(c, from);
    row->until = until == INT32_MAX ? INT64_MAX : limits_day(c, until + 1);
    return true;
}

bool prm__rule_active(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *node = rule->values[PRM_RULE_ACTIVE];
    const prm__yaml_node *values[ACTIVE_KEYS];
    prm__p_active row;
    uint64_t meant;
    rule->row.active = PRM_NO_INDEX;
    if (node == NULL)
        return true;
    if (!prm__schema_read(&c->lang, node, &prm__keys_of_active, values, &meant))
        return false; /* LCOV_EXCL_LINE the schema around it lets mappings through, nothing else */
    if (meant == 0) {
        prm__diag_report(c->lang.diag, PRM_DIAG_MISSING_KEY, node->key_span,
                         "write for example `active: {from: 2026-04-01, until: 2026-06-30}`",
                         "`active` needs a first day, a last day or both");
        return false;
    }
    if (!limits_active_days(c, values, &row))
        return false;
    rule->row.active = prm__compile_row(c, &c->active_keys, &row, sizeof row, &c->builder.actives, &row,
                                        NULL);
    return rule->row.active != PRM_NO_INDEX;
}

/* ---- remind ---- */

enum { REMIND_BEFORE, REMIND_NOTICE, REMIND_KEYS };

static const prm__schema_key remind_keys[REMIND_KEYS] = {
    [REMIND_BEFORE] = {"before", PRM_SCHEMA_DURATION, PRM_SCHEMA_REQUIRED,
                       "how long before the end, such as 7d", "7d", NULL},
    [REMIND_NOTICE] = {"notice", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED, "what the host is told", "call them",
                       NULL},
};

const prm__schema prm__keys_of_remind = {
    "`remind`", remind_keys, REMIND_KEYS, "{before: 7d, notice: call them}", 0, NULL};

bool prm__rule_remind(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__action_place place = {"remind", PRM_BLOCK_REMIND, 0, NULL};
    const prm__yaml_node *values[REMIND_KEYS];
    if (!prm__schema_read(&c->lang, rule->values[PRM_RULE_REMIND], &prm__keys_of_remind, values, NULL))
        return false; /* LCOV_EXCL_LINE the schema around it lets mappings through, nothing else */
    bool ok = values[REMIND_BEFORE] != NULL &&
              prm__scalar_duration(&c->lang, values[REMIND_BEFORE], "before", 0, values[REMIND_BEFORE]->size,
                                   &rule->row.remind_before);
    return values[REMIND_NOTICE] != NULL &&
           prm__rule_notice(c, values[REMIND_NOTICE], rule, &place, &rule->row.remind) && ok;
}

/* ---- limit ---- */

enum { LIMIT_TIMES, LIMIT_FOR, LIMIT_PER, LIMIT_KEYS };

static const prm__schema_key limit_keys[LIMIT_KEYS] = {
    [LIMIT_TIMES] = {"times", PRM_SCHEMA_WHOLE, PRM_SCHEMA_REQUIRED, "how often, such as 3", "3", NULL},
    [LIMIT_FOR] = {"for", PRM_SCHEMA_TEXTS, 0, "for whom together; without it each subject of the rule",
                   "partner", &prm__choices_of_subject},
    [LIMIT_PER] = {"per", PRM_SCHEMA_TEXT, 0, "a calendar window; without it for good", "month",
                   &prm__choices_of_period},
};

const prm__schema prm__keys_of_limit = {"`limit`", limit_keys, LIMIT_KEYS, "{times: 3, per: year}", 0, NULL};

/* Whether an event at which the rule fires may carry the field. */
static bool limits_carried(const prm__compiler *c, const prm__compile_rule *rule, uint32_t name)
{
    for (uint32_t i = 0; i < rule->events.count; i++) {
        const prm__vocab_field *field = prm__vocab_field_of(&c->vocabulary, rule->events.types[i], name);
        if (field != NULL && field->type == PRM_VOCAB_TEXT)
            return true;
    }
    return rule->events.open;
}

/* Keys come from the subject, or from the event that fires. */
static bool limits_kind(prm__compiler *c, const prm__yaml_node *node, const prm__compile_rule *rule,
                        uint32_t kind)
{
    const prm__p_kind *row = prm__vec_at(&c->builder.kinds, kind);
    if (row->link != PRM_LINK_NONE && kind != rule->row.subject) {
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_LIMIT, node->span, "write `for: partner`",
                         "a limit counts what its own partner is granted, not what others are");
        return false;
    }
    for (uint32_t i = 0; i < row->key_count; i++) {
        uint32_t name = row->keys[i];
        if (prm__compile_kind_has(c, rule->row.subject, name) ||
            (rule->by_clock == NULL && limits_carried(c, rule, name)))
            continue;
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_LIMIT, node->span, NULL,
                         "the subject of this rule has no `%s` to limit by, nor has an event: %s",
                         prm__vocab_name_at(&c->vocabulary, name),
                         rule->by_clock != NULL ? "it fires at the close of a window"
                                                : "none at which it fires carries one");
        return false;
    }
    return true;
}

static bool limits_limit(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *values[LIMIT_KEYS];
    int32_t times = 1;
    prm__p_rule *row = &rule->row;
    if (rule->values[PRM_RULE_LIMIT] == NULL)
        return true;
    if (!prm__schema_read(&c->lang, rule->values[PRM_RULE_LIMIT], &prm__keys_of_limit, values, NULL))
        return false; /* LCOV_EXCL_LINE the schema around it lets mappings through, nothing else */
    bool ok = values[LIMIT_TIMES] != NULL &&
              prm__scalar_integer(&c->lang, values[LIMIT_TIMES], "times", 1, INT32_MAX, &times);
    row->limit_times = (uint32_t)times;
    row->limit_kind = row->subject;
    if (values[LIMIT_FOR] != NULL)
        ok = prm__compile_subject(c, values[LIMIT_FOR], &row->limit_kind) &&
             limits_kind(c, values[LIMIT_FOR], rule, row->limit_kind) && ok;
    return (values[LIMIT_PER] == NULL || prm__compile_period(c, values[LIMIT_PER], &row->limit_period)) && ok;
}

/* ---- max, budget, exclusive ---- */

/* An amount of money above zero, in minor units. */
static bool limits_money(prm__compiler *c, const prm__yaml_node *node, int64_t *minor)
{
    prm__decimal number;
    uint32_t digits = c->builder.head.minor_digits;
    if (!prm__scalar_number(&c->lang, node, node->key, &number))
        return false;
    if (number <= 0) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span, NULL,
                         "`%s` is an amount of money above zero, not `%.*s`", node->key,
                         prm__lang_shown(node->text, node->size), node->text);
        return false;
    }
    if (!prm__decimal_to_minor(number, digits, PRM_ROUND_DOWN, minor) ||
        (c->builder.head.currency != c->empty_text && prm__decimal_from_minor(*minor, digits) != number)) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_NUMBER, node->span, NULL,
                         "`%s` is money of this program's currency, which has no `%.*s`", node->key,
                         prm__lang_shown(node->text, node->size), node->text);
        return false;
    }
    return true;
}

/* A cap on money, in a rule that gives some. */
static bool limits_cap(prm__compiler *c, const prm__compile_rule *rule, uint32_t key, int64_t *cap)
{
    const prm__yaml_node *node = rule->values[key];
    if (node == NULL)
        return true;
    bool ok = limits_money(c, node, cap);
    if (rule->has_money)
        return ok;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_LIMIT, node->key_span, "leave it out",
                     "`%s` caps rewards of money, and this rule gives none", node->key);
    return false;
}

static bool limits_exclusive(prm__compiler *c, prm__compile_rule *rule)
{
    const prm__yaml_node *node = rule->values[PRM_RULE_EXCLUSIVE];
    if (node == NULL)
        return true;
    if (!prm__scalar_text(&c->lang, node, "exclusive"))
        return false;
    rule->row.exclusive = prm__compile_text(c, node->text, node->size);
    return rule->row.exclusive != PRM_NO_INDEX;
}

bool prm__rule_limits(prm__compiler *c, prm__compile_rule *rule)
{
    bool ok = limits_limit(c, rule);
    ok = limits_cap(c, rule, PRM_RULE_MAX, &rule->row.max) && ok;
    ok = limits_cap(c, rule, PRM_RULE_BUDGET, &rule->row.budget) && ok;
    return limits_exclusive(c, rule) && ok;
}
