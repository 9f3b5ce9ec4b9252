/* list: a growable array in the pool. */
#include "../base/unit.h"
#include "../base/failing_alloc.h"

#include "engine/list.h"

typedef struct ground {
    failing_alloc memory;
    prm__alloc alloc;
    prm__pool pool;
} ground;

static void ground_open(ground *g, size_t fail_at)
{
    failing_alloc_init(&g->memory, fail_at);
    prm__alloc_init(&g->alloc, &g->memory.host);
    prm__pool_init(&g->pool, &g->alloc);
}

static void ground_close(ground *g)
{
    prm__pool_free(&g->pool);
    assert_int_equal(g->memory.bytes, 0);
}

static void list_push(ground *g, prm__list *list, uint32_t value)
{
    assert_int_equal(prm__list_reserve(&g->pool, list, sizeof value, 1), PRM_OK);
    ((uint32_t *)prm__list_data(&g->pool, list))[list->count++] = value;
}

static void an_empty_list_has_no_memory(void **state)
{
    (void)state;
    ground g;
    ground_open(&g, 0);
    prm__list list = {0, 0, 0};
    assert_null(prm__list_data(&g.pool, &list));
    assert_int_equal(g.memory.bytes, 0);
    prm__list_clear(&g.pool, &list);
    ground_close(&g);
}

static void growing_keeps_what_is_in(void **state)
{
    (void)state;
    ground g;
    ground_open(&g, 0);
    prm__list list = {0, 0, 0};
    for (uint32_t i = 0; i < 1000; i++)
        list_push(&g, &list, i * 3);
    assert_int_equal(list.count, 1000);
    const uint32_t *data = prm__list_data(&g.pool, &list);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(data[i], i * 3);
    ground_close(&g);
}

static void room_that_is_there_is_used(void **state)
{
    (void)state;
    ground g;
    ground_open(&g, 0);
    prm__list list = {0, 0, 0};
    assert_int_equal(prm__list_reserve(&g.pool, &list, 4, 100), PRM_OK);
    const void *data = prm__list_data(&g.pool, &list);
    for (uint32_t i = 0; i < 100; i++)
        list_push(&g, &list, i);
    assert_ptr_equal(prm__list_data(&g.pool, &list), data);
    ground_close(&g);
}

static void a_cleared_block_serves_the_next_list(void **state)
{
    (void)state;
    ground g;
    ground_open(&g, 0);
    prm__list first = {0, 0, 0}, second = {0, 0, 0};
    list_push(&g, &first, 1);
    prm__block block = first.block;
    prm__list_clear(&g.pool, &first);
    assert_int_equal(first.count, 0);
    assert_null(prm__list_data(&g.pool, &first));
    list_push(&g, &second, 2);
    assert_int_equal(second.block, block);
    ground_close(&g);
}

static void without_memory_the_list_stays(void **state)
{
    (void)state;
    ground g;
    ground_open(&g, 0);
    prm__list list = {0, 0, 0};
    list_push(&g, &list, 42);
    g.memory.fail_at = g.memory.calls + 1;
    assert_int_equal(prm__list_reserve(&g.pool, &list, sizeof(uint32_t), 1000000), PRM_E_MEMORY);
    assert_int_equal(list.count, 1);
    assert_int_equal(*(uint32_t *)prm__list_data(&g.pool, &list), 42);
    ground_close(&g);
}

static void beyond_the_largest_block_there_is_no_memory(void **state)
{
    (void)state;
    ground g;
    ground_open(&g, 0);
    prm__list list = {0, 0, 0};
    assert_int_equal(prm__list_reserve(&g.pool, &list, 64, UINT32_MAX), PRM_E_MEMORY);
    assert_int_equal(g.memory.calls, 0);
    ground_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_list_has_no_memory),
        cmocka_unit_test(growing_keeps_what_is_in),
        cmocka_unit_test(room_that_is_there_is_used),
        cmocka_unit_test(a_cleared_block_serves_the_next_list),
        cmocka_unit_test(without_memory_the_list_stays),
        cmocka_unit_test(beyond_the_largest_block_there_is_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
