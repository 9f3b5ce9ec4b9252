/* branch: filters that ask for one text in a field (`where: course == "basics"`). Where many takes and
 * listeners of a type have one, an event goes to those with its own text alone, and never passes
 * by the others. The filters themselves are asked all the same: a branch only leaves out what cannot
 * pass. */
#ifndef PRM_ENGINE_BRANCH_H
#define PRM_ENGINE_BRANCH_H

#include "engine/engine.h"

/* The slot and the text key without which a filter does not hold; slot PRM_NO_INDEX where there is none. */
typedef struct prm__branch_key {
    uint32_t slot;
    uint32_t key;
} prm__branch_key;

/* What events of `type` with one text in one slot concern, in the lists of the type's plan. */
typedef struct prm__branch {
    uint32_t type;
    prm__branch_key at;
    uint32_t first_take;
    uint32_t take_count;
    uint32_t first_listener;
    uint32_t listener_count;
} prm__branch;

void prm__branch_init(prm_engine *engine);
void prm__branch_free(prm_engine *engine);

/* What a filter (PRM_NO_INDEX: none) asks of events of `type`. */
prm__branch_key prm__branch_of_filter(const prm_engine *engine, uint32_t type, uint32_t filter);

PRM_MUST_USE prm_status prm__branch_add(prm_engine *engine, const prm__branch *branch);

/* NULL when nothing asks for that text. */
const prm__branch *prm__branch_find(const prm_engine *engine, uint32_t type, prm__branch_key at);

#endif
