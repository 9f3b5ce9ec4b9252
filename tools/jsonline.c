#include "jsonline.h"

/* One pass from left to right, with the open objects and lists as the only state. A text never grows
 * when its escapes are undone, so that it stays where it stands. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSONLINE_FEW = 64, JSONLINE_UNIT = 4 /* hexadecimal digits of an escape */ };

typedef struct jsonline_scan {
    jsonline *line;
    char *begin;
    char *at;
    char *end;
    uint32_t open[JSONLINE_DEPTH]; /* the values around the place at hand */
    size_t depth;
} jsonline_scan;

/* ---- What is wrong --------------------------------------------------------------- */

static int jsonline_fail(jsonline_scan *scan, const char *what)
{
    if (scan->at >= scan->end)
        snprintf(scan->line->reason, sizeof scan->line->reason, "the JSON ends too early");
    else
        snprintf(scan->line->reason, sizeof scan->line->reason, "not JSON: %s at byte %zu", what,
                 (size_t)(scan->at - scan->begin) + 1);
    return 0;
}

/* ---- Texts ------------------------------------------------------------------------- */

static int jsonline_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = (char)(byte | 0x20);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The code unit of the four digits at `at`; -1 when they are none. */
static int32_t jsonline_unit(const char *at, const char *end)
{
    int32_t unit = 0;
    if (end - at < JSONLINE_UNIT)
        return -1;
    for (int i = 0; i < JSONLINE_UNIT; i++) {
        int digit = jsonline_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static char *jsonline_put_point(char *out, uint32_t point)
{
    if (point < 0x80) {
        *out++ = (char)point;
    } else if (point < 0x800) {
        *out++ = (char)(0xC0 | point >> 6);
        *out++ = (char)(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        *out++ = (char)(0xE0 | point >> 12);
        *out++ = (char)(0x80 | (point >> 6 & 0x3F));
        *out++ = (char)(0x80 | (point & 0x3F));
    } else {
        *out++ = (char)(0xF0 | point >> 18);
        *out++ = (char)(0x80 | (point >> 12 & 0x3F));
        *out++ = (char)(0x80 | (point >> 6 & 0x3F));
        *out++ = (char)(0x80 | (point & 0x3F));
    }
    return out;
}

/* Undoes \u and its four digits, or a pair of them, whose backslash `scan` stands at. */
static int jsonline_unescape_unit(jsonline_scan *scan, char **out)
{
    int32_t high = jsonline_unit(scan->at + 2, scan->end);
    if (high < 0)
        return jsonline_fail(scan, "an escape without four hexadecimal digits");
    int32_t low = -1;
    const char *second = scan->at + 2 + JSONLINE_UNIT;
    if (scan->end - second > 2 && second[0] == '\\' && second[1] == 'u')
        low = jsonline_unit(second + 2, scan->end);
    int pair = high >= 0xD800 && high <= 0xDBFF && low >= 0xDC00 && low <= 0xDFFF;
    if (!pair && high >= 0xD800 && high <= 0xDFFF) {
        snprintf(scan->line->reason, sizeof scan->line->reason,
                 "%.*s is half of a pair of surrogates and no character", 2 + JSONLINE_UNIT, scan->at);
        return 0;
    }
    uint32_t point = pair ? 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00)
                          : (uint32_t)high;
    *out = jsonline_put_point(*out, point);
    scan->at += pair ? 2 * (2 + JSONLINE_UNIT) : 2 + JSONLINE_UNIT;
    return 1;
}

static int jsonline_unescape(jsonline_scan *scan, char **out)
{
    static const char names[] = "\"\\/bfnrt";
    static const char bytes[] = "\"\\/\b\f\n\r\t";
    if (scan->end - scan->at < 2) {
        scan->at = scan->end;
        return jsonline_fail(scan, "");
    }
    if (scan->at[1] == 'u')
        return jsonline_unescape_unit(scan, out);
    const char *name = strchr(names, scan->at[1]);
    if (name == NULL)
        return jsonline_fail(scan, "an escape that JSON does not have");
    *(*out)++ = bytes[name - names];
    scan->at += 2;
    return 1;
}

/* The bytes at which a text is not simply read on: quote, backslash, controls. */
static const char jsonline_stops[256] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,         1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ['"'] = 1, ['\\'] = 1,
};

/* The text whose first quote has been passed, to behind its last. */
static int jsonline_text(jsonline_scan *scan, prm_text *text)
{
    char *begin = scan->at;
    char *out = begin;
    while (out < scan->end && !jsonline_stops[(unsigned char)*out])
        out++;
    scan->at = out;
    while (scan->at < scan->end && *scan->at != '"') {
        if ((unsigned char)*scan->at < 0x20)
            return jsonline_fail(scan, "a control character in a text");
        if (*scan->at != '\\')
            *out++ = *scan->at++;
        else if (!jsonline_unescape(scan, &out))
            return 0;
    }
    if (scan->at == scan->end)
        return jsonline_fail(scan, "");
    scan->at++;
    *text = (prm_text){begin, (size_t)(out - begin)};
    return 1;
}

/* ---- Numbers and words -------------------------------------------------------------- */

/* Passes digits; 0 when there is none. */
static int jsonline_digits(jsonline_scan *scan)
{
    const char *begin = scan->at;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
        scan->at++;
    return scan->at > begin || jsonline_fail(scan, "a digit is missing");
}

static int jsonline_passes(jsonline_scan *scan, char one, char other)
{
    int passed = scan->at < scan->end && (*scan->at == one || *scan->at == other);
    scan->at += passed;
    return passed;
}

static int jsonline_number(jsonline_scan *scan, prm_text *text)
{
    const char *begin = scan->at;
    jsonline_passes(scan, '-', '-');
    if (!jsonline_passes(scan, '0', '0') && !jsonline_digits(scan))
        return 0;
    if (jsonline_passes(scan, '.', '.') && !jsonline_digits(scan))
        return 0;
    if (jsonline_passes(scan, 'e', 'E')) {
        jsonline_passes(scan, '+', '-');
        if (!jsonline_digits(scan))
            return 0;
    }
    *text = (prm_text){begin, (size_t)(scan->at - begin)};
    return 1;
}

static int jsonline_word(jsonline_scan *scan, jsonline_kind *kind)
{
    static const struct {
        prm_text word;
        jsonline_kind kind;
    } words[] = {{{"null", 4}, JSONLINE_NULL}, {{"true", 4}, JSONLINE_TRUE}, {{"false", 5}, JSONLINE_FALSE}};
    size_t left = (size_t)(scan->end - scan->at);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t size = words[i].word.size;
        if (left < size && memcmp(scan->at, words[i].word.data, left) == 0)
            scan->at = scan->end;
        if (left < size || memcmp(scan->at, words[i].word.data, size) != 0)
            continue;
        *kind = words[i].kind;
        scan->at += size;
        return 1;
    }
    return jsonline_fail(scan, "no value");
}

