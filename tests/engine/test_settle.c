/* settle: what is closed for good, and what news about it is told. */
#include "engine_rig.h"

#include "../base/failing_alloc.h"

#define PLAIN "commission: {on: deal.won, of: amount, base: 10%}\n"

#define REACHING                                                                                             \
    PLAIN "rules:\n"                                                                                         \
          "  three: {per: month, when: {count: deal.won, at_least: 3}, then: {rate: +5%, from: period, "     \
          "lasts: period}}\n"

static void settle_at(const rig *r, const char *time)
{
    prm_error error;
    int64_t at = rig_time(r, time, strlen(time));
    if (prm_engine_settle(r->engine, at, &error) != PRM_OK)
        fail_msg("%s", error.message);
    assert_true(prm_engine_settled(r->engine) >= at);
}

static void counts_add_up(const rig *r)
{
    prm_counts counts = rig_counts(r);
    assert_int_equal(counts.events,
                     counts.accepted + counts.duplicate + counts.ignored + counts.rejected + counts.too_late);
}

/* ---- Settling ---- */

static void only_what_the_clock_has_passed(void **state)
{
    (void)state;
    rig r;
    prm_error error;
    rig_open(&r, PLAIN);
    assert_int_equal(prm_engine_settled(r.engine), PRM_NO_TIME);
    rig_give(&r, "d1 2026-01-10 deal.won partner=a amount=100");
    int64_t clock = prm_engine_clock(r.engine);
    assert_int_equal(prm_engine_settle(r.engine, clock + 1, &error), PRM_E_CLOCK);
    assert_int_equal(error.status, PRM_E_CLOCK);
    assert_int_equal(prm_engine_settled(r.engine), PRM_NO_TIME);
    assert_int_equal(prm_engine_settle(r.engine, clock, &error), PRM_OK);
    assert_int_equal(prm_engine_settled(r.engine), clock);
    rig_ledger(&r, "commission!d1 a cash 10\n");
    rig_journal(&r, 2, ""); /* nothing is posted */
    rig_close(&r);
}

static void an_earlier_time_changes_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-10 deal.won partner=a amount=100");
    settle_at(&r, "2026-01-05");
    settle_at(&r, "2026-01-05");
    settle_at(&r, "2026-01-02");
    assert_int_equal(prm_engine_settled(r.engine), rig_time(&r, "2026-01-05", 10));
    rig_answers(&r, "x 2026-01-03 deal.won partner=a amount=10", "too late 614");
    rig_close(&r);
}

/* ---- Events ---- */

static void a_new_event_before_is_too_late(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-10 deal.won partner=a amount=100");
    settle_at(&r, "2026-01-05");
    rig_answers(&r,
                "x 2026-01-04T23:59:59.999Z deal.won partner=a amount=10; "
                "y 2026-01-04 partner.joined partner=b; z 2026-01-05 deal.won partner=a amount=50",
                "too late 614; too late 614; accepted");
    rig_ledger(&r, "commission!z a cash 5\ncommission!d1 a cash 10\n");
    assert_int_equal(rig_counts(&r).too_late, 2);
    assert_int_equal(rig_counts(&r).partners, 1);
    counts_add_up(&r);
    rig_close(&r);
}

static void other_answers_come_first(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a amount=100; d2 2026-01-10 deal.won partner=a amount=1");
    settle_at(&r, "2026-01-05");
    rig_answers(&r,
                "d1 2026-01-03 deal.won partner=a amount=100; d1 2026-01-03 deal.won partner=a amount=9;"
                "d1 2026-01-08 deal.won partner=a amount=100; d2 2026-01-01 deal.won partner=a amount=1;"
                "x 2026-01-01 deal.won amount=1; y 2026-01-01 sun.rose partner=a",
                "duplicate; rejected 603; rejected 603; rejected 603; rejected 604; ignored");
    assert_int_equal(rig_counts(&r).too_late, 0);
    counts_add_up(&r);
    rig_close(&r);
}

/* What is too late is not there: its id may come again with another time. */
static void what_is_too_late_is_not_kept(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-10 deal.won partner=a amount=100");
    settle_at(&r, "2026-01-05");
    rig_answers(&r,
                "x 2026-01-04 deal.won partner=a amount=10; x 2026-01-04 deal.won partner=a amount=10;"
                "x 2026-01-06 deal.won partner=a amount=10",
                "too late 614; too late 614; accepted");
    rig_close(&r);
}

static void the_answer_in_words_names_the_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a deal=n1 amount=1; d2 2026-01-10 deal.won partner=a");
    settle_at(&r, "2026-01-05");
    static const char *const words[][2] = {
        {"x 2026-01-04 deal.won partner=a", "it lies before the time that is settled: event \"x\""},
        {"v 2026-01-09 event.voided event=d1",
         "what it voids or reduces is settled: field \"event\" has \"d1\""},
        {"c 2026-01-09 deal.cancelled partner=a deal=n1",
         "what it voids or reduces is settled: field \"deal\" has \"n1\""}};
    for (size_t i = 0; i < UNIT_COUNT(words); i++) {
        rig_events set;
        prm_answer answer;
        char text[200];
        rig_read(&r, words[i][0], &set);
        rig_ingest(&r, set.events, 1, &answer);
        assert_int_equal(answer.answer, PRM_TOO_LATE);
        prm_engine_answer_text(r.engine, set.events, &answer, text, sizeof text);
        assert_string_equal(text, words[i][1]);
    }
    rig_close(&r);
}

