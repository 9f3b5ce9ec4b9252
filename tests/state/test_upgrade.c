/* Reconciling: random damage to a host's rows is repaired. Upgrading: the engine is then one that had the new
 * program from the start, its journal leads there, and a failure or a dry run leaves it as it was. */
#include "state_rig.h"
#include "../base/failing_alloc.h"

#define WHOLE "tests/state/whole.yaml"
#define OTHER "tests/state/other.yaml"

static prm_engine *fed(prm_program *program, const facts *set)
{
    prm_engine *engine = state_engine(program, 1, 4);
    for (size_t at = 0; at < set->count; at += 11)
        state_ingest(engine, set->events + at, set->count - at < 11 ? set->count - at : 11);
    return engine;
}

/* ---- A host that keeps rows by id ---- */

#define HOST_ROWS 1024

typedef struct host_row {
    prm_row row;
    char texts[12][160];
} host_row;

typedef struct host {
    host_row rows[HOST_ROWS];
    size_t count;
} host;

static void host_keep(host_row *kept, const prm_row *row)
{
    prm_text *texts = &kept->row.rule;
    kept->row = *row;
    for (size_t i = 0; i < 12; i++) {
        assert_true(texts[i].size < sizeof kept->texts[i]);
        if (texts[i].size)
            memcpy(kept->texts[i], texts[i].data, texts[i].size);
    }
}

/* The texts of a row that has been moved. */
static void host_point(host *keeper)
{
    for (size_t i = 0; i < keeper->count; i++) {
        prm_text *texts = &keeper->rows[i].row.rule;
        for (size_t j = 0; j < 12; j++)
            texts[j].data = keeper->rows[i].texts[j];
    }
}

static void host_drop(host *keeper, size_t index)
{
    keeper->rows[index] = keeper->rows[--keeper->count];
    host_point(keeper);
}

/* Every reversal must find what it reverses, every grant a free place. */
static void host_post(host *keeper, const prm_row *row)
{
    size_t at = 0;
    while (at < keeper->count && (keeper->rows[at].row.id.size != row->id.size ||
                                  memcmp(keeper->rows[at].row.id.data, row->id.data, row->id.size) != 0))
        at++;
    if (row->op == PRM_REVERSE) {
        assert_true(at < keeper->count);
        assert_int_equal(keeper->rows[at].row.amount, row->amount);
        host_drop(keeper, at);
        return;
    }
    assert_int_equal(at, keeper->count);
    assert_true(keeper->count < HOST_ROWS);
    host_keep(&keeper->rows[keeper->count++], row);
    host_point(keeper);
}

static size_t host_take(host *keeper, prm_rows *rows)
{
    prm_row row = {.size = sizeof row};
    size_t count = prm_rows_count(rows);
    while (prm_rows_next(rows, &row) > 0)
        host_post(keeper, &row);
    prm_rows_free(rows);
    return count;
}