/* ---- Keys ------------------------------------------------------------------------------ */

static int jsonline_key_order(const void *a, const void *b)
{
    return text_compare(*(const prm_text *)a, *(const prm_text *)b);
}

static int jsonline_fail_twin(jsonline *line, prm_text key)
{
    snprintf(line->reason, sizeof line->reason, "the key '%.*s' occurs twice",
             (int)(key.size < 100 ? key.size : 100), key.data);
    return 0;
}

/* An object of many keys: sorted, so that hostile ones cost no more than others. */
static int jsonline_check_many(jsonline *line, uint32_t object)
{
    size_t count = 0;
    int good = 1;
    prm_text *keys = memory_take((line->count - object) * sizeof *keys);
    for (uint32_t i = object + 1; i < line->count; i = line->values[i].next)
        keys[count++] = line->values[i].key;
    qsort(keys, count, sizeof *keys, jsonline_key_order);
    for (size_t i = 1; i < count && good; i++)
        good = !text_same(keys[i - 1], keys[i]) || jsonline_fail_twin(line, keys[i]);
    free(keys);
    return good;
}

/* Keys of the object that ends here: each leaves a mark, and only one whose mark is there
 * already is compared with those before it. */
static int jsonline_check_keys(jsonline *line, uint32_t object)
{
    uint64_t marks = 0;
    uint32_t count = 0;
    for (uint32_t i = object + 1; i < line->count; i = line->values[i].next) {
        prm_text key = line->values[i].key;
        if (++count > JSONLINE_FEW)
            return jsonline_check_many(line, object);
        unsigned place = key.size == 0 ? 0
                                       : (unsigned)key.size * 7 + (unsigned char)key.data[0] +
                                             (unsigned char)key.data[key.size - 1] * 3u;
        uint64_t mark = UINT64_C(1) << (place % 64);
        for (uint32_t k = object + 1; (marks & mark) != 0 && k < i; k = line->values[k].next)
            if (text_same(line->values[k].key, key))
                return jsonline_fail_twin(line, key);
        marks |= mark;
    }
    return 1;
}

