#include "verbs.h"

/* prm test: runs the tests that stand beside programs. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "testfile.h"
#include "testfind.h"
#include "testprogram.h"
#include "testreport.h"
#include "testrun.h"

static const cli_option test_options[] = {
    {"filter", "TEXT", 0, "only tests whose names contain TEXT"},
    {"format", "human|tap|junit", 0, "of the output (default: human)"},
    {"help", NULL, 0, "this text"},
};

typedef struct test_session {
    const char *filter; /* NULL: all */
    test_report report;
    test_programs programs;
} test_session;

static void test_run_with(test_session *round, const test_file *file, const test_case *test, prm_text path)
{
    buffer details = {0};
    test_program *program = testprogram_get(&round->programs, path.data);
    int passed = testrun_case(file, test, program, &details);
    testreport_item item = {
        .name = test->name,
        .program = test->program_count > 1 ? path : (prm_text){0},
        .todo = test->todo,
        .passed = passed,
        .details = {details.data, details.size},
    };
    testreport_add(&round->report, &item);
    buffer_free(&details);
}

static int test_is_wanted(const test_session *round, const test_case *test)
{
    return round->filter == NULL || strstr(test->name.data, round->filter) != NULL;
}

static void test_run_cases(test_session *round, const test_file *file, const char *path)
{
    int named = 0;
    for (size_t i = 0; i < file->count; i++) {
        const test_case *test = &file->cases[i];
        if (!test_is_wanted(round, test))
            continue;
        if (!named)
            testreport_file(&round->report, path);
        named = 1;
        for (size_t j = 0; j < test->program_count; j++)
            test_run_with(round, file, test, test->programs[j]);
    }
}

/* A file that cannot be read is one failing test, whatever the filter. */
static void test_run_file(test_session *round, const char *path)
{
    test_file file;
    if (testfile_read(&file, path)) {
        test_run_cases(round, &file, path);
    } else {
        testreport_item item = {
            .name = text_of("the file can be read"),
            .details = {file.doc.messages.data, file.doc.messages.size},
        };
        testreport_file(&round->report, path);
        testreport_add(&round->report, &item);
    }
    testfile_free(&file);
}

/* ---- What no test fires ------------------------------------------------------------- */

static int test_place_order(const void *a, const void *b)
{
    const test_rule *first = a;
    const test_rule *second = b;
    return (first->place > second->place) - (first->place < second->place);
}

static void test_note_unfired(test_session *round, test_program *program)
{
    buffer text = {0};
    size_t unfired = 0;
    if (program->rule_count > 0)
        qsort(program->rules, program->rule_count, sizeof *program->rules, test_place_order);
    for (size_t i = 0; i < program->rule_count; i++) {
        buffer parts = {0};
        size_t count = testprogram_write_unfired(&parts, &program->rules[i], ", ");
        if (count > 0)
            buffer_format(&text, "%s%.*s", unfired > 0 ? ", " : "", (int)parts.size, parts.data);
        unfired += count;
        buffer_free(&parts);
    }
    unfired = testprogram_write_unreached(&text, program, ", ", unfired);
    if (unfired > 0)
        testreport_unfired(&round->report, program->path, (prm_text){text.data, text.size});
    buffer_free(&text);
}

/* ---- The verb --------------------------------------------------------------------------- */

static int test_find_all(const cli *args, test_paths *paths)
{
    int missing;
    for (size_t i = 0; i < args->operand_count; i++) {
        const char *path = args->operands[i];
        if (testfind_add(paths, path, &missing))
            continue;
        if (missing == 0)
            fprintf(stderr, "prm: %s: no *.test.yaml in it\n", path);
        else
            fprintf(stderr, "prm: %s: %s\n", path, strerror(missing));
        return CLI_MISUSE;
    }
    return CLI_DONE;
}

static int test_run_all(test_session *round, const test_paths *paths)
{
    test_report *report = &round->report;
    for (size_t i = 0; i < paths->count; i++)
        test_run_file(round, paths->items[i]);
    if (report->file == NULL) {
        fprintf(stderr, "prm: no test's name contains '%s'\n", round->filter);
        return CLI_MISUSE;
    }
    for (size_t i = 0; round->filter == NULL && i < round->programs.count; i++)
        test_note_unfired(round, round->programs.items[i]);
    testreport_end(report);
    return cli_finish_output(report->failed > 0 ? CLI_FINDINGS : CLI_DONE);
}

static int test_main(const cli *args)
{
    test_paths paths = {0};
    test_session round = {.filter = cli_value(args, "filter")};
    const char *format = cli_value(args, "format");
    if (format != NULL && !testreport_format_named(format, &round.report.format))
        return cli_misuse(args->verb, "--format is human, tap or junit, not '%s'", format);
    int status = test_find_all(args, &paths);
    if (status == CLI_DONE)
        status = test_run_all(&round, &paths);
    testprogram_free_all(&round.programs);
    testfind_free(&paths);
    return status;
}

const cli_verb verb_test = {
    .name = "test",
    .operands = "PATH...",
    .least = 1,
    .most = (size_t)-1,
    .summary = "Runs tests of programs: files *.test.yaml, or folders of them.",
    .details = "Each test is also run with its events in other orders of arrival, which must give\n"
               "the same ledger. Status 1: a test failed, or a file of tests cannot be read.\n",
    .options = test_options,
    .option_count = sizeof test_options / sizeof test_options[0],
    .run = test_main,
};
