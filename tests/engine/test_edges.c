/* Corners where the ledger once depended on arrival, or a figure left something out. */
#include "engine_rig.h"

static void commission_on_lifecycle_reopens_its_instant(void **state)
{
    (void)state;
    const char *program = "commission: {on: partner.joined, of: 1000, base: 10%}\n";
    const char *events = "a 2026-01-01 partner.joined partner=acme; b 2026-01-01 partner.left partner=acme";
    rig r;
    rig_open(&r, program);
    rig_give(&r, events);
    rig_ledger(&r, "");
    rig_close(&r);
    rig_open(&r, program);
    rig_give_each(&r, events);
    rig_ledger(&r, "");
    rig_close(&r);
}

static void counting_lifecycle_reopens_its_instant(void **state)
{
    (void)state;
    const char *program = "attributes: {partner: {tier: text}}\n"
                          "rules:\n"
                          "  x:\n"
                          "    each: deal.won\n"
                          "    when: {count: partner.updated, where: partner.tier == \"gold\", at_least: 2}\n"
                          "    then: {cash: 10}\n";
    const char *events = "u1 2026-01-01 partner.updated partner=acme;"
                         "u2 2026-01-01 partner.updated partner=acme tier=gold;"
                         "d 2026-01-02 deal.won partner=acme";
    rig r;
    rig_open(&r, program);
    rig_give(&r, events);
    rig_ledger(&r, "x!d acme cash 10\n");
    rig_close(&r);
    rig_open(&r, program);
    rig_give_each(&r, events);
    rig_ledger(&r, "x!d acme cash 10\n");
    rig_close(&r);
}

/* d2 and d3 fall at one instant: the rate by d2 is overtaken before it began, so the one by d1 goes
 * on to the event that grants the rate by d3, which itself still earns 15%. */
static void an_overtaken_rate_ends_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  x: {for: partner, each: deal.won, then: {rate: +5%}}\n");
    rig_give(&r,
             "d1 2026-01-05 deal.won partner=p amount=1000; d2 2026-01-06 deal.won partner=p amount=1000;"
             "d3 2026-01-06 deal.won partner=p amount=1000; d4 2026-01-07 deal.won partner=p amount=1000");
    rig_ledger(&r, "x!d1 p rate +5% 2026-01-05..2026-01-06\n"
                   "commission!d1 p cash 100\n"
                   "commission!d2 p cash 150\n"
                   "x!d3 p rate +5% 2026-01-06..2026-01-07\n"
                   "commission!d3 p cash 150\n"
                   "x!d4 p rate +5% 2026-01-07..\n"
                   "commission!d4 p cash 150\n");
    rig_close(&r);
}

/* The rate of the first is overtaken by the second at the same instant, so the first never had it. */
static void commissions_do_not_keep_an_overtaken_rate(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  x: {each: deal.won, then: {rate: +15%, from: now}}\n");
    rig_give(&r, "a 2026-01-05 deal.won partner=p amount=100; b 2026-01-05 deal.won partner=p amount=200");
    rig_ledger(&r, "commission!a p cash 10\nx!b p rate +15% 2026-01-05..\ncommission!b p cash 50\n");
    rig_close(&r);
}

