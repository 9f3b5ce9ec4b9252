/* yaml_tree: one loop over libyaml's events, with a stack of at most 32 open
 * containers. The depth is counted here, in the loop, because libyaml's own
 * work is quadratic in it: a text nested deeper is answered at once.
 *
 * This is the only file that includes libyaml. It allocates with malloc, out of
 * our hands; all that it holds is given back before we return. */
#include "lang/yaml_tree.h"

#include "base/intern.h"
#include "base/utf8.h"
#include "lang/yaml_marks.h"

#include <string.h>
#include <yaml.h>

#define YAML_TREE_FEW 8 /* a mapping of so few keys is checked for doubled ones by looking */

/* An open list or mapping. In a mapping the events are keys and values by turns. */
typedef struct yaml_tree_level {
    prm__yaml_node *node;
    bool is_key;     /* itself the key of a mapping, which no program has */
    bool has_key;    /* mapping: the next event is a value */
    bool drop;       /* mapping: of a key that is no text; the value is read and forgotten */
    const char *key; /* mapping: of the value to come */
    uint32_t key_size;
    prm__span key_span;
} yaml_tree_level;

typedef struct yaml_tree {
    prm__lang *lang;
    const char *text;
    uint32_t size;
    uint32_t skipped; /* bytes of a byte order mark, before what libyaml sees */
    prm__yaml_marks marks;
    yaml_parser_t parser;
    yaml_tree_level levels[PRM_LIMIT_NESTING];
    uint32_t depth;
    prm__yaml_node *root;
    uint32_t documents;
} yaml_tree;

/* ---- Expressions that YAML took apart ---- */

static const char *const yaml_expression_keys[] = {"where", "eligible", "of",     "is",       "while",
                                                   "value", "cash",     "points", "gift_card"};

#define YAML_EXPRESSION_KEYS (sizeof yaml_expression_keys / sizeof yaml_expression_keys[0])

bool prm__yaml_is_expression_key(const char *key, size_t size)
{
    for (size_t i = 0; i < YAML_EXPRESSION_KEYS; i++)
        if (strlen(yaml_expression_keys[i]) == size && memcmp(yaml_expression_keys[i], key, size) == 0)
            return true;
    return false;
}

const prm__yaml_node *prm__yaml_find(const prm__yaml_node *mapping, const char *key)
{
    size_t size = strlen(key);
    for (const prm__yaml_node *child = mapping->first; child != NULL; child = child->next)
        if (child->key != NULL && child->key_size == size && memcmp(child->key, key, size) == 0)
            return child;
    return NULL;
}

static bool yaml_tree_is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether the word text[from, to) stands where a key does: a colon behind it, and before it
 * the line's start, a dash, a brace or a comma. */
static bool yaml_tree_is_key(const yaml_tree *tree, uint32_t from, uint32_t to)
{
    while (to < tree->size && yaml_tree_is_space(tree->text[to]))
        to++;
    while (from > 0 && yaml_tree_is_space(tree->text[from - 1]))
        from--;
    bool colon = to < tree->size && tree->text[to] == ':';
    return colon && (from == 0 || strchr("\n-{,", tree->text[from - 1]) != NULL);
}

static bool yaml_tree_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

/* The last key before `at` in its line, as text[from, to); false when there is none. */
static bool yaml_tree_key_before(const yaml_tree *tree, uint32_t at, uint32_t *from, uint32_t *to)
{
    *to = at;
    while (*to > 0 && tree->text[*to - 1] != '\n') {
        *from = *to;
        while (*from > 0 && yaml_tree_is_word(tree->text[*from - 1]))
            --*from;
        if (*from < *to && yaml_tree_is_key(tree, *from, *to))
            return true;
        *to = *from < *to ? *from : *to - 1;
    }
    return false;
}

/* Where the last key before `at` in its line is an expression's: what stands behind it, to the
 * line's end. */
