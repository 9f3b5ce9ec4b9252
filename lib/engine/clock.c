#include "engine/clock.h"
#include "engine/across.h"
#include "engine/ask.h"
#include "engine/condition.h"
#include "engine/measure.h"
#include "engine/rank.h"
#include "engine/spell.h"
#include "engine/subject.h"

/* ---- Which rules look at the clock ---- */

static bool clock_has_block(prm__p_block block)
{
    return block.action_count > 0;
}

static bool clock_concerns(const prm__p_rule *rule)
{
    return rule->at_close || clock_has_block(rule->otherwise) || clock_has_block(rule->remind) ||
           rule->form == PRM_FORM_WHILE || rule->form == PRM_FORM_CONTEST;
}

static uint32_t clock_period_bit(const prm_program *program, uint32_t window)
{
    uint32_t period = program->windows[window].period;
    return period == PRM_PERIOD_NONE ? 0 : 1U << period;
}

/* At the ends of which periods the rule is asked: of its own window, and of those whose close
 * changes what a `while` measures. */
static uint32_t clock_periods(const prm_program *program, const prm__p_rule *rule)
{
    uint32_t bits = clock_period_bit(program, rule->window);
    for (uint32_t i = 0; rule->form == PRM_FORM_WHILE && i < rule->measure_count; i++)
        bits |= clock_period_bit(program,
                                 program->measures[program->rule_measures[rule->first_measure + i]].window);
    return bits;
}

prm_status prm__clock_init(prm_engine *engine)
{
    const prm_program *program = engine->program;
    prm__vec_init(&engine->clock_rules, &engine->alloc, sizeof(uint32_t));
    prm__vec_init(&engine->while_rules, &engine->alloc, sizeof(uint32_t));
    prm__vec_init(&engine->clock_items, &engine->alloc, sizeof(prm__agenda));
    if (program->head->ranks.present)
        engine->periods = 1U << program->head->ranks.period;
    for (uint32_t i = 0; i < program->rules_count; i++) {
        const prm__p_rule *rule = &program->rules[i];
        if (!clock_concerns(rule))
            continue;
        engine->periods |= clock_periods(program, rule);
        PRM_TRY(prm__vec_append(&engine->clock_rules, &i, 1));
        if (rule->form == PRM_FORM_WHILE)
            PRM_TRY(prm__vec_append(&engine->while_rules, &i, 1));
    }
    engine->has_clock = program->head->ranks.present || engine->clock_rules.count > 0;
    return PRM_OK;
}

void prm__clock_free(prm_engine *engine)
{
    prm__vec_free(&engine->clock_rules);
    prm__vec_free(&engine->while_rules);
    prm__vec_free(&engine->clock_items);
}

/* ---- The agenda: a heap, the earliest first ---- */

static prm_status clock_note(prm_engine *engine, uint32_t index, prm__agenda item)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    if (item.time <= partner->clocked || item.time > PRM_TIME_MAX)
        return PRM_OK;
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->agenda, sizeof(prm__agenda), 1));
    prm__agenda *heap = prm__list_data(&engine->pool, &partner->agenda);
    uint32_t at = partner->agenda.count++;
    for (; at > 0 && heap[(at - 1) / 2].time > item.time; at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = item;
    return PRM_OK;
}

static prm__agenda clock_take(const prm_engine *engine, prm__partner *partner)
{
    prm__agenda *heap = prm__list_data(&engine->pool, &partner->agenda);
    prm__agenda first = heap[0], last = heap[--partner->agenda.count];
    uint32_t at = 0, count = partner->agenda.count;
    for (uint32_t child = 1; child < count; child = at * 2 + 1) {
        child += child + 1 < count && heap[child + 1].time < heap[child].time;
        if (heap[child].time >= last.time)
            break;
        heap[at] = heap[child];
        at = child;
    }
    if (count)
        heap[at] = last;
    return first;
}

