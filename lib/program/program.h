/* program: a compiled program, the one thing that the two wings share. It is one
 * block of bytes without pointers: a head, then sections of fixed-size rows that
 * name each other by index. Immutable; counted by references.
 *
 * PRM_NO_INDEX stands for "none" wherever an index is optional. Texts are indices
 * into `texts`. All padding is zero, so equal programs have equal bytes, and
 * their XXH3 is the program's hash. */
#ifndef PRM_PROGRAM_PROGRAM_H
#define PRM_PROGRAM_PROGRAM_H

#include "base/caltime.h"
#include "base/decimal.h"
#include "catalog/catalog.h"
#include <stdatomic.h>

#define PRM_NO_INDEX UINT32_MAX
#define PRM_PROGRAM_FORMAT 2

/* ---- Texts, fields, types ---- */

typedef struct prm__p_text {
    uint32_t offset; /* into bytes */
    uint32_t size;
} prm__p_text;

/* How a field or attribute is declared and stored. The order is the order of
 * slots in a type: 4-byte values, then 8-byte, then 16-byte ones. */
typedef enum prm__field_type {
    PRM_FIELD_TEXT = 0,    /* 4 bytes: interned handle */
    PRM_FIELD_BOOLEAN = 1, /* 4 bytes: 0 or 1 */
    PRM_FIELD_INTEGER = 2, /* 8 bytes */
    PRM_FIELD_MONEY = 3,   /* 8 bytes: minor units */
    PRM_FIELD_TIME = 4,    /* 8 bytes: ms UTC */
    PRM_FIELD_DECIMAL = 5, /* 16 bytes: prm__decimal */
    PRM_FIELD_PERCENT = 6  /* 16 bytes: prm__decimal */
} prm__field_type;

/* One field name, whatever types use it. Names of all types are unified, so that
 * `rep` is one field everywhere; a name has one field type per event type. The
 * first ones are fixed: */
enum {
    PRM_NAME_PARTNER = 0,
    PRM_NAME_REP = 1,
    PRM_NAME_CUSTOMER = 2,
    PRM_NAME_PRODUCT = 3,
    PRM_NAME_REFERRER = 4,
    PRM_NAME_PARENT = 5,
    PRM_NAME_EVENT = 6, /* of event.voided */
    PRM_NAME_AMOUNT = 7,
    PRM_NAMES_FIXED
};

typedef struct prm__p_name {
    uint32_t text;
} prm__p_name;

typedef enum prm__role {
    PRM_ROLE_FACT = 0,
    PRM_ROLE_PARTNER_JOINED,
    PRM_ROLE_PARTNER_UPDATED,
    PRM_ROLE_PARTNER_LEFT,
    PRM_ROLE_REP_JOINED,
    PRM_ROLE_REP_UPDATED,
    PRM_ROLE_REP_LEFT,
    PRM_ROLE_EVENT_VOIDED
} prm__role;

typedef struct prm__p_type {
    uint32_t text;       /* its name */
    uint32_t role;       /* prm__role */
    uint32_t rank;       /* in the order of one instant: 0 partner.*, 1 rep.*, 2 the rest */
    uint32_t first_slot; /* into slots */
    uint32_t slot_count; /* at most 64; slot 0 is `partner` but for event.voided */
    uint32_t voids;      /* type whose events it voids, or none */
    uint32_t voids_name; /* by this field name */
    uint32_t reduces;    /* type whose events' `amount` it reduces, or none */
    uint32_t reduces_name;
    uint32_t first_route; /* into routes: measures to update, ascending */
    uint32_t route_count;
    uint32_t first_ask; /* into asks: rules to ask, in the order of the file */
    uint32_t ask_count;
    uint32_t first_anchor; /* into anchors, which are sorted by type */
    uint32_t anchor_count;
    uint32_t earns;             /* 1: earns commission (its `where` still to hold) */
    prm__duration voids_within; /* count 0: without limit */
} prm__p_type;

/* A field of a type. Slots of a type are sorted by width class (prm__field_type
 * order: 4, 8, 16 bytes), `partner` first of all. */
typedef struct prm__p_slot {
    uint32_t name;       /* into names */
    uint32_t field_type; /* prm__field_type */
    uint32_t required;
    uint32_t attribute; /* into attributes, on joined and updated events; or none */
} prm__p_slot;

