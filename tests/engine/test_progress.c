/* progress: who is how far at the clock, and in which state. */
#include "engine_rig.h"

#define LEADS                                                                                                \
    "rules:\n  leads: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 1}}\n"

static void open_then_reached(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, LEADS);
    rig_give(&r, "l1 2026-01-01 lead.registered partner=a rep=x");
    rig_progress(&r, "leads a/x 1 of 2 open\n");
    rig_give(&r, "l2 2026-01-02 lead.registered partner=a rep=x; "
                 "l3 2026-01-03 lead.registered partner=a rep=x");
    rig_progress(&r, "leads a/x 3 of 2 reached\n");
    rig_close(&r);
}

static void reached_is_of_the_present_occasion(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  busy: {per: month, when: {count: meeting.held, at_least: 1}, then: {cash: 1}}\n");
    rig_give(&r, "m 2026-01-10 meeting.held partner=a");
    rig_progress(&r, "busy a 1 of 1 reached 2026-01-01..2026-02-01\n");
    rig_advance(&r, "2026-02-01");
    rig_progress(&r, "busy a 0 of 1 open 2026-02-01..2026-03-01\n");
    rig_close(&r);
}

static void waiting_for_its_anchor_then_missed(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  soon: {within: 10d of partner.joined, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n");
    rig_give(&r, "l 2026-01-01 lead.registered partner=a");
    rig_progress(&r, "soon a 0 of 1 waiting\n");
    rig_give(&r, "j 2026-01-02 partner.joined partner=a");
    rig_progress(&r, "soon a 0 of 1 open 2026-01-02..2026-01-13\n");
    rig_advance(&r, "2026-01-12T23:59:59.999Z");
    rig_progress(&r, "soon a 0 of 1 open 2026-01-02..2026-01-13\n");
    rig_advance(&r, "2026-01-13");
    rig_progress(&r, "soon a 0 of 1 missed 2026-01-02..2026-01-13\n");
    rig_close(&r);
}

static void not_eligible(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text}}\n"
                 "rules:\n"
                 "  gold: {eligible: partner.segment == \"gold\", when: {count: deal.won, at_least: 1}, "
                 "then: {cash: 1}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a; d2 2026-01-01 deal.won partner=b; "
                 "u 2026-01-02 partner.updated partner=b segment=gold");
    rig_progress(&r, "gold a 1 of 1 not_eligible\ngold b 1 of 1 open\n");
    rig_close(&r);
}

static void without_a_value_or_target_there_is_none(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {goal: integer}}\n"
                 "rules:\n"
                 "  goal: {when: {count: deal.won, at_least: partner.goal}, then: {cash: 1}}\n"
                 "  all: {when: {coverage: course.completed, at_least: 50%}, then: {cash: 1}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a");
    rig_progress(&r, "goal a open\nall a open\n");
    rig_give(&r, "u 2026-01-02 partner.joined partner=a goal=3; r 2026-01-02 rep.joined partner=a rep=x");
    rig_progress(&r, "goal a 1 of 3 open\nall a 0 of 0.5 open\n");
    rig_close(&r);
}

static void by_rule_then_names(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  zulu: {for: rep, when: {count: deal.won, at_least: 9}, then: {cash: 1}}\n"
                 "  alpha: {for: partner, when: {count: deal.won, at_least: 9}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=b rep=y; d2 2026-01-01 deal.won partner=a rep=y; "
                 "d3 2026-01-01 deal.won partner=b rep=x");
    rig_progress(&r, "zulu a/y 1 of 9 open\n"
                     "zulu b/x 1 of 9 open\n"
                     "zulu b/y 1 of 9 open\n"
                     "alpha a 1 of 9 open\n"
                     "alpha b 2 of 9 open\n");
    rig_close(&r);
}

