/* Tests of the verifier: each thing that it must refuse of records, rules, conditions, actions
 * and ranks, one at a time; and how many there may be of what is limited. */
#include "program/program.h"

#include "../base/unit.h"

#include "victim.h"

static void test_records(void **state)
{
    (void)state;
    const char *says = "states of a subject overlap";
    REFUSES(says, MEASURE(0).offset = 0);
    REFUSES(says, MEASURE(2).offset = 64);
    REFUSES(says, RULE(0).offset = 48);
    REFUSES(says, RULE(3).offset = 112);
    REFUSES(says, ANCHOR(0).offset = 8);
    REFUSES(says, MEASURE(2).offset = 0); /* not ascending */
    REFUSES(says, RULE(6).offset = 240);  /* the tiers have more state */
    REFUSES(says, RULE(6).limit_offset = 272);
    REFUSES(says, RULE(6).limit_offset = 320);
    REFUSES(says, RULE(6).limit_kind = SAMPLE_KIND_CUSTOMER; RULE(6).subject = SAMPLE_KIND_CUSTOMER);
    REFUSES(says, COMMISSION.window_offset = 128);
    REFUSES(says, COMMISSION.window_offset = 176);
    REFUSES(says, COMMISSION.bracket_offset = 144);
    REFUSES(says, RANKS.offset = 288);
    REFUSES(says, RANKS.offset = 336);
    says = "a subject's record is too small";
    REFUSES(says, KIND(0).record_size = 128);
    REFUSES(says, KIND(1).record_size = 0);
    REFUSES(says, RULE(9).offset = 352);
    REFUSES(says, RULE(9).offset = UINT32_MAX - 15);
    REFUSES(says, MEASURE(4).offset = UINT32_MAX - 15);
    REFUSES(says, RULE(6).limit_offset = UINT32_MAX - 15);
    REFUSES(says, COMMISSION.window_offset = 192);
    REFUSES(says, COMMISSION.bracket_offset = 176);
    REFUSES(says, RANKS.offset = 384);
    TAKES(RULE(3).offset = 144);
    TAKES(RANKS.offset = 368);
    TAKES(RULE(6).limit_times = 0; RULE(6).limit_offset = 1);
    TAKES(COMMISSION.window = PRM_NO_INDEX; COMMISSION.bracket_offset = 144);
}

static void test_rules(void **state)
{
    (void)state;
    const char *says = "a rule is wrong";
    REFUSES(says, RULE(0).text = PRM_NO_INDEX);
    REFUSES(says, RULE(0).text = sample_text(""));
    REFUSES(says, RULE(0).title = PRM_NO_INDEX);
    REFUSES(says, RULE(0).subject = 4);
    REFUSES(says, RULE(0).window = 5);
    REFUSES(says, RULE(0).form = PRM_FORMS);
    REFUSES(says, RULE(2).each_filter = 0);
    REFUSES(says, RULE(2).first_each_type = 1);
    REFUSES("rows belong to two owners", RULE(2).each_type_count = UINT32_MAX);
    REFUSES(says, RULE(0).eligible = 0);
    REFUSES(says, RULE(0).offset = 72);
    REFUSES(says, RULE(0).asks_roster = 2);
    REFUSES(says, RULE(0).reserved = 1);
    says = "a rule's measures are wrong";
    REFUSES(says, RULE(0).first_measure = 10);
    REFUSES(says, RULE(0).first_measure = UINT32_MAX);
    REFUSES(says, RULE(0).first_measure = 1); /* a customer's for a partner */
    REFUSES(says, ROWS(rule_measures, uint32_t)[0] = 6);
    REFUSES("rows belong to two owners", RULE(0).measure_count = UINT32_MAX);
    REFUSES("a list of event types is wrong", ROWS(type_lists, uint32_t)[0] = 6);
    says = "a rule's limits are wrong";
    REFUSES(says, RULE(6).active = 2);
    REFUSES(says, RULE(6).exclusive = UNIT_COUNT(sample_texts));
    REFUSES(says, RULE(6).limit_kind = 4);
    /* A finer one has its keys from the event. */
    TAKES(RULE(6).limit_kind = PRM_KIND_REP; RULE(6).limit_offset = 16; KIND(1).record_size = 32);
    REFUSES(says, RULE(6).limit_kind = SAMPLE_KIND_REFERRER);
    REFUSES(says, RULE(6).limit_period = PRM_PERIOD_FISCAL_YEAR + 1);
    REFUSES(says, RULE(6).limit_offset = 296);
    REFUSES(says, RULE(6).max = -1);
    REFUSES(says, RULE(6).budget = -1);
}

