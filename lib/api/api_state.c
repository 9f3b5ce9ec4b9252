/* api, state: checks around snapshots, partners as values, reconciling and upgrading. No
 * logic. */
#include "api/guard.h"
#include "base/error.h"
#include "engine/rows.h"
#include "state/apply.h"
#include "state/mend.h"
#include "state/restore.h"
#include "state/snapshot.h"
#include "state/span.h"
#include "state/upgrade.h"

/* A failure that the rooms below have put into words already keeps them. */
static prm_status api_state_fail(prm_error *error, prm_status status)
{
    return status == PRM_E_MEMORY || status == PRM_E_INTERNAL ? prm__guard_fail(error, status) : status;
}

static prm_status api_save(prm_engine *engine, void *buffer, size_t capacity, size_t *size)
{
    prm__snapshot snapshot;
    prm__wire_out out = {.to = buffer, .room = capacity};
    prm_status status = prm__snapshot_init(&snapshot, engine);
    if (status == PRM_OK)
        status = prm__snapshot_write(&snapshot, &out);
    prm__snapshot_free(&snapshot);
    if (status == PRM_OK)
        *size = out.size;
    return status;
}

prm_status prm_engine_save(prm_engine *engine, void *buffer, size_t capacity, size_t *size, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!size || (!buffer && capacity))
        return prm__error_set(error, PRM_E_ARGUMENT,
                              "a place for the size is needed, and a buffer where there is a capacity");
    prm_status status = api_save(engine, buffer, capacity, size);
    if (status == PRM_E_LIMIT)
        return prm__error_set(error, status, /* LCOV_EXCL_LINE such texts are more than a test can hold */
                              "the engine has more texts than a state can hold");
    if (status == PRM_OK && buffer && *size > capacity)
        return prm__error_set(error, PRM_E_ARGUMENT, "the state has %zu bytes; the buffer has room for %zu",
                              *size, capacity);
    return prm__guard_fail(error, status);
}

prm_status prm_engine_load(prm_program *program, const prm_engine_options *options, const void *bytes,
                           size_t size, prm_engine **out, prm_error *error)
{
    if (!program || !out || (!bytes && size))
        return prm__error_set(error, PRM_E_ARGUMENT,
                              "a program, the bytes of a state and a place for the engine are needed");
    PRM_TRY(prm__guard_options(options, error));
    return api_state_fail(error, prm__restore(program, options, bytes ? bytes : "", size, out, error));
}

/* ---- Mending ---- */

static prm_status api_net_sound(const prm_row *net, size_t count, size_t row_size, prm_error *error)
{
    if (row_size != sizeof *net)
        return prm__error_set(error, PRM_E_ARGUMENT, "row_size is %zu; it must be sizeof(prm_row), %zu",
                              row_size, sizeof *net);
    if (count && !net)
        return prm__error_set(error, PRM_E_ARGUMENT, "net is NULL");
    for (size_t i = 0; i < count; i++) {
        const prm_text *texts = prm__written_texts(&net[i]);
        for (size_t j = 0; j < PRM_ROW_TEXTS; j++)
            if ((texts[j].size && !texts[j].data) || texts[j].size > UINT32_MAX)
                return prm__error_set(error, PRM_E_ARGUMENT,
                                      "row %zu has a NULL where its sizes promise data", i);
        if (net[i].id.size == 0)
            return prm__error_set(error, PRM_E_ARGUMENT, "row %zu has no id", i);
    }
    return PRM_OK;
}

static prm_status api_reconcile(prm_engine *engine, const prm_row *net, size_t count, size_t *twice,
                                prm_rows **out)
{
    prm__written written;
    prm__written_init(&written, &engine->alloc, engine->texts.seed);
    prm_status status = prm__mend(engine, net, count, &written, twice);
    if (status == PRM_OK)
        status = prm__rows_written(&engine->alloc, &written, 0, out);
    prm__written_free(&written);
    return status;
}

