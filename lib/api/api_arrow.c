/* api, Arrow: rows that leave as columns, by the Arrow C stream interface, which most tools for
 * tables read without a copy.
 *
 * The rows are copied into a store, which no engine and no program knows of. A store counts who
 * uses it: streams, and every schema, array and child that a stream has handed out, since a consumer
 * may keep any of these alone. The last one frees it, on whatever thread that is. Once built, a store
 * does not change. */
#include "api/guard.h"
#include "base/decimal.h"
#include "base/error.h"
#include "engine/journey.h"
#include "engine/progress.h"
#include "engine/rows.h"
#include "engine/totals.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* ---- The interface, as Arrow lays it down ---- */

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#define ARROW_NULLABLE 2 /* of flags */

/* ---- What the columns are ---- */

#define ARROW_COLUMNS 22       /* at the most */
#define ARROW_ROWS 65536       /* of a batch, at the most */
#define ARROW_BYTES (1U << 30) /* of a column's texts: a batch that has so many is full */

typedef enum arrow_kind {
    ARROW_TEXT,
    ARROW_NUMBER,
    ARROW_FLAG,
    ARROW_TIME,   /* ms, in the program's zone */
    ARROW_SPAN,   /* ms */
    ARROW_AMOUNT, /* decimal with the currency's digits */
    ARROW_DECIMAL /* decimal with 12 digits */
} arrow_kind;

typedef struct arrow_field {
    const char *name;
    arrow_kind kind;
    bool nullable;
} arrow_field;

/* In the order in which arrow_row_cells fills them. */
static const arrow_field arrow_row_fields[] = {
    {"sequence", ARROW_NUMBER, false},
    {"op", ARROW_TEXT, false},
    {"rule", ARROW_TEXT, false},
    {"kind", ARROW_TEXT, false},
    {"partner", ARROW_TEXT, false},
    {"rep", ARROW_TEXT, true},
    {"customer", ARROW_TEXT, true},
    {"product", ARROW_TEXT, true},
    {"recipient_partner", ARROW_TEXT, true},
    {"recipient_rep", ARROW_TEXT, true},
    {"amount", ARROW_AMOUNT, true},
    {"money", ARROW_FLAG, false},
    {"rate", ARROW_DECIMAL, true},
    {"rate_added", ARROW_FLAG, false},
    {"rank", ARROW_TEXT, true},
    {"text", ARROW_TEXT, true},
    {"at", ARROW_TIME, false},
    {"from", ARROW_TIME, true},
    {"until", ARROW_TIME, true},
    {"payable", ARROW_TIME, true},
    {"event", ARROW_TEXT, true},
    {"id", ARROW_TEXT, false},
};

/* In the order in which arrow_progress_cells fills them. */
static const arrow_field arrow_progress_fields[] = {
    {"rule", ARROW_TEXT, false},        {"partner", ARROW_TEXT, false}, {"rep", ARROW_TEXT, true},
    {"customer", ARROW_TEXT, true},     {"product", ARROW_TEXT, true},  {"value", ARROW_DECIMAL, true},
    {"target", ARROW_DECIMAL, true},    {"state", ARROW_TEXT, false},   {"start", ARROW_TIME, true},
    {"end", ARROW_TIME, true},          {"left", ARROW_SPAN, true},     {"share", ARROW_DECIMAL, true},
    {"remaining", ARROW_DECIMAL, true}, {"tier", ARROW_NUMBER, true},   {"tiers", ARROW_NUMBER, true},
};

/* In the order in which arrow_journey_cells fills them. */
static const arrow_field arrow_journey_fields[] = {
    {"partner", ARROW_TEXT, false}, {"rep", ARROW_TEXT, true},  {"stage", ARROW_TEXT, true},
    {"since", ARROW_TIME, true},    {"last", ARROW_TIME, true},
};

/* In the order in which arrow_total_cells fills them. */
static const arrow_field arrow_total_fields[] = {
    {"partner", ARROW_TEXT, false},      {"rep", ARROW_TEXT, true},        {"rule", ARROW_TEXT, true},
    {"kind", ARROW_TEXT, false},         {"amount", ARROW_AMOUNT, false},  {"money", ARROW_FLAG, false},
    {"commission", ARROW_AMOUNT, false}, {"rewards", ARROW_AMOUNT, false}, {"outcomes", ARROW_NUMBER, false},
};

/* ---- The store ---- */

