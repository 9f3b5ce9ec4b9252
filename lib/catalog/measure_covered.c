/* covered: how many of the roster have at least one event. As with coverage, whoever is
 * not on the roster is remembered too. */
#include "catalog/catalog_rows.h"
#include "catalog/keyset.h"

static prm_status covered_add(void *state, prm__pool *pool, prm__sample sample)
{
    return prm__keyset_add(state, pool, sample.key);
}

static void covered_remove(void *state, prm__pool *pool, prm__sample sample)
{
    prm__keyset_remove(state, pool, sample.key);
}

static prm__fraction covered_value(const void *state, const prm__pool *pool, const prm__roster *roster)
{
    uint64_t covered = prm__keyset_common(state, pool, roster->on, roster->size);
    prm__fraction value = {(prm__decimal)covered * PRM_DECIMAL_ONE, 1, false};
    return value;
}

static void covered_clear(void *state, prm__pool *pool)
{
    prm__keyset_clear(state, pool);
}

const prm__measure_def prm__measure_covered = {
    .key = "covered",
    .field = PRM_MEASURE_REP_FIELD,
    .state_size = sizeof(prm__keyset),
    .uses_roster = true,
    .keyed = true,
    .add = covered_add,
    .remove = covered_remove,
    .value = covered_value,
    .clear = covered_clear,
    .doc = "How many of the reps now on the roster have at least one such event; 0 for an empty roster.",
};