/* ---- Voids by id ---- */

static void a_void_of_a_settled_event_is_too_late(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a amount=100; d2 2026-01-05 deal.won partner=a amount=200;"
                 "w 2026-01-04 event.voided event=x; d3 2026-01-10 deal.won partner=a amount=300");
    settle_at(&r, "2026-01-05");
    rig_answers(&r,
                "v1 2026-01-20 event.voided event=d1; v2 2026-01-20 event.voided event=d2;"
                "v3 2026-01-04 event.voided event=d3; v4 2026-01-20 event.voided event=w",
                "too late 615; accepted; too late 614; too late 615");
    rig_ledger(&r, "commission!d1 a cash 10\ncommission!d3 a cash 30\n");
    counts_add_up(&r);
    rig_close(&r);
}

static void a_void_of_what_is_not_there_waits(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "v0 2026-01-03 event.voided event=x0; d 2026-01-10 deal.won partner=a amount=100");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "v1 2026-01-06 event.voided event=x1; v2 2026-01-06 event.voided event=x2");
    assert_int_equal(rig_counts(&r).unmatched, 3);
    rig_answers(&r,
                "x0 2026-01-07 deal.won partner=a amount=1; x1 2026-01-04 deal.won partner=a amount=1;"
                "x2 2026-01-07 deal.won partner=a amount=1000",
                "accepted; too late 614; accepted");
    rig_ledger(&r, "commission!d a cash 10\n");
    assert_int_equal(rig_counts(&r).unmatched, 1);
    rig_close(&r);
}

/* A void that was accepted in time, but takes effect only after its event was settled. */
static void a_void_that_waits_for_its_time_comes_too_late(void **state)
{
    (void)state;
    rig r;
    rig_open_waiting(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a deal=n1 amount=100; v 2026-01-20 event.voided event=d1;"
                 "c 2026-01-21 deal.cancelled partner=a deal=n1; d2 2026-01-06 deal.won partner=a amount=50;"
                 "w 2026-01-22 event.voided event=d2");
    rig_advance(&r, "2026-01-10");
    settle_at(&r, "2026-01-05");
    rig_advance(&r, "2026-01-30");
    rig_ledger(&r, "commission!d1 a cash 10\n");
    assert_int_equal(rig_counts(&r).unmatched, 2);
    rig_close(&r);
}

/* ---- Voids and reductions by a field ---- */

static void what_only_matches_settled_events_is_too_late(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a deal=n1 amount=100;"
                 "d2 2026-01-03 deal.won partner=a deal=n2 amount=100;"
                 "e2 2026-01-08 deal.won partner=a deal=n2 amount=200;"
                 "d3 2026-01-08 deal.won partner=a deal=n3 amount=400;"
                 "d4 2026-01-20 deal.won partner=a deal=n1 amount=800");
    settle_at(&r, "2026-01-05");
    rig_answers(
        &r,
        "c1 2026-01-10 deal.cancelled partner=a deal=n1; f1 2026-01-10 deal.refunded partner=a "
        "deal=n1 amount=10;" /* d4 lies after them */
        "c2 2026-01-10 deal.cancelled partner=a deal=n2; f3 2026-01-10 deal.refunded partner=a "
        "deal=n3 amount=100;"
        "c9 2026-01-10 deal.cancelled partner=a deal=n9; cb 2026-01-10 deal.cancelled partner=b deal=n1",
        "too late 615; too late 615; accepted; accepted; accepted; accepted");
    rig_ledger(&r, "commission!d1 a cash 10\ncommission!d2 a cash 10\ncommission!d3 a cash 30\n"
                   "commission!d4 a cash 80\n");
    assert_int_equal(rig_counts(&r).unmatched, 2);
    rig_give(&r, "d9 2026-01-09 deal.won partner=a deal=n9 amount=500");
    rig_ledger(&r, "commission!d1 a cash 10\ncommission!d2 a cash 10\ncommission!d3 a cash 30\n"
                   "commission!d4 a cash 80\n");
    counts_add_up(&r);
    rig_close(&r);
}

/* A refund that finds settled and open deals works on the open ones alone. */
static void a_refund_passes_over_settled_deals(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a deal=n amount=1000;"
                 "d2 2026-01-08 deal.won partner=a deal=n amount=500");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "f 2026-01-09 deal.refunded partner=a deal=n amount=300");
    rig_ledger(&r, "commission!d1 a cash 100\ncommission!d2 a cash 20\n");
    rig_close(&r);
}

