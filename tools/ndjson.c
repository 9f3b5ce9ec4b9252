#include "ndjson.h"

/* A line is copied whole and read where it then stands, so that its texts need no copies of their own. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "width.h"

enum { NDJSON_DIGITS = 40 };

void ndjson_open(ndjson_reader *reader, input *in)
{
    *reader = (ndjson_reader){.in = in, .next_line = 1};
    input_skip_mark(in);
}

/* The size of the line at the window's start without its line end, reading as
 * far as needed; what follows INPUT_RECORD_BYTES is skipped and answered 0. */
static int ndjson_line(ndjson_reader *reader, size_t *size, size_t *whole)
{
    input *in = reader->in;
    size_t at = 0;
    int fits = 1;
    while (input_has(in, at)) {
        const char *data = in->data + in->begin;
        size_t have = in->end - in->begin;
        const char *end = memchr(data + at, '\n', have - at);
        at = end == NULL ? have : (size_t)(end - data);
        if (end != NULL)
            break;
        if (at > INPUT_RECORD_BYTES) {
            fits = 0;
            in->begin += at;
            at = 0;
        }
    }
    *size = at;
    *whole = at + (at < in->end - in->begin);
    return fits && at <= INPUT_RECORD_BYTES;
}

static int ndjson_is_blank(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != ' ' && data[i] != '\t' && data[i] != '\r')
            return 0;
    return 1;
}

static ndjson_result ndjson_break(ndjson_reader *reader, const char *reason)
{
    snprintf(reader->reason, sizeof reader->reason, "%s", reason);
    return NDJSON_BROKEN;
}

static ndjson_result ndjson_parse(ndjson_reader *reader, const char *data, size_t size, arena *owner)
{
    size_t fault = utf8_fault(data, size);
    if (fault < size && data[fault] == '\0')
        return ndjson_break(reader, "a NUL byte");
    if (fault < size) {
        snprintf(reader->reason, sizeof reader->reason, "byte 0x%02X is not UTF-8",
                 (unsigned)(unsigned char)data[fault]);
        return NDJSON_BROKEN;
    }
    arena_place before = arena_here(owner);
    char *copy = arena_take(owner, size);
    memcpy(copy, data, size);
    if (jsonline_read(&reader->object, copy, size))
        return NDJSON_OBJECT;
    arena_rewind(owner, before);
    return ndjson_break(reader, reader->object.reason);
}

ndjson_result ndjson_next(ndjson_reader *reader, arena *owner)
{
    input *in = reader->in;
    size_t size;
    size_t whole;
    while (input_has(in, 0)) {
        int fits = ndjson_line(reader, &size, &whole);
        char *data = in->data + in->begin;
        reader->line = reader->next_line++;
        in->begin += whole;
        if (!fits) {
            snprintf(reader->reason, sizeof reader->reason, "the line is longer than %zu bytes",
                     INPUT_RECORD_BYTES);
            return NDJSON_BROKEN;
        }
        if (!ndjson_is_blank(data, size))
            return ndjson_parse(reader, data, size, owner);
    }
    return NDJSON_END;
}

void ndjson_close(ndjson_reader *reader)
{
    jsonline_free(&reader->object);
    *reader = (ndjson_reader){0};
}

/* ---- Values ---------------------------------------------------------------- */

static ndjson_value ndjson_text(const char *data, size_t size)
{
    return (ndjson_value){NDJSON_TEXT, {data, size}};
}

/* The digits of `number` without its point, and where the point stands. */
static size_t ndjson_digits(prm_text number, char *digits, int *point)
{
    size_t count = 0;
    *point = -1;
    for (size_t i = 0; i < number.size; i++) {
        char byte = number.data[i];
        if (byte == '.')
            *point = (int)count;
        if (byte < '0' || byte > '9')
            continue;
        if (count == NDJSON_DIGITS)
            return 0;
        digits[count++] = byte;
    }
    if (*point < 0)
        *point = (int)count;
    return count;
}

