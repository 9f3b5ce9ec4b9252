/* expr_parser: CEL's grammar, read with an explicit stack, so that no text can use up
 * the C stack. What is begun and not ended waits as a frame: an operator for its
 * right side, a bracket for its end. A frame's operation is appended when the
 * frame leaves the stack, which makes the postfix order.
 *
 *     choice = binary ["?" binary ":" choice]
 *     binary = unary {operator unary}           by precedence, left to right
 *     unary  = {"!"} member | {"-"} member
 *     member = primary {"." name "(" arguments ")"}
 *
 * A list stands only to the right of `in` and in `size`: `x in [a, b]` becomes
 * `x == a || x == b`. Brackets, arguments, lists and the last part of `? :` go one
 * level down, PRM_LIMIT_NESTING at the most; within a level there are a few frames, since
 * those of operators stand in the order of their precedence. */
#include "lang/expr.h"

#include "lang/expr_terms.h"

#include <string.h>

#define PARSER_ARGUMENTS 3 /* more are counted, but not kept: no function takes them */

typedef enum parser_kind {
    PARSER_UNARY,  /* `!` or `-`, for its operand */
    PARSER_BINARY, /* for its right side */
    PARSER_YES,    /* behind `?` */
    PARSER_NO,     /* behind `:` */
    PARSER_BRACKET,
    PARSER_CALL, /* for an argument */
    PARSER_IN,   /* for an element of the list; likewise: */
    PARSER_SIZE
} parser_kind;

typedef struct parser_frame {
    uint32_t kind;                           /* parser_kind */
    uint32_t op;                             /* UNARY, BINARY: prm__expr_op */
    uint32_t precedence;                     /* UNARY, BINARY */
    uint32_t start;                          /* where it begins */
    uint32_t count;                          /* UNARY: signs; CALL: arguments; IN, SIZE: elements */
    uint32_t left_end;                       /* IN: nodes when the left side ended */
    bool method;                             /* CALL */
    prm__token name;                         /* CALL */
    prm__operand operands[PARSER_ARGUMENTS]; /* what is complete: BINARY: the left side; YES, NO: condition
                                                and yes; CALL: arguments; IN: the left side, and the comparison
                                                so far; SIZE: the comparison so far, as IN */
} parser_frame;

typedef struct parser_state {
    prm__terms terms;
    prm__vec frames; /* of parser_frame */
    uint32_t depth;
    prm__operand value; /* the operand that was read last */
    bool done;
} parser_state;

enum { PARSER_LIST_LEFT = 0, PARSER_LIST_ALL = 1 };

/* ---- Frames ---- */

static parser_frame *parser_top(const parser_state *p)
{
    return p->frames.count > 0 ? prm__vec_at(&p->frames, p->frames.count - 1) : NULL;
}

static bool parser_top_is(const parser_state *p, parser_kind kind)
{
    const parser_frame *top = parser_top(p);
    return top != NULL && top->kind == (uint32_t)kind;
}

static void parser_push(parser_state *p, parser_frame frame)
{
    if (!prm__terms_stopped(&p->terms) &&
        !prm__lang_check(p->terms.check.lang, prm__vec_append(&p->frames, &frame, 1)))
        p->terms.failed = true;
}

static parser_frame parser_pop(parser_state *p)
{
    parser_frame frame = *parser_top(p);
    p->frames.count--;
    return frame;
}

/* One level down, at the token at hand. */
static void parser_enter(parser_state *p)
{
    const prm__token *token = &p->terms.token;
    if (prm__terms_stopped(&p->terms))
        return;
    if (p->depth < PRM_LIMIT_NESTING) {
        p->depth++;
        return;
    }
    p->terms.failed = true;
    prm__check_report(&p->terms.check, PRM_DIAG_EXPR_DEPTH, token->start, token->end, NULL,
                      "the expression is nested deeper than %d levels", PRM_LIMIT_NESTING);
}

static uint32_t parser_nodes(const parser_state *p)
{
    return (uint32_t)p->terms.check.nodes.count;
}

/* ---- Operators ---- */

typedef struct parser_operator {
    uint8_t token;      /* prm__token_kind */
    uint8_t precedence; /* higher binds tighter */
    uint8_t op;         /* prm__expr_op */
} parser_operator;

enum { PARSER_ANY_PRECEDENCE = 1, PARSER_RELATION = 3, PARSER_PREFIX = 6 };