/* Events handed in together are answered as if one by one. */
static void what_came_in_the_same_call_counts(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a deal=n amount=1000; e 2026-01-10 deal.won partner=b");
    settle_at(&r, "2026-01-05");
    rig_answers(&r,
                "c1 2026-01-09 deal.cancelled partner=a deal=n; d2 2026-01-08 deal.won partner=a deal=n "
                "amount=500; c2 2026-01-09 deal.cancelled partner=a deal=n;"
                "v1 2026-01-11 event.voided event=d3; d3 2026-01-04 deal.won partner=a amount=1",
                "too late 615; accepted; accepted; accepted; too late 614");
    rig_ledger(&r, "commission!d1 a cash 100\n");
    rig_close(&r);
}

/* A voided match is one too: the news is about settled time all the same. */
static void news_of_voided_deals(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a deal=n1 amount=100; v1 2026-01-04 event.voided event=d1;"
                 "d2 2026-01-03 deal.won partner=a deal=n2 amount=100; d3 2026-01-06 deal.won partner=a "
                 "deal=n2 amount=100; v3 2026-01-07 event.voided event=d3");
    settle_at(&r, "2026-01-05");
    rig_answers(&r,
                "c1 2026-01-09 deal.cancelled partner=a deal=n1; c2 2026-01-09 deal.cancelled partner=a "
                "deal=n2",
                "too late 615; accepted");
    rig_ledger(&r, "commission!d2 a cash 10\n");
    assert_int_equal(rig_counts(&r).unmatched, 1);
    rig_close(&r);
}

static void a_limit_of_time_tells_matches_apart(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN "events: {deal.cancelled: {within: 5d}}\n");
    rig_give(&r, "d1 2026-01-03 deal.won partner=a deal=n amount=100; d2 2026-01-20 deal.won partner=a");
    settle_at(&r, "2026-01-05");
    rig_answers(
        &r, "c1 2026-01-07 deal.cancelled partner=a deal=n; c2 2026-01-12 deal.cancelled partner=a deal=n",
        "too late 615; accepted");
    assert_int_equal(rig_counts(&r).unmatched, 1);
    rig_ledger(&r, "commission!d1 a cash 10\n");
    rig_close(&r);
}

/* ---- What was accepted before ---- */

static const char REFUNDED[] = "d1 2026-01-03 deal.won partner=a deal=n amount=1000;"
                               "d2 2026-01-08 deal.won partner=a deal=n amount=500;"
                               "f 2026-01-09 deal.refunded partner=a deal=n amount=1200";

/* The refund took 1000 of the settled deal and 200 of the open one. */
static void a_refund_accepted_before_keeps_what_it_took(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, REFUNDED);
    rig_ledger(&r, "commission!d2 a cash 30\n");
    settle_at(&r, "2026-01-05");
    rig_ledger(&r, "commission!d2 a cash 30\n");
    rig_give(&r, "d3 2026-01-07 deal.won partner=a deal=n amount=150"); /* earlier than d2 */
    rig_ledger(&r, "commission!d2 a cash 45\n");
    rig_give(&r, "g 2026-01-10 deal.refunded partner=a deal=n amount=400");
    rig_ledger(&r, "commission!d2 a cash 5\n");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

static void voiding_such_a_refund_frees_open_deals_only(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, REFUNDED);
    settle_at(&r, "2026-01-05");
    rig_give(&r, "v 2026-01-10 event.voided event=f");
    rig_ledger(&r, "commission!d2 a cash 50\n");
    rig_close(&r);
}

static void voiding_a_cancellation_does_not_bring_settled_deals_back(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a deal=n amount=1000;"
                 "d2 2026-01-08 deal.won partner=a deal=n amount=500;"
                 "c 2026-01-09 deal.cancelled partner=a deal=n;"
                 "o 2026-01-03 deal.won partner=a deal=m amount=100;"
                 "k 2026-01-09 deal.cancelled partner=a deal=m");
    rig_ledger(&r, "");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "x 2026-01-06 deal.won partner=a deal=n amount=10"); /* works all voids out again */
    assert_int_equal(rig_counts(&r).unmatched, 0);                    /* k has its settled match */
    rig_ledger(&r, "");
    rig_give(&r, "v 2026-01-10 event.voided event=c; w 2026-01-10 event.voided event=k");
    rig_ledger(&r, "commission!x a cash 1\ncommission!d2 a cash 50\n");
    rig_close(&r);
}

