/* Tests of lang/expr_lexer: numbers, percentages, texts with their escapes. */
#include "reading.h"

#include "lang/expr_lexer.h"

static prm__token first(reading *r, prm__lexer *lexer, const char *text)
{
    reading_text(r, "a: b\n");
    prm__lexer_init(lexer, &r->lang, text, (uint32_t)strlen(text));
    return prm__lexer_next(lexer);
}

/* The text begins with this number, and then has `rest`. */
static void expect_number(const char *text, const char *number, const char *rest)
{
    reading r;
    prm__lexer lexer;
    prm__token token = first(&r, &lexer, text);
    char written[40];
    assert_int_equal(token.kind, PRM_TOKEN_NUMBER);
    written[prm__decimal_write(token.number, written)] = '\0';
    assert_string_equal(written, number);
    assert_string_equal(text + token.end, rest);
    reading_close(&r);
}

static void test_numbers(void **state)
{
    (void)state;
    expect_number("12", "12", "");
    expect_number("12.50", "12.5", "");
    expect_number(".5+1", "0.5", "+1");
    expect_number("1e3", "1000", "");
    expect_number("1.5E-3", "0.0015", "");
    expect_number("10%", "0.1", "");
    expect_number("2.5% of", "0.025", " of");
    expect_number("10 % 3", "10", " % 3");
    expect_number("10%%3", "0.1", "%3");
    expect_number("0.000000000001", "0.000000000001", "");
    expect_number("999999999999999999", "999999999999999999", "");
    expect_number("1.startsWith", "1", ".startsWith");
}

static void expect_wrong(const char *text, prm__diag_number number, uint32_t start, uint32_t end)
{
    reading r;
    prm__lexer lexer;
    prm__token token = first(&r, &lexer, text);
    while (token.kind != PRM_TOKEN_WRONG && token.kind != PRM_TOKEN_END)
        token = prm__lexer_next(&lexer);
    assert_int_equal(token.kind, PRM_TOKEN_WRONG);
    assert_int_equal(lexer.number, number);
    assert_non_null(lexer.problem);
    assert_int_equal(token.start, start);
    assert_int_equal(token.end, end);
    reading_close(&r);
}

static void test_wrong_tokens(void **state)
{
    (void)state;
    expect_wrong("0.0000000000001", PRM_DIAG_EXPR_NUMBER, 0, 15);
    expect_wrong("1000000000000000000", PRM_DIAG_EXPR_NUMBER, 0, 19);
    expect_wrong("1e999999999999", PRM_DIAG_EXPR_NUMBER, 0, 14);
    char digits[700];
    memset(digits, '0', sizeof digits);
    digits[sizeof digits - 2] = '1';
    digits[sizeof digits - 1] = '\0'; /* is 1, and yet nothing that anybody writes */
    expect_wrong(digits, PRM_DIAG_EXPR_NUMBER, 0, sizeof digits - 1);
    expect_wrong("12abc", PRM_DIAG_EXPR_SYNTAX, 0, 3);
    expect_wrong("10%3", PRM_DIAG_EXPR_SYNTAX, 0, 4);
    expect_wrong("x%3", PRM_DIAG_EXPR_SYNTAX, 1, 2);
    expect_wrong("(x)% 3", PRM_DIAG_EXPR_SYNTAX, 3, 4);
    expect_wrong("a = b", PRM_DIAG_EXPR_SYNTAX, 2, 3);
    expect_wrong("a & b", PRM_DIAG_EXPR_SYNTAX, 2, 3);
    expect_wrong("a \xE8\xAA\x9E", PRM_DIAG_EXPR_SYNTAX, 2, 5);
    expect_wrong("'abc", PRM_DIAG_EXPR_STRING, 0, 4);
    expect_wrong("'abc\\'", PRM_DIAG_EXPR_STRING, 0, 6);
    expect_wrong("'a\nb'", PRM_DIAG_EXPR_STRING, 0, 5);
    expect_wrong("'a\\q'", PRM_DIAG_EXPR_STRING, 2, 4);
    expect_wrong("'\\x4'", PRM_DIAG_EXPR_STRING, 1, 5);
    expect_wrong("'\\400'", PRM_DIAG_EXPR_STRING, 1, 3);
    expect_wrong("'\\x00'", PRM_DIAG_EXPR_STRING, 1, 6);
    expect_wrong("'\\uD800'", PRM_DIAG_EXPR_STRING, 1, 8);
    expect_wrong("'\\U00110000'", PRM_DIAG_EXPR_STRING, 1, 12);
}

static void expect_text(const char *text, const char *value)
{
    reading r;
    prm__lexer lexer;
    prm__token token = first(&r, &lexer, text);
    assert_int_equal(token.kind, PRM_TOKEN_TEXT);
    assert_int_equal(token.end, strlen(text));
    assert_int_equal(token.text.size, strlen(value));
    assert_memory_equal(token.text.data, value, strlen(value));
    assert_int_equal(prm__lexer_next(&lexer).kind, PRM_TOKEN_END);
    reading_close(&r);
}

static void test_texts(void **state)
{
    (void)state;
    expect_text("\"a b\"", "a b");
    expect_text("'it\"s'", "it\"s");
    expect_text("''", "");
    expect_text("'\\\\ \\' \\\" \\` \\?'", "\\ ' \" ` ?");
    expect_text("'\\a\\b\\f\\n\\r\\t\\v'", "\a\b\f\n\r\t\v");
    expect_text("'\\x41\\X7a\\101'", "AzA");
    expect_text("'\\u8a9e\\u00e9\\U0001F600\\xe9\\351'",
                "\xE8\xAA\x9E\xC3\xA9\xF0\x9F\x98\x80\xC3\xA9\xC3\xA9");
    expect_text("r'a\\n'", "a\\n");
    expect_text("R\"\\\"", "\\");
    expect_text("'\xE8\xAA\x9E'", "\xE8\xAA\x9E");
}

static void test_operators(void **state)
{
    (void)state;
    static const char text[] = "|| && == != <= >= < > + - * / % ! ? : , . ( ) [ ] r in";
    reading r;
    prm__lexer lexer;
    prm__token token = first(&r, &lexer, text);
    for (uint32_t kind = PRM_TOKEN_OR; kind <= PRM_TOKEN_AND; kind++, token = prm__lexer_next(&lexer))
        assert_int_equal(token.kind, kind);
    static const uint32_t rest[] = {
        PRM_TOKEN_EQUAL,    PRM_TOKEN_NOT_EQUAL, PRM_TOKEN_LESS_EQUAL, PRM_TOKEN_GREATER_EQUAL,
        PRM_TOKEN_LESS,     PRM_TOKEN_GREATER,   PRM_TOKEN_PLUS,       PRM_TOKEN_MINUS,
        PRM_TOKEN_STAR,     PRM_TOKEN_SLASH,     PRM_TOKEN_PERCENT,    PRM_TOKEN_NOT,
        PRM_TOKEN_QUESTION, PRM_TOKEN_COLON,     PRM_TOKEN_COMMA,      PRM_TOKEN_DOT,
        PRM_TOKEN_OPEN,     PRM_TOKEN_CLOSE,     PRM_TOKEN_OPEN_LIST,  PRM_TOKEN_CLOSE_LIST,
        PRM_TOKEN_NAME,     PRM_TOKEN_NAME,      PRM_TOKEN_END,        PRM_TOKEN_END,
    };
    for (size_t i = 0; i < UNIT_COUNT(rest); i++, token = prm__lexer_next(&lexer))
        assert_int_equal(token.kind, rest[i]);
    reading_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_wrong_tokens),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_operators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
