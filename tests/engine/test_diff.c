/* diff: what is posted when the ledger changes, and what is not. */
#include "engine_rig.h"

#define BASE "commission: {on: deal.won, of: amount, base: 10%}\n"

static void what_is_new_is_granted(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100");
    rig_journal(&r, 1, "+ commission!d1 a cash 10\n");
    rig_give(&r, "d2 2026-01-02 deal.won partner=a amount=200");
    rig_journal(&r, 2, "+ commission!d2 a cash 20\n");
    rig_close(&r);
}

static void what_stays_is_not_posted_again(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100; d3 2026-01-03 deal.won partner=a amount=300");
    rig_give(&r, "d2 2026-01-02 deal.won partner=a amount=200; l 2025-12-01 lead.registered partner=a");
    rig_journal(&r, 3, "+ commission!d2 a cash 20\n");
    rig_close(&r);
}

/* The bonus is now reached one event earlier: another instant and cause, the same outcome. */
static void another_instant_alone_posts_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {when: {count: deal.won, at_least: 2}, then: {cash: 5}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a; d3 2026-01-03 deal.won partner=a");
    rig_instants(&r, "two:a d3 2026-01-03\n");
    rig_give(&r, "d2 2026-01-02 deal.won partner=a");
    rig_instants(&r, "two:a d2 2026-01-02\n");
    rig_journal(&r, 1, "+ two:a a cash 5\n");
    rig_close(&r);
}

static void another_amount_is_reversed_and_granted(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {when: {count: deal.won, at_least: 2}, then: {cash: amount}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=1; d3 2026-01-03 deal.won partner=a amount=3");
    rig_give(&r, "d2 2026-01-02 deal.won partner=a amount=2");
    rig_journal(&r, 1, "+ two:a a cash 3\n- two:a a cash 3\n+ two:a a cash 2\n");
    rig_close(&r);
}

static void another_recipient_is_reversed_and_granted(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  one: {when: {count: deal.won, at_least: 1}, then: {cash: 5, to: referrer}}\n");
    rig_give_each(&r, "j 2026-01-01 partner.joined partner=a referrer=b; d1 2026-01-05 deal.won partner=a;"
                      "u 2026-01-02 partner.updated partner=a referrer=c");
    rig_journal(&r, 1, "+ one:a b cash 5\n- one:a b cash 5\n+ one:a c cash 5\n");
    rig_close(&r);
}

static void another_payable_time_is_reversed_and_granted(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {when: {count: deal.won, at_least: 2}, then: {cash: 5, hold: 1d}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a; d3 2026-01-03 deal.won partner=a");
    rig_give(&r, "d2 2026-01-02 deal.won partner=a");
    rig_journal(&r, 1,
                "+ two:a a cash 5 hold 2026-01-05\n"
                "- two:a a cash 5 hold 2026-01-05\n"
                "+ two:a a cash 5 hold 2026-01-04\n");
    rig_close(&r);
}

static void reversals_come_first_each_group_in_ledger_order(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  lead: {per: month, when: {count: lead.registered, at_least: 1}, then: {rate: +5%, from: "
                 "period}}\n");
    rig_give(&r, "d2 2026-01-02 deal.won partner=b amount=100; d1 2026-01-01 deal.won partner=a amount=100;"
                 "d3 2026-01-03 deal.won partner=a amount=100");
    rig_journal(&r, 1,
                "+ commission!d1 a cash 10\n"
                "+ commission!d2 b cash 10\n"
                "+ commission!d3 a cash 10\n");
    rig_give(&r, "y 2026-01-06 lead.registered partner=b; x 2026-01-05 lead.registered partner=a");
    rig_journal(&r, 4,
                "- commission!d1 a cash 10\n"
                "- commission!d2 b cash 10\n"
                "- commission!d3 a cash 10\n"
                "+ commission!d1 a cash 15\n"
                "+ commission!d2 b cash 15\n"
                "+ commission!d3 a cash 15\n"
                "+ lead:a@2026-01-01 a rate +5% 2026-01-01..\n"
                "+ lead:b@2026-01-01 b rate +5% 2026-01-01..\n");
    rig_close(&r);
}

static void a_reversal_takes_back_exactly_what_was_posted(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 33.3%}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a deal=n amount=100");
    rig_give(&r, "f 2026-01-02 deal.refunded partner=a deal=n amount=1");
    rig_give(&r, "c 2026-01-03 deal.cancelled partner=a deal=n");
    rig_journal(&r, 1,
                "+ commission!d1 a cash 33\n"
                "- commission!d1 a cash 33\n"
                "+ commission!d1 a cash 32\n"
                "- commission!d1 a cash 32\n");
    rig_close(&r);
}

/* Many former outcomes whose places all shift: found by identity, none is posted. */
static void shifted_places_are_found_by_identity(void **state)
{
    (void)state;
    rig r;
    char event[64];
    rig_open(&r, BASE);
    for (int i = 1; i <= 60; i++) {
        snprintf(event, sizeof event, "d%d 2026-01-01T00:%02d:00Z deal.won partner=a amount=100", i, i - 1);
        rig_give(&r, event);
    }
    rig_give(&r, "x 2025-12-31 deal.won partner=a amount=700; "
                 "y 2026-01-01T00:30:30Z deal.won partner=a amount=800;v 2026-01-02 event.voided event=d10");
    rig_journal(&r, 61,
                "- commission!d10 a cash 10\n"
                "+ commission!x a cash 70\n"
                "+ commission!y a cash 80\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_new_is_granted),
        cmocka_unit_test(what_stays_is_not_posted_again),
        cmocka_unit_test(another_instant_alone_posts_nothing),
        cmocka_unit_test(another_amount_is_reversed_and_granted),
        cmocka_unit_test(another_recipient_is_reversed_and_granted),
        cmocka_unit_test(another_payable_time_is_reversed_and_granted),
        cmocka_unit_test(reversals_come_first_each_group_in_ledger_order),
        cmocka_unit_test(a_reversal_takes_back_exactly_what_was_posted),
        cmocka_unit_test(shifted_places_are_found_by_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
