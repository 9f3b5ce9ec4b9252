/* compile expr: checked expressions become code: one word per node, numbers and
 * texts by index. Equal code is one row, which is how equal filters, and with
 * them equal measures, are found. */
#include "compile/compiler.h"

#include "lang/scalars.h"

static const uint32_t expr_operations[PRM_EXPR_OPS] = {
    [PRM_EXPR_NUMBER] = PRM_OP_NUMBER,
    [PRM_EXPR_TEXT] = PRM_OP_TEXT,
    [PRM_EXPR_BOOLEAN] = PRM_OP_BOOLEAN,
    [PRM_EXPR_FIELD] = PRM_OP_FIELD,
    [PRM_EXPR_ATTRIBUTE] = PRM_OP_ATTRIBUTE,
    [PRM_EXPR_VALUE] = PRM_OP_VALUE,
    [PRM_EXPR_MEASURE] = PRM_OP_MEASURE,
    [PRM_EXPR_RANK] = PRM_OP_RANK,
    [PRM_EXPR_HAS_FIELD] = PRM_OP_HAS_FIELD,
    [PRM_EXPR_HAS_ATTRIBUTE] = PRM_OP_HAS_ATTRIBUTE,
    [PRM_EXPR_NOT] = PRM_OP_NOT,
    [PRM_EXPR_NEGATE] = PRM_OP_NEGATE,
    [PRM_EXPR_ADD] = PRM_OP_ADD,
    [PRM_EXPR_SUBTRACT] = PRM_OP_SUBTRACT,
    [PRM_EXPR_MULTIPLY] = PRM_OP_MULTIPLY,
    [PRM_EXPR_DIVIDE] = PRM_OP_DIVIDE,
    [PRM_EXPR_REMAINDER] = PRM_OP_REMAINDER,
    [PRM_EXPR_EQUAL] = PRM_OP_EQUAL,
    [PRM_EXPR_NOT_EQUAL] = PRM_OP_NOT_EQUAL,
    [PRM_EXPR_LESS] = PRM_OP_LESS,
    [PRM_EXPR_LESS_EQUAL] = PRM_OP_LESS_EQUAL,
    [PRM_EXPR_GREATER] = PRM_OP_GREATER,
    [PRM_EXPR_GREATER_EQUAL] = PRM_OP_GREATER_EQUAL,
    [PRM_EXPR_AND] = PRM_OP_AND,
    [PRM_EXPR_OR] = PRM_OP_OR,
    [PRM_EXPR_CHOOSE] = PRM_OP_CHOOSE,
    [PRM_EXPR_CALL] = PRM_OP_CALL,
};

#define EXPR_POPS(name, pops, pushes) [PRM_OP_##name] = pops,
static const int32_t expr_pops[PRM_OPERATION_COUNT] = {PRM_OPERATIONS(EXPR_POPS)};
#undef EXPR_POPS

/* ---- Words ---- */

static uint32_t expr_const(prm__compiler *c, prm__decimal number)
{
    return prm__compile_row(c, &c->const_keys, &number, sizeof number, &c->builder.consts, &number, NULL);
}

/* The operand of a node; PRM_NO_INDEX, noted, when memory ran out. */
static uint32_t expr_operand(prm__compiler *c, const prm__expr_node *node)
{
    if (node->op == PRM_EXPR_NUMBER)
        return expr_const(c, node->number);
    if (node->op == PRM_EXPR_TEXT)
        return prm__compile_text(c, node->text.data, node->text.size);
    if (node->op == PRM_EXPR_MEASURE)
        return c->measure_rows[node->operand];
    return node->operand;
}

static bool expr_word(prm__compiler *c, uint32_t operation, uint32_t operand)
{
    uint32_t *word = operand == PRM_NO_INDEX ? NULL : prm__compile_push(c, &c->words);
    if (word != NULL)
        *word = operation | operand << 8;
    return word != NULL;
}

static bool expr_words(prm__compiler *c, const prm__expr *expr)
{
    for (uint32_t i = 0; i < expr->count; i++)
        if (!expr_word(c, expr_operations[expr->nodes[i].op], expr_operand(c, &expr->nodes[i])))
            return false;
    return true;
}

uint32_t prm__compile_pops(uint32_t word)
{
    int32_t pops = expr_pops[word & 0xFF];
    return pops < 0 ? prm__catalog_function(word >> 8)->argument_count : (uint32_t)pops;
}

/* The stack that the words need at the most. */
static uint32_t expr_depth(const prm__vec *words)
{
    int32_t depth = 0, most = 0;
    for (size_t i = 0; i < words->count; i++) {
        uint32_t word = PRM_VEC(*words, uint32_t)[i];
        depth += 1 - (int32_t)prm__compile_pops(word);
        most = depth > most ? depth : most;
    }
    return (uint32_t)most;
}

