#include "map.h"

/* One row to its events. A row is taken as a whole: when one of its events
 * cannot be made, none is, and the row is reported. */

#include <stdio.h>

/* The row at hand. */
typedef struct map_row {
    const mapping *map;
    map_state *state;
    const prm_program *program;
    const prm_text *values;
    event_batch *batch;
    event_origin origin;
} map_row;

static void map_rename_row(const mapping *map, prm_text *values)
{
    for (size_t i = 0; i < map->column_count; i++) {
        const prm_text *renamed = map_dict_find(&map->columns[i].rename, values[i]);
        if (renamed != NULL)
            values[i] = *renamed;
    }
}

static int map_holds(const map_condition *condition, const prm_text *values)
{
    prm_text value = values[condition->column];
    if (condition->test != MAP_ONE_OF)
        return (value.size > 0) == (condition->test == MAP_PRESENT);
    for (size_t i = 0; i < condition->count; i++)
        if (text_same(condition->values[i], value))
            return 1;
    return 0;
}

static int map_holds_all(const map_event *event, const prm_text *values)
{
    for (size_t i = 0; i < event->condition_count; i++)
        if (!map_holds(&event->conditions[i], values))
            return 0;
    return 1;
}

static prm_text map_part_text(const map_part *part, const prm_text *values)
{
    return part->column == MAP_NONE ? part->literal : values[part->column];
}

/* The text of a template: valid until the next one is made. */
static prm_text map_expand(const map_row *row, const map_template *template)
{
    buffer *text = &row->state->text;
    if (template->count == 1)
        return map_part_text(&template->parts[0], row->values);
    text->size = 0;
    for (size_t i = 0; i < template->count; i++) {
        prm_text part = map_part_text(&template->parts[i], row->values);
        buffer_put(text, part.data, part.size);
    }
    return (prm_text){text->data, text->size};
}

/* Texts in messages are cut to what helps. */
static int map_shown(prm_text text)
{
    return (int)(text.size < 100 ? text.size : 100);
}

static int map_fail(const map_row *row, const char *reason)
{
    snprintf(row->state->reason, sizeof row->state->reason, "%s", reason);
    return 0;
}

static int map_fail_empty(const map_row *row, const char *what)
{
    snprintf(row->state->reason, sizeof row->state->reason, "the event's %s is empty", what);
    return 0;
}

static int map_fail_time(const map_row *row, prm_text text, const char *reason)
{
    snprintf(row->state->reason, sizeof row->state->reason, "the time '%.*s': %s", map_shown(text), text.data,
             reason);
    return 0;
}

static int map_set_time(const map_row *row, const map_event *event)
{
    char reason[300];
    civil_time civil;
    int64_t time;
    prm_text text = map_expand(row, &event->time);
    if (text.size == 0)
        return map_fail_empty(row, "time");
    if (event->pattern == NULL) {
        prm_error error;
        if (prm_program_read_time(row->program, text.data, text.size, &time, &error) != PRM_OK)
            return map_fail(row, error.message);
    } else if (!pattern_read(event->pattern, text, &civil, reason, sizeof reason) ||
               !instant_of(event->pattern, &civil, row->program, &time, reason, sizeof reason)) {
        return map_fail_time(row, text, reason);
    }
    batch_set_time(row->batch, time);
    return 1;
}

/* Looks `text` up where the field asks for it; an empty text stays empty. */
static int map_look_up(const map_row *row, const map_field *field, prm_text *text)
{
    if (field->table == MAP_NONE || text->size == 0)
        return 1;
    const map_table *table = &row->map->tables[field->table];
    const prm_text *found = map_dict_find(&table->dict, *text);
    if (found == NULL) {
        snprintf(row->state->reason, sizeof row->state->reason, "the table '%.*s' has no '%.*s'",
                 map_shown(table->name), table->name.data, map_shown(*text), text->data);
        return 0;
    }
    *text = *found;
    return 1;
}

static int map_add_fields(const map_row *row, const map_event *event)
{
    for (size_t i = 0; i < event->field_count; i++) {
        const map_field *field = &event->fields[i];
        prm_text text = map_expand(row, &field->text);
        if (!map_look_up(row, field, &text))
            return 0;
        if (text.size > 0)
            batch_add_field(row->batch, field->handle, field->name, text);
    }
    return 1;
}

/* Rows without their own value in the id would all make the same event. */
static int map_set_id(const map_row *row, const map_event *event)
{
    for (size_t i = 0; i < event->id.count; i++) {
        const map_part *part = &event->id.parts[i];
        if (part->column == MAP_NONE || row->values[part->column].size > 0)
            continue;
        prm_text name = row->map->columns[part->column].name;
        snprintf(row->state->reason, sizeof row->state->reason,
                 "column '%.*s', of which the id is made, is empty", map_shown(name), name.data);
        return 0;
    }
    batch_set_id(row->batch, map_expand(row, &event->id));
    return 1;
}

static int map_make_event(const map_row *row, const map_event *event)
{
    batch_begin(row->batch, row->origin);
    prm_text type = map_expand(row, &event->type);
    if (type.size == 0)
        return map_fail_empty(row, "type");
    uint32_t handle = event->type_handle;
    if (handle == PRM_NONE)
        handle = prm_program_type(row->program, type.data, type.size);
    batch_set_type(row->batch, handle, type);
    return map_set_id(row, event) && map_set_time(row, event) && map_add_fields(row, event);
}

map_result map_apply(const mapping *map, map_state *state, const prm_program *program, prm_text *values,
                     event_batch *batch, event_origin origin)
{
    size_t before = batch->count;
    map_row row = {map, state, program, values, batch, origin};
    map_rename_row(map, values);
    for (size_t i = 0; i < map->event_count; i++) {
        if (!map_holds_all(&map->events[i], values))
            continue;
        if (!map_make_event(&row, &map->events[i])) {
            batch_cut(batch, before);
            return MAP_FAILED;
        }
    }
    return batch->count > before ? MAP_MADE : MAP_EMPTY;
}

void map_state_free(map_state *state)
{
    buffer_free(&state->text);
}
