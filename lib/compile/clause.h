/* clause: one mapping of a condition as it was read, and the measure, the number
 * and the comparison that it becomes. What the files about `when` share. */
#ifndef PRM_COMPILE_CLAUSE_H
#define PRM_COMPILE_CLAUSE_H

#include "compile/compiler.h"

/* Measures in the order of the catalog, comparisons in that of prm__condition_kind. */
enum {
    PRM_WHEN_COUNT,
    PRM_WHEN_SUM,
    PRM_WHEN_DISTINCT,
    PRM_WHEN_COVERAGE,
    PRM_WHEN_AVERAGE,
    PRM_WHEN_MINIMUM,
    PRM_WHEN_MAXIMUM,
    PRM_WHEN_COVERED,
    PRM_WHEN_STREAK,
    PRM_WHEN_VALUE,
    PRM_WHEN_OF,
    PRM_WHEN_WHERE,
    PRM_WHEN_PER,
    PRM_WHEN_WITHIN,
    PRM_WHEN_AFTER,
    PRM_WHEN_FOR,
    PRM_WHEN_AT_LEAST,
    PRM_WHEN_MORE_THAN,
    PRM_WHEN_AT_MOST,
    PRM_WHEN_LESS_THAN,
    PRM_WHEN_EVERY,
    PRM_WHEN_ALL,
    PRM_WHEN_ANY,
    PRM_WHEN_NOT,
    PRM_WHEN_IS,
    PRM_WHEN_KEYS
};

typedef struct prm__clause {
    const prm__yaml_node *node;
    const prm__yaml_node *values[PRM_WHEN_KEYS];
    uint64_t meant; /* keys that stand there, or were meant */
} prm__clause;

bool prm__clause_read(prm__compiler *c, const prm__yaml_node *node, const char *place, prm__clause *clause);

/* Whether any of these keys stands there, or was meant. */
bool prm__clause_has(const prm__clause *clause, uint32_t first, uint32_t last);

/* Whether none of these keys stands there; says `why` of the first that does. */
bool prm__clause_without(prm__compiler *c, const prm__clause *clause, uint32_t first, uint32_t last,
                         const char *why, const char *hint);

/* The only key among these that stands there. PRM_NO_INDEX when there is none; or when
 * there are two, which is reported. */
uint32_t prm__clause_only(prm__compiler *c, const prm__clause *clause, uint32_t first, uint32_t last);

/* ---- compile_measure.c ---- */

/* What a measure, or a `value` over measures, became. */
typedef struct prm__measured {
    uint32_t row;          /* into measures; none for `value` */
    uint32_t expr;         /* of `value`; else none */
    uint32_t key;          /* PRM_WHEN_...; PRM_NO_INDEX when it was found wrong */
    prm__type_set counted; /* the types that it counts */
} prm__measured;

/* A measure other than `value`. Adds what it counts and looks at to the context. */
bool prm__measure_read(prm__compiler *c, const prm__clause *clause, prm__compile_context *context,
                       prm__measured *out);

/* ---- compile_value.c ---- */

bool prm__value_read(prm__compiler *c, const prm__clause *clause, prm__compile_context *context,
                     prm__measured *out);

/* ---- compile_streak.c ---- */

/* The row of a streak, whose own `where` joins that of the inner measure. */
bool prm__streak_read(prm__compiler *c, const prm__clause *clause, prm__compile_context *context,
                      prm__measured *out);

/* The row of a measure of these types, new or that of an equal one. `key` are the bytes that
 * make it equal, behind the row itself. */
uint32_t prm__measure_row(prm__compiler *c, const prm__p_measure *row, prm__type_set counted, const void *key,
                          size_t key_size, bool *fresh);

/* A measure's own `for`, or the subject of where it stands. */
bool prm__measure_subject(prm__compiler *c, const prm__clause *clause, const prm__compile_context *context,
                          uint32_t *subject);

/* A measure other than streak and value, of a subject and window that are known. */
bool prm__measure_plain(prm__compiler *c, const prm__clause *clause, prm__compile_context *context,
                        uint32_t subject, uint32_t window, prm__measured *out);

/* ---- compile_compare.c ---- */

/* What is certain of a part of a condition before anything has happened. */
typedef struct prm__at_rest {
    bool never; /* it is false */
    bool holds; /* it is true */
} prm__at_rest;

/* The comparison of a clause: its kind and threshold. False, with everything said, when
 * there is not exactly one. */
bool prm__compare_read(prm__compiler *c, const prm__clause *clause, const prm__compile_context *context,
                       const prm__measured *measured, prm__p_condition *out);

/* A threshold: a number, or an attribute of the subject. */
bool prm__compare_threshold(prm__compiler *c, const prm__yaml_node *node, const char *key,
                            const prm__compile_context *context, prm__decimal *number, uint32_t *attribute);

prm__at_rest prm__compare_at_rest(const prm__compiler *c, const prm__measured *measured,
                                  const prm__p_condition *condition);

/* Says that a comparison would hold at once. Always false. */
bool prm__compare_at_once(prm__compiler *c, const prm__yaml_node *node, const char *key);

#endif
