/* compile condition: a tree of conditions becomes rows in postfix order. What `is` asks
 * is read last, since it may name the fields of all events that the measures count. */
#include "compile/clause.h"
#include "compile/schema_tables.h"

#include "lang/scalars.h"

#include <string.h>

static const prm__schema_key condition_keys[PRM_WHEN_KEYS] = {
    [PRM_WHEN_COUNT] = {"count", PRM_SCHEMA_TEXTS, PRM_SCHEMA_CAUSE | PRM_SCHEMA_TYPES,
                        "how many events of these types", "deal.won", NULL},
    [PRM_WHEN_SUM] = {"sum", PRM_SCHEMA_TEXT, PRM_SCHEMA_CAUSE, "the total of a field, `of` event types",
                      "amount", NULL},
    [PRM_WHEN_DISTINCT] = {"distinct", PRM_SCHEMA_TEXT, PRM_SCHEMA_CAUSE,
                           "how many different values of a field, `of` event types", "product", NULL},
    [PRM_WHEN_COVERAGE] = {"coverage", PRM_SCHEMA_TEXTS, PRM_SCHEMA_CAUSE | PRM_SCHEMA_TYPES,
                           "the share of the reps on the roster with such an event", "course.completed",
                           NULL},
    [PRM_WHEN_AVERAGE] = {"average", PRM_SCHEMA_TEXT, PRM_SCHEMA_CAUSE,
                          "the mean of a field, `of` event types", "score", NULL},
    [PRM_WHEN_MINIMUM] = {"minimum", PRM_SCHEMA_TEXT, PRM_SCHEMA_CAUSE,
                          "the smallest value of a field, `of` event types", "score", NULL},
    [PRM_WHEN_MAXIMUM] = {"maximum", PRM_SCHEMA_TEXT, PRM_SCHEMA_CAUSE,
                          "the largest value of a field, `of` event types", "score", NULL},
    [PRM_WHEN_COVERED] = {"covered", PRM_SCHEMA_TEXTS, PRM_SCHEMA_CAUSE | PRM_SCHEMA_TYPES,
                          "how many reps on the roster have such an event", "course.completed", NULL},
    [PRM_WHEN_STREAK] = {"streak", PRM_SCHEMA_MAPPING, PRM_SCHEMA_CAUSE,
                         "how many windows in a row reached this condition",
                         "{count: meeting.held, at_least: 30}", NULL},
    [PRM_WHEN_VALUE] = {"value", PRM_SCHEMA_EXPR, PRM_SCHEMA_CAUSE,
                        "arithmetic over named measures, attributes and numbers", "won / (won + lost)", NULL},
    [PRM_WHEN_OF] = {"of", PRM_SCHEMA_TEXTS, PRM_SCHEMA_TYPES, "the event types whose field it is",
                     "deal.won", NULL},
    [PRM_WHEN_WHERE] = {"where", PRM_SCHEMA_EXPR, 0, "which events count", "amount >= 10000", NULL},
    [PRM_WHEN_PER] = {"per", PRM_SCHEMA_TEXT, 0, "a calendar window of its own", "month",
                      &prm__choices_of_period},
    [PRM_WHEN_WITHIN] = {"within", PRM_SCHEMA_SPAN, 0,
                         "a window of its own: the last 30d, or 30d of partner.joined", "30d", NULL},
    [PRM_WHEN_AFTER] = {"after", PRM_SCHEMA_TEXT, PRM_SCHEMA_TYPES,
                        "the event type whose first event opens the window", "deal.won", NULL},
    [PRM_WHEN_FOR] = {"for", PRM_SCHEMA_TEXTS, 0,
                      "a coarser subject than that of the rule, whose events are counted together", "partner",
                      &prm__choices_of_subject},
    [PRM_WHEN_AT_LEAST] =
        {"at_least", PRM_SCHEMA_THRESHOLD, PRM_SCHEMA_DEGREE,
         "the threshold, reached or passed: a number, or an attribute such as partner.target", "10", NULL},
    [PRM_WHEN_MORE_THAN] = {"more_than", PRM_SCHEMA_THRESHOLD, PRM_SCHEMA_DEGREE,
                            "the threshold, passed: a number, or an attribute such as partner.target", "10",
                            NULL},
    [PRM_WHEN_AT_MOST] = {"at_most", PRM_SCHEMA_THRESHOLD, PRM_SCHEMA_DEGREE,
                          "the threshold, not passed: a number, or an attribute such as partner.target", "10",
                          NULL},
    [PRM_WHEN_LESS_THAN] = {"less_than", PRM_SCHEMA_THRESHOLD, PRM_SCHEMA_DEGREE,
                            "the threshold, not reached: a number, or an attribute such as partner.target",
                            "10", NULL},
    [PRM_WHEN_EVERY] = {"every", PRM_SCHEMA_NUMBER, PRM_SCHEMA_DEGREE, "fires at each further multiple", "10",
                        NULL},
    [PRM_WHEN_ALL] = {"all", PRM_SCHEMA_ANY, PRM_SCHEMA_CAUSE, "all of these conditions hold",
                      "[{count: deal.won, at_least: 10}, {is: has(partner.segment)}]", NULL},
    [PRM_WHEN_ANY] = {"any", PRM_SCHEMA_ANY, PRM_SCHEMA_CAUSE, "one of these conditions holds",
                      "[{count: deal.won, at_least: 10}, {count: meeting.held, at_least: 30}]", NULL},
    [PRM_WHEN_NOT] = {"not", PRM_SCHEMA_MAPPING, PRM_SCHEMA_CAUSE, "this condition does not hold",
                      "{count: deal.lost, more_than: 3}", NULL},
    [PRM_WHEN_IS] = {"is", PRM_SCHEMA_EXPR, PRM_SCHEMA_CAUSE, "an expression on attributes and the event",
                     "has(partner.segment)", NULL},
};

