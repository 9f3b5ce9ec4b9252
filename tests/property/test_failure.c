/* Promise 4, over every test of every campaign in rules/: whichever allocation fails, once or from then on,
 * the call that met it changes nothing that a host can see, leaks nothing, and succeeds when it is made
 * again. The calls are those of a host's life: events, the clock, rows, saving, loading, a partner as a
 * value, reconciling, settling, another program.
 *
 * There are some 175,000 such points. A run takes some of each test's, others with another seed:
 *   PRM_FAILURE=all    every one
 *   PRM_FAILURE=SEED   another choice; without it the day's */
#define _POSIX_C_SOURCE 200809L
#include "../base/unit.h"
#include "../base/failing_alloc.h"
#include "testevents.h"
#include "testfind.h"
#include "testprogram.h"

#include <stdio.h>
#include <time.h>

#define POINTS 10 /* of each test and mode in one run */
#define OTHER "rules/20-full-program/program.yaml"
#define PARTS 3

/* A scenario, and one life of an engine in it. */
typedef struct life {
    prm_program *program;
    prm_program *other; /* to upgrade to */
    const event_batch *events;
    int has_clock;
    int64_t clock;
    failing_alloc memory;
    prm_engine *engine;
    char *state; /* as saved, of `state_size` bytes */
    size_t state_size;
    uint64_t seen; /* what a step returned besides */
} life;

typedef prm_status (*step)(life *under);

/* ---- What a host sees ---- */

static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash ^ hash >> 31;
}

static uint64_t mix_row(uint64_t hash, const prm_row *row)
{
    const prm_text *texts = &row->rule;
    for (size_t i = 0; i < 12; i++)
        hash = mix(mix(hash, &texts[i].size, sizeof texts[i].size), texts[i].data, texts[i].size);
    hash = mix(hash, &row->amount, sizeof *row - offsetof(prm_row, amount));
    hash = mix(hash, &row->sequence, sizeof row->sequence);
    return mix(hash, &row->op, sizeof row->op);
}

static uint64_t mix_rows(uint64_t hash, prm_rows *rows, bool owned)
{
    prm_row row = {.size = sizeof row};
    while (prm_rows_next(rows, &row) > 0)
        hash = mix_row(hash, &row);
    if (owned)
        prm_rows_free(rows);
    return hash;
}

/* The digest of an engine: its bytes, which hold events, clock, counts and journal, and its ledger. */
static uint64_t digest(life *under)
{
    size_t fail_at = under->memory.fail_at, calls = under->memory.calls, size = 0;
    prm_rows *rows = NULL;
    under->memory.fail_at = 0;
    if (!under->engine)
        return 1;
    assert_int_equal(prm_engine_save(under->engine, NULL, 0, &size, NULL), PRM_OK);
    char *bytes = malloc(size);
    assert_non_null(bytes);
    assert_int_equal(prm_engine_save(under->engine, bytes, size, &size, NULL), PRM_OK);
    uint64_t hash = mix(UINT64_C(0xCBF29CE484222325), bytes, size);
    free(bytes);
    assert_int_equal(prm_engine_ledger(under->engine, &rows, NULL), PRM_OK);
    hash = mix_rows(hash, rows, true);
    under->memory.fail_at = fail_at;
    under->memory.calls = calls;
    return mix(hash, &under->seen, sizeof under->seen);
}

/* ---- Steps ---- */

static prm_status step_new(life *under)
{
    prm_engine_options options = {.size = sizeof options,
                                  .clock_follows = !under->has_clock,
                                  .hash_seed = 3,
                                  .allocator = &under->memory.host};
    return prm_engine_new(under->program, &options, &under->engine, NULL);
}

static prm_status ingest_part(life *under, size_t part)
{
    size_t first = under->events->count * part / PARTS, end = under->events->count * (part + 1) / PARTS;
    return prm_engine_ingest(under->engine, under->events->events + first, end - first, sizeof(prm_event),
                             NULL, NULL);
}

static prm_status step_first(life *under)
{
    return ingest_part(under, 0);
}

static prm_status step_second(life *under)
{
    return ingest_part(under, 1);
}

static prm_status step_last(life *under)
{
    return ingest_part(under, 2);
}

