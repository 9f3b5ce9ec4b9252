/* expr_check: each node is checked against the types of its operands when it is
 * appended, so that one reading finds all errors of an expression that parses. */
#include "lang/expr_check.h"

#include "base/utf8.h"
#include "lang/schema.h"
#include "lang/scalars.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* `in` repeats its left side; this keeps the nodes in proportion to the text. */
#define CHECK_NODES_PER_BYTE 16
#define CHECK_NODES_AT_LEAST 256

void prm__check_init(prm__check *check, prm__lang *lang, const prm__yaml_node *source,
                     const prm__scope *scope)
{
    memset(check, 0, sizeof *check);
    check->lang = lang;
    check->source = source;
    check->scope = scope;
    check->most = CHECK_NODES_AT_LEAST + (size_t)source->size * CHECK_NODES_PER_BYTE;
    prm__vec_init(&check->nodes, lang->alloc, sizeof(prm__expr_node));
}

void prm__check_free(prm__check *check)
{
    prm__vec_free(&check->nodes);
}

#define CHECK_MESSAGE_BYTES 400

void prm__check_report(prm__check *check, prm__diag_number number, uint32_t start, uint32_t end,
                       const char *hint, const char *format, ...)
{
    char message[CHECK_MESSAGE_BYTES];
    check->wrong = true;
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(message, sizeof message, format, arguments) < 0)
        message[0] = '\0'; /* LCOV_EXCL_LINE no format here has what vsnprintf fails on */
    va_end(arguments);
    size_t size = strlen(message);
    prm__diag_report(check->lang->diag, number, prm__scalar_span(check->source, start, end), hint, "%.*s",
                     (int)prm__utf8_floor(message, size, size), message);
}

const char *prm__check_type_name(uint32_t type)
{
    switch ((prm__value_type)type) {
    case PRM_TYPE_ERROR:   /* LCOV_EXCL_LINE no expression is of this type */
        return "an error"; /* LCOV_EXCL_LINE so */
    case PRM_TYPE_BOOLEAN:
        return "true or false";
    case PRM_TYPE_NUMBER:
        return "a number";
    case PRM_TYPE_TEXT:
        return "a text";
    case PRM_TYPE_TIME:
        return "a time";
    }
    return "something else"; /* LCOV_EXCL_LINE every type is above */
}

/* ---- Nodes ---- */

static void check_push(prm__check *check, prm__expr_node node)
{
    if (check->full)
        return;
    if (check->nodes.count >= check->most) {
        check->full = true;
        prm__check_report(check, PRM_DIAG_EXPR_TOO_LARGE, 0, check->source->size,
                          "put less on the left side of `in`", "the expression is too large");
        return;
    }
    if (!prm__lang_check(check->lang, prm__vec_append(&check->nodes, &node, 1)))
        check->full = true;
}

prm__operand prm__check_leaf(prm__check *check, prm__expr_op op, prm__expr_node node, uint32_t type,
                             uint32_t start, uint32_t end)
{
    prm__operand operand = {(uint32_t)check->nodes.count, type, start, end};
    node.op = op;
    check_push(check, node);
    return operand;
}

/* Appends an operation whose first operand is `first`. */
static prm__operand check_operation(prm__check *check, prm__expr_op op, uint32_t operand, uint32_t type,
                                    prm__operand first, uint32_t start, uint32_t end)
{
    prm__expr_node node = {.op = op, .operand = operand};
    check_push(check, node);
    return (prm__operand){first.first, type, start, end};
}

prm__operand prm__check_copy(prm__check *check, prm__operand operand, uint32_t end)
{
    prm__operand copy = operand;
    copy.first = (uint32_t)check->nodes.count;
    for (uint32_t i = operand.first; i < end && !check->full; i++)
        check_push(check, PRM_VEC(check->nodes, prm__expr_node)[i]);
    return copy;
}

/* Whether an operand has the type; an error says so once. */
static bool check_is(prm__check *check, prm__operand operand, prm__value_type wanted, const char *what)
{
    if (operand.type == (uint32_t)wanted)
        return true;
    if (operand.type != PRM_TYPE_ERROR)
        prm__check_report(check, PRM_DIAG_EXPR_TYPE, operand.start, operand.end, NULL,
                          "`%s` takes %s, but this is %s", what, prm__check_type_name(wanted),
                          prm__check_type_name(operand.type));
    return false;
}