const prm__schema prm__keys_of_condition = {
    "a condition", condition_keys, PRM_WHEN_KEYS, "{count: deal.won, at_least: 10}", 0, NULL};

/* ---- Clauses ---- */

bool prm__clause_read(prm__compiler *c, const prm__yaml_node *node, const char *place, prm__clause *clause)
{
    const prm__schema schema = {place, condition_keys, PRM_WHEN_KEYS, prm__keys_of_condition.example, 0,
                                NULL};
    memset(clause, 0, sizeof *clause);
    clause->node = node;
    return prm__schema_read(&c->lang, node, &schema, clause->values, &clause->meant);
}

bool prm__clause_has(const prm__clause *clause, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last; i++)
        if ((clause->meant & PRM_SCHEMA_BIT(i)) != 0)
            return true;
    return false;
}

bool prm__clause_without(prm__compiler *c, const prm__clause *clause, uint32_t first, uint32_t last,
                         const char *why, const char *hint)
{
    for (uint32_t i = first; i <= last; i++) {
        if (clause->values[i] == NULL)
            continue;
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_CONDITION, clause->values[i]->key_span, hint,
                         "`%s` cannot stand here: %s", condition_keys[i].name, why);
        return false;
    }
    return true;
}

uint32_t prm__clause_only(prm__compiler *c, const prm__clause *clause, uint32_t first, uint32_t last)
{
    uint32_t found = PRM_NO_INDEX;
    for (uint32_t i = first; i <= last; i++) {
        if (clause->values[i] == NULL)
            continue;
        if (found != PRM_NO_INDEX) {
            prm__schema_exclude(&c->lang, clause->values[found], clause->values[i]);
            return PRM_NO_INDEX;
        }
        found = i;
    }
    return found;
}

/* ---- The tree ---- */

/* A group that is being read: its next part, and how many were read. */
typedef struct condition_group {
    const prm__yaml_node *next;
    uint32_t join; /* PRM_CONDITION_AND, _OR or _NOT */
    uint32_t parts;
} condition_group;

/* `is`, to be read when all measures are known. */
typedef struct condition_is {
    const prm__yaml_node *node;
    uint32_t row;
} condition_is;

typedef struct condition_reading {
    prm__compiler *c;
    prm__compile_context *context;
    const prm__yaml_node *node;
    prm__vec rows; /* of prm__p_condition */
    prm__vec asks; /* of condition_is */
    condition_group groups[PRM_CONDITION_STACK];
    uint32_t depth;
    prm__at_rest rests[PRM_CONDITION_STACK]; /* one for each truth on the stack */
    uint32_t truths;
    uint32_t leaf;   /* row of the last comparison of a number */
    uint32_t leaves; /* how many there are */
} condition_reading;

static bool condition_push(condition_reading *r, const prm__p_condition *row)
{
    prm__p_condition *pushed = prm__compile_push(r->c, &r->rows);
    if (pushed != NULL)
        *pushed = *row;
    return pushed != NULL;
}

