/* Tests of what each form of rule becomes: conditions in postfix order, measures that several
 * rules share, streaks, blocks of actions, tiers and places, campaigns and limits. */
#include "compiling.h"

#define DECLARED                                                                                             \
    "attributes: {partner: {goal: integer, certified: boolean, segment: text}, rep: {quota: money}}\n"       \
    "measures: {won: {count: deal.won}, lost: {count: deal.lost}}\n"                                         \
    "commission: {on: deal.won, of: amount, base: 5%}\n"                                                     \
    "ranks: {per: month, levels: {bronze: {}, gold: {when: {count: deal.won, at_least: 9}}}}\n"              \
    "rules:\n"

/* The listing of the program of these rules. */
static char *listing_of(const char *rules)
{
    char text[4096];
    snprintf(text, sizeof text, "%s%s", DECLARED, rules);
    prm_program *program = compiling(text);
    size_t size = prm__program_dump(program, NULL, 0);
    char *listing = malloc(size + 1);
    assert_non_null(listing);
    prm__program_dump(program, listing, size + 1);
    prm_program_unref(program);
    return listing;
}

/* Whether a line has the parts of the pattern, which `*` separates: the first at its beginning,
 * each other one anywhere behind the one before. */
static bool line_matches(const char *line, const char *pattern)
{
    size_t length = strcspn(line, "\n");
    const char *at = line, *end = line + length;
    for (size_t size = strcspn(pattern, "*");; size = strcspn(pattern, "*")) {
        const char *first = at;
        while (at + size <= end && strncmp(at, pattern, size) != 0)
            at++;
        if (at + size > end || (first == line && at != line))
            return false;
        at += size;
        if (pattern[size] == '\0')
            return true;
        pattern += size + 1;
    }
}

static void expect_line(const char *listing, const char *pattern)
{
    for (const char *line = listing; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (line_matches(line, pattern))
            return;
    }
    fail_msg("no line `%s` in\n%s", pattern, listing);
}

/* ---- Conditions ---- */

static void test_tree(void **state)
{
    (void)state;
    char *listing = listing_of(
        "  a:\n"
        "    for: rep\n"
        "    when:\n"
        "      all:\n"
        "        - any: [{count: deal.won, at_least: 2}, {sum: amount, of: deal.won, more_than: rep.quota}]\n"
        "        - not: {count: deal.lost, at_most: 3}\n"
        "        - {count: deal.lost, less_than: 9}\n"
        "    then: {cash: 1}\n");
    expect_line(listing, "rule #0 a*when measure #1 at_least 2, measure #2 more_than rep.quota, or, measure "
                         "#3 at_most 3, not, and, measure #3 less_than 9, and*asks #1 asks #2 asks #3 at");
    free(listing);
}

/* `is` may name the fields of all events that the measures count. */
static void test_is(void **state)
{
    (void)state;
    char *listing = listing_of("  a: {for: rep, when: {all: [{is: rep.quota > 5 && product == 'x'}, {count: "
                               "deal.won, at_least: 1}]}, then: {cash: value}}\n"
                               "  b: {each: deal.won, when: {is: amount > partner.goal}, then: {cash: 1}}\n");
    expect_line(listing, "rule #0 a*reach when is #*, measure #1 at_least 1, and value of 2 asks #1");
    expect_line(listing, "rule #1 b*each of deal.won when is #");
    free(listing);
}

/* One part alone is itself, whatever list it stands in. */
static void test_lists_of_one(void **state)
{
    (void)state;
    char *listing = listing_of(
        "  a: {when: {all: [{any: [{count: deal.won, at_least: 1}]}]}, then: {cash: value}}\n");
    expect_line(listing, "rule #0 a*when measure #1 at_least 1 value of 1 asks");
    free(listing);
}

static void test_comparisons(void **state)
{
    (void)state;
    char *listing = listing_of(
        "  a: {when: {average: amount, of: deal.won, at_most: 5}, then: {cash: 1}}\n"
        "  b: {when: {minimum: amount, of: deal.won, less_than: 5}, then: {cash: 1}}\n"
        "  c: {when: {maximum: amount, of: deal.won, more_than: partner.goal}, then: {cash: 1}}\n"
        "  d: {when: {covered: course.completed, at_least: 3}, then: {cash: 1}}\n");
    expect_line(listing, "rule #0 a*at_most 5");
    expect_line(listing, "rule #1 b*less_than 5");
    expect_line(listing, "rule #2 c*more_than partner.goal");
    expect_line(listing, "rule #3 d*at_least 3*asks #4 roster");
    expect_line(listing, "measure #1 average amount for partner");
    expect_line(listing, "measure #4 covered rep for partner");
    expect_line(listing, "type #4 rep.joined*rule #3");
    free(listing);
}

