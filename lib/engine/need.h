/* need: which parts of its subjects' records an event of a type is going to look at, so
 * that those and no others are fetched ahead. Only a guess about speed: what it leaves out
 * is fetched when it is used. */
#ifndef PRM_ENGINE_NEED_H
#define PRM_ENGINE_NEED_H

#include "engine/engine.h"

#define PRM_NEED_UNIT 16 /* bytes; subjects begin at units of a line of the cache */
#define PRM_NEED_PLACES (PRM_ALLOC_LINE / PRM_NEED_UNIT)

/* Lines of the cache, the first ones, as a mask, for a subject that begins at each unit of the
 * first of them. */
typedef struct prm__need {
    uint16_t lines[PRM_NEED_PLACES];
} prm__need;

/* Works out engine->needs. */
void prm__need_init(prm_engine *engine);

#endif
