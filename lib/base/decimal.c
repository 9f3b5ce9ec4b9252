/* decimal: exact arithmetic in units of 10^-12. Magnitudes and signs are kept
 * apart: every operation works on unsigned magnitudes, where a remainder tells
 * exactly what was cut off, and rounds in one place, decimal_rounds_away. */
#include "base/decimal.h"

__extension__ typedef unsigned __int128 decimal_magnitude;

/* A product of two magnitudes. */
typedef struct decimal_wide {
    decimal_magnitude high, low;
} decimal_wide;

#define DECIMAL_ONE ((decimal_magnitude)PRM_DECIMAL_ONE)
#define DECIMAL_LIMIT ((decimal_magnitude)PRM_DECIMAL_LIMIT)
#define DECIMAL_MINOR_LIMIT ((decimal_magnitude)1000000000000000000)

static const uint64_t decimal_powers[PRM_DECIMAL_DIGITS + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
};

/* ---- Magnitudes and signs ---- */

static decimal_magnitude decimal_abs(prm__decimal value)
{
    return value < 0 ? 0 - (decimal_magnitude)value : (decimal_magnitude)value;
}

/* `magnitude` below 2^127. */
static prm__decimal decimal_signed(decimal_magnitude magnitude, bool negative)
{
    return negative ? -(prm__decimal)magnitude : (prm__decimal)magnitude;
}

static bool decimal_put(decimal_magnitude magnitude, bool negative, prm__decimal *out)
{
    if (magnitude >= DECIMAL_LIMIT)
        return false;
    *out = decimal_signed(magnitude, negative);
    return true;
}

/* Whether a quotient cut to `quotient` with `remainder` left of `divisor` (below 2^127)
 * goes one further from zero. */
static bool decimal_rounds_away(prm__rounding rounding, decimal_magnitude quotient,
                                decimal_magnitude remainder, decimal_magnitude divisor)
{
    decimal_magnitude twice = remainder * 2;
    switch (rounding) {
    case PRM_ROUND_DOWN:
        return false;
    case PRM_ROUND_UP:
        return remainder != 0;
    case PRM_ROUND_HALF_UP:
        return twice >= divisor;
    case PRM_ROUND_HALF_EVEN:
        return twice > divisor || (twice == divisor && (quotient & 1) != 0);
    }
    return false; /* LCOV_EXCL_LINE every rounding is above */
}

/* ---- Wide products ---- */

/* The schoolbook product of four 64-bit halves. */
static decimal_wide decimal_wide_product(decimal_magnitude a, decimal_magnitude b)
{
    decimal_magnitude a0 = (uint64_t)a, a1 = a >> 64;
    decimal_magnitude b0 = (uint64_t)b, b1 = b >> 64;
    decimal_magnitude low = a0 * b0;
    decimal_magnitude cross = a1 * b0 + (low >> 64);
    decimal_magnitude middle = a0 * b1 + (uint64_t)cross;
    decimal_wide product;
    product.low = middle << 64 | (uint64_t)low;
    product.high = a1 * b1 + (cross >> 64) + (middle >> 64);
    return product;
}

static int decimal_wide_compare(decimal_wide a, decimal_wide b)
{
    if (a.high != b.high)
        return a.high < b.high ? -1 : 1;
    if (a.low != b.low)
        return a.low < b.low ? -1 : 1;
    return 0;
}

/* Divides in place, 64 bits at a time; returns the remainder. Nearly all products of money
 * and rates lie in the lower half. */
static uint64_t decimal_wide_divide(decimal_wide *value, uint64_t divisor)
{
    if (value->high == 0) {
        decimal_magnitude quotient = value->low / divisor;
        uint64_t rest = (uint64_t)(value->low - quotient * divisor);
        value->low = quotient;
        return rest;
    }
    uint64_t limbs[4] = {(uint64_t)(value->high >> 64), (uint64_t)value->high, (uint64_t)(value->low >> 64),
                         (uint64_t)value->low};
    decimal_magnitude remainder = 0;
    for (int i = 0; i < 4; i++) {
        decimal_magnitude step = remainder << 64 | limbs[i];
        limbs[i] = (uint64_t)(step / divisor);
        remainder = step % divisor;
    }
    value->high = (decimal_magnitude)limbs[0] << 64 | limbs[1];
    value->low = (decimal_magnitude)limbs[2] << 64 | limbs[3];
    return (uint64_t)remainder;
}

