/* Bytes from a file or standard input, in a window that grows only as far as
 * its reader looks ahead. */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* The longest record that the readers of CSV and NDJSON take, in bytes. */
#define INPUT_RECORD_BYTES ((size_t)1024 * 1024)

/* The bytes not yet taken are data[begin] to data[end - 1]. */
typedef struct input {
    const char *name; /* for messages; the path, or "standard input" */
    char *data;
    size_t begin;
    size_t end;
    size_t capacity;
    int descriptor;
    int finished;   /* no more bytes will come */
    int error;      /* errno of the read that failed, else 0 */
    uint64_t taken; /* bytes read so far */
    uint64_t total; /* size of a regular file, else 0 */
} input;

/* Opens `path` ("-": standard input), which must live as long as `in`.
 * Returns 0, or the errno. */
int input_open(input *in, const char *path);

/* Reads more bytes to the end of the window; `begin` and `data` may change.
 * Returns 0 when no more come (the end, or an error). */
int input_more(input *in);

/* Whether byte `offset` after `begin` is there, reading as needed. */
static inline int input_has(input *in, size_t offset)
{
    while (in->end - in->begin <= offset)
        if (!input_more(in))
            return 0;
    return 1;
}

/* Whether the window starts with the byte order mark of UTF-16. */
int input_is_utf16(input *in);

/* Takes a UTF-8 byte order mark at the start of the window. */
void input_skip_mark(input *in);

void input_close(input *in);

#endif