/* The agenda's items of an instant into engine->clock_items. */
static prm_status clock_collect(prm_engine *engine, prm__partner *partner, int64_t time)
{
    engine->clock_items.count = 0;
    while (partner->agenda.count) {
        const prm__agenda *heap = prm__list_data(&engine->pool, &partner->agenda);
        if (heap[0].time > time)
            break;
        prm__agenda item = clock_take(engine, partner);
        PRM_TRY(prm__vec_append(&engine->clock_items, &item, 1));
    }
    return PRM_OK;
}

/* ---- Calendar boundaries ---- */

/* When a rule reminds of the end of the window: not before it starts. */
static int64_t clock_reminder(const prm_engine *engine, const prm__p_rule *rule, prm__window_span span)
{
    int64_t time = prm__duration_before(&engine->program->calendar.zone, rule->remind_before, span.end);
    return time > span.start ? time : span.start;
}

/* The next calendar reminder of the rule after `time`. */
static int64_t clock_next_reminder(const prm_engine *engine, const prm__p_rule *rule, int64_t time)
{
    const prm__calendar *calendar = &engine->program->calendar;
    prm__period period = (prm__period)engine->program->windows[rule->window].period;
    prm__window_span span = prm__calendar_window(calendar, period, time);
    int64_t reminder = clock_reminder(engine, rule, span);
    if (reminder > time)
        return reminder;
    return span.end > PRM_TIME_MAX
               ? INT64_MAX
               : clock_reminder(engine, rule, prm__calendar_window(calendar, period, span.end));
}

/* The first boundary or calendar reminder after `time`. */
static int64_t clock_boundary(prm_engine *engine, int64_t time)
{
    const prm_program *program = engine->program;
    int64_t next = INT64_MAX;
    for (uint32_t period = PRM_PERIOD_DAY; period < PRM_PERIODS; period++)
        if (engine->periods >> period & 1) {
            int64_t end = prm__engine_window(engine, period, time)->end;
            next = end < next ? end : next;
        }
    for (size_t i = 0; i < engine->clock_rules.count; i++) {
        const prm__p_rule *rule = &program->rules[PRM_VEC(engine->clock_rules, uint32_t)[i]];
        if (!clock_has_block(rule->remind) || program->windows[rule->window].period == PRM_PERIOD_NONE)
            continue;
        int64_t reminder = clock_next_reminder(engine, rule, time);
        next = reminder < next ? reminder : next;
    }
    return next > PRM_TIME_MAX ? INT64_MAX : next;
}

prm_status prm__clock_begin(prm_engine *engine, uint32_t index, int64_t time)
{
    const prm_program *program = engine->program;
    prm__engine_partner(engine, index)->boundary = clock_boundary(engine, time);
    for (size_t i = 0; i < engine->while_rules.count; i++) {
        uint32_t rule = PRM_VEC(engine->while_rules, uint32_t)[i];
        if (program->rules[rule].active == PRM_NO_INDEX)
            continue;
        const prm__p_active *active = &program->actives[program->rules[rule].active];
        if (active->from > time)
            PRM_TRY(clock_note(engine, index, (prm__agenda){active->from, rule, PRM_NONE}));
        if (active->until > time)
            PRM_TRY(clock_note(engine, index, (prm__agenda){active->until, rule, PRM_NONE}));
    }
    return PRM_OK;
}

int64_t prm__clock_next(const prm_engine *engine, const prm__partner *partner)
{
    int64_t next = partner->boundary;
    if (partner->agenda.count) {
        const prm__agenda *heap = prm__list_data(&engine->pool, &partner->agenda);
        next = heap[0].time < next ? heap[0].time : next;
    }
    return next;
}

/* ---- Anchors ---- */

/* The anchor of the rule's window for the subjects in engine->at_subjects, with the window's
 * end; NULL when it is not set, or the window has no length from an anchor. */
