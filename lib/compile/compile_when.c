/* compile when: one measure with its condition. Measures that are equal in kind,
 * subject, window, field, filter and event types are one row for all rules. */
#include "compile/compiler.h"

#include "lang/scalars.h"

#include <string.h>

enum {
    WHEN_COUNT,
    WHEN_SUM,
    WHEN_DISTINCT,
    WHEN_COVERAGE,
    WHEN_OF,
    WHEN_WHERE,
    WHEN_PER,
    WHEN_WITHIN,
    WHEN_AFTER,
    WHEN_FOR,
    WHEN_AT_LEAST,
    WHEN_AVERAGE,
    WHEN_MINIMUM,
    WHEN_MAXIMUM,
    WHEN_COVERED,
    WHEN_STREAK,
    WHEN_VALUE,
    WHEN_ALL,
    WHEN_ANY,
    WHEN_NOT,
    WHEN_IS,
    WHEN_MORE_THAN,
    WHEN_AT_MOST,
    WHEN_LESS_THAN,
    WHEN_EVERY,
    WHEN_KEYS
};

_Static_assert(WHEN_COUNT == (int)PRM_MEASURE_COUNT && WHEN_SUM == (int)PRM_MEASURE_SUM &&
                   WHEN_DISTINCT == (int)PRM_MEASURE_DISTINCT && WHEN_COVERAGE == (int)PRM_MEASURE_COVERAGE,
               "keys of measures are in the order of the catalog");

static const prm__schema_key when_keys[WHEN_KEYS] = {
    [WHEN_COUNT] = {"count", PRM_SCHEMA_TEXTS, 0, "how many events of a type"},
    [WHEN_SUM] = {"sum", PRM_SCHEMA_TEXT, 0, "the total of a field"},
    [WHEN_DISTINCT] = {"distinct", PRM_SCHEMA_TEXT, 0, "how many different values of a field"},
    [WHEN_COVERAGE] = {"coverage", PRM_SCHEMA_TEXTS, 0, "the share of the reps with such an event"},
    [WHEN_OF] = {"of", PRM_SCHEMA_TEXTS, 0, "the event types whose field it is"},
    [WHEN_WHERE] = {"where", PRM_SCHEMA_EXPR, 0, "which events count"},
    [WHEN_PER] = {"per", PRM_SCHEMA_TEXT, 0, "a calendar window"},
    [WHEN_WITHIN] = {"within", PRM_SCHEMA_TEXT, 0, "a length of time"},
    [WHEN_AFTER] = {"after", PRM_SCHEMA_TEXT, 0, "an event type that opens the window"},
    [WHEN_FOR] = {"for", PRM_SCHEMA_TEXTS, 0, "a coarser subject"},
    [WHEN_AT_LEAST] = {"at_least", PRM_SCHEMA_TEXT, 0, "the threshold"},
    [WHEN_AVERAGE] = {"average", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "the mean of a field"},
    [WHEN_MINIMUM] = {"minimum", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "the smallest value of a field"},
    [WHEN_MAXIMUM] = {"maximum", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "the largest value of a field"},
    [WHEN_COVERED] = {"covered", PRM_SCHEMA_TEXTS, PRM_SCHEMA_NOT_YET, "how many reps have such an event"},
    [WHEN_STREAK] = {"streak", PRM_SCHEMA_MAPPING, PRM_SCHEMA_NOT_YET, "windows in a row"},
    [WHEN_VALUE] = {"value", PRM_SCHEMA_EXPR, PRM_SCHEMA_NOT_YET, "arithmetic over named measures"},
    [WHEN_ALL] = {"all", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "all of these conditions"},
    [WHEN_ANY] = {"any", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "any of these conditions"},
    [WHEN_NOT] = {"not", PRM_SCHEMA_ANY, PRM_SCHEMA_NOT_YET, "not this condition"},
    [WHEN_IS] = {"is", PRM_SCHEMA_EXPR, PRM_SCHEMA_NOT_YET, "an expression"},
    [WHEN_MORE_THAN] = {"more_than", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "above the threshold"},
    [WHEN_AT_MOST] = {"at_most", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "up to the threshold"},
    [WHEN_LESS_THAN] = {"less_than", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "below the threshold"},
    [WHEN_EVERY] = {"every", PRM_SCHEMA_TEXT, PRM_SCHEMA_NOT_YET, "each further multiple"},
};

