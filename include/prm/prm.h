/* prm: an embeddable incentive-rules library.
 *
 * The shape of the whole: a program text is compiled once into an immutable
 * `prm_program`; any number of `prm_engine`s evaluate partner activity events
 * against it; what the program grants leaves an engine as rows, either as the
 * ledger (what stands now) or as the journal (what was posted, in order).
 *
 *     prm_program *program = NULL;
 *     prm_engine *engine = NULL;
 *     prm_error error;
 *     if (prm_program_load("program.yaml", NULL, &program, NULL, &error) != PRM_OK)
 *         return fail(error.message);
 *     if (prm_engine_new(program, NULL, &engine, &error) != PRM_OK)
 *         return fail(error.message);
 *     prm_engine_ingest(engine, events, count, sizeof events[0], answers, &error);
 *
 * Rules that hold for every function here:
 *  - Texts are UTF-8, given as pointer and size in bytes, not NUL-terminated
 *    unless a parameter is documented as a C string. A text pointer may be
 *    NULL when its size is 0.
 *  - Inputs are const and are never kept: the library copies what it needs.
 *  - A call that returns anything but PRM_OK has changed nothing, and has
 *    filled `error` when that is not NULL.
 *  - `*_free` and `*_unref` accept NULL.
 *  - A program may be used by many threads at once. An engine, and rows taken
 *    from it, belong to one caller at a time. Engines are independent.
 *  - Times are milliseconds since 1970-01-01T00:00:00Z ("ms UTC").
 *  - Money is in minor units of the program's currency (yen, cents), always
 *    less than 10^18 in magnitude. Rates and other decimals are integers in
 *    units of 10^-12 ("e12"): 5% is 50000000000.
 *  - Option structs and the structs that the library fills start with their
 *    own size, set by the caller: sizeof the struct as the caller knows it.
 */
#ifndef PRM_PRM_H
#define PRM_PRM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) || defined(__clang__)
#define PRM_API __attribute__((visibility("default")))
#define PRM_MUST_USE __attribute__((warn_unused_result))
#else
#define PRM_API
#define PRM_MUST_USE
#endif

#define PRM_VERSION_MAJOR 0
#define PRM_VERSION_MINOR 1
#define PRM_VERSION_PATCH 0

/* Limits; each is answered with a diagnostic of its own when it is passed. */
#define PRM_LIMIT_PROGRAM_BYTES (1024 * 1024) /* program text */
#define PRM_LIMIT_NESTING 32                  /* YAML and expression depth */
#define PRM_LIMIT_RULES 10000                 /* rules in one program */
#define PRM_LIMIT_ID_BYTES 128                /* an event's id */
#define PRM_LIMIT_FIELDS 64                   /* fields of one event type */
#define PRM_LIMIT_TEXT_BYTES 4096             /* one text field */

/* "No such thing": an absent handle, an absent time. */
#define PRM_NONE UINT32_MAX
#define PRM_NO_TIME INT64_MIN

/* ---- Status and errors -------------------------------------------------- */

typedef enum prm_status {
    PRM_OK = 0,
    PRM_E_ARGUMENT = 1,    /* a NULL, a size or a value that the function does not take */
    PRM_E_MEMORY = 2,      /* the allocator gave no memory; a retry may succeed */
    PRM_E_IO = 3,          /* a file could not be read */
    PRM_E_PROGRAM = 4,     /* the program text has errors; see the diagnostics */
    PRM_E_EVENT = 5,       /* a text, time or event is malformed */
    PRM_E_CLOCK = 6,       /* the clock would go back */
    PRM_E_LIMIT = 7,       /* a documented limit was passed */
    PRM_E_NOT_FOUND = 8,   /* no such partner, rule, time zone... */
    PRM_E_INTERNAL = 9,    /* a defect of prm: the engine is poisoned, others are not */
    PRM_E_STATE = 10,      /* state bytes that are damaged */
    PRM_E_MISMATCH = 11,   /* state bytes of another program */
    PRM_E_UNSUPPORTED = 12 /* a program that the function cannot do, or state bytes of a later format */
} prm_status;

/* What went wrong, owned by the caller. `message` is a C string in English,
 * complete in itself. `line` and `column` count from 1; 0 where there is none.
 * `diagnostic` is a stable number (docs/diagnostics.md), 0 where there is none. */
typedef struct prm_error {
    int32_t status; /* a prm_status */
    uint32_t diagnostic;
    uint32_t line;
    uint32_t column;
    char message[496];
} prm_error;

/* The name of a status as a C string ("PRM_E_MEMORY"); static, never NULL. */
PRM_API const char *prm_status_name(int32_t status);

/* The library's version, "MAJOR.MINOR.PATCH", a static C string. */
PRM_API const char *prm_version(void);

/* sizeof the public struct called `name` ("prm_event"), as this library was built: for hosts that
 * describe the structs by themselves, as foreign function interfaces do. 0 for another name or NULL. */
PRM_API size_t prm_struct_size(const char *name);

/* An exact decimal: the two's complement 128-bit integer high * 2^64 + low, in
 * units of 10^-12. */
typedef struct prm_decimal {
    int64_t high;
    uint64_t low;
} prm_decimal;

/* A text inside the library: valid as long as its documented owner. */
typedef struct prm_text {
    const char *data; /* not NUL-terminated; may be NULL when size is 0 */
    size_t size;      /* bytes */
} prm_text;

/* ---- Memory -------------------------------------------------------------- */

/* The allocator of one program or engine. Every function gets `user`.
 * `alloc` returns at least `size` bytes aligned for any object, or NULL.
 * `resize` behaves like realloc and knows the old size; on NULL the old block
 * stays. `release` gets the size that was asked for. Sizes are never 0.
 * The struct is copied; `user` must outlive everything made with it. */
typedef struct prm_allocator {
    void *user;
    void *(*alloc)(void *user, size_t size);
    void *(*resize)(void *user, void *block, size_t old_size, size_t new_size);
    void (*release)(void *user, void *block, size_t size);
} prm_allocator;

/* ---- Diagnostics ---------------------------------------------------------- */

/* All that a compilation has to say, in the order of the text. */
typedef struct prm_diagnostics prm_diagnostics;

enum { PRM_SEVERITY_ERROR = 1, PRM_SEVERITY_WARNING = 2, PRM_SEVERITY_NOTE = 3 };

typedef struct prm_diagnostic {
    uint32_t size;       /* sizeof(prm_diagnostic), set by the caller */
    uint32_t severity;   /* PRM_SEVERITY_... */
    uint32_t number;     /* stable: docs/diagnostics.md */
    uint32_t line;       /* from 1 */
    uint32_t column;     /* from 1, in Unicode code points */
    uint32_t end_column; /* one past the last code point; at least column + 1 */
    prm_text file;       /* the name given in the options */
    prm_text message;    /* what and why */
    prm_text hint;       /* what to do: "did you mean ...", or empty */
    prm_text source;     /* the source line, without its line end */
} prm_diagnostic;

/* How many there are; 0 for NULL. */
PRM_API size_t prm_diagnostics_count(const prm_diagnostics *diagnostics);

/* Fills *out (whose `size` is set) with diagnostic `index`. The texts live as
 * long as `diagnostics`. PRM_E_ARGUMENT when there is no such index. */
PRM_API PRM_MUST_USE prm_status prm_diagnostics_get(const prm_diagnostics *diagnostics, size_t index,
                                                    prm_diagnostic *out);

/* Writes diagnostic `index` for people, with source line and caret, as a C
 * string of at most `capacity` bytes with its NUL; returns the size that the
 * whole text has without the NUL (so: call with 0 to measure). */
