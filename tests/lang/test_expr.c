/* Tests of lang/expr: precedence as nodes in postfix, names, types, and every
 * complaint with its place. */
#include "reading.h"

#include "lang/expr.h"

/* An expression under test: of events deal.won and course.completed. */
typedef struct asked {
    reading reading;
    prm__vocabulary vocabulary;
    uint32_t types[4];
    prm__scope scope;
    prm__expr expr;
    bool ok;
} asked;

static void add_attribute(asked *a, uint32_t owner, const char *name, uint32_t type)
{
    bool full = false;
    assert_true(prm__vocab_add_attribute(&a->vocabulary, owner, name, strlen(name), type, &full));
}

static uint32_t find_type(const asked *a, const char *name)
{
    return prm__vocab_find_type(&a->vocabulary, name, strlen(name));
}

/* Where this is set, expressions are those of a `value`, in a program with ranks. */
static const prm__vec *asked_measures;

/* `yaml` is a mapping whose `k` is the expression. */
static void ask_yaml(asked *a, const char *yaml, prm__value_type wanted, const char *only_type)
{
    memset(a, 0, sizeof *a);
    reading_text(&a->reading, yaml);
    assert_non_null(a->reading.root);
    assert_true(prm__vocab_init(&a->vocabulary, &a->reading.lang));
    add_attribute(a, 0, "segment", PRM_VOCAB_TEXT);
    add_attribute(a, 0, "target", PRM_VOCAB_INTEGER);
    add_attribute(a, 0, "since", PRM_VOCAB_TIME);
    add_attribute(a, 1, "certified", PRM_VOCAB_BOOLEAN);
    add_attribute(a, 1, "amount", PRM_VOCAB_TEXT);
    a->types[0] = find_type(a, only_type != NULL ? only_type : "deal.won");
    a->types[1] = find_type(a, "course.completed");
    a->scope = (prm__scope){
        .vocabulary = &a->vocabulary,
        .types = a->types,
        .type_count = only_type != NULL ? 1 : 2,
        .has_value = true,
        .measures = asked_measures,
        .has_rep = asked_measures != NULL,
    };
    a->vocabulary.has_ranks = asked_measures != NULL;
    a->ok = prm__expr_read(&a->reading.lang, prm__yaml_find(a->reading.root, "k"), "k", &a->scope, wanted,
                           &a->expr);
}

static void asked_close(asked *a)
{
    prm__vocab_free(&a->vocabulary);
    reading_close(&a->reading);
}

static const char *const op_names[PRM_EXPR_OPS] = {
    [PRM_EXPR_NOT] = "!",
    [PRM_EXPR_NEGATE] = "neg",
    [PRM_EXPR_ADD] = "+",
    [PRM_EXPR_SUBTRACT] = "-",
    [PRM_EXPR_MULTIPLY] = "*",
    [PRM_EXPR_DIVIDE] = "/",
    [PRM_EXPR_REMAINDER] = "%",
    [PRM_EXPR_EQUAL] = "==",
    [PRM_EXPR_NOT_EQUAL] = "!=",
    [PRM_EXPR_LESS] = "<",
    [PRM_EXPR_LESS_EQUAL] = "<=",
    [PRM_EXPR_GREATER] = ">",
    [PRM_EXPR_GREATER_EQUAL] = ">=",
    [PRM_EXPR_AND] = "&&",
    [PRM_EXPR_OR] = "||",
    [PRM_EXPR_CHOOSE] = "?:",
    [PRM_EXPR_VALUE] = "value",
    [PRM_EXPR_RANK] = "rank",
};

