/* explain: which facts an outcome, or what is missing, is explained by. That they hold for every rule of the
 * campaigns and scenarios is tools/test_explained's. */
#include "engine_rig.h"

/* A line for each fact: as many dots as it is deep, its kind, and what it says. */
static void explain_print_fact(const rig *r, rig_text *out, const prm_fact *fact)
{
    char number[64];
    const struct {
        const char *format;
        prm_text text;
    } texts[] = {
        {" %.*s", fact->name}, {" '%.*s'", fact->text}, {" @%.*s", fact->event}, {" rep %.*s", fact->rep}};
    for (uint32_t i = 0; i < fact->depth; i++)
        RIG_PRINT(out, ".");
    RIG_PRINT(out, "%s", prm_fact_name(fact->kind));
    for (size_t i = 0; i < UNIT_COUNT(texts); i++)
        if (texts[i].text.size)
            RIG_PRINT(out, texts[i].format, (int)texts[i].text.size, texts[i].text.data);
    if (fact->has & PRM_HAS_VALUE && prm_write_decimal(fact->value, number, sizeof number))
        RIG_PRINT(out, " %s", number);
    if (fact->has & PRM_HAS_TARGET && prm_write_decimal(fact->target, number, sizeof number))
        RIG_PRINT(out, " of %s", number);
    if (fact->has & PRM_HAS_RATE && prm_write_rate(fact->rate, 0, number, sizeof number))
        RIG_PRINT(out, " %s", number);
    if (fact->has & PRM_HAS_AMOUNT &&
        prm_program_write_money(r->program, fact->amount, number, sizeof number))
        RIG_PRINT(out, " = %s", number);
    if (fact->kind == PRM_FACT_MISSING && fact->code)
        RIG_PRINT(out, " %s", prm_state_name(fact->code));
    RIG_PRINT(out, fact->holds || fact->kind == PRM_FACT_MISSING ? "\n" : " -\n");
}

static void explain_print(const rig *r, rig_text *out, prm_explanation *explanation)
{
    for (size_t i = 0; i < prm_explanation_count(explanation); i++) {
        prm_fact fact = {.size = sizeof fact};
        assert_int_equal(prm_explanation_get(explanation, i, &fact), PRM_OK);
        explain_print_fact(r, out, &fact);
    }
    prm_explanation_free(explanation);
}

static void explain_print_id(const rig *r, rig_text *out, const char *id)
{
    prm_error error;
    prm_explanation *explanation = NULL;
    if (prm_engine_explain(r->engine, (prm_text){id, strlen(id)}, &explanation, &error) != PRM_OK)
        fail_msg("%s: %s", id, error.message);
    explain_print(r, out, explanation);
}

/* "RULE-INDEX PARTNER", at the clock. */
static void explain_print_missing(const rig *r, rig_text *out, const char *what)
{
    prm_error error;
    prm_explanation *explanation = NULL;
    const prm_text none = {NULL, 0};
    if (prm_engine_explain_missing(r->engine, (uint32_t)(what[0] - '0'),
                                   (prm_text){what + 2, strlen(what + 2)}, none, none, none, PRM_NO_TIME,
                                   &explanation, &error) != PRM_OK)
        fail_msg("%s: %s", what, error.message);
    explain_print(r, out, explanation);
}

#define WHY(r, id, expected) RIG_SAME(explain_print_id, r, id, expected)
#define WHY_NOT(r, what, expected) RIG_SAME(explain_print_missing, r, what, expected)

static void a_reward_names_the_events_that_count(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  big: {per: month, when: {sum: amount, of: deal.won, at_least: 100}, where: amount > 10,\n"
                 "    then: {cash: value * 10%}}\n");
    rig_give(&r, "o 2025-12-31 deal.won partner=a amount=500; s 2026-01-01 deal.won partner=a amount=10; "
                 "x 2026-01-02 deal.won partner=a amount=70; y 2026-01-03 deal.won partner=a amount=40; "
                 "z 2026-01-04 deal.won partner=a amount=99");
    WHY(&r, "big:a@2026-01-01",
        "outcome big @y = 11\n"
        ".recipient\n"
        ".event @y = 40\n"
        ".window\n"
        ".condition sum 'deal.won' 110 of 100\n"
        "..window\n"
        "..event amount @x 70 = 70\n"
        "..event amount @y 40 = 40\n"
        ".amount 11 = 11\n");
    rig_close(&r);
}

