/* api, engines: checks of handles, sizes and NULL, and the caller's error filled in. No
 * logic. */
#include "api/guard.h"
#include "base/error.h"
#include "base/utf8.h"
#include "engine/answer.h"
#include "engine/ingest.h"
#include "engine/journey.h"
#include "engine/lifetime.h"
#include "engine/progress.h"
#include "engine/rank.h"
#include "state/closing.h"
#include "engine/commission.h"
#include "engine/tally.h"
#include "engine/totals.h"
#include <inttypes.h>

prm_status prm_engine_new(prm_program *program, const prm_engine_options *options, prm_engine **out,
                          prm_error *error)
{
    if (!program || !out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a program and a place for the engine are needed");
    PRM_TRY(prm__guard_options(options, error));
    return prm__guard_fail(error, prm__engine_new(program, options, out));
}

void prm_engine_free(prm_engine *engine)
{
    prm__engine_free(engine);
}

const prm_program *prm_engine_program(const prm_engine *engine)
{
    return engine ? engine->program : NULL;
}

prm_status prm_engine_intern(prm_engine *engine, const char *text, size_t size, uint32_t *out,
                             prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!out || (!text && size))
        return prm__error_set(error, PRM_E_ARGUMENT, "a text and a place for its handle are needed");
    if (size > PRM_LIMIT_TEXT_BYTES)
        return prm__error_set(error, PRM_E_LIMIT, "the text has %zu bytes; at most %d are taken", size,
                              PRM_LIMIT_TEXT_BYTES);
    if (!prm__utf8_valid(text, size))
        return prm__error_set(error, PRM_E_EVENT, "the text is not UTF-8, or has a NUL");
    uint32_t key = prm__intern_key(&engine->texts, text, size);
    if (!key || prm__intern_open_notes(&engine->texts) != PRM_OK)
        return prm__error_memory(error);
    if (key > engine->texts_given)
        engine->texts_given = key;
    *out = key;
    return PRM_OK;
}

prm_status prm_engine_ingest(prm_engine *engine, const prm_event *events, size_t count, size_t event_size,
                             prm_answer *answers, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    PRM_TRY(prm__guard_events(events, count, event_size, error));
    return prm__guard_fail(error, prm__ingest(engine, events, count, engine->clock, answers));
}

size_t prm_engine_answer_text(const prm_engine *engine, const prm_event *event, const prm_answer *answer,
                              char *buffer, size_t capacity)
{
    if (!engine || !event || !answer || (!buffer && capacity) || !prm__guard_event(event))
        return 0;
    return prm__answer_explain(engine, event, answer, buffer, capacity);
}

prm_status prm_engine_advance(prm_engine *engine, int64_t time, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (time < engine->clock)
        return prm__error_set(error, PRM_E_CLOCK,
                              "the clock never goes back: it stands at %" PRId64 " ms UTC", engine->clock);
    if (time > PRM_TIME_MAX)
        return prm__error_set(error, PRM_E_ARGUMENT, "the clock cannot pass the year 9999");
    return prm__guard_fail(error, prm__ingest(engine, NULL, 0, time, NULL));
}

int64_t prm_engine_clock(const prm_engine *engine)
{
    return engine ? engine->clock : 0;
}

prm_status prm_engine_settle(prm_engine *engine, int64_t time, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (time > engine->clock)
        return prm__error_set(
            error, PRM_E_CLOCK,
            "only what the clock has passed can be settled: it stands at %" PRId64 " ms UTC", engine->clock);
    return prm__guard_fail(error, prm__closing_settle(engine, time));
}

int64_t prm_engine_settled(const prm_engine *engine)
{
    return engine ? engine->settled : PRM_NO_TIME;
}

prm_status prm_engine_counts(const prm_engine *engine, prm_counts *out)
{
    if (!engine || !out || out->size < sizeof *out)
        return PRM_E_ARGUMENT;
    prm__tally(engine, out);
    return PRM_OK;
}

/* ---- Rows ---- */

prm_status prm_engine_ledger(prm_engine *engine, prm_rows **out, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a place for the rows is needed");
    return prm__guard_fail(error, prm__rows_ledger(engine, out));
}

prm_status prm_engine_journal(prm_engine *engine, uint64_t first, prm_rows **out, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!out || first == 0)
        return prm__error_set(error, PRM_E_ARGUMENT,
                              "a place for the rows and a number from 1 on are needed");
    return prm__guard_fail(error, prm__rows_journal(engine, first, out));
}

prm_status prm_engine_journal_release(prm_engine *engine, uint64_t last, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    prm__rows_release(engine, last);
    return PRM_OK;
}

size_t prm_rows_count(const prm_rows *rows)
{
    return rows ? rows->count : 0;
}

int32_t prm_rows_next(prm_rows *rows, prm_row *out)
{
    if (!rows || !out || out->size < sizeof *out)
        return -1;
    return prm__rows_next(rows, out);
}

void prm_rows_free(prm_rows *rows)
{
    prm__rows_free(rows);
}

/* ---- Questions ---- */

/* The key of a text that the engine knows; 0 for an empty or unknown one. */
static uint32_t api_known(const prm_engine *engine, prm_text text)
{
    return text.size && text.data ? prm__intern_find(&engine->texts, text.data, text.size) : 0;
}

