/* Tests of base/arena: alignment, zeroes, objects that never move, and failure. */
#include "base/arena.h"

#include "unit.h"

#include "failing_alloc.h"

static void test_objects_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);
    prm__arena arena;
    prm__arena_init(&arena, &alloc);

    enum { OBJECTS = 3000 };
    unsigned char *objects[OBJECTS];
    size_t sizes[OBJECTS];
    uint64_t random = 1;
    for (size_t i = 0; i < OBJECTS; i++) {
        sizes[i] = (size_t)(unit_random(&random) % (i % 100 == 0 ? 100000 : 200));
        objects[i] = prm__arena_get(&arena, sizes[i]);
        assert_non_null(objects[i]);
        assert_int_equal((uintptr_t)objects[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(objects[i][k], 0);
        memset(objects[i], (int)(i % 255) + 1, sizes[i]);
    }
    for (size_t i = 0; i < OBJECTS; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(objects[i][k], i % 255 + 1);
    prm__arena_free(&arena);
    assert_int_equal(failing.bytes, 0);
    assert_int_equal(alloc.held, 0);
}

static void test_objects_of_no_size_differ(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__arena arena;
    prm__arena_init(&arena, &alloc);
    void *a = prm__arena_get(&arena, 0);
    void *b = prm__arena_get(&arena, 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_ptr_not_equal(a, b);
    prm__arena_free(&arena);
}

static void test_large_objects_waste_no_chunk(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);
    prm__arena arena;
    prm__arena_init(&arena, &alloc);
    assert_non_null(prm__arena_get(&arena, 16));
    assert_non_null(prm__arena_get(&arena, 1000000));
    assert_non_null(prm__arena_get(&arena, 16));
    assert_int_equal(failing.calls, 2);
    prm__arena_free(&arena);
    assert_int_equal(failing.bytes, 0);
}

static void test_text_is_copied_with_nul(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__arena arena;
    prm__arena_init(&arena, &alloc);
    assert_string_equal(prm__arena_text(&arena, "partner", 4), "part");
    assert_string_equal(prm__arena_text(&arena, NULL, 0), "");
    char *binary = prm__arena_text(&arena, "a\0b", 3);
    assert_memory_equal(binary, "a\0b", 4);
    prm__arena_free(&arena);
}

static void test_failure_and_retry(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 4; n++) {
        failing_alloc failing;
        failing_alloc_init(&failing, n);
        prm__alloc alloc;
        prm__alloc_init(&alloc, &failing.host);
        prm__arena arena;
        prm__arena_init(&arena, &alloc);
        size_t failures = 0;
        for (int i = 0; i < 1000; i++)
            if (prm__arena_get(&arena, 64) == NULL)
                failures++;
        assert_int_equal(failures, 1);
        assert_null(prm__arena_get(&arena, SIZE_MAX));
        assert_null(prm__arena_get(&arena, SIZE_MAX - 20));
        assert_null(prm__arena_text(&arena, "", SIZE_MAX));
        prm__arena_free(&arena);
        assert_int_equal(failing.bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_are_zeroed_aligned_and_apart),
        cmocka_unit_test(test_objects_of_no_size_differ),
        cmocka_unit_test(test_large_objects_waste_no_chunk),
        cmocka_unit_test(test_text_is_copied_with_nul),
        cmocka_unit_test(test_failure_and_retry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
