/* vocabulary: the built-in event types. A row's fields are written as in the
 * documentation: "name" or "name?" and ":type" unless it is a text. */
#include "lang/vocabulary.h"

#include <string.h>

#define VOCAB_FIELDS 8 /* of a built-in type at the most */

typedef struct vocab_builtin {
    const char *name;
    uint32_t role;
    const char *voids; /* the type whose events it voids, by `deal`; likewise reduces */
    const char *reduces;
    const char *fields[VOCAB_FIELDS];
} vocab_builtin;

static const vocab_builtin vocab_builtins[] = {
    {"partner.joined", PRM_VOCAB_PARTNER_JOINED, NULL, NULL, {"partner", "referrer?", "parent?"}},
    {"partner.updated", PRM_VOCAB_PARTNER_UPDATED, NULL, NULL, {"partner", "referrer?", "parent?"}},
    {"partner.left", PRM_VOCAB_PARTNER_LEFT, NULL, NULL, {"partner"}},
    {"partner.referred", PRM_VOCAB_FACT, NULL, NULL, {"partner", "candidate?"}},
    {"rep.joined", PRM_VOCAB_REP_JOINED, NULL, NULL, {"partner", "rep"}},
    {"rep.updated", PRM_VOCAB_REP_UPDATED, NULL, NULL, {"partner", "rep"}},
    {"rep.left", PRM_VOCAB_REP_LEFT, NULL, NULL, {"partner", "rep"}},
    {"course.completed", PRM_VOCAB_FACT, NULL, NULL, {"partner", "rep", "course", "score?:decimal"}},
    {"lead.registered", PRM_VOCAB_FACT, NULL, NULL, {"partner", "rep?", "customer?", "lead?", "product?"}},
    {"meeting.held", PRM_VOCAB_FACT, NULL, NULL, {"partner", "rep?", "customer?", "lead?", "product?"}},
    {"deal.won",
     PRM_VOCAB_FACT,
     NULL,
     NULL,
     {"partner", "rep?", "customer?", "deal?", "product?", "quantity?:integer", "amount?:money"}},
    {"deal.lost",
     PRM_VOCAB_FACT,
     NULL,
     NULL,
     {"partner", "rep?", "customer?", "deal?", "product?", "quantity?:integer", "amount?:money"}},
    {"deal.cancelled", PRM_VOCAB_FACT, "deal.won", NULL, {"partner", "deal"}},
    {"deal.refunded", PRM_VOCAB_FACT, NULL, "deal.won", {"partner", "deal", "amount:money"}},
    {"deal.upsold",
     PRM_VOCAB_FACT,
     NULL,
     NULL,
     {"partner", "rep?", "customer?", "deal?", "product?", "amount?:money"}},
    {"invoice.paid",
     PRM_VOCAB_FACT,
     NULL,
     NULL,
     {"partner", "rep?", "customer?", "deal?", "product?", "amount?:money"}},
    {"portal.login", PRM_VOCAB_FACT, NULL, NULL, {"partner", "rep?"}},
    {"document.downloaded", PRM_VOCAB_FACT, NULL, NULL, {"partner", "rep?", "document?"}},
    {"seminar.attended", PRM_VOCAB_FACT, NULL, NULL, {"partner", "rep?"}},
    {"event.voided", PRM_VOCAB_EVENT_VOIDED, NULL, NULL, {"event", "partner?"}},
};

/* The names with fixed numbers, in their order. */
const char *const prm__vocab_fixed_names[PRM_VOCAB_FIXED_NAMES] = {
    "partner", "rep", "customer", "product", "referrer", "parent", "event", "amount",
};

const char *prm__vocab_builtin_name(uint32_t type)
{
    return type < sizeof vocab_builtins / sizeof vocab_builtins[0] ? vocab_builtins[type].name : NULL;
}

const char *const prm__vocab_field_type_names[PRM_VOCAB_FIELD_TYPES] = {
    [PRM_VOCAB_TEXT] = "text",       [PRM_VOCAB_BOOLEAN] = "boolean", [PRM_VOCAB_INTEGER] = "integer",
    [PRM_VOCAB_MONEY] = "money",     [PRM_VOCAB_TIME] = "time",       [PRM_VOCAB_DECIMAL] = "decimal",
    [PRM_VOCAB_PERCENT] = "percent",
};

