#include "questions.h"
#include "report.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASKED 200 /* outcomes that are explained */
#define TEXT 200

typedef struct asked {
    char id[ASKED][TEXT];
    char partner[ASKED][TEXT];
    size_t count;
} asked;

static int questions_fail(const char *what, const prm_error *error)
{
    fprintf(stderr, "bench: %s: %s\n", what, error->message);
    return 1;
}

static int questions_progress(prm_engine *engine, uint32_t order, uint64_t limit, const char *what)
{
    prm_error error;
    prm_rows *rows = NULL;
    prm_progress row = {.size = sizeof row};
    prm_counts before = {.size = sizeof before}, after = {.size = sizeof after};
    prm_pending_options options = {
        .size = sizeof options, .rule = PRM_NONE, .states = UINT32_MAX, .order = order, .limit = limit};
    uint64_t lines = 0, start = report_now();
    if (prm_engine_counts(engine, &before) != PRM_OK)
        return 1;
    if (prm_engine_pending(engine, &options, &rows, &error) != PRM_OK)
        return questions_fail("progress", &error);
    if (prm_engine_counts(engine, &after) != PRM_OK)
        return 1;
    while (prm_rows_next_progress(rows, &row) > 0)
        lines++;
    uint64_t took = report_now() - start;
    prm_rows_free(rows);
    char name[96];
    snprintf(name, sizeof name, "progress of %" PRIu64 " subjects, %s: %" PRIu64 " lines", before.subjects,
             what, lines);
    report_value(name, (double)took / 1e6, "ms", 0);
    report_value("  held for it", (double)(after.bytes - before.bytes) / 1e6, "MB", 0);
    return 0;
}

/* Rows of rules, evenly over the ledger. */
static int questions_choose(prm_engine *engine, asked *chosen)
{
    prm_error error;
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    if (prm_engine_ledger(engine, &rows, &error) != PRM_OK)
        return questions_fail("ledger", &error);
    size_t step = prm_rows_count(rows) / ASKED + 1, seen = 0;
    while (prm_rows_next(rows, &row) > 0 && chosen->count < ASKED) {
        if (++seen < step || row.id.size >= TEXT || row.partner.size >= TEXT ||
            memchr(row.id.data, '!', row.id.size) != NULL)
            continue;
        memcpy(chosen->id[chosen->count], row.id.data, row.id.size);
        memcpy(chosen->partner[chosen->count++], row.partner.data, row.partner.size);
        seen = 0;
    }
    prm_rows_free(rows);
    return 0;
}

static int questions_explain(prm_engine *engine, const asked *chosen, uint64_t *took)
{
    prm_error error;
    uint64_t start = report_now();
    for (size_t i = 0; i < chosen->count; i++) {
        prm_explanation *explanation = NULL;
        if (prm_engine_explain(engine, (prm_text){chosen->id[i], strlen(chosen->id[i])}, &explanation,
                               &error) != PRM_OK)
            return questions_fail(chosen->id[i], &error);
        prm_explanation_free(explanation);
    }
    *took = report_now() - start;
    return 0;
}

/* An event before all others folds its partner from the start. */
static int questions_fold(prm_engine *engine, const asked *chosen, uint64_t *took)
{
    prm_error error;
    uint64_t start = report_now();
    for (size_t i = 0; i < chosen->count; i++) {
        char id[TEXT];
        prm_field field = {
            PRM_NONE, PRM_VALUE_TEXT, "partner", 7, chosen->partner[i], strlen(chosen->partner[i]), 0};
        int size = snprintf(id, sizeof id, "early-%zu", i);
        prm_event event = {PRM_NONE, 1, "meeting.held", 12, id, (size_t)size, (int64_t)i, &field};
        if (prm_engine_ingest(engine, &event, 1, sizeof event, NULL, &error) != PRM_OK)
            return questions_fail("a late event", &error);
    }
    *took = report_now() - start;
    return 0;
}

int questions_ask(prm_engine *engine)
{
    uint64_t explaining = 0, folding = 0;
    asked *chosen = calloc(1, sizeof *chosen);
    if (chosen == NULL)
        return 1;
    int result = questions_progress(engine, PRM_ORDER_NONE, 0, "one after the other") ||
                 questions_progress(engine, PRM_ORDER_CLOSEST, 100, "the 100 closest") ||
                 questions_progress(engine, PRM_ORDER_NAMES, 0, "all by name") ||
                 questions_choose(engine, chosen) || questions_explain(engine, chosen, &explaining) ||
                 questions_fold(engine, chosen, &folding);
    if (result == 0 && chosen->count > 0)
        report_value("explaining an outcome, against folding its partner again",
                     (double)explaining / 1e3 / (double)chosen->count, "us",
                     (double)folding / 1e3 / (double)chosen->count);
    free(chosen);
    return result;
}
