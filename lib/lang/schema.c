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
    case PRM_SCHEMA_RATE:
    case PRM_SCHEMA_NUMBER:
    case PRM_SCHEMA_THRESHOLD:
    case PRM_SCHEMA_WHOLE:
    case PRM_SCHEMA_DURATION:
    case PRM_SCHEMA_SPAN:
    case PRM_SCHEMA_DATE:
    case PRM_SCHEMA_LINK:
        return node->kind == PRM_YAML_SCALAR;
    case PRM_SCHEMA_MAPPING:
        return node->kind == PRM_YAML_MAPPING;
    case PRM_SCHEMA_TEXTS:
    case PRM_SCHEMA_RATES:
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
    [PRM_SCHEMA_RATE] = "a rate",
    [PRM_SCHEMA_RATES] = "a rate or a list of rates",
    [PRM_SCHEMA_NUMBER] = "a number",
    [PRM_SCHEMA_THRESHOLD] = "a number or an attribute",
    [PRM_SCHEMA_WHOLE] = "a whole number",
    [PRM_SCHEMA_DURATION] = "a duration",
    [PRM_SCHEMA_SPAN] = "a duration",
    [PRM_SCHEMA_DATE] = "a date",
    [PRM_SCHEMA_LINK] = "an event type and a field",
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

/* "write for example `per: month`", with the key where the mapping has one. */
static const char *schema_example(prm__lang *lang, const prm__yaml_node *node, const char *example)
{
    if (node->key == NULL)
        return prm__lang_format(lang, "write for example `%s`", example);
    return prm__lang_format(lang, "write for example `%.*s: %s`", prm__lang_shown(node->key, node->key_size),
                            node->key, example);
}

bool prm__schema_check(prm__lang *lang, const prm__yaml_node *node, prm__schema_type type, const char *key,
                       const char *example)
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
        prm__diag_report(lang->diag, PRM_DIAG_WRONG_TYPE, span, schema_example(lang, node, example),
                         "%s takes %s, but here is %s",
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

/* "a, b or c", of the schema's keys from `first` on. */
static const char *schema_names(prm__lang *lang, const prm__schema *schema, uint32_t first)
{
    const char *names[PRM_SCHEMA_KEYS] = {NULL};
    for (uint32_t i = first; i < schema->count; i++)
        names[i - first] = schema->keys[i].name;
    return prm__lang_list(lang, names, schema->count - first);
}

/* A key that is near to none. In an action that does not say what it does, it is a kind of reward. */
static void schema_unheard(prm__lang *lang, const prm__schema *schema, const prm__yaml_node *child)
{
    int shown = prm__lang_shown(child->key, child->key_size);
    const char *hint = schema->beside;
    if (hint == NULL && schema->rewards_from > 0) {
        prm__diag_report(lang->diag, PRM_DIAG_UNKNOWN_REWARD, child->key_span,
                         prm__lang_format(lang, "declare it under `rewards`, or write one of %s",
                                          schema_names(lang, schema, schema->rewards_from)),
                         "there is no kind of reward `%.*s`", shown, child->key);
        return;
    }
    if (hint == NULL)
        hint = prm__lang_format(lang, "write one of %s", schema_names(lang, schema, 0));
    prm__diag_report(lang->diag, PRM_DIAG_UNKNOWN_KEY, child->key_span, hint, "%s has no key `%.*s`",
                     schema->place, shown, child->key);
}

/* Reports an unknown key; returns the one that was probably meant, or SCHEMA_NO_KEY. */
static uint32_t schema_unknown(prm__lang *lang, const prm__schema *schema, const prm__yaml_node *child)
{
    uint32_t near = schema_nearest(schema, child);
    if (near == SCHEMA_NO_KEY) {
        schema_unheard(lang, schema, child);
        return near;
    }
    const char *hint = prm__lang_format(lang, "did you mean `%s`?", schema->keys[near].name);
    int shown = prm__lang_shown(child->key, child->key_size);
    if (schema->rewards_from > 0 && near >= schema->rewards_from)
        prm__diag_report(lang->diag, PRM_DIAG_UNKNOWN_REWARD, child->key_span, hint,
                         "there is no kind of reward `%.*s`", shown, child->key);
    else
        prm__diag_report(lang->diag, PRM_DIAG_UNKNOWN_KEY, child->key_span, hint, "%s has no key `%.*s`",
                         schema->place, shown, child->key);
    return near;
}

/* What a key that is near to none may have stood for: of each mark that no key seen has, the first
 * key with this mark alone, by whose type the value can be. */
static uint64_t schema_guess(const prm__schema *schema, const prm__yaml_node *child, uint64_t seen)
{
    static const uint32_t marks[] = {PRM_SCHEMA_CAUSE, PRM_SCHEMA_OUTCOME, PRM_SCHEMA_DEGREE};
    const uint32_t all = PRM_SCHEMA_CAUSE | PRM_SCHEMA_OUTCOME | PRM_SCHEMA_DEGREE;
    uint64_t guessed = 0;
    for (size_t m = 0; m < sizeof marks / sizeof marks[0]; m++) {
        bool open = (prm__schema_marked(schema, marks[m]) & seen) == 0;
        for (uint32_t i = 0; i < schema->count && open; i++) {
            const prm__schema_key *key = &schema->keys[i];
            open = (key->flags & all) != marks[m] || !schema_is(child, (prm__schema_type)key->type);
            guessed |= open ? 0 : PRM_SCHEMA_BIT(i);
        }
    }
    return guessed;
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
    if (*value == NULL &&
        prm__schema_check(lang, child, (prm__schema_type)key->type, key->name, key->example))
        *value = child;
}

bool prm__schema_read(prm__lang *lang, const prm__yaml_node *node, const prm__schema *schema,
                      const prm__yaml_node **values, uint64_t *meant)
{
    uint64_t seen = 0;
    uint32_t previous = SCHEMA_NO_KEY;
    const prm__yaml_node *unheard = NULL;
    for (uint32_t i = 0; i < schema->count; i++)
        values[i] = NULL;
    if (!prm__schema_check(lang, node, PRM_SCHEMA_MAPPING, node->key != NULL ? node->key : schema->place,
                           schema->example))
        return false;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        uint32_t key = schema_find(schema, child);
        if (key == SCHEMA_NO_KEY && schema_is_stray(node, child, schema, previous)) {
            schema_stray(lang, child, schema->keys[previous].name, &values[previous]);
        } else if (key == SCHEMA_NO_KEY) {
            uint32_t near = schema_unknown(lang, schema, child);
            seen |= near != SCHEMA_NO_KEY ? PRM_SCHEMA_BIT(near) : 0;
            unheard = near != SCHEMA_NO_KEY ? unheard : child;
        } else {
            seen |= PRM_SCHEMA_BIT(key);
            schema_take(lang, &schema->keys[key], child, &values[key]);
            previous = key;
        }
    }
    schema_missing(lang, node, schema, seen);
    if (unheard != NULL)
        seen |= schema_guess(schema, unheard, seen);
    if (meant != NULL)
        *meant = seen;
    return true;
}
