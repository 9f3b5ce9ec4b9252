/* expr_parser: CEL's grammar by precedence climbing. Only brackets, arguments and
 * `? :` go down a level of the C stack, at most PRM_LIMIT_NESTING of them; chains of
 * operators and of `!` or `-` are loops.
 *
 *     choice = binary ["?" binary ":" choice]
 *     binary = unary {operator unary}           by precedence, left to right
 *     unary  = {"!"} member | {"-"} member
 *     member = primary {"." name "(" arguments ")"}
 *
 * A list stands only to the right of `in` and in `size`: `x in [a, b]` becomes
 * `x == a || x == b`. */
#include "lang/expr.h"

#include "lang/expr_check.h"
#include "lang/expr_lexer.h"
#include "lang/scalars.h"

#include <string.h>

#define PARSER_ARGUMENTS 4 /* more are counted, but not kept: no function takes them */

typedef struct parser {
    prm__check check;
    prm__lexer lexer;
    prm__token token; /* the next one */
    uint32_t depth;
    bool failed; /* a syntax error was reported: unwind */
} parser;

static prm__operand parser_choice(parser *p);

/* ---- Tokens and errors ---- */

static const prm__operand parser_nothing = {0, PRM_TYPE_ERROR, 0, 0};

/* A quote without an end in a plain scalar that ends where YAML saw a comment. */
static bool parser_is_cut_by_comment(const parser *p)
{
    const prm__yaml_node *node = p->check.source;
    const prm_diagnostics *diag = p->check.lang->diag;
    uint32_t at = node->span.end;
    while (at < diag->size && diag->text[at] == ' ')
        at++;
    return node->plain && p->lexer.number == PRM_DIAG_EXPR_STRING && p->token.end == node->size &&
           at < diag->size && at > node->span.end && diag->text[at] == '#';
}

static void parser_report_token(parser *p)
{
    p->failed = true;
    if (p->lexer.problem == NULL)
        return;
    if (parser_is_cut_by_comment(p))
        prm__check_report(&p->check, PRM_DIAG_EXPR_QUOTE_THIS, 0, p->check.source->size,
                          "quote this expression: to YAML, ` #` begins a comment", "%s", p->lexer.problem);
    else
        prm__check_report(&p->check, p->lexer.number, p->token.start, p->token.end, p->lexer.hint, "%s",
                          p->lexer.problem);
}

static void parser_advance(parser *p)
{
    if (p->failed)
        return;
    p->token = prm__lexer_next(&p->lexer);
    if (p->token.kind == PRM_TOKEN_WRONG)
        parser_report_token(p);
}

/* A syntax error at the next token. */
static prm__operand parser_fail(parser *p, const char *expected)
{
    bool said = p->failed || p->check.full;
    p->failed = true;
    if (said)
        return parser_nothing;
    if (p->token.kind == PRM_TOKEN_END)
        prm__check_report(&p->check, PRM_DIAG_EXPR_SYNTAX, p->token.start, p->token.end, NULL,
                          "the expression ends where %s is expected", expected);
    else
        prm__check_report(&p->check, PRM_DIAG_EXPR_SYNTAX, p->token.start, p->token.end, NULL,
                          "%s is expected here, not `%.*s`", expected,
                          prm__lang_shown(p->lexer.text + p->token.start, p->token.end - p->token.start),
                          p->lexer.text + p->token.start);
    return parser_nothing;
}

static bool parser_take(parser *p, prm__token_kind kind, const char *expected)
{
    if (p->token.kind != (uint32_t)kind) {
        parser_fail(p, expected);
        return false;
    }
    parser_advance(p);
    return !p->failed;
}

static bool parser_is_word(const parser *p, const char *word)
{
    return p->token.kind == PRM_TOKEN_NAME && strlen(word) == p->token.text.size &&
           memcmp(word, p->token.text.data, p->token.text.size) == 0;
}

/* One level down; false at the limit. */
static bool parser_enter(parser *p)
{
    if (p->failed)
        return false;
    if (p->depth == PRM_LIMIT_NESTING) {
        p->failed = true;
        prm__check_report(&p->check, PRM_DIAG_EXPR_DEPTH, p->token.start, p->token.end, NULL,
                          "the expression is nested deeper than %d levels", PRM_LIMIT_NESTING);
        return false;
    }
    p->depth++;
    return true;
}

