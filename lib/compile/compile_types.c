/* compile types: attributes join the vocabulary; the vocabulary becomes rows of
 * the program; texts of a program become event types. */
#include "compile/compiler.h"
#include "compile/schema_tables.h"

#include "lang/scalars.h"

#include <string.h>

_Static_assert((int)PRM_VOCAB_TEXT == (int)PRM_FIELD_TEXT &&
                   (int)PRM_VOCAB_BOOLEAN == (int)PRM_FIELD_BOOLEAN &&
                   (int)PRM_VOCAB_INTEGER == (int)PRM_FIELD_INTEGER &&
                   (int)PRM_VOCAB_MONEY == (int)PRM_FIELD_MONEY &&
                   (int)PRM_VOCAB_TIME == (int)PRM_FIELD_TIME &&
                   (int)PRM_VOCAB_DECIMAL == (int)PRM_FIELD_DECIMAL &&
                   (int)PRM_VOCAB_PERCENT == (int)PRM_FIELD_PERCENT,
               "field types of vocabulary and program differ");
_Static_assert((int)PRM_VOCAB_FACT == (int)PRM_ROLE_FACT &&
                   (int)PRM_VOCAB_PARTNER_JOINED == (int)PRM_ROLE_PARTNER_JOINED &&
                   (int)PRM_VOCAB_PARTNER_LEFT == (int)PRM_ROLE_PARTNER_LEFT &&
                   (int)PRM_VOCAB_REP_JOINED == (int)PRM_ROLE_REP_JOINED &&
                   (int)PRM_VOCAB_REP_LEFT == (int)PRM_ROLE_REP_LEFT &&
                   (int)PRM_VOCAB_EVENT_VOIDED == (int)PRM_ROLE_EVENT_VOIDED,
               "roles of vocabulary and program differ");
_Static_assert((int)PRM_VOCAB_PARTNER == (int)PRM_NAME_PARTNER && (int)PRM_VOCAB_REP == (int)PRM_NAME_REP &&
                   (int)PRM_VOCAB_REFERRER == (int)PRM_NAME_REFERRER &&
                   (int)PRM_VOCAB_PARENT == (int)PRM_NAME_PARENT &&
                   (int)PRM_VOCAB_FIXED_NAMES == (int)PRM_NAMES_FIXED && PRM_VOCAB_NONE == PRM_NO_INDEX,
               "names of vocabulary and program differ");

/* ---- Attributes ---- */

/* Whether `node`'s key can be declared as an attribute of the owner. */
static bool types_attribute_name(prm__compiler *c, const prm__yaml_node *node, uint32_t owner)
{
    const char *name = node->key;
    uint32_t size = node->key_size;
    if (!prm__scalar_is_identifier(name, size) || size > PRM_LIMIT_TEXT_BYTES) {
        prm__diag_report(c->lang.diag, PRM_DIAG_BAD_NAME, node->key_span,
                         "names have letters, digits and underscores, and begin with no digit",
                         "`%.*s` cannot be the name of an attribute", prm__lang_shown(name, size), name);
        return false;
    }
    bool link = owner == PRM_OWNER_PARTNER && (strcmp(name, "referrer") == 0 || strcmp(name, "parent") == 0);
    bool rank = owner == PRM_OWNER_PARTNER && strcmp(name, "rank") == 0 && c->vocabulary.has_ranks;
    if (!link && !rank && !prm__vocab_is_reserved(name, size))
        return true;
    prm__diag_report(c->lang.diag, PRM_DIAG_RESERVED_WORD, node->key_span, NULL,
                     "`%s` has a meaning of its own and cannot be declared as an attribute", name);
    return false;
}

static bool types_attribute(prm__compiler *c, const prm__yaml_node *node, uint32_t owner)
{
    uint32_t type;
    bool full = false;
    if (!types_attribute_name(c, node, owner) ||
        !prm__schema_check(&c->lang, node, PRM_SCHEMA_TEXT, node->key, "text") ||
        !prm__scalar_choice(&c->lang, node, node->key, &prm__choices_of_field_type, &type))
        return false;
    if (prm__vocab_find_attribute(&c->vocabulary, owner, node->key, node->key_size) != PRM_VOCAB_NONE)
        return false; /* doubled, which was reported */
    bool ok = prm__vocab_add_attribute(&c->vocabulary, owner, node->key, node->key_size, type, &full);
    if (full)
        prm__diag_report(c->lang.diag, PRM_DIAG_TOO_MANY_FIELDS, node->key_span, NULL,
                         "there is no room for this attribute: an event type has at most %d fields",
                         PRM_LIMIT_FIELDS);
    return ok && !full;
}

