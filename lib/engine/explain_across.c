#include "engine/explain_across.h"
#include "base/sort.h"
#include "engine/across.h"
#include "engine/explain_asked.h"
#include "engine/order.h"
#include "engine/subject.h"

/* ---- Contests ---- */

typedef struct explain_entry {
    prm__fraction number;
    uint32_t partner;
    uint32_t subject; /* PRM_NONE where the place would not have given it anything */
} explain_entry;

static prm_status explain_entries(prm_engine *engine, uint32_t rule, int64_t close, prm__vec *entries)
{
    for (uint32_t i = 0; i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__candidate *candidates = prm__list_data(&engine->pool, &partner->contests);
        const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        for (uint32_t j = 0; j < partner->contests.count; j++) {
            if (candidates[j].rule != rule || candidates[j].close != close)
                continue;
            explain_entry entry = {candidates[j].number, i, PRM_NONE};
            if (candidates[j].outcome_count)
                entry.subject = outcomes[candidates[j].first_outcome].subject;
            PRM_TRY(prm__vec_append(entries, &entry, 1));
        }
    }
    return PRM_OK;
}

static int explain_compare_entries(const void *a, const void *b, const void *context)
{
    const prm__fraction *left = &((const explain_entry *)a)->number;
    const prm__fraction *right = &((const explain_entry *)b)->number;
    (void)context;
    return prm__decimal_compare_fractions(right->number, right->divisor, left->number, left->divisor);
}

static prm_fact *explain_place(prm_explanation *into, uint32_t depth, const explain_entry *entry,
                               uint64_t place, uint32_t subject)
{
    const prm_engine *engine = into->engine;
    prm_fact *fact = prm__facts_add(into, PRM_FACT_PLACE, depth);
    prm__value value = prm__eval_fraction(entry->number);
    fact->number = place;
    fact->partner = prm__engine_text(engine, prm__engine_partner(engine, entry->partner)->key);
    if (entry->subject != PRM_NONE)
        prm__facts_subject(engine, fact, entry->subject);
    fact->holds = entry->subject != PRM_NONE && entry->subject == subject;
    if (value.type == PRM_TYPE_NUMBER)
        prm__facts_value(fact, value.number);
    return fact;
}

/* The unit of what the contest compares. */
static uint32_t explain_field_unit(const prm_engine *engine, uint32_t rule)
{
    const prm__p_condition *row = &engine->program->conditions[engine->program->rules[rule].single];
    return row->measure == PRM_NO_INDEX ? 0 : prm__asked_unit(engine, row->measure);
}

void prm__explain_field(prm_explanation *into, uint32_t depth, uint32_t rule, int64_t close, uint32_t subject)
{
    prm__vec entries, pointers;
    prm__vec_init(&entries, into->alloc, sizeof(explain_entry));
    prm__vec_init(&pointers, into->alloc, sizeof(void *));
    prm_status status = explain_entries(into->engine, rule, close, &entries);
    if (status == PRM_OK && entries.count)
        status = prm__vec_reserve(&pointers, entries.count * 2);
    if (status != PRM_OK)
        into->status = status;
    const void **sorted = pointers.data;
    size_t count = status == PRM_OK ? entries.count : 0;
    for (size_t i = 0; i < count; i++)
        sorted[i] = prm__vec_at(&entries, i);
    if (count > 1)
        prm__sort_pointers(sorted, sorted + count, count, explain_compare_entries, NULL);
    uint64_t place = 1;
    uint32_t unit = explain_field_unit(into->engine, rule);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && explain_compare_entries(sorted[i - 1], sorted[i], NULL) != 0)
            place = i + 1;
        explain_place(into, depth, sorted[i], place, subject)->has |= unit;
    }
    prm__vec_free(&entries);
    prm__vec_free(&pointers);
}

/* ---- Budgets ---- */

void prm__explain_budget(prm_explanation *into, uint32_t depth, uint32_t index, const prm__outcome *outcome)
{
    const prm_engine *engine = into->engine;
    const prm_program *program = engine->program;
    const prm__p_rule *rule = &program->rules[outcome->rule];
    const prm__order_item own = prm__order_item_of(outcome, index, PRM_GRANT);
    prm__decimal used = 0;
    for (uint32_t i = 0; i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        for (uint32_t j = 0; j < partner->outcomes.count; j++) {
            const prm__order_item other = prm__order_item_of(&outcomes[j], i, PRM_GRANT);
            if (outcomes[j].rule == outcome->rule && outcomes[j].kind == PRM_OUTCOME_REWARD &&
                program->rewards[program->actions[rule->first_action + outcomes[j].action].reward].money &&
                prm__order_compare(&other, &own, engine) < 0)
                used += outcomes[j].number;
        }
    }
    prm_fact *fact = prm__facts_add(into, PRM_FACT_BUDGET, depth);
    prm__facts_value(fact, prm__decimal_from_minor(rule->budget, program->head->minor_digits));
    prm__facts_target(fact, prm__decimal_from_minor((int64_t)used, program->head->minor_digits));
    fact->amount = outcome->number;
    fact->number = (uint64_t)outcome->more.claim.wanted;
    fact->has |= PRM_HAS_AMOUNT | PRM_HAS_MONEY;
    fact->holds = outcome->number == outcome->more.claim.wanted;
}
