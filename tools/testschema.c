#include "testschema.h"

/* Built as a tree of json-c, whose functions give NULL only when memory has run
 * out: that ends the tool, as it does everywhere in it. */

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "testsection.h"

/* ---- Trees ------------------------------------------------------------------------ */

static json_object *testschema_need(json_object *object)
{
    if (object == NULL) {
        fputs("prm: out of memory\n", stderr);
        exit(1);
    }
    return object;
}

static void testschema_set(json_object *object, const char *name, json_object *value)
{
    if (json_object_object_add(object, name, value) != 0)
        testschema_need(NULL);
}

static void testschema_append(json_object *list, json_object *value)
{
    if (json_object_array_add(list, value) != 0)
        testschema_need(NULL);
}

static json_object *testschema_text(const char *text)
{
    return testschema_need(json_object_new_string(text));
}

static json_object *testschema_object(void)
{
    return testschema_need(json_object_new_object());
}

static json_object *testschema_array(void)
{
    return testschema_need(json_object_new_array());
}

static json_object *testschema_no(void)
{
    return testschema_need(json_object_new_boolean(0));
}

/* {"NAME": value} */
static json_object *testschema_pair(const char *name, json_object *value)
{
    json_object *object = testschema_object();
    testschema_set(object, name, value);
    return object;
}

static json_object *testschema_of_type(const char *type)
{
    return testschema_pair("type", testschema_text(type));
}

static void testschema_set_count(json_object *object, const char *name, int count)
{
    testschema_set(object, name, testschema_need(json_object_new_int(count)));
}

/* ---- Values ----------------------------------------------------------------------- */

static json_object *testschema_reference(const char *definition)
{
    buffer path = {0};
    buffer_string(&path, "#/definitions/");
    buffer_string(&path, definition);
    buffer_byte(&path, '\0');
    json_object *reference = testschema_pair("$ref", testschema_text(path.data));
    buffer_free(&path);
    return reference;
}

static json_object *testschema_list_of(json_object *items, int may_be_empty)
{
    json_object *list = testschema_of_type("array");
    if (!may_be_empty)
        testschema_set_count(list, "minItems", 1);
    testschema_set(list, "items", items);
    return list;
}

static json_object *testschema_either(json_object *a, json_object *b)
{
    json_object *both = testschema_array();
    testschema_append(both, a);
    testschema_append(both, b);
    return testschema_pair("anyOf", both);
}

static json_object *testschema_choices(const test_key *key)
{
    const char *choice;
    json_object *choices = testschema_array();
    for (size_t i = 0; (choice = key->choice(i)) != NULL; i++)
        testschema_append(choices, testschema_text(choice));
    return testschema_pair("enum", choices);
}

static json_object *testschema_value(const test_key *key)
{
    switch (key->form) {
    case TEST_FORM_VALUE:
        return key->choice != NULL ? testschema_choices(key) : testschema_reference("value");
    case TEST_FORM_VALUES:
        return testschema_either(testschema_reference("value"),
                                 testschema_list_of(testschema_reference("value"), 0));
    case TEST_FORM_NUMBER:
        return testschema_reference("number");
    case TEST_FORM_TIME:
        return testschema_reference("time");
    case TEST_FORM_RATE:
        return testschema_reference("rate");
    case TEST_FORM_AMOUNT:
        return testschema_reference("amount");
    case TEST_FORM_STEP:
        return testschema_reference("step");
    case TEST_FORM_EVENTS:
        return testschema_reference("events");
    case TEST_FORM_TESTS:
        return testschema_reference("tests");
    case TEST_FORM_EXPECT:
        return testschema_reference("expect");
    case TEST_FORM_NEVER:
        break;
    }
    return testschema_pair("not", testschema_object());
}

/* `value`, explained. Draft 7 lets nothing stand beside a reference, so it goes one deeper. */
static json_object *testschema_explained(const char *doc, json_object *value)
{
    json_object *property = testschema_pair("description", testschema_text(doc));
    json_object *all = testschema_array();
    testschema_append(all, value);
    testschema_set(property, "allOf", all);
    return property;
}

/* ---- Mappings --------------------------------------------------------------------- */

typedef struct testschema_mapping {
    json_object *properties;
    json_object *needed;
} testschema_mapping;

static testschema_mapping testschema_begin(void)
{
    return (testschema_mapping){testschema_object(), testschema_array()};
}

static void testschema_add_key(testschema_mapping *mapping, const test_key *key)
{
    testschema_set(mapping->properties, key->name, testschema_explained(key->doc, testschema_value(key)));
    if (key->needed)
        testschema_append(mapping->needed, testschema_text(key->name));
}

/* The mapping, with `others` (a schema) for keys of other names; NULL: there are none. */
static json_object *testschema_end(testschema_mapping *mapping, json_object *others)
{
    json_object *object = testschema_of_type("object");
    testschema_set_count(object, "minProperties", 1);
    if (json_object_array_length(mapping->needed) > 0)
        testschema_set(object, "required", mapping->needed);
    else
        json_object_put(mapping->needed);
    testschema_set(object, "additionalProperties", others != NULL ? others : testschema_no());
    testschema_set(object, "properties", mapping->properties);
    return object;
}

