/* What the verbs that evaluate events have in common: a program, perhaps a
 * mapping, files of events, an engine that has taken them, and the summary. */
#ifndef TOOLS_SESSION_H
#define TOOLS_SESSION_H

#include "cli.h"
#include "feed.h"
#include "map.h"
#include "sheet.h"

/* Events per call of the library. A call folds each partner that it touches
 * once, so exports that are not in the order of time want large batches. */
enum { SESSION_BATCH = 16384 };

/* The options that every such verb takes, for its table. */
#define SESSION_OPTIONS                                                                                      \
    {"events", "FILE", 1, "events as CSV or NDJSON; '-' is standard input; may be repeated"},                \
        {"map", "FILE", 0, "a mapping that makes events of the rows"},                                       \
        {"clock", "T", 0, "how far time has passed (default: the latest event's time)"},                     \
        {"input", "csv|ndjson", 0, "the format of the events (default: by the file's name)"},                \
        {"format", "table|csv|ndjson", 0, "of the output (default: table on a terminal, else csv)"},         \
        {"all-errors", NULL, 0, "show every row that was not taken, not only the first 20"},                 \
        {"quiet", NULL, 0, "no summary"},                                                                    \
    {                                                                                                        \
        "help", NULL, 0, "this text"                                                                         \
    }

typedef struct session {
    const cli *args;
    size_t operand; /* which of the operands is the program */
    int holds;      /* the clock stays where it is: the verb moves it */
    prm_program *program;
    prm_engine *engine;
    prm_counts before; /* of the state that was resumed; else all zeros */
    sheet_format format;
    int mapped; /* `map` is in use */
    mapping map;
    findings findings;
    progressbar bar;
    feed feed;
} session;

/* Loads the program that is operand `operand`, and checks the options.
 * CLI_DONE, or the exit status with its message written. session_close follows
 * in either case. */
int session_open(session *work, const cli *args, size_t operand);

/* The same for operand 0 and a verb that moves the clock itself, --clock or not. */
int session_open_holding(session *work, const cli *args);

/* Feeds all --events in batches of `batch_size`. As session_open. */
int session_feed(session *work, size_t batch_size);

/* Moves the clock to `time` unless --clock says where it stands, or it is there already. */
int session_advance(session *work, int64_t time);

/* Saves the state where --state asks for it; `shown` says that the journal has reached the reader, so
 * that the state need not keep it. */
int session_save(session *work, int shown);

/* Writes the summary and returns the exit status that the input deserves. */
int session_finish(session *work);

void session_close(session *work);

/* Reports a failure of the library; returns CLI_FINDINGS. */
int session_fail(const prm_error *error);

#endif
