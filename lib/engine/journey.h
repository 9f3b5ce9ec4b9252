/* journey: where each rep stands on the way that the program's stages are, read from what the fold
 * has noted of them. */
#ifndef PRM_ENGINE_JOURNEY_H
#define PRM_ENGINE_JOURNEY_H

#include "engine/rows.h"

typedef struct prm__journey_item {
    uint64_t reached; /* bits by stage */
    int64_t since;    /* or PRM_NO_TIME */
    int64_t last;     /* of its activity, or PRM_NO_TIME */
    uint32_t partner; /* index */
    uint32_t rep;     /* text key; 0: the partner itself */
    uint32_t stage;   /* the last one reached, or PRM_NONE */
    uint32_t reserved;
} prm__journey_item;

/* All partners that have not left with their reps who have not, or one by its text key. PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__journey_rows(prm_engine *engine, uint32_t partner, prm_rows **out);

/* The next one into *out, `size` set; false at the end. */
bool prm__journey_next(prm_rows *rows, prm_journey *out);

/* What somebody did: no change of the roster, and nothing that takes back. */
bool prm__journey_is_activity(const prm_engine *engine, const prm__entry *entry);

#endif