static void voids_after_the_clock_wait_too(void **state)
{
    (void)state;
    rig r;
    rig_open_waiting(&r, "commission: {on: deal.won, of: amount, base: 10%}\n");
    rig_give(&r, "v 2026-01-05 event.voided event=d1");
    assert_int_equal(rig_counts(&r).waiting, 1);
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

static void each_void_without_its_event_is_unmatched(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n");
    rig_give(&r, "v 2026-01-05 event.voided event=d1; w 2026-01-06 event.voided event=d1");
    assert_int_equal(rig_counts(&r).unmatched, 2);
    rig_close(&r);
}

static void progress_stands_in_the_order_of_columns(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  x: {for: [product, rep], when: {count: deal.won, at_least: 5}, then: {cash: 10}}\n");
    rig_give(
        &r,
        "d1 2026-01-05 deal.won partner=p rep=a product=z; d2 2026-01-05 deal.won partner=p rep=b product=y");
    rig_progress(&r, "x p/a/z 1 of 5 open\nx p/b/y 1 of 5 open\n");
    rig_close(&r);
}

/* The first row's `from` and `until` can be written, wherever they lie. */
static void check_written(const char *program, const char *events, const char *from, const char *until)
{
    rig r;
    prm_rows *rows;
    prm_row row = {.size = sizeof row};
    char text[64];
    rig_open(&r, program);
    rig_give(&r, events);
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    assert_true(prm_program_write_time(r.program, row.from, text, sizeof text) > 0);
    assert_string_equal(text, from);
    if (until) {
        assert_true(prm_program_write_time(r.program, row.until, text, sizeof text) > 0);
        assert_string_equal(text, until);
    }
    prm_rows_free(rows);
    rig_close(&r);
}

static void windows_at_the_ends_of_time_are_written(void **state)
{
    (void)state;
    check_written("timezone: Asia/Tokyo\n"
                  "commission: {on: deal.won, of: amount, base: 10%}\n"
                  "rules:\n"
                  "  x: {each: lead.registered, then: {rate: +1%, from: period}}\n",
                  "l 1970-01-01T09:00:00+09:00 lead.registered partner=a", "1970-01-01T00:00:00+09:00", NULL);
    check_written("commission: {on: deal.won, of: amount, base: 10%}\n"
                  "rules:\n"
                  "  x: {each: lead.registered, then: {rate: +1%, from: next_period, lasts: period}}\n",
                  "l 9999-12-31 lead.registered partner=a", "10000-01-01T00:00:00Z", "10000-02-01T00:00:00Z");
}

/* 5 as the engine keeps it is sixteen bytes with a NUL among them: no host text may be taken for it. */
static void counted_numbers_are_no_texts(void **state)
{
    (void)state;
    static const char five[16] = {0x00, 0x50, 0x39, 0x27, (char)0x8c, 0x04};
    const prm_field fields[2] = {
        {.field = PRM_NONE, .name = "partner", .name_size = 7, .text = "a", .text_size = 1},
        {.field = PRM_NONE, .name = "customer", .name_size = 8, .text = five, .text_size = sizeof five}};
    const prm_event event = {.type = PRM_NONE,
                             .field_count = 2,
                             .type_name = "deal.won",
                             .type_name_size = 8,
                             .id = "d9",
                             .id_size = 2,
                             .fields = fields};
    prm_answer answer;
    rig r;
    rig_open(&r, "rules:\n  x: {when: {distinct: amount, of: deal.won, at_least: 9}, then: {cash: 1}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a amount=5");
    rig_ingest(&r, &event, 1, &answer);
    assert_int_equal(answer.diagnostic, 610);
    rig_close(&r);
}

/* Two additions of 900,000,000% are beyond what a rate can be: an error, so no commission. */
static void rates_beyond_64_bits_earn_nothing(void **state)
{
    (void)state;
    int64_t rate = 0;
    const prm_text partner = {"a", 1}, none = {NULL, 0};
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  x: {each: lead.registered, then: {rate: +900000000%}}\n"
                 "  y: {each: lead.registered, then: {rate: +900000000%}}\n");
    rig_give(&r, "l 2026-01-01 lead.registered partner=a; d 2026-01-02 deal.won partner=a amount=1");
    rig_ledger(&r, "x!l a rate +900000000% 2026-01-01..\ny!l a rate +900000000% 2026-01-01..\n");
    assert_int_equal(
        prm_engine_rate(r.engine, partner, none, none, none, prm_engine_clock(r.engine), &rate, NULL),
        PRM_E_LIMIT);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commission_on_lifecycle_reopens_its_instant),
        cmocka_unit_test(counting_lifecycle_reopens_its_instant),
        cmocka_unit_test(an_overtaken_rate_ends_nothing),
        cmocka_unit_test(commissions_do_not_keep_an_overtaken_rate),
        cmocka_unit_test(voids_after_the_clock_wait_too),
        cmocka_unit_test(each_void_without_its_event_is_unmatched),
        cmocka_unit_test(progress_stands_in_the_order_of_columns),
        cmocka_unit_test(windows_at_the_ends_of_time_are_written),
        cmocka_unit_test(counted_numbers_are_no_texts),
        cmocka_unit_test(rates_beyond_64_bits_earn_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
