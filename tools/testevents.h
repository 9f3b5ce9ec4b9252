/* The events of one test, made for one program: the given ones first, repeats
 * written out, ids by place. */
#ifndef TOOLS_TESTEVENTS_H
#define TOOLS_TESTEVENTS_H

#include "batch.h"
#include "testfile.h"

/* Adds all events of the test to the empty batch and seals it; their origins
 * are lines of the test file, or of the file of events. What is wrong is added
 * to `problems`, a line each; 0 when there is any. */
int testevents_make(const test_file *file, const test_case *test, const prm_program *program,
                    event_batch *out, buffer *problems);

/* The instant `count` steps after `start`, in ms UTC, in the program's zone: days
 * and months keep the local time of day (a month that lacks the day gives its
 * last one), and where `start` was written as a plain date, so is the result.
 * 0 when it is no time that the library takes. */
int testevents_step(const prm_program *program, prm_text at, int64_t start, test_step step, int64_t count,
                    int64_t *out);

#endif
