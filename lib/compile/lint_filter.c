/* lint filter: what a filter tells of one field of the events that pass it: a stack
 * machine over its code whose truths carry "if this is true, the field lies there". */
#include "compile/lint.h"

typedef enum filter_kind {
    FILTER_OTHER = 0,
    FILTER_FIELD,  /* the field itself */
    FILTER_NUMBER, /* a number that is known */
    FILTER_CONST,  /* a text or boolean that is known */
    FILTER_TRUTH
} filter_kind;

typedef struct filter_value {
    prm__decimal number;
    prm__lint_field field; /* TRUTH: if it is true */
    uint32_t kind;         /* filter_kind */
} filter_value;

static const prm__lint_field filter_any = {.values = UINT32_MAX};

static filter_value filter_truth(prm__lint_field field)
{
    return (filter_value){.field = field, .kind = FILTER_TRUTH};
}

/* What is certain where a value is true. A boolean field that is true has one value. */
static prm__lint_field filter_if_true(filter_value value)
{
    prm__lint_field field = filter_any;
    if (value.kind == FILTER_TRUTH)
        return value.field;
    if (value.kind == FILTER_FIELD)
        field.values = 1;
    return field;
}

static prm__lint_field filter_both(prm__lint_field a, prm__lint_field b)
{
    if (b.has_low && (!a.has_low || b.low > a.low))
        a.low = b.low;
    if (b.has_high && (!a.has_high || b.high < a.high))
        a.high = b.high;
    a.has_low = a.has_low || b.has_low;
    a.has_high = a.has_high || b.has_high;
    a.values = b.values < a.values ? b.values : a.values;
    return a;
}

static prm__lint_field filter_either(prm__lint_field a, prm__lint_field b)
{
    if (b.low < a.low)
        a.low = b.low;
    if (b.high > a.high)
        a.high = b.high;
    a.has_low = a.has_low && b.has_low;
    a.has_high = a.has_high && b.has_high;
    a.values = a.values > UINT32_MAX - b.values ? UINT32_MAX : a.values + b.values;
    return a;
}

/* `field OPERATION number`. */
static prm__lint_field filter_bounds(uint32_t operation, prm__decimal number)
{
    prm__lint_field field = {.low = number, .high = number, .values = UINT32_MAX};
    bool equal = operation == PRM_OP_EQUAL;
    field.has_low = equal || operation == PRM_OP_GREATER || operation == PRM_OP_GREATER_EQUAL;
    field.has_high = equal || operation == PRM_OP_LESS || operation == PRM_OP_LESS_EQUAL;
    if (equal)
        field.values = 1;
    return field;
}

/* The operation with its sides exchanged. */
static uint32_t filter_turned(uint32_t operation)
{
    switch (operation) {
    case PRM_OP_LESS:
        return PRM_OP_GREATER;
    case PRM_OP_LESS_EQUAL:
        return PRM_OP_GREATER_EQUAL;
    case PRM_OP_GREATER:
        return PRM_OP_LESS;
    case PRM_OP_GREATER_EQUAL:
        return PRM_OP_LESS_EQUAL;
    default:
        return operation;
    }
}

static prm__lint_field filter_compare(uint32_t operation, filter_value a, filter_value b)
{
    prm__lint_field field = filter_any;
    if (b.kind == FILTER_FIELD) {
        filter_value first = a;
        a = b;
        b = first;
        operation = filter_turned(operation);
    }
    if (a.kind != FILTER_FIELD)
        return field;
    if (b.kind == FILTER_NUMBER)
        return filter_bounds(operation, b.number);
    if (b.kind == FILTER_CONST && operation == PRM_OP_EQUAL)
        field.values = 1;
    return field;
}

/* `in` are the operands of the word, the first one first. */
static filter_value filter_apply(const prm__compiler *c, uint32_t word, uint32_t name, const filter_value *in)
{
    uint32_t operation = word & 0xFF, operand = word >> 8;
    prm__lint_field one = {.values = 1};
    switch (operation) {
    case PRM_OP_NUMBER:
        return (filter_value){.number = PRM_VEC(c->builder.consts, prm__decimal)[operand],
                              .kind = FILTER_NUMBER};
    case PRM_OP_TEXT:
    case PRM_OP_BOOLEAN:
        return (filter_value){.kind = FILTER_CONST};
    case PRM_OP_FIELD:
        return (filter_value){.kind = operand == name ? FILTER_FIELD : FILTER_OTHER};
    case PRM_OP_NEGATE:
        return (filter_value){.number = -in[0].number,
                              .kind = in[0].kind == FILTER_NUMBER ? FILTER_NUMBER : FILTER_OTHER};
    case PRM_OP_NOT:
        return filter_truth(in[0].kind == FILTER_FIELD ? one : filter_any);
    case PRM_OP_AND:
        return filter_truth(filter_both(filter_if_true(in[0]), filter_if_true(in[1])));
    case PRM_OP_OR:
        return filter_truth(filter_either(filter_if_true(in[0]), filter_if_true(in[1])));
    default:
        break;
    }
    if (operation >= PRM_OP_EQUAL && operation <= PRM_OP_GREATER_EQUAL)
        return filter_truth(filter_compare(operation, in[0], in[1]));
    return (filter_value){.kind = FILTER_OTHER};
}

prm__lint_field prm__lint_filter(const prm__compiler *c, uint32_t filter, uint32_t name)
{
    filter_value stack[PRM_EXPR_STACK];
    uint32_t depth = 0;
    if (filter == PRM_NO_INDEX)
        return filter_any;
    const prm__p_expr *row = prm__vec_at(&c->builder.exprs, filter);
    const uint32_t *words = PRM_VEC(c->builder.code, const uint32_t) + row->first_word;
    for (uint32_t i = 0; i < row->word_count; i++) {
        depth -= prm__compile_pops(words[i]);
        stack[depth] = filter_apply(c, words[i], name, stack + depth);
        depth++;
    }
    return filter_if_true(stack[0]);
}
