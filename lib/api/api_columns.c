/* api, columns: events whose parts lie in columns, as Arrow lays them out. Here each row
 * becomes a prm_event whose texts still point into the host's columns, and what comes of
 * them is prm__ingest's affair: a row is taken as the same event by itself would be.
 *
 * An entry of a dictionary is looked up once, when the first row uses it: its text becomes
 * a handle, and rows carry the handle. Handles are only for fields that are texts in every
 * type; what else there is goes by its text, and is read where the field is read. So do
 * the entries of a dictionary of which each is used but once or so: looking up one text
 * after the other misses the cache each time, and the engine fetches ahead. */
#include "base/decimal.h"
#include "base/diag_numbers.h"
#include "base/error.h"
#include "base/utf8.h"
#include "engine/answer.h"
#include "engine/ingest.h"
#include <inttypes.h>
#include <string.h>

/* A 128-bit integer in decimal, with sign, point and zeros in front. */
#define COLUMNS_DIGITS 48

/* How often the entries of a dictionary are to be used, on average, for handles to pay. */
#define COLUMNS_USES 2

/* What is known of a dictionary's entry. */
#define COLUMNS_UNSEEN 0U
#define COLUMNS_BY_TEXT UINT32_MAX

/* A column with what was found out about it. */
typedef struct columns_field {
    const prm_column *given;
    uint32_t name;   /* the field's, or PRM_NONE when the program has none of that name */
    uint32_t *known; /* per entry of the dictionary: its handle, or one of the above; or NULL */
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
    uint32_t decimals;              /* columns of decimals */
    prm_event *events;              /* of this batch; the call owns them */
    char (*digits)[COLUMNS_DIGITS]; /* texts of decimals; the call's too */
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
    char (*digit_room)[COLUMNS_DIGITS];
} columns_call;

__extension__ typedef unsigned __int128 columns_wide;

/* ---- One value ---- */

static bool columns_is_text(const prm_column *column)
{
    return column->layout >= PRM_LAYOUT_TEXT32;
}

static bool columns_present(const prm_column *column, uint64_t at)
{
    return column->layout != PRM_LAYOUT_NONE && (!column->valid || column->valid[at / 8] >> (at % 8) & 1);
}

static int64_t columns_integer(const prm_column *column, uint64_t at)
{
    const void *values = column->values;
    switch (column->layout) {
    case PRM_LAYOUT_INT8:
        return ((const int8_t *)values)[at];
    case PRM_LAYOUT_INT16:
        return ((const int16_t *)values)[at];
    case PRM_LAYOUT_INT32:
        return ((const int32_t *)values)[at];
    case PRM_LAYOUT_INT64:
        return ((const int64_t *)values)[at];
    case PRM_LAYOUT_UINT8:
        return ((const uint8_t *)values)[at];
    case PRM_LAYOUT_UINT16:
        return ((const uint16_t *)values)[at];
    case PRM_LAYOUT_UINT32:
        return ((const uint32_t *)values)[at];
    case PRM_LAYOUT_UINT64: {
        uint64_t number = ((const uint64_t *)values)[at];
        return number > INT64_MAX ? INT64_MAX : (int64_t)number; /* beyond every limit, both */
    }
    default: /* PRM_LAYOUT_BITS */
        return ((const uint8_t *)values)[at / 8] >> (at % 8) & 1;
    }
}

/* A text of at most 12 bytes lies in its view, a longer one in a buffer. */
static prm_text columns_view(const prm_column *column, uint64_t at)
{
    const char *view = (const char *)column->values + at * 16;
    int32_t size = 0, buffer = 0, offset = 0;
    memcpy(&size, view, sizeof size);
    if (size <= 12)
        return (prm_text){view + 4, (size_t)(size < 0 ? 0 : size)};
    memcpy(&buffer, view + 8, sizeof buffer);
    memcpy(&offset, view + 12, sizeof offset);
    return (prm_text){((const char *const *)column->bytes)[buffer] + offset, (size_t)size};
}

static prm_text columns_text(const prm_column *column, uint64_t at)
{
    const char *bytes = column->bytes;
    if (column->layout == PRM_LAYOUT_TEXT32) {
        const int32_t *offsets = column->values;
        return (prm_text){bytes ? bytes + offsets[at] : NULL, (size_t)(offsets[at + 1] - offsets[at])};
    }
    if (column->layout == PRM_LAYOUT_TEXT64) {
        const int64_t *offsets = column->values;
        return (prm_text){bytes ? bytes + offsets[at] : NULL, (size_t)(offsets[at + 1] - offsets[at])};
    }
    if (column->layout == PRM_LAYOUT_VIEW)
        return columns_view(column, at);
    const char *padded = (const char *)column->values + at * column->width;
    size_t size = column->width;
    while (size > 0 && padded[size - 1] == '\0')
        size--;
    return (prm_text){padded, size};
}

