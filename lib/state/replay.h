/* replay: events of a former engine into a new one, by the same intake as a host's. They
 * are gathered and handed in many at a time while the clock stands, so that each partner
 * is folded once, at the end. */
#ifndef PRM_STATE_REPLAY_H
#define PRM_STATE_REPLAY_H

#include "engine/engine.h"

typedef struct prm__replay {
    prm_engine *engine; /* its clock stands, and follows nothing */
    prm__vec events;    /* of prm_event; `fields` is set when they are handed in */
    prm__vec fields;    /* of prm_field */
    prm__vec digits;    /* of char: decimals in words, PRM_REPLAY_DIGITS each */
    prm__vec answers;   /* of prm_answer */
    uint64_t ignored;   /* events of types that the engine's program does not know */
    uint64_t dropped;   /* fields that it does not know */
    prm_error *error;   /* or NULL: says which event was not taken, and why */
} prm__replay;

void prm__replay_init(prm__replay *replay, prm_engine *engine, prm_error *error);
void prm__replay_free(prm__replay *replay);

/* Begins an event, whose fields follow. Hands in those before it when they are many. The id must
 * live until then. */
PRM_MUST_USE prm_status prm__replay_event(prm__replay *replay, uint32_t type, int64_t time, prm_text id);

/* A value of the event that was begun last, for the field of that handle. */
PRM_MUST_USE prm_status prm__replay_text(prm__replay *replay, uint32_t name, prm_text text);
PRM_MUST_USE prm_status prm__replay_number(prm__replay *replay, uint32_t name, uint32_t kind, int64_t number);
PRM_MUST_USE prm_status prm__replay_decimal(prm__replay *replay, uint32_t name, prm__decimal value);

/* Hands in what is left. PRM_E_EVENT when the program does not take an event; PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__replay_finish(prm__replay *replay);

/* The whole of `from`, by the names of types and fields, and finishes. Events of types that the
 * program does not know are passed by and counted. */
PRM_MUST_USE prm_status prm__replay_engine(prm__replay *replay, prm_engine *from);

/* Sets the clock, and the journal to be empty with `next` as the number of its next posting. */
PRM_MUST_USE prm_status prm__replay_settle(prm_engine *engine, int64_t clock, bool clock_follows,
                                           uint64_t next);

#endif
