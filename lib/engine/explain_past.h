/* explain past: how something that is no more came and went: its postings, and the events that came late. */
#ifndef PRM_ENGINE_EXPLAIN_PAST_H
#define PRM_ENGINE_EXPLAIN_PAST_H

#include "engine/explain.h"

/* The postings of that identity, as far as the journal still has them, and, where it has any and nothing
 * else tells what changed, the partner's events that came later than later ones. */
PRM_MUST_USE prm_status prm__past_of(prm_explanation *into, uint32_t partner, prm_text id);

#endif
