#include "engine/explain_facts.h"
#include "engine/change.h"
#include "engine/identity.h"
#include "engine/order.h"
#include "engine/rate.h"
#include "engine/subject.h"
#include <string.h>

prm_fact *prm__facts_add(prm_explanation *into, uint32_t kind, uint32_t depth)
{
    prm_fact *fact = prm__vec_push(&into->facts);
    if (!fact) {
        into->status = PRM_E_MEMORY;
        fact = &into->spare;
    }
    memset(fact, 0, sizeof *fact);
    fact->size = sizeof *fact;
    fact->kind = kind;
    fact->depth = depth;
    fact->at = PRM_NO_TIME;
    fact->from = PRM_NO_TIME;
    fact->until = PRM_NO_TIME;
    return fact;
}

char *prm__facts_room(prm_explanation *into, size_t size)
{
    char *room = prm__arena_get(&into->texts, size);
    if (!room)
        into->status = PRM_E_MEMORY;
    return room;
}

prm_text prm__facts_word(const char *word)
{
    return (prm_text){word, strlen(word)};
}

static prm_decimal facts_decimal(prm__decimal value)
{
    return (prm_decimal){(int64_t)(value >> 64), (uint64_t)value};
}

void prm__facts_value(prm_fact *fact, prm__decimal value)
{
    fact->value = facts_decimal(value);
    fact->has |= PRM_HAS_VALUE;
}

void prm__facts_target(prm_fact *fact, prm__decimal target)
{
    fact->target = facts_decimal(target);
    fact->has |= PRM_HAS_TARGET;
}

void prm__facts_check(prm_explanation *into, uint32_t depth, const char *name, bool holds)
{
    prm_fact *fact = prm__facts_add(into, PRM_FACT_CHECK, depth);
    fact->name = prm__facts_word(name);
    fact->holds = holds;
}

/* ---- Events ---- */

static prm_text facts_name(const prm_engine *engine, const prm__view *view, uint32_t name)
{
    uint32_t key = prm__engine_view_text(engine, view, name);
    return prm__engine_text(engine, key == engine->empty_key ? 0 : key);
}

prm_fact *prm__facts_event(prm_explanation *into, uint32_t kind, uint32_t depth, uint32_t event)
{
    const prm_engine *engine = into->engine;
    prm_fact *fact = prm__facts_add(into, kind, depth);
    prm__view view;
    prm__engine_view(engine, event, &view);
    fact->event = prm__engine_event_id(engine, view.event);
    fact->type = prm__program_text(engine->program, engine->program->types[view.type].text);
    fact->at = view.event->time;
    fact->partner = prm__engine_text(engine, prm__engine_partner(engine, view.event->partner)->key);
    fact->rep = facts_name(engine, &view, PRM_NAME_REP);
    fact->customer = facts_name(engine, &view, PRM_NAME_CUSTOMER);
    fact->product = facts_name(engine, &view, PRM_NAME_PRODUCT);
    if (prm__view_has(&view, view.layout->amount_slot)) {
        fact->amount = view.amount;
        fact->has |= PRM_HAS_AMOUNT | PRM_HAS_MONEY;
    }
    return fact;
}

void prm__facts_reduced(prm_explanation *into, uint32_t depth, uint32_t event)
{
    const prm_engine *engine = into->engine;
    prm__view view;
    prm__engine_view(engine, event, &view);
    if (!(view.event->marks & PRM_EVENT_REDUCED))
        return;
    int64_t reported;
    memcpy(&reported, prm__view_at(&view, view.layout->amount_slot), sizeof reported);
    prm_fact *fact = prm__facts_event(into, PRM_FACT_REDUCED, depth, event);
    prm__facts_value(fact, prm__decimal_from_minor(reported, engine->program->head->minor_digits));
    fact->id = prm__change_cause(engine, event);
}

/* ---- Outcomes ---- */

void prm__facts_subject(const prm_engine *engine, prm_fact *fact, uint32_t handle)
{
    const prm__subject *subject = prm__subject_at(engine, handle);
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    fact->partner = prm__engine_text(engine, prm__engine_partner(engine, subject->partner)->key);
    for (uint32_t i = 0; i < kind->key_count; i++) {
        prm_text text = prm__engine_text(engine, subject->keys[i]);
        if (kind->keys[i] == PRM_NAME_REP)
            fact->rep = text;
        else if (kind->keys[i] == PRM_NAME_CUSTOMER)
            fact->customer = text;
        else if (kind->keys[i] == PRM_NAME_PRODUCT)
            fact->product = text;
    }
}

