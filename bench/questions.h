/* questions: how fast an engine answers: progress of all subjects, and the explanation of one outcome, beside
 * what it costs to fold that partner again. */
#ifndef PRM_BENCH_QUESTIONS_H
#define PRM_BENCH_QUESTIONS_H

#include <prm/prm.h>

/* Asks an engine that has taken in a workload, and prints a line for each question. 0, or 1 after telling why. */
int questions_ask(prm_engine *engine);

#endif
