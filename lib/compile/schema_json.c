/* schema json: the keys of a program as a JSON Schema (draft 7), by which editors complete
 * and check what is typed. One definition for each place; a key's value is a scalar, or
 * what the row of `json_children` says. It refuses nothing that the compiler takes; what
 * only the compiler can tell, it leaves to that. */
#include "compile/schema_tables.h"

#include "catalog/catalog.h"
#include "lang/vocabulary.h"

#include <string.h>

/* A C string cut at `capacity`, and the size that it would have. */
typedef struct json_out {
    char *buffer;
    size_t capacity;
    size_t size;
} json_out;

static void json_bytes(json_out *out, const char *bytes, size_t size)
{
    if (out->size < out->capacity) {
        size_t room = out->capacity - out->size;
        memcpy(out->buffer + out->size, bytes, size < room ? size : room);
    }
    out->size += size;
}

static void json_word(json_out *out, const char *word)
{
    json_bytes(out, word, strlen(word));
}

/* Texts of this library: no control bytes. */
static void json_escaped(json_out *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            json_word(out, "\\");
        json_bytes(out, text, 1);
    }
}

static void json_text(json_out *out, const char *text)
{
    json_word(out, "\"");
    json_escaped(out, text);
    json_word(out, "\"");
}

/* A member of an object, behind the first one. */
static void json_member(json_out *out, const char *name)
{
    json_word(out, ", ");
    json_text(out, name);
    json_word(out, ": ");
}

static void json_reference(json_out *out, const char *name)
{
    json_word(out, "{\"$ref\": \"#/definitions/");
    json_word(out, name);
    json_word(out, "\"}");
}

/* ---- What stands where ---- */

/* Names that the program declares, as the compiler reads them. */
#define JSON_IDENTIFIER "^[A-Za-z_][A-Za-z0-9_]*$"
#define JSON_FIELD "^[A-Za-z_][A-Za-z0-9_]*[?]?$"
#define JSON_REWARD "^[A-Za-z_][A-Za-z0-9_-]*$"
#define JSON_TYPE "^[^\\[\\] ,{}\"'?]+$"
#define JSON_NAME "^.+$"

/* Keys beside those of the schema have names like `pattern`, and `child` is what stands there. */
typedef struct json_place {
    const char *name; /* of the definition */
    const prm__schema *schema;
    const char *pattern; /* or NULL: there are no other keys */
    const char *child;
} json_place;

static const json_place json_places[] = {
    {"program", &prm__keys_of_program, NULL, NULL},
    {"event_type", &prm__keys_of_event_type, JSON_FIELD, "field_type"},
    {"attributes", &prm__keys_of_attributes, NULL, NULL},
    {"commission", &prm__keys_of_commission, NULL, NULL},
    {"brackets", &prm__keys_of_brackets, NULL, NULL},
    {"bracket", &prm__keys_of_bracket, NULL, NULL},
    {"ranks", &prm__keys_of_ranks, NULL, NULL},
    {"level", &prm__keys_of_level, NULL, NULL},
    {"stage", &prm__keys_of_stage, NULL, NULL},
    {"rule", &prm__keys_of_rule, NULL, NULL},
    {"condition", &prm__keys_of_condition, NULL, NULL},
    {"action", &prm__keys_of_action, JSON_REWARD, "expression"},
    {"tier", &prm__keys_of_tier, NULL, NULL},
    {"contest", &prm__keys_of_contest, NULL, NULL},
    {"remind", &prm__keys_of_remind, NULL, NULL},
    {"limit", &prm__keys_of_limit, NULL, NULL},
    {"active", &prm__keys_of_active, NULL, NULL},
};

#define JSON_PLACES (sizeof json_places / sizeof json_places[0])

typedef struct json_child {
    const char *place;
    const char *key;
    const char *child;   /* a definition */
    const char *pattern; /* of names, where there is a mapping of names to such values; or NULL */
    bool list;           /* a list even of one */
} json_child;

