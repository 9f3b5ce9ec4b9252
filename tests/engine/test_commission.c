/* commission: brackets, overrides, the window in which it is earned. */
#include "engine_rig.h"

#define DEAL(id, time, amount) #id " " time " deal.won partner=a amount=" #amount "; "
#define RATES "rates: [{from: 0, rate: 10%}, {from: 1000, rate: 20%}, {from: 3000, rate: 30%}]"

/* ---- Brackets ---- */

static void each_slice_at_its_own_rate(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, brackets: {for: partner, " RATES "}}\n");
    rig_give(&r, DEAL(1, "2026-01-01", 999) DEAL(2, "2026-01-02", 2) DEAL(3, "2026-01-03", 3999)
                     DEAL(4, "2026-01-04", 100) "o 2026-01-05 deal.won partner=b amount=1000");
    rig_ledger(&r, "commission!1 a cash 99\n" /* 2: a tenth and two, which is nothing */
                   "commission!3 a cash 999\n"
                   "commission!4 a cash 30\n"
                   "commission!o b cash 100\n");
    rig_close(&r);
}

/* A negative amount goes back down the slices, and below the first at the first rate. */
static void a_negative_amount_goes_back_down(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, brackets: {for: partner, " RATES "}}\n");
    rig_give(&r, DEAL(1, "2026-01-01", 3100) DEAL(2, "2026-01-02", -3100) DEAL(3, "2026-01-03", -200)
                     DEAL(4, "2026-01-04", 1300));
    rig_ledger(&r, "commission!1 a cash 530\n"
                   "commission!2 a cash -530\n"
                   "commission!3 a cash -20\n"
                   "commission!4 a cash 140\n"); /* 1200 at 10%, 100 at 20% */
    rig_close(&r);
}

/* Additions and bounds hold for each slice alike; the amount rounds once. */
static void additions_and_bounds_hold_for_each_slice(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, min: 12%, max: 25%, brackets: {for: partner, " RATES
                 "}}\n"
                 "rules:\n  more: {each: lead.registered, then: {rate: +4%}}\n");
    rig_give(
        &r,
        DEAL(1, "2026-01-01",
             4000) "l 2026-01-02 lead.registered partner=b; "
                   "o 2026-01-03 deal.won partner=b amount=4000; p 2026-01-04 deal.won partner=b amount=3");
    rig_ledger(&r, "commission!1 a cash 770\n" /* 12%, 20%, 25% */
                   "more!l b rate +4% 2026-01-02..\n"
                   "commission!o b cash 870\n"); /* 14%, 24%, 25% */
    rig_give(&r, "q 2026-01-05 deal.won partner=b amount=1");
    rig_rate(&r, "b", "2026-01-05", 2500);
    rig_rate(&r, "a", "2026-01-05", 2500);
    rig_close(&r);
}

/* Slices of odd sizes add up exactly before they are rounded. */
static void slices_round_once(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, brackets: {for: partner, rates: [{from: 0, rate: "
                 "5%}, {from: 10, "
                 "rate: 50%}]}}\n");
    rig_give(&r, DEAL(1, "2026-01-01", 11)); /* 0.5 + 0.5 */
    rig_ledger(&r, "commission!1 a cash 1\n");
    rig_close(&r);
}

static void a_set_rate_comes_before_the_brackets_and_still_runs(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "commission: {on: deal.won, of: amount, by_product: {ma: 5%}, brackets: {for: partner, " RATES
             "}}\n"
             "rules:\n  set: {each: lead.registered, then: {rate: 50%, lasts: 1d}}\n");
    rig_give(&r, "1 2026-01-01 deal.won partner=a product=ma amount=1000; " DEAL(
                     2, "2026-01-02",
                     100) "l 2026-01-02T12:00:00Z lead.registered partner=a; " DEAL(3, "2026-01-03", 1900)
                     DEAL(4, "2026-01-05", 100));
    rig_ledger(&r, "commission!1 a cash 50\n"
                   "commission!2 a cash 20\n"
                   "set!l a rate 50% 2026-01-02T12:00:00Z..2026-01-04\n"
                   "commission!3 a cash 950\n"
                   "commission!4 a cash 30\n");
    rig_close(&r);
}

/* Per quarter the sum begins anew; those without the customer run together. */
static void sums_run_per_window_and_subject(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "commission: {on: deal.won, of: amount, brackets: {for: customer, per: quarter, " RATES "}}\n");
    rig_give(&r, "1 2026-01-01 deal.won partner=a customer=k amount=1000; "
                 "2 2026-01-02 deal.won partner=a customer=l amount=1000; "
                 "3 2026-01-03 deal.won partner=a amount=600; "
                 "4 2026-01-04 deal.won partner=a customer=k amount=100; "
                 "5 2026-03-31T23:59:59Z deal.won partner=a amount=600; "
                 "6 2026-04-01 deal.won partner=a customer=k amount=100; "
                 "7 2026-04-02 deal.won partner=a amount=100");
    rig_ledger(&r, "commission!1 a cash 100\n"
                   "commission!2 a cash 100\n"
                   "commission!3 a cash 60\n"
                   "commission!4 a cash 20\n"
                   "commission!5 a cash 80\n"
                   "commission!6 a cash 10\n"
                   "commission!7 a cash 10\n");
    rig_rate(&r, "a - k -", "2026-03-31", 2000);
    rig_rate(&r, "a - k -", "2026-04-01", 1000);
    rig_rate(&r, "a", "2026-03-31T23:59:59Z", 2000);
    rig_rate(&r, "a", "2026-03-31", 1000);
    rig_close(&r);
}