static void a_rolling_window_names_only_what_it_holds(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  fast: {within: 10d, when: {count: deal.won, at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "x 2026-01-01 deal.won partner=a; y 2026-01-20 deal.won partner=a; "
                 "z 2026-01-25 deal.won partner=a");
    WHY(&r, "fast:a",
        "outcome fast @z = 1\n"
        ".recipient\n"
        ".event @z\n"
        ".window\n"
        ".condition count 'deal.won' 2 of 2\n"
        "..window\n"
        "..event @y\n"
        "..event @z\n"
        ".amount 1 = 1\n");
    rig_close(&r);
}

static void all_any_and_not_stand_as_a_tree(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  kpi:\n"
             "    when:\n"
             "      all:\n"
             "        - {count: deal.won, at_least: 1}\n"
             "        - any: [{count: lead.registered, at_least: 2}, {count: meeting.held, at_least: 1}]\n"
             "        - not: {count: deal.lost, at_least: 1}\n"
             "    then: {cash: 1}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a; l 2026-01-02 lead.registered partner=a");
    WHY_NOT(&r, "0 a",
            "missing kpi open\n"
            ".all -\n"
            "..condition count 'deal.won' 1 of 1\n"
            "...event @d\n"
            "..any -\n"
            "...condition count 'lead.registered' 1 of 2 -\n"
            "....event @l\n"
            "...condition count 'meeting.held' 0 of 1 -\n"
            "..not\n"
            "...condition count 'deal.lost' 0 of 1 -\n");
    rig_close(&r);
}

static void a_coverage_names_who_is_missing(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  all: {when: {coverage: course.completed, at_least: 100%}, then: {cash: 1}}\n");
    rig_give(&r, "x 2026-01-01 rep.joined partner=a rep=x; y 2026-01-01 rep.joined partner=a rep=y; "
                 "c 2026-01-02 course.completed partner=a rep=x course=b");
    WHY_NOT(&r, "0 a",
            "missing all 0.5 of 1 open\n"
            ".condition coverage 'course.completed' 0.5 of 1 -\n"
            "..event @c rep x\n"
            "..rep rep x\n"
            "..rep rep y -\n");
    rig_close(&r);
}

static void a_rate_is_made_of_parts(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%, max: 18%}\n"
                 "rules:\n"
                 "  first: {when: {count: lead.registered, at_least: 1}, then: {rate: +5%, group: g}}\n"
                 "  second: {when: {count: lead.registered, at_least: 1}, then: {rate: +3%, group: g}}\n"
                 "  third: {when: {count: lead.registered, at_least: 1}, then: {rate: +4%}}\n");
    rig_give(&r, "l 2026-01-01 lead.registered partner=a; d 2026-01-02 deal.won partner=a amount=1000");
    WHY(&r, "commission!d",
        "outcome commission @d = 180\n"
        ".recipient\n"
        ".base @d 1000 = 1000\n"
        ".rate_base 10%\n"
        ".rate_added third @l 4%\n"
        ".rate_added second @l 3% -\n"
        ".rate_added first @l 5%\n"
        ".rate_limit max 18%\n"
        ".rate 18%\n");
    rig_close(&r);
}

static void a_refund_shows_below_the_base(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a deal=1 amount=1000; "
                 "f 2026-01-02 deal.refunded partner=a deal=1 amount=400");
    WHY(&r, "commission!d",
        "outcome commission @d = 60\n"
        ".recipient\n"
        ".base @d 600 = 600\n"
        "..reduced @d 1000 = 600 -\n"
        ".rate_base 10%\n"
        ".rate 10%\n");
    rig_close(&r);
}

static void a_limit_and_an_exclusive_name_say_why_nothing_came(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "rules:\n"
             "  one: {each: deal.won, exclusive: x, then: {cash: 5}}\n"
             "  two: {when: {count: deal.won, at_least: 1}, exclusive: x, then: {cash: 3}}\n"
             "  three: {per: month, when: {count: deal.won, at_least: 1}, limit: {times: 1, for: partner}, "
             "then: {cash: 1}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a; e 2026-02-01 deal.won partner=a");
    WHY_NOT(&r, "1 a",
            "missing two 2 of 1 reached\n"
            ".condition count 'deal.won' 2 of 1\n"
            "..event @d\n"
            "..event @e\n"
            ".fired @d -\n"
            ".exclusive x 'one' -\n");
    WHY_NOT(&r, "2 a",
            "missing three 1 of 1 reached\n"
            ".window\n"
            ".condition count 'deal.won' 1 of 1\n"
            "..window\n"
            "..event @e\n"
            ".fired @e -\n"
            ".limit of 1 -\n");
    rig_close(&r);
}

