#include "testvalue.h"

#include "scratch.h"

static void value_same(const char *a, const char *b, int same)
{
    if (testvalue_same(text_of(a), text_of(b)) != same || testvalue_same(text_of(b), text_of(a)) != same)
        fail_msg("'%s' and '%s' should%s be the same", a, b, same ? "" : " not");
}

static void test_same(void **state)
{
    (void)state;
    value_same("5000", "5000.00", 1);
    value_same("005000", "5000", 1);
    value_same("+5", "5", 1);
    value_same("-0", "0.0", 1);
    value_same("0.10", "0.1", 1);
    value_same("123456789012345678901234567890.5", "123456789012345678901234567890.50", 1);
    value_same("5", "-5", 0);
    value_same("0.01", "0.1", 0);
    value_same("50", "5", 0);
    value_same("123456789012345678901234567890.5", "123456789012345678901234567890.51", 0);
}

static void test_what_is_no_decimal(void **state)
{
    const char *const texts[] = {"", "-", "+", ".5", "5.", "1e3", " 5", "5 ", "--5", "5,0", "1_000", "5%"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(testvalue_is_decimal(text_of(texts[i])));
        assert_false(testvalue_same(text_of(texts[i]), text_of(texts[i])));
    }
}

static void value_rate(const char *text, int64_t rate, int is_added)
{
    int64_t came;
    int added;
    if (!testvalue_rate(text_of(text), &came, &added))
        fail_msg("'%s' should be a rate", text);
    assert_true(came == rate);
    assert_int_equal(added, is_added);
}

static void test_rates(void **state)
{
    (void)state;
    value_rate("20%", INT64_C(200000000000), 0);
    value_rate("0.2", INT64_C(200000000000), 0);
    value_rate("+5%", INT64_C(50000000000), 1);
    value_rate("+0.05", INT64_C(50000000000), 1);
    value_rate("-2.50%", INT64_C(-25000000000), 1);
    value_rate("0%", 0, 0);
    value_rate("1", INT64_C(1000000000000), 0);
    value_rate("0.0000000001%", 1, 0);
    value_rate("0.00000000010%", 1, 0);
    value_rate("0.000000000001", 1, 0);
}

static void test_what_is_no_rate(void **state)
{
    const char *const texts[] = {
        "", "%", "+%", "5%%", "5 %", "lots", "0.00000000001%", "0.0000000000001", "99999999999", "5.%",
    };
    int64_t rate;
    int added;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (testvalue_rate(text_of(texts[i]), &rate, &added))
            fail_msg("'%s' should be no rate", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_what_is_no_decimal),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_what_is_no_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
