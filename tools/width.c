#include "width.h"

/* Ranges of code points, from the Unicode data of East Asian Width (W and F)
 * and of general category (Mn, Me, Cf; the scripts that need them most). A
 * range may span unassigned code points. */

#include <string.h>

typedef struct width_range {
    uint32_t first;
    uint32_t last;
} width_range;

static const width_range width_wide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
    {0x2E80, 0x303E},   {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4C6},   {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAD9},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6B},   {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x1B2FB}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E},
    {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393},
    {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E},
    {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E}, {0x1F550, 0x1F567},
    {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5},
    {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC},
    {0x1F7E0, 0x1F7F0}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAF6},
    {0x20000, 0x3FFFF},
};

static const width_range width_none[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD}, {0x05BF, 0x05BF}, {0x05C1, 0x05C2},
    {0x05C4, 0x05C5},   {0x05C7, 0x05C7},   {0x0610, 0x061A}, {0x061C, 0x061C}, {0x064B, 0x065F},
    {0x0670, 0x0670},   {0x06D6, 0x06DC},   {0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED},
    {0x0900, 0x0902},   {0x093A, 0x093A},   {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D},
    {0x0951, 0x0957},   {0x0962, 0x0963},   {0x0981, 0x0981}, {0x09BC, 0x09BC}, {0x09C1, 0x09C4},
    {0x09CD, 0x09CD},   {0x0B82, 0x0B82},   {0x0BC0, 0x0BC0}, {0x0BCD, 0x0BCD}, {0x0E31, 0x0E31},
    {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E},   {0x0EB1, 0x0EB1}, {0x0EB4, 0x0EBC}, {0x0EC8, 0x0ECD},
    {0x102D, 0x1030},   {0x1032, 0x1037},   {0x1039, 0x103A}, {0x17B4, 0x17B5}, {0x17B7, 0x17BD},
    {0x17C6, 0x17C6},   {0x17C9, 0x17D3},   {0x1AB0, 0x1ACE}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
    {0x202A, 0x202E},   {0x2060, 0x2064},   {0x2066, 0x206F}, {0x20D0, 0x20F0}, {0x302A, 0x302D},
    {0x3099, 0x309A},   {0xFE00, 0xFE0F},   {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0001, 0xE0001},
    {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
};

static int width_in(const width_range *ranges, size_t count, uint32_t point)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (point < ranges[middle].first)
            count = middle;
        else if (point > ranges[middle].last)
            low = middle + 1;
        else
            return 1;
    }
    return 0;
}

/* The bytes of the well-formed sequence at `text`, 0 when there is none. */
static size_t utf8_length(const unsigned char *text, size_t size)
{
    unsigned char lead = text[0];
    size_t length = lead < 0x80   ? 1
                    : lead < 0xC2 ? 0
                    : lead < 0xE0 ? 2
                    : lead < 0xF0 ? 3
                    : lead < 0xF5 ? 4
                                  : 0;
    if (length == 0 || length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((lead == 0xE0 && text[1] < 0xA0) || (lead == 0xED && text[1] > 0x9F))
        return 0;
    if ((lead == 0xF0 && text[1] < 0x90) || (lead == 0xF4 && text[1] > 0x8F))
        return 0;
    return length;
}

/* 1 when none of the eight bytes is NUL or above 0x7F. */
static int utf8_plain_word(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    uint64_t zero = (word - UINT64_C(0x0101010101010101)) & ~word;
    return ((zero | word) & UINT64_C(0x8080808080808080)) == 0;
}

/* The same for 32 bytes. */
static int utf8_plain_block(const char *text)
{
    uint64_t words[4];
    uint64_t found = 0;
    memcpy(words, text, sizeof words);
    for (size_t i = 0; i < 4; i++)
        found |= words[i] | ((words[i] - UINT64_C(0x0101010101010101)) & ~words[i]);
    return (found & UINT64_C(0x8080808080808080)) == 0;
}

size_t utf8_fault(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        if (size - at >= 32 && utf8_plain_block(text + at)) {
            at += 32;
            continue;
        }
        if (size - at >= 8 && utf8_plain_word(text + at)) {
            at += 8;
            continue;
        }
        size_t length = text[at] == '\0' ? 0 : utf8_length((const unsigned char *)text + at, size - at);
        if (length == 0)
            return at;
        at += length;
    }
    return size;
}

uint32_t utf8_read(const char *text, size_t size, size_t *length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t found = utf8_length(bytes, size);
    if (found == 0) {
        *length = 1;
        return 0xFFFD;
    }
    uint32_t point = bytes[0] & lead_bits[found];
    for (size_t i = 1; i < found; i++)
        point = point << 6 | (bytes[i] & 0x3Fu);
    *length = found;
    return point;
}

int width_is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0x200E || point == 0x200F || point == 0x061C;
}

int width_of_point(uint32_t point)
{
    if (point < 0x20 || (point >= 0x7F && point < 0xA0))
        return 0;
    if (point < 0x300)
        return 1;
    if (width_in(width_none, sizeof width_none / sizeof width_none[0], point))
        return 0;
    return width_in(width_wide, sizeof width_wide / sizeof width_wide[0], point) ? 2 : 1;
}

size_t width_of(prm_text text)
{
    size_t columns = 0;
    for (size_t at = 0, length; at < text.size; at += length)
        columns += (size_t)width_of_point(utf8_read(text.data + at, text.size - at, &length));
    return columns;
}

size_t width_cut(prm_text text, size_t columns)
{
    size_t at = 0;
    while (at < text.size) {
        size_t length;
        size_t width = (size_t)width_of_point(utf8_read(text.data + at, text.size - at, &length));
        if (width > columns)
            break;
        columns -= width;
        at += length;
    }
    return at;
}
