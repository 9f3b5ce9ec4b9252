#include "engine/checkpoint.h"
#include "base/wire.h"
#include "engine/across.h"
#include "engine/forward.h"
#include "engine/measure.h"
#include "engine/stash.h"
#include "engine/subject.h"

/* So many bytes of state are worth PRM_CHECKPOINT_EVENTS entries between two checkpoints. */
#define CHECKPOINT_BYTES 65536U

/* What may be asked of a checkpoint before going back to it, and where lists end that only grow. */
typedef struct checkpoint_place {
    int64_t clocked;
    int64_t asked_at;
    char *bytes; /* of checkpoint_write */
    size_t size;
    uint32_t folded; /* entries */
    uint32_t outcomes;
    uint32_t runnings;
    uint32_t forwards;
    uint32_t contests;
    uint32_t edits; /* of the log */
} checkpoint_place;

/* An outcome as it was before it changed. */
typedef struct checkpoint_edit {
    prm__outcome before;
    uint32_t index;
    uint32_t reserved;
} checkpoint_edit;

/* One partner's. */
typedef struct checkpoint_past {
    prm__vec places; /* of checkpoint_place, in order */
    prm__vec edits;  /* of checkpoint_edit, in the order in which they were made */
    size_t next;     /* entries before which no other is worth its bytes */
    bool has_base;   /* the first place is the base */
    prm__base base;
    prm__vec lasts;   /* of prm__base_last */
    prm__vec settled; /* of checkpoint_edit: outcomes before it that may change later, as they were there */
} checkpoint_past;

#define CHECKPOINT_FLAGS (PRM_PARTNER_LEFT | PRM_PARTNER_EXISTS)

void prm__checkpoint_init(prm_engine *engine)
{
    prm__vec_init(&engine->pasts, &engine->alloc, sizeof(checkpoint_past));
}

static checkpoint_past *checkpoint_past_of(const prm_engine *engine, const prm__partner *partner)
{
    return partner->past ? (checkpoint_past *)prm__vec_at(&engine->pasts, partner->past - 1) : NULL;
}

static checkpoint_place *checkpoint_at(const checkpoint_past *past, size_t index)
{
    return prm__vec_at(&past->places, index);
}

/* Frees the checkpoints from `count` on. */
static void checkpoint_cut(checkpoint_past *past, size_t count)
{
    while (past->places.count > count) {
        checkpoint_place *place = checkpoint_at(past, --past->places.count);
        prm__alloc_release(past->places.alloc, place->bytes, place->size, 1);
    }
}

void prm__checkpoint_free(prm_engine *engine)
{
    for (size_t i = 0; i < engine->pasts.count; i++) {
        checkpoint_past *past = prm__vec_at(&engine->pasts, i);
        checkpoint_cut(past, 0);
        prm__vec_free(&past->places);
        prm__vec_free(&past->edits);
        prm__vec_free(&past->settled);
        prm__vec_free(&past->lasts);
    }
    prm__vec_free(&engine->pasts);
}

void prm__checkpoint_drop(prm_engine *engine, prm__partner *partner)
{
    checkpoint_past *past = checkpoint_past_of(engine, partner);
    if (!past)
        return;
    checkpoint_cut(past, 0);
    past->edits.count = 0;
    past->next = 0;
}

/* ---- What the fold knows, as bytes for this engine alone ---- */

static bool checkpoint_is_empty(const prm_engine *engine, const prm__subject *subject)
{
    const uint64_t *words = (const uint64_t *)(const void *)(subject + 1);
    size_t count = (engine->subjects.sizes[subject->kind] - sizeof *subject) / sizeof *words;
    uint64_t any = subject->flags | subject->rates;
    for (size_t i = 0; i < count && !any; i++)
        any = words[i];
    return any == 0;
}

static uint32_t checkpoint_write_subjects(const prm_engine *engine, const prm__partner *partner,
                                          prm__wire_out *out)
{
    uint32_t count = 0;
    for (uint32_t handle = partner->first_subject; handle != PRM_NONE;) {
        prm__subject *subject = prm__subject_at(engine, handle);
        prm__checkpoint_subject head = {handle, subject->rates, subject->flags};
        handle = subject->next;
        if (checkpoint_is_empty(engine, subject))
            continue;
        prm__wire_put(out, &head, sizeof head);
        prm__wire_put(out, subject + 1, engine->subjects.sizes[subject->kind] - sizeof *subject);
        prm__measure_freeze_all(engine, subject, out);
        count++;
    }
    return count;
}

