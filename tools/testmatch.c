#include "testmatch.h"

/* Augmenting paths, breadth first: a row without a partner may take another's if
 * that one finds a new one. Most rows find theirs at once. */

#include <stdlib.h>
#include <string.h>

#include "memory.h"

typedef struct testmatch_search {
    const unsigned char *fits;
    size_t expected_count;
    size_t actual_count;
    size_t *found;
    size_t *taken;
    size_t *queue;       /* expected rows to look at */
    size_t *reached_by;  /* per actual row: the expected row that reached it */
    unsigned char *seen; /* per actual row */
} testmatch_search;

/* Moves the rows along the path that ends at the free row `actual`. */
static void testmatch_flip(testmatch_search *search, size_t actual)
{
    while (actual != TESTMATCH_NONE) {
        size_t expected = search->reached_by[actual];
        size_t left = search->found[expected];
        search->found[expected] = actual;
        search->taken[actual] = expected;
        actual = left;
    }
}

static int testmatch_augment(testmatch_search *search, size_t start)
{
    size_t head = 0;
    size_t tail = 0;
    memset(search->seen, 0, search->actual_count);
    search->queue[tail++] = start;
    while (head < tail) {
        size_t expected = search->queue[head++];
        const unsigned char *row = search->fits + expected * search->actual_count;
        for (size_t actual = 0; actual < search->actual_count; actual++) {
            if (!row[actual] || search->seen[actual])
                continue;
            search->seen[actual] = 1;
            search->reached_by[actual] = expected;
            if (search->taken[actual] == TESTMATCH_NONE) {
                testmatch_flip(search, actual);
                return 1;
            }
            search->queue[tail++] = search->taken[actual];
        }
    }
    return 0;
}

size_t testmatch_largest(const unsigned char *fits, size_t expected_count, size_t actual_count, size_t *found,
                         size_t *taken)
{
    size_t size = 0;
    testmatch_search search = {fits, expected_count, actual_count, found, taken, NULL, NULL, NULL};
    search.queue = memory_take((expected_count + 1) * sizeof *search.queue);
    search.reached_by = memory_take((actual_count + 1) * sizeof *search.reached_by);
    search.seen = memory_take(actual_count + 1);
    for (size_t i = 0; i < expected_count; i++)
        found[i] = TESTMATCH_NONE;
    for (size_t j = 0; j < actual_count; j++)
        taken[j] = TESTMATCH_NONE;
    for (size_t i = 0; i < expected_count; i++)
        size += (size_t)testmatch_augment(&search, i);
    free(search.queue);
    free(search.reached_by);
    free(search.seen);
    return size;
}
