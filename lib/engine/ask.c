#include "engine/ask.h"
#include "engine/condition.h"
#include "engine/measure.h"
#include "engine/spell.h"
#include "engine/subject.h"
#include <string.h>

/* One asking fires at most so many multiples of `every`; further ones count as passed. */
#define ASK_MULTIPLES 10000

/* ---- What all rules share ---- */

bool prm__ask_ended(const prm__asking *asking, const prm__subject *subject)
{
    prm_engine *engine = asking->engine;
    if (prm__engine_partner(engine, asking->partner)->flags & PRM_PARTNER_LEFT)
        return true;
    uint32_t rep = engine->at_subjects[PRM_KIND_REP];
    bool has_rep = false;
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    for (uint32_t i = 0; i < kind->key_count; i++)
        has_rep |= kind->keys[i] == PRM_NAME_REP;
    return has_rep && rep != PRM_NONE && prm__subject_at(engine, rep)->flags & PRM_SUBJECT_LEFT;
}

bool prm__ask_eligible(const prm__asking *asking, const prm__p_rule *rule)
{
    if (rule->eligible == PRM_NO_INDEX)
        return true;
    prm__eval eval = prm__eval_of(asking);
    return prm__eval_filter(&eval, rule->eligible);
}

int64_t prm__ask_occasion(const prm__asking *asking, const prm__p_rule *rule)
{
    uint32_t period = asking->engine->program->windows[rule->window].period;
    if (period == PRM_PERIOD_NONE)
        return 1;
    return prm__engine_window(asking->engine, period, prm__place_window_time(asking->place))->start + 1;
}

bool prm__ask_has_fired(const prm__asking *asking, const prm__p_rule *rule, prm__subject *subject)
{
    const prm__rule_state *state = prm__subject_state(subject, rule->offset);
    return state->fired == prm__ask_occasion(asking, rule);
}

bool prm__ask_active(const prm_engine *engine, const prm__p_rule *rule, int64_t time)
{
    if (rule->active == PRM_NO_INDEX)
        return true;
    const prm__p_active *active = &engine->program->actives[rule->active];
    return active->from <= time && time < active->until;
}

bool prm__ask_window_holds(const prm__asking *asking, const prm__p_rule *rule)
{
    prm_engine *engine = asking->engine;
    uint32_t handle = engine->at_subjects[rule->subject];
    prm__rule_state *state = prm__subject_state(prm__subject_at(engine, handle), rule->offset);
    return prm__measure_window_holds(engine, rule->window, &state->end, asking->place);
}

prm__value prm__ask_value(const prm__asking *asking, const prm__p_rule *rule)
{
    if (rule->single == PRM_NO_INDEX)
        return (prm__value){.type = PRM_TYPE_ERROR};
    return prm__eval_fraction(
        prm__condition_number(asking, &asking->engine->program->conditions[rule->single]));
}

/* ---- Once, every, tiers ---- */

static prm_status ask_fire(const prm__asking *asking, uint32_t rule_index, prm__p_block block,
                           uint32_t ordinal)
{
    const prm__p_rule *rule = &asking->engine->program->rules[rule_index];
    prm__firing firing = {.asking = asking,
                          .rule = rule_index,
                          .subject = asking->engine->at_subjects[rule->subject],
                          .ordinal = ordinal,
                          .value = prm__ask_value(asking, rule)};
    return prm__fire(&firing, block);
}

static prm_status ask_reach(const prm__asking *asking, uint32_t rule_index, prm__subject *subject)
{
    const prm__p_rule *rule = &asking->engine->program->rules[rule_index];
    prm__rule_state *state = prm__subject_state(subject, rule->offset);
    int64_t occasion = prm__ask_occasion(asking, rule);
    if (!prm__condition_holds(asking, rule->first_condition, rule->condition_count) ||
        !prm__ask_eligible(asking, rule))
        return PRM_OK;
    state->fired = occasion;
    if (rule->form != PRM_FORM_STAGE)
        return ask_fire(asking, rule_index, rule->then, 0);
    ((prm__rule_more *)prm__subject_state(subject, rule->offset))->reached = asking->place.time;
    return PRM_OK;
}

/* A rule whose occasion has begun anew has reached nothing yet. */
static prm__rule_more *ask_more(const prm__asking *asking, const prm__p_rule *rule, prm__subject *subject,
                                int64_t *occasion)
{
    prm__rule_more *more = prm__subject_state(subject, rule->offset);
    *occasion = prm__ask_occasion(asking, rule);
    if (more->base.fired != *occasion)
        more->reached = 0;
    return more;
}

