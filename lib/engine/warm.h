/* warm: what a group of events is about to need, fetched from memory ahead of its
 * use. Texts, ids, partners and subjects lie scattered, and one after the other
 * their misses would cost more than all the work; asked for together, they overlap.
 * Nothing here changes anything: without it every result is the same. */
#ifndef PRM_ENGINE_WARM_H
#define PRM_ENGINE_WARM_H

#include "engine/engine.h"

#define PRM_WARM_GROUP 16 /* events looked at together */
#define PRM_WARM_FIELDS 8 /* of each, the first fields */
#define PRM_WARM_KINDS 8  /* kinds of subjects, the first ones */

/* Hashes that were worked out while looking ahead. */
typedef struct prm__warm_hashes {
    uint64_t id;
    /* of text values; for others meaningless: */
    uint64_t fields[PRM_WARM_FIELDS];
    const prm__intern_entry *likely[PRM_WARM_FIELDS]; /* the known text, by its hash; or NULL */
} prm__warm_hashes;

/* Hashes ids and texts of up to PRM_WARM_GROUP 16events, and fetches the slots and texts
 * that these lead to. */
void prm__warm_events(const prm_engine *engine, const prm_event *events, size_t count,
                      prm__warm_hashes *hashes);

/* The subjects that an event most likely has, by kind, or PRM_NONE: guesses that the fold
 * checks before it believes them. */
typedef struct prm__warm_subjects {
    uint32_t likely[PRM_WARM_KINDS];
} prm__warm_subjects;

/* Fetches the histories and subjects of accepted events, and notes which they are. */
void prm__warm_accepted(const prm_engine *engine, const uint32_t *handles, size_t count,
                        prm__warm_subjects *subjects);

#endif
