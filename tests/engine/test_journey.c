/* journey: where everybody stands, since when, and that nothing else knows of it. */
#include "engine_rig.h"

#include "../base/failing_alloc.h"

#define STAGES                                                                                               \
    "journey:\n"                                                                                             \
    "  lead: {when: {count: lead.registered, at_least: 2}}\n"                                                \
    "  meeting: {when: {count: meeting.held, at_least: 1}}\n"                                                \
    "  won: {when: {count: deal.won, at_least: 1}}\n"

static void rig_print_journey(const rig *r, rig_text *out, const char *partner)
{
    prm_rows *rows = NULL;
    prm_journey one = {.size = sizeof one};
    assert_int_equal(prm_engine_journey(r->engine, rig_as_text(partner), &rows, NULL), PRM_OK);
    while (prm_rows_next_journey(rows, &one) > 0) {
        prm_stage stage = {.size = sizeof stage};
        rig_print_name(out, "", one.partner);
        rig_print_name(out, "/", one.rep);
        if (one.stage != PRM_NONE)
            assert_int_equal(prm_program_stage(r->program, one.stage, &stage), PRM_OK);
        rig_print_name(out, " ", stage.name);
        RIG_PRINT(out, " %u", (unsigned)one.reached);
        RIG_PRINT(out, " ");
        if (one.since != PRM_NO_TIME)
            rig_print_time(r, out, one.since);
        RIG_PRINT(out, "..");
        if (one.last != PRM_NO_TIME)
            rig_print_time(r, out, one.last);
        RIG_PRINT(out, "\n");
    }
    prm_rows_free(rows);
}

/* "PARTNER/REP STAGE BITS SINCE..LAST" of all. */
#define rig_journey(r, expected) RIG_SAME(rig_print_journey, r, "", expected)

static void partners_then_their_reps_by_name(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, STAGES);
    rig_give(&r,
             "j 2026-01-01 rep.joined partner=b rep=z; "
             "l1 2026-01-02 lead.registered partner=b rep=x; l2 2026-01-03 lead.registered partner=b rep=x; "
             "m 2026-01-04 meeting.held partner=b rep=c; p 2026-01-05 portal.login partner=a");
    rig_journey(&r, "a 0 ..2026-01-05\n"
                    "b meeting 3 2026-01-04..2026-01-04\n"
                    "b/c meeting 2 2026-01-04..2026-01-04\n"
                    "b/x lead 1 2026-01-03..2026-01-03\n"
                    "b/z 0 ..\n");
    rig_close(&r);
}

static void late_events_and_voids_tell_anew(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, STAGES);
    rig_give(&r,
             "l1 2026-01-02 lead.registered partner=a rep=x; l3 2026-01-09 lead.registered partner=a rep=x");
    rig_journey(&r, "a lead 1 2026-01-09..2026-01-09\na/x lead 1 2026-01-09..2026-01-09\n");
    rig_give(&r, "l2 2026-01-03 lead.registered partner=a rep=x");
    rig_journey(&r, "a lead 1 2026-01-03..2026-01-09\na/x lead 1 2026-01-03..2026-01-09\n");
    rig_give(&r, "v1 2026-02-01 event.voided event=l3; v2 2026-02-01 event.voided event=l2");
    rig_journey(&r, "a 0 ..2026-01-02\na/x 0 ..2026-01-02\n");
    rig_close(&r);
}

static void who_left_is_not_there(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, STAGES);
    rig_give(&r, "m 2026-01-04 meeting.held partner=a rep=x; n 2026-01-04 meeting.held partner=a rep=y; "
                 "o 2026-01-05 rep.left partner=a rep=x; m2 2026-01-04 meeting.held partner=b rep=x");
    rig_journey(&r, "a meeting 2 2026-01-04..2026-01-04\na/y meeting 2 2026-01-04..2026-01-04\n"
                    "b meeting 2 2026-01-04..2026-01-04\nb/x meeting 2 2026-01-04..2026-01-04\n");
    rig_give(&r, "q 2026-01-06 partner.left partner=a");
    rig_journey(&r, "b meeting 2 2026-01-04..2026-01-04\nb/x meeting 2 2026-01-04..2026-01-04\n");
    rig_close(&r);
}

/* A program with the same rules has the same ledger, journal and progress. */
static void nothing_else_knows_of_it(void **state)
{
    (void)state;
#define RULES                                                                                                \
    "rules:\n  lead: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 7}}\n"
    rig r;
    rig_open(&r, RULES STAGES);
    rig_give(&r,
             "l1 2026-01-02 lead.registered partner=a rep=x; l2 2026-01-03 lead.registered partner=a rep=x; "
             "m 2026-01-04 meeting.held partner=a rep=x");
    rig_progress(&r, "lead a/x 2 of 2 reached\n");
    rig_instants(&r, "lead:a:x l2 2026-01-03\n");
    assert_int_equal(rig_counts(&r).outcomes, 1);
    assert_int_equal(rig_counts(&r).postings, 1);
    prm_explanation *explanation = NULL;
    prm_error error;
    assert_int_equal(prm_engine_explain(r.engine, rig_as_text("meeting:a:x"), &explanation, &error),
                     PRM_E_NOT_FOUND);
    assert_int_equal(prm_engine_explain_missing(r.engine, 1, rig_as_text("a"), rig_as_text("x"),
                                                (prm_text){NULL, 0}, (prm_text){NULL, 0}, PRM_NO_TIME,
                                                &explanation, &error),
                     PRM_E_NOT_FOUND);
    rig_close(&r);
}