static void write_expr_node(const asked *a, const prm__expr_node *node, char *out, size_t capacity)
{
    char number[40];
    const char *name = "";
    switch (node->op) {
    case PRM_EXPR_NUMBER:
        prm__decimal_write(node->number, number);
        snprintf(out, capacity, "%s", number);
        return;
    case PRM_EXPR_TEXT:
        snprintf(out, capacity, "'%.*s'", (int)node->text.size, node->text.data);
        return;
    case PRM_EXPR_BOOLEAN:
        snprintf(out, capacity, "%s", node->operand ? "true" : "false");
        return;
    case PRM_EXPR_FIELD:
    case PRM_EXPR_HAS_FIELD:
        name = prm__vocab_name_at(&a->vocabulary, node->operand);
        snprintf(out, capacity, "%s%s", node->op == PRM_EXPR_HAS_FIELD ? "has:" : "", name);
        return;
    case PRM_EXPR_ATTRIBUTE:
    case PRM_EXPR_HAS_ATTRIBUTE:
        name = PRM_VEC(a->vocabulary.attributes, prm__vocab_attribute)[node->operand].name;
        snprintf(out, capacity, "%s.%s", node->op == PRM_EXPR_HAS_ATTRIBUTE ? "has:" : "", name);
        return;
    case PRM_EXPR_MEASURE:
        snprintf(out, capacity, "#%s", PRM_VEC(*a->scope.measures, const char *)[node->operand]);
        return;
    case PRM_EXPR_CALL:
        snprintf(out, capacity, "%s()", prm__catalog_function(node->operand)->name);
        return;
    default:
        snprintf(out, capacity, "%s", op_names[node->op]);
    }
}

/* Quoted as YAML, so that places in it are two bytes for the quote and five for `k: "`. */
static void expect_nodes_as(const char *text, prm__value_type wanted, const char *expected)
{
    asked a;
    char yaml[1024], found[1024] = "";
    snprintf(yaml, sizeof yaml, "k: >-\n  %s\n", text);
    ask_yaml(&a, yaml, wanted, NULL);
    reading_expect(&a.reading, "");
    assert_true(a.ok);
    assert_int_equal(a.expr.type, wanted);
    for (uint32_t i = 0; i < a.expr.count; i++) {
        size_t used = strlen(found);
        snprintf(found + used, sizeof found - used, "%s", i > 0 ? " " : "");
        used = strlen(found);
        write_expr_node(&a, &a.expr.nodes[i], found + used, sizeof found - used);
    }
    assert_string_equal(found, expected);
    asked_close(&a);
}

static void expect_number(const char *text, const char *nodes)
{
    expect_nodes_as(text, PRM_TYPE_NUMBER, nodes);
}

static void expect_truth(const char *text, const char *nodes)
{
    expect_nodes_as(text, PRM_TYPE_BOOLEAN, nodes);
}

static void test_precedence(void **state)
{
    (void)state;
    expect_number("1 + 2 * 3", "1 2 3 * +");
    expect_number("(1 + 2) * 3", "1 2 + 3 *");
    expect_number("1 - 2 - 3", "1 2 - 3 -");
    expect_number("8 / 4 / 2 * 3 % 5", "8 4 / 2 / 3 * 5 %");
    expect_number("-1 + - - 2", "1 neg 2 neg neg +");
    expect_number("-amount * 2", "amount neg 2 *");
    expect_truth("!true == false", "true ! false ==");
    expect_truth("!!!true", "true ! ! !");
    expect_truth("true || false && true", "true false true && ||");
    expect_truth("true && false || true && true", "true false && true true && ||");
    expect_truth("1 + 1 < 2 * 2 && 3 >= 3", "1 1 + 2 2 * < 3 3 >= &&");
    expect_truth("1 < 2 == true", "1 2 < true ==");
    expect_number("true ? 1 : false ? 2 : 3", "true 1 false 2 3 ?: ?:");
    expect_number("1 < 2 || false ? 1 + 1 : 2 + 2", "1 2 < false || 1 1 + 2 2 + ?:");
    expect_number("(true ? 1 : 2) + 3", "true 1 2 ?: 3 +");
}

static void test_percent(void **state)
{
    (void)state;
    expect_number("amount * 10%", "amount 0.1 *");
    expect_number("amount * 10% + 5 % 3", "amount 0.1 * 5 3 % +");
    expect_number("10% % 3%", "0.1 0.03 %");
    expect_number("amount %2", "amount 2 %");
}

static void test_names(void **state)
{
    (void)state;
    expect_truth("partner == rep", "partner rep ==");
    expect_truth("partner.segment == 'gold'", ".segment 'gold' ==");
    expect_truth("rep.certified", ".certified");
    expect_truth("partner.startsWith('a') && partner.segment.endsWith('b')",
                 "partner 'a' startsWith() .segment 'b' endsWith() &&");
    expect_truth("has(amount) && !has(partner.target) && has(rep)", "has:amount has:.target ! && has:rep &&");
    expect_number("value * amount + score + partner.target", "value amount * score + .target +");
    expect_truth("partner.since < partner.since", ".since .since <");
    expect_truth("course < product", "course product <");
}

