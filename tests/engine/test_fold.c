/* fold: the walk over one partner's time line, and that it may be resumed, reopened and
 * begun again without a difference. */
#include "engine_rig.h"

static void events_count_in_the_order_of_time_not_of_arrival(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {when: {count: deal.won, at_least: 2}, then: {cash: amount}}\n");
    rig_give_each(&r,
                  "d3 2026-01-03 deal.won partner=a amount=300; d1 2026-01-01 deal.won partner=a amount=100;"
                  "d2 2026-01-02 deal.won partner=a amount=200");
    rig_ledger(&r, "two:a a cash 200\n");
    rig_close(&r);
}

static void at_one_instant_the_shorter_id_comes_first_then_bytewise(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  two: {when: {count: deal.won, at_least: 2}, then: {cash: amount}}\n");
    rig_give(&r, "e10 2026-01-01 deal.won partner=a amount=10; e2 2026-01-01 deal.won partner=a amount=2;"
                 "e9 2026-01-01 deal.won partner=a amount=9");
    rig_ledger(&r, "two:a a cash 9\n"); /* e2, e9, e10 */
    rig_close(&r);
}

static void all_lifecycle_of_an_instant_takes_effect_before_any_rule_is_asked(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text}}\n"
                 "rules:\n"
                 "  welcome: {each: partner.joined, where: partner.segment == \"gold\", then: {cash: 1, to: "
                 "referrer}}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=a segment=silver; "
                 "u1 2026-01-01 partner.updated partner=a segment=gold;"
                 "u2 2026-01-01 partner.updated partner=a referrer=b");
    rig_ledger(&r, "welcome!j b cash 1\n");
    rig_close(&r);
}

/* The same, with the news about the instant only arriving after its rules were asked. */
static void an_instant_is_reopened_for_late_lifecycle(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text}}\n"
                 "rules:\n"
                 "  welcome: {each: partner.joined, where: partner.segment == \"gold\", then: {cash: 1, to: "
                 "referrer}}\n");
    rig_give_each(&r, "j 2026-01-01 partner.joined partner=a segment=silver; "
                      "u1 2026-01-01 partner.updated partner=a segment=gold;"
                      "u2 2026-01-01 partner.updated partner=a referrer=b");
    rig_ledger(&r, "welcome!j b cash 1\n");
    rig_give(&r, "u3 2026-01-01 partner.updated partner=a referrer=c");
    rig_ledger(&r, "welcome!j c cash 1\n");
    rig_journal(&r, 1,
                "+ welcome!j b cash 1\n"
                "- welcome!j b cash 1\n"
                "+ welcome!j c cash 1\n");
    rig_close(&r);
}

static void leaving_at_the_instant_of_joining_is_leaving(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  welcome: {each: partner.joined, then: {cash: 1}}\n");
    rig_give_each(&r, "j 2026-01-01 partner.joined partner=a; x 2026-01-01 partner.left partner=a");
    rig_ledger(&r, "");
    rig_give_each(&r, "k 2026-01-02 partner.left partner=b; l 2026-01-02 partner.joined partner=b");
    rig_ledger(&r, "welcome!l b cash 1\n"); /* the order of ids decides what comes last */
    rig_close(&r);
}

static void facts_of_an_instant_come_after_its_lifecycle(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n");
    rig_give_each(&r, "a 2026-01-01 deal.won partner=p amount=100; zzz 2026-01-01 partner.left partner=p");
    rig_ledger(&r, "");
    rig_close(&r);
}

static void a_rule_fires_once_per_life_of_its_subject(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  one: {when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a; d2 2026-01-02 deal.won partner=a; "
                 "x 2026-01-03 partner.left partner=a;j 2026-01-04 partner.joined partner=a; "
                 "d3 2026-01-05 deal.won partner=a");
    rig_instants(&r, "one:a d1 2026-01-01\n"); /* the same subject: joining again renews nothing */
    rig_close(&r);
}

