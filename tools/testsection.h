/* The sections of what a test expects, and how their rows look. */
#ifndef TOOLS_TESTSECTION_H
#define TOOLS_TESTSECTION_H

#include "testfile.h"
#include "testrow.h"

typedef struct test_section_shape {
    const char *name;
    const char *doc;
    const test_keys *keys;   /* of its rows; or */
    const test_table *table; /* their columns; with neither, a row is one value */
    const char *kinds; /* what the kinds of rewards mean as keys, which only the program knows; or NULL */
    int may_be_empty;  /* no rows are an answer too */
} test_section_shape;

const test_section_shape *testsection_shape(test_section section);

/* The keys of a section's rows, but for the kinds of rewards; NULL behind the last. */
const test_key *testsection_key(const test_section_shape *shape, size_t index);

#endif
