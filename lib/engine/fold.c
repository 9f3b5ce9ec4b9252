#include "engine/fold.h"
#include "engine/across.h"
#include "engine/ask.h"
#include "engine/checkpoint.h"
#include "engine/clock.h"
#include "engine/commission.h"
#include "engine/due.h"
#include "engine/forward.h"
#include "engine/measure.h"
#include "engine/rank.h"
#include "engine/roster.h"
#include "engine/settle.h"
#include "engine/stash.h"
#include "engine/streak.h"
#include "engine/subject.h"
#include "engine/watch.h"

#define FOLD_AHEAD 8U /* records that are fetched before they are folded */

/* ---- Anchors and measures ---- */

static prm_status fold_set_anchors(prm__step *step, bool *set)
{
    prm_engine *engine = step->asking.engine;
    *set = false;
    for (uint32_t i = 0; !step->links && i < step->type->anchor_count; i++) {
        const prm__p_anchor *anchor = &engine->program->anchors[step->type->first_anchor + i];
        uint32_t handle = engine->at_subjects[anchor->kind];
        if (handle == PRM_NONE)
            continue;
        prm__anchor_state *state = prm__subject_state(prm__subject_at(engine, handle), anchor->offset);
        if (state->set)
            continue;
        *state = (prm__anchor_state){step->asking.place.time, step->asking.place.position, 1};
        *set = true;
        if (engine->has_clock)
            PRM_TRY(prm__clock_anchored(step, anchor));
    }
    return PRM_OK;
}

static prm_status fold_take(prm__step *step, const prm__take *take)
{
    prm_engine *engine = step->asking.engine;
    bool counted = false;
    if (take->streak) {
        const prm__p_measure *row = &engine->program->measures[take->measure];
        uint32_t inner = engine->program->conditions[row->inner].measure;
        counted = engine->counted[inner] == engine->stamp;
        if (counted)
            prm__streak_take(&step->asking, take->measure);
    } else if (take->filter == PRM_NO_INDEX || prm__step_passes(step, take->filter)) {
        PRM_TRY(prm__measure_take(engine, take, &step->view, step->asking.place, &counted));
    }
    if (counted)
        engine->counted[take->measure] = engine->stamp;
    return PRM_OK;
}

static prm_status fold_takes(prm__step *step, uint32_t first, uint32_t count)
{
    const prm_engine *engine = step->asking.engine;
    const prm__take *takes = prm__plan_takes(engine, first);
    for (uint32_t i = 0; i < count; i++)
        if (engine->at_subjects[takes[i].kind] != PRM_NONE && prm__step_concerns(step, takes[i].link))
            PRM_TRY(fold_take(step, &takes[i]));
    return PRM_OK;
}

static prm_status fold_measures(prm__step *step)
{
    prm_engine *engine = step->asking.engine;
    const prm__plan *plan = step->plan;
    engine->stamp++;
    PRM_TRY(fold_takes(step, plan->first_take, plan->take_count));
    for (uint32_t i = 0; i < plan->fork_count; i++) {
        const prm__branch *branch = prm__plan_branch(engine, plan, &step->view, i);
        if (branch)
            PRM_TRY(fold_takes(step, branch->first_take, branch->take_count));
    }
    return PRM_OK;
}

/* ---- One event ---- */

/* The partner's clock begins with its first event. */
static prm_status fold_begin(prm__step *step)
{
    prm_engine *engine = step->asking.engine;
    prm__partner *partner = prm__engine_partner(engine, step->asking.partner);
    if (partner->clocked != INT64_MIN)
        return PRM_OK;
    partner->clocked = step->asking.place.time;
    return prm__clock_begin(engine, step->asking.partner, step->asking.place.time);
}

static bool fold_asks_at_lifecycle(const prm__step *step)
{
    const prm_engine *engine = step->asking.engine;
    return step->type->ask_count || step->type->route_count || step->type->earns || engine->has_clock ||
           engine->has_links;
}

static prm_status fold_event(prm__step *step)
{
    prm_engine *engine = step->asking.engine;
    prm__partner *partner = prm__engine_partner(engine, step->asking.partner);
    bool anchored;
    PRM_TRY(prm__step_aim(step));
    engine->point++;
    if (engine->has_clock) {
        PRM_TRY(fold_begin(step));
        engine->event_level = prm__rank_level(engine, partner);
    }
    if (engine->has_links && !step->links)
        PRM_TRY(prm__forward_note(step));
    PRM_TRY(fold_set_anchors(step, &anchored));
    PRM_TRY(fold_measures(step));
    if (engine->watch)
        engine->watch->counted(engine->watch, step);
    if (step->type->rank < 2 && fold_asks_at_lifecycle(step))
        partner->asked_at = step->asking.place.time;
    if (engine->program->head->ranks.promote_now && !step->links) {
        PRM_TRY(prm__rank_promote(&step->asking));
        PRM_TRY(prm__step_aim(step));
    }
    PRM_TRY(prm__ask_rules(step));
    if (engine->has_clock && anchored) {
        PRM_TRY(prm__clock_remind_now(step));
        PRM_TRY(prm__step_aim(step));
    }
    if (step->type->earns && !step->links)
        return prm__commission_earn(&step->asking);
    return PRM_OK;
}

