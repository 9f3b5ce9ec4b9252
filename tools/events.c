#include "events.h"

/* Whatever the format, a row is taken or reported; nothing of a broken one is
 * left in the batch. For CSV the header is resolved to handles once. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "again.h"
#include "csv.h"
#include "fieldname.h"
#include "ndjson.h"
#include "suggest.h"

/* The columns that every file of events has. */
enum { EVENTS_ID, EVENTS_TYPE, EVENTS_TIME, EVENTS_ENVELOPE };

static const char *const events_envelope[EVENTS_ENVELOPE] = {"id", "type", "time"};

struct events_source {
    events_options options;
    input in;
    int is_csv;
    int ended;
    csv_reader csv;
    ndjson_reader json;
    arena names; /* the CSV header */
    prm_text *columns;
    uint32_t *handles;                /* CSV without a mapping: per column */
    unsigned char *is_envelope;       /* and whether it is one of the three */
    size_t envelope[EVENTS_ENVELOPE]; /* and where the three are; MAP_NONE: nowhere */
    size_t *indices;                  /* CSV with a mapping: per column of the mapping */
    prm_text *values;                 /* with a mapping: the row */
    unsigned char *seen;              /* NDJSON with a mapping: columns that some row has */
    map_state state;
    again known;
};

static event_origin events_origin(const events_source *source)
{
    return (event_origin){source->in.name, source->is_csv ? source->csv.line : source->json.line};
}

/* Reports the row at hand, or with line 0 the file, as unreadable. */
#define EVENTS_UNREADABLE(source, ...)                                                                       \
    do {                                                                                                     \
        (source)->options.tally->unreadable++;                                                               \
        findings_add((source)->options.findings, events_origin(source), __VA_ARGS__);                        \
    } while (0)

static int events_shown(prm_text text)
{
    return (int)(text.size < 100 ? text.size : 100);
}

/* ---- Envelopes --------------------------------------------------------------- */

/* Begins an event with these three, which lie in the batch's texts; 0 when one is missing or is no time. */
static int events_begin(events_source *source, event_batch *batch, const prm_text *envelope)
{
    int64_t time;
    prm_error error;
    for (size_t i = 0; i < EVENTS_ENVELOPE; i++) {
        if (envelope[i].size > 0 || (i == EVENTS_ID && source->options.id_optional))
            continue;
        EVENTS_UNREADABLE(source, "the event has no %s", events_envelope[i]);
        return 0;
    }
    if (again_time(&source->known, envelope[EVENTS_TIME], &time, &error) != PRM_OK) {
        EVENTS_UNREADABLE(source, "%s", error.message);
        return 0;
    }
    batch_begin(batch, events_origin(source));
    batch_set_kept_type(batch, again_type(&source->known, envelope[EVENTS_TYPE]).handle,
                        envelope[EVENTS_TYPE]);
    batch_set_kept_id(batch, envelope[EVENTS_ID]);
    batch_set_time(batch, time);
    return 1;
}

static int events_is_envelope(prm_text name)
{
    return text_is(name, "id") || text_is(name, "type") || text_is(name, "time");
}

/* ---- CSV ------------------------------------------------------------------------- */

/* Where the header has `name`; MAP_NONE when it does not. */
static size_t events_find_column(const events_source *source, prm_text name)
{
    for (size_t i = 0; i < source->csv.columns; i++)
        if (text_same(source->columns[i], name))
            return i;
    return MAP_NONE;
}

/* Whether the header's column `name` is needed for what it says. */
static int events_is_required(const events_source *source, prm_text name)
{
    const mapping *map = source->options.map;
    if (map == NULL)
        return events_is_envelope(name);
    for (size_t i = 0; i < map->column_count; i++)
        if (text_same(map->columns[i].name, name))
            return 1;
    return 0;
}

/* The column of the header that was most likely meant as `name`; an empty text when there
 * is none. */
static prm_text events_nearest_column(const events_source *source, prm_text name)
{
    size_t count = 0;
    prm_text *names = memory_take((source->csv.columns + 1) * sizeof *names);
    for (size_t i = 0; i < source->csv.columns; i++)
        if (!events_is_required(source, source->columns[i]))
            names[count++] = source->columns[i];
    size_t near = suggest_nearest(name, names, count);
    prm_text found = near < count ? names[near] : (prm_text){"", 0};
    free(names);
    return found;
}

