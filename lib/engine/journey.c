#include "engine/journey.h"
#include "base/sort.h"
#include "engine/checkpoint.h"
#include "engine/subject.h"
#include <string.h>

typedef struct journey_work {
    prm_engine *engine;
    prm_rows *rows;
    uint32_t *item_of_key; /* by text key: index + 1 of the item of the rep last seen of that name; or 0 */
    size_t first;          /* the present partner's item; those of its reps follow */
} journey_work;

static prm__journey_item *journey_item(const journey_work *work, size_t index)
{
    return prm__vec_at(&work->rows->items, index);
}

/* ---- Stages ---- */

static void journey_stages(const prm_engine *engine, prm__subject *rep, prm__journey_item *item)
{
    const prm_program *program = engine->program;
    for (uint32_t i = program->first_stage; i < program->rules_count; i++) {
        const prm__rule_more *state = prm__subject_state(rep, program->rules[i].offset);
        if (!state->base.fired)
            continue;
        item->stage = i - program->first_stage;
        item->since = state->reached;
        item->reached |= UINT64_C(1) << item->stage;
    }
}

/* A partner stands where the furthest of its reps does, since the first one came there. */
static void journey_lift(prm__journey_item *partner, const prm__journey_item *rep)
{
    bool further = rep->stage != PRM_NONE && (partner->stage == PRM_NONE || rep->stage > partner->stage);
    if (further || (rep->stage == partner->stage && rep->since < partner->since))
        partner->since = rep->since;
    if (further)
        partner->stage = rep->stage;
    partner->reached |= rep->reached;
}

static prm__journey_item journey_nothing(uint32_t partner, uint32_t rep)
{
    return (prm__journey_item){
        .since = PRM_NO_TIME, .last = PRM_NO_TIME, .partner = partner, .rep = rep, .stage = PRM_NONE};
}

static prm_status journey_reps(journey_work *work, uint32_t partner)
{
    prm_engine *engine = work->engine;
    uint32_t handle = prm__engine_partner(engine, partner)->first_subject;
    for (; handle != PRM_NONE; handle = prm__subject_at(engine, handle)->next) {
        prm__subject *subject = prm__subject_at(engine, handle);
        if (subject->kind != PRM_KIND_REP || !(subject->flags & PRM_SUBJECT_EXISTS) ||
            subject->flags & PRM_SUBJECT_LEFT)
            continue;
        prm__journey_item item = journey_nothing(partner, subject->keys[0]);
        journey_stages(engine, subject, &item);
        PRM_TRY(prm__vec_append(&work->rows->items, &item, 1));
        work->item_of_key[item.rep] = (uint32_t)work->rows->items.count;
        journey_lift(journey_item(work, work->first), &item);
    }
    return PRM_OK;
}

/* ---- Activity ---- */

bool prm__journey_is_activity(const prm_engine *engine, const prm__entry *entry)
{
    const prm__p_type *type = &engine->program->types[entry->type];
    return !entry->forwarded && type->role == PRM_ROLE_FACT && type->voids == PRM_NO_INDEX &&
           type->reduces == PRM_NO_INDEX &&
           !(prm__engine_event(engine, entry->event)->marks & PRM_EVENT_DEAD);
}

static void journey_note(const journey_work *work, uint32_t partner, const prm__event *event)
{
    uint32_t keys[PRM_KIND_KEYS];
    prm__journey_item *own = journey_item(work, work->first);
    own->last = event->time;
    if (!prm__subject_keys(work->engine, event, PRM_KIND_REP, keys) || !work->item_of_key[keys[0]])
        return;
    prm__journey_item *rep = journey_item(work, work->item_of_key[keys[0]] - 1);
    if (rep->partner == partner)
        rep->last = event->time;
}

/* What the base says, where the history before is gone. */
static void journey_settled(const journey_work *work, uint32_t index, const prm__partner *partner)
{
    if (!prm__checkpoint_base(work->engine, partner))
        return;
    const prm__vec *lasts = prm__checkpoint_lasts(work->engine, partner);
    for (size_t i = 0; i < lasts->count; i++) {
        const prm__base_last *last = prm__vec_at(lasts, i);
        uint32_t item = last->rep ? work->item_of_key[last->rep] : 0;
        if (!last->rep)
            journey_item(work, work->first)->last = last->time;
        else if (item && journey_item(work, item - 1)->partner == index)
            journey_item(work, item - 1)->last = last->time;
    }
}

