/* Program files on the command line: loaded, with all that the compiler says
 * written to standard error. */
#ifndef TOOLS_LOAD_H
#define TOOLS_LOAD_H

#include <stddef.h>

#include <prm/prm.h>

typedef struct load_tally {
    size_t errors;
    size_t warnings;
} load_tally;

/* CLI_DONE with *out set, CLI_FINDINGS when the program has errors, CLI_MISUSE
 * when there is no such file. Adds to the tally, which may be NULL. */
int load_program(const char *path, prm_program **out, load_tally *tally);

#endif