/* An inner expression, one level down. */
static prm__operand parser_inner(parser *p)
{
    if (!parser_enter(p))
        return parser_nothing;
    prm__operand operand = parser_choice(p);
    p->depth--;
    return operand;
}

static uint32_t parser_nodes(const parser *p)
{
    return (uint32_t)p->check.nodes.count;
}

/* ---- Lists ---- */

/* The elements behind `x in`. Where the list is empty, `!(x == x)`: false, or x's error. */
static prm__operand parser_in(parser *p, prm__operand left)
{
    uint32_t left_end = parser_nodes(p);
    if (!parser_take(p, PRM_TOKEN_OPEN_LIST, "a list in brackets"))
        return parser_nothing;
    prm__operand all = left;
    uint32_t count = 0;
    while (p->token.kind != PRM_TOKEN_CLOSE_LIST && !p->failed && !p->check.full) {
        prm__operand again = count == 0 ? left : prm__check_copy(&p->check, left, left_end);
        prm__operand element = parser_inner(p);
        prm__operand equal = prm__check_binary(&p->check, PRM_EXPR_EQUAL, again, element);
        equal.start = left.start;
        all = count == 0 ? equal : prm__check_binary(&p->check, PRM_EXPR_OR, all, equal);
        count++;
        if (p->token.kind != PRM_TOKEN_COMMA)
            break;
        parser_advance(p);
    }
    all.end = p->token.end;
    if (!parser_take(p, PRM_TOKEN_CLOSE_LIST, "`,` or `]`") || count > 0)
        return all;
    prm__operand same = prm__check_binary(&p->check, PRM_EXPR_EQUAL, left,
                                          prm__check_copy(&p->check, left, left_end));
    return prm__check_unary(&p->check, PRM_EXPR_NOT, same, left.start);
}

/* `size([a, b])`: their number, or an element's error: `a == a && b == b ? 2 : 2`. */
static prm__operand parser_size_of_list(parser *p, uint32_t start)
{
    parser_advance(p);
    prm__expr_node number = {.number = 0};
    prm__operand all = parser_nothing;
    uint32_t count = 0;
    while (p->token.kind != PRM_TOKEN_CLOSE_LIST && !p->failed && !p->check.full) {
        prm__operand element = parser_inner(p);
        prm__operand again = prm__check_copy(&p->check, element, parser_nodes(p));
        prm__operand same = prm__check_binary(&p->check, PRM_EXPR_EQUAL, element, again);
        all = count == 0 ? same : prm__check_binary(&p->check, PRM_EXPR_AND, all, same);
        count++;
        if (p->token.kind != PRM_TOKEN_COMMA)
            break;
        parser_advance(p);
    }
    if (!parser_take(p, PRM_TOKEN_CLOSE_LIST, "`,` or `]`"))
        return parser_nothing;
    uint32_t end = p->token.end;
    if (!parser_take(p, PRM_TOKEN_CLOSE, "`)`"))
        return parser_nothing;
    number.number = count * PRM_DECIMAL_ONE;
    prm__operand size = prm__check_leaf(&p->check, PRM_EXPR_NUMBER, number, PRM_TYPE_NUMBER, start, end);
    if (count == 0)
        return size;
    prm__operand other = prm__check_leaf(&p->check, PRM_EXPR_NUMBER, number, PRM_TYPE_NUMBER, start, end);
    return prm__check_choose(&p->check, all, size, other);
}

/* ---- Functions ---- */

#define PARSER_FUNCTIONS 64

static uint32_t parser_find_function(prm_text name, bool method)
{
    const prm__function_def *def;
    for (uint32_t i = 0; (def = prm__catalog_function(i)) != NULL; i++)
        if (def->method == method && strlen(def->name) == name.size &&
            memcmp(def->name, name.data, name.size) == 0)
            return i;
    return PRM_VOCAB_NONE;
}

static void parser_unknown_function(parser *p, prm_text name, bool method, uint32_t start, uint32_t end)
{
    const char *names[PARSER_FUNCTIONS] = {"has"};
    uint32_t count = method ? 0 : 1;
    const prm__function_def *def;
    for (uint32_t i = 0; (def = prm__catalog_function(i)) != NULL && count < PARSER_FUNCTIONS; i++)
        if (def->method == method)
            names[count++] = def->name;
    uint32_t other = parser_find_function(name, !method);
    const char *hint = other != PRM_VOCAB_NONE
                           ? prm__catalog_function(other)->doc
                           : prm__lang_suggest(p->check.lang, name.data, name.size, names, count, NULL);
    prm__check_report(&p->check, PRM_DIAG_EXPR_UNKNOWN_FUNCTION, start, end, hint, "there is no %s `%.*s`",
                      method ? "method" : "function", prm__lang_shown(name.data, name.size), name.data);
}

