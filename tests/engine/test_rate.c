/* rate: which commission rate holds where. Deals of 1000 at a base of 10% earn 100. */
#include "engine_rig.h"

#define BASE "commission: {on: deal.won, of: amount, base: 10%}\n"
#define DEAL(id, time) id " " time " deal.won partner=a amount=1000;"
#define DEAL_OF(id, time, more) id " " time " deal.won partner=a amount=1000 " more ";"

/* ---- Composition ---- */

static void additions_add_up_on_what_was_set(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  lead: {when: {count: lead.registered, at_least: 1}, then: {rate: +2%}}\n"
                      "  meet: {when: {count: meeting.held, at_least: 1}, then: {rate: -1.5%}}\n"
                      "  visit: {when: {count: portal.login, at_least: 1}, then: {rate: 20%}}\n");
    rig_give(&r, "l 2026-01-01 lead.registered partner=a; m 2026-01-02 meeting.held partner=a;" DEAL(
                     "d1", "2026-01-03") "p 2026-01-04 portal.login partner=a;" DEAL("d2", "2026-01-05"));
    rig_rate(&r, "a", "2025-12-31", 1000);
    rig_rate(&r, "a", "2026-01-01", 1200);
    rig_rate(&r, "a", "2026-01-02", 1050);
    rig_rate(&r, "a", "2026-01-04", 2050);
    rig_rate(&r, "nobody", "2026-01-04", 1000);
    rig_ledger(&r, "lead:a a rate +2% 2026-01-01..\n"
                   "meet:a a rate -1.5% 2026-01-02..\n"
                   "commission!d1 a cash 105\n"
                   "visit:a a rate 20% 2026-01-04..\n"
                   "commission!d2 a cash 205\n");
    rig_close(&r);
}

static void of_set_rates_the_latest_start_wins(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r, BASE
        "rules:\n"
        "  back: {per: month, when: {count: lead.registered, at_least: 1}, then: {rate: 30%, from: period}}\n"
        "  on: {when: {count: meeting.held, at_least: 1}, then: {rate: 20%}}\n");
    rig_give(&r, "m 2026-01-10 meeting.held partner=a; l 2026-01-20 lead.registered partner=a");
    rig_rate(&r, "a", "2026-01-05", 3000); /* back began on January 1 */
    rig_rate(&r, "a", "2026-01-15", 2000); /* on began later, though it fired first */
    rig_close(&r);
}

static void at_an_equal_start_the_last_fired_then_the_later_in_the_file_wins(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE
             "rules:\n"
             "  one: {when: {count: lead.registered, at_least: 1}, then: {rate: 30%, from: next_period}}\n"
             "  two: {when: {count: meeting.held, at_least: 1}, then: {rate: 20%, from: next_period}}\n"
             "  three: {when: {count: meeting.held, at_least: 1}, then: {rate: 25%, from: next_period}}\n");
    rig_give(&r, "m 2026-01-10 meeting.held partner=a");
    rig_advance(&r, "2026-02-01");
    rig_rate(&r, "a", "2026-02-01", 2500); /* three stands after two */
    rig_give(&r, "l 2026-01-20 lead.registered partner=a");
    rig_rate(&r, "a", "2026-02-01", 3000); /* one fired last */
    rig_close(&r);
}

static void of_a_group_only_the_highest_counts(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE
             "rules:\n"
             "  low: {when: {count: lead.registered, at_least: 1}, then: {rate: +3%, group: g}}\n"
             "  high: {when: {count: meeting.held, at_least: 1}, then: {rate: +5%, group: g, lasts: 10d}}\n"
             "  other: {when: {count: meeting.held, at_least: 1}, then: {rate: +1%, group: h}}\n");
    rig_give(&r, "m 2026-01-01 meeting.held partner=a; l 2026-01-02 lead.registered partner=a");
    rig_advance(&r, "2026-02-01");
    rig_rate(&r, "a", "2026-01-01", 1600);
    rig_rate(&r, "a", "2026-01-02", 1600);
    rig_rate(&r, "a", "2026-01-12", 1400); /* high has ended */
    rig_close(&r);
}