/* A late event, a void and a refund move every later sum. */
static void sums_move_with_what_comes_late(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, brackets: {for: partner, " RATES "}}\n");
    rig_give_each(&r, DEAL(1, "2026-01-02", 1000) DEAL(2, "2026-01-03", 1000) DEAL(3, "2026-01-04", 1000));
    rig_ledger(&r, "commission!1 a cash 100\ncommission!2 a cash 200\ncommission!3 a cash 200\n");
    rig_give(&r, "0 2026-01-01 deal.won partner=a deal=x amount=500");
    rig_ledger(&r, "commission!0 a cash 50\n"
                   "commission!1 a cash 150\n"
                   "commission!2 a cash 200\n"
                   "commission!3 a cash 250\n");
    rig_give(&r, "r 2026-01-05 deal.refunded partner=a deal=x amount=400");
    rig_ledger(&r, "commission!0 a cash 10\n"
                   "commission!1 a cash 110\n"
                   "commission!2 a cash 200\n"
                   "commission!3 a cash 210\n");
    rig_give(&r, "v 2026-01-05 event.voided event=1");
    rig_ledger(&r, "commission!0 a cash 10\ncommission!2 a cash 110\ncommission!3 a cash 200\n");
    rig_close(&r);
}

/* A rate that reaches back works the amounts out again from the sums that they had. */
static void a_rate_that_reaches_back_keeps_the_sums(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, brackets: {for: partner, " RATES "}}\n"
                 "rules:\n  back: {per: month, when: {count: lead.registered, at_least: 1}, then: {rate: "
                 "+1%, from: period, "
                 "lasts: period}}\n");
    rig_give_each(&r, DEAL(1, "2026-01-31", 1000) DEAL(2, "2026-02-01", 500)
                          DEAL(3, "2026-02-02", 2000) "l 2026-02-03 lead.registered partner=a");
    rig_journal(&r, 1,
                "+ commission!1 a cash 100\n"
                "+ commission!2 a cash 100\n"
                "+ commission!3 a cash 450\n"
                "- commission!2 a cash 100\n"
                "- commission!3 a cash 450\n"
                "+ commission!2 a cash 105\n"
                "+ commission!3 a cash 470\n"
                "+ back:a@2026-02-01 a rate +1% 2026-02-01..2026-03-01\n");
    rig_close(&r);
}

/* ---- Overrides ---- */

#define CHAIN                                                                                                \
    "ja 2026-01-01 partner.joined partner=a parent=b; jb 2026-01-01 partner.joined partner=b parent=c; "     \
    "jc 2026-01-01 partner.joined partner=c parent=d; "
#define OVERRIDE "commission: {on: deal.won, of: amount, base: 10%, max: 10%, override: [5%, 2%, 1%]}\n"

static void a_share_for_each_one_above(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, OVERRIDE);
    rig_give(&r, CHAIN DEAL(1, "2026-01-02",
                            1000) "2 2026-01-03 deal.won partner=b amount=1000; "
                                  "3 2026-01-03 deal.won partner=d amount=1000; " DEAL(4, "2026-01-04", -99));
    rig_ledger(&r, "commission!1 a cash 100\n"
                   "override!1#1 b cash 50\n"
                   "override!1#2 c cash 20\n"
                   "override!1#3 d cash 10\n"
                   "commission!2 b cash 100\n"
                   "override!2#1 c cash 50\n"
                   "override!2#2 d cash 20\n"
                   "commission!3 d cash 100\n"
                   "commission!4 a cash -9\n"
                   "override!4#1 b cash -4\n"
                   "override!4#2 c cash -1\n"); /* the third rounds to nothing */
    rig_close(&r);
}

