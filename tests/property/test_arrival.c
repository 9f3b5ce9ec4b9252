/* Promise 1: the ledger is a function of program, accepted events and clock. Random
 * sets of events are shuffled, split into batches and repeated; the ledger must not
 * move, and the net of the journal must be the ledger at every step. */
#include "facts.h"
#include "../base/unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETS 60
#define ORDERS 8

static prm_program *load_program(const char *path)
{
    prm_program *program = NULL;
    prm_error error;
    if (prm_program_load(path, NULL, &program, NULL, &error) != PRM_OK)
        fail_msg("%s: line %u: %s", path, error.line, error.message);
    return program;
}

static prm_engine *new_engine(prm_program *program, uint32_t follows, uint64_t seed)
{
    prm_engine *engine = NULL;
    prm_engine_options options = {.size = sizeof options, .clock_follows = follows, .hash_seed = seed};
    assert_int_equal(prm_engine_new(program, &options, &engine, NULL), PRM_OK);
    return engine;
}

static void ingest(prm_engine *engine, const prm_event *events, size_t count)
{
    assert_int_equal(prm_engine_ingest(engine, events, count, sizeof *events, NULL, NULL), PRM_OK);
}

static void check_counts(const prm_engine *engine, size_t handed_in, size_t distinct)
{
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.events, handed_in);
    assert_int_equal(counts.accepted, distinct);
    assert_int_equal(counts.accepted + counts.duplicate + counts.ignored + counts.rejected + counts.too_late,
                     counts.events);
}

static void check_ledger(prm_engine *engine, const char *expected, uint64_t seed)
{
    char *ledger = facts_ledger(engine);
    if (strcmp(ledger, expected) != 0)
        fail_msg("seed %llu:\n%s\nexpected:\n%s", (unsigned long long)seed, ledger, expected);
    free(ledger);
    facts_check_journal(engine);
}

static void shuffle(prm_event *events, size_t count, uint64_t *random)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(unit_random(random) >> 33) % i;
        prm_event event = events[i - 1];
        events[i - 1] = events[other];
        events[other] = event;
    }
}

/* In random batches, some events twice, some batches twice. */
static size_t feed_shuffled(prm_engine *engine, const facts *set, uint64_t *random)
{
    prm_event *events = malloc(sizeof set->events);
    size_t handed_in = 0;
    assert_non_null(events);
    memcpy(events, set->events, sizeof set->events);
    shuffle(events, set->count, random);
    for (size_t at = 0; at < set->count;) {
        size_t count = 1 + (size_t)(unit_random(random) >> 33) % 20;
        count = count < set->count - at ? count : set->count - at;
        int times = (unit_random(random) >> 60) == 0 ? 2 : 1;
        for (int i = 0; i < times; i++, handed_in += count)
            ingest(engine, events + at, count);
        at += count;
    }
    free(events);
    return handed_in;
}

static void check_arrivals(const char *path)
{
    prm_program *program = load_program(path);
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    size_t rows = 0;
    for (uint64_t seed = 1; seed <= SETS; seed++) {
        facts_make(set, seed, 20 + (size_t)seed * 2);
        prm_engine *plain = new_engine(program, 1, seed);
        ingest(plain, set->events, set->count);
        char *expected = facts_ledger(plain);
        int64_t clock = prm_engine_clock(plain);
        facts_check_journal(plain);
        prm_engine_free(plain);
        rows += strlen(expected);
        for (uint64_t order = 0; order < ORDERS; order++) {
            uint64_t random = seed * 1000 + order + 1;
            prm_engine *engine = new_engine(program, (uint32_t)order % 2, random);
            if (order % 4 == 0)
                assert_int_equal(prm_engine_advance(engine, clock, NULL), PRM_OK);
            size_t handed_in = feed_shuffled(engine, set, &random);
            assert_int_equal(prm_engine_advance(engine, clock, NULL), PRM_OK);
            check_counts(engine, handed_in, set->count);
            check_ledger(engine, expected, seed);
            prm_engine_free(engine);
        }
        free(expected);
    }
    assert_true(rows > 1000); /* the sets do reach something */
    free(set);
    prm_program_unref(program);
}

/* One event per call in arrival order, the clock moved in many small steps: every prefix's
 * ledger is that of a fresh engine over the same prefix. */
static void check_prefixes(const char *path)
{
    prm_program *program = load_program(path);
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    for (uint64_t seed = 500; seed < 510; seed++) {
        facts_make(set, seed, 60);
        prm_engine *engine = new_engine(program, 1, 7);
        for (size_t i = 0; i < set->count; i++) {
            ingest(engine, &set->events[i], 1);
            prm_engine *fresh = new_engine(program, 1, 8);
            ingest(fresh, set->events, i + 1);
            char *expected = facts_ledger(fresh);
            check_ledger(engine, expected, seed);
            free(expected);
            prm_engine_free(fresh);
        }
        prm_engine_free(engine);
    }
    free(set);
    prm_program_unref(program);
}

/* A clock that stops half-way, and goes on: the same as one that stood there from the start. */
static void check_clock(const char *path)
{
    prm_program *program = load_program(path);
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    for (uint64_t seed = 700; seed < 720; seed++) {
        facts_make(set, seed, 80);
        prm_engine *stepping = new_engine(program, 0, 1);
        ingest(stepping, set->events, set->count);
        int64_t first = set->events[0].time, last = first;
        for (size_t i = 1; i < set->count; i++) {
            first = set->events[i].time < first ? set->events[i].time : first;
            last = set->events[i].time > last ? set->events[i].time : last;
        }
        for (int step = 0; step <= 8; step++) {
            int64_t clock = first + (last - first) / 8 * step;
            prm_engine *fresh = new_engine(program, 0, 2);
            assert_int_equal(prm_engine_advance(fresh, clock, NULL), PRM_OK);
            ingest(fresh, set->events, set->count);
            char *expected = facts_ledger(fresh);
            assert_int_equal(prm_engine_advance(stepping, clock, NULL), PRM_OK);
            check_ledger(stepping, expected, seed);
            free(expected);
            prm_engine_free(fresh);
        }
        prm_engine_free(stepping);
    }
    free(set);
    prm_program_unref(program);
}

static void sample_arrivals(void **state)
{
    (void)state;
    check_arrivals("rules/saas-partner/program.yaml");
}

static void broad_arrivals(void **state)
{
    (void)state;
    check_arrivals("tests/property/broad.yaml");
}

static void sliced_arrivals(void **state)
{
    (void)state;
    check_arrivals("tests/property/sliced.yaml");
}

static void broad_prefixes(void **state)
{
    (void)state;
    check_prefixes("tests/property/broad.yaml");
}

static void sliced_prefixes(void **state)
{
    (void)state;
    check_prefixes("tests/property/sliced.yaml");
}

static void broad_clock(void **state)
{
    (void)state;
    check_clock("tests/property/broad.yaml");
}

static void sliced_clock(void **state)
{
    (void)state;
    check_clock("tests/property/sliced.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_arrivals), cmocka_unit_test(broad_arrivals),
        cmocka_unit_test(sliced_arrivals), cmocka_unit_test(broad_prefixes),
        cmocka_unit_test(sliced_prefixes), cmocka_unit_test(broad_clock),
        cmocka_unit_test(sliced_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