PRM_API size_t prm_diagnostics_render(const prm_diagnostics *diagnostics, size_t index, char *buffer,
                                      size_t capacity);

/* Frees the list with all texts taken from it. */
PRM_API void prm_diagnostics_free(prm_diagnostics *diagnostics);

/* ---- Programs -------------------------------------------------------------- */

/* A compiled program: immutable, counted by references, shareable by threads. */
typedef struct prm_program prm_program;

typedef struct prm_compile_options {
    uint32_t size;                  /* sizeof(prm_compile_options) */
    uint32_t reserved;              /* 0 */
    const char *file_name;          /* C string for diagnostics; NULL: "program" */
    const char *zoneinfo_directory; /* C string; NULL: the system's TZif files */
    const prm_allocator *allocator; /* NULL: malloc */
} prm_compile_options;

/* Compiles `size` bytes of program text. On success *out is a new program with
 * one reference. `options` may be NULL. `diagnostics`, when not NULL, receives
 * everything found, warnings too (the caller frees it; NULL only when memory
 * ran out); without it, `error` has the first error.
 * Errors: PRM_E_PROGRAM, PRM_E_LIMIT, PRM_E_MEMORY, PRM_E_ARGUMENT.
 * Cost: linear in the text. Reads the time zone's file. */
PRM_API PRM_MUST_USE prm_status prm_program_compile(const char *text, size_t size,
                                                    const prm_compile_options *options, prm_program **out,
                                                    prm_diagnostics **diagnostics, prm_error *error);

/* The same for the file at `path`, which also names it in diagnostics unless
 * the options do. PRM_E_IO when it cannot be read. */
PRM_API PRM_MUST_USE prm_status prm_program_load(const char *path, const prm_compile_options *options,
                                                 prm_program **out, prm_diagnostics **diagnostics,
                                                 prm_error *error);

/* Adds a reference and returns `program`. Thread-safe. */
PRM_API prm_program *prm_program_ref(prm_program *program);

/* Drops a reference; the last one frees. Thread-safe. */
PRM_API void prm_program_unref(prm_program *program);

/* Texts live as long as the program. */
PRM_API prm_text prm_program_name(const prm_program *program);
PRM_API prm_text prm_program_title(const prm_program *program); /* empty without one */
PRM_API prm_text prm_program_currency(const prm_program *program);
PRM_API prm_text prm_program_timezone(const prm_program *program);

/* Digits after the point of the currency: JPY 0, USD 2, KWD 3. */
PRM_API uint32_t prm_program_minor_digits(const prm_program *program);

/* A hash of the meaning: equal for the same compiled program everywhere. */
PRM_API uint64_t prm_program_hash(const prm_program *program);

/* Rules in the order of the file; index < count. */
typedef struct prm_rule {
    uint32_t size; /* sizeof(prm_rule), set by the caller */
    uint32_t line; /* where it stands in the text, from 1 */
    prm_text name;
    prm_text title;    /* empty without one */
    uint32_t tiers;    /* how many tiers, or places of a contest, it has; 0 for other rules */
    uint32_t outcomes; /* bits of PRM_OUTCOME_OF_...: what it may do */
} prm_rule;

/* What a rule may do: each of these has outcomes of its own, told apart by their identity. */
enum {
    PRM_OUTCOME_OF_THEN = 1,
    PRM_OUTCOME_OF_ELSE = 2,  /* identity ends in +else */
    PRM_OUTCOME_OF_REMIND = 4 /* identity ends in +remind */
};

/* How many rules the program has. */
PRM_API uint32_t prm_program_rule_count(const prm_program *program);

/* Fills *out (whose `size` is set) with rule `index`; PRM_E_ARGUMENT when there is
 * none. The texts live as long as the program. */
PRM_API PRM_MUST_USE prm_status prm_program_rule(const prm_program *program, uint32_t index, prm_rule *out);

/* A stage of the program's `journey`, in the order of the file; index < count. */
typedef struct prm_stage {
    uint32_t size; /* sizeof(prm_stage), set by the caller */
    uint32_t line; /* where it stands in the text, from 1 */
    prm_text name;
    prm_text title; /* empty without one */
} prm_stage;

/* How many stages the journey has, at most 64; 0 without one. */
PRM_API uint32_t prm_program_stage_count(const prm_program *program);

/* Fills *out (whose `size` is set) with stage `index`; PRM_E_ARGUMENT when there is
 * none. The texts live as long as the program. */
PRM_API PRM_MUST_USE prm_status prm_program_stage(const prm_program *program, uint32_t index, prm_stage *out);

/* Handles to event types and field names, to be resolved once and used in
 * events instead of texts; PRM_NONE when the program has none of that name.
 * They belong to the program that gave them. */
PRM_API uint32_t prm_program_type(const prm_program *program, const char *name, size_t size);
PRM_API uint32_t prm_program_field(const prm_program *program, const char *name, size_t size);

/* The name of a rank, counted from the lowest up; empty behind the last, and for NULL. It lives as long as
 * the program. */
PRM_API prm_text prm_program_rank_name(const prm_program *program, uint32_t index);

/* An event type of the program, its own and those that every program has. Handles of types are 0 to
 * count - 1. */
typedef struct prm_type {
    uint32_t size;   /* sizeof(prm_type), set by the caller */
    uint32_t fields; /* how many it has */
    prm_text name;   /* "deal.won" */
} prm_type;

/* A field that events of a type have. */
typedef struct prm_type_field {
    uint32_t size;  /* sizeof(prm_type_field), set by the caller */
    uint32_t field; /* handle of its name, for prm_field */
    prm_text name;
    prm_text type;     /* "text", "boolean", "integer", "money", "time", "decimal" or "percent" */
    uint32_t required; /* 1: an event without it is rejected */
    uint32_t reserved;
} prm_type_field;

/* How many event types the program knows. */
PRM_API uint32_t prm_program_type_count(const prm_program *program);

/* Fills *out (whose `size` is set) with type `type`, or with field `index` of it, `partner` first;
 * PRM_E_ARGUMENT when there is none. The texts live as long as the program. */
PRM_API PRM_MUST_USE prm_status prm_program_type_get(const prm_program *program, uint32_t type,
                                                     prm_type *out);
PRM_API PRM_MUST_USE prm_status prm_program_type_field(const prm_program *program, uint32_t type,
                                                       uint32_t index, prm_type_field *out);

/* Reads a time: RFC 3339, a date (its first instant in the program's zone), or
 * an integer of Unix seconds. PRM_E_EVENT when it is none of these. */
PRM_API PRM_MUST_USE prm_status prm_program_read_time(const prm_program *program, const char *text,
                                                      size_t size, int64_t *out, prm_error *error);

/* Reads "2026-06-20T10:00:00", with or without a fraction of seconds, as local
 * time in the program's zone: of a local time that occurs twice the first, of
 * one that is skipped the instant after the gap. PRM_E_EVENT otherwise. */
PRM_API PRM_MUST_USE prm_status prm_program_read_local_time(const prm_program *program, const char *text,
                                                            size_t size, int64_t *out, prm_error *error);

/* Writes `time` as RFC 3339 in the program's zone, and money and rates as the
 * command line prints them ("1234.50", "20%", "+5%" when `added`), as C strings.
 * `capacity` of 64 always suffices; return the text's size without its NUL,
 * 0 when the capacity does not suffice. */
PRM_API size_t prm_program_write_time(const prm_program *program, int64_t time, char *buffer,
                                      size_t capacity);
