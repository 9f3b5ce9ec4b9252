/* The language that --lang names, or the environment. */
#ifndef TOOLS_LANGOPTION_H
#define TOOLS_LANGOPTION_H

#include "cli.h"
#include "explainwords.h"

/* English where neither names Japanese. CLI_DONE, or CLI_MISUSE with its message written. */
int langoption_read(const cli *args, explain_language *out);

#endif
