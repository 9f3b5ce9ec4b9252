/* Every kind of value through a state and an upgrade: what an event said before, it says after, to the last
 * digit; what the new program has no field for is counted as dropped; and histories that take more than one
 * batch. The ledger shows each value through a rule of its own. */
#include "state_rig.h"

#define FIELDS "whole?: integer, part?: decimal, price?: money, share?: percent, first?: boolean, due?: time"
#define HEAD "prm: 1\nprogram: values\ncurrency: USD\n"
#define ATTRIBUTES                                                                                           \
    "attributes: {partner: {segment: text, goal: decimal, from_day: time, vip: boolean, seats: integer}}\n"
#define RULES                                                                                                \
    "rewards: {stars: points}\n"                                                                             \
    "rules:\n"                                                                                               \
    "  whole: {each: note.sent, then: {cash: whole}}\n"                                                      \
    "  part: {each: note.sent, then: {cash: part}}\n"                                                        \
    "  price: {each: note.sent, then: {cash: price}}\n"                                                      \
    "  share: {each: note.sent, then: {cash: share * 1000000}}\n"                                            \
    "  first: {each: note.sent, where: first, then: {stars: 1}}\n"                                           \
    "  not-first: {each: note.sent, where: \"!first\", then: {stars: 2}}\n"                                  \
    "  due: {each: note.sent, where: due > partner.from_day, then: {stars: 3}}\n"                            \
    "  segment: {each: note.sent, where: partner.segment == 'gold', then: {stars: 4}}\n"                     \
    "  goal: {each: note.sent, then: {cash: partner.goal}}\n"                                                \
    "  vip: {each: note.sent, where: partner.vip, then: {stars: 5}}\n"                                       \
    "  seats: {each: note.sent, then: {stars: partner.seats}}\n"