PRM_API size_t prm_program_write_money(const prm_program *program, int64_t minor, char *buffer,
                                       size_t capacity);
PRM_API size_t prm_write_rate(int64_t rate_e12, int32_t added, char *buffer, size_t capacity);
/* A decimal without trailing zeros: "12.5". */
PRM_API size_t prm_write_decimal(prm_decimal value, char *buffer, size_t capacity);

/* Writes the compiled program in a readable form, for tests and curiosity;
 * as prm_diagnostics_render does. */
PRM_API size_t prm_program_dump(const prm_program *program, char *buffer, size_t capacity);

/* What prm_schema describes. */
enum { PRM_SCHEMA_PROGRAM = 0 /* what can be written into a program */ };

/* A JSON Schema (draft 7) by which editors complete and check what is typed; 0 where `which` is
 * no PRM_SCHEMA_.... Writes as prm_diagnostics_render does. */
PRM_API size_t prm_schema(uint32_t which, char *buffer, size_t capacity);

/* ---- Events ----------------------------------------------------------------- */

enum {
    PRM_VALUE_TEXT = 0,    /* `text`, read by the field's declared type */
    PRM_VALUE_INTEGER = 1, /* `number` is the value itself, in whole units for money */
    PRM_VALUE_MINOR = 2,   /* `number` is money in minor units */
    PRM_VALUE_E12 = 3,     /* `number` is in units of 10^-12: decimals, percents */
    PRM_VALUE_BOOLEAN = 4, /* `number` is 0 or 1 */
    PRM_VALUE_TIME = 5,    /* `number` is ms UTC */
    PRM_VALUE_NAME = 6     /* `number` is a handle from prm_engine_intern: a text */
};

/* One field of an event. */
typedef struct prm_field {
    uint32_t field;   /* handle from prm_program_field, or PRM_NONE: by name */
    uint32_t kind;    /* PRM_VALUE_... */
    const char *name; /* used when field is PRM_NONE */
    size_t name_size;
    const char *text; /* for PRM_VALUE_TEXT */
    size_t text_size;
    int64_t number; /* for the other kinds */
} prm_field;

/* One event. A field with an empty text counts as missing, except that it
 * clears an attribute, a referrer or a parent on joined and updated events. */
typedef struct prm_event {
    uint32_t type;         /* handle from prm_program_type, or PRM_NONE: by name */
    uint32_t field_count;  /* elements of `fields` */
    const char *type_name; /* used when type is PRM_NONE */
    size_t type_name_size;
    const char *id; /* 1 to 128 bytes, unique per program */
    size_t id_size;
    int64_t time; /* ms UTC, years 1970 to 9999 */
    const prm_field *fields;
} prm_event;

/* How one event was taken. Each event gets exactly one of these. */
enum {
    PRM_ACCEPTED = 1,
    PRM_DUPLICATE = 2, /* same id, same content: no effect */
    PRM_IGNORED = 3,   /* a type that the program does not know */
    PRM_REJECTED = 4,  /* malformed, or same id with other content */
    PRM_TOO_LATE = 5   /* new, but about time that is settled: prm_engine_settle */
};

typedef struct prm_answer {
    uint32_t answer;     /* PRM_ACCEPTED ... PRM_TOO_LATE */
    uint32_t diagnostic; /* why it was rejected or too late: a stable number; else 0 */
    uint32_t field;      /* index into the event's fields of the culprit, or, for
                            diagnostic 604, the handle of the missing field; or PRM_NONE.
                            For 615: the field that names what is settled */
    uint32_t dropped;    /* fields that the program does not declare */
} prm_answer;

/* ---- Engines ----------------------------------------------------------------- */

/* Evaluates one program over one set of events. Not thread-safe in itself. */
typedef struct prm_engine prm_engine;

typedef struct prm_engine_options {
    uint32_t size;                  /* sizeof(prm_engine_options) */
    uint32_t clock_follows;         /* 1: the clock is the latest accepted event's time (the
                               default without options); 0: only prm_engine_advance
                               moves it, and events after it wait */
    uint64_t hash_seed;             /* any number, best random: guards against made-up texts */
    const prm_allocator *allocator; /* NULL: malloc */
} prm_engine_options;

/* A new engine with no events and the clock at 1970. Keeps a reference to the
 * program. Errors: PRM_E_MEMORY, PRM_E_ARGUMENT. */
PRM_API PRM_MUST_USE prm_status prm_engine_new(prm_program *program, const prm_engine_options *options,
                                               prm_engine **out, prm_error *error);

/* Frees the engine with everything in it, and drops its reference to the program. */
PRM_API void prm_engine_free(prm_engine *engine);

/* The program of the engine, without a new reference. */
PRM_API const prm_program *prm_engine_program(const prm_engine *engine);

/* Makes a text known and gives its handle for PRM_VALUE_NAME, valid for this
 * engine's life. Errors: PRM_E_MEMORY, PRM_E_LIMIT, PRM_E_EVENT (not UTF-8). */
PRM_API PRM_MUST_USE prm_status prm_engine_intern(prm_engine *engine, const char *text, size_t size,
                                                  uint32_t *out, prm_error *error);

/* Takes `count` events, each answered on its own in `answers` (an array of
 * `count`, or NULL), evaluates every partner that they touch once, and posts the
 * differences to the journal: all reversals first, each group in ledger order.
 * `event_size` is sizeof(prm_event). A rejected event is no failure of the call.
 * On failure (PRM_E_MEMORY, PRM_E_ARGUMENT, PRM_E_INTERNAL) no event was taken.
 * Cost: constant per event in order, whatever the history. */
PRM_API PRM_MUST_USE prm_status prm_engine_ingest(prm_engine *engine, const prm_event *events, size_t count,
                                                  size_t event_size, prm_answer *answers, prm_error *error);

/* Writes, for people, why `answer` was given to `event` (its diagnostic with the
 * field and the value at fault); as prm_diagnostics_render does. */
PRM_API size_t prm_engine_answer_text(const prm_engine *engine, const prm_event *event,
                                      const prm_answer *answer, char *buffer, size_t capacity);

/* ---- Columns ---- */

/* What a column says of each row's event. */
enum {
    PRM_COLUMN_FIELD = 0, /* the field called `name` */
    PRM_COLUMN_ID = 1,
    PRM_COLUMN_TYPE = 2,
    PRM_COLUMN_TIME = 3
};

/* How values lie in memory; the layouts of Apache Arrow, and padded texts. */
enum {
    PRM_LAYOUT_NONE = 0, /* every value is missing */
    PRM_LAYOUT_INT8 = 1,
    PRM_LAYOUT_INT16 = 2,
    PRM_LAYOUT_INT32 = 3,
    PRM_LAYOUT_INT64 = 4,
    PRM_LAYOUT_UINT8 = 5,
    PRM_LAYOUT_UINT16 = 6,
    PRM_LAYOUT_UINT32 = 7,
    PRM_LAYOUT_UINT64 = 8,
    PRM_LAYOUT_BITS = 9,     /* one bit each, the lowest first */
    PRM_LAYOUT_DECIMAL = 10, /* 128-bit integers, the lowest byte first, in units of 10^-scale */
    PRM_LAYOUT_TEXT32 = 11,  /* `values`: int32 offsets into `bytes`, one more than there are rows */
    PRM_LAYOUT_TEXT64 = 12,  /* the same with int64 offsets */
    PRM_LAYOUT_VIEW = 13,    /* 16 bytes each: Arrow's views; `bytes`: an array of pointers to buffers */
    PRM_LAYOUT_PADDED = 14   /* `width` bytes each, NULs at the end are no part of the text */
};