static void a_product_rate_is_for_that_product(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%, by_product: {crm: 15%, ma: 20%}}\n"
                 "rules:\n"
                 "  crm: {when: {count: lead.registered, at_least: 1}, then: {rate: +4%, product: crm}}\n");
    rig_give(&r, "l 2026-01-01 lead.registered partner=a;" DEAL_OF("d1", "2026-01-02", "product=crm")
                     DEAL_OF("d2", "2026-01-02", "product=ma") DEAL_OF("d3", "2026-01-02", "product=other")
                         DEAL("d4", "2026-01-02"));
    rig_ledger(&r, "crm:a a rate +4% 2026-01-01..\n"
                   "commission!d1 a cash 190\n"
                   "commission!d2 a cash 200\n"
                   "commission!d3 a cash 100\n"
                   "commission!d4 a cash 100\n");
    rig_rate(&r, "a - - crm", "2026-01-02", 1900);
    rig_rate(&r, "a - - ma", "2026-01-02", 2000);
    rig_rate(&r, "nobody - - ma", "2026-01-02", 2000);
    rig_close(&r);
}

static void min_and_max_hold_the_sum(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%, min: 8%, max: 12%}\n"
                 "rules:\n"
                 "  up: {when: {count: lead.registered, at_least: 1}, then: {rate: +5%}}\n"
                 "  down: {when: {count: meeting.held, at_least: 1}, then: {rate: -9%}}\n");
    rig_give(&r, "l 2026-01-01 lead.registered partner=a; m 2026-01-02 meeting.held partner=a");
    rig_rate(&r, "a", "2026-01-01", 1200);
    rig_rate(&r, "a", "2026-01-02", 800);
    rig_close(&r);
}

static void without_min_a_rate_may_be_negative(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  down: {when: {count: meeting.held, at_least: 1}, then: {rate: -12%}}\n");
    rig_give(&r, "m 2026-01-01 meeting.held partner=a;" DEAL("d1", "2026-01-02"));
    rig_ledger(&r, "down:a a rate -12% 2026-01-01..\ncommission!d1 a cash -20\n");
    rig_close(&r);
}

/* ---- Whose ---- */

static void a_rate_belongs_to_its_subject(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE
             "rules:\n"
             "  mine: {for: rep, when: {count: lead.registered, at_least: 1}, then: {rate: +1%}}\n"
             "  theirs: {for: customer, when: {count: lead.registered, at_least: 1}, then: {rate: +2%}}\n"
             "  sold: {for: [rep, product], when: {count: deal.won, at_least: 1}, then: {rate: +4%}}\n");
    rig_give(&r, "l 2026-01-01 lead.registered partner=a rep=x customer=k;" DEAL_OF("d1", "2026-01-02",
                                                                                    "rep=x product=crm"));
    rig_advance(&r, "2026-01-03");
    rig_rate(&r, "a", "2026-01-03", 1000);
    rig_rate(&r, "a x", "2026-01-03", 1100);
    rig_rate(&r, "a - k", "2026-01-03", 1200);
    rig_rate(&r, "a x k", "2026-01-03", 1300);
    rig_rate(&r, "a x k crm", "2026-01-03", 1700);
    rig_rate(&r, "a y k crm", "2026-01-03", 1200);
    rig_rate(&r, "b x k crm", "2026-01-03", 1000);
    rig_close(&r);
}

/* ---- From ---- */

static void next_leaves_the_event_itself_at_the_rate_before(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  two: {when: {count: deal.won, at_least: 2}, then: {rate: +5%}}\n");
    rig_give(&r, DEAL("d1", "2026-01-01") DEAL("d2", "2026-01-02") DEAL("d3", "2026-01-02")
                     DEAL("d4", "2026-01-03"));
    rig_ledger(&r, "commission!d1 a cash 100\n"
                   "two:a a rate +5% 2026-01-02..\n"
                   "commission!d2 a cash 100\n"
                   "commission!d3 a cash 150\n" /* the same instant, but later in the order */
                   "commission!d4 a cash 150\n");
    rig_close(&r);
}

