/* within: D of TYPE, from the subject's first event of TYPE for D. */
#include "catalog/catalog_rows.h"

static int64_t within_end(const prm__zone *zone, prm__duration duration, int64_t anchor)
{
    return prm__duration_end(zone, duration, anchor);
}

static bool within_holds(prm__place anchor, int64_t end, prm__place now)
{
    return anchor.time <= now.time && now.time < end;
}

const prm__window_def prm__window_within = {
    .key = "within",
    .needs_duration = true,
    .needs_anchor = true,
    .rolling = false,
    .end = within_end,
    .holds = within_holds,
    .doc = "within: D of TYPE counts from the instant of the subject's first event of TYPE for D.",
};
