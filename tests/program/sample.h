/* sample: a program made by hand, with a row or more in every section, for the tests of
 * this room. It says about what this program text would:
 *
 *   commission: {on: deal.won, of: amount, where: amount > 0, base: 15%, by_product: {crm: 20%}, max: 40%}
 *   attributes: {partner: {target: integer}, rep: {certified: boolean}}
 *   ten-deals: {for: partner, per: month, when: {count: deal.won, at_least: partner.target},
 *               eligible: has(partner.target), then: [{rate: +5%, product: crm}, {rate: 20%, lasts: 90d}]}
 *   cross-sell: {for: customer, within: 30d of partner.joined,
 *                when: {distinct: product, of: deal.won, at_least: 2}, then: {cash: max(amount * 10%, 5), hold: 1mo}}
 *   each-deal: {for: rep, each: deal.won, where: product.startsWith("c"), then: {points: 3, to: rep}}
 *   covered: {when: {coverage: deal.won, at_least: 80%}, then: {rate: 20%, until: ..., group: g}}
 *   volume: {for: customer, within: 720h, when: {sum: amount, of: deal.won, at_least: 1000}, then: {cash: 10}}
 *   steps: {for: partner, per: quarter, at: close, pick: highest, when: {count: deal.won},
 *           tiers: [{at_least: 3, then: {notice: well done}}, {at_least: partner.target, then: {rank: gold}}]}
 *   months: {for: partner, per: quarter, active: ..., exclusive: season, limit: {times: 2, per: month}, max: 500,
 *            budget: 9000, when: {any: [{streak: {count: deal.won, at_least: 2}, per: month, at_least: 3},
 *            {all: [{not: {value: deals + streak, less_than: 5}}, {is: partner.rank == "gold"}]}]},
 *            then: {cash: 3}, else: {notice: well done}, remind: {before: 7d, notice: well done}}
 *   referrals: {for: referrer, while: {average: amount, of: deal.won, more_than: 9}, then: {rate: +1%}}
 *   race: {for: customer, per: quarter, contest: {by: {sum: amount, of: deal.won},
 *          places: [[{cash: 3}, {notice: well done}], {points: 3}]}}
 *   tens: {for: partner, when: {count: deal.won, every: 10}, then: {points: 3}}
 *
 * and ranks silver and gold, brackets and an override. */
#ifndef PRM_TESTS_PROGRAM_SAMPLE_H
#define PRM_TESTS_PROGRAM_SAMPLE_H

#include "program/program.h"

#include <string.h>

#define SAMPLE_ROWS(section, type, ...)                                                                      \
    do {                                                                                                     \
        const type sample_rows[] = {__VA_ARGS__};                                                            \
        PRM_TRY(prm__vec_append(&builder->section, sample_rows, sizeof sample_rows / sizeof(type)));         \
    } while (0)

#define SAMPLE_NO PRM_NO_INDEX
#define SAMPLE_WORD(operation, operand) ((uint32_t)PRM_OP_##operation | (uint32_t)(operand) << 8)

enum {
    SAMPLE_TYPE_JOINED,
    SAMPLE_TYPE_REP_JOINED,
    SAMPLE_TYPE_WON,
    SAMPLE_TYPE_CANCELLED,
    SAMPLE_TYPE_REFUNDED,
    SAMPLE_TYPE_VOIDED
};

enum { SAMPLE_NAME_DEAL = PRM_NAMES_FIXED, SAMPLE_NAME_TARGET, SAMPLE_NAME_CERTIFIED };

enum { SAMPLE_KIND_CUSTOMER = 2, SAMPLE_KIND_REFERRER = 3 };

/* In the order of the file. */
enum {
    SAMPLE_TEN_DEALS,
    SAMPLE_CROSS_SELL,
    SAMPLE_EACH_DEAL,
    SAMPLE_COVERED,
    SAMPLE_VOLUME,
    SAMPLE_STEPS,
    SAMPLE_MONTHS,
    SAMPLE_REFERRALS,
    SAMPLE_RACE,
    SAMPLE_TENS,
    SAMPLE_RULES
};

