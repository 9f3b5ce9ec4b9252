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

static void rate_collect(prm_engine *engine, const prm__rate_case *one, uint32_t chains, prm__rate_sum *sum)
{
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &one->partner->outcomes);
    for (uint32_t head = chains; head; head = outcomes[head - 1].more.rate.next_chain) {
        uint32_t at = head;
        while (at && !rate_begun(&outcomes[at - 1], one->place))
            at = outcomes[at - 1].more.rate.older;
        if (!at || outcomes[at - 1].kind != PRM_OUTCOME_RATE || rate_ended(&outcomes[at - 1], one->place))
            continue;
        const prm__outcome *rate = &outcomes[at - 1];
        const prm__p_rule *rule = &engine->program->rules[rate->rule];
        const prm__p_action *action = &engine->program->actions[rule->first_action + rate->action];
        if (action->product != PRM_NO_INDEX && engine->program_keys[action->product] != one->product)
            continue;
        if (action->added) {
            rate_add(engine, action, rate->number, sum);
        } else if (!sum->set || rate->from > sum->set->from ||
                   (rate->from == sum->set->from && at > sum->set_index)) {
            sum->set = rate;
            sum->set_index = at;
        }
    }
}

static prm__decimal rate_unset(const prm_engine *engine, uint32_t product)
{
    const prm_program *program = engine->program;
    for (uint32_t i = 0; product && i < program->product_rates_count; i++)
        if (engine->program_keys[program->product_rates[i].product] == product)
            return program->product_rates[i].rate;
    return program->head->commission.base;
}

bool prm__rate_of(prm_engine *engine, const prm__rate_case *one, int64_t *out)
{
    const prm__p_commission *commission = &engine->program->head->commission;
    prm__rate_sum sum = {NULL, 0, 0};
    engine->group_stamp++;
    for (uint32_t kind = 0; kind < engine->program->kinds_count; kind++) {
        if (!engine->program->kinds[kind].has_rates || one->subjects[kind] == PRM_NONE)
            continue;
        rate_collect(engine, one, prm__subject_at(engine, one->subjects[kind])->rates, &sum);
    }
    prm__decimal rate = sum.added +
                        (sum.set ? (prm__decimal)sum.set->number : rate_unset(engine, one->product));
    if (rate > commission->max)
        rate = commission->max;
    if (rate < commission->min)
        rate = commission->min;
    if (rate > INT64_MAX - 1 || rate < INT64_MIN + 1)
        return false;
    *out = (int64_t)rate;
    return true;
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

/* The text key given for a key field; 0 when the question does not name it. */
static uint32_t rate_given(uint32_t name, uint32_t rep, uint32_t customer, uint32_t product)
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

bool prm__rate_at(prm_engine *engine, uint32_t partner, uint32_t rep, uint32_t customer, uint32_t product,
                  int64_t time, int64_t *out)
{
    const prm_program *program = engine->program;
    for (uint32_t kind = 0; kind < program->kinds_count; kind++) {
        const prm__p_kind *row = &program->kinds[kind];
        uint32_t keys[PRM_KIND_KEYS] = {0}, given = 0;
        for (uint32_t i = 0; i < row->key_count; i++) {
            keys[i] = rate_given(row->keys[i], rep, customer, product);
            given += keys[i] != 0;
        }
        bool named = partner != PRM_NONE && given == row->key_count;
        engine->at_subjects[kind] = named ? prm__subject_find(engine, kind, partner, keys) : PRM_NONE;
    }
    prm__rate_case one = {NULL, engine->at_subjects, product, {time, UINT32_MAX}};
    if (partner != PRM_NONE)
        one.partner = prm__engine_partner(engine, partner);
    return prm__rate_of(engine, &one, out);
}
