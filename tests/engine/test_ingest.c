/* ingest: one call, taken as a whole or not at all; and that how events are split into
 * calls makes no difference. */
#include "engine_rig.h"

#include "../base/failing_alloc.h"

#define PROGRAM                                                                                              \
    "commission: {on: deal.won, of: amount, base: 10%}\n"                                                    \
    "rules:\n"                                                                                               \
    "  three: {per: month, when: {count: deal.won, at_least: 3}, then: {rate: +5%, from: period, lasts: "    \
    "period}}\n"                                                                                             \
    "  up: {for: rep, when: {sum: amount, of: deal.won, at_least: 1000}, then: {cash: value * 1%, to: "      \
    "referrer}}\n"

enum { MANY = 150 };

/* A hundred and fifty events, out of order and over five partners: more than the groups in
 * which they are read ahead. */
typedef struct many {
    char text[MANY][160];
    prm_event events[MANY];
    prm_field fields[MANY][RIG_FIELDS];
} many;

static void many_make(const rig *r, many *set)
{
    uint64_t random = 5;
    for (int i = 0; i < MANY; i++) {
        unsigned number = (unsigned)(unit_random(&random) >> 40);
        const char *type = i % 10 == 3 ? "deal.cancelled" : i % 10 == 6 ? "partner.updated" : "deal.won";
        const char *more = i % 10 == 6 ? "referrer=p1" : "rep=x amount=250";
        snprintf(set->text[i], sizeof set->text[i], "e%d 2026-%02u-%02u %s partner=p%u deal=n%u %s", i,
                 number % 3 + 1, number / 3 % 28 + 1, type, number / 84 % 5, number / 420 % 30, more);
        const char *at = set->text[i];
        rig_read_event(r, &at, &set->events[i], set->fields[i]);
    }
}

static void give_in_batches(const rig *r, const many *set, size_t batch)
{
    for (size_t at = 0; at < MANY; at += batch)
        rig_ingest(r, set->events + at, MANY - at < batch ? MANY - at : batch, NULL);
}

static void a_batch_is_the_same_as_one_by_one(void **state)
{
    static const size_t batches[] = {1, 2, 31, 32, 33, 64, MANY};
    static many set;
    static rig_text whole, parts;
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    many_make(&r, &set);
    give_in_batches(&r, &set, MANY);
    whole.size = 0;
    rig_print_ledger(&r, &whole, false);
    assert_true(whole.size > 1000);
    rig_close(&r);
    for (size_t i = 0; i < UNIT_COUNT(batches); i++) {
        rig_open(&r, PROGRAM);
        give_in_batches(&r, &set, batches[i]);
        parts.size = 0;
        rig_print_ledger(&r, &parts, false);
        assert_string_equal(parts.data, whole.data);
        rig_close(&r);
    }
}

/* ---- The clock ---- */

static void the_clock_follows_accepted_events(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    assert_int_equal(prm_engine_clock(r.engine), 0);
    rig_answers(&r,
                "d2 2026-01-02 deal.won partner=a; d1 2026-01-01 deal.won partner=a; "
                "x 2030-01-01 sun.rose partner=a; y 2031-01-01 deal.won rep=x",
                "accepted; accepted; ignored; rejected 604");
    assert_int_equal(prm_engine_clock(r.engine), rig_time(&r, "2026-01-02", 10));
    rig_give(&r, "v 2026-01-09 event.voided event=d1");
    assert_int_equal(prm_engine_clock(r.engine), rig_time(&r, "2026-01-09", 10));
    rig_close(&r);
}

static void a_clock_of_its_own_waits_for_advance(void **state)
{
    (void)state;
    rig r;
    rig_open_waiting(&r, PROGRAM);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100");
    assert_int_equal(prm_engine_clock(r.engine), 0);
    rig_ledger(&r, "");
    rig_advance(&r, "2025-12-31T23:59:59.999Z");
    rig_ledger(&r, "");
    rig_advance(&r, "2026-01-01");
    rig_ledger(&r, "commission!d1 a cash 10\n");
    rig_give(&r, "d0 2025-12-01 deal.won partner=a amount=200"); /* behind the clock: at once */
    rig_ledger(&r, "commission!d0 a cash 20\ncommission!d1 a cash 10\n");
    rig_close(&r);
}

static void the_clock_never_goes_back(void **state)
{
    (void)state;
    rig r;
    prm_error error;
    rig_open(&r, PROGRAM);
    rig_advance(&r, "2026-01-02");
    assert_int_equal(prm_engine_advance(r.engine, rig_time(&r, "2026-01-01", 10), &error), PRM_E_CLOCK);
    assert_int_equal(error.status, PRM_E_CLOCK);
    assert_int_equal(prm_engine_clock(r.engine), rig_time(&r, "2026-01-02", 10));
    rig_advance(&r, "2026-01-02"); /* the same again is no error */
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100");
    assert_int_equal(prm_engine_clock(r.engine), rig_time(&r, "2026-01-02", 10));
    rig_ledger(&r, "commission!d1 a cash 10\n");
    rig_close(&r);
}

/* Whether events come before or after the clock passes them. */
static void ahead_of_the_clock_or_behind_it_is_the_same(void **state)
{
    static many set;
    static rig_text ahead, behind;
    (void)state;
    rig r;
    rig_open_waiting(&r, PROGRAM);
    many_make(&r, &set);
    give_in_batches(&r, &set, 7);
    static const char *const steps[] = {"2026-01-15", "2026-02-01", "2026-02-14", "2026-04-01"};
    for (size_t i = 0; i < UNIT_COUNT(steps); i++)
        rig_advance(&r, steps[i]);
    ahead.size = 0;
    rig_print_ledger(&r, &ahead, false);
    rig_close(&r);
    rig_open_waiting(&r, PROGRAM);
    rig_advance(&r, "2026-04-01");
    give_in_batches(&r, &set, 7);
    behind.size = 0;
    rig_print_ledger(&r, &behind, false);
    assert_string_equal(behind.data, ahead.data);
    rig_close(&r);
}

