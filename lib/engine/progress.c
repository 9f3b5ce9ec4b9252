#include "engine/progress.h"
#include "base/sort.h"
#include "engine/ask.h"
#include "engine/condition.h"
#include "engine/rank.h"
#include "engine/subject.h"
#include <string.h>

static prm_text progress_key(const prm_engine *engine, const prm__subject *subject, uint32_t name)
{
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    for (uint32_t i = 0; i < kind->key_count; i++)
        if (kind->keys[i] == name)
            return prm__engine_text(engine, subject->keys[i]);
    return prm__engine_text(engine, 0);
}

static int progress_compare(const void *a, const void *b, const void *context)
{
    const prm_engine *engine = context;
    const prm__progress_item *left = a, *right = b;
    if (left->rule != right->rule)
        return left->rule < right->rule ? -1 : 1;
    if (left->partner != right->partner)
        return prm__bytes_compare(prm__engine_text(engine, prm__engine_partner(engine, left->partner)->key),
                                  prm__engine_text(engine, prm__engine_partner(engine, right->partner)->key));
    return prm__subject_compare(engine, prm__subject_at(engine, left->subject),
                                prm__subject_at(engine, right->subject));
}

/* Where the window lies for the subject in at_subjects; the state is open, waiting for its
 * anchor, or missed. */
static void progress_window(prm_engine *engine, const prm__p_window *window, prm__progress_item *item)
{
    const prm_program *program = engine->program;
    item->state = PRM_STATE_OPEN;
    item->start = PRM_NO_TIME;
    item->end = PRM_NO_TIME;
    if (window->period != PRM_PERIOD_NONE) {
        const prm__window_span *span = prm__engine_window(engine, window->period, engine->clock);
        item->start = span->start;
        item->end = span->end;
    }
    if (window->anchor == PRM_NO_INDEX)
        return;
    const prm__p_anchor *anchor = &program->anchors[window->anchor];
    uint32_t handle = engine->at_subjects[anchor->kind];
    const prm__anchor_state *state = NULL;
    if (handle != PRM_NONE)
        state = prm__subject_state(prm__subject_at(engine, handle), anchor->offset);
    if (!state || !state->set) {
        item->state = PRM_STATE_WAITING;
        return;
    }
    int64_t end =
        prm__catalog_window(window->kind)->end(&program->calendar.zone, window->duration, state->time);
    if (item->start == PRM_NO_TIME || state->time > item->start)
        item->start = state->time;
    if (end != INT64_MAX && (item->end == PRM_NO_TIME || end < item->end))
        item->end = end;
    if (end <= engine->clock)
        item->state = PRM_STATE_MISSED;
}

/* The window that a rule's progress is told by: that of its only measure, else its own. */
static const prm__p_window *progress_window_of(const prm_program *program, const prm__p_rule *rule)
{
    if (rule->single == PRM_NO_INDEX || program->conditions[rule->single].measure == PRM_NO_INDEX)
        return &program->windows[rule->window];
    return &program->windows[program->measures[program->conditions[rule->single].measure].window];
}

/* The next tier that the occasion has not reached; false, with the last one, when all are. */
static bool progress_next_tier(const prm__asking *asking, const prm__p_rule *rule, uint64_t reached,
                               prm__decimal *target, uint32_t *number)
{
    const prm_program *program = asking->engine->program;
    for (uint32_t i = 0; i < rule->tier_count; i++) {
        const prm__p_tier *tier = &program->tiers[rule->first_tier + i];
        bool known = prm__condition_threshold(asking, tier->threshold, tier->attribute, target);
        *number = i + 1;
        if (known && !(reached >> i & 1))
            return true;
    }
    return false;
}

/* What the number has to become next, and whether there is nothing more to reach. */
static bool progress_target(const prm__asking *asking, const prm__p_rule *rule, prm__subject *subject,
                            prm__decimal *target, uint32_t *tier, bool *reached)
{
    const prm__p_condition *row = &asking->engine->program->conditions[rule->single];
    bool fired = prm__ask_has_fired(asking, rule, subject);
    int64_t before = 0;
    if (prm__form_has_more(rule->form))
        before = ((const prm__rule_more *)prm__subject_state(subject, rule->offset))->reached;
    *reached = fired;
    if (rule->form == PRM_FORM_TIERS) {
        *reached = !progress_next_tier(asking, rule, fired ? (uint64_t)before : 0, target, tier);
        return true;
    }
    if (!prm__condition_threshold(asking, row->threshold, row->attribute, target))
        return false;
    if (rule->form == PRM_FORM_EVERY) {
        *reached = false;
        *target *= (fired ? before : 0) + 1;
    }
    prm__decimal next = *target;
    return next < PRM_DECIMAL_LIMIT && next > -PRM_DECIMAL_LIMIT;
}

