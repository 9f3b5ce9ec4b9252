/* arena: a chain of chunks of growing size. The first chunk of the chain is the
 * one that is being filled; an object too large for it that would waste what is
 * left gets a chunk of its own behind it. */
#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#define ARENA_ALIGNMENT alignof(max_align_t)
#define ARENA_FIRST_BYTES ((size_t)1024)
#define ARENA_LAST_BYTES ((size_t)64 * 1024)

struct prm__arena_chunk {
    prm__arena_chunk *next;
    size_t size; /* bytes of the whole chunk, this head included */
    size_t used; /* likewise */
};

/* Where objects begin in a chunk. */
#define ARENA_HEAD ((sizeof(prm__arena_chunk) + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT)

void prm__arena_init(prm__arena *arena, prm__alloc *alloc)
{
    arena->alloc = alloc;
    arena->chunks = NULL;
}

void prm__arena_free(prm__arena *arena)
{
    while (arena->chunks != NULL) {
        prm__arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        prm__alloc_release(arena->alloc, chunk, chunk->size, 1);
    }
}

static prm__arena_chunk *arena_chunk_new(prm__arena *arena, size_t size)
{
    prm__arena_chunk *chunk = prm__alloc_get(arena->alloc, size, 1);
    if (chunk == NULL)
        return NULL;
    chunk->next = NULL;
    chunk->size = size;
    chunk->used = ARENA_HEAD;
    return chunk;
}

static size_t arena_next_size(const prm__arena *arena)
{
    if (arena->chunks == NULL)
        return ARENA_FIRST_BYTES;
    size_t size = arena->chunks->size * 2;
    return size < ARENA_LAST_BYTES ? size : ARENA_LAST_BYTES;
}

/* A chunk with room for `size` bytes, linked into the chain. */
static prm__arena_chunk *arena_chunk_for(prm__arena *arena, size_t size)
{
    prm__arena_chunk *first = arena->chunks;
    if (first != NULL && size <= first->size - first->used)
        return first;
    size_t usual = arena_next_size(arena);
    bool own = size > (usual - ARENA_HEAD) / 4;
    prm__arena_chunk *chunk = arena_chunk_new(arena, own ? size + ARENA_HEAD : usual);
    if (chunk == NULL)
        return NULL;
    if (own && first != NULL) {
        chunk->next = first->next;
        first->next = chunk;
    } else {
        chunk->next = first;
        arena->chunks = chunk;
    }
    return chunk;
}

void *prm__arena_get(prm__arena *arena, size_t size)
{
    if (size > (size_t)PTRDIFF_MAX - ARENA_HEAD - ARENA_ALIGNMENT)
        return NULL;
    size_t rounded = (size + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT;
    if (rounded == 0)
        rounded = ARENA_ALIGNMENT;
    prm__arena_chunk *chunk = arena_chunk_for(arena, rounded);
    if (chunk == NULL)
        return NULL;
    char *object = (char *)chunk + chunk->used;
    chunk->used += rounded;
    memset(object, 0, rounded);
    return object;
}

char *prm__arena_text(prm__arena *arena, const char *text, size_t size)
{
    if (size == SIZE_MAX)
        return NULL;
    char *copy = prm__arena_get(arena, size + 1);
    if (copy != NULL && size > 0)
        memcpy(copy, text, size);
    return copy;
}
