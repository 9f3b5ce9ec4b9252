#include "engine/plan.h"
#include "base/sort.h"

static prm_status plan_texts(prm_engine *engine, uint32_t type, prm__plan *plan)
{
    const prm_program *program = engine->program;
    const prm__layout *layout = &engine->layouts[type];
    if (!engine->slot_of)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(&engine->text_fields, program->names_count));
    plan->first_text = (uint32_t)engine->text_fields.count;
    plan->text_count = program->names_count;
    for (uint32_t name = 0; name < program->names_count; name++) {
        prm__text_field *text = prm__vec_push(&engine->text_fields);
        uint32_t slot = prm__engine_slot(engine, type, name);
        text->kind = PRM_NO_KIND;
        if (slot == PRM_NO_INDEX || !(layout->texts >> slot & 1))
            continue;
        *text = (prm__text_field){(uint64_t)1 << slot, layout->at[slot], layout->kind[slot]};
    }
    return PRM_OK;
}

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
        if (!plan_has_keys(engine, type, kind))
            continue;
        PRM_TRY(prm__vec_append(&engine->aims, &aim, 1));
        if (kind < PRM_WARM_KINDS && !aim.link)
            plan->found |= 1U << kind;
        else
            plan->more_aims = 1;
    }
    plan->aim_count = (uint32_t)engine->aims.count - plan->first_aim;
    return PRM_OK;
}

/* ---- Branches ---- */

/* So many takes and listeners that ask a text of one slot are worth a fork there. */
#ifdef PRM_EAGER
#define PLAN_FORK_LEAST 1U
#else
#define PLAN_FORK_LEAST 8U
#endif

/* A take or a listener of the type under way, and the only text with which it is concerned. */
typedef struct plan_item {
    prm__branch_key at; /* slot PRM_NO_INDEX: any */
    uint32_t listens;   /* 1: a listener, else a take */
    uint32_t index;     /* among those of the type, in their order */
} plan_item;

/* The type under way. */
typedef struct plan_work {
    prm_engine *engine;
    prm__plan *plan;
    uint32_t type;
    prm__vec takes;     /* of prm__take */
    prm__vec listeners; /* of prm__listener */
    prm__vec items;     /* of plan_item */
    prm__vec sorted;    /* of const plan_item * */
} plan_work;

static bool plan_forks_at(const prm__plan *plan, uint32_t slot)
{
    for (uint32_t i = 0; i < plan->fork_count; i++)
        if (plan->forks[i] == slot)
            return true;
    return false;
}

/* The slots of which most items of the type ask a text. */
static void plan_choose_forks(const plan_work *work)
{
    uint32_t counts[PRM_LIMIT_FIELDS] = {0};
    for (size_t i = 0; i < work->items.count; i++) {
        const plan_item *item = prm__vec_at(&work->items, i);
        if (item->at.slot != PRM_NO_INDEX)
            counts[item->at.slot]++;
    }
    while (work->plan->fork_count < PRM_PLAN_FORKS) {
        uint32_t most = 0;
        for (uint32_t slot = 1; slot < PRM_LIMIT_FIELDS; slot++)
            most = counts[slot] > counts[most] ? slot : most;
        if (counts[most] < PLAN_FORK_LEAST)
            return;
        counts[most] = 0;
        work->plan->forks[work->plan->fork_count++] = (uint8_t)most;
    }
}

static prm_status plan_note(plan_work *work, prm__branch_key at, uint32_t listens, size_t index)
{
    plan_item item = {at, listens, (uint32_t)index};
    if (work->engine->program->types[work->type].rank < 2)
        item.at.slot = PRM_NO_INDEX; /* rosters concern everybody */
    return prm__vec_append(&work->items, &item, 1);
}

static int plan_compare(const void *a, const void *b, const void *context)
{
    const plan_item *left = a, *right = b;
    (void)context;
    if (left->at.slot != right->at.slot)
        return left->at.slot < right->at.slot ? -1 : 1;
    if (left->at.key != right->at.key)
        return left->at.key < right->at.key ? -1 : 1;
    return 0;
}

static prm_status plan_emit(const plan_work *work, const plan_item *item, uint32_t *take_count,
                            uint32_t *listener_count)
{
    prm_engine *engine = work->engine;
    if (item->listens) {
        ++*listener_count;
        return prm__vec_append(&engine->listeners, prm__vec_at(&work->listeners, item->index), 1);
    }
    ++*take_count;
    return prm__vec_append(&engine->plan_takes, prm__vec_at(&work->takes, item->index), 1);
}

