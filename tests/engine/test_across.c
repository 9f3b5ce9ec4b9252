/* across: contests and budgets, which look at all partners at once. */
#include "engine_rig.h"

#include "../base/failing_alloc.h"

#define DEAL(id, time, partner, amount) #id " " time " deal.won partner=" #partner " amount=" #amount "; "
#define CLOSE(r) rig_advance(r, "2026-02-01")
#define TOP                                                                                                  \
    "  top: {per: month, contest: {by: {sum: amount, of: deal.won}, places: [[{cash: 300}, {notice: "        \
    "first}], {cash: 200}, "                                                                                 \
    "{cash: 100}]}}\n"

/* ---- Contests ---- */

static void places_by_the_number(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n" TOP);
    rig_give_each(&r, DEAL(1, "2026-01-02", a, 10) DEAL(2, "2026-01-03", b, 40) DEAL(3, "2026-01-04", c, 30)
                          DEAL(4, "2026-01-05", d, 20) DEAL(5, "2026-02-01", a, 99));
    rig_ledger(&r, "top:b@2026-01-01^1 b cash 300\n"
                   "top:b@2026-01-01^1/2 b notice 'first'\n"
                   "top:c@2026-01-01^2 c cash 200\n"
                   "top:d@2026-01-01^3 d cash 100\n");
    rig_instants(&r, "top:b@2026-01-01^1 2026-02-01\n"
                     "top:b@2026-01-01^1/2 2026-02-01\n"
                     "top:c@2026-01-01^2 2026-02-01\n"
                     "top:d@2026-01-01^3 2026-02-01\n");
    rig_close(&r);
}

/* Equal numbers share the better place, and the next fall away. */
static void equals_share_the_better_place(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n" TOP);
    rig_give(&r, DEAL(1, "2026-01-02", a, 40) DEAL(2, "2026-01-03", b, 40) DEAL(3, "2026-01-04", c, 30)
                     DEAL(4, "2026-01-05", d, 20));
    CLOSE(&r);
    rig_ledger(&r, "top:a@2026-01-01^1 a cash 300\n"
                   "top:a@2026-01-01^1/2 a notice 'first'\n"
                   "top:b@2026-01-01^1 b cash 300\n"
                   "top:b@2026-01-01^1/2 b notice 'first'\n"
                   "top:c@2026-01-01^3 c cash 100\n");
    rig_give(&r, DEAL(5, "2026-01-06", d, 10)); /* 1, 1, 3, 3 */
    rig_journal(&r, 6, "+ top:d@2026-01-01^3 d cash 100\n");
    rig_give(&r, DEAL(6, "2026-01-06", c, 10)); /* 1, 1, 1, 4 */
    rig_journal(&r, 7,
                "- top:c@2026-01-01^3 c cash 100\n"
                "- top:d@2026-01-01^3 d cash 100\n"
                "+ top:c@2026-01-01^1 c cash 300\n"
                "+ top:c@2026-01-01^1/2 c notice 'first'\n");
    rig_close(&r);
}

/* Late facts about one partner turn the places of others; each call posts what changed only. */
static void late_facts_turn_the_places(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n" TOP);
    rig_give(&r, DEAL(1, "2026-01-02", a, 40) DEAL(2, "2026-01-03", b, 30) DEAL(3, "2026-01-04", c, 20)
                     DEAL(4, "2026-01-05", d, 10));
    CLOSE(&r);
    rig_journal(&r, 5, "");
    rig_give(&r, "v 2026-02-01 event.voided event=1");
    rig_journal(&r, 5,
                "- top:a@2026-01-01^1 a cash 300\n"
                "- top:a@2026-01-01^1/2 a notice 'first'\n"
                "- top:b@2026-01-01^2 b cash 200\n"
                "- top:c@2026-01-01^3 c cash 100\n"
                "+ top:b@2026-01-01^1 b cash 300\n"
                "+ top:b@2026-01-01^1/2 b notice 'first'\n"
                "+ top:c@2026-01-01^2 c cash 200\n"
                "+ top:d@2026-01-01^3 d cash 100\n");
    rig_give(&r, DEAL(5, "2026-01-06", d, 1)); /* turns nothing */
    rig_journal(&r, 13, "");
    rig_close(&r);
}