const prm__choices prm__choices_of_field_type = {prm__vocab_field_type_names, PRM_VOCAB_FIELD_TYPES, false};

static const prm__schema_key types_attribute_keys[] = {
    {"partner", PRM_SCHEMA_MAPPING, 0, "attributes of partners: name and type", "{segment: text}", NULL},
    {"rep", PRM_SCHEMA_MAPPING, 0, "attributes of reps: name and type", "{certified: boolean}", NULL},
};

const prm__schema prm__keys_of_attributes = {
    "`attributes`", types_attribute_keys, 2, "{partner: {segment: text}}", 0, NULL};

bool prm__compile_attributes(prm__compiler *c, const prm__yaml_node *node)
{
    const prm__yaml_node *owners[2];
    if (node == NULL || !prm__schema_read(&c->lang, node, &prm__keys_of_attributes, owners, NULL))
        return node == NULL;
    bool ok = true;
    for (uint32_t owner = 0; owner < 2; owner++)
        if (owners[owner] != NULL)
            for (const prm__yaml_node *child = owners[owner]->first; child != NULL; child = child->next)
                ok = types_attribute(c, child, owner) && ok;
    return ok;
}

/* ---- Rows of the program ---- */

static bool types_names(prm__compiler *c)
{
    for (uint32_t i = 0; i < c->vocabulary.names.count; i++) {
        const char *name = prm__vocab_name_at(&c->vocabulary, i);
        prm__p_name *row = prm__compile_push(c, &c->builder.names);
        if (row == NULL || (row->text = prm__compile_text(c, name, strlen(name))) == PRM_NO_INDEX)
            return false;
    }
    return true;
}

static bool types_attributes(prm__compiler *c)
{
    uint32_t places[2] = {0, 0};
    for (uint32_t i = 0; i < c->vocabulary.attributes.count; i++) {
        const prm__vocab_attribute *from = prm__vec_at(&c->vocabulary.attributes, i);
        prm__p_attribute *row = prm__compile_push(c, &c->builder.attributes);
        if (row == NULL || (row->text = prm__compile_text(c, from->name, from->name_size)) == PRM_NO_INDEX)
            return false;
        row->owner = from->owner;
        row->field_type = from->type;
        row->place = places[from->owner]++;
    }
    return true;
}

static bool types_slots(prm__compiler *c, const prm__vocab_type *from)
{
    for (uint32_t i = 0; i < from->fields.count; i++) {
        const prm__vocab_field *field = prm__vec_at(&from->fields, i);
        prm__p_slot *row = prm__compile_push(c, &c->builder.slots);
        if (row == NULL)
            return false;
        *row = (prm__p_slot){field->name, field->type, field->required, field->attribute};
    }
    return true;
}

/* The rank of a role at one instant: partner.*, then rep.*, then the rest. Types of the
 * partner.* and rep.* families that are plain facts go by their name. */
static uint32_t types_rank(const prm__vocab_type *type)
{
    if (strncmp(type->name, "partner.", strlen("partner.")) == 0)
        return 0;
    return strncmp(type->name, "rep.", strlen("rep.")) == 0 ? 1 : 2;
}

static bool types_type(prm__compiler *c, const prm__vocab_type *from)
{
    prm__p_type *row = prm__compile_push(c, &c->builder.types);
    if (row == NULL || (row->text = prm__compile_text(c, from->name, strlen(from->name))) == PRM_NO_INDEX)
        return false;
    row->role = from->role;
    row->rank = types_rank(from);
    row->first_slot = (uint32_t)c->builder.slots.count;
    row->slot_count = (uint32_t)from->fields.count;
    row->voids = from->voids;
    row->voids_name = from->voids_name;
    row->reduces = from->reduces;
    row->reduces_name = from->reduces_name;
    row->voids_within = from->voids_within;
    return types_slots(c, from);
}

bool prm__compile_vocabulary(prm__compiler *c)
{
    if (!types_names(c) || !types_attributes(c))
        return false;
    for (uint32_t i = 0; i < c->vocabulary.types.count; i++)
        if (!types_type(c, prm__vocab_type_at(&c->vocabulary, i)))
            return false;
    return true;
}

