/* Tests of building a program, of what is found in it, of its listing, and of the public
 * functions on it. */
#include "program/program.h"

#include "../base/unit.h"

#include "../base/failing_alloc.h"
#include "sample.h"

#include <stdio.h>

static prm_program *sample(void)
{
    prm_program *program = NULL;
    assert_int_equal(sample_build(NULL, &program), PRM_OK);
    assert_non_null(program);
    return program;
}

static void expect_text(prm_text text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

/* ---- Building ---- */

static void test_texts_are_added_once(void **state)
{
    (void)state;
    enum { TEXTS = 5000 };
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__builder builder;
    prm__builder_init(&builder, &alloc);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < TEXTS; i++) {
            char text[16];
            int size = snprintf(text, sizeof text, "%u", (unsigned)i);
            assert_int_equal(prm__builder_text(&builder, text, (size_t)size), i);
        }
    assert_int_equal(prm__builder_text(&builder, NULL, 0), TEXTS);
    assert_int_equal(prm__builder_text(&builder, "", 0), TEXTS);
    assert_int_equal(builder.texts.count, TEXTS + 1);
    assert_int_equal(prm__builder_text(&builder, "x", (size_t)UINT32_MAX + 1), PRM_NO_INDEX);
    prm__builder_free(&builder);
    assert_int_equal(alloc.held, 0);
}

static void test_equal_programs_have_equal_bytes(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm_program *a = sample(), *b = NULL, *copy = NULL;
    assert_int_equal(sample_build(&failing.host, &b), PRM_OK);
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->block, b->block, a->size);
    assert_true(a->hash == b->hash && a->hash != 0);
    assert_int_equal(prm__program_from_bytes(a->block, a->size, &failing.host, &copy), PRM_OK);
    assert_memory_equal(a->block, copy->block, a->size);
    assert_true(copy->hash == a->hash);
    prm__program_unref(a);
    prm__program_unref(b);
    prm__program_unref(copy);
    assert_int_equal(failing.bytes, 0);
}

static void test_what_is_not_sound_is_not_built(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__builder builder;
    prm__builder_init(&builder, &alloc);
    assert_int_equal(sample_fill(&builder), PRM_OK);
    PRM_VEC(builder.rules, prm__p_rule)[0].subject = 99;
    prm_program *program = NULL;
    assert_int_equal(prm__builder_finish(&builder, &failing.host, &program), PRM_E_INTERNAL);
    assert_null(program);
    assert_int_equal(failing.bytes, 0);
    PRM_VEC(builder.rules, prm__p_rule)[0].subject = PRM_KIND_PARTNER;
    assert_int_equal(prm__builder_finish(&builder, &failing.host, &program), PRM_OK);
    prm__program_unref(program);
    prm__builder_free(&builder);
    assert_int_equal(failing.bytes, 0);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    prm_program *program = NULL;
    size_t fail_at = 0;
    prm_status status = PRM_E_MEMORY;
    while (status == PRM_E_MEMORY) {
        failing_alloc failing;
        failing_alloc_init(&failing, ++fail_at);
        status = sample_build(&failing.host, &program);
        if (status == PRM_OK) {
            assert_true(failing.calls < fail_at);
            prm__program_unref(program);
        } else {
            assert_int_equal(status, PRM_E_MEMORY);
            assert_null(program);
        }
        assert_int_equal(failing.bytes, 0);
    }
    assert_true(fail_at > 25);
    program = sample();
    for (fail_at = 1, status = PRM_E_MEMORY; status == PRM_E_MEMORY; fail_at++) {
        failing_alloc failing;
        failing_alloc_init(&failing, fail_at);
        prm_program *copy = NULL;
        status = prm__program_from_bytes(program->block, program->size, &failing.host, &copy);
        prm__program_unref(copy);
        assert_int_equal(failing.bytes, 0);
    }
    assert_int_equal(status, PRM_OK);
    assert_int_equal(fail_at, 6); /* the program, its block, two tables; then none fails */
    prm__program_unref(program);
}

static void test_the_last_reference_frees(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm_program *program = NULL;
    assert_int_equal(sample_build(&failing.host, &program), PRM_OK);
    assert_ptr_equal(prm_program_ref(program), program);
    prm_program_unref(program);
    expect_text(prm_program_name(program), "sample");
    prm_program_unref(program);
    assert_int_equal(failing.bytes, 0);
    prm_program_unref(NULL);
    assert_null(prm_program_ref(NULL));
}

/* ---- Finding ---- */

