/* What a test says about the errors of a program that does not compile. */
#ifndef TOOLS_TESTERRORS_H
#define TOOLS_TESTERRORS_H

#include "testprogram.h"
#include "yamldoc.h"

/* Each row of the section must have an error of its own, and each error a row.
 * Differences are added to `details`; 0 when there is any. */
int testerrors_check(const test_program *program, const yamldoc_node *section, buffer *details);

/* Adds the program's diagnostics, or why it could not be read. */
void testerrors_write(const test_program *program, buffer *details);

#endif
