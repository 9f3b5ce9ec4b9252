/* A state as a file: what was there before stays beside it, and is what loading falls back to. What a
 * process that dies leaves is tried here, on the disk that there is (PRM_KILLS=10000: so many times); what
 * a machine that dies may leave, test_crash.c works out. */
#define _DEFAULT_SOURCE
#include "state_rig.h"

#include "../base/failing_alloc.h"

#include <signal.h>
#include <sys/mman.h>
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
    assert_int_equal(prm_file_load(program, NULL, "/tmp", &engine, NULL, &error), PRM_E_IO); /* a folder */
    assert_null(engine);
    prm_engine_free(ten);
    prm_program_unref(program);
}

/* The n-th allocation fails, for every n: what was saved before is there, nothing is beside it, and the
 * same call made again succeeds. */
static void test_without_memory(void **state)
{
    (void)state;
    place at;
    int32_t previous = 0;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm_error error;
    prm_status status = PRM_E_MEMORY;
    prm_program *program = state_program(WHOLE);
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &failing.host};
    prm_engine *ten = engine_of(program, 10), *engine = NULL;
    open_place(&at);
    save(ten, at.path);
    for (size_t n = 1; status != PRM_OK; n++) {
        failing.fail_at = failing.calls + n;
        status = prm_file_load(program, &options, at.path, &engine, &previous, &error);
        failing.fail_at = 0;
        assert_int_equal(engine != NULL, status == PRM_OK);
        if (status != PRM_OK) {
            assert_int_equal(status, PRM_E_MEMORY);
            assert_int_equal(error.status, PRM_E_MEMORY);
            assert_int_equal(failing.bytes, 0);
        }
    }
    assert_int_equal(accepted(engine), 10);
    assert_int_equal(unlink(at.path), 0);
    status = PRM_E_MEMORY;
    for (size_t n = 1; status != PRM_OK; n++) {
        failing.fail_at = failing.calls + n;
        status = prm_file_save(engine, at.path, &error);
        failing.fail_at = 0;
        assert_true(status == PRM_OK || (status == PRM_E_MEMORY && error.status == PRM_E_MEMORY));
        assert_int_equal(access(at.path, F_OK) == 0, status == PRM_OK);
    }
    assert_int_equal(load(program, at.path, &previous), 10);
    prm_engine_free(engine);
    assert_int_equal(failing.bytes, 0);
    close_place(&at);
    prm_engine_free(ten);
    prm_program_unref(program);
}

/* ---- kill -9 ---- */

#define PARTS 8

/* What a run of all events comes to after each of its parts. */
typedef struct course {
    prm_program *program;
    facts *set;
    state_bytes after[PARTS + 1];
} course;

static void course_give(const course *all, prm_engine *engine, size_t part)
{
    size_t first = all->set->count * part / PARTS, end = all->set->count * (part + 1) / PARTS;
    state_ingest(engine, all->set->events + first, end - first);
}

static void course_open(course *all)
{
    all->program = state_program(WHOLE);
    all->set = malloc(sizeof *all->set);
    assert_non_null(all->set);
    facts_make(all->set, 2, FACTS_MAX);
    prm_engine *engine = state_engine(all->program, 1, 1);
    all->after[0] = state_save(engine);
    for (size_t i = 0; i < PARTS; i++) {
        course_give(all, engine, i);
        all->after[i + 1] = state_save(engine);
    }
    prm_engine_free(engine);
}

static void course_close(course *all)
{
    for (size_t i = 0; i <= PARTS; i++)
        free(all->after[i].data);
    free(all->set);
    prm_program_unref(all->program);
}

/* After how many parts the engine is, byte for byte. */
static size_t course_place(const course *all, prm_engine *engine)
{
    state_bytes bytes = state_save(engine);
    size_t part = 0;
    while (part <= PARTS && (all->after[part].size != bytes.size ||
                             memcmp(all->after[part].data, bytes.data, bytes.size) != 0))
        part++;
    free(bytes.data);
    if (part > PARTS)
        fail_msg("a state that no run was ever in");
    return part;
}

