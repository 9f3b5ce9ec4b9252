/* schema: keys are found by looking through the table, which has a few dozen rows
 * at the most; what remains unknown is compared with those rows for a suggestion. */
#include "lang/schema.h"

#include <string.h>

#define SCHEMA_NO_KEY UINT32_MAX

static uint32_t schema_find(const prm__schema *schema, const prm__yaml_node *child)
{
    for (uint32_t i = 0; i < schema->count; i++)
        if (strlen(schema->keys[i].name) == child->key_size &&
            memcmp(schema->keys[i].name, child->key, child->key_size) == 0)
            return i;
    return SCHEMA_NO_KEY;
}

uint64_t prm__schema_marked(const prm__schema *schema, uint32_t mark)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < schema->count; i++)
        if ((schema->keys[i].flags & mark) != 0)
            bits |= PRM_SCHEMA_BIT(i);
    return bits;
}

void prm__schema_exclude(prm__lang *lang, const prm__yaml_node *a, const prm__yaml_node *b)
{
    if (a == NULL || b == NULL)
        return;
    const prm__yaml_node *later = a->key_span.start > b->key_span.start ? a : b;
    const prm__yaml_node *earlier = later == a ? b : a;
    prm__diag_report(lang->diag, PRM_DIAG_CONFLICTING_KEYS, later->key_span, "keep one of the two",
                     "`%s` cannot stand beside `%s`", later->key, earlier->key);
}

/* ---- Types ---- */

static bool schema_all(const prm__yaml_node *node, prm__yaml_kind kind)
{
    if (node->kind != PRM_YAML_LIST)
        return node->kind == (uint32_t)kind;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next)
        if (child->kind != (uint32_t)kind)
            return false;
    return true;
}

static bool schema_is(const prm__yaml_node *node, prm__schema_type type)
{
    switch (type) {
    case PRM_SCHEMA_TEXT:
    case PRM_SCHEMA_EXPR:
        return node->kind == PRM_YAML_SCALAR;
    case PRM_SCHEMA_MAPPING:
        return node->kind == PRM_YAML_MAPPING;
    case PRM_SCHEMA_TEXTS:
        return schema_all(node, PRM_YAML_SCALAR);
    case PRM_SCHEMA_MAPPINGS:
        return schema_all(node, PRM_YAML_MAPPING);
    case PRM_SCHEMA_ANY:
        return true;
    }
    return false; /* LCOV_EXCL_LINE every type is above */
}

static const char *const schema_type_names[] = {
    [PRM_SCHEMA_TEXT] = "one value",
    [PRM_SCHEMA_EXPR] = "an expression",
    [PRM_SCHEMA_MAPPING] = "a mapping",
    [PRM_SCHEMA_TEXTS] = "one value or a list of values",
    [PRM_SCHEMA_MAPPINGS] = "a mapping or a list of mappings",
    [PRM_SCHEMA_ANY] = "anything",
};

static const char *schema_kind_name(const prm__yaml_node *node)
{
    switch ((prm__yaml_kind)node->kind) {
    case PRM_YAML_SCALAR:
        return node->size == 0 ? "nothing" : "one value";
    case PRM_YAML_LIST:
        return node->count == 0 ? "an empty list" : "a list";
    case PRM_YAML_MAPPING:
        return "a mapping";
    }
    return "something else"; /* LCOV_EXCL_LINE every kind is above */
}

/* A refused element refuses its list. */
static bool schema_refused(const prm__yaml_node *node)
{
    if (node->refused)
        return true;
    if (node->kind == PRM_YAML_LIST)
        for (const prm__yaml_node *child = node->first; child != NULL; child = child->next)
            if (child->refused)
                return true;
    return false;
}

bool prm__schema_check(prm__lang *lang, const prm__yaml_node *node, prm__schema_type type, const char *key)
{
    if (schema_refused(node))
        return false;
    bool empty = node->kind == PRM_YAML_SCALAR ? node->size == 0 && node->plain
                                               : node->kind == PRM_YAML_LIST && node->count == 0;
    if (schema_is(node, type) && (!empty || type == PRM_SCHEMA_ANY))
        return true;
    prm__span span = node->span.start < node->span.end || node->key == NULL ? node->span : node->key_span;
    if (type == PRM_SCHEMA_EXPR && node->flow)
        prm__diag_report(lang->diag, PRM_DIAG_EXPR_QUOTE_THIS, span, "quote this expression",
                         "YAML took this expression for %s", schema_kind_name(node));
    else
        prm__diag_report(lang->diag, PRM_DIAG_WRONG_TYPE, span, NULL, "%s takes %s, but here is %s",
                         node->key != NULL ? prm__lang_format(lang, "`%s`", key) : key,
                         schema_type_names[type], schema_kind_name(node));
    return false;
}

const prm__yaml_node *prm__schema_first(const prm__yaml_node *node)
{
    return node->kind == PRM_YAML_LIST ? node->first : node;
}