/* ---- As a whole ---- */

static void nothing_is_no_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    rig_ingest(&r, NULL, 0, NULL);
    assert_int_equal(rig_counts(&r).events, 0);
    rig_close(&r);
}

static void answers_come_in_the_order_of_the_events(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    rig_answers(&r,
                "b 2026-01-02 deal.won partner=a; b 2026-01-02 deal.won partner=a; a 2026-01-01 deal.won; "
                "c 2026-01-03 x partner=a; d 2026-01-01 deal.won partner=b",
                "accepted; duplicate; rejected 604; ignored; accepted");
    rig_close(&r);
}

/* The n-th allocation of the last call fails, for every n: as if it had not been made, and
 * it succeeds when it is made again. */
static void a_call_without_memory_changes_nothing(void **state)
{
    static const char before[] = "j 2026-01-01 partner.joined partner=a referrer=b; "
                                 "d1 2026-01-02 deal.won partner=a rep=x deal=n1 amount=900;"
                                 "d2 2026-01-03 deal.won partner=a rep=x deal=n2 amount=50; "
                                 "v 2026-01-09 event.voided event=d3";
    static const char last[] =
        "d3 2026-01-04 deal.won partner=a rep=x amount=10; "
        "d4 2026-01-02T12:00:00Z deal.won partner=a rep=x amount=100;"
        "f 2026-01-10 deal.refunded partner=a deal=n1 amount=100; "
        "w 2026-01-11 event.voided event=d2;d5 2026-01-05 deal.won partner=c rep=x amount=2000; "
        "d6 2026-01-06 deal.won partner=a rep=x amount=300;y 2026-01-03 partner.left partner=b";
    static const char ledger_before[] = "commission!d1 a cash 90\ncommission!d2 a cash 5\n";
    static const char ledger_after[] = "commission!d1 a cash 120\n"
                                       "commission!d4 a cash 15\n"
                                       "commission!d5 c cash 200\n"
                                       "three:a@2026-01-01 a rate +5% 2026-01-01..2026-02-01\n"
                                       "commission!d6 a cash 45\n";
    (void)state;
    rig r = {rig_program(PROGRAM), NULL};
    rig_events set;
    prm_error error;
    failing_alloc memory;
    bool failed = true;
    rig_read(&r, last, &set);
    for (size_t n = 1; failed; n++) {
        failing_alloc_init(&memory, 0);
        prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
        assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
        rig_give(&r, before);
        rig_ledger(&r, ledger_before);
        memory.fail_at = memory.calls + n;
        failed = prm_engine_ingest(r.engine, set.events, set.count, sizeof set.events[0], NULL, &error) !=
                 PRM_OK;
        memory.fail_at = 0;
        if (failed) {
            assert_int_equal(error.status, PRM_E_MEMORY);
            rig_ledger(&r, ledger_before);
            rig_journal(&r, 1, "+ commission!d1 a cash 90\n+ commission!d2 a cash 5\n");
            rig_rate(&r, "a", "2026-01-09", 1000);
            assert_int_equal(rig_counts(&r).accepted, 4);
            rig_ingest_accepted(&r, set.events, set.count);
        }
        rig_ledger(&r, ledger_after);
        prm_engine_free(r.engine);
        assert_int_equal(memory.bytes, 0);
    }
    prm_program_unref(r.program);
}

/* Sixteen partners wait for the end of the month, which just fill the heap of what is due. */
static void rig_give_sixteen(const rig *r)
{
    for (int i = 0; i < 16; i++) {
        char text[64];
        snprintf(text, sizeof text, "d%d 2026-01-10 deal.won partner=p%d", i, i);
        rig_give(r, text);
    }
}

/* From the n-th allocation of a call on there is no memory, for undoing it neither: what
 * waits for the clock still comes in its time. */
static void what_is_due_outlasts_a_call_without_memory(void **state)
{
    (void)state;
    rig r = {rig_program("rules:\n  busy: {per: month, at: close, when: {count: deal.won, at_least: 1}, "
                         "then: {points: 1}}\n"),
             NULL};
    prm_error error;
    failing_alloc memory;
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        failing_alloc_init(&memory, 0);
        prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
        assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
        rig_give_sixteen(&r);
        memory.for_good = true;
        memory.fail_at = memory.calls + n;
        failed = prm_engine_advance(r.engine, rig_time(&r, "2026-02-01", 10), &error) != PRM_OK;
        memory.fail_at = 0;
        if (failed)
            rig_give(&r, "s 2026-01-11 seminar.attended partner=p0");
        rig_advance(&r, "2026-02-15");
        assert_int_equal(rig_counts(&r).outcomes, 16);
        prm_engine_free(r.engine);
        assert_int_equal(memory.bytes, 0);
    }
    prm_program_unref(r.program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_is_the_same_as_one_by_one),
        cmocka_unit_test(the_clock_follows_accepted_events),
        cmocka_unit_test(a_clock_of_its_own_waits_for_advance),
        cmocka_unit_test(the_clock_never_goes_back),
        cmocka_unit_test(ahead_of_the_clock_or_behind_it_is_the_same),
        cmocka_unit_test(nothing_is_no_event),
        cmocka_unit_test(answers_come_in_the_order_of_the_events),
        cmocka_unit_test(a_call_without_memory_changes_nothing),
        cmocka_unit_test(what_is_due_outlasts_a_call_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
