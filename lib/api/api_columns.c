/* api, columns: events whose parts lie in columns, as Arrow lays them out. Here each row
 * becomes a prm_event whose texts still point into the host's columns, and what comes of
 * them is prm__ingest's affair: a row is taken as the same event by itself would be.
 *
 * An entry of a dictionary is looked up once, when the first row uses it, and rows carry what it
 * is: the entries of types are types, and a long text is a handle. A short text stays a text: the
 * engine fetches such texts ahead and finds with them whom they name, which is faster than a
 * handle. So do the entries of a dictionary of which each is used but once or so, and what is no
 * text in every type. */
#include "api/column.h"
#include "api/guard.h"
#include "base/diag_numbers.h"
#include "base/error.h"
#include "base/utf8.h"
#include "engine/answer.h"
#include "engine/ingest.h"
#include <inttypes.h>
#include <string.h>

/* How often the entries of a dictionary are to be used, on average, for handles to pay. */
#define COLUMNS_USES 2

/* What is known of a dictionary's entry, if not its handle, or its type + 1. */
#define COLUMNS_UNSEEN 0U
#define COLUMNS_BY_TEXT UINT32_MAX

/* A column with what was found out about it. */
typedef struct columns_field {
    const prm_column *given;
    uint32_t name;   /* the field's, or PRM_NONE when the program has none of that name */
    bool quick;      /* texts or plain numbers: see columns_quick */
    bool shared;     /* `known` is that of the batch before */
    uint32_t *known; /* per entry of the dictionary: what it is, or one of the above; or NULL */
} columns_field;

/* One value, or none. */
typedef struct columns_value {
    bool present;
    uint32_t kind;
    int64_t number;
    prm_text text;
} columns_value;

/* One batch: columns by role, and the events that are made of them. */
typedef struct columns_batch {
    prm_engine *engine;
    uint64_t rows;
    columns_field id, type, time;
    columns_field fields[PRM_LIMIT_FIELDS];
    uint32_t field_count;
    uint32_t decimals;                 /* columns of decimals */
    prm_event *events;                 /* of this batch; the call owns them */
    char (*digits)[PRM_COLUMN_DIGITS]; /* texts of decimals; the call's too */
    uint64_t digits_used;
    uint64_t row; /* at fault */
    prm_error *error;
} columns_batch;

/* One call: its batches, and room for the events of all. */
typedef struct columns_call {
    prm_engine *engine;
    columns_batch *batches;
    size_t batch_count;
    uint64_t rows, values, digits; /* how many of each there is room for */
    prm_event *events;
    prm_field *value_room;
    char (*digit_room)[PRM_COLUMN_DIGITS];
} columns_call;

/* ---- One value ---- */

static int64_t columns_instant(const prm_engine *engine, const prm_column *column, int64_t time)
{
    int64_t ms = prm__column_ms(time, column->tick);
    if (!(column->local || column->tick == PRM_TICK_DAY) || ms < 0 || ms > PRM_TIME_MAX)
        return ms;
    return prm__caltime_local(&engine->program->calendar.zone, (int32_t)(ms / PRM_MS_PER_DAY),
                              ms % PRM_MS_PER_DAY);
}

/* The value at `at` of a column that has no dictionary. */
static columns_value columns_plain(columns_batch *batch, const prm_column *column, uint64_t at)
{
    columns_value value = {.present = prm__column_present(column, at), .kind = PRM_VALUE_TEXT};
    if (!value.present)
        return value;
    if (prm__column_is_text(column)) {
        value.text = prm__column_text(column, at);
    } else if (column->layout == PRM_LAYOUT_DECIMAL) {
        value.text = prm__column_decimal(column, at, batch->digits[batch->digits_used++]);
    } else {
        value.kind = column->kind;
        value.number = prm__column_integer(column, at);
        if (column->kind == PRM_VALUE_TIME) {
            value.present = value.number != PRM_NO_TIME;
            value.number = columns_instant(batch->engine, column, value.number);
        }
    }
    return value;
}

/* ---- Dictionaries ---- */

/* A text's handle; by its text when it is none that may have a handle. */
static prm_status columns_resolve(columns_batch *batch, prm_text text, uint32_t *known)
{
    *known = COLUMNS_BY_TEXT;
    if (text.size <= PRM_INTERN_SHORT || text.size > PRM_LIMIT_TEXT_BYTES ||
        !prm__utf8_valid(text.data, text.size))
        return PRM_OK;
    uint32_t key = prm__intern_key(&batch->engine->texts, text.data, text.size);
    if (!key)
        return prm__error_memory(batch->error);
    *known = key;
    return PRM_OK;
}

