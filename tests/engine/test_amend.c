/* amend: voids and reductions, whichever comes first; and that they leave no trace. */
#include "engine_rig.h"

#define COMMISSION "commission: {on: deal.won, of: amount, base: 10%}\n"
#define BONUS                                                                                                \
    COMMISSION "rules:\n  two: {for: partner, when: {count: deal.won, at_least: 2}, then: {cash: 5}}\n"

/* ---- Voids by id ---- */

static void a_voided_event_never_was(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BONUS);
    rig_give_each(&r,
                  "d1 2026-01-01 deal.won partner=a amount=100; d2 2026-01-02 deal.won partner=a amount=200;"
                  "d3 2026-01-03 deal.won partner=a amount=300; v 2026-01-09 event.voided event=d1");
    rig_ledger(&r, "commission!d2 a cash 20\n"
                   "two:a a cash 5\n"
                   "commission!d3 a cash 30\n");
    rig_instants(&r, "commission!d2 d2 2026-01-02\n"
                     "two:a d3 2026-01-03\n"
                     "commission!d3 d3 2026-01-03\n");
    rig_close(&r);
}

static void a_void_waits_for_its_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BONUS);
    rig_give(&r, "v 2026-01-01 event.voided event=d1");
    assert_int_equal(rig_counts(&r).unmatched, 1);
    rig_give(&r, "d1 2026-01-05 deal.won partner=a amount=100");
    rig_ledger(&r, "");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_journal(&r, 1, "");
    rig_close(&r);
}

static void void_and_event_in_one_call_in_either_order(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BONUS);
    rig_give(&r, "v1 2026-01-09 event.voided event=d1; d1 2026-01-01 deal.won partner=a amount=100;"
                 "d2 2026-01-02 deal.won partner=a amount=200; v2 2026-01-09 event.voided event=d2");
    rig_ledger(&r, "");
    rig_close(&r);
}

static void a_void_takes_effect_with_its_own_time(void **state)
{
    (void)state;
    rig r;
    rig_open_waiting(&r, BONUS);
    rig_advance(&r, "2026-01-05");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100; v 2026-01-09 event.voided event=d1");
    rig_ledger(&r, "commission!d1 a cash 10\n");
    rig_advance(&r, "2026-01-09");
    rig_ledger(&r, "");
    rig_journal(&r, 1, "+ commission!d1 a cash 10\n- commission!d1 a cash 10\n");
    rig_close(&r);
}

static void a_void_of_a_void_has_no_effect(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BONUS);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100; v 2026-01-02 event.voided event=d1;"
                 "w 2026-01-03 event.voided event=v");
    rig_ledger(&r, "");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

static void the_same_event_voided_twice_is_voided(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BONUS);
    rig_give_each(&r, "d1 2026-01-01 deal.won partner=a amount=100; v 2026-01-03 event.voided event=d1;"
                      "w 2026-01-02 event.voided event=d1");
    rig_ledger(&r, "");
    rig_journal(&r, 1, "+ commission!d1 a cash 10\n- commission!d1 a cash 10\n");
    rig_close(&r);
}

/* ---- Cancellations ---- */

static void a_cancellation_undoes_the_deal(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BONUS);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100; "
                 "d2 2026-01-02 deal.won partner=a deal=n2 amount=200;"
                 "d3 2026-01-02 deal.won partner=b deal=n1 amount=300; "
                 "c 2026-01-09 deal.cancelled partner=a deal=n1");
    rig_ledger(&r, "commission!d2 a cash 20\ncommission!d3 b cash 30\n");
    rig_close(&r);
}

