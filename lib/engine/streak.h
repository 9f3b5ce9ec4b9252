/* streak: how many calendar windows in a row have reached the inner threshold. A window
 * counts from the moment at which it is reached, and stays counted; one that closes
 * unreached breaks the run. Only the last window that was reached is remembered: the run is
 * broken when a whole window lies between it and the present one. */
#ifndef PRM_ENGINE_STREAK_H
#define PRM_ENGINE_STREAK_H

#include "engine/eval.h"

/* After the inner measure of streak `measure` has counted the event: notes whether its window
 * is reached now. */
void prm__streak_take(const prm__asking *asking, uint32_t measure);

/* The run at `now`; `state` (NULL: nothing yet) is its prm__streak_state. */
prm__fraction prm__streak_value(prm_engine *engine, const prm__p_measure *row, const prm__streak_state *state,
                                prm__place now);

#endif