prm__operand prm__check_unary(prm__check *check, prm__expr_op op, prm__operand operand, uint32_t start)
{
    prm__value_type type = op == PRM_EXPR_NOT ? PRM_TYPE_BOOLEAN : PRM_TYPE_NUMBER;
    bool ok = check_is(check, operand, type, op == PRM_EXPR_NOT ? "!" : "-");
    return check_operation(check, op, 0, ok ? type : PRM_TYPE_ERROR, operand, start, operand.end);
}

/* How operators are written, for messages. */
static const char *const check_signs[PRM_EXPR_OPS] = {
    [PRM_EXPR_ADD] = "+",        [PRM_EXPR_SUBTRACT] = "-",       [PRM_EXPR_MULTIPLY] = "*",
    [PRM_EXPR_DIVIDE] = "/",     [PRM_EXPR_REMAINDER] = "%",      [PRM_EXPR_EQUAL] = "==",
    [PRM_EXPR_NOT_EQUAL] = "!=", [PRM_EXPR_LESS] = "<",           [PRM_EXPR_LESS_EQUAL] = "<=",
    [PRM_EXPR_GREATER] = ">",    [PRM_EXPR_GREATER_EQUAL] = ">=", [PRM_EXPR_AND] = "&&",
    [PRM_EXPR_OR] = "||",
};

static bool check_is_arithmetic(prm__expr_op op)
{
    return op >= PRM_EXPR_ADD && op <= PRM_EXPR_REMAINDER;
}

/* Both sides have the type that the operator joins. */
static bool check_both(prm__check *check, prm__expr_op op, prm__operand left, prm__operand right,
                       prm__value_type type)
{
    if (left.type == right.type && left.type != (uint32_t)type && left.type != PRM_TYPE_ERROR) {
        prm__check_report(check, PRM_DIAG_EXPR_TYPE, left.start, right.end, NULL,
                          "`%s` takes %s on each side, but on both is %s", check_signs[op],
                          prm__check_type_name(type), prm__check_type_name(left.type));
        return false;
    }
    bool left_ok = check_is(check, left, type, check_signs[op]);
    return check_is(check, right, type, check_signs[op]) && left_ok;
}

/* Both sides have one type, which for an order is not true or false. */
static bool check_compare(prm__check *check, prm__expr_op op, prm__operand left, prm__operand right)
{
    if (left.type == PRM_TYPE_ERROR || right.type == PRM_TYPE_ERROR)
        return true;
    if (left.type != right.type)
        prm__check_report(check, PRM_DIAG_EXPR_TYPE, left.start, right.end, NULL,
                          "`%s` cannot compare %s with %s", check_signs[op], prm__check_type_name(left.type),
                          prm__check_type_name(right.type));
    else if (left.type == PRM_TYPE_BOOLEAN && op != PRM_EXPR_EQUAL && op != PRM_EXPR_NOT_EQUAL)
        prm__check_report(check, PRM_DIAG_EXPR_TYPE, left.start, right.end, NULL,
                          "`%s` compares numbers, texts or times, not true and false", check_signs[op]);
    else
        return true;
    return false;
}

prm__operand prm__check_binary(prm__check *check, prm__expr_op op, prm__operand left, prm__operand right)
{
    uint32_t type = check_is_arithmetic(op) ? PRM_TYPE_NUMBER : PRM_TYPE_BOOLEAN;
    bool joins = check_is_arithmetic(op) || op == PRM_EXPR_AND || op == PRM_EXPR_OR;
    if (!(joins ? check_both(check, op, left, right, (prm__value_type)type)
                : check_compare(check, op, left, right)))
        type = PRM_TYPE_ERROR;
    return check_operation(check, op, 0, type, left, left.start, right.end);
}