static void events_report_column(events_source *source, prm_text name, const char *wanted_by)
{
    prm_text near = events_nearest_column(source, name);
    if (near.size > 0)
        EVENTS_UNREADABLE(source, "the header has no column '%.*s'%s; did you mean '%.*s'?",
                          events_shown(name), name.data, wanted_by, events_shown(near), near.data);
    else
        EVENTS_UNREADABLE(source, "the header has no column '%.*s'%s", events_shown(name), name.data,
                          wanted_by);
}

/* Whether the first line has none of the columns that every file of events has, nor more
 * than one that could be meant as such, which chance may give: then it is a row. */
static int events_lacks_header(const events_source *source)
{
    size_t similar = 0;
    if (source->options.map != NULL || source->csv.columns == 0)
        return 0;
    for (size_t i = 0; i < EVENTS_ENVELOPE; i++) {
        prm_text name = text_of(events_envelope[i]);
        if (events_find_column(source, name) != MAP_NONE)
            return 0;
        similar += events_nearest_column(source, name).size > 0;
    }
    return similar < 2;
}

static void events_report_no_header(events_source *source)
{
    EVENTS_UNREADABLE(source, "the first line is no header: %stype and time are missing",
                      source->options.id_optional ? "" : "id, ");
}

enum { EVENTS_UNKNOWN_SHOWN = 5 };

static void events_warn_column(const events_source *source, prm_text name)
{
    prm_text near = fieldname_nearest(source->options.program, name);
    findings_warn(source->options.findings, events_origin(source),
                  "column '%.*s' is no field of the program%s%s%s", events_shown(name), name.data,
                  near.size > 0 ? "; did you mean '" : "", near.data, near.size > 0 ? "'?" : "");
}

static void events_warn_columns(const events_source *source, const size_t *unknown, size_t count)
{
    buffer names = {0};
    size_t shown = count < EVENTS_UNKNOWN_SHOWN ? count : EVENTS_UNKNOWN_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        prm_text name = source->columns[unknown[i]];
        prm_text near = fieldname_nearest(source->options.program, name);
        buffer_format(&names, "%s'%.*s'", i > 0 ? ", " : "", events_shown(name), name.data);
        if (near.size > 0)
            buffer_format(&names, " (did you mean '%s'?)", near.data);
    }
    if (count > shown)
        buffer_format(&names, " and %zu more", count - shown);
    findings_warn(source->options.findings, events_origin(source),
                  "columns %.*s are no fields of the program", (int)names.size, names.data);
    buffer_free(&names);
}

/* One warning for all columns that no field of the program answers to. */
static void events_warn_unknown(const events_source *source)
{
    size_t count = 0;
    size_t *unknown = memory_take((source->csv.columns + 1) * sizeof *unknown);
    for (size_t i = 0; i < source->csv.columns; i++)
        if (!fieldname_known(source->options.program, source->columns[i]))
            unknown[count++] = i;
    if (count == 1)
        events_warn_column(source, source->columns[unknown[0]]);
    else if (count > 1)
        events_warn_columns(source, unknown, count);
    free(unknown);
}

static int events_bind_fields(events_source *source)
{
    int complete = 1;
    size_t count = source->csv.columns;
    if (events_lacks_header(source)) {
        events_report_no_header(source);
        return 0;
    }
    for (size_t i = 0; i < EVENTS_ENVELOPE; i++) {
        prm_text name = text_of(events_envelope[i]);
        source->envelope[i] = events_find_column(source, name);
        if (source->envelope[i] != MAP_NONE || (i == EVENTS_ID && source->options.id_optional))
            continue;
        events_report_column(source, name, "");
        complete = 0;
    }
    source->handles = memory_take(count * sizeof *source->handles);
    source->is_envelope = memory_take(count);
    for (size_t i = 0; i < count; i++) {
        source->handles[i] = prm_program_field(source->options.program, source->columns[i].data,
                                               source->columns[i].size);
        source->is_envelope[i] = (unsigned char)events_is_envelope(source->columns[i]);
    }
    if (complete)
        events_warn_unknown(source);
    return complete;
}