static const json_child json_children[] = {
    {"program", "events", "event_type", JSON_TYPE, false},
    {"program", "attributes", "attributes", NULL, false},
    {"program", "rewards", "reward_type", JSON_REWARD, false},
    {"program", "measures", "condition", JSON_IDENTIFIER, false},
    {"program", "commission", "commission", NULL, false},
    {"program", "ranks", "ranks", NULL, false},
    {"program", "rules", "rule", JSON_NAME, false},
    {"program", "journey", "stage", JSON_NAME, false},
    {"attributes", "partner", "field_type", JSON_IDENTIFIER, false},
    {"attributes", "rep", "field_type", JSON_IDENTIFIER, false},
    {"commission", "by_product", "rate", JSON_NAME, false},
    {"commission", "brackets", "brackets", NULL, false},
    {"brackets", "rates", "bracket", NULL, false},
    {"ranks", "levels", "level", JSON_NAME, false},
    {"level", "when", "condition", NULL, false},
    {"level", "by_product", "rate", JSON_NAME, false},
    {"rule", "when", "condition", NULL, false},
    {"stage", "when", "condition", NULL, false},
    {"rule", "while", "condition", NULL, false},
    {"rule", "tiers", "tier", NULL, true},
    {"rule", "contest", "contest", NULL, false},
    {"rule", "then", "action", NULL, false},
    {"rule", "else", "action", NULL, false},
    {"rule", "remind", "remind", NULL, false},
    {"rule", "active", "active", NULL, false},
    {"rule", "limit", "limit", NULL, false},
    {"condition", "streak", "condition", NULL, false},
    {"condition", "all", "condition", NULL, true},
    {"condition", "any", "condition", NULL, true},
    {"condition", "not", "condition", NULL, false},
    {"tier", "then", "action", NULL, false},
    {"contest", "by", "condition", NULL, false},
    {"contest", "places", "place", NULL, true},
};

static const json_child *json_child_of(const char *place, const char *key)
{
    for (size_t i = 0; i < sizeof json_children / sizeof json_children[0]; i++)
        if (strcmp(json_children[i].place, place) == 0 && strcmp(json_children[i].key, key) == 0)
            return &json_children[i];
    return NULL;
}

/* ---- Forms ---- */

/* The scalars that have a form, as definitions. A pattern takes all that the reader of its form
 * takes; what looks right and is not, such as February 30, is left to the reader. */
typedef struct json_form {
    prm__schema_type type;
    const char *name;
    bool number; /* YAML may have taken it for one */
    const char *pattern;
} json_form;

#define JSON_NUMBER "[-+]?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?"
#define JSON_DURATION "[0-9]*[1-9][0-9]*(" /* and the units */
#define JSON_DATE "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"

static const json_form json_forms[] = {
    {PRM_SCHEMA_RATE, "rate", true, "^" JSON_NUMBER "%?$"},
    {PRM_SCHEMA_NUMBER, "number", true, "^" JSON_NUMBER "%?$"},
    {PRM_SCHEMA_THRESHOLD, "threshold", true, "^(" JSON_NUMBER "%?|(partner|rep)[.].+)$"},
    {PRM_SCHEMA_WHOLE, "whole", true, "^" JSON_NUMBER "$"},
    {PRM_SCHEMA_DURATION, "duration", false, "^" JSON_DURATION "@)$"},
    {PRM_SCHEMA_SPAN, "span", false, "^" JSON_DURATION "@)( +of +[^ ]+)? *$"},
    {PRM_SCHEMA_DATE, "date", false, "^" JSON_DATE "$"},
    {PRM_SCHEMA_LINK, "link", false, "^ *[^ ]+ +by +[^ ]+ *$"},
};

#define JSON_FORMS (sizeof json_forms / sizeof json_forms[0])

/* What stands at a key whose children have no definition of their own. */
static const char *json_form_of(const prm__schema_key *key)
{
    uint32_t type = key->type == PRM_SCHEMA_RATES ? (uint32_t)PRM_SCHEMA_RATE : key->type;
    for (size_t i = 0; i < JSON_FORMS; i++)
        if ((uint32_t)json_forms[i].type == type)
            return json_forms[i].name;
    return (key->flags & PRM_SCHEMA_TYPES) != 0 ? "type_name"
           : key->type == PRM_SCHEMA_EXPR       ? "expression"
                                                : "scalar";
}

