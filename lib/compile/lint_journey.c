/* lint journey: stages that do not come one after the other. */
#include "compile/lint.h"

/* The first earlier stage whose condition holds only where that of `stage` does too; `stage` itself
 * without one. */
static uint32_t journey_behind(const prm__compiler *c, uint32_t first, uint32_t stage)
{
    const prm__p_rule *rows = c->builder.rules.data;
    for (uint32_t i = first; i < stage; i++)
        if (prm__lint_implied(c, rows[i].first_condition, rows[i].condition_count,
                              rows[stage].first_condition, rows[stage].condition_count))
            return i;
    return stage;
}

static const prm__yaml_node *journey_node(const prm__yaml_node *journey, uint32_t index)
{
    const prm__yaml_node *node = journey->first;
    while (index-- > 0)
        node = node->next;
    return node;
}

/* Without errors each stage has its row, the last ones of the rules. */
void prm__lint_journey(prm__compiler *c, const prm__yaml_node *journey)
{
    uint32_t first = (uint32_t)c->builder.rules.count - journey->count;
    const prm__yaml_node *node = journey->first;
    for (uint32_t i = first; node != NULL && !c->lang.diag->exhausted; i++, node = node->next) {
        const prm__p_rule *row = prm__vec_at(&c->builder.rules, i);
        const prm__yaml_node *when = prm__yaml_find(node, "when");
        prm__lint_condition(c, when, row->first_condition, row->condition_count);
        uint32_t behind = journey_behind(c, first, i);
        if (behind == i)
            continue;
        const prm__yaml_node *earlier = journey_node(journey, behind - first);
        prm__diag_report(
            c->lang.diag, PRM_DIAG_STAGE_BEHIND, when->span,
            "put the stages in the order in which they are reached, each with a condition of its own",
            "whoever comes to `%.*s` has come to `%.*s` as well, so nobody ever stands at `%.*s`",
            prm__lang_shown(earlier->key, earlier->key_size), earlier->key,
            prm__lang_shown(node->key, node->key_size), node->key,
            prm__lang_shown(earlier->key, earlier->key_size), earlier->key);
    }
}