/* Texts in the order of their first use; text 0 is the empty one. */
static const char *const sample_texts[] = {
    "",
    "partner",
    "rep",
    "customer",
    "product",
    "referrer",
    "parent",
    "event",
    "amount",
    "deal",
    "target",
    "certified",
    "partner.joined",
    "rep.joined",
    "deal.won",
    "deal.cancelled",
    "deal.refunded",
    "event.voided",
    "sample",
    "JPY",
    "UTC",
    "crm",
    "cash",
    "points",
    "ten-deals",
    "cross-sell",
    "each-deal",
    "covered",
    "10件の成約",
    "c",
    "g",
    "volume",
    "steps",
    "months",
    "referrals",
    "race",
    "tens",
    "silver",
    "gold",
    "season",
    "well done",
};

static inline uint32_t sample_text(const char *text)
{
    for (uint32_t i = 0; i < sizeof sample_texts / sizeof sample_texts[0]; i++)
        if (strcmp(sample_texts[i], text) == 0)
            return i;
    return SAMPLE_NO;
}

static inline prm_status sample_fill_texts(prm__builder *builder)
{
    for (size_t i = 0; i < sizeof sample_texts / sizeof sample_texts[0]; i++)
        if (prm__builder_text(builder, sample_texts[i], strlen(sample_texts[i])) == SAMPLE_NO)
            return PRM_E_MEMORY;
    for (uint32_t i = 0; i < PRM_NAMES_FIXED + 3; i++)
        SAMPLE_ROWS(names, prm__p_name, {i + 1});
    SAMPLE_ROWS(transitions, prm__transition, {INT64_MIN, 0}, {1000000000000, 3600000}, {1100000000000, 0});
    return PRM_OK;
}

