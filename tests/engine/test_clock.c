/* clock: what happens without an event: closes, `else`, reminders, in their order. */
#include "engine_rig.h"

#define JOINED(partner, time) "j" #partner " " time " partner.joined partner=" #partner "; "

/* ---- At close ---- */

static void every_window_of_its_life_is_asked(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  idle: {per: month, at: close, when: {count: deal.won, at_most: 1}, then: {notice: \"call "
                 "them\"}}\n");
    rig_give(
        &r,
        JOINED(
            a,
            "2026-01-31") "d1 2026-02-01 deal.won partner=a; d2 2026-02-28T23:59:59.999Z deal.won partner=a");
    rig_advance(&r, "2026-03-31");
    rig_ledger(&r, "idle:a@2026-01-01 a notice 'call them'\n");
    rig_instants(&r, "idle:a@2026-01-01 2026-02-01\n");
    rig_advance(&r, "2026-04-01");
    rig_instants(&r, "idle:a@2026-01-01 2026-02-01\nidle:a@2026-03-01 2026-04-01\n");
    rig_close(&r);
}

/* A late event before a close that has passed changes what was asked there. */
static void a_late_event_reopens_a_close(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  two: {per: month, at: close, when: {count: deal.won, at_least: 2}, then: {points: value}}\n");
    rig_give(&r, "d1 2026-01-10 deal.won partner=a; d3 2026-02-10 deal.won partner=a");
    rig_ledger(&r, "");
    rig_give(&r, "d2 2026-01-31T23:59:59.999Z deal.won partner=a; d4 2026-02-01 deal.won partner=a");
    rig_ledger(&r, "two:a@2026-01-01 a points 2\n");
    rig_give(&r, "v 2026-02-11 event.voided event=d1");
    rig_journal(&r, 1, "+ two:a@2026-01-01 a points 2\n- two:a@2026-01-01 a points 2\n");
    rig_close(&r);
}

static void subjects_but_partners_and_reps_need_an_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  rep: {for: rep, per: month, at: close, when: {count: deal.won, at_most: 0}, then: [{points: "
             "1}, {points: 5, to: partner}]}\n"
             "  customer: {for: customer, per: month, at: close, when: {count: deal.won, at_most: 1}, then: "
             "{points: "
             "2}}\n");
    rig_give(&r,
             "r 2026-01-10 rep.joined partner=a rep=x; m 2026-01-11 meeting.held partner=a customer=k rep=x; "
             "d 2026-02-11 deal.won partner=a customer=k rep=y; l 2026-02-27 rep.left partner=a rep=x");
    rig_advance(&r, "2026-04-01");
    rig_ledger(&r, "rep:a:x@2026-01-01 a/x points 1\n"
                   "rep:a:x@2026-01-01/2 a points 5\n"
                   "rep:a:x@2026-02-01/2 a points 5\n" /* x has left: still asked, but no recipient */
                   "customer:a:k@2026-02-01 a points 2\n"
                   "rep:a:y@2026-03-01 a/y points 1\n"
                   "rep:a:y@2026-03-01/2 a points 5\n");
    rig_close(&r);
}

static void who_has_left_is_not_asked(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  idle: {per: month, at: close, when: {count: deal.won, at_most: 0}, then: {points: 1}}\n");
    rig_give(
        &r,
        JOINED(a, "2026-01-10") "l 2026-01-31 partner.left partner=a; k 2026-02-28 partner.joined partner=a");
    rig_advance(&r, "2026-03-01");
    rig_ledger(&r, "idle:a@2026-02-01 a points 1\n");
    rig_close(&r);
}

static void a_campaign_closes_the_windows_that_it_overlaps(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  sale: {active: {from: 2026-01-20, until: 2026-02-10}, per: month, at: close, when: "
                 "{count: deal.won, "
                 "at_most: 1}, then: {points: value}}\n"
                 "  zero: {active: {from: 2026-01-20, until: 2026-02-10}, per: month, at: close, when: "
                 "{count: deal.won, "
                 "less_than: 1}, then: {points: 9}}\n");
    rig_give(&r,
             JOINED(a, "2025-12-10") "d1 2026-01-19 deal.won partner=a; d2 2026-01-20 deal.won partner=a; "
                                     "d3 2026-02-11 deal.won partner=a");
    rig_advance(&r, "2026-04-01");
    rig_ledger(&r, "sale:a@2026-01-01 a points 1\nzero:a@2026-02-01 a points 9\n");
    rig_close(&r);
}

/* A window that only touches it at either end is not asked. */
static void a_campaign_of_one_whole_window(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "timezone: Asia/Tokyo\n"
                 "rules:\n"
                 "  sale: {active: {from: 2026-02-01, until: 2026-02-28}, per: month, at: close, when: "
                 "{count: deal.won, "
                 "at_most: 0}, then: {points: 1}}\n");
    rig_give(&r, JOINED(a, "2025-12-10"));
    rig_advance(&r, "2026-05-01");
    rig_ledger(&r, "sale:a@2026-02-01 a points 1\n");
    rig_close(&r);
}

/* Rules in the order of the file at one clock point, which comes before the events of its instant. */
static void a_clock_point_comes_before_its_instants_events(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  event: {each: deal.won, then: {points: 1}}\n"
        "  later: {per: quarter, at: close, when: {count: deal.won, at_least: 1}, then: {points: value}}\n"
        "  month: {per: month, at: close, when: {count: deal.won, at_least: 1}, then: {points: value}}\n");
    rig_give(&r, "d1 2026-03-10 deal.won partner=a; d2 2026-04-01 deal.won partner=a");
    rig_ledger(&r, "event!d1 a points 1\n"
                   "later:a@2026-01-01 a points 1\n"
                   "month:a@2026-03-01 a points 1\n"
                   "event!d2 a points 1\n");
    rig_close(&r);
}