prm__operand prm__check_choose(prm__check *check, prm__operand condition, prm__operand yes, prm__operand no)
{
    check_is(check, condition, PRM_TYPE_BOOLEAN, "?");
    uint32_t type = yes.type;
    if (yes.type != no.type && yes.type != PRM_TYPE_ERROR && no.type != PRM_TYPE_ERROR)
        prm__check_report(check, PRM_DIAG_EXPR_TYPE, yes.start, no.end, NULL,
                          "both sides of `:` must be of one type, but here are %s and %s",
                          prm__check_type_name(yes.type), prm__check_type_name(no.type));
    if (yes.type != no.type)
        type = PRM_TYPE_ERROR;
    return check_operation(check, PRM_EXPR_CHOOSE, 0, type, condition, condition.start, no.end);
}

prm__operand prm__check_call(prm__check *check, uint32_t function, const prm__operand *arguments,
                             uint32_t count, uint32_t start, uint32_t end)
{
    const prm__function_def *def = prm__catalog_function(function);
    uint32_t type = def->result;
    if (count != def->argument_count) {
        prm__check_report(check, PRM_DIAG_EXPR_ARGUMENTS, start, end, def->doc,
                          "`%s` takes %u arguments, not %u", def->name, def->argument_count - def->method,
                          count - def->method);
        return (prm__operand){arguments[0].first, PRM_TYPE_ERROR, start, end};
    }
    for (uint32_t i = 0; i < count; i++) {
        if (arguments[i].type == def->arguments[i])
            continue;
        if (arguments[i].type != PRM_TYPE_ERROR)
            prm__check_report(check, PRM_DIAG_EXPR_ARGUMENTS, arguments[i].start, arguments[i].end, def->doc,
                              "`%s` takes %s here, but this is %s", def->name,
                              prm__check_type_name(def->arguments[i]),
                              prm__check_type_name(arguments[i].type));
        type = PRM_TYPE_ERROR;
    }
    return check_operation(check, PRM_EXPR_CALL, function, type, arguments[0], start, end);
}

/* ---- Names ---- */

#define CHECK_SUGGESTIONS 256

static const char *check_suggest_field(prm__check *check, prm_text name)
{
    const prm__scope *scope = check->scope;
    const char *names[CHECK_SUGGESTIONS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < scope->type_count; i++) {
        const prm__vec *fields = &prm__vocab_type_at(scope->vocabulary, scope->types[i])->fields;
        for (uint32_t k = 0; k < fields->count && count < CHECK_SUGGESTIONS; k++)
            names[count++] = prm__vocab_name_at(scope->vocabulary,
                                                PRM_VEC(*fields, const prm__vocab_field)[k].name);
    }
    return prm__lang_suggest(check->lang, name.data, name.size, names, count, NULL);
}

/* The type of the value that the field has in the scope's types; PRM_TYPE_ERROR when
 * none of them has it, or when they do not agree (`*conflict`). */
static uint32_t check_field_type(const prm__check *check, uint32_t name, bool *conflict)
{
    uint32_t type = PRM_TYPE_ERROR;
    for (uint32_t i = 0; i < check->scope->type_count; i++) {
        const prm__vocab_field *field = prm__vocab_field_of(check->scope->vocabulary, check->scope->types[i],
                                                            name);
        if (field == NULL)
            continue;
        uint32_t found = prm__vocab_value_type(field->type);
        *conflict = *conflict || (type != PRM_TYPE_ERROR && type != found);
        type = found;
    }
    return *conflict ? PRM_TYPE_ERROR : type;
}

const char *prm__check_operator_hint(prm_text name)
{
    static const char *const words[][2] = {
        {"and", "write `&&`"},
        {"or", "write `||`"},
        {"not", "write `!`"},
        {"AND", "write `&&`"},
        {"OR", "write `||`"},
        {"NOT", "write `!`"},
        {"null", "ask `has(x)` whether a field is there"},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i][0]) == name.size && memcmp(words[i][0], name.data, name.size) == 0)
            return words[i][1];
    return NULL;
}

static void check_unknown_field(prm__check *check, prm_text name, uint32_t start, uint32_t end)
{
    const char *hint = prm__check_operator_hint(name);
    if (hint == NULL)
        hint = check_suggest_field(check, name);
    bool single = check->scope->type_count == 1;
    prm__check_report(
        check, PRM_DIAG_UNKNOWN_NAME, start, end, hint, "%s no field `%.*s`",
        single ? prm__lang_format(check->lang, "`%s` has",
                                  prm__vocab_type_at(check->scope->vocabulary, check->scope->types[0])->name)
               : "the events here have",
        prm__lang_shown(name.data, name.size), name.data);
}

