/* lint range: between what a measure, or arithmetic over measures, can lie. */
#include "compile/lint.h"

#define RANGE_WINDOWS 64 /* of a campaign, for a streak; more are not counted */

static prm__lint_range range_from(prm__decimal low)
{
    return (prm__lint_range){.low = low, .has_low = true};
}

static prm__lint_range range_between(prm__decimal low, prm__decimal high, prm__lint_reason why)
{
    return (prm__lint_range){low, high, true, true, why};
}

/* ---- Measures ---- */

/* How many values of the measure's field there can be. */
static prm__lint_range range_distinct(const prm__compiler *c, const prm__p_measure *row)
{
    const prm__p_kind *kind = prm__vec_at(&c->builder.kinds, row->subject);
    if (prm__compile_kind_has(c, row->subject, row->name) ||
        (row->name == PRM_NAME_PARTNER && kind->link == PRM_LINK_NONE))
        return range_between(0, PRM_DECIMAL_ONE, PRM_LINT_BY_SUBJECT);
    uint32_t values = prm__lint_filter(c, row->filter, row->name).values;
    if (values == UINT32_MAX)
        return range_from(0);
    return range_between(0, (prm__decimal)values * PRM_DECIMAL_ONE, PRM_LINT_BY_WHERE);
}

/* Averages, minima and maxima lie where the values do; a sum on the same side of zero. */
static prm__lint_range range_values(const prm__compiler *c, const prm__p_measure *row)
{
    prm__lint_field field = prm__lint_filter(c, row->filter, row->name);
    prm__lint_range range = {field.low, field.high, field.has_low, field.has_high, PRM_LINT_BY_WHERE};
    if (row->kind != PRM_MEASURE_SUM)
        return range;
    range.has_low = field.has_low && field.low >= 0;
    range.has_high = field.has_high && field.high <= 0;
    range.low = range.high = 0;
    return range;
}

/* How many windows of the period touch the campaign; 0: too many to be counted, or without end. */
static uint32_t range_windows(const prm__compiler *c, uint32_t active, uint32_t period)
{
    uint32_t count = 0;
    if (active == PRM_NO_INDEX)
        return 0;
    const prm__p_active row = PRM_VEC(c->builder.actives, const prm__p_active)[active];
    if (row.from == INT64_MIN || row.until == INT64_MAX)
        return 0;
    for (int64_t at = row.from; at < row.until; count++) {
        if (count == RANGE_WINDOWS)
            return 0;
        at = prm__calendar_window(&c->calendar, (prm__period)period, at).end;
    }
    return count;
}

/* Outside of the campaign nothing counts, so no window there reaches what must be reached by
 * events. */
static prm__lint_range range_streak(const prm__compiler *c, const prm__p_measure *row)
{
    const prm__p_condition *inner = prm__vec_at(&c->builder.conditions, row->inner);
    const prm__p_window *window = prm__vec_at(&c->builder.windows, row->window);
    bool below = inner->kind == PRM_CONDITION_AT_LEAST || inner->kind == PRM_CONDITION_MORE_THAN;
    uint32_t count = below && inner->attribute == PRM_NO_INDEX ? range_windows(c, row->active, window->period)
                                                               : 0;
    if (count == 0)
        return range_from(0);
    return range_between(0, (prm__decimal)count * PRM_DECIMAL_ONE, PRM_LINT_BY_ACTIVE);
}

prm__lint_range prm__lint_measure_range(const prm__compiler *c, uint32_t measure)
{
    const prm__p_measure *row = prm__vec_at(&c->builder.measures, measure);
    switch (row->kind) {
    case PRM_MEASURE_COUNT:
        return range_from(0);
    case PRM_MEASURE_COVERAGE:
        return range_between(0, PRM_DECIMAL_ONE, PRM_LINT_BY_SHARE);
    case PRM_MEASURE_DISTINCT:
    case PRM_MEASURE_COVERED:
        return range_distinct(c, row);
    case PRM_MEASURE_STREAK:
        return range_streak(c, row);
    default:
        return range_values(c, row);
    }
}

/* ---- Arithmetic ---- */

/* A number on the stack, and the words that make it. */
typedef struct range_value {
    prm__lint_range range;
    uint32_t first, last; /* words */
    bool plain;           /* a sum of measures, none of which is negative */
} range_value;

typedef struct range_code {
    const prm__compiler *c;
    const uint32_t *words;
} range_code;

static bool range_is_number(prm__lint_range range)
{
    return range.has_low && range.has_high && range.low == range.high;
}

static prm__lint_range range_negated(prm__lint_range range)
{
    return (prm__lint_range){-range.high, -range.low, range.has_high, range.has_low, range.why_high};
}

