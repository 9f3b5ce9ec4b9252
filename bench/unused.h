/* unused: much of the language, about events that the workload has none of. Behind the six rules,
 * it must not be felt: what a program does not use costs it nothing. */
#ifndef PRM_BENCH_UNUSED_H
#define PRM_BENCH_UNUSED_H

#include <prm/prm.h>

/* The program in the file at `path`, whose last key is `rules`, with further rules and keys behind it;
 * NULL after telling why. */
prm_program *unused_beside(const char *path);

#endif
