/* currency: ISO 4217 codes and their minor units. */
#ifndef PRM_COMPILE_CURRENCY_H
#define PRM_COMPILE_CURRENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Digits after the point of a currency ("JPY" 0, "USD" 2, "KWD" 3); false when there is no such code. */
bool prm__currency_digits(const char *code, size_t size, uint32_t *digits);

#endif
