/* expr_terms: one look ahead is enough but for two places: a name before "(" is a
 * function, and a name before "." owns an attribute unless a method follows. */
#include "lang/expr_terms.h"

#include "lang/scalars.h"

#include <string.h>

/* ---- Tokens ---- */

/* A quote without an end in a plain scalar that ends where YAML saw a comment. */
static bool terms_is_cut_by_comment(const prm__terms *terms)
{
    const prm__yaml_node *node = terms->check.source;
    const prm_diagnostics *diag = terms->check.lang->diag;
    uint32_t at = node->span.end;
    while (at < diag->size && diag->text[at] == ' ')
        at++;
    return node->plain && terms->lexer.number == PRM_DIAG_EXPR_STRING && terms->token.end == node->size &&
           at < diag->size && at > node->span.end && diag->text[at] == '#';
}

static void terms_report_token(prm__terms *terms)
{
    const prm__lexer *lexer = &terms->lexer;
    terms->failed = true;
    if (lexer->problem == NULL)
        return; /* memory ran out */
    if (terms_is_cut_by_comment(terms))
        prm__check_report(&terms->check, PRM_DIAG_EXPR_QUOTE_THIS, 0, terms->check.source->size,
                          "quote this expression: to YAML, ` #` begins a comment", "%s", lexer->problem);
    else
        prm__check_report(&terms->check, lexer->number, terms->token.start, terms->token.end, lexer->hint,
                          "%s", lexer->problem);
}

void prm__terms_advance(prm__terms *terms)
{
    if (terms->failed)
        return; /* LCOV_EXCL_LINE nobody reads on behind a failure */
    terms->token = prm__lexer_next(&terms->lexer);
    if (terms->token.kind == PRM_TOKEN_WRONG)
        terms_report_token(terms);
}

bool prm__terms_fail(prm__terms *terms, const char *expected)
{
    const prm__token *token = &terms->token;
    bool said = prm__terms_stopped(terms);
    terms->failed = true;
    if (said)
        return false;
    if (token->kind == PRM_TOKEN_END)
        prm__check_report(&terms->check, PRM_DIAG_EXPR_SYNTAX, token->start, token->end, NULL,
                          "the expression ends where %s is expected", expected);
    else
        prm__check_report(&terms->check, PRM_DIAG_EXPR_SYNTAX, token->start, token->end,
                          token->kind == PRM_TOKEN_NAME ? prm__check_operator_hint(token->text) : NULL,
                          "%s is expected here, not `%.*s`", expected,
                          prm__lang_shown(terms->lexer.text + token->start, token->end - token->start),
                          terms->lexer.text + token->start);
    return false;
}

bool prm__terms_take(prm__terms *terms, prm__token_kind kind, const char *expected)
{
    if (terms->token.kind != (uint32_t)kind)
        return prm__terms_fail(terms, expected);
    prm__terms_advance(terms);
    return !terms->failed;
}

bool prm__terms_is_word(const prm__terms *terms, const char *word)
{
    return terms->token.kind == PRM_TOKEN_NAME && strlen(word) == terms->token.text.size &&
           memcmp(word, terms->token.text.data, terms->token.text.size) == 0;
}

/* ---- Functions ---- */

#define TERMS_FUNCTIONS 64 /* candidates of a suggestion */

uint32_t prm__terms_function(prm_text name, bool method)
{
    const prm__function_def *def;
    for (uint32_t i = 0; (def = prm__catalog_function(i)) != NULL; i++)
        if (def->method == method && strlen(def->name) == name.size &&
            memcmp(def->name, name.data, name.size) == 0)
            return i;
    return PRM_VOCAB_NONE;
}

void prm__terms_unknown_function(prm__terms *terms, prm_text name, bool method, uint32_t start, uint32_t end)
{
    const char *names[TERMS_FUNCTIONS] = {"has"};
    uint32_t count = method ? 0 : 1;
    const prm__function_def *def;
    for (uint32_t i = 0; (def = prm__catalog_function(i)) != NULL && count < TERMS_FUNCTIONS; i++)
        if (def->method == method)
            names[count++] = def->name;
    uint32_t other = prm__terms_function(name, !method);
    const char *hint = other != PRM_VOCAB_NONE
                           ? prm__catalog_function(other)->doc
                           : prm__lang_suggest(terms->check.lang, name.data, name.size, names, count, NULL);
    prm__check_report(&terms->check, PRM_DIAG_EXPR_UNKNOWN_FUNCTION, start, end, hint,
                      "there is no %s `%.*s`", method ? "method" : "function",
                      prm__lang_shown(name.data, name.size), name.data);
}

/* ---- Names ---- */

/* Whether the token after the next one is "(". */
static bool terms_before_bracket(const prm__terms *terms)
{
    prm__lexer ahead = terms->lexer;
    return prm__lexer_next(&ahead).kind == PRM_TOKEN_OPEN;
}

