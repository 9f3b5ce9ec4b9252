#include "ndjson.h"

/* json-c reads the values. Three things it would let pass are caught here: a
 * number that it would change (it stops at 64 bits), a key that occurs twice
 * (it keeps the last), and bytes or escapes that are no characters. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json_visit.h>

#include "ndjsonraw.h"
#include "width.h"

enum { NDJSON_DEPTH = 32, NDJSON_DIGITS = 40 };

void ndjson_open(ndjson_reader *reader, input *in)
{
    *reader = (ndjson_reader){.in = in, .next_line = 1};
    reader->tokener = json_tokener_new_ex(NDJSON_DEPTH);
    if (reader->tokener == NULL) {
        fputs("prm: out of memory\n", stderr);
        exit(1);
    }
    json_tokener_set_flags(reader->tokener, JSON_TOKENER_STRICT);
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

/* The colons outside texts: as many as the line has members in all. */
static size_t ndjson_count_colons(const char *data, size_t size)
{
    size_t colons = 0;
    int quoted = 0;
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '"')
            quoted = !quoted;
        else if (quoted)
            i += data[i] == '\\';
        else
            colons += data[i] == ':';
    }
    return colons;
}

/* One step of json_c_visit, whose depth NDJSON_DEPTH bounds. */
static int ndjson_count_member(json_object *value, int flags, json_object *parent, const char *key,
                               size_t *index, void *count)
{
    (void)value;
    (void)parent;
    (void)index;
    if (key != NULL && (flags & JSON_C_VISIT_SECOND) == 0)
        ++*(size_t *)count;
    return JSON_C_VISIT_RETURN_CONTINUE;
}

static int ndjson_has_twins(json_object *object, const char *data, size_t size)
{
    size_t members = 0;
    json_c_visit(object, 0, ndjson_count_member, &members);
    return members != ndjson_count_colons(data, size);
}

/* Keys that are the same only once their escapes are read have no one spelling to name. */
static ndjson_result ndjson_break_twin(ndjson_reader *reader, prm_text line)
{
    prm_text twin = ndjsonraw_twin(line);
    if (twin.size == 0)
        return ndjson_break(reader, "a key occurs twice");
    snprintf(reader->reason, sizeof reader->reason, "the key '%.*s' occurs twice",
             (int)(twin.size < 100 ? twin.size : 100), twin.data);
    return NDJSON_BROKEN;
}

static ndjson_result ndjson_parse(ndjson_reader *reader, const char *data, size_t size)
{
    size_t fault = utf8_fault(data, size);
    if (fault < size && data[fault] == '\0')
        return ndjson_break(reader, "a NUL byte");
    if (fault < size) {
        snprintf(reader->reason, sizeof reader->reason, "byte 0x%02X is not UTF-8",
                 (unsigned)(unsigned char)data[fault]);
        return NDJSON_BROKEN;
    }
    prm_text lone = ndjsonraw_lone_surrogate((prm_text){data, size});
    if (lone.size > 0) {
        snprintf(reader->reason, sizeof reader->reason,
                 "%.*s is half of a pair of surrogates and no character", (int)lone.size, lone.data);
        return NDJSON_BROKEN;
    }
    if (data[0] == '[')
        return ndjson_break(reader, "a list, where one JSON object per line is expected");
    json_tokener_reset(reader->tokener);
    reader->object = json_tokener_parse_ex(reader->tokener, data, (int)size);
    enum json_tokener_error error = json_tokener_get_error(reader->tokener);
    if (error == json_tokener_continue)
        return ndjson_break(reader, "the JSON ends too early");
    if (error != json_tokener_success) {
        snprintf(reader->reason, sizeof reader->reason, "not JSON: %s at byte %zu",
                 json_tokener_error_desc(error), json_tokener_get_parse_end(reader->tokener) + 1);
        return NDJSON_BROKEN;
    }
    if (!json_object_is_type(reader->object, json_type_object))
        return ndjson_break(reader, "not a JSON object");
    if (ndjson_has_twins(reader->object, data, size))
        return ndjson_break_twin(reader, (prm_text){data, size});
    return NDJSON_OBJECT;
}