static prm_status step_advance(life *under)
{
    return under->has_clock ? prm_engine_advance(under->engine, under->clock, NULL) : PRM_OK;
}

static prm_status step_rows(life *under)
{
    prm_rows *ledger = NULL, *journal = NULL, *progress = NULL;
    prm_status status = prm_engine_ledger(under->engine, &ledger, NULL);
    if (status == PRM_OK)
        status = prm_engine_journal(under->engine, 1, &journal, NULL);
    if (status == PRM_OK)
        status = prm_engine_progress(under->engine, PRM_NONE, (prm_text){NULL, 0}, &progress, NULL);
    if (status == PRM_OK)
        under->seen = mix_rows(mix_rows(under->seen, ledger, false), journal, false);
    prm_rows_free(ledger);
    prm_rows_free(journal);
    prm_rows_free(progress);
    return status;
}

static prm_status step_save(life *under)
{
    size_t size = 0;
    prm_status status = prm_engine_save(under->engine, NULL, 0, &size, NULL);
    if (status != PRM_OK)
        return status;
    free(under->state);
    under->state = malloc(size);
    assert_non_null(under->state);
    under->state_size = size;
    return prm_engine_save(under->engine, under->state, size, &size, NULL);
}

/* The loaded one goes on in the place of the saved one. */
static prm_status step_load(life *under)
{
    prm_engine *loaded = NULL;
    prm_engine_options options = {.size = sizeof options, .hash_seed = 4, .allocator = &under->memory.host};
    prm_status status = prm_engine_load(under->program, &options, under->state, under->state_size, &loaded,
                                        NULL);
    assert_true((status == PRM_OK) == (loaded != NULL));
    if (status == PRM_OK) {
        prm_engine_free(under->engine);
        under->engine = loaded;
    }
    return status;
}

/* The whole as a value, with events that it has and its clock, in programs that can. */
static prm_status step_apply(life *under)
{
    prm_applied *applied = NULL;
    prm_engine_options options = {.size = sizeof options, .hash_seed = 5, .allocator = &under->memory.host};
    prm_apply_item items[2] = {
        {under->state, under->state_size, under->events->events, under->events->count, PRM_NO_TIME},
        {NULL, 0, under->events->events, under->events->count, PRM_NO_TIME}};
    prm_status status = prm_apply(under->program, &options, items, 2, sizeof *items, sizeof(prm_event),
                                  &applied, NULL);
    assert_true((status == PRM_OK) == (applied != NULL));
    for (size_t i = 0; i < 2 && status == PRM_OK; i++) {
        prm_applied_item out = {.size = sizeof out};
        assert_int_equal(prm_applied_get(applied, i, &out), PRM_OK);
        under->seen = mix_rows(mix(under->seen, out.state, out.state_size), out.rows, false);
    }
    prm_applied_free(applied);
    return status == PRM_E_UNSUPPORTED ? PRM_OK : status;
}

static prm_status step_reconcile(life *under)
{
    prm_rows *rows = NULL;
    prm_status status = prm_engine_reconcile(under->engine, NULL, 0, sizeof(prm_row), &rows, NULL);
    if (status == PRM_OK)
        under->seen = mix_rows(under->seen, rows, true);
    return status;
}

static prm_status upgrade(life *under, int32_t dry_run)
{
    prm_rows *rows = NULL;
    prm_status status = prm_engine_upgrade(under->engine, under->other, dry_run, &rows, NULL);
    if (status == PRM_OK)
        under->seen = mix_rows(under->seen, rows, true);
    return status;
}

static prm_status step_try_upgrade(life *under)
{
    return upgrade(under, 1);
}

static prm_status step_upgrade(life *under)
{
    return upgrade(under, 0);
}

static prm_status step_settle(life *under)
{
    return prm_engine_settle(under->engine, prm_engine_clock(under->engine), NULL);
}

/* After settling: what is stale is folded anew, and the marks of settled time go into bytes and out. */
static prm_status step_end(life *under)
{
    return prm_engine_advance(under->engine, prm_engine_clock(under->engine) + INT64_C(86400000) * 40, NULL);
}

static const step steps[] = {step_new,       step_first,       step_second,  step_save,   step_last,
                             step_advance,   step_rows,        step_save,    step_load,   step_apply,
                             step_reconcile, step_try_upgrade, step_upgrade, step_settle, step_end};