static void progress_numbers(const prm__asking *asking, const prm__p_rule *rule, prm__subject *subject,
                             prm__progress_item *item, bool *reached)
{
    const prm__rule_more *more = prm__subject_state(subject, rule->offset);
    *reached = rule->form == PRM_FORM_WHILE ? more->inside != PRM_SPELL_NONE
                                            : prm__ask_has_fired(asking, rule, subject);
    if (rule->single == PRM_NO_INDEX)
        return;
    prm__decimal target = 0;
    bool done = *reached, has_target = progress_target(asking, rule, subject, &target, &item->tier, &done);
    prm__value number = prm__ask_value(asking, rule);
    item->has_value = number.type == PRM_TYPE_NUMBER && has_target;
    if (item->has_value && rule->form == PRM_FORM_CONTEST)
        item->has_value = PRM_PROGRESS_NO_TARGET;
    item->value = item->has_value ? number.number : 0;
    item->target = item->has_value ? target : 0;
    if (rule->form != PRM_FORM_WHILE)
        *reached = done;
}

void prm__progress_fill(prm_engine *engine, const prm__p_rule *rule, prm__progress_item *item)
{
    prm__subject *subject = prm__subject_at(engine, item->subject);
    const prm__asking asking = {engine, item->partner, NULL, {engine->clock, PRM_PLACE_AHEAD, 0}};
    bool reached;
    prm__subject_aim(engine, subject, item->subject);
    progress_window(engine, progress_window_of(engine->program, rule), item);
    progress_numbers(&asking, rule, subject, item, &reached);
    if (reached)
        item->state = PRM_STATE_REACHED;
    else if (!prm__ask_active(engine, rule, engine->clock))
        item->state = PRM_STATE_INACTIVE;
    else if (!prm__ask_eligible(&asking, rule))
        item->state = PRM_STATE_NOT_ELIGIBLE;
}

/* Whether the subject is still there: neither its partner nor its rep has left. */
static bool progress_present(prm_engine *engine, const prm__partner *partner, uint32_t handle)
{
    const prm__subject *subject = prm__subject_at(engine, handle);
    if (!(subject->flags & PRM_SUBJECT_EXISTS) || partner->flags & PRM_PARTNER_LEFT)
        return false;
    prm__subject_aim(engine, subject, handle);
    uint32_t rep = engine->at_subjects[PRM_KIND_REP];
    return rep == PRM_NONE || !(prm__subject_at(engine, rep)->flags & PRM_SUBJECT_LEFT);
}

/* ---- The walk over rules and subjects ---- */

struct prm__progress_walk {
    prm__progress_wanted wanted;
    uint32_t partner; /* index; PRM_NONE: before the first */
    uint32_t end;     /* one past the last partner */
    uint32_t subject; /* handle; PRM_NONE: the next partner's first */
    uint32_t rule;    /* the next one to look at */
    uint32_t last;    /* one past the last */
};

static void progress_begin(prm_engine *engine, const prm__progress_wanted *wanted,
                           struct prm__progress_walk *walk)
{
    bool all = wanted->rule == PRM_NONE;
    *walk = (struct prm__progress_walk){.wanted = *wanted,
                                        .partner = PRM_NONE,
                                        .end = (uint32_t)engine->partners.count,
                                        .subject = PRM_NONE,
                                        .last = all ? engine->program->first_stage : wanted->rule + 1};
    if (wanted->partner) {
        uint32_t only = prm__engine_find_partner(engine, wanted->partner); /* PRM_NONE + 1 is 0: nobody */
        walk->partner = only == PRM_NONE ? PRM_NONE : only - 1;
        walk->end = only + 1;
    }
    walk->rule = walk->last;
}

/* The next subject that is there; false at the end. */
static bool progress_next_subject(prm_engine *engine, struct prm__progress_walk *walk)
{
    for (;;) {
        while (walk->subject == PRM_NONE) {
            if (walk->partner + 1 >= walk->end)
                return false;
            walk->partner++;
            walk->subject = prm__engine_partner(engine, walk->partner)->first_subject;
            if (walk->subject != PRM_NONE &&
                progress_present(engine, prm__engine_partner(engine, walk->partner), walk->subject))
                return true;
        }
        walk->subject = prm__subject_at(engine, walk->subject)->next;
        if (walk->subject != PRM_NONE &&
            progress_present(engine, prm__engine_partner(engine, walk->partner), walk->subject))
            return true;
    }
}

