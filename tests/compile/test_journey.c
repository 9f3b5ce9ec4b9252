/* Tests of `journey`: stages as rows behind the rules, what can be wrong with them, and what the verifier
 * asks of them. */
#include "compiling.h"

#define JOURNEY                                                                                              \
    "journey:\n"                                                                                             \
    "  lead: {title: First lead, when: {count: lead.registered, at_least: 1}}\n"                             \
    "  won: {when: {any: [{count: deal.won, at_least: 1}, {coverage: course.completed, at_least: 1}]}}\n"
#define RULES "rules:\n  lead: {each: deal.won, then: {cash: 5}}\n"

static void stages_are_the_last_rules(void **state)
{
    (void)state;
    prm_program *program = compiling(JOURNEY RULES);
    assert_int_equal(program->rules_count, 3);
    assert_int_equal(program->first_stage, 1);
    const prm__p_rule *lead = &program->rules[1], *won = &program->rules[2];
    assert_int_equal(lead->form, PRM_FORM_STAGE);
    assert_int_equal(lead->subject, PRM_KIND_REP);
    assert_int_equal(lead->action_count, 0);
    assert_int_equal(lead->condition_count, 1);
    assert_int_equal(lead->asks_roster, 0);
    assert_int_equal(won->condition_count, 3);
    assert_int_equal(won->asks_roster, 1);
    prm_program_unref(program);
}

static void expect_stage(const prm_program *program, uint32_t index, const char *name, const char *title,
                         uint32_t line)
{
    prm_stage stage = {.size = sizeof stage};
    assert_int_equal(prm_program_stage(program, index, &stage), PRM_OK);
    assert_int_equal(stage.name.size, strlen(name));
    assert_memory_equal(stage.name.data, name, stage.name.size);
    assert_int_equal(stage.title.size, strlen(title));
    assert_memory_equal(stage.title.data, title, stage.title.size);
    assert_int_equal(stage.line, line);
}

static void stages_are_no_rules_to_hosts(void **state)
{
    (void)state;
    prm_program *program = compiling(JOURNEY RULES);
    prm_rule rule = {.size = sizeof rule};
    prm_stage stage = {.size = sizeof stage};
    assert_int_equal(prm_program_rule_count(program), 1);
    assert_int_equal(prm_program_rule(program, 1, &rule), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_stage_count(program), 2);
    expect_stage(program, 0, "lead", "First lead", 5);
    expect_stage(program, 1, "won", "", 6);
    assert_int_equal(prm_program_stage(program, 2, &stage), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_stage(program, 0, NULL), PRM_E_ARGUMENT);
    stage.size--;
    assert_int_equal(prm_program_stage(program, 0, &stage), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_stage_count(NULL), 0);
    assert_int_equal(prm_program_stage(NULL, 0, &stage), PRM_E_ARGUMENT);
    prm_program_unref(program);
}

static void a_journey_is_part_of_the_program(void **state)
{
    (void)state;
    prm_program *without = compiling(RULES), *with = compiling(JOURNEY RULES),
                *behind = compiling(RULES JOURNEY);
    assert_true(prm_program_hash(without) != prm_program_hash(with));
    assert_int_equal(prm_program_stage_count(behind), 2);
    prm_program_unref(without);
    prm_program_unref(with);
    prm_program_unref(behind);
}

/* What is found in a program of this text behind the head. */
static void expect_findings(const char *body, const char *expected)
{
    char found[2000];
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    char *text = malloc(strlen(COMPILING_HEAD) + strlen(body) + 1);
    assert_non_null(text);
    strcpy(text, COMPILING_HEAD);
    strcat(text, body);
    assert_int_equal(prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL),
                     PRM_E_PROGRAM);
    compiling_findings(diagnostics, found, sizeof found);
    assert_string_equal(found, expected);
    prm_diagnostics_free(diagnostics);
    free(text);
}

