/* alloc: the one way to memory, counted and checked. A host's vtable never sees
 * a size of 0 and always gets the size that it was asked for. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *alloc_host_alloc(void *user, size_t size)
{
    (void)user;
    return malloc(size);
}

static void *alloc_host_resize(void *user, void *block, size_t old_size, size_t new_size)
{
    (void)user;
    (void)old_size;
    return realloc(block, new_size);
}

static void alloc_host_release(void *user, void *block, size_t size)
{
    (void)user;
    (void)size;
    free(block);
}

void prm__alloc_init(prm__alloc *alloc, const prm_allocator *host)
{
    alloc->held = 0;
    if (host != NULL) {
        alloc->host = *host;
        return;
    }
    alloc->host.user = NULL;
    alloc->host.alloc = alloc_host_alloc;
    alloc->host.resize = alloc_host_resize;
    alloc->host.release = alloc_host_release;
}

/* False when count * size is 0 or more than any object may have. */
static bool alloc_bytes(size_t count, size_t size, size_t *bytes)
{
    if (count == 0 || size == 0 || count > (size_t)PTRDIFF_MAX / size)
        return false;
    *bytes = count * size;
    return true;
}

void *prm__alloc_get(prm__alloc *alloc, size_t count, size_t size)
{
    size_t bytes;
    if (!alloc_bytes(count, size, &bytes))
        return NULL;
    void *block = alloc->host.alloc(alloc->host.user, bytes);
    if (block != NULL)
        alloc->held += bytes;
    return block;
}

void *prm__alloc_zeroed(prm__alloc *alloc, size_t count, size_t size)
{
    void *block = prm__alloc_get(alloc, count, size);
    if (block != NULL)
        memset(block, 0, count * size);
    return block;
}

void *prm__alloc_resize(prm__alloc *alloc, void *block, size_t old_count, size_t new_count, size_t size)
{
    if (block == NULL)
        return prm__alloc_get(alloc, new_count, size);
    size_t bytes;
    if (!alloc_bytes(new_count, size, &bytes))
        return NULL;
    size_t old_bytes = old_count * size;
    void *resized = alloc->host.resize(alloc->host.user, block, old_bytes, bytes);
    if (resized != NULL)
        alloc->held = alloc->held - old_bytes + bytes;
    return resized;
}

void prm__alloc_release(prm__alloc *alloc, void *block, size_t count, size_t size)
{
    if (block == NULL)
        return;
    alloc->held -= count * size;
    alloc->host.release(alloc->host.user, block, count * size);
}

/* The byte before the array tells how far it lies behind the block's beginning. */
void *prm__alloc_lines(prm__alloc *alloc, size_t count, size_t size)
{
    size_t bytes;
    if (!alloc_bytes(count, size, &bytes) || bytes > (size_t)PTRDIFF_MAX - PRM_ALLOC_LINE)
        return NULL;
    char *block = prm__alloc_get(alloc, bytes + PRM_ALLOC_LINE, 1);
    if (block == NULL)
        return NULL;
    size_t before = PRM_ALLOC_LINE - (uintptr_t)block % PRM_ALLOC_LINE;
    block[before - 1] = (char)before;
    return block + before;
}

void prm__alloc_release_lines(prm__alloc *alloc, void *block, size_t count, size_t size)
{
    if (block == NULL)
        return;
    char *lines = block;
    prm__alloc_release(alloc, lines - lines[-1], count * size + PRM_ALLOC_LINE, 1);
}