prm_status prm_engine_rate(prm_engine *engine, prm_text partner, prm_text rep, prm_text customer,
                           prm_text product, int64_t time, int64_t *rate_e12, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!rate_e12)
        return prm__error_set(error, PRM_E_ARGUMENT, "a place for the rate is needed");
    if (!engine->program->head->commission.present)
        return prm__error_set(error, PRM_E_NOT_FOUND, "the program has no commission, so it has no rate");
    if (time > engine->clock)
        return prm__error_set(error, PRM_E_CLOCK, "the rate of a time after the clock is not known yet");
    prm_status status = prm__ingest_refresh(engine);
    if (status != PRM_OK)
        return prm__guard_fail(error, status);
    uint32_t key = api_known(engine, partner);
    uint32_t index = key ? prm__engine_find_partner(engine, key) : PRM_NONE;
    if (!prm__commission_rate_at(engine, index, api_known(engine, rep), api_known(engine, customer),
                                 api_known(engine, product), time, rate_e12))
        return prm__error_set(error, PRM_E_LIMIT, "the additions in force make a rate beyond all limits");
    return PRM_OK;
}

prm_status prm_engine_rank(prm_engine *engine, prm_text partner, int64_t time, prm_text *rank,
                           prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!rank)
        return prm__error_set(error, PRM_E_ARGUMENT, "a place for the rank is needed");
    const prm_program *program = engine->program;
    if (!program->head->ranks.present)
        return prm__error_set(error, PRM_E_NOT_FOUND, "the program has no ranks");
    if (time > engine->clock)
        return prm__error_set(error, PRM_E_CLOCK, "the rank at a time after the clock is not known yet");
    prm_status status = prm__ingest_refresh(engine);
    if (status != PRM_OK)
        return prm__guard_fail(error, status);
    uint32_t key = api_known(engine, partner);
    uint32_t index = key ? prm__engine_find_partner(engine, key) : PRM_NONE;
    uint32_t level = 0;
    if (index != PRM_NONE)
        level = prm__rank_level_at(engine, prm__engine_partner(engine, index), time);
    *rank = prm__program_text(program, program->levels[level].text);
    return PRM_OK;
}

prm_status prm_engine_totals(prm_engine *engine, int32_t by_rule, prm_rows **out, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a place for the rows is needed");
    prm_status status = prm__ingest_refresh(engine);
    if (status != PRM_OK)
        return prm__guard_fail(error, status);
    return prm__guard_fail(error, prm__totals_rows(engine, by_rule != 0, out));
}

int32_t prm_rows_next_total(prm_rows *rows, prm_total *out)
{
    if (!rows || !out || out->size < sizeof *out)
        return -1;
    return prm__totals_next(rows, out);
}

static prm_status api_progress(prm_engine *engine, const prm_pending_options *options, uint32_t states,
                               prm_rows **out, prm_error *error)
{
    uint32_t rule = options->rule;
    PRM_TRY(prm__guard_engine(engine, error));
    if (!out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a place for the rows is needed");
    if (rule != PRM_NONE && rule >= engine->program->first_stage)
        return prm__error_set(error, PRM_E_NOT_FOUND,
                              "the program has %u rules; there is no rule of index %u",
                              (unsigned)engine->program->first_stage, (unsigned)rule);
    const prm__progress_wanted wanted = {rule, api_known(engine, options->partner), states, options->order,
                                         options->limit};
    if (options->partner.size && !wanted.partner)
        return prm__error_set(error, PRM_E_NOT_FOUND, "no event has named that partner");
    prm_status status = prm__ingest_refresh(engine);
    if (status != PRM_OK)
        return prm__guard_fail(error, status);
    return prm__guard_fail(error, prm__progress_rows(engine, &wanted, out));
}

prm_status prm_engine_progress(prm_engine *engine, uint32_t rule, prm_text partner, prm_rows **out,
                               prm_error *error)
{
    const prm_pending_options options = {.rule = rule, .partner = partner};
    return api_progress(engine, &options, UINT32_MAX, out, error);
}

prm_status prm_engine_pending(prm_engine *engine, const prm_pending_options *options, prm_rows **out,
                              prm_error *error)
{
    if (!options || options->size < sizeof *options || options->order > PRM_ORDER_NONE)
        return prm__error_set(error, PRM_E_ARGUMENT, "options of full size, with an order, are needed");
    return api_progress(engine, options, options->states ? options->states : 1U << PRM_STATE_OPEN, out,
                        error);
}

int32_t prm_rows_next_progress(prm_rows *rows, prm_progress *out)
{
    if (!rows || !out || out->size < sizeof *out)
        return -1;
    return prm__progress_next(rows, out);
}

prm_status prm_engine_journey(prm_engine *engine, prm_text partner, prm_rows **out, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a place for the rows is needed");
    if (prm_program_stage_count(engine->program) == 0)
        return prm__error_set(error, PRM_E_NOT_FOUND, "the program has no journey");
    uint32_t key = api_known(engine, partner);
    if (partner.size && !key)
        return prm__error_set(error, PRM_E_NOT_FOUND, "no event has named that partner");
    prm_status status = prm__ingest_refresh(engine);
    if (status != PRM_OK)
        return prm__guard_fail(error, status);
    return prm__guard_fail(error, prm__journey_rows(engine, key, out));
}

int32_t prm_rows_next_journey(prm_rows *rows, prm_journey *out)
{
    if (!rows || !out || out->size < sizeof *out)
        return -1;
    return prm__journey_next(rows, out);
}
