/* compile measure: what is counted. Measures that are equal in kind, subject, window,
 * field, filter, campaign and event types are one row for all rules. */
#include "compile/clause.h"

#include <string.h>

_Static_assert(PRM_WHEN_COUNT == (int)PRM_MEASURE_COUNT && PRM_WHEN_SUM == (int)PRM_MEASURE_SUM &&
                   PRM_WHEN_DISTINCT == (int)PRM_MEASURE_DISTINCT &&
                   PRM_WHEN_COVERAGE == (int)PRM_MEASURE_COVERAGE &&
                   PRM_WHEN_AVERAGE == (int)PRM_MEASURE_AVERAGE &&
                   PRM_WHEN_MINIMUM == (int)PRM_MEASURE_MINIMUM &&
                   PRM_WHEN_MAXIMUM == (int)PRM_MEASURE_MAXIMUM &&
                   PRM_WHEN_COVERED == (int)PRM_MEASURE_COVERED && PRM_WHEN_STREAK == (int)PRM_MEASURE_STREAK,
               "keys of measures are in the order of the catalog");

/* One measure, while it is read. */
typedef struct measure_reading {
    prm__compiler *c;
    const prm__clause *clause;
    prm__compile_context *context;
    prm__p_measure row;
    prm__type_set types;   /* as written */
    prm__type_set counted; /* of these, those that the measure can count */
} measure_reading;

/* ---- Types and fields ---- */

static bool measure_has_field(const prm__compiler *c, uint32_t type, uint32_t name)
{
    return prm__vocab_field_of(&c->vocabulary, type, name) != NULL;
}

/* The types that have the measure's field; some must. */
static bool measure_with_field(measure_reading *r, const prm__yaml_node *node, const char *name)
{
    prm__compiler *c = r->c;
    if (!prm__compile_filter_types(c, r->types, &r->counted, measure_has_field, r->row.name))
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

static void measure_suggest_field(measure_reading *r, const prm__yaml_node *node)
{
    const prm__vec *names = &r->c->vocabulary.names;
    prm__diag_report(r->c->lang.diag, PRM_DIAG_UNKNOWN_FIELD, node->span,
                     prm__lang_suggest(&r->c->lang, node->text, node->size, names->data, names->count, NULL),
                     "no event has a field `%.*s`", prm__lang_shown(node->text, node->size), node->text);
}

static bool measure_is_number(const prm__compiler *c, prm__type_set types, uint32_t name)
{
    for (uint32_t i = 0; i < types.count; i++)
        if (prm__vocab_value_type(prm__vocab_field_of(&c->vocabulary, types.types[i], name)->type) !=
            PRM_TYPE_NUMBER)
            return false;
    return true;
}

/* `sum: FIELD, of: TYPE`. */
static bool measure_field_of(measure_reading *r, const prm__yaml_node *node, bool number)
{
    prm__compiler *c = r->c;
    const prm__yaml_node *of = r->clause->values[PRM_WHEN_OF];
    if (of == NULL) {
        if ((r->clause->meant & PRM_SCHEMA_BIT(PRM_WHEN_OF)) == 0)
            prm__diag_report(c->lang.diag, PRM_DIAG_MISSING_KEY, node->key_span,
                             "write for example `of: deal.won`",
                             "`%s` needs `of`: the event type whose field it is", node->key);
        return false;
    }
    r->row.name = prm__vocab_find_name(&c->vocabulary, node->text, node->size);
    bool typed = prm__compile_type_set(c, of, &r->types);
    r->counted = r->types;
    if (r->row.name == PRM_VOCAB_NONE) {
        measure_suggest_field(r, node);
        return false;
    }
    if (!typed || !measure_with_field(r, node, node->text))
        return false;
    if (!number || measure_is_number(c, r->counted, r->row.name))
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span, NULL,
                     "`%s` takes numbers, and `%s` is none", node->key, node->text);
    return false;
}