static inline prm_status sample_fill_types(prm__builder *builder)
{
    SAMPLE_ROWS(attributes, prm__p_attribute,
                {sample_text("target"), PRM_OWNER_PARTNER, PRM_FIELD_INTEGER, 0},
                {sample_text("certified"), PRM_OWNER_REP, PRM_FIELD_BOOLEAN, 0});
    SAMPLE_ROWS(
        slots, prm__p_slot,
        /* partner.joined: 0 */
        {PRM_NAME_PARTNER, PRM_FIELD_TEXT, 1, SAMPLE_NO}, {PRM_NAME_REFERRER, PRM_FIELD_TEXT, 0, SAMPLE_NO},
        {PRM_NAME_PARENT, PRM_FIELD_TEXT, 0, SAMPLE_NO}, {SAMPLE_NAME_TARGET, PRM_FIELD_INTEGER, 0, 0},
        /* rep.joined: 4 */
        {PRM_NAME_PARTNER, PRM_FIELD_TEXT, 1, SAMPLE_NO}, {PRM_NAME_REP, PRM_FIELD_TEXT, 1, SAMPLE_NO},
        {SAMPLE_NAME_CERTIFIED, PRM_FIELD_BOOLEAN, 0, 1},
        /* deal.won: 7 */
        {PRM_NAME_PARTNER, PRM_FIELD_TEXT, 1, SAMPLE_NO}, {PRM_NAME_REP, PRM_FIELD_TEXT, 0, SAMPLE_NO},
        {PRM_NAME_CUSTOMER, PRM_FIELD_TEXT, 0, SAMPLE_NO}, {SAMPLE_NAME_DEAL, PRM_FIELD_TEXT, 0, SAMPLE_NO},
        {PRM_NAME_PRODUCT, PRM_FIELD_TEXT, 0, SAMPLE_NO}, {PRM_NAME_AMOUNT, PRM_FIELD_MONEY, 0, SAMPLE_NO},
        /* deal.cancelled: 13 */
        {PRM_NAME_PARTNER, PRM_FIELD_TEXT, 1, SAMPLE_NO}, {SAMPLE_NAME_DEAL, PRM_FIELD_TEXT, 1, SAMPLE_NO},
        /* deal.refunded: 15 */
        {PRM_NAME_PARTNER, PRM_FIELD_TEXT, 1, SAMPLE_NO}, {SAMPLE_NAME_DEAL, PRM_FIELD_TEXT, 1, SAMPLE_NO},
        {PRM_NAME_AMOUNT, PRM_FIELD_MONEY, 1, SAMPLE_NO},
        /* event.voided: 18 */
        {PRM_NAME_EVENT, PRM_FIELD_TEXT, 1, SAMPLE_NO}, {PRM_NAME_PARTNER, PRM_FIELD_TEXT, 0, SAMPLE_NO});
    const uint32_t no = SAMPLE_NO;
    SAMPLE_ROWS(
        types, prm__p_type,
        {sample_text("partner.joined"),
         PRM_ROLE_PARTNER_JOINED,
         0,
         0,
         4,
         no,
         no,
         no,
         no,
         0,
         0,
         0,
         0,
         0,
         1,
         0,
         {0}},
        {sample_text("rep.joined"), PRM_ROLE_REP_JOINED, 1, 4, 3, no, no, no, no, 0, 0, 0, 1, 0, 0, 0, {0}},
        {sample_text("deal.won"), PRM_ROLE_FACT, 2, 7, 6, no, no, no, no, 0, 6, 1, 10, 0, 0, 1, {0}},
        {sample_text("deal.cancelled"),
         PRM_ROLE_FACT,
         2,
         13,
         2,
         SAMPLE_TYPE_WON,
         SAMPLE_NAME_DEAL,
         no,
         no,
         0,
         0,
         0,
         0,
         0,
         0,
         0,
         {90, PRM_UNIT_DAY, 0}},
        {sample_text("deal.refunded"),
         PRM_ROLE_FACT,
         2,
         15,
         3,
         no,
         no,
         SAMPLE_TYPE_WON,
         SAMPLE_NAME_DEAL,
         0,
         0,
         0,
         0,
         0,
         0,
         0,
         {0}},
        {sample_text("event.voided"),
         PRM_ROLE_EVENT_VOIDED,
         2,
         18,
         2,
         no,
         no,
         no,
         no,
         0,
         0,
         0,
         0,
         0,
         0,
         0,
         {0}});
    return PRM_OK;
}

