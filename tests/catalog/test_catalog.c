/* Tests of the catalog's tables: every row is there, named, documented, and has
 * a key of its own. */
#include "catalog/catalog.h"

#include "../base/unit.h"

#include <string.h>

static void expect_documented(const char *doc)
{
    assert_non_null(doc);
    size_t size = strlen(doc);
    assert_true(size > 20);
    assert_int_equal(doc[size - 1], '.');
}

static void test_measures(void **state)
{
    (void)state;
    const char *const keys[PRM_MEASURE_KINDS] = {"count",   "sum",     "distinct", "coverage", "average",
                                                 "minimum", "maximum", "covered",  "streak"};
    for (uint32_t i = 0; i < PRM_MEASURE_KINDS; i++) {
        const prm__measure_def *def = prm__catalog_measure(i);
        assert_string_equal(def->key, keys[i]);
        assert_true(def->state_size > 0 && def->state_size % 16 == 0);
        bool by_engine = i == PRM_MEASURE_STREAK,
             one_way = i == PRM_MEASURE_MINIMUM || i == PRM_MEASURE_MAXIMUM;
        assert_non_null(def->clear);
        assert_int_equal(def->add != NULL, !by_engine);
        assert_int_equal(def->value != NULL, !by_engine);
        assert_int_equal(def->remove != NULL, !by_engine && !one_way);
        assert_int_equal(def->uses_roster, i == PRM_MEASURE_COVERAGE || i == PRM_MEASURE_COVERED);
        assert_int_equal(def->field == PRM_MEASURE_REP_FIELD, def->uses_roster);
        expect_documented(def->doc);
    }
    assert_int_equal(prm__catalog_measure(PRM_MEASURE_STREAK)->state_size, sizeof(prm__streak_state));
}

static void test_windows(void **state)
{
    (void)state;
    const char *const keys[PRM_WINDOW_KINDS] = {"", "within", "within", "after"};
    for (uint32_t i = 0; i < PRM_WINDOW_KINDS; i++) {
        const prm__window_def *def = prm__catalog_window(i);
        assert_string_equal(def->key, keys[i]);
        assert_true(def->end && def->holds);
        expect_documented(def->doc);
    }
}

static void test_functions(void **state)
{
    (void)state;
    const char *const names[] = {"size", "startsWith", "endsWith", "contains", "min", "max"};
    for (uint32_t i = 0; i < UNIT_COUNT(names); i++) {
        const prm__function_def *def = prm__catalog_function(i);
        assert_non_null(def);
        assert_string_equal(def->name, names[i]);
        assert_in_range(def->argument_count, 1, PRM_FUNCTION_ARGUMENTS);
        for (uint32_t j = 0; j < def->argument_count; j++)
            assert_int_not_equal(def->arguments[j], PRM_TYPE_ERROR);
        assert_non_null(def->call);
        expect_documented(def->doc);
    }
    assert_null(prm__catalog_function(UNIT_COUNT(names)));
    assert_null(prm__catalog_function(UINT32_MAX));
}

static void test_actions(void **state)
{
    (void)state;
    const char *const keys[PRM_ACTION_KINDS] = {"rate", "", "rank", "notice"};
    for (uint32_t i = 0; i < PRM_ACTION_KINDS; i++) {
        const prm__action_def *def = prm__catalog_action(i);
        assert_string_equal(def->key, keys[i]);
        assert_int_equal(def->options[0] != NULL, i == PRM_ACTION_RATE || i == PRM_ACTION_REWARD);
        expect_documented(def->doc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_actions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
