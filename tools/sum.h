/* Sums of amounts and what follows from them, exact: whole numbers of minor units
 * (or of points) in 128 bits, so that adding up a ledger cannot overflow. */
#ifndef TOOLS_SUM_H
#define TOOLS_SUM_H

#include <stdint.h>

#include <prm/prm.h>

__extension__ typedef __int128 sum;

enum { SUM_TEXT = 64 };

/* The sum as plain digits in `out` of SUM_TEXT bytes: money with the currency's digits
 * after the point, else a whole number. */
prm_text sum_text(const prm_program *program, sum value, int money, char *out);

/* The same with a plus before what is above zero. */
prm_text sum_change_text(const prm_program *program, sum value, int money, char *out);

/* `value` / `count` to the nearest minor unit; 0 when `count` is 0. */
sum sum_per(sum value, uint64_t count);

/* `part` as a percentage of `whole` with two digits ("12.34"); empty when `whole` is not above 0. */
prm_text sum_percent_text(sum part, sum whole, char *out);

/* A whole number as text. */
prm_text sum_count_text(uint64_t count, char *out);

#endif
