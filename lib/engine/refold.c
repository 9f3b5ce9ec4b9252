#include "engine/refold.h"
#include "engine/across.h"
#include "engine/fold.h"
#include "engine/forward.h"
#include "engine/stash.h"

/* Between calls nobody is on the list of touched partners. */
static prm_status refold_begin(prm_engine *engine, uint32_t index)
{
    engine->touched.count = 0;
    return prm__engine_touch(engine, index, 0);
}

/* What is true of a partner during a call alone. */
#define REFOLD_FLAGS                                                                                         \
    ((uint32_t)(PRM_PARTNER_TOUCHED | PRM_PARTNER_AMEND | PRM_PARTNER_STASHED | PRM_PARTNER_PENDING |        \
                PRM_PARTNER_RESENDS))

/* As the end of a call leaves a partner. */
static void refold_end(prm_engine *engine, uint32_t index)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    prm__stash_restore(engine, partner);
    partner->changed = PRM_NO_INDEX;
    partner->flags &= ~REFOLD_FLAGS;
}

/* As a call that has failed leaves it. */
static void refold_fail(prm_engine *engine, uint32_t index)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    prm__stash_restore(engine, partner);
    partner->rerate_from = INT64_MAX;
    engine->stale += (partner->flags & PRM_PARTNER_STALE) == 0;
    partner->flags &= ~(REFOLD_FLAGS | (uint32_t)PRM_PARTNER_EXISTS);
    partner->flags |= PRM_PARTNER_STALE;
    prm__across_fail(engine);
    if (engine->has_links)
        prm__forward_forget(engine);
}

/* Hints for the heap of what is due stand as they are: while it folds, the partner expects nothing. */
static prm_status refold_fold(prm_engine *engine, uint32_t index, int64_t until)
{
    int64_t clock = engine->clock, due = prm__engine_partner(engine, index)->due;
    prm__engine_partner(engine, index)->due = INT64_MIN;
    engine->clock = until;
    prm_status status = prm__fold_partner(engine, index);
    engine->clock = clock;
    prm__engine_partner(engine, index)->due = due;
    return status;
}

static prm_status refold_finish(prm_engine *engine, uint32_t index, prm_status status)
{
    if (status == PRM_OK)
        status = refold_fold(engine, index, engine->clock);
    prm__engine_partner(engine, index)->changed = PRM_NO_INDEX;
    if (status == PRM_OK && engine->has_links)
        status = prm__forward_send(engine, index);
    engine->watch = NULL;
    if (status == PRM_OK)
        refold_end(engine, index);
    else
        refold_fail(engine, index);
    return status;
}

prm_status prm__refold(prm_engine *engine, uint32_t index, prm__watch *watch, int64_t until,
                       void (*then)(prm__watch *))
{
    PRM_TRY(refold_begin(engine, index));
    engine->watch = watch;
    prm_status status = PRM_OK;
    if (then) {
        status = refold_fold(engine, index, until);
        prm__engine_partner(engine, index)->changed = PRM_NO_INDEX;
        int64_t clock = engine->clock;
        engine->clock = until;
        if (status == PRM_OK)
            then(watch);
        engine->clock = clock;
    }
    return refold_finish(engine, index, status);
}

/* Sets or clears the marks of death of the partner's own events; `marks` keeps them, one byte each. */
static void refold_marks(prm_engine *engine, uint32_t index, char *marks, bool clear)
{
    const prm__partner *partner = prm__engine_partner(engine, index);
    const prm__entry *entries = prm__list_data(&engine->pool, &partner->entries);
    for (uint32_t i = 0; i < partner->entries.count; i++) {
        prm__event *event = prm__store_event(&engine->store, entries[i].event);
        if (clear)
            marks[i] = (char)(event->marks & PRM_EVENT_DEAD);
        if (clear)
            event->marks &= (uint8_t)~PRM_EVENT_DEAD;
        else
            event->marks |= (uint8_t)marks[i];
    }
}

prm_status prm__refold_unvoided(prm_engine *engine, uint32_t index, prm__watch *watch)
{
    uint32_t count = prm__engine_partner(engine, index)->entries.count;
    if (count == 0)
        return PRM_OK;
    char *marks = prm__alloc_zeroed(&engine->alloc, count, 1);
    if (!marks)
        return PRM_E_MEMORY;
    prm_status status = refold_begin(engine, index);
    if (status == PRM_OK) {
        refold_marks(engine, index, marks, true);
        engine->watch = watch;
        status = refold_fold(engine, index, engine->clock);
        engine->watch = NULL;
        refold_marks(engine, index, marks, false);
        prm__engine_partner(engine, index)->changed = 0;
        status = refold_finish(engine, index, status);
    }
    prm__alloc_release(&engine->alloc, marks, count, 1);
    return status;
}
