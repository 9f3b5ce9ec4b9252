/* verify, event types: their fields, what they void, and what hangs on them. Slots of
 * names that the engine reads without looking must have the type that it reads. */
#include "program/program.h"
#include "program/program_rows.h"

#include <string.h>

/* Voids of voids of ...: far more than a program needs, and an end to rings. */
#define VERIFY_VOIDS_CHAIN 32

/* ---- Names and attributes ---- */

static const char *verify_names(const prm_program *program)
{
    static const char *const fixed[PRM_NAMES_FIXED] = {
        [PRM_NAME_PARTNER] = "partner", [PRM_NAME_REP] = "rep",           [PRM_NAME_CUSTOMER] = "customer",
        [PRM_NAME_PRODUCT] = "product", [PRM_NAME_REFERRER] = "referrer", [PRM_NAME_PARENT] = "parent",
        [PRM_NAME_EVENT] = "event",     [PRM_NAME_AMOUNT] = "amount",
    };
    if (program->names_count < PRM_NAMES_FIXED)
        return "a fixed name is missing";
    for (uint32_t i = 0; i < program->names_count; i++) {
        if (program->names[i].text >= program->texts_count)
            return "a name has no text";
        if (i >= PRM_NAMES_FIXED)
            continue;
        prm_text text = prm__program_text(program, program->names[i].text);
        if (text.size != strlen(fixed[i]) || memcmp(text.data, fixed[i], text.size) != 0)
            return "a fixed name is another one";
    }
    return NULL;
}

static const char *verify_attributes(const prm_program *program)
{
    uint32_t places[2] = {0, 0};
    for (uint32_t i = 0; i < program->attributes_count; i++) {
        const prm__p_attribute *row = &program->attributes[i];
        if (row->text >= program->texts_count || row->owner > PRM_OWNER_REP ||
            row->field_type > PRM_FIELD_PERCENT || row->place != places[row->owner]++)
            return "an attribute is wrong";
    }
    return NULL;
}

/* ---- Slots ---- */

static uint32_t verify_width(uint32_t field_type)
{
    switch ((prm__field_type)field_type) {
    case PRM_FIELD_TEXT:
    case PRM_FIELD_BOOLEAN:
        return 4;
    case PRM_FIELD_INTEGER:
    case PRM_FIELD_MONEY:
    case PRM_FIELD_TIME:
        return 8;
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        return 16;
    }
    return 0; /* LCOV_EXCL_LINE every type is above */
}

/* Whether events of this role set attributes of that owner. */
static bool verify_sets(uint32_t role, uint32_t owner)
{
    if (owner == PRM_OWNER_PARTNER)
        return role == PRM_ROLE_PARTNER_JOINED || role == PRM_ROLE_PARTNER_UPDATED;
    return role == PRM_ROLE_REP_JOINED || role == PRM_ROLE_REP_UPDATED;
}

static bool verify_slot(const prm_program *program, const prm__p_type *type, const prm__p_slot *slot)
{
    if (slot->name >= program->names_count || slot->field_type > PRM_FIELD_PERCENT || slot->required > 1)
        return false;
    if (slot->attribute == PRM_NO_INDEX)
        return slot->name > PRM_NAME_EVENT || slot->field_type == PRM_FIELD_TEXT;
    if (slot->attribute >= program->attributes_count || slot->name == PRM_NAME_PARTNER ||
        slot->name == PRM_NAME_REP)
        return false;
    if ((slot->name == PRM_NAME_REFERRER || slot->name == PRM_NAME_PARENT) &&
        slot->field_type != PRM_FIELD_TEXT)
        return false;
    const prm__p_attribute *attribute = &program->attributes[slot->attribute];
    return attribute->field_type == slot->field_type && verify_sets(type->role, attribute->owner);
}

static bool verify_slots(const prm_program *program, const prm__p_type *type)
{
    if (type->slot_count > PRM_LIMIT_FIELDS ||
        !prm__verify_range(type->first_slot, type->slot_count, program->slots_count))
        return false;
    const prm__p_slot *slots = program->slots + type->first_slot;
    for (uint32_t i = 0; i < type->slot_count; i++) {
        if (!verify_slot(program, type, &slots[i]))
            return false;
        if (i > 0 && verify_width(slots[i].field_type) < verify_width(slots[i - 1].field_type))
            return false;
        for (uint32_t j = 0; j < i; j++)
            if (slots[j].name == slots[i].name)
                return false;
    }
    return true;
}

