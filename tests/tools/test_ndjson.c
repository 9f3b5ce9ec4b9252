/* The NDJSON reader: numbers keep their text, and one broken line costs no other. */
#include "ndjson.h"

#include "scratch.h"

typedef struct ndjson_fixture {
    char *path;
    arena texts;
    input in;
    ndjson_reader reader;
} ndjson_fixture;

static void fixture_open(ndjson_fixture *fixture, const char *text, size_t size)
{
    fixture->texts = (arena){0};
    fixture->path = scratch_file(text, size);
    assert_int_equal(input_open(&fixture->in, fixture->path), 0);
    ndjson_open(&fixture->reader, &fixture->in);
}

static ndjson_result fixture_next(ndjson_fixture *fixture)
{
    return ndjson_next(&fixture->reader, &fixture->texts);
}

static ndjson_value fixture_find(ndjson_fixture *fixture, const char *path)
{
    return ndjson_find(&fixture->reader, text_of(path), &fixture->texts);
}

static void fixture_close(ndjson_fixture *fixture)
{
    ndjson_close(&fixture->reader);
    input_close(&fixture->in);
    arena_free(&fixture->texts);
    scratch_remove(fixture->path);
}

/* The value of "x" in an object that holds `json` there, as a text; "-" when it
 * is absent, "{}" when it is nested, "unfit" when it is no number. */
static void value_expect(const char *json, const char *expected)
{
    char line[256];
    static const char *const others[] = {"-", NULL, "{}", "unfit"};
    ndjson_fixture fixture;
    int size = snprintf(line, sizeof line, "{\"x\":%s}", json);
    fixture_open(&fixture, line, (size_t)size);
    assert_int_equal(fixture_next(&fixture), NDJSON_OBJECT);
    ndjson_value value = fixture_find(&fixture, "x");
    if (value.kind == NDJSON_TEXT)
        assert_true(text_is(value.text, expected));
    else
        assert_string_equal(others[value.kind], expected);
    fixture_close(&fixture);
}

static void test_values(void **state)
{
    (void)state;
    value_expect("\"a\\u00e9\\n\"", "a\xC3\xA9\n");
    value_expect("\"\\uD83C\\uDF81\"", "\xF0\x9F\x8E\x81");
    value_expect("\"\\\\ud800\"", "\\ud800");
    value_expect("\"\"", "");
    value_expect("null", "-");
    value_expect("true", "true");
    value_expect("false", "false");
    value_expect("{}", "{}");
    value_expect("[1]", "{}");
}

static void test_numbers(void **state)
{
    (void)state;
    value_expect("0", "0");
    value_expect("-12", "-12");
    value_expect("9223372036854775807", "9223372036854775807");
    value_expect("9223372036854775808", "9223372036854775808");
    value_expect("0.1", "0.1");
    value_expect("1000000.10", "1000000.10");
    value_expect("123456789012345678.123456789012", "123456789012345678.123456789012");
    value_expect("1e3", "1000");
    value_expect("1.5E+3", "1500");
    value_expect("-2.50e1", "-25.0");
    value_expect("125e-2", "1.25");
    value_expect("5e-3", "0.005");
    value_expect("-0", "-0");
    value_expect("1e400", "unfit");
    value_expect("100000000000000000000", "100000000000000000000");
}

static void test_paths(void **state)
{
    (void)state;
    ndjson_fixture fixture;
    fixture_open(&fixture,
                 SCRATCH_TEXT("{\"a\":{\"b\":{\"c\":\"deep\"}},\"d.e\":\"flat\",\"d\":{\"e\":\"no\"}}"));
    assert_int_equal(fixture_next(&fixture), NDJSON_OBJECT);
    assert_true(text_is(fixture_find(&fixture, "a.b.c").text, "deep"));
    assert_true(text_is(fixture_find(&fixture, "d.e").text, "flat"));
    assert_int_equal(fixture_find(&fixture, "a.b").kind, NDJSON_NESTED);
    assert_int_equal(fixture_find(&fixture, "a.x").kind, NDJSON_ABSENT);
    assert_int_equal(fixture_find(&fixture, "a.b.c.d").kind, NDJSON_ABSENT);
    assert_int_equal(fixture_find(&fixture, "").kind, NDJSON_ABSENT);
    fixture_close(&fixture);
}