static const char *const vocab_reserved[] = {
    "value", "partner", "rep",     "id",     "type",       "time",     "at",       "repeat",
    "every", "voids",   "reduces", "within", "in",         "true",     "false",    "null",
    "has",   "size",    "min",     "max",    "startsWith", "endsWith", "contains",
};

bool prm__vocab_is_reserved(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof vocab_reserved / sizeof vocab_reserved[0]; i++)
        if (strlen(vocab_reserved[i]) == size && memcmp(vocab_reserved[i], name, size) == 0)
            return true;
    return false;
}

prm__value_type prm__vocab_value_type(uint32_t type_of_field)
{
    switch (type_of_field) {
    case PRM_VOCAB_TEXT:
        return PRM_TYPE_TEXT;
    case PRM_VOCAB_BOOLEAN:
        return PRM_TYPE_BOOLEAN;
    case PRM_VOCAB_TIME:
        return PRM_TYPE_TIME;
    default:
        return PRM_TYPE_NUMBER;
    }
}

/* ---- Looking up ---- */

const prm__vocab_type *prm__vocab_type_at(const prm__vocabulary *vocabulary, uint32_t type)
{
    return prm__vec_at(&vocabulary->types, type);
}

const char *prm__vocab_name_at(const prm__vocabulary *vocabulary, uint32_t name)
{
    return PRM_VEC(vocabulary->names, const char *)[name];
}

uint32_t prm__vocab_find_type(const prm__vocabulary *vocabulary, const char *name, size_t size)
{
    return prm__intern_find(&vocabulary->type_keys, name, size) - 1;
}

uint32_t prm__vocab_find_name(const prm__vocabulary *vocabulary, const char *name, size_t size)
{
    return prm__intern_find(&vocabulary->name_keys, name, size) - 1;
}

uint32_t prm__vocab_find_attribute(const prm__vocabulary *vocabulary, uint32_t owner, const char *name,
                                   size_t size)
{
    const prm__vocab_attribute *attributes = PRM_VEC(vocabulary->attributes, const prm__vocab_attribute);
    for (uint32_t i = 0; i < vocabulary->attributes.count; i++)
        if (attributes[i].owner == owner && attributes[i].name_size == size &&
            memcmp(attributes[i].name, name, size) == 0)
            return i;
    return PRM_VOCAB_NONE;
}

const prm__vocab_field *prm__vocab_field_of(const prm__vocabulary *vocabulary, uint32_t type, uint32_t name)
{
    const prm__vec *fields = &prm__vocab_type_at(vocabulary, type)->fields;
    for (uint32_t i = 0; i < fields->count; i++) {
        const prm__vocab_field *field = prm__vec_at(fields, i);
        if (field->name == name)
            return field;
    }
    return NULL;
}

/* ---- Building ---- */

/* The number of a field name, made when new; PRM_VOCAB_NONE when memory ran out. Reading goes
 * on then, so that keys and names stay in step: a key is only taken when its name has a place. */
static uint32_t vocab_name(prm__vocabulary *vocabulary, const char *name, size_t size)
{
    if (prm__vec_reserve(&vocabulary->names, 1) != PRM_OK)
        return PRM_VOCAB_NONE;
    uint32_t key = prm__intern_find(&vocabulary->name_keys, name, size);
    if (key != 0)
        return key - 1;
    const char *copy = prm__lang_text(vocabulary->lang, name, size);
    if (copy == NULL || prm__intern_key(&vocabulary->name_keys, name, size) == 0)
        return PRM_VOCAB_NONE;
    PRM_VEC(vocabulary->names, const char *)[vocabulary->names.count++] = copy;
    return (uint32_t)vocabulary->names.count - 1;
}

/* Inserts the field at its place: the first field stays first, the others go by type. */
static bool vocab_insert(prm__vec *fields, prm__vocab_field field)
{
    if (prm__vec_push(fields) == NULL)
        return false;
    prm__vocab_field *rows = fields->data;
    size_t at = fields->count - 1;
    for (; at > 1 && rows[at - 1].type > field.type; at--)
        rows[at] = rows[at - 1];
    rows[at] = field;
    return true;
}

