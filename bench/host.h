/* host: what an engine asks of its host: memory while it is empty, calls of the allocator per event, and the
 * time to keep one partner as bytes (prm_apply). */
#ifndef PRM_BENCH_HOST_H
#define PRM_BENCH_HOST_H

#include <prm/prm.h>

/* Prints a row for each. 0, or 1 after telling why. */
int host_ask(prm_program *program);

#endif
