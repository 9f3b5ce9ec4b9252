/* fire: what a rule's `then`, and a commission, become: recipient, amount, payable; and what
 * refuses a firing. */
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

/* ---- Limits ---- */

#define DEAL(id, time) #id " " time " deal.won partner=a amount=100; "

/* The first in order survive, so a late one takes the place of the last, and a void frees one. */
static void a_limit_of_times(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  two: {each: deal.won, limit: {times: 2}, then: [{cash: amount}, {points: 1}]}\n");
    rig_give_each(&r, DEAL(2, "2026-01-02") DEAL(3, "2026-01-03")
                          DEAL(4, "2026-01-04") "o 2026-01-05 deal.won partner=b amount=7");
    rig_ledger(&r, "two!2 a cash 100\n"
                   "two!2/2 a points 1\n"
                   "two!3 a cash 100\n"
                   "two!3/2 a points 1\n"
                   "two!o b cash 7\n"
                   "two!o/2 b points 1\n");
    rig_give(&r, DEAL(1, "2026-01-01"));
    rig_journal(&r, 7,
                "- two!3 a cash 100\n"
                "- two!3/2 a points 1\n"
                "+ two!1 a cash 100\n"
                "+ two!1/2 a points 1\n");
    rig_give(&r, "v 2026-01-06 event.voided event=1; w 2026-01-06 event.voided event=2");
    rig_journal(&r, 11,
                "- two!1 a cash 100\n"
                "- two!1/2 a points 1\n"
                "- two!2 a cash 100\n"
                "- two!2/2 a points 1\n"
                "+ two!3 a cash 100\n"
                "+ two!3/2 a points 1\n"
                "+ two!4 a cash 100\n"
                "+ two!4/2 a points 1\n");
    rig_close(&r);
}

/* For a coarser or finer subject, in a window by the instant of firing. */
static void a_limit_for_another_subject_and_window(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "timezone: Asia/Tokyo\n"
                 "rules:\n"
                 "  partner: {for: rep, each: deal.won, limit: {times: 1, for: partner, per: month}, then: "
                 "{points: 1}}\n"
                 "  customer: {each: deal.won, limit: {times: 1, for: customer}, then: {points: 2}}\n");
    rig_give(
        &r,
        "1 2026-01-01 deal.won partner=a rep=x customer=k; 2 2026-01-31 deal.won partner=a rep=y customer=l; "
        "3 2026-02-01 deal.won partner=a rep=y customer=k; 4 2026-02-02 deal.won partner=a rep=z; "
        "5 2026-02-03 deal.won partner=a rep=z; 6 2026-02-04 deal.won partner=b rep=x customer=k");
    rig_ledger(&r, "partner!1 a/x points 1\n"
                   "customer!1 a points 2\n"
                   "customer!2 a points 2\n"
                   "partner!3 a/y points 1\n"
                   "customer!4 a points 2\n" /* those without a customer share one */
                   "partner!6 b/x points 1\n"
                   "customer!6 b points 2\n");
    rig_close(&r);
}

/* A firing without outcome uses nothing up; one that is refused has fired. */
static void what_a_limit_counts(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  each: {each: deal.won, limit: {times: 1}, then: {cash: amount - 100}}\n"
                 "  once: {per: month, limit: {times: 1}, when: {count: deal.won, at_least: 1}, then: "
                 "{points: 1}, else: "
                 "{points: 2}}\n");
    rig_give(&r, DEAL(1, "2026-01-01") "2 2026-01-02 deal.won partner=a amount=101; "
                                       "3 2026-02-03 deal.won partner=a amount=102");
    rig_advance(&r, "2026-04-01");
    rig_ledger(&r,
               "once:a@2026-01-01 a points 1\n"
               "each!2 a cash 1\n"); /* refused in February, so no `else` then; and March's is refused too */
    rig_close(&r);
}

/* ---- Exclusive ---- */

/* Of the rules that fire for a partner at one event the first in the file has outcomes. */
static void only_the_first_of_an_exclusive_name(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  large: {exclusive: bonus, each: deal.won, where: amount >= 100, then: {points: 1}}\n"
                 "  other: {exclusive: gift, each: deal.won, then: {points: 2}}\n"
                 "  small: {for: rep, exclusive: bonus, each: deal.won, then: [{points: 3}, {points: 4}]}\n");
    rig_give(
        &r,
        "1 2026-01-01 deal.won partner=a rep=x amount=100; 2 2026-01-01 deal.won partner=a rep=x amount=1; "
        "3 2026-01-01 deal.won partner=b rep=x amount=1");
    rig_ledger(&r, "large!1 a points 1\n"
                   "other!1 a points 2\n"
                   "other!2 a points 2\n"
                   "small!2 a/x points 3\n"
                   "small!2/2 a/x points 4\n"
                   "other!3 b points 2\n"
                   "small!3 b/x points 3\n"
                   "small!3/2 b/x points 4\n");
    rig_close(&r);
}

