#include "testevents.h"

/* The library knows the program's zone, so local times are reckoned with the
 * help of its own writing and reading of times. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "strptime.h"

enum { TESTEVENTS_TEXT = 64, TESTEVENTS_LAST_DAY = 2932896 }; /* 9999-12-31 */

/* ---- Steps ---------------------------------------------------------------------- */

typedef struct testevents_date {
    int32_t year;
    int32_t month;
    int32_t day;
} testevents_date;

static int32_t testevents_digits(const char *text, int count)
{
    int32_t value = 0;
    for (int i = 0; i < count; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

static testevents_date testevents_read_date(const char *text)
{
    return (testevents_date){testevents_digits(text, 4), testevents_digits(text + 5, 2),
                             testevents_digits(text + 8, 2)};
}

static int32_t testevents_month_days(int32_t year, int32_t month)
{
    int32_t next = month == 12 ? 1 : month + 1;
    return (int32_t)(civil_days(month == 12 ? year + 1 : year, next, 1) - civil_days(year, month, 1));
}

/* The first day of the month `count` months later, or of January 10000 when
 * that is later. */
static testevents_date testevents_add_months(testevents_date date, int64_t count)
{
    int64_t month = (int64_t)date.year * 12 + (date.month - 1) + count;
    if (month >= 120000)
        return (testevents_date){10000, 1, 1};
    date.year = (int32_t)(month / 12);
    date.month = (int32_t)(month % 12) + 1;
    int32_t days = testevents_month_days(date.year, date.month);
    if (date.day > days)
        date.day = days;
    return date;
}

/* `count` days later, or the first of January 10000 when that is later. */
static testevents_date testevents_add_days(testevents_date date, int64_t count)
{
    int64_t goal = civil_days(date.year, date.month, date.day) + count;
    if (goal > TESTEVENTS_LAST_DAY)
        return (testevents_date){10000, 1, 1};
    int32_t year = 1970 + (int32_t)(goal / 366);
    while (civil_days(year + 1, 1, 1) <= goal)
        year++;
    int32_t month = 1;
    while (month < 12 && civil_days(year, month + 1, 1) <= goal)
        month++;
    return (testevents_date){year, month, (int32_t)(goal - civil_days(year, month, 1)) + 1};
}

static int testevents_is_date(prm_text at)
{
    return at.size == 10 && at.data[4] == '-' && at.data[7] == '-';
}

/* Where the time of day ends in "2026-06-20T10:00:00.5+09:00". */
static size_t testevents_day_time_end(const char *text, size_t size)
{
    size_t end = 19;
    while (end < size && text[end] != 'Z' && text[end] != '+' && text[end] != '-')
        end++;
    return end;
}

int testevents_step(const prm_program *program, prm_text at, int64_t start, test_step step, int64_t count,
                    int64_t *out)
{
    char local[TESTEVENTS_TEXT];
    char moved[TESTEVENTS_TEXT * 2];
    *out = start;
    if (count == 0)
        return 1;
    if (step.unit == TEST_MILLISECONDS) {
        *out = start + step.count * count;
        return 1;
    }
    size_t size = prm_program_write_time(program, start, local, sizeof local);
    if (size < 20)
        return 0;
    testevents_date date = testevents_read_date(testevents_is_date(at) ? at.data : local);
    date = step.unit == TEST_DAYS ? testevents_add_days(date, step.count * count)
                                  : testevents_add_months(date, step.count * count);
    if (date.year > 9999)
        return 0;
    int day_time = testevents_is_date(at) ? 0 : (int)testevents_day_time_end(local, size) - 10;
    int length = snprintf(moved, sizeof moved, "%04d-%02d-%02d%.*s", (int)date.year, (int)date.month,
                          (int)date.day, day_time, local + 10);
    if (day_time == 0)
        return prm_program_read_time(program, moved, (size_t)length, out, NULL) == PRM_OK;
    return prm_program_read_local_time(program, moved, (size_t)length, out, NULL) == PRM_OK;
}

/* ---- Listed events ------------------------------------------------------------------ */

typedef struct testevents_maker {
    const test_file *file;
    const prm_program *program;
    event_batch *batch;
    buffer *problems;
    size_t place; /* of the event at hand, from 1 */
    int good;
} testevents_maker;

static void testevents_set_id(testevents_maker *maker, const test_event *event, uint32_t number)
{
    buffer id = {0};
    if (event->id.size > 0)
        buffer_put(&id, event->id.data, event->id.size);
    else
        buffer_format(&id, "e%zu", maker->place);
    if (event->repeat > 0)
        buffer_format(&id, "-%" PRIu32, number);
    batch_set_id(maker->batch, (prm_text){id.data, id.size});
    buffer_free(&id);
}

static int testevents_is_field(prm_text key)
{
    return !text_is(key, "id") && !text_is(key, "at") && !text_is(key, "type") && !text_is(key, "repeat") &&
           !text_is(key, "every");
}

static void testevents_add(testevents_maker *maker, const test_event *event, uint32_t number, int64_t time)
{
    batch_begin(maker->batch, (event_origin){maker->file->doc.file, event->node->line});
    batch_set_type(maker->batch, prm_program_type(maker->program, event->type.data, event->type.size),
                   event->type);
    testevents_set_id(maker, event, number);
    batch_set_time(maker->batch, time);
    for (const yamldoc_node *field = event->node->first; field != NULL; field = field->next)
        if (testevents_is_field(field->key))
            batch_add_field(maker->batch, prm_program_field(maker->program, field->key.data, field->key.size),
                            field->key, field->text);
}

static void testevents_add_all(testevents_maker *maker, const test_event *event)
{
    prm_error error;
    int64_t start;
    int64_t time;
    if (prm_program_read_time(maker->program, event->at.data, event->at.size, &start, &error) != PRM_OK) {
        const yamldoc_node *at = yamldoc_child(event->node, "at");
        yamldoc_locate(&maker->file->doc, maker->problems, at->line, at->column, "at: %s", error.message);
        maker->good = 0;
        return;
    }
    uint32_t count = event->repeat == 0 ? 1 : event->repeat;
    for (uint32_t i = 0; i < count; i++) {
        if (!testevents_step(maker->program, event->at, start, event->every, i, &time)) {
            yamldoc_locate(&maker->file->doc, maker->problems, event->node->line, event->node->column,
                           "the repeats go beyond the year 9999");
            maker->good = 0;
            return;
        }
        testevents_add(maker, event, i + 1, time);
    }
}

/* ---- Files of events ------------------------------------------------------------------- */

/* Names of undeclared fields live only as long as their source. */
static void testevents_keep_names(event_batch *batch, size_t first_field)
{
    for (size_t i = first_field; i < batch->field_count; i++) {
        prm_field *field = &batch->fields[i];
        if (field->field == PRM_NONE)
            field->name = batch_text(batch, (prm_text){field->name, field->name_size}).data;
    }
}

/* Reads all of the file, whose findings go to `notes`; 0 with the errno when it can't be opened. */
static int testevents_read_file(testevents_maker *maker, const test_events *events, const mapping *map,
                                findings *notes, int *missing)
{
    size_t first_field = maker->batch->field_count;
    events_tally tally = {0};
    events_options options = {
        .program = maker->program,
        .map = map,
        .id_optional = 1,
        .findings = notes,
        .tally = &tally,
    };
    events_source *source = events_open(events->file.data, &options, missing);
    if (source == NULL)
        return 0;
    while (events_read(source, maker->batch, SIZE_MAX))
        continue;
    testevents_keep_names(maker->batch, first_field);
    events_close(source);
    return 1;
}

/* Origins outlive the source, so they are given the path that the model keeps. */
static void testevents_number(testevents_maker *maker, size_t first, const char *path)
{
    event_batch *batch = maker->batch;
    for (size_t i = first; i < batch->count; i++) {
        char id[32];
        maker->place++;
        batch->origins[i].file = path;
        if (batch->events[i].id_size > 0)
            continue;
        int size = snprintf(id, sizeof id, "e%zu", maker->place);
        prm_text copy = batch_text(batch, (prm_text){id, (size_t)size});
        batch->events[i].id = copy.data;
        batch->events[i].id_size = copy.size;
    }
}

static void testevents_add_file(testevents_maker *maker, const test_events *events)
{
    char *text = NULL;
    size_t size = 0;
    mapping map = {0};
    size_t first = maker->batch->count;
    int mapped = events->map.size > 0;
    int missing = 0;
    findings notes = {.out = open_memstream(&text, &size), .shown = FINDINGS_SHOWN};
    int good = !mapped || map_load(&map, events->map.data, maker->program);
    if (mapped)
        buffer_put(maker->problems, map.doc.messages.data, good ? 0 : map.doc.messages.size);
    if (good && notes.out != NULL &&
        !testevents_read_file(maker, events, mapped ? &map : NULL, &notes, &missing)) {
        buffer_format(maker->problems, "%s: %s\n", events->file.data, strerror(missing));
        good = 0;
    }
    findings_close(&notes);
    if (notes.out != NULL)
        fclose(notes.out);
    if (notes.count > 0)
        buffer_put(maker->problems, text, size);
    maker->good &= good && notes.out != NULL && notes.count == 0;
    testevents_number(maker, first, events->file.data);
    if (mapped)
        map_free(&map);
    free(text);
}

/* ---- All of them ------------------------------------------------------------------------- */

static void testevents_add_part(testevents_maker *maker, const test_events *events)
{
    if (events->file.size > 0) {
        testevents_add_file(maker, events);
        return;
    }
    for (size_t i = 0; i < events->count; i++) {
        maker->place++;
        testevents_add_all(maker, &events->items[i]);
    }
}

int testevents_make(const test_file *file, const test_case *test, const prm_program *program,
                    event_batch *out, buffer *problems)
{
    testevents_maker maker = {file, program, out, problems, 0, 1};
    testevents_add_part(&maker, &file->given);
    testevents_add_part(&maker, &test->events);
    batch_seal(out);
    return maker.good;
}