/* Only those with a counted event take part, though a window closes for every partner and rep. */
static void only_with_a_counted_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text}}\n"
                 "rules:\n"
                 "  few: {for: rep, per: month, eligible: partner.segment == \"gold\", where: product == "
                 "\"x\", contest: {by: "
                 "{count: deal.won}, places: [{cash: value * 100}, {cash: 50}]}}\n");
    rig_give(
        &r,
        "j 2026-01-01 partner.joined partner=a segment=gold; k 2026-01-01 partner.joined partner=b "
        "segment=tin; "
        "l 2026-01-01 partner.joined partner=c segment=gold; "
        "r1 2026-01-01 rep.joined partner=a rep=x; r2 2026-01-01 rep.joined partner=a rep=y; "
        "d1 2026-01-02 deal.won partner=a rep=x product=x; d2 2026-01-02 deal.won partner=a rep=z product=y; "
        "d3 2026-01-02 deal.won partner=b rep=x product=x; d4 2026-01-03 deal.won partner=b rep=x product=x; "
        "d5 2026-01-03 deal.won partner=c rep=x product=x; d6 2026-01-03 deal.won partner=c rep=x product=x; "
        "d7 2026-01-04 deal.won partner=c rep=y product=x; m 2026-01-05 partner.left partner=c");
    CLOSE(&r);
    rig_ledger(&r, "few:a:x@2026-01-01^1 a/x cash 100\n"); /* b is not eligible, c has left */
    rig_give(&r, "v 2026-02-01 event.voided event=m; u 2026-01-31 partner.updated partner=b segment=gold");
    rig_ledger(&r, "few:b:x@2026-01-01^1 b/x cash 200\nfew:c:x@2026-01-01^1 c/x cash 200\n");
    rig_close(&r);
}

/* A third is more than its first 12 digits; without a number there is no place. */
static void fractions_decide(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  top: {per: month, contest: {by: {average: score, of: course.completed}, places: "
                 "[{cash: 1}, "
                 "{cash: 2}]}}\n");
    rig_give(&r, "1 2026-01-01 course.completed partner=b rep=x course=c score=1; "
                 "2 2026-01-01 course.completed partner=b rep=x course=c score=0; "
                 "3 2026-01-01 course.completed partner=b rep=x course=c score=0; "
                 "4 2026-01-01 course.completed partner=a rep=x course=c score=0.333333333333; "
                 "5 2026-01-01 course.completed partner=c rep=x course=c");
    CLOSE(&r);
    rig_ledger(&r, "top:a@2026-01-01^2 a cash 2\ntop:b@2026-01-01^1 b cash 1\n");
    rig_close(&r);
}

/* Contests come last at their clock point, wherever they stand in the file. */
static void decided_after_all_other_rules(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "ranks: {per: year, levels: {low: {}, high: {when: {count: deal.won, at_least: 99}}}}\n"
                 "rules:\n"
                 "  top: {per: month, eligible: partner.rank == \"high\", contest: {by: {count: deal.won}, "
                 "places: [{cash: "
                 "1}]}}\n"
                 "  up: {per: month, at: close, when: {count: deal.won, at_least: 1}, then: {rank: high}}\n");
    rig_give(&r, DEAL(1, "2026-01-02", a, 10));
    CLOSE(&r);
    rig_ledger(&r, "top:a@2026-01-01^1 a cash 1\nup:a@2026-01-01 a rank high\n");
    rig_close(&r);
}

/* ---- Budgets ---- */

#define FUND "  fund: {budget: 250, each: deal.won, then: {cash: amount}}\n"

