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

/* Different filters that rules `for: referrer` and `for: parent` may have at the most: engines
 * keep for each event which of them hold. */
#define PRM_LINK_FILTERS 60

typedef struct prm__compile_example_row {
    prm__span span;
    const char *text; /* in the arena */
} prm__compile_example_row;

/* A row of `measures:`. */
typedef struct prm__named_measure {
    const char *name;
    uint32_t name_size;
    bool used;                  /* by a `value` */
    const prm__yaml_node *node; /* of the measure; NULL once it was found wrong */
} prm__named_measure;

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
    prm__intern active_keys;

    prm__vec looked; /* of uint32_t: measures of the condition under way */

    uint32_t link_filters[PRM_LINK_FILTERS]; /* exprs of measures and `each` of rules on links */
    uint32_t link_filter_count;

    prm__vec routes; /* of prm__compile_pair, rows ascending */
    prm__vec asks;   /* likewise */
    prm__vec words;  /* of uint32_t: code under way */

    prm__vec type_marks;          /* of bool, by type: while a set of types is made */
    prm__vec named;               /* of prm__named_measure, in the order of the file */
    prm__vec named_names;         /* of const char *, as `named`: for prm__scope.measures */
    const uint32_t *measure_rows; /* by `named`: rows of the measures, while the code of a `value` is made */
    int64_t reference_rate;       /* e12: what the vendor's own sales people get; 0: not said */

    const char *rule;            /* the name of the one under way, or NULL */
    bool in_journey;             /* it is a stage */
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

/* All of them; these belong to some partner. */
bool prm__compile_all_types(prm__compiler *c, prm__type_set *out);

/* Whether a kind of subject has this key field. */
bool prm__compile_kind_has(const prm__compiler *c, uint32_t kind, uint32_t name);

/* "customer" or "[rep, product]", for messages. */
const char *prm__compile_kind_name(prm__compiler *c, uint32_t kind);

typedef struct prm__window_keys {
    const prm__yaml_node *per;
    const prm__yaml_node *within;
    const prm__yaml_node *after;
} prm__window_keys;

/* `per`: a prm__period. */
bool prm__compile_period(prm__compiler *c, const prm__yaml_node *node, uint32_t *period);

bool prm__compile_window(prm__compiler *c, prm__window_keys keys, uint32_t kind, uint32_t *window);

/* ---- compile_expr.c ---- */

/* What expressions over events of these types may name. Without any type a field may be of one
 * that was found wrong, and nothing is said of it. */
prm__scope prm__compile_scope(const prm__compiler *c, prm__type_set types, bool has_value);

bool prm__compile_expr(prm__compiler *c, const prm__yaml_node *node, const char *key, const prm__scope *scope,
                       prm__value_type wanted, uint32_t *expr);

/* The second half of it: the code of an expression that was read. A `value` is read with
 * prm__expr_read, then the rows of the measures that its PRM_EXPR_MEASURE nodes name are put
 * into `measure_rows`, then its code is made. */
bool prm__compile_code(prm__compiler *c, const prm__yaml_node *node, const char *key, const prm__expr *expr,
                       uint32_t *out);

/* One or two filters, joined by "and"; either may be NULL. PRM_NO_INDEX for none. */
bool prm__compile_filter(prm__compiler *c, const prm__yaml_node *outer, const prm__yaml_node *inner,
                         prm__type_set types, uint32_t *expr);

/* How many values a word takes off the stack. */
uint32_t prm__compile_pops(uint32_t word);

/* ---- compile_constant.c, compile_example.c: what can be said of a right program ---- */

/* Warns where the words under way, from `first` on, are never true, or never above zero. */
void prm__compile_never(prm__compiler *c, const prm__yaml_node *node, const char *key, size_t first);

/* What a number is before anything has happened. */
typedef enum prm__rest { PRM_REST_NUMBER, PRM_REST_NONE /* no value */, PRM_REST_UNKNOWN } prm__rest;

prm__rest prm__compile_rest(const prm__compiler *c, uint32_t expr, prm__decimal *number);
prm__rest prm__compile_measure_rest(uint32_t measure); /* PRM_MEASURE_...; a number is zero */

/* Warns where an expression names fields of an event, and it is evaluated `where` there is none. */
void prm__compile_without_event(prm__compiler *c, const prm__yaml_node *node, uint32_t expr,
                                const char *where);

