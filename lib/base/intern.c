#include "base/intern.h"
#include "base/hash.h"
#include <stddef.h>
#include <string.h>

#define PRM_INTERN_FIRST_SLOTS 64U
#define PRM_INTERN_CHUNK ((size_t)64 * 1024)
#define PRM_INTERN_FIRST_CHUNK ((size_t)1024)

typedef struct prm__intern_slot {
    const prm__intern_entry *text; /* NULL: free */
    uint32_t tag;                  /* the hash's high half: spares most looks at the text */
    uint32_t reserved;
} prm__intern_slot;

void prm__intern_init(prm__intern *intern, prm__alloc *alloc, uint64_t seed)
{
    memset(intern, 0, sizeof *intern);
    intern->alloc = alloc;
    intern->seed = seed;
    prm__vec_init(&intern->texts, alloc, sizeof(prm_text));
    prm__vec_init(&intern->chunks, alloc, sizeof(prm_text));
}

void prm__intern_free(prm__intern *intern)
{
    for (size_t i = 0; i < intern->chunks.count; i++) {
        prm_text *chunk = prm__vec_at(&intern->chunks, i);
        prm__alloc_release(intern->alloc, (void *)(uintptr_t)chunk->data, chunk->size, 1);
    }
    prm__alloc_release(intern->alloc, intern->slots, intern->slot_count, sizeof *intern->slots);
    prm__vec_free(&intern->chunks);
    prm__vec_free(&intern->texts);
}

/* The slot that has the text, or the free one where it belongs. */
static prm__intern_slot *intern_probe(const prm__intern *intern, const char *text, size_t size, uint64_t hash)
{
    uint32_t mask = intern->slot_count - 1;
    uint32_t tag = (uint32_t)(hash >> 32);
    uint32_t at = (uint32_t)hash & mask;
    for (;; at = (at + 1) & mask) {
        prm__intern_slot *slot = &intern->slots[at];
        if (!slot->text)
            return slot;
        if (slot->tag == tag && prm__intern_is(slot->text, text, size))
            return slot;
    }
}

static const prm__intern_entry *intern_entry_of(prm_text text)
{
    return (const prm__intern_entry *)(const void *)(text.data - offsetof(prm__intern_entry, bytes));
}

static bool intern_grow(prm__intern *intern)
{
    uint32_t count = intern->slot_count ? intern->slot_count * 2 : PRM_INTERN_FIRST_SLOTS;
    prm__intern_slot *slots = prm__alloc_zeroed(intern->alloc, count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t key = 1; key < intern->texts.count; key++) {
        prm_text text = prm__intern_text(intern, key);
        uint64_t hash = prm__hash_bytes(text.data, text.size, intern->seed);
        uint32_t at = (uint32_t)hash & (count - 1);
        while (slots[at].text)
            at = (at + 1) & (count - 1);
        slots[at] = (prm__intern_slot){intern_entry_of(text), (uint32_t)(hash >> 32), 0};
    }
    prm__alloc_release(intern->alloc, intern->slots, intern->slot_count, sizeof *slots);
    intern->slots = slots;
    intern->slot_count = count;
    return true;
}

/* Room for `size` bytes, that stays where it is; not taken yet. */
static char *intern_room(prm__intern *intern, size_t size)
{
    if (intern->room_left >= size && intern->room)
        return intern->room;
    size_t chunk_size = intern->chunks.count ? PRM_INTERN_CHUNK : PRM_INTERN_FIRST_CHUNK;
    if (chunk_size < size)
        chunk_size = size;
    if (prm__vec_reserve(&intern->chunks, 1) != PRM_OK)
        return NULL;
    char *chunk = prm__alloc_get(intern->alloc, chunk_size, 1);
    if (!chunk)
        return NULL;
    prm_text *entry = prm__vec_push(&intern->chunks);
    *entry = (prm_text){chunk, chunk_size};
    intern->room = chunk;
    intern->room_left = chunk_size;
    return chunk;
}

uint32_t prm__intern_add(prm__intern *intern, const char *text, size_t size, uint64_t hash)
{
    if (intern->texts.count == 0 && !prm__vec_push(&intern->texts))
        return 0;
    if (intern->texts.count >= UINT32_MAX - 1 || prm__vec_reserve(&intern->texts, 1) != PRM_OK)
        return 0;
    if ((intern->texts.count + 1) * 4 > (size_t)intern->slot_count * 3 && !intern_grow(intern))
        return 0;
    size_t needed = (sizeof(prm__intern_entry) + size + 3) & ~(size_t)3;
    char *room = intern_room(intern, needed);
    if (!room)
        return 0;
    uint32_t key = (uint32_t)intern->texts.count;
    prm__intern_entry *text_entry = (prm__intern_entry *)(void *)room;
    text_entry->key = key;
    text_entry->size = (uint32_t)size;
    if (size)
        memcpy(text_entry->bytes, text, size);
    intern->room += needed;
    intern->room_left -= needed;
    prm_text *entry = prm__vec_push(&intern->texts);
    *entry = (prm_text){text_entry->bytes, size};
    *intern_probe(intern, text, size, hash) = (prm__intern_slot){text_entry, (uint32_t)(hash >> 32), 0};
    return key;
}

uint64_t prm__intern_hash(const prm__intern *intern, const char *text, size_t size)
{
    return prm__hash_bytes(text, size, intern->seed);
}

uint32_t prm__intern_find_hashed(const prm__intern *intern, const char *text, size_t size, uint64_t hash)
{
    if (!intern->slot_count)
        return 0;
    const prm__intern_slot *slot = intern_probe(intern, text, size, hash);
    return slot->text ? slot->text->key : 0;
}

uint32_t prm__intern_find(const prm__intern *intern, const char *text, size_t size)
{
    return prm__intern_find_hashed(intern, text, size, prm__intern_hash(intern, text, size));
}

uint32_t prm__intern_key(prm__intern *intern, const char *text, size_t size)
{
    uint64_t hash = prm__intern_hash(intern, text, size);
    uint32_t key = prm__intern_find_hashed(intern, text, size, hash);
    return key ? key : prm__intern_add(intern, text, size, hash);
}

const void *prm__intern_slot_at(const prm__intern *intern, uint64_t hash)
{
    return intern->slot_count ? &intern->slots[(uint32_t)hash & (intern->slot_count - 1)] : NULL;
}

const prm__intern_entry *prm__intern_likely(const prm__intern *intern, uint64_t hash)
{
    if (!intern->slot_count)
        return NULL;
    uint32_t mask = intern->slot_count - 1, tag = (uint32_t)(hash >> 32);
    uint32_t at = (uint32_t)hash & mask;
    while (intern->slots[at].text && intern->slots[at].tag != tag)
        at = (at + 1) & mask;
    return intern->slots[at].text;
}
