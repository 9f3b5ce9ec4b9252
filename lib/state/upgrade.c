#include "state/upgrade.h"
#include "base/error.h"
#include "engine/ingest.h"
#include "engine/lifetime.h"
#include "engine/rows.h"
#include "state/mend.h"
#include "state/replay.h"
#include <string.h>

/* The counts go on; what the new program does not know counts as ignored and dropped from now on. */
static void upgrade_counts(const prm_engine *engine, prm_engine *with, const prm__replay *replay)
{
    with->counts = engine->counts;
    with->counts.accepted -= replay->ignored;
    with->counts.ignored += replay->ignored;
    with->counts.dropped_fields += replay->dropped;
}

static prm_status upgrade_feed(prm_engine *engine, prm_engine *with, prm_error *error)
{
    prm__replay replay;
    prm__replay_init(&replay, with, error);
    prm_status status = prm__replay_engine(&replay, engine);
    if (status == PRM_OK)
        status = prm__replay_settle(with, engine->clock, engine->clock_follows != 0, engine->journal_first);
    if (status == PRM_OK)
        upgrade_counts(engine, with, &replay);
    prm__replay_free(&replay);
    return status;
}

/* The postings that the host does not have yet, and then the differences. */
static prm_status upgrade_journal(prm_engine *engine, prm_engine *with, const prm__written *differences)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    PRM_TRY(prm__rows_journal(engine, 1, &rows));
    prm_status status = PRM_OK;
    while (status == PRM_OK && prm__rows_next(rows, &row))
        status = prm__written_add(&with->written, &row);
    prm__rows_free(rows);
    for (size_t i = 0; status == PRM_OK && i < prm__written_count(differences); i++) {
        prm__written_get(differences, i, &row);
        status = prm__written_add(&with->written, &row);
    }
    return status;
}

static bool upgrade_same_currency(const prm_program *a, const prm_program *b)
{
    prm_text left = prm__program_text(a, a->head->currency), right = prm__program_text(b, b->head->currency);
    return left.size == right.size && memcmp(left.data, right.data, left.size) == 0;
}

static prm_status upgrade_ready(prm_engine *engine, prm_engine *with, prm__written *differences,
                                prm_error *error)
{
    if (!upgrade_same_currency(engine->program, with->program))
        return prm__error_set(error, PRM_E_UNSUPPORTED,
                              "the new program has another currency: events and postings are in the old one");
    if (engine->settled != INT64_MIN)
        return prm__error_set(
            error, PRM_E_UNSUPPORTED,
            "time is settled: what was paid under the old program cannot be told from what the "
            "new one would pay, so an engine that has settled cannot go to another program");
    PRM_TRY(prm__ingest_refresh(engine));
    PRM_TRY(upgrade_feed(engine, with, error));
    PRM_TRY(prm__mend_engine(with, engine, differences));
    return upgrade_journal(engine, with, differences);
}

prm_status prm__upgrade(prm_engine *engine, prm_program *program, bool dry_run, prm_rows **rows,
                        prm_error *error)
{
    prm_engine_options options = {.size = sizeof options,
                                  .clock_follows = 0,
                                  .hash_seed = engine->texts.seed,
                                  .allocator = &engine->alloc.host};
    prm_engine *with = NULL;
    prm__written differences;
    PRM_TRY(prm__engine_new(program, &options, &with));
    prm__written_init(&differences, &engine->alloc, engine->texts.seed);
    uint64_t first = engine->journal_first + prm__engine_postings(engine);
    prm_status status = upgrade_ready(engine, with, &differences, error);
    if (status == PRM_OK)
        status = prm__rows_written(&engine->alloc, &differences, dry_run ? 0 : first, rows);
    prm__written_free(&differences);
    if (status == PRM_OK && !dry_run)
        prm__engine_replace(engine, with);
    else
        prm__engine_free(with);
    return status;
}