/* One column of a batch: vectors while it grows, and the addresses that consumers get. */
typedef struct arrow_column {
    prm__vec valid;  /* of uint8_t: a bit for each row */
    prm__vec values; /* offsets of texts, integers, decimals, or bits of flags */
    prm__vec bytes;  /* of texts */
    int64_t nulls;
    const void *buffers[3];
} arrow_column;

typedef struct arrow_batch {
    size_t rows;
    arrow_column columns[ARROW_COLUMNS];
} arrow_batch;

typedef struct arrow_store {
    atomic_size_t users;
    prm__alloc alloc; /* its count is of the building alone: what is handed out has one of its own */
    const arrow_field *fields;
    size_t field_count;
    uint32_t digits;  /* of the currency */
    char amount[16];  /* the format of amounts */
    prm__vec zone;    /* of char: the format of times, a C string */
    prm__vec batches; /* of arrow_batch * */
} arrow_store;

/* A value on its way into a column. */
typedef struct arrow_cell {
    bool present;
    prm_text text;
    int64_t number;
    prm__decimal wide;
} arrow_cell;

static void arrow_batch_free(prm__alloc *alloc, arrow_batch *batch)
{
    for (size_t i = 0; i < ARROW_COLUMNS; i++) {
        prm__vec_free(&batch->columns[i].valid);
        prm__vec_free(&batch->columns[i].values);
        prm__vec_free(&batch->columns[i].bytes);
    }
    prm__alloc_release(alloc, batch, 1, sizeof *batch);
}

