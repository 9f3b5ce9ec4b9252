/* lifetime: making an engine for a program, and freeing it: the program's texts
 * are interned first, so that they have the lowest keys, and the tables that follow
 * from the program alone are worked out once. */
#ifndef PRM_ENGINE_LIFETIME_H
#define PRM_ENGINE_LIFETIME_H

#include "engine/engine.h"

/* A new engine that has taken a reference to the program. PRM_E_MEMORY, PRM_E_LIMIT. */
PRM_MUST_USE prm_status prm__engine_new(prm_program *program, const prm_engine_options *options,
                                        prm_engine **out);
void prm__engine_free(prm_engine *engine);

/* Puts the content of `with`, which has the same host allocator, into `engine`, and frees what that
 * held. `with` is the engine's from then on. Cannot fail. */
void prm__engine_replace(prm_engine *engine, prm_engine *with);

#endif