static void test_forms(void **state)
{
    (void)state;
    const char *says = "a rule has not its form";
    REFUSES(says, RULE(0).form = PRM_FORM_EACH);    /* of no types */
    REFUSES(says, RULE(0).form = PRM_FORM_TIERS);   /* without tiers */
    REFUSES(says, RULE(0).form = PRM_FORM_CONTEST); /* without places */
    REFUSES(says, RULE(2).form = PRM_FORM_WHILE);   /* of types */
    REFUSES(says, RULE(2).each_type_count = 0);
    REFUSES(says, RULE(0).each_filter = 3);
    REFUSES(says, RULE(5).form = PRM_FORM_REACH); /* with tiers */
    REFUSES(says, RULE(5).tier_count = 0);
    REFUSES(says, RULE(5).then = ((prm__p_block){6, 1}));
    REFUSES(says, RULE(8).at_close = 0);
    REFUSES(says, RULE(8).window = 0);
    REFUSES(says, RULE(5).window = 0); /* no close */
    REFUSES(says, RULE(5).at_close = 2);
    REFUSES(says, RULE(5).pick_highest = 2);
    REFUSES(says, RULE(5).at_close = 0); /* but the highest */
    REFUSES(says, RULE(6).pick_highest = 1);
    REFUSES(says, RULE(7).at_close = 1);
    REFUSES(says, RULE(6).window = 0); /* which never ends */
    REFUSES(says, RULE(6).form = PRM_FORM_WHILE);
    REFUSES(says, RULE(6).remind_before.count = 0);
    REFUSES(says, RULE(6).remind_before.unit = 3);
    REFUSES(says, RULE(0).remind_before.count = -1);
    TAKES(RULE(0).at_close = 1);
    TAKES(RULE(6).window = 2);
    says = "a rule's condition is wrong";
    REFUSES(says, RULE(0).condition_count = 0);
    REFUSES(says, RULE(0).form = PRM_FORM_EVERY);
    REFUSES(says, RULE(9).form = PRM_FORM_REACH);
    REFUSES(says, RULE(9).first_condition = 0);
    REFUSES(says, RULE(5).first_condition = 0);
    REFUSES(says, RULE(0).first_condition = 16);
    REFUSES(says, RULE(0).first_condition = 1); /* a customer's measure for a partner */
    REFUSES(says, RULE(7).first_condition = 0); /* a partner's for a referrer */
    REFUSES(says, RULE(0).first_condition = 12; RULE(0).single = 12);
    REFUSES(says, RULE(0).single = 1);
    REFUSES(says, RULE(6).single = 9); /* a truth */
    REFUSES(says, RULE(6).single = 5);
    TAKES(RULE(6).single = 7);
    TAKES(RULE(0).single = PRM_NO_INDEX);
    TAKES(RULE(1).first_condition = 0; RULE(1).single = 0); /* a partner's for a customer */
    TAKES(RULE(7).condition_count = 0; RULE(7).single = PRM_NO_INDEX);
    REFUSES("rows belong to two owners", RULE(2).condition_count = UINT32_MAX);
}

