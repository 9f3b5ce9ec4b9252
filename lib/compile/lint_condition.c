/* lint condition: comparisons beyond what their measures can be, and conditions that exclude
 * each other. The rows of a condition and the mappings that they were written as come in
 * the same order. */
#include "compile/lint.h"

/* ---- The leaves of a condition, as they stand in the text ---- */

typedef struct condition_walk {
    const prm__yaml_node *next[PRM_CONDITION_STACK];
    bool alone[PRM_CONDITION_STACK]; /* it has no siblings that belong to it */
    uint32_t depth;
} condition_walk;

/* The conditions in `all`, `any` or `not`; NULL for a leaf. */
static const prm__yaml_node *lint_group(const prm__yaml_node *node, bool *alone)
{
    const prm__yaml_node *all = prm__yaml_find(node, "all"), *any = prm__yaml_find(node, "any");
    const prm__yaml_node *list = all != NULL ? all : any;
    *alone = list == NULL;
    return list != NULL ? list->first : prm__yaml_find(node, "not");
}

/* The next leaf; NULL at the end. */
static const prm__yaml_node *lint_next_leaf(condition_walk *walk)
{
    while (walk->depth > 0) {
        uint32_t top = walk->depth - 1;
        const prm__yaml_node *node = walk->next[top];
        if (node == NULL) {
            walk->depth--;
            continue;
        }
        walk->next[top] = walk->alone[top] ? NULL : node->next;
        bool alone;
        const prm__yaml_node *inside = lint_group(node, &alone);
        if (inside == NULL)
            return node;
        walk->next[walk->depth] = inside;
        walk->alone[walk->depth++] = alone;
    }
    return NULL; /* LCOV_EXCL_LINE there are as many leaves as rows of them */
}

static bool lint_is_join(uint32_t kind)
{
    return kind == PRM_CONDITION_AND || kind == PRM_CONDITION_OR || kind == PRM_CONDITION_NOT;
}

static bool lint_is_compare(uint32_t kind)
{
    return kind <= PRM_CONDITION_LESS_THAN;
}

/* Where the threshold of a comparison stands. */
static const prm__yaml_node *lint_threshold(const prm__yaml_node *leaf, uint32_t kind)
{
    static const char *const keys[] = {"at_least", "more_than", "at_most", "less_than", "every"};
    return kind <= PRM_CONDITION_EVERY ? prm__yaml_find(leaf, keys[kind]) : NULL;
}

/* ---- Out of range ---- */

static prm__lint_range lint_range_of(const prm__compiler *c, const prm__p_condition *row)
{
    return row->measure != PRM_NO_INDEX ? prm__lint_measure_range(c, row->measure)
                                        : prm__lint_expr_range(c, row->expr);
}

static bool lint_too_high(const prm__p_condition *row, prm__lint_range range)
{
    if (!range.has_high)
        return false;
    if (row->kind == PRM_CONDITION_MORE_THAN)
        return range.high <= row->threshold;
    return (row->kind == PRM_CONDITION_AT_LEAST || row->kind == PRM_CONDITION_EVERY) &&
           range.high < row->threshold;
}

static bool lint_too_low(const prm__p_condition *row, prm__lint_range range)
{
    return range.has_low && ((row->kind == PRM_CONDITION_AT_MOST && range.low > row->threshold) ||
                             (row->kind == PRM_CONDITION_LESS_THAN && range.low >= row->threshold));
}

static const char *lint_advice(uint32_t why)
{
    static const char *const advice[] = {
        [PRM_LINT_BY_KIND] = "write a threshold that can be reached",
        [PRM_LINT_BY_SUBJECT] = "the subject itself fixes this field: choose another `for`, or another field",
        [PRM_LINT_BY_WHERE] = "`where` lets no more pass: widen it, or lower the threshold",
        [PRM_LINT_BY_ACTIVE] = "`active` has no more windows: widen it, or lower the threshold",
        [PRM_LINT_BY_SHARE] = "it is a share of a whole: write the threshold with %, such as 30%",
    };
    return advice[why];
}

void prm__lint_compare(prm__compiler *c, const prm__p_condition *row, const prm__yaml_node *node)
{
    char number[PRM_LINT_NUMBER_BYTES];
    if (row->attribute != PRM_NO_INDEX || node == NULL)
        return;
    prm__lint_range range = lint_range_of(c, row);
    const char *written = prm__lint_written(c, node);
    if (lint_too_high(row, range)) {
        prm__decimal_write(range.high, number);
        prm__diag_report(c->lang.diag, PRM_DIAG_OUT_OF_RANGE, node->span, lint_advice(range.why_high),
                         "`%s: %s` never holds: what it is compared with is %s at the most", node->key,
                         written, number);
    } else if (lint_too_low(row, range)) {
        prm__decimal_write(range.low, number);
        prm__diag_report(
            c->lang.diag, PRM_DIAG_OUT_OF_RANGE, node->span, "write a threshold that can be reached",
            "`%s: %s` never holds: what it is compared with is %s at the least", node->key, written, number);
    }
}

