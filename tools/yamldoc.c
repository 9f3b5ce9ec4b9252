#include "yamldoc.h"

/* libyaml's events are read in one loop with the open node as the only state,
 * so that the depth is counted before the parser goes deeper. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "input.h"
#include "suggest.h"
#include "width.h"

enum { YAMLDOC_FILE_BYTES = 4 * 1024 * 1024 };

/* ---- Problems ---------------------------------------------------------------- */

static prm_text yamldoc_source_line(const yamldoc *doc, uint32_t line)
{
    const char *at = doc->source.data;
    const char *end = at + doc->source.size;
    for (uint32_t i = 1; i < line && at < end; i++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        at = next == NULL ? end : next + 1;
    }
    const char *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
    prm_text text = {at, (size_t)((stop == NULL ? end : stop) - at)};
    if (text.size > 0 && text.data[text.size - 1] == '\r')
        text.size--;
    return text;
}

/* Long lines are shown without a caret's guess: only what fits a page. */
static void yamldoc_show_line(const yamldoc *doc, buffer *out, uint32_t line, uint32_t column)
{
    prm_text source = yamldoc_source_line(doc, line);
    size_t at = 0;
    size_t columns = 0;
    if (doc->source.size == 0 || utf8_fault(source.data, source.size) < source.size || source.size > 400)
        return;
    for (uint32_t i = 1; i < column && at < source.size; i++) {
        size_t length;
        uint32_t point = utf8_read(source.data + at, source.size - at, &length);
        columns += point == '\t' ? 1 : (size_t)width_of_point(point);
        at += length;
    }
    buffer_string(out, "    ");
    for (size_t i = 0; i < source.size; i++)
        buffer_byte(out, source.data[i] == '\t' ? ' ' : source.data[i]);
    buffer_string(out, "\n    ");
    buffer_repeat(out, ' ', columns);
    buffer_string(out, "^\n");
}

static void yamldoc_say(const yamldoc *doc, buffer *out, const char *severity, uint32_t line, uint32_t column,
                        const char *format, va_list list)
{
    char message[600];
    vsnprintf(message, sizeof message, format, list);
    if (line == 0) {
        buffer_format(out, "%s: %s: %s\n", doc->file, severity, message);
        return;
    }
    buffer_format(out, "%s:%u:%u: %s: %s\n", doc->file, (unsigned)line, (unsigned)column, severity, message);
    yamldoc_show_line(doc, out, line, column);
}

void yamldoc_problem(yamldoc *doc, uint32_t line, uint32_t column, const char *format, ...)
{
    va_list list;
    doc->problems++;
    va_start(list, format);
    yamldoc_say(doc, &doc->messages, "error", line, column, format, list);
    va_end(list);
}

void yamldoc_problem_at(yamldoc *doc, const yamldoc_node *node, const char *format, ...)
{
    va_list list;
    doc->problems++;
    va_start(list, format);
    yamldoc_say(doc, &doc->messages, "error", node->line, node->column, format, list);
    va_end(list);
}

void yamldoc_locate(const yamldoc *doc, buffer *out, uint32_t line, uint32_t column, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    yamldoc_say(doc, out, "error", line, column, format, list);
    va_end(list);
}

void yamldoc_warning(yamldoc *doc, uint32_t line, uint32_t column, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    yamldoc_say(doc, &doc->messages, "warning", line, column, format, list);
    va_end(list);
}

void yamldoc_warning_at(yamldoc *doc, const yamldoc_node *node, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    yamldoc_say(doc, &doc->messages, "warning", node->line, node->column, format, list);
    va_end(list);
}

/* ---- Reading ------------------------------------------------------------------- */

/* The open container, and the key that waits for its value in a map. */
typedef struct yamldoc_state {
    yamldoc *doc;
    yamldoc_node *open;
    size_t depth;
    int has_key;
    prm_text key;
    uint32_t key_line;
    uint32_t key_column;
    int stop; /* the document's end, or a problem that ends the reading */
    int refused;
} yamldoc_state;

static void yamldoc_stop(yamldoc_state *state, const yaml_event_t *event, const char *message)
{
    yamldoc_problem(state->doc, (uint32_t)event->start_mark.line + 1, (uint32_t)event->start_mark.column + 1,
                    "%s", message);
    state->stop = 1;
    state->refused = 1;
}

static yamldoc_node *yamldoc_attach(yamldoc_state *state, yamldoc_kind kind, const yaml_event_t *event)
{
    yamldoc_node *node = arena_take(&state->doc->nodes, sizeof *node);
    *node = (yamldoc_node){.kind = kind, .parent = state->open};
    node->line = (uint32_t)event->start_mark.line + 1;
    node->column = (uint32_t)event->start_mark.column + 1;
    node->key = state->key;
    node->key_line = state->key_line;
    node->key_column = state->key_column;
    state->key = (prm_text){0};
    state->has_key = 0;
    if (state->open == NULL) {
        state->doc->root = node;
        return node;
    }
    if (state->open->last == NULL)
        state->open->first = node;
    else
        state->open->last->next = node;
    state->open->last = node;
    state->open->count++;
    return node;
}

