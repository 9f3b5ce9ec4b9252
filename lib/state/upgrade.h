/* upgrade: an engine that goes on with another program. Its events are evaluated anew beside it; the
 * difference between the two ledgers is what has to be posted; then the one takes the other's place. */
#ifndef PRM_STATE_UPGRADE_H
#define PRM_STATE_UPGRADE_H

#include "engine/engine.h"

/* The differences into *rows, as postings. Unless `dry_run` the engine then has the program, and the
 * postings are the last of its journal. On failure the engine is as it was: PRM_E_MEMORY; PRM_E_EVENT
 * when the program does not take an event (`error` says which and why); PRM_E_INTERNAL. */
PRM_MUST_USE prm_status prm__upgrade(prm_engine *engine, prm_program *program, bool dry_run, prm_rows **rows,
                                     prm_error *error);

#endif
