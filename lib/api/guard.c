#include "api/guard.h"
#include "base/error.h"

prm_status prm__guard_fail(prm_error *error, prm_status status)
{
    if (status == PRM_OK)
        return PRM_OK;
    if (status == PRM_E_MEMORY)
        return prm__error_memory(error);
    if (status == PRM_E_INTERNAL)
        return prm__error_set(error, status,
                              "prm found its own postings inconsistent; this engine takes nothing more: "
                              "please report it, with the program and the events");
    return prm__error_set(error, status, /* LCOV_EXCL_LINE other failures have been put into words below */
                          "the call failed with %s", prm_status_name((int32_t)status));
}

prm_status prm__guard_engine(const prm_engine *engine, prm_error *error)
{
    if (!engine)
        return prm__error_set(error, PRM_E_ARGUMENT, "the engine is NULL");
    return engine->poisoned ? prm__guard_fail(error, PRM_E_INTERNAL) : PRM_OK;
}

/* At least what this version knows, and of a later version's struct nothing that is set. */
static bool guard_options_known(const prm_engine_options *options)
{
    if (options->size < sizeof *options)
        return false;
    for (size_t i = sizeof *options; i < options->size; i++)
        if (((const char *)options)[i] != 0)
            return false;
    return true;
}

prm_status prm__guard_options(const prm_engine_options *options, prm_error *error)
{
    if (!options || guard_options_known(options))
        return PRM_OK;
    return prm__error_set(error, PRM_E_ARGUMENT,
                          "prm_engine_options.size is %u; set it to sizeof the struct, and what this "
                          "version does not know to 0",
                          (unsigned)options->size);
}

bool prm__guard_event(const prm_event *event)
{
    if ((event->field_count && !event->fields) || (event->id_size && !event->id))
        return false;
    if (event->type == PRM_NONE && event->type_name_size && !event->type_name)
        return false;
    for (uint32_t i = 0; i < event->field_count; i++) {
        const prm_field *field = &event->fields[i];
        if (field->field == PRM_NONE && !field->name && field->name_size)
            return false;
        if (!field->text && field->kind == PRM_VALUE_TEXT && field->text_size)
            return false;
    }
    return true;
}

prm_status prm__guard_events(const prm_event *events, size_t count, size_t event_size, prm_error *error)
{
    if (event_size != sizeof *events)
        return prm__error_set(error, PRM_E_ARGUMENT, "event_size is %zu; it must be sizeof(prm_event), %zu",
                              event_size, sizeof *events);
    if (count && !events)
        return prm__error_set(error, PRM_E_ARGUMENT, "events is NULL");
    for (size_t i = 0; i < count; i++)
        if (!prm__guard_event(&events[i]))
            return prm__error_set(error, PRM_E_ARGUMENT, "event %zu has a NULL where its sizes promise data",
                                  i);
    return PRM_OK;
}