/* How many multiples of the row's step lie in the number; none when it has no value. */
static int64_t ask_multiples(const prm__asking *asking, const prm__p_condition *row)
{
    prm__decimal step;
    prm__fraction number = prm__condition_number(asking, row);
    if (number.none || !prm__condition_threshold(asking, row->threshold, row->attribute, &step) || step <= 0)
        return 0;
    prm__decimal multiples = number.number / number.divisor / step; /* exact: nested floors of a positive */
    if (number.number <= 0)
        return 0;
    return multiples > INT64_MAX ? INT64_MAX : (int64_t)multiples;
}

static prm_status ask_every(const prm__asking *asking, uint32_t rule_index, prm__subject *subject)
{
    const prm__p_rule *rule = &asking->engine->program->rules[rule_index];
    int64_t occasion, multiples = ask_multiples(asking, &asking->engine->program->conditions[rule->single]);
    prm__rule_more *more = ask_more(asking, rule, subject, &occasion);
    int64_t first = more->reached + 1;
    for (int64_t i = first; i <= multiples && i - first < ASK_MULTIPLES && i <= UINT32_MAX; i++) {
        if (!prm__ask_eligible(asking, rule))
            return PRM_OK;
        more->base.fired = occasion;
        more->reached = i;
        PRM_TRY(ask_fire(asking, rule_index, rule->then, (uint32_t)i));
    }
    if (more->base.fired == occasion && more->reached < multiples)
        more->reached = multiples;
    return PRM_OK;
}

static prm_status ask_tiers(const prm__asking *asking, uint32_t rule_index, prm__subject *subject)
{
    const prm_program *program = asking->engine->program;
    const prm__p_rule *rule = &program->rules[rule_index];
    int64_t occasion;
    prm__rule_more *more = ask_more(asking, rule, subject, &occasion);
    prm__fraction number = prm__condition_number(asking, &program->conditions[rule->single]);
    uint64_t reached = 0;
    for (uint32_t i = 0; i < rule->tier_count; i++) {
        const prm__p_tier *tier = &program->tiers[rule->first_tier + i];
        if (!prm__condition_at_least(asking, number, tier->threshold, tier->attribute))
            continue;
        reached = (rule->pick_highest ? 0 : reached) | UINT64_C(1) << i;
    }
    for (uint32_t i = 0; i < rule->tier_count; i++) {
        uint64_t bit = UINT64_C(1) << i;
        if (!(reached & bit) || (uint64_t)more->reached & bit || !prm__ask_eligible(asking, rule))
            continue;
        more->base.fired = occasion;
        more->reached = (int64_t)((uint64_t)more->reached | bit);
        PRM_TRY(ask_fire(asking, rule_index, program->tiers[rule->first_tier + i].then, 0));
    }
    return PRM_OK;
}

prm_status prm__ask_subject(const prm__asking *asking, uint32_t rule_index)
{
    prm_engine *engine = asking->engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    prm__subject *subject = prm__subject_at(engine, engine->at_subjects[rule->subject]);
    bool once = rule->form == PRM_FORM_REACH || rule->form == PRM_FORM_STAGE;
    if (once && prm__ask_has_fired(asking, rule, subject))
        return PRM_OK;
    if (asking->view ? prm__ask_ended(asking, subject)
                     : (prm__engine_partner(engine, asking->partner)->flags & PRM_PARTNER_LEFT) != 0)
        return PRM_OK;
    if (rule->form == PRM_FORM_EVERY)
        return ask_every(asking, rule_index, subject);
    if (rule->form == PRM_FORM_TIERS)
        return ask_tiers(asking, rule_index, subject);
    return ask_reach(asking, rule_index, subject);
}

/* ---- Each ---- */

/* The event is of its types, passes its filter and lies inside its window. */
static prm_status ask_each(prm__step *step, uint32_t rule_index)
{
    const prm__asking *asking = &step->asking;
    prm_engine *engine = asking->engine;
    const prm_program *program = engine->program;
    const prm__p_rule *rule = &program->rules[rule_index];
    uint32_t handle = engine->at_subjects[rule->subject];
    bool listed = false;
    for (uint32_t i = 0; i < rule->each_type_count; i++)
        listed |= program->type_lists[rule->first_each_type + i] == step->view.type;
    if (!listed || handle == PRM_NONE || prm__ask_ended(asking, prm__subject_at(engine, handle)))
        return PRM_OK;
    if (!prm__step_passes(step, rule->each_filter) || !prm__ask_window_holds(asking, rule) ||
        !prm__condition_holds(asking, rule->first_condition, rule->condition_count) ||
        !prm__ask_eligible(asking, rule))
        return PRM_OK;
    return ask_fire(asking, rule_index, rule->then, 0);
}

