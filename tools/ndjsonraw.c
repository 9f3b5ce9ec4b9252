#include "ndjsonraw.h"

/* A backslash stands only inside texts, so escapes are found without reading the rest.
 * Keys are gathered with the number of their object and sorted: lines are long at worst. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NDJSONRAW_ESCAPE = 6 /* bytes of an escape such as \u00e9 */ };

/* The code unit of the escape at `at`; -1 when none is there. */
static int ndjsonraw_unit(prm_text line, size_t at)
{
    int unit = 0;
    if (line.size - at < NDJSONRAW_ESCAPE || line.data[at] != '\\' || line.data[at + 1] != 'u')
        return -1;
    for (size_t i = at + 2; i < at + NDJSONRAW_ESCAPE; i++) {
        char byte = line.data[i];
        int digit = -1;
        if (byte >= '0' && byte <= '9')
            digit = byte - '0';
        else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
            digit = (byte | 0x20) - 'a' + 10;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static int ndjsonraw_is_high(int unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static int ndjsonraw_is_low(int unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

prm_text ndjsonraw_lone_surrogate(prm_text line)
{
    for (size_t at = 0; at < line.size;) {
        const char *escape = memchr(line.data + at, '\\', line.size - at);
        if (escape == NULL)
            break;
        at = (size_t)(escape - line.data);
        int unit = ndjsonraw_unit(line, at);
        size_t width = unit < 0 ? 2 : NDJSONRAW_ESCAPE;
        int pair = ndjsonraw_is_high(unit) && ndjsonraw_is_low(ndjsonraw_unit(line, at + width));
        if (!pair && (ndjsonraw_is_high(unit) || ndjsonraw_is_low(unit)))
            return (prm_text){line.data + at, NDJSONRAW_ESCAPE};
        at += pair ? 2 * width : width;
    }
    return (prm_text){"", 0};
}

typedef struct ndjsonraw_key {
    size_t object;
    prm_text text;
} ndjsonraw_key;

/* The objects and lists around the place at hand, by number. */
typedef struct ndjsonraw_walk {
    ndjsonraw_key *keys;
    size_t count;
    size_t capacity;
    size_t *open;
    size_t depth;
    size_t open_capacity;
    size_t objects;
} ndjsonraw_walk;

static void ndjsonraw_add_key(ndjsonraw_walk *walk, prm_text text)
{
    if (walk->depth == 0)
        return;
    walk->keys = memory_grow(walk->keys, &walk->capacity, walk->count + 1, sizeof *walk->keys);
    walk->keys[walk->count++] = (ndjsonraw_key){walk->open[walk->depth - 1], text};
}

static void ndjsonraw_step(ndjsonraw_walk *walk, char byte, prm_text last)
{
    if (byte == '{' || byte == '[') {
        walk->open = memory_grow(walk->open, &walk->open_capacity, walk->depth + 1, sizeof *walk->open);
        walk->open[walk->depth++] = walk->objects++;
    } else if (byte == '}' || byte == ']') {
        walk->depth -= walk->depth > 0;
    } else if (byte == ':') {
        ndjsonraw_add_key(walk, last);
    }
}

static void ndjsonraw_walk_line(ndjsonraw_walk *walk, prm_text line)
{
    prm_text last = {"", 0};
    for (size_t at = 0; at < line.size; at++) {
        if (line.data[at] != '"') {
            ndjsonraw_step(walk, line.data[at], last);
            continue;
        }
        size_t begin = ++at;
        while (at < line.size && line.data[at] != '"')
            at += line.data[at] == '\\' ? 2 : 1;
        last = (prm_text){line.data + begin, (at < line.size ? at : line.size) - begin};
    }
}

static int ndjsonraw_key_order(const void *a, const void *b)
{
    const ndjsonraw_key *first = a;
    const ndjsonraw_key *second = b;
    if (first->object != second->object)
        return first->object < second->object ? -1 : 1;
    return text_compare(first->text, second->text);
}

prm_text ndjsonraw_twin(prm_text line)
{
    ndjsonraw_walk walk = {0};
    prm_text twin = {"", 0};
    ndjsonraw_walk_line(&walk, line);
    if (walk.count > 0)
        qsort(walk.keys, walk.count, sizeof *walk.keys, ndjsonraw_key_order);
    for (size_t i = 1; i < walk.count && twin.size == 0; i++)
        if (ndjsonraw_key_order(&walk.keys[i - 1], &walk.keys[i]) == 0)
            twin = walk.keys[i].text;
    free(walk.keys);
    free(walk.open);
    return twin;
}
