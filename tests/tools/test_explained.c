/* Promise 3 over every campaign and every scenario: each row of the ledger explains itself, the numbers
 * re-add to its amount, its events are those without which it would be another, and asking changes nothing. */
#include "testevents.h"
#include "testfind.h"
#include "testprogram.h"
#include "../base/unit.h"
#include "../base/failing_alloc.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPLAINED_FOLDERS                                                                                    \
    {                                                                                                        \
        "rules", "tests/scenarios"                                                                           \
    }

__extension__ typedef __int128 explained_wide;

/* Where a failure is. */
static const char *explained_path;
static const char *explained_test;

static char *explained_text(prm_text text)
{
    return memory_string(text.data, text.size);
}

/* ---- One test's events in an engine ---- */

typedef struct explained_world {
    prm_program *program;
    const prm_event *events;
    size_t count;
    int64_t clock; /* or PRM_NO_TIME */
    const prm_allocator *allocator;
} explained_world;

/* With all events but the one of that id, one call each. */
static prm_engine *explained_engine(const explained_world *world, prm_text without)
{
    prm_engine *engine = NULL;
    prm_error error;
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = world->allocator};
    assert_int_equal(prm_engine_new(world->program, &options, &engine, NULL), PRM_OK);
    for (size_t i = 0; i < world->count; i++) {
        prm_text id = {world->events[i].id, world->events[i].id_size};
        if (!text_same(id, without) &&
            prm_engine_ingest(engine, &world->events[i], 1, sizeof(prm_event), NULL, &error) != PRM_OK)
            fail_msg("%s: %s: %s", explained_path, explained_test, error.message);
    }
    int64_t clock = world->clock > prm_engine_clock(engine) ? world->clock : prm_engine_clock(engine);
    for (size_t i = 0; i < world->count; i++) /* also where the last one is left out */
        clock = world->clock == PRM_NO_TIME && world->events[i].time > clock ? world->events[i].time : clock;
    assert_int_equal(prm_engine_advance(engine, clock, NULL), PRM_OK);
    return engine;
}

static prm_rows *explained_ledger(prm_engine *engine)
{
    prm_rows *rows = NULL;
    assert_int_equal(prm_engine_ledger(engine, &rows, NULL), PRM_OK);
    return rows;
}

/* ---- What an explanation must keep ---- */

static explained_wide explained_widen(prm_decimal value)
{
    return (explained_wide)value.high * ((explained_wide)1 << 64) + (explained_wide)value.low;
}

static explained_wide explained_one(void)
{
    return (explained_wide)1000000000000;
}

static prm_fact explained_fact(const prm_explanation *explanation, size_t index)
{
    prm_fact fact = {.size = sizeof fact};
    assert_int_equal(prm_explanation_get(explanation, index, &fact), PRM_OK);
    assert_string_not_equal(prm_fact_name(fact.kind), "unknown");
    return fact;
}

/* The events directly below a condition are as many as it says; they add up to a sum, and to a count. */
static void explained_check_condition(const prm_explanation *explanation, size_t index, const char *id)
{
    prm_fact condition = explained_fact(explanation, index);
    uint64_t events = 0, covered = 0, reps = 0;
    explained_wide sum = 0, value = explained_widen(condition.value), one = explained_one();
    for (size_t i = index + 1; i < prm_explanation_count(explanation); i++) {
        prm_fact fact = explained_fact(explanation, i);
        if (fact.depth <= condition.depth)
            break;
        if (fact.depth != condition.depth + 1)
            continue;
        events += fact.kind == PRM_FACT_EVENT;
        reps += fact.kind == PRM_FACT_REP;
        covered += fact.kind == PRM_FACT_REP && fact.holds;
        sum += fact.kind == PRM_FACT_EVENT ? explained_widen(fact.value) : 0;
    }
    bool plain = !text_is(condition.name, "streak") && !text_is(condition.name, "value") &&
                 !text_is(condition.name, "is");
    if (plain && events != condition.number)
        fail_msg("%s: %s: %s: %u events, not %u", explained_path, explained_test, id, (unsigned)events,
                 (unsigned)condition.number);
    bool good = true;
    if (!(condition.has & PRM_HAS_VALUE))
        return;
    if (text_is(condition.name, "count"))
        good = (explained_wide)events * one == value;
    else if (text_is(condition.name, "sum"))
        good = sum == value;
    else if (text_is(condition.name, "average"))
        good = events && value - sum / (explained_wide)events <= 1 &&
               sum / (explained_wide)events - value <= 1;
    else if (text_is(condition.name, "covered"))
        good = (explained_wide)covered * one == value;
    else if (text_is(condition.name, "coverage"))
        good = reps && value - (explained_wide)covered * one / (explained_wide)reps <= 1;
    if (!good)
        fail_msg("%s: %s: %s: the events do not make the %.*s", explained_path, explained_test, id,
                 (int)condition.name.size, condition.name.data);
}

