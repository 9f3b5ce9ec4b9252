/* limit: the sample program's six rules as a C programmer would write them for this one
 * program: dense tables, nothing late, nothing voided, amounts in whole yen. What a general engine is
 * measured against: bare, without duplicate check and history; with names that were looked up before; and
 * with both kept (kept.h). */
#ifndef PRM_BENCH_LIMIT_H
#define PRM_BENCH_LIMIT_H

#include "workload.h"

typedef struct limit limit;

typedef enum limit_kind { LIMIT_BARE, LIMIT_NAMES, LIMIT_KEPT } limit_kind;

limit *limit_new(const prm_program *program, const workload_options *options, limit_kind kind);
void limit_free(limit *all);

/* Makes a portion ready, where names are looked up before. */
void limit_prepare(limit *all, workload *load);

/* Takes the present portion of the workload; false when memory ran out. */
bool limit_take(limit *all, const workload *load);

/* Rows of the ledger so far, to be compared with the engine's. */
uint64_t limit_rows(const limit *all);

#endif