/* ---- What always holds ---- */

/* A number that has a value in every case: nothing it counts may be missing. */
static bool lint_has_value(const prm__compiler *c, const prm__p_condition *row)
{
    if (row->measure == PRM_NO_INDEX)
        return false;
    uint32_t kind = PRM_VEC(c->builder.measures, const prm__p_measure)[row->measure].kind;
    return kind == PRM_MEASURE_COUNT || kind == PRM_MEASURE_DISTINCT || kind == PRM_MEASURE_COVERED ||
           kind == PRM_MEASURE_STREAK;
}

static bool lint_leaf_always(const prm__compiler *c, const prm__p_condition *row)
{
    if (!lint_is_compare(row->kind) || row->attribute != PRM_NO_INDEX || !lint_has_value(c, row))
        return false;
    prm__lint_range range = lint_range_of(c, row);
    switch (row->kind) {
    case PRM_CONDITION_AT_LEAST:
        return range.has_low && range.low >= row->threshold;
    case PRM_CONDITION_MORE_THAN:
        return range.has_low && range.low > row->threshold;
    case PRM_CONDITION_AT_MOST:
        return range.has_high && range.high <= row->threshold;
    default:
        return range.has_high && range.high < row->threshold;
    }
}

static void lint_always_holds(prm__compiler *c, const prm__p_condition *row, const prm__yaml_node *node)
{
    if (node == NULL || !lint_leaf_always(c, row))
        return;
    prm__diag_report(c->lang.diag, PRM_DIAG_ALWAYS_HOLDS, node->span,
                     "write the threshold that is meant, or `is: true` where it is to hold in every case",
                     "`%s: %s` always holds, whatever happens", node->key, prm__lint_written(c, node));
}

/* ---- Leaves ---- */

/* What stands inside of a streak is a comparison too. */
static void lint_leaf(prm__compiler *c, const prm__p_condition *row, const prm__yaml_node *leaf)
{
    const prm__yaml_node *streak = prm__yaml_find(leaf, "streak");
    if (row->kind != PRM_CONDITION_BARE && row->kind != PRM_CONDITION_IS)
        prm__lint_compare(c, row, lint_threshold(leaf, row->kind));
    lint_always_holds(c, row, lint_threshold(leaf, row->kind));
    if (streak == NULL)
        return;
    const prm__p_measure *measure = prm__vec_at(&c->builder.measures, row->measure);
    const prm__p_condition *inner = prm__vec_at(&c->builder.conditions, measure->inner);
    prm__lint_compare(c, inner, lint_threshold(streak, inner->kind));
}

/* ---- Contradictions ---- */

/* What the comparisons of one measure, all of which must hold, leave of it. */
typedef struct condition_left {
    uint32_t measure;
    bool has_low, has_high, low_open, high_open;
    prm__decimal low, high;
} condition_left;

static void lint_narrow(condition_left *left, const prm__p_condition *row)
{
    bool open = row->kind == PRM_CONDITION_MORE_THAN || row->kind == PRM_CONDITION_LESS_THAN;
    prm__decimal at = row->threshold;
    if (row->kind == PRM_CONDITION_AT_LEAST || row->kind == PRM_CONDITION_MORE_THAN) {
        if (left->has_low && (at < left->low || (at == left->low && !open)))
            return;
        left->has_low = true;
        left->low = at;
        left->low_open = open;
        return;
    }
    if (left->has_high && (at > left->high || (at == left->high && !open)))
        return;
    left->has_high = true;
    left->high = at;
    left->high_open = open;
}

static bool lint_is_empty(const condition_left *left)
{
    return left->has_low && left->has_high &&
           (left->low > left->high || (left->low == left->high && (left->low_open || left->high_open)));
}

#define CONDITION_LEFTS 32 /* measures of one `all` that are followed */

static condition_left *lint_left_of(condition_left *lefts, uint32_t *count, uint32_t measure)
{
    for (uint32_t i = 0; i < *count; i++)
        if (lefts[i].measure == measure)
            return &lefts[i];
    if (*count == CONDITION_LEFTS)
        return NULL;
    lefts[*count] = (condition_left){.measure = measure};
    return &lefts[(*count)++];
}

/* Whether everything in it must hold at once. */
static bool lint_is_all(const prm__p_condition *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].kind == PRM_CONDITION_OR || rows[i].kind == PRM_CONDITION_NOT)
            return false;
    return true;
}

typedef struct condition_lefts {
    condition_left rows[CONDITION_LEFTS];
    uint32_t count;
    bool said;
} condition_lefts;

