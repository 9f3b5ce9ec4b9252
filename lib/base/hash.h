/* hash: seeded. Texts of up to 16 bytes, which are nearly all that events bring, are two words and
 * one product of them, without a call; all else is XXH3, compiled in from its header
 * (XXH_INLINE_ALL), so that no symbol of the library is asked for. A hash only says where to
 * look; texts are always compared. */
#ifndef PRM_BASE_HASH_H
#define PRM_BASE_HASH_H

#include "base/bytes.h"

uint64_t prm__hash_bytes(const void *bytes, size_t size, uint64_t seed);

/* A mix of two words, for keys made of numbers. */
uint64_t prm__hash_pair(uint64_t a, uint64_t b);

/* The hash of a text of at most 16 bytes, given as a pack. Both halves of the product are folded
 * together, so that every bit of the words reaches every bit of the result; the odd numbers are
 * digits of pi and of the golden ratio. */
static inline uint64_t prm__hash_pack(prm__bytes_pack pack, size_t size, uint64_t seed)
{
    __extension__ typedef unsigned __int128 hash_wide;
    uint64_t first = pack.first ^ seed ^ UINT64_C(0x243F6A8885A308D3);
    uint64_t last = pack.last ^ (seed >> 32 | seed << 32) ^ (UINT64_C(0x9E3779B97F4A7C15) + size);
    hash_wide product = (hash_wide)first * last;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The hash of any text. */
static inline uint64_t prm__hash_text(const char *text, size_t size, uint64_t seed)
{
    return size <= PRM_BYTES_PACK ? prm__hash_pack(prm__bytes_packed(text, size), size, seed)
                                  : prm__hash_bytes(text, size, seed);
}

#endif