static void checkpoint_write(const prm_engine *engine, const prm__partner *partner, prm__wire_out *out)
{
    prm__checkpoint_head head = {partner->last_time,
                                 partner->asked_at,
                                 partner->clocked,
                                 partner->boundary,
                                 partner->referrer,
                                 partner->parent,
                                 partner->flags & CHECKPOINT_FLAGS,
                                 partner->roster.count,
                                 partner->agenda.count,
                                 0};
    prm__wire_put(out, &head, sizeof head);
    prm__wire_put(out, prm__list_data(&engine->pool, &partner->roster), head.roster * sizeof(uint32_t));
    prm__wire_put(out, prm__list_data(&engine->pool, &partner->agenda), head.agenda * sizeof(prm__agenda));
    head.subjects = checkpoint_write_subjects(engine, partner, out);
    if (out->to)
        memcpy(out->to, &head, sizeof head);
}

static void checkpoint_take_bytes(prm__wire_in *in, void *to, size_t size)
{
    const char *from = prm__wire_take(in, size);
    if (from && size)
        memcpy(to, from, size);
}

static prm_status checkpoint_read_subjects(prm_engine *engine, uint32_t count, prm__wire_in *in)
{
    for (uint32_t i = 0; i < count; i++) {
        prm__checkpoint_subject head;
        checkpoint_take_bytes(in, &head, sizeof head);
        prm__subject *subject = prm__subject_at(engine, head.handle);
        subject->rates = head.rates;
        subject->flags = (uint16_t)head.flags;
        checkpoint_take_bytes(in, subject + 1, engine->subjects.sizes[subject->kind] - sizeof *subject);
        PRM_TRY(prm__measure_thaw_all(engine, subject, in));
    }
    return PRM_OK;
}

static prm_status checkpoint_read(prm_engine *engine, prm__partner *partner, const checkpoint_place *place)
{
    prm__wire_in in = {place->bytes, place->size, false};
    prm__checkpoint_head head;
    checkpoint_take_bytes(&in, &head, sizeof head);
    prm__subject_reset_all(engine, partner);
    partner->roster.count = 0;
    partner->agenda.count = 0;
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->roster, sizeof(uint32_t), head.roster));
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->agenda, sizeof(prm__agenda), head.agenda));
    checkpoint_take_bytes(&in, prm__list_data(&engine->pool, &partner->roster),
                          head.roster * sizeof(uint32_t));
    checkpoint_take_bytes(&in, prm__list_data(&engine->pool, &partner->agenda),
                          head.agenda * sizeof(prm__agenda));
    partner->roster.count = head.roster;
    partner->agenda.count = head.agenda;
    partner->last_time = head.last_time;
    partner->asked_at = head.asked_at;
    partner->clocked = head.clocked;
    partner->boundary = head.boundary;
    partner->referrer = head.referrer;
    partner->parent = head.parent;
    partner->flags = (partner->flags & ~(uint32_t)CHECKPOINT_FLAGS) | head.flags;
    partner->rerate_from = INT64_MAX;
    partner->folded = place->folded;
    partner->runnings.count = place->runnings;
    return checkpoint_read_subjects(engine, head.subjects, &in);
}

prm_status prm__checkpoint_now(const prm_engine *engine, const prm__partner *partner, prm__vec *bytes)
{
    prm__wire_out out = {NULL, NULL, 0, 0, false};
    checkpoint_write(engine, partner, &out);
    bytes->count = 0;
    PRM_TRY(prm__vec_reserve(bytes, out.size));
    bytes->count = out.size;
    out = (prm__wire_out){bytes->data, NULL, out.size, 0, false};
    checkpoint_write(engine, partner, &out);
    return PRM_OK;
}

/* ---- Leaving one ---- */

static prm_status checkpoint_open_past(prm_engine *engine, prm__partner *partner)
{
    if (partner->past)
        return PRM_OK;
    checkpoint_past *past = prm__vec_push(&engine->pasts);
    if (!past)
        return PRM_E_MEMORY;
    prm__vec_init(&past->places, &engine->alloc, sizeof(checkpoint_place));
    prm__vec_init(&past->edits, &engine->alloc, sizeof(checkpoint_edit));
    prm__vec_init(&past->settled, &engine->alloc, sizeof(checkpoint_edit));
    prm__vec_init(&past->lasts, &engine->alloc, sizeof(prm__base_last));
    partner->past = (uint32_t)engine->pasts.count;
    return PRM_OK;
}

/* Drops those without which the way back to any place between its neighbours is no longer than
 * the way from there to the end. The log stays whole: it is read to the place gone back to. */
