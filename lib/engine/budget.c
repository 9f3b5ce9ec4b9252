#include "engine/budget.h"
#include "engine/order.h"
#include "engine/stash.h"

enum {
    BUDGET_CLAIMED = 1, /* in this call */
    BUDGET_AGAIN = 2    /* from the first claim on */
};

/* A rule with a budget, and how far it has been used. */
typedef struct budget_state {
    uint32_t rule;
    uint32_t flags;
    int64_t left;
    uint32_t last_partner; /* the last claim in the order of the ledger; PRM_NONE without one */
    uint32_t last_place;
} budget_state;

typedef struct budget_claim {
    uint32_t rule;
    uint32_t partner;
    uint32_t place;
} budget_claim;

prm_status prm__budget_init(prm_engine *engine)
{
    const prm_program *program = engine->program;
    prm__vec_init(&engine->budgets, &engine->alloc, sizeof(budget_state));
    prm__vec_init(&engine->budget_claims, &engine->alloc, sizeof(budget_claim));
    for (uint32_t i = 0; i < program->rules_count; i++) {
        budget_state state = {.rule = i, .left = program->rules[i].budget, .last_partner = PRM_NONE};
        if (state.left != INT64_MAX)
            PRM_TRY(prm__vec_append(&engine->budgets, &state, 1));
    }
    return PRM_OK;
}

void prm__budget_free(prm_engine *engine)
{
    prm__vec_free(&engine->budgets);
    prm__vec_free(&engine->budget_claims);
}

/* What a failed call has left to do again stays. */
void prm__budget_begin(prm_engine *engine)
{
    engine->budget_claims.count = 0;
}

static void budget_mark(prm_engine *engine, uint32_t rule, uint32_t flag)
{
    budget_state *states = engine->budgets.data;
    for (size_t i = 0; i < engine->budgets.count; i++)
        if (rule == PRM_NONE || states[i].rule == rule)
            states[i].flags |= flag;
}

prm_status prm__budget_claim(prm_engine *engine, uint32_t rule, uint32_t partner, uint32_t place)
{
    budget_claim claim = {rule, partner, place};
    budget_mark(engine, rule, BUDGET_CLAIMED);
    return prm__vec_append(&engine->budget_claims, &claim, 1);
}

void prm__budget_again(prm_engine *engine, uint32_t rule)
{
    budget_mark(engine, rule, BUDGET_AGAIN);
}

void prm__budget_all_again(prm_engine *engine)
{
    budget_mark(engine, PRM_NONE, BUDGET_AGAIN);
}

/* ---- Claims in the order of the ledger ---- */

static const prm__outcome *budget_outcome(const prm_engine *engine, uint32_t partner, uint32_t place)
{
    const prm__list *outcomes = &prm__engine_partner(engine, partner)->outcomes;
    return (const prm__outcome *)prm__list_data(&engine->pool, outcomes) + place;
}

/* Adds the outcome, if it is a grant of money by the rule. */
static prm_status budget_add(prm_engine *engine, uint32_t rule, uint32_t partner, uint32_t place)
{
    const prm_program *program = engine->program;
    prm__order_item item = prm__order_item_of(budget_outcome(engine, partner, place), partner, PRM_GRANT);
    if (item.outcome->rule != rule || item.outcome->kind != PRM_OUTCOME_REWARD)
        return PRM_OK;
    const prm__p_action *action = &program->actions[program->rules[rule].first_action + item.outcome->action];
    return program->rewards[action->reward].money ? prm__vec_append(&engine->order_items, &item, 1) : PRM_OK;
}

static prm_status budget_all_claims(prm_engine *engine, uint32_t rule)
{
    engine->order_items.count = 0;
    for (uint32_t i = 0; i < engine->partners.count; i++)
        for (uint32_t j = 0; j < prm__engine_partner(engine, i)->outcomes.count; j++)
            PRM_TRY(budget_add(engine, rule, i, j));
    return prm__order_sort(engine, &engine->order_items, PRM_GRANT, &engine->sorting);
}

static prm_status budget_new_claims(prm_engine *engine, uint32_t rule)
{
    const budget_claim *claims = engine->budget_claims.data;
    engine->order_items.count = 0;
    for (size_t i = 0; i < engine->budget_claims.count; i++)
        if (claims[i].rule == rule)
            PRM_TRY(budget_add(engine, rule, claims[i].partner, claims[i].place));
    return prm__order_sort(engine, &engine->order_items, PRM_GRANT, &engine->sorting);
}

static const prm__order_item *budget_item(const prm_engine *engine, size_t place)
{
    return ((const prm__order_item *const *)engine->sorting.data)[place];
}

/* Whether the sorted claims all come after those that were met before. */
static bool budget_goes_on(const prm_engine *engine, const budget_state *state)
{
    if (state->last_partner == PRM_NONE || engine->sorting.count == 0)
        return true;
    const prm__outcome *outcome = budget_outcome(engine, state->last_partner, state->last_place);
    prm__order_item last = prm__order_item_of(outcome, state->last_partner, PRM_GRANT);
    return prm__order_compare(&last, budget_item(engine, 0), engine) < 0;
}

/* ---- Using it up ---- */

static prm_status budget_meet(prm_engine *engine, budget_state *state)
{
    for (size_t i = 0; i < engine->sorting.count; i++) {
        const prm__order_item *item = budget_item(engine, i);
        int64_t wanted = item->outcome->more.claim.wanted;
        int64_t granted = wanted < state->left ? wanted : state->left;
        uint32_t place = (uint32_t)(item->outcome - budget_outcome(engine, item->partner, 0));
        state->left -= granted;
        state->last_partner = item->partner;
        state->last_place = place;
        if (item->outcome->number == granted)
            continue;
        prm__outcome *open = prm__stash_open(engine, item->partner, place);
        if (!open)
            return PRM_E_MEMORY;
        open->number = granted;
    }
    return PRM_OK;
}

static prm_status budget_use(prm_engine *engine, budget_state *state)
{
    if (!(state->flags & BUDGET_AGAIN)) {
        PRM_TRY(budget_new_claims(engine, state->rule));
        if (budget_goes_on(engine, state))
            return budget_meet(engine, state);
    }
    state->left = engine->program->rules[state->rule].budget;
    state->last_partner = PRM_NONE;
    PRM_TRY(budget_all_claims(engine, state->rule));
    return budget_meet(engine, state);
}

prm_status prm__budget_settle(prm_engine *engine)
{
    budget_state *states = engine->budgets.data;
    for (size_t i = 0; i < engine->budgets.count; i++) {
        if (!states[i].flags)
            continue;
        PRM_TRY(budget_use(engine, &states[i]));
        states[i].flags = 0;
    }
    return PRM_OK;
}
