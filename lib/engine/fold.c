#include "engine/fold.h"
#include "engine/due.h"
#include "engine/eval.h"
#include "engine/fire.h"
#include "engine/measure.h"
#include "engine/roster.h"
#include "engine/stash.h"
#include "engine/subject.h"
#include "engine/warm.h"

/* One event under way. */
typedef struct prm__step {
    prm_engine *engine;
    uint32_t partner; /* index */
    prm__view view;
    prm__place place;
    const prm__p_type *type;
} prm__step;

static prm__eval fold_eval(const prm__step *step)
{
    const uint32_t *at = step->engine->at_subjects;
    prm__eval eval = {.engine = step->engine,
                      .view = &step->view,
                      .partner = at[PRM_KIND_PARTNER],
                      .rep = at[PRM_KIND_REP]};
    return eval;
}

/* ---- Subjects and anchors ---- */

/* The subject of the event for a kind that it has keys of, made when new; PRM_NONE without the
 * keys, and when memory ran out. */
static uint32_t fold_subject(const prm__step *step, uint32_t kind, prm_status *status)
{
    prm_engine *engine = step->engine;
    uint32_t keys[PRM_KIND_KEYS];
    uint32_t likely = engine->guess && kind < PRM_WARM_KINDS ? engine->guess->likely[kind] : PRM_NONE;
    if (!prm__subject_keys(engine, step->view.event, kind, keys))
        return PRM_NONE;
    if (likely != PRM_NONE && prm__subject_is(prm__subject_at(engine, likely), kind, step->partner, keys))
        return likely;
    uint32_t handle = prm__subject_get(engine, kind, step->partner, keys,
                                       prm__subject_hash(kind, step->partner, keys));
    if (handle == PRM_NONE)
        *status = PRM_E_MEMORY;
    return handle;
}

static prm_status fold_own_subject(const prm__step *step)
{
    prm_engine *engine = step->engine;
    prm__partner *partner = prm__engine_partner(engine, step->partner);
    if (partner->subject == PRM_NONE) {
        uint32_t keys[PRM_KIND_KEYS] = {0};
        partner->subject = prm__subject_get(engine, PRM_KIND_PARTNER, step->partner, keys,
                                            prm__subject_hash(PRM_KIND_PARTNER, step->partner, keys));
        if (partner->subject == PRM_NONE)
            return PRM_E_MEMORY;
    }
    if (!(partner->flags & PRM_PARTNER_EXISTS)) {
        prm__subject_at(engine, partner->subject)->flags |= PRM_SUBJECT_EXISTS;
        partner->flags |= PRM_PARTNER_EXISTS;
    }
    engine->at_subjects[PRM_KIND_PARTNER] = partner->subject;
    return PRM_OK;
}

static prm_status fold_find_subjects(prm__step *step)
{
    prm_engine *engine = step->engine;
    uint32_t sure = engine->guess ? engine->guess->sure : 0;
    prm_status status = fold_own_subject(step);
    for (uint32_t kind = PRM_KIND_REP; kind < engine->program->kinds_count && status == PRM_OK; kind++) {
        uint32_t handle = kind < PRM_WARM_KINDS && sure >> kind & 1 ? engine->guess->likely[kind]
                                                                    : fold_subject(step, kind, &status);
        engine->at_subjects[kind] = handle;
        if (handle != PRM_NONE)
            prm__subject_at(engine, handle)->flags |= PRM_SUBJECT_EXISTS;
    }
    return status;
}

static void fold_set_anchors(prm__step *step)
{
    const prm_program *program = step->engine->program;
    for (uint32_t i = 0; i < step->type->anchor_count; i++) {
        const prm__p_anchor *anchor = &program->anchors[step->type->first_anchor + i];
        uint32_t handle = step->engine->at_subjects[anchor->kind];
        if (handle == PRM_NONE)
            continue;
        prm__anchor_state *state = prm__subject_state(prm__subject_at(step->engine, handle), anchor->offset);
        if (!state->set)
            *state = (prm__anchor_state){step->place.time, step->place.position, 1};
    }
}

