/* arena: memory that is given back all at once. Blocks are chained chunks;
 * objects never move. Used where a tree is built and thrown away (compiling). */
#ifndef PRM_BASE_ARENA_H
#define PRM_BASE_ARENA_H

#include "base/alloc.h"

typedef struct prm__arena_chunk prm__arena_chunk;

typedef struct prm__arena {
    prm__alloc *alloc;
    prm__arena_chunk *chunks;
} prm__arena;

void prm__arena_init(prm__arena *arena, prm__alloc *alloc);
void prm__arena_free(prm__arena *arena);

/* Zeroed memory aligned for any object, or NULL. */
void *prm__arena_get(prm__arena *arena, size_t size);

/* A copy of `size` bytes followed by a NUL, or NULL. */
char *prm__arena_text(prm__arena *arena, const char *text, size_t size);

#endif