/* Writes a decimal into `digits`; the text that fields are read from says more than 64 bits. */
static prm_text columns_decimal(const prm_column *column, uint64_t at, char *digits)
{
    prm__decimal number, zero = 0;
    memcpy(&number, (const char *)column->values + at * sizeof number, sizeof number);
    bool minus = number < 0;
    columns_wide rest = minus ? (columns_wide)zero - (columns_wide)number : (columns_wide)number;
    size_t start = COLUMNS_DIGITS;
    int32_t written = 0;
    /* Zeros at the end of the fraction say nothing, and may be more than a decimal has. */
    while (written < column->scale && rest % 10 == 0) {
        rest /= 10;
        written++;
    }
    bool fraction = written < column->scale;
    while (rest > 0 || written <= column->scale) {
        if (fraction && written == column->scale)
            digits[--start] = '.';
        digits[--start] = (char)('0' + (int)(rest % 10));
        rest /= 10;
        written++;
    }
    if (minus)
        digits[--start] = '-';
    return (prm_text){digits + start, COLUMNS_DIGITS - start};
}

/* `time` in units of `tick` as ms; what no time can be stays outside of all limits. */
static int64_t columns_ms(int64_t time, uint32_t tick)
{
    const int64_t bound = PRM_TIME_MAX + 1;
    int64_t divisor = tick == PRM_TICK_MICROSECOND ? 1000 : tick == PRM_TICK_NANOSECOND ? 1000000 : 1;
    int64_t factor = tick == PRM_TICK_SECOND ? 1000 : tick == PRM_TICK_DAY ? PRM_MS_PER_DAY : 1;
    if (time > bound / factor && divisor == 1)
        return bound;
    if (time < -bound / factor && divisor == 1)
        return -bound;
    return time >= 0 ? time / divisor * factor : -((-(time + 1)) / divisor + 1) * factor;
}

static int64_t columns_instant(const prm_engine *engine, const prm_column *column, int64_t time)
{
    int64_t ms = columns_ms(time, column->tick);
    if (!(column->local || column->tick == PRM_TICK_DAY) || ms < 0 || ms > PRM_TIME_MAX)
        return ms;
    return prm__caltime_local(&engine->program->calendar.zone, (int32_t)(ms / PRM_MS_PER_DAY),
                              ms % PRM_MS_PER_DAY);
}

/* The value at `at` of a column that has no dictionary. */
static columns_value columns_plain(columns_batch *batch, const prm_column *column, uint64_t at)
{
    columns_value value = {.present = columns_present(column, at), .kind = PRM_VALUE_TEXT};
    if (!value.present)
        return value;
    if (columns_is_text(column)) {
        value.text = columns_text(column, at);
    } else if (column->layout == PRM_LAYOUT_DECIMAL) {
        value.text = columns_decimal(column, at, batch->digits[batch->digits_used++]);
    } else {
        value.kind = column->kind;
        value.number = columns_integer(column, at);
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
    if (text.size > PRM_LIMIT_TEXT_BYTES || !prm__utf8_valid(text.data, text.size))
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
    *value = (columns_value){.present = columns_present(column, at)};
    if (!value->present)
        return PRM_OK;
    int64_t place = columns_integer(column, at);
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
        *time = columns_ms(value.number, PRM_TICK_SECOND);
    else if (value.kind == PRM_VALUE_TEXT && !prm__caltime_read(&batch->engine->program->calendar.zone,
                                                                value.text.data, value.text.size, time))
        return columns_no_time(batch, row, value.text);
    return PRM_OK;
}

/* The type by its handle once its text has been looked up, as dictionaries' texts are. */
static prm_status columns_type(columns_batch *batch, uint64_t row, prm_event *event)
{
    columns_value value = {.present = false};
    PRM_TRY(columns_read(batch, &batch->type, row, &value));
    event->type = PRM_NONE;
    if (!value.present)
        return PRM_OK;
    event->type_name = value.text.data;
    event->type_name_size = value.text.size;
    if (value.kind == PRM_VALUE_NAME) {
        prm_text text = prm__intern_text(&batch->engine->texts, (uint32_t)value.number);
        event->type_name = text.data;
        event->type_name_size = text.size;
        if (value.number <= batch->engine->known_keys)
            event->type = batch->engine->type_of_key[value.number];
    }
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
        const columns_field *field = &batch->fields[i];
        PRM_TRY(columns_read(batch, field, row, &value));
        if (!value.present)
            continue;
        prm_field *out = &fields[event->field_count++];
        *out = (prm_field){field->name,     value.kind,      field->given->name, field->given->name_size,
                           value.text.data, value.text.size, value.number};
    }
    return PRM_OK;
}