/* Three instants, each settled in turn; the refund reaches from the last to the first. */
static void several_settles(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a deal=n amount=1000;"
                 "d2 2026-01-08 deal.won partner=a deal=n amount=500;"
                 "d3 2026-01-13 deal.won partner=a deal=n amount=700;"
                 "f 2026-01-20 deal.refunded partner=a deal=n amount=1900");
    rig_ledger(&r, "commission!d3 a cash 30\n");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "e1 2026-01-06 deal.won partner=a deal=n amount=100");
    rig_ledger(&r, "commission!d3 a cash 40\n"); /* 1000, 100, 500, 300 */
    settle_at(&r, "2026-01-10");
    rig_give(&r, "e2 2026-01-11 deal.won partner=a deal=n amount=200");
    rig_ledger(&r, "commission!d3 a cash 60\n"); /* 1600 settled, 200, 100 */
    rig_answers(&r, "x 2026-01-09 deal.won partner=a", "too late 614");
    settle_at(&r, "2026-01-15");
    rig_give(&r, "e3 2026-01-16 deal.won partner=a deal=n amount=300; v 2026-01-21 event.voided event=f");
    rig_ledger(&r, "commission!d3 a cash 60\ncommission!e3 a cash 30\n");
    settle_at(&r, "2026-01-21");
    rig_answers(&r, "y 2026-01-22 deal.refunded partner=a deal=n amount=1; z 2026-01-22 event.voided event=f",
                "too late 615; too late 615");
    rig_ledger(&r, "commission!d3 a cash 60\ncommission!e3 a cash 30\n");
    counts_add_up(&r);
    rig_close(&r);
}

/* ---- Effects that reach back ---- */

/* A roster event at `time` has the partner folded anew. */
static void fold_anew(const rig *r, const char *id, const char *time)
{
    char text[100];
    snprintf(text, sizeof text, "%s %s rep.joined partner=a rep=x", id, time);
    rig_give(r, text);
}

static void a_rate_granted_later_stops_at_the_settled_instant(void **state)
{
    static const char ledger[] = "commission!d1 a cash 100\ncommission!d2 a cash 150\n"
                                 "three:a@2026-01-01 a rate +5% 2026-01-05..2026-02-01\n"
                                 "commission!d3 a cash 150\n";
    (void)state;
    rig r;
    rig_open(&r, REACHING);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a amount=1000; d2 2026-01-08 deal.won partner=a amount=1000;"
                 "l 2026-01-08 lead.registered partner=a");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "d3 2026-01-09 deal.won partner=a amount=1000");
    rig_ledger(&r, ledger);
    rig_rate(&r, "a", "2026-01-04", 1000);
    rig_rate(&r, "a", "2026-01-05", 1500);
    fold_anew(&r, "r1", "2026-01-06");
    rig_ledger(&r, ledger);
    settle_at(&r, "2026-01-09"); /* granted at that very instant, the rate is still open */
    fold_anew(&r, "r2", "2026-01-09");
    rig_ledger(&r, ledger);
    rig_advance(&r, "2026-01-20");
    settle_at(&r, "2026-01-10"); /* now it is closed, as it was posted */
    fold_anew(&r, "r3", "2026-01-10");
    rig_ledger(&r, ledger);
    rig_journal(&r, 3,
                "- commission!d2 a cash 100\n+ commission!d2 a cash 150\n"
                "+ three:a@2026-01-01 a rate +5% 2026-01-05..2026-02-01\n"
                "+ commission!d3 a cash 150\n");
    rig_close(&r);
}

static const char THREE_DEALS[] = "d1 2026-01-03 deal.won partner=a amount=1000;"
                                  "d2 2026-01-08 deal.won partner=a amount=1000;"
                                  "d3 2026-01-09 deal.won partner=a amount=1000";

static void a_rate_granted_before_keeps_its_start(void **state)
{
    static const char ledger[] = "commission!d1 a cash 150\ncommission!d2 a cash 150\n"
                                 "three:a@2026-01-01 a rate +5% 2026-01-01..2026-02-01\n"
                                 "commission!d3 a cash 150\n";
    (void)state;
    rig r;
    rig_open(&r, REACHING);
    rig_give(&r, THREE_DEALS);
    rig_ledger(&r, ledger);
    settle_at(&r, "2026-01-05");
    fold_anew(&r, "r1", "2026-01-06");
    rig_ledger(&r, ledger);
    settle_at(&r, "2026-01-07");
    fold_anew(&r, "r2", "2026-01-07");
    rig_ledger(&r, ledger);
    rig_advance(&r, "2026-01-20");
    settle_at(&r, "2026-01-15");
    fold_anew(&r, "r3", "2026-01-16");
    rig_ledger(&r, ledger);
    rig_close(&r);
}

/* The rate goes, and with it what it gave to open deals; the settled one keeps its amount. */
static void commissions_before_keep_their_amounts(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, REACHING);
    rig_give(&r, THREE_DEALS);
    settle_at(&r, "2026-01-05");
    rig_give(&r, "v 2026-01-10 event.voided event=d3");
    rig_ledger(&r, "commission!d1 a cash 150\ncommission!d2 a cash 100\n");
    rig_give(&r, "d4 2026-01-11 deal.won partner=a amount=1000"); /* the same occasion: as it was posted */
    rig_ledger(&r, "commission!d1 a cash 150\ncommission!d2 a cash 150\n"
                   "three:a@2026-01-01 a rate +5% 2026-01-01..2026-02-01\n"
                   "commission!d4 a cash 150\n");
    rig_close(&r);
}