/* A truth of its own. */
static bool condition_leaf(condition_reading *r, const prm__p_condition *row, prm__at_rest rest)
{
    r->rests[r->truths++] = rest;
    return condition_push(r, row);
}

static prm__at_rest condition_joined(uint32_t join, prm__at_rest a, prm__at_rest b)
{
    if (join == PRM_CONDITION_AND)
        return (prm__at_rest){a.never || b.never, a.holds && b.holds};
    return (prm__at_rest){a.never && b.never, a.holds || b.holds};
}

/* A part of the innermost group is complete. */
static bool condition_part(condition_reading *r)
{
    if (r->depth == 0)
        return true;
    condition_group *group = &r->groups[r->depth - 1];
    const prm__p_condition row = {
        .kind = group->join, .measure = PRM_NO_INDEX, .attribute = PRM_NO_INDEX, .expr = PRM_NO_INDEX};
    group->parts++;
    prm__at_rest *top = &r->rests[r->truths - 1];
    if (group->join == PRM_CONDITION_NOT) {
        *top = (prm__at_rest){top->holds, top->never};
        return condition_push(r, &row);
    }
    if (group->parts == 1)
        return true;
    top[-1] = condition_joined(group->join, top[-1], top[0]);
    r->truths--;
    return condition_push(r, &row);
}

/* ---- Leaves ---- */

/* A measure or a value without a comparison, which tiers and contests bring. */
static bool condition_bare(condition_reading *r, const prm__clause *clause, prm__p_condition *row)
{
    row->kind = PRM_CONDITION_BARE;
    return prm__clause_without(r->c, clause, PRM_WHEN_AT_LEAST, PRM_WHEN_EVERY, r->context->bare, NULL);
}

static bool condition_every_fits(condition_reading *r, const prm__clause *clause)
{
    const prm__compile_context *context = r->context;
    if (r->depth == 0 && context->no_every == NULL)
        return true;
    return prm__clause_without(r->c, clause, PRM_WHEN_EVERY, PRM_WHEN_EVERY,
                               r->depth > 0 ? "it is the whole of a `when`, and no part of another condition"
                                            : context->no_every,
                               NULL);
}

static bool condition_compared(condition_reading *r, const prm__clause *clause, const prm__measured *measured,
                               prm__p_condition *row)
{
    if (r->context->bare != NULL)
        return condition_bare(r, clause, row);
    return condition_every_fits(r, clause) && prm__compare_read(r->c, clause, r->context, measured, row);
}

static void condition_no_measure(condition_reading *r, const prm__clause *clause)
{
    if (prm__clause_has(clause, PRM_WHEN_COUNT, PRM_WHEN_VALUE))
        return; /* it stands there, but is wrong */
    const prm__yaml_node *node = clause->node;
    prm__span span = node->key != NULL ? node->key_span : (prm__span){node->span.start, node->span.start + 1};
    prm__diag_report(r->c->lang.diag, PRM_DIAG_RULE_NO_TRIGGER, span,
                     r->context->bare != NULL ? "write for example `{sum: amount, of: deal.won}`"
                                              : "write for example `{count: deal.won, at_least: 10}`",
                     "%s needs a measure: count, sum, average, minimum, maximum, distinct, coverage, "
                     "covered, streak or value",
                     node->key != NULL ? prm__lang_format(&r->c->lang, "`%s`", node->key) : "this condition");
}

/* The measure, noted as one that the condition looks at. */
static bool condition_measure(condition_reading *r, const prm__clause *clause, prm__measured *measured)
{
    prm__compiler *c = r->c;
    if (measured->key == PRM_WHEN_VALUE)
        return prm__value_read(c, clause, r->context, measured);
    return prm__measure_read(c, clause, r->context, measured) &&
           (r->context->check_only || prm__compile_look(c, measured->row));
}

