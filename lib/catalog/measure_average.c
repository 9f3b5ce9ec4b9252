/* average: the mean of a field, as the exact fraction of its total and how often it was
 * there. Its total has the limits of a sum. */
#include "catalog/catalog_rows.h"
#include "catalog/total.h"

#include <string.h>

typedef struct average_state {
    prm__decimal total;
    uint64_t count;
    uint64_t reserved;
} average_state;

static prm_status average_add(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    average_state *average = state;
    prm__total_move(&average->total, sample.number);
    average->count++;
    return PRM_OK;
}

static void average_remove(void *state, prm__pool *pool, prm__sample sample)
{
    (void)pool;
    average_state *average = state;
    prm__total_move(&average->total, -sample.number);
    if (--average->count == 0)
        average->total = 0; /* even where it was lost */
}

static prm__fraction average_value(const void *state, const prm__pool *pool, const prm__roster *roster)
{
    (void)pool;
    (void)roster;
    const average_state *average = state;
    prm__fraction value = {0, 1, true};
    if (average->count == 0 || !prm__total_is_number(average->total))
        return value;
    value.number = average->total;
    value.divisor = (prm__decimal)average->count;
    value.none = false;
    return value;
}

static void average_clear(void *state, prm__pool *pool)
{
    (void)pool;
    memset(state, 0, sizeof(average_state));
}

const prm__measure_def prm__measure_average = {
    .key = "average",
    .field = PRM_MEASURE_NUMBER_FIELD,
    .state_size = sizeof(average_state),
    .uses_roster = false,
    .shape = "dn-",
    .add = average_add,
    .remove = average_remove,
    .value = average_value,
    .clear = average_clear,
    .doc = "The mean of a field over the events that have it; no value without any.",
};
