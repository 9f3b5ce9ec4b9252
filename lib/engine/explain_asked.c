#include "engine/explain_asked.h"
#include "engine/ask.h"
#include "engine/condition.h"
#include "engine/measure.h"
#include "engine/subject.h"
#include <string.h>

/* ---- What was counted ---- */

void prm__seen_init(prm__seen *seen, prm__alloc *alloc)
{
    prm__vec_init(&seen->measures, alloc, sizeof(uint32_t));
    prm__vec_init(&seen->counted, alloc, sizeof(prm__counted));
}

void prm__seen_free(prm__seen *seen)
{
    prm__vec_free(&seen->measures);
    prm__vec_free(&seen->counted);
}

static prm_status seen_want_measure(prm__seen *seen, const prm_program *program, uint32_t measure)
{
    while (measure != PRM_NO_INDEX) {
        const uint32_t *known = seen->measures.data;
        for (size_t i = 0; i < seen->measures.count; i++)
            if (known[i] == measure)
                return PRM_OK;
        PRM_TRY(prm__vec_append(&seen->measures, &measure, 1));
        const prm__p_measure *row = &program->measures[measure];
        measure = row->kind == PRM_MEASURE_STREAK ? program->conditions[row->inner].measure : PRM_NO_INDEX;
    }
    return PRM_OK;
}

prm_status prm__seen_want(prm__seen *seen, const prm_program *program, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        const prm__p_condition *row = &program->conditions[i];
        PRM_TRY(seen_want_measure(seen, program, row->measure));
        if (row->expr == PRM_NO_INDEX)
            continue;
        const prm__p_expr *expr = &program->exprs[row->expr];
        for (uint32_t j = expr->first_word; j < expr->first_word + expr->word_count; j++)
            if ((program->code[j] & 0xFF) == PRM_OP_MEASURE)
                PRM_TRY(seen_want_measure(seen, program, program->code[j] >> 8));
    }
    return PRM_OK;
}

prm_status prm__seen_note(prm__seen *seen, const prm_engine *engine, uint32_t event)
{
    for (size_t i = 0; i < seen->measures.count; i++) {
        uint32_t measure = PRM_VEC(seen->measures, uint32_t)[i];
        if (engine->counted[measure] != engine->stamp)
            continue;
        prm__counted one = {measure, engine->at_subjects[engine->program->measures[measure].subject], event};
        PRM_TRY(prm__vec_append(&seen->counted, &one, 1));
    }
    return PRM_OK;
}

/* ---- Windows ---- */

/* When a rolling window that ends at `time` begins: the first instant that it still holds. */
static int64_t asked_rolling_start(const prm_engine *engine, prm__duration duration, int64_t time)
{
    const prm__zone *zone = &engine->program->calendar.zone;
    int64_t from = prm__duration_before(zone, duration, time);
    if (duration.unit == PRM_UNIT_MS)
        return from + 1;
    int32_t day = prm__caltime_date(zone, from);
    while (prm__duration_end(zone, duration, prm__caltime_day_start(zone, day)) <= time)
        day++;
    return prm__caltime_day_start(zone, day);
}

static void asked_calendar(const prm__asking *asking, uint32_t period, prm_fact *fact)
{
    int64_t time = prm__place_window_time(asking->place);
    const prm__window_span *span = prm__engine_window(asking->engine, period, time);
    fact->from = span->start;
    fact->until = span->end;
}

/* An anchored window is the later of both starts to the earlier of both ends. */
static void asked_anchored(const prm__asking *asking, const prm__p_window *window, prm_fact *fact)
{
    prm_engine *engine = asking->engine;
    const prm__p_anchor *anchor = &engine->program->anchors[window->anchor];
    uint32_t handle = engine->at_subjects[anchor->kind];
    const prm__anchor_state *state = NULL;
    fact->type = prm__program_text(engine->program, engine->program->types[anchor->type].text);
    if (handle != PRM_NONE)
        state = prm__subject_state(prm__subject_at(engine, handle), anchor->offset);
    fact->holds = state && state->set;
    if (!fact->holds)
        return;
    const prm__partner *partner = prm__engine_partner(engine, asking->partner);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    int64_t end = prm__catalog_window(window->kind)
                      ->end(&engine->program->calendar.zone, window->duration, state->time);
    if (state->time >= engine->closed)
        fact->event = prm__engine_event_id(engine, prm__engine_event(engine, entries[state->position].event));
    fact->at = state->time;
    if (fact->from == PRM_NO_TIME || state->time > fact->from)
        fact->from = state->time;
    if (end != INT64_MAX && (fact->until == PRM_NO_TIME || end < fact->until))
        fact->until = end;
}