/* Later events overwrite what earlier ones said. */
static void journey_activity(const journey_work *work, uint32_t index)
{
    const prm_engine *engine = work->engine;
    const prm__partner *partner = prm__engine_partner(engine, index);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    journey_settled(work, index, partner);
    for (uint32_t i = 0; i < partner->folded; i++)
        if (prm__journey_is_activity(engine, &entries[i]))
            journey_note(work, index, prm__engine_event(engine, entries[i].event));
}

/* ---- Rows ---- */

static prm_status journey_partner(journey_work *work, uint32_t index)
{
    const prm__partner *partner = prm__engine_partner(work->engine, index);
    if (partner->flags & PRM_PARTNER_LEFT || partner->subject == PRM_NONE ||
        !(prm__subject_at(work->engine, partner->subject)->flags & PRM_SUBJECT_EXISTS))
        return PRM_OK;
    prm__journey_item item = journey_nothing(index, 0);
    work->first = work->rows->items.count;
    PRM_TRY(prm__vec_append(&work->rows->items, &item, 1));
    PRM_TRY(journey_reps(work, index));
    journey_activity(work, index);
    return PRM_OK;
}

static prm_status journey_partners(journey_work *work, uint32_t partner)
{
    prm_engine *engine = work->engine;
    size_t keys = (size_t)prm__intern_count(&engine->texts) + 1;
    uint32_t only = partner ? prm__engine_find_partner(engine, partner) : PRM_NONE;
    work->item_of_key = prm__alloc_zeroed(&engine->alloc, keys, sizeof *work->item_of_key);
    if (!work->item_of_key)
        return PRM_E_MEMORY;
    prm_status status = PRM_OK;
    for (uint32_t i = 0; i < engine->partners.count && status == PRM_OK; i++)
        if (!partner || i == only)
            status = journey_partner(work, i);
    prm__alloc_release(&engine->alloc, work->item_of_key, keys, sizeof *work->item_of_key);
    return status;
}

static int journey_compare(const void *a, const void *b, const void *context)
{
    const prm_engine *engine = context;
    const prm__journey_item *left = a, *right = b;
    if (left->partner != right->partner)
        return prm__bytes_compare(prm__engine_text(engine, prm__engine_partner(engine, left->partner)->key),
                                  prm__engine_text(engine, prm__engine_partner(engine, right->partner)->key));
    return prm__bytes_compare(prm__engine_text(engine, left->rep), prm__engine_text(engine, right->rep));
}

static prm_status journey_collect(prm_rows *rows, uint32_t partner)
{
    journey_work work = {.engine = rows->engine, .rows = rows};
    PRM_TRY(journey_partners(&work, partner));
    return prm__rows_sort(rows, journey_compare);
}

prm_status prm__journey_rows(prm_engine *engine, uint32_t partner, prm_rows **out)
{
    prm_rows *rows = prm__rows_new(engine, PRM_ROWS_JOURNEY, sizeof(prm__journey_item));
    if (!rows)
        return PRM_E_MEMORY;
    prm_status status = journey_collect(rows, partner);
    if (status != PRM_OK) {
        prm__rows_free(rows);
        return status;
    }
    *out = rows;
    return PRM_OK;
}

bool prm__journey_next(prm_rows *rows, prm_journey *out)
{
    if (rows->kind != PRM_ROWS_JOURNEY || rows->next >= rows->count)
        return false;
    const prm_engine *engine = rows->engine;
    const prm__journey_item *item = ((const prm__journey_item *const *)rows->pointers.data)[rows->next++];
    out->stage = item->stage;
    out->partner = prm__engine_text(engine, prm__engine_partner(engine, item->partner)->key);
    out->rep = prm__engine_text(engine, item->rep);
    out->reached = item->reached;
    out->since = item->since;
    out->last = item->last;
    return true;
}
