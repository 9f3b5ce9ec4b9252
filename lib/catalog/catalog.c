/* The tables: one row for each measure, window kind, function and action. Measures,
 * windows and actions stand at the number that programs know them by; functions
 * are numbered by their place, so new ones go to the end. */
#include "catalog/catalog.h"
#include "catalog/catalog_rows.h"

static const prm__measure_def *const catalog_measures[PRM_MEASURE_KINDS] = {
    [PRM_MEASURE_COUNT] = &prm__measure_count,       [PRM_MEASURE_SUM] = &prm__measure_sum,
    [PRM_MEASURE_DISTINCT] = &prm__measure_distinct, [PRM_MEASURE_COVERAGE] = &prm__measure_coverage,
    [PRM_MEASURE_AVERAGE] = &prm__measure_average,   [PRM_MEASURE_MINIMUM] = &prm__measure_minimum,
    [PRM_MEASURE_MAXIMUM] = &prm__measure_maximum,   [PRM_MEASURE_COVERED] = &prm__measure_covered,
    [PRM_MEASURE_STREAK] = &prm__measure_streak,
};

static const prm__window_def *const catalog_windows[PRM_WINDOW_KINDS] = {
    [PRM_WINDOW_LIFE] = &prm__window_life,
    [PRM_WINDOW_ROLLING] = &prm__window_rolling,
    [PRM_WINDOW_WITHIN] = &prm__window_within,
    [PRM_WINDOW_AFTER] = &prm__window_after,
};

static const prm__function_def *const catalog_functions[] = {
    &prm__function_size,     &prm__function_starts_with, &prm__function_ends_with,
    &prm__function_contains, &prm__function_min,         &prm__function_max,
};

static const prm__action_def *const catalog_actions[PRM_ACTION_KINDS] = {
    [PRM_ACTION_RATE] = &prm__action_rate,
    [PRM_ACTION_REWARD] = &prm__action_reward,
    [PRM_ACTION_RANK] = &prm__action_rank,
    [PRM_ACTION_NOTICE] = &prm__action_notice,
};

const prm__measure_def *prm__catalog_measure(uint32_t kind)
{
    return catalog_measures[kind];
}

const prm__window_def *prm__catalog_window(uint32_t kind)
{
    return catalog_windows[kind];
}

const prm__function_def *prm__catalog_function(uint32_t index)
{
    return index < sizeof catalog_functions / sizeof catalog_functions[0] ? catalog_functions[index] : NULL;
}

const prm__action_def *prm__catalog_action(uint32_t kind)
{
    return catalog_actions[kind];
}