static void a_cancellation_before_its_deal_waits_unless_it_is_earlier(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BONUS);
    rig_give(&r, "c 2026-01-09 deal.cancelled partner=a deal=n1");
    assert_int_equal(rig_counts(&r).unmatched, 1);
    rig_give(&r, "d1 2026-01-10 deal.won partner=a deal=n1 amount=100");
    rig_ledger(&r, "commission!d1 a cash 10\n"); /* won again later: a new deal */
    assert_int_equal(rig_counts(&r).unmatched, 1);
    rig_give(&r, "d0 2026-01-09 deal.won partner=a deal=n1 amount=700");
    rig_ledger(&r, "commission!d1 a cash 10\n");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_journal(&r, 1, "+ commission!d1 a cash 10\n");
    rig_close(&r);
}

static void a_second_cancellation_matches_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BONUS);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100; "
                 "c1 2026-01-02 deal.cancelled partner=a deal=n1;"
                 "c2 2026-01-03 deal.cancelled partner=a deal=n1");
    rig_ledger(&r, "");
    assert_int_equal(rig_counts(&r).unmatched, 1);
    rig_give(&r, "v 2026-01-04 event.voided event=c1"); /* then the second one is the cancellation */
    rig_ledger(&r, "");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

static void a_voided_cancellation_lets_the_deal_stand(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BONUS);
    rig_give_each(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100; "
                      "c1 2026-01-02 deal.cancelled partner=a deal=n1;v 2026-01-03 event.voided event=c1");
    rig_ledger(&r, "commission!d1 a cash 10\n");
    rig_journal(&r, 1,
                "+ commission!d1 a cash 10\n"
                "- commission!d1 a cash 10\n"
                "+ commission!d1 a cash 10\n");
    rig_close(&r);
}

static void one_cancellation_takes_all_of_that_number(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COMMISSION);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100; "
                 "d2 2026-01-02 deal.won partner=a deal=n1 amount=200;"
                 "d3 2026-01-04 deal.won partner=a deal=n1 amount=300; "
                 "c 2026-01-03 deal.cancelled partner=a deal=n1");
    rig_ledger(&r, "commission!d3 a cash 30\n");
    rig_close(&r);
}

/* ---- Refunds ---- */

static void a_refund_makes_the_deal_smaller_from_the_start(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COMMISSION
             "rules:\n"
             "  big: {for: partner, when: {sum: amount, of: deal.won, at_least: 100}, then: {cash: 7}}\n");
    rig_give_each(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=105; "
                      "f 2026-01-09 deal.refunded partner=a deal=n1 amount=10");
    rig_ledger(&r, "commission!d1 a cash 9\n"); /* 10% of 95, rounded once */
    rig_journal(&r, 1,
                "+ big:a a cash 7\n"
                "+ commission!d1 a cash 10\n"
                "- big:a a cash 7\n"
                "- commission!d1 a cash 10\n"
                "+ commission!d1 a cash 9\n");
    rig_close(&r);
}

static void a_refund_spreads_over_the_deals_of_its_number(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COMMISSION);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100; "
                 "d2 2026-01-02 deal.won partner=a deal=n1 amount=200;"
                 "f 2026-01-09 deal.refunded partner=a deal=n1 amount=150");
    rig_ledger(&r, "commission!d2 a cash 15\n"); /* all of d1, and 50 of d2 */
    rig_close(&r);
}

static void two_refunds_of_one_deal(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COMMISSION);
    rig_give_each(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100; "
                      "f1 2026-01-02 deal.refunded partner=a deal=n1 amount=30;"
                      "f2 2026-01-03 deal.refunded partner=a deal=n1 amount=20");
    rig_ledger(&r, "commission!d1 a cash 5\n");
    rig_give(&r, "v 2026-01-04 event.voided event=f1");
    rig_ledger(&r, "commission!d1 a cash 8\n");
    rig_close(&r);
}

static void a_refund_goes_not_below_zero(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COMMISSION);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100; "
                 "f 2026-01-09 deal.refunded partner=a deal=n1 amount=150;"
                 "d2 2026-01-10 deal.won partner=a deal=n1 amount=70"); /* later: not touched by the rest */
    rig_ledger(&r, "commission!d2 a cash 7\n");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

