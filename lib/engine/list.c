#include "engine/list.h"
#include <string.h>

prm_status prm__list_grow(prm__pool *pool, prm__list *list, size_t element, uint32_t more)
{
    size_t needed = ((size_t)list->count + more) * element;
    uint32_t size_class = list->block ? list->size_class + 1 : 0;
    while (((size_t)16 << size_class) < needed)
        size_class++;
    if (size_class >= PRM_POOL_CLASSES)
        return PRM_E_MEMORY;
    prm__block block = prm__pool_take(pool, size_class);
    if (!block)
        return PRM_E_MEMORY;
    if (list->block) {
        memcpy(prm__pool_at(pool, block), prm__pool_at(pool, list->block), list->count * element);
        prm__pool_put(pool, list->block, list->size_class);
    }
    list->block = block;
    list->size_class = size_class;
    return PRM_OK;
}

void prm__list_clear(prm__pool *pool, prm__list *list)
{
    if (list->block)
        prm__pool_put(pool, list->block, list->size_class);
    *list = (prm__list){0, 0, 0};
}
