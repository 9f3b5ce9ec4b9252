/* Tests of the doors to compiling: arguments, options, files, limits, errors. */
#include "base/diag.h"

#include "compiling.h"

static prm_status compile_sized(const char *text, size_t size, prm_diagnostics **diagnostics,
                                prm_error *error)
{
    prm_program *program = NULL;
    prm_status status = prm_program_compile(text, size, NULL, &program, diagnostics, error);
    assert_int_equal(program != NULL, status == PRM_OK);
    prm_program_unref(program);
    return status;
}

static void test_arguments(void **state)
{
    (void)state;
    prm_program *program = (prm_program *)&program;
    prm_diagnostics *diagnostics = (prm_diagnostics *)&diagnostics;
    prm_error error;
    assert_int_equal(prm_program_compile("", 0, NULL, NULL, NULL, &error), PRM_E_ARGUMENT);
    assert_int_equal(error.status, PRM_E_ARGUMENT);
    assert_int_equal(prm_program_compile(NULL, 1, NULL, &program, &diagnostics, NULL), PRM_E_ARGUMENT);
    assert_null(diagnostics);
    assert_int_equal(prm_program_load(NULL, NULL, &program, NULL, &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_load("x", NULL, NULL, NULL, &error), PRM_E_ARGUMENT);
    assert_int_equal(compile_sized(NULL, 0, NULL, &error), PRM_E_PROGRAM);
    assert_int_equal(error.diagnostic, PRM_DIAG_YAML_DOCUMENTS);
}

/* Options of another version: shorter ones are taken, longer ones only when the rest is zero. */
static void test_option_sizes(void **state)
{
    (void)state;
    struct {
        prm_compile_options known;
        uint64_t later;
    } options;
    memset(&options, 0, sizeof options);
    prm_program *program = NULL;
    prm_error error;
    const size_t size = strlen(compiling_sample);
    const prm_compile_options *given = &options.known;
    options.known.size = 2;
    assert_int_equal(prm_program_compile(compiling_sample, size, given, &program, NULL, &error),
                     PRM_E_ARGUMENT);
    options.known.size = 8;
    options.known.zoneinfo_directory = "no such directory: not looked at";
    assert_int_equal(prm_program_compile(compiling_sample, size, given, &program, NULL, &error), PRM_OK);
    prm_program_unref(program);
    options.known.zoneinfo_directory = NULL;
    options.known.size = sizeof options;
    assert_int_equal(prm_program_compile(compiling_sample, size, given, &program, NULL, &error), PRM_OK);
    prm_program_unref(program);
    options.later = 1;
    assert_int_equal(prm_program_compile(compiling_sample, size, given, &program, NULL, &error),
                     PRM_E_ARGUMENT);
    options.later = 0;
    options.known.reserved = 1;
    assert_int_equal(prm_program_compile(compiling_sample, size, given, &program, NULL, &error),
                     PRM_E_ARGUMENT);
}

static void test_options(void **state)
{
    (void)state;
    prm_compile_options options = {
        .size = sizeof options, .file_name = "own.yaml", .zoneinfo_directory = "tests/compile"};
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_error error;
    prm_status status = prm_program_compile(compiling_sample, strlen(compiling_sample), &options, &program,
                                            &diagnostics, &error);
    assert_int_equal(status, PRM_E_PROGRAM);
    assert_null(program);
    assert_int_equal(prm_diagnostics_count(diagnostics), 1);
    assert_int_equal(error.diagnostic, PRM_DIAG_UNKNOWN_TIMEZONE);
    assert_int_equal(error.line, 5);
    assert_int_equal(error.column, 11);
    assert_string_equal(error.message, "own.yaml:5:11: there is no time zone `Asia/Tokyo`");
    prm_diagnostics_free(diagnostics);
}

/* Warnings come with a program; the first error, not the first warning, is in `error`. */
static void test_warnings(void **state)
{
    (void)state;
    static const char text[] = COMPILING_HEAD
        "rules:\n  a: {when: {count: deal.won, at_least: 1}, then: {rate: +1%}}\n";
    static const char wrong[] = COMPILING_HEAD
        "rules:\n  a: {when: {count: deal.won, at_least: 1}, then: {rate: +1%}}\n  b: 1\n";
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_error error;
    assert_int_equal(prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, &error), PRM_OK);
    prm_diagnostic one = {.size = sizeof one};
    assert_int_equal(prm_diagnostics_get(diagnostics, 0, &one), PRM_OK);
    assert_int_equal(one.severity, PRM_SEVERITY_WARNING);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
    assert_int_equal(compile_sized(wrong, strlen(wrong), NULL, &error), PRM_E_PROGRAM);
    assert_int_equal(error.diagnostic, PRM_DIAG_WRONG_TYPE);
    assert_int_equal(error.line, 6);
}

static void test_size_limit(void **state)
{
    (void)state;
    size_t size = PRM_LIMIT_PROGRAM_BYTES;
    char *text = malloc(size + 1);
    assert_non_null(text);
    memset(text, ' ', size + 1);
    for (size_t i = 80; i < size; i += 80)
        text[i] = '\n';
    memcpy(text, compiling_sample, strlen(compiling_sample));
    prm_error error;
    prm_diagnostics *diagnostics = NULL;
    assert_int_equal(compile_sized(text, size, NULL, &error), PRM_OK);
    assert_int_equal(compile_sized(text, size + 1, &diagnostics, &error), PRM_E_LIMIT);
    assert_int_equal(error.diagnostic, PRM_DIAG_PROGRAM_TOO_LARGE);
    assert_int_equal(prm_diagnostics_count(diagnostics), 1);
    prm_diagnostics_free(diagnostics);
    free(text);
}

static void test_files(void **state)
{
    (void)state;
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_error error;
    assert_int_equal(prm_program_load("rules/crm-export/program.yaml", NULL, &program, &diagnostics, &error),
                     PRM_OK);
    assert_int_equal(prm_diagnostics_count(diagnostics), 1); /* the example of its window */
    assert_int_equal(prm_program_rule_count(program), 5);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
    assert_int_equal(prm_program_load("no/such/file.yaml", NULL, &program, &diagnostics, &error), PRM_E_IO);
    assert_null(program);
    assert_null(diagnostics);
    assert_string_equal(error.message, "no/such/file.yaml: cannot be opened");
    assert_int_equal(prm_program_load("tests/compile", NULL, &program, NULL, &error), PRM_E_IO);
    assert_int_equal(prm_program_load("tests/compile/meson.build", NULL, &program, NULL, &error),
                     PRM_E_PROGRAM);
    assert_memory_equal(error.message, "tests/compile/meson.build:1:", 28);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments), cmocka_unit_test(test_option_sizes), cmocka_unit_test(test_options),
        cmocka_unit_test(test_warnings),  cmocka_unit_test(test_size_limit),   cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
