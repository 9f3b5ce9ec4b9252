#include "engine/store.h"
#include "base/bytes.h"
#include <string.h>

#define PRM_STORE_FIRST_SLOTS 64U
#define PRM_STORE_CHUNK_BYTES ((size_t)8 << PRM_STORE_CHUNK_SHIFT)

typedef struct prm__store_slot {
    uint32_t event; /* handle + 1; 0: free */
    uint32_t tag;   /* the hash, without which most looks at records would miss the cache */
} prm__store_slot;

void prm__store_init(prm__store *store, prm__alloc *alloc, uint64_t seed)
{
    memset(store, 0, sizeof *store);
    store->alloc = alloc;
    store->seed = seed;
    prm__vec_init(&store->chunks, alloc, sizeof(char *));
}

void prm__store_free(prm__store *store)
{
    for (size_t i = 0; i < store->chunks.count; i++)
        prm__alloc_release(store->alloc, PRM_VEC(store->chunks, char *)[i], PRM_STORE_CHUNK_BYTES, 1);
    prm__vec_free(&store->chunks);
    prm__alloc_release(store->alloc, store->slots, store->slot_count, sizeof(prm__store_slot));
}

uint64_t prm__store_bytes(const prm__store *store)
{
    return (uint64_t)store->chunks.count * PRM_STORE_CHUNK_BYTES +
           (uint64_t)store->slot_count * sizeof(prm__store_slot);
}

prm__event *prm__store_make_room(prm__store *store)
{
    uint32_t inside = store->top & ((1U << PRM_STORE_CHUNK_SHIFT) - 1);
    if (inside * 8 + PRM_STORE_RECORD_MAX > PRM_STORE_CHUNK_BYTES) {
        if (store->top > UINT32_MAX - 2 * (1U << PRM_STORE_CHUNK_SHIFT))
            return NULL; /* LCOV_EXCL_LINE 32 GiB of events are more than a test can hold */
        store->top += (1U << PRM_STORE_CHUNK_SHIFT) - inside;
    }
    if (store->top >> PRM_STORE_CHUNK_SHIFT == store->chunks.count) {
        if (prm__vec_reserve(&store->chunks, 1) != PRM_OK)
            return NULL;
        char *chunk = prm__alloc_get(store->alloc, PRM_STORE_CHUNK_BYTES, 1);
        if (!chunk)
            return NULL;
        *(char **)prm__vec_push(&store->chunks) = chunk;
    }
    return prm__store_event(store, store->top);
}

/* Everything but the marks and the id, which is known to be the same. */
static bool store_same(const prm__event *a, const prm__event *b, const prm__layout *layouts)
{
    return a->time == b->time && a->type == b->type && a->partner == b->partner &&
           memcmp(a + 1, b + 1, layouts[a->type].id_at - sizeof *a) == 0;
}

static prm__store_slot *store_probe(const prm__store *store, const prm__layout *layouts, prm_text id,
                                    uint64_t hash)
{
    uint32_t mask = store->slot_count - 1;
    uint32_t tag = (uint32_t)hash;
    for (uint32_t at = tag & mask;; at = (at + 1) & mask) {
        prm__store_slot *slot = &store->slots[at];
        if (slot->event == 0)
            return slot;
        if (slot->tag != tag)
            continue;
        const prm__event *event = prm__store_event(store, slot->event - 1);
        prm_text known = prm__store_id(event, prm__store_layout(event, layouts));
        if (known.size == id.size && prm__bytes_same(known.data, id.data, id.size))
            return slot;
    }
}

static bool store_grow(prm__store *store)
{
    uint32_t count = store->slot_count ? store->slot_count * 2 : PRM_STORE_FIRST_SLOTS;
    prm__store_slot *slots = prm__alloc_zeroed(store->alloc, count, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < store->slot_count; i++) {
        if (!store->slots[i].event)
            continue;
        uint32_t at = store->slots[i].tag & (count - 1);
        while (slots[at].event)
            at = (at + 1) & (count - 1);
        slots[at] = store->slots[i];
    }
    prm__alloc_release(store->alloc, store->slots, store->slot_count, sizeof *slots);
    store->slots = slots;
    store->slot_count = count;
    return true;
}

const void *prm__store_slot_at(const prm__store *store, uint64_t hash)
{
    return store->slot_count ? &store->slots[(uint32_t)hash & (store->slot_count - 1)] : NULL;
}

prm__store_result prm__store_take(prm__store *store, const prm__layout *layouts, prm_text id, uint64_t hash,
                                  size_t size, uint32_t *handle)
{
    if (((uint64_t)store->used + 1) * 4 > (uint64_t)store->slot_count * 3 && !store_grow(store))
        return PRM_STORE_NO_MEMORY;
    prm__store_slot *slot = store_probe(store, layouts, id, hash);
    if (slot->event) {
        const prm__event *event = prm__store_event(store, store->top);
        const prm__event *known = prm__store_event(store, slot->event - 1);
        if (known->marks & PRM_EVENT_CLOSED) {
            *handle = slot->event - 1;
            return PRM_STORE_CLOSED;
        }
        return store_same(known, event, layouts) ? PRM_STORE_SAME : PRM_STORE_CONFLICT;
    }
    *slot = (prm__store_slot){store->top + 1, (uint32_t)hash};
    store->used++;
    *handle = store->top;
    store->top += (uint32_t)(size / 8);
    return PRM_STORE_NEW;
}

uint32_t prm__store_find(const prm__store *store, const prm__layout *layouts, prm_text id)
{
    if (!store->slot_count)
        return PRM_NO_INDEX;
    const prm__store_slot *slot = store_probe(store, layouts, id, prm__store_hash(store, id));
    return slot->event ? slot->event - 1 : PRM_NO_INDEX;
}

/* Open addressing without gravestones: what follows moves up. */
static void store_remove(prm__store *store, uint32_t at)
{
    uint32_t mask = store->slot_count - 1;
    uint32_t hole = at;
    for (uint32_t next = (at + 1) & mask; store->slots[next].event; next = (next + 1) & mask) {
        uint32_t home = store->slots[next].tag & mask;
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            store->slots[hole] = store->slots[next];
            hole = next;
        }
    }
    store->slots[hole] = (prm__store_slot){0, 0};
    store->used--;
}

uint32_t prm__store_next(const prm__store *store, uint32_t handle)
{
    uint32_t inside = handle & ((1U << PRM_STORE_CHUNK_SHIFT) - 1);
    if (handle < store->top && inside * 8 + PRM_STORE_RECORD_MAX > PRM_STORE_CHUNK_BYTES)
        handle += (1U << PRM_STORE_CHUNK_SHIFT) - inside;
    return handle < store->top ? handle : store->top;
}

void prm__store_undo(prm__store *store, const prm__layout *layouts, uint32_t mark)
{
    for (uint32_t handle = mark; (handle = prm__store_next(store, handle)) < store->top;) {
        const prm__event *event = prm__store_event(store, handle);
        const prm__layout *layout = prm__store_layout(event, layouts);
        prm_text id = prm__store_id(event, layout);
        prm__store_slot *slot = store_probe(store, layouts, id, prm__store_hash(store, id));
        if (slot->event)
            store_remove(store, (uint32_t)(slot - store->slots));
        handle += (uint32_t)(prm__store_size(event, layout) / 8);
    }
    store->top = mark;
}
