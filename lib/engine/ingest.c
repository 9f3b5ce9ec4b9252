#include "engine/ingest.h"
#include "base/diag_numbers.h"
#include "base/sort.h"
#include "engine/across.h"
#include "engine/amend.h"
#include "engine/clock.h"
#include "engine/closed.h"
#include "engine/diff.h"
#include "engine/due.h"
#include "engine/fold.h"
#include "engine/forward.h"
#include "engine/intake.h"
#include "engine/link.h"
#include "engine/settle.h"
#include "engine/stash.h"
#include <stddef.h>

/* What a call puts back when it fails. */
typedef struct prm__ingest_mark {
    uint32_t store_top;
    int64_t clock;
    prm_counts counts;
} prm__ingest_mark;

/* ---- Staging: each event into the store and its partner's history ---- */

/* Whether an event, the newest entry of its partner, stands at the end of its line, and nothing of
 * the partner waits to be sorted, amended or folded again. It is then folded at once, while all that
 * it needs is near. Lifecycle events wait: those of one instant take effect together. */
static bool ingest_in_turn(const prm_engine *engine, const prm__partner *partner, const prm__event *event,
                           const prm__p_type *type)
{
    uint32_t last = partner->entries.count - 1;
    if (engine->has_clock &&
        (event->time < partner->clocked || prm__clock_next(engine, partner) <= event->time))
        return false;
    if (engine->has_links || partner->flags & (PRM_PARTNER_AMEND | PRM_PARTNER_STALE) ||
        partner->changed != PRM_NO_INDEX || partner->folded != last || type->rank < 2 ||
        event->time > engine->clock)
        return false;
    if (event->time != partner->last_time || last == 0)
        return event->time >= partner->last_time;
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    return prm__engine_compare_events(engine, entries[last - 1].event, entries[last].event) <= 0;
}

/* Notes that a partner has a voider, or an event that a later voider may be about. */
static void ingest_note_voider(const prm_engine *engine, prm__partner *partner, const prm__event *event,
                               const prm__p_type *type)
{
    if (type->voids != PRM_NO_INDEX || type->reduces != PRM_NO_INDEX) {
        partner->voiders++;
        partner->flags |= PRM_PARTNER_AMEND;
        if (event->time > partner->last_voider)
            partner->last_voider = event->time;
    } else if (partner->voiders && engine->type_is_target[event->type] &&
               event->time <= partner->last_voider) {
        partner->flags |= PRM_PARTNER_AMEND;
    }
}

static prm_status ingest_into_history(prm_engine *engine, uint32_t handle, prm__partner *partner,
                                      const prm__event *event, const prm__p_type *type)
{
    if (!(partner->flags & PRM_PARTNER_TOUCHED))
        PRM_TRY(prm__engine_touch(engine, event->partner, PRM_NO_INDEX));
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->entries, sizeof(prm__entry), 1));
    if (type->rank == 0) {
        engine->moves++;
        PRM_TRY(prm__link_add(engine, partner, handle));
    }
    prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    entries[partner->entries.count++] = (prm__entry){handle, event->type, 0};
    ingest_note_voider(engine, partner, event, type);
    return PRM_OK;
}

/* A newly accepted event into its history, or among the voids. */
static prm_status ingest_accept(prm_engine *engine, uint32_t handle)
{
    const prm__event *event = prm__engine_event(engine, handle);
    const prm__p_type *type = &engine->program->types[event->type];
    if (engine->clock_follows && event->time > engine->clock)
        engine->clock = event->time;
    if (event->partner == PRM_NONE)
        return prm__void_add(engine, handle);
    prm__partner *partner = prm__engine_partner(engine, event->partner);
    PRM_TRY(ingest_into_history(engine, handle, partner, event, type));
    if (engine->voids.count)
        return prm__void_expected(engine, prm__engine_event_id(engine, event));
    if (!ingest_in_turn(engine, partner, event, type))
        return PRM_OK;
    partner->settled = partner->entries.count;
    return prm__fold_next(engine, handle);
}

/* The events of a group that are new in the store. */
typedef struct prm__ingest_group {
    prm__warm warm[PRM_WARM_GROUP]; /* by place among the events handed in */
    prm__warm *accepted[PRM_WARM_GROUP];
    uint32_t handles[PRM_WARM_GROUP];
    size_t count;
} prm__ingest_group;

