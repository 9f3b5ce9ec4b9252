#include "engine/commission.h"
#include "engine/fire.h"
#include "engine/link.h"
#include "engine/measure.h"
#include "engine/rank.h"
#include "engine/rate.h"
#include "engine/stash.h"
#include "engine/subject.h"

static const prm__p_commission *commission_row(const prm_engine *engine)
{
    return &engine->program->head->commission;
}

/* ---- Brackets ---- */

/* The subject whose sum runs: those without a key of the kind run together. */
static prm_status commission_runner(prm_engine *engine, const prm__view *view, uint32_t *handle)
{
    uint32_t index = commission_row(engine)->bracket_kind;
    const prm__p_kind *kind = &engine->program->kinds[index];
    uint32_t keys[PRM_KIND_KEYS] = {0}, partner = view->event->partner;
    for (uint32_t i = 0; i < kind->key_count; i++) {
        uint32_t key = prm__engine_view_text(engine, view, kind->keys[i]);
        keys[i] = key ? key : engine->empty_key;
    }
    *handle = prm__subject_get(engine, index, partner, keys, prm__subject_hash(index, partner, keys));
    return *handle == PRM_NONE ? PRM_E_MEMORY : PRM_OK;
}

/* Adds the event's amount to the running sum, and keeps what it was before. */
static prm_status commission_run(prm_engine *engine, prm__partner *partner, const prm__view *view,
                                 prm__decimal base, uint32_t *running)
{
    const prm__p_commission *row = commission_row(engine);
    uint32_t handle;
    *running = PRM_NO_INDEX;
    if (engine->program->brackets_count == 0)
        return PRM_OK;
    PRM_TRY(commission_runner(engine, view, &handle));
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->runnings, sizeof(prm__decimal), 1));
    prm__bracket_state *state = prm__subject_state(prm__subject_at(engine, handle), row->bracket_offset);
    if (row->bracket_period != PRM_PERIOD_NONE) {
        int64_t start = prm__engine_window(engine, row->bracket_period, view->event->time)->start;
        if (state->window_start != start)
            *state = (prm__bracket_state){start, 0, 0};
    }
    prm__decimal *runnings = prm__list_data(&engine->pool, &partner->runnings);
    *running = partner->runnings.count;
    runnings[partner->runnings.count++] = state->sum;
    prm__decimal sum;
    if (prm__decimal_add(state->sum, base, &sum))
        state->sum = sum;
    return PRM_OK;
}

static prm__decimal commission_least(prm__decimal a, prm__decimal b)
{
    return a < b ? a : b;
}

uint32_t prm__commission_slices(const prm_engine *engine, prm__decimal from, prm__decimal to,
                                prm__decimal added, int64_t sign, prm__decimal_slice *slices)
{
    const prm_program *program = engine->program;
    uint32_t count = 0;
    for (uint32_t i = 0; i < program->brackets_count; i++) {
        prm__decimal low = i ? program->brackets[i].from : commission_least(from, program->brackets[i].from);
        prm__decimal high = i + 1 < program->brackets_count ? program->brackets[i + 1].from : to;
        low = low > from ? low : from;
        high = commission_least(high, to);
        int64_t rate;
        if (high <= low)
            continue;
        if (!prm__rate_hold(engine, program->brackets[i].rate + added, &rate))
            return 0;
        slices[count++] = (prm__decimal_slice){(high - low) * sign, rate};
    }
    return count;
}

/* A negative amount goes back down the slices. */
static bool commission_by_brackets(const prm_engine *engine, prm__decimal running, prm__decimal base,
                                   prm__decimal added, int64_t *amount)
{
    prm__decimal_slice slices[PRM_BRACKETS];
    prm__decimal end = running + base;
    uint32_t count = base > 0 ? prm__commission_slices(engine, running, end, added, 1, slices)
                              : prm__commission_slices(engine, end, running, added, -1, slices);
    return count > 0 && prm__decimal_share_sum(slices, count, engine->program->head->minor_digits,
                                               (prm__rounding)commission_row(engine)->rounding, amount);
}

/* ---- Amounts ---- */

static void commission_amount(prm_engine *engine, const prm__partner *partner, const prm__view *view,
                              prm__place place, prm__outcome *outcome)
{
    const prm__p_commission *row = commission_row(engine);
    prm__rate_case one = {partner, engine->at_subjects, prm__engine_view_text(engine, view, PRM_NAME_PRODUCT),
                          outcome->level, place};
    prm__rate_found found = prm__rate_of(engine, &one);
    int64_t rate, amount = 0;
    outcome->number = 0;
    if (found.by_brackets) {
        const prm__decimal *runnings = prm__list_data(&engine->pool, &partner->runnings);
        if (!commission_by_brackets(engine, runnings[outcome->running], outcome->more.base, found.added,
                                    &amount))
            return;
    } else if (!prm__rate_hold(engine, found.chosen + found.added, &rate) ||
               !prm__decimal_share(outcome->more.base, rate, engine->program->head->minor_digits,
                                   (prm__rounding)row->rounding, &amount)) {
        return;
    }
    outcome->number = amount;
}