/* Of two rates that had reached back only one comes again: what both gave stays given. */
static void a_rate_that_comes_again_does_not_rate_them_again(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             REACHING "  four: {per: month, when: {count: deal.won, at_least: 4}, then: {rate: +5%, from: "
                      "period, lasts: period}}\n");
    rig_give(&r, THREE_DEALS);
    rig_give(&r, "d4 2026-01-10 deal.won partner=a amount=1000");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "v3 2026-01-10 event.voided event=d3; v4 2026-01-10 event.voided event=d4");
    rig_ledger(&r, "commission!d1 a cash 200\ncommission!d2 a cash 100\n");
    rig_give(&r, "d5 2026-01-12 deal.won partner=a amount=1000");
    rig_ledger(&r, "commission!d1 a cash 200\ncommission!d2 a cash 150\n"
                   "three:a@2026-01-01 a rate +5% 2026-01-01..2026-02-01\n"
                   "commission!d5 a cash 150\n");
    rig_close(&r);
}

/* A rate whose end lies before the settled instant has nothing left to work on. */
static void a_rate_that_would_end_before_is_none(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN "rules:\n"
                       "  two: {per: month, when: {count: deal.won, at_least: 2}, "
                       "then: {rate: +5%, from: period, lasts: 3d}}\n");
    rig_give(&r, "d1 2026-01-02 deal.won partner=a amount=1000; l 2026-01-20 lead.registered partner=a");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "d2 2026-01-10 deal.won partner=a amount=1000");
    rig_ledger(&r, "commission!d1 a cash 100\ncommission!d2 a cash 100\n");
    settle_at(&r, "2026-01-15");
    fold_anew(&r, "r1", "2026-01-16");
    rig_ledger(&r, "commission!d1 a cash 100\ncommission!d2 a cash 100\n");
    rig_close(&r);
}

/* It is none for good: the next settle finds no more of it than the first one left. */
static void a_rate_that_was_none_does_not_come_later(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {per: month, when: {count: lead.registered, at_least: 2}, "
                 "then: [{notice: two}, {rate: +5%, from: period, lasts: 3d}]}\n");
    rig_give(&r, "l1 2026-01-02 lead.registered partner=a; l2 2026-01-08 meeting.held partner=a");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "l3 2026-01-10 lead.registered partner=a; l4 2026-01-20 meeting.held partner=a");
    rig_ledger(&r, "two:a@2026-01-01 a notice 'two'\n");
    settle_at(&r, "2026-01-15");
    rig_ledger(&r, "two:a@2026-01-01 a notice 'two'\n");
    rig_close(&r);
}

/* A later rate ends an earlier one where it begins, not before the settled instant. */
static void a_settled_rate_ends_no_earlier_than_there(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN "rules:\n"
                       "  each: {each: deal.won, then: {rate: 20%, from: period}}\n");
    rig_give(&r, "d1 2026-01-03 deal.won partner=a amount=1000; l 2026-01-20 lead.registered partner=a");
    rig_ledger(&r, "each!d1 a rate 20% 2026-01-01..\ncommission!d1 a cash 200\n");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "d2 2026-01-08 deal.won partner=a amount=1000");
    rig_ledger(&r, "each!d1 a rate 20% 2026-01-01..2026-01-05\ncommission!d1 a cash 200\n"
                   "each!d2 a rate 20% 2026-01-05..\ncommission!d2 a cash 200\n");
    rig_close(&r);
}

/* What had overtaken a rate in settled time came later, and is undone: the rate begins where settled time ends, and
 * not at all where it would have ended by then. */
static void what_was_overtaken_comes_back_for_open_time_alone(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN "rules:\n"
                       "  each: {each: deal.won, then: {rate: 20%, from: period}}\n"
                       "  days: {each: deal.won, then: {rate: +1%, from: period, lasts: 3d}}\n");
    rig_give(&r,
             "d1 2026-01-03 deal.won partner=a amount=1000; d2 2026-01-08 deal.won partner=a amount=1000");
    rig_ledger(&r, "commission!d1 a cash 210\neach!d2 a rate 20% 2026-01-01..\n"
                   "days!d2 a rate +1% 2026-01-01..2026-01-05\ncommission!d2 a cash 200\n");
    settle_at(&r, "2026-01-05");
    rig_give(&r, "v2 2026-01-10 event.voided event=d2");
    rig_ledger(&r, "each!d1 a rate 20% 2026-01-05..\ncommission!d1 a cash 210\n");
    rig_close(&r);
}

/* ---- What is decided over partners ---- */

#define ACROSS                                                                                               \
    "rules:\n"                                                                                               \
    "  first: {per: month, contest: {by: {sum: amount, of: deal.won}, places: [{cash: 500}]}}\n"             \
    "  grant: {each: deal.won, then: {cash: amount * 10%}, budget: 100}\n"

