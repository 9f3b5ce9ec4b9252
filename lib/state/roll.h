/* roll: all that an engine has accepted, in one order that no arrival changes: partners by
 * the bytes of their names, each with its events in the order of its history; then
 * the voids by id, which belong to no partner, in the order of events. */
#ifndef PRM_STATE_ROLL_H
#define PRM_STATE_ROLL_H

#include "engine/engine.h"

typedef struct prm__roll {
    const prm_engine *engine;
    prm__vec partners; /* of const prm__partner *: all, sorted; some have no events of their own */
    prm__vec voids;    /* of const uint32_t *: handles of events, sorted */
} prm__roll;

/* PRM_E_MEMORY; what it took is freed by prm__roll_free in either case. */
PRM_MUST_USE prm_status prm__roll_init(prm__roll *roll, prm_engine *engine);
void prm__roll_free(prm__roll *roll);

static inline const prm__partner *prm__roll_partner(const prm__roll *roll, size_t index)
{
    return PRM_VEC(roll->partners, const prm__partner *)[index];
}

static inline uint32_t prm__roll_void(const prm__roll *roll, size_t index)
{
    return *PRM_VEC(roll->voids, const uint32_t *)[index];
}

#endif