/* Base times rate, to within what rounding does; each slice of brackets alike. */
static void explained_check_rate(const prm_explanation *explanation, const prm_row *row, uint32_t digits,
                                 const char *id)
{
    explained_wide base = 0, total = 0, sum = 0, unit = 1, chosen = 0, rate = 0;
    bool limited = false, whole = false;
    for (size_t i = 0; i < prm_explanation_count(explanation); i++) {
        prm_fact fact = explained_fact(explanation, i);
        if (fact.kind == PRM_FACT_BASE)
            base = explained_widen(fact.value);
        else if (fact.kind == PRM_FACT_RATE_BRACKET)
            total += explained_widen(fact.value) * fact.rate;
        else if (fact.kind >= PRM_FACT_RATE_BASE && fact.kind <= PRM_FACT_RATE_SET)
            chosen = fact.rate;
        else if (fact.kind == PRM_FACT_RATE_ADDED && fact.holds)
            sum += fact.rate;
        else if (fact.kind == PRM_FACT_RATE_LIMIT)
            limited = true;
        else if (fact.kind == PRM_FACT_RATE || fact.kind == PRM_FACT_RATE_OVERRIDE) {
            rate = fact.rate;
            total = base * fact.rate;
            whole = fact.kind == PRM_FACT_RATE;
        } else if (fact.kind == PRM_FACT_SETTLED) {
            return;
        }
    }
    for (uint32_t i = 0; i < digits; i++)
        unit *= 10;
    explained_wide difference = total * unit / explained_one() -
                                (explained_wide)row->amount * explained_one();
    if (difference >= explained_one() || difference <= -explained_one())
        fail_msg("%s: %s: %s: base times rate is not the amount", explained_path, explained_test, id);
    if (whole && !limited && chosen + sum != rate)
        fail_msg("%s: %s: %s: the parts are not the rate", explained_path, explained_test, id);
}

static void explained_check(const prm_explanation *explanation, const prm_row *row, uint32_t digits,
                            const char *id)
{
    prm_fact head = explained_fact(explanation, 0);
    if (head.kind != PRM_FACT_OUTCOME || head.depth != 0 || !text_same(head.id, row->id) ||
        !text_same(head.name, row->rule) || !text_same(head.type, row->kind) ||
        !text_same(head.event, row->event) || head.at != row->at || head.amount != row->amount ||
        head.rate != row->rate)
        fail_msg("%s: %s: %s: it is not what is explained", explained_path, explained_test, id);
    for (size_t i = 1; i < prm_explanation_count(explanation); i++) {
        prm_fact fact = explained_fact(explanation, i);
        assert_in_range(fact.depth, 1, explained_fact(explanation, i - 1).depth + 1);
        if (fact.kind == PRM_FACT_CONDITION)
            explained_check_condition(explanation, i, id);
    }
    if (text_is(row->rule, "commission") || text_is(row->rule, "override"))
        explained_check_rate(explanation, row, digits, id);
    else if (prm_explanation_count(explanation) < 3 && !text_is(row->kind, "rate") &&
             !text_is(row->kind, "rank"))
        fail_msg("%s: %s: %s: nothing is explained", explained_path, explained_test, id);
}

/* ---- Removing a cause ---- */

/* The event without which there would be no such row: what is earned from, or one of just as many events as
 * were asked for. Empty where nothing so simple is. */