static const parser_operator parser_operators[] = {
    {PRM_TOKEN_OR, PARSER_ANY_PRECEDENCE, PRM_EXPR_OR},
    {PRM_TOKEN_AND, 2, PRM_EXPR_AND},
    {PRM_TOKEN_EQUAL, PARSER_RELATION, PRM_EXPR_EQUAL},
    {PRM_TOKEN_NOT_EQUAL, PARSER_RELATION, PRM_EXPR_NOT_EQUAL},
    {PRM_TOKEN_LESS, PARSER_RELATION, PRM_EXPR_LESS},
    {PRM_TOKEN_LESS_EQUAL, PARSER_RELATION, PRM_EXPR_LESS_EQUAL},
    {PRM_TOKEN_GREATER, PARSER_RELATION, PRM_EXPR_GREATER},
    {PRM_TOKEN_GREATER_EQUAL, PARSER_RELATION, PRM_EXPR_GREATER_EQUAL},
    {PRM_TOKEN_PLUS, 4, PRM_EXPR_ADD},
    {PRM_TOKEN_MINUS, 4, PRM_EXPR_SUBTRACT},
    {PRM_TOKEN_STAR, 5, PRM_EXPR_MULTIPLY},
    {PRM_TOKEN_SLASH, 5, PRM_EXPR_DIVIDE},
    {PRM_TOKEN_PERCENT, 5, PRM_EXPR_REMAINDER},
};

static const parser_operator *parser_find_operator(uint32_t token)
{
    for (size_t i = 0; i < sizeof parser_operators / sizeof parser_operators[0]; i++)
        if (parser_operators[i].token == token)
            return &parser_operators[i];
    return NULL;
}

/* Ends the frames of operators that bind at least as tightly; they have their operand now. */
static void parser_reduce(parser_state *p, uint32_t precedence)
{
    prm__check *check = &p->terms.check;
    while (parser_top_is(p, PARSER_UNARY) || parser_top_is(p, PARSER_BINARY)) {
        if (parser_top(p)->precedence < precedence)
            return;
        parser_frame frame = parser_pop(p);
        if (frame.kind == PARSER_BINARY)
            p->value = prm__check_binary(check, (prm__expr_op)frame.op, frame.operands[0], p->value);
        for (; frame.kind == PARSER_UNARY && frame.count > 0 && !check->full; frame.count--)
            p->value = prm__check_unary(check, (prm__expr_op)frame.op, p->value, frame.start);
    }
}

/* Likewise, and of choices that have all their parts: a whole inner expression is read. */
static void parser_reduce_all(parser_state *p)
{
    parser_reduce(p, PARSER_ANY_PRECEDENCE);
    while (parser_top_is(p, PARSER_NO)) {
        parser_frame frame = parser_pop(p);
        p->depth--;
        p->value = prm__check_choose(&p->terms.check, frame.operands[0], frame.operands[1], p->value);
        parser_reduce(p, PARSER_ANY_PRECEDENCE);
    }
}

/* ---- Lists and calls ---- */

/* An element is compared with the left side of `in`; in `size` with itself, for its errors. */
static void parser_end_element(parser_state *p, parser_frame *frame)
{
    prm__check *check = &p->terms.check;
    prm__operand left = frame->operands[PARSER_LIST_LEFT], right = p->value;
    if (frame->kind == PARSER_SIZE) {
        left = p->value;
        right = prm__check_copy(check, p->value, parser_nodes(p));
    }
    prm__operand equal = prm__check_binary(check, PRM_EXPR_EQUAL, left, right);
    equal.start = frame->start;
    prm__operand *all = &frame->operands[PARSER_LIST_ALL];
    prm__expr_op join = frame->kind == PARSER_IN ? PRM_EXPR_OR : PRM_EXPR_AND;
    *all = frame->count == 0 ? equal : prm__check_binary(check, join, *all, equal);
    frame->count++;
}

/* The left side of `in` comes again before each further element. */
static void parser_begin_element(parser_state *p, const parser_frame *frame)
{
    if (frame->kind == PARSER_IN)
        prm__check_copy(&p->terms.check, frame->operands[PARSER_LIST_LEFT], frame->left_end);
}

