/* snapshot: a whole engine as bytes. The ledger is a function of program, accepted events and
 * clock, so these are what the bytes hold, with the counts and the postings that the
 * host has not released. Equal states have equal bytes: nothing in them depends on arrival,
 * hash seed or machine. docs/state.md lists the format, field by field.
 *
 *   head | state | texts | events | voids | settled | postings | closed | bases
 *
 * The head has the format's number (and its complement, so that a later format is told from damage), the program's hash, and for each section its size and
 * XXH3 (seeded with its place, so that sections cannot be swapped). */
#ifndef PRM_STATE_SNAPSHOT_H
#define PRM_STATE_SNAPSHOT_H

#include "base/wire.h"
#include "state/roll.h"

#define PRM_SNAPSHOT_MAGIC "prm\0stat"
#define PRM_SNAPSHOT_FORMAT 2

typedef enum prm__snapshot_section {
    PRM_SNAPSHOT_STATE,
    PRM_SNAPSHOT_TEXTS,
    PRM_SNAPSHOT_EVENTS,
    PRM_SNAPSHOT_VOIDS,
    PRM_SNAPSHOT_SETTLED,
    PRM_SNAPSHOT_POSTINGS,
    PRM_SNAPSHOT_CLOSED, /* from here on not in format 1 */
    PRM_SNAPSHOT_BASES,
    PRM_SNAPSHOT_SECTIONS
} prm__snapshot_section;

/* magic, format and its complement, program, size of the whole; size and hash of each section; hash of all before */
#define PRM_SNAPSHOT_HEAD_OF(sections) (8 + 4 + 4 + 8 + 8 + (size_t)(sections)*16 + 8)
#define PRM_SNAPSHOT_HEAD PRM_SNAPSHOT_HEAD_OF(PRM_SNAPSHOT_SECTIONS)
#define PRM_SNAPSHOT_EVENT_LEAST 12 /* bytes of an event without values and a short id */
#define PRM_SNAPSHOT_POSTING (2 + PRM_ROW_TEXTS * 4 + 6 * 8)

/* The bits of a posting's flags. */
enum { PRM_POSTING_AMOUNT = 1, PRM_POSTING_RATE = 2, PRM_POSTING_ADDED = 4, PRM_POSTING_MONEY = 8 };

/* An engine made ready to be written: its texts sorted, its events in order. */
typedef struct prm__snapshot {
    prm_engine *engine;
    prm__roll roll;
    prm__intern texts;   /* those that events and postings name, by keys of their own */
    prm__vec key_of;     /* of uint32_t: by the engine's text key, that of `texts`, 0: not named; once all are
                          sorted, the place among these */
    prm__vec sorted;     /* of const prm_text *: the texts in order */
    prm__vec place_of;   /* of uint32_t: by key of `texts`, the place among the sorted */
    prm__vec postings;   /* of uint32_t: PRM_ROW_TEXTS keys of `texts` for each posting */
    uint32_t format;     /* PRM_SNAPSHOT_FORMAT, or 1 to compare with bytes of that */
    int64_t closed;      /* of what lies before there are only keys and bases; INT64_MIN: nothing */
    bool closing;        /* these are not there yet: they are made of the engine as it stands */
    int64_t clock;       /* that is written */
    prm__vec shut;       /* of const uint32_t *: handles of the closed voids, in order */
    prm__vec shut_voids; /* of uint32_t: those of them that were closed before */
    uint64_t unmatched;  /* of these, those that match nothing */
    /* only where time is settled: */
    uint32_t events;       /* of the partners, without voids, and not closed */
    prm__vec handles;      /* of uint32_t: of these, in order */
    prm__vec shut_handles; /* of uint32_t: of the closed ones, in order */
    prm__vec shut_counts;  /* of uint32_t: how many of these each partner of the roll has */
    prm__vec ordinal_of;   /* of uint32_t: by handle, the place among its likes */
    prm__vec named;        /* of char: by handle, 1: an outcome names the closed event */
} prm__snapshot;

/* PRM_E_MEMORY; what it took is freed by prm__snapshot_free in either case. The engine must
 * not change in between. */
PRM_MUST_USE prm_status prm__snapshot_init(prm__snapshot *snapshot, prm_engine *engine);

/* The same of an engine that stands just before the settled instant: what lies before is written closed, and
 * `clock` for its clock. */
PRM_MUST_USE prm_status prm__snapshot_init_closing(prm__snapshot *snapshot, prm_engine *engine,
                                                   int64_t clock);
void prm__snapshot_free(prm__snapshot *snapshot);

/* Notes that the text of an engine's key is named. For the rooms of this floor. */
PRM_MUST_USE prm_status prm__snapshot_name(prm__snapshot *snapshot, uint32_t key);

/* The place of a named text, by the engine's key. */
static inline uint32_t prm__snapshot_place(const prm__snapshot *snapshot, uint32_t key)
{
    return PRM_VEC(snapshot->key_of, uint32_t)[key];
}

/* A partner's first entry that is not closed. */
uint32_t prm__snapshot_first(const prm__snapshot *snapshot, const prm__partner *partner);

/* Whether the snapshot has a base of the partner. */
bool prm__snapshot_has_base(const prm__snapshot *snapshot, const prm__partner *partner);

/* How many outcomes lie in it, and such a one as the base has it. */
uint32_t prm__snapshot_base_outcomes(const prm__snapshot *snapshot, const prm__partner *partner);
const prm__outcome *prm__snapshot_base_outcome(const prm__snapshot *snapshot, const prm__partner *partner,
                                               uint32_t index);

/* Writes, measures or compares, as `out` (empty so far) has it. PRM_E_MEMORY; PRM_E_LIMIT when texts or
 * events pass 32 bits. */
PRM_MUST_USE prm_status prm__snapshot_write(const prm__snapshot *snapshot, prm__wire_out *out);

/* The same into `bytes`, a vec of char. */
PRM_MUST_USE prm_status prm__snapshot_bytes(const prm__snapshot *snapshot, prm__vec *bytes);

/* The bytes of an engine into `bytes`, a vec of char. */
PRM_MUST_USE prm_status prm__snapshot_save(prm_engine *engine, prm__vec *bytes);

/* Bytes of the mask that says which slots of a type are present. */
static inline size_t prm__snapshot_mask(const prm__p_type *type)
{
    return (type->slot_count + 7) / 8;
}

/* The slot that no mask has: the partner, which stands once for all its events; PRM_NO_INDEX: none. */
static inline uint32_t prm__snapshot_partner_slot(const prm__p_type *type)
{
    return type->role == PRM_ROLE_EVENT_VOIDED ? PRM_NO_INDEX : 0;
}

#endif