/* The pattern as a text, `@` being the units of time. */
static void json_pattern(json_out *out, const char *pattern)
{
    const char *unit;
    json_word(out, "\"");
    for (; *pattern != '\0'; pattern++) {
        for (uint32_t i = 0; *pattern == '@' && (unit = prm__duration_unit(i)) != NULL; i++) {
            json_word(out, i > 0 ? "|" : "");
            json_word(out, unit);
        }
        if (*pattern != '@')
            json_bytes(out, pattern, 1);
    }
    json_word(out, "\"");
}

static void json_form_definition(json_out *out, const json_form *form)
{
    json_word(out, ",\n    ");
    json_text(out, form->name);
    json_word(out, form->number ? ": {\"anyOf\": [{\"type\": \"number\"}, " : ": ");
    json_word(out, "{\"type\": \"string\", \"pattern\": ");
    json_pattern(out, form->pattern);
    json_word(out, form->number ? "}]}" : "}");
}

/* ---- Values ---- */

static void json_choice(json_out *out, const char *name)
{
    if (name[0] >= '0' && name[0] <= '9') { /* to YAML a number, unless it is quoted */
        json_word(out, name);
        json_word(out, ", ");
    }
    json_text(out, name);
}

static void json_enum(json_out *out, const prm__choices *choices)
{
    json_word(out, "{\"enum\": [");
    for (uint32_t i = 0; i < choices->count; i++) {
        json_word(out, i > 0 ? ", " : "");
        json_choice(out, choices->names[i]);
    }
    json_word(out, "]}");
}

/* One value; where choices are not all that there is, they come first, for editors to show. */
static void json_value(json_out *out, const prm__schema_key *key, const char *child)
{
    const prm__choices *choices = key->choices;
    bool both = choices != NULL && (child != NULL || choices->open);
    if (child == NULL && (choices == NULL || both))
        child = json_form_of(key);
    if (both)
        json_word(out, "{\"anyOf\": [");
    if (choices != NULL)
        json_enum(out, choices);
    if (both)
        json_word(out, ", ");
    if (child != NULL)
        json_reference(out, child);
    if (both)
        json_word(out, "]}");
}

static void json_list(json_out *out, const prm__schema_key *key, const char *child)
{
    json_word(out, "{\"type\": \"array\", \"minItems\": 1, \"items\": ");
    json_value(out, key, child);
    json_word(out, "}");
}

/* Names like the pattern, and what stands at each. */
static void json_named(json_out *out, const char *pattern, const char *child)
{
    json_word(out, "\"propertyNames\": {\"pattern\": ");
    json_text(out, pattern);
    json_word(out, "}, \"additionalProperties\": ");
    json_reference(out, child);
}

/* ---- Keys ---- */

/* Behind a description, what stands at the key. */
static void json_type(json_out *out, const prm__schema_key *key, const json_child *child)
{
    const char *name = child != NULL ? child->child : NULL;
    bool list = child != NULL && child->list;
    bool either = key->type == PRM_SCHEMA_TEXTS || key->type == PRM_SCHEMA_RATES ||
                  (key->type == PRM_SCHEMA_MAPPINGS && !list);
    if (child != NULL && child->pattern != NULL) {
        json_word(out, ", \"type\": \"object\", ");
        json_named(out, child->pattern, name);
        return;
    }
    json_member(out, either ? "anyOf" : "allOf");
    json_word(out, "[");
    if (!list)
        json_value(out, key, name);
    if (either)
        json_word(out, ", ");
    if (list || either)
        json_list(out, key, name);
    json_word(out, "]");
}

/* What the key means, with an example of it. */
static void json_described(json_out *out, const prm__schema_key *key)
{
    json_word(out, "\"");
    json_escaped(out, key->doc);
    json_word(out, ". Example: `");
    json_escaped(out, key->name);
    json_word(out, ": ");
    json_escaped(out, key->example);
    json_word(out, "`\"");
}