static void test_rows_are_found_by_name(void **state)
{
    (void)state;
    prm_program *program = sample();
    for (uint32_t i = 0; i < program->types_count; i++) {
        prm_text text = prm__program_text(program, program->types[i].text);
        assert_int_equal(prm_program_type(program, text.data, text.size), i);
        assert_int_equal(prm_program_type(program, text.data, text.size - 1), PRM_NONE);
    }
    for (uint32_t i = 0; i < program->names_count; i++) {
        prm_text text = prm__program_text(program, program->names[i].text);
        assert_int_equal(prm_program_field(program, text.data, text.size), i);
        assert_int_equal(prm_program_type(program, text.data, text.size), PRM_NONE);
    }
    assert_int_equal(prm_program_type(program, NULL, 0), PRM_NONE);
    assert_int_equal(prm_program_type(program, NULL, 3), PRM_NONE);
    assert_int_equal(prm_program_field(NULL, "rep", 3), PRM_NONE);
    assert_int_equal(prm__program_slot(program, SAMPLE_TYPE_WON, PRM_NAME_AMOUNT), 5);
    assert_int_equal(prm__program_slot(program, SAMPLE_TYPE_WON, PRM_NAME_PARTNER), 0);
    assert_int_equal(prm__program_slot(program, SAMPLE_TYPE_VOIDED, PRM_NAME_PARTNER), 1);
    assert_int_equal(prm__program_slot(program, SAMPLE_TYPE_CANCELLED, PRM_NAME_AMOUNT), PRM_NO_INDEX);
    prm__program_unref(program);
}

/* ---- The listing ---- */

/* Two texts: longer ones need not be supported. */
static const char expected_head[] =
    "program \"sample\" title \"10件の成約\" currency \"JPY\" digits 0 timezone \"UTC\"\n"
    "calendar week 0 fiscal month 4 closes 31 transitions 3\n"
    "commission base 0.15 of #0 where #1 max 0.4 rounding down for customer window #2 at 144\n"
    "product rate \"crm\" 0.2\n"
    "brackets for customer per quarter at 160\n"
    "bracket from 0 rate 0.1\n"
    "bracket from 1000 rate 0.15\n"
    "override level 1 rate 0.02\n"
    "override level 2 rate 0.01\n"
    "ranks per quarter promote now keep 1 at 304\n"
    "level #0 silver\n"
    "level #1 gold when measure #0 at_least 100 rate 0.2\n"
    "product rate \"c\" 0.22\n"
    "attribute #0 partner.target: integer place 0\n"
    "attribute #1 rep.certified: boolean place 0\n"
    "type #0 partner.joined partner.joined rank 0 { partner: text, referrer?: text, parent?: text, "
    "target?: integer attribute } anchor #0\n"
    "type #1 rep.joined rep.joined rank 1 { partner: text, rep: text, certified?: boolean attribute } "
    "rule #3\n"
    "type #2 deal.won fact rank 2 { partner: text, rep?: text, customer?: text, deal?: text, "
    "product?: text, amount?: money } earns measure #0 measure #1 measure #2 measure #3 measure #4 "
    "measure #5 rule #0 rule #1 rule #2 rule #3 rule #4 rule #5 rule #6 rule #7 rule #8 rule #9\n"
    "type #3 deal.cancelled fact rank 2 { partner: text, deal: text } voids deal.won by deal within "
    "90d\n"
    "type #4 deal.refunded fact rank 2 { partner: text, deal: text, amount: money } reduces deal.won "
    "by deal\n"
    "type #5 event.voided event.voided rank 2 { event: text, partner?: text }\n"
    "kind #0 partner record 384 rates\n"
    "kind #1 rep record 16\n"
    "kind #2 customer record 192\n"
    "kind #3 referrer record 128 rates\n"
    "anchor #0 partner.joined for partner at 0\n"
    "window #0 life\n"
    "window #1 per month life\n"
    "window #2 within 30d anchor #0\n"
    "window #3 within 2592000000ms\n"
    "window #4 per quarter life\n"
    "active #0 from 1400000000000 until 1500000000000\n"
    "active #1\n"
    "measure #0 count for partner window #1 at 16\n"
    "measure #1 distinct product for customer window #2 at 0\n"
    "measure #2 coverage rep for partner window #0 where #4 at 80\n"
    "measure #3 sum amount for customer window #3 at 64\n"
    "measure #4 streak for partner window #1 active #0 when measure #0 at_least 2 at 160\n"
    "measure #5 average amount for referrer window #0 at 0\n";

