/* answer: the answers to events in words: what is wrong, in which field, with which
 * value. */
#ifndef PRM_ENGINE_ANSWER_H
#define PRM_ENGINE_ANSWER_H

#include "engine/engine.h"

/* Why `answer` was given to `event`: a C string of at most `capacity` bytes with its NUL;
 * returns the size of the whole without the NUL. */
size_t prm__answer_explain(const prm_engine *engine, const prm_event *event, const prm_answer *answer,
                           char *buffer, size_t capacity);

#endif
