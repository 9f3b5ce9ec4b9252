/* plan: what an event of a type has to do with, worked out once per engine from the program's
 * rows, so that the fold goes through short lists of what concerns it. */
#ifndef PRM_ENGINE_PLAN_H
#define PRM_ENGINE_PLAN_H

#include "engine/engine.h"

/* A kind of subjects, not the partner's own, of which events of the type have one. */
typedef struct prm__aim {
    uint32_t kind;
    uint32_t link; /* PRM_LINK_... of the kind */
} prm__aim;

typedef struct prm__plan {
    uint32_t first_aim; /* into engine->aims, ascending by kind */
    uint32_t aim_count;
} prm__plan;

/* Fills in engine->plans. PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__plan_init(prm_engine *engine);

static inline const prm__aim *prm__plan_aims(const prm_engine *engine, const prm__plan *plan)
{
    return PRM_VEC(engine->aims, prm__aim) + plan->first_aim;
}

#endif
