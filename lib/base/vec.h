/* vec: a growable array of elements of one size. Growth is the only step that
 * can fail, and a failed growth leaves the array as it was; reserve first, then
 * push without checks where a change must not stop half-way. */
#ifndef PRM_BASE_VEC_H
#define PRM_BASE_VEC_H

#include "base/alloc.h"

typedef struct prm__vec {
    void *data;
    size_t count;
    size_t capacity;
    size_t element; /* bytes of one */
    bool lines;     /* the first element begins a line of the cache */
    prm__alloc *alloc;
} prm__vec;

void prm__vec_init(prm__vec *vec, prm__alloc *alloc, size_t element_size);
/* The same for elements of whole lines of the cache, each of which begins one. */
void prm__vec_init_lines(prm__vec *vec, prm__alloc *alloc, size_t element_size);
void prm__vec_free(prm__vec *vec);

/* Room for `more` elements beyond count. */
PRM_MUST_USE prm_status prm__vec_reserve(prm__vec *vec, size_t more);

/* Appends one zeroed element and returns it; NULL when memory ran out. */
void *prm__vec_push(prm__vec *vec);

/* Appends `count` elements copied from `from`. */
PRM_MUST_USE prm_status prm__vec_append(prm__vec *vec, const void *from, size_t count);

static inline void *prm__vec_at(const prm__vec *vec, size_t index)
{
    return (char *)vec->data + index * vec->element;
}

#define PRM_VEC(vec, type) ((type *)(vec).data)

#endif
