/* schema: what keys a mapping may have, as a table: name, type, choices, an example, and whether it
 * is required. One reading of a mapping answers all unknown,
 * missing and ill-typed keys at once. */
#ifndef PRM_LANG_SCHEMA_H
#define PRM_LANG_SCHEMA_H

#include "lang/scalars.h"

typedef enum prm__schema_type {
    PRM_SCHEMA_TEXT = 0, /* a scalar */
    PRM_SCHEMA_EXPR = 1, /* a scalar that is an expression */
    PRM_SCHEMA_MAPPING = 2,
    PRM_SCHEMA_TEXTS = 3,    /* a scalar, or a list of scalars */
    PRM_SCHEMA_MAPPINGS = 4, /* a mapping, or a list of mappings */
    PRM_SCHEMA_ANY = 5,
    /* Scalars of a form, which is that of their readers in lang/scalars.h and compile/. */
    PRM_SCHEMA_RATE = 6,      /* +5% */
    PRM_SCHEMA_RATES = 7,     /* one, or a list of them */
    PRM_SCHEMA_NUMBER = 8,    /* 10, 0.5, 80% */
    PRM_SCHEMA_THRESHOLD = 9, /* a number, or partner.target */
    PRM_SCHEMA_WHOLE = 10,    /* 3 */
    PRM_SCHEMA_DURATION = 11, /* 30d */
    PRM_SCHEMA_SPAN = 12,     /* 30d, or 30d of partner.joined */
    PRM_SCHEMA_DATE = 13,     /* 2026-06-30 */
    PRM_SCHEMA_LINK = 14      /* order.placed by order */
} prm__schema_type;

/* Of the keys with the same mark, one must be there: what makes a rule fire or a condition hold, what
 * comes of it, and how much. Their readers say so in terms of their own. */
enum {
    PRM_SCHEMA_REQUIRED = 1,
    PRM_SCHEMA_CAUSE = 2,
    PRM_SCHEMA_OUTCOME = 4,
    PRM_SCHEMA_TYPES = 8, /* it names event types */
    PRM_SCHEMA_DEGREE = 16,
};

typedef struct prm__schema_key {
    const char *name;
    uint32_t type;  /* prm__schema_type */
    uint32_t flags; /* PRM_SCHEMA_... */
    const char *doc;
    const char *example;         /* what may stand there */
    const prm__choices *choices; /* or NULL */
} prm__schema_key;

#define PRM_SCHEMA_KEYS 64 /* keys of one schema at the most */

typedef struct prm__schema {
    const char *place; /* "a rule": for messages */
    const prm__schema_key *keys;
    uint32_t count;
    const char *example;
    uint32_t rewards_from; /* keys from here on are kinds of reward; 0: none are */
    const char *beside;    /* what an unknown key is told where the list of keys says too much, or NULL */
} prm__schema;

/* Reads `node`, which must be a mapping, into `values`: for each key of the schema
 * its node, or NULL when it is absent or was refused. False when the node is no
 * mapping at all, and then all values are NULL. Everything wrong is reported.
 *
 * `*meant` (may be NULL) has a bit for each key that the writer had in mind: those
 * that stand there, refused ones too, those that a misspelt key is near to, and, for a key that
 * is near to none, the first key that it could be of those whose mark nothing has.
 * A reader that misses something else says so only where nothing else was. */
bool prm__schema_read(prm__lang *lang, const prm__yaml_node *node, const prm__schema *schema,
                      const prm__yaml_node **values, uint64_t *meant);

#define PRM_SCHEMA_BIT(key) (UINT64_C(1) << (key))

/* The bits of the keys that have the mark. */
uint64_t prm__schema_marked(const prm__schema *schema, uint32_t mark);

/* Whether the node is of the type; if not, says so in terms of `key`, with an example of what may
 * stand there. A node that was refused before is not, and nothing is said. */
bool prm__schema_check(prm__lang *lang, const prm__yaml_node *node, prm__schema_type type, const char *key,
                       const char *example);

/* The elements of a scalar-or-list or mapping-or-list node: the node itself, or its
 * first child; to be followed by prm__schema_next. */
const prm__yaml_node *prm__schema_first(const prm__yaml_node *node);
const prm__yaml_node *prm__schema_next(const prm__yaml_node *list, const prm__yaml_node *element);

/* A mapping of two keys that exclude each other. `a` and `b` may be NULL: nothing is said. */
void prm__schema_exclude(prm__lang *lang, const prm__yaml_node *a, const prm__yaml_node *b);

#endif