static int events_bind_mapping(events_source *source)
{
    const mapping *map = source->options.map;
    int complete = 1;
    source->indices = memory_take(map->column_count * sizeof *source->indices);
    for (size_t i = 0; i < map->column_count; i++) {
        source->indices[i] = events_find_column(source, map->columns[i].name);
        if (source->indices[i] != MAP_NONE)
            continue;
        buffer wanted = {0};
        buffer_format(&wanted, " (%s, line %u)", map->doc.file, (unsigned)map->columns[i].line);
        buffer_byte(&wanted, '\0');
        events_report_column(source, map->columns[i].name, wanted.data);
        buffer_free(&wanted);
        complete = 0;
    }
    return complete;
}

static int events_start_csv(events_source *source)
{
    csv_open(&source->csv, &source->in);
    if (csv_header(&source->csv, &source->names, &source->columns) != CSV_RECORD) {
        if (events_lacks_header(source))
            events_report_no_header(source);
        else
            EVENTS_UNREADABLE(source, "%s", source->csv.reason);
        return 0;
    }
    return source->options.map != NULL ? events_bind_mapping(source) : events_bind_fields(source);
}

/* The record's cells, copied as they lie, all at once. */
static const prm_text *events_keep_cells(const events_source *source, event_batch *batch)
{
    prm_text *cells = source->csv.cells;
    const prm_text *last = &cells[source->csv.count - 1];
    const char *begin = cells[0].data;
    prm_text whole = batch_text(batch, (prm_text){begin, (size_t)(last->data + last->size - begin)});
    for (size_t i = 0; i < source->csv.count; i++)
        cells[i].data = whole.data + (cells[i].data - begin);
    return cells;
}

static void events_take_record(events_source *source, event_batch *batch)
{
    prm_text envelope[EVENTS_ENVELOPE] = {{0}};
    arena_place before = arena_here(&batch->texts);
    const prm_text *cells = events_keep_cells(source, batch);
    for (size_t i = 0; i < EVENTS_ENVELOPE; i++)
        if (source->envelope[i] != MAP_NONE)
            envelope[i] = cells[source->envelope[i]];
    if (!events_begin(source, batch, envelope)) {
        arena_rewind(&batch->texts, before);
        return;
    }
    source->options.tally->made++;
    for (size_t i = 0; i < source->csv.count; i++)
        if (cells[i].size > 0 && !source->is_envelope[i])
            batch_add_kept_field(batch, source->handles[i], source->columns[i], cells[i]);
}

/* ---- Mapped rows -------------------------------------------------------------------- */

static void events_map_row(events_source *source, event_batch *batch)
{
    events_tally *tally = source->options.tally;
    size_t before = batch->count;
    switch (map_apply(source->options.map, &source->state, source->options.program, source->values, batch,
                      events_origin(source))) {
    case MAP_MADE:
        tally->mapped++;
        tally->made += batch->count - before;
        break;
    case MAP_EMPTY:
        tally->without++;
        break;
    case MAP_FAILED:
        tally->unmapped++;
        findings_add(source->options.findings, events_origin(source), "%s", source->state.reason);
        break;
    }
}

static void events_map_record(events_source *source, event_batch *batch)
{
    for (size_t i = 0; i < source->options.map->column_count; i++)
        source->values[i] = source->csv.cells[source->indices[i]];
    events_map_row(source, batch);
}

/* The text of a value that must be one; 0 when it is not, and the row counts. */
static int events_json_text(events_source *source, ndjson_value value, prm_text name, prm_text *out)
{
    *out = value.kind == NDJSON_TEXT ? value.text : (prm_text){0};
    if (value.kind == NDJSON_NESTED)
        EVENTS_UNREADABLE(source, "'%.*s' holds an object or a list", events_shown(name), name.data);
    if (value.kind == NDJSON_UNFIT)
        EVENTS_UNREADABLE(source, "the number in '%.*s' has too many digits, or is none that JSON knows",
                          events_shown(name), name.data);
    if (value.kind == NDJSON_TEXT && value.text.size > 0 && memchr(out->data, '\0', out->size) != NULL) {
        EVENTS_UNREADABLE(source, "a NUL character in '%.*s'", events_shown(name), name.data);
        return 0;
    }
    return value.kind == NDJSON_TEXT || value.kind == NDJSON_ABSENT;
}

