/* roster: what joining, leaving and updating do to a partner's state. */
#include "engine_rig.h"

#define COVERAGE                                                                                             \
    "rules:\n  all: {for: partner, when: {coverage: course.completed, at_least: 100%}, then: {cash: 1}}\n"

static void a_rep_that_leaves_makes_the_rest_complete(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COVERAGE);
    rig_give(&r, "r1 2026-01-01 rep.joined partner=a rep=x; r2 2026-01-01 rep.joined partner=a rep=y;"
                 "c1 2026-01-02 course.completed partner=a rep=x course=b");
    rig_ledger(&r, "");
    rig_give(&r, "r3 2026-01-03 rep.left partner=a rep=y");
    rig_instants(&r, "all:a r3 2026-01-03\n");
    rig_close(&r);
}

static void a_course_before_joining_counts_once_joined(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, COVERAGE);
    rig_give(&r, "c1 2026-01-01 course.completed partner=a rep=x course=b; "
                 "r1 2026-01-02 rep.joined partner=a rep=x");
    rig_instants(&r, "all:a r1 2026-01-02\n");
    rig_close(&r);
}

static void joining_again_asks_nobody(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {goal: integer}}\n"
                 "rules:\n"
                 "  some: {for: partner, when: {coverage: course.completed, at_least: partner.goal}, then: "
                 "{cash: 1}}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a goal=2; r1 2026-01-01 rep.joined partner=a rep=x;"
                 "c1 2026-01-02 course.completed partner=a rep=x course=b; "
                 "u 2026-01-03 partner.updated partner=a goal=1;r2 2026-01-04 rep.joined partner=a rep=x; "
                 "r3 2026-01-05 rep.left partner=a rep=stranger");
    rig_ledger(&r, ""); /* 100% reaches the goal of 1 since January 3, but nothing has asked */
    rig_give(&r, "r4 2026-01-06 rep.left partner=a rep=x; r5 2026-01-07 rep.joined partner=a rep=x");
    rig_instants(&r, "some:a r5 2026-01-07\n");
    rig_close(&r);
}

static void an_empty_roster_reaches_nothing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  any: {for: partner, when: {coverage: course.completed, at_least: 0}, then: {cash: 1}}\n");
    rig_give(&r, "c1 2026-01-01 course.completed partner=a rep=x course=b; "
                 "r1 2026-01-02 rep.left partner=a rep=x");
    rig_ledger(&r, "");
    rig_give(&r, "r2 2026-01-03 rep.joined partner=a rep=y");
    rig_instants(&r, "any:a r2 2026-01-03\n");
    rig_close(&r);
}

static void a_roster_change_asks_within_the_window_only(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  soon: {for: partner, within: 5d of partner.joined, when: {coverage: course.completed, "
                 "at_least: 100%}, then: {cash: 1}}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a; r1 2026-01-01 rep.joined partner=a rep=x;"
                 "r2 2026-01-01 rep.joined partner=a rep=y; "
                 "c1 2026-01-02 course.completed partner=a rep=x course=b;"
                 "r3 2026-01-07 rep.left partner=a rep=y");
    rig_ledger(&r, "");
    rig_give(&r, "r4 2026-01-06T23:00:00Z rep.left partner=a rep=y");
    rig_instants(&r, "soon:a r4 2026-01-06T23:00:00Z\n");
    rig_close(&r);
}

/* The roster belongs to the partner; whoever is its subject by customer is asked too. */
static void a_roster_change_asks_every_subject_of_the_rule(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  met: {for: customer, when: {coverage: meeting.held, at_least: 100%}, then: {cash: 1, to: "
                 "partner}}\n");
    rig_give(&r, "r1 2026-01-01 rep.joined partner=a rep=x; r2 2026-01-01 rep.joined partner=a rep=y;"
                 "m1 2026-01-02 meeting.held partner=a rep=x customer=k; "
                 "m2 2026-01-02 meeting.held partner=a rep=x customer=i;"
                 "m3 2026-01-02 meeting.held partner=a rep=y customer=o; "
                 "m4 2026-01-02 meeting.held partner=b rep=x customer=k");
    rig_ledger(&r, "");
    rig_give(&r, "r3 2026-01-03 rep.left partner=a rep=y");
    rig_ledger(&r, "met:a:i a cash 1\nmet:a:k a cash 1\n");
    rig_close(&r);
}

static void nothing_fires_for_a_partner_that_left(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "rules:\n"
                 "  deals: {for: partner, when: {count: deal.won, at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100; l 2026-01-02 partner.left partner=a;"
                 "d2 2026-01-03 deal.won partner=a amount=100");
    rig_ledger(&r, "commission!d1 a cash 10\n");
    rig_give(&r, "j 2026-01-04 partner.joined partner=a; d3 2026-01-05 deal.won partner=a amount=100");
    rig_instants(&r, "commission!d1 d1 2026-01-01\n"
                     "deals:a d3 2026-01-05\n"
                     "commission!d3 d3 2026-01-05\n");
    rig_close(&r);
}

static void a_rep_that_left_is_asked_no_more_but_its_partner_is(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  mine: {for: rep, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
                 "  ours: {for: partner, when: {count: deal.won, at_least: 1}, then: {cash: 2}}\n"
                 "  pair: {for: [rep, product], when: {count: deal.won, at_least: 1}, then: {cash: 3}}\n");
    rig_give(&r,
             "r1 2026-01-01 rep.left partner=a rep=x; d1 2026-01-02 deal.won partner=a rep=x product=crm");
    rig_ledger(&r, "ours:a a cash 2\n");
    rig_give(&r, "r2 2026-01-03 rep.joined partner=a rep=x; "
                 "d2 2026-01-04 deal.won partner=a rep=x product=crm");
    rig_ledger(&r, "ours:a a cash 2\n"
                   "mine:a:x a/x cash 1\n"
                   "pair:a:x:crm a/x cash 3\n");
    rig_close(&r);
}

/* Attributes are asked as of the event, and survive leaving. */
static void attributes_hold_from_their_event_on(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {rep: {certified: boolean}}\n"
                 "rules:\n"
                 "  sold: {for: rep, each: deal.won, where: rep.certified, then: {cash: 1}}\n");
    rig_give(&r, "r1 2026-01-02 rep.joined partner=a rep=x certified=true; "
                 "d1 2026-01-01 deal.won partner=a rep=x;d2 2026-01-03 deal.won partner=a rep=x; "
                 "d3 2026-01-03 deal.won partner=b rep=x;r2 2026-01-04 rep.left partner=a rep=x; "
                 "r3 2026-01-05 rep.joined partner=a rep=x;d4 2026-01-06 deal.won partner=a rep=x; "
                 "r4 2026-01-07 rep.updated partner=a rep=x certified=false;"
                 "d5 2026-01-08 deal.won partner=a rep=x");
    rig_ledger(&r, "sold!d2 a/x cash 1\nsold!d4 a/x cash 1\n");
    rig_close(&r);
}

