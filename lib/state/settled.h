/* settled: what a settle has fixed, as a section of a snapshot. It cannot be made again from the events,
 * for these may since have gone another way: the marks of settled events, what later voids and reductions
 * had taken of them, how far rates had reached back, and the amounts of settled commissions. */
#ifndef PRM_STATE_SETTLED_H
#define PRM_STATE_SETTLED_H

#include "state/snapshot.h"

/* Names the texts that the section needs. */
PRM_MUST_USE prm_status prm__settled_name(prm__snapshot *snapshot);

PRM_MUST_USE prm_status prm__settled_put(const prm__snapshot *snapshot, prm__wire_out *out);

/* Reads the section into an engine that has the events, in the order of the snapshot, and whose clock has
 * not moved: when it does, each partner is folded from the start, with what was settled as its former
 * outcomes. `texts` are the snapshot's. PRM_E_STATE when it cannot be; PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__settled_take(prm_engine *engine, const prm__vec *texts, int64_t clock,
                                          prm__wire_in *in);

#endif