/* `x in []` is `!(x == x)`: false, or x's error. */
static prm__operand parser_end_in(parser_state *p, const parser_frame *frame, uint32_t end)
{
    prm__check *check = &p->terms.check;
    prm__operand left = frame->operands[PARSER_LIST_LEFT];
    prm__operand all = frame->operands[PARSER_LIST_ALL];
    if (frame->count == 0) {
        prm__operand again = prm__check_copy(check, left, frame->left_end);
        all = prm__check_unary(check, PRM_EXPR_NOT, prm__check_binary(check, PRM_EXPR_EQUAL, left, again),
                               frame->start);
    }
    all.end = end;
    return all;
}

/* `size([a, b])` is `a == a && b == b ? 2 : 2`: their number, or an element's error. */
static prm__operand parser_end_size(parser_state *p, const parser_frame *frame, uint32_t end)
{
    prm__check *check = &p->terms.check;
    prm__expr_node node = {.number = frame->count * PRM_DECIMAL_ONE};
    prm__operand size = prm__check_leaf(check, PRM_EXPR_NUMBER, node, PRM_TYPE_NUMBER, frame->start, end);
    if (frame->count == 0)
        return size;
    prm__operand same = prm__check_leaf(check, PRM_EXPR_NUMBER, node, PRM_TYPE_NUMBER, frame->start, end);
    return prm__check_choose(check, frame->operands[PARSER_LIST_ALL], size, same);
}

/* At "]". */
static void parser_end_list(parser_state *p)
{
    parser_frame frame = parser_pop(p);
    uint32_t end = p->terms.token.end;
    p->depth--;
    prm__terms_advance(&p->terms);
    if (frame.kind == PARSER_IN) {
        p->value = parser_end_in(p, &frame, end);
        return;
    }
    end = p->terms.token.end;
    if (prm__terms_take(&p->terms, PRM_TOKEN_CLOSE, "`)`"))
        p->value = parser_end_size(p, &frame, end);
}

static void parser_end_argument(parser_state *p, parser_frame *frame)
{
    if (frame->count < PARSER_ARGUMENTS)
        frame->operands[frame->count] = p->value;
    frame->count++;
}

/* At ")". */
static void parser_end_call(parser_state *p)
{
    parser_frame frame = parser_pop(p);
    uint32_t end = p->terms.token.end;
    uint32_t function = prm__terms_function(frame.name.text, frame.method);
    p->depth--;
    prm__terms_advance(&p->terms);
    if (function != PRM_VOCAB_NONE) {
        p->value = prm__check_call(&p->terms.check, function, frame.operands, frame.count, frame.start, end);
        return;
    }
    prm__terms_unknown_function(&p->terms, frame.name.text, frame.method, frame.name.start, frame.name.end);
    p->value = (prm__operand){0, PRM_TYPE_ERROR, frame.start, end};
}

/* Behind "(" of a call. False when it ends at once: a value was read. */
static bool parser_begin_call(parser_state *p, parser_frame frame)
{
    parser_enter(p);
    parser_push(p, frame);
    if (prm__terms_stopped(&p->terms) || p->terms.token.kind != PRM_TOKEN_CLOSE)
        return true;
    parser_end_call(p);
    return false;
}

/* Behind "[". False when the list is empty. */
static bool parser_begin_list(parser_state *p, parser_frame frame)
{
    parser_enter(p);
    parser_push(p, frame);
    if (prm__terms_stopped(&p->terms) || p->terms.token.kind != PRM_TOKEN_CLOSE_LIST)
        return true;
    parser_end_list(p);
    return false;
}

/* ---- Where a value is expected: each returns whether one still is ---- */

static bool parser_prefix(parser_state *p)
{
    uint32_t kind = p->terms.token.kind;
    parser_frame frame = {.kind = PARSER_UNARY,
                          .op = kind == PRM_TOKEN_NOT ? PRM_EXPR_NOT : PRM_EXPR_NEGATE,
                          .precedence = PARSER_PREFIX,
                          .start = p->terms.token.start};
    for (; p->terms.token.kind == kind && !p->terms.failed; frame.count++)
        prm__terms_advance(&p->terms);
    parser_push(p, frame);
    return true;
}

static bool parser_bracket(parser_state *p)
{
    parser_frame frame = {.kind = PARSER_BRACKET, .start = p->terms.token.start};
    prm__terms_advance(&p->terms);
    parser_enter(p);
    parser_push(p, frame);
    return true;
}

