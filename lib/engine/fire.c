#include "engine/fire.h"
#include "engine/link.h"
#include "engine/rate.h"
#include "engine/stash.h"
#include "engine/subject.h"
#include <string.h>

/* A new outcome at the end of the partner's list; NULL when memory ran out. */
static prm__outcome *fire_push(prm_engine *engine, prm__partner *partner)
{
    if (prm__list_reserve(&engine->pool, &partner->outcomes, sizeof(prm__outcome), 1) != PRM_OK)
        return NULL;
    prm__outcome *outcome = prm__list_data(&engine->pool, &partner->outcomes);
    outcome += partner->outcomes.count++;
    memset(outcome, 0, sizeof *outcome);
    return outcome;
}

/* The calendar window that rates speak of: the rule's own, else the month. */
static const prm__window_span *fire_span(prm_engine *engine, const prm__p_rule *rule, int64_t time)
{
    uint32_t period = engine->program->windows[rule->window].period;
    return prm__engine_window(engine, period == PRM_PERIOD_NONE ? PRM_PERIOD_MONTH : period, time);
}

static void fire_identity(prm_engine *engine, const prm__firing *firing, uint32_t action,
                          prm__outcome *outcome)
{
    const prm__p_rule *rule = &engine->program->rules[firing->rule];
    uint32_t period = engine->program->windows[rule->window].period;
    outcome->rule = firing->rule;
    outcome->action = (uint16_t)action;
    outcome->subject = firing->subject;
    outcome->event = firing->view->handle;
    outcome->by_event = rule->each != 0;
    outcome->at = firing->place.time;
    outcome->from = PRM_NO_TIME;
    outcome->until = PRM_NO_TIME;
    outcome->occasion = PRM_OCCASION_LIFE;
    if (!rule->each && period != PRM_PERIOD_NONE)
        outcome->occasion = prm__engine_window(engine, period, firing->place.time)->first_day;
}

/* The subject's rep as a text key, 0 when its keys have none. */
static uint32_t fire_subject_rep(const prm_engine *engine, const prm__firing *firing)
{
    const prm__subject *subject = prm__subject_at(engine, firing->subject);
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    for (uint32_t i = 0; i < kind->key_count; i++)
        if (kind->keys[i] == PRM_NAME_REP)
            return subject->keys[i];
    return 0;
}

/* ---- Rates ---- */

static int64_t fire_rate_end(prm_engine *engine, const prm__p_rule *rule, const prm__p_action *action,
                             int64_t from)
{
    switch ((prm__rate_lasts)action->lasts) {
    case PRM_LASTS_DURATION:
        return prm__duration_end(&engine->program->calendar.zone, action->duration, from);
    case PRM_LASTS_PERIOD:
        return fire_span(engine, rule, from)->end;
    case PRM_LASTS_UNTIL:
        return action->until;
    case PRM_LASTS_FOR_GOOD:
        break;
    }
    return PRM_NO_TIME;
}

static prm_status fire_rate(prm_engine *engine, const prm__firing *firing, uint32_t index,
                            const prm__p_action *action)
{
    const prm__p_rule *rule = &engine->program->rules[firing->rule];
    prm__partner *partner = prm__engine_partner(engine, firing->partner);
    int64_t from = firing->place.time;
    uint32_t position = 0;
    if (action->from == PRM_FROM_PERIOD)
        from = fire_span(engine, rule, from)->start;
    else if (action->from == PRM_FROM_NEXT_PERIOD)
        from = fire_span(engine, rule, from)->end;
    else
        position = firing->place.position + (action->from == PRM_FROM_NEXT ? 1 : 0);
    int64_t until = fire_rate_end(engine, rule, action, from);
    if (until != PRM_NO_TIME && until <= from)
        return PRM_OK;
    prm__outcome *outcome = fire_push(engine, partner);
    if (!outcome)
        return PRM_E_MEMORY;
    fire_identity(engine, firing, index, outcome);
    outcome->kind = PRM_OUTCOME_RATE;
    outcome->number = action->rate;
    outcome->from = from;
    outcome->until = until;
    outcome->more.rate.from_position = position;
    outcome->to_partner = partner->key;
    outcome->to_rep = fire_subject_rep(engine, firing);
    if (action->from == PRM_FROM_PERIOD && from < partner->rerate_from)
        partner->rerate_from = from;
    return prm__rate_link(engine, partner);
}

