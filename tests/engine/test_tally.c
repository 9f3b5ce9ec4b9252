/* tally: the figures of an engine, and that they add up. */
#include "engine_rig.h"

#include "../base/failing_alloc.h"

#define BASE "commission: {on: deal.won, of: amount, base: 10%}\n"

static void every_event_is_counted_once(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_answers(&r,
                "d1 2026-01-01 deal.won partner=a amount=1; d1 2026-01-01 deal.won partner=a amount=1;"
                "d1 2026-01-01 deal.won partner=a amount=2; x 2026-01-01 weather.changed partner=a;"
                "y 2026-01-01 deal.won amount=1; "
                "d2 2026-01-01 deal.won partner=a amount=3 colour=red size=2",
                "accepted; duplicate; rejected 603; ignored; rejected 604; accepted");
    prm_counts counts = rig_counts(&r);
    assert_int_equal(counts.events, 6);
    assert_int_equal(counts.accepted, 2);
    assert_int_equal(counts.duplicate, 1);
    assert_int_equal(counts.ignored, 1);
    assert_int_equal(counts.rejected, 2);
    assert_int_equal(counts.too_late, 0);
    assert_int_equal(counts.dropped_fields, 2);
    rig_close(&r);
}

static void what_lies_beyond_the_clock_waits(void **state)
{
    (void)state;
    rig r;
    rig_open_waiting(&r, BASE);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=10; d2 2026-01-02 deal.won partner=a amount=10; "
                 "d3 2026-01-02 deal.won partner=b amount=10");
    assert_int_equal(rig_counts(&r).waiting, 3);
    rig_advance(&r, "2026-01-01");
    assert_int_equal(rig_counts(&r).waiting, 2);
    rig_advance(&r, "2026-01-02");
    assert_int_equal(rig_counts(&r).waiting, 0);
    rig_close(&r);
}

static void voids_and_reductions_without_a_match(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, "v 2026-01-01 event.voided event=nothing; c 2026-01-01 deal.cancelled partner=a deal=n;"
                 "f 2026-01-01 deal.refunded partner=b deal=n amount=1; "
                 "d 2025-12-31 deal.won partner=c deal=n");
    assert_int_equal(rig_counts(&r).unmatched, 3);
    rig_give(&r, "d2 2025-12-31 deal.won partner=a deal=n; d3 2025-12-31 deal.won partner=b deal=n; "
                 "nothing 2026-01-05 portal.login partner=a");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

static void a_void_that_is_voided_is_not_unmatched(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, "c 2026-01-01 deal.cancelled partner=a deal=n; v 2026-01-02 event.voided event=c");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_close(&r);
}

static void before_its_time_a_cancellation_is_not_unmatched(void **state)
{
    (void)state;
    rig r;
    rig_open_waiting(&r, BASE);
    rig_give(&r, "c 2026-01-02 deal.cancelled partner=a deal=n; v 2026-01-02 event.voided event=nothing");
    rig_advance(&r, "2026-01-01");
    assert_int_equal(rig_counts(&r).unmatched, 0);
    rig_advance(&r, "2026-01-02");
    assert_int_equal(rig_counts(&r).unmatched, 2);
    rig_close(&r);
}

static void partners_and_subjects(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n"
                 "  cross: {for: customer, when: {count: deal.won, at_least: 9}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a rep=x customer=k; "
                 "d2 2026-01-01 deal.won partner=a rep=x customer=i;"
                 "d3 2026-01-01 deal.won partner=b customer=k; v 2026-01-01 event.voided event=none");
    assert_int_equal(rig_counts(&r).partners, 2);
    assert_int_equal(rig_counts(&r).subjects, 6); /* a, x, k and i of a; b, k of b */
    rig_give(&r, "w 2026-01-02 event.voided event=d2");
    assert_int_equal(rig_counts(&r).subjects, 5);
    rig_close(&r);
}

static void outcomes_are_rows_postings_are_all_ever_posted(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100; d2 2026-01-02 deal.won partner=a amount=1; "
                 "d3 2026-01-03 deal.won partner=a");
    assert_int_equal(rig_counts(&r).outcomes, 1); /* 0.1 yen is none */
    assert_int_equal(rig_counts(&r).postings, 1);
    rig_give(&r, "v 2026-01-04 event.voided event=d1");
    assert_int_equal(rig_counts(&r).outcomes, 0);
    assert_int_equal(rig_counts(&r).postings, 2);
    rig_close(&r);
}

static void bytes_are_those_held_from_the_allocator(void **state)
{
    (void)state;
    rig r = {rig_program(BASE), NULL};
    failing_alloc memory;
    failing_alloc_init(&memory, 0);
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
    assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100; d2 2026-01-02 deal.won partner=b amount=1");
    prm_counts counts = rig_counts(&r);
    assert_int_equal(counts.bytes, memory.bytes);
    assert_true(counts.event_bytes > 0 && counts.subject_bytes > 0);
    assert_true(counts.event_bytes + counts.subject_bytes < counts.bytes);
    rig_close(&r);
    assert_int_equal(memory.bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_is_counted_once),
        cmocka_unit_test(what_lies_beyond_the_clock_waits),
        cmocka_unit_test(voids_and_reductions_without_a_match),
        cmocka_unit_test(a_void_that_is_voided_is_not_unmatched),
        cmocka_unit_test(before_its_time_a_cancellation_is_not_unmatched),
        cmocka_unit_test(partners_and_subjects),
        cmocka_unit_test(outcomes_are_rows_postings_are_all_ever_posted),
        cmocka_unit_test(bytes_are_those_held_from_the_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
