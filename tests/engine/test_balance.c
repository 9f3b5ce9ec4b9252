/* Money that is not there, or twice: an engine whose postings and ledger no longer add up says so, takes
 * nothing more, and leaves every other engine alone. */
#include "engine_rig.h"

#include "engine/balance.h"
#include "engine/list.h"

#define PROGRAM                                                                                              \
    "commission: {on: deal.won, of: amount, base: 10%}\n"                                                    \
    "rules:\n"                                                                                               \
    "  two: {when: {count: deal.won, at_least: 2}, then: [{cash: 500}, {points: 7}]}\n"                      \
    "  up: {per: month, when: {count: deal.won, at_least: 3}, then: {rate: +5%, from: period}}\n"

static prm__partner *partner_of(const rig *r)
{
    return prm__engine_partner(r->engine, 0);
}

static prm__outcome *outcome_at(const rig *r, uint32_t place)
{
    const prm__partner *partner = partner_of(r);
    assert_true(place < partner->outcomes.count);
    return (prm__outcome *)prm__list_data(&r->engine->pool, &partner->outcomes) + place;
}

static void open_with_ledger(rig *r)
{
    rig_open(r, PROGRAM);
    rig_give(r, "d1 2026-01-01 deal.won partner=a amount=1000; d2 2026-01-02 deal.won partner=a amount=2000;"
                "d3 2026-01-03 deal.won partner=a amount=3000; b1 2026-01-03 deal.won partner=b amount=9000");
}

static prm_status give_late(const rig *r, prm_error *error)
{
    rig_events events;
    rig_read(r, "d0 2025-12-31 deal.won partner=a amount=10", &events);
    return prm_engine_ingest(r->engine, events.events, events.count, sizeof events.events[0], NULL, error);
}

/* A call that finds the damage fails, and so does all that comes after; another engine goes on. */
static void check_found(rig *r)
{
    rig other;
    prm_error error;
    prm_rows *rows = NULL;
    char bytes[8];
    size_t size = 0;
    open_with_ledger(&other);
    prm_counts before = {.size = sizeof before}, after = {.size = sizeof after};
    uint64_t postings = r->engine->journal.count;
    assert_int_equal(prm_engine_counts(r->engine, &before), PRM_OK);
    assert_int_equal(give_late(r, &error), PRM_E_INTERNAL);
    assert_int_equal(error.status, PRM_E_INTERNAL);
    assert_true(strlen(error.message) > 0);
    assert_int_equal(r->engine->journal.count, postings); /* nothing was posted */
    assert_int_equal(give_late(r, &error), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_ledger(r->engine, &rows, &error), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_journal(r->engine, 1, &rows, &error), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_advance(r->engine, INT64_C(1800000000000), &error), PRM_E_INTERNAL);
    assert_int_equal(prm_engine_save(r->engine, bytes, sizeof bytes, &size, &error), PRM_E_INTERNAL);
    assert_null(rows);
    assert_int_equal(give_late(&other, &error), PRM_OK);
    assert_int_equal(prm_engine_counts(other.engine, &after), PRM_OK);
    assert_int_equal(after.accepted, before.accepted + 1);
    rig_close(&other);
    rig_close(r);
}

static void sound_money_is_taken(void **state)
{
    (void)state;
    rig r;
    prm_error error;
    open_with_ledger(&r);
    assert_int_equal(give_late(&r, &error), PRM_OK);
    prm__balance balance = prm__balance_of(outcome_at(&r, 0), partner_of(&r)->outcomes.count);
    assert_int_equal(balance.rows, partner_of(&r)->rows);
    assert_int_equal(balance.sum, partner_of(&r)->posted);
    assert_int_equal(balance.rows, 7); /* 4 commissions, cash, points, the rate */
    rig_close(&r);
}

static void an_amount_that_has_changed(void **state)
{
    (void)state;
    for (uint32_t place = 0; place < 6; place++) {
        rig r;
        open_with_ledger(&r);
        outcome_at(&r, place)->number++;
        check_found(&r);
    }
}

static void a_row_that_is_gone(void **state)
{
    (void)state;
    for (uint32_t place = 0; place < 6; place++) {
        rig r;
        open_with_ledger(&r);
        outcome_at(&r, place)->kind = PRM_OUTCOME_NONE;
        check_found(&r);
    }
}

/* Two amounts that together are what they were. */
static void an_amount_that_has_moved(void **state)
{
    (void)state;
    rig r;
    open_with_ledger(&r);
    outcome_at(&r, 0)->action = 1;
    check_found(&r);
    open_with_ledger(&r);
    for (uint32_t place = 0; place < partner_of(&r)->outcomes.count; place++)
        if (outcome_at(&r, place)->rule == 0)
            outcome_at(&r, place)->number += outcome_at(&r, place)->action ? 100 : -100;
    check_found(&r);
}

static void another_recipient(void **state)
{
    (void)state;
    rig r;
    open_with_ledger(&r);
    outcome_at(&r, 1)->to_partner = partner_of(&r)[1].key;
    check_found(&r);
}

static void a_posting_that_was_forgotten(void **state)
{
    (void)state;
    rig r;
    open_with_ledger(&r);
    partner_of(&r)->posted -= 100;
    check_found(&r);
    open_with_ledger(&r);
    partner_of(&r)->rows++;
    check_found(&r);
}

/* A list that names an outcome twice posts it twice. */
static void an_outcome_that_is_there_twice(void **state)
{
    (void)state;
    rig r;
    open_with_ledger(&r);
    *outcome_at(&r, 1) = *outcome_at(&r, 0);
    check_found(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_money_is_taken),
        cmocka_unit_test(an_amount_that_has_changed),
        cmocka_unit_test(a_row_that_is_gone),
        cmocka_unit_test(an_amount_that_has_moved),
        cmocka_unit_test(another_recipient),
        cmocka_unit_test(a_posting_that_was_forgotten),
        cmocka_unit_test(an_outcome_that_is_there_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
