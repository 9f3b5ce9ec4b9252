/* Commission at its edges: a single bracket, sums just below the next one, what voided deals leave behind, and
 * rates at the edges of 64 bits. */
#include "engine_rig.h"

#define BRACKETS(rates) "commission: {on: deal.won, of: amount, brackets: {rates: [" rates "]}}\n"
#define LEAST INT64_C(-9223372036854775807)

static void a_single_bracket(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BRACKETS("{from: 0, rate: 15%}"));
    rig_give(&r, "a 2026-01-01 deal.won partner=p amount=100; b 2026-01-02 deal.won partner=p amount=1000");
    rig_ledger(&r, "commission!a p cash 15\ncommission!b p cash 150\n");
    rig_rate(&r, "p", "2026-01-02", 1500);
    rig_rate(&r, "nobody", "2026-01-02", 1500);
    rig_close(&r);
}

/* A bracket begins at its `from`, and a hair below is not there yet. */
static void brackets_begin_where_they_say(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BRACKETS("{from: 0, rate: 10%}, {from: 0.000000000001, rate: 20%}, {from: 100, rate: 30%}"));
    rig_rate(&r, "p", "1970-01-01", 1000);
    rig_give(&r, "a 2026-01-01 deal.won partner=p amount=99; b 2026-01-03 deal.won partner=p amount=1");
    rig_rate(&r, "p", "2025-12-31", 1000);
    rig_rate(&r, "p", "2026-01-01", 2000);
    rig_rate(&r, "p", "2026-01-02", 2000);
    rig_rate(&r, "p", "2026-01-03", 3000);
    rig_close(&r);
}

/* Below zero there is no bracket of its own: the first one reaches down. */
static void sums_below_zero(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BRACKETS("{from: 0, rate: 10%}, {from: 100, rate: 20%}"));
    rig_give(&r, "a 2026-01-01 deal.won partner=p amount=-50");
    rig_rate(&r, "p", "2026-01-01", 1000);
    rig_give(&r, "b 2026-01-02 deal.won partner=p amount=140; c 2026-01-03 deal.won partner=p amount=20");
    rig_ledger(&r, "commission!a p cash -5\ncommission!b p cash 14\ncommission!c p cash 3\n");
    rig_rate(&r, "p", "2026-01-03", 2000);
    rig_close(&r);
}

/* A running sum is of all its keys together. */
static void sums_of_two_keys(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, brackets: {for: [rep, product], rates: "
                 "[{from: 0, rate: 10%}, {from: 100, rate: 20%}]}}\n");
    rig_give(&r, "a 2026-01-01 deal.won partner=p rep=x product=m amount=120; "
                 "b 2026-01-02 deal.won partner=p rep=x product=n amount=60; "
                 "c 2026-01-03 deal.won partner=p rep=y product=m amount=60");
    rig_ledger(&r, "commission!a p cash 14\ncommission!b p cash 6\ncommission!c p cash 6\n");
    rig_rate(&r, "p x - m", "2026-01-03", 2000);
    rig_rate(&r, "p x - n", "2026-01-03", 1000);
    rig_rate(&r, "p y - m", "2026-01-03", 1000);
    rig_rate(&r, "p y - n", "2026-01-03", 1000);
    rig_rate(&r, "p z - m", "2026-01-03", 1000);
    rig_close(&r);
}

/* The running sum that a question sees is that of the deals that stand. */
static void voided_deals_leave_no_sum(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BRACKETS("{from: 0, rate: 10%}, {from: 100, rate: 20%}"));
    rig_give(&r, "a 2026-01-01 deal.won partner=p amount=60; b 2026-01-02 deal.won partner=p amount=60");
    rig_rate(&r, "p", "2026-01-02", 2000);
    rig_give(&r, "v 2026-01-02 event.voided event=b");
    rig_ledger(&r, "commission!a p cash 6\n");
    rig_rate(&r, "p", "2026-01-02", 1000);
    rig_give(&r, "c 2026-01-03 deal.won partner=p amount=50");
    rig_ledger(&r, "commission!a p cash 6\ncommission!c p cash 6\n");
    rig_rate(&r, "p", "2026-01-03", 2000);
    rig_close(&r);
}

/* An addition at the edge of what a rate can be, and one beyond it, upwards and downwards. */
static void expect_edge(const char *rate, const char *expected, prm_status status, int64_t told)
{
    rig r;
    char body[300];
    const prm_text partner = {"p", 1}, none = {NULL, 0};
    int64_t found = 0;
    snprintf(body, sizeof body,
             "commission: {on: deal.won, of: amount, base: 0%%}\n"
             "rules:\n  x: {each: lead.registered, then: {rate: \"%s\"}}\n"
             "  y: {each: meeting.held, then: {rate: \"%s\"}}\n",
             rate, *rate == '-' ? "-0.0000000001%" : "+0.0000000001%");
    rig_open(&r, body);
    rig_give(&r, "l 2026-01-01 lead.registered partner=p; d 2026-01-02 deal.won partner=p amount=1");
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    rig_text text = {.size = 0};
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    while (prm_rows_next(rows, &row) > 0)
        if (row.money)
            rig_print_row(&r, &text, &row);
    prm_rows_free(rows);
    assert_string_equal(text.size ? text.data : "", expected);
    assert_int_equal(
        prm_engine_rate(r.engine, partner, none, none, none, prm_engine_clock(r.engine), &found, NULL),
        status);
    if (status == PRM_OK)
        assert_true(found == told);
    rig_give(&r, "m 2026-01-03 meeting.held partner=p"); /* one unit further */
    assert_int_equal(
        prm_engine_rate(r.engine, partner, none, none, none, prm_engine_clock(r.engine), &found, NULL),
        PRM_E_LIMIT);
    rig_close(&r);
}

static void rates_at_the_edges_of_64_bits(void **state)
{
    (void)state;
    expect_edge("+922337203.6854775806%", "commission!d p cash 9223372\n", PRM_OK, INT64_MAX - 1);
    expect_edge("-922337203.6854775807%", "commission!d p cash -9223372\n", PRM_OK, LEAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_bracket),          cmocka_unit_test(brackets_begin_where_they_say),
        cmocka_unit_test(sums_below_zero),           cmocka_unit_test(sums_of_two_keys),
        cmocka_unit_test(voided_deals_leave_no_sum), cmocka_unit_test(rates_at_the_edges_of_64_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
