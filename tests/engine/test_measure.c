/* measure: what each measure is worth inside each window. Progress shows the value at the
 * clock, the ledger when a threshold was reached. */
#include "engine_rig.h"

#define LEADS_RULE(window)                                                                                   \
    "rules:\n  leads: {for: partner, " window                                                                \
    ", when: {count: lead.registered, at_least: 3}, then: {cash: 100}}\n"

/* ---- Measures ---- */

static void count_counts_events_of_its_types(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  busy: {for: partner, when: {count: [lead.registered, meeting.held], at_least: 3}, then: "
                 "{cash: 1}}\n");
    rig_give(&r, "l1 2026-01-01 lead.registered partner=a; m1 2026-01-02 meeting.held partner=a;"
                 "x1 2026-01-03 portal.login partner=a; l2 2026-01-04 lead.registered partner=b");
    rig_progress(&r, "busy a 2 of 3 open\nbusy b 1 of 3 open\n");
    rig_give(&r, "l3 2026-01-05 lead.registered partner=a");
    rig_instants(&r, "busy:a l3 2026-01-05\n");
    rig_close(&r);
}

static void sum_adds_the_field_of_those_that_have_it(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  sales: {for: partner, when: {sum: amount, of: deal.won, at_least: 100}, then: {cash: value}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=70; d2 2026-01-02 deal.won partner=a;"
                 "d3 2026-01-03 deal.won partner=a amount=-20; d4 2026-01-04 deal.won partner=a amount=49");
    rig_progress(&r, "sales a 99 of 100 open\n");
    rig_give(&r, "d5 2026-01-05 deal.won partner=a amount=1");
    rig_ledger(&r, "sales:a a cash 100\n");
    rig_close(&r);
}

static void a_sum_beyond_the_limit_has_no_value(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  sales: {for: partner, when: {sum: amount, of: deal.won, at_least: 100}, then: {cash: 5}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=999999999999999999; "
                 "l 2026-01-02 lead.registered partner=b");
    rig_ledger(&r, "sales:a a cash 5\n");
    rig_give(&r, "d0 2025-12-31 deal.won partner=a amount=999999999999999999");
    rig_progress(&r, "sales a reached\nsales b 0 of 100 open\n"); /* reached by d0, no value since d1 */
    rig_give(&r, "d2 2026-01-03 deal.won partner=a amount=-999999999999999999");
    rig_progress(&r, "sales a 999999999999999999 of 100 reached\n"
                     "sales b 0 of 100 open\n");
    rig_close(&r);
}

static void distinct_counts_values_once(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  products: {for: customer, when: {distinct: product, of: deal.won, at_least: 2}, then: {cash: 1, "
        "to: partner}}\n"
        "  amounts: {for: partner, when: {distinct: amount, of: deal.won, at_least: 3}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a customer=k product=crm amount=5;"
                 "d2 2026-01-02 deal.won partner=a customer=k product=crm amount=5.0;"
                 "d3 2026-01-03 deal.won partner=a customer=k amount=7;"
                 "d4 2026-01-04 deal.won partner=a customer=i product=ma amount=7");
    rig_progress(&r, "products a/i 1 of 2 open\n"
                     "products a/k 1 of 2 open\n"
                     "amounts a 2 of 3 open\n");
    rig_give(&r, "d5 2026-01-05 deal.won partner=a customer=k product=ma");
    rig_ledger(&r, "products:a:k a cash 1\n");
    rig_close(&r);
}

static void coverage_is_a_share_of_the_roster(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  all: {for: partner, when: {coverage: course.completed, at_least: 100%}, then: {cash: 1}}\n");
    rig_give(&r, "c1 2026-01-01 course.completed partner=a rep=x course=b");
    rig_progress(&r, "all a open\n"); /* nobody on the roster: no value */
    rig_give(&r, "r1 2026-01-02 rep.joined partner=a rep=y; r2 2026-01-02 rep.joined partner=a rep=z;"
                 "r3 2026-01-02 rep.joined partner=a rep=x;"
                 "c2 2026-01-03 course.completed partner=a rep=y course=b;"
                 "c3 2026-01-03 course.completed partner=a rep=y course=c");
    rig_progress(&r, "all a 0.666666666667 of 1 open\n");
    rig_give(&r, "c4 2026-01-04 course.completed partner=a rep=z course=b");
    rig_instants(&r, "all:a c4 2026-01-04\n");
    rig_close(&r);
}

/* A third of three is compared as a fraction, not as 0.333333333333. */
static void thresholds_compare_exactly(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {goal: decimal}}\n"
                 "rules:\n"
                 "  some: {for: partner, when: {coverage: course.completed, at_least: partner.goal}, then: "
                 "{cash: 1}}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a goal=0.333333333334;"
                 "r1 2026-01-01 rep.joined partner=a rep=x; r2 2026-01-01 rep.joined partner=a rep=y;"
                 "r3 2026-01-01 rep.joined partner=a rep=z; "
                 "c1 2026-01-02 course.completed partner=a rep=x course=b");
    rig_ledger(&r, "");
    rig_give(&r, "u 2026-01-03 partner.updated partner=a goal=0.333333333333;"
                 "c2 2026-01-04 course.completed partner=a rep=x course=c");
    rig_instants(&r, "some:a c2 2026-01-04\n");
    rig_close(&r);
}

