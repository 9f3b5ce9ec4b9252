/* compile compare: thresholds, and what a comparison is before anything has happened:
 * a rule that would fire then counts nothing. */
#include "compile/clause.h"

#include "lang/scalars.h"

#include <string.h>

_Static_assert(PRM_WHEN_MORE_THAN - PRM_WHEN_AT_LEAST == (int)PRM_CONDITION_MORE_THAN &&
                   PRM_WHEN_AT_MOST - PRM_WHEN_AT_LEAST == (int)PRM_CONDITION_AT_MOST &&
                   PRM_WHEN_LESS_THAN - PRM_WHEN_AT_LEAST == (int)PRM_CONDITION_LESS_THAN &&
                   PRM_WHEN_EVERY - PRM_WHEN_AT_LEAST == (int)PRM_CONDITION_EVERY,
               "keys of comparisons are in the order of their kinds");

/* ---- Thresholds ---- */

bool prm__compile_kind_has(const prm__compiler *c, uint32_t kind, uint32_t name)
{
    const prm__p_kind *row = prm__vec_at(&c->builder.kinds, kind);
    for (uint32_t i = 0; i < row->key_count; i++)
        if (row->keys[i] == name)
            return true;
    return false;
}

/* `partner.meetings_target`: an agreed target. */
static bool compare_attribute(prm__compiler *c, const prm__yaml_node *node, uint32_t owner,
                              const prm__compile_context *context, uint32_t *out)
{
    const char *name = strchr(node->text, '.') + 1;
    *out = prm__vocab_find_attribute(&c->vocabulary, owner, name, strlen(name));
    if (*out == PRM_VOCAB_NONE) {
        prm__diag_report(c->lang.diag, PRM_DIAG_UNKNOWN_ATTRIBUTE, node->span,
                         "declare it under `attributes`", "no attribute `%.*s` is declared",
                         prm__lang_shown(node->text, node->size), node->text);
        return false;
    }
    if (owner == PRM_OWNER_REP && !prm__compile_kind_has(c, context->kind, PRM_NAME_REP)) {
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span, NULL,
                         "the subject of this rule has no rep, so there is no `%s`", node->text);
        return false;
    }
    if (prm__vocab_value_type(PRM_VEC(c->vocabulary.attributes, prm__vocab_attribute)[*out].type) ==
        PRM_TYPE_NUMBER)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_EXPR_TYPE, node->span, NULL,
                     "a threshold is a number, and `%s` is none", node->text);
    return false;
}

bool prm__compare_threshold(prm__compiler *c, const prm__yaml_node *node, const char *key,
                            const prm__compile_context *context, prm__decimal *number, uint32_t *attribute)
{
    *attribute = PRM_NO_INDEX;
    *number = 0;
    if (strncmp(node->text, "partner.", strlen("partner.")) == 0)
        return compare_attribute(c, node, PRM_OWNER_PARTNER, context, attribute);
    if (strncmp(node->text, "rep.", strlen("rep.")) == 0)
        return compare_attribute(c, node, PRM_OWNER_REP, context, attribute);
    return prm__scalar_number(&c->lang, node, key, number);
}

/* Nobody covers more than everybody: `at_least: 100` is meant as 100%. */
static bool compare_reachable(prm__compiler *c, const prm__yaml_node *node, const prm__measured *measured,
                              const prm__p_condition *condition)
{
    bool below = condition->kind == PRM_CONDITION_AT_LEAST || condition->kind == PRM_CONDITION_MORE_THAN;
    prm__decimal most = condition->kind == PRM_CONDITION_AT_LEAST ? PRM_DECIMAL_ONE : PRM_DECIMAL_ONE - 1;
    if (!below || measured->key != PRM_WHEN_COVERAGE || condition->threshold <= most)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_WITHOUT_OUTCOME, node->span,
                     "a coverage is a share: everybody is 100%", "a coverage never reaches more than 100%%");
    return false;
}

/* The step of `every`. */
static bool compare_every(prm__compiler *c, const prm__yaml_node *node, prm__p_condition *out)
{
    if (!prm__scalar_number(&c->lang, node, "every", &out->threshold))
        return false;
    if (out->threshold > 0)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span, "write for example `every: 10`",
                     "`every` is a number above zero: the step from one firing to the next");
    return false;
}

