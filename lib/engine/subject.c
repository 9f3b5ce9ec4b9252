#include "engine/subject.h"
#include "base/sort.h"
#include "engine/measure.h"
#include "engine/note.h"
#include <string.h>

#define PRM_SUBJECT_FIRST_SLOTS 64U
#define PRM_SUBJECT_CHUNK_SHIFT 12 /* 4096 units: 64 KiB, where that suffices */

typedef struct prm__subject_slot {
    uint32_t subject; /* handle + 1; 0: free */
    uint32_t tag;     /* the hash's high half: where it is looked for; spares most looks at subjects */
} prm__subject_slot;

static size_t subject_chunk_bytes(const prm__subjects *subjects)
{
    return (size_t)16 << subjects->chunk_shift;
}

prm_status prm__subjects_init(prm_engine *engine)
{
    prm__subjects *subjects = &engine->subjects;
    const prm_program *program = engine->program;
    subjects->alloc = &engine->alloc;
    subjects->chunk_shift = PRM_SUBJECT_CHUNK_SHIFT;
    for (uint32_t i = 0; i < program->attributes_count; i++)
        engine->attribute_counts[program->attributes[i].owner]++;
    subjects->sizes = prm__alloc_zeroed(&engine->alloc, program->kinds_count, sizeof *subjects->sizes);
    if (!subjects->sizes)
        return PRM_E_MEMORY;
    for (uint32_t kind = 0; kind < program->kinds_count; kind++) {
        size_t size = sizeof(prm__subject) + program->kinds[kind].record_size;
        if (kind <= PRM_KIND_REP)
            size += engine->attribute_counts[kind] * sizeof(prm__attribute_state);
        if (kind == PRM_KIND_REP && engine->has_clock)
            size += 2 * sizeof(int64_t);
        while (size > subject_chunk_bytes(subjects))
            subjects->chunk_shift++;
        subjects->sizes[kind] = (uint32_t)size;
    }
    subjects->chunk_mask = (1U << subjects->chunk_shift) - 1;
    return PRM_OK;
}

void prm__subjects_free(prm_engine *engine)
{
    prm__subjects *subjects = &engine->subjects;
    for (size_t i = 0; i < subjects->chunks.count; i++)
        prm__alloc_release_lines(&engine->alloc, PRM_VEC(subjects->chunks, char *)[i],
                                 subject_chunk_bytes(subjects), 1);
    prm__vec_free(&subjects->chunks);
    prm__alloc_release(&engine->alloc, subjects->slots, subjects->slot_count, sizeof *subjects->slots);
    prm__alloc_release(&engine->alloc, subjects->sizes, engine->program->kinds_count, sizeof(uint32_t));
}

/* The slot that has the subject, or the free one where it belongs. */
static prm__subject_slot *subject_probe(const prm_engine *engine, uint32_t kind, uint32_t partner,
                                        const uint32_t *keys, uint64_t hash)
{
    const prm__subjects *subjects = &engine->subjects;
    uint32_t mask = subjects->slot_count - 1, tag = (uint32_t)(hash >> 32);
    for (uint32_t at = tag & mask;; at = (at + 1) & mask) {
        prm__subject_slot *slot = &subjects->slots[at];
        if (!slot->subject)
            return slot;
        if (slot->tag != tag)
            continue;
        if (prm__subject_is(prm__subject_at(engine, slot->subject - 1), kind, partner, keys))
            return slot;
    }
}

static bool subject_grow(prm_engine *engine)
{
    prm__subjects *subjects = &engine->subjects;
    uint32_t old_count = subjects->slot_count;
    prm__subject_slot *old = subjects->slots;
    uint32_t count = old_count ? old_count * 2 : PRM_SUBJECT_FIRST_SLOTS;
    prm__subject_slot *slots = prm__alloc_zeroed(&engine->alloc, count, sizeof *slots);
    if (!slots)
        return false;
    subjects->slots = slots;
    subjects->slot_count = count;
    for (uint32_t i = 0; i < old_count; i++) {
        if (!old[i].subject)
            continue;
        uint32_t at = old[i].tag & (count - 1);
        while (slots[at].subject)
            at = (at + 1) & (count - 1);
        slots[at] = old[i];
    }
    prm__alloc_release(&engine->alloc, old, old_count, sizeof *old);
    return true;
}

/* Where a subject of so many units may begin: at the top, unless it would then lie in one more
 * line of the cache than it must, or across two chunks. */
static uint32_t subject_place(const prm__subjects *subjects, uint32_t units)
{
    const uint32_t line = PRM_ALLOC_LINE / 16;
    uint32_t top = subjects->top, chunk_units = 1U << subjects->chunk_shift;
    uint32_t past = top % line;
    if (past && past + (units - 1) % line >= line)
        top += line - past;
    uint32_t inside = top & (chunk_units - 1);
    return inside + units > chunk_units ? top + chunk_units - inside : top;
}

