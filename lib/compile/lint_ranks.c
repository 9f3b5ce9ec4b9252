/* lint ranks: levels that no review leads to. */
#include "compile/lint.h"

/* A higher level that is reached whenever this one is; 0 without one. */
static uint32_t ranks_above(const prm__compiler *c, uint32_t level)
{
    const prm__p_level *levels = c->builder.levels.data;
    for (uint32_t i = level + 1; i < c->builder.levels.count; i++)
        if (prm__lint_implied(c, levels[level].first_condition, levels[level].condition_count,
                              levels[i].first_condition, levels[i].condition_count))
            return i;
    return 0;
}

static const prm__yaml_node *ranks_node(const prm__yaml_node *levels, uint32_t index)
{
    const prm__yaml_node *node = levels->first;
    while (index-- > 0)
        node = node->next;
    return node;
}

void prm__lint_ranks(prm__compiler *c, const prm__yaml_node *ranks)
{
    const prm__yaml_node *levels = prm__yaml_find(ranks, "levels");
    const prm__p_level *rows = c->builder.levels.data;
    const prm__yaml_node *node = levels->first->next;
    for (uint32_t i = 1; i < c->builder.levels.count && node != NULL; i++, node = node->next) {
        const prm__yaml_node *when = prm__yaml_find(node, "when");
        prm__lint_condition(c, when, rows[i].first_condition, rows[i].condition_count);
        uint32_t above = ranks_above(c, i);
        if (above == 0)
            continue;
        const prm__yaml_node *higher = ranks_node(levels, above);
        prm__diag_report(c->lang.diag, PRM_DIAG_RANK_PASSED_OVER, when->span,
                         "raise the thresholds from one level to the next",
                         "nobody is promoted to `%.*s`: whoever reaches it reaches `%.*s` as well",
                         prm__lang_shown(node->key, node->key_size), node->key,
                         prm__lang_shown(higher->key, higher->key_size), higher->key);
    }
}