/* ---- Event types in a program's text ---- */

bool prm__compile_type(prm__compiler *c, const prm__yaml_node *node, uint32_t from, uint32_t to,
                       uint32_t *type)
{
    const char *name = node->text + from;
    *type = prm__vocab_find_type(&c->vocabulary, name, to - from);
    if (*type != PRM_VOCAB_NONE)
        return true;
    const prm__vec *names = &c->vocabulary.type_names;
    const char *near = prm__diag_nearest(name, to - from, names->data, names->count);
    if (near != NULL)
        *type = prm__vocab_find_type(&c->vocabulary, near, strlen(near));
    prm__diag_report(c->lang.diag, PRM_DIAG_UNKNOWN_EVENT_TYPE, prm__scalar_span(node, from, to),
                     near != NULL ? prm__lang_format(&c->lang, "did you mean `%s`?", near) : NULL,
                     "there is no event type `%.*s`", prm__lang_shown(name, to - from), name);
    return false;
}

/* A mark for each type, none set; sets of types are made by marking. NULL when memory ran out. */
static bool *types_marks(prm__compiler *c)
{
    size_t most = c->vocabulary.types.count;
    c->type_marks.count = 0;
    if (!prm__lang_check(&c->lang, prm__vec_reserve(&c->type_marks, most)))
        return NULL;
    memset(c->type_marks.data, 0, most * sizeof(bool));
    return c->type_marks.data;
}

/* The types marked in `marks`, ascending. */
static bool types_collect(prm__compiler *c, const bool *marks, prm__type_set *set)
{
    uint32_t most = (uint32_t)c->vocabulary.types.count, count = 0;
    for (uint32_t i = 0; i < most; i++)
        count += marks[i];
    uint32_t *types = prm__lang_get(&c->lang, count * sizeof *types);
    if (types == NULL)
        return false;
    set->types = types;
    set->count = 0;
    for (uint32_t i = 0; i < most; i++)
        if (marks[i])
            types[set->count++] = i;
    return true;
}

bool prm__compile_type_set(prm__compiler *c, const prm__yaml_node *node, prm__type_set *set)
{
    bool *marks = types_marks(c);
    memset(set, 0, sizeof *set);
    if (marks == NULL)
        return false;
    bool ok = true;
    for (const prm__yaml_node *each = prm__schema_first(node); each != NULL;
         each = prm__schema_next(node, each)) {
        uint32_t type;
        ok = prm__compile_type(c, each, 0, each->size, &type) && ok;
        if (type == PRM_VOCAB_NONE)
            set->open = true;
        else
            marks[type] = true;
    }
    return types_collect(c, marks, set) && ok;
}

bool prm__compile_filter_types(prm__compiler *c, prm__type_set set, prm__type_set *out,
                               bool (*keep)(const prm__compiler *c, uint32_t type, uint32_t context),
                               uint32_t context)
{
    uint32_t *types = prm__lang_get(&c->lang, set.count * sizeof *types);
    if (types == NULL)
        return false;
    out->types = types;
    out->count = 0;
    out->open = set.open;
    for (uint32_t i = 0; i < set.count; i++)
        if (keep(c, set.types[i], context))
            types[out->count++] = set.types[i];
    return true;
}

bool prm__compile_join_types(prm__compiler *c, prm__type_set a, prm__type_set b, prm__type_set *out)
{
    bool *marks = types_marks(c);
    if (marks == NULL)
        return false;
    for (uint32_t i = 0; i < a.count; i++)
        marks[a.types[i]] = true;
    for (uint32_t i = 0; i < b.count; i++)
        marks[b.types[i]] = true;
    out->open = a.open || b.open;
    return types_collect(c, marks, out);
}

static bool types_has_partner(const prm__compiler *c, uint32_t type, uint32_t context)
{
    (void)context;
    return prm__vocab_type_at(&c->vocabulary, type)->role != PRM_VOCAB_EVENT_VOIDED;
}

bool prm__compile_all_types(prm__compiler *c, prm__type_set *out)
{
    uint32_t count = (uint32_t)c->vocabulary.types.count;
    uint32_t *every = prm__lang_get(&c->lang, count * sizeof *every);
    if (every == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++)
        every[i] = i;
    const prm__type_set all = {every, count, false};
    return prm__compile_filter_types(c, all, out, types_has_partner, 0);
}