#define STEPS UNIT_COUNT(steps)

/* ---- Lives ---- */

/* What happened where nothing failed. */
typedef struct record {
    size_t calls[STEPS + 1]; /* allocations before each step, and after the last one */
    uint64_t digests[STEPS + 1];
} record;

static void life_begin(life *under)
{
    failing_alloc_init(&under->memory, 0);
    under->engine = NULL;
    under->state = NULL;
    under->seen = 0;
}

static void life_end(life *under)
{
    under->memory.fail_at = 0;
    prm_engine_free(under->engine);
    free(under->state);
    assert_int_equal(under->memory.bytes, 0);
}

static void live(life *under, record *known)
{
    life_begin(under);
    known->digests[0] = digest(under);
    for (size_t i = 0; i < STEPS; i++) {
        known->calls[i] = under->memory.calls;
        assert_int_equal(steps[i](under), PRM_OK);
        known->digests[i + 1] = digest(under);
    }
    known->calls[STEPS] = under->memory.calls;
    life_end(under);
}

/* The n-th allocation fails; with `for_good` so do the others until the call has returned. */
static void live_failing(life *under, const record *known, size_t n, bool for_good)
{
    size_t failing = 0;
    life_begin(under);
    while (known->calls[failing + 1] < n)
        failing++;
    for (size_t i = 0; i < failing; i++)
        assert_int_equal(steps[i](under), PRM_OK);
    under->memory.fail_at = n;
    under->memory.for_good = for_good;
    assert_int_equal(under->memory.calls, known->calls[failing]);
    uint64_t seen = under->seen;
    prm_status status = steps[failing](under);
    if (status != PRM_E_MEMORY)
        fail_msg("step %zu, allocation %zu: %s", failing, n, prm_status_name((int32_t)status));
    assert_int_equal(under->seen, seen);
    under->memory.fail_at = 0;
    if (!for_good || n % 2) /* looking makes up for what the failed call has left to do */
        assert_int_equal(digest(under), known->digests[failing]);
    assert_int_equal(steps[failing](under), PRM_OK);
    assert_int_equal(digest(under), known->digests[failing + 1]);
    for (size_t i = failing + 1; i < STEPS; i++)
        assert_int_equal(steps[i](under), PRM_OK);
    assert_int_equal(digest(under), known->digests[STEPS]);
    life_end(under);
}

/* ---- Every test of every campaign ---- */

typedef struct sweep {
    bool all;
    uint64_t seed;
    size_t scenarios;
    size_t points; /* that there are */
    size_t failed; /* that were made to fail, in either mode */
    test_programs programs;
} sweep;

/* A campaign's events mostly go into the full program too; else into their own, which still makes all
 * of it anew. */
static prm_program *other_program(sweep *over, life *under)
{
    prm_program *other = testprogram_get(&over->programs, OTHER)->program;
    prm_rows *rows = NULL;
    life_begin(under);
    for (size_t i = 0; steps[i] != step_rows; i++)
        assert_int_equal(steps[i](under), PRM_OK);
    bool fits = prm_engine_upgrade(under->engine, other, 1, &rows, NULL) == PRM_OK;
    prm_rows_free(rows);
    life_end(under);
    return fits ? other : under->program;
}

static void sweep_scenario(sweep *over, life *under)
{
    record known;
    under->other = other_program(over, under);
    live(under, &known);
    size_t points = known.calls[STEPS];
    size_t stride = over->all || points <= POINTS ? 1 : points / POINTS;
    for (int for_good = 0; for_good < 2; for_good++)
        for (size_t n = 1 + (size_t)(unit_random(&over->seed) >> 33) % stride; n <= points; n += stride) {
            live_failing(under, &known, n, for_good != 0);
            over->failed++;
        }
    over->points += points;
    over->scenarios++;
}

static void sweep_test(sweep *over, const test_file *file, const test_case *test, const char *path)
{
    prm_error error;
    event_batch events = {.events = NULL};
    buffer problems = {NULL, 0, 0};
    test_program *program = testprogram_get(&over->programs, path);
    life under = {.program = program->program, .events = &events, .has_clock = test->clock != NULL};
    if (!program->program)
        return; /* a program that has to have errors */
    if (test->clock)
        assert_int_equal(prm_program_read_time(under.program, test->clock->text.data, test->clock->text.size,
                                               &under.clock, &error),
                         PRM_OK);
    if (!testevents_make(file, test, under.program, &events, &problems))
        fail_msg("%.*s: %.*s", (int)test->name.size, test->name.data, (int)problems.size, problems.data);
    if (events.count < 1000) /* a file of thousands of events is for another test */
        sweep_scenario(over, &under);
    batch_free(&events);
    buffer_free(&problems);
}