static void of_one_rule_or_one_partner(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  one: {when: {count: deal.won, at_least: 9}, then: {cash: 1}}\n"
                 "  two: {when: {count: deal.won, at_least: 8}, then: {cash: 1}}\n"
                 "  three: {each: deal.won, then: {cash: 1}}\n"); /* without `when` there is no progress */
    rig_give(&r, "d1 2026-01-01 deal.won partner=a; d2 2026-01-01 deal.won partner=b");
    RIG_SAME(rig_print_all_progress, &r, 1, "two a 1 of 8 open\ntwo b 1 of 8 open\n");
    RIG_SAME(rig_print_all_progress, &r, 2, "");
    prm_rows *rows = NULL;
    assert_int_equal(prm_engine_progress(r.engine, PRM_NONE, rig_as_text("b"), &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_count(rows), 2);
    prm_rows_free(rows);
    rig_close(&r);
}

static void who_has_left_is_not_there(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, LEADS);
    rig_give(&r, "l1 2026-01-01 lead.registered partner=a rep=x; "
                 "l2 2026-01-01 lead.registered partner=a rep=y;"
                 "l3 2026-01-01 lead.registered partner=b rep=x; r 2026-01-02 rep.left partner=a rep=x; "
                 "p 2026-01-02 partner.left partner=b");
    rig_progress(&r, "leads a/y 1 of 2 open\n");
    rig_close(&r);
}

static void voided_events_and_subjects_do_not_show(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, LEADS);
    rig_give(&r, "l1 2026-01-01 lead.registered partner=a rep=x; "
                 "l2 2026-01-01 lead.registered partner=a rep=y;"
                 "l3 2026-01-02 lead.registered partner=a rep=x; v1 2026-01-03 event.voided event=l1; "
                 "v2 2026-01-03 event.voided event=l2");
    rig_progress(&r, "leads a/x 1 of 2 open\n");
    rig_close(&r);
}