static void test_functions(void **state)
{
    (void)state;
    expect_number("min(amount, max(1, 2))", "amount 1 2 max() min()");
    expect_number("size(product) + size('x')", "product size() 'x' size() +");
    expect_truth("product.contains('r') == true", "product 'r' contains() true ==");
    expect_truth("'abc'.contains(product)", "'abc' product contains()");
    expect_truth("(product).contains(product)", "product product contains()");
}

static void test_lists(void **state)
{
    (void)state;
    expect_truth("product in ['a', 'b', 'c']", "product 'a' == product 'b' == || product 'c' == ||");
    expect_truth("amount + 1 in [1] && true", "amount 1 + 1 == true &&");
    expect_truth("product in ['a',] || false", "product 'a' == false ||");
    expect_truth("product in []", "product product == !");
    expect_truth("!(product in ['a'])", "product 'a' == !");
    expect_truth("product in ['a'] in [true, false]", "product 'a' == true == product 'a' == false == ||");
    expect_number("size([])", "0");
    expect_number("size([amount, 2])", "amount amount == 2 2 == && 2 2 ?:");
}

/* The expression stands alone behind `k: `, at column 4. */
static void expect_findings(const char *text, prm__value_type wanted, const char *findings)
{
    asked a;
    char yaml[1024];
    snprintf(yaml, sizeof yaml, "k: %s\n", text);
    ask_yaml(&a, yaml, wanted, NULL);
    assert_false(a.ok);
    reading_expect(&a.reading, findings);
    asked_close(&a);
}

static void test_syntax_errors(void **state)
{
    (void)state;
    expect_findings("1 +", PRM_TYPE_NUMBER, "401 1:7-8");
    expect_findings("1 2", PRM_TYPE_NUMBER, "401 1:6-7");
    expect_findings("(1", PRM_TYPE_NUMBER, "401 1:6-7");
    expect_findings("1)", PRM_TYPE_NUMBER, "401 1:5-6");
    expect_findings("true ? 1", PRM_TYPE_NUMBER, "401 1:12-13");
    expect_findings("amount in 3", PRM_TYPE_BOOLEAN, "401 1:14-15");
    expect_findings("amount in [1", PRM_TYPE_BOOLEAN, "401 1:16-17");
    expect_findings("1 + in", PRM_TYPE_NUMBER, "401 1:8-10");
    expect_findings("product.startsWith == 3", PRM_TYPE_BOOLEAN, "401 1:23-25");
    expect_findings("(product).y", PRM_TYPE_NUMBER, "401 1:15-16");
    expect_findings("has(3)", PRM_TYPE_BOOLEAN, "401 1:8-9");
    expect_findings("has(amount", PRM_TYPE_BOOLEAN, "401 1:14-15");
    expect_findings("min(1,", PRM_TYPE_NUMBER, "401 1:10-11");
    expect_findings("product = 'x'", PRM_TYPE_BOOLEAN, "401 1:12-13 write `==` to compare");
    expect_findings("true & false", PRM_TYPE_BOOLEAN, "401 1:9-10 write `&&` for \"and\"");
    expect_findings("true and false", PRM_TYPE_BOOLEAN, "401 1:9-12 write `&&`");
    expect_findings("amount%3", PRM_TYPE_NUMBER,
                    "401 1:10-11 only a number can have a `%` directly behind it: a percentage");
    expect_findings("10%3", PRM_TYPE_NUMBER, "401 1:4-8 for the remainder, write a space before `%`");
    expect_findings("product == 'x", PRM_TYPE_BOOLEAN, "405 1:15-17");
    expect_findings("product == 'a #b'", PRM_TYPE_BOOLEAN,
                    "403 1:4-17 quote this expression: to YAML, ` #` begins a comment");
    expect_findings("99999999999999999999", PRM_TYPE_NUMBER, "404 1:4-24");
    expect_findings("''", PRM_TYPE_NUMBER, "401 1:5-6");
    expect_findings("1 ]", PRM_TYPE_NUMBER, "401 1:6-7");
    expect_findings("(1 ]", PRM_TYPE_NUMBER, "401 1:7-8");
    expect_findings("amount in [1)", PRM_TYPE_BOOLEAN, "401 1:16-17");
}

