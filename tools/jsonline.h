/* One JSON object (RFC 8259) as a flat list of the values in it, in the order of the text: numbers
 * as they are written, texts with their escapes undone, in place. yajl reads it, and strictly: what is not JSON is
 * refused. So are a key that occurs twice in one object, half of a surrogate pair, and nesting above
 * JSONLINE_DEPTH. */
#ifndef TOOLS_JSONLINE_H
#define TOOLS_JSONLINE_H

#include <stdint.h>

#include "memory.h"

enum { JSONLINE_DEPTH = 32 };

typedef enum jsonline_kind {
    JSONLINE_NULL,
    JSONLINE_TRUE,
    JSONLINE_FALSE,
    JSONLINE_NUMBER,
    JSONLINE_TEXT,
    JSONLINE_OBJECT,
    JSONLINE_LIST
} jsonline_kind;

/* Values stand in front of what is in them. */
typedef struct jsonline_value {
    jsonline_kind kind;
    uint32_t next; /* the place behind it and all that is in it */
    prm_text key;  /* in an object */
    prm_text text; /* of a number or a text */
} jsonline_value;

/* All zeros is an empty one, which jsonline_free gives back. */
typedef struct jsonline {
    jsonline_value *values; /* the first is the object itself */
    uint32_t count;
    size_t capacity;
    struct jsonline_parser *parser; /* NULL before the first line and after a broken one */
    char reason[200];
} jsonline;

/* Reads all of `size` bytes of UTF-8 (below 4 GiB) without a NUL byte, and changes them: texts and numbers point
 * into them. 0 with a reason when they are not one object. */
int jsonline_read(jsonline *line, char *data, size_t size);

void jsonline_free(jsonline *line);

/* Where the member of the object or list at `parent` begins that has this key; 0: none has. */
uint32_t jsonline_find(const jsonline *line, uint32_t parent, prm_text key);

#endif
