/* prm check --exposure: what a program costs a year at the observed rates, and what at most. */
#ifndef TOOLS_EXPOSURE_H
#define TOOLS_EXPOSURE_H

#include "cli.h"

/* Returns the exit status. */
int exposure_run(const cli *args);

#endif
