/* compile subject: `for` becomes a kind of subject; `per`, `within` and `after`
 * become a window, with an anchor in the subject's own record or, where the
 * anchoring type lacks some of its keys, in that of a coarser subject. */
#include "compile/compiler.h"
#include "compile/schema_tables.h"

#include "lang/scalars.h"

#include <string.h>

/* Any other field that is a text will do as well. */
const prm__choices prm__choices_of_subject = {prm__vocab_fixed_names, PRM_VOCAB_PARENT + 1, true};

/* ---- Kinds ---- */

static uint32_t subject_row(prm__compiler *c, const prm__p_kind *row)
{
    uint32_t key[PRM_KIND_KEYS + 2] = {row->key_count, row->link};
    memcpy(key + 2, row->keys, sizeof row->keys);
    return prm__compile_row(c, &c->kind_keys, key, sizeof key, &c->builder.kinds, row, NULL);
}

/* The kind with these keys. */
static uint32_t subject_kind(prm__compiler *c, const uint32_t *keys, uint32_t count)
{
    prm__p_kind row = {.key_count = count};
    memcpy(row.keys, keys, count * sizeof *keys);
    return subject_row(c, &row);
}

/* The kind of partners as the referrers or parents of others. */
static uint32_t subject_link_kind(prm__compiler *c, uint32_t link)
{
    const prm__p_kind row = {.link = link};
    return subject_row(c, &row);
}

bool prm__compile_kinds(prm__compiler *c)
{
    const uint32_t rep[1] = {PRM_NAME_REP};
    return subject_kind(c, rep, 0) == PRM_KIND_PARTNER && subject_kind(c, rep, 1) == PRM_KIND_REP;
}

static bool subject_has_text(const prm__compiler *c, uint32_t type, uint32_t name)
{
    const prm__vocab_field *field = prm__vocab_field_of(&c->vocabulary, type, name);
    return field != NULL && field->type == PRM_VOCAB_TEXT;
}

/* Whether any type has the name; as a text. */
static bool subject_any_type(const prm__compiler *c, uint32_t name, bool as_text)
{
    for (uint32_t i = 0; i < c->vocabulary.types.count; i++)
        if (as_text ? subject_has_text(c, i, name) : prm__vocab_field_of(&c->vocabulary, i, name) != NULL)
            return true;
    return false;
}

static bool subject_is(const prm__yaml_node *node, const char *text)
{
    return strlen(text) == node->size && memcmp(text, node->text, node->size) == 0;
}

static uint32_t subject_link(const prm__yaml_node *node)
{
    return subject_is(node, "referrer") ? PRM_LINK_REFERRER
           : subject_is(node, "parent") ? PRM_LINK_PARENT
                                        : PRM_LINK_NONE;
}

/* One key field of `for`. */
static bool subject_key(prm__compiler *c, const prm__yaml_node *node, uint32_t *name)
{
    if (subject_link(node) != PRM_LINK_NONE) {
        prm__diag_report(
            c->lang.diag, PRM_DIAG_RULE_SUBJECT, node->span,
            prm__lang_format(&c->lang, "write `for: %s`", node->text),
            "`%s` stands alone in `for`: the subject is that partner, whatever the event's fields",
            node->text);
        return false;
    }
    *name = prm__vocab_find_name(&c->vocabulary, node->text, node->size);
    if (*name != PRM_VOCAB_NONE && subject_any_type(c, *name, true))
        return true;
    if (*name != PRM_VOCAB_NONE && subject_any_type(c, *name, false))
        prm__diag_report(c->lang.diag, PRM_DIAG_FIELD_NOT_TEXT, node->span, NULL,
                         "`for` takes text fields, and `%s` is none", node->text);
    else
        prm__diag_report(c->lang.diag, PRM_DIAG_UNKNOWN_FIELD, node->span,
                         prm__lang_suggest(&c->lang, node->text, node->size, c->vocabulary.names.data,
                                           c->vocabulary.names.count, NULL),
                         "no event has a field `%.*s`", prm__lang_shown(node->text, node->size), node->text);
    return false;
}

