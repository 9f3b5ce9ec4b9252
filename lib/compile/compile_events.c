/* compile events: `events:`, the types of the program's own and the fields that it adds to
 * built-in ones. Types come first, then what they void or reduce, since that may be a
 * type further down; rings and chains that are too long are found last. */
#include "compile/compiler.h"
#include "compile/schema_tables.h"

#include "lang/scalars.h"

#include <string.h>

#define EVENTS_TYPES_MOST 1000 /* sets of types are small, and nothing grows with rules times types */
#define EVENTS_CHAIN_MOST 32   /* types that void one another in a row */

static bool events_is(const prm__yaml_node *node, const char *key)
{
    return strcmp(node->key, key) == 0 && node->key_size == strlen(key);
}

static const prm__schema_key events_keys[] = {
    {"voids", PRM_SCHEMA_LINK, 0, "a type and the field by which events match", "order.placed by order",
     NULL},
    {"reduces", PRM_SCHEMA_LINK, 0, "likewise: its amount is taken off that of the other",
     "order.placed by order", NULL},
    {"within", PRM_SCHEMA_DURATION, 0, "how old an event may be that is voided", "90d", NULL},
};

#define EVENTS_KEYS ((uint32_t)(sizeof events_keys / sizeof events_keys[0]))

const prm__schema prm__keys_of_event_type = {
    "an event type", events_keys, EVENTS_KEYS, "{partner: text, order: text, amount: money}", 0, NULL};

/* Whether it is one of these keys; all others are fields. */
static bool events_is_link(const prm__yaml_node *node)
{
    for (uint32_t i = 0; i < EVENTS_KEYS; i++)
        if (events_is(node, events_keys[i].name))
            return true;
    return false;
}

static prm__vocab_type *events_type(prm__compiler *c, uint32_t type)
{
    return prm__vec_at(&c->vocabulary.types, type);
}

/* ---- Names of types ---- */

/* Other keys name a type among words, so a name is one word. */
static bool events_is_name(const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == 0x7F || strchr(",[]{}\"'?", name[i]) != NULL)
            return false;
    return size > 0 && size <= PRM_LIMIT_TEXT_BYTES;
}

/* Whether a mapping declares the partner, however badly. */
static bool events_has_partner(const prm__yaml_node *node)
{
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next)
        if (events_is(child, "partner") || events_is(child, "partner?"))
            return true;
    return false;
}

static bool events_name(prm__compiler *c, const prm__yaml_node *node)
{
    if (!events_is_name(node->key, node->key_size)) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_NAME, node->key_span,
                         "write one word, such as `order.placed`",
                         "`%.*s` cannot be the name of an event type",
                         prm__lang_shown(node->key, node->key_size), node->key);
        return false;
    }
    if (c->vocabulary.types.count < EVENTS_TYPES_MOST)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_TYPES, node->key_span, NULL,
                     "a program has at most %d event types, built-in ones and its own", EVENTS_TYPES_MOST);
    return false;
}

/* A new type says that its events are a partner's: a misspelt built-in one does not. */
static bool events_needs_partner(prm__compiler *c, const prm__yaml_node *node)
{
    const prm__vec *names = &c->vocabulary.type_names;
    if (events_has_partner(node))
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_MISSING_KEY, node->key_span,
                     prm__lang_suggest(&c->lang, node->key, node->key_size, names->data, names->count,
                                       "add `partner: text`"),
                     "`%.*s` is a new event type, so it needs the field `partner: text`",
                     prm__lang_shown(node->key, node->key_size), node->key);
    return false;
}

/* ---- Fields ---- */

/* One field as it is declared. */
typedef struct events_field {
    prm_text name;
    uint32_t type; /* prm__vocab_type_of_field */
    bool required;
} events_field;

static bool events_field_name(prm__compiler *c, const prm__yaml_node *node, prm_text name)
{
    if (!prm__scalar_is_identifier(name.data, name.size) || name.size > PRM_LIMIT_TEXT_BYTES) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_NAME, node->key_span,
                         "names have letters, digits and underscores, and begin with no digit; `?` behind "
                         "the name makes the field optional",
                         "`%.*s` cannot be the name of a field", prm__lang_shown(name.data, name.size),
                         name.data);
        return false;
    }
    uint32_t known = prm__vocab_find_name(&c->vocabulary, name.data, name.size);
    if (known == PRM_VOCAB_PARTNER || known == PRM_VOCAB_REP || !prm__vocab_is_reserved(name.data, name.size))
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_RESERVED_WORD, node->key_span, "choose another name",
                     "`%.*s` has a meaning of its own and cannot be declared as a field", (int)name.size,
                     name.data);
    return false;
}

