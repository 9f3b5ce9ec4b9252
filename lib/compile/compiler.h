/* compiler: what the files of this floor share while one program is compiled. The
 * reading functions report what is wrong and return false; memory that runs
 * out is noted in the diagnostics like everywhere in lang. */
#ifndef PRM_COMPILE_COMPILER_H
#define PRM_COMPILE_COMPILER_H

#include "lang/expr.h"
#include "lang/schema.h"
#include "program/program.h"

/* "This type counts in that measure", or asks that rule. */
typedef struct prm__compile_pair {
    uint32_t type;
    uint32_t row;
} prm__compile_pair;

/* Event types, ascending. In the arena. */
typedef struct prm__type_set {
    const uint32_t *types;
    uint32_t count;
    bool open; /* others were named too, but there are none of that name */
} prm__type_set;

typedef struct prm__compile_example_row {
    prm__span span;
    const char *text; /* in the arena */
} prm__compile_example_row;

typedef struct prm__compiler {
    prm__lang lang;
    prm__arena arena;
    prm__builder builder;
    prm__vocabulary vocabulary;
    prm__calendar calendar; /* its zone lies in the builder */
    uint32_t rounding;      /* the program's */
    uint32_t empty_text;
    bool has_commission;
    prm__type_set commission_types;
    prm__schema_key action_keys[PRM_SCHEMA_KEYS]; /* of one action: options, then kinds of reward */
    uint32_t action_key_count;

    /* Equal rows are one: keys count up as the rows do. */
    prm__intern const_keys;
    prm__intern expr_keys;
    prm__intern kind_keys;
    prm__intern anchor_keys;
    prm__intern window_keys;
    prm__intern measure_keys;

    prm__vec routes; /* of prm__compile_pair, rows ascending */
    prm__vec asks;   /* likewise */
    prm__vec words;  /* of uint32_t: code under way */

    const char *rule;            /* the name of the one under way, or NULL */
    prm__vec examples;           /* of prm__compile_example_row */
    const prm__yaml_node *never; /* warned of last, as never true */
} prm__compiler;

/* ---- compile_rows.c: rows that are there once ---- */

/* A text of the program; PRM_NO_INDEX, noted, when memory ran out. */
uint32_t prm__compile_text(prm__compiler *c, const char *text, size_t size);

/* The index of the row with these key bytes; `row` is appended to `rows` when it is
 * new. PRM_NO_INDEX, noted, when memory ran out. */
uint32_t prm__compile_row(prm__compiler *c, prm__intern *keys, const void *key, size_t key_size,
                          prm__vec *rows, const void *row, bool *fresh);

/* Appends a row; NULL, noted, when memory ran out. */
void *prm__compile_push(prm__compiler *c, prm__vec *rows);

/* Appends pairs of a row with each type of a set. */
bool prm__compile_pairs(prm__compiler *c, prm__vec *pairs, prm__type_set set, uint32_t row);

/* ---- compile_types.c: event types, fields, attributes ---- */

bool prm__compile_attributes(prm__compiler *c, const prm__yaml_node *node);

/* The vocabulary becomes names, types, slots and attributes of the program. */
bool prm__compile_vocabulary(prm__compiler *c);

/* One event type; all event types of a scalar or a list. Where there is no such type it is
 * the one that was probably meant, or PRM_VOCAB_NONE, and the set is open: what depends on
 * it can still be read for its errors. */
bool prm__compile_type(prm__compiler *c, const prm__yaml_node *node, uint32_t from, uint32_t to,
                       uint32_t *type);
bool prm__compile_type_set(prm__compiler *c, const prm__yaml_node *node, prm__type_set *set);

/* The types for which `keep` holds. False only when memory ran out. */
bool prm__compile_filter_types(prm__compiler *c, prm__type_set set, prm__type_set *out,
                               bool (*keep)(const prm__compiler *c, uint32_t type, uint32_t context),
                               uint32_t context);
bool prm__compile_join_types(prm__compiler *c, prm__type_set a, prm__type_set b, prm__type_set *out);

/* ---- compile_subject.c: kinds of subject, anchors, windows ---- */

