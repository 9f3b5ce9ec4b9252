/* ask: whether a rule fires: multiples of `every`, tiers, each event. */
#include "engine_rig.h"

#define LEAD(id, time) #id " " time " lead.registered partner=a; "
#define DEAL(id, time, amount) #id " " time " deal.won partner=a amount=" #amount "; "

/* ---- Every ---- */

static void each_multiple_fires_once(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  ten: {when: {count: lead.registered, every: 2}, then: {points: value}}\n");
    rig_give_each(&r, LEAD(1, "2026-01-01") LEAD(2, "2026-01-02") LEAD(3, "2026-01-03") LEAD(4, "2026-01-04")
                          LEAD(5, "2026-01-05"));
    rig_ledger(&r, "ten:a#1 a points 2\nten:a#2 a points 4\n");
    rig_instants(&r, "ten:a#1 2 2026-01-02\nten:a#2 4 2026-01-04\n");
    rig_close(&r);
}

static void one_event_may_pass_several(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  sum: {when: {sum: amount, of: deal.won, every: 100}, then: [{points: 1}, {cash: "
                 "value}]}\n");
    rig_give(&r, DEAL(1, "2026-01-01", 99) DEAL(2, "2026-01-02", 201) DEAL(3, "2026-01-03", 99));
    rig_ledger(&r, "sum:a#1 a points 1\n"
                   "sum:a#1/2 a cash 300\n"
                   "sum:a#2 a points 1\n"
                   "sum:a#2/2 a cash 300\n"
                   "sum:a#3 a points 1\n"
                   "sum:a#3/2 a cash 300\n");
    rig_close(&r);
}

/* A sum that falls and rises again passes nothing a second time; below zero there is none. */
static void a_multiple_once_passed_stays_passed(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  sum: {when: {sum: amount, of: deal.won, every: 100}, then: {points: 1}}\n");
    rig_give(&r, DEAL(1, "2026-01-01", -250) DEAL(2, "2026-01-02", 350) DEAL(3, "2026-01-03", -50)
                     DEAL(4, "2026-01-04", 60) DEAL(5, "2026-01-05", 90));
    rig_instants(&r, "sum:a#1 2 2026-01-02\nsum:a#2 5 2026-01-05\n");
    rig_close(&r);
}

/* One asking fires so many and no more; the multiples beyond are passed for good. */
static void at_most_ten_thousand_at_once(void **state)
{
    (void)state;
    rig r;
    prm_counts counts = {.size = sizeof counts};
    rig_open(&r, "rules:\n  sum: {when: {sum: amount, of: deal.won, every: 1}, then: {points: 1}}\n");
    rig_give(&r, DEAL(1, "2026-01-01", 9999));
    assert_int_equal(prm_engine_counts(r.engine, &counts), PRM_OK);
    assert_int_equal(counts.outcomes, 9999);
    rig_give(&r, DEAL(2, "2026-01-02", 20000));
    assert_int_equal(prm_engine_counts(r.engine, &counts), PRM_OK);
    assert_int_equal(counts.outcomes, 19999);
    rig_give(&r, DEAL(3, "2026-01-03", 1));
    assert_int_equal(prm_engine_counts(r.engine, &counts), PRM_OK);
    assert_int_equal(counts.outcomes, 20000);
    rig_close(&r);
}

static void multiples_begin_anew_with_the_occasion(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n  ten: {per: month, when: {count: lead.registered, every: 2}, then: {points: 1}}\n");
    rig_give(&r, LEAD(1, "2026-01-01") LEAD(2, "2026-01-02") LEAD(3, "2026-01-31") LEAD(4, "2026-02-01")
                     LEAD(5, "2026-02-02"));
    rig_ledger(&r, "ten:a@2026-01-01#1 a points 1\nten:a@2026-02-01#1 a points 1\n");
    rig_close(&r);
}

static void not_eligible_is_asked_again(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text}}\n"
                 "rules:\n"
                 "  ten: {eligible: partner.segment == \"gold\", when: {count: lead.registered, every: 2}, "
                 "then: {points: "
                 "1}}\n");
    rig_give(&r, LEAD(1, "2026-01-01") LEAD(2, "2026-01-02") LEAD(3, "2026-01-03")
                     LEAD(4, "2026-01-04") "u 2026-01-05 partner.updated partner=a segment=gold; " LEAD(
                         5, "2026-01-06"));
    rig_instants(&r, "ten:a#1 5 2026-01-06\nten:a#2 5 2026-01-06\n"); /* both are still owed */
    rig_close(&r);
}