/* Whether the record in the room at the top of the store has the content of a closed event. */
static bool ingest_same_content(const prm_engine *engine, uint32_t closed)
{
    const prm__event *fresh = prm__engine_event(engine, engine->store.top);
    return prm__closed_content(engine, fresh) ==
           prm__closed_content(engine, prm__engine_event(engine, closed));
}

/* One event into the store; *handle is set when it is new there. */
static prm_status ingest_store(prm_engine *engine, const prm_event *event, const prm__ingest_group *group,
                               prm__warm *warm, prm_answer *answer, uint32_t *handle)
{
    size_t size = 0;
    bool same = false;
    PRM_TRY(prm__intake_read(engine, event, warm, answer, &size));
    if (answer->answer == PRM_ACCEPTED && engine->settled != INT64_MIN)
        prm__settle_judge(engine, event, group->handles, group->count, answer);
    if (answer->answer != PRM_ACCEPTED)
        return PRM_OK;
    prm_text id = {event->id, event->id_size};
    switch (prm__store_take(&engine->store, engine->layouts, id, warm->id, size, handle)) {
    case PRM_STORE_NEW:
        return PRM_OK;
    case PRM_STORE_SAME:
        same = true;
        break;
    case PRM_STORE_CONFLICT:
        break;
    case PRM_STORE_CLOSED:
        same = ingest_same_content(engine, *handle);
        *handle = PRM_NONE;
        break;
    case PRM_STORE_NO_MEMORY:
        return PRM_E_MEMORY;
    }
    answer->answer = same ? PRM_DUPLICATE : PRM_REJECTED;
    answer->diagnostic = same ? 0 : PRM_DIAG_EVENT_CONFLICT;
    return PRM_OK;
}

static void ingest_count(prm_counts *counts, const prm_answer *answer)
{
    static const size_t by_answer[] = {0,
                                       offsetof(prm_counts, accepted),
                                       offsetof(prm_counts, duplicate),
                                       offsetof(prm_counts, ignored),
                                       offsetof(prm_counts, rejected),
                                       offsetof(prm_counts, too_late)};
    uint64_t *count = (uint64_t *)(void *)((char *)counts + by_answer[answer->answer]);
    counts->events++;
    ++*count;
    counts->dropped_fields += answer->dropped;
}

static prm_status ingest_store_group(prm_engine *engine, const prm_event *events, size_t count,
                                     prm_answer *answers, prm__ingest_group *group)
{
    group->count = 0;
    for (size_t i = 0; i < count; i++) {
        prm_answer answer;
        uint32_t handle = PRM_NONE;
        PRM_TRY(ingest_store(engine, &events[i], group, &group->warm[i], &answer, &handle));
        if (handle != PRM_NONE) {
            group->accepted[group->count] = &group->warm[i];
            group->handles[group->count++] = handle;
        }
        ingest_count(&engine->counts, &answer);
        if (answers)
            answers[i] = answer;
    }
    return PRM_OK;
}

static prm_status ingest_accept_group(prm_engine *engine, prm__ingest_group *group)
{
    prm_status status = PRM_OK;
    prm__warm_accepted(engine, group->handles, group->accepted, group->count);
    for (size_t i = 0; i < group->count && status == PRM_OK; i++) {
        engine->guess = group->accepted[i];
        status = ingest_accept(engine, group->handles[i]);
    }
    engine->guess = NULL;
    return status;
}

static size_t ingest_group_size(size_t at, size_t count)
{
    return count - at < PRM_WARM_GROUP ? count - at : PRM_WARM_GROUP;
}

/* While a group is taken, what the next one looks up is on its way from memory. */
static prm_status ingest_stage(prm_engine *engine, const prm_event *events, size_t count, prm_answer *answers)
{
    prm__ingest_group groups[2];
    prm__warm_events(engine, events, ingest_group_size(0, count), groups[0].warm);
    for (size_t at = 0, turn = 0; at < count; at += PRM_WARM_GROUP, turn ^= 1) {
        size_t next = at + ingest_group_size(at, count);
        PRM_TRY(
            ingest_store_group(engine, events + at, next - at, answers ? answers + at : NULL, &groups[turn]));
        prm__warm_events(engine, events + next, ingest_group_size(next, count), groups[turn ^ 1].warm);
        PRM_TRY(ingest_accept_group(engine, &groups[turn]));
    }
    return PRM_OK;
}

