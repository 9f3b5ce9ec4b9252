#include "base/sort.h"
#include <stdbool.h>
#include <string.h>

#define PRM_SORT_RUN 8

static void sort_insertion(const void **items, size_t count, prm__compare *compare, const void *context)
{
    for (size_t i = 1; i < count; i++) {
        const void *item = items[i];
        size_t at = i;
        for (; at > 0 && compare(items[at - 1], item, context) > 0; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static void sort_merge(const void **from, size_t middle, size_t end, const void **to, prm__compare *compare,
                       const void *context)
{
    size_t left = 0, right = middle;
    for (size_t i = 0; i < end; i++) {
        bool take_left = left < middle && (right >= end || compare(from[left], from[right], context) <= 0);
        to[i] = take_left ? from[left++] : from[right++];
    }
}

void prm__sort_pointers(const void **items, const void **scratch, size_t count, prm__compare *compare,
                        const void *context)
{
    for (size_t start = 0; start < count; start += PRM_SORT_RUN) {
        size_t size = count - start < PRM_SORT_RUN ? count - start : PRM_SORT_RUN;
        sort_insertion(items + start, size, compare, context);
    }
    for (size_t width = PRM_SORT_RUN; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += width * 2) {
            size_t end = count - start < width * 2 ? count - start : width * 2;
            size_t middle = end < width ? end : width;
            if (middle == end || compare(items[start + middle - 1], items[start + middle], context) <= 0)
                memcpy(scratch + start, items + start, end * sizeof *items);
            else
                sort_merge(items + start, middle, end, scratch + start, compare, context);
        }
        memcpy(items, scratch, count * sizeof *items);
    }
}