static prm__outcome *commission_push(const prm__asking *asking, uint32_t rule, prm__decimal base)
{
    prm_engine *engine = asking->engine;
    prm__outcome *outcome = prm__fire_push(engine, prm__engine_partner(engine, asking->partner));
    if (!outcome)
        return NULL;
    outcome->rule = rule;
    outcome->subject = PRM_NONE;
    outcome->event = asking->view->handle;
    outcome->by_event = 1;
    outcome->occasion = PRM_OCCASION_LIFE;
    outcome->at = asking->place.time;
    outcome->from = PRM_NO_TIME;
    outcome->until = PRM_NO_TIME;
    outcome->level = engine->event_level;
    outcome->running = PRM_NO_INDEX;
    outcome->more.base = base;
    return outcome;
}

/* A share of the same amount for the parent, its parent, and so on. */
static prm_status commission_overrides(const prm__asking *asking, prm__decimal base)
{
    prm_engine *engine = asking->engine;
    const prm_program *program = engine->program;
    uint32_t above = prm__engine_partner(engine, asking->partner)->parent;
    for (uint32_t i = 0; i < program->overrides_count && above; i++) {
        int64_t amount;
        PRM_TRY(prm__link_note(engine, asking->partner, above));
        if (!prm__link_has_left(engine, above, asking->place.time) &&
            prm__decimal_share(base, program->overrides[i].rate, program->head->minor_digits,
                               (prm__rounding)commission_row(engine)->rounding, &amount) &&
            amount != 0) {
            prm__outcome *outcome = commission_push(asking, PRM_RULE_OVERRIDE, base);
            if (!outcome)
                return PRM_E_MEMORY;
            outcome->kind = PRM_OUTCOME_OVERRIDE;
            outcome->ordinal = i + 1;
            outcome->to_partner = above;
            outcome->number = amount;
        }
        above = prm__link_parent(engine, above, asking->place.time);
    }
    return PRM_OK;
}

/* Whether commission is earned inside a window of a subject only, and the event lies outside. */
static bool commission_is_outside(const prm__asking *asking)
{
    prm_engine *engine = asking->engine;
    const prm__p_commission *row = commission_row(engine);
    if (row->window == PRM_NO_INDEX)
        return false;
    uint32_t handle = engine->at_subjects[row->kind];
    if (handle == PRM_NONE)
        return true;
    int64_t *end = prm__subject_state(prm__subject_at(engine, handle), row->window_offset);
    return !prm__measure_window_holds(engine, row->window, end, asking->place);
}

/* What commission is of, in whole units; 0 where the event earns none. */
static prm__decimal commission_taken_of(const prm__asking *asking)
{
    const prm_engine *engine = asking->engine;
    const prm__p_commission *row = commission_row(engine);
    uint32_t slot = engine->plans[asking->view->type].base_slot;
    prm__eval eval = {.engine = engine,
                      .view = asking->view,
                      .partner = engine->at_subjects[PRM_KIND_PARTNER],
                      .rep = engine->at_subjects[PRM_KIND_REP],
                      .level = engine->event_level};
    if (row->filter != PRM_NO_INDEX && !prm__eval_filter(&eval, row->filter))
        return 0;
    if (slot != PRM_NO_INDEX)
        return prm__view_has(asking->view, slot) ? prm__engine_view_number(engine, asking->view, slot) : 0;
    prm__value of = prm__eval_expr(&eval, row->of);
    return of.type == PRM_TYPE_NUMBER ? of.number : 0;
}

prm_status prm__commission_earn(const prm__asking *asking)
{
    prm_engine *engine = asking->engine;
    prm__partner *partner = prm__engine_partner(engine, asking->partner);
    if (partner->flags & PRM_PARTNER_LEFT || commission_is_outside(asking))
        return PRM_OK;
    prm__decimal base = commission_taken_of(asking);
    if (base == 0)
        return PRM_OK;
    uint32_t running;
    PRM_TRY(commission_run(engine, partner, asking->view, base, &running));
    prm__outcome *outcome = commission_push(asking, PRM_RULE_COMMISSION, base);
    if (!outcome)
        return PRM_E_MEMORY;
    outcome->kind = PRM_OUTCOME_COMMISSION;
    outcome->to_partner = partner->key;
    outcome->running = running;
    commission_amount(engine, partner, asking->view, asking->place, outcome);
    return engine->program->overrides_count ? commission_overrides(asking, base) : PRM_OK;
}

