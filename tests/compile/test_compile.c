/* Tests of what a program text becomes: the sample of the language, shared measures,
 * windows and anchors, asks, actions, records. */
#include "compiling.h"

static uint32_t type_of(const prm_program *program, const char *name)
{
    uint32_t type = prm_program_type(program, name, strlen(name));
    assert_int_not_equal(type, PRM_NONE);
    return type;
}

static void expect_text(const prm_program *program, uint32_t text, const char *expected)
{
    prm_text found = prm__program_text(program, text);
    assert_int_equal(found.size, strlen(expected));
    assert_memory_equal(found.data, expected, found.size);
}

static const prm__p_condition *condition_of(const prm_program *program, uint32_t rule)
{
    assert_true(rule < program->rules_count);
    assert_int_equal(program->rules[rule].condition_count, 1);
    assert_int_equal(program->rules[rule].single, program->rules[rule].first_condition);
    return &program->conditions[program->rules[rule].first_condition];
}

static const prm__p_measure *measure_of(const prm_program *program, uint32_t rule)
{
    return &program->measures[condition_of(program, rule)->measure];
}

static const prm__p_window *window_of(const prm_program *program, uint32_t rule)
{
    return &program->windows[program->rules[rule].window];
}

static const prm__p_action *action_of(const prm_program *program, uint32_t rule, uint32_t index)
{
    assert_true(index < program->rules[rule].action_count);
    return &program->actions[program->rules[rule].first_action + index];
}

/* "type type": of the types that ask a rule. */
static void expect_asks(const prm_program *program, uint32_t rule, const char *expected)
{
    char found[512] = "";
    for (uint32_t i = 0; i < program->types_count; i++)
        for (uint32_t k = 0; k < program->types[i].ask_count; k++)
            if (program->asks[program->types[i].first_ask + k].rule == rule) {
                prm_text name = prm__program_text(program, program->types[i].text);
                snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.*s", found[0] ? " " : "",
                         (int)name.size, name.data);
            }
    assert_string_equal(found, expected);
}

/* Likewise of the types that a rule's measure counts. */
static void expect_routes(const prm_program *program, uint32_t rule, const char *expected)
{
    char found[512] = "";
    uint32_t measure = condition_of(program, rule)->measure;
    for (uint32_t i = 0; i < program->types_count; i++)
        for (uint32_t k = 0; k < program->types[i].route_count; k++)
            if (program->routes[program->types[i].first_route + k].measure == measure) {
                prm_text name = prm__program_text(program, program->types[i].text);
                snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.*s", found[0] ? " " : "",
                         (int)name.size, name.data);
            }
    assert_string_equal(found, expected);
}

static void expect_decimal(prm__decimal value, const char *expected)
{
    char text[40];
    text[prm__decimal_write(value, text)] = '\0';
    assert_string_equal(text, expected);
}

/* ---- The sample ---- */

static void test_sample_head(void **state)
{
    (void)state;
    prm_program *program = compiling_whole(compiling_sample);
    expect_text(program, program->head->name, "saas-partner-2026");
    expect_text(program, program->head->title, "SaaSパートナープログラム 2026");
    expect_text(program, program->head->currency, "JPY");
    expect_text(program, program->head->timezone, "Asia/Tokyo");
    assert_int_equal(program->head->minor_digits, 0);
    assert_int_equal(program->calendar.fiscal_month, 4);
    assert_int_equal(program->calendar.first_weekday, 0);
    assert_int_equal(program->calendar.month_closes, 31);
    assert_int_equal(program->calendar.is_utc, 0);
    assert_int_equal(prm__caltime_offset(&program->calendar.zone, 0), INT64_C(9) * 3600 * 1000);
    const prm__p_commission *commission = &program->head->commission;
    assert_int_equal(commission->present, 1);
    assert_int_equal(commission->base, INT64_C(150000000000));
    assert_int_equal(commission->min, INT64_C(100000000000));
    assert_int_equal(commission->max, INT64_C(400000000000));
    assert_int_equal(commission->filter, PRM_NO_INDEX);
    for (uint32_t i = 0; i < program->types_count; i++)
        assert_int_equal(program->types[i].earns, i == type_of(program, "deal.won"));
    prm_program_unref(program);
}

