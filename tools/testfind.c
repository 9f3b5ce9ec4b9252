#include "testfind.h"

/* Folders wait in a list of their own, so no depth is too deep; links to folders
 * are not followed, so none is endless. */

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "memory.h"

static const char testfind_ending[] = ".test.yaml";

static void testfind_push(test_paths *paths, char *path)
{
    paths->items = memory_grow(paths->items, &paths->capacity, paths->count + 1, sizeof *paths->items);
    paths->items[paths->count++] = path;
}

static char *testfind_join(const char *folder, const char *name)
{
    buffer path = {0};
    size_t size = strlen(folder);
    buffer_put(&path, folder, size);
    if (size > 0 && folder[size - 1] != '/')
        buffer_byte(&path, '/');
    buffer_string(&path, name);
    buffer_byte(&path, '\0');
    return path.data;
}

static int testfind_is_test(const char *name)
{
    size_t size = strlen(name);
    size_t tail = sizeof testfind_ending - 1;
    return size > tail && strcmp(name + size - tail, testfind_ending) == 0;
}

/* Takes the entry `name` of a folder: a file of tests, a folder, or neither. */
static void testfind_take(test_paths *files, test_paths *folders, const char *folder, const char *name)
{
    struct stat status;
    char *path = testfind_join(folder, name);
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
        testfind_push(folders, path);
    else if (testfind_is_test(name))
        testfind_push(files, path);
    else
        free(path);
}

static int testfind_scan(test_paths *files, test_paths *folders, const char *folder)
{
    const struct dirent *entry;
    DIR *open = opendir(folder);
    if (open == NULL)
        return errno;
    while ((entry = readdir(open)) != NULL)
        if (entry->d_name[0] != '.')
            testfind_take(files, folders, folder, entry->d_name);
    closedir(open);
    return 0;
}

static int testfind_order(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int testfind_add_folder(test_paths *paths, const char *folder, int *missing)
{
    test_paths folders = {0};
    size_t before = paths->count;
    testfind_push(&folders, memory_string(folder, strlen(folder)));
    for (size_t i = 0; i < folders.count && *missing == 0; i++)
        *missing = testfind_scan(paths, &folders, folders.items[i]);
    testfind_free(&folders);
    if (*missing != 0 || paths->count == before)
        return 0;
    qsort(paths->items + before, paths->count - before, sizeof *paths->items, testfind_order);
    return 1;
}

int testfind_add(test_paths *paths, const char *path, int *missing)
{
    struct stat status;
    *missing = 0;
    if (stat(path, &status) != 0) {
        *missing = errno;
        return 0;
    }
    if (S_ISDIR(status.st_mode))
        return testfind_add_folder(paths, path, missing);
    testfind_push(paths, memory_string(path, strlen(path)));
    return 1;
}

void testfind_free(test_paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->items[i]);
    free(paths->items);
    *paths = (test_paths){0};
}
