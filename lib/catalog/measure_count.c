/* count: how many events. */
#include "catalog/catalog_rows.h"

#include <string.h>

typedef struct count_state {
    uint64_t count;
    uint64_t reserved;
} count_state;

static prm_status count_add(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    (void)sample;
    ((count_state *)state)->count++;
    return PRM_OK;
}

static void count_remove(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    (void)sample;
    ((count_state *)state)->count--;
}

static prm__fraction count_value(const void *state, const prm__pool *pool, const prm__roster *roster)
{
    (void)pool;
    (void)roster;
    prm__fraction value = {(prm__decimal)((const count_state *)state)->count * PRM_DECIMAL_ONE, 1, false};
    return value;
}

static uint64_t count_whole(const void *state)
{
    return ((const count_state *)state)->count;
}

static void count_clear(void *state, prm__pool *pool)
{
    (void)pool;
    memset(state, 0, sizeof(count_state));
}

const prm__measure_def prm__measure_count = {
    .key = "count",
    .field = PRM_MEASURE_NO_FIELD,
    .state_size = sizeof(count_state),
    .uses_roster = false,
    .shape = "n-",
    .add = count_add,
    .remove = count_remove,
    .value = count_value,
    .whole = count_whole,
    .clear = count_clear,
    .doc = "How many events of the given types there are.",
};