/* What one unit of a time is. */
enum {
    PRM_TICK_MILLISECOND = 0,
    PRM_TICK_SECOND = 1,
    PRM_TICK_MICROSECOND = 2,
    PRM_TICK_NANOSECOND = 3,
    PRM_TICK_DAY = 4 /* a date: its first instant in the program's zone */
};

/* One column. With a `dictionary`, `values` are integers, places in that column, which has no
 * dictionary itself and whose texts are looked up once for all rows, where that pays. What is
 * missing is left out of its event; an empty text is an empty text (see prm_event). */
typedef struct prm_column {
    uint32_t role;   /* PRM_COLUMN_... */
    uint32_t layout; /* PRM_LAYOUT_... */
    uint32_t kind;   /* of integers and bits: PRM_VALUE_INTEGER, _MINOR, _E12, _BOOLEAN or _TIME */
    uint32_t tick;   /* of _TIME: PRM_TICK_...; what is finer than ms is cut off */
    uint32_t local;  /* of _TIME: 1 when it is local time in the program's zone, 0 when it is UTC */
    uint32_t width;  /* of _PADDED: bytes of each text */
    int32_t scale;   /* of _DECIMAL: digits after the point, 0 to 38 */
    uint32_t reserved;
    const char *name; /* of a field */
    size_t name_size;
    const void *values;   /* aligned as its layout's integers */
    const void *bytes;    /* of texts: see the layouts; else NULL */
    const uint8_t *valid; /* a bit each, the lowest first, 0 where a value is missing; NULL: none is */
    uint64_t first;       /* the place of row 0 in `values` and `valid` */
    uint64_t rows;        /* how many there are from there on */
    const struct prm_column *dictionary; /* or NULL */
} prm_column;

/* Takes the events whose parts lie in columns: as prm_engine_ingest with one event per row, in one
 * call, without the caller's making anything per event. `columns` are `batches` times `count`, batch
 * after batch; all columns of a batch have equally many rows. `column_size` is sizeof(prm_column). In a
 * batch there is one column each of the roles _ID, _TYPE and _TIME, and at most PRM_LIMIT_FIELDS of
 * fields. A time is a text as prm_program_read_time takes it, a _TIME, or an integer of Unix seconds.
 * `answers` is an array of as many as there are rows in all, or NULL; a culprit in `field` is an index
 * into the columns of its batch. Errors: those of prm_engine_ingest; PRM_E_EVENT when a time is missing
 * or unreadable, PRM_E_ARGUMENT when a place lies outside of its dictionary: then *row, when `row` is
 * not NULL, is the row at fault, counted over all batches (else UINT64_MAX). No event was taken then.
 * Memory: some 50 bytes per present value until it returns. */
PRM_API PRM_MUST_USE prm_status prm_engine_ingest_columns(prm_engine *engine, const prm_column *columns,
                                                          size_t count, size_t column_size, size_t batches,
                                                          prm_answer *answers, uint64_t *row,
                                                          prm_error *error);

/* prm_engine_answer_text for row `row` of one batch, whose `count` columns stand at `columns`, and the
 * answer that it got. */
PRM_API size_t prm_engine_column_answer_text(prm_engine *engine, const prm_column *columns, size_t count,
                                             uint64_t row, const prm_answer *answer, char *buffer,
                                             size_t capacity);

/* ---- The clock and the figures ---- */

/* Moves the clock to `time`: events that waited take effect. PRM_E_CLOCK when
 * it would go back; the same time again is no error. */
PRM_API PRM_MUST_USE prm_status prm_engine_advance(prm_engine *engine, int64_t time, prm_error *error);

/* The clock in ms UTC. */
PRM_API int64_t prm_engine_clock(const prm_engine *engine);

/* Closes the time before `time` (ms UTC; the instant itself stays open), say once a
 * month has been paid out: what was posted about it stays.
 *  - A new event before `time`, and a new void, cancellation or refund of events that
 *    all lie before it, is answered PRM_TOO_LATE (diagnostics 614 and 615), counted,
 *    and changes nothing. A duplicate of a settled event stays a duplicate, and other
 *    content under its id a conflict. Voids that match something at or after `time`
 *    too, or nothing yet, are accepted and leave settled events alone.
 *  - Effects that reach back stop at `time`: a rate granted from now on begins there at
 *    the earliest, and commissions before it keep their amounts. What was granted
 *    before it but goes on, such as a rate, may still end otherwise than posted.
 *  - The memory of the history before `time` is freed, and saved states do not have it.
 *    What stays of it: the ids of its events with a hash of their content and the texts by
 *    which others void or reduce them, so that news is recognised; the outcomes; what rules
 *    have counted so far; voids of what is not there yet. Of outcomes before `time`
 *    prm_engine_explain tells what they hold themselves, and PRM_FACT_SETTLED.
 * PRM_E_CLOCK when `time` lies after the clock. A time not after the one settled
 * changes nothing. Nothing is posted. Rows lose their validity; handles from
 * prm_engine_intern keep it. On failure (PRM_E_MEMORY, PRM_E_LIMIT) the engine is as it was.
 * Cost: that of saving and loading the engine twice, and meanwhile its memory three times.
 * From then on each new void or reduction by a field costs a look through what is left of its
 * partner's settled events. */
PRM_API PRM_MUST_USE prm_status prm_engine_settle(prm_engine *engine, int64_t time, prm_error *error);

/* The instant before which all is settled, in ms UTC; PRM_NO_TIME when nothing is, and
 * for NULL. */
PRM_API int64_t prm_engine_settled(const prm_engine *engine);

typedef struct prm_counts {
    uint32_t size; /* sizeof(prm_counts), set by the caller */
    uint32_t reserved;
    uint64_t events; /* handed in: the sum of the next five */
    uint64_t accepted;
    uint64_t duplicate;
    uint64_t ignored;
    uint64_t rejected;
    uint64_t too_late;
    uint64_t dropped_fields; /* undeclared fields, over all events */
    uint64_t unmatched;      /* voids and reductions in effect that match nothing now */
    uint64_t waiting;        /* accepted events later than the clock */
    uint64_t partners;
    uint64_t subjects;
    uint64_t outcomes;      /* rows of the ledger */
    uint64_t postings;      /* rows of the journal ever posted */
    uint64_t bytes;         /* memory held, as asked from the allocator */
    uint64_t event_bytes;   /* of these, for retained events and their index */
    uint64_t subject_bytes; /* of these, for subjects and measures */
} prm_counts;

/* Fills *out (whose `size` is set). Cost: linear in partners and subjects. */
PRM_API PRM_MUST_USE prm_status prm_engine_counts(const prm_engine *engine, prm_counts *out);

/* ---- Rows ------------------------------------------------------------------------ */

enum { PRM_GRANT = 1, PRM_REVERSE = 2 };

/* One line of the ledger or journal: the columns of the command line. Texts
 * are empty where they do not apply; they live as long as the rows, and no longer
 * than the engine's next change; `id` only until the next row is taken. */
