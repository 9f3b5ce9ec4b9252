/* spell: rules by `while`. A spell begins when the condition holds and ends when it does not,
 * or with its window, campaign or subject; what it granted ends with it. */
#ifndef PRM_ENGINE_SPELL_H
#define PRM_ENGINE_SPELL_H

#include "engine/eval.h"

/* Asks the rule for every subject that it has in the partner, and notes the instants at which
 * time alone may change the answer. */
PRM_MUST_USE prm_status prm__spell_ask_all(const prm__asking *asking, uint32_t rule);

/* The same for those in engine->subject_list, which exist; and for the event's own, if it has one. */
PRM_MUST_USE prm_status prm__spell_ask_listed(const prm__asking *asking, uint32_t rule);
PRM_MUST_USE prm_status prm__spell_ask_own(const prm__asking *asking, uint32_t rule);

#endif
