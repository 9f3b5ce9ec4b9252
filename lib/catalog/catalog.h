/* catalog: the open sets of the language. One file per measure, per window kind,
 * per action and per function ends in a descriptor; this room lists them. The
 * compiler reads the descriptors for keys, types and documentation, the engine
 * for the pure functions over a state that only they know.
 *
 * To add one: write its file, add its row to the table in catalog.c, and a
 * scenario under tests/. */
#ifndef PRM_CATALOG_CATALOG_H
#define PRM_CATALOG_CATALOG_H

#include "base/caltime.h"
#include "base/decimal.h"
#include "base/pool.h"

/* ---- Measures ---- */

enum {
    PRM_MEASURE_COUNT = 0,
    PRM_MEASURE_SUM = 1,
    PRM_MEASURE_DISTINCT = 2,
    PRM_MEASURE_COVERAGE = 3,
    PRM_MEASURE_AVERAGE = 4,
    PRM_MEASURE_MINIMUM = 5,
    PRM_MEASURE_MAXIMUM = 6,
    PRM_MEASURE_COVERED = 7,
    PRM_MEASURE_STREAK = 8, /* its state is kept by the engine: see measure_streak.c */
    PRM_MEASURE_KINDS
};

/* What the field of a measure must be. */
typedef enum prm__measure_field {
    PRM_MEASURE_NO_FIELD,
    PRM_MEASURE_NUMBER_FIELD, /* integer, decimal, money, percent */
    PRM_MEASURE_ANY_FIELD,
    PRM_MEASURE_REP_FIELD /* not written: the event's rep */
} prm__measure_field;

/* One contribution of an event: its field as a number, or as a dense key. */
typedef struct prm__sample {
    prm__decimal number;
    uint32_t key; /* never 0 */
} prm__sample;

/* An exact value: number / divisor; none when there is no value. */
typedef struct prm__fraction {
    prm__decimal number;
    prm__decimal divisor; /* > 0, in units of 1 */
    bool none;
} prm__fraction;

/* What a value may depend on besides its own state: the partner's roster. */
typedef struct prm__roster {
    uint64_t size;
    const uint32_t *on; /* keys of the reps now on it, `size` of them */
} prm__roster;

typedef struct prm__measure_def {
    const char *key; /* as written in a program */
    prm__measure_field field;
    uint32_t state_size; /* bytes, zeroed is the empty state; 16-byte aligned */
    bool uses_roster;    /* a change of the roster asks its rules */
    bool keyed;          /* the state is a prm__keyset; others hold nothing in the pool */
    /* What the state of others is made of, for bytes that other machines read: d a total and v a value (16 bytes),
     * n a count, t a time, - nothing (8 bytes each). */
    const char *shape;
    /* Adds a sample; PRM_E_MEMORY leaves the state as it was. */
    prm_status (*add)(void *state, prm__pool *pool, prm__sample sample);
    /* Takes back a sample that was added (rolling windows). Cannot fail. NULL where a state
     * cannot: then it is cleared, and what is left in the window is added again. */
    void (*remove)(void *state, prm__pool *pool, prm__sample sample);
    prm__fraction (*value)(const void *state, const prm__pool *pool, const prm__roster *roster);
    /* The same where it is always a whole number, 0 or more, that the state alone knows: most rules
     * wait for one of these, and need not work with fractions until it is near. Else NULL. */
    uint64_t (*whole)(const void *state);
    /* Gives back what the state holds in the pool, and zeroes it. */
    void (*clear)(void *state, prm__pool *pool);
    const char *doc;
} prm__measure_def;

/* What a streak keeps. It follows another measure rather than samples, and goes by the
 * clock: the engine moves it, and its descriptor has no add, remove and value. */
typedef struct prm__streak_state {
    int64_t window_start; /* of the window that it has come to */
    int64_t run;          /* how many in a row were reached, up to that one */
} prm__streak_state;

const prm__measure_def *prm__catalog_measure(uint32_t kind); /* kind < PRM_MEASURE_KINDS */

/* ---- Windows ---- */

enum {
    PRM_WINDOW_LIFE = 0,    /* nothing written, or `per` alone */
    PRM_WINDOW_ROLLING = 1, /* within: D */
    PRM_WINDOW_WITHIN = 2,  /* within: D of TYPE */
    PRM_WINDOW_AFTER = 3,   /* after: TYPE */
    PRM_WINDOW_KINDS
};

/* Where an event or an asking stands: its instant and place in the order. */
typedef struct prm__place {
    int64_t time;
    uint32_t position;
    uint32_t closing; /* 1 at the end of a window: calendar windows are those of the last
                         instant before `time` */
} prm__place;

/* The position of a question from outside, at an instant that the time line may not have
 * reached: it must not change what is counted. */
#define PRM_PLACE_AHEAD UINT32_MAX

/* The instant whose calendar windows are meant. */
static inline int64_t prm__place_window_time(prm__place place)
{
    return place.time - (int64_t)place.closing;
}

typedef struct prm__window_def {
    const char *key; /* as written in a program; "" for life */
    bool needs_duration;
    bool needs_anchor;
    bool rolling; /* events leave it again, in order */
    /* The exclusive end of the window that starts at the anchor; INT64_MAX: none. */
    int64_t (*end)(const prm__zone *zone, prm__duration duration, int64_t anchor);
    /* Whether `now` lies inside, given the anchor's place and that end. */
    bool (*holds)(prm__place anchor, int64_t end, prm__place now);
    const char *doc;
} prm__window_def;

const prm__window_def *prm__catalog_window(uint32_t kind); /* kind < PRM_WINDOW_KINDS */

/* ---- Values and functions of expressions ---- */

typedef enum prm__value_type {
    PRM_TYPE_ERROR = 0, /* at run time: an error value; it spreads */
    PRM_TYPE_BOOLEAN,
    PRM_TYPE_NUMBER, /* integers, decimals, money in whole units, percents */
    PRM_TYPE_TEXT,
    PRM_TYPE_TIME
} prm__value_type;

typedef struct prm__value {
    prm__decimal number; /* NUMBER; TIME as ms UTC; BOOLEAN as 0 or 1 */
    prm_text text;       /* TEXT */
    uint32_t type;       /* prm__value_type */
    uint32_t key;        /* TEXT: the interned handle; equal texts have equal keys */
} prm__value;

#define PRM_FUNCTION_ARGUMENTS 2

typedef struct prm__function_def {
    const char *name;
    bool method; /* x.name(y): the receiver is the first argument */
    uint32_t argument_count;
    uint32_t arguments[PRM_FUNCTION_ARGUMENTS];      /* prm__value_type */
    uint32_t result;                                 /* prm__value_type */
    prm__value (*call)(const prm__value *arguments); /* none of them an error */
    const char *doc;
} prm__function_def;

/* NULL when index reaches the end of the table. */
const prm__function_def *prm__catalog_function(uint32_t index);

/* ---- Actions ---- */

enum {
    PRM_ACTION_RATE = 0,
    PRM_ACTION_REWARD = 1,
    PRM_ACTION_RANK = 2,
    PRM_ACTION_NOTICE = 3,
    PRM_ACTION_KINDS
};

typedef struct prm__action_def {
    const char *key;            /* as written; "" for a reward, whose key is its kind */
    const char *const *options; /* further keys that it takes, NULL at the end */
    const char *doc;
} prm__action_def;

const prm__action_def *prm__catalog_action(uint32_t kind); /* kind < PRM_ACTION_KINDS */

#endif
