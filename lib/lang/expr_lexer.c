/* expr_lexer: one token at a time. Texts are unescaped here, numbers read. */
#include "lang/expr_lexer.h"

#include "base/utf8.h"

#include <string.h>

void prm__lexer_init(prm__lexer *lexer, prm__lang *lang, const char *text, uint32_t size)
{
    memset(lexer, 0, sizeof *lexer);
    lexer->lang = lang;
    lexer->text = text;
    lexer->size = size;
}

static bool lexer_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool lexer_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool lexer_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* The byte `ahead` of the place, 0 beyond the end. */
static char lexer_peek(const prm__lexer *lexer, uint32_t ahead)
{
    return ahead < lexer->size - lexer->at ? lexer->text[lexer->at + ahead] : '\0';
}

static prm__token lexer_wrong(prm__lexer *lexer, uint32_t start, prm__diag_number number, const char *problem,
                              const char *hint)
{
    lexer->number = number;
    lexer->problem = problem;
    lexer->hint = hint;
    return (prm__token){.kind = PRM_TOKEN_WRONG, .start = start, .end = lexer->at};
}

/* ---- Numbers ---- */

static void lexer_skip_digits(prm__lexer *lexer)
{
    while (lexer_is_digit(lexer_peek(lexer, 0)))
        lexer->at++;
}

/* An exponent, when the digits of one follow. */
static void lexer_skip_exponent(prm__lexer *lexer)
{
    char mark = lexer_peek(lexer, 0);
    char sign = lexer_peek(lexer, 1);
    uint32_t digits = sign == '+' || sign == '-' ? 2 : 1;
    if ((mark != 'e' && mark != 'E') || !lexer_is_digit(lexer_peek(lexer, digits)))
        return;
    lexer->at += digits;
    lexer_skip_digits(lexer);
}

#define LEXER_NUMBER_BYTES 512 /* longer numbers are none that people write */

/* ".5" is a number to CEL, but not to the reader of decimals. */
static prm__decimal_reading lexer_read_number(const prm__lexer *lexer, uint32_t start, prm__decimal *out)
{
    char buffer[LEXER_NUMBER_BYTES + 1];
    uint32_t size = lexer->at - start;
    if (size > LEXER_NUMBER_BYTES)
        return PRM_DECIMAL_TOO_LARGE;
    buffer[0] = '0';
    memcpy(buffer + 1, lexer->text + start, size);
    return prm__decimal_read(buffer, size + 1, true, out);
}

static prm__token lexer_number(prm__lexer *lexer)
{
    prm__token token = {.kind = PRM_TOKEN_NUMBER, .start = lexer->at};
    lexer_skip_digits(lexer);
    if (lexer_peek(lexer, 0) == '.' && lexer_is_digit(lexer_peek(lexer, 1))) {
        lexer->at++;
        lexer_skip_digits(lexer);
    }
    lexer_skip_exponent(lexer);
    if (lexer_peek(lexer, 0) == '%')
        lexer->at++;
    token.end = lexer->at;
    if (lexer_is_letter(lexer_peek(lexer, 0)) || lexer_is_digit(lexer_peek(lexer, 0))) {
        lexer->at++;
        return lexer_wrong(lexer, token.start, PRM_DIAG_EXPR_SYNTAX, "a number runs into what follows it",
                           lexer->text[token.end - 1] == '%' ? "for the remainder, write a space before `%`"
                                                             : NULL);
    }
    switch (lexer_read_number(lexer, token.start, &token.number)) {
    case PRM_DECIMAL_READ:
        return token;
    case PRM_DECIMAL_TOO_FINE:
        return lexer_wrong(lexer, token.start, PRM_DIAG_EXPR_NUMBER,
                           "the number has more than 12 digits after the point", NULL);
    case PRM_DECIMAL_TOO_LARGE:
        return lexer_wrong(lexer, token.start, PRM_DIAG_EXPR_NUMBER,
                           "the number is too large: numbers lie below 10^18", NULL);
    /* LCOV_EXCL_START what was scanned just now is no malformed number */
    case PRM_DECIMAL_MALFORMED:
        break;
    }
    return lexer_wrong(lexer, token.start, PRM_DIAG_EXPR_SYNTAX, "this is not a number", NULL);
    /* LCOV_EXCL_STOP */
}