/* The value as its handle, when it has one. */
static bool columns_use_handle(uint32_t known, columns_value *value)
{
    if (known == COLUMNS_UNSEEN || known == COLUMNS_BY_TEXT)
        return false;
    value->kind = PRM_VALUE_NAME;
    value->number = known;
    return true;
}

static prm_status columns_read(columns_batch *batch, const columns_field *field, uint64_t row,
                               columns_value *value)
{
    const prm_column *column = field->given, *dictionary = column->dictionary;
    uint64_t at = column->first + row;
    if (!dictionary) {
        *value = columns_plain(batch, column, at);
        return PRM_OK;
    }
    *value = (columns_value){.present = prm__column_present(column, at)};
    if (!value->present)
        return PRM_OK;
    int64_t place = prm__column_integer(column, at);
    if (place < 0 || (uint64_t)place >= dictionary->rows) {
        batch->row = row;
        return prm__error_set(batch->error, PRM_E_ARGUMENT,
                              "row %" PRIu64 ": place %" PRId64 " of a dictionary of %" PRIu64, row, place,
                              dictionary->rows);
    }
    uint32_t *known = field->known ? &field->known[place] : NULL;
    if (known && columns_use_handle(*known, value))
        return PRM_OK;
    *value = columns_plain(batch, dictionary, dictionary->first + (uint64_t)place);
    if (known && *known == COLUMNS_UNSEEN && value->present) {
        PRM_TRY(columns_resolve(batch, value->text, known));
        columns_use_handle(*known, value);
    }
    return PRM_OK;
}

/* ---- One row ---- */

static prm_status columns_no_time(columns_batch *batch, uint64_t row, prm_text text)
{
    batch->row = row;
    return prm__error_set(batch->error, PRM_E_EVENT,
                          "row %" PRIu64 ": \"%.*s\" is no time: write 2026-06-20T10:00:00+09:00, a date, or "
                          "Unix seconds",
                          row, (int)prm__utf8_floor(text.data, text.size, 40), text.size ? text.data : "");
}

static prm_status columns_time(columns_batch *batch, uint64_t row, int64_t *time)
{
    columns_value value = {.present = false};
    PRM_TRY(columns_read(batch, &batch->time, row, &value));
    if (!value.present) {
        batch->row = row;
        return prm__error_set(batch->error, PRM_E_EVENT, "row %" PRIu64 ": the time is missing", row);
    }
    *time = value.number;
    if (value.kind == PRM_VALUE_INTEGER)
        *time = prm__column_ms(value.number, PRM_TICK_SECOND);
    else if (value.kind == PRM_VALUE_TEXT && !prm__caltime_read(&batch->engine->program->calendar.zone,
                                                                value.text.data, value.text.size, time))
        return columns_no_time(batch, row, value.text);
    return PRM_OK;
}

/* The type, or its text where the program knows no such type. The entries of a dictionary are looked
 * up once. */
static prm_status columns_type(columns_batch *batch, uint64_t row, prm_event *event)
{
    const prm_column *column = batch->type.given;
    uint64_t at = column->first + row;
    uint32_t *known = NULL;
    if (batch->type.known && prm__column_present(column, at)) {
        uint64_t place = (uint64_t)prm__column_integer(column, at);
        known = place < column->dictionary->rows ? &batch->type.known[place] : NULL;
        if (known && *known != COLUMNS_UNSEEN && *known != COLUMNS_BY_TEXT) {
            event->type = *known - 1;
            return PRM_OK;
        }
    }
    columns_value value = {.present = false};
    columns_field plain = {.given = column};
    PRM_TRY(columns_read(batch, &plain, row, &value));
    event->type = PRM_NONE;
    if (!value.present)
        return PRM_OK;
    event->type_name = value.text.data;
    event->type_name_size = value.text.size;
    uint32_t type = known ? prm_program_type(batch->engine->program, value.text.data, value.text.size)
                          : PRM_NONE;
    if (known)
        *known = type == PRM_NONE ? COLUMNS_BY_TEXT : type + 1;
    if (type != PRM_NONE)
        event->type = type;
    return PRM_OK;
}

/* A present value of a column that is `quick`, straight into its field. False for an entry that goes
 * the other way: a place outside of the dictionary, or a long text of it. */
