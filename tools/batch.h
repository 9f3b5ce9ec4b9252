/* Events gathered for one call of prm_engine_ingest, with where each came from.
 * Texts are copied in, so that readers may go on; nothing is allocated once the
 * batch has been as full before. */
#ifndef TOOLS_BATCH_H
#define TOOLS_BATCH_H

#include <stdint.h>

#include "memory.h"

typedef struct event_origin {
    const char *file; /* lives as long as its source */
    uint64_t line;
} event_origin;

/* All zeros is an empty batch. */
typedef struct event_batch {
    prm_event *events; /* their `fields` are set by batch_seal */
    event_origin *origins;
    size_t count;
    size_t event_capacity;
    size_t origin_capacity;
    prm_field *fields;
    size_t field_count;
    size_t field_capacity;
    arena texts;
} event_batch;

/* Begins an event; the pointer holds until the next one begins. */
prm_event *batch_begin(event_batch *batch, event_origin origin);

/* A copy of `text` that lives as long as the batch's events. */
prm_text batch_text(event_batch *batch, prm_text text);

/* Give the event begun last its envelope and a text field. `name` is used where
 * `handle` is PRM_NONE, and must outlive the batch's events. */
void batch_set_type(event_batch *batch, uint32_t handle, prm_text name);
void batch_set_id(event_batch *batch, prm_text id);
void batch_set_time(event_batch *batch, int64_t time);
void batch_add_field(event_batch *batch, uint32_t handle, prm_text name, prm_text value);

/* The same where the texts lie in the batch's own arena already, or outlive its events. */
void batch_set_kept_type(event_batch *batch, uint32_t handle, prm_text name);
void batch_set_kept_id(event_batch *batch, prm_text id);
void batch_add_kept_field(event_batch *batch, uint32_t handle, prm_text name, prm_text value);

/* Takes back all events from index `count` on. */
void batch_cut(event_batch *batch, size_t count);

/* Points every event at its fields: once, before the events are used. */
void batch_seal(event_batch *batch);

void batch_clear(event_batch *batch);
void batch_free(event_batch *batch);

#endif
