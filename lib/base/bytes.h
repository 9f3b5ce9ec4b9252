/* bytes: comparing short runs of bytes without a call: ids and names are nearly
 * always shorter than 16 bytes. */
#ifndef PRM_BASE_BYTES_H
#define PRM_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t prm__bytes_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Whether two runs of the same size are equal. */
static inline bool prm__bytes_same(const char *a, const char *b, size_t size)
{
    if (size >= 8 && size <= 16)
        return prm__bytes_word(a) == prm__bytes_word(b) &&
               prm__bytes_word(a + size - 8) == prm__bytes_word(b + size - 8);
    return size == 0 || memcmp(a, b, size) == 0;
}

#endif