void prm__asked_window(prm_explanation *into, uint32_t depth, const prm__asking *asking, uint32_t index)
{
    const prm__p_window *window = &asking->engine->program->windows[index];
    if (window->kind == PRM_WINDOW_LIFE && window->period == PRM_PERIOD_NONE)
        return;
    prm_fact *fact = prm__facts_add(into, PRM_FACT_WINDOW, depth);
    fact->holds = 1;
    if (window->period != PRM_PERIOD_NONE)
        asked_calendar(asking, window->period, fact);
    if (window->kind == PRM_WINDOW_ROLLING) {
        fact->from = asked_rolling_start(asking->engine, window->duration, asking->place.time);
        fact->until = asking->place.time;
    } else if (window->anchor != PRM_NO_INDEX) {
        asked_anchored(asking, window, fact);
    }
}

/* ---- Measures ---- */

/* The event types that a measure listens to, as "a, b", in front of them its field. */
static prm_text asked_types(prm_explanation *into, uint32_t measure)
{
    const prm_program *program = into->engine->program;
    for (uint32_t pass = 0, size = 0;; pass++) {
        char *room = pass ? prm__facts_room(into, size + 1) : NULL;
        if (pass && !room)
            return (prm_text){NULL, 0};
        size = 0;
        for (uint32_t i = 0; i < program->types_count; i++) {
            const prm__p_type *type = &program->types[i];
            bool listens = false;
            for (uint32_t j = 0; j < type->route_count; j++)
                listens |= program->routes[type->first_route + j].measure == measure;
            prm_text name = prm__program_text(program, type->text);
            if (!listens)
                continue;
            if (room && size)
                memcpy(room + size, ", ", 2);
            size += size ? 2 : 0;
            if (room)
                memcpy(room + size, name.data, name.size);
            size += (uint32_t)name.size;
        }
        if (pass)
            return (prm_text){room, size};
    }
}

uint32_t prm__asked_unit(const prm_engine *engine, uint32_t measure)
{
    const prm_program *program = engine->program;
    const prm__p_measure *row = &program->measures[measure];
    if (row->kind == PRM_MEASURE_COVERAGE)
        return PRM_HAS_SHARE;
    if (row->name == PRM_NO_INDEX || prm__catalog_measure(row->kind)->field != PRM_MEASURE_NUMBER_FIELD)
        return 0;
    for (uint32_t i = 0; i < program->types_count; i++) {
        const prm__p_type *type = &program->types[i];
        for (uint32_t j = 0; j < type->route_count; j++) {
            uint32_t slot = prm__engine_slot(engine, i, row->name);
            if (program->routes[type->first_route + j].measure != measure || slot == PRM_NO_INDEX)
                continue;
            uint32_t field_type = program->slots[type->first_slot + slot].field_type;
            return field_type == PRM_FIELD_MONEY ? PRM_HAS_MONEY
                                                 : (field_type == PRM_FIELD_PERCENT ? PRM_HAS_SHARE : 0);
        }
    }
    return 0; /* LCOV_EXCL_LINE a type that has the field leads to the measure */
}

/* What the event adds to the measure. */
static void asked_sample(const prm_engine *engine, const prm__p_measure *row, uint32_t unit, uint32_t event,
                         prm_fact *fact)
{
    prm__view view;
    prm__engine_view(engine, event, &view);
    if (prm__catalog_measure(row->kind)->field == PRM_MEASURE_REP_FIELD)
        return; /* the event tells its rep in any case */
    uint32_t slot = row->name == PRM_NO_INDEX ? PRM_NO_INDEX : prm__engine_slot(engine, view.type, row->name);
    if (slot == PRM_NO_INDEX || !prm__view_has(&view, slot))
        return;
    fact->name = prm__program_text(engine->program, engine->program->names[row->name].text);
    uint32_t first = engine->program->types[view.type].first_slot;
    if (engine->program->slots[first + slot].field_type == PRM_FIELD_TEXT) {
        fact->text = prm__engine_text(engine, prm__engine_view_text(engine, &view, row->name));
        return;
    }
    prm__facts_value(fact, prm__engine_view_number(engine, &view, slot));
    fact->has |= unit & PRM_HAS_SHARE;
}