static void sweep_file(sweep *over, const char *path)
{
    test_file file;
    assert_true(testfile_read(&file, path));
    for (size_t i = 0; i < file.count; i++)
        for (size_t j = 0; j < file.cases[i].program_count; j++)
            sweep_test(over, &file, &file.cases[i], file.cases[i].programs[j].data);
    testfile_free(&file);
}

static void sweep_open(sweep *over)
{
    const char *what = getenv("PRM_FAILURE");
    *over = (sweep){.all = what && strcmp(what, "all") == 0};
    over->seed = what ? strtoull(what, NULL, 10) : (uint64_t)time(NULL) / 86400;
    printf("seed %llu%s\n", (unsigned long long)over->seed, over->all ? ", every point" : "");
    over->seed = over->seed * 2 + 1;
}

static void every_scenario_survives(void **state)
{
    (void)state;
    sweep over;
    test_paths paths = {NULL, 0, 0};
    int missing = 0;
    sweep_open(&over);
    assert_true(testfind_add(&paths, "rules", &missing));
    for (size_t i = 0; i < paths.count; i++)
        sweep_file(&over, paths.items[i]);
    printf("%zu scenarios with %zu allocations; %zu made to fail\n", over.scenarios, over.points,
           over.failed);
    assert_true(over.scenarios > 300);
    testprogram_free_all(&over.programs);
    testfind_free(&paths);
}

/* ---- Compiling them ---- */

static prm_status compile(failing_alloc *memory, const char *path, prm_program **program)
{
    prm_diagnostics *diagnostics = NULL;
    prm_compile_options options = {.size = sizeof options, .allocator = &memory->host};
    prm_status status = prm_program_load(path, &options, program, &diagnostics, NULL);
    prm_diagnostics_free(diagnostics);
    return status;
}

static void compile_failing(sweep *over, const char *path)
{
    failing_alloc memory;
    prm_program *program = NULL;
    failing_alloc_init(&memory, 0);
    assert_int_equal(compile(&memory, path, &program), PRM_OK);
    uint64_t hash = prm_program_hash(program);
    prm_program_unref(program);
    size_t points = memory.calls, stride = over->all || points <= POINTS ? 1 : points / POINTS;
    for (int for_good = 0; for_good < 2; for_good++)
        for (size_t n = 1 + (size_t)(unit_random(&over->seed) >> 33) % stride; n <= points; n += stride) {
            program = NULL;
            failing_alloc_init(&memory, n);
            memory.for_good = for_good != 0;
            assert_int_equal(compile(&memory, path, &program), PRM_E_MEMORY);
            assert_null(program);
            assert_int_equal(memory.bytes, 0);
            memory.fail_at = 0;
            assert_int_equal(compile(&memory, path, &program), PRM_OK);
            assert_int_equal(prm_program_hash(program), hash);
            prm_program_unref(program);
            assert_int_equal(memory.bytes, 0);
            over->failed++;
        }
    over->points += points;
}

static void every_program_compiles_again(void **state)
{
    (void)state;
    sweep over;
    test_paths paths = {NULL, 0, 0};
    int missing = 0;
    char path[200];
    sweep_open(&over);
    assert_true(testfind_add(&paths, "rules", &missing));
    for (size_t i = 0; i < paths.count; i++) {
        size_t size = strlen(paths.items[i]) - strlen(".test.yaml");
        snprintf(path, sizeof path, "%.*s.yaml", (int)size, paths.items[i]);
        FILE *file = fopen(path, "rb"); /* some tests stand beside the program of others */
        if (!file)
            continue;
        fclose(file);
        compile_failing(&over, path);
    }
    printf("%zu allocations; %zu made to fail\n", over.points, over.failed);
    assert_true(over.failed > 0);
    testfind_free(&paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scenario_survives),
        cmocka_unit_test(every_program_compiles_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