static const prm__anchor_state *clock_anchor(prm_engine *engine, const prm__p_window *window, int64_t *end)
{
    if (window->kind != PRM_WINDOW_WITHIN)
        return NULL; /* LCOV_EXCL_LINE what ends without a calendar ends so long after its anchor */
    const prm__p_anchor *anchor = &engine->program->anchors[window->anchor];
    uint32_t handle = engine->at_subjects[anchor->kind];
    if (handle == PRM_NONE)
        return NULL;
    const prm__anchor_state *state = prm__subject_state(prm__subject_at(engine, handle), anchor->offset);
    if (!state->set)
        return NULL;
    *end = prm__duration_end(&engine->program->calendar.zone, window->duration, state->time);
    return state;
}

/* Whether some window of the rule begins with the anchor; notes the ends of those that do. */
static prm_status clock_anchored_rule(prm__step *step, uint32_t rule_index, uint32_t anchor, uint32_t subject)
{
    prm_engine *engine = step->asking.engine;
    const prm_program *program = engine->program;
    const prm__p_rule *rule = &program->rules[rule_index];
    int64_t time = step->asking.place.time;
    uint32_t count = rule->form == PRM_FORM_WHILE ? rule->measure_count : 0;
    for (uint32_t i = 0; i <= count; i++) {
        uint32_t index = i < count ? program->measures[program->rule_measures[rule->first_measure + i]].window
                                   : rule->window;
        const prm__p_window *window = &program->windows[index];
        if (window->anchor != anchor || window->kind != PRM_WINDOW_WITHIN)
            continue;
        int64_t end = prm__duration_end(&program->calendar.zone, window->duration, time);
        PRM_TRY(clock_note(engine, step->asking.partner, (prm__agenda){end, rule_index, subject}));
        if (i < count || !clock_has_block(rule->remind) || window->period != PRM_PERIOD_NONE)
            continue;
        int64_t reminder = prm__duration_before(&program->calendar.zone, rule->remind_before, end);
        if (reminder > time)
            PRM_TRY(clock_note(engine, step->asking.partner, (prm__agenda){reminder, rule_index, subject}));
    }
    return PRM_OK;
}

prm_status prm__clock_anchored(prm__step *step, const prm__p_anchor *anchor)
{
    prm_engine *engine = step->asking.engine;
    const prm_program *program = engine->program;
    uint32_t index = (uint32_t)(anchor - program->anchors);
    for (size_t i = 0; i < engine->clock_rules.count; i++) {
        uint32_t rule = PRM_VEC(engine->clock_rules, uint32_t)[i];
        bool own = program->rules[rule].subject == anchor->kind;
        PRM_TRY(clock_anchored_rule(step, rule, index, own ? engine->at_subjects[anchor->kind] : PRM_NONE));
    }
    return PRM_OK;
}

/* ---- Reminders ---- */

static prm_status clock_remind(const prm__asking *asking, uint32_t rule_index)
{
    prm_engine *engine = asking->engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    uint32_t handle = engine->at_subjects[rule->subject];
    prm__subject *subject = prm__subject_at(engine, handle);
    if (!prm__ask_active(engine, rule, asking->place.time) || prm__ask_ended(asking, subject) ||
        prm__ask_has_fired(asking, rule, subject) || !prm__ask_eligible(asking, rule))
        return PRM_OK;
    prm__firing firing = {
        .asking = asking, .rule = rule_index, .subject = handle, .value = prm__ask_value(asking, rule)};
    return prm__fire(&firing, rule->remind);
}

/* Whether the reminder for the subjects in at_subjects falls on this clock point. */
static bool clock_reminds_here(const prm__asking *asking, const prm__p_rule *rule)
{
    prm_engine *engine = asking->engine;
    const prm__p_window *window = &engine->program->windows[rule->window];
    int64_t now = asking->place.time, end;
    if (window->period != PRM_PERIOD_NONE)
        return clock_reminder(engine, rule, *prm__engine_window(engine, window->period, now)) == now;
    const prm__anchor_state *anchor = clock_anchor(engine, window, &end);
    return anchor && anchor->time < now &&
           prm__duration_before(&engine->program->calendar.zone, rule->remind_before, end) == now;
}