/* A rate that fires at the close holds for the commission at that very instant. */
static void a_rate_from_a_close(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  next: {per: month, at: close, when: {count: deal.won, at_least: 1}, then: {rate: +5%, "
                 "lasts: period}}\n"
                 "  back: {per: month, at: close, when: {count: deal.won, at_least: 2}, then: {rate: +1%, "
                 "from: period, "
                 "lasts: period}}\n");
    rig_give(&r,
             "d1 2026-01-10 deal.won partner=a amount=1000; d2 2026-02-01 deal.won partner=a amount=1000; "
             "d3 2026-02-28 deal.won partner=a amount=1000; d4 2026-03-01 deal.won partner=a amount=1000");
    rig_ledger(&r, "commission!d1 a cash 100\n"
                   "next:a@2026-01-01 a rate +5% 2026-02-01..2026-03-01\n"
                   "commission!d2 a cash 160\n"
                   "commission!d3 a cash 160\n"
                   "next:a@2026-02-01 a rate +5% 2026-03-01..2026-04-01\n"
                   "back:a@2026-02-01 a rate +1% 2026-02-01..2026-03-01\n"
                   "commission!d4 a cash 150\n");
    rig_close(&r);
}

/* ---- Else ---- */

#define TWO_LEADS "when: {count: lead.registered, at_least: 2}, then: {points: 1}, else: {points: 2}"

static void else_when_the_window_closes_unfired(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  two: {per: month, " TWO_LEADS "}\n");
    rig_give(&r, "l1 2026-01-10 lead.registered partner=a; l2 2026-01-11 lead.registered partner=a; "
                 "l3 2026-02-10 lead.registered partner=a");
    rig_advance(&r, "2026-04-01");
    rig_ledger(&r, "two:a@2026-01-01 a points 1\n"
                   "two:a@2026-02-01+else a points 2\n"
                   "two:a@2026-03-01+else a points 2\n");
    rig_give(&r, "l4 2026-02-11 lead.registered partner=a");
    rig_journal(&r, 4, "- two:a@2026-02-01+else a points 2\n+ two:a@2026-02-01 a points 1\n");
    rig_close(&r);
}

static void else_when_the_days_have_run_out(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "timezone: Asia/Tokyo\n"
             "attributes: {partner: {segment: text}}\n"
             "rules:\n  two: {within: 30d of partner.joined, eligible: partner.segment != \"tin\", " TWO_LEADS
             "}\n");
    rig_give(
        &r,
        "ja 2026-01-01 partner.joined partner=a segment=gold; jb 2026-01-01 partner.joined partner=b "
        "segment=tin; "
        "jc 2026-01-01 partner.joined partner=c segment=gold; jd 2026-01-01 partner.joined partner=d; "
        "l1 2026-01-31 lead.registered partner=a; l2 2026-01-31T23:59:59+09:00 lead.registered partner=a; "
        "x 2026-01-31T23:59:59+09:00 partner.left partner=c; "
        "m1 2026-01-02 lead.registered partner=d; m2 2026-02-01 lead.registered partner=d");
    rig_ledger(&r, "two:a a points 1\n"); /* without a segment d is not eligible; c has left */
    rig_give(&r,
             "ud 2026-01-03 partner.updated partner=d segment=gold; ub 2026-01-03 partner.updated partner=b "
             "segment=gold");
    rig_instants(&r, "two:a l2 2026-01-31T23:59:59+09:00\n"
                     "two:b+else 2026-02-01\n"
                     "two:d+else 2026-02-01\n");
    rig_close(&r);
}

