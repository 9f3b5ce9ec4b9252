#include "engine/need.h"

static prm__need *need_of(const prm_engine *engine, uint32_t type, uint32_t kind)
{
    return &engine->needs[(size_t)type * engine->program->kinds_count + kind];
}

/* Adds the bytes [start, end) of a subject. */
static void need_bytes(prm__need *need, size_t start, size_t end)
{
    for (size_t place = 0; place < PRM_NEED_PLACES; place++)
        for (size_t at = start; at < end; at += PRM_NEED_UNIT) {
            size_t line = (place * PRM_NEED_UNIT + at) / PRM_ALLOC_LINE;
            if (line < 16)
                need->lines[place] |= (uint16_t)(1U << line);
        }
}

/* Adds `size` bytes at `offset` of a kind's record to what events of `type` look at. */
static void need_add(prm_engine *engine, uint32_t type, uint32_t kind, size_t offset, size_t size)
{
    size_t start = (sizeof(prm__subject) + offset) / PRM_NEED_UNIT * PRM_NEED_UNIT;
    need_bytes(need_of(engine, type, kind), start, sizeof(prm__subject) + offset + size);
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
    for (uint32_t kind = 0; kind < program->kinds_count; kind++)
        if (row->earns && program->kinds[kind].has_rates)
            need_bytes(need_of(engine, type, kind), 0, sizeof(prm__subject));
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