static prm_rows *reconcile(prm_engine *engine, const host *keeper)
{
    static prm_row net[HOST_ROWS];
    prm_rows *rows = NULL;
    prm_error error;
    for (size_t i = 0; i < keeper->count; i++)
        net[i] = keeper->rows[i].row;
    if (prm_engine_reconcile(engine, net, keeper->count, sizeof net[0], &rows, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return rows;
}

static void damage(host *keeper, uint64_t *random)
{
    for (int i = 0; i < 12 && keeper->count > 2; i++) {
        size_t at = (size_t)(unit_random(random) >> 33) % keeper->count;
        host_row *kept = &keeper->rows[at];
        switch (unit_random(random) >> 61) {
        case 0:
        case 1:
            host_drop(keeper, at);
            break;
        case 2:
            kept->row.amount += kept->row.has_amount ? 1 : 0;
            kept->row.rate += kept->row.has_rate ? 1 : 0;
            break;
        case 3:
            kept->row.from = kept->row.from == PRM_NO_TIME ? 5 : kept->row.from + 1;
            break;
        case 4:
            kept->texts[6][0] = 'X'; /* the recipient */
            break;
        case 5:
            kept->texts[11][0] = (char)('A' + (unit_random(random) >> 60)); /* the identity */
            break;
        default:
            kept->row.payable = kept->row.payable == PRM_NO_TIME ? 5 : kept->row.payable + 1;
            break;
        }
    }
}

static void test_reconcile_repairs(void **state)
{
    (void)state;
    prm_program *program = state_program(WHOLE);
    facts *set = malloc(sizeof *set);
    host *keeper = malloc(sizeof *keeper);
    assert_true(set && keeper);
    for (uint64_t seed = 1; seed <= 30; seed++) {
        uint64_t random = seed;
        prm_rows *rows = NULL;
        keeper->count = 0;
        facts_make(set, seed, FACTS_MAX);
        prm_engine *engine = fed(program, set);
        state_bytes bytes = state_save(engine);
        assert_int_equal(prm_engine_journal(engine, 1, &rows, NULL), PRM_OK);
        assert_true(host_take(keeper, rows) > 5);
        assert_int_equal(host_take(keeper, reconcile(engine, keeper)), 0);
        damage(keeper, &random);
        assert_true(host_take(keeper, reconcile(engine, keeper)) > 0);
        assert_int_equal(host_take(keeper, reconcile(engine, keeper)), 0);
        state_is(engine, bytes);
        free(bytes.data);
        prm_engine_free(engine);
    }
    free(keeper);
    free(set);
    prm_program_unref(program);
}

/* Reversals first; those that the ledger does not have, by id. */
static void test_reconcile_order(void **state)
{
    (void)state;
    prm_program *program = state_program(WHOLE);
    prm_engine *engine = state_engine(program, 1, 0);
    prm_row net[] = {{.size = sizeof(prm_row), .id = {"b", 1}, .from = PRM_NO_TIME},
                     {.size = sizeof(prm_row), .id = {"a", 1}, .from = PRM_NO_TIME}};
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    prm_error error;
    assert_int_equal(prm_engine_reconcile(engine, net, 2, sizeof net[0], &rows, &error), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    assert_int_equal(row.op, PRM_REVERSE);
    assert_memory_equal(row.id.data, "a", 1);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    assert_memory_equal(row.id.data, "b", 1);
    assert_int_equal(prm_rows_next(rows, &row), 0);
    prm_rows_free(rows);
    net[1].id.data = "b";
    assert_int_equal(prm_engine_reconcile(engine, net, 2, sizeof net[0], &rows, &error), PRM_E_ARGUMENT);
    net[1].id.size = 0;
    assert_int_equal(prm_engine_reconcile(engine, net, 2, sizeof net[0], &rows, &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_engine_reconcile(engine, net, 2, 1, &rows, &error), PRM_E_ARGUMENT);
    prm_engine_free(engine);
    prm_program_unref(program);
}

/* ---- Upgrade ---- */

static char *upgrade(prm_engine *engine, prm_program *program, int dry)
{
    prm_rows *rows = NULL;
    prm_error error;
    if (prm_engine_upgrade(engine, program, dry, &rows, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return state_rows(rows, true);
}

/* The postings from number `first` on, as text. */
static char *journal_from(prm_engine *engine, uint64_t first)
{
    prm_rows *rows = NULL;
    assert_int_equal(prm_engine_journal(engine, first, &rows, NULL), PRM_OK);
    return state_rows(rows, true);
}

static uint64_t postings_of(const prm_engine *engine)
{
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    return counts.postings;
}

static void check_upgrade(prm_program *old, prm_program *new, const facts *set, host *keeper)
{
    prm_engine *engine = fed(old, set), *fresh = fed(new, set);
    prm_rows *rows = NULL;
    keeper->count = 0;
    state_bytes before = state_save(engine);
    char *former = facts_ledger(engine);
    uint64_t first = postings_of(engine) + 1;
    char *dry = upgrade(engine, new, 1);
    state_is(engine, before);
    char *real = upgrade(engine, new, 0);
    assert_true(strlen(real) > 0 && strlen(dry) > 0);
    assert_ptr_equal(prm_engine_program(engine), new);
    state_same_text(real, journal_from(engine, first));
    state_same_text(facts_ledger(engine), facts_ledger(fresh));
    assert_int_equal(prm_engine_journal(engine, 1, &rows, NULL), PRM_OK);
    host_take(keeper, rows); /* the whole journal leads to the new ledger */
    assert_int_equal(host_take(keeper, reconcile(engine, keeper)), 0);
    state_bytes upgraded = state_save(engine); /* unreleased postings of the old program too */
    prm_engine *loaded = state_load(new, upgraded, 2);
    state_same_engines(engine, loaded);
    prm_engine_free(loaded);
    assert_int_equal(prm_engine_journal_release(engine, first + 1, NULL), PRM_OK);
    free(upgrade(engine, old, 0));
    state_same_text(facts_ledger(engine), former);
    free(upgrade(engine, old, 0)); /* to the same program: nothing */
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.accepted, set->count);
    free(dry);
    free(before.data);
    free(upgraded.data);
    prm_engine_free(engine);
    prm_engine_free(fresh);
}

static void test_upgrade_and_back(void **state)
{
    (void)state;
    prm_program *old = state_program(WHOLE), *new = state_program(OTHER);
    facts *set = malloc(sizeof *set);
    host *keeper = malloc(sizeof *keeper);
    assert_true(set && keeper);
    for (uint64_t seed = 1; seed <= 15; seed++) {
        facts_make(set, seed, FACTS_MAX);
        check_upgrade(old, new, set, keeper);
    }
    free(keeper);
    free(set);
    prm_program_unref(old);
    prm_program_unref(new);
}

static prm_program *compiled(const char *body)
{
    char text[512];
    prm_program *program = NULL;
    prm_error error;
    snprintf(text, sizeof text, "prm: 1\nprogram: small\n%s%s",
             strstr(body, "currency:") ? "" : "currency: JPY\n", body);
    if (prm_program_compile(text, strlen(text), NULL, &program, NULL, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return program;
}

static prm_event event_of(const char *type, const char *id, const prm_field *fields, uint32_t count)
{
    return (prm_event){PRM_NONE, count, type, strlen(type), id, strlen(id), 5, fields};
}

/* Types and fields that the new program does not know, and events that it does not take. */
static void test_what_the_new_program_does_not_know(void **state)
{
    (void)state;
    prm_program *full = compiled("events: {note.sent: {partner: text, staff: integer}}\n"
                                 "rules: {r: {each: note.sent, then: {cash: 1}}}\n");
    prm_program *none = compiled("rules: {r: {each: meeting.held, then: {cash: 1}}}\n");
    prm_program *strict = compiled("events: {note.sent: {partner: text, staff: boolean}}\n"
                                   "rules: {r: {each: note.sent, then: {cash: 1}}}\n");
    prm_field fields[] = {{.field = PRM_NONE, .name = "partner", .name_size = 7, .text = "a", .text_size = 1},
                          {.field = PRM_NONE, .name = "staff", .name_size = 5, .text = "3", .text_size = 1}};
    prm_event event = event_of("note.sent", "n1", fields, 2);
    prm_engine *engine = state_engine(full, 1, 0);
    prm_rows *rows = NULL;
    prm_error error;
    prm_counts counts = {.size = sizeof counts};
    state_ingest(engine, &event, 1);
    state_bytes before = state_save(engine);
    assert_int_equal(prm_engine_upgrade(engine, strict, 0, &rows, &error), PRM_E_EVENT);
    assert_non_null(strstr(error.message, "n1"));
    state_is(engine, before);
    free(before.data);
    free(upgrade(engine, none, 0));
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.events, 1);
    assert_int_equal(counts.ignored, 1);
    assert_int_equal(counts.accepted, 0);
    assert_int_equal(counts.outcomes, 0);
    prm_engine_free(engine);
    engine = state_engine(full, 1, 0);
    state_ingest(engine, &event, 1);
    assert_int_equal(prm_engine_settle(engine, 3, NULL), PRM_OK);
    assert_int_equal(prm_engine_upgrade(engine, none, 0, &rows, &error), PRM_E_UNSUPPORTED);
    prm_engine_free(engine);
    prm_program_unref(full);
    prm_program_unref(none);
    prm_program_unref(strict);
}

/* 1050 cents are not 1050 yen. */
static void test_another_currency(void **state)
{
    (void)state;
    prm_program *dollars = compiled("currency: USD\nrules: {r: {each: note.sent, then: {cash: 1}}}\n"
                                    "events: {note.sent: {partner: text}}\n");
    prm_program *yen = compiled("rules: {r: {each: note.sent, then: {cash: 1}}}\n"
                                "events: {note.sent: {partner: text}}\n");
    prm_field partner = {.field = PRM_NONE, .name = "partner", .name_size = 7, .text = "a", .text_size = 1};
    prm_event event = event_of("note.sent", "n1", &partner, 1);
    prm_engine *engine = state_engine(dollars, 1, 0);
    prm_rows *rows = NULL;
    prm_error error;
    state_ingest(engine, &event, 1);
    state_bytes before = state_save(engine);
    assert_int_equal(prm_engine_upgrade(engine, yen, 1, &rows, &error), PRM_E_UNSUPPORTED);
    assert_int_equal(prm_engine_upgrade(engine, yen, 0, &rows, &error), PRM_E_UNSUPPORTED);
    assert_non_null(strstr(error.message, "currency"));
    state_is(engine, before);
    free(before.data);
    prm_engine_free(engine);
    prm_program_unref(dollars);
    prm_program_unref(yen);
}

static void test_every_allocation_fails(void **state)
{
    (void)state;
    prm_program *old = state_program(WHOLE), *new = state_program(OTHER);
    facts *set = malloc(sizeof *set);
    failing_alloc memory;
    prm_engine *engine = NULL;
    assert_non_null(set);
    facts_make(set, 7, 40);
    failing_alloc_init(&memory, 0);
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
    assert_int_equal(prm_engine_new(old, &options, &engine, NULL), PRM_OK);
    state_ingest(engine, set->events, set->count);
    size_t rounds[2] = {0, 0};
    for (size_t i = 0; i < 2; i++) { /* there and back */
        state_bytes before = state_save(engine);
        for (prm_status status = PRM_E_MEMORY; status != PRM_OK;) {
            prm_rows *rows = NULL;
            size_t held = memory.bytes;
            memory.calls = 0;
            memory.fail_at = ++rounds[i];
            status = prm_engine_upgrade(engine, i ? old : new, 0, &rows, NULL);
            memory.fail_at = 0;
            assert_true(status == PRM_OK || status == PRM_E_MEMORY);
            prm_rows_free(rows);
            if (status == PRM_OK)
                break;
            assert_int_equal(memory.bytes, held);
            state_is(engine, before);
        }
        free(before.data);
    }
    assert_true(rounds[0] > 50 && rounds[1] > 50);
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.bytes, memory.bytes); /* two blocks, one account */
    prm_engine_free(engine);
    assert_int_equal(memory.bytes, 0);
    free(set);
    prm_program_unref(old);
    prm_program_unref(new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reconcile_repairs), cmocka_unit_test(test_reconcile_order),
        cmocka_unit_test(test_upgrade_and_back),  cmocka_unit_test(test_what_the_new_program_does_not_know),
        cmocka_unit_test(test_another_currency),  cmocka_unit_test(test_every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
