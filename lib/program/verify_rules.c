/* verify, rules: what makes them fire, and the actions that they have then. */
#include "program/program.h"
#include "program/program_rows.h"

/* Tiers are the bits of a mask. */
#define VERIFY_TIERS_MAX 64

/* ---- Owners ---- */

/* Ranges of one section add up to no more than the section, so that rows are looked at once. */
const char *prm__verify_owners(const prm_program *program)
{
    uint64_t routes = 0, asks = 0, anchors = 0, actions = 0, each_types = 0, tiers = 0, conditions = 0,
             measures = 0;
    for (uint32_t i = 0; i < program->types_count; i++) {
        routes += program->types[i].route_count;
        asks += program->types[i].ask_count;
        anchors += program->types[i].anchor_count;
    }
    for (uint32_t i = 0; i < program->rules_count; i++) {
        actions += program->rules[i].action_count;
        each_types += program->rules[i].each_type_count;
        tiers += program->rules[i].tier_count;
        conditions += program->rules[i].condition_count;
        measures += program->rules[i].measure_count;
    }
    for (uint32_t i = 0; i < program->levels_count; i++)
        conditions += program->levels[i].condition_count;
    if (routes > program->routes_count || asks > program->asks_count || actions > program->actions_count ||
        each_types > program->type_lists_count || tiers > program->tiers_count ||
        conditions > program->conditions_count || measures > program->rule_measures_count)
        return "rows belong to two owners";
    return anchors == program->anchors_count ? NULL : "an anchor belongs to no event type";
}

/* ---- Actions ---- */

static bool verify_rate(const prm_program *program, const prm__p_action *action)
{
    if (action->added > 1 || !prm__verify_optional(action->product, program->texts_count) ||
        !prm__verify_optional(action->group, program->texts_count) || action->from > PRM_FROM_NEXT_PERIOD ||
        action->lasts > PRM_LASTS_UNTIL || action->rate == INT64_MIN)
        return false;
    if (action->lasts == PRM_LASTS_UNTIL &&
        (action->until < PRM_TIME_MIN || action->until > PRM_TIME_MAX + 1))
        return false;
    return prm__verify_duration(action->duration, action->lasts == PRM_LASTS_DURATION);
}

static bool verify_reward(const prm_program *program, const prm__p_action *action)
{
    return action->reward < program->rewards_count && action->amount < program->exprs_count &&
           prm__verify_expr(program, action->amount, PRM_TYPE_NUMBER) &&
           prm__verify_duration(action->duration, false);
}

/* Each kind of action names what it needs, and nothing of the others. */
static bool verify_action(const prm_program *program, const prm__p_action *action)
{
    bool reward = action->kind == PRM_ACTION_REWARD;
    if (action->to > PRM_TO_GRANDPARENT || action->rounding > PRM_ROUND_HALF_EVEN ||
        action->block > PRM_BLOCK_PLACE || action->reserved != 0 ||
        (action->kind != PRM_ACTION_NOTICE && action->text != PRM_NO_INDEX) ||
        (action->kind != PRM_ACTION_RANK && action->level != PRM_NO_INDEX) ||
        (!reward && (action->reward != PRM_NO_INDEX || action->amount != PRM_NO_INDEX)))
        return false;
    switch (action->kind) {
    case PRM_ACTION_RATE:
        return verify_rate(program, action);
    case PRM_ACTION_REWARD:
        return verify_reward(program, action);
    case PRM_ACTION_RANK:
        return action->level < program->levels_count && prm__verify_duration(action->duration, false);
    case PRM_ACTION_NOTICE:
        return action->text < program->texts_count && prm__verify_duration(action->duration, false);
    default:
        return false;
    }
}

/* What a rule of that form and subject may do. */
static bool verify_may(const prm_program *program, const prm__p_rule *rule, const prm__p_action *action)
{
    const prm__p_kind *kind = &program->kinds[rule->subject];
    switch (action->kind) {
    case PRM_ACTION_RATE:
        return rule->form != PRM_FORM_CONTEST && kind->has_rates == 1;
    case PRM_ACTION_RANK:
        return rule->form != PRM_FORM_CONTEST && kind->key_count == 0;
    default:
        return rule->form != PRM_FORM_WHILE;
    }
}

/* ---- Blocks and tiers ---- */

/* A block's actions say of themselves where they stand: so no two blocks share one. Adds how
 * many they are. */
static bool verify_block(const prm_program *program, const prm__p_rule *rule, prm__p_block block,
                         uint32_t block_kind, uint32_t number, uint64_t *actions)
{
    if (block.action_count == 0)
        return true;
    if (block.action_count > rule->action_count || block.first_action < rule->first_action ||
        block.first_action - rule->first_action > rule->action_count - block.action_count)
        return false;
    for (uint32_t i = 0; i < block.action_count; i++) {
        const prm__p_action *action = &program->actions[block.first_action + i];
        if (action->block != block_kind || action->number != number || action->place != i ||
            !verify_may(program, rule, action))
            return false;
    }
    *actions += block.action_count;
    return true;
}

