#include "map.h"

/* Reading a mapping: every problem is noted and the reading goes on, so that one
 * run shows them all. Columns are numbered as they are first named. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "fieldname.h"
#include "suggest.h"

/* The mapping under construction. */
typedef struct map_loader {
    mapping *map;
    yamldoc *doc;
    const prm_program *program;
    prm_text folder; /* of the mapping file, with its slash; empty: the present one */
} map_loader;

static size_t map_column_index(map_loader *loader, prm_text name, uint32_t line)
{
    mapping *map = loader->map;
    for (size_t i = 0; i < map->column_count; i++)
        if (text_same(map->columns[i].name, name))
            return i;
    map->columns = memory_grow(map->columns, &map->column_capacity, map->column_count + 1,
                               sizeof *map->columns);
    map->columns[map->column_count] = (map_column){.name = arena_text(&map->memory, name), .line = line};
    return map->column_count++;
}

/* ---- Templates ----------------------------------------------------------------- */

/* Adds bytes to the literal at the template's end; `text` has room for all. */
static void map_add_literal(map_template *out, char *text, size_t *used, char byte)
{
    map_part *last = out->count > 0 ? &out->parts[out->count - 1] : NULL;
    if (last == NULL || last->column != MAP_NONE) {
        last = &out->parts[out->count++];
        *last = (map_part){.column = MAP_NONE, .literal = {text + *used, 0}};
    }
    text[(*used)++] = byte;
    last->literal.size++;
}

/* Reads "{column}" at `at`; returns the offset behind it, 0 when it is broken. */
static size_t map_read_reference(map_loader *loader, const yamldoc_node *node, size_t at, map_template *out)
{
    prm_text text = node->text;
    const char *close = memchr(text.data + at, '}', text.size - at);
    size_t end = close == NULL ? text.size : (size_t)(close - text.data);
    prm_text name = {text.data + at + 1, end - at - 1};
    if (close == NULL) {
        yamldoc_problem_at(loader->doc, node, "'{' without '}'; a brace itself is written '{{'");
        return 0;
    }
    if (name.size == 0 || memchr(name.data, '{', name.size) != NULL) {
        yamldoc_problem_at(loader->doc, node, "a column's name is expected between '{' and '}'");
        return 0;
    }
    out->parts[out->count++] = (map_part){.column = map_column_index(loader, name, node->line)};
    return end + 1;
}

/* Answers 0 with a problem when the text is no template. */
static int map_read_template(map_loader *loader, const yamldoc_node *node, const char *what,
                             map_template *out)
{
    if (!yamldoc_expect(loader->doc, node, YAMLDOC_TEXT, what))
        return 0;
    prm_text text = node->text;
    char *literals = arena_take(&loader->map->memory, text.size + 1);
    size_t used = 0;
    out->parts = arena_take(&loader->map->memory, (text.size + 1) * sizeof *out->parts);
    out->count = 0;
    for (size_t i = 0; i < text.size;) {
        char byte = text.data[i];
        int doubled = i + 1 < text.size && text.data[i + 1] == byte;
        if (byte == '{' && !doubled) {
            i = map_read_reference(loader, node, i, out);
            if (i == 0)
                return 0;
            continue;
        }
        if (byte == '}' && !doubled) {
            yamldoc_problem_at(loader->doc, node, "'}' without '{'; a brace itself is written '}}'");
            return 0;
        }
        map_add_literal(out, literals, &used, byte);
        i += byte == '{' || byte == '}' ? 2 : 1;
    }
    return 1;
}

static const time_pattern *map_read_pattern(map_loader *loader, const yamldoc_node *node)
{
    char reason[200];
    time_pattern *pattern = arena_take(&loader->map->memory, sizeof *pattern);
    if (!yamldoc_expect(loader->doc, node, YAMLDOC_TEXT, "a time's format"))
        return NULL;
    if (pattern_compile(pattern, node->text, &loader->map->memory, reason, sizeof reason))
        return pattern;
    yamldoc_problem_at(loader->doc, node, "%s", reason);
    return NULL;
}

/* ---- Dictionaries ------------------------------------------------------------------ */

static int map_pair_order(const void *a, const void *b)
{
    return text_compare(((const map_pair *)a)->key, ((const map_pair *)b)->key);
}