/* ---- Arithmetic ---- */

bool prm__decimal_add(prm__decimal a, prm__decimal b, prm__decimal *out)
{
    prm__decimal sum = a + b;
    return decimal_put(decimal_abs(sum), sum < 0, out);
}

bool prm__decimal_sub(prm__decimal a, prm__decimal b, prm__decimal *out)
{
    prm__decimal difference = a - b;
    return decimal_put(decimal_abs(difference), difference < 0, out);
}

bool prm__decimal_mul(prm__decimal a, prm__decimal b, prm__decimal *out)
{
    decimal_wide product = decimal_wide_product(decimal_abs(a), decimal_abs(b));
    uint64_t remainder = decimal_wide_divide(&product, (uint64_t)DECIMAL_ONE);
    if (product.high != 0 || product.low >= DECIMAL_LIMIT)
        return false;
    decimal_magnitude quotient = product.low;
    quotient += decimal_rounds_away(PRM_ROUND_HALF_EVEN, quotient, remainder, DECIMAL_ONE);
    return decimal_put(quotient, (a < 0) != (b < 0), out);
}

/* Long division with two "digits" of six decimals each: a remainder is below 10^30,
 * so that it times 10^6 still fits. */
bool prm__decimal_div(prm__decimal a, prm__decimal b, prm__decimal *out)
{
    if (b == 0)
        return false;
    decimal_magnitude divisor = decimal_abs(b);
    decimal_magnitude quotient = decimal_abs(a) / divisor;
    decimal_magnitude remainder = decimal_abs(a) % divisor;
    if (quotient >= DECIMAL_LIMIT / DECIMAL_ONE)
        return false;
    for (int i = 0; i < 2; i++) {
        remainder *= 1000000;
        quotient = quotient * 1000000 + remainder / divisor;
        remainder %= divisor;
    }
    quotient += decimal_rounds_away(PRM_ROUND_HALF_EVEN, quotient, remainder, divisor);
    return decimal_put(quotient, (a < 0) != (b < 0), out);
}

bool prm__decimal_rem(prm__decimal a, prm__decimal b, prm__decimal *out)
{
    if (b == 0)
        return false;
    *out = a % b;
    return true;
}

/* ---- Minor units ---- */

static bool decimal_put_minor(decimal_magnitude magnitude, bool negative, int64_t *minor)
{
    if (magnitude >= DECIMAL_MINOR_LIMIT)
        return false;
    *minor = (int64_t)decimal_signed(magnitude, negative);
    return true;
}

bool prm__decimal_to_minor(prm__decimal value, uint32_t digits, prm__rounding rounding, int64_t *minor)
{
    decimal_magnitude divisor = decimal_powers[PRM_DECIMAL_DIGITS - digits];
    decimal_magnitude quotient = decimal_abs(value) / divisor;
    decimal_magnitude remainder = decimal_abs(value) - quotient * divisor;
    quotient += decimal_rounds_away(rounding, quotient, remainder, divisor);
    return decimal_put_minor(quotient, value < 0, minor);
}

/* The product has 24 decimals. It is divided by 10^12 and then by what is left; the two
 * remainders together are the remainder of the whole division. */
static bool decimal_round_product(decimal_wide product, bool negative, uint32_t digits,
                                  prm__rounding rounding, int64_t *minor)
{
    uint64_t coarse = decimal_powers[PRM_DECIMAL_DIGITS - digits];
    uint64_t fine_remainder = decimal_wide_divide(&product, (uint64_t)DECIMAL_ONE);
    decimal_magnitude remainder = decimal_wide_divide(&product, coarse);
    if (product.high != 0 || product.low >= DECIMAL_MINOR_LIMIT)
        return false;
    remainder = remainder * DECIMAL_ONE + fine_remainder;
    decimal_magnitude quotient = product.low;
    quotient += decimal_rounds_away(rounding, quotient, remainder, coarse * DECIMAL_ONE);
    return decimal_put_minor(quotient, negative, minor);
}