static void test_tiers_and_blocks(void **state)
{
    (void)state;
    REFUSES("a tier is wrong", TIER(0).reserved = 1);
    REFUSES("a tier is wrong", TIER(0).threshold = PRM_DECIMAL_LIMIT);
    REFUSES("a tier is wrong", TIER(1).attribute = 1); /* a boolean */
    const char *says = "a rule's tiers are wrong";
    REFUSES(says, RULE(5).first_tier = 3);
    REFUSES(says, TIER(1).attribute = PRM_NO_INDEX); /* 0 after 3 */
    TAKES(TIER(1).attribute = PRM_NO_INDEX; TIER(1).threshold = TIER(0).threshold + 1);
    REFUSES(says, TIER(1).attribute = PRM_NO_INDEX; TIER(1).threshold = TIER(0).threshold);
    REFUSES(says, TIER(2).threshold = 1); /* a place */
    REFUSES(says, TIER(3).attribute = 0);
    REFUSES("rows belong to two owners", RULE(5).tier_count = 3);
    says = "a rule's actions are wrong";
    REFUSES(says, RULE(0).first_action = 15);
    REFUSES(says, RULE(0).first_action = 1);
    REFUSES(says, RULE(0).then.first_action = 1);
    REFUSES(says, RULE(0).then.first_action = UINT32_MAX);
    REFUSES(says, RULE(0).then.action_count = 1); /* the other is in no block */
    REFUSES(says, RULE(0).then.action_count = UINT32_MAX);
    REFUSES(says, RULE(6).otherwise.first_action = 10);
    REFUSES(says, RULE(6).otherwise = RULE(6).then);
    REFUSES(says, TIER(1).then = TIER(0).then);
    REFUSES(says, TIER(0).then.action_count = 2);
    REFUSES(says, ACTION(0).block = PRM_BLOCK_ELSE);
    REFUSES(says, ACTION(0).number = 1);
    REFUSES(says, ACTION(1).place = 0);
    REFUSES(says, ACTION(7).number = 1);
    REFUSES(says, ACTION(12).block = PRM_BLOCK_TIER);
    REFUSES(says, KIND(0).has_rates = 0);
    REFUSES(says, KIND(3).has_rates = 0);
    REFUSES("rows belong to two owners", RULE(4).action_count = 2);
    /* A customer has no rank; rewards are for no spell, ranks and rates for no contest. */
    REFUSES(says, ACTION(2).kind = PRM_ACTION_RANK; ACTION(2).reward = ACTION(2).amount = PRM_NO_INDEX;
            ACTION(2).level = 0);
    REFUSES(says, ACTION(11).kind = PRM_ACTION_NOTICE; ACTION(11).text = 0);
    REFUSES(says, KIND(2).has_rates = 1; ACTION(13).kind = PRM_ACTION_RATE; ACTION(13).text = PRM_NO_INDEX);
    TAKES(ACTION(11).kind = PRM_ACTION_RANK; ACTION(11).level = 0);
}

static void test_conditions(void **state)
{
    (void)state;
    const char *says = "a condition is wrong";
    REFUSES(says, CONDITION(0).kind = PRM_CONDITION_KINDS);
    REFUSES(says, CONDITION(0).measure = 6);
    REFUSES(says, CONDITION(0).measure = PRM_NO_INDEX);
    REFUSES(says, CONDITION(0).attribute = 1); /* a boolean */
    REFUSES(says, CONDITION(0).attribute = 2);
    REFUSES(says, CONDITION(0).expr = 8); /* beside a measure */
    REFUSES(says, CONDITION(7).expr = 10);
    REFUSES(says, CONDITION(7).expr = 9); /* a truth */
    REFUSES(says, CONDITION(1).threshold = PRM_DECIMAL_LIMIT);
    REFUSES(says, CONDITION(1).threshold = -PRM_DECIMAL_LIMIT);
    REFUSES(says, CONDITION(4).threshold = 1);
    REFUSES(says, CONDITION(4).attribute = 0);
    REFUSES(says, CONDITION(14).threshold = 0); /* every nothing */
    TAKES(CONDITION(14).threshold = 0; CONDITION(14).attribute = 0);
    REFUSES(says, CONDITION(9).expr = PRM_NO_INDEX);
    REFUSES(says, CONDITION(9).expr = 8); /* a number */
    REFUSES(says, CONDITION(9).measure = 0);
    REFUSES(says, CONDITION(9).threshold = 1);
    REFUSES(says, CONDITION(10).measure = 0);
    REFUSES(says, CONDITION(10).expr = 9);
    REFUSES(says, CONDITION(10).attribute = 0);
    REFUSES(says, CONDITION(8).threshold = 1);
    says = "a rule's condition is wrong"; /* streak, value, not, is, and, or */
    REFUSES(says, CONDITION(11).kind = PRM_CONDITION_NOT);
    REFUSES(says, CONDITION(8).kind = PRM_CONDITION_AND);
    REFUSES(says, CONDITION(6) = CONDITION(8));
    REFUSES(says, CONDITION(6) = CONDITION(4));
    REFUSES(says, CONDITION(6) = CONDITION(14));
    REFUSES(says, CONDITION(6) = CONDITION(12));       /* of a referrer */
    REFUSES(says, CODE(23) = SAMPLE_WORD(MEASURE, 1)); /* of a customer, in an expression */
    REFUSES(says, CODE(24) = SAMPLE_WORD(MEASURE, 5)); /* of a referrer */
    TAKES(CONDITION(10).kind = PRM_CONDITION_OR);
    TAKES(CODE(23) = SAMPLE_WORD(MEASURE, 2));
    says = "an expression looks at a measure where there is none";
    REFUSES(says, CODE(0) = SAMPLE_WORD(MEASURE, 0)); /* the commission's `of` */
    REFUSES(says, COMMISSION.of = 8);
    REFUSES(says, CODE(2) = CODE(1) = SAMPLE_WORD(MEASURE, 0)); /* its filter */
    REFUSES(says, ACTION(2).amount = 8);
    REFUSES(says, CODE(8) = SAMPLE_WORD(MEASURE, 0)); /* a measure's filter */
    REFUSES(says, CODE(5) = SAMPLE_WORD(MEASURE, 0)); /* that of `each` */
    REFUSES(says, CODE(4) = SAMPLE_WORD(MEASURE, 0)); /* eligible */
}

