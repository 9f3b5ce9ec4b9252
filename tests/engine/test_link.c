/* link: what one partner's rules grant to others, as those others come, move and leave. */
#include "engine_rig.h"

#define TO(whom)                                                                                             \
    "rules:\n  first: {for: partner, when: {count: deal.won, at_least: 1}, then: {cash: amount * 10%, "      \
    "to: " whom "}}\n"

static void the_referrer_as_of_the_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  each: {each: deal.won, then: {cash: amount * 10%, to: referrer}}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a referrer=b; "
                 "d1 2026-01-02 deal.won partner=a amount=10;"
                 "u 2026-01-03 partner.updated partner=a referrer=c; "
                 "d2 2026-01-03 deal.won partner=a amount=20;"
                 "v 2026-01-05 partner.updated partner=a referrer=; "
                 "d3 2026-01-06 deal.won partner=a amount=30");
    rig_ledger(&r, "each!d1 b cash 1\neach!d2 c cash 2\n");
    rig_close(&r);
}

static void a_late_link_reaches_back(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, TO("referrer"));
    rig_give(&r, "d1 2026-01-02 deal.won partner=a amount=100");
    rig_ledger(&r, "");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a referrer=b");
    rig_ledger(&r, "first:a b cash 10\n");
    rig_journal(&r, 1, "+ first:a b cash 10\n");
    rig_close(&r);
}

/* a's ledger depends on b's history, so news about b changes what stood for a. */
static void a_referrer_that_had_left_gets_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, TO("referrer"));
    rig_give_each(&r, "j 2026-01-01 partner.joined partner=a referrer=b; "
                      "d1 2026-01-05 deal.won partner=a amount=100");
    rig_ledger(&r, "first:a b cash 10\n");
    rig_give(&r, "x 2026-01-03 partner.left partner=b");
    rig_ledger(&r, "");
    rig_give(&r, "y 2026-01-04 partner.joined partner=b");
    rig_ledger(&r, "first:a b cash 10\n");
    rig_journal(&r, 1,
                "+ first:a b cash 10\n"
                "- first:a b cash 10\n"
                "+ first:a b cash 10\n");
    rig_close(&r);
}

static void leaving_later_changes_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, TO("referrer"));
    rig_give(&r, "j 2026-01-01 partner.joined partner=a referrer=b; "
                 "d1 2026-01-05 deal.won partner=a amount=100;x 2026-01-06 partner.left partner=b");
    rig_ledger(&r, "first:a b cash 10\n");
    rig_close(&r);
}

static void leaving_at_the_same_instant_counts(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, TO("referrer"));
    rig_give_each(&r, "j 2026-01-01 partner.joined partner=a referrer=b; "
                      "d1 2026-01-05 deal.won partner=a amount=100;x 2026-01-05 partner.left partner=b");
    rig_ledger(&r, "");
    rig_close(&r);
}

static void a_void_of_the_leaving_brings_it_back(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, TO("referrer"));
    rig_give_each(&r, "j 2026-01-01 partner.joined partner=a referrer=b; x 2026-01-03 partner.left partner=b;"
                      "d1 2026-01-05 deal.won partner=a amount=100");
    rig_ledger(&r, "");
    rig_give(&r, "v 2026-01-09 event.voided event=x");
    rig_ledger(&r, "first:a b cash 10\n");
    rig_close(&r);
}

static void parent_and_the_parents_parent(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  up: {each: deal.won, then: [{cash: 3, to: parent}, {cash: 2, to: parent.parent}]}\n");
    rig_give(&r, "a 2026-01-01 partner.joined partner=a parent=b; "
                 "b 2026-01-01 partner.joined partner=b parent=c;d1 2026-01-02 deal.won partner=a; "
                 "d2 2026-01-02 deal.won partner=b; d3 2026-01-02 deal.won partner=c");
    rig_ledger(&r, "up!d1 b cash 3\nup!d1/2 c cash 2\nup!d2 c cash 3\n");
    rig_close(&r);
}

