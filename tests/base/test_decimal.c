/* Tests of base/decimal against arithmetic on decimal digits, as done on paper. */
#include "base/decimal.h"

#include "unit.h"

#include <string.h>

/* ---- Arithmetic on paper: digits, least significant first ---- */

enum { PAPER_DIGITS = 100 };

typedef struct paper {
    unsigned char digit[PAPER_DIGITS];
} paper;

static paper paper_from(prm__decimal value)
{
    paper result = {{0}};
    for (size_t i = 0; value != 0; i++) {
        int digit = (int)(value % 10);
        result.digit[i] = (unsigned char)(digit < 0 ? -digit : digit);
        value /= 10;
    }
    return result;
}

static paper paper_times(const paper *a, const paper *b)
{
    uint32_t sums[2 * PAPER_DIGITS] = {0};
    for (size_t i = 0; i < PAPER_DIGITS; i++)
        for (size_t k = 0; a->digit[i] != 0 && k < PAPER_DIGITS; k++)
            sums[i + k] += (uint32_t)(a->digit[i] * b->digit[k]);
    paper result;
    uint32_t carry = 0;
    for (size_t i = 0; i < PAPER_DIGITS; i++) {
        carry += sums[i];
        result.digit[i] = (unsigned char)(carry % 10);
        carry /= 10;
    }
    assert_int_equal(carry, 0);
    return result;
}

static int paper_compare(const paper *a, const paper *b)
{
    for (size_t i = PAPER_DIGITS; i-- > 0;)
        if (a->digit[i] != b->digit[i])
            return a->digit[i] < b->digit[i] ? -1 : 1;
    return 0;
}

static paper paper_plus(const paper *a, const paper *b)
{
    paper result;
    int carry = 0;
    for (size_t i = 0; i < PAPER_DIGITS; i++) {
        carry += a->digit[i] + b->digit[i];
        result.digit[i] = (unsigned char)(carry % 10);
        carry /= 10;
    }
    return result;
}

/* Times 10^places. */
static paper paper_shift(const paper *a, size_t places)
{
    paper result = {{0}};
    memcpy(result.digit + places, a->digit, PAPER_DIGITS - places);
    return result;
}

/* Divided by 10^places and rounded. */
static paper paper_cut(const paper *a, size_t places, prm__rounding rounding)
{
    paper result = {{0}}, one = {{1}};
    memcpy(result.digit, a->digit + places, PAPER_DIGITS - places);
    bool zero = true, tie = places > 0;
    for (size_t i = 0; i < places; i++) {
        zero = zero && a->digit[i] == 0;
        tie = tie && a->digit[i] == (i + 1 == places ? 5 : 0);
    }
    bool above = places > 0 && !tie && a->digit[places - 1] >= 5;
    bool away = false;
    switch (rounding) {
    case PRM_ROUND_DOWN:
        break;
    case PRM_ROUND_UP:
        away = !zero;
        break;
    case PRM_ROUND_HALF_UP:
        away = above || tie;
        break;
    case PRM_ROUND_HALF_EVEN:
        away = above || (tie && result.digit[0] % 2 == 1);
        break;
    }
    return away ? paper_plus(&result, &one) : result;
}

/* Whether `a` has more than `digits` digits. */
static bool paper_exceeds(const paper *a, size_t digits)
{
    for (size_t i = digits; i < PAPER_DIGITS; i++)
        if (a->digit[i] != 0)
            return true;
    return false;
}

static void assert_paper(const paper *expected, bool negative, prm__decimal actual)
{
    paper digits = paper_from(actual);
    assert_int_equal(paper_compare(expected, &digits), 0);
    if (actual != 0)
        assert_int_equal(actual < 0, negative);
}

/* ---- Values ---- */

/* Of all sizes below the limit, with many round and many borderline ones. */
static prm__decimal random_decimal(uint64_t *random)
{
    uint64_t how = unit_random(random);
    prm__decimal value = (prm__decimal)(unit_random(random) >> 1);
    value = value * (prm__decimal)(unit_random(random) >> 28) % PRM_DECIMAL_LIMIT;
    if (how % 8 == 0)
        value = PRM_DECIMAL_LIMIT - 1 - value % 1000;
    else
        for (uint64_t cut = (how >> 8) % 31; cut > 0; cut--)
            value /= 10;
    if (how % 8 < 3)
        for (uint64_t grow = (how >> 16) % 31; grow > 0 && value < PRM_DECIMAL_LIMIT / 10; grow--)
            value *= 10;
    if ((how >> 24) % 8 == 0 && value < PRM_DECIMAL_LIMIT / 2)
        value = value / PRM_DECIMAL_ONE * PRM_DECIMAL_ONE + PRM_DECIMAL_ONE / 2;
    return (how >> 32) % 2 == 0 ? value : -value;
}