enum { PRM_OWNER_PARTNER = 0, PRM_OWNER_REP = 1 };

typedef struct prm__p_attribute {
    uint32_t text;
    uint32_t owner; /* PRM_OWNER_... */
    uint32_t field_type;
    uint32_t place; /* 0, 1, ... among the attributes of its owner */
} prm__p_attribute;

/* ---- Subjects ---- */

/* A kind of subject: which key fields, besides the partner. Kind 0 is the
 * partner (no keys), kind 1 is the rep; both always exist. A kind with a link has
 * no keys: its subject is a partner as the referrer or parent of others, and counts
 * what those do. Each subject has one record of `record_size` bytes of measure,
 * anchor and rule state, 16-byte aligned. */
enum { PRM_KIND_PARTNER = 0, PRM_KIND_REP = 1 };
enum { PRM_LINK_NONE = 0, PRM_LINK_REFERRER = 1, PRM_LINK_PARENT = 2 };
#define PRM_KIND_KEYS 4 /* key fields at the most */

typedef struct prm__p_kind {
    uint32_t key_count;
    uint32_t keys[PRM_KIND_KEYS]; /* names, in the order of `for` */
    uint32_t record_size;
    uint32_t has_rates; /* 1: a rule of this kind grants rates */
    uint32_t link;      /* PRM_LINK_... */
} prm__p_kind;

/* The first event of a type for a subject. Sorted by type, then kind. Its state
 * in the record of `kind` is a prm__anchor_state. */
typedef struct prm__p_anchor {
    uint32_t type;
    uint32_t kind;   /* the anchoring subject's: those of the subject's keys that the type has */
    uint32_t offset; /* in the kind's record, 8-byte aligned */
} prm__p_anchor;

typedef struct prm__anchor_state {
    int64_t time;      /* meaningful when set */
    uint32_t position; /* in the partner's history */
    uint32_t set;
} prm__anchor_state;

/* ---- Windows and measures ---- */

typedef struct prm__p_window {
    uint32_t kind;   /* PRM_WINDOW_... of the catalog */
    uint32_t period; /* prm__period of `per`; the window is the intersection of both */
    uint32_t anchor; /* into anchors, or none */
    uint32_t reserved;
    prm__duration duration; /* count 0 when there is none */
} prm__p_window;

/* A campaign: [from, until); INT64_MIN and INT64_MAX where a side is open. */
typedef struct prm__p_active {
    int64_t from;
    int64_t until;
} prm__p_active;

/* Equal measures are one row, whatever rules use them. The state in the record:
 * a prm__measure_state, followed by state_size bytes of the catalog's.
 *
 * A streak counts windows in which its inner condition, a comparison of an earlier
 * measure of the same subject, types, filter and calendar window, was reached. */
typedef struct prm__p_measure {
    uint32_t kind;    /* PRM_MEASURE_... of the catalog */
    uint32_t subject; /* into kinds */
    uint32_t window;  /* into windows */
    uint32_t name;    /* field name of sum and distinct, `rep` for coverage; or none */
    uint32_t filter;  /* into exprs, or none: `where` of rule and measure, joined by "and" */
    uint32_t offset;  /* of its prm__measure_state in the record, 16-byte aligned */
    uint32_t active;  /* into actives: events outside do not count; or none */
    uint32_t inner;   /* streak: into conditions; or none */
} prm__p_measure;

typedef struct prm__measure_state {
    int64_t window_start; /* `per`: of the window that it counts; else 0 */
    int64_t end;          /* anchored: the window's end, 0: not yet known; rolling: when the oldest leaves */
    uint32_t queue;       /* rolling: block of samples in the window */
    uint32_t queue_class; /* its size class */
    uint32_t queue_head;  /* ring: index of the oldest */
    uint32_t queue_count;
} prm__measure_state;

/* A measure of types: routes of a type are its measures in ascending order. */
typedef struct prm__p_route {
    uint32_t measure;
} prm__p_route;

/* A rule that events of a type may fire: through a measure that counts them, by
 * `each`, or through the roster. In the order of the file. */
typedef struct prm__p_ask {
    uint32_t rule;
} prm__p_ask;