static void events_map_object(events_source *source, event_batch *batch)
{
    const mapping *map = source->options.map;
    for (size_t i = 0; i < map->column_count; i++) {
        prm_text name = map->columns[i].name;
        ndjson_value value = ndjson_find(&source->json, name, &batch->texts);
        source->seen[i] |= value.kind != NDJSON_ABSENT;
        if (!events_json_text(source, value, name, &source->values[i]))
            return;
    }
    events_map_row(source, batch);
}

/* A column that no object has is most likely misspelt; nothing else would say so. */
static void events_note_unseen(const events_source *source)
{
    const mapping *map = source->options.map;
    for (size_t i = 0; i < map->column_count; i++)
        if (!source->seen[i])
            findings_warn(source->options.findings, (event_origin){map->doc.file, map->columns[i].line},
                          "no object of %s has '%s'", source->in.name, map->columns[i].name.data);
}

/* ---- NDJSON ----------------------------------------------------------------------------- */

/* Values of fields that the program does not declare are dropped by the library,
 * which counts them; what cannot be a text is dropped as an empty object. */
static int events_add_member(events_source *source, event_batch *batch, const jsonline_value *member)
{
    prm_text text;
    again_name name = again_field(&source->known, member->key);
    ndjson_value value = ndjson_value_of(member, &batch->texts);
    if (value.kind == NDJSON_ABSENT)
        return 1;
    if (name.handle == PRM_NONE && value.kind != NDJSON_TEXT)
        value = (ndjson_value){NDJSON_TEXT, {"{}", 2}};
    if (!events_json_text(source, value, member->key, &text))
        return 0;
    batch_add_kept_field(batch, name.handle, member->key, text);
    return 1;
}

/* The members of the object at `parent` but for those at the places in `envelope`. */
static int events_add_members(events_source *source, event_batch *batch, uint32_t parent,
                              const uint32_t *envelope)
{
    const jsonline *object = &source->json.object;
    for (uint32_t i = parent + 1; i < object->values[parent].next; i = object->values[i].next) {
        int is_field = i != envelope[EVENTS_ID] && i != envelope[EVENTS_TYPE] && i != envelope[EVENTS_TIME];
        if (is_field && !events_add_member(source, batch, &object->values[i]))
            return 0;
    }
    return 1;
}

/* Where the fields are: the object itself, of a CloudEvent its data. PRM_NONE when it has
 * none. 0 with the row reported when that is no object. */
static int events_find_fields(events_source *source, uint32_t *parent)
{
    const jsonline *object = &source->json.object;
    *parent = 0;
    if (jsonline_find(object, 0, (prm_text){"specversion", 11}) == 0)
        return 1;
    *parent = jsonline_find(object, 0, (prm_text){"data", 4});
    if (*parent == 0 || object->values[*parent].kind == JSONLINE_NULL)
        *parent = PRM_NONE;
    if (*parent == PRM_NONE || object->values[*parent].kind == JSONLINE_OBJECT)
        return 1;
    EVENTS_UNREADABLE(source, "the CloudEvent's 'data' is not an object");
    return 0;
}

static void events_take_object(events_source *source, event_batch *batch)
{
    static const prm_text names[EVENTS_ENVELOPE] = {{"id", 2}, {"type", 4}, {"time", 4}};
    const jsonline *object = &source->json.object;
    uint32_t places[EVENTS_ENVELOPE];
    prm_text envelope[EVENTS_ENVELOPE] = {{0}};
    uint32_t parent;
    size_t before = batch->count;
    for (size_t i = 0; i < EVENTS_ENVELOPE; i++) {
        places[i] = jsonline_find(object, 0, names[i]);
        if (places[i] != 0 &&
            !events_json_text(source, ndjson_value_of(&object->values[places[i]], &batch->texts), names[i],
                              &envelope[i]))
            return;
    }
    if (!events_find_fields(source, &parent) || !events_begin(source, batch, envelope))
        return;
    if (parent == PRM_NONE || events_add_members(source, batch, parent, places))
        source->options.tally->made++;
    else
        batch_cut(batch, before);
}

/* ---- Sources -------------------------------------------------------------------------------- */

static int events_ends_with(const char *path, const char *ending)
{
    size_t size = strlen(path);
    size_t tail = strlen(ending);
    return size > tail && strcmp(path + size - tail, ending) == 0;
}