/* Writes digits with the point at `point`, zeros where there are none. */
static ndjson_value ndjson_write_plain(arena *owner, const char *digits, int count, int point, int minus)
{
    char *out = arena_take(owner, 3 * NDJSON_DIGITS + 4);
    size_t size = 0;
    int first = point < 1 ? point - 1 : 0;
    int last = point > count ? point : count;
    if (minus)
        out[size++] = '-';
    for (int i = first; i < last; i++) {
        if (i == point)
            out[size++] = '.';
        out[size++] = i >= 0 && i < count ? digits[i] : '0';
    }
    size_t start = (size_t)minus;
    size_t zeros = 0;
    while (start + zeros + 1 < size && out[start + zeros] == '0' && out[start + zeros + 1] != '.')
        zeros++;
    memmove(out + start, out + start + zeros, size - start - zeros);
    return ndjson_text(out, size - zeros);
}

/* 1.5e3 is 1500: the library's texts know no exponent. */
static ndjson_value ndjson_plain_number(prm_text number, arena *owner)
{
    char digits[NDJSON_DIGITS];
    int point;
    size_t mantissa = 0;
    while (mantissa < number.size && number.data[mantissa] != 'e' && number.data[mantissa] != 'E')
        mantissa++;
    if (mantissa == number.size)
        return ndjson_text(number.data, number.size);
    size_t count = ndjson_digits((prm_text){number.data, mantissa}, digits, &point);
    size_t at = mantissa + 1;
    int minus = number.data[at] == '-';
    int exponent = 0;
    for (at += number.data[at] == '-' || number.data[at] == '+'; at < number.size; at++) {
        exponent = exponent * 10 + (number.data[at] - '0');
        if (exponent > NDJSON_DIGITS)
            return (ndjson_value){.kind = NDJSON_UNFIT};
    }
    if (count == 0)
        return (ndjson_value){.kind = NDJSON_UNFIT};
    return ndjson_write_plain(owner, digits, (int)count, point + (minus ? -exponent : exponent),
                              number.data[0] == '-');
}

ndjson_value ndjson_value_of(const jsonline_value *value, arena *owner)
{
    switch (value->kind) {
    case JSONLINE_NULL:
        break;
    case JSONLINE_TRUE:
        return ndjson_text("true", 4);
    case JSONLINE_FALSE:
        return ndjson_text("false", 5);
    case JSONLINE_NUMBER:
        return ndjson_plain_number(value->text, owner);
    case JSONLINE_TEXT:
        return (ndjson_value){NDJSON_TEXT, value->text};
    case JSONLINE_OBJECT:
    case JSONLINE_LIST:
        return (ndjson_value){.kind = NDJSON_NESTED};
    }
    return (ndjson_value){.kind = NDJSON_ABSENT};
}

/* Through objects by the dotted parts of `path`; 0 when it leads nowhere. */
static uint32_t ndjson_walk(const jsonline *object, prm_text path)
{
    uint32_t found = 0;
    for (size_t at = 0;;) {
        const char *dot = memchr(path.data + at, '.', path.size - at);
        size_t end = dot == NULL ? path.size : (size_t)(dot - path.data);
        if (object->values[found].kind != JSONLINE_OBJECT)
            return 0;
        found = jsonline_find(object, found, (prm_text){path.data + at, end - at});
        if (found == 0 || dot == NULL)
            return found;
        at = end + 1;
    }
}

ndjson_value ndjson_find(const ndjson_reader *reader, prm_text path, arena *owner)
{
    uint32_t found = jsonline_find(&reader->object, 0, path);
    if (found == 0)
        found = ndjson_walk(&reader->object, path);
    if (found == 0)
        return (ndjson_value){.kind = NDJSON_ABSENT};
    return ndjson_value_of(&reader->object.values[found], owner);
}