static bool yaml_tree_expression_before(const yaml_tree *tree, uint32_t at, prm__span *span)
{
    uint32_t from, to;
    if (!yaml_tree_key_before(tree, at, &from, &to) ||
        !prm__yaml_is_expression_key(tree->text + from, to - from))
        return false;
    const char *colon = memchr(tree->text + to, ':', tree->size - to);
    span->start = (uint32_t)(colon - tree->text) + 1;
    while (span->start < tree->size && yaml_tree_is_space(tree->text[span->start]))
        span->start++;
    span->end = span->start;
    while (span->end < tree->size && strchr("\r\n", tree->text[span->end]) == NULL)
        span->end++;
    while (span->end > span->start && yaml_tree_is_space(tree->text[span->end - 1]))
        span->end--;
    return true;
}

/* ---- Reporting ---- */

static uint32_t yaml_tree_offset(yaml_tree *tree, yaml_mark_t mark)
{
    return tree->skipped + prm__yaml_marks_offset(&tree->marks, mark.line, mark.column);
}

static prm__span yaml_tree_span(yaml_tree *tree, const yaml_event_t *event)
{
    prm__span span;
    span.start = yaml_tree_offset(tree, event->start_mark);
    span.end = yaml_tree_offset(tree, event->end_mark);
    return span;
}

/* The property of a node (an anchor after `&`, a tag after `!`) near the start of its span. */
static prm__span yaml_tree_property(const yaml_tree *tree, prm__span span, char mark)
{
    uint32_t start = span.start;
    while (start < tree->size && tree->text[start] != mark)
        start++;
    uint32_t end = start + 1;
    while (end < tree->size && strchr(" \t\r\n,]}", tree->text[end]) == NULL)
        end++;
    return start < tree->size ? (prm__span){start, end} : span;
}

static const char yaml_quote_hint[] = "quote this expression";

/* Something that YAML has and programs do not; where an expression stands it is a quote
 * that was forgotten. */
static void yaml_tree_refuse(yaml_tree *tree, prm__diag_number number, prm__span whole, prm__span span,
                             const char *one, const char *many)
{
    const yaml_tree_level *level = tree->depth > 0 ? &tree->levels[tree->depth - 1] : NULL;
    bool is_value = level != NULL && level->node->kind == PRM_YAML_MAPPING && level->has_key;
    if (is_value && level->key != NULL && prm__yaml_is_expression_key(level->key, level->key_size))
        prm__diag_report(tree->lang->diag, PRM_DIAG_EXPR_QUOTE_THIS, whole, yaml_quote_hint,
                         "YAML took a part of the expression for %s", one);
    else
        prm__diag_report(tree->lang->diag, number, span, "if this is a text or an expression, quote it",
                         "%s are not used in programs", many);
}

static uint32_t yaml_tree_problem_at(yaml_tree *tree)
{
    const yaml_parser_t *parser = &tree->parser;
    if (parser->error == YAML_READER_ERROR)
        return parser->problem_offset < tree->size ? tree->skipped + (uint32_t)parser->problem_offset
                                                   : tree->size;
    return yaml_tree_offset(tree, parser->problem_mark);
}

/* libyaml gave up. */
static void yaml_tree_syntax(yaml_tree *tree)
{
    const yaml_parser_t *parser = &tree->parser;
    if (parser->error == YAML_MEMORY_ERROR) {
        prm__lang_exhausted(tree->lang); /* LCOV_EXCL_LINE libyaml's memory is malloc's, not the host's */
        return;                          /* LCOV_EXCL_LINE */
    }
    uint32_t at = yaml_tree_problem_at(tree);
    prm__span span = {at, at < tree->size ? at + 1 : at};
    const char *problem = parser->problem != NULL ? parser->problem : "it cannot be read";
    prm__span expression;
    if (yaml_tree_expression_before(tree, at, &expression) && expression.start <= at) {
        prm__diag_report(tree->lang->diag, PRM_DIAG_EXPR_QUOTE_THIS, expression, yaml_quote_hint,
                         "YAML cannot read this expression as it stands: %s", problem);
        return;
    }
    bool tab = at < tree->size && tree->text[at] == '\t';
    prm__diag_report(tree->lang->diag, PRM_DIAG_YAML_SYNTAX, span, tab ? "YAML indents with spaces" : NULL,
                     "this is not YAML: %s", problem);
}

/* ---- Building ---- */

