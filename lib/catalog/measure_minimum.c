/* minimum: the smallest value of a field. What would follow a value that is taken back is
 * not known, so nothing can be. */
#include "catalog/catalog_rows.h"

#include <string.h>

typedef struct minimum_state {
    prm__decimal smallest;
    uint64_t any; /* 1: there was one */
    uint64_t reserved;
} minimum_state;

static prm_status minimum_add(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    minimum_state *minimum = state;
    if (minimum->any == 0 || sample.number < minimum->smallest)
        minimum->smallest = sample.number;
    minimum->any = 1;
    return PRM_OK;
}

static prm__fraction minimum_value(const void *state, const prm__pool *pool, const prm__roster *roster)
{
    (void)pool;
    (void)roster;
    const minimum_state *minimum = state;
    prm__fraction value = {minimum->smallest, 1, minimum->any == 0};
    return value;
}

static void minimum_clear(void *state, prm__pool *pool)
{
    (void)pool;
    memset(state, 0, sizeof(minimum_state));
}

const prm__measure_def prm__measure_minimum = {
    .key = "minimum",
    .field = PRM_MEASURE_NUMBER_FIELD,
    .state_size = sizeof(minimum_state),
    .uses_roster = false,
    .shape = "vn-",
    .add = minimum_add,
    .remove = NULL,
    .value = minimum_value,
    .clear = minimum_clear,
    .doc = "The smallest value of a field over the events that have it; no value without any.",
};
