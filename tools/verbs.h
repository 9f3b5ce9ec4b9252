/* The verbs of the command line; each stands in the file of its name. */
#ifndef TOOLS_VERBS_H
#define TOOLS_VERBS_H

#include "cli.h"

/* All of them, in the order of the help. */
enum { VERBS = 12 };
extern const cli_verb *const verbs[VERBS];

extern const cli_verb verb_check;
extern const cli_verb verb_diff;
extern const cli_verb verb_report;
extern const cli_verb verb_explain;
extern const cli_verb verb_run;
extern const cli_verb verb_effect;
extern const cli_verb verb_journey;
extern const cli_verb verb_manual;
extern const cli_verb verb_progress;
extern const cli_verb verb_schema;
extern const cli_verb verb_statement;
extern const cli_verb verb_test;

#endif