static void filters_of_rule_and_measure_both_hold(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  big: {for: partner, where: amount >= 10, when: {count: deal.won, where: product == "
                 "\"crm\", at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a product=crm amount=9; "
                 "d2 2026-01-02 deal.won partner=a product=ma amount=10;"
                 "d3 2026-01-03 deal.won partner=a product=crm amount=10; "
                 "d4 2026-01-04 deal.won partner=a product=crm");
    rig_progress(&r, "big a 1 of 2 open\n");
    rig_close(&r);
}

/* ---- Windows ---- */

static void a_calendar_window_begins_empty(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, LEADS_RULE("per: month"));
    rig_give(&r, "l1 2026-01-30 lead.registered partner=a; "
                 "l2 2026-01-31T23:59:59.999Z lead.registered partner=a;"
                 "l3 2026-02-01 lead.registered partner=a");
    rig_progress(&r, "leads a 1 of 3 open 2026-02-01..2026-03-01\n");
    rig_advance(&r, "2026-03-15");
    rig_progress(&r, "leads a 0 of 3 open 2026-03-01..2026-04-01\n");
    rig_close(&r);
}

static void each_calendar_window_is_an_occasion(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, LEADS_RULE("per: day"));
    rig_give(&r, "a1 2026-01-01 lead.registered partner=a; "
                 "a2 2026-01-01T10:00:00Z lead.registered partner=a;"
                 "a3 2026-01-01T11:00:00Z lead.registered partner=a; "
                 "a4 2026-01-01T12:00:00Z lead.registered partner=a;b1 2026-01-02 lead.registered partner=a; "
                 "b2 2026-01-02 lead.registered partner=a;b3 2026-01-02 lead.registered partner=a");
    rig_ledger(&r, "leads:a@2026-01-01 a cash 100\n"
                   "leads:a@2026-01-02 a cash 100\n");
    rig_close(&r);
}

static void windows_follow_zone_week_fiscal_year_and_closing_day(void **state)
{
    static const char *const cases[][2] = {
        {"timezone: Asia/Tokyo\n" LEADS_RULE("per: month"), "leads a 1 of 3 open 2026-06-01..2026-07-01\n"},
        {"week: sunday\n" LEADS_RULE("per: week"), "leads a 1 of 3 open 2026-05-31..2026-06-07\n"},
        {LEADS_RULE("per: week"), "leads a 1 of 3 open 2026-05-25..2026-06-01\n"},
        {LEADS_RULE("per: quarter"), "leads a 1 of 3 open 2026-04-01..2026-07-01\n"},
        {LEADS_RULE("per: half"), "leads a 1 of 3 open 2026-01-01..2026-07-01\n"},
        {LEADS_RULE("per: year"), "leads a 1 of 3 open 2026-01-01..2027-01-01\n"},
        {"fiscal_year: june\n" LEADS_RULE("per: fiscal_year"),
         "leads a 1 of 3 open 2025-06-01..2026-06-01\n"},
        {"fiscal_year: april\n" LEADS_RULE("per: fiscal_quarter"),
         "leads a 1 of 3 open 2026-04-01..2026-07-01\n"},
        {"fiscal_year: april\n" LEADS_RULE("per: fiscal_half"),
         "leads a 1 of 3 open 2026-04-01..2026-10-01\n"},
        {"month_closes: 20\n" LEADS_RULE("per: month"), "leads a 1 of 3 open 2026-05-21..2026-06-21\n"},
    };
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        rig r;
        rig_open(&r, cases[i][0]);
        rig_give(&r, "l1 2026-05-31T20:00:00Z lead.registered partner=a"); /* June 1, 5 o'clock, in Tokyo */
        rig_progress(&r, cases[i][1]);
        rig_close(&r);
    }
}