/* Each line is broken for the reason given, and the line after it is read. */
static void test_broken_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        size_t size;
        const char *reason;
    } cases[] = {
        {SCRATCH_TEXT("{\"a\":1"), "the JSON ends too early"},
        {SCRATCH_TEXT("{\"a\":1}}"), "not JSON: unallowed token"},
        {SCRATCH_TEXT("{\"a\":1} {\"b\":2}"), "not JSON: something after its end"},
        {SCRATCH_TEXT("{a:1}"), "not JSON: invalid char in json text, near byte 3"},
        {SCRATCH_TEXT("{\"a\":01}"), "not JSON: after key and value, inside map"},
        {SCRATCH_TEXT("{\"a\":'x'}"), "not JSON: invalid char in json text"},
        {SCRATCH_TEXT("{\"a\":NaN}"), "not JSON: invalid char"},
        {SCRATCH_TEXT("{\"a\":-Infinity}"),
         "not JSON: malformed number, a digit is required after the minus sign, near byte 7"},
        {SCRATCH_TEXT("{\"a\":1.}"),
         "not JSON: malformed number, a digit is required after the decimal point"},
        {SCRATCH_TEXT("{\"a\":-.5}"), "not JSON: malformed number"},
        {SCRATCH_TEXT("{\"a\":+1}"), "not JSON: invalid char"},
        {SCRATCH_TEXT("{\"a\":1e}"), "not JSON: malformed number, a digit is required after the exponent"},
        {SCRATCH_TEXT("{\"a\":tru}"), "not JSON: invalid string"},
        {SCRATCH_TEXT("{\"a\":tru"), "the JSON ends too early"},
        {SCRATCH_TEXT("{\"a\":\"x\ty\"}"), "not JSON: invalid character inside string, near byte 8"},
        {SCRATCH_TEXT("{\"a\":\"\\x\"}"), "not JSON: inside a string"},
        {SCRATCH_TEXT("{\"a\":\"\\u12g4\"}"), "not JSON: invalid (non-hex) character"},
        {SCRATCH_TEXT("{\"a\":\"\\"), "the JSON ends too early"},
        {SCRATCH_TEXT("{\"a\":1,}"), "not JSON: invalid object key"},
        {SCRATCH_TEXT("{,}"), "not JSON: invalid object key"},
        {SCRATCH_TEXT("{\"a\" 1}"), "not JSON: object key and value must be separated by a colon"},
        {SCRATCH_TEXT("{\"a\":}"), "not JSON: unallowed token"},
        {SCRATCH_TEXT("{\"a\":1 \"b\":2}"), "not JSON: after key and value"},
        {SCRATCH_TEXT("{\"a\":[1,]}"), "not JSON: unallowed token"},
        {SCRATCH_TEXT("{\"a\":[1}"), "not JSON: after array element"},
        {SCRATCH_TEXT("{} x"), "not JSON: invalid char"},
        {SCRATCH_TEXT("{} 12 "), "not JSON: something after its end"},
        {SCRATCH_TEXT("{} \"x\""), "not JSON: something after its end"},
        {SCRATCH_TEXT("{} null"), "not JSON: something after its end"},
        {SCRATCH_TEXT("{} true "), "not JSON: something after its end"},
        {SCRATCH_TEXT("{} []"), "not JSON: something after its end"},
        {SCRATCH_TEXT("12"), "not a JSON object"},
        {SCRATCH_TEXT("\"text\""), "not a JSON object"},
        {SCRATCH_TEXT("[{\"a\":1}]"), "a list, where one JSON object per line is expected"},
        {SCRATCH_TEXT("{\"a\":1,\"a\":2}"), "the key 'a' occurs twice"},
        {SCRATCH_TEXT("{\"a\":{\"b\":1,\"b\":\"x:y\"}}"), "the key 'b' occurs twice"},
        {SCRATCH_TEXT("{\"a\":\"b\",\"c\":[{\"a\":1},{\"a\":2}],\"d\" : 3,\"d\" : 4}"),
         "the key 'd' occurs twice"},
        {SCRATCH_TEXT("{\"e\\\"\":1,\"e\\\"\":2}"), "the key 'e\"' occurs twice"},
        {SCRATCH_TEXT("{\"a\":1,\"\\u0061\":2}"), "the key 'a' occurs twice"},
        {SCRATCH_TEXT("{\"a\":\"x\\ud800\"}"), "\\ud800 is half of a pair of surrogates"},
        {SCRATCH_TEXT("{\"a\":\"\\uD83D\\uD83D\\uDE00\"}"), "\\uD83D is half of a pair"},
        {SCRATCH_TEXT("{\"a\":\"\\\\\\uDE00\"}"), "\\uDE00 is half of a pair"},
        {SCRATCH_TEXT("{\"\\udfff\":1}"), "\\udfff is half of a pair"},
        {SCRATCH_TEXT("{\"a\":\"\0\"}"), "a NUL byte"},
        {SCRATCH_TEXT("{\"a\":\"\xFF\"}"), "byte 0xFF is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ndjson_fixture fixture;
        buffer text = {0};
        buffer_string(&text, "\n{\"first\":\"a:\\\"b:\"}\r\n");
        buffer_put(&text, cases[i].line, cases[i].size);
        buffer_string(&text, "\n  \n{\"last\":1}\n");
        fixture_open(&fixture, text.data, text.size);
        assert_int_equal(fixture_next(&fixture), NDJSON_OBJECT);
        assert_int_equal(fixture_next(&fixture), NDJSON_BROKEN);
        assert_int_equal(fixture.reader.line, 3);
        assert_memory_equal(fixture.reader.reason, cases[i].reason, strlen(cases[i].reason));
        assert_int_equal(fixture_next(&fixture), NDJSON_OBJECT);
        assert_int_equal(fixture.reader.line, 5);
        assert_int_equal(fixture_next(&fixture), NDJSON_END);
        fixture_close(&fixture);
        buffer_free(&text);
    }
}