typedef struct prm_row {
    uint32_t size;     /* sizeof(prm_row), set by the caller */
    uint32_t op;       /* PRM_GRANT or PRM_REVERSE */
    uint64_t sequence; /* journal: the posting's number, from 1; ledger: 0 */
    prm_text rule;     /* "commission" for commissions */
    prm_text kind;     /* "cash", "gift_card", ..., "rate", "rank", "notice" */
    prm_text partner;  /* whose time line it belongs to */
    prm_text rep;
    prm_text customer;
    prm_text product;
    prm_text recipient_partner;
    prm_text recipient_rep; /* empty when the recipient is a partner */
    prm_text rank;
    prm_text text;   /* of a notice: what it tells */
    prm_text event;  /* id of the event at which it fired; empty at a clock point */
    prm_text id;     /* the outcome's identity: docs/architecture.md */
    int64_t amount;  /* minor units for money kinds, whole units for others */
    int64_t rate;    /* e12; for kind "rate" */
    int64_t at;      /* ms UTC: the instant of the outcome */
    int64_t from;    /* ms UTC or PRM_NO_TIME: when a rate takes effect */
    int64_t until;   /* ms UTC or PRM_NO_TIME: when it ends, exclusive */
    int64_t payable; /* ms UTC or PRM_NO_TIME: held until then */
    uint32_t has_amount;
    uint32_t has_rate;
    uint32_t rate_added; /* 1: the rate is added; 0: it is set */
    uint32_t money;      /* 1: amount is money of the program's currency */
} prm_row;

/* An iterator over rows, totals, progress or journeys of one engine, as they were when it was
 * made; any change of the engine ends its validity. */
typedef struct prm_rows prm_rows;

/* The net ledger, in ledger order. Cost: n log n in its rows. */
PRM_API PRM_MUST_USE prm_status prm_engine_ledger(prm_engine *engine, prm_rows **out, prm_error *error);

/* What a recipient gets of one kind in all. Texts live as those of prm_row. */
typedef struct prm_total {
    uint32_t size;  /* sizeof(prm_total), set by the caller */
    uint32_t money; /* 1: amounts are money of the program's currency */
    prm_text partner;
    prm_text rep;  /* empty when the recipient is a partner */
    prm_text rule; /* empty unless totals are by rule */
    prm_text kind;
    prm_decimal amount;     /* whole units, of both of these: */
    prm_decimal commission; /* commissions and overrides */
    prm_decimal rewards;
    uint64_t outcomes;
} prm_total;

/* The net ledger added up per recipient and kind, and with `by_rule` (1) per rule: partners first, then reps, by
 * name. Walked by prm_rows_next_total. Errors: PRM_E_MEMORY, PRM_E_ARGUMENT, PRM_E_INTERNAL, and PRM_E_LIMIT
 * beyond 10^26 minor units. Cost: n log n in the rows of the ledger. */
PRM_API PRM_MUST_USE prm_status prm_engine_totals(prm_engine *engine, int32_t by_rule, prm_rows **out,
                                                  prm_error *error);

/* The journal from posting number `first` (1: from the start) in posting order. */
PRM_API PRM_MUST_USE prm_status prm_engine_journal(prm_engine *engine, uint64_t first, prm_rows **out,
                                                   prm_error *error);

/* Frees the memory of postings up to number `last`, once the host has them. */
PRM_API PRM_MUST_USE prm_status prm_engine_journal_release(prm_engine *engine, uint64_t last,
                                                           prm_error *error);

/* How many rows there are in all. */
PRM_API size_t prm_rows_count(const prm_rows *rows);

/* The next row into *out, whose `size` is set: 1 for a row, 0 at the end, -1 when an
 * argument is NULL or `size` is not that of the struct.
 *
 *     prm_row row = {.size = sizeof row};
 *     while (prm_rows_next(rows, &row) > 0) ...
 */
PRM_API PRM_MUST_USE int32_t prm_rows_next(prm_rows *rows, prm_row *out);

/* The next total into *out; as prm_rows_next. */
PRM_API PRM_MUST_USE int32_t prm_rows_next_total(prm_rows *rows, prm_total *out);

/* Frees the iterator; before its engine. */
PRM_API void prm_rows_free(prm_rows *rows);

/* ---- Rows as columns ----

   The Arrow C stream interface, by which pyarrow, polars, DuckDB and others read tables as they lie in
   memory: https://arrow.apache.org/docs/format/CStreamInterface.html. Whoever has no definition of
   the struct copies it from there. */
struct ArrowArrayStream;

/* Copies the rows that have not been taken yet into columns, and fills *out with a stream over them, in
 * batches of at most 65536 rows; `rows` is then at its end. `program` is that of the rows.
 *  - Of ledgers, journals and other rows: the members of prm_row in their order with two exceptions, `amount`
 *    and `rate` stand where has_amount and has_rate say, and `money` follows `amount`: sequence, op ("grant",
 *    "reverse"), rule, kind, partner, rep, customer, product, recipient_partner, recipient_rep, amount, money, rate,
 *    rate_added, rank, text, at, from, until, payable, event, id.
 *  - Of progress: rule (its name), partner, rep, customer, product, value, target, state (its name), start,
 *    end, left (duration in ms), share, remaining, tier, tiers.
 *  - Of journeys: partner, rep, stage (its name), since, last.
 *  - Of totals: partner, rep, rule, kind, amount, money, commission, rewards, outcomes.
 * Texts are utf8, sequence, tiers and outcomes are int64, flags are bool; times are timestamps in ms with the program's zone. Amounts
 * are decimal128 with the digits of the currency, other decimals have 12. What does not apply is null.
 * The columns stand for themselves: they may outlive rows, engine and program, and live until the consumer has
 * released all that it took. Their memory comes from the engine's allocator, which has to bear to be asked
 * on the threads on which the consumer reads and releases.
 * Errors: PRM_E_MEMORY, PRM_E_ARGUMENT; *out is then untouched, and `rows` stands where it was.
 * Cost: linear in the rows. */
PRM_API PRM_MUST_USE prm_status prm_rows_stream(prm_rows *rows, const prm_program *program,
                                                struct ArrowArrayStream *out, prm_error *error);

/* Another stream from the start over the same columns, for one more consumer: nothing is copied. `stream` is one
 * of prm_rows_stream or of this function, wherever it stands, but not released. One thread at a time per stream.
 * Errors: PRM_E_MEMORY, PRM_E_ARGUMENT. */
PRM_API PRM_MUST_USE prm_status prm_stream_share(const struct ArrowArrayStream *stream,
                                                 struct ArrowArrayStream *out, prm_error *error);

/* ---- State ------------------------------------------------------------------------

   docs/state.md tells how a host keeps its state, and lists the format. */

/* The whole engine as bytes: every accepted event, clock and counts, and the postings that are not
 * released. Equal states have equal bytes, whatever the order and batches in which the events came,
 * the hash seed and the machine; only how the unreleased postings came about, and how many there were
 * before them, is part of the state. Pending changes are none: every call ends complete.
 * *size is set to the size of the whole. With `buffer` NULL that is all (`capacity` is 0 then);
 * otherwise PRM_E_ARGUMENT when `capacity` is less, and the buffer's content is then undefined.
 * Errors: PRM_E_ARGUMENT, PRM_E_MEMORY, PRM_E_LIMIT (more than 4 GiB of texts). The engine does not
 * change. Cost: linear in events, n log n in partners, distinct texts and unreleased postings. */
PRM_API PRM_MUST_USE prm_status prm_engine_save(prm_engine *engine, void *buffer, size_t capacity,
                                                size_t *size, prm_error *error);

/* A new engine from the bytes of prm_engine_save, which goes on as the saved one would have: journal
 * numbers too. Whether the clock follows is part of the state, so of `options` only allocator and hash
 * seed count. The bytes are not trusted: PRM_E_STATE whenever they are not, bit for bit, what a save
 * gives. PRM_E_MISMATCH when they are of another program (prm_program_hash): see prm_engine_upgrade.
 * PRM_E_UNSUPPORTED when a later version of prm wrote them in a format of its own. Else PRM_E_ARGUMENT, PRM_E_MEMORY. Cost: that of ingesting the events. */
