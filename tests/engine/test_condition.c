/* condition: whether a comparison holds, and how conditions join. Asked by `each`, where the
 * answer at every event shows. */
#include "engine_rig.h"

static void comparisons_at_their_bound(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  ge: {each: deal.won, when: {sum: amount, of: deal.won, at_least: 10}, then: {points: 1}}\n"
             "  gt: {each: deal.won, when: {sum: amount, of: deal.won, more_than: 10}, then: {points: 1}}\n"
             "  le: {each: deal.won, when: {sum: amount, of: deal.won, at_most: 10}, then: {points: 1}}\n"
             "  lt: {each: deal.won, when: {sum: amount, of: deal.won, less_than: 10}, then: {points: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=9; d2 2026-01-02 deal.won partner=a amount=1; "
                 "d3 2026-01-03 deal.won partner=a amount=1");
    rig_ledger(&r, "le!d1 a points 1\n"
                   "lt!d1 a points 1\n"
                   "ge!d2 a points 1\n"
                   "le!d2 a points 1\n"
                   "ge!d3 a points 1\n"
                   "gt!d3 a points 1\n");
    rig_close(&r);
}

/* A third lies above its 12 digits, whichever way it is asked. */
static void averages_compare_as_fractions(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  gt: {each: deal.lost, when: {average: quantity, of: deal.won, more_than: 0.333333333333}, "
             "then: {points: 1}}\n"
             "  le: {each: deal.lost, when: {average: quantity, of: deal.won, at_most: 0.333333333333}, "
             "then: {points: 1}}\n"
             "  lt: {each: deal.lost, when: {average: quantity, of: deal.won, less_than: 0.333333333334}, "
             "then: {points: 1}}\n"
             "  ge: {each: deal.lost, when: {average: quantity, of: deal.won, at_least: 0.333333333334}, "
             "then: {points: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a quantity=1; d2 2026-01-02 deal.won partner=a quantity=0; "
                 "d3 2026-01-03 deal.won partner=a quantity=0; l 2026-01-04 deal.lost partner=a");
    rig_ledger(&r, "gt!l a points 1\nlt!l a points 1\n");
    rig_close(&r);
}

static void all_any_and_not_nest(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  nest:\n"
                 "    each: deal.won\n"
                 "    when:\n"
                 "      all:\n"
                 "        - {count: deal.won, at_least: 2}\n"
                 "        - any:\n"
                 "            - {is: amount > 5}\n"
                 "            - not: {is: product == \"crm\"}\n"
                 "    then: {points: 1}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=6 product=ma; " /* only the first */
                 "d2 2026-01-02 deal.won partner=a amount=6 product=crm; "
                 "d3 2026-01-03 deal.won partner=a amount=5 product=crm; " /* neither */
                 "d4 2026-01-04 deal.won partner=a amount=5 product=ma; "
                 "d5 2026-01-05 deal.won partner=a amount=5; " /* an error is false, its opposite true */
                 "d6 2026-01-06 deal.won partner=a product=crm");
    rig_ledger(&r, "nest!d2 a points 1\nnest!d4 a points 1\nnest!d5 a points 1\n");
    rig_close(&r);
}

static void not_of_all_is_any_of_not(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  left: {each: deal.won, when: {not: {all: [{is: amount > 5}, {is: quantity > 5}]}}, "
             "then: {points: 1}}\n"
             "  right: {each: deal.won, when: {any: [{not: {is: amount > 5}}, {not: {is: quantity > 5}}]}, "
             "then: {points: 1}}\n"
             "  none: {each: deal.won, when: {not: {any: [{is: amount > 5}, {is: quantity > 5}]}}, "
             "then: {points: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=6 quantity=6; "
                 "d2 2026-01-02 deal.won partner=a amount=6 quantity=5; "
                 "d3 2026-01-03 deal.won partner=a amount=5 quantity=5");
    rig_ledger(&r, "left!d2 a points 1\n"
                   "right!d2 a points 1\n"
                   "left!d3 a points 1\n"
                   "right!d3 a points 1\n"
                   "none!d3 a points 1\n");
    rig_close(&r);
}

/* Its opposite is true, as it is of everything that is false. */
static void without_a_value_or_an_attribute_it_is_false(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "attributes: {partner: {target: integer}}\n"
        "rules:\n"
        "  value: {each: lead.registered, when: {average: quantity, of: deal.won, less_than: 5}, then: "
        "{points: 1}}\n"
        "  no-value: {each: lead.registered, when: {not: {minimum: quantity, of: deal.won, at_least: 1}}, "
        "then: {points: 1}}\n"
        "  target: {each: lead.registered, when: {count: lead.registered, at_most: partner.target}, then: "
        "{points: 1}}\n"
        "  no-target: {each: lead.registered, when: {not: {count: lead.registered, at_most: "
        "partner.target}}, "
        "then: {points: 1}}\n");
    rig_give(&r,
             "l1 2026-01-01 lead.registered partner=a; "
             "u 2026-01-02 partner.updated partner=a target=2; q 2026-01-02 deal.won partner=a quantity=4; "
             "l2 2026-01-03 lead.registered partner=a; l3 2026-01-04 lead.registered partner=a; "
             "c 2026-01-05 partner.updated partner=a target=''; l4 2026-01-06 lead.registered partner=a");
    rig_ledger(&r, "no-value!l1 a points 1\n"
                   "no-target!l1 a points 1\n"
                   "value!l2 a points 1\n"
                   "target!l2 a points 1\n"
                   "value!l3 a points 1\n"
                   "no-target!l3 a points 1\n"
                   "value!l4 a points 1\n"
                   "no-target!l4 a points 1\n");
    rig_close(&r);
}

