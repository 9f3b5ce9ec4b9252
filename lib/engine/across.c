#include "engine/across.h"
#include "base/sort.h"
#include "engine/ask.h"
#include "engine/condition.h"
#include "engine/order.h"
#include "engine/stash.h"
#include <string.h>

/* A candidate with its partner, while one contest is decided. */
typedef struct across_entry {
    const prm__candidate *candidate;
    uint32_t partner;
    uint32_t reserved;
} across_entry;

prm_status prm__across_init(prm_engine *engine)
{
    const prm_program *program = engine->program;
    prm__vec_init(&engine->contests_dirty, &engine->alloc, sizeof(prm__contest_window));
    prm__vec_init(&engine->candidates, &engine->alloc, sizeof(across_entry));
    prm__vec_init(&engine->budgets_dirty, &engine->alloc, sizeof(uint32_t));
    prm__vec_init(&engine->budget_rules, &engine->alloc, sizeof(uint32_t));
    for (uint32_t i = 0; i < program->rules_count; i++)
        if (program->rules[i].budget != INT64_MAX)
            PRM_TRY(prm__vec_append(&engine->budget_rules, &i, 1));
    return PRM_OK;
}

void prm__across_free(prm_engine *engine)
{
    prm__vec_free(&engine->contests_dirty);
    prm__vec_free(&engine->candidates);
    prm__vec_free(&engine->budgets_dirty);
    prm__vec_free(&engine->budget_rules);
}

void prm__across_begin(prm_engine *engine)
{
    engine->contests_dirty.count = 0;
    engine->budgets_dirty.count = 0;
}

/* ---- What folds leave ---- */

static prm_status across_dirty(prm_engine *engine, uint32_t rule, int64_t window)
{
    const prm__contest_window *known = engine->contests_dirty.data;
    for (size_t i = 0; i < engine->contests_dirty.count; i++)
        if (known[i].rule == rule && known[i].window == window)
            return PRM_OK;
    prm__contest_window one = {window, rule, 0};
    return prm__vec_append(&engine->contests_dirty, &one, 1);
}

prm_status prm__across_budget(prm_engine *engine, uint32_t rule)
{
    const uint32_t *known = engine->budgets_dirty.data;
    for (size_t i = 0; i < engine->budgets_dirty.count; i++)
        if (known[i] == rule)
            return PRM_OK;
    return prm__vec_append(&engine->budgets_dirty, &rule, 1);
}

/* The outcomes of every place, of which at most one place's will count. */
static prm_status across_fire(const prm__firing *firing, const prm__p_rule *rule, uint32_t first)
{
    prm_engine *engine = firing->asking->engine;
    const prm_program *program = engine->program;
    for (uint32_t i = 0; i < rule->tier_count; i++) {
        prm__p_block block = program->tiers[rule->first_tier + i].then;
        for (uint32_t j = 0; j < block.action_count; j++)
            PRM_TRY(prm__fire_action(firing, block.first_action + j));
    }
    const prm__partner *partner = prm__engine_partner(engine, firing->asking->partner);
    prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    for (uint32_t i = first; i < partner->outcomes.count; i++) {
        outcomes[i].more.claim.latent = outcomes[i].kind;
        outcomes[i].kind = PRM_OUTCOME_NONE;
    }
    return PRM_OK;
}

prm_status prm__across_enter(const prm__asking *asking, uint32_t rule_index)
{
    prm_engine *engine = asking->engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    prm__partner *partner = prm__engine_partner(engine, asking->partner);
    prm__candidate entry;
    memset(&entry, 0, sizeof entry);
    entry.number = prm__condition_number(asking, &engine->program->conditions[rule->single]);
    if (entry.number.none || !prm__ask_eligible(asking, rule))
        return PRM_OK;
    entry.rule = rule_index;
    entry.window = prm__ask_occasion(asking, rule) - 1;
    entry.first_outcome = partner->outcomes.count;
    prm__firing firing = {.asking = asking,
                          .rule = rule_index,
                          .subject = engine->at_subjects[rule->subject],
                          .value = prm__eval_fraction(entry.number)};
    PRM_TRY(across_fire(&firing, rule, entry.first_outcome));
    entry.outcome_count = partner->outcomes.count - entry.first_outcome;
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->contests, sizeof entry, 1));
    prm__candidate *entries = prm__list_data(&engine->pool, &partner->contests);
    entries[partner->contests.count++] = entry;
    return across_dirty(engine, rule_index, entry.window);
}

prm_status prm__across_restart(prm_engine *engine, prm__partner *partner)
{
    const prm__candidate *entries = prm__list_data(&engine->pool, &partner->contests);
    for (uint32_t i = 0; i < partner->contests.count; i++)
        PRM_TRY(across_dirty(engine, entries[i].rule, entries[i].window));
    partner->contests.count = 0;
    for (size_t i = 0; partner->stash.count && i < engine->budget_rules.count; i++)
        PRM_TRY(prm__across_budget(engine, PRM_VEC(engine->budget_rules, uint32_t)[i]));
    return PRM_OK;
}

/* ---- Changing an outcome ---- */

/* The outcome may be changed once this has returned; NULL when memory ran out. */
static prm__outcome *across_open(prm_engine *engine, uint32_t index, uint32_t place)
{
    if (prm__engine_touch(engine, index, PRM_NO_INDEX) != PRM_OK)
        return NULL;
    prm__partner *partner = prm__engine_partner(engine, index);
    if (prm__stash_from(engine, partner, place) != PRM_OK)
        return NULL;
    return (prm__outcome *)prm__list_data(&engine->pool, &partner->outcomes) + place;
}

/* ---- Contests ---- */