/* The kind of an outcome of a rule, as its row has it. */
static void facts_action(const prm_engine *engine, prm_fact *fact, const prm__outcome *outcome)
{
    const prm__p_action *action = prm__rate_action(engine, outcome);
    uint32_t kind = outcome->kind == PRM_OUTCOME_NONE ? PRM_OUTCOME_REWARD : outcome->kind;
    if (action->kind == PRM_ACTION_NOTICE) {
        fact->type = prm__facts_word("notice");
    } else if (action->kind == PRM_ACTION_RATE) {
        fact->type = prm__facts_word("rate");
        fact->rate = outcome->number;
        fact->has |= PRM_HAS_RATE;
        fact->code = action->added;
        fact->from = outcome->from;
        fact->until = outcome->until;
    } else if (kind == PRM_OUTCOME_REWARD) {
        const prm__p_reward *reward = &engine->program->rewards[action->reward];
        fact->type = prm__program_text(engine->program, reward->text);
        fact->amount = outcome->number;
        fact->from = outcome->from;
        fact->has |= PRM_HAS_AMOUNT | (reward->money ? PRM_HAS_MONEY : 0);
    }
    fact->number = action->number;
}

void prm__facts_outcome(const prm_engine *engine, prm_fact *fact, const prm__outcome *outcome)
{
    fact->at = outcome->at;
    if (outcome->event != PRM_NONE)
        fact->event = prm__engine_event_id(engine, prm__engine_event(engine, outcome->event));
    if (outcome->kind == PRM_OUTCOME_RANK) {
        fact->type = prm__facts_word("rank");
        fact->until = outcome->until;
    } else if (outcome->rule >= PRM_RULE_RANKS) {
        fact->type = prm__facts_word("cash");
        fact->amount = outcome->number;
        fact->has |= PRM_HAS_AMOUNT | PRM_HAS_MONEY;
    } else {
        facts_action(engine, fact, outcome);
    }
    if (outcome->ordinal)
        fact->number = outcome->ordinal;
}

prm_text prm__facts_identity(prm_explanation *into, const prm__outcome *outcome, uint32_t partner)
{
    char *room = prm__facts_room(into, prm__identity_size(into->engine, outcome, partner));
    if (!room)
        return (prm_text){NULL, 0};
    return (prm_text){room, prm__identity_write(into->engine, outcome, partner, room)};
}

/* ---- Names ---- */

const char *prm__fact_name(uint32_t kind)
{
    static const struct {
        uint32_t kind;
        const char *name;
    } names[] = {
        {PRM_FACT_OUTCOME, "outcome"},
        {PRM_FACT_MISSING, "missing"},
        {PRM_FACT_RECIPIENT, "recipient"},
        {PRM_FACT_WINDOW, "window"},
        {PRM_FACT_ALL, "all"},
        {PRM_FACT_ANY, "any"},
        {PRM_FACT_NOT, "not"},
        {PRM_FACT_CONDITION, "condition"},
        {PRM_FACT_EVENT, "event"},
        {PRM_FACT_REP, "rep"},
        {PRM_FACT_CHECK, "check"},
        {PRM_FACT_BASE, "base"},
        {PRM_FACT_RATE_BASE, "rate_base"},
        {PRM_FACT_RATE_PRODUCT, "rate_product"},
        {PRM_FACT_RATE_RANK, "rate_rank"},
        {PRM_FACT_RATE_SET, "rate_set"},
        {PRM_FACT_RATE_BRACKET, "rate_bracket"},
        {PRM_FACT_RATE_OVERRIDE, "rate_override"},
        {PRM_FACT_RATE_ADDED, "rate_added"},
        {PRM_FACT_RATE_LIMIT, "rate_limit"},
        {PRM_FACT_RATE, "rate"},
        {PRM_FACT_SETTLED, "settled"},
        {PRM_FACT_AMOUNT, "amount"},
        {PRM_FACT_RANK, "rank"},
        {PRM_FACT_LIMIT, "limit"},
        {PRM_FACT_EXCLUSIVE, "exclusive"},
        {PRM_FACT_BUDGET, "budget"},
        {PRM_FACT_PLACE, "place"},
        {PRM_FACT_POSTING, "posting"},
        {PRM_FACT_VOIDED, "voided"},
        {PRM_FACT_REDUCED, "reduced"},
        {PRM_FACT_LATE, "late"},
        {PRM_FACT_FIRED, "fired"},
        {PRM_FACT_NEAREST, "nearest"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].kind == kind)
            return names[i].name;
    return "unknown";
}