/* For a subject other than partner and rep too: it exists. */
static void else_of_a_customer(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  more: {for: customer, within: 7d of deal.won, when: {count: deal.upsold, "
                 "at_least: 1}, then: "
                 "{points: 1}, else: {points: 2}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a customer=k; d2 2026-01-02 deal.won partner=a customer=l; "
                 "m 2026-01-02 meeting.held partner=a customer=n; u 2026-01-09T23:00:00Z deal.upsold "
                 "partner=a customer=l");
    rig_advance(&r, "2026-02-01");
    rig_instants(&r, "more:a:k+else 2026-01-09\nmore:a:l u 2026-01-09T23:00:00Z\n");
    rig_close(&r);
}

static void else_of_an_at_close_rule(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  two: {per: month, at: close, " TWO_LEADS "}\n");
    rig_give(&r, "l1 2026-01-10 lead.registered partner=a; l2 2026-01-11 lead.registered partner=a");
    rig_advance(&r, "2026-03-01");
    rig_instants(&r, "two:a@2026-01-01 2026-02-01\ntwo:a@2026-02-01+else 2026-03-01\n");
    rig_close(&r);
}

/* ---- Reminders ---- */

#define REMIND(before) "remind: {before: " before ", notice: \"soon over\"}"

static void reminded_once_before_the_end(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "timezone: Asia/Tokyo\n"
             "rules:\n"
             "  month: {per: month, when: {count: lead.registered, at_least: 2}, then: {points: 1}, " REMIND(
                 "7d") "}\n"
                       "  new: {within: 30d of partner.joined, when: {count: lead.registered, at_least: 1}, "
                       "then: {points: 1}, " REMIND("7d") "}\n");
    rig_give(&r, JOINED(a, "2026-01-05") "l1 2026-01-24 lead.registered partner=a; " JOINED(
                     b, "2026-01-05") "m1 2026-01-28T23:59:59+09:00 lead.registered partner=b; "
                                      "m2 2026-01-29 lead.registered partner=b; " JOINED(
                                          c, "2026-01-05") "x 2026-01-20 partner.left partner=c");
    rig_advance(&r, "2026-02-20");
    rig_instants(&r, "new:a l1 2026-01-24\n"
                     "month:a@2026-01-01+remind 2026-01-25\n"
                     "month:b@2026-01-01+remind 2026-01-25\n"
                     "new:b m1 2026-01-28T23:59:59+09:00\n"
                     "month:b@2026-01-01 m2 2026-01-29\n");
    rig_close(&r);
}

static void a_long_notice_comes_at_the_start(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  month: {per: month, when: {count: lead.registered, at_least: 2}, then: {points: 1}, " REMIND(
                 "40d") "}\n"
                        "  new: {within: 10d of partner.joined, when: {count: lead.registered, at_least: 1}, "
                        "then: {points: 1}, " REMIND("30d") "}\n");
    rig_give(&r, JOINED(a, "2026-01-05T12:00:00Z"));
    rig_advance(&r, "2026-02-28");
    rig_instants(&r, "new:a+remind ja 2026-01-05T12:00:00Z\n"   /* right after its anchor, which it carries */
                     "month:a@2026-02-01+remind 2026-02-01\n"); /* at January's start nobody was there */
    rig_close(&r);
}

/* Two anchors at one instant: each brings its own reminder, once. */
static void each_anchor_brings_its_own_reminder(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  deal: {within: 10d of deal.won, when: {count: lead.registered, at_least: 1}, then: {points: "
             "1}, " REMIND("30d") "}\n"
                                  "  meeting: {within: 10d of meeting.held, when: {count: lead.registered, "
                                  "at_least: 1}, then: {points: 1}, " REMIND("30d") "}\n");
    rig_give(&r, "1 2026-01-05 deal.won partner=a; 2 2026-01-05 meeting.held partner=a; 3 2026-01-05 "
                 "deal.won partner=a");
    rig_journal(&r, 1, "+ deal:a+remind a notice 'soon over'\n+ meeting:a+remind a notice 'soon over'\n");
    rig_instants(&r, "deal:a+remind 1 2026-01-05\nmeeting:a+remind 2 2026-01-05\n");
    rig_close(&r);
}

static void not_reminded_once_fired_or_when_not_eligible(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text}}\n"
                 "rules:\n"
                 "  month: {per: month, eligible: partner.segment == \"gold\", when: {count: "
                 "lead.registered, at_least: 1}, "
                 "then: {points: 1}, " REMIND("1w") "}\n");
    rig_give(&r,
             "ja 2026-01-05 partner.joined partner=a segment=gold; l1 2026-01-06 lead.registered partner=a; "
             "jb 2026-01-05 partner.joined partner=b segment=tin; "
             "jc 2026-01-05 partner.joined partner=c segment=gold");
    rig_advance(&r, "2026-02-01");
    rig_ledger(&r, "month:a@2026-01-01 a points 1\nmonth:c@2026-01-01+remind c notice 'soon over'\n");
    rig_give(&r, "l2 2026-01-07 lead.registered partner=c"); /* late, but before the reminder */
    rig_journal(&r, 3, "- month:c@2026-01-01+remind c notice 'soon over'\n+ month:c@2026-01-01 c points 1\n");
    rig_close(&r);
}