/* The items of one branch, [first, end). */
static prm_status plan_emit_branch(const plan_work *work, const plan_item *const *sorted, size_t first,
                                   size_t end)
{
    prm_engine *engine = work->engine;
    prm__branch branch = {.type = work->type,
                          .at = sorted[first]->at,
                          .first_take = (uint32_t)engine->plan_takes.count,
                          .first_listener = (uint32_t)engine->listeners.count};
    for (size_t i = first; i < end; i++)
        PRM_TRY(plan_emit(work, sorted[i], &branch.take_count, &branch.listener_count));
    return prm__branch_add(engine, &branch);
}

/* First what every event concerns, then branch by branch; each keeps its order. */
static prm_status plan_emit_all(plan_work *work)
{
    size_t count = work->items.count, first = 0;
    PRM_TRY(prm__vec_reserve(&work->sorted, count * 2 + 1));
    const void **pointers = work->sorted.data;
    for (size_t i = 0; i < count; i++) {
        plan_item *item = prm__vec_at(&work->items, i);
        if (!plan_forks_at(work->plan, item->at.slot))
            item->at = (prm__branch_key){0, 0}; /* slot 0 is the partner's: before all others */
        pointers[i] = item;
    }
    if (count)
        prm__sort_pointers(pointers, pointers + count, count, plan_compare, NULL);
    const plan_item *const *sorted = (const plan_item *const *)work->sorted.data;
    for (; first < count && sorted[first]->at.slot == 0; first++)
        PRM_TRY(plan_emit(work, sorted[first], &work->plan->take_count, &work->plan->listener_count));
    for (size_t end = first; first < count; first = end) {
        while (end < count && plan_compare(sorted[first], sorted[end], NULL) == 0)
            end++;
        PRM_TRY(plan_emit_branch(work, sorted, first, end));
    }
    return PRM_OK;
}

/* ---- Takes ---- */

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

/* The filter that decides whether a measure counts an event: a streak goes by another measure, which has counted
 * it before. */
static uint32_t plan_filter(const prm_program *program, uint32_t measure)
{
    while (program->measures[measure].kind == PRM_MEASURE_STREAK)
        measure = program->conditions[program->measures[measure].inner].measure;
    return program->measures[measure].filter;
}

/* What counts events of the type: not what looks at a field that these do not have. */
static prm_status plan_takes(plan_work *work)
{
    const prm_program *program = work->engine->program;
    const prm__p_type *row = &program->types[work->type];
    for (uint32_t i = 0; i < row->route_count; i++) {
        uint32_t measure = program->routes[row->first_route + i].measure;
        prm__take take = plan_take(work->engine, work->type, measure);
        if (!take.streak && program->measures[measure].name != PRM_NO_INDEX && take.slot == PRM_NO_INDEX)
            continue;
        prm__branch_key at = prm__branch_of_filter(work->engine, work->type, plan_filter(program, measure));
        PRM_TRY(plan_note(work, at, 0, work->takes.count));
        PRM_TRY(prm__vec_append(&work->takes, &take, 1));
    }
    return PRM_OK;
}

/* ---- Listeners ---- */

/* The whole number that a measure must have come to before the rule can fire; 0 where that is not
 * what it waits for. */