/* A function's name and "(". */
static bool parser_function(parser_state *p)
{
    prm__token name = p->terms.token;
    bool size = prm__terms_is_word(&p->terms, "size");
    parser_frame frame = {.kind = PARSER_CALL, .start = name.start, .name = name};
    prm__terms_advance(&p->terms);
    prm__terms_advance(&p->terms);
    if (!size || p->terms.token.kind != PRM_TOKEN_OPEN_LIST)
        return parser_begin_call(p, frame);
    frame.kind = PARSER_SIZE;
    prm__terms_advance(&p->terms);
    return parser_begin_list(p, frame);
}

static bool parser_expect_value(parser_state *p)
{
    uint32_t kind = p->terms.token.kind;
    if ((kind == PRM_TOKEN_NOT || kind == PRM_TOKEN_MINUS) && !parser_top_is(p, PARSER_UNARY))
        return parser_prefix(p);
    if (kind == PRM_TOKEN_OPEN)
        return parser_bracket(p);
    if (prm__terms_is_call(&p->terms))
        return parser_function(p);
    return !prm__terms_read(&p->terms, &p->value);
}

/* ---- Where an operator is expected: each returns whether a value is next ---- */

static bool parser_method(parser_state *p)
{
    prm__terms_advance(&p->terms);
    parser_frame frame = {.kind = PARSER_CALL, .method = true, .name = p->terms.token, .count = 1};
    frame.start = p->value.start;
    frame.operands[0] = p->value;
    if (prm__terms_take(&p->terms, PRM_TOKEN_NAME, "a method"))
        prm__terms_take(&p->terms, PRM_TOKEN_OPEN,
                        "`(` behind a method (only partner and rep have attributes)");
    return parser_begin_call(p, frame);
}

static bool parser_infix(parser_state *p, const parser_operator *row)
{
    parser_reduce(p, row->precedence);
    parser_frame frame = {.kind = PARSER_BINARY, .op = row->op, .precedence = row->precedence};
    frame.operands[0] = p->value;
    prm__terms_advance(&p->terms);
    parser_push(p, frame);
    return true;
}

static bool parser_in(parser_state *p)
{
    parser_reduce(p, PARSER_RELATION);
    parser_frame frame = {.kind = PARSER_IN, .start = p->value.start, .left_end = parser_nodes(p)};
    frame.operands[PARSER_LIST_LEFT] = p->value;
    prm__terms_advance(&p->terms);
    prm__terms_take(&p->terms, PRM_TOKEN_OPEN_LIST, "a list in brackets");
    return parser_begin_list(p, frame);
}

/* The condition and the middle of a choice are no choices themselves. */
static bool parser_question(parser_state *p)
{
    parser_reduce(p, PARSER_ANY_PRECEDENCE);
    if (parser_top_is(p, PARSER_YES))
        return prm__terms_fail(&p->terms, "`:`");
    parser_frame frame = {.kind = PARSER_YES};
    frame.operands[0] = p->value;
    prm__terms_advance(&p->terms);
    parser_push(p, frame);
    return true;
}

/* What the innermost frame that is not complete waits for. */
static const char *parser_expected(const parser_state *p)
{
    const parser_frame *top = parser_top(p);
    switch (top != NULL ? top->kind : PARSER_UNARY) {
    case PARSER_YES:
        return "`:`";
    case PARSER_BRACKET:
        return "`)`";
    case PARSER_CALL:
        return "`,` or `)`";
    case PARSER_IN:
    case PARSER_SIZE:
        return "`,` or `]`";
    default:
        return "an operator or the end of the expression";
    }
}

static bool parser_colon(parser_state *p)
{
    parser_reduce(p, PARSER_ANY_PRECEDENCE);
    if (!parser_top_is(p, PARSER_YES)) {
        parser_reduce_all(p);
        return prm__terms_fail(&p->terms, parser_expected(p));
    }
    parser_frame *frame = parser_top(p);
    frame->kind = PARSER_NO;
    frame->operands[1] = p->value;
    prm__terms_advance(&p->terms);
    parser_enter(p);
    return true;
}

static bool parser_comma(parser_state *p)
{
    parser_reduce_all(p);
    parser_frame *frame = parser_top(p);
    if (parser_top_is(p, PARSER_CALL)) {
        parser_end_argument(p, frame);
        prm__terms_advance(&p->terms);
        return true;
    }
    if (!parser_top_is(p, PARSER_IN) && !parser_top_is(p, PARSER_SIZE))
        return prm__terms_fail(&p->terms, parser_expected(p));
    parser_end_element(p, frame);
    prm__terms_advance(&p->terms);
    if (p->terms.token.kind == PRM_TOKEN_CLOSE_LIST) {
        parser_end_list(p);
        return false;
    }
    parser_begin_element(p, frame);
    return true;
}

