/* bench: how fast prm takes events in, and in how much memory. Prints a table of
 * medians; `--instructions N` instead feeds N events once and prints nothing, to
 * be counted by callgrind (see bench/instructions.sh). */
#include "report.h"
#include "workload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED UINT64_C(20261121)
#define REPS 5
#define RUNS 5

static int fail(const char *what, const prm_error *error)
{
    fprintf(stderr, "bench: %s: %s\n", what, error ? error->message : "out of memory");
    return 1;
}

/* Feeds [from, to) in batches; 0, or -1 after telling why. */
static int feed(prm_engine *engine, const workload *load, size_t from, size_t to, size_t batch)
{
    prm_error error;
    for (size_t at = from; at < to; at += batch) {
        size_t count = to - at < batch ? to - at : batch;
        if (prm_engine_ingest(engine, load->events + at, count, sizeof(prm_event), NULL, &error) != PRM_OK)
            return fail("ingest", &error) * -1;
    }
    return 0;
}

static int measure_memory(const prm_engine *engine, const workload *load, report_row *row)
{
    prm_counts counts = {.size = sizeof counts};
    if (prm_engine_counts(engine, &counts) != PRM_OK || counts.accepted != load->count) {
        fprintf(stderr, "bench: not every event was accepted\n");
        return -1;
    }
    row->event_bytes = (double)counts.event_bytes / (double)counts.accepted;
    row->subject_bytes = (double)counts.subject_bytes / (double)counts.subjects;
    row->all_bytes = (double)counts.bytes / (double)counts.accepted;
    row->rows = counts.outcomes;
    return 0;
}

static int run_once(prm_program *program, const workload *load, size_t batch, report_row *row)
{
    prm_error error;
    prm_engine *engine = NULL;
    if (prm_engine_new(program, NULL, &engine, &error) != PRM_OK)
        return fail("engine", &error) * -1;
    int result = feed(engine, load, 0, load->opening, 4096);
    uint64_t start = report_now();
    if (result == 0)
        result = feed(engine, load, load->opening, load->count, batch);
    uint64_t took = report_now() - start;
    if (result == 0) {
        row->ns[row->runs++] = (double)took / (double)(load->count - load->opening);
        result = measure_memory(engine, load, row);
    }
    prm_engine_free(engine);
    return result;
}

static int bench_six_rules(prm_program *program, uint32_t partners, size_t activity, size_t batch)
{
    workload load;
    workload_options options = {partners, REPS, activity, SEED};
    report_row row = {.runs = 0};
    if (workload_make(&load, program, &options) != 0)
        return fail("workload", NULL);
    snprintf(row.name, sizeof row.name, "six rules, %u partners, batches of %zu", (unsigned)partners, batch);
    int result = 0;
    for (int run = 0; run < RUNS && result == 0; run++)
        result = run_once(program, &load, batch, &row);
    if (result == 0)
        report_print(&row);
    workload_free(&load);
    return result != 0;
}

static int feed_for_counting(prm_program *program, size_t activity)
{
    workload load;
    workload_options options = {1000, REPS, activity, SEED};
    report_row row = {.runs = 0};
    if (workload_make(&load, program, &options) != 0)
        return fail("workload", NULL);
    int result = run_once(program, &load, 1024, &row);
    workload_free(&load);
    return result != 0;
}

int main(int argc, char **argv)
{
    prm_error error;
    prm_program *program = NULL;
    if (argc < 2) {
        fprintf(stderr, "usage: bench PROGRAM [--instructions EVENTS]\n");
        return 2;
    }
    if (prm_program_load(argv[1], NULL, &program, NULL, &error) != PRM_OK)
        return fail(argv[1], &error);
    int result;
    if (argc == 4 && strcmp(argv[2], "--instructions") == 0) {
        result = feed_for_counting(program, (size_t)strtoull(argv[3], NULL, 10));
    } else {
        report_head();
        result = bench_six_rules(program, 10000, 1000000, 1024) || bench_six_rules(program, 10000, 1000000, 1) ||
                 bench_six_rules(program, 100000, 1000000, 1024);
    }
    prm_program_unref(program);
    return result;
}