/* The host: goes on with what was in the file, part after part, each saved, and from the start again after
 * the last one. *saved counts what prm_file_save has promised to last. */
static void host_run(const course *all, const char *path, prm_engine *engine, size_t part,
                     volatile uint64_t *saved)
{
    for (;; ++*saved) {
        if (part == PARTS) {
            prm_engine_free(engine);
            engine = state_engine(all->program, 1, 1);
            part = 0;
        } else {
            course_give(all, engine, part++);
        }
        if (prm_file_save(engine, path, NULL) != PRM_OK)
            _exit(1);
    }
}

/* Kills a host that has that engine at some moment; returns how many saves it had been promised. */
static uint64_t host_killed(const course *all, const char *path, prm_engine *engine, size_t part,
                            volatile uint64_t *saved, uint64_t *random)
{
    int status = 0;
    *saved = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        host_run(all, path, engine, part, saved);
    static const uint64_t spans[] = {500000, 5000000, 40000000}; /* ns: within a save, or behind some */
    uint64_t span = spans[(unit_random(random) >> 33) % UNIT_COUNT(spans)];
    struct timespec pause = {0, (int64_t)((unit_random(random) >> 33) % span)};
    nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return *saved;
}

/* Every event once more: what was there is a duplicate, and the end is that of a run without a kill. */
static void check_repeated(const course *all, prm_engine *engine)
{
    for (size_t i = 0; i < PARTS; i++)
        course_give(all, engine, i);
    char *expected = NULL, *ledger = facts_ledger(engine);
    prm_engine *whole = state_load(all->program, all->after[PARTS], 1);
    expected = facts_ledger(whole);
    state_same_text(ledger, expected);
    facts_check_journal(engine);
    prm_engine_free(whole);
}

/* Killed at any moment the file has what the last save that returned has put there, or what the one under
 * way was putting there; and a run again ends as one that was never killed. */
static void test_killed_while_saving(void **state)
{
    (void)state;
    place at;
    course all;
    uint64_t random = 99;
    const char *turns = getenv("PRM_KILLS");
    volatile uint64_t *saved = mmap(NULL, sizeof *saved, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                                    -1, 0);
    assert_true(saved != MAP_FAILED);
    course_open(&all);
    open_place(&at);
    prm_engine *engine = state_engine(all.program, 1, 1);
    save(engine, at.path);
    uint64_t part = 0, promised = 0, under_way = 0, kills = turns ? strtoull(turns, NULL, 10) : 250;
    for (uint64_t i = 0; i < kills; i++) {
        int32_t previous = 0;
        prm_error error;
        uint64_t more = host_killed(&all, at.path, engine, part, saved, &random);
        uint64_t was = (part + more) % (PARTS + 1);
        prm_engine_free(engine);
        if (prm_file_load(all.program, NULL, at.path, &engine, &previous, &error) != PRM_OK)
            fail_msg("%s", error.message);
        assert_int_equal(previous, 0);
        part = course_place(&all, engine);
        assert_true(part == was || part == (was + 1) % (PARTS + 1));
        promised += more;
        under_way += part != was;
        if (i % 10 == 9) { /* by another engine: it counts the duplicates */
            prm_engine *again = state_load(all.program, all.after[part], i);
            check_repeated(&all, again);
            prm_engine_free(again);
        }
    }
    prm_engine_free(engine);
    printf("%llu kills, %llu saves had returned, %llu times the one under way was there already\n",
           (unsigned long long)kills, (unsigned long long)promised, (unsigned long long)under_way);
    assert_true(promised > 0);
    close_place(&at);
    course_close(&all);
    munmap((void *)(uintptr_t)saved, sizeof *saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generations),
        cmocka_unit_test(test_where_it_cannot_be),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_killed_while_saving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