static void test_actions(void **state)
{
    (void)state;
    const char *says = "an action is wrong";
    REFUSES(says, ACTION(0).kind = PRM_ACTION_KINDS);
    REFUSES(says, ACTION(0).to = PRM_TO_GRANDPARENT + 1);
    REFUSES(says, ACTION(0).rounding = 4);
    REFUSES(says, ACTION(0).reward = 0);
    REFUSES(says, ACTION(0).amount = 0);
    REFUSES(says, ACTION(0).added = 2);
    REFUSES(says, ACTION(0).product = UNIT_COUNT(sample_texts));
    REFUSES(says, ACTION(0).group = UNIT_COUNT(sample_texts));
    REFUSES(says, ACTION(0).from = PRM_FROM_NEXT_PERIOD + 1);
    REFUSES(says, ACTION(0).lasts = PRM_LASTS_UNTIL + 1);
    REFUSES(says, ACTION(0).lasts = PRM_LASTS_DURATION); /* of nothing */
    REFUSES(says, ACTION(0).rate = INT64_MIN);
    REFUSES(says, ACTION(4).until = -1);
    REFUSES(says, ACTION(4).until = PRM_TIME_MAX + 2);
    TAKES(ACTION(4).until = PRM_TIME_MAX + 1);
    REFUSES(says, ACTION(2).reward = 2);
    REFUSES(says, ACTION(2).amount = PRM_NO_INDEX);
    REFUSES(says, ACTION(2).amount = 1);
    REFUSES(says, ACTION(2).duration.count = -1);
    REFUSES(says, ACTION(0).reserved = 1);
    REFUSES(says, ACTION(0).block = PRM_BLOCK_PLACE + 1);
    REFUSES(says, ACTION(0).text = 0);
    REFUSES(says, ACTION(0).level = 0);
    REFUSES(says, ACTION(2).text = 0);
    REFUSES(says, ACTION(2).level = 0);
    REFUSES(says, ACTION(6).text = PRM_NO_INDEX);
    REFUSES(says, ACTION(6).text = UNIT_COUNT(sample_texts));
    REFUSES(says, ACTION(6).reward = 0);
    REFUSES(says, ACTION(6).level = 0);
    REFUSES(says, ACTION(7).level = 2);
    REFUSES(says, ACTION(7).level = PRM_NO_INDEX);
    REFUSES(says, ACTION(7).text = 0);
    REFUSES(says, ACTION(7).amount = 0);
    REFUSES("a reward is wrong", ROWS(rewards, prm__p_reward)[0].text = PRM_NO_INDEX);
    REFUSES("a reward is wrong", ROWS(rewards, prm__p_reward)[0].money = 2);
}

/* Rows that the sample has too few of, in a program that the builder refuses. */
static prm_status build_with(void (*change)(prm__builder *builder))
{
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__builder builder;
    prm__builder_init(&builder, &alloc);
    assert_int_equal(sample_fill(&builder), PRM_OK);
    change(&builder);
    prm_program *program = NULL;
    prm_status status = prm__builder_finish(&builder, NULL, &program);
    prm__program_unref(program);
    prm__builder_free(&builder);
    return status;
}

static void push_overrides(prm__builder *builder, size_t count)
{
    const prm__p_override row = {10000000000};
    while (builder->overrides.count < count)
        assert_int_equal(prm__vec_append(&builder->overrides, &row, 1), PRM_OK);
}

static void most_overrides(prm__builder *builder)
{
    push_overrides(builder, PRM_OVERRIDES);
}

static void too_many_overrides(prm__builder *builder)
{
    push_overrides(builder, PRM_OVERRIDES + 1);
}

static void push_brackets(prm__builder *builder, size_t count)
{
    while (builder->brackets.count < count) {
        const prm__p_bracket row = {2000 * PRM_DECIMAL_ONE + (prm__decimal)builder->brackets.count, 1, 0};
        assert_int_equal(prm__vec_append(&builder->brackets, &row, 1), PRM_OK);
    }
}