static void test_sample_rules(void **state)
{
    (void)state;
    prm_program *program = compiling_whole(compiling_sample);
    assert_int_equal(program->rules_count, 5);
    assert_int_equal(program->measures_count, 5);
    static const char *const names[] = {"course-in-30-days", "ten-leads", "thirty-meetings", "cross-sell",
                                        "referral-first-order"};
    static const uint32_t lines[] = {16, 22, 26, 31, 36};
    static const char *const asks[] = {"rep.joined rep.left course.completed", "lead.registered",
                                       "meeting.held", "deal.won", "deal.won"};
    static const char *const thresholds[] = {"1", "10", "30", "2", "1"};
    for (uint32_t i = 0; i < 5; i++) {
        expect_text(program, program->rules[i].text, names[i]);
        assert_int_equal(program->rules[i].line, lines[i]);
        assert_int_equal(program->rules[i].form, PRM_FORM_REACH);
        assert_int_equal(program->rules[i].asks_roster, i == 0);
        expect_asks(program, i, asks[i]);
        expect_decimal(condition_of(program, i)->threshold, thresholds[i]);
        assert_int_equal(condition_of(program, i)->attribute, PRM_NO_INDEX);
    }
    assert_int_equal(program->rules[1].subject, PRM_KIND_REP);
    assert_int_equal(program->kinds[program->rules[3].subject].keys[0], PRM_NAME_CUSTOMER);
    assert_int_equal(program->kinds[PRM_KIND_PARTNER].has_rates, 1);
    assert_int_equal(program->kinds[PRM_KIND_REP].has_rates, 0);
    assert_int_equal(measure_of(program, 0)->kind, PRM_MEASURE_COVERAGE);
    assert_int_equal(measure_of(program, 0)->name, PRM_NAME_REP);
    assert_int_equal(measure_of(program, 3)->name, PRM_NAME_PRODUCT);
    assert_int_equal(measure_of(program, 4)->name, PRM_NO_INDEX);
    assert_int_equal(window_of(program, 3)->kind, PRM_WINDOW_ROLLING);
    assert_int_equal(window_of(program, 2)->period, PRM_PERIOD_MONTH);
    assert_int_equal(action_of(program, 4, 0)->to, PRM_TO_REFERRER);
    assert_int_equal(action_of(program, 3, 0)->to, PRM_TO_SUBJECT);
    assert_int_equal(action_of(program, 0, 0)->rate, INT64_C(50000000000));
    assert_int_equal(action_of(program, 0, 0)->added, 1);
    prm_program_unref(program);
}

static void test_sample_anchor(void **state)
{
    (void)state;
    prm_program *program = compiling_whole(compiling_sample);
    const prm__p_window *window = window_of(program, 0);
    assert_int_equal(window->kind, PRM_WINDOW_WITHIN);
    assert_int_equal(window->duration.count, 30);
    assert_int_equal(window->duration.unit, PRM_UNIT_DAY);
    assert_int_equal(program->anchors_count, 1);
    assert_int_equal(program->anchors[window->anchor].type, type_of(program, "partner.joined"));
    assert_int_equal(program->anchors[window->anchor].kind, PRM_KIND_PARTNER);
    prm_program_unref(program);
}

/* The same text, the same bytes; another text, another hash. */
static void test_deterministic(void **state)
{
    (void)state;
    prm_program *a = compiling_whole(compiling_sample), *b = compiling_whole(compiling_sample);
    prm_program *c = compiling("rules: {}\n");
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->block, b->block, a->size);
    assert_int_equal(prm_program_hash(a), prm_program_hash(b));
    assert_int_not_equal(prm_program_hash(a), prm_program_hash(c));
    prm_program_unref(a);
    prm_program_unref(b);
    prm_program_unref(c);
}

/* ---- Heads ---- */

static void test_defaults(void **state)
{
    (void)state;
    prm_program *program = compiling("rules: {}\n");
    expect_text(program, program->head->title, "");
    expect_text(program, program->head->timezone, "UTC");
    assert_int_equal(program->head->is_utc, 1);
    assert_int_equal(program->head->fiscal_month, 1);
    assert_int_equal(program->head->first_weekday, 0);
    assert_int_equal(program->head->month_closes, 31);
    assert_int_equal(program->head->commission.present, 0);
    assert_int_equal(program->rewards_count, 3);
    assert_int_equal(program->kinds_count, 2);
    prm_program_unref(program);
}

