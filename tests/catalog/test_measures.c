/* Tests of the measures against a naive model: random samples added and taken back,
 * in any order, and the value after each step. */
#include "catalog/catalog.h"
#include "catalog/keyset.h"

#include "../base/unit.h"

#include "../base/failing_alloc.h"

#define MODEL_KEYS 300
#define MODEL_LIVE 2000

/* All but the streak, whose state is the engine's. */
#define SAMPLED_KINDS PRM_MEASURE_STREAK

typedef struct naive {
    prm__sample live[MODEL_LIVE];
    size_t count;
    uint32_t times[MODEL_KEYS]; /* by key */
    prm__decimal sum;
} naive;

typedef struct record {
    _Alignas(16) unsigned char state[64];
} record;

static void model_add(naive *model, prm__sample sample)
{
    model->live[model->count++] = sample;
    model->times[sample.key]++;
    model->sum += sample.number;
}

static prm__sample model_remove(naive *model, size_t index)
{
    prm__sample sample = model->live[index];
    model->live[index] = model->live[--model->count];
    model->times[sample.key]--;
    model->sum -= sample.number;
    return sample;
}

static prm__decimal model_distinct(const naive *model)
{
    prm__decimal distinct = 0;
    for (uint32_t key = 0; key < MODEL_KEYS; key++)
        distinct += model->times[key] > 0;
    return distinct * PRM_DECIMAL_ONE;
}

static prm__decimal model_extreme(const naive *model, bool largest)
{
    prm__decimal extreme = model->count == 0 ? 0 : model->live[0].number;
    for (size_t i = 1; i < model->count; i++)
        if (largest ? model->live[i].number > extreme : model->live[i].number < extreme)
            extreme = model->live[i].number;
    return extreme;
}

/* Takes back a sample that the model no longer has; where the measure cannot, it begins anew. */
static void take_back(const naive *model, uint32_t kind, record *subject, prm__pool *pool, prm__sample sample)
{
    const prm__measure_def *def = prm__catalog_measure(kind);
    if (def->remove != NULL) {
        def->remove(subject->state, pool, sample);
        return;
    }
    def->clear(subject->state, pool);
    for (size_t i = 0; i < model->count; i++)
        assert_int_equal(def->add(subject->state, pool, model->live[i]), PRM_OK);
}

/* The model's value of each measure, with every third key on the roster. */
static void expect_values(const naive *model, const record *subjects, const prm__pool *pool)
{
    uint32_t on[MODEL_KEYS];
    prm__roster roster = {0, on};
    prm__decimal covered = 0;
    for (uint32_t key = 1; key < MODEL_KEYS; key += 3) {
        on[roster.size++] = key;
        covered += model->times[key] > 0;
    }
    const bool none = model->count == 0;
    const prm__fraction expected[PRM_MEASURE_KINDS] = {
        [PRM_MEASURE_COUNT] = {(prm__decimal)model->count * PRM_DECIMAL_ONE, 1, false},
        [PRM_MEASURE_SUM] = {model->sum, 1, false},
        [PRM_MEASURE_DISTINCT] = {model_distinct(model), 1, false},
        [PRM_MEASURE_COVERAGE] = {covered * PRM_DECIMAL_ONE, (prm__decimal)roster.size, false},
        [PRM_MEASURE_AVERAGE] = {model->sum, (prm__decimal)model->count, none},
        [PRM_MEASURE_MINIMUM] = {model_extreme(model, false), 1, none},
        [PRM_MEASURE_MAXIMUM] = {model_extreme(model, true), 1, none},
        [PRM_MEASURE_COVERED] = {covered * PRM_DECIMAL_ONE, 1, false},
    };
    for (uint32_t kind = 0; kind < SAMPLED_KINDS; kind++) {
        prm__fraction value = prm__catalog_measure(kind)->value(subjects[kind].state, pool, &roster);
        assert_int_equal(value.none, expected[kind].none);
        assert_true(value.divisor > 0);
        assert_true(value.none ||
                    (value.number == expected[kind].number && value.divisor == expected[kind].divisor));
    }
}

