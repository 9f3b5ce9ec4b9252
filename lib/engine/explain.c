#include "engine/explain.h"
#include "engine/across.h"
#include "engine/ask.h"
#include "engine/change.h"
#include "engine/explain_across.h"
#include "engine/explain_id.h"
#include "engine/explain_look.h"
#include "engine/explain_past.h"
#include "engine/explain_rate.h"
#include "engine/identity.h"
#include "engine/order.h"
#include "engine/rate.h"
#include "engine/subject.h"
#include <string.h>

/* ---- An outcome ---- */

static prm_text explain_rule_title(const prm_program *program, uint32_t rule)
{
    if (rule >= PRM_RULE_RANKS)
        return (prm_text){NULL, 0};
    return prm__program_text(program, program->rules[rule].title);
}

static void explain_head(prm_explanation *into, uint32_t partner, const prm__outcome *outcome)
{
    const prm_engine *engine = into->engine;
    prm_text id = prm__facts_identity(into, outcome, partner);
    prm_fact *fact = prm__facts_add(into, PRM_FACT_OUTCOME, 0);
    prm__facts_outcome(engine, fact, outcome);
    fact->holds = 1;
    fact->id = id;
    fact->name = prm__identity_rule(engine, outcome);
    fact->text = explain_rule_title(engine->program, outcome->rule);
    fact->partner = prm__engine_text(engine, prm__engine_partner(engine, partner)->key);
    fact->rep = prm__engine_text(engine, prm__order_key(engine, outcome, PRM_NAME_REP));
    fact->customer = prm__engine_text(engine, prm__order_key(engine, outcome, PRM_NAME_CUSTOMER));
    fact->product = prm__engine_text(engine, prm__order_key(engine, outcome, PRM_NAME_PRODUCT));
    fact = prm__facts_add(into, PRM_FACT_RECIPIENT, 1);
    fact->holds = outcome->to_partner != 0;
    fact->partner = prm__engine_text(engine, outcome->to_partner);
    fact->rep = prm__engine_text(engine, outcome->to_rep);
    if (outcome->kind == PRM_OUTCOME_NOTICE)
        fact->text = prm__program_text(engine->program, prm__rate_action(engine, outcome)->text);
}

/* What was decided after the fold. */
static void explain_settled(prm_explanation *into, uint32_t partner, const prm__outcome *outcome)
{
    const prm_program *program = into->engine->program;
    const prm__p_rule *rule = &program->rules[outcome->rule];
    const prm__p_action *action = prm__rate_action(into->engine, outcome);
    if (rule->form == PRM_FORM_CONTEST)
        prm__explain_field(into, 1, outcome->rule, outcome->at, outcome->subject);
    if (action->kind == PRM_ACTION_REWARD && program->rewards[action->reward].money &&
        rule->budget != INT64_MAX)
        prm__explain_budget(into, 1, partner, outcome);
}

/* How it came about, or did not, is gone with the history. */
static prm_status explain_closed(prm_explanation *into)
{
    prm__facts_add(into, PRM_FACT_SETTLED, 1)->at = into->engine->settled;
    return PRM_OK;
}

static prm_status explain_outcome(prm_explanation *into, uint32_t partner, const prm__outcome *outcome)
{
    explain_head(into, partner, outcome);
    if (outcome->at < into->engine->closed)
        return explain_closed(into);
    if (outcome->kind == PRM_OUTCOME_COMMISSION || outcome->kind == PRM_OUTCOME_OVERRIDE) {
        prm__explain_rate(into, 1, partner, outcome);
        return PRM_OK;
    }
    prm__look look;
    prm_status status = prm__look_init(&look, into, partner, outcome->rule);
    if (status == PRM_OK)
        status = prm__look_at_outcome(&look, outcome);
    prm__look_free(&look);
    if (status == PRM_OK && outcome->rule < PRM_RULE_RANKS)
        explain_settled(into, partner, outcome);
    return status;
}

/* ---- What a rule has not granted ---- */

static void explain_absent_head(prm_explanation *into, uint32_t rule, uint32_t partner, uint32_t subject)
{
    const prm_engine *engine = into->engine;
    const prm__outcome named = {.rule = rule};
    prm_fact *fact = prm__facts_add(into, PRM_FACT_MISSING, 0);
    fact->name = prm__identity_rule(engine, &named);
    fact->text = explain_rule_title(engine->program, rule);
    fact->partner = prm__engine_text(engine, prm__engine_partner(engine, partner)->key);
    if (subject != PRM_NONE)
        prm__facts_subject(engine, fact, subject);
}