/* Every action of a rule stands in one of its blocks. */
static bool verify_blocks(const prm_program *program, const prm__p_rule *rule)
{
    if (!prm__verify_range(rule->first_action, rule->action_count, program->actions_count))
        return false;
    uint32_t kind = rule->form == PRM_FORM_CONTEST ? PRM_BLOCK_PLACE : PRM_BLOCK_TIER;
    uint64_t actions = 0;
    bool sound = verify_block(program, rule, rule->then, PRM_BLOCK_THEN, 0, &actions) &&
                 verify_block(program, rule, rule->otherwise, PRM_BLOCK_ELSE, 0, &actions) &&
                 verify_block(program, rule, rule->remind, PRM_BLOCK_REMIND, 0, &actions);
    for (uint32_t i = 0; i < rule->tier_count && sound; i++)
        sound = verify_block(program, rule, program->tiers[rule->first_tier + i].then, kind, i + 1, &actions);
    return sound && actions == rule->action_count;
}

/* Tiers rise, as far as they are numbers; places have none. */
static bool verify_tiers(const prm_program *program, const prm__p_rule *rule)
{
    if (rule->tier_count > VERIFY_TIERS_MAX ||
        !prm__verify_range(rule->first_tier, rule->tier_count, program->tiers_count))
        return false;
    const prm__p_tier *tiers = program->tiers + rule->first_tier;
    for (uint32_t i = 0; i < rule->tier_count; i++) {
        if (rule->form == PRM_FORM_CONTEST && (tiers[i].threshold != 0 || tiers[i].attribute != PRM_NO_INDEX))
            return false;
        if (i > 0 && rule->form == PRM_FORM_TIERS && tiers[i].attribute == PRM_NO_INDEX &&
            tiers[i - 1].attribute == PRM_NO_INDEX && tiers[i].threshold <= tiers[i - 1].threshold)
            return false;
    }
    return true;
}

/* ---- Forms ---- */

/* What a form asks for. */
typedef struct verify_form {
    uint32_t alone; /* the condition that stands alone; PRM_CONDITION_KINDS: a truth */
    bool may_lack;  /* the condition may be missing */
    bool each, tiers, then;
    bool may_miss;  /* it has occasions that end without firing: `else`, `remind` */
    bool may_close; /* it can be asked at the close */
} verify_form;

static const verify_form verify_forms[PRM_FORMS] = {
    [PRM_FORM_REACH] = {PRM_CONDITION_KINDS, false, false, false, true, true, true},
    [PRM_FORM_EVERY] = {PRM_CONDITION_EVERY, false, false, false, true, true, true},
    [PRM_FORM_TIERS] = {PRM_CONDITION_BARE, false, false, true, false, true, true},
    [PRM_FORM_EACH] = {PRM_CONDITION_KINDS, true, true, false, true, false, false},
    [PRM_FORM_WHILE] = {PRM_CONDITION_KINDS, true, false, false, true, false, false},
    [PRM_FORM_CONTEST] = {PRM_CONDITION_BARE, false, false, true, false, false, true},
    [PRM_FORM_STAGE] = {PRM_CONDITION_KINDS, false, false, false, false, false, false},
};

static bool verify_condition_of(const prm_program *program, const prm__p_rule *rule, const verify_form *form,
                                uint32_t *words)
{
    uint32_t first = rule->first_condition, count = rule->condition_count;
    if (!prm__verify_run(program, first, count, rule->subject, words))
        return false;
    if (rule->single != PRM_NO_INDEX) {
        if (rule->single < first || rule->single - first >= count)
            return false;
        uint32_t kind = program->conditions[rule->single].kind;
        if (!prm__verify_is_comparison(kind) && kind != PRM_CONDITION_EVERY && kind != PRM_CONDITION_BARE)
            return false;
    }
    if (form->alone != PRM_CONDITION_KINDS)
        return count == 1 && program->conditions[first].kind == form->alone;
    return (count > 0 || form->may_lack) && prm__verify_run_is_truth(program, first, count);
}

/* Closes and ends without firing need a calendar window, or one that runs out; contests the former. */
static bool verify_ends(const prm_program *program, const prm__p_rule *rule, const verify_form *form)
{
    const prm__p_window *window = &program->windows[rule->window];
    bool closes = window->period != PRM_PERIOD_NONE;
    bool misses = rule->otherwise.action_count > 0 || rule->remind.action_count > 0;
    if (rule->at_close > 1 || rule->pick_highest > 1 ||
        (rule->at_close == 1 && !(form->may_close && (closes || window->kind == PRM_WINDOW_WITHIN))) ||
        (rule->form == PRM_FORM_CONTEST && !(rule->at_close == 1 && closes)) ||
        (rule->pick_highest == 1 && (rule->form != PRM_FORM_TIERS || rule->at_close == 0)))
        return false;
    if (misses && !(form->may_miss && (closes || window->kind == PRM_WINDOW_WITHIN)))
        return false;
    return prm__verify_duration(rule->remind_before, rule->remind.action_count > 0);
}