/* ---- Values ------------------------------------------------------------------------------ */

static void jsonline_pass_space(jsonline_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\r' || *scan->at == '\n'))
        scan->at++;
}

static jsonline_value *jsonline_add(jsonline *line, prm_text key)
{
    if (line->count == line->capacity)
        line->values = memory_grow(line->values, &line->capacity, (size_t)line->count + 1,
                                   sizeof *line->values);
    jsonline_value *value = &line->values[line->count++];
    *value = (jsonline_value){.key = key, .next = line->count};
    return value;
}

/* The value that begins here; of an object or a list its bracket alone. */
static int jsonline_value_begin(jsonline_scan *scan, prm_text key)
{
    jsonline_value *value = jsonline_add(scan->line, key);
    if (scan->at == scan->end)
        return jsonline_fail(scan, "");
    switch (*scan->at) {
    case '"':
        value->kind = JSONLINE_TEXT;
        scan->at++;
        return jsonline_text(scan, &value->text);
    case '{':
    case '[':
        if (scan->depth == JSONLINE_DEPTH)
            return jsonline_fail(scan, "nested too deep");
        value->kind = *scan->at == '{' ? JSONLINE_OBJECT : JSONLINE_LIST;
        scan->open[scan->depth++] = scan->line->count - 1;
        scan->at++;
        return 1;
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        value->kind = JSONLINE_NUMBER;
        return jsonline_number(scan, &value->text);
    default:
        return jsonline_word(scan, &value->kind);
    }
}

/* A key with its colon. */
static int jsonline_key(jsonline_scan *scan, prm_text *key)
{
    if (!jsonline_passes(scan, '"', '"'))
        return jsonline_fail(scan, "no key in quotes");
    if (!jsonline_text(scan, key))
        return 0;
    jsonline_pass_space(scan);
    if (!jsonline_passes(scan, ':', ':'))
        return jsonline_fail(scan, "no colon after a key");
    jsonline_pass_space(scan);
    return 1;
}

static int jsonline_close(jsonline_scan *scan)
{
    uint32_t closed = scan->open[--scan->depth];
    jsonline_value *value = &scan->line->values[closed];
    value->next = scan->line->count;
    scan->at++;
    return value->kind != JSONLINE_OBJECT || jsonline_check_keys(scan->line, closed);
}

/* One step inside of the innermost object or list: its end, or its next value. */
static int jsonline_step(jsonline_scan *scan)
{
    uint32_t open = scan->open[scan->depth - 1];
    int object = scan->line->values[open].kind == JSONLINE_OBJECT;
    int first = scan->line->count == open + 1;
    prm_text key = {"", 0};
    jsonline_pass_space(scan);
    if (scan->at < scan->end && *scan->at == (object ? '}' : ']'))
        return jsonline_close(scan);
    if (!first) {
        if (!jsonline_passes(scan, ',', ','))
            return jsonline_fail(scan, "no comma and no end");
        jsonline_pass_space(scan);
    }
    if (object && !jsonline_key(scan, &key))
        return 0;
    return jsonline_value_begin(scan, key);
}

int jsonline_read(jsonline *line, char *data, size_t size)
{
    jsonline_scan scan = {.line = line, .begin = data, .at = data, .end = data + size};
    line->count = 0;
    jsonline_pass_space(&scan);
    if (scan.at < scan.end && *scan.at == '[') {
        snprintf(line->reason, sizeof line->reason, "a list, where one JSON object per line is expected");
        return 0;
    }
    if (!jsonline_value_begin(&scan, (prm_text){"", 0}))
        return 0;
    while (scan.depth > 0)
        if (!jsonline_step(&scan))
            return 0;
    jsonline_pass_space(&scan);
    if (scan.at < scan.end)
        return jsonline_fail(&scan, "something after its end");
    if (line->values[0].kind == JSONLINE_OBJECT)
        return 1;
    snprintf(line->reason, sizeof line->reason, "not a JSON object");
    return 0;
}

void jsonline_free(jsonline *line)
{
    free(line->values);
    *line = (jsonline){0};
}

uint32_t jsonline_find(const jsonline *line, uint32_t parent, prm_text key)
{
    for (uint32_t i = parent + 1; i < line->values[parent].next; i = line->values[i].next)
        if (text_same(line->values[i].key, key))
            return i;
    return 0;
}