prm_status prm_engine_reconcile(prm_engine *engine, const prm_row *net, size_t count, size_t row_size,
                                prm_rows **out, prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a place for the rows is needed");
    PRM_TRY(api_net_sound(net, count, row_size, error));
    size_t twice = 0;
    prm_status status = api_reconcile(engine, net, count, &twice, out);
    if (status == PRM_E_ARGUMENT)
        return prm__error_set(error, status, "row %zu has an id that another row has too", twice);
    return prm__guard_fail(error, status);
}

prm_status prm_engine_upgrade(prm_engine *engine, prm_program *program, int32_t dry_run, prm_rows **out,
                              prm_error *error)
{
    PRM_TRY(prm__guard_engine(engine, error));
    if (!program || !out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a program and a place for the rows are needed");
    return api_state_fail(error, prm__upgrade(engine, program, dry_run != 0, out, error));
}

/* ---- Partners as values ---- */

static prm_status api_items_sound(const prm_apply_item *items, size_t count, size_t item_size,
                                  size_t event_size, prm_error *error)
{
    if (item_size != sizeof *items)
        return prm__error_set(error, PRM_E_ARGUMENT,
                              "item_size is %zu; it must be sizeof(prm_apply_item), %zu", item_size,
                              sizeof *items);
    if (count && !items)
        return prm__error_set(error, PRM_E_ARGUMENT, "items is NULL");
    for (size_t i = 0; i < count; i++) {
        if (!items[i].state && items[i].state_size)
            return prm__error_set(error, PRM_E_ARGUMENT, "the state of item %zu is NULL", i);
        if (items[i].clock != PRM_NO_TIME && items[i].clock > PRM_TIME_MAX)
            return prm__error_set(error, PRM_E_ARGUMENT, "the clock cannot pass the year 9999");
        PRM_TRY(prm__guard_events(items[i].events, items[i].event_count, event_size, error));
    }
    return PRM_OK;
}

static prm_status api_spans(const prm_program *program, prm_error *error)
{
    uint32_t rule;
    const char *reason = prm__span_reason(program, &rule);
    if (!reason)
        return PRM_OK;
    if (rule == PRM_NO_INDEX)
        return prm__error_set(error, PRM_E_UNSUPPORTED, "a partner cannot be evaluated by itself: %s",
                              reason);
    prm_text name = prm__program_text(program, program->rules[rule].text);
    return prm__error_set(error, PRM_E_UNSUPPORTED,
                          "a partner cannot be evaluated by itself with rule %.*s: %s", (int)name.size,
                          name.data, reason);
}

prm_status prm_apply(prm_program *program, const prm_engine_options *options, const prm_apply_item *items,
                     size_t count, size_t item_size, size_t event_size, prm_applied **out, prm_error *error)
{
    if (!program || !out)
        return prm__error_set(error, PRM_E_ARGUMENT, "a program and a place for the results are needed");
    PRM_TRY(prm__guard_options(options, error));
    PRM_TRY(api_items_sound(items, count, item_size, event_size, error));
    PRM_TRY(api_spans(program, error));
    prm_error why = {.status = 0};
    size_t at;
    prm_status status = prm__apply(program, options, items, count, out, &at, &why);
    if (status == PRM_OK || status == PRM_E_MEMORY || status == PRM_E_INTERNAL)
        return prm__guard_fail(error, status);
    if (!why.status)
        prm__guard_fail(&why, status); /* LCOV_EXCL_LINE the rooms below have put it into words */
    return prm__error_set(error, status, "item %zu: %s", at, why.message);
}

prm_status prm_applied_get(const prm_applied *applied, size_t index, prm_applied_item *out)
{
    if (!applied || !out || out->size < sizeof *out || index >= applied->items.count)
        return PRM_E_ARGUMENT;
    const prm__applied_one *one = prm__vec_at(&applied->items, index);
    uint32_t size = out->size;
    *out = (prm_applied_item){
        size,      0,         one->state.data, one->state.count, one->answers.data, one->answers.count,
        one->rows, one->clock};
    return PRM_OK;
}

void prm_applied_free(prm_applied *applied)
{
    prm__applied_free(applied);
}
