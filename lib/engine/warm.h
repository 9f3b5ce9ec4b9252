/* warm: what a group of events is about to need, fetched from memory ahead of its
 * use. Texts, ids, partners and subjects lie scattered, and one after the other
 * their misses would cost more than all the work; asked for together, they overlap.
 * Nothing here changes anything: without it every result is the same. */
#ifndef PRM_ENGINE_WARM_H
#define PRM_ENGINE_WARM_H

#include "engine/plan.h"

#define PRM_WARM_GROUP 16 /* events looked at together */
#define PRM_WARM_FIELDS 8 /* of each, the first fields */

/* What was found out about one event while looking ahead. */
typedef struct prm__warm {
    uint64_t id;                      /* hash of the id */
    uint64_t fields[PRM_WARM_FIELDS]; /* hashes of short texts, handles of names; 0 for all other values */
    uint32_t names;                   /* those that are names, as a mask */
    uint32_t likely[PRM_WARM_KINDS];  /* the subject that it most likely has, by kind, or PRM_NONE */
    uint64_t notes[PRM_WARM_KINDS];   /* what is left with the text of the only key, by kind */
    uint32_t noted;                   /* kinds of which there is a note, as a mask */
    uint32_t sure;                    /* kinds of which `likely` is the subject, as a mask: by notes */
} prm__warm;

/* Hashes ids and texts of up to PRM_WARM_GROUP events, and fetches the slots that these
 * lead to. */
void prm__warm_events(const prm_engine *engine, const prm_event *events, size_t count, prm__warm *warm);

/* The event has that partner: fetches it, and the subjects that notes lead to, without a look at
 * them. */
void prm__warm_partner(const prm_engine *engine, prm__warm *warm, uint32_t type, uint32_t partner);

/* Fetches what the partners of accepted events lead to, and subjects that are not yet noted;
 * warm[i] is about the event of handles[i]. */
void prm__warm_accepted(const prm_engine *engine, const uint32_t *handles, prm__warm *const *warm,
                        size_t count);

#endif
