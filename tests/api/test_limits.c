/* Every limit of prm.h as a host meets it: what is just within is taken, what is one beyond has an answer
 * of its own. And what text can do to a parser, however it is made, is answered in milliseconds. */
#define _POSIX_C_SOURCE 200809L
#include "../base/unit.h"
#include "../base/failing_alloc.h"
#include "base/diag_numbers.h"

#include <stdio.h>
#include <time.h>

#define HEAD "prm: 1\nprogram: limits\ncurrency: JPY\n"

typedef struct text {
    char *data;
    size_t size;
    size_t capacity;
} text;

static void put(text *out, const char *data)
{
    size_t size = strlen(data);
    if (out->size + size + 1 > out->capacity) {
        out->capacity = (out->size + size + 1) * 2;
        out->data = realloc(out->data, out->capacity);
        assert_non_null(out->data);
    }
    memcpy(out->data + out->size, data, size + 1);
    out->size += size;
}

static void put_number(text *out, const char *before, size_t number, const char *after)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", number);
    put(out, before);
    put(out, digits);
    put(out, after);
}

static void repeat(text *out, const char *data, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put(out, data);
}

/* Compiles and frees the text; the program or NULL. */
static prm_program *compile(text *source, prm_status *status, prm_error *error)
{
    prm_program *program = NULL;
    *error = (prm_error){.status = 0};
    *status = prm_program_compile(source->data, source->size, NULL, &program, NULL, error);
    free(source->data);
    *source = (text){NULL, 0, 0};
    return program;
}

static void compile_good(text *source)
{
    prm_status status;
    prm_error error;
    prm_program *program = compile(source, &status, &error);
    if (status != PRM_OK)
        fail_msg("%s", error.message);
    prm_program_unref(program);
}

static void compile_bad(text *source, prm_status expected, uint32_t diagnostic)
{
    prm_status status;
    prm_error error;
    assert_null(compile(source, &status, &error));
    assert_int_equal(error.diagnostic, diagnostic);
    assert_int_equal(status, expected);
}

/* ---- Programs ---- */

static void program_text(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        text source = {NULL, 0, 0};
        put(&source, HEAD "rules: {a: {each: deal.won, then: {cash: 1}}}\n");
        while (source.size + 64 <= PRM_LIMIT_PROGRAM_BYTES)
            put(&source, "# 4567890123456789012345678901234567890123456789012345678901234\n");
        repeat(&source, " ", PRM_LIMIT_PROGRAM_BYTES + beyond - source.size);
        assert_int_equal(source.size, PRM_LIMIT_PROGRAM_BYTES + beyond);
        if (beyond)
            compile_bad(&source, PRM_E_LIMIT, PRM_DIAG_PROGRAM_TOO_LARGE);
        else
            compile_good(&source);
    }
}

/* Levels of `where` are an expression's; levels of conditions are the text's. */
static void nested(text *source, size_t levels, bool expression)
{
    put(source, HEAD "rules:\n  a: {each: deal.won, ");
    if (expression) {
        put(source, "where: '");
        repeat(source, "(", levels);
        put(source, "true");
        repeat(source, ")", levels);
        put(source, "', then: {cash: 1}}\n");
        return;
    }
    put(source, "x: ");
    repeat(source, "[", levels - 3); /* the document, `rules` and the rule are levels too */
    repeat(source, "]", levels - 3);
    put(source, ", then: {cash: 1}}\n");
}

static void nesting(void **state)
{
    (void)state;
    text source = {NULL, 0, 0};
    nested(&source, PRM_LIMIT_NESTING, true);
    compile_good(&source);
    nested(&source, PRM_LIMIT_NESTING + 1, true);
    compile_bad(&source, PRM_E_PROGRAM, PRM_DIAG_EXPR_DEPTH);
    nested(&source, PRM_LIMIT_NESTING, false);
    compile_bad(&source, PRM_E_PROGRAM, PRM_DIAG_UNKNOWN_KEY);
    nested(&source, PRM_LIMIT_NESTING + 1, false);
    compile_bad(&source, PRM_E_PROGRAM, PRM_DIAG_YAML_NESTING);
}

static void rules(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        text source = {NULL, 0, 0};
        put(&source, HEAD "rules:\n");
        for (size_t i = 0; i < PRM_LIMIT_RULES + beyond; i++)
            put_number(&source, "  r", i, ": {each: deal.won, then: {cash: 1}}\n");
        if (beyond)
            compile_bad(&source, PRM_E_PROGRAM, PRM_DIAG_TOO_MANY_RULES);
        else
            compile_good(&source);
    }
}

