#include "jsontext.h"

#include "width.h"

static void jsontext_ascii(buffer *out, char byte)
{
    if (byte == '"' || byte == '\\')
        buffer_byte(out, '\\');
    if ((unsigned char)byte < 0x20)
        buffer_format(out, "\\u%04x", (unsigned)(unsigned char)byte);
    else
        buffer_byte(out, byte);
}

void jsontext_put(buffer *out, prm_text text)
{
    buffer_byte(out, '"');
    for (size_t at = 0, length; at < text.size; at += length) {
        length = 1;
        if ((unsigned char)text.data[at] < 0x80)
            jsontext_ascii(out, text.data[at]);
        else if (utf8_read(text.data + at, text.size - at, &length) == 0xFFFD)
            buffer_string(out, "\xEF\xBF\xBD");
        else
            buffer_put(out, text.data + at, length);
    }
    buffer_byte(out, '"');
}