static const char expected_rules[] =
    "rule #0 ten-deals line 10 title \"10件の成約\" for partner window #1 reach when measure #0 "
    "at_least partner.target value of 1 asks #0 eligible #2 at 64\n"
    "  then rate added 0.05 product \"crm\" from next\n"
    "  then rate 0.2 from period lasts 90d\n"
    "rule #1 cross-sell line 20 title \"\" for customer window #2 reach when measure #1 at_least 2 "
    "value of 1 asks #1 at 48\n"
    "  then cash money amount #5 to subject rounding up hold 1mo\n"
    "rule #2 each-deal line 30 title \"\" for rep window #0 each of deal.won where #3 at 0\n"
    "  then points points amount #6 to rep rounding down\n"
    "rule #3 covered line 40 title \"\" for partner window #0 reach when measure #2 at_least 0.8 "
    "value of 1 asks #2 roster at 128\n"
    "  then rate 0.2 group \"g\" from now until 1500000000000\n"
    "rule #4 volume line 50 title \"\" for customer window #3 reach when measure #3 at_least 1000 "
    "value of 1 asks #3 at 112\n"
    "  then cash money amount #7 to parent.parent rounding half_even\n"
    "rule #5 steps line 60 title \"\" for partner window #4 tiers when measure #0 compared value of 1 "
    "asks #0 at close pick highest at 208\n"
    "  tier 1 at_least 3\n"
    "  tier 2 at_least partner.target\n"
    "  tier 1 notice \"well done\"\n"
    "  tier 2 rank gold\n"
    "rule #6 months line 70 title \"\" for partner window #4 reach when measure #4 at_least 3, value "
    "#8 less_than 5, not, is #9, and, or asks #0 asks #4 active #0 exclusive \"season\" limit 2 for "
    "partner per month at 288 max 500 budget 9000 at 272\n"
    "  then cash money amount #6 to subject rounding down\n"
    "  else notice \"well done\"\n"
    "  remind 7d before notice \"well done\"\n"
    "rule #7 referrals line 80 title \"\" for referrer window #0 while when measure #5 more_than 9 "
    "value of 1 asks #5 at 64\n"
    "  then rate added 0.01 from next\n"
    "rule #8 race line 90 title \"\" for customer window #4 contest when measure #3 compared value of "
    "1 asks #3 at close at 128\n"
    "  place 1 cash money amount #6 to subject rounding down\n"
    "  place 1 notice \"well done\"\n"
    "  place 2 points points amount #6 to subject rounding down\n"
    "rule #9 tens line 100 title \"\" for partner window #0 every when measure #0 every 10 value of 1 "
    "asks #0 at 320\n"
    "  then points points amount #6 to subject rounding down\n"
    "expr #0 number depth 1: FIELD:amount\n"
    "expr #1 boolean depth 2: FIELD:amount 0 GREATER\n"
    "expr #2 boolean depth 1: HAS_ATTRIBUTE:partner.target\n"
    "expr #3 boolean depth 2: FIELD:product \"c\" CALL:startsWith\n"
    "expr #4 boolean depth 2: ATTRIBUTE:rep.certified HAS_FIELD:deal NOT OR\n"
    "expr #5 number depth 2: FIELD:amount 0.1 MULTIPLY 5 CALL:max\n"
    "expr #6 number depth 1: 3\n"
    "expr #7 number depth 3: true VALUE 5 NEGATE CHOOSE\n"
    "expr #8 number depth 2: MEASURE:#0 MEASURE:#4 ADD\n"
    "expr #9 boolean depth 2: RANK \"gold\" EQUAL\n";

static void test_listing(void **state)
{
    (void)state;
    prm_program *program = sample();
    enum { EXPECTED_SIZE = sizeof expected_head + sizeof expected_rules - 2 };
    static char buffer[EXPECTED_SIZE + 100], expected[EXPECTED_SIZE + 1];
    memcpy(expected, expected_head, sizeof expected_head - 1);
    memcpy(expected + sizeof expected_head - 1, expected_rules, sizeof expected_rules);
    assert_int_equal(prm_program_dump(program, NULL, 0), EXPECTED_SIZE);
    assert_int_equal(prm_program_dump(program, buffer, sizeof buffer), EXPECTED_SIZE);
    assert_string_equal(buffer, expected);
    for (size_t capacity = 1; capacity <= EXPECTED_SIZE; capacity += 37) {
        memset(buffer, 'x', sizeof buffer);
        assert_int_equal(prm_program_dump(program, buffer, capacity), EXPECTED_SIZE);
        assert_int_equal(strlen(buffer), capacity - 1);
        assert_memory_equal(buffer, expected, capacity - 1);
        assert_int_equal(buffer[capacity], 'x');
    }
    assert_int_equal(prm_program_dump(program, NULL, 10), 0);
    assert_int_equal(prm_program_dump(NULL, buffer, 10), 0);
    prm__program_unref(program);
}

