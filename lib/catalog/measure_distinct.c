/* distinct: how many different values a field has had. */
#include "catalog/catalog_rows.h"
#include "catalog/keyset.h"

static prm_status distinct_add(void *state, prm__pool *pool, prm__sample sample)
{
    return prm__keyset_add(state, pool, sample.key);
}

static void distinct_remove(void *state, prm__pool *pool, prm__sample sample)
{
    prm__keyset_remove(state, pool, sample.key);
}

static prm__fraction distinct_value(const void *state, const prm__pool *pool, const prm__roster *roster)
{
    (void)pool;
    (void)roster;
    prm__fraction value = {(prm__decimal)((const prm__keyset *)state)->count * PRM_DECIMAL_ONE, 1, false};
    return value;
}

static uint64_t distinct_whole(const void *state)
{
    return ((const prm__keyset *)state)->count;
}

static void distinct_clear(void *state, prm__pool *pool)
{
    prm__keyset_clear(state, pool);
}

const prm__measure_def prm__measure_distinct = {
    .key = "distinct",
    .field = PRM_MEASURE_ANY_FIELD,
    .state_size = sizeof(prm__keyset),
    .uses_roster = false,
    .keyed = true,
    .add = distinct_add,
    .remove = distinct_remove,
    .value = distinct_value,
    .whole = distinct_whole,
    .clear = distinct_clear,
    .doc = "How many different values a field has over the events that have it.",
};
