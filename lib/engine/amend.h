/* amend: what voids and reductions do to a partner's history before it is folded.
 * A cancelled event counts as if it had never happened, a reduced one as if its
 * amount had been smaller from the start; so both only mark events, and the fold
 * starts again at the first event whose marks have changed. Marks of settled events
 * stand as they are. */
#ifndef PRM_ENGINE_AMEND_H
#define PRM_ENGINE_AMEND_H

#include "engine/engine.h"

/* What is left of the amount of one reduced event. */
typedef struct prm__reduction {
    uint32_t event; /* handle + 1; 0: free */
    uint32_t reserved;
    int64_t left; /* minor units */
} prm__reduction;

void prm__amend_init(prm_engine *engine);
void prm__amend_free(prm_engine *engine);

/* Works out the marks of a partner's events up to the clock, and lowers the
 * partner's `changed` to the first that differs from before. */
PRM_MUST_USE prm_status prm__amend_partner(prm_engine *engine, prm__partner *partner);

/* The same for a partner whose marks are up to date, which changes none: while a settle is under
 * way it notes what works on settled events. */
PRM_MUST_USE prm_status prm__amend_again(prm_engine *engine, prm__partner *partner);

/* What is left of an event marked as reduced. */
int64_t prm__amend_left(const prm_engine *engine, uint32_t event);

/* Sets the marks of an event, with what is left of its amount where they say that it is reduced: for
 * settled events, whose marks are not worked out again. */
PRM_MUST_USE prm_status prm__amend_restore(prm_engine *engine, uint32_t event, uint32_t marks, int64_t left);

/* ---- Voids by event.voided, which know only an id ---- */

/* Takes in an accepted event.voided: it takes effect when the clock reaches it. */
PRM_MUST_USE prm_status prm__void_add(prm_engine *engine, uint32_t event);

/* To be called for each newly accepted event: a void may already wait for it. */
PRM_MUST_USE prm_status prm__void_expected(prm_engine *engine, prm_text id);

/* Marks the event that void `index` names, if it is there, and touches its partner. */
PRM_MUST_USE prm_status prm__void_apply(prm_engine *engine, uint32_t index);

/* Takes back what this call did to voids and marks; its events have handles from `mark` on.
 * Cannot fail. */
void prm__void_undo(prm_engine *engine, uint32_t mark);

/* Events event.voided that lie after the clock, and those in effect whose event is not there. */
uint64_t prm__void_waiting(const prm_engine *engine);
uint64_t prm__void_unmatched(const prm_engine *engine);

#endif
