/* compile action: `then`, and where else actions stand. The keys of an action are those of the catalog's actions,
 * and the kinds of reward of this program. */
#include "compile/lint.h"
#include "compile/rule.h"
#include "compile/schema_tables.h"

#include "lang/scalars.h"

#include <string.h>

enum {
    ACTION_RATE,
    ACTION_RANK,
    ACTION_NOTICE,
    ACTION_PRODUCT,
    ACTION_FROM,
    ACTION_LASTS,
    ACTION_UNTIL,
    ACTION_GROUP,
    ACTION_TO,
    ACTION_HOLD,
    ACTION_ROUNDING,
    ACTION_FIRST_REWARD
};

static const char *const action_froms[] = {
    [PRM_FROM_NEXT] = "next",
    [PRM_FROM_NOW] = "now",
    [PRM_FROM_PERIOD] = "period",
    [PRM_FROM_NEXT_PERIOD] = "next_period",
};
static const prm__choices action_from_choices = {action_froms, 4, false};

/* Or a duration. */
static const char *const action_lasting[] = {"period"};
static const prm__choices action_lasts_choices = {action_lasting, 1, true};

static const char *const action_recipients[] = {"rep", "partner", "referrer", "parent", "parent.parent"};
static const prm__choices action_to_choices = {action_recipients, 5, false};

static const char *const action_reward_types[] = {"money", "points"};
const prm__choices prm__choices_of_reward_type = {action_reward_types, 2, false};

static const prm__schema_key action_keys[ACTION_FIRST_REWARD] = {
    [ACTION_RATE] = {"rate", PRM_SCHEMA_RATE, 0, "+5% adds to the rate, 20% sets it", "+5%", NULL},
    [ACTION_RANK] = {"rank", PRM_SCHEMA_TEXT, 0,
                     "gives the partner this rank, until a review decides otherwise", "gold", NULL},
    [ACTION_NOTICE] = {"notice", PRM_SCHEMA_TEXT, 0,
                       "tells the host something, for example whom to follow up", "call them", NULL},
    [ACTION_PRODUCT] = {"product", PRM_SCHEMA_TEXT, 0, "the rate is for this product only", "crm", NULL},
    [ACTION_FROM] = {"from", PRM_SCHEMA_TEXT, 0,
                     "from when a rate holds: later events, this one too, or the start or end of the window",
                     "now", &action_from_choices},
    [ACTION_LASTS] = {"lasts", PRM_SCHEMA_DURATION, 0, "how long a rate holds, or period: to the end of it",
                      "90d", &action_lasts_choices},
    [ACTION_UNTIL] = {"until", PRM_SCHEMA_DATE, 0, "the last day on which a rate holds", "2026-12-31", NULL},
    [ACTION_GROUP] = {"group", PRM_SCHEMA_TEXT, 0, "of the rates added in one group only the highest counts",
                      "campaigns", NULL},
    [ACTION_TO] = {"to", PRM_SCHEMA_TEXT, 0,
                   "who receives a reward; without it the rep if the subject has one, else the partner",
                   "partner", &action_to_choices},
    [ACTION_HOLD] = {"hold", PRM_SCHEMA_DURATION, 0, "a reward is payable only after this time", "30d", NULL},
    [ACTION_ROUNDING] = {"rounding", PRM_SCHEMA_TEXT, 0, "how this amount becomes whole minor units",
                         "half_up", &prm__choices_of_rounding},
};

const prm__schema prm__keys_of_action = {"an action",    action_keys, ACTION_FIRST_REWARD,
                                         "{cash: 5000}", 0,           NULL};

#define ACTION_REWARDS_MOST (PRM_SCHEMA_KEYS - ACTION_FIRST_REWARD)

/* ---- Kinds of reward ---- */

static bool action_add_reward(prm__compiler *c, const char *name, size_t size, bool money)
{
    prm__p_reward *row = prm__compile_push(c, &c->builder.rewards);
    if (row == NULL)
        return false;
    row->text = prm__compile_text(c, name, size);
    row->money = money;
    c->action_keys[c->action_key_count++] = (prm__schema_key){
        name, PRM_SCHEMA_EXPR, PRM_SCHEMA_OUTCOME, "a reward", money ? "5000" : "10", NULL};
    return row->text != PRM_NO_INDEX;
}

