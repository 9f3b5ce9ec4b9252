/* Tests of `ranks`: levels with their conditions and rates as rows, `partner.rank` and the
 * levels that rules name, and everything that can be wrong with them. */
#include "compiling.h"

#define RATE(percent) (INT64_C(10000000000) * (percent))

static const prm__p_level *level_of(const prm_program *program, uint32_t index, const char *name)
{
    assert_true(index < program->levels_count);
    prm_text text = prm__program_text(program, program->levels[index].text);
    assert_int_equal(text.size, strlen(name));
    assert_memory_equal(text.data, name, text.size);
    return &program->levels[index];
}

static void test_levels(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "commission: {on: deal.won, of: amount, base: 10%, by_product: {crm: 12%}}\n"
        "ranks:\n"
        "  per: quarter\n"
        "  levels:\n"
        "    bronze: {}\n"
        "    silver: {when: {sum: amount, of: deal.won, at_least: 1000}, rate: 15%}\n"
        "    gold:\n"
        "      when: {all: [{sum: amount, of: deal.won, at_least: 3000},\n"
        "                   {count: meeting.held, at_least: 4}]}\n"
        "      rate: 20%\n"
        "      by_product: {crm: 25%, ma: 22%}\n");
    const prm__p_ranks *ranks = &program->head->ranks;
    assert_int_equal(ranks->present, 1);
    assert_int_equal(ranks->period, PRM_PERIOD_QUARTER);
    assert_int_equal(ranks->promote_now, 0);
    assert_int_equal(ranks->keep, 0);
    assert_int_equal(program->levels_count, 3);
    const prm__p_level *bronze = level_of(program, 0, "bronze");
    assert_int_equal(bronze->condition_count, 0);
    assert_int_equal(bronze->has_rate, 0);
    assert_int_equal(bronze->rate_count, 0);
    const prm__p_level *silver = level_of(program, 1, "silver");
    assert_int_equal(silver->condition_count, 1);
    assert_int_equal(program->conditions[silver->first_condition].kind, PRM_CONDITION_AT_LEAST);
    assert_true(program->conditions[silver->first_condition].threshold == 1000 * PRM_DECIMAL_ONE);
    assert_int_equal(silver->rate, RATE(15));
    const prm__p_level *gold = level_of(program, 2, "gold");
    assert_int_equal(gold->condition_count, 3);
    assert_int_equal(gold->rate_count, 2);
    assert_int_equal(program->head->commission.rate_count, 1);
    assert_int_equal(gold->first_rate, 1);
    assert_int_equal(program->product_rates[gold->first_rate + 1].rate, RATE(22));
    const prm__p_measure *sum = &program->measures[program->conditions[silver->first_condition].measure];
    assert_int_equal(sum->subject, PRM_KIND_PARTNER);
    assert_int_equal(program->windows[sum->window].period, PRM_PERIOD_QUARTER);
    prm_program_unref(program);
}

static void test_options(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "ranks: {per: fiscal_half, promote: now, keep: 2, levels: {a: {}, b: {when: "
        "{count: deal.won, at_least: 1}}}}\n");
    assert_int_equal(program->head->ranks.period, PRM_PERIOD_FISCAL_HALF);
    assert_int_equal(program->head->ranks.promote_now, 1);
    assert_int_equal(program->head->ranks.keep, 2);
    prm_program_unref(program);
    program = compiling("rules: {}\n");
    assert_int_equal(program->head->ranks.present, 0);
    assert_int_equal(program->levels_count, 0);
    prm_program_unref(program);
}

#define LADDER "ranks: {per: month, levels: {low: {}, high: {when: {count: deal.won, at_least: 3}}}}\n"

static void test_rank_in_rules(void **state)
{
    (void)state;
    prm_program *program = compiling(
        LADDER "rules:\n"
               "  a: {eligible: partner.rank == 'high', each: deal.won, then: {cash: 1}}\n"
               "  b: {when: {count: lead.registered, at_least: 9}, then: {rank: high}}\n");
    const prm__p_expr *eligible = &program->exprs[program->rules[0].eligible];
    assert_int_equal(program->code[eligible->first_word] & 0xFF, PRM_OP_RANK);
    const prm__p_action *action = &program->actions[program->rules[1].first_action];
    assert_int_equal(action->kind, PRM_ACTION_RANK);
    assert_int_equal(action->level, 1);
    prm_program_unref(program);
    program = compiling("attributes: {partner: {rank: text}}\n"
                        "rules: {a: {eligible: partner.rank == 'x', each: deal.won, then: {cash: 1}}}\n");
    eligible = &program->exprs[program->rules[0].eligible];
    assert_int_equal(program->code[eligible->first_word] & 0xFF, PRM_OP_ATTRIBUTE);
    prm_program_unref(program);
}