static prm__decimal parse(const char *text)
{
    prm__decimal value = 0;
    if (prm__decimal_read(text, strlen(text), true, &value) != PRM_DECIMAL_READ)
        fail_msg("does not read: %s", text);
    return value;
}

static void assert_written(prm__decimal value, const char *text)
{
    char buffer[34];
    assert_int_equal(prm__decimal_write(value, buffer), strlen(text));
    assert_string_equal(buffer, text);
}

/* ---- Tests ---- */

static void test_sums_and_differences(void **state)
{
    (void)state;
    prm__decimal limit = PRM_DECIMAL_LIMIT, out = 42;
    assert_false(prm__decimal_add(limit - 1, 1, &out));
    assert_false(prm__decimal_add(-(limit - 1), -1, &out));
    assert_false(prm__decimal_sub(limit - 1, -1, &out));
    assert_false(prm__decimal_sub(-(limit - 1), 1, &out));
    assert_false(prm__decimal_add(limit - 1, limit - 1, &out));
    assert_true(out == 42);
    assert_true(prm__decimal_add(limit - 2, 1, &out) && out == limit - 1);
    assert_true(prm__decimal_sub(1, limit - 1, &out) && out == -(limit - 2));
    uint64_t random = 3;
    for (int i = 0; i < 20000; i++) {
        prm__decimal a = random_decimal(&random), b = random_decimal(&random), sum, difference;
        bool fits = a + b < limit && a + b > -limit;
        assert_int_equal(prm__decimal_add(a, b, &sum), fits);
        assert_int_equal(prm__decimal_sub(a, -b, &difference), fits);
        if (fits)
            assert_true(sum == a + b && difference == sum);
    }
}

static void test_products(void **state)
{
    (void)state;
    uint64_t random = 5;
    size_t fitted = 0, overflowed = 0;
    for (int i = 0; i < 60000; i++) {
        prm__decimal a = random_decimal(&random), b = random_decimal(&random), out = 7;
        paper left = paper_from(a), right = paper_from(b);
        paper product = paper_times(&left, &right);
        paper expected = paper_cut(&product, PRM_DECIMAL_DIGITS, PRM_ROUND_HALF_EVEN);
        bool fits = !paper_exceeds(&expected, 30);
        assert_int_equal(prm__decimal_mul(a, b, &out), fits);
        if (fits)
            assert_paper(&expected, (a < 0) != (b < 0), out);
        else
            assert_true(out == 7);
        fitted += fits;
        overflowed += !fits;
    }
    assert_true(fitted > 10000 && overflowed > 5000);
}

static void test_product_ties_go_to_even(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *product;
    } rows[] = {
        {"0.000000000001", "0.5", "0"},
        {"0.000000000003", "0.5", "0.000000000002"},
        {"0.000000000005", "0.5", "0.000000000002"},
        {"-0.000000000003", "0.5", "-0.000000000002"},
        {"-0.000000000001", "0.5", "0"},
        {"0.000000000001", "0.500000000001", "0.000000000001"},
        {"999999999999999999.999999999999", "1", "999999999999999999.999999999999"},
        {"1000000000", "999999999.999999999", "999999999999999999"},
        {"12.5", "-4", "-50"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__decimal out;
        assert_true(prm__decimal_mul(parse(rows[i].a), parse(rows[i].b), &out));
        assert_written(out, rows[i].product);
    }
    prm__decimal out;
    assert_false(prm__decimal_mul(parse("1000000000"), parse("1000000000"), &out));
    assert_false(prm__decimal_mul(parse("-1000000000"), parse("1000000000"), &out));
    /* 10^18 - 10^-24: only the rounding reaches the limit. */
    assert_false(prm__decimal_mul(parse("1000000000.000000000001"), parse("999999999.999999999999"), &out));
}