/* A type has a partner and its own fields, `type` and the like not counted. */
static void fields(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        text source = {NULL, 0, 0};
        put(&source, HEAD "events: {my.event: {partner: text");
        for (size_t i = 1; i < PRM_LIMIT_FIELDS + beyond; i++)
            put_number(&source, ", f", i, ": integer");
        put(&source, "}}\nrules: {a: {each: my.event, then: {cash: 1}}}\n");
        if (beyond)
            compile_bad(&source, PRM_E_PROGRAM, PRM_DIAG_TOO_MANY_FIELDS);
        else
            compile_good(&source);
    }
}

static void texts_of_programs(void **state)
{
    (void)state;
    for (size_t beyond = 0; beyond < 2; beyond++) {
        text source = {NULL, 0, 0};
        put(&source, HEAD "title: \"");
        repeat(&source, "x", PRM_LIMIT_TEXT_BYTES + beyond);
        put(&source, "\"\nrules: {a: {each: deal.won, then: {cash: 1}}}\n");
        if (beyond)
            compile_bad(&source, PRM_E_PROGRAM, PRM_DIAG_TEXT_TOO_LONG);
        else
            compile_good(&source);
    }
}

/* ---- Events ---- */

static prm_engine *open_engine(const prm_allocator *allocator)
{
    static const char source[] = HEAD "commission: {on: deal.won, of: amount, base: 10%}\n";
    prm_program *program = NULL;
    prm_engine *engine = NULL;
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = allocator};
    assert_int_equal(prm_program_compile(source, sizeof source - 1, NULL, &program, NULL, NULL), PRM_OK);
    assert_int_equal(prm_engine_new(program, &options, &engine, NULL), PRM_OK);
    prm_program_unref(program);
    return engine;
}

static prm_answer give(prm_engine *engine, size_t id_size, size_t text_size)
{
    static char bytes[PRM_LIMIT_TEXT_BYTES + 2];
    memset(bytes, 'x', sizeof bytes);
    const prm_field given[] = {{PRM_NONE, PRM_VALUE_TEXT, "partner", 7, "a", 1, 0},
                               {PRM_NONE, PRM_VALUE_INTEGER, "amount", 6, NULL, 0, 5},
                               {PRM_NONE, PRM_VALUE_TEXT, "customer", 8, bytes, text_size, 0}};
    const prm_event event = {PRM_NONE, 3, "deal.won", 8, bytes, id_size, INT64_C(1780000000000), given};
    prm_answer answer;
    char reason[300];
    assert_int_equal(prm_engine_ingest(engine, &event, 1, sizeof event, &answer, NULL), PRM_OK);
    if (answer.answer == PRM_REJECTED)
        assert_true(prm_engine_answer_text(engine, &event, &answer, reason, sizeof reason) > 0);
    return answer;
}

static void ids_and_texts_of_events(void **state)
{
    (void)state;
    prm_engine *engine = open_engine(NULL);
    prm_error error;
    uint32_t handle;
    assert_int_equal(give(engine, PRM_LIMIT_ID_BYTES, 1).answer, PRM_ACCEPTED);
    assert_int_equal(give(engine, PRM_LIMIT_ID_BYTES + 1, 1).diagnostic, PRM_DIAG_EVENT_ID_TOO_LONG);
    assert_int_equal(give(engine, 3, PRM_LIMIT_TEXT_BYTES).answer, PRM_ACCEPTED);
    assert_int_equal(give(engine, 4, PRM_LIMIT_TEXT_BYTES + 1).diagnostic, PRM_DIAG_EVENT_TEXT_TOO_LONG);
    static char name[PRM_LIMIT_TEXT_BYTES + 1];
    memset(name, 'n', sizeof name);
    assert_int_equal(prm_engine_intern(engine, name, PRM_LIMIT_TEXT_BYTES, &handle, &error), PRM_OK);
    assert_int_equal(prm_engine_intern(engine, name, PRM_LIMIT_TEXT_BYTES + 1, &handle, &error), PRM_E_LIMIT);
    prm_engine_free(engine);
}

/* ---- Memory ---- */

typedef struct bounded {
    failing_alloc memory;
    size_t limit;
} bounded;

static void *bounded_alloc(void *user, size_t size)
{
    bounded *under = user;
    return under->memory.bytes + size > under->limit ? NULL : failing_alloc_alloc(&under->memory, size);
}

static void *bounded_resize(void *user, void *block, size_t old_size, size_t new_size)
{
    bounded *under = user;
    if (under->memory.bytes - old_size + new_size > under->limit)
        return NULL;
    return failing_alloc_resize(&under->memory, block, old_size, new_size);
}

static void bounded_release(void *user, void *block, size_t size)
{
    failing_alloc_release(&((bounded *)user)->memory, block, size);
}

