/* What happened apart from what it earned: which deals stand, and what they are worth,
 * net of voids, cancellations and refunds. That is itself a ledger: of a program made of the
 * one at hand, with its events and a commission of all of what its commission is a share of. */
#ifndef TOOLS_PROBE_H
#define TOOLS_PROBE_H

#include "sum.h"

/* Rows of the probe's ledger have these rules; revenue has the rule "commission". */
#define PROBE_WON "won"

/* What partners do on their way, and the rules that give a point for each time. */
enum { PROBE_STAGES = 6 };

typedef struct probe_stage {
    const char *rule;
    const char *type;
    const char *title;
} probe_stage;

extern const probe_stage probe_stages[PROBE_STAGES];

/* A program that takes the same events as the one in the file at `path`, which is compiled as
 * `program`: its commission is 100% of what that program's commission is a share of (without one:
 * of the amount of deal.won), and each of probe_stages gives its points. */
prm_status probe_compile(const char *path, const prm_program *program, prm_program **out, prm_error *error);

typedef struct probe_figures {
    uint64_t won; /* deals that stand */
    sum revenue;  /* minor units */
} probe_figures;

prm_status probe_add_up(prm_engine *engine, probe_figures *out, prm_error *error);

#endif
