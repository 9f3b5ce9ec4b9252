/* program: the life of a compiled program, from a block of bytes to its last reference,
 * and finding rows by name. Everything is made before the program is shared; from
 * then on only the count of references changes. */
#include "program/program.h"
#include "program/program_rows.h"
#include "base/hash.h"

#include <string.h>

prm_program *prm__program_new(const prm_allocator *host, size_t size)
{
    prm__alloc alloc;
    prm__alloc_init(&alloc, host);
    prm_program *program = prm__alloc_zeroed(&alloc, 1, sizeof *program);
    if (program == NULL)
        return NULL;
    atomic_init(&program->references, 1);
    program->block = prm__alloc_zeroed(&alloc, size, 1);
    program->size = size;
    program->alloc = alloc;
    if (program->block != NULL)
        return program;
    prm__alloc_release(&alloc, program, 1, sizeof *program);
    return NULL;
}

static void program_lookup_free(prm_program *program, prm__lookup *lookup)
{
    if (lookup->places != NULL)
        prm__alloc_release(&program->alloc, lookup->places, (size_t)lookup->mask + 1, sizeof(uint32_t));
}

static void program_free(prm_program *program)
{
    prm__alloc alloc = program->alloc;
    program_lookup_free(program, &program->type_lookup);
    program_lookup_free(program, &program->name_lookup);
    prm__alloc_release(&alloc, program->block, program->size, 1);
    prm__alloc_release(&alloc, program, 1, sizeof *program);
}

prm_program *prm__program_ref(prm_program *program)
{
    if (program != NULL)
        atomic_fetch_add_explicit(&program->references, 1, memory_order_relaxed);
    return program;
}

/* Release, so that what this thread read is read before another one frees; acquire
 * in the one that frees. */
void prm__program_unref(prm_program *program)
{
    if (program != NULL && atomic_fetch_sub_explicit(&program->references, 1, memory_order_acq_rel) == 1)
        program_free(program);
}

/* ---- Finding by name ---- */

/* The text of row `index` of a table whose rows begin with, or have `at`, the index of their text. */
static uint32_t program_row_text(const void *rows, size_t row_size, uint32_t index)
{
    uint32_t text;
    memcpy(&text, (const char *)rows + row_size * index, sizeof text);
    return text;
}

/* The place of a name, or the gap where the search for it ends. */
static uint32_t program_lookup_place(const prm_program *program, const prm__lookup *lookup, const void *rows,
                                     size_t row_size, const char *name, size_t size)
{
    uint32_t at = (uint32_t)prm__hash_bytes(name, size, 0) & lookup->mask;
    for (;; at = (at + 1) & lookup->mask) {
        if (lookup->places[at] == PRM_NO_INDEX)
            return at;
        prm_text text = prm__program_text(program, program_row_text(rows, row_size, lookup->places[at]));
        if (text.size == size && (size == 0 || memcmp(text.data, name, size) == 0))
            return at;
    }
}

/* Of rows of the same name the first is found. */
static prm_status program_lookup_make(prm_program *program, prm__lookup *lookup, const void *rows,
                                      size_t row_size, uint32_t count)
{
    uint64_t places = 4;
    while (places < (uint64_t)count * 2)
        places *= 2;
    lookup->places = prm__alloc_get(&program->alloc, places, sizeof(uint32_t));
    if (lookup->places == NULL)
        return PRM_E_MEMORY;
    lookup->mask = (uint32_t)(places - 1);
    memset(lookup->places, 0xFF, places * sizeof(uint32_t)); /* PRM_NO_INDEX everywhere */
    for (uint32_t i = 0; i < count; i++) {
        prm_text text = prm__program_text(program, program_row_text(rows, row_size, i));
        uint32_t at = program_lookup_place(program, lookup, rows, row_size, text.data, text.size);
        if (lookup->places[at] == PRM_NO_INDEX)
            lookup->places[at] = i;
    }
    return PRM_OK;
}

/* Rows that are found by name begin with the index of their text. */
_Static_assert(offsetof(prm__p_type, text) == 0, "types are found by their first word");
_Static_assert(offsetof(prm__p_name, text) == 0, "names are found by their first word");

static prm_status program_lookups_make(prm_program *program)
{
    PRM_TRY(program_lookup_make(program, &program->type_lookup, program->types, sizeof(prm__p_type),
                                program->types_count));
    return program_lookup_make(program, &program->name_lookup, program->names, sizeof(prm__p_name),
                               program->names_count);
}

uint32_t prm__program_find_type(const prm_program *program, const char *name, size_t size)
{
    const prm__lookup *lookup = &program->type_lookup;
    return lookup
        ->places[program_lookup_place(program, lookup, program->types, sizeof(prm__p_type), name, size)];
}

uint32_t prm__program_find_name(const prm_program *program, const char *name, size_t size)
{
    const prm__lookup *lookup = &program->name_lookup;
    return lookup
        ->places[program_lookup_place(program, lookup, program->names, sizeof(prm__p_name), name, size)];
}

uint32_t prm__program_slot(const prm_program *program, uint32_t type, uint32_t name)
{
    const prm__p_type *row = &program->types[type];
    for (uint32_t i = 0; i < row->slot_count; i++)
        if (program->slots[row->first_slot + i].name == name)
            return i;
    return PRM_NO_INDEX;
}

/* ---- Opening ---- */

void prm__program_point(prm_program *program)
{
    const char *block = program->block;
    program->head = program->block;
#define PROGRAM_POINT(name, type)                                                                            \
    program->name = (const void *)(block + program->head->offsets[PRM_SECTION_##name]);                      \
    program->name##_count = program->head->counts[PRM_SECTION_##name];
    PRM_PROGRAM_SECTIONS(PROGRAM_POINT)
#undef PROGRAM_POINT
    program->first_stage = program->rules_count;
    while (program->first_stage > 0 && program->rules[program->first_stage - 1].form == PRM_FORM_STAGE)
        program->first_stage--;
}

static void program_calendar(prm_program *program)
{
    prm__calendar *calendar = &program->calendar;
    calendar->zone.transitions = program->transitions;
    calendar->zone.count = program->transitions_count;
    calendar->first_weekday = program->head->first_weekday;
    calendar->fiscal_month = program->head->fiscal_month;
    calendar->month_closes = program->head->month_closes;
    calendar->is_utc = program->head->is_utc;
}

prm_status prm__program_open(prm_program *program)
{
    if (prm__program_verify(program->block, program->size) != NULL)
        return PRM_E_PROGRAM;
    prm__program_point(program);
    program_calendar(program);
    program->hash = prm__hash_bytes(program->block, program->size, 0);
    return program_lookups_make(program);
}

prm_status prm__program_from_bytes(const void *bytes, size_t size, const prm_allocator *host,
                                   prm_program **out)
{
    if (size < sizeof(prm__p_head))
        return PRM_E_PROGRAM;
    prm_program *program = prm__program_new(host, size);
    if (program == NULL)
        return PRM_E_MEMORY;
    memcpy(program->block, bytes, size);
    prm_status status = prm__program_open(program);
    if (status != PRM_OK) {
        prm__program_unref(program);
        return status;
    }
    *out = program;
    return PRM_OK;
}

const char *prm__program_field_type_name(uint32_t field_type)
{
    static const char *const names[] = {"text", "boolean", "integer", "money", "time", "decimal", "percent"};
    return field_type < sizeof names / sizeof names[0] ? names[field_type] : "?";
}