static void test_depth_and_length(void **state)
{
    (void)state;
    ndjson_fixture fixture;
    buffer text = {0};
    assert_int_equal(JSONLINE_DEPTH, 32);
    buffer_string(&text, "{\"a\":");
    buffer_repeat(&text, '[', 100000);
    buffer_string(&text, "\n{\"a\":\"");
    buffer_repeat(&text, 'x', 10 * 1024 * 1024);
    buffer_string(&text, "\"}\n{\"last\":1}");
    fixture_open(&fixture, text.data, text.size);
    assert_int_equal(fixture_next(&fixture), NDJSON_BROKEN);
    assert_int_equal(fixture_next(&fixture), NDJSON_BROKEN);
    assert_string_equal(fixture.reader.reason, "the line is longer than 1048576 bytes");
    assert_int_equal(fixture.reader.line, 2);
    assert_int_equal(fixture_next(&fixture), NDJSON_OBJECT);
    assert_int_equal(fixture.reader.line, 3);
    assert_int_equal(fixture_next(&fixture), NDJSON_END);
    fixture_close(&fixture);
    buffer_free(&text);
}

/* So deep and no deeper: the object itself and 31 lists in it. */
static void test_deepest(void **state)
{
    (void)state;
    for (size_t lists = 31; lists <= 32; lists++) {
        ndjson_fixture fixture;
        buffer text = {0};
        buffer_string(&text, "{\"a\":");
        buffer_repeat(&text, '[', lists);
        buffer_repeat(&text, ']', lists);
        buffer_byte(&text, '}');
        fixture_open(&fixture, text.data, text.size);
        assert_int_equal(fixture_next(&fixture), lists == 31 ? NDJSON_OBJECT : NDJSON_BROKEN);
        fixture_close(&fixture);
        buffer_free(&text);
    }
}

/* Objects of few and of many keys: each key is found, and the one that is there twice. */
static void test_keys(void **state)
{
    (void)state;
    for (size_t count = 1; count < 300; count += 13) {
        ndjson_fixture fixture;
        buffer text = {0};
        for (size_t i = 0; i <= count; i++)
            buffer_format(&text, "%s\"k%zu\":%zu", i == 0 ? "{" : ",", i, i);
        buffer_string(&text, "}\n");
        for (size_t i = 0; i <= count; i++)
            buffer_format(&text, "%s\"k%zu\":%zu", i == 0 ? "{" : ",", i, i);
        buffer_format(&text, ",\"k%zu\":0}\n", count / 2);
        fixture_open(&fixture, text.data, text.size);
        assert_int_equal(fixture_next(&fixture), NDJSON_OBJECT);
        for (size_t i = 0; i <= count; i++) {
            char name[16];
            snprintf(name, sizeof name, "k%zu", i);
            assert_true(text_is(fixture_find(&fixture, name).text, name + 1));
        }
        assert_int_equal(fixture_next(&fixture), NDJSON_BROKEN);
        assert_non_null(strstr(fixture.reader.reason, "occurs twice"));
        fixture_close(&fixture);
        buffer_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_broken_lines),
        cmocka_unit_test(test_depth_and_length),
        cmocka_unit_test(test_deepest),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
