#include "engine/explain_look.h"
#include "engine/ask.h"
#include "engine/change.h"
#include "engine/condition.h"
#include "engine/explain_rate.h"
#include "engine/identity.h"
#include "engine/progress.h"
#include "engine/rank.h"
#include "engine/refold.h"
#include "engine/subject.h"
#include <string.h>

static const prm__p_rule *look_rule(const prm__look *look)
{
    return &look->into->engine->program->rules[look->rule];
}

/* ---- A firing ---- */

static void look_amount(prm__look *look, const prm__firing *firing, const prm__p_action *action)
{
    const prm_program *program = look->into->engine->program;
    prm_fact *fact = prm__facts_add(look->into, PRM_FACT_AMOUNT, 1);
    prm__value value = prm__fire_value(firing, action);
    fact->holds = prm__fire_amount(firing, action, &fact->amount);
    fact->has |= PRM_HAS_AMOUNT | (program->rewards[action->reward].money ? PRM_HAS_MONEY : 0);
    if (value.type == PRM_TYPE_NUMBER)
        prm__facts_value(fact, value.number);
}

static void look_recipient(prm__look *look, const prm__firing *firing, uint32_t to)
{
    const prm_engine *engine = look->into->engine;
    prm__outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    if (prm__fire_recipient(firing, to, &outcome) != PRM_OK)
        look->into->status = PRM_E_MEMORY;
    prm_fact *fact = prm__facts_add(look->into, PRM_FACT_RECIPIENT, 1);
    fact->holds = outcome.to_partner != 0;
    fact->partner = prm__engine_text(engine, outcome.to_partner);
    fact->rep = prm__engine_text(engine, outcome.to_rep);
}

/* An action that gives nothing: whom or how much it lacks. */
static void look_failure(prm__look *look, const prm__firing *firing, const prm__p_action *action)
{
    prm__vec *facts = &look->into->facts;
    if (action->kind == PRM_ACTION_RATE || action->kind == PRM_ACTION_RANK)
        return;
    look_recipient(look, firing, action->to);
    if (facts->count && ((const prm_fact *)prm__vec_at(facts, facts->count - 1))->holds)
        facts->count--;
    if (action->kind != PRM_ACTION_REWARD)
        return;
    look_amount(look, firing, action);
    if (facts->count && ((const prm_fact *)prm__vec_at(facts, facts->count - 1))->holds)
        facts->count--;
}

void prm__look_verdict(prm__look *look)
{
    const prm_program *program = look->into->engine->program;
    const prm__p_rule *rule = look_rule(look);
    if (rule->limit_times) {
        prm_fact *fact = prm__facts_add(look->into, PRM_FACT_LIMIT, 1);
        fact->number = look->verdict.granted;
        fact->holds = !look->verdict.limited;
        prm__facts_target(fact, (prm__decimal)rule->limit_times * PRM_DECIMAL_ONE);
    }
    if (rule->exclusive != PRM_NO_INDEX && look->verdict.taker != PRM_NO_INDEX) {
        prm_fact *fact = prm__facts_add(look->into, PRM_FACT_EXCLUSIVE, 1);
        fact->name = prm__program_text(program, rule->exclusive);
        fact->text = prm__program_text(program, program->rules[look->verdict.taker].text);
        fact->holds = !look->verdict.excluded;
    }
}

/* What the rule has asked where it fires. */
static void look_asked(prm__look *look, const prm__asking *asking, const prm__p_action *action)
{
    const prm__p_rule *rule = look_rule(look);
    if (asking->view) {
        prm__facts_event(look->into, PRM_FACT_EVENT, 1, asking->view->handle)->holds = 1;
        prm__facts_reduced(look->into, 2, asking->view->handle);
    }
    prm__asked_window(look->into, 1, asking, rule->window);
    prm__asked_checks(look->into, 1, asking, rule, true);
    if (rule->form == PRM_FORM_TIERS || rule->form == PRM_FORM_CONTEST) {
        const prm__p_tier *tiers = asking->engine->program->tiers + rule->first_tier;
        bool tier = rule->form == PRM_FORM_TIERS && action && action->number > 0;
        prm__asked_bare(look->into, &look->seen, 1, asking, rule->single,
                        tier ? &tiers[action->number - 1] : NULL);
        return;
    }
    prm__asked_conditions(look->into, &look->seen, 1, asking, rule->first_condition, rule->condition_count);
}

