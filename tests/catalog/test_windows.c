/* Tests of the window kinds: where each begins and ends. */
#include "catalog/catalog.h"

#include "../base/unit.h"

static const prm__transition utc = {INT64_MIN, 0};
static const prm__zone zone = {&utc, 1};

static bool holds(uint32_t kind, prm__place anchor, int64_t end, prm__place now)
{
    return prm__catalog_window(kind)->holds(anchor, end, now);
}

static void test_life_and_rolling_always_hold(void **state)
{
    (void)state;
    const prm__place anchor = {1000, 5, 0}, before = {1, 1, 0};
    assert_true(holds(PRM_WINDOW_LIFE, anchor, 0, before));
    assert_true(holds(PRM_WINDOW_ROLLING, anchor, 0, before));
    assert_true(prm__catalog_window(PRM_WINDOW_ROLLING)->rolling);
}

static void test_within_is_half_open_in_time_alone(void **state)
{
    (void)state;
    const prm__place anchor = {1000, 5, 0};
    const struct {
        prm__place now;
        bool holds;
    } cases[] = {
        {{999, 9, 0}, false}, {{1000, 4, 0}, true},  {{1000, 5, 0}, true},  {{1000, 6, 0}, true},
        {{1999, 7, 0}, true}, {{2000, 7, 0}, false}, {{2001, 8, 0}, false},
    };
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        assert_int_equal(holds(PRM_WINDOW_WITHIN, anchor, 2000, cases[i].now), cases[i].holds);
}

static void test_after_is_strict_in_the_order(void **state)
{
    (void)state;
    const prm__place anchor = {1000, 5, 0};
    const struct {
        prm__place now;
        bool holds;
    } cases[] = {
        {{999, 9, 0}, false}, {{1000, 4, 0}, false}, {{1000, 5, 0}, false},
        {{1000, 6, 0}, true}, {{1001, 0, 0}, true},
    };
    for (size_t i = 0; i < UNIT_COUNT(cases); i++)
        assert_int_equal(holds(PRM_WINDOW_AFTER, anchor, INT64_MAX, cases[i].now), cases[i].holds);
}

static void test_ends(void **state)
{
    (void)state;
    const prm__duration hour = {3600000, PRM_UNIT_MS, 0}, days = {30, PRM_UNIT_DAY, 0}, none = {0, 0, 0};
    int64_t june_1 = prm__caltime_days(2026, 6, 1) * PRM_MS_PER_DAY + 36000000;
    int64_t july_2 = prm__caltime_days(2026, 7, 2) * PRM_MS_PER_DAY;
    const uint32_t bounded[] = {PRM_WINDOW_WITHIN, PRM_WINDOW_ROLLING};
    for (size_t i = 0; i < UNIT_COUNT(bounded); i++) {
        const prm__window_def *def = prm__catalog_window(bounded[i]);
        assert_true(def->needs_duration);
        assert_true(def->end(&zone, hour, june_1) == june_1 + 3600000);
        assert_true(def->end(&zone, days, june_1) == july_2);
    }
    assert_true(prm__catalog_window(PRM_WINDOW_LIFE)->end(&zone, none, june_1) == INT64_MAX);
    assert_true(prm__catalog_window(PRM_WINDOW_AFTER)->end(&zone, none, june_1) == INT64_MAX);
    assert_true(prm__catalog_window(PRM_WINDOW_WITHIN)->needs_anchor);
    assert_true(prm__catalog_window(PRM_WINDOW_AFTER)->needs_anchor);
    assert_false(prm__catalog_window(PRM_WINDOW_ROLLING)->needs_anchor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life_and_rolling_always_hold),
        cmocka_unit_test(test_within_is_half_open_in_time_alone),
        cmocka_unit_test(test_after_is_strict_in_the_order),
        cmocka_unit_test(test_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
