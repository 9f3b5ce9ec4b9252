/* verify, what hangs on event types: the measures that count them, the rules that they ask,
 * the anchors that they set, the commission that they earn. */
#include "program/program.h"
#include "program/program_rows.h"

/* Where a type has the keys of a kind at all, they are texts. */
static bool verify_keys_of(const prm_program *program, const prm__p_type *type, const prm__p_kind *kind)
{
    for (uint32_t i = 0; i < type->slot_count; i++) {
        const prm__p_slot *slot = &program->slots[type->first_slot + i];
        for (uint32_t j = 0; j < kind->key_count; j++)
            if (slot->name == kind->keys[j] && slot->field_type != PRM_FIELD_TEXT)
                return false;
    }
    return true;
}

/* Likewise the field of a measure is what it takes. */
static bool verify_field_of(const prm_program *program, const prm__p_type *type,
                            const prm__p_measure *measure)
{
    if (prm__catalog_measure(measure->kind)->field != PRM_MEASURE_NUMBER_FIELD)
        return true;
    for (uint32_t i = 0; i < type->slot_count; i++) {
        const prm__p_slot *slot = &program->slots[type->first_slot + i];
        if (slot->name == measure->name &&
            (slot->field_type == PRM_FIELD_TEXT || slot->field_type == PRM_FIELD_BOOLEAN ||
             slot->field_type == PRM_FIELD_TIME))
            return false;
    }
    return true;
}

static bool verify_routes(const prm_program *program, const prm__p_type *type)
{
    if (!prm__verify_range(type->first_route, type->route_count, program->routes_count))
        return false;
    const prm__p_route *routes = program->routes + type->first_route;
    for (uint32_t i = 0; i < type->route_count; i++) {
        if (routes[i].measure >= program->measures_count ||
            (i > 0 && routes[i].measure <= routes[i - 1].measure))
            return false;
        const prm__p_measure *measure = &program->measures[routes[i].measure];
        if (!verify_keys_of(program, type, &program->kinds[measure->subject]) ||
            !verify_field_of(program, type, measure))
            return false;
    }
    return true;
}

static bool verify_asks(const prm_program *program, const prm__p_type *type)
{
    if (!prm__verify_range(type->first_ask, type->ask_count, program->asks_count))
        return false;
    const prm__p_ask *asks = program->asks + type->first_ask;
    for (uint32_t i = 0; i < type->ask_count; i++) {
        if (asks[i].rule >= program->rules_count || (i > 0 && asks[i].rule <= asks[i - 1].rule))
            return false;
        if (!verify_keys_of(program, type, &program->kinds[program->rules[asks[i].rule].subject]))
            return false;
    }
    return true;
}

static bool verify_anchors_of(const prm_program *program, uint32_t index)
{
    const prm__p_type *type = &program->types[index];
    if (!prm__verify_range(type->first_anchor, type->anchor_count, program->anchors_count))
        return false;
    for (uint32_t i = 0; i < type->anchor_count; i++) {
        const prm__p_anchor *anchor = &program->anchors[type->first_anchor + i];
        if (anchor->type != index || !verify_keys_of(program, type, &program->kinds[anchor->kind]))
            return false;
    }
    return true;
}

/* Likewise for the subjects of commission. */
static bool verify_earns(const prm_program *program, const prm__p_type *type)
{
    const prm__p_commission *row = &program->head->commission;
    if (type->earns == 0)
        return true;
    return (row->window == PRM_NO_INDEX || verify_keys_of(program, type, &program->kinds[row->kind])) &&
           (program->brackets_count == 0 ||
            verify_keys_of(program, type, &program->kinds[row->bracket_kind]));
}

const char *prm__verify_hangers(const prm_program *program)
{
    for (uint32_t i = 0; i < program->types_count; i++) {
        const prm__p_type *type = &program->types[i];
        if (!verify_routes(program, type))
            return "an event type's measures are wrong";
        if (!verify_asks(program, type))
            return "an event type's rules are wrong";
        if (!verify_anchors_of(program, i))
            return "an event type's anchors are wrong";
        if (!verify_earns(program, type))
            return "an event type's commission is wrong";
    }
    return NULL;
}
