#include "state/settled.h"
#include "base/sort.h"
#include "engine/amend.h"
#include "engine/balance.h"
#include "engine/checkpoint.h"
#include "engine/settle.h"
#include "engine/subject.h"

#define PRM_SETTLED_MARKS (PRM_EVENT_DEAD | PRM_EVENT_REDUCED | PRM_EVENT_MATCHED)
#define PRM_SETTLED_MONEY INT64_C(1000000000000000000)

/* Settled outcomes behind the base that a fold from there takes something over of: see prm__settle_keep and
 * prm__settle_start. */
static bool settled_is_kept(const prm_engine *engine, const prm__outcome *outcome)
{
    return outcome->at < engine->settled &&
           (outcome->kind == PRM_OUTCOME_COMMISSION || outcome->kind == PRM_OUTCOME_RATE ||
            outcome->kind == PRM_OUTCOME_NONE);
}

static uint32_t settled_kept(const prm__snapshot *snapshot, const prm__partner *partner)
{
    const prm_engine *engine = snapshot->engine;
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    uint32_t kept = 0;
    for (uint32_t i = prm__snapshot_base_outcomes(snapshot, partner);
         engine->settled != INT64_MIN && i < partner->outcomes.count; i++)
        kept += settled_is_kept(engine, &outcomes[i]);
    return kept;
}

/* The reaches of a partner, which are sorted by partner: how many, and the index of the first. */
static uint32_t settled_reaches(const prm_engine *engine, const prm__partner *partner, size_t *first)
{
    const prm__settle_reach *reaches = engine->reaches.data;
    uint32_t index = (uint32_t)(partner - prm__engine_partner(engine, 0)), count = 0;
    size_t low = 0, high = engine->reaches.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reaches[middle].partner < index)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    while (low + count < engine->reaches.count && reaches[low + count].partner == index)
        count++;
    return count;
}

/* ---- Writing ---- */

static prm_status settled_name_outcome(prm__snapshot *snapshot, const prm__outcome *outcome)
{
    if (outcome->by_event)
        return PRM_OK;
    const prm__subject *subject = prm__subject_at(snapshot->engine, outcome->subject);
    for (uint32_t i = 0; i < PRM_KIND_KEYS && subject->keys[i]; i++)
        PRM_TRY(prm__snapshot_name(snapshot, subject->keys[i]));
    return PRM_OK;
}

prm_status prm__settled_name(prm__snapshot *snapshot)
{
    const prm_engine *engine = snapshot->engine;
    for (uint32_t i = 0; engine->settled != INT64_MIN && i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        if (settled_kept(snapshot, partner))
            PRM_TRY(prm__snapshot_name(snapshot, partner->key));
        for (uint32_t j = prm__snapshot_base_outcomes(snapshot, partner); j < partner->outcomes.count; j++)
            if (settled_is_kept(engine, &outcomes[j]))
                PRM_TRY(settled_name_outcome(snapshot, &outcomes[j]));
    }
    const prm__settle_reach *reaches = engine->reaches.data;
    for (size_t i = 0; i < engine->reaches.count; i++) {
        PRM_TRY(prm__snapshot_name(snapshot, prm__engine_partner(engine, reaches[i].partner)->key));
        PRM_TRY(settled_name_outcome(snapshot, &reaches[i].outcome));
    }
    return PRM_OK;
}

static bool settled_is_marked(const prm_engine *engine, uint32_t handle)
{
    const prm__event *event = prm__engine_event(engine, handle);
    return event->time < engine->settled && event->marks & PRM_SETTLED_MARKS;
}

