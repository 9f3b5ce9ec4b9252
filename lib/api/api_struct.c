/* api, structs: how large each public struct is in this build of the library, by its name. */
#include "prm/prm.h"
#include <string.h>

size_t prm_struct_size(const char *name)
{
    static const struct {
        const char *name;
        size_t size;
    } sizes[] = {
        {"prm_allocator", sizeof(prm_allocator)},
        {"prm_answer", sizeof(prm_answer)},
        {"prm_applied_item", sizeof(prm_applied_item)},
        {"prm_apply_item", sizeof(prm_apply_item)},
        {"prm_column", sizeof(prm_column)},
        {"prm_compile_options", sizeof(prm_compile_options)},
        {"prm_counts", sizeof(prm_counts)},
        {"prm_decimal", sizeof(prm_decimal)},
        {"prm_diagnostic", sizeof(prm_diagnostic)},
        {"prm_engine_options", sizeof(prm_engine_options)},
        {"prm_error", sizeof(prm_error)},
        {"prm_event", sizeof(prm_event)},
        {"prm_fact", sizeof(prm_fact)},
        {"prm_field", sizeof(prm_field)},
        {"prm_journey", sizeof(prm_journey)},
        {"prm_pending_options", sizeof(prm_pending_options)},
        {"prm_progress", sizeof(prm_progress)},
        {"prm_row", sizeof(prm_row)},
        {"prm_rule", sizeof(prm_rule)},
        {"prm_stage", sizeof(prm_stage)},
        {"prm_text", sizeof(prm_text)},
        {"prm_total", sizeof(prm_total)},
        {"prm_type", sizeof(prm_type)},
        {"prm_type_field", sizeof(prm_type_field)},
    };
    for (size_t i = 0; name && i < sizeof sizes / sizeof sizes[0]; i++)
        if (strcmp(sizes[i].name, name) == 0)
            return sizes[i].size;
    return 0;
}
