/* What a file of events says again and again: types, names of fields, and times of
 * the same day. Each is asked of the program once and then known. */
#ifndef TOOLS_AGAIN_H
#define TOOLS_AGAIN_H

#include <stdint.h>

#include "memory.h"

enum { AGAIN_SLOTS = 64, AGAIN_TIME_BYTES = 40 };

typedef struct again_name {
    prm_text name;
    uint32_t handle; /* PRM_NONE: the program has none of that name */
} again_name;

/* All zeros but the program, which outlives it. again_free gives back what it holds. */
typedef struct again {
    const prm_program *program;
    again_name types[AGAIN_SLOTS];
    again_name fields[AGAIN_SLOTS]; /* the rest is its own */
    arena names;
    size_t name_bytes;
    char time_text[AGAIN_TIME_BYTES];
    size_t time_size; /* 0: none is known */
    int64_t time;
    int64_t midnight; /* PRM_NO_TIME: the text has no time of the day in it */
} again;

/* The type or field of that name: valid until the next call, but its text as long as the
 * arena `names`, or, where that is full, as `text`. */
again_name again_type(again *known, prm_text text);
again_name again_field(again *known, prm_text text);

/* As prm_program_read_time. */
prm_status again_time(again *known, prm_text text, int64_t *out, prm_error *error);

void again_free(again *known);

#endif