/* Named measures take the window, subject, filter and campaign of the rule. */
static void test_values(void **state)
{
    (void)state;
    char *listing = listing_of(
        "  a: {for: rep, per: quarter, at: close, where: amount > 5, when: {value: won / (won + lost), "
        "at_least: 30%}, then: {cash: value}}\n"
        "  b: {for: rep, per: quarter, where: amount > 5, when: {value: won, at_least: 3}, then: {cash: 1}}\n"
        "  c: {for: rep, active: {from: 2026-04-01}, when: {value: won, at_least: 3}, then: {cash: 1}}\n");
    expect_line(listing, "rule #0 a*when value #*at_least 0.3 value of 1 asks #1 asks #2 at close");
    expect_line(listing, "rule #1 b*asks #1 at");
    expect_line(listing, "rule #2 c*asks #3 active #0");
    expect_line(listing, "measure #1 count for rep window #1 where #");
    expect_line(listing, "measure #3 count for rep*active #0");
    expect_line(listing, "expr #*number depth 3: MEASURE:#1 MEASURE:#1 MEASURE:#2 ADD DIVIDE");
    expect_line(listing, "active #0 from 1775001600000");
    free(listing);
}

/* ---- Streaks ---- */

/* The streak follows the measure of its inner comparison; equal ones are one. */
static void test_streaks(void **state)
{
    (void)state;
    char *listing = listing_of("  a: {when: {streak: {count: meeting.held, where: product == 'x', at_least: "
                               "30}, per: month, at_least: 3}, "
                               "then: {cash: 1}}\n"
                               "  b: {when: {streak: {count: meeting.held, at_least: 30}, where: product == "
                               "'x', per: month, at_least: 6}, "
                               "then: {cash: 1}}\n"
                               "  c: {when: {streak: {count: meeting.held, where: product == 'x', at_least: "
                               "31}, per: month, at_least: 3}, "
                               "then: {cash: 1}}\n"
                               "  d: {for: rep, per: quarter, within: 1y of rep.joined, when: {streak: {sum: "
                               "amount, of: deal.won, at_least: "
                               "5}, for: partner, at_least: 2}, then: {cash: 1}}\n");
    expect_line(listing, "measure #1 count for partner window #0 where #");
    expect_line(listing, "measure #2 streak for partner window #0 when measure #1 at_least 30");
    expect_line(listing, "measure #3 streak for partner window #0 when measure #1 at_least 31");
    expect_line(listing, "measure #5 streak for partner window #*when measure #4 at_least 5");
    expect_line(listing, "rule #0 a*when measure #2 at_least 3 value of *asks #2 at");
    expect_line(listing, "rule #1 b*when measure #2 at_least 6*asks #2 at");
    expect_line(listing, "rule #2 c*when measure #3 at_least 3*asks #3 at");
    expect_line(listing, "rule #3 d*when measure #5 at_least 2*asks #5 at");
    expect_line(listing, "type #9 meeting.held*measure #1 measure #2 measure #3 rule #0 rule #1 rule #2");
    free(listing);
}

/* ---- Forms ---- */

static void test_every(void **state)
{
    (void)state;
    char *listing = listing_of("  a: {when: {count: deal.won, every: 10}, then: {cash: value}}\n");
    expect_line(listing, "rule #0 a*every when measure #1 every 10 value of ");
    free(listing);
}

static void test_tiers(void **state)
{
    (void)state;
    char *listing = listing_of(
        "  a:\n"
        "    per: year\n"
        "    when: {sum: amount, of: deal.won}\n"
        "    tiers: [{at_least: 10, then: {cash: 1}}, {at_least: partner.goal, then: [{cash: 2}, {notice: "
        "x}]}]\n"
        "    else: [{notice: none}, {rate: -1%}]\n"
        "    remind: {before: 7d, notice: soon}\n"
        "  b: {per: month, at: close, pick: highest, when: {count: deal.won}, tiers: [{at_least: 0, then: "
        "{cash: 1}}]}\n");
    expect_line(listing, "rule #0 a*tiers when measure #1 compared value of ");
    expect_line(listing, "  tier 1 at_least 10");
    expect_line(listing, "  tier 2 at_least partner.goal");
    expect_line(listing, "  tier 1 cash money");
    expect_line(listing, "  tier 2 notice \"x\"");
    expect_line(listing, "  else notice \"none\"");
    expect_line(listing, "  else rate added -0.01");
    expect_line(listing, "  remind 7d before notice \"soon\"");
    expect_line(listing, "rule #1 b*at close pick highest");
    free(listing);
}