/* Makes the kinds of partner and rep. */
bool prm__compile_kinds(prm__compiler *c);

/* `for`; NULL is the partner, and so is what was found wrong. */
bool prm__compile_subject(prm__compiler *c, const prm__yaml_node *node, uint32_t *kind);

/* Whether events of a type may carry all keys of a kind. */
bool prm__compile_carries(const prm__compiler *c, uint32_t type, uint32_t kind);

/* "customer" or "[rep, product]", for messages. */
const char *prm__compile_kind_name(prm__compiler *c, uint32_t kind);

typedef struct prm__window_keys {
    const prm__yaml_node *per;
    const prm__yaml_node *within;
    const prm__yaml_node *after;
} prm__window_keys;

bool prm__compile_window(prm__compiler *c, prm__window_keys keys, uint32_t kind, uint32_t *window);

/* ---- compile_expr.c ---- */

bool prm__compile_expr(prm__compiler *c, const prm__yaml_node *node, const char *key, const prm__scope *scope,
                       prm__value_type wanted, uint32_t *expr);

/* One or two filters, joined by "and"; either may be NULL. PRM_NO_INDEX for none. */
bool prm__compile_filter(prm__compiler *c, const prm__yaml_node *outer, const prm__yaml_node *inner,
                         prm__type_set types, uint32_t *expr);

/* How many values a word takes off the stack. */
uint32_t prm__compile_pops(uint32_t word);

/* ---- compile_constant.c, compile_example.c: what can be said of a right program ---- */

/* Warns where the words under way, from `first` on, are never true, or never above zero. */
void prm__compile_never(prm__compiler *c, const prm__yaml_node *node, const char *key, size_t first);

/* Keeps an example of where a span ends; `words` are what was written behind `key`. */
void prm__compile_example(prm__compiler *c, prm__span span, const char *key, prm_text words,
                          prm__duration duration);

/* Reports the examples. */
void prm__compile_show_examples(prm__compiler *c);

/* ---- compile_head.c, compile_commission.c, compile_action.c, compile_when.c, compile_rule.c ---- */

enum {
    PRM_HEAD_PRM,
    PRM_HEAD_PROGRAM,
    PRM_HEAD_TITLE,
    PRM_HEAD_CURRENCY,
    PRM_HEAD_TIMEZONE,
    PRM_HEAD_FISCAL_YEAR,
    PRM_HEAD_WEEK,
    PRM_HEAD_MONTH_CLOSES,
    PRM_HEAD_ROUNDING,
    PRM_HEAD_EVENTS,
    PRM_HEAD_ATTRIBUTES,
    PRM_HEAD_REWARDS,
    PRM_HEAD_MEASURES,
    PRM_HEAD_COMMISSION,
    PRM_HEAD_RANKS,
    PRM_HEAD_RULES,
    PRM_HEAD_KEYS
};

/* Reads the keys of the program into `values`, and all but the last few sections. */
bool prm__compile_head(prm__compiler *c, const prm__yaml_node *root, const char *zoneinfo,
                       const prm__yaml_node **values);

bool prm__compile_rounding(prm__compiler *c, const prm__yaml_node *node, uint32_t *rounding);
void prm__compile_commission(prm__compiler *c, const prm__yaml_node *node);
bool prm__compile_rewards(prm__compiler *c, const prm__yaml_node *node);
void prm__compile_rules(prm__compiler *c, const prm__yaml_node *node);

/* What the parts of a rule know of each other. */
typedef struct prm__compile_rule {
    prm__p_rule row;
    const prm__yaml_node *where; /* of the rule; NULL once it was found wrong */
    uint64_t meant;              /* keys that stand there, or were meant */
    prm__type_set asks;          /* the events at which it may fire */
    bool has_rates;
    bool has_value; /* it has a measure, if perhaps a wrong one */
} prm__compile_rule;

/* `when`: one measure with its condition; adds to `asks` unless the rule has `each`. */
bool prm__compile_when(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule);
bool prm__compile_then(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule);

/* ---- layout.c ---- */

/* Records, anchors, routes and asks, once all rules are there. */
bool prm__compile_layout(prm__compiler *c);

#endif
