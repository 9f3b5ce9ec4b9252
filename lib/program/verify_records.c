/* verify, records: the states of each kind of subject lie in its record, side by side. */
#include "program/program.h"
#include "program/program_rows.h"

typedef struct verify_state {
    uint32_t offset, size;
} verify_state;

/* Whose states lie in records: tables of rows, and rows of the head as tables of one. */
typedef enum verify_source {
    VERIFY_ANCHORS,
    VERIFY_MEASURES,
    VERIFY_RULES,
    VERIFY_LIMITS,
    VERIFY_COMMISSION_WINDOW,
    VERIFY_BRACKETS,
    VERIFY_RANKS,
    VERIFY_SOURCES
} verify_source;

static uint32_t verify_rows(const prm_program *program, verify_source source)
{
    switch (source) {
    case VERIFY_ANCHORS:
        return program->anchors_count;
    case VERIFY_MEASURES:
        return program->measures_count;
    case VERIFY_RULES:
    case VERIFY_LIMITS:
        return program->rules_count;
    case VERIFY_COMMISSION_WINDOW:
    case VERIFY_BRACKETS:
    case VERIFY_RANKS:
    case VERIFY_SOURCES:
        break;
    }
    return 1;
}

/* The state that row `index` has in records of `kind`; size 0: none. */
static verify_state verify_state_of(const prm_program *program, verify_source source, uint32_t index,
                                    uint32_t kind)
{
    const prm__p_commission *commission = &program->head->commission;
    const verify_state none = {0, 0};
    switch (source) {
    case VERIFY_ANCHORS: {
        const prm__p_anchor *row = &program->anchors[index];
        return row->kind == kind ? (verify_state){row->offset, sizeof(prm__anchor_state)} : none;
    }
    case VERIFY_MEASURES: {
        const prm__p_measure *row = &program->measures[index];
        uint32_t size = (uint32_t)sizeof(prm__measure_state) + prm__catalog_measure(row->kind)->state_size;
        return row->subject == kind ? (verify_state){row->offset, size} : none;
    }
    case VERIFY_RULES: {
        const prm__p_rule *row = &program->rules[index];
        uint32_t size = prm__form_has_more(row->form) ? sizeof(prm__rule_more) : sizeof(prm__rule_state);
        return row->subject == kind ? (verify_state){row->offset, size} : none;
    }
    case VERIFY_LIMITS: {
        const prm__p_rule *row = &program->rules[index];
        bool has = row->limit_times > 0 && row->limit_kind == kind;
        return has ? (verify_state){row->limit_offset, sizeof(prm__limit_state)} : none;
    }
    case VERIFY_COMMISSION_WINDOW: {
        bool has = commission->present == 1 && commission->window != PRM_NO_INDEX && commission->kind == kind;
        return has ? (verify_state){commission->window_offset, sizeof(int64_t)} : none;
    }
    case VERIFY_BRACKETS: {
        bool has = program->brackets_count > 0 && commission->bracket_kind == kind;
        return has ? (verify_state){commission->bracket_offset, sizeof(prm__bracket_state)} : none;
    }
    case VERIFY_RANKS: {
        bool has = program->head->ranks.present == 1 && kind == PRM_KIND_PARTNER;
        return has ? (verify_state){program->head->ranks.offset, sizeof(prm__rank_state)} : none;
    }
    case VERIFY_SOURCES: /* LCOV_EXCL_LINE is their number */
        break;           /* LCOV_EXCL_LINE so */
    }
    return none; /* LCOV_EXCL_LINE */
}

/* States of one kind, in order of their offsets: the next row of each source. */
typedef struct verify_layout {
    uint32_t at[VERIFY_SOURCES];
} verify_layout;

/* Takes the state with the lowest offset; false when there is none left. Aligned offsets are
 * never UINT32_MAX, so that each row is taken once. */
static bool verify_next_state(const prm_program *program, uint32_t kind, verify_layout *layout,
                              verify_state *out)
{
    uint32_t *next = NULL;
    out->offset = UINT32_MAX;
    for (uint32_t source = 0; source < VERIFY_SOURCES; source++) {
        uint32_t *at = &layout->at[source], rows = verify_rows(program, (verify_source)source);
        verify_state state = {0, 0};
        while (*at < rows && (state = verify_state_of(program, (verify_source)source, *at, kind)).size == 0)
            (*at)++;
        if (*at < rows && state.offset < out->offset) {
            *out = state;
            next = at;
        }
    }
    if (next != NULL)
        (*next)++;
    return next != NULL;
}

const char *prm__verify_records(const prm_program *program)
{
    for (uint32_t kind = 0; kind < program->kinds_count; kind++) {
        uint64_t end = 0;
        verify_layout layout = {{0}};
        verify_state state = {0, 0};
        while (verify_next_state(program, kind, &layout, &state)) {
            if (state.offset < end)
                return "states of a subject overlap";
            end = (uint64_t)state.offset + state.size;
        }
        if (end > program->kinds[kind].record_size)
            return "a subject's record is too small";
    }
    return NULL;
}