static void checkpoint_thin(checkpoint_past *past)
{
    if (past->places.count < 3)
        return;
    uint32_t end = checkpoint_at(past, past->places.count - 1)->folded;
    for (size_t i = past->places.count - 2; i > 0; i--) {
        checkpoint_place *before = checkpoint_at(past, i - 1), *after = checkpoint_at(past, i + 1);
        if (after->folded - before->folded > end - after->folded)
            continue;
        checkpoint_place *place = checkpoint_at(past, i);
        prm__alloc_release(past->places.alloc, place->bytes, place->size, 1);
        memmove(place, after, (past->places.count - 1 - i) * sizeof *place);
        past->places.count--;
    }
}

/* Leaves one where the fold stands. */
static prm_status checkpoint_add(prm_engine *engine, const prm__partner *partner, checkpoint_past *past)
{
    prm__wire_out out = {NULL, NULL, 0, 0, false};
    checkpoint_write(engine, partner, &out);
    PRM_TRY(prm__vec_reserve(&past->places, 1));
    char *bytes = prm__alloc_get(&engine->alloc, out.size, 1);
    if (!bytes)
        return PRM_E_MEMORY;
    out = (prm__wire_out){bytes, NULL, out.size, 0, false};
    checkpoint_write(engine, partner, &out);
    checkpoint_place *place = prm__vec_push(&past->places);
    *place = (checkpoint_place){.clocked = partner->clocked,
                                .asked_at = partner->asked_at,
                                .bytes = bytes,
                                .size = out.size,
                                .folded = partner->folded,
                                .outcomes = partner->outcomes.count,
                                .runnings = partner->runnings.count,
                                .forwards = partner->forwards.count,
                                .contests = partner->contests.count,
                                .edits = (uint32_t)past->edits.count};
    return PRM_OK;
}

prm_status prm__checkpoint_take(prm_engine *engine, uint32_t index)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    PRM_TRY(checkpoint_open_past(engine, partner));
    checkpoint_past *past = checkpoint_past_of(engine, partner);
    if (partner->folded < past->next)
        return PRM_OK;
    uint32_t last = past->places.count ? checkpoint_at(past, past->places.count - 1)->folded : 0;
    prm__wire_out out = {NULL, NULL, 0, 0, false};
    checkpoint_write(engine, partner, &out);
    size_t way = out.size / CHECKPOINT_BYTES * PRM_CHECKPOINT_EVENTS;
    past->next = last + way;
    if (partner->folded < past->next)
        return PRM_OK;
    PRM_TRY(checkpoint_add(engine, partner, past));
    past->next = partner->folded + way;
    checkpoint_thin(past);
    return PRM_OK;
}

/* ---- The base ---- */

const prm__base *prm__checkpoint_base(const prm_engine *engine, const prm__partner *partner)
{
    const checkpoint_past *past = checkpoint_past_of(engine, partner);
    return past && past->has_base ? &past->base : NULL;
}

const prm__vec *prm__checkpoint_lasts(const prm_engine *engine, const prm__partner *partner)
{
    return &checkpoint_past_of(engine, partner)->lasts;
}

prm_text prm__checkpoint_base_bytes(const prm_engine *engine, const prm__partner *partner)
{
    const checkpoint_place *place = checkpoint_at(checkpoint_past_of(engine, partner), 0);
    return (prm_text){place->bytes, place->size};
}

/* Whether what comes later may end the outcome: it is a rate, or lasts as long as a spell. */
static bool checkpoint_may_end(const prm_program *program, const prm__outcome *outcome)
{
    return outcome->kind == PRM_OUTCOME_RATE || outcome->kind == PRM_OUTCOME_NONE ||
           (outcome->rule < program->rules_count && program->rules[outcome->rule].form == PRM_FORM_WHILE);
}

const prm__outcome *prm__checkpoint_outcome(const prm_engine *engine, const prm__partner *partner,
                                            uint32_t index)
{
    const checkpoint_past *past = checkpoint_past_of(engine, partner);
    const checkpoint_edit *settled = past->settled.data;
    size_t low = 0, high = past->settled.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (settled[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < past->settled.count && settled[low].index == index)
        return &settled[low].before;
    return (const prm__outcome *)prm__list_data(&engine->pool, &partner->outcomes) + index;
}

prm_status prm__checkpoint_settle(prm_engine *engine, uint32_t index, const prm__base *base,
                                  const prm__vec *lasts)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    PRM_TRY(checkpoint_open_past(engine, partner));
    checkpoint_past *past = checkpoint_past_of(engine, partner);
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    for (uint32_t i = 0; i < base->outcomes; i++) {
        checkpoint_edit edit = {outcomes[i], i, 0};
        if (checkpoint_may_end(engine->program, &outcomes[i]))
            PRM_TRY(prm__vec_append(&past->settled, &edit, 1));
    }
    PRM_TRY(prm__vec_append(&past->lasts, lasts->data, lasts->count));
    PRM_TRY(checkpoint_add(engine, partner, past));
    past->base = *base;
    past->has_base = true;
    return PRM_OK;
}

