#include "fieldname.h"

/* The library resolves names of fields and does not list them, so slips are sought among the
 * built-in ones that the program knows. */

#include <stdlib.h>

#include "suggest.h"

static const char *const fieldname_builtin[] = {
    "amount", "candidate", "course",  "customer", "deal",     "document", "event", "lead",
    "parent", "partner",   "product", "quantity", "referrer", "rep",      "score",
};

enum { FIELDNAME_COUNT = sizeof fieldname_builtin / sizeof fieldname_builtin[0] };

int fieldname_known(const prm_program *program, prm_text name)
{
    return text_is(name, "id") || text_is(name, "type") || text_is(name, "time") ||
           prm_program_field(program, name.data, name.size) != PRM_NONE;
}

prm_text fieldname_nearest(const prm_program *program, prm_text name)
{
    prm_text known[FIELDNAME_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < FIELDNAME_COUNT; i++) {
        prm_text one = text_of(fieldname_builtin[i]);
        if (fieldname_known(program, one))
            known[count++] = one;
    }
    size_t near = suggest_nearest(name, known, count);
    return near < count ? known[near] : text_of("");
}

prm_text fieldname_nearest_type(const prm_program *program, prm_text name)
{
    uint32_t count = prm_program_type_count(program);
    prm_text *known = memory_take((count + (size_t)1) * sizeof *known);
    for (uint32_t i = 0; i < count; i++) {
        prm_type type = {.size = sizeof type};
        known[i] = prm_program_type_get(program, i, &type) == PRM_OK ? type.name : text_of("");
    }
    size_t near = suggest_nearest(name, known, count);
    prm_text found = near < count ? known[near] : text_of("");
    free(known);
    return found;
}
