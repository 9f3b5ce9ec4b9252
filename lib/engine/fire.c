#include "engine/fire.h"
#include "engine/budget.h"
#include "engine/forward.h"
#include "engine/link.h"
#include "engine/rank.h"
#include "engine/rate.h"
#include "engine/settle.h"
#include "engine/subject.h"
#include "engine/watch.h"
#include <string.h>

prm__outcome *prm__fire_push(prm_engine *engine, prm__partner *partner)
{
    if (prm__list_reserve(&engine->pool, &partner->outcomes, sizeof(prm__outcome), 1) != PRM_OK)
        return NULL;
    prm__outcome *outcome = prm__list_data(&engine->pool, &partner->outcomes);
    outcome += partner->outcomes.count++;
    memset(outcome, 0, sizeof *outcome);
    return outcome;
}

static const prm__p_rule *fire_rule(const prm__firing *firing)
{
    return &firing->asking->engine->program->rules[firing->rule];
}

static prm__partner *fire_partner(const prm__firing *firing)
{
    return prm__engine_partner(firing->asking->engine, firing->asking->partner);
}

/* The calendar window that rates speak of: the rule's own, else the month. */
static const prm__window_span *fire_span(const prm__firing *firing, int64_t time)
{
    prm_engine *engine = firing->asking->engine;
    uint32_t period = engine->program->windows[fire_rule(firing)->window].period;
    return prm__engine_window(engine, period == PRM_PERIOD_NONE ? PRM_PERIOD_MONTH : period, time);
}

void prm__fire_identity(const prm__firing *firing, uint32_t action, prm__outcome *outcome)
{
    const prm__asking *asking = firing->asking;
    const prm__p_rule *rule = fire_rule(firing);
    uint32_t period = asking->engine->program->windows[rule->window].period;
    outcome->rule = firing->rule;
    outcome->action = (uint16_t)(action - rule->first_action);
    outcome->subject = firing->subject;
    outcome->event = asking->view ? asking->view->handle : PRM_NONE;
    outcome->by_event = rule->form == PRM_FORM_EACH;
    outcome->ordinal = firing->ordinal;
    outcome->at = asking->place.time;
    outcome->from = PRM_NO_TIME;
    outcome->until = PRM_NO_TIME;
    outcome->occasion = PRM_OCCASION_LIFE;
    if (rule->form == PRM_FORM_WHILE)
        outcome->occasion = asking->place.time;
    else if (rule->form != PRM_FORM_EACH && period != PRM_PERIOD_NONE)
        outcome->occasion =
            prm__engine_window(asking->engine, period, prm__place_window_time(asking->place))->first_day;
}

/* The subject's rep as a text key, 0 when its keys have none. */
static uint32_t fire_subject_rep(const prm__firing *firing)
{
    const prm_engine *engine = firing->asking->engine;
    const prm__subject *subject = prm__subject_at(engine, firing->subject);
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    for (uint32_t i = 0; i < kind->key_count; i++)
        if (kind->keys[i] == PRM_NAME_REP)
            return subject->keys[i];
    return 0;
}

/* ---- Rates ---- */

static int64_t fire_rate_end(const prm__firing *firing, const prm__p_action *action, int64_t from)
{
    switch ((prm__rate_lasts)action->lasts) {
    case PRM_LASTS_DURATION:
        return prm__duration_end(&firing->asking->engine->program->calendar.zone, action->duration, from);
    case PRM_LASTS_PERIOD:
        return fire_span(firing, from)->end;
    case PRM_LASTS_UNTIL:
        return action->until;
    case PRM_LASTS_FOR_GOOD:
        break;
    }
    return PRM_NO_TIME;
}

/* The first place at the instant of firing at which a rate holds. */
static uint32_t fire_rate_position(const prm__asking *asking, const prm__p_action *action)
{
    if (!asking->view)
        return 0;
    return asking->place.position + (action->from == PRM_FROM_NEXT ? 1 : 0);
}

/* Where a rate that reaches back may begin: not in settled time. INT64_MAX: nowhere. */
static int64_t fire_rate_back(const prm__firing *firing, uint32_t index, int64_t from)
{
    const prm_engine *engine = firing->asking->engine;
    prm__outcome rate;
    if (from >= engine->settled)
        return from;
    memset(&rate, 0, sizeof rate);
    prm__fire_identity(firing, index, &rate);
    return prm__settle_start(engine, firing->asking->partner, &rate, from);
}

