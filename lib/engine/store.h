/* store: every accepted event, once. A record is a head, the values of its type's
 * fields at fixed places, and the id, packed in chunks that never move; its handle
 * counts 8-byte units from the beginning, so handles grow with arrival. An index
 * over ids finds duplicates. The last records can be taken back, which is how a
 * failed call undoes itself. */
#ifndef PRM_ENGINE_STORE_H
#define PRM_ENGINE_STORE_H

#include "base/hash.h"
#include "program/program.h"
#include <string.h>

#define PRM_STORE_CHUNK_SHIFT 13  /* 8192 units: 64 KiB */
#define PRM_STORE_RECORD_MAX 2048 /* bytes; 64 fields of 16 bytes, an id and the rest fit */

/* Marks of an event, kept by amend.h; no part of its content. */
enum {
    PRM_EVENT_VOIDED = 1,    /* by event.voided */
    PRM_EVENT_CANCELLED = 2, /* by an event whose type voids it */
    PRM_EVENT_REDUCED = 4,   /* its amount is in the engine's map of reduced amounts */
    PRM_EVENT_MATCHED = 8,   /* a void or reduction that found its event */
    PRM_EVENT_ROSTER = 16,   /* it changed the roster when it was last folded */
    PRM_EVENT_BRIEF = 32,    /* of settled time: only what recognises it is left: see closed.h */
    PRM_EVENT_NAMED = 64     /* the same, and what an outcome that names it shows of it */
};
#define PRM_EVENT_DEAD (PRM_EVENT_VOIDED | PRM_EVENT_CANCELLED)
#define PRM_EVENT_CLOSED (PRM_EVENT_BRIEF | PRM_EVENT_NAMED)

typedef struct prm__event {
    int64_t time;
    uint32_t partner; /* index; PRM_NONE for event.voided */
    uint16_t type;
    uint8_t id_size;
    uint8_t marks;
    /* then: the values, 4-byte ones first, then 8- and 16-byte ones; the presence mask
     * of the latter two; the id */
} prm__event;

/* A 4-byte value is present when it is not 0: a text's key, or a boolean plus 1. The
 * partner is none of the values: it stands in the head. */
enum { PRM_BOOLEAN_FALSE = 1, PRM_BOOLEAN_TRUE = 2, PRM_BOOLEAN_CLEARED = 3 };

#define PRM_NO_KIND 0xFFU

/* Where records of one type have their values, worked out once per engine. */
typedef struct prm__layout {
    uint64_t narrow;               /* slots of 4-byte values, as a mask */
    uint64_t texts;                /* slots of texts */
    uint64_t required;             /* slots that an event must have */
    uint32_t mask_at;              /* byte offset of the presence mask */
    uint32_t mask_size;            /* 0 when all values are narrow; else 4 or 8 */
    uint32_t id_at;                /* byte offset of the id */
    uint32_t amount_slot;          /* of `amount`, or PRM_NO_INDEX */
    uint32_t types;                /* how many there are: so far apart are the layouts of a type's forms */
    uint16_t at[PRM_LIMIT_FIELDS]; /* byte offset of each slot; 0: not stored */
    uint8_t
        kind[PRM_LIMIT_FIELDS]; /* the first kind of subjects whose only key is the slot; or PRM_NO_KIND */
} prm__layout;

/* An event opened for looking at. */
typedef struct prm__view {
    const prm__event *event;
    const prm__layout *layout;
    uint32_t handle;
    uint32_t type;
    int64_t amount; /* minor units left after reductions, of the slot `amount` */
} prm__view;

typedef struct prm__store {
    prm__alloc *alloc;
    prm__vec chunks;               /* of char * */
    uint32_t top;                  /* first free unit */
    struct prm__store_slot *slots; /* the index over ids */
    uint32_t slot_count;
    uint32_t used;
    uint64_t seed;
} prm__store;

void prm__store_init(prm__store *store, prm__alloc *alloc, uint64_t seed);
void prm__store_free(prm__store *store);

static inline prm__event *prm__store_event(const prm__store *store, uint32_t handle)
{
    char *const *chunks = (char *const *)store->chunks.data;
    return (prm__event *)(void *)(chunks[handle >> PRM_STORE_CHUNK_SHIFT] +
                                  (size_t)(handle & ((1U << PRM_STORE_CHUNK_SHIFT) - 1)) * 8);
}

