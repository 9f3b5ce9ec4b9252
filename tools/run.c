#include "verbs.h"

/* prm run: events in, ledger, journal or totals out. */

#include "rows.h"
#include "session.h"

enum { RUN_MOST = 65536 };

static const cli_option run_options[] = {
    {"ledger", NULL, 0, "what stands at the clock (the default)"},
    {"journal", NULL, 0, "what was posted, in order"},
    {"totals", NULL, 0, "the ledger added up per recipient and kind"},
    {"by-rule", NULL, 0, "with --totals: per rule too"},
    {"batch", "N", 0, "events per call of the library (default: 16384; for --journal 1)"},
    {"state", "FILE", 0, "go on from this state, if it is there, and save to it at the end"},
    SESSION_OPTIONS,
};

static int run_write(session *work, int journal)
{
    prm_error error;
    prm_rows *rows = NULL;
    int complete = 1;
    prm_status status = journal ? prm_engine_journal(work->engine, 1, &rows, &error)
                                : prm_engine_ledger(work->engine, &rows, &error);
    if (status != PRM_OK)
        return session_fail(&error);
    if (cli_has(work->args, "totals"))
        complete = rows_write_totals(work->program, rows, work->format, cli_has(work->args, "by-rule"));
    else
        rows_write(work->program, rows, work->format, journal);
    prm_rows_free(rows);
    return complete ? CLI_DONE : CLI_FINDINGS;
}

static int run_session(session *work, const cli *args)
{
    size_t batch;
    int journal = cli_has(args, "journal");
    if (cli_has(args, "ledger") + journal + cli_has(args, "totals") > 1)
        return cli_misuse(args->verb, "--ledger, --journal and --totals exclude each other");
    if (cli_has(args, "by-rule") && !cli_has(args, "totals"))
        return cli_misuse(args->verb, "--by-rule goes with --totals");
    if (!cli_number(args, "batch", 1, RUN_MOST, journal ? 1 : SESSION_BATCH, &batch))
        return CLI_MISUSE;
    int status = session_open(work, args, 0);
    if (status == CLI_DONE)
        status = session_feed(work, batch);
    if (status == CLI_DONE)
        status = run_write(work, journal);
    if (status != CLI_DONE)
        return status;
    int deserved = session_finish(work);
    status = cli_finish_output(CLI_DONE);
    if (status == CLI_DONE) /* what the reader did not get is not saved as if it had */
        status = session_save(work, journal);
    return status == CLI_DONE ? deserved : status;
}

static int run_main(const cli *args)
{
    session work = {0};
    int status = run_session(&work, args);
    session_close(&work);
    return status;
}

const cli_verb verb_run = {
    .name = "run",
    .operands = "PROGRAM",
    .least = 1,
    .most = 1,
    .summary = "Evaluates events: what each partner and rep has earned, and why.",
    .details = "The rows go to standard output, a summary of counts to standard error. Status 1:\n"
               "the program has errors, or some of the input was not taken.\n",
    .options = run_options,
    .option_count = sizeof run_options / sizeof run_options[0],
    .run = run_main,
};
