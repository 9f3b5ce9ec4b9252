/* forward: what partners do, handed up one level to their referrer and parent, where rules
 * for those count it. While a partner is folded it notes for each of its events who stood
 * above it then, and which of those rules' filters the event passes, as its attributes then
 * were; afterwards the histories of those above get the events, and are folded in turn. */
#ifndef PRM_ENGINE_FORWARD_H
#define PRM_ENGINE_FORWARD_H

#include "engine/step.h"

typedef struct prm__forward {
    uint32_t event;
    uint32_t rep_left; /* 1: the event's rep has left */
    uint32_t above[2]; /* text keys of the referrer and the parent, 0 for none */
    uint64_t verdicts; /* bit i: it passes filter i of engine->link_filters */
} prm__forward;

PRM_MUST_USE prm_status prm__forward_init(prm_engine *engine);
void prm__forward_free(prm_engine *engine);

/* Notes the partner's own event under way. */
PRM_MUST_USE prm_status prm__forward_note(prm__step *step);

/* What was noted of an event of a partner below; NULL when nothing was. */
const prm__forward *prm__forward_of(const prm_engine *engine, uint32_t below, uint32_t event);

/* Whether the rep of that event had left then. */
bool prm__forward_rep_left(const prm_engine *engine, uint32_t below, uint32_t event);

/* A partner is folded from the start: what it handed up is kept for comparing. */
void prm__forward_restart(prm_engine *engine, prm__partner *partner);

/* The same for one that goes back to where it had handed up `count`. */
PRM_MUST_USE prm_status prm__forward_return(prm_engine *engine, prm__partner *partner, uint32_t count);

/* Brings the histories of those above up to what the partner now hands up: they are touched
 * and pending where something changed. */
PRM_MUST_USE prm_status prm__forward_send(prm_engine *engine, uint32_t partner);

/* After a failed call, the clock put back: nothing has been handed up, and every partner is
 * stale. */
void prm__forward_forget(prm_engine *engine);

#endif