static prm_status fire_rate(const prm__firing *firing, uint32_t index, const prm__p_action *action)
{
    prm_engine *engine = firing->asking->engine;
    prm__partner *partner = fire_partner(firing);
    int64_t from = firing->asking->place.time, window_time = prm__place_window_time(firing->asking->place);
    uint32_t position = 0;
    if (action->from == PRM_FROM_PERIOD)
        from = fire_span(firing, window_time)->start;
    else if (action->from == PRM_FROM_NEXT_PERIOD)
        from = fire_span(firing, window_time)->end;
    else
        position = fire_rate_position(firing->asking, action);
    int64_t until = fire_rate_end(firing, action, from);
    if (action->from == PRM_FROM_PERIOD)
        from = fire_rate_back(firing, index, from);
    if (from == INT64_MAX || (until != PRM_NO_TIME && until <= from))
        return PRM_OK;
    prm__outcome *outcome = prm__fire_push(engine, partner);
    if (!outcome)
        return PRM_E_MEMORY;
    prm__fire_identity(firing, index, outcome);
    outcome->kind = PRM_OUTCOME_RATE;
    outcome->number = action->rate;
    outcome->from = from;
    outcome->until = until;
    outcome->more.rate.from_position = position;
    outcome->to_partner = partner->key;
    outcome->to_rep = fire_subject_rep(firing);
    if (action->from == PRM_FROM_PERIOD && from < partner->rerate_from)
        partner->rerate_from = from; /* events of this very instant may come before this one */
    return prm__rate_link(engine, partner);
}

/* ---- Recipients ---- */

/* The instant at which others are looked at: a clock point comes before its instant's events. */
static int64_t fire_time_of_others(const prm__firing *firing)
{
    return firing->asking->place.time - (firing->asking->view ? 0 : 1);
}

/* A partner elsewhere, as recipient: 0 when there is none, or it has left. */
static prm_status fire_present(const prm__firing *firing, uint32_t key, uint32_t *to)
{
    prm_engine *engine = firing->asking->engine;
    *to = 0;
    if (!key)
        return PRM_OK;
    PRM_TRY(prm__link_note(engine, firing->asking->partner, key));
    *to = prm__link_has_left(engine, key, fire_time_of_others(firing)) ? 0 : key;
    return PRM_OK;
}

static prm_status fire_grandparent(const prm__firing *firing, uint32_t *to)
{
    prm_engine *engine = firing->asking->engine;
    uint32_t parent = fire_partner(firing)->parent;
    *to = 0;
    if (!parent)
        return PRM_OK;
    PRM_TRY(prm__link_note(engine, firing->asking->partner, parent));
    return fire_present(firing, prm__link_parent(engine, parent, fire_time_of_others(firing)), to);
}

static bool fire_rep_left(const prm__firing *firing, uint32_t rep)
{
    const prm_engine *engine = firing->asking->engine;
    uint32_t keys[PRM_KIND_KEYS] = {rep};
    uint32_t handle = prm__subject_find(engine, PRM_KIND_REP, firing->asking->partner, keys);
    return handle != PRM_NONE && (prm__subject_at(engine, handle)->flags & PRM_SUBJECT_LEFT);
}

/* The rep of an event of a partner below: that partner's. */
static prm_status fire_rep_below(const prm__firing *firing, prm__outcome *outcome)
{
    const prm_engine *engine = firing->asking->engine;
    const prm__view *view = firing->asking->view;
    uint32_t below = view->event->partner, rep = prm__engine_view_text(engine, view, PRM_NAME_REP);
    uint32_t keys[PRM_KIND_KEYS] = {rep};
    if (!rep || rep == engine->empty_key)
        return PRM_OK;
    uint32_t key = prm__engine_partner(engine, below)->key;
    PRM_TRY(fire_present(firing, key, &outcome->to_partner));
    uint32_t handle = prm__subject_find(engine, PRM_KIND_REP, below, keys);
    if (handle != PRM_NONE && prm__forward_rep_left(engine, below, view->handle))
        outcome->to_partner = 0;
    outcome->to_rep = outcome->to_partner ? rep : 0;
    return PRM_OK;
}