static bool columns_quick(const columns_field *field, uint64_t at, prm_field *out)
{
    const prm_column *column = field->given, *dictionary = column->dictionary;
    if (dictionary) {
        uint64_t place = (uint64_t)prm__column_integer(column, at);
        if (place >= dictionary->rows)
            return false;
        column = dictionary;
        at = dictionary->first + place;
    }
    const char *name = field->given->name;
    size_t name_size = field->given->name_size;
    if (!prm__column_is_text(column)) {
        int64_t number = prm__column_integer(column, at);
        *out = (prm_field){field->name, column->kind, name, name_size, NULL, 0, number};
        return true;
    }
    prm_text text = prm__column_text(column, at);
    if (text.size > PRM_INTERN_SHORT && field->known)
        return false;
    *out = (prm_field){field->name, PRM_VALUE_TEXT, name, name_size, text.data, text.size, 0};
    return true;
}

/* Field `field` of a row into *out, if it is there. */
static prm_status columns_field_of(columns_batch *batch, const columns_field *field, uint64_t row,
                                   prm_field *out, bool *present)
{
    uint64_t at = field->given->first + row;
    *present = prm__column_present(field->given, at);
    if (!*present || (field->quick && columns_quick(field, at, out)))
        return PRM_OK;
    columns_value value = {.present = false};
    PRM_TRY(columns_read(batch, field, row, &value));
    *present = value.present;
    *out = (prm_field){field->name,     value.kind,      field->given->name, field->given->name_size,
                       value.text.data, value.text.size, value.number};
    return PRM_OK;
}

static prm_status columns_row(columns_batch *batch, uint64_t row, prm_event *event, prm_field *fields)
{
    columns_value value = {.present = false};
    PRM_TRY(columns_read(batch, &batch->id, row, &value));
    *event = (prm_event){.id = value.text.data, .id_size = value.text.size, .fields = fields};
    PRM_TRY(columns_type(batch, row, event));
    PRM_TRY(columns_time(batch, row, &event->time));
    for (uint32_t i = 0; i < batch->field_count; i++) {
        bool present;
        PRM_TRY(columns_field_of(batch, &batch->fields[i], row, &fields[event->field_count], &present));
        event->field_count += present;
    }
    return PRM_OK;
}

/* ---- The columns of a call ---- */

/* Whether every type that has the field has it as a text. */
static bool columns_text_everywhere(const prm_program *program, uint32_t name)
{
    for (uint32_t i = 0; i < program->slots_count; i++)
        if (program->slots[i].name == name && program->slots[i].field_type != PRM_FIELD_TEXT)
            return false;
    return name != PRM_NONE;
}

/* Whether columns_quick does for it. */
static bool columns_is_quick(const prm_column *column)
{
    const prm_column *holder = column->dictionary ? column->dictionary : column;
    if (holder != column && holder->valid)
        return false;
    return prm__column_is_text(holder) ||
           (holder->layout != PRM_LAYOUT_NONE && holder->layout != PRM_LAYOUT_DECIMAL &&
            holder->kind != PRM_VALUE_TIME);
}

/* Puts a column where its role is; false when that place is taken. */
static bool columns_place(columns_batch *batch, const prm_column *column)
{
    columns_field field = {.given = column, .name = PRM_NONE, .quick = columns_is_quick(column)};
    columns_field *const single[] = {NULL, &batch->id, &batch->type, &batch->time};
    if (column->role == PRM_COLUMN_FIELD) {
        if (batch->field_count == PRM_LIMIT_FIELDS)
            return false;
        field.name = prm__program_find_name(batch->engine->program, column->name, column->name_size);
        batch->fields[batch->field_count++] = field;
        const prm_column *holder = column->dictionary ? column->dictionary : column;
        batch->decimals += holder->layout == PRM_LAYOUT_DECIMAL;
        return true;
    }
    if (single[column->role]->given)
        return false;
    *single[column->role] = field;
    return true;
}

static prm_status columns_arrange(columns_batch *batch, const prm_column *columns, size_t count)
{
    batch->rows = count ? columns[0].rows : 0;
    for (size_t i = 0; i < count; i++) {
        if (!prm__column_sound(&columns[i]))
            return prm__error_set(batch->error, PRM_E_ARGUMENT,
                                  "column %zu: its role, layout, kind and pointers do not go together", i);
        if (columns[i].rows != batch->rows)
            return prm__error_set(batch->error, PRM_E_ARGUMENT,
                                  "column %zu has %" PRIu64 " rows, and column 0 has %" PRIu64, i,
                                  columns[i].rows, batch->rows);
        if (!columns_place(batch, &columns[i]))
            return prm__error_set(batch->error, PRM_E_ARGUMENT,
                                  "column %zu: a second one of its role, or more than %d fields", i,
                                  PRM_LIMIT_FIELDS);
    }
    if (!batch->id.given || !batch->type.given || !batch->time.given)
        return prm__error_set(batch->error, PRM_E_ARGUMENT, "columns of ids, types and times are needed");
    return PRM_OK;
}

