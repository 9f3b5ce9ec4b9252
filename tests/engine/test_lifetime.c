/* lifetime: making and freeing an engine. */
#include "engine_rig.h"

#include "engine/lifetime.h"

#include "../base/failing_alloc.h"

static void an_engine_keeps_its_program(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%}\n");
    assert_ptr_equal(prm_engine_program(r.engine), r.program);
    prm_program_unref(r.program);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100");
    rig_ledger(&r, "commission!d1 a cash 10\n");
    prm_engine_free(r.engine);
}

static void the_programs_texts_have_the_first_keys(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "commission: {on: deal.won, of: amount, base: 10%, by_product: {crm: 20%}}\n");
    uint32_t known = r.engine->known_keys, key;
    assert_int_equal(prm_engine_intern(r.engine, "crm", 3, &key, NULL), PRM_OK);
    assert_true(key <= known);
    assert_int_equal(prm_engine_intern(r.engine, "never heard", 11, &key, NULL), PRM_OK);
    assert_int_equal(key, known + 1);
    rig_close(&r);
}

static void engines_of_one_program_know_nothing_of_each_other(void **state)
{
    (void)state;
    rig one, two;
    rig_open(&one, "commission: {on: deal.won, of: amount, base: 10%}\n");
    two.program = prm_program_ref(one.program);
    assert_int_equal(prm_engine_new(two.program, NULL, &two.engine, NULL), PRM_OK);
    rig_give(&one, "d1 2026-01-01 deal.won partner=a amount=100");
    rig_give(&two, "d1 2027-01-01 deal.won partner=b amount=500");
    rig_ledger(&one, "commission!d1 a cash 10\n");
    rig_ledger(&two, "commission!d1 b cash 50\n");
    rig_close(&two);
    rig_close(&one);
}

/* Seeds move texts and ids to other places of their tables, and nothing else. */
static void the_seed_changes_nothing_that_is_seen(void **state)
{
    (void)state;
    rig r = {rig_program("commission: {on: deal.won, of: amount, base: 10%}\n"), NULL};
    for (uint64_t seed = 0; seed < 8; seed++) {
        prm_engine_options options = {
            .size = sizeof options, .clock_follows = 1, .hash_seed = seed * UINT64_C(0x9E3779B97F4A7C15)};
        assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
        rig_give(&r,
                 "d2 2026-01-02 deal.won partner=b amount=100; d1 2026-01-02 deal.won partner=a amount=200");
        rig_ledger(&r, "commission!d1 a cash 20\ncommission!d2 b cash 10\n");
        prm_engine_free(r.engine);
    }
    prm_program_unref(r.program);
}

/* The n-th allocation fails, for every n: no engine, and nothing left behind. */
static void without_memory_there_is_no_engine(void **state)
{
    (void)state;
    prm_program *program = rig_program("attributes: {partner: {goal: integer}}\n"
                                       "commission: {on: deal.won, of: amount, base: 10%}\n"
                                       "rules:\n"
                                       "  x: {for: customer, within: 9d, when: {count: deal.won, at_least: "
                                       "partner.goal}, then: {rate: +1%, group: g}}\n");
    prm_status status = PRM_E_MEMORY;
    for (size_t n = 1; status != PRM_OK; n++) {
        failing_alloc memory;
        prm_engine *engine = NULL;
        prm_error error;
        failing_alloc_init(&memory, n);
        prm_engine_options options = {.size = sizeof options, .allocator = &memory.host};
        status = prm_engine_new(program, &options, &engine, &error);
        if (status != PRM_OK) {
            assert_int_equal(status, PRM_E_MEMORY);
            assert_null(engine);
        }
        prm_engine_free(engine);
        assert_int_equal(memory.bytes, 0);
    }
    prm_program_unref(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_engine_keeps_its_program),
        cmocka_unit_test(the_programs_texts_have_the_first_keys),
        cmocka_unit_test(engines_of_one_program_know_nothing_of_each_other),
        cmocka_unit_test(the_seed_changes_nothing_that_is_seen),
        cmocka_unit_test(without_memory_there_is_no_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
