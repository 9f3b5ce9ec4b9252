/* What is wrong with single rows of the input: shown as `FILE:LINE: reason`, the
 * first ones in full and the rest as a number. */
#ifndef TOOLS_FINDINGS_H
#define TOOLS_FINDINGS_H

#include <stdint.h>
#include <stdio.h>

#include "batch.h"
#include "progressbar.h"

#define FINDINGS_SHOWN UINT64_C(20)

typedef struct findings {
    FILE *out;
    uint64_t shown; /* how many are written in full */
    uint64_t count;
    progressbar *bar; /* wiped before a line is written; may be NULL */
} findings;

/* Line 0 stands for the file as a whole. */
void findings_add(findings *list, event_origin origin, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says how many were not shown. */
void findings_close(findings *list);

/* Writes a text with what a terminal would take as a command replaced by '?';
 * line ends pass. */
void findings_write_safe(FILE *out, prm_text text);

#endif
