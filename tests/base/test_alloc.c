/* Tests of base/alloc: counting, checked sizes, and the host's vtable. */
#include "base/alloc.h"

#include "unit.h"

#include "failing_alloc.h"

static void test_counts_what_is_held(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);

    char *a = prm__alloc_get(&alloc, 10, 3);
    uint64_t *b = prm__alloc_zeroed(&alloc, 4, sizeof *b);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(alloc.held, 62);
    assert_int_equal(failing.bytes, 62);
    for (int i = 0; i < 4; i++)
        assert_int_equal(b[i], 0);

    memcpy(a, "abcdefghijklmnopqrstuvwxyz", 27);
    a = prm__alloc_resize(&alloc, a, 10, 20, 3);
    assert_string_equal(a, "abcdefghijklmnopqrstuvwxyz");
    assert_int_equal(alloc.held, 92);
    a = prm__alloc_resize(&alloc, a, 20, 9, 3);
    assert_string_equal(a, "abcdefghijklmnopqrstuvwxyz");
    assert_int_equal(alloc.held, 59);

    prm__alloc_release(&alloc, a, 9, 3);
    prm__alloc_release(&alloc, b, 4, sizeof *b);
    prm__alloc_release(&alloc, NULL, 0, 8);
    assert_int_equal(alloc.held, 0);
    assert_int_equal(failing.bytes, 0);
}

static void test_sizes_that_overflow_fail(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);

    assert_null(prm__alloc_get(&alloc, SIZE_MAX / 2, 3));
    assert_null(prm__alloc_get(&alloc, SIZE_MAX, 1));
    assert_null(prm__alloc_zeroed(&alloc, 3, SIZE_MAX / 2));
    assert_null(prm__alloc_get(&alloc, 0, 8));
    assert_null(prm__alloc_get(&alloc, 8, 0));
    assert_null(prm__alloc_lines(&alloc, SIZE_MAX / 2, 3));
    assert_null(prm__alloc_lines(&alloc, PTRDIFF_MAX, 1));
    prm__alloc_release_lines(&alloc, NULL, 8, 8);
    assert_int_equal(failing.calls, 0);

    char *block = prm__alloc_get(&alloc, 8, 1);
    assert_null(prm__alloc_resize(&alloc, block, 8, SIZE_MAX / 4 + 1, 4));
    assert_int_equal(alloc.held, 8);
    prm__alloc_release(&alloc, block, 8, 1);
    assert_int_equal(alloc.held, 0);
}

static void test_failure_keeps_the_old_block(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 2);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);

    char *block = prm__alloc_resize(&alloc, NULL, 0, 4, 1);
    memcpy(block, "old", 4);
    assert_null(prm__alloc_resize(&alloc, block, 4, 4000, 1));
    assert_string_equal(block, "old");
    assert_int_equal(alloc.held, 4);
    block = prm__alloc_resize(&alloc, block, 4, 4000, 1);
    assert_string_equal(block, "old");
    assert_int_equal(alloc.held, 4000);
    prm__alloc_release(&alloc, block, 4000, 1);
    assert_int_equal(failing.bytes, 0);
}

static void test_default_host_is_malloc(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    char *block = prm__alloc_zeroed(&alloc, 100, 1);
    assert_non_null(block);
    assert_int_equal(block[99], 0);
    block[99] = 'x';
    block = prm__alloc_resize(&alloc, block, 100, 100000, 1);
    assert_non_null(block);
    assert_int_equal(block[99], 'x');
    assert_int_equal(alloc.held, 100000);
    prm__alloc_release(&alloc, block, 100000, 1);
    assert_int_equal(alloc.held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_what_is_held),
        cmocka_unit_test(test_sizes_that_overflow_fail),
        cmocka_unit_test(test_failure_keeps_the_old_block),
        cmocka_unit_test(test_default_host_is_malloc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