static prm_program *program_of(const char *text)
{
    prm_program *program = NULL;
    prm_error error;
    if (prm_program_compile(text, strlen(text), NULL, &program, NULL, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return program;
}

typedef struct said {
    const char *name, *value;
} said;

/* One event; its values are texts, as in CSV. */
static void tell(prm_engine *engine, const char *type, const char *id, int64_t time, const said *values)
{
    prm_field fields[16];
    prm_answer answer;
    prm_event event = {PRM_NONE, 0, type, strlen(type), id, strlen(id), time, fields};
    for (; values->name; values++)
        fields[event.field_count++] = (prm_field){PRM_NONE,
                                                  PRM_VALUE_TEXT,
                                                  values->name,
                                                  strlen(values->name),
                                                  values->value,
                                                  strlen(values->value),
                                                  0};
    assert_int_equal(prm_engine_ingest(engine, &event, 1, sizeof event, &answer, NULL), PRM_OK);
    assert_int_equal(answer.answer, PRM_ACCEPTED);
}

static void tell_all(prm_engine *engine)
{
    tell(engine, "partner.joined", "j", 1000,
         (const said[]){{"partner", "acme"},
                        {"segment", "gold"},
                        {"goal", "1234567890123456.7891"},
                        {"from_day", "2026-01-01"},
                        {"vip", "true"},
                        {"seats", "7"},
                        {NULL, NULL}});
    tell(engine, "note.sent", "n1", 2000,
         (const said[]){{"partner", "acme"},
                        {"whole", "900719925474099"},
                        {"part", "9876543210987654.25"},
                        {"price", "123456789.01"},
                        {"share", "12.5%"},
                        {"first", "true"},
                        {"due", "2026-01-02"},
                        {NULL, NULL}});
    tell(engine, "partner.updated", "u", 3000,
         (const said[]){{"partner", "acme"},
                        {"segment", ""},
                        {"goal", ""},
                        {"from_day", ""},
                        {"vip", ""},
                        {"seats", ""},
                        {NULL, NULL}});
    tell(engine, "note.sent", "n2", 4000,
         (const said[]){{"partner", "acme"},
                        {"whole", "3"},
                        {"part", "0.019999999999"},
                        {"price", "0.01"},
                        {"share", "0.000001"},
                        {"first", "false"},
                        {"due", "2025-12-31"},
                        {NULL, NULL}});
}

/* Goes on with another program; what leads there is nothing when the ledger stays the same. */
static size_t upgraded(prm_engine *engine, prm_program *program)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    prm_error error;
    size_t count = 0;
    if (prm_engine_upgrade(engine, program, 0, &rows, &error) != PRM_OK)
        fail_msg("%s", error.message);
    while (prm_rows_next(rows, &row) > 0)
        count++;
    prm_rows_free(rows);
    return count;
}

static void test_every_kind_of_value(void **state)
{
    (void)state;
    prm_program *program = program_of(HEAD ATTRIBUTES "events: {note.sent: {partner: text, " FIELDS
                                                      "}}\n" RULES);
    /* The same in another order, so that types, names and places are other ones. */
    prm_program *other = program_of(
        HEAD "events: {a.first: {partner: text, due: time}, note.sent: {partner: text, "
             "due?: time, first?: boolean, share?: percent, price?: money, part?: "
             "decimal, whole?: integer}}\n" ATTRIBUTES RULES);
    prm_engine *engine = state_engine(program, 1, 5);
    tell_all(engine);
    char *ledger = facts_ledger(engine);
    assert_non_null(strstr(ledger, "part!n1"));
    assert_non_null(strstr(ledger, "987654321098765425|")); /* cents */
    assert_non_null(strstr(ledger, "due!n1"));
    assert_null(strstr(ledger, "due!n2"));
    assert_null(strstr(ledger, "vip!n2"));
    state_bytes bytes = state_save(engine);
    prm_engine *loaded = state_load(program, bytes, 9);
    state_is(loaded, bytes);
    prm_engine_free(loaded);
    assert_int_equal(upgraded(engine, other), 0);
    char *there = facts_ledger(engine);
    assert_string_equal(there, ledger);
    assert_int_equal(upgraded(engine, program), 0);
    char *back = facts_ledger(engine);
    assert_string_equal(back, ledger);
    state_is(engine, bytes);
    free(bytes.data);
    free(ledger);
    free(there);
    free(back);
    prm_engine_free(engine);
    prm_program_unref(program);
    prm_program_unref(other);
}

/* What a later program has no field for goes, and is counted. */
static void test_fields_that_are_gone(void **state)
{
    (void)state;
    prm_program *program = program_of(HEAD ATTRIBUTES "events: {note.sent: {partner: text, " FIELDS
                                                      "}}\n" RULES);
    prm_program *less = program_of(HEAD "events: {note.sent: {partner: text, whole?: integer}}\n"
                                        "rules: {whole: {each: note.sent, then: {cash: whole}}}\n");
    prm_counts counts = {.size = sizeof counts};
    prm_engine *engine = state_engine(program, 1, 5);
    tell_all(engine);
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.dropped_fields, 0);
    assert_true(upgraded(engine, less) > 0);
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.dropped_fields, 2 * 5 + 2 * 5);
    assert_int_equal(counts.accepted, 4);
    assert_int_equal(counts.outcomes, 2);
    prm_engine_free(engine);
    prm_program_unref(program);
    prm_program_unref(less);
}

/* More events than are handed in at a time when a state is read or a program exchanged. */
static void test_histories_of_many_batches(void **state)
{
    (void)state;
    enum { EVENTS = 20000 };
    prm_program *program = program_of(HEAD "rules: {r: {each: meeting.held, then: {cash: 1}}}\n");
    prm_program *other = program_of(HEAD "rules: {r: {each: meeting.held, then: {cash: 2}}}\n");
    prm_field partner = {PRM_NONE, PRM_VALUE_TEXT, "partner", 7, "acme", 4, 0};
    prm_counts counts = {.size = sizeof counts};
    prm_engine *engine = state_engine(program, 1, 5);
    for (int i = 0; i < EVENTS; i++) {
        char id[16];
        int size = snprintf(id, sizeof id, "e%d", i);
        prm_event event = {PRM_NONE, 1, "meeting.held", 12, id, (size_t)size, 1000 + i, &partner};
        state_ingest(engine, &event, 1);
    }
    state_bytes bytes = state_save(engine);
    prm_engine *loaded = state_load(program, bytes, 9);
    state_is(loaded, bytes);
    prm_engine_free(loaded);
    assert_int_equal(upgraded(engine, other), 2 * EVENTS);
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.events, EVENTS);
    assert_int_equal(counts.outcomes, EVENTS);
    free(bytes.data);
    prm_engine_free(engine);
    prm_program_unref(program);
    prm_program_unref(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_value),
        cmocka_unit_test(test_fields_that_are_gone),
        cmocka_unit_test(test_histories_of_many_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