/* Keeps an example of where a span ends; `words` are what was written behind `key`. */
void prm__compile_example(prm__compiler *c, prm__span span, const char *key, prm_text words,
                          prm__duration duration);

/* Reports the examples. */
void prm__compile_show_examples(prm__compiler *c);

/* ---- compile_head.c and the sections of a program ---- */

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
    PRM_HEAD_REFERENCE_RATE,
    PRM_HEAD_EVENTS,
    PRM_HEAD_ATTRIBUTES,
    PRM_HEAD_REWARDS,
    PRM_HEAD_MEASURES,
    PRM_HEAD_COMMISSION,
    PRM_HEAD_RANKS,
    PRM_HEAD_RULES,
    PRM_HEAD_JOURNEY,
    PRM_HEAD_KEYS
};

/* Reads the keys of the program into `values`, and all but the last few sections. */
bool prm__compile_head(prm__compiler *c, const prm__yaml_node *root, const char *zoneinfo,
                       const prm__yaml_node **values);

bool prm__compile_rounding(prm__compiler *c, const prm__yaml_node *node, uint32_t *rounding);
void prm__compile_commission(prm__compiler *c, const prm__yaml_node *node);

/* `by_product`: appends product_rates; wrong ones are left out. */
void prm__compile_product_rates(prm__compiler *c, const prm__yaml_node *node);

/* Warns of a rate above what the vendor's own sales people get. */
void prm__compile_reference(prm__compiler *c, const prm__yaml_node *node, const char *key, int64_t rate);

/* `ranks`; read before the rules, which name its levels. */
void prm__compile_ranks(prm__compiler *c, const prm__yaml_node *node);

/* The level that a scalar names. */
bool prm__compile_find_level(prm__compiler *c, const prm__yaml_node *node, uint32_t *level);

/* `events`: types and fields join the vocabulary, before it becomes rows. */
void prm__compile_events(prm__compiler *c, const prm__yaml_node *node);

/* `measures`: fills `named`. */
void prm__compile_measures(prm__compiler *c, const prm__yaml_node *node);

/* Warns of named measures that no `value` uses, unless something is wrong. */
void prm__compile_warn_unused(prm__compiler *c);

bool prm__compile_rewards(prm__compiler *c, const prm__yaml_node *node);
void prm__compile_rules(prm__compiler *c, const prm__yaml_node *node);

/* `journey`: its stages are rows behind those of the rules. */
void prm__compile_journey(prm__compiler *c, const prm__yaml_node *node);

/* ---- compile_condition.c and the files of clause.h ---- */

/* Where a condition stands, and what is found in it. */
typedef struct prm__compile_context {
    const char *place;           /* "`when`": for messages */
    const prm__yaml_node *where; /* joins every measure; NULL for none, and once found wrong */
    uint32_t kind;               /* of the subject */
    uint32_t window;             /* of measures that name none; PRM_NO_INDEX: it was found wrong */
    uint32_t active;             /* into actives, or none */
    prm__type_set types;         /* whose fields `is` may name; empty: of all that is counted */
    const char *bare;            /* why no comparison stands here, for messages; NULL: one must */
    const char *no_every;        /* why `every` does not stand here; NULL: it may */
    const char *by_clock;        /* where it is asked without an event; NULL: only at events */
    bool must_count;             /* it must be false before anything was counted */
    bool check_only;             /* nothing becomes a row */

    bool uses_roster;      /* a change of the roster may change it */
    bool has_value;        /* it has a single number */
    prm__type_set counted; /* the types that its measures count */
    uint32_t first_condition;
    uint32_t condition_count;
    uint32_t single; /* into conditions: the only comparison of a number, or none */
} prm__compile_context;

prm__compile_context prm__compile_context_of(const char *place, uint32_t kind, uint32_t window);

/* A condition, appended to the program's; the measures that it looks at are `looked`. */
bool prm__compile_condition(prm__compiler *c, const prm__yaml_node *node, prm__compile_context *context);

/* Adds to `looked`. */
bool prm__compile_look(prm__compiler *c, uint32_t measure);

/* Named measures that nothing uses are read for their errors; after all conditions. */
void prm__compile_unused_measures(prm__compiler *c);

/* Notes a filter of a rule on links; too many are reported. */
bool prm__compile_link_filter(prm__compiler *c, uint32_t kind, uint32_t filter, prm__span span);

/* ---- layout.c ---- */

/* Records, anchors, routes and asks, once all rules are there. */
bool prm__compile_layout(prm__compiler *c);

#endif