/* q is a / b rounded when 2 * |q * b - a * 10^12| <= |b|, and q is even where these are equal. */
static void check_quotient(prm__decimal a, prm__decimal b, prm__decimal q)
{
    paper dividend = paper_from(a), divisor = paper_from(b), quotient = paper_from(q);
    paper scaled = paper_shift(&dividend, PRM_DECIMAL_DIGITS);
    paper back = paper_times(&quotient, &divisor);
    paper twice_scaled = paper_plus(&scaled, &scaled), twice_back = paper_plus(&back, &back);
    paper high = paper_plus(&twice_back, &divisor), low = paper_plus(&twice_scaled, &divisor);
    int above = paper_compare(&twice_scaled, &high);
    int below = paper_compare(&twice_back, &low);
    assert_true(above <= 0 && below <= 0);
    if (above == 0 || below == 0)
        assert_true(q % 2 == 0);
    if (q != 0)
        assert_int_equal(q < 0, (a < 0) != (b < 0));
}

static void test_quotients(void **state)
{
    (void)state;
    prm__decimal out = 7;
    assert_false(prm__decimal_div(PRM_DECIMAL_ONE, 0, &out));
    assert_false(prm__decimal_rem(PRM_DECIMAL_ONE, 0, &out));
    assert_true(out == 7);
    uint64_t random = 11;
    size_t fitted = 0, overflowed = 0;
    for (int i = 0; i < 60000; i++) {
        prm__decimal a = random_decimal(&random), b = random_decimal(&random);
        if (b == 0)
            continue;
        if (prm__decimal_div(a, b, &out)) {
            check_quotient(a, b, out);
            fitted++;
            continue;
        }
        /* Too large, indeed: |a| >= (10^18 - 10^-12 / 2) * |b|. */
        paper dividend = paper_from(a), divisor = paper_from(b),
              limit = paper_from(2 * PRM_DECIMAL_LIMIT - 1);
        paper scaled = paper_shift(&dividend, PRM_DECIMAL_DIGITS);
        paper twice = paper_plus(&scaled, &scaled), bound = paper_times(&limit, &divisor);
        assert_true(paper_compare(&twice, &bound) >= 0);
        overflowed++;
    }
    assert_true(fitted > 10000 && overflowed > 2000);
}

static void test_quotient_rows(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *quotient, *remainder;
    } rows[] = {
        {"1", "3", "0.333333333333", "1"},
        {"2", "3", "0.666666666667", "2"},
        {"-2", "3", "-0.666666666667", "-2"},
        {"7", "-2", "-3.5", "1"},
        {"-7", "2", "-3.5", "-1"},
        {"5.5", "2", "2.75", "1.5"},
        {"0.000000000001", "2", "0", "0.000000000001"},
        {"0.000000000003", "2", "0.000000000002", "0.000000000003"},
        {"0.000000000005", "2", "0.000000000002", "0.000000000005"},
        {"999999999999999999.999999999999", "1", "999999999999999999.999999999999", "0.999999999999"},
        {"999999999999999999.999999999999", "999999999999999999.999999999998", "1", "0.000000000001"},
        {"0", "-4", "0", "0"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__decimal out;
        assert_true(prm__decimal_div(parse(rows[i].a), parse(rows[i].b), &out));
        assert_written(out, rows[i].quotient);
        assert_true(prm__decimal_rem(parse(rows[i].a), parse(rows[i].b), &out));
        assert_written(out, rows[i].remainder);
    }
    prm__decimal out;
    assert_false(prm__decimal_div(parse("1000000"), parse("0.000000000001"), &out));
    assert_true(prm__decimal_div(parse("999999"), parse("0.000000000001"), &out));
    assert_written(out, "999999000000000000");
}

