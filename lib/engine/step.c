#include "engine/step.h"
#include "engine/subject.h"
#include "engine/warm.h"
#include <string.h>

/* The subject that was fetched ahead, if it is the one. */
static uint32_t step_guess(const prm__step *step, uint32_t kind, const uint32_t *keys)
{
    const prm_engine *engine = step->asking.engine;
    bool guessed = engine->guess && kind != PRM_KIND_PARTNER && kind < PRM_WARM_KINDS;
    uint32_t likely = guessed ? engine->guess[kind] : PRM_NONE;
    if (likely == PRM_NONE ||
        !prm__subject_is(prm__subject_at(engine, likely), kind, step->asking.partner, keys))
        return PRM_NONE;
    return likely;
}

/* The subject of a kind, made when new; it exists when the event is one of its own. */
static prm_status step_subject(prm__step *step, uint32_t kind, const uint32_t *keys, bool exists)
{
    prm_engine *engine = step->asking.engine;
    uint32_t handle = step_guess(step, kind, keys);
    if (handle == PRM_NONE)
        handle = prm__subject_get(engine, kind, step->asking.partner, keys,
                                  prm__subject_hash(kind, step->asking.partner, keys));
    if (handle == PRM_NONE)
        return PRM_E_MEMORY;
    if (exists)
        prm__subject_at(engine, handle)->flags |= PRM_SUBJECT_EXISTS;
    engine->at_subjects[kind] = handle;
    return PRM_OK;
}

static prm_status step_partner(prm__step *step)
{
    static const uint32_t no_keys[PRM_KIND_KEYS];
    prm_engine *engine = step->asking.engine;
    prm__partner *partner = prm__engine_partner(engine, step->asking.partner);
    if (partner->subject == PRM_NONE) {
        PRM_TRY(step_subject(step, PRM_KIND_PARTNER, no_keys, false));
        partner->subject = engine->at_subjects[PRM_KIND_PARTNER];
    }
    engine->at_subjects[PRM_KIND_PARTNER] = partner->subject;
    if (!step->links)
        prm__subject_at(engine, partner->subject)->flags |= PRM_SUBJECT_EXISTS;
    return PRM_OK;
}

/* Every partner is a possible referrer and parent from its own first event on, or from the
 * first one that is handed up to it. */
static prm_status step_link(prm__step *step, uint32_t kind, uint32_t link)
{
    static const uint32_t no_keys[PRM_KIND_KEYS];
    if (step->links && !(step->links >> link & 1))
        return PRM_OK;
    return step_subject(step, kind, no_keys, true);
}

prm_status prm__step_aim(prm__step *step)
{
    prm_engine *engine = step->asking.engine;
    const prm_program *program = engine->program;
    uint32_t keys[PRM_KIND_KEYS];
    PRM_TRY(step_partner(step));
    for (uint32_t kind = PRM_KIND_REP; kind < program->kinds_count; kind++) {
        engine->at_subjects[kind] = PRM_NONE;
        if (program->kinds[kind].link)
            PRM_TRY(step_link(step, kind, program->kinds[kind].link));
        else if (!step->links && prm__subject_keys(engine, step->view.event, kind, keys))
            PRM_TRY(step_subject(step, kind, keys, true));
    }
    return PRM_OK;
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
    return false;
}