static bool action_is_known(const prm__compiler *c, const prm__yaml_node *node)
{
    for (uint32_t i = 0; i < c->action_key_count; i++)
        if (strcmp(c->action_keys[i].name, node->key) == 0)
            return true;
    return false;
}

/* A name of letters, digits, `_` and `-`. */
static bool action_is_name(const prm__yaml_node *node)
{
    for (uint32_t i = 0; i < node->key_size; i++)
        if (node->key[i] != '-' && !prm__scalar_is_identifier(node->key + i, 1) &&
            (i == 0 || node->key[i] < '0' || node->key[i] > '9'))
            return false;
    return node->key_size > 0 && node->key_size <= PRM_LIMIT_TEXT_BYTES && node->key[0] != '-';
}

static bool action_reward_kind(prm__compiler *c, const prm__yaml_node *node)
{
    uint32_t type;
    if (!action_is_name(node)) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_NAME, node->key_span,
                         "names have letters, digits, `_` and `-`, and begin with a letter",
                         "`%.*s` cannot be the name of a reward", prm__lang_shown(node->key, node->key_size),
                         node->key);
        return false;
    }
    if (action_is_known(c, node)) {
        prm__diag_report(c->lang.diag, PRM_DIAG_RESERVED_WORD, node->key_span, NULL,
                         "`%s` has a meaning of its own in `then` and cannot be declared as a reward",
                         node->key);
        return false;
    }
    if (c->action_key_count == PRM_SCHEMA_KEYS) {
        prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_FIELDS, node->key_span, NULL,
                         "a program has at most %d kinds of reward", (int)ACTION_REWARDS_MOST);
        return false;
    }
    return prm__schema_check(&c->lang, node, PRM_SCHEMA_TEXT, node->key, "points") &&
           prm__scalar_choice(&c->lang, node, node->key, &prm__choices_of_reward_type, &type) &&
           action_add_reward(c, node->key, node->key_size, type == 0);
}

bool prm__compile_rewards(prm__compiler *c, const prm__yaml_node *node)
{
    memcpy(c->action_keys, action_keys, sizeof action_keys);
    c->action_key_count = ACTION_FIRST_REWARD;
    bool ok = action_add_reward(c, "cash", strlen("cash"), true) &&
              action_add_reward(c, "gift_card", strlen("gift_card"), true) &&
              action_add_reward(c, "points", strlen("points"), false);
    if (node != NULL)
        for (const prm__yaml_node *child = node->first; child != NULL; child = child->next)
            ok = action_reward_kind(c, child) && ok;
    return ok;
}

/* ---- Rates ---- */

static bool action_text(prm__compiler *c, const prm__yaml_node *node, const char *key, uint32_t *text)
{
    if (node == NULL)
        return true;
    if (!prm__scalar_text(&c->lang, node, key))
        return false;
    *text = prm__compile_text(c, node->text, node->size);
    return *text != PRM_NO_INDEX;
}

static bool action_from(prm__compiler *c, const prm__yaml_node *node, uint32_t *from)
{
    return node == NULL || prm__scalar_choice(&c->lang, node, "from", &action_from_choices, from);
}

/* `until` counts the whole day: the rate ends where the next one begins. */
static bool action_until(prm__compiler *c, const prm__yaml_node *node, prm__p_action *action)
{
    int32_t days;
    if (!prm__scalar_date(&c->lang, node, "until", &days))
        return false;
    action->lasts = PRM_LASTS_UNTIL;
    if (c->calendar.zone.count == 0)
        return true; /* the zone was refused */
    int64_t end = prm__caltime_day_start(&c->calendar.zone, days + 1);
    action->until = end > PRM_TIME_MAX ? PRM_TIME_MAX + 1 : end < PRM_TIME_MIN ? PRM_TIME_MIN : end;
    return true;
}

static bool action_duration(prm__compiler *c, const prm__yaml_node *node, const char *key,
                            prm__duration *duration)
{
    if (!prm__scalar_duration(&c->lang, node, key, 0, node->size, duration))
        return false;
    if (duration->unit != PRM_UNIT_MS)
        prm__compile_example(c, node->span, key, (prm_text){node->text, node->size}, *duration);
    return true;
}