/* ---- Reaching ---- */

/* Whether the measure's window holds now for the subjects in at_subjects. */
static bool ask_window_open(const prm__asking *asking, const prm__p_measure *measure)
{
    prm_engine *engine = asking->engine;
    uint32_t handle = engine->at_subjects[measure->subject];
    if (handle == PRM_NONE)
        return false;
    prm__measure_state *state = prm__subject_state(prm__subject_at(engine, handle), measure->offset);
    return prm__measure_window_holds(engine, measure->window, &state->end, asking->place);
}

/* Whether a measure of the rule counted the event, or was moved by the roster, for a subject
 * of the rule other than the event's own. */
typedef struct ask_cause {
    bool own;   /* the event's own subject is asked */
    bool below; /* every subject below a coarser measure is */
    bool roster;
} ask_cause;

static ask_cause ask_cause_of(const prm__step *step, const prm__p_rule *rule)
{
    const prm_engine *engine = step->asking.engine;
    const prm_program *program = engine->program;
    ask_cause cause = {false, false, false};
    for (uint32_t i = 0; i < rule->measure_count; i++) {
        uint32_t measure = program->rule_measures[rule->first_measure + i];
        const prm__p_measure *row = &program->measures[measure];
        if (step->roster_changed && prm__catalog_measure(row->kind)->uses_roster)
            cause.roster = true;
        if (engine->counted[measure] != engine->stamp)
            continue;
        if (row->subject == rule->subject)
            cause.own = true;
        else
            cause.below = true;
    }
    return cause;
}

/* Whether the subject in at_subjects is to be asked, when the event's were `counted`. */
static bool ask_is_concerned(const prm__step *step, const prm__p_rule *rule, const uint32_t *counted)
{
    const prm_engine *engine = step->asking.engine;
    const prm_program *program = engine->program;
    for (uint32_t i = 0; i < rule->measure_count; i++) {
        uint32_t measure = program->rule_measures[rule->first_measure + i];
        const prm__p_measure *row = &program->measures[measure];
        bool roster = step->roster_changed && prm__catalog_measure(row->kind)->uses_roster;
        bool same = engine->counted[measure] == engine->stamp &&
                    engine->at_subjects[row->subject] == counted[row->subject];
        if ((roster || same) && ask_window_open(&step->asking, row))
            return true;
    }
    return false;
}

/* Asks every subject of the rule that exists and that the event concerns. */
static prm_status ask_all(prm__step *step, uint32_t rule_index)
{
    prm_engine *engine = step->asking.engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    uint32_t kinds = engine->program->kinds_count;
    memcpy(engine->counted_for, engine->at_subjects, kinds * sizeof *engine->counted_for);
    PRM_TRY(prm__subject_list(engine, step->asking.partner, rule->subject));
    prm_status status = PRM_OK;
    for (size_t i = 0; i < engine->subject_list.count && status == PRM_OK; i++) {
        uint32_t handle = PRM_VEC(engine->subject_list, uint32_t)[i];
        prm__subject_aim(engine, prm__subject_at(engine, handle), handle);
        if (ask_is_concerned(step, rule, engine->counted_for))
            status = prm__ask_subject(&step->asking, rule_index);
    }
    memcpy(engine->at_subjects, engine->counted_for, kinds * sizeof *engine->at_subjects);
    return status;
}

static prm_status ask_reaching(prm__step *step, uint32_t rule_index)
{
    const prm_engine *engine = step->asking.engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    ask_cause cause = ask_cause_of(step, rule);
    if (cause.below || cause.roster)
        return ask_all(step, rule_index);
    return cause.own ? prm__ask_subject(&step->asking, rule_index) : PRM_OK;
}

/* Whether the only measure of a rule, which is the event's own subject's, counted the event, and has
 * come as far as it must. */
static bool ask_is_near(const prm__step *step, const prm__listener *listener)
{
    const prm_engine *engine = step->asking.engine;
    if (engine->counted[listener->measure] != engine->stamp)
        return false;
    const char *subject = (const char *)prm__subject_at(engine, engine->at_subjects[listener->kind]);
    return !listener->least || listener->def->whole(subject + listener->at) >= listener->least;
}