/* Whether the action gives the outcome that is waited for. */
static bool look_is_target(prm__look *look, const prm__firing *firing, uint32_t action)
{
    prm__outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    prm__fire_identity(firing, action, &outcome);
    if (look->target)
        return prm__outcome_same_identity(&outcome, look->target) && outcome.event == look->target->event;
    size_t size = prm__identity_size(look->into->engine, &outcome, look->partner);
    look->identity.count = 0;
    if (!look->id.size || prm__vec_reserve(&look->identity, size) != PRM_OK)
        return false;
    size = prm__identity_write(look->into->engine, &outcome, look->partner, look->identity.data);
    return size == look->id.size && memcmp(look->identity.data, look->id.data, size) == 0;
}

/* The voided events among those that the condition has counted. */
static void look_voided(prm__look *look, const prm__asking *asking)
{
    const prm__counted *counted = look->seen.counted.data;
    if (asking->view)
        prm__facts_event(look->into, PRM_FACT_EVENT, 1, asking->view->handle);
    for (size_t i = 0; i < look->seen.counted.count; i++)
        prm__facts_event(look->into, PRM_FACT_EVENT, 1, counted[i].event);
}

static void look_acts(prm__watch *watch, const prm__firing *firing, uint32_t index)
{
    prm__look *look = (prm__look *)watch;
    const prm__asking *asking = firing->asking;
    const prm__p_action *action = &asking->engine->program->actions[index];
    if (look->found || firing->rule != look->rule || asking->partner != look->partner)
        return;
    if (look->subject != PRM_NONE) { /* it is asked what it has not granted */
        if (look->fired && look->fired_at == asking->place.time && firing->subject == look->subject)
            look_failure(look, firing, action);
        return;
    }
    if (!look_is_target(look, firing, index))
        return;
    look->found = true;
    if (look->id.size) {
        look_voided(look, asking);
        return;
    }
    look_asked(look, asking, action);
    if (action->kind == PRM_ACTION_REWARD)
        look_amount(look, firing, action);
    prm__look_verdict(look);
}

/* ---- What else a fold tells ---- */

static int64_t look_occasion(const prm__look *look, const prm__asking *asking)
{
    return prm__ask_occasion(asking, look_rule(look));
}

static void look_fires(prm__watch *watch, const prm__firing *firing, const prm__watch_verdict *verdict)
{
    prm__look *look = (prm__look *)watch;
    if (firing->rule != look->rule || firing->asking->partner != look->partner)
        return;
    look->verdict = *verdict;
    if (look->subject == PRM_NONE || firing->subject != look->subject || !verdict->granting)
        return;
    prm__asking then = *firing->asking;
    then.place = (prm__place){look->at, PRM_PLACE_AHEAD, 0};
    look->now.fired |= look_occasion(look, firing->asking) == look->now.occasion;
    if (look_occasion(look, firing->asking) != look_occasion(look, &then) ||
        firing->asking->place.time > look->at)
        return;
    look->fired = true;
    look->fired_at = firing->asking->place.time;
    look->fired_event = firing->asking->view ? firing->asking->view->handle : PRM_NONE;
}

/* Of two numbers below their targets the one that is nearer to it. */
static bool look_is_nearer(const prm__look_best *a, const prm__look_best *b)
{
    if (b->occasion == INT64_MIN || b->target <= 0)
        return true;
    return prm__decimal_compare_fractions(a->value, a->target, b->value, b->target) > 0;
}

static void look_close_occasion(prm__look *look)
{
    if (look->now.occasion != INT64_MIN && !look->now.fired && look->now.target > 0 &&
        look_is_nearer(&look->now, &look->best))
        look->best = look->now;
}

/* How near the occasion has come; only of rules that are reached from below. */
static void look_near(prm__look *look, const prm__asking *asking)
{
    prm_engine *engine = asking->engine;
    const prm__p_rule *rule = look_rule(look);
    if (rule->form != PRM_FORM_REACH || rule->single == PRM_NO_INDEX ||
        engine->at_subjects[rule->subject] != look->subject)
        return;
    const prm__p_condition *row = &engine->program->conditions[rule->single];
    prm__look_best one = {.occasion = look_occasion(look, asking), .at = asking->place.time};
    prm__value value = prm__ask_value(asking, rule);
    if (row->kind > PRM_CONDITION_MORE_THAN || value.type != PRM_TYPE_NUMBER ||
        !prm__condition_threshold(asking, row->threshold, row->attribute, &one.target))
        return;
    one.value = value.number;
    if (one.occasion != look->now.occasion) {
        look_close_occasion(look);
        look->now = one;
    } else if (one.target > 0 && look_is_nearer(&one, &look->now)) {
        one.fired = look->now.fired;
        look->now = one;
    }
}

