/* eval: expressions over one event. Each is asked as a filter, and so is its negation:
 * it is true, false, or, when neither passes, an error. */
#include "engine_rig.h"

#define ATTRIBUTES                                                                                           \
    "attributes:\n"                                                                                          \
    "  partner: {segment: text, target: integer, share: percent, fund: money, vip: boolean, since: time,"    \
    " review: time}\n"                                                                                       \
    "  rep: {level: integer}\n"
#define EVENTS                                                                                               \
    "j 2026-01-01 partner.joined partner=acme segment=gold target=30 share=12.5% vip=true since=2025-12-31"  \
    " review=2026-01-01;"                                                                                    \
    "r 2026-01-01 rep.joined partner=acme rep=sato level=4;"                                                 \
    "d 2026-01-05 deal.won partner=acme rep=sato customer='大阪 商事' product=crm amount=1000 quantity=3"

static bool fires(const rig *r, const char *id)
{
    rig_text ledger = {.size = 0};
    ledger.data[0] = '\0';
    rig_print_ledger(r, &ledger, false);
    return strstr(ledger.data, id) != NULL;
}

/* 'T', 'F' or, for an error, 'E'. */
static char outcome(const char *expression)
{
    rig r;
    rig_text body = {.size = 0};
    RIG_PRINT(&body,
              ATTRIBUTES "rules:\n"
                         "  yes: {for: partner, each: deal.won, where: '%s', then: {points: 1}}\n"
                         "  no: {for: partner, each: deal.won, where: '!(%s)', then: {points: 1}}\n",
              expression, expression);
    rig_open(&r, body.data);
    rig_give(&r, EVENTS);
    char answer = fires(&r, "yes!d") ? 'T' : fires(&r, "no!d") ? 'F' : 'E';
    assert_false(fires(&r, "yes!d") && fires(&r, "no!d"));
    rig_close(&r);
    return answer;
}

typedef struct line {
    const char *expression;
    char expected;
} line;

static void check(const line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (outcome(lines[i].expression) != lines[i].expected)
            fail_msg("%s: %c, not %c", lines[i].expression, outcome(lines[i].expression), lines[i].expected);
}

#define CHECK(lines) check(lines, UNIT_COUNT(lines))