/* Used up in the order of the ledger, whoever comes first; the one that crosses it is cut. */
static void used_up_in_order(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n" FUND);
    rig_give_each(&r,
                  DEAL(3, "2026-01-03", a, 100) DEAL(2, "2026-01-02", b, 100) DEAL(4, "2026-01-04", b, 10));
    rig_ledger(&r, "fund!2 b cash 100\nfund!3 a cash 100\nfund!4 b cash 10\n");
    rig_give(&r, DEAL(1, "2026-01-01", c, 100)); /* late: the last but one is cut, the last gets none */
    rig_ledger(&r, "fund!1 c cash 100\nfund!2 b cash 100\nfund!3 a cash 50\n");
    rig_journal(&r, 4,
                "- fund!3 a cash 100\n"
                "- fund!4 b cash 10\n"
                "+ fund!1 c cash 100\n"
                "+ fund!3 a cash 50\n");
    rig_close(&r);
}

static void a_void_sets_it_free(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n" FUND);
    rig_give(&r, DEAL(1, "2026-01-01", a, 200) DEAL(2, "2026-01-02", b, 100) DEAL(3, "2026-01-03", c, 100));
    rig_ledger(&r, "fund!1 a cash 200\nfund!2 b cash 50\n");
    rig_give(&r, "v 2026-01-04 event.voided event=1");
    rig_ledger(&r, "fund!2 b cash 100\nfund!3 c cash 100\n");
    rig_give(&r, DEAL(4, "2026-01-05", a, 100));
    rig_ledger(&r, "fund!2 b cash 100\nfund!3 c cash 100\nfund!4 a cash 50\n");
    rig_close(&r);
}

/* At one instant by event, then by partner; money of each kind uses it, points do not. */
static void of_one_instant_by_id(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  fund: {budget: 100, each: deal.won, then: [{points: 500}, {cash: 60}, {gift_card: 30}]}\n"
                 "  other: {each: deal.won, then: {cash: 5}}\n");
    rig_give_each(&r, DEAL(10, "2026-01-01", a, 1) DEAL(9, "2026-01-01", b, 1));
    rig_ledger(&r, "fund!9 b points 500\n"
                   "fund!9/2 b cash 60\n"
                   "fund!9/3 b gift_card 30\n"
                   "other!9 b cash 5\n"
                   "fund!10 a points 500\n"
                   "fund!10/2 a cash 10\n"
                   "other!10 a cash 5\n");
    rig_close(&r);
}

static void at_one_clock_point_by_partner(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  fund: {budget: 150, per: month, at: close, when: {count: deal.won, at_least: 1}, "
                 "then: {cash: "
                 "100}}\n");
    rig_give_each(&r, DEAL(1, "2026-01-01", c, 1) DEAL(2, "2026-01-02", b, 1));
    CLOSE(&r);
    rig_ledger(&r, "fund:b@2026-01-01 b cash 100\nfund:c@2026-01-01 c cash 50\n");
    rig_give(&r, DEAL(3, "2026-01-03", a, 1));
    rig_ledger(&r, "fund:a@2026-01-01 a cash 100\nfund:b@2026-01-01 b cash 50\n");
    rig_close(&r);
}

/* What an outcome is capped to by `max` is what it asks of the budget. */
static void a_cap_comes_before_the_budget(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  fund: {max: 60, budget: 100, each: deal.won, then: {cash: amount}}\n");
    rig_give(&r, DEAL(1, "2026-01-01", a, 1000) DEAL(2, "2026-01-02", b, 1000));
    rig_ledger(&r, "fund!1 a cash 60\nfund!2 b cash 40\n");
    rig_close(&r);
}