static void settled_put_marks(const prm__snapshot *snapshot, prm__wire_out *out)
{
    const prm_engine *engine = snapshot->engine;
    uint32_t count = 0;
    for (uint32_t i = 0; i < snapshot->events; i++)
        count += settled_is_marked(engine, PRM_VEC(snapshot->handles, uint32_t)[i]);
    prm__wire_put_32(out, count);
    for (uint32_t i = 0; i < snapshot->events; i++) {
        uint32_t handle = PRM_VEC(snapshot->handles, uint32_t)[i];
        if (!settled_is_marked(engine, handle))
            continue;
        uint8_t marks = prm__engine_event(engine, handle)->marks & PRM_SETTLED_MARKS;
        prm__wire_put_32(out, i);
        prm__wire_put_8(out, marks);
        prm__wire_put_64(out, marks & PRM_EVENT_REDUCED ? (uint64_t)prm__amend_left(engine, handle) : 0);
    }
}

static void settled_put_takes(const prm__snapshot *snapshot, prm__wire_out *out)
{
    const prm_engine *engine = snapshot->engine;
    uint32_t count = 0; /* a closed event cannot take any more */
    for (size_t i = 0; i < engine->takes.count; i++) {
        const prm__settle_take *take = prm__vec_at(&engine->takes, i);
        count += prm__engine_event(engine, take->event)->time >= snapshot->closed;
    }
    prm__wire_put_32(out, count);
    for (uint32_t i = 0; engine->takes.count && i < snapshot->events; i++) {
        bool found;
        int64_t amount = prm__settle_taken(engine, PRM_VEC(snapshot->handles, uint32_t)[i], &found);
        if (!found)
            continue;
        prm__wire_put_32(out, i);
        prm__wire_put_64(out, (uint64_t)amount);
    }
}

static void settled_put_outcome(const prm__snapshot *snapshot, const prm__outcome *outcome,
                                prm__wire_out *out)
{
    prm__wire_put_8(out, outcome->kind);
    prm__wire_put_32(out, outcome->rule);
    prm__wire_put_16(out, outcome->action);
    prm__wire_put_32(out, outcome->ordinal);
    prm__wire_put_8(out, outcome->by_event);
    prm__wire_put_64(out, (uint64_t)outcome->occasion);
    prm__wire_put_64(out, (uint64_t)outcome->at);
    prm__wire_put_64(out,
                     (uint64_t)(outcome->kind == PRM_OUTCOME_COMMISSION ? outcome->number : outcome->from));
    if (outcome->by_event) {
        prm__wire_put_32(out, PRM_VEC(snapshot->ordinal_of, uint32_t)[outcome->event]);
        return;
    }
    const prm__subject *subject = prm__subject_at(snapshot->engine, outcome->subject);
    prm__wire_put_32(out, subject->kind);
    for (uint32_t i = 0; i < snapshot->engine->program->kinds[subject->kind].key_count; i++)
        prm__wire_put_32(out, prm__snapshot_place(snapshot, subject->keys[i]));
}

static void settled_put_partner(const prm__snapshot *snapshot, const prm__partner *partner,
                                prm__wire_out *out)
{
    const prm_engine *engine = snapshot->engine;
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    size_t first = 0;
    uint32_t kept = settled_kept(snapshot, partner), reaches = settled_reaches(engine, partner, &first);
    if (!kept && !reaches)
        return;
    prm__wire_put_32(out, prm__snapshot_place(snapshot, partner->key));
    prm__wire_put_32(out, kept);
    prm__wire_put_32(out, reaches);
    for (uint32_t i = prm__snapshot_base_outcomes(snapshot, partner); i < partner->outcomes.count; i++)
        if (settled_is_kept(engine, &outcomes[i]))
            settled_put_outcome(snapshot, &outcomes[i], out);
    for (uint32_t i = 0; i < reaches; i++)
        settled_put_outcome(snapshot, &PRM_VEC(engine->reaches, prm__settle_reach)[first + i].outcome, out);
}

