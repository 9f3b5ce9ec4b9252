/* verify, what counts and fires: kinds of subject and the layout of their records,
 * windows, measures, rules, and the routes from event types to them. */
#include "program/program.h"
#include "program/program_rows.h"

/* More state than any subject of a program within the limits has. */
#define VERIFY_RECORD_MAX (UINT32_C(1) << 30)

bool prm__verify_duration(prm__duration duration, bool required)
{
    if (duration.reserved != 0 || duration.unit > PRM_UNIT_MONTH)
        return false;
    return required ? duration.count > 0 : duration.count >= 0;
}

bool prm__verify_keys_within(const prm_program *program, uint32_t part, uint32_t whole)
{
    const prm__p_kind *a = &program->kinds[part], *b = &program->kinds[whole];
    for (uint32_t i = 0; i < a->key_count; i++) {
        uint32_t j = 0;
        while (j < b->key_count && b->keys[j] != a->keys[i])
            j++;
        if (j == b->key_count)
            return false;
    }
    return true;
}

/* ---- Kinds ---- */

static bool verify_kind(const prm_program *program, const prm__p_kind *kind)
{
    if (kind->key_count > PRM_KIND_KEYS || kind->record_size % 16 != 0 ||
        kind->record_size > VERIFY_RECORD_MAX || kind->has_rates > 1)
        return false;
    for (uint32_t i = 0; i < kind->key_count; i++) {
        if (kind->keys[i] >= program->names_count || kind->keys[i] == PRM_NAME_PARTNER)
            return false;
        for (uint32_t j = 0; j < i; j++)
            if (kind->keys[j] == kind->keys[i])
                return false;
    }
    return true;
}

static const char *verify_kinds(const prm_program *program)
{
    const prm__p_kind *kinds = program->kinds;
    if (program->kinds_count <= PRM_KIND_REP || kinds[PRM_KIND_PARTNER].key_count != 0 ||
        kinds[PRM_KIND_REP].key_count != 1 || kinds[PRM_KIND_REP].keys[0] != PRM_NAME_REP)
        return "the kinds of partner and rep are missing";
    for (uint32_t i = 0; i < program->kinds_count; i++)
        if (!verify_kind(program, &kinds[i]))
            return "a kind of subject is wrong";
    return NULL;
}

/* ---- Anchors, windows, measures ---- */

static const char *verify_anchors(const prm_program *program)
{
    const prm__p_anchor *rows = program->anchors;
    for (uint32_t i = 0; i < program->anchors_count; i++) {
        if (rows[i].type >= program->types_count || rows[i].kind >= program->kinds_count ||
            rows[i].offset % 8 != 0)
            return "an anchor is wrong";
        if (i > 0 && (rows[i].type < rows[i - 1].type ||
                      (rows[i].type == rows[i - 1].type && rows[i].kind <= rows[i - 1].kind)))
            return "anchors are not sorted";
    }
    return NULL;
}

static bool verify_window(const prm_program *program, const prm__p_window *window)
{
    if (window->kind >= PRM_WINDOW_KINDS || window->period > PRM_PERIOD_FISCAL_YEAR || window->reserved != 0)
        return false;
    const prm__window_def *def = prm__catalog_window(window->kind);
    if (!prm__verify_duration(window->duration, def->needs_duration) ||
        (!def->needs_duration && window->duration.count != 0))
        return false;
    return def->needs_anchor ? window->anchor < program->anchors_count : window->anchor == PRM_NO_INDEX;
}

/* A window that exists and whose anchor any subject of `kind` has. */
static bool verify_window_of(const prm_program *program, uint32_t window, uint32_t kind)
{
    if (window >= program->windows_count || kind >= program->kinds_count)
        return false;
    uint32_t anchor = program->windows[window].anchor;
    return anchor == PRM_NO_INDEX || prm__verify_keys_within(program, program->anchors[anchor].kind, kind);
}

