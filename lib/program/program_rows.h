/* What the files of this room share: the shape of the block, making a program of
 * it, and the parts of the verifier. */
#ifndef PRM_PROGRAM_PROGRAM_ROWS_H
#define PRM_PROGRAM_PROGRAM_ROWS_H

#include "program/program.h"

#define PRM_PROGRAM_MAGIC                                                                                    \
    {                                                                                                        \
        'p', 'r', 'm', '\0', 'p', 'r', 'o', 'g'                                                              \
    }

/* Sections begin at multiples of 16 bytes. */
#define PRM_PROGRAM_ALIGN(size) (((size) + 15) / 16 * 16)

/* A program with a zeroed block of `size` bytes, to be filled and opened. NULL when
 * memory ran out. */
prm_program *prm__program_new(const prm_allocator *host, size_t size);

/* Verifies the block and makes all else that a program has. PRM_E_PROGRAM when the
 * block is not sound. */
PRM_MUST_USE prm_status prm__program_open(prm_program *program);

/* Points the sections of a program into its block, whose head is sound. */
void prm__program_point(prm_program *program);

/* Parts of the verifier, on a program whose sections are in bounds. NULL when sound. Each relies
 * on those before it. */
const char *prm__verify_expressions(const prm_program *program);
const char *prm__verify_types(const prm_program *program);
const char *prm__verify_subjects(const prm_program *program);
const char *prm__verify_conditions(const prm_program *program);
const char *prm__verify_streaks(const prm_program *program);
const char *prm__verify_owners(const prm_program *program);
const char *prm__verify_commission(const prm_program *program);
const char *prm__verify_rules(const prm_program *program);
const char *prm__verify_hangers(const prm_program *program);
const char *prm__verify_records(const prm_program *program);
const char *prm__verify_unmeasured(const prm_program *program);

/* An index of a section, and one that may be missing. */
static inline bool prm__verify_optional(uint32_t index, uint32_t count)
{
    return index == PRM_NO_INDEX || index < count;
}

/* A range of a section. */
static inline bool prm__verify_range(uint32_t first, uint32_t count, uint32_t of)
{
    return count <= of && first <= of - count;
}

/* An optional index of an expression with that result. */
static inline bool prm__verify_expr(const prm_program *program, uint32_t expr, uint32_t result)
{
    return expr == PRM_NO_INDEX || (expr < program->exprs_count && program->exprs[expr].result == result);
}

/* Whether a subject of kind `whole` lies within one of kind `part`, or is it; both exist. A
 * referrer or parent is itself a partner, and has that one's anchors and limits. */
bool prm__verify_kind_within(const prm_program *program, uint32_t part, uint32_t whole);

/* Whether a measure exists and counts for subjects that those of `kind` lie within. */
bool prm__verify_measure_of(const prm_program *program, uint32_t measure, uint32_t kind);

/* A window that exists and whose anchor any subject of `kind` has. */
bool prm__verify_window_of(const prm_program *program, uint32_t window, uint32_t kind);

/* A number below the limit; an attribute, where there is one, that is a number. */
bool prm__verify_threshold(const prm_program *program, prm__decimal threshold, uint32_t attribute);

bool prm__verify_is_comparison(uint32_t kind);

/* A range of sound conditions that comes to one result on measures of `kind`; and whether that
 * is a truth, rather than a number that stands alone. `words` counts, over several runs, the
 * words of the expressions that they name, of which there may be too many. */
bool prm__verify_run(const prm_program *program, uint32_t first, uint32_t count, uint32_t kind,
                     uint32_t *words);
bool prm__verify_run_is_truth(const prm_program *program, uint32_t first, uint32_t count);

/* Counts above 0 where there is a duration, a known unit. */
bool prm__verify_duration(prm__duration duration, bool required);

#endif
