/* sum: the exact total of a field. Samples are below 10^18, and the state holds
 * 10^8 times as much, so a total that passes the limit on its way has its value again when
 * it comes back. One that passes even SUM_BOUND is lost until the state is cleared. */
#include "catalog/catalog_rows.h"

#include <string.h>

typedef struct sum_state {
    prm__decimal total; /* or SUM_LOST */
} sum_state;

/* A sample more or less cannot leave 128 bits from here. */
#define SUM_BOUND ((prm__decimal)1 << 126)
#define SUM_LOST (SUM_BOUND + 1)

static void sum_move(sum_state *sum, prm__decimal by)
{
    if (sum->total == SUM_LOST)
        return;
    prm__decimal total = sum->total + by;
    sum->total = total > SUM_BOUND || total < -SUM_BOUND ? SUM_LOST : total;
}

static prm_status sum_add(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    sum_move(state, sample.number);
    return PRM_OK;
}

static void sum_remove(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    sum_move(state, -sample.number);
}

static prm__fraction sum_value(const void *state, const prm__pool *pool, const prm__roster *roster)
{
    (void)pool;
    (void)roster;
    prm__decimal total = ((const sum_state *)state)->total;
    prm__fraction value = {total, 1, total >= PRM_DECIMAL_LIMIT || total <= -PRM_DECIMAL_LIMIT};
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
    .add = sum_add,
    .remove = sum_remove,
    .value = sum_value,
    .clear = sum_clear,
    .doc = "The total of a field over the events that have it; 0 without any.",
};
