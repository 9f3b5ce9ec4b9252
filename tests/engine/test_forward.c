/* forward: rules for referrers and parents count what those below them do, one level down. */
#include "engine_rig.h"

#include "../base/failing_alloc.h"

#define UP "rules:\n  up: {for: referrer, each: deal.won, then: {cash: amount * 10%}}\n"
#define TWO "rules:\n  two: {for: referrer, when: {count: deal.won, at_least: 2}, then: {points: value}}\n"

static void it_counts_all_those_below_together(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, TWO);
    rig_give_each(&r, "ja 2026-01-01 partner.joined partner=a referrer=r; "
                      "jb 2026-01-01 partner.joined partner=b referrer=r; "
                      "d0 2026-01-02 deal.won partner=r; d1 2026-01-02 deal.won partner=a; "
                      "d2 2026-01-03 deal.won partner=c; d3 2026-01-04 deal.won partner=b; d4 2026-01-05 "
                      "deal.won partner=a");
    rig_ledger(&r, "two:r r points 2\n");
    rig_instants(&r, "two:r d3 2026-01-04\n");
    rig_close(&r);
}

/* Anchors, eligibility and attributes in `then` are its own; `where` sees the event's. */
static void names_are_of_their_own_place(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text, bonus: integer}}\n"
                 "rules:\n"
                 "  up:\n"
                 "    for: parent\n"
                 "    within: 10d of partner.joined\n"
                 "    eligible: partner.segment == \"gold\"\n"
                 "    where: partner.segment == \"tin\" && amount >= 5\n"
                 "    each: deal.won\n"
                 "    then: {points: partner.bonus}\n");
    rig_give(&r, "jp 2026-01-01 partner.joined partner=p segment=gold bonus=7; "
                 "jq 2026-01-01 partner.joined partner=q segment=tin bonus=8; "
                 "ja 2026-02-01 partner.joined partner=a parent=p segment=tin bonus=1; "
                 "jb 2026-01-01 partner.joined partner=b parent=p segment=tin bonus=2; "
                 "jc 2026-01-01 partner.joined partner=c parent=q segment=tin bonus=3; "
                 "je 2026-01-01 partner.joined partner=e parent=p segment=gold bonus=4; "
                 "d1 2026-01-05 deal.won partner=b amount=5; d2 2026-01-05 deal.won partner=c amount=5; "
                 "d3 2026-01-05 deal.won partner=e amount=5; d4 2026-01-06 deal.won partner=b amount=4; "
                 "d5 2026-01-12 deal.won partner=b amount=5; d6 2026-02-02 deal.won partner=a amount=5");
    rig_ledger(&r, "up!d1 p points 7\n");
    rig_close(&r);
}

/* As of the event: a later change of attributes or links does not reach back, a late one does. */
static void verdicts_are_of_the_moment(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text}}\n"
                 "rules:\n  up: {for: referrer, each: deal.won, where: partner.segment == \"gold\", then: "
                 "{points: 1}}\n");
    rig_give_each(
        &r,
        "j 2026-01-01 partner.joined partner=a referrer=r segment=gold; d1 2026-01-02 deal.won partner=a; "
        "u 2026-01-03 partner.updated partner=a segment=tin; d2 2026-01-04 deal.won partner=a; "
        "w 2026-01-05 partner.updated partner=a referrer=s segment=gold; d3 2026-01-06 deal.won partner=a");
    rig_ledger(&r, "up!d1 r points 1\nup!d3 s points 1\n");
    rig_give(&r, "v 2026-01-07 event.voided event=u");
    rig_journal(&r, 3, "+ up!d2 r points 1\n");
    rig_give(&r, "x 2026-01-02 partner.updated partner=a segment=tin");
    rig_ledger(&r, "up!d3 s points 1\n"); /* at its own instant, too */
    rig_close(&r);
}

static void a_late_link_hands_up_what_was_there(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, UP);
    rig_give_each(&r,
                  "d1 2026-01-02 deal.won partner=a amount=100; d2 2026-01-03 deal.won partner=a amount=200; "
                  "d3 2026-01-04 deal.won partner=r amount=300");
    rig_ledger(&r, "");
    rig_give(&r, "j 2026-01-03 partner.joined partner=a referrer=r");
    rig_ledger(&r, "up!d2 r cash 20\n");
    rig_give(&r, "k 2026-01-01 partner.joined partner=a referrer=s");
    rig_ledger(&r, "up!d1 s cash 10\nup!d2 r cash 20\n");
    rig_close(&r);
}

