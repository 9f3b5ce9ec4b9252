/* The files of tests that the command line means. */
#ifndef TOOLS_TESTFIND_H
#define TOOLS_TESTFIND_H

#include <stddef.h>

typedef struct test_paths {
    char **items;
    size_t count;
    size_t capacity;
} test_paths;

/* Adds `path` itself when it is a file; of a folder all *.test.yaml in it and
 * below, in the order of their bytes, but for folders whose names begin with a
 * dot. 0 when it cannot be read, with the errno in *missing, or with 0 there
 * when the folder has no such file. */
int testfind_add(test_paths *paths, const char *path, int *missing);

void testfind_free(test_paths *paths);

#endif
