/* total: an exact sum of samples, zeroed when empty. Samples are below 10^18, and it
 * holds 10^8 times as much, so a total that passes the limit on its way has its value
 * again when it comes back. One that passes even PRM_TOTAL_BOUND is lost until it is zeroed. */
#ifndef PRM_CATALOG_TOTAL_H
#define PRM_CATALOG_TOTAL_H

#include "base/decimal.h"

/* A sample more or less cannot leave 128 bits from here. */
#define PRM_TOTAL_BOUND ((prm__decimal)1 << 126)
#define PRM_TOTAL_LOST (PRM_TOTAL_BOUND + 1)

static inline void prm__total_move(prm__decimal *total, prm__decimal by)
{
    if (*total == PRM_TOTAL_LOST)
        return;
    prm__decimal moved = *total + by;
    *total = moved > PRM_TOTAL_BOUND || moved < -PRM_TOTAL_BOUND ? PRM_TOTAL_LOST : moved;
}

/* Whether the total is a number. */
static inline bool prm__total_is_number(prm__decimal total)
{
    return total < PRM_DECIMAL_LIMIT && total > -PRM_DECIMAL_LIMIT;
}

#endif
