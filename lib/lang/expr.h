/* expr: expressions, read and type-checked. What comes out is the order of
 * evaluation: nodes in postfix, each taking its operands from those before it.
 * There is no tree, so nothing that follows recurses on the input. */
#ifndef PRM_LANG_EXPR_H
#define PRM_LANG_EXPR_H

#include "lang/vocabulary.h"
#include "lang/yaml_tree.h"

/* As the operations of the compiled program, which this floor does not know. */
typedef enum prm__expr_op {
    PRM_EXPR_NUMBER = 0,
    PRM_EXPR_TEXT,
    PRM_EXPR_BOOLEAN,
    PRM_EXPR_FIELD,
    PRM_EXPR_ATTRIBUTE,
    PRM_EXPR_VALUE,
    PRM_EXPR_MEASURE,
    PRM_EXPR_RANK,
    PRM_EXPR_HAS_FIELD,
    PRM_EXPR_HAS_ATTRIBUTE,
    PRM_EXPR_NOT,
    PRM_EXPR_NEGATE,
    PRM_EXPR_ADD,
    PRM_EXPR_SUBTRACT,
    PRM_EXPR_MULTIPLY,
    PRM_EXPR_DIVIDE,
    PRM_EXPR_REMAINDER,
    PRM_EXPR_EQUAL,
    PRM_EXPR_NOT_EQUAL,
    PRM_EXPR_LESS,
    PRM_EXPR_LESS_EQUAL,
    PRM_EXPR_GREATER,
    PRM_EXPR_GREATER_EQUAL,
    PRM_EXPR_AND,
    PRM_EXPR_OR,
    PRM_EXPR_CHOOSE,
    PRM_EXPR_CALL,
    PRM_EXPR_OPS
} prm__expr_op;

typedef struct prm__expr_node {
    prm__decimal number; /* NUMBER */
    prm_text text;       /* TEXT; in the arena */
    uint32_t op;         /* prm__expr_op */
    uint32_t operand;    /* FIELD: a name; ATTRIBUTE: an attribute; BOOLEAN: 0 or 1;
                            MEASURE: into the scope's measures; CALL: a function of the catalog */
} prm__expr_node;

typedef struct prm__expr {
    const prm__expr_node *nodes; /* in the arena */
    uint32_t count;
    uint32_t type; /* prm__value_type of the result */
} prm__expr;

/* What an expression may name. */
typedef struct prm__scope {
    const prm__vocabulary *vocabulary;
    const uint32_t *types; /* of the events for which it is evaluated */
    uint32_t type_count;
    bool has_value; /* `value`: the rule's single measure */
    bool open;      /* some types are unknown, which was reported: a field may be one of theirs */
    bool has_rep;   /* `rep.*` is the subject's, whether or not the types have a rep */
    const prm__vec
        *measures; /* of const char *: a `value`: its names are these measures, not fields; or NULL */
} prm__scope;

/* Reads the expression of a scalar, which must result in `wanted`. `key` names the
 * place in messages. False, with everything reported, when it has errors. */
bool prm__expr_read(prm__lang *lang, const prm__yaml_node *node, const char *key, const prm__scope *scope,
                    prm__value_type wanted, prm__expr *out);

#endif
