/* api/guard and what stands behind it: engines that have gone wrong, structs of another version,
 * programs and texts beyond what an engine can hold, memory that runs out while a question is asked. */
#define _POSIX_C_SOURCE 200809L
#include "../engine/engine_rig.h"

#include "../base/failing_alloc.h"

#include <unistd.h>

static const char ranked[] =
    "commission: {on: deal.won, of: amount, base: 10%}\n"
    "ranks: {per: month, levels: {low: {}, high: {when: {count: deal.won, at_least: 2}}}}\n"
    "rules:\n  two: {when: {count: deal.won, at_least: 2}, then: {cash: 5}}\n";

static const char deals[] = "a 2026-01-05 deal.won partner=acme deal=1 amount=100; "
                            "b 2026-01-06 deal.won partner=acme deal=2 amount=100";

static void an_engine_that_is_wrong_takes_nothing_more(void **state)
{
    (void)state;
    rig r;
    prm_error error;
    prm_rows *rows = NULL;
    prm_text rank, none = {NULL, 0};
    int64_t rate;
    size_t size;
    uint32_t key;
    rig_open(&r, ranked);
    rig_give(&r, deals);
    r.engine->poisoned = 1;
    assert_int_equal(prm_engine_ingest(r.engine, NULL, 0, sizeof(prm_event), NULL, &error), PRM_E_INTERNAL);
    assert_non_null(strstr(error.message, "report"));
    assert_int_equal(prm_engine_advance(r.engine, 0, NULL), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_settle(r.engine, 0, NULL), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_intern(r.engine, "x", 1, &key, NULL), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_journal(r.engine, 0, &rows, NULL), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_progress(r.engine, PRM_NONE, none, &rows, NULL), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_rate(r.engine, none, none, none, none, 0, &rate, NULL), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_rank(r.engine, none, 0, &rank, NULL), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_save(r.engine, NULL, 0, &size, NULL), PRM_E_INTERNAL);
    assert_int_equal(prm_file_save(r.engine, "unused", NULL), PRM_E_INTERNAL);
    rig_close(&r);
}

static void options_of_a_later_version(void **state)
{
    (void)state;
    struct later {
        prm_engine_options known;
        uint64_t more;
    } options = {.known = {.size = sizeof options, .clock_follows = 1}};
    prm_program *program = rig_program(ranked);
    prm_engine *engine = NULL;
    prm_error error;
    assert_int_equal(prm_engine_new(program, &options.known, &engine, &error), PRM_OK);
    prm_engine_free(engine);
    engine = NULL;
    options.more = 1; /* something that this version would have to do, and does not know */
    assert_int_equal(prm_engine_new(program, &options.known, &engine, &error), PRM_E_ARGUMENT);
    assert_non_null(strstr(error.message, "size"));
    assert_null(engine);
    assert_int_equal(prm_engine_load(program, &options.known, "", 0, &engine, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_file_load(program, &options.known, "unused", &engine, NULL, NULL), PRM_E_ARGUMENT);
    prm_applied *applied = NULL;
    assert_int_equal(prm_apply(program, &options.known, NULL, 0, sizeof(prm_apply_item), sizeof(prm_event),
                               &applied, NULL),
                     PRM_E_ARGUMENT);
    prm_program_unref(program);
}

/* A file is read no further than a byte beyond the limit. */
static void a_program_file_that_is_too_large(void **state)
{
    (void)state;
    char path[] = "/tmp/prm-test-XXXXXX";
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    FILE *file = fdopen(handle, "wb");
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_error error;
    assert_non_null(file);
    for (int i = 0; i < PRM_LIMIT_PROGRAM_BYTES / 64 + 10; i++)
        assert_int_equal(
            fwrite("# ------------------------------------------------------------\n", 1, 64, file), 64);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(prm_program_load(path, NULL, &program, &diagnostics, &error), PRM_E_LIMIT);
    assert_int_equal(prm_diagnostics_count(diagnostics), 1);
    assert_null(program);
    prm_diagnostics_free(diagnostics);
    prm_compile_options named = {.size = sizeof named, .file_name = "mine"};
    assert_int_equal(prm_program_load(path, &named, &program, NULL, &error), PRM_E_LIMIT);
    assert_int_equal(strncmp(error.message, "mine:", 5), 0);
    assert_int_equal(remove(path), 0);
    assert_int_equal(prm_program_load("tests", NULL, &program, NULL, &error), PRM_E_IO); /* a folder */
    assert_int_equal(prm_program_load(NULL, NULL, &program, NULL, &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_load("tests", NULL, NULL, NULL, &error), PRM_E_ARGUMENT);
}

/* Texts by themselves need memory, too. */
static void texts_while_memory_is_short(void **state)
{
    (void)state;
    failing_alloc memory;
    char name[32];
    uint32_t key = 0, before = 0;
    prm_error error;
    failing_alloc_init(&memory, 0);
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
    rig r = {.program = rig_program(ranked)};
    assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
    memory.fail_at = memory.calls + 1;
    memory.for_good = true;
    prm_status status = PRM_OK;
    for (int i = 0; i < 9000 && status == PRM_OK; i++) {
        snprintf(name, sizeof name, "nobody so far, %d", i);
        before = key;
        status = prm_engine_intern(r.engine, name, strlen(name), &key, &error);
    }
    assert_int_equal(status, PRM_E_MEMORY);
    assert_int_equal(error.status, PRM_E_MEMORY);
    memory.fail_at = 0;
    assert_int_equal(prm_engine_intern(r.engine, name, strlen(name), &key, NULL), PRM_OK);
    assert_true(key > before);
    rig_close(&r);
    assert_int_equal(memory.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_that_is_wrong_takes_nothing_more),
        cmocka_unit_test(options_of_a_later_version),
        cmocka_unit_test(a_program_file_that_is_too_large),
        cmocka_unit_test(texts_while_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
