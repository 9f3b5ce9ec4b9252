#include "batch.h"

/* The fields of all events stand in one array, event after event; it may move
 * while the batch grows, so the events learn their places last. */

#include <stdlib.h>

prm_event *batch_begin(event_batch *batch, event_origin origin)
{
    size_t count = batch->count + 1;
    batch->events = memory_grow(batch->events, &batch->event_capacity, count, sizeof *batch->events);
    batch->origins = memory_grow(batch->origins, &batch->origin_capacity, count, sizeof *batch->origins);
    batch->origins[batch->count] = origin;
    batch->events[batch->count] = (prm_event){.type = PRM_NONE, .time = PRM_NO_TIME};
    return &batch->events[batch->count++];
}

prm_text batch_text(event_batch *batch, prm_text text)
{
    return arena_text(&batch->texts, text);
}

static prm_event *batch_last(event_batch *batch)
{
    return &batch->events[batch->count - 1];
}

void batch_set_type(event_batch *batch, uint32_t handle, prm_text name)
{
    batch_set_kept_type(batch, handle, batch_text(batch, name));
}

void batch_set_kept_type(event_batch *batch, uint32_t handle, prm_text name)
{
    prm_event *event = batch_last(batch);
    event->type = handle;
    event->type_name = name.data;
    event->type_name_size = name.size;
}

void batch_set_id(event_batch *batch, prm_text id)
{
    batch_set_kept_id(batch, batch_text(batch, id));
}

void batch_set_kept_id(event_batch *batch, prm_text id)
{
    batch_last(batch)->id = id.data;
    batch_last(batch)->id_size = id.size;
}

void batch_set_time(event_batch *batch, int64_t time)
{
    batch_last(batch)->time = time;
}

void batch_add_field(event_batch *batch, uint32_t handle, prm_text name, prm_text value)
{
    batch_add_kept_field(batch, handle, name, batch_text(batch, value));
}

void batch_add_kept_field(event_batch *batch, uint32_t handle, prm_text name, prm_text value)
{
    batch->fields = memory_grow(batch->fields, &batch->field_capacity, batch->field_count + 1,
                                sizeof *batch->fields);
    batch->fields[batch->field_count++] = (prm_field){
        .field = handle,
        .kind = PRM_VALUE_TEXT,
        .name = name.data,
        .name_size = name.size,
        .text = value.data,
        .text_size = value.size,
    };
    batch_last(batch)->field_count++;
}

void batch_cut(event_batch *batch, size_t count)
{
    while (batch->count > count) {
        batch->count--;
        batch->field_count -= batch->events[batch->count].field_count;
    }
}

void batch_seal(event_batch *batch)
{
    const prm_field *fields = batch->fields;
    for (size_t i = 0; i < batch->count; i++) {
        batch->events[i].fields = fields;
        if (fields != NULL)
            fields += batch->events[i].field_count;
    }
}

void batch_clear(event_batch *batch)
{
    batch->count = 0;
    batch->field_count = 0;
    arena_reset(&batch->texts);
}

void batch_free(event_batch *batch)
{
    free(batch->events);
    free(batch->origins);
    free(batch->fields);
    arena_free(&batch->texts);
    *batch = (event_batch){0};
}
