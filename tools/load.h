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

/* A program, or why there is none. */
typedef struct load_result {
    int status;                   /* CLI_DONE with the program; CLI_FINDINGS when it has errors; CLI_MISUSE
                                     when there is no such file */
    prm_program *program;         /* or NULL */
    prm_diagnostics *diagnostics; /* all that the compiler says; may be NULL */
    char reason[512];             /* why there are no diagnostics, without the program's name; or empty */
    int is_file;                  /* the reason is about the file at `path` */
} load_result;

/* The example of where a window ends: a note that `prm check` shows in a place of its own. */
enum { LOAD_EXAMPLE = 511 };

/* Reads and compiles the file at `path`; writes nothing. Free *out with load_free. */
void load_read(const char *path, load_result *out);

/* The same for all of standard input. */
void load_read_input(load_result *out);

void load_free(load_result *result);

/* Writes what was found, but for the examples of windows. Adds to the tally, which may be NULL. */
void load_say(const char *path, const load_result *result, load_tally *tally);

/* Reads, says, and hands the program over: returns the status, with *out set for CLI_DONE. */
int load_program(const char *path, prm_program **out, load_tally *tally);

#endif
