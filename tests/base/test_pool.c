/* Tests of base/pool: blocks that are zeroed, aligned, apart and used again, a small
 * beginning, blocks larger than a slab, and running out of memory or handles. */
#include "base/pool.h"

#include "unit.h"

#include "failing_alloc.h"

typedef struct held_block {
    prm__block block;
    uint32_t size_class;
    unsigned char mark;
} held_block;

static void expect_bytes(const prm__pool *pool, const held_block *held, unsigned char byte)
{
    const unsigned char *bytes = prm__pool_at(pool, held->block);
    assert_int_equal((uintptr_t)bytes % 16, 0);
    for (size_t i = 0; i < (size_t)16 << held->size_class; i++)
        assert_int_equal(bytes[i], byte);
}

/* Every block carries its mark from end to end: an overlap would be seen. */
static void test_blocks_are_zeroed_and_apart(void **state)
{
    (void)state;
    enum { HELD = 200 };
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);
    prm__pool pool;
    prm__pool_init(&pool, &alloc);
    held_block held[HELD] = {{0, 0, 0}};
    uint64_t random = 7;
    for (int step = 0; step < 5000; step++) {
        held_block *one = &held[unit_random(&random) % HELD];
        if (one->block != 0) {
            expect_bytes(&pool, one, one->mark);
            prm__pool_put(&pool, one->block, one->size_class);
            one->block = 0;
            continue;
        }
        uint64_t draw = unit_random(&random);
        one->size_class = draw % 100 == 0 ? 10 + (uint32_t)(draw >> 8) % 6 : (uint32_t)(draw >> 8) % 7;
        one->block = prm__pool_get(&pool, one->size_class);
        assert_int_not_equal(one->block, 0);
        expect_bytes(&pool, one, 0);
        one->mark = (unsigned char)(draw >> 32) | 1;
        memset(prm__pool_at(&pool, one->block), one->mark, (size_t)16 << one->size_class);
    }
    for (int i = 0; i < HELD; i++)
        if (held[i].block != 0)
            expect_bytes(&pool, &held[i], held[i].mark);
    prm__pool_free(&pool);
    assert_int_equal(failing.bytes, 0);
    assert_int_equal(alloc.held, 0);
}

/* Handle 0 is no block, so a large block is never the first thing that a pool holds; and giving
 * back no block does nothing. */
static void test_large_blocks_come_second(void **state)
{
    (void)state;
    for (size_t fail_at = 0; fail_at < 4; fail_at++) {
        failing_alloc failing;
        failing_alloc_init(&failing, fail_at);
        prm__alloc alloc;
        prm__alloc_init(&alloc, &failing.host);
        prm__pool pool;
        prm__pool_init(&pool, &alloc);
        prm__block block = prm__pool_get(&pool, 18);
        if (fail_at == 0)
            assert_int_not_equal(block, 0);
        prm__block again = prm__pool_get(&pool, 18);
        assert_int_not_equal(again, 0);
        assert_int_not_equal(again, block);
        prm__pool_put(&pool, 0, 18);
        assert_int_not_equal(prm__pool_get(&pool, 18), 0);
        prm__pool_free(&pool);
        assert_int_equal(failing.bytes, 0);
    }
}

static void test_a_steady_state_allocates_nothing(void **state)
{
    (void)state;
    failing_alloc failing;
    failing_alloc_init(&failing, 0);
    prm__alloc alloc;
    prm__alloc_init(&alloc, &failing.host);
    prm__pool pool;
    prm__pool_init(&pool, &alloc);
    prm__block blocks[64];
    for (int i = 0; i < 64; i++)
        blocks[i] = prm__pool_get(&pool, 3);
    size_t calls = failing.calls;
    for (int i = 0; i < 100000; i++) {
        prm__pool_put(&pool, blocks[i % 64], 3);
        blocks[i % 64] = prm__pool_get(&pool, 3);
        assert_int_not_equal(blocks[i % 64], 0);
    }
    assert_int_equal(failing.calls, calls);
    prm__pool_free(&pool);
}