static void arrow_store_drop(arrow_store *store)
{
    if (atomic_fetch_sub_explicit(&store->users, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < store->batches.count; i++)
        arrow_batch_free(&store->alloc, PRM_VEC(store->batches, arrow_batch *)[i]);
    prm__vec_free(&store->batches);
    prm__vec_free(&store->zone);
    prm__alloc own = store->alloc;
    prm__alloc_release(&own, store, 1, sizeof *store);
}

static arrow_store *arrow_store_use(arrow_store *store)
{
    atomic_fetch_add_explicit(&store->users, 1, memory_order_relaxed);
    return store;
}

/* Room for what is handed out. On whatever thread, so with a count of its own that nobody reads. */
static void *arrow_get(const arrow_store *store, size_t size)
{
    prm__alloc own = {.host = store->alloc.host, .held = 0};
    return prm__alloc_zeroed(&own, 1, size);
}

/* Gives such room back, and drops its use of the store. */
static void arrow_release(arrow_store *store, void *block, size_t size)
{
    prm__alloc own = {.host = store->alloc.host, .held = size};
    prm__alloc_release(&own, block, 1, size);
    arrow_store_drop(store);
}

static size_t arrow_value_size(arrow_kind kind)
{
    switch (kind) {
    case ARROW_TEXT:
        return sizeof(int32_t);
    case ARROW_NUMBER:
    case ARROW_TIME:
    case ARROW_SPAN:
        return sizeof(int64_t);
    case ARROW_FLAG:
        return 1;
    case ARROW_AMOUNT:
    case ARROW_DECIMAL:
        break;
    }
    return sizeof(prm__decimal);
}

static prm_status arrow_add_batch(arrow_store *store)
{
    PRM_TRY(prm__vec_reserve(&store->batches, 1));
    arrow_batch *batch = prm__alloc_zeroed(&store->alloc, 1, sizeof *batch);
    if (!batch)
        return PRM_E_MEMORY;
    *(arrow_batch **)prm__vec_push(&store->batches) = batch;
    for (size_t i = 0; i < ARROW_COLUMNS; i++) {
        arrow_kind kind = i < store->field_count ? store->fields[i].kind : ARROW_FLAG;
        prm__vec_init(&batch->columns[i].valid, &store->alloc, 1);
        prm__vec_init(&batch->columns[i].values, &store->alloc, arrow_value_size(kind));
        prm__vec_init(&batch->columns[i].bytes, &store->alloc, 1);
    }
    /* Offsets begin with a zero. */
    for (size_t i = 0; i < store->field_count; i++)
        if (store->fields[i].kind == ARROW_TEXT && !prm__vec_push(&batch->columns[i].values))
            return PRM_E_MEMORY;
    return PRM_OK;
}

/* Bit `row`, the last one of its column so far. */
static prm_status arrow_add_bit(prm__vec *bits, size_t row, bool set)
{
    if (row % 8 == 0 && !prm__vec_push(bits))
        return PRM_E_MEMORY;
    PRM_VEC(*bits, uint8_t)[row / 8] |= (uint8_t)(set << row % 8);
    return PRM_OK;
}

static prm_status arrow_add_cell(arrow_column *column, arrow_kind kind, size_t row, const arrow_cell *cell)
{
    PRM_TRY(arrow_add_bit(&column->valid, row, cell->present));
    column->nulls += !cell->present;
    if (kind == ARROW_FLAG)
        return arrow_add_bit(&column->values, row, cell->number != 0);
    if (kind == ARROW_TEXT) {
        PRM_TRY(prm__vec_append(&column->bytes, cell->text.data, cell->text.size));
        int32_t end = (int32_t)column->bytes.count;
        return prm__vec_append(&column->values, &end, 1);
    }
    bool is_wide = kind == ARROW_AMOUNT || kind == ARROW_DECIMAL;
    const void *value = is_wide ? (const void *)&cell->wide : &cell->number;
    return prm__vec_append(&column->values, value, 1);
}

static bool arrow_full(const arrow_store *store, const arrow_batch *batch)
{
    bool full = batch->rows == ARROW_ROWS;
    for (size_t i = 0; i < store->field_count; i++)
        full = full || batch->columns[i].bytes.count > ARROW_BYTES;
    return full;
}

static prm_status arrow_add_row(arrow_store *store, const arrow_cell *cells)
{
    size_t count = store->batches.count;
    if (count == 0 || arrow_full(store, PRM_VEC(store->batches, arrow_batch *)[count - 1]))
        PRM_TRY(arrow_add_batch(store));
    arrow_batch *batch = PRM_VEC(store->batches, arrow_batch *)[store->batches.count - 1];
    for (size_t i = 0; i < store->field_count; i++)
        PRM_TRY(arrow_add_cell(&batch->columns[i], store->fields[i].kind, batch->rows, &cells[i]));
    batch->rows++;
    return PRM_OK;
}

/* Notes the addresses of the vectors, which do not grow any more. */
static void arrow_fix(arrow_store *store)
{
    static const char nothing[1];
    for (size_t i = 0; i < store->batches.count; i++)
        for (size_t j = 0; j < store->field_count; j++) {
            arrow_column *column = &PRM_VEC(store->batches, arrow_batch *)[i]->columns[j];
            column->buffers[0] = column->nulls ? column->valid.data : NULL;
            column->buffers[1] = column->values.data;
            column->buffers[2] = column->bytes.data ? column->bytes.data : nothing;
        }
}

/* ---- Rows and progress as cells ---- */

static arrow_cell arrow_text_cell(prm_text text)
{
    return (arrow_cell){.present = text.size > 0, .text = text};
}

static arrow_cell arrow_name_cell(const char *name)
{
    return arrow_text_cell((prm_text){name, strlen(name)});
}

static arrow_cell arrow_number_cell(int64_t number)
{
    return (arrow_cell){.present = true, .number = number};
}

/* A number, where there is one. */
static arrow_cell arrow_maybe_cell(bool present, int64_t number)
{
    return (arrow_cell){.present = present, .number = present ? number : 0};
}

/* What never comes has no time. */
static arrow_cell arrow_time_cell(int64_t time)
{
    return arrow_maybe_cell(time != PRM_NO_TIME && time <= PRM_TIME_MAX, time);
}

static arrow_cell arrow_wide_cell(bool present, prm__decimal wide)
{
    return (arrow_cell){.present = present, .wide = present ? wide : 0};
}

static prm__decimal arrow_amount(const prm_row *row, uint32_t digits)
{
    prm__decimal amount = row->amount;
    for (uint32_t i = 0; i < digits && !row->money; i++)
        amount *= 10;
    return amount;
}

static void arrow_row_cells(const prm_row *row, uint32_t digits, arrow_cell *cells)
{
    *cells++ = arrow_number_cell((int64_t)row->sequence);
    *cells++ = arrow_name_cell(row->op == PRM_REVERSE ? "reverse" : "grant");
    *cells++ = arrow_text_cell(row->rule);
    *cells++ = arrow_text_cell(row->kind);
    *cells++ = arrow_text_cell(row->partner);
    *cells++ = arrow_text_cell(row->rep);
    *cells++ = arrow_text_cell(row->customer);
    *cells++ = arrow_text_cell(row->product);
    *cells++ = arrow_text_cell(row->recipient_partner);
    *cells++ = arrow_text_cell(row->recipient_rep);
    *cells++ = arrow_wide_cell(row->has_amount, arrow_amount(row, digits));
    *cells++ = arrow_number_cell(row->money);
    *cells++ = arrow_wide_cell(row->has_rate, row->rate);
    *cells++ = arrow_number_cell(row->rate_added);
    *cells++ = arrow_text_cell(row->rank);
    *cells++ = arrow_text_cell(row->text);
    *cells++ = arrow_time_cell(row->at);
    *cells++ = arrow_time_cell(row->from);
    *cells++ = arrow_time_cell(row->until);
    *cells++ = arrow_time_cell(row->payable);
    *cells++ = arrow_text_cell(row->event);
    *cells++ = arrow_text_cell(row->id);
}

static prm__decimal arrow_decimal(prm_decimal value)
{
    return (prm__decimal)value.high * ((prm__decimal)1 << 64) + (prm__decimal)value.low;
}

static void arrow_progress_cells(const prm_progress *line, arrow_cell *cells)
{
    bool has_target = line->has_value == 1;
    *cells++ = arrow_text_cell(line->rule_name);
    *cells++ = arrow_text_cell(line->partner);
    *cells++ = arrow_text_cell(line->rep);
    *cells++ = arrow_text_cell(line->customer);
    *cells++ = arrow_text_cell(line->product);
    *cells++ = arrow_wide_cell(line->has_value != 0, arrow_decimal(line->value));
    *cells++ = arrow_wide_cell(has_target, arrow_decimal(line->target));
    *cells++ = arrow_name_cell(prm_state_name(line->state));
    *cells++ = arrow_time_cell(line->start);
    *cells++ = arrow_time_cell(line->end);
    *cells++ = arrow_maybe_cell(line->left != PRM_NO_TIME, line->left);
    *cells++ = arrow_wide_cell(has_target, line->share);
    *cells++ = arrow_wide_cell(has_target, arrow_decimal(line->remaining));
    *cells++ = arrow_maybe_cell(line->tiers > 0, line->tier);
    *cells++ = arrow_maybe_cell(line->tiers > 0, line->tiers);
}

static void arrow_journey_cells(const prm_program *program, const prm_journey *line, arrow_cell *cells)
{
    prm_text stage = {NULL, 0};
    if (line->stage != PRM_NONE)
        stage = prm__program_text(program, program->rules[program->first_stage + line->stage].text);
    *cells++ = arrow_text_cell(line->partner);
    *cells++ = arrow_text_cell(line->rep);
    *cells++ = arrow_text_cell(stage);
    *cells++ = arrow_time_cell(line->since);
    *cells++ = arrow_time_cell(line->last);
}

/* A decimal as a column of amounts has it, which loses nothing: it is of whole minor units. */
static arrow_cell arrow_amount_cell(prm_decimal value, uint32_t digits)
{
    prm__decimal units = arrow_decimal(value);
    for (uint32_t i = digits; i < 12; i++)
        units /= 10;
    return arrow_wide_cell(true, units);
}

static void arrow_total_cells(const prm_total *line, uint32_t digits, arrow_cell *cells)
{
    *cells++ = arrow_text_cell(line->partner);
    *cells++ = arrow_text_cell(line->rep);
    *cells++ = arrow_text_cell(line->rule);
    *cells++ = arrow_text_cell(line->kind);
    *cells++ = arrow_amount_cell(line->amount, digits);
    *cells++ = arrow_number_cell(line->money);
    *cells++ = arrow_amount_cell(line->commission, digits);
    *cells++ = arrow_amount_cell(line->rewards, digits);
    *cells++ = arrow_number_cell((int64_t)line->outcomes);
}

static prm_status arrow_copy(arrow_store *store, prm_rows *rows)
{
    arrow_cell cells[ARROW_COLUMNS];
    prm_row row = {.size = sizeof row};
    prm_progress line = {.size = sizeof line};
    prm_journey stand = {.size = sizeof stand};
    prm_total total = {.size = sizeof total};
    while (prm__rows_next(rows, &row)) {
        arrow_row_cells(&row, store->digits, cells);
        PRM_TRY(arrow_add_row(store, cells));
    }
    while (prm__progress_next(rows, &line)) {
        arrow_progress_cells(&line, cells);
        PRM_TRY(arrow_add_row(store, cells));
    }
    while (prm__journey_next(rows, &stand)) {
        arrow_journey_cells(rows->engine->program, &stand, cells);
        PRM_TRY(arrow_add_row(store, cells));
    }
    while (prm__totals_next(rows, &total)) {
        arrow_total_cells(&total, store->digits, cells);
        PRM_TRY(arrow_add_row(store, cells));
    }
    arrow_fix(store);
    return PRM_OK;
}

/* ---- What is handed out ---- */

/* A schema's children, and the store that their formats lie in. */
typedef struct arrow_schema {
    arrow_store *store;
    struct ArrowSchema fields[ARROW_COLUMNS];
    struct ArrowSchema *pointers[ARROW_COLUMNS];
} arrow_schema;

/* The same of an array. */
typedef struct arrow_array {
    arrow_store *store;
    const void *validity; /* of the rows themselves: none is missing */
    struct ArrowArray columns[ARROW_COLUMNS];
    struct ArrowArray *pointers[ARROW_COLUMNS];
} arrow_array;

typedef struct arrow_stream {
    arrow_store *store;
    size_t next;
    bool failed;
} arrow_stream;

static void arrow_field_release(struct ArrowSchema *schema)
{
    arrow_store_drop(schema->private_data);
    schema->release = NULL;
}

static void arrow_schema_release(struct ArrowSchema *schema)
{
    arrow_schema *own = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (own->fields[i].release)
            own->fields[i].release(&own->fields[i]);
    arrow_release(own->store, own, sizeof *own);
    schema->release = NULL;
}

static const char *arrow_format(const arrow_store *store, arrow_kind kind)
{
    switch (kind) {
    case ARROW_TEXT:
        return "u";
    case ARROW_NUMBER:
        return "l";
    case ARROW_FLAG:
        return "b";
    case ARROW_TIME:
        return store->zone.data;
    case ARROW_SPAN:
        return "tDm";
    case ARROW_AMOUNT:
        return store->amount;
    case ARROW_DECIMAL:
        break;
    }
    return "d:38,12";
}

static int arrow_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    arrow_stream *reader = stream->private_data;
    arrow_store *store = reader->store;
    arrow_schema *own = arrow_get(store, sizeof *own);
    reader->failed = !own;
    if (!own)
        return ENOMEM;
    own->store = arrow_store_use(store);
    for (size_t i = 0; i < store->field_count; i++) {
        const arrow_field *field = &store->fields[i];
        own->fields[i] = (struct ArrowSchema){
            .format = arrow_format(store, field->kind),
            .name = field->name,
            .flags = field->nullable ? ARROW_NULLABLE : 0,
            .release = arrow_field_release,
            .private_data = arrow_store_use(store),
        };
        own->pointers[i] = &own->fields[i];
    }
    *out = (struct ArrowSchema){
        .format = "+s",
        .name = "",
        .n_children = (int64_t)store->field_count,
        .children = own->pointers,
        .release = arrow_schema_release,
        .private_data = own,
    };
    return 0;
}

