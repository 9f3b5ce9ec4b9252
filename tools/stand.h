/* Where everybody stands on a program's journey: partners and reps with what they have come to and
 * when they last did something, funnels over them, and what partners have sold. */
#ifndef TOOLS_STAND_H
#define TOOLS_STAND_H

#include "probe.h"

typedef enum stand_state {
    STAND_NOT_STARTED, /* nothing was ever done */
    STAND_ACTIVE,
    STAND_STOPPED, /* nothing for as many days as were asked for; of a partner: dormant */
    STAND_ARRIVED, /* a rep at the last stage, whether or not it goes on */
    STAND_LEFT     /* a partner that is gone, and has sold something */
} stand_state;

typedef struct stand_line {
    prm_text partner;
    prm_text rep;      /* empty: the partner as a whole */
    uint32_t stage;    /* index, or PRM_NONE */
    int64_t since;     /* or PRM_NO_TIME */
    int64_t last;      /* or PRM_NO_TIME */
    int64_t idle_days; /* whole ones since `last`; -1 without */
    stand_state state;
    uint64_t reps; /* of a partner: how many it has, ... */
    uint64_t won;  /* ... the deals that stand, ... */
    sum revenue;   /* ... and what they are worth, in minor units */
} stand_line;

/* All zeros is an empty one. */
typedef struct stand {
    stand_line *lines; /* each partner, by name, with its reps behind it; last those that have left */
    size_t count;
    sum revenue; /* of all partners, whichever are lines */
    uint64_t won;
    prm_rows *journey; /* which keep the texts */
    prm_rows *sold;
} stand;

/* `shadow` is an engine of the program of probe_compile with the same events, or NULL: then nothing is
 * known of sales. An empty `partner`: all. Idle is who has done nothing for `days`. Free *out in either
 * case; the engines must not change while it is in use. */
prm_status stand_take(stand *out, prm_engine *engine, prm_engine *shadow, prm_text partner, int64_t days,
                      prm_error *error);
void stand_free(stand *all);

enum { STAND_STAGES = 65 };

/* Reps by stage: place 0 are those that have come to none, place i + 1 is stage i. */
typedef struct stand_funnel {
    uint64_t here[STAND_STAGES];    /* how many stand there */
    uint64_t came[STAND_STAGES];    /* how many have come as far, or further */
    uint64_t stopped[STAND_STAGES]; /* of those that stand there */
} stand_funnel;

/* Over the lines [first, end). */
stand_funnel stand_count(const stand *all, size_t first, size_t end);

/* The line behind those of the partner whose line is `first`. */
size_t stand_end(const stand *all, size_t first);

#endif