/* One finding each, whatever hangs on the name. */
static void test_wrong_owners(void **state)
{
    (void)state;
    expect_findings("patner.segment == 'x' && amount > 1", PRM_TYPE_BOOLEAN,
                    "305 1:4-10 did you mean `partner.segment`?");
    expect_findings("has(reps.certified) && !has(rep.amount)", PRM_TYPE_BOOLEAN,
                    "305 1:8-12 did you mean `rep.certified`?");
    expect_findings("customer.certified || reseller.segment.startsWith('x')", PRM_TYPE_BOOLEAN,
                    "305 1:4-12 did you mean `rep.certified`?; 305 1:26-34 did you mean `partner.segment`?");
    expect_findings("deal.customer.name + 1", PRM_TYPE_NUMBER, "305 1:4-8");
    expect_findings("x.y", PRM_TYPE_NUMBER, "305 1:4-5");
}

static void test_type_errors(void **state)
{
    (void)state;
    expect_findings("amount > 'x'", PRM_TYPE_BOOLEAN, "402 1:4-16");
    expect_findings("amount", PRM_TYPE_BOOLEAN, "402 1:4-10");
    expect_findings("product", PRM_TYPE_NUMBER, "402 1:4-11");
    expect_findings("product + 1", PRM_TYPE_NUMBER, "402 1:4-11");
    expect_findings("product + 'x'", PRM_TYPE_NUMBER, "402 1:4-17");
    expect_findings("(product + 1) * (true + 2)", PRM_TYPE_NUMBER, "402 1:5-12; 402 1:21-25");
    expect_findings("true < false", PRM_TYPE_BOOLEAN, "402 1:4-16");
    expect_findings("amount && true", PRM_TYPE_BOOLEAN, "402 1:4-10");
    expect_findings("'!product'", PRM_TYPE_BOOLEAN, "402 1:6-13");
    expect_findings("-product", PRM_TYPE_NUMBER, "402 1:5-12");
    expect_findings("'amount ? 1 : 2'", PRM_TYPE_NUMBER, "402 1:5-11");
    expect_findings("'true ? 1 : product'", PRM_TYPE_NUMBER, "402 1:12-23");
    expect_findings("product in [1, 'x', amount]", PRM_TYPE_BOOLEAN, "402 1:4-17; 402 1:4-30");
    expect_findings("partner.since == '2026-01-01'", PRM_TYPE_BOOLEAN, "402 1:4-33");
    expect_findings("partner.since + 1", PRM_TYPE_NUMBER, "402 1:4-17");
}

static void test_unknown_names(void **state)
{
    (void)state;
    expect_findings("amont > 3", PRM_TYPE_BOOLEAN, "305 1:4-9 did you mean `amount`?");
    expect_findings("zzzzzz > 3", PRM_TYPE_BOOLEAN, "305 1:4-10");
    expect_findings("null == 3", PRM_TYPE_BOOLEAN, "305 1:4-8 ask `has(x)` whether a field is there");
    expect_findings("has(lead)", PRM_TYPE_BOOLEAN, "305 1:8-12");
    expect_findings("partner.segmnt == 'a'", PRM_TYPE_BOOLEAN, "303 1:4-18 did you mean `segment`?");
    expect_findings("rep.zzz == 'a'", PRM_TYPE_BOOLEAN,
                    "303 1:4-11 declare it: `attributes: {rep: {zzz: text}}`");
    expect_findings(
        "partner.rank == 'gold'", PRM_TYPE_BOOLEAN,
        "303 1:4-16 give the program `ranks`, or declare it: `attributes: {partner: {rank: text}}`");
    expect_findings("beginsWith(product)", PRM_TYPE_BOOLEAN, "407 1:4-14");
    expect_findings(
        "startsWith(product, 'a')", PRM_TYPE_BOOLEAN,
        "407 1:4-14 x.startsWith(y): whether the text x begins with y; every text begins with \"\".");
    expect_findings("product.min('a')", PRM_TYPE_NUMBER,
                    "407 1:12-15 min(a, b): the smaller of two numbers.");
    expect_findings("minn(1, 2)", PRM_TYPE_NUMBER, "407 1:4-8 did you mean `min`?");
    expect_findings("product.startWith('a')", PRM_TYPE_BOOLEAN, "407 1:12-21 did you mean `startsWith`?");
}