static void arrow_column_release(struct ArrowArray *array)
{
    arrow_store_drop(array->private_data);
    array->release = NULL;
}

static void arrow_array_release(struct ArrowArray *array)
{
    arrow_array *own = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (own->columns[i].release)
            own->columns[i].release(&own->columns[i]);
    arrow_release(own->store, own, sizeof *own);
    array->release = NULL;
}

static int arrow_get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    arrow_stream *reader = stream->private_data;
    arrow_store *store = reader->store;
    *out = (struct ArrowArray){.release = NULL};
    if (reader->next == store->batches.count)
        return 0;
    arrow_array *own = arrow_get(store, sizeof *own);
    reader->failed = !own;
    if (!own)
        return ENOMEM;
    arrow_batch *batch = PRM_VEC(store->batches, arrow_batch *)[reader->next++];
    own->store = arrow_store_use(store);
    for (size_t i = 0; i < store->field_count; i++) {
        own->columns[i] = (struct ArrowArray){
            .length = (int64_t)batch->rows,
            .null_count = batch->columns[i].nulls,
            .n_buffers = store->fields[i].kind == ARROW_TEXT ? 3 : 2,
            .buffers = batch->columns[i].buffers,
            .release = arrow_column_release,
            .private_data = arrow_store_use(store),
        };
        own->pointers[i] = &own->columns[i];
    }
    *out = (struct ArrowArray){
        .length = (int64_t)batch->rows,
        .n_buffers = 1,
        .n_children = (int64_t)store->field_count,
        .buffers = &own->validity,
        .children = own->pointers,
        .release = arrow_array_release,
        .private_data = own,
    };
    return 0;
}

