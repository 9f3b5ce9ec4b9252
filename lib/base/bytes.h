/* bytes: comparing runs of bytes; short ones without a call, for ids and names are nearly
 * always shorter than 16 bytes. */
#ifndef PRM_BASE_BYTES_H
#define PRM_BASE_BYTES_H

#include <prm/prm.h>
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

/* A run of at most this many bytes as two words; with its size they say all of it. */
#define PRM_BYTES_PACK 16
typedef struct prm__bytes_pack {
    uint64_t first, last;
} prm__bytes_pack;

static inline prm__bytes_pack prm__bytes_packed(const char *at, size_t size)
{
    uint32_t first = 0, last = 0;
    if (size >= 8)
        return (prm__bytes_pack){prm__bytes_word(at), prm__bytes_word(at + size - 8)};
    if (size >= 4) {
        memcpy(&first, at, 4);
        memcpy(&last, at + size - 4, 4);
    } else if (size > 0) {
        first = (uint32_t)(unsigned char)at[0] << 8 | (unsigned char)at[size / 2];
        last = (unsigned char)at[size - 1];
    }
    return (prm__bytes_pack){first, last};
}

/* Copies a run, a short one without a call. */
static inline void prm__bytes_copy(char *to, const char *from, size_t size)
{
    if (size >= 8 && size <= 16) {
        uint64_t first = prm__bytes_word(from), last = prm__bytes_word(from + size - 8);
        memcpy(to, &first, sizeof first);
        memcpy(to + size - 8, &last, sizeof last);
    } else if (size) {
        memcpy(to, from, size);
    }
}

/* Bytewise; a text that begins another stands before it. Negative, 0 or positive. */
static inline int prm__bytes_compare(prm_text a, prm_text b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size ? memcmp(a.data, b.data, size) : 0;
    return order ? order : a.size < b.size ? -1 : a.size > b.size;
}

#endif
