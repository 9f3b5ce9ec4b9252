/* api: a program is shared by threads, an engine belongs to one; no engine disturbs
 * another. Most telling under a thread sanitizer. */
#include "../engine/engine_rig.h"

#include <pthread.h>
#include <stdlib.h>

#define PROGRAM                                                                                              \
    "timezone: Asia/Tokyo\n"                                                                                 \
    "commission: {on: deal.won, of: amount, base: 10%}\n"                                                    \
    "rules:\n"                                                                                               \
    "  two: {per: month, when: {count: deal.won, at_least: 2}, then: {rate: +5%, from: period}}\n"           \
    "  up: {each: deal.won, where: has(rep), then: {cash: amount * 1%, to: referrer}}\n"

enum { EVENTS = 400, THREADS = 3 };

typedef struct worker {
    prm_program *program;
    uint64_t seed;
    int64_t commission; /* the sum of its ledger; -1: something failed */
} worker;

static bool work_ingest(prm_engine *engine, uint32_t number)
{
    char id[16], partner[16];
    int id_size = snprintf(id, sizeof id, "d%u", number);
    int partner_size = snprintf(partner, sizeof partner, "p%u", number % 7);
    const prm_field fields[] = {
        {PRM_NONE, PRM_VALUE_TEXT, "partner", 7, partner, (size_t)partner_size, 0},
        {PRM_NONE, PRM_VALUE_TEXT, "rep", 3, "x", number % 2, 0},
        {PRM_NONE, PRM_VALUE_INTEGER, "amount", 6, NULL, 0, 100},
    };
    const prm_event event = {PRM_NONE,
                             3,
                             "deal.won",
                             8,
                             id,
                             (size_t)id_size,
                             INT64_C(1767225600000) + (int64_t)(number * 7919 % 400) * 3600000,
                             fields};
    return prm_engine_ingest(engine, &event, 1, sizeof event, NULL, NULL) == PRM_OK;
}

static int64_t work_sum(prm_engine *engine)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    int64_t sum = 0;
    if (prm_engine_ledger(engine, &rows, NULL) != PRM_OK)
        return -1;
    while (prm_rows_next(rows, &row) > 0)
        sum += row.has_amount ? row.amount : 0;
    prm_rows_free(rows);
    return sum;
}

/* Makes an engine, feeds it, asks about the program, and frees it all. */
static void *work(void *argument)
{
    worker *one = argument;
    prm_program *program = prm_program_ref(one->program);
    prm_engine *engine = NULL;
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .hash_seed = one->seed};
    bool good = prm_engine_new(program, &options, &engine, NULL) == PRM_OK;
    for (uint32_t i = 0; i < EVENTS && good; i++) {
        good = work_ingest(engine, i) && prm_program_type(program, "deal.won", 8) != PRM_NONE;
        if (i % 50 == 0)
            prm_program_unref(prm_program_ref(program));
    }
    one->commission = good ? work_sum(engine) : -1;
    prm_engine_free(engine);
    prm_program_unref(program);
    return NULL;
}

static void engines_in_threads_share_a_program(void **state)
{
    (void)state;
    prm_program *program = rig_program(PROGRAM);
    worker workers[THREADS];
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (worker){program, i, -1};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(workers[i].commission, EVENTS * 15); /* 15% of 100 each; nobody is referred */
    prm_program_unref(program);
}

/* The last reference goes in whichever thread is last. */
static void the_last_reference_frees(void **state)
{
    (void)state;
    prm_program *program = rig_program(PROGRAM);
    worker workers[2] = {{program, 1, -1}, {program, 2, -1}};
    pthread_t threads[2];
    for (size_t i = 0; i < 2; i++) {
        prm_program_ref(program);
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    prm_program_unref(program);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        prm_program_unref(program);
        assert_int_equal(workers[i].commission, EVENTS * 15);
    }
}

static void *compile_one(void *argument)
{
    *(prm_status *)argument = PRM_E_INTERNAL;
    prm_program *program = NULL;
    static const char text[] = "prm: 1\nprogram: p\ncurrency: JPY\n" PROGRAM;
    *(prm_status *)argument = prm_program_compile(text, sizeof text - 1, NULL, &program, NULL, NULL);
    prm_program_unref(program);
    return NULL;
}

