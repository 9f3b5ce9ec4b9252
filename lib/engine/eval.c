#include "engine/eval.h"
#include "engine/measure.h"
#include "engine/rank.h"
#include "engine/subject.h"
#include <string.h>

static prm__value eval_error(void)
{
    return (prm__value){.type = PRM_TYPE_ERROR};
}

static prm__value eval_number(prm__decimal number)
{
    return (prm__value){.type = PRM_TYPE_NUMBER, .number = number};
}

static prm__value eval_boolean(bool truth)
{
    return (prm__value){.type = PRM_TYPE_BOOLEAN, .number = truth};
}

static prm__value eval_text(const prm_engine *engine, uint32_t key)
{
    return (prm__value){.type = PRM_TYPE_TEXT, .key = key, .text = prm__engine_text(engine, key)};
}

/* How a declared type appears in expressions. */
static uint32_t eval_type_of(uint32_t field_type)
{
    switch ((prm__field_type)field_type) {
    case PRM_FIELD_TEXT:      /* LCOV_EXCL_LINE a text has been read before */
        return PRM_TYPE_TEXT; /* LCOV_EXCL_LINE so */
    case PRM_FIELD_BOOLEAN:
        return PRM_TYPE_BOOLEAN;
    case PRM_FIELD_TIME:
        return PRM_TYPE_TIME;
    case PRM_FIELD_INTEGER:
    case PRM_FIELD_MONEY:
    case PRM_FIELD_DECIMAL:
    case PRM_FIELD_PERCENT:
        break;
    }
    return PRM_TYPE_NUMBER;
}

static uint32_t eval_slot(const prm__eval *eval, uint32_t name)
{
    if (!eval->view)
        return PRM_NO_INDEX;
    uint32_t slot = prm__engine_slot(eval->engine, eval->view->type, name);
    return slot != PRM_NO_INDEX && prm__view_has(eval->view, slot) ? slot : PRM_NO_INDEX;
}

/* The partner is no stored slot: every event lies in its partner's history. */
static uint32_t eval_partner_key(const prm__eval *eval)
{
    return eval->view ? prm__engine_partner(eval->engine, eval->view->event->partner)->key : 0;
}

static prm__value eval_field(const prm__eval *eval, uint32_t name)
{
    const prm_engine *engine = eval->engine;
    if (name == PRM_NAME_PARTNER)
        return eval->view ? eval_text(engine, eval_partner_key(eval)) : eval_error();
    uint32_t slot = eval_slot(eval, name);
    if (slot == PRM_NO_INDEX)
        return eval_error();
    uint32_t first = engine->program->types[eval->view->type].first_slot;
    uint32_t field_type = engine->program->slots[first + slot].field_type;
    if (field_type == PRM_FIELD_TEXT) {
        uint32_t key;
        memcpy(&key, prm__view_at(eval->view, slot), sizeof key);
        return key == engine->empty_key ? eval_error() : eval_text(engine, key);
    }
    prm__value value = eval_number(prm__engine_view_number(engine, eval->view, slot));
    value.type = eval_type_of(field_type);
    return value;
}

static bool eval_has_field(const prm__eval *eval, uint32_t name)
{
    return eval_field(eval, name).type != PRM_TYPE_ERROR;
}

prm__value prm__eval_attribute(const prm__eval *eval, uint32_t attribute)
{
    const prm__p_attribute *row = &eval->engine->program->attributes[attribute];
    uint32_t handle = row->owner == PRM_OWNER_PARTNER ? eval->partner : eval->rep;
    if (handle == PRM_NONE)
        return eval_error();
    prm__subject *subject = prm__subject_at(eval->engine, handle);
    const prm__attribute_state *state = prm__subject_attribute(eval->engine, subject, attribute);
    if (!state->present)
        return eval_error();
    if (row->field_type == PRM_FIELD_TEXT)
        return eval_text(eval->engine, state->key);
    prm__value value = eval_number(state->number);
    value.type = eval_type_of(row->field_type);
    return value;
}

