/* Objects of an NDJSON file: one JSON object per line. Numbers keep their text
 * and never pass through a double. What is broken is answered alone, with its
 * line: text that is not JSON, a line above INPUT_RECORD_BYTES, a NUL byte, bytes
 * that are not UTF-8. Empty lines are passed over. */
#ifndef TOOLS_NDJSON_H
#define TOOLS_NDJSON_H

#include <stdint.h>

#include "input.h"
#include "jsonline.h"

typedef enum ndjson_result { NDJSON_OBJECT, NDJSON_BROKEN, NDJSON_END } ndjson_result;

typedef struct ndjson_reader {
    input *in;
    uint64_t line;   /* of the object given last, or of the fault */
    jsonline object; /* valid until the next call, its texts as long as the arena's */
    char reason[200];
    uint64_t next_line; /* the rest is the reader's own */
} ndjson_reader;

void ndjson_open(ndjson_reader *reader, input *in);

/* The next object; its texts lie in `owner`, which keeps nothing of a broken line. */
ndjson_result ndjson_next(ndjson_reader *reader, arena *owner);
void ndjson_close(ndjson_reader *reader);

typedef enum ndjson_kind {
    NDJSON_ABSENT, /* no such key, or null */
    NDJSON_TEXT,   /* text, number or boolean: `text` */
    NDJSON_NESTED, /* an object or a list */
    NDJSON_UNFIT,  /* a number with an exponent and too many digits */
} ndjson_kind;

typedef struct ndjson_value {
    ndjson_kind kind;
    prm_text text; /* an exponent is written out, in `owner` */
} ndjson_value;

ndjson_value ndjson_value_of(const jsonline_value *value, arena *owner);

/* The value at `path`: the key of that name, else through objects by its
 * dotted parts ("customer.name"). */
ndjson_value ndjson_find(const ndjson_reader *reader, prm_text path, arena *owner);

#endif
