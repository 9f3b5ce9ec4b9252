/* Tests of base/hash: it is XXH3, it is seeded, and pairs are ordered. */
#include "base/hash.h"

#include "unit.h"

static void test_is_xxh3(void **state)
{
    (void)state;
    /* The published value of the empty input. */
    assert_true(prm__hash_bytes(NULL, 0, 0) == UINT64_C(0x2D06800538D394C2));
}

static void test_seed_and_bytes_matter(void **state)
{
    (void)state;
    const char text[] = "a text that is a little longer than any of the short paths takes: "
                        "a text that is a little longer than any of the short paths takes";
    for (size_t size = 0; size < sizeof text; size++) {
        assert_true(prm__hash_bytes(text, size, 1) == prm__hash_bytes(text, size, 1));
        assert_true(prm__hash_bytes(text, size, 1) != prm__hash_bytes(text, size, 2));
        assert_true(prm__hash_bytes(text, size, 1) != prm__hash_bytes(text, size + 1, 1));
    }
}

static void test_short_texts_spread(void **state)
{
    (void)state;
    char text[PRM_BYTES_PACK];
    unsigned seen[256] = {0};
    memset(text, 'a', sizeof text);
    for (size_t size = 0; size < sizeof text; size++) {
        assert_true(prm__hash_text(text, size, 1) != prm__hash_text(text, size, 2));
        assert_true(prm__hash_text(text, size, 1) != prm__hash_text(text, size + 1, 1));
    }
    /* Names that differ in their last digits, by the low bits. */
    for (int i = 0; i < 4096; i++) {
        for (int digit = 0, rest = i; digit < 4; digit++, rest /= 10)
            text[8 - digit] = (char)('0' + rest % 10);
        seen[prm__hash_text(text, 9, 0) & 255]++;
    }
    for (int i = 0; i < 256; i++)
        assert_in_range(seen[i], 1, 48);
}

static void test_pairs_are_ordered(void **state)
{
    (void)state;
    assert_true(prm__hash_pair(1, 2) == prm__hash_pair(1, 2));
    assert_true(prm__hash_pair(1, 2) != prm__hash_pair(2, 1));
    /* The low bits, by which tables look, spread over dense keys. */
    unsigned seen[256] = {0};
    for (uint64_t i = 0; i < 4096; i++)
        seen[prm__hash_pair(7, i) & 255]++;
    for (int i = 0; i < 256; i++)
        assert_in_range(seen[i], 1, 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_xxh3),
        cmocka_unit_test(test_seed_and_bytes_matter),
        cmocka_unit_test(test_short_texts_spread),
        cmocka_unit_test(test_pairs_are_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