/* The same dictionary, where it lies. */
static bool columns_same(const columns_field *a, const columns_field *b)
{
    const prm_column *left = a->given->dictionary, *right = b->given->dictionary;
    return a->name == b->name && left && right && left->layout == right->layout &&
           left->width == right->width && left->values == right->values && left->bytes == right->bytes &&
           left->valid == right->valid && left->first == right->first && left->rows == right->rows;
}

/* A place to note what a dictionary's entries are, where that pays. `before` is the same field of the
 * batch before, or NULL: batches often share their dictionaries. `rows` are those of all batches. */
static bool columns_open_dictionary(columns_batch *batch, columns_field *field, const columns_field *before,
                                    uint64_t rows)
{
    const prm_column *dictionary = field->given->dictionary;
    bool noted = field == &batch->type ||
                 (field->name != PRM_NONE && columns_text_everywhere(batch->engine->program, field->name));
    if (!dictionary || !prm__column_is_text(dictionary) || !noted || dictionary->rows == 0)
        return true;
    field->shared = before && before->known && columns_same(field, before);
    if (field->shared)
        field->known = before->known;
    else if (dictionary->rows <= rows / COLUMNS_USES || field == &batch->type)
        field->known = prm__alloc_zeroed(&batch->engine->alloc, dictionary->rows, sizeof *field->known);
    else
        return true;
    return field->known != NULL;
}

static void columns_close_dictionary(columns_batch *batch, columns_field *field)
{
    if (field->known && !field->shared)
        prm__alloc_release(&batch->engine->alloc, field->known, field->given->dictionary->rows,
                           sizeof *field->known);
}

static bool columns_open_dictionaries(columns_call *call)
{
    bool open = true;
    for (size_t i = 0; i < call->batch_count; i++) {
        columns_batch *batch = &call->batches[i], *before = i ? batch - 1 : NULL;
        open = open &&
               columns_open_dictionary(batch, &batch->type, before ? &before->type : NULL, call->rows);
        for (uint32_t j = 0; j < batch->field_count && open; j++) {
            bool also = before && j < before->field_count;
            open = columns_open_dictionary(batch, &batch->fields[j], also ? &before->fields[j] : NULL,
                                           call->rows);
        }
    }
    return open;
}

/* Room for all rows; what of it is not written is never touched. */
static bool columns_open(columns_call *call)
{
    prm__alloc *alloc = &call->engine->alloc;
    for (size_t i = 0; i < call->batch_count; i++) {
        const columns_batch *batch = &call->batches[i];
        call->rows += batch->rows;
        call->values += batch->rows * batch->field_count;
        call->digits += batch->rows * batch->decimals;
    }
    if (!columns_open_dictionaries(call))
        return false;
    call->events = prm__alloc_get(alloc, call->rows, sizeof *call->events);
    call->value_room = prm__alloc_get(alloc, call->values, sizeof *call->value_room);
    call->digit_room = prm__alloc_get(alloc, call->digits, sizeof *call->digit_room);
    return (call->events || call->rows == 0) && (call->value_room || call->values == 0) &&
           (call->digit_room || call->digits == 0);
}

static void columns_close(columns_call *call)
{
    prm__alloc *alloc = &call->engine->alloc;
    for (size_t i = 0; call->batches && i < call->batch_count; i++) {
        columns_batch *batch = &call->batches[i];
        columns_close_dictionary(batch, &batch->type);
        for (uint32_t j = 0; j < batch->field_count; j++)
            columns_close_dictionary(batch, &batch->fields[j]);
    }
    if (call->events)
        prm__alloc_release(alloc, call->events, call->rows, sizeof *call->events);
    if (call->value_room)
        prm__alloc_release(alloc, call->value_room, call->values, sizeof *call->value_room);
    if (call->digit_room)
        prm__alloc_release(alloc, call->digit_room, call->digits, sizeof *call->digit_room);
    if (call->batches)
        prm__alloc_release(alloc, call->batches, call->batch_count, sizeof *call->batches);
}

/* Index into `columns` for index `field` of the event that row `row` made, or back. */
static uint32_t columns_translate(columns_batch *batch, const prm_column *columns, size_t count, uint64_t row,
                                  uint32_t field, bool back)
{
    uint32_t present = 0, index = 0;
    for (size_t i = 0; i < count; i++) {
        if (columns[i].role != PRM_COLUMN_FIELD)
            continue;
        columns_value value = {.present = false};
        batch->digits_used = 0;
        if (columns_read(batch, &batch->fields[index++], row, &value) != PRM_OK || !value.present)
            continue;
        if (back ? i == field : present == field)
            return back ? present : (uint32_t)i;
        present++;
    }
    return PRM_NONE;
}