/* Whether the event under way has set the anchor of the rule's span, for the subjects in
 * at_subjects, and the reminder is due before the span begins. */
static bool clock_reminds_at_once(const prm__asking *asking, const prm__p_rule *rule)
{
    prm_engine *engine = asking->engine;
    int64_t end;
    const prm__anchor_state *anchor = clock_anchor(engine, &engine->program->windows[rule->window], &end);
    return anchor && anchor->time == asking->place.time && anchor->position == asking->place.position &&
           prm__duration_before(&engine->program->calendar.zone, rule->remind_before, end) <=
               asking->place.time;
}

/* The subjects of the rule that may share the anchor of the event, into engine->subject_list: the
 * event's own, or where the anchor is coarser all that lie below it. */
static prm_status clock_list_anchored(const prm__asking *asking, const prm__p_rule *rule)
{
    prm_engine *engine = asking->engine;
    const prm_program *program = engine->program;
    if (program->anchors[program->windows[rule->window].anchor].kind != rule->subject)
        return prm__subject_list(engine, asking->partner, rule->subject);
    engine->subject_list.count = 0;
    return prm__vec_append(&engine->subject_list, &engine->at_subjects[rule->subject], 1);
}

prm_status prm__clock_remind_now(prm__step *step)
{
    const prm__asking *asking = &step->asking;
    prm_engine *engine = asking->engine;
    const prm_program *program = engine->program;
    for (size_t i = 0; i < engine->clock_rules.count; i++) {
        uint32_t index = PRM_VEC(engine->clock_rules, uint32_t)[i];
        const prm__p_rule *rule = &program->rules[index];
        if (!clock_has_block(rule->remind) || program->windows[rule->window].period != PRM_PERIOD_NONE ||
            !clock_reminds_at_once(asking, rule))
            continue;
        PRM_TRY(clock_list_anchored(asking, rule));
        for (size_t j = 0; j < engine->subject_list.count; j++) {
            uint32_t handle = PRM_VEC(engine->subject_list, uint32_t)[j];
            prm__subject_aim(engine, prm__subject_at(engine, handle), handle);
            if (clock_reminds_at_once(asking, rule))
                PRM_TRY(clock_remind(asking, index));
        }
        PRM_TRY(prm__step_aim(step));
    }
    return PRM_OK;
}

/* ---- Closes ---- */

/* The span of the rule's occasion that ends at this clock point for the subjects in
 * at_subjects; false when none does. */
static bool clock_closing(const prm__asking *asking, const prm__p_rule *rule, int64_t *start, int64_t *end)
{
    prm_engine *engine = asking->engine;
    const prm__p_window *window = &engine->program->windows[rule->window];
    int64_t now = asking->place.time, limit = INT64_MAX;
    bool calendar = window->period != PRM_PERIOD_NONE;
    *start = INT64_MIN;
    *end = now;
    if (calendar) {
        const prm__window_span *span = prm__engine_window(engine, window->period, now - 1);
        if (span->end != now)
            return false;
        *start = span->start;
    }
    if (window->kind != PRM_WINDOW_WITHIN)
        return calendar;
    const prm__anchor_state *anchor = clock_anchor(engine, window, &limit);
    if (!anchor || (!calendar && limit != now))
        return false;
    *start = anchor->time > *start ? anchor->time : *start;
    return *start < (limit < now ? limit : now);
}

/* Partners and reps are asked for every window that overlaps their life. */
static bool clock_lived(const prm_engine *engine, prm__subject *subject, int64_t start)
{
    if (subject->kind != PRM_KIND_REP || !(subject->flags & PRM_SUBJECT_LEFT))
        return true;
    return *prm__subject_left_at(engine, subject) > start;
}

