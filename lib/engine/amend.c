#include "engine/amend.h"
#include "base/hash.h"
#include "base/sort.h"
#include "engine/due.h"
#include "engine/link.h"
#include "engine/settle.h"
#include <string.h>

#define PRM_AMEND_FIRST_SLOTS 64U
#define PRM_AMEND_CHAIN 32U /* the longest chain of voids that the verifier lets pass */
#define PRM_AMEND_MARKS (PRM_EVENT_CANCELLED | PRM_EVENT_REDUCED)

/* An event that voids or reduces, or one that may be: by the text they share. */
typedef struct prm__amend_item {
    uint32_t key;
    uint32_t entry;
} prm__amend_item;

/* The marks of an event as they were. */
typedef struct prm__amend_before {
    uint32_t entry;
    uint32_t marks;
    int64_t left;
} prm__amend_before;

/* How many types lie below a type that voids or reduces another. */
static uint32_t amend_depth(const prm_program *program, uint32_t type, bool reduces)
{
    uint32_t depth = 0;
    for (; depth <= PRM_AMEND_CHAIN; depth++) {
        type = reduces ? program->types[type].reduces : program->types[type].voids;
        if (type == PRM_NO_INDEX)
            break;
    }
    return depth;
}

void prm__amend_init(prm_engine *engine)
{
    prm__vec_init(&engine->items, &engine->alloc, sizeof(prm__amend_item));
    prm__vec_init(&engine->targets, &engine->alloc, sizeof(prm__amend_item));
    prm__vec_init(&engine->before, &engine->alloc, sizeof(prm__amend_before));
    prm__vec_init(&engine->voids, &engine->alloc, sizeof(prm__void));
    prm__vec_init(&engine->void_events, &engine->alloc, sizeof(uint32_t));
    prm__vec_init(&engine->void_of_key, &engine->alloc, sizeof(uint32_t));
    prm__vec_init(&engine->void_changes, &engine->alloc, sizeof(prm__void_change));
    prm__vec_init(&engine->marked, &engine->alloc, sizeof(uint32_t));
    for (uint32_t type = 0; type < engine->program->types_count; type++)
        for (uint32_t reduces = 0; reduces < 2; reduces++) {
            uint32_t depth = amend_depth(engine->program, type, reduces);
            if (depth > engine->amend_depth[reduces])
                engine->amend_depth[reduces] = depth;
        }
}

void prm__amend_free(prm_engine *engine)
{
    prm__vec_free(&engine->items);
    prm__vec_free(&engine->targets);
    prm__vec_free(&engine->before);
    prm__vec_free(&engine->voids);
    prm__vec_free(&engine->void_events);
    prm__vec_free(&engine->void_of_key);
    prm__vec_free(&engine->void_changes);
    prm__vec_free(&engine->marked);
    prm__alloc_release(&engine->alloc, engine->reductions, engine->reduction_slots, sizeof(prm__reduction));
}

/* ---- Reduced amounts ---- */

static prm__reduction *amend_probe(prm__reduction *slots, uint32_t count, uint32_t event)
{
    uint32_t mask = count - 1;
    uint32_t at = (uint32_t)prm__hash_pair(event, 0) & mask;
    while (slots[at].event && slots[at].event != event + 1)
        at = (at + 1) & mask;
    return &slots[at];
}

int64_t prm__amend_left(const prm_engine *engine, uint32_t event)
{
    return amend_probe(engine->reductions, engine->reduction_slots, event)->left;
}

static prm_status amend_grow(prm_engine *engine)
{
    uint32_t count = engine->reduction_slots ? engine->reduction_slots * 2 : PRM_AMEND_FIRST_SLOTS;
    prm__reduction *slots = prm__alloc_zeroed(&engine->alloc, count, sizeof *slots);
    if (!slots)
        return PRM_E_MEMORY;
    for (uint32_t i = 0; i < engine->reduction_slots; i++)
        if (engine->reductions[i].event)
            *amend_probe(slots, count, engine->reductions[i].event - 1) = engine->reductions[i];
    prm__alloc_release(&engine->alloc, engine->reductions, engine->reduction_slots, sizeof *slots);
    engine->reductions = slots;
    engine->reduction_slots = count;
    return PRM_OK;
}

static prm_status amend_set_left(prm_engine *engine, uint32_t event, int64_t left)
{
    if (((uint64_t)engine->reduction_used + 1) * 4 > (uint64_t)engine->reduction_slots * 3)
        PRM_TRY(amend_grow(engine));
    prm__reduction *slot = amend_probe(engine->reductions, engine->reduction_slots, event);
    engine->reduction_used += slot->event == 0;
    *slot = (prm__reduction){event + 1, 0, left};
    return PRM_OK;
}

