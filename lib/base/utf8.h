/* utf8: texts are UTF-8 without NUL; checked where they enter. */
#ifndef PRM_BASE_UTF8_H
#define PRM_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether the eight bytes there are ASCII without NUL: nearly all that events bring. */
static inline bool prm__utf8_plain(const char *text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t highs = UINT64_C(0x8080808080808080);
    uint64_t word;
    memcpy(&word, text, sizeof word);
    uint64_t zeros = (word - ones) & ~word;
    return ((word | zeros) & highs) == 0;
}

/* Checks a text of any size and content; see prm__utf8_valid. */
bool prm__utf8_check(const char *text, size_t size);

/* Well-formed (RFC 3629: no overlong forms, no surrogates) and without NUL. */
static inline bool prm__utf8_valid(const char *text, size_t size)
{
    if (size >= 8 && size <= 16 && prm__utf8_plain(text) && prm__utf8_plain(text + size - 8))
        return true;
    return prm__utf8_check(text, size);
}

/* Code points in a valid text. */
size_t prm__utf8_length(const char *text, size_t size);

/* The code point at the start of `text` (size > 0); returns its bytes. A byte that
 * begins no well-formed sequence counts as U+FFFD of one byte. */
size_t prm__utf8_decode(const char *text, size_t size, uint32_t *code);

/* Whether a code point is no text but commands a terminal: control characters, line ends,
 * and those that turn the direction of writing. A tab is one too. */
bool prm__utf8_is_command(uint32_t code);

/* The most bytes of `text`, at most `limit`, that do not cut a code point. */
size_t prm__utf8_floor(const char *text, size_t size, size_t limit);

#endif