static void arithmetic_is_exact(void **state)
{
    static const line lines[] = {
        {"2 + 3 * 4 == 14", 'T'},
        {"(2 + 3) * 4 == 20", 'T'},
        {"10 - 4 - 3 == 3", 'T'},
        {"0.1 + 0.2 == 0.3", 'T'},
        {"7 / 2 == 3.5", 'T'},
        {"-amount == 0 - 1000", 'T'},
        {"amount + quantity == 1003", 'T'},
        {"999999999999999998.999999999999 + 0.000000000001 == 999999999999999999", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void products_and_quotients_round_half_even_to_12_digits(void **state)
{
    static const line lines[] = {
        {"1 / 3 == 0.333333333333", 'T'},
        {"2 / 3 == 0.666666666667", 'T'},
        {"-2 / 3 == -0.666666666667", 'T'},
        {"0.000001 * 0.0000005 == 0", 'T'},              /* 0.5 of the last digit: to even, down */
        {"0.000003 * 0.0000005 == 0.000000000002", 'T'}, /* 1.5: to even, up */
        {"0.000005 * 0.0000005 == 0.000000000002", 'T'}, /* 2.5: to even, down */
        {"1 / 8 / 1000000000000 == 0", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void a_remainder_has_the_sign_of_the_dividend(void **state)
{
    static const line lines[] = {
        {"7 % 3 == 1", 'T'},     {"-7 % 3 == -1", 'T'},    {"7 % -3 == 1", 'T'}, {"-7 % -3 == -1", 'T'},
        {"5.5 % 2 == 1.5", 'T'}, {"amount % 7 == 6", 'T'}, {"6 % 3 == 0", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void percent_directly_after_a_number_is_percent(void **state)
{
    static const line lines[] = {
        {"10% == 0.1", 'T'},  {"amount * 12.5% == 125", 'T'}, {"partner.share == 12.5%", 'T'},
        {"10 % 3 == 1", 'T'}, {"50% + 50% == 1", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void comparisons(void **state)
{
    static const line lines[] = {
        {"amount == 1000", 'T'},  {"amount != 1000", 'F'},      {"amount < 1000", 'F'},
        {"amount < 1000.1", 'T'}, {"amount <= 1000", 'T'},      {"amount > 999", 'T'},
        {"amount > 1000", 'F'},   {"amount >= 1000", 'T'},      {"amount >= 1001", 'F'},
        {"quantity != 4", 'T'},   {"true == partner.vip", 'T'}, {"false == partner.vip", 'F'},
    };
    (void)state;
    CHECK(lines);
}

static void texts_compare_bytewise(void **state)
{
    static const line lines[] = {
        {"product == \"crm\"", 'T'}, {"product == \"CRM\"", 'F'},  {"product < \"crn\"", 'T'},
        {"product < \"crma\"", 'T'}, {"product > \"cr\"", 'T'},    {"\"Z\" < \"a\"", 'T'},
        {"\"z\" < \"é\"", 'T'},      {"partner == \"acme\"", 'T'}, {"product >= \"crm\"", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void times_compare(void **state)
{
    static const line lines[] = {
        {"partner.since < partner.review", 'T'},
        {"partner.since == partner.review", 'F'},
        {"partner.review >= partner.since", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void lists(void **state)
{
    static const line lines[] = {
        {"product in [\"ma\", \"crm\"]", 'T'}, {"product in [\"ma\"]", 'F'}, {"quantity in [1, 2, 3]", 'T'},
        {"quantity + 1 in [1, 2, 3]", 'F'},    {"deal in [\"x\"]", 'E'},
    };
    (void)state;
    CHECK(lines);
}

/* `deal` is a field that the event does not have: an error wherever it is asked. */
static void errors_are_absorbed_where_the_other_side_decides(void **state)
{
    static const line lines[] = {
        {"deal == \"x\"", 'E'},          {"true || deal == \"x\"", 'T'},
        {"deal == \"x\" || true", 'T'},  {"false && deal == \"x\"", 'F'},
        {"deal == \"x\" && false", 'F'}, {"false || deal == \"x\"", 'E'},
        {"deal == \"x\" || false", 'E'}, {"true && deal == \"x\"", 'E'},
        {"deal == \"x\" && true", 'E'},  {"deal == \"x\" || deal == \"y\"", 'E'},
        {"deal != \"x\"", 'E'},          {"deal == \"x\" || product == \"crm\"", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void a_choice_looks_at_one_side_only(void **state)
{
    static const line lines[] = {
        {"true ? true : deal == \"x\"", 'T'},    {"false ? deal == \"x\" : true", 'T'},
        {"true ? deal == \"x\" : true", 'E'},    {"deal == \"x\" ? true : true", 'E'},
        {"(quantity > 2 ? 10 : 20) == 10", 'T'}, {"(quantity > 3 ? 10 : quantity > 2 ? 15 : 20) == 15", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void division_by_zero_is_an_error(void **state)
{
    static const line lines[] = {
        {"1 / (quantity - 3) > 0", 'E'},
        {"1 % (quantity - 3) == 0", 'E'},
        {"quantity == 3 || 1 / (quantity - 3) > 0", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void overflow_is_an_error(void **state)
{
    static const line lines[] = {
        {"999999999999999999 + quantity > 0", 'E'},
        {"-999999999999999999 - quantity < 0", 'E'},
        {"amount * 1000000000000000 > 0", 'E'},
        {"amount * 999999999999999 > 0", 'T'},
        {"amount / 0.000000000001 > 0", 'T'},
        {"amount * 1000 / 0.000000000001 > 0", 'E'},
        {"999999999999999999 + quantity > 0 || quantity == 3", 'T'},
    };
    (void)state;
    CHECK(lines);
}

static void has_asks_without_an_error(void **state)
{
    static const line lines[] = {
        {"has(product)", 'T'},
        {"has(deal)", 'F'},
        {"has(partner.segment)", 'T'},
        {"has(partner.fund)", 'F'},
        {"has(rep.level)", 'T'},
        {"!has(deal) && amount > 1", 'T'},
        {"has(deal) && deal == \"x\"", 'F'},
    };
    (void)state;
    CHECK(lines);
}

static void attributes_of_partner_and_rep(void **state)
{
    static const line lines[] = {
        {"partner.segment == \"gold\"", 'T'},
        {"partner.target == 30", 'T'},
        {"partner.vip", 'T'},
        {"partner.fund > 0", 'E'},
        {"rep.level + 1 == 5", 'T'},
        {"!partner.vip", 'F'},
    };
    (void)state;
    CHECK(lines);
}

static void functions(void **state)
{
    static const line lines[] = {
        {"size(product) == 3", 'T'},
        {"size(customer) == 5", 'T'}, /* code points, not bytes */
        {"product.startsWith(\"cr\")", 'T'},
        {"product.startsWith(\"crmx\")", 'F'},
        {"product.endsWith(\"rm\")", 'T'},
        {"product.contains(\"r\")", 'T'},
        {"product.contains(\"\")", 'T'},
        {"customer.contains(\"商事\")", 'T'},
        {"min(amount, 500) == 500", 'T'},
        {"max(amount, 500) == 1000", 'T'},
        {"min(-1, 1) == -1", 'T'},
        {"size(deal) == 0", 'E'},
        {"max(amount, 1 / (quantity - 3)) > 0", 'E'},
    };
    (void)state;
    CHECK(lines);
}

static void value_is_the_rules_measure(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  bonus: {for: partner, when: {sum: amount, of: deal.won, at_least: 100}, then: {cash: "
                 "value * 10%}}\n"
                 "  share: {for: partner, when: {coverage: course.completed, at_least: 50%}, then: {cash: "
                 "value * 300}}\n");
    rig_give(&r, "d1 2026-01-05 deal.won partner=acme amount=70; "
                 "d2 2026-01-06 deal.won partner=acme amount=80;r1 2026-01-07 rep.joined partner=acme rep=a; "
                 "r2 2026-01-07 rep.joined partner=acme rep=b;r3 2026-01-07 rep.joined partner=acme rep=c;"
                 "c1 2026-01-08 course.completed partner=acme rep=a course=x;"
                 "c2 2026-01-09 course.completed partner=acme rep=b course=x");
    /* 2 of 3 is 0.666666666667 when it enters an expression: 200.0000000001 yen */
    rig_ledger(&r, "bonus:acme acme cash 15\n"
                   "share:acme acme cash 200\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_is_exact),
        cmocka_unit_test(products_and_quotients_round_half_even_to_12_digits),
        cmocka_unit_test(a_remainder_has_the_sign_of_the_dividend),
        cmocka_unit_test(percent_directly_after_a_number_is_percent),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(texts_compare_bytewise),
        cmocka_unit_test(times_compare),
        cmocka_unit_test(lists),
        cmocka_unit_test(errors_are_absorbed_where_the_other_side_decides),
        cmocka_unit_test(a_choice_looks_at_one_side_only),
        cmocka_unit_test(division_by_zero_is_an_error),
        cmocka_unit_test(overflow_is_an_error),
        cmocka_unit_test(has_asks_without_an_error),
        cmocka_unit_test(attributes_of_partner_and_rep),
        cmocka_unit_test(functions),
        cmocka_unit_test(value_is_the_rules_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