/* How many of the events that the measure has counted for the subject lie in its window: the last ones. */
static uint64_t asked_in_window(const prm__asking *asking, const prm__seen *seen, uint32_t measure,
                                uint32_t subject)
{
    prm_engine *engine = asking->engine;
    const prm__p_measure *row = &engine->program->measures[measure];
    const prm__p_window *window = &engine->program->windows[row->window];
    const prm__counted *counted = seen->counted.data;
    if (subject == PRM_NONE)
        return 0;
    if (window->kind != PRM_WINDOW_ROLLING) {
        const prm__measure_state *state = prm__subject_state(prm__subject_at(engine, subject), row->offset);
        return prm__measure_any(engine, measure, subject, asking->place) ? state->queue_count : 0;
    }
    uint64_t count = 0;
    int64_t start = INT64_MIN;
    if (window->period != PRM_PERIOD_NONE)
        start = prm__engine_window(engine, window->period, prm__place_window_time(asking->place))->start;
    for (size_t i = 0; i < seen->counted.count; i++) {
        int64_t time = prm__engine_event(engine, counted[i].event)->time;
        count += counted[i].measure == measure && counted[i].subject == subject && time >= start &&
                 prm__duration_end(&engine->program->calendar.zone, window->duration, time) >
                     asking->place.time;
    }
    return count;
}

static void asked_events(prm_explanation *into, const prm__seen *seen, uint32_t depth, uint32_t measure,
                         uint32_t subject, uint64_t count)
{
    const prm_engine *engine = into->engine;
    const prm__p_measure *row = &engine->program->measures[measure];
    const prm__counted *counted = seen->counted.data;
    uint32_t unit = prm__asked_unit(engine, measure);
    size_t first = seen->counted.count;
    for (uint64_t left = count; first > 0 && left > 0;) {
        first--;
        left -= counted[first].measure == measure && counted[first].subject == subject;
    }
    for (size_t i = first; i < seen->counted.count && count; i++) {
        if (counted[i].measure != measure || counted[i].subject != subject)
            continue;
        prm_fact *fact = prm__facts_event(into, PRM_FACT_EVENT, depth, counted[i].event);
        fact->holds = 1;
        asked_sample(engine, row, unit, counted[i].event, fact);
        prm__facts_reduced(into, depth + 1, counted[i].event);
    }
}

/* The reps on the roster, and whether one of the events is theirs. */
static void asked_reps(prm_explanation *into, const prm__seen *seen, uint32_t depth,
                       const prm__asking *asking, uint32_t measure, uint32_t subject, uint64_t count)
{
    const prm_engine *engine = into->engine;
    const prm__partner *partner = prm__engine_partner(engine, asking->partner);
    const uint32_t *on = prm__list_data(&engine->pool, &partner->roster);
    for (uint32_t i = 0; i < partner->roster.count; i++) {
        prm_fact *fact = prm__facts_add(into, PRM_FACT_REP, depth);
        fact->partner = prm__engine_text(engine, partner->key);
        fact->rep = prm__engine_text(engine, on[i]);
        uint64_t left = count;
        for (size_t at = seen->counted.count; at > 0 && left > 0 && !fact->holds; at--) {
            const prm__counted *one = prm__vec_at(&seen->counted, at - 1);
            if (one->measure != measure || one->subject != subject)
                continue;
            prm__view view;
            prm__engine_view(engine, one->event, &view);
            fact->holds = prm__engine_view_text(engine, &view, PRM_NAME_REP) == on[i];
            left--;
        }
    }
}

static void asked_number(prm_fact *fact, prm__fraction number)
{
    prm__value value = prm__eval_fraction(number);
    if (value.type == PRM_TYPE_NUMBER)
        prm__facts_value(fact, value.number);
}

/* What a measure has counted, below the fact at place `at` that names it. */
static void asked_measure(prm_explanation *into, const prm__seen *seen, size_t at, uint32_t depth,
                          const prm__asking *asking, uint32_t measure)
{
    const prm_engine *engine = into->engine;
    const prm__p_measure *row = &engine->program->measures[measure];
    uint32_t subject = engine->at_subjects[row->subject];
    uint64_t count = asked_in_window(asking, seen, measure, subject);
    prm_text types = asked_types(into, measure);
    if (at >= into->facts.count)
        return;
    prm_fact *fact = prm__vec_at(&into->facts, at);
    fact->name = prm__facts_word(prm__catalog_measure(row->kind)->key);
    fact->text = types;
    fact->number = count;
    fact->has |= prm__asked_unit(engine, measure);
    if (row->name != PRM_NO_INDEX && prm__catalog_measure(row->kind)->field != PRM_MEASURE_REP_FIELD)
        fact->type = prm__program_text(engine->program, engine->program->names[row->name].text);
    prm__asked_window(into, depth + 1, asking, row->window);
    if (row->kind == PRM_MEASURE_STREAK)
        return;
    asked_events(into, seen, depth + 1, measure, subject, count);
    if (prm__catalog_measure(row->kind)->uses_roster)
        asked_reps(into, seen, depth + 1, asking, measure, subject, count);
}