/* The words under way become an expression. */
static bool expr_keep(prm__compiler *c, const prm__yaml_node *node, uint32_t type, uint32_t *out)
{
    prm__p_expr row = {
        .first_word = (uint32_t)c->builder.code.count,
        .word_count = (uint32_t)c->words.count,
        .depth = expr_depth(&c->words),
        .result = type,
    };
    if (row.depth > PRM_EXPR_STACK) {
        prm__diag_report(c->lang.diag, PRM_DIAG_EXPR_DEPTH, node->span, NULL,
                         "the expression is nested too deep: it needs more than %d values at once",
                         PRM_EXPR_STACK);
        return false;
    }
    bool fresh;
    *out = prm__compile_row(c, &c->expr_keys, c->words.data, c->words.count * sizeof(uint32_t),
                            &c->builder.exprs, &row, &fresh);
    if (*out == PRM_NO_INDEX)
        return false;
    return !fresh ||
           prm__lang_check(&c->lang, prm__vec_append(&c->builder.code, c->words.data, c->words.count));
}

/* ---- Expressions ---- */

prm__scope prm__compile_scope(const prm__compiler *c, prm__type_set types, bool has_value)
{
    return (prm__scope){
        .vocabulary = &c->vocabulary,
        .types = types.types,
        .type_count = types.count,
        .has_value = has_value,
        .open = types.open || types.count == 0,
    };
}

bool prm__compile_code(prm__compiler *c, const prm__yaml_node *node, const char *key, const prm__expr *expr,
                       uint32_t *out)
{
    c->words.count = 0;
    if (!expr_words(c, expr))
        return false;
    prm__compile_never(c, node, key, 0);
    return expr_keep(c, node, expr->type, out);
}

bool prm__compile_expr(prm__compiler *c, const prm__yaml_node *node, const char *key, const prm__scope *scope,
                       prm__value_type wanted, uint32_t *out)
{
    prm__expr expr;
    return prm__expr_read(&c->lang, node, key, scope, wanted, &expr) &&
           prm__compile_code(c, node, key, &expr, out);
}

bool prm__compile_filter(prm__compiler *c, const prm__yaml_node *outer, const prm__yaml_node *inner,
                         prm__type_set types, uint32_t *out)
{
    const prm__scope scope = prm__compile_scope(c, types, false);
    const prm__yaml_node *nodes[2] = {outer, inner};
    prm__expr exprs[2];
    bool ok = true;
    for (uint32_t i = 0; i < 2; i++)
        if (nodes[i] != NULL)
            ok = prm__expr_read(&c->lang, nodes[i], "where", &scope, PRM_TYPE_BOOLEAN, &exprs[i]) && ok;
    *out = PRM_NO_INDEX;
    if (!ok || (outer == NULL && inner == NULL))
        return ok;
    c->words.count = 0;
    for (uint32_t i = 0; i < 2; i++) {
        size_t first = c->words.count;
        if (nodes[i] == NULL)
            continue;
        if (!expr_words(c, &exprs[i]))
            return false;
        prm__compile_never(c, nodes[i], "where", first);
    }
    if (outer != NULL && inner != NULL && !expr_word(c, PRM_OP_AND, 0))
        return false;
    return expr_keep(c, inner != NULL ? inner : outer, PRM_TYPE_BOOLEAN, out);
}

static bool expr_has_word(const prm__compiler *c, const prm__p_expr *row, uint32_t word)
{
    for (uint32_t i = 0; i < row->word_count; i++)
        if (PRM_VEC(c->builder.code, uint32_t)[row->first_word + i] == word)
            return true;
    return false;
}

void prm__compile_without_event(prm__compiler *c, const prm__yaml_node *node, uint32_t expr,
                                const char *where)
{
    const prm__p_expr *row = prm__vec_at(&c->builder.exprs, expr);
    for (uint32_t i = 0; i < row->word_count; i++) {
        uint32_t word = PRM_VEC(c->builder.code, uint32_t)[row->first_word + i];
        if ((word & 0xFF) != PRM_OP_FIELD ||
            expr_has_word(c, row, PRM_OP_HAS_FIELD | (word & ~UINT32_C(0xFF))))
            continue;
        prm__diag_report(c->lang.diag, PRM_DIAG_FIELD_WITHOUT_EVENT, node->span,
                         "name attributes such as `partner.segment`, or ask `has(field)` first",
                         "this names a field of an event, and is asked %s, where there is none", where);
        return;
    }
}