static void now_takes_the_event_in(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  two: {when: {count: deal.won, at_least: 2}, then: {rate: +5%, from: now}}\n");
    rig_give(&r, DEAL("d1", "2026-01-02") DEAL("d2", "2026-01-02") DEAL("d3", "2026-01-03"));
    rig_ledger(&r, "commission!d1 a cash 100\n"
                   "two:a a rate +5% 2026-01-02..\n"
                   "commission!d2 a cash 150\n"
                   "commission!d3 a cash 150\n");
    rig_close(&r);
}

static void period_reaches_back_to_its_start(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  two: {per: quarter, when: {count: deal.won, at_least: 2}, then: {rate: +5%, from: "
                      "period, lasts: period}}\n");
    rig_give_each(&r, DEAL("d0", "2025-12-31") DEAL("d1", "2026-01-01") DEAL("d2", "2026-03-31")
                          DEAL("d3", "2026-04-01"));
    rig_ledger(&r, "commission!d0 a cash 100\n"
                   "commission!d1 a cash 150\n"
                   "two:a@2026-01-01 a rate +5% 2026-01-01..2026-04-01\n"
                   "commission!d2 a cash 150\n"
                   "commission!d3 a cash 100\n");
    rig_journal(&r, 1,
                "+ commission!d0 a cash 100\n"
                "+ commission!d1 a cash 100\n"
                "- commission!d1 a cash 100\n"
                "+ commission!d1 a cash 150\n"
                "+ two:a@2026-01-01 a rate +5% 2026-01-01..2026-04-01\n"
                "+ commission!d2 a cash 150\n"
                "+ commission!d3 a cash 100\n");
    rig_close(&r);
}

static void next_period_begins_with_the_next_window(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  two: {per: quarter, when: {count: deal.won, at_least: 2}, then: {rate: +5%, from: "
                      "next_period, lasts: period}}\n");
    rig_give(&r, DEAL("d1", "2026-01-01") DEAL("d2", "2026-02-01") DEAL("d3", "2026-04-01")
                     DEAL("d4", "2026-07-01"));
    rig_ledger(&r, "commission!d1 a cash 100\n"
                   "two:a@2026-01-01 a rate +5% 2026-04-01..2026-07-01\n"
                   "commission!d2 a cash 100\n"
                   "commission!d3 a cash 150\n"
                   "commission!d4 a cash 100\n");
    rig_close(&r);
}

static void without_per_the_period_is_the_month(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "timezone: Asia/Tokyo\nmonth_closes: 20\n" BASE "rules:\n"
                 "  lead: {when: {count: lead.registered, at_least: 1}, then: [{rate: +1%, from: period}, "
                 "{rate: +2%, from: next_period}, {rate: +3%, lasts: period}]}\n");
    rig_give(&r, "l 2026-01-10T12:00:00+09:00 lead.registered partner=a");
    rig_ledger(&r, "lead:a a rate +1% 2025-12-21..\n"
                   "lead:a/2 a rate +2% 2026-01-21..\n"
                   "lead:a/3 a rate +3% 2026-01-10T12:00:00+09:00..2026-01-21\n");
    rig_close(&r);
}

/* ---- Until ---- */

static void lasts_is_counted_from_taking_effect(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r, BASE
        "rules:\n"
        "  days: {when: {count: lead.registered, at_least: 1}, then: {rate: +1%, lasts: 30d}}\n"
        "  hours: {when: {count: lead.registered, at_least: 1}, then: {rate: +2%, lasts: 36h}}\n"
        "  later: {when: {count: lead.registered, at_least: 1}, then: {rate: +4%, from: next_period, lasts: "
        "1mo}}\n"
        "  dated: {when: {count: lead.registered, at_least: 1}, then: {rate: +8%, until: 2026-01-20}}\n");
    rig_give(&r, "l 2026-01-10T12:00:00Z lead.registered partner=a");
    rig_ledger(&r, "days:a a rate +1% 2026-01-10T12:00:00Z..2026-02-10\n"
                   "hours:a a rate +2% 2026-01-10T12:00:00Z..2026-01-12\n"
                   "later:a a rate +4% 2026-02-01..2026-03-02\n"
                   "dated:a a rate +8% 2026-01-10T12:00:00Z..2026-01-21\n");
    rig_close(&r);
}

