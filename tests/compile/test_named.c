/* Tests of `measures:`: named measures become rows where a `value` uses them, with the window,
 * subject and filter of that rule; and what can be wrong with them. */
#include "compiling.h"

#define NAMED                                                                                                \
    "measures:\n"                                                                                            \
    "  won: {count: deal.won}\n"                                                                             \
    "  lost: {count: deal.lost}\n"

static const prm__p_condition *only_condition(const prm_program *program, uint32_t rule)
{
    assert_true(rule < program->rules_count);
    assert_int_equal(program->rules[rule].condition_count, 1);
    return &program->conditions[program->rules[rule].first_condition];
}

/* The measures that the expression of a rule's only condition names. */
static uint32_t measures_of(const prm_program *program, uint32_t rule, uint32_t *measures)
{
    const prm__p_expr *expr = &program->exprs[only_condition(program, rule)->expr];
    uint32_t count = 0;
    for (uint32_t i = 0; i < expr->word_count; i++)
        if ((program->code[expr->first_word + i] & 0xFF) == PRM_OP_MEASURE)
            measures[count++] = program->code[expr->first_word + i] >> 8;
    return count;
}

static void test_rows(void **state)
{
    (void)state;
    prm_program *program = compiling(
        NAMED
        "rules:\n"
        "  a: {for: rep, per: quarter, when: {value: won / (won + lost), at_least: 30%}, then: {cash: 1}}\n"
        "  b: {per: month, where: amount > 5, when: {value: won * 2, at_least: 8}, then: {cash: 1}}\n"
        "  c: {for: rep, per: quarter, when: {count: deal.won, at_least: 3}, then: {cash: 1}}\n");
    uint32_t a[8], b[8];
    assert_int_equal(measures_of(program, 0, a), 3);
    assert_int_equal(a[0], a[1]);
    assert_int_not_equal(a[1], a[2]);
    assert_int_equal(program->measures[a[0]].subject, PRM_KIND_REP);
    assert_int_equal(program->windows[program->measures[a[0]].window].period, PRM_PERIOD_QUARTER);
    assert_int_equal(measures_of(program, 1, b), 1);
    assert_int_not_equal(b[0], a[0]);
    assert_int_equal(program->measures[b[0]].subject, PRM_KIND_PARTNER);
    assert_int_not_equal(program->measures[b[0]].filter, PRM_NO_INDEX);
    assert_int_equal(only_condition(program, 2)->measure, a[0]);
    prm_program_unref(program);
}

static void test_attributes_in_value(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "attributes: {partner: {goal: money}, rep: {quota: integer}}\n"
        "measures: {sales: {sum: amount, of: deal.won}}\n"
        "rules:\n"
        "  a: {for: rep, when: {value: sales / rep.quota / partner.goal, at_least: 1}, then: {cash: 1}}\n");
    uint32_t measures[8];
    assert_int_equal(measures_of(program, 0, measures), 1);
    assert_int_equal(program->measures[measures[0]].kind, PRM_MEASURE_SUM);
    prm_program_unref(program);
}

typedef struct finding_case {
    const char *body; /* from line 4 on */
    const char *findings;
} finding_case;

#define RULE "rules:\n  a: "

static const finding_case finding_cases[] = {
    {"measures: {won: {count: deal.won}, lost: {count: deal.lost}}\n" RULE
     "{when: {value: won, at_least: 1}, then: {cash: 1}}\n",
     "543 4:36 write for example `when: {value: lost, at_least: 10}`, or remove it"},

    /* Names */
    {"measures: {2nd: {count: deal.won}}\n",
     "209 4:12 names have letters, digits and underscores, and begin with no digit"},
    {"measures: {value: {count: deal.won}, min: {count: deal.won}}\n",
     "216 4:12 choose another name; 216 4:38 choose another name"},
    {"measures: {amount: {sum: amount, of: deal.won}}\n",
     "216 4:12 choose another name, such as `total_amount`"},
    {"measures: {won: 3}\n", "203 4:17 write for example `won: {count: deal.won}`"},

    /* A wrong measure is reported once, however often it is used. */
    {"measures: {won: {count: deal.wun}}\n", "301 4:25 did you mean `deal.won`?"},
    {"measures: {won: {count: deal.wun}}\n" RULE
     "{when: {all: [{value: won, at_least: 1}, {value: won * 2, at_least: 1}]}, then: {cash: 1}}\n",
     "301 4:25 did you mean `deal.won`?"},
    {"measures: {won: 3}\n" RULE "{when: {value: won, at_least: 1}, then: {cash: 1}}\n",
     "203 4:17 write for example `won: {count: deal.won}`"},

    /* Values */
    {NAMED RULE "{when: {value: won + lots, at_least: 1}, then: {cash: 1}}\n",
     "307 8:27 did you mean `lost`?"},
    {NAMED RULE "{when: {value: won + amount + lost, at_least: 1}, then: {cash: 1}}\n",
     "307 8:27 declare it: `measures: {amount: {count: deal.won}}`"},
    {NAMED RULE "{when: {value: won > lost, at_least: 1}, then: {cash: 1}}\n", "402 8:21"},
    {"attributes: {rep: {quota: integer}}\n" NAMED RULE
     "{when: {value: (won + lost) / rep.quota, at_least: 1}, then: {cash: 1}}\n",
     "305 9:36"},
};

static void findings_of(const char *text, char *out, size_t capacity)
{
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_status status = prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL);
    assert_true(status == PRM_OK || status == PRM_E_PROGRAM);
    compiling_findings(diagnostics, out, capacity);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

static void test_findings(void **state)
{
    (void)state;
    bool ok = true;
    for (size_t i = 0; i < UNIT_COUNT(finding_cases); i++) {
        char text[1024], found[1024];
        snprintf(text, sizeof text, COMPILING_HEAD "%s", finding_cases[i].body);
        findings_of(text, found, sizeof found);
        if (strcmp(found, finding_cases[i].findings) != 0) {
            print_error("%s  expected %s\n  found    %s\n", finding_cases[i].body, finding_cases[i].findings,
                        found);
            ok = false;
        }
    }
    assert_true(ok);
}

static void test_too_many(void **state)
{
    (void)state;
    static char text[16384];
    char found[256];
    snprintf(text, sizeof text, COMPILING_HEAD "measures:\n");
    for (int i = 0; i <= 200; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "  m%d: {count: deal.won}\n", i);
    findings_of(text, found, sizeof found);
    assert_string_equal(found, "220 205:3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_attributes_in_value),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