static void test_arguments(void **state)
{
    (void)state;
    const prm__function_def *min = NULL, *size = NULL;
    for (uint32_t i = 0; prm__catalog_function(i) != NULL; i++) {
        const prm__function_def *def = prm__catalog_function(i);
        min = strcmp(def->name, "min") == 0 ? def : min;
        size = strcmp(def->name, "size") == 0 ? def : size;
    }
    char expected[256];
    snprintf(expected, sizeof expected, "408 1:4-10 %s", min->doc);
    expect_findings("min(1)", PRM_TYPE_NUMBER, expected);
    snprintf(expected, sizeof expected, "408 1:4-22 %s", min->doc);
    expect_findings("min(1, 2, 3, 4, 5)", PRM_TYPE_NUMBER, expected);
    snprintf(expected, sizeof expected, "408 1:11-14 %s", min->doc);
    expect_findings("min(1, 'a')", PRM_TYPE_NUMBER, expected);
    snprintf(expected, sizeof expected, "408 1:9-15 %s", size->doc);
    expect_findings("size(amount)", PRM_TYPE_NUMBER, expected);
    snprintf(expected, sizeof expected, "408 1:4-10 %s", size->doc);
    expect_findings("size()", PRM_TYPE_NUMBER, expected);
}

/* Fields that other types have; attributes of a rep where no event has one. */
static void test_scope(void **state)
{
    (void)state;
    asked a;
    ask_yaml(&a, "k: amount > 3", PRM_TYPE_BOOLEAN, "meeting.held");
    reading_expect(&a.reading, "305 1:4-10");
    asked_close(&a);
    ask_yaml(&a, "k: rep.certified", PRM_TYPE_BOOLEAN, "partner.joined");
    reading_expect(&a.reading, "305 1:4-17");
    asked_close(&a);
    ask_yaml(&a, "k: amount == 'x'", PRM_TYPE_BOOLEAN, "rep.joined");
    assert_true(a.ok);
    asked_close(&a);
}

/* A field that is a money here and a text there cannot be used for its value. */
static void test_conflicting_types(void **state)
{
    (void)state;
    asked a;
    prm__expr expr;
    ask_yaml(&a, "k: score > 1\nc: amount > 1\nh: has(amount)\nv: value > 1\n", PRM_TYPE_BOOLEAN, NULL);
    a.types[1] = find_type(&a, "rep.joined");
    a.scope.has_value = false;
    prm__lang *lang = &a.reading.lang;
    const prm__yaml_node *root = a.reading.root;
    assert_false(prm__expr_read(lang, prm__yaml_find(root, "c"), "c", &a.scope, PRM_TYPE_BOOLEAN, &expr));
    assert_true(prm__expr_read(lang, prm__yaml_find(root, "h"), "h", &a.scope, PRM_TYPE_BOOLEAN, &expr));
    assert_false(prm__expr_read(lang, prm__yaml_find(root, "v"), "v", &a.scope, PRM_TYPE_BOOLEAN, &expr));
    reading_expect(&a.reading, "402 2:4-10; 305 4:4-9");
    asked_close(&a);
}

/* `depth` levels of `open`, a 1, and as many of `close`. */
static void nest(char *out, size_t capacity, const char *open, const char *close, int depth)
{
    snprintf(out, capacity, "k: \"");
    for (int i = 0; i < depth; i++)
        snprintf(out + strlen(out), capacity - strlen(out), "%s", open);
    snprintf(out + strlen(out), capacity - strlen(out), "1");
    for (int i = 0; i < depth; i++)
        snprintf(out + strlen(out), capacity - strlen(out), "%s", close);
    snprintf(out + strlen(out), capacity - strlen(out), "\"\n");
}