/* The types, and the field, of the measure. */
static bool measure_what(measure_reading *r, uint32_t key)
{
    const prm__yaml_node *node = r->clause->values[key];
    const prm__yaml_node *of = r->clause->values[PRM_WHEN_OF];
    prm__measure_field field = prm__catalog_measure(key)->field;
    r->row.kind = key;
    r->row.name = PRM_NO_INDEX;
    if (field == PRM_MEASURE_NUMBER_FIELD || field == PRM_MEASURE_ANY_FIELD)
        return measure_field_of(r, node, field == PRM_MEASURE_NUMBER_FIELD);
    if (of != NULL) {
        prm__schema_exclude(&r->c->lang, node, of);
        return false;
    }
    bool known = prm__compile_type_set(r->c, node, &r->types);
    r->counted = r->types;
    if (!known || field == PRM_MEASURE_NO_FIELD)
        return known;
    r->row.name = PRM_NAME_REP;
    return measure_with_field(r, node, "rep");
}

/* Of the types that the measure counts, those whose events can belong to the subject. */
static bool measure_carried(measure_reading *r)
{
    prm__compiler *c = r->c;
    prm__type_set all = r->counted;
    if (!prm__compile_filter_types(c, all, &r->counted, prm__compile_carries, r->row.subject))
        return false;
    if (r->counted.count > 0)
        return true;
    const prm__yaml_node *node = r->clause->values[r->row.kind];
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span, NULL,
                     "these events carry no %s, so they belong to no subject of a rule `for: %s`",
                     prm__compile_kind_name(c, r->row.subject), prm__compile_kind_name(c, r->row.subject));
    return false;
}

/* ---- Subjects ---- */

/* Whether every subject of `kind` lies within one of `coarser`. */
static bool measure_is_coarser(const prm__compiler *c, uint32_t coarser, uint32_t kind)
{
    const prm__p_kind *part = prm__vec_at(&c->builder.kinds, coarser),
                      *whole = prm__vec_at(&c->builder.kinds, kind);
    if (part->link != whole->link)
        return false;
    for (uint32_t i = 0; i < part->key_count; i++) {
        uint32_t k = 0;
        while (k < whole->key_count && whole->keys[k] != part->keys[i])
            k++;
        if (k == whole->key_count)
            return false;
    }
    return true;
}

bool prm__measure_subject(prm__compiler *c, const prm__clause *clause, const prm__compile_context *context,
                          uint32_t *subject)
{
    const prm__yaml_node *node = clause->values[PRM_WHEN_FOR];
    *subject = context->kind;
    if (node == NULL || context->check_only)
        return true;
    const char *name = prm__compile_kind_name(c, context->kind);
    if (PRM_VEC(c->builder.kinds, prm__p_kind)[context->kind].link != PRM_LINK_NONE) {
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->key_span, "leave `for` out here",
                         "the measures of a rule `for: %s` count what those below it do: "
                         "they take no `for` of their own",
                         name);
        return false;
    }
    if (!prm__compile_subject(c, node, subject))
        return false;
    if (measure_is_coarser(c, *subject, context->kind))
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span, NULL,
                     "a measure is for the rule's subject (%s) or for a coarser one", name);
    *subject = context->kind;
    return false;
}

/* ---- Windows ---- */

/* The window of where the measure stands, if a coarser measure can keep it: its anchor must be
 * the same for all of the rule's subjects below. */
static bool measure_inherited(prm__compiler *c, const prm__clause *clause,
                              const prm__compile_context *context, uint32_t subject, uint32_t *window)
{
    *window = context->window;
    if (*window == PRM_NO_INDEX)
        return false; /* it was found wrong */
    uint32_t anchor = PRM_VEC(c->builder.windows, prm__p_window)[*window].anchor;
    if (anchor == PRM_NO_INDEX || PRM_VEC(c->builder.kinds, prm__p_kind)[subject].link != PRM_LINK_NONE ||
        measure_is_coarser(c, PRM_VEC(c->builder.anchors, prm__p_anchor)[anchor].kind, subject))
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_RULE_WINDOW, clause->values[PRM_WHEN_FOR]->key_span,
                     "give the measure a window of its own, such as `per: month`",
                     "the rule's window begins with an event of its own subject, so a measure for %s, "
                     "which many of these share, cannot take it over",
                     prm__compile_kind_name(c, subject));
    return false;
}

static bool measure_window(prm__compiler *c, const prm__clause *clause, const prm__compile_context *context,
                           uint32_t subject, uint32_t *window)
{
    const prm__window_keys keys = {clause->values[PRM_WHEN_PER], clause->values[PRM_WHEN_WITHIN],
                                   clause->values[PRM_WHEN_AFTER]};
    if (keys.per == NULL && keys.within == NULL && keys.after == NULL)
        return measure_inherited(c, clause, context, subject, window);
    return prm__compile_window(c, keys, subject, window);
}