static bool condition_number(condition_reading *r, const prm__clause *clause)
{
    prm__p_condition row = {.measure = PRM_NO_INDEX, .attribute = PRM_NO_INDEX, .expr = PRM_NO_INDEX};
    prm__measured measured = {.key = prm__clause_only(r->c, clause, PRM_WHEN_COUNT, PRM_WHEN_VALUE)};
    prm__at_rest rest = {.never = true};
    bool ok = measured.key != PRM_NO_INDEX;
    if (ok)
        ok = condition_measure(r, clause, &measured);
    else
        condition_no_measure(r, clause);
    ok = condition_compared(r, clause, &measured, &row) && ok;
    if (ok && row.kind != PRM_CONDITION_BARE)
        rest = prm__compare_at_rest(r->c, &measured, &row);
    if (ok && !rest.never && r->depth == 0 && r->context->must_count) {
        const prm__yaml_node *node = clause->values[PRM_WHEN_AT_LEAST + row.kind];
        ok = prm__compare_at_once(r->c, node, node->key);
    }
    row.measure = measured.row;
    row.expr = measured.expr;
    r->leaf = (uint32_t)r->rows.count;
    r->leaves++;
    return condition_leaf(r, &row, rest) && ok;
}

static bool condition_ask(condition_reading *r, const prm__yaml_node *node)
{
    const prm__p_condition row = {
        .kind = PRM_CONDITION_IS, .measure = PRM_NO_INDEX, .attribute = PRM_NO_INDEX, .expr = PRM_NO_INDEX};
    condition_is *ask = prm__compile_push(r->c, &r->asks);
    if (ask != NULL)
        *ask = (condition_is){node, (uint32_t)r->rows.count};
    return condition_leaf(r, &row, (prm__at_rest){false, false}) && ask != NULL;
}

/* ---- Groups ---- */

/* Where a clause is wrong, a truth stands for it, so that the others are still read. */
static bool condition_wrong(condition_reading *r)
{
    const prm__p_condition row = {.kind = PRM_CONDITION_IS};
    condition_leaf(r, &row, (prm__at_rest){true, false});
    condition_part(r);
    return false;
}

static bool condition_is_list(prm__compiler *c, const prm__yaml_node *node)
{
    if (node->kind == PRM_YAML_LIST && node->count > 0)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_WRONG_TYPE, node->key_span,
                     "write for example `[{count: deal.won, at_least: 10}, {is: partner.tier > 1}]`",
                     "`%s` takes a list of conditions, and one at least", node->key);
    return false;
}

static bool condition_group_of(condition_reading *r, const prm__clause *clause, uint32_t key)
{
    static const uint32_t joins[] = {PRM_CONDITION_AND, PRM_CONDITION_OR, PRM_CONDITION_NOT};
    const prm__yaml_node *node = clause->values[key];
    if (key != PRM_WHEN_NOT && !condition_is_list(r->c, node))
        return condition_wrong(r);
    r->groups[r->depth++] = (condition_group){.next = prm__schema_first(node),
                                              .join = joins[key - PRM_WHEN_ALL]};
    return true;
}

/* What stands beside `all`, `any`, `not` or `is` is another condition. */
static bool condition_alone(condition_reading *r, const prm__clause *clause, uint32_t key)
{
    return prm__clause_without(
        r->c, clause, PRM_WHEN_COUNT, PRM_WHEN_EVERY,
        prm__lang_format(&r->c->lang, "`%s` is a condition of its own", condition_keys[key].name),
        "put both into the list of an `all`");
}

static bool condition_enter(condition_reading *r, const prm__yaml_node *node)
{
    prm__clause clause;
    if (r->depth == PRM_CONDITION_STACK - 1 || !prm__clause_read(r->c, node, r->context->place, &clause))
        return condition_wrong(r); /* LCOV_EXCL_LINE the schema lets mappings through, YAML no such depth */
    uint32_t key = prm__clause_only(r->c, &clause, PRM_WHEN_ALL, PRM_WHEN_IS);
    if (key == PRM_NO_INDEX && prm__clause_has(&clause, PRM_WHEN_ALL, PRM_WHEN_IS))
        return condition_wrong(r);
    if (key == PRM_NO_INDEX) {
        bool ok = condition_number(r, &clause);
        return condition_part(r) && ok;
    }
    bool ok = condition_alone(r, &clause, key);
    if (r->context->bare != NULL)
        ok = prm__clause_without(r->c, &clause, key, key, r->context->bare, NULL);
    if (key != PRM_WHEN_IS)
        return condition_group_of(r, &clause, key) && ok;
    ok = condition_ask(r, clause.values[PRM_WHEN_IS]) && ok;
    return condition_part(r) && ok;
}