PRM_API PRM_MUST_USE prm_status prm_engine_load(prm_program *program, const prm_engine_options *options,
                                                const void *bytes, size_t size, prm_engine **out,
                                                prm_error *error);

/* What leads from the rows that a host has (`net`: those that stand for it, each identity at most once,
 * with their columns as they were granted; `op` and `sequence` do not count) to the ledger: after a
 * lost acknowledgement, or when either side was restored from a backup. Rows are compared by `id`, then
 * by kind, rank, recipient, amount, rate, from, until and payable. *out has first the reversals of rows that
 * the ledger has otherwise, in ledger order, then of those that it does not have, by id, each as in `net`;
 * then the grants in ledger order. They are no postings of the journal, whose unreleased ones are
 * already in them: release these without applying them. `row_size` is sizeof(prm_row). The engine does not
 * change. Errors: PRM_E_ARGUMENT (an id is empty or there twice), PRM_E_MEMORY.
 * Cost: n log n in both. */
PRM_API PRM_MUST_USE prm_status prm_engine_reconcile(prm_engine *engine, const prm_row *net, size_t count,
                                                     size_t row_size, prm_rows **out, prm_error *error);

/* Goes on with another program: evaluates all accepted events under it, and gives in *out what leads
 * from the old ledger to the new, in the order of prm_engine_reconcile. With `dry_run` that is all;
 * otherwise the engine then has the new program (and drops its reference to the old one), and these
 * rows are the last postings of its journal. Rows, and handles from prm_engine_intern and of the old
 * program, lose their validity.
 *  - Events of types that the old program ignored were never kept, so the new one does not see them.
 *  - Events of types that the new program does not know are dropped and count as ignored from then on;
 *    so do fields. A later upgrade does not bring them back: keep the state of before.
 *  - The new program must take every other event: else PRM_E_EVENT, which names one.
 *  - It has the same currency, and no time is settled: else PRM_E_UNSUPPORTED.
 * On failure (also PRM_E_MEMORY, PRM_E_ARGUMENT) the engine is as it was.
 * Cost: that of ingesting the events, and the memory of two engines. */
PRM_API PRM_MUST_USE prm_status prm_engine_upgrade(prm_engine *engine, prm_program *program, int32_t dry_run,
                                                   prm_rows **out, prm_error *error);

/* One partner, or several, as a value. */
typedef struct prm_apply_item {
    const void *state;       /* bytes of prm_apply or prm_engine_save; NULL and 0 before the first events */
    size_t state_size;       /* bytes */
    const prm_event *events; /* of these partners, and voids by id; no PRM_VALUE_NAME in them */
    size_t event_count;
    int64_t clock; /* ms UTC: how far time has passed; PRM_NO_TIME: as the state and the events have it */
} prm_apply_item;

/* What came of all items of one prm_apply. */
typedef struct prm_applied prm_applied;

/* What came of one. All of it lives as long as the prm_applied. */
typedef struct prm_applied_item {
    uint32_t size; /* sizeof(prm_applied_item), set by the caller */
    uint32_t reserved;
    const void *state; /* the new state */
    size_t state_size;
    const prm_answer *answers; /* one for each event */
    size_t answer_count;
    prm_rows *rows; /* the postings, numbered on; to be walked, not freed */
    int64_t clock;  /* ms UTC */
} prm_applied_item;

/* Program + state + events -> new state + postings, for each of `count` items by itself; nothing is kept
 * and the inputs are untouched, so a host can store the new state and act on the postings in one
 * transaction. The new state is what prm_engine_save gives for an engine that took the same calls with
 * these partners only, its postings all released; it does not matter which partners share an item.
 * `item_size` and `event_size` are sizeof(prm_apply_item) and sizeof(prm_event). `options` (NULL: the
 * defaults) as for prm_engine_new where an item has no state yet, else as for prm_engine_load; results
 * come from its allocator.
 * PRM_E_UNSUPPORTED when the program looks across partners (for: referrer or parent, to: referrer or
 * parent, overrides, contests, budgets): there a partner's ledger is no function of its own events.
 * When one item fails the call fails and says which: PRM_E_STATE, PRM_E_MISMATCH, PRM_E_CLOCK (back),
 * PRM_E_MEMORY, PRM_E_ARGUMENT. A rejected event is no failure.
 * Cost: that of loading each state, its events, and saving it. */
PRM_API PRM_MUST_USE prm_status prm_apply(prm_program *program, const prm_engine_options *options,
                                          const prm_apply_item *items, size_t count, size_t item_size,
                                          size_t event_size, prm_applied **out, prm_error *error);

/* Fills *out (whose `size` is set) with what came of item `index`; PRM_E_ARGUMENT when there is none. */
PRM_API PRM_MUST_USE prm_status prm_applied_get(const prm_applied *applied, size_t index,
                                                prm_applied_item *out);

/* Frees the results with all that was taken from them. */
PRM_API void prm_applied_free(prm_applied *applied);

/* The only functions here that write files, and besides compiling the only ones that read any.
 *
 * Saves the engine's state at `path`, so that a crash at any moment leaves the old state or the new one:
 * the bytes go to a new file PATH.new, which is flushed to the disk and then takes the name, and the
 * folder is flushed. The state that was there before stays as PATH.previous. One writer at a time. `path`
 * is a C string of at most 4000 bytes.
 * Errors: PRM_E_IO, with what is at `path` still there; PRM_E_MEMORY, PRM_E_ARGUMENT, PRM_E_LIMIT. */
PRM_API PRM_MUST_USE prm_status prm_file_save(prm_engine *engine, const char *path, prm_error *error);

/* A new engine from the file at `path`, or, when that is missing or damaged, from PATH.previous.
 * *previous (unless NULL) is set to 1 when it was the latter, and `error` then has a note of why,
 * with status PRM_OK. PRM_E_NOT_FOUND when neither is there; else PRM_E_IO and what prm_engine_load
 * gives. A state of another program (PRM_E_MISMATCH) or of a later format is no damage. */
PRM_API PRM_MUST_USE prm_status prm_file_load(prm_program *program, const prm_engine_options *options,
                                              const char *path, prm_engine **out, int32_t *previous,
                                              prm_error *error);

/* ---- Questions --------------------------------------------------------------------- */

/* The commission rate (e12) that a commission event of this partner, rep,
 * customer and product would get at `time`, after all that happens at that
 * instant. Empty texts are no rep, customer or product. An unknown partner has
 * the base rate. PRM_E_NOT_FOUND when the program has no commission;
 * PRM_E_CLOCK when `time` lies after the clock; PRM_E_LIMIT when the additions in
 * force go beyond 64 bits. */
PRM_API PRM_MUST_USE prm_status prm_engine_rate(prm_engine *engine, prm_text partner, prm_text rep,
                                                prm_text customer, prm_text product, int64_t time,
                                                int64_t *rate_e12, prm_error *error);

/* The rank of a partner after all that happens at `time`, into *rank; the text lives as long
 * as the program. A partner without events has the first level. PRM_E_NOT_FOUND when the
 * program has no ranks; PRM_E_CLOCK when `time` lies after the clock. */
PRM_API PRM_MUST_USE prm_status prm_engine_rank(prm_engine *engine, prm_text partner, int64_t time,
                                                prm_text *rank, prm_error *error);