static void rates_of_multiples_add_up(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n  ten: {when: {count: lead.registered, every: 2}, then: {rate: +1%}}\n");
    rig_give(&r, LEAD(1, "2026-01-01") LEAD(2, "2026-01-02") LEAD(3, "2026-01-03") LEAD(4, "2026-01-04")
                     DEAL(5, "2026-01-05", 1000));
    rig_ledger(&r, "ten:a#1 a rate +1% 2026-01-02..\n"
                   "ten:a#2 a rate +1% 2026-01-04..\n"
                   "commission!5 a cash 120\n");
    rig_rate(&r, "a", "2026-01-03", 1100);
    rig_close(&r);
}

/* ---- Tiers ---- */

#define TIERS                                                                                                \
    "tiers: [{at_least: 100, then: {points: 1}}, {at_least: 300, then: [{points: 2}, {cash: value}]}]"

static void each_tier_fires_as_it_is_reached(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  steps: {when: {sum: amount, of: deal.won}, " TIERS "}\n");
    rig_give_each(&r, DEAL(1, "2026-01-01", 99) DEAL(2, "2026-01-02", 1) DEAL(3, "2026-01-03", 199)
                          DEAL(4, "2026-01-04", 1) DEAL(5, "2026-01-05", 500));
    rig_ledger(&r, "steps:a~1 a points 1\n"
                   "steps:a~2 a points 2\n"
                   "steps:a~2/2 a cash 300\n");
    rig_instants(&r, "steps:a~1 2 2026-01-02\nsteps:a~2 4 2026-01-04\nsteps:a~2/2 4 2026-01-04\n");
    rig_close(&r);
}

static void one_event_may_reach_all_the_lowest_first(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  steps: {per: month, when: {sum: amount, of: deal.won}, " TIERS "}\n");
    rig_give(&r, DEAL(1, "2026-01-01", 300) DEAL(2, "2026-02-01", 100));
    rig_ledger(&r, "steps:a@2026-01-01~1 a points 1\n"
                   "steps:a@2026-01-01~2 a points 2\n"
                   "steps:a@2026-01-01~2/2 a cash 300\n"
                   "steps:a@2026-02-01~1 a points 1\n");
    rig_close(&r);
}

static void at_close_only_the_highest(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  all: {per: month, at: close, when: {sum: amount, of: deal.won}, " TIERS "}\n"
                 "  best: {per: month, at: close, pick: highest, when: {sum: amount, of: deal.won}, " TIERS
                 "}\n");
    rig_give(&r, DEAL(1, "2026-01-01", 300) DEAL(2, "2026-02-01", 299) DEAL(3, "2026-03-05", 1));
    rig_ledger(&r, "all:a@2026-01-01~1 a points 1\n"
                   "all:a@2026-01-01~2 a points 2\n"
                   "all:a@2026-01-01~2/2 a cash 300\n"
                   "best:a@2026-01-01~2 a points 2\n"
                   "best:a@2026-01-01~2/2 a cash 300\n"
                   "all:a@2026-02-01~1 a points 1\n"
                   "best:a@2026-02-01~1 a points 1\n");
    rig_close(&r);
}

/* A void takes a tier away; a later event may reach it again. */
static void a_void_moves_tiers(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  steps: {when: {sum: amount, of: deal.won}, " TIERS "}\n");
    rig_give(&r, DEAL(1, "2026-01-01", 100) DEAL(2, "2026-01-02", 200) DEAL(3, "2026-01-03", 100));
    rig_give(&r, "v 2026-01-04 event.voided event=1");
    rig_instants(&r, "steps:a~1 2 2026-01-02\nsteps:a~2 3 2026-01-03\nsteps:a~2/2 3 2026-01-03\n");
    rig_close(&r);
}