static void json_property(json_out *out, const prm__schema_key *key, const json_child *child)
{
    json_word(out, "\n        ");
    json_text(out, key->name);
    json_word(out, ": {\"description\": ");
    json_described(out, key);
    json_type(out, key, child);
    json_word(out, "}");
}

/* The kinds of reward that every program has. */
static void json_rewards(json_out *out)
{
    static const prm__schema_key rewards[] = {
        {"cash", PRM_SCHEMA_EXPR, 0, "money", "amount * 10%", NULL},
        {"gift_card", PRM_SCHEMA_EXPR, 0, "a gift card of this value", "5000", NULL},
        {"points", PRM_SCHEMA_EXPR, 0, "whole points", "10", NULL},
    };
    for (size_t i = 0; i < sizeof rewards / sizeof rewards[0]; i++) {
        json_word(out, ",");
        json_property(out, &rewards[i], NULL);
    }
}

/* ---- Definitions ---- */

static void json_required(json_out *out, const prm__schema *schema)
{
    bool any = false;
    for (uint32_t i = 0; i < schema->count; i++) {
        if ((schema->keys[i].flags & PRM_SCHEMA_REQUIRED) == 0)
            continue;
        json_word(out, any ? ", " : ",\n      \"required\": [");
        json_text(out, schema->keys[i].name);
        any = true;
    }
    if (any)
        json_word(out, "]");
}

/* Of the keys with this mark, one is there. */
static void json_one_of(json_out *out, const prm__schema *schema, uint32_t mark)
{
    bool any = false;
    json_word(out, "{\"anyOf\": [");
    for (uint32_t i = 0; i < schema->count; i++) {
        if ((schema->keys[i].flags & mark) == 0)
            continue;
        json_word(out, any ? ", {\"required\": [" : "{\"required\": [");
        json_text(out, schema->keys[i].name);
        json_word(out, "]}");
        any = true;
    }
    json_word(out, "]}");
}

/* ---- Actions: the options of each ---- */

static void json_options(json_out *out, const prm__action_def *action)
{
    for (uint32_t i = 0; action->options[i] != NULL; i++) {
        json_word(out, i > 0 ? ", " : "");
        json_text(out, action->options[i]);
    }
}

/* An action that has its name among its keys: that and its options, and nothing else. */
static void json_named_action(json_out *out, const prm__action_def *action)
{
    json_word(out, "{\"if\": {\"required\": [");
    json_text(out, action->key);
    json_word(out, "]}, \"then\": {\"propertyNames\": {\"enum\": [");
    json_text(out, action->key);
    json_word(out, action->options[0] != NULL ? ", " : "");
    json_options(out, action);
    json_word(out, "]}}}");
}

/* A reward is what has none of these names; it has another one besides its options. */
static void json_reward_action(json_out *out, const prm__action_def *reward)
{
    const char *between = "";
    json_word(out, "{\"if\": {\"propertyNames\": {\"not\": {\"enum\": [");
    for (uint32_t kind = 0; kind < PRM_ACTION_KINDS; kind++) {
        const prm__action_def *action = prm__catalog_action(kind);
        if (action->key[0] == '\0')
            continue;
        json_word(out, between);
        json_text(out, action->key);
        between = ", ";
    }
    json_word(out, "]}}}, \"then\": {\"not\": {\"propertyNames\": {\"enum\": [");
    json_options(out, reward);
    json_word(out, "]}}, \"allOf\": [");
    between = "";
    for (uint32_t kind = 0; kind < PRM_ACTION_KINDS; kind++) {
        const prm__action_def *action = prm__catalog_action(kind);
        if (action == reward || action->options[0] == NULL)
            continue;
        json_word(out, between);
        json_word(out, "{\"propertyNames\": {\"not\": {\"enum\": [");
        json_options(out, action);
        json_word(out, "]}}}");
        between = ", ";
    }
    json_word(out, "]}}");
}