static const char *arrow_last_error(struct ArrowArrayStream *stream)
{
    const arrow_stream *reader = stream->private_data;
    return reader->failed ? "prm: out of memory" : NULL;
}

static void arrow_stream_release(struct ArrowArrayStream *stream)
{
    arrow_stream *reader = stream->private_data;
    arrow_release(reader->store, reader, sizeof *reader);
    stream->release = NULL;
}

/* A stream from the start of the store. */
static prm_status arrow_open(arrow_store *store, struct ArrowArrayStream *out)
{
    arrow_stream *reader = arrow_get(store, sizeof *reader);
    if (!reader)
        return PRM_E_MEMORY;
    reader->store = arrow_store_use(store);
    *out = (struct ArrowArrayStream){arrow_get_schema, arrow_get_next, arrow_last_error, arrow_stream_release,
                                     reader};
    return PRM_OK;
}

/* ---- The functions ---- */

#define ARROW_FIELDS(list) list, sizeof(list) / sizeof(list)[0]

/* The columns that rows of a kind have. */
static void arrow_columns_of(arrow_store *store, const arrow_field *fields, size_t count)
{
    store->fields = fields;
    store->field_count = count;
}

static arrow_store *arrow_store_new(const prm__alloc *alloc, uint32_t kind, uint32_t digits)
{
    prm__alloc own = {.host = alloc->host, .held = 0};
    arrow_store *store = prm__alloc_zeroed(&own, 1, sizeof *store);
    if (!store)
        return NULL;
    atomic_init(&store->users, 1);
    store->alloc = own;
    if (kind == PRM_ROWS_PROGRESS)
        arrow_columns_of(store, ARROW_FIELDS(arrow_progress_fields));
    else if (kind == PRM_ROWS_JOURNEY)
        arrow_columns_of(store, ARROW_FIELDS(arrow_journey_fields));
    else if (kind == PRM_ROWS_TOTALS)
        arrow_columns_of(store, ARROW_FIELDS(arrow_total_fields));
    else
        arrow_columns_of(store, ARROW_FIELDS(arrow_row_fields));
    store->digits = digits;
    snprintf(store->amount, sizeof store->amount, "d:38,%u", (unsigned)digits);
    prm__vec_init(&store->zone, &store->alloc, 1);
    prm__vec_init(&store->batches, &store->alloc, sizeof(arrow_batch *));
    return store;
}