/* The first row of the rule for the subject at the instant at which it has fired. */
static const prm__outcome *explain_granted_at(const prm__look *look)
{
    const prm_engine *engine = look->into->engine;
    const prm__list *list = &prm__engine_partner(engine, look->partner)->outcomes;
    const prm__outcome *outcomes = prm__list_data(&engine->pool, list);
    for (uint32_t i = 0; i < list->count; i++)
        if (outcomes[i].rule == look->rule && outcomes[i].subject == look->subject &&
            outcomes[i].at == look->fired_at && prm__outcome_is_row(&outcomes[i]))
            return &outcomes[i];
    return NULL;
}

static void explain_fired(prm__look *look)
{
    prm_explanation *into = look->into;
    const prm__outcome *row = explain_granted_at(look);
    prm_text id = row ? prm__facts_identity(into, row, look->partner) : (prm_text){NULL, 0};
    prm_fact *fact = look->fired_event == PRM_NONE
                         ? prm__facts_add(into, PRM_FACT_FIRED, 1)
                         : prm__facts_event(into, PRM_FACT_FIRED, 1, look->fired_event);
    fact->at = look->fired_at;
    fact->holds = row != NULL;
    fact->id = id;
}

static void explain_nearest(prm__look *look, int64_t occasion)
{
    const prm__look_best *best = &look->best;
    const prm_program *program = look->into->engine->program;
    uint32_t period = program->windows[program->rules[look->rule].window].period;
    if (best->occasion == INT64_MIN || best->occasion == occasion || period == PRM_PERIOD_NONE)
        return;
    const prm__window_span *span = prm__engine_window(look->into->engine, period, best->at);
    prm_fact *fact = prm__facts_add(look->into, PRM_FACT_NEAREST, 1);
    prm__facts_value(fact, best->value);
    prm__facts_target(fact, best->target);
    fact->at = best->at;
    fact->from = span->start;
    fact->until = span->end;
}

/* Where the rule, or the rank, stands at `at`. */
static prm_status explain_standing(prm_explanation *into, uint32_t rule, uint32_t partner, uint32_t subject,
                                   int64_t at)
{
    prm__look look;
    explain_absent_head(into, rule, partner, subject);
    PRM_TRY(into->status);
    ((prm_fact *)into->facts.data)->at = at;
    if (at < into->engine->closed)
        return explain_closed(into);
    prm_status status = prm__look_init(&look, into, partner, rule);
    if (status == PRM_OK)
        status = prm__look_at_standing(&look, subject, at);
    if (status == PRM_OK && rule < PRM_RULE_RANKS) {
        prm_engine *engine = into->engine;
        prm__asking then = {engine, partner, NULL, {at, PRM_PLACE_AHEAD, 0}};
        if (look.fired)
            explain_fired(&look);
        if (look.fired && !explain_granted_at(&look))
            prm__look_verdict(&look);
        explain_nearest(&look, prm__ask_occasion(&then, &engine->program->rules[rule]));
    }
    prm__look_free(&look);
    return status;
}

/* Why nothing came of an event: it does not count, or something was asked that did not hold. */
static prm_status explain_event(prm_explanation *into, uint32_t rule, uint32_t partner, uint32_t event)
{
    const prm_engine *engine = into->engine;
    explain_absent_head(into, rule, partner, PRM_NONE);
    if (prm__engine_event(engine, event)->marks & PRM_EVENT_DEAD) {
        prm_text cause = prm__change_cause(engine, event);
        prm__facts_event(into, PRM_FACT_VOIDED, 1, event)->id = cause;
        return PRM_OK;
    }
    if (prm__engine_event(engine, event)->time < engine->closed)
        return explain_closed(into);
    prm__look look;
    prm_status status = prm__look_init(&look, into, partner, rule);
    if (status == PRM_OK)
        status = prm__look_at_event(&look, event);
    prm__look_free(&look);
    return status;
}

/* ---- Questions ---- */

/* An outcome that is no row, as what was decided over all partners left nothing of it. */
static void explain_lost(prm_explanation *into, uint32_t partner, const prm__outcome *outcome)
{
    bool rule = outcome->rule < PRM_RULE_RANKS;
    if (rule && into->engine->program->rules[outcome->rule].form == PRM_FORM_CONTEST) {
        ((prm_fact *)into->facts.data)->code = PRM_STATE_MISSED;
        prm__explain_field(into, 1, outcome->rule, outcome->at, outcome->subject);
    } else if (outcome->kind == PRM_OUTCOME_REWARD) {
        prm__explain_budget(into, 1, partner, outcome);
    }
}

