/* What the tests gave, on standard output: for people, as TAP, or as JUnit XML. */
#ifndef TOOLS_TESTREPORT_H
#define TOOLS_TESTREPORT_H

#include "memory.h"

typedef enum testreport_format { TESTREPORT_HUMAN, TESTREPORT_TAP, TESTREPORT_JUNIT } testreport_format;

/* One test that ran; the texts are the caller's. */
typedef struct testreport_item {
    prm_text name;
    prm_text program; /* told where a test runs with several, else empty */
    prm_text todo;    /* why it may fail, else empty */
    int passed;
    prm_text details; /* lines that say what differs; of one that passed, what may be a mistake */
} testreport_item;

/* All zeros but the format at the start. */
typedef struct test_report {
    testreport_format format;
    size_t passed;
    size_t failed;
    size_t todo;        /* failed, as they may */
    size_t todo_passed; /* of those passed, the ones that might have failed */
    const char *file;   /* the one at hand; NULL: none */
    buffer suite;       /* the rest is the report's own */
    size_t suite_tests;
    size_t suite_failures;
} test_report;

/* The format of that name; 0 when there is none. */
int testreport_format_named(const char *name, testreport_format *out);

/* What is added next is of this file, which must outlive the report. */
void testreport_file(test_report *report, const char *path);

void testreport_add(test_report *report, const testreport_item *item);

/* Tells what of the program no test fires, behind all tests: a note, in JUnit a suite without tests
 * that has it as a property. */
void testreport_unfired(test_report *report, const char *path, prm_text what);

/* Ends the output: the summary, the plan, the last tags. */
void testreport_end(test_report *report);

#endif
