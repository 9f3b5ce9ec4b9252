/* Expected rows against those that came, with every difference written down:
 * what is missing, what is unexpected, and what is there but differs. */
#ifndef TOOLS_TESTCOMPARE_H
#define TOOLS_TESTCOMPARE_H

#include "testrow.h"

typedef struct test_comparison {
    const char *section; /* named in the differences */
    const test_table *table;
    const test_wanted *wanted;
    size_t wanted_count;
    const test_row *rows;
    size_t row_count;
    int exact;   /* rows beyond the expected ones are differences too */
    int with_op; /* postings are shown with their op */
    /* What else helps where a row is missing; may be NULL. */
    void (*explain)(const void *context, const test_wanted *wanted, buffer *details);
    const void *context;
} test_comparison;

/* Each expected row must have a row of its own that fits, in any order.
 * Differences are added to `details`; 0 when there is any. */
int testcompare_any_order(const test_comparison *given, buffer *details);

/* The rows must be exactly the expected ones, in their order. */
int testcompare_in_order(const test_comparison *given, buffer *details);

#endif