bool prm__terms_is_call(const prm__terms *terms)
{
    return terms->token.kind == PRM_TOKEN_NAME && !prm__terms_is_word(terms, "has") &&
           !prm__terms_is_word(terms, "in") && terms_before_bracket(terms);
}

/* Whether `.attribute`, not `.method(`, begins with the token `dot`; `ahead` reads what follows it. Behind
 * another name than the two that have attributes, a method's name is one that lacks its arguments. */
static bool terms_is_attribute(const prm__terms *terms, prm__token dot, prm__lexer ahead)
{
    if (dot.kind != PRM_TOKEN_DOT)
        return false;
    prm__token name = prm__lexer_next(&ahead);
    if (name.kind != PRM_TOKEN_NAME || prm__lexer_next(&ahead).kind == PRM_TOKEN_OPEN)
        return false;
    return prm__terms_is_word(terms, "partner") || prm__terms_is_word(terms, "rep") ||
           prm__terms_function(name.text, true) == PRM_VOCAB_NONE;
}

/* `patner.segment`, or `deal.customer.name`: said once, whatever hangs on it. */
static prm__operand terms_not_owner(prm__terms *terms, prm__token owner, prm__token name, bool has)
{
    while (terms_is_attribute(terms, terms->token, terms->lexer)) {
        prm__terms_advance(terms);
        prm__terms_advance(terms);
    }
    return prm__check_not_owner(&terms->check, owner.text, name.text, has, owner.start, owner.end);
}

/* A field or an attribute, for its value or for `has`. */
static prm__operand terms_reference(prm__terms *terms, bool has)
{
    prm__token first = terms->token;
    uint32_t owner = prm__terms_is_word(terms, "rep") ? 1 : 0;
    bool owned = owner == 1 || prm__terms_is_word(terms, "partner");
    prm__lexer ahead = terms->lexer;
    prm__token dot = prm__lexer_next(&ahead);
    bool attribute = terms_is_attribute(terms, dot, ahead);
    prm__terms_advance(terms);
    if (!attribute)
        return prm__check_field(&terms->check, first.text, has, first.start, first.end);
    prm__terms_advance(terms);
    prm__token name = terms->token;
    prm__terms_advance(terms);
    if (!owned)
        return terms_not_owner(terms, first, name, has);
    return prm__check_attribute(&terms->check, owner, name.text, has, first.start, name.end);
}

/* `has(`, a name, `)`. */
static bool terms_has(prm__terms *terms, prm__operand *out)
{
    uint32_t start = terms->token.start;
    prm__terms_advance(terms);
    prm__terms_advance(terms);
    if (terms->token.kind != PRM_TOKEN_NAME)
        return prm__terms_fail(terms, "a field or an attribute");
    *out = terms_reference(terms, true);
    out->start = start;
    out->end = terms->token.end;
    return prm__terms_take(terms, PRM_TOKEN_CLOSE, "`)`");
}

static prm__operand terms_value(prm__terms *terms)
{
    prm__token name = terms->token;
    prm__expr_node node = {.operand = 0};
    prm__terms_advance(terms);
    if (!terms->check.scope->has_value)
        prm__check_report(&terms->check, PRM_DIAG_UNKNOWN_NAME, name.start, name.end, NULL,
                          "`value` is known only in `then` of a rule with one measure");
    return prm__check_leaf(&terms->check, PRM_EXPR_VALUE, node, PRM_TYPE_NUMBER, name.start, name.end);
}

/* ---- Terms ---- */

static bool terms_literal(prm__terms *terms, prm__expr_op op, prm__expr_node node, uint32_t type,
                          prm__operand *out)
{
    prm__token token = terms->token;
    prm__terms_advance(terms);
    *out = prm__check_leaf(&terms->check, op, node, type, token.start, token.end);
    return true;
}

bool prm__terms_read(prm__terms *terms, prm__operand *out)
{
    prm__expr_node node = {.number = terms->token.number, .text = terms->token.text};
    if (terms->token.kind == PRM_TOKEN_NUMBER)
        return terms_literal(terms, PRM_EXPR_NUMBER, node, PRM_TYPE_NUMBER, out);
    if (terms->token.kind == PRM_TOKEN_TEXT)
        return terms_literal(terms, PRM_EXPR_TEXT, node, PRM_TYPE_TEXT, out);
    if (terms->token.kind != PRM_TOKEN_NAME || prm__terms_is_word(terms, "in"))
        return prm__terms_fail(terms, "a value");
    node.operand = prm__terms_is_word(terms, "true");
    if (node.operand == 1 || prm__terms_is_word(terms, "false"))
        return terms_literal(terms, PRM_EXPR_BOOLEAN, node, PRM_TYPE_BOOLEAN, out);
    if (prm__terms_is_word(terms, "has") && terms_before_bracket(terms))
        return terms_has(terms, out);
    *out = prm__terms_is_word(terms, "value") ? terms_value(terms) : terms_reference(terms, false);
    return true;
}
