#include "engine/spell.h"
#include "engine/ask.h"
#include "engine/clock.h"
#include "engine/condition.h"
#include "engine/measure.h"
#include "engine/rank.h"
#include "engine/stash.h"
#include "engine/subject.h"

/* Ends what the spell has granted: after the event at which it ended, whose commission still
 * has the rate before it; or at the clock point. */
static prm_status spell_end_outcomes(const prm__asking *asking, uint32_t rule_index, uint32_t subject,
                                     int64_t started)
{
    prm_engine *engine = asking->engine;
    prm__partner *partner = prm__engine_partner(engine, asking->partner);
    uint32_t position = asking->view ? asking->place.position + 1 : 0;
    for (uint32_t i = partner->outcomes.count; i-- > 0;) {
        prm__outcome *outcome = (prm__outcome *)prm__list_data(&engine->pool, &partner->outcomes) + i;
        if (outcome->at < started)
            break;
        if (outcome->rule != rule_index || outcome->subject != subject || outcome->occasion != started)
            continue;
        bool rate = outcome->kind == PRM_OUTCOME_RATE;
        if (outcome->until != PRM_NO_TIME &&
            (outcome->until < asking->place.time ||
             (outcome->until == asking->place.time && rate && outcome->more.rate.until_position <= position)))
            continue;
        PRM_TRY(prm__stash_from(engine, partner, i));
        outcome->until = asking->place.time;
        if (rate)
            outcome->more.rate.until_position = position;
        if (outcome->until > (rate ? outcome->from : outcome->at))
            continue;
        outcome->kind = PRM_OUTCOME_NONE; /* it was never in force */
        if (rate && outcome->from < partner->rerate_from)
            partner->rerate_from = outcome->from;
    }
    return PRM_OK;
}

/* Rules are asked after the event, so a window that begins behind its anchor has begun there. */
static bool spell_window_holds(const prm__asking *asking, const prm__p_rule *rule)
{
    prm__asking after = *asking;
    after.place.position += asking->view ? 1 : 0;
    return prm__ask_window_holds(&after, rule);
}

static bool spell_holds(const prm__asking *asking, const prm__p_rule *rule, const prm__subject *subject)
{
    return !prm__ask_ended(asking, subject) && prm__ask_active(asking->engine, rule, asking->place.time) &&
           spell_window_holds(asking, rule) && prm__ask_eligible(asking, rule) &&
           prm__condition_holds(asking, rule->first_condition, rule->condition_count);
}

static prm_status spell_begin(const prm__asking *asking, uint32_t rule_index, prm__rule_more *state,
                              uint32_t subject)
{
    const prm__p_rule *rule = &asking->engine->program->rules[rule_index];
    const prm__partner *partner = prm__engine_partner(asking->engine, asking->partner);
    prm__firing firing = {
        .asking = asking, .rule = rule_index, .subject = subject, .value = prm__ask_value(asking, rule)};
    uint32_t before = partner->outcomes.count;
    state->base.fired = prm__ask_occasion(asking, rule);
    state->reached = asking->place.time;
    PRM_TRY(prm__fire(&firing, rule->then));
    state->inside = partner->outcomes.count > before ? PRM_SPELL_GRANTED : PRM_SPELL_HOLDS;
    return PRM_OK;
}

/* The rule for the subject in engine->at_subjects. */
static prm_status spell_ask_subject(const prm__asking *asking, uint32_t rule_index, uint32_t handle)
{
    prm_engine *engine = asking->engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    prm__subject *subject = prm__subject_at(engine, handle);
    prm__rule_more *state = prm__subject_state(subject, rule->offset);
    bool holds = spell_holds(asking, rule, subject);
    if (state->inside && (!holds || state->base.fired != prm__ask_occasion(asking, rule))) {
        state->inside = PRM_SPELL_NONE;
        PRM_TRY(spell_end_outcomes(asking, rule_index, handle, state->reached));
    }
    if (holds && !state->inside)
        PRM_TRY(spell_begin(asking, rule_index, state, handle));
    return prm__clock_expect_rolling(asking, rule_index, handle);
}

prm_status prm__spell_ask_own(const prm__asking *asking, uint32_t rule_index)
{
    const prm_engine *engine = asking->engine;
    uint32_t handle = engine->at_subjects[engine->program->rules[rule_index].subject];
    return handle == PRM_NONE ? PRM_OK : spell_ask_subject(asking, rule_index, handle);
}

prm_status prm__spell_ask_all(const prm__asking *asking, uint32_t rule_index)
{
    prm_engine *engine = asking->engine;
    PRM_TRY(prm__subject_list(engine, asking->partner, engine->program->rules[rule_index].subject));
    return prm__spell_ask_listed(asking, rule_index);
}

prm_status prm__spell_ask_listed(const prm__asking *asking, uint32_t rule_index)
{
    prm_engine *engine = asking->engine;
    for (size_t i = 0; i < engine->subject_list.count; i++) {
        uint32_t handle = PRM_VEC(engine->subject_list, uint32_t)[i];
        prm__subject_aim(engine, prm__subject_at(engine, handle), handle);
        PRM_TRY(spell_ask_subject(asking, rule_index, handle));
    }
    return PRM_OK;
}
