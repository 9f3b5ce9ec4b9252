/* compile measures: `measures:`, names for measures that several rules use, or that a
 * `value` calculates with. A named measure takes the window, subject and filter of the
 * rule that uses it, so it becomes rows only there. */
#include "compile/compiler.h"

#include "lang/scalars.h"

#include <string.h>

#define MEASURES_MOST 200 /* each `value` looks its names up among them, one after the other */

/* A field of that name would read as if it were meant. */
static bool measures_is_field(const prm__compiler *c, const prm__yaml_node *node)
{
    return prm__vocab_find_name(&c->vocabulary, node->key, node->key_size) != PRM_VOCAB_NONE;
}

static bool measures_name(prm__compiler *c, const prm__yaml_node *node)
{
    int shown = prm__lang_shown(node->key, node->key_size);
    if (!prm__scalar_is_identifier(node->key, node->key_size) || node->key_size > PRM_LIMIT_TEXT_BYTES)
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_NAME, node->key_span,
                         "names have letters, digits and underscores, and begin with no digit",
                         "`%.*s` cannot be the name of a measure", shown, node->key);
    else if (prm__vocab_is_reserved(node->key, node->key_size))
        prm__diag_report(c->lang.diag, PRM_DIAG_RESERVED_WORD, node->key_span, "choose another name",
                         "`%s` has a meaning of its own and cannot name a measure", node->key);
    else if (measures_is_field(c, node))
        prm__diag_report(
            c->lang.diag, PRM_DIAG_RESERVED_WORD, node->key_span,
            prm__lang_format(&c->lang, "choose another name, such as `total_%.*s`", shown, node->key),
            "`%.*s` is a field of events already and cannot name a measure", shown, node->key);
    else
        return true;
    return false;
}

static bool measures_add(prm__compiler *c, const prm__yaml_node *node)
{
    prm__named_measure *row = prm__compile_push(c, &c->named);
    const char **name = prm__compile_push(c, &c->named_names);
    if (row == NULL || name == NULL)
        return false;
    *row = (prm__named_measure){.name = node->key, .name_size = node->key_size, .node = node};
    *name = node->key;
    return true;
}

static bool measures_is_there(const prm__compiler *c, const prm__yaml_node *node)
{
    for (uint32_t i = 0; i < c->named.count; i++)
        if (strcmp(PRM_VEC(c->named, const prm__named_measure)[i].name, node->key) == 0)
            return true;
    return false;
}

/* A measure under a wrong name is still there, so that a `value` that uses it is not wrong too. */
void prm__compile_measures(prm__compiler *c, const prm__yaml_node *node)
{
    if (node == NULL)
        return;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        if (c->named.count == MEASURES_MOST) {
            prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_MEASURES, child->key_span, NULL,
                             "a program has at most %d named measures", MEASURES_MOST);
            return;
        }
        measures_name(c, child);
        bool mapping = prm__schema_check(&c->lang, child, PRM_SCHEMA_MAPPING, child->key,
                                         "{count: deal.won}");
        if (!measures_is_there(c, child) && measures_add(c, child) && !mapping)
            PRM_VEC(c->named, prm__named_measure)[c->named.count - 1].node = NULL;
        if (c->lang.diag->exhausted)
            return;
    }
}

/* What is wrong with a rule may be why it does not use the measure. */
void prm__compile_warn_unused(prm__compiler *c)
{
    for (uint32_t i = 0; i < c->named.count && c->lang.diag->errors == 0; i++) {
        const prm__named_measure *row = prm__vec_at(&c->named, i);
        if (!row->used)
            prm__diag_report(c->lang.diag, PRM_DIAG_MEASURE_UNUSED, row->node->key_span,
                             prm__lang_format(&c->lang,
                                              "write for example `when: {value: %.*s, at_least: 10}`, or "
                                              "remove it",
                                              prm__lang_shown(row->name, row->name_size), row->name),
                             "no `value` uses the measure `%.*s`", prm__lang_shown(row->name, row->name_size),
                             row->name);
    }
}
