/* sort: a stable merge sort of pointers over the caller's scratch memory (the C
 * library's qsort may allocate, and cannot say that it failed). */
#ifndef PRM_BASE_SORT_H
#define PRM_BASE_SORT_H

#include <stddef.h>

/* Negative, 0 or positive as a stands before, equal to or after b. */
typedef int prm__compare(const void *a, const void *b, const void *context);

/* Sorts `count` items; `scratch` has room for as many. */
void prm__sort_pointers(const void **items, const void **scratch, size_t count, prm__compare *compare,
                        const void *context);

#endif
