/* Partners as values: any grouping of partners gives what one engine gives; the bytes are those of an engine
 * that has only them; the inputs stay; programs that look across partners are refused. */
#include "state_rig.h"
#include "../base/failing_alloc.h"

#define WHOLE "tests/state/whole.yaml"
#define LAST INT64_C(1798729200000) /* 2027-01-01T00:00:00+09:00 */
#define SHARDS 7

static prm_text partner_of(const prm_event *event)
{
    for (uint32_t i = 0; i < event->field_count; i++)
        if (strcmp(event->fields[i].name, "partner") == 0)
            return (prm_text){event->fields[i].text, event->fields[i].text_size};
    return (prm_text){NULL, 0};
}

/* The shard of an event; a void by id, which names no partner, goes to all. */
static bool is_in_shard(const prm_event *event, size_t shard, size_t shards)
{
    prm_text partner = partner_of(event);
    return partner.size == 0 || (size_t)partner.data[partner.size - 1] % shards == shard;
}

static size_t pick(const facts *set, size_t from, size_t to, size_t shard, size_t shards, prm_event *out)
{
    size_t count = 0;
    for (size_t i = from; i < to; i++)
        if (is_in_shard(&set->events[i], shard, shards))
            out[count++] = set->events[i];
    return count;
}

static prm_applied *apply(prm_program *program, const prm_apply_item *items, size_t count)
{
    prm_applied *applied = NULL;
    prm_error error;
    if (prm_apply(program, NULL, items, count, sizeof *items, sizeof(prm_event), &applied, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return applied;
}

static prm_applied_item item_of(const prm_applied *applied, size_t index)
{
    prm_applied_item item = {.size = sizeof item};
    assert_int_equal(prm_applied_get(applied, index, &item), PRM_OK);
    return item;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of a ledger's text, without its count, sorted. */
static size_t sorted_lines(char *text, char **lines)
{
    size_t count = 0;
    for (char *line = strtok(strchr(text, '\n'), "\n"); line; line = strtok(NULL, "\n"))
        lines[count++] = line;
    qsort(lines, count, sizeof *lines, by_bytes);
    return count;
}

typedef struct shard_run {
    prm_program *program;
    const facts *set;
    size_t shards;
    prm_applied *state; /* of the call before; NULL at first */
    prm_engine *engines[SHARDS];
} shard_run;

/* One call for all shards, each compared with an engine that takes the same. */
static void run_batch(shard_run *run, size_t from, size_t to)
{
    static prm_event events[SHARDS][FACTS_MAX];
    prm_apply_item items[SHARDS];
    for (size_t i = 0; i < run->shards; i++) {
        size_t count = pick(run->set, from, to, i, run->shards, events[i]);
        items[i] = (prm_apply_item){NULL, 0, events[i], count, PRM_NO_TIME};
        if (run->state) {
            prm_applied_item before = item_of(run->state, i);
            items[i].state = before.state;
            items[i].state_size = before.state_size;
        }
        state_ingest(run->engines[i], events[i], count);
    }
    prm_applied *applied = apply(run->program, items, run->shards);
    for (size_t i = 0; i < run->shards; i++) {
        prm_applied_item item = item_of(applied, i);
        assert_int_equal(item.answer_count, items[i].event_count);
        for (size_t j = 0; j < item.answer_count; j++)
            assert_int_equal(item.answers[j].answer, PRM_ACCEPTED);
        assert_int_equal(item.clock, prm_engine_clock(run->engines[i]));
        state_same_text(state_rows(item.rows, false), state_journal(run->engines[i]));
        assert_int_equal(prm_engine_journal_release(run->engines[i], UINT64_MAX, NULL), PRM_OK);
        state_is(run->engines[i], (state_bytes){(char *)(uintptr_t)item.state, item.state_size});
    }
    prm_applied_free(run->state);
    run->state = applied;
}

/* The ledgers of the shards together are that of one engine. */
static void check_together(const shard_run *run)
{
    static char *whole_lines[4096], *part_lines[4096];
    prm_engine *whole = state_engine(run->program, 1, 9);
    state_ingest(whole, run->set->events, run->set->count);
    assert_int_equal(prm_engine_advance(whole, LAST, NULL), PRM_OK);
    char *text = facts_ledger(whole), *parts[SHARDS];
    size_t count = sorted_lines(text, whole_lines), part_count = 0;
    for (size_t i = 0; i < run->shards; i++) {
        prm_applied_item item = item_of(run->state, i);
        prm_apply_item last = {item.state, item.state_size, NULL, 0, LAST};
        prm_applied *closed = apply(run->program, &last, 1);
        item = item_of(closed, 0);
        prm_engine *engine = state_load(run->program,
                                        (state_bytes){(char *)(uintptr_t)item.state, item.state_size}, i);
        parts[i] = facts_ledger(engine);
        part_count += sorted_lines(parts[i], part_lines + part_count);
        prm_engine_free(engine);
        prm_applied_free(closed);
    }
    qsort(part_lines, part_count, sizeof *part_lines, by_bytes);
    assert_int_equal(part_count, count);
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(part_lines[i], whole_lines[i]);
    for (size_t i = 0; i < run->shards; i++)
        free(parts[i]);
    free(text);
    prm_engine_free(whole);
}

static void check_shards(prm_program *program, const facts *set, size_t shards)
{
    shard_run run = {.program = program, .set = set, .shards = shards};
    for (size_t i = 0; i < shards; i++)
        run.engines[i] = state_engine(program, 1, i);
    for (size_t at = 0; at < set->count; at += 23)
        run_batch(&run, at, at + 23 < set->count ? at + 23 : set->count);
    check_together(&run);
    prm_applied_free(run.state);
    for (size_t i = 0; i < shards; i++)
        prm_engine_free(run.engines[i]);
}

static void test_shards(void **state)
{
    (void)state;
    prm_program *program = state_program(WHOLE);
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        facts_make(set, seed, FACTS_MAX);
        check_shards(program, set, 1);
        check_shards(program, set, 2);
        check_shards(program, set, 3);
        check_shards(program, set, 7);
    }
    free(set);
    prm_program_unref(program);
}

/* ---- Refusals ---- */

static const char *const across[] = {
    "rules: {r: {for: referrer, when: {count: deal.won, at_least: 1}, then: {cash: 1}}}\n",
    "rules: {r: {when: {count: deal.won, at_least: 1}, then: {cash: 1, to: referrer}}}\n",
    "rules: {r: {when: {count: deal.won, at_least: 1}, then: {cash: 1, to: parent}}}\n",
    "rules: {r: {when: {count: deal.won, at_least: 1}, then: {cash: 1, to: parent.parent}}}\n",
    "rules: {r: {when: {count: deal.won, at_least: 1}, then: {cash: 1}, budget: 100}}\n",
    "rules: {r: {per: month, contest: {by: {count: deal.won}, places: [{cash: 5}]}}}\n",
    "commission: {on: deal.won, of: amount, base: 10%, override: [2%]}\n",
};

static void test_programs_that_look_across(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(across); i++) {
        char text[512];
        prm_program *program = NULL;
        prm_applied *applied = NULL;
        prm_error error;
        snprintf(text, sizeof text, "prm: 1\nprogram: across\ncurrency: JPY\n%s", across[i]);
        if (prm_program_compile(text, strlen(text), NULL, &program, NULL, &error) != PRM_OK)
            fail_msg("%s: %s", across[i], error.message);
        if (prm_apply(program, NULL, NULL, 0, sizeof(prm_apply_item), sizeof(prm_event), &applied, &error) !=
            PRM_E_UNSUPPORTED)
            fail_msg("%s was taken", across[i]);
        assert_int_equal(error.status, PRM_E_UNSUPPORTED);
        prm_program_unref(program);
    }
}

static void test_one_bad_item(void **state)
{
    (void)state;
    prm_program *program = state_program(WHOLE);
    prm_applied *applied = NULL;
    prm_error error;
    prm_apply_item items[] = {{NULL, 0, NULL, 0, PRM_NO_TIME}, {"prm", 3, NULL, 0, PRM_NO_TIME}};
    assert_int_equal(prm_apply(program, NULL, items, 2, sizeof *items, sizeof(prm_event), &applied, &error),
                     PRM_E_STATE);
    assert_non_null(strstr(error.message, "item 1"));
    prm_applied *first = apply(program, items, 1);
    prm_applied_item item = item_of(first, 0);
    prm_apply_item later = {item.state, item.state_size, NULL, 0, LAST};
    prm_applied *second = apply(program, &later, 1);
    item = item_of(second, 0);
    later = (prm_apply_item){item.state, item.state_size, NULL, 0, LAST - 1};
    assert_int_equal(prm_apply(program, NULL, &later, 1, sizeof later, sizeof(prm_event), &applied, &error),
                     PRM_E_CLOCK);
    assert_int_equal(prm_applied_get(second, 1, &item), PRM_E_ARGUMENT);
    assert_int_equal(prm_apply(program, NULL, &later, 1, 1, sizeof(prm_event), &applied, &error),
                     PRM_E_ARGUMENT);
    assert_null(applied);
    prm_applied_free(first);
    prm_applied_free(second);
    prm_applied_free(NULL);
    prm_program_unref(program);
}

static void test_every_allocation_fails(void **state)
{
    (void)state;
    prm_program *program = state_program(WHOLE);
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    facts_make(set, 3, 40);
    prm_apply_item first = {NULL, 0, set->events, 20, PRM_NO_TIME};
    prm_applied *before = apply(program, &first, 1);
    prm_applied_item known = item_of(before, 0);
    prm_apply_item next = {known.state, known.state_size, set->events + 20, 20, LAST};
    prm_applied *plain = apply(program, &next, 1);
    prm_applied_item expected = item_of(plain, 0);
    size_t n = 0;
    for (prm_status status = PRM_E_MEMORY; status != PRM_OK;) {
        failing_alloc memory;
        prm_applied *applied = NULL;
        failing_alloc_init(&memory, ++n);
        prm_engine_options options = {.size = sizeof options, .allocator = &memory.host};
        status = prm_apply(program, &options, &next, 1, sizeof next, sizeof(prm_event), &applied, NULL);
        if (status == PRM_OK) {
            prm_applied_item item = item_of(applied, 0);
            state_same((state_bytes){(char *)(uintptr_t)item.state, item.state_size},
                       (state_bytes){(char *)(uintptr_t)expected.state, expected.state_size});
            prm_applied_free(applied);
        }
        assert_true(status == PRM_OK || status == PRM_E_MEMORY);
        assert_int_equal(memory.bytes, 0);
    }
    assert_true(n > 50);
    prm_applied_free(plain);
    prm_applied_free(before);
    free(set);
    prm_program_unref(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shards),
        cmocka_unit_test(test_programs_that_look_across),
        cmocka_unit_test(test_one_bad_item),
        cmocka_unit_test(test_every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
