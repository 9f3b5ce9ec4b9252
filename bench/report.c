#define _POSIX_C_SOURCE 200809L
#include "report.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t report_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t report_now(void)
{
    return report_clock(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t report_elapsed(void)
{
    return report_clock(CLOCK_MONOTONIC);
}

static int compare_figures(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

void report_head(void)
{
    printf("%-44s %9s %17s %11s %9s %9s %9s %9s\n", "", "ns/event", "(min..max)", "events/s", "B/event",
           "B/subject", "all B/ev", "rows");
}

static void sort_runs(const report_row *row, double *sorted)
{
    for (size_t i = 0; i < row->runs; i++)
        sorted[i] = row->ns[i];
    qsort(sorted, row->runs, sizeof sorted[0], compare_figures);
}

void report_print(const report_row *row)
{
    double sorted[REPORT_RUNS];
    sort_runs(row, sorted);
    double median = sorted[row->runs / 2];
    printf("%-44s %9.1f %8.1f..%-7.1f %10.2fM %9.1f %9.1f %9.1f %9" PRIu64 "\n", row->name, median, sorted[0],
           sorted[row->runs - 1], 1000.0 / median, row->event_bytes, row->subject_bytes, row->all_bytes,
           row->rows);
}

void report_ratio(const report_row *row, const report_row *limit)
{
    double sorted[REPORT_RUNS], bare[REPORT_RUNS];
    sort_runs(row, sorted);
    sort_runs(limit, bare);
    printf("%-44s %8.2fx\n", "  ratio", sorted[row->runs / 2] / bare[limit->runs / 2]);
}
