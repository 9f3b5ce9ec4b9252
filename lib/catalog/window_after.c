/* after: TYPE, from the subject's first event of TYPE on, which itself and what
 * stands before it in the order of one instant lie outside. */
#include "catalog/catalog_rows.h"

static int64_t after_end(const prm__zone *zone, prm__duration duration, int64_t anchor)
{
    (void)zone;
    (void)duration;
    (void)anchor;
    return INT64_MAX;
}

static bool after_holds(prm__place anchor, int64_t end, prm__place now)
{
    (void)end;
    return now.time > anchor.time || (now.time == anchor.time && now.position > anchor.position);
}

const prm__window_def prm__window_after = {
    .key = "after",
    .needs_duration = false,
    .needs_anchor = true,
    .rolling = false,
    .end = after_end,
    .holds = after_holds,
    .doc = "after: TYPE counts what comes after the subject's first event of TYPE in the order.",
};
