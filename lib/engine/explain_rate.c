#include "engine/explain_rate.h"
#include "engine/commission.h"
#include "engine/measure.h"
#include "engine/rate.h"
#include "engine/subject.h"

/* ---- Rates that rules have granted ---- */

static prm_fact *explain_granted(prm_explanation *into, uint32_t kind, uint32_t depth, uint32_t partner,
                                 const prm__outcome *rate)
{
    const prm_program *program = into->engine->program;
    prm_text id = prm__facts_identity(into, rate, partner);
    prm_fact *fact = prm__facts_add(into, kind, depth);
    prm__facts_outcome(into->engine, fact, rate);
    fact->id = id;
    fact->name = prm__program_text(program, program->rules[rate->rule].text);
    fact->text = prm__program_text(program, program->rules[rate->rule].title);
    fact->type = (prm_text){NULL, 0};
    fact->holds = 1;
    return fact;
}

/* The additions in force, into *list (of const prm__outcome *). */
static prm_status explain_additions(prm_engine *engine, const prm__rate_case *one, prm__vec *list)
{
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &one->partner->outcomes);
    for (uint32_t kind = 0; kind < engine->program->kinds_count; kind++) {
        if (!engine->program->kinds[kind].has_rates || one->subjects[kind] == PRM_NONE)
            continue;
        uint32_t head = prm__subject_at(engine, one->subjects[kind])->rates;
        for (; head; head = outcomes[head - 1].more.rate.next_chain) {
            const prm__outcome *rate = prm__rate_in_force(engine, one, head);
            if (rate && prm__rate_action(engine, rate)->added)
                PRM_TRY(prm__vec_append(list, &rate, 1));
        }
    }
    return PRM_OK;
}

/* Of the additions of one group only the first of the highest counts. */
static bool explain_counts(const prm_engine *engine, const prm__outcome *const *rates, size_t count,
                           size_t at)
{
    uint32_t group = prm__rate_action(engine, rates[at])->group;
    for (size_t i = 0; i < count && group != PRM_NO_INDEX; i++) {
        if (i == at || prm__rate_action(engine, rates[i])->group != group)
            continue;
        if (rates[i]->number > rates[at]->number || (rates[i]->number == rates[at]->number && i < at))
            return false;
    }
    return true;
}

static void explain_added(prm_explanation *into, uint32_t depth, uint32_t partner, const prm__rate_case *one)
{
    prm__vec list;
    prm__vec_init(&list, into->alloc, sizeof(const prm__outcome *));
    if (explain_additions(into->engine, one, &list) != PRM_OK)
        into->status = PRM_E_MEMORY;
    const prm__outcome *const *rates = (const prm__outcome *const *)list.data;
    for (size_t i = 0; i < list.count; i++)
        explain_granted(into, PRM_FACT_RATE_ADDED, depth, partner, rates[i])->holds = explain_counts(
            into->engine, rates, list.count, i);
    prm__vec_free(&list);
}

/* ---- The rate that was chosen ---- */

static prm_fact *explain_rate_fact(prm_explanation *into, uint32_t kind, uint32_t depth, int64_t rate)
{
    prm_fact *fact = prm__facts_add(into, kind, depth);
    fact->rate = rate;
    fact->has |= PRM_HAS_RATE;
    fact->holds = 1;
    return fact;
}

static void explain_chosen(prm_explanation *into, uint32_t depth, uint32_t partner, const prm__rate_case *one,
                           const prm__rate_found *found)
{
    const prm_program *program = into->engine->program;
    uint32_t kind = PRM_FACT_RATE_BASE;
    if (found->set) {
        explain_granted(into, PRM_FACT_RATE_SET, depth, partner, found->set);
        return;
    }
    if (found->by_rank)
        kind = PRM_FACT_RATE_RANK;
    else if (found->by_product)
        kind = PRM_FACT_RATE_PRODUCT;
    prm_fact *fact = explain_rate_fact(into, kind, depth, (int64_t)found->chosen);
    if (found->by_rank)
        fact->name = prm__program_text(program, program->levels[one->level].text);
    if (found->by_product)
        fact->product = prm__engine_text(into->engine, one->product);
}

/* What the sum was brought to, and what came of it. */
static void explain_held(prm_explanation *into, uint32_t depth, prm__decimal sum)
{
    const prm__p_commission *row = &into->engine->program->head->commission;
    int64_t rate;
    if (!prm__rate_hold(into->engine, sum, &rate))
        return;
    if (rate != sum)
        explain_rate_fact(into, PRM_FACT_RATE_LIMIT, depth, rate)->name = prm__facts_word(
            rate == row->max ? "max" : "min");
    explain_rate_fact(into, PRM_FACT_RATE, depth, rate);
}

