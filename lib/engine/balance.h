/* balance: whether what was posted adds up to what stands. Rows are counted and their amounts summed,
 * once over postings and once over outcomes; the two must be equal for each partner. Each unit counts
 * with a weight of its own, so that one sum serves them all. */
#ifndef PRM_ENGINE_BALANCE_H
#define PRM_ENGINE_BALANCE_H

#include "engine/outcome.h"

/* All modulo 2^64. The weights are odd, so sums that differ in one unit alone are never equal. */
typedef struct prm__balance {
    uint64_t rows;
    uint64_t sum;
} prm__balance;

/* Of one rule, action and recipient, which all have one unit. */
static inline uint64_t prm__balance_weight(const prm__outcome *outcome)
{
    uint64_t what = (uint64_t)outcome->rule << 16 | outcome->action;
    return (what * UINT64_C(0x9E3779B97F4A7C15) + outcome->to_partner * UINT64_C(0xC2B2AE3D27D4EB4F)) | 1;
}

/* `sign` is 1 for a grant, -1 for a reversal. */
static inline void prm__balance_add(prm__balance *balance, const prm__outcome *outcome, int64_t sign)
{
    balance->rows += (uint64_t)sign;
    balance->sum += (uint64_t)sign * (uint64_t)outcome->number * prm__balance_weight(outcome);
}

/* The rows among `count` outcomes. */
static inline prm__balance prm__balance_of(const prm__outcome *outcomes, uint32_t count)
{
    prm__balance balance = {0, 0};
    for (uint32_t i = 0; i < count; i++)
        if (prm__outcome_is_row(&outcomes[i]))
            prm__balance_add(&balance, &outcomes[i], 1);
    return balance;
}

static inline prm__balance prm__balance_plus(prm__balance a, prm__balance b)
{
    return (prm__balance){a.rows + b.rows, a.sum + b.sum};
}

static inline bool prm__balance_equal(prm__balance a, prm__balance b)
{
    return a.rows == b.rows && a.sum == b.sum;
}

#endif
