/* Tests of lang/schema: every wrong key of a mapping in one reading. */
#include "reading.h"

#include "lang/schema.h"

enum { NAME, COUNT, WHERE, PARTS, LIST, LATER, ANY, KEYS };

static const prm__schema_key keys[KEYS] = {
    [NAME] = {"name", PRM_SCHEMA_TEXT, PRM_SCHEMA_REQUIRED, "what it is called", "x", NULL},
    [COUNT] = {"count", PRM_SCHEMA_TEXTS, PRM_SCHEMA_REQUIRED, "how many", "x", NULL},
    [WHERE] = {"where", PRM_SCHEMA_EXPR, 0, "", "x", NULL},
    [PARTS] = {"parts", PRM_SCHEMA_MAPPING, 0, "", "x", NULL},
    [LIST] = {"list", PRM_SCHEMA_MAPPINGS, 0, "", "x", NULL},
    [LATER] = {"later", PRM_SCHEMA_TEXT, 0, "", "x", NULL},
    [ANY] = {"any", PRM_SCHEMA_ANY, 0, "", "x", NULL},
};

static const prm__schema schema = {"a thing", keys, KEYS, "{name: x}", 0, NULL};

/* Reads the text by the schema; `present` has a letter for each value, or a point. */
static void expect(const char *text, const char *present, const char *findings)
{
    reading r;
    const prm__yaml_node *values[KEYS];
    char found[KEYS + 1] = {0};
    reading_text(&r, text);
    assert_non_null(r.root);
    prm__schema_read(&r.lang, r.root, &schema, values, NULL);
    for (int i = 0; i < KEYS; i++)
        found[i] = values[i] != NULL ? keys[i].name[0] : '.';
    assert_string_equal(found, present);
    reading_expect(&r, findings);
    reading_close(&r);
}

static void test_all_kinds(void **state)
{
    (void)state;
    expect("name: a\ncount: [b, c]\nwhere: x == 1\nparts: {x: 1}\nlist: [{a: 1}, {}]\nany:\n", "ncwpl.a", "");
    expect("name: a\ncount: b\nlist: {a: 1}\nparts: {}\n", "nc.pl..", "");
    expect("name: ''\ncount: b\n", "nc.....", "");
}

static void test_wrong_keys(void **state)
{
    (void)state;
    expect("nme: a\ncount: 1\n", ".c.....", "201 1:1-4 did you mean `name`?");
    expect("name: a\ncount: 1\nqqq: 1\nnaem: 2\n", "nc.....",
           "201 3:1-4 write one of name, count, where, parts, list, later or any; 201 4:1-5 did you mean "
           "`name`?");
    expect("where: x\n", "..w....", "202 1:1-2 what it is called; 202 1:1-2 how many");
    expect("name: a\ncount: 1\nlater: 2\n", "nc...l.", "");
}

static void test_wrong_types(void **state)
{
    (void)state;
    expect("name: [a]\ncount: {a: 1}\n", ".......",
           "203 1:7-10 write for example `name: x`; 203 2:8-14 write for example `count: x`");
    expect("name:\ncount: []\n", ".......",
           "203 1:1-5 write for example `name: x`; 203 2:8-10 write for example `count: x`");
    expect("name: a\ncount: [b, [c]]\nparts: 1\nlist: [1]\n", "n......",
           "203 2:8-16 write for example `count: x`; 203 3:8-9 write for example `parts: x`; 203 4:7-10 "
           "write for example `list: x`");
    expect("name: a\ncount: b\nwhere: {a: 1}\n", "nc.....", "403 3:8-14 quote this expression");
    expect("name: a\ncount: b\nwhere:\n  a: 1\n", "nc.....", "203 4:3-7 write for example `where: x`");
    expect("text\n", ".......", "203 1:1-5 write for example `{name: x}`");
    expect("- a\n", ".......", "203 1:1-4 write for example `{name: x}`");
}

/* A refused node was reported where it was read; nothing more is said. */
static void test_refused_values(void **state)
{
    (void)state;
    expect("name: !x a\ncount: [&b c]\n", ".......",
           "104 1:7-9 if this is a text or an expression, quote it; "
           "102 2:9-11 if this is a text or an expression, quote it");
}

static void test_stray_keys(void **state)
{
    (void)state;
    expect("{name: a, count: b, where: min(x, 5)}\n", "nc.....", "403 1:28-37 quote this expression");
    expect("{name: a, count: b, 5)}\n", "nc.....",
           "201 1:21-23 write one of name, count, where, parts, list, later or any");
}