/* What one `when` says, while it is read. */
typedef struct when_reading {
    prm__compiler *c;
    const prm__yaml_node *node;
    const prm__yaml_node *values[WHEN_KEYS];
    uint64_t meant; /* keys that stand there, or were meant */
    prm__compile_rule *rule;
    prm__p_measure measure;
    prm__type_set types;   /* as written */
    prm__type_set counted; /* of these, those that the measure can count */
} when_reading;

static bool when_has_any(const when_reading *r, uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i <= last; i++)
        if ((r->meant & PRM_SCHEMA_BIT(i)) != 0)
            return true;
    return false;
}

/* ---- The measure ---- */

/* The key that names the measure; PRM_NO_INDEX, reported, when there is not exactly one. */
static uint32_t when_measure_key(when_reading *r)
{
    uint32_t found = PRM_NO_INDEX;
    for (uint32_t i = WHEN_COUNT; i <= WHEN_COVERAGE; i++) {
        if (r->values[i] == NULL)
            continue;
        if (found != PRM_NO_INDEX) {
            prm__schema_exclude(&r->c->lang, r->values[found], r->values[i]);
            return PRM_NO_INDEX;
        }
        found = i;
    }
    if (found == PRM_NO_INDEX && !when_has_any(r, WHEN_COUNT, WHEN_COVERAGE) &&
        !when_has_any(r, WHEN_AVERAGE, WHEN_IS))
        prm__diag_report(r->c->lang.diag, PRM_DIAG_RULE_NO_TRIGGER, r->node->key_span,
                         "write for example `{count: deal.won, at_least: 10}`",
                         "`when` needs a measure: count, sum, distinct or coverage");
    return found;
}

static bool when_type_has_field(const prm__compiler *c, uint32_t type, uint32_t name)
{
    return prm__vocab_field_of(&c->vocabulary, type, name) != NULL;
}

/* The types that have the measure's field; some must. */
static bool when_with_field(when_reading *r, const prm__yaml_node *node, const char *name)
{
    prm__compiler *c = r->c;
    if (!prm__compile_filter_types(c, r->types, &r->counted, when_type_has_field, r->measure.name))
        return false;
    if (r->counted.count > 0)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_UNKNOWN_FIELD, node->span, NULL, "%s no field `%s`",
                     r->types.count == 1
                         ? prm__lang_format(&c->lang, "`%s` has",
                                            prm__vocab_type_at(&c->vocabulary, r->types.types[0])->name)
                         : "these event types have",
                     name);
    return false;
}

static void when_suggest_field(when_reading *r, const prm__yaml_node *node)
{
    const prm__vec *names = &r->c->vocabulary.names;
    prm__diag_report(r->c->lang.diag, PRM_DIAG_UNKNOWN_FIELD, node->span,
                     prm__lang_suggest(&r->c->lang, node->text, node->size, names->data, names->count, NULL),
                     "no event has a field `%.*s`", prm__lang_shown(node->text, node->size), node->text);
}

static bool when_is_number(const prm__compiler *c, prm__type_set types, uint32_t name)
{
    for (uint32_t i = 0; i < types.count; i++)
        if (prm__vocab_value_type(prm__vocab_field_of(&c->vocabulary, types.types[i], name)->type) !=
            PRM_TYPE_NUMBER)
            return false;
    return true;
}