/* Names by which the engine finds subjects, links and voids: texts wherever they stand. */
static bool events_is_fixed_text(const prm__compiler *c, prm_text name)
{
    return prm__vocab_find_name(&c->vocabulary, name.data, name.size) <= PRM_NAME_EVENT;
}

static bool events_field_fits(prm__compiler *c, const prm__yaml_node *node, uint32_t type,
                              const events_field *field)
{
    int shown = (int)field->name.size;
    if (field->type != PRM_VOCAB_TEXT && events_is_fixed_text(c, field->name)) {
        prm__diag_report(c->lang.diag, PRM_DIAG_FIELD_REDECLARED, node->span,
                         prm__lang_format(&c->lang, "write `%.*s: text`", shown, field->name.data),
                         "`%.*s` is a text in every event type", shown, field->name.data);
        return false;
    }
    if (field->required || events_type(c, type)->role == PRM_VOCAB_EVENT_VOIDED ||
        prm__vocab_find_name(&c->vocabulary, field->name.data, field->name.size) != PRM_VOCAB_PARTNER)
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_FIELD_REDECLARED, node->key_span, "write `partner: text`",
                     "every event has a partner, so the field cannot be optional");
    return false;
}

/* The field as it is now; NULL when the type has none of that name. */
static prm__vocab_field *events_known_field(prm__compiler *c, uint32_t type, prm_text name)
{
    uint32_t index = prm__vocab_find_name(&c->vocabulary, name.data, name.size);
    prm__vec *fields = &events_type(c, type)->fields;
    for (uint32_t i = 0; i < fields->count && index != PRM_VOCAB_NONE; i++) {
        prm__vocab_field *field = prm__vec_at(fields, i);
        if (field->name == index)
            return field;
    }
    return NULL;
}

/* A field that is there already: it may become required, and nothing else. */
static bool events_again(prm__compiler *c, const prm__yaml_node *node, prm__vocab_field *known,
                         const events_field *field)
{
    if (known->type == field->type && (field->required || !known->required)) {
        known->required = known->required || field->required;
        return true;
    }
    int shown = prm__lang_shown(field->name.data, field->name.size);
    if (known->type != field->type)
        prm__diag_report(c->lang.diag, PRM_DIAG_FIELD_REDECLARED, node->span,
                         "leave it out, or give the field another name",
                         "`%.*s` is %s already, and cannot be %s too", shown, field->name.data,
                         prm__vocab_field_type_names[known->type], prm__vocab_field_type_names[field->type]);
    else
        prm__diag_report(c->lang.diag, PRM_DIAG_FIELD_REDECLARED, node->key_span, "leave it out",
                         "`%.*s` is required, and cannot be made optional", shown, field->name.data);
    return false;
}

static bool events_field_read(prm__compiler *c, const prm__yaml_node *node, uint32_t type,
                              events_field *field)
{
    field->name = (prm_text){node->key, node->key_size};
    field->required = node->key_size == 0 || node->key[node->key_size - 1] != '?';
    field->name.size -= !field->required;
    bool ok = events_field_name(c, node, field->name);
    return prm__schema_check(&c->lang, node, PRM_SCHEMA_TEXT, node->key, "text") &&
           prm__scalar_choice(&c->lang, node, node->key, &prm__choices_of_field_type, &field->type) && ok &&
           events_field_fits(c, node, type, field);
}

static void events_add_field(prm__compiler *c, const prm__yaml_node *node, uint32_t type)
{
    events_field field;
    bool full = false;
    if (!events_field_read(c, node, type, &field))
        return;
    prm__vocab_field *known = events_known_field(c, type, field.name);
    if (known != NULL)
        events_again(c, node, known, &field);
    else if (prm__vocab_add_field(&c->vocabulary, type, field.name, field.type, field.required, &full) &&
             full)
        prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_FIELDS, node->key_span, NULL,
                         "there is no room for this field: an event type has at most %d", PRM_LIMIT_FIELDS);
}

/* ---- Types ---- */

/* The type of a row of `events`, made when it is new; PRM_VOCAB_NONE, reported, when it cannot be. */
static uint32_t events_declare(prm__compiler *c, const prm__yaml_node *node)
{
    uint32_t type = prm__vocab_find_type(&c->vocabulary, node->key, node->key_size);
    if (type != PRM_VOCAB_NONE)
        return type;
    if (!events_name(c, node))
        return PRM_VOCAB_NONE;
    events_needs_partner(c, node);
    return prm__vocab_add_type(&c->vocabulary, node->key, node->key_size, &type) ? type : PRM_VOCAB_NONE;
}

static void events_read(prm__compiler *c, const prm__yaml_node *node)
{
    if (!prm__schema_check(&c->lang, node, PRM_SCHEMA_MAPPING, node->key, prm__keys_of_event_type.example))
        return;
    uint32_t type = events_declare(c, node);
    for (const prm__yaml_node *child = node->first; child != NULL && type != PRM_VOCAB_NONE;
         child = child->next)
        if (!events_is_link(child) && !c->lang.diag->exhausted)
            events_add_field(c, child, type);
}

