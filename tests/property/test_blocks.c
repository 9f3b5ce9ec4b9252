/* Promise 4 where memory is kept in larger blocks: the host is asked only when a block, or a list, is
 * full, so a history meets few of the places that may run out. Here the same events come after ever
 * longer histories, which moves the ends of blocks and lists over all that a call does. */
#include "facts.h"
#include "../base/unit.h"
#include "../base/failing_alloc.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 10
#define SEEDS 3
#define LONGEST 60 /* events before */

typedef struct life {
    failing_alloc memory;
    prm_engine *engine;
} life;

static prm_status give(const life *it, const prm_event *events, size_t count)
{
    return prm_engine_ingest(it->engine, events, count, sizeof *events, NULL, NULL);
}

static void begin(life *it, prm_program *program, const facts *set, size_t before)
{
    failing_alloc_init(&it->memory, 0);
    prm_engine_options options = {
        .size = sizeof options, .clock_follows = 1, .allocator = &it->memory.host, .hash_seed = 3};
    assert_int_equal(prm_engine_new(program, &options, &it->engine, NULL), PRM_OK);
    for (size_t i = 0; i < before; i++) /* one by one, so that no list has room for many at once */
        assert_int_equal(give(it, set->events + i, 1), PRM_OK);
}

/* The ledger; nothing is left behind. */
static char *end(life *it)
{
    char *ledger = facts_ledger(it->engine);
    prm_engine_free(it->engine);
    assert_int_equal(it->memory.bytes, 0);
    return ledger;
}

/* The events [before, before + count) in one call, with each of its allocations failing once. */
static size_t check_batch(prm_program *program, const facts *set, size_t before, size_t count)
{
    life it;
    begin(&it, program, set, before);
    size_t calls = it.memory.calls;
    assert_int_equal(give(&it, set->events + before, count), PRM_OK);
    calls = it.memory.calls - calls;
    char *expected = end(&it);
    for (size_t n = 1; n <= calls; n++) {
        begin(&it, program, set, before);
        it.memory.fail_at = it.memory.calls + n;
        assert_int_equal(give(&it, set->events + before, count), PRM_E_MEMORY);
        it.memory.fail_at = 0;
        assert_int_equal(give(&it, set->events + before, count), PRM_OK);
        char *ledger = end(&it);
        assert_string_equal(ledger, expected);
        free(ledger);
    }
    free(expected);
    return calls;
}

static void test_everywhere(void **state)
{
    (void)state;
    static facts set;
    prm_program *program = NULL;
    size_t calls = 0;
    assert_int_equal(prm_program_load("tests/property/blocks.yaml", NULL, &program, NULL, NULL), PRM_OK);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        facts_make(&set, seed, LONGEST + BATCH);
        for (size_t before = 0; before <= LONGEST; before++)
            calls += check_batch(program, &set, before, BATCH);
    }
    assert_true(calls > LONGEST);
    prm_program_unref(program);
}

/* ---- A crowd ---- */

#define CROWD 24
#define NAMES 70

/* An event of partner `number`, at so many minutes, with a field whose text ends with the number too. */
static void happen(facts *set, const char *type, int number, int minutes, const char *name,
                   const char *prefix)
{
    prm_event *event = &set->events[set->count];
    prm_field *fields = set->fields[set->count];
    char *text = set->text + set->used;
    int size = snprintf(text, sizeof set->text - set->used, "e%zu p%d %s%d", set->count, number, prefix,
                        number);
    assert_true(size > 0 && set->used + (size_t)size < sizeof set->text);
    char *partner = strchr(text, ' ') + 1, *value = strchr(partner, ' ') + 1;
    *event = (prm_event){
        .type = PRM_NONE, .type_name = type, .type_name_size = strlen(type), .fields = fields};
    event->id = text, event->id_size = (size_t)(partner - text) - 1;
    event->time = INT64_C(1780239600000) + INT64_C(60000) * minutes;
    event->field_count = 2 + (strcmp(type, "deal.won") == 0);
    fields[0] = (prm_field){.field = PRM_NONE, .name = "partner", .name_size = 7, .text = partner};
    fields[0].text_size = (size_t)(value - partner) - 1;
    fields[1] = (prm_field){.field = PRM_NONE, .name = name, .name_size = strlen(name), .text = value};
    fields[1].text_size = strlen(value);
    fields[2] = (prm_field){.field = PRM_NONE, .name = "amount", .name_size = 6, .kind = PRM_VALUE_INTEGER};
    fields[2].number = number;
    set->used += (size_t)size + 1;
    set->count++;
}

