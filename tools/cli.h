/* The command line: verbs with their options, as tables; help and misuse. */
#ifndef TOOLS_CLI_H
#define TOOLS_CLI_H

#include <stddef.h>

#include <prm/prm.h>

/* Exit statuses. */
enum { CLI_DONE = 0, CLI_FINDINGS = 1, CLI_MISUSE = 2 };

typedef struct cli_option {
    const char *name;     /* without the two hyphens */
    const char *argument; /* what stands after it, for the help; NULL: a flag */
    int many;             /* may be given several times */
    const char *help;
} cli_option;

typedef struct cli_verb cli_verb;

typedef struct cli_given {
    const cli_option *option;
    const char *value; /* NULL for a flag */
} cli_given;

/* One command line, read. Texts are those of argv. */
typedef struct cli {
    const cli_verb *verb;
    const char **operands;
    size_t operand_count;
    cli_given *given;
    size_t given_count;
} cli;

struct cli_verb {
    const char *name;
    const char *operands; /* for the help: "PROGRAM..." */
    size_t least;         /* operands at least and at most */
    size_t most;
    const char *summary; /* one line */
    const char *details; /* for its own help; whole lines */
    const cli_option *options;
    size_t option_count;
    int (*run)(const cli *args); /* returns the exit status */
};

/* Reads what stands after the verb. CLI_DONE, or CLI_MISUSE with its message
 * written. Free *out in either case. */
int cli_read(cli *out, const cli_verb *verb, int count, char *const *words);
void cli_free(cli *args);

/* Whether the option was given; its value (NULL: not given); the n-th value of
 * one that may be given several times (NULL: no more). */
int cli_has(const cli *args, const char *name);
const char *cli_value(const cli *args, const char *name);
const char *cli_nth(const cli *args, const char *name, size_t index);

/* The whole number that the option gives, `otherwise` without it. 0 with a
 * message written when it is not one of `least` to `most`. */
int cli_number(const cli *args, const char *name, size_t least, size_t most, size_t otherwise, size_t *out);

/* Writes what is wrong and where help is; returns CLI_MISUSE. */
int cli_misuse(const cli_verb *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The help of one verb, on standard output. */
void cli_help(const cli_verb *verb);

/* From here on a reader of standard output that goes away shows as a failed
 * write, and is no reason to complain. Called once, by main. */
void cli_catch_pipe(void);

/* Flushes standard output: `status`, or CLI_FINDINGS when not all was written,
 * with a message unless the reader has just gone. */
int cli_finish_output(int status);

#endif
