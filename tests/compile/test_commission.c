/* Tests of `commission`: its window, brackets and overrides as rows, and everything that can
 * be wrong with them; and of the rate that the vendor's own sales people get. */
#include "compiling.h"

#define RATE(percent) (INT64_C(10000000000) * (percent))

/* A commission on one line, which is line 4: from column 49 on. */
#define ON "commission: {on: deal.won, of: amount, "

static void test_window(void **state)
{
    (void)state;
    prm_program *program = compiling(ON "base: 15%, for: customer, within: 1y of deal.won}\n");
    const prm__p_commission *row = &program->head->commission;
    const prm__p_kind *kind = &program->kinds[row->kind];
    assert_int_equal(row->base, RATE(15));
    assert_int_equal(kind->key_count, 1);
    assert_int_equal(kind->keys[0], PRM_NAME_CUSTOMER);
    const prm__p_window *window = &program->windows[row->window];
    assert_int_equal(window->kind, PRM_WINDOW_WITHIN);
    assert_int_equal(window->duration.count, 12);
    assert_int_equal(window->duration.unit, PRM_UNIT_MONTH);
    assert_int_equal(program->anchors[window->anchor].kind, row->kind);
    prm_program_unref(program);

    program = compiling(ON "base: 15%, within: 90d of partner.joined}\n");
    row = &program->head->commission;
    assert_int_equal(row->kind, PRM_KIND_PARTNER);
    assert_int_equal(program->windows[row->window].duration.count, 90);
    prm_program_unref(program);

    program = compiling(ON "base: 15%}\n");
    assert_int_equal(program->head->commission.window, PRM_NO_INDEX);
    assert_int_equal(program->head->commission.kind, PRM_KIND_PARTNER);
    assert_int_equal(program->brackets_count, 0);
    assert_int_equal(program->overrides_count, 0);
    prm_program_unref(program);
}

static void expect_bracket(const prm_program *program, uint32_t index, prm__decimal from, int64_t rate)
{
    assert_true(index < program->brackets_count);
    assert_true(program->brackets[index].from == from * PRM_DECIMAL_ONE);
    assert_int_equal(program->brackets[index].rate, rate);
}

static void test_brackets(void **state)
{
    (void)state;
    prm_program *program = compiling(ON "by_product: {crm: 20%, ma: 25%}, brackets: {for: rep, per: quarter, "
                                        "rates: [{from: 0, rate: 10%}, {from: 1000000.5, rate: 15%}]}}\n");
    const prm__p_commission *row = &program->head->commission;
    assert_int_equal(row->bracket_kind, PRM_KIND_REP);
    assert_int_equal(row->bracket_period, PRM_PERIOD_QUARTER);
    assert_int_equal(row->rate_count, 2);
    assert_int_equal(program->brackets_count, 2);
    expect_bracket(program, 0, 0, RATE(10));
    assert_true(program->brackets[1].from == PRM_DECIMAL_ONE * 1000000 + PRM_DECIMAL_ONE / 2);
    assert_int_equal(program->brackets[1].rate, RATE(15));
    prm_program_unref(program);
}

/* What lies below the first bracket earns the base rate. */
static void test_brackets_above_base(void **state)
{
    (void)state;
    prm_program *program = compiling(ON "base: 5%, brackets: {rates: [{from: 100, rate: 10%}, "
                                        "{from: 300, rate: 15%}]}}\n");
    assert_int_equal(program->head->commission.bracket_kind, PRM_KIND_PARTNER);
    assert_int_equal(program->head->commission.bracket_period, PRM_PERIOD_NONE);
    assert_int_equal(program->brackets_count, 3);
    expect_bracket(program, 0, 0, RATE(5));
    expect_bracket(program, 1, 100, RATE(10));
    expect_bracket(program, 2, 300, RATE(15));
    prm_program_unref(program);
    program = compiling(ON "brackets: {rates: {from: 0, rate: 10%}}}\n");
    assert_int_equal(program->brackets_count, 1);
    prm_program_unref(program);
}

static void test_override(void **state)
{
    (void)state;
    prm_program *program = compiling(ON "base: 15%, override: [2%, 0%, 1%]}\n");
    assert_int_equal(program->overrides_count, 3);
    assert_int_equal(program->overrides[0].rate, RATE(2));
    assert_int_equal(program->overrides[1].rate, 0);
    assert_int_equal(program->overrides[2].rate, RATE(1));
    prm_program_unref(program);
    program = compiling(ON "base: 15%, override: 3%}\n");
    assert_int_equal(program->overrides_count, 1);
    assert_int_equal(program->overrides[0].rate, RATE(3));
    prm_program_unref(program);
}

typedef struct finding_case {
    const char *body; /* from line 4 on */
    const char *findings;
} finding_case;

#define ADVICE                                                                                               \
    "partners would get more than the vendor's own sales people: lower it, or raise `reference_rate`"

