/* condition: whether what a rule waits for holds where it is asked, for the subject in
 * engine->at_subjects: a run of comparisons, joined by and, or, not. */
#ifndef PRM_ENGINE_CONDITION_H
#define PRM_ENGINE_CONDITION_H

#include "engine/eval.h"

/* Whether the run of `count` rows from `first` on holds; an empty one does. */
bool prm__condition_holds(const prm__asking *asking, uint32_t first, uint32_t count);

/* The number that a row compares. */
prm__fraction prm__condition_number(const prm__asking *asking, const prm__p_condition *row);

/* A threshold as a number, from an attribute unless that is PRM_NO_INDEX; false when the
 * attribute has no value. */
bool prm__condition_threshold(const prm__asking *asking, prm__decimal threshold, uint32_t attribute,
                              prm__decimal *out);

/* Whether the number reaches a threshold. */
bool prm__condition_at_least(const prm__asking *asking, prm__fraction number, prm__decimal threshold,
                             uint32_t attribute);

#endif
