/* report: figures of repeated runs, as a table for people or as JSON, an object a line. */
#ifndef PRM_BENCH_REPORT_H
#define PRM_BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPORT_RUNS 16

typedef struct report_row {
    char name[64];
    double ns[REPORT_RUNS]; /* per event, one of each run */
    size_t runs;
    double event_bytes;   /* per retained event; 0: not measured */
    double subject_bytes; /* per subject */
    double all_bytes;     /* all memory, per retained event */
    uint64_t rows;        /* of the ledger, so that two runs can be told to do the same */
} report_row;

uint64_t report_now(void);     /* ns of processor time: other processes do not count */
uint64_t report_elapsed(void); /* ns that went by */

/* Whether `--json` is the last argument, which is then taken away: all that follows is JSON. */
bool report_as_json(int *argc, char **argv);

void report_head(void);                   /* of the table of report_print */
void report_print(const report_row *row); /* the median run, with the fastest and slowest */
void report_ratio(const report_row *row, const report_row *limit); /* of the medians */

/* One figure; `base`, unless it is 0, is what it is compared with. */
void report_value(const char *name, double value, const char *unit, double base);

/* Of the values, which it sorts. */
double report_median(double *values, size_t count);

#endif