/* Behind "(": the arguments and ")". `arguments[0]` may be the receiver already. */
static uint32_t parser_arguments(parser *p, prm__operand *arguments, uint32_t count, uint32_t *end)
{
    while (p->token.kind != PRM_TOKEN_CLOSE && !p->failed && !p->check.full) {
        prm__operand argument = parser_inner(p);
        if (count < PARSER_ARGUMENTS)
            arguments[count] = argument;
        count++;
        if (p->token.kind != PRM_TOKEN_COMMA)
            break;
        parser_advance(p);
    }
    *end = p->token.end;
    parser_take(p, PRM_TOKEN_CLOSE, "`,` or `)`");
    return count;
}

static prm__operand parser_call(parser *p, prm_text name, bool method, prm__operand receiver, uint32_t start,
                                uint32_t name_start, uint32_t name_end)
{
    prm__operand arguments[PARSER_ARGUMENTS] = {receiver};
    uint32_t end = 0;
    uint32_t function = parser_find_function(name, method);
    uint32_t count = parser_arguments(p, arguments, method ? 1 : 0, &end);
    if (p->failed)
        return parser_nothing;
    if (function != PRM_VOCAB_NONE)
        return prm__check_call(&p->check, function, arguments, count, start, end);
    parser_unknown_function(p, name, method, name_start, name_end);
    return (prm__operand){0, PRM_TYPE_ERROR, start, end};
}

/* ---- Names ---- */

/* Whether the present name token is followed by `.attribute`, not by `.method(`. */
static bool parser_is_attribute(const parser *p)
{
    if (!parser_is_word(p, "partner") && !parser_is_word(p, "rep"))
        return false;
    prm__lexer ahead = p->lexer;
    if (prm__lexer_next(&ahead).kind != PRM_TOKEN_DOT || prm__lexer_next(&ahead).kind != PRM_TOKEN_NAME)
        return false;
    return prm__lexer_next(&ahead).kind != PRM_TOKEN_OPEN;
}

/* A field or an attribute, for its value or for `has`. */
static prm__operand parser_reference(parser *p, bool has)
{
    prm__token first = p->token;
    uint32_t owner = parser_is_word(p, "rep") ? 1 : 0;
    bool attribute = parser_is_attribute(p);
    parser_advance(p);
    if (!attribute)
        return prm__check_field(&p->check, first.text, has, first.start, first.end);
    parser_advance(p);
    prm__token name = p->token;
    parser_advance(p);
    return prm__check_attribute(&p->check, owner, name.text, has, first.start, name.end);
}

static prm__operand parser_has(parser *p, uint32_t start)
{
    if (p->token.kind != PRM_TOKEN_NAME)
        return parser_fail(p, "a field or an attribute");
    prm__operand operand = parser_reference(p, true);
    operand.start = start;
    operand.end = p->token.end;
    parser_take(p, PRM_TOKEN_CLOSE, "`)`");
    return operand;
}

static prm__operand parser_value(parser *p, prm__token name)
{
    if (!p->check.scope->has_value)
        prm__check_report(&p->check, PRM_DIAG_UNKNOWN_NAME, name.start, name.end, NULL,
                          "`value` is known only in `then` of a rule with one measure");
    prm__expr_node node = {.operand = 0};
    return prm__check_leaf(&p->check, PRM_EXPR_VALUE, node, PRM_TYPE_NUMBER, name.start, name.end);
}

/* Whether the token after the present name is "(". */
static bool parser_is_call(const parser *p)
{
    prm__lexer ahead = p->lexer;
    return prm__lexer_next(&ahead).kind == PRM_TOKEN_OPEN;
}

static prm__operand parser_function(parser *p, prm__token name)
{
    bool has = parser_is_word(p, "has");
    bool size = parser_is_word(p, "size");
    parser_advance(p);
    parser_advance(p);
    if (has)
        return parser_has(p, name.start);
    if (size && p->token.kind == PRM_TOKEN_OPEN_LIST)
        return parser_size_of_list(p, name.start);
    return parser_call(p, name.text, false, parser_nothing, name.start, name.start, name.end);
}