static bool verify_measure(const prm_program *program, const prm__p_measure *measure)
{
    if (measure->kind >= PRM_MEASURE_KINDS || measure->offset % 16 != 0 ||
        !verify_window_of(program, measure->window, measure->subject) ||
        !prm__verify_expr(program, measure->filter, PRM_TYPE_BOOLEAN))
        return false;
    switch (prm__catalog_measure(measure->kind)->field) {
    case PRM_MEASURE_NO_FIELD:
        return measure->name == PRM_NO_INDEX;
    case PRM_MEASURE_NUMBER_FIELD:
    case PRM_MEASURE_ANY_FIELD:
        return measure->name < program->names_count;
    case PRM_MEASURE_REP_FIELD:
        return measure->name == PRM_NAME_REP;
    }
    return false;
}

/* ---- Records ---- */

/* States of one kind, in order of their offsets: the next one of each table. */
typedef struct verify_layout {
    uint32_t anchor, measure, rule;
} verify_layout;

typedef struct verify_state {
    uint32_t offset, size;
} verify_state;

/* Takes the state with the lowest offset; false when there is none left. */
static bool verify_next_state(const prm_program *program, uint32_t kind, verify_layout *at, verify_state *out)
{
    while (at->anchor < program->anchors_count && program->anchors[at->anchor].kind != kind)
        at->anchor++;
    while (at->measure < program->measures_count && program->measures[at->measure].subject != kind)
        at->measure++;
    while (at->rule < program->rules_count && program->rules[at->rule].subject != kind)
        at->rule++;
    uint32_t *next = NULL;
    out->offset = UINT32_MAX;
    if (at->anchor < program->anchors_count) {
        out->offset = program->anchors[at->anchor].offset;
        out->size = sizeof(prm__anchor_state);
        next = &at->anchor;
    }
    if (at->measure < program->measures_count && program->measures[at->measure].offset < out->offset) {
        out->offset = program->measures[at->measure].offset;
        out->size = (uint32_t)sizeof(prm__measure_state) +
                    prm__catalog_measure(program->measures[at->measure].kind)->state_size;
        next = &at->measure;
    }
    if (at->rule < program->rules_count && program->rules[at->rule].offset < out->offset) {
        out->offset = program->rules[at->rule].offset;
        out->size = sizeof(prm__rule_state);
        next = &at->rule;
    }
    if (next != NULL)
        (*next)++;
    return next != NULL;
}

/* Aligned offsets are never UINT32_MAX, so that each row is taken once. */
static const char *verify_records(const prm_program *program)
{
    for (uint32_t kind = 0; kind < program->kinds_count; kind++) {
        uint64_t end = 0;
        verify_layout at = {0, 0, 0};
        verify_state state;
        while (verify_next_state(program, kind, &at, &state)) {
            if (state.offset < end)
                return "states of a subject overlap";
            end = (uint64_t)state.offset + state.size;
        }
        if (end > program->kinds[kind].record_size)
            return "a subject's record is too small";
    }
    return NULL;
}

const char *prm__verify_subjects(const prm_program *program)
{
    const char *wrong = verify_kinds(program);
    if (wrong == NULL)
        wrong = verify_anchors(program);
    for (uint32_t i = 0; i < program->windows_count && wrong == NULL; i++)
        if (!verify_window(program, &program->windows[i]))
            wrong = "a window is wrong";
    for (uint32_t i = 0; i < program->measures_count && wrong == NULL; i++)
        if (!verify_measure(program, &program->measures[i]))
            wrong = "a measure is wrong";
    return wrong;
}

/* ---- Rules ---- */

static bool verify_number_attribute(const prm_program *program, uint32_t attribute)
{
    if (attribute == PRM_NO_INDEX)
        return true;
    if (attribute >= program->attributes_count)
        return false;
    uint32_t type = program->attributes[attribute].field_type;
    return type == PRM_FIELD_INTEGER || type == PRM_FIELD_MONEY || type == PRM_FIELD_DECIMAL ||
           type == PRM_FIELD_PERCENT;
}

static bool verify_condition(const prm_program *program, const prm__p_condition *condition)
{
    return condition->kind == PRM_CONDITION_AT_LEAST && condition->measure < program->measures_count &&
           condition->reserved == 0 && condition->threshold < PRM_DECIMAL_LIMIT &&
           condition->threshold > -PRM_DECIMAL_LIMIT &&
           verify_number_attribute(program, condition->attribute);
}