static void a_refund_of_a_voided_deal_matches_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COMMISSION);
    rig_give_each(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100; "
                      "f 2026-01-03 deal.refunded partner=a deal=n1 amount=60;"
                      "c 2026-01-04 deal.cancelled partner=a deal=n1");
    rig_ledger(&r, "");
    assert_int_equal(rig_counts(&r).unmatched, 1);
    rig_give(&r, "v 2026-01-05 event.voided event=c");
    rig_ledger(&r, "commission!d1 a cash 4\n");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

static void a_waiting_refund_and_its_late_deal(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COMMISSION);
    rig_give(&r, "f 2026-01-09 deal.refunded partner=a deal=n1 amount=40");
    assert_int_equal(rig_counts(&r).unmatched, 1);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100");
    rig_ledger(&r, "commission!d1 a cash 6\n");
    rig_journal(&r, 1, "+ commission!d1 a cash 6\n");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

static void refunds_of_zero_or_less_do_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COMMISSION);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a deal=n1 amount=100; "
                 "f1 2026-01-02 deal.refunded partner=a deal=n1 amount=0;"
                 "f2 2026-01-02 deal.refunded partner=a deal=n1 amount=-50; "
                 "d2 2026-01-01 deal.won partner=a deal=n2 amount=-30;"
                 "f3 2026-01-02 deal.refunded partner=a deal=n2 amount=10");
    rig_ledger(&r, "commission!d1 a cash 10\ncommission!d2 a cash -3\n");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

/* Enough reduced deals for the map of their amounts to grow. */
static void many_refunds(void **state)
{
    (void)state;
    rig r;
    char event[200];
    rig_open(&r, COMMISSION);
    for (int i = 0; i < 200; i++) {
        snprintf(event, sizeof event,
                 "d%d 2026-01-01 deal.won partner=a deal=n%d amount=100; "
                 "f%d 2026-01-02 deal.refunded partner=a deal=n%d amount=%d",
                 i, i, i, i, i % 10 * 10);
        rig_give(&r, event);
    }
    rig_give(&r, "s 2026-01-03 deal.won partner=a deal=s amount=1000000");
    assert_int_equal(rig_counts(&r).outcomes, 201);
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    int64_t total = 0;
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    while (prm_rows_next(rows, &row) > 0)
        total += row.amount;
    prm_rows_free(rows);
    assert_int_equal(total, 20 * (10 + 9 + 8 + 7 + 6 + 5 + 4 + 3 + 2 + 1) + 100000);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_voided_event_never_was),
        cmocka_unit_test(a_void_waits_for_its_event),
        cmocka_unit_test(void_and_event_in_one_call_in_either_order),
        cmocka_unit_test(a_void_takes_effect_with_its_own_time),
        cmocka_unit_test(a_void_of_a_void_has_no_effect),
        cmocka_unit_test(the_same_event_voided_twice_is_voided),
        cmocka_unit_test(a_cancellation_undoes_the_deal),
        cmocka_unit_test(a_cancellation_before_its_deal_waits_unless_it_is_earlier),
        cmocka_unit_test(a_second_cancellation_matches_nothing),
        cmocka_unit_test(a_voided_cancellation_lets_the_deal_stand),
        cmocka_unit_test(one_cancellation_takes_all_of_that_number),
        cmocka_unit_test(a_refund_makes_the_deal_smaller_from_the_start),
        cmocka_unit_test(a_refund_spreads_over_the_deals_of_its_number),
        cmocka_unit_test(two_refunds_of_one_deal),
        cmocka_unit_test(a_refund_goes_not_below_zero),
        cmocka_unit_test(a_refund_of_a_voided_deal_matches_nothing),
        cmocka_unit_test(a_waiting_refund_and_its_late_deal),
        cmocka_unit_test(refunds_of_zero_or_less_do_nothing),
        cmocka_unit_test(many_refunds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
