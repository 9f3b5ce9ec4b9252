#include "feed.h"

/* One batch is read, taken by the engine and answered before the next. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fieldname.h"

static feed_result feed_fail(const feed *work, const prm_error *error)
{
    progressbar_clear(work->bar);
    fprintf(stderr, "prm: %s\n", error->message);
    return FEED_FAILED;
}

static void feed_report(feed *work, size_t index)
{
    char reason[600];
    prm_engine_answer_text(work->engine, &work->batch.events[index], &work->answers[index], reason,
                           sizeof reason);
    findings_add(work->source.findings, work->batch.origins[index], "%s", reason);
}

static void feed_note_time(feed *work, size_t index)
{
    int64_t time = work->batch.events[index].time;
    if (work->answers[index].answer != PRM_ACCEPTED)
        return;
    if (time > work->latest)
        work->latest = time;
    if (time < work->earliest || work->accepted == 0)
        work->earliest = time;
    work->accepted++;
}

static void feed_note_ignored(feed *work, const prm_event *event)
{
    prm_text type = {event->type_name, event->type_name_size};
    size_t at = 0;
    while (at < work->ignored_count && !text_is(type, work->ignored[at].type))
        at++;
    if (at == FEED_IGNORED)
        return;
    if (at == work->ignored_count)
        work->ignored[work->ignored_count++].type = memory_string(type.data, type.size);
    work->ignored[at].count++;
}

static int feed_ignored_order(const void *a, const void *b)
{
    const feed_ignored *first = a;
    const feed_ignored *second = b;
    if (first->count != second->count)
        return first->count > second->count ? -1 : 1;
    return strcmp(first->type, second->type);
}

void feed_write_ignored(feed *work, buffer *out)
{
    if (work->ignored_count == 0)
        return;
    qsort(work->ignored, work->ignored_count, sizeof work->ignored[0], feed_ignored_order);
    for (size_t i = 0; i < work->ignored_count && i < FEED_IGNORED_SHOWN; i++) {
        prm_text near = fieldname_nearest_type(work->source.program, text_of(work->ignored[i].type));
        buffer_format(out, "%s%.60s %" PRIu64, i == 0 ? " (" : ", ", work->ignored[i].type,
                      work->ignored[i].count);
        if (near.size > 0)
            buffer_format(out, ": did you mean %.*s?", (int)near.size, near.data);
    }
    buffer_string(out, work->ignored_count > FEED_IGNORED_SHOWN ? ", ...)" : ")");
}

/* The shadow's program is another one: its types and fields are found by their names. */
static prm_status feed_shadow(feed *work, prm_error *error)
{
    event_batch *batch = &work->batch;
    for (size_t i = 0; i < batch->count; i++)
        batch->events[i].type = PRM_NONE;
    for (size_t i = 0; i < batch->field_count; i++)
        batch->fields[i].field = PRM_NONE;
    return prm_engine_ingest(work->shadow, batch->events, batch->count, sizeof *batch->events, NULL, error);
}

feed_result feed_batch(feed *work)
{
    prm_error error;
    event_batch *batch = &work->batch;
    if (batch->count == 0)
        return FEED_DONE;
    batch_seal(batch);
    if (work->assumed != NULL)
        assume_apply(work->assumed, batch);
    work->answers = memory_grow(work->answers, &work->answer_capacity, batch->count, sizeof *work->answers);
    if (prm_engine_ingest(work->engine, batch->events, batch->count, sizeof *batch->events, work->answers,
                          &error) != PRM_OK)
        return feed_fail(work, &error);
    for (size_t i = 0; i < batch->count; i++) {
        feed_note_time(work, i);
        if (work->taken != NULL && work->answers[i].answer == PRM_ACCEPTED)
            work->taken(work->taken_user, &batch->events[i]);
        if (work->answers[i].answer == PRM_REJECTED)
            feed_report(work, i);
        if (work->answers[i].answer == PRM_IGNORED)
            feed_note_ignored(work, &batch->events[i]);
    }
    if (work->shadow != NULL && feed_shadow(work, &error) != PRM_OK)
        return feed_fail(work, &error);
    batch_clear(batch);
    return FEED_DONE;
}

feed_result feed_file(feed *work, const char *path)
{
    int missing;
    int more = 1;
    feed_result result = FEED_DONE;
    events_source *source = events_open(path, &work->source, &missing);
    if (source == NULL) {
        progressbar_clear(work->bar);
        fprintf(stderr, "prm: %s: %s\n", path, strerror(missing));
        return FEED_MISSING;
    }
    while (more && result == FEED_DONE) {
        more = events_read(source, &work->batch, work->batch_size);
        result = feed_batch(work);
        findings_flush(work->source.findings);
        progressbar_update(work->bar, work->bytes + events_bytes(source), work->tally.made);
    }
    work->bytes += events_bytes(source);
    events_close(source);
    return result;
}

void feed_free(feed *work)
{
    batch_free(&work->batch);
    free(work->answers);
    work->answers = NULL;
    for (size_t i = 0; i < work->ignored_count; i++)
        free(work->ignored[i].type);
    work->ignored_count = 0;
}
