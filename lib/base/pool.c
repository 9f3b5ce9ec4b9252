/* pool: slabs cut into blocks of power-of-two sizes. Blocks are cut from the slab
 * being filled, one after the other; a free block's first four bytes hold the
 * handle of the next free one of its class. The first slabs are small, so that an
 * engine that holds little costs little. */
#include "base/pool.h"

#include <string.h>

#define POOL_FIRST_BYTES ((size_t)4096)
#define POOL_SLAB_BYTES ((size_t)PRM_POOL_UNIT << PRM_POOL_UNIT_BITS)

/* One less than the bits allow, so that `end` of the last slab is a handle too. */
#define POOL_SLABS_MAX ((size_t)(UINT32_MAX >> PRM_POOL_UNIT_BITS))

void prm__pool_init(prm__pool *pool, prm__alloc *alloc)
{
    memset(pool, 0, sizeof *pool);
    pool->alloc = alloc;
    prm__vec_init(&pool->slabs, alloc, sizeof(prm__pool_slab));
}

void prm__pool_free(prm__pool *pool)
{
    const prm__pool_slab *slabs = PRM_VEC(pool->slabs, prm__pool_slab);
    for (size_t i = 0; i < pool->slabs.count; i++)
        prm__alloc_release(pool->alloc, slabs[i].base, slabs[i].bytes, 1);
    prm__vec_free(&pool->slabs);
    prm__pool_init(pool, pool->alloc);
}

/* The first handle of a new slab in *out; false when memory or handles ran out. */
static bool pool_slab_new(prm__pool *pool, size_t bytes, prm__block *out)
{
    if (pool->slabs.count >= POOL_SLABS_MAX || prm__vec_reserve(&pool->slabs, 1) != PRM_OK)
        return false;
    char *base = prm__alloc_get(pool->alloc, bytes, 1);
    if (base == NULL)
        return false;
    *out = (prm__block)pool->slabs.count << PRM_POOL_UNIT_BITS;
    prm__pool_slab *slab = prm__vec_push(&pool->slabs); /* reserved above */
    slab->base = base;
    slab->bytes = bytes;
    return true;
}

/* Twice the slab being filled, up to the full size. */
static size_t pool_next_bytes(const prm__pool *pool)
{
    if (pool->end == 0)
        return POOL_FIRST_BYTES;
    const prm__pool_slab *slab = prm__vec_at(&pool->slabs, (pool->end - 1) >> PRM_POOL_UNIT_BITS);
    return slab->bytes < POOL_SLAB_BYTES ? slab->bytes * 2 : POOL_SLAB_BYTES;
}

/* What is left of the slab being filled, as free blocks, largest first. */
static void pool_retire(prm__pool *pool)
{
    for (uint32_t size_class = PRM_POOL_UNIT_BITS; size_class-- > 0;) {
        if (pool->end - pool->top < 1u << size_class)
            continue;
        prm__pool_put(pool, pool->top, size_class);
        pool->top += 1u << size_class;
    }
}

/* Goes on with a slab that has room for `bytes`. */
static bool pool_refill(prm__pool *pool, size_t bytes)
{
    size_t size = pool_next_bytes(pool);
    while (size <= bytes) /* not equal: the very first unit stays unused */
        size *= 2;
    prm__block first;
    if (!pool_slab_new(pool, size, &first))
        return false;
    pool_retire(pool);
    pool->top = first == 0 ? 1 : first;
    pool->end = first + (uint32_t)(size / PRM_POOL_UNIT);
    return true;
}

/* A block that is a slab. Handle 0 is no block, so the first slab is never one. */
static prm__block pool_cut_slab(prm__pool *pool, size_t bytes)
{
    prm__block block;
    if (pool->slabs.count == 0 && !pool_refill(pool, PRM_POOL_UNIT))
        return 0;
    return pool_slab_new(pool, bytes, &block) ? block : 0;
}

prm__block prm__pool_take(prm__pool *pool, uint32_t size_class)
{
    if (size_class >= PRM_POOL_CLASSES)
        return 0;
    prm__block block = pool->free[size_class];
    if (block != 0) {
        memcpy(&pool->free[size_class], prm__pool_at(pool, block), sizeof block);
        return block;
    }
    if (size_class >= PRM_POOL_UNIT_BITS)
        return pool_cut_slab(pool, (size_t)PRM_POOL_UNIT << size_class);
    uint32_t units = 1u << size_class;
    if (pool->end - pool->top < units && !pool_refill(pool, (size_t)PRM_POOL_UNIT * units))
        return 0;
    block = pool->top;
    pool->top += units;
    return block;
}

prm__block prm__pool_get(prm__pool *pool, uint32_t size_class)
{
    prm__block block = prm__pool_take(pool, size_class);
    if (block != 0)
        memset(prm__pool_at(pool, block), 0, (size_t)PRM_POOL_UNIT << size_class);
    return block;
}

void prm__pool_put(prm__pool *pool, prm__block block, uint32_t size_class)
{
    if (block == 0)
        return;
    memcpy(prm__pool_at(pool, block), &pool->free[size_class], sizeof block);
    pool->free[size_class] = block;
}