static void programs_compile_side_by_side(void **state)
{
    (void)state;
    prm_status statuses[THREADS];
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, compile_one, &statuses[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(statuses[i], PRM_OK);
    }
}

/* ---- Two programs and two engines each, in many threads ---- */

enum { MANY = 8, ROUNDS = 2 };

#define OTHER                                                                                                \
    "timezone: America/New_York\n"                                                                           \
    "commission: {on: deal.won, of: amount, base: 20%}\n"                                                    \
    "rules:\n"                                                                                               \
    "  many: {per: week, when: {count: deal.won, at_least: 3}, then: {points: 1}, else: {notice: few}}\n"

typedef struct crowd {
    prm_program *programs[2];
    int64_t sums[2]; /* of the ledgers; -1: something failed */
    uint64_t seed;
} crowd;

/* The engine, saved and loaded again. */
static prm_engine *crowd_again(prm_program *program, prm_engine *engine)
{
    size_t size = 0;
    prm_engine *again = NULL;
    if (prm_engine_save(engine, NULL, 0, &size, NULL) != PRM_OK)
        return NULL;
    char *bytes = malloc(size);
    if (bytes && prm_engine_save(engine, bytes, size, &size, NULL) == PRM_OK &&
        prm_engine_load(program, NULL, bytes, size, &again, NULL) != PRM_OK)
        again = NULL;
    free(bytes);
    return again;
}

/* To the other program and back; what it posts on its way is not the point. */
static bool crowd_travel(prm_engine *engine, prm_program *there, prm_program *back)
{
    prm_rows *rows = NULL;
    if (prm_engine_upgrade(engine, there, 0, &rows, NULL) != PRM_OK)
        return false;
    prm_rows_free(rows);
    rows = NULL;
    if (prm_engine_upgrade(engine, back, 0, &rows, NULL) != PRM_OK)
        return false;
    prm_rows_free(rows);
    return true;
}

static bool crowd_round(const crowd *one, prm_engine **engines, uint32_t round)
{
    prm_rows *rows = NULL;
    for (uint32_t i = 0; i < 60; i++)
        for (size_t j = 0; j < 2; j++)
            if (!work_ingest(engines[j], round * 60 + i))
                return false;
    for (size_t j = 0; j < 2; j++) {
        prm_engine *again = crowd_again(one->programs[j], engines[j]);
        if (!again || !crowd_travel(again, one->programs[1 - j], one->programs[j]))
            return false;
        prm_engine_free(engines[j]);
        engines[j] = again;
        if (prm_engine_progress(again, PRM_NONE, (prm_text){NULL, 0}, &rows, NULL) != PRM_OK)
            return false;
        prm_rows_free(rows);
    }
    return true;
}

static void *crowd_work(void *argument)
{
    crowd *one = argument;
    prm_engine *engines[2] = {NULL, NULL};
    bool good = true;
    for (size_t j = 0; j < 2; j++) {
        prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .hash_seed = one->seed};
        good = prm_engine_new(one->programs[j], &options, &engines[j], NULL) == PRM_OK && good;
    }
    for (uint32_t round = 0; round < ROUNDS && good; round++)
        good = crowd_round(one, engines, round);
    for (size_t j = 0; j < 2; j++) {
        one->sums[j] = good ? work_sum(engines[j]) : -1;
        prm_engine_free(engines[j]);
    }
    return NULL;
}

static void two_programs_in_many_threads(void **state)
{
    (void)state;
    prm_program *programs[2] = {rig_program(PROGRAM), rig_program(OTHER)};
    crowd all[MANY + 1];
    pthread_t threads[MANY];
    for (size_t i = 0; i <= MANY; i++)
        all[i] = (crowd){{programs[0], programs[1]}, {-1, -1}, i};
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_work, &all[i]), 0);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    crowd_work(&all[MANY]); /* alone */
    assert_true(all[MANY].sums[0] > 0 && all[MANY].sums[1] > 0);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(all[i].sums[0], all[MANY].sums[0]);
        assert_int_equal(all[i].sums[1], all[MANY].sums[1]);
    }
    prm_program_unref(programs[0]);
    prm_program_unref(programs[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines_in_threads_share_a_program),
        cmocka_unit_test(the_last_reference_frees),
        cmocka_unit_test(programs_compile_side_by_side),
        cmocka_unit_test(two_programs_in_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
