/* order: the order of ledger and postings, which arrival never touches. */
#include "engine_rig.h"

static void by_instant_then_event_then_rule_then_commission(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  zulu: {each: deal.won, then: [{cash: 1}, {cash: 2}]}\n"
                 "  alpha: {each: deal.won, then: {cash: 3}}\n");
    rig_give(&r, "d2 2026-01-01T00:00:01Z deal.won partner=a amount=10; "
                 "b 2026-01-01 deal.won partner=b amount=10;a1 2026-01-01 deal.won partner=a amount=10");
    rig_ledger(&r, "zulu!b b cash 1\n"
                   "zulu!b/2 b cash 2\n"
                   "alpha!b b cash 3\n"
                   "commission!b b cash 1\n"
                   "zulu!a1 a cash 1\n"
                   "zulu!a1/2 a cash 2\n"
                   "alpha!a1 a cash 3\n"
                   "commission!a1 a cash 1\n"
                   "zulu!d2 a cash 1\n"
                   "zulu!d2/2 a cash 2\n"
                   "alpha!d2 a cash 3\n"
                   "commission!d2 a cash 1\n");
    rig_close(&r);
}

/* One event that fires a rule for several subjects: by their names, bytewise. */
static void then_by_rep_customer_product(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  met: {for: [customer, product], when: {coverage: meeting.held, at_least: 100%}, then: "
                 "{cash: 1, to: partner}}\n");
    rig_give(&r, "r1 2026-01-01 rep.joined partner=a rep=x; r2 2026-01-01 rep.joined partner=a rep=y;"
                 "m1 2026-01-02 meeting.held partner=a rep=x customer=k product=p2;"
                 "m2 2026-01-02 meeting.held partner=a rep=x customer=k product=p1;"
                 "m3 2026-01-02 meeting.held partner=a rep=x customer=K product=p3;"
                 "m4 2026-01-02 meeting.held partner=a rep=x customer=ka product=p1;"
                 "m5 2026-01-02 meeting.held partner=a rep=x customer=é product=p1;"
                 "r3 2026-01-03 rep.left partner=a rep=y");
    rig_ledger(&r, "met:a:K:p3 a cash 1\n"
                   "met:a:k:p1 a cash 1\n"
                   "met:a:k:p2 a cash 1\n"
                   "met:a:ka:p1 a cash 1\n"
                   "met:a:é:p1 a cash 1\n");
    rig_close(&r);
}

/* Keys that are no columns of the ledger still have an order of their own. */
static void then_by_other_keys(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  met: {for: lead, when: {coverage: meeting.held, at_least: 100%}, then: {cash: 1, to: partner}}\n");
    rig_give(&r,
             "r1 2026-01-01 rep.joined partner=a rep=x; r2 2026-01-01 rep.joined partner=a rep=y;"
             "m1 2026-01-02 meeting.held partner=a rep=x lead=n9; "
             "m2 2026-01-02 meeting.held partner=a rep=x lead=n10;"
             "m3 2026-01-02 meeting.held partner=a rep=x lead=n1; r3 2026-01-03 rep.left partner=a rep=y");
    rig_ledger(&r, "met:a:n1 a cash 1\nmet:a:n10 a cash 1\nmet:a:n9 a cash 1\n");
    rig_close(&r);
}

static void lifecycle_comes_before_facts_of_its_instant(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  any: {each: [deal.won, rep.joined, partner.joined], then: {cash: 1}}\n");
    rig_give(&r, "a 2026-01-01 deal.won partner=p; bb 2026-01-01 rep.joined partner=p rep=x; "
                 "ccc 2026-01-01 partner.joined partner=p");
    rig_ledger(&r, "any!ccc p cash 1\nany!bb p cash 1\nany!a p cash 1\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_instant_then_event_then_rule_then_commission),
        cmocka_unit_test(then_by_rep_customer_product),
        cmocka_unit_test(then_by_other_keys),
        cmocka_unit_test(lifecycle_comes_before_facts_of_its_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
