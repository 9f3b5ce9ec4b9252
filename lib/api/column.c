#include "api/column.h"
#include "base/caltime.h"
#include "base/decimal.h"

__extension__ typedef unsigned __int128 column_wide;

prm_text prm__column_decimal(const prm_column *column, uint64_t at, char *digits)
{
    prm__decimal number, zero = 0;
    memcpy(&number, (const char *)column->values + at * sizeof number, sizeof number);
    bool minus = number < 0;
    column_wide rest = minus ? (column_wide)zero - (column_wide)number : (column_wide)number;
    size_t start = PRM_COLUMN_DIGITS;
    int32_t written = 0;
    /* Zeros at the end of the fraction say nothing, and may be more than a decimal has. */
    while (written < column->scale && rest % 10 == 0) {
        rest /= 10;
        written++;
    }
    bool fraction = written < column->scale;
    while (rest > 0 || written <= column->scale) {
        if (fraction && written == column->scale)
            digits[--start] = '.';
        digits[--start] = (char)('0' + (int)(rest % 10));
        rest /= 10;
        written++;
    }
    if (minus)
        digits[--start] = '-';
    return (prm_text){digits + start, PRM_COLUMN_DIGITS - start};
}

int64_t prm__column_ms(int64_t time, uint32_t tick)
{
    const int64_t bound = PRM_TIME_MAX + 1;
    int64_t divisor = tick == PRM_TICK_MICROSECOND ? 1000 : tick == PRM_TICK_NANOSECOND ? 1000000 : 1;
    int64_t factor = tick == PRM_TICK_SECOND ? 1000 : tick == PRM_TICK_DAY ? PRM_MS_PER_DAY : 1;
    if (time > bound / factor && divisor == 1)
        return bound;
    if (time < -bound / factor && divisor == 1)
        return -bound;
    return time >= 0 ? time / divisor * factor : -((-(time + 1)) / divisor + 1) * factor;
}

/* Texts without bytes are empty texts. */
static bool column_has_bytes(const prm_column *column)
{
    const int32_t *narrow = column->values;
    const int64_t *wide = column->values;
    uint64_t first = column->first, end = column->first + column->rows;
    if (column->bytes || column->rows == 0)
        return true;
    if (column->layout == PRM_LAYOUT_TEXT32)
        return narrow[first] == narrow[end];
    return column->layout != PRM_LAYOUT_TEXT64 || wide[first] == wide[end];
}

/* The layouts that a column of this role, or a dictionary, may have. */
static bool column_layout_fits(const prm_column *column)
{
    bool texts_only = column->role == PRM_COLUMN_ID || column->role == PRM_COLUMN_TYPE;
    if (column->layout > PRM_LAYOUT_PADDED || (column->layout == PRM_LAYOUT_DECIMAL && column->scale < 0) ||
        column->scale > 38)
        return false;
    if (column->layout != PRM_LAYOUT_NONE && column->rows && !column->values)
        return false;
    if (!column_has_bytes(column))
        return false;
    if (prm__column_is_text(column) || column->layout == PRM_LAYOUT_NONE)
        return true;
    if (texts_only)
        return false;
    if (column->layout == PRM_LAYOUT_DECIMAL)
        return column->role == PRM_COLUMN_FIELD;
    if (column->role == PRM_COLUMN_TIME)
        return column->kind == PRM_VALUE_TIME || column->kind == PRM_VALUE_INTEGER;
    return column->kind >= PRM_VALUE_INTEGER && column->kind <= PRM_VALUE_TIME;
}

bool prm__column_sound(const prm_column *column)
{
    const prm_column *dictionary = column->dictionary;
    if (column->role > PRM_COLUMN_TIME || (column->name_size && !column->name))
        return false;
    if (!dictionary)
        return column_layout_fits(column);
    prm_column entries = *dictionary;
    entries.role = column->role; /* what the column is for, its entries are for */
    bool places = column->layout >= PRM_LAYOUT_INT8 && column->layout <= PRM_LAYOUT_UINT64;
    return places && (!column->rows || column->values) && !dictionary->dictionary &&
           column_layout_fits(&entries);
}
