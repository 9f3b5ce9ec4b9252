/* fire: what a rule's `then`, and a commission, become: recipient, amount, payable. */
#include "engine_rig.h"

/* ---- Recipients ---- */

static void by_default_the_subjects_rep_else_the_partner(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  partner: {each: deal.won, then: {cash: 1}}\n"
                 "  rep: {for: rep, each: deal.won, then: {cash: 2}}\n"
                 "  pair: {for: [product, rep], each: deal.won, then: {cash: 3}}\n"
                 "  customer: {for: customer, each: deal.won, then: {cash: 4}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a rep=x product=crm customer=k");
    rig_ledger(&r, "partner!d a cash 1\n"
                   "rep!d a/x cash 2\n"
                   "pair!d a/x cash 3\n"
                   "customer!d a cash 4\n");
    rig_close(&r);
}

static void a_named_recipient(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  event-rep: {each: deal.won, then: {cash: 1, to: rep}}\n"
             "  my-partner: {for: rep, each: deal.won, then: {cash: 2, to: partner}}\n"
             "  up: {for: rep, each: deal.won, then: [{cash: 3, to: referrer}, {cash: 4, to: parent}]}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a referrer=b parent=c; "
                 "d1 2026-01-02 deal.won partner=a rep=x;d2 2026-01-03 deal.won partner=a");
    rig_ledger(&r, "event-rep!d1 a/x cash 1\n"
                   "my-partner!d1 a cash 2\n"
                   "up!d1 b cash 3\n"
                   "up!d1/2 c cash 4\n");
    rig_close(&r);
}

static void who_has_left_is_no_recipient_the_other_actions_stand(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  all: {each: deal.won, then: [{cash: 1, to: rep}, {cash: 2, to: parent}, {cash: 3}]}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a parent=b; x 2026-01-02 rep.left partner=a rep=x;"
                 "y 2026-01-02 partner.left partner=b; d 2026-01-03 deal.won partner=a rep=x");
    rig_ledger(&r, "all!d/3 a cash 3\n");
    rig_close(&r);
}

/* A firing whose actions come to nothing has still fired: its occasion is used up. */
static void a_firing_without_outcome_has_fired(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  one: {when: {count: deal.won, at_least: 1}, then: {cash: amount, to: referrer}}\n");
    rig_give(&r,
             "d1 2026-01-01 deal.won partner=a amount=5; "
             "j 2026-01-02 partner.joined partner=a referrer=b;d2 2026-01-03 deal.won partner=a amount=7");
    rig_ledger(&r, "");
    rig_close(&r);
}

/* ---- Amounts ---- */

static void zero_less_or_an_error_is_no_outcome(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  negative: {each: deal.won, then: {cash: 0 - amount}}\n"
                 "  tiny: {each: deal.won, then: {cash: amount * 0.0001}}\n"
                 "  missing: {each: deal.won, then: {cash: quantity * 10}}\n"
                 "  zero: {each: deal.won, then: {cash: amount / quantity}}\n"
                 "  large: {each: deal.won, then: {cash: amount * 999999999999999}}\n"
                 "  good: {each: deal.won, then: {cash: amount}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=1000; "
                 "d2 2026-01-02 deal.won partner=a amount=1001 quantity=0");
    rig_ledger(&r, "large!d1 a cash 999999999999999000\n"
                   "good!d1 a cash 1000\n"
                   "good!d2 a cash 1001\n");
    rig_close(&r);
}

static void amounts_are_rounded_once_as_said(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rounding: half_up\n"
                 "rules:\n"
                 "  top: {each: deal.won, then: {cash: amount / 2}}\n"
                 "  down: {each: deal.won, then: {cash: amount / 2, rounding: down}}\n"
                 "  up: {each: deal.won, then: {cash: amount / 2 + 0.1, rounding: up}}\n"
                 "  even: {each: deal.won, then: {cash: amount / 2, rounding: half_even}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=5; d2 2026-01-02 deal.won partner=a amount=7");
    rig_ledger(&r, "top!d1 a cash 3\n"
                   "down!d1 a cash 2\n"
                   "up!d1 a cash 3\n"
                   "even!d1 a cash 2\n"
                   "top!d2 a cash 4\n"
                   "down!d2 a cash 3\n"
                   "up!d2 a cash 4\n"
                   "even!d2 a cash 4\n");
    rig_close(&r);
}

