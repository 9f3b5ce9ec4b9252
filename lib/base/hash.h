/* hash: seeded XXH3, compiled in from its header (XXH_INLINE_ALL): the short texts that
 * are hashed per event are not worth a call, and no symbol of the library is asked for. A
 * hash only says where to look; texts are always compared. */
#ifndef PRM_BASE_HASH_H
#define PRM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t prm__hash_bytes(const void *bytes, size_t size, uint64_t seed);

/* A mix of two words, for keys made of numbers. */
uint64_t prm__hash_pair(uint64_t a, uint64_t b);

#endif