static bool condition_tree(condition_reading *r)
{
    bool ok = condition_enter(r, r->node);
    while (r->depth > 0 && !r->c->lang.diag->exhausted) {
        condition_group *group = &r->groups[r->depth - 1];
        const prm__yaml_node *node = group->next;
        if (node != NULL) {
            group->next = group->join == PRM_CONDITION_NOT ? NULL : node->next;
            ok = condition_enter(r, node) && ok;
        } else {
            r->depth--;
            ok = condition_part(r) && ok;
        }
    }
    return ok;
}

/* ---- `is` ---- */

/* Warns where an expression names a field of an event, and there may be none. */
static void condition_without_event(condition_reading *r, const prm__yaml_node *node, uint32_t expr)
{
    if (r->context->by_clock != NULL)
        prm__compile_without_event(r->c, node, expr, r->context->by_clock);
}

static bool condition_asked(condition_reading *r, const condition_is *ask, const prm__scope *scope)
{
    uint32_t expr;
    if (!prm__compile_expr(r->c, ask->node, "is", scope, PRM_TYPE_BOOLEAN, &expr))
        return false;
    PRM_VEC(r->rows, prm__p_condition)[ask->row].expr = expr;
    condition_without_event(r, ask->node, expr);
    return true;
}

static bool condition_asks(condition_reading *r)
{
    const prm__compile_context *context = r->context;
    prm__type_set types = context->types.count > 0 ? context->types : context->counted;
    if (r->asks.count == 0)
        return true;
    if (types.count == 0 && !prm__compile_all_types(r->c, &types))
        return false;
    prm__scope scope = prm__compile_scope(r->c, types, false);
    scope.has_rep = prm__compile_kind_has(r->c, context->kind, PRM_NAME_REP);
    bool ok = true;
    for (size_t i = 0; i < r->asks.count; i++)
        ok = condition_asked(r, prm__vec_at(&r->asks, i), &scope) && ok;
    return ok;
}

/* ---- The whole ---- */

/* A rule that fires when something is reached must not hold before anything is. */
static bool condition_counts(condition_reading *r)
{
    if (!r->context->must_count || r->rests[0].never)
        return true;
    prm__diag_report(
        r->c->lang.diag, PRM_DIAG_RULE_NO_TRIGGER, r->node->key_span,
        r->c->in_journey ? "a stage is reached by something: add a part with `at_least` above zero"
        : r->leaves == 0 ? "add a measure with `at_least`, or ask with `each`, `while` or `at: close`"
                         : "add a part with `at_least` above zero, ask `at: close`, or use `while`",
        r->leaves == 0 ? "nothing that this condition counts could reach it: it has no measure"
                       : "this condition would hold at once, before anything happens: "
                         "no measure in it is bounded from below");
    return false;
}

static bool condition_keep(condition_reading *r)
{
    prm__compile_context *context = r->context;
    prm__vec *conditions = &r->c->builder.conditions;
    context->first_condition = (uint32_t)conditions->count;
    context->condition_count = (uint32_t)r->rows.count;
    context->single = r->leaves == 1 ? context->first_condition + r->leaf : PRM_NO_INDEX;
    return prm__lang_check(&r->c->lang, prm__vec_append(conditions, r->rows.data, r->rows.count));
}

prm__compile_context prm__compile_context_of(const char *place, uint32_t kind, uint32_t window)
{
    return (prm__compile_context){
        .place = place,
        .kind = kind,
        .window = window,
        .active = PRM_NO_INDEX,
        .single = PRM_NO_INDEX,
    };
}

bool prm__compile_look(prm__compiler *c, uint32_t measure)
{
    for (size_t i = 0; i < c->looked.count; i++)
        if (PRM_VEC(c->looked, uint32_t)[i] == measure)
            return true;
    uint32_t *row = prm__compile_push(c, &c->looked);
    if (row != NULL)
        *row = measure;
    return row != NULL;
}

bool prm__compile_condition(prm__compiler *c, const prm__yaml_node *node, prm__compile_context *context)
{
    condition_reading r = {.c = c, .context = context, .node = node};
    prm__vec_init(&r.rows, c->lang.alloc, sizeof(prm__p_condition));
    prm__vec_init(&r.asks, c->lang.alloc, sizeof(condition_is));
    c->looked.count = 0;
    bool ok = condition_tree(&r);
    ok = !c->lang.diag->exhausted && condition_asks(&r) && ok;
    ok = ok && condition_counts(&r) && condition_keep(&r);
    context->has_value = r.leaves == 1;
    prm__vec_free(&r.rows);
    prm__vec_free(&r.asks);
    return ok;
}
