/* What a test expects of the journey: who stands where at the clock. */
#ifndef TOOLS_TESTJOURNEY_H
#define TOOLS_TESTJOURNEY_H

#include "testquestion.h"

extern const test_table testjourney_rows;

/* Each row of the section has one that came; what differs is added to the details. 0 when anything does. */
int testjourney_check(const test_question *question, const yamldoc_node *section);

#endif
