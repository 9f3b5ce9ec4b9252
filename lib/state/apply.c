#include "state/apply.h"
#include "base/error.h"
#include "engine/ingest.h"
#include "engine/lifetime.h"
#include "engine/rows.h"
#include "state/restore.h"
#include "state/snapshot.h"

/* The postings that the state had not released, and those of this call. */
static prm_status apply_rows(prm_engine *engine, prm__alloc *alloc, prm_rows **out)
{
    prm_rows *journal = NULL;
    prm_row row = {.size = sizeof row};
    prm__written written;
    PRM_TRY(prm__rows_journal(engine, 1, &journal));
    prm__written_init(&written, alloc, engine->texts.seed);
    prm_status status = PRM_OK;
    while (status == PRM_OK && prm__rows_next(journal, &row))
        status = prm__written_add(&written, &row);
    prm__rows_free(journal);
    if (status == PRM_OK)
        status = prm__rows_written(alloc, &written, engine->journal_first, out);
    prm__written_free(&written);
    return status;
}

static prm_status apply_in(prm_engine *engine, const prm_apply_item *item, prm__applied_one *one,
                           prm_error *error)
{
    int64_t clock = item->clock == PRM_NO_TIME ? engine->clock : item->clock;
    if (clock < engine->clock)
        return prm__error_set(error, PRM_E_CLOCK, "the clock never goes back");
    PRM_TRY(prm__vec_reserve(&one->answers, item->event_count));
    PRM_TRY(prm__ingest(engine, item->events, item->event_count, clock, one->answers.data));
    one->answers.count = item->event_count;
    one->clock = engine->clock;
    PRM_TRY(apply_rows(engine, one->state.alloc, &one->rows));
    prm__rows_release(engine, UINT64_MAX);
    return prm__snapshot_save(engine, &one->state);
}

static prm_status apply_one(prm_program *program, const prm_engine_options *options,
                            const prm_apply_item *item, prm__applied_one *one, prm_error *error)
{
    prm_engine *engine = NULL;
    if (item->state_size)
        PRM_TRY(prm__restore(program, options, item->state, item->state_size, &engine, error));
    else
        PRM_TRY(prm__engine_new(program, options, &engine));
    prm_status status = apply_in(engine, item, one, error);
    prm__engine_free(engine);
    return status;
}

void prm__applied_free(prm_applied *applied)
{
    if (!applied)
        return;
    for (size_t i = 0; i < applied->items.count; i++) {
        prm__applied_one *one = prm__vec_at(&applied->items, i);
        prm__vec_free(&one->state);
        prm__vec_free(&one->answers);
        prm__rows_free(one->rows);
    }
    prm__vec_free(&applied->items);
    prm__alloc alloc = applied->alloc;
    prm__alloc_release(&alloc, applied, 1, sizeof *applied);
}

static prm_status apply_items(prm_program *program, const prm_engine_options *options,
                              const prm_apply_item *items, size_t count, prm_applied *applied, size_t *at,
                              prm_error *error)
{
    PRM_TRY(prm__vec_reserve(&applied->items, count));
    for (*at = 0; *at < count; ++*at) {
        prm__applied_one *one = prm__vec_push(&applied->items);
        prm__vec_init(&one->state, &applied->alloc, 1);
        prm__vec_init(&one->answers, &applied->alloc, sizeof(prm_answer));
        PRM_TRY(apply_one(program, options, &items[*at], one, error));
    }
    return PRM_OK;
}

prm_status prm__apply(prm_program *program, const prm_engine_options *options, const prm_apply_item *items,
                      size_t count, prm_applied **out, size_t *at, prm_error *error)
{
    prm__alloc alloc;
    *at = 0;
    prm__alloc_init(&alloc, options ? options->allocator : NULL);
    prm_applied *applied = prm__alloc_zeroed(&alloc, 1, sizeof *applied);
    if (!applied)
        return PRM_E_MEMORY;
    applied->alloc = alloc;
    prm__vec_init(&applied->items, &applied->alloc, sizeof(prm__applied_one));
    prm_status status = apply_items(program, options, items, count, applied, at, error);
    if (status != PRM_OK) {
        prm__applied_free(applied);
        return status;
    }
    *out = applied;
    return PRM_OK;
}
