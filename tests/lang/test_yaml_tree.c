/* Tests of lang/yaml_tree: trees with exact places, and what YAML has beyond them. */
#include "reading.h"

#include <stdlib.h>

/* Writes the tree as "{key: value, ...}", with quotes around scalars. */
static void write_node(const prm__yaml_node *node, char *out, size_t capacity)
{
    const char *open = node->kind == PRM_YAML_MAPPING ? "{" : "[";
    const char *close = node->kind == PRM_YAML_MAPPING ? "}" : "]";
    if (node->kind == PRM_YAML_SCALAR) {
        snprintf(out + strlen(out), capacity - strlen(out), "'%s'", node->text);
        return;
    }
    snprintf(out + strlen(out), capacity - strlen(out), "%s", open);
    for (const prm__yaml_node *child = node->first; child != NULL; child = child->next) {
        if (child != node->first)
            snprintf(out + strlen(out), capacity - strlen(out), ", ");
        if (node->kind == PRM_YAML_MAPPING)
            snprintf(out + strlen(out), capacity - strlen(out), "%s: ", child->key);
        write_node(child, out, capacity);
    }
    snprintf(out + strlen(out), capacity - strlen(out), "%s", close);
}

static void expect_tree(const char *text, const char *expected)
{
    reading r;
    char out[1024] = "";
    reading_text(&r, text);
    assert_non_null(r.root);
    write_node(r.root, out, sizeof out);
    assert_string_equal(out, expected);
    reading_expect(&r, "");
    reading_close(&r);
}

static void expect_findings(const char *text, const char *expected)
{
    reading r;
    reading_text(&r, text);
    reading_expect(&r, expected);
    reading_close(&r);
}

static void test_trees(void **state)
{
    (void)state;
    expect_tree("a: 1\nb: [x, 'y z', \"w\\n\"]\nc: {d: , e: ~}\n",
                "{a: '1', b: ['x', 'y z', 'w\n'], c: {d: '', e: '~'}}");
    expect_tree("a: no\n", "{a: 'no'}");
    expect_tree("- 1\n- - 2\n  - {}\n", "['1', ['2', {}]]");
    expect_tree("---\na: |\n  x\n  y\nb: >-\n  z\n  w\n...\n", "{a: 'x\ny\n', b: 'z w'}");
    expect_tree("\xEF\xBB\xBF"
                "a: 1\n",
                "{a: '1'}");
    expect_tree("a: 1\r\nb: 2\r\n", "{a: '1', b: '2'}");
    expect_tree("text\n", "'text'");
    expect_tree("a: 1\rb: 2\r", "{a: '1', b: '2'}");
    expect_tree("a: '1\xC2\x85  2'\nb: '1\xE2\x80\xA8  2'\nc: '1\xE2\x80\xA9  2'\n",
                "{a: '1 2', b: '1\xE2\x80\xA8"
                "2', c: '1\xE2\x80\xA9"
                "2'}");
    expect_tree("表題: 研修\n", "{表題: '研修'}");
}

static const prm__yaml_node *child_at(const prm__yaml_node *node, uint32_t index)
{
    const prm__yaml_node *child = node->first;
    while (index-- > 0)
        child = child->next;
    return child;
}

static void expect_span(const reading *r, prm__span span, const char *expected)
{
    assert_true(span.end <= r->lang.diag->size);
    assert_int_equal(span.end - span.start, strlen(expected));
    assert_memory_equal(r->lang.diag->text + span.start, expected, strlen(expected));
}

static void test_places(void **state)
{
    (void)state;
    reading r;
    reading_text(&r,
                 "\xEF\xBB\xBF表題: 研修\nab: {c: 'd e', f: \"g\\x20h\"} # 注\nlist: [x, yy]\r\nlast: z\n");
    assert_non_null(r.root);
    const prm__yaml_node *title = child_at(r.root, 0);
    expect_span(&r, title->key_span, "表題");
    expect_span(&r, title->span, "研修");
    assert_true(title->plain && title->exact);
    const prm__yaml_node *mapping = child_at(r.root, 1);
    expect_span(&r, mapping->span, "{c: 'd e', f: \"g\\x20h\"}");
    assert_true(mapping->flow);
    expect_span(&r, mapping->first->span, "'d e'");
    assert_true(mapping->first->exact && !mapping->first->plain);
    assert_memory_equal(r.lang.diag->text + mapping->first->text_at, "d e", 3);
    assert_false(child_at(mapping, 1)->exact);
    expect_span(&r, child_at(child_at(r.root, 2), 1)->span, "yy");
    expect_span(&r, child_at(r.root, 3)->key_span, "last");
    assert_ptr_equal(prm__yaml_find(r.root, "last"), child_at(r.root, 3));
    assert_null(prm__yaml_find(r.root, "first"));
    reading_close(&r);
}

