/* bench: how fast prm takes events in, and in how much memory. Prints a table of
 * medians; `--instructions N` instead feeds N events once and prints nothing, to
 * be counted by callgrind (see bench/instructions.sh), and `--state` prints how fast states are saved and
 * loaded, `--questions` how fast questions are answered, alone. */
#include "limit.h"
#include "questions.h"
#include "report.h"
#include "unused.h"
#include "workload.h"
#include <limits.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED UINT64_C(20261121)
#define REPS 3
#define CUSTOMERS 10
#define RUNS 5

static int fail(const char *what, const prm_error *error)
{
    fprintf(stderr, "bench: %s: %s\n", what, error ? error->message : "out of memory");
    return 1;
}

/* Feeds a portion in calls of `batch` events; 0, or -1 after telling why. */
static int feed(prm_engine *engine, const workload *load, size_t batch)
{
    prm_error error;
    for (size_t at = 0; at < load->count; at += batch) {
        size_t count = load->count - at < batch ? load->count - at : batch;
        if (prm_engine_ingest(engine, load->events + at, count, sizeof(prm_event), NULL, &error) != PRM_OK)
            return -fail("ingest", &error);
    }
    return 0;
}

static int measure_memory(const prm_engine *engine, const workload *load, report_row *row)
{
    prm_counts counts = {.size = sizeof counts};
    if (prm_engine_counts(engine, &counts) != PRM_OK || counts.accepted != load->total) {
        fprintf(stderr, "bench: not every event was accepted\n");
        return -1;
    }
    row->event_bytes = (double)counts.event_bytes / (double)counts.accepted;
    row->subject_bytes = (double)counts.subject_bytes / (double)counts.subjects;
    row->all_bytes = (double)counts.bytes / (double)counts.accepted;
    row->rows = counts.outcomes;
    return 0;
}

static int run_once(prm_program *program, const workload_options *options, size_t batch, report_row *row)
{
    static workload load;
    prm_error error;
    prm_engine *engine = NULL;
    uint64_t took = 0;
    int result = 0;
    if (prm_engine_new(program, NULL, &engine, &error) != PRM_OK)
        return -fail("engine", &error);
    workload_begin(&load, program, options);
    while (result == 0 && workload_next(&load, WORKLOAD_PORTION) > 0) {
        bool opening = load.made <= load.opening;
        uint64_t start = report_now();
        result = feed(engine, &load, opening ? WORKLOAD_PORTION : batch);
        took += opening ? 0 : report_now() - start;
    }
    if (result == 0) {
        row->ns[row->runs++] = (double)took / (double)(load.total - load.opening);
        result = measure_memory(engine, &load, row);
    }
    prm_engine_free(engine);
    return result;
}

/* The same workload through the hand-written program. */
static int run_limit(const prm_program *program, const workload_options *options, report_row *row)
{
    static workload load;
    uint64_t took = 0;
    limit *all = limit_new(program, options);
    if (!all)
        return -fail("limit", NULL);
    workload_begin(&load, program, options);
    while (workload_next(&load, WORKLOAD_PORTION) > 0) {
        bool opening = load.made <= load.opening;
        uint64_t start = report_now();
        limit_take(all, &load);
        took += opening ? 0 : report_now() - start;
    }
    row->ns[row->runs++] = (double)took / (double)(load.total - load.opening);
    row->rows = limit_rows(all);
    limit_free(all);
    return 0;
}

/* Engine and limit take turns, so that a noisy moment of the machine meets both. */
static int bench_six_rules(prm_program *program, uint32_t partners, size_t activity, size_t batch)
{
    workload_options options = {partners, REPS, CUSTOMERS, activity, SEED};
    report_row row = {.runs = 0}, bare = {.runs = 0};
    snprintf(row.name, sizeof row.name, "six rules, %u partners, batches of %zu", (unsigned)partners, batch);
    snprintf(bare.name, sizeof bare.name, "  the bare limit");
    int result = run_once(program, &options, batch, &row); /* to warm up */
    row.runs = 0;
    for (int run = 0; run < RUNS && result == 0; run++)
        result = run_once(program, &options, batch, &row) || run_limit(program, &options, &bare);
    if (result == 0) {
        report_print(&row);
        report_print(&bare);
        report_ratio(&row, &bare);
    }
    if (result == 0 && row.rows != bare.rows)
        fprintf(stderr, "bench: the limit has other rows than the engine\n");
    return result != 0 || row.rows != bare.rows;
}

/* The same events with much of the language beside the six rules, about other events. */
static int bench_unused(prm_program *program, const char *path)
{
    workload_options options = {10000, REPS, CUSTOMERS, 1000000, SEED};
    report_row more = {.name = "six rules beside others, 10000 partners"}, row = {.name = "  without them"};
    prm_program *with = unused_beside(path);
    int result = with == NULL || run_once(with, &options, 1024, &more);
    more.runs = 0;
    for (int run = 0; run < RUNS && result == 0; run++)
        result = run_once(with, &options, 1024, &more) || run_once(program, &options, 1024, &row);
    if (result == 0) {
        report_print(&more);
        report_print(&row);
        report_ratio(&more, &row);
    }
    prm_program_unref(with);
    return result != 0 || more.rows != row.rows;
}