/* Why a rule with `each` does not fire at the event, or an earning one earns nothing. */
static void look_event(prm__look *look, const prm__step *step)
{
    const prm__asking *asking = &step->asking;
    prm__facts_event(look->into, PRM_FACT_EVENT, 1, look->event)->holds = 1;
    prm__facts_reduced(look->into, 2, look->event);
    if (look->rule >= PRM_RULE_RANKS) {
        prm__explain_unearned(look->into, 1, asking);
        return;
    }
    const prm__p_rule *rule = look_rule(look);
    if (asking->engine->at_subjects[rule->subject] == PRM_NONE) {
        prm__facts_check(look->into, 1, "subject", false);
        return;
    }
    if (rule->each_filter != PRM_NO_INDEX)
        prm__facts_check(look->into, 1, "where", prm__step_passes(step, rule->each_filter));
    if (asking->engine->program->windows[rule->window].kind != PRM_WINDOW_LIFE)
        prm__facts_check(look->into, 1, "window", prm__ask_window_holds(asking, rule));
    prm__asked_window(look->into, 1, asking, rule->window);
    prm__asked_checks(look->into, 1, asking, rule, true);
    prm__asked_conditions(look->into, &look->seen, 1, asking, rule->first_condition, rule->condition_count);
}

static void look_counted(prm__watch *watch, const prm__step *step)
{
    prm__look *look = (prm__look *)watch;
    if (prm__seen_note(&look->seen, look->into->engine, step->view.handle) != PRM_OK)
        look->into->status = PRM_E_MEMORY;
    if (look->event == step->view.handle && look->event != PRM_NONE && !look->found) {
        look->found = true;
        look_event(look, step);
    } else if (look->subject != PRM_NONE && look->rule < PRM_RULE_RANKS &&
               step->asking.place.time <= look->at) {
        look_near(look, &step->asking);
    }
}

static void look_level(prm__look *look, const prm__asking *asking, uint32_t before, uint32_t level)
{
    const prm_program *program = look->into->engine->program;
    prm_fact *fact = prm__facts_add(look->into, PRM_FACT_RANK, 1);
    fact->name = prm__program_text(program, program->levels[before].text);
    fact->text = prm__program_text(program, program->levels[level].text);
    fact->holds = level > before;
    /* What was reached, or what was not kept. */
    const prm__p_level *row = &program->levels[level > before ? level : before];
    uint32_t period = program->head->ranks.period;
    const prm__window_span *span = prm__engine_window(asking->engine, period,
                                                      prm__place_window_time(asking->place));
    fact->from = span->start;
    fact->until = span->end;
    prm__asked_conditions(look->into, &look->seen, 1, asking, row->first_condition, row->condition_count);
}

static void look_ranks(prm__watch *watch, const prm__asking *asking, uint32_t before, uint32_t level)
{
    prm__look *look = (prm__look *)watch;
    if (look->found || look->rule != PRM_RULE_RANKS || !look->target || asking->partner != look->partner ||
        look->target->at != asking->place.time || look->target->number != (int64_t)level)
        return;
    look->found = true;
    look_level(look, asking, before, level);
}

/* ---- Where a rule stands ---- */

/* Completes the first fact, which says what is missing. */
static void look_progress(prm__look *look)
{
    prm__progress_item item;
    memset(&item, 0, sizeof item);
    item.rule = look->rule;
    item.partner = look->partner;
    item.subject = look->subject;
    prm__progress_fill(look->into->engine, look_rule(look), &item);
    if (look->into->facts.count == 0)
        return;
    prm_fact *fact = prm__vec_at(&look->into->facts, 0);
    fact->code = item.state;
    fact->from = item.start;
    fact->until = item.end;
    if (item.has_value) {
        prm__facts_value(fact, item.value);
        prm__facts_target(fact, item.target);
    }
}

static void look_next_level(prm__look *look, const prm__asking *asking)
{
    prm_engine *engine = look->into->engine;
    uint32_t level = prm__rank_level(engine, prm__engine_partner(engine, look->partner));
    bool top = level + 1 >= engine->program->levels_count;
    look_level(look, asking, level, top ? level : level + 1);
}

