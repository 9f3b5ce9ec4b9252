#include "verbs.h"

/* prm check: compiles programs and shows what the compiler has to say. */

#include <stdio.h>

#include "load.h"

static const cli_option check_options[] = {
    {"help", NULL, 0, "this text"},
};

static void check_describe(const char *path, const prm_program *program)
{
    prm_text name = prm_program_name(program);
    prm_text currency = prm_program_currency(program);
    prm_text zone = prm_program_timezone(program);
    unsigned rules = prm_program_rule_count(program);
    printf("%s: %.*s: %u rule%s, %.*s, %.*s\n", path, (int)name.size, name.data, rules, rules == 1 ? "" : "s",
           (int)currency.size, currency.data, (int)zone.size, zone.data);
}

/* The library's examples of where windows end, a line each. Compiled once more for them:
 * what else there is to say was said. */
static void check_examples(const char *path)
{
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_status status = prm_program_load(path, NULL, &program, &diagnostics, NULL);
    size_t count = status == PRM_OK ? prm_diagnostics_count(diagnostics) : 0;
    for (size_t i = 0; i < count; i++) {
        prm_diagnostic one = {.size = sizeof one};
        if (prm_diagnostics_get(diagnostics, i, &one) == PRM_OK && one.severity == PRM_SEVERITY_NOTE)
            printf("  %.*s\n", (int)one.message.size, one.message.data);
    }
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

static int check_main(const cli *args)
{
    int status = CLI_DONE;
    load_tally tally = {0};
    for (size_t i = 0; i < args->operand_count; i++) {
        prm_program *program = NULL;
        int one = load_program(args->operands[i], &program, &tally);
        if (one == CLI_DONE) {
            check_describe(args->operands[i], program);
            check_examples(args->operands[i]);
        }
        if (one > status)
            status = one;
        prm_program_unref(program);
    }
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
    .details = "Status 1: a program has errors.\n",
    .options = check_options,
    .option_count = sizeof check_options / sizeof check_options[0],
    .run = check_main,
};
