/* roster: what lifecycle events do to a partner's state: whether it and its reps
 * are there, who stands above it, and the attributes of both. */
#ifndef PRM_ENGINE_ROSTER_H
#define PRM_ENGINE_ROSTER_H

#include "engine/engine.h"

/* Lets a partner.* or rep.* event take effect; its subjects stand in engine->at_subjects.
 * *changed tells whether the roster is another than before. */
PRM_MUST_USE prm_status prm__roster_apply(prm_engine *engine, uint32_t partner, const prm__view *view,
                                          bool *changed);

#endif