/* ---- Preparing: histories in order, voids and reductions known ---- */

static int ingest_compare_entries(const void *a, const void *b, const void *engine)
{
    const prm__entry *left = a, *right = b;
    return prm__engine_compare_events(engine, left->event, right->event);
}

/* Merges the new entries, which stand behind the settled ones, into their places; gives
 * the first place that changed. */
static prm_status ingest_sort_entries(prm_engine *engine, prm__partner *partner, uint32_t *changed)
{
    prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    uint32_t settled = partner->settled, fresh = partner->entries.count - settled;
    prm__vec *copy = &engine->entry_copy, *pointers = &engine->sorting;
    copy->count = 0;
    pointers->count = 0;
    PRM_TRY(prm__vec_append(copy, entries + settled, fresh));
    PRM_TRY(prm__vec_reserve(pointers, (size_t)fresh * 2));
    const void **sorted = pointers->data;
    for (uint32_t i = 0; i < fresh; i++)
        sorted[i] = prm__vec_at(copy, i);
    prm__sort_pointers(sorted, sorted + fresh, fresh, ingest_compare_entries, engine);
    uint32_t at = partner->entries.count;
    while (fresh > 0) {
        const prm__entry *last = sorted[fresh - 1];
        if (settled > 0 && ingest_compare_entries(&entries[settled - 1], last, engine) > 0) {
            entries[--at] = entries[--settled];
        } else {
            entries[--at] = *last;
            fresh--;
        }
    }
    *changed = at;
    return PRM_OK;
}

static bool ingest_in_order(const prm_engine *engine, const prm__partner *partner)
{
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    for (uint32_t i = partner->settled ? partner->settled : 1; i < partner->entries.count; i++)
        if (ingest_compare_entries(&entries[i - 1], &entries[i], engine) > 0)
            return false;
    return true;
}

static prm_status ingest_prepare(prm_engine *engine, prm__partner *partner)
{
    if (partner->settled == partner->entries.count)
        return PRM_OK;
    uint32_t changed = partner->settled;
    if (!ingest_in_order(engine, partner))
        PRM_TRY(ingest_sort_entries(engine, partner, &changed));
    if (changed < partner->changed)
        partner->changed = changed;
    partner->settled = partner->entries.count;
    return PRM_OK;
}

/* Tells those who asked about a partner that it has joined, left or moved. */
static prm_status ingest_tell_links(prm_engine *engine, uint32_t mark)
{
    for (size_t i = 0; i < engine->touched.count; i++) {
        const prm__partner *partner = prm__engine_touched(engine, i);
        const uint32_t *life = prm__list_data(&engine->pool, &partner->life);
        for (uint32_t j = 0; j < partner->life.count; j++)
            if (life[j] >= mark) {
                PRM_TRY(prm__link_changed(engine, partner->key, prm__engine_event(engine, life[j])->time));
                break;
            }
    }
    return PRM_OK;
}

/* What the clock has reached: entries and voids that waited. */
static prm_status ingest_pass_due(prm_engine *engine)
{
    prm__due due;
    for (;;) {
        PRM_TRY(prm__vec_reserve(&engine->passed, 1));
        if (!prm__due_pop(engine, engine->clock, &due))
            return PRM_OK;
        *(prm__due *)prm__vec_push(&engine->passed) = due;
        if (due.partner == PRM_NONE) {
            PRM_TRY(prm__void_apply(engine, due.void_index));
            continue;
        }
        prm__partner *partner = prm__engine_partner(engine, due.partner);
        if (due.time == partner->due)
            partner->due = INT64_MAX;
        if (partner->voiders)
            partner->flags |= PRM_PARTNER_AMEND;
        PRM_TRY(prm__engine_touch(engine, due.partner, PRM_NO_INDEX));
    }
}

static prm_status ingest_touch_stale(prm_engine *engine)
{
    for (uint32_t i = 0; engine->stale && i < engine->partners.count; i++)
        if (prm__engine_partner(engine, i)->flags & PRM_PARTNER_STALE) {
            prm__engine_partner(engine, i)->flags |= PRM_PARTNER_AMEND;
            PRM_TRY(prm__engine_touch(engine, i, 0));
        }
    return PRM_OK;
}