static inline prm_status sample_fill_subjects(prm__builder *builder)
{
    SAMPLE_ROWS(kinds, prm__p_kind, {0, {0}, 384, 1, PRM_LINK_NONE},
                {1, {PRM_NAME_REP}, 16, 0, PRM_LINK_NONE}, {1, {PRM_NAME_CUSTOMER}, 192, 0, PRM_LINK_NONE},
                {0, {0}, 128, 1, PRM_LINK_REFERRER});
    SAMPLE_ROWS(anchors, prm__p_anchor, {SAMPLE_TYPE_JOINED, PRM_KIND_PARTNER, 0});
    SAMPLE_ROWS(windows, prm__p_window, {PRM_WINDOW_LIFE, PRM_PERIOD_NONE, SAMPLE_NO, 0, {0}},
                {PRM_WINDOW_LIFE, PRM_PERIOD_MONTH, SAMPLE_NO, 0, {0}},
                {PRM_WINDOW_WITHIN, PRM_PERIOD_NONE, 0, 0, {30, PRM_UNIT_DAY, 0}},
                {PRM_WINDOW_ROLLING, PRM_PERIOD_NONE, SAMPLE_NO, 0, {2592000000, PRM_UNIT_MS, 0}},
                {PRM_WINDOW_LIFE, PRM_PERIOD_QUARTER, SAMPLE_NO, 0, {0}});
    const uint32_t no = SAMPLE_NO;
    SAMPLE_ROWS(measures, prm__p_measure, {PRM_MEASURE_COUNT, PRM_KIND_PARTNER, 1, no, no, 16, no, no},
                {PRM_MEASURE_DISTINCT, SAMPLE_KIND_CUSTOMER, 2, PRM_NAME_PRODUCT, no, 0, no, no},
                {PRM_MEASURE_COVERAGE, PRM_KIND_PARTNER, 0, PRM_NAME_REP, 4, 80, no, no},
                {PRM_MEASURE_SUM, SAMPLE_KIND_CUSTOMER, 3, PRM_NAME_AMOUNT, no, 64, no, no},
                {PRM_MEASURE_STREAK, PRM_KIND_PARTNER, 1, no, no, 160, 0, 5},
                {PRM_MEASURE_AVERAGE, SAMPLE_KIND_REFERRER, 0, PRM_NAME_AMOUNT, no, 0, no, no});
    SAMPLE_ROWS(actives, prm__p_active, {1400000000000, 1500000000000}, {INT64_MIN, INT64_MAX});
    SAMPLE_ROWS(routes, prm__p_route, {0}, {1}, {2}, {3}, {4}, {5});
    SAMPLE_ROWS(asks, prm__p_ask, {3}, {0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8}, {9});
    SAMPLE_ROWS(type_lists, uint32_t, SAMPLE_TYPE_WON);
    return PRM_OK;
}

static inline prm_status sample_fill_conditions(prm__builder *builder)
{
    const uint32_t no = SAMPLE_NO;
    const prm__decimal one = PRM_DECIMAL_ONE;
    SAMPLE_ROWS(conditions, prm__p_condition, {0, PRM_CONDITION_AT_LEAST, 0, 0, no},
                {2 * one, PRM_CONDITION_AT_LEAST, 1, no, no},
                {one / 5 * 4, PRM_CONDITION_AT_LEAST, 2, no, no},
                {1000 * one, PRM_CONDITION_AT_LEAST, 3, no, no},
                /* 4: steps; 5: inside of the streak; 6 to 11: months */
                {0, PRM_CONDITION_BARE, 0, no, no}, {2 * one, PRM_CONDITION_AT_LEAST, 0, no, no},
                {3 * one, PRM_CONDITION_AT_LEAST, 4, no, no}, {5 * one, PRM_CONDITION_LESS_THAN, no, no, 8},
                {0, PRM_CONDITION_NOT, no, no, no}, {0, PRM_CONDITION_IS, no, no, 9},
                {0, PRM_CONDITION_AND, no, no, no}, {0, PRM_CONDITION_OR, no, no, no},
                /* 12: referrals; 13: race; 14: tens; 15: gold */
                {9 * one, PRM_CONDITION_MORE_THAN, 5, no, no}, {0, PRM_CONDITION_BARE, 3, no, no},
                {10 * one, PRM_CONDITION_EVERY, 0, no, no}, {100 * one, PRM_CONDITION_AT_LEAST, 0, no, no});
    SAMPLE_ROWS(rule_measures, uint32_t, 0, 1, 2, 3, 0, 0, 4, 5, 3, 0);
    SAMPLE_ROWS(tiers, prm__p_tier, {3 * one, no, {6, 1}, 0}, {0, 0, {7, 1}, 0}, {0, no, {12, 2}, 0},
                {0, no, {14, 1}, 0});
    return PRM_OK;
}

/* A rule with its condition, measures and actions; the next ones in their tables. */
static inline prm__p_rule sample_rule(const prm__p_rule *before, const char *text, uint32_t subject,
                                      uint32_t window, uint32_t form)
{
    prm__p_rule rule = {
        .text = sample_text(text),
        .line = before == NULL ? 10 : before->line + 10,
        .subject = subject,
        .window = window,
        .form = form,
        .each_filter = SAMPLE_NO,
        .single = SAMPLE_NO,
        .eligible = SAMPLE_NO,
        .active = SAMPLE_NO,
        .exclusive = SAMPLE_NO,
        .max = INT64_MAX,
        .budget = INT64_MAX,
    };
    if (before != NULL)
        rule.first_action = before->first_action + before->action_count;
    return rule;
}

