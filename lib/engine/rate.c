#include "engine/rate.h"
#include "engine/stash.h"
#include "engine/subject.h"

/* Ends `old` where `new_rate` begins, if it lasts as long. */
static void rate_cut(prm__outcome *old, const prm__outcome *new_rate)
{
    bool lasts = old->until == PRM_NO_TIME || old->until > new_rate->from ||
                 (old->until == new_rate->from &&
                  old->more.rate.until_position > new_rate->more.rate.from_position);
    if (!lasts)
        return;
    old->until = new_rate->from;
    old->more.rate.until_position = new_rate->more.rate.from_position;
    if (old->until <= old->from)
        old->kind = PRM_OUTCOME_NONE;
}

/* Whether `old` ends just where `next` begins: because `next` has ended it, or might have. */
static bool rate_ends_at(const prm__outcome *old, const prm__outcome *next)
{
    return old->until == next->from && old->more.rate.until_position == next->more.rate.from_position;
}

/* Ends what the newest outcome replaces in its chain; gives the first that stays. What is
 * overtaken before it began was never in force: what it had ended goes on to the newest, and
 * commissions that had its rate are rated again. */
static prm_status rate_replace(prm_engine *engine, prm__partner *partner, uint32_t head, uint32_t *older)
{
    prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    const prm__outcome *newest = &outcomes[partner->outcomes.count - 1], *overtaken = NULL;
    uint32_t at = head;
    for (; at; at = outcomes[at - 1].more.rate.older) {
        prm__outcome *old = &outcomes[at - 1];
        PRM_TRY(prm__stash_from(engine, partner, at - 1));
        if (overtaken && rate_ends_at(old, overtaken) && newest->from == overtaken->from)
            old->more.rate.until_position = newest->more.rate.from_position;
        rate_cut(old, newest);
        if (old->kind != PRM_OUTCOME_NONE)
            break;
        overtaken = old;
        if (old->from < partner->rerate_from)
            partner->rerate_from = old->from;
    }
    *older = at;
    return PRM_OK;
}

prm_status prm__rate_link(prm_engine *engine, prm__partner *partner)
{
    prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    uint32_t index = partner->outcomes.count - 1;
    prm__outcome *newest = &outcomes[index];
    prm__subject *subject = prm__subject_at(engine, newest->subject);
    uint32_t before = 0, head = subject->rates;
    if (engine->program->rules[newest->rule].form == PRM_FORM_EVERY)
        head = 0; /* multiples add up */
    while (head && (outcomes[head - 1].rule != newest->rule || outcomes[head - 1].action != newest->action)) {
        before = head;
        head = outcomes[head - 1].more.rate.next_chain;
    }
    if (!head) {
        newest->more.rate.next_chain = subject->rates;
        subject->rates = index + 1;
        return PRM_OK;
    }
    newest->more.rate.next_chain = outcomes[head - 1].more.rate.next_chain;
    PRM_TRY(rate_replace(engine, partner, head, &newest->more.rate.older));
    if (!before) {
        subject->rates = index + 1;
        return PRM_OK;
    }
    PRM_TRY(prm__stash_from(engine, partner, before - 1));
    outcomes[before - 1].more.rate.next_chain = index + 1;
    return PRM_OK;
}

/* ---- Composition ---- */

typedef struct prm__rate_sum {
    const prm__outcome *set; /* the latest in force, or NULL */
    uint32_t set_index;
    prm__decimal added;
} prm__rate_sum;

static bool rate_begun(const prm__outcome *rate, prm__place place)
{
    return rate->from < place.time ||
           (rate->from == place.time && rate->more.rate.from_position <= place.position);
}

static bool rate_ended(const prm__outcome *rate, prm__place place)
{
    if (rate->until == PRM_NO_TIME || rate->until > place.time)
        return false;
    return rate->until < place.time || rate->more.rate.until_position <= place.position;
}

/* Of the additions of one group only the highest counts. */
static void rate_add(prm_engine *engine, const prm__p_action *action, int64_t rate, prm__rate_sum *sum)
{
    if (action->group == PRM_NO_INDEX) {
        sum->added += rate;
        return;
    }
    prm__group_best *best = &engine->group_best[action->group];
    if (best->stamp != engine->group_stamp) {
        *best = (prm__group_best){engine->group_stamp, rate};
        sum->added += rate;
    } else if (rate > best->rate) {
        sum->added += rate - best->rate;
        best->rate = rate;
    }
}

