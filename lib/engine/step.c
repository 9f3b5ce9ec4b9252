#include "engine/step.h"
#include "engine/subject.h"
#include "engine/warm.h"
#include <string.h>

/* The subject of the event for a kind that it has keys of, made when new; PRM_NONE without the
 * keys, and when memory ran out. */
static uint32_t step_find(const prm__step *step, uint32_t kind, prm_status *status)
{
    prm_engine *engine = step->asking.engine;
    uint32_t keys[PRM_KIND_KEYS], partner = step->asking.partner;
    uint32_t handle = engine->guess && kind < PRM_WARM_KINDS ? engine->guess->likely[kind] : PRM_NONE;
    if (!prm__subject_keys(engine, step->view.event, kind, keys))
        return PRM_NONE;
    if (handle == PRM_NONE || !prm__subject_is(prm__subject_at(engine, handle), kind, partner, keys))
        handle = prm__subject_get(engine, kind, partner, keys, prm__subject_hash(kind, partner, keys));
    if (handle == PRM_NONE)
        *status = PRM_E_MEMORY;
    else
        prm__subject_exist(engine, handle);
    return handle;
}

/* A subject without keys: of the partner itself. */
static uint32_t step_keyless(prm__step *step, uint32_t kind)
{
    static const uint32_t no_keys[PRM_KIND_KEYS];
    uint32_t partner = step->asking.partner;
    return prm__subject_get(step->asking.engine, kind, partner, no_keys,
                            prm__subject_hash(kind, partner, no_keys));
}

static prm_status step_partner(prm__step *step)
{
    prm_engine *engine = step->asking.engine;
    prm__partner *partner = prm__engine_partner(engine, step->asking.partner);
    if (partner->subject == PRM_NONE)
        partner->subject = step_keyless(step, PRM_KIND_PARTNER);
    if (partner->subject == PRM_NONE)
        return PRM_E_MEMORY;
    engine->at_subjects[PRM_KIND_PARTNER] = partner->subject;
    if (step->links || partner->flags & PRM_PARTNER_EXISTS)
        return PRM_OK;
    prm__subject_at(engine, partner->subject)->flags |= PRM_SUBJECT_EXISTS;
    partner->flags |= PRM_PARTNER_EXISTS;
    return PRM_OK;
}

/* Every partner is a possible referrer and parent from its own first event on, or from the
 * first one that is handed up to it. */
static uint32_t step_link(prm__step *step, uint32_t kind, uint32_t link, prm_status *status)
{
    if (step->links && !(step->links >> link & 1))
        return PRM_NONE;
    uint32_t handle = step_keyless(step, kind);
    if (handle == PRM_NONE)
        *status = PRM_E_MEMORY;
    else
        prm__subject_exist(step->asking.engine, handle);
    return handle;
}

prm_status prm__step_aim(prm__step *step)
{
    prm_engine *engine = step->asking.engine;
    const prm_program *program = engine->program;
    const prm__plan *plan = step->plan;
    const prm__aim *aims = prm__plan_aims(engine, plan);
    uint32_t sure = engine->guess ? engine->guess->sure : 0;
    bool rewound = (prm__engine_partner(engine, step->asking.partner)->flags & PRM_PARTNER_REWOUND) != 0;
    prm_status status = step_partner(step);
    bool known = sure == plan->found && sure && !plan->more_aims && !rewound;
    for (uint32_t kind = PRM_KIND_REP; kind < program->kinds_count; kind++)
        engine->at_subjects[kind] = known && kind < PRM_WARM_KINDS ? engine->guess->likely[kind] : PRM_NONE;
    if (known)
        return status;
    for (uint32_t i = 0; i < plan->aim_count && status == PRM_OK; i++) {
        uint32_t kind = aims[i].kind;
        if (kind < PRM_WARM_KINDS && sure >> kind & 1) {
            engine->at_subjects[kind] = engine->guess->likely[kind];
            if (rewound)
                prm__subject_exist(engine, engine->guess->likely[kind]);
        } else if (aims[i].link) {
            engine->at_subjects[kind] = step_link(step, kind, aims[i].link, &status);
        } else if (!step->links) {
            engine->at_subjects[kind] = step_find(step, kind, &status);
        }
    }
    return status;
}

bool prm__step_passes(const prm__step *step, uint32_t filter)
{
    const prm_engine *engine = step->asking.engine;
    if (filter == PRM_NO_INDEX)
        return true;
    if (!step->links) {
        prm__eval eval = {.engine = engine,
                          .view = &step->view,
                          .partner = engine->at_subjects[PRM_KIND_PARTNER],
                          .rep = engine->at_subjects[PRM_KIND_REP],
                          .level = engine->event_level};
        return prm__eval_filter(&eval, filter);
    }
    const uint32_t *filters = engine->link_filters.data;
    for (size_t i = 0; i < engine->link_filters.count; i++)
        if (filters[i] == filter)
            return step->verdicts >> i & 1;
    return false; /* LCOV_EXCL_LINE every filter of rules up a link is among them */
}
