/* Orders of arrival: how the events of one test are handed to an engine. The
 * ledger must not depend on any of it, so each test is run with all of these. */
#ifndef TOOLS_TESTARRIVAL_H
#define TOOLS_TESTARRIVAL_H

#include "memory.h"

/* The first is the test as written, one event per call; then all in one call,
 * the reverse, and shuffles in calls of a few events. */
enum { TESTARRIVAL_COUNT = 7, TESTARRIVAL_NAME = 48 };

typedef enum testarrival_clock {
    TESTARRIVAL_FOLLOWS, /* the clock follows the events */
    TESTARRIVAL_FIRST,   /* it is set before the first event */
    TESTARRIVAL_LAST,    /* it is set after the last */
} testarrival_clock;

typedef struct test_arrival {
    char name[TESTARRIVAL_NAME];
    testarrival_clock clock;
    uint64_t seed;
    size_t *order; /* indices of the events */
    size_t count;
    size_t given; /* how many were handed out */
    size_t call;  /* events per call; 0: a few, at random */
} test_arrival;

/* Makes arrival `number` (below TESTARRIVAL_COUNT) of the events, the same for
 * the same test name. Events of one id keep their order: which of them is taken
 * does depend on it. Free it. */
void testarrival_make(test_arrival *out, size_t number, prm_text test, const prm_event *events, size_t count);

/* The size of the next call; 0 when all events are handed out. The call's
 * indices are order[given - size] to order[given - 1]. */
size_t testarrival_next(test_arrival *arrival);

void testarrival_free(test_arrival *arrival);

#endif