static void a_rate_that_ends_before_it_begins_is_none(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r, BASE
        "rules:\n"
        "  dated: {when: {count: lead.registered, at_least: 1}, then: {rate: +8%, until: 2026-01-20}}\n");
    rig_give(&r, "l 2026-01-21 lead.registered partner=a; k 2026-01-20T23:59:59Z lead.registered partner=b");
    rig_ledger(&r, "dated:b b rate +8% 2026-01-20T23:59:59Z..2026-01-21\n");
    rig_close(&r);
}

/* ---- Replacing ---- */

static void a_later_occasion_replaces_the_earlier(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r, BASE
        "rules:\n"
        "  two: {per: month, when: {count: lead.registered, at_least: 1}, then: {rate: +5%, lasts: 90d}}\n");
    rig_give_each(&r, "l1 2026-01-10 lead.registered partner=a; l2 2026-02-10 lead.registered partner=a");
    rig_ledger(&r, "two:a@2026-01-01 a rate +5% 2026-01-10..2026-02-10\n"
                   "two:a@2026-02-01 a rate +5% 2026-02-10..2026-05-12\n");
    rig_advance(&r, "2026-03-01");
    rig_rate(&r, "a", "2026-03-01", 1500); /* not 20% */
    rig_journal(&r, 1,
                "+ two:a@2026-01-01 a rate +5% 2026-01-10..2026-04-11\n"
                "- two:a@2026-01-01 a rate +5% 2026-01-10..2026-04-11\n"
                "+ two:a@2026-01-01 a rate +5% 2026-01-10..2026-02-10\n"
                "+ two:a@2026-02-01 a rate +5% 2026-02-10..2026-05-12\n");
    rig_close(&r);
}

/* The second deal brings the rate that ends the first one's, but is itself before it. */
static void the_event_that_replaces_a_rate_still_has_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n  each: {each: deal.won, where: amount > 0, then: {rate: +5%}}\n");
    rig_give_each(&r, DEAL("d1", "2026-01-01") DEAL("d2", "2026-01-02") DEAL("d3", "2026-01-03"));
    rig_ledger(&r, "each!d1 a rate +5% 2026-01-01..2026-01-02\n"
                   "commission!d1 a cash 100\n"
                   "each!d2 a rate +5% 2026-01-02..2026-01-03\n"
                   "commission!d2 a cash 150\n"
                   "each!d3 a rate +5% 2026-01-03..\n"
                   "commission!d3 a cash 150\n");
    rig_close(&r);
}

static void one_that_had_ended_is_left_alone(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r, BASE
        "rules:\n"
        "  two: {per: month, when: {count: lead.registered, at_least: 1}, then: {rate: +5%, lasts: 5d}}\n");
    rig_give_each(&r, "l1 2026-01-10 lead.registered partner=a; l2 2026-02-10 lead.registered partner=a");
    rig_ledger(&r, "two:a@2026-01-01 a rate +5% 2026-01-10..2026-01-16\n"
                   "two:a@2026-02-01 a rate +5% 2026-02-10..2026-02-16\n");
    rig_close(&r);
}

static void each_action_and_each_subject_has_a_chain_of_its_own(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  two: {for: rep, per: month, when: {count: lead.registered, at_least: 1}, then: "
                      "[{rate: +1%}, {rate: +2%}]}\n");
    rig_give(&r, "l1 2026-01-10 lead.registered partner=a rep=x; "
                 "l2 2026-02-10 lead.registered partner=a rep=x;"
                 "l3 2026-02-11 lead.registered partner=a rep=y");
    rig_ledger(&r, "two:a:x@2026-01-01 a/x rate +1% 2026-01-10..2026-02-10\n"
                   "two:a:x@2026-01-01/2 a/x rate +2% 2026-01-10..2026-02-10\n"
                   "two:a:x@2026-02-01 a/x rate +1% 2026-02-10..\n"
                   "two:a:x@2026-02-01/2 a/x rate +2% 2026-02-10..\n"
                   "two:a:y@2026-02-01 a/y rate +1% 2026-02-11..\n"
                   "two:a:y@2026-02-01/2 a/y rate +2% 2026-02-11..\n");
    rig_rate(&r, "a x", "2026-02-11", 1300);
    rig_close(&r);
}

