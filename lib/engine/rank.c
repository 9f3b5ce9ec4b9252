#include "engine/rank.h"
#include "engine/condition.h"
#include "engine/fire.h"
#include "engine/subject.h"
#include "engine/watch.h"

static prm__rank_state *rank_state(const prm_engine *engine, const prm__partner *partner)
{
    if (!engine->program->head->ranks.present || partner->subject == PRM_NONE)
        return NULL;
    return prm__subject_state(prm__subject_at(engine, partner->subject), engine->program->head->ranks.offset);
}

/* The highest level among a rule's rank actions, or 0. */
static uint32_t rank_of_rule(const prm_program *program, const prm__p_rule *rule)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; i < rule->then.action_count; i++) {
        const prm__p_action *action = &program->actions[rule->then.first_action + i];
        if (action->kind == PRM_ACTION_RANK && action->level > highest)
            highest = action->level;
    }
    return highest;
}

/* The level that `while` rules lend the partner now. */
static uint32_t rank_lent(const prm_engine *engine, const prm__partner *partner)
{
    static const uint32_t no_keys[PRM_KIND_KEYS];
    const prm_program *program = engine->program;
    const uint32_t *rules = engine->while_rules.data;
    uint32_t highest = 0, index = prm__engine_find_partner(engine, partner->key);
    for (size_t i = 0; i < engine->while_rules.count; i++) {
        const prm__p_rule *rule = &program->rules[rules[i]];
        uint32_t level = rank_of_rule(program, rule);
        if (level <= highest)
            continue;
        uint32_t handle = prm__subject_find(engine, rule->subject, index, no_keys);
        if (handle == PRM_NONE)
            continue;
        const prm__rule_more *state = prm__subject_state(prm__subject_at(engine, handle), rule->offset);
        if (state->inside == PRM_SPELL_GRANTED)
            highest = level;
    }
    return highest;
}

uint32_t prm__rank_level(const prm_engine *engine, const prm__partner *partner)
{
    const prm__rank_state *state = rank_state(engine, partner);
    if (!state)
        return 0;
    uint32_t lent = rank_lent(engine, partner);
    return state->level > lent ? state->level : lent;
}

void prm__rank_set(prm_engine *engine, const prm__partner *partner, uint32_t level)
{
    prm__rank_state *state = rank_state(engine, partner);
    if (state)
        state->level = level;
}

/* The highest level whose condition holds. */
static uint32_t rank_reached(const prm__asking *asking)
{
    prm_engine *engine = asking->engine;
    const prm__partner *partner = prm__engine_partner(engine, asking->partner);
    prm__subject_aim(engine, prm__subject_at(engine, partner->subject), partner->subject);
    uint32_t level = engine->program->levels_count - 1;
    for (; level > 0; level--) {
        const prm__p_level *row = &engine->program->levels[level];
        if (prm__condition_holds(asking, row->first_condition, row->condition_count))
            break;
    }
    return level;
}

/* How often the partner came to that level before, at once, in the same window: a rule may have taken it
 * away in between. */
static uint16_t rank_times(const prm_engine *engine, const prm__partner *partner,
                           const prm__window_span *window, uint32_t ordinal)
{
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    for (uint32_t i = partner->outcomes.count; ordinal && i-- > 0 && outcomes[i].at >= window->start;)
        if (outcomes[i].rule == PRM_RULE_RANKS && outcomes[i].occasion == window->first_day &&
            outcomes[i].ordinal == ordinal)
            return (uint16_t)(outcomes[i].action + 1);
    return 0;
}

static prm_status rank_grant(const prm__asking *asking, prm__rank_state *state, uint32_t level,
                             uint32_t ordinal)
{
    prm_engine *engine = asking->engine;
    prm__partner *partner = prm__engine_partner(engine, asking->partner);
    uint32_t period = engine->program->head->ranks.period;
    prm__window_span window = *prm__engine_window(engine, period, prm__place_window_time(asking->place));
    uint16_t times = rank_times(engine, partner, &window, ordinal);
    if (engine->watch)
        engine->watch->ranks(engine->watch, asking, state->level, level);
    prm__outcome *outcome = prm__fire_push(engine, partner);
    if (!outcome)
        return PRM_E_MEMORY;
    state->level = level;
    outcome->rule = PRM_RULE_RANKS;
    outcome->subject = partner->subject;
    outcome->event = asking->view ? asking->view->handle : PRM_NONE;
    outcome->kind = PRM_OUTCOME_RANK;
    outcome->occasion = window.first_day;
    outcome->action = times;
    outcome->ordinal = ordinal;
    outcome->to_partner = partner->key;
    outcome->number = level;
    outcome->at = asking->place.time;
    outcome->from = PRM_NO_TIME;
    outcome->until = PRM_NO_TIME;
    return PRM_OK;
}

prm_status prm__rank_promote(const prm__asking *asking)
{
    const prm__partner *partner = prm__engine_partner(asking->engine, asking->partner);
    prm__rank_state *state = rank_state(asking->engine, partner);
    if (!state || partner->flags & PRM_PARTNER_LEFT)
        return PRM_OK;
    uint32_t reached = rank_reached(asking);
    return reached > state->level ? rank_grant(asking, state, reached, reached + 1) : PRM_OK;
}

prm_status prm__rank_review(const prm__asking *asking)
{
    const prm__partner *partner = prm__engine_partner(asking->engine, asking->partner);
    prm__rank_state *state = rank_state(asking->engine, partner);
    if (!state || partner->flags & PRM_PARTNER_LEFT ||
        !(prm__subject_at(asking->engine, partner->subject)->flags & PRM_SUBJECT_EXISTS))
        return PRM_OK;
    uint32_t reached = rank_reached(asking);
    if (reached >= state->level) {
        state->failures = 0;
        return reached > state->level ? rank_grant(asking, state, reached, 0) : PRM_OK;
    }
    if (++state->failures <= asking->engine->program->head->ranks.keep)
        return PRM_OK;
    state->failures = 0;
    return rank_grant(asking, state, state->level - 1, 0);
}

/* Reviews and rules set the level from their instant on; a spell lends it until its end. */
uint32_t prm__rank_level_at(const prm_engine *engine, const prm__partner *partner, int64_t time)
{
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    uint32_t level = 0, lent = 0;
    for (uint32_t i = 0; i < partner->outcomes.count; i++) {
        const prm__outcome *outcome = &outcomes[i];
        if (outcome->kind != PRM_OUTCOME_RANK || outcome->at > time)
            continue;
        bool spell = outcome->rule != PRM_RULE_RANKS &&
                     engine->program->rules[outcome->rule].form == PRM_FORM_WHILE;
        if (!spell)
            level = (uint32_t)outcome->number;
        else if ((outcome->until == PRM_NO_TIME || outcome->until > time) && outcome->number > lent)
            lent = (uint32_t)outcome->number;
    }
    return level > lent ? level : lent;
}
