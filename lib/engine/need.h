/* need: which parts of its subjects' records an event of a type is going to look at, so
 * that those and no others are fetched ahead. Only a guess about speed: what it leaves out
 * is fetched when it is used. */
#ifndef PRM_ENGINE_NEED_H
#define PRM_ENGINE_NEED_H

#include "engine/engine.h"

#define PRM_NEED_UNIT 16 /* bytes for which one bit of a need stands */

/* Works out engine->needs. */
void prm__need_init(prm_engine *engine);

#endif