static bool columns_names_culprit(const prm_answer *answer)
{
    return (answer->answer == PRM_REJECTED || answer->answer == PRM_TOO_LATE) && answer->field != PRM_NONE &&
           answer->diagnostic != PRM_DIAG_EVENT_FIELD_MISSING;
}

/* Makes all events. */
static prm_status columns_fill(columns_call *call, uint64_t *row)
{
    prm_event *event = call->events;
    prm_field *fields = call->value_room;
    uint64_t digits = 0;
    for (size_t i = 0; i < call->batch_count; i++) {
        columns_batch *batch = &call->batches[i];
        batch->digits = call->digit_room ? call->digit_room + digits : NULL;
        for (uint64_t at = 0; at < batch->rows; at++, event++) {
            prm_status status = columns_row(batch, at, event, fields);
            if (status != PRM_OK) {
                *row = batch->row == UINT64_MAX ? UINT64_MAX : (uint64_t)(event - call->events);
                return status;
            }
            fields += event->field_count;
        }
        digits += batch->digits_used;
    }
    return PRM_OK;
}

static prm_status columns_take(columns_call *call, const prm_column *columns, size_t count,
                               prm_answer *answers, uint64_t *row, prm_error *error)
{
    PRM_TRY(columns_fill(call, row));
    /* These events are sound, as their columns were: nobody has to look through them. */
    PRM_TRY(prm__guard_fail(
        error, prm__ingest(call->engine, call->events, (size_t)call->rows, call->engine->clock, answers)));
    for (size_t i = 0; i < call->batch_count && answers; i++)
        for (uint64_t at = 0; at < call->batches[i].rows; at++, answers++)
            if (columns_names_culprit(answers))
                answers->field = columns_translate(&call->batches[i], columns + i * count, count, at,
                                                   answers->field, false);
    return PRM_OK;
}

/* Checks the batches one by one. */
static prm_status columns_begin(columns_call *call, const prm_column *columns, size_t count, prm_error *error)
{
    call->batches = prm__alloc_zeroed(&call->engine->alloc, call->batch_count, sizeof *call->batches);
    if (!call->batches && call->batch_count)
        return prm__error_memory(error);
    for (size_t i = 0; i < call->batch_count; i++) {
        call->batches[i].engine = call->engine;
        call->batches[i].row = UINT64_MAX;
        call->batches[i].error = error;
        PRM_TRY(columns_arrange(&call->batches[i], columns + i * count, count));
    }
    return columns_open(call) ? PRM_OK : prm__error_memory(error);
}

prm_status prm_engine_ingest_columns(prm_engine *engine, const prm_column *columns, size_t count,
                                     size_t column_size, size_t batches, prm_answer *answers, uint64_t *row,
                                     prm_error *error)
{
    uint64_t fault = UINT64_MAX;
    if (row)
        *row = fault;
    PRM_TRY(prm__guard_engine(engine, error));
    if (column_size != sizeof *columns || (!columns && count && batches))
        return prm__error_set(error, PRM_E_ARGUMENT,
                              "column_size is %zu; it must be sizeof(prm_column), %zu, and columns not NULL",
                              column_size, sizeof *columns);
    columns_call call = {.engine = engine, .batch_count = batches};
    prm_status status = columns_begin(&call, columns, count, error);
    if (status == PRM_OK)
        status = columns_take(&call, columns, count, answers, &fault, error);
    columns_close(&call);
    if (row)
        *row = fault;
    return status;
}

size_t prm_engine_column_answer_text(prm_engine *engine, const prm_column *columns, size_t count,
                                     uint64_t row, const prm_answer *answer, char *buffer, size_t capacity)
{
    columns_batch batch = {.engine = engine, .row = UINT64_MAX};
    char digits[PRM_LIMIT_FIELDS][PRM_COLUMN_DIGITS];
    prm_field fields[PRM_LIMIT_FIELDS];
    prm_event event;
    if (!engine || !answer || !columns || (!buffer && capacity) ||
        columns_arrange(&batch, columns, count) != PRM_OK || row >= batch.rows)
        return 0;
    batch.digits = digits;
    if (columns_row(&batch, row, &event, fields) != PRM_OK)
        return 0;
    prm_answer own = *answer;
    if (columns_names_culprit(&own))
        own.field = columns_translate(&batch, columns, count, row, own.field, true);
    return prm__answer_explain(engine, &event, &own, buffer, capacity);
}
