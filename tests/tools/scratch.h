/* scratch: cmocka with the headers it wants, and files that a test writes for
 * the rooms that read files. They lie in the system's folder for such things
 * and are gone when the test is. */
#ifndef PRM_TESTS_TOOLS_SCRATCH_H
#define PRM_TESTS_TOOLS_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SCRATCH_TEXT(text) text, sizeof(text) - 1

/* Writes the bytes into a new file and
 * gives its path, which the caller frees after scratch_remove. */
static inline char *scratch_file(const char *data, size_t size)
{
    char path[] = "/tmp/prm-test-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    return strdup(path);
}

static inline void scratch_remove(char *path)
{
    unlink(path);
    free(path);
}

#endif