/* The next line in a wanted state; false at the end. */
static bool progress_walk(prm_engine *engine, struct prm__progress_walk *walk, prm__progress_item *item)
{
    const prm_program *program = engine->program;
    uint32_t first = walk->wanted.rule == PRM_NONE ? 0 : walk->wanted.rule;
    for (;; walk->rule++) {
        if (walk->rule >= walk->last) {
            if (!progress_next_subject(engine, walk))
                return false;
            walk->rule = first;
            if (first >= walk->last)
                return false;
        }
        const prm__p_rule *rule = &program->rules[walk->rule];
        if (rule->subject != prm__subject_at(engine, walk->subject)->kind || rule->form == PRM_FORM_EACH)
            continue;
        memset(item, 0, sizeof *item);
        item->rule = walk->rule;
        item->partner = walk->partner;
        item->subject = walk->subject;
        prm__progress_fill(engine, rule, item);
        if (!(walk->wanted.states >> item->state & 1))
            continue;
        walk->rule++;
        return true;
    }
}

/* ---- In an order ---- */

/* What is missing of the target, as a fraction; a whole one without a number. */
static prm__fraction progress_missing(const prm__progress_item *item)
{
    prm__fraction missing = {1, 1, !item->has_value || item->target <= 0};
    if (!missing.none) {
        missing.number = item->target > item->value ? item->target - item->value : 0;
        missing.divisor = item->target;
    }
    return missing;
}

static int progress_closer(const prm__progress_item *a, const prm__progress_item *b)
{
    prm__fraction left = progress_missing(a), right = progress_missing(b);
    if (left.none || right.none)
        return (int)left.none - (int)right.none;
    return prm__decimal_compare_fractions(left.number, left.divisor, right.number, right.divisor);
}

static int progress_sooner(const prm__progress_item *a, const prm__progress_item *b)
{
    int64_t left = a->end == PRM_NO_TIME ? INT64_MAX : a->end;
    int64_t right = b->end == PRM_NO_TIME ? INT64_MAX : b->end;
    return left < right ? -1 : left > right;
}

static int progress_compare_close(const void *a, const void *b, const void *engine)
{
    int order = progress_closer(a, b);
    return order ? order : progress_compare(a, b, engine);
}

static int progress_compare_time(const void *a, const void *b, const void *engine)
{
    int order = progress_sooner(a, b);
    return order ? order : progress_compare_close(a, b, engine);
}

static prm__compare *progress_order(uint32_t order)
{
    static prm__compare *const orders[] = {progress_compare, progress_compare_close, progress_compare_time};
    return orders[order];
}

/* A heap, the last one in the order first, of at most `limit` items. */
static void progress_sink(prm__progress_item *items, size_t count, prm__compare *compare,
                          const prm_engine *engine)
{
    prm__progress_item item = items[0];
    size_t at = 0;
    for (size_t child = 1; child < count; child = at * 2 + 1) {
        child += child + 1 < count && compare(&items[child + 1], &items[child], engine) > 0;
        if (compare(&items[child], &item, engine) <= 0)
            break;
        items[at] = items[child];
        at = child;
    }
    items[at] = item;
}

static void progress_rise(prm__progress_item *items, size_t at, prm__compare *compare,
                          const prm_engine *engine)
{
    prm__progress_item item = items[at];
    for (; at > 0 && compare(&item, &items[(at - 1) / 2], engine) > 0; at = (at - 1) / 2)
        items[at] = items[(at - 1) / 2];
    items[at] = item;
}

static prm_status progress_keep(prm_rows *rows, const prm__progress_wanted *wanted,
                                const prm__progress_item *item)
{
    prm__compare *compare = progress_order(wanted->order);
    prm__progress_item *items = rows->items.data;
    if (!wanted->limit || rows->items.count < wanted->limit) {
        PRM_TRY(prm__vec_append(&rows->items, item, 1));
        if (wanted->limit)
            progress_rise(rows->items.data, rows->items.count - 1, compare, rows->engine);
    } else if (compare(item, &items[0], rows->engine) < 0) {
        items[0] = *item;
        progress_sink(items, rows->items.count, compare, rows->engine);
    }
    return PRM_OK;
}

