/* stash: outcomes as they were before a call, from the first changed one on. */
#include "engine_rig.h"

#include "engine/stash.h"

/* A partner with `count` outcomes numbered from 0, as a call finds them. */
static prm__partner *partner_with(rig *r, uint32_t count)
{
    rig_open(r, "commission: {on: deal.won, of: amount, base: 10%}\n");
    rig_give(r, "a 2026-01-01 partner.joined partner=p");
    prm__partner *partner = prm__engine_partner(r->engine, 0);
    assert_int_equal(prm__list_reserve(&r->engine->pool, &partner->outcomes, sizeof(prm__outcome), count),
                     PRM_OK);
    prm__outcome *outcomes = prm__list_data(&r->engine->pool, &partner->outcomes);
    for (uint32_t i = 0; i < count; i++)
        outcomes[i] = (prm__outcome){.number = i};
    partner->outcomes.count = count;
    partner->kept = count;
    return partner;
}

static void check_numbers(const rig *r, const prm__list *list, const int64_t *numbers, uint32_t count)
{
    const prm__outcome *outcomes = prm__list_data(&r->engine->pool, list);
    assert_int_equal(list->count, count);
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(outcomes[i].number, numbers[i]);
}

static void put_away(rig *r, prm__partner *partner)
{
    partner->outcomes.count = 0;
    prm__list_clear(&r->engine->pool, &partner->stash);
    rig_close(r);
}

static void what_changes_is_kept_once(void **state)
{
    (void)state;
    rig r;
    prm__partner *partner = partner_with(&r, 5);
    prm__outcome *outcomes = prm__list_data(&r.engine->pool, &partner->outcomes);
    assert_int_equal(prm__stash_from(r.engine, partner, 3), PRM_OK);
    outcomes[3].number = 30;
    assert_int_equal(prm__stash_from(r.engine, partner, 4), PRM_OK);
    assert_int_equal(prm__stash_from(r.engine, partner, 1), PRM_OK);
    outcomes[1].number = 10;
    assert_int_equal(partner->kept, 1);
    check_numbers(&r, &partner->stash, (int64_t[]){1, 2, 3, 4}, 4);
    put_away(&r, partner);
}

static void all_comes_back(void **state)
{
    (void)state;
    rig r;
    prm__partner *partner = partner_with(&r, 4);
    assert_int_equal(prm__stash_from(r.engine, partner, 2), PRM_OK);
    ((prm__outcome *)prm__list_data(&r.engine->pool, &partner->outcomes))[2].number = 99;
    partner->outcomes.count = 5; /* one more by the call */
    prm__stash_restore(r.engine, partner);
    check_numbers(&r, &partner->outcomes, (int64_t[]){0, 1, 2, 3}, 4);
    assert_int_equal(partner->stash.count, 0);
    put_away(&r, partner);
}

/* A fold that starts again after the call had already changed some: the stash is what was there before
 * the call, not before the fold. */
static void a_restart_keeps_the_former_list(void **state)
{
    (void)state;
    rig r;
    prm__partner *partner = partner_with(&r, 4);
    assert_int_equal(prm__stash_from(r.engine, partner, 3), PRM_OK);
    ((prm__outcome *)prm__list_data(&r.engine->pool, &partner->outcomes))[3].number = 99;
    partner->outcomes.count = 6;
    prm__stash_all(r.engine, partner);
    check_numbers(&r, &partner->stash, (int64_t[]){0, 1, 2, 3}, 4);
    check_numbers(&r, &partner->outcomes, NULL, 0);
    assert_int_equal(partner->kept, 0);
    prm__stash_restore(r.engine, partner);
    check_numbers(&r, &partner->outcomes, (int64_t[]){0, 1, 2, 3}, 4);
    put_away(&r, partner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changes_is_kept_once),
        cmocka_unit_test(all_comes_back),
        cmocka_unit_test(a_restart_keeps_the_former_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