static void json_actions(json_out *out)
{
    json_word(out, ",\n      \"allOf\": [");
    for (uint32_t kind = 0; kind < PRM_ACTION_KINDS; kind++) {
        const prm__action_def *action = prm__catalog_action(kind);
        json_word(out, kind > 0 ? ",\n        " : "\n        ");
        if (action->key[0] != '\0')
            json_named_action(out, action);
        else
            json_reward_action(out, action);
    }
    json_word(out, "]");
}

/* ---- Marks ---- */

static void json_marks(json_out *out, const prm__schema *schema)
{
    bool any = false;
    for (uint32_t mark = PRM_SCHEMA_CAUSE; mark <= PRM_SCHEMA_OUTCOME; mark *= 2) {
        if (prm__schema_marked(schema, mark) == 0)
            continue;
        json_word(out, any ? ", " : ",\n      \"allOf\": [");
        json_one_of(out, schema, mark);
        any = true;
    }
    if (any)
        json_word(out, "]");
}

static void json_definition(json_out *out, const json_place *place)
{
    json_word(out, ",\n    ");
    json_text(out, place->name);
    json_word(out, ": {\n      \"type\": \"object\"");
    json_required(out, place->schema);
    json_marks(out, place->schema);
    if (place->schema == &prm__keys_of_action)
        json_actions(out);
    json_word(out, ",\n      ");
    if (place->pattern != NULL)
        json_named(out, place->pattern, place->child);
    else
        json_word(out, "\"additionalProperties\": false");
    json_word(out, ",\n      \"properties\": {");
    for (uint32_t i = 0; i < place->schema->count; i++) {
        const prm__schema_key *key = &place->schema->keys[i];
        json_word(out, i > 0 ? "," : "");
        json_property(out, key, json_child_of(place->name, key->name));
    }
    if (place->schema == &prm__keys_of_action)
        json_rewards(out);
    json_word(out, "\n      }\n    }");
}

/* Built-in event types for editors to show; the program's own are not known here. */
static void json_type_names(json_out *out)
{
    const char *name;
    json_word(out, ",\n    \"type_name\": {\"anyOf\": [{\"enum\": [");
    for (uint32_t i = 0; (name = prm__vocab_builtin_name(i)) != NULL; i++) {
        json_word(out, i > 0 ? ", " : "");
        json_text(out, name);
    }
    json_word(out, "]}, ");
    json_reference(out, "scalar");
    json_word(out, "]}");
}

static void json_choices(json_out *out, const char *name, const prm__choices *choices)
{
    json_word(out, ",\n    ");
    json_text(out, name);
    json_word(out, ": ");
    json_enum(out, choices);
}

/* ---- The whole ---- */

/* Every scalar is typed by its place, whatever YAML took it for. */
static const char json_head[] = "{\n"
                                "  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
                                "  \"title\": \"An incentive program\",\n"
                                "  \"allOf\": [{\"$ref\": \"#/definitions/program\"}],\n"
                                "  \"definitions\": {\n"
                                "    \"scalar\": {\"type\": [\"string\", \"number\", \"boolean\"]},\n"
                                "    \"expression\": {\"type\": [\"string\", \"number\", \"boolean\"]},\n"
                                "    \"place\": {\"anyOf\": [{\"$ref\": \"#/definitions/action\"}, "
                                "{\"type\": \"array\", \"minItems\": 1, "
                                "\"items\": {\"$ref\": \"#/definitions/action\"}}]}";

size_t prm__schema_write(char *buffer, size_t capacity)
{
    json_out out = {buffer, capacity, 0};
    json_word(&out, json_head);
    json_type_names(&out);
    json_choices(&out, "field_type", &prm__choices_of_field_type);
    json_choices(&out, "reward_type", &prm__choices_of_reward_type);
    for (size_t i = 0; i < JSON_FORMS; i++)
        json_form_definition(&out, &json_forms[i]);
    for (size_t i = 0; i < JSON_PLACES; i++)
        json_definition(&out, &json_places[i]);
    json_word(&out, "\n  }\n}\n");
    if (capacity > 0)
        buffer[out.size < capacity ? out.size : capacity - 1] = '\0';
    return out.size;
}
