#include "testmatch.h"

#include "scratch.h"

enum { MATCH_MOST = 6 };

/* The largest matching by trying: each expected row takes any free one, or none. */
static size_t match_by_trying(const unsigned char *fits, size_t expected, size_t actual)
{
    size_t best = 0;
    size_t ways = 1;
    for (size_t i = 0; i < expected; i++)
        ways *= actual + 1;
    for (size_t way = 0; way < ways; way++) {
        unsigned used = 0;
        size_t size = 0;
        size_t rest = way;
        for (size_t i = 0; i < expected; i++, rest /= actual + 1) {
            size_t j = rest % (actual + 1);
            if (j == actual || !fits[i * actual + j] || (used & (1u << j)) != 0)
                continue;
            used |= 1u << j;
            size++;
        }
        best = size > best ? size : best;
    }
    return best;
}

/* Each pair fits, and stands in both lists. */
static void match_check(const unsigned char *fits, size_t expected, size_t actual)
{
    size_t found[MATCH_MOST];
    size_t taken[MATCH_MOST];
    size_t size = testmatch_largest(fits, expected, actual, found, taken);
    size_t pairs = 0;
    for (size_t i = 0; i < expected; i++) {
        if (found[i] == TESTMATCH_NONE)
            continue;
        assert_true(fits[i * actual + found[i]]);
        assert_int_equal(taken[found[i]], i);
        pairs++;
    }
    for (size_t j = 0; j < actual; j++)
        pairs -= taken[j] != TESTMATCH_NONE;
    assert_int_equal(pairs, 0);
    assert_int_equal(size, match_by_trying(fits, expected, actual));
}

static void test_as_many_as_there_can_be(void **state)
{
    uint32_t random = 1;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        unsigned char fits[MATCH_MOST * MATCH_MOST];
        size_t expected = (size_t)round % 5;
        size_t actual = (size_t)round / 5 % 5;
        for (size_t i = 0; i < sizeof fits; i++) {
            random = random * 1664525 + 1013904223;
            fits[i] = (random >> 24) % 3 == 0;
        }
        match_check(fits, expected, actual);
    }
}

static void test_a_long_path(void **state)
{
    /* Row i fits i and i + 1, the last one only the first: all must move. */
    unsigned char fits[MATCH_MOST * MATCH_MOST] = {0};
    (void)state;
    for (size_t i = 0; i + 1 < MATCH_MOST; i++)
        fits[i * MATCH_MOST + i] = fits[i * MATCH_MOST + i + 1] = 1;
    fits[(MATCH_MOST - 1) * MATCH_MOST] = 1;
    size_t found[MATCH_MOST];
    size_t taken[MATCH_MOST];
    assert_int_equal(testmatch_largest(fits, MATCH_MOST, MATCH_MOST, found, taken), MATCH_MOST);
    assert_int_equal(found[MATCH_MOST - 1], 0);
    assert_int_equal(found[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_many_as_there_can_be),
        cmocka_unit_test(test_a_long_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