/* ---- Conditions, rules, actions ---- */

/* A condition is a run of rows in postfix order: each pushes a truth, or joins those
 * before it. A comparison is of a measure, or of `expr` (a number over measures). */
typedef enum prm__condition_kind {
    PRM_CONDITION_AT_LEAST = 0, /* comparisons: value >= threshold, ... */
    PRM_CONDITION_MORE_THAN,
    PRM_CONDITION_AT_MOST,
    PRM_CONDITION_LESS_THAN,
    PRM_CONDITION_EVERY, /* stands alone: multiples of the threshold, of a rule of that form */
    PRM_CONDITION_BARE,  /* stands alone: what tiers and contests compare */
    PRM_CONDITION_IS,    /* expr, a boolean */
    PRM_CONDITION_AND,   /* of the two before */
    PRM_CONDITION_OR,
    PRM_CONDITION_NOT, /* of the one before */
    PRM_CONDITION_KINDS
} prm__condition_kind;

#define PRM_CONDITION_STACK 64 /* truths at once at the most */

typedef struct prm__p_condition {
    prm__decimal threshold;
    uint32_t kind;      /* prm__condition_kind */
    uint32_t measure;   /* into measures; or none */
    uint32_t attribute; /* a threshold from an attribute, or none */
    uint32_t expr;      /* into exprs; or none */
} prm__p_condition;

/* What makes a rule fire. */
typedef enum prm__rule_form {
    PRM_FORM_REACH = 0, /* once per occasion, when its condition holds */
    PRM_FORM_EVERY,     /* at each multiple */
    PRM_FORM_TIERS,     /* at each tier */
    PRM_FORM_EACH,      /* at every event of its types */
    PRM_FORM_WHILE,     /* as long as its condition holds */
    PRM_FORM_CONTEST,   /* at the close, by place */
    PRM_FORM_STAGE,     /* once, as REACH, without an outcome: of the journey, and no rule to hosts */
    PRM_FORMS
} prm__rule_form;

/* Actions that go together: `then`, `else`, those of a tier or a place. */
typedef struct prm__p_block {
    uint32_t first_action; /* into actions */
    uint32_t action_count;
} prm__p_block;

/* A tier (ascending), or the places of a contest from the first. */
typedef struct prm__p_tier {
    prm__decimal threshold; /* 0 for places */
    uint32_t attribute;     /* a threshold from an attribute, or none */
    prm__p_block then;
    uint32_t reserved;
} prm__p_tier;

typedef struct prm__p_rule {
    uint32_t text;  /* its name */
    uint32_t title; /* a text; the empty text without one */
    uint32_t line;
    uint32_t subject;         /* into kinds */
    uint32_t window;          /* into windows: the rule's own; its period makes the occasions */
    uint32_t form;            /* prm__rule_form */
    uint32_t each_filter;     /* into exprs, or none */
    uint32_t first_each_type; /* into type_lists: the types of `each` */
    uint32_t each_type_count;
    uint32_t first_condition; /* into conditions */
    uint32_t condition_count; /* 0: each without when, while always */
    uint32_t single;          /* into conditions: the one whose number is `value`, or none */
    uint32_t first_measure;   /* into rule_measures: all that the condition looks at */
    uint32_t measure_count;
    uint32_t eligible;     /* into exprs, or none */
    uint32_t first_action; /* all its actions, whatever the block */
    uint32_t action_count;
    prm__p_block then;
    prm__p_block otherwise; /* `else` */
    prm__p_block remind;    /* a notice */
    uint32_t first_tier;    /* into tiers: of TIERS and CONTEST */
    uint32_t tier_count;    /* at most 64 */
    uint32_t pick_highest;
    uint32_t at_close;    /* 1: asked at the end of each window only */
    uint32_t active;      /* into actives, or none */
    uint32_t exclusive;   /* a text, or none */
    uint32_t limit_times; /* 0: no limit */
    uint32_t limit_kind;  /* into kinds */
    uint32_t limit_period;
    uint32_t limit_offset; /* of its prm__limit_state in the limit kind's record, 16-byte aligned */
    uint32_t offset;       /* of its state in the subject's record, 16-byte aligned */
    uint32_t asks_roster;  /* 1: a change of the roster asks it */
    uint32_t reserved;
    prm__duration remind_before;
    int64_t max;    /* minor units; INT64_MAX without */
    int64_t budget; /* minor units; INT64_MAX without */
} prm__p_rule;

