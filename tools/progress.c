#include "verbs.h"

/* prm progress: who is how far. With --pending the open ones alone, within each rule the nearest to its
 * target first; with --sort over all rules. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explaintext.h"
#include "langoption.h"
#include "ruleoption.h"

enum { PROGRESS_COLUMNS = 14, PROGRESS_TEXT = 64 };

static const sheet_column progress_columns[PROGRESS_COLUMNS] = {
    {"rule", SHEET_TEXT},    {"partner", SHEET_TEXT}, {"rep", SHEET_TEXT},      {"customer", SHEET_TEXT},
    {"product", SHEET_TEXT}, {"value", SHEET_NUMBER}, {"target", SHEET_NUMBER}, {"remaining", SHEET_NUMBER},
    {"share", SHEET_RIGHT},  {"tier", SHEET_RIGHT},   {"start", SHEET_TEXT},    {"end", SHEET_TEXT},
    {"left", SHEET_RIGHT},   {"state", SHEET_TEXT},
};

static const cli_option progress_options[] = {
    {"pending", NULL, 0, "only what is open, the nearest to its target first"},
    {"sort", "closest|time", 0, "of what is open over all rules the nearest, or the most urgent, first"},
    {"rule", "R", 0, "this rule only"},
    {"partner", "P", 0, "this partner only"},
    {"limit", "N", 0, "at most so many rows per rule, or with --sort in all"},
    {"details", NULL, 0, "instead of a table what each still lacks, as a text: parts, reps, events"},
    {"lang", "en|ja", 0, "the language of --details (default: by LC_ALL, LC_MESSAGES or LANG)"},
    SESSION_OPTIONS,
};

typedef struct progress_view {
    session *work;
    explain_language language;
    sheet *out;  /* of a table */
    buffer text; /* of --details */
} progress_view;

/* "12d 3h", "5h 20m", "0m": what people plan by. */
static size_t progress_left(int64_t left, char *out)
{
    int64_t minutes = left / 60000, hours = minutes / 60, days = hours / 24;
    if (left == PRM_NO_TIME)
        return 0;
    if (days > 0)
        return (size_t)snprintf(out, PROGRESS_TEXT, "%" PRId64 "d %" PRId64 "h", days, hours % 24);
    if (hours > 0)
        return (size_t)snprintf(out, PROGRESS_TEXT, "%" PRId64 "h %" PRId64 "m", hours, minutes % 60);
    return (size_t)snprintf(out, PROGRESS_TEXT, "%" PRId64 "m", minutes);
}

/* A share in whole percent, cut off. */
static size_t progress_share(const prm_progress *row, char *out)
{
    return (size_t)snprintf(out, PROGRESS_TEXT, "%" PRId64 "%%", row->share / 10000000000);
}

static void progress_write_row(progress_view *view, const prm_progress *row)
{
    const prm_program *program = view->work->program;
    char texts[8][PROGRESS_TEXT];
    size_t sizes[8] = {0};
    if (row->has_value != 0)
        sizes[0] = prm_write_decimal(row->value, texts[0], PROGRESS_TEXT);
    if (row->has_value == 1) {
        sizes[1] = prm_write_decimal(row->target, texts[1], PROGRESS_TEXT);
        sizes[2] = prm_write_decimal(row->remaining, texts[2], PROGRESS_TEXT);
        sizes[3] = progress_share(row, texts[3]);
    }
    if (row->tiers > 0)
        sizes[4] = (size_t)snprintf(texts[4], PROGRESS_TEXT, "%" PRIu32 "/%" PRIu32, row->tier, row->tiers);
    if (row->start != PRM_NO_TIME)
        sizes[5] = prm_program_write_time(program, row->start, texts[5], PROGRESS_TEXT);
    if (row->end != PRM_NO_TIME)
        sizes[6] = prm_program_write_time(program, row->end, texts[6], PROGRESS_TEXT);
    sizes[7] = progress_left(row->left, texts[7]);
    prm_text cells[PROGRESS_COLUMNS] = {row->rule_name, row->partner, row->rep, row->customer, row->product};
    for (size_t i = 0; i < 8; i++)
        cells[5 + i] = (prm_text){texts[i], sizes[i]};
    cells[PROGRESS_COLUMNS - 1] = text_of(prm_state_name(row->state));
    sheet_row(view->out, cells);
}

