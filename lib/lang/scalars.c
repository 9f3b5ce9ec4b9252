/* scalars: the readers of base with diagnostics around them. */
#include "lang/scalars.h"

#include <string.h>

prm__span prm__scalar_span(const prm__yaml_node *node, uint32_t from, uint32_t to)
{
    if (!node->exact)
        return node->span;
    return (prm__span){node->text_at + from, node->text_at + to};
}

bool prm__scalar_text(prm__lang *lang, const prm__yaml_node *node, const char *key)
{
    if (node->size <= PRM_LIMIT_TEXT_BYTES)
        return true;
    prm__diag_report(lang->diag, PRM_DIAG_TEXT_TOO_LONG, node->span, NULL, "`%s` is longer than %d bytes",
                     key, PRM_LIMIT_TEXT_BYTES);
    return false;
}

/* The first name that begins as the text does: "mon". */
static const char *scalar_begun(const prm__yaml_node *node, const char *const *names, uint32_t count)
{
    for (uint32_t i = 0; i < count && node->size >= 2; i++)
        if (strncmp(names[i], node->text, node->size) == 0)
            return names[i];
    return NULL;
}

bool prm__scalar_choice(prm__lang *lang, const prm__yaml_node *node, const char *key,
                        const prm__choices *choices, uint32_t *out)
{
    const char *const *names = choices->names;
    uint32_t count = choices->count;
    for (uint32_t i = 0; i < count; i++)
        if (strlen(names[i]) == node->size && memcmp(names[i], node->text, node->size) == 0) {
            *out = i;
            return true;
        }
    const char *list = prm__lang_list(lang, names, count);
    const char *begun = scalar_begun(node, names, count);
    prm__diag_report(lang->diag, PRM_DIAG_BAD_VALUE, node->span,
                     begun != NULL ? prm__lang_format(lang, "did you mean `%s`?", begun)
                                   : prm__lang_suggest(lang, node->text, node->size, names, count, NULL),
                     "`%s` is %s, not `%.*s`", key, list, prm__lang_shown(node->text, node->size),
                     node->text);
    return false;
}

static bool scalar_bad_number(prm__lang *lang, const prm__yaml_node *node, const char *key, const char *what)
{
    prm__diag_report(lang->diag, PRM_DIAG_BAD_NUMBER, node->span, NULL, "`%s` takes a number, but `%.*s` %s",
                     key, prm__lang_shown(node->text, node->size), node->text, what);
    return false;
}

bool prm__scalar_number(prm__lang *lang, const prm__yaml_node *node, const char *key, prm__decimal *out)
{
    switch (prm__decimal_read(node->text, node->size, true, out)) {
    case PRM_DECIMAL_READ:
        return true;
    case PRM_DECIMAL_MALFORMED:
        return scalar_bad_number(lang, node, key, "is none");
    case PRM_DECIMAL_TOO_FINE:
        return scalar_bad_number(lang, node, key, "has more than 12 digits after the point");
    case PRM_DECIMAL_TOO_LARGE:
        return scalar_bad_number(lang, node, key, "is too large: numbers lie below 10^18");
    }
    return false; /* LCOV_EXCL_LINE every reading is above */
}

bool prm__scalar_integer(prm__lang *lang, const prm__yaml_node *node, const char *key, int32_t least,
                         int32_t most, int32_t *out)
{
    prm__decimal number;
    if (prm__decimal_read(node->text, node->size, false, &number) == PRM_DECIMAL_READ &&
        number % PRM_DECIMAL_ONE == 0 && number >= least * PRM_DECIMAL_ONE &&
        number <= most * PRM_DECIMAL_ONE) {
        *out = (int32_t)(number / PRM_DECIMAL_ONE);
        return true;
    }
    prm__diag_report(lang->diag, PRM_DIAG_BAD_VALUE, node->span, NULL,
                     "`%s` is a whole number from %d to %d, not `%.*s`", key, least, most,
                     prm__lang_shown(node->text, node->size), node->text);
    return false;
}

