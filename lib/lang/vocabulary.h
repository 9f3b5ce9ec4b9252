/* vocabulary: the event types of a program and their fields: the built-in ones as a
 * table, and what the program adds (attributes; field names of its own). Names
 * of fields are unified over all types. Types and the fields of a type have the
 * order that the compiled program keeps. */
#ifndef PRM_LANG_VOCABULARY_H
#define PRM_LANG_VOCABULARY_H

#include "base/intern.h"
#include "catalog/catalog.h"
#include "lang/lang.h"

/* The numbers are those of the compiled program (prm__field_type, prm__role,
 * PRM_NAME_..., PRM_OWNER_...), which this floor does not know; the compiler
 * asserts that they agree. */
typedef enum prm__vocab_type_of_field {
    PRM_VOCAB_TEXT = 0,
    PRM_VOCAB_BOOLEAN = 1,
    PRM_VOCAB_INTEGER = 2,
    PRM_VOCAB_MONEY = 3,
    PRM_VOCAB_TIME = 4,
    PRM_VOCAB_DECIMAL = 5,
    PRM_VOCAB_PERCENT = 6,
    PRM_VOCAB_FIELD_TYPES
} prm__vocab_type_of_field;

typedef enum prm__vocab_role {
    PRM_VOCAB_FACT = 0,
    PRM_VOCAB_PARTNER_JOINED,
    PRM_VOCAB_PARTNER_UPDATED,
    PRM_VOCAB_PARTNER_LEFT,
    PRM_VOCAB_REP_JOINED,
    PRM_VOCAB_REP_UPDATED,
    PRM_VOCAB_REP_LEFT,
    PRM_VOCAB_EVENT_VOIDED
} prm__vocab_role;

enum {
    PRM_VOCAB_PARTNER = 0,
    PRM_VOCAB_REP = 1,
    PRM_VOCAB_REFERRER = 4,
    PRM_VOCAB_PARENT = 5,
    PRM_VOCAB_FIXED_NAMES = 8
};

#define PRM_VOCAB_NONE UINT32_MAX

typedef struct prm__vocab_field {
    uint32_t name; /* unified: 0, 1, ... */
    uint32_t type; /* prm__vocab_type_of_field */
    bool required;
    uint32_t attribute; /* or PRM_VOCAB_NONE */
} prm__vocab_field;

typedef struct prm__vocab_type {
    const char *name;
    uint32_t role;  /* prm__vocab_role */
    uint32_t voids; /* a type, or PRM_VOCAB_NONE; likewise `reduces` */
    uint32_t voids_name;
    uint32_t reduces;
    uint32_t reduces_name;
    prm__duration voids_within; /* count 0: without limit */
    prm__vec fields;            /* of prm__vocab_field: `partner` first, then by type of field */
} prm__vocab_type;

typedef struct prm__vocab_attribute {
    const char *name;
    uint32_t name_size;
    uint32_t owner; /* 0 partner, 1 rep */
    uint32_t type;  /* prm__vocab_type_of_field */
} prm__vocab_attribute;

typedef struct prm__vocabulary {
    prm__lang *lang;
    prm__vec types;        /* of prm__vocab_type */
    prm__vec names;        /* of const char *: field names */
    prm__vec type_names;   /* of const char *, as `types`: for suggestions */
    prm__vec attributes;   /* of prm__vocab_attribute */
    bool has_ranks;        /* the program has `ranks`, so there is `partner.rank` */
    prm__intern name_keys; /* name + 1 */
    prm__intern type_keys; /* type + 1 */
} prm__vocabulary;

/* The built-in types. False when memory ran out; then too it is to be freed. */
bool prm__vocab_init(prm__vocabulary *vocabulary, prm__lang *lang);
void prm__vocab_free(prm__vocabulary *vocabulary);

/* Adds an attribute: an optional field of that name on the joined and updated events
 * of its owner. `*full` (false before) tells that a type has no room left for it; the
 * vocabulary is as it was then. False only when memory ran out. */
bool prm__vocab_add_attribute(prm__vocabulary *vocabulary, uint32_t owner, const char *name, size_t size,
                              uint32_t type, bool *full);

/* Adds an event type of the program's own: a fact of a partner, with no other field yet. There
 * is none of that name. False only when memory ran out. */
bool prm__vocab_add_type(prm__vocabulary *vocabulary, const char *name, size_t size, uint32_t *type);

/* Adds a field that the type does not have. `*full` as above. */
bool prm__vocab_add_field(prm__vocabulary *vocabulary, uint32_t type, prm_text name, uint32_t field_type,
                          bool required, bool *full);

/* Indices, or PRM_VOCAB_NONE. */
uint32_t prm__vocab_find_type(const prm__vocabulary *vocabulary, const char *name, size_t size);
uint32_t prm__vocab_find_name(const prm__vocabulary *vocabulary, const char *name, size_t size);
uint32_t prm__vocab_find_attribute(const prm__vocabulary *vocabulary, uint32_t owner, const char *name,
                                   size_t size);

/* The field `name` of a type, or NULL. */
const prm__vocab_field *prm__vocab_field_of(const prm__vocabulary *vocabulary, uint32_t type, uint32_t name);

const prm__vocab_type *prm__vocab_type_at(const prm__vocabulary *vocabulary, uint32_t type);
const char *prm__vocab_name_at(const prm__vocabulary *vocabulary, uint32_t name);

/* What a field of this type is in expressions. */
prm__value_type prm__vocab_value_type(uint32_t type_of_field);

/* The built-in event types in their order; NULL behind the last. */
const char *prm__vocab_builtin_name(uint32_t type);

/* The names of fields with fixed numbers, in their order. */
extern const char *const prm__vocab_fixed_names[PRM_VOCAB_FIXED_NAMES];

/* The names of field types as declared ("text", "integer", ...), by prm__vocab_type_of_field. */
extern const char *const prm__vocab_field_type_names[PRM_VOCAB_FIELD_TYPES];

/* Words that cannot be declared as names of fields or attributes. */
bool prm__vocab_is_reserved(const char *name, size_t size);

#endif