static void lint_contradiction(prm__compiler *c, const prm__p_condition *row, const prm__yaml_node *leaf,
                               condition_lefts *lefts)
{
    if (lefts->said || !lint_is_compare(row->kind) || row->measure == PRM_NO_INDEX ||
        row->attribute != PRM_NO_INDEX)
        return;
    condition_left *left = lint_left_of(lefts->rows, &lefts->count, row->measure);
    if (left == NULL)
        return;
    lint_narrow(left, row);
    if (!lint_is_empty(left))
        return;
    const prm__yaml_node *node = lint_threshold(leaf, row->kind);
    prm__diag_report(c->lang.diag, PRM_DIAG_CONTRADICTION, node->span,
                     "if one of them is enough, write `any`; else correct a threshold",
                     "`%s: %s` excludes an earlier part of this `all`: both never hold at once", node->key,
                     prm__lint_written(c, node));
    lefts->said = true;
}

/* ---- The whole ---- */

void prm__lint_condition(prm__compiler *c, const prm__yaml_node *node, uint32_t first, uint32_t count)
{
    condition_walk walk = {.next = {node}, .alone = {true}, .depth = 1};
    condition_lefts lefts = {.count = 0};
    bool all = lint_is_all(prm__vec_at(&c->builder.conditions, first), count);
    for (uint32_t i = 0; i < count; i++) {
        const prm__p_condition row = PRM_VEC(c->builder.conditions, const prm__p_condition)[first + i];
        if (lint_is_join(row.kind))
            continue;
        const prm__yaml_node *leaf = lint_next_leaf(&walk);
        if (leaf == NULL)
            return; /* LCOV_EXCL_LINE every row of a leaf has its leaf */
        lint_leaf(c, &row, leaf);
        if (all)
            lint_contradiction(c, &row, leaf, &lefts);
    }
}

/* ---- The condition as a whole ---- */

/* `is: true`, which is how a condition says that it holds in every case. */
static bool lint_is_true(const prm__compiler *c, const prm__p_condition *row)
{
    if (row->kind != PRM_CONDITION_IS)
        return false;
    const prm__p_expr *expr = prm__vec_at(&c->builder.exprs, row->expr);
    return expr->word_count == 1 &&
           PRM_VEC(c->builder.code, const uint32_t)[expr->first_word] == (PRM_OP_BOOLEAN | 1U << 8);
}

bool prm__lint_says_always(const prm__compiler *c, uint32_t first, uint32_t count)
{
    bool stack[PRM_CONDITION_STACK] = {false};
    uint32_t depth = 0;
    for (uint32_t i = 0; i < count; i++) {
        const prm__p_condition *row = prm__vec_at(&c->builder.conditions, first + i);
        if (row->kind == PRM_CONDITION_AND || row->kind == PRM_CONDITION_OR) {
            depth--;
            stack[depth - 1] = row->kind == PRM_CONDITION_AND ? stack[depth - 1] && stack[depth]
                                                              : stack[depth - 1] || stack[depth];
        } else if (row->kind == PRM_CONDITION_NOT) {
            stack[depth - 1] = false;
        } else {
            stack[depth++] = lint_is_true(c, row);
        }
    }
    return depth == 1 && stack[0];
}

/* ---- What follows from what ---- */

static bool lint_same_row(const prm__p_condition *a, const prm__p_condition *b)
{
    return a->kind == b->kind && a->threshold == b->threshold && a->measure == b->measure &&
           a->attribute == b->attribute && a->expr == b->expr;
}

/* Whether comparison `a` of a number holds wherever `b` of the same number does. */
static bool lint_follows(const prm__p_condition *b, const prm__p_condition *a)
{
    bool below = a->kind <= PRM_CONDITION_MORE_THAN;
    bool a_open = a->kind == PRM_CONDITION_MORE_THAN || a->kind == PRM_CONDITION_LESS_THAN;
    bool b_open = b->kind == PRM_CONDITION_MORE_THAN || b->kind == PRM_CONDITION_LESS_THAN;
    if (!lint_is_compare(a->kind) || !lint_is_compare(b->kind) || a->measure != b->measure ||
        a->expr != b->expr || a->attribute != PRM_NO_INDEX || b->attribute != PRM_NO_INDEX ||
        below != (b->kind <= PRM_CONDITION_MORE_THAN))
        return false;
    if (a->threshold == b->threshold)
        return !a_open || b_open;
    return (a->threshold < b->threshold) == below;
}

bool prm__lint_implied(const prm__compiler *c, uint32_t first_b, uint32_t count_b, uint32_t first_a,
                       uint32_t count_a)
{
    const prm__p_condition *b = prm__vec_at(&c->builder.conditions, first_b);
    const prm__p_condition *a = prm__vec_at(&c->builder.conditions, first_a);
    if (count_a == 1 && count_b == 1 && lint_follows(b, a))
        return true;
    for (uint32_t i = 0; i < count_a && count_a == count_b; i++)
        if (!lint_same_row(&a[i], &b[i]))
            return false;
    return count_a == count_b;
}
