/* pool: memory for the small, growing parts of an engine's state (sets, queues,
 * histories), named by 32-bit handles instead of pointers. Blocks have sizes of
 * 16 bytes times a power of two; a freed block waits for the next of its size,
 * so a steady state allocates nothing. Blocks never move.
 *
 * A handle is a slab's number and, in the low PRM_POOL_UNIT_BITS bits, the block's
 * first 16-byte unit in it. A block of a slab's size or more is a slab of its own,
 * so handles reach 64 GiB. */
#ifndef PRM_BASE_POOL_H
#define PRM_BASE_POOL_H

#include "base/vec.h"

#define PRM_POOL_CLASSES 28 /* 16 bytes to 2 GiB */
#define PRM_POOL_UNIT 16
#define PRM_POOL_UNIT_BITS 14 /* 2^14 units: slabs of 256 KiB */

typedef uint32_t prm__block; /* 0: no block */

typedef struct prm__pool_slab {
    char *base;
    size_t bytes;
} prm__pool_slab;

typedef struct prm__pool {
    prm__alloc *alloc;
    prm__vec slabs;                    /* of prm__pool_slab */
    prm__block free[PRM_POOL_CLASSES]; /* heads of free lists, by class */
    uint32_t top;                      /* handle of the first unused unit of the slab being filled */
    uint32_t end;                      /* the handle after its last unit */
} prm__pool;

void prm__pool_init(prm__pool *pool, prm__alloc *alloc);
void prm__pool_free(prm__pool *pool);

/* A zeroed block of 16 << class bytes, 16-byte aligned; 0 when memory ran out. */
prm__block prm__pool_get(prm__pool *pool, uint32_t size_class);
/* The same with whatever was in it before. */
prm__block prm__pool_take(prm__pool *pool, uint32_t size_class);
void prm__pool_put(prm__pool *pool, prm__block block, uint32_t size_class);

/* The address of a block, valid until the pool is freed. */
static inline void *prm__pool_at(const prm__pool *pool, prm__block block)
{
    const prm__pool_slab *slab = (const prm__pool_slab *)pool->slabs.data + (block >> PRM_POOL_UNIT_BITS);
    return slab->base + (size_t)(block & ((1u << PRM_POOL_UNIT_BITS) - 1)) * PRM_POOL_UNIT;
}

#endif
