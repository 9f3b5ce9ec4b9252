/* api, explanations: checks of handles, sizes and NULL. No logic. */
#include "api/guard.h"
#include "base/error.h"
#include "engine/explain.h"
#include "engine/ingest.h"
#include <inttypes.h>

static uint32_t api_explain_key(const prm_engine *engine, prm_text text)
{
    return text.size && text.data ? prm__intern_find(&engine->texts, text.data, text.size) : 0;
}

static prm_status api_explain_ask(prm_engine *engine, const prm__question *question, prm_explanation **out,
                                  const char *nothing, prm_error *error)
{
    prm_status status = prm__ingest_refresh(engine);
    if (status == PRM_OK)
        status = prm__explain(engine, question, out);
    if (status == PRM_E_NOT_FOUND)
        return prm__error_set(error, status, "%s", nothing);
    return prm__guard_fail(error, status);
}

prm_status prm_engine_explain(prm_engine *engine, prm_text id, prm_explanation **out, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!out || !id.data || !id.size)
        return prm__error_set(error, PRM_E_ARGUMENT, "an id and a place for the explanation are needed");
    const prm__question question = {.id = id};
    return api_explain_ask(engine, &question, out,
                           "the id names no rule, partner or event that is known here", error);
}

prm_status prm_engine_explain_missing(prm_engine *engine, uint32_t rule, prm_text partner, prm_text rep,
                                      prm_text customer, prm_text product, int64_t at, prm_explanation **out,
                                      prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a place for the explanation is needed");
    if (rule >= engine->program->first_stage)
        return prm__error_set(error, PRM_E_NOT_FOUND,
                              "the program has %u rules; there is no rule of index %u",
                              (unsigned)engine->program->first_stage, (unsigned)rule);
    if (at != PRM_NO_TIME && at > engine->clock)
        return prm__error_set(error, PRM_E_CLOCK, "what lies after the clock is not known yet");
    const prm_text names[] = {rep, customer, product};
    prm__question question = {.rule = rule,
                              .partner = api_explain_key(engine, partner),
                              .at = at == PRM_NO_TIME ? engine->clock : at};
    if (!question.partner)
        return prm__error_set(error, PRM_E_NOT_FOUND, "no event has named that partner");
    for (uint32_t i = 0; i < 3; i++) {
        question.names[i] = api_explain_key(engine, names[i]);
        if (names[i].size && !question.names[i])
            return prm__error_set(error, PRM_E_NOT_FOUND, "no event has named '%.*s'",
                                  (int)(names[i].size < 100 ? names[i].size : 100), names[i].data);
    }
    return api_explain_ask(engine, &question, out, "the rule has no such subject in that partner yet", error);
}

size_t prm_explanation_count(const prm_explanation *explanation)
{
    return explanation ? explanation->facts.count : 0;
}

prm_status prm_explanation_get(const prm_explanation *explanation, size_t index, prm_fact *out)
{
    if (!explanation || !out || out->size < sizeof *out || index >= explanation->facts.count)
        return PRM_E_ARGUMENT;
    uint32_t size = out->size;
    *out = *(const prm_fact *)prm__vec_at(&explanation->facts, index);
    out->size = size;
    return PRM_OK;
}

const char *prm_fact_name(uint32_t kind)
{
    return prm__fact_name(kind);
}

void prm_explanation_free(prm_explanation *explanation)
{
    prm__explain_free(explanation);
}
