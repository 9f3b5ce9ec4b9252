/* Numbers as tests write them, compared by what they say: 5000 is 5000.00, and
 * 5% is 0.05. No binary floating point. */
#ifndef TOOLS_TESTVALUE_H
#define TOOLS_TESTVALUE_H

#include <stdint.h>

#include "memory.h"

/* Whether `text` is a decimal: digits, perhaps with a sign and a fraction. */
int testvalue_is_decimal(prm_text text);

/* Whether two decimals are the same number; texts that are none differ. */
int testvalue_same(prm_text a, prm_text b);

/* Reads a rate, "20%", "+5%", "-0.02": in units of 10^-12, and whether it has a
 * sign and so is added to another. 0 when it is none. */
int testvalue_rate(prm_text text, int64_t *rate_e12, int *added);

#endif
