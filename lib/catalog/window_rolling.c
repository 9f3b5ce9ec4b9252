/* within: D, the rolling window that ends at the instant of asking. Here the anchor is
 * an event in it, and the end the instant at which that event has left it. */
#include "catalog/catalog_rows.h"

static int64_t rolling_end(const prm__zone *zone, prm__duration duration, int64_t anchor)
{
    return prm__duration_end(zone, duration, anchor);
}

static bool rolling_holds(prm__place anchor, int64_t end, prm__place now)
{
    (void)anchor;
    (void)end;
    (void)now;
    return true;
}

const prm__window_def prm__window_rolling = {
    .key = "within",
    .needs_duration = true,
    .needs_anchor = false,
    .rolling = true,
    .end = rolling_end,
    .holds = rolling_holds,
    .doc = "within: D counts what lies in the last D before the instant of asking.",
};