static void test_meant(void **state)
{
    (void)state;
    reading r;
    const prm__yaml_node *values[KEYS];
    uint64_t meant = 0;
    reading_text(&r, "nmae: a\nlater: 1\nparts: 2\nzzz: 3\n");
    assert_true(prm__schema_read(&r.lang, r.root, &schema, values, &meant));
    assert_int_equal(meant, PRM_SCHEMA_BIT(NAME) | PRM_SCHEMA_BIT(LATER) | PRM_SCHEMA_BIT(PARTS));
    reading_close(&r);
}

/* A key that is near to none may be the one with a mark that no other key has, if its value can be. */
static void test_meant_by_marks(void **state)
{
    (void)state;
    enum { CAUSE, CAUSES, BOTH, OUTCOME, DEGREE, MARKED };
    static const prm__schema_key marked[MARKED] = {
        [CAUSE] = {"cause", PRM_SCHEMA_MAPPING, PRM_SCHEMA_CAUSE, "", "x", NULL},
        [CAUSES] = {"causes", PRM_SCHEMA_TEXTS, PRM_SCHEMA_CAUSE, "", "x", NULL},
        [BOTH] = {"both", PRM_SCHEMA_MAPPING, PRM_SCHEMA_CAUSE | PRM_SCHEMA_OUTCOME, "", "x", NULL},
        [OUTCOME] = {"outcome", PRM_SCHEMA_MAPPING, PRM_SCHEMA_OUTCOME, "", "x", NULL},
        [DEGREE] = {"degree", PRM_SCHEMA_NUMBER, PRM_SCHEMA_DEGREE, "", "x", NULL},
    };
    static const prm__schema of_marks = {"a thing", marked, MARKED, "{}", 0, NULL};
    static const struct {
        const char *text;
        uint64_t meant;
    } cases[] = {
        {"zzz: {}\n", PRM_SCHEMA_BIT(CAUSE) | PRM_SCHEMA_BIT(OUTCOME)},
        {"zzz: 3\n", PRM_SCHEMA_BIT(CAUSES) | PRM_SCHEMA_BIT(DEGREE)},
        {"zzz: 3\ncause: {}\n", PRM_SCHEMA_BIT(CAUSE) | PRM_SCHEMA_BIT(DEGREE)},
        {"zzz: {}\nboth: {}\n", PRM_SCHEMA_BIT(BOTH)},
        {"outcom: {}\nzzz: {}\n", PRM_SCHEMA_BIT(CAUSE) | PRM_SCHEMA_BIT(OUTCOME)},
        {"cause: {}\n", PRM_SCHEMA_BIT(CAUSE)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        reading r;
        const prm__yaml_node *values[MARKED];
        uint64_t meant = 0;
        reading_text(&r, cases[i].text);
        assert_true(prm__schema_read(&r.lang, r.root, &of_marks, values, &meant));
        assert_int_equal(meant, cases[i].meant);
        reading_close(&r);
    }
}

static void test_elements(void **state)
{
    (void)state;
    reading r;
    reading_text(&r, "a: x\nb: [y, z]\n");
    const prm__yaml_node *a = prm__yaml_find(r.root, "a"), *b = prm__yaml_find(r.root, "b");
    assert_ptr_equal(prm__schema_first(a), a);
    assert_null(prm__schema_next(a, a));
    assert_string_equal(prm__schema_first(b)->text, "y");
    assert_string_equal(prm__schema_next(b, prm__schema_first(b))->text, "z");
    assert_null(prm__schema_next(b, b->last));
    reading_close(&r);
}

static void test_exclusion(void **state)
{
    (void)state;
    reading r;
    reading_text(&r, "a: x\nb: y\n");
    const prm__yaml_node *a = prm__yaml_find(r.root, "a"), *b = prm__yaml_find(r.root, "b");
    prm__schema_exclude(&r.lang, a, NULL);
    prm__schema_exclude(&r.lang, b, a);
    reading_expect(&r, "206 2:1-2 keep one of the two");
    reading_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_kinds),      cmocka_unit_test(test_wrong_keys),
        cmocka_unit_test(test_wrong_types),    cmocka_unit_test(test_refused_values),
        cmocka_unit_test(test_stray_keys),     cmocka_unit_test(test_meant),
        cmocka_unit_test(test_meant_by_marks), cmocka_unit_test(test_elements),
        cmocka_unit_test(test_exclusion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