/* Notes whom pending partners have above them. */
static void ingest_mark_awaiting(prm_engine *engine)
{
    for (size_t i = 0; i < engine->touched.count; i++)
        prm__engine_touched(engine, i)->flags &= ~(uint32_t)PRM_PARTNER_AWAITS;
    for (size_t i = 0; i < engine->touched.count; i++) {
        const prm__partner *partner = prm__engine_touched(engine, i);
        const uint32_t above[2] = {partner->referrer, partner->parent};
        for (uint32_t j = 0; j < 2 && partner->flags & PRM_PARTNER_PENDING; j++) {
            uint32_t index = above[j] ? prm__engine_find_partner(engine, above[j]) : PRM_NONE;
            if (index != PRM_NONE)
                prm__engine_partner(engine, index)->flags |= PRM_PARTNER_AWAITS;
        }
    }
}

/* Folds the pending partners, but for those with a bit of `except`. */
static prm_status ingest_fold_pending(prm_engine *engine, uint32_t except, bool *any)
{
    for (size_t i = 0; i < engine->touched.count; i++) {
        uint32_t index = PRM_VEC(engine->touched, prm__touched)[i].partner;
        prm__partner *partner = prm__engine_partner(engine, index);
        if (!(partner->flags & PRM_PARTNER_PENDING) || partner->flags & except)
            continue;
        *any = true;
        partner->flags &= ~(uint32_t)PRM_PARTNER_PENDING;
        PRM_TRY(ingest_prepare(engine, partner));
        PRM_TRY(prm__fold_partner(engine, index));
        PRM_TRY(prm__forward_send(engine, index));
        prm__engine_partner(engine, index)->changed = PRM_NO_INDEX;
    }
    return PRM_OK;
}

/* Folds every touched partner; where events are handed up, from below, so that most are folded once, and
 * until nobody has anything new. What is handed up is never earlier than what it comes of, so this ends. */
static prm_status ingest_fold_all(prm_engine *engine)
{
    for (size_t i = 0; i < engine->touched.count; i++) {
        prm__partner *partner = prm__engine_touched(engine, i);
        if (engine->has_links)
            partner->flags |= PRM_PARTNER_PENDING;
        else if (engine->has_clock || partner->folded != partner->entries.count ||
                 partner->changed != PRM_NO_INDEX || partner->flags & PRM_PARTNER_STALE)
            PRM_TRY(prm__fold_partner(engine, PRM_VEC(engine->touched, prm__touched)[i].partner));
    }
    for (bool any = engine->has_links; any;) {
        any = false;
        ingest_mark_awaiting(engine);
        PRM_TRY(ingest_fold_pending(engine, PRM_PARTNER_AWAITS, &any));
        if (!any) /* partners may have each other above */
            PRM_TRY(ingest_fold_pending(engine, 0, &any));
    }
    return PRM_OK;
}

static prm_status ingest_evaluate(prm_engine *engine, uint32_t mark)
{
    PRM_TRY(ingest_touch_stale(engine));
    for (size_t i = 0; i < engine->touched.count; i++)
        PRM_TRY(ingest_prepare(engine, prm__engine_touched(engine, i)));
    if (engine->moves)
        PRM_TRY(ingest_tell_links(engine, mark));
    PRM_TRY(ingest_pass_due(engine));
    for (size_t i = 0; i < engine->touched.count; i++) {
        prm__partner *partner = prm__engine_touched(engine, i);
        if (partner->flags & PRM_PARTNER_AMEND)
            PRM_TRY(prm__amend_partner(engine, partner));
    }
    PRM_TRY(ingest_fold_all(engine));
    PRM_TRY(prm__across_settle(engine));
    return prm__diff_collect(engine);
}

/* ---- The end: taken as a whole, or undone as a whole ---- */

static void ingest_begin(prm_engine *engine)
{
    engine->touched.count = 0;
    engine->moves = 0;
    engine->void_changes.count = 0;
    engine->marked.count = 0;
    engine->passed.count = 0;
    prm__across_begin(engine);
}