#define PRM_STAGES 64 /* of a journey at the most: they are the bits of a mask */

/* The state of a rule for one subject. Forms other than REACH and EACH have more. */
typedef struct prm__rule_state {
    int64_t fired; /* start of the window of the last occasion that fired + 1; life: 1; 0: never */
    int64_t end;   /* anchored rule window: its end; 0: not yet known */
} prm__rule_state;

typedef struct prm__rule_more {
    prm__rule_state base;
    int64_t reached; /* multiples or a mask of tiers in that occasion; a spell's or stage's instant */
    int64_t inside;  /* while: not 0 in a spell */
    int64_t noted;   /* while: the instant last put on the agenda */
    int64_t reserved;
} prm__rule_more;

static inline bool prm__form_has_more(uint32_t form)
{
    return form == PRM_FORM_EVERY || form == PRM_FORM_TIERS || form == PRM_FORM_WHILE ||
           form == PRM_FORM_STAGE;
}

typedef struct prm__limit_state {
    int64_t window_start;
    uint64_t grants;
} prm__limit_state;

typedef struct prm__p_reward {
    uint32_t text;  /* "cash" */
    uint32_t money; /* 1: money; 0: whole points */
} prm__p_reward;

typedef enum prm__recipient {
    PRM_TO_SUBJECT = 0, /* the subject's rep if it has one, else the partner */
    PRM_TO_REP,         /* the event's */
    PRM_TO_PARTNER,
    PRM_TO_REFERRER,
    PRM_TO_PARENT,
    PRM_TO_GRANDPARENT
} prm__recipient;

typedef enum prm__rate_from {
    PRM_FROM_NEXT = 0,
    PRM_FROM_NOW,
    PRM_FROM_PERIOD,
    PRM_FROM_NEXT_PERIOD
} prm__rate_from;

typedef enum prm__rate_lasts {
    PRM_LASTS_FOR_GOOD = 0,
    PRM_LASTS_DURATION, /* from taking effect */
    PRM_LASTS_PERIOD,   /* to the end of the window in which it takes effect */
    PRM_LASTS_UNTIL     /* to an instant */
} prm__rate_lasts;

typedef enum prm__block_kind {
    PRM_BLOCK_THEN = 0,
    PRM_BLOCK_ELSE,
    PRM_BLOCK_REMIND,
    PRM_BLOCK_TIER,
    PRM_BLOCK_PLACE
} prm__block_kind;

typedef struct prm__p_action {
    uint32_t kind;     /* PRM_ACTION_... of the catalog */
    uint32_t block;    /* prm__block_kind */
    uint32_t number;   /* of the tier or place, from 1; else 0 */
    uint32_t place;    /* in its block, from 0 */
    uint32_t text;     /* notice: a text; or none */
    uint32_t level;    /* rank: into levels; or none */
    uint32_t reward;   /* into rewards; or none */
    uint32_t amount;   /* into exprs: of a reward; or none */
    uint32_t to;       /* prm__recipient */
    uint32_t rounding; /* prm__rounding */
    uint32_t added;    /* rate: 1 added, 0 set */
    uint32_t product;  /* rate: a text, or none */
    uint32_t group;    /* rate: a text, or none */
    uint32_t from;     /* rate: prm__rate_from */
    uint32_t lasts;    /* rate: prm__rate_lasts */
    uint32_t reserved;
    int64_t rate;           /* e12 */
    int64_t until;          /* PRM_LASTS_UNTIL: exclusive instant */
    prm__duration duration; /* PRM_LASTS_DURATION, or a reward's hold; count 0: none */
} prm__p_action;

/* ---- Commission ---- */

typedef struct prm__p_product_rate {
    uint32_t product; /* a text */
    uint32_t reserved;
    int64_t rate; /* e12 */
} prm__p_product_rate;