/* All actions of a rule stand together; places in a block count from 0. */
static void test_blocks(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "rules:\n  a: {per: month, when: {count: deal.won}, tiers: [{at_least: 1, then: [{cash: 1}, "
        "{points: 2}]}, {at_least: 2, then: {cash: 3}}], else: {notice: n}, remind: {before: 1d, notice: "
        "r}}\n");
    const prm__p_rule *rule = &program->rules[0];
    static const uint32_t blocks[] = {PRM_BLOCK_TIER, PRM_BLOCK_TIER, PRM_BLOCK_TIER, PRM_BLOCK_ELSE,
                                      PRM_BLOCK_REMIND};
    static const uint32_t numbers[] = {1, 1, 2, 0, 0}, places[] = {0, 1, 0, 0, 0};
    assert_int_equal(rule->action_count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        const prm__p_action *action = &program->actions[rule->first_action + i];
        assert_int_equal(action->block, blocks[i]);
        assert_int_equal(action->number, numbers[i]);
        assert_int_equal(action->place, places[i]);
    }
    assert_int_equal(rule->then.action_count, 0);
    assert_int_equal(rule->otherwise.first_action, rule->first_action + 3);
    assert_int_equal(rule->remind.first_action, rule->first_action + 4);
    assert_int_equal(program->tiers[rule->first_tier + 1].then.first_action, rule->first_action + 2);
    prm_program_unref(program);
}

/* `while` is asked at each event of the partner, whatever it carries. */
static void test_while(void **state)
{
    (void)state;
    char *listing = listing_of(
        "  a: {while: {is: partner.certified}, then: {rate: +2%}}\n"
        "  b: {for: rep, while: always, active: {until: 2026-06-30}, then: {rate: +2%}}\n"
        "  c: {per: month, while: {not: {count: deal.won, at_least: 1}}, then: [{rate: -2%}, {rank: "
        "gold}]}\n");
    expect_line(listing, "rule #0 a*while when is #");
    expect_line(listing, "rule #1 b*for rep*while active #0");
    expect_line(listing, "rule #2 c*while when measure #*at_least 1, not value of ");
    expect_line(listing, "  then rank gold");
    expect_line(listing, "active #0 until 1782864000000");
    expect_line(listing, "type #2 partner.left*rule #0 rule #1 rule #2");
    expect_line(listing, "type #9 meeting.held*rule #0 rule #1 rule #2");
    expect_line(listing, "kind #1 rep*rates");
    free(listing);
}

/* Rules that fire by the clock are asked by no event. */
static void test_closes(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "rules:\n"
        "  a: {per: month, at: close, when: {covered: course.completed, at_least: 2}, then: {notice: a}}\n"
        "  b: {for: customer, within: 1y of deal.won, at: close, when: {count: invoice.paid, less_than: 3}, "
        "then: "
        "{notice: b}}\n"
        "  c: {for: rep, per: month, contest: {by: {sum: amount, of: deal.won}, places: [[{cash: 3}, "
        "{notice: x}], "
        "{cash: 2}]}}\n");
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(program->rules[i].at_close, 1);
        assert_int_equal(program->rules[i].asks_roster, 0);
    }
    assert_int_equal(program->asks_count, 0);
    const prm__p_rule *contest = &program->rules[2];
    assert_int_equal(contest->form, PRM_FORM_CONTEST);
    assert_int_equal(contest->tier_count, 2);
    assert_int_equal(program->conditions[contest->single].kind, PRM_CONDITION_BARE);
    assert_int_equal(program->tiers[contest->first_tier].then.action_count, 2);
    assert_int_equal(program->actions[contest->first_action + 2].number, 2);
    assert_int_equal(program->actions[contest->first_action + 2].block, PRM_BLOCK_PLACE);
    prm_program_unref(program);
}

/* ---- Links ---- */