/* ---- Rewards ---- */

/* A partner elsewhere, as recipient: 0 when there is none, or it has left. */
static prm_status fire_present(prm_engine *engine, const prm__firing *firing, uint32_t key, uint32_t *to)
{
    *to = 0;
    if (!key)
        return PRM_OK;
    PRM_TRY(prm__link_note(engine, firing->partner, key));
    *to = prm__link_has_left(engine, key, firing->place.time) ? 0 : key;
    return PRM_OK;
}

static prm_status fire_grandparent(prm_engine *engine, const prm__firing *firing, uint32_t *to)
{
    uint32_t parent = prm__engine_partner(engine, firing->partner)->parent;
    *to = 0;
    if (!parent)
        return PRM_OK;
    PRM_TRY(prm__link_note(engine, firing->partner, parent));
    return fire_present(engine, firing, prm__link_parent(engine, parent, firing->place.time), to);
}

static bool fire_rep_left(const prm_engine *engine, uint32_t partner, uint32_t rep)
{
    uint32_t keys[PRM_KIND_KEYS] = {rep};
    uint32_t handle = prm__subject_find(engine, PRM_KIND_REP, partner, keys);
    return handle != PRM_NONE && (prm__subject_at(engine, handle)->flags & PRM_SUBJECT_LEFT);
}

/* Fills in the recipient; none (to_partner 0) when there is no such one. */
static prm_status fire_recipient(prm_engine *engine, const prm__firing *firing, uint32_t to,
                                 prm__outcome *outcome)
{
    const prm__partner *partner = prm__engine_partner(engine, firing->partner);
    uint32_t rep = 0;
    switch ((prm__recipient)to) {
    case PRM_TO_REFERRER:
        return fire_present(engine, firing, partner->referrer, &outcome->to_partner);
    case PRM_TO_PARENT:
        return fire_present(engine, firing, partner->parent, &outcome->to_partner);
    case PRM_TO_GRANDPARENT:
        return fire_grandparent(engine, firing, &outcome->to_partner);
    case PRM_TO_SUBJECT:
        rep = fire_subject_rep(engine, firing);
        break;
    case PRM_TO_REP:
        rep = fire_subject_rep(engine, firing);
        rep = rep ? rep : prm__engine_view_text(engine, firing->view, PRM_NAME_REP);
        if (!rep)
            return PRM_OK;
        break;
    case PRM_TO_PARTNER:
        break;
    }
    if (rep && fire_rep_left(engine, firing->partner, rep))
        return PRM_OK;
    outcome->to_partner = partner->key;
    outcome->to_rep = rep;
    return PRM_OK;
}

static prm_status fire_reward(prm_engine *engine, const prm__firing *firing, uint32_t index,
                              const prm__p_action *action)
{
    const prm_program *program = engine->program;
    prm__eval eval = {engine, firing->view, engine->at_subjects[PRM_KIND_PARTNER],
                      engine->at_subjects[PRM_KIND_REP], firing->value};
    prm__value amount = prm__eval_expr(&eval, action->amount);
    uint32_t digits = program->rewards[action->reward].money ? program->head->minor_digits : 0;
    prm__outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    if (amount.type != PRM_TYPE_NUMBER ||
        !prm__decimal_to_minor(amount.number, digits, (prm__rounding)action->rounding, &outcome.number) ||
        outcome.number <= 0)
        return PRM_OK;
    fire_identity(engine, firing, index, &outcome);
    outcome.kind = PRM_OUTCOME_REWARD;
    PRM_TRY(fire_recipient(engine, firing, action->to, &outcome));
    if (!outcome.to_partner)
        return PRM_OK;
    if (action->duration.count)
        outcome.from = prm__duration_end(&program->calendar.zone, action->duration, outcome.at);
    prm__outcome *pushed = fire_push(engine, prm__engine_partner(engine, firing->partner));
    if (!pushed)
        return PRM_E_MEMORY;
    *pushed = outcome;
    return PRM_OK;
}

