#include "verbs.h"

/* prm explain: why an outcome, or why none. As a text in English or Japanese that can be sent to a partner,
 * or with --format as the facts that it is made of. */

#include <stdlib.h>
#include <string.h>

#include "explainsheet.h"
#include "explaintext.h"
#include "langoption.h"
#include "ruleoption.h"

static const cli_option explain_options[] = {
    {"rule", "R", 0, "without an ID: why this rule has granted nothing ..."},
    {"partner", "P", 0, "... to this partner,"},
    {"rep", "X", 0, "... this rep,"},
    {"customer", "C", 0, "... for this customer,"},
    {"product", "N", 0, "... or for this product"},
    {"at", "T", 0, "with --rule: in the period that holds this time (default: the clock)"},
    {"lang", "en|ja", 0, "the language of the text (default: by LC_ALL, LC_MESSAGES or LANG)"},
    {"journal", NULL, 0, "take the events one by one, so that what was posted and taken back is known"},
    SESSION_OPTIONS,
};

/* Either an ID or --rule with --partner. */
static int explain_check(const cli *args)
{
    static const char *const names[] = {"rule", "partner", "rep", "customer", "product", "at"};
    if (args->operand_count == 2) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (cli_has(args, names[i]))
                return cli_misuse(args->verb, "--%s does not go with an ID", names[i]);
        return CLI_DONE;
    }
    if (!cli_has(args, "rule") || !cli_has(args, "partner"))
        return cli_misuse(args->verb, "an ID of the ledger is missing, or --rule and --partner");
    return CLI_DONE;
}

static prm_text explain_option(const cli *args, const char *name)
{
    const char *value = cli_value(args, name);
    return text_of(value == NULL ? "" : value);
}

static int explain_ask(session *work, uint32_t rule, prm_explanation **out)
{
    prm_error error;
    const cli *args = work->args;
    const char *at = cli_value(args, "at");
    int64_t time = PRM_NO_TIME;
    prm_status status;
    if (at != NULL && prm_program_read_time(work->program, at, strlen(at), &time, &error) != PRM_OK)
        return cli_misuse(args->verb, "--at: %s", error.message);
    if (args->operand_count == 2)
        status = prm_engine_explain(work->engine, text_of(args->operands[1]), out, &error);
    else
        status = prm_engine_explain_missing(work->engine, rule, explain_option(args, "partner"),
                                            explain_option(args, "rep"), explain_option(args, "customer"),
                                            explain_option(args, "product"), time, out, &error);
    return status == PRM_OK ? CLI_DONE : session_fail(&error);
}

static void explain_write(const session *work, const prm_explanation *explanation, explain_language language)
{
    if (cli_has(work->args, "format")) {
        explainsheet_write(work->program, explanation, work->format);
        return;
    }
    buffer text = {0};
    explaintext_write(&text, work->program, explanation, language);
    fwrite(text.data, 1, text.size, stdout);
    buffer_free(&text);
}

static int explain_session(session *work, const cli *args)
{
    explain_language language;
    prm_explanation *explanation = NULL;
    uint32_t rule = PRM_NONE;
    int status = explain_check(args);
    if (status == CLI_DONE)
        status = langoption_read(args, &language);
    if (status == CLI_DONE)
        status = session_open(work, args, 0);
    if (status == CLI_DONE)
        status = ruleoption_find(work, &rule);
    if (status == CLI_DONE)
        status = session_feed(work, cli_has(args, "journal") ? 1 : SESSION_BATCH);
    if (status == CLI_DONE)
        status = explain_ask(work, rule, &explanation);
    if (status == CLI_DONE) {
        explain_write(work, explanation, language);
        status = cli_finish_output(session_finish(work));
    }
    prm_explanation_free(explanation);
    return status;
}

static int explain_main(const cli *args)
{
    session work = {0};
    int status = explain_session(&work, args);
    session_close(&work);
    return status;
}

const cli_verb verb_explain = {
    .name = "explain",
    .operands = "PROGRAM [ID]",
    .least = 1,
    .most = 2,
    .summary = "Explains an outcome by its id, or why there is none.",
    .details =
        "Ids are the last column of 'prm run --ledger'. The text can be sent to a partner; with --format\n"
        "come the facts that it is made of.\n",
    .options = explain_options,
    .option_count = sizeof explain_options / sizeof explain_options[0],
    .run = explain_main,
};