/* Looking changes nothing: the same questions in between, the same ledger. */
static void asking_does_not_disturb(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  roll: {within: 24h, when: {distinct: customer, of: deal.won, at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a customer=k");
    rig_advance(&r, "2026-01-01T23:00:00Z");
    rig_progress(&r, "roll a 1 of 2 open\n");
    rig_advance(&r, "2026-01-05");
    rig_progress(&r, "roll a 0 of 2 open\n");
    rig_give(&r, "d2 2026-01-01T12:00:00Z deal.won partner=a customer=i"); /* late: d1 still counted then */
    rig_ledger(&r, "roll:a a cash 1\n");
    rig_close(&r);
}

/* What prm_engine_pending gives: who, how much of the target is missing, and by when. */
static void print_pending(const rig *r, rig_text *out, const prm_pending_options *options)
{
    prm_rows *rows = NULL;
    prm_progress one = {.size = sizeof one};
    assert_int_equal(prm_engine_pending(r->engine, options, &rows, NULL), PRM_OK);
    while (prm_rows_next_progress(rows, &one) > 0) {
        char remaining[64], share[64];
        RIG_PRINT(out, "%.*s", (int)one.partner.size, one.partner.data);
        assert_true(prm_write_decimal(one.remaining, remaining, sizeof remaining) > 0);
        assert_true(prm_write_rate(one.share, 0, share, sizeof share) > 0);
        RIG_PRINT(out, " -%s %s", remaining, share);
        if (one.left != PRM_NO_TIME)
            RIG_PRINT(out, " %dh", (int)(one.left / 3600000));
        RIG_PRINT(out, "; ");
    }
    prm_rows_free(rows);
}

static void who_is_pending_comes_in_an_order(void **state)
{
    (void)state;
    rig r;
    prm_pending_options options = {.size = sizeof options, .rule = PRM_NONE, .order = PRM_ORDER_CLOSEST};
    rig_open(&r,
             "rules:\n"
             "  x: {within: 10d of partner.joined, when: {count: deal.won, at_least: 4}, then: {cash: 1}}\n");
    rig_give(&r, "a 2026-01-03 partner.joined partner=a; b 2026-01-01 partner.joined partner=b; "
                 "c 2026-01-02 partner.joined partner=c; d 2026-01-03 partner.joined partner=d; "
                 "1 2026-01-04 deal.won partner=c; 2 2026-01-04 deal.won partner=b; "
                 "3 2026-01-04 deal.won partner=c; 4 2026-01-04 deal.won partner=d; "
                 "5 2026-01-04 deal.won partner=d; 6 2026-01-04 deal.won partner=d; "
                 "7 2026-01-04 deal.won partner=d");
    RIG_SAME(print_pending, &r, &options, "c -2 50% 216h; b -3 25% 192h; a -4 0% 240h; ");
    options.order = PRM_ORDER_TIME;
    RIG_SAME(print_pending, &r, &options, "b -3 25% 192h; c -2 50% 216h; a -4 0% 240h; ");
    options.limit = 2;
    RIG_SAME(print_pending, &r, &options, "b -3 25% 192h; c -2 50% 216h; ");
    options.order = PRM_ORDER_CLOSEST;
    options.limit = 1;
    RIG_SAME(print_pending, &r, &options, "c -2 50% 216h; ");
    options.limit = 0;
    options.states = 1U << PRM_STATE_REACHED;
    RIG_SAME(print_pending, &r, &options, "d -0 100% 240h; ");
    options.order = PRM_ORDER_NONE; /* by arrival */
    options.states = UINT32_MAX;
    RIG_SAME(print_pending, &r, &options, "a -4 0% 240h; b -3 25% 192h; c -2 50% 216h; d -0 100% 240h; ");
    options.partner = rig_as_text("c");
    RIG_SAME(print_pending, &r, &options, "c -2 50% 216h; ");
    rig_close(&r);
}

static void a_known_name_that_is_no_partner_has_nobody(void **state)
{
    (void)state;
    rig r;
    prm_pending_options options = {.size = sizeof options, .rule = PRM_NONE, .partner = rig_as_text("x")};
    rig_open(&r, LEADS);
    rig_give(&r, "l1 2026-01-01 lead.registered partner=a rep=x");
    RIG_SAME(print_pending, &r, &options, "");
    options.order = PRM_ORDER_NONE;
    RIG_SAME(print_pending, &r, &options, "");
    options.partner = rig_as_text("a");
    RIG_SAME(print_pending, &r, &options, "a -1 50%; ");
    rig_close(&r);
}

static void the_next_tier_has_its_number(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    prm_progress one = {.size = sizeof one};
    rig_open(&r, "rules:\n"
                 "  steps: {when: {count: deal.won}, tiers: [{at_least: 1, then: {cash: 1}}, "
                 "{at_least: 3, then: {cash: 2}}]}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a");
    assert_int_equal(prm_engine_progress(r.engine, PRM_NONE, (prm_text){NULL, 0}, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next_progress(rows, &one), 1);
    assert_int_equal(one.tier, 2);
    assert_int_equal(one.tiers, 2);
    prm_rows_free(rows);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_then_reached),
        cmocka_unit_test(reached_is_of_the_present_occasion),
        cmocka_unit_test(waiting_for_its_anchor_then_missed),
        cmocka_unit_test(not_eligible),
        cmocka_unit_test(without_a_value_or_target_there_is_none),
        cmocka_unit_test(by_rule_then_names),
        cmocka_unit_test(of_one_rule_or_one_partner),
        cmocka_unit_test(who_has_left_is_not_there),
        cmocka_unit_test(voided_events_and_subjects_do_not_show),
        cmocka_unit_test(who_is_pending_comes_in_an_order),
        cmocka_unit_test(a_known_name_that_is_no_partner_has_nobody),
        cmocka_unit_test(the_next_tier_has_its_number),
        cmocka_unit_test(asking_does_not_disturb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
