/* lint unused: attributes, rewards, event types and fields that are declared, and that nothing
 * in the program uses. Whatever may be a use counts as one. */
#include "compile/lint.h"

#include <string.h>

/* What was seen in use. In the arena. */
typedef struct unused_marks {
    bool *names;      /* fields, by name */
    bool *attributes; /* by attribute */
    bool *rewards;
    bool *types;
} unused_marks;

static bool unused_init(prm__compiler *c, unused_marks *marks)
{
    marks->names = prm__lang_get(&c->lang, c->builder.names.count + 1);
    marks->attributes = prm__lang_get(&c->lang, c->builder.attributes.count + 1);
    marks->rewards = prm__lang_get(&c->lang, c->builder.rewards.count + 1);
    marks->types = prm__lang_get(&c->lang, c->builder.types.count + 1);
    return marks->names != NULL && marks->attributes != NULL && marks->rewards != NULL &&
           marks->types != NULL;
}

/* ---- Uses ---- */

static void unused_mark(bool *marks, uint32_t index)
{
    if (index != PRM_NO_INDEX)
        marks[index] = true;
}

static void unused_expressions(const prm__compiler *c, unused_marks *marks)
{
    const uint32_t *words = c->builder.code.data;
    for (size_t i = 0; i < c->builder.code.count; i++) {
        uint32_t operation = words[i] & 0xFF, operand = words[i] >> 8;
        if (operation == PRM_OP_FIELD || operation == PRM_OP_HAS_FIELD)
            marks->names[operand] = true;
        if (operation == PRM_OP_ATTRIBUTE || operation == PRM_OP_HAS_ATTRIBUTE)
            marks->attributes[operand] = true;
    }
}

static void unused_rows(const prm__compiler *c, unused_marks *marks)
{
    const prm__builder *b = &c->builder;
    for (size_t i = 0; i < b->conditions.count; i++)
        unused_mark(marks->attributes, PRM_VEC(b->conditions, const prm__p_condition)[i].attribute);
    for (size_t i = 0; i < b->tiers.count; i++)
        unused_mark(marks->attributes, PRM_VEC(b->tiers, const prm__p_tier)[i].attribute);
    for (size_t i = 0; i < b->measures.count; i++)
        unused_mark(marks->names, PRM_VEC(b->measures, const prm__p_measure)[i].name);
    for (size_t i = 0; i < b->actions.count; i++)
        unused_mark(marks->rewards, PRM_VEC(b->actions, const prm__p_action)[i].reward);
    for (size_t i = 0; i < b->kinds.count; i++) {
        const prm__p_kind *kind = prm__vec_at(&b->kinds, i);
        for (uint32_t k = 0; k < kind->key_count; k++)
            marks->names[kind->keys[k]] = true;
    }
}

/* A type that voids or reduces is of use by that, and so is the one that it touches. */
static void unused_types(const prm__compiler *c, unused_marks *marks)
{
    const prm__builder *b = &c->builder;
    for (uint32_t i = 0; i < b->types.count; i++) {
        const prm__p_type *type = prm__vec_at(&b->types, i);
        unused_mark(marks->types, type->voids);
        unused_mark(marks->types, type->reduces);
        if (type->earns != 0 || type->voids != PRM_NO_INDEX || type->reduces != PRM_NO_INDEX)
            marks->types[i] = true;
        if (type->voids != PRM_NO_INDEX)
            unused_mark(marks->names, type->voids_name);
        if (type->reduces != PRM_NO_INDEX)
            unused_mark(marks->names, type->reduces_name);
    }
    for (size_t i = 0; i < c->routes.count; i++)
        marks->types[PRM_VEC(c->routes, const prm__compile_pair)[i].type] = true;
    for (size_t i = 0; i < b->type_lists.count; i++)
        marks->types[PRM_VEC(b->type_lists, const uint32_t)[i]] = true;
    for (size_t i = 0; i < b->anchors.count; i++)
        marks->types[PRM_VEC(b->anchors, const prm__p_anchor)[i].type] = true;
}

/* ---- Findings ---- */