enum {
    PRM_STATE_OPEN = 1,
    PRM_STATE_REACHED = 2,
    PRM_STATE_MISSED = 3,
    PRM_STATE_WAITING = 4,
    PRM_STATE_NOT_ELIGIBLE = 5,
    PRM_STATE_INACTIVE = 6
};

/* How far one subject is with one rule at the clock. `value` and `target` are
 * in whole units (1000 yen, 3 meetings, a coverage of 0.8); for conditions on
 * one measure only, otherwise has_value is 0. The places of a contest have no
 * threshold, but what the others have: then has_value is PRM_PROGRESS_NO_TARGET, and target 0. */
enum { PRM_PROGRESS_NO_TARGET = 2 };

typedef struct prm_progress {
    uint32_t size;      /* sizeof(prm_progress), set by the caller */
    uint32_t state;     /* PRM_STATE_... */
    uint32_t rule;      /* index of the rule */
    uint32_t has_value; /* 0: no numbers; 1: value and target; PRM_PROGRESS_NO_TARGET */
    prm_text rule_name;
    prm_text partner;
    prm_text rep;
    prm_text customer;
    prm_text product;
    prm_decimal value;
    prm_decimal target;
    int64_t start;         /* ms UTC of the present occasion's window, or PRM_NO_TIME */
    int64_t end;           /* ms UTC, exclusive, or PRM_NO_TIME */
    prm_decimal remaining; /* target - value, 0 where that is less */
    int64_t share;         /* e12: value / target, cut off there, from 0 to 1; 0 without a positive target */
    int64_t left;          /* ms from the clock to `end`, 0 once it has passed; PRM_NO_TIME without an end */
    uint32_t tier;         /* of a rule with tiers: the next one, whose threshold is `target`, from 1 */
    uint32_t tiers;        /* how many it has; 0 of another rule */
} prm_progress;

/* Progress of every subject that exists, by rule in the order of the file, then
 * partner, rep, customer, product. `rule` is an index, or PRM_NONE for all;
 * `partner` empty for all. */
PRM_API PRM_MUST_USE prm_status prm_engine_progress(prm_engine *engine, uint32_t rule, prm_text partner,
                                                    prm_rows **out, prm_error *error);

/* In which order prm_engine_pending gives its lines. */
enum {
    PRM_ORDER_NAMES = 0,   /* as prm_engine_progress does */
    PRM_ORDER_CLOSEST = 1, /* the smallest part of the target missing first; then by names */
    PRM_ORDER_TIME = 2,    /* the least time left first, those without an end last; then the closest */
    PRM_ORDER_NONE = 3 /* as they lie in memory: each is worked out when it is taken, and nothing is kept */
};

typedef struct prm_pending_options {
    uint32_t size;    /* sizeof(prm_pending_options) */
    uint32_t rule;    /* index, or PRM_NONE for all */
    uint32_t states;  /* bits 1 << PRM_STATE_...; 0: those that are open */
    uint32_t order;   /* PRM_ORDER_... */
    uint64_t limit;   /* the first so many in that order; 0: all */
    prm_text partner; /* empty for all */
} prm_pending_options;

/* Progress of the subjects in some states, in an order: who has not got there yet. Walked by
 * prm_rows_next_progress. Errors: those of prm_engine_progress.
 * Cost: linear in the subjects and rules; with a limit N only log N for each that is kept, and memory for N
 * lines; with PRM_ORDER_NONE no memory, and prm_rows_count is 0. What is missing of each in detail (the
 * parts of `all` and `any`, the reps of a coverage) prm_engine_explain_missing tells. */
PRM_API PRM_MUST_USE prm_status prm_engine_pending(prm_engine *engine, const prm_pending_options *options,
                                                   prm_rows **out, prm_error *error);

/* The next line of progress into *out; as prm_rows_next. */
PRM_API PRM_MUST_USE int32_t prm_rows_next_progress(prm_rows *rows, prm_progress *out);

/* Where a rep, or a partner as a whole, stands on the journey at the clock. A stage once reached stays
 * reached, unless what led there is voided; a rep may reach one without those before it. A partner
 * stands where the furthest of its reps does, since the first one came there. */
typedef struct prm_journey {
    uint32_t size;  /* sizeof(prm_journey), set by the caller */
    uint32_t stage; /* the last one reached, in the order of the file: an index; PRM_NONE: none yet */
    prm_text partner;
    prm_text rep;     /* empty: the partner as a whole */
    uint64_t reached; /* bits 1 << index of the stages reached */
    int64_t since;    /* ms UTC: when it reached `stage`, or PRM_NO_TIME */
    int64_t last;     /* ms UTC: its latest activity, or PRM_NO_TIME: an event that stands, voids and reduces
                       * nothing, and is no joined, updated or left of partner or rep */
} prm_journey;

/* Every partner that has not left, by name, each followed by its reps that have not. `partner` empty
 * for all. Walked by prm_rows_next_journey. PRM_E_NOT_FOUND when the program has no journey, or no
 * event has named that partner. Else PRM_E_MEMORY, PRM_E_ARGUMENT, PRM_E_INTERNAL. Cost: linear in
 * the events of these partners, n log n in partners and reps. */
PRM_API PRM_MUST_USE prm_status prm_engine_journey(prm_engine *engine, prm_text partner, prm_rows **out,
                                                   prm_error *error);

/* The next one into *out; as prm_rows_next. */
PRM_API PRM_MUST_USE int32_t prm_rows_next_journey(prm_rows *rows, prm_journey *out);

/* The name of a progress state: "open", "reached", ...; static C string. */
PRM_API const char *prm_state_name(uint32_t state);

/* ---- Explanations ------------------------------------------------------------------ */

/* Why something was granted, or why not, as a list of facts: flat records in an order that can be read
 * from top to bottom. A fact is a detail of the nearest one before it whose depth is smaller. */
typedef struct prm_explanation prm_explanation;

/* What a fact is, and what its fields then are; fields that are not named are empty. Every fact that is
 * about an event has its id in `event`, its type in `type` and its time in `at`. */
enum {
    /* depth 0: what is explained. `name`: the rule, or commission, override, ranks; `text`: the rule's title;
     * partner, rep, customer, product: whom it is about. */
    PRM_FACT_OUTCOME = 1, /* a row of the ledger: `id`, `type` (its kind: cash, rate, ...), `event`, `at`,
                           * `from` (payable, or a rate's start), `until`, amount or rate, `code` 1 for a rate
                           * that is added, `number`: tier, place, multiple or level, 0 for none */
    PRM_FACT_MISSING = 2, /* no such row: `code`: PRM_STATE_... at `at`; value, target: of a rule on one
                           * measure; `from`, `until`: the occasion */

    /* How it came about */
    PRM_FACT_RECIPIENT =
        10, /* partner, rep; `text`: what a notice tells; `holds` 0: there is none (has left, or nobody is named) */
    PRM_FACT_WINDOW = 11,    /* what is counted lies in [from, until); event: of the anchor that opens it;
                              * `holds` 0: there is no such anchor yet */
    PRM_FACT_ALL = 12,       /* all of the next deeper facts are asked for; `holds` */
    PRM_FACT_ANY = 13,       /* one of them */
    PRM_FACT_NOT = 14,       /* that the next deeper one does not hold */
    PRM_FACT_CONDITION = 15, /* `name`: count, sum, ..., streak, value, or is; `text`: the event types, and
                              * `type`: the field; value, `code` (PRM_COMPARE_...), target; `holds`; `number`: events counted */
    PRM_FACT_EVENT = 16,     /* an event that was counted there, or at which it fired: value: what it adds to
                              * a sum and the like; amount: its own, as refunds have left it; partner, rep,
                              * customer, product */
    PRM_FACT_REP = 17,       /* a rep on the roster: `holds` 1: covered, 0: still missing */
    PRM_FACT_CHECK = 18,     /* something else that is asked: `name`: eligible, active (`from`, `until`),
                              * where, window, partner, rep (not left), amount, subject (the event names
                              * whom the rule is about); `holds` */

