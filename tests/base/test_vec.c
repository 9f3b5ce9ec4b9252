/* Tests of base/vec: growth, and what a failed growth leaves behind. */
#include "base/vec.h"

#include "unit.h"

#include "failing_alloc.h"

static void test_pushes_keep_their_values(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);
    prm__vec vec;
    prm__vec_init(&vec, &alloc, sizeof(uint32_t));

    for (uint32_t i = 0; i < 10000; i++) {
        uint32_t *element = prm__vec_push(&vec);
        assert_non_null(element);
        assert_int_equal(*element, 0);
        *element = i * 7;
    }
    assert_int_equal(vec.count, 10000);
    for (uint32_t i = 0; i < 10000; i++) {
        assert_int_equal(PRM_VEC(vec, uint32_t)[i], i * 7);
        assert_ptr_equal(prm__vec_at(&vec, i), &PRM_VEC(vec, uint32_t)[i]);
    }
    assert_true(failing.calls < 20);
    prm__vec_free(&vec);
    assert_int_equal(vec.count, 0);
    assert_int_equal(failing.bytes, 0);
    prm__vec_free(&vec);
}

static void test_append_and_reserve(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);
    prm__vec vec;
    prm__vec_init(&vec, &alloc, 1);

    assert_int_equal(prm__vec_append(&vec, NULL, 0), PRM_OK);
    assert_int_equal(failing.calls, 0);
    assert_int_equal(prm__vec_append(&vec, "hello ", 6), PRM_OK);
    assert_int_equal(prm__vec_append(&vec, "a longer world", 15), PRM_OK);
    assert_string_equal(vec.data, "hello a longer world");
    assert_int_equal(prm__vec_reserve(&vec, 1000), PRM_OK);
    assert_int_equal(vec.count, 21);
    size_t calls = failing.calls;
    for (int i = 0; i < 1000; i++)
        assert_non_null(prm__vec_push(&vec));
    assert_int_equal(failing.calls, calls);
    prm__vec_free(&vec);
    assert_int_equal(failing.bytes, 0);
}

static void test_impossible_growth_is_memory(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);
    prm__vec vec;
    prm__vec_init(&vec, &alloc, 16);

    assert_non_null(prm__vec_push(&vec));
    assert_int_equal(prm__vec_reserve(&vec, SIZE_MAX), PRM_E_MEMORY);
    assert_int_equal(prm__vec_reserve(&vec, SIZE_MAX / 16), PRM_E_MEMORY);
    assert_int_equal(vec.count, 1);
    assert_int_equal(alloc.held, vec.capacity * 16);
    prm__vec_free(&vec);
}

/* For every n: the n-th allocation fails, everything before it stands. */
static void test_every_failure_leaves_the_vec(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 8; n++) {
        failing_alloc failing;
        failing_alloc_init(&failing, n);
        prm__alloc alloc;
        prm__alloc_init(&alloc, &failing.host);
        prm__vec vec;
        prm__vec_init(&vec, &alloc, sizeof(size_t));
        size_t failures = 0;
        for (size_t i = 0; i < 1000; i++) {
            size_t *element = prm__vec_push(&vec);
            if (element == NULL) {
                failures++;
                assert_int_equal(vec.count, i);
                element = prm__vec_push(&vec);
            }
            *element = i;
        }
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(PRM_VEC(vec, size_t)[i], i);
        assert_int_equal(failures, 1);
        prm__vec_free(&vec);
        assert_int_equal(failing.bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pushes_keep_their_values),
        cmocka_unit_test(test_append_and_reserve),
        cmocka_unit_test(test_impossible_growth_is_memory),
        cmocka_unit_test(test_every_failure_leaves_the_vec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
