#include "engine/settle.h"
#include "base/diag_numbers.h"
#include "base/sort.h"
#include "engine/amend.h"
#include "engine/checkpoint.h"
#include "engine/closed.h"
#include "engine/ingest.h"
#include "engine/intake.h"

void prm__settle_init(prm_engine *engine)
{
    engine->settled = INT64_MIN;
    engine->settling = INT64_MIN;
    engine->closed = INT64_MIN;
    prm__vec_init(&engine->takes, &engine->alloc, sizeof(prm__settle_take));
    prm__vec_init(&engine->takes_noted, &engine->alloc, sizeof(prm__settle_take));
    prm__vec_init(&engine->reaches, &engine->alloc, sizeof(prm__settle_reach));
}

void prm__settle_free(prm_engine *engine)
{
    prm__vec_free(&engine->takes);
    prm__vec_free(&engine->takes_noted);
    prm__vec_free(&engine->reaches);
}

/* ---- News that comes too late ---- */

/* An event that voids or reduces by a text, in search of what it works on. */
typedef struct prm__settle_search {
    const prm_engine *engine;
    const prm__p_type *type;
    const prm__event *event;
    uint32_t target; /* type */
    uint32_t name;   /* of the text that they share */
    uint32_t key;
} prm__settle_search;

/* Voided ones match too: so the answer depends on what came before, and not on what of it has
 * been worked out yet. */
static bool settle_is_match(const prm__settle_search *search, uint32_t handle)
{
    const prm_engine *engine = search->engine;
    prm__view view;
    prm__engine_view(engine, handle, &view);
    if (view.type != search->target || view.event->partner != search->event->partner ||
        view.event->time > search->event->time ||
        prm__engine_view_text(engine, &view, search->name) != search->key)
        return false;
    prm__duration within = search->type->voids_within;
    return !within.count ||
           search->event->time < prm__duration_end(&engine->program->calendar.zone, within, view.event->time);
}

/* The same among events whose history is freed. */
static bool settle_matches_closed(const prm__settle_search *search, const prm__partner *partner)
{
    const prm_engine *engine = search->engine;
    const prm__base *base = prm__checkpoint_base(engine, partner);
    uint32_t handle = base ? base->first : 0;
    for (uint32_t i = 0; base && i < base->events; i++) {
        if (settle_is_match(search, handle))
            return true;
        handle = prm__closed_next(engine, handle);
    }
    return false;
}

/* Whether there are matches, all of them settled. */
static bool settle_only_settled(const prm__settle_search *search, const uint32_t *pending, size_t count)
{
    const prm_engine *engine = search->engine;
    const prm__partner *partner = prm__engine_partner(engine, search->event->partner);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    bool any = false;
    for (size_t i = 0; i < count; i++)
        if (settle_is_match(search, pending[i]))
            return false;
    any = settle_matches_closed(search, partner);
    for (uint32_t i = partner->entries.count; i-- > 0;) {
        if (entries[i].type != search->target || entries[i].forwarded ||
            !settle_is_match(search, entries[i].event))
            continue;
        if (prm__engine_event(engine, entries[i].event)->time >= engine->settled)
            return false;
        any = true;
    }
    return any;
}

static void settle_answer(const prm_engine *engine, const prm_event *event, uint32_t name, prm_answer *answer)
{
    answer->answer = PRM_TOO_LATE;
    answer->diagnostic = PRM_DIAG_EVENT_OF_SETTLED;
    for (uint32_t i = 0; i < event->field_count; i++)
        if (prm__intake_name(engine, &event->fields[i]) == name)
            answer->field = i;
}

/* A void by id, of an event that is there. */
static bool settle_voids_settled(const prm_engine *engine, const prm__view *view)
{
    prm_text id = prm__engine_text(engine, prm__engine_view_text(engine, view, PRM_NAME_EVENT));
    uint32_t target = prm__store_find(&engine->store, engine->layouts, id);
    return target != PRM_NO_INDEX && prm__engine_event(engine, target)->time < engine->settled;
}