static bool verify_rate(const prm_program *program, const prm__p_action *action)
{
    if (action->reward != PRM_NO_INDEX || action->amount != PRM_NO_INDEX || action->added > 1 ||
        !prm__verify_optional(action->product, program->texts_count) ||
        !prm__verify_optional(action->group, program->texts_count) || action->from > PRM_FROM_NEXT_PERIOD ||
        action->lasts > PRM_LASTS_UNTIL || action->rate == INT64_MIN)
        return false;
    if (action->lasts == PRM_LASTS_UNTIL &&
        (action->until < PRM_TIME_MIN || action->until > PRM_TIME_MAX + 1))
        return false;
    return prm__verify_duration(action->duration, action->lasts == PRM_LASTS_DURATION);
}

static bool verify_action(const prm_program *program, const prm__p_action *action)
{
    if (action->to > PRM_TO_GRANDPARENT || action->rounding > PRM_ROUND_HALF_EVEN)
        return false;
    if (action->kind == PRM_ACTION_RATE)
        return verify_rate(program, action);
    return action->kind == PRM_ACTION_REWARD && action->reward < program->rewards_count &&
           action->amount < program->exprs_count &&
           prm__verify_expr(program, action->amount, PRM_TYPE_NUMBER) &&
           prm__verify_duration(action->duration, false);
}

/* What a rule asks: its own condition on measures of its subject, or of coarser ones. */
static bool verify_asked(const prm_program *program, const prm__p_rule *rule)
{
    if (rule->condition == PRM_NO_INDEX)
        return rule->each == 1;
    if (rule->condition >= program->conditions_count)
        return false;
    const prm__p_measure *measure = &program->measures[program->conditions[rule->condition].measure];
    return prm__verify_keys_within(program, measure->subject, rule->subject);
}

static bool verify_actions_of(const prm_program *program, const prm__p_rule *rule)
{
    if (!prm__verify_range(rule->first_action, rule->action_count, program->actions_count))
        return false;
    for (uint32_t i = 0; i < rule->action_count; i++)
        if (program->actions[rule->first_action + i].kind == PRM_ACTION_RATE &&
            program->kinds[rule->subject].has_rates != 1)
            return false;
    return true;
}

static bool verify_rule(const prm_program *program, const prm__p_rule *rule)
{
    return rule->text < program->texts_count && rule->title < program->texts_count &&
           verify_window_of(program, rule->window, rule->subject) && rule->each <= 1 &&
           rule->asks_roster <= 1 && rule->reserved == 0 && rule->offset % 8 == 0 &&
           prm__verify_expr(program, rule->each_filter, PRM_TYPE_BOOLEAN) &&
           prm__verify_expr(program, rule->eligible, PRM_TYPE_BOOLEAN) &&
           prm__verify_range(rule->first_each_type, rule->each_type_count, program->type_lists_count) &&
           verify_asked(program, rule);
}

/* ---- From types to measures and rules ---- */

/* Where a type has the keys of a kind at all, they are texts. */
static bool verify_keys_of(const prm_program *program, const prm__p_type *type, const prm__p_kind *kind)
{
    for (uint32_t i = 0; i < type->slot_count; i++) {
        const prm__p_slot *slot = &program->slots[type->first_slot + i];
        for (uint32_t j = 0; j < kind->key_count; j++)
            if (slot->name == kind->keys[j] && slot->field_type != PRM_FIELD_TEXT)
                return false;
    }
    return true;
}

/* Likewise the field of a measure is what it takes. */
static bool verify_field_of(const prm_program *program, const prm__p_type *type,
                            const prm__p_measure *measure)
{
    if (prm__catalog_measure(measure->kind)->field != PRM_MEASURE_NUMBER_FIELD)
        return true;
    for (uint32_t i = 0; i < type->slot_count; i++) {
        const prm__p_slot *slot = &program->slots[type->first_slot + i];
        if (slot->name == measure->name &&
            (slot->field_type == PRM_FIELD_TEXT || slot->field_type == PRM_FIELD_BOOLEAN ||
             slot->field_type == PRM_FIELD_TIME))
            return false;
    }
    return true;
}

