/* store: every accepted event, once. A record is a head, a presence mask, the
 * values that are present and the id, packed in chunks that never move; its
 * handle counts 8-byte units from the beginning, so handles grow with arrival.
 * An index over ids finds duplicates. The last records can be taken back, which
 * is how a failed call undoes itself. */
#ifndef PRM_ENGINE_STORE_H
#define PRM_ENGINE_STORE_H

#include "program/program.h"

#define PRM_STORE_CHUNK_SHIFT 13 /* 8192 units: 64 KiB */
#define PRM_STORE_RECORD_MAX 2048 /* bytes; 64 fields of 16 bytes, an id and the rest fit */

/* Marks of an event, kept by amend.h; no part of its content. */
enum {
    PRM_EVENT_VOIDED = 1,    /* by event.voided */
    PRM_EVENT_CANCELLED = 2, /* by an event whose type voids it */
    PRM_EVENT_REDUCED = 4,   /* its amount is in the engine's map of reduced amounts */
    PRM_EVENT_MATCHED = 8,   /* a void or reduction that found its event */
    PRM_EVENT_ROSTER = 16    /* it changed the roster when it was last folded */
};
#define PRM_EVENT_DEAD (PRM_EVENT_VOIDED | PRM_EVENT_CANCELLED)

typedef struct prm__event {
    int64_t time;
    uint32_t partner; /* index; PRM_NONE for event.voided */
    uint16_t type;
    uint8_t id_size;
    uint8_t marks;
    /* then: mask (4 or 8 bytes), 4-, 8- and 16-byte values, the id */
} prm__event;

/* How records of one type are laid out, worked out once per engine. */
typedef struct prm__layout {
    uint64_t narrow; /* slots of 4-byte values, as a mask */
    uint64_t middle; /* of 8-byte values */
    uint32_t mask_size;
    uint32_t slot_count;
    uint32_t amount_slot; /* of `amount`, or PRM_NO_INDEX */
} prm__layout;

/* An event unpacked for looking at: where each value lies. */
typedef struct prm__view {
    const prm__event *event;
    uint32_t handle;
    uint32_t type;
    uint64_t mask;        /* slots that are present */
    int64_t amount;       /* minor units left after reductions, of the slot `amount` */
    uint16_t at[PRM_LIMIT_FIELDS]; /* byte offset of each present slot */
} prm__view;

typedef struct prm__store {
    prm__alloc *alloc;
    prm__vec chunks; /* of char * */
    uint32_t top;    /* first free unit */
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

prm_text prm__store_id(const prm__event *event, const prm__layout *layout);

/* Room for one record at the top, not yet taken; NULL when memory ran out. */
prm__event *prm__store_room(prm__store *store);

typedef enum prm__store_result {
    PRM_STORE_NEW,
    PRM_STORE_SAME,    /* the id is known with the same content */
    PRM_STORE_CONFLICT, /* the id is known with other content */
    PRM_STORE_NO_MEMORY
} prm__store_result;

/* Takes the record of `size` bytes that stands in the room, unless its id is
 * known. `layouts` are by type. */
prm__store_result prm__store_take(prm__store *store, const prm__layout *layouts, size_t size, uint32_t *handle);

/* The event with that id, or PRM_NO_INDEX. */
uint32_t prm__store_find(const prm__store *store, const prm__layout *layouts, prm_text id);

/* Takes back every record from handle `mark` on (a former `top`). */
void prm__store_undo(prm__store *store, const prm__layout *layouts, uint32_t mark);

/* Memory that the records and their index hold. */
uint64_t prm__store_bytes(const prm__store *store);

/* Bytes of a record, with its padding. */
size_t prm__store_size(const prm__event *event, const prm__layout *layout);

/* Where the values of `event` lie. `amount` is left to the caller. */
void prm__view_open(prm__view *view, const prm__event *event, const prm__layout *layout);

static inline bool prm__view_has(const prm__view *view, uint32_t slot)
{
    return slot < PRM_LIMIT_FIELDS && (view->mask >> slot & 1) != 0;
}

static inline const void *prm__view_at(const prm__view *view, uint32_t slot)
{
    return (const char *)view->event + view->at[slot];
}

#endif