/* The layout of an event's record: `layouts` has those of all types, then those of brief events, then those
 * of named ones. */
static inline const prm__layout *prm__store_layout(const prm__event *event, const prm__layout *layouts)
{
    const prm__layout *layout = &layouts[event->type];
    return layout + (size_t)layout->types * (event->marks / PRM_EVENT_BRIEF);
}

static inline prm_text prm__store_id(const prm__event *event, const prm__layout *layout)
{
    return (prm_text){(const char *)event + layout->id_at, event->id_size};
}

/* Makes room for one record at the top; NULL when memory ran out. */
prm__event *prm__store_make_room(prm__store *store);

/* Room for one record at the top, not yet taken; NULL when memory ran out. */
static inline prm__event *prm__store_room(prm__store *store)
{
    uint32_t inside = store->top & ((1U << PRM_STORE_CHUNK_SHIFT) - 1);
    bool there = store->top >> PRM_STORE_CHUNK_SHIFT < store->chunks.count;
    if (there && inside + PRM_STORE_RECORD_MAX / 8 <= 1U << PRM_STORE_CHUNK_SHIFT)
        return prm__store_event(store, store->top);
    return prm__store_make_room(store);
}

typedef enum prm__store_result {
    PRM_STORE_NEW,
    PRM_STORE_SAME,     /* the id is known with the same content */
    PRM_STORE_CONFLICT, /* the id is known with other content */
    PRM_STORE_CLOSED,   /* the id is known of an event whose content is gone */
    PRM_STORE_NO_MEMORY
} prm__store_result;

static inline uint64_t prm__store_hash(const prm__store *store, prm_text id)
{
    return prm__hash_text(id.data, id.size, store->seed);
}

/* Where the index is looked at first for an id of that hash; NULL while it is empty. */
const void *prm__store_slot_at(const prm__store *store, uint64_t hash);

/* Takes the record of `size` bytes that stands in the room, unless its id, of which
 * `id` is a copy and `hash` the hash, is known. `layouts` are by form and type. *handle is that of a new
 * event, or of the closed one. */
prm__store_result prm__store_take(prm__store *store, const prm__layout *layouts, prm_text id, uint64_t hash,
                                  size_t size, uint32_t *handle);

/* The event with that id, or PRM_NO_INDEX. */
uint32_t prm__store_find(const prm__store *store, const prm__layout *layouts, prm_text id);

/* Takes back every record from handle `mark` on (a former `top`). */
void prm__store_undo(prm__store *store, const prm__layout *layouts, uint32_t mark);

/* The first event of handle `handle` or later, where a record ends or a chunk does; `top` at the end. */
uint32_t prm__store_next(const prm__store *store, uint32_t handle);

/* Memory that the records and their index hold. */
uint64_t prm__store_bytes(const prm__store *store);

/* Bytes of a record, with its padding. */
static inline size_t prm__store_size(const prm__event *event, const prm__layout *layout)
{
    return ((size_t)layout->id_at + event->id_size + 7) & ~(size_t)7;
}

/* The 4-byte value in a narrow slot; 0 when it is absent. */
static inline uint32_t prm__event_narrow(const prm__event *event, uint32_t offset)
{
    uint32_t value;
    memcpy(&value, (const char *)event + offset, sizeof value);
    return value;
}

static inline const void *prm__view_at(const prm__view *view, uint32_t slot)
{
    return (const char *)view->event + view->layout->at[slot];
}

/* Whether the event has a value in the slot; not for slots that are not stored. */
static inline bool prm__view_has(const prm__view *view, uint32_t slot)
{
    const prm__layout *layout = view->layout;
    if (slot >= PRM_LIMIT_FIELDS || !layout->at[slot])
        return false;
    if (layout->narrow >> slot & 1)
        return prm__event_narrow(view->event, layout->at[slot]) != 0;
    if (layout->mask_size == 4)
        return (prm__event_narrow(view->event, layout->mask_at) >> slot & 1) != 0;
    uint64_t mask;
    memcpy(&mask, (const char *)view->event + layout->mask_at, sizeof mask);
    return (mask >> slot & 1) != 0;
}

#endif
