/* limit: the sample program's six rules as a C programmer would write them for this one
 * program: dense tables, no duplicate check, no history, nothing late, nothing
 * voided, amounts in whole yen. What a general engine is measured against. */
#ifndef PRM_BENCH_LIMIT_H
#define PRM_BENCH_LIMIT_H

#include "workload.h"

typedef struct limit limit;

limit *limit_new(const prm_program *program, const workload_options *options);
void limit_free(limit *all);

/* Takes the present portion of the workload. */
void limit_take(limit *all, const workload *load);

/* Rows of the ledger so far, to be compared with the engine's. */
uint64_t limit_rows(const limit *all);

#endif
