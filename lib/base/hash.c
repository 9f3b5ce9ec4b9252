/* hash: XXH3, compiled in from its header (XXH_INLINE_ALL): the short texts that
 * are hashed per event are not worth a call through the dynamic linker, and the
 * compiler sees their size. No symbol of the library is asked for. */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t prm__hash_bytes(const void *bytes, size_t size, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes, size, seed);
}

uint64_t prm__hash_pair(uint64_t a, uint64_t b)
{
    const uint64_t words[2] = {a, b};
    return XXH3_64bits(words, sizeof words);
}