static void a_link_may_be_taken_away(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, TWO "commission: {on: deal.won, of: amount, base: 10%}\n");
    rig_give(
        &r,
        "j 2026-01-01 partner.joined partner=a referrer=r; k 2026-01-01 partner.joined partner=b referrer=r; "
        "d1 2026-01-02 deal.won partner=a; d2 2026-01-04 deal.won partner=a; d3 2026-01-05 deal.won "
        "partner=b");
    rig_instants(&r, "two:r d2 2026-01-04\n");
    rig_give(&r, "u 2026-01-03 partner.updated partner=a referrer=''");
    rig_instants(&r, "two:r d3 2026-01-05\n");
    rig_give(&r, "v 2026-01-06 event.voided event=k");
    rig_ledger(&r, "");
    rig_give(&r, "w 2026-01-06 event.voided event=u");
    rig_instants(&r, "two:r d2 2026-01-04\n");
    rig_close(&r);
}

/* Voided and refunded below: as if it had never been, or smaller, above. */
static void what_is_voided_or_reduced_below_is_so_above(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  up: {for: referrer, each: deal.won, then: {cash: amount * 10%}}\n"
        "  sum: {for: referrer, when: {sum: amount, of: deal.won, at_least: 300}, then: {points: value}}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a referrer=r; d1 2026-01-02 deal.won partner=a deal=x "
                 "amount=100; "
                 "d2 2026-01-03 deal.won partner=a deal=y amount=200");
    rig_ledger(&r, "up!d1 r cash 10\nup!d2 r cash 20\nsum:r r points 300\n");
    rig_give(&r, "f 2026-01-04 deal.refunded partner=a deal=y amount=50");
    rig_ledger(&r, "up!d1 r cash 10\nup!d2 r cash 15\n");
    rig_give(
        &r,
        "d3 2026-01-05 deal.won partner=a deal=z amount=1000; c 2026-01-06 deal.cancelled partner=a deal=x");
    rig_ledger(&r, "up!d2 r cash 15\nup!d3 r cash 100\nsum:r r points 1150\n");
    rig_give(&r, "v 2026-01-07 event.voided event=f; w 2026-01-07 event.voided event=c");
    rig_ledger(&r, "up!d1 r cash 10\nup!d2 r cash 20\nsum:r r points 300\nup!d3 r cash 100\n");
    rig_close(&r);
}

/* Once for each link, though one partner stands at both. */
static void both_links_to_one_partner(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  by-referrer: {for: referrer, each: deal.won, then: {points: 1}}\n"
                 "  by-parent: {for: parent, each: deal.won, then: {points: 2}}\n"
                 "  two: {for: parent, when: {count: deal.won, at_least: 2}, then: {points: 3}}\n");
    rig_give_each(
        &r, "j 2026-01-01 partner.joined partner=a referrer=r parent=r; d1 2026-01-02 deal.won partner=a; "
            "u 2026-01-03 partner.updated partner=a referrer=s; d2 2026-01-04 deal.won partner=a");
    rig_ledger(&r, "by-referrer!d1 r points 1\n"
                   "by-parent!d1 r points 2\n"
                   "by-referrer!d2 s points 1\n"
                   "by-parent!d2 r points 2\n"
                   "two:r r points 3\n");
    rig_give(&r, "x 2026-01-02 partner.updated partner=a parent=''");
    rig_ledger(&r, "by-referrer!d1 r points 1\nby-referrer!d2 s points 1\n");
    rig_close(&r);
}

/* A chain of two: each hands up its own deals only, and oneself is nobody's referrer. */
static void only_one_level_down(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, UP);
    rig_give(
        &r,
        "j 2026-01-01 partner.joined partner=a referrer=b; k 2026-01-01 partner.joined partner=b referrer=c; "
        "l 2026-01-01 partner.joined partner=c referrer=c; d1 2026-01-02 deal.won partner=a amount=10; "
        "d2 2026-01-03 deal.won partner=b amount=20; d3 2026-01-04 deal.won partner=c amount=30");
    rig_ledger(&r, "up!d1 b cash 1\nup!d2 c cash 2\n");
    rig_close(&r);
}

