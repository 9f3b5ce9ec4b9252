/* fuzz: what the targets share. A target is a file fuzz_NAME.c with libFuzzer's entry point;
 * `./dev fuzz NAME` searches with it, and the tests run it over corpus/NAME (replay.c). What a
 * target finds wrong by itself ends the process, as a sanitizer does. */
#ifndef PRM_TESTS_FUZZ_H
#define PRM_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_COUNT(array) (sizeof(array) / sizeof(array)[0])

#define FUZZ_CHECK(condition)                                                                                \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                   \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

/* The input as a stream of choices; zeros once it is used up. */
typedef struct fuzz_bytes {
    const uint8_t *data;
    size_t size;
} fuzz_bytes;

static inline uint8_t fuzz_byte(fuzz_bytes *from)
{
    if (from->size == 0)
        return 0;
    from->size--;
    return *from->data++;
}

/* The next `count` (at most 8) bytes as a number. */
static inline uint64_t fuzz_number(fuzz_bytes *from, size_t count)
{
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++)
        number |= (uint64_t)fuzz_byte(from) << 8 * i;
    return number;
}

static inline uint32_t fuzz_below(fuzz_bytes *from, uint32_t limit)
{
    return fuzz_byte(from) % limit;
}

#endif
