#include "engine/closed.h"
#include "base/hash.h"
#include "base/wire.h"

/* Whether some type voids or reduces events of `type` by a field of that name. */
static bool closed_is_target_name(const prm_program *program, uint32_t type, uint32_t name)
{
    for (uint32_t i = 0; i < program->types_count; i++) {
        const prm__p_type *other = &program->types[i];
        if ((other->voids == type && other->voids_name == name) ||
            (other->reduces == type && other->reduces_name == name))
            return true;
    }
    return false;
}

/* Whether rows, or the running sums of brackets, show a field of that name. */
static bool closed_is_shown(const prm_program *program, uint32_t name)
{
    bool shown = name == PRM_NAME_REP || name == PRM_NAME_CUSTOMER || name == PRM_NAME_PRODUCT;
    if (program->head->commission.present && program->brackets_count) {
        const prm__p_kind *kind = &program->kinds[program->head->commission.bracket_kind];
        for (uint32_t i = 0; i < kind->key_count; i++)
            shown |= kind->keys[i] == name;
    }
    return shown;
}

static void closed_layout(const prm_program *program, uint32_t type, bool named, const prm__layout *whole,
                          prm__layout *layout)
{
    uint32_t at = (uint32_t)sizeof(prm__event);
    *layout = *whole;
    layout->narrow = 0;
    layout->amount_slot = PRM_NO_INDEX;
    memset(layout->at, 0, sizeof layout->at);
    for (uint32_t slot = 0; slot < program->types[type].slot_count; slot++) {
        uint32_t name = program->slots[program->types[type].first_slot + slot].name;
        if (!((whole->texts & whole->narrow) >> slot & 1) ||
            (!closed_is_target_name(program, type, name) && !(named && closed_is_shown(program, name))))
            continue;
        layout->narrow |= UINT64_C(1) << slot;
        layout->at[slot] = (uint16_t)at;
        at += 4;
    }
    layout->mask_size = 0;
    layout->mask_at = at; /* of the content's hash */
    layout->id_at = at + (uint32_t)sizeof(uint64_t);
}

void prm__closed_layouts(prm_engine *engine)
{
    const prm_program *program = engine->program;
    uint32_t types = program->types_count;
    for (uint32_t type = 0; type < types; type++)
        for (uint32_t form = 1; form < PRM_CLOSED_FORMS; form++)
            closed_layout(program, type, form > 1, &engine->layouts[type],
                          &engine->layouts[form * types + type]);
}

uint64_t prm__closed_slots(const prm_engine *engine, uint32_t type, uint32_t marks)
{
    prm__event event = {.type = (uint16_t)type, .marks = (uint8_t)(marks & PRM_EVENT_CLOSED)};
    return prm__store_layout(&event, engine->layouts)->narrow;
}

/* Goes on with a hash by `size` bytes of a number. */
static uint64_t closed_number(uint64_t hash, uint64_t value, size_t size)
{
    char bytes[8];
    prm__wire_out out = {.to = bytes, .room = sizeof bytes};
    prm__wire_put_u64(&out, value, size);
    return prm__hash_bytes(bytes, size, hash);
}

static uint64_t closed_text(const prm_engine *engine, uint64_t hash, uint32_t key)
{
    prm_text text = prm__engine_text(engine, key);
    return prm__hash_bytes(text.data ? text.data : "", text.size, hash);
}

static uint64_t closed_value(const prm_engine *engine, uint64_t hash, const prm__view *view, uint32_t slot)
{
    const prm_program *program = engine->program;
    uint32_t narrow = 0;
    int64_t middle;
    prm__decimal wide;
    switch ((prm__field_type)program->slots[program->types[view->type].first_slot + slot].field_type) {
    case PRM_FIELD_TEXT:
        memcpy(&narrow, prm__view_at(view, slot), sizeof narrow);
        return closed_text(engine, hash, narrow);
    case PRM_FIELD_BOOLEAN:
        memcpy(&narrow, prm__view_at(view, slot), sizeof narrow);
        return closed_number(hash, narrow, 4);
    case PRM_FIELD_INTEGER:
    case PRM_FIELD_MONEY:
    case PRM_FIELD_TIME:
        memcpy(&middle, prm__view_at(view, slot), sizeof middle);
        return closed_number(hash, (uint64_t)middle, 8);
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        break;
    }
    memcpy(&wide, prm__view_at(view, slot), sizeof wide);
    return closed_number(closed_number(hash, (uint64_t)wide, 8), (uint64_t)(wide >> 64), 8);
}

uint64_t prm__closed_content(const prm_engine *engine, const prm__event *event)
{
    const prm__layout *layout = prm__store_layout(event, engine->layouts);
    prm__view view = {event, layout, PRM_NONE, event->type, 0};
    uint64_t hash = 0;
    if (event->marks & PRM_EVENT_CLOSED) {
        memcpy(&hash, (const char *)event + layout->mask_at, sizeof hash);
        return hash;
    }
    hash = closed_number(closed_number(hash, (uint64_t)event->time, 8), event->type, 2);
    if (event->partner != PRM_NONE)
        hash = closed_text(engine, hash, prm__engine_partner(engine, event->partner)->key);
    for (uint32_t slot = 0; slot < engine->program->types[event->type].slot_count; slot++)
        if (prm__view_has(&view, slot))
            hash = closed_value(engine, closed_number(hash, slot, 1), &view, slot);
    return hash;
}

uint32_t prm__closed_next(const prm_engine *engine, uint32_t handle)
{
    const prm__event *event = prm__engine_event(engine, handle);
    size_t size = prm__store_size(event, prm__store_layout(event, engine->layouts));
    return prm__store_next(&engine->store, handle + (uint32_t)(size / 8));
}

prm_status prm__closed_add(prm_engine *engine, const prm__closed *closed, uint32_t *handle)
{
    prm__event *event = prm__store_room(&engine->store);
    if (!event)
        return PRM_E_MEMORY;
    *event = (prm__event){closed->time, closed->partner, (uint16_t)closed->type, (uint8_t)closed->id.size,
                          (uint8_t)closed->marks};
    const prm__layout *layout = prm__store_layout(event, engine->layouts);
    for (uint64_t slots = layout->narrow; slots; slots &= slots - 1) {
        uint32_t slot = (uint32_t)__builtin_ctzll(slots);
        memcpy((char *)event + layout->at[slot], &closed->texts[slot], sizeof closed->texts[slot]);
    }
    memcpy((char *)event + layout->mask_at, &closed->content, sizeof closed->content);
    memcpy((char *)event + layout->id_at, closed->id.data, closed->id.size);
    switch (prm__store_take(&engine->store, engine->layouts, closed->id,
                            prm__store_hash(&engine->store, closed->id), prm__store_size(event, layout),
                            handle)) {
    case PRM_STORE_NEW:
        return PRM_OK;
    case PRM_STORE_NO_MEMORY:
        return PRM_E_MEMORY;
    default:
        return PRM_E_STATE;
    }
}