static void a_rolling_window_gives_back_what_left_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, LEADS_RULE("within: 2d"));
    rig_give(&r, "l1 2026-01-01T10:00:00Z lead.registered partner=a; "
                 "l2 2026-01-03T23:00:00Z lead.registered partner=a");
    rig_progress(&r, "leads a 2 of 3 open\n"); /* l1 counts to the end of January 3 */
    rig_advance(&r, "2026-01-04");
    rig_progress(&r, "leads a 1 of 3 open\n");
    rig_give(&r, "l3 2026-01-05 lead.registered partner=a; l4 2026-01-06 lead.registered partner=a");
    rig_progress(&r, "leads a 2 of 3 open\n"); /* l2 counted to the end of January 5 */
    rig_give(&r, "l5 2026-01-06T12:00:00Z lead.registered partner=a");
    rig_instants(&r, "leads:a l5 2026-01-06T12:00:00Z\n");
    rig_close(&r);
}

static void exact_lengths_are_half_open(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, LEADS_RULE("within: 48h"));
    rig_give(&r, "l1 2026-01-01T10:00:00Z lead.registered partner=a; "
                 "l2 2026-01-02 lead.registered partner=a;l3 2026-01-03T10:00:00Z lead.registered partner=a");
    rig_ledger(&r, "");
    rig_give(&r, "l4 2026-01-03T09:59:59.999Z lead.registered partner=a");
    rig_instants(&r, "leads:a l4 2026-01-03T09:59:59.999Z\n");
    rig_close(&r);
}

/* Sixty events pass through a queue that grows and then turns around: in hour n the last ten
 * hours' numbers are n - 9, ..., n. */
static void a_long_rolling_window(void **state)
{
    (void)state;
    rig r;
    char event[80];
    rig_text expected = {.size = 0};
    rig_open(&r, "rules:\n"
                 "  ten: {each: deal.won, within: 10h, when: {sum: quantity, of: deal.won, at_least: 1},"
                 " then: {points: value}}\n");
    for (int n = 1; n <= 60; n++) {
        snprintf(event, sizeof event, "d%d 2026-01-%02dT%02d:00:00Z deal.won partner=a quantity=%d", n,
                 n / 24 + 1, n % 24, n);
        rig_give(&r, event);
        RIG_PRINT(&expected, "ten!d%d a points %d\n", n, n < 10 ? n * (n + 1) / 2 : n * 10 - 45);
    }
    rig_ledger(&r, expected.data);
    rig_close(&r);
}

static void within_of_begins_with_the_anchor(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, LEADS_RULE("within: 30d of partner.joined"));
    rig_give(&r, "l0 2026-05-31 lead.registered partner=a");
    rig_progress(&r, "leads a 0 of 3 waiting\n");
    rig_give(&r, "j 2026-06-01 partner.joined partner=a; l1 2026-06-01 lead.registered partner=a;"
                 "l2 2026-07-01T23:59:59Z lead.registered partner=a");
    rig_progress(&r, "leads a 2 of 3 open 2026-06-01..2026-07-02\n");
    rig_give(&r, "l3 2026-07-02 lead.registered partner=a");
    rig_progress(&r, "leads a 2 of 3 missed 2026-06-01..2026-07-02\n");
    rig_close(&r);
}

