#include "engine/forward.h"
#include "engine/stash.h"
#include "engine/subject.h"
#include <string.h>

/* ---- Which filters are asked below ---- */

static prm_status forward_filter(prm_engine *engine, uint32_t filter)
{
    const uint32_t *known = engine->link_filters.data;
    if (filter == PRM_NO_INDEX)
        return PRM_OK;
    for (size_t i = 0; i < engine->link_filters.count; i++)
        if (known[i] == filter)
            return PRM_OK;
    return prm__vec_append(&engine->link_filters, &filter, 1);
}

prm_status prm__forward_init(prm_engine *engine)
{
    const prm_program *program = engine->program;
    prm__vec_init(&engine->link_filters, &engine->alloc, sizeof(uint32_t));
    for (uint32_t i = 0; i < program->kinds_count; i++)
        engine->has_links |= program->kinds[i].link != PRM_LINK_NONE;
    for (uint32_t i = 0; engine->has_links && i < program->measures_count; i++)
        if (program->kinds[program->measures[i].subject].link)
            PRM_TRY(forward_filter(engine, program->measures[i].filter));
    for (uint32_t i = 0; engine->has_links && i < program->rules_count; i++)
        if (program->kinds[program->rules[i].subject].link && program->rules[i].form == PRM_FORM_EACH)
            PRM_TRY(forward_filter(engine, program->rules[i].each_filter));
    return engine->link_filters.count <= 64 ? PRM_OK : PRM_E_LIMIT;
}

void prm__forward_free(prm_engine *engine)
{
    prm__vec_free(&engine->link_filters);
}

/* ---- Noting ---- */

prm_status prm__forward_note(prm__step *step)
{
    prm_engine *engine = step->asking.engine;
    prm__partner *partner = prm__engine_partner(engine, step->asking.partner);
    if (!partner->referrer && !partner->parent)
        return PRM_OK;
    prm__forward forward = {.event = step->view.handle, .above = {partner->referrer, partner->parent}};
    uint32_t rep = engine->at_subjects[PRM_KIND_REP];
    forward.rep_left = rep != PRM_NONE && prm__subject_at(engine, rep)->flags & PRM_SUBJECT_LEFT;
    prm__eval eval = prm__eval_of(&step->asking);
    eval.level = engine->event_level;
    for (size_t i = 0; i < engine->link_filters.count; i++)
        if (prm__eval_filter(&eval, PRM_VEC(engine->link_filters, uint32_t)[i]))
            forward.verdicts |= UINT64_C(1) << i;
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->forwards, sizeof forward, 1));
    prm__forward *forwards = prm__list_data(&engine->pool, &partner->forwards);
    forwards[partner->forwards.count++] = forward;
    return PRM_OK;
}

