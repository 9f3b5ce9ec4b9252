/* schema json: the keys of a program as a JSON Schema (draft 7), by which editors complete
 * and check what is typed. One definition for each place; a key's value is a scalar, or
 * what the row of `json_children` says. */
#include "compile/schema_tables.h"

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
static void json_text(json_out *out, const char *text)
{
    json_word(out, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            json_word(out, "\\");
        json_bytes(out, text, 1);
    }
    json_word(out, "\"");
}

static void json_reference(json_out *out, const char *name)
{
    json_word(out, "{\"$ref\": \"#/definitions/");
    json_word(out, name);
    json_word(out, "\"}");
}

/* ---- What stands where ---- */

typedef struct json_place {
    const char *name; /* of the definition */
    const prm__schema *schema;
    const char *others; /* the definition of values under keys beside those of the schema; or NULL */
} json_place;

static const json_place json_places[] = {
    {"program", &prm__keys_of_program, NULL},
    {"event_type", &prm__keys_of_event_type, "field_type"},
    {"attributes", &prm__keys_of_attributes, NULL},
    {"commission", &prm__keys_of_commission, NULL},
    {"brackets", &prm__keys_of_brackets, NULL},
    {"bracket", &prm__keys_of_bracket, NULL},
    {"ranks", &prm__keys_of_ranks, NULL},
    {"level", &prm__keys_of_level, NULL},
    {"rule", &prm__keys_of_rule, NULL},
    {"condition", &prm__keys_of_condition, NULL},
    {"action", &prm__keys_of_action, "scalar"},
    {"tier", &prm__keys_of_tier, NULL},
    {"contest", &prm__keys_of_contest, NULL},
    {"remind", &prm__keys_of_remind, NULL},
    {"limit", &prm__keys_of_limit, NULL},
    {"active", &prm__keys_of_active, NULL},
};

#define JSON_PLACES (sizeof json_places / sizeof json_places[0])

typedef struct json_child {
    const char *place;
    const char *key;
    const char *child; /* a definition */
    bool named;        /* a mapping of names to such values */
} json_child;

static const json_child json_children[] = {
    {"program", "events", "event_type", true},
    {"program", "attributes", "attributes", false},
    {"program", "rewards", "reward_type", true},
    {"program", "measures", "condition", true},
    {"program", "commission", "commission", false},
    {"program", "ranks", "ranks", false},
    {"program", "rules", "rule", true},
    {"attributes", "partner", "field_type", true},
    {"attributes", "rep", "field_type", true},
    {"commission", "by_product", "scalar", true},
    {"commission", "brackets", "brackets", false},
    {"brackets", "rates", "bracket", false},
    {"ranks", "levels", "level", true},
    {"level", "when", "condition", false},
    {"level", "by_product", "scalar", true},
    {"rule", "when", "condition", false},
    {"rule", "while", "while", false},
    {"rule", "tiers", "tier", false},
    {"rule", "contest", "contest", false},
    {"rule", "then", "action", false},
    {"rule", "else", "action", false},
    {"rule", "remind", "remind", false},
    {"rule", "active", "active", false},
    {"rule", "limit", "limit", false},
    {"condition", "streak", "condition", false},
    {"condition", "all", "conditions", false},
    {"condition", "any", "conditions", false},
    {"condition", "not", "condition", false},
    {"tier", "then", "action", false},
    {"contest", "by", "condition", false},
    {"contest", "places", "places", false},
};

static const json_child *json_child_of(const char *place, const char *key)
{
    for (size_t i = 0; i < sizeof json_children / sizeof json_children[0]; i++)
        if (strcmp(json_children[i].place, place) == 0 && strcmp(json_children[i].key, key) == 0)
            return &json_children[i];
    return NULL;
}

/* ---- Definitions ---- */

/* Behind a description, the type of a value; `child` where it is more than a scalar. */
static void json_type(json_out *out, uint32_t type, const json_child *child)
{
    const char *name = child != NULL ? child->child : type == PRM_SCHEMA_EXPR ? "expression" : "scalar";
    if (child != NULL && child->named) {
        json_word(out, "\"type\": \"object\", \"additionalProperties\": ");
        json_reference(out, name);
        return;
    }
    if (type != PRM_SCHEMA_TEXTS && type != PRM_SCHEMA_MAPPINGS) {
        json_word(out, "\"allOf\": [");
        json_reference(out, name);
        json_word(out, "]");
        return;
    }
    json_word(out, "\"anyOf\": [");
    json_reference(out, name);
    json_word(out, ", {\"type\": \"array\", \"items\": ");
    json_reference(out, name);
    json_word(out, "}]");
}