void prm__fold_aim(prm_engine *engine, const prm__subject *subject, uint32_t handle)
{
    const prm_program *program = engine->program;
    const prm__p_kind *own = &program->kinds[subject->kind];
    for (uint32_t kind = 0; kind < program->kinds_count; kind++) {
        const prm__p_kind *other = &program->kinds[kind];
        uint32_t keys[PRM_KIND_KEYS] = {0}, found = 0;
        for (uint32_t i = 0; i < other->key_count; i++)
            for (uint32_t j = 0; j < own->key_count; j++)
                if (own->keys[j] == other->keys[i]) {
                    keys[i] = subject->keys[j];
                    found++;
                }
        engine->at_subjects[kind] = found == other->key_count
                                        ? prm__subject_find(engine, kind, subject->partner, keys)
                                        : PRM_NONE;
    }
    engine->at_subjects[subject->kind] = handle;
}

/* ---- Measures ---- */

static bool fold_passes(const prm__step *step, uint32_t filter)
{
    if (filter == PRM_NO_INDEX)
        return true;
    prm__eval eval = fold_eval(step);
    return prm__eval_filter(&eval, filter);
}

static prm_status fold_measures(prm__step *step)
{
    prm_engine *engine = step->engine;
    const prm_program *program = engine->program;
    engine->stamp++;
    for (uint32_t i = 0; i < step->type->route_count; i++) {
        uint32_t measure = program->routes[step->type->first_route + i].measure;
        const prm__p_measure *row = &program->measures[measure];
        if (engine->at_subjects[row->subject] == PRM_NONE || !fold_passes(step, row->filter))
            continue;
        bool counted;
        PRM_TRY(prm__measure_take(engine, measure, &step->view, step->place, &counted));
        if (counted)
            engine->counted[measure] = engine->stamp;
    }
    return PRM_OK;
}

/* ---- Rules ---- */

bool prm__fold_threshold(const prm_engine *engine, const prm__p_condition *condition, prm__decimal *out)
{
    *out = condition->threshold;
    if (condition->attribute == PRM_NO_INDEX)
        return true;
    prm__eval eval = {.engine = engine,
                      .partner = engine->at_subjects[PRM_KIND_PARTNER],
                      .rep = engine->at_subjects[PRM_KIND_REP]};
    prm__value value = prm__eval_attribute(&eval, condition->attribute);
    *out = value.number;
    return value.type == PRM_TYPE_NUMBER;
}

bool prm__fold_reaches(const prm_engine *engine, const prm__p_condition *condition, prm__fraction value)
{
    prm__decimal threshold;
    if (value.none || !prm__fold_threshold(engine, condition, &threshold))
        return false;
    if (value.divisor == 1)
        return value.number >= threshold;
    return prm__decimal_compare_fractions(value.number, value.divisor, threshold, 1) >= 0;
}

/* Whether the subject is there to be granted anything. */
static bool fold_subject_active(const prm_engine *engine, uint32_t partner, uint32_t subject_kind)
{
    if (prm__engine_partner(engine, partner)->flags & PRM_PARTNER_LEFT)
        return false;
    uint32_t rep = engine->at_subjects[PRM_KIND_REP];
    bool has_rep = false;
    const prm__p_kind *kind = &engine->program->kinds[subject_kind];
    for (uint32_t i = 0; i < kind->key_count; i++)
        has_rep |= kind->keys[i] == PRM_NAME_REP;
    return !has_rep || rep == PRM_NONE || !(prm__subject_at(engine, rep)->flags & PRM_SUBJECT_LEFT);
}

