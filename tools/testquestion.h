/* The questions that a test puts to an engine: rates, ranks and progress. */
#ifndef TOOLS_TESTQUESTION_H
#define TOOLS_TESTQUESTION_H

#include "testrow.h"

/* How progress looks. */
extern const test_table testquestion_rows;

typedef struct test_question {
    prm_engine *engine;
    const test_program *program;
    const yamldoc *doc; /* of the sections */
    arena *owner;       /* of what is read */
    buffer *details;
} test_question;

/* Each row of the section is asked; what differs is added to the details. 0 when
 * anything does. */
int testquestion_rates(const test_question *question, const yamldoc_node *section);
int testquestion_ranks(const test_question *question, const yamldoc_node *section);
int testquestion_progress(const test_question *question, const yamldoc_node *section);

/* Adds, for a missing row, the nearest unmet condition of its rule (of all rules
 * where it names none) among the subjects that it may mean. `context` is a
 * test_question. Fits test_comparison.explain. */
void testquestion_explain(const void *context, const test_wanted *wanted, buffer *details);

#endif