/* The host's allocator says how much: events are taken until it says no, and what was taken stays. */
static void memory(void **state)
{
    (void)state;
    bounded under = {.limit = 400000};
    failing_alloc_init(&under.memory, 0);
    prm_allocator host = {&under, bounded_alloc, bounded_resize, bounded_release};
    prm_engine *engine = open_engine(&host);
    prm_counts counts = {.size = sizeof counts};
    prm_status status = PRM_OK;
    prm_error error;
    uint64_t number = 0;
    for (; status == PRM_OK && number < 100000; number++) {
        char id[24];
        const prm_field given[] = {{PRM_NONE, PRM_VALUE_TEXT, "partner", 7, "a", 1, 0},
                                   {PRM_NONE, PRM_VALUE_INTEGER, "amount", 6, NULL, 0, 50}};
        int size = snprintf(id, sizeof id, "e%llu", (unsigned long long)number);
        const prm_event event = {
            PRM_NONE, 2, "deal.won", 8, id, (size_t)size, INT64_C(1780000000000) + (int64_t)number, given};
        status = prm_engine_ingest(engine, &event, 1, sizeof event, NULL, &error);
    }
    assert_int_equal(status, PRM_E_MEMORY);
    assert_true(under.memory.peak <= under.limit);
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.accepted, number - 1);
    assert_int_equal(counts.outcomes, number - 1);
    assert_true(counts.bytes <= under.limit);
    under.limit *= 2;
    assert_int_equal(give(engine, 3, 1).answer, PRM_ACCEPTED);
    prm_engine_free(engine);
    assert_int_equal(under.memory.bytes, 0);
}

/* ---- Texts that are made to take long ---- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What sanitizers and a build without optimisation cost. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
#define SLOWER 20
#else
#define SLOWER 1
#endif

/* `unit` again and again behind `start`, to the limit of a program's size. */
static void check_time(const char *start, const char *unit, double most)
{
    text source = {NULL, 0, 0};
    put(&source, start);
    while (source.size + strlen(unit) <= PRM_LIMIT_PROGRAM_BYTES)
        put(&source, unit);
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    double began = seconds();
    prm_status status = prm_program_compile(source.data, source.size, NULL, &program, &diagnostics, NULL);
    double took = seconds() - began;
    printf("%6.1f ms: %.*s...\n", took * 1e3, (int)strcspn(unit, "\r\n"), unit);
    assert_true(status == PRM_E_PROGRAM || status == PRM_E_LIMIT);
    assert_true(prm_diagnostics_count(diagnostics) > 0);
    if (took > most * SLOWER)
        fail_msg("%.3f s", took);
    prm_diagnostics_free(diagnostics);
    free(source.data);
}

/* libyaml looks at every open level for every token. */
static void depth_takes_no_time(void **state)
{
    (void)state;
    static const char *const units[] = {"[",  "{",    "- ",   "? ",   "{a: ", "[a, ",
                                        "[[", "- - ", "!x [", "&a [", "? - "};
    for (size_t i = 0; i < UNIT_COUNT(units); i++)
        check_time("", units[i], 0.02);
    text stairs = {NULL, 0, 0}; /* each line deeper than the one before */
    for (size_t depth = 0; stairs.size + depth + 4 < PRM_LIMIT_PROGRAM_BYTES; depth++) {
        repeat(&stairs, " ", depth);
        put(&stairs, "a:\n");
    }
    double began = seconds();
    compile_bad(&stairs, PRM_E_PROGRAM, PRM_DIAG_YAML_NESTING);
    assert_true(seconds() - began < 0.02 * SLOWER);
}

/* A megabyte of anything is read in about the time that a megabyte takes. */
static void size_takes_its_time(void **state)
{
    (void)state;
    static const char *const units[] = {
        "#\n",  "a: b\n",     "- a\n",   "a: [b]\n", "\n",    " ",     "\t",         "'",      "\"\\u0041",
        "*a\n", "a: &b c\n",  "x: *b\n", "%YAML\n",  "---\n", "...\n", "? a\n: b\n", "!t a\n", ": ",
        "|\n",  "a: |\n b\n", "a, ",     "\xC3\xA9", "\x01",  "\xFF",  "\r",         "a",      "<<: *a\n"};
    for (size_t i = 0; i < UNIT_COUNT(units); i++)
        check_time("", units[i], 5.0);
    check_time(HEAD "rules: {a: {each: deal.won, then: {cash: '1", " + 1", 5.0);
    check_time(HEAD "rules: {a: {each: [deal.won", ", deal.won", 5.0);
    check_time(HEAD "rules:\n", "  a: {each: deal.won, then: {cash: 1}}\n", 5.0);
    check_time(HEAD "rules:\n  a: {", "eech: deal.won, ", 5.0);
    check_time(HEAD "events: {a.b: {", "partner: text, ", 5.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(program_text),
        cmocka_unit_test(nesting),
        cmocka_unit_test(rules),
        cmocka_unit_test(fields),
        cmocka_unit_test(texts_of_programs),
        cmocka_unit_test(ids_and_texts_of_events),
        cmocka_unit_test(memory),
        cmocka_unit_test(depth_takes_no_time),
        cmocka_unit_test(size_takes_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