/* Asks a rule for one subject, the one in at_subjects of the rule's kind. */
static prm_status fold_ask(prm__step *step, uint32_t rule_index)
{
    prm_engine *engine = step->engine;
    const prm_program *program = engine->program;
    const prm__p_rule *rule = &program->rules[rule_index];
    uint32_t handle = engine->at_subjects[rule->subject];
    prm__subject *subject = prm__subject_at(engine, handle);
    prm__rule_state *state = prm__subject_state(subject, rule->offset);
    uint32_t period = program->windows[rule->window].period;
    int64_t occasion = 1;
    if (period != PRM_PERIOD_NONE)
        occasion = prm__engine_window(engine, period, step->place.time)->start + 1;
    if ((!rule->each && state->fired == occasion) ||
        !fold_subject_active(engine, step->partner, rule->subject))
        return PRM_OK;
    prm__eval eval = fold_eval(step);
    prm__firing firing = {rule_index, handle, step->partner, &step->view, step->place, eval.value};
    if (rule->condition != PRM_NO_INDEX) {
        const prm__p_condition *condition = &program->conditions[rule->condition];
        const prm__partner *partner = prm__engine_partner(engine, step->partner);
        uint32_t counted_for = engine->at_subjects[program->measures[condition->measure].subject];
        prm__fraction value = prm__measure_value(engine, condition->measure, counted_for, partner,
                                                 step->place);
        if (!prm__fold_reaches(engine, condition, value))
            return PRM_OK;
        firing.value = prm__eval_fraction(value);
    }
    if (!prm__eval_filter(&eval, rule->eligible))
        return PRM_OK;
    state->fired = occasion;
    return prm__fire_rule(engine, &firing);
}

/* `each`: the event is of its types, passes its filter and lies inside its window. */
static prm_status fold_ask_each(prm__step *step, uint32_t rule_index)
{
    prm_engine *engine = step->engine;
    const prm_program *program = engine->program;
    const prm__p_rule *rule = &program->rules[rule_index];
    uint32_t handle = engine->at_subjects[rule->subject];
    bool listed = false;
    for (uint32_t i = 0; i < rule->each_type_count; i++)
        listed |= program->type_lists[rule->first_each_type + i] == step->view.type;
    if (!listed || handle == PRM_NONE)
        return PRM_OK;
    prm__rule_state *state = prm__subject_state(prm__subject_at(engine, handle), rule->offset);
    prm__eval eval = fold_eval(step);
    if (!prm__eval_filter(&eval, rule->each_filter) ||
        !prm__measure_window_holds(engine, rule->window, &state->end, step->place))
        return PRM_OK;
    return fold_ask(step, rule_index);
}

/* Whether the condition's window holds now for the subjects in at_subjects. */
static bool fold_window_open(prm__step *step, const prm__p_rule *rule)
{
    prm_engine *engine = step->engine;
    const prm__p_condition *condition = &engine->program->conditions[rule->condition];
    const prm__p_measure *measure = &engine->program->measures[condition->measure];
    uint32_t handle = engine->at_subjects[measure->subject];
    if (handle == PRM_NONE)
        return false;
    prm__measure_state *state = prm__subject_state(prm__subject_at(engine, handle), measure->offset);
    return prm__measure_window_holds(engine, measure->window, &state->end, step->place);
}

/* Asks every subject of the rule that exists below the subject `above` of the rule's measure. */
static prm_status fold_ask_below(prm__step *step, uint32_t rule_index, uint32_t above)
{
    prm_engine *engine = step->engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    const prm__p_condition *condition = &engine->program->conditions[rule->condition];
    uint32_t kind = engine->program->measures[condition->measure].subject;
    uint32_t handle = prm__engine_partner(engine, step->partner)->first_subject;
    while (handle != PRM_NONE) {
        const prm__subject *subject = prm__subject_at(engine, handle);
        if (subject->kind == rule->subject && subject->flags & PRM_SUBJECT_EXISTS) {
            prm__fold_aim(engine, subject, handle);
            bool below = above == PRM_NONE || engine->at_subjects[kind] == above;
            if (below && fold_window_open(step, rule))
                PRM_TRY(fold_ask(step, rule_index));
        }
        handle = subject->next;
    }
    return fold_find_subjects(step);
}