static void walk(uint64_t seed, uint32_t keys, unsigned adds_of_ten)
{
    static const record empty;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__pool pool;
    prm__pool_init(&pool, &alloc);
    naive *model = calloc(1, sizeof *model);
    assert_non_null(model);
    record subjects[SAMPLED_KINDS] = {{{0}}};
    for (int step = 0; step < 3000; step++) {
        bool add = model->count == 0 || (unit_random(&seed) % 10 < adds_of_ten && model->count < MODEL_LIVE);
        prm__sample sample;
        if (add) {
            sample.key = 1 + (uint32_t)(unit_random(&seed) % keys);
            sample.number = (prm__decimal)(int64_t)unit_random(&seed) * 1000;
            model_add(model, sample);
        } else {
            sample = model_remove(model, (size_t)(unit_random(&seed) % model->count));
        }
        for (uint32_t kind = 0; kind < SAMPLED_KINDS; kind++)
            if (add)
                assert_int_equal(prm__catalog_measure(kind)->add(subjects[kind].state, &pool, sample),
                                 PRM_OK);
            else
                take_back(model, kind, &subjects[kind], &pool, sample);
        if (step % 7 == 0)
            expect_values(model, subjects, &pool);
    }
    for (uint32_t kind = 0; kind < SAMPLED_KINDS; kind++) {
        prm__catalog_measure(kind)->clear(subjects[kind].state, &pool);
        assert_memory_equal(subjects[kind].state, empty.state, sizeof empty.state);
    }
    free(model);
    prm__pool_free(&pool);
    assert_int_equal(alloc.held, 0);
}

static void test_against_a_naive_model(void **state)
{
    (void)state;
    walk(1, 1, 5);
    walk(2, 2, 5);
    walk(3, 5, 5);
    walk(4, 40, 6);
    walk(5, MODEL_KEYS - 1, 7);
    walk(6, MODEL_KEYS - 1, 5);
    walk(7, 20, 2);
}

/* What was taken back to nothing is as if it had never been. */
static void test_taking_all_back_empties_the_state(void **state)
{
    (void)state;
    static const record empty;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__pool pool;
    prm__pool_init(&pool, &alloc);
    for (uint32_t kind = 0; kind < SAMPLED_KINDS; kind++) {
        const prm__measure_def *def = prm__catalog_measure(kind);
        record subject = empty;
        if (def->remove == NULL)
            continue;
        for (uint32_t key = 1; key <= 100; key++)
            assert_int_equal(def->add(subject.state, &pool, (prm__sample){key, key}), PRM_OK);
        for (uint32_t key = 100; key >= 1; key--)
            def->remove(subject.state, &pool, (prm__sample){key, key});
        assert_memory_equal(subject.state, empty.state, sizeof empty.state);
    }
    prm__pool_free(&pool);
}

static void test_one_key_needs_no_memory(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__pool pool;
    prm__pool_init(&pool, &alloc);
    record subject = {{0}};
    const prm__measure_def *def = prm__catalog_measure(PRM_MEASURE_DISTINCT);
    for (int i = 0; i < 10; i++)
        assert_int_equal(def->add(subject.state, &pool, (prm__sample){0, 77}), PRM_OK);
    assert_int_equal(alloc.held, 0);
    assert_true(def->value(subject.state, &pool, NULL).number == PRM_DECIMAL_ONE);
    prm__pool_free(&pool);
}

/* Taking out what is not there leaves a set as it was, small or large. */
static void test_keys_that_are_not_there(void **state)
{
    (void)state;
    prm__alloc alloc;
    prm__alloc_init(&alloc, NULL);
    prm__pool pool;
    prm__pool_init(&pool, &alloc);
    prm__keyset set = {0};
    for (uint32_t keys = 0; keys < 40; keys++) {
        prm__keyset_remove(&set, &pool, 1000);
        for (uint32_t key = 1; key <= 40; key++)
            assert_int_equal(prm__keyset_has(&set, &pool, key), key <= keys);
        assert_int_equal(prm__keyset_add(&set, &pool, keys + 1), PRM_OK);
    }
    prm__pool_free(&pool);
    assert_int_equal(alloc.held, 0);
}

static void test_failed_growth_keeps_the_set(void **state)
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
        record subject = {{0}};
        const prm__measure_def *def = prm__catalog_measure(PRM_MEASURE_DISTINCT);
        for (uint32_t key = 1; key <= 3000; key++) {
            prm_status status = def->add(subject.state, &pool, (prm__sample){0, key});
            if (status != PRM_OK) {
                assert_int_equal(status, PRM_E_MEMORY);
                failures++;
                assert_true(def->value(subject.state, &pool, NULL).number == (key - 1) * PRM_DECIMAL_ONE);
                assert_int_equal(def->add(subject.state, &pool, (prm__sample){0, key}), PRM_OK);
            }
            assert_true(def->value(subject.state, &pool, NULL).number == key * PRM_DECIMAL_ONE);
        }
        prm__pool_free(&pool);
        assert_int_equal(failing.bytes, 0);
    }
    assert_true(failures >= 3);
}