/* `sum: FIELD, of: TYPE`. */
static bool when_field_of(when_reading *r, const prm__yaml_node *node, bool number)
{
    prm__compiler *c = r->c;
    if (r->values[WHEN_OF] == NULL) {
        if ((r->meant & PRM_SCHEMA_BIT(WHEN_OF)) == 0)
            prm__diag_report(c->lang.diag, PRM_DIAG_MISSING_KEY, node->key_span,
                             "write for example `of: deal.won`",
                             "`%s` needs `of`: the event type whose field it is", node->key);
        return false;
    }
    r->measure.name = prm__vocab_find_name(&c->vocabulary, node->text, node->size);
    bool typed = prm__compile_type_set(c, r->values[WHEN_OF], &r->types);
    r->counted = r->types;
    if (r->measure.name == PRM_VOCAB_NONE) {
        when_suggest_field(r, node);
        return false;
    }
    if (!typed || !when_with_field(r, node, node->text))
        return false;
    if (!number || when_is_number(c, r->counted, r->measure.name))
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span, NULL,
                     "`%s` adds up numbers, and `%s` is none", node->key, node->text);
    return false;
}

/* The types, and the field, of the measure. */
static bool when_what(when_reading *r, uint32_t key)
{
    const prm__yaml_node *node = r->values[key];
    prm__measure_field field = prm__catalog_measure(key)->field;
    r->measure.kind = key;
    r->measure.name = PRM_NO_INDEX;
    if (field == PRM_MEASURE_NUMBER_FIELD || field == PRM_MEASURE_ANY_FIELD)
        return when_field_of(r, node, field == PRM_MEASURE_NUMBER_FIELD);
    if (r->values[WHEN_OF] != NULL) {
        prm__schema_exclude(&r->c->lang, node, r->values[WHEN_OF]);
        return false;
    }
    bool known = prm__compile_type_set(r->c, node, &r->types);
    r->counted = r->types;
    if (!known || field == PRM_MEASURE_NO_FIELD)
        return known;
    r->measure.name = PRM_NAME_REP;
    return when_with_field(r, node, "rep");
}

/* Whether every subject of `kind` lies within one of `coarser`. */
static bool when_is_coarser(const prm__compiler *c, uint32_t coarser, uint32_t kind)
{
    const prm__p_kind *part = prm__vec_at(&c->builder.kinds, coarser),
                      *whole = prm__vec_at(&c->builder.kinds, kind);
    for (uint32_t i = 0; i < part->key_count; i++) {
        uint32_t k = 0;
        while (k < whole->key_count && whole->keys[k] != part->keys[i])
            k++;
        if (k == whole->key_count)
            return false;
    }
    return true;
}

/* A measure's own `for`: the rule's subject, or a coarser one. */
static bool when_for(when_reading *r)
{
    prm__compiler *c = r->c;
    const prm__yaml_node *node = r->values[WHEN_FOR];
    if (node == NULL)
        return true;
    if (!prm__compile_subject(c, node, &r->measure.subject))
        return false;
    if (when_is_coarser(c, r->measure.subject, r->rule->row.subject))
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span, NULL,
                     "a measure is for the rule's subject (%s) or for a coarser one",
                     prm__compile_kind_name(c, r->rule->row.subject));
    r->measure.subject = r->rule->row.subject;
    return false;
}

/* The rule's window, where a coarser measure can keep it: its anchor is the same for all
 * of the rule's subjects below. */
static bool when_rule_window(when_reading *r)
{
    prm__compiler *c = r->c;
    r->measure.window = r->rule->row.window;
    if (r->measure.window == PRM_NO_INDEX)
        return false; /* it was found wrong */
    const prm__p_window *window = prm__vec_at(&c->builder.windows, r->measure.window);
    if (window->anchor == PRM_NO_INDEX)
        return true;
    const prm__p_anchor *anchor = prm__vec_at(&c->builder.anchors, window->anchor);
    if (when_is_coarser(c, anchor->kind, r->measure.subject))
        return true;
    prm__schema_not_yet(&c->lang, r->values[WHEN_FOR]->key_span,
                        "a coarser `for` in a window that begins with an event of the finer subject");
    return false;
}

