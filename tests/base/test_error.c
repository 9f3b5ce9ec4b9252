/* Tests of base/error: every field is set, and long messages stay UTF-8. */
#include "base/error.h"

#include "base/utf8.h"
#include "unit.h"

#include <string.h>

static void test_fills_every_field(void **state)
{
    (void)state;
    prm_error error;
    memset(&error, 0xFF, sizeof error);
    assert_int_equal(prm__error_set(&error, PRM_E_IO, "cannot read \"%s\": %d", "a.yaml", 2), PRM_E_IO);
    assert_int_equal(error.status, PRM_E_IO);
    assert_int_equal(error.diagnostic, 0);
    assert_int_equal(error.line, 0);
    assert_int_equal(error.column, 0);
    assert_string_equal(error.message, "cannot read \"a.yaml\": 2");
    assert_int_equal(prm__error_memory(&error), PRM_E_MEMORY);
    assert_int_equal(error.status, PRM_E_MEMORY);
    assert_string_equal(error.message, "memory ran out");
}

static void test_null_is_fine(void **state)
{
    (void)state;
    assert_int_equal(prm__error_set(NULL, PRM_E_LIMIT, "x"), PRM_E_LIMIT);
    assert_int_equal(prm__error_memory(NULL), PRM_E_MEMORY);
}

static void test_long_messages_are_cut_on_a_code_point(void **state)
{
    (void)state;
    char text[3 * 400 + 1];
    for (size_t i = 0; i < 400; i++)
        memcpy(text + 3 * i, "\xE9\x87\x91", 3);
    text[sizeof text - 1] = '\0';
    for (int lead = 0; lead < 4; lead++)
        for (int size_given = 480; size_given < 520; size_given++) {
            prm_error error;
            assert_int_equal(
                prm__error_set(&error, PRM_E_EVENT, "%.*s%.*s", lead, "abc", size_given / 3 * 3, text),
                PRM_E_EVENT);
            size_t whole = (size_t)(lead + size_given / 3 * 3), size = strlen(error.message);
            assert_true(whole < sizeof error.message ? size == whole : size >= sizeof error.message - 5);
            assert_true(prm__utf8_valid(error.message, size));
        }
    for (int lead = 0; lead < 4; lead++) {
        prm_error error;
        assert_int_equal(prm__error_set(&error, PRM_E_EVENT, "%.*s%s", lead, "abc", text), PRM_E_EVENT);
        size_t size = strlen(error.message);
        assert_true(size >= sizeof error.message - 5);
        assert_true(prm__utf8_valid(error.message, size));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fills_every_field),
        cmocka_unit_test(test_null_is_fine),
        cmocka_unit_test(test_long_messages_are_cut_on_a_code_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