static void test_minor_units_round_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        uint32_t digits;
        int64_t down, up, half_up, half_even;
    } rows[] = {
        {"0.5", 0, 0, 1, 1, 0},
        {"1.5", 0, 1, 2, 2, 2},
        {"2.5", 0, 2, 3, 3, 2},
        {"-0.5", 0, 0, -1, -1, 0},
        {"-1.5", 0, -1, -2, -2, -2},
        {"-2.5", 0, -2, -3, -3, -2},
        {"2.500000000001", 0, 2, 3, 3, 3},
        {"2.499999999999", 0, 2, 3, 2, 2},
        {"3", 0, 3, 3, 3, 3},
        {"12.345", 2, 1234, 1235, 1235, 1234},
        {"12.355", 2, 1235, 1236, 1236, 1236},
        {"-12.3450000001", 2, -1234, -1235, -1235, -1235},
        {"0.0005", 3, 0, 1, 1, 0},
        {"0.00005", 4, 0, 1, 1, 0},
        {"0.00015", 4, 1, 2, 2, 2},
        {"999999999999999999", 0, 999999999999999999, 999999999999999999, 999999999999999999,
         999999999999999999},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        const int64_t expected[] = {rows[i].down, rows[i].up, rows[i].half_up, rows[i].half_even};
        for (int rounding = 0; rounding < 4; rounding++) {
            int64_t minor;
            prm__decimal value = parse(rows[i].value);
            assert_true(prm__decimal_to_minor(value, rows[i].digits, (prm__rounding)rounding, &minor));
            assert_int_equal(minor, expected[rounding]);
            assert_true(prm__decimal_share(value, INT64_C(1000000000000), rows[i].digits,
                                           (prm__rounding)rounding, &minor));
            assert_int_equal(minor, expected[rounding]);
        }
    }
    int64_t minor = 9;
    assert_false(prm__decimal_to_minor(parse("10000000000000000"), 2, PRM_ROUND_DOWN, &minor));
    assert_false(prm__decimal_to_minor(parse("-10000000000000000"), 2, PRM_ROUND_DOWN, &minor));
    assert_false(prm__decimal_to_minor(parse("999999999999999999.1"), 0, PRM_ROUND_UP, &minor));
    assert_int_equal(minor, 9);
    assert_true(prm__decimal_to_minor(parse("999999999999999999.9"), 0, PRM_ROUND_DOWN, &minor));
    assert_int_equal(minor, 999999999999999999);
}

static void test_shares_against_paper(void **state)
{
    (void)state;
    uint64_t random = 17;
    size_t fitted = 0, overflowed = 0;
    for (int i = 0; i < 60000; i++) {
        prm__decimal base = random_decimal(&random);
        int64_t rate = (int64_t)unit_random(&random) >> (unit_random(&random) % 64);
        if (i % 3 == 0)
            rate = (int64_t)(unit_random(&random) % 400) * INT64_C(2500000000);
        uint32_t digits = (uint32_t)(unit_random(&random) % 5);
        prm__rounding rounding = (prm__rounding)(i % 4);
        paper left = paper_from(base), right = paper_from(rate);
        paper product = paper_times(&left, &right);
        paper expected = paper_cut(&product, 2 * PRM_DECIMAL_DIGITS - digits, rounding);
        bool fits = !paper_exceeds(&expected, 18);
        int64_t minor = 7;
        assert_int_equal(prm__decimal_share(base, rate, digits, rounding, &minor), fits);
        if (fits)
            assert_paper(&expected, (base < 0) != (rate < 0), minor);
        else
            assert_int_equal(minor, 7);
        fitted += fits;
        overflowed += !fits;
    }
    assert_true(fitted > 10000 && overflowed > 2000);
}

/* A share is rounded once: 0.5 yen of a rate that 12 digits could not hold the product of. */
static void test_share_rounds_once(void **state)
{
    (void)state;
    int64_t minor;
    prm__decimal base = parse("4.999999999999");
    int64_t rate = INT64_C(100000000000); /* 10% of it is 0.4999999999999, which 12 digits make 0.5 */
    assert_true(prm__decimal_share(base, rate, 0, PRM_ROUND_HALF_UP, &minor));
    assert_int_equal(minor, 0);
    assert_true(prm__decimal_share(parse("1000000"), INT64_C(150000000000), 0, PRM_ROUND_DOWN, &minor));
    assert_int_equal(minor, 150000);
    assert_true(prm__decimal_share(parse("-333.33"), INT64_C(150000000000), 2, PRM_ROUND_DOWN, &minor));
    assert_int_equal(minor, -4999);
    assert_true(prm__decimal_share(parse("1"), INT64_MIN, 0, PRM_ROUND_DOWN, &minor));
    assert_int_equal(minor, -9223372);
}

/* Sums of products that do not fit into 128 bits: carried and borrowed across the halves, whatever the
 * order. 100% of N yen is N yen. */
static void test_shares_of_many_slices(void **state)
{
    (void)state;
    const prm__decimal yen = PRM_DECIMAL_ONE;
    const int64_t whole = 1000000000000;
    static const int64_t parts[] = {1,
                                    -1,
                                    340282366920938,
                                    340282366920939,
                                    -340282366920939,
                                    200000000000000,
                                    -200000000000001,
                                    170141183460470,
                                    999999999999999,
                                    -680564733841877};
    uint64_t random = 11;
    for (int round = 0; round < 20000; round++) {
        prm__decimal_slice slices[12];
        uint32_t count = 1 + (uint32_t)(unit_random(&random) % UNIT_COUNT(slices));
        int64_t expected = 0, sum = 0;
        for (uint32_t i = 0; i < count; i++) {
            int64_t part = parts[unit_random(&random) % UNIT_COUNT(parts)] +
                           (int64_t)(unit_random(&random) % 3);
            int64_t sign = unit_random(&random) % 2 ? 1 : -1;
            slices[i] = (prm__decimal_slice){part * sign * yen, whole * sign};
            expected += part;
        }
        assert_true(prm__decimal_share_sum(slices, count, 0, PRM_ROUND_DOWN, &sum));
        if (sum != expected)
            fail_msg("round %d: %lld, not %lld", round, (long long)sum, (long long)expected);
    }
    int64_t none = 7;
    assert_true(prm__decimal_share_sum(NULL, 0, 0, PRM_ROUND_UP, &none));
    assert_int_equal(none, 0);
}