prm_status prm__settled_put(const prm__snapshot *snapshot, prm__wire_out *out)
{
    const prm_engine *engine = snapshot->engine;
    prm__wire_put_64(out, (uint64_t)engine->settled);
    if (engine->settled == INT64_MIN)
        return PRM_OK;
    settled_put_marks(snapshot, out);
    settled_put_takes(snapshot, out);
    for (size_t i = 0; i < snapshot->roll.partners.count; i++)
        settled_put_partner(snapshot, prm__roll_partner(&snapshot->roll, i), out);
    return PRM_OK;
}

/* ---- Reading ---- */

typedef struct prm__settling {
    prm_engine *engine;
    const prm__vec *texts; /* of prm_text */
    prm__wire_in *in;
    prm__vec handles; /* of uint32_t: the partners' events in the order of the snapshot */
} prm__settling;

static prm_status settled_handles(prm__settling *work, const prm__roll *roll)
{
    const prm_engine *engine = work->engine;
    for (size_t i = 0; i < roll->partners.count; i++) {
        const prm__partner *partner = prm__roll_partner(roll, i);
        const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
        for (uint32_t j = 0; j < partner->entries.count; j++)
            PRM_TRY(prm__vec_append(&work->handles, &entries[j].event, 1));
    }
    return PRM_OK;
}

static prm_status settled_number(prm__settling *work)
{
    prm__roll roll;
    prm_status status = prm__roll_init(&roll, work->engine);
    if (status == PRM_OK)
        status = settled_handles(work, &roll);
    prm__roll_free(&roll);
    return status;
}

static bool settled_event(const prm__settling *work, uint32_t ordinal, uint32_t *handle)
{
    if (ordinal >= work->handles.count)
        return false;
    *handle = PRM_VEC(work->handles, uint32_t)[ordinal];
    return true;
}

/* The engine's key of text `place`; 0 when memory ran out, with *known false when there is no such text. */
static uint32_t settled_key(const prm__settling *work, uint32_t place, bool *known)
{
    *known = place < work->texts->count;
    if (!*known)
        return 0;
    const prm_text *text = prm__vec_at(work->texts, place);
    *known = text->size > 0 && text->size <= PRM_LIMIT_TEXT_BYTES;
    return *known ? prm__intern_key(&work->engine->texts, text->data, text->size) : 0;
}

static prm_status settled_take_marks(prm__settling *work)
{
    uint32_t count = prm__wire_take_32(work->in), handle;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ordinal = prm__wire_take_32(work->in), marks = (uint32_t)prm__wire_number(work->in, 1);
        int64_t left = (int64_t)prm__wire_take_64(work->in);
        if (work->in->short_of || !settled_event(work, ordinal, &handle) ||
            marks & ~(uint32_t)PRM_SETTLED_MARKS || left < 0 || left >= PRM_SETTLED_MONEY)
            return PRM_E_STATE;
        PRM_TRY(prm__amend_restore(work->engine, handle, marks, left));
    }
    return PRM_OK;
}

static prm_status settled_take_takes(prm__settling *work)
{
    prm_engine *engine = work->engine;
    uint32_t count = prm__wire_take_32(work->in);
    for (uint32_t i = 0; i < count; i++) {
        prm__settle_take take = {0, 0, 0};
        uint32_t ordinal = prm__wire_take_32(work->in);
        take.amount = (int64_t)prm__wire_take_64(work->in);
        if (work->in->short_of || !settled_event(work, ordinal, &take.event) || take.amount < 0 ||
            take.amount >= PRM_SETTLED_MONEY)
            return PRM_E_STATE;
        const prm__settle_take *last = i ? prm__vec_at(&engine->takes, i - 1) : NULL;
        if (last && last->event >= take.event)
            return PRM_E_STATE;
        PRM_TRY(prm__vec_append(&engine->takes, &take, 1));
    }
    return PRM_OK;
}