/* ---- Public functions ---- */

static void test_head(void **state)
{
    (void)state;
    prm_program *program = sample();
    expect_text(prm_program_name(program), "sample");
    expect_text(prm_program_title(program), "10件の成約");
    expect_text(prm_program_currency(program), "JPY");
    expect_text(prm_program_timezone(program), "UTC");
    assert_int_equal(prm_program_minor_digits(program), 0);
    assert_true(prm_program_hash(program) == program->hash);
    assert_int_equal(prm_program_name(NULL).size, 0);
    assert_int_equal(prm_program_title(NULL).size, 0);
    assert_int_equal(prm_program_currency(NULL).size, 0);
    assert_int_equal(prm_program_timezone(NULL).size, 0);
    assert_int_equal(prm_program_minor_digits(NULL), 0);
    assert_int_equal(prm_program_hash(NULL), 0);
    prm__program_unref(program);
}

static void test_rules(void **state)
{
    (void)state;
    prm_program *program = sample();
    assert_int_equal(prm_program_rule_count(program), SAMPLE_RULES);
    assert_int_equal(prm_program_rule_count(NULL), 0);
    prm_rule rule = {.size = sizeof rule};
    assert_int_equal(prm_program_rule(program, 0, &rule), PRM_OK);
    expect_text(rule.name, "ten-deals");
    expect_text(rule.title, "10件の成約");
    assert_int_equal(rule.line, 10);
    assert_int_equal(prm_program_rule(program, 4, &rule), PRM_OK);
    expect_text(rule.name, "volume");
    expect_text(rule.title, "");
    assert_int_equal(prm_program_rule(program, SAMPLE_RULES, &rule), PRM_E_ARGUMENT);
    expect_text(rule.name, "volume");
    assert_int_equal(prm_program_rule(program, 0, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_rule(NULL, 0, &rule), PRM_E_ARGUMENT);
    rule.size--;
    assert_int_equal(prm_program_rule(program, 0, &rule), PRM_E_ARGUMENT);
    expect_text(rule.name, "volume");
    prm__program_unref(program);
}

static void test_times(void **state)
{
    (void)state;
    prm_program *program = sample();
    prm_error error;
    int64_t time = 5;
    assert_int_equal(prm_program_read_time(program, "2026-06-20T10:00:00+09:00", 25, &time, &error), PRM_OK);
    assert_true(time == INT64_C(1781917200000));
    char text[64];
    assert_int_equal(prm_program_write_time(program, time, text, sizeof text), 20);
    assert_string_equal(text, "2026-06-20T01:00:00Z");
    assert_int_equal(prm_program_write_time(program, time, text, 21), 20);
    assert_int_equal(prm_program_write_time(program, time, text, 20), 0);
    assert_int_equal(prm_program_write_time(program, INT64_MIN, text, sizeof text), 0);
    assert_int_equal(prm_program_write_time(program, INT64_MAX, text, sizeof text), 0);
    assert_int_equal(prm_program_write_time(NULL, time, text, sizeof text), 0);
    assert_int_equal(prm_program_write_time(program, time, NULL, 0), 0);
    assert_int_equal(prm_program_read_time(program, "2026-02-30", 10, &time, &error), PRM_E_EVENT);
    assert_int_equal(error.status, PRM_E_EVENT);
    assert_non_null(strstr(error.message, "\"2026-02-30\""));
    assert_true(time == INT64_C(1781917200000));
    assert_int_equal(prm_program_read_time(program, NULL, 0, &time, NULL), PRM_E_EVENT);
    assert_int_equal(prm_program_read_time(program, NULL, 1, &time, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_read_time(NULL, "0", 1, &time, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_read_time(program, "0", 1, NULL, NULL), PRM_E_ARGUMENT);
    prm__program_unref(program);
}

static void test_local_times(void **state)
{
    (void)state;
    prm_program *program = sample();
    prm_error error;
    int64_t time = 5;
    /* In the sample's zone one hour ahead of UTC. */
    assert_int_equal(prm_program_read_local_time(program, "2001-12-31T10:00:00", 19, &time, NULL), PRM_OK);
    assert_true(time == INT64_C(1009789200000));
    assert_int_equal(prm_program_read_local_time(program, "2001-12-31T10:00:00Z", 20, &time, &error),
                     PRM_E_EVENT);
    assert_non_null(strstr(error.message, "2001-12-31T10:00:00Z"));
    assert_int_equal(prm_program_read_local_time(program, "", 0, &time, NULL), PRM_E_EVENT);
    assert_int_equal(prm_program_read_local_time(NULL, "2001-12-31T10:00:00", 19, &time, NULL),
                     PRM_E_ARGUMENT);
    assert_int_equal(prm_program_read_local_time(program, NULL, 19, &time, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_read_local_time(program, "2001-12-31T10:00:00", 19, NULL, NULL),
                     PRM_E_ARGUMENT);
    assert_true(time == INT64_C(1009789200000));
    prm__program_unref(program);
}

static void test_writing(void **state)
{
    (void)state;
    prm_program *program = sample();
    char text[64];
    assert_int_equal(prm_program_write_money(program, -1234, text, sizeof text), 5);
    assert_string_equal(text, "-1234");
    assert_int_equal(prm_program_write_money(program, -1234, text, 5), 0);
    assert_int_equal(prm_program_write_money(NULL, 1, text, sizeof text), 0);
    const struct {
        int64_t rate;
        int32_t added;
        const char *text;
    } rates[] = {
        {200000000000, 0, "20%"},
        {50000000000, 1, "+5%"},
        {-20000000000, 1, "-2%"},
        {0, 1, "+0%"},
        {0, 0, "0%"},
        {125000000000, 0, "12.5%"},
        {1, 0, "0.0000000001%"},
        {INT64_MAX, 1, "+922337203.6854775807%"},
        {INT64_MIN, 0, "-922337203.6854775808%"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rates); i++) {
        assert_int_equal(prm_write_rate(rates[i].rate, rates[i].added, text, sizeof text),
                         strlen(rates[i].text));
        assert_string_equal(text, rates[i].text);
        assert_int_equal(prm_write_rate(rates[i].rate, rates[i].added, text, strlen(rates[i].text)), 0);
    }
    const struct {
        prm_decimal value;
        const char *text;
    } decimals[] = {
        {{0, 0}, "0"},
        {{0, UINT64_C(12500000000000)}, "12.5"},
        {{-1, UINT64_MAX}, "-0.000000000001"},
        {{-1, (uint64_t)-INT64_C(3000000000000)}, "-3"},
    };
    for (size_t i = 0; i < UNIT_COUNT(decimals); i++) {
        assert_int_equal(prm_write_decimal(decimals[i].value, text, sizeof text), strlen(decimals[i].text));
        assert_string_equal(text, decimals[i].text);
    }
    assert_int_equal(prm_write_decimal((prm_decimal){INT64_MAX, 0}, text, sizeof text), 0);
    assert_int_equal(prm_write_decimal((prm_decimal){INT64_MIN, 0}, text, sizeof text), 0);
    prm__program_unref(program);
}

static void test_names(void **state)
{
    (void)state;
    const char *const statuses[] = {"PRM_OK",          "PRM_E_ARGUMENT", "PRM_E_MEMORY", "PRM_E_IO",
                                    "PRM_E_PROGRAM",   "PRM_E_EVENT",    "PRM_E_CLOCK",  "PRM_E_LIMIT",
                                    "PRM_E_NOT_FOUND", "PRM_E_INTERNAL"};
    for (int32_t i = 0; i < (int32_t)UNIT_COUNT(statuses); i++)
        assert_string_equal(prm_status_name(i), statuses[i]);
    assert_string_equal(prm_status_name(-1), "PRM_E_UNKNOWN");
    assert_string_equal(prm_status_name(13), "PRM_E_UNKNOWN");
    const char *const states[] = {"unknown", "open",         "reached", "missed",
                                  "waiting", "not_eligible", "inactive"};
    for (uint32_t i = 0; i < UNIT_COUNT(states); i++)
        assert_string_equal(prm_state_name(i), states[i]);
    assert_string_equal(prm_state_name(UINT32_MAX), "unknown");
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", PRM_VERSION_MAJOR, PRM_VERSION_MINOR, PRM_VERSION_PATCH);
    assert_string_equal(prm_version(), version);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_added_once),
        cmocka_unit_test(test_equal_programs_have_equal_bytes),
        cmocka_unit_test(test_what_is_not_sound_is_not_built),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_the_last_reference_frees),
        cmocka_unit_test(test_rows_are_found_by_name),
        cmocka_unit_test(test_listing),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_local_times),
        cmocka_unit_test(test_writing),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