/* A ring: each counts the other's. */
static void two_may_refer_each_other(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, UP);
    rig_give_each(
        &r, "d1 2026-01-02 deal.won partner=a amount=10; j 2026-01-01 partner.joined partner=a referrer=b; "
            "d2 2026-01-03 deal.won partner=b amount=20; k 2026-01-01 partner.joined partner=b referrer=a");
    rig_ledger(&r, "up!d1 b cash 1\nup!d2 a cash 2\n");
    rig_give(&r, "v 2026-01-04 event.voided event=d1; u 2026-01-03 partner.updated partner=b referrer=''");
    rig_ledger(&r, "");
    rig_close(&r);
}

/* Left, it fires nothing; what happened meanwhile counts once it is back. */
static void who_has_left_above_fires_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  up: {for: referrer, each: deal.won, then: {cash: amount * 10%}}\n"
                 "  two: {for: referrer, when: {count: deal.won, at_least: 2}, then: {points: value}}\n");
    rig_give(&r,
             "j 2026-01-01 partner.joined partner=a referrer=r; d1 2026-01-02 deal.won partner=a amount=10; "
             "d2 2026-01-04 deal.won partner=a amount=20; d3 2026-01-06 deal.won partner=a amount=30");
    rig_give(&r, "x 2026-01-03 partner.left partner=r; y 2026-01-05 partner.joined partner=r");
    rig_ledger(&r, "up!d1 r cash 1\nup!d3 r cash 3\ntwo:r r points 3\n");
    rig_close(&r);
}

/* `to: rep` at an event below is that partner's rep, unless it has left. */
static void the_events_rep_is_the_one_below(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n  up: {for: referrer, each: deal.won, then: [{points: 1, to: rep}, {points: 2}]}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a referrer=r; d1 2026-01-02 deal.won partner=a rep=x; "
                 "x 2026-01-03 rep.left partner=a rep=x; d2 2026-01-04 deal.won partner=a rep=x; "
                 "d3 2026-01-05 deal.won partner=a; y 2026-01-06 rep.left partner=r rep=z; "
                 "d4 2026-01-07 deal.won partner=a rep=z");
    rig_ledger(&r, "up!d1 a/x points 1\n"
                   "up!d1/2 r points 2\n"
                   "up!d2/2 r points 2\n"
                   "up!d3/2 r points 2\n"
                   "up!d4 a/z points 1\n"
                   "up!d4/2 r points 2\n");
    rig_close(&r);
}

/* A rate for a referrer is for its own commission. */
static void a_rate_is_for_its_own_commission(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n  up: {for: referrer, per: month, when: {count: deal.won, at_least: 1}, then: "
                 "{rate: +5%, from: "
                 "period, lasts: period}}\n");
    rig_give_each(
        &r, "j 2026-01-01 partner.joined partner=a referrer=r; d1 2026-01-02 deal.won partner=r amount=100; "
            "d2 2026-01-03 deal.won partner=a amount=100; d3 2026-01-04 deal.won partner=r amount=100");
    rig_ledger(&r, "commission!d1 r cash 15\n"
                   "up:r@2026-01-01 r rate +5% 2026-01-01..2026-02-01\n"
                   "commission!d2 a cash 10\n"
                   "commission!d3 r cash 15\n");
    rig_give(&r, "v 2026-01-05 event.voided event=d2");
    rig_ledger(&r, "commission!d1 r cash 10\ncommission!d3 r cash 10\n");
    rig_close(&r);
}

