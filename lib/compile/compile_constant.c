/* compile constant: what an expression is whatever the event, or before any event: a
 * stack machine over its code in which a value may be unknown. What it does not
 * follow (functions, texts in an order) is unknown. */
#include "compile/compiler.h"

typedef enum constant_kind {
    CONSTANT_UNKNOWN = 0,
    CONSTANT_BOOLEAN,
    CONSTANT_NUMBER,
    CONSTANT_TEXT,
    CONSTANT_ERROR
} constant_kind;

typedef struct constant_value {
    prm__decimal number; /* a boolean too: 0 or 1; a text by index: equal texts are one */
    uint32_t kind;       /* constant_kind */
} constant_value;

static const constant_value constant_unknown = {0, CONSTANT_UNKNOWN};
static const constant_value constant_error = {0, CONSTANT_ERROR};

/* What is evaluated, and whether measures have the values that they have before any event. */
typedef struct constant_code {
    const prm__compiler *c;
    const uint32_t *words;
    size_t count;
    bool at_rest;
} constant_code;

static constant_value constant_boolean(bool value)
{
    return (constant_value){value, CONSTANT_BOOLEAN};
}

static bool constant_is(constant_value value, bool wanted)
{
    return value.kind == CONSTANT_BOOLEAN && (value.number != 0) == wanted;
}

/* `absorbing` is the side that decides alone: false of &&, true of ||. */
static constant_value constant_join(constant_value a, constant_value b, bool absorbing)
{
    if (constant_is(a, absorbing) || constant_is(b, absorbing))
        return constant_boolean(absorbing);
    return a.kind == CONSTANT_BOOLEAN && b.kind == CONSTANT_BOOLEAN ? constant_boolean(!absorbing)
                                                                    : constant_unknown;
}

static constant_value constant_compare(uint32_t operation, constant_value a, constant_value b)
{
    bool equality = operation == PRM_OP_EQUAL || operation == PRM_OP_NOT_EQUAL;
    if (a.kind == CONSTANT_ERROR || b.kind == CONSTANT_ERROR)
        return constant_error;
    if (a.kind == CONSTANT_UNKNOWN || a.kind != b.kind || (!equality && a.kind != CONSTANT_NUMBER))
        return constant_unknown;
    switch (operation) {
    case PRM_OP_EQUAL:
        return constant_boolean(a.number == b.number);
    case PRM_OP_NOT_EQUAL:
        return constant_boolean(a.number != b.number);
    case PRM_OP_LESS:
        return constant_boolean(a.number < b.number);
    case PRM_OP_LESS_EQUAL:
        return constant_boolean(a.number <= b.number);
    case PRM_OP_GREATER:
        return constant_boolean(a.number > b.number);
    default:
        return constant_boolean(a.number >= b.number);
    }
}

static constant_value constant_calculate(uint32_t operation, constant_value a, constant_value b)
{
    constant_value result = {0, CONSTANT_NUMBER};
    bool good = false;
    if (a.kind == CONSTANT_ERROR || b.kind == CONSTANT_ERROR)
        return constant_error;
    if (a.kind != CONSTANT_NUMBER || b.kind != CONSTANT_NUMBER)
        return constant_unknown;
    if (operation == PRM_OP_ADD)
        good = prm__decimal_add(a.number, b.number, &result.number);
    else if (operation == PRM_OP_SUBTRACT)
        good = prm__decimal_sub(a.number, b.number, &result.number);
    else if (operation == PRM_OP_MULTIPLY)
        good = prm__decimal_mul(a.number, b.number, &result.number);
    else if (operation == PRM_OP_DIVIDE)
        good = prm__decimal_div(a.number, b.number, &result.number);
    else if (operation == PRM_OP_REMAINDER)
        good = prm__decimal_rem(a.number, b.number, &result.number);
    return good ? result : constant_error;
}

/* A measure: zero, or an error without a value. */
static constant_value constant_measure(const constant_code *code, uint32_t measure)
{
    if (!code->at_rest)
        return constant_unknown;
    switch (prm__compile_measure_rest(PRM_VEC(code->c->builder.measures, prm__p_measure)[measure].kind)) {
    case PRM_REST_NUMBER:
        return (constant_value){0, CONSTANT_NUMBER};
    case PRM_REST_NONE:
        return constant_error;
    case PRM_REST_UNKNOWN:
        break;
    }
    return constant_unknown;
}

