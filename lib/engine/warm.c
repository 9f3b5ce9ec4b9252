#include "engine/warm.h"
#include "engine/need.h"
#include "engine/note.h"
#include "engine/subject.h"
#include <stddef.h>

/* Compilers take a function that only fetches for one without effect, and drop calls of it. So these
 * are always part of their callers, which change something. */
#define PRM_WARM_PART static inline __attribute__((always_inline))

PRM_WARM_PART void warm_line(const void *at)
{
    __builtin_prefetch(at, 1, 3);
}

PRM_WARM_PART void warm_lines(const void *at, size_t size)
{
    const char *line = (const char *)((uintptr_t)at & ~(uintptr_t)(PRM_ALLOC_LINE - 1));
    for (; line < (const char *)at + size; line += PRM_ALLOC_LINE)
        warm_line(line);
}

/* The handle of a name of which the note is known by it, which is then fetched; else 0. The empty text is
 * none: it clears. */
PRM_WARM_PART uint64_t warm_name(const prm_engine *engine, const prm_field *field)
{
    const uint64_t *note = prm__intern_note_of(&engine->texts, field->number);
    if (!note || field->number == (int64_t)engine->empty_key)
        return 0;
    warm_line(note);
    return (uint64_t)field->number;
}

static void warm_event(const prm_engine *engine, const prm_event *event, prm__warm *warm)
{
    const prm__intern *texts = &engine->texts;
    const uint64_t seed = texts->seed;
    uint32_t count = event->field_count < PRM_WARM_FIELDS ? event->field_count : PRM_WARM_FIELDS;
    bool sound = event->id_size <= PRM_LIMIT_ID_BYTES;
    warm->id = sound ? prm__store_hash(&engine->store, (prm_text){event->id, event->id_size}) : 0;
    warm_line(prm__store_slot_at(&engine->store, warm->id));
    memset(warm->likely, 0xFF, sizeof warm->likely);
    warm->sure = 0;
    warm->noted = 0;
    warm->names = 0;
    for (uint32_t i = 0; i < count; i++) {
        const prm_field *field = &event->fields[i];
        uint64_t hash = 0;
        if (field->kind == PRM_VALUE_TEXT && field->text_size - 1 < PRM_INTERN_SHORT) {
            hash = prm__hash_pack(prm__bytes_packed(field->text, field->text_size), field->text_size, seed);
            warm_line(prm__intern_slot_at(texts, hash));
        } else if (field->kind == PRM_VALUE_NAME) {
            hash = warm_name(engine, field);
            warm->names |= 1U << i;
        }
        warm->fields[i] = hash;
    }
}

void prm__warm_events(const prm_engine *engine, const prm_event *events, size_t count, prm__warm *warm)
{
    for (size_t i = 0; i < count; i++)
        warm_event(engine, &events[i], &warm[i]);
}

/* The parts of a subject that an event of `type` looks at. */
PRM_WARM_PART void warm_needed(const prm_engine *engine, uint32_t type, uint32_t kind, uint32_t handle)
{
    const char *subject = (const char *)prm__subject_at(engine, handle);
    uintptr_t inside = (uintptr_t)subject % PRM_ALLOC_LINE;
    const prm__need *need = &engine->needs[(size_t)type * engine->program->kinds_count + kind];
    for (uint32_t lines = need->lines[inside / PRM_NEED_UNIT]; lines; lines &= lines - 1)
        warm_line(subject - inside + (size_t)__builtin_ctz(lines) * PRM_ALLOC_LINE);
}

void prm__warm_partner(const prm_engine *engine, prm__warm *warm, uint32_t type, uint32_t partner)
{
    size_t size = engine->program->types[type].earns ? offsetof(prm__partner, first_subject)
                                                     : offsetof(prm__partner, rerate_from);
    warm_lines(prm__engine_partner(engine, partner), size);
    for (uint32_t noted = warm->noted; noted; noted &= noted - 1) {
        uint32_t kind = (uint32_t)__builtin_ctz(noted);
        uint64_t note = warm->notes[kind];
        if (!prm__note_leads_to(note, kind, partner))
            continue;
        warm->likely[kind] = prm__note_handle(note);
        warm->sure |= 1U << kind;
        warm_needed(engine, type, kind, warm->likely[kind]);
    }
}

/* Hashes of the subjects of one event by kind, 0 where it has none or where it is noted. */
typedef struct prm__warm_slots {
    uint64_t hashes[PRM_WARM_KINDS];
} prm__warm_slots;

/* The kinds of which the event's subject is found by its keys, and was not yet. */
static uint32_t warm_open(const prm_engine *engine, const prm__event *event, const prm__warm *warm)
{
    return engine->plans[event->type].found & ~warm->sure;
}

/* Fetches the places in the index of the subjects of `open` kinds. */
static void warm_slots(const prm_engine *engine, const prm__event *event, uint32_t open,
                       prm__warm_slots *slots)
{
    uint32_t keys[PRM_KIND_KEYS];
    for (; open; open &= open - 1) {
        uint32_t kind = (uint32_t)__builtin_ctz(open);
        bool has = prm__subject_keys(engine, event, kind, keys);
        slots->hashes[kind] = has ? prm__subject_hash(kind, event->partner, keys) : 0;
        if (has)
            warm_line(prm__subject_slot_at(engine, slots->hashes[kind]));
    }
}

static void warm_by_slots(const prm_engine *engine, const prm__event *event, const prm__warm_slots *slots,
                          prm__warm *warm)
{
    for (uint32_t open = warm_open(engine, event, warm); open; open &= open - 1) {
        uint32_t kind = (uint32_t)__builtin_ctz(open);
        if (!slots->hashes[kind])
            continue;
        warm->likely[kind] = prm__subject_likely(engine, slots->hashes[kind]);
        if (warm->likely[kind] != PRM_NONE)
            warm_line(prm__subject_at(engine, warm->likely[kind]));
    }
}

/* The partner's own subject, and the ends of its lists. */
PRM_WARM_PART void warm_of_partner(const prm_engine *engine, const prm__event *event)
{
    const prm__partner *partner = prm__engine_partner(engine, event->partner);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    if (entries)
        warm_line(entries + partner->entries.count);
    if (engine->program->types[event->type].earns) {
        const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        if (outcomes)
            warm_lines(outcomes + partner->outcomes.count, sizeof *outcomes);
    }
    if (partner->subject != PRM_NONE)
        warm_needed(engine, event->type, PRM_KIND_PARTNER, partner->subject);
}

void prm__warm_accepted(const prm_engine *engine, const uint32_t *handles, prm__warm *const *warm,
                        size_t count)
{
    prm__warm_slots slots[PRM_WARM_GROUP];
    size_t open[PRM_WARM_GROUP], open_count = 0; /* events with subjects that are not noted yet */
    for (size_t i = 0; i < count; i++) {
        const prm__event *event = prm__engine_event(engine, handles[i]);
        if (event->partner == PRM_NONE)
            continue;
        warm_of_partner(engine, event);
        uint32_t kinds = warm_open(engine, event, warm[i]);
        if (!kinds)
            continue;
        warm_slots(engine, event, kinds, &slots[i]);
        open[open_count++] = i;
    }
    for (size_t i = 0; i < open_count; i++)
        warm_by_slots(engine, prm__engine_event(engine, handles[open[i]]), &slots[open[i]], warm[open[i]]);
}