/* Opens the entry at a place; false when it does not count. */
static bool fold_open(prm__step *step, const prm__entry *entries, uint32_t position)
{
    prm_engine *engine = step->asking.engine;
    const prm__entry *entry = &entries[position];
    prm__engine_view(engine, entry->event, &step->view);
    step->type = &engine->program->types[entry->type];
    step->plan = &engine->plans[entry->type];
    step->asking.view = &step->view;
    step->asking.place = (prm__place){step->view.event->time, position, 0};
    step->links = 0;
    step->roster_changed = false;
    if (step->view.event->marks & PRM_EVENT_DEAD)
        return false;
    if (!entry->forwarded)
        return true;
    const prm__forward *forward = prm__forward_of(engine, step->view.event->partner, entry->event);
    uint32_t key = prm__engine_partner(engine, step->asking.partner)->key;
    if (!forward)
        return false; /* LCOV_EXCL_LINE an entry that was handed up has what was handed up */
    step->links = (forward->above[0] == key ? 1U << PRM_LINK_REFERRER : 0) |
                  (forward->above[1] == key ? 1U << PRM_LINK_PARENT : 0);
    step->verdicts = forward->verdicts;
    return true;
}

/* The lifecycle events of one instant, [first, end): all take effect, then each is
 * asked about. Whether the roster changed is kept by a mark per event. */
static prm_status fold_lifecycle(prm__step *step, const prm__entry *entries, uint32_t first, uint32_t end)
{
    prm_engine *engine = step->asking.engine;
    for (uint32_t i = first; i < end; i++) {
        if (entries[i].forwarded || !fold_open(step, entries, i))
            continue;
        PRM_TRY(prm__step_aim(step));
        bool changed;
        PRM_TRY(prm__roster_apply(engine, step->asking.partner, &step->view, &changed));
        prm__event *event = prm__store_event(&engine->store, entries[i].event);
        event->marks = (uint8_t)((event->marks & ~PRM_EVENT_ROSTER) | (changed ? PRM_EVENT_ROSTER : 0));
    }
    for (uint32_t i = first; i < end; i++) {
        if (!fold_open(step, entries, i))
            continue;
        step->roster_changed = !step->links && (step->view.event->marks & PRM_EVENT_ROSTER) != 0;
        PRM_TRY(fold_event(step));
    }
    return PRM_OK;
}

/* ---- The walk ---- */

/* Back to before the first event; the outcomes so far are kept for comparing. */
static prm_status fold_restart(prm_engine *engine, prm__partner *partner)
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
    partner->clocked = INT64_MIN;
    partner->boundary = INT64_MAX;
    partner->agenda.count = 0;
    partner->runnings.count = 0;
    prm__checkpoint_drop(engine, partner);
    prm__stash_all(engine, partner);
    if (engine->has_links)
        prm__forward_restart(engine, partner);
    return prm__across_return(engine, partner, 0);
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

/* Whether entries that the fold has taken in have changed, or something at the start of a line that begins at a
 * base, or the next one belongs before what it has done: before a clock point that has passed, or to the lifecycle events of an instant at which
 * a rule was already asked. */
static bool fold_is_behind(const prm_engine *engine, const prm__partner *partner)
{
    return partner->changed < partner->folded ||
           (partner->changed == 0 && prm__checkpoint_base(engine, partner)) ||
           prm__checkpoint_overtaken(engine, partner, partner->folded, partner->clocked, partner->asked_at);
}

/* Back to where the entries can be folded on from. */
static prm_status fold_go_back(prm_engine *engine, uint32_t index)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    bool stale = (partner->flags & PRM_PARTNER_STALE) != 0, found = false;
    if (!stale && !fold_is_behind(engine, partner))
        return PRM_OK;
    if (!stale)
        PRM_TRY(prm__checkpoint_return(
            engine, index, partner->changed < partner->folded ? partner->changed : partner->folded, &found));
    if (found)
        return PRM_OK;
    return prm__checkpoint_base(engine, partner) ? prm__checkpoint_restart(engine, index)
                                                 : fold_restart(engine, partner);
}

