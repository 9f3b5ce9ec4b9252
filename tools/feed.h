/* From files of events into an engine, batch by batch, with every row that is
 * not taken reported. */
#ifndef TOOLS_FEED_H
#define TOOLS_FEED_H

#include "assume.h"
#include "events.h"

typedef enum feed_result {
    FEED_DONE,
    FEED_MISSING, /* the file could not be opened: a message was written */
    FEED_FAILED,  /* the library failed: a message was written */
} feed_result;

enum { FEED_IGNORED = 64, FEED_IGNORED_SHOWN = 5 };

/* A type of events that the program does not know. */
typedef struct feed_ignored {
    char *type;
    uint64_t count;
} feed_ignored;

/* All zeros but the first part. */
typedef struct feed {
    prm_engine *engine;
    prm_engine *shadow; /* another engine that takes the same events, whatever it answers; or NULL */
    assume *assumed;    /* what the events are changed by; or NULL */
    void (*taken)(void *user, const prm_event *event); /* told of each accepted event; or NULL */
    void *taken_user;
    events_options source; /* its tally may point at the one below */
    size_t batch_size;
    progressbar *bar;
    events_tally tally;
    event_batch batch; /* the rest is the feed's own */
    prm_answer *answers;
    size_t answer_capacity;
    uint64_t bytes;
    int64_t latest;   /* time of the latest accepted event */
    int64_t earliest; /* and of the earliest; with none accepted 0 */
    uint64_t accepted;
    feed_ignored ignored[FEED_IGNORED];
    size_t ignored_count; /* of types; those beyond the room are in no entry */
} feed;

feed_result feed_file(feed *work, const char *path);

/* The batch at hand into the engine; FEED_DONE or FEED_FAILED. */
feed_result feed_batch(feed *work);

/* Adds the most frequent ignored types, as " (deal.wonn 2, foo.bar 1)"; nothing when there
 * are none. */
void feed_write_ignored(feed *work, buffer *out);

void feed_free(feed *work);

#endif
