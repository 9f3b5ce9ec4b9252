/* utf8: checked by the table of well-formed byte sequences of RFC 3629: the
 * lead byte gives the size and the range of the second byte; all later bytes
 * are 80 to BF. */
#include "base/utf8.h"

typedef struct utf8_lead {
    unsigned char first, last; /* of the lead byte */
    unsigned char size;        /* of the sequence */
    unsigned char low, high;   /* of the second byte */
} utf8_lead;

static const utf8_lead utf8_leads[] = {
    {0x01, 0x7F, 1, 0, 0},       {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF},
    {0xE1, 0xEC, 3, 0x80, 0xBF}, {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF},
    {0xF0, 0xF0, 4, 0x90, 0xBF}, {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

static bool utf8_is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The size of the sequence at `text`, or 0 when it is not well-formed. */
static size_t utf8_sequence(const char *text, size_t size)
{
    unsigned char byte = (unsigned char)text[0];
    for (size_t i = 0; i < sizeof utf8_leads / sizeof utf8_leads[0]; i++) {
        const utf8_lead *lead = &utf8_leads[i];
        if (byte < lead->first || byte > lead->last)
            continue;
        if (lead->size > size)
            return 0;
        if (lead->size > 1 && ((unsigned char)text[1] < lead->low || (unsigned char)text[1] > lead->high))
            return 0;
        for (size_t k = 2; k < lead->size; k++)
            if (!utf8_is_continuation(text[k]))
                return 0;
        return lead->size;
    }
    return 0;
}

bool prm__utf8_check(const char *text, size_t size)
{
    size_t at = 0;
    while (size - at >= 8 && prm__utf8_plain(text + at))
        at += 8;
    while (at < size) {
        size_t step = utf8_sequence(text + at, size - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

size_t prm__utf8_length(const char *text, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i++)
        length += !utf8_is_continuation(text[i]);
    return length;
}

size_t prm__utf8_decode(const char *text, size_t size, uint32_t *code)
{
    size_t step = utf8_sequence(text, size);
    if (step == 0) {
        *code = 0xFFFD;
        return 1;
    }
    uint32_t value = (unsigned char)text[0];
    if (step > 1)
        value &= 0x7Fu >> step;
    for (size_t i = 1; i < step; i++)
        value = value << 6 | ((unsigned char)text[i] & 0x3Fu);
    *code = value;
    return step;
}

bool prm__utf8_is_command(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    bool separator = code == 0x2028 || code == 0x2029;
    bool direction = (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return control || separator || direction;
}

size_t prm__utf8_floor(const char *text, size_t size, size_t limit)
{
    if (size <= limit)
        return size;
    size_t end = limit;
    while (end > 0 && limit - end < 3 && utf8_is_continuation(text[end]))
        end--;
    return utf8_is_continuation(text[end]) ? limit : end;
}
