/* state_rig: engines, their bytes and their journals, for tests of state. */
#ifndef PRM_TESTS_STATE_STATE_RIG_H
#define PRM_TESTS_STATE_STATE_RIG_H

#include "../base/unit.h"

#include "../property/facts.h"
#include <prm/prm.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct state_bytes {
    char *data;
    size_t size;
} state_bytes;

static inline prm_program *state_program(const char *path)
{
    prm_program *program = NULL;
    prm_error error;
    if (prm_program_load(path, NULL, &program, NULL, &error) != PRM_OK)
        fail_msg("%s: line %u: %s", path, error.line, error.message);
    return program;
}

static inline prm_engine *state_engine(prm_program *program, uint32_t follows, uint64_t seed)
{
    prm_engine *engine = NULL;
    prm_engine_options options = {.size = sizeof options, .clock_follows = follows, .hash_seed = seed};
    assert_int_equal(prm_engine_new(program, &options, &engine, NULL), PRM_OK);
    return engine;
}

static inline void state_ingest(prm_engine *engine, const prm_event *events, size_t count)
{
    prm_error error;
    if (prm_engine_ingest(engine, events, count, sizeof *events, NULL, &error) != PRM_OK)
        fail_msg("%s", error.message);
}

static inline state_bytes state_save(prm_engine *engine)
{
    state_bytes bytes;
    size_t size = 0;
    assert_int_equal(prm_engine_save(engine, NULL, 0, &bytes.size, NULL), PRM_OK);
    bytes.data = malloc(bytes.size);
    assert_non_null(bytes.data);
    assert_int_equal(prm_engine_save(engine, bytes.data, bytes.size, &size, NULL), PRM_OK);
    assert_int_equal(size, bytes.size);
    return bytes;
}

static inline prm_engine *state_load(prm_program *program, state_bytes bytes, uint64_t seed)
{
    prm_engine *engine = NULL;
    prm_error error;
    prm_engine_options options = {.size = sizeof options, .hash_seed = seed};
    if (prm_engine_load(program, &options, bytes.data, bytes.size, &engine, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return engine;
}

static inline void state_same(state_bytes a, state_bytes b)
{
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
}

/* The engine's bytes are these. */
static inline void state_is(prm_engine *engine, state_bytes expected)
{
    state_bytes bytes = state_save(engine);
    state_same(bytes, expected);
    free(bytes.data);
}

/* Rows as text, a line each, and freed. */
static inline char *state_rows(prm_rows *rows, bool owned)
{
    size_t capacity = 256 + prm_rows_count(rows) * 1024, size = 0;
    char *text = calloc(capacity, 1);
    prm_row row = {.size = sizeof row};
    assert_non_null(text);
    while (prm_rows_next(rows, &row) > 0) {
        const prm_text *columns = &row.rule;
        size += (size_t)snprintf(text + size, capacity - size, "%llu %s", (unsigned long long)row.sequence,
                                 row.op == PRM_GRANT ? "grant" : "reverse");
        for (size_t i = 0; i < 12; i++)
            size += (size_t)snprintf(text + size, capacity - size, "|%.*s", (int)columns[i].size,
                                     columns[i].size ? columns[i].data : "");
        size += (size_t)snprintf(text + size, capacity - size, "|%lld|%lld|%lld|%lld|%lld|%lld|%u%u%u%u\n",
                                 (long long)row.amount, (long long)row.rate, (long long)row.at,
                                 (long long)row.from, (long long)row.until, (long long)row.payable,
                                 row.has_amount, row.has_rate, row.rate_added, row.money);
        assert_true(size < capacity);
    }
    if (owned)
        prm_rows_free(rows);
    return text;
}

static inline char *state_journal(prm_engine *engine)
{
    prm_rows *rows = NULL;
    assert_int_equal(prm_engine_journal(engine, 1, &rows, NULL), PRM_OK);
    return state_rows(rows, true);
}

static inline void state_same_text(char *a, char *b)
{
    assert_string_equal(a, b);
    free(a);
    free(b);
}

/* Two engines have the same ledger, journal, counts (but for memory) and bytes. */
static inline void state_same_engines(prm_engine *a, prm_engine *b)
{
    prm_counts left = {.size = sizeof left}, right = {.size = sizeof right};
    state_same_text(facts_ledger(a), facts_ledger(b));
    state_same_text(state_journal(a), state_journal(b));
    assert_int_equal(prm_engine_clock(a), prm_engine_clock(b));
    assert_int_equal(prm_engine_counts(a, &left), PRM_OK);
    assert_int_equal(prm_engine_counts(b, &right), PRM_OK);
    assert_memory_equal(&left.events, &right.events,
                        offsetof(prm_counts, partners) - offsetof(prm_counts, events));
    assert_int_equal(left.partners, right.partners);
    assert_int_equal(left.outcomes, right.outcomes);
    assert_int_equal(left.postings, right.postings);
    state_bytes bytes = state_save(a);
    state_is(b, bytes);
    free(bytes.data);
}

static inline void state_shuffle(prm_event *events, size_t count, uint64_t *random)
{
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)(unit_random(random) >> 33) % i;
        prm_event event = events[i - 1];
        events[i - 1] = events[other];
        events[other] = event;
    }
}

#endif