void prm__settle_judge(const prm_engine *engine, const prm_event *event, const uint32_t *pending,
                       size_t count, prm_answer *answer)
{
    prm__view view;
    prm__engine_view(engine, engine->store.top, &view);
    const prm__p_type *type = &engine->program->types[view.type];
    bool voids_id = type->role == PRM_ROLE_EVENT_VOIDED, reduces = type->reduces != PRM_NO_INDEX;
    bool amends = voids_id || reduces || type->voids != PRM_NO_INDEX;
    if ((event->time >= engine->settled && !amends) ||
        prm__store_find(&engine->store, engine->layouts, (prm_text){event->id, event->id_size}) !=
            PRM_NO_INDEX)
        return;
    prm__settle_search search = {engine,
                                 type,
                                 view.event,
                                 reduces ? type->reduces : type->voids,
                                 voids_id  ? PRM_NAME_EVENT
                                 : reduces ? type->reduces_name
                                           : type->voids_name,
                                 0};
    if (event->time < engine->settled) {
        answer->answer = PRM_TOO_LATE;
        answer->diagnostic = PRM_DIAG_EVENT_TOO_LATE;
    } else if (voids_id) {
        if (settle_voids_settled(engine, &view))
            settle_answer(engine, event, search.name, answer);
    } else {
        search.key = prm__engine_view_text(engine, &view, search.name);
        if (search.key && settle_only_settled(&search, pending, count))
            settle_answer(engine, event, search.name, answer);
    }
}

/* ---- Voids and reductions that reach back ---- */

int64_t prm__settle_taken(const prm_engine *engine, uint32_t event, bool *found)
{
    const prm__settle_take *takes = engine->takes.data;
    size_t low = 0, high = engine->takes.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (takes[middle].event < event)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < engine->takes.count && takes[low].event == event;
    return *found ? takes[low].amount : 0;
}

prm_status prm__settle_note(prm_engine *engine, uint32_t event, int64_t amount)
{
    prm__settle_take take = {event, 0, amount};
    return prm__vec_append(&engine->takes_noted, &take, 1);
}

static int settle_compare_takes(const void *a, const void *b, const void *context)
{
    const prm__settle_take *left = a, *right = b;
    (void)context;
    return left->event < right->event ? -1 : left->event > right->event;
}

/* Has all voids and reductions worked out again, which notes those that reach back before `time`.
 * A partner whose marks are half-way is folded anew by the next call. */
static prm_status settle_note_takes(prm_engine *engine, int64_t time)
{
    engine->takes_noted.count = 0;
    engine->settling = time;
    prm_status status = PRM_OK;
    for (uint32_t i = 0; i < engine->partners.count && status == PRM_OK; i++) {
        prm__partner *partner = prm__engine_partner(engine, i);
        if (!partner->voiders || partner->last_voider < time)
            continue;
        status = prm__amend_again(engine, partner);
        if (status != PRM_OK) {
            engine->stale += (partner->flags & PRM_PARTNER_STALE) == 0;
            partner->flags |= PRM_PARTNER_STALE;
        }
    }
    engine->settling = INT64_MIN;
    return status;
}

/* What was noted, and what of the former takes is not settled itself by now, by event. */
static prm_status settle_merge_takes(prm_engine *engine, int64_t time, prm__vec *merged)
{
    prm__vec *noted = &engine->takes_noted;
    for (size_t i = 0; i < engine->takes.count; i++) {
        const prm__settle_take *take = prm__vec_at(&engine->takes, i);
        prm__event *event = prm__store_event(&engine->store, take->event);
        if (event->time >= time)
            PRM_TRY(prm__vec_append(noted, take, 1));
        else
            event->marks |= PRM_EVENT_MATCHED; /* from now on its marks alone say so */
    }
    PRM_TRY(prm__vec_reserve(merged, noted->count));
    engine->sorting.count = 0;
    PRM_TRY(prm__vec_reserve(&engine->sorting, noted->count * 2));
    const void **sorted = engine->sorting.data;
    for (size_t i = 0; i < noted->count; i++)
        sorted[i] = prm__vec_at(noted, i);
    if (noted->count)
        prm__sort_pointers(sorted, sorted + noted->count, noted->count, settle_compare_takes, NULL);
    for (size_t i = 0; i < noted->count; i++) {
        const prm__settle_take *take = sorted[i];
        prm__settle_take *last = merged->count ? prm__vec_at(merged, merged->count - 1) : NULL;
        if (last && last->event == take->event)
            last->amount += take->amount;
        else
            *(prm__settle_take *)prm__vec_push(merged) = *take;
    }
    return PRM_OK;
}