static void findings(void **state)
{
    (void)state;
    expect_findings(
        "journey: [a]\n",
        "203 4:10 write for example `journey: {lead: {when: {count: lead.registered, at_least: 1}}}`");
    expect_findings(
        "journey:\n  a: {}\n",
        "202 5:3 write for example `when: {count: lead.registered, at_least: 1}`: what a rep has done "
        "then");
    expect_findings("journey:\n  a: {when: {count: lead.registered, at_least: 1}, then: {cash: 1}}\n",
                    "201 5:52 did you mean `when`?");
    expect_findings("journey:\n  \"\": {when: {count: lead.registered, at_least: 1}}\n", "209 5:3");
    expect_findings("journey:\n  a: {when: {count: lead.registered, every: 3}}\n", "515 5:38");
    expect_findings("journey:\n  a: {when: {count: lead.registered, at_least: 0}}\n",
                    "501 5:48 a stage is reached by something: write `at_least` with a number above zero");
    expect_findings("journey:\n  a: {when: {not: {count: lead.registered, at_least: 1}}}\n",
                    "501 5:7 a stage is reached by something: add a part with `at_least` above zero");
    expect_findings("journey:\n  a: {when: {count: partner.joined, at_least: 1}}\n", "505 5:21");
    expect_findings("journey:\n  a: {when: {is: rep.certified}}\n",
                    "303 5:18 declare it: `attributes: {rep: {certified: text}}`");
}

static void too_many_stages(void **state)
{
    (void)state;
    char body[65 * 64] = "journey:\n";
    size_t size = strlen(body);
    for (int i = 0; i < 65; i++) {
        if (i == 64) {
            prm_program *program = compiling(body);
            assert_int_equal(prm_program_stage_count(program), 64);
            prm_program_unref(program);
        }
        size += (size_t)snprintf(body + size, sizeof body - size,
                                 "  s%d: {when: {count: deal.won, at_least: %d}}\n", i, i + 1);
    }
    expect_findings(body, "222 69:3");
}

/* ---- The verifier ---- */

/* After a change of the stage `lead`, or of the rule before it, the block is not sound. */
#define REFUSES(says, change)                                                                                \
    do {                                                                                                     \
        prm_program *sound = compiling(RULES JOURNEY);                                                       \
        prm__p_head *head = malloc(sound->size);                                                             \
        assert_non_null(head);                                                                               \
        memcpy(head, sound->block, sound->size);                                                             \
        assert_null(prm__program_verify(head, sound->size));                                                 \
        prm__p_rule *rules = (void *)((char *)head + head->offsets[PRM_SECTION_rules]);                      \
        change;                                                                                              \
        const char *said = prm__program_verify(head, sound->size);                                           \
        assert_non_null(said);                                                                               \
        assert_string_equal(said, says);                                                                     \
        free(head);                                                                                          \
        prm_program_unref(sound);                                                                            \
    } while (0)

static void what_is_no_stage(void **state)
{
    (void)state;
    REFUSES("a stage is wrong", rules[2].form = PRM_FORM_REACH); /* a stage before a rule */
    REFUSES("a stage is wrong", rules[1].exclusive = rules[1].text);
    REFUSES(
        "a stage is wrong", rules[1].limit_times = 1; rules[1].limit_kind = PRM_KIND_REP;
        rules[1].limit_offset = 1024;
        ((prm__p_kind *)(void *)((char *)head + head->offsets[PRM_SECTION_kinds]))[PRM_KIND_REP].record_size =
            2048);
    REFUSES("a stage is wrong", rules[1].max = 5);
    REFUSES("a stage is wrong", rules[1].budget = 5);
    REFUSES("a rule has not its form", rules[1].at_close = 1);
    REFUSES("a rule's actions are wrong", rules[1].action_count = 1; rules[0].action_count = 0;
            rules[0].then.action_count = 0);
    REFUSES("a rule has not its form", rules[0].form = PRM_FORM_STAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_are_the_last_rules),
        cmocka_unit_test(stages_are_no_rules_to_hosts),
        cmocka_unit_test(a_journey_is_part_of_the_program),
        cmocka_unit_test(findings),
        cmocka_unit_test(too_many_stages),
        cmocka_unit_test(what_is_no_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