prm_status prm__fire_recipient(const prm__firing *firing, uint32_t to, prm__outcome *outcome)
{
    const prm__partner *partner = fire_partner(firing);
    const prm__view *view = firing->asking->view;
    uint32_t rep = 0;
    switch ((prm__recipient)to) {
    case PRM_TO_REFERRER:
        return fire_present(firing, partner->referrer, &outcome->to_partner);
    case PRM_TO_PARENT:
        return fire_present(firing, partner->parent, &outcome->to_partner);
    case PRM_TO_GRANDPARENT:
        return fire_grandparent(firing, &outcome->to_partner);
    case PRM_TO_SUBJECT:
        rep = fire_subject_rep(firing);
        break;
    case PRM_TO_REP:
        rep = fire_subject_rep(firing);
        if (!rep && view && view->event->partner != firing->asking->partner)
            return fire_rep_below(firing, outcome);
        rep = rep || !view ? rep : prm__engine_view_text(firing->asking->engine, view, PRM_NAME_REP);
        if (!rep)
            return PRM_OK;
        break;
    case PRM_TO_PARTNER:
        break;
    }
    if (partner->flags & PRM_PARTNER_LEFT || (rep && fire_rep_left(firing, rep)))
        return PRM_OK;
    outcome->to_partner = partner->key;
    outcome->to_rep = rep;
    return PRM_OK;
}

/* ---- Rewards, ranks, notices ---- */

prm__value prm__fire_value(const prm__firing *firing, const prm__p_action *action)
{
    prm__eval eval = prm__eval_of(firing->asking);
    eval.value = firing->value;
    return prm__eval_expr(&eval, action->amount);
}

bool prm__fire_amount(const prm__firing *firing, const prm__p_action *action, int64_t *amount)
{
    const prm_program *program = firing->asking->engine->program;
    bool money = program->rewards[action->reward].money;
    prm__value number = prm__fire_value(firing, action);
    if (number.type != PRM_TYPE_NUMBER ||
        !prm__decimal_to_minor(number.number, money ? program->head->minor_digits : 0,
                               (prm__rounding)action->rounding, amount))
        return false;
    if (money && *amount > fire_rule(firing)->max)
        *amount = fire_rule(firing)->max;
    return *amount > 0;
}

static prm_status fire_keep(const prm__firing *firing, const prm__outcome *outcome)
{
    prm__outcome *pushed = prm__fire_push(firing->asking->engine, fire_partner(firing));
    if (!pushed)
        return PRM_E_MEMORY;
    *pushed = *outcome;
    return PRM_OK;
}

static prm_status fire_reward(const prm__firing *firing, uint32_t index, const prm__p_action *action)
{
    const prm_program *program = firing->asking->engine->program;
    prm__outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    if (!prm__fire_amount(firing, action, &outcome.number))
        return PRM_OK;
    prm__fire_identity(firing, index, &outcome);
    outcome.kind = PRM_OUTCOME_REWARD;
    PRM_TRY(prm__fire_recipient(firing, action->to, &outcome));
    if (!outcome.to_partner)
        return PRM_OK;
    if (action->duration.count)
        outcome.from = prm__duration_end(&program->calendar.zone, action->duration, outcome.at);
    outcome.more.claim.wanted = outcome.number;
    if (program->rewards[action->reward].money && fire_rule(firing)->budget != INT64_MAX)
        PRM_TRY(prm__budget_claim(firing->asking->engine, firing->rule, firing->asking->partner,
                                  fire_partner(firing)->outcomes.count));
    return fire_keep(firing, &outcome);
}

static prm_status fire_rank(const prm__firing *firing, uint32_t index, const prm__p_action *action)
{
    prm__outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    prm__fire_identity(firing, index, &outcome);
    outcome.kind = PRM_OUTCOME_RANK;
    outcome.number = action->level;
    outcome.to_partner = fire_partner(firing)->key;
    if (fire_rule(firing)->form != PRM_FORM_WHILE)
        prm__rank_set(firing->asking->engine, fire_partner(firing), action->level);
    return fire_keep(firing, &outcome);
}

static prm_status fire_notice(const prm__firing *firing, uint32_t index, const prm__p_action *action)
{
    prm__outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    prm__fire_identity(firing, index, &outcome);
    outcome.kind = PRM_OUTCOME_NOTICE;
    PRM_TRY(prm__fire_recipient(firing, action->to, &outcome));
    return fire_keep(firing, &outcome);
}