static bool action_lasts(prm__compiler *c, const prm__yaml_node *const *values, prm__p_action *action)
{
    const prm__yaml_node *lasts = values[ACTION_LASTS];
    prm__schema_exclude(&c->lang, lasts, values[ACTION_UNTIL]);
    bool ok = values[ACTION_UNTIL] == NULL || action_until(c, values[ACTION_UNTIL], action);
    if (lasts == NULL)
        return ok;
    if (strcmp(lasts->text, action_lasting[0]) == 0) {
        action->lasts = PRM_LASTS_PERIOD;
        return ok;
    }
    action->lasts = PRM_LASTS_DURATION;
    return action_duration(c, lasts, "lasts", &action->duration) && ok;
}

static bool action_wrong_rate(prm__compiler *c, const prm__yaml_node *node, const char *why)
{
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_RATE, node->key_span, NULL, "%s", why);
    return false;
}

/* Whether any event that earns commission can belong to the subject. */
static bool action_can_earn(const prm__compiler *c, uint32_t kind)
{
    for (uint32_t i = 0; i < c->commission_types.count; i++)
        if (prm__compile_carries(c, c->commission_types.types[i], kind))
            return true;
    return c->commission_types.count == 0;
}

/* Where a rate can stand. */
static bool action_rate_fits(prm__compiler *c, const prm__yaml_node *const *values,
                             const prm__compile_rule *rule, const prm__p_action *action)
{
    const prm__yaml_node *node = values[ACTION_RATE];
    if (values[ACTION_PRODUCT] != NULL && prm__compile_kind_has(c, rule->row.subject, PRM_NAME_PRODUCT))
        return action_wrong_rate(c, values[ACTION_PRODUCT],
                                 "a rule `for` products has a rate for its own product already");
    if (values[ACTION_GROUP] != NULL && action->added == 0)
        return action_wrong_rate(c, values[ACTION_GROUP],
                                 "`group` is for rates that are added, such as +5%; this one is set");
    if (!action_can_earn(c, rule->row.subject))
        return action_wrong_rate(
            c, node,
            prm__lang_format(&c->lang, "no event that earns commission belongs to a subject `for: %s`",
                             prm__compile_kind_name(c, rule->row.subject)));
    if (!c->has_commission)
        prm__diag_report(c->lang.diag, PRM_DIAG_NO_COMMISSION, node->key_span,
                         "add `commission:` to the program",
                         "the program has no commission whose rate could change");
    return true;
}

/* A rate up to a day before the campaign that would grant it. */
static void action_rate_in_time(prm__compiler *c, const prm__yaml_node *node, const prm__compile_rule *rule,
                                const prm__p_action *action)
{
    if (action->lasts != PRM_LASTS_UNTIL || action->from == PRM_FROM_PERIOD ||
        rule->row.active == PRM_NO_INDEX ||
        PRM_VEC(c->builder.actives, prm__p_active)[rule->row.active].from < action->until)
        return;
    prm__diag_report(c->lang.diag, PRM_DIAG_RATE_NEVER_HOLDS, node->span, "write a later day",
                     "the rate ends before the rule's campaign begins");
}

static bool action_rate(prm__compiler *c, const prm__yaml_node *const *values, prm__compile_rule *rule,
                        prm__p_action *action)
{
    bool sign = false;
    action->kind = PRM_ACTION_RATE;
    bool ok = prm__scalar_rate(&c->lang, values[ACTION_RATE], "rate", &action->rate, &sign);
    action->added = sign;
    ok = action_text(c, values[ACTION_PRODUCT], "product", &action->product) && ok;
    ok = action_text(c, values[ACTION_GROUP], "group", &action->group) && ok;
    ok = action_from(c, values[ACTION_FROM], &action->from) && ok;
    ok = action_lasts(c, values, action) && ok;
    if (ok && values[ACTION_UNTIL] != NULL)
        action_rate_in_time(c, values[ACTION_UNTIL], rule, action);
    rule->has_rates = true;
    return action_rate_fits(c, values, rule, action) && ok;
}

/* ---- Rewards ---- */

static bool action_has_rep(const prm__compiler *c, prm__type_set types)
{
    for (uint32_t i = 0; i < types.count; i++)
        if (prm__vocab_field_of(&c->vocabulary, types.types[i], PRM_NAME_REP) != NULL)
            return true;
    return types.count == 0 || types.open;
}