/* The result of an operation; `in` are its operands, the first one first. */
static constant_value constant_apply(const constant_code *code, uint32_t operation, uint32_t operand,
                                     const constant_value *in)
{
    const prm__compiler *c = code->c;
    switch (operation) {
    case PRM_OP_NUMBER:
        return (constant_value){PRM_VEC(c->builder.consts, prm__decimal)[operand], CONSTANT_NUMBER};
    case PRM_OP_TEXT:
        return (constant_value){operand, CONSTANT_TEXT};
    case PRM_OP_BOOLEAN:
        return constant_boolean(operand != 0);
    case PRM_OP_MEASURE:
        return constant_measure(code, operand);
    case PRM_OP_NOT:
        return in[0].kind == CONSTANT_BOOLEAN ? constant_boolean(in[0].number == 0) : constant_unknown;
    case PRM_OP_NEGATE:
        return in[0].kind == CONSTANT_NUMBER ? (constant_value){-in[0].number, CONSTANT_NUMBER} : in[0];
    case PRM_OP_AND:
        return constant_join(in[0], in[1], false);
    case PRM_OP_OR:
        return constant_join(in[0], in[1], true);
    case PRM_OP_CHOOSE:
        return in[0].kind != CONSTANT_BOOLEAN ? constant_unknown : in[0].number != 0 ? in[1] : in[2];
    default:
        break;
    }
    if (operation >= PRM_OP_EQUAL && operation <= PRM_OP_GREATER_EQUAL)
        return constant_compare(operation, in[0], in[1]);
    if (operation >= PRM_OP_ADD && operation <= PRM_OP_REMAINDER)
        return constant_calculate(operation, in[0], in[1]);
    return constant_unknown;
}

/* The value of the words. */
static constant_value constant_of(const constant_code *code)
{
    constant_value stack[PRM_EXPR_STACK];
    uint32_t depth = 0;
    for (size_t i = 0; i < code->count; i++) {
        uint32_t word = code->words[i];
        uint32_t pops = prm__compile_pops(word);
        if (pops > depth || depth - pops == PRM_EXPR_STACK)
            return constant_unknown; /* too deep, which is found elsewhere */
        depth -= pops;
        stack[depth] = constant_apply(code, word & 0xFF, word >> 8, stack + depth);
        depth++;
    }
    return depth == 1 ? stack[0] : constant_unknown;
}

void prm__compile_never(prm__compiler *c, const prm__yaml_node *node, const char *key, size_t first)
{
    const uint32_t *words = c->words.data;
    const constant_code code = {c, words + first, c->words.count - first, false};
    constant_value value = constant_of(&code);
    if (node == c->never)
        return; /* said when it was read for another part of the rule */
    if (constant_is(value, false))
        prm__diag_report(c->lang.diag, PRM_DIAG_NEVER_HOLDS, node->span, NULL,
                         "`%s` is never true, whatever the event", key);
    else if (value.kind == CONSTANT_NUMBER && value.number <= 0)
        prm__diag_report(c->lang.diag, PRM_DIAG_NEVER_HOLDS, node->span, NULL,
                         "`%s` is never above zero, so nothing comes of it", key);
    else
        return;
    c->never = node;
}

prm__rest prm__compile_measure_rest(uint32_t measure)
{
    switch (measure) {
    case PRM_MEASURE_AVERAGE:
    case PRM_MEASURE_MINIMUM:
    case PRM_MEASURE_MAXIMUM:
        return PRM_REST_NONE;
    case PRM_MEASURE_COVERAGE: /* none or zero: there may be a roster */
        return PRM_REST_UNKNOWN;
    default:
        return PRM_REST_NUMBER;
    }
}

prm__rest prm__compile_rest(const prm__compiler *c, uint32_t expr, prm__decimal *number)
{
    const prm__p_expr *row = prm__vec_at(&c->builder.exprs, expr);
    const uint32_t *words = c->builder.code.data;
    const constant_code code = {c, words + row->first_word, row->word_count, true};
    constant_value value = constant_of(&code);
    *number = value.number;
    return value.kind == CONSTANT_ERROR    ? PRM_REST_NONE
           : value.kind == CONSTANT_NUMBER ? PRM_REST_NUMBER
                                           : PRM_REST_UNKNOWN;
}