static void test_head_values(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "timezone: '-03:30'\nfiscal_year: december\nweek: sunday\nmonth_closes: 20\nrounding: half_even\n"
        "rewards: {travel_credit: money, stars: points}\n"
        "commission: {on: deal.won, of: amount, base: 10%, by_product: {crm: 15%, ma: 0.2}}\n"
        "rules:\n  a: {each: deal.won, then: [{cash: 1}, {stars: 2, rounding: up}]}\n");
    assert_int_equal(program->head->fiscal_month, 12);
    assert_int_equal(program->head->first_weekday, 6);
    assert_int_equal(program->head->month_closes, 20);
    assert_int_equal(program->head->commission.rounding, PRM_ROUND_HALF_EVEN);
    assert_int_equal(program->head->commission.min, INT64_MIN);
    assert_int_equal(program->head->commission.max, INT64_MAX);
    assert_int_equal(program->product_rates_count, 2);
    expect_text(program, program->product_rates[0].product, "crm");
    assert_int_equal(program->product_rates[1].rate, INT64_C(200000000000));
    assert_int_equal(program->rewards_count, 5);
    expect_text(program, program->rewards[3].text, "travel_credit");
    assert_int_equal(program->rewards[3].money, 1);
    assert_int_equal(program->rewards[4].money, 0);
    assert_int_equal(action_of(program, 0, 0)->rounding, PRM_ROUND_HALF_EVEN);
    assert_int_equal(action_of(program, 0, 1)->rounding, PRM_ROUND_UP);
    assert_int_equal(action_of(program, 0, 1)->reward, 4);
    prm_program_unref(program);
}

static void test_attributes(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "attributes: {rep: {certified: boolean}, partner: {segment: text, target: integer}}\n"
        "rules:\n"
        "  a: {when: {count: deal.won, at_least: partner.target}, then: {cash: 1}}\n"
        "  b: {for: rep, eligible: rep.certified, each: rep.joined, then: {cash: 1}}\n");
    assert_int_equal(program->attributes_count, 3);
    expect_text(program, program->attributes[0].text, "segment");
    assert_int_equal(program->attributes[0].owner, PRM_OWNER_PARTNER);
    assert_int_equal(program->attributes[1].place, 1);
    assert_int_equal(program->attributes[2].owner, PRM_OWNER_REP);
    assert_int_equal(program->attributes[2].place, 0);
    assert_int_equal(condition_of(program, 0)->attribute, 1);
    assert_int_not_equal(program->rules[1].eligible, PRM_NO_INDEX);
    const prm__p_type *joined = &program->types[type_of(program, "partner.joined")];
    const prm__p_slot *last = &program->slots[joined->first_slot + joined->slot_count - 1];
    assert_int_equal(last->attribute, 1);
    assert_int_equal(last->field_type, PRM_FIELD_INTEGER);
    assert_int_equal(last->required, 0);
    prm_program_unref(program);
}

/* ---- Measures ---- */

static void test_equal_measures_are_shared(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "rules:\n"
        "  a: {when: {count: deal.won, where: amount > 5 && product == 'x', at_least: 1}, then: {cash: 1}}\n"
        "  b: {where: amount > 5, when: {count: [deal.won], where: product == \"x\", at_least: 2}, then: "
        "{cash: 2}}\n"
        "  c: {when: {count: deal.won, where: amount > 5.0 && product == 'x', at_least: 3}, then: {cash: "
        "3}}\n"
        "  d: {when: {count: deal.won, where: amount > 6 && product == 'x', at_least: 3}, then: {cash: 3}}\n"
        "  e: {when: {count: [deal.won, deal.lost], where: amount > 5 && product == 'x', at_least: 3}, then: "
        "{cash: 3}}\n"
        "  f: {per: month, when: {count: deal.won, where: amount > 5 && product == 'x', at_least: 3}, then: "
        "{cash: 3}}\n"
        "  g: {for: rep, when: {count: deal.won, where: amount > 5 && product == 'x', at_least: 3}, then: "
        "{cash: 3}}\n"
        "  h: {per: month, when: {count: deal.won, per: month, where: amount > 5 && product == 'x', "
        "at_least: 3}, then: "
        "{cash: 3}}\n");
    uint32_t first = condition_of(program, 0)->measure;
    assert_int_equal(condition_of(program, 1)->measure, first);
    assert_int_equal(condition_of(program, 2)->measure, first);
    for (uint32_t i = 3; i < 7; i++)
        assert_int_not_equal(condition_of(program, i)->measure, first);
    assert_int_equal(condition_of(program, 7)->measure, condition_of(program, 5)->measure);
    assert_int_equal(program->measures_count, 5);
    prm_program_unref(program);
}

