/* Tests of base/diag and base/diag_render: places, carets, limits, suggestions. */
#include "base/diag.h"

#include "base/utf8.h"

#include <string.h>

#include "unit.h"

#include "failing_alloc.h"

static prm_diagnostics *diag_for(const char *text)
{
    prm_diagnostics *diag = prm__diag_new(NULL, "program.yaml", text, strlen(text));
    assert_non_null(diag);
    return diag;
}

/* The span of the first `part` in the text. */
static prm__span span_of(const prm_diagnostics *diag, const char *part)
{
    const char *found = strstr(diag->text, part);
    assert_non_null(found);
    size_t start = (size_t)(found - diag->text);
    return (prm__span){(uint32_t)start, (uint32_t)(start + strlen(part))};
}

static prm_diagnostic get(const prm_diagnostics *diag, size_t index)
{
    prm_diagnostic out = {.size = sizeof out};
    assert_int_equal(prm_diagnostics_get(diag, index, &out), PRM_OK);
    return out;
}

static void assert_text(prm_text text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

static void assert_rendered(const prm_diagnostics *diag, size_t index, const char *expected)
{
    char buffer[2000];
    size_t size = prm_diagnostics_render(diag, index, buffer, sizeof buffer);
    assert_string_equal(buffer, expected);
    assert_int_equal(size, strlen(expected));
}

/* Reports `part` of `text` and compares what people see. */
static void assert_render_of(const char *text, const char *part, const char *expected)
{
    prm_diagnostics *diag = diag_for(text);
    prm__diag_report(diag, PRM_DIAG_BAD_VALUE, span_of(diag, part), NULL, "bad");
    assert_rendered(diag, 0, expected);
    prm_diagnostics_free(diag);
}

/* ---- Numbers ---- */

static void test_numbers_are_unique_and_in_groups(void **state)
{
    (void)state;
    static const struct {
        uint32_t number, severity;
        const char *meaning;
    } rows[] = {
#define ROW(name, number, severity, meaning) {number, severity, meaning},
        PRM_DIAGNOSTICS(ROW)
#undef ROW
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        assert_true(i == 0 || rows[i].number > rows[i - 1].number);
        assert_true(rows[i].number > 100 && rows[i].number < 1000);
        assert_true(rows[i].severity >= PRM_SEVERITY_ERROR && rows[i].severity <= PRM_SEVERITY_NOTE);
        assert_true(strlen(rows[i].meaning) > 10);
    }
}

/* ---- Places ---- */

static void test_gets_what_was_reported(void **state)
{
    (void)state;
    prm_diagnostics *diag = diag_for("prm: 1\nrules:\n  \xE7\xB4\xB9\xE4\xBB\x8B: {coun: x}\n");
    prm__diag_report(diag, PRM_DIAG_UNKNOWN_KEY, span_of(diag, "coun"), "did you mean `count`?",
                     "no key `%s`", "coun");
    assert_int_equal(prm_diagnostics_count(diag), 1);
    assert_int_equal(diag->errors, 1);
    prm_diagnostic out = get(diag, 0);
    assert_int_equal(out.severity, PRM_SEVERITY_ERROR);
    assert_int_equal(out.number, 201);
    assert_int_equal(out.line, 3);
    assert_int_equal(out.column, 8);
    assert_int_equal(out.end_column, 12);
    assert_text(out.file, "program.yaml");
    assert_text(out.message, "no key `coun`");
    assert_text(out.hint, "did you mean `count`?");
    assert_text(out.source, "  \xE7\xB4\xB9\xE4\xBB\x8B: {coun: x}");
    prm_diagnostics_free(diag);
}

static void test_arguments(void **state)
{
    (void)state;
    prm_diagnostics *diag = diag_for("prm: 1\n");
    prm__diag_report(diag, PRM_DIAG_RATE_NEVER_HOLDS, (prm__span){0, 3}, NULL, "w");
    assert_int_equal(diag->errors, 0);
    prm_diagnostic out = {.size = sizeof out};
    assert_int_equal(prm_diagnostics_get(diag, 0, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_diagnostics_get(diag, 1, &out), PRM_E_ARGUMENT);
    assert_int_equal(prm_diagnostics_get(NULL, 0, &out), PRM_E_ARGUMENT);
    out.size = 8;
    assert_int_equal(prm_diagnostics_get(diag, 0, &out), PRM_E_ARGUMENT);
    out.size = sizeof out + 8; /* a newer host */
    assert_int_equal(prm_diagnostics_get(diag, 0, &out), PRM_OK);
    assert_int_equal(out.size, sizeof out + 8);
    assert_int_equal(out.severity, PRM_SEVERITY_WARNING);
    assert_int_equal(prm_diagnostics_count(NULL), 0);
    char buffer[4] = "abc";
    assert_int_equal(prm_diagnostics_render(diag, 1, buffer, sizeof buffer), 0);
    assert_string_equal(buffer, "");
    assert_int_equal(prm_diagnostics_render(NULL, 0, NULL, 0), 0);
    prm_diagnostics_free(diag);
    prm_diagnostics_free(NULL);
    diag = prm__diag_new(NULL, NULL, NULL, 0);
    prm__diag_report(diag, PRM_DIAG_MISSING_KEY, (prm__span){0, 0}, "begin with `prm: 1`",
                     "`prm` is missing");
    assert_rendered(diag, 0, "program:1:1: error 202: `prm` is missing\n    = begin with `prm: 1`\n");
    prm_diagnostics_free(diag);
}

static void assert_place(const char *text, uint32_t start, uint32_t end, uint32_t line, uint32_t column,
                         uint32_t end_column, const char *source)
{
    prm_diagnostics *diag = diag_for(text);
    prm__diag_report(diag, PRM_DIAG_BAD_VALUE, (prm__span){start, end}, NULL, "x");
    prm_diagnostic out = get(diag, 0);
    assert_int_equal(out.line, line);
    assert_int_equal(out.column, column);
    assert_int_equal(out.end_column, end_column);
    assert_text(out.source, source);
    prm_diagnostics_free(diag);
}

static void test_places(void **state)
{
    (void)state;
    assert_place("ab\ncd\nef", 3, 5, 2, 1, 3, "cd");
    assert_place("ab\ncd\nef", 4, 8, 2, 2, 3, "cd"); /* over the line's end */
    assert_place("ab\ncd\nef", 5, 5, 2, 3, 4, "cd"); /* at the line's end */
    assert_place("ab\ncd\nef", 6, 6, 3, 1, 2, "ef");
    assert_place("ab\ncd\nef", 8, 8, 3, 3, 4, "ef"); /* at the text's end */
    assert_place("ab\ncd\n", 6, 6, 3, 1, 2, "");
    assert_place("ab\ncd", 400, 500, 2, 3, 4, "cd"); /* beyond it */
    assert_place("ab\ncd", 4, 1, 2, 2, 3, "cd");     /* turned around */
    assert_place("ab\r\ncd\r\n", 4, 6, 2, 1, 3, "cd");
    assert_place("ab\r\ncd\r\n", 3, 3, 1, 3, 4, "ab"); /* between \r and \n */
    assert_place("ab\rcd\r\rx", 7, 8, 4, 1, 2, "x");
    assert_place("\xEF\xBB\xBF"
                 "ab",
                 3, 5, 1, 1, 3, "ab");
    assert_place("\xEF\xBB\xBF"
                 "ab",
                 0, 0, 1, 1, 2, "ab");
    assert_place("\xE9\x87\x91\xFF\xE9x", 5, 6, 1, 4, 5,
                 "\xE9\x87\x91\xFF\xE9x"); /* bad bytes count as one */
}

static void test_sorts_by_place(void **state)
{
    (void)state;
    prm_diagnostics *diag = diag_for("abcdef");
    static const uint32_t starts[] = {3, 1, 3, 0, 5, 1};
    for (size_t i = 0; i < UNIT_COUNT(starts); i++)
        prm__diag_report(diag, PRM_DIAG_BAD_VALUE, (prm__span){starts[i], 6}, NULL, "%d", (int)i);
    prm__diag_sort(diag);
    static const char *const order[] = {"3", "1", "5", "0", "2", "4"};
    for (size_t i = 0; i < UNIT_COUNT(order); i++)
        assert_text(get(diag, i).message, order[i]);
    prm_diagnostics_free(diag);
}

static void test_a_hundred_and_no_more(void **state)
{
    (void)state;
    prm_diagnostics *diag = diag_for("abc\n");
    for (int i = 0; i < 250; i++)
        prm__diag_report(diag, PRM_DIAG_BAD_VALUE, (prm__span){3, 3}, NULL, "%d", i);
    prm__diag_report(diag, PRM_DIAG_BAD_VALUE, (prm__span){0, 0}, NULL, "first");
    prm__diag_sort(diag);
    assert_int_equal(prm_diagnostics_count(diag), 101);
    assert_int_equal(diag->errors, 251);
    assert_text(get(diag, 99).message, "99");
    assert_int_equal(get(diag, 100).number, PRM_DIAG_TOO_MANY_DIAGNOSTICS);
    assert_int_equal(get(diag, 100).severity, PRM_SEVERITY_NOTE);
    assert_false(diag->exhausted);
    prm_diagnostics_free(diag);
}

static void test_messages_are_cut_and_clean(void **state)
{
    (void)state;
    char text[1200 + 1];
    for (size_t i = 0; i < 400; i++)
        memcpy(text + 3 * i, "\xE9\x87\x91", 3);
    text[1200] = '\0';
    for (int lead = 0; lead < 3; lead++) {
        prm_diagnostics *diag = diag_for("x");
        prm__diag_report(diag, PRM_DIAG_BAD_VALUE, (prm__span){0, 1}, text, "%.*s%s", lead, "ab", text);
        prm_diagnostic out = get(diag, 0);
        assert_true(out.message.size > 397 && out.message.size <= 400);
        assert_true(prm__utf8_valid(out.message.data, out.message.size));
        assert_int_equal(out.hint.size, 399);
        prm_diagnostics_free(diag);
    }
    prm_diagnostics *diag = diag_for("x");
    prm__diag_report(diag, PRM_DIAG_BAD_VALUE, (prm__span){0, 1},
                     "\xC2\x9B"
                     "1m",
                     "a\x1B[2J\n\xFF\xE9\x87z");
    assert_text(get(diag, 0).message, "a?[2J????z");
    assert_text(get(diag, 0).hint, "??1m");
    prm_diagnostics_free(diag);
}

static void test_every_failed_allocation(void **state)
{
    (void)state;
    bool done = false;
    size_t n = 1;
    for (; !done; n++) {
        failing_alloc failing;
        failing_alloc_init(&failing, n);
        prm_diagnostics *diag = prm__diag_new(&failing.host, "f", "text", 4);
        if (diag == NULL) {
            assert_int_equal(failing.bytes, 0);
            continue;
        }
        for (int i = 0; i < 120; i++)
            prm__diag_report(diag, PRM_DIAG_BAD_VALUE, (prm__span){1, 2}, "hint",
                             "message %d, which takes some room", i);
        assert_int_equal(diag->errors, 120);
        done = !diag->exhausted;
        if (done)
            assert_int_equal(failing.calls, n - 1);
        prm_diagnostics_free(diag);
        assert_int_equal(failing.bytes, 0);
    }
    assert_true(n > 5);
}

/* ---- What people see ---- */

static void test_renders_the_example(void **state)
{
    (void)state;
    prm_diagnostics *diag = diag_for("prm: 1\n\n\n\n\n\n    when: {count: lead.registred, at_least: 10}\n");
    prm__diag_report(diag, PRM_DIAG_UNKNOWN_EVENT_TYPE, span_of(diag, "lead.registred"),
                     "did you mean \"lead.registered\"?", "there is no event type \"%s\"", "lead.registred");
    assert_rendered(diag, 0,
                    "program.yaml:7:19: error 301: there is no event type \"lead.registred\"\n"
                    "  7 |     when: {count: lead.registred, at_least: 10}\n"
                    "    |                   ^~~~~~~~~~~~~~\n"
                    "    = did you mean \"lead.registered\"?\n");
    prm_diagnostics_free(diag);
}

static void test_renders_carets(void **state)
{
    (void)state;
    assert_render_of("\n\n\n\n\n\n\n\n\n\n\nx: y", "y",
                     "program.yaml:12:4: error 204: bad\n"
                     "  12 | x: y\n"
                     "     |    ^\n");
    assert_render_of("\tx:\ty: z", "y: z", /* tabs stay */
                     "program.yaml:1:5: error 204: bad\n"
                     "  1 | \tx:\ty: z\n"
                     "    | \t  \t^~~~\n");
    assert_render_of("\xE7\xB4\xB9\xE4\xBB\x8B: \xEF\xBD\xB1\xE6\x96\x99\xE7\x8E\x87 z",
                     "\xE6\x96\x99\xE7\x8E\x87", /* 紹介: ｱ料率 z */
                     "program.yaml:1:6: error 204: bad\n"
                     "  1 | \xE7\xB4\xB9\xE4\xBB\x8B: \xEF\xBD\xB1\xE6\x96\x99\xE7\x8E\x87 z\n"
                     "    |        ^~~~\n");
    assert_render_of("e\xCC\x81\xE3\x81\x8B\xE3\x82\x99: x", "x", /* combining marks take no column */
                     "program.yaml:1:7: error 204: bad\n"
                     "  1 | e\xCC\x81\xE3\x81\x8B\xE3\x82\x99: x\n"
                     "    |      ^\n");
    assert_render_of("\xF0\x9F\x8E\x81: x", "x",
                     "program.yaml:1:4: error 204: bad\n"
                     "  1 | \xF0\x9F\x8E\x81: x\n"
                     "    |     ^\n");
    assert_render_of("a\x1B[31m\xFF\xE2\x80\xAE: x", "x", /* nothing commands the terminal */
                     "program.yaml:1:11: error 204: bad\n"
                     "  1 | a\xEF\xBF\xBD[31m\xEF\xBF\xBD\xEF\xBF\xBD: x\n"
                     "    |           ^\n");
    assert_render_of("a: b\nc", "b\nc",
                     "program.yaml:1:4: error 204: bad\n"
                     "  1 | a: b\n"
                     "    |    ^\n");
    assert_render_of("a: b\r\n", "\r", /* something is missing at the end */
                     "program.yaml:1:5: error 204: bad\n"
                     "  1 | a: b\n"
                     "    |     ^\n");
}

/* What is shown of a line of `before` and `after` letters around "HERE". */
static void render_long_line(int before, int after, char *source, char *caret)
{
    char text[600], rendered[1200];
    memset(text, 'a', (size_t)before);
    memcpy(text + before, "HERE", 4);
    memset(text + before + 4, 'b', (size_t)after);
    text[before + 4 + after] = '\0';
    prm_diagnostics *diag = diag_for(text);
    prm__diag_report(diag, PRM_DIAG_BAD_VALUE, span_of(diag, "HERE"), NULL, "bad");
    prm_diagnostics_render(diag, 0, rendered, sizeof rendered);
    prm_diagnostics_free(diag);
    char *first = strchr(rendered, '\n') + 1, *second = strchr(first, '\n') + 1;
    size_t source_size = (size_t)(second - first) - 1, caret_size = strlen(second) - 1;
    memcpy(source, first, source_size);
    source[source_size] = '\0';
    memcpy(caret, second, caret_size);
    caret[caret_size] = '\0';
}

static void test_long_lines_are_cut_around_the_caret(void **state)
{
    (void)state;
    static const int befores[] = {0, 30, 40, 41, 96, 97, 150, 400};
    static const int afters[] = {0, 10, 59, 60, 100};
    for (size_t i = 0; i < UNIT_COUNT(befores); i++)
        for (size_t k = 0; k < UNIT_COUNT(afters); k++) {
            char source[300], caret[300];
            int length = befores[i] + 4 + afters[k];
            render_long_line(befores[i], afters[k], source, caret);
            size_t here = (size_t)(strstr(source, "HERE") - source);
            assert_string_equal(caret + here, "^~~~");
            for (size_t c = 6; c < here; c++)
                assert_int_equal(caret[c], ' ');
            size_t shown = strlen(source) - 6;
            assert_int_equal(strstr(source, "...a") != NULL || strstr(source, "...b") != NULL ||
                                 strstr(source, "b...") != NULL || strstr(source, "a...") != NULL,
                             length > 100);
            assert_true(length <= 100 ? shown == (size_t)length : shown >= 103 && shown <= 106);
        }
    char source[300], caret[300];
    render_long_line(200, 200, source, caret);
    assert_int_equal(strlen(source), 6 + 3 + 100 + 3);
    assert_int_equal(strlen(caret), 6 + 3 + 40 + 4);
}

static void test_every_capacity_gets_a_c_string(void **state)
{
    (void)state;
    prm_diagnostics *diag = diag_for("\xE7\xB4\xB9\xE4\xBB\x8B: \xE6\x96\x99\xE7\x8E\x87");
    prm__diag_report(diag, PRM_DIAG_BAD_VALUE, span_of(diag, "\xE6\x96\x99"), "\xE6\x96\x99", "\xE7\xB4\xB9");
    char whole[400];
    size_t size = prm_diagnostics_render(diag, 0, whole, sizeof whole);
    assert_int_equal(size, strlen(whole));
    assert_int_equal(prm_diagnostics_render(diag, 0, NULL, 0), size);
    for (size_t capacity = 1; capacity <= size + 1; capacity++) {
        char *buffer = malloc(capacity);
        assert_non_null(buffer);
        memset(buffer, 'X', capacity);
        assert_int_equal(prm_diagnostics_render(diag, 0, buffer, capacity), size);
        size_t written = strlen(buffer);
        assert_true(written < capacity && written + 3 >= capacity);
        assert_memory_equal(buffer, whole, written);
        assert_true(prm__utf8_valid(buffer, written));
        free(buffer);
    }
    prm_diagnostics_free(diag);
}

/* ---- Suggestions ---- */

static void test_suggests_the_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"lead.registered",
                                        "deal.won",
                                        "deal.lost",
                                        "count",
                                        "sum",
                                        "per",
                                        "\xE7\xB4\xB9\xE4\xBB\x8B\xE6\x96\x99",
                                        "at_least",
                                        "average"};
    static const struct {
        const char *word, *nearest;
    } rows[] = {
        {"lead.registred", "lead.registered"},
        {"laed.registered", "lead.registered"},
        {"lead.registeredxyz", "lead.registered"},
        {"lead.registeredwxyz", NULL},
        {"Deal.Won", "deal.won"},
        {"deal.wno", "deal.won"},
        {"deal.now", "deal.won"},
        {"dealwon", "deal.won"},
        {"coutn", "count"},
        {"cunt", "count"},
        {"cnout", NULL},
        {"su", "sum"},
        {"pr", "per"},
        {"xy", NULL},
        {"s", NULL},
        {"SUM", "sum"},
        {"sam", "sum"},
        {"sums", "sum"},
        {"pre", "per"},
        {"atleast", "at_least"},
        {"least", NULL},
        {"", NULL},
        {"completely different", NULL},
        {"\xE7\xB4\xB9\xE4\xBB\x8B\xE7\x8E\x87", "\xE7\xB4\xB9\xE4\xBB\x8B\xE6\x96\x99"},
        {"\xE7\xB4\xB9\xE4\xBB\x8B", "\xE7\xB4\xB9\xE4\xBB\x8B\xE6\x96\x99"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        const char *nearest = prm__diag_nearest(rows[i].word, strlen(rows[i].word), names, UNIT_COUNT(names));
        if (nearest == NULL || rows[i].nearest == NULL ? nearest != rows[i].nearest
                                                       : strcmp(nearest, rows[i].nearest) != 0)
            fail_msg("%s: %s", rows[i].word, nearest == NULL ? "none" : nearest);
    }
    assert_null(prm__diag_nearest("count", 5, NULL, 0));
    char lengthy[65];
    memset(lengthy, 'a', sizeof lengthy);
    const char *const lengthies[] = {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    assert_null(prm__diag_nearest(lengthy, 65, lengthies, 2));
    assert_ptr_equal(prm__diag_nearest(lengthy, 64, lengthies, 2), lengthies[1]);
}

/* The first of equally near ones, and distance by a slow definition. */
static size_t slow_distance(const char *a, const char *b)
{
    size_t table[16][16];
    for (size_t i = 0; i <= strlen(a); i++)
        for (size_t k = 0; k <= strlen(b); k++) {
            size_t best = i + k;
            if (i > 0 && k > 0) {
                best = table[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
                best = table[i - 1][k] + 1 < best ? table[i - 1][k] + 1 : best;
                best = table[i][k - 1] + 1 < best ? table[i][k - 1] + 1 : best;
            }
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
                table[i - 2][k - 2] + 1 < best)
                best = table[i - 2][k - 2] + 1;
            table[i][k] = best;
        }
    return table[strlen(a)][strlen(b)];
}

static void test_suggestions_against_a_full_table(void **state)
{
    (void)state;
    uint64_t random = 47;
    size_t found = 0;
    for (int round = 0; round < 5000; round++) {
        char words[6][13];
        for (size_t w = 0; w < 6; w++) {
            size_t size = 3 + (size_t)(unit_random(&random) % 10);
            for (size_t i = 0; i < size; i++)
                words[w][i] = (char)('a' + unit_random(&random) % 3);
            words[w][size] = '\0';
        }
        const char *const names[] = {words[1], words[2], words[3], words[4], words[5]};
        size_t third = strlen(words[0]) / 3, limit = third < 3 ? third : 3;
        const char *expected = NULL;
        size_t best = limit + 1;
        for (size_t i = 0; i < 5; i++)
            if (slow_distance(words[0], names[i]) < best) {
                best = slow_distance(words[0], names[i]);
                expected = names[i];
            }
        assert_ptr_equal(prm__diag_nearest(words[0], strlen(words[0]), names, 5), expected);
        found += expected != NULL;
    }
    assert_true(found > 500 && found < 4900);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_unique_and_in_groups),
        cmocka_unit_test(test_gets_what_was_reported),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_sorts_by_place),
        cmocka_unit_test(test_a_hundred_and_no_more),
        cmocka_unit_test(test_messages_are_cut_and_clean),
        cmocka_unit_test(test_every_failed_allocation),
        cmocka_unit_test(test_renders_the_example),
        cmocka_unit_test(test_renders_carets),
        cmocka_unit_test(test_long_lines_are_cut_around_the_caret),
        cmocka_unit_test(test_every_capacity_gets_a_c_string),
        cmocka_unit_test(test_suggests_the_nearest),
        cmocka_unit_test(test_suggestions_against_a_full_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