static void budgets_and_contests_before_stand(void **state)
{
    static const char settled[] = "grant!d1 a cash 60\ngrant!d2 b cash 30\nfirst:a@2026-01-01^1 a cash 500\n";
    (void)state;
    rig r;
    rig_text expected = {.size = 0};
    rig_open(&r, ACROSS);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a amount=600; d2 2026-01-20 deal.won partner=b amount=300;"
                 "d3 2026-02-10 deal.won partner=b amount=900");
    RIG_PRINT(&expected, "%sgrant!d3 b cash 10\n", settled);
    rig_ledger(&r, expected.data);
    settle_at(&r, "2026-02-02");
    rig_answers(&r,
                "x 2026-01-25 deal.won partner=b amount=5000; v 2026-02-10 event.voided event=d1;"
                "d4 2026-02-05 deal.won partner=c amount=50; m 2026-02-02 rep.joined partner=a rep=x",
                "too late 614; too late 615; accepted; accepted");
    expected.size = 0;
    RIG_PRINT(&expected, "%sgrant!d4 c cash 5\ngrant!d3 b cash 5\n", settled);
    rig_ledger(&r, expected.data);
    rig_advance(&r, "2026-03-01");
    RIG_PRINT(&expected, "first:b@2026-02-01^1 b cash 500\n");
    rig_ledger(&r, expected.data);
    rig_close(&r);
}

/* ---- In any order ---- */

static const char BEFORE[] = "j 2026-01-01 partner.joined partner=a parent=b;"
                             "d1 2026-01-02 deal.won partner=a rep=x deal=n amount=1000;"
                             "d2 2026-01-06 deal.won partner=a rep=x deal=m amount=2000;"
                             "f 2026-01-09 deal.refunded partner=a deal=n amount=300;"
                             "e 2026-01-12 lead.registered partner=a rep=x";

static const char *const AFTER[] = {"a1 2026-01-05 deal.won partner=a rep=x deal=n amount=700",
                                    "a2 2026-01-07 deal.won partner=a rep=x deal=o amount=400",
                                    "a3 2026-01-20 event.voided event=d2",
                                    "a4 2026-01-05 rep.joined partner=a rep=x",
                                    "a5 2026-01-10 deal.won partner=a rep=x deal=p amount=900",
                                    "a6 2026-01-11 deal.refunded partner=a deal=o amount=100"};

static void what_comes_after_comes_in_any_order(void **state)
{
    enum { COUNT = UNIT_COUNT(AFTER), ORDERS = 720 };
    (void)state;
    for (int order = 0; order < ORDERS; order++) {
        rig r;
        size_t left[COUNT] = {0, 1, 2, 3, 4, 5};
        rig_open(&r, REACHING);
        rig_give(&r, BEFORE);
        settle_at(&r, "2026-01-05");
        for (int i = COUNT, rest = order; i > 0; rest /= i, i--) {
            rig_give(&r, AFTER[left[rest % i]]);
            left[rest % i] = left[i - 1];
        }
        rig_ledger(&r, "commission!d1 a cash 70\n"
                       "commission!a1 a cash 105\n"
                       "three:a@2026-01-01 a rate +5% 2026-01-05..2026-02-01\n"
                       "commission!a2 a cash 45\n"
                       "commission!a5 a cash 135\n");
        assert_int_equal(rig_counts(&r).too_late, 0);
        assert_int_equal(rig_counts(&r).unmatched, 0);
        rig_close(&r);
    }
}

/* ---- Without memory ---- */

static void a_settle_without_memory_changes_nothing(void **state)
{
    static const char before[] = "commission!d1 a cash 105\n"
                                 "commission!d2 a cash 300\n"
                                 "three:a@2026-01-01 a rate +5% 2026-01-01..2026-02-01\n"
                                 "commission!d3 a cash 15\n";
    (void)state;
    rig r = {rig_program(REACHING), NULL};
    failing_alloc memory;
    size_t failures = 0;
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        failing_alloc_init(&memory, 0);
        prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
        assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
        rig_give(&r, BEFORE);
        rig_give(&r, "d3 2026-01-08 deal.won partner=a amount=100");
        prm_counts counts = rig_counts(&r);
        memory.fail_at = memory.calls + n;
        failed = prm_engine_settle(r.engine, rig_time(&r, "2026-01-05", 10), NULL) != PRM_OK;
        memory.fail_at = 0;
        if (failed) {
            failures++;
            assert_int_equal(prm_engine_settled(r.engine), PRM_NO_TIME);
            rig_ledger(&r, before);
            assert_int_equal(rig_counts(&r).postings, counts.postings);
            assert_int_equal(rig_counts(&r).unmatched, counts.unmatched);
            settle_at(&r, "2026-01-05");
        }
        rig_ledger(&r, before);
        rig_give(&r, "d0 2026-01-05 deal.won partner=a deal=n amount=100");
        rig_answers(&r, "x 2026-01-04 deal.won partner=a", "too late 614");
        assert_int_equal(rig_counts(&r).unmatched, 0);
        prm_engine_free(r.engine);
        assert_int_equal(memory.bytes, 0);
    }
    assert_true(failures > 3);
    prm_program_unref(r.program);
}