/* One condition, and one measure that it looks at. */
static inline void sample_asks(prm__p_rule *rule, uint32_t condition, uint32_t measure, uint32_t offset)
{
    rule->first_condition = condition;
    rule->condition_count = 1;
    rule->single = condition;
    rule->first_measure = measure;
    rule->measure_count = 1;
    rule->offset = offset;
}

static inline void sample_then(prm__p_rule *rule, uint32_t actions)
{
    rule->then.first_action = rule->first_action;
    rule->then.action_count = actions;
    rule->action_count = actions;
}

static inline void sample_tiers(prm__p_rule *rule, uint32_t first, uint32_t actions)
{
    rule->first_tier = first;
    rule->tier_count = 2;
    rule->action_count = actions;
    rule->at_close = 1;
}

static inline void sample_first_rules(prm__p_rule *rules)
{
    rules[0] = sample_rule(NULL, "ten-deals", PRM_KIND_PARTNER, 1, PRM_FORM_REACH);
    rules[0].title = sample_text("10件の成約");
    rules[0].eligible = 2;
    sample_asks(&rules[0], 0, 0, 64);
    sample_then(&rules[0], 2);
    rules[1] = sample_rule(&rules[0], "cross-sell", SAMPLE_KIND_CUSTOMER, 2, PRM_FORM_REACH);
    sample_asks(&rules[1], 1, 1, 48);
    sample_then(&rules[1], 1);
    rules[2] = sample_rule(&rules[1], "each-deal", PRM_KIND_REP, 0, PRM_FORM_EACH);
    rules[2].each_filter = 3;
    rules[2].each_type_count = 1;
    sample_then(&rules[2], 1);
    rules[3] = sample_rule(&rules[2], "covered", PRM_KIND_PARTNER, 0, PRM_FORM_REACH);
    rules[3].asks_roster = 1;
    sample_asks(&rules[3], 2, 2, 128);
    sample_then(&rules[3], 1);
    rules[4] = sample_rule(&rules[3], "volume", SAMPLE_KIND_CUSTOMER, 3, PRM_FORM_REACH);
    sample_asks(&rules[4], 3, 3, 112);
    sample_then(&rules[4], 1);
}

static inline void sample_months(prm__p_rule *rule)
{
    rule->first_condition = 6;
    rule->condition_count = 6;
    rule->first_measure = 5;
    rule->measure_count = 2;
    rule->offset = 272;
    sample_then(rule, 1);
    rule->otherwise = (prm__p_block){rule->first_action + 1, 1};
    rule->remind = (prm__p_block){rule->first_action + 2, 1};
    rule->action_count = 3;
    rule->remind_before = (prm__duration){7, PRM_UNIT_DAY, 0};
    rule->active = 0;
    rule->exclusive = sample_text("season");
    rule->limit_times = 2;
    rule->limit_period = PRM_PERIOD_MONTH;
    rule->limit_offset = 288;
    rule->max = 500;
    rule->budget = 9000;
}