/* ---- Conditions ---- */

static void asked_compare(prm_fact *fact, const prm__asking *asking, const prm__p_condition *row)
{
    static const uint32_t codes[] = {PRM_COMPARE_AT_LEAST, PRM_COMPARE_MORE_THAN, PRM_COMPARE_AT_MOST,
                                     PRM_COMPARE_LESS_THAN, PRM_COMPARE_EVERY};
    prm__decimal target;
    if (row->kind >= PRM_CONDITION_BARE)
        return;
    fact->code = codes[row->kind];
    if (prm__condition_threshold(asking, row->threshold, row->attribute, &target))
        prm__facts_target(fact, target);
}

/* The measures inside of an expression, each with what it has counted. */
static void asked_inside(prm_explanation *into, const prm__seen *seen, uint32_t depth,
                         const prm__asking *asking, uint32_t expr)
{
    const prm_program *program = into->engine->program;
    const prm__p_expr *row = &program->exprs[expr];
    for (uint32_t i = row->first_word; i < row->first_word + row->word_count; i++) {
        if ((program->code[i] & 0xFF) != PRM_OP_MEASURE)
            continue;
        prm__p_condition inner = {
            .kind = PRM_CONDITION_BARE, .measure = program->code[i] >> 8, .expr = PRM_NO_INDEX};
        size_t at = into->facts.count;
        prm_fact *fact = prm__facts_add(into, PRM_FACT_CONDITION, depth);
        fact->holds = 1;
        asked_number(fact, prm__condition_number(asking, &inner));
        asked_measure(into, seen, at, depth, asking, inner.measure);
    }
}

/* One comparison: the fact, and below it what its number is made of. A streak's own inner condition, on the
 * present window, comes below it. */
static void asked_row(prm_explanation *into, const prm__seen *seen, uint32_t depth, const prm__asking *asking,
                      const prm__p_condition *row, const prm__p_condition *compared, bool holds)
{
    const prm_program *program = into->engine->program;
    for (uint32_t below = 0; row; below++) {
        size_t at = into->facts.count;
        prm_fact *fact = prm__facts_add(into, PRM_FACT_CONDITION, depth + below);
        fact->holds = holds;
        asked_compare(fact, asking, below ? row : compared);
        if (row->kind != PRM_CONDITION_IS)
            asked_number(fact, prm__condition_number(asking, row));
        if (row->expr != PRM_NO_INDEX) {
            fact->name = prm__facts_word(row->kind == PRM_CONDITION_IS ? "is" : "value");
            asked_inside(into, seen, depth + below + 1, asking, row->expr);
            return;
        }
        const prm__p_measure *measure = &program->measures[row->measure];
        asked_measure(into, seen, at, depth + below, asking, row->measure);
        row = measure->kind == PRM_MEASURE_STREAK ? &program->conditions[measure->inner] : NULL;
        holds = row && prm__condition_holds(asking, measure->inner, 1);
    }
}

void prm__asked_bare(prm_explanation *into, const prm__seen *seen, uint32_t depth, const prm__asking *asking,
                     uint32_t index, const prm__p_tier *tier)
{
    const prm__p_condition *row = &into->engine->program->conditions[index];
    prm__p_condition compared = *row;
    bool holds = true;
    compared.kind = tier ? PRM_CONDITION_AT_LEAST : PRM_CONDITION_BARE;
    if (tier) {
        compared.threshold = tier->threshold;
        compared.attribute = tier->attribute;
        holds = prm__condition_at_least(asking, prm__condition_number(asking, row), tier->threshold,
                                        tier->attribute);
    }
    size_t at = into->facts.count;
    asked_row(into, seen, depth, asking, row, &compared, holds);
    if (!tier && at < into->facts.count)
        ((prm_fact *)prm__vec_at(&into->facts, at))->code = PRM_COMPARE_MOST;
}

