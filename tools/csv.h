/* Records of a CSV file (RFC 4180: commas, quotes doubled inside quotes, CRLF
 * or LF), as a stream. What is broken is answered alone, with its line, and the
 * reader goes on behind it:
 *  - a quote left open, or text after a closing quote, ends at the line where
 *    the quote was opened, so that one stray quote costs one line;
 *  - a record above INPUT_RECORD_BYTES costs itself;
 *  - so does a record with a NUL byte, with bytes that are not UTF-8, or, once
 *    there is a header, with more or fewer cells than it.
 * A quote inside an unquoted cell is a character like any other. Lines without
 * a byte are passed over. */
#ifndef TOOLS_CSV_H
#define TOOLS_CSV_H

#include <stdint.h>

#include "input.h"
#include "memory.h"

typedef enum csv_result {
    CSV_RECORD, /* `cells` and `count` hold a record */
    CSV_BROKEN, /* `reason` says what is wrong at `line` */
    CSV_END,
} csv_result;

typedef struct csv_span csv_span;

typedef struct csv_reader {
    input *in;
    uint64_t line;   /* of the record given last, or of the fault in it; from 1 */
    size_t columns;  /* cells that every record must have; 0: any number */
    size_t count;    /* cells of the record */
    prm_text *cells; /* valid until the next call */
    char reason[200];
    uint64_t next_line; /* the rest is the reader's own */
    csv_span *spans;
    size_t span_capacity;
    size_t cell_capacity;
} csv_reader;

/* `in` is open and outlives the reader. Takes a byte order mark. */
void csv_open(csv_reader *reader, input *in);

csv_result csv_next(csv_reader *reader);

/* Reads the header and fixes `columns`; the names live in `owner`. CSV_BROKEN
 * when there is none, or when a name is empty or occurs twice; `columns` and the names
 * then tell what stands there, 0 when that could not be read either. */
csv_result csv_header(csv_reader *reader, arena *owner, prm_text **names);

void csv_close(csv_reader *reader);

#endif
