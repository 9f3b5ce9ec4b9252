/* Tests of the JSON Schema: that it fits its buffer, that every key of a program that is
 * more than a scalar has a definition, and that every choice is there. */
#include "compiling.h"

#include "compile/schema_tables.h"

static char whole[256 * 1024];

static void test_size(void **state)
{
    (void)state;
    char some[17];
    memset(some, 'x', sizeof some);
    size_t size = prm_schema(PRM_SCHEMA_PROGRAM, NULL, 0);
    assert_true(size > 1000 && size < sizeof whole);
    assert_int_equal(prm_schema(PRM_SCHEMA_PROGRAM, whole, sizeof whole), size);
    assert_int_equal(strlen(whole), size);
    assert_int_equal(prm_schema(PRM_SCHEMA_PROGRAM, some, 16), size);
    assert_int_equal(strlen(some), 15);
    assert_memory_equal(some, whole, 15);
    assert_int_equal(some[16], 'x');
    assert_int_equal(prm_schema(PRM_SCHEMA_PROGRAM + 1, whole, sizeof whole), 0);
    assert_int_equal(prm_schema(PRM_SCHEMA_PROGRAM, NULL, 5), 0);
}

/* From where a definition begins to where it ends. */
static void definition_of(const char *name, char *out, size_t capacity)
{
    char begin[64];
    snprintf(begin, sizeof begin, "\n    \"%s\": {\n", name);
    const char *from = strstr(whole, begin);
    assert_non_null(from);
    const char *to = strstr(from + 1, "\n    }");
    assert_non_null(to);
    snprintf(out, capacity, "%.*s", (int)(to - from), from);
}

/* The line of the property, from its name to its end. */
static void property_of(const char *definition, const char *key, char *out, size_t capacity)
{
    char begin[64];
    snprintf(begin, sizeof begin, "\n        \"%s\": {", key);
    const char *property = strstr(definition, begin);
    if (property == NULL) {
        fail_msg("there is no %s", key);
        return;
    }
    size_t size = 1 + strcspn(property + 1, "\n");
    snprintf(out, capacity, "%.*s", (int)size, property);
}

/* The definition of a key's scalars. */
static const char *form_of(const prm__schema_key *key)
{
    static const char *const forms[] = {
        [PRM_SCHEMA_RATE] = "rate",     [PRM_SCHEMA_RATES] = "rate",
        [PRM_SCHEMA_NUMBER] = "number", [PRM_SCHEMA_THRESHOLD] = "threshold",
        [PRM_SCHEMA_WHOLE] = "whole",   [PRM_SCHEMA_DURATION] = "duration",
        [PRM_SCHEMA_SPAN] = "span",     [PRM_SCHEMA_DATE] = "date",
        [PRM_SCHEMA_LINK] = "link",     [PRM_SCHEMA_EXPR] = "expression",
    };
    if ((key->flags & PRM_SCHEMA_TYPES) != 0)
        return "type_name";
    return key->type < sizeof forms / sizeof forms[0] && forms[key->type] != NULL ? forms[key->type]
                                                                                  : "scalar";
}

static bool names_form(const char *line, const prm__schema_key *key)
{
    char reference[64];
    snprintf(reference, sizeof reference, "definitions/%s\"", form_of(key));
    return strstr(line, reference) != NULL;
}

static void expect_choices(const char *line, const prm__schema_key *key)
{
    for (uint32_t i = 0; key->choices != NULL && i < key->choices->count; i++) {
        char choice[64];
        snprintf(choice, sizeof choice, "\"%s\"", key->choices->names[i]);
        if (strstr(line, choice) == NULL)
            fail_msg("%s lacks the choice %s", key->name, choice);
    }
    bool scalar = names_form(line, key);
    if (key->choices != NULL && scalar != key->choices->open)
        fail_msg("%s: only open choices leave room for others", key->name);
}

/* A key whose value is a mapping names what that mapping is. */
static void expect_place(const char *name, const prm__schema *schema)
{
    static char definition[32 * 1024];
    definition_of(name, definition, sizeof definition);
    for (uint32_t i = 0; i < schema->count; i++) {
        const prm__schema_key *key = &schema->keys[i];
        char line[2048];
        property_of(definition, key->name, line, sizeof line);
        bool named = strstr(line, "additionalProperties") != NULL;
        bool scalar = names_form(line, key) || key->choices != NULL;
        bool deep = key->type == PRM_SCHEMA_MAPPING || key->type == PRM_SCHEMA_MAPPINGS ||
                    key->type == PRM_SCHEMA_ANY;
        expect_choices(line, key);
        assert_non_null(strstr(line, "{\"description\": \""));
        if (deep && scalar && !named && key->choices == NULL)
            fail_msg("%s: %s is described as a scalar", name, key->name);
        if (!deep && !scalar)
            fail_msg("%s: %s is described as more than a scalar", name, key->name);
    }
}

static void test_places(void **state)
{
    (void)state;
    prm_schema(PRM_SCHEMA_PROGRAM, whole, sizeof whole);
    expect_place("program", &prm__keys_of_program);
    expect_place("event_type", &prm__keys_of_event_type);
    expect_place("attributes", &prm__keys_of_attributes);
    expect_place("commission", &prm__keys_of_commission);
    expect_place("brackets", &prm__keys_of_brackets);
    expect_place("bracket", &prm__keys_of_bracket);
    expect_place("ranks", &prm__keys_of_ranks);
    expect_place("level", &prm__keys_of_level);
    expect_place("rule", &prm__keys_of_rule);
    expect_place("condition", &prm__keys_of_condition);
    expect_place("action", &prm__keys_of_action);
    expect_place("tier", &prm__keys_of_tier);
    expect_place("contest", &prm__keys_of_contest);
    expect_place("remind", &prm__keys_of_remind);
    expect_place("limit", &prm__keys_of_limit);
    expect_place("active", &prm__keys_of_active);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_size), cmocka_unit_test(test_places)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