static inline prm_status sample_fill_rules(prm__builder *builder)
{
    prm__p_rule rules[SAMPLE_RULES];
    sample_first_rules(rules);
    rules[5] = sample_rule(&rules[4], "steps", PRM_KIND_PARTNER, 4, PRM_FORM_TIERS);
    sample_asks(&rules[5], 4, 4, 208);
    sample_tiers(&rules[5], 0, 2);
    rules[5].pick_highest = 1;
    rules[6] = sample_rule(&rules[5], "months", PRM_KIND_PARTNER, 4, PRM_FORM_REACH);
    sample_months(&rules[6]);
    rules[7] = sample_rule(&rules[6], "referrals", SAMPLE_KIND_REFERRER, 0, PRM_FORM_WHILE);
    sample_asks(&rules[7], 12, 7, 64);
    sample_then(&rules[7], 1);
    rules[8] = sample_rule(&rules[7], "race", SAMPLE_KIND_CUSTOMER, 4, PRM_FORM_CONTEST);
    sample_asks(&rules[8], 13, 8, 128);
    sample_tiers(&rules[8], 2, 3);
    rules[9] = sample_rule(&rules[8], "tens", PRM_KIND_PARTNER, 0, PRM_FORM_EVERY);
    sample_asks(&rules[9], 14, 9, 320);
    sample_then(&rules[9], 1);
    return prm__vec_append(&builder->rules, rules, SAMPLE_RULES);
}

static inline prm__p_action sample_action(uint32_t kind, uint32_t block, uint32_t number, uint32_t place)
{
    prm__p_action action = {
        .kind = kind,
        .block = block,
        .number = number,
        .place = place,
        .text = kind == PRM_ACTION_NOTICE ? sample_text("well done") : SAMPLE_NO,
        .level = kind == PRM_ACTION_RANK ? 1 : SAMPLE_NO,
        .reward = SAMPLE_NO,
        .amount = SAMPLE_NO,
        .product = SAMPLE_NO,
        .group = SAMPLE_NO,
    };
    return action;
}

static inline void sample_rate(prm__p_action *action, int64_t rate, uint32_t from, uint32_t lasts)
{
    action->rate = rate;
    action->from = from;
    action->lasts = lasts;
}

static inline void sample_reward(prm__p_action *action, uint32_t reward, uint32_t amount, uint32_t to,
                                 uint32_t rounding)
{
    action->reward = reward;
    action->amount = amount;
    action->to = to;
    action->rounding = rounding;
}

static inline prm_status sample_fill_actions(prm__builder *builder)
{
    enum { RATE = PRM_ACTION_RATE, REWARD = PRM_ACTION_REWARD, NOTICE = PRM_ACTION_NOTICE };
    prm__p_action actions[] = {
        sample_action(RATE, PRM_BLOCK_THEN, 0, 0), sample_action(RATE, PRM_BLOCK_THEN, 0, 1),
        sample_action(REWARD, PRM_BLOCK_THEN, 0, 0), sample_action(REWARD, PRM_BLOCK_THEN, 0, 0),
        sample_action(RATE, PRM_BLOCK_THEN, 0, 0), sample_action(REWARD, PRM_BLOCK_THEN, 0, 0),
        /* 6: steps */
        sample_action(NOTICE, PRM_BLOCK_TIER, 1, 0), sample_action(PRM_ACTION_RANK, PRM_BLOCK_TIER, 2, 0),
        /* 8: months */
        sample_action(REWARD, PRM_BLOCK_THEN, 0, 0), sample_action(NOTICE, PRM_BLOCK_ELSE, 0, 0),
        sample_action(NOTICE, PRM_BLOCK_REMIND, 0, 0),
        /* 11: referrals */
        sample_action(RATE, PRM_BLOCK_THEN, 0, 0),
        /* 12: race */
        sample_action(REWARD, PRM_BLOCK_PLACE, 1, 0), sample_action(NOTICE, PRM_BLOCK_PLACE, 1, 1),
        sample_action(REWARD, PRM_BLOCK_PLACE, 2, 0),
        /* 15: tens */
        sample_action(REWARD, PRM_BLOCK_THEN, 0, 0)};
    sample_rate(&actions[0], 50000000000, PRM_FROM_NEXT, PRM_LASTS_FOR_GOOD);
    actions[0].added = 1;
    actions[0].product = sample_text("crm");
    sample_rate(&actions[1], 200000000000, PRM_FROM_PERIOD, PRM_LASTS_DURATION);
    actions[1].duration = (prm__duration){90, PRM_UNIT_DAY, 0};
    sample_reward(&actions[2], 0, 5, PRM_TO_SUBJECT, PRM_ROUND_UP);
    actions[2].duration = (prm__duration){1, PRM_UNIT_MONTH, 0};
    sample_reward(&actions[3], 1, 6, PRM_TO_REP, PRM_ROUND_DOWN);
    sample_rate(&actions[4], 200000000000, PRM_FROM_NOW, PRM_LASTS_UNTIL);
    actions[4].group = sample_text("g");
    actions[4].until = 1500000000000;
    sample_reward(&actions[5], 0, 7, PRM_TO_GRANDPARENT, PRM_ROUND_HALF_EVEN);
    sample_reward(&actions[8], 0, 6, PRM_TO_SUBJECT, PRM_ROUND_DOWN);
    sample_rate(&actions[11], 10000000000, PRM_FROM_NEXT, PRM_LASTS_FOR_GOOD);
    actions[11].added = 1;
    sample_reward(&actions[12], 0, 6, PRM_TO_SUBJECT, PRM_ROUND_DOWN);
    sample_reward(&actions[14], 1, 6, PRM_TO_SUBJECT, PRM_ROUND_DOWN);
    sample_reward(&actions[15], 1, 6, PRM_TO_SUBJECT, PRM_ROUND_DOWN);
    SAMPLE_ROWS(rewards, prm__p_reward, {sample_text("cash"), 1}, {sample_text("points"), 0});
    return prm__vec_append(&builder->actions, actions, sizeof actions / sizeof actions[0]);
}

