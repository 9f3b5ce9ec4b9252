#include "feeding.h"
#include <stdio.h>
#include <string.h>

static int feeding_fail(const char *what, const prm_error *error)
{
    fprintf(stderr, "bench: %s: %s\n", what, error->message);
    return 1;
}

/* ---- Names as handles ---- */

static int resolve(prm_engine *engine, workload *load)
{
    prm_error error;
    for (size_t i = 0; i < load->fields_used; i++) {
        prm_field *field = &load->fields[i];
        uint32_t handle;
        if (field->kind != PRM_VALUE_TEXT || workload_is_new(load, field))
            continue;
        if (prm_engine_intern(engine, field->text, field->text_size, &handle, &error) != PRM_OK)
            return feeding_fail("intern", &error);
        field->kind = PRM_VALUE_NAME;
        field->number = handle;
    }
    return 0;
}

/* ---- Columns ---- */

#define ID WORKLOAD_NAMES
#define TYPE (WORKLOAD_NAMES + 1)
#define TIME (WORKLOAD_NAMES + 2)
#define COLUMNS (WORKLOAD_NAMES + 3)

/* What one column holds; of a column of numbers, or of places in a dictionary, the numbers. */
typedef struct feeding_values {
    int32_t offsets[WORKLOAD_PORTION + 1];
    int64_t numbers[WORKLOAD_PORTION];
    uint8_t valid[WORKLOAD_PORTION / 8];
    char bytes[WORKLOAD_PORTION * 16];
} feeding_values;

static feeding_values held[COLUMNS], types;
static prm_column columns[COLUMNS], dictionary;

static void add_text(feeding_values *to, size_t row, const char *text, size_t size)
{
    memcpy(to->bytes + to->offsets[row], text, size);
    to->offsets[row + 1] = to->offsets[row] + (int32_t)size;
    to->valid[row / 8] |= (uint8_t)(1U << row % 8);
}

static void add_number(feeding_values *to, size_t row, int64_t number)
{
    to->numbers[row] = number;
    to->offsets[row + 1] = to->offsets[row];
    to->valid[row / 8] |= (uint8_t)(1U << row % 8);
}

static prm_column text_column(const feeding_values *values, size_t rows)
{
    return (prm_column){
        .layout = PRM_LAYOUT_TEXT32, .values = values->offsets, .bytes = values->bytes, .rows = rows};
}

static void fill_rows(const workload *load)
{
    memset(held, 0, sizeof held);
    for (size_t row = 0; row < load->count; row++) {
        const prm_event *event = &load->events[row];
        for (size_t i = 0; i < WORKLOAD_NAMES; i++)
            held[i].offsets[row + 1] = held[i].offsets[row];
        add_text(&held[ID], row, event->id, event->id_size);
        add_number(&held[TYPE], row, (int64_t)workload_type(load, event));
        add_number(&held[TIME], row, event->time);
        for (size_t i = 0; i < event->field_count; i++) {
            const prm_field *field = &event->fields[i];
            if (field->kind == PRM_VALUE_TEXT)
                add_text(&held[workload_name(load, field)], row, field->text, field->text_size);
            else
                add_number(&held[workload_name(load, field)], row, field->number);
        }
    }
}

static void make_columns(const workload *load)
{
    fill_rows(load);
    memset(&types, 0, sizeof types);
    for (size_t i = 0; i < WORKLOAD_TYPES; i++)
        add_text(&types, i, workload_type_names[i], strlen(workload_type_names[i]));
    dictionary = text_column(&types, WORKLOAD_TYPES);
    for (size_t i = 0; i < COLUMNS; i++) {
        bool is_number = i == TYPE || i == TIME || i == WORKLOAD_AMOUNT;
        columns[i] = text_column(&held[i], load->count);
        columns[i].valid = held[i].valid;
        if (is_number)
            columns[i] = (prm_column){.layout = PRM_LAYOUT_INT64,
                                      .kind = PRM_VALUE_INTEGER,
                                      .values = held[i].numbers,
                                      .valid = held[i].valid,
                                      .rows = load->count};
        if (i < WORKLOAD_NAMES) {
            columns[i].name = workload_field_names[i];
            columns[i].name_size = strlen(workload_field_names[i]);
        }
    }
    columns[ID].role = PRM_COLUMN_ID;
    columns[TYPE].role = PRM_COLUMN_TYPE;
    columns[TYPE].dictionary = &dictionary;
    columns[TIME].role = PRM_COLUMN_TIME;
    columns[TIME].kind = PRM_VALUE_TIME;
}

/* ---- Handing over ---- */

int feeding_prepare(feeding how, prm_engine *engine, workload *load)
{
    if (how == FEEDING_NAMES)
        return resolve(engine, load);
    if (how == FEEDING_COLUMNS)
        make_columns(load);
    return 0;
}

int feeding_take(feeding how, prm_engine *engine, const workload *load)
{
    prm_error error;
    size_t batch = how == FEEDING_SINGLE ? 1 : WORKLOAD_PORTION;
    if (how == FEEDING_COLUMNS) {
        if (prm_engine_ingest_columns(engine, columns, COLUMNS, sizeof *columns, 1, NULL, NULL, &error) !=
            PRM_OK)
            return feeding_fail("columns", &error);
        return 0;
    }
    for (size_t at = 0; at < load->count; at += batch) {
        size_t count = load->count - at < batch ? load->count - at : batch;
        if (prm_engine_ingest(engine, load->events + at, count, sizeof(prm_event), NULL, &error) != PRM_OK)
            return feeding_fail("ingest", &error);
    }
    return 0;
}