static void test_minor_units_forth_and_back(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 1, -1, 99, -12345, 999999999999999999, -999999999999999999};
    for (size_t i = 0; i < UNIT_COUNT(values); i++)
        for (uint32_t digits = 0; digits <= 4; digits++) {
            prm__decimal value = prm__decimal_from_minor(values[i], digits);
            assert_true(value < PRM_DECIMAL_LIMIT && value > -PRM_DECIMAL_LIMIT);
            int64_t minor;
            assert_true(prm__decimal_to_minor(value, digits, PRM_ROUND_DOWN, &minor));
            assert_int_equal(minor, values[i]);
        }
    assert_written(prm__decimal_from_minor(-12345, 2), "-123.45");
}

static void test_fractions_compare_exactly(void **state)
{
    (void)state;
    prm__decimal big = PRM_DECIMAL_LIMIT - 1;
    assert_int_equal(prm__decimal_compare_fractions(1, 3, 2, 6), 0);
    assert_int_equal(prm__decimal_compare_fractions(1, 3, 333333333333, PRM_DECIMAL_ONE), 1);
    assert_int_equal(prm__decimal_compare_fractions(-1, 3, 1, 3), -1);
    assert_int_equal(prm__decimal_compare_fractions(1, 3, -1, 3), 1);
    assert_int_equal(prm__decimal_compare_fractions(0, 3, 0, 7), 0);
    assert_int_equal(prm__decimal_compare_fractions(-1, 7, 0, 7), -1);
    assert_int_equal(prm__decimal_compare_fractions(0, 7, -1, 7), 1);
    assert_int_equal(prm__decimal_compare_fractions(-1, 3, -1, 4), -1);
    assert_int_equal(prm__decimal_compare_fractions(big, big - 1, big - 1, big - 2), -1);
    assert_int_equal(prm__decimal_compare_fractions(-big, big - 1, -(big - 1), big - 2), 1);
    uint64_t random = 23;
    for (int i = 0; i < 20000; i++) {
        prm__decimal value[4];
        for (int k = 0; k < 4; k++) {
            value[k] = random_decimal(&random);
            if (k % 2 == 1 && value[k] <= 0)
                value[k] = 1 - value[k];
        }
        paper a = paper_from(value[0]), b = paper_from(value[1]), c = paper_from(value[2]),
              d = paper_from(value[3]);
        paper left = paper_times(&a, &d), right = paper_times(&c, &b);
        int expected = paper_compare(&left, &right);
        if (value[0] < 0 && value[2] < 0)
            expected = -expected;
        else if (value[0] < 0 || value[2] < 0)
            expected = value[0] < 0 ? -1 : 1;
        assert_int_equal(prm__decimal_compare_fractions(value[0], value[1], value[2], value[3]), expected);
    }
}

static void test_reads_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text, *written;
    } rows[] = {
        {"0", "0"},
        {"-0", "0"},
        {"+5", "5"},
        {"007", "7"},
        {"-12.5", "-12.5"},
        {"12.50", "12.5"},
        {"1e3", "1000"},
        {"1E+3", "1000"},
        {"1.5e-3", "0.0015"},
        {"0.000000000001", "0.000000000001"},
        {"1e-12", "0.000000000001"},
        {"0.0000000000010000000", "0.000000000001"},
        {"1000000000000e-24", "0.000000000001"},
        {"0.00000000000000000001e20", "1"},
        {"0e999999999999999999999999", "0"},
        {"0.0e-999999999999999999999999", "0"},
        {"999999999999999999.999999999999", "999999999999999999.999999999999"},
        {"-999999999999999999.999999999999", "-999999999999999999.999999999999"},
        {"99999999999999999999.9999999999%", "999999999999999999.999999999999"},
        {"5%", "0.05"},
        {"+5%", "0.05"},
        {"-12.5%", "-0.125"},
        {"1e2%", "1"},
        {"0.0000000001%", "0.000000000001"},
        {"100%", "1"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++)
        assert_written(parse(rows[i].text), rows[i].written);
}

