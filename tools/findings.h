/* What is wrong with single rows of the input: shown as `FILE:LINE: reason`, the
 * first ones in full and the rest as a number. */
#ifndef TOOLS_FINDINGS_H
#define TOOLS_FINDINGS_H

#include <stdint.h>
#include <stdio.h>

#include "batch.h"
#include "progressbar.h"

#define FINDINGS_SHOWN UINT64_C(20)

typedef struct finding finding;

/* findings_close gives back what it holds. */
typedef struct findings {
    FILE *out;
    uint64_t shown; /* how many are written in full */
    uint64_t count;
    progressbar *bar; /* wiped before a line is written; may be NULL */
    int sorted;       /* 1: held back until findings_flush, and then in the order of lines */
    uint64_t written; /* the rest is the list's own */
    finding *held;
    size_t held_count;
    size_t held_capacity;
} findings;

/* Line 0 stands for the file as a whole. */
void findings_add(findings *list, event_origin origin, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes a line at once that is not counted: `FILE:LINE: warning: ...`. */
void findings_warn(findings *list, event_origin origin, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes what was held back, as after each batch of one file. */
void findings_flush(findings *list);

/* Flushes, and says how many were not shown. */
void findings_close(findings *list);

/* Writes a text with what a terminal would take as a command replaced by '?';
 * line ends pass. */
void findings_write_safe(FILE *out, prm_text text);

#endif
