/* The keys of a file of program tests, as tables: the reader checks by them, and
 * the JSON Schema is made of them, so that the two cannot differ. Rows that are
 * expected have their keys in testrow.h and testquestion.h. */
#ifndef TOOLS_TESTKEYS_H
#define TOOLS_TESTKEYS_H

#include "yamldoc.h"

/* What stands at a key. */
typedef enum test_form {
    TEST_FORM_VALUE,  /* one value */
    TEST_FORM_VALUES, /* one value, or a list of them */
    TEST_FORM_NUMBER, /* a whole number from 1 */
    TEST_FORM_TIME,   /* a value that is a time */
    TEST_FORM_RATE,   /* a value that is a rate */
    TEST_FORM_AMOUNT, /* a value that is a number */
    TEST_FORM_STEP,   /* a value that is a duration */
    TEST_FORM_EVENTS, /* a list of events, or the name of a file */
    TEST_FORM_TESTS,  /* tests by their names */
    TEST_FORM_EXPECT, /* what is expected of a test */
    TEST_FORM_NEVER   /* nothing: the key is refused, and `doc` says why */
} test_form;

typedef struct test_key {
    const char *name;
    test_form form;
    int needed;
    const char *doc;
    const char *(*choice)(size_t index); /* what it may be, NULL behind the last; or NULL: anything */
} test_key;

typedef struct test_keys {
    const test_key *items;
    size_t count;
} test_keys;

extern const test_keys testkeys_of_file;
extern const test_keys testkeys_of_case;
extern const test_keys testkeys_of_source; /* of events that stand in a file */
extern const test_keys testkeys_of_event;  /* besides the fields, which have any name */
extern const test_keys testkeys_of_totals; /* besides the kinds of rewards */
extern const test_keys testkeys_of_rate;
extern const test_keys testkeys_of_rank;
extern const test_keys testkeys_of_error;

/* Whether the text is one of the key's choices. */
int testkeys_may_be(const test_key *key, prm_text text);

#endif
