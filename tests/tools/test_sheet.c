/* Output: cells as CSV, NDJSON and tables that fit. */
#include "sheet.h"

#include "memory.h"
#include "scratch.h"

static const sheet_column columns[] = {
    {"name", SHEET_TEXT}, {"empty", SHEET_TEXT}, {"amount", SHEET_NUMBER}, {"rate", SHEET_RIGHT}};

enum { COLUMNS = 4 };

static void sheet_expect(sheet_format format, size_t width, const char *const (*rows)[COLUMNS], size_t count,
                         const char *expected)
{
    char out[2000];
    FILE *file = tmpfile();
    assert_non_null(file);
    sheet *target = sheet_open(file, format, columns, COLUMNS, width);
    for (size_t i = 0; i < count; i++) {
        prm_text cells[COLUMNS];
        for (size_t k = 0; k < COLUMNS; k++)
            cells[k] = text_of(rows[i][k]);
        sheet_row(target, cells);
    }
    sheet_close(target);
    rewind(file);
    out[fread(out, 1, sizeof out - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(out, expected);
}

static const char *const sample[][COLUMNS] = {
    {"plain", "", "12.50", "+5%"},
    {"a,b \"c\"\nd\te\x1b", "", "-7", "20%"},
    {"\xE5\xB1\xB1\xE7\x94\xB0\xE5\x95\x86\xE4\xBA\x8B", "", "", ""},
};

static void test_csv(void **state)
{
    (void)state;
    sheet_expect(SHEET_CSV, 0, sample, 3,
                 "name,empty,amount,rate\nplain,,12.50,+5%\n\"a,b \"\"c\"\"\nd\te\x1b\",,-7,20%\n"
                 "\xE5\xB1\xB1\xE7\x94\xB0\xE5\x95\x86\xE4\xBA\x8B,,,\n");
    sheet_expect(SHEET_CSV, 0, sample, 0, "name,empty,amount,rate\n");
}

static void test_ndjson(void **state)
{
    (void)state;
    static const char *const empty[][COLUMNS] = {{"", "", "", ""}};
    sheet_expect(SHEET_NDJSON, 0, sample, 3,
                 "{\"name\":\"plain\",\"amount\":12.50,\"rate\":\"+5%\"}\n"
                 "{\"name\":\"a,b \\\"c\\\"\\u000ad\\u0009e\\u001b\",\"amount\":-7,\"rate\":\"20%\"}\n"
                 "{\"name\":\"\xE5\xB1\xB1\xE7\x94\xB0\xE5\x95\x86\xE4\xBA\x8B\"}\n");
    sheet_expect(SHEET_NDJSON, 0, empty, 1, "{}\n");
}

/* Wide characters take two columns, and what would move the cursor is a '?'. */
static void test_table(void **state)
{
    (void)state;
    sheet_expect(SHEET_TABLE, 0, sample, 3,
                 "name          amount  rate\n"
                 "plain          12.50   +5%\n"
                 "a,b \"c\"?d?e?      -7   20%\n"
                 "\xE5\xB1\xB1\xE7\x94\xB0\xE5\x95\x86\xE4\xBA\x8B\n");
    sheet_expect(SHEET_TABLE, 0, sample, 0, "name  empty  amount  rate\n");
}

static void test_table_fits(void **state)
{
    (void)state;
    static const char *const rows[][COLUMNS] = {
        {"a rather long name", "", "1234567.00", ""},
        {"\xE5\xB1\xB1\xE7\x94\xB0\xE5\x95\x86\xE4\xBA\x8B\xE6\xA0\xAA\xE5\xBC\x8F", "", "1", ""},
    };
    sheet_expect(SHEET_TABLE, 22, rows, 2,
                 "name            amount\n"
                 "a rather \xE2\x80\xA6  1234567.00\n"
                 "\xE5\xB1\xB1\xE7\x94\xB0\xE5\x95\x86\xE4\xBA\x8B\xE2\x80\xA6            1\n");
    /* numbers are never cut, and texts not below eight columns */
    sheet_expect(SHEET_TABLE, 5, rows, 1, "name          amount\na rathe\xE2\x80\xA6  1234567.00\n");
}

static void test_formats(void **state)
{
    (void)state;
    sheet_format format;
    assert_true(sheet_format_named("ndjson", &format) && format == SHEET_NDJSON);
    assert_true(sheet_format_named("table", &format) && format == SHEET_TABLE);
    assert_true(sheet_format_named("csv", &format) && format == SHEET_CSV);
    assert_false(sheet_format_named("json", &format));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),        cmocka_unit_test(test_ndjson),  cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_fits), cmocka_unit_test(test_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