static void what_happened_while_away_counts_once_back(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  three: {when: {count: deal.won, at_least: 3}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a; x 2026-01-02 partner.left partner=a; "
                 "d2 2026-01-03 deal.won partner=a;d3 2026-01-04 deal.won partner=a");
    rig_ledger(&r, "");
    rig_give(&r, "j 2026-01-05 partner.joined partner=a; d4 2026-01-06 deal.won partner=a");
    rig_instants(&r, "three:a d4 2026-01-06\n");
    rig_close(&r);
}

static void a_subject_that_is_not_eligible_is_asked_again(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text}}\n"
                 "rules:\n"
                 "  two: {eligible: partner.segment == \"gold\", when: {count: deal.won, at_least: 2}, then: "
                 "{cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a; d2 2026-01-02 deal.won partner=a;"
                 "u 2026-01-03 partner.updated partner=a segment=gold; d3 2026-01-04 deal.won partner=a");
    rig_instants(&r, "two:a d3 2026-01-04\n");
    rig_close(&r);
}

static void a_threshold_may_be_an_attribute(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {goal: integer}, rep: {goal: integer}}\n"
                 "rules:\n"
                 "  ours: {when: {count: deal.won, at_least: partner.goal}, then: {cash: 1}}\n"
                 "  mine: {for: rep, when: {count: deal.won, at_least: rep.goal}, then: {cash: 2}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a rep=x; j 2026-01-02 partner.joined partner=a goal=2;"
                 "r 2026-01-02 rep.joined partner=a rep=x goal=3; d2 2026-01-03 deal.won partner=a rep=x;"
                 "d3 2026-01-04 deal.won partner=a rep=x; d4 2026-01-05 deal.won partner=b rep=x");
    rig_instants(&r, "ours:a d2 2026-01-03\nmine:a:x d3 2026-01-04\n");
    rig_close(&r);
}

static void each_fires_for_every_event_inside_its_window(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  all: {each: [deal.won, deal.upsold], where: amount > 10, then: {cash: 1}}\n"
                 "  soon: {each: deal.won, within: 5d of partner.joined, then: {cash: 2}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=11; j 2026-01-02 partner.joined partner=a;"
                 "d2 2026-01-03 deal.won partner=a amount=10; d3 2026-01-04 deal.upsold partner=a amount=11;"
                 "d4 2026-01-08 deal.won partner=a amount=12");
    rig_ledger(&r, "all!d1 a cash 1\n"
                   "soon!d2 a cash 2\n"
                   "all!d3 a cash 1\n"
                   "all!d4 a cash 1\n");
    rig_close(&r);
}

static void each_with_when_asks_once_the_event_is_counted(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  more: {each: deal.won, per: month, when: {count: deal.won, at_least: 2}, then: {cash: value}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a; d2 2026-01-02 deal.won partner=a; "
                 "d3 2026-01-03 deal.won partner=a;d4 2026-02-01 deal.won partner=a; "
                 "d5 2026-02-02 deal.won partner=a");
    rig_ledger(&r, "more!d2 a cash 2\nmore!d3 a cash 3\nmore!d5 a cash 2\n");
    rig_close(&r);
}

/* A customer's rule that counts for the whole partner: an event that is counted asks every
 * customer there is, whoever it is about. */
static void a_coarser_measure_asks_all_below_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  all: {for: customer, when: {count: deal.won, for: partner, at_least: 3},"
                 " then: {cash: value, to: partner}}\n");
    rig_give(&r,
             "l 2026-01-01 lead.registered partner=a customer=k; d1 2026-01-02 deal.won partner=a customer=i;"
             "x 2026-01-02 deal.won partner=b customer=k; d2 2026-01-03 deal.won partner=a");
    rig_ledger(&r, "");
    rig_progress(&r, "all a/i 2 of 3 open\nall a/k 2 of 3 open\nall b/k 1 of 3 open\n");
    rig_give(&r, "d3 2026-01-04 deal.won partner=a; d4 2026-01-05 deal.won partner=a customer=o");
    rig_ledger(&r, "all:a:i a cash 3\nall:a:k a cash 3\nall:a:o a cash 4\n");
    rig_close(&r);
}