/* The field type of a name in a type, or PRM_NO_INDEX. */
static uint32_t verify_field(const prm_program *program, const prm__p_type *type, uint32_t name)
{
    for (uint32_t i = 0; i < type->slot_count; i++)
        if (program->slots[type->first_slot + i].name == name)
            return program->slots[type->first_slot + i].field_type;
    return PRM_NO_INDEX;
}

/* The fields without which a role cannot be played. */
static bool verify_role(const prm_program *program, const prm__p_type *type)
{
    if (type->role > PRM_ROLE_EVENT_VOIDED || type->rank > 2)
        return false;
    if (type->role == PRM_ROLE_EVENT_VOIDED)
        return verify_field(program, type, PRM_NAME_EVENT) == PRM_FIELD_TEXT;
    if (type->slot_count == 0 || program->slots[type->first_slot].name != PRM_NAME_PARTNER ||
        program->slots[type->first_slot].required != 1)
        return false;
    bool of_rep = type->role == PRM_ROLE_REP_JOINED || type->role == PRM_ROLE_REP_UPDATED ||
                  type->role == PRM_ROLE_REP_LEFT;
    return !of_rep || verify_field(program, type, PRM_NAME_REP) == PRM_FIELD_TEXT;
}

/* ---- Voids and reductions ---- */

/* Both types have the field by which they match, of one type. */
static bool verify_link(const prm_program *program, const prm__p_type *type, uint32_t target, uint32_t name)
{
    if (target >= program->types_count || name >= program->names_count || type->role != PRM_ROLE_FACT)
        return false;
    const prm__p_type *other = &program->types[target];
    uint32_t field = verify_field(program, type, name);
    return other->role != PRM_ROLE_EVENT_VOIDED && field != PRM_NO_INDEX &&
           field == verify_field(program, other, name);
}

static bool verify_links(const prm_program *program, const prm__p_type *type)
{
    if (!prm__verify_duration(type->voids_within, false))
        return false;
    if (type->voids == PRM_NO_INDEX && type->voids_within.count != 0)
        return false;
    if (type->voids != PRM_NO_INDEX)
        return type->reduces == PRM_NO_INDEX && verify_link(program, type, type->voids, type->voids_name);
    if (type->reduces == PRM_NO_INDEX)
        return true;
    return verify_link(program, type, type->reduces, type->reduces_name) &&
           verify_field(program, type, PRM_NAME_AMOUNT) == PRM_FIELD_MONEY &&
           verify_field(program, &program->types[type->reduces], PRM_NAME_AMOUNT) == PRM_FIELD_MONEY;
}

/* After the links of all types are in range. */
static bool verify_chain(const prm_program *program, const prm__p_type *type)
{
    for (uint32_t i = 0; i < VERIFY_VOIDS_CHAIN; i++) {
        uint32_t next = type->voids != PRM_NO_INDEX ? type->voids : type->reduces;
        if (next == PRM_NO_INDEX)
            return true;
        type = &program->types[next];
    }
    return false;
}

/* ---- Types ---- */

static bool verify_type(const prm_program *program, const prm__p_type *type)
{
    return type->text < program->texts_count && verify_slots(program, type) && verify_role(program, type) &&
           type->earns <= program->head->commission.present;
}

const char *prm__verify_types(const prm_program *program)
{
    const char *wrong = verify_names(program);
    if (wrong == NULL)
        wrong = verify_attributes(program);
    for (uint32_t i = 0; i < program->types_count && wrong == NULL; i++)
        if (!verify_type(program, &program->types[i]))
            wrong = "an event type is wrong";
    for (uint32_t i = 0; i < program->types_count && wrong == NULL; i++)
        if (!verify_links(program, &program->types[i]))
            wrong = "a void or reduction is wrong";
    for (uint32_t i = 0; i < program->types_count && wrong == NULL; i++)
        if (!verify_chain(program, &program->types[i]))
            wrong = "voids go round in a ring";
    return wrong;
}
