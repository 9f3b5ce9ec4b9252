#include "sum.h"

/* 128 bits hold more amounts below 10^18 than any machine has bytes. */

#include <inttypes.h>
#include <stdio.h>

__extension__ typedef unsigned __int128 wide;

/* Digits of `value` with a point before the last `digits` of them. */
static prm_text sum_write(sum value, uint32_t digits, int plus, char *out)
{
    char reversed[SUM_TEXT];
    size_t count = 0;
    size_t size = 0;
    int minus = value < 0;
    wide left = minus ? -(wide)value : (wide)value;
    while (left > 0 || count <= digits) {
        if (count == digits && digits > 0)
            reversed[size++] = '.';
        reversed[size++] = (char)('0' + (int)(left % 10));
        left /= 10;
        count++;
    }
    size_t at = 0;
    if (minus || (plus && value > 0))
        out[at++] = minus ? '-' : '+';
    while (size > 0)
        out[at++] = reversed[--size];
    return (prm_text){out, at};
}

prm_text sum_text(const prm_program *program, sum value, int money, char *out)
{
    return sum_write(value, money ? prm_program_minor_digits(program) : 0, 0, out);
}

prm_text sum_change_text(const prm_program *program, sum value, int money, char *out)
{
    return sum_write(value, money ? prm_program_minor_digits(program) : 0, 1, out);
}

/* The quotient of `divisor` > 0, half away from zero. */
static sum sum_divide(sum value, sum divisor)
{
    sum twice = value < 0 ? -2 * value : 2 * value;
    sum quotient = (twice + divisor) / (2 * divisor);
    return value < 0 ? -quotient : quotient;
}

sum sum_per(sum value, uint64_t count)
{
    return count == 0 ? 0 : sum_divide(value, (sum)count);
}

prm_text sum_percent_text(sum part, sum whole, char *out)
{
    if (whole <= 0)
        return (prm_text){out, 0};
    return sum_write(sum_divide(part * 10000, whole), 2, 0, out);
}

prm_text sum_count_text(uint64_t count, char *out)
{
    return (prm_text){out, (size_t)snprintf(out, SUM_TEXT, "%" PRIu64, count)};
}