static const finding_case finding_cases[] = {
    {ON "max: 5%}\n", "202 4:1 the rate where nothing else says one"},

    /* The window */
    {ON "base: 5%, for: customer}\n",
     "546 4:50 add for example `within: 1y of deal.won`, or leave `for` out"},
    {ON "base: 5%, for: customer, within: 1y}\n", "546 4:73 write for example `1y of deal.won`"},
    {ON "base: 5%, within: 1 year of deal.won}\n", "210 4:58 did you mean `1y`?"},
    {ON "base: 5%, within: 1y of deal.wun}\n", "301 4:64 did you mean `deal.won`?"},
    {ON "base: 5%, for: course, within: 1y of deal.won}\n", "505 4:55"},
    {ON "base: 5%, for: custmer, within: 1y of deal.won}\n", "302 4:55 did you mean `customer`?"},

    /* Brackets */
    {ON "base: 5%, brackets: {rates: [{from: 0, rate: 5%}]}}\n",
     "542 4:40 leave `base` out: the brackets say the rate of every sale"},
    {ON "brackets: {}}\n", "202 4:40 the slices from the lowest up, such as `rates: [{from: 0, rate: 10%}, "
                           "{from: 1000000, rate: 15%}]`"},
    {ON "brackets: {per: fortnight, rates: [{from: 0, rate: 5%}]}}\n", "204 4:56"},
    {ON "brackets: {for: custmer, rates: [{from: 0, rate: 5%}]}}\n", "302 4:56 did you mean `customer`?"},
    {ON "brackets: {rates: [{from: 10, rate: 5%}]}}\n",
     "541 4:66 let the first bracket begin `from: 0`, or add `base`"},
    {ON "brackets: {rates: [{from: 0, rate: 5%}, {from: -1, rate: 6%}]}}\n", "541 4:87"},
    {ON "brackets: {rates: [{from: 0, rate: 5%}, {from: 20, rate: 6%}, {from: 10, rate: 7%}]}}\n",
     "541 4:109 put the brackets in order, the lowest first"},
    {ON "brackets: {rates: [{from: 0, rate: 5%}, {from: 0, rate: 6%}]}}\n",
     "541 4:87 put the brackets in order, the lowest first"},
    {ON "brackets: {rates: [{from: 0}, {rate: 5%}, {form: 2, rate: 5%}, {from: much, rate: x}]}}\n",
     "202 4:59 the rate of the slice, such as 15%; 202 4:70 where the slice begins, such as 1000000; 201 "
     "4:83 "
     "did you mean `from`?; 212 4:110; 212 4:122"},
    {ON "brackets: {rates: 5%}}\n",
     "203 4:58 write for example `rates: [{from: 0, rate: 10%}, {from: 1000000, rate: 15%}]`"},

    /* Overrides */
    {ON "base: 5%, override: [1%, 1%, 1%, 1%, 1%, 1%, 1%, 1%, 1%]}\n", "204 4:93"},
    {ON "base: 5%, override: [-1%, many]}\n", "204 4:61; 212 4:66"},
    {ON "base: 5%, override: {parent: 1%}}\n", "203 4:60 write for example `override: [2%, 1%]`"},

    /* The reference rate */
    {"reference_rate: 30%\n" ON "base: 30%, max: 30%}\n", ""},
    {"reference_rate: 0%\n", "204 4:17 write for example `reference_rate: 30%`"},
    {"reference_rate: lots\n", "212 4:17"},
    {"reference_rate: 30%\n" ON "base: 31%, by_product: {crm: 20%, ma: 35%}, max: 40%}\n",
     "544 5:46 " ADVICE "; 544 5:78 " ADVICE "; 544 5:89 " ADVICE},
    {"reference_rate: 30%\n" ON "brackets: {rates: [{from: 0, rate: 30%}, {from: 1, rate: 30.5%}]}}\n",
     "544 5:97 " ADVICE},
};

static void test_findings(void **state)
{
    (void)state;
    bool ok = true;
    for (size_t i = 0; i < UNIT_COUNT(finding_cases); i++) {
        char text[1024], found[1024];
        prm_program *program = NULL;
        prm_diagnostics *diagnostics = NULL;
        snprintf(text, sizeof text, COMPILING_HEAD "%s", finding_cases[i].body);
        prm_status status = prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL);
        assert_true(status == PRM_OK || status == PRM_E_PROGRAM);
        compiling_findings(diagnostics, found, sizeof found);
        if (strcmp(found, finding_cases[i].findings) != 0) {
            print_error("%s  expected %s\n  found    %s\n", finding_cases[i].body, finding_cases[i].findings,
                        found);
            ok = false;
        }
        prm_diagnostics_free(diagnostics);
        prm_program_unref(program);
    }
    assert_true(ok);
}

static void test_message_of_reference(void **state)
{
    (void)state;
    const char *text = COMPILING_HEAD "reference_rate: 30%\n" ON "base: 32.5%}\n";
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_diagnostic one = {.size = sizeof one};
    assert_int_equal(prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL), PRM_OK);
    assert_int_equal(prm_diagnostics_get(diagnostics, 0, &one), PRM_OK);
    assert_int_equal(one.severity, PRM_SEVERITY_WARNING);
    static const char expected[] = "`base` is 32.5%, above the reference rate of 30%";
    assert_int_equal(one.message.size, strlen(expected));
    assert_memory_equal(one.message.data, expected, one.message.size);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_brackets),
        cmocka_unit_test(test_brackets_above_base),
        cmocka_unit_test(test_override),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_message_of_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