/* At a clock point, too; and a rule refused there has fired, so its `else` does not come. */
static void exclusive_at_a_close(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  gold: {per: month, at: close, exclusive: level, when: {count: deal.won, at_least: 2}, "
                 "then: {points: "
                 "1}}\n"
                 "  silver: {per: month, at: close, exclusive: level, when: {count: deal.won, at_least: 1}, "
                 "then: {points: "
                 "2}, else: {points: 3}}\n");
    rig_give(&r, DEAL(1, "2026-01-01") DEAL(2, "2026-01-02")
                     DEAL(3, "2026-02-01") "o 2026-01-03 deal.won partner=b");
    rig_advance(&r, "2026-03-01");
    rig_ledger(&r, "gold:a@2026-01-01 a points 1\n"
                   "silver:b@2026-01-01 b points 2\n"
                   "silver:a@2026-02-01 a points 2\n"
                   "silver:b@2026-02-01+else b points 3\n");
    rig_close(&r);
}

/* A firing that its limit refuses leaves the name; one without any outcome takes it. */
static void who_takes_the_name(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  first: {exclusive: n, each: deal.won, limit: {times: 1}, then: {cash: amount - 1}}\n"
                 "  second: {exclusive: n, each: deal.won, then: {points: 2}}\n");
    rig_give(&r, "1 2026-01-01 deal.won partner=a amount=1; 2 2026-01-02 deal.won partner=a amount=3; "
                 "3 2026-01-03 deal.won partner=a amount=3");
    rig_ledger(&r, "first!2 a cash 2\nsecond!3 a points 2\n");
    rig_close(&r);
}

/* ---- Max, ranks, notices ---- */

static void max_caps_money_only(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n  cap: {max: 50, each: deal.won, then: [{cash: amount}, {gift_card: amount / 3}, {points: "
        "amount}]}\n");
    rig_give(&r, DEAL(1, "2026-01-01"));
    rig_ledger(&r, "cap!1 a cash 50\ncap!1/2 a gift_card 33\ncap!1/3 a points 100\n");
    rig_close(&r);
}

/* The rank is in force for what comes after it, in the same `then` already. */
static void a_rank_action_takes_effect_at_once(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "commission: {on: deal.won, of: amount, base: 10%}\n"
        "ranks: {per: year, levels: {low: {}, high: {when: {count: deal.won, at_least: 100}, rate: 20%}}}\n"
        "rules:\n"
        "  up: {each: deal.won, where: amount >= 100, then: [{points: \"partner.rank == 'high' ? 2 : 1\"}, "
        "{rank: "
        "high}, {points: \"partner.rank == 'high' ? 2 : 1\"}]}\n");
    rig_give(&r, DEAL(1, "2026-01-01") DEAL(2, "2026-01-02"));
    rig_ledger(&r, "up!1 a points 1\n"
                   "up!1/2 a rank high\n"
                   "up!1/3 a points 2\n"
                   "commission!1 a cash 10\n"
                   "up!2 a points 2\n"
                   "up!2/2 a rank high\n"
                   "up!2/3 a points 2\n"
                   "commission!2 a cash 20\n");
    rig_close(&r);
}

static void a_notice_tells_whom_it_is_about(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  call: {for: rep, each: deal.lost, then: {notice: \"電話, please\"}}\n");
    rig_give(&r, "l 2026-01-01 deal.lost partner=a rep=x");
    rig_ledger(&r, "call!l a/x notice '電話, please'\n");
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
        cmocka_unit_test(a_limit_of_times),
        cmocka_unit_test(a_limit_for_another_subject_and_window),
        cmocka_unit_test(what_a_limit_counts),
        cmocka_unit_test(only_the_first_of_an_exclusive_name),
        cmocka_unit_test(exclusive_at_a_close),
        cmocka_unit_test(who_takes_the_name),
        cmocka_unit_test(max_caps_money_only),
        cmocka_unit_test(a_rank_action_takes_effect_at_once),
        cmocka_unit_test(a_notice_tells_whom_it_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
