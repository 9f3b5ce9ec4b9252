#include "engine/warm.h"
#include "engine/subject.h"
#include <stddef.h>

#define PRM_WARM_LINE 64 /* bytes of a cache line */

static void warm_line(const void *at)
{
    __builtin_prefetch(at, 1, 3);
}

static void warm_lines(const void *at, size_t size)
{
    const char *line = (const char *)((uintptr_t)at & ~(uintptr_t)(PRM_WARM_LINE - 1));
    for (; line < (const char *)at + size; line += PRM_WARM_LINE)
        warm_line(line);
}

static uint32_t warm_fields(const prm_event *event)
{
    return event->field_count < PRM_WARM_FIELDS ? event->field_count : PRM_WARM_FIELDS;
}

static bool warm_is_text(const prm_field *field)
{
    return field->kind == PRM_VALUE_TEXT && field->text_size <= PRM_LIMIT_TEXT_BYTES;
}

void prm__warm_events(const prm_engine *engine, const prm_event *events, size_t count,
                      prm__warm_hashes *hashes)
{
    for (size_t i = 0; i < count; i++) {
        const prm_event *event = &events[i];
        bool sound = event->id_size <= PRM_LIMIT_ID_BYTES;
        hashes[i].id = sound ? prm__store_hash(&engine->store, (prm_text){event->id, event->id_size}) : 0;
        warm_line(prm__store_slot_at(&engine->store, hashes[i].id));
        for (uint32_t j = 0; j < warm_fields(event); j++) {
            const prm_field *field = &event->fields[j];
            if (!warm_is_text(field))
                continue;
            hashes[i].fields[j] = prm__intern_hash(&engine->texts, field->text, field->text_size);
            warm_line(prm__intern_slot_at(&engine->texts, hashes[i].fields[j]));
        }
    }
    for (size_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < warm_fields(&events[i]); j++)
            if (warm_is_text(&events[i].fields[j])) {
                hashes[i].likely[j] = prm__intern_likely(&engine->texts, hashes[i].fields[j]);
                warm_line(hashes[i].likely[j]);
            }
}

/* Hashes of the subjects of one event by kind, 0 where it has none. */
typedef struct prm__warm_slots {
    uint64_t hashes[PRM_WARM_KINDS];
} prm__warm_slots;

static uint32_t warm_kinds(const prm_engine *engine)
{
    return engine->program->kinds_count < PRM_WARM_KINDS ? engine->program->kinds_count : PRM_WARM_KINDS;
}

/* The subjects of an event, but for the partner's own, which the partner names. */
static void warm_subject_slots(const prm_engine *engine, const prm__event *event, prm__warm_slots *slots)
{
    uint32_t keys[PRM_KIND_KEYS];
    for (uint32_t kind = PRM_KIND_REP; kind < warm_kinds(engine); kind++) {
        slots->hashes[kind] = 0;
        if (!prm__subject_keys(engine, event, kind, keys))
            continue;
        slots->hashes[kind] = prm__subject_hash(kind, event->partner, keys);
        warm_line(prm__subject_slot_at(engine, slots->hashes[kind]));
    }
}

static void warm_subjects(const prm_engine *engine, const prm__warm_slots *slots,
                          prm__warm_subjects *subjects)
{
    for (uint32_t kind = PRM_KIND_REP; kind < warm_kinds(engine); kind++) {
        uint32_t likely = slots->hashes[kind] ? prm__subject_likely(engine, slots->hashes[kind]) : PRM_NONE;
        subjects->likely[kind] = likely;
        if (likely != PRM_NONE)
            warm_lines(prm__subject_at(engine, likely), engine->subjects.sizes[kind]);
    }
}

static void warm_partner(const prm_engine *engine, const prm__partner *partner, const prm__event *event)
{
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    if (entries)
        warm_line(entries + partner->entries.count);
    if (outcomes && engine->program->types[event->type].earns)
        warm_lines(outcomes + partner->outcomes.count, sizeof *outcomes);
    if (partner->subject != PRM_NONE)
        warm_lines(prm__subject_at(engine, partner->subject), engine->subjects.sizes[PRM_KIND_PARTNER]);
}

void prm__warm_accepted(const prm_engine *engine, const uint32_t *handles, size_t count,
                        prm__warm_subjects *subjects)
{
    prm__warm_slots slots[PRM_WARM_GROUP];
    for (size_t i = 0; i < count; i++) {
        const prm__event *event = prm__engine_event(engine, handles[i]);
        if (event->partner == PRM_NONE)
            continue;
        warm_lines(prm__engine_partner(engine, event->partner), offsetof(prm__partner, key));
        warm_subject_slots(engine, event, &slots[i]);
    }
    for (size_t i = 0; i < count; i++) {
        const prm__event *event = prm__engine_event(engine, handles[i]);
        if (event->partner == PRM_NONE)
            continue;
        warm_partner(engine, prm__engine_partner(engine, event->partner), event);
        warm_subjects(engine, &slots[i], &subjects[i]);
    }
}