static void explain_slices(prm_explanation *into, uint32_t depth, prm__decimal running, prm__decimal base,
                           prm__decimal added)
{
    prm__decimal_slice slices[PRM_BRACKETS];
    prm__decimal end = running + base, at = base > 0 ? running : end;
    uint32_t count = base > 0 ? prm__commission_slices(into->engine, running, end, added, 1, slices)
                              : prm__commission_slices(into->engine, end, running, added, -1, slices);
    for (uint32_t i = 0; i < count; i++) {
        prm_fact *fact = explain_rate_fact(into, PRM_FACT_RATE_BRACKET, depth, slices[i].rate_e12);
        fact->has |= PRM_HAS_MONEY;
        prm__facts_value(fact, slices[i].base);
        prm__facts_target(fact, at);
        at += slices[i].base > 0 ? slices[i].base : -slices[i].base;
    }
}

/* ---- The whole ---- */

static void explain_base(prm_explanation *into, uint32_t depth, const prm__outcome *outcome)
{
    prm_fact *fact = prm__facts_event(into, PRM_FACT_BASE, depth, outcome->event);
    prm__facts_value(fact, outcome->more.base);
    fact->has |= PRM_HAS_MONEY;
    fact->holds = 1;
    prm__facts_reduced(into, depth + 1, outcome->event);
}

static void explain_commission(prm_explanation *into, uint32_t depth, uint32_t index,
                               const prm__outcome *outcome)
{
    prm_engine *engine = into->engine;
    const prm__partner *partner = prm__engine_partner(engine, index);
    prm__view view;
    prm__engine_view(engine, outcome->event, &view);
    prm__rate_aim(engine, &view);
    uint32_t position = prm__engine_place_of(engine, partner, partner->folded, outcome->event);
    prm__rate_case one = {partner,
                          engine->at_subjects,
                          prm__engine_view_text(engine, &view, PRM_NAME_PRODUCT),
                          outcome->level,
                          {outcome->at, position, 0}};
    prm__rate_found found = prm__rate_of(engine, &one);
    if (!found.by_brackets)
        explain_chosen(into, depth, index, &one, &found);
    explain_added(into, depth, index, &one);
    if (!found.by_brackets) {
        explain_held(into, depth, found.chosen + found.added);
        return;
    }
    const prm__decimal *runnings = prm__list_data(&engine->pool, &partner->runnings);
    explain_slices(into, depth, runnings[outcome->running], outcome->more.base, found.added);
}

void prm__explain_rate(prm_explanation *into, uint32_t depth, uint32_t partner, const prm__outcome *outcome)
{
    const prm_engine *engine = into->engine;
    explain_base(into, depth, outcome);
    if (outcome->kind == PRM_OUTCOME_OVERRIDE) {
        prm_fact *fact = explain_rate_fact(into, PRM_FACT_RATE_OVERRIDE, depth,
                                           engine->program->overrides[outcome->ordinal - 1].rate);
        fact->number = outcome->ordinal;
        fact->partner = prm__engine_text(engine, outcome->to_partner);
    } else {
        explain_commission(into, depth, partner, outcome);
    }
    if (outcome->at < engine->settled)
        prm__facts_add(into, PRM_FACT_SETTLED, depth)->at = engine->settled;
}

void prm__explain_unearned(prm_explanation *into, uint32_t depth, const prm__asking *asking)
{
    prm_engine *engine = asking->engine;
    const prm__p_commission *row = &engine->program->head->commission;
    const prm__partner *partner = prm__engine_partner(engine, asking->partner);
    prm__eval eval = prm__eval_of(asking);
    eval.level = engine->event_level;
    eval.asking = NULL;
    prm__value of = prm__eval_expr(&eval, row->of);
    prm__facts_check(into, depth, "partner", !(partner->flags & PRM_PARTNER_LEFT));
    if (row->filter != PRM_NO_INDEX)
        prm__facts_check(into, depth, "where", prm__eval_filter(&eval, row->filter));
    if (row->window != PRM_NO_INDEX) {
        uint32_t handle = engine->at_subjects[row->kind];
        int64_t end = 0;
        bool inside = handle != PRM_NONE &&
                      prm__measure_window_holds(engine, row->window, &end, asking->place);
        prm__facts_check(into, depth, "window", inside);
    }
    prm__facts_check(into, depth, "amount", of.type == PRM_TYPE_NUMBER && of.number != 0);
}