static void the_nearest_of_former_occasions(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  busy: {per: month, when: {count: meeting.held, at_least: 3}, then: {cash: 1}}\n");
    rig_give(&r, "a 2026-01-01 meeting.held partner=a; b 2026-01-02 meeting.held partner=a; "
                 "c 2026-02-01 meeting.held partner=a; d 2026-03-01 meeting.held partner=a");
    WHY(&r, "busy:a@2026-03-01",
        "missing busy 1 of 3 open\n"
        ".window\n"
        ".condition count 'meeting.held' 1 of 3 -\n"
        "..window\n"
        "..event @d\n"
        ".nearest 2 of 3 -\n");
    rig_close(&r);
}

static void what_was_voided_is_told(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  two: {when: {count: deal.won, at_least: 2}, then: {cash: 1}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a; e 2026-01-02 deal.won partner=a");
    rig_give(&r, "v 2026-01-03 event.voided event=d");
    WHY(&r, "two:a",
        "missing two 1 of 2 open\n"
        ".condition count 'deal.won' 1 of 2 -\n"
        "..event @e\n"
        ".voided @d -\n"
        ".posting = 1 -\n"
        ".posting = 1 -\n");
    rig_close(&r);
}

static void what_came_late_is_told(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  few: {per: month, at: close, when: {count: deal.won, at_most: 1}, then: {cash: 1}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a; e 2026-02-02 deal.won partner=a");
    rig_give(&r, "f 2026-01-03 deal.won partner=a");
    WHY(&r, "few:a@2026-01-01",
        "missing few 2 of 1 open\n"
        ".window\n"
        ".condition count 'deal.won' 2 of 1 -\n"
        "..window\n"
        "..event @d\n"
        "..event @f\n"
        ".posting = 1 -\n"
        ".posting = 1 -\n"
        ".late @f -\n");
    rig_close(&r);
}

static void ranks_say_what_was_reached_and_what_comes_next(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "ranks:\n"
                 "  per: month\n"
                 "  promote: now\n"
                 "  levels:\n"
                 "    bronze: {}\n"
                 "    silver: {when: {count: deal.won, at_least: 1}}\n"
                 "    gold: {when: {count: deal.won, at_least: 3}}\n");
    rig_give(&r, "d 2026-01-05 deal.won partner=a");
    WHY(&r, "ranks:a@2026-01-01~2",
        "outcome ranks @d\n"
        ".recipient\n"
        ".rank bronze 'silver'\n"
        ".condition count 'deal.won' 1 of 1\n"
        "..window\n"
        "..event @d\n");
    WHY(&r, "ranks:a@2026-01-01~3",
        "missing ranks\n"
        ".rank silver 'gold'\n"
        ".condition count 'deal.won' 1 of 3 -\n"
        "..window\n"
        "..event @d\n");
    rig_close(&r);
}

static void a_contest_lists_its_field_and_a_budget_its_use(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  top: {for: rep, per: month, contest: {by: {count: deal.won}, places: [{cash: 9}]}}\n"
                 "  kit: {for: partner, budget: 5, when: {count: deal.won, at_least: 1}, then: {cash: 3}}\n");
    rig_give(&r, "d 2026-01-05 deal.won partner=a rep=x; e 2026-01-06 deal.won partner=b rep=y; "
                 "f 2026-01-07 deal.won partner=b rep=y; g 2026-01-08 deal.won partner=c");
    rig_advance(&r, "2026-02-01");
    WHY(&r, "top:b:y@2026-01-01^1",
        "outcome top rep y = 9\n"
        ".recipient rep y\n"
        ".window\n"
        ".condition count 'deal.won' 2\n"
        "..window\n"
        "..event @e rep y\n"
        "..event @f rep y\n"
        ".amount 9 = 9\n"
        ".place rep y 2\n"
        ".place rep x 1 -\n");
    WHY(&r, "kit:b",
        "outcome kit @e = 2\n"
        ".recipient\n"
        ".event @e rep y\n"
        ".condition count 'deal.won' 1 of 1\n"
        "..event @e rep y\n"
        ".amount 3 = 3\n"
        ".budget 5 of 3 = 2 -\n");
    WHY(&r, "kit:c",
        "missing kit 1 of 1 reached\n"
        ".condition count 'deal.won' 1 of 1\n"
        "..event @g\n"
        ".fired @g -\n"
        ".budget 5 of 5 = 0 -\n");
    rig_close(&r);
}