/* ---- Rates that change afterwards ---- */

prm_status prm__commission_rerate(prm_engine *engine, prm__partner *partner)
{
    prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    int64_t from = partner->rerate_from > engine->settled ? partner->rerate_from : engine->settled;
    uint32_t low = 0, high = partner->outcomes.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (outcomes[middle].at < from)
            low = middle + 1;
        else
            high = middle;
    }
    for (uint32_t i = low; i < partner->outcomes.count; i++) {
        if (outcomes[i].kind != PRM_OUTCOME_COMMISSION)
            continue;
        prm__view view;
        prm__engine_view(engine, outcomes[i].event, &view);
        prm__rate_aim(engine, &view);
        prm__outcome changed = outcomes[i];
        prm__place place = {changed.at, prm__engine_place_of(engine, partner, partner->folded, changed.event),
                            0};
        commission_amount(engine, partner, &view, place, &changed);
        if (changed.number == outcomes[i].number)
            continue;
        PRM_TRY(prm__stash_from(engine, partner, i));
        outcomes[i] = changed;
    }
    return PRM_OK;
}

/* ---- The rate at an instant ---- */

/* The text key given for a key field; 0 when the question does not name it. */
static uint32_t commission_given(uint32_t name, uint32_t rep, uint32_t customer, uint32_t product)
{
    switch (name) {
    case PRM_NAME_REP:
        return rep;
    case PRM_NAME_CUSTOMER:
        return customer;
    case PRM_NAME_PRODUCT:
        return product;
    default:
        return 0;
    }
}

/* Whether the sum of brackets runs for the customer, rep or product of the question. */
static bool commission_runs_for(prm_engine *engine, const prm__outcome *outcome, const uint32_t *wanted)
{
    const prm__p_kind *kind = &engine->program->kinds[commission_row(engine)->bracket_kind];
    prm__view view;
    prm__engine_view(engine, outcome->event, &view);
    for (uint32_t i = 0; i < kind->key_count; i++) {
        uint32_t key = prm__engine_view_text(engine, &view, kind->keys[i]);
        if ((key == engine->empty_key ? 0 : key) !=
            commission_given(kind->keys[i], wanted[0], wanted[1], wanted[2]))
            return false;
    }
    return true;
}

/* The running sum after all that happens at `time`. */
static prm__decimal commission_running_at(prm_engine *engine, const prm__partner *partner,
                                          const uint32_t *wanted, int64_t time)
{
    uint32_t period = commission_row(engine)->bracket_period;
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    prm__decimal sum = 0;
    for (uint32_t i = 0; i < partner->outcomes.count; i++) {
        const prm__outcome *outcome = &outcomes[i];
        if (outcome->kind != PRM_OUTCOME_COMMISSION || outcome->at > time)
            continue;
        bool same = period == PRM_PERIOD_NONE ||
                    prm__engine_window(engine, period, time)->start <= outcome->at;
        if (same && commission_runs_for(engine, outcome, wanted))
            sum += outcome->more.base;
    }
    return sum;
}

static prm__decimal commission_slice_rate(const prm_engine *engine, prm__decimal running)
{
    const prm_program *program = engine->program;
    uint32_t at = program->brackets_count - 1;
    while (at > 0 && program->brackets[at].from > running)
        at--;
    return program->brackets[at].rate;
}

bool prm__commission_rate_at(prm_engine *engine, uint32_t partner, uint32_t rep, uint32_t customer,
                             uint32_t product, int64_t time, int64_t *out)
{
    const prm_program *program = engine->program;
    const uint32_t wanted[3] = {rep, customer, product};
    for (uint32_t kind = 0; kind < program->kinds_count; kind++) {
        const prm__p_kind *row = &program->kinds[kind];
        uint32_t keys[PRM_KIND_KEYS] = {0}, given = 0;
        for (uint32_t i = 0; i < row->key_count; i++) {
            keys[i] = commission_given(row->keys[i], rep, customer, product);
            given += keys[i] != 0;
        }
        bool named = partner != PRM_NONE && given == row->key_count;
        engine->at_subjects[kind] = named ? prm__subject_find(engine, kind, partner, keys) : PRM_NONE;
    }
    prm__rate_case one = {
        .subjects = engine->at_subjects, .product = product, .place = {time, UINT32_MAX, 0}};
    if (partner != PRM_NONE) {
        one.partner = prm__engine_partner(engine, partner);
        one.level = prm__rank_level_at(engine, one.partner, time);
    }
    prm__rate_found found = prm__rate_of(engine, &one);
    if (found.by_brackets)
        found.chosen = commission_slice_rate(
            engine, one.partner ? commission_running_at(engine, one.partner, wanted, time) : 0);
    return prm__rate_hold(engine, found.chosen + found.added, out);
}