static json_object *testschema_of_keys(const test_keys *keys, json_object *others)
{
    testschema_mapping mapping = testschema_begin();
    for (size_t i = 0; i < keys->count; i++)
        testschema_add_key(&mapping, &keys->items[i]);
    return testschema_end(&mapping, others);
}

static json_object *testschema_row(const test_section_shape *shape)
{
    const test_key *key;
    json_object *others = NULL;
    if (testsection_key(shape, 0) == NULL)
        return testschema_reference("value");
    testschema_mapping mapping = testschema_begin();
    for (size_t i = 0; (key = testsection_key(shape, i)) != NULL; i++)
        testschema_add_key(&mapping, key);
    if (shape->kinds != NULL)
        others = testschema_explained(shape->kinds, testschema_reference("amount"));
    return testschema_end(&mapping, others);
}

static json_object *testschema_expect(void)
{
    testschema_mapping mapping = testschema_begin();
    for (size_t i = 0; i < TEST_SECTIONS; i++) {
        const test_section_shape *shape = testsection_shape((test_section)i);
        testschema_set(
            mapping.properties, shape->name,
            testschema_explained(shape->doc, testschema_list_of(testschema_row(shape), shape->may_be_empty)));
    }
    return testschema_end(&mapping, NULL);
}

/* ---- The whole -------------------------------------------------------------------- */

/* Every scalar is typed by its place, whatever YAML took it for. */
static json_object *testschema_scalar(void)
{
    json_object *types = testschema_array();
    testschema_append(types, testschema_text("string"));
    testschema_append(types, testschema_text("number"));
    testschema_append(types, testschema_text("boolean"));
    return testschema_pair("type", types);
}

static json_object *testschema_number(void)
{
    json_object *number = testschema_of_type("integer");
    json_object *text = testschema_of_type("string");
    testschema_set_count(number, "minimum", 1);
    testschema_set(text, "pattern", testschema_text("^[0-9]+$"));
    return testschema_either(number, text);
}

/* A text like the pattern, or what YAML takes for a value of `type` (NULL: of none). */
static json_object *testschema_like(const char *type, const char *pattern)
{
    json_object *text = testschema_of_type("string");
    testschema_set(text, "pattern", testschema_text(pattern));
    return type == NULL ? text : testschema_either(testschema_of_type(type), text);
}

/* What the readers of times, rates and numbers take; in rows an empty text is an empty cell. */
#define TESTSCHEMA_DATE "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
#define TESTSCHEMA_CLOCK "[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[-+][0-9]{2}:[0-9]{2})"
#define TESTSCHEMA_NUMBER "[-+]?[0-9]+([.][0-9]+)?"

static void testschema_add_forms(json_object *all)
{
    testschema_set(all, "time",
                   testschema_like("integer", "^([0-9]+|" TESTSCHEMA_DATE "([Tt ]" TESTSCHEMA_CLOCK ")?)?$"));
    testschema_set(all, "rate", testschema_like("number", "^(" TESTSCHEMA_NUMBER "%?)?$"));
    testschema_set(all, "amount", testschema_like("number", "^(" TESTSCHEMA_NUMBER "%?)?$"));
    testschema_set(all, "step", testschema_like(NULL, "^[0-9]*[1-9][0-9]*(d|w|mo|y|h|m|s)$"));
}

static json_object *testschema_tests(void)
{
    json_object *tests = testschema_of_type("object");
    testschema_set_count(tests, "minProperties", 1);
    testschema_set(tests, "additionalProperties", testschema_reference("test"));
    return tests;
}

static json_object *testschema_definitions(void)
{
    json_object *all = testschema_object();
    testschema_set(all, "value", testschema_scalar());
    testschema_set(all, "number", testschema_number());
    testschema_add_forms(all);
    testschema_set(all, "event", testschema_of_keys(&testkeys_of_event, testschema_reference("value")));
    testschema_set(all, "source", testschema_of_keys(&testkeys_of_source, NULL));
    testschema_set(all, "events",
                   testschema_either(testschema_list_of(testschema_reference("event"), 1),
                                     testschema_reference("source")));
    testschema_set(all, "expect", testschema_expect());
    testschema_set(all, "file", testschema_of_keys(&testkeys_of_file, NULL));
    testschema_set(all, "test", testschema_of_keys(&testkeys_of_case, NULL));
    testschema_set(all, "tests", testschema_tests());
    return all;
}

void testschema_write(buffer *out)
{
    json_object *all = testschema_array();
    testschema_append(all, testschema_reference("file"));
    json_object *whole = testschema_pair("$schema",
                                         testschema_text("http://json-schema.org/draft-07/schema#"));
    testschema_set(whole, "title", testschema_text("Tests of an incentive program"));
    testschema_set(whole, "allOf", all);
    testschema_set(whole, "definitions", testschema_definitions());
    const char *text = json_object_to_json_string_ext(
        whole, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE);
    if (text == NULL)
        testschema_need(NULL);
    buffer_string(out, text);
    buffer_byte(out, '\n');
    json_object_put(whole);
}
