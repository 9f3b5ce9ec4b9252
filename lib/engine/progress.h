/* progress: how far each subject is with each rule at the clock, read from the
 * measures without changing them. */
#ifndef PRM_ENGINE_PROGRESS_H
#define PRM_ENGINE_PROGRESS_H

#include "engine/rows.h"

typedef struct prm__progress_item {
    prm__decimal value;
    prm__decimal target;
    int64_t start; /* or PRM_NO_TIME */
    int64_t end;   /* or PRM_NO_TIME */
    uint32_t rule;
    uint32_t partner;
    uint32_t subject;
    uint16_t state; /* PRM_STATE_... */
    uint16_t has_value;
} prm__progress_item;

/* Of rule `rule`, or PRM_NONE for all, and of the partner of text key `partner`, or 0
 * for all. PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__progress_rows(prm_engine *engine, uint32_t rule, uint32_t partner,
                                           prm_rows **out);

/* The next one into *out, `size` set; false at the end. */
bool prm__progress_next(prm_rows *rows, prm_progress *out);

#endif
