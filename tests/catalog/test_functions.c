/* Tests of the functions of expressions. */
#include "catalog/catalog.h"

#include "../base/unit.h"

#include <string.h>

static const prm__function_def *function(const char *name)
{
    const prm__function_def *def = NULL;
    for (uint32_t i = 0; (def = prm__catalog_function(i)) != NULL; i++)
        if (strcmp(def->name, name) == 0)
            return def;
    fail_msg("no function %s", name);
    return NULL;
}

static prm__value text(const char *bytes)
{
    prm__value value = {.type = PRM_TYPE_TEXT, .text = {bytes, bytes == NULL ? 0 : strlen(bytes)}};
    return value;
}

static prm__value number(prm__decimal e12)
{
    prm__value value = {.type = PRM_TYPE_NUMBER, .number = e12};
    return value;
}

static bool holds(const char *name, const char *a, const char *b)
{
    const prm__value arguments[2] = {text(a), text(b)};
    prm__value result = function(name)->call(arguments);
    assert_int_equal(result.type, PRM_TYPE_BOOLEAN);
    assert_true(result.number == 0 || result.number == 1);
    return result.number == 1;
}

static void test_size_counts_code_points(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int size;
    } cases[] = {{NULL, 0}, {"", 0}, {"a", 1}, {"basics", 6}, {"パートナー", 5}, {"a\xF0\x9F\x98\x80z", 3}};
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        prm__value argument = text(cases[i].text);
        prm__value result = function("size")->call(&argument);
        assert_int_equal(result.type, PRM_TYPE_NUMBER);
        assert_true(result.number == cases[i].size * PRM_DECIMAL_ONE);
    }
}

static void test_parts_of_texts(void **state)
{
    (void)state;
    const struct {
        const char *text, *part;
        bool starts, ends, contains;
    } cases[] = {
        {"", "", true, true, true},          {NULL, NULL, true, true, true},
        {"", "a", false, false, false},      {"a", NULL, true, true, true},
        {"a", "a", true, true, true},        {"abab", "ab", true, true, true},
        {"abab", "ba", false, false, true},  {"abab", "aba", true, false, true},
        {"abab", "bab", false, true, true},  {"abab", "ababa", false, false, false},
        {"aaab", "aab", false, true, true},  {"aaab", "aac", false, false, false},
        {"東京都", "東", true, false, true}, {"東京都", "京", false, false, true},
        {"東京都", "都", false, true, true},
    };
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        assert_int_equal(holds("startsWith", cases[i].text, cases[i].part), cases[i].starts);
        assert_int_equal(holds("endsWith", cases[i].text, cases[i].part), cases[i].ends);
        assert_int_equal(holds("contains", cases[i].text, cases[i].part), cases[i].contains);
    }
}

/* Against the definition, over all short texts of two letters. */
static void test_contains_against_its_definition(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 1u << 9; a++) {
        char whole[10] = "", part[5] = "";
        for (unsigned i = 0; i < 9; i++)
            whole[i] = (a >> i & 1) ? 'a' : 'b';
        for (unsigned b = 0; b < 1u << 6; b++) {
            unsigned size = b & 3;
            memset(part, 0, sizeof part);
            for (unsigned i = 0; i <= size; i++)
                part[i] = (b >> (2 + i) & 1) ? 'a' : 'b';
            assert_int_equal(holds("contains", whole, part), strstr(whole, part) != NULL);
        }
    }
}

static void test_min_and_max(void **state)
{
    (void)state;
    const prm__decimal most = PRM_DECIMAL_LIMIT - 1;
    const struct {
        prm__decimal a, b;
    } cases[] = {{0, 0}, {1, 2}, {2, 1}, {-1, 1}, {-2, -3}, {most, -most}, {most, most - 1}};
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        prm__decimal a = cases[i].a, b = cases[i].b;
        const prm__value arguments[2] = {number(a), number(b)};
        assert_true(function("min")->call(arguments).number == (a < b ? a : b));
        assert_true(function("max")->call(arguments).number == (a > b ? a : b));
        assert_int_equal(function("min")->call(arguments).type, PRM_TYPE_NUMBER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_size_counts_code_points),
        cmocka_unit_test(test_parts_of_texts),
        cmocka_unit_test(test_contains_against_its_definition),
        cmocka_unit_test(test_min_and_max),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
