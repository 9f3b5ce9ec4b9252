/* step: one event of a partner's time line under way, and what the rooms that count it and
 * ask rules about it need to know. */
#ifndef PRM_ENGINE_STEP_H
#define PRM_ENGINE_STEP_H

#include "engine/eval.h"
#include "engine/plan.h"

typedef struct prm__step {
    prm__asking asking;
    prm__view view;
    const prm__p_type *type;
    const prm__plan *plan; /* of the type */
    uint32_t links;        /* of an event of a partner below: bits 1 << PRM_LINK_...; 0: its own event */
    uint64_t verdicts;     /* of such an event: which of the filters it passes */
    bool roster_changed;
} prm__step;

/* The subjects of the event for every kind into engine->at_subjects, made where they are new. */
PRM_MUST_USE prm_status prm__step_aim(prm__step *step);

/* Whether subjects of a kind with that PRM_LINK_... count the event: links count what happens below
 * only. */
static inline bool prm__step_concerns(const prm__step *step, uint32_t link)
{
    if (!step->links)
        return link == PRM_LINK_NONE;
    return link != PRM_LINK_NONE && (step->links >> link & 1);
}

/* Whether the event passes a filter: asked now, or as it was where the event happened. */
bool prm__step_passes(const prm__step *step, uint32_t filter);

#endif