static inline prm_status sample_fill_exprs(prm__builder *builder)
{
    SAMPLE_ROWS(consts, prm__decimal, 0, PRM_DECIMAL_ONE / 10, 5 * PRM_DECIMAL_ONE, 3 * PRM_DECIMAL_ONE);
    SAMPLE_ROWS(code, uint32_t,
                /* 0: amount */
                SAMPLE_WORD(FIELD, PRM_NAME_AMOUNT),
                /* 1: amount > 0 */
                SAMPLE_WORD(FIELD, PRM_NAME_AMOUNT), SAMPLE_WORD(NUMBER, 0), SAMPLE_WORD(GREATER, 0),
                /* 2: has(partner.target) */
                SAMPLE_WORD(HAS_ATTRIBUTE, 0),
                /* 3: product.startsWith("c") */
                SAMPLE_WORD(FIELD, PRM_NAME_PRODUCT), SAMPLE_WORD(TEXT, sample_text("c")),
                SAMPLE_WORD(CALL, 1),
                /* 4: rep.certified || !has(deal) */
                SAMPLE_WORD(ATTRIBUTE, 1), SAMPLE_WORD(HAS_FIELD, SAMPLE_NAME_DEAL), SAMPLE_WORD(NOT, 0),
                SAMPLE_WORD(OR, 0),
                /* 5: max(amount * 10%, 5) */
                SAMPLE_WORD(FIELD, PRM_NAME_AMOUNT), SAMPLE_WORD(NUMBER, 1), SAMPLE_WORD(MULTIPLY, 0),
                SAMPLE_WORD(NUMBER, 2), SAMPLE_WORD(CALL, 5),
                /* 6: 3 */
                SAMPLE_WORD(NUMBER, 3),
                /* 7: true ? value : -5 */
                SAMPLE_WORD(BOOLEAN, 1), SAMPLE_WORD(VALUE, 0), SAMPLE_WORD(NUMBER, 2),
                SAMPLE_WORD(NEGATE, 0), SAMPLE_WORD(CHOOSE, 0),
                /* 8: deals + streak */
                SAMPLE_WORD(MEASURE, 0), SAMPLE_WORD(MEASURE, 4), SAMPLE_WORD(ADD, 0),
                /* 9: partner.rank == "gold" */
                SAMPLE_WORD(RANK, 0), SAMPLE_WORD(TEXT, sample_text("gold")), SAMPLE_WORD(EQUAL, 0));
    SAMPLE_ROWS(exprs, prm__p_expr, {0, 1, 1, PRM_TYPE_NUMBER}, {1, 3, 2, PRM_TYPE_BOOLEAN},
                {4, 1, 1, PRM_TYPE_BOOLEAN}, {5, 3, 2, PRM_TYPE_BOOLEAN}, {8, 4, 2, PRM_TYPE_BOOLEAN},
                {12, 5, 2, PRM_TYPE_NUMBER}, {17, 1, 1, PRM_TYPE_NUMBER}, {18, 5, 3, PRM_TYPE_NUMBER},
                {23, 3, 2, PRM_TYPE_NUMBER}, {26, 3, 2, PRM_TYPE_BOOLEAN});
    return PRM_OK;
}

