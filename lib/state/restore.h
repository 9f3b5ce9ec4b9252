/* restore: an engine from the bytes of a snapshot, which are taken as an enemy's: framing and
 * hashes first, then every count against the bytes left, every index and value; every event goes
 * through the ordinary intake; and at the end the engine must give back the very same bytes, so
 * that nothing that is not a snapshot's passes for one. */
#ifndef PRM_STATE_RESTORE_H
#define PRM_STATE_RESTORE_H

#include "engine/engine.h"

/* A new engine of the program, as the bytes have it; of `options` the allocator and the hash seed
 * count. PRM_E_STATE: the bytes are damaged; PRM_E_UNSUPPORTED: of a later format; PRM_E_MISMATCH: of
 * another program. Fills `error`, but for PRM_E_MEMORY and PRM_E_INTERNAL. */
PRM_MUST_USE prm_status prm__restore(prm_program *program, const prm_engine_options *options,
                                     const void *bytes, size_t size, prm_engine **out, prm_error *error);

/* The same for an engine's own bytes, only up to an instant: the clock stands there or where the bytes have it,
 * and nothing is compared. `engine` is new; PRM_E_STATE does not happen. */
PRM_MUST_USE prm_status prm__restore_own(prm_engine *engine, const prm__vec *bytes, int64_t until);

#endif