/* Room for a subject of `size` bytes, inside one chunk; PRM_NONE when memory ran out. */
static uint32_t subject_room(prm__subjects *subjects, uint32_t size)
{
    uint32_t units = (size + 15) / 16;
    uint32_t chunk_units = 1U << subjects->chunk_shift;
    if (subjects->top > UINT32_MAX - 2 * chunk_units)
        return PRM_NONE; /* LCOV_EXCL_LINE 64 GiB of subjects are more than a test can hold */
    subjects->top = subject_place(subjects, units);
    if (subjects->top >> subjects->chunk_shift == subjects->chunks.count) {
        if (prm__vec_reserve(&subjects->chunks, 1) != PRM_OK)
            return PRM_NONE;
        char *chunk = prm__alloc_lines(subjects->alloc, subject_chunk_bytes(subjects), 1);
        if (!chunk)
            return PRM_NONE;
        *(char **)prm__vec_push(&subjects->chunks) = chunk;
    }
    uint32_t handle = subjects->top;
    subjects->top += units;
    return handle;
}

uint32_t prm__subject_get(prm_engine *engine, uint32_t kind, uint32_t partner, const uint32_t *keys,
                          uint64_t hash)
{
    prm__subjects *subjects = &engine->subjects;
    if (((uint64_t)subjects->used + 1) * 4 > (uint64_t)subjects->slot_count * 3 && !subject_grow(engine))
        return PRM_NONE;
    prm__subject_slot *slot = subject_probe(engine, kind, partner, keys, hash);
    if (slot->subject)
        return slot->subject - 1;
    uint32_t handle = subject_room(subjects, subjects->sizes[kind]);
    if (handle == PRM_NONE)
        return PRM_NONE;
    prm__partner *owner = prm__engine_partner(engine, partner);
    prm__subject *subject = prm__subject_at(engine, handle);
    memset(subject, 0, subjects->sizes[kind]);
    subject->partner = partner;
    subject->kind = (uint16_t)kind;
    subject->next = owner->first_subject;
    memcpy(subject->keys, keys, sizeof subject->keys);
    owner->first_subject = handle;
    subjects->used++;
    *slot = (prm__subject_slot){handle + 1, (uint32_t)(hash >> 32)};
    return handle;
}

uint32_t prm__subject_find(const prm_engine *engine, uint32_t kind, uint32_t partner, const uint32_t *keys)
{
    if (!engine->subjects.slot_count)
        return PRM_NONE;
    const prm__subject_slot *slot = subject_probe(engine, kind, partner, keys,
                                                  prm__subject_hash(kind, partner, keys));
    return slot->subject ? slot->subject - 1 : PRM_NONE;
}

const void *prm__subject_slot_at(const prm_engine *engine, uint64_t hash)
{
    const prm__subjects *subjects = &engine->subjects;
    return subjects->slot_count ? &subjects->slots[(uint32_t)(hash >> 32) & (subjects->slot_count - 1)]
                                : NULL;
}

uint32_t prm__subject_likely(const prm_engine *engine, uint64_t hash)
{
    const prm__subjects *subjects = &engine->subjects;
    if (!subjects->slot_count)
        return PRM_NONE;
    uint32_t mask = subjects->slot_count - 1, tag = (uint32_t)(hash >> 32);
    uint32_t at = tag & mask;
    while (subjects->slots[at].subject && subjects->slots[at].tag != tag)
        at = (at + 1) & mask;
    return subjects->slots[at].subject - 1;
}

prm__attribute_state *prm__subject_attribute(const prm_engine *engine, prm__subject *subject,
                                             uint32_t attribute)
{
    char *record = (char *)(subject + 1) + engine->program->kinds[subject->kind].record_size;
    return (prm__attribute_state *)(void *)record + engine->program->attributes[attribute].place;
}

void prm__subject_exist(prm_engine *engine, uint32_t handle)
{
    prm__subject *subject = prm__subject_at(engine, handle);
    if (subject->flags & PRM_SUBJECT_EXISTS)
        return;
    subject->flags |= PRM_SUBJECT_EXISTS;
    uint64_t note = prm__note_subject(subject->kind, subject->partner, handle);
    bool only_key = engine->program->kinds[subject->kind].key_count == 1;
    if (only_key && note && prm__engine_find_partner(engine, subject->keys[0]) == PRM_NONE)
        prm__intern_leave(&engine->texts, subject->keys[0], note);
}