/* At a clock point there is no event whose rep could be meant. */
static bool action_has_recipient(const prm__compiler *c, const prm__compile_rule *rule,
                                 const prm__action_place *place)
{
    if (prm__compile_kind_has(c, rule->row.subject, PRM_NAME_REP))
        return true;
    return place->by_clock == NULL && action_has_rep(c, rule->events);
}

static bool action_to(prm__compiler *c, const prm__yaml_node *node, const prm__compile_rule *rule,
                      const prm__action_place *place, uint32_t *to)
{
    static const uint32_t recipients[] = {PRM_TO_REP, PRM_TO_PARTNER, PRM_TO_REFERRER, PRM_TO_PARENT,
                                          PRM_TO_GRANDPARENT};
    uint32_t choice;
    if (node == NULL)
        return true;
    if (!prm__scalar_choice(&c->lang, node, "to", &action_to_choices, &choice))
        return false;
    *to = recipients[choice];
    if (*to != PRM_TO_REP || action_has_recipient(c, rule, place))
        return true;
    if (place->by_clock != NULL)
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_RECIPIENT, node->span, "write `for: rep` at the rule",
                         "this is carried out %s, where no event names a rep", place->by_clock);
    else
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_RECIPIENT, node->span, NULL,
                         "the events at which this rule fires have no rep");
    return false;
}

/* `cash: 10%` is a tenth of a yen, and nothing once it is rounded; a share of something was meant. */
static void action_warn_rounded(prm__compiler *c, const prm__yaml_node *node, const char *key,
                                const prm__p_action *action)
{
    bool money = PRM_VEC(c->builder.rewards, prm__p_reward)[action->reward].money != 0;
    prm__decimal amount;
    int64_t minor;
    if (!prm__lint_constant(c, action->amount, &amount) || amount <= 0 ||
        !prm__decimal_to_minor(amount, money ? c->builder.head.minor_digits : 0, action->rounding, &minor) ||
        minor != 0)
        return;
    prm__diag_report(c->lang.diag, PRM_DIAG_NEVER_HOLDS, node->span,
                     strchr(node->text, '%') != NULL
                         ? prm__lang_format(&c->lang, "a share is written for example `amount * %.*s`",
                                            prm__lang_shown(node->text, node->size), node->text)
                         : NULL,
                     "`%s` is rounded to zero, so nothing comes of it", key);
}

static bool action_reward(prm__compiler *c, const prm__yaml_node *const *values, uint32_t key,
                          prm__compile_rule *rule, const prm__action_place *place, prm__p_action *action)
{
    prm__scope scope = prm__compile_scope(c, rule->events, rule->has_value);
    scope.has_rep = prm__compile_kind_has(c, rule->row.subject, PRM_NAME_REP);
    action->kind = PRM_ACTION_REWARD;
    action->reward = key - ACTION_FIRST_REWARD;
    rule->has_money = rule->has_money ||
                      PRM_VEC(c->builder.rewards, prm__p_reward)[action->reward].money != 0;
    bool ok = prm__compile_expr(c, values[key], c->action_keys[key].name, &scope, PRM_TYPE_NUMBER,
                                &action->amount);
    if (ok && place->by_clock != NULL)
        prm__compile_without_event(c, values[key], action->amount, place->by_clock);
    ok = action_to(c, values[ACTION_TO], rule, place, &action->to) && ok;
    if (values[ACTION_ROUNDING] != NULL)
        ok = prm__compile_rounding(c, values[ACTION_ROUNDING], &action->rounding) && ok;
    if (ok)
        action_warn_rounded(c, values[key], c->action_keys[key].name, action);
    if (values[ACTION_HOLD] != NULL)
        ok = action_duration(c, values[ACTION_HOLD], "hold", &action->duration) && ok;
    return ok;
}

/* ---- Ranks and notices ---- */

/* Only partners have ranks. */
static bool action_rank(prm__compiler *c, const prm__yaml_node *node, const prm__compile_rule *rule,
                        prm__p_action *action)
{
    const prm__p_kind *kind = prm__vec_at(&c->builder.kinds, rule->row.subject);
    action->kind = PRM_ACTION_RANK;
    bool ok = prm__compile_find_level(c, node, &action->level);
    if (kind->key_count == 0)
        return ok;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_ACTION, node->key_span,
                     "write the rule `for: partner`, `referrer` or `parent`",
                     "partners have ranks, and the subject of this rule is %s",
                     prm__compile_kind_name(c, rule->row.subject));
    return false;
}