static bool clock_any_counted(const prm__asking *asking, const prm__p_rule *rule)
{
    prm_engine *engine = asking->engine;
    const prm_program *program = engine->program;
    for (uint32_t i = 0; i < rule->measure_count; i++) {
        uint32_t measure = program->rule_measures[rule->first_measure + i];
        uint32_t subject = engine->at_subjects[program->measures[measure].subject];
        if (prm__measure_any(engine, measure, subject, asking->place))
            return true;
    }
    return false;
}

static bool clock_is_asked(const prm__asking *asking, const prm__p_rule *rule, int64_t start, int64_t end)
{
    prm_engine *engine = asking->engine;
    const prm_program *program = engine->program;
    prm__subject *subject = prm__subject_at(engine, engine->at_subjects[rule->subject]);
    if (rule->active != PRM_NO_INDEX) {
        const prm__p_active *active = &program->actives[rule->active];
        if (active->from >= end || active->until <= start)
            return false;
    }
    if (prm__engine_partner(engine, asking->partner)->flags & PRM_PARTNER_LEFT)
        return false;
    if (rule->form == PRM_FORM_CONTEST)
        return clock_any_counted(asking, rule);
    if (program->kinds[subject->kind].key_count == 0 || subject->kind == PRM_KIND_REP)
        return clock_lived(engine, subject, start);
    if (clock_has_block(rule->otherwise) && !rule->at_close &&
        program->windows[rule->window].kind == PRM_WINDOW_WITHIN)
        return true;
    return clock_any_counted(asking, rule);
}

static prm_status clock_close(const prm__asking *asking, uint32_t rule_index)
{
    prm_engine *engine = asking->engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    uint32_t handle = engine->at_subjects[rule->subject];
    int64_t start, end;
    if (!clock_closing(asking, rule, &start, &end) || !clock_is_asked(asking, rule, start, end))
        return PRM_OK;
    if (rule->form == PRM_FORM_CONTEST)
        return prm__across_enter(asking, rule_index);
    if (rule->at_close)
        PRM_TRY(prm__ask_subject(asking, rule_index));
    if (!clock_has_block(rule->otherwise) ||
        prm__ask_has_fired(asking, rule, prm__subject_at(engine, handle)) || !prm__ask_eligible(asking, rule))
        return PRM_OK;
    prm__firing firing = {
        .asking = asking, .rule = rule_index, .subject = handle, .value = prm__ask_value(asking, rule)};
    return prm__fire(&firing, rule->otherwise);
}

/* ---- A clock point ---- */

/* The subjects of the rule that the agenda names at this instant, in the order of their names, into
 * engine->subject_list: all of the rule, or each of them once. */
static prm_status clock_list_noted(const prm__asking *asking, uint32_t rule_index)
{
    prm_engine *engine = asking->engine;
    const prm__agenda *items = engine->clock_items.data;
    engine->subject_list.count = 0;
    for (size_t i = 0; i < engine->clock_items.count; i++) {
        if (items[i].rule != rule_index)
            continue;
        if (items[i].subject == PRM_NONE)
            return prm__subject_list(engine, asking->partner, engine->program->rules[rule_index].subject);
        PRM_TRY(prm__vec_append(&engine->subject_list, &items[i].subject, 1));
    }
    return prm__subject_sort(engine);
}

/* What a rule does for the subject in at_subjects. */
static prm_status clock_run_subject(prm__asking *asking, uint32_t rule_index)
{
    const prm__p_rule *rule = &asking->engine->program->rules[rule_index];
    asking->place.closing = 1;
    PRM_TRY(clock_close(asking, rule_index));
    asking->place.closing = 0;
    if (clock_has_block(rule->remind) && clock_reminds_here(asking, rule))
        return clock_remind(asking, rule_index);
    return PRM_OK;
}