static prm_text explained_cause(const prm_explanation *explanation)
{
    prm_text cause = {NULL, 0};
    size_t conditions = 0;
    prm_fact counted = {.size = sizeof counted};
    for (size_t i = 0; i < prm_explanation_count(explanation); i++) {
        prm_fact fact = explained_fact(explanation, i);
        if (fact.kind == PRM_FACT_BASE)
            return fact.event;
        if (fact.kind == PRM_FACT_ALL || fact.kind == PRM_FACT_ANY || fact.kind == PRM_FACT_NOT)
            return (prm_text){NULL, 0};
        if (fact.kind == PRM_FACT_CONDITION) {
            conditions++;
            counted = fact;
        }
        if (fact.kind == PRM_FACT_EVENT && fact.depth == 2 && cause.size == 0)
            cause = fact.event;
    }
    bool just = conditions == 1 && text_is(counted.name, "count") && counted.holds &&
                counted.code == PRM_COMPARE_AT_LEAST &&
                explained_widen(counted.value) == explained_widen(counted.target);
    return just ? cause : (prm_text){NULL, 0};
}

/* Without the event the row is gone, or another. */
static void explained_remove(const explained_world *world, const prm_row *row, const char *id, prm_text cause)
{
    prm_engine *engine = explained_engine(world, cause);
    prm_rows *rows = explained_ledger(engine);
    prm_row other = {.size = sizeof other};
    while (prm_rows_next(rows, &other) > 0)
        if (text_same(other.id, text_of(id)) && other.at == row->at && other.amount == row->amount &&
            other.rate == row->rate && text_same(other.rank, row->rank) && text_same(other.event, row->event))
            fail_msg("%s: %s: %s: it stands without %.*s", explained_path, explained_test, id,
                     (int)cause.size, cause.data);
    prm_rows_free(rows);
    prm_engine_free(engine);
}

/* ---- One test ---- */

static size_t explained_rows, explained_removed, explained_missing, explained_gone, explained_starved;

static void explained_row(const explained_world *world, prm_engine *engine, const prm_row *row, bool remove)
{
    prm_explanation *explanation = NULL;
    prm_error error;
    char *id = explained_text(row->id);
    if (prm_engine_explain(engine, text_of(id), &explanation, &error) != PRM_OK)
        fail_msg("%s: %s: %s: %s", explained_path, explained_test, id, error.message);
    explained_check(explanation, row, prm_program_minor_digits(world->program), id);
    bool ends = strstr(id, "+else") || strstr(id, "+remind"); /* these come of what is not there */
    prm_text cause = remove && !ends ? explained_cause(explanation) : (prm_text){NULL, 0};
    if (cause.size > 0) {
        explained_remove(world, row, id, cause);
        explained_removed++;
    }
    prm_explanation_free(explanation);
    free(id);
    explained_rows++;
}

/* Each rule for each partner, whether it has granted something or not. */
static void explained_ask_missing(const explained_world *world, prm_engine *engine, prm_text partner)
{
    const prm_text none = {NULL, 0};
    for (uint32_t rule = 0; rule < prm_program_rule_count(world->program); rule++) {
        prm_explanation *explanation = NULL;
        prm_error error;
        prm_status status = prm_engine_explain_missing(engine, rule, partner, none, none, none, PRM_NO_TIME,
                                                       &explanation, &error);
        if (status == PRM_E_NOT_FOUND)
            continue;
        if (status != PRM_OK)
            fail_msg("%s: %s: rule %u: %s", explained_path, explained_test, (unsigned)rule, error.message);
        assert_int_equal(explained_fact(explanation, 0).kind, PRM_FACT_MISSING);
        for (size_t i = 1; i < prm_explanation_count(explanation); i++)
            if (explained_fact(explanation, i).kind == PRM_FACT_CONDITION)
                explained_check_condition(explanation, i, "missing");
        prm_explanation_free(explanation);
        explained_missing++;
    }
}