static prm_status arrow_fill(arrow_store *store, prm_rows *rows, const prm_program *program,
                             struct ArrowArrayStream *out)
{
    prm_text zone = prm_program_timezone(program);
    PRM_TRY(prm__vec_append(&store->zone, "tsm:", 4));
    PRM_TRY(prm__vec_append(&store->zone, zone.data, zone.size));
    PRM_TRY(prm__vec_append(&store->zone, "", 1));
    PRM_TRY(arrow_copy(store, rows));
    return arrow_open(store, out);
}

prm_status prm_rows_stream(prm_rows *rows, const prm_program *program, struct ArrowArrayStream *out,
                           prm_error *error)
{
    if (!rows || !program || !out)
        return prm__error_set(error, PRM_E_ARGUMENT,
                              "rows, their program and a place for the stream are needed");
    arrow_store *store = arrow_store_new(rows->alloc, rows->kind, prm_program_minor_digits(program));
    if (!store)
        return prm__error_memory(error);
    size_t before = rows->next;
    prm__vec walk; /* where rows that are worked out as they are taken stood */
    prm__vec_init(&walk, &store->alloc, 1);
    prm_status status = prm__vec_append(&walk, rows->walk, rows->walk ? rows->walk_size : 0);
    if (status == PRM_OK)
        status = arrow_fill(store, rows, program, out);
    if (status != PRM_OK)
        rows->next = before;
    if (status != PRM_OK && walk.count)
        memcpy(rows->walk, walk.data, walk.count);
    prm__vec_free(&walk);
    arrow_store_drop(store);
    return prm__guard_fail(error, status);
}

prm_status prm_stream_share(const struct ArrowArrayStream *stream, struct ArrowArrayStream *out,
                            prm_error *error)
{
    if (!stream || !out || stream->release != arrow_stream_release)
        return prm__error_set(error, PRM_E_ARGUMENT,
                              "a stream of prm that is not released is needed, and a place");
    const arrow_stream *reader = stream->private_data;
    return prm__guard_fail(error, arrow_open(reader->store, out));
}