bool prm__decimal_share(prm__decimal base, int64_t rate_e12, uint32_t digits, prm__rounding rounding,
                        int64_t *minor)
{
    decimal_wide product = decimal_wide_product(decimal_abs(base), decimal_abs(rate_e12));
    return decimal_round_product(product, (base < 0) != (rate_e12 < 0), digits, rounding, minor);
}

/* Products are below 2^191, so 128 of them stay below 2^198. */
static decimal_wide decimal_wide_add(decimal_wide a, decimal_wide b)
{
    decimal_wide sum = {.high = a.high + b.high, .low = a.low + b.low};
    sum.high += sum.low < a.low;
    return sum;
}

static decimal_wide decimal_wide_subtract(decimal_wide a, decimal_wide b)
{
    decimal_wide difference = {.high = a.high - b.high, .low = a.low - b.low};
    difference.high -= a.low < b.low;
    return difference;
}

bool prm__decimal_share_sum(const prm__decimal_slice *slices, uint32_t count, uint32_t digits,
                            prm__rounding rounding, int64_t *minor)
{
    decimal_wide positive = {0}, negative = {0};
    for (uint32_t i = 0; i < count; i++) {
        decimal_wide product = decimal_wide_product(decimal_abs(slices[i].base),
                                                    decimal_abs(slices[i].rate_e12));
        if ((slices[i].base < 0) != (slices[i].rate_e12 < 0))
            negative = decimal_wide_add(negative, product);
        else
            positive = decimal_wide_add(positive, product);
    }
    bool below = decimal_wide_compare(positive, negative) < 0;
    decimal_wide sum = below ? decimal_wide_subtract(negative, positive)
                             : decimal_wide_subtract(positive, negative);
    return decimal_round_product(sum, below, digits, rounding, minor);
}

prm__decimal prm__decimal_from_minor(int64_t minor, uint32_t digits)
{
    return (prm__decimal)minor * (prm__decimal)decimal_powers[PRM_DECIMAL_DIGITS - digits];
}

int prm__decimal_compare_fractions(prm__decimal a, prm__decimal b, prm__decimal c, prm__decimal d)
{
    if ((a < 0) != (c < 0))
        return a < 0 ? -1 : 1;
    decimal_wide left = decimal_wide_product(decimal_abs(a), decimal_abs(d));
    decimal_wide right = decimal_wide_product(decimal_abs(c), decimal_abs(b));
    return a < 0 ? decimal_wide_compare(right, left) : decimal_wide_compare(left, right);
}

/* ---- Reading ---- */

/* The parts of a number's text, before any digit was given its weight. */
typedef struct decimal_parts {
    const char *whole;
    size_t whole_size;
    const char *fraction;
    size_t fraction_size;
    int64_t exponent;
    bool negative;
} decimal_parts;

/* More than any text has digits: a larger exponent says nothing more. */
#define DECIMAL_EXPONENT_MAX INT64_C(1000000000000000)

static bool decimal_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *decimal_skip_digits(const char *at, const char *end)
{
    while (at < end && decimal_is_digit(*at))
        at++;
    return at;
}

/* Reads "e+12" at `at` when it is there; NULL when it is there and malformed. */
static const char *decimal_scan_exponent(const char *at, const char *end, int64_t *exponent)
{
    *exponent = 0;
    if (at == end || (*at != 'e' && *at != 'E'))
        return at;
    at++;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    const char *digits_end = decimal_skip_digits(at, end);
    if (digits_end == at)
        return NULL;
    for (; at < digits_end; at++)
        if (*exponent < DECIMAL_EXPONENT_MAX)
            *exponent = *exponent * 10 + (*at - '0');
    if (negative)
        *exponent = -*exponent;
    return at;
}