static bool action_notice(prm__compiler *c, const prm__yaml_node *node, prm__p_action *action)
{
    action->kind = PRM_ACTION_NOTICE;
    return action_text(c, node, "notice", &action->text);
}

/* ---- Actions ---- */

/* Keys that go with the other kind of action. */
static bool action_options_fit(prm__compiler *c, const prm__yaml_node *const *values, uint32_t kind,
                               const char *name)
{
    bool ok = true;
    for (uint32_t key = ACTION_PRODUCT; key < ACTION_FIRST_REWARD; key++) {
        const char *const *option = prm__catalog_action(kind)->options;
        while (*option != NULL && strcmp(*option, action_keys[key].name) != 0)
            option++;
        if (values[key] == NULL || *option != NULL)
            continue;
        prm__diag_report(c->lang.diag, PRM_DIAG_CONFLICTING_KEYS, values[key]->key_span, NULL,
                         "`%s` does not go with `%s`", action_keys[key].name, name);
        ok = false;
    }
    return ok;
}

/* What holds for a time is a rate or a rank; a contest gives what needs no time. */
static bool action_fits_form(prm__compiler *c, const prm__yaml_node *node, const prm__compile_rule *rule,
                             uint32_t kind)
{
    bool lasting = kind == PRM_ACTION_RATE || kind == PRM_ACTION_RANK;
    if (rule->row.form == PRM_FORM_WHILE && !lasting) {
        prm__diag_report(
            c->lang.diag, PRM_DIAG_RULE_ACTION, node->key_span, "write `when` instead of `while`",
            "`while` is for `rate` and `rank`, which hold for a time; `%s` happens once", node->key);
        return false;
    }
    if (rule->row.form == PRM_FORM_CONTEST && lasting) {
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_ACTION, node->key_span,
                         "give a reward or a notice, or write a rule with `at: close`",
                         "the places of a contest give rewards and notices, and no `%s`", node->key);
        return false;
    }
    return true;
}

static bool action_is_main(uint32_t key)
{
    return key < ACTION_PRODUCT || key >= ACTION_FIRST_REWARD;
}

/* The one key that says what the action does; PRM_NO_INDEX, reported, when it is not there,
 * doubled or wrong. */
static uint32_t action_main_key(prm__compiler *c, const prm__yaml_node *node,
                                const prm__yaml_node *const *values, uint64_t meant)
{
    uint32_t found = PRM_NO_INDEX;
    uint32_t present = 0;
    for (uint32_t i = 0; i < c->action_key_count; i++) {
        if (!action_is_main(i) || (meant & PRM_SCHEMA_BIT(i)) == 0)
            continue;
        present++;
        if (values[i] == NULL)
            continue;
        if (found != PRM_NO_INDEX)
            prm__schema_exclude(&c->lang, values[found], values[i]);
        found = i;
    }
    if (present == 0)
        prm__diag_report(c->lang.diag, PRM_DIAG_MISSING_KEY,
                         (prm__span){node->span.start, node->span.start + 1},
                         "write for example `{cash: 5000}` or `{rate: +5%}`",
                         "an action needs `rate`, `rank`, `notice`, or a reward such as `cash`");
    return present == 1 ? found : PRM_NO_INDEX;
}

static uint32_t action_kind(uint32_t key)
{
    return key == ACTION_RATE     ? PRM_ACTION_RATE
           : key == ACTION_RANK   ? PRM_ACTION_RANK
           : key == ACTION_NOTICE ? PRM_ACTION_NOTICE
                                  : PRM_ACTION_REWARD;
}

static uint32_t action_key(const prm__compiler *c, const char *name)
{
    for (uint32_t i = 0; i < c->action_key_count; i++)
        if (strcmp(c->action_keys[i].name, name) == 0)
            return i;
    return PRM_NO_INDEX;
}