prm__value prm__eval_fraction(prm__fraction fraction)
{
    prm__decimal quotient;
    if (fraction.none)
        return eval_error();
    if (fraction.divisor == 1) {
        bool fits = fraction.number < PRM_DECIMAL_LIMIT && fraction.number > -PRM_DECIMAL_LIMIT;
        return fits ? eval_number(fraction.number) : eval_error();
    }
    if (!prm__decimal_div(fraction.number, fraction.divisor * PRM_DECIMAL_ONE, &quotient))
        return eval_error(); /* LCOV_EXCL_LINE averages and shares lie within what they are of */
    return eval_number(quotient);
}

static prm__value eval_measure(const prm__eval *eval, uint32_t measure)
{
    if (!eval->asking)
        return eval_error(); /* LCOV_EXCL_LINE the verifier lets no measure stand here */
    prm_engine *engine = eval->asking->engine;
    uint32_t subject = engine->at_subjects[engine->program->measures[measure].subject];
    const prm__partner *partner = prm__engine_partner(engine, eval->asking->partner);
    return prm__eval_fraction(prm__measure_value(engine, measure, subject, partner, eval->asking->place));
}

static prm__value eval_rank(const prm__eval *eval)
{
    const prm_program *program = eval->engine->program;
    if (eval->level >= program->levels_count)
        return eval_error(); /* LCOV_EXCL_LINE nor a rank in a program without ranks */
    return eval_text(eval->engine, eval->engine->program_keys[program->levels[eval->level].text]);
}

static int eval_compare(const prm__value *a, const prm__value *b)
{
    if (a->type == PRM_TYPE_TEXT)
        return a->key == b->key ? 0 : prm__bytes_compare(a->text, b->text);
    return a->number < b->number ? -1 : a->number > b->number;
}

static prm__value eval_comparison(uint32_t operation, const prm__value *a, const prm__value *b)
{
    if (a->type == PRM_TYPE_ERROR || a->type != b->type)
        return eval_error();
    int order = eval_compare(a, b);
    switch (operation) {
    case PRM_OP_EQUAL:
        return eval_boolean(order == 0);
    case PRM_OP_NOT_EQUAL:
        return eval_boolean(order != 0);
    case PRM_OP_LESS:
        return eval_boolean(order < 0);
    case PRM_OP_LESS_EQUAL:
        return eval_boolean(order <= 0);
    case PRM_OP_GREATER:
        return eval_boolean(order > 0);
    default:
        return eval_boolean(order >= 0);
    }
}

static prm__value eval_arithmetic(uint32_t operation, const prm__value *a, const prm__value *b)
{
    prm__decimal result = 0;
    bool good = a->type == PRM_TYPE_NUMBER && b->type == PRM_TYPE_NUMBER;
    if (!good)
        return eval_error();
    switch (operation) {
    case PRM_OP_ADD:
        good = prm__decimal_add(a->number, b->number, &result);
        break;
    case PRM_OP_SUBTRACT:
        good = prm__decimal_sub(a->number, b->number, &result);
        break;
    case PRM_OP_MULTIPLY:
        good = prm__decimal_mul(a->number, b->number, &result);
        break;
    case PRM_OP_DIVIDE:
        good = prm__decimal_div(a->number, b->number, &result);
        break;
    default:
        good = prm__decimal_rem(a->number, b->number, &result);
        break;
    }
    return good ? eval_number(result) : eval_error();
}

/* && and ||: the deciding operand wins over an error on the other side. */
static prm__value eval_logic(bool deciding, const prm__value *a, const prm__value *b)
{
    bool a_boolean = a->type == PRM_TYPE_BOOLEAN, b_boolean = b->type == PRM_TYPE_BOOLEAN;
    if ((a_boolean && (a->number != 0) == deciding) || (b_boolean && (b->number != 0) == deciding))
        return eval_boolean(deciding);
    return a_boolean && b_boolean ? eval_boolean(!deciding) : eval_error();
}