const prm__yaml_node *prm__schema_next(const prm__yaml_node *list, const prm__yaml_node *element)
{
    return element != list ? element->next : NULL;
}

/* ---- Mappings ---- */

/* `{cash: min(amount, 5)}` is a key `cash` and a key `5)` to YAML. */
static bool schema_is_stray(const prm__yaml_node *mapping, const prm__yaml_node *child,
                            const prm__schema *schema, uint32_t previous)
{
    return mapping->flow && previous != SCHEMA_NO_KEY && schema->keys[previous].type == PRM_SCHEMA_EXPR &&
           child->kind == PRM_YAML_SCALAR && child->size == 0 && child->plain;
}

static void schema_stray(prm__lang *lang, const prm__yaml_node *child, const char *key,
                         const prm__yaml_node **value)
{
    prm__span span = child->key_span;
    if (*value != NULL)
        span.start = (*value)->span.start;
    *value = NULL;
    prm__diag_report(lang->diag, PRM_DIAG_EXPR_QUOTE_THIS, span, "quote this expression",
                     "YAML took a part of the expression of `%s` for a key of its own", key);
}

/* The key that is nearest to an unknown one, or SCHEMA_NO_KEY. */
static uint32_t schema_nearest(const prm__schema *schema, const prm__yaml_node *child)
{
    const char *names[PRM_SCHEMA_KEYS] = {NULL};
    for (uint32_t i = 0; i < schema->count; i++)
        names[i] = schema->keys[i].name;
    const char *near = prm__diag_nearest(child->key, child->key_size, names, schema->count);
    for (uint32_t i = 0; i < schema->count && near != NULL; i++)
        if (near == names[i])
            return i;
    return SCHEMA_NO_KEY;
}

/* Reports an unknown key; returns the bit of the one that was probably meant. Where kinds of
 * reward stand, it is one of them unless an option is nearer. */
static uint64_t schema_unknown(prm__lang *lang, const prm__schema *schema, const prm__yaml_node *child)
{
    uint32_t near = schema_nearest(schema, child);
    const char *hint = NULL;
    if (near != SCHEMA_NO_KEY)
        hint = prm__lang_format(lang, "did you mean `%s`?", schema->keys[near].name);
    int shown = prm__lang_shown(child->key, child->key_size);
    if (schema->rewards_from > 0 && near >= schema->rewards_from)
        prm__diag_report(lang->diag, PRM_DIAG_UNKNOWN_REWARD, child->key_span,
                         hint != NULL ? hint : "declare it under `rewards`",
                         "there is no kind of reward `%.*s`", shown, child->key);
    else
        prm__diag_report(lang->diag, PRM_DIAG_UNKNOWN_KEY, child->key_span, hint, "%s has no key `%.*s`",
                         schema->place, shown, child->key);
    return near != SCHEMA_NO_KEY ? PRM_SCHEMA_BIT(near) : 0;
}

static void schema_missing(prm__lang *lang, const prm__yaml_node *node, const prm__schema *schema,
                           uint64_t meant)
{
    for (uint32_t i = 0; i < schema->count; i++) {
        const prm__schema_key *key = &schema->keys[i];
        if ((key->flags & PRM_SCHEMA_REQUIRED) == 0 || (meant & PRM_SCHEMA_BIT(i)) != 0)
            continue;
        prm__span span = node->key != NULL ? node->key_span : (prm__span){node->span.start, node->span.start};
        prm__diag_report(lang->diag, PRM_DIAG_MISSING_KEY, span, key->doc, "%s needs the key `%s`",
                         schema->place, key->name);
    }
}

/* Takes the value of a known key. */
static void schema_take(prm__lang *lang, const prm__schema_key *key, const prm__yaml_node *child,
                        const prm__yaml_node **value)
{
    if (*value == NULL && prm__schema_check(lang, child, (prm__schema_type)key->type, key->name))
        *value = child;
}

bool prm__schema_read(prm__lang *lang, const prm__yaml_node *node, const prm__schema *schema,
                      const prm__yaml_node **values, uint64_t *meant)
{
    uint64_t seen = 0;
    uint32_t previous = SCHEMA_NO_KEY;
    for (uint32_t i = 0; i < schema->count; i++)
        values[i] = NULL;
    if (!prm__schema_check(lang, node, PRM_SCHEMA_MAPPING, node->key != NULL ? node->key : schema->place))
        return false;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        uint32_t key = schema_find(schema, child);
        if (key == SCHEMA_NO_KEY && schema_is_stray(node, child, schema, previous)) {
            schema_stray(lang, child, schema->keys[previous].name, &values[previous]);
        } else if (key == SCHEMA_NO_KEY) {
            seen |= schema_unknown(lang, schema, child);
        } else {
            seen |= PRM_SCHEMA_BIT(key);
            schema_take(lang, &schema->keys[key], child, &values[key]);
            previous = key;
        }
    }
    schema_missing(lang, node, schema, seen);
    if (meant != NULL)
        *meant = seen;
    return true;
}