/* What one still lacks: its rule explained where it stands. */
static int progress_write_details(progress_view *view, const prm_progress *row)
{
    prm_error error;
    prm_explanation *explanation = NULL;
    if (prm_engine_explain_missing(view->work->engine, row->rule, row->partner, row->rep, row->customer,
                                   row->product, PRM_NO_TIME, &explanation, &error) != PRM_OK)
        return session_fail(&error);
    view->text.size = 0;
    explaintext_write(&view->text, view->work->program, explanation, view->language);
    fwrite(view->text.data, 1, view->text.size, stdout);
    prm_explanation_free(explanation);
    return CLI_DONE;
}

static int progress_write(progress_view *view, prm_rows *rows)
{
    prm_progress row = {.size = sizeof row};
    int status = CLI_DONE;
    while (status == CLI_DONE && !ferror(stdout) && prm_rows_next_progress(rows, &row) > 0) {
        if (view->out != NULL)
            progress_write_row(view, &row);
        else
            status = progress_write_details(view, &row);
    }
    return status;
}

static int progress_ask(progress_view *view, const prm_pending_options *options)
{
    prm_error error;
    prm_rows *rows = NULL;
    if (prm_engine_pending(view->work->engine, options, &rows, &error) != PRM_OK)
        return session_fail(&error);
    int status = progress_write(view, rows);
    prm_rows_free(rows);
    return status;
}

/* One question over all rules, or one for each in turn. */
static int progress_ask_all(progress_view *view, prm_pending_options *options, int by_rule)
{
    int status = CLI_DONE;
    const session *work = view->work;
    if (!cli_has(work->args, "details"))
        view->out = sheet_open(stdout, work->format, progress_columns, PROGRESS_COLUMNS,
                               sheet_terminal_width());
    if (!by_rule || options->rule != PRM_NONE) {
        status = progress_ask(view, options);
    } else {
        uint32_t count = prm_program_rule_count(work->program);
        for (options->rule = 0; options->rule < count && status == CLI_DONE; options->rule++)
            status = progress_ask(view, options);
    }
    if (view->out != NULL)
        sheet_close(view->out);
    buffer_free(&view->text);
    return status;
}

static int progress_read_sort(const cli *args, prm_pending_options *options)
{
    const char *sort = cli_value(args, "sort");
    if (cli_has(args, "pending") || sort != NULL)
        options->order = PRM_ORDER_CLOSEST;
    else
        options->states = UINT32_MAX;
    if (sort == NULL || strcmp(sort, "closest") == 0)
        return CLI_DONE;
    options->order = PRM_ORDER_TIME;
    return strcmp(sort, "time") == 0 ? CLI_DONE
                                     : cli_misuse(args->verb, "--sort is closest or time, not '%s'", sort);
}

static int progress_session(session *work, const cli *args)
{
    size_t limit;
    prm_pending_options options = {.size = sizeof options, .rule = PRM_NONE};
    const char *partner = cli_value(args, "partner");
    progress_view view = {.work = work};
    if (!cli_number(args, "limit", 1, UINT32_MAX, 0, &limit))
        return CLI_MISUSE;
    options.limit = limit;
    options.partner = text_of(partner == NULL ? "" : partner);
    int status = progress_read_sort(args, &options);
    if (status == CLI_DONE)
        status = langoption_read(args, &view.language);
    if (status == CLI_DONE)
        status = session_open(work, args, 0);
    if (status == CLI_DONE)
        status = ruleoption_find(work, &options.rule);
    if (status == CLI_DONE)
        status = session_feed(work, SESSION_BATCH);
    if (status == CLI_DONE)
        status = progress_ask_all(&view, &options, !cli_has(args, "sort"));
    return status == CLI_DONE ? cli_finish_output(session_finish(work)) : status;
}

static int progress_main(const cli *args)
{
    session work = {0};
    int status = progress_session(&work, args);
    session_close(&work);
    return status;
}

const cli_verb verb_progress = {
    .name = "progress",
    .operands = "PROGRAM",
    .least = 1,
    .most = 1,
    .summary = "Shows how far each subject is with each rule.",
    .details = "The rows go to standard output, a summary of counts to standard error.\n",
    .options = progress_options,
    .option_count = sizeof progress_options / sizeof progress_options[0],
    .run = progress_main,
};
