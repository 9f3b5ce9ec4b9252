/* vec: growth by doubling, so that pushing is constant on average; everything
 * that can fail happens before the count changes. */
#include "base/vec.h"

#include <string.h>

#define VEC_FIRST_CAPACITY 8

void prm__vec_init(prm__vec *vec, prm__alloc *alloc, size_t element_size)
{
    vec->data = NULL;
    vec->count = 0;
    vec->capacity = 0;
    vec->element = element_size;
    vec->lines = false;
    vec->alloc = alloc;
}

void prm__vec_init_lines(prm__vec *vec, prm__alloc *alloc, size_t element_size)
{
    prm__vec_init(vec, alloc, element_size);
    vec->lines = true;
}

void prm__vec_free(prm__vec *vec)
{
    bool lines = vec->lines;
    if (lines)
        prm__alloc_release_lines(vec->alloc, vec->data, vec->capacity, vec->element);
    else
        prm__alloc_release(vec->alloc, vec->data, vec->capacity, vec->element);
    prm__vec_init(vec, vec->alloc, vec->element);
    vec->lines = lines;
}

/* The elements in a block of another capacity; NULL leaves them where they are. */
static void *vec_resize(prm__vec *vec, size_t capacity)
{
    if (!vec->lines)
        return prm__alloc_resize(vec->alloc, vec->data, vec->capacity, capacity, vec->element);
    void *data = prm__alloc_lines(vec->alloc, capacity, vec->element);
    if (data != NULL && vec->data != NULL) {
        memcpy(data, vec->data, vec->count * vec->element);
        prm__alloc_release_lines(vec->alloc, vec->data, vec->capacity, vec->element);
    }
    return data;
}

prm_status prm__vec_reserve(prm__vec *vec, size_t more)
{
    if (more <= vec->capacity - vec->count)
        return PRM_OK;
    if (more > SIZE_MAX - vec->count)
        return PRM_E_MEMORY;
    size_t capacity = vec->capacity <= SIZE_MAX / 2 ? vec->capacity * 2 : SIZE_MAX;
    if (capacity < VEC_FIRST_CAPACITY)
        capacity = VEC_FIRST_CAPACITY;
    if (capacity < vec->count + more)
        capacity = vec->count + more;
    void *data = vec_resize(vec, capacity);
    if (data == NULL)
        return PRM_E_MEMORY;
    vec->data = data;
    vec->capacity = capacity;
    return PRM_OK;
}

void *prm__vec_push(prm__vec *vec)
{
    if (prm__vec_reserve(vec, 1) != PRM_OK)
        return NULL;
    void *element = prm__vec_at(vec, vec->count);
    memset(element, 0, vec->element);
    vec->count++;
    return element;
}

prm_status prm__vec_append(prm__vec *vec, const void *from, size_t count)
{
    if (count == 0)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(vec, count));
    memcpy(prm__vec_at(vec, vec->count), from, count * vec->element);
    vec->count += count;
    return PRM_OK;
}
