#include "engine/plan.h"

/* Whether events of a type may have all the keys of a kind; links need none. */
static bool plan_has_keys(const prm_engine *engine, uint32_t type, uint32_t kind)
{
    const prm_program *program = engine->program;
    const uint16_t *at = engine->key_at + ((size_t)type * program->kinds_count + kind) * PRM_KIND_KEYS;
    for (uint32_t i = 0; i < program->kinds[kind].key_count; i++)
        if (!at[i])
            return false;
    return true;
}

static prm_status plan_aims(prm_engine *engine, uint32_t type, prm__plan *plan)
{
    const prm_program *program = engine->program;
    plan->first_aim = (uint32_t)engine->aims.count;
    for (uint32_t kind = PRM_KIND_REP; kind < program->kinds_count; kind++) {
        prm__aim aim = {kind, program->kinds[kind].link};
        if (plan_has_keys(engine, type, kind))
            PRM_TRY(prm__vec_append(&engine->aims, &aim, 1));
    }
    plan->aim_count = (uint32_t)engine->aims.count - plan->first_aim;
    return PRM_OK;
}

prm_status prm__plan_init(prm_engine *engine)
{
    for (uint32_t type = 0; type < engine->program->types_count; type++)
        PRM_TRY(plan_aims(engine, type, &engine->plans[type]));
    return PRM_OK;
}