prm_status prm__fire_rule(prm_engine *engine, const prm__firing *firing)
{
    const prm__p_rule *rule = &engine->program->rules[firing->rule];
    for (uint32_t i = 0; i < rule->action_count; i++) {
        const prm__p_action *action = &engine->program->actions[rule->first_action + i];
        if (action->kind == PRM_ACTION_RATE)
            PRM_TRY(fire_rate(engine, firing, i, action));
        else
            PRM_TRY(fire_reward(engine, firing, i, action));
    }
    return PRM_OK;
}

/* ---- Commission ---- */

static void fire_rate_commission(prm_engine *engine, const prm__partner *partner, const prm__view *view,
                                 prm__place place, prm__outcome *outcome)
{
    const prm__p_commission *commission = &engine->program->head->commission;
    prm__rate_case one = {partner, engine->at_subjects, prm__engine_view_text(engine, view, PRM_NAME_PRODUCT),
                          place};
    int64_t rate;
    outcome->number = 0;
    if (!prm__rate_of(engine, &one, &rate) ||
        !prm__decimal_share(outcome->more.base, rate, engine->program->head->minor_digits,
                            (prm__rounding)commission->rounding, &outcome->number))
        outcome->number = 0;
}

prm_status prm__fire_commission(prm_engine *engine, uint32_t index, const prm__view *view, prm__place place)
{
    const prm__p_commission *commission = &engine->program->head->commission;
    prm__partner *partner = prm__engine_partner(engine, index);
    prm__eval eval = {.engine = engine,
                      .view = view,
                      .partner = engine->at_subjects[PRM_KIND_PARTNER],
                      .rep = engine->at_subjects[PRM_KIND_REP]};
    if (partner->flags & PRM_PARTNER_LEFT || !prm__eval_filter(&eval, commission->filter))
        return PRM_OK;
    prm__value of = prm__eval_expr(&eval, commission->of);
    if (of.type != PRM_TYPE_NUMBER || of.number == 0)
        return PRM_OK;
    prm__outcome *outcome = fire_push(engine, partner);
    if (!outcome)
        return PRM_E_MEMORY;
    outcome->rule = PRM_RULE_COMMISSION;
    outcome->subject = PRM_NONE;
    outcome->event = view->handle;
    outcome->by_event = 1;
    outcome->kind = PRM_OUTCOME_COMMISSION;
    outcome->occasion = PRM_OCCASION_LIFE;
    outcome->to_partner = partner->key;
    outcome->at = place.time;
    outcome->from = PRM_NO_TIME;
    outcome->until = PRM_NO_TIME;
    outcome->more.base = of.number;
    fire_rate_commission(engine, partner, view, place, outcome);
    return PRM_OK;
}

prm_status prm__fire_rerate(prm_engine *engine, prm__partner *partner)
{
    prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    uint32_t low = 0, high = partner->outcomes.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (outcomes[middle].at < partner->rerate_from)
            low = middle + 1;
        else
            high = middle;
    }
    for (uint32_t i = low; i < partner->outcomes.count; i++) {
        if (outcomes[i].kind != PRM_OUTCOME_COMMISSION)
            continue;
        prm__view view;
        prm__engine_view(engine, outcomes[i].event, &view);
        prm__rate_aim(engine, &view);
        prm__outcome changed = outcomes[i];
        prm__place place = {changed.at,
                            prm__engine_place_of(engine, partner, partner->folded, changed.event)};
        fire_rate_commission(engine, partner, &view, place, &changed);
        if (changed.number == outcomes[i].number)
            continue;
        PRM_TRY(prm__stash_from(engine, partner, i));
        outcomes[i] = changed;
    }
    return PRM_OK;
}