static void json_property(json_out *out, const char *name, const char *doc, uint32_t type,
                          const json_child *child)
{
    json_word(out, "\n        ");
    json_text(out, name);
    json_word(out, ": {\"description\": ");
    json_text(out, doc);
    json_word(out, ", ");
    json_type(out, type, child);
    json_word(out, "}");
}

/* The kinds of reward that every program has. */
static void json_rewards(json_out *out)
{
    static const char *const rewards[][2] = {
        {"cash", "money, such as 5000 or amount * 10%"},
        {"gift_card", "a gift card of this value"},
        {"points", "whole points"},
    };
    for (size_t i = 0; i < sizeof rewards / sizeof rewards[0]; i++) {
        json_word(out, ",");
        json_property(out, rewards[i][0], rewards[i][1], PRM_SCHEMA_EXPR, NULL);
    }
}

static void json_required(json_out *out, const prm__schema *schema)
{
    bool any = false;
    for (uint32_t i = 0; i < schema->count; i++) {
        if ((schema->keys[i].flags & PRM_SCHEMA_REQUIRED) == 0)
            continue;
        json_word(out, any ? ", " : "\n      \"required\": [");
        json_text(out, schema->keys[i].name);
        any = true;
    }
    if (any)
        json_word(out, "],");
}

static void json_definition(json_out *out, const json_place *place)
{
    json_word(out, ",\n    ");
    json_text(out, place->name);
    json_word(out, ": {\n      \"type\": \"object\",");
    json_required(out, place->schema);
    json_word(out, "\n      \"additionalProperties\": ");
    if (place->others != NULL)
        json_reference(out, place->others);
    else
        json_word(out, "false");
    json_word(out, ",\n      \"properties\": {");
    for (uint32_t i = 0; i < place->schema->count; i++) {
        const prm__schema_key *key = &place->schema->keys[i];
        json_word(out, i > 0 ? "," : "");
        json_property(out, key->name, key->doc, key->type, json_child_of(place->name, key->name));
    }
    if (place->schema == &prm__keys_of_action)
        json_rewards(out);
    json_word(out, "\n      }\n    }");
}

/* ---- The whole ---- */

static void json_field_types(json_out *out)
{
    json_word(out, ",\n    \"field_type\": {\"enum\": [");
    for (uint32_t i = 0; i < PRM_VOCAB_FIELD_TYPES; i++) {
        json_word(out, i > 0 ? ", " : "");
        json_text(out, prm__vocab_field_type_names[i]);
    }
    json_word(out, "]}");
}

/* Every scalar is typed by its place, whatever YAML took it for. */
static const char json_head[] = "{\n"
                                "  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
                                "  \"title\": \"An incentive program\",\n"
                                "  \"allOf\": [{\"$ref\": \"#/definitions/program\"}],\n"
                                "  \"definitions\": {\n"
                                "    \"scalar\": {\"type\": [\"string\", \"number\", \"boolean\"]},\n"
                                "    \"expression\": {\"type\": [\"string\", \"number\", \"boolean\"]},\n"
                                "    \"reward_type\": {\"enum\": [\"money\", \"points\"]},\n"
                                "    \"conditions\": {\"type\": \"array\", "
                                "\"items\": {\"$ref\": \"#/definitions/condition\"}},\n"
                                "    \"while\": {\"anyOf\": [{\"$ref\": \"#/definitions/condition\"}, "
                                "{\"const\": \"always\"}]},\n"
                                "    \"place\": {\"anyOf\": [{\"$ref\": \"#/definitions/action\"}, "
                                "{\"type\": \"array\", \"items\": {\"$ref\": \"#/definitions/action\"}}]},\n"
                                "    \"places\": {\"type\": \"array\", "
                                "\"items\": {\"$ref\": \"#/definitions/place\"}}";

size_t prm__schema_write(char *buffer, size_t capacity)
{
    json_out out = {buffer, capacity, 0};
    json_word(&out, json_head);
    json_field_types(&out);
    for (size_t i = 0; i < JSON_PLACES; i++)
        json_definition(&out, &json_places[i]);
    json_word(&out, "\n  }\n}\n");
    if (capacity > 0)
        buffer[out.size < capacity ? out.size : capacity - 1] = '\0';
    return out.size;
}
