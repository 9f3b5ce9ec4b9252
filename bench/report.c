#define _POSIX_C_SOURCE 200809L
#include "report.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool json;

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

bool report_as_json(int *argc, char **argv)
{
    json = *argc > 1 && strcmp(argv[*argc - 1], "--json") == 0;
    *argc -= json;
    return json;
}

static int compare_figures(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

double report_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_figures);
    return values[count / 2];
}

void report_head(void)
{
    if (!json)
        printf("%-44s %9s %17s %11s %9s %9s %9s %9s\n", "", "ns/event", "(min..max)", "events/s", "B/event",
               "B/subject", "all B/ev", "rows");
}

/* The name as a member of an object; indented in a table to show what it belongs to. */
static void print_member(const char *member, const char *name)
{
    printf("\"%s\": \"%s\"", member, name + strspn(name, " "));
}

void report_print(const report_row *row)
{
    double sorted[REPORT_RUNS];
    memcpy(sorted, row->ns, sizeof sorted);
    double median = report_median(sorted, row->runs);
    if (!json) {
        printf("%-44s %9.1f %8.1f..%-7.1f %10.2fM %9.1f %9.1f %9.1f %9" PRIu64 "\n", row->name, median,
               sorted[0], sorted[row->runs - 1], 1000.0 / median, row->event_bytes, row->subject_bytes,
               row->all_bytes, row->rows);
        return;
    }
    printf("{");
    print_member("name", row->name);
    printf(", \"ns_per_event\": %.1f, \"fastest\": %.1f, \"slowest\": %.1f, \"events_per_second\": %.0f",
           median, sorted[0], sorted[row->runs - 1], 1e9 / median);
    if (row->event_bytes > 0)
        printf(", \"bytes_per_event\": %.1f, \"bytes_per_subject\": %.1f, \"all_bytes_per_event\": %.1f",
               row->event_bytes, row->subject_bytes, row->all_bytes);
    printf(", \"rows\": %" PRIu64 "}\n", row->rows);
}

void report_ratio(const report_row *row, const report_row *limit)
{
    double sorted[REPORT_RUNS], other[REPORT_RUNS];
    memcpy(sorted, row->ns, sizeof sorted);
    memcpy(other, limit->ns, sizeof other);
    double ratio = report_median(sorted, row->runs) / report_median(other, limit->runs);
    if (!json) {
        printf("  %8.2fx  %s\n", ratio, limit->name + strspn(limit->name, " "));
        return;
    }
    printf("{");
    print_member("name", row->name);
    printf(", ");
    print_member("against", limit->name);
    printf(", \"ratio\": %.3f}\n", ratio);
}

void report_value(const char *name, double value, const char *unit, double base)
{
    if (json) {
        printf("{");
        print_member("name", name);
        printf(", \"value\": %.3f, \"unit\": \"%s\"", value, unit);
        if (base > 0)
            printf(", \"ratio\": %.3f", value / base);
        printf("}\n");
        return;
    }
    printf("%-62s %12.1f %s", name, value, unit);
    if (base > 0)
        printf("  %.2fx", value / base);
    printf("\n");
}