/* Of the types that the measure counts, those whose events can belong to the subject. */
static bool when_subject(when_reading *r)
{
    prm__compiler *c = r->c;
    prm__type_set all = r->counted;
    if (!prm__compile_filter_types(c, all, &r->counted, prm__compile_carries, r->measure.subject))
        return false;
    if (r->counted.count > 0)
        return true;
    const prm__yaml_node *node = r->values[r->measure.kind];
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span, NULL,
                     "these events carry no %s, so they belong to no subject of a rule `for: %s`",
                     prm__compile_kind_name(c, r->measure.subject),
                     prm__compile_kind_name(c, r->measure.subject));
    return false;
}

static bool when_window(when_reading *r)
{
    const prm__window_keys keys = {r->values[WHEN_PER], r->values[WHEN_WITHIN], r->values[WHEN_AFTER]};
    if (keys.per == NULL && keys.within == NULL && keys.after == NULL)
        return when_rule_window(r);
    return prm__compile_window(r->c, keys, r->measure.subject, &r->measure.window);
}

static bool when_filter(when_reading *r)
{
    prm__compile_rule *rule = r->rule;
    if (prm__compile_filter(r->c, rule->where, r->values[WHEN_WHERE], r->counted, &r->measure.filter))
        return true;
    rule->where = NULL; /* what is wrong with it was said */
    return false;
}

/* The row of the measure, new or that of an equal one. */
static uint32_t when_row(when_reading *r)
{
    prm__compiler *c = r->c;
    size_t head = sizeof r->measure, tail = r->counted.count * sizeof(uint32_t);
    char *key = prm__lang_get(&c->lang, head + tail);
    if (key == NULL)
        return PRM_NO_INDEX;
    memcpy(key, &r->measure, head);
    memcpy(key + head, r->counted.types, tail);
    bool fresh;
    uint32_t row = prm__compile_row(c, &c->measure_keys, key, head + tail, &c->builder.measures, &r->measure,
                                    &fresh);
    if (row != PRM_NO_INDEX && fresh && !prm__compile_pairs(c, &c->routes, r->counted, row))
        return PRM_NO_INDEX;
    return row;
}

/* ---- The threshold ---- */