static void most_brackets(prm__builder *builder)
{
    push_brackets(builder, PRM_BRACKETS);
}

static void too_many_brackets(prm__builder *builder)
{
    push_brackets(builder, PRM_BRACKETS + 1);
}

/* `gold` asks for `truths` numbers at once, joined by "and" at the end. */
static void push_truths(prm__builder *builder, uint32_t truths)
{
    prm__p_level *gold = prm__vec_at(&builder->levels, 1);
    gold->first_condition = (uint32_t)builder->conditions.count;
    gold->condition_count = 2 * truths - 1;
    for (uint32_t i = 0; i < gold->condition_count; i++) {
        prm__p_condition row = {PRM_DECIMAL_ONE, PRM_CONDITION_AT_LEAST, 0, PRM_NO_INDEX, PRM_NO_INDEX};
        if (i >= truths)
            row = (prm__p_condition){0, PRM_CONDITION_AND, PRM_NO_INDEX, PRM_NO_INDEX, PRM_NO_INDEX};
        assert_int_equal(prm__vec_append(&builder->conditions, &row, 1), PRM_OK);
    }
}

static void most_truths(prm__builder *builder)
{
    push_truths(builder, PRM_CONDITION_STACK);
}

static void too_many_truths(prm__builder *builder)
{
    push_truths(builder, PRM_CONDITION_STACK + 1);
}

/* Conditions that all name one long expression: what a small block must not make slow. */
static void push_words(prm__builder *builder, uint32_t words, uint32_t names)
{
    const uint32_t negate = SAMPLE_WORD(NEGATE, 0), number = SAMPLE_WORD(NUMBER, 0);
    const prm__p_expr expr = {(uint32_t)builder->code.count, words, 1, PRM_TYPE_NUMBER};
    const prm__p_condition row = {0, PRM_CONDITION_AT_LEAST, PRM_NO_INDEX, PRM_NO_INDEX,
                                  (uint32_t)builder->exprs.count};
    const prm__p_condition join = {0, PRM_CONDITION_OR, PRM_NO_INDEX, PRM_NO_INDEX, PRM_NO_INDEX};
    assert_int_equal(prm__vec_append(&builder->exprs, &expr, 1), PRM_OK);
    for (uint32_t i = 0; i < words; i++)
        assert_int_equal(prm__vec_append(&builder->code, i == 0 ? &number : &negate, 1), PRM_OK);
    prm__p_level *gold = prm__vec_at(&builder->levels, 1);
    gold->first_condition = (uint32_t)builder->conditions.count;
    gold->condition_count = 2 * names - 1;
    for (uint32_t i = 0; i < names; i++) {
        assert_int_equal(prm__vec_append(&builder->conditions, &row, 1), PRM_OK);
        assert_int_equal(prm__vec_append(&builder->conditions, &join, i > 0), PRM_OK);
    }
}

static void most_words(prm__builder *builder)
{
    push_words(builder, 1u << 14, 1u << 12);
}

static void too_many_words(prm__builder *builder)
{
    push_words(builder, 1u << 14, (1u << 12) + 1);
}

/* So do amounts. What the sample's own expressions name is less than one more. */
static void push_amounts(prm__builder *builder, uint32_t words, uint32_t names)
{
    const uint32_t negate = SAMPLE_WORD(NEGATE, 0), number = SAMPLE_WORD(NUMBER, 0);
    const prm__p_expr expr = {(uint32_t)builder->code.count, words, 1, PRM_TYPE_NUMBER};
    prm__p_action row = PRM_VEC(builder->actions, prm__p_action)[2];
    row.amount = (uint32_t)builder->exprs.count;
    assert_int_equal(prm__vec_append(&builder->exprs, &expr, 1), PRM_OK);
    for (uint32_t i = 0; i < words; i++)
        assert_int_equal(prm__vec_append(&builder->code, i == 0 ? &number : &negate, 1), PRM_OK);
    for (uint32_t i = 0; i < names; i++)
        assert_int_equal(prm__vec_append(&builder->actions, &row, 1), PRM_OK);
}

static void most_amounts(prm__builder *builder)
{
    push_amounts(builder, 1u << 14, (1u << 12) - 1);
}

static void too_many_amounts(prm__builder *builder)
{
    push_amounts(builder, 1u << 14, 1u << 12);
}