static prm__value eval_call(uint32_t function, const prm__value *arguments)
{
    const prm__function_def *def = prm__catalog_function(function);
    for (uint32_t i = 0; i < def->argument_count; i++)
        if (arguments[i].type != def->arguments[i])
            return eval_error();
    return def->call(arguments);
}

static prm__value eval_unary(uint32_t operation, const prm__value *a)
{
    if (operation == PRM_OP_NOT)
        return a->type == PRM_TYPE_BOOLEAN ? eval_boolean(a->number == 0) : eval_error();
    return a->type == PRM_TYPE_NUMBER ? eval_number(-a->number) : eval_error();
}

static prm__value eval_operand(const prm__eval *eval, uint32_t operation, uint32_t operand)
{
    const prm_engine *engine = eval->engine;
    switch (operation) {
    case PRM_OP_NUMBER:
        return eval_number(engine->program->consts[operand]);
    case PRM_OP_TEXT:
        return eval_text(engine, engine->program_keys[operand]);
    case PRM_OP_BOOLEAN:
        return eval_boolean(operand != 0);
    case PRM_OP_FIELD:
        return eval_field(eval, operand);
    case PRM_OP_ATTRIBUTE:
        return prm__eval_attribute(eval, operand);
    case PRM_OP_HAS_FIELD:
        return eval_boolean(eval_has_field(eval, operand));
    case PRM_OP_HAS_ATTRIBUTE:
        return eval_boolean(prm__eval_attribute(eval, operand).type != PRM_TYPE_ERROR);
    case PRM_OP_MEASURE:
        return eval_measure(eval, operand);
    case PRM_OP_RANK:
        return eval_rank(eval);
    default:
        return eval->value;
    }
}

prm__value prm__eval_expr(const prm__eval *eval, uint32_t expr)
{
    const prm__p_expr *row = &eval->engine->program->exprs[expr];
    const uint32_t *code = eval->engine->program->code + row->first_word;
    prm__value stack[PRM_EXPR_STACK];
    prm__value *top = stack; /* one past the last value; the verifier has checked the depth */
    for (uint32_t i = 0; i < row->word_count; i++) {
        uint32_t operation = code[i] & 0xFF, operand = code[i] >> 8;
        if (operation <= PRM_OP_HAS_ATTRIBUTE) {
            *top++ = eval_operand(eval, operation, operand);
        } else if (operation <= PRM_OP_NEGATE) {
            top[-1] = eval_unary(operation, &top[-1]);
        } else if (operation <= PRM_OP_REMAINDER) {
            top--;
            top[-1] = eval_arithmetic(operation, &top[-1], &top[0]);
        } else if (operation <= PRM_OP_GREATER_EQUAL) {
            top--;
            top[-1] = eval_comparison(operation, &top[-1], &top[0]);
        } else if (operation <= PRM_OP_OR) {
            top--;
            top[-1] = eval_logic(operation == PRM_OP_OR, &top[-1], &top[0]);
        } else if (operation == PRM_OP_CHOOSE) {
            top -= 2;
            top[-1] = top[-1].type != PRM_TYPE_BOOLEAN ? eval_error() : top[-1].number ? top[0] : top[1];
        } else {
            top -= prm__catalog_function(operand)->argument_count;
            *top = eval_call(operand, top);
            top++;
        }
    }
    return top[-1];
}

bool prm__eval_filter(const prm__eval *eval, uint32_t expr)
{
    prm__value value = prm__eval_expr(eval, expr);
    return value.type == PRM_TYPE_BOOLEAN && value.number != 0;
}

prm__eval prm__eval_of(const prm__asking *asking)
{
    const uint32_t *at = asking->engine->at_subjects;
    const prm__partner *partner = prm__engine_partner(asking->engine, asking->partner);
    return (prm__eval){.engine = asking->engine,
                       .view = asking->view,
                       .partner = at[PRM_KIND_PARTNER],
                       .rep = at[PRM_KIND_REP],
                       .level = prm__rank_level(asking->engine, partner),
                       .asking = asking};
}
