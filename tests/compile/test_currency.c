/* Tests of compile/currency: codes of ISO 4217 and their minor units. */
#include "compile/currency.h"

#include "../base/unit.h"

#include <string.h>

static void expect_digits(const char *code, uint32_t expected)
{
    uint32_t digits = 99;
    assert_true(prm__currency_digits(code, strlen(code), &digits));
    assert_int_equal(digits, expected);
}

static void test_minor_units(void **state)
{
    (void)state;
    expect_digits("JPY", 0);
    expect_digits("KRW", 0);
    expect_digits("XPF", 0);
    expect_digits("USD", 2);
    expect_digits("EUR", 2);
    expect_digits("AED", 2);
    expect_digits("ZWG", 2);
    expect_digits("KWD", 3);
    expect_digits("TND", 3);
    expect_digits("CLF", 4);
    expect_digits("UYW", 4);
}

static void test_no_currencies(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "JP", "JPYX", "jpy", "YEN", "XTS", "XAU", "Y U", "SD ", "PY "};
    uint32_t digits = 99;
    for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
        assert_false(prm__currency_digits(wrong[i], strlen(wrong[i]), &digits));
    assert_int_equal(digits, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_minor_units),
        cmocka_unit_test(test_no_currencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