/* Adds a key to the list; the partner is in every subject anyway. */
static bool subject_add(prm__compiler *c, const prm__yaml_node *node, uint32_t name, uint32_t *keys,
                        uint32_t *count)
{
    for (uint32_t i = 0; i < *count; i++)
        if (keys[i] == name) {
            prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span, NULL, "`for` names `%s` twice",
                             node->text);
            return false;
        }
    if (name == PRM_NAME_PARTNER)
        return true;
    if (*count == PRM_KIND_KEYS) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span, NULL,
                         "`for` takes at most %d fields besides the partner", PRM_KIND_KEYS);
        return false;
    }
    keys[(*count)++] = name;
    return true;
}

bool prm__compile_subject(prm__compiler *c, const prm__yaml_node *node, uint32_t *kind)
{
    *kind = PRM_KIND_PARTNER;
    if (node == NULL)
        return true;
    if (prm__schema_next(node, prm__schema_first(node)) == NULL &&
        subject_link(prm__schema_first(node)) != PRM_LINK_NONE) {
        uint32_t link = subject_link_kind(c, subject_link(prm__schema_first(node)));
        *kind = link != PRM_NO_INDEX ? link : PRM_KIND_PARTNER;
        return link != PRM_NO_INDEX;
    }
    uint32_t keys[PRM_KIND_KEYS];
    uint32_t count = 0;
    bool ok = true;
    for (const prm__yaml_node *each = prm__schema_first(node); each != NULL;
         each = prm__schema_next(node, each)) {
        uint32_t name;
        ok = subject_key(c, each, &name) && subject_add(c, each, name, keys, &count) && ok;
    }
    uint32_t found = ok ? subject_kind(c, keys, count) : PRM_NO_INDEX;
    if (found != PRM_NO_INDEX)
        *kind = found;
    return found != PRM_NO_INDEX;
}

bool prm__compile_carries(const prm__compiler *c, uint32_t type, uint32_t kind)
{
    const prm__p_kind *row = prm__vec_at(&c->builder.kinds, kind);
    if (prm__vocab_type_at(&c->vocabulary, type)->role == PRM_VOCAB_EVENT_VOIDED)
        return false;
    for (uint32_t i = 0; i < row->key_count; i++)
        if (!subject_has_text(c, type, row->keys[i]))
            return false;
    return true;
}

const char *prm__compile_kind_name(prm__compiler *c, uint32_t kind)
{
    const prm__p_kind *row = prm__vec_at(&c->builder.kinds, kind);
    if (row->key_count == 0)
        return row->link == PRM_LINK_REFERRER ? "referrer"
               : row->link == PRM_LINK_PARENT ? "parent"
                                              : "partner";
    const char *names = prm__vocab_name_at(&c->vocabulary, row->keys[0]);
    for (uint32_t i = 1; i < row->key_count; i++)
        names = prm__lang_format(&c->lang, "%s, %s", names, prm__vocab_name_at(&c->vocabulary, row->keys[i]));
    return row->key_count == 1 ? names : prm__lang_format(&c->lang, "[%s]", names);
}

/* ---- Anchors ---- */

/* The first event of `type` for those of the subject's keys that the type has. */
static uint32_t subject_anchor(prm__compiler *c, uint32_t type, uint32_t kind)
{
    prm__p_kind row = *(prm__p_kind *)prm__vec_at(&c->builder.kinds, kind);
    uint32_t keys[PRM_KIND_KEYS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < row.key_count; i++)
        if (subject_has_text(c, type, row.keys[i]))
            keys[count++] = row.keys[i];
    prm__p_anchor anchor = {.type = type, .kind = subject_kind(c, keys, count)};
    if (anchor.kind == PRM_NO_INDEX)
        return PRM_NO_INDEX;
    return prm__compile_row(c, &c->anchor_keys, &anchor, sizeof anchor, &c->builder.anchors, &anchor, NULL);
}

/* An anchor from the bytes [from, to) of a scalar, which name an event type. */
static bool subject_read_anchor(prm__compiler *c, const prm__yaml_node *node, uint32_t from, uint32_t to,
                                uint32_t kind, uint32_t *anchor)
{
    uint32_t type;
    if (!prm__compile_type(c, node, from, to, &type))
        return false;
    if (prm__vocab_type_at(&c->vocabulary, type)->role == PRM_VOCAB_EVENT_VOIDED) {
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_ANCHOR, prm__scalar_span(node, from, to), NULL,
                         "`event.voided` belongs to no partner, so no window can begin with it");
        return false;
    }
    *anchor = subject_anchor(c, type, kind);
    return *anchor != PRM_NO_INDEX;
}