/* A hint for when to look at the partner again. */
static prm_status fold_wait(prm_engine *engine, uint32_t index, prm__partner *partner,
                            const prm__entry *entries)
{
    int64_t time = engine->has_clock ? prm__clock_next(engine, partner) : INT64_MAX;
    if (partner->folded < partner->entries.count) {
        int64_t next = prm__engine_event(engine, entries[partner->folded].event)->time;
        time = next < time ? next : time;
    }
    if (time >= partner->due)
        return PRM_OK;
    PRM_TRY(prm__due_push(engine, (prm__due){time, index, 0}));
    partner->due = time;
    return PRM_OK;
}

static prm_status fold_next_event(prm__step *step, prm__partner *partner, const prm__entry *entries)
{
    const prm_engine *engine = step->asking.engine;
    uint32_t at = partner->folded, end = at + 1;
    if (engine->program->types[entries[at].type].rank < 2) {
        end = fold_run_end(engine, entries, at, partner->entries.count);
        PRM_TRY(fold_lifecycle(step, entries, at, end));
    } else if (fold_open(step, entries, at)) {
        PRM_TRY(fold_event(step));
    }
    partner->folded = end;
    partner->last_time = step->asking.place.time;
    return PRM_OK;
}

/* Commissions from before, if a rate was granted for them. */
static prm_status fold_rerate(prm_engine *engine, prm__partner *partner)
{
    if (partner->rerate_from == INT64_MAX)
        return PRM_OK;
    PRM_TRY(prm__commission_rerate(engine, partner));
    partner->rerate_from = INT64_MAX;
    return PRM_OK;
}

/* The fold has come here from entry `before`. */
static prm_status fold_leave_checkpoint(prm_engine *engine, uint32_t index, uint32_t before)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    if (!prm__checkpoint_due(before, partner->folded))
        return PRM_OK;
    PRM_TRY(fold_rerate(engine, partner));
    return prm__checkpoint_take(engine, index);
}

prm_status prm__fold_next(prm_engine *engine, uint32_t event)
{
    prm__step step;
    prm__engine_view(engine, event, &step.view);
    step.type = &engine->program->types[step.view.type];
    step.plan = &engine->plans[step.view.type];
    step.links = 0;
    step.verdicts = 0;
    step.roster_changed = false;
    uint32_t index = step.view.event->partner;
    prm__partner *partner = prm__engine_partner(engine, index);
    step.asking = (prm__asking){engine, index, &step.view, {step.view.event->time, partner->folded, 0}};
    if (!(step.view.event->marks & PRM_EVENT_DEAD))
        PRM_TRY(fold_event(&step));
    partner->folded++;
    partner->last_time = step.asking.place.time;
    PRM_TRY(fold_rerate(engine, partner));
    return fold_leave_checkpoint(engine, index, partner->folded - 1);
}

/* A partner's records lie as they arrived, among those of others: the next ones are fetched ahead. Up to `fetched`
 * they are; gives up to where they are now. */
static inline uint32_t fold_fetch(const prm_engine *engine, const prm__partner *partner,
                                  const prm__entry *entries, uint32_t fetched)
{
    uint32_t end = partner->folded + FOLD_AHEAD;
    end = end < partner->entries.count ? end : partner->entries.count;
    for (; fetched < end; fetched++)
        __builtin_prefetch(prm__engine_event(engine, entries[fetched].event), 1, 3);
    return fetched;
}

prm_status prm__fold_partner(prm_engine *engine, uint32_t index)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    PRM_TRY(fold_go_back(engine, index));
    uint32_t fetched = partner->folded;
    prm__step step = {.asking = {.engine = engine, .partner = index}};
    for (;;) {
        int64_t event = INT64_MAX, clock = engine->has_clock ? prm__clock_next(engine, partner) : INT64_MAX;
        fetched = fold_fetch(engine, partner, entries, fetched);
        if (partner->folded < partner->entries.count)
            event = prm__engine_event(engine, entries[partner->folded].event)->time;
        if ((clock <= event ? clock : event) > engine->clock)
            break;
        if (clock <= event) {
            PRM_TRY(prm__clock_run(engine, index, clock));
            continue;
        }
        uint32_t before = partner->folded;
        PRM_TRY(fold_next_event(&step, partner, entries));
        PRM_TRY(fold_leave_checkpoint(engine, index, before));
    }
    PRM_TRY(fold_rerate(engine, partner));
    prm__settle_keep(engine, partner);
    return fold_wait(engine, index, partner, entries);
}
