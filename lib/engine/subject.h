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
    uint32_t unit = handle & ((1U << subjects->chunk_shift) - 1);
    return (prm__subject *)(void *)(chunks[handle >> subjects->chunk_shift] + (size_t)unit * 16);
}

/* The measure, anchor or rule state at `offset` of the subject's record. */
static inline void *prm__subject_state(prm__subject *subject, uint32_t offset)
{
    return (char *)(subject + 1) + offset;
}

/* The subject of that kind and keys of a partner, made when new; PRM_NONE when
 * memory ran out. */
uint32_t prm__subject_get(prm_engine *engine, uint32_t kind, uint32_t partner, const uint32_t *keys);

/* The same without making one; PRM_NONE when there is none. */
uint32_t prm__subject_find(const prm_engine *engine, uint32_t kind, uint32_t partner, const uint32_t *keys);

/* The keys that an event has for a kind, into keys[PRM_KIND_KEYS]; false when it
 * lacks one, and so passes subjects of the kind by. */
bool prm__subject_keys(const prm_engine *engine, const prm__view *view, uint32_t kind, uint32_t *keys);

/* Attribute `attribute` of the partner or rep subject that owns it. */
prm__attribute_state *prm__subject_attribute(const prm_engine *engine, prm__subject *subject,
                                             uint32_t attribute);

/* Empties every subject of a partner: as before its first event. */
void prm__subject_reset_all(prm_engine *engine, prm__partner *partner);

#endif