static void ingest_finish(prm_engine *engine)
{
    for (size_t i = 0; i < engine->touched.count; i++) {
        prm__partner *partner = prm__engine_touched(engine, i);
        engine->stale -= (partner->flags & PRM_PARTNER_STALE) != 0;
        if (prm__engine_outcomes_changed(partner)) {
            prm__list_clear(&engine->pool, &partner->stash);
            engine->outcome_rows += partner->rows_after;
            engine->outcome_rows -= partner->rows;
            partner->rows = partner->rows_after;
            partner->posted = partner->posted_after;
        }
        partner->flags &= PRM_PARTNER_LEFT | PRM_PARTNER_EXISTS | PRM_PARTNER_REWOUND;
    }
    engine->journal.count += engine->posts.count;
}

/* Drops from a partner's lists what the failed call has added. */
static void ingest_cut_history(prm_engine *engine, prm__partner *partner, uint32_t mark)
{
    prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    uint32_t *life = prm__list_data(&engine->pool, &partner->life);
    uint32_t kept = 0, living = 0;
    partner->voiders = 0;
    partner->last_voider = INT64_MIN;
    for (uint32_t i = 0; i < partner->entries.count; i++) {
        const prm__p_type *type = &engine->program->types[entries[i].type];
        if (entries[i].event >= mark || entries[i].forwarded)
            continue;
        entries[kept++] = entries[i];
        if (type->voids == PRM_NO_INDEX && type->reduces == PRM_NO_INDEX)
            continue;
        int64_t time = prm__engine_event(engine, entries[i].event)->time;
        partner->voiders++;
        partner->last_voider = time > partner->last_voider ? time : partner->last_voider;
    }
    for (uint32_t i = 0; i < partner->life.count; i++)
        if (life[i] < mark)
            life[living++] = life[i];
    partner->entries.count = kept;
    partner->life.count = living;
}

static void ingest_undo(prm_engine *engine, const prm__ingest_mark *mark)
{
    prm__void_undo(engine, mark->store_top);
    for (size_t i = 0; i < engine->touched.count; i++) {
        prm__partner *partner = prm__engine_touched(engine, i);
        ingest_cut_history(engine, partner, mark->store_top);
        prm__stash_restore(engine, partner);
        partner->folded = PRM_VEC(engine->touched, prm__touched)[i].folded;
        partner->unmatched = PRM_VEC(engine->touched, prm__touched)[i].unmatched;
        partner->rerate_from = INT64_MAX;
        engine->stale += (partner->flags & PRM_PARTNER_STALE) == 0;
        partner->flags &= PRM_PARTNER_LEFT | PRM_PARTNER_REWOUND;
        partner->flags |= PRM_PARTNER_STALE;
    }
    prm__store_undo(&engine->store, engine->layouts, mark->store_top);
    engine->clock = mark->clock;
    engine->counts = mark->counts;
    prm__across_fail(engine);
    if (engine->has_links)
        prm__forward_forget(engine);
    while (engine->passed.count) {
        prm__due due = PRM_VEC(engine->passed, prm__due)[--engine->passed.count];
        prm_status fits = prm__due_push(engine, due); /* the heap has kept room for it */
        (void)fits;
        if (due.partner != PRM_NONE && due.time < prm__engine_partner(engine, due.partner)->due)
            prm__engine_partner(engine, due.partner)->due = due.time;
    }
}

prm_status prm__ingest(prm_engine *engine, const prm_event *events, size_t count, int64_t clock,
                       prm_answer *answers)
{
    prm__ingest_mark mark = {engine->store.top, engine->clock, engine->counts};
    ingest_begin(engine);
    prm_status status = ingest_stage(engine, events, count, answers);
    if (clock > engine->clock)
        engine->clock = clock;
    if (status == PRM_OK)
        status = ingest_evaluate(engine, mark.store_top);
    if (status != PRM_OK) {
        ingest_undo(engine, &mark);
        engine->poisoned |= status == PRM_E_INTERNAL;
        return status;
    }
    ingest_finish(engine);
    return PRM_OK;
}

prm_status prm__ingest_refresh(prm_engine *engine)
{
    return engine->stale ? prm__ingest(engine, NULL, 0, engine->clock, NULL) : PRM_OK;
}
