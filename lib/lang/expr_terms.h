/* expr_terms: the parser's tokens, and the terms that need no grammar around them:
 * literals, names, `has(x)`, and finding functions by name. */
#ifndef PRM_LANG_EXPR_TERMS_H
#define PRM_LANG_EXPR_TERMS_H

#include "lang/expr_check.h"
#include "lang/expr_lexer.h"

typedef struct prm__terms {
    prm__check check;
    prm__lexer lexer;
    prm__token token; /* the next one */
    bool failed;      /* a syntax error was reported: stop */
} prm__terms;

/* Nothing more is to be read: an error, or no room for more. */
static inline bool prm__terms_stopped(const prm__terms *terms)
{
    return terms->failed || terms->check.full;
}

void prm__terms_advance(prm__terms *terms);

/* Reports a syntax error at the next token, unless one was reported. Always false. */
bool prm__terms_fail(prm__terms *terms, const char *expected);

/* Goes past a token of this kind; a syntax error when it is another. */
bool prm__terms_take(prm__terms *terms, prm__token_kind kind, const char *expected);

bool prm__terms_is_word(const prm__terms *terms, const char *word);

/* A literal, a name or `has(x)`; false when the next token begins none of them (a
 * syntax error), or a function's name does: see prm__terms_is_call. */
bool prm__terms_read(prm__terms *terms, prm__operand *out);

/* Whether the next tokens are a name and "(", and the name is not `has`. */
bool prm__terms_is_call(const prm__terms *terms);

/* The catalog's function or method of that name, or PRM_VOCAB_NONE. */
uint32_t prm__terms_function(prm_text name, bool method);
void prm__terms_unknown_function(prm__terms *terms, prm_text name, bool method, uint32_t start, uint32_t end);

#endif