static void a_tier_may_be_an_attribute(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "attributes: {partner: {quota: money}}\n"
        "rules:\n  steps: {when: {sum: amount, of: deal.won}, tiers: [{at_least: 100, then: {points: 1}}, "
        "{at_least: partner.quota, then: {points: 2}}]}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a quota=250; " DEAL(1, "2026-01-02", 200)
                     DEAL(2, "2026-01-03", 50) "o 2026-01-03 deal.won partner=b amount=1000");
    rig_ledger(&r, "steps:a~1 a points 1\nsteps:a~2 a points 2\nsteps:b~1 b points 1\n");
    rig_close(&r);
}

/* ---- Each ---- */

/* The event is counted before it is asked whether the condition holds. */
static void each_with_when_asks_once_it_is_counted(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  third: {per: month, each: deal.won, when: {count: deal.won, at_least: 2}, then: {cash: "
                 "amount}}\n");
    rig_give(&r, DEAL(1, "2026-01-01", 1) DEAL(2, "2026-01-31", 2) DEAL(3, "2026-01-31", 3)
                     DEAL(4, "2026-02-01", 4));
    rig_ledger(&r, "third!2 a cash 2\nthird!3 a cash 3\n");
    rig_close(&r);
}

static void each_only_inside_its_window_and_filter(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "timezone: Asia/Tokyo\n"
                 "rules:\n"
                 "  new: {within: 2d of partner.joined, each: [deal.won, deal.upsold], where: amount >= 5, "
                 "then: {cash: "
                 "amount}}\n"
                 "  after: {after: meeting.held, each: deal.won, then: {points: 1}}\n");
    rig_give(
        &r,
        DEAL(1, "2026-01-01",
             5) "j 2026-01-01T09:00:00+09:00 partner.joined partner=a; " DEAL(2, "2026-01-02", 4)
            DEAL(3, "2026-01-03", 6) "4 2026-01-03T23:59:59.999+09:00 deal.upsold partner=a amount=7; " DEAL(
                5, "2026-01-04", 8) "m 2026-01-05 meeting.held partner=a; " DEAL(6, "2026-01-05", 9)
                DEAL(7, "2026-01-06", 9));
    rig_ledger(&r, "new!3 a cash 6\nnew!4 a cash 7\nafter!7 a points 1\n");
    rig_close(&r);
}

static void a_campaign_counts_and_fires_inside_only(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "timezone: Asia/Tokyo\n"
        "rules:\n"
        "  two: {active: {from: 2026-01-10, until: 2026-01-20}, when: {count: lead.registered, at_least: 2}, "
        "then: {points: 1}}\n"
        "  each: {active: {from: 2026-01-10, until: 2026-01-20}, each: lead.registered, then: {points: "
        "2}}\n");
    rig_give(&r, LEAD(1, "2026-01-09T23:59:59+09:00") LEAD(2, "2026-01-10")
                     LEAD(3, "2026-01-20T23:59:59+09:00") LEAD(4, "2026-01-21"));
    rig_instants(&r, "each!2 2 2026-01-10\n"
                     "two:a 3 2026-01-20T23:59:59+09:00\n"
                     "each!3 3 2026-01-20T23:59:59+09:00\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_multiple_fires_once),
        cmocka_unit_test(one_event_may_pass_several),
        cmocka_unit_test(a_multiple_once_passed_stays_passed),
        cmocka_unit_test(at_most_ten_thousand_at_once),
        cmocka_unit_test(multiples_begin_anew_with_the_occasion),
        cmocka_unit_test(not_eligible_is_asked_again),
        cmocka_unit_test(rates_of_multiples_add_up),
        cmocka_unit_test(each_tier_fires_as_it_is_reached),
        cmocka_unit_test(one_event_may_reach_all_the_lowest_first),
        cmocka_unit_test(at_close_only_the_highest),
        cmocka_unit_test(a_void_moves_tiers),
        cmocka_unit_test(a_tier_may_be_an_attribute),
        cmocka_unit_test(each_with_when_asks_once_it_is_counted),
        cmocka_unit_test(each_only_inside_its_window_and_filter),
        cmocka_unit_test(a_campaign_counts_and_fires_inside_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