void prm__subject_reset_all(prm_engine *engine, prm__partner *partner)
{
    partner->flags |= PRM_PARTNER_REWOUND;
    for (uint32_t handle = partner->first_subject; handle != PRM_NONE;) {
        prm__subject *subject = prm__subject_at(engine, handle);
        prm__measure_clear_all(engine, subject);
        memset(subject + 1, 0, engine->subjects.sizes[subject->kind] - sizeof *subject);
        subject->flags = 0;
        subject->rates = 0;
        handle = subject->next;
    }
}

void prm__subject_aim(prm_engine *engine, const prm__subject *subject, uint32_t handle)
{
    const prm_program *program = engine->program;
    const prm__p_kind *own = &program->kinds[subject->kind];
    for (uint32_t kind = 0; kind < program->kinds_count; kind++) {
        const prm__p_kind *other = &program->kinds[kind];
        uint32_t keys[PRM_KIND_KEYS] = {0}, found = 0;
        for (uint32_t i = 0; i < other->key_count; i++)
            for (uint32_t j = 0; j < own->key_count; j++)
                if (own->keys[j] == other->keys[i]) {
                    keys[i] = subject->keys[j];
                    found++;
                }
        engine->at_subjects[kind] = found == other->key_count
                                        ? prm__subject_find(engine, kind, subject->partner, keys)
                                        : PRM_NONE;
    }
    engine->at_subjects[subject->kind] = handle;
}

int64_t *prm__subject_left_at(const prm_engine *engine, prm__subject *rep)
{
    const prm_program *program = engine->program;
    char *record = (char *)(rep + 1) + program->kinds[PRM_KIND_REP].record_size;
    return (int64_t *)(void *)(record +
                               engine->attribute_counts[PRM_OWNER_REP] * sizeof(prm__attribute_state));
}

/* The text of key field `name` of a subject; empty when it has none. */
static prm_text subject_name(const prm_engine *engine, const prm__subject *subject, uint32_t name)
{
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    for (uint32_t i = 0; i < kind->key_count; i++)
        if (kind->keys[i] == name)
            return prm__engine_text(engine, subject->keys[i]);
    return (prm_text){"", 0};
}

int prm__subject_compare(const prm_engine *engine, const prm__subject *a, const prm__subject *b)
{
    static const uint32_t names[] = {PRM_NAME_REP, PRM_NAME_CUSTOMER, PRM_NAME_PRODUCT};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int order = prm__bytes_compare(subject_name(engine, a, names[i]), subject_name(engine, b, names[i]));
        if (order)
            return order;
    }
    for (uint32_t i = 0; i < PRM_KIND_KEYS; i++)
        if (a->keys[i] != b->keys[i])
            return prm__bytes_compare(prm__engine_text(engine, a->keys[i]),
                                      prm__engine_text(engine, b->keys[i]));
    return 0;
}

static int subject_compare_pointers(const void *a, const void *b, const void *engine)
{
    return prm__subject_compare(engine, a, b);
}

prm_status prm__subject_sort(prm_engine *engine)
{
    uint32_t *handles = engine->subject_list.data;
    size_t count = engine->subject_list.count, kept = 0;
    if (count < 2)
        return PRM_OK;
    engine->sorting.count = 0;
    PRM_TRY(prm__vec_reserve(&engine->sorting, count * 2));
    const void **pointers = engine->sorting.data;
    for (size_t i = 0; i < count; i++)
        pointers[i] = prm__subject_at(engine, handles[i]);
    prm__sort_pointers(pointers, pointers + count, count, subject_compare_pointers, engine);
    for (size_t i = 0; i < count; i++) {
        const prm__subject *subject = pointers[i];
        if (i == 0 || subject != pointers[i - 1])
            handles[kept++] = prm__subject_find(engine, subject->kind, subject->partner, subject->keys);
    }
    engine->subject_list.count = kept;
    return PRM_OK;
}

prm_status prm__subject_list(prm_engine *engine, uint32_t partner, uint32_t kind)
{
    static const uint32_t no_keys[PRM_KIND_KEYS];
    engine->subject_list.count = 0;
    if (engine->program->kinds[kind].key_count == 0) {
        uint32_t handle = prm__subject_find(engine, kind, partner, no_keys);
        bool exists = handle != PRM_NONE && prm__subject_at(engine, handle)->flags & PRM_SUBJECT_EXISTS;
        return exists ? prm__vec_append(&engine->subject_list, &handle, 1) : PRM_OK;
    }
    for (uint32_t handle = prm__engine_partner(engine, partner)->first_subject; handle != PRM_NONE;) {
        const prm__subject *subject = prm__subject_at(engine, handle);
        if (subject->kind == kind && subject->flags & PRM_SUBJECT_EXISTS)
            PRM_TRY(prm__vec_append(&engine->subject_list, &handle, 1));
        handle = subject->next;
    }
    return prm__subject_sort(engine);
}