static void test_sum_beyond_the_limit(void **state)
{
    (void)state;
    const prm__measure_def *def = prm__catalog_measure(PRM_MEASURE_SUM);
    const prm__sample most = {PRM_DECIMAL_LIMIT - 1, 1}, one = {1, 1}, least = {1 - PRM_DECIMAL_LIMIT, 1};
    record subject = {{0}};
    assert_int_equal(def->add(subject.state, NULL, most), PRM_OK);
    assert_false(def->value(subject.state, NULL, NULL).none);
    assert_int_equal(def->add(subject.state, NULL, one), PRM_OK);
    assert_true(def->value(subject.state, NULL, NULL).none);
    def->remove(subject.state, NULL, one);
    assert_false(def->value(subject.state, NULL, NULL).none);
    assert_true(def->value(subject.state, NULL, NULL).number == most.number);
    for (int i = 0; i < 2; i++)
        assert_int_equal(def->add(subject.state, NULL, least), PRM_OK);
    assert_true(def->value(subject.state, NULL, NULL).number == least.number);
    assert_int_equal(def->add(subject.state, NULL, (prm__sample){-1, 1}), PRM_OK);
    assert_true(def->value(subject.state, NULL, NULL).none);
}

/* A state at the end of its 128 bits: the total is lost, in both directions, until cleared. */
static void test_sum_beyond_its_state(void **state)
{
    (void)state;
    const prm__measure_def *def = prm__catalog_measure(PRM_MEASURE_SUM);
    const prm__sample most = {PRM_DECIMAL_LIMIT - 1, 1}, least = {1 - PRM_DECIMAL_LIMIT, 1};
    for (int sign = -1; sign <= 1; sign += 2) {
        record subject = {{0}};
        prm__decimal edge = sign * (((prm__decimal)1 << 126) - 5);
        memcpy(subject.state, &edge, sizeof edge);
        assert_int_equal(def->add(subject.state, NULL, sign > 0 ? most : least), PRM_OK);
        def->remove(subject.state, NULL, sign > 0 ? most : least);
        assert_true(def->value(subject.state, NULL, NULL).none);
        def->clear(subject.state, NULL);
        assert_int_equal(def->add(subject.state, NULL, (prm__sample){3, 1}), PRM_OK);
        assert_true(def->value(subject.state, NULL, NULL).number == 3);
    }
}

static void test_average_is_an_exact_fraction(void **state)
{
    (void)state;
    const prm__measure_def *def = prm__catalog_measure(PRM_MEASURE_AVERAGE);
    record subject = {{0}};
    assert_true(def->value(subject.state, NULL, NULL).none);
    const prm__sample one = {PRM_DECIMAL_ONE, 1}, nothing = {0, 1};
    assert_int_equal(def->add(subject.state, NULL, one), PRM_OK);
    assert_int_equal(def->add(subject.state, NULL, nothing), PRM_OK);
    assert_int_equal(def->add(subject.state, NULL, nothing), PRM_OK);
    prm__fraction value = def->value(subject.state, NULL, NULL);
    assert_int_equal(prm__decimal_compare_fractions(value.number, value.divisor, PRM_DECIMAL_ONE, 3), 0);
    def->remove(subject.state, NULL, one);
    value = def->value(subject.state, NULL, NULL);
    assert_true(!value.none && value.number == 0 && value.divisor == 2);
    def->clear(subject.state, NULL);
    assert_true(def->value(subject.state, NULL, NULL).none);
}

/* Its total has the limits of a sum; taken back to nothing it begins anew. */
static void test_average_beyond_the_limit(void **state)
{
    (void)state;
    const prm__measure_def *def = prm__catalog_measure(PRM_MEASURE_AVERAGE);
    const prm__sample most = {PRM_DECIMAL_LIMIT - 1, 1}, one = {1, 1};
    record subject = {{0}};
    assert_int_equal(def->add(subject.state, NULL, most), PRM_OK);
    assert_false(def->value(subject.state, NULL, NULL).none);
    assert_int_equal(def->add(subject.state, NULL, one), PRM_OK);
    assert_true(def->value(subject.state, NULL, NULL).none);
    def->remove(subject.state, NULL, one);
    assert_true(def->value(subject.state, NULL, NULL).number == most.number);
    prm__decimal edge = ((prm__decimal)1 << 126) - 5;
    memcpy(subject.state, &edge, sizeof edge);
    assert_int_equal(def->add(subject.state, NULL, most), PRM_OK);
    def->remove(subject.state, NULL, most);
    assert_true(def->value(subject.state, NULL, NULL).none); /* lost */
    def->remove(subject.state, NULL, most);
    assert_int_equal(def->add(subject.state, NULL, one), PRM_OK);
    assert_true(def->value(subject.state, NULL, NULL).number == 1);
}