static void replaced_at_its_own_start_it_is_no_outcome(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  each: {each: lead.registered, then: {rate: +5%, from: period}}\n");
    rig_give_each(&r, "l1 2026-01-10 lead.registered partner=a; l2 2026-01-20 lead.registered partner=a");
    rig_ledger(&r, "each!l2 a rate +5% 2026-01-01..\n");
    rig_journal(&r, 1,
                "+ each!l1 a rate +5% 2026-01-01..\n"
                "- each!l1 a rate +5% 2026-01-01..\n"
                "+ each!l2 a rate +5% 2026-01-01..\n");
    rig_give(&r, "v 2026-01-30 event.voided event=l2");
    rig_ledger(&r, "each!l1 a rate +5% 2026-01-01..\n");
    rig_close(&r);
}

/* ---- Reaching back ---- */

static void a_late_event_rates_later_commissions_again(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             BASE "rules:\n"
                  "  lead: {when: {count: lead.registered, at_least: 1}, then: {rate: +5%, lasts: 10d}}\n");
    rig_give_each(&r, DEAL("d1", "2026-01-01") DEAL("d2", "2026-01-05") DEAL("d3", "2026-01-30"));
    rig_give(&r, "l 2026-01-03 lead.registered partner=a");
    rig_journal(&r, 4,
                "- commission!d2 a cash 100\n"
                "+ lead:a a rate +5% 2026-01-03..2026-01-14\n"
                "+ commission!d2 a cash 150\n");
    rig_close(&r);
}

static void a_rate_that_makes_a_commission_zero_takes_its_row(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  none: {per: month, when: {count: lead.registered, at_least: 1}, then: {rate: 0%, "
                      "from: period}}\n");
    rig_give_each(
        &r, DEAL("d1", "2026-01-05") "l 2026-01-10 lead.registered partner=a;" DEAL("d2", "2026-01-11"));
    rig_ledger(&r, "none:a@2026-01-01 a rate 0% 2026-01-01..\n");
    rig_journal(&r, 2,
                "- commission!d1 a cash 100\n"
                "+ none:a@2026-01-01 a rate 0% 2026-01-01..\n");
    rig_give(&r, "v 2026-01-12 event.voided event=l");
    rig_ledger(&r, "commission!d1 a cash 100\ncommission!d2 a cash 100\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(additions_add_up_on_what_was_set),
        cmocka_unit_test(of_set_rates_the_latest_start_wins),
        cmocka_unit_test(at_an_equal_start_the_last_fired_then_the_later_in_the_file_wins),
        cmocka_unit_test(of_a_group_only_the_highest_counts),
        cmocka_unit_test(a_product_rate_is_for_that_product),
        cmocka_unit_test(min_and_max_hold_the_sum),
        cmocka_unit_test(without_min_a_rate_may_be_negative),
        cmocka_unit_test(a_rate_belongs_to_its_subject),
        cmocka_unit_test(next_leaves_the_event_itself_at_the_rate_before),
        cmocka_unit_test(now_takes_the_event_in),
        cmocka_unit_test(period_reaches_back_to_its_start),
        cmocka_unit_test(next_period_begins_with_the_next_window),
        cmocka_unit_test(without_per_the_period_is_the_month),
        cmocka_unit_test(lasts_is_counted_from_taking_effect),
        cmocka_unit_test(a_rate_that_ends_before_it_begins_is_none),
        cmocka_unit_test(a_later_occasion_replaces_the_earlier),
        cmocka_unit_test(the_event_that_replaces_a_rate_still_has_it),
        cmocka_unit_test(one_that_had_ended_is_left_alone),
        cmocka_unit_test(each_action_and_each_subject_has_a_chain_of_its_own),
        cmocka_unit_test(replaced_at_its_own_start_it_is_no_outcome),
        cmocka_unit_test(a_late_event_rates_later_commissions_again),
        cmocka_unit_test(a_rate_that_makes_a_commission_zero_takes_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
