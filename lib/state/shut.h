/* shut: the section of closed events: of each the keys by which news of it is recognised (engine/closed.h),
 * by partner and then the voids by id, in the order of the roll. */
#ifndef PRM_STATE_SHUT_H
#define PRM_STATE_SHUT_H

#include "state/snapshot.h"

/* For a snapshot that is being made: finds which voids are closed, and takes them off the roll; */
PRM_MUST_USE prm_status prm__shut_voids(prm__snapshot *snapshot);
/* numbers the closed events of partners, and notes which of them outcomes name; */
PRM_MUST_USE prm_status prm__shut_number(prm__snapshot *snapshot);
/* names the texts that the section needs. */
PRM_MUST_USE prm_status prm__shut_name(prm__snapshot *snapshot);

PRM_MUST_USE prm_status prm__shut_put(const prm__snapshot *snapshot, prm__wire_out *out);

/* Reads the section into an engine without events; `handles` (of uint32_t) gets the closed events of partners in
 * order, and each of these partners a prm__shut_span in `spans`. PRM_E_STATE when it cannot be; PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__shut_take(prm_engine *engine, const prm__vec *texts, prm__vec *handles,
                                       prm__vec *spans, prm__wire_in *in);

/* Where the closed events of a partner lie in the store. */
typedef struct prm__shut_span {
    uint32_t partner;
    uint32_t first;
    uint32_t events;
} prm__shut_span;

/* The engine's key of a text that is written as its place + 1. *sound is false when there is no such text;
 * 0 with *sound when memory ran out, or when none is written. */
uint32_t prm__shut_key(prm_engine *engine, const prm__vec *texts, uint32_t written, bool *sound);

#endif
