/* alloc: the one way to memory. Everything that owns memory keeps a pointer to
 * a prm__alloc, which counts what it holds and wraps the host's vtable. Sizes
 * are computed with checked arithmetic; a size that overflows fails like memory
 * that ran out. */
#ifndef PRM_BASE_ALLOC_H
#define PRM_BASE_ALLOC_H

#include <prm/prm.h>
#include <stdbool.h>

typedef struct prm__alloc {
    prm_allocator host;
    uint64_t held; /* bytes asked for and not yet released */
} prm__alloc;

/* `host` NULL: malloc. */
void prm__alloc_init(prm__alloc *alloc, const prm_allocator *host);

/* NULL when memory ran out or count * size overflows. A size of 0 gives NULL. */
void *prm__alloc_get(prm__alloc *alloc, size_t count, size_t size);
void *prm__alloc_zeroed(prm__alloc *alloc, size_t count, size_t size);

/* On NULL the old block stays as it was. `block` may be NULL when old is 0. */
void *prm__alloc_resize(prm__alloc *alloc, void *block, size_t old_count, size_t new_count, size_t size);

void prm__alloc_release(prm__alloc *alloc, void *block, size_t count, size_t size);

/* Bytes of a line of the cache. */
#define PRM_ALLOC_LINE 64

/* An array, not zeroed, whose first element begins a line of the cache: what is smaller than a
 * line then does not lie across two. Released with the same count and size. */
void *prm__alloc_lines(prm__alloc *alloc, size_t count, size_t size);
void prm__alloc_release_lines(prm__alloc *alloc, void *block, size_t count, size_t size);

/* Leaves a function with `status` when it is not PRM_OK; only where nothing is owned. */
#define PRM_TRY(call)                                                                                        \
    do {                                                                                                     \
        prm_status try_status = (call);                                                                      \
        if (try_status != PRM_OK)                                                                            \
            return try_status;                                                                               \
    } while (0)

/* Defensive branches: true (false) always, kept for the day it is not. */
#define PRM_NEVER(x) (x)

#endif