static prm_status across_collect(prm_engine *engine, prm__contest_window contest)
{
    engine->candidates.count = 0;
    for (uint32_t i = 0; i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__candidate *entries = prm__list_data(&engine->pool, &partner->contests);
        for (uint32_t j = 0; j < partner->contests.count; j++) {
            across_entry entry = {&entries[j], i, 0};
            if (entries[j].rule == contest.rule && entries[j].window == contest.window)
                PRM_TRY(prm__vec_append(&engine->candidates, &entry, 1));
        }
    }
    engine->sorting.count = 0;
    return prm__vec_reserve(&engine->sorting, engine->candidates.count * 2);
}

/* The higher number first. */
static int across_compare(const void *a, const void *b, const void *context)
{
    (void)context;
    const prm__fraction *left = &((const across_entry *)a)->candidate->number;
    const prm__fraction *right = &((const across_entry *)b)->candidate->number;
    return prm__decimal_compare_fractions(right->number, right->divisor, left->number, left->divisor);
}

/* Gives an entry its place, counted from 1; beyond the last place it has none. */
static prm_status across_place(prm_engine *engine, const across_entry *entry, uint64_t place)
{
    const prm__p_rule *rule = &engine->program->rules[entry->candidate->rule];
    uint32_t first = entry->candidate->first_outcome, end = first + entry->candidate->outcome_count;
    for (uint32_t i = first; i < end; i++) {
        const prm__partner *partner = prm__engine_partner(engine, entry->partner);
        const prm__outcome *outcome =
            (const prm__outcome *)prm__list_data(&engine->pool, &partner->outcomes) + i;
        bool has = engine->program->actions[rule->first_action + outcome->action].number == place;
        uint8_t kind = has ? (uint8_t)outcome->more.claim.latent : PRM_OUTCOME_NONE;
        if (outcome->kind == kind)
            continue;
        prm__outcome *open = across_open(engine, entry->partner, i);
        if (!open)
            return PRM_E_MEMORY;
        open->kind = kind;
        if (rule->budget != INT64_MAX)
            PRM_TRY(prm__across_budget(engine, entry->candidate->rule));
    }
    return PRM_OK;
}

static prm_status across_contest(prm_engine *engine, prm__contest_window contest)
{
    PRM_TRY(across_collect(engine, contest));
    size_t count = engine->candidates.count;
    const void **sorted = engine->sorting.data;
    for (size_t i = 0; i < count; i++)
        sorted[i] = prm__vec_at(&engine->candidates, i);
    if (count > 1)
        prm__sort_pointers(sorted, sorted + count, count, across_compare, engine);
    uint64_t place = 1;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && across_compare(sorted[i - 1], sorted[i], engine) != 0)
            place = i + 1;
        PRM_TRY(across_place(engine, sorted[i], place));
    }
    return PRM_OK;
}

/* ---- Budgets ---- */

static bool across_claims(const prm_program *program, const prm__outcome *outcome, uint32_t rule)
{
    if (outcome->rule != rule || outcome->kind != PRM_OUTCOME_REWARD)
        return false;
    const prm__p_action *action = &program->actions[program->rules[rule].first_action + outcome->action];
    return program->rewards[action->reward].money == 1;
}

/* The grants of a rule in the order of the ledger, into engine->sorting. */
static prm_status across_claims_in_order(prm_engine *engine, uint32_t rule)
{
    engine->order_items.count = 0;
    for (uint32_t i = 0; i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        for (uint32_t j = 0; j < partner->outcomes.count; j++) {
            prm__order_item item = {&outcomes[j], i, PRM_GRANT};
            if (across_claims(engine->program, &outcomes[j], rule))
                PRM_TRY(prm__vec_append(&engine->order_items, &item, 1));
        }
    }
    return prm__order_sort(engine, &engine->order_items, &engine->sorting);
}

static prm_status across_use_budget(prm_engine *engine, uint32_t rule)
{
    int64_t left = engine->program->rules[rule].budget;
    PRM_TRY(across_claims_in_order(engine, rule));
    for (size_t i = 0; i < engine->sorting.count; i++) {
        const prm__order_item *item = ((const prm__order_item *const *)engine->sorting.data)[i];
        int64_t wanted = item->outcome->more.claim.wanted;
        int64_t granted = wanted < left ? wanted : left;
        left -= granted;
        if (item->outcome->number == granted)
            continue;
        const prm__partner *partner = prm__engine_partner(engine, item->partner);
        const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        prm__outcome *open = across_open(engine, item->partner, (uint32_t)(item->outcome - outcomes));
        if (!open)
            return PRM_E_MEMORY;
        open->number = granted;
    }
    return PRM_OK;
}

void prm__across_fail(prm_engine *engine)
{
    engine->contests_lost = 1;
}

/* Every contest that anybody takes part in. */
static prm_status across_dirty_all(prm_engine *engine)
{
    for (uint32_t i = 0; engine->contests_lost && i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__candidate *entries = prm__list_data(&engine->pool, &partner->contests);
        for (uint32_t j = 0; j < partner->contests.count; j++)
            PRM_TRY(across_dirty(engine, entries[j].rule, entries[j].window));
    }
    return PRM_OK;
}

prm_status prm__across_settle(prm_engine *engine)
{
    PRM_TRY(across_dirty_all(engine));
    for (size_t i = 0; i < engine->contests_dirty.count; i++)
        PRM_TRY(across_contest(engine, PRM_VEC(engine->contests_dirty, prm__contest_window)[i]));
    for (size_t i = 0; i < engine->budgets_dirty.count; i++)
        PRM_TRY(across_use_budget(engine, PRM_VEC(engine->budgets_dirty, uint32_t)[i]));
    engine->contests_lost = 0;
    return PRM_OK;
}