static bool verify_limits(const prm_program *program, const prm__p_rule *rule)
{
    if (!prm__verify_optional(rule->active, program->actives_count) ||
        !prm__verify_optional(rule->exclusive, program->texts_count) || rule->max < 0 || rule->budget < 0)
        return false;
    return rule->limit_times == 0 ||
           (rule->limit_kind < program->kinds_count && rule->limit_period <= PRM_PERIOD_FISCAL_YEAR &&
            rule->limit_offset % 16 == 0 &&
            (rule->limit_kind == rule->subject || program->kinds[rule->limit_kind].link == PRM_LINK_NONE));
}

static bool verify_rule_measures(const prm_program *program, const prm__p_rule *rule)
{
    if (!prm__verify_range(rule->first_measure, rule->measure_count, program->rule_measures_count))
        return false;
    for (uint32_t i = 0; i < rule->measure_count; i++)
        if (!prm__verify_measure_of(program, program->rule_measures[rule->first_measure + i], rule->subject))
            return false;
    return true;
}

static bool verify_rule(const prm_program *program, const prm__p_rule *rule)
{
    return rule->text < program->texts_count && program->texts[rule->text].size > 0 &&
           rule->title < program->texts_count &&
           prm__verify_window_of(program, rule->window, rule->subject) && rule->form < PRM_FORMS &&
           rule->asks_roster <= 1 && rule->reserved == 0 && rule->offset % 16 == 0 &&
           prm__verify_expr(program, rule->each_filter, PRM_TYPE_BOOLEAN) &&
           prm__verify_expr(program, rule->eligible, PRM_TYPE_BOOLEAN) &&
           prm__verify_range(rule->first_each_type, rule->each_type_count, program->type_lists_count);
}

/* A stage is reached once in the life of a rep, and that is all. */
static bool verify_stage(const prm_program *program, const prm__p_rule *rule)
{
    const prm__p_window *window = &program->windows[rule->window];
    return rule->subject == PRM_KIND_REP && window->kind == PRM_WINDOW_LIFE &&
           window->period == PRM_PERIOD_NONE && rule->active == PRM_NO_INDEX &&
           rule->eligible == PRM_NO_INDEX && rule->exclusive == PRM_NO_INDEX && rule->limit_times == 0 &&
           rule->max == INT64_MAX && rule->budget == INT64_MAX;
}

static const char *verify_journey(const prm_program *program)
{
    if (program->rules_count - program->first_stage > PRM_STAGES)
        return "there are too many stages";
    for (uint32_t i = 0; i < program->rules_count; i++) {
        bool stage = program->rules[i].form == PRM_FORM_STAGE;
        if (stage != (i >= program->first_stage) || (stage && !verify_stage(program, &program->rules[i])))
            return "a stage is wrong";
    }
    return NULL;
}

static const char *verify_formed(const prm_program *program, const prm__p_rule *rule, uint32_t *words)
{
    if (!verify_rule(program, rule))
        return "a rule is wrong";
    const verify_form *form = &verify_forms[rule->form];
    if ((rule->each_type_count > 0) != form->each || (rule->each_filter != PRM_NO_INDEX && !form->each) ||
        (rule->tier_count > 0) != form->tiers || (rule->then.action_count > 0 && !form->then) ||
        !verify_ends(program, rule, form))
        return "a rule has not its form";
    if (!verify_condition_of(program, rule, form, words))
        return "a rule's condition is wrong";
    if (!verify_rule_measures(program, rule))
        return "a rule's measures are wrong";
    if (!verify_limits(program, rule))
        return "a rule's limits are wrong";
    if (!verify_tiers(program, rule))
        return "a rule's tiers are wrong";
    return verify_blocks(program, rule) ? NULL : "a rule's actions are wrong";
}

const char *prm__verify_rules(const prm_program *program)
{
    for (uint32_t i = 0; i < program->rewards_count; i++)
        if (program->rewards[i].text >= program->texts_count || program->rewards[i].money > 1)
            return "a reward is wrong";
    for (uint32_t i = 0; i < program->type_lists_count; i++)
        if (program->type_lists[i] >= program->types_count)
            return "a list of event types is wrong";
    for (uint32_t i = 0; i < program->actions_count; i++)
        if (!verify_action(program, &program->actions[i]))
            return "an action is wrong";
    for (uint32_t i = 0; i < program->tiers_count; i++)
        if (program->tiers[i].reserved != 0 ||
            !prm__verify_threshold(program, program->tiers[i].threshold, program->tiers[i].attribute))
            return "a tier is wrong";
    uint32_t words = 0;
    const char *wrong = NULL;
    for (uint32_t i = 0; i < program->rules_count && wrong == NULL; i++)
        wrong = verify_formed(program, &program->rules[i], &words);
    return wrong != NULL ? wrong : verify_journey(program);
}