static void test_begins_small_and_wastes_little(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__pool pool;
    prm__pool_init(&pool, &alloc);
    assert_int_equal(alloc.held, 0);
    assert_int_not_equal(prm__pool_get(&pool, 0), 0);
    assert_true(alloc.held < 6000);
    for (int i = 0; i < 100000; i++)
        assert_int_not_equal(prm__pool_get(&pool, 1), 0);
    assert_true(alloc.held < 100000 * 32 + 600 * 1024);
    /* The end of the slab that was left is not lost: it serves smaller blocks. */
    prm__block big = prm__pool_get(&pool, 13);
    uint64_t held = alloc.held;
    assert_int_not_equal(big, 0);
    for (int i = 0; i < 100; i++)
        assert_int_not_equal(prm__pool_get(&pool, 0), 0);
    assert_int_equal(alloc.held, held);
    prm__pool_free(&pool);
    assert_int_equal(alloc.held, 0);
}

static void test_blocks_larger_than_a_slab(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__pool pool;
    prm__pool_init(&pool, &alloc);
    held_block large = {prm__pool_get(&pool, 16), 16, 0}, exact = {prm__pool_get(&pool, 14), 14, 0};
    held_block small = {prm__pool_get(&pool, 0), 0, 0};
    assert_true(large.block != 0 && exact.block != 0 && small.block != 0);
    expect_bytes(&pool, &large, 0);
    expect_bytes(&pool, &exact, 0);
    memset(prm__pool_at(&pool, large.block), 0x11, (size_t)16 << 16);
    memset(prm__pool_at(&pool, exact.block), 0x22, (size_t)16 << 14);
    expect_bytes(&pool, &small, 0);
    prm__pool_put(&pool, large.block, 16);
    uint64_t held = alloc.held;
    large.block = prm__pool_get(&pool, 16);
    expect_bytes(&pool, &large, 0);
    expect_bytes(&pool, &exact, 0x22);
    assert_int_equal(alloc.held, held);
    assert_int_equal(prm__pool_get(&pool, PRM_POOL_CLASSES), 0);
    prm__pool_free(&pool);
}

/* A thousand gets, failing at each allocation in turn: what was there stays, the retry succeeds. */
static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    size_t failures = 0;
    for (size_t fail_at = 1; failures + 1 == fail_at; fail_at++) {
        failing_alloc failing;
        failing_alloc_init(&failing, fail_at);
        prm__alloc alloc;
        prm__alloc_init(&alloc, &failing.host);
        prm__pool pool;
        prm__pool_init(&pool, &alloc);
        held_block first = {0, 2, 0};
        for (uint32_t i = 0; i < 1000; i++) {
            uint32_t size_class = i % 250 == 249 ? 14 : i % 9;
            uint64_t held = alloc.held;
            prm__block block = prm__pool_get(&pool, size_class);
            if (block == 0) {
                failures++;
                assert_true(alloc.held >= held); /* at most the list of slabs grew */
                block = prm__pool_get(&pool, size_class);
            }
            assert_int_not_equal(block, 0);
            if (i == 2)
                first.block = block;
        }
        expect_bytes(&pool, &first, 0);
        prm__pool_free(&pool);
        assert_int_equal(failing.bytes, 0);
    }
    assert_true(failures >= 8);
}

/* 64 GiB in slabs that all share one piece of memory. */
static void test_handles_run_out_without_harm(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__pool pool;
    prm__pool_init(&pool, &alloc);
    assert_int_not_equal(prm__pool_get(&pool, 0), 0);
    size_t real = pool.slabs.count;
    const size_t slabs = ((size_t)1 << (32 - PRM_POOL_UNIT_BITS)) - 1;
    prm__pool_slab shared = *(prm__pool_slab *)prm__vec_at(&pool.slabs, 0);
    while (pool.slabs.count < slabs - 1)
        assert_int_equal(prm__vec_append(&pool.slabs, &shared, 1), PRM_OK);
    prm__block last = prm__pool_get(&pool, 14);
    assert_int_equal(last >> PRM_POOL_UNIT_BITS, slabs - 1);
    expect_bytes(&pool, &(held_block){last, 14, 0}, 0);
    assert_int_equal(prm__pool_get(&pool, 14), 0);
    prm__pool_slab made = *(prm__pool_slab *)prm__vec_at(&pool.slabs, slabs - 1);
    *(prm__pool_slab *)prm__vec_at(&pool.slabs, real) = made;
    pool.slabs.count = real + 1;
    prm__pool_free(&pool);
    assert_int_equal(alloc.held, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_zeroed_and_apart),
        cmocka_unit_test(test_large_blocks_come_second),
        cmocka_unit_test(test_a_steady_state_allocates_nothing),
        cmocka_unit_test(test_begins_small_and_wastes_little),
        cmocka_unit_test(test_blocks_larger_than_a_slab),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_handles_run_out_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
