/* expr_lexer: an expression as tokens. A `%` directly after a number belongs to
 * the number; the remainder has a space before it. */
#ifndef PRM_LANG_EXPR_LEXER_H
#define PRM_LANG_EXPR_LEXER_H

#include "base/decimal.h"
#include "lang/lang.h"

typedef enum prm__token_kind {
    PRM_TOKEN_END = 0,
    PRM_TOKEN_NUMBER,
    PRM_TOKEN_TEXT,
    PRM_TOKEN_NAME,
    PRM_TOKEN_OR,
    PRM_TOKEN_AND,
    PRM_TOKEN_EQUAL,
    PRM_TOKEN_NOT_EQUAL,
    PRM_TOKEN_LESS,
    PRM_TOKEN_LESS_EQUAL,
    PRM_TOKEN_GREATER,
    PRM_TOKEN_GREATER_EQUAL,
    PRM_TOKEN_PLUS,
    PRM_TOKEN_MINUS,
    PRM_TOKEN_STAR,
    PRM_TOKEN_SLASH,
    PRM_TOKEN_PERCENT,
    PRM_TOKEN_NOT,
    PRM_TOKEN_QUESTION,
    PRM_TOKEN_COLON,
    PRM_TOKEN_COMMA,
    PRM_TOKEN_DOT,
    PRM_TOKEN_OPEN,
    PRM_TOKEN_CLOSE,
    PRM_TOKEN_OPEN_LIST,
    PRM_TOKEN_CLOSE_LIST,
    PRM_TOKEN_WRONG /* see `number` and `problem` of the lexer */
} prm__token_kind;

typedef struct prm__token {
    uint32_t kind;       /* prm__token_kind */
    uint32_t start, end; /* bytes of the expression */
    prm__decimal number; /* NUMBER */
    prm_text text;       /* TEXT: its value, in the arena; NAME: a part of the expression */
} prm__token;

typedef struct prm__lexer {
    prm__lang *lang;
    const char *text;
    uint32_t size;
    uint32_t at;
    prm__diag_number number; /* after PRM_TOKEN_WRONG: what is wrong */
    const char *problem;
    const char *hint; /* or NULL */
} prm__lexer;

void prm__lexer_init(prm__lexer *lexer, prm__lang *lang, const char *text, uint32_t size);

/* The next token; PRM_TOKEN_WRONG with `problem` NULL when memory ran out. */
prm__token prm__lexer_next(prm__lexer *lexer);

#endif
