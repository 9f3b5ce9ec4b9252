/* unit: cmocka, with the headers that it wants to be included before it. */
#ifndef PRM_TESTS_BASE_UNIT_H
#define PRM_TESTS_BASE_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define UNIT_COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A fixed sequence of numbers (xorshift64*): the same failures every time. */
static inline uint64_t unit_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545F4914F6CDD1D);
}

#endif
