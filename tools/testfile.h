/* A file of program tests, NAME.test.yaml, as a model: docs/testing-programs.md
 * is its description. What the file alone can tell is checked when it is read,
 * and everything keeps its line; what depends on the program, such as the kinds
 * of rewards, waits for the run. */
#ifndef TOOLS_TESTFILE_H
#define TOOLS_TESTFILE_H

#include <stdint.h>

#include "yamldoc.h"

/* The step between repeated events: so many of a unit. */
typedef enum test_unit { TEST_DAYS, TEST_MONTHS, TEST_MILLISECONDS } test_unit;

typedef struct test_step {
    test_unit unit;
    int64_t count;
} test_step;

/* An event as written; its fields are the node's other keys. */
typedef struct test_event {
    const yamldoc_node *node;
    prm_text id; /* empty: by its place */
    prm_text at;
    prm_text type;
    uint32_t repeat; /* 0: one event; else so many, each with a number behind the id */
    test_step every;
} test_event;

/* Events listed, or those of a file. */
typedef struct test_events {
    test_event *items;
    size_t count;
    prm_text file; /* a path; empty: the list */
    prm_text map;  /* its mapping, or empty */
} test_events;

typedef enum test_section {
    TEST_LEDGER,
    TEST_CONTAINS,
    TEST_JOURNAL,
    TEST_TOTALS,
    TEST_RATES,
    TEST_RANKS,
    TEST_PROGRESS,
    TEST_JOURNEY,
    TEST_ERRORS,
    TEST_REJECTED,
    TEST_SECTIONS
} test_section;

typedef struct test_case {
    prm_text name;
    uint32_t line;
    const prm_text *programs; /* paths */
    size_t program_count;
    test_events events;
    const yamldoc_node *clock;                 /* NULL: the latest event's time */
    const yamldoc_node *expect[TEST_SECTIONS]; /* lists; NULL where nothing is expected */
    int as_written;                            /* no other orders of arrival */
    prm_text todo;                             /* why it may fail; empty: it may not */
} test_case;

typedef struct test_file {
    yamldoc doc; /* its messages say what is wrong with the file */
    arena memory;
    test_events given;
    test_case *cases; /* in the order of the file */
    size_t count;
} test_file;

/* Reads the file at `path`, which outlives it. 0 when it has problems; free it
 * in either case. */
int testfile_read(test_file *file, const char *path);
void testfile_free(test_file *file);

#endif
