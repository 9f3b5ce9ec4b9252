/* explain asked: what a rule asks, and what it is told, at one place of a time line: its window, each of
 * its conditions with the number, and the very events that make the number. */
#ifndef PRM_ENGINE_EXPLAIN_ASKED_H
#define PRM_ENGINE_EXPLAIN_ASKED_H

#include "engine/explain_facts.h"

/* An event that a measure has counted, in the order of the fold. */
typedef struct prm__counted {
    uint32_t measure;
    uint32_t subject;
    uint32_t event;
} prm__counted;

/* What a watch has seen of measures so far. */
typedef struct prm__seen {
    prm__vec measures; /* of uint32_t: those that matter, each once */
    prm__vec counted;  /* of prm__counted */
} prm__seen;

void prm__seen_init(prm__seen *seen, prm__alloc *alloc);
void prm__seen_free(prm__seen *seen);

/* The measures of these conditions, with those inside of values and streaks, matter. */
PRM_MUST_USE prm_status prm__seen_want(prm__seen *seen, const prm_program *program, uint32_t first,
                                       uint32_t count);

/* Takes down what was counted of the event under way. */
PRM_MUST_USE prm_status prm__seen_note(prm__seen *seen, const prm_engine *engine, uint32_t event);

/* What the numbers of a measure are: PRM_HAS_MONEY, PRM_HAS_SHARE, or 0. */
uint32_t prm__asked_unit(const prm_engine *engine, uint32_t measure);

/* The window, where it is one. */
void prm__asked_window(prm_explanation *into, uint32_t depth, const prm__asking *asking, uint32_t window);

/* A run of conditions, for the subjects in engine->at_subjects. */
void prm__asked_conditions(prm_explanation *into, const prm__seen *seen, uint32_t depth,
                           const prm__asking *asking, uint32_t first, uint32_t count);

/* One condition, compared with another threshold than its own: a tier's, or none (a contest). */
void prm__asked_bare(prm_explanation *into, const prm__seen *seen, uint32_t depth, const prm__asking *asking,
                     uint32_t row, const prm__p_tier *tier);

/* What a rule asks besides: campaign, eligibility, that nobody has left. Only what does not hold, unless
 * `all`. False when something does not hold. */
bool prm__asked_checks(prm_explanation *into, uint32_t depth, const prm__asking *asking,
                       const prm__p_rule *rule, bool all);

#endif