static inline prm_status sample_fill_rates(prm__builder *builder)
{
    SAMPLE_ROWS(product_rates, prm__p_product_rate, {sample_text("crm"), 0, 200000000000},
                {sample_text("c"), 0, 220000000000});
    SAMPLE_ROWS(brackets, prm__p_bracket, {0, 100000000000, 0}, {PRM_DECIMAL_ONE * 1000, 150000000000, 0});
    SAMPLE_ROWS(overrides, prm__p_override, {20000000000}, {10000000000});
    SAMPLE_ROWS(levels, prm__p_level, {sample_text("silver"), 0, 0, 0, 0, 1, 0},
                {sample_text("gold"), 15, 1, 1, 200000000000, 1, 1});
    return PRM_OK;
}

static inline void sample_fill_head(prm__builder *builder)
{
    prm__p_head *head = &builder->head;
    head->name = sample_text("sample");
    head->title = sample_text("10件の成約");
    head->currency = sample_text("JPY");
    head->timezone = sample_text("UTC");
    head->fiscal_month = 4;
    head->month_closes = 31;
    head->is_utc = 1;
    head->commission.present = 1;
    head->commission.of = 0;
    head->commission.filter = 1;
    head->commission.base = 150000000000;
    head->commission.min = INT64_MIN;
    head->commission.max = 400000000000;
    head->commission.rate_count = 1;
    head->commission.kind = SAMPLE_KIND_CUSTOMER;
    head->commission.window = 2;
    head->commission.window_offset = 144;
    head->commission.bracket_kind = SAMPLE_KIND_CUSTOMER;
    head->commission.bracket_period = PRM_PERIOD_QUARTER;
    head->commission.bracket_offset = 160;
    head->ranks.present = 1;
    head->ranks.period = PRM_PERIOD_QUARTER;
    head->ranks.promote_now = 1;
    head->ranks.keep = 1;
    head->ranks.offset = 304;
}

static inline prm_status sample_fill(prm__builder *builder)
{
    sample_fill_head(builder);
    PRM_TRY(sample_fill_texts(builder));
    PRM_TRY(sample_fill_types(builder));
    PRM_TRY(sample_fill_subjects(builder));
    PRM_TRY(sample_fill_conditions(builder));
    PRM_TRY(sample_fill_rules(builder));
    PRM_TRY(sample_fill_actions(builder));
    PRM_TRY(sample_fill_rates(builder));
    return sample_fill_exprs(builder);
}

/* Fills and finishes, both with memory from `host`. */
static inline prm_status sample_build(const prm_allocator *host, prm_program **out)
{
    prm__alloc alloc;
    prm__alloc_init(&alloc, host);
    prm__builder builder;
    prm__builder_init(&builder, &alloc);
    prm_status status = sample_fill(&builder);
    if (status == PRM_OK)
        status = prm__builder_finish(&builder, host, out);
    prm__builder_free(&builder);
    assert_int_equal(alloc.held, 0);
    return status;
}

#endif