static int yamldoc_wants_key(const yamldoc_state *state)
{
    return state->open != NULL && state->open->kind == YAMLDOC_MAP && !state->has_key;
}

static void yamldoc_take_scalar(yamldoc_state *state, const yaml_event_t *event)
{
    prm_text text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (event->data.scalar.anchor != NULL)
        yamldoc_stop(state, event, "anchors are not taken here");
    else if (event->data.scalar.tag != NULL)
        yamldoc_stop(state, event, "tags are not taken here; quote a text that begins with '!'");
    else if (memchr(text.data, '\0', text.size) != NULL)
        yamldoc_stop(state, event, "a NUL character");
    if (state->stop)
        return;
    text = arena_text(&state->doc->nodes, text);
    if (yamldoc_wants_key(state)) {
        state->key = text;
        state->key_line = (uint32_t)event->start_mark.line + 1;
        state->key_column = (uint32_t)event->start_mark.column + 1;
        state->has_key = 1;
        return;
    }
    yamldoc_node *node = yamldoc_attach(state, YAMLDOC_TEXT, event);
    node->text = text;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

static void yamldoc_open_container(yamldoc_state *state, const yaml_event_t *event, yamldoc_kind kind,
                                   const void *anchor, const void *tag)
{
    if (anchor != NULL)
        yamldoc_stop(state, event, "anchors are not taken here");
    else if (tag != NULL)
        yamldoc_stop(state, event, "tags are not taken here");
    else if (yamldoc_wants_key(state))
        yamldoc_stop(state, event, "a key must be a text; quote a text that begins with '{' or '['");
    else if (++state->depth > PRM_LIMIT_NESTING)
        yamldoc_stop(state, event, "nested too deeply");
    if (!state->stop)
        state->open = yamldoc_attach(state, kind, event);
}

static int yamldoc_key_order(const void *a, const void *b)
{
    const yamldoc_node *first = *(yamldoc_node *const *)a;
    const yamldoc_node *second = *(yamldoc_node *const *)b;
    int order = text_compare(first->key, second->key);
    if (order != 0)
        return order;
    if (first->key_line != second->key_line)
        return first->key_line < second->key_line ? -1 : 1;
    return (first->key_column > second->key_column) - (first->key_column < second->key_column);
}

static void yamldoc_check_twins(yamldoc *doc, const yamldoc_node *map)
{
    size_t count = 0;
    if (map->count < 2)
        return;
    yamldoc_node **sorted = memory_take(map->count * sizeof *sorted);
    for (yamldoc_node *node = map->first; node != NULL; node = node->next)
        sorted[count++] = node;
    qsort(sorted, count, sizeof *sorted, yamldoc_key_order);
    for (size_t i = 1; i < count; i++)
        if (text_same(sorted[i - 1]->key, sorted[i]->key))
            yamldoc_problem(doc, sorted[i]->key_line, sorted[i]->key_column,
                            "the key '%s' stands here twice (first in line %u)", sorted[i]->key.data,
                            (unsigned)sorted[i - 1]->key_line);
    free(sorted);
}

static void yamldoc_close_container(yamldoc_state *state)
{
    if (state->open->kind == YAMLDOC_MAP)
        yamldoc_check_twins(state->doc, state->open);
    state->open = state->open->parent;
    state->depth--;
}

static void yamldoc_take_event(yamldoc_state *state, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        yamldoc_take_scalar(state, event);
        break;
    case YAML_MAPPING_START_EVENT:
        yamldoc_open_container(state, event, YAMLDOC_MAP, event->data.mapping_start.anchor,
                               event->data.mapping_start.tag);
        break;
    case YAML_SEQUENCE_START_EVENT:
        yamldoc_open_container(state, event, YAMLDOC_LIST, event->data.sequence_start.anchor,
                               event->data.sequence_start.tag);
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        yamldoc_close_container(state);
        break;
    case YAML_ALIAS_EVENT:
        yamldoc_stop(state, event, "aliases are not taken here; quote a text that begins with '*'");
        break;
    case YAML_DOCUMENT_START_EVENT:
        if (state->doc->root != NULL)
            yamldoc_stop(state, event, "a second document");
        break;
    case YAML_STREAM_END_EVENT:
        state->stop = 1;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

static void yamldoc_syntax_problem(yamldoc *doc, const yaml_parser_t *parser)
{
    const char *problem = parser->problem == NULL ? "not YAML" : parser->problem;
    if (parser->error == YAML_READER_ERROR)
        yamldoc_problem(doc, 0, 0, "byte %zu: %s", parser->problem_offset + 1, problem);
    else
        yamldoc_problem(
            doc, (uint32_t)parser->problem_mark.line + 1, (uint32_t)parser->problem_mark.column + 1,
            "%s; a text with ': ' or ' #' in it, or that begins with one of {[!&*%%@, must be quoted",
            problem);
}

static int yamldoc_parse(yamldoc *doc)
{
    yaml_parser_t parser;
    yaml_event_t event;
    yamldoc_state state = {.doc = doc};
    if (!yaml_parser_initialize(&parser)) {
        fputs("prm: out of memory\n", stderr);
        exit(1);
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)doc->source.data, doc->source.size);
    while (!state.stop) {
        if (!yaml_parser_parse(&parser, &event)) {
            yamldoc_syntax_problem(doc, &parser);
            break;
        }
        yamldoc_take_event(&state, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (doc->root == NULL && doc->problems == 0)
        yamldoc_problem(doc, 0, 0, "the file is empty");
    if (state.open != NULL || state.refused) /* the tree is not whole */
        doc->root = NULL;
    return doc->root != NULL;
}

int yamldoc_read_text(yamldoc *doc, const char *name, prm_text text)
{
    *doc = (yamldoc){.file = name};
    buffer_put(&doc->source, text.data, text.size);
    buffer_byte(&doc->source, '\n');
    return yamldoc_parse(doc);
}

int yamldoc_read_file(yamldoc *doc, const char *path)
{
    input in;
    *doc = (yamldoc){.file = path};
    doc->missing = input_open(&in, path);
    while (doc->missing == 0 && in.end - in.begin <= YAMLDOC_FILE_BYTES && input_more(&in))
        continue;
    if (doc->missing == 0)
        doc->missing = in.error;
    if (doc->missing != 0) {
        yamldoc_problem(doc, 0, 0, "%s", strerror(doc->missing));
        return 0;
    }
    buffer_put(&doc->source, in.data + in.begin, in.end - in.begin);
    buffer_byte(&doc->source, '\n');
    input_close(&in);
    if (doc->source.size > YAMLDOC_FILE_BYTES) {
        yamldoc_problem(doc, 0, 0, "longer than %d bytes", (int)YAMLDOC_FILE_BYTES);
        return 0;
    }
    return yamldoc_parse(doc);
}

void yamldoc_free(yamldoc *doc)
{
    buffer_free(&doc->source);
    buffer_free(&doc->messages);
    arena_free(&doc->nodes);
    doc->root = NULL;
}

/* ---- Trees ------------------------------------------------------------------------ */

yamldoc_node *yamldoc_child(const yamldoc_node *node, const char *key)
{
    if (node == NULL || node->kind != YAMLDOC_MAP)
        return NULL;
    for (yamldoc_node *child = node->first; child != NULL; child = child->next)
        if (text_is(child->key, key))
            return child;
    return NULL;
}

int yamldoc_expect(yamldoc *doc, const yamldoc_node *node, yamldoc_kind kind, const char *what)
{
    static const char *const names[] = {"a text", "a mapping of keys to values", "a list"};
    if (node->kind == kind)
        return 1;
    yamldoc_problem_at(doc, node, "%s is %s here, not %s%s", what, names[kind], names[node->kind],
                       kind == YAMLDOC_TEXT ? "; quote a text that begins with '{' or '['" : "");
    return 0;
}

/* One that is near to none: all that there are. */
static void yamldoc_unknown_key(yamldoc *doc, const yamldoc_node *child, const char *const *keys,
                                size_t count)
{
    buffer list = {0};
    for (size_t i = 0; i < count; i++)
        buffer_format(&list, "%s%s", i > 0 ? ", " : "", keys[i]);
    yamldoc_problem(doc, child->key_line, child->key_column, "unknown key '%s'; the keys here are %.*s",
                    child->key.data, (int)list.size, list.data);
    buffer_free(&list);
}

void yamldoc_check_keys(yamldoc *doc, const yamldoc_node *map, const char *const *keys, size_t count)
{
    prm_text *names = memory_take(count * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = text_of(keys[i]);
    for (const yamldoc_node *child = map->first; child != NULL; child = child->next) {
        size_t found = 0;
        while (found < count && !text_same(child->key, names[found]))
            found++;
        if (found < count)
            continue;
        size_t near = suggest_nearest(child->key, names, count);
        if (near < count)
            yamldoc_problem(doc, child->key_line, child->key_column, "unknown key '%s'; did you mean '%s'?",
                            child->key.data, keys[near]);
        else
            yamldoc_unknown_key(doc, child, keys, count);
    }
    free(names);
}
