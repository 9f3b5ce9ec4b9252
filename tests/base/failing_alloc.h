/* failing_alloc: a host allocator for tests. It fails the n-th allocation, or all from
 * the n-th on, keeps its own count of bytes, and fails the test when a block comes back
 * with another size than it was asked with. */
#ifndef PRM_TESTS_BASE_FAILING_ALLOC_H
#define PRM_TESTS_BASE_FAILING_ALLOC_H

#include <prm/prm.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct failing_alloc {
    prm_allocator host;
    size_t calls;   /* alloc and resize so far */
    size_t fail_at; /* the call that fails, from 1; 0: none */
    size_t least;   /* blocks of fewer bytes are no calls */
    bool for_good;  /* and every later one, until fail_at changes */
    size_t bytes;   /* held */
    size_t peak;    /* the most that was ever held */
} failing_alloc;

/* Before each block, with the alignment that any object needs. */
typedef union failing_head {
    size_t size;
    max_align_t alignment;
} failing_head;

static inline void *failing_alloc_alloc(void *user, size_t size)
{
    failing_alloc *failing = user;
    assert_true(size > 0);
    failing->calls += size >= failing->least;
    if (size >= failing->least &&
        (failing->calls == failing->fail_at ||
         (failing->for_good && failing->fail_at && failing->calls > failing->fail_at)))
        return NULL;
    failing_head *head = malloc(sizeof *head + size);
    assert_non_null(head);
    head->size = size;
    failing->bytes += size;
    failing->peak = failing->bytes > failing->peak ? failing->bytes : failing->peak;
    memset(head + 1, 0xA5, size);
    return head + 1;
}

static inline void failing_alloc_release(void *user, void *block, size_t size)
{
    failing_alloc *failing = user;
    failing_head *head = (failing_head *)block - 1;
    assert_int_equal(head->size, size);
    failing->bytes -= size;
    free(head);
}

/* Always moves the block, so that a kept old pointer is found by the sanitizer. */
static inline void *failing_alloc_resize(void *user, void *block, size_t old_size, size_t new_size)
{
    assert_int_equal(((failing_head *)block - 1)->size, old_size);
    void *moved = failing_alloc_alloc(user, new_size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    failing_alloc_release(user, block, old_size);
    return moved;
}

static inline void failing_alloc_init(failing_alloc *failing, size_t fail_at)
{
    failing->host.user = failing;
    failing->host.alloc = failing_alloc_alloc;
    failing->host.resize = failing_alloc_resize;
    failing->host.release = failing_alloc_release;
    failing->calls = 0;
    failing->fail_at = fail_at;
    failing->least = 0;
    failing->for_good = false;
    failing->bytes = 0;
    failing->peak = 0;
}

#endif
