/* maximum: the largest value of a field. What would follow a value that is taken back is
 * not known, so nothing can be. */
#include "catalog/catalog_rows.h"

#include <string.h>

typedef struct maximum_state {
    prm__decimal largest;
    uint64_t any; /* 1: there was one */
    uint64_t reserved;
} maximum_state;

static prm_status maximum_add(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    maximum_state *maximum = state;
    if (maximum->any == 0 || sample.number > maximum->largest)
        maximum->largest = sample.number;
    maximum->any = 1;
    return PRM_OK;
}

static prm__fraction maximum_value(const void *state, const prm__pool *pool, const prm__roster *roster)
{
    (void)pool;
    (void)roster;
    const maximum_state *maximum = state;
    prm__fraction value = {maximum->largest, 1, maximum->any == 0};
    return value;
}

static void maximum_clear(void *state, prm__pool *pool)
{
    (void)pool;
    memset(state, 0, sizeof(maximum_state));
}

const prm__measure_def prm__measure_maximum = {
    .key = "maximum",
    .field = PRM_MEASURE_NUMBER_FIELD,
    .state_size = sizeof(maximum_state),
    .uses_roster = false,
    .shape = "vn-",
    .add = maximum_add,
    .remove = NULL,
    .value = maximum_value,
    .clear = maximum_clear,
    .doc = "The largest value of a field over the events that have it; no value without any.",
};