/* Places are decided first; only winners use the budget. */
static void a_contest_with_a_budget(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  top: {per: month, budget: 350, contest: {by: {sum: amount, of: deal.won}, "
                 "places: [{cash: 200}, "
                 "{cash: 100}]}}\n");
    rig_give(&r, DEAL(1, "2026-01-02", a, 20) DEAL(2, "2026-01-03", b, 10) DEAL(3, "2026-01-03", c, 5)
                     DEAL(4, "2026-02-02", a, 20) DEAL(5, "2026-02-03", b, 10));
    rig_advance(&r, "2026-03-01");
    rig_ledger(&r, "top:a@2026-01-01^1 a cash 200\n"
                   "top:b@2026-01-01^2 b cash 100\n"
                   "top:a@2026-02-01^1 a cash 50\n");
    rig_give(&r, DEAL(6, "2026-01-04", c, 10)); /* c second, b none; in February nothing moves */
    rig_ledger(&r, "top:a@2026-01-01^1 a cash 200\n"
                   "top:c@2026-01-01^2 c cash 100\n"
                   "top:a@2026-02-01^1 a cash 50\n");
    rig_give(&r, "v 2026-03-01 event.voided event=2; w 2026-03-01 event.voided event=1"); /* c first, alone */
    rig_ledger(&r, "top:c@2026-01-01^1 c cash 200\n"
                   "top:a@2026-02-01^1 a cash 150\n");
    rig_give(&r, DEAL(7, "2026-02-04", c, 15));
    rig_ledger(&r, "top:c@2026-01-01^1 c cash 200\n"
                   "top:a@2026-02-01^1 a cash 150\n");
    rig_close(&r);
}

/* ---- A failure in the middle ---- */

/* Late deals with so many new names that allocations fail while the partner is folded. */
static prm_status fail_late_deals(const rig *r, failing_alloc *memory, size_t n)
{
    rig_text text = {.size = 0};
    rig_events set;
    prm_error error;
    for (int i = 0; i < RIG_EVENTS; i++)
        RIG_PRINT(&text, "l%d 2025-12-%02dT%02d:00:00Z deal.won partner=a customer=c%d product=p%d; ", i,
                  1 + i % 25, i % 24, i, i);
    rig_read(r, text.data, &set);
    memory->calls = 0;
    memory->fail_at = n;
    prm_status status = prm_engine_ingest(r->engine, set.events, set.count, sizeof set.events[0], NULL,
                                          &error);
    memory->fail_at = 0;
    return status;
}

/* A call fails; the next one takes the first out of the contest: the second has its place. */
static void a_failed_call_leaves_no_contest_undecided(void **state)
{
    (void)state;
    prm_status status = PRM_E_MEMORY;
    size_t n = 1;
    for (; status == PRM_E_MEMORY; n++) {
        failing_alloc memory;
        rig r;
        failing_alloc_init(&memory, 0);
        prm_engine_options options = {
            .size = sizeof options, .clock_follows = 1, .allocator = &memory.host, .hash_seed = 7};
        r.program = rig_program(
            "rules:\n"
            "  many: {for: customer, when: {distinct: product, of: deal.won, at_least: 9}, then: {points: "
            "1}}\n"
            "  top: {per: month, contest: {by: {count: deal.won}, places: [{cash: 2}, {cash: 1}]}}\n");
        assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
        rig_give(&r, DEAL(1, "2026-01-02", a, 1) DEAL(2, "2026-01-02", a, 1)
                         DEAL(3, "2026-01-02", b,
                              1) "x 2026-02-01 meeting.held partner=a; y 2026-02-01 meeting.held partner=b");
        status = fail_late_deals(&r, &memory, n);
        if (status != PRM_OK) {
            rig_give(&r, "v 2026-02-02 event.voided event=1; w 2026-02-02 event.voided event=2");
            rig_ledger(&r, "top:b@2026-01-01^1 b cash 2\n");
        }
        rig_close(&r);
        assert_int_equal(memory.bytes, 0);
    }
    assert_int_equal(status, PRM_OK);
    assert_true(n > 5); /* there was something to fail */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_by_the_number),
        cmocka_unit_test(equals_share_the_better_place),
        cmocka_unit_test(late_facts_turn_the_places),
        cmocka_unit_test(only_with_a_counted_event),
        cmocka_unit_test(fractions_decide),
        cmocka_unit_test(decided_after_all_other_rules),
        cmocka_unit_test(used_up_in_order),
        cmocka_unit_test(a_void_sets_it_free),
        cmocka_unit_test(of_one_instant_by_id),
        cmocka_unit_test(at_one_clock_point_by_partner),
        cmocka_unit_test(a_cap_comes_before_the_budget),
        cmocka_unit_test(a_contest_with_a_budget),
        cmocka_unit_test(a_failed_call_leaves_no_contest_undecided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
