/* What-if: event types scaled ("20% more meetings"), from a file of assumptions. Of each
 * partner's events of such a type, in the order in which they come, as many are left out or
 * doubled, evenly spread, as brings their number to the nearest whole of the scaled one. A copy
 * has its original's time and fields, and its id with +2, +3, ... behind it. */
#ifndef TOOLS_ASSUME_H
#define TOOLS_ASSUME_H

#include "batch.h"
#include "yamldoc.h"

typedef struct assume assume;

/* Reads the file. NULL with its messages written and *status set (CLI_MISUSE: there is no such
 * file; CLI_FINDINGS) when it has problems; types that `program` does not know are one. */
assume *assume_load(const char *path, const prm_program *program, int *status);

/* Replaces the events of `batch`, which is sealed, by those assumed, sealed again. */
void assume_apply(assume *what, event_batch *batch);

void assume_free(assume *what);

#endif
