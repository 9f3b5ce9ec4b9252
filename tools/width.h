/* UTF-8 texts and the columns that they take on a terminal. The C library knows
 * both only through the locale, which a data tool must not depend on. */
#ifndef TOOLS_WIDTH_H
#define TOOLS_WIDTH_H

#include <stddef.h>
#include <stdint.h>

#include <prm/prm.h>

/* The offset of the first byte that is NUL or not part of well-formed UTF-8
 * (no overlong forms, no surrogates), or `size` when there is none. */
size_t utf8_fault(const char *text, size_t size);

/* The code point at `text` (size > 0) and its bytes in *length; U+FFFD and 1
 * where the text is not UTF-8. */
uint32_t utf8_read(const char *text, size_t size, size_t *length);

/* Terminal columns of one code point: 0 for combining marks and controls, 2 for
 * East Asian wide and fullwidth ones and most emoji, else 1. */
int width_of_point(uint32_t point);

/* Terminal columns of a text. */
size_t width_of(prm_text text);

/* The bytes of the longest beginning of `text` that takes at most `columns`. */
size_t width_cut(prm_text text, size_t columns);

/* 1 when a terminal would take the code point as a command: C0, DEL, C1, and
 * the marks that turn the writing direction. */
int width_is_control(uint32_t point);

#endif
