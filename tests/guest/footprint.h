/* footprint: what a process holds: exact where that can be told, so that growth of a byte a turn is seen. */
#ifndef PRM_TESTS_GUEST_FOOTPRINT_H
#define PRM_TESTS_GUEST_FOOTPRINT_H

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct footprint {
    size_t heap;     /* bytes that malloc has given away; 0 where it does not tell */
    size_t pages;    /* of address space */
    size_t mappings; /* lines of /proc/self/maps */
    size_t files;
} footprint;

static inline footprint footprint_now(void)
{
    footprint now = {0, 0, 0, 0};
    FILE *file = fopen("/proc/self/maps", "r");
    assert_non_null(file);
    for (int byte; (byte = fgetc(file)) != EOF;)
        now.mappings += byte == '\n';
    fclose(file);
    file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%zu", &now.pages), 1);
    fclose(file);
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        now.files++;
    closedir(folder);
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    now.heap = mallinfo2().uordblks;
#endif
    return now;
}

/* Begins main anew without glibc's caches of freed blocks, which it counts as given away. */
static inline void footprint_begin(char **words)
{
    if (getenv("GLIBC_TUNABLES") || setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1) != 0)
        return;
    execv("/proc/self/exe", words);
}

/* Not a byte more in use. */
static inline void footprint_same(footprint before, footprint after)
{
    printf("heap %zu bytes, then %zu; address space %zu pages, then %zu; mappings %zu, then %zu\n",
           before.heap, after.heap, before.pages, after.pages, before.mappings, after.mappings);
    assert_int_equal(after.heap, before.heap);
    assert_true(after.pages <= before.pages + 16);
    assert_int_equal(after.mappings, before.mappings);
    assert_int_equal(after.files, before.files);
}

#endif