/* One partner brings news from before everybody: all of the budget goes there. Then the month is over,
 * and then somebody's second meeting is reported, who alone has the first place now. */
static size_t check_news(prm_program *program, facts *set, int number)
{
    size_t before = set->count;
    happen(set, "partner.joined", number, 1, "parent", "q");
    happen(set, "deal.won", number, 2, "customer", "c");
    set->fields[set->count - 1][2].number = 5000;
    happen(set, "deal.won", number, 3, "lead", "l"); /* for no customer */
    happen(set, "meeting.held", number, 3, "customer", "c");
    size_t calls = check_batch(program, set, before, set->count - before);
    happen(set, "meeting.held", number, 50000, "customer", "c");
    calls += check_batch(program, set, set->count - 1, 1);
    happen(set, "meeting.held", number, 4, "customer", "c");
    return calls + check_batch(program, set, set->count - 1, 1);
}

/* Of ever more partners, each with a customer and a parent; and beside ever more of which nothing is known
 * but a name. */
static void test_crowds(void **state)
{
    (void)state;
    static facts set;
    prm_program *program = NULL;
    assert_int_equal(prm_program_load("tests/property/blocks.yaml", NULL, &program, NULL, NULL), PRM_OK);
    for (int crowd = 1; crowd <= CROWD; crowd++) {
        set.count = set.used = 0;
        for (int i = 0; i < crowd; i++) {
            happen(&set, "partner.joined", i, 10, "parent", "q");
            happen(&set, "meeting.held", i, 20 + i, "customer", "c");
            happen(&set, "deal.won", i, 20 + i, "customer", "c");
        }
        assert_true(check_news(program, &set, crowd) > 0);
    }
    for (int names = 0; names <= NAMES; names++) {
        set.count = set.used = 0;
        for (int i = 0; i < names; i++)
            happen(&set, "portal.login", i, 10, "rep", "r");
        assert_true(check_news(program, &set, names) > 0);
    }
    prm_program_unref(program);
}

/* ---- Questions ---- */

/* Asks question `number`; false when there is none. */
static bool ask(prm_engine *engine, int number, prm_status *status)
{
    static const char *const ids[] = {"budgeted!e2", "limited!e2", "above:q0#1", "ranks:p0@2026-06-01~2",
                                      "best:p0@2026-06-01^1"};
    const prm_text none = {NULL, 0}, partner = {"p1", 2};
    prm_rows *rows = NULL;
    prm_explanation *told = NULL;
    const int orders = 4, count = (int)UNIT_COUNT(ids), rules = 5;
    if (number < orders) {
        const prm_pending_options options = {
            .size = sizeof options, .rule = PRM_NONE, .order = (uint32_t)number};
        *status = prm_engine_pending(engine, &options, &rows, NULL);
    } else if (number < orders + count) {
        const char *id = ids[number - orders];
        *status = prm_engine_explain(engine, (prm_text){id, strlen(id)}, &told, NULL);
    } else {
        *status = prm_engine_explain_missing(engine, (uint32_t)(number - orders - count), partner, none, none,
                                             none, PRM_NO_TIME, &told, NULL);
    }
    assert_true(*status != PRM_OK || rows || told);
    prm_rows_free(rows);
    prm_explanation_free(told);
    return number < orders + count + rules;
}

/* Each question with each of its allocations failing once, and then answered. */
static void test_questions(void **state)
{
    (void)state;
    static facts set;
    life it;
    prm_program *program = NULL;
    prm_status status = PRM_OK, expected;
    assert_int_equal(prm_program_load("tests/property/blocks.yaml", NULL, &program, NULL, NULL), PRM_OK);
    set.count = set.used = 0;
    for (int i = 0; i < CROWD; i++) {
        happen(&set, "partner.joined", i, 10, "parent", "q");
        happen(&set, "meeting.held", i, 20 + i, "customer", "c");
        happen(&set, "deal.won", i, 20 + i, "customer", "c");
    }
    begin(&it, program, &set, set.count);
    for (int number = 0; ask(it.engine, number, &expected); number++) {
        assert_int_equal(expected, PRM_OK);
        size_t n = 0;
        do {
            it.memory.fail_at = it.memory.calls + ++n;
            ask(it.engine, number, &status);
            it.memory.fail_at = 0;
            assert_true(status == expected || status == PRM_E_MEMORY);
        } while (status == PRM_E_MEMORY);
        ask(it.engine, number, &status);
        assert_int_equal(status, expected);
    }
    free(end(&it));
    prm_program_unref(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_everywhere), cmocka_unit_test(test_crowds),
                                       cmocka_unit_test(test_questions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
