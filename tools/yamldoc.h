/* The tool's own YAML files (mappings, tests) as trees of nodes with places.
 * Every scalar is a text; the reader of the tree types it by where it stands.
 * Refused: anchors, aliases, tags, a second document, keys that are not
 * scalars, keys that occur twice, nesting above PRM_LIMIT_NESTING. */
#ifndef TOOLS_YAMLDOC_H
#define TOOLS_YAMLDOC_H

#include <stdint.h>

#include "memory.h"

typedef enum yamldoc_kind { YAMLDOC_TEXT, YAMLDOC_MAP, YAMLDOC_LIST } yamldoc_kind;

typedef struct yamldoc_node yamldoc_node;
struct yamldoc_node {
    yamldoc_kind kind;
    int quoted;      /* a text that stood in quotes or as a block */
    uint32_t line;   /* where it begins; both from 1 */
    uint32_t column; /* in code points */
    prm_text text;   /* YAMLDOC_TEXT; NUL-terminated */
    prm_text key;    /* in a map: its key */
    uint32_t key_line;
    uint32_t key_column;
    size_t count;        /* children */
    yamldoc_node *first; /* children in the order of the file */
    yamldoc_node *next;
    yamldoc_node *last; /* the reader's own, as is `parent` */
    yamldoc_node *parent;
};

/* All zeros but `file` before yamldoc_read. */
typedef struct yamldoc {
    const char *file;
    buffer source;
    arena nodes;
    yamldoc_node *root; /* NULL when the file could not be read as YAML */
    buffer messages;    /* of all problems, for people */
    uint64_t problems;
    int missing; /* errno when the file could not be opened or read */
} yamldoc;

/* Reads the file; 1 when there is a tree (problems may be there as well). */
int yamldoc_read_file(yamldoc *doc, const char *path);

/* The same for a text. */
int yamldoc_read_text(yamldoc *doc, const char *name, prm_text text);

void yamldoc_free(yamldoc *doc);

/* The child of the map `node` with this key, or NULL. */
yamldoc_node *yamldoc_child(const yamldoc_node *node, const char *key);

/* Adds a problem with its source line and a caret; line 0: the file as a whole. */
void yamldoc_problem(yamldoc *doc, uint32_t line, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void yamldoc_problem_at(yamldoc *doc, const yamldoc_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes one with its source line and a caret to a text of the caller's, and counts it nowhere: for
 * what is wrong with a file only beside something else. */
void yamldoc_locate(const yamldoc *doc, buffer *out, uint32_t line, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Adds a warning, which is shown alike and is no problem. */
void yamldoc_warning(yamldoc *doc, uint32_t line, uint32_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void yamldoc_warning_at(yamldoc *doc, const yamldoc_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Answers 1 when `node` is of the kind, else adds the problem that it is not;
 * `what` names the node. */
int yamldoc_expect(yamldoc *doc, const yamldoc_node *node, yamldoc_kind kind, const char *what);

/* Adds a problem for each key of the map that is not one of `keys`. */
void yamldoc_check_keys(yamldoc *doc, const yamldoc_node *map, const char *const *keys, size_t count);

#endif