static prm__yaml_node *yaml_tree_node(yaml_tree *tree, prm__yaml_kind kind, prm__span span)
{
    prm__yaml_node *node = prm__lang_get(tree->lang, sizeof *node);
    if (node != NULL) {
        node->kind = kind;
        node->span = span;
    }
    return node;
}

/* Hangs a finished or opened node into the innermost open container. */
static void yaml_tree_attach(yaml_tree *tree, prm__yaml_node *node)
{
    if (tree->depth == 0) {
        tree->root = node;
        return;
    }
    yaml_tree_level *level = &tree->levels[tree->depth - 1];
    bool drop = false;
    if (level->node->kind == PRM_YAML_MAPPING) {
        drop = level->drop;
        level->has_key = false;
        level->drop = false;
        node->key = level->key;
        node->key_size = level->key_size;
        node->key_span = level->key_span;
    }
    if (drop)
        return;
    if (level->node->last != NULL)
        level->node->last->next = node;
    else
        level->node->first = node;
    level->node->last = node;
    level->node->count++;
}

/* A text that is a key: of the value to come. */
static bool yaml_tree_take_key(yaml_tree *tree, const yaml_event_t *event, prm__span span)
{
    yaml_tree_level *level = &tree->levels[tree->depth - 1];
    size_t size = event->data.scalar.length;
    level->key = prm__lang_text(tree->lang, (const char *)event->data.scalar.value, size);
    if (level->key == NULL)
        return false;
    level->key_size = (uint32_t)size;
    level->key_span = span;
    level->has_key = true;
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && size == 2 &&
        memcmp(level->key, "<<", 2) == 0) {
        prm__diag_report(tree->lang->diag, PRM_DIAG_YAML_MERGE_KEY, span, "write the keys out",
                         "the merge key `<<` is not used in programs");
        level->drop = true;
    }
    return true;
}

/* Whether the next event is a mapping's key. */
static bool yaml_tree_wants_key(const yaml_tree *tree)
{
    if (tree->depth == 0)
        return false;
    const yaml_tree_level *level = &tree->levels[tree->depth - 1];
    return level->node->kind == PRM_YAML_MAPPING && !level->has_key;
}

/* A key that is a list, a mapping or an alias: its value is dropped. */
static void yaml_tree_odd_key(yaml_tree *tree, prm__span span)
{
    yaml_tree_level *level = &tree->levels[tree->depth - 1];
    prm__diag_report(tree->lang->diag, PRM_DIAG_YAML_KEY_NOT_TEXT, span,
                     "if this is an expression, quote it from its start to its end",
                     "a key of a mapping is a text, not a list, a mapping or an alias");
    level->has_key = true;
    level->drop = true;
    level->key = NULL;
    level->key_size = 0;
    level->key_span = span;
}

/* Notes whether the scalar's text is a part of the source, so that places in it are exact. */
static void yaml_tree_locate(const yaml_tree *tree, prm__yaml_node *node, bool quoted)
{
    uint32_t at = node->span.start + (quoted ? 1 : 0);
    uint32_t room = at <= tree->size ? tree->size - at : 0;
    node->exact = node->size <= room && memcmp(tree->text + at, node->text, node->size) == 0;
    node->text_at = at;
}

static bool yaml_tree_refused(yaml_tree *tree, prm__span span, const yaml_char_t *anchor,
                              const yaml_char_t *tag)
{
    if (anchor != NULL)
        yaml_tree_refuse(tree, PRM_DIAG_YAML_ANCHOR, span, yaml_tree_property(tree, span, '&'), "an anchor",
                         "anchors");
    if (tag != NULL)
        yaml_tree_refuse(tree, PRM_DIAG_YAML_TAG, span, yaml_tree_property(tree, span, '!'), "a tag", "tags");
    return anchor != NULL || tag != NULL;
}

static bool yaml_tree_scalar(yaml_tree *tree, const yaml_event_t *event)
{
    prm__span span = yaml_tree_span(tree, event);
    bool refused = yaml_tree_refused(tree, span, event->data.scalar.anchor, event->data.scalar.tag);
    if (yaml_tree_wants_key(tree))
        return yaml_tree_take_key(tree, event, span);
    prm__yaml_node *node = yaml_tree_node(tree, PRM_YAML_SCALAR, span);
    if (node == NULL)
        return false;
    node->text = prm__lang_text(tree->lang, (const char *)event->data.scalar.value,
                                event->data.scalar.length);
    if (node->text == NULL)
        return false;
    node->size = (uint32_t)event->data.scalar.length;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->refused = refused;
    yaml_tree_locate(tree, node,
                     event->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                         event->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE);
    yaml_tree_attach(tree, node);
    return true;
}