static void test_links(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "commission: {on: deal.won, of: amount, base: 5%}\n"
        "rules:\n"
        "  a: {for: referrer, when: {count: partner.joined, at_least: 3}, then: {rate: +1%}}\n"
        "  b: {for: parent, each: deal.won, within: 30d of partner.joined, where: amount > 5, then: {cash: "
        "amount}}\n"
        "  c: {for: [referrer], when: {count: deal.won, at_least: 3}, then: {cash: 1}}\n");
    const prm__p_kind *kinds = program->kinds;
    assert_int_equal(kinds[program->rules[0].subject].link, PRM_LINK_REFERRER);
    assert_int_equal(kinds[program->rules[0].subject].key_count, 0);
    assert_int_equal(kinds[program->rules[0].subject].has_rates, 1);
    assert_int_equal(kinds[program->rules[1].subject].link, PRM_LINK_PARENT);
    assert_int_equal(program->rules[2].subject, program->rules[0].subject);
    assert_int_equal(kinds[PRM_KIND_PARTNER].has_rates, 0);
    assert_int_equal(program->anchors[program->windows[program->rules[1].window].anchor].kind,
                     PRM_KIND_PARTNER);
    prm_program_unref(program);
}

/* ---- Limits ---- */

static void test_limits(void **state)
{
    (void)state;
    prm_program *program = compiling_whole(
        "prm: 1\nprogram: p\ncurrency: USD\n"
        "rules:\n"
        "  a: {each: deal.won, then: {cash: 1}, limit: {times: 3, for: [customer, rep], per: month}, max: "
        "2.50, "
        "budget: 100, exclusive: one}\n"
        "  b: {for: rep, each: deal.won, then: {cash: 1}, limit: {times: 2}}\n"
        "  c: {for: rep, each: deal.won, then: {points: 1}, limit: {times: 2, for: partner}}\n"
        "  d: {each: deal.won, then: {points: 1}}\n");
    const prm__p_rule *rules = program->rules;
    assert_int_equal(rules[0].limit_times, 3);
    assert_int_equal(program->kinds[rules[0].limit_kind].key_count, 2);
    assert_int_equal(rules[0].limit_period, PRM_PERIOD_MONTH);
    assert_int_equal(rules[0].max, 250);
    assert_int_equal(rules[0].budget, 10000);
    assert_int_not_equal(rules[0].exclusive, PRM_NO_INDEX);
    assert_int_equal(rules[1].limit_kind, PRM_KIND_REP);
    assert_int_equal(rules[1].limit_period, PRM_PERIOD_NONE);
    assert_int_equal(rules[2].limit_kind, PRM_KIND_PARTNER);
    assert_int_equal(rules[3].limit_times, 0);
    assert_int_equal(rules[3].max, INT64_MAX);
    assert_int_equal(rules[3].budget, INT64_MAX);
    assert_int_equal(rules[3].exclusive, PRM_NO_INDEX);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(rules[i].limit_offset % 16, 0);
        assert_true(rules[i].limit_offset + sizeof(prm__limit_state) <=
                    program->kinds[rules[i].limit_kind].record_size);
    }
    prm_program_unref(program);
}

/* Days of a campaign are local, and both belong to it; equal campaigns are one. */
static void test_campaigns(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "timezone: Asia/Tokyo\n"
        "rules:\n"
        "  a: {active: {from: 2026-04-01, until: 2026-06-30}, when: {count: deal.won, "
        "at_least: 1}, then: {cash: 1}}\n"
        "  b: {active: {from: 2026-04-01, until: 2026-06-30}, when: {count: deal.won, "
        "at_least: 2}, then: {cash: 1}}\n"
        "  c: {when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n");
    int64_t from, until;
    assert_true(prm__caltime_read(&program->calendar.zone, "2026-04-01", 10, &from));
    assert_true(prm__caltime_read(&program->calendar.zone, "2026-07-01", 10, &until));
    assert_int_equal(program->actives_count, 1);
    assert_int_equal(program->actives[0].from, from);
    assert_int_equal(program->actives[0].until, until);
    assert_int_equal(program->measures_count, 2);
    assert_int_equal(program->measures[0].active, 0);
    assert_int_equal(program->measures[1].active, PRM_NO_INDEX);
    assert_int_equal(program->rules[1].active, 0);
    prm_program_unref(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),         cmocka_unit_test(test_is),
        cmocka_unit_test(test_lists_of_one), cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_values),       cmocka_unit_test(test_streaks),
        cmocka_unit_test(test_every),        cmocka_unit_test(test_tiers),
        cmocka_unit_test(test_blocks),       cmocka_unit_test(test_while),
        cmocka_unit_test(test_closes),       cmocka_unit_test(test_links),
        cmocka_unit_test(test_limits),       cmocka_unit_test(test_campaigns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