const prm_text *map_dict_find(const map_dict *dict, prm_text key)
{
    size_t low = 0;
    size_t high = dict->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = text_compare(key, dict->pairs[middle].key);
        if (order == 0)
            return &dict->pairs[middle].value;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Sorts, and leaves one of equal pairs; the index of a key with two values, or
 * MAP_NONE. */
static size_t map_dict_sort(map_dict *dict)
{
    size_t kept = 0;
    if (dict->count > 0)
        qsort(dict->pairs, dict->count, sizeof *dict->pairs, map_pair_order);
    for (size_t i = 0; i < dict->count; i++) {
        if (kept > 0 && text_same(dict->pairs[kept - 1].key, dict->pairs[i].key)) {
            if (!text_same(dict->pairs[kept - 1].value, dict->pairs[i].value))
                return i;
            continue;
        }
        dict->pairs[kept++] = dict->pairs[i];
    }
    dict->count = kept;
    return MAP_NONE;
}

static void map_read_renames(map_loader *loader, const yamldoc_node *node)
{
    if (node == NULL || !yamldoc_expect(loader->doc, node, YAMLDOC_MAP, "'rename'"))
        return;
    for (const yamldoc_node *column = node->first; column != NULL; column = column->next) {
        if (!yamldoc_expect(loader->doc, column, YAMLDOC_MAP, "a column's renaming"))
            continue;
        map_dict dict = {.pairs = arena_take(&loader->map->memory, column->count * sizeof(map_pair))};
        for (const yamldoc_node *pair = column->first; pair != NULL; pair = pair->next)
            if (yamldoc_expect(loader->doc, pair, YAMLDOC_TEXT, "the new value"))
                dict.pairs[dict.count++] = (map_pair){pair->key, pair->text};
        map_dict_sort(&dict);
        size_t index = map_column_index(loader, column->key, column->key_line);
        loader->map->columns[index].rename = dict;
    }
}

/* ---- Lookup tables -------------------------------------------------------------------- */

/* The three texts of a table's description. */
typedef struct map_table_source {
    const yamldoc_node *file;
    const yamldoc_node *key;
    const yamldoc_node *value;
} map_table_source;

static size_t map_find_name(map_loader *loader, const yamldoc_node *node, const char *file,
                            const prm_text *names, size_t count)
{
    size_t index = 0;
    while (index < count && !text_same(names[index], node->text))
        index++;
    if (index < count)
        return index;
    size_t near = suggest_nearest(node->text, names, count);
    if (near < count)
        yamldoc_problem_at(loader->doc, node, "%s has no column '%s'; did you mean '%s'?", file,
                           node->text.data, names[near].data);
    else
        yamldoc_problem_at(loader->doc, node, "%s has no column '%s'", file, node->text.data);
    return MAP_NONE;
}

/* Reads the records of a lookup file behind its header. */
static void map_read_pairs(map_loader *loader, const map_table_source *source, const char *path,
                           csv_reader *csv, const prm_text *names, map_dict *dict)
{
    arena *memory = &loader->map->memory;
    map_pair *pairs = NULL;
    size_t capacity = 0;
    size_t key = map_find_name(loader, source->key, path, names, csv->columns);
    size_t value = map_find_name(loader, source->value, path, names, csv->columns);
    csv_result result = CSV_END;
    while (key != MAP_NONE && value != MAP_NONE && (result = csv_next(csv)) != CSV_END) {
        if (result == CSV_BROKEN) {
            yamldoc_problem_at(loader->doc, source->file, "%s:%" PRIu64 ": %s", path, csv->line, csv->reason);
            continue;
        }
        pairs = memory_grow(pairs, &capacity, dict->count + 1, sizeof *pairs);
        pairs[dict->count].key = arena_text(memory, csv->cells[key]);
        pairs[dict->count++].value = arena_text(memory, csv->cells[value]);
    }
    dict->pairs = arena_take(memory, dict->count * sizeof *pairs);
    if (dict->count > 0)
        memcpy(dict->pairs, pairs, dict->count * sizeof *pairs);
    free(pairs);
    size_t twin = map_dict_sort(dict);
    if (twin != MAP_NONE)
        yamldoc_problem_at(loader->doc, source->file, "%s gives '%s' two values", path,
                           dict->pairs[twin].key.data);
}

static void map_read_lookup(map_loader *loader, const map_table_source *source, map_dict *dict)
{
    input in;
    csv_reader csv;
    prm_text *names;
    buffer path = {0};
    if (source->file->text.size == 0 || source->file->text.data[0] != '/')
        buffer_put(&path, loader->folder.data, loader->folder.size);
    buffer_put(&path, source->file->text.data, source->file->text.size + 1);
    int missing = input_open(&in, path.data);
    if (missing != 0) {
        yamldoc_problem_at(loader->doc, source->file, "%s: %s", path.data, strerror(missing));
        buffer_free(&path);
        return;
    }
    csv_open(&csv, &in);
    if (csv_header(&csv, &loader->map->memory, &names) == CSV_RECORD)
        map_read_pairs(loader, source, path.data, &csv, names, dict);
    else
        yamldoc_problem_at(loader->doc, source->file, "%s:%" PRIu64 ": %s", path.data, csv.line, csv.reason);
    if (in.error != 0)
        yamldoc_problem_at(loader->doc, source->file, "%s: %s", path.data, strerror(in.error));
    csv_close(&csv);
    input_close(&in);
    buffer_free(&path);
}

/* The child `key` of `node`, which must be there; NULL with a problem if not. */
static const yamldoc_node *map_need(map_loader *loader, const yamldoc_node *node, const char *key)
{
    const yamldoc_node *child = yamldoc_child(node, key);
    if (child == NULL)
        yamldoc_problem_at(loader->doc, node, "'%s' is missing", key);
    return child;
}

static const yamldoc_node *map_need_text(map_loader *loader, const yamldoc_node *node, const char *key)
{
    const yamldoc_node *child = map_need(loader, node, key);
    return child != NULL && yamldoc_expect(loader->doc, child, YAMLDOC_TEXT, key) ? child : NULL;
}

static void map_read_tables(map_loader *loader, const yamldoc_node *node)
{
    static const char *const keys[] = {"file", "key", "value"};
    mapping *map = loader->map;
    if (node == NULL || !yamldoc_expect(loader->doc, node, YAMLDOC_MAP, "'tables'"))
        return;
    map->tables = arena_take(&map->memory, node->count * sizeof *map->tables);
    for (const yamldoc_node *table = node->first; table != NULL; table = table->next) {
        map_table *out = &map->tables[map->table_count++];
        *out = (map_table){.name = table->key};
        if (!yamldoc_expect(loader->doc, table, YAMLDOC_MAP, "a table"))
            continue;
        yamldoc_check_keys(loader->doc, table, keys, 3);
        map_table_source source = {map_need_text(loader, table, "file"), map_need_text(loader, table, "key"),
                                   map_need_text(loader, table, "value")};
        if (source.file != NULL && source.key != NULL && source.value != NULL)
            map_read_lookup(loader, &source, &out->dict);
    }
}

static size_t map_find_table(map_loader *loader, const yamldoc_node *node)
{
    const mapping *map = loader->map;
    size_t found = 0;
    prm_text *names = memory_take((map->table_count + 1) * sizeof *names);
    for (size_t i = 0; i < map->table_count; i++)
        names[i] = map->tables[i].name;
    while (found < map->table_count && !text_same(names[found], node->text))
        found++;
    if (found == map->table_count) {
        size_t near = suggest_nearest(node->text, names, map->table_count);
        if (near < map->table_count)
            yamldoc_problem_at(loader->doc, node, "no table '%s'; did you mean '%s'?", node->text.data,
                               names[near].data);
        else
            yamldoc_problem_at(loader->doc, node, "no table '%s' under 'tables'", node->text.data);
        found = MAP_NONE;
    }
    free(names);
    return found;
}

/* ---- Events --------------------------------------------------------------------------- */

static void map_read_condition(map_loader *loader, const yamldoc_node *node, map_condition *out)
{
    *out = (map_condition){.column = map_column_index(loader, node->key, node->key_line), .test = MAP_ONE_OF};
    if (node->kind == YAMLDOC_MAP) {
        yamldoc_problem_at(loader->doc, node, "a value, a list of values, 'present' or 'absent' is expected");
        return;
    }
    if (node->kind == YAMLDOC_TEXT && text_is(node->text, "present"))
        out->test = MAP_PRESENT;
    else if (node->kind == YAMLDOC_TEXT && text_is(node->text, "absent"))
        out->test = MAP_ABSENT;
    size_t room = node->kind == YAMLDOC_LIST ? node->count : 1;
    out->values = arena_take(&loader->map->memory, room * sizeof *out->values);
    if (node->kind == YAMLDOC_TEXT)
        out->values[out->count++] = node->text;
    for (const yamldoc_node *value = node->first; value != NULL; value = value->next)
        if (yamldoc_expect(loader->doc, value, YAMLDOC_TEXT, "a value"))
            out->values[out->count++] = value->text;
}

static void map_read_when(map_loader *loader, const yamldoc_node *node, map_event *out)
{
    if (node == NULL || !yamldoc_expect(loader->doc, node, YAMLDOC_MAP, "'when'"))
        return;
    out->conditions = arena_take(&loader->map->memory, node->count * sizeof *out->conditions);
    for (const yamldoc_node *child = node->first; child != NULL; child = child->next)
        map_read_condition(loader, child, &out->conditions[out->condition_count++]);
}

static void map_read_time(map_loader *loader, const yamldoc_node *node, map_event *out)
{
    static const char *const keys[] = {"text", "format"};
    out->pattern = loader->map->pattern;
    if (node->kind != YAMLDOC_MAP) {
        map_read_template(loader, node, "a time", &out->time);
        return;
    }
    yamldoc_check_keys(loader->doc, node, keys, 2);
    const yamldoc_node *text = map_need(loader, node, "text");
    const yamldoc_node *format = map_need(loader, node, "format");
    if (text != NULL)
        map_read_template(loader, text, "a time's text", &out->time);
    if (format != NULL)
        out->pattern = map_read_pattern(loader, format);
}

static void map_read_field(map_loader *loader, const yamldoc_node *node, map_field *out)
{
    static const char *const keys[] = {"table", "of"};
    *out = (map_field){.name = node->key, .table = MAP_NONE};
    out->handle = prm_program_field(loader->program, node->key.data, node->key.size);
    if (text_is(node->key, "id") || text_is(node->key, "type") || text_is(node->key, "time"))
        yamldoc_problem(loader->doc, node->key_line, node->key_column,
                        "'%s' stands beside 'fields', not in it", node->key.data);
    if (node->kind != YAMLDOC_MAP) {
        map_read_template(loader, node, "a field", &out->text);
        return;
    }
    yamldoc_check_keys(loader->doc, node, keys, 2);
    const yamldoc_node *table = map_need_text(loader, node, "table");
    const yamldoc_node *of = map_need(loader, node, "of");
    if (table != NULL)
        out->table = map_find_table(loader, table);
    if (of != NULL)
        map_read_template(loader, of, "'of'", &out->text);
}

/* A field that the program does not have is dropped from every event; most often it is
 * misspelt. Types that it does not know are dropped whole and have a warning of their own. */
static void map_check_field_name(map_loader *loader, const yamldoc_node *node, const map_event *event)
{
    int ignored = event->type.count == 1 && event->type.parts[0].column == MAP_NONE &&
                  event->type_handle == PRM_NONE;
    if (ignored || fieldname_known(loader->program, node->key))
        return;
    prm_text near = fieldname_nearest(loader->program, node->key);
    yamldoc_warning(loader->doc, node->key_line, node->key_column, "the program has no field '%s'%s%s%s",
                    node->key.data, near.size > 0 ? "; did you mean '" : "", near.data,
                    near.size > 0 ? "'?" : "");
}

static void map_read_fields(map_loader *loader, const yamldoc_node *node, map_event *out)
{
    if (node == NULL || !yamldoc_expect(loader->doc, node, YAMLDOC_MAP, "'fields'"))
        return;
    out->fields = arena_take(&loader->map->memory, node->count * sizeof *out->fields);
    for (const yamldoc_node *child = node->first; child != NULL; child = child->next) {
        map_read_field(loader, child, &out->fields[out->field_count++]);
        map_check_field_name(loader, child, out);
    }
}

static void map_read_type(map_loader *loader, const yamldoc_node *node, map_event *out)
{
    out->type_handle = PRM_NONE;
    map_read_template(loader, node, "'type'", &out->type);
    if (out->type.count != 1 || out->type.parts[0].column != MAP_NONE)
        return;
    prm_text name = out->type.parts[0].literal;
    out->type_handle = prm_program_type(loader->program, name.data, name.size);
    if (out->type_handle != PRM_NONE)
        return;
    prm_text near = fieldname_nearest_type(loader->program, name);
    yamldoc_warning_at(loader->doc, node,
                       "the program knows no event type '%.*s': such events are ignored%s%.*s%s",
                       (int)name.size, name.data, near.size > 0 ? "; did you mean '" : "", (int)near.size,
                       near.data, near.size > 0 ? "'?" : "");
}

static void map_read_id(map_loader *loader, const yamldoc_node *node, map_event *out)
{
    if (!map_read_template(loader, node, "'id'", &out->id))
        return;
    for (size_t i = 0; i < out->id.count; i++)
        if (out->id.parts[i].column != MAP_NONE)
            return;
    yamldoc_problem_at(loader->doc, node,
                       "the id names no column, so all rows would make the same event; write \"{column}\"");
}

static void map_read_event(map_loader *loader, const yamldoc_node *node, map_event *out)
{
    static const char *const keys[] = {"type", "when", "id", "time", "fields"};
    *out = (map_event){0};
    if (!yamldoc_expect(loader->doc, node, YAMLDOC_MAP, "an event"))
        return;
    yamldoc_check_keys(loader->doc, node, keys, 5);
    const yamldoc_node *type = map_need(loader, node, "type");
    const yamldoc_node *id = map_need(loader, node, "id");
    const yamldoc_node *time = map_need(loader, node, "time");
    if (type != NULL)
        map_read_type(loader, type, out);
    if (id != NULL)
        map_read_id(loader, id, out);
    if (time != NULL)
        map_read_time(loader, time, out);
    map_read_when(loader, yamldoc_child(node, "when"), out);
    map_read_fields(loader, yamldoc_child(node, "fields"), out);
}

static void map_read_events(map_loader *loader, const yamldoc_node *node)
{
    mapping *map = loader->map;
    if (node == NULL || !yamldoc_expect(loader->doc, node, YAMLDOC_LIST, "'events'"))
        return;
    if (node->count == 0)
        yamldoc_problem_at(loader->doc, node, "'events' is empty");
    map->events = arena_take(&map->memory, node->count * sizeof *map->events);
    for (const yamldoc_node *child = node->first; child != NULL; child = child->next)
        map_read_event(loader, child, &map->events[map->event_count++]);
}

/* ---- The whole ---------------------------------------------------------------------------- */

static void map_read_document(map_loader *loader, const yamldoc_node *root)
{
    static const char *const keys[] = {"mapping", "rename", "tables", "time", "events"};
    if (!yamldoc_expect(loader->doc, root, YAMLDOC_MAP, "a mapping file"))
        return;
    yamldoc_check_keys(loader->doc, root, keys, 5);
    const yamldoc_node *version = map_need_text(loader, root, "mapping");
    if (version != NULL && !text_is(version->text, "1"))
        yamldoc_problem_at(loader->doc, version, "version 1 of mapping files is expected");
    const yamldoc_node *time = yamldoc_child(root, "time");
    if (time != NULL)
        loader->map->pattern = map_read_pattern(loader, time);
    map_read_renames(loader, yamldoc_child(root, "rename"));
    map_read_tables(loader, yamldoc_child(root, "tables"));
    map_read_events(loader, map_need(loader, root, "events"));
}

int map_load(mapping *map, const char *path, const prm_program *program)
{
    *map = (mapping){0};
    const char *slash = strrchr(path, '/');
    map_loader loader = {.map = map, .doc = &map->doc, .program = program};
    loader.folder = (prm_text){path, slash == NULL ? 0 : (size_t)(slash - path) + 1};
    if (yamldoc_read_file(&map->doc, path))
        map_read_document(&loader, map->doc.root);
    return map->doc.problems == 0;
}

void map_free(mapping *map)
{
    free(map->columns);
    arena_free(&map->memory);
    yamldoc_free(&map->doc);
    *map = (mapping){0};
}
