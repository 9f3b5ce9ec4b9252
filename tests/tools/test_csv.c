/* The CSV reader: what RFC 4180 says, and that one broken record costs no other. */
#include "csv.h"

#include "scratch.h"

/* Reads `text` and writes what comes into `out`: cells between '|', records by
 * line, a fault as "!LINE: reason". */
static void csv_read_all(const char *text, size_t size, size_t columns, char *out, size_t capacity)
{
    input in;
    csv_reader reader;
    csv_result result;
    size_t used = 0;
    char *path = scratch_file(text, size);
    assert_int_equal(input_open(&in, path), 0);
    csv_open(&reader, &in);
    reader.columns = columns;
    out[0] = '\0';
    while ((result = csv_next(&reader)) != CSV_END) {
        used += (size_t)snprintf(out + used, capacity - used, "%s%d", result == CSV_BROKEN ? "!" : "",
                                 (int)reader.line);
        if (result == CSV_BROKEN)
            used += (size_t)snprintf(out + used, capacity - used, ": %s", reader.reason);
        for (size_t i = 0; result == CSV_RECORD && i < reader.count; i++)
            used += (size_t)snprintf(out + used, capacity - used, "|%.*s", (int)reader.cells[i].size,
                                     reader.cells[i].data);
        used += (size_t)snprintf(out + used, capacity - used, "\n");
    }
    csv_close(&reader);
    input_close(&in);
    scratch_remove(path);
}

static void csv_expect_columns(const char *text, size_t size, size_t columns, const char *expected)
{
    char out[4096];
    csv_read_all(text, size, columns, out, sizeof out);
    assert_string_equal(out, expected);
}

static void csv_expect(const char *text, const char *expected)
{
    csv_expect_columns(text, strlen(text), 0, expected);
}

static void test_plain(void **state)
{
    (void)state;
    csv_expect("", "");
    csv_expect("a,b\n", "1|a|b\n");
    csv_expect("a,b", "1|a|b\n");
    csv_expect("a,,\n,b,\n", "1|a||\n2||b|\n");
    csv_expect("a\r\nb\r\n", "1|a\n2|b\n");
    csv_expect("a\rb,c\r", "1|a\rb|c\n");
    csv_expect("\n\na\n\r\n\nb", "3|a\n6|b\n");
    csv_expect("\xEF\xBB\xBFid,x\n", "1|id|x\n");
    csv_expect("5\" disk,a\"b\n", "1|5\" disk|a\"b\n");
    csv_expect(",\n", "1||\n");
}

static void test_quoted(void **state)
{
    (void)state;
    csv_expect("\"a,b\",c\n", "1|a,b|c\n");
    csv_expect("\"\",\"\"\n", "1||\n");
    csv_expect("\"say \"\"hi\"\"\",\"\"\"\"\n", "1|say \"hi\"|\"\n");
    csv_expect("\"two\nlines\",x\nnext,y\n", "1|two\nlines|x\n3|next|y\n");
    csv_expect("\"a\"\r\n\"b\"\r\n", "1|a\n2|b\n");
    csv_expect("x,\"a\"", "1|x|a\n");
}

static void test_broken_quotes(void **state)
{
    (void)state;
    csv_expect("1,a\n2,\"open\n3,c\n4,d\n",
               "1|1|a\n!2: a quote is opened here and not closed\n3|3|c\n4|4|d\n");
    csv_expect("1,\"x\"y\n2,b\n", "!1: text stands after a closing quote\n2|2|b\n");
    /* the next quoted cell ends the open one by mistake */
    csv_expect("1,\"open\n2,\"b\"\n3,c\n", "!1: text stands after a closing quote\n2|2|b\n3|3|c\n");
    csv_expect("1,\"two\nlines\" and,more\n3,c\n", "!1: text stands after a closing quote\n"
                                                   "2|lines\" and|more\n3|3|c\n");
    csv_expect("a,b\n\"ok\nok\",\"open\nc\n", "1|a|b\n!3: a quote is opened here and not closed\n4|c\n");
    csv_expect("\"", "!1: a quote is opened here and not closed\n");
    csv_expect("\"a\" ,b\nc,d\n", "!1: text stands after a closing quote\n2|c|d\n");
}

static void test_bytes(void **state)
{
    (void)state;
    csv_expect_columns(SCRATCH_TEXT("a,b\nc\0d,e\nf,g\n"), 0, "1|a|b\n!2: a NUL byte\n3|f|g\n");
    csv_expect("a\xFF,b\nc,d\n", "!1: byte 0xFF is not UTF-8\n2|c|d\n");
    csv_expect("\"line\nline \xC3\",b\nc,d\n", "!2: byte 0xC3 is not UTF-8\n3|c|d\n");
    csv_expect("\xE5\xB1\xB1\xE7\x94\xB0,\xF0\x9F\x8E\x81\n",
               "1|\xE5\xB1\xB1\xE7\x94\xB0|\xF0\x9F\x8E\x81\n");
    csv_expect("\xED\xA0\x80\n\xC0\x80\n", "!1: byte 0xED is not UTF-8\n!2: byte 0xC0 is not UTF-8\n");
}

