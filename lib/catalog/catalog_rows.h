/* The descriptors that the files of this room end in, for the tables of catalog.c. */
#ifndef PRM_CATALOG_CATALOG_ROWS_H
#define PRM_CATALOG_CATALOG_ROWS_H

#include "catalog/catalog.h"

extern const prm__measure_def prm__measure_count;
extern const prm__measure_def prm__measure_sum;
extern const prm__measure_def prm__measure_distinct;
extern const prm__measure_def prm__measure_coverage;
extern const prm__measure_def prm__measure_average;
extern const prm__measure_def prm__measure_minimum;
extern const prm__measure_def prm__measure_maximum;
extern const prm__measure_def prm__measure_covered;
extern const prm__measure_def prm__measure_streak;

extern const prm__window_def prm__window_life;
extern const prm__window_def prm__window_rolling;
extern const prm__window_def prm__window_within;
extern const prm__window_def prm__window_after;

extern const prm__function_def prm__function_size;
extern const prm__function_def prm__function_starts_with;
extern const prm__function_def prm__function_ends_with;
extern const prm__function_def prm__function_contains;
extern const prm__function_def prm__function_min;
extern const prm__function_def prm__function_max;

extern const prm__action_def prm__action_rate;
extern const prm__action_def prm__action_reward;
extern const prm__action_def prm__action_rank;
extern const prm__action_def prm__action_notice;

#endif
