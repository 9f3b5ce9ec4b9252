/* intern: texts as dense numbers. Equal texts get the same key, keys count up
 * from 1 in the order of first sight, and a text never moves. Found by seeded
 * hash, decided by comparing the bytes. */
#ifndef PRM_BASE_INTERN_H
#define PRM_BASE_INTERN_H

#include "base/hash.h"
#include "base/vec.h"

/* A text of at most this many bytes lies in its slot as well, so that one look at one
 * line of the cache finds it; a longer one is looked at where it lies. */
#define PRM_INTERN_SHORT PRM_BYTES_PACK

/* A place of the index. */
typedef struct prm__intern_slot {
    prm__bytes_pack pack; /* of a short text; of a longer one its hash and size */
    uint32_t key;         /* 0: free */
    uint32_t home;        /* the hash's low half, which says where the text is looked for */
    uint64_t note;        /* low byte: the size, of longer texts PRM_INTERN_SHORT + 1; above it
                             a number that the owner left with the text, 0 at first */
} prm__intern_slot;

typedef struct prm__intern {
    prm__alloc *alloc;
    prm__vec texts;          /* of prm_text, by key; element 0 is the empty place of "no text" */
    prm__intern_slot *slots; /* aligned, so that none lies across two lines */
    uint32_t slot_count;     /* a power of two, or 0 */
    char *room;              /* free bytes of the newest chunk */
    size_t room_left;
    prm__vec chunks; /* of prm_text: all chunks */
    prm__vec
        notes; /* of uint64_t, by key: what the slots have, once for callers that have keys and no texts */
    uint64_t seed;
} prm__intern;

void prm__intern_init(prm__intern *intern, prm__alloc *alloc, uint64_t seed);
void prm__intern_free(prm__intern *intern);

/* The key of a text, made when new; 0 when memory ran out. */
uint32_t prm__intern_key(prm__intern *intern, const char *text, size_t size);

/* The key of a text that is known, else 0. */
uint32_t prm__intern_find(const prm__intern *intern, const char *text, size_t size);

/* The same in steps, for a caller that looks before it adds. */
static inline uint64_t prm__intern_hash(const prm__intern *intern, const char *text, size_t size)
{
    return prm__hash_text(text, size, intern->seed);
}

/* The slot of a text that is known, until the next one is added; else NULL. */
const prm__intern_slot *prm__intern_look(const prm__intern *intern, const char *text, size_t size,
                                         uint64_t hash);
/* The same for a short text that is not empty, where there are texts. */
static inline const prm__intern_slot *prm__intern_look_short(const prm__intern *intern, const char *text,
                                                             size_t size, uint64_t hash)
{
    uint32_t mask = intern->slot_count - 1;
    prm__bytes_pack pack = prm__bytes_packed(text, size);
    for (uint32_t at = (uint32_t)hash & mask;; at = (at + 1) & mask) {
        const prm__intern_slot *slot = &intern->slots[at];
        if (slot->pack.first == pack.first && slot->pack.last == pack.last && (slot->note & 0xFF) == size)
            return slot;
        if (!slot->key)
            return NULL;
    }
}
/* `text` is not known yet. 0 when memory ran out. */
uint32_t prm__intern_add(prm__intern *intern, const char *text, size_t size, uint64_t hash);

/* Leaves a number below 2^56 with the text of a key, to be found by prm__intern_look. */
void prm__intern_leave(prm__intern *intern, uint32_t key, uint64_t note);

/* What was left with a text, or 0. */
static inline uint64_t prm__intern_note(const prm__intern_slot *slot)
{
    return slot->note >> 8;
}

/* From now on, what was left with a text is also found by its key: for keys that come from outside. */
PRM_MUST_USE prm_status prm__intern_open_notes(prm__intern *intern);

/* Until now. */
void prm__intern_close_notes(prm__intern *intern);

/* What was left with the text of a key, after prm__intern_open_notes: where it stands, or NULL where there is no
 * such key. */
static inline const uint64_t *prm__intern_note_of(const prm__intern *intern, int64_t key)
{
    return key > 0 && (uint64_t)key < intern->notes.count ? PRM_VEC(intern->notes, uint64_t) + key : NULL;
}

/* For fetching ahead, where there are texts: where one of that hash is looked for first. */
static inline const void *prm__intern_slot_at(const prm__intern *intern, uint64_t hash)
{
    return &intern->slots[(uint32_t)hash & (intern->slot_count - 1)];
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
