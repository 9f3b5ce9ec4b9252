/* subject: whom rules are about. A subject is found by its kind, partner and keys;
 * all that is counted together for it lies together, in one record of fixed
 * layout right behind its head. Subjects are never removed: a fold that starts
 * again empties them, and one without events simply does not exist. */
#ifndef PRM_ENGINE_SUBJECT_H
#define PRM_ENGINE_SUBJECT_H

#include "engine/engine.h"

PRM_MUST_USE prm_status prm__subjects_init(prm_engine *engine);
void prm__subjects_free(prm_engine *engine);

static inline prm__subject *prm__subject_at(const prm_engine *engine, uint32_t handle)
{
    const prm__subjects *subjects = &engine->subjects;
    char *const *chunks = (char *const *)subjects->chunks.data;
    return (prm__subject *)(void *)(chunks[handle >> subjects->chunk_shift] +
                                    (size_t)(handle & subjects->chunk_mask) * 16);
}

/* The measure, anchor or rule state at `offset` of the subject's record. */
static inline void *prm__subject_state(prm__subject *subject, uint32_t offset)
{
    return (char *)(subject + 1) + offset;
}

/* The subject of that kind and keys of a partner, made when new; PRM_NONE when
 * memory ran out. `hash` is prm__subject_hash of the three. */
uint32_t prm__subject_get(prm_engine *engine, uint32_t kind, uint32_t partner, const uint32_t *keys,
                          uint64_t hash);

/* The same without making one; PRM_NONE when there is none. */
uint32_t prm__subject_find(const prm_engine *engine, uint32_t kind, uint32_t partner, const uint32_t *keys);

/* Keys are small numbers that the engine gave: a product mixes them well, best in its high
 * half. The factors are odd numbers without a pattern (digits of the golden ratio and of
 * pi). Never 0. */
static inline uint64_t prm__subject_hash(uint32_t kind, uint32_t partner, const uint32_t *keys)
{
    uint64_t hash = (((uint64_t)kind << 32 | partner) + 1) * UINT64_C(0x9E3779B97F4A7C15);
    for (uint32_t i = 0; i < PRM_KIND_KEYS && keys[i]; i++)
        hash = ((hash ^ hash >> 32) + keys[i]) * UINT64_C(0x243F6A8885A308D3);
    return hash | 1;
}

/* For fetching ahead: where a subject of that hash is looked for first (NULL while there is
 * none), and the handle of the one that most likely is it, or PRM_NONE. */
const void *prm__subject_slot_at(const prm_engine *engine, uint64_t hash);
uint32_t prm__subject_likely(const prm_engine *engine, uint64_t hash);

/* Whether a subject is that of the kind, partner and keys. */
static inline bool prm__subject_is(const prm__subject *subject, uint32_t kind, uint32_t partner,
                                   const uint32_t *keys)
{
    uint32_t difference = (subject->partner ^ partner) | (subject->kind ^ kind);
    for (uint32_t i = 0; i < PRM_KIND_KEYS; i++)
        difference |= subject->keys[i] ^ keys[i];
    return difference == 0;
}

/* The keys that an event has for a kind, into keys[PRM_KIND_KEYS]; false when it
 * lacks one, and so passes subjects of the kind by. */
static inline bool prm__subject_keys(const prm_engine *engine, const prm__event *event, uint32_t kind,
                                     uint32_t *keys)
{
    const prm_program *program = engine->program;
    const uint16_t *at = engine->key_at + ((size_t)event->type * program->kinds_count + kind) * PRM_KIND_KEYS;
    uint32_t i = 0, count = program->kinds[kind].key_count;
    if (count && !at[0])
        return false;
    memset(keys, 0, PRM_KIND_KEYS * sizeof *keys);
    while (i < count && at[i]) {
        keys[i] = prm__event_narrow(event, at[i]);
        if (!keys[i] || keys[i] == engine->empty_key)
            return false;
        i++;
    }
    return i == count;
}

/* Attribute `attribute` of the partner or rep subject that owns it. */
prm__attribute_state *prm__subject_attribute(const prm_engine *engine, prm__subject *subject,
                                             uint32_t attribute);

/* Points engine->at_subjects at `subject` and at the subjects of coarser kinds that it lies
 * within, as they exist. */
void prm__subject_aim(prm_engine *engine, const prm__subject *subject, uint32_t handle);

/* The subjects of a kind that a partner has and that exist, in the order of their names, into
 * engine->subject_list. */
PRM_MUST_USE prm_status prm__subject_list(prm_engine *engine, uint32_t partner, uint32_t kind);

/* Puts the subjects of one kind and partner in engine->subject_list in the order of their names, each
 * once. */
PRM_MUST_USE prm_status prm__subject_sort(prm_engine *engine);

/* When a rep has left, as an instant, where the engine looks at the clock: in its record. */
int64_t *prm__subject_left_at(const prm_engine *engine, prm__subject *rep);

/* Compares the names of two subjects of one partner: rep, customer, product, then the others. */
int prm__subject_compare(const prm_engine *engine, const prm__subject *a, const prm__subject *b);

/* Marks a subject, other than a partner's own, as existing, and notes it with its only key. */
void prm__subject_exist(prm_engine *engine, uint32_t handle);

/* Empties every subject of a partner: as before its first event. Whatever else takes back a mark of
 * existence has to set PRM_PARTNER_REWOUND, too. */
void prm__subject_reset_all(prm_engine *engine, prm__partner *partner);

#endif