    /* What it amounts to */
    PRM_FACT_BASE = 30,          /* what the rate is taken of: value */
    PRM_FACT_RATE_BASE = 31,     /* the program's base rate: rate. One of the facts 31 to 36 is chosen; */
    PRM_FACT_RATE_PRODUCT = 32,  /* the product's (`product`) */
    PRM_FACT_RATE_RANK = 33,     /* the rank's: `name`; `product`, if it is that of the rank for it */
    PRM_FACT_RATE_SET = 34,      /* set by a rule: `name`, `text`, `id` of the outcome, `from`, `until` */
    PRM_FACT_RATE_BRACKET = 35,  /* a slice: value: its part of the base, target: where it begins, its rate */
    PRM_FACT_RATE_OVERRIDE = 36, /* the share of level `number`, for `partner` */
    PRM_FACT_RATE_ADDED = 37,    /* added by a rule: as RATE_SET; `holds` 0: it does not count, since another
                                 * of its group is higher */
    PRM_FACT_RATE_LIMIT = 38,    /* `name`: min or max; rate: the limit to which the sum was brought */
    PRM_FACT_RATE = 39,          /* the rate that came of it */
    PRM_FACT_SETTLED = 40, /* it stands as posted, since time before `at` is settled; of such time how it
                                  * came about is not known any more */
    PRM_FACT_AMOUNT = 41,  /* value: what the action's expression gives, before it is rounded;
                                 * amount: after that and the rule's `max`; `holds` 0: it gives none */
    PRM_FACT_RANK = 42,    /* `name`: the rank before; `text`: after, or the next one; [from, until): of
                                 * what period; `holds` 0: it went down */

    /* What else decided */
    PRM_FACT_LIMIT = 50,     /* limit: times: `number` granted before, target: how many may be; `holds` 0:
                              * it refused this one */
    PRM_FACT_EXCLUSIVE = 51, /* exclusive: `name` of the group, `text`: the rule that took it; `holds` 0: an
                              * other one */
    PRM_FACT_BUDGET = 52,    /* value: the budget, target: used before, amount: granted of `number` wanted */
    PRM_FACT_PLACE = 53,     /* one who took part in the contest: `number`: place; value; partner, rep, ...;
                              * `holds` 1: the one that is explained */

    /* What was, and what changed */
    PRM_FACT_POSTING = 60, /* a posting of this id in the journal: `number`, `code` PRM_GRANT or _REVERSE,
                             * `type`, amount or rate, `at`, `from`, `until` */
    PRM_FACT_VOIDED = 61,  /* an event that no longer counts; `id`: that of the event which voided it */
    PRM_FACT_REDUCED = 62, /* one whose amount was lowered: value: what was reported, amount: what is left;
                             * `id`: the first event that lowered it */
    PRM_FACT_LATE = 63,    /* one that arrived after later ones */
    PRM_FACT_FIRED = 64,   /* the rule has fired in that occasion, at `at` and `event`; `holds` 1: with
                             * outcomes, of which `id` is the first */
    PRM_FACT_NEAREST = 65  /* the nearest it came before: value, target, at, `from`, `until`: the occasion */
};

enum {
    PRM_COMPARE_AT_LEAST = 1,
    PRM_COMPARE_MORE_THAN = 2,
    PRM_COMPARE_AT_MOST = 3,
    PRM_COMPARE_LESS_THAN = 4,
    PRM_COMPARE_EVERY = 5, /* a multiple of the target */
    PRM_COMPARE_MOST = 6   /* against others, in a contest */
};

/* Bits of prm_fact.has. */
enum {
    PRM_HAS_VALUE = 1,
    PRM_HAS_TARGET = 2,
    PRM_HAS_AMOUNT = 4,
    PRM_HAS_RATE = 8,
    PRM_HAS_MONEY = 16, /* value, target and amount are money of the program's currency */
    PRM_HAS_SHARE = 32  /* value and target are shares: 0.8 is 80% */
};

typedef struct prm_fact {
    uint32_t size;  /* sizeof(prm_fact), set by the caller */
    uint32_t kind;  /* PRM_FACT_... */
    uint32_t depth; /* 0 for the first one */
    uint32_t holds; /* 1 or 0 */
    uint32_t has;   /* PRM_HAS_... */
    uint32_t code;
    uint64_t number;
    prm_text name;
    prm_text text;
    prm_text id;    /* an outcome's, or of an event that worked on another */
    prm_text event; /* id of an event */
    prm_text type;  /* its type */
    prm_text partner;
    prm_text rep;
    prm_text customer;
    prm_text product;
    prm_decimal value;  /* whole units */
    prm_decimal target; /* whole units */
    int64_t amount;     /* minor units for money, whole units for others */
    int64_t rate;       /* e12 */
    int64_t at;         /* ms UTC or PRM_NO_TIME */
    int64_t from;       /* ms UTC or PRM_NO_TIME */
    int64_t until;      /* ms UTC, exclusive, or PRM_NO_TIME */
} prm_fact;

/* Explains the outcome of identity `id` (the column of the ledger). When the ledger has no such row it
 * explains why not: what is missing, or what took it back. The texts of its facts live as long as the
 * explanation, and no longer than the engine's next change. The ledger and rows taken from it stay valid.
 * PRM_E_NOT_FOUND when the id is malformed or names no rule, partner or event that the engine knows.
 * Else PRM_E_MEMORY, PRM_E_ARGUMENT, PRM_E_INTERNAL.
 * Cost: that of evaluating the partner's history once; for a contest or a budget that of looking at all
 * partners. Memory: that of the partner's outcomes and counted events. */
PRM_API PRM_MUST_USE prm_status prm_engine_explain(prm_engine *engine, prm_text id, prm_explanation **out,
                                                   prm_error *error);

/* Explains why rule `rule` (an index) has granted nothing to this partner, in the occasion at `at` (ms UTC,
 * or PRM_NO_TIME for the clock): where it stands and what is missing. Empty texts: any rep, customer or
 * product; of the subjects that match, the one nearest to the target is explained. When the rule has fired,
 * PRM_FACT_FIRED says so. PRM_E_NOT_FOUND when there is no such rule, partner or subject; PRM_E_CLOCK when
 * `at` lies after the clock. Otherwise as prm_engine_explain. */
PRM_API PRM_MUST_USE prm_status prm_engine_explain_missing(prm_engine *engine, uint32_t rule,
                                                           prm_text partner, prm_text rep, prm_text customer,
                                                           prm_text product, int64_t at,
                                                           prm_explanation **out, prm_error *error);

/* How many facts there are; 0 for NULL. */
PRM_API size_t prm_explanation_count(const prm_explanation *explanation);

/* Fills *out (whose `size` is set) with fact `index`; PRM_E_ARGUMENT when there is none. */
PRM_API PRM_MUST_USE prm_status prm_explanation_get(const prm_explanation *explanation, size_t index,
                                                    prm_fact *out);

/* The name of a PRM_FACT_... ("condition"), static C string, never NULL. */
PRM_API const char *prm_fact_name(uint32_t kind);

/* Frees the explanation; before its engine. */
PRM_API void prm_explanation_free(prm_explanation *explanation);

#ifdef __cplusplus
}
#endif

#endif
