/* rows: ledger and journal as a host walks over them. */
#include "engine_rig.h"

#define BASE "commission: {on: deal.won, of: amount, base: 10%}\n"
#define THREE                                                                                                \
    "d1 2026-01-01 deal.won partner=a amount=100; d2 2026-01-02 deal.won partner=a amount=200;"              \
    "d3 2026-01-03 deal.won partner=b amount=300"

static void check_text(prm_text text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data ? text.data : "", expected, text.size);
}

static void a_reward_row_has_every_column(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  pair: {for: [rep, customer, product], when: {count: deal.won, at_least: 1}, then: "
                 "{gift_card: 5000, hold: 1d}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a rep=x customer=k product=crm");
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_count(rows), 1);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    assert_int_equal(row.size, sizeof row);
    assert_int_equal(row.op, PRM_GRANT);
    assert_int_equal(row.sequence, 0);
    check_text(row.rule, "pair");
    check_text(row.kind, "gift_card");
    check_text(row.partner, "a");
    check_text(row.rep, "x");
    check_text(row.customer, "k");
    check_text(row.product, "crm");
    check_text(row.recipient_partner, "a");
    check_text(row.recipient_rep, "x");
    check_text(row.rank, "");
    check_text(row.event, "d1");
    assert_int_equal(row.at, INT64_C(1767225600000));
    assert_int_equal(row.payable, INT64_C(1767398400000)); /* January 3, 0 o'clock */
    assert_true(row.has_amount && row.money && !row.has_rate);
    assert_int_equal(row.amount, 5000);
    assert_true(row.from == PRM_NO_TIME && row.until == PRM_NO_TIME);
    assert_int_equal(prm_rows_next(rows, &row), 0);
    prm_rows_free(rows);
    rig_close(&r);
}

static void a_rate_row_has_a_rate_and_no_amount(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  set: {when: {count: lead.registered, at_least: 1}, then: {rate: 20%}}\n");
    rig_give(&r, "l 2026-01-01 lead.registered partner=a rep=x");
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    check_text(row.kind, "rate");
    check_text(row.rep, ""); /* the rule is the partner's, whose event ever it was */
    assert_true(row.has_rate && !row.has_amount && !row.money && !row.rate_added);
    assert_int_equal(row.rate, INT64_C(200000000000));
    assert_int_equal(row.from, row.at);
    assert_true(row.until == PRM_NO_TIME && row.payable == PRM_NO_TIME);
    prm_rows_free(rows);
    rig_close(&r);
}

static void a_commission_row_carries_its_events_names(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a rep=x customer=k product=crm amount=100");
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    check_text(row.rule, "commission");
    check_text(row.kind, "cash");
    check_text(row.rep, "x");
    check_text(row.customer, "k");
    check_text(row.product, "crm");
    check_text(row.recipient_partner, "a");
    check_text(row.recipient_rep, ""); /* it is the partner's */
    prm_rows_free(rows);
    rig_close(&r);
}

static void the_ledger_runs_over_all_partners_in_order(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, "d3 2026-01-03 deal.won partner=a amount=300; d2 2026-01-02 deal.won partner=c amount=200;"
                 "d1 2026-01-01 deal.won partner=b amount=100; d4 2026-01-02 deal.won partner=a amount=400");
    rig_ledger(&r, "commission!d1 b cash 10\n"
                   "commission!d2 c cash 20\n"
                   "commission!d4 a cash 40\n"
                   "commission!d3 a cash 30\n");
    rig_close(&r);
}

static void the_journal_may_be_read_from_any_posting(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, THREE);
    rig_give(&r, "v 2026-01-05 event.voided event=d1");
    rig_journal(&r, 2,
                "+ commission!d2 a cash 20\n"
                "+ commission!d3 b cash 30\n"
                "- commission!d1 a cash 10\n");
    rig_journal(&r, 4, "- commission!d1 a cash 10\n");
    rig_journal(&r, 5, "");
    rig_journal(&r, UINT64_MAX, "");
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_journal(r.engine, 3, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_count(rows), 2);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    assert_int_equal(row.sequence, 3);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    assert_int_equal(row.sequence, 4);
    assert_int_equal(row.op, PRM_REVERSE);
    prm_rows_free(rows);
    rig_close(&r);
}

static void released_postings_keep_their_numbers(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, THREE);
    assert_int_equal(prm_engine_journal_release(r.engine, 2, NULL), PRM_OK);
    rig_journal(&r, 1, "+ commission!d3 b cash 30\n");
    assert_int_equal(prm_engine_journal_release(r.engine, 1, NULL), PRM_OK); /* once more: no change */
    rig_give(&r, "d4 2026-01-04 deal.won partner=a amount=400");
    rig_journal(&r, 4, "+ commission!d4 a cash 40\n");
    assert_int_equal(prm_engine_journal_release(r.engine, UINT64_MAX, NULL), PRM_OK);
    rig_journal(&r, 1, "");
    assert_int_equal(rig_counts(&r).postings, 4);
    rig_give(&r, "v 2026-01-05 event.voided event=d1");
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_journal(r.engine, 1, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    assert_int_equal(row.sequence, 5);
    prm_rows_free(rows);
    rig_ledger(&r, "commission!d2 a cash 20\n"
                   "commission!d3 b cash 30\n"
                   "commission!d4 a cash 40\n");
    rig_close(&r);
}

static void releasing_beyond_the_end_releases_all(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, THREE);
    assert_int_equal(prm_engine_journal_release(r.engine, 1000, NULL), PRM_OK);
    rig_give(&r, "d4 2026-01-04 deal.won partner=a amount=400");
    rig_journal(&r, 1, "+ commission!d4 a cash 40\n");
    assert_int_equal(rig_counts(&r).postings, 4);
    rig_close(&r);
}

static void a_reversal_still_names_its_voided_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a customer=k amount=100");
    rig_give(&r, "v 2026-01-02 event.voided event=d1");
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_journal(r.engine, 2, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    check_text(row.event, "d1");
    check_text(row.customer, "k");
    check_text(row.id, "commission!d1");
    prm_rows_free(rows);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reward_row_has_every_column),
        cmocka_unit_test(a_rate_row_has_a_rate_and_no_amount),
        cmocka_unit_test(a_commission_row_carries_its_events_names),
        cmocka_unit_test(the_ledger_runs_over_all_partners_in_order),
        cmocka_unit_test(the_journal_may_be_read_from_any_posting),
        cmocka_unit_test(released_postings_keep_their_numbers),
        cmocka_unit_test(releasing_beyond_the_end_releases_all),
        cmocka_unit_test(a_reversal_still_names_its_voided_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