static int events_guess_csv(events_source *source, const char *path)
{
    if (source->options.format != EVENTS_GUESS)
        return source->options.format == EVENTS_CSV;
    if (events_ends_with(path, ".csv"))
        return 1;
    if (events_ends_with(path, ".ndjson") || events_ends_with(path, ".jsonl") ||
        events_ends_with(path, ".json"))
        return 0;
    size_t at = 0;
    input_skip_mark(&source->in);
    while (input_has(&source->in, at) && at < INPUT_RECORD_BYTES &&
           strchr(" \t\r\n", source->in.data[source->in.begin + at]) != NULL)
        at++;
    return !input_has(&source->in, at) || source->in.data[source->in.begin + at] != '{';
}

static int events_start(events_source *source)
{
    if (source->options.map != NULL) {
        source->values = memory_take(source->options.map->column_count * sizeof *source->values);
        source->seen = memory_take(source->options.map->column_count);
    }
    if (!input_has(&source->in, 0)) {
        EVENTS_UNREADABLE(source, "%s",
                          source->in.error != 0 ? strerror(source->in.error) : "the file is empty");
        return 0;
    }
    if (source->is_csv)
        return events_start_csv(source);
    if (input_is_utf16(&source->in)) {
        EVENTS_UNREADABLE(source, "the file is UTF-16; save it as UTF-8");
        return 0;
    }
    ndjson_open(&source->json, &source->in);
    return 1;
}

events_source *events_open(const char *path, const events_options *options, int *missing)
{
    events_source *source = memory_take(sizeof *source);
    source->options = *options;
    source->known.program = options->program;
    *missing = input_open(&source->in, path);
    if (*missing != 0) {
        free(source);
        return NULL;
    }
    source->is_csv = events_guess_csv(source, path);
    source->ended = !events_start(source);
    return source;
}

/* Takes one row; 0 at the end of the file. */
static int events_step_csv(events_source *source, event_batch *batch)
{
    switch (csv_next(&source->csv)) {
    case CSV_RECORD:
        if (source->options.map != NULL)
            events_map_record(source, batch);
        else
            events_take_record(source, batch);
        return 1;
    case CSV_BROKEN:
        EVENTS_UNREADABLE(source, "%s", source->csv.reason);
        return 1;
    case CSV_END:
        break;
    }
    return 0;
}

static int events_step_ndjson(events_source *source, event_batch *batch)
{
    arena_place place = arena_here(&batch->texts);
    size_t before = batch->count;
    switch (ndjson_next(&source->json, &batch->texts)) {
    case NDJSON_OBJECT:
        if (source->options.map != NULL)
            events_map_object(source, batch);
        else
            events_take_object(source, batch);
        if (batch->count == before) /* of a row that made no event nothing is kept */
            arena_rewind(&batch->texts, place);
        return 1;
    case NDJSON_BROKEN:
        EVENTS_UNREADABLE(source, "%s", source->json.reason);
        return 1;
    case NDJSON_END:
        break;
    }
    return 0;
}

static void events_end(events_source *source)
{
    if (source->in.error != 0)
        EVENTS_UNREADABLE(source, "%s", strerror(source->in.error));
    else if (!source->is_csv && source->options.map != NULL && source->json.next_line > 1)
        events_note_unseen(source);
    source->ended = 1;
}

int events_read(events_source *source, event_batch *batch, size_t most)
{
    while (!source->ended && batch->count < most)
        if (!(source->is_csv ? events_step_csv(source, batch) : events_step_ndjson(source, batch)))
            events_end(source);
    return !source->ended;
}

uint64_t events_bytes(const events_source *source)
{
    return source->in.taken - (source->in.end - source->in.begin);
}

void events_close(events_source *source)
{
    csv_close(&source->csv);
    ndjson_close(&source->json);
    input_close(&source->in);
    arena_free(&source->names);
    map_state_free(&source->state);
    free(source->handles);
    free(source->is_envelope);
    again_free(&source->known);
    free(source->indices);
    free(source->values);
    free(source->seen);
    free(source);
}

int events_format_named(const char *name, events_format *out)
{
    *out = strcmp(name, "csv") == 0 ? EVENTS_CSV : EVENTS_NDJSON;
    return *out == EVENTS_CSV || strcmp(name, "ndjson") == 0;
}