static void assert_reading(const char *text, bool percent, prm__decimal_reading expected)
{
    prm__decimal value = 77;
    prm__decimal_reading reading = prm__decimal_read(text, strlen(text), percent, &value);
    if (reading != expected || value != 77)
        fail_msg("%s: %d", text, (int)reading);
}

static void test_refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const malformed[] = {
        "",    "-",   "+",   ".",   ".5", "5.",  "-.5", "1_000", "1,000", " 1",
        "1 ",  "1e",  "1e+", "1e-", "e5", "--1", "+-1", "0x10",  "1.2.3", "1e5.5",
        "NaN", "inf", "1%%", "%",   "-%", "1% ", "1 %", "１",    "1e5e5",
    };
    for (size_t i = 0; i < UNIT_COUNT(malformed); i++)
        assert_reading(malformed[i], true, PRM_DECIMAL_MALFORMED);
    assert_reading("5%", false, PRM_DECIMAL_MALFORMED);
    static const char *const fine[] = {
        "1e-13",  "0.0000000000001", "0.00000000001%", "1.0000000000001", "1e-999999999999999999999999999",
        "123e-14"};
    for (size_t i = 0; i < UNIT_COUNT(fine); i++)
        assert_reading(fine[i], true, PRM_DECIMAL_TOO_FINE);
    static const char *const large[] = {
        "1e18",  "1000000000000000000",           "-1000000000000000000",
        "1e20%", "1e999999999999999999999999999", "10000000000000000000000000000000000000000",
        "0.1e19"};
    for (size_t i = 0; i < UNIT_COUNT(large); i++)
        assert_reading(large[i], true, PRM_DECIMAL_TOO_LARGE);
    prm__decimal value = 0;
    assert_int_equal(prm__decimal_read("1\0002", 3, false, &value), PRM_DECIMAL_MALFORMED);
    assert_int_equal(prm__decimal_read("12345", 2, false, &value), PRM_DECIMAL_READ);
    assert_true(value == 12 * PRM_DECIMAL_ONE);
}

static void test_writing_reads_back(void **state)
{
    (void)state;
    uint64_t random = 29;
    for (int i = 0; i < 20000; i++) {
        prm__decimal value = random_decimal(&random);
        char buffer[34];
        size_t size = prm__decimal_write(value, buffer);
        assert_int_equal(strlen(buffer), size);
        prm__decimal back;
        assert_int_equal(prm__decimal_read(buffer, size, false, &back), PRM_DECIMAL_READ);
        assert_true(back == value);
        if (strchr(buffer, '.') != NULL)
            assert_int_not_equal(buffer[size - 1], '0');
    }
    assert_written(-(PRM_DECIMAL_LIMIT - 1), "-999999999999999999.999999999999");
}

static void test_writes_money(void **state)
{
    (void)state;
    static const struct {
        int64_t minor;
        uint32_t digits;
        const char *text;
    } rows[] = {
        {0, 0, "0"},
        {0, 2, "0.00"},
        {5, 2, "0.05"},
        {-5, 3, "-0.005"},
        {123450, 2, "1234.50"},
        {1000, 0, "1000"},
        {-999999999999999999, 4, "-99999999999999.9999"},
        {INT64_MIN, 4, "-922337203685477.5808"},
        {INT64_MAX, 0, "9223372036854775807"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        char buffer[24];
        assert_int_equal(prm__decimal_write_minor(rows[i].minor, rows[i].digits, buffer),
                         strlen(rows[i].text));
        assert_string_equal(buffer, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_and_differences),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_product_ties_go_to_even),
        cmocka_unit_test(test_quotients),
        cmocka_unit_test(test_quotient_rows),
        cmocka_unit_test(test_minor_units_round_by_name),
        cmocka_unit_test(test_shares_against_paper),
        cmocka_unit_test(test_share_rounds_once),
        cmocka_unit_test(test_shares_of_many_slices),
        cmocka_unit_test(test_minor_units_forth_and_back),
        cmocka_unit_test(test_fractions_compare_exactly),
        cmocka_unit_test(test_reads_numbers),
        cmocka_unit_test(test_refuses_what_is_no_number),
        cmocka_unit_test(test_writing_reads_back),
        cmocka_unit_test(test_writes_money),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