static uint32_t vocab_field_type(const char *name)
{
    for (uint32_t i = 0; i < PRM_VOCAB_FIELD_TYPES; i++)
        if (strcmp(prm__vocab_field_type_names[i], name) == 0)
            return i;
    return PRM_VOCAB_TEXT; /* LCOV_EXCL_LINE the table of built-in types names no other */
}

/* Adds a field as it is written in the table: "amount?:money". */
static bool vocab_builtin_field(prm__vocabulary *vocabulary, prm__vec *fields, const char *written)
{
    size_t size = strcspn(written, "?:");
    const char *colon = strchr(written, ':');
    prm__vocab_field field = {
        .name = vocab_name(vocabulary, written, size),
        .type = colon != NULL ? vocab_field_type(colon + 1) : PRM_VOCAB_TEXT,
        .required = written[size] != '?',
        .attribute = PRM_VOCAB_NONE,
    };
    return field.name != PRM_VOCAB_NONE && vocab_insert(fields, field);
}

/* A new type without fields, under a name that stays; NULL when memory ran out, and then
 * nothing has been added. */
static prm__vocab_type *vocab_type(prm__vocabulary *vocabulary, const char *name)
{
    if (prm__vec_reserve(&vocabulary->type_names, 1) != PRM_OK ||
        prm__vec_reserve(&vocabulary->types, 1) != PRM_OK ||
        prm__intern_key(&vocabulary->type_keys, name, strlen(name)) == 0)
        return NULL;
    PRM_VEC(vocabulary->type_names, const char *)[vocabulary->type_names.count++] = name;
    prm__vocab_type *type = prm__vec_push(&vocabulary->types); /* there is room */
    prm__vec_init(&type->fields, vocabulary->lang->alloc, sizeof(prm__vocab_field));
    type->name = name;
    type->voids = type->voids_name = PRM_VOCAB_NONE;
    type->reduces = type->reduces_name = PRM_VOCAB_NONE;
    return type;
}

/* The types that a built-in one voids or reduces, by `deal`. */
static bool vocab_builtin_links(prm__vocabulary *vocabulary, const vocab_builtin *builtin,
                                prm__vocab_type *type)
{
    uint32_t deal = vocab_name(vocabulary, "deal", strlen("deal"));
    if (builtin->voids != NULL) {
        type->voids = prm__vocab_find_type(vocabulary, builtin->voids, strlen(builtin->voids));
        type->voids_name = deal;
    }
    if (builtin->reduces != NULL) {
        type->reduces = prm__vocab_find_type(vocabulary, builtin->reduces, strlen(builtin->reduces));
        type->reduces_name = deal;
    }
    return deal != PRM_VOCAB_NONE;
}

static bool vocab_builtin_type(prm__vocabulary *vocabulary, const vocab_builtin *builtin)
{
    prm__vocab_type *type = vocab_type(vocabulary, builtin->name);
    if (type == NULL || !vocab_builtin_links(vocabulary, builtin, type))
        return false;
    type->role = builtin->role;
    for (uint32_t i = 0; i < VOCAB_FIELDS && builtin->fields[i] != NULL; i++)
        if (!vocab_builtin_field(vocabulary, &type->fields, builtin->fields[i]))
            return false;
    return true;
}

bool prm__vocab_init(prm__vocabulary *vocabulary, prm__lang *lang)
{
    memset(vocabulary, 0, sizeof *vocabulary);
    vocabulary->lang = lang;
    prm__vec_init(&vocabulary->types, lang->alloc, sizeof(prm__vocab_type));
    prm__vec_init(&vocabulary->names, lang->alloc, sizeof(const char *));
    prm__vec_init(&vocabulary->type_names, lang->alloc, sizeof(const char *));
    prm__vec_init(&vocabulary->attributes, lang->alloc, sizeof(prm__vocab_attribute));
    prm__intern_init(&vocabulary->name_keys, lang->alloc, 0);
    prm__intern_init(&vocabulary->type_keys, lang->alloc, 0);
    for (uint32_t i = 0; i < PRM_VOCAB_FIXED_NAMES; i++)
        if (vocab_name(vocabulary, prm__vocab_fixed_names[i], strlen(prm__vocab_fixed_names[i])) ==
            PRM_VOCAB_NONE)
            return prm__lang_exhausted(lang);
    for (uint32_t i = 0; i < sizeof vocab_builtins / sizeof vocab_builtins[0]; i++)
        if (!vocab_builtin_type(vocabulary, &vocab_builtins[i]))
            return prm__lang_exhausted(lang);
    return true;
}