static bool decimal_scan(const char *text, size_t size, bool percent, decimal_parts *parts)
{
    if (size == 0)
        return false;
    const char *at = text;
    const char *end = text + size;
    parts->negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    parts->whole = at;
    at = decimal_skip_digits(at, end);
    parts->whole_size = (size_t)(at - parts->whole);
    parts->fraction = at;
    parts->fraction_size = 0;
    if (at < end && *at == '.') {
        parts->fraction = ++at;
        at = decimal_skip_digits(at, end);
        parts->fraction_size = (size_t)(at - parts->fraction);
        if (parts->fraction_size == 0)
            return false;
    }
    at = decimal_scan_exponent(at, end, &parts->exponent);
    if (at == NULL || parts->whole_size == 0)
        return false;
    if (percent && at < end && *at == '%') {
        parts->exponent -= 2;
        at++;
    }
    return at == end;
}

/* 10^exponent, for exponents below 38. */
static decimal_magnitude decimal_power(uint32_t exponent)
{
    decimal_magnitude power = 1;
    for (; exponent > PRM_DECIMAL_DIGITS; exponent -= PRM_DECIMAL_DIGITS)
        power *= DECIMAL_ONE;
    return power * decimal_powers[exponent];
}

/* Adds `digits`, the first of which has the weight 10^(*weight - 1), to *sum; leaves the
 * weight of what comes after them. */
static prm__decimal_reading decimal_weigh(const char *digits, size_t size, int64_t *weight,
                                          decimal_magnitude *sum)
{
    for (size_t i = 0; i < size; i++) {
        int64_t power = --*weight;
        if (digits[i] == '0')
            continue;
        if (power >= 18)
            return PRM_DECIMAL_TOO_LARGE;
        if (power < -PRM_DECIMAL_DIGITS)
            return PRM_DECIMAL_TOO_FINE;
        decimal_magnitude unit = decimal_power((uint32_t)(power + PRM_DECIMAL_DIGITS));
        uint64_t digit = (uint64_t)(digits[i] - '0');
        *sum += unit * digit;
    }
    return PRM_DECIMAL_READ;
}

prm__decimal_reading prm__decimal_read(const char *text, size_t size, bool percent, prm__decimal *out)
{
    decimal_parts parts;
    if (!decimal_scan(text, size, percent, &parts))
        return PRM_DECIMAL_MALFORMED;
    decimal_magnitude sum = 0;
    int64_t weight = (int64_t)parts.whole_size + parts.exponent;
    prm__decimal_reading reading = decimal_weigh(parts.whole, parts.whole_size, &weight, &sum);
    if (reading == PRM_DECIMAL_READ)
        reading = decimal_weigh(parts.fraction, parts.fraction_size, &weight, &sum);
    if (reading == PRM_DECIMAL_READ)
        *out = decimal_signed(sum, parts.negative);
    return reading;
}

/* ---- Writing ---- */

/* Writes `value` with at least `width` digits, at `buffer`; returns their count. */
static size_t decimal_write_digits(uint64_t value, size_t width, char *buffer)
{
    char reversed[20];
    size_t count = 0;
    do {
        reversed[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 || count < width);
    for (size_t i = 0; i < count; i++)
        buffer[i] = reversed[count - 1 - i];
    return count;
}

size_t prm__decimal_write(prm__decimal value, char *buffer)
{
    decimal_magnitude magnitude = decimal_abs(value);
    uint64_t fraction = (uint64_t)(magnitude % DECIMAL_ONE);
    size_t digits = fraction == 0 ? 0 : PRM_DECIMAL_DIGITS;
    while (digits > 0 && fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    size_t size = 0;
    if (value < 0)
        buffer[size++] = '-';
    size += decimal_write_digits((uint64_t)(magnitude / DECIMAL_ONE), 1, buffer + size);
    if (digits > 0) {
        buffer[size++] = '.';
        size += decimal_write_digits(fraction, digits, buffer + size);
    }
    buffer[size] = '\0';
    return size;
}

size_t prm__decimal_write_minor(int64_t minor, uint32_t digits, char *buffer)
{
    uint64_t magnitude = (uint64_t)decimal_abs(minor);
    size_t size = 0;
    if (minor < 0)
        buffer[size++] = '-';
    size += decimal_write_digits(magnitude / decimal_powers[digits], 1, buffer + size);
    if (digits > 0) {
        buffer[size++] = '.';
        size += decimal_write_digits(magnitude % decimal_powers[digits], digits, buffer + size);
    }
    buffer[size] = '\0';
    return size;
}