static void test_extremes(void **state)
{
    (void)state;
    const prm__decimal samples[] = {-3, 7, -9, 0, 7, PRM_DECIMAL_LIMIT - 1, 1 - PRM_DECIMAL_LIMIT};
    const prm__decimal smallest[] = {-3, -3, -9, -9, -9, -9, 1 - PRM_DECIMAL_LIMIT};
    const prm__decimal largest[] = {-3, 7, 7, 7, 7, PRM_DECIMAL_LIMIT - 1, PRM_DECIMAL_LIMIT - 1};
    const prm__measure_def *minimum = prm__catalog_measure(PRM_MEASURE_MINIMUM),
                           *maximum = prm__catalog_measure(PRM_MEASURE_MAXIMUM);
    record low = {{0}}, high = {{0}};
    for (int round = 0; round < 2; round++) {
        assert_true(minimum->value(low.state, NULL, NULL).none &&
                    maximum->value(high.state, NULL, NULL).none);
        for (size_t i = 0; i < UNIT_COUNT(samples); i++) {
            assert_int_equal(minimum->add(low.state, NULL, (prm__sample){samples[i], 1}), PRM_OK);
            assert_int_equal(maximum->add(high.state, NULL, (prm__sample){samples[i], 1}), PRM_OK);
            assert_true(minimum->value(low.state, NULL, NULL).number == smallest[i]);
            assert_true(maximum->value(high.state, NULL, NULL).number == largest[i]);
        }
        minimum->clear(low.state, NULL);
        maximum->clear(high.state, NULL);
    }
}

static void test_covered_of_an_empty_roster_is_zero(void **state)
{
    (void)state;
    const prm__measure_def *def = prm__catalog_measure(PRM_MEASURE_COVERED);
    record subject = {{0}};
    const uint32_t on[3] = {9, 8, 7};
    prm__roster roster = {0, on};
    assert_int_equal(def->add(subject.state, NULL, (prm__sample){0, 8}), PRM_OK);
    for (roster.size = 0; roster.size <= 3; roster.size++) {
        prm__fraction value = def->value(subject.state, NULL, &roster);
        assert_true(!value.none && value.divisor == 1);
        assert_true(value.number == (roster.size >= 2 ? PRM_DECIMAL_ONE : 0));
    }
}

static void test_a_streak_is_cleared(void **state)
{
    (void)state;
    static const record empty;
    record subject = {{0}};
    const prm__streak_state streak = {1000, 5};
    memcpy(subject.state, &streak, sizeof streak);
    prm__catalog_measure(PRM_MEASURE_STREAK)->clear(subject.state, NULL);
    assert_memory_equal(subject.state, empty.state, sizeof empty.state);
}

static void test_coverage_of_an_empty_roster_has_no_value(void **state)
{
    (void)state;
    const prm__measure_def *def = prm__catalog_measure(PRM_MEASURE_COVERAGE);
    record subject = {{0}};
    const uint32_t on[1] = {9};
    prm__roster roster = {0, on};
    assert_int_equal(def->add(subject.state, NULL, (prm__sample){0, 8}), PRM_OK);
    assert_true(def->value(subject.state, NULL, &roster).none);
    roster.size = 1;
    assert_false(def->value(subject.state, NULL, &roster).none);
    assert_true(def->value(subject.state, NULL, &roster).number == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_a_naive_model),
        cmocka_unit_test(test_taking_all_back_empties_the_state),
        cmocka_unit_test(test_one_key_needs_no_memory),
        cmocka_unit_test(test_keys_that_are_not_there),
        cmocka_unit_test(test_failed_growth_keeps_the_set),
        cmocka_unit_test(test_sum_beyond_the_limit),
        cmocka_unit_test(test_sum_beyond_its_state),
        cmocka_unit_test(test_average_is_an_exact_fraction),
        cmocka_unit_test(test_average_beyond_the_limit),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_covered_of_an_empty_roster_is_zero),
        cmocka_unit_test(test_a_streak_is_cleared),
        cmocka_unit_test(test_coverage_of_an_empty_roster_has_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