static uint64_t plan_least(const prm_program *program, const prm__p_rule *rule)
{
    const prm__p_condition *row = &program->conditions[rule->first_condition];
    bool once = rule->form == PRM_FORM_REACH || rule->form == PRM_FORM_STAGE;
    if (!once || rule->condition_count != 1 || row->expr != PRM_NO_INDEX || row->attribute != PRM_NO_INDEX ||
        row->threshold <= 0)
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

/* The text without which none of the rule's measures counts events of the type. */
static prm__branch_key plan_key_of_rule(const plan_work *work, const prm__p_rule *rule)
{
    const prm_program *program = work->engine->program;
    prm__branch_key common = {PRM_NO_INDEX, 0};
    if (rule->form == PRM_FORM_EACH)
        return prm__branch_of_filter(work->engine, work->type, rule->each_filter);
    for (uint32_t i = 0; i < rule->measure_count; i++) {
        const prm__p_measure *row = &program->measures[program->rule_measures[rule->first_measure + i]];
        prm__branch_key at = prm__branch_of_filter(work->engine, work->type, row->filter);
        if (at.slot == PRM_NO_INDEX || (i > 0 && (at.slot != common.slot || at.key != common.key)))
            return (prm__branch_key){PRM_NO_INDEX, 0};
        common = at;
    }
    return common;
}

/* Rules by `while`, and those that are asked at the close, do not listen. */
static prm_status plan_listeners(plan_work *work)
{
    const prm_program *program = work->engine->program;
    const prm__p_type *row = &program->types[work->type];
    for (uint32_t i = 0; i < row->ask_count; i++) {
        const prm__p_rule *rule = &program->rules[program->asks[row->first_ask + i].rule];
        prm__listener listener = plan_listener(program, (uint32_t)(rule - program->rules));
        if (rule->form == PRM_FORM_WHILE || rule->at_close)
            continue;
        PRM_TRY(plan_note(work, plan_key_of_rule(work, rule), 1, work->listeners.count));
        PRM_TRY(prm__vec_append(&work->listeners, &listener, 1));
    }
    return PRM_OK;
}

/* The slot whose number commission is of, where it is of nothing more than a field. */
static uint32_t plan_base_slot(const prm_engine *engine, uint32_t type)
{
    const prm_program *program = engine->program;
    if (!program->types[type].earns)
        return PRM_NO_INDEX;
    const prm__p_expr *of = &program->exprs[program->head->commission.of];
    uint32_t word = program->code[of->first_word];
    if (of->word_count != 1 || (word & 0xFF) != PRM_OP_FIELD || word >> 8 == PRM_NAME_PARTNER)
        return PRM_NO_INDEX;
    uint32_t slot = prm__engine_slot(engine, type, word >> 8);
    if (slot == PRM_NO_INDEX)
        return PRM_NO_INDEX;
    switch ((prm__field_type)program->slots[program->types[type].first_slot + slot].field_type) {
    case PRM_FIELD_INTEGER:
    case PRM_FIELD_MONEY:
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        return slot;
    /* LCOV_EXCL_START the compiler wants a number */
    case PRM_FIELD_TEXT:
    case PRM_FIELD_BOOLEAN:
    case PRM_FIELD_TIME:
        break;
    }
    return PRM_NO_INDEX;
    /* LCOV_EXCL_STOP */
}

/* ---- The whole ---- */

static prm_status plan_type(plan_work *work)
{
    work->plan->first_take = (uint32_t)work->engine->plan_takes.count;
    work->plan->first_listener = (uint32_t)work->engine->listeners.count;
    work->takes.count = 0;
    work->listeners.count = 0;
    work->items.count = 0;
    work->plan->base_slot = plan_base_slot(work->engine, work->type);
    PRM_TRY(plan_texts(work->engine, work->type, work->plan));
    PRM_TRY(plan_aims(work->engine, work->type, work->plan));
    PRM_TRY(plan_takes(work));
    PRM_TRY(plan_listeners(work));
    plan_choose_forks(work);
    return plan_emit_all(work);
}

/* So that the first one of a list has a place even where the list is empty. */
static prm_status plan_open_lists(prm_engine *engine)
{
    prm__vec *const lists[] = {&engine->text_fields, &engine->aims, &engine->plan_takes, &engine->listeners,
                               &engine->branches};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        PRM_TRY(prm__vec_reserve(lists[i], 1));
    return PRM_OK;
}

prm_status prm__plan_init(prm_engine *engine)
{
    plan_work work = {.engine = engine};
    PRM_TRY(plan_open_lists(engine));
    prm__vec_init(&work.takes, &engine->alloc, sizeof(prm__take));
    prm__vec_init(&work.listeners, &engine->alloc, sizeof(prm__listener));
    prm__vec_init(&work.items, &engine->alloc, sizeof(plan_item));
    prm__vec_init(&work.sorted, &engine->alloc, sizeof(void *));
    prm_status status = PRM_OK;
    for (; work.type < engine->program->types_count && status == PRM_OK; work.type++) {
        work.plan = &engine->plans[work.type];
        status = plan_type(&work);
    }
    prm__vec_free(&work.takes);
    prm__vec_free(&work.listeners);
    prm__vec_free(&work.items);
    prm__vec_free(&work.sorted);
    return status;
}
