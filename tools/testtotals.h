/* Totals that a test expects: the net of a ledger per recipient and kind. */
#ifndef TOOLS_TESTTOTALS_H
#define TOOLS_TESTTOTALS_H

#include "testquestion.h"

/* Compares what the section names; what is not in the ledger is 0. Differences
 * are added to the question's details; 0 when there is any. */
int testtotals_check(const test_question *question, const yamldoc_node *section, const test_rows *ledger);

#endif
