/* lint: the order of things, and what the lints share. */
#include "compile/lint.h"

const prm__yaml_node *prm__lint_action(const prm__yaml_node *block, uint32_t index)
{
    const prm__yaml_node *node = prm__schema_first(block);
    while (index-- > 0)
        node = prm__schema_next(block, node);
    return node;
}

const char *prm__lint_written(prm__compiler *c, const prm__yaml_node *node)
{
    return prm__lang_format(&c->lang, "%.*s", prm__lang_shown(node->text, node->size), node->text);
}

const char *prm__lint_percent(prm__decimal rate, char buffer[PRM_LINT_NUMBER_BYTES])
{
    prm__decimal_write(rate * 100, buffer);
    return buffer;
}

/* Without errors each rule has its row. */
static bool lint_collect(prm__compiler *c, const prm__yaml_node *node, prm__lint_rules *out)
{
    uint32_t count = (uint32_t)c->builder.rules.count;
    *out = (prm__lint_rules){NULL, 0};
    if (node == NULL || count == 0)
        return true;
    prm__lint_rule *rules = prm__lang_get(&c->lang, count * sizeof *rules);
    if (rules == NULL)
        return false;
    for (const prm__yaml_node *child = node->first; child != NULL && out->count < count;
         child = child->next, out->count++)
        rules[out->count] = (prm__lint_rule){prm__vec_at(&c->builder.rules, out->count), child};
    out->rules = rules;
    return true;
}

void prm__lint(prm__compiler *c, const prm__yaml_node *root)
{
    prm__lint_rules rules;
    if (!lint_collect(c, prm__yaml_find(root, "rules"), &rules))
        return;
    for (uint32_t i = 0; i < rules.count && !c->lang.diag->exhausted; i++)
        prm__lint_one_rule(c, rules.rules[i]);
    const prm__yaml_node *ranks = prm__yaml_find(root, "ranks");
    if (ranks != NULL)
        prm__lint_ranks(c, ranks);
    const prm__yaml_node *journey = prm__yaml_find(root, "journey");
    if (journey != NULL)
        prm__lint_journey(c, journey);
    prm__lint_rates(c, root, rules);
    prm__lint_exclusive(c, rules);
    prm__lint_unused(c, root);
}
