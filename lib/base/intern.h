/* intern: texts as dense numbers. Equal texts get the same key, keys count up
 * from 1 in the order of first sight, and a text never moves. Found by seeded
 * hash, decided by comparing the bytes. */
#ifndef PRM_BASE_INTERN_H
#define PRM_BASE_INTERN_H

#include "base/bytes.h"
#include "base/vec.h"

/* A text as it lies in a chunk: behind its key, so that one look finds both. */
typedef struct prm__intern_entry {
    uint32_t key;
    uint32_t size;
    char bytes[];
} prm__intern_entry;

typedef struct prm__intern {
    prm__alloc *alloc;
    prm__vec texts; /* of prm_text, by key; element 0 is the empty place of "no text" */
    struct prm__intern_slot *slots;
    uint32_t slot_count; /* a power of two, or 0 */
    char *room;          /* free bytes of the newest chunk */
    size_t room_left;
    prm__vec chunks; /* of prm_text: all chunks */
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
/* For fetching ahead: where a text of that hash is looked for first (NULL while there is
 * none), and the known text that most likely is it, or NULL: a guess to be checked. */
const void *prm__intern_slot_at(const prm__intern *intern, uint64_t hash);
const prm__intern_entry *prm__intern_likely(const prm__intern *intern, uint64_t hash);
/* `text` is not known yet. 0 when memory ran out. */
uint32_t prm__intern_add(prm__intern *intern, const char *text, size_t size, uint64_t hash);

static inline bool prm__intern_is(const prm__intern_entry *entry, const char *text, size_t size)
{
    return entry->size == size && prm__bytes_same(entry->bytes, text, size);
}

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
