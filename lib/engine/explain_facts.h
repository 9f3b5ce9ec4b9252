/* explain facts: writing facts down. Failures are kept in the explanation, so that a watch, which cannot
 * fail, need not look at each. */
#ifndef PRM_ENGINE_EXPLAIN_FACTS_H
#define PRM_ENGINE_EXPLAIN_FACTS_H

#include "engine/eval.h"
#include "engine/explain.h"

/* A new fact, its times PRM_NO_TIME, all else empty. When memory has run out it is one that nobody reads. */
prm_fact *prm__facts_add(prm_explanation *into, uint32_t kind, uint32_t depth);

/* The same about an event: which, when, whose, and its amount, with what has lowered that below it. */
prm_fact *prm__facts_event(prm_explanation *into, uint32_t kind, uint32_t depth, uint32_t event);

/* Whether an event has no amount that a reduction has lowered: else says so. */
void prm__facts_reduced(prm_explanation *into, uint32_t depth, uint32_t event);

/* Fills in the names of a subject: its partner, rep, customer and product. */
void prm__facts_subject(const prm_engine *engine, prm_fact *fact, uint32_t subject);

void prm__facts_value(prm_fact *fact, prm__decimal value);
void prm__facts_target(prm_fact *fact, prm__decimal target);
void prm__facts_check(prm_explanation *into, uint32_t depth, const char *name, bool holds);

/* What an outcome carries: kind, amount or rate, instants. */
void prm__facts_outcome(const prm_engine *engine, prm_fact *fact, const prm__outcome *outcome);

/* The identity of an outcome, kept with the explanation. */
prm_text prm__facts_identity(prm_explanation *into, const prm__outcome *outcome, uint32_t partner);

/* `size` bytes that live as long as the explanation; NULL when memory has run out. */
char *prm__facts_room(prm_explanation *into, size_t size);

prm_text prm__facts_word(const char *word);

#endif
