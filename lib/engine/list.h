/* list: a growable array inside the pool, named by a handle, so that thousands
 * of small lists cost 12 bytes each when empty and nothing points at them. */
#ifndef PRM_ENGINE_LIST_H
#define PRM_ENGINE_LIST_H

#include "base/pool.h"

typedef struct prm__list {
    prm__block block; /* 0 when nothing was ever added */
    uint32_t size_class;
    uint32_t count;
} prm__list;

PRM_MUST_USE prm_status prm__list_grow(prm__pool *pool, prm__list *list, size_t element, uint32_t more);

/* Room for `more` elements of `element` bytes beyond count. */
PRM_MUST_USE static inline prm_status prm__list_reserve(prm__pool *pool, prm__list *list, size_t element,
                                                        uint32_t more)
{
    if (list->block && ((size_t)list->count + more) * element <= (size_t)PRM_POOL_UNIT << list->size_class)
        return PRM_OK;
    return prm__list_grow(pool, list, element, more);
}

/* Gives the memory back and empties the list. */
void prm__list_clear(prm__pool *pool, prm__list *list);

/* The first element; NULL when nothing was ever added. */
static inline void *prm__list_data(const prm__pool *pool, const prm__list *list)
{
    return list->block ? prm__pool_at(pool, list->block) : NULL;
}

#endif