static void check_unknown_measure(prm__check *check, prm_text name, uint32_t start, uint32_t end)
{
    const prm__vec *measures = check->scope->measures;
    const char *otherwise = prm__check_operator_hint(name);
    if (otherwise == NULL)
        otherwise = prm__lang_format(check->lang, "declare it: `measures: {%.*s: {count: deal.won}}`",
                                     prm__lang_shown(name.data, name.size), name.data);
    prm__check_report(
        check, PRM_DIAG_UNKNOWN_MEASURE, start, end,
        prm__lang_suggest(check->lang, name.data, name.size, measures->data, measures->count, otherwise),
        "there is no measure named `%.*s`", prm__lang_shown(name.data, name.size), name.data);
}

/* A name of a `value`: a named measure. */
static prm__operand check_measure(prm__check *check, prm_text name, bool has, uint32_t start, uint32_t end)
{
    const prm__vec *measures = check->scope->measures;
    prm__expr_node node = {.operand = PRM_VOCAB_NONE};
    for (uint32_t i = 0; i < measures->count && node.operand == PRM_VOCAB_NONE; i++) {
        const char *each = PRM_VEC(*measures, const char *)[i];
        if (strlen(each) == name.size && memcmp(each, name.data, name.size) == 0)
            node.operand = i;
    }
    if (node.operand == PRM_VOCAB_NONE)
        check_unknown_measure(check, name, start, end);
    else if (has)
        prm__check_report(check, PRM_DIAG_UNKNOWN_NAME, start, end, NULL,
                          "`has` asks for fields and attributes, and `%.*s` is a measure",
                          prm__lang_shown(name.data, name.size), name.data);
    uint32_t type = node.operand == PRM_VOCAB_NONE || has ? PRM_TYPE_ERROR : PRM_TYPE_NUMBER;
    return prm__check_leaf(check, PRM_EXPR_MEASURE, node, type, start, end);
}

prm__operand prm__check_field(prm__check *check, prm_text name, bool has, uint32_t start, uint32_t end)
{
    if (check->scope->measures != NULL)
        return check_measure(check, name, has, start, end);
    uint32_t index = prm__vocab_find_name(check->scope->vocabulary, name.data, name.size);
    bool conflict = false;
    uint32_t type = index == PRM_VOCAB_NONE ? PRM_TYPE_ERROR : check_field_type(check, index, &conflict);
    if (conflict && !has)
        prm__check_report(check, PRM_DIAG_EXPR_TYPE, start, end, NULL,
                          "the field `%.*s` is of different types in the events here",
                          prm__lang_shown(name.data, name.size), name.data);
    else if (type == PRM_TYPE_ERROR && !conflict && !check->scope->open)
        check_unknown_field(check, name, start, end);
    prm__expr_node node = {.operand = index};
    if (has)
        return prm__check_leaf(check, PRM_EXPR_HAS_FIELD, node, PRM_TYPE_BOOLEAN, start, end);
    return prm__check_leaf(check, PRM_EXPR_FIELD, node, type, start, end);
}

static bool check_is_rank(uint32_t owner, prm_text name)
{
    return owner == 0 && name.size == strlen("rank") && memcmp(name.data, "rank", name.size) == 0;
}

/* Every partner has a rank, so `has` of it needs no asking. */
static prm__operand check_rank(prm__check *check, bool has, uint32_t start, uint32_t end)
{
    prm__expr_node node = {.operand = has};
    if (has)
        return prm__check_leaf(check, PRM_EXPR_BOOLEAN, node, PRM_TYPE_BOOLEAN, start, end);
    return prm__check_leaf(check, PRM_EXPR_RANK, node, PRM_TYPE_TEXT, start, end);
}

