/* fold: the walk over one partner's time line. Each event in order changes
 * attributes and roster, is counted by the measures that listen, asks the rules
 * that these measures serve, and earns its commission. It goes on from where it
 * stopped when only later events were added, else it starts again; there is no
 * other way to an outcome. */
#ifndef PRM_ENGINE_FOLD_H
#define PRM_ENGINE_FOLD_H

#include "engine/engine.h"

/* Brings a touched partner up to the clock. PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__fold_partner(prm_engine *engine, uint32_t partner);

/* Folds an event that is the one entry that its partner has not folded yet: it has come, is no
 * lifecycle event, and stands at the end of the line. engine->guess, when it is set, is about it.
 * PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__fold_next(prm_engine *engine, uint32_t event);

/* Points engine->at_subjects at `subject` and at the subjects of coarser kinds
 * that it lies within, as they exist. */
void prm__fold_aim(prm_engine *engine, const prm__subject *subject, uint32_t handle);

/* Whether the measure's value reaches the condition's threshold, given what it
 * is; `rep` and `partner` are the subjects whose attributes a threshold may name. */
bool prm__fold_reaches(const prm_engine *engine, const prm__p_condition *condition, prm__fraction value);

/* The threshold as a number; false when it is an attribute without a value. */
bool prm__fold_threshold(const prm_engine *engine, const prm__p_condition *condition, prm__decimal *out);

#endif
