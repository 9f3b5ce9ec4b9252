/* compile value: arithmetic over named measures. A named measure is read where a `value`
 * uses it: it takes the window, the subject and the filter of that place. */
#include "compile/clause.h"

/* The measure of a row of `measures:`, as it counts in this context. */
static bool value_named(prm__compiler *c, uint32_t index, prm__compile_context *context, prm__measured *out)
{
    prm__named_measure *named = prm__vec_at(&c->named, index);
    prm__clause clause;
    out->key = PRM_NO_INDEX;
    if (named->node == NULL)
        return false; /* it was found wrong */
    bool ok = prm__clause_read(c, named->node, "a measure", &clause);
    ok = ok && prm__clause_without(c, &clause, PRM_WHEN_VALUE, PRM_WHEN_VALUE,
                                   "a named measure is a plain one, and no `value` itself",
                                   "write the arithmetic where the measure is used");
    ok = prm__clause_without(c, &clause, PRM_WHEN_AT_LEAST, PRM_WHEN_IS,
                             "a named measure is a number, without a condition",
                             "write it where the measure is used, beside `value`") &&
         ok;
    out->key = ok ? prm__clause_only(c, &clause, PRM_WHEN_COUNT, PRM_WHEN_STREAK) : PRM_NO_INDEX;
    if (ok && out->key == PRM_NO_INDEX && !prm__clause_has(&clause, PRM_WHEN_COUNT, PRM_WHEN_STREAK))
        prm__diag_report(c->lang.diag, PRM_DIAG_MISSING_KEY, named->node->key_span,
                         "write for example `{count: deal.won}`",
                         "the measure `%s` does not say what it counts", named->name);
    ok = out->key != PRM_NO_INDEX && prm__measure_read(c, &clause, context, out);
    if (!ok)
        named->node = NULL;
    return ok;
}

void prm__compile_unused_measures(prm__compiler *c)
{
    const prm__window_keys life = {NULL, NULL, NULL};
    prm__compile_context context = prm__compile_context_of("a measure", PRM_KIND_PARTNER, PRM_NO_INDEX);
    context.check_only = true;
    if (!prm__compile_window(c, life, PRM_KIND_PARTNER, &context.window))
        return;
    for (uint32_t i = 0; i < c->named.count; i++) {
        prm__measured measured;
        if (!PRM_VEC(c->named, prm__named_measure)[i].used)
            value_named(c, i, &context, &measured);
    }
}

/* Keys that the named measures take, not the arithmetic over them. */
static bool value_alone(prm__compiler *c, const prm__clause *clause)
{
    return prm__clause_without(c, clause, PRM_WHEN_OF, PRM_WHEN_FOR,
                               "it belongs to a measure, and `value` is arithmetic over several",
                               "write it at the named measures, or at the rule");
}

/* The rows of the measures that the expression names, by `named`. */
static bool value_measures(prm__compiler *c, const prm__yaml_node *node, const prm__expr *expr,
                           prm__compile_context *context, uint32_t *rows, prm__measured *out)
{
    bool ok = true, any = false;
    for (uint32_t i = 0; i < expr->count; i++) {
        uint32_t index = expr->nodes[i].operand;
        prm__measured measured;
        if (expr->nodes[i].op != PRM_EXPR_MEASURE)
            continue;
        any = true;
        PRM_VEC(c->named, prm__named_measure)[index].used = true;
        if (!value_named(c, index, context, &measured)) {
            ok = false;
            continue;
        }
        rows[index] = measured.row;
        ok = prm__compile_look(c, measured.row) &&
             prm__compile_join_types(c, out->counted, measured.counted, &out->counted) && ok;
    }
    if (any)
        return ok;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_CONDITION, node->span,
                     "name measures under `measures:`, or compare attributes with `is`",
                     "`value` is arithmetic over named measures, and here is none");
    return false;
}

bool prm__value_read(prm__compiler *c, const prm__clause *clause, prm__compile_context *context,
                     prm__measured *out)
{
    const prm__yaml_node *node = clause->values[PRM_WHEN_VALUE];
    const prm__scope scope = {
        .vocabulary = &c->vocabulary,
        .has_rep = prm__compile_kind_has(c, context->kind, PRM_NAME_REP),
        .measures = &c->named_names,
    };
    prm__expr expr;
    *out = (prm__measured){.row = PRM_NO_INDEX, .expr = PRM_NO_INDEX, .key = PRM_WHEN_VALUE};
    bool ok = value_alone(c, clause);
    if (!prm__expr_read(&c->lang, node, "value", &scope, PRM_TYPE_NUMBER, &expr))
        return false;
    uint32_t *rows = prm__lang_get(&c->lang, (c->named.count + 1) * sizeof *rows);
    if (rows == NULL || !value_measures(c, node, &expr, context, rows, out) || !ok)
        return false;
    c->measure_rows = rows;
    return prm__compile_code(c, node, "value", &expr, &out->expr);
}