/* ---- The columns of a call ---- */

/* The layouts that a column of this role, or a dictionary, may have. */
static bool columns_layout_fits(const prm_column *column)
{
    bool texts_only = column->role == PRM_COLUMN_ID || column->role == PRM_COLUMN_TYPE;
    if (column->layout > PRM_LAYOUT_PADDED || (column->layout == PRM_LAYOUT_DECIMAL && column->scale < 0) ||
        column->scale > 38)
        return false;
    if (column->layout != PRM_LAYOUT_NONE && column->rows && !column->values)
        return false;
    if (columns_is_text(column) || column->layout == PRM_LAYOUT_NONE)
        return true;
    if (texts_only)
        return false;
    if (column->layout == PRM_LAYOUT_DECIMAL)
        return column->role == PRM_COLUMN_FIELD;
    if (column->role == PRM_COLUMN_TIME)
        return column->kind == PRM_VALUE_TIME || column->kind == PRM_VALUE_INTEGER;
    return column->kind >= PRM_VALUE_INTEGER && column->kind <= PRM_VALUE_TIME;
}

static bool columns_sound(const prm_column *column)
{
    const prm_column *dictionary = column->dictionary;
    if (column->role > PRM_COLUMN_TIME || (column->name_size && !column->name))
        return false;
    if (!dictionary)
        return columns_layout_fits(column);
    prm_column entries = *dictionary;
    entries.role = column->role; /* what the column is for, its entries are for */
    bool places = column->layout >= PRM_LAYOUT_INT8 && column->layout <= PRM_LAYOUT_UINT64;
    return places && (!column->rows || column->values) && !dictionary->dictionary &&
           columns_layout_fits(&entries);
}

/* Whether every type that has the field has it as a text. */
static bool columns_text_everywhere(const prm_program *program, uint32_t name)
{
    for (uint32_t i = 0; i < program->slots_count; i++)
        if (program->slots[i].name == name && program->slots[i].field_type != PRM_FIELD_TEXT)
            return false;
    return name != PRM_NONE;
}

/* Puts a column where its role is; false when that place is taken. */
static bool columns_place(columns_batch *batch, const prm_column *column)
{
    columns_field field = {.given = column, .name = PRM_NONE};
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
        if (!columns_sound(&columns[i]))
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

/* A place to note the handles of a dictionary's texts, where handles may be used. */
static bool columns_open_dictionary(columns_batch *batch, columns_field *field)
{
    const prm_column *dictionary = field->given->dictionary;
    bool handles = field == &batch->type ||
                   (field->name != PRM_NONE && columns_text_everywhere(batch->engine->program, field->name));
    if (!dictionary || !columns_is_text(dictionary) || !handles || dictionary->rows == 0 ||
        dictionary->rows > field->given->rows / COLUMNS_USES)
        return true;
    field->known = prm__alloc_zeroed(&batch->engine->alloc, dictionary->rows, sizeof *field->known);
    return field->known != NULL;
}

static void columns_close_dictionary(columns_batch *batch, columns_field *field)
{
    if (field->known)
        prm__alloc_release(&batch->engine->alloc, field->known, field->given->dictionary->rows,
                           sizeof *field->known);
}

/* Room for all rows; what of it is not written is never touched. */
static bool columns_open(columns_call *call)
{
    prm__alloc *alloc = &call->engine->alloc;
    bool open = true;
    for (size_t i = 0; i < call->batch_count; i++) {
        columns_batch *batch = &call->batches[i];
        open = open && columns_open_dictionary(batch, &batch->type);
        for (uint32_t j = 0; j < batch->field_count && open; j++)
            open = columns_open_dictionary(batch, &batch->fields[j]);
        call->rows += batch->rows;
        call->values += batch->rows * batch->field_count;
        call->digits += batch->rows * batch->decimals;
    }
    if (!open)
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
    PRM_TRY(
        prm_engine_ingest(call->engine, call->events, (size_t)call->rows, sizeof(prm_event), answers, error));
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
    PRM_TRY(prm_engine_ingest(engine, NULL, 0, sizeof(prm_event), NULL, error));
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
    char digits[PRM_LIMIT_FIELDS][COLUMNS_DIGITS];
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