static void expect_nesting(const char *open, const char *close)
{
    asked a;
    char yaml[1024];
    nest(yaml, sizeof yaml, open, close, PRM_LIMIT_NESTING);
    ask_yaml(&a, yaml, PRM_TYPE_NUMBER, NULL);
    reading_expect(&a.reading, "");
    assert_true(a.ok);
    asked_close(&a);
    nest(yaml, sizeof yaml, open, close, PRM_LIMIT_NESTING + 1);
    ask_yaml(&a, yaml, PRM_TYPE_NUMBER, NULL);
    assert_int_equal(a.reading.lang.diag->errors, 1);
    assert_int_equal(PRM_VEC(a.reading.lang.diag->list, prm__diag_entry)[0].number, PRM_DIAG_EXPR_DEPTH);
    asked_close(&a);
}

static void test_nesting(void **state)
{
    (void)state;
    expect_nesting("(", ")");
    expect_nesting("min(1, ", ")");
    expect_nesting("true ? 1 : ", "");
}

static void test_too_large(void **state)
{
    (void)state;
    char yaml[1024] = "k: \"";
    for (int i = 0; i < 20; i++)
        strcat(yaml, "(");
    strcat(yaml, "true");
    for (int i = 0; i < 20; i++)
        strcat(yaml, " in [true, false])");
    strcat(yaml, "\"\n");
    asked a;
    ask_yaml(&a, yaml, PRM_TYPE_BOOLEAN, NULL);
    assert_false(a.ok);
    reading_expect(&a.reading, "409 1:5-389 put less on the left side of `in`");
    asked_close(&a);
}

/* Names of a `value` are measures; a rank is there without asking. */
static void test_measures(void **state)
{
    (void)state;
    static const char *names[] = {"won", "lost", "amount"};
    const prm__vec measures = {.data = names, .count = 3, .capacity = 3, .element = sizeof names[0]};
    asked_measures = &measures;
    expect_number("won / (won + lost)", "#won #won #lost + /");
    expect_number("amount * partner.target", "#amount .target *");
    expect_number("rep.certified ? won : min(lost, 3)", ".certified #won #lost 3 min() ?:");
    expect_truth("partner.rank in ['gold']", "rank 'gold' ==");
    expect_truth("partner.rank.startsWith('g') && has(partner.rank)", "rank 'g' startsWith() true &&");
    expect_findings("lots + 1", PRM_TYPE_NUMBER, "307 1:4-8 did you mean `lost`?");
    expect_findings("score + won", PRM_TYPE_NUMBER,
                    "307 1:4-9 declare it: `measures: {score: {count: deal.won}}`");
    expect_findings("won and lost", PRM_TYPE_NUMBER, "401 1:8-11 write `&&`");
    expect_findings("has(won) && true", PRM_TYPE_BOOLEAN, "305 1:8-11");
    expect_findings("won == 'x'", PRM_TYPE_BOOLEAN, "402 1:4-14");
    expect_findings("partner.rank > 3", PRM_TYPE_BOOLEAN, "402 1:4-20");
    expect_findings("rep.rank == 'x'", PRM_TYPE_BOOLEAN,
                    "303 1:4-12 declare it: `attributes: {rep: {rank: text}}`");
    asked_measures = NULL;
}

/* Places in quoted scalars are exact while no escape stands before them. */
static void test_places_in_quotes(void **state)
{
    (void)state;
    asked a;
    ask_yaml(&a, "k: 'amount > amont'", PRM_TYPE_BOOLEAN, NULL);
    reading_expect(&a.reading, "305 1:14-19 did you mean `amount`?");
    asked_close(&a);
    ask_yaml(&a, "k: \"product == \\\"x\\\" && amont > 1\"", PRM_TYPE_BOOLEAN, NULL);
    reading_expect(&a.reading, "305 1:4-35 did you mean `amount`?");
    asked_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precedence),    cmocka_unit_test(test_percent),
        cmocka_unit_test(test_names),         cmocka_unit_test(test_functions),
        cmocka_unit_test(test_lists),         cmocka_unit_test(test_syntax_errors),
        cmocka_unit_test(test_wrong_owners),  cmocka_unit_test(test_type_errors),
        cmocka_unit_test(test_unknown_names), cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_scope),         cmocka_unit_test(test_conflicting_types),
        cmocka_unit_test(test_nesting),       cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_measures),      cmocka_unit_test(test_places_in_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