/* ---- Texts ---- */

static bool lexer_digit_value(char c, uint32_t base, uint32_t *value)
{
    if (lexer_is_digit(c))
        *value = (uint32_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
        *value = (uint32_t)(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F')
        *value = (uint32_t)(c - 'A') + 10;
    else
        return false;
    return *value < base;
}

/* Reads `count` digits; false when they are not all there. */
static bool lexer_escape_digits(prm__lexer *lexer, uint32_t count, uint32_t base, uint32_t *code)
{
    *code = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value;
        if (!lexer_digit_value(lexer_peek(lexer, 0), base, &value))
            return false;
        *code = *code * base + value;
        lexer->at++;
    }
    return true;
}

/* Letters of single-character escapes, and what they stand for. */
static const char lexer_escape_letters[] = "abfnrtv\\?\"'`";
static const char lexer_escape_values[] = "\a\b\f\n\r\t\v\\?\"'`";

/* Behind a backslash: the code point that the escape stands for. */
static bool lexer_escape(prm__lexer *lexer, uint32_t *code)
{
    char letter = lexer_peek(lexer, 0);
    const char *single = letter != '\0' ? strchr(lexer_escape_letters, letter) : NULL;
    if (single != NULL) {
        *code = (unsigned char)lexer_escape_values[single - lexer_escape_letters];
        lexer->at++;
        return true;
    }
    if (letter >= '0' && letter <= '3')
        return lexer_escape_digits(lexer, 3, 8, code);
    uint32_t digits = letter == 'x' || letter == 'X' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    if (digits == 0)
        return false;
    lexer->at++;
    return lexer_escape_digits(lexer, digits, 16, code);
}

static size_t lexer_encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)((0xF00u >> size) | code);
    return size;
}

