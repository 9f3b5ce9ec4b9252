/* decimal: exact numbers. A decimal is a 128-bit integer in units of 10^-12,
 * always less than 10^18 in magnitude: sums and differences are exact, products
 * and quotients are rounded half-even to 12 digits, and whatever reaches 10^18
 * is an error, never a wrapped number. Rounding is always named. */
#ifndef PRM_BASE_DECIMAL_H
#define PRM_BASE_DECIMAL_H

#include <prm/prm.h>
#include <stdbool.h>

__extension__ typedef __int128 prm__decimal;

#define PRM_DECIMAL_DIGITS 12
#define PRM_DECIMAL_ONE ((prm__decimal)1000000000000)
/* 10^18 in units of 10^-12: the first magnitude that is an error. */
#define PRM_DECIMAL_LIMIT ((prm__decimal)1000000000000000000 * PRM_DECIMAL_ONE)

typedef enum prm__rounding {
    PRM_ROUND_DOWN = 0,    /* toward zero */
    PRM_ROUND_UP = 1,      /* away from zero */
    PRM_ROUND_HALF_UP = 2, /* ties away from zero */
    PRM_ROUND_HALF_EVEN = 3
} prm__rounding;

/* Each returns false, and leaves *out alone, on overflow (|result| >= 10^18) or
 * a zero divisor. */
PRM_MUST_USE bool prm__decimal_add(prm__decimal a, prm__decimal b, prm__decimal *out);
PRM_MUST_USE bool prm__decimal_sub(prm__decimal a, prm__decimal b, prm__decimal *out);
PRM_MUST_USE bool prm__decimal_mul(prm__decimal a, prm__decimal b, prm__decimal *out);
PRM_MUST_USE bool prm__decimal_div(prm__decimal a, prm__decimal b, prm__decimal *out);
/* The remainder of truncated division; it has the dividend's sign. */
PRM_MUST_USE bool prm__decimal_rem(prm__decimal a, prm__decimal b, prm__decimal *out);

/* value in minor units of a currency with `digits` (0 to 4), rounded once; false
 * when the result reaches 10^18 minor units. */
PRM_MUST_USE bool prm__decimal_to_minor(prm__decimal value, uint32_t digits, prm__rounding rounding,
                                        int64_t *minor);

/* base * rate_e12 in minor units: the exact 256-bit product, rounded once. */
PRM_MUST_USE bool prm__decimal_share(prm__decimal base, int64_t rate_e12, uint32_t digits,
                                     prm__rounding rounding, int64_t *minor);

/* A slice of money with a rate of its own. */
typedef struct prm__decimal_slice {
    prm__decimal base;
    int64_t rate_e12;
} prm__decimal_slice;

/* The sum of base * rate_e12 over up to 128 slices in minor units: the exact sum, rounded once. */
PRM_MUST_USE bool prm__decimal_share_sum(const prm__decimal_slice *slices, uint32_t count, uint32_t digits,
                                         prm__rounding rounding, int64_t *minor);

/* Minor units as a decimal (never overflows below 10^18 minor units). */
prm__decimal prm__decimal_from_minor(int64_t minor, uint32_t digits);

/* Compares the fractions a/b and c/d exactly, b and d > 0: -1, 0 or 1. */
int prm__decimal_compare_fractions(prm__decimal a, prm__decimal b, prm__decimal c, prm__decimal d);

typedef enum prm__decimal_reading {
    PRM_DECIMAL_READ = 0,
    PRM_DECIMAL_MALFORMED = 1, /* not a number */
    PRM_DECIMAL_TOO_FINE = 2,  /* more than 12 digits after the point that are not zero */
    PRM_DECIMAL_TOO_LARGE = 3  /* 10^18 or beyond */
} prm__decimal_reading;

/* Reads an optional sign, digits, an optional fraction (a point and digits), an
 * optional exponent; no underscores, nothing else; and, when `percent`, an optional
 * `%` at the end that divides by 100. *out is left alone unless it was read. */
prm__decimal_reading prm__decimal_read(const char *text, size_t size, bool percent, prm__decimal *out);

/* Shortest form ("12.5", "-0.01", "3") of a value below the limit; at most 34 bytes
 * with the NUL. Returns the size without it, here and below. */
size_t prm__decimal_write(prm__decimal value, char *buffer);

/* "1234.50" with exactly `digits` digits after the point; at most 24 bytes with the NUL. */
size_t prm__decimal_write_minor(int64_t minor, uint32_t digits, char *buffer);

#endif