static void look_then(prm__watch *watch)
{
    prm__look *look = (prm__look *)watch;
    prm_engine *engine = look->into->engine;
    prm__asking asking = {engine, look->partner, NULL, {engine->clock, PRM_PLACE_AHEAD, 0}};
    prm__subject_aim(engine, prm__subject_at(engine, look->subject), look->subject);
    if (look->rule >= PRM_RULE_RANKS) {
        look_next_level(look, &asking);
        return;
    }
    look_progress(look);
    prm__subject_aim(engine, prm__subject_at(engine, look->subject), look->subject);
    prm__asked_checks(look->into, 1, &asking, look_rule(look), false);
    const prm__p_rule *rule = look_rule(look);
    prm__asked_window(look->into, 1, &asking, rule->window);
    if (rule->form == PRM_FORM_TIERS || rule->form == PRM_FORM_CONTEST) {
        const prm__p_tier *tiers = engine->program->tiers + rule->first_tier;
        for (uint32_t i = 0; i < (rule->form == PRM_FORM_TIERS ? rule->tier_count : 1); i++)
            prm__asked_bare(look->into, &look->seen, 1, &asking, rule->single,
                            rule->form == PRM_FORM_TIERS ? &tiers[i] : NULL);
    } else {
        prm__asked_conditions(look->into, &look->seen, 1, &asking, rule->first_condition,
                              rule->condition_count);
    }
}

/* ---- The whole ---- */

static prm_status look_want(prm__look *look)
{
    const prm_program *program = look->into->engine->program;
    if (look->rule == PRM_RULE_RANKS) {
        for (uint32_t i = 0; i < program->levels_count; i++)
            PRM_TRY(prm__seen_want(&look->seen, program, program->levels[i].first_condition,
                                   program->levels[i].condition_count));
        return PRM_OK;
    }
    if (look->rule >= PRM_RULE_RANKS)
        return PRM_OK;
    const prm__p_rule *rule = look_rule(look);
    return prm__seen_want(&look->seen, program, rule->first_condition, rule->condition_count);
}

prm_status prm__look_init(prm__look *look, prm_explanation *into, uint32_t partner, uint32_t rule)
{
    memset(look, 0, sizeof *look);
    look->watch = (prm__watch){look_counted, look_fires, look_acts, look_ranks};
    look->into = into;
    look->partner = partner;
    look->rule = rule;
    look->subject = PRM_NONE;
    look->event = PRM_NONE;
    look->verdict.taker = PRM_NO_INDEX;
    look->now.occasion = INT64_MIN;
    look->best.occasion = INT64_MIN;
    prm__seen_init(&look->seen, into->alloc);
    prm__vec_init(&look->identity, into->alloc, 1);
    return look_want(look);
}

void prm__look_free(prm__look *look)
{
    prm__seen_free(&look->seen);
    prm__vec_free(&look->identity);
}

prm_status prm__look_at_outcome(prm__look *look, const prm__outcome *target)
{
    prm_engine *engine = look->into->engine;
    prm__outcome copy = *target; /* the list that it stands in is put aside */
    look->target = &copy;
    prm_status status = prm__refold(engine, look->partner, &look->watch, engine->clock, NULL);
    look->target = NULL;
    return status;
}

prm_status prm__look_at_standing(prm__look *look, uint32_t subject, int64_t at)
{
    look->subject = subject;
    look->at = at;
    PRM_TRY(prm__refold(look->into->engine, look->partner, &look->watch, at, look_then));
    look_close_occasion(look);
    return PRM_OK;
}

prm_status prm__look_at_event(prm__look *look, uint32_t event)
{
    look->event = event;
    return prm__refold(look->into->engine, look->partner, &look->watch, look->into->engine->clock, NULL);
}

prm_status prm__look_at_voided(prm__look *look, prm_text id)
{
    size_t first = look->into->facts.count, kept = first;
    look->id = id;
    PRM_TRY(prm__refold_unvoided(look->into->engine, look->partner, &look->watch));
    prm_fact *facts = look->into->facts.data;
    for (size_t i = first; i < look->into->facts.count; i++) {
        const prm_engine *engine = look->into->engine;
        uint32_t event = prm__store_find(&engine->store, engine->layouts, facts[i].event);
        bool told = event == PRM_NO_INDEX || !(prm__engine_event(engine, event)->marks & PRM_EVENT_DEAD);
        for (size_t j = first; j < kept && !told; j++)
            told = facts[j].event.data == facts[i].event.data;
        if (told)
            continue;
        facts[kept] = facts[i];
        facts[kept].kind = PRM_FACT_VOIDED;
        facts[kept].holds = 0;
        facts[kept++].id = prm__change_cause(engine, event);
    }
    look->into->facts.count = kept;
    return PRM_OK;
}