static prm_status settled_take_subject(prm__settling *work, uint32_t partner, uint32_t *subject)
{
    const prm_program *program = work->engine->program;
    uint32_t kind = prm__wire_take_32(work->in), keys[PRM_KIND_KEYS] = {0};
    if (work->in->short_of || kind >= program->kinds_count)
        return PRM_E_STATE;
    for (uint32_t i = 0; i < program->kinds[kind].key_count; i++) {
        bool known;
        keys[i] = settled_key(work, prm__wire_take_32(work->in), &known);
        if (!keys[i])
            return known ? PRM_E_MEMORY : PRM_E_STATE;
    }
    *subject = prm__subject_get(work->engine, kind, partner, keys, prm__subject_hash(kind, partner, keys));
    return *subject == PRM_NONE ? PRM_E_MEMORY : PRM_OK;
}

/* Whether the rule and action of an outcome are the program's, and its numbers can be. */
static bool settled_sound(const prm_program *program, const prm__outcome *outcome)
{
    bool bounded = outcome->number > -PRM_SETTLED_MONEY && outcome->number < PRM_SETTLED_MONEY;
    if (outcome->kind == PRM_OUTCOME_COMMISSION)
        return outcome->rule == PRM_RULE_COMMISSION && outcome->by_event == 1 && bounded;
    bool time = outcome->from == PRM_NO_TIME ||
                (outcome->from >= -PRM_TIME_MAX && outcome->from <= 2 * PRM_TIME_MAX);
    return (outcome->kind == PRM_OUTCOME_RATE || outcome->kind == PRM_OUTCOME_NONE) && time &&
           outcome->by_event <= 1 && outcome->rule < program->rules_count &&
           outcome->action < program->rules[outcome->rule].action_count;
}

static prm_status settled_take_outcome(prm__settling *work, uint32_t partner, prm__outcome *outcome)
{
    memset(outcome, 0, sizeof *outcome);
    outcome->kind = (uint8_t)prm__wire_number(work->in, 1);
    outcome->rule = prm__wire_take_32(work->in);
    outcome->action = (uint16_t)prm__wire_number(work->in, 2);
    outcome->ordinal = prm__wire_take_32(work->in);
    outcome->by_event = (uint8_t)prm__wire_number(work->in, 1);
    outcome->occasion = (int64_t)prm__wire_take_64(work->in);
    outcome->at = (int64_t)prm__wire_take_64(work->in);
    int64_t value = (int64_t)prm__wire_take_64(work->in);
    if (outcome->kind == PRM_OUTCOME_COMMISSION)
        outcome->number = value;
    else
        outcome->from = value;
    outcome->subject = PRM_NONE;
    outcome->event = PRM_NONE;
    if (work->in->short_of || !settled_sound(work->engine->program, outcome))
        return PRM_E_STATE;
    if (!outcome->by_event)
        return settled_take_subject(work, partner, &outcome->subject);
    return settled_event(work, prm__wire_take_32(work->in), &outcome->event) ? PRM_OK : PRM_E_STATE;
}

/* The former outcomes of a partner, which the fold from the start will put aside. */
static prm_status settled_take_kept(prm__settling *work, uint32_t index, uint32_t count)
{
    prm_engine *engine = work->engine;
    int64_t last = INT64_MIN;
    for (uint32_t i = 0; i < count; i++) {
        prm__outcome outcome;
        PRM_TRY(settled_take_outcome(work, index, &outcome));
        if (outcome.at < last || outcome.at >= engine->settled || outcome.at < engine->closed)
            return PRM_E_STATE;
        last = outcome.at;
        prm__partner *partner = prm__engine_partner(engine, index);
        PRM_TRY(prm__list_reserve(&engine->pool, &partner->outcomes, sizeof outcome, 1));
        prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        outcomes[partner->outcomes.count++] = outcome;
        prm__balance balance = prm__balance_of(&outcome, 1);
        partner->rows += (uint32_t)balance.rows;
        partner->posted += balance.sum;
        engine->outcome_rows += balance.rows;
    }
    return PRM_OK;
}