prm_status prm__checkpoint_edit(prm_engine *engine, const prm__partner *partner, uint32_t index)
{
    checkpoint_past *past = checkpoint_past_of(engine, partner);
    if (!past || !past->places.count || index >= checkpoint_at(past, past->places.count - 1)->outcomes)
        return PRM_OK;
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    checkpoint_edit edit = {outcomes[index], index, 0};
    return prm__vec_append(&past->edits, &edit, 1);
}

/* ---- Going back ---- */

bool prm__checkpoint_overtaken(const prm_engine *engine, const prm__partner *partner, uint32_t place,
                               int64_t clocked, int64_t asked_at)
{
    if (place >= partner->entries.count)
        return false;
    const prm__entry *next = (const prm__entry *)prm__list_data(&engine->pool, &partner->entries) + place;
    int64_t time = prm__engine_event(engine, next->event)->time;
    return time < clocked || (engine->program->types[next->type].rank < 2 && time == asked_at);
}

/* The outcomes as they were at a checkpoint. */
static prm_status checkpoint_undo_edits(prm_engine *engine, prm__partner *partner,
                                        const checkpoint_past *past, const checkpoint_place *place)
{
    const checkpoint_edit *edits = past->edits.data;
    uint32_t first = place->outcomes;
    for (size_t i = place->edits; i < past->edits.count; i++)
        first = edits[i].index < first ? edits[i].index : first;
    PRM_TRY(prm__stash_keep(engine, partner, first));
    prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    for (size_t i = past->edits.count; i-- > place->edits;)
        if (edits[i].index < place->outcomes)
            outcomes[edits[i].index] = edits[i].before;
    partner->outcomes.count = place->outcomes;
    return PRM_OK;
}

/* The outcomes as they were at the base. The log may be of another time line: a call that fails puts the former
 * outcomes back, and not what had changed them. */
static prm_status checkpoint_undo_all(prm_engine *engine, prm__partner *partner, const checkpoint_past *past)
{
    const checkpoint_edit *settled = past->settled.data;
    const prm__outcome *present = prm__list_data(&engine->pool, &partner->outcomes);
    size_t same = 0;
    while (same < past->settled.count &&
           memcmp(&present[settled[same].index], &settled[same].before, sizeof *present) == 0)
        same++;
    uint32_t first = same < past->settled.count ? settled[same].index : past->base.outcomes;
    PRM_TRY(prm__stash_keep(engine, partner, first));
    prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    for (; same < past->settled.count; same++)
        outcomes[settled[same].index] = settled[same].before;
    partner->outcomes.count = past->base.outcomes;
    return PRM_OK;
}

prm_status prm__checkpoint_restart(prm_engine *engine, uint32_t index)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    checkpoint_past *past = checkpoint_past_of(engine, partner);
    PRM_TRY(checkpoint_undo_all(engine, partner, past));
    PRM_TRY(prm__across_return(engine, partner, 0));
    if (engine->has_links)
        PRM_TRY(prm__forward_return(engine, partner, 0));
    past->edits.count = 0;
    past->next = 0;
    checkpoint_cut(past, 1);
    return checkpoint_read(engine, partner, checkpoint_at(past, 0));
}

prm_status prm__checkpoint_return(prm_engine *engine, uint32_t index, uint32_t place, bool *found)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    checkpoint_past *past = checkpoint_past_of(engine, partner);
    size_t count = past ? past->places.count : 0;
    for (; count > 0; count--) {
        const checkpoint_place *one = checkpoint_at(past, count - 1);
        if (one->folded <= place &&
            !prm__checkpoint_overtaken(engine, partner, one->folded, one->clocked, one->asked_at))
            break;
    }
    *found = count > 0;
    if (count == 0)
        return PRM_OK;
    if (count == 1 && past->has_base)
        return prm__checkpoint_restart(engine, index);
    const checkpoint_place *to = checkpoint_at(past, count - 1);
    PRM_TRY(checkpoint_undo_edits(engine, partner, past, to));
    PRM_TRY(prm__across_return(engine, partner, to->contests));
    if (engine->has_links)
        PRM_TRY(prm__forward_return(engine, partner, to->forwards));
    PRM_TRY(checkpoint_read(engine, partner, to));
    past->edits.count = to->edits;
    past->next = 0;
    checkpoint_cut(past, count);
    return PRM_OK;
}
