/* compile streak: windows in a row. The inner measure counts by calendar window; the
 * streak, of the same subject, types and window, follows the inner comparison. */
#include "compile/clause.h"

#include "lang/scalars.h"

#include <string.h>

static bool streak_wrong(prm__compiler *c, prm__span span, const char *hint, const char *why)
{
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_STREAK, span, hint, "%s", why);
    return false;
}

/* The calendar window that it counts: its own, else that of where it stands. */
static bool streak_window(prm__compiler *c, const prm__clause *clause, const prm__clause *inner,
                          const prm__compile_context *context, uint32_t *window)
{
    const prm__yaml_node *const *values = clause->values;
    for (uint32_t key = PRM_WHEN_WITHIN; key <= PRM_WHEN_AFTER; key++)
        if (values[key] != NULL)
            return streak_wrong(c, values[key]->key_span, "write for example `per: month`",
                                "a streak is of calendar windows, so it takes `per` alone");
    prm__p_window row = {.kind = PRM_WINDOW_LIFE, .anchor = PRM_NO_INDEX};
    const prm__window_keys keys = {values[PRM_WHEN_PER], NULL, NULL};
    if (keys.per != NULL)
        return prm__compile_window(c, keys, context->kind, window);
    if (context->window != PRM_NO_INDEX)
        row.period = PRM_VEC(c->builder.windows, prm__p_window)[context->window].period;
    if (row.period == PRM_PERIOD_NONE && !context->check_only) { /* where it is used, a rule may have one */
        bool meant = prm__clause_has(clause, PRM_WHEN_PER, PRM_WHEN_PER) ||
                     prm__clause_has(inner, PRM_WHEN_PER, PRM_WHEN_PER);
        if (context->window != PRM_NO_INDEX && !meant)
            streak_wrong(c, values[PRM_WHEN_STREAK]->key_span,
                         "write for example `per: month` beside `streak`",
                         "a streak needs `per`: the windows that it counts");
        return false;
    }
    *window = prm__compile_row(c, &c->window_keys, &row, sizeof row, &c->builder.windows, &row, NULL);
    return *window != PRM_NO_INDEX;
}

/* The inner mapping: one plain measure with one comparison; window and subject stand outside. */
static bool streak_inner(prm__compiler *c, const prm__clause *outer, prm__clause *inner)
{
    const prm__yaml_node *node = outer->values[PRM_WHEN_STREAK];
    if (!prm__clause_read(c, node, "`streak`", inner))
        return false; /* LCOV_EXCL_LINE the schema around it lets mappings through, nothing else */
    bool ok = prm__clause_without(c, inner, PRM_WHEN_STREAK, PRM_WHEN_VALUE,
                                  "a streak is of a plain measure such as `count`", NULL);
    ok = prm__clause_without(c, inner, PRM_WHEN_PER, PRM_WHEN_FOR,
                             "it holds for the whole streak, not inside of it", "write it beside `streak`") &&
         ok;
    ok = prm__clause_without(c, inner, PRM_WHEN_EVERY, PRM_WHEN_IS,
                             "inside of a streak stands one measure with its threshold", NULL) &&
         ok;
    if (outer->values[PRM_WHEN_WHERE] == NULL)
        return ok;
    if (inner->values[PRM_WHEN_WHERE] != NULL)
        return prm__clause_without(c, inner, PRM_WHEN_WHERE, PRM_WHEN_WHERE, "there is one beside `streak`",
                                   "join both with `&&`");
    inner->values[PRM_WHEN_WHERE] = outer->values[PRM_WHEN_WHERE];
    return ok;
}

static bool streak_measure_key(prm__compiler *c, const prm__clause *inner, uint32_t *key)
{
    *key = prm__clause_only(c, inner, PRM_WHEN_COUNT, PRM_WHEN_COVERED);
    if (*key == PRM_NO_INDEX && !prm__clause_has(inner, PRM_WHEN_COUNT, PRM_WHEN_VALUE))
        streak_wrong(c, inner->node->span, "write for example `streak: {count: deal.won, at_least: 3}`",
                     "a streak needs a measure inside: what each window is to reach");
    return *key != PRM_NO_INDEX;
}

/* The row, which follows that of the inner condition. */
static bool streak_row(prm__compiler *c, const prm__measured *inner, prm__p_condition *condition,
                       prm__measured *out)
{
    prm__p_measure row = PRM_VEC(c->builder.measures, prm__p_measure)[inner->row];
    bool fresh;
    condition->measure = inner->row;
    row.kind = PRM_MEASURE_STREAK;
    row.name = PRM_NO_INDEX;
    row.filter = PRM_NO_INDEX;
    row.inner = (uint32_t)c->builder.conditions.count;
    out->counted = inner->counted;
    out->row = prm__measure_row(c, &row, inner->counted, condition, sizeof *condition, &fresh);
    if (out->row == PRM_NO_INDEX || !fresh)
        return out->row != PRM_NO_INDEX;
    prm__p_condition *pushed = prm__compile_push(c, &c->builder.conditions);
    if (pushed != NULL)
        *pushed = *condition;
    return pushed != NULL;
}

/* The inner comparison, with a target of the streak's own subject, which may be a coarser one;
 * what it asks for must be reached by events. */
static bool streak_compare(prm__compiler *c, const prm__clause *inner, const prm__compile_context *context,
                           uint32_t subject, const prm__measured *measured, prm__p_condition *condition)
{
    prm__compile_context own = *context;
    own.kind = subject;
    if (!prm__compare_read(c, inner, &own, measured, condition))
        return false;
    bool below = condition->kind == PRM_CONDITION_AT_LEAST || condition->kind == PRM_CONDITION_MORE_THAN;
    const prm__yaml_node *node = inner->values[PRM_WHEN_AT_LEAST + condition->kind];
    if (!below || prm__compare_at_rest(c, measured, condition).never)
        return true;
    return prm__compare_at_once(c, node, node->key);
}

bool prm__streak_read(prm__compiler *c, const prm__clause *clause, prm__compile_context *context,
                      prm__measured *out)
{
    prm__clause inner;
    prm__measured measured = {.row = PRM_NO_INDEX, .expr = PRM_NO_INDEX};
    prm__p_condition condition;
    memset(&condition, 0, sizeof condition);
    uint32_t subject, window = PRM_NO_INDEX;
    bool ok = prm__measure_subject(c, clause, context, &subject);
    ok = streak_inner(c, clause, &inner) && ok;
    ok = streak_window(c, clause, &inner, context, &window) && ok;
    if (clause->values[PRM_WHEN_OF] != NULL)
        ok = streak_wrong(c, clause->values[PRM_WHEN_OF]->key_span, "write it inside of `streak`",
                          "`of` belongs to the measure inside of `streak`");
    if (!streak_measure_key(c, &inner, &measured.key))
        return false;
    ok = prm__measure_plain(c, &inner, context, subject, window, &measured) && ok;
    ok = streak_compare(c, &inner, context, subject, &measured, &condition) && ok;
    return ok && (context->check_only || streak_row(c, &measured, &condition, out));
}