typedef struct prm__p_commission {
    uint32_t present; /* 0: the program has none */
    uint32_t of;      /* into exprs */
    uint32_t filter;  /* into exprs, or none */
    uint32_t rounding;
    int64_t base;            /* e12 */
    int64_t min;             /* e12; INT64_MIN without */
    int64_t max;             /* e12; INT64_MAX without */
    uint32_t rate_count;     /* the first product_rates are its own */
    uint32_t kind;           /* into kinds: whose anchor the window uses */
    uint32_t window;         /* into windows: earned inside only; or none */
    uint32_t window_offset;  /* of an int64_t in that kind's record: the window's end, 0 while not known */
    uint32_t bracket_kind;   /* into kinds: whose running sum, where there are brackets */
    uint32_t bracket_period; /* prm__period */
    uint32_t bracket_offset; /* of its prm__bracket_state in that kind's record, 16-byte aligned */
    uint32_t reserved;
} prm__p_commission;

#define PRM_BRACKETS 101 /* at the most */

/* A slice of the running sum: from here to the next one's `from`. Ascending. */
typedef struct prm__p_bracket {
    prm__decimal from; /* whole units of money */
    int64_t rate;      /* e12 */
    int64_t reserved;
} prm__p_bracket;

typedef struct prm__bracket_state {
    int64_t window_start;
    int64_t reserved;
    prm__decimal sum;
} prm__bracket_state;

/* A share for those above, from the parent on. */
typedef struct prm__p_override {
    int64_t rate; /* e12 */
} prm__p_override;

#define PRM_OVERRIDES 8 /* levels at the most */

/* ---- Ranks ---- */

typedef struct prm__p_level {
    uint32_t text;
    uint32_t first_condition; /* into conditions */
    uint32_t condition_count; /* 0: always reached */
    uint32_t has_rate;
    int64_t rate;        /* e12 */
    uint32_t first_rate; /* into product_rates */
    uint32_t rate_count;
} prm__p_level;

typedef struct prm__p_ranks {
    uint32_t present; /* 0: the program has none */
    uint32_t period;  /* prm__period of the reviews */
    uint32_t promote_now;
    uint32_t keep;
    uint32_t offset; /* of the prm__rank_state in the partner's record, 16-byte aligned */
    uint32_t reserved;
} prm__p_ranks;

typedef struct prm__rank_state {
    uint32_t level; /* into levels */
    uint32_t failures;
    uint64_t reserved;
} prm__rank_state;

/* ---- Expressions ---- */

/* Code of a stack machine, one 32-bit word each: the operation in the low 8 bits,
 * its operand in the high 24. There are no jumps: both sides of && || ?: are
 * evaluated, and errors are absorbed as CEL says. */
#define PRM_OPERATIONS(X)                                                                                    \
    X(NUMBER, 0, 1)    /* operand: into consts */                                                            \
    X(TEXT, 0, 1)      /* operand: a text */                                                                 \
    X(BOOLEAN, 0, 1)   /* operand: 0 or 1 */                                                                 \
    X(FIELD, 0, 1)     /* operand: a name; an error when the event has none */                               \
    X(ATTRIBUTE, 0, 1) /* operand: into attributes; of the event's partner or rep */                         \
    X(VALUE, 0, 1)     /* the rule's measure; an error without one */                                        \
    X(MEASURE, 0, 1)   /* operand: into measures, of the subject asked; an error without a value */          \
    X(RANK, 0, 1)      /* the name of the partner's rank */                                                  \
    X(HAS_FIELD, 0, 1)                                                                                       \
    X(HAS_ATTRIBUTE, 0, 1)                                                                                   \
    X(NOT, 1, 1)                                                                                             \
    X(NEGATE, 1, 1)                                                                                          \
    X(ADD, 2, 1)                                                                                             \
    X(SUBTRACT, 2, 1)                                                                                        \
    X(MULTIPLY, 2, 1)                                                                                        \
    X(DIVIDE, 2, 1)                                                                                          \
    X(REMAINDER, 2, 1)                                                                                       \
    X(EQUAL, 2, 1)                                                                                           \
    X(NOT_EQUAL, 2, 1)                                                                                       \
    X(LESS, 2, 1)                                                                                            \
    X(LESS_EQUAL, 2, 1)                                                                                      \
    X(GREATER, 2, 1)                                                                                         \
    X(GREATER_EQUAL, 2, 1)                                                                                   \
    X(AND, 2, 1)                                                                                             \
    X(OR, 2, 1)                                                                                              \
    X(CHOOSE, 3, 1) /* condition, then, else */                                                              \
    X(CALL, -1, 1)  /* operand: into the catalog's functions; pops its arguments */