static bool yaml_tree_alias(yaml_tree *tree, const yaml_event_t *event)
{
    prm__span span = yaml_tree_span(tree, event);
    if (yaml_tree_wants_key(tree)) {
        yaml_tree_odd_key(tree, span);
        return true;
    }
    yaml_tree_refuse(tree, PRM_DIAG_YAML_ALIAS, span, span, "an alias", "aliases");
    prm__yaml_node *node = yaml_tree_node(tree, PRM_YAML_SCALAR, span);
    if (node == NULL)
        return false;
    node->text = "";
    node->refused = true;
    yaml_tree_attach(tree, node);
    return true;
}

static bool yaml_tree_open(yaml_tree *tree, const yaml_event_t *event, prm__yaml_kind kind)
{
    bool mapping = kind == PRM_YAML_MAPPING;
    prm__span span = yaml_tree_span(tree, event);
    if (tree->depth == PRM_LIMIT_NESTING) {
        prm__diag_report(tree->lang->diag, PRM_DIAG_YAML_NESTING, span, NULL,
                         "lists and mappings are nested deeper than %d levels", PRM_LIMIT_NESTING);
        return false;
    }
    bool is_key = yaml_tree_wants_key(tree);
    bool refused = mapping ? yaml_tree_refused(tree, span, event->data.mapping_start.anchor,
                                               event->data.mapping_start.tag)
                           : yaml_tree_refused(tree, span, event->data.sequence_start.anchor,
                                               event->data.sequence_start.tag);
    prm__yaml_node *node = yaml_tree_node(tree, kind, span);
    if (node == NULL)
        return false;
    node->refused = refused;
    node->flow = mapping ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                         : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    if (!is_key)
        yaml_tree_attach(tree, node);
    tree->levels[tree->depth++] = (yaml_tree_level){.node = node, .is_key = is_key};
    return true;
}

/* ---- Doubled keys ---- */

static void yaml_tree_doubled(yaml_tree *tree, const prm__yaml_node *child)
{
    prm__diag_report(tree->lang->diag, PRM_DIAG_YAML_DUPLICATE_KEY, child->key_span, NULL,
                     "the key `%.*s` stands twice in this mapping",
                     prm__lang_shown(child->key, child->key_size), child->key);
}

static bool yaml_tree_same_key(const prm__yaml_node *a, const prm__yaml_node *b)
{
    return a->key_size == b->key_size && memcmp(a->key, b->key, a->key_size) == 0;
}

static void yaml_tree_check_few(yaml_tree *tree, const prm__yaml_node *mapping)
{
    for (const prm__yaml_node *child = mapping->first; child != NULL; child = child->next)
        for (const prm__yaml_node *other = mapping->first; other != child; other = other->next)
            if (yaml_tree_same_key(child, other)) {
                yaml_tree_doubled(tree, child);
                break;
            }
}

static bool yaml_tree_check_many(yaml_tree *tree, const prm__yaml_node *mapping)
{
    prm__intern keys;
    prm__intern_init(&keys, tree->lang->alloc, 0);
    uint32_t known = 0;
    bool ok = true;
    for (const prm__yaml_node *child = mapping->first; child != NULL && ok; child = child->next) {
        uint32_t key = prm__intern_key(&keys, child->key, child->key_size);
        if (key == 0)
            ok = prm__lang_exhausted(tree->lang);
        else if (key <= known)
            yaml_tree_doubled(tree, child);
        else
            known = key;
    }
    prm__intern_free(&keys);
    return ok;
}

static bool yaml_tree_close(yaml_tree *tree, const yaml_event_t *event)
{
    const yaml_tree_level *level = &tree->levels[--tree->depth];
    prm__yaml_node *node = level->node;
    node->span.end = yaml_tree_offset(tree, event->end_mark);
    if (level->is_key)
        yaml_tree_odd_key(tree, node->span);
    if (node->kind != PRM_YAML_MAPPING)
        return true;
    if (node->count > YAML_TREE_FEW)
        return yaml_tree_check_many(tree, node);
    yaml_tree_check_few(tree, node);
    return true;
}

