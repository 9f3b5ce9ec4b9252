/* The NDJSON reader: numbers keep their text, and one broken line costs no other. */
#include "ndjson.h"

#include "scratch.h"

typedef struct ndjson_fixture {
    char *path;
    input in;
    ndjson_reader reader;
} ndjson_fixture;

static void fixture_open(ndjson_fixture *fixture, const char *text, size_t size)
{
    fixture->path = scratch_file(text, size);
    assert_int_equal(input_open(&fixture->in, fixture->path), 0);
    ndjson_open(&fixture->reader, &fixture->in);
}

static void fixture_close(ndjson_fixture *fixture)
{
    ndjson_close(&fixture->reader);
    input_close(&fixture->in);
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
    assert_int_equal(ndjson_next(&fixture.reader), NDJSON_OBJECT);
    ndjson_value value = ndjson_find(&fixture.reader, text_of("x"));
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
    value_expect("1e400", "unfit");
    value_expect("100000000000000000000", "unfit");
    value_expect("-100000000000000000000", "unfit");
    value_expect("NaN", "unfit");
    value_expect("-Infinity", "unfit");
    value_expect("1.", "unfit");
    value_expect("-.5", "unfit");
}

static void test_paths(void **state)
{
    (void)state;
    ndjson_fixture fixture;
    fixture_open(&fixture,
                 SCRATCH_TEXT("{\"a\":{\"b\":{\"c\":\"deep\"}},\"d.e\":\"flat\",\"d\":{\"e\":\"no\"}}"));
    assert_int_equal(ndjson_next(&fixture.reader), NDJSON_OBJECT);
    assert_true(text_is(ndjson_find(&fixture.reader, text_of("a.b.c")).text, "deep"));
    assert_true(text_is(ndjson_find(&fixture.reader, text_of("d.e")).text, "flat"));
    assert_int_equal(ndjson_find(&fixture.reader, text_of("a.b")).kind, NDJSON_NESTED);
    assert_int_equal(ndjson_find(&fixture.reader, text_of("a.x")).kind, NDJSON_ABSENT);
    assert_int_equal(ndjson_find(&fixture.reader, text_of("a.b.c.d")).kind, NDJSON_ABSENT);
    assert_int_equal(ndjson_find(&fixture.reader, text_of("")).kind, NDJSON_ABSENT);
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
        {SCRATCH_TEXT("{\"a\":1}}"), "not JSON"},
        {SCRATCH_TEXT("{\"a\":1} {\"b\":2}"), "not JSON"},
        {SCRATCH_TEXT("{a:1}"), "not JSON"},
        {SCRATCH_TEXT("{\"a\":01}"), "not JSON"},
        {SCRATCH_TEXT("{\"a\":'x'}"), "not JSON"},
        {SCRATCH_TEXT("\"text\""), "not a JSON object"},
        {SCRATCH_TEXT("[{\"a\":1}]"), "a list, where one JSON object per line is expected"},
        {SCRATCH_TEXT("{\"a\":1,\"a\":2}"), "the key 'a' occurs twice"},
        {SCRATCH_TEXT("{\"a\":{\"b\":1,\"b\":\"x:y\"}}"), "the key 'b' occurs twice"},
        {SCRATCH_TEXT("{\"a\":\"b\",\"c\":[{\"a\":1},{\"a\":2}],\"d\" : 3,\"d\" : 4}"),
         "the key 'd' occurs twice"},
        {SCRATCH_TEXT("{\"e\\\"\":1,\"e\\\"\":2}"), "the key 'e\\\"' occurs twice"},
        {SCRATCH_TEXT("{\"a\":1,\"\\u0061\":2}"), "a key occurs twice"},
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
        assert_int_equal(ndjson_next(&fixture.reader), NDJSON_OBJECT);
        assert_int_equal(ndjson_next(&fixture.reader), NDJSON_BROKEN);
        assert_int_equal(fixture.reader.line, 3);
        assert_memory_equal(fixture.reader.reason, cases[i].reason, strlen(cases[i].reason));
        assert_int_equal(ndjson_next(&fixture.reader), NDJSON_OBJECT);
        assert_int_equal(fixture.reader.line, 5);
        assert_int_equal(ndjson_next(&fixture.reader), NDJSON_END);
        fixture_close(&fixture);
        buffer_free(&text);
    }
}

static void test_depth_and_length(void **state)
{
    (void)state;
    ndjson_fixture fixture;
    buffer text = {0};
    buffer_string(&text, "{\"a\":");
    buffer_repeat(&text, '[', 100000);
    buffer_string(&text, "\n{\"a\":\"");
    buffer_repeat(&text, 'x', 10 * 1024 * 1024);
    buffer_string(&text, "\"}\n{\"last\":1}");
    fixture_open(&fixture, text.data, text.size);
    assert_int_equal(ndjson_next(&fixture.reader), NDJSON_BROKEN);
    assert_int_equal(ndjson_next(&fixture.reader), NDJSON_BROKEN);
    assert_string_equal(fixture.reader.reason, "the line is longer than 1048576 bytes");
    assert_int_equal(fixture.reader.line, 2);
    assert_int_equal(ndjson_next(&fixture.reader), NDJSON_OBJECT);
    assert_int_equal(fixture.reader.line, 3);
    assert_int_equal(ndjson_next(&fixture.reader), NDJSON_END);
    fixture_close(&fixture);
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_broken_lines),
        cmocka_unit_test(test_depth_and_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
