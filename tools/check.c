#include "verbs.h"

/* prm check: compiles programs and shows what the compiler has to say, to people or, as
 * JSON, to editors. */

#include <stdio.h>
#include <string.h>

#include "exposure.h"
#include "jsontext.h"
#include "load.h"

static const cli_option check_options[] = {
    {"format", "human|json", 0, "of what is found (default: human); with --exposure table|csv|ndjson"},
    {"exposure", NULL, 0, "what the program costs a year, over --events: at their rates, and at most"},
    {"events", "FILE", 1, "with --exposure: events as CSV or NDJSON; may be repeated"},
    {"map", "FILE", 0, "a mapping that makes events of the rows"},
    {"clock", "T", 0, "how far time has passed (default: the latest event's time)"},
    {"input", "csv|ndjson", 0, "the format of the events (default: by the file's name)"},
    {"all-errors", NULL, 0, "show every row that was not taken, not only the first 20"},
    {"quiet", NULL, 0, "no summary of the events"},
    {"help", NULL, 0, "this text"},
};

static void check_read(const char *path, load_result *out)
{
    if (strcmp(path, "-") == 0)
        load_read_input(out);
    else
        load_read(path, out);
}

/* ---- For people -------------------------------------------------------------- */

static void check_describe(const char *path, const prm_program *program)
{
    prm_text name = prm_program_name(program);
    prm_text currency = prm_program_currency(program);
    prm_text zone = prm_program_timezone(program);
    unsigned rules = prm_program_rule_count(program);
    printf("%s: %.*s: %u rule%s, %.*s, %.*s\n", path, (int)name.size, name.data, rules, rules == 1 ? "" : "s",
           (int)currency.size, currency.data, (int)zone.size, zone.data);
}

/* The library's examples of where windows end, a line each. */
static void check_examples(const prm_diagnostics *diagnostics)
{
    size_t count = prm_diagnostics_count(diagnostics);
    for (size_t i = 0; i < count; i++) {
        prm_diagnostic one = {.size = sizeof one};
        if (prm_diagnostics_get(diagnostics, i, &one) == PRM_OK && one.number == LOAD_EXAMPLE)
            printf("  %.*s\n", (int)one.message.size, one.message.data);
    }
}

static void check_show(const char *path, const load_result *result, load_tally *tally)
{
    load_say(path, result, tally);
    if (result->status != CLI_DONE)
        return;
    check_describe(path, result->program);
    check_examples(result->diagnostics);
}

/* ---- For editors -------------------------------------------------------------- */

static void check_member(buffer *out, const char *key, prm_text value)
{
    buffer_format(out, ", \"%s\": ", key);
    jsontext_put(out, value);
}

/* One object, on a line of its own; all keys are always there. */
static void check_object(const char *path, const prm_diagnostic *one, size_t *written)
{
    static const char *const severities[] = {"", "error", "warning", "note"};
    buffer line = {0};
    buffer_string(&line, (*written)++ == 0 ? "\n  {\"file\": " : ",\n  {\"file\": ");
    jsontext_put(&line, text_of(path));
    buffer_format(&line, ", \"line\": %u, \"column\": %u, \"end_line\": %u, \"end_column\": %u",
                  (unsigned)one->line, (unsigned)one->column, (unsigned)one->line, (unsigned)one->end_column);
    check_member(&line, "severity", text_of(severities[one->severity]));
    buffer_format(&line, ", \"code\": %u", (unsigned)one->number);
    check_member(&line, "message", one->message);
    check_member(&line, "hint", one->hint);
    buffer_byte(&line, '}');
    fwrite(line.data, 1, line.size, stdout);
    buffer_free(&line);
}

static void check_objects(const char *path, const load_result *result, size_t *written)
{
    size_t count = prm_diagnostics_count(result->diagnostics);
    for (size_t i = 0; i < count; i++) {
        prm_diagnostic one = {.size = sizeof one};
        if (prm_diagnostics_get(result->diagnostics, i, &one) == PRM_OK)
            check_object(path, &one, written);
    }
    const prm_diagnostic whole = {.severity = PRM_SEVERITY_ERROR,
                                  .line = 1,
                                  .column = 1,
                                  .end_column = 2,
                                  .message = text_of(result->reason),
                                  .hint = text_of("")};
    if (result->reason[0] != '\0')
        check_object(path, &whole, written);
}

/* ---- The verb ------------------------------------------------------------------ */

static int check_format(const cli *args, int *json)
{
    const char *format = cli_value(args, "format");
    *json = format != NULL && strcmp(format, "json") == 0;
    if (format == NULL || *json || strcmp(format, "human") == 0)
        return CLI_DONE;
    return cli_misuse(args->verb, "--format is human or json, not '%s'", format);
}

/* Standard input can be read once. */
static int check_inputs(const cli *args)
{
    size_t count = 0;
    for (size_t i = 0; i < args->operand_count; i++)
        count += strcmp(args->operands[i], "-") == 0;
    return count <= 1 ? CLI_DONE : cli_misuse(args->verb, "'-' stands for standard input, and only once");
}

static int check_main(const cli *args)
{
    int json;
    int status = CLI_DONE;
    size_t written = 0;
    load_tally tally = {0};
    if (cli_has(args, "exposure"))
        return exposure_run(args);
    if (cli_has(args, "events"))
        return cli_misuse(args->verb, "--events goes with --exposure");
    if (check_format(args, &json) != CLI_DONE || check_inputs(args) != CLI_DONE)
        return CLI_MISUSE;
    if (json)
        putchar('[');
    for (size_t i = 0; i < args->operand_count; i++) {
        load_result result;
        check_read(args->operands[i], &result);
        if (json)
            check_objects(args->operands[i], &result, &written);
        else
            check_show(args->operands[i], &result, &tally);
        status = result.status > status ? result.status : status;
        load_free(&result);
    }
    if (json)
        puts(written == 0 ? "]" : "\n]");
    if (tally.errors + tally.warnings > 0)
        fprintf(stderr, "%zu error%s, %zu warning%s\n", tally.errors, tally.errors == 1 ? "" : "s",
                tally.warnings, tally.warnings == 1 ? "" : "s");
    return cli_finish_output(status);
}

const cli_verb verb_check = {
    .name = "check",
    .operands = "PROGRAM...",
    .least = 1,
    .most = (size_t)-1,
    .summary = "Compiles programs and shows every error in them.",
    .details = "A PROGRAM of - is standard input.\nStatus 1: a program has errors.\n",
    .options = check_options,
    .option_count = sizeof check_options / sizeof check_options[0],
    .run = check_main,
};