/* ---- Windows ---- */

static const char *const subject_periods[] = {
    "day", "week", "month", "quarter", "half", "year", "fiscal_quarter", "fiscal_half", "fiscal_year",
};

const prm__choices prm__choices_of_period = {subject_periods,
                                             sizeof subject_periods / sizeof subject_periods[0], false};

_Static_assert(PRM_PERIOD_DAY == 1 && PRM_PERIOD_FISCAL_YEAR == 9, "periods are in the order of their names");

bool prm__compile_period(prm__compiler *c, const prm__yaml_node *node, uint32_t *period)
{
    uint32_t choice;
    if (!prm__scalar_choice(&c->lang, node, "per", &prm__choices_of_period, &choice))
        return false;
    *period = choice + 1;
    return true;
}

/* Bytes of the scalar from `at` to the next space, and behind that space. */
static uint32_t subject_word_end(const prm__yaml_node *node, uint32_t at)
{
    while (at < node->size && node->text[at] != ' ')
        at++;
    return at;
}

static uint32_t subject_word_start(const prm__yaml_node *node, uint32_t at)
{
    while (at < node->size && node->text[at] == ' ')
        at++;
    return at;
}

/* The end of the duration; of "30 days" too, which is reported as one. */
static uint32_t subject_duration_end(const prm__yaml_node *node)
{
    uint32_t end = subject_word_end(node, 0);
    uint32_t unit = subject_word_start(node, end), unit_end = subject_word_end(node, unit);
    for (uint32_t i = 0; i < end; i++)
        if (node->text[i] < '0' || node->text[i] > '9')
            return end;
    bool of = unit_end - unit == 2 && memcmp(node->text + unit, "of", 2) == 0;
    return of || unit == node->size ? end : unit_end;
}

/* "30d", or "30d of partner.joined". */
static bool subject_within(prm__compiler *c, const prm__yaml_node *node, uint32_t kind, prm__p_window *row)
{
    uint32_t duration_end = subject_duration_end(node);
    uint32_t of = subject_word_start(node, duration_end);
    uint32_t of_end = subject_word_end(node, of);
    uint32_t type = subject_word_start(node, of_end);
    row->kind = of == node->size ? PRM_WINDOW_ROLLING : PRM_WINDOW_WITHIN;
    bool ok = prm__scalar_duration(&c->lang, node, "within", 0, duration_end, &row->duration);
    if (of == node->size)
        return ok;
    if (of_end - of != 2 || memcmp(node->text + of, "of", 2) != 0 || type == node->size) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, prm__scalar_span(node, of, node->size),
                         "write for example `30d` or `30d of partner.joined`",
                         "`within` is a duration, or a duration `of` an event type");
        return false;
    }
    if (!subject_read_anchor(c, node, type, node->size, kind, &row->anchor) || !ok)
        return false;
    prm__compile_example(c, prm__scalar_span(node, 0, duration_end), "within",
                         (prm_text){node->text, node->size}, row->duration);
    return true;
}

static bool subject_after(prm__compiler *c, const prm__yaml_node *node, uint32_t kind, prm__p_window *row)
{
    row->kind = PRM_WINDOW_AFTER;
    return subject_read_anchor(c, node, 0, node->size, kind, &row->anchor);
}

bool prm__compile_window(prm__compiler *c, prm__window_keys keys, uint32_t kind, uint32_t *window)
{
    prm__p_window row = {.kind = PRM_WINDOW_LIFE, .anchor = PRM_NO_INDEX};
    bool ok = keys.per == NULL || prm__compile_period(c, keys.per, &row.period);
    if (keys.within != NULL && keys.after != NULL) {
        prm__diag_report(c->lang.diag, PRM_DIAG_RULE_WINDOW, keys.after->key_span, "keep one of the two",
                         "`within` and `after` do not go together");
        return false;
    }
    if (keys.within != NULL)
        ok = subject_within(c, keys.within, kind, &row) && ok;
    if (keys.after != NULL)
        ok = subject_after(c, keys.after, kind, &row) && ok;
    if (!ok)
        return false;
    *window = prm__compile_row(c, &c->window_keys, &row, sizeof row, &c->builder.windows, &row, NULL);
    return *window != PRM_NO_INDEX;
}