/* Whoever has left gets nothing, but those above keep their level. */
static void who_has_left_is_passed_over(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, OVERRIDE);
    rig_give(&r, CHAIN DEAL(1, "2026-01-04", 1000));
    rig_give(&r, "x 2026-01-03 partner.left partner=b"); /* late */
    rig_ledger(&r, "commission!1 a cash 100\noverride!1#2 c cash 20\noverride!1#3 d cash 10\n");
    rig_give(&r, "y 2026-01-04 partner.joined partner=b"); /* back at the very instant */
    rig_ledger(&r, "commission!1 a cash 100\n"
                   "override!1#1 b cash 50\n"
                   "override!1#2 c cash 20\n"
                   "override!1#3 d cash 10\n");
    rig_give(&r, "z 2026-01-02 partner.updated partner=b parent=''; w 2026-01-04 partner.left partner=a");
    rig_ledger(&r, ""); /* a itself has left */
    rig_close(&r);
}

static void links_are_those_of_the_moment(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, OVERRIDE);
    rig_give(&r, CHAIN DEAL(1, "2026-01-02", 1000) DEAL(2, "2026-01-04", 1000));
    rig_give(&r, "u 2026-01-03 partner.updated partner=b parent=e");
    rig_ledger(&r, "commission!1 a cash 100\n"
                   "override!1#1 b cash 50\n"
                   "override!1#2 c cash 20\n"
                   "override!1#3 d cash 10\n"
                   "commission!2 a cash 100\n"
                   "override!2#1 b cash 50\n"
                   "override!2#2 e cash 20\n");
    rig_close(&r);
}

/* ---- When it is earned ---- */

static void only_inside_its_window(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "timezone: Asia/Tokyo\n"
                 "commission: {on: invoice.paid, of: amount, base: 10%, for: customer, within: 1y of "
                 "deal.won, override: "
                 "[5%]}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a parent=b; "
                 "i0 2026-01-02 invoice.paid partner=a customer=k amount=100; "
                 "d1 2026-01-03 deal.won partner=a customer=k; d2 2026-05-03 deal.won partner=a customer=l; "
                 "i1 2027-01-03T23:59:59+09:00 invoice.paid partner=a customer=k amount=100; "
                 "i2 2027-01-04 invoice.paid partner=a customer=k amount=100; "
                 "i3 2027-01-04 invoice.paid partner=a customer=l amount=100; "
                 "i4 2027-01-04 invoice.paid partner=a amount=100; "
                 "i5 2026-06-01 invoice.paid partner=c customer=k amount=100");
    rig_ledger(&r, "commission!i1 a cash 10\n"
                   "override!i1#1 b cash 5\n"
                   "commission!i3 a cash 10\n"
                   "override!i3#1 b cash 5\n");
    rig_give(&r, "d0 2026-01-02 deal.won partner=a customer=k"); /* an earlier anchor; i0 comes after it */
    rig_ledger(&r, "commission!i0 a cash 10\n"
                   "override!i0#1 b cash 5\n"
                   "commission!i3 a cash 10\n"
                   "override!i3#1 b cash 5\n");
    rig_close(&r);
}

/* What earns nothing outside the window does not run either. */
static void brackets_run_over_what_earns(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, where: has(product), within: 1y of "
                 "seminar.attended, brackets: {for: "
                 "partner, " RATES "}}\n");
    rig_give(
        &r,
        "1 2026-01-01 deal.won partner=a product=x amount=1000; s 2026-01-02 seminar.attended partner=a; "
        "2 2026-01-03 deal.won partner=a amount=1000; 3 2026-01-04 deal.won partner=a product=x amount=1100");
    rig_ledger(&r, "commission!3 a cash 120\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_slice_at_its_own_rate),
        cmocka_unit_test(a_negative_amount_goes_back_down),
        cmocka_unit_test(additions_and_bounds_hold_for_each_slice),
        cmocka_unit_test(slices_round_once),
        cmocka_unit_test(a_set_rate_comes_before_the_brackets_and_still_runs),
        cmocka_unit_test(sums_run_per_window_and_subject),
        cmocka_unit_test(sums_move_with_what_comes_late),
        cmocka_unit_test(a_rate_that_reaches_back_keeps_the_sums),
        cmocka_unit_test(a_share_for_each_one_above),
        cmocka_unit_test(who_has_left_is_passed_over),
        cmocka_unit_test(links_are_those_of_the_moment),
        cmocka_unit_test(only_inside_its_window),
        cmocka_unit_test(brackets_run_over_what_earns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