static void everyone_has_attributes_of_their_own(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {a: integer, b: text}, rep: {a: integer, b: text, c: integer}}\n"
                 "rules:\n"
                 "  rep: {for: rep, each: deal.won, where: has(rep.b), then: {points: rep.a * 10 + rep.c}}\n"
                 "  partner: {each: deal.won, where: has(partner.b), then: {points: partner.a}}\n");
    rig_give(&r, "r1 2026-01-01 rep.joined partner=p rep=x a=1 b=one c=2; "
                 "r2 2026-01-01 rep.joined partner=p rep=y a=3 c=4;"
                 "r3 2026-01-01 rep.joined partner=p rep=z a=5 b=three c=6; "
                 "j1 2026-01-01 partner.joined partner=p a=7 b=p;"
                 "j2 2026-01-01 partner.joined partner=q a=8 b=q; "
                 "r4 2026-01-01 rep.joined partner=q rep=x a=9 b=four c=1;"
                 "d1 2026-01-02 deal.won partner=p rep=x; d2 2026-01-02 deal.won partner=p rep=y;"
                 "d3 2026-01-02 deal.won partner=p rep=z; d4 2026-01-02 deal.won partner=q rep=x");
    rig_ledger(&r, "rep!d1 p/x points 12\n"
                   "partner!d1 p points 7\n"
                   "partner!d2 p points 7\n"
                   "rep!d3 p/z points 56\n"
                   "partner!d3 p points 7\n"
                   "rep!d4 q/x points 91\n"
                   "partner!d4 q points 8\n");
    rig_close(&r);
}

static void oneself_is_no_referrer_and_no_parent(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  up: {each: deal.won, then: [{cash: 1, to: referrer}, {cash: 2, to: parent}]}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a referrer=a parent=b; "
                 "d1 2026-01-02 deal.won partner=a;"
                 "u 2026-01-03 partner.updated partner=a referrer=c parent=a; "
                 "d2 2026-01-04 deal.won partner=a");
    rig_ledger(&r, "up!d1/2 b cash 2\nup!d2 c cash 1\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rep_that_leaves_makes_the_rest_complete),
        cmocka_unit_test(a_course_before_joining_counts_once_joined),
        cmocka_unit_test(joining_again_asks_nobody),
        cmocka_unit_test(an_empty_roster_reaches_nothing),
        cmocka_unit_test(a_roster_change_asks_within_the_window_only),
        cmocka_unit_test(a_roster_change_asks_every_subject_of_the_rule),
        cmocka_unit_test(nothing_fires_for_a_partner_that_left),
        cmocka_unit_test(a_rep_that_left_is_asked_no_more_but_its_partner_is),
        cmocka_unit_test(attributes_hold_from_their_event_on),
        cmocka_unit_test(everyone_has_attributes_of_their_own),
        cmocka_unit_test(oneself_is_no_referrer_and_no_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