/* ---- Rates that reach back ---- */

static prm_status settle_note_reaches(prm_engine *engine, int64_t time, prm__vec *reaches)
{
    for (uint32_t i = 0; i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        for (uint32_t j = partner->outcomes.count; j-- > 0 && outcomes[j].at >= time;) {
            prm__settle_reach reach = {outcomes[j], i, 0};
            if (outcomes[j].kind == PRM_OUTCOME_RATE && outcomes[j].from < time)
                PRM_TRY(prm__vec_append(reaches, &reach, 1));
        }
    }
    return PRM_OK;
}

/* The former outcome of the same identity and instant; NULL when there is none. */
static const prm__outcome *settle_former(const prm_engine *engine, const prm__partner *partner,
                                         const prm__outcome *outcome)
{
    const prm__outcome *former = prm__list_data(&engine->pool, &partner->stash);
    uint32_t low = 0, high = partner->stash.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (former[middle].at < outcome->at)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < partner->stash.count && former[low].at == outcome->at; low++)
        if (prm__outcome_same_identity(&former[low], outcome))
            return &former[low];
    return NULL;
}

static const prm__outcome *settle_reach_of(const prm_engine *engine, uint32_t partner,
                                           const prm__outcome *rate)
{
    const prm__settle_reach *reaches = engine->reaches.data;
    size_t low = 0, high = engine->reaches.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reaches[middle].partner < partner)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < engine->reaches.count && reaches[low].partner == partner; low++)
        if (prm__outcome_same_identity(&reaches[low].outcome, rate))
            return &reaches[low].outcome;
    return NULL;
}

int64_t prm__settle_start(const prm_engine *engine, uint32_t index, const prm__outcome *rate, int64_t from)
{
    const prm__partner *partner = prm__engine_partner(engine, index);
    if (rate->at >= engine->settled) {
        const prm__outcome *reach = settle_reach_of(engine, index, rate);
        if (!reach)
            return engine->settled;
        return reach->from > from ? reach->from : from;
    }
    const prm__outcome *former = settle_former(engine, partner, rate);
    return former ? former->from : INT64_MAX; /* it had ended before it could begin */
}

void prm__settle_keep(prm_engine *engine, const prm__partner *partner)
{
    prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    for (uint32_t i = partner->stash.count ? partner->kept : partner->outcomes.count;
         i < partner->outcomes.count && outcomes[i].at < engine->settled; i++) {
        if (outcomes[i].kind != PRM_OUTCOME_COMMISSION)
            continue;
        const prm__outcome *former = settle_former(engine, partner, &outcomes[i]);
        if (former)
            outcomes[i].number = former->number;
    }
}

/* ---- Settling ---- */

prm_status prm__settle(prm_engine *engine, int64_t time, prm__settle_former *former)
{
    PRM_TRY(prm__ingest_refresh(engine));
    prm__vec takes, reaches;
    prm__vec_init(&takes, &engine->alloc, sizeof(prm__settle_take));
    prm__vec_init(&reaches, &engine->alloc, sizeof(prm__settle_reach));
    prm_status status = settle_note_takes(engine, time);
    if (status == PRM_OK)
        status = settle_merge_takes(engine, time, &takes);
    if (status == PRM_OK)
        status = settle_note_reaches(engine, time, &reaches);
    if (status != PRM_OK) {
        prm__vec_free(&takes);
        prm__vec_free(&reaches);
        return status;
    }
    *former = (prm__settle_former){engine->settled, engine->takes, engine->reaches};
    engine->takes = takes;
    engine->reaches = reaches;
    engine->settled = time;
    return PRM_OK;
}

void prm__settle_put_back(prm_engine *engine, prm__settle_former *former)
{
    prm__vec_free(&engine->takes);
    prm__vec_free(&engine->reaches);
    engine->takes = former->takes;
    engine->reaches = former->reaches;
    engine->settled = former->settled;
}

void prm__settle_drop(prm__settle_former *former)
{
    prm__vec_free(&former->takes);
    prm__vec_free(&former->reaches);
}