static void test_types_that_count(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "rules:\n"
        "  a: {for: customer, when: {count: [meeting.held, portal.login, deal.won], at_least: 1}, then: "
        "{cash: 1}}\n"
        "  b: {when: {sum: amount, of: [deal.won, lead.registered], at_least: 1}, then: {cash: 1}}\n"
        "  c: {when: {coverage: [seminar.attended, partner.joined], at_least: 50%}, then: {cash: 1}}\n"
        "  d: {for: partner, when: {count: [deal.won, event.voided], at_least: 1}, then: {cash: 1}}\n");
    expect_routes(program, 0, "meeting.held deal.won");
    expect_asks(program, 0, "meeting.held deal.won");
    expect_routes(program, 1, "deal.won");
    expect_routes(program, 2, "seminar.attended");
    expect_asks(program, 2, "rep.joined rep.left seminar.attended");
    expect_routes(program, 3, "deal.won");
    prm_program_unref(program);
}

static void test_coarser_measure(void **state)
{
    (void)state;
    prm_program *program = compiling("rules:\n"
                                     "  a: {for: [customer, product], within: 30d of partner.joined, when: "
                                     "{count: deal.won, for: customer, "
                                     "at_least: 2}, then: {cash: 1}}\n");
    const prm__p_measure *measure = measure_of(program, 0);
    assert_int_not_equal(measure->subject, program->rules[0].subject);
    assert_int_equal(program->kinds[measure->subject].key_count, 1);
    assert_int_equal(measure->window, program->rules[0].window);
    prm_program_unref(program);
}

/* ---- Windows ---- */

static void test_windows(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "rules:\n"
        "  a: {for: [rep, product], within: 36h of deal.won, when: {count: deal.won, at_least: 1}, then: "
        "{cash: 1}}\n"
        "  b: {for: [rep, product], after: rep.joined, when: {count: deal.won, at_least: 1}, then: {cash: "
        "1}}\n"
        "  c: {for: [rep, product], per: fiscal_half, within: 1y of partner.joined, when: {count: deal.won, "
        "at_least: "
        "1}, then: {cash: 1}}\n"
        "  d: {per: quarter, when: {count: deal.won, within: 2w, at_least: 1}, then: {cash: 1}}\n"
        "  e: {for: rep, within: 3mo of rep.joined, when: {count: deal.won, at_least: 1}, then: {cash: "
        "1}}\n");
    assert_int_equal(window_of(program, 0)->duration.unit, PRM_UNIT_MS);
    assert_int_equal(window_of(program, 0)->duration.count, INT64_C(36) * 3600 * 1000);
    assert_int_equal(program->anchors[window_of(program, 0)->anchor].kind, program->rules[0].subject);
    assert_int_equal(window_of(program, 1)->kind, PRM_WINDOW_AFTER);
    assert_int_equal(program->anchors[window_of(program, 1)->anchor].kind, PRM_KIND_REP);
    assert_int_equal(window_of(program, 2)->period, PRM_PERIOD_FISCAL_HALF);
    assert_int_equal(window_of(program, 2)->duration.count, 12);
    assert_int_equal(program->anchors[window_of(program, 2)->anchor].kind, PRM_KIND_PARTNER);
    assert_int_equal(window_of(program, 3)->period, PRM_PERIOD_QUARTER);
    assert_int_equal(program->windows[measure_of(program, 3)->window].period, PRM_PERIOD_NONE);
    assert_int_equal(program->windows[measure_of(program, 3)->window].kind, PRM_WINDOW_ROLLING);
    assert_int_equal(window_of(program, 4)->anchor, window_of(program, 1)->anchor);
    prm_program_unref(program);
}