/* What was posted and taken back, and is no more. */
static void explained_ask_gone(prm_engine *engine)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_journal(engine, 1, &rows, NULL), PRM_OK);
    while (prm_rows_next(rows, &row) > 0) {
        prm_explanation *explanation = NULL;
        prm_error error;
        if (row.op != PRM_REVERSE)
            continue;
        char *id = explained_text(row.id);
        prm_status status = prm_engine_explain(engine, text_of(id), &explanation, &error);
        if (status == PRM_OK && explained_fact(explanation, 0).kind == PRM_FACT_MISSING) {
            bool told = false;
            for (size_t i = 1; i < prm_explanation_count(explanation); i++)
                told |= explained_fact(explanation, i).kind == PRM_FACT_POSTING;
            if (!told)
                fail_msg("%s: %s: %s: its postings are not told", explained_path, explained_test, id);
            explained_gone++;
        } else if (status != PRM_OK) {
            fail_msg("%s: %s: %s: %s", explained_path, explained_test, id, error.message);
        }
        prm_explanation_free(explanation);
        free(id);
    }
    prm_rows_free(rows);
}

static void *explained_save(prm_engine *engine, size_t *size)
{
    assert_int_equal(prm_engine_save(engine, NULL, 0, size, NULL), PRM_OK);
    void *bytes = memory_take(*size);
    assert_int_equal(prm_engine_save(engine, bytes, *size, size, NULL), PRM_OK);
    return bytes;
}

/* Rows taken before stay valid while each is explained. */
static void explained_run(const explained_world *world)
{
    prm_engine *engine = explained_engine(world, (prm_text){NULL, 0});
    size_t before_size, after_size;
    void *before = explained_save(engine, &before_size);
    prm_rows *rows = explained_ledger(engine);
    prm_row row = {.size = sizeof row};
    char *partner = memory_string("", 0);
    for (size_t i = 0; prm_rows_next(rows, &row) > 0; i++) {
        explained_row(world, engine, &row, i < 6);
        if (!text_is(row.partner, partner)) {
            free(partner);
            partner = explained_text(row.partner);
            explained_ask_missing(world, engine, text_of(partner));
        }
    }
    free(partner);
    prm_rows_free(rows);
    explained_ask_gone(engine);
    void *after = explained_save(engine, &after_size);
    if (before_size != after_size || memcmp(before, after, before_size) != 0)
        fail_msg("%s: %s: explaining has changed the state", explained_path, explained_test);
    free(before);
    free(after);
    prm_engine_free(engine);
}

/* After being asked about everything an engine goes on as one that was not asked. */
static void explained_go_on(const explained_world *world)
{
    size_t half = world->count / 2, sizes[2];
    void *bytes[2];
    explained_world first = *world;
    first.count = half;
    for (int asked = 0; asked < 2; asked++) {
        prm_engine *engine = explained_engine(&first, (prm_text){NULL, 0});
        prm_row row = {.size = sizeof row};
        prm_rows *rows = explained_ledger(engine);
        while (asked && prm_rows_next(rows, &row) > 0)
            explained_row(&first, engine, &row, false);
        prm_rows_free(rows);
        if (asked)
            explained_ask_gone(engine);
        for (size_t i = half; i < world->count; i++)
            assert_int_equal(prm_engine_ingest(engine, &world->events[i], 1, sizeof(prm_event), NULL, NULL),
                             PRM_OK);
        bytes[asked] = explained_save(engine, &sizes[asked]);
        prm_engine_free(engine);
    }
    if (sizes[0] != sizes[1] || memcmp(bytes[0], bytes[1], sizes[0]) != 0)
        fail_msg("%s: %s: an engine that was asked goes on otherwise", explained_path, explained_test);
    free(bytes[0]);
    free(bytes[1]);
}

/* One row or rule is asked about while the n-th allocation fails, for every n: a failed call says so and
 * changes nothing, and the next one succeeds. */
