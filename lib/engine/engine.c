#include "engine/engine.h"
#include "engine/amend.h"
#include "engine/lifetime.h"
#include "engine/link.h"
#include "engine/note.h"
#include "engine/subject.h"
#include <stddef.h>
#include <string.h>

/* ---- Partners ---- */

_Static_assert(sizeof(prm__partner) % PRM_ALLOC_LINE == 0, "partners are whole lines");
_Static_assert(offsetof(prm__partner, rerate_from) == PRM_ALLOC_LINE,
               "the first line is what every event needs");

uint32_t prm__engine_find_partner(const prm_engine *engine, uint32_t key)
{
    if (key >= engine->partner_of_key.count)
        return PRM_NONE;
    return PRM_VEC(engine->partner_of_key, uint32_t)[key] - 1;
}

uint32_t prm__engine_partner_of(prm_engine *engine, uint32_t key)
{
    uint32_t known = prm__engine_find_partner(engine, key);
    if (known != PRM_NONE)
        return known;
    prm__vec *index = &engine->partner_of_key;
    if (index->count <= key) {
        size_t more = key + 1 - index->count;
        if (prm__vec_reserve(index, more) != PRM_OK)
            return PRM_NONE;
        memset(prm__vec_at(index, index->count), 0, more * sizeof(uint32_t));
        index->count += more;
    }
    prm__partner *partner = prm__vec_push(&engine->partners);
    if (!partner)
        return PRM_NONE;
    partner->key = key;
    partner->subject = PRM_NONE;
    partner->first_subject = PRM_NONE;
    partner->changed = PRM_NO_INDEX;
    partner->last_voider = INT64_MIN;
    partner->last_time = INT64_MIN;
    partner->asked_at = INT64_MIN;
    partner->due = INT64_MAX;
    partner->clocked = INT64_MIN;
    partner->boundary = INT64_MAX;
    partner->rerate_from = INT64_MAX;
    uint32_t count = (uint32_t)engine->partners.count;
    PRM_VEC(*index, uint32_t)[key] = count;
    prm__intern_leave(&engine->texts, key, prm__note_partner(count - 1));
    return count - 1;
}

prm_status prm__engine_touch(prm_engine *engine, uint32_t index, uint32_t entry)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    if (!(partner->flags & PRM_PARTNER_TOUCHED)) {
        PRM_TRY(prm__vec_reserve(&engine->touched, 1));
        PRM_VEC(engine->touched, prm__touched)
        [engine->touched.count++] = (prm__touched){index, partner->folded,
                                                   partner->voiders ? partner->unmatched : 0};
        partner->flags |= PRM_PARTNER_TOUCHED;
        partner->settled = partner->entries.count;
        partner->changed = partner->flags & PRM_PARTNER_STALE ? 0 : PRM_NO_INDEX;
        partner->kept = partner->outcomes.count;
    }
    if (entry < partner->changed)
        partner->changed = entry;
    return PRM_OK;
}

/* ---- Events ---- */

void prm__engine_view(const prm_engine *engine, uint32_t handle, prm__view *view)
{
    const prm__event *event = prm__engine_event(engine, handle);
    const prm__layout *layout = prm__store_layout(event, engine->layouts);
    *view = (prm__view){event, layout, handle, event->type, 0};
    if (event->marks & PRM_EVENT_REDUCED)
        view->amount = prm__amend_left(engine, handle);
    else if (prm__view_has(view, layout->amount_slot))
        memcpy(&view->amount, prm__view_at(view, layout->amount_slot), sizeof view->amount);
}

uint32_t prm__engine_view_text(const prm_engine *engine, const prm__view *view, uint32_t name)
{
    uint32_t slot = prm__engine_slot(engine, view->type, name);
    if (slot == PRM_NO_INDEX || !(view->layout->narrow >> slot & 1))
        return 0;
    return prm__event_narrow(view->event, view->layout->at[slot]);
}

prm__decimal prm__engine_view_number(const prm_engine *engine, const prm__view *view, uint32_t slot)
{
    const prm__p_type *type = &engine->program->types[view->type];
    const void *at = prm__view_at(view, slot);
    uint32_t narrow;
    int64_t middle;
    prm__decimal wide;
    switch ((prm__field_type)engine->program->slots[type->first_slot + slot].field_type) {
    case PRM_FIELD_TEXT: /* LCOV_EXCL_LINE a text is asked for as a text */
        return 0;        /* LCOV_EXCL_LINE so */
    case PRM_FIELD_BOOLEAN:
        memcpy(&narrow, at, sizeof narrow);
        return narrow == PRM_BOOLEAN_TRUE;
    case PRM_FIELD_TIME:
        memcpy(&middle, at, sizeof middle);
        return middle;
    case PRM_FIELD_INTEGER:
        memcpy(&middle, at, sizeof middle);
        return (prm__decimal)middle * PRM_DECIMAL_ONE;
    case PRM_FIELD_MONEY:
        middle = view->amount;
        if (slot != engine->layouts[view->type].amount_slot)
            memcpy(&middle, at, sizeof middle);
        return prm__decimal_from_minor(middle, engine->program->head->minor_digits);
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        break;
    }
    memcpy(&wide, at, sizeof wide);
    return wide;
}

int prm__engine_compare_events(const prm_engine *engine, uint32_t a, uint32_t b)
{
    const prm__event *left = prm__engine_event(engine, a), *right = prm__engine_event(engine, b);
    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    uint32_t left_rank = engine->program->types[left->type].rank;
    uint32_t right_rank = engine->program->types[right->type].rank;
    if (left_rank != right_rank)
        return left_rank < right_rank ? -1 : 1;
    if (left->id_size != right->id_size)
        return left->id_size < right->id_size ? -1 : 1;
    return memcmp(prm__engine_event_id(engine, left).data, prm__engine_event_id(engine, right).data,
                  left->id_size);
}

uint32_t prm__engine_place_of(const prm_engine *engine, const prm__partner *partner, uint32_t count,
                              uint32_t event)
{
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (prm__engine_compare_events(engine, entries[middle].event, event) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