/* A rule that is no `each`: asked when its measure counted the event, for every subject below a
 * coarser measure; and on coverage when the roster changed, for every subject there is. */
static prm_status fold_ask_reaching(prm__step *step, uint32_t rule_index, bool roster_changed)
{
    prm_engine *engine = step->engine;
    const prm_program *program = engine->program;
    const prm__p_rule *rule = &program->rules[rule_index];
    uint32_t measure = program->conditions[rule->condition].measure;
    uint32_t kind = program->measures[measure].subject;
    if (roster_changed && rule->asks_roster)
        return fold_ask_below(step, rule_index, PRM_NONE);
    if (engine->counted[measure] != engine->stamp)
        return PRM_OK;
    if (kind != rule->subject)
        return fold_ask_below(step, rule_index, engine->at_subjects[kind]);
    return fold_ask(step, rule_index);
}

static prm_status fold_ask_rules(prm__step *step, bool roster_changed)
{
    const prm_program *program = step->engine->program;
    for (uint32_t i = 0; i < step->type->ask_count; i++) {
        uint32_t rule_index = program->asks[step->type->first_ask + i].rule;
        if (program->rules[rule_index].each)
            PRM_TRY(fold_ask_each(step, rule_index));
        else
            PRM_TRY(fold_ask_reaching(step, rule_index, roster_changed));
    }
    return PRM_OK;
}

/* ---- The walk ---- */

static prm_status fold_event(prm__step *step, bool roster_changed)
{
    prm__partner *partner = prm__engine_partner(step->engine, step->partner);
    PRM_TRY(fold_find_subjects(step));
    fold_set_anchors(step);
    PRM_TRY(fold_measures(step));
    if (step->type->rank < 2 && (step->type->ask_count || step->type->route_count || step->type->earns))
        partner->asked_at = step->place.time;
    PRM_TRY(fold_ask_rules(step, roster_changed));
    if (step->type->earns)
        return prm__fire_commission(step->engine, step->partner, &step->view, step->place);
    return PRM_OK;
}

static bool fold_open(prm__step *step, const prm__entry *entries, uint32_t position)
{
    prm__engine_view(step->engine, entries[position].event, &step->view);
    step->type = &step->engine->program->types[entries[position].type];
    step->place = (prm__place){step->view.event->time, position};
    return !(step->view.event->marks & PRM_EVENT_DEAD);
}

/* The lifecycle events of one instant, [first, end): all take effect, then each is
 * asked about. Whether the roster changed is kept by a mark per event. */
static prm_status fold_lifecycle(prm__step *step, const prm__entry *entries, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        if (!fold_open(step, entries, i))
            continue;
        PRM_TRY(fold_find_subjects(step));
        bool changed;
        PRM_TRY(prm__roster_apply(step->engine, step->partner, &step->view, &changed));
        prm__event *event = prm__store_event(&step->engine->store, entries[i].event);
        event->marks = (uint8_t)((event->marks & ~PRM_EVENT_ROSTER) | (changed ? PRM_EVENT_ROSTER : 0));
    }
    for (uint32_t i = first; i < end; i++) {
        if (!fold_open(step, entries, i))
            continue;
        PRM_TRY(fold_event(step, (step->view.event->marks & PRM_EVENT_ROSTER) != 0));
    }
    return PRM_OK;
}

/* Back to before the first event; the outcomes so far are kept for comparing. */
static void fold_restart(prm_engine *engine, prm__partner *partner)
{
    prm__subject_reset_all(engine, partner);
    partner->roster.count = 0;
    partner->referrer = 0;
    partner->parent = 0;
    partner->flags &= ~(uint32_t)(PRM_PARTNER_LEFT | PRM_PARTNER_EXISTS);
    partner->folded = 0;
    partner->rerate_from = INT64_MAX;
    partner->last_time = INT64_MIN;
    partner->asked_at = INT64_MIN;
    prm__stash_all(engine, partner);
}

