#include "testarrival.h"

#include "scratch.h"

enum { ARRIVAL_EVENTS = 23 };

static prm_event arrival_events[ARRIVAL_EVENTS];
static char arrival_ids[ARRIVAL_EVENTS][4];

/* Events 3, 10 and 20 share an id, as do 0 and 22. */
static int arrival_set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRIVAL_EVENTS; i++) {
        size_t name = i == 10 || i == 20 ? 3 : i == 22 ? 0 : i;
        int size = snprintf(arrival_ids[i], sizeof arrival_ids[i], "e%zu", name);
        arrival_events[i] = (prm_event){.id = arrival_ids[i], .id_size = (size_t)size};
    }
    return 0;
}

static void arrival_make(test_arrival *out, size_t number)
{
    testarrival_make(out, number, text_of("a test"), arrival_events, ARRIVAL_EVENTS);
}

static size_t arrival_position(const test_arrival *arrival, size_t index)
{
    size_t at = 0;
    while (arrival->order[at] != index)
        assert_in_range(++at, 0, ARRIVAL_EVENTS - 1);
    return at;
}

static void test_every_event_once(void **state)
{
    (void)state;
    for (size_t number = 0; number < TESTARRIVAL_COUNT; number++) {
        int seen[ARRIVAL_EVENTS] = {0};
        test_arrival arrival;
        arrival_make(&arrival, number);
        assert_int_equal(arrival.count, ARRIVAL_EVENTS);
        for (size_t i = 0; i < ARRIVAL_EVENTS; i++)
            assert_int_equal(seen[arrival.order[i]]++, 0);
        testarrival_free(&arrival);
    }
}

static void test_one_id_keeps_its_order(void **state)
{
    (void)state;
    for (size_t number = 0; number < TESTARRIVAL_COUNT; number++) {
        test_arrival arrival;
        arrival_make(&arrival, number);
        assert_true(arrival_position(&arrival, 3) < arrival_position(&arrival, 10));
        assert_true(arrival_position(&arrival, 10) < arrival_position(&arrival, 20));
        assert_true(arrival_position(&arrival, 0) < arrival_position(&arrival, 22));
        testarrival_free(&arrival);
    }
}

static void test_all_orders_differ(void **state)
{
    (void)state;
    for (size_t a = 1; a < TESTARRIVAL_COUNT; a++)
        for (size_t b = a + 1; b < TESTARRIVAL_COUNT; b++) {
            test_arrival first;
            test_arrival second;
            arrival_make(&first, a);
            arrival_make(&second, b);
            assert_memory_not_equal(first.order, second.order, ARRIVAL_EVENTS * sizeof *first.order);
            testarrival_free(&first);
            testarrival_free(&second);
        }
}

static void test_the_same_again(void **state)
{
    (void)state;
    for (size_t number = 0; number < TESTARRIVAL_COUNT; number++) {
        test_arrival first;
        test_arrival second;
        size_t size;
        arrival_make(&first, number);
        arrival_make(&second, number);
        assert_memory_equal(first.order, second.order, ARRIVAL_EVENTS * sizeof *first.order);
        do {
            size = testarrival_next(&first);
            assert_int_equal(size, testarrival_next(&second));
        } while (size > 0);
        testarrival_free(&first);
        testarrival_free(&second);
    }
}

static void test_another_test_has_other_shuffles(void **state)
{
    test_arrival first;
    test_arrival second;
    (void)state;
    arrival_make(&first, TESTARRIVAL_COUNT - 1);
    testarrival_make(&second, TESTARRIVAL_COUNT - 1, text_of("another"), arrival_events, ARRIVAL_EVENTS);
    assert_memory_not_equal(first.order, second.order, ARRIVAL_EVENTS * sizeof *first.order);
    testarrival_free(&first);
    testarrival_free(&second);
}

static void test_calls(void **state)
{
    const size_t wanted[] = {1, ARRIVAL_EVENTS, 1};
    (void)state;
    for (size_t number = 0; number < TESTARRIVAL_COUNT; number++) {
        test_arrival arrival;
        size_t given = 0;
        size_t size;
        arrival_make(&arrival, number);
        while ((size = testarrival_next(&arrival)) > 0) {
            if (number < 3)
                assert_int_equal(size, wanted[number]);
            assert_in_range(size, 1, number < 3 ? ARRIVAL_EVENTS : 7);
            given += size;
            assert_int_equal(arrival.given, given);
        }
        assert_int_equal(given, ARRIVAL_EVENTS);
        testarrival_free(&arrival);
    }
}

static void test_as_written_and_reversed(void **state)
{
    test_arrival arrival;
    (void)state;
    arrival_make(&arrival, 0);
    for (size_t i = 0; i < ARRIVAL_EVENTS; i++)
        assert_int_equal(arrival.order[i], i);
    testarrival_free(&arrival);
    arrival_make(&arrival, 2);
    assert_int_equal(arrival.order[1], ARRIVAL_EVENTS - 2);
    assert_int_equal(arrival.order[ARRIVAL_EVENTS - 2], 1);
    testarrival_free(&arrival);
}

static void test_no_events(void **state)
{
    (void)state;
    for (size_t number = 0; number < TESTARRIVAL_COUNT; number++) {
        test_arrival arrival;
        testarrival_make(&arrival, number, text_of("a test"), NULL, 0);
        assert_int_equal(testarrival_next(&arrival), 0);
        testarrival_free(&arrival);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_event_once),
        cmocka_unit_test(test_one_id_keeps_its_order),
        cmocka_unit_test(test_all_orders_differ),
        cmocka_unit_test(test_the_same_again),
        cmocka_unit_test(test_another_test_has_other_shuffles),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_as_written_and_reversed),
        cmocka_unit_test(test_no_events),
    };
    return cmocka_run_group_tests(tests, arrival_set_up, NULL);
}
