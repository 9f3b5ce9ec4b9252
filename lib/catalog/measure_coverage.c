/* coverage: the share of the roster with at least one event. Whoever is not on the
 * roster is remembered too: he may join it later, and his events count then. */
#include "catalog/catalog_rows.h"
#include "catalog/keyset.h"

static prm_status coverage_add(void *state, prm__pool *pool, prm__sample sample)
{
    return prm__keyset_add(state, pool, sample.key);
}

static void coverage_remove(void *state, prm__pool *pool, prm__sample sample)
{
    prm__keyset_remove(state, pool, sample.key);
}

static prm__fraction coverage_value(const void *state, const prm__pool *pool, const prm__roster *roster)
{
    prm__fraction value = {0, 1, true};
    if (roster->size == 0)
        return value;
    value.number = (prm__decimal)prm__keyset_common(state, pool, roster->on, roster->size) * PRM_DECIMAL_ONE;
    value.divisor = (prm__decimal)roster->size;
    value.none = false;
    return value;
}

static void coverage_clear(void *state, prm__pool *pool)
{
    prm__keyset_clear(state, pool);
}

const prm__measure_def prm__measure_coverage = {
    .key = "coverage",
    .field = PRM_MEASURE_REP_FIELD,
    .state_size = sizeof(prm__keyset),
    .uses_roster = true,
    .keyed = true,
    .add = coverage_add,
    .remove = coverage_remove,
    .value = coverage_value,
    .clear = coverage_clear,
    .doc = "Of the reps now on the roster, the share with at least one such event; no value for an empty "
           "roster.",
};
