/* utf8: texts are UTF-8 without NUL; checked where they enter. */
#ifndef PRM_BASE_UTF8_H
#define PRM_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Well-formed (RFC 3629: no overlong forms, no surrogates) and without NUL. */
bool prm__utf8_valid(const char *text, size_t size);

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