typedef struct finding_case {
    const char *body; /* from line 4 on */
    const char *findings;
} finding_case;

static const finding_case finding_cases[] = {
    {"ranks: {}\n",
     "202 4:1 write for example `per: quarter`: ranks are reviewed at the end of each; 202 4:1 "
     "write the levels from the lowest up, such as `bronze: {}`"},
    {"ranks: gold\n", "203 4:8 write for example `ranks: {per: quarter, levels: {bronze: {}}}`"},
    {"ranks: {per: often, promote: later, keep: -1, levels: {}}\n",
     "204 4:14; 204 4:30; 204 4:43; 545 4:47 write for example `bronze: {}`"},
    {"ranks: {per: month, levels: {a: {when: {count: deal.won, at_least: 1}}}}\n",
     "545 4:34 put a level without `when` before it, such as `bronze: {}`"},
    {"ranks: {per: month, levels: {a: {}, b: {}}}\n",
     "545 4:37 write for example `when: {sum: amount, of: deal.won, at_least: 1000000}`"},
    {"ranks: {per: month, levels: {a: {}, b: {wen: {count: deal.won, at_least: 1}}}}\n",
     "201 4:41 did you mean `when`?"},
    {"ranks: {per: month, levels: {a: {}, '': {when: {count: deal.won, at_least: 1}}}}\n", "209 4:37"},
    {"ranks: {per: month, levels: {a: {}, b: }}\n",
     "203 4:37 write for example `b: {when: {sum: amount, of: deal.won, at_least: 1000000}, rate: 15%}`"},
    {"ranks: {per: month, levels: {a: {rate: 5%}, b: {by_product: {x: 6%}, when: {count: deal.won, at_least: "
     "1}}}}\n",
     "509 4:34 add `commission:` to the program; 509 4:49 add `commission:` to the program"},
    {"commission: {on: deal.won, of: amount, base: 5%}\nreference_rate: 8%\n"
     "ranks: {per: month, levels: {a: {rate: +5%}, b: {rate: 9%, when: {count: deal.won, at_least: 1}}}}\n",
     "204 6:40 write the whole rate; `+5%` would be added only in a rule; 544 6:56 partners would get more "
     "than "
     "the vendor's own sales people: lower it, or raise `reference_rate`"},
    {"ranks: {per: month, levels: {a: {}, b: {when: {count: deal.wun, at_least: 1}}}}\n",
     "301 4:55 did you mean `deal.won`?"},
    {"attributes: {partner: {rank: text}}\n" LADDER, "216 4:24"},

    /* Levels that rules name */
    {LADDER "rules: {a: {each: deal.won, then: {rank: hihg}}}\n", "308 5:42 did you mean `high`?"},
    {LADDER "rules: {a: {each: deal.won, then: {rank: platinum}}}\n", "308 5:42"},
    {"rules: {a: {each: deal.won, then: {rank: high}}}\n", "308 4:42 add `ranks:` to the program"},
    {"rules: {a: {eligible: partner.rank == 'x', each: deal.won, then: {cash: 1}}}\n",
     "303 4:23 give the program `ranks`, or declare it: `attributes: {partner: {rank: text}}`"},
    {"ranks: 3\nrules: {a: {eligible: partner.rank == 'x', each: deal.won, then: {rank: high}}}\n",
     "203 4:8 write for example `ranks: {per: quarter, levels: {bronze: {}}}`"},
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
    snprintf(text, sizeof text, COMPILING_HEAD "ranks:\n  per: month\n  levels:\n    l0: {}\n");
    for (int i = 1; i <= 100; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "    l%d: {when: {count: deal.won, at_least: %d}}\n", i, i);
    findings_of(text, found, sizeof found);
    assert_string_equal(found, "221 107:5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),        cmocka_unit_test(test_options),
        cmocka_unit_test(test_rank_in_rules), cmocka_unit_test(test_findings),
        cmocka_unit_test(test_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
