/* Promise 4: a call that runs out of memory changes nothing, leaks nothing, and
 * succeeds when it is tried again; a host that goes on without it has the ledger of
 * the others. The n-th allocation fails, for every n. */
#include "facts.h"
#include "../base/unit.h"
#include "../base/failing_alloc.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS 90
#define BATCH 15
#define LAST INT64_C(1798729200000) /* 2027-01-01T00:00:00+09:00, when what was open has closed */

typedef struct run {
    failing_alloc memory;
    prm_engine *engine;
    size_t failures;
} run;

/* Everything that a host can see. */
static char *state_of(prm_engine *engine)
{
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    char *ledger = facts_ledger(engine);
    size_t size = strlen(ledger) + 400;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "%llu %llu %llu %llu %llu %llu %llu %lld\n%s", (unsigned long long)counts.events,
             (unsigned long long)counts.accepted, (unsigned long long)counts.duplicate,
             (unsigned long long)counts.unmatched, (unsigned long long)counts.waiting,
             (unsigned long long)counts.outcomes, (unsigned long long)counts.postings,
             (long long)prm_engine_clock(engine), ledger);
    free(ledger);
    return text;
}

/* The state with allocation working, so that looking does not disturb the count. */
static char *look(run *under)
{
    size_t fail_at = under->memory.fail_at, calls = under->memory.calls;
    under->memory.fail_at = 0;
    char *state = state_of(under->engine);
    under->memory.fail_at = fail_at;
    under->memory.calls = calls;
    return state;
}

/* A call: events, or only the clock when there are none. */
static prm_status call(run *under, const prm_event *events, size_t count, prm_error *error)
{
    if (count)
        return prm_engine_ingest(under->engine, events, count, sizeof *events, NULL, error);
    return prm_engine_advance(under->engine, LAST, error);
}

/* One call; when it fails it must have changed nothing, and succeed when tried again. */
static void feed(run *under, const prm_event *events, size_t count)
{
    prm_error error;
    char *before = look(under);
    prm_status status = call(under, events, count, &error);
    if (status != PRM_OK) {
        assert_int_equal(status, PRM_E_MEMORY);
        assert_int_equal(error.status, PRM_E_MEMORY);
        char *after = look(under);
        assert_string_equal(after, before);
        free(after);
        under->failures++;
        under->memory.fail_at = 0;
        assert_int_equal(call(under, events, count, &error), PRM_OK);
    }
    free(before);
}

static void feed_all(run *under, const facts *set)
{
    for (size_t at = 0; at < set->count; at += BATCH)
        feed(under, set->events + at, set->count - at < BATCH ? set->count - at : BATCH);
    feed(under, NULL, 0);
}

/* A whole life of an engine with the n-th allocation failing; returns whether one failed. */
static bool live_once(prm_program *program, const facts *set, size_t n, const char *expected)
{
    run under = {.failures = 0};
    prm_error error;
    failing_alloc_init(&under.memory, n);
    prm_engine_options options = {
        .size = sizeof options, .clock_follows = 1, .allocator = &under.memory.host, .hash_seed = 3};
    prm_status status = prm_engine_new(program, &options, &under.engine, &error);
    if (status != PRM_OK) {
        assert_int_equal(status, PRM_E_MEMORY);
        assert_int_equal(under.memory.bytes, 0);
        return true;
    }
    feed_all(&under, set);
    under.memory.fail_at = 0;
    char *ledger = facts_ledger(under.engine);
    assert_string_equal(ledger, expected);
    free(ledger);
    facts_check_journal(under.engine);
    prm_engine_free(under.engine);
    assert_int_equal(under.memory.bytes, 0);
    return under.failures > 0;
}

/* ---- A host that goes on without the call ---- */

#define BATCHES ((EVENTS + BATCH - 1) / BATCH)

static void feed_batch(prm_engine *engine, const facts *set, size_t batch)
{
    size_t at = batch * BATCH, count = set->count - at < BATCH ? set->count - at : BATCH;
    assert_int_equal(prm_engine_ingest(engine, set->events + at, count, sizeof set->events[0], NULL, NULL),
                     PRM_OK);
}

/* The ledger of all batches but one. */
static char *ledger_without(prm_program *program, const facts *set, size_t without)
{
    prm_engine *engine = NULL;
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .hash_seed = 3};
    assert_int_equal(prm_engine_new(program, &options, &engine, NULL), PRM_OK);
    for (size_t i = 0; i < BATCHES; i++)
        if (i != without)
            feed_batch(engine, set, i);
    assert_int_equal(prm_engine_advance(engine, LAST, NULL), PRM_OK);
    char *ledger = facts_ledger(engine);
    prm_engine_free(engine);
    return ledger;
}

