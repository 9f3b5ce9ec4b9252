/* settle: what is closed for good. About the time before the settled instant nothing that was
 * posted changes any more: news about it is answered "too late", marks of its events stand as
 * they are, rates that reach back begin at that instant at the earliest, and commissions before
 * it keep their amounts.
 *
 * A fold that starts again still walks through that time: since its events and marks stand, it
 * repeats itself there. Only what later things had done to it is taken over from before. */
#ifndef PRM_ENGINE_SETTLE_H
#define PRM_ENGINE_SETTLE_H

#include "engine/engine.h"

/* A void or reduction at or after the settled instant that works on events before it. */
typedef struct prm__settle_take {
    uint32_t event;
    uint32_t reserved;
    int64_t amount; /* minor units that a reduction has taken of them */
} prm__settle_take;

/* A rate granted at or after the settled instant that already reached back before it. */
typedef struct prm__settle_reach {
    prm__outcome outcome;
    uint32_t partner;
    uint32_t reserved;
} prm__settle_reach;

void prm__settle_init(prm_engine *engine);
void prm__settle_free(prm_engine *engine);

/* What was settled before a settle. */
typedef struct prm__settle_former {
    int64_t settled;
    prm__vec takes;
    prm__vec reaches;
} prm__settle_former;

/* Settles the time before `time`, which the clock has reached and which is not settled yet; the history
 * stays. What was settled is given in *former, to be put back or dropped. PRM_E_MEMORY leaves the engine as it
 * was. */
PRM_MUST_USE prm_status prm__settle(prm_engine *engine, int64_t time, prm__settle_former *former);
void prm__settle_put_back(prm_engine *engine, prm__settle_former *former);
void prm__settle_drop(prm__settle_former *former);

/* Answers PRM_TOO_LATE to `event`, whose record stands in the room at the top of the store and is
 * acceptable otherwise, when it is new and is news about settled time. `pending` are `count` events that were
 * accepted just before it and stand in no history yet. */
void prm__settle_judge(const prm_engine *engine, const prm_event *event, const uint32_t *pending,
                       size_t count, prm_answer *answer);

/* How much a reduction has taken of settled events; *found: it, or a void, works on any. */
int64_t prm__settle_taken(const prm_engine *engine, uint32_t event, bool *found);

/* Notes, while a settle is under way, that `event` has taken `amount` of what it settles. */
PRM_MUST_USE prm_status prm__settle_note(prm_engine *engine, uint32_t event, int64_t amount);

/* The start of a rate that would reach back to `from`, before the settled instant: `rate` has its
 * identity and instant. INT64_MAX when it is none. */
int64_t prm__settle_start(const prm_engine *engine, uint32_t partner, const prm__outcome *rate, int64_t from);

/* After a fold that went back: settled commissions have the amounts that they had. */
void prm__settle_keep(prm_engine *engine, const prm__partner *partner);

#endif