static void a_call_after_it_without_memory_changes_nothing(void **state)
{
    static const char before[] = "commission!d1 a cash 70\ncommission!d2 a cash 200\n";
    static const char after[] = "commission!d1 a cash 70\n"
                                "commission!a1 a cash 105\n"
                                "three:a@2026-01-01 a rate +5% 2026-01-05..2026-02-01\n"
                                "commission!a2 a cash 45\n"
                                "commission!a5 a cash 135\n";
    (void)state;
    rig r = {rig_program(REACHING), NULL};
    failing_alloc memory;
    rig_text text = {.size = 0};
    rig_events set;
    bool failed = true;
    for (size_t i = 0; i < UNIT_COUNT(AFTER); i++)
        RIG_PRINT(&text, "%s;", AFTER[i]);
    RIG_PRINT(&text, "x 2026-01-04 deal.won partner=a");
    rig_read(&r, text.data, &set);
    for (size_t n = 1; failed; n++) {
        failing_alloc_init(&memory, 0);
        prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
        assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
        rig_give(&r, BEFORE);
        settle_at(&r, "2026-01-05");
        memory.fail_at = memory.calls + n;
        failed = prm_engine_ingest(r.engine, set.events, 7, sizeof set.events[0], NULL, NULL) != PRM_OK;
        memory.fail_at = 0;
        if (failed) {
            rig_ledger(&r, before);
            assert_int_equal(rig_counts(&r).too_late, 0);
            rig_ingest(&r, set.events, 7, NULL);
        }
        rig_ledger(&r, after);
        assert_int_equal(rig_counts(&r).too_late, 1);
        prm_engine_free(r.engine);
        assert_int_equal(memory.bytes, 0);
    }
    prm_program_unref(r.program);
}

/* ---- What is left ---- */

#define DAY INT64_C(86400000)
#define MONTH_EVENTS 600U

/* A month's events: meetings of a few reps; and where there is one, a deal of each partner. */
static void give_month(const rig *r, int month, bool deals)
{
    int64_t start = rig_time(r, "2026-01-01", 10) + month * 30 * DAY;
    for (unsigned i = 0; i < MONTH_EVENTS; i++) {
        char id[24], partner[8], rep[8];
        int id_size = snprintf(id, sizeof id, "m%d-%u", month, i);
        int partner_size = snprintf(partner, sizeof partner, "p%u", i % 3);
        int rep_size = snprintf(rep, sizeof rep, "r%u", i % 7);
        bool deal = deals && i < 3;
        prm_field fields[] = {
            {.field = PRM_NONE,
             .name = "partner",
             .name_size = 7,
             .text = partner,
             .text_size = (size_t)partner_size},
            {.field = PRM_NONE, .name = "rep", .name_size = 3, .text = rep, .text_size = (size_t)rep_size},
            {.field = PRM_NONE, .name = "amount", .name_size = 6, .kind = PRM_VALUE_MINOR, .number = 5000}};
        prm_event event = {.type = PRM_NONE,
                           .type_name = deal ? "deal.won" : "meeting.held",
                           .type_name_size = deal ? 8 : 12,
                           .id = id,
                           .id_size = (size_t)id_size,
                           .time = start + (int64_t)i * (30 * DAY / MONTH_EVENTS),
                           .fields = fields,
                           .field_count = deal ? 3 : 2};
        prm_answer answer;
        rig_ingest(r, &event, 1, &answer);
        assert_int_equal(answer.answer, PRM_ACCEPTED);
    }
    prm_error error;
    if (prm_engine_journal_release(r->engine, UINT64_MAX, &error) != PRM_OK)
        fail_msg("%s", error.message);
}

static void settling_frees_memory(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PLAIN
             "rules:\n"
             "  busy: {for: rep, per: month, when: {count: meeting.held, at_least: 20}, then: {cash: 10}}\n");
    for (int month = 0; month < 12; month++)
        give_month(&r, month, true);
    prm_counts before = rig_counts(&r);
    settle_at(&r, "2026-12-01");
    prm_counts after = rig_counts(&r);
    assert_true(after.event_bytes * 4 < before.event_bytes * 3);
    assert_true(after.bytes * 10 < before.bytes * 9);
    assert_int_equal(after.accepted, before.accepted);
    assert_int_equal(after.outcomes, before.outcomes);
    assert_int_equal(after.partners, before.partners);
    rig_close(&r);
}

/* Settled every month: but for the ids, and the outcomes where there are any, years take no more than months. */
static void years_of_settling_keep_ids_alone(void **state)
{
    (void)state;
    rig r;
    uint64_t first = 0, last = 0;
    rig_open(
        &r,
        "rules:\n"
        "  busy: {for: rep, within: 30d, when: {count: meeting.held, at_least: 1000}, then: {cash: 1}}\n");
    for (int month = 0; month < 48; month++) {
        give_month(&r, month, false);
        prm_error error;
        int64_t settled = rig_time(&r, "2026-01-01", 10) + month * 30 * DAY;
        assert_int_equal(prm_engine_settle(r.engine, settled, &error), PRM_OK);
        last = rig_counts(&r).bytes;
        first = month == 11 ? last : first;
    }
    assert_true((last - first) / (36 * MONTH_EVENTS) < 80);
    rig_close(&r);
}

