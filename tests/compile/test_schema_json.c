/* Tests of the JSON Schema: that it fits its buffer, and that every key of a program that is
 * more than a scalar has a definition. */
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

/* A key whose value is a mapping names what that mapping is. */
static void expect_place(const char *name, const prm__schema *schema)
{
    static char definition[32 * 1024];
    definition_of(name, definition, sizeof definition);
    for (uint32_t i = 0; i < schema->count; i++) {
        char begin[64];
        snprintf(begin, sizeof begin, "\n        \"%s\": {", schema->keys[i].name);
        const char *property = strstr(definition, begin);
        if (property == NULL)
            fail_msg("%s has no %s", name, schema->keys[i].name);
        const char *end = strchr(property + 1, '\n');
        char line[1024];
        snprintf(line, sizeof line, "%.*s", (int)(end != NULL ? end - property : (int)strlen(property)),
                 property);
        bool scalar = strstr(line, "definitions/scalar\"") != NULL ||
                      strstr(line, "definitions/expression\"") != NULL;
        bool deep = schema->keys[i].type == PRM_SCHEMA_MAPPING ||
                    schema->keys[i].type == PRM_SCHEMA_MAPPINGS || schema->keys[i].type == PRM_SCHEMA_ANY;
        if (deep && scalar && strstr(line, "additionalProperties") == NULL)
            fail_msg("%s: %s is described as a scalar", name, schema->keys[i].name);
        if (!deep && !scalar)
            fail_msg("%s: %s is described as more than a scalar", name, schema->keys[i].name);
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
