#include "testvalue.h"

/* A decimal is looked at as its sign, the digits before the point without
 * leading zeros, and those behind it without trailing ones. */

typedef struct testvalue_parts {
    int is_signed;
    int negative;
    prm_text whole;
    prm_text fraction;
} testvalue_parts;

static int testvalue_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Takes the digits at the start of *text off it. */
static prm_text testvalue_take_digits(prm_text *text)
{
    prm_text digits = {text->data, 0};
    while (digits.size < text->size && testvalue_is_digit(text->data[digits.size]))
        digits.size++;
    text->data += digits.size;
    text->size -= digits.size;
    return digits;
}

static int testvalue_take_byte(prm_text *text, char byte)
{
    if (text->size == 0 || text->data[0] != byte)
        return 0;
    text->data++;
    text->size--;
    return 1;
}

static int testvalue_split(prm_text text, testvalue_parts *out)
{
    *out = (testvalue_parts){.is_signed = 0};
    out->negative = testvalue_take_byte(&text, '-');
    out->is_signed = out->negative || testvalue_take_byte(&text, '+');
    out->whole = testvalue_take_digits(&text);
    if (out->whole.size == 0)
        return 0;
    if (testvalue_take_byte(&text, '.')) {
        out->fraction = testvalue_take_digits(&text);
        if (out->fraction.size == 0)
            return 0;
    }
    while (out->whole.size > 0 && out->whole.data[0] == '0') {
        out->whole.data++;
        out->whole.size--;
    }
    while (out->fraction.size > 0 && out->fraction.data[out->fraction.size - 1] == '0')
        out->fraction.size--;
    if (out->whole.size == 0 && out->fraction.size == 0)
        out->negative = 0;
    return text.size == 0;
}

int testvalue_is_decimal(prm_text text)
{
    testvalue_parts parts;
    return testvalue_split(text, &parts);
}

int testvalue_same(prm_text a, prm_text b)
{
    testvalue_parts first;
    testvalue_parts second;
    return testvalue_split(a, &first) && testvalue_split(b, &second) && first.negative == second.negative &&
           text_same(first.whole, second.whole) && text_same(first.fraction, second.fraction);
}

/* Adds `count` digits behind *value: those of `digits`, then zeros. */
static int testvalue_append(int64_t *value, prm_text digits, size_t count)
{
    if (digits.size > count)
        return 0;
    for (size_t i = 0; i < count; i++) {
        int64_t digit = i < digits.size ? digits.data[i] - '0' : 0;
        if (__builtin_mul_overflow(*value, (int64_t)10, value) ||
            __builtin_add_overflow(*value, digit, value))
            return 0;
    }
    return 1;
}

int testvalue_rate(prm_text text, int64_t *rate_e12, int *added)
{
    testvalue_parts parts;
    size_t places = 12;
    if (text.size > 0 && text.data[text.size - 1] == '%') {
        text.size--;
        places = 10;
    }
    if (!testvalue_split(text, &parts))
        return 0;
    *rate_e12 = 0;
    *added = parts.is_signed;
    if (!testvalue_append(rate_e12, parts.whole, parts.whole.size) ||
        !testvalue_append(rate_e12, parts.fraction, places))
        return 0;
    if (parts.negative)
        *rate_e12 = -*rate_e12;
    return 1;
}