static void compare_missing(prm__compiler *c, const prm__clause *clause)
{
    const prm__yaml_node *node = clause->node;
    if (prm__clause_has(clause, PRM_WHEN_AT_LEAST, PRM_WHEN_IS))
        return; /* it stands there, but is wrong */
    prm__span span = node->key != NULL ? node->key_span : (prm__span){node->span.start, node->span.start + 1};
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_NO_TRIGGER, span, "write for example `at_least: 10`",
                     "%s needs a threshold: `at_least`, `more_than`, `at_most` or `less_than`",
                     node->key != NULL ? prm__lang_format(&c->lang, "`%s`", node->key) : "this condition");
}

bool prm__compare_read(prm__compiler *c, const prm__clause *clause, const prm__compile_context *context,
                       const prm__measured *measured, prm__p_condition *out)
{
    uint32_t key = prm__clause_only(c, clause, PRM_WHEN_AT_LEAST, PRM_WHEN_EVERY);
    out->kind = PRM_CONDITION_AT_LEAST;
    out->measure = PRM_NO_INDEX;
    out->expr = PRM_NO_INDEX;
    out->attribute = PRM_NO_INDEX;
    if (key == PRM_NO_INDEX) {
        compare_missing(c, clause);
        return false;
    }
    const prm__yaml_node *node = clause->values[key];
    out->kind = key - PRM_WHEN_AT_LEAST;
    if (out->kind == PRM_CONDITION_EVERY)
        return compare_every(c, node, out);
    return prm__compare_threshold(c, node, node->key, context, &out->threshold, &out->attribute) &&
           (out->attribute != PRM_NO_INDEX || compare_reachable(c, node, measured, out));
}

/* ---- Before anything has happened ---- */

static bool compare_numbers(uint32_t kind, prm__decimal number, prm__decimal threshold)
{
    switch (kind) {
    case PRM_CONDITION_AT_LEAST:
        return number >= threshold;
    case PRM_CONDITION_MORE_THAN:
        return number > threshold;
    case PRM_CONDITION_AT_MOST:
        return number <= threshold;
    default:
        return number < threshold;
    }
}

/* What the number is then: without a value, zero or another number, or not known. */
static prm__rest compare_rest(const prm__compiler *c, const prm__measured *measured, prm__decimal *number)
{
    *number = 0;
    if (measured->key == PRM_WHEN_VALUE)
        return prm__compile_rest(c, measured->expr, number);
    return prm__compile_measure_rest(measured->key);
}

/* A target is taken to be above zero; where it is missing, a comparison with it is false. */
prm__at_rest prm__compare_at_rest(const prm__compiler *c, const prm__measured *measured,
                                  const prm__p_condition *condition)
{
    prm__decimal number;
    prm__rest rest = compare_rest(c, measured, &number);
    bool below = condition->kind == PRM_CONDITION_AT_LEAST || condition->kind == PRM_CONDITION_MORE_THAN;
    if (condition->kind == PRM_CONDITION_EVERY || rest == PRM_REST_NONE)
        return (prm__at_rest){.never = true};
    if (condition->attribute != PRM_NO_INDEX)
        return (prm__at_rest){.never = below};
    if (rest == PRM_REST_UNKNOWN) /* a coverage waits for a roster */
        return (prm__at_rest){.never = below &&
                                       (condition->threshold > 0 ||
                                        (condition->threshold == 0 && measured->key == PRM_WHEN_COVERAGE))};
    bool holds = compare_numbers(condition->kind, number, condition->threshold);
    return (prm__at_rest){.never = !holds, .holds = holds};
}

bool prm__compare_at_once(prm__compiler *c, const prm__yaml_node *node, const char *key)
{
    bool above = strcmp(key, "at_least") == 0 || strcmp(key, "more_than") == 0;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_NO_TRIGGER, node->span,
                     c->in_journey
                         ? "a stage is reached by something: write `at_least` with a number above zero"
                     : above ? "write a threshold above zero, or `each` for every event"
                             : "ask `at: close`, when all has been counted, or use `while`",
                     "`%s: %.*s` would hold at once, before anything happens", key,
                     prm__lang_shown(node->text, node->size), node->text);
    return false;
}