#define PRM_OPERATION_ENUM(name, pops, pushes) PRM_OP_##name,
typedef enum prm__operation { PRM_OPERATIONS(PRM_OPERATION_ENUM) PRM_OPERATION_COUNT } prm__operation;
#undef PRM_OPERATION_ENUM

#define PRM_EXPR_STACK 64 /* values at the most */

typedef struct prm__p_expr {
    uint32_t first_word; /* into code */
    uint32_t word_count;
    uint32_t depth;  /* stack that it needs, at most PRM_EXPR_STACK */
    uint32_t result; /* prm__value_type */
} prm__p_expr;

/* ---- The whole ---- */

/* Sections: field name, row type. */
#define PRM_PROGRAM_SECTIONS(X)                                                                              \
    X(consts, prm__decimal)                                                                                  \
    X(conditions, prm__p_condition)                                                                          \
    X(tiers, prm__p_tier)                                                                                    \
    X(brackets, prm__p_bracket)                                                                              \
    X(transitions, prm__transition)                                                                          \
    X(types, prm__p_type)                                                                                    \
    X(windows, prm__p_window)                                                                                \
    X(actions, prm__p_action)                                                                                \
    X(product_rates, prm__p_product_rate)                                                                    \
    X(overrides, prm__p_override)                                                                            \
    X(actives, prm__p_active)                                                                                \
    X(levels, prm__p_level)                                                                                  \
    X(texts, prm__p_text)                                                                                    \
    X(names, prm__p_name)                                                                                    \
    X(slots, prm__p_slot)                                                                                    \
    X(attributes, prm__p_attribute)                                                                          \
    X(kinds, prm__p_kind)                                                                                    \
    X(anchors, prm__p_anchor)                                                                                \
    X(measures, prm__p_measure)                                                                              \
    X(routes, prm__p_route)                                                                                  \
    X(asks, prm__p_ask)                                                                                      \
    X(type_lists, uint32_t)                                                                                  \
    X(rule_measures, uint32_t)                                                                               \
    X(rules, prm__p_rule)                                                                                    \
    X(rewards, prm__p_reward)                                                                                \
    X(exprs, prm__p_expr)                                                                                    \
    X(code, uint32_t)                                                                                        \
    X(bytes, char)

#define PRM_SECTION_ENUM(name, type) PRM_SECTION_##name,
typedef enum prm__section { PRM_PROGRAM_SECTIONS(PRM_SECTION_ENUM) PRM_SECTION_COUNT } prm__section;
#undef PRM_SECTION_ENUM

/* The first bytes of a program. Section rows follow in the order above, each
 * section 16-byte aligned. */
typedef struct prm__p_head {
    char magic[8]; /* "prm\0prog" */
    uint32_t format;
    uint32_t name; /* texts: */
    uint32_t title;
    uint32_t currency;
    uint32_t timezone;
    uint32_t minor_digits;
    int32_t first_weekday;
    int32_t fiscal_month;
    int32_t month_closes;
    int32_t is_utc;
    prm__p_commission commission;
    prm__p_ranks ranks;
    uint64_t offsets[PRM_SECTION_COUNT]; /* bytes from the start */
    uint32_t counts[PRM_SECTION_COUNT];  /* rows */
} prm__p_head;

#define PRM_SECTION_POINTER(name, type)                                                                      \
    const type *name;                                                                                        \
    uint32_t name##_count;

/* A hash table of names: indices of rows, or PRM_NO_INDEX in gaps. */
typedef struct prm__lookup {
    uint32_t *places;
    uint32_t mask; /* places - 1 */
} prm__lookup;

struct prm_program {
    atomic_uint references;
    prm__alloc alloc;
    void *block; /* 16-byte aligned */
    size_t size;
    uint64_t hash;
    const prm__p_head *head;
    prm__calendar calendar; /* its zone points into the block */
    PRM_PROGRAM_SECTIONS(PRM_SECTION_POINTER)
    uint32_t first_stage;                 /* into rules: the stages of the journey are its last rows */
    prm__lookup type_lookup, name_lookup; /* made with the program, by text */
};