static void a_streak_shows_the_present_window(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  run: {when: {streak: {count: meeting.held, at_least: 1}, per: month, at_least: 3}, "
                 "then: {cash: 1}}\n");
    rig_give(&r, "a 2026-01-05 meeting.held partner=a; b 2026-02-05 meeting.held partner=a");
    WHY_NOT(&r, "0 a",
            "missing run 2 of 3 open\n"
            ".condition streak 'meeting.held' 2 of 3 -\n"
            "..window\n"
            "..condition count 'meeting.held' 1 of 1\n"
            "...window\n"
            "...event @b\n");
    rig_close(&r);
}

static void an_event_that_earns_nothing_says_why(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%, where: amount > 10}\n"
                 "rules:\n  each: {each: deal.won, where: amount > 10, then: {cash: 1}}\n");
    rig_give(&r, "d 2026-01-05 deal.won partner=a amount=5");
    WHY(&r, "commission!d",
        "missing commission\n"
        ".event @d = 5\n"
        ".check partner\n"
        ".check where -\n"
        ".check amount\n");
    WHY(&r, "each!d",
        "missing each\n"
        ".event @d = 5\n"
        ".check where -\n");
    WHY_NOT(&r, "0 a",
            "missing each\n"
            ".event @d = 5\n"
            ".check where -\n");
    rig_close(&r);
}

/* Ids that name nothing, in every place where they may go wrong. */
static void ids_of_nothing(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "!",        ":",          "ranks",        "ranks!d",     "ranks:z", "commission!", "nothing:a",
        "nothing!", "commission", "commission:a", "override!zz", "leads:a", "leads:a!x",   "leads:a:z",
        "leads:z:", "leads",      "deals:",       "deals:zz",    "deals?a",
    };
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n"
                 "ranks: {per: month, levels: {low: {}, high: {when: {count: deal.won, at_least: 9}}}}\n"
                 "rules:\n"
                 "  leads: {for: rep, when: {count: lead.registered, at_least: 1}, then: {cash: 3}}\n"
                 "  deals: {when: {count: deal.won, at_least: 9}, then: {cash: 3}}\n");
    rig_give(&r, "d 2026-01-05 deal.won partner=a rep=x amount=100; v 2026-01-06 event.voided event=zz");
    for (size_t i = 0; i < UNIT_COUNT(ids); i++) {
        prm_error error;
        prm_explanation *explanation = NULL;
        prm_status status = prm_engine_explain(r.engine, (prm_text){ids[i], strlen(ids[i])}, &explanation,
                                               &error);
        if (status != PRM_E_NOT_FOUND || explanation)
            fail_msg("%s: %d", ids[i], (int)status);
    }
    rig_close(&r);
}

/* What cannot be read as an instant is the clock's. */
static void an_instant_that_is_none(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n  few: {per: month, within: 3d, when: {count: deal.won, at_least: 2}, then: {cash: 3}}\n");
    rig_give(&r, "d 2026-01-31 deal.won partner=a; e 2026-02-01 deal.won partner=a");
    WHY(&r, "few:a@soon",
        "missing few 1 of 2 open\n"
        ".window\n"
        ".condition count 'deal.won' 1 of 2 -\n"
        "..window\n"
        "..event @e\n"
        ".nearest 1 of 2 -\n");
    WHY(&r, "few:a@2026-01-01",
        "missing few 1 of 2 open\n"
        ".window\n"
        ".condition count 'deal.won' 1 of 2 -\n"
        "..window\n"
        "..event @d\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reward_names_the_events_that_count),
        cmocka_unit_test(a_rolling_window_names_only_what_it_holds),
        cmocka_unit_test(all_any_and_not_stand_as_a_tree),
        cmocka_unit_test(a_coverage_names_who_is_missing),
        cmocka_unit_test(a_rate_is_made_of_parts),
        cmocka_unit_test(a_refund_shows_below_the_base),
        cmocka_unit_test(a_limit_and_an_exclusive_name_say_why_nothing_came),
        cmocka_unit_test(the_nearest_of_former_occasions),
        cmocka_unit_test(what_was_voided_is_told),
        cmocka_unit_test(what_came_late_is_told),
        cmocka_unit_test(ranks_say_what_was_reached_and_what_comes_next),
        cmocka_unit_test(a_contest_lists_its_field_and_a_budget_its_use),
        cmocka_unit_test(a_streak_shows_the_present_window),
        cmocka_unit_test(an_event_that_earns_nothing_says_why),
        cmocka_unit_test(ids_of_nothing),
        cmocka_unit_test(an_instant_that_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
