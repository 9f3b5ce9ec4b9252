/* streak: how many calendar windows in a row reached a threshold. Windows end by the
 * clock, and what is reached is another measure's: the engine keeps its state (see
 * engine/streak.c), and only gives it back here. */
#include "catalog/catalog_rows.h"

#include <string.h>

static void streak_clear(void *state, prm__pool *pool)
{
    (void)pool;
    memset(state, 0, sizeof(prm__streak_state));
}

const prm__measure_def prm__measure_streak = {
    .key = "streak",
    .field = PRM_MEASURE_NO_FIELD,
    .state_size = sizeof(prm__streak_state),
    .uses_roster = false,
    .shape = "tn",
    .add = NULL,
    .remove = NULL,
    .value = NULL,
    .clear = streak_clear,
    .doc = "How many windows in a row, up to the present one, reached the inner threshold.",
};
