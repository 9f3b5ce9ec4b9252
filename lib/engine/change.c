#include "engine/change.h"

static bool change_is_same_key(const prm_engine *engine, uint32_t a, uint32_t b, uint32_t name)
{
    prm__view left, right;
    prm__engine_view(engine, a, &left);
    prm__engine_view(engine, b, &right);
    uint32_t key = prm__engine_view_text(engine, &left, name);
    return key && key == prm__engine_view_text(engine, &right, name);
}

/* Whether an event of its partner that is in effect works on the target. */
static bool change_works(const prm_engine *engine, uint32_t event, uint32_t target)
{
    const prm__event *one = prm__engine_event(engine, event), *other = prm__engine_event(engine, target);
    const prm__p_type *type = &engine->program->types[one->type];
    if (one->time < other->time || one->marks & PRM_EVENT_DEAD || !(one->marks & PRM_EVENT_MATCHED))
        return false;
    if (other->marks & PRM_EVENT_CANCELLED)
        return type->voids == other->type && change_is_same_key(engine, event, target, type->voids_name) &&
               (!type->voids_within.count || one->time < prm__duration_end(&engine->program->calendar.zone,
                                                                           type->voids_within, other->time));
    return type->reduces == other->type && change_is_same_key(engine, event, target, type->reduces_name);
}

/* The event.voided that names an event. */
static prm_text change_by_id(const prm_engine *engine, prm_text id)
{
    const uint32_t *voids = engine->void_events.data;
    for (size_t i = 0; i < engine->void_events.count; i++) {
        prm__view view;
        prm__engine_view(engine, voids[i], &view);
        prm_text named = prm__engine_text(engine, prm__engine_view_text(engine, &view, PRM_NAME_EVENT));
        if (view.event->time <= engine->clock && named.size == id.size &&
            memcmp(named.data, id.data, id.size) == 0)
            return prm__engine_event_id(engine, view.event);
    }
    return (prm_text){NULL, 0};
}

prm_text prm__change_cause(const prm_engine *engine, uint32_t event)
{
    const prm__event *target = prm__engine_event(engine, event);
    if (target->marks & PRM_EVENT_VOIDED)
        return change_by_id(engine, prm__engine_event_id(engine, target));
    const prm__partner *partner = prm__engine_partner(engine, target->partner);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    for (uint32_t i = 0; i < partner->entries.count; i++)
        if (!entries[i].forwarded && change_works(engine, entries[i].event, event))
            return prm__engine_event_id(engine, prm__engine_event(engine, entries[i].event));
    return (prm_text){NULL, 0};
}
