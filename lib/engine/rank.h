/* rank: where a partner stands. Reviews at the end of each window, or at once where the
 * program promotes so; a rule may give a rank for good, or as long as it holds. */
#ifndef PRM_ENGINE_RANK_H
#define PRM_ENGINE_RANK_H

#include "engine/eval.h"

/* In prm__rule_more.inside. */
enum { PRM_SPELL_NONE = 0, PRM_SPELL_HOLDS = 1, PRM_SPELL_GRANTED = 2 /* and has outcomes */ };

/* The partner's present level: of its own and those that `while` rules lend it the highest. */
uint32_t prm__rank_level(const prm_engine *engine, const prm__partner *partner);

/* After an event was counted: promotes the partner where the program does that at once. */
PRM_MUST_USE prm_status prm__rank_promote(const prm__asking *asking);

/* At the end of a window of reviews. */
PRM_MUST_USE prm_status prm__rank_review(const prm__asking *asking);

/* Sets the level, as a rule's `then` says. */
void prm__rank_set(prm_engine *engine, const prm__partner *partner, uint32_t level);

/* The level at a past instant, after all that happened at it, as the outcomes tell. */
uint32_t prm__rank_level_at(const prm_engine *engine, const prm__partner *partner, int64_t time);

#endif