static void a_coarser_measure_asks_only_below_itself(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  all: {for: [rep, product], when: {count: deal.won, for: rep, at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a rep=x product=crm; d2 2026-01-01 deal.won partner=a rep=y "
                 "product=crm;"
                 "d3 2026-01-02 deal.won partner=a rep=x product=ma");
    rig_ledger(&r, "all:a:x:crm a/x cash 1\nall:a:x:ma a/x cash 1\n");
    rig_close(&r);
}

/* A whole history, first in one call, then event by event backwards. */
static void backwards_is_the_same(void **state)
{
    static const char events[] =
        "j 2026-01-01 partner.joined partner=a referrer=b; r 2026-01-01 rep.joined partner=a rep=x;"
        "l1 2026-01-02 lead.registered partner=a rep=x; "
        "l2 2026-01-03 lead.registered partner=a rep=x;"
        "d1 2026-01-03 deal.won partner=a rep=x deal=n1 amount=1000; "
        "d2 2026-01-04 deal.won partner=a deal=n2 amount=500;"
        "f 2026-01-05 deal.refunded partner=a deal=n1 amount=100; "
        "c 2026-01-06 deal.cancelled partner=a deal=n2;v 2026-01-07 event.voided event=l1; "
        "l3 2026-01-08 lead.registered partner=a rep=x;d3 2026-01-09 deal.won partner=a amount=300; "
        "y 2026-01-10 partner.left partner=b";
    static const char ledger[] = "up!d1 b cash 9\n"
                                 "commission!d1 a cash 90\n"
                                 "two:a a rate +5% 2026-01-08..\n"
                                 "up!d3 b cash 3\n"
                                 "commission!d3 a cash 45\n";
    static const char program[] = "commission: {on: deal.won, of: amount, base: 10%}\n"
                                  "rules:\n"
                                  "  two: {when: {count: lead.registered, at_least: 2}, then: {rate: +5%}}\n"
                                  "  up: {each: deal.won, then: {cash: amount * 1%, to: referrer}}\n";
    (void)state;
    rig r;
    rig_events set;
    rig_open(&r, program);
    rig_give(&r, events);
    rig_ledger(&r, ledger);
    rig_close(&r);
    rig_open(&r, program);
    rig_read(&r, events, &set);
    for (size_t i = set.count; i-- > 0;)
        rig_ingest_accepted(&r, &set.events[i], 1);
    rig_ledger(&r, ledger);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_count_in_the_order_of_time_not_of_arrival),
        cmocka_unit_test(at_one_instant_the_shorter_id_comes_first_then_bytewise),
        cmocka_unit_test(all_lifecycle_of_an_instant_takes_effect_before_any_rule_is_asked),
        cmocka_unit_test(an_instant_is_reopened_for_late_lifecycle),
        cmocka_unit_test(leaving_at_the_instant_of_joining_is_leaving),
        cmocka_unit_test(facts_of_an_instant_come_after_its_lifecycle),
        cmocka_unit_test(a_rule_fires_once_per_life_of_its_subject),
        cmocka_unit_test(what_happened_while_away_counts_once_back),
        cmocka_unit_test(a_subject_that_is_not_eligible_is_asked_again),
        cmocka_unit_test(a_threshold_may_be_an_attribute),
        cmocka_unit_test(each_fires_for_every_event_inside_its_window),
        cmocka_unit_test(each_with_when_asks_once_the_event_is_counted),
        cmocka_unit_test(a_coarser_measure_asks_all_below_it),
        cmocka_unit_test(a_coarser_measure_asks_only_below_itself),
        cmocka_unit_test(backwards_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
