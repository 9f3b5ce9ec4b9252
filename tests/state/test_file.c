/* A state as a file: what was there before stays beside it, and is what loading falls back to. */
#define _POSIX_C_SOURCE 200809L
#include "state_rig.h"
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WHOLE "tests/state/whole.yaml"

typedef struct place {
    char folder[64];
    char path[96];
    char previous[112];
    char fresh[112];
    char second[112];
} place;

static void open_place(place *at)
{
    snprintf(at->folder, sizeof at->folder, "/tmp/prm-state-XXXXXX");
    assert_non_null(mkdtemp(at->folder));
    snprintf(at->path, sizeof at->path, "%s/a.state", at->folder);
    snprintf(at->previous, sizeof at->previous, "%s.previous", at->path);
    snprintf(at->fresh, sizeof at->fresh, "%s.new", at->path);
    snprintf(at->second, sizeof at->second, "%s.second", at->path);
}

static void close_place(const place *at)
{
    unlink(at->path);
    unlink(at->previous);
    unlink(at->fresh);
    unlink(at->second);
    assert_int_equal(rmdir(at->folder), 0);
}

static prm_engine *engine_of(prm_program *program, size_t events)
{
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    facts_make(set, 2, events);
    prm_engine *engine = state_engine(program, 1, 1);
    state_ingest(engine, set->events, set->count);
    free(set);
    return engine;
}

static uint64_t accepted(const prm_engine *engine)
{
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    return counts.accepted;
}

static void save(prm_engine *engine, const char *path)
{
    prm_error error;
    if (prm_file_save(engine, path, &error) != PRM_OK)
        fail_msg("%s", error.message);
}

/* Loads and says how many events the state has. */
static uint64_t load(prm_program *program, const char *path, int32_t *previous)
{
    prm_engine *engine = NULL;
    prm_error error;
    if (prm_file_load(program, NULL, path, &engine, previous, &error) != PRM_OK)
        fail_msg("%s", error.message);
    assert_true(!*previous || (error.status == PRM_OK && strlen(error.message) > 0));
    uint64_t count = accepted(engine);
    prm_engine_free(engine);
    return count;
}

static void overwrite(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void test_generations(void **state)
{
    (void)state;
    place at;
    int32_t previous = 0;
    prm_error error;
    prm_engine *engine = NULL;
    prm_program *program = state_program(WHOLE), *other = state_program("tests/state/other.yaml");
    prm_engine *ten = engine_of(program, 10), *twenty = engine_of(program, 20);
    open_place(&at);
    assert_int_equal(prm_file_load(program, NULL, at.path, &engine, &previous, &error), PRM_E_NOT_FOUND);
    save(ten, at.path);
    assert_int_equal(load(program, at.path, &previous), 10);
    save(twenty, at.path);
    assert_int_equal(load(program, at.path, &previous), 20);
    assert_int_equal(previous, 0);
    assert_int_equal(load(program, at.previous, &previous), 10);
    overwrite(at.path, "prm");
    assert_int_equal(load(program, at.path, &previous), 10);
    assert_int_equal(previous, 1);
    assert_int_equal(unlink(at.path), 0);
    assert_int_equal(load(program, at.path, &previous), 10);
    assert_int_equal(previous, 1);
    overwrite(at.previous, "");
    assert_int_equal(prm_file_load(program, NULL, at.path, &engine, &previous, &error), PRM_E_STATE);
    overwrite(at.path, "");
    assert_int_equal(prm_file_load(program, NULL, at.path, &engine, &previous, &error), PRM_E_STATE);
    save(twenty, at.path);
    assert_int_equal(load(program, at.path, &previous), 20);
    save(ten, at.path);
    assert_int_equal(prm_file_load(other, NULL, at.path, &engine, &previous, &error), PRM_E_MISMATCH);
    assert_non_null(strstr(error.message, "upgrade"));
    close_place(&at);
    prm_engine_free(ten);
    prm_engine_free(twenty);
    prm_program_unref(program);
    prm_program_unref(other);
}

static void test_where_it_cannot_be(void **state)
{
    (void)state;
    static char long_path[5000];
    prm_error error;
    prm_engine *engine = NULL;
    prm_program *program = state_program(WHOLE);
    prm_engine *ten = engine_of(program, 10);
    memset(long_path, 'x', sizeof long_path - 1);
    assert_int_equal(prm_file_save(ten, "/tmp/prm-no-such-folder/a", &error), PRM_E_IO);
    assert_int_equal(prm_file_save(ten, "/dev/full/a", &error), PRM_E_IO);
    assert_int_equal(prm_file_save(ten, long_path, &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_file_save(ten, "", &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_file_save(ten, NULL, &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_file_save(NULL, "a", &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_file_load(program, NULL, NULL, &engine, NULL, &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_file_load(NULL, NULL, "a", &engine, NULL, &error), PRM_E_ARGUMENT);
    prm_engine_free(ten);
    prm_program_unref(program);
}

/* A child saves two states in turn until it is killed; what is there then is one of the two. */
static void test_killed_while_saving(void **state)
{
    (void)state;
    place at;
    int32_t previous = 0;
    uint64_t random = 99;
    prm_program *program = state_program(WHOLE);
    prm_engine *ten = engine_of(program, 10), *more = engine_of(program, FACTS_MAX);
    open_place(&at);
    save(ten, at.path);
    for (int i = 0; i < 200; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            for (;;)
                if (prm_file_save(more, at.path, NULL) != PRM_OK ||
                    prm_file_save(ten, at.path, NULL) != PRM_OK)
                    _exit(1);
        struct timespec pause = {0, (int64_t)((unit_random(&random) >> 33) % 3000000)};
        nanosleep(&pause, NULL);
        int status = 0;
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        uint64_t count = load(program, at.path, &previous);
        assert_true(count == 10 || count == FACTS_MAX);
        assert_int_equal(previous, 0);
    }
    close_place(&at);
    prm_engine_free(ten);
    prm_engine_free(more);
    prm_program_unref(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generations),
        cmocka_unit_test(test_where_it_cannot_be),
        cmocka_unit_test(test_killed_while_saving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