/* ---- The clock ---- */

/* The host's clock alone makes closes happen, in however many steps. */
static void steps_of_the_clock_do_not_matter(void **state)
{
    (void)state;
    static const char program[] =
        "ranks: {per: month, levels: {bronze: {}, silver: {when: {count: deal.won, at_least: 1}}}}\n"
        "rules:\n"
        "  two: {per: month, " TWO_LEADS ", " REMIND("3d") "}\n"
                                                           "  new: {within: 20d of partner.joined, " TWO_LEADS
                                                           "}\n";
    static const char events[] = JOINED(a, "2026-01-05") "d 2026-01-06 deal.won partner=a; l 2026-01-07 "
                                                         "lead.registered partner=a";
    static const char expected[] = "new:a+else 2026-01-26\n"
                                   "two:a@2026-01-01+remind 2026-01-29\n"
                                   "ranks:a@2026-01-01 2026-02-01\n"
                                   "two:a@2026-01-01+else 2026-02-01\n"
                                   "two:a@2026-02-01+remind 2026-02-26\n"
                                   "ranks:a@2026-02-01 2026-03-01\n"
                                   "two:a@2026-02-01+else 2026-03-01\n";
    rig r;
    rig_open_waiting(&r, program);
    rig_give(&r, events);
    rig_advance(&r, "2026-03-01");
    rig_instants(&r, expected);
    rig_close(&r);
    rig_open_waiting(&r, program);
    rig_advance(&r, "2026-01-05");
    rig_give(&r, events);
    static const char *const steps[] = {
        "2026-01-06", "2026-01-25T23:59:59.999Z", "2026-01-26", "2026-01-29", "2026-02-01",
        "2026-02-26", "2026-02-28T23:59:59.999Z"};
    for (size_t i = 0; i < UNIT_COUNT(steps); i++)
        rig_advance(&r, steps[i]);
    rig_give(&r, "e 2026-02-26 seminar.attended partner=a");
    rig_advance(&r, "2026-03-01");
    rig_instants(&r, expected);
    rig_close(&r);
}

/* ---- The agenda ---- */

/* Only the next instant at which a rolling window loses an event waits, however many events come. */
static void rolling_windows_wait_for_one_instant(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  busy: {while: {all: [{count: deal.won, within: 30d, at_least: 2}, "
                 "{count: deal.won, within: 60d, at_least: 3}]}, then: {rate: +1%}}\n");
    rig_give_each(&r, "d1 2026-01-01 deal.won partner=a; d2 2026-01-02 deal.won partner=a; "
                      "d3 2026-01-03 deal.won partner=a; d4 2026-01-04 deal.won partner=a; "
                      "m1 2026-01-05 meeting.held partner=a; m2 2026-01-06 meeting.held partner=a");
    assert_int_equal(prm__engine_partner(r.engine, 0)->agenda.count, 1);
    rig_advance(&r, "2026-03-04");
    rig_ledger(&r, "busy:a@2026-01-03T00:00:00Z a rate +1% 2026-01-03..2026-02-03\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_window_of_its_life_is_asked),
        cmocka_unit_test(a_late_event_reopens_a_close),
        cmocka_unit_test(subjects_but_partners_and_reps_need_an_event),
        cmocka_unit_test(who_has_left_is_not_asked),
        cmocka_unit_test(a_campaign_closes_the_windows_that_it_overlaps),
        cmocka_unit_test(a_campaign_of_one_whole_window),
        cmocka_unit_test(a_clock_point_comes_before_its_instants_events),
        cmocka_unit_test(a_rate_from_a_close),
        cmocka_unit_test(else_when_the_window_closes_unfired),
        cmocka_unit_test(else_when_the_days_have_run_out),
        cmocka_unit_test(else_of_a_customer),
        cmocka_unit_test(else_of_an_at_close_rule),
        cmocka_unit_test(reminded_once_before_the_end),
        cmocka_unit_test(a_long_notice_comes_at_the_start),
        cmocka_unit_test(each_anchor_brings_its_own_reminder),
        cmocka_unit_test(not_reminded_once_fired_or_when_not_eligible),
        cmocka_unit_test(steps_of_the_clock_do_not_matter),
        cmocka_unit_test(rolling_windows_wait_for_one_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
