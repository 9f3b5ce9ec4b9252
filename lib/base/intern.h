/* intern: texts as dense numbers. Equal texts get the same key, keys count up
 * from 1 in the order of first sight, and a text never moves. Found by seeded
 * hash, decided by comparing the bytes. */
#ifndef PRM_BASE_INTERN_H
#define PRM_BASE_INTERN_H

#include "base/arena.h"
#include "base/vec.h"

typedef struct prm__intern {
    prm__alloc *alloc;
    prm__vec texts;      /* of prm_text, by key; element 0 is the empty place of "no text" */
    struct prm__intern_slot *slots;
    uint32_t slot_count; /* a power of two, or 0 */
    char *room;          /* free bytes of the newest chunk */
    size_t room_left;
    prm__vec chunks;     /* of prm_text: all chunks */
    uint64_t seed;
} prm__intern;

void prm__intern_init(prm__intern *intern, prm__alloc *alloc, uint64_t seed);
void prm__intern_free(prm__intern *intern);

/* The key of a text, made when new; 0 when memory ran out. */
uint32_t prm__intern_key(prm__intern *intern, const char *text, size_t size);

/* The key of a text that is known, else 0. */
uint32_t prm__intern_find(const prm__intern *intern, const char *text, size_t size);

/* The same in steps, for a caller that looks before it adds. */
uint64_t prm__intern_hash(const prm__intern *intern, const char *text, size_t size);
uint32_t prm__intern_find_hashed(const prm__intern *intern, const char *text, size_t size, uint64_t hash);
/* Where a text of that hash is looked for first, and the bytes of the one that most likely
 * has it; NULL where there is none. For fetching ahead. */
const void *prm__intern_slot_at(const prm__intern *intern, uint64_t hash);
const void *prm__intern_likely(const prm__intern *intern, uint64_t hash);
/* `text` is not known yet. 0 when memory ran out. */
uint32_t prm__intern_add(prm__intern *intern, const char *text, size_t size, uint64_t hash);

/* How many keys there are: the highest one. */
static inline uint32_t prm__intern_count(const prm__intern *intern)
{
    return (uint32_t)intern->texts.count - 1;
}

/* The text of a key; the empty text for 0. */
static inline prm_text prm__intern_text(const prm__intern *intern, uint32_t key)
{
    return PRM_VEC(intern->texts, prm_text)[key];
}

#endif
