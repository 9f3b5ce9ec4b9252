/* life: everything counts; with `per`, everything in the calendar window. */
#include "catalog/catalog_rows.h"

static int64_t life_end(const prm__zone *zone, prm__duration duration, int64_t anchor)
{
    (void)zone;
    (void)duration;
    (void)anchor;
    return INT64_MAX;
}

static bool life_holds(prm__place anchor, int64_t end, prm__place now)
{
    (void)anchor;
    (void)end;
    (void)now;
    return true;
}

const prm__window_def prm__window_life = {
    .key = "",
    .needs_duration = false,
    .needs_anchor = false,
    .rolling = false,
    .end = life_end,
    .holds = life_holds,
    .doc = "Without a window a measure counts over the subject's whole life.",
};