/* ---- Making one ---- */

/* What the compiler fills: one vec per section, and the head's own values. */
#define PRM_SECTION_VEC(name, type) prm__vec name;
typedef struct prm__builder {
    prm__alloc *alloc;
    prm__p_head head;
    PRM_PROGRAM_SECTIONS(PRM_SECTION_VEC)
    prm__vec text_places; /* of uint32_t: hash table of text index + 1; count is a power of two */
} prm__builder;

void prm__builder_init(prm__builder *builder, prm__alloc *alloc);
void prm__builder_free(prm__builder *builder);

/* The index of a text in the builder, added once; PRM_NO_INDEX when memory ran
 * out. Linear in the texts of its hash bucket only. */
uint32_t prm__builder_text(prm__builder *builder, const char *text, size_t size);

/* Joins the sections into a new program with one reference, and verifies it. The
 * head's magic, format, offsets and counts are filled here. PRM_E_INTERNAL when the verifier refuses what the compiler built. */
PRM_MUST_USE prm_status prm__builder_finish(prm__builder *builder, const prm_allocator *host,
                                            prm_program **out);

/* Checks a block (16-byte aligned) as hostile bytes: every index, offset, order, operand
 * and stack depth. Returns NULL when it is sound, else what is wrong (a static text).
 * It asks for more order than the rows above say, so that it can check in linear time:
 *  - at most 65535 types, kinds, and actions of a rule; PRM_LIMIT_RULES rules;
 *  - sections follow one another without gaps but for zeroed alignment; so do texts in `bytes`;
 *  - the states in a kind's record have ascending offsets in the order of the rows, among its
 *    anchors, its measures, its rules and their limits each (these, and the states of commission
 *    and ranks, may be interleaved);
 *  - ranges that rows own (routes, asks, actions, tiers, conditions, measures of rules, types of
 *    `each`, code) do not overlap;
 *  - a rule's blocks, and those of its tiers, hold its actions once each, in any order;
 *  - product_rates are those of the commission, then those of each level in turn;
 *  - stages are the last of the rules, ask for reps, and have a condition and nothing else;
 *  - only conditions name expressions with MEASURE; expressions that are named by many
 *    rows have 2^26 words at the most, each counted as often as it is named;
 *  - attributes of an owner have places 0, 1, ... in the order of the rows; types partition the anchors;
 *  - a type that voids or reduces does one of the two; chains of them are at most 32 long;
 *  - where a type routes to a measure, asks a rule or sets an anchor, slots with key names of the
 *    subject are TEXT (elsewhere they may be anything: only a TEXT carries a key), a sum's field
 *    is a number, and the anchors and measures used have keys that the subject has. */
const char *prm__program_verify(const void *block, size_t size);

/* A new program from a copy of hostile bytes: PRM_E_PROGRAM when they are not sound. */
PRM_MUST_USE prm_status prm__program_from_bytes(const void *bytes, size_t size, const prm_allocator *host,
                                                prm_program **out);

/* Thread-safe; the last reference frees. `program` may be NULL. */
prm_program *prm__program_ref(prm_program *program);
void prm__program_unref(prm_program *program);

/* A text of the program. */
static inline prm_text prm__program_text(const prm_program *program, uint32_t text)
{
    prm_text out = {program->bytes + program->texts[text].offset, program->texts[text].size};
    return out;
}

/* Rows by their text, in constant time; PRM_NO_INDEX without one of that name. */
uint32_t prm__program_find_type(const prm_program *program, const char *name, size_t size);
uint32_t prm__program_find_name(const prm_program *program, const char *name, size_t size);

/* How a program writes a prm__field_type: "text", "money"...; "?" for no such type. */
const char *prm__program_field_type_name(uint32_t field_type);

/* Writes a readable listing as a C string of at most `capacity` bytes with its NUL; returns the
 * size of the whole without the NUL. */
size_t prm__program_dump(const prm_program *program, char *buffer, size_t capacity);

/* The slot of a type that has field `name`, or PRM_NO_INDEX; counted from the type's first. */
uint32_t prm__program_slot(const prm_program *program, uint32_t type, uint32_t name);

#endif
