#include "engine/need.h"

/* Adds `size` bytes at `offset` of a kind's record to what events of `type` look at. */
static void need_add(prm_engine *engine, uint32_t type, uint32_t kind, size_t offset, size_t size)
{
    size_t first = (sizeof(prm__subject) + offset) / PRM_NEED_UNIT;
    size_t end = (sizeof(prm__subject) + offset + size + PRM_NEED_UNIT - 1) / PRM_NEED_UNIT;
    uint64_t *need = &engine->needs[(size_t)type * engine->program->kinds_count + kind];
    for (size_t unit = first; unit < end && unit < 64; unit++)
        *need |= (uint64_t)1 << unit;
}

static void need_window(prm_engine *engine, uint32_t type, uint32_t window)
{
    uint32_t anchor = engine->program->windows[window].anchor;
    if (anchor == PRM_NO_INDEX)
        return;
    const prm__p_anchor *row = &engine->program->anchors[anchor];
    need_add(engine, type, row->kind, row->offset, sizeof(prm__anchor_state));
}

static void need_type(prm_engine *engine, uint32_t type)
{
    const prm_program *program = engine->program;
    const prm__p_type *row = &program->types[type];
    for (uint32_t kind = 0; kind < program->kinds_count; kind++) {
        const uint64_t head = ((uint64_t)1 << sizeof(prm__subject) / PRM_NEED_UNIT) - 1;
        bool asked_who = kind != PRM_KIND_PARTNER || (row->earns && program->kinds[kind].has_rates);
        engine->needs[(size_t)type * program->kinds_count + kind] = asked_who ? head : 0;
    }
    for (uint32_t i = 0; i < row->route_count; i++) {
        const prm__p_measure *measure = &program->measures[program->routes[row->first_route + i].measure];
        size_t size = sizeof(prm__measure_state) + prm__catalog_measure(measure->kind)->state_size;
        need_add(engine, type, measure->subject, measure->offset, size);
        need_window(engine, type, measure->window);
    }
    for (uint32_t i = 0; i < row->ask_count; i++) {
        const prm__p_rule *rule = &program->rules[program->asks[row->first_ask + i].rule];
        need_add(engine, type, rule->subject, rule->offset, sizeof(prm__rule_state));
        need_window(engine, type, rule->window);
    }
    for (uint32_t i = 0; i < row->anchor_count; i++) {
        const prm__p_anchor *anchor = &program->anchors[row->first_anchor + i];
        need_add(engine, type, anchor->kind, anchor->offset, sizeof(prm__anchor_state));
    }
}

void prm__need_init(prm_engine *engine)
{
    for (uint32_t type = 0; type < engine->program->types_count; type++)
        need_type(engine, type);
}
