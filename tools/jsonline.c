#include "jsonline.h"

/* yajl tells the parts of the text one after the other, and leaves numbers as they are written. Its state is
 * kept from line to line, and made anew after one that is broken. */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

enum { JSONLINE_FEW = 64, JSONLINE_ESCAPE = 6 /* bytes of a backslash, u and four digits */ };

/* The line under way. */
typedef struct jsonline_scan {
    jsonline *line;
    yajl_handle parser;
    char *data;
    size_t size;
    uint32_t open[JSONLINE_DEPTH]; /* the values around the place at hand */
    size_t depth;
    prm_text key; /* of the next value */
} jsonline_scan;

/* What yajl is told to report to; `scan` is there during jsonline_read. */
struct jsonline_parser {
    yajl_handle handle;
    jsonline_scan *scan;
};

static int jsonline_fail(jsonline *line, const char *reason)
{
    snprintf(line->reason, sizeof line->reason, "%s", reason);
    return 0;
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

/* ---- What yajl tells: 0 ends its work ------------------------------------------------------ */

/* One more value; NULL where none may follow. */
static jsonline_value *jsonline_add(jsonline_scan *scan, jsonline_kind kind)
{
    jsonline *line = scan->line;
    if (scan->depth == 0 && line->count > 0) {
        jsonline_fail(line, "not JSON: something after its end");
        return NULL;
    }
    if (line->count == line->capacity)
        line->values = memory_grow(line->values, &line->capacity, (size_t)line->count + 1,
                                   sizeof *line->values);
    jsonline_value *value = &line->values[line->count++];
    *value = (jsonline_value){.kind = kind, .key = scan->key, .next = line->count};
    scan->key = (prm_text){"", 0};
    return value;
}

static int jsonline_add_text(jsonline_scan *scan, jsonline_kind kind, prm_text text)
{
    jsonline_value *value = jsonline_add(scan, kind);
    if (value != NULL)
        value->text = text;
    return value != NULL;
}

/* A text that stays: where it stands in the line, or, when it had escapes, which take more room than what they
 * say, at the end of that place. */
static prm_text jsonline_keep(const jsonline_scan *scan, const unsigned char *text, size_t size)
{
    const char *from = (const char *)text;
    if ((uintptr_t)from >= (uintptr_t)scan->data && (uintptr_t)from < (uintptr_t)(scan->data + scan->size))
        return (prm_text){from, size};
    char *to = scan->data + yajl_get_bytes_consumed(scan->parser) - 1 - size;
    memmove(to, from, size);
    return (prm_text){to, size};
}

static int jsonline_on_null(void *context)
{
    return jsonline_add(((struct jsonline_parser *)context)->scan, JSONLINE_NULL) != NULL;
}

static int jsonline_on_boolean(void *context, int value)
{
    return jsonline_add(((struct jsonline_parser *)context)->scan, value ? JSONLINE_TRUE : JSONLINE_FALSE) !=
           NULL;
}

static int jsonline_on_number(void *context, const char *text, size_t size)
{
    return jsonline_add_text(((struct jsonline_parser *)context)->scan, JSONLINE_NUMBER,
                             (prm_text){text, size});
}

static int jsonline_on_text(void *context, const unsigned char *text, size_t size)
{
    jsonline_scan *scan = ((struct jsonline_parser *)context)->scan;
    return jsonline_add_text(scan, JSONLINE_TEXT, jsonline_keep(scan, text, size));
}

static int jsonline_on_key(void *context, const unsigned char *text, size_t size)
{
    jsonline_scan *scan = ((struct jsonline_parser *)context)->scan;
    scan->key = jsonline_keep(scan, text, size);
    return 1;
}

static int jsonline_open(jsonline_scan *scan, jsonline_kind kind)
{
    if (scan->depth == JSONLINE_DEPTH)
        return jsonline_fail(scan->line, "not JSON: nested too deep");
    if (jsonline_add(scan, kind) == NULL)
        return 0;
    scan->open[scan->depth++] = scan->line->count - 1;
    return 1;
}

static int jsonline_on_object(void *context)
{
    return jsonline_open(((struct jsonline_parser *)context)->scan, JSONLINE_OBJECT);
}

static int jsonline_on_list(void *context)
{
    return jsonline_open(((struct jsonline_parser *)context)->scan, JSONLINE_LIST);
}

static int jsonline_on_end(void *context)
{
    jsonline_scan *scan = ((struct jsonline_parser *)context)->scan;
    uint32_t closed = scan->open[--scan->depth];
    jsonline_value *value = &scan->line->values[closed];
    value->next = scan->line->count;
    return value->kind != JSONLINE_OBJECT || jsonline_check_keys(scan->line, closed);
}

/* ---- yajl ---------------------------------------------------------------------------------- */

static void *jsonline_alloc(void *context, size_t size)
{
    (void)context;
    return memory_take(size);
}

static void *jsonline_realloc(void *context, void *block, size_t size)
{
    size_t capacity = 0;
    (void)context;
    return memory_grow(block, &capacity, size, 1);
}

static void jsonline_release(void *context, void *block)
{
    (void)context;
    free(block);
}

static void jsonline_close(jsonline *line)
{
    if (line->parser != NULL)
        yajl_free(line->parser->handle);
    free(line->parser);
    line->parser = NULL;
}

static void jsonline_begin(jsonline *line)
{
    static const yajl_callbacks callbacks = {
        .yajl_null = jsonline_on_null,
        .yajl_boolean = jsonline_on_boolean,
        .yajl_number = jsonline_on_number,
        .yajl_string = jsonline_on_text,
        .yajl_start_map = jsonline_on_object,
        .yajl_map_key = jsonline_on_key,
        .yajl_end_map = jsonline_on_end,
        .yajl_start_array = jsonline_on_list,
        .yajl_end_array = jsonline_on_end,
    };
    yajl_alloc_funcs memory = {jsonline_alloc, jsonline_realloc, jsonline_release, NULL};
    if (line->parser != NULL)
        return;
    line->parser = memory_take(sizeof *line->parser);
    line->parser->handle = yajl_alloc(&callbacks, &memory, line->parser);
    yajl_config(line->parser->handle, yajl_allow_multiple_values, 1);
    yajl_config(line->parser->handle, yajl_dont_validate_strings, 1); /* it is UTF-8 */
}

/* What yajl found, which ends with a full stop or a new line, and where. */
static int jsonline_fail_yajl(jsonline *line, size_t size)
{
    yajl_handle handle = line->parser->handle;
    char *said = (char *)yajl_get_error(handle, 0, NULL, 0);
    const char *what = strchr(said, ':');
    what = what != NULL ? what + 1 + strspn(what + 1, " ") : said;
    size_t length = strcspn(what, "\n"), at = yajl_get_bytes_consumed(handle);
    length -= length > 0 && what[length - 1] == '.';
    snprintf(line->reason, sizeof line->reason, "not JSON: %.*s, near byte %zu", (int)length, what,
             at < size ? at + 1 : size);
    yajl_free_error(handle, (unsigned char *)said);
    return 0;
}

/* ---- Reading ------------------------------------------------------------------------------- */

/* Whether an escape of the code units 0xDX00 to 0xDYFF stands there, where `from` and `to` are X and Y. */
static int jsonline_is_half(const char *at, const char *end, char from, char to)
{
    return end - at >= JSONLINE_ESCAPE && at[0] == '\\' && at[1] == 'u' && (at[2] | 0x20) == 'd' &&
           (at[3] | 0x20) >= from && (at[3] | 0x20) <= to && isxdigit((unsigned char)at[4]) &&
           isxdigit((unsigned char)at[5]);
}

/* yajl makes a question mark of half of a pair of surrogates; here it is refused. */
static int jsonline_check_pairs(jsonline *line, const char *data, size_t size)
{
    const char *end = data + size, *at = data;
    while ((at = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        int high = jsonline_is_half(at, end, '8', '9') || jsonline_is_half(at, end, 'a', 'b');
        int low = jsonline_is_half(at, end, 'c', 'f');
        const char *next = at + (high ? JSONLINE_ESCAPE : 2);
        if (low || (high && !jsonline_is_half(next, end, 'c', 'f'))) {
            snprintf(line->reason, sizeof line->reason,
                     "%.*s is half of a pair of surrogates and no character", JSONLINE_ESCAPE, at);
            return 0;
        }
        at = high ? next + JSONLINE_ESCAPE : next < end ? next : end;
    }
    return 1;
}

static int jsonline_parse(jsonline *line, char *data, size_t size)
{
    jsonline_begin(line);
    yajl_handle handle = line->parser->handle;
    jsonline_scan scan = {line, handle, data, size, {0}, 0, {"", 0}};
    line->parser->scan = &scan;
    yajl_status status = yajl_parse(handle, (const unsigned char *)data, size);
    if (status == yajl_status_ok && scan.depth > 0)
        return jsonline_fail(line, "the JSON ends too early");
    if (status == yajl_status_ok)
        status = yajl_complete_parse(
            handle); /* a word or number at the end is not known to be whole before */
    return status == yajl_status_ok || (status == yajl_status_error && jsonline_fail_yajl(line, size));
}

int jsonline_read(jsonline *line, char *data, size_t size)
{
    size_t blank = 0;
    line->count = 0;
    while (blank < size && strchr(" \t\r\n", data[blank]) != NULL)
        blank++;
    if (blank == size || data[blank] != '{')
        return jsonline_fail(line, blank < size && data[blank] == '['
                                       ? "a list, where one JSON object per line is expected"
                                       : "not a JSON object");
    if (jsonline_check_pairs(line, data, size) && jsonline_parse(line, data, size))
        return 1;
    jsonline_close(line);
    return 0;
}

void jsonline_free(jsonline *line)
{
    jsonline_close(line);
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