static prm__lint_range range_sum(prm__lint_range a, prm__lint_range b)
{
    prm__lint_range sum = {.why_high = range_is_number(a) ? b.why_high : a.why_high};
    sum.has_low = a.has_low && b.has_low && prm__decimal_add(a.low, b.low, &sum.low);
    sum.has_high = a.has_high && b.has_high && prm__decimal_add(a.high, b.high, &sum.high);
    return sum;
}

/* Rounding keeps the order, so it is enough to look at the ends. */
static prm__lint_range range_scaled(prm__lint_range range, prm__decimal by, bool divide)
{
    prm__lint_range out = {.why_high = range.why_high};
    if (by < 0) {
        range = range_negated(range);
        by = -by;
    }
    if (divide) {
        out.has_low = range.has_low && prm__decimal_div(range.low, by, &out.low);
        out.has_high = range.has_high && prm__decimal_div(range.high, by, &out.high);
    } else {
        out.has_low = range.has_low && prm__decimal_mul(range.low, by, &out.low);
        out.has_high = range.has_high && prm__decimal_mul(range.high, by, &out.high);
    }
    return out;
}

/* Whether a measure is one of the terms of a plain sum. */
static bool range_is_term(const range_code *code, range_value part, range_value whole)
{
    if (!part.plain || !whole.plain || part.first != part.last)
        return false;
    for (uint32_t i = whole.first; i <= whole.last; i++)
        if (code->words[i] == code->words[part.first])
            return true;
    return false;
}

static prm__lint_range range_quotient(const range_code *code, range_value a, range_value b)
{
    if (range_is_number(b.range) && b.range.low != 0)
        return range_scaled(a.range, b.range.low, true);
    if (range_is_term(code, a, b))
        return range_between(0, PRM_DECIMAL_ONE, PRM_LINT_BY_SHARE);
    if (a.range.has_low && a.range.low >= 0 && b.range.has_low && b.range.low >= 0)
        return range_from(0);
    return (prm__lint_range){.has_low = false};
}

static prm__lint_range range_product(prm__lint_range a, prm__lint_range b)
{
    if (range_is_number(b))
        return range_scaled(a, b.low, false);
    if (range_is_number(a))
        return range_scaled(b, a.low, false);
    if (a.has_low && a.low >= 0 && b.has_low && b.low >= 0)
        return range_from(0);
    return (prm__lint_range){.has_low = false};
}

static prm__lint_range range_apply(const range_code *code, uint32_t word, const range_value *in)
{
    switch (word & 0xFF) {
    case PRM_OP_NUMBER: {
        prm__decimal number = PRM_VEC(code->c->builder.consts, prm__decimal)[word >> 8];
        return range_between(number, number, PRM_LINT_BY_KIND);
    }
    case PRM_OP_MEASURE:
        return prm__lint_measure_range(code->c, word >> 8);
    case PRM_OP_NEGATE:
        return range_negated(in[0].range);
    case PRM_OP_ADD:
        return range_sum(in[0].range, in[1].range);
    case PRM_OP_SUBTRACT:
        return range_sum(in[0].range, range_negated(in[1].range));
    case PRM_OP_MULTIPLY:
        return range_product(in[0].range, in[1].range);
    case PRM_OP_DIVIDE:
        return range_quotient(code, in[0], in[1]);
    default:
        return (prm__lint_range){.has_low = false};
    }
}

prm__lint_range prm__lint_expr_range(const prm__compiler *c, uint32_t expr)
{
    const prm__p_expr *row = prm__vec_at(&c->builder.exprs, expr);
    const range_code code = {c, PRM_VEC(c->builder.code, const uint32_t) + row->first_word};
    range_value stack[PRM_EXPR_STACK];
    uint32_t depth = 0;
    for (uint32_t i = 0; i < row->word_count; i++) {
        uint32_t word = code.words[i], pops = prm__compile_pops(word);
        depth -= pops;
        range_value value = {range_apply(&code, word, stack + depth), pops > 0 ? stack[depth].first : i, i,
                             false};
        bool sum = (word & 0xFF) == PRM_OP_ADD && stack[depth].plain && stack[depth + 1].plain;
        bool measure = (word & 0xFF) == PRM_OP_MEASURE && value.range.has_low && value.range.low >= 0;
        value.plain = sum || measure;
        stack[depth++] = value;
    }
    return stack[0].range;
}

bool prm__lint_constant(const prm__compiler *c, uint32_t expr, prm__decimal *number)
{
    prm__lint_range range = prm__lint_expr_range(c, expr);
    *number = range.low;
    return range_is_number(range);
}
