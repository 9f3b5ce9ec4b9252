/* Tests of lang/scalars: texts read by the type of their place. */
#include "reading.h"

#include "lang/scalars.h"

static const prm__yaml_node *only(const reading *r)
{
    return prm__yaml_find(r->root, "k");
}

static void test_choice(void **state)
{
    (void)state;
    static const char *const names[] = {"monday", "tuesday", "friday"};
    static const prm__choices choices = {names, 3, false};
    reading r;
    uint32_t out = 9;
    reading_text(&r, "k: tuesday\n");
    assert_true(prm__scalar_choice(&r.lang, only(&r), "k", &choices, &out));
    assert_int_equal(out, 1);
    reading_close(&r);
    reading_text(&r, "k: tusday\n");
    assert_false(prm__scalar_choice(&r.lang, only(&r), "k", &choices, &out));
    assert_int_equal(out, 1);
    reading_expect(&r, "204 1:4-10 did you mean `tuesday`?");
    prm_diagnostic one = {.size = sizeof one};
    assert_int_equal(prm_diagnostics_get(r.lang.diag, 0, &one), PRM_OK);
    assert_int_equal(one.message.size, strlen("`k` is monday, tuesday or friday, not `tusday`"));
    assert_memory_equal(one.message.data, "`k` is monday, tuesday or friday, not `tusday`", one.message.size);
    reading_close(&r);
}

static void expect_integer(const char *text, int32_t expected, const char *findings)
{
    reading r;
    int32_t out = -99;
    reading_text(&r, text);
    assert_int_equal(prm__scalar_integer(&r.lang, only(&r), "k", 1, 31, &out), *findings == '\0');
    assert_int_equal(out, expected);
    reading_expect(&r, findings);
    reading_close(&r);
}

static void test_integer(void **state)
{
    (void)state;
    expect_integer("k: 1", 1, "");
    expect_integer("k: 31", 31, "");
    expect_integer("k: 5.0", 5, "");
    expect_integer("k: 0", -99, "204 1:4-5");
    expect_integer("k: 32", -99, "204 1:4-6");
    expect_integer("k: 2.5", -99, "204 1:4-7");
    expect_integer("k: x", -99, "204 1:4-5");
}

static void expect_rate(const char *text, int64_t expected, bool expected_sign, const char *findings)
{
    reading r;
    int64_t out = -99;
    bool sign = false;
    reading_text(&r, text);
    assert_int_equal(prm__scalar_rate(&r.lang, only(&r), "k", &out, &sign), *findings == '\0');
    assert_int_equal(out, expected);
    assert_int_equal(sign, expected_sign);
    reading_expect(&r, findings);
    reading_close(&r);
}

static void test_rate(void **state)
{
    (void)state;
    expect_rate("k: 20%", INT64_C(200000000000), false, "");
    expect_rate("k: 0.05", INT64_C(50000000000), false, "");
    expect_rate("k: +5%", INT64_C(50000000000), true, "");
    expect_rate("k: -2.5%", INT64_C(-25000000000), true, "");
    expect_rate("k: '+0%'", 0, true, "");
    expect_rate("k: 100%", INT64_C(1000000000000), false, "");
    expect_rate("k: 0.999999999999", INT64_C(999999999999), false, "");
    expect_rate("k: 9223372%", INT64_C(92233720000000000), false, "");
    expect_rate("k: 9223372.04", -99, false, "212 1:4-14");
    expect_rate("k: 0.0000000000001", -99, false, "212 1:4-19");
    expect_rate("k: 1000000000000000000", -99, false, "212 1:4-23");
    expect_rate("k: 5 %", -99, false, "212 1:4-7");
    expect_rate("k: five", -99, false, "212 1:4-8");
}

static void test_durations_and_dates(void **state)
{
    (void)state;
    reading r;
    prm__duration duration = {0, 0, 0};
    int32_t days = 0;
    reading_text(&r, "k: 2w of x\nd: 1970-01-02\n");
    assert_true(prm__scalar_duration(&r.lang, only(&r), "k", 0, 2, &duration));
    assert_int_equal(duration.count, 14);
    assert_int_equal(duration.unit, PRM_UNIT_DAY);
    assert_true(prm__scalar_date(&r.lang, prm__yaml_find(r.root, "d"), "d", &days));
    assert_int_equal(days, 1);
    assert_false(prm__scalar_duration(&r.lang, only(&r), "k", 3, 5, &duration));
    assert_false(prm__scalar_date(&r.lang, only(&r), "k", &days));
    reading_expect(&r, "211 1:4-11; 210 1:7-9");
    reading_close(&r);
}

/* Places inside a scalar are exact only where its text stands in the source as it is. */
static void test_span(void **state)
{
    (void)state;
    reading r;
    reading_text(&r, "k: abcdef\nq: 'ab cd'\ne: \"a\\tb\"\n");
    prm__span span = prm__scalar_span(only(&r), 1, 3);
    assert_int_equal(span.start, 4);
    assert_int_equal(span.end, 6);
    span = prm__scalar_span(prm__yaml_find(r.root, "q"), 0, 2);
    assert_int_equal(span.start, 14);
    assert_int_equal(span.end, 16);
    span = prm__scalar_span(prm__yaml_find(r.root, "e"), 0, 1);
    assert_int_equal(span.start, 24);
    assert_int_equal(span.end, 30);
    reading_close(&r);
}

static void test_text(void **state)
{
    (void)state;
    char text[PRM_LIMIT_TEXT_BYTES + 8] = "k: ";
    memset(text + 3, 'x', PRM_LIMIT_TEXT_BYTES);
    reading r;
    reading_text(&r, text);
    assert_true(prm__scalar_text(&r.lang, only(&r), "k"));
    reading_close(&r);
    text[3 + PRM_LIMIT_TEXT_BYTES] = 'x';
    reading_text(&r, text);
    assert_false(prm__scalar_text(&r.lang, only(&r), "k"));
    reading_expect(&r, "217 1:4-4101");
    reading_close(&r);
}

static void test_identifiers(void **state)
{
    (void)state;
    assert_true(prm__scalar_is_identifier("meetings_target2", 16));
    assert_true(prm__scalar_is_identifier("_", 1));
    assert_false(prm__scalar_is_identifier("", 0));
    assert_false(prm__scalar_is_identifier("2a", 2));
    assert_false(prm__scalar_is_identifier("a-b", 3));
    assert_false(prm__scalar_is_identifier("\xE8\xAA\x9E", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),      cmocka_unit_test(test_integer),
        cmocka_unit_test(test_rate),        cmocka_unit_test(test_durations_and_dates),
        cmocka_unit_test(test_span),        cmocka_unit_test(test_text),
        cmocka_unit_test(test_identifiers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
