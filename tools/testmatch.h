/* Which expected row stands for which actual one. An expected row may fit many
 * actual ones, so the pairs are chosen such that as many as possible find one. */
#ifndef TOOLS_TESTMATCH_H
#define TOOLS_TESTMATCH_H

#include <stddef.h>

#define TESTMATCH_NONE ((size_t)-1)

/* `fits` has a byte per pair, that of expected i and actual j at
 * [i * actual_count + j]. Fills `found` (per expected row, its actual one or
 * TESTMATCH_NONE) and `taken` (per actual row, its expected one) with a largest
 * matching, and returns its size. */
size_t testmatch_largest(const unsigned char *fits, size_t expected_count, size_t actual_count, size_t *found,
                         size_t *taken);

#endif
