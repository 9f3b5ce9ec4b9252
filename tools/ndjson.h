/* Objects of an NDJSON file: one JSON object per line. Numbers keep their text
 * and never pass through a double. What is broken is answered alone, with its
 * line: text that is not JSON, a line above INPUT_RECORD_BYTES, a key that
 * occurs twice, a NUL character, half of a surrogate pair. Empty lines are passed over. */
#ifndef TOOLS_NDJSON_H
#define TOOLS_NDJSON_H

#include <stdint.h>

#include <json-c/json.h>

#include "input.h"
#include "memory.h"

typedef enum ndjson_result { NDJSON_OBJECT, NDJSON_BROKEN, NDJSON_END } ndjson_result;

typedef struct ndjson_reader {
    input *in;
    uint64_t line;       /* of the object given last, or of the fault */
    json_object *object; /* valid until the next call */
    char reason[200];
    uint64_t next_line; /* the rest is the reader's own */
    json_tokener *tokener;
    arena texts;
} ndjson_reader;

void ndjson_open(ndjson_reader *reader, input *in);
ndjson_result ndjson_next(ndjson_reader *reader);
void ndjson_close(ndjson_reader *reader);

typedef enum ndjson_kind {
    NDJSON_ABSENT, /* no such key, or null */
    NDJSON_TEXT,   /* text, number or boolean: `text` */
    NDJSON_NESTED, /* an object or a list */
    NDJSON_UNFIT,  /* a number with too many digits, or one that JSON does not know (NaN) */
} ndjson_kind;

typedef struct ndjson_value {
    ndjson_kind kind;
    prm_text text; /* valid until the reader's next call; an exponent is written out */
} ndjson_value;

ndjson_value ndjson_value_of(ndjson_reader *reader, json_object *value);

/* The value at `path`: the key of that name, else through objects by its
 * dotted parts ("customer.name"). `path` is NUL-terminated. */
ndjson_value ndjson_find(ndjson_reader *reader, prm_text path);

#endif
