/* outcome: identity says what it means, content what a posting carries. */
#include "../base/unit.h"

#include "engine/outcome.h"

static prm__outcome reward(void)
{
    return (prm__outcome){.rule = 3,
                          .subject = 8,
                          .event = 5,
                          .action = 1,
                          .kind = PRM_OUTCOME_REWARD,
                          .occasion = 20454,
                          .to_partner = 2,
                          .number = 500,
                          .at = 1000,
                          .from = PRM_NO_TIME,
                          .until = PRM_NO_TIME};
}

static void check_identity(const prm__outcome *a, const prm__outcome *b, bool same)
{
    assert_int_equal(prm__outcome_same_identity(a, b), same);
    assert_int_equal(prm__outcome_identity_hash(a) == prm__outcome_identity_hash(b), same);
}

static void the_firing_event_is_no_identity(void **state)
{
    (void)state;
    prm__outcome a = reward(), b = reward();
    b.event = 6;
    b.at = 2000;
    b.number = 1;
    check_identity(&a, &b, true);
}

static void rule_subject_occasion_and_action_are(void **state)
{
    (void)state;
    prm__outcome a = reward(), b = reward();
    b.rule = 4;
    check_identity(&a, &b, false);
    b = reward();
    b.subject = 9;
    check_identity(&a, &b, false);
    b = reward();
    b.occasion++;
    check_identity(&a, &b, false);
    b = reward();
    b.action = 0;
    check_identity(&a, &b, false);
}

static void the_event_stands_for_subject_and_occasion(void **state)
{
    (void)state;
    prm__outcome a = reward(), b = reward();
    a.by_event = b.by_event = 1;
    b.subject = 9;
    b.occasion++;
    check_identity(&a, &b, true);
    b.event = 6;
    check_identity(&a, &b, false);
}

static void content_is_what_a_posting_carries(void **state)
{
    (void)state;
    prm__outcome a = reward(), b = reward();
    b.at = 2000;
    b.event = 6;
    assert_true(prm__outcome_same_content(&a, &b));
    int64_t *const fields[] = {&b.number, &b.from, &b.until};
    for (size_t i = 0; i < UNIT_COUNT(fields); i++) {
        b = reward();
        *fields[i] = 7;
        assert_false(prm__outcome_same_content(&a, &b));
    }
    b = reward();
    b.to_rep = 1;
    assert_false(prm__outcome_same_content(&a, &b));
    b = reward();
    b.to_partner = 1;
    assert_false(prm__outcome_same_content(&a, &b));
}

static void nothing_and_zero_commission_are_no_rows(void **state)
{
    (void)state;
    prm__outcome a = reward();
    assert_true(prm__outcome_is_row(&a));
    a.kind = PRM_OUTCOME_NONE;
    assert_false(prm__outcome_is_row(&a));
    a.kind = PRM_OUTCOME_COMMISSION;
    assert_true(prm__outcome_is_row(&a));
    a.number = 0;
    assert_false(prm__outcome_is_row(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_firing_event_is_no_identity),
        cmocka_unit_test(rule_subject_occasion_and_action_are),
        cmocka_unit_test(the_event_stands_for_subject_and_occasion),
        cmocka_unit_test(content_is_what_a_posting_carries),
        cmocka_unit_test(nothing_and_zero_commission_are_no_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