#define RATIO                                                                                                \
    "measures:\n"                                                                                            \
    "  won: {count: deal.won}\n"                                                                             \
    "  lost: {count: deal.lost}\n"

static void arithmetic_over_named_measures(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r, RATIO
        "rules:\n"
        "  half: {each: lead.registered, when: {value: won / (won + lost), at_least: 50%}, then: {points: "
        "1}}\n"
        "  less: {each: lead.registered, when: {value: won / (won + lost), less_than: 50%}, then: {points: "
        "1}}\n");
    rig_give(&r, "l0 2026-01-01 lead.registered partner=a; " /* nothing divided by nothing: neither */
                 "x1 2026-01-02 deal.lost partner=a; l1 2026-01-03 lead.registered partner=a; "
                 "w1 2026-01-04 deal.won partner=a; l2 2026-01-05 lead.registered partner=a; "
                 "x2 2026-01-06 deal.lost partner=a; l3 2026-01-07 lead.registered partner=a");
    rig_ledger(&r, "less!l1 a points 1\nhalf!l2 a points 1\nless!l3 a points 1\n");
    rig_close(&r);
}

/* Either measure counts, so either's event asks; a filter and a window of the rule hold for both. */
static void named_measures_take_the_rules_filter_window_and_subject(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, RATIO
             "rules:\n"
             "  both: {for: rep, per: month, where: product == \"crm\", when: {value: won + lost, at_least: "
             "2}, then: {points: 1}}\n");
    rig_give(&r, "w1 2026-01-31 deal.won partner=a rep=x product=crm; "
                 "x1 2026-02-01 deal.lost partner=a rep=x product=crm; "
                 "w2 2026-02-02 deal.won partner=a rep=y product=crm; "
                 "w3 2026-02-03 deal.won partner=a rep=x product=ma");
    rig_ledger(&r, "");
    rig_give(&r, "x2 2026-02-04 deal.lost partner=a rep=y product=crm");
    rig_ledger(&r, "both:a:y@2026-02-01 a/y points 1\n");
    rig_close(&r);
}

/* All parts hold at the event that completes them, whichever of them it is. */
static void reaching_with_several_measures(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  both: {when: {all: [{count: deal.won, at_least: 1}, {count: meeting.held, at_least: 2}]}, "
             "then: {points: 1}}\n"
             "  one: {when: {any: [{count: deal.won, at_least: 2}, {count: meeting.held, at_least: 2}]}, "
             "then: {points: 1}}\n"
             "  few: {when: {all: [{count: meeting.held, at_least: 1}, {count: deal.won, at_most: 1}]}, "
             "then: {points: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a; m1 2026-01-02 meeting.held partner=a; "
                 "m2 2026-01-03 meeting.held partner=a; d2 2026-01-04 deal.won partner=b; "
                 "d3 2026-01-05 deal.won partner=b; m3 2026-01-06 meeting.held partner=b; "
                 "v 2026-01-07 event.voided event=none");
    rig_instants(&r, "few:a m1 2026-01-02\n"
                     "both:a m2 2026-01-03\n"
                     "one:a m2 2026-01-03\n"
                     "one:b d3 2026-01-05\n");
    rig_close(&r);
}

/* At an event below, the fields are the event's, the attributes the subject's. */
static void is_sees_attributes_and_the_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "attributes: {partner: {segment: text}}\n"
             "rules:\n"
             "  up: {for: referrer, each: deal.won, when: {is: partner.segment == \"gold\" && amount >= 5}, "
             "then: {points: 1}}\n");
    rig_give(&r, "g 2026-01-01 partner.joined partner=b segment=gold; "
                 "h 2026-01-01 partner.joined partner=c segment=tin; "
                 "j 2026-01-01 partner.joined partner=a referrer=b segment=tin; "
                 "k 2026-01-01 partner.joined partner=d referrer=c segment=gold; "
                 "d1 2026-01-02 deal.won partner=a amount=5; d2 2026-01-03 deal.won partner=a amount=4; "
                 "d3 2026-01-04 deal.won partner=d amount=5");
    rig_ledger(&r, "up!d1 b points 1\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons_at_their_bound),
        cmocka_unit_test(averages_compare_as_fractions),
        cmocka_unit_test(all_any_and_not_nest),
        cmocka_unit_test(not_of_all_is_any_of_not),
        cmocka_unit_test(without_a_value_or_an_attribute_it_is_false),
        cmocka_unit_test(arithmetic_over_named_measures),
        cmocka_unit_test(named_measures_take_the_rules_filter_window_and_subject),
        cmocka_unit_test(reaching_with_several_measures),
        cmocka_unit_test(is_sees_attributes_and_the_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
