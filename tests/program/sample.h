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
 *   volume: {for: customer, within: 720h, when: {sum: amount, of: deal.won, at_least: 1000}, then: {cash: 10}} */
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

enum { SAMPLE_KIND_CUSTOMER = 2 };

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
        {sample_text("deal.won"), PRM_ROLE_FACT, 2, 7, 6, no, no, no, no, 0, 4, 1, 5, 0, 0, 1, {0}},
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
    SAMPLE_ROWS(kinds, prm__p_kind, {0, {0}, 160, 1}, {1, {PRM_NAME_REP}, 16, 0},
                {1, {PRM_NAME_CUSTOMER}, 128, 0});
    SAMPLE_ROWS(anchors, prm__p_anchor, {SAMPLE_TYPE_JOINED, PRM_KIND_PARTNER, 0});
    SAMPLE_ROWS(windows, prm__p_window, {PRM_WINDOW_LIFE, PRM_PERIOD_NONE, SAMPLE_NO, 0, {0}},
                {PRM_WINDOW_LIFE, PRM_PERIOD_MONTH, SAMPLE_NO, 0, {0}},
                {PRM_WINDOW_WITHIN, PRM_PERIOD_NONE, 0, 0, {30, PRM_UNIT_DAY, 0}},
                {PRM_WINDOW_ROLLING, PRM_PERIOD_NONE, SAMPLE_NO, 0, {2592000000, PRM_UNIT_MS, 0}});
    SAMPLE_ROWS(measures, prm__p_measure, {PRM_MEASURE_COUNT, PRM_KIND_PARTNER, 1, SAMPLE_NO, SAMPLE_NO, 16},
                {PRM_MEASURE_DISTINCT, SAMPLE_KIND_CUSTOMER, 2, PRM_NAME_PRODUCT, SAMPLE_NO, 0},
                {PRM_MEASURE_COVERAGE, PRM_KIND_PARTNER, 0, PRM_NAME_REP, 4, 80},
                {PRM_MEASURE_SUM, SAMPLE_KIND_CUSTOMER, 3, PRM_NAME_AMOUNT, SAMPLE_NO, 64});
    SAMPLE_ROWS(routes, prm__p_route, {0}, {1}, {2}, {3});
    SAMPLE_ROWS(asks, prm__p_ask, {3}, {0}, {1}, {2}, {3}, {4});
    SAMPLE_ROWS(type_lists, uint32_t, SAMPLE_TYPE_WON);
    return PRM_OK;
}

static inline prm_status sample_fill_rules(prm__builder *builder)
{
    const uint32_t no = SAMPLE_NO, empty = 0;
    SAMPLE_ROWS(conditions, prm__p_condition, {0, PRM_CONDITION_AT_LEAST, 0, 0, 0},
                {2 * PRM_DECIMAL_ONE, PRM_CONDITION_AT_LEAST, 1, no, 0},
                {PRM_DECIMAL_ONE / 5 * 4, PRM_CONDITION_AT_LEAST, 2, no, 0},
                {1000 * PRM_DECIMAL_ONE, PRM_CONDITION_AT_LEAST, 3, no, 0});
    SAMPLE_ROWS(
        rules, prm__p_rule,
        {sample_text("ten-deals"), sample_text("10件の成約"), 10, PRM_KIND_PARTNER, 1, 0, no, 0, 0, 0, 2, 0,
         2, 64, 0, 0},
        {sample_text("cross-sell"), empty, 20, SAMPLE_KIND_CUSTOMER, 2, 0, no, 0, 0, 1, no, 2, 1, 48, 0, 0},
        {sample_text("each-deal"), empty, 30, PRM_KIND_REP, 0, 1, 3, 0, 1, no, no, 3, 1, 0, 0, 0},
        {sample_text("covered"), empty, 40, PRM_KIND_PARTNER, 0, 0, no, 0, 0, 2, no, 4, 1, 128, 1, 0},
        {sample_text("volume"), empty, 50, SAMPLE_KIND_CUSTOMER, 3, 0, no, 0, 0, 3, no, 5, 1, 112, 0, 0});
    SAMPLE_ROWS(rewards, prm__p_reward, {sample_text("cash"), 1}, {sample_text("points"), 0});
    SAMPLE_ROWS(
        actions, prm__p_action,
        {PRM_ACTION_RATE, no, no, 0, 0, 1, sample_text("crm"), no, 0, 0, 50000000000, 0, {0}},
        {PRM_ACTION_RATE,
         no,
         no,
         0,
         0,
         0,
         no,
         no,
         PRM_FROM_PERIOD,
         PRM_LASTS_DURATION,
         200000000000,
         0,
         {90, PRM_UNIT_DAY, 0}},
        {PRM_ACTION_REWARD,
         0,
         5,
         PRM_TO_SUBJECT,
         PRM_ROUND_UP,
         0,
         no,
         no,
         0,
         0,
         0,
         0,
         {1, PRM_UNIT_MONTH, 0}},
        {PRM_ACTION_REWARD, 1, 6, PRM_TO_REP, PRM_ROUND_DOWN, 0, no, no, 0, 0, 0, 0, {0}},
        {PRM_ACTION_RATE,
         no,
         no,
         0,
         0,
         0,
         no,
         sample_text("g"),
         PRM_FROM_NOW,
         PRM_LASTS_UNTIL,
         200000000000,
         1500000000000,
         {0}},
        {PRM_ACTION_REWARD, 0, 7, PRM_TO_GRANDPARENT, PRM_ROUND_HALF_EVEN, 0, no, no, 0, 0, 0, 0, {0}});
    return PRM_OK;
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
                SAMPLE_WORD(NEGATE, 0), SAMPLE_WORD(CHOOSE, 0));
    SAMPLE_ROWS(exprs, prm__p_expr, {0, 1, 1, PRM_TYPE_NUMBER}, {1, 3, 2, PRM_TYPE_BOOLEAN},
                {4, 1, 1, PRM_TYPE_BOOLEAN}, {5, 3, 2, PRM_TYPE_BOOLEAN}, {8, 4, 2, PRM_TYPE_BOOLEAN},
                {12, 5, 2, PRM_TYPE_NUMBER}, {17, 1, 1, PRM_TYPE_NUMBER}, {18, 5, 3, PRM_TYPE_NUMBER});
    SAMPLE_ROWS(product_rates, prm__p_product_rate, {sample_text("crm"), 0, 200000000000});
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
}

static inline prm_status sample_fill(prm__builder *builder)
{
    sample_fill_head(builder);
    PRM_TRY(sample_fill_texts(builder));
    PRM_TRY(sample_fill_types(builder));
    PRM_TRY(sample_fill_subjects(builder));
    PRM_TRY(sample_fill_rules(builder));
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
