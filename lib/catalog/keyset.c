/* keyset: open addressing with linear probing. A table has 2 << class places and is
 * kept at most three quarters full. Deleting moves the following entries of the
 * run back, so that no tombstones build up and a search ends at the first gap. */
#include "catalog/keyset.h"

#include <string.h>

typedef prm__keyset_entry keyset_entry;

#define KEYSET_FIRST_CLASS 1u /* 4 places */

static uint32_t keyset_places(uint32_t size_class)
{
    return PRM_KEYSET_PLACES(size_class);
}

/* Where the search for a key begins: the high bits of a product (Fibonacci hashing). */
static uint32_t keyset_home(uint32_t key, uint32_t size_class)
{
    return (key * UINT32_C(2654435769)) >> (31u - size_class);
}

static keyset_entry *keyset_table(const prm__keyset *set, const prm__pool *pool)
{
    return prm__pool_at(pool, set->block);
}

/* The key's place, or the gap where it belongs. */
static uint32_t keyset_find(const keyset_entry *table, uint32_t size_class, uint32_t key)
{
    uint32_t mask = keyset_places(size_class) - 1;
    uint32_t place = keyset_home(key, size_class);
    while (table[place].key != 0 && table[place].key != key)
        place = (place + 1) & mask;
    return place;
}

static void keyset_put(keyset_entry *table, uint32_t size_class, keyset_entry entry)
{
    table[keyset_find(table, size_class, entry.key)] = entry;
}

/* Moves all entries into a new table of `size_class`. */
static prm_status keyset_move(prm__keyset *set, prm__pool *pool, uint32_t size_class)
{
    prm__block block = prm__pool_get(pool, size_class);
    if (block == 0)
        return PRM_E_MEMORY;
    keyset_entry *table = prm__pool_at(pool, block);
    if (set->block == 0) {
        keyset_entry only = {set->key_or_class, set->times};
        keyset_put(table, size_class, only);
    } else {
        const keyset_entry *old = keyset_table(set, pool);
        for (uint32_t i = 0; i < keyset_places(set->key_or_class); i++)
            if (old[i].key != 0)
                keyset_put(table, size_class, old[i]);
        prm__pool_put(pool, set->block, set->key_or_class);
    }
    set->block = block;
    set->key_or_class = size_class;
    set->times = 0;
    return PRM_OK;
}

/* Makes the place for one more key in a table. */
static prm_status keyset_grow(prm__keyset *set, prm__pool *pool)
{
    if (set->block == 0)
        return keyset_move(set, pool, KEYSET_FIRST_CLASS);
    if (set->count < keyset_places(set->key_or_class) / 4 * 3)
        return PRM_OK;
    return keyset_move(set, pool, set->key_or_class + 1);
}

prm_status prm__keyset_add(prm__keyset *set, prm__pool *pool, uint32_t key)
{
    if (set->block == 0 && (set->count == 0 || set->key_or_class == key)) {
        set->count = 1;
        set->key_or_class = key;
        set->times++;
        return PRM_OK;
    }
    if (set->block != 0) {
        keyset_entry *entry = &keyset_table(
            set, pool)[keyset_find(keyset_table(set, pool), set->key_or_class, key)];
        if (entry->key == key) {
            entry->times++;
            return PRM_OK;
        }
    }
    PRM_TRY(keyset_grow(set, pool));
    keyset_entry entry = {key, 1};
    keyset_put(keyset_table(set, pool), set->key_or_class, entry);
    set->count++;
    return PRM_OK;
}

prm_status prm__keyset_restore(prm__keyset *set, prm__pool *pool, uint32_t key, uint32_t times)
{
    PRM_TRY(prm__keyset_add(set, pool, key));
    if (set->block == 0) {
        set->times = times;
        return PRM_OK;
    }
    keyset_entry *table = keyset_table(set, pool);
    table[keyset_find(table, set->key_or_class, key)].times = times;
    return PRM_OK;
}

/* Closes the gap at `gap`: each entry of the run after it moves there unless its
 * home lies behind the gap. */
static void keyset_close(keyset_entry *table, uint32_t size_class, uint32_t gap)
{
    uint32_t mask = keyset_places(size_class) - 1;
    for (uint32_t place = (gap + 1) & mask; table[place].key != 0; place = (place + 1) & mask) {
        uint32_t home = keyset_home(table[place].key, size_class);
        if (((place - home) & mask) < ((place - gap) & mask))
            continue;
        table[gap] = table[place];
        gap = place;
    }
    memset(&table[gap], 0, sizeof table[gap]);
}

void prm__keyset_remove(prm__keyset *set, prm__pool *pool, uint32_t key)
{
    if (!prm__keyset_has(set, pool, key))
        return;
    if (set->block == 0) {
        if (--set->times == 0)
            memset(set, 0, sizeof *set);
        return;
    }
    keyset_entry *table = keyset_table(set, pool);
    uint32_t place = keyset_find(table, set->key_or_class, key);
    if (--table[place].times > 0)
        return;
    keyset_close(table, set->key_or_class, place);
    if (--set->count == 0)
        prm__keyset_clear(set, pool);
}

bool prm__keyset_has(const prm__keyset *set, const prm__pool *pool, uint32_t key)
{
    if (set->count == 0)
        return false;
    if (set->block == 0)
        return set->key_or_class == key;
    const keyset_entry *table = keyset_table(set, pool);
    return table[keyset_find(table, set->key_or_class, key)].key == key;
}

uint64_t prm__keyset_common(const prm__keyset *set, const prm__pool *pool, const uint32_t *keys,
                            uint64_t count)
{
    uint64_t common = 0;
    for (uint64_t i = 0; i < count; i++)
        common += prm__keyset_has(set, pool, keys[i]);
    return common;
}

void prm__keyset_clear(prm__keyset *set, prm__pool *pool)
{
    if (set->block != 0)
        prm__pool_put(pool, set->block, set->key_or_class);
    memset(set, 0, sizeof *set);
}