/* Clock points of the one above look at what was handed up to it. */
static void closes_above_see_what_happens_below(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  up: {for: referrer, per: month, when: {count: deal.won, at_least: 2}, then: "
                 "{points: 1}, else: "
                 "{points: 2}}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a referrer=r; d1 2026-01-02 deal.won partner=a; "
                 "d2 2026-01-03 deal.won partner=a; d3 2026-02-03 deal.won partner=a");
    rig_advance(&r, "2026-03-01");
    /* a refers nobody, but might have: it is asked, too */
    rig_ledger(&r, "up:r@2026-01-01 r points 1\n"
                   "up:a@2026-01-01+else a points 2\n"
                   "up:a@2026-02-01+else a points 2\n"
                   "up:r@2026-02-01+else r points 2\n");
    rig_give(&r, "d4 2026-02-28T23:59:59Z deal.won partner=a");
    rig_ledger(&r, "up:r@2026-01-01 r points 1\n"
                   "up:a@2026-01-01+else a points 2\n"
                   "up:r@2026-02-01 r points 1\n"
                   "up:a@2026-02-01+else a points 2\n");
    rig_close(&r);
}

/* ---- A failure in the middle ---- */

/* One event in a call; where the call fails nothing has moved, and trying again moves it. */
static bool fails_once(const rig *r, failing_alloc *memory, const prm_event *event)
{
    rig_text before = {.size = 0}, after = {.size = 0};
    size_t fail_at = memory->fail_at, calls = memory->calls;
    prm_error error;
    memory->fail_at = 0;
    rig_print_ledger(r, &before, false);
    memory->fail_at = fail_at;
    memory->calls = calls;
    prm_status status = prm_engine_ingest(r->engine, event, 1, sizeof *event, NULL, &error);
    if (status == PRM_OK)
        return false;
    assert_int_equal(status, PRM_E_MEMORY);
    memory->fail_at = 0;
    rig_print_ledger(r, &after, false);
    assert_string_equal(after.data, before.data);
    rig_ingest_accepted(r, event, 1);
    return true;
}

/* Deals that move from one referrer to another, by links and voids that come late. */
static void a_failed_call_moves_nothing(void **state)
{
    (void)state;
    bool failed = true;
    size_t n = 1;
    for (; failed; n++) {
        failing_alloc memory;
        rig r;
        rig_events set;
        failing_alloc_init(&memory, n);
        prm_engine_options options = {
            .size = sizeof options, .clock_follows = 1, .allocator = &memory.host, .hash_seed = 7};
        r.program = rig_program(TWO);
        prm_status status = prm_engine_new(r.program, &options, &r.engine, NULL);
        failed = status != PRM_OK;
        rig_read(&r,
                 "j 2026-01-01 partner.joined partner=a referrer=r; d1 2026-01-02 deal.won partner=a; "
                 "d2 2026-01-04 deal.won partner=a; k 2026-01-01 partner.joined partner=b referrer=r; "
                 "d3 2026-01-05 deal.won partner=b; u 2026-01-03 partner.updated partner=a referrer=s; "
                 "v 2026-01-05 event.voided event=u; d4 2026-01-06 deal.won partner=a; "
                 "w 2026-01-01 partner.updated partner=a referrer=s; x 2026-01-06 event.voided event=d1",
                 &set);
        for (size_t i = 0; status == PRM_OK && i < set.count; i++)
            failed |= fails_once(&r, &memory, &set.events[i]);
        memory.fail_at = 0;
        if (status == PRM_OK) {
            rig_instants(&r, "two:s d4 2026-01-06\n");
            rig_close(&r);
        } else {
            prm_program_unref(r.program);
        }
        assert_int_equal(memory.bytes, 0);
    }
    assert_true(n > 50); /* there was something to fail */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_counts_all_those_below_together),
        cmocka_unit_test(names_are_of_their_own_place),
        cmocka_unit_test(verdicts_are_of_the_moment),
        cmocka_unit_test(a_late_link_hands_up_what_was_there),
        cmocka_unit_test(a_link_may_be_taken_away),
        cmocka_unit_test(what_is_voided_or_reduced_below_is_so_above),
        cmocka_unit_test(both_links_to_one_partner),
        cmocka_unit_test(only_one_level_down),
        cmocka_unit_test(two_may_refer_each_other),
        cmocka_unit_test(who_has_left_above_fires_nothing),
        cmocka_unit_test(the_events_rep_is_the_one_below),
        cmocka_unit_test(a_rate_is_for_its_own_commission),
        cmocka_unit_test(closes_above_see_what_happens_below),
        cmocka_unit_test(a_failed_call_moves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
