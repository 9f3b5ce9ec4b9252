/* column: one column of events as a host lays it out, and the values in it. */
#ifndef PRM_API_COLUMN_H
#define PRM_API_COLUMN_H

#include <prm/prm.h>
#include <stdbool.h>
#include <string.h>

/* A 128-bit integer in decimal, with sign, point and zeros in front. */
#define PRM_COLUMN_DIGITS 48

/* Whether role, layout, kind and pointers go together, of its dictionary too. What the pointers
 * lead to is the host's affair. */
bool prm__column_sound(const prm_column *column);

/* Writes the decimal at `at` into `digits`, of which the text is a part. */
prm_text prm__column_decimal(const prm_column *column, uint64_t at, char *digits);

/* `time` in units of `tick` as ms; what no time can be stays outside of all limits. */
int64_t prm__column_ms(int64_t time, uint32_t tick);

static inline bool prm__column_is_text(const prm_column *column)
{
    return column->layout >= PRM_LAYOUT_TEXT32;
}

static inline bool prm__column_present(const prm_column *column, uint64_t at)
{
    return column->layout != PRM_LAYOUT_NONE && (!column->valid || column->valid[at / 8] >> (at % 8) & 1);
}

static inline int64_t prm__column_integer(const prm_column *column, uint64_t at)
{
    const void *values = column->values;
    switch (column->layout) {
    case PRM_LAYOUT_INT8:
        return ((const int8_t *)values)[at];
    case PRM_LAYOUT_INT16:
        return ((const int16_t *)values)[at];
    case PRM_LAYOUT_INT32:
        return ((const int32_t *)values)[at];
    case PRM_LAYOUT_INT64:
        return ((const int64_t *)values)[at];
    case PRM_LAYOUT_UINT8:
        return ((const uint8_t *)values)[at];
    case PRM_LAYOUT_UINT16:
        return ((const uint16_t *)values)[at];
    case PRM_LAYOUT_UINT32:
        return ((const uint32_t *)values)[at];
    case PRM_LAYOUT_UINT64: {
        uint64_t number = ((const uint64_t *)values)[at];
        return number > INT64_MAX ? INT64_MAX : (int64_t)number; /* beyond every limit, both */
    }
    default: /* PRM_LAYOUT_BITS */
        return ((const uint8_t *)values)[at / 8] >> (at % 8) & 1;
    }
}

/* A text of at most 12 bytes lies in its view, a longer one in a buffer. */
static inline prm_text prm__column_view(const prm_column *column, uint64_t at)
{
    const char *view = (const char *)column->values + at * 16;
    int32_t size = 0, buffer = 0, offset = 0;
    memcpy(&size, view, sizeof size);
    if (size <= 12)
        return (prm_text){view + 4, (size_t)(size < 0 ? 0 : size)};
    memcpy(&buffer, view + 8, sizeof buffer);
    memcpy(&offset, view + 12, sizeof offset);
    return (prm_text){((const char *const *)column->bytes)[buffer] + offset, (size_t)size};
}

static inline prm_text prm__column_text(const prm_column *column, uint64_t at)
{
    const char *bytes = column->bytes;
    if (column->layout == PRM_LAYOUT_TEXT32) {
        const int32_t *offsets = column->values;
        return (prm_text){bytes ? bytes + offsets[at] : NULL, (size_t)(offsets[at + 1] - offsets[at])};
    }
    if (column->layout == PRM_LAYOUT_TEXT64) {
        const int64_t *offsets = column->values;
        return (prm_text){bytes ? bytes + offsets[at] : NULL, (size_t)(offsets[at + 1] - offsets[at])};
    }
    if (column->layout == PRM_LAYOUT_VIEW)
        return prm__column_view(column, at);
    const char *padded = (const char *)column->values + at * column->width;
    size_t size = column->width;
    while (size > 0 && padded[size - 1] == '\0')
        size--;
    return (prm_text){padded, size};
}

#endif
