/* bench: how fast prm takes events in, and in how much memory. Prints a table of
 * medians; `--instructions N` instead feeds N events once and prints nothing, to
 * be counted by callgrind (see bench/instructions.sh). `--partners N`, `--state` and `--questions` print
 * only how fast the six rules are with so many partners, how fast states are saved and loaded, and how fast
 * questions are answered; `--write csv|ndjson N` writes N events to standard output. */
#include "feeding.h"
#include "limit.h"
#include "questions.h"
#include "report.h"
#include "unused.h"
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

static int measure_memory(const prm_engine *engine, const workload *load, report_row *row)
{
    prm_counts counts = {.size = sizeof counts};
    if (prm_engine_counts(engine, &counts) != PRM_OK || counts.accepted != load->total) {
        fprintf(stderr, "bench: not every event was accepted\n");
        return 1;
    }
    row->event_bytes = (double)counts.event_bytes / (double)counts.accepted;
    row->subject_bytes = (double)counts.subject_bytes / (double)counts.subjects;
    row->all_bytes = (double)counts.bytes / (double)counts.accepted;
    row->rows = counts.outcomes;
    return 0;
}

static int run_once(prm_program *program, const workload_options *options, feeding how, report_row *row)
{
    static workload load;
    prm_error error;
    prm_engine *engine = NULL;
    uint64_t took = 0;
    int result = 0;
    if (prm_engine_new(program, NULL, &engine, &error) != PRM_OK)
        return fail("engine", &error);
    workload_begin(&load, program, options);
    while (result == 0 && workload_next(&load, WORKLOAD_PORTION) > 0) {
        bool opening = load.made <= load.opening;
        feeding now = opening ? FEEDING_BATCHES : how;
        result = feeding_prepare(now, engine, &load);
        uint64_t start = report_now();
        if (result == 0)
            result = feeding_take(now, engine, &load);
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
static int run_limit(const prm_program *program, const workload_options *options, limit_kind kind,
                     report_row *row)
{
    static workload load;
    uint64_t took = 0;
    limit *all = limit_new(program, options, kind);
    bool there = all != NULL;
    workload_begin(&load, program, options);
    while (there && workload_next(&load, WORKLOAD_PORTION) > 0) {
        bool opening = load.made <= load.opening;
        limit_prepare(all, &load);
        uint64_t start = report_now();
        there = limit_take(all, &load);
        took += opening ? 0 : report_now() - start;
    }
    row->ns[row->runs++] = (double)took / (double)(load.total - load.opening);
    row->rows = there ? limit_rows(all) : 0;
    limit_free(all);
    return there ? 0 : fail("limit", NULL);
}

/* ---- Six rules ---- */

enum { BATCHES, BARE, KEPT, SINGLE, COLUMNS, NAMES, BARE_OF_NAMES, RUNNERS };

#define NOBODY RUNNERS

/* Who takes the workload: the engine in one of its ways, or one of the limits. */
typedef struct runner {
    const char *name;
    bool is_limit;
    int how;           /* feeding or limit_kind */
    size_t against[2]; /* whom the targets compare it with */
} runner;

static const runner runners[RUNNERS] = {
    [BATCHES] = {"batches of 1024", false, FEEDING_BATCHES, {BARE, KEPT}},
    [BARE] = {"the bare limit", true, LIMIT_BARE, {NOBODY, NOBODY}},
    [KEPT] = {"the limit with duplicates and history", true, LIMIT_KEPT, {NOBODY, NOBODY}},
    [SINGLE] = {"one event in a call", false, FEEDING_SINGLE, {BARE, BATCHES}},
    [COLUMNS] = {"columns", false, FEEDING_COLUMNS, {BARE, BATCHES}},
    [NAMES] = {"names resolved before", false, FEEDING_NAMES, {BARE_OF_NAMES, NOBODY}},
    [BARE_OF_NAMES] = {"the bare limit of names resolved before", true, LIMIT_NAMES, {NOBODY, NOBODY}},
};

static int run_runner(prm_program *program, const workload_options *options, const runner *one,
                      report_row *row)
{
    return one->is_limit ? run_limit(program, options, (limit_kind)one->how, row)
                         : run_once(program, options, (feeding)one->how, row);
}

/* The first `count` runners take turns, so that a noisy moment of the machine meets all of them. */
static int bench_six_rules(prm_program *program, uint32_t partners, size_t count, int runs)
{
    workload_options options = {partners, REPS, CUSTOMERS, 1000000, SEED};
    report_row rows[RUNNERS] = {{.runs = 0}}, warming = {.runs = 0};
    int result = run_once(program, &options, FEEDING_BATCHES, &warming);
    for (int run = 0; run < runs; run++)
        for (size_t i = 0; i < count && result == 0; i++)
            result = run_runner(program, &options, &runners[i], &rows[i]);
    for (size_t i = 0; i < count && result == 0; i++) {
        if (rows[i].rows != rows[BATCHES].rows) {
            fprintf(stderr, "bench: %s: other rows than the engine's\n", runners[i].name);
            result = 1;
        }
        snprintf(rows[i].name, sizeof rows[i].name, "%s%u partners, %s", i ? "  " : "", (unsigned)partners,
                 runners[i].name);
    }
    for (size_t i = 0; i < count && result == 0; i++) {
        report_print(&rows[i]);
        for (size_t j = 0; j < 2; j++)
            if (runners[i].against[j] != NOBODY)
                report_ratio(&rows[i], &rows[runners[i].against[j]]);
    }
    return result;
}

/* The same events with much of the language beside the six rules, about other events. */
static int bench_unused(prm_program *program, const char *path)
{
    workload_options options = {10000, REPS, CUSTOMERS, 1000000, SEED};
    report_row more = {.name = "six rules beside others, 10000 partners"}, row = {.name = "  without them"};
    prm_program *with = unused_beside(path);
    int result = with == NULL || run_once(with, &options, FEEDING_BATCHES, &more);
    more.runs = 0;
    for (int run = 0; run < RUNS && result == 0; run++)
        result = run_once(with, &options, FEEDING_BATCHES, &more) ||
                 run_once(program, &options, FEEDING_BATCHES, &row);
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
    char name[64];
    report_value(what, (double)bytes * 1e3 / (double)ns, "MB/s", 0);
    snprintf(name, sizeof name, "  %s", what);
    report_value(name, (double)ns / (double)events, "ns/event", 0);
    report_value(name, (double)bytes / (double)events, "B/event", 0);
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
        result = feeding_take(FEEDING_BATCHES, *engine, &load);
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

/* The workload as a file, for `prm run` (see files.py). */
static int write_events(prm_program *program, const char *format, size_t activity)
{
    static workload load;
    workload_options options = {10000, REPS, CUSTOMERS, activity, SEED};
    bool csv = strcmp(format, "csv") == 0;
    workload_begin(&load, program, &options);
    if (csv)
        workload_write_csv_head();
    while (workload_next(&load, WORKLOAD_PORTION) > 0)
        for (size_t i = 0; i < load.count; i++) {
            if (csv)
                workload_write_csv(program, &load, &load.events[i]);
            else
                workload_write_ndjson(program, &load, &load.events[i]);
        }
    return fflush(stdout) != 0;
}

static int feed_for_counting(prm_program *program, size_t activity)
{
    workload_options options = {1000, REPS, CUSTOMERS, activity, SEED};
    report_row row = {.runs = 0};
    return run_once(program, &options, FEEDING_BATCHES, &row);
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
    report_as_json(&argc, argv);
    if (argc < 2) {
        fprintf(stderr,
                "usage: bench PROGRAM [--partners N | --instructions EVENTS | --write csv|ndjson EVENTS |"
                " --state | --questions] [--json]\n");
        return 2;
    }
    if (prm_program_load(argv[1], NULL, &program, NULL, &error) != PRM_OK)
        return fail(argv[1], &error);
    int result;
    if (argc == 3 && strcmp(argv[2], "--state") == 0) {
        result = bench_state(program);
    } else if (argc == 3 && strcmp(argv[2], "--questions") == 0) {
        result = bench_questions(program);
    } else if (argc == 4 && strcmp(argv[2], "--partners") == 0) {
        report_head();
        result = bench_six_rules(program, (uint32_t)strtoull(argv[3], NULL, 10), RUNNERS, RUNS);
    } else if (argc == 5 && strcmp(argv[2], "--write") == 0) {
        result = write_events(program, argv[3], (size_t)strtoull(argv[4], NULL, 10));
    } else if (argc == 4 && strcmp(argv[2], "--instructions") == 0) {
        result = feed_for_counting(program, (size_t)strtoull(argv[3], NULL, 10));
    } else {
        report_head();
        result = bench_six_rules(program, 10000, RUNNERS, RUNS) ||
                 bench_six_rules(program, 100000, SINGLE, RUNS) ||
                 bench_six_rules(program, 1000000, SINGLE, 2) || bench_unused(program, argv[1]) ||
                 bench_state(program) || bench_questions(program);
    }
    prm_program_unref(program);
    return result;
}
