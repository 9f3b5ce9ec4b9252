/* Promise 4: a call that runs out of memory changes nothing, leaks nothing, and
 * succeeds when it is tried again. The n-th allocation fails, for every n. */
#include "facts.h"
#include "../base/unit.h"
#include "../base/failing_alloc.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS 90
#define BATCH 15

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
    snprintf(text, size, "%s%llu %llu %llu %llu %llu %llu %llu %lld", ledger,
             (unsigned long long)counts.events, (unsigned long long)counts.accepted,
             (unsigned long long)counts.duplicate, (unsigned long long)counts.unmatched,
             (unsigned long long)counts.waiting, (unsigned long long)counts.outcomes,
             (unsigned long long)counts.postings, (long long)prm_engine_clock(engine));
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

/* One call; when it fails it must have changed nothing, and succeed when tried again. */
static void feed(run *under, const prm_event *events, size_t count)
{
    prm_error error;
    char *before = look(under);
    prm_status status = prm_engine_ingest(under->engine, events, count, sizeof *events, NULL, &error);
    if (status != PRM_OK) {
        assert_int_equal(status, PRM_E_MEMORY);
        assert_int_equal(error.status, PRM_E_MEMORY);
        char *after = look(under);
        assert_string_equal(after, before);
        free(after);
        under->failures++;
        under->memory.fail_at = 0;
        assert_int_equal(prm_engine_ingest(under->engine, events, count, sizeof *events, NULL, &error),
                         PRM_OK);
    }
    free(before);
}

static void feed_all(run *under, const facts *set)
{
    for (size_t at = 0; at < set->count; at += BATCH)
        feed(under, set->events + at, set->count - at < BATCH ? set->count - at : BATCH);
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

/* Compiling with the n-th allocation failing: an error, no leak, and then success. */
static void compiling_survives(void **state)
{
    (void)state;
    for (size_t n = 1;; n++) {
        failing_alloc memory;
        prm_program *program = NULL;
        prm_diagnostics *diagnostics = NULL;
        failing_alloc_init(&memory, n);
        prm_compile_options options = {.size = sizeof options, .allocator = &memory.host};
        prm_status status = prm_program_load("tests/property/broad.yaml", &options, &program, &diagnostics,
                                             NULL);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_survives),
        cmocka_unit_test(broad_survives),
        cmocka_unit_test(compiling_survives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