static bool parser_close(parser_state *p)
{
    parser_reduce_all(p);
    if (parser_top_is(p, PARSER_CALL)) {
        parser_end_argument(p, parser_top(p));
        parser_end_call(p);
        return false;
    }
    if (!parser_top_is(p, PARSER_BRACKET))
        return prm__terms_fail(&p->terms, parser_expected(p));
    p->value.start = parser_pop(p).start;
    p->value.end = p->terms.token.end;
    p->depth--;
    prm__terms_advance(&p->terms);
    return false;
}

static bool parser_close_list(parser_state *p)
{
    parser_reduce_all(p);
    if (!parser_top_is(p, PARSER_IN) && !parser_top_is(p, PARSER_SIZE))
        return prm__terms_fail(&p->terms, parser_expected(p));
    parser_end_element(p, parser_top(p));
    parser_end_list(p);
    return false;
}

static bool parser_end(parser_state *p)
{
    parser_reduce_all(p);
    p->done = p->frames.count == 0;
    return p->done || prm__terms_fail(&p->terms, parser_expected(p));
}

static bool parser_expect_operator(parser_state *p)
{
    const parser_operator *row = parser_find_operator(p->terms.token.kind);
    if (row != NULL)
        return parser_infix(p, row);
    if (prm__terms_is_word(&p->terms, "in"))
        return parser_in(p);
    switch (p->terms.token.kind) {
    case PRM_TOKEN_DOT:
        return parser_method(p);
    case PRM_TOKEN_QUESTION:
        return parser_question(p);
    case PRM_TOKEN_COLON:
        return parser_colon(p);
    case PRM_TOKEN_COMMA:
        return parser_comma(p);
    case PRM_TOKEN_CLOSE:
        return parser_close(p);
    case PRM_TOKEN_CLOSE_LIST:
        return parser_close_list(p);
    case PRM_TOKEN_END:
        return parser_end(p);
    default:
        parser_reduce_all(p);
        return prm__terms_fail(&p->terms, parser_expected(p));
    }
}

/* ---- The whole ---- */

static bool parser_keep(const parser_state *p, prm__expr *out)
{
    const prm__check *check = &p->terms.check;
    size_t bytes = check->nodes.count * sizeof(prm__expr_node);
    prm__expr_node *nodes = prm__lang_get(check->lang, bytes);
    if (nodes == NULL)
        return false;
    memcpy(nodes, check->nodes.data, bytes);
    out->nodes = nodes;
    out->count = parser_nodes(p);
    out->type = p->value.type;
    return true;
}

static bool parser_run(parser_state *p, const char *key, prm__value_type wanted, prm__expr *out)
{
    bool value_next = true;
    prm__terms_advance(&p->terms);
    while (!prm__terms_stopped(&p->terms) && !p->done)
        value_next = value_next ? parser_expect_value(p) : parser_expect_operator(p);
    if (prm__terms_stopped(&p->terms) || p->terms.check.wrong)
        return false;
    if (p->value.type == (uint32_t)wanted)
        return parser_keep(p, out);
    if (p->value.type != PRM_TYPE_ERROR)
        prm__check_report(&p->terms.check, PRM_DIAG_EXPR_TYPE, p->value.start, p->value.end, NULL,
                          "`%s` takes %s, but this is %s", key, prm__check_type_name(wanted),
                          prm__check_type_name(p->value.type));
    return false;
}

bool prm__expr_read(prm__lang *lang, const prm__yaml_node *node, const char *key, const prm__scope *scope,
                    prm__value_type wanted, prm__expr *out)
{
    parser_state p;
    memset(&p, 0, sizeof p);
    prm__check_init(&p.terms.check, lang, node, scope);
    prm__lexer_init(&p.terms.lexer, lang, node->text, node->size);
    prm__vec_init(&p.frames, lang->alloc, sizeof(parser_frame));
    bool ok = parser_run(&p, key, wanted, out);
    prm__vec_free(&p.frames);
    prm__check_free(&p.terms.check);
    return ok && !lang->diag->exhausted;
}