static prm__operand parser_name(parser *p)
{
    prm__token name = p->token;
    prm__expr_node truth = {.operand = parser_is_word(p, "true")};
    if (parser_is_word(p, "true") || parser_is_word(p, "false")) {
        parser_advance(p);
        return prm__check_leaf(&p->check, PRM_EXPR_BOOLEAN, truth, PRM_TYPE_BOOLEAN, name.start, name.end);
    }
    if (parser_is_word(p, "in"))
        return parser_fail(p, "a value");
    if (parser_is_call(p))
        return parser_function(p, name);
    if (parser_is_word(p, "value")) {
        parser_advance(p);
        return parser_value(p, name);
    }
    return parser_reference(p, false);
}

/* ---- The grammar ---- */

static prm__operand parser_bracket(parser *p, uint32_t start)
{
    parser_advance(p);
    prm__operand operand = parser_inner(p);
    operand.start = start;
    operand.end = p->token.end;
    parser_take(p, PRM_TOKEN_CLOSE, "`)`");
    return operand;
}

static prm__operand parser_primary(parser *p)
{
    prm__token token = p->token;
    prm__expr_node node = {.number = token.number, .text = token.text};
    switch (token.kind) {
    case PRM_TOKEN_NUMBER:
        parser_advance(p);
        return prm__check_leaf(&p->check, PRM_EXPR_NUMBER, node, PRM_TYPE_NUMBER, token.start, token.end);
    case PRM_TOKEN_TEXT:
        parser_advance(p);
        return prm__check_leaf(&p->check, PRM_EXPR_TEXT, node, PRM_TYPE_TEXT, token.start, token.end);
    case PRM_TOKEN_NAME:
        return parser_name(p);
    case PRM_TOKEN_OPEN:
        return parser_bracket(p, token.start);
    default:
        return parser_fail(p, "a value");
    }
}

static prm__operand parser_member(parser *p)
{
    prm__operand operand = parser_primary(p);
    while (p->token.kind == PRM_TOKEN_DOT && !p->failed) {
        parser_advance(p);
        prm__token name = p->token;
        if (!parser_take(p, PRM_TOKEN_NAME, "a method"))
            break;
        if (p->token.kind != PRM_TOKEN_OPEN)
            return parser_fail(p, "`(` behind a method (only partner and rep have attributes)");
        parser_advance(p);
        operand = parser_call(p, name.text, true, operand, operand.start, name.start, name.end);
    }
    return operand;
}

static prm__operand parser_unary(parser *p)
{
    uint32_t kind = p->token.kind;
    if (kind != PRM_TOKEN_NOT && kind != PRM_TOKEN_MINUS)
        return parser_member(p);
    uint32_t start = p->token.start;
    uint32_t count = 0;
    for (; p->token.kind == kind && !p->failed; count++)
        parser_advance(p);
    prm__operand operand = parser_member(p);
    for (; count > 0 && !p->failed && !p->check.full; count--)
        operand = prm__check_unary(&p->check, kind == PRM_TOKEN_NOT ? PRM_EXPR_NOT : PRM_EXPR_NEGATE, operand,
                                   start);
    return operand;
}

typedef struct parser_operator {
    uint8_t token;      /* prm__token_kind */
    uint8_t precedence; /* higher binds tighter */
    uint8_t op;         /* prm__expr_op */
} parser_operator;

enum { PARSER_PRECEDENCE_RELATION = 3 };

static const parser_operator parser_operators[] = {
    {PRM_TOKEN_OR, 1, PRM_EXPR_OR},
    {PRM_TOKEN_AND, 2, PRM_EXPR_AND},
    {PRM_TOKEN_EQUAL, PARSER_PRECEDENCE_RELATION, PRM_EXPR_EQUAL},
    {PRM_TOKEN_NOT_EQUAL, PARSER_PRECEDENCE_RELATION, PRM_EXPR_NOT_EQUAL},
    {PRM_TOKEN_LESS, PARSER_PRECEDENCE_RELATION, PRM_EXPR_LESS},
    {PRM_TOKEN_LESS_EQUAL, PARSER_PRECEDENCE_RELATION, PRM_EXPR_LESS_EQUAL},
    {PRM_TOKEN_GREATER, PARSER_PRECEDENCE_RELATION, PRM_EXPR_GREATER},
    {PRM_TOKEN_GREATER_EQUAL, PARSER_PRECEDENCE_RELATION, PRM_EXPR_GREATER_EQUAL},
    {PRM_TOKEN_PLUS, 4, PRM_EXPR_ADD},
    {PRM_TOKEN_MINUS, 4, PRM_EXPR_SUBTRACT},
    {PRM_TOKEN_STAR, 5, PRM_EXPR_MULTIPLY},
    {PRM_TOKEN_SLASH, 5, PRM_EXPR_DIVIDE},
    {PRM_TOKEN_PERCENT, 5, PRM_EXPR_REMAINDER},
};

