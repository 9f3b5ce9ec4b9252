/* streak: how many consecutive windows reached the inner threshold, up to the present one. */
#include "engine_rig.h"

#define MEETING(id, time) #id " " time " meeting.held partner=a; "

#define TWO_A_MONTH "streak: {count: meeting.held, at_least: 2}, per: month"

static void it_counts_from_the_moment_a_window_is_reached(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  run: {when: {" TWO_A_MONTH ", at_least: 3}, then: {points: 1}}\n");
    rig_give(&r, MEETING(1, "2026-01-10") MEETING(2, "2026-01-31") MEETING(3, "2026-02-01")
                     MEETING(4, "2026-02-28") MEETING(5, "2026-03-01"));
    rig_ledger(&r, "");
    rig_give(&r, MEETING(6, "2026-03-02") MEETING(7, "2026-03-03"));
    rig_instants(&r, "run:a 6 2026-03-02\n");
    rig_close(&r);
}

static void a_window_left_unreached_breaks_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  run: {when: {" TWO_A_MONTH ", at_least: 2}, then: {points: 1}}\n");
    rig_give(&r, MEETING(1, "2026-01-10") MEETING(2, "2026-01-31") MEETING(3, "2026-02-01")
                     MEETING(4, "2026-03-01") MEETING(5, "2026-03-02"));
    rig_ledger(&r, "");
    rig_give(&r, MEETING(6, "2026-02-20")); /* late: all three were reached */
    rig_instants(&r, "run:a 6 2026-02-20\n");
    rig_give(&r, "v 2026-03-03 event.voided event=1"); /* now only two, and later */
    rig_instants(&r, "run:a 5 2026-03-02\n");
    rig_close(&r);
}

/* A window counts once. The present one, not yet reached, does not break it; one that closed unreached does, even
 * where nothing happened in it. Its number is `value`. */
static void the_present_window_may_still_come(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  run: {each: deal.won, when: {" TWO_A_MONTH
                 ", at_least: 1}, then: {points: value}}\n");
    rig_give(&r, "d0 2026-01-01 deal.won partner=a; " MEETING(1, "2026-01-10") MEETING(
                     2, "2026-01-11") "d1 2026-01-31 deal.won partner=a; d2 2026-02-01 deal.won "
                                      "partner=a; " MEETING(
                                          3, "2026-02-10") "d3 2026-02-11 deal.won "
                                                           "partner=a; " MEETING(4, "2026-02-12") MEETING(
                                                               7, "2026-02-13") "d4 2026-02-28 "
                                                                                "deal.won "
                                                                                "partner=a; d5 "
                                                                                "2026-03-31 "
                                                                                "deal.won "
                                                                                "partner=a; "
                                                                                "d6 2026-04-01 "
                                                                                "deal.won "
                                                                                "partner=a;"
                                                                                " " MEETING(5, "2026-04-02")
                                                                                    MEETING(6, "2026-04-"
                                                                                               "03") "d7 "
                                                                                                     "2026"
                                                                                                     "-04-"
                                                                                                     "04 "
                                                                                                     "deal"
                                                                                                     ".won"
                                                                                                     " par"
                                                                                                     "tner"
                                                                                                     "=a");
    rig_ledger(&r, "run!d1 a points 1\n"
                   "run!d2 a points 1\n"
                   "run!d3 a points 1\n"
                   "run!d4 a points 2\n"
                   "run!d5 a points 2\n"
                   "run!d7 a points 1\n");
    rig_close(&r);
}

/* Its `per` makes no occasions: the life is one, or the rule's own window. */
static void its_windows_are_no_occasions(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  life: {when: {streak: {count: meeting.held, at_least: 1}, per: month, at_least: 1}, then: "
        "{points: 1}}\n"
        "  year: {per: year, when: {streak: {count: meeting.held, at_least: 1}, per: month, at_least: 2}, "
        "then: {points: 2}}\n");
    rig_give(&r, MEETING(1, "2026-11-01") MEETING(2, "2026-12-01") MEETING(3, "2027-01-01"));
    rig_ledger(&r, "life:a a points 1\n"
                   "year:a@2026-01-01 a points 2\n"
                   "year:a@2027-01-01 a points 2\n");
    rig_close(&r);
}

/* Before rules are asked at the close, so that a closed window is judged as it ended. */
static void at_close_the_closing_window_has_decided(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  run: {per: month, at: close, when: {" TWO_A_MONTH ", at_least: 1}, then: {points: value}}\n");
    rig_give(&r, MEETING(1, "2026-01-10") MEETING(2, "2026-01-11") MEETING(3, "2026-02-10")
                     MEETING(4, "2026-02-11") MEETING(5, "2026-03-11") MEETING(6, "2026-05-01"));
    rig_ledger(&r, "run:a@2026-01-01 a points 1\nrun:a@2026-02-01 a points 2\n");
    rig_close(&r);
}

/* While it runs: it ends when the window closes that broke it, not at the next event. */
static void a_spell_ends_when_the_window_closes_unreached(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n  run: {while: {" TWO_A_MONTH ", at_least: 1}, then: {rate: +5%}}\n");
    rig_give(&r, MEETING(1, "2026-01-10") MEETING(2, "2026-01-11"));
    rig_ledger(&r, "run:a@2026-01-11T00:00:00Z a rate +5% 2026-01-11..\n");
    rig_advance(&r, "2026-02-28T23:59:59Z");
    rig_ledger(&r, "run:a@2026-01-11T00:00:00Z a rate +5% 2026-01-11..\n");
    rig_advance(&r, "2026-03-01");
    rig_ledger(&r, "run:a@2026-01-11T00:00:00Z a rate +5% 2026-01-11..2026-03-01\n");
    rig_close(&r);
}

static void each_subject_has_its_own(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  run: {for: rep, when: {streak: {sum: amount, of: deal.won, at_least: 100}, per: week, "
                 "at_least: 2}, "
                 "then: {points: 1}}\n");
    rig_give(&r, "d1 2026-01-05 deal.won partner=a rep=x amount=100; " /* a Monday */
                 "d2 2026-01-11 deal.won partner=a rep=y amount=100; "
                 "d3 2026-01-12 deal.won partner=a rep=x amount=60; "
                 "d4 2026-01-19 deal.won partner=a rep=y amount=200; "
                 "d5 2026-01-18 deal.won partner=a rep=x amount=40");
    rig_instants(&r, "run:a:x d5 2026-01-18\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_counts_from_the_moment_a_window_is_reached),
        cmocka_unit_test(a_window_left_unreached_breaks_it),
        cmocka_unit_test(the_present_window_may_still_come),
        cmocka_unit_test(its_windows_are_no_occasions),
        cmocka_unit_test(at_close_the_closing_window_has_decided),
        cmocka_unit_test(a_spell_ends_when_the_window_closes_unreached),
        cmocka_unit_test(each_subject_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
