/* dump, rules: conditions, rules, tiers and actions of the listing. */
#include "program/dump_out.h"

static const char *const dump_recipients[] = {"subject",  "rep",    "partner",
                                              "referrer", "parent", "parent.parent"};
static const char *const dump_froms[] = {"next", "now", "period", "next_period"};
static const char *const dump_forms[] = {"reach", "every", "tiers", "each", "while", "contest", "stage"};
static const char *const dump_blocks[] = {"then", "else", "remind", "tier", "place"};
static const char *const dump_comparisons[] = {"at_least",  "more_than", "at_most",
                                               "less_than", "every",     "compared"};

/* ---- Conditions ---- */

static void dump_threshold(prm__dump_out *out, prm__decimal threshold, uint32_t attribute)
{
    dump_word(out, " ");
    if (attribute == PRM_NO_INDEX)
        dump_number(out, threshold);
    else
        dump_attribute_name(out, attribute);
}

static void dump_condition(prm__dump_out *out, const prm__p_condition *condition)
{
    static const char *const joins[] = {" and", " or", " not"};
    if (condition->kind >= PRM_CONDITION_AND) {
        dump_word(out, DUMP_PICK(joins, condition->kind - PRM_CONDITION_AND));
        return;
    }
    dump_label(out, "measure", condition->measure);
    dump_label(out, condition->kind == PRM_CONDITION_IS ? "is" : "value", condition->expr);
    if (condition->kind == PRM_CONDITION_IS)
        return;
    dump_piece(out, " %s", DUMP_PICK(dump_comparisons, condition->kind));
    if (condition->kind != PRM_CONDITION_BARE)
        dump_threshold(out, condition->threshold, condition->attribute);
}

/* In the order in which they are asked: postfix. */
void prm__dump_conditions(prm__dump_out *out, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        dump_word(out, i == 0 ? " when" : ",");
        dump_condition(out, &out->program->conditions[first + i]);
    }
}

/* ---- Rules ---- */

static void dump_each(prm__dump_out *out, const prm__p_rule *rule)
{
    for (uint32_t i = 0; i < rule->each_type_count; i++) {
        dump_word(out, i == 0 ? " of " : ", ");
        dump_type_name(out, out->program->type_lists[rule->first_each_type + i]);
    }
    dump_label(out, "where", rule->each_filter);
}

static void dump_limits(prm__dump_out *out, const prm__p_rule *rule)
{
    dump_label(out, "active", rule->active);
    dump_named(out, "exclusive", rule->exclusive);
    if (rule->limit_times > 0) {
        dump_piece(out, " limit %" PRIu32 " for ", rule->limit_times);
        dump_kind_name(out, rule->limit_kind);
        dump_per(out, rule->limit_period);
        dump_piece(out, " at %" PRIu32, rule->limit_offset);
    }
    if (rule->max != INT64_MAX)
        dump_piece(out, " max %" PRId64, rule->max);
    if (rule->budget != INT64_MAX)
        dump_piece(out, " budget %" PRId64, rule->budget);
}

static void dump_rule(prm__dump_out *out, uint32_t index)
{
    const prm__p_rule *rule = &out->program->rules[index];
    dump_piece(out, "rule #%" PRIu32 " ", index);
    dump_text(out, rule->text);
    dump_piece(out, " line %" PRIu32 " title ", rule->line);
    dump_quoted(out, rule->title);
    dump_word(out, " for ");
    dump_kind_name(out, rule->subject);
    dump_label(out, "window", rule->window);
    dump_piece(out, " %s", DUMP_PICK(dump_forms, rule->form));
    dump_each(out, rule);
    prm__dump_conditions(out, rule->first_condition, rule->condition_count);
    if (rule->single != PRM_NO_INDEX)
        dump_piece(out, " value of %" PRIu32, rule->single - rule->first_condition + 1);
    for (uint32_t i = 0; i < rule->measure_count; i++)
        dump_label(out, "asks", out->program->rule_measures[rule->first_measure + i]);
    dump_label(out, "eligible", rule->eligible);
    dump_limits(out, rule);
    dump_piece(out, "%s%s%s at %" PRIu32 "\n", rule->asks_roster ? " roster" : "",
               rule->at_close ? " at close" : "", rule->pick_highest ? " pick highest" : "", rule->offset);
}

/* Tiers as a line each; the actions of a tier and a place name its number. */
static void dump_tiers(prm__dump_out *out, const prm__p_rule *rule)
{
    for (uint32_t i = 0; i < rule->tier_count && rule->form == PRM_FORM_TIERS; i++) {
        const prm__p_tier *tier = &out->program->tiers[rule->first_tier + i];
        dump_piece(out, "  tier %" PRIu32 " at_least", i + 1);
        dump_threshold(out, tier->threshold, tier->attribute);
        dump_word(out, "\n");
    }
}

static void dump_rate(prm__dump_out *out, const prm__p_action *action)
{
    dump_word(out, action->added ? "rate added " : "rate ");
    dump_number(out, action->rate);
    dump_named(out, "product", action->product);
    dump_named(out, "group", action->group);
    dump_piece(out, " from %s", DUMP_PICK(dump_froms, action->from));
    if (action->lasts == PRM_LASTS_DURATION) {
        dump_word(out, " lasts ");
        dump_duration(out, action->duration);
    } else if (action->lasts == PRM_LASTS_PERIOD) {
        dump_word(out, " lasts period");
    } else if (action->lasts == PRM_LASTS_UNTIL) {
        dump_piece(out, " until %" PRId64, action->until);
    }
}

static void dump_reward(prm__dump_out *out, const prm__p_action *action)
{
    const prm__p_reward *reward = &out->program->rewards[action->reward];
    dump_text(out, reward->text);
    dump_piece(out, " %s", reward->money ? "money" : "points");
    dump_label(out, "amount", action->amount);
    dump_piece(out, " to %s rounding %s", DUMP_PICK(dump_recipients, action->to),
               DUMP_PICK(dump_roundings, action->rounding));
    if (action->duration.count != 0) {
        dump_word(out, " hold ");
        dump_duration(out, action->duration);
    }
}

static void dump_action(prm__dump_out *out, const prm__p_action *action)
{
    switch (action->kind) {
    case PRM_ACTION_RATE:
        dump_rate(out, action);
        break;
    case PRM_ACTION_REWARD:
        dump_reward(out, action);
        break;
    case PRM_ACTION_RANK:
        dump_word(out, "rank ");
        dump_text(out, out->program->levels[action->level].text);
        break;
    default:
        dump_word(out, "notice ");
        dump_quoted(out, action->text);
        break;
    }
}

static void dump_actions(prm__dump_out *out, const prm__p_rule *rule)
{
    dump_tiers(out, rule);
    for (uint32_t i = 0; i < rule->action_count; i++) {
        const prm__p_action *action = &out->program->actions[rule->first_action + i];
        dump_piece(out, "  %s ", DUMP_PICK(dump_blocks, action->block));
        if (action->number > 0)
            dump_piece(out, "%" PRIu32 " ", action->number);
        if (action->block == PRM_BLOCK_REMIND) {
            dump_duration(out, rule->remind_before);
            dump_word(out, " before ");
        }
        dump_action(out, action);
        dump_word(out, "\n");
    }
}

void prm__dump_rules(prm__dump_out *out)
{
    for (uint32_t i = 0; i < out->program->rules_count; i++) {
        dump_rule(out, i);
        dump_actions(out, &out->program->rules[i]);
    }
}
