/* expr_check: names and types of an expression, as its nodes are appended. An
 * operand with an error, or one that nothing is known of, has the type
 * PRM_TYPE_ERROR, about which nothing more is said. Every function may run out of
 * memory or of nodes: see `full`. */
#ifndef PRM_LANG_EXPR_CHECK_H
#define PRM_LANG_EXPR_CHECK_H

#include "lang/expr.h"

typedef struct prm__check {
    prm__lang *lang;
    const prm__yaml_node *source;
    const prm__scope *scope;
    prm__vec nodes; /* of prm__expr_node */
    size_t most;    /* nodes that the expression may have */
    bool full;      /* it has more, or memory ran out: stop */
    bool wrong;     /* something was reported */
} prm__check;

/* The result of the nodes from `first` to where it ends. */
typedef struct prm__operand {
    uint32_t first;
    uint32_t type;       /* prm__value_type */
    uint32_t start, end; /* bytes of the expression */
} prm__operand;

void prm__check_init(prm__check *check, prm__lang *lang, const prm__yaml_node *source,
                     const prm__scope *scope);
void prm__check_free(prm__check *check);

/* Reports at bytes [start, end) of the expression. */
#if defined(__GNUC__)
__attribute__((format(printf, 6, 7)))
#endif
void prm__check_report(prm__check *check, prm__diag_number number, uint32_t start, uint32_t end,
                       const char *hint, const char *format, ...);

/* "a number", "a text", ... */
const char *prm__check_type_name(uint32_t type);

/* What to write instead, for names that other languages have for operators; or NULL. */
const char *prm__check_operator_hint(prm_text name);

/* Appends a node without operands. */
prm__operand prm__check_leaf(prm__check *check, prm__expr_op op, prm__expr_node node, uint32_t type,
                             uint32_t start, uint32_t end);

/* Appends a node over the operands before it. */
prm__operand prm__check_unary(prm__check *check, prm__expr_op op, prm__operand operand, uint32_t start);
prm__operand prm__check_binary(prm__check *check, prm__expr_op op, prm__operand left, prm__operand right);
prm__operand prm__check_choose(prm__check *check, prm__operand condition, prm__operand yes, prm__operand no);
prm__operand prm__check_call(prm__check *check, uint32_t function, const prm__operand *arguments,
                             uint32_t count, uint32_t start, uint32_t end);

/* Appends a copy of the nodes of `operand`, which end at node `end`. */
prm__operand prm__check_copy(prm__check *check, prm__operand operand, uint32_t end);

/* A field of the event (`has`: whether it has one). */
prm__operand prm__check_field(prm__check *check, prm_text name, bool has, uint32_t start, uint32_t end);

/* An attribute: owner 0 partner, 1 rep. */
prm__operand prm__check_attribute(prm__check *check, uint32_t owner, prm_text name, bool has, uint32_t start,
                                  uint32_t end);

/* An attribute of what has none; `start` and `end` are of the would-be owner. */
prm__operand prm__check_not_owner(prm__check *check, prm_text owner, prm_text name, bool has, uint32_t start,
                                  uint32_t end);

#endif