static void test_cell_counts(void **state)
{
    (void)state;
    csv_expect_columns(
        SCRATCH_TEXT("a,b\nc\nd,e,f\ng,h"), 2,
        "1|a|b\n!2: 1 cell where the header has 2\n!3: 3 cells where the header has 2\n4|g|h\n");
}

/* A record too long costs itself, whatever its shape. */
static void test_long_records(void **state)
{
    (void)state;
    static const struct {
        const char *begin;
        char fill;
        const char *end;
        const char *expected;
    } cases[] = {
        {"a,b\n", 'x', ",y\nc,d\n", "1|a|b\n!2: the record is longer than 1048576 bytes\n3|c|d\n"},
        {"a,b\n", ',', "\nc,d\n", "1|a|b\n!2: the record is longer than 1048576 bytes\n3|c|d\n"},
        {"a,b\n\"", 'x', "\",y\nc,d\n", "1|a|b\n!2: a quote is opened here and not closed\n3|c|d\n"},
        {"a,b\n\"open\n", 'x', "\nc,d\n",
         "1|a|b\n!2: a quote is opened here and not closed\n!3: the record is longer than 1048576 "
         "bytes\n4|c|d\n"},
        {"a,b\n", 'x', "", "1|a|b\n!2: the record is longer than 1048576 bytes\n"},
    };
    char out[4096];
    size_t fill = 10 * 1024 * 1024;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t begin = strlen(cases[i].begin);
        size_t end = strlen(cases[i].end);
        char *text = malloc(begin + fill + end);
        assert_non_null(text);
        memcpy(text, cases[i].begin, begin);
        memset(text + begin, cases[i].fill, fill);
        memcpy(text + begin + fill, cases[i].end, end);
        csv_read_all(text, begin + fill + end, 0, out, sizeof out);
        assert_string_equal(out, cases[i].expected);
        free(text);
    }
}

/* Records that lie across the reader's windows come whole. */
static void test_many_windows(void **state)
{
    (void)state;
    buffer text = {0};
    input in;
    csv_reader reader;
    for (int i = 0; i < 60000; i++)
        buffer_format(&text, "%d,\"quoted \"\"%d\"\"\nsecond line\",tail%d\n", i, i, i);
    char *path = scratch_file(text.data, text.size);
    assert_int_equal(input_open(&in, path), 0);
    csv_open(&reader, &in);
    for (int i = 0; i < 60000; i++) {
        char expected[64];
        assert_int_equal(csv_next(&reader), CSV_RECORD);
        assert_int_equal(reader.line, 2 * i + 1);
        assert_int_equal(reader.count, 3);
        snprintf(expected, sizeof expected, "quoted \"%d\"\nsecond line", i);
        assert_true(text_is(reader.cells[1], expected));
        snprintf(expected, sizeof expected, "tail%d", i);
        assert_true(text_is(reader.cells[2], expected));
    }
    assert_int_equal(csv_next(&reader), CSV_END);
    csv_close(&reader);
    input_close(&in);
    scratch_remove(path);
    buffer_free(&text);
}

static void header_expect(const char *text, const char *reason)
{
    input in;
    csv_reader reader;
    arena names = {0};
    prm_text *columns = NULL;
    char *path = scratch_file(text, strlen(text));
    assert_int_equal(input_open(&in, path), 0);
    csv_open(&reader, &in);
    csv_result result = csv_header(&reader, &names, &columns);
    assert_int_equal(result, reason == NULL ? CSV_RECORD : CSV_BROKEN);
    if (reason != NULL)
        assert_string_equal(reader.reason, reason);
    else
        assert_int_equal(reader.columns, reader.count);
    csv_close(&reader);
    input_close(&in);
    arena_free(&names);
    scratch_remove(path);
}

static void test_headers(void **state)
{
    (void)state;
    header_expect("id,type,time\n", NULL);
    header_expect("", "there is no header: the file is empty");
    header_expect("id,type,id\n", "two columns are named 'id'");
    header_expect("id,,time\n", "a column without a name");
    header_expect("id,type\r1,2\r", "lines end with CR only; save the file with LF or CRLF");
    header_expect("id,type\r\n1,2\r\n", NULL);
    header_expect("id,\"a\rb\"\n", NULL);
    header_expect("id,type\r", NULL);
    header_expect("\xFF\xFEi", "the file is UTF-16; save it as UTF-8");
    header_expect("\xFE\xFF", "the file is UTF-16; save it as UTF-8");
    header_expect("id;type;time\n", "one column with ';' in its name: cells are separated by commas");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),         cmocka_unit_test(test_quoted),
        cmocka_unit_test(test_broken_quotes), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_cell_counts),   cmocka_unit_test(test_long_records),
        cmocka_unit_test(test_many_windows),  cmocka_unit_test(test_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