static prm_status settled_take_reaches(prm__settling *work, uint32_t index, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        prm__settle_reach reach = {.partner = index};
        PRM_TRY(settled_take_outcome(work, index, &reach.outcome));
        PRM_TRY(prm__vec_append(&work->engine->reaches, &reach, 1));
    }
    return PRM_OK;
}

/* Partners come in the order of their names, as those with events did; one without events of its own is
 * made here. */
static prm_status settled_take_partner(prm__settling *work)
{
    bool known;
    uint32_t key = settled_key(work, prm__wire_take_32(work->in), &known);
    uint32_t kept = prm__wire_take_32(work->in), reaches = prm__wire_take_32(work->in);
    if (work->in->short_of || !known)
        return PRM_E_STATE;
    uint32_t index = key ? prm__engine_partner_of(work->engine, key) : PRM_NONE;
    if (index == PRM_NONE)
        return PRM_E_MEMORY;
    const prm__partner *partner = prm__engine_partner(work->engine, index);
    const prm__base *base = prm__checkpoint_base(work->engine, partner);
    if (partner->outcomes.count > (base ? base->outcomes : 0))
        return PRM_E_STATE;
    PRM_TRY(settled_take_kept(work, index, kept));
    return settled_take_reaches(work, index, reaches);
}

static int settled_compare_reaches(const void *a, const void *b, const void *context)
{
    const prm__settle_reach *left = a, *right = b;
    (void)context;
    return left->partner < right->partner ? -1 : left->partner > right->partner;
}

/* By partner, as they are searched: one that was made only here has a later number than its name. */
static prm_status settled_sort_reaches(prm_engine *engine)
{
    prm__vec sorted;
    prm__vec_init(&sorted, &engine->alloc, sizeof(prm__settle_reach));
    size_t count = engine->reaches.count;
    engine->sorting.count = 0;
    PRM_TRY(prm__vec_reserve(&engine->sorting, count * 2));
    PRM_TRY(prm__vec_reserve(&sorted, count));
    const void **pointers = engine->sorting.data;
    for (size_t i = 0; i < count; i++)
        pointers[i] = prm__vec_at(&engine->reaches, i);
    if (count)
        prm__sort_pointers(pointers, pointers + count, count, settled_compare_reaches, NULL);
    for (size_t i = 0; i < count; i++)
        *(prm__settle_reach *)prm__vec_push(&sorted) = *(const prm__settle_reach *)pointers[i];
    prm__vec_free(&engine->reaches);
    engine->reaches = sorted;
    return PRM_OK;
}

static prm_status settled_take_all(prm__settling *work)
{
    prm_engine *engine = work->engine;
    PRM_TRY(settled_number(work));
    PRM_TRY(settled_take_marks(work));
    PRM_TRY(settled_take_takes(work));
    while (work->in->left)
        PRM_TRY(settled_take_partner(work));
    if (work->in->short_of)
        return PRM_E_STATE;
    for (uint32_t i = 0; i < engine->partners.count; i++) {
        engine->stale += (prm__engine_partner(engine, i)->flags & PRM_PARTNER_STALE) == 0;
        prm__engine_partner(engine, i)->flags |= PRM_PARTNER_STALE;
    }
    return settled_sort_reaches(engine);
}

prm_status prm__settled_take(prm_engine *engine, const prm__vec *texts, int64_t clock, prm__wire_in *in)
{
    int64_t settled = (int64_t)prm__wire_take_64(in);
    if (in->short_of || (settled == INT64_MIN && in->left))
        return PRM_E_STATE;
    if (settled == INT64_MIN)
        return PRM_OK;
    if (settled > clock || settled < engine->closed)
        return PRM_E_STATE;
    engine->settled = settled;
    prm__settling work = {.engine = engine, .texts = texts, .in = in};
    prm__vec_init(&work.handles, &engine->alloc, sizeof(uint32_t));
    prm_status status = settled_take_all(&work);
    prm__vec_free(&work.handles);
    return status;
}