/* Anchors are sorted by type, though the rules name them in another order. */
static void test_anchor_order(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "rules:\n"
        "  a: {after: seminar.attended, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
        "  b: {for: rep, after: deal.won, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
        "  c: {after: deal.won, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
        "  d: {after: partner.joined, when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n");
    static const char *const types[] = {"seminar.attended", "deal.won", "deal.won", "partner.joined"};
    static const uint32_t places[] = {3, 2, 1, 0};
    assert_int_equal(program->anchors_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(window_of(program, i)->anchor, places[i]);
        assert_int_equal(program->anchors[places[i]].type, type_of(program, types[i]));
    }
    prm_program_unref(program);
}

/* ---- Rules and actions ---- */

static void test_each(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "rules:\n"
        "  a: {each: [deal.won, deal.upsold], where: amount > 1, then: {cash: amount}}\n"
        "  b: {each: deal.won, when: {count: meeting.held, at_least: 2}, then: {cash: value * amount}}\n"
        "  c: {each: deal.won, when: {coverage: course.completed, at_least: 1}, then: {cash: value}}\n");
    assert_int_equal(program->rules[0].form, PRM_FORM_EACH);
    assert_int_equal(program->rules[0].each_type_count, 2);
    assert_int_equal(program->rules[0].condition_count, 0);
    assert_int_equal(program->rules[0].single, PRM_NO_INDEX);
    assert_int_not_equal(program->rules[0].each_filter, PRM_NO_INDEX);
    expect_asks(program, 0, "deal.won deal.upsold");
    expect_asks(program, 1, "deal.won");
    expect_routes(program, 1, "meeting.held");
    expect_asks(program, 2, "deal.won");
    assert_int_equal(program->rules[2].asks_roster, 0);
    prm_program_unref(program);
}

/* `where` of a rule joins `each` and the measure alike. */
static void test_where_of_a_rule(void **state)
{
    (void)state;
    prm_program *program = compiling("rules:\n"
                                     "  a: {where: product == 'x', each: deal.won, when: {count: "
                                     "meeting.held, at_least: 1}, then: {cash: 1}}\n");
    assert_int_equal(program->rules[0].each_filter, measure_of(program, 0)->filter);
    assert_int_not_equal(program->rules[0].each_filter, PRM_NO_INDEX);
    prm_program_unref(program);
}

static void test_rates(void **state)
{
    (void)state;
    prm_program *program = compiling("timezone: Asia/Tokyo\n"
                                     "commission: {on: deal.won, of: amount, base: 10%}\n"
                                     "rules:\n"
                                     "  a:\n"
                                     "    for: rep\n"
                                     "    per: month\n"
                                     "    when: {count: deal.won, at_least: 3}\n"
                                     "    then:\n"
                                     "      - {rate: -2%, from: period, lasts: period, group: g}\n"
                                     "      - {rate: 20%, from: next_period, lasts: 90d, product: crm}\n"
                                     "      - {rate: 0.05, from: now, until: 2026-06-30}\n"
                                     "      - {rate: +1%}\n");
    const prm__p_action *action = action_of(program, 0, 0);
    assert_int_equal(action->rate, INT64_C(-20000000000));
    assert_int_equal(action->added, 1);
    assert_int_equal(action->from, PRM_FROM_PERIOD);
    assert_int_equal(action->lasts, PRM_LASTS_PERIOD);
    expect_text(program, action->group, "g");
    action = action_of(program, 0, 1);
    assert_int_equal(action->added, 0);
    assert_int_equal(action->from, PRM_FROM_NEXT_PERIOD);
    assert_int_equal(action->lasts, PRM_LASTS_DURATION);
    assert_int_equal(action->duration.count, 90);
    expect_text(program, action->product, "crm");
    action = action_of(program, 0, 2);
    assert_int_equal(action->from, PRM_FROM_NOW);
    assert_int_equal(action->lasts, PRM_LASTS_UNTIL);
    int64_t until;
    assert_true(prm__caltime_read(&program->calendar.zone, "2026-07-01", 10, &until));
    assert_int_equal(action->until, until);
    action = action_of(program, 0, 3);
    assert_int_equal(action->from, PRM_FROM_NEXT);
    assert_int_equal(action->lasts, PRM_LASTS_FOR_GOOD);
    assert_int_equal(action->group, PRM_NO_INDEX);
    assert_int_equal(program->kinds[PRM_KIND_REP].has_rates, 1);
    prm_program_unref(program);
}