/* Frames, texts and counts are looked at before any row, so that rows of zeros will do. */
static void push_zeros(prm__vec *rows, size_t count)
{
    while (rows->count < count)
        assert_non_null(prm__vec_push(rows));
}

static void too_many_types(prm__builder *builder)
{
    push_zeros(&builder->types, UINT16_MAX + 1);
}

static void too_many_kinds(prm__builder *builder)
{
    push_zeros(&builder->kinds, UINT16_MAX + 1);
}

static void too_many_rules(prm__builder *builder)
{
    push_zeros(&builder->rules, PRM_LIMIT_RULES + 1);
}

static void too_few_names(prm__builder *builder)
{
    builder->names.count = PRM_NAMES_FIXED - 1;
}

static void too_few_names_for_any_field(prm__builder *builder)
{
    builder->exprs.count = 0;
    builder->code.count = 0;
    too_few_names(builder);
}

static void unsorted_anchors(prm__builder *builder)
{
    prm__p_anchor row = PRM_VEC(builder->anchors, prm__p_anchor)[0];
    assert_int_equal(prm__vec_append(&builder->anchors, &row, 1), PRM_OK);
}

static void test_counts(void **state)
{
    (void)state;
    assert_int_equal(build_with(too_many_types), PRM_E_INTERNAL);
    assert_int_equal(build_with(too_many_kinds), PRM_E_INTERNAL);
    assert_int_equal(build_with(too_many_rules), PRM_E_INTERNAL);
    assert_int_equal(build_with(too_few_names), PRM_E_INTERNAL);
    assert_int_equal(build_with(too_few_names_for_any_field), PRM_E_INTERNAL);
    assert_int_equal(build_with(unsorted_anchors), PRM_E_INTERNAL);
    assert_int_equal(build_with(most_overrides), PRM_OK);
    assert_int_equal(build_with(too_many_overrides), PRM_E_INTERNAL);
    assert_int_equal(build_with(most_brackets), PRM_OK);
    assert_int_equal(build_with(too_many_brackets), PRM_E_INTERNAL);
    assert_int_equal(build_with(most_truths), PRM_OK);
    assert_int_equal(build_with(too_many_truths), PRM_E_INTERNAL);
    assert_int_equal(build_with(most_words), PRM_OK);
    assert_int_equal(build_with(too_many_words), PRM_E_INTERNAL);
    assert_int_equal(build_with(most_amounts), PRM_OK);
    assert_int_equal(build_with(too_many_amounts), PRM_E_INTERNAL);
}

static void test_ranks(void **state)
{
    (void)state;
    const char *says = "the ranks are wrong";
    REFUSES(says, RANKS.present = 2);
    REFUSES(says, RANKS.reserved = 1);
    REFUSES(says, RANKS.period = PRM_PERIOD_NONE);
    REFUSES(says, RANKS.period = PRM_PERIOD_FISCAL_YEAR + 1);
    REFUSES(says, RANKS.promote_now = 2);
    REFUSES(says, RANKS.offset = 312);
    REFUSES(says, RANKS.present = 0; CODE(26) = SAMPLE_WORD(TEXT, 0)); /* but there are levels */
    TAKES(RANKS.keep = UINT32_MAX);
    says = "a level is wrong";
    REFUSES(says, LEVEL(0).text = PRM_NO_INDEX);
    REFUSES(says, LEVEL(1).has_rate = 2);
    REFUSES(says, LEVEL(1).rate = INT64_MIN);
    REFUSES(says, LEVEL(1).first_condition = 16);
    REFUSES(says, LEVEL(1).first_condition = 1);  /* a customer's measure */
    REFUSES(says, LEVEL(1).first_condition = 12); /* a referrer's */
    REFUSES(says, LEVEL(1).first_condition = 4);  /* bare */
    REFUSES(says, LEVEL(1).first_condition = 14); /* every */
    REFUSES(says, LEVEL(1).first_condition = 8);  /* not: of nothing */
    TAKES(LEVEL(1).first_condition = 7);
    TAKES(LEVEL(1).condition_count = 0);
    REFUSES("a level's rates are wrong", LEVEL(1).first_rate = 0);
    REFUSES("a product's rate belongs to nobody", LEVEL(1).rate_count = 2);
    REFUSES("rows belong to two owners", LEVEL(0).condition_count = UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),    cmocka_unit_test(test_rules),
        cmocka_unit_test(test_forms),      cmocka_unit_test(test_tiers_and_blocks),
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_actions),
        cmocka_unit_test(test_counts),     cmocka_unit_test(test_ranks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
