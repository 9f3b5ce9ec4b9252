/* feeding: the ways in which a host hands a portion of the workload to an engine. What a host has from
 * elsewhere (names that it has looked up before, columns that it was given) is prepared apart, so that it is
 * not timed. */
#ifndef PRM_BENCH_FEEDING_H
#define PRM_BENCH_FEEDING_H

#include "workload.h"

typedef enum feeding {
    FEEDING_BATCHES, /* arrays of events with their names as texts */
    FEEDING_SINGLE,  /* the same, one event in a call */
    FEEDING_NAMES,   /* in batches, names as handles; those of deals, which are new, as texts */
    FEEDING_COLUMNS  /* in the layouts of Arrow: texts with offsets, types by a dictionary */
} feeding;

/* Makes the portion ready; 0, or 1 after telling why. */
int feeding_prepare(feeding how, prm_engine *engine, workload *load);

/* Hands it over. */
int feeding_take(feeding how, prm_engine *engine, const workload *load);

#endif
