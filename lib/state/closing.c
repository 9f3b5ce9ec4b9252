#include "state/closing.h"
#include "engine/lifetime.h"
#include "engine/settle.h"
#include "state/mend.h"
#include "state/restore.h"
#include "state/snapshot.h"

static prm_status closing_new(const prm_engine *engine, prm_engine **out)
{
    prm_engine_options options = {.size = sizeof options,
                                  .clock_follows = 0,
                                  .hash_seed = engine->texts.seed,
                                  .allocator = &engine->alloc.host};
    return prm__engine_new(engine->program, &options, out);
}

/* Settled time stays as it is now, also where what makes it so came later and may be undone: a rate that was
 * overtaken before it began then begins at the settled instant at the earliest, and one that was ended earlier
 * goes on no longer. */
static void closing_keep_end(prm__outcome *rate, const prm__outcome *now, int64_t settled)
{
    bool over = rate->until != PRM_NO_TIME && rate->until <= settled;
    if (rate->kind != PRM_OUTCOME_RATE || rate->rule != now->rule || rate->action != now->action ||
        rate->at != now->at)
        return;
    if (now->kind == PRM_OUTCOME_NONE && rate->from < settled) {
        rate->kind = over ? PRM_OUTCOME_NONE : PRM_OUTCOME_RATE;
        rate->from = over ? rate->from : settled;
        rate->more.rate.from_position = over ? rate->more.rate.from_position : 0;
    } else if (now->kind == PRM_OUTCOME_RATE && over && now->until != PRM_NO_TIME &&
               now->until < rate->until) {
        rate->until = now->until;
        rate->more.rate.until_position = now->more.rate.until_position;
    }
}

/* The outcomes of an engine that stands still are the first ones of the engine that goes on, one for one. */
static void closing_keep_ends(const prm_engine *engine, prm_engine *still)
{
    for (uint32_t i = 0; i < still->partners.count; i++) {
        prm__partner *partner = prm__engine_partner(still, i);
        prm_text name = prm__engine_text(still, partner->key);
        uint32_t index = prm__engine_find_partner(engine,
                                                  prm__intern_find(&engine->texts, name.data, name.size));
        if (index == PRM_NONE)
            continue;
        const prm__partner *now = prm__engine_partner(engine, index);
        const prm__outcome *outcomes = prm__list_data(&engine->pool, &now->outcomes);
        prm__outcome *rates = prm__list_data(&still->pool, &partner->outcomes);
        for (uint32_t j = 0; j < partner->outcomes.count && j < now->outcomes.count; j++)
            closing_keep_end(&rates[j], &outcomes[j], engine->settled);
    }
}

/* The bytes of an engine that has closed its settled time. */
static prm_status closing_bytes(prm_engine *engine, prm__vec *bytes)
{
    prm__snapshot snapshot;
    prm_engine *still = NULL;
    PRM_TRY(prm__snapshot_save(engine, bytes));
    PRM_TRY(closing_new(engine, &still));
    prm_status status = prm__restore_own(still, bytes, engine->settled - 1);
    if (status == PRM_OK) {
        closing_keep_ends(engine, still);
        status = prm__snapshot_init_closing(&snapshot, still, engine->clock);
        if (status == PRM_OK)
            status = prm__snapshot_bytes(&snapshot, bytes);
        prm__snapshot_free(&snapshot);
    }
    prm__engine_free(still);
    return status;
}

/* The texts of which the host has handles keep them: a new engine gives the same ones in the same order. */
static prm_status closing_texts(const prm_engine *engine, prm_engine *with)
{
    for (uint32_t key = prm__intern_count(&with->texts) + 1; key <= engine->texts_given; key++) {
        prm_text text = prm__engine_text(engine, key);
        if (!prm__intern_key(&with->texts, text.data, text.size))
            return PRM_E_MEMORY;
    }
    with->texts_given = engine->texts_given;
    return PRM_OK;
}

/* Whether the ledger of the one is that of the other. */
static prm_status closing_same(prm_engine *engine, prm_engine *with)
{
    prm__written differences;
    prm__written_init(&differences, &engine->alloc, engine->texts.seed);
    prm_status status = prm__mend_engine(with, engine, &differences);
    if (status == PRM_OK && PRM_NEVER(prm__written_count(&differences) > 0))
        status = PRM_E_INTERNAL;
    prm__written_free(&differences);
    return status;
}

static prm_status closing_make(prm_engine *engine, prm__vec *bytes, prm_engine **out)
{
    PRM_TRY(closing_bytes(engine, bytes));
    PRM_TRY(closing_new(engine, out));
    PRM_TRY(closing_texts(engine, *out));
    PRM_TRY(prm__restore_own(*out, bytes, INT64_MAX));
    return closing_same(engine, *out);
}

prm_status prm__closing_settle(prm_engine *engine, int64_t time)
{
    prm__settle_former former;
    prm_engine *with = NULL;
    prm__vec bytes;
    if (time <= engine->settled)
        return PRM_OK;
    PRM_TRY(prm__settle(engine, time, &former));
    prm__vec_init(&bytes, &engine->alloc, 1);
    prm_status status = closing_make(engine, &bytes, &with);
    prm__vec_free(&bytes);
    if (status == PRM_OK) {
        prm__settle_drop(&former);
        prm__engine_replace(engine, with);
        return PRM_OK;
    }
    prm__engine_free(with);
    prm__settle_put_back(engine, &former);
    return status == PRM_E_MEMORY || status == PRM_E_LIMIT ? status : PRM_E_INTERNAL;
}