static void before_the_anchor_in_its_instant_is_outside(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  leads: {within: 9d of deal.won, when: {count: lead.registered, at_least: 2}, then: {cash: 1}}\n");
    rig_give_each(&r, "b 2026-01-01 deal.won partner=a; c 2026-01-01 lead.registered partner=a;"
                      "a 2026-01-01 lead.registered partner=a");
    rig_progress(&r, "leads a 1 of 2 open 2026-01-01..2026-01-11\n");
    rig_close(&r);
}

static void only_the_first_anchor_counts(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  deals: {for: partner, within: 10d of deal.won, when: {count: deal.won, at_least: 3}, "
                 "then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a; d2 2026-01-11 deal.won partner=a; "
                 "d3 2026-01-12 deal.won partner=a;d4 2026-01-12 deal.won partner=a");
    rig_progress(&r, "deals a 2 of 3 missed 2026-01-01..2026-01-12\n");
    rig_close(&r);
}

static void a_partners_anchor_serves_its_reps(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  leads: {for: rep, within: 5d of partner.joined, when: {count: lead.registered, at_least: "
                 "2}, then: {cash: 1}}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a; l1 2026-01-02 lead.registered partner=a rep=x;"
                 "l2 2026-01-06 lead.registered partner=a rep=x; "
                 "l3 2026-01-06 lead.registered partner=a rep=y;"
                 "l4 2026-01-07 lead.registered partner=a rep=y");
    rig_ledger(&r, "leads:a:x a/x cash 1\n");
    rig_close(&r);
}

static void after_is_strictly_after_in_the_order(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  again: {for: customer, after: deal.won, when: {count: deal.won, at_least: 1}, then: "
                 "{cash: 1, to: partner}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a customer=k; d2 2026-01-01 deal.won partner=a customer=i");
    rig_ledger(&r, "");
    rig_give(&r, "d3 2026-01-01 deal.won partner=a customer=k");
    rig_instants(&r, "again:a:k d3 2026-01-01\n");
    rig_close(&r);
}

static void per_and_anchor_are_their_intersection(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, LEADS_RULE("per: month, within: 30d of partner.joined"));
    rig_give(&r, "j 2026-01-20 partner.joined partner=a; l0 2026-01-10 lead.registered partner=a;"
                 "l1 2026-01-25 lead.registered partner=a; l2 2026-02-01 lead.registered partner=a");
    rig_progress(&r, "leads a 1 of 3 open 2026-02-01..2026-02-20\n");
    rig_give(&r, "l3 2026-02-19 lead.registered partner=a; "
                 "l4 2026-02-19T12:00:00Z lead.registered partner=a;l5 2026-02-20 lead.registered partner=a");
    rig_instants(&r, "leads:a@2026-02-01 l4 2026-02-19T12:00:00Z\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(count_counts_events_of_its_types),
        cmocka_unit_test(sum_adds_the_field_of_those_that_have_it),
        cmocka_unit_test(a_sum_beyond_the_limit_has_no_value),
        cmocka_unit_test(distinct_counts_values_once),
        cmocka_unit_test(coverage_is_a_share_of_the_roster),
        cmocka_unit_test(thresholds_compare_exactly),
        cmocka_unit_test(filters_of_rule_and_measure_both_hold),
        cmocka_unit_test(a_calendar_window_begins_empty),
        cmocka_unit_test(each_calendar_window_is_an_occasion),
        cmocka_unit_test(windows_follow_zone_week_fiscal_year_and_closing_day),
        cmocka_unit_test(a_rolling_window_gives_back_what_left_it),
        cmocka_unit_test(exact_lengths_are_half_open),
        cmocka_unit_test(a_long_rolling_window),
        cmocka_unit_test(within_of_begins_with_the_anchor),
        cmocka_unit_test(before_the_anchor_in_its_instant_is_outside),
        cmocka_unit_test(only_the_first_anchor_counts),
        cmocka_unit_test(a_partners_anchor_serves_its_reps),
        cmocka_unit_test(after_is_strictly_after_in_the_order),
        cmocka_unit_test(per_and_anchor_are_their_intersection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