static prm_status progress_collect(prm_rows *rows, const prm__progress_wanted *wanted)
{
    prm_engine *engine = rows->engine;
    struct prm__progress_walk walk;
    prm__progress_item item;
    progress_begin(engine, wanted, &walk);
    while (progress_walk(engine, &walk, &item))
        PRM_TRY(progress_keep(rows, wanted, &item));
    return prm__rows_sort(rows, progress_order(wanted->order));
}

/* Nothing is collected: the walk goes on when a line is taken. */
static prm_status progress_stream(prm_rows *rows, const prm__progress_wanted *wanted)
{
    rows->walk = prm__alloc_zeroed(rows->alloc, 1, sizeof *rows->walk);
    if (!rows->walk)
        return PRM_E_MEMORY;
    rows->walk_size = sizeof *rows->walk;
    progress_begin(rows->engine, wanted, rows->walk);
    return PRM_OK;
}

prm_status prm__progress_rows(prm_engine *engine, const prm__progress_wanted *wanted, prm_rows **out)
{
    prm_rows *rows = prm__rows_new(engine, PRM_ROWS_PROGRESS, sizeof(prm__progress_item));
    if (!rows)
        return PRM_E_MEMORY;
    prm_status status = wanted->order == PRM_ORDER_NONE ? progress_stream(rows, wanted)
                                                        : progress_collect(rows, wanted);
    if (status != PRM_OK) {
        prm__rows_free(rows);
        return status;
    }
    *out = rows;
    return PRM_OK;
}

static prm_decimal progress_decimal(prm__decimal value)
{
    return (prm_decimal){(int64_t)(value >> 64), (uint64_t)value};
}

/* value / target, from 0 to 1. */
static int64_t progress_share(const prm__progress_item *item)
{
    prm__decimal share;
    if (!item->has_value || item->target <= 0 || item->value <= 0)
        return 0;
    if (item->value >= item->target)
        return (int64_t)PRM_DECIMAL_ONE;
    if (!prm__decimal_div(item->value, item->target, &share))
        return 0; /* LCOV_EXCL_LINE a share of less than one can be told */
    return share < PRM_DECIMAL_ONE ? (int64_t)share : (int64_t)PRM_DECIMAL_ONE - 1;
}

static void progress_write_more(const prm_engine *engine, const prm__progress_item *item, prm_progress *out)
{
    prm__decimal remaining = item->target > item->value ? item->target - item->value : 0;
    out->remaining = progress_decimal(remaining);
    out->share = progress_share(item);
    out->left = PRM_NO_TIME;
    if (item->end != PRM_NO_TIME)
        out->left = item->end > engine->clock ? item->end - engine->clock : 0;
    out->tier = item->tier;
    if (engine->program->rules[item->rule].form == PRM_FORM_TIERS)
        out->tiers = engine->program->rules[item->rule].tier_count;
}

static void progress_write(const prm_engine *engine, const prm__progress_item *item, prm_progress *out)
{
    const prm__subject *subject = prm__subject_at(engine, item->subject);
    uint32_t size = out->size;
    memset(out, 0, sizeof *out);
    out->size = size;
    out->state = item->state;
    out->rule = item->rule;
    out->has_value = item->has_value;
    out->rule_name = prm__program_text(engine->program, engine->program->rules[item->rule].text);
    out->partner = prm__engine_text(engine, prm__engine_partner(engine, item->partner)->key);
    out->rep = progress_key(engine, subject, PRM_NAME_REP);
    out->customer = progress_key(engine, subject, PRM_NAME_CUSTOMER);
    out->product = progress_key(engine, subject, PRM_NAME_PRODUCT);
    out->value = progress_decimal(item->value);
    out->target = progress_decimal(item->target);
    out->start = item->start;
    out->end = item->end;
    progress_write_more(engine, item, out);
}

bool prm__progress_next(prm_rows *rows, prm_progress *out)
{
    prm__progress_item item;
    if (rows->kind != PRM_ROWS_PROGRESS)
        return false;
    if (rows->walk) {
        if (!progress_walk(rows->engine, rows->walk, &item))
            return false;
    } else {
        if (rows->next >= rows->count)
            return false;
        item = *((const prm__progress_item *const *)rows->pointers.data)[rows->next++];
    }
    progress_write(rows->engine, &item, out);
    return true;
}