const prm__forward *prm__forward_of(const prm_engine *engine, uint32_t below, uint32_t event)
{
    const prm__partner *partner = prm__engine_partner(engine, below);
    const prm__forward *forwards = prm__list_data(&engine->pool, &partner->forwards);
    uint32_t low = 0, high = partner->forwards.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (prm__engine_compare_events(engine, forwards[middle].event, event) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < partner->forwards.count && forwards[low].event == event ? &forwards[low] : NULL;
}

bool prm__forward_rep_left(const prm_engine *engine, uint32_t below, uint32_t event)
{
    const prm__forward *forward = prm__forward_of(engine, below, event);
    return forward && forward->rep_left;
}

/* ---- Sending ---- */

void prm__forward_restart(prm_engine *engine, prm__partner *partner)
{
    if (partner->flags & PRM_PARTNER_RESENDS) {
        partner->forwards.count = 0;
        return;
    }
    prm__list_clear(&engine->pool, &partner->forwarded);
    partner->forwarded = partner->forwards;
    partner->forwarded.count = partner->sent;
    partner->forwards = (prm__list){0, 0, 0};
    partner->flags |= PRM_PARTNER_RESENDS;
}

prm_status prm__forward_return(prm_engine *engine, prm__partner *partner, uint32_t count)
{
    if (!(partner->flags & PRM_PARTNER_RESENDS)) {
        partner->forwarded.count = 0;
        PRM_TRY(prm__list_reserve(&engine->pool, &partner->forwarded, sizeof(prm__forward), partner->sent));
        if (partner->sent)
            memcpy(prm__list_data(&engine->pool, &partner->forwarded),
                   prm__list_data(&engine->pool, &partner->forwards), partner->sent * sizeof(prm__forward));
        partner->forwarded.count = partner->sent;
        partner->flags |= PRM_PARTNER_RESENDS;
    }
    partner->forwards.count = count;
    return PRM_OK;
}

static prm_status forward_insert(prm_engine *engine, uint32_t key, uint32_t event)
{
    uint32_t index = prm__engine_partner_of(engine, key);
    if (index == PRM_NONE)
        return PRM_E_MEMORY;
    PRM_TRY(prm__engine_touch(engine, index, PRM_NO_INDEX));
    prm__partner *above = prm__engine_partner(engine, index);
    PRM_TRY(prm__list_reserve(&engine->pool, &above->entries, sizeof(prm__entry), 1));
    prm__entry *entries = prm__list_data(&engine->pool, &above->entries);
    entries[above->entries.count++] = (prm__entry){event, prm__engine_event(engine, event)->type, 1};
    above->flags |= PRM_PARTNER_PENDING;
    return PRM_OK;
}

/* The event is among those that stand in order, or behind them. */
static prm_status forward_remove(prm_engine *engine, uint32_t key, uint32_t event)
{
    uint32_t index = prm__engine_find_partner(engine, key);
    if (index == PRM_NONE)
        return PRM_OK; /* LCOV_EXCL_LINE who was handed an event is known */
    PRM_TRY(prm__engine_touch(engine, index, PRM_NO_INDEX));
    prm__partner *above = prm__engine_partner(engine, index);
    prm__entry *entries = prm__list_data(&engine->pool, &above->entries);
    uint32_t place = prm__engine_place_of(engine, above, above->settled, event);
    if (place == above->settled || entries[place].event != event)
        for (place = above->settled; place < above->entries.count && entries[place].event != event;)
            place++; /* handed up in this call, and not yet in its place */
    if (place == above->entries.count)
        return PRM_OK;
    memmove(entries + place, entries + place + 1, (above->entries.count - place - 1) * sizeof *entries);
    above->entries.count--;
    if (place < above->settled)
        above->settled--;
    above->flags |= PRM_PARTNER_PENDING;
    return prm__engine_touch(engine, index, place);
}

/* What stands above as it was is folded again, as the event itself may have changed. */
static prm_status forward_again(prm_engine *engine, uint32_t key, uint32_t event)
{
    uint32_t index = prm__engine_find_partner(engine, key);
    if (index == PRM_NONE)
        return PRM_OK; /* LCOV_EXCL_LINE so */
    PRM_TRY(prm__engine_touch(engine, index, PRM_NO_INDEX));
    prm__partner *above = prm__engine_partner(engine, index);
    above->flags |= PRM_PARTNER_PENDING;
    uint32_t place = prm__engine_place_of(engine, above, above->settled, event);
    return place < above->settled ? prm__engine_touch(engine, index, place) : PRM_OK;
}

/* Hands one event up, or takes it back: once where referrer and parent are the same. */
static prm_status forward_move(prm_engine *engine, const prm__forward *forward,
                               prm_status (*move)(prm_engine *, uint32_t key, uint32_t event))
{
    prm__forward one = *forward;
    for (uint32_t i = 0; i < 2; i++)
        if (one.above[i] && (i == 0 || one.above[1] != one.above[0]))
            PRM_TRY(move(engine, one.above[i], one.event));
    return PRM_OK;
}

static bool forward_same(const prm__forward *a, const prm__forward *b)
{
    return a->event == b->event && a->rep_left == b->rep_left && a->above[0] == b->above[0] &&
           a->above[1] == b->above[1] && a->verdicts == b->verdicts;
}

/* How many of the former ones stand as they were: they are equal, and lie before the first
 * entry that this call has changed. */
static uint32_t forward_kept(const prm_engine *engine, const prm__partner *partner)
{
    const prm__forward *before = prm__list_data(&engine->pool, &partner->forwarded);
    const prm__forward *after = prm__list_data(&engine->pool, &partner->forwards);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    bool changes = partner->changed < partner->entries.count;
    uint32_t kept = 0;
    while (kept < partner->forwarded.count && kept < partner->forwards.count &&
           forward_same(&before[kept], &after[kept]) &&
           (!changes ||
            prm__engine_compare_events(engine, after[kept].event, entries[partner->changed].event) < 0))
        kept++;
    return kept;
}

/* From what was handed up before to what is now, both in the order of events. */
static prm_status forward_resend(prm_engine *engine, uint32_t index)
{
    uint32_t kept = forward_kept(engine, prm__engine_partner(engine, index));
    for (uint32_t i = kept, j = kept;;) {
        const prm__partner *partner = prm__engine_partner(engine, index);
        const prm__forward *before = prm__list_data(&engine->pool, &partner->forwarded);
        const prm__forward *after = prm__list_data(&engine->pool, &partner->forwards);
        bool has_before = i < partner->forwarded.count, has_after = j < partner->forwards.count;
        if (!has_before && !has_after)
            return PRM_OK;
        int order = has_before ? -1 : 1;
        if (has_before && has_after)
            order = prm__engine_compare_events(engine, before[i].event, after[j].event);
        if (order == 0 && forward_same(&before[i], &after[j])) {
            PRM_TRY(forward_move(engine, &after[j++], forward_again));
            i++;
        } else if (order <= 0) {
            PRM_TRY(forward_move(engine, &before[i++], forward_remove));
        } else {
            PRM_TRY(forward_move(engine, &after[j++], forward_insert));
        }
    }
}

prm_status prm__forward_send(prm_engine *engine, uint32_t index)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    if (partner->flags & PRM_PARTNER_RESENDS) {
        PRM_TRY(forward_resend(engine, index));
        partner = prm__engine_partner(engine, index);
        prm__list_clear(&engine->pool, &partner->forwarded);
        partner->flags &= ~(uint32_t)PRM_PARTNER_RESENDS;
        partner->sent = partner->forwards.count;
    }
    for (uint32_t i = partner->sent; i < prm__engine_partner(engine, index)->forwards.count; i++) {
        const prm__forward *forwards = prm__list_data(&engine->pool,
                                                      &prm__engine_partner(engine, index)->forwards);
        PRM_TRY(forward_move(engine, &forwards[i], forward_insert));
    }
    partner = prm__engine_partner(engine, index);
    partner->sent = partner->forwards.count;
    return PRM_OK;
}

void prm__forward_forget(prm_engine *engine)
{
    for (uint32_t i = 0; engine->has_links && i < engine->partners.count; i++) {
        prm__partner *partner = prm__engine_partner(engine, i);
        prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
        uint32_t own = 0;
        partner->folded = 0;
        for (uint32_t j = 0; j < partner->entries.count; j++) {
            if (entries[j].forwarded)
                continue;
            partner->folded += prm__engine_event(engine, entries[j].event)->time <= engine->clock;
            entries[own++] = entries[j];
        }
        partner->entries.count = own;
        prm__list_clear(&engine->pool, &partner->forwards);
        prm__list_clear(&engine->pool, &partner->forwarded);
        partner->sent = 0;
        engine->stale += (partner->flags & PRM_PARTNER_STALE) == 0;
        partner->flags = (partner->flags & PRM_PARTNER_LEFT) | PRM_PARTNER_STALE;
    }
}