static prm_status ask_listener(prm__step *step, const prm__listener *listener)
{
    const prm_engine *engine = step->asking.engine;
    bool roster = step->roster_changed && !listener->each; /* the subject's own, whatever it counts */
    if (!roster && !prm__step_concerns(step, listener->link))
        return PRM_OK;
    bool single = listener->measure != PRM_NO_INDEX && !step->roster_changed; /* most, at most events */
    if ((single && !ask_is_near(step, listener)) ||
        !prm__ask_active(engine, &engine->program->rules[listener->rule], step->asking.place.time))
        return PRM_OK;
    if (single)
        return prm__ask_subject(&step->asking, listener->rule);
    return listener->each ? ask_each(step, listener->rule) : ask_reaching(step, listener->rule);
}

/* Whether the event begins a window for subjects below the one that has it. */
static bool ask_anchors_below(const prm__step *step, const prm__p_rule *rule)
{
    const prm_engine *engine = step->asking.engine;
    for (uint32_t i = 0; i < step->type->anchor_count; i++) {
        const prm__p_anchor *anchor = &engine->program->anchors[step->type->first_anchor + i];
        uint32_t handle = engine->at_subjects[anchor->kind];
        if (anchor->kind == rule->subject || handle == PRM_NONE)
            continue;
        const prm__anchor_state *state = prm__subject_state(prm__subject_at(engine, handle), anchor->offset);
        if (state->time == step->asking.place.time && state->position == step->asking.place.position)
            return true;
    }
    return false;
}

/* Whether a rule by `while` may hold otherwise, after the event, for subjects that it is not about: what
 * is said of the partner has changed, or what is counted or begins for more than one of them. Ranks
 * are the partner's too, and rules lend them to each other. */
static bool ask_moves_all(const prm__step *step, const prm__p_rule *rule)
{
    return step->links || step->type->rank < 2 || step->asking.engine->program->head->ranks.present ||
           ask_cause_of(step, rule).below || ask_anchors_below(step, rule);
}

/* A rule by `while` is asked at each event of the partner; one for referrers and parents at
 * each event below too. */
static prm_status ask_spell(prm__step *step, uint32_t rule_index)
{
    const prm_program *program = step->asking.engine->program;
    const prm__p_rule *rule = &program->rules[rule_index];
    if (step->links && !prm__step_concerns(step, program->kinds[rule->subject].link))
        return PRM_OK;
    if (!ask_moves_all(step, rule))
        return prm__spell_ask_own(&step->asking, rule_index);
    PRM_TRY(prm__spell_ask_all(&step->asking, rule_index));
    return prm__step_aim(step);
}

/* Listeners of the plan and of the branches that the event takes, each in the order of the file. */
typedef struct ask_run {
    const prm__listener *at;
    const prm__listener *end;
} ask_run;

static uint32_t ask_runs(const prm__step *step, ask_run *runs)
{
    const prm_engine *engine = step->asking.engine;
    const prm__plan *plan = step->plan;
    const prm__listener *first = prm__plan_listeners(engine, plan->first_listener);
    uint32_t count = plan->listener_count > 0;
    runs[0] = (ask_run){first, first + plan->listener_count};
    for (uint32_t i = 0; i < plan->fork_count; i++) {
        const prm__branch *branch = prm__plan_branch(engine, plan, &step->view, i);
        if (!branch || !branch->listener_count)
            continue;
        first = prm__plan_listeners(engine, branch->first_listener);
        runs[count++] = (ask_run){first, first + branch->listener_count};
    }
    return count;
}

/* Takes the next listener of all runs; NULL at the end. */
static const prm__listener *ask_next(ask_run *runs, uint32_t *count)
{
    if (*count == 0)
        return NULL;
    uint32_t least = 0;
    for (uint32_t i = 1; i < *count; i++)
        least = runs[i].at->rule < runs[least].at->rule ? i : least;
    const prm__listener *next = runs[least].at++;
    if (runs[least].at == runs[least].end)
        runs[least] = runs[--*count];
    return next;
}

/* Those that listen to the type and those by `while`, which always do, in the order of the file. */
prm_status prm__ask_rules(prm__step *step)
{
    const prm_engine *engine = step->asking.engine;
    const uint32_t *spells = engine->while_rules.data;
    ask_run runs[PRM_PLAN_FORKS + 1];
    uint32_t count = ask_runs(step, runs);
    size_t spell = 0;
    for (const prm__listener *next; (next = ask_next(runs, &count)) != NULL;) {
        for (; spell < engine->while_rules.count && spells[spell] < next->rule; spell++)
            PRM_TRY(ask_spell(step, spells[spell]));
        PRM_TRY(ask_listener(step, next));
    }
    for (; spell < engine->while_rules.count; spell++)
        PRM_TRY(ask_spell(step, spells[spell]));
    return PRM_OK;
}