/* What the options are where the action says what it does, and a key is none of them; else NULL. */
static const char *action_beside(prm__compiler *c, const prm__yaml_node *node)
{
    uint32_t main = PRM_NO_INDEX;
    bool strange = false;
    const prm__yaml_node *first = node->kind == PRM_YAML_MAPPING ? node->first : NULL;
    for (const prm__yaml_node *child = first; child != NULL; child = child->next) {
        uint32_t key = action_key(c, child->key);
        strange |= key == PRM_NO_INDEX;
        if (main == PRM_NO_INDEX && key != PRM_NO_INDEX && action_is_main(key))
            main = key;
    }
    if (main == PRM_NO_INDEX || !strange)
        return NULL;
    const char *const *options = prm__catalog_action(action_kind(main))->options;
    uint32_t count = 0;
    while (options[count] != NULL)
        count++;
    if (count == 0)
        return prm__lang_format(&c->lang, "nothing else stands beside `%s`", c->action_keys[main].name);
    return prm__lang_format(&c->lang, "beside `%s` write one of %s", c->action_keys[main].name,
                            prm__lang_list(&c->lang, options, count));
}

/* What goes by the kind of action. */
static bool action_values(prm__compiler *c, const prm__yaml_node *const *values, uint32_t key,
                          prm__compile_rule *rule, const prm__action_place *place, prm__p_action *action)
{
    switch (action_kind(key)) {
    case PRM_ACTION_RATE:
        return action_rate(c, values, rule, action);
    case PRM_ACTION_RANK:
        return action_rank(c, values[key], rule, action);
    case PRM_ACTION_NOTICE:
        return action_notice(c, values[key], action);
    default:
        return action_reward(c, values, key, rule, place, action);
    }
}

/* An action of the rule, behind those that it has. */
static bool action_push(prm__compiler *c, const prm__action_place *place, prm__p_block *block,
                        prm__p_action *action)
{
    action->block = place->block;
    action->number = place->number;
    action->place = block->action_count++;
    prm__p_action *row = prm__compile_push(c, &c->builder.actions);
    if (row != NULL)
        *row = *action;
    return row != NULL;
}

static prm__p_action action_empty(const prm__compiler *c)
{
    return (prm__p_action){
        .text = PRM_NO_INDEX,
        .level = PRM_NO_INDEX,
        .reward = PRM_NO_INDEX,
        .amount = PRM_NO_INDEX,
        .rounding = c->rounding,
        .product = PRM_NO_INDEX,
        .group = PRM_NO_INDEX,
    };
}

static bool action_read(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule,
                        const prm__action_place *place, prm__p_block *block)
{
    const prm__schema schema = {"an action",         c->action_keys,
                                c->action_key_count, prm__keys_of_action.example,
                                ACTION_FIRST_REWARD, action_beside(c, node)};
    const prm__yaml_node *values[PRM_SCHEMA_KEYS];
    prm__p_action action = action_empty(c);
    uint64_t meant;
    if (!prm__schema_read(&c->lang, node, &schema, values, &meant))
        return false; /* LCOV_EXCL_LINE the schema around it lets mappings through, nothing else */
    uint32_t key = action_main_key(c, node, values, meant);
    if (key == PRM_NO_INDEX)
        return false;
    bool ok = action_options_fit(c, values, action_kind(key), c->action_keys[key].name);
    ok = action_fits_form(c, values[key], rule, action_kind(key)) && ok;
    ok = action_values(c, values, key, rule, place, &action) && ok;
    return ok && action_push(c, place, block, &action);
}

/* ---- Blocks ---- */

#define ACTION_MOST UINT16_MAX /* of a rule: engines count them in 16 bits */

bool prm__rule_block(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule,
                     const prm__action_place *place, prm__p_block *out)
{
    out->first_action = (uint32_t)c->builder.actions.count;
    out->action_count = 0;
    if (node->kind == PRM_YAML_LIST &&
        node->count > ACTION_MOST - (out->first_action - rule->row.first_action)) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->key != NULL ? node->key_span : node->span,
                         "split the rule", "a rule has at most %d actions", ACTION_MOST);
        return false;
    }
    bool ok = true;
    for (const prm__yaml_node *each = prm__schema_first(node); each != NULL;
         each = prm__schema_next(node, each))
        ok = action_read(c, each, rule, place, out) && ok;
    return ok;
}

bool prm__rule_notice(prm__compiler *c, const prm__yaml_node *text, prm__compile_rule *rule,
                      const prm__action_place *place, prm__p_block *out)
{
    prm__p_action action = action_empty(c);
    (void)rule;
    out->first_action = (uint32_t)c->builder.actions.count;
    out->action_count = 0;
    return action_notice(c, text, &action) && action_push(c, place, out, &action);
}