static void a_late_parent_of_the_parent(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, TO("parent.parent"));
    rig_give_each(&r, "a 2026-01-01 partner.joined partner=a parent=b; "
                      "d1 2026-01-05 deal.won partner=a amount=100");
    rig_ledger(&r, "");
    rig_give(&r, "b 2026-01-03 partner.joined partner=b parent=c");
    rig_ledger(&r, "first:a c cash 10\n");
    rig_give(&r, "b2 2026-01-04 partner.updated partner=b parent=d");
    rig_ledger(&r, "first:a d cash 10\n");
    rig_give(&r, "b3 2026-01-06 partner.updated partner=b parent=e"); /* after the deal */
    rig_ledger(&r, "first:a d cash 10\n");
    rig_give(&r, "b4 2026-01-05 partner.updated partner=b parent=");
    rig_ledger(&r, "");
    rig_close(&r);
}

/* Oneself is none at each single step, but two steps may lead back. */
static void parent_of_the_parent_may_be_the_seller(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, TO("parent.parent"));
    rig_give(&r,
             "a 2026-01-01 partner.joined partner=a parent=b; "
             "b 2026-01-01 partner.joined partner=b parent=a;d1 2026-01-02 deal.won partner=a amount=100");
    rig_ledger(&r, "first:a a cash 10\n");
    rig_close(&r);
}

static void the_parents_parent_counts_though_the_parent_left(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  up: {each: deal.won, then: [{cash: 3, to: parent}, {cash: 2, to: parent.parent}]}\n");
    rig_give(&r, "a 2026-01-01 partner.joined partner=a parent=b; "
                 "b 2026-01-01 partner.joined partner=b parent=c;x 2026-01-02 partner.left partner=b; "
                 "d1 2026-01-03 deal.won partner=a");
    rig_ledger(&r, "up!d1/2 c cash 2\n");
    rig_close(&r);
}

/* Forty partners look at one: a single event about it moves all of them. */
static void one_referrer_of_many(void **state)
{
    (void)state;
    rig r;
    char event[160];
    rig_open(&r, TO("referrer"));
    for (int i = 0; i < 40; i++) {
        snprintf(event, sizeof event,
                 "j%d 2026-01-01 partner.joined partner=p%d referrer=hub; "
                 "d%d 2026-01-05 deal.won partner=p%d amount=100",
                 i, i, i, i);
        rig_give(&r, event);
    }
    assert_int_equal(rig_counts(&r).outcomes, 40);
    rig_give(&r, "x 2026-01-04 partner.left partner=hub");
    assert_int_equal(rig_counts(&r).outcomes, 0);
    assert_int_equal(rig_counts(&r).postings, 80);
    rig_close(&r);
}

/* And one partner looks at forty, one after the other: each of them moves its own grant. */
static void many_referrers_of_one(void **state)
{
    (void)state;
    rig r;
    char event[160];
    rig_open(&r, "rules:\n  each: {each: deal.won, then: {cash: 1, to: referrer}}\n");
    for (int i = 0; i < 40; i++) {
        snprintf(event, sizeof event,
                 "u%d 2026-01-01T00:%02d:00Z partner.updated partner=a referrer=h%d;"
                 "d%d 2026-01-01T00:%02d:30Z deal.won partner=a",
                 i, i, i, i, i);
        rig_give(&r, event);
    }
    for (uint64_t left = 40; left > 0; left--) {
        assert_int_equal(rig_counts(&r).outcomes, left);
        snprintf(event, sizeof event, "x%d 2025-12-31 partner.left partner=h%d", (int)left - 1,
                 (int)left - 1);
        rig_give(&r, event);
    }
    assert_int_equal(rig_counts(&r).outcomes, 0);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_referrer_as_of_the_event),
        cmocka_unit_test(a_late_link_reaches_back),
        cmocka_unit_test(a_referrer_that_had_left_gets_nothing),
        cmocka_unit_test(leaving_later_changes_nothing),
        cmocka_unit_test(leaving_at_the_same_instant_counts),
        cmocka_unit_test(a_void_of_the_leaving_brings_it_back),
        cmocka_unit_test(parent_and_the_parents_parent),
        cmocka_unit_test(a_late_parent_of_the_parent),
        cmocka_unit_test(parent_of_the_parent_may_be_the_seller),
        cmocka_unit_test(the_parents_parent_counts_though_the_parent_left),
        cmocka_unit_test(one_referrer_of_many),
        cmocka_unit_test(many_referrers_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