/* ---- What a type voids or reduces ---- */

/* `TYPE by FIELD` as the places of its two words. */
typedef struct events_words {
    uint32_t type_end;
    uint32_t field;
} events_words;

static bool events_split(prm__compiler *c, const prm__yaml_node *node, events_words *words)
{
    const char *by = strstr(node->text, " by ");
    if (by != NULL && by != node->text && strchr(by + 4, ' ') == NULL && by[4] != '\0' &&
        strlen(node->text) == node->size) {
        words->type_end = (uint32_t)(by - node->text);
        words->field = words->type_end + 4;
        return true;
    }
    prm__diag_report(c->lang.diag, PRM_DIAG_BAD_VALUE, node->span,
                     "write for example `order.placed by order`",
                     "`%s` takes an event type `by` the field that both have, not `%.*s`", node->key,
                     prm__lang_shown(node->text, node->size), node->text);
    return false;
}

/* Reports at the bytes of the field's name; false. */
static bool events_wrong_field(prm__compiler *c, const prm__yaml_node *node, uint32_t at,
                               prm__diag_number number, const char *hint, const char *what)
{
    prm__diag_report(c->lang.diag, number, prm__scalar_span(node, at, node->size), hint, "%s", what);
    return false;
}

/* Both types match by a text that both have. */
static bool events_by(prm__compiler *c, const prm__yaml_node *node, uint32_t at, uint32_t type,
                      uint32_t target, uint32_t *name)
{
    const uint32_t sides[2] = {target, type};
    prm_text field = {node->text + at, node->size - at};
    *name = prm__vocab_find_name(&c->vocabulary, field.data, field.size);
    for (uint32_t i = 0; i < 2; i++) {
        const prm__vocab_field *known = events_known_field(c, sides[i], field);
        const char *side = events_type(c, sides[i])->name;
        if (known == NULL)
            return events_wrong_field(
                c, node, at, PRM_DIAG_UNKNOWN_FIELD,
                prm__lang_format(&c->lang,
                                 "the two types match by a field of the same name: add `%.*s: text`",
                                 prm__lang_shown(field.data, field.size), field.data),
                prm__lang_format(&c->lang, "`%s` has no field `%.*s`", side,
                                 prm__lang_shown(field.data, field.size), field.data));
        if (known->type != PRM_VOCAB_TEXT)
            return events_wrong_field(c, node, at, PRM_DIAG_FIELD_NOT_TEXT, NULL,
                                      prm__lang_format(&c->lang,
                                                       "events match by a text, and `%.*s` of `%s` is %s",
                                                       prm__lang_shown(field.data, field.size), field.data,
                                                       side, prm__vocab_field_type_names[known->type]));
    }
    return true;
}

/* A reduction takes its own `amount` off the other's. */
static bool events_have_amounts(prm__compiler *c, const prm__yaml_node *node, uint32_t type, uint32_t target)
{
    const uint32_t sides[2] = {type, target};
    const prm_text amount = {"amount", strlen("amount")};
    for (uint32_t i = 0; i < 2; i++) {
        const prm__vocab_field *known = events_known_field(c, sides[i], amount);
        if (known != NULL && known->type == PRM_VOCAB_MONEY)
            continue;
        prm__diag_report(c->lang.diag, PRM_DIAG_EVENT_LINK, node->span, "add `amount: money` to it",
                         "`reduces` takes one `amount` off another, but `%s` has no `amount` of money",
                         events_type(c, sides[i])->name);
        return false;
    }
    return true;
}

static bool events_no_link(prm__compiler *c, const prm__yaml_node *node, const char *what)
{
    prm__diag_report(c->lang.diag, PRM_DIAG_EVENT_LINK, node->span, NULL, "%s", what);
    return false;
}

/* Whether the type can void or reduce at all, and the other be voided or reduced. */
static bool events_can_link(prm__compiler *c, const prm__yaml_node *node, uint32_t type, uint32_t target)
{
    const prm__vocab_type *row = events_type(c, type), *other = events_type(c, target);
    if (row->role != PRM_VOCAB_FACT)
        return events_no_link(c, node,
                              prm__lang_format(&c->lang,
                                               "`%s` is about the roster or another event: it cannot "
                                               "void or reduce events of a type",
                                               row->name));
    if (other->role == PRM_VOCAB_EVENT_VOIDED)
        return events_no_link(c, node,
                              "an `event.voided` is voided by nothing but an `event.voided`, without "
                              "effect");
    if (row->voids == PRM_VOCAB_NONE && row->reduces == PRM_VOCAB_NONE)
        return true;
    return events_no_link(
        c, node,
        prm__lang_format(&c->lang, "`%s` %s `%s` already, and does one such thing only", row->name,
                         row->voids != PRM_VOCAB_NONE ? "voids" : "reduces",
                         events_type(c, row->voids != PRM_VOCAB_NONE ? row->voids : row->reduces)->name));
}

