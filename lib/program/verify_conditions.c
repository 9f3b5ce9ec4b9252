/* verify, conditions: their rows, the runs that they make, and which expressions look at
 * measures: those of conditions alone, since elsewhere there is no subject to measure. */
#include "program/program.h"
#include "program/program_rows.h"

/* Words of expressions, each as often as it is named: far more than the largest program text
 * can write, and a bound to what a small block can make the verifier read. */
#define VERIFY_WORDS_MAX (UINT32_C(1) << 26)

/* ---- Rows ---- */

bool prm__verify_is_comparison(uint32_t kind)
{
    return kind <= PRM_CONDITION_LESS_THAN;
}

bool prm__verify_threshold(const prm_program *program, prm__decimal threshold, uint32_t attribute)
{
    if (threshold >= PRM_DECIMAL_LIMIT || threshold <= -PRM_DECIMAL_LIMIT)
        return false;
    if (attribute == PRM_NO_INDEX)
        return true;
    if (attribute >= program->attributes_count)
        return false;
    uint32_t type = program->attributes[attribute].field_type;
    return type == PRM_FIELD_INTEGER || type == PRM_FIELD_MONEY || type == PRM_FIELD_DECIMAL ||
           type == PRM_FIELD_PERCENT;
}

/* A number: of a measure, or of an expression over measures. */
static bool verify_number(const prm_program *program, const prm__p_condition *row)
{
    if (row->expr == PRM_NO_INDEX)
        return row->measure < program->measures_count;
    return row->measure == PRM_NO_INDEX && prm__verify_expr(program, row->expr, PRM_TYPE_NUMBER);
}

static bool verify_condition(const prm_program *program, const prm__p_condition *row)
{
    if (!prm__verify_threshold(program, row->threshold, row->attribute))
        return false;
    bool bare = row->threshold == 0 && row->attribute == PRM_NO_INDEX;
    bool alone = row->measure == PRM_NO_INDEX;
    switch ((prm__condition_kind)row->kind) {
    case PRM_CONDITION_AT_LEAST:
    case PRM_CONDITION_MORE_THAN:
    case PRM_CONDITION_AT_MOST:
    case PRM_CONDITION_LESS_THAN:
        return verify_number(program, row);
    case PRM_CONDITION_EVERY:
        return verify_number(program, row) && (row->threshold > 0 || row->attribute != PRM_NO_INDEX);
    case PRM_CONDITION_BARE:
        return bare && verify_number(program, row);
    case PRM_CONDITION_IS:
        return bare && alone && row->expr != PRM_NO_INDEX &&
               prm__verify_expr(program, row->expr, PRM_TYPE_BOOLEAN);
    case PRM_CONDITION_AND:
    case PRM_CONDITION_OR:
    case PRM_CONDITION_NOT:
        return bare && alone && row->expr == PRM_NO_INDEX;
    case PRM_CONDITION_KINDS:
        break;
    }
    return false;
}

const char *prm__verify_conditions(const prm_program *program)
{
    for (uint32_t i = 0; i < program->conditions_count; i++)
        if (!verify_condition(program, &program->conditions[i]))
            return "a condition is wrong";
    return NULL;
}

/* ---- Runs ---- */

/* Names an expression once more; false when that is too often. */
static bool verify_name(const prm_program *program, uint32_t expr, uint32_t *words)
{
    uint32_t more = program->exprs[expr].word_count;
    if (more > VERIFY_WORDS_MAX - *words)
        return false;
    *words += more;
    return true;
}

static bool verify_stands_alone(uint32_t kind)
{
    return kind == PRM_CONDITION_EVERY || kind == PRM_CONDITION_BARE;
}

/* How many truths a row takes. */
static uint32_t verify_takes(uint32_t kind)
{
    if (kind == PRM_CONDITION_AND || kind == PRM_CONDITION_OR)
        return 2;
    return kind == PRM_CONDITION_NOT ? 1 : 0;
}

/* Whether all that a row measures is of subjects that one of `kind` has. */
static bool verify_measures_of(const prm_program *program, const prm__p_condition *row, uint32_t kind,
                               uint32_t *words)
{
    if (row->measure != PRM_NO_INDEX)
        return prm__verify_measure_of(program, row->measure, kind);
    if (row->expr == PRM_NO_INDEX)
        return true;
    if (!verify_name(program, row->expr, words))
        return false;
    const prm__p_expr *expr = &program->exprs[row->expr];
    for (uint32_t i = 0; i < expr->word_count; i++) {
        uint32_t word = program->code[expr->first_word + i];
        if ((word & 0xFF) == PRM_OP_MEASURE && !prm__verify_measure_of(program, word >> 8, kind))
            return false;
    }
    return true;
}

bool prm__verify_run(const prm_program *program, uint32_t first, uint32_t count, uint32_t kind,
                     uint32_t *words)
{
    if (!prm__verify_range(first, count, program->conditions_count))
        return false;
    uint32_t depth = 0;
    for (uint32_t i = 0; i < count; i++) {
        const prm__p_condition *row = &program->conditions[first + i];
        uint32_t takes = verify_takes(row->kind);
        if (depth < takes || !verify_measures_of(program, row, kind, words) ||
            (count > 1 && verify_stands_alone(row->kind)))
            return false;
        depth += 1 - takes;
        if (depth > PRM_CONDITION_STACK)
            return false;
    }
    return count == 0 || depth == 1;
}

bool prm__verify_run_is_truth(const prm_program *program, uint32_t first, uint32_t count)
{
    return count != 1 || !verify_stands_alone(program->conditions[first].kind);
}

/* ---- Expressions of others ---- */

/* Names one where no measure may be looked at. */
static bool verify_name_unmeasured(const prm_program *program, uint32_t expr, uint32_t *words)
{
    if (expr == PRM_NO_INDEX)
        return true;
    if (!verify_name(program, expr, words))
        return false;
    const prm__p_expr *row = &program->exprs[expr];
    for (uint32_t i = 0; i < row->word_count; i++)
        if ((program->code[row->first_word + i] & 0xFF) == PRM_OP_MEASURE)
            return false;
    return true;
}

const char *prm__verify_unmeasured(const prm_program *program)
{
    const prm__p_commission *commission = &program->head->commission;
    uint32_t words = 0;
    bool sound = commission->present == 0 || (verify_name_unmeasured(program, commission->of, &words) &&
                                              verify_name_unmeasured(program, commission->filter, &words));
    for (uint32_t i = 0; i < program->measures_count && sound; i++)
        sound = verify_name_unmeasured(program, program->measures[i].filter, &words);
    for (uint32_t i = 0; i < program->actions_count && sound; i++)
        sound = verify_name_unmeasured(program, program->actions[i].amount, &words);
    for (uint32_t i = 0; i < program->rules_count && sound; i++)
        sound = verify_name_unmeasured(program, program->rules[i].each_filter, &words) &&
                verify_name_unmeasured(program, program->rules[i].eligible, &words);
    return sound ? NULL : "an expression looks at a measure where there is none";
}