/* ---- The loop ---- */

/* Only one document is read; a second one is an error and the end. */
static bool yaml_tree_document(yaml_tree *tree, const yaml_event_t *event)
{
    if (++tree->documents == 1)
        return true;
    prm__diag_report(tree->lang->diag, PRM_DIAG_YAML_DOCUMENTS, yaml_tree_span(tree, event),
                     "put each program into a file of its own", "a second YAML document begins here");
    return false;
}

/* False: stop. */
static bool yaml_tree_take(yaml_tree *tree, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return yaml_tree_document(tree, event);
    case YAML_SCALAR_EVENT:
        return yaml_tree_scalar(tree, event);
    case YAML_ALIAS_EVENT:
        return yaml_tree_alias(tree, event);
    case YAML_SEQUENCE_START_EVENT:
        return yaml_tree_open(tree, event, PRM_YAML_LIST);
    case YAML_MAPPING_START_EVENT:
        return yaml_tree_open(tree, event, PRM_YAML_MAPPING);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return yaml_tree_close(tree, event);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return true;
    }
    return false; /* LCOV_EXCL_LINE every event is above */
}

/* Whether the whole stream was read, into a whole tree. */
static bool yaml_tree_loop(yaml_tree *tree)
{
    for (;;) {
        yaml_event_t event;
        if (yaml_parser_parse(&tree->parser, &event) == 0) {
            yaml_tree_syntax(tree);
            return false;
        }
        bool end = event.type == YAML_STREAM_END_EVENT;
        bool ok = yaml_tree_take(tree, &event);
        yaml_event_delete(&event);
        if (end || !ok)
            return ok;
    }
}

static bool yaml_tree_run(yaml_tree *tree)
{
    if (yaml_parser_initialize(&tree->parser) == 0)
        return prm__lang_exhausted(tree->lang); /* LCOV_EXCL_LINE libyaml's memory is malloc's */
    yaml_parser_set_encoding(&tree->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&tree->parser, (const unsigned char *)tree->text + tree->skipped,
                                 tree->size - tree->skipped);
    bool ok = yaml_tree_loop(tree);
    yaml_parser_delete(&tree->parser);
    return ok;
}

/* Reports the first byte that is not UTF-8, or NUL. */
static bool yaml_tree_is_text(prm__lang *lang, const char *text, uint32_t size)
{
    if (prm__utf8_valid(text, size))
        return true;
    uint32_t at = 0, code = 0;
    while (at < size) {
        uint32_t step = (uint32_t)prm__utf8_decode(text + at, size - at, &code);
        if (step == 1 && code == 0xFFFD)
            break;
        at += step;
    }
    if (text[at] == '\0') {
        prm__diag_report(lang->diag, PRM_DIAG_YAML_ENCODING, (prm__span){at, at + 1}, "remove it",
                         "this is a NUL byte");
        return false;
    }
    bool wide = size >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0);
    prm__diag_report(lang->diag, PRM_DIAG_YAML_ENCODING, (prm__span){at, at + 1},
                     wide ? "this looks like UTF-16: save the file as UTF-8" : "save the file as UTF-8",
                     "the byte %02X here is not UTF-8", (unsigned)(unsigned char)text[at]);
    return false;
}

const prm__yaml_node *prm__yaml_read(prm__lang *lang, const char *text, uint32_t size)
{
    if (!yaml_tree_is_text(lang, text, size))
        return NULL;
    yaml_tree tree;
    memset(&tree, 0, sizeof tree);
    tree.lang = lang;
    tree.text = text;
    tree.size = size;
    tree.skipped = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    prm__yaml_marks_init(&tree.marks, text + tree.skipped, size - tree.skipped);
    if (!yaml_tree_run(&tree))
        return NULL;
    if (tree.root == NULL)
        prm__diag_report(lang->diag, PRM_DIAG_YAML_DOCUMENTS, (prm__span){0, 0}, NULL,
                         "the text is empty: a program is one YAML document");
    return tree.root;
}
