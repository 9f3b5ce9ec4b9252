/* identity: the text of an outcome's identity, the column `id`. */
#include "engine_rig.h"

static void of_a_subject_for_life(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  p: {when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
                 "  r: {for: rep, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
                 "  pr: {for: [product, rep], when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
                 "  rp: {for: [rep, product], when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
                 "  d: {for: deal, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n");
    rig_give(&r, "e 2026-01-01 deal.won partner=acme rep=sato product=crm deal=n1");
    rig_ledger(&r, "p:acme acme cash 1\n"
                   "r:acme:sato acme/sato cash 1\n"
                   "pr:acme:crm:sato acme/sato cash 1\n"
                   "rp:acme:sato:crm acme/sato cash 1\n"
                   "d:acme:n1 acme cash 1\n");
    rig_close(&r);
}

/* The first local day of the window names the occasion. */
static void of_a_window(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "timezone: Asia/Tokyo\n"
                 "month_closes: 20\n"
                 "fiscal_year: april\n"
                 "rules:\n"
                 "  day: {per: day, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
                 "  week: {per: week, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
                 "  month: {per: month, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
                 "  year: {per: fiscal_year, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n");
    rig_give(&r, "e 2026-06-20T15:00:00Z deal.won partner=a"); /* June 21, 0 o'clock, in Tokyo */
    rig_ledger(&r, "day:a@2026-06-21 a cash 1\n"
                   "week:a@2026-06-15 a cash 1\n"
                   "month:a@2026-06-21 a cash 1\n"
                   "year:a@2026-03-21 a cash 1\n");
    rig_close(&r);
}

static void of_an_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  x: {for: rep, per: month, each: deal.won, then: [{cash: 1}, {points: 2}]}\n");
    rig_give(&r, "d-17 2026-01-01 deal.won partner=a rep=s amount=50");
    rig_ledger(&r, "x!d-17 a/s cash 1\n"
                   "x!d-17/2 a/s points 2\n"
                   "commission!d-17 a cash 5\n");
    rig_close(&r);
}

/* An action without an outcome keeps its place. */
static void the_place_of_an_action_counts_in_then(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  x: {when: {count: deal.won, at_least: 1}, then: [{cash: 0}, {cash: 2}, {cash: 3}]}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a");
    rig_ledger(&r, "x:a/2 a cash 2\nx:a/3 a cash 3\n");
    rig_close(&r);
}

static void names_are_percent_encoded(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  'a:b/c 1': {for: rep, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
                 "  tenth^~: {each: deal.won, then: {cash: 2}}\n");
    rig_give(&r, "e#1!@ 2026-01-01 deal.won partner='p%q, \"r\"' rep=x+y");
    rig_ledger(&r, "a%3Ab%2Fc%201:p%25q%2C%20%22r%22:x%2By p%q, \"r\"/x+y cash 1\n"
                   "tenth%5E%7E!e%231%21%40 p%q, \"r\" cash 2\n");
    rig_close(&r);
}

static void control_bytes_are_encoded_letters_are_not(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  x: {when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n");
    prm_field partner = {PRM_NONE, PRM_VALUE_TEXT, "partner", 7, "大阪\t\x7F\x01_-.", 12, 0};
    prm_event event = {PRM_NONE, 1, "deal.won", 8, "d", 1, 0, &partner};
    rig_ingest_accepted(&r, &event, 1);
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    static const char expected[] = "x:大阪%09%7F%01_-.";
    assert_int_equal(row.id.size, strlen(expected));
    assert_memory_equal(row.id.data, expected, strlen(expected));
    prm_rows_free(rows);
    rig_close(&r);
}

/* The longest that there can be: every byte of partner and key three times. */
static void the_longest_identity(void **state)
{
    static char text[PRM_LIMIT_TEXT_BYTES];
    (void)state;
    rig r;
    memset(text, '%', sizeof text);
    rig_open(&r, "rules:\n"
                 "  x: {for: rep, per: month, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n");
    prm_field fields[] = {{PRM_NONE, PRM_VALUE_TEXT, "partner", 7, text, sizeof text, 0},
                          {PRM_NONE, PRM_VALUE_TEXT, "rep", 3, text, sizeof text, 0}};
    prm_event event = {PRM_NONE, 2, "deal.won", 8, "d", 1, 0, fields};
    rig_ingest_accepted(&r, &event, 1);
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    assert_int_equal(row.id.size, 3 + 2 * 3 * sizeof text + 11);
    assert_memory_equal(row.id.data, "x:%25%25", 8);
    assert_memory_equal(row.id.data + row.id.size - 14, "%25@1970-01-01", 14);
    prm_rows_free(rows);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_subject_for_life),
        cmocka_unit_test(of_a_window),
        cmocka_unit_test(of_an_event),
        cmocka_unit_test(the_place_of_an_action_counts_in_then),
        cmocka_unit_test(names_are_percent_encoded),
        cmocka_unit_test(control_bytes_are_encoded_letters_are_not),
        cmocka_unit_test(the_longest_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