const prm__p_action *prm__rate_action(const prm_engine *engine, const prm__outcome *rate)
{
    return &engine->program->actions[engine->program->rules[rate->rule].first_action + rate->action];
}

const prm__outcome *prm__rate_in_force(const prm_engine *engine, const prm__rate_case *one, uint32_t head)
{
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &one->partner->outcomes);
    uint32_t at = head;
    while (at && !rate_begun(&outcomes[at - 1], one->place))
        at = outcomes[at - 1].more.rate.older;
    if (!at || outcomes[at - 1].kind != PRM_OUTCOME_RATE || rate_ended(&outcomes[at - 1], one->place))
        return NULL;
    const prm__p_action *action = prm__rate_action(engine, &outcomes[at - 1]);
    bool other = action->product != PRM_NO_INDEX && engine->program_keys[action->product] != one->product;
    return other ? NULL : &outcomes[at - 1];
}

static void rate_collect(prm_engine *engine, const prm__rate_case *one, uint32_t chains, prm__rate_sum *sum)
{
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &one->partner->outcomes);
    for (uint32_t head = chains; head; head = outcomes[head - 1].more.rate.next_chain) {
        const prm__outcome *rate = prm__rate_in_force(engine, one, head);
        if (!rate)
            continue;
        const prm__p_action *action = prm__rate_action(engine, rate);
        uint32_t at = (uint32_t)(rate - outcomes) + 1;
        if (action->added) {
            rate_add(engine, action, rate->number, sum);
        } else if (!sum->set || rate->from > sum->set->from ||
                   (rate->from == sum->set->from && at > sum->set_index)) {
            sum->set = rate;
            sum->set_index = at;
        }
    }
}

/* The product's rate among `count` rows from `first` on. */
static const prm__p_product_rate *rate_of_product(const prm_engine *engine, uint32_t first, uint32_t count,
                                                  uint32_t product)
{
    const prm_program *program = engine->program;
    for (uint32_t i = 0; product && i < count; i++)
        if (engine->program_keys[program->product_rates[first + i].product] == product)
            return &program->product_rates[first + i];
    return NULL;
}

/* The rate where no rule has set one. */
static void rate_unset(const prm_engine *engine, const prm__rate_case *one, prm__rate_found *found)
{
    const prm_program *program = engine->program;
    const prm__p_commission *commission = &program->head->commission;
    const prm__p_product_rate *row = NULL;
    if (program->head->ranks.present) {
        const prm__p_level *level = &program->levels[one->level];
        row = rate_of_product(engine, level->first_rate, level->rate_count, one->product);
        found->by_rank = row || level->has_rate;
        if (!row && level->has_rate) {
            found->chosen = level->rate;
            return;
        }
    }
    if (!row)
        row = rate_of_product(engine, 0, commission->rate_count, one->product);
    found->by_product = row != NULL;
    found->chosen = row ? row->rate : commission->base;
    found->by_brackets = !row && program->brackets_count > 0;
}

bool prm__rate_hold(const prm_engine *engine, prm__decimal rate, int64_t *out)
{
    const prm__p_commission *commission = &engine->program->head->commission;
    if (rate > commission->max)
        rate = commission->max;
    if (rate < commission->min)
        rate = commission->min;
    if (rate > INT64_MAX - 1 || rate < INT64_MIN + 1)
        return false;
    *out = (int64_t)rate;
    return true;
}

prm__rate_found prm__rate_of(prm_engine *engine, const prm__rate_case *one)
{
    prm__rate_sum sum = {NULL, 0, 0};
    prm__rate_found found = {0};
    engine->group_stamp++;
    for (uint32_t kind = 0; kind < engine->program->kinds_count; kind++) {
        if (!engine->program->kinds[kind].has_rates || one->subjects[kind] == PRM_NONE)
            continue;
        rate_collect(engine, one, prm__subject_at(engine, one->subjects[kind])->rates, &sum);
    }
    found.added = sum.added;
    found.set = sum.set;
    if (sum.set)
        found.chosen = sum.set->number;
    else
        rate_unset(engine, one, &found);
    return found;
}

void prm__rate_aim(prm_engine *engine, const prm__view *view)
{
    const prm_program *program = engine->program;
    uint32_t keys[PRM_KIND_KEYS];
    for (uint32_t kind = 0; kind < program->kinds_count; kind++) {
        bool wanted = program->kinds[kind].has_rates && prm__subject_keys(engine, view->event, kind, keys);
        engine->at_subjects[kind] = wanted ? prm__subject_find(engine, kind, view->event->partner, keys)
                                           : PRM_NONE;
    }
}
