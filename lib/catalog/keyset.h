/* keyset: a set of dense keys, each with how often it was added; a key leaves when
 * it was removed as often. The state is 16 bytes, zeroed when empty: one key lies
 * in it, more in a hash table in the pool, whose blocks double. */
#ifndef PRM_CATALOG_KEYSET_H
#define PRM_CATALOG_KEYSET_H

#include "base/pool.h"

typedef struct prm__keyset {
    uint32_t count;        /* different keys */
    prm__block block;      /* the table, or 0 */
    uint32_t key_or_class; /* without a table the only key, else the table's size class */
    uint32_t times;        /* without a table: of the only key */
} prm__keyset;

/* A place of the table, of which there are PRM_KEYSET_PLACES. */
typedef struct prm__keyset_entry {
    uint32_t key; /* 0: a gap */
    uint32_t times;
} prm__keyset_entry;

#define PRM_KEYSET_PLACES(size_class) (2u << (size_class))

/* Adds a key (not 0) once. PRM_E_MEMORY leaves the set as it was. */
PRM_MUST_USE prm_status prm__keyset_add(prm__keyset *set, prm__pool *pool, uint32_t key);

/* Adds a key that is not in the set, as often as that (not 0). PRM_E_MEMORY leaves the set as it was. */
PRM_MUST_USE prm_status prm__keyset_restore(prm__keyset *set, prm__pool *pool, uint32_t key, uint32_t times);

/* Takes a key back once; one that is not in the set is no change. */
void prm__keyset_remove(prm__keyset *set, prm__pool *pool, uint32_t key);

bool prm__keyset_has(const prm__keyset *set, const prm__pool *pool, uint32_t key);

/* How many of `count` different keys are in the set. */
uint64_t prm__keyset_common(const prm__keyset *set, const prm__pool *pool, const uint32_t *keys,
                            uint64_t count);

void prm__keyset_clear(prm__keyset *set, prm__pool *pool);

#endif
