#include "base/intern.h"
#include <string.h>

#define PRM_INTERN_FIRST_SLOTS 64U
#define PRM_INTERN_CHUNK ((size_t)64 * 1024)
#define PRM_INTERN_FIRST_CHUNK ((size_t)1024)

void prm__intern_init(prm__intern *intern, prm__alloc *alloc, uint64_t seed)
{
    memset(intern, 0, sizeof *intern);
    intern->alloc = alloc;
    intern->seed = seed;
    prm__vec_init(&intern->texts, alloc, sizeof(prm_text));
    prm__vec_init(&intern->chunks, alloc, sizeof(prm_text));
    prm__vec_init(&intern->notes, alloc, sizeof(uint64_t));
}

void prm__intern_free(prm__intern *intern)
{
    for (size_t i = 0; i < intern->chunks.count; i++) {
        prm_text *chunk = prm__vec_at(&intern->chunks, i);
        prm__alloc_release(intern->alloc, (void *)(uintptr_t)chunk->data, chunk->size, 1);
    }
    prm__alloc_release_lines(intern->alloc, intern->slots, intern->slot_count, sizeof *intern->slots);
    prm__vec_free(&intern->chunks);
    prm__vec_free(&intern->texts);
    prm__vec_free(&intern->notes);
}

/* The size, as notes have it. */
static uint64_t intern_size(size_t size)
{
    return size <= PRM_INTERN_SHORT ? size : PRM_INTERN_SHORT + 1;
}

static prm__bytes_pack intern_pack(const char *text, size_t size, uint64_t hash)
{
    return size <= PRM_INTERN_SHORT ? prm__bytes_packed(text, size) : (prm__bytes_pack){hash, size};
}

static bool intern_same_long(const prm__intern *intern, uint32_t key, const char *text, size_t size)
{
    return memcmp(prm__intern_text(intern, key).data, text, size) == 0;
}

/* The slot that has the text, or the free one where it belongs. */
static prm__intern_slot *intern_probe(const prm__intern *intern, const char *text, size_t size, uint64_t hash)
{
    uint32_t mask = intern->slot_count - 1;
    prm__bytes_pack pack = intern_pack(text, size, hash);
    for (uint32_t at = (uint32_t)hash & mask;; at = (at + 1) & mask) {
        prm__intern_slot *slot = &intern->slots[at];
        if (!slot->key)
            return slot;
        if (slot->pack.first == pack.first && slot->pack.last == pack.last &&
            (slot->note & 0xFF) == intern_size(size) &&
            (size <= PRM_INTERN_SHORT || intern_same_long(intern, slot->key, text, size)))
            return slot;
    }
}

static bool intern_grow(prm__intern *intern)
{
    uint32_t count = intern->slot_count ? intern->slot_count * 2 : PRM_INTERN_FIRST_SLOTS;
    prm__intern_slot *slots = prm__alloc_lines(intern->alloc, count, sizeof *slots);
    if (!slots)
        return false;
    memset(slots, 0, count * sizeof *slots);
    for (uint32_t i = 0; i < intern->slot_count; i++) {
        const prm__intern_slot *old = &intern->slots[i];
        if (!old->key)
            continue;
        uint32_t at = old->home & (count - 1);
        while (slots[at].key)
            at = (at + 1) & (count - 1);
        slots[at] = *old;
    }
    prm__alloc_release_lines(intern->alloc, intern->slots, intern->slot_count, sizeof *slots);
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
    if (intern->texts.count >= UINT32_MAX - 1 || prm__vec_reserve(&intern->texts, 1) != PRM_OK ||
        (intern->notes.count && prm__vec_reserve(&intern->notes, 1) != PRM_OK))
        return 0;
    if ((intern->texts.count + 1) * 4 > (size_t)intern->slot_count * 3 && !intern_grow(intern))
        return 0;
    char *room = intern_room(intern, size);
    if (!room)
        return 0;
    uint32_t key = (uint32_t)intern->texts.count;
    prm__bytes_copy(room, text, size);
    intern->room += size;
    intern->room_left -= size;
    PRM_VEC(intern->texts, prm_text)[intern->texts.count++] = (prm_text){room, size};
    *intern_probe(intern, text, size, hash) = (prm__intern_slot){intern_pack(text, size, hash), key,
                                                                 (uint32_t)hash, intern_size(size)};
    if (intern->notes.count)
        PRM_VEC(intern->notes, uint64_t)[intern->notes.count++] = 0;
    return key;
}

const prm__intern_slot *prm__intern_look(const prm__intern *intern, const char *text, size_t size,
                                         uint64_t hash)
{
    if (!intern->slot_count)
        return NULL;
    const prm__intern_slot *slot = intern_probe(intern, text, size, hash);
    return slot->key ? slot : NULL;
}

uint32_t prm__intern_find(const prm__intern *intern, const char *text, size_t size)
{
    const prm__intern_slot *slot = prm__intern_look(intern, text, size, prm__intern_hash(intern, text, size));
    return slot ? slot->key : 0;
}

uint32_t prm__intern_key(prm__intern *intern, const char *text, size_t size)
{
    uint64_t hash = prm__intern_hash(intern, text, size);
    const prm__intern_slot *slot = prm__intern_look(intern, text, size, hash);
    return slot ? slot->key : prm__intern_add(intern, text, size, hash);
}

void prm__intern_leave(prm__intern *intern, uint32_t key, uint64_t note)
{
    prm_text text = prm__intern_text(intern, key);
    uint64_t hash = prm__intern_hash(intern, text.data, text.size);
    intern_probe(intern, text.data, text.size, hash)->note = note << 8 | intern_size(text.size);
    if (intern->notes.count)
        PRM_VEC(intern->notes, uint64_t)[key] = note;
}

prm_status prm__intern_open_notes(prm__intern *intern)
{
    if (intern->notes.count || !intern->texts.count)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(&intern->notes, intern->texts.count));
    intern->notes.count = intern->texts.count;
    uint64_t *notes = intern->notes.data;
    notes[0] = 0;
    for (uint32_t i = 0; i < intern->slot_count; i++)
        notes[intern->slots[i].key] = prm__intern_note(&intern->slots[i]);
    return PRM_OK;
}

void prm__intern_close_notes(prm__intern *intern)
{
    prm__vec_free(&intern->notes);
}