static void print_speed(const char *what, size_t bytes, size_t events, uint64_t ns)
{
    printf("%s: %.1f MB, %.1f B/event, %.0f MB/s, %.0f ns/event\n", what, (double)bytes / 1e6,
           (double)bytes / (double)events, (double)bytes * 1e3 / (double)ns, (double)ns / (double)events);
}

/* The engine's state as bytes, and an engine of them, which must save as the same. */
static int measure_state(prm_program *program, prm_engine *engine, size_t events, const char *what)
{
    char name[64];
    prm_error error;
    size_t size = 0, again = 0;
    prm_engine *loaded = NULL;
    if (prm_engine_save(engine, NULL, 0, &size, &error) != PRM_OK)
        return fail("save", &error);
    char *bytes = malloc(size), *same = malloc(size);
    int result = bytes == NULL || same == NULL ? fail("save", NULL) : 0;
    uint64_t start = report_now();
    if (result == 0 && prm_engine_save(engine, bytes, size, &size, &error) != PRM_OK)
        result = fail("save", &error);
    snprintf(name, sizeof name, "save, %s", what);
    print_speed(name, size, events, report_now() - start);
    start = report_now();
    if (result == 0 && prm_engine_load(program, NULL, bytes, size, &loaded, &error) != PRM_OK)
        result = fail("load", &error);
    snprintf(name, sizeof name, "load, %s", what);
    print_speed(name, size, events, report_now() - start);
    if (result == 0 && (prm_engine_save(loaded, same, size, &again, &error) != PRM_OK || again != size ||
                        memcmp(bytes, same, size) != 0))
        result = fail("save", NULL);
    prm_engine_free(loaded);
    free(bytes);
    free(same);
    return result;
}

/* An engine that has taken a whole workload, all at once, and how many events that were. */
static int open_filled(prm_program *program, const workload_options *options, prm_engine **engine,
                       size_t *events)
{
    static workload load;
    prm_error error;
    if (prm_engine_new(program, NULL, engine, &error) != PRM_OK)
        return fail("engine", &error);
    int result = 0;
    workload_begin(&load, program, options);
    while (result == 0 && workload_next(&load, WORKLOAD_PORTION) > 0)
        result = feed(*engine, &load, WORKLOAD_PORTION);
    *events = load.total;
    return result;
}

static int bench_state(prm_program *program)
{
    const workload_options options = {10000, REPS, CUSTOMERS, 1000000, SEED};
    prm_error error;
    prm_engine *engine = NULL;
    size_t events = 0;
    int result = open_filled(program, &options, &engine, &events);
    if (result == 0)
        result = measure_state(program, engine, events, "nothing released");
    if (result == 0 && prm_engine_journal_release(engine, UINT64_MAX, &error) != PRM_OK)
        result = fail("release", &error);
    if (result == 0)
        result = measure_state(program, engine, events, "all released");
    prm_engine_free(engine);
    return result;
}

static int bench_questions(prm_program *program)
{
    const workload_options options = {100000, REPS, CUSTOMERS, 2000000, SEED};
    prm_engine *engine = NULL;
    size_t events = 0;
    int result = open_filled(program, &options, &engine, &events);
    if (result == 0)
        result = questions_ask(engine);
    prm_engine_free(engine);
    return result;
}

static int feed_for_counting(prm_program *program, size_t activity)
{
    workload_options options = {1000, REPS, CUSTOMERS, activity, SEED};
    report_row row = {.runs = 0};
    return run_once(program, &options, WORKLOAD_PORTION, &row) != 0;
}

/* Freed memory stays with the process, so that all runs but the first, which is not
 * counted, measure the engine and not the kernel's handing out of pages. */
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, INT_MAX);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

int main(int argc, char **argv)
{
    prm_error error;
    prm_program *program = NULL;
    keep_memory();
    if (argc < 2) {
        fprintf(stderr, "usage: bench PROGRAM [--instructions EVENTS | --state | --questions]\n");
        return 2;
    }
    if (prm_program_load(argv[1], NULL, &program, NULL, &error) != PRM_OK)
        return fail(argv[1], &error);
    int result;
    if (argc == 3 && strcmp(argv[2], "--state") == 0) {
        result = bench_state(program);
    } else if (argc == 3 && strcmp(argv[2], "--questions") == 0) {
        result = bench_questions(program);
    } else if (argc == 4 && strcmp(argv[2], "--instructions") == 0) {
        result = feed_for_counting(program, (size_t)strtoull(argv[3], NULL, 10));
    } else {
        report_head();
        result = bench_six_rules(program, 10000, 1000000, 1024) ||
                 bench_six_rules(program, 10000, 1000000, 1) ||
                 bench_six_rules(program, 100000, 1000000, 1024) || bench_unused(program, argv[1]) ||
                 bench_state(program) || bench_questions(program);
    }
    prm_program_unref(program);
    return result;
}
