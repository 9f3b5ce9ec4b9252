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
    uint32_t tier; /* the next one, from 1 */
    uint32_t reserved;
} prm__progress_item;

/* Whose progress, and in which order. */
typedef struct prm__progress_wanted {
    uint32_t rule;    /* index, or PRM_NONE */
    uint32_t partner; /* text key, or 0 */
    uint32_t states;  /* bits 1 << PRM_STATE_... */
    uint32_t order;   /* PRM_ORDER_... */
    uint64_t limit;   /* 0: none */
} prm__progress_wanted;

/* PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__progress_rows(prm_engine *engine, const prm__progress_wanted *wanted,
                                           prm_rows **out);

/* How far the item's subject is with its rule (both filled in) at the clock. */
void prm__progress_fill(prm_engine *engine, const prm__p_rule *rule, prm__progress_item *item);

/* The next one into *out, `size` set; false at the end. */
bool prm__progress_next(prm_rows *rows, prm_progress *out);

#endif