static prm_status explain_voided(prm_explanation *into, uint32_t rule, uint32_t partner, prm_text id)
{
    prm__look look;
    prm_status status = prm__look_init(&look, into, partner, rule);
    if (status == PRM_OK)
        status = prm__look_at_voided(&look, id);
    prm__look_free(&look);
    return status;
}

static prm_status explain_by_id(prm_explanation *into, prm_text id)
{
    prm__id_parts parts;
    PRM_TRY(prm__id_read(into, id, &parts));
    const prm__outcome *outcome = prm__id_find(into, id, &parts);
    if (outcome && prm__outcome_is_row(outcome))
        return explain_outcome(into, parts.partner, outcome);
    if (parts.event != PRM_NONE) {
        PRM_TRY(explain_event(into, parts.rule, parts.partner, parts.event));
        return prm__past_of(into, parts.partner, id);
    }
    PRM_TRY(explain_standing(into, parts.rule, parts.partner, parts.subject, parts.at));
    PRM_TRY(into->status);
    if (outcome)
        explain_lost(into, parts.partner, outcome);
    else
        PRM_TRY(explain_voided(into, parts.rule, parts.partner, id));
    return prm__past_of(into, parts.partner, id);
}

/* The latest event of the types of a rule by `each` for these names. */
static uint32_t explain_latest(const prm_engine *engine, uint32_t partner, const prm__p_rule *rule,
                               const prm__question *question)
{
    static const uint32_t names[] = {PRM_NAME_REP, PRM_NAME_CUSTOMER, PRM_NAME_PRODUCT};
    const prm__list *list = &prm__engine_partner(engine, partner)->entries;
    const prm__entry *entries = prm__list_data(&engine->pool, list);
    for (uint32_t i = list->count; i-- > 0;) {
        prm__view view;
        bool is = false;
        prm__engine_view(engine, entries[i].event, &view);
        for (uint32_t j = 0; j < rule->each_type_count; j++)
            is |= engine->program->type_lists[rule->first_each_type + j] == view.type;
        for (uint32_t j = 0; j < 3 && is; j++)
            is = !question->names[j] || prm__engine_view_text(engine, &view, names[j]) == question->names[j];
        if (is && view.event->time <= question->at)
            return entries[i].event;
    }
    return PRM_NONE;
}

static prm_status explain_by_rule(prm_explanation *into, const prm__question *question)
{
    prm_engine *engine = into->engine;
    const prm__p_rule *rule = &engine->program->rules[question->rule];
    uint32_t partner = prm__engine_find_partner(engine, question->partner);
    if (partner == PRM_NONE)
        return PRM_E_NOT_FOUND;
    if (rule->form == PRM_FORM_EACH) {
        uint32_t event = explain_latest(engine, partner, rule, question);
        return event == PRM_NONE ? PRM_E_NOT_FOUND : explain_event(into, question->rule, partner, event);
    }
    uint32_t subject = prm__id_nearest(engine, question->rule, partner, question->names);
    if (subject == PRM_NONE)
        return PRM_E_NOT_FOUND;
    return explain_standing(into, question->rule, partner, subject, question->at);
}

prm_status prm__explain(prm_engine *engine, const prm__question *question, prm_explanation **out)
{
    prm_explanation *into = prm__alloc_zeroed(&engine->alloc, 1, sizeof *into);
    if (!into)
        return PRM_E_MEMORY;
    into->alloc = &engine->alloc;
    into->engine = engine;
    prm__vec_init(&into->facts, into->alloc, sizeof(prm_fact));
    prm__arena_init(&into->texts, into->alloc);
    prm_status status = question->id.size ? explain_by_id(into, question->id)
                                          : explain_by_rule(into, question);
    if (status == PRM_OK)
        status = into->status;
    if (status != PRM_OK) {
        prm__explain_free(into);
        return status;
    }
    *out = into;
    return PRM_OK;
}

void prm__explain_free(prm_explanation *explanation)
{
    if (!explanation)
        return;
    prm__vec_free(&explanation->facts);
    prm__arena_free(&explanation->texts);
    prm__alloc_release(explanation->alloc, explanation, 1, sizeof *explanation);
}