static bool verify_routes(const prm_program *program, const prm__p_type *type)
{
    if (!prm__verify_range(type->first_route, type->route_count, program->routes_count))
        return false;
    const prm__p_route *routes = program->routes + type->first_route;
    for (uint32_t i = 0; i < type->route_count; i++) {
        if (routes[i].measure >= program->measures_count ||
            (i > 0 && routes[i].measure <= routes[i - 1].measure))
            return false;
        const prm__p_measure *measure = &program->measures[routes[i].measure];
        if (!verify_keys_of(program, type, &program->kinds[measure->subject]) ||
            !verify_field_of(program, type, measure))
            return false;
    }
    return true;
}

static bool verify_asks(const prm_program *program, const prm__p_type *type)
{
    if (!prm__verify_range(type->first_ask, type->ask_count, program->asks_count))
        return false;
    const prm__p_ask *asks = program->asks + type->first_ask;
    for (uint32_t i = 0; i < type->ask_count; i++) {
        if (asks[i].rule >= program->rules_count || (i > 0 && asks[i].rule <= asks[i - 1].rule))
            return false;
        if (!verify_keys_of(program, type, &program->kinds[program->rules[asks[i].rule].subject]))
            return false;
    }
    return true;
}

static bool verify_anchors_of(const prm_program *program, uint32_t index)
{
    const prm__p_type *type = &program->types[index];
    if (!prm__verify_range(type->first_anchor, type->anchor_count, program->anchors_count))
        return false;
    for (uint32_t i = 0; i < type->anchor_count; i++) {
        const prm__p_anchor *anchor = &program->anchors[type->first_anchor + i];
        if (anchor->type != index || !verify_keys_of(program, type, &program->kinds[anchor->kind]))
            return false;
    }
    return true;
}

/* Ranges of one section add up to no more than the section, so that rows are looked at once. */
static const char *verify_ranges(const prm_program *program)
{
    uint64_t routes = 0, asks = 0, anchors = 0, actions = 0, each_types = 0;
    for (uint32_t i = 0; i < program->types_count; i++) {
        routes += program->types[i].route_count;
        asks += program->types[i].ask_count;
        anchors += program->types[i].anchor_count;
    }
    for (uint32_t i = 0; i < program->rules_count; i++) {
        actions += program->rules[i].action_count;
        each_types += program->rules[i].each_type_count;
    }
    if (routes > program->routes_count || asks > program->asks_count || actions > program->actions_count ||
        each_types > program->type_lists_count)
        return "rows belong to two owners";
    return anchors == program->anchors_count ? NULL : "an anchor belongs to no event type";
}

static const char *verify_hangers(const prm_program *program)
{
    const char *wrong = verify_ranges(program);
    for (uint32_t i = 0; i < program->types_count && wrong == NULL; i++) {
        if (!verify_routes(program, &program->types[i]))
            wrong = "an event type's measures are wrong";
        else if (!verify_asks(program, &program->types[i]))
            wrong = "an event type's rules are wrong";
        else if (!verify_anchors_of(program, i))
            wrong = "an event type's anchors are wrong";
    }
    for (uint32_t i = 0; i < program->rules_count && wrong == NULL; i++)
        if (!verify_actions_of(program, &program->rules[i]))
            wrong = "a rule's actions are wrong";
    return wrong;
}

static const char *verify_rule_rows(const prm_program *program)
{
    for (uint32_t i = 0; i < program->rewards_count; i++)
        if (program->rewards[i].text >= program->texts_count || program->rewards[i].money > 1)
            return "a reward is wrong";
    for (uint32_t i = 0; i < program->type_lists_count; i++)
        if (program->type_lists[i] >= program->types_count)
            return "a list of event types is wrong";
    for (uint32_t i = 0; i < program->conditions_count; i++)
        if (!verify_condition(program, &program->conditions[i]))
            return "a condition is wrong";
    for (uint32_t i = 0; i < program->actions_count; i++)
        if (!verify_action(program, &program->actions[i]))
            return "an action is wrong";
    for (uint32_t i = 0; i < program->rules_count; i++)
        if (!verify_rule(program, &program->rules[i]))
            return "a rule is wrong";
    return NULL;
}

const char *prm__verify_rules(const prm_program *program)
{
    const char *wrong = verify_rule_rows(program);
    if (wrong == NULL)
        wrong = verify_hangers(program);
    return wrong == NULL ? verify_records(program) : wrong;
}