/* ---- Filters ---- */

static bool measure_filter(measure_reading *r)
{
    prm__compiler *c = r->c;
    prm__compile_context *context = r->context;
    const prm__yaml_node *own = r->clause->values[PRM_WHEN_WHERE];
    if (!prm__compile_filter(c, context->where, own, r->counted, &r->row.filter)) {
        context->where = NULL; /* what is wrong with it was said */
        return false;
    }
    return prm__compile_link_filter(c, r->row.subject, r->row.filter, r->clause->node->span);
}

bool prm__compile_link_filter(prm__compiler *c, uint32_t kind, uint32_t filter, prm__span span)
{
    if (filter == PRM_NO_INDEX || PRM_VEC(c->builder.kinds, prm__p_kind)[kind].link == PRM_LINK_NONE)
        return true;
    for (uint32_t i = 0; i < c->link_filter_count; i++)
        if (c->link_filters[i] == filter)
            return true;
    if (c->link_filter_count == PRM_LINK_FILTERS) {
        prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_LINK_FILTERS, span,
                         "write equal filters alike, or split the program",
                         "the rules `for: referrer` and `for: parent` use more than %d different filters",
                         PRM_LINK_FILTERS);
        return false;
    }
    c->link_filters[c->link_filter_count++] = filter;
    return true;
}

/* ---- Rows ---- */

uint32_t prm__measure_row(prm__compiler *c, const prm__p_measure *row, prm__type_set counted, const void *key,
                          size_t key_size, bool *fresh)
{
    size_t head = sizeof *row, tail = counted.count * sizeof(uint32_t);
    char *bytes = prm__lang_get(&c->lang, head + key_size + tail);
    if (bytes == NULL)
        return PRM_NO_INDEX;
    memcpy(bytes, row, head);
    if (key_size > 0) {
        prm__p_measure *same = (void *)bytes;
        same->inner = PRM_NO_INDEX; /* `key` stands for it */
        memcpy(bytes + head, key, key_size);
    }
    memcpy(bytes + head + key_size, counted.types, tail);
    uint32_t index = prm__compile_row(c, &c->measure_keys, bytes, head + key_size + tail,
                                      &c->builder.measures, row, fresh);
    if (index != PRM_NO_INDEX && *fresh && !prm__compile_pairs(c, &c->routes, counted, index))
        return PRM_NO_INDEX;
    return index;
}

/* Where something is wrong, filters are still read for their errors. */
bool prm__measure_plain(prm__compiler *c, const prm__clause *clause, prm__compile_context *context,
                        uint32_t subject, uint32_t window, prm__measured *out)
{
    measure_reading r = {.c = c, .clause = clause, .context = context};
    r.row.subject = subject;
    r.row.window = window;
    r.row.active = context->active;
    r.row.inner = PRM_NO_INDEX;
    bool ok = measure_what(&r, out->key) && window != PRM_NO_INDEX;
    ok = ok && measure_carried(&r);
    ok = measure_filter(&r) && ok;
    out->counted = r.counted;
    if (!ok || context->check_only)
        return ok;
    bool fresh;
    out->row = prm__measure_row(c, &r.row, r.counted, NULL, 0, &fresh);
    return out->row != PRM_NO_INDEX;
}

/* The measure counts in the condition that it stands in. */
static bool measure_noted(prm__compiler *c, prm__compile_context *context, const prm__measured *measured)
{
    context->uses_roster = context->uses_roster || prm__catalog_measure(measured->key)->uses_roster;
    return prm__compile_join_types(c, context->counted, measured->counted, &context->counted);
}

bool prm__measure_read(prm__compiler *c, const prm__clause *clause, prm__compile_context *context,
                       prm__measured *out)
{
    out->row = PRM_NO_INDEX;
    out->expr = PRM_NO_INDEX;
    memset(&out->counted, 0, sizeof out->counted);
    if (out->key == PRM_WHEN_STREAK)
        return prm__streak_read(c, clause, context, out) && measure_noted(c, context, out);
    uint32_t subject, window = PRM_NO_INDEX;
    bool ok = prm__measure_subject(c, clause, context, &subject);
    ok = measure_window(c, clause, context, subject, &window) && ok;
    ok = prm__measure_plain(c, clause, context, subject, window, out) && ok;
    return measure_noted(c, context, out) && ok;
}
