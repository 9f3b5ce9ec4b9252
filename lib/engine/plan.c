#include "engine/plan.h"

/* Whether events of a type may have all the keys of a kind; links need none. */
static bool plan_has_keys(const prm_engine *engine, uint32_t type, uint32_t kind)
{
    const prm_program *program = engine->program;
    const uint16_t *at = engine->key_at + ((size_t)type * program->kinds_count + kind) * PRM_KIND_KEYS;
    for (uint32_t i = 0; i < program->kinds[kind].key_count; i++)
        if (!at[i])
            return false;
    return true;
}

static prm_status plan_aims(prm_engine *engine, uint32_t type, prm__plan *plan)
{
    const prm_program *program = engine->program;
    plan->first_aim = (uint32_t)engine->aims.count;
    for (uint32_t kind = PRM_KIND_REP; kind < program->kinds_count; kind++) {
        prm__aim aim = {kind, program->kinds[kind].link};
        if (plan_has_keys(engine, type, kind))
            PRM_TRY(prm__vec_append(&engine->aims, &aim, 1));
    }
    plan->aim_count = (uint32_t)engine->aims.count - plan->first_aim;
    return PRM_OK;
}

static prm__take plan_take(const prm_engine *engine, uint32_t type, uint32_t measure)
{
    const prm_program *program = engine->program;
    const prm__p_measure *row = &program->measures[measure];
    const prm__p_window *window = &program->windows[row->window];
    prm__take take = {.def = prm__catalog_measure(row->kind),
                      .measure = measure,
                      .kind = row->subject,
                      .link = program->kinds[row->subject].link,
                      .at = (uint32_t)sizeof(prm__subject) + row->offset,
                      .filter = row->filter,
                      .active = row->active,
                      .window = row->window,
                      .period = window->period,
                      .slot = PRM_NO_INDEX,
                      .streak = row->kind == PRM_MEASURE_STREAK,
                      .anchored = window->kind == PRM_WINDOW_WITHIN || window->kind == PRM_WINDOW_AFTER,
                      .rolling = prm__catalog_window(window->kind)->rolling};
    if (row->name != PRM_NO_INDEX && !take.streak) {
        take.slot = prm__engine_slot(engine, type, row->name);
        if (take.slot != PRM_NO_INDEX)
            take.field_type = program->slots[program->types[type].first_slot + take.slot].field_type;
    }
    return take;
}

/* What counts events of the type: not what looks at a field that these do not have. */
static prm_status plan_takes(prm_engine *engine, uint32_t type, prm__plan *plan)
{
    const prm_program *program = engine->program;
    const prm__p_type *row = &program->types[type];
    plan->first_take = (uint32_t)engine->plan_takes.count;
    for (uint32_t i = 0; i < row->route_count; i++) {
        uint32_t measure = program->routes[row->first_route + i].measure;
        prm__take take = plan_take(engine, type, measure);
        if (take.streak || program->measures[measure].name == PRM_NO_INDEX || take.slot != PRM_NO_INDEX)
            PRM_TRY(prm__vec_append(&engine->plan_takes, &take, 1));
    }
    plan->take_count = (uint32_t)engine->plan_takes.count - plan->first_take;
    return PRM_OK;
}

/* The whole number that a measure must have come to before the rule can fire; 0 where that is not
 * what it waits for. */
static uint64_t plan_least(const prm_program *program, const prm__p_rule *rule)
{
    const prm__p_condition *row = &program->conditions[rule->first_condition];
    if (rule->form != PRM_FORM_REACH || rule->condition_count != 1 || row->expr != PRM_NO_INDEX ||
        row->attribute != PRM_NO_INDEX || row->threshold <= 0)
        return 0;
    if (row->kind == PRM_CONDITION_AT_LEAST)
        return (uint64_t)((row->threshold + PRM_DECIMAL_ONE - 1) / PRM_DECIMAL_ONE);
    return row->kind == PRM_CONDITION_MORE_THAN ? (uint64_t)(row->threshold / PRM_DECIMAL_ONE) + 1 : 0;
}

static prm__listener plan_listener(const prm_program *program, uint32_t index)
{
    const prm__p_rule *rule = &program->rules[index];
    prm__listener listener = {.rule = index,
                              .kind = rule->subject,
                              .link = program->kinds[rule->subject].link,
                              .each = rule->form == PRM_FORM_EACH,
                              .measure = PRM_NO_INDEX};
    if (listener.each || rule->measure_count != 1)
        return listener;
    uint32_t measure = program->rule_measures[rule->first_measure];
    const prm__p_measure *row = &program->measures[measure];
    if (row->subject != rule->subject)
        return listener;
    listener.measure = measure;
    listener.def = prm__catalog_measure(row->kind);
    listener.at = (uint32_t)(sizeof(prm__subject) + row->offset + sizeof(prm__measure_state));
    if (listener.def->whole)
        listener.least = plan_least(program, rule);
    return listener;
}

/* Rules by `while`, and those that are asked at the close, do not listen. */
static prm_status plan_listeners(prm_engine *engine, uint32_t type, prm__plan *plan)
{
    const prm_program *program = engine->program;
    const prm__p_type *row = &program->types[type];
    plan->first_listener = (uint32_t)engine->listeners.count;
    for (uint32_t i = 0; i < row->ask_count; i++) {
        uint32_t rule = program->asks[row->first_ask + i].rule;
        prm__listener listener = plan_listener(program, rule);
        if (program->rules[rule].form != PRM_FORM_WHILE && !program->rules[rule].at_close)
            PRM_TRY(prm__vec_append(&engine->listeners, &listener, 1));
    }
    plan->listener_count = (uint32_t)engine->listeners.count - plan->first_listener;
    return PRM_OK;
}

prm_status prm__plan_init(prm_engine *engine)
{
    for (uint32_t type = 0; type < engine->program->types_count; type++) {
        prm__plan *plan = &engine->plans[type];
        PRM_TRY(plan_aims(engine, type, plan));
        PRM_TRY(plan_takes(engine, type, plan));
        PRM_TRY(plan_listeners(engine, type, plan));
    }
    return PRM_OK;
}