/* The first entry of the run of lifecycle events at the same instant that ends
 * before `end`; they share the moment at which they take effect. */
static uint32_t fold_run_end(const prm_engine *engine, const prm__entry *entries, uint32_t first,
                             uint32_t count)
{
    int64_t time = prm__engine_event(engine, entries[first].event)->time;
    uint32_t end = first;
    while (end < count && engine->program->types[entries[end].type].rank < 2 &&
           prm__engine_event(engine, entries[end].event)->time == time)
        end++;
    return end;
}

/* Later lifecycle events at an instant at which a rule was already asked belong
 * before that asking. */
static bool fold_instant_reopened(const prm_engine *engine, const prm__partner *partner,
                                  const prm__entry *entries)
{
    if (partner->folded == partner->entries.count)
        return false;
    const prm__entry *next = &entries[partner->folded];
    return engine->program->types[next->type].rank < 2 &&
           prm__engine_event(engine, next->event)->time == partner->asked_at;
}

static prm_status fold_wait(prm_engine *engine, uint32_t index, prm__partner *partner,
                            const prm__entry *entries)
{
    if (partner->folded == partner->entries.count)
        return PRM_OK;
    int64_t time = prm__engine_event(engine, entries[partner->folded].event)->time;
    if (time >= partner->due)
        return PRM_OK;
    PRM_TRY(prm__due_push(engine, (prm__due){time, index, 0}));
    partner->due = time;
    return PRM_OK;
}

/* Commissions from before, if a rate was granted for them. */
static prm_status fold_rerate(prm_engine *engine, prm__partner *partner, uint32_t outcomes_before)
{
    if (partner->outcomes.count == outcomes_before || partner->rerate_from == INT64_MAX)
        return PRM_OK;
    PRM_TRY(prm__fire_rerate(engine, partner));
    partner->rerate_from = INT64_MAX;
    return PRM_OK;
}

prm_status prm__fold_next(prm_engine *engine, uint32_t event)
{
    prm__step step;
    prm__engine_view(engine, event, &step.view);
    step.engine = engine;
    step.partner = step.view.event->partner;
    step.type = &engine->program->types[step.view.type];
    prm__partner *partner = prm__engine_partner(engine, step.partner);
    uint32_t outcomes = partner->outcomes.count;
    step.place = (prm__place){step.view.event->time, partner->folded};
    if (!(step.view.event->marks & PRM_EVENT_DEAD))
        PRM_TRY(fold_event(&step, false));
    partner->folded++;
    partner->last_time = step.place.time;
    return fold_rerate(engine, partner, outcomes);
}

prm_status prm__fold_partner(prm_engine *engine, uint32_t index)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    if (partner->flags & PRM_PARTNER_STALE || partner->changed < partner->folded ||
        fold_instant_reopened(engine, partner, entries))
        fold_restart(engine, partner);
    uint32_t outcomes = partner->outcomes.count;
    prm__step step = {.engine = engine, .partner = index};
    uint32_t count = partner->entries.count;
    while (partner->folded < count) {
        uint32_t at = partner->folded, end = at + 1;
        if (prm__engine_event(engine, entries[at].event)->time > engine->clock)
            break;
        if (engine->program->types[entries[at].type].rank < 2) {
            end = fold_run_end(engine, entries, at, count);
            PRM_TRY(fold_lifecycle(&step, entries, at, end));
        } else if (fold_open(&step, entries, at)) {
            PRM_TRY(fold_event(&step, false));
        }
        partner->folded = end;
        partner->last_time = step.place.time;
    }
    PRM_TRY(fold_rerate(engine, partner, outcomes));
    return fold_wait(engine, index, partner, entries);
}