static void it_outlives_a_saved_state(void **state)
{
    (void)state;
    rig r;
    size_t size = 0;
    prm_engine *again = NULL;
    rig_open(&r, STAGES);
    rig_give(&r, "l1 2026-01-02 deal.won partner=a rep=x; m 2026-01-04 meeting.held partner=a rep=x");
    assert_int_equal(prm_engine_save(r.engine, NULL, 0, &size, NULL), PRM_OK);
    char *bytes = malloc(size);
    assert_non_null(bytes);
    assert_int_equal(prm_engine_save(r.engine, bytes, size, &size, NULL), PRM_OK);
    assert_int_equal(prm_engine_load(r.program, NULL, bytes, size, &again, NULL), PRM_OK);
    free(bytes);
    prm_engine_free(r.engine);
    r.engine = again;
    rig_journey(&r, "a won 6 2026-01-02..2026-01-04\na/x won 6 2026-01-02..2026-01-04\n");
    rig_close(&r);
}

/* Settled time is gone, but not when somebody was last active in it. */
static void it_outlives_a_settle(void **state)
{
    (void)state;
    rig r;
    prm_error error;
    rig_open(&r, STAGES);
    rig_give(&r, "j1 2026-01-01 rep.joined partner=a rep=x; j2 2026-01-01 rep.joined partner=a rep=y;"
                 "d 2026-01-02 deal.won partner=a rep=x amount=5; c 2026-01-03 course.completed partner=a "
                 "rep=y course=k;"
                 "m 2026-01-04 meeting.held partner=a rep=x; n 2026-02-01 partner.joined partner=b");
    rig_text before = {.size = 0};
    rig_print_journey(&r, &before, "a");
    for (int64_t days = 0; days < 3; days++) {
        int64_t time = rig_time(&r, "2026-01-04", 10) + days * INT64_C(86400000);
        assert_int_equal(prm_engine_settle(r.engine, time, &error), PRM_OK);
        rig_text after = {.size = 0};
        rig_print_journey(&r, &after, "a");
        assert_string_equal(after.data, before.data);
    }
    assert_non_null(strstr(before.data, "2026-01-04"));
    rig_close(&r);
}

static void of_one_partner(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    prm_journey one = {.size = sizeof one};
    prm_error error;
    rig_open(&r, STAGES);
    rig_give(&r, "m 2026-01-04 meeting.held partner=a rep=x; n 2026-01-04 meeting.held partner=b rep=x");
    assert_int_equal(prm_engine_journey(r.engine, rig_as_text("b"), &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_count(rows), 2);
    one.size--;
    assert_int_equal(prm_rows_next_journey(rows, &one), -1);
    assert_int_equal(prm_rows_next_journey(rows, NULL), -1);
    assert_int_equal(prm_rows_next_journey(NULL, &one), -1);
    one.size++;
    assert_int_equal(prm_rows_next_journey(rows, &one), 1);
    assert_memory_equal(one.partner.data, "b", 1);
    prm_row row = {.size = sizeof row};
    prm_progress progress = {.size = sizeof progress};
    assert_int_equal(prm_rows_next(rows, &row), 0);
    assert_int_equal(prm_rows_next_progress(rows, &progress), 0);
    prm_rows_free(rows);
    rows = NULL;
    assert_int_equal(prm_engine_journey(r.engine, rig_as_text("x"), &rows, NULL), PRM_OK); /* a rep */
    assert_int_equal(prm_rows_count(rows), 0);
    prm_rows_free(rows);
    rows = NULL;
    assert_int_equal(prm_engine_journey(r.engine, rig_as_text("nobody"), &rows, &error), PRM_E_NOT_FOUND);
    assert_int_equal(prm_engine_journey(r.engine, rig_as_text("a"), NULL, &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_engine_journey(NULL, rig_as_text("a"), &rows, &error), PRM_E_ARGUMENT);
    rig_close(&r);
    rig_open(&r, "");
    assert_int_equal(prm_engine_journey(r.engine, (prm_text){NULL, 0}, &rows, &error), PRM_E_NOT_FOUND);
    assert_string_equal(error.message, "the program has no journey");
    assert_null(rows);
    rig_close(&r);
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    failing_alloc memory;
    failing_alloc_init(&memory, 0);
    rig r = {.program = rig_program(STAGES)};
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
    assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
    rig_give(&r, "m 2026-01-04 meeting.held partner=a rep=x; n 2026-01-04 meeting.held partner=b rep=x");
    size_t failures = 0;
    for (prm_status status = PRM_E_MEMORY; status != PRM_OK;) {
        prm_rows *rows = NULL;
        size_t held = memory.bytes;
        memory.calls = 0;
        memory.fail_at = failures + 1;
        status = prm_engine_journey(r.engine, (prm_text){NULL, 0}, &rows, NULL);
        memory.fail_at = 0;
        assert_true(status == PRM_OK || (status == PRM_E_MEMORY && !rows));
        prm_rows_free(rows);
        assert_int_equal(memory.bytes, held);
        failures += status != PRM_OK;
    }
    assert_true(failures >= 4);
    rig_close(&r);
    assert_int_equal(memory.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partners_then_their_reps_by_name),
        cmocka_unit_test(late_events_and_voids_tell_anew),
        cmocka_unit_test(who_left_is_not_there),
        cmocka_unit_test(nothing_else_knows_of_it),
        cmocka_unit_test(it_outlives_a_saved_state),
        cmocka_unit_test(it_outlives_a_settle),
        cmocka_unit_test(of_one_partner),
        cmocka_unit_test(memory_that_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