static void test_rewards(void **state)
{
    (void)state;
    prm_program *program = compiling("rules:\n"
                                     "  a:\n"
                                     "    each: deal.won\n"
                                     "    then:\n"
                                     "      - {points: 10, to: rep, hold: 30d}\n"
                                     "      - {cash: amount, to: partner}\n"
                                     "      - {cash: amount, to: parent}\n"
                                     "      - {cash: amount / 2, to: parent.parent}\n");
    static const uint32_t to[] = {PRM_TO_REP, PRM_TO_PARTNER, PRM_TO_PARENT, PRM_TO_GRANDPARENT};
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(action_of(program, 0, i)->to, to[i]);
    assert_int_equal(action_of(program, 0, 0)->duration.count, 30);
    assert_int_equal(action_of(program, 0, 0)->reward, 2);
    assert_int_equal(action_of(program, 0, 1)->amount, action_of(program, 0, 2)->amount);
    prm_program_unref(program);
}

/* States of one record follow one another and do not overlap; the verifier checks the rest. */
static void test_records(void **state)
{
    (void)state;
    prm_program *program = compiling_whole(compiling_sample);
    for (uint32_t i = 0; i < program->measures_count; i++) {
        const prm__p_measure *row = &program->measures[i];
        uint32_t size = (uint32_t)sizeof(prm__measure_state) + prm__catalog_measure(row->kind)->state_size;
        assert_int_equal(row->offset % 16, 0);
        assert_true(row->offset + size <= program->kinds[row->subject].record_size);
    }
    for (uint32_t i = 0; i < program->rules_count; i++)
        assert_true(program->rules[i].offset + sizeof(prm__rule_state) <=
                    program->kinds[program->rules[i].subject].record_size);
    assert_null(prm__program_verify(program->block, program->size));
    prm_program_unref(program);
}

/* Subjects: a redundant partner, the order of keys, equal lists. */
static void test_subjects(void **state)
{
    (void)state;
    prm_program *program = compiling(
        "rules:\n"
        "  a: {for: [partner, rep], when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
        "  b: {for: [product, customer], when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
        "  c: {for: [customer, product], when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
        "  d: {for: [product, partner, customer], when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
        "  e: {for: [partner], when: {count: deal.won, at_least: 1}, then: {cash: 1}}\n"
        "  f: {for: lead, when: {count: meeting.held, at_least: 1}, then: {cash: 1}}\n");
    assert_int_equal(program->rules[0].subject, PRM_KIND_REP);
    assert_int_not_equal(program->rules[1].subject, program->rules[2].subject);
    assert_int_equal(program->rules[1].subject, program->rules[3].subject);
    assert_int_equal(program->rules[4].subject, PRM_KIND_PARTNER);
    const prm__p_kind *kind = &program->kinds[program->rules[1].subject];
    assert_int_equal(kind->keys[0], PRM_NAME_PRODUCT);
    assert_int_equal(kind->keys[1], PRM_NAME_CUSTOMER);
    prm_program_unref(program);
}

static void test_all_rules_of_the_limit(void **state)
{
    (void)state;
    size_t capacity = PRM_LIMIT_PROGRAM_BYTES, size = 0;
    char *text = malloc(capacity);
    assert_non_null(text);
    size += (size_t)snprintf(text, capacity, "%s", COMPILING_HEAD "rules:\n");
    for (int i = 0; i < PRM_LIMIT_RULES; i++)
        size += (size_t)snprintf(
            text + size, capacity - size,
            "  r%d: {when: {count: deal.won, where: amount > %d, at_least: 1}, then: {cash: %d}}\n", i, i, i);
    prm_program *program = compiling_whole(text);
    assert_int_equal(program->rules_count, PRM_LIMIT_RULES);
    assert_int_equal(program->measures_count, PRM_LIMIT_RULES);
    assert_int_equal(program->types[type_of(program, "deal.won")].ask_count, PRM_LIMIT_RULES);
    assert_int_equal(program->rules[PRM_LIMIT_RULES - 1].line, PRM_LIMIT_RULES + 4);
    prm_program_unref(program);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_head),
        cmocka_unit_test(test_sample_rules),
        cmocka_unit_test(test_sample_anchor),
        cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_head_values),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_equal_measures_are_shared),
        cmocka_unit_test(test_types_that_count),
        cmocka_unit_test(test_coarser_measure),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_anchor_order),
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_where_of_a_rule),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_rewards),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_all_rules_of_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
