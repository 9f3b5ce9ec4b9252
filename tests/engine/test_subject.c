/* subject: whom rules are about, and that what is counted for one is not for another. */
#include "engine_rig.h"

static void a_subject_lies_within_its_partner(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {for: rep, when: {count: deal.won, at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a rep=x; d2 2026-01-02 deal.won partner=b rep=x");
    rig_ledger(&r, "");
    rig_give(&r, "d3 2026-01-03 deal.won partner=b rep=x");
    rig_ledger(&r, "two:b:x b/x cash 1\n");
    rig_close(&r);
}

static void an_event_without_all_keys_passes_by(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  two: {for: [customer, product], when: {count: deal.won, at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a customer=k product=crm; "
                 "d2 2026-01-02 deal.won partner=a customer=k;d3 2026-01-03 deal.won partner=a product=crm; "
                 "d4 2026-01-04 deal.won partner=a customer=crm product=k;"
                 "d5 2026-01-04 deal.won partner=a customer=k product=ma");
    rig_ledger(&r, "");
    rig_give(&r, "d6 2026-01-05 deal.won partner=a customer=k product=crm");
    rig_instants(&r, "two:a:k:crm d6 2026-01-05\n");
    rig_close(&r);
}

/* One exists from its first event of any type that carries its keys. */
static void a_subject_exists_from_any_event_with_its_keys(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {for: customer, when: {count: deal.won, at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "l 2026-01-01 lead.registered partner=a customer=k; m 2026-01-01 meeting.held partner=a");
    rig_progress(&r, "two a/k 0 of 2 open\n");
    rig_close(&r);
}

static void many_subjects_are_found_again(void **state)
{
    (void)state;
    enum { COUNT = 700 };
    rig r;
    char event[96];
    rig_open(&r, "rules:\n"
                 "  two: {for: customer, when: {count: deal.won, at_least: 2}, then: {cash: 1}}\n");
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < COUNT; i++) {
            snprintf(event, sizeof event, "d%d-%d 2026-01-0%d deal.won partner=p%d customer=c%d", round, i,
                     round + 1, i % 3, i);
            rig_give(&r, event);
        }
    assert_int_equal(rig_counts(&r).outcomes, COUNT);
    assert_int_equal(rig_counts(&r).subjects, COUNT + 3);
    rig_close(&r);
}

/* A note says of a customer's name that the customer exists; once the fold has begun again it may not. */
static void a_noted_subject_may_have_to_exist_anew(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {for: customer, when: {count: deal.won, at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a customer=k deal=x");
    rig_give(&r, "m 2026-01-02 meeting.held partner=a rep=s");
    rig_progress(&r, "two a/k 1 of 2 open\n");
    rig_give(&r, "c 2026-01-03 deal.cancelled partner=a deal=x");
    rig_progress(&r, "");
    rig_give(&r, "n 2026-01-04 meeting.held partner=a customer=k");
    rig_progress(&r, "two a/k 0 of 2 open\n");
    rig_close(&r);
}

/* A note leads to one of those that share a name; the others are found by the index. */
static void a_name_may_be_many_subjects(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {for: customer, when: {count: deal.won, at_least: 2}, then: {cash: 1}}\n"
                 "  met: {for: rep, when: {count: meeting.held, at_least: 1}, then: {points: 1}}\n");
    for (int round = 0; round < 2; round++)
        rig_give_each(&r, round ? "e 2026-01-03 deal.won partner=a customer=x rep=x;"
                                  "f 2026-01-03 deal.won partner=b customer=x rep=x;"
                                  "g 2026-01-04 meeting.held partner=x rep=x customer=x;"
                                  "h 2026-01-04 meeting.held partner=b rep=x customer=x"
                                : "a 2026-01-01 deal.won partner=a customer=x rep=x;"
                                  "b 2026-01-01 deal.won partner=b customer=x rep=x");
    rig_ledger(&r, "two:a:x a cash 1\n"
                   "two:b:x b cash 1\n"
                   "met:x:x x/x points 1\n"
                   "met:b:x b/x points 1\n");
    assert_int_equal(rig_counts(&r).subjects, 9);
    rig_close(&r);
}

static void asking_makes_none(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  two: {for: customer, when: {count: deal.won, at_least: 2}, then: {rate: +1%}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a customer=k rep=x");
    rig_rate(&r, "a x k", "2026-01-01", 1000);
    rig_rate(&r, "a k x", "2026-01-01", 1000);
    rig_rate(&r, "k a x", "2026-01-01", 1000);
    assert_int_equal(rig_counts(&r).subjects, 3);
    assert_int_equal(rig_counts(&r).partners, 1);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_subject_lies_within_its_partner),
        cmocka_unit_test(an_event_without_all_keys_passes_by),
        cmocka_unit_test(a_subject_exists_from_any_event_with_its_keys),
        cmocka_unit_test(many_subjects_are_found_again),
        cmocka_unit_test(a_noted_subject_may_have_to_exist_anew),
        cmocka_unit_test(a_name_may_be_many_subjects),
        cmocka_unit_test(asking_makes_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