static void check_unknown_attribute(prm__check *check, uint32_t owner, prm_text name, uint32_t start,
                                    uint32_t end)
{
    const prm__vec *attributes = &check->scope->vocabulary->attributes;
    const char *owner_name = owner == 0 ? "partner" : "rep";
    if (check_is_rank(owner, name)) {
        prm__check_report(check, PRM_DIAG_UNKNOWN_ATTRIBUTE, start, end,
                          "give the program `ranks`, or declare it: `attributes: {partner: {rank: text}}`",
                          "the program has no ranks, so there is no `partner.rank`");
        return;
    }
    const char *names[CHECK_SUGGESTIONS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < attributes->count && count < CHECK_SUGGESTIONS; i++) {
        const prm__vocab_attribute *attribute = prm__vec_at(attributes, i);
        if (attribute->owner == owner)
            names[count++] = attribute->name;
    }
    const char *otherwise = prm__lang_format(check->lang, "declare it: `attributes: {%s: {%.*s: text}}`",
                                             owner_name, prm__lang_shown(name.data, name.size), name.data);
    prm__check_report(check, PRM_DIAG_UNKNOWN_ATTRIBUTE, start, end,
                      prm__lang_suggest(check->lang, name.data, name.size, names, count, otherwise),
                      "no attribute `%s.%.*s` is declared", owner_name, prm__lang_shown(name.data, name.size),
                      name.data);
}

/* Whether the subject, or some event of the scope, has a rep whose attributes are asked for. */
static bool check_has_rep(const prm__check *check)
{
    if (check->scope->open || check->scope->has_rep)
        return true;
    for (uint32_t i = 0; i < check->scope->type_count; i++)
        if (prm__vocab_field_of(check->scope->vocabulary, check->scope->types[i], PRM_VOCAB_REP) != NULL)
            return true;
    return false;
}

prm__operand prm__check_attribute(prm__check *check, uint32_t owner, prm_text name, bool has, uint32_t start,
                                  uint32_t end)
{
    const prm__vocabulary *vocabulary = check->scope->vocabulary;
    if (vocabulary->has_ranks && check_is_rank(owner, name))
        return check_rank(check, has, start, end);
    uint32_t index = prm__vocab_find_attribute(vocabulary, owner, name.data, name.size);
    uint32_t type = PRM_TYPE_ERROR;
    if (index == PRM_VOCAB_NONE)
        check_unknown_attribute(check, owner, name, start, end);
    else if (owner == 1 && !check_has_rep(check))
        prm__check_report(check, PRM_DIAG_UNKNOWN_NAME, start, end, NULL,
                          "%s has no rep, so there is no `rep.%.*s`",
                          check->scope->measures != NULL ? "the subject of this rule" : "no event here",
                          prm__lang_shown(name.data, name.size), name.data);
    else
        type = prm__vocab_value_type(PRM_VEC(vocabulary->attributes, const prm__vocab_attribute)[index].type);
    prm__expr_node node = {.operand = index};
    if (has)
        return prm__check_leaf(check, PRM_EXPR_HAS_ATTRIBUTE, node, PRM_TYPE_BOOLEAN, start, end);
    return prm__check_leaf(check, PRM_EXPR_ATTRIBUTE, node, type, start, end);
}

/* `patner.segment` is a slip of the hand; `customer.segment` may be an attribute of the customer's partner. */
static const char *check_owner_hint(const prm__check *check, prm_text owner, prm_text name)
{
    static const char *const owners[] = {"partner", "rep"};
    const char *near = prm__diag_nearest(owner.data, owner.size, owners, 2);
    for (uint32_t i = 0; i < 2 && near == NULL; i++)
        if (prm__vocab_find_attribute(check->scope->vocabulary, i, name.data, name.size) != PRM_VOCAB_NONE)
            near = owners[i];
    if (near == NULL)
        return NULL;
    return prm__lang_format(check->lang, "did you mean `%s.%.*s`?", near,
                            prm__lang_shown(name.data, name.size), name.data);
}

prm__operand prm__check_not_owner(prm__check *check, prm_text owner, prm_text name, bool has, uint32_t start,
                                  uint32_t end)
{
    const prm__expr_node node = {.operand = 0};
    prm__check_report(check, PRM_DIAG_UNKNOWN_NAME, start, end, check_owner_hint(check, owner, name),
                      "`%.*s` has no attributes: only `partner` and `rep` have",
                      prm__lang_shown(owner.data, owner.size), owner.data);
    return prm__check_leaf(check, PRM_EXPR_BOOLEAN, node, has ? PRM_TYPE_BOOLEAN : PRM_TYPE_ERROR, start,
                           end);
}