static void explained_starve(const explained_world *world, size_t which)
{
    failing_alloc memory;
    explained_world starved = *world;
    failing_alloc_init(&memory, 0);
    starved.allocator = &memory.host;
    prm_engine *engine = explained_engine(&starved, (prm_text){NULL, 0});
    prm_rows *rows = explained_ledger(engine);
    prm_row row = {.size = sizeof row};
    for (size_t i = 0; i <= which && prm_rows_next(rows, &row) > 0; i++)
        continue;
    char *id = explained_text(row.id), *partner = explained_text(row.partner);
    uint32_t rules = prm_program_rule_count(world->program);
    size_t before_size, after_size;
    void *before = explained_save(engine, &before_size);
    for (size_t fail = 1, failed = 1; failed && row.id.size > 0; fail++) {
        prm_explanation *explanation = NULL;
        prm_error error;
        const prm_text none = {NULL, 0};
        memory.calls = 0;
        memory.fail_at = fail;
        prm_status status = prm_engine_explain(engine, text_of(id), &explanation, &error);
        failed = status != PRM_OK;
        assert_int_equal(status, failed ? PRM_E_MEMORY : PRM_OK);
        prm_explanation_free(explanation);
        explanation = NULL;
        memory.calls = 0;
        if (rules > 0 && status == PRM_OK)
            status = prm_engine_explain_missing(engine, (uint32_t)which % rules, text_of(partner), none, none,
                                                none, PRM_NO_TIME, &explanation, &error);
        if (status != PRM_OK && status != PRM_E_NOT_FOUND)
            assert_int_equal(status, PRM_E_MEMORY);
        failed |= status == PRM_E_MEMORY;
        memory.fail_at = 0;
        prm_explanation_free(explanation);
        explained_starved += failed;
        void *after = explained_save(engine, &after_size);
        if (before_size != after_size || memcmp(before, after, before_size) != 0)
            fail_msg("%s: %s: %s: a call without memory has changed the state", explained_path,
                     explained_test, id);
        free(after);
    }
    free(before);
    free(id);
    free(partner);
    prm_rows_free(rows);
    prm_engine_free(engine);
    assert_int_equal(memory.bytes, 0);
}

static void explained_case(const test_file *file, const test_case *test, test_programs *programs)
{
    for (size_t i = 0; i < test->program_count && test->expect[TEST_ERRORS] == NULL; i++) {
        char *path = explained_text(test->programs[i]);
        test_program *program = testprogram_get(programs, path);
        free(path);
        event_batch batch = {0};
        buffer problems = {0};
        explained_world world = {.program = program->program, .clock = PRM_NO_TIME};
        if (program->program == NULL || !testevents_make(file, test, program->program, &batch, &problems))
            fail_msg("%s: %s: %.*s", explained_path, explained_test, (int)problems.size, problems.data);
        if (test->clock != NULL)
            assert_int_equal(prm_program_read_time(program->program, test->clock->text.data,
                                                   test->clock->text.size, &world.clock, NULL),
                             PRM_OK);
        world.events = batch.events;
        world.count = batch.count;
        explained_run(&world);
        if (batch.count <= 400)
            explained_go_on(&world);
        if (batch.count <= 40)
            explained_starve(&world, explained_rows % 4);
        batch_free(&batch);
        buffer_free(&problems);
    }
}

static void test_every_row_of_every_test(void **state)
{
    static const char *const folders[] = EXPLAINED_FOLDERS;
    (void)state;
    test_paths paths = {0};
    int missing = 0;
    for (size_t i = 0; i < UNIT_COUNT(folders); i++)
        assert_true(testfind_add(&paths, folders[i], &missing));
    for (size_t i = 0; i < paths.count; i++) {
        test_file file;
        test_programs programs = {0};
        explained_path = paths.items[i];
        assert_true(testfile_read(&file, paths.items[i]));
        for (size_t j = 0; j < file.count; j++) {
            char *name = explained_text(file.cases[j].name);
            explained_test = name;
            explained_case(&file, &file.cases[j], &programs);
            free(name);
        }
        testprogram_free_all(&programs);
        testfile_free(&file);
    }
    testfind_free(&paths);
    print_message("%zu rows, %zu causes removed, %zu rules without, %zu taken back, %zu without memory\n",
                  explained_rows, explained_removed, explained_missing, explained_gone, explained_starved);
    assert_true(explained_rows > 1000 && explained_removed > 100 && explained_missing > 100 &&
                explained_gone > 20 && explained_starved > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_row_of_every_test)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
