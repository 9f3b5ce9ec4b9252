#include "engine/link.h"
#include "base/hash.h"
#include "engine/checkpoint.h"
#include <string.h>

#define PRM_LINK_FIRST_SLOTS 64U

void prm__link_init(prm_engine *engine)
{
    prm__vec_init(&engine->links, &engine->alloc, sizeof(prm__link));
    prm__vec_init(&engine->link_of_key, &engine->alloc, sizeof(uint32_t));
}

void prm__link_free(prm_engine *engine)
{
    prm__vec_free(&engine->links);
    prm__vec_free(&engine->link_of_key);
    prm__alloc_release(&engine->alloc, engine->link_slots, engine->link_slot_count, sizeof(uint32_t));
}

static uint32_t *link_probe(uint32_t *slots, uint32_t count, const prm__link *links, uint32_t target,
                            uint32_t partner)
{
    uint32_t mask = count - 1;
    for (uint32_t at = (uint32_t)prm__hash_pair(target, partner) & mask;; at = (at + 1) & mask) {
        if (!slots[at])
            return &slots[at];
        const prm__link *link = &links[slots[at] - 1];
        if (link->target == target && link->partner == partner)
            return &slots[at];
    }
}

static bool link_grow(prm_engine *engine)
{
    uint32_t count = engine->link_slot_count ? engine->link_slot_count * 2 : PRM_LINK_FIRST_SLOTS;
    uint32_t *slots = prm__alloc_zeroed(&engine->alloc, count, sizeof *slots);
    if (!slots)
        return false;
    const prm__link *links = PRM_VEC(engine->links, prm__link);
    for (uint32_t i = 0; i < engine->links.count; i++)
        *link_probe(slots, count, links, links[i].target, links[i].partner) = i + 1;
    prm__alloc_release(&engine->alloc, engine->link_slots, engine->link_slot_count, sizeof *slots);
    engine->link_slots = slots;
    engine->link_slot_count = count;
    return true;
}

prm_status prm__link_note(prm_engine *engine, uint32_t partner, uint32_t target)
{
    if ((engine->links.count + 1) * 4 > (size_t)engine->link_slot_count * 3 && !link_grow(engine))
        return PRM_E_MEMORY;
    uint32_t *slot = link_probe(engine->link_slots, engine->link_slot_count,
                                PRM_VEC(engine->links, prm__link), target, partner);
    if (*slot)
        return PRM_OK;
    if (engine->link_of_key.count <= target) {
        size_t more = target + 1 - engine->link_of_key.count;
        PRM_TRY(prm__vec_reserve(&engine->link_of_key, more));
        memset(prm__vec_at(&engine->link_of_key, engine->link_of_key.count), 0, more * sizeof(uint32_t));
        engine->link_of_key.count += more;
    }
    prm__link *link = prm__vec_push(&engine->links);
    if (!link)
        return PRM_E_MEMORY;
    uint32_t *head = &PRM_VEC(engine->link_of_key, uint32_t)[target];
    *link = (prm__link){target, partner, *head};
    *head = (uint32_t)engine->links.count;
    *slot = *head;
    return PRM_OK;
}

/* The lifecycle events of a partner up to `time` that count, latest first: the
 * next one below place `*place`, or NULL. */
static const prm__event *link_previous(const prm_engine *engine, const prm__partner *partner, int64_t time,
                                       uint32_t *place)
{
    const uint32_t *life = prm__list_data(&engine->pool, &partner->life);
    while (*place > 0) {
        const prm__event *event = prm__engine_event(engine, life[--*place]);
        if (event->time <= time && !(event->marks & PRM_EVENT_DEAD))
            return event;
    }
    return NULL;
}

bool prm__link_has_left(const prm_engine *engine, uint32_t key, int64_t time)
{
    uint32_t index = prm__engine_find_partner(engine, key);
    if (index == PRM_NONE)
        return false;
    const prm__partner *partner = prm__engine_partner(engine, index);
    const prm__event *event;
    for (uint32_t place = partner->life.count;
         (event = link_previous(engine, partner, time, &place)) != NULL;) {
        uint32_t role = engine->program->types[event->type].role;
        if (role == PRM_ROLE_PARTNER_LEFT || role == PRM_ROLE_PARTNER_JOINED)
            return role == PRM_ROLE_PARTNER_LEFT;
    }
    const prm__base *base = prm__checkpoint_base(engine, partner);
    return base && base->left;
}

uint32_t prm__link_parent(const prm_engine *engine, uint32_t key, int64_t time)
{
    uint32_t index = prm__engine_find_partner(engine, key);
    if (index == PRM_NONE)
        return 0;
    const prm__partner *partner = prm__engine_partner(engine, index);
    const prm__event *event;
    for (uint32_t place = partner->life.count;
         (event = link_previous(engine, partner, time, &place)) != NULL;) {
        prm__view view = {.event = event, .layout = &engine->layouts[event->type], .type = event->type};
        uint32_t parent = prm__engine_view_text(engine, &view, PRM_NAME_PARENT);
        if (parent)
            return parent == engine->empty_key || parent == key ? 0 : parent;
    }
    const prm__base *base = prm__checkpoint_base(engine, partner);
    return base ? base->parent : 0;
}

prm_status prm__link_changed(prm_engine *engine, uint32_t key, int64_t time)
{
    if (key >= engine->link_of_key.count)
        return PRM_OK;
    uint32_t next = PRM_VEC(engine->link_of_key, uint32_t)[key];
    while (next) {
        const prm__link *link = &PRM_VEC(engine->links, prm__link)[next - 1];
        const prm__partner *partner = prm__engine_partner(engine, link->partner);
        bool begun = partner->folded || prm__checkpoint_base(engine, partner);
        if (begun && (partner->last_time >= time || partner->clocked >= time))
            PRM_TRY(prm__engine_touch(engine, link->partner, 0));
        next = link->next;
    }
    return PRM_OK;
}

prm_status prm__link_add(prm_engine *engine, prm__partner *partner, uint32_t event)
{
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->life, sizeof(uint32_t), 1));
    uint32_t *life = prm__list_data(&engine->pool, &partner->life);
    uint32_t at = partner->life.count++;
    for (; at > 0 && prm__engine_compare_events(engine, life[at - 1], event) > 0; at--)
        life[at] = life[at - 1];
    life[at] = event;
    return PRM_OK;
}