static void events_link(prm__compiler *c, const prm__yaml_node *node, uint32_t type)
{
    bool voids = events_is(node, "voids");
    events_words words;
    uint32_t target, name;
    if (!prm__schema_check(&c->lang, node, PRM_SCHEMA_LINK, node->key, events_keys[0].example) ||
        !events_split(c, node, &words) || !prm__compile_type(c, node, 0, words.type_end, &target) ||
        !events_can_link(c, node, type, target) || !events_by(c, node, words.field, type, target, &name) ||
        (!voids && !events_have_amounts(c, node, type, target)))
        return;
    prm__vocab_type *row = events_type(c, type);
    *(voids ? &row->voids : &row->reduces) = target;
    *(voids ? &row->voids_name : &row->reduces_name) = name;
}

/* `within` beside `voids`: also of a built-in type that voids. */
static void events_within(prm__compiler *c, const prm__yaml_node *node, const prm__yaml_node *voids,
                          uint32_t type)
{
    prm__duration duration;
    if (!prm__schema_check(&c->lang, node, PRM_SCHEMA_DURATION, "within", "90d") ||
        !prm__scalar_duration(&c->lang, node, "within", 0, node->size, &duration))
        return;
    prm__vocab_type *row = events_type(c, type);
    if (row->voids == PRM_VOCAB_NONE && voids == NULL) {
        prm__diag_report(c->lang.diag, PRM_DIAG_EVENT_LINK, node->key_span,
                         "write for example `voids: order.placed by order` beside it",
                         "`within` says how old an event may be that is voided, but `%s` voids none",
                         row->name);
        return;
    }
    row->voids_within = duration;
    c->rule = row->name; /* under whose name the example stands */
    prm__compile_example(c, node->span, "within", (prm_text){node->text, node->size}, duration);
    c->rule = NULL;
}

static void events_links(prm__compiler *c, const prm__yaml_node *node)
{
    uint32_t type = prm__vocab_find_type(&c->vocabulary, node->key, node->key_size);
    if (type == PRM_VOCAB_NONE || node->kind != PRM_YAML_MAPPING)
        return; /* reported */
    const prm__yaml_node *within = NULL, *voids = NULL;
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        if (events_is(child, "within"))
            within = child;
        else if (events_is_link(child))
            events_link(c, child, type);
        voids = events_is(child, "voids") ? child : voids;
    }
    if (within != NULL)
        events_within(c, within, voids, type);
}

/* The type whose events it voids or reduces, or PRM_VOCAB_NONE. */
static uint32_t events_next(prm__compiler *c, uint32_t type)
{
    const prm__vocab_type *row = events_type(c, type);
    return row->voids != PRM_VOCAB_NONE ? row->voids : row->reduces;
}

/* Voids of voids of ... come to an end. What only leads into a ring is not reported: the
 * types of the ring are. */
static void events_chain(prm__compiler *c, const prm__yaml_node *node)
{
    uint32_t first = prm__vocab_find_type(&c->vocabulary, node->key, node->key_size);
    uint32_t length = 0;
    uint32_t type = first;
    while (type != PRM_VOCAB_NONE && length <= c->vocabulary.types.count) {
        length++;
        type = events_next(c, type);
        if (type == first)
            break;
    }
    if (first != PRM_VOCAB_NONE && type == first)
        prm__diag_report(c->lang.diag, PRM_DIAG_EVENT_LINK, node->key_span,
                         "a single event is voided by its id, with `event.voided`", "%s",
                         length == 1 ? "events of a type cannot void or reduce events of their own type"
                                     : "these event types void or reduce one another in a ring");
    else if (type == PRM_VOCAB_NONE && length > EVENTS_CHAIN_MOST)
        prm__diag_report(c->lang.diag, PRM_DIAG_EVENT_LINK, node->key_span, NULL,
                         "more than %d event types void or reduce one another in a row", EVENTS_CHAIN_MOST);
}

void prm__compile_events(prm__compiler *c, const prm__yaml_node *node)
{
    if (node == NULL)
        return;
    for (const prm__yaml_node *child = node->first; child != NULL && !c->lang.diag->exhausted;
         child = child->next)
        events_read(c, child);
    for (const prm__yaml_node *child = node->first; child != NULL && !c->lang.diag->exhausted;
         child = child->next)
        events_links(c, child);
    for (const prm__yaml_node *child = node->first; child != NULL && !c->lang.diag->exhausted;
         child = child->next)
        events_chain(c, child);
}