static const parser_operator parser_in_operator = {PRM_TOKEN_NAME, PARSER_PRECEDENCE_RELATION, PRM_EXPR_OPS};

/* The operator that the next token is, if it binds at least as tightly as `precedence`. */
static const parser_operator *parser_next_operator(const parser *p, uint32_t precedence)
{
    if (p->failed || p->check.full)
        return NULL;
    if (parser_is_word(p, "in"))
        return precedence <= PARSER_PRECEDENCE_RELATION ? &parser_in_operator : NULL;
    for (size_t i = 0; i < sizeof parser_operators / sizeof parser_operators[0]; i++)
        if (parser_operators[i].token == p->token.kind)
            return parser_operators[i].precedence >= precedence ? &parser_operators[i] : NULL;
    return NULL;
}

/* Recurses once per level of precedence at the most: a right side binds tighter. */
static prm__operand parser_binary(parser *p, uint32_t precedence)
{
    prm__operand left = parser_unary(p);
    const parser_operator *row;
    while ((row = parser_next_operator(p, precedence)) != NULL) {
        parser_advance(p);
        if (row == &parser_in_operator) {
            left = parser_in(p, left);
            continue;
        }
        prm__operand right = parser_binary(p, row->precedence + 1u);
        if (!p->failed)
            left = prm__check_binary(&p->check, (prm__expr_op)row->op, left, right);
    }
    return left;
}

static prm__operand parser_choice(parser *p)
{
    prm__operand condition = parser_binary(p, 1);
    if (p->failed || p->check.full || p->token.kind != PRM_TOKEN_QUESTION)
        return condition;
    parser_advance(p);
    prm__operand yes = parser_binary(p, 1);
    if (!parser_take(p, PRM_TOKEN_COLON, "`:`"))
        return parser_nothing;
    prm__operand no = parser_inner(p);
    if (p->failed)
        return parser_nothing;
    return prm__check_choose(&p->check, condition, yes, no);
}

/* ---- The whole ---- */

static bool parser_keep(parser *p, prm__operand result, prm__expr *out)
{
    size_t bytes = p->check.nodes.count * sizeof(prm__expr_node);
    prm__expr_node *nodes = prm__lang_get(p->check.lang, bytes);
    if (nodes == NULL)
        return false;
    memcpy(nodes, p->check.nodes.data, bytes);
    out->nodes = nodes;
    out->count = parser_nodes(p);
    out->type = result.type;
    return true;
}

static bool parser_run(parser *p, const char *key, prm__value_type wanted, prm__expr *out)
{
    parser_advance(p);
    prm__operand result = parser_choice(p);
    if (!p->failed && !p->check.full && p->token.kind != PRM_TOKEN_END)
        parser_fail(p, "an operator or the end of the expression");
    if (p->failed || p->check.full || p->check.wrong)
        return false;
    if (result.type == (uint32_t)wanted)
        return parser_keep(p, result, out);
    prm__check_report(&p->check, PRM_DIAG_EXPR_TYPE, result.start, result.end, NULL,
                      "`%s` takes %s, but this is %s", key, prm__check_type_name(wanted),
                      prm__check_type_name(result.type));
    return false;
}

bool prm__expr_read(prm__lang *lang, const prm__yaml_node *node, const char *key, const prm__scope *scope,
                    prm__value_type wanted, prm__expr *out)
{
    parser p;
    memset(&p, 0, sizeof p);
    prm__check_init(&p.check, lang, node, scope);
    prm__lexer_init(&p.lexer, lang, node->text, node->size);
    bool ok = parser_run(&p, key, wanted, out);
    prm__check_free(&p.check);
    return ok && !lang->diag->exhausted;
}
