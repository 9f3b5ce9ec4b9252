/* A file of events, as a stream: CSV with a header of id, type, time and field
 * names; NDJSON with flat objects or CloudEvents 1.0; or rows of either, made
 * into events by a mapping. An empty cell and a null are missing fields; an empty
 * text in NDJSON is an empty text. */
#ifndef TOOLS_EVENTS_H
#define TOOLS_EVENTS_H

#include "batch.h"
#include "findings.h"
#include "map.h"

typedef enum events_format { EVENTS_GUESS, EVENTS_CSV, EVENTS_NDJSON } events_format;

/* What became of the input, over all files that share it. */
typedef struct events_tally {
    uint64_t made;       /* events handed out */
    uint64_t unreadable; /* lines that are no rows, files that cannot be read on */
    uint64_t mapped;     /* with a mapping: rows that gave events, */
    uint64_t without;    /* rows for which no `when` holds, */
    uint64_t unmapped;   /* rows that failed */
} events_tally;

typedef struct events_options {
    const prm_program *program;
    const mapping *map;   /* NULL: the file holds events */
    events_format format; /* EVENTS_GUESS: by the name, else by the first byte */
    int id_optional;      /* 1: an event without an id is handed out without one */
    findings *findings;   /* all of what follows outlives the source */
    events_tally *tally;
} events_options;

typedef struct events_source events_source;

/* Opens `path` ("-": standard input), which must outlive the source and all
 * batches read from it. NULL with the errno in *missing when it cannot. */
events_source *events_open(const char *path, const events_options *options, int *missing);

/* Adds events to the batch until it has at least `most` (a row may give several)
 * or the file ends; returns 0 at the end. Does not seal the batch. */
int events_read(events_source *source, event_batch *batch, size_t most);

/* Bytes of the file read so far. */
uint64_t events_bytes(const events_source *source);

void events_close(events_source *source);

/* The format named "csv" or "ndjson"; 0 when it is neither. */
int events_format_named(const char *name, events_format *out);

#endif
