#include "engine/roster.h"
#include "engine/intake.h"
#include "engine/subject.h"
#include <string.h>

static prm_status roster_add(prm_engine *engine, prm__partner *partner, uint32_t rep)
{
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->roster, sizeof rep, 1));
    uint32_t *on = prm__list_data(&engine->pool, &partner->roster);
    on[partner->roster.count++] = rep;
    return PRM_OK;
}

static bool roster_remove(prm_engine *engine, prm__partner *partner, uint32_t rep)
{
    uint32_t *on = prm__list_data(&engine->pool, &partner->roster);
    for (uint32_t i = 0; i < partner->roster.count; i++)
        if (on[i] == rep) {
            on[i] = on[--partner->roster.count];
            return true;
        }
    return false;
}

static void roster_set_attribute(const prm_engine *engine, const prm__view *view, uint32_t slot,
                                 const prm__p_slot *row, prm__subject *owner)
{
    prm__attribute_state *state = prm__subject_attribute(engine, owner, row->attribute);
    memset(state, 0, sizeof *state);
    if (prm__intake_is_cleared(engine, view, slot, row->field_type))
        return;
    state->present = 1;
    if (row->field_type == PRM_FIELD_TEXT)
        memcpy(&state->key, prm__view_at(view, slot), sizeof state->key);
    else
        state->number = prm__engine_view_number(engine, view, slot);
}

static void roster_attributes(const prm_engine *engine, const prm__view *view)
{
    const prm__p_type *type = &engine->program->types[view->type];
    for (uint32_t slot = 0; slot < type->slot_count; slot++) {
        const prm__p_slot *row = &engine->program->slots[type->first_slot + slot];
        if (row->attribute == PRM_NO_INDEX || !prm__view_has(view, slot))
            continue;
        uint32_t kind = engine->program->attributes[row->attribute].owner;
        roster_set_attribute(engine, view, slot, row, prm__subject_at(engine, engine->at_subjects[kind]));
    }
}

/* A link that an event carries replaces the one before; an empty one, or oneself, is none. */
static void roster_link(const prm_engine *engine, const prm__partner *partner, const prm__view *view,
                        uint32_t name, uint32_t *link)
{
    uint32_t key = prm__engine_view_text(engine, view, name);
    if (key)
        *link = key == engine->empty_key || key == partner->key ? 0 : key;
}

prm_status prm__roster_apply(prm_engine *engine, uint32_t index, const prm__view *view, bool *changed)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    uint32_t handle = engine->at_subjects[PRM_KIND_REP];
    prm__subject *rep = handle == PRM_NONE ? NULL : prm__subject_at(engine, handle);
    *changed = false;
    switch ((prm__role)engine->program->types[view->type].role) {
    case PRM_ROLE_PARTNER_JOINED:
        partner->flags &= ~(uint32_t)PRM_PARTNER_LEFT;
        roster_link(engine, partner, view, PRM_NAME_REFERRER, &partner->referrer);
        roster_link(engine, partner, view, PRM_NAME_PARENT, &partner->parent);
        break;
    case PRM_ROLE_PARTNER_UPDATED:
        roster_link(engine, partner, view, PRM_NAME_REFERRER, &partner->referrer);
        roster_link(engine, partner, view, PRM_NAME_PARENT, &partner->parent);
        break;
    case PRM_ROLE_PARTNER_LEFT:
        partner->flags |= PRM_PARTNER_LEFT;
        break;
    case PRM_ROLE_REP_JOINED:
        *changed = !(rep->flags & PRM_SUBJECT_ROSTER);
        if (*changed)
            PRM_TRY(roster_add(engine, partner, rep->keys[0]));
        rep->flags = (uint16_t)((rep->flags | PRM_SUBJECT_ROSTER) & ~PRM_SUBJECT_LEFT);
        break;
    case PRM_ROLE_REP_LEFT:
        *changed = roster_remove(engine, partner, rep->keys[0]);
        if (engine->has_clock && !(rep->flags & PRM_SUBJECT_LEFT))
            *prm__subject_left_at(engine, rep) = view->event->time;
        rep->flags = (uint16_t)((rep->flags | PRM_SUBJECT_LEFT) & ~PRM_SUBJECT_ROSTER);
        break;
    case PRM_ROLE_REP_UPDATED:
    case PRM_ROLE_FACT:
    case PRM_ROLE_EVENT_VOIDED:
        break;
    }
    roster_attributes(engine, view);
    return PRM_OK;
}
