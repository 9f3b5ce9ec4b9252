#include "engine/condition.h"
#include "engine/measure.h"

bool prm__condition_threshold(const prm__asking *asking, prm__decimal threshold, uint32_t attribute,
                              prm__decimal *out)
{
    *out = threshold;
    if (attribute == PRM_NO_INDEX)
        return true;
    const prm__eval eval = {.engine = asking->engine,
                            .partner = asking->engine->at_subjects[PRM_KIND_PARTNER],
                            .rep = asking->engine->at_subjects[PRM_KIND_REP]};
    prm__value value = prm__eval_attribute(&eval, attribute);
    *out = value.number;
    return value.type == PRM_TYPE_NUMBER;
}

prm__fraction prm__condition_number(const prm__asking *asking, const prm__p_condition *row)
{
    prm_engine *engine = asking->engine;
    if (row->expr == PRM_NO_INDEX) {
        uint32_t subject = engine->at_subjects[engine->program->measures[row->measure].subject];
        return prm__measure_value(engine, row->measure, subject, prm__engine_partner(engine, asking->partner),
                                  asking->place);
    }
    prm__eval eval = prm__eval_of(asking);
    prm__value value = prm__eval_expr(&eval, row->expr);
    return (prm__fraction){value.number, 1, value.type != PRM_TYPE_NUMBER};
}

static int condition_compare(prm__fraction number, prm__decimal threshold)
{
    if (number.divisor == 1)
        return number.number < threshold ? -1 : number.number > threshold;
    return prm__decimal_compare_fractions(number.number, number.divisor, threshold, 1);
}

bool prm__condition_at_least(const prm__asking *asking, prm__fraction number, prm__decimal threshold,
                             uint32_t attribute)
{
    return !number.none && prm__condition_threshold(asking, threshold, attribute, &threshold) &&
           condition_compare(number, threshold) >= 0;
}

static bool condition_comparison(const prm__asking *asking, const prm__p_condition *row)
{
    prm__decimal threshold;
    prm__fraction number = prm__condition_number(asking, row);
    if (number.none || !prm__condition_threshold(asking, row->threshold, row->attribute, &threshold))
        return false;
    int order = condition_compare(number, threshold);
    switch (row->kind) {
    case PRM_CONDITION_AT_LEAST:
        return order >= 0;
    case PRM_CONDITION_MORE_THAN:
        return order > 0;
    case PRM_CONDITION_AT_MOST:
        return order <= 0;
    default:
        return order < 0;
    }
}

static bool condition_truth(const prm__asking *asking, uint32_t expr)
{
    prm__eval eval = prm__eval_of(asking);
    return prm__eval_filter(&eval, expr);
}

static bool condition_row_holds(const prm__asking *asking, const prm__p_condition *row)
{
    return row->kind == PRM_CONDITION_IS ? condition_truth(asking, row->expr)
                                         : condition_comparison(asking, row);
}

/* A run of several rows, on a stack whose depth the verifier has checked. */
static bool condition_rows_hold(const prm__asking *asking, const prm__p_condition *rows, uint32_t count)
{
    bool stack[PRM_CONDITION_STACK] = {false};
    uint32_t top = 0;
    for (uint32_t i = 0; i < count; i++) {
        switch (rows[i].kind) {
        case PRM_CONDITION_AND:
            top--;
            stack[top - 1] = stack[top - 1] && stack[top];
            break;
        case PRM_CONDITION_OR:
            top--;
            stack[top - 1] = stack[top - 1] || stack[top];
            break;
        case PRM_CONDITION_NOT:
            stack[top - 1] = !stack[top - 1];
            break;
        default:
            stack[top++] = condition_row_holds(asking, &rows[i]);
            break;
        }
    }
    return stack[0];
}

bool prm__condition_holds(const prm__asking *asking, uint32_t first, uint32_t count)
{
    const prm__p_condition *rows = asking->engine->program->conditions + first;
    if (count > 1)
        return condition_rows_hold(asking, rows, count);
    return count == 0 || condition_row_holds(asking, rows);
}