void prm__vocab_free(prm__vocabulary *vocabulary)
{
    for (uint32_t i = 0; i < vocabulary->types.count; i++)
        prm__vec_free(&PRM_VEC(vocabulary->types, prm__vocab_type)[i].fields);
    prm__vec_free(&vocabulary->types);
    prm__vec_free(&vocabulary->names);
    prm__vec_free(&vocabulary->type_names);
    prm__vec_free(&vocabulary->attributes);
    prm__intern_free(&vocabulary->name_keys);
    prm__intern_free(&vocabulary->type_keys);
}

static bool vocab_carries(const prm__vocab_type *type, uint32_t owner)
{
    return owner == 0 ? type->role == PRM_VOCAB_PARTNER_JOINED || type->role == PRM_VOCAB_PARTNER_UPDATED
                      : type->role == PRM_VOCAB_REP_JOINED || type->role == PRM_VOCAB_REP_UPDATED;
}

/* Whether every type that is to carry the attribute has room for one field more. */
static bool vocab_has_room(const prm__vocabulary *vocabulary, uint32_t owner)
{
    for (uint32_t i = 0; i < vocabulary->types.count; i++) {
        const prm__vocab_type *type = prm__vocab_type_at(vocabulary, i);
        if (vocab_carries(type, owner) && type->fields.count >= PRM_LIMIT_FIELDS)
            return false;
    }
    return true;
}

bool prm__vocab_add_attribute(prm__vocabulary *vocabulary, uint32_t owner, const char *name, size_t size,
                              uint32_t type, bool *full)
{
    if (!vocab_has_room(vocabulary, owner)) {
        *full = true;
        return true;
    }
    prm__vocab_field field = {vocab_name(vocabulary, name, size), type, false,
                              (uint32_t)vocabulary->attributes.count};
    prm__vocab_attribute *attribute = prm__vec_push(&vocabulary->attributes);
    if (field.name == PRM_VOCAB_NONE || attribute == NULL)
        return prm__lang_exhausted(vocabulary->lang);
    attribute->name = prm__vocab_name_at(vocabulary, field.name);
    attribute->name_size = (uint32_t)size;
    attribute->owner = owner;
    attribute->type = type;
    for (uint32_t i = 0; i < vocabulary->types.count; i++) {
        prm__vocab_type *carrier = prm__vec_at(&vocabulary->types, i);
        if (vocab_carries(carrier, owner) && !vocab_insert(&carrier->fields, field))
            return prm__lang_exhausted(vocabulary->lang);
    }
    return true;
}

bool prm__vocab_add_type(prm__vocabulary *vocabulary, const char *name, size_t size, uint32_t *type)
{
    const prm__vocab_field partner = {PRM_VOCAB_PARTNER, PRM_VOCAB_TEXT, true, PRM_VOCAB_NONE};
    const char *copy = prm__lang_text(vocabulary->lang, name, size);
    prm__vocab_type *row = copy != NULL ? vocab_type(vocabulary, copy) : NULL;
    *type = (uint32_t)vocabulary->types.count - 1;
    return (row != NULL && vocab_insert(&row->fields, partner)) || prm__lang_exhausted(vocabulary->lang);
}

bool prm__vocab_add_field(prm__vocabulary *vocabulary, uint32_t type, prm_text name, uint32_t field_type,
                          bool required, bool *full)
{
    prm__vocab_type *row = prm__vec_at(&vocabulary->types, type);
    if (row->fields.count >= PRM_LIMIT_FIELDS) {
        *full = true;
        return true;
    }
    prm__vocab_field field = {vocab_name(vocabulary, name.data, name.size), field_type, required,
                              PRM_VOCAB_NONE};
    return (field.name != PRM_VOCAB_NONE && vocab_insert(&row->fields, field)) ||
           prm__lang_exhausted(vocabulary->lang);
}