/* What a host has a handle of keeps it. */
static void handles_of_texts_stay(void **state)
{
    (void)state;
    rig r;
    uint32_t before = 0, after = 0, unknown = 0;
    rig_open(&r, PLAIN);
    rig_give(&r, "d0 2026-01-02 deal.won partner=z rep=y deal=n amount=1");
    assert_int_equal(prm_engine_intern(r.engine, "kept", 4, &before, NULL), PRM_OK);
    rig_give(&r,
             "d1 2026-01-03 deal.won partner=a deal=n1 amount=1; d2 2026-01-10 deal.won partner=a amount=2");
    settle_at(&r, "2026-01-05");
    assert_int_equal(prm_engine_intern(r.engine, "new", 3, &unknown, NULL), PRM_OK);
    assert_int_equal(prm_engine_intern(r.engine, "kept", 4, &after, NULL), PRM_OK);
    assert_int_equal(after, before);
    assert_int_not_equal(unknown, before);
    rig_close(&r);
}

/* Of a settled row there is what it holds itself. */
static void a_settled_row_is_explained_by_itself(void **state)
{
    (void)state;
    rig r;
    prm_explanation *explanation = NULL;
    rig_open(&r, PLAIN);
    rig_give(&r, "d1 2026-01-03 deal.won partner=a amount=100; v 2026-01-04 deal.won partner=a amount=1;"
                 "w 2026-01-04 event.voided event=v; d2 2026-01-10 deal.won partner=a amount=200");
    settle_at(&r, "2026-01-05");
    static const char *const ids[] = {"commission!d1", "commission!v", "commission!d2"};
    for (size_t i = 0; i < UNIT_COUNT(ids); i++) {
        prm_text id = {ids[i], strlen(ids[i])};
        assert_int_equal(prm_engine_explain(r.engine, id, &explanation, NULL), PRM_OK);
        prm_fact fact = {.size = sizeof fact};
        bool settled = false, rate = false, voided = false;
        for (size_t j = 0; j < prm_explanation_count(explanation); j++) {
            assert_int_equal(prm_explanation_get(explanation, j, &fact), PRM_OK);
            settled |= fact.kind == PRM_FACT_SETTLED && fact.at == prm_engine_settled(r.engine);
            rate |= fact.kind == PRM_FACT_RATE;
            voided |= fact.kind == PRM_FACT_VOIDED;
        }
        assert_int_equal(settled, i == 0);
        assert_int_equal(voided, i == 1);
        assert_int_equal(rate, i == 2);
        prm_explanation_free(explanation);
    }
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_the_clock_has_passed),
        cmocka_unit_test(an_earlier_time_changes_nothing),
        cmocka_unit_test(a_new_event_before_is_too_late),
        cmocka_unit_test(other_answers_come_first),
        cmocka_unit_test(what_is_too_late_is_not_kept),
        cmocka_unit_test(the_answer_in_words_names_the_event),
        cmocka_unit_test(a_void_of_a_settled_event_is_too_late),
        cmocka_unit_test(a_void_of_what_is_not_there_waits),
        cmocka_unit_test(a_void_that_waits_for_its_time_comes_too_late),
        cmocka_unit_test(what_only_matches_settled_events_is_too_late),
        cmocka_unit_test(a_refund_passes_over_settled_deals),
        cmocka_unit_test(what_came_in_the_same_call_counts),
        cmocka_unit_test(news_of_voided_deals),
        cmocka_unit_test(a_limit_of_time_tells_matches_apart),
        cmocka_unit_test(a_refund_accepted_before_keeps_what_it_took),
        cmocka_unit_test(voiding_such_a_refund_frees_open_deals_only),
        cmocka_unit_test(voiding_a_cancellation_does_not_bring_settled_deals_back),
        cmocka_unit_test(several_settles),
        cmocka_unit_test(a_rate_granted_later_stops_at_the_settled_instant),
        cmocka_unit_test(a_rate_granted_before_keeps_its_start),
        cmocka_unit_test(commissions_before_keep_their_amounts),
        cmocka_unit_test(a_rate_that_comes_again_does_not_rate_them_again),
        cmocka_unit_test(a_rate_that_would_end_before_is_none),
        cmocka_unit_test(a_rate_that_was_none_does_not_come_later),
        cmocka_unit_test(a_settled_rate_ends_no_earlier_than_there),
        cmocka_unit_test(what_was_overtaken_comes_back_for_open_time_alone),
        cmocka_unit_test(budgets_and_contests_before_stand),
        cmocka_unit_test(what_comes_after_comes_in_any_order),
        cmocka_unit_test(a_settle_without_memory_changes_nothing),
        cmocka_unit_test(a_call_after_it_without_memory_changes_nothing),
        cmocka_unit_test(settling_frees_memory),
        cmocka_unit_test(years_of_settling_keep_ids_alone),
        cmocka_unit_test(handles_of_texts_stay),
        cmocka_unit_test(a_settled_row_is_explained_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
