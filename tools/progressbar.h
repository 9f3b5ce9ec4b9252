/* A bar on standard error for inputs that take longer than a second. */
#ifndef TOOLS_PROGRESSBAR_H
#define TOOLS_PROGRESSBAR_H

#include <stddef.h>
#include <stdint.h>

/* All zeros is a bar that never shows. */
typedef struct progressbar {
    int enabled;
    int shown;
    uint64_t total;  /* bytes of all inputs; 0: unknown, so only counts are shown */
    int64_t started; /* ms of a clock that only goes forward */
    int64_t drawn;
} progressbar;

/* Shows only where standard error is a terminal that can go back in a line. */
void progressbar_open(progressbar *bar, uint64_t total);

/* Tells how far the work is; draws at most ten times a second. */
void progressbar_update(progressbar *bar, uint64_t bytes, uint64_t events);

/* Says that all is read and so many events are being evaluated, until progressbar_clear. */
void progressbar_evaluating(progressbar *bar, uint64_t events);

/* Wipes the line; the next update draws again. */
void progressbar_clear(progressbar *bar);

/* Writes the bar's line into `out` as a C string, for `percent` of 100 (above:
 * unknown) and so many columns. */
void progressbar_line(char *out, size_t capacity, unsigned percent, uint64_t events, int64_t seconds_left,
                      int color);

#endif