static void unused_attributes(prm__compiler *c, const prm__yaml_node *node, const unused_marks *marks)
{
    static const char *const owners[] = {"partner", "rep"};
    for (uint32_t owner = 0; owner < 2; owner++) {
        const prm__yaml_node *list = prm__yaml_find(node, owners[owner]);
        for (const prm__yaml_node *child = list == NULL ? NULL : list->first; child != NULL;
             child = child->next) {
            uint32_t attribute = prm__vocab_find_attribute(&c->vocabulary, owner, child->key,
                                                           child->key_size);
            uint32_t name = prm__vocab_find_name(&c->vocabulary, child->key, child->key_size);
            if (attribute == PRM_VOCAB_NONE || marks->attributes[attribute] ||
                (name != PRM_VOCAB_NONE && marks->names[name]))
                continue;
            prm__diag_report(
                c->lang.diag, PRM_DIAG_ATTRIBUTE_UNUSED, child->key_span,
                prm__lang_format(&c->lang, "name it, such as `eligible: has(%s.%.*s)`, or remove it",
                                 owners[owner], prm__lang_shown(child->key, child->key_size), child->key),
                "nothing uses the attribute `%s.%.*s`", owners[owner],
                prm__lang_shown(child->key, child->key_size), child->key);
        }
    }
}

/* Declared kinds stand behind the built-in ones, in the order of the file. */
static void unused_rewards(prm__compiler *c, const prm__yaml_node *node, const unused_marks *marks)
{
    uint32_t index = (uint32_t)c->builder.rewards.count - node->count;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next, index++)
        if (!marks->rewards[index])
            prm__diag_report(c->lang.diag, PRM_DIAG_REWARD_UNUSED, child->key_span,
                             "give it in a rule, or remove it", "no rule gives the reward `%.*s`",
                             prm__lang_shown(child->key, child->key_size), child->key);
}

/* The name of a declared field; PRM_VOCAB_NONE for the keys that are none. */
static uint32_t unused_field_name(const prm__compiler *c, const prm__yaml_node *node)
{
    size_t size = node->key_size;
    if (size > 0 && node->key[size - 1] == '?')
        size--;
    return prm__vocab_find_name(&c->vocabulary, node->key, size);
}

static bool unused_is_link(const prm__yaml_node *node)
{
    return strcmp(node->key, "voids") == 0 || strcmp(node->key, "reduces") == 0 ||
           strcmp(node->key, "within") == 0;
}

/* The fixed names are also columns of the ledger, so they are of use without a word. */
static void unused_fields(prm__compiler *c, const prm__yaml_node *type, const unused_marks *marks)
{
    for (const prm__yaml_node *child = type->first; child != NULL; child = child->next) {
        uint32_t name = unused_is_link(child) ? PRM_VOCAB_NONE : unused_field_name(c, child);
        if (name == PRM_VOCAB_NONE || name < PRM_VOCAB_FIXED_NAMES || marks->names[name])
            continue;
        prm__diag_report(c->lang.diag, PRM_DIAG_FIELD_UNUSED, child->key_span,
                         "remove it: hosts may send fields that a program does not declare",
                         "nothing uses the field `%s`", prm__vocab_name_at(&c->vocabulary, name));
    }
}

static void unused_events(prm__compiler *c, const prm__yaml_node *node, const unused_marks *marks)
{
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        uint32_t type = prm__vocab_find_type(&c->vocabulary, child->key, child->key_size);
        if (type == PRM_VOCAB_NONE)
            continue; /* LCOV_EXCL_LINE what compiled has been declared */
        if (marks->types[type])
            unused_fields(c, child, marks);
        else
            prm__diag_report(c->lang.diag, PRM_DIAG_TYPE_UNUSED, child->key_span,
                             "count it in a rule, or remove it", "nothing uses the event type `%.*s`",
                             prm__lang_shown(child->key, child->key_size), child->key);
    }
}

void prm__lint_unused(prm__compiler *c, const prm__yaml_node *root)
{
    const prm__yaml_node *attributes = prm__yaml_find(root, "attributes");
    const prm__yaml_node *rewards = prm__yaml_find(root, "rewards");
    const prm__yaml_node *events = prm__yaml_find(root, "events");
    unused_marks marks;
    if ((attributes == NULL && rewards == NULL && events == NULL) || !unused_init(c, &marks))
        return;
    unused_expressions(c, &marks);
    unused_rows(c, &marks);
    unused_types(c, &marks);
    if (attributes != NULL)
        unused_attributes(c, attributes, &marks);
    if (rewards != NULL)
        unused_rewards(c, rewards, &marks);
    if (events != NULL)
        unused_events(c, events, &marks);
}
