/* due: what waits for the clock comes back earliest first, and not before its time. */
#include "engine_rig.h"

#include "engine/due.h"

#define NO_RULES "commission: {on: deal.won, of: amount, base: 10%}\n"

static void push(rig *r, int64_t time)
{
    assert_int_equal(prm__due_push(r->engine, (prm__due){time, 0, 0}), PRM_OK);
}

static int64_t pop(rig *r, int64_t clock)
{
    prm__due due;
    return prm__due_pop(r->engine, clock, &due) ? due.time : -1;
}

static void the_earliest_comes_first(void **state)
{
    (void)state;
    rig r;
    uint64_t random = 11;
    rig_open(&r, NO_RULES);
    for (int i = 0; i < 500; i++)
        push(&r, (int64_t)(unit_random(&random) >> 50));
    int64_t last = 0;
    for (int i = 0; i < 500; i++) {
        int64_t time = pop(&r, INT64_MAX);
        assert_true(time >= last);
        last = time;
    }
    assert_int_equal(pop(&r, INT64_MAX), -1);
    rig_close(&r);
}

static void nothing_comes_before_its_time(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, NO_RULES);
    push(&r, 20);
    push(&r, 10);
    assert_int_equal(pop(&r, 9), -1);
    assert_int_equal(pop(&r, 10), 10);
    assert_int_equal(pop(&r, 19), -1);
    push(&r, 15);
    assert_int_equal(pop(&r, 20), 15);
    assert_int_equal(pop(&r, 20), 20);
    rig_close(&r);
}

static void equal_times_all_come(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, NO_RULES);
    for (uint32_t i = 0; i < 7; i++)
        assert_int_equal(prm__due_push(r.engine, (prm__due){5, i, 0}), PRM_OK);
    uint32_t seen = 0;
    prm__due due;
    while (prm__due_pop(r.engine, 5, &due))
        seen |= 1U << due.partner;
    assert_int_equal(seen, 0x7F);
    rig_close(&r);
}

/* What the heap is for: events beyond the clock take effect when it reaches them, in
 * whatever steps it moves. */
static void waiting_events_take_effect_in_their_time(void **state)
{
    (void)state;
    rig r;
    rig_open_waiting(&r, NO_RULES);
    rig_give(&r, "d3 2026-03-01 deal.won partner=acme amount=3000; "
                 "d1 2026-01-01 deal.won partner=acme amount=1000;"
                 "d2 2026-02-01 deal.won partner=acme amount=2000; "
                 "x1 2026-02-01 deal.won partner=zeta amount=500");
    rig_ledger(&r, "");
    rig_advance(&r, "2026-02-01");
    rig_ledger(&r, "commission!d1 acme cash 100\n"
                   "commission!d2 acme cash 200\n"
                   "commission!x1 zeta cash 50\n");
    rig_advance(&r, "2026-02-28");
    assert_int_equal(rig_counts(&r).waiting, 1);
    rig_advance(&r, "2026-12-31");
    rig_ledger(&r, "commission!d1 acme cash 100\n"
                   "commission!d2 acme cash 200\n"
                   "commission!x1 zeta cash 50\n"
                   "commission!d3 acme cash 300\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_comes_first),
        cmocka_unit_test(nothing_comes_before_its_time),
        cmocka_unit_test(equal_times_all_come),
        cmocka_unit_test(waiting_events_take_effect_in_their_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
