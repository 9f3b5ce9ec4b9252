/* One test with one program: its events handed to engines in many orders of
 * arrival, and what comes of it compared with what is expected. */
#ifndef TOOLS_TESTRUN_H
#define TOOLS_TESTRUN_H

#include "testfile.h"
#include "testprogram.h"

/* Runs the test. 1 when all is as expected; else 0, with what differs, line by
 * line, added to `details`. Rules that fired are noted in the program. */
int testrun_case(const test_file *file, const test_case *test, test_program *program, buffer *details);

#endif
