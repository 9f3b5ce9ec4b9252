/* yaml_tree: a program text as a tree of mappings, lists and scalars with their
 * places in the text. Scalars are texts, nothing more: what they mean is
 * decided by the place they stand in, never by YAML. What YAML has beyond such
 * trees (anchors, aliases, tags, merge keys, documents) is diagnosed here, and
 * so is what it makes of an expression that should have been quoted. */
#ifndef PRM_LANG_YAML_TREE_H
#define PRM_LANG_YAML_TREE_H

#include "lang/lang.h"

typedef enum prm__yaml_kind { PRM_YAML_SCALAR = 0, PRM_YAML_LIST = 1, PRM_YAML_MAPPING = 2 } prm__yaml_kind;

typedef struct prm__yaml_node prm__yaml_node;

struct prm__yaml_node {
    uint32_t kind; /* prm__yaml_kind */
    prm__span span;

    /* SCALAR: */
    const char *text; /* with a NUL behind it */
    uint32_t size;
    bool plain;       /* written without quotes, on one or more lines */
    bool exact;       /* the text stands at `text_at` in the source as it is */
    bool refused;     /* diagnosed already: readers say nothing about it */
    uint32_t text_at; /* byte offset of the text in the source, when exact */

    /* LIST and MAPPING: children in the order of the text. */
    prm__yaml_node *first;
    prm__yaml_node *last;
    uint32_t count;
    bool flow; /* written with [] or {} */

    /* As a child: */
    prm__yaml_node *next;
    const char *key; /* of a mapping's child, with a NUL behind it */
    uint32_t key_size;
    prm__span key_span;
};

/* The document of `text`, at most PRM_LIMIT_PROGRAM_BYTES, which must stay as long as
 * the tree; nodes live in lang's arena. NULL when there is no tree
 * (said in the diagnostics), or memory ran out. A tree may come with errors. */
const prm__yaml_node *prm__yaml_read(prm__lang *lang, const char *text, uint32_t size);

/* The value of a mapping's key, or NULL. */
const prm__yaml_node *prm__yaml_find(const prm__yaml_node *mapping, const char *key);

/* Whether `key` is one whose value is an expression wherever it stands. */
bool prm__yaml_is_expression_key(const char *key, size_t size);

#endif