static void money_has_the_currencys_digits_points_are_whole(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "currency: KWD\n"
                 "rewards: {travel: money, stars: points}\n"
                 "rules:\n"
                 "  all: {each: deal.won, then: [{cash: amount / 3}, {gift_card: 5}, {points: 7.9}, {travel: "
                 "1.0005}, {stars: 2}]}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a amount=10");
    rig_ledger(&r, "all!d a cash 3.333\n"
                   "all!d/2 a gift_card 5.000\n"
                   "all!d/3 a points 7\n"
                   "all!d/4 a travel 1.000\n"
                   "all!d/5 a stars 2\n");
    rig_close(&r);
}

static void hold_makes_it_payable_later(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "timezone: Asia/Tokyo\n"
                 "rules:\n"
                 "  held: {each: deal.won, then: [{cash: 1, hold: 30d}, {cash: 2, hold: 48h}, {cash: 3}]}\n");
    rig_give(&r, "d 2026-01-01T12:00:00+09:00 deal.won partner=a");
    rig_ledger(&r, "held!d a cash 1 hold 2026-02-01\n"
                   "held!d/2 a cash 2 hold 2026-01-03T12:00:00+09:00\n"
                   "held!d/3 a cash 3\n");
    rig_close(&r);
}

/* ---- Commission ---- */

static void commission_of_an_expression_with_a_filter(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: [deal.won, invoice.paid], of: amount - 100, where: product != \"free\", "
                 "base: 10%}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a product=crm amount=1100; "
                 "d2 2026-01-02 deal.won partner=a product=free amount=1100;"
                 "d3 2026-01-03 deal.won partner=a amount=1100; "
                 "i 2026-01-04 invoice.paid partner=a product=ma amount=50;"
                 "d4 2026-01-05 deal.won partner=a product=crm amount=100");
    rig_ledger(
        &r,
        "commission!d1 a cash 100\ncommission!i a cash -5\n"); /* d3: product missing, an error filters out */
    rig_close(&r);
}

/* 0.15 yen of 1: the product is exact before it is rounded, not first cut to 12 digits. */
static void commission_is_exact_and_rounded_once(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "currency: USD\n"
                 "rounding: up\n"
                 "commission: {on: deal.won, of: amount * 0.000000000001, base: 0.000000000001}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=0.01; d2 2026-01-02 deal.won partner=a amount=1; "
                 "d3 2026-01-03 deal.won partner=a amount=-1");
    rig_ledger(
        &r,
        "commission!d2 a cash 0.01\ncommission!d3 a cash -0.01\n"); /* d1: `of` itself has 12 digits, so 0 */
    rig_close(&r);
}

static void a_commission_beyond_the_limit_is_none(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 200%}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=499999999999999999; "
                 "d2 2026-01-01 deal.won partner=a amount=500000000000000000");
    rig_ledger(&r, "commission!d1 a cash 999999999999999998\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_default_the_subjects_rep_else_the_partner),
        cmocka_unit_test(a_named_recipient),
        cmocka_unit_test(who_has_left_is_no_recipient_the_other_actions_stand),
        cmocka_unit_test(a_firing_without_outcome_has_fired),
        cmocka_unit_test(zero_less_or_an_error_is_no_outcome),
        cmocka_unit_test(amounts_are_rounded_once_as_said),
        cmocka_unit_test(money_has_the_currencys_digits_points_are_whole),
        cmocka_unit_test(hold_makes_it_payable_later),
        cmocka_unit_test(commission_of_an_expression_with_a_filter),
        cmocka_unit_test(commission_is_exact_and_rounded_once),
        cmocka_unit_test(a_commission_beyond_the_limit_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
