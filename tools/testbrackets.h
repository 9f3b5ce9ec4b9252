/* Which brackets of a program's commission the tests use: those whose rate, were it another,
 * would change what some test gives. Rows of commission do not tell their brackets. */
#ifndef TOOLS_TESTBRACKETS_H
#define TOOLS_TESTBRACKETS_H

#include "memory.h"

typedef struct test_bracket {
    prm_text from;
    prm_program *other; /* the program with another rate here; NULL when it has none */
    int fired;
} test_bracket;

/* The brackets of the program in the file at `path`, with texts in `owner`; NULL, and 0 in *count,
 * when it has none. */
test_bracket *testbrackets_read(const char *path, arena *owner, size_t *count);

void testbrackets_free(test_bracket *brackets, size_t count);

#endif
