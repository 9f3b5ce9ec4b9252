/* reading: what the tool reads is read as it reads it, from a file in memory. */
#ifndef PRM_TESTS_FUZZ_READING_H
#define PRM_TESTS_FUZZ_READING_H

#include "fuzz.h"

#include "feed.h"

/* Once, before the others: the program that events and mappings are for. */
void fuzz_read_begin(void);

void fuzz_read_events(const uint8_t *data, size_t size, events_format format);

/* A mapping; behind a line of "---" alone stand rows for it. */
void fuzz_read_mapping(const uint8_t *data, size_t size, events_format format);

/* A file of program tests. */
void fuzz_read_tests(const uint8_t *data, size_t size);

#endif