/* A rule by `while` at a clock point. Where there are ranks, these may have changed for all. */
static prm_status clock_run_spell(prm__asking *asking, uint32_t rule_index, bool boundary)
{
    if (boundary || asking->engine->program->head->ranks.present)
        return prm__spell_ask_all(asking, rule_index);
    PRM_TRY(clock_list_noted(asking, rule_index));
    return prm__spell_ask_listed(asking, rule_index);
}

/* Another one: all its subjects at a calendar boundary, else those that the agenda names. */
static prm_status clock_run_rule(prm__asking *asking, uint32_t rule_index, bool boundary)
{
    prm_engine *engine = asking->engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    if (boundary && engine->program->windows[rule->window].period != PRM_PERIOD_NONE)
        PRM_TRY(prm__subject_list(engine, asking->partner, rule->subject));
    else
        PRM_TRY(clock_list_noted(asking, rule_index));
    for (size_t i = 0; i < engine->subject_list.count; i++) {
        uint32_t handle = PRM_VEC(engine->subject_list, uint32_t)[i];
        prm__subject_aim(engine, prm__subject_at(engine, handle), handle);
        PRM_TRY(clock_run_subject(asking, rule_index));
    }
    return PRM_OK;
}

static prm_status clock_review(prm__asking *asking)
{
    prm_engine *engine = asking->engine;
    const prm__p_ranks *ranks = &engine->program->head->ranks;
    int64_t now = asking->place.time;
    if (!ranks->present || prm__engine_window(engine, ranks->period, now - 1)->end != now)
        return PRM_OK;
    asking->place.closing = 1;
    prm_status status = prm__rank_review(asking);
    asking->place.closing = 0;
    return status;
}

prm_status prm__clock_run(prm_engine *engine, uint32_t index, int64_t time)
{
    const prm_program *program = engine->program;
    prm__partner *partner = prm__engine_partner(engine, index);
    bool boundary = partner->boundary == time;
    prm__asking asking = {.engine = engine, .partner = index, .place = {time, partner->folded, 0}};
    PRM_TRY(clock_collect(engine, partner, time));
    partner->clocked = time;
    engine->point++;
    PRM_TRY(clock_review(&asking));
    for (uint32_t contests = 0; contests < 2; contests++)
        for (size_t i = 0; i < engine->clock_rules.count; i++) {
            uint32_t rule = PRM_VEC(engine->clock_rules, uint32_t)[i];
            if ((program->rules[rule].form == PRM_FORM_CONTEST) != (contests == 1))
                continue;
            if (program->rules[rule].form == PRM_FORM_WHILE)
                PRM_TRY(clock_run_spell(&asking, rule, boundary));
            else
                PRM_TRY(clock_run_rule(&asking, rule, boundary));
        }
    if (boundary)
        partner->boundary = clock_boundary(engine, time);
    return PRM_OK;
}

prm_status prm__clock_expect_rolling(const prm__asking *asking, uint32_t rule_index, uint32_t subject)
{
    prm_engine *engine = asking->engine;
    const prm_program *program = engine->program;
    const prm__p_rule *rule = &program->rules[rule_index];
    int64_t first = INT64_MAX;
    for (uint32_t i = 0; i < rule->measure_count; i++) {
        const prm__p_measure *row = &program->measures[program->rule_measures[rule->first_measure + i]];
        uint32_t handle = engine->at_subjects[row->subject];
        if (program->windows[row->window].kind != PRM_WINDOW_ROLLING || handle == PRM_NONE)
            continue;
        const prm__measure_state *state = prm__subject_state(prm__subject_at(engine, handle), row->offset);
        if (state->queue_count && state->end > asking->place.time && state->end < first)
            first = state->end;
    }
    prm__rule_more *more = prm__subject_state(prm__subject_at(engine, subject), rule->offset);
    if (first == INT64_MAX || first == more->noted)
        return PRM_OK;
    more->noted = first;
    return clock_note(engine, asking->partner, (prm__agenda){first, rule_index, subject});
}
