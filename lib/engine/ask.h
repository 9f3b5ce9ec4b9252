/* ask: whether a rule fires: at an event that its measures count, or for each event of a
 * type. What it then does is fire.h's. Rules by `while` are spell.h's, and those that the
 * clock asks clock.h's, which ask here in the same way. */
#ifndef PRM_ENGINE_ASK_H
#define PRM_ENGINE_ASK_H

#include "engine/fire.h"
#include "engine/step.h"

/* Asks the rules that listen to the event, in the order of the file. */
PRM_MUST_USE prm_status prm__ask_rules(prm__step *step);

/* Asks one rule (no `each`, `while` or contest) for its subject in engine->at_subjects. */
PRM_MUST_USE prm_status prm__ask_subject(const prm__asking *asking, uint32_t rule);

/* Whether the subject has ended: its partner or its rep has left. */
bool prm__ask_ended(const prm__asking *asking, const prm__subject *subject);

/* Whether the subject is eligible where it is asked. */
bool prm__ask_eligible(const prm__asking *asking, const prm__p_rule *rule);

/* The occasion of the rule there: the start of its calendar window + 1, or 1. */
int64_t prm__ask_occasion(const prm__asking *asking, const prm__p_rule *rule);

/* Whether the rule has fired for the subject in that occasion. */
bool prm__ask_has_fired(const prm__asking *asking, const prm__p_rule *rule, prm__subject *subject);

/* Whether `time` lies in the rule's campaign. */
bool prm__ask_active(const prm_engine *engine, const prm__p_rule *rule, int64_t time);

/* Whether the rule's own window holds where it is asked, for the subject in at_subjects. */
bool prm__ask_window_holds(const prm__asking *asking, const prm__p_rule *rule);

/* The rule's number where it is asked, as `value` in its actions. */
prm__value prm__ask_value(const prm__asking *asking, const prm__p_rule *rule);

#endif