#define SCALAR_NUMBER_BYTES 40

/* `15` is meant as 15%, where a rate stands. */
static void scalar_without_percent(prm__lang *lang, const prm__yaml_node *node, prm__decimal rate)
{
    char text[SCALAR_NUMBER_BYTES];
    if ((rate < PRM_DECIMAL_ONE && rate > -PRM_DECIMAL_ONE) || node->text[node->size - 1] == '%')
        return;
    prm__decimal_write(rate * 100, text);
    prm__diag_report(
        lang->diag, PRM_DIAG_RATE_WITHOUT_PERCENT, node->span,
        prm__lang_format(lang, "did you mean `%.*s%%`?", prm__lang_shown(node->text, node->size), node->text),
        "a rate of `%.*s` is %s%%", prm__lang_shown(node->text, node->size), node->text, text);
}

bool prm__scalar_rate(prm__lang *lang, const prm__yaml_node *node, const char *key, int64_t *rate, bool *sign)
{
    prm__decimal number;
    if (!prm__scalar_number(lang, node, key, &number))
        return false;
    if (number > INT64_MAX || number < -INT64_MAX)
        return scalar_bad_number(lang, node, key, "is too large for a rate");
    scalar_without_percent(lang, node, number);
    *rate = (int64_t)number;
    if (sign != NULL)
        *sign = node->text[0] == '+' || node->text[0] == '-';
    return true;
}

/* "30 days" is meant as 30d. */
static const char *scalar_duration_hint(prm__lang *lang, const char *text, uint32_t size)
{
    static const char *const units[][2] = {
        {"d", "d"},       {"day", "d"},    {"days", "d"},    {"w", "w"},       {"week", "w"}, {"weeks", "w"},
        {"mo", "mo"},     {"month", "mo"}, {"months", "mo"}, {"y", "y"},       {"year", "y"}, {"years", "y"},
        {"h", "h"},       {"hour", "h"},   {"hours", "h"},   {"minute", "m"},  {"min", "m"},  {"m", "m"},
        {"minutes", "m"}, {"s", "s"},      {"second", "s"},  {"seconds", "s"},
    };
    uint32_t digits = 0;
    while (digits < size && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    uint32_t unit = digits;
    while (unit < size && text[unit] == ' ')
        unit++;
    for (size_t i = 0; i < sizeof units / sizeof units[0] && digits > 0 && text[0] != '0'; i++)
        if (strlen(units[i][0]) == size - unit && memcmp(units[i][0], text + unit, size - unit) == 0)
            return prm__lang_format(lang, "did you mean `%.*s%s`?", (int)digits, text, units[i][1]);
    return NULL;
}

bool prm__scalar_duration(prm__lang *lang, const prm__yaml_node *node, const char *key, uint32_t from,
                          uint32_t to, prm__duration *out)
{
    if (prm__duration_read(node->text + from, to - from, out))
        return true;
    prm__diag_report(lang->diag, PRM_DIAG_BAD_DURATION, prm__scalar_span(node, from, to),
                     scalar_duration_hint(lang, node->text + from, to - from),
                     "`%s` takes a duration such as 30d, 2w, 3mo, 1y, 720h, 90m or 45s, not `%.*s`", key,
                     prm__lang_shown(node->text + from, to - from), node->text + from);
    return false;
}

bool prm__scalar_date(prm__lang *lang, const prm__yaml_node *node, const char *key, int32_t *days)
{
    if (prm__caltime_read_date(node->text, node->size, days))
        return true;
    prm__diag_report(lang->diag, PRM_DIAG_BAD_DATE, node->span, NULL,
                     "`%s` takes a date of the years 1970 to 9999 such as 2026-06-30, not `%.*s`", key,
                     prm__lang_shown(node->text, node->size), node->text);
    return false;
}

bool prm__scalar_is_identifier(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return size > 0;
}