/* How many rows, this one and those before it, a row of a postfix run stands for. */
static void asked_sizes(const prm__p_condition *rows, uint32_t count, uint32_t *sizes)
{
    for (uint32_t i = 0; i < count; i++) {
        sizes[i] = 1;
        if (rows[i].kind >= PRM_CONDITION_AND)
            sizes[i] += sizes[i - 1];
        if (rows[i].kind == PRM_CONDITION_AND || rows[i].kind == PRM_CONDITION_OR)
            sizes[i] += sizes[i - sizes[i - 1] - 1];
    }
}

typedef struct asked_node {
    uint32_t row;
    uint32_t depth;
    uint32_t inside; /* the kind of the join that it stands in */
} asked_node;

/* The tree from its root down; a join inside of the same join is part of it. */
static void asked_tree(prm_explanation *into, const prm__seen *seen, const prm__asking *asking,
                       uint32_t first, uint32_t count, const uint32_t *sizes, asked_node *stack)
{
    static const uint32_t joins[] = {PRM_FACT_ALL, PRM_FACT_ANY, PRM_FACT_NOT};
    const prm__p_condition *rows = into->engine->program->conditions + first;
    uint32_t top = 1;
    stack[0].row = count - 1;
    while (top > 0) {
        asked_node node = stack[--top];
        const prm__p_condition *row = &rows[node.row];
        uint32_t from = node.row + 1 - sizes[node.row];
        bool holds = prm__condition_holds(asking, first + from, sizes[node.row]);
        if (row->kind < PRM_CONDITION_AND) {
            asked_row(into, seen, node.depth, asking, row, row, holds);
            continue;
        }
        if (row->kind != node.inside || row->kind == PRM_CONDITION_NOT)
            prm__facts_add(into, joins[row->kind - PRM_CONDITION_AND], node.depth++)->holds = holds;
        stack[top++] = (asked_node){node.row - 1, node.depth, row->kind};
        if (row->kind != PRM_CONDITION_NOT)
            stack[top++] = (asked_node){node.row - 1 - sizes[node.row - 1], node.depth, row->kind};
    }
}

void prm__asked_conditions(prm_explanation *into, const prm__seen *seen, uint32_t depth,
                           const prm__asking *asking, uint32_t first, uint32_t count)
{
    if (count == 0)
        return;
    uint32_t *sizes = prm__arena_get(&into->texts, count * sizeof *sizes);
    asked_node *stack = prm__arena_get(&into->texts, (count + 1) * sizeof *stack);
    if (!sizes || !stack) {
        into->status = PRM_E_MEMORY;
        return;
    }
    asked_sizes(into->engine->program->conditions + first, count, sizes);
    stack[0] = (asked_node){0, depth, PRM_CONDITION_KINDS};
    asked_tree(into, seen, asking, first, count, sizes, stack);
}

/* ---- What else is asked ---- */

static bool asked_active(prm_explanation *into, uint32_t depth, const prm__asking *asking,
                         const prm__p_rule *rule, bool all)
{
    if (rule->active == PRM_NO_INDEX)
        return true;
    const prm__p_active *active = &asking->engine->program->actives[rule->active];
    bool holds = prm__ask_active(asking->engine, rule, prm__place_window_time(asking->place));
    if (!all && holds)
        return true;
    prm_fact *fact = prm__facts_add(into, PRM_FACT_CHECK, depth);
    fact->name = prm__facts_word("active");
    fact->holds = holds;
    fact->from = active->from == INT64_MIN ? PRM_NO_TIME : active->from;
    fact->until = active->until == INT64_MAX ? PRM_NO_TIME : active->until;
    return holds;
}

bool prm__asked_checks(prm_explanation *into, uint32_t depth, const prm__asking *asking,
                       const prm__p_rule *rule, bool all)
{
    prm_engine *engine = asking->engine;
    const prm__subject *subject = prm__subject_at(engine, engine->at_subjects[rule->subject]);
    bool partner_left = (prm__engine_partner(engine, asking->partner)->flags & PRM_PARTNER_LEFT) != 0;
    bool ended = prm__ask_ended(asking, subject), holds = !ended;
    if (ended)
        prm__facts_check(into, depth, partner_left ? "partner" : "rep", false);
    holds &= asked_active(into, depth, asking, rule, all);
    if (rule->eligible == PRM_NO_INDEX)
        return holds;
    bool eligible = prm__ask_eligible(asking, rule);
    if (all || !eligible)
        prm__facts_check(into, depth, "eligible", eligible);
    return holds && eligible;
}