/* The code points that texts may have: no NUL, no surrogates. */
static bool lexer_code_allowed(uint32_t code)
{
    return code != 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

static prm__token lexer_bad_escape(prm__lexer *lexer, uint32_t backslash)
{
    if (lexer->at < lexer->size)
        lexer->at++;
    return lexer_wrong(lexer, backslash, PRM_DIAG_EXPR_STRING, "a text has an escape that does not exist",
                       "write \\\\ for a backslash, or r\"...\" for a text without escapes");
}

/* The place of the closing quote of the text whose first byte is at `from`; the
 * expression's size when there is none. */
static uint32_t lexer_closing(const prm__lexer *lexer, uint32_t from, char quote, bool raw)
{
    uint32_t at = from;
    while (at < lexer->size && lexer->text[at] != quote && lexer->text[at] != '\n')
        at += !raw && lexer->text[at] == '\\' && at + 1 < lexer->size ? 2 : 1;
    return at < lexer->size && lexer->text[at] == quote ? at : lexer->size;
}

/* At the opening quote. An escape is never shorter than what it stands for, so that the
 * value fits into as many bytes. */
static prm__token lexer_text(prm__lexer *lexer, uint32_t start, bool raw)
{
    char quote = lexer->text[lexer->at++];
    uint32_t close = lexer_closing(lexer, lexer->at, quote, raw);
    if (close == lexer->size) {
        lexer->at = lexer->size;
        return lexer_wrong(lexer, start, PRM_DIAG_EXPR_STRING, "a text has no closing quote", NULL);
    }
    char *value = prm__lang_get(lexer->lang, close - lexer->at + 1);
    if (value == NULL)
        return lexer_wrong(lexer, start, PRM_DIAG_EXPR_STRING, NULL, NULL);
    size_t size = 0;
    while (lexer->at < close) {
        uint32_t backslash = lexer->at;
        char c = lexer->text[lexer->at++];
        uint32_t code;
        if (raw || c != '\\')
            value[size++] = c;
        else if (lexer_escape(lexer, &code) && lexer_code_allowed(code))
            size += lexer_encode(code, value + size);
        else
            return lexer_bad_escape(lexer, backslash);
    }
    lexer->at++;
    prm__token token = {.kind = PRM_TOKEN_TEXT, .start = start, .end = lexer->at};
    token.text = (prm_text){value, size};
    return token;
}

/* ---- Names and operators ---- */

static prm__token lexer_name(prm__lexer *lexer)
{
    prm__token token = {.kind = PRM_TOKEN_NAME, .start = lexer->at};
    while (lexer_is_letter(lexer_peek(lexer, 0)) || lexer_is_digit(lexer_peek(lexer, 0)))
        lexer->at++;
    token.end = lexer->at;
    token.text = (prm_text){lexer->text + token.start, token.end - token.start};
    return token;
}

typedef struct lexer_operator {
    char text[3];
    uint8_t size;
    uint8_t kind; /* prm__token_kind */
} lexer_operator;

/* Longer ones first. */
static const lexer_operator lexer_operators[] = {
    {"||", 2, PRM_TOKEN_OR},        {"&&", 2, PRM_TOKEN_AND},        {"==", 2, PRM_TOKEN_EQUAL},
    {"!=", 2, PRM_TOKEN_NOT_EQUAL}, {"<=", 2, PRM_TOKEN_LESS_EQUAL}, {">=", 2, PRM_TOKEN_GREATER_EQUAL},
    {"<", 1, PRM_TOKEN_LESS},       {">", 1, PRM_TOKEN_GREATER},     {"+", 1, PRM_TOKEN_PLUS},
    {"-", 1, PRM_TOKEN_MINUS},      {"*", 1, PRM_TOKEN_STAR},        {"/", 1, PRM_TOKEN_SLASH},
    {"%", 1, PRM_TOKEN_PERCENT},    {"!", 1, PRM_TOKEN_NOT},         {"?", 1, PRM_TOKEN_QUESTION},
    {":", 1, PRM_TOKEN_COLON},      {",", 1, PRM_TOKEN_COMMA},       {".", 1, PRM_TOKEN_DOT},
    {"(", 1, PRM_TOKEN_OPEN},       {")", 1, PRM_TOKEN_CLOSE},       {"[", 1, PRM_TOKEN_OPEN_LIST},
    {"]", 1, PRM_TOKEN_CLOSE_LIST},
};

/* What people write who think of other languages. */
static const char *lexer_operator_hint(char c)
{
    switch (c) {
    case '=':
        return "write `==` to compare";
    case '&':
        return "write `&&` for \"and\"";
    case '|':
        return "write `||` for \"or\"";
    default:
        return NULL;
    }
}

static prm__token lexer_operator_token(prm__lexer *lexer)
{
    uint32_t start = lexer->at;
    for (size_t i = 0; i < sizeof lexer_operators / sizeof lexer_operators[0]; i++) {
        const lexer_operator *row = &lexer_operators[i];
        if (lexer->size - start < row->size || memcmp(lexer->text + start, row->text, row->size) != 0)
            continue;
        lexer->at += row->size;
        if (row->kind == PRM_TOKEN_PERCENT && start > 0 && !lexer_is_space(lexer->text[start - 1]))
            return lexer_wrong(lexer, start, PRM_DIAG_EXPR_SYNTAX,
                               "the remainder `%` needs a space before it",
                               "only a number can have a `%` directly behind it: a percentage");
        return (prm__token){.kind = row->kind, .start = start, .end = lexer->at};
    }
    uint32_t code;
    lexer->at += (uint32_t)prm__utf8_decode(lexer->text + start, lexer->size - start, &code);
    return lexer_wrong(lexer, start, PRM_DIAG_EXPR_SYNTAX, "expressions do not have this character",
                       lexer_operator_hint(lexer->text[start]));
}

prm__token prm__lexer_next(prm__lexer *lexer)
{
    while (lexer->at < lexer->size && lexer_is_space(lexer->text[lexer->at]))
        lexer->at++;
    char c = lexer_peek(lexer, 0);
    char next = lexer_peek(lexer, 1);
    if (lexer->at == lexer->size)
        return (prm__token){.kind = PRM_TOKEN_END, .start = lexer->at, .end = lexer->at};
    if (lexer_is_digit(c) || (c == '.' && lexer_is_digit(next)))
        return lexer_number(lexer);
    if (c == '"' || c == '\'')
        return lexer_text(lexer, lexer->at, false);
    if ((c == 'r' || c == 'R') && (next == '"' || next == '\'')) {
        lexer->at++;
        return lexer_text(lexer, lexer->at - 1, true);
    }
    if (lexer_is_letter(c))
        return lexer_name(lexer);
    return lexer_operator_token(lexer);
}