prm_status prm__fire_action(const prm__firing *firing, uint32_t index)
{
    prm_engine *engine = firing->asking->engine;
    const prm__p_action *action = &engine->program->actions[index];
    if (engine->watch)
        engine->watch->acts(engine->watch, firing, index);
    switch (action->kind) {
    case PRM_ACTION_RATE:
        return fire_rate(firing, index, action);
    case PRM_ACTION_RANK:
        return fire_rank(firing, index, action);
    case PRM_ACTION_NOTICE:
        return fire_notice(firing, index, action);
    default:
        return fire_reward(firing, index, action);
    }
}

/* ---- Limits and exclusive names ---- */

/* Key `name` of the limit's subject: the rule's subject has it, else the event; else it is
 * the empty text, and those without one share a limit. */
static uint32_t fire_limit_key(const prm__firing *firing, uint32_t name)
{
    const prm_engine *engine = firing->asking->engine;
    const prm__subject *subject = prm__subject_at(engine, firing->subject);
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    for (uint32_t i = 0; i < kind->key_count; i++)
        if (kind->keys[i] == name)
            return subject->keys[i];
    const prm__view *view = firing->asking->view;
    uint32_t key = view ? prm__engine_view_text(engine, view, name) : 0;
    return key ? key : engine->empty_key;
}

static prm_status fire_limit(const prm__firing *firing, prm__limit_state **out)
{
    prm_engine *engine = firing->asking->engine;
    const prm__p_rule *rule = fire_rule(firing);
    const prm__p_kind *kind = &engine->program->kinds[rule->limit_kind];
    uint32_t keys[PRM_KIND_KEYS] = {0}, partner = firing->asking->partner;
    for (uint32_t i = 0; i < kind->key_count; i++)
        keys[i] = fire_limit_key(firing, kind->keys[i]);
    uint32_t handle = prm__subject_get(engine, rule->limit_kind, partner, keys,
                                       prm__subject_hash(rule->limit_kind, partner, keys));
    if (handle == PRM_NONE)
        return PRM_E_MEMORY;
    prm__limit_state *state = prm__subject_state(prm__subject_at(engine, handle), rule->limit_offset);
    if (rule->limit_period != PRM_PERIOD_NONE) {
        int64_t start = prm__engine_window(engine, rule->limit_period, firing->asking->place.time)->start;
        if (state->window_start != start)
            *state = (prm__limit_state){start, 0};
    }
    *out = state;
    return PRM_OK;
}

/* Whether an earlier rule has taken the name at this point; else this one has it now. */
static bool fire_is_excluded(const prm__firing *firing)
{
    prm_engine *engine = firing->asking->engine;
    uint32_t name = fire_rule(firing)->exclusive;
    if (name == PRM_NO_INDEX)
        return false;
    prm__taken *taken = &engine->taken[name];
    if (taken->point != engine->point)
        *taken = (prm__taken){engine->point, firing->rule, 0};
    return taken->rule != firing->rule;
}

static bool fire_is_block(prm__p_block a, prm__p_block b)
{
    return a.action_count > 0 && b.action_count > 0 && a.first_action == b.first_action;
}

static void fire_tell(const prm__firing *firing, prm__p_block block, const prm__limit_state *limit,
                      bool limited, bool excluded)
{
    prm_engine *engine = firing->asking->engine;
    const prm__p_rule *rule = fire_rule(firing);
    uint32_t name = rule->exclusive;
    if (!engine->watch)
        return;
    prm__watch_verdict verdict = {
        .granted = limit ? limit->grants : 0,
        .limited = limited,
        .excluded = excluded,
        .granting = !fire_is_block(block, rule->otherwise) && !fire_is_block(block, rule->remind),
        .taker = name == PRM_NO_INDEX || limited ? PRM_NO_INDEX : engine->taken[name].rule};
    engine->watch->fires(engine->watch, firing, &verdict);
}

prm_status prm__fire(const prm__firing *firing, prm__p_block block)
{
    prm__limit_state *limit = NULL;
    const prm__p_rule *rule = fire_rule(firing);
    if (rule->limit_times)
        PRM_TRY(fire_limit(firing, &limit));
    bool limited = limit && limit->grants >= rule->limit_times;
    bool excluded = !limited && fire_is_excluded(firing);
    fire_tell(firing, block, limit, limited, excluded);
    if (limited || excluded)
        return PRM_OK;
    uint32_t before = fire_partner(firing)->outcomes.count;
    for (uint32_t i = 0; i < block.action_count; i++)
        PRM_TRY(prm__fire_action(firing, block.first_action + i));
    if (limit && fire_partner(firing)->outcomes.count > before)
        limit->grants++;
    return PRM_OK;
}
