/* sum: the exact total of a field. */
#include "catalog/catalog_rows.h"
#include "catalog/total.h"

#include <string.h>

typedef struct sum_state {
    prm__decimal total;
} sum_state;

static prm_status sum_add(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    prm__total_move(&((sum_state *)state)->total, sample.number);
    return PRM_OK;
}

static void sum_remove(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    prm__total_move(&((sum_state *)state)->total, -sample.number);
}

static prm__fraction sum_value(const void *state, const prm__pool *pool, const prm__roster *roster)
{
    (void)pool;
    (void)roster;
    prm__decimal total = ((const sum_state *)state)->total;
    prm__fraction value = {total, 1, !prm__total_is_number(total)};
    return value;
}

static void sum_clear(void *state, prm__pool *pool)
{
    (void)pool;
    memset(state, 0, sizeof(sum_state));
}

const prm__measure_def prm__measure_sum = {
    .key = "sum",
    .field = PRM_MEASURE_NUMBER_FIELD,
    .state_size = sizeof(sum_state),
    .uses_roster = false,
    .shape = "d",
    .add = sum_add,
    .remove = sum_remove,
    .value = sum_value,
    .clear = sum_clear,
    .doc = "The total of a field over the events that have it; 0 without any.",
};