ndjson_result ndjson_next(ndjson_reader *reader)
{
    input *in = reader->in;
    size_t size;
    size_t whole;
    json_object_put(reader->object);
    reader->object = NULL;
    arena_reset(&reader->texts);
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
            return ndjson_parse(reader, data, size);
    }
    return NDJSON_END;
}

void ndjson_close(ndjson_reader *reader)
{
    json_object_put(reader->object);
    if (reader->tokener != NULL)
        json_tokener_free(reader->tokener);
    arena_free(&reader->texts);
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
static ndjson_value ndjson_write_plain(ndjson_reader *reader, const char *digits, int count, int point,
                                       int minus)
{
    char *out = arena_take(&reader->texts, 3 * NDJSON_DIGITS + 4);
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

/* json-c lets NaN, "1." and "-.5" pass. */
static int ndjson_is_number(prm_text number)
{
    size_t at = number.data[0] == '-';
    for (size_t part = 0; part < 2; part++) {
        size_t begin = at;
        while (at < number.size && number.data[at] >= '0' && number.data[at] <= '9')
            at++;
        if (at == begin)
            return 0;
        if (part == 0 && (at == number.size || number.data[at] != '.'))
            break;
        at += part == 0;
    }
    return at == number.size || number.data[at] == 'e' || number.data[at] == 'E';
}

/* 1.5e3 is 1500: the library's texts know no exponent. */
static ndjson_value ndjson_plain_number(ndjson_reader *reader, prm_text number)
{
    char digits[NDJSON_DIGITS];
    int point;
    size_t mantissa = 0;
    if (!ndjson_is_number(number))
        return (ndjson_value){.kind = NDJSON_UNFIT};
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
    return ndjson_write_plain(reader, digits, (int)count, point + (minus ? -exponent : exponent),
                              number.data[0] == '-');
}

/* json-c holds integers in 64 bits and stops at the ends of their range. */
static ndjson_value ndjson_integer(ndjson_reader *reader, json_object *value)
{
    char *out = arena_take(&reader->texts, 24);
    int64_t number = json_object_get_int64(value);
    uint64_t above = json_object_get_uint64(value);
    if (number == INT64_MIN || above == UINT64_MAX)
        return (ndjson_value){.kind = NDJSON_UNFIT};
    int size = number < 0 ? snprintf(out, 24, "%" PRId64, number) : snprintf(out, 24, "%" PRIu64, above);
    return ndjson_text(out, (size_t)size);
}

ndjson_value ndjson_value_of(ndjson_reader *reader, json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        break;
    case json_type_boolean:
        return json_object_get_boolean(value) ? ndjson_text("true", 4) : ndjson_text("false", 5);
    case json_type_int:
        return ndjson_integer(reader, value);
    case json_type_double:
        return ndjson_plain_number(reader, text_of(json_object_get_string(value)));
    case json_type_string:
        return ndjson_text(json_object_get_string(value), (size_t)json_object_get_string_len(value));
    case json_type_object:
    case json_type_array:
        return (ndjson_value){.kind = NDJSON_NESTED};
    }
    return (ndjson_value){.kind = NDJSON_ABSENT};
}

/* The member named by the first `size` bytes of `key`. */
static int ndjson_member(ndjson_reader *reader, json_object *object, prm_text key, json_object **value)
{
    prm_text name = arena_text(&reader->texts, key);
    return json_object_object_get_ex(object, name.data, value);
}

ndjson_value ndjson_find(ndjson_reader *reader, prm_text path)
{
    json_object *value = NULL;
    if (json_object_object_get_ex(reader->object, path.data, &value))
        return ndjson_value_of(reader, value);
    value = reader->object;
    for (size_t at = 0; at <= path.size;) {
        const char *dot = memchr(path.data + at, '.', path.size - at);
        size_t end = dot == NULL ? path.size : (size_t)(dot - path.data);
        if (!json_object_is_type(value, json_type_object) ||
            !ndjson_member(reader, value, (prm_text){path.data + at, end - at}, &value))
            return (ndjson_value){.kind = NDJSON_ABSENT};
        at = end + 1;
    }
    return ndjson_value_of(reader, value);
}
