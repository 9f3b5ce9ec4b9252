/* commission: what an event of the earning types pays its partner, and those above it. The
 * rate may change afterwards (a rise that reaches back); then the amounts are worked out again
 * from what each outcome has kept: the amount, the rank, and the running sum of brackets. */
#ifndef PRM_ENGINE_COMMISSION_H
#define PRM_ENGINE_COMMISSION_H

#include "engine/eval.h"

/* The commission and overrides of an event of a type that earns. */
PRM_MUST_USE prm_status prm__commission_earn(const prm__asking *asking);

/* The slices of [from, to) in ascending order, each with its rate plus what rules add; what lies below the
 * first bracket earns the first rate. `slices` has room for PRM_BRACKETS; gives their count, 0 when a
 * rate is beyond 64 bits. */
uint32_t prm__commission_slices(const prm_engine *engine, prm__decimal from, prm__decimal to,
                                prm__decimal added, int64_t sign, prm__decimal_slice *slices);

/* Works out again the partner's commissions from `rerate_from` on. */
PRM_MUST_USE prm_status prm__commission_rerate(prm_engine *engine, prm__partner *partner);

/* The rate in e12 that a commission event of a partner (index, or PRM_NONE) with these text
 * keys (0: none) would get after all that happens at `time`; with brackets that of the slice
 * which the next amount begins in. False when it is beyond 64 bits. */
PRM_MUST_USE bool prm__commission_rate_at(prm_engine *engine, uint32_t partner, uint32_t rep,
                                          uint32_t customer, uint32_t product, int64_t time, int64_t *out);

#endif