prm_status prm__amend_restore(prm_engine *engine, uint32_t event, uint32_t marks, int64_t left)
{
    if (marks & PRM_EVENT_REDUCED)
        PRM_TRY(amend_set_left(engine, event, left));
    prm__store_event(&engine->store, event)->marks = (uint8_t)marks;
    return PRM_OK;
}

/* ---- Matching ---- */

static prm__event *amend_event(const prm_engine *engine, const prm__entry *entries, uint32_t entry)
{
    return prm__store_event(&engine->store, entries[entry].event);
}

/* How many entries lie before `time`. */
static uint32_t amend_before(const prm_engine *engine, const prm__partner *partner, const prm__entry *entries,
                             int64_t time)
{
    uint32_t low = 0, high = partner->entries.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (amend_event(engine, entries, middle)->time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The entries that voids and reductions work among: those that are not settled, up to the clock. */
typedef struct prm__amend_span {
    const prm__entry *entries;
    uint32_t first;
    uint32_t reached;
} prm__amend_span;

static prm__amend_span amend_span(const prm_engine *engine, const prm__partner *partner)
{
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    bool any = engine->settled != INT64_MIN;
    return (prm__amend_span){entries, any ? amend_before(engine, partner, entries, engine->settled) : 0,
                             amend_before(engine, partner, entries, engine->clock + 1)};
}

static int amend_compare_key(const void *a, const void *b, const void *context)
{
    const prm__amend_item *left = a, *right = b;
    (void)context;
    return left->key < right->key ? -1 : left->key > right->key;
}

/* Sorts items by key, keeping the order of entries; gives the sorted pointers. */
static prm_status amend_sort(prm_engine *engine, const prm__vec *items, prm__vec *sorted)
{
    size_t count = items->count;
    sorted->count = 0;
    if (count == 0)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(sorted, count * 2));
    const void **pointers = sorted->data;
    for (size_t i = 0; i < count; i++)
        pointers[i] = prm__vec_at(items, i);
    prm__sort_pointers(pointers, pointers + count, count, amend_compare_key, engine);
    sorted->count = count;
    return PRM_OK;
}

/* All live entries of `type` in the span that have the field, into items; with
 * `only`, sorted pointers, just those whose key is among them. */
static prm_status amend_collect(prm_engine *engine, const prm__amend_span *span, uint32_t type, uint32_t name,
                                const prm__vec *only, prm__vec *items)
{
    const prm__entry *entries = span->entries;
    items->count = 0;
    for (uint32_t i = span->first; i < span->reached; i++) {
        if (entries[i].type != type || entries[i].forwarded ||
            amend_event(engine, entries, i)->marks & PRM_EVENT_DEAD)
            continue;
        prm__view view;
        prm__engine_view(engine, entries[i].event, &view);
        prm__amend_item item = {prm__engine_view_text(engine, &view, name), i};
        if (!item.key)
            continue;
        if (only) {
            const prm__amend_item *const *keys = (const prm__amend_item *const *)only->data;
            size_t low = 0, high = only->count;
            while (low < high) {
                size_t middle = low + (high - low) / 2;
                if (keys[middle]->key < item.key)
                    low = middle + 1;
                else
                    high = middle;
            }
            if (low == only->count || keys[low]->key != item.key)
                continue;
        }
        PRM_TRY(prm__vec_append(items, &item, 1));
    }
    return PRM_OK;
}

/* One void against the targets of its key. */
static prm_status amend_cancel(prm_engine *engine, const prm__p_type *type, const prm__entry *entries,
                               uint32_t voider_entry, const prm__amend_item *const *targets, size_t count)
{
    prm__event *voider = amend_event(engine, entries, voider_entry);
    bool settles = false;
    for (size_t i = 0; i < count; i++) {
        prm__event *target = amend_event(engine, entries, targets[i]->entry);
        if (target->time > voider->time || target->marks & PRM_EVENT_DEAD)
            continue;
        if (type->voids_within.count && voider->time >= prm__duration_end(&engine->program->calendar.zone,
                                                                          type->voids_within, target->time))
            continue;
        target->marks |= PRM_EVENT_CANCELLED;
        voider->marks |= PRM_EVENT_MATCHED;
        settles |= target->time < engine->settling;
    }
    return settles ? prm__settle_note(engine, entries[voider_entry].event, 0) : PRM_OK;
}

/* One reduction against the targets of its key: the earliest with something left first. */
static prm_status amend_reduce(prm_engine *engine, const prm__entry *entries, uint32_t reducer_entry,
                               const prm__amend_item *const *targets, size_t count)
{
    prm__event *reducer = amend_event(engine, entries, reducer_entry);
    prm__view view;
    prm__engine_view(engine, entries[reducer_entry].event, &view);
    bool settles;
    int64_t rest = view.amount - prm__settle_taken(engine, view.handle, &settles), taken = 0;
    settles = false;
    for (size_t i = 0; i < count; i++) {
        prm__event *target = amend_event(engine, entries, targets[i]->entry);
        if (target->time > reducer->time)
            continue;
        reducer->marks |= PRM_EVENT_MATCHED;
        settles |= target->time < engine->settling;
        prm__engine_view(engine, entries[targets[i]->entry].event, &view);
        int64_t part = view.amount < rest ? view.amount : rest;
        if (part <= 0)
            continue;
        PRM_TRY(amend_set_left(engine, entries[targets[i]->entry].event, view.amount - part));
        target->marks |= PRM_EVENT_REDUCED;
        rest -= part;
        if (target->time < engine->settling)
            taken += part;
    }
    return settles ? prm__settle_note(engine, entries[reducer_entry].event, taken) : PRM_OK;
}

/* All events of `type` that void (or reduce) others, in order. */
static prm_status amend_relation(prm_engine *engine, const prm__amend_span *span, uint32_t type_index,
                                 bool reduces)
{
    const prm__p_type *type = &engine->program->types[type_index];
    const prm__entry *entries = span->entries;
    uint32_t name = reduces ? type->reduces_name : type->voids_name;
    prm__vec operators, targets;
    prm__vec_init(&operators, &engine->alloc, sizeof(void *));
    prm__vec_init(&targets, &engine->alloc, sizeof(void *));
    prm_status status = amend_collect(engine, span, type_index, name, NULL, &engine->items);
    if (status != PRM_OK || engine->items.count == 0)
        goto out;
    if ((status = amend_sort(engine, &engine->items, &operators)) != PRM_OK)
        goto out;
    status = amend_collect(engine, span, reduces ? type->reduces : type->voids, name, &operators,
                           &engine->targets);
    if (status != PRM_OK || engine->targets.count == 0 ||
        (status = amend_sort(engine, &engine->targets, &targets)) != PRM_OK)
        goto out;
    const prm__amend_item *const *operator_items = (const prm__amend_item *const *)operators.data;
    const prm__amend_item *const *target_items = (const prm__amend_item *const *)targets.data;
    size_t first = 0, last = 0;
    for (size_t i = 0; i < operators.count && status == PRM_OK; i++) {
        uint32_t key = operator_items[i]->key;
        while (first < targets.count && target_items[first]->key < key)
            first++;
        for (last = first; last < targets.count && target_items[last]->key == key;)
            last++;
        uint32_t entry = operator_items[i]->entry;
        if (reduces)
            status = amend_reduce(engine, entries, entry, target_items + first, last - first);
        else
            status = amend_cancel(engine, type, entries, entry, target_items + first, last - first);
    }
out:
    prm__vec_free(&operators);
    prm__vec_free(&targets);
    return status;
}

/* Notes and clears the marks that this room has given. */
static prm_status amend_clear(prm_engine *engine, const prm__entry *entries, uint32_t first, uint32_t count)
{
    engine->before.count = 0;
    for (uint32_t i = first; i < count; i++) {
        const prm__p_type *type = &engine->program->types[entries[i].type];
        bool voider = type->voids != PRM_NO_INDEX || type->reduces != PRM_NO_INDEX;
        if ((!engine->type_is_target[entries[i].type] && !voider) || entries[i].forwarded)
            continue;
        prm__event *event = amend_event(engine, entries, i);
        uint32_t marks = event->marks & PRM_AMEND_MARKS;
        if (marks) {
            int64_t left = marks & PRM_EVENT_REDUCED ? prm__amend_left(engine, entries[i].event) : 0;
            prm__amend_before before = {i, marks, left};
            PRM_TRY(prm__vec_append(&engine->before, &before, 1));
        }
    }
    for (uint32_t i = first; i < count; i++) {
        const prm__p_type *type = &engine->program->types[entries[i].type];
        bool concerned = engine->type_is_target[entries[i].type] || type->voids != PRM_NO_INDEX ||
                         type->reduces != PRM_NO_INDEX;
        if (concerned && !entries[i].forwarded)
            amend_event(engine, entries, i)->marks &= (uint8_t) ~(PRM_AMEND_MARKS | PRM_EVENT_MATCHED);
    }
    return PRM_OK;
}

/* The first entry whose marks differ from before, or PRM_NO_INDEX. */
static uint32_t amend_first_change(const prm_engine *engine, const prm__entry *entries, uint32_t first,
                                   uint32_t count)
{
    const prm__amend_before *before = PRM_VEC(engine->before, prm__amend_before);
    size_t next = 0;
    for (uint32_t i = first; i < count; i++) {
        if (!engine->type_is_target[entries[i].type] || entries[i].forwarded)
            continue;
        uint32_t old_marks = 0;
        int64_t old_left = 0;
        while (next < engine->before.count && before[next].entry < i)
            next++;
        if (next < engine->before.count && before[next].entry == i) {
            old_marks = before[next].marks;
            old_left = before[next].left;
        }
        uint32_t marks = amend_event(engine, entries, i)->marks & PRM_AMEND_MARKS;
        int64_t left = marks & PRM_EVENT_REDUCED ? prm__amend_left(engine, entries[i].event) : 0;
        if (marks != old_marks || left != old_left)
            return i;
    }
    return PRM_NO_INDEX;
}

static void amend_count_unmatched(const prm_engine *engine, prm__partner *partner, const prm__entry *entries,
                                  uint32_t reached)
{
    partner->unmatched = 0;
    for (uint32_t i = 0; i < reached; i++) {
        const prm__p_type *type = &engine->program->types[entries[i].type];
        if ((type->voids == PRM_NO_INDEX && type->reduces == PRM_NO_INDEX) || entries[i].forwarded)
            continue;
        uint32_t marks = amend_event(engine, entries, i)->marks;
        bool settled = false;
        if (!(marks & (PRM_EVENT_DEAD | PRM_EVENT_MATCHED)))
            prm__settle_taken(engine, entries[i].event, &settled);
        partner->unmatched += !(marks & (PRM_EVENT_DEAD | PRM_EVENT_MATCHED)) && !settled;
    }
}

/* What voids a void works before that void does, so the longest chains come first. */
static prm_status amend_relations(prm_engine *engine, const prm__amend_span *span, bool reduces)
{
    const prm_program *program = engine->program;
    for (uint32_t depth = engine->amend_depth[reduces]; depth > 0; depth--)
        for (uint32_t type = 0; type < program->types_count; type++)
            if (amend_depth(program, type, reduces) == depth)
                PRM_TRY(amend_relation(engine, span, type, reduces));
    return PRM_OK;
}

prm_status prm__amend_again(prm_engine *engine, prm__partner *partner)
{
    prm__amend_span span = amend_span(engine, partner);
    PRM_TRY(amend_clear(engine, span.entries, span.first, partner->entries.count));
    PRM_TRY(amend_relations(engine, &span, false));
    return amend_relations(engine, &span, true);
}

prm_status prm__amend_partner(prm_engine *engine, prm__partner *partner)
{
    prm__amend_span span = amend_span(engine, partner);
    PRM_TRY(prm__amend_again(engine, partner));
    amend_count_unmatched(engine, partner, span.entries, span.reached);
    uint32_t first = amend_first_change(engine, span.entries, span.first, partner->entries.count);
    if (first < partner->changed)
        partner->changed = first;
    return PRM_OK;
}

/* ---- Voids by id ---- */

static prm__void *amend_void_of(prm_engine *engine, uint32_t key)
{
    if (key >= engine->void_of_key.count)
        return NULL;
    uint32_t index = PRM_VEC(engine->void_of_key, uint32_t)[key];
    return index ? &PRM_VEC(engine->voids, prm__void)[index - 1] : NULL;
}

prm_status prm__void_add(prm_engine *engine, uint32_t event)
{
    prm__view view;
    prm__engine_view(engine, event, &view);
    uint32_t key = prm__engine_view_text(engine, &view, PRM_NAME_EVENT);
    prm__void *known = amend_void_of(engine, key);
    PRM_TRY(prm__vec_reserve(&engine->void_changes, 1));
    PRM_TRY(prm__vec_append(&engine->void_events, &event, 1));
    if (!known) {
        if (engine->void_of_key.count <= key) {
            size_t more = key + 1 - engine->void_of_key.count;
            PRM_TRY(prm__vec_reserve(&engine->void_of_key, more));
            memset(prm__vec_at(&engine->void_of_key, engine->void_of_key.count), 0, more * sizeof(uint32_t));
            engine->void_of_key.count += more;
        }
        known = prm__vec_push(&engine->voids);
        if (!known)
            return PRM_E_MEMORY;
        *known = (prm__void){INT64_MAX, key, 0};
        PRM_VEC(engine->void_of_key, uint32_t)[key] = (uint32_t)engine->voids.count;
    }
    uint32_t index = PRM_VEC(engine->void_of_key, uint32_t)[key] - 1;
    prm__void_change *change = prm__vec_push(&engine->void_changes);
    *change = (prm__void_change){index, *known};
    known->count++;
    if (view.event->time < known->time)
        known->time = view.event->time;
    return prm__due_push(engine, (prm__due){view.event->time, PRM_NONE, index});
}

prm_status prm__void_expected(prm_engine *engine, prm_text id)
{
    uint32_t key = prm__intern_find(&engine->texts, id.data, id.size);
    const prm__void *known = key ? amend_void_of(engine, key) : NULL;
    if (!known || !known->count)
        return PRM_OK;
    uint32_t index = (uint32_t)(known - PRM_VEC(engine->voids, prm__void));
    return prm__due_push(engine, (prm__due){known->time, PRM_NONE, index});
}

prm_status prm__void_apply(prm_engine *engine, uint32_t index)
{
    const prm__void *known = &PRM_VEC(engine->voids, prm__void)[index];
    prm_text id = prm__engine_text(engine, known->target);
    if (known->count == 0 || known->time > engine->clock)
        return PRM_OK;
    uint32_t handle = prm__store_find(&engine->store, engine->layouts, id);
    if (handle == PRM_NO_INDEX)
        return PRM_OK;
    prm__event *event = prm__store_event(&engine->store, handle);
    const prm__p_type *type = &engine->program->types[event->type];
    if (type->role == PRM_ROLE_EVENT_VOIDED || event->marks & (PRM_EVENT_VOIDED | PRM_EVENT_CLOSED) ||
        event->time < engine->settled)
        return PRM_OK;
    PRM_TRY(prm__vec_append(&engine->marked, &handle, 1));
    event->marks |= PRM_EVENT_VOIDED;
    prm__partner *partner = prm__engine_partner(engine, event->partner);
    if (partner->voiders)
        partner->flags |= PRM_PARTNER_AMEND;
    PRM_TRY(prm__engine_touch(engine, event->partner,
                              prm__engine_place_of(engine, partner, partner->entries.count, handle)));
    if (type->rank == 0)
        return prm__link_changed(engine, partner->key, event->time);
    return PRM_OK;
}

void prm__void_undo(prm_engine *engine, uint32_t mark)
{
    const uint32_t *events = engine->void_events.data;
    while (engine->void_events.count && events[engine->void_events.count - 1] >= mark)
        engine->void_events.count--;
    for (size_t i = engine->void_changes.count; i-- > 0;) {
        const prm__void_change *change = prm__vec_at(&engine->void_changes, i);
        PRM_VEC(engine->voids, prm__void)[change->index] = change->before;
    }
    for (size_t i = 0; i < engine->marked.count; i++) {
        uint32_t handle = PRM_VEC(engine->marked, uint32_t)[i];
        prm__store_event(&engine->store, handle)->marks &= (uint8_t)~PRM_EVENT_VOIDED;
    }
}

uint64_t prm__void_waiting(const prm_engine *engine)
{
    uint64_t waiting = 0;
    for (size_t i = 0; i < engine->void_events.count; i++)
        waiting += prm__engine_event(engine, PRM_VEC(engine->void_events, uint32_t)[i])->time > engine->clock;
    return waiting;
}

/* A void that took effect only when its event was settled works on nothing. */
static bool amend_void_matches(const prm_engine *engine, prm_text id)
{
    uint32_t handle = prm__store_find(&engine->store, engine->layouts, id);
    if (handle == PRM_NO_INDEX)
        return false;
    const prm__event *event = prm__engine_event(engine, handle);
    return event->time >= engine->settled || event->marks & PRM_EVENT_VOIDED ||
           engine->program->types[event->type].role == PRM_ROLE_EVENT_VOIDED;
}

uint64_t prm__void_unmatched(const prm_engine *engine)
{
    uint64_t unmatched = 0;
    for (size_t i = 0; i < engine->void_events.count; i++) {
        prm__view view;
        prm__engine_view(engine, PRM_VEC(engine->void_events, uint32_t)[i], &view);
        if (view.event->time > engine->clock)
            continue;
        prm_text id = prm__engine_text(engine, prm__engine_view_text(engine, &view, PRM_NAME_EVENT));
        unmatched += !amend_void_matches(engine, id);
    }
    return unmatched;
}
