/* Promise 4: a call that runs out of memory changes nothing, leaks nothing, and
 * succeeds when it is tried again; a host that goes on without it has the ledger of
 * the others. The n-th allocation fails, for every n. */
#include "facts.h"
#include "../base/unit.h"
#include "../base/failing_alloc.h"
#include <dirent.h>
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

/* The lives of an engine over `events` events; returns how many allocations there were to fail. */
static size_t check_lives(prm_program *program, size_t events)
{
    static facts set;
    prm_engine *engine = NULL;
    facts_make(&set, 42, events);
    assert_int_equal(prm_engine_new(program, NULL, &engine, NULL), PRM_OK);
    assert_int_equal(prm_engine_ingest(engine, set.events, set.count, sizeof set.events[0], NULL, NULL),
                     PRM_OK);
    assert_int_equal(prm_engine_advance(engine, LAST, NULL), PRM_OK);
    char *expected = facts_ledger(engine);
    prm_engine_free(engine);
    size_t n = 1;
    while (live_once(program, &set, n, expected))
        n++;
    free(expected);
    return n;
}

static void check_program(const char *path)
{
    prm_program *program = NULL;
    assert_int_equal(prm_program_load(path, NULL, &program, NULL, NULL), PRM_OK);
    assert_true(check_lives(program, EVENTS) > 50); /* there was something to fail */
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

/* ---- Questions ---- */

/* Asks for a rate, a rank and progress; PRM_E_MEMORY when one of them could not be told. */
static prm_status ask_all(prm_engine *engine)
{
    prm_text partner = {"p1", 2}, none = {NULL, 0}, rank;
    int64_t rate, now = prm_engine_clock(engine);
    prm_rows *rows = NULL;
    prm_status statuses[] = {prm_engine_rate(engine, partner, none, none, none, now, &rate, NULL),
                             prm_engine_rank(engine, partner, now, &rank, NULL),
                             prm_engine_progress(engine, PRM_NONE, none, &rows, NULL)};
    prm_rows_free(rows);
    for (size_t i = 0; i < 3; i++)
        if (statuses[i] != PRM_OK)
            return statuses[i];
    return PRM_OK;
}

/* A call fails, and leaves partners to be folded anew: then a question needs memory, and has none.
 * Returns whether the call failed. */
static bool ask_once(prm_program *program, const facts *set, size_t n, size_t *unanswered)
{
    failing_alloc memory;
    prm_engine *engine = NULL;
    bool failed = false;
    failing_alloc_init(&memory, 0);
    prm_engine_options options = {
        .size = sizeof options, .clock_follows = 1, .allocator = &memory.host, .hash_seed = 3};
    assert_int_equal(prm_engine_new(program, &options, &engine, NULL), PRM_OK);
    memory.fail_at = memory.calls + n;
    for (size_t at = 0; at < set->count && !failed; at += BATCH)
        failed = prm_engine_ingest(engine, set->events + at, BATCH, sizeof set->events[0], NULL, NULL) !=
                 PRM_OK;
    memory.fail_at = memory.calls + 1;
    memory.for_good = true;
    prm_status status = ask_all(engine);
    assert_true(status == PRM_OK || status == PRM_E_MEMORY);
    *unanswered += status != PRM_OK;
    memory.fail_at = 0;
    assert_int_equal(ask_all(engine), PRM_OK);
    facts_check_journal(engine);
    prm_engine_free(engine);
    assert_int_equal(memory.bytes, 0);
    return failed;
}

static void questions_survive(void **state)
{
    (void)state;
    static facts set;
    prm_program *program = NULL;
    size_t unanswered = 0, n = 1;
    assert_int_equal(prm_program_load("rules/20-full-program/program.yaml", NULL, &program, NULL, NULL),
                     PRM_OK);
    facts_make(&set, 42, EVENTS);
    while (ask_once(program, &set, n, &unanswered))
        n++;
    assert_true(unanswered > 20);
    prm_program_unref(program);
}

/* ---- Every program there is, right or wrong ---- */

/* Compiles with the n-th allocation failing; returns whether it did fail. Then the answer is
 * that memory ran out, and nothing else is left behind. */
static bool compile_once(const char *path, size_t n, bool for_good, prm_status expected, size_t findings)
{
    failing_alloc memory;
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    failing_alloc_init(&memory, n);
    memory.for_good = for_good;
    prm_compile_options options = {.size = sizeof options, .allocator = &memory.host};
    prm_status status = prm_program_load(path, &options, &program, &diagnostics, NULL);
    bool failed = memory.calls >= n;
    assert_int_equal(status, failed ? PRM_E_MEMORY : expected);
    assert_true((program != NULL) == (status == PRM_OK));
    if (!failed)
        assert_int_equal(prm_diagnostics_count(diagnostics), findings);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
    assert_int_equal(memory.bytes, 0);
    return failed;
}

static void check_compiling(const char *path)
{
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_status expected = prm_program_load(path, NULL, &program, &diagnostics, NULL);
    size_t findings = prm_diagnostics_count(diagnostics), n = 1;
    while (compile_once(path, n, false, expected, findings)) {
        if (n % 4 == 0)
            compile_once(path, n, true, expected, findings);
        n++;
    }
    assert_true(n > 5);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

static void check_living(const char *path)
{
    prm_program *program = NULL;
    if (prm_program_load(path, NULL, &program, NULL, NULL) == PRM_OK)
        assert_true(check_lives(program, 30) > 20);
    prm_program_unref(program);
}

static bool ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), end_size = strlen(end);
    return size >= end_size && strcmp(text + size - end_size, end) == 0;
}

/* All programs in a folder; returns how many. */
static size_t visit_folder(const char *folder, void (*visit)(const char *path))
{
    char path[512];
    size_t count = 0;
    DIR *open = opendir(folder);
    assert_non_null(open);
    for (struct dirent *entry = readdir(open); entry; entry = readdir(open)) {
        if (!ends_with(entry->d_name, ".yaml") || ends_with(entry->d_name, ".test.yaml"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        visit(path);
        count++;
    }
    closedir(open);
    return count;
}

static void visit_all(void (*visit)(const char *path))
{
    static const char *const folders[] = {"tests/property", "tests/scenarios", "tests/scenarios/errors"};
    char path[512];
    size_t count = 0;
    for (size_t i = 0; i < UNIT_COUNT(folders); i++)
        count += visit_folder(folders[i], visit);
    DIR *rules = opendir("rules");
    assert_non_null(rules);
    for (struct dirent *entry = readdir(rules); entry; entry = readdir(rules)) {
        if (entry->d_name[0] == '.' || strchr(entry->d_name, '.'))
            continue;
        snprintf(path, sizeof path, "rules/%s", entry->d_name);
        count += visit_folder(path, visit);
    }
    closedir(rules);
    assert_true(count > 80);
}

static void compiling_survives(void **state)
{
    (void)state;
    visit_all(check_compiling);
}

static void every_program_survives(void **state)
{
    (void)state;
    visit_all(check_living);
}

/* All parts, or the one that is named. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_survives),        cmocka_unit_test(broad_survives),
        cmocka_unit_test(sliced_survives),        cmocka_unit_test(going_on_without_a_failed_call),
        cmocka_unit_test(questions_survive),      cmocka_unit_test(compiling_survives),
        cmocka_unit_test(every_program_survives),
    };
    bool known = argc < 2;
    for (size_t i = 0; i < UNIT_COUNT(tests); i++)
        known = known || strcmp(tests[i].name, argv[1]) == 0;
    if (!known) {
        fprintf(stderr, "test_memory: there is no part called %s\n", argv[1]);
        return 2;
    }
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