static void test_refused(void **state)
{
    (void)state;
    const char *quote = "if this is a text or an expression, quote it";
    char expected[512];
    snprintf(expected, sizeof expected, "102 1:4-6 %s; 103 2:4-6 %s", quote, quote);
    expect_findings("a: &x 1\nb: *x\n", expected);
    snprintf(expected, sizeof expected, "104 1:4-9 %s; 104 2:4-8 %s", quote, quote);
    expect_findings("a: !!int 1\nb: !own {c: 1}\n", expected);
    expect_findings("a:\n  <<: {b: 1}\n  c: 2\n", "105 2:3-5 write the keys out");
    expect_findings("a: 1\nb: 2\na: 3\n", "106 3:1-2");
    expect_findings("a: {b: 1, b: 2, b: 3}\n", "106 1:11-12; 106 1:17-18");
    expect_findings("a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\nh: 1\ni: 1\nd: 2\n", "106 10:1-2");
    expect_findings("a: 1\n---\nb: 2\n", "109 2:1-4 put each program into a file of its own");
    expect_findings("", "109 1:1-2");
    expect_findings("# only a comment\n", "109 1:1-2");
    snprintf(expected, sizeof expected, "102 1:4-6 %s; 104 1:7-12 %s", quote, quote);
    expect_findings("a: &x !!int 1\n", expected);
    expect_findings("a: '1\xC2\x85 2'\na: 3\n", "106 2:1-2"); /* NEL ends lines of YAML, not of files */
    const char *key = "if this is an expression, quote it from its start to its end";
    snprintf(expected, sizeof expected, "111 1:1-4 %s; 111 2:1-7 %s", key, key);
    expect_findings("[a]: 1\n{b: c}: 2\nd: 3\n", expected);
}

static void test_syntax(void **state)
{
    (void)state;
    expect_findings("a: 1\n b: 2\n", "101 2:3-4");
    expect_findings("a:\n\tb: 1\n", "101 2:1-2 YAML indents with spaces");
    expect_findings("a: [1, 2\n", "101 2:1-2");
    expect_findings("a: \x01\n", "101 1:4-5");
}

static void test_encoding(void **state)
{
    (void)state;
    expect_findings("a: \xFF\n", "108 1:4-5 save the file as UTF-8");
    expect_findings("a: \xEF\xBF\xBD \xC0\x80\n", "108 1:6-7 save the file as UTF-8");
    reading r;
    reading_open(&r, "a: b\0c\n", 7);
    assert_null(r.root);
    reading_expect(&r, "108 1:5-6 remove it");
    reading_close(&r);
    reading_open(&r,
                 "\xFF\xFE"
                 "a\0",
                 4);
    reading_expect(&r, "108 1:1-2 this looks like UTF-16: save the file as UTF-8");
    reading_close(&r);
}

/* An expression that should have been quoted, as YAML takes it apart. */
static void test_forgotten_quotes(void **state)
{
    (void)state;
    const char *quote = "quote this expression";
    char expected[256];
    snprintf(expected, sizeof expected, "403 1:8-17 %s", quote);
    expect_findings("where: !has(rep)\n", expected);
    snprintf(expected, sizeof expected, "403 2:13-26 %s", quote);
    expect_findings("a:\n  eligible: &x == product\n", expected);
    snprintf(expected, sizeof expected, "403 1:8-10 %s", quote);
    expect_findings("where: *x\n", expected);
    expect_findings("where: \"a\" == product\n", "403 1:8-22 quote this expression");
    expect_findings("a: {where: x in [1, 2], b: c}\n", "403 1:12-30 quote this expression");
    expect_findings("a: {cash: x > 1 ? 2 : 3}\n", "403 1:11-25 quote this expression");
    expect_findings("where: a == @b\nwhere2: `x\n", "101 2:9-10");
    expect_findings("a: {of: amount, b: @c}\n", "101 1:20-21");
    expect_findings("where: @b\n", "403 1:8-10 quote this expression");
    expect_findings("where: a ? b : c\n", "403 1:8-17 quote this expression");
    expect_findings("cash: % 3\n", "403 1:7-10 quote this expression");
}

static void test_nesting(void **state)
{
    (void)state;
    char text[256] = "";
    for (int i = 0; i < PRM_LIMIT_NESTING; i++)
        text[i] = '[';
    for (int i = PRM_LIMIT_NESTING; i < 2 * PRM_LIMIT_NESTING; i++)
        text[i] = ']';
    expect_findings(text, "");
    memset(text, '[', 100);
    expect_findings(text, "107 1:33-34");
    memset(text, 0, sizeof text);
    for (int i = 0; i < 40; i++)
        memcpy(text + strlen(text), "{a: ", 5);
    expect_findings(text, "107 1:129-130");
}

/* Places stay linear, and right, in one very long line. */
static void test_one_long_line(void **state)
{
    (void)state;
    enum { ITEMS = 20000 };
    char *text = malloc(ITEMS * 4 + 16);
    assert_non_null(text);
    size_t size = (size_t)sprintf(text, "[");
    for (int i = 0; i < ITEMS; i++)
        size += (size_t)sprintf(text + size, "語");
    size += (size_t)sprintf(text + size, ", x]");
    reading r;
    reading_open(&r, text, size);
    expect_span(&r, child_at(r.root, 1)->span, "x");
    reading_close(&r);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trees),    cmocka_unit_test(test_places),
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_encoding), cmocka_unit_test(test_forgotten_quotes),
        cmocka_unit_test(test_nesting),  cmocka_unit_test(test_one_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