/* `partner.meetings_target`: an agreed target. */
static bool when_attribute(when_reading *r, const prm__yaml_node *node, uint32_t owner, uint32_t *out)
{
    prm__compiler *c = r->c;
    const char *name = strchr(node->text, '.') + 1;
    *out = prm__vocab_find_attribute(&c->vocabulary, owner, name, strlen(name));
    if (*out == PRM_VOCAB_NONE) {
        prm__diag_report(c->lang.diag, PRM_DIAG_UNKNOWN_ATTRIBUTE, node->span,
                         "declare it under `attributes`", "no attribute `%.*s` is declared",
                         prm__lang_shown(node->text, node->size), node->text);
        return false;
    }
    const prm__p_kind *kind = prm__vec_at(&c->builder.kinds, r->rule->row.subject);
    bool has_rep = false;
    for (uint32_t i = 0; i < kind->key_count; i++)
        has_rep = has_rep || kind->keys[i] == PRM_NAME_REP;
    if (owner == PRM_OWNER_REP && !has_rep) {
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

/* What no event needs to reach would hold at once. A coverage waits for a roster. */
static bool when_bounded(when_reading *r, const prm__yaml_node *node, prm__decimal threshold)
{
    if (threshold > 0 || (threshold == 0 && r->measure.kind == PRM_MEASURE_COVERAGE))
        return true;
    prm__diag_report(r->c->lang.diag, PRM_DIAG_RULE_NO_TRIGGER, node->span,
                     "write a threshold above zero, or `each` for every event",
                     "`at_least: %.*s` would hold at once, before anything happens",
                     prm__lang_shown(node->text, node->size), node->text);
    return false;
}

/* Nobody covers more than everybody: `at_least: 100` is meant as 100%. */
static bool when_reachable(when_reading *r, const prm__yaml_node *node, prm__decimal threshold)
{
    if (r->measure.kind != PRM_MEASURE_COVERAGE || threshold <= PRM_DECIMAL_ONE)
        return true;
    prm__diag_report(r->c->lang.diag, PRM_DIAG_RULE_WITHOUT_OUTCOME, node->span,
                     "a coverage is a share: everybody is 100%", "a coverage never reaches more than 100%%");
    return false;
}

static bool when_threshold(when_reading *r, prm__p_condition *condition)
{
    const prm__yaml_node *node = r->values[WHEN_AT_LEAST];
    condition->attribute = PRM_NO_INDEX;
    if (node == NULL) {
        if ((r->meant & PRM_SCHEMA_BIT(WHEN_AT_LEAST)) == 0 && !when_has_any(r, WHEN_ALL, WHEN_EVERY))
            prm__diag_report(r->c->lang.diag, PRM_DIAG_RULE_NO_TRIGGER, r->node->key_span,
                             "write for example `at_least: 10`", "`when` needs a threshold: `at_least`");
        return false;
    }
    if (strncmp(node->text, "partner.", strlen("partner.")) == 0)
        return when_attribute(r, node, PRM_OWNER_PARTNER, &condition->attribute);
    if (strncmp(node->text, "rep.", strlen("rep.")) == 0)
        return when_attribute(r, node, PRM_OWNER_REP, &condition->attribute);
    return prm__scalar_number(&r->c->lang, node, "at_least", &condition->threshold) &&
           when_bounded(r, node, condition->threshold) && when_reachable(r, node, condition->threshold);
}

/* ---- The whole ---- */

/* The types of rep.joined and rep.left: what changes a roster. */
static bool when_is_roster(const prm__compiler *c, uint32_t type, uint32_t context)
{
    (void)context;
    uint32_t role = prm__vocab_type_at(&c->vocabulary, type)->role;
    return role == PRM_VOCAB_REP_JOINED || role == PRM_VOCAB_REP_LEFT;
}

/* A rule is asked at each event that its measure counts, and when the roster changes. */
static bool when_asks(when_reading *r)
{
    prm__compiler *c = r->c;
    prm__compile_rule *rule = r->rule;
    if (rule->row.each == 1)
        return true;
    rule->asks = r->counted;
    if (!prm__catalog_measure(r->measure.kind)->uses_roster)
        return true;
    rule->row.asks_roster = 1;
    uint32_t *every = prm__lang_get(&c->lang, c->vocabulary.types.count * sizeof *every);
    if (every == NULL)
        return false;
    for (uint32_t i = 0; i < c->vocabulary.types.count; i++)
        every[i] = i;
    prm__type_set all = {every, (uint32_t)c->vocabulary.types.count, false};
    prm__type_set roster;
    return prm__compile_filter_types(c, all, &roster, when_is_roster, 0) &&
           prm__compile_join_types(c, rule->asks, roster, &rule->asks);
}

/* Where something is wrong, filters are still read for their errors. */
static bool when_measure(when_reading *r)
{
    uint32_t key = when_measure_key(r);
    bool ok = key != PRM_NO_INDEX && when_what(r, key);
    ok = when_for(r) && ok;
    ok = when_window(r) && ok;
    ok = ok && when_subject(r);
    return when_asks(r) && when_filter(r) && ok;
}

bool prm__compile_when(prm__compiler *c, const prm__yaml_node *node, prm__compile_rule *rule)
{
    const prm__schema schema = {"`when`", when_keys, WHEN_KEYS, 0};
    when_reading r;
    memset(&r, 0, sizeof r);
    r.c = c;
    r.node = node;
    r.rule = rule;
    if (!prm__schema_read(&c->lang, node, &schema, r.values, &r.meant))
        return false;
    prm__p_condition condition = {.kind = PRM_CONDITION_AT_LEAST};
    r.measure.subject = rule->row.subject;
    bool ok = when_measure(&r);
    if (!when_threshold(&r, &condition) || !ok)
        return false;
    condition.measure = when_row(&r);
    prm__p_condition *row = condition.measure != PRM_NO_INDEX ? prm__compile_push(c, &c->builder.conditions)
                                                              : NULL;
    if (row == NULL)
        return false;
    *row = condition;
    rule->row.condition = (uint32_t)c->builder.conditions.count - 1;
    return true;
}