/* The batch at which the n-th allocation fails, and all after it until the call returns, is never
 * handed in again; returns its number. */
static size_t drop_once(prm_program *program, const facts *set, size_t n, char **ledger)
{
    failing_alloc memory;
    prm_engine *engine = NULL;
    size_t dropped = BATCHES;
    failing_alloc_init(&memory, 0);
    prm_engine_options options = {
        .size = sizeof options, .clock_follows = 1, .allocator = &memory.host, .hash_seed = 3};
    assert_int_equal(prm_engine_new(program, &options, &engine, NULL), PRM_OK);
    memory.calls = 0;
    memory.fail_at = n;
    memory.for_good = true;
    for (size_t i = 0; i < BATCHES; i++) {
        size_t at = i * BATCH, count = set->count - at < BATCH ? set->count - at : BATCH;
        if (prm_engine_ingest(engine, set->events + at, count, sizeof set->events[0], NULL, NULL) == PRM_OK)
            continue;
        dropped = i;
        memory.fail_at = 0;
    }
    memory.fail_at = 0;
    assert_int_equal(prm_engine_advance(engine, LAST, NULL), PRM_OK);
    *ledger = facts_ledger(engine);
    facts_check_journal(engine);
    prm_engine_free(engine);
    assert_int_equal(memory.bytes, 0);
    return dropped;
}

static void check_dropping(const char *path)
{
    static facts set;
    prm_program *program = NULL;
    char *expected[BATCHES + 1], *ledger = NULL;
    assert_int_equal(prm_program_load(path, NULL, &program, NULL, NULL), PRM_OK);
    for (uint64_t seed = 42; seed < 46; seed++) {
        facts_make(&set, seed, EVENTS);
        for (size_t i = 0; i <= BATCHES; i++)
            expected[i] = ledger_without(program, &set, i);
        size_t dropped = 0;
        for (size_t n = 1; dropped < BATCHES; n++) {
            dropped = drop_once(program, &set, n, &ledger);
            assert_string_equal(ledger, expected[dropped]);
            free(ledger);
        }
        for (size_t i = 0; i <= BATCHES; i++)
            free(expected[i]);
    }
    prm_program_unref(program);
}

static void going_on_without_a_failed_call(void **state)
{
    (void)state;
    check_dropping("tests/property/broad.yaml");
    check_dropping("tests/property/sliced.yaml");
}

static void check_program(const char *path)
{
    static facts set;
    prm_program *program = NULL;
    prm_engine *engine = NULL;
    assert_int_equal(prm_program_load(path, NULL, &program, NULL, NULL), PRM_OK);
    facts_make(&set, 42, EVENTS);
    assert_int_equal(prm_engine_new(program, NULL, &engine, NULL), PRM_OK);
    assert_int_equal(prm_engine_ingest(engine, set.events, set.count, sizeof set.events[0], NULL, NULL),
                     PRM_OK);
    assert_int_equal(prm_engine_advance(engine, LAST, NULL), PRM_OK);
    char *expected = facts_ledger(engine);
    prm_engine_free(engine);
    size_t n = 1;
    while (live_once(program, &set, n, expected))
        n++;
    assert_true(n > 50); /* there was something to fail */
    free(expected);
    prm_program_unref(program);
}

static void sample_survives(void **state)
{
    (void)state;
    check_program("rules/saas-partner/program.yaml");
}

static void broad_survives(void **state)
{
    (void)state;
    check_program("tests/property/broad.yaml");
}

static void sliced_survives(void **state)
{
    (void)state;
    check_program("tests/property/sliced.yaml");
}

/* Compiling with the n-th allocation failing: an error, no leak, and then success. */
static void check_compiling(const char *path)
{
    for (size_t n = 1;; n++) {
        failing_alloc memory;
        prm_program *program = NULL;
        prm_diagnostics *diagnostics = NULL;
        failing_alloc_init(&memory, n);
        prm_compile_options options = {.size = sizeof options, .allocator = &memory.host};
        prm_status status = prm_program_load(path, &options, &program, &diagnostics, NULL);
        prm_diagnostics_free(diagnostics);
        prm_program_unref(program);
        assert_int_equal(memory.bytes, 0);
        if (status == PRM_OK) {
            assert_true(n > 50);
            return;
        }
        assert_int_equal(status, PRM_E_MEMORY);
    }
}

static void compiling_survives(void **state)
{
    (void)state;
    check_compiling("tests/property/broad.yaml");
    check_compiling("tests/property/sliced.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_survives),    cmocka_unit_test(broad_survives),
        cmocka_unit_test(sliced_survives),    cmocka_unit_test(going_on_without_a_failed_call),
        cmocka_unit_test(compiling_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
