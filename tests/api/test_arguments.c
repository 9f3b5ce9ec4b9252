/* api: what every public function says to NULL, a wrong size and a value that it does not
 * take, and that it has changed nothing then. */
#include "../engine/engine_rig.h"

#include "../base/failing_alloc.h"

#define BASE "commission: {on: deal.won, of: amount, base: 10%}\n"

/* The call fails so, and says so where an error is asked for. */
#define REFUSED(expected, call)                                                                              \
    do {                                                                                                     \
        prm_error error;                                                                                     \
        memset(&error, 0xAA, sizeof error);                                                                  \
        assert_int_equal(call, expected);                                                                    \
        assert_int_equal(error.status, expected);                                                            \
        assert_int_equal(error.diagnostic, 0);                                                               \
        assert_true(strlen(error.message) > 5);                                                              \
    } while (0)

static prm_field partner_field(void)
{
    return (prm_field){PRM_NONE, PRM_VALUE_TEXT, "partner", 7, "a", 1, 0};
}

static prm_event deal(const prm_field *fields, uint32_t count)
{
    return (prm_event){PRM_NONE, count, "deal.won", 8, "d1", 2, 0, fields};
}

/* ---- Programs ---- */

static void questions_to_no_program(void **state)
{
    (void)state;
    prm_rule rule = {.size = sizeof rule};
    char buffer[64] = "x";
    assert_int_equal(prm_program_name(NULL).size, 0);
    assert_int_equal(prm_program_title(NULL).size, 0);
    assert_int_equal(prm_program_currency(NULL).size, 0);
    assert_int_equal(prm_program_timezone(NULL).size, 0);
    assert_int_equal(prm_program_minor_digits(NULL), 0);
    assert_int_equal(prm_program_hash(NULL), 0);
    assert_int_equal(prm_program_rule_count(NULL), 0);
    assert_int_equal(prm_program_rule(NULL, 0, &rule), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_type(NULL, "deal.won", 8), PRM_NONE);
    assert_int_equal(prm_program_field(NULL, "rep", 3), PRM_NONE);
    assert_int_equal(prm_program_rank_name(NULL, 0).size, 0);
    assert_int_equal(prm_program_dump(NULL, buffer, sizeof buffer), 0);
    assert_int_equal(prm_program_write_time(NULL, 0, buffer, sizeof buffer), 0);
    assert_int_equal(prm_program_write_money(NULL, 0, buffer, sizeof buffer), 0);
    assert_int_equal(prm_schema(PRM_SCHEMA_PROGRAM, NULL, sizeof buffer), 0);
    assert_int_equal(prm_schema(99, buffer, sizeof buffer), 0);
    assert_null(prm_program_ref(NULL));
    prm_program_unref(NULL);
}

static void types_of_a_program(void **state)
{
    (void)state;
    prm_program *program = rig_program("events: {note.sent: {partner: text, pages?: integer, sum: money}}\n");
    prm_type type = {.size = sizeof type};
    prm_type_field field = {.size = sizeof field};
    uint32_t note = prm_program_type(program, "note.sent", 9);
    uint32_t count = prm_program_type_count(program);
    assert_int_equal(prm_program_type_count(NULL), 0);
    assert_true(count > 20 && note < count);
    assert_int_equal(prm_program_type_get(program, note, &type), PRM_OK);
    assert_int_equal(type.name.size, 9);
    assert_memory_equal(type.name.data, "note.sent", 9);
    assert_int_equal(type.fields, 3);
    assert_int_equal(prm_program_type_field(program, note, 0, &field), PRM_OK);
    assert_memory_equal(field.name.data, "partner", field.name.size);
    assert_memory_equal(field.type.data, "text", field.type.size);
    assert_int_equal(field.field, prm_program_field(program, "partner", 7));
    assert_int_equal(field.required, 1);
    for (uint32_t i = 1; i < 3; i++) {
        assert_int_equal(prm_program_type_field(program, note, i, &field), PRM_OK);
        bool pages = memcmp(field.name.data, "pages", field.name.size) == 0;
        assert_memory_equal(field.type.data, pages ? "integer" : "money", field.type.size);
        assert_int_equal(field.required, !pages);
    }
    assert_int_equal(prm_program_type_field(program, note, 3, &field), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_type_field(program, count, 0, &field), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_type_field(program, note, 0, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_type_field(NULL, note, 0, &field), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_type_get(program, count, &type), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_type_get(program, note, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_type_get(NULL, note, &type), PRM_E_ARGUMENT);
    type.size = field.size = 8;
    assert_int_equal(prm_program_type_get(program, note, &type), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_type_field(program, note, 0, &field), PRM_E_ARGUMENT);
    prm_program_unref(program);
}

static void rules_and_handles_of_a_program(void **state)
{
    (void)state;
    prm_program *program = rig_program("rules:\n  one: {each: deal.won, then: {cash: 1}}\n");
    prm_rule rule = {.size = sizeof rule};
    assert_int_equal(prm_program_rule_count(program), 1);
    assert_int_equal(prm_program_rule(program, 0, &rule), PRM_OK);
    assert_int_equal(rule.line, 5);
    assert_memory_equal(rule.name.data, "one", 3);
    assert_int_equal(rule.title.size, 0);
    assert_int_equal(prm_program_rule(program, 1, &rule), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_rule(program, 0, NULL), PRM_E_ARGUMENT);
    rule.size = sizeof rule.size;
    assert_int_equal(prm_program_rule(program, 0, &rule), PRM_E_ARGUMENT);
    assert_int_equal(prm_program_type(program, NULL, 3), PRM_NONE);
    assert_int_equal(prm_program_field(program, NULL, 3), PRM_NONE);
    assert_int_equal(prm_program_type(program, "deal.wom", 8), PRM_NONE);
    assert_int_equal(prm_program_field(program, NULL, 0), PRM_NONE);
    assert_int_not_equal(prm_program_type(program, "deal.won", 8), PRM_NONE);
    assert_int_not_equal(prm_program_field(program, "amount", 6), PRM_NONE);
    assert_int_equal(prm_program_rank_name(program, 0).size, 0);
    assert_int_equal(prm_program_dump(program, NULL, 10), 0);
    assert_true(prm_program_dump(program, NULL, 0) > 0);
    prm_program_unref(program);
}

static void times_that_are_none(void **state)
{
    (void)state;
    prm_program *program = rig_program(BASE);
    int64_t out = 42;
    REFUSED(PRM_E_ARGUMENT, prm_program_read_time(NULL, "0", 1, &out, &error));
    REFUSED(PRM_E_ARGUMENT, prm_program_read_time(program, NULL, 1, &out, &error));
    REFUSED(PRM_E_ARGUMENT, prm_program_read_time(program, "0", 1, NULL, &error));
    REFUSED(PRM_E_EVENT, prm_program_read_time(program, NULL, 0, &out, &error));
    REFUSED(PRM_E_EVENT, prm_program_read_time(program, "soon", 4, &out, &error));
    REFUSED(PRM_E_ARGUMENT, prm_program_read_local_time(NULL, "0", 1, &out, &error));
    REFUSED(PRM_E_ARGUMENT, prm_program_read_local_time(program, NULL, 1, &out, &error));
    REFUSED(PRM_E_ARGUMENT, prm_program_read_local_time(program, "0", 1, NULL, &error));
    REFUSED(PRM_E_EVENT, prm_program_read_local_time(program, "2026-06-20", 10, &out, &error));
    assert_int_equal(prm_program_read_time(program, "soon", 4, &out, NULL), PRM_E_EVENT);
    assert_int_equal(out, 42);
    prm_program_unref(program);
}

static void compiling_nothing(void **state)
{
    (void)state;
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    REFUSED(PRM_E_ARGUMENT, prm_program_compile(NULL, 3, NULL, &program, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_program_compile("x", 1, NULL, NULL, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_program_load(NULL, NULL, &program, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_program_load("x", NULL, NULL, NULL, &error));
    REFUSED(PRM_E_IO, prm_program_load("no/such/file.yaml", NULL, &program, &diagnostics, &error));
    assert_null(program);
    assert_null(diagnostics);
}

static void diagnostics_beyond_the_last(void **state)
{
    (void)state;
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_diagnostic one = {.size = sizeof one};
    char buffer[8] = "full";
    assert_int_equal(prm_program_compile("x: 1\n", 5, NULL, &program, &diagnostics, NULL), PRM_E_PROGRAM);
    size_t count = prm_diagnostics_count(diagnostics);
    assert_true(count > 0);
    assert_int_equal(prm_diagnostics_get(diagnostics, 0, &one), PRM_OK);
    assert_int_equal(prm_diagnostics_get(diagnostics, count, &one), PRM_E_ARGUMENT);
    assert_int_equal(prm_diagnostics_get(diagnostics, 0, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_diagnostics_get(NULL, 0, &one), PRM_E_ARGUMENT);
    one.size = 8;
    assert_int_equal(prm_diagnostics_get(diagnostics, 0, &one), PRM_E_ARGUMENT);
    assert_int_equal(prm_diagnostics_count(NULL), 0);
    assert_int_equal(prm_diagnostics_render(NULL, 0, buffer, sizeof buffer), 0);
    assert_string_equal(buffer, "");
    assert_true(prm_diagnostics_render(diagnostics, 0, NULL, 0) > 0);
    prm_diagnostics_free(diagnostics);
    prm_diagnostics_free(NULL);
}

/* ---- Engines ---- */

static void an_engine_of_nothing(void **state)
{
    (void)state;
    prm_program *program = rig_program(BASE);
    prm_engine *engine = NULL;
    prm_engine_options options = {.size = sizeof options - 1, .clock_follows = 1};
    REFUSED(PRM_E_ARGUMENT, prm_engine_new(NULL, NULL, &engine, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_new(program, NULL, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_new(program, &options, &engine, &error));
    options.size = 0;
    REFUSED(PRM_E_ARGUMENT, prm_engine_new(program, &options, &engine, &error));
    assert_null(engine);
    assert_null(prm_engine_program(NULL));
    assert_int_equal(prm_engine_clock(NULL), 0);
    prm_engine_free(NULL);
    prm_program_unref(program);
}

static void texts_that_are_not_taken(void **state)
{
    static char large[PRM_LIMIT_TEXT_BYTES + 1];
    (void)state;
    rig r;
    uint32_t key = 42;
    rig_open(&r, BASE);
    memset(large, 'x', sizeof large);
    REFUSED(PRM_E_ARGUMENT, prm_engine_intern(NULL, "a", 1, &key, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_intern(r.engine, NULL, 1, &key, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_intern(r.engine, "a", 1, NULL, &error));
    REFUSED(PRM_E_LIMIT, prm_engine_intern(r.engine, large, sizeof large, &key, &error));
    REFUSED(PRM_E_EVENT, prm_engine_intern(r.engine, "\xC3\x28", 2, &key, &error));
    REFUSED(PRM_E_EVENT, prm_engine_intern(r.engine, "a\0b", 3, &key, &error));
    assert_int_equal(key, 42);
    assert_int_equal(prm_engine_intern(r.engine, large, sizeof large - 1, &key, NULL), PRM_OK);
    rig_close(&r);
}

static void events_that_are_not_there(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    prm_field field = partner_field();
    prm_event event = deal(&field, 1);
    REFUSED(PRM_E_ARGUMENT, prm_engine_ingest(NULL, &event, 1, sizeof event, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_ingest(r.engine, NULL, 1, sizeof event, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_ingest(r.engine, &event, 1, sizeof event - 1, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_ingest(r.engine, &event, 1, 0, NULL, &error));
    assert_int_equal(prm_engine_ingest(r.engine, NULL, 0, sizeof event, NULL, NULL), PRM_OK);
    assert_int_equal(rig_counts(&r).events, 0);
    rig_close(&r);
}

/* Where a size promises data, there must be a pointer; else nothing of the call is taken. */
static void a_null_inside_of_an_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    const prm_field good = partner_field();
    prm_field field = good;
    prm_event events[2] = {deal(&good, 1), deal(&field, 1)};
    events[1].id = "d2";
    events[1].fields = NULL;
    REFUSED(PRM_E_ARGUMENT, prm_engine_ingest(r.engine, events, 2, sizeof events[0], NULL, &error));
    events[1] = deal(&field, 1);
    events[1].id = NULL;
    REFUSED(PRM_E_ARGUMENT, prm_engine_ingest(r.engine, events, 2, sizeof events[0], NULL, &error));
    events[1] = deal(&field, 1);
    events[1].type_name = NULL;
    REFUSED(PRM_E_ARGUMENT, prm_engine_ingest(r.engine, events, 2, sizeof events[0], NULL, &error));
    events[1] = deal(&field, 1);
    field.name = NULL;
    REFUSED(PRM_E_ARGUMENT, prm_engine_ingest(r.engine, events, 2, sizeof events[0], NULL, &error));
    field = good;
    field.text = NULL;
    REFUSED(PRM_E_ARGUMENT, prm_engine_ingest(r.engine, events, 2, sizeof events[0], NULL, &error));
    assert_int_equal(rig_counts(&r).events, 0);
    field = good;
    assert_int_equal(prm_engine_ingest(r.engine, events, 1, sizeof events[0], NULL, NULL), PRM_OK);
    rig_close(&r);
}

/* With sizes of 0, or handles in their place, no pointer is needed. */
static void nulls_that_are_fine(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    prm_field fields[2] = {partner_field(), {PRM_NONE, PRM_VALUE_TEXT, NULL, 0, NULL, 0, 0}};
    fields[0].field = prm_program_field(r.program, "partner", 7);
    fields[0].name = NULL;
    prm_event event = deal(fields, 2);
    event.type = prm_program_type(r.program, "deal.won", 8);
    event.type_name = NULL;
    prm_answer answer;
    assert_int_equal(prm_engine_ingest(r.engine, &event, 1, sizeof event, &answer, NULL), PRM_OK);
    assert_int_equal(answer.answer, PRM_ACCEPTED);
    assert_int_equal(answer.dropped, 1);
    event = (prm_event){PRM_NONE, 0, NULL, 0, NULL, 0, 0, NULL};
    assert_int_equal(prm_engine_ingest(r.engine, &event, 1, sizeof event, &answer, NULL), PRM_OK);
    assert_int_equal(answer.diagnostic, 601);
    rig_close(&r);
}

static void the_text_of_no_answer(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    prm_field field = partner_field();
    prm_event event = deal(&field, 1);
    prm_answer answer = {PRM_ACCEPTED, 0, PRM_NONE, 0};
    char buffer[16];
    assert_int_equal(prm_engine_answer_text(NULL, &event, &answer, buffer, sizeof buffer), 0);
    assert_int_equal(prm_engine_answer_text(r.engine, NULL, &answer, buffer, sizeof buffer), 0);
    assert_int_equal(prm_engine_answer_text(r.engine, &event, NULL, buffer, sizeof buffer), 0);
    assert_int_equal(prm_engine_answer_text(r.engine, &event, &answer, NULL, 5), 0);
    assert_int_equal(prm_engine_answer_text(r.engine, &event, &answer, NULL, 0), 8);
    assert_int_equal(prm_engine_answer_text(r.engine, &event, &answer, buffer, sizeof buffer), 8);
    assert_string_equal(buffer, "accepted");
    answer.answer = PRM_TOO_LATE + 1;
    assert_int_equal(prm_engine_answer_text(r.engine, &event, &answer, buffer, sizeof buffer), 0);
    rig_close(&r);
}

static void clocks_that_cannot_be(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    REFUSED(PRM_E_ARGUMENT, prm_engine_advance(NULL, 0, &error));
    REFUSED(PRM_E_CLOCK, prm_engine_advance(r.engine, -1, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_advance(r.engine, INT64_C(253402300800000), &error));
    assert_int_equal(prm_engine_clock(r.engine), 0);
    assert_int_equal(prm_engine_advance(r.engine, INT64_C(253402300799999), NULL), PRM_OK);
    rig_close(&r);
}

static void times_that_cannot_be_settled(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    REFUSED(PRM_E_ARGUMENT, prm_engine_settle(NULL, 0, &error));
    REFUSED(PRM_E_CLOCK, prm_engine_settle(r.engine, 1, &error));
    assert_int_equal(prm_engine_settled(NULL), PRM_NO_TIME);
    assert_int_equal(prm_engine_settle(r.engine, PRM_NO_TIME, NULL), PRM_OK);
    assert_int_equal(prm_engine_settled(r.engine), PRM_NO_TIME);
    assert_int_equal(prm_engine_settle(r.engine, 0, NULL), PRM_OK);
    assert_int_equal(prm_engine_settled(r.engine), 0);
    rig_close(&r);
}

/* A month is paid: what comes then about it is told so, and counted. */
static void a_settled_month_from_outside(void **state)
{
    static const char *const before[] = {"d1 2026-01-10 deal.won partner=a deal=n amount=1000",
                                         "d2 2026-02-10 deal.won partner=a deal=m amount=500"};
    static const struct {
        const char *event;
        uint32_t answer, diagnostic, field;
    } after[] = {{"d1 2026-01-10 deal.won partner=a deal=n amount=1000", PRM_DUPLICATE, 0, PRM_NONE},
                 {"d3 2026-01-31T23:59:59Z deal.won partner=a", PRM_TOO_LATE, 614, PRM_NONE},
                 {"v1 2026-02-10 event.voided event=d1", PRM_TOO_LATE, 615, 0},
                 {"f1 2026-02-10 deal.refunded partner=a deal=n amount=1", PRM_TOO_LATE, 615, 1},
                 {"f2 2026-02-10 deal.refunded partner=a deal=m amount=100", PRM_ACCEPTED, 0, PRM_NONE}};
    (void)state;
    rig r;
    rig_open(&r, BASE);
    for (size_t i = 0; i < UNIT_COUNT(before); i++)
        rig_give(&r, before[i]);
    assert_int_equal(prm_engine_settle(r.engine, rig_time(&r, "2026-02-01", 10), NULL), PRM_OK);
    for (size_t i = 0; i < UNIT_COUNT(after); i++) {
        rig_events set;
        prm_answer answer;
        rig_read(&r, after[i].event, &set);
        rig_ingest(&r, set.events, set.count, &answer);
        assert_int_equal(answer.answer, after[i].answer);
        assert_int_equal(answer.diagnostic, after[i].diagnostic);
        assert_int_equal(answer.field, after[i].field);
    }
    rig_ledger(&r, "commission!d1 a cash 100\ncommission!d2 a cash 40\n");
    prm_counts counts = rig_counts(&r);
    assert_int_equal(counts.events, 7);
    assert_int_equal(counts.accepted, 3);
    assert_int_equal(counts.duplicate, 1);
    assert_int_equal(counts.too_late, 3);
    rig_close(&r);
}

static void counts_need_a_place(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE);
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(NULL, &counts), PRM_E_ARGUMENT);
    assert_int_equal(prm_engine_counts(r.engine, NULL), PRM_E_ARGUMENT);
    counts.size = 8;
    assert_int_equal(prm_engine_counts(r.engine, &counts), PRM_E_ARGUMENT);
    counts.size = sizeof counts;
    assert_int_equal(prm_engine_counts(r.engine, &counts), PRM_OK);
    assert_int_equal(counts.size, sizeof counts);
    rig_close(&r);
}

/* ---- Rows ---- */

static void rows_of_nothing(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    prm_text nobody = {NULL, 0};
    rig_open(&r, BASE);
    REFUSED(PRM_E_ARGUMENT, prm_engine_ledger(NULL, &rows, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_ledger(r.engine, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_journal(NULL, 1, &rows, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_journal(r.engine, 1, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_journal(r.engine, 0, &rows, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_journal_release(NULL, 1, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_progress(NULL, PRM_NONE, nobody, &rows, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_progress(r.engine, PRM_NONE, nobody, NULL, &error));
    REFUSED(PRM_E_NOT_FOUND, prm_engine_progress(r.engine, 0, nobody, &rows, &error));
    REFUSED(PRM_E_NOT_FOUND, prm_engine_progress(r.engine, PRM_NONE, rig_as_text("acme"), &rows, &error));
    assert_null(rows);
    rig_close(&r);
}

static void explaining_checks_its_arguments(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    prm_explanation *out = NULL;
    prm_fact fact = {.size = sizeof fact};
    const prm_text none = {NULL, 0}, id = rig_as_text("commission!d"), a = rig_as_text("a");
    prm_pending_options options = {.size = sizeof options, .rule = PRM_NONE};
    rig_open(&r, BASE "rules:\n  x: {when: {count: deal.won, at_least: 9}, then: {cash: 1}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a amount=100");
    REFUSED(PRM_E_ARGUMENT, prm_engine_explain(NULL, id, &out, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_explain(r.engine, none, &out, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_explain(r.engine, id, NULL, &error));
    REFUSED(PRM_E_NOT_FOUND, prm_engine_explain(r.engine, rig_as_text("x"), &out, &error));
    REFUSED(PRM_E_NOT_FOUND, prm_engine_explain(r.engine, rig_as_text("x:b"), &out, &error));
    REFUSED(PRM_E_NOT_FOUND, prm_engine_explain(r.engine, rig_as_text("x:%4"), &out, &error));
    REFUSED(PRM_E_NOT_FOUND, prm_engine_explain(r.engine, rig_as_text("y:a"), &out, &error));
    REFUSED(PRM_E_NOT_FOUND, prm_engine_explain(r.engine, rig_as_text("ranks:a"), &out, &error));
    REFUSED(PRM_E_NOT_FOUND, prm_engine_explain(r.engine, rig_as_text("commission:a"), &out, &error));
    REFUSED(PRM_E_ARGUMENT,
            prm_engine_explain_missing(r.engine, 0, a, none, none, none, PRM_NO_TIME, NULL, &error));
    REFUSED(PRM_E_NOT_FOUND,
            prm_engine_explain_missing(r.engine, 1, a, none, none, none, PRM_NO_TIME, &out, &error));
    REFUSED(PRM_E_NOT_FOUND,
            prm_engine_explain_missing(r.engine, 0, none, none, none, none, PRM_NO_TIME, &out, &error));
    REFUSED(PRM_E_NOT_FOUND, prm_engine_explain_missing(r.engine, 0, a, rig_as_text("z"), none, none,
                                                        PRM_NO_TIME, &out, &error));
    REFUSED(PRM_E_CLOCK,
            prm_engine_explain_missing(r.engine, 0, a, none, none, none, INT64_MAX, &out, &error));
    assert_null(out);
    REFUSED(PRM_E_ARGUMENT, prm_engine_pending(r.engine, NULL, &rows, &error));
    options.order = PRM_ORDER_NONE + 1;
    REFUSED(PRM_E_ARGUMENT, prm_engine_pending(r.engine, &options, &rows, &error));
    assert_null(rows);
    assert_int_equal(prm_explanation_count(NULL), 0);
    assert_int_equal(prm_explanation_get(NULL, 0, &fact), PRM_E_ARGUMENT);
    assert_int_equal(prm_engine_explain(r.engine, id, &out, NULL), PRM_OK);
    assert_int_equal(prm_explanation_get(out, prm_explanation_count(out), &fact), PRM_E_ARGUMENT);
    assert_int_equal(prm_explanation_get(out, 0, NULL), PRM_E_ARGUMENT);
    fact.size = 8;
    assert_int_equal(prm_explanation_get(out, 0, &fact), PRM_E_ARGUMENT);
    assert_string_equal(prm_fact_name(PRM_FACT_OUTCOME), "outcome");
    assert_string_equal(prm_fact_name(0), "unknown");
    prm_explanation_free(out);
    prm_explanation_free(NULL);
    rig_close(&r);
}

static void walking_needs_a_place_of_full_size(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    prm_progress one = {.size = sizeof one};
    rig_open(&r, BASE "rules:\n  x: {when: {count: deal.won, at_least: 9}, then: {cash: 1}}\n");
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100");
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_count(NULL), 0);
    assert_int_equal(prm_rows_next(NULL, &row), -1);
    assert_int_equal(prm_rows_next(rows, NULL), -1);
    assert_int_equal(prm_rows_next_progress(rows, &one), 0); /* rows of the other kind */
    row.size = 16;
    assert_int_equal(prm_rows_next(rows, &row), -1);
    row.size = sizeof row;
    assert_int_equal(prm_rows_next(rows, &row), 1);
    prm_rows_free(rows);
    assert_int_equal(prm_engine_progress(r.engine, PRM_NONE, (prm_text){NULL, 0}, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 0);
    assert_int_equal(prm_rows_next_progress(NULL, &one), -1);
    assert_int_equal(prm_rows_next_progress(rows, NULL), -1);
    one.size = 16;
    assert_int_equal(prm_rows_next_progress(rows, &one), -1);
    one.size = sizeof one;
    assert_int_equal(prm_rows_next_progress(rows, &one), 1);
    assert_int_equal(prm_rows_next_progress(rows, &one), 0);
    prm_rows_free(rows);
    prm_rows_free(NULL);
    rig_close(&r);
}

static void rates_that_cannot_be_told(void **state)
{
    (void)state;
    rig r;
    int64_t rate = 42;
    prm_text none = {NULL, 0}, acme = {"acme", 4};
    rig_open(&r, BASE);
    REFUSED(PRM_E_ARGUMENT, prm_engine_rate(NULL, acme, none, none, none, 0, &rate, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_rate(r.engine, acme, none, none, none, 0, NULL, &error));
    REFUSED(PRM_E_CLOCK, prm_engine_rate(r.engine, acme, none, none, none, 1, &rate, &error));
    assert_int_equal(rate, 42);
    assert_int_equal(prm_engine_rate(r.engine, none, none, none, none, 0, &rate, NULL), PRM_OK);
    assert_int_equal(rate, INT64_C(100000000000));
    rig_close(&r);
    rig_open(&r, "rules:\n  x: {each: deal.won, then: {cash: 1}}\n");
    REFUSED(PRM_E_NOT_FOUND, prm_engine_rate(r.engine, acme, none, none, none, 0, &rate, &error));
    rig_close(&r);
}

static void ranks_that_cannot_be_told(void **state)
{
    (void)state;
    rig r;
    prm_text rank = {"untouched", 9}, acme = {"acme", 4};
    rig_open(&r, "ranks: {per: month, levels: {low: {}, high: {when: {count: deal.won, at_least: 1}}}}\n");
    REFUSED(PRM_E_ARGUMENT, prm_engine_rank(NULL, acme, 0, &rank, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_rank(r.engine, acme, 0, NULL, &error));
    REFUSED(PRM_E_CLOCK, prm_engine_rank(r.engine, acme, 1, &rank, &error));
    assert_int_equal(rank.size, 9);
    assert_int_equal(prm_engine_rank(r.engine, (prm_text){NULL, 0}, 0, &rank, NULL), PRM_OK);
    assert_int_equal(rank.size, 3);
    assert_memory_equal(rank.data, "low", 3);
    rig_close(&r);
    rig_open(&r, "rules:\n  x: {each: deal.won, then: {cash: 1}}\n");
    REFUSED(PRM_E_NOT_FOUND, prm_engine_rank(r.engine, acme, 0, &rank, &error));
    rig_close(&r);
}

static void memory_that_runs_out_is_said(void **state)
{
    (void)state;
    rig r = {rig_program(BASE), NULL};
    failing_alloc memory;
    failing_alloc_init(&memory, 0);
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
    prm_rows *rows = NULL;
    assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
    rig_give(&r, "d1 2026-01-01 deal.won partner=a amount=100");
    memory.fail_at = memory.calls + 1;
    REFUSED(PRM_E_MEMORY, prm_engine_ledger(r.engine, &rows, &error));
    memory.fail_at = memory.calls + 1;
    REFUSED(PRM_E_MEMORY, prm_engine_journal(r.engine, 1, &rows, &error));
    memory.fail_at = memory.calls + 1;
    REFUSED(PRM_E_MEMORY, prm_engine_progress(r.engine, PRM_NONE, (prm_text){NULL, 0}, &rows, &error));
    assert_null(rows);
    rig_close(&r);
    assert_int_equal(memory.bytes, 0);
}

static void state_checks_its_arguments(void **state)
{
    (void)state;
    rig r;
    size_t size = 0;
    char byte = 0;
    prm_engine *engine = NULL;
    prm_rows *rows = NULL;
    prm_applied *applied = NULL;
    prm_applied_item item = {.size = 1};
    prm_engine_options small = {.size = 1};
    prm_apply_item bad = {NULL, 1, NULL, 0, PRM_NO_TIME}, late = {NULL, 0, NULL, 0, INT64_MAX};
    prm_row row = {.size = sizeof row, .id = {NULL, 1}};
    rig_open(&r, BASE);
    REFUSED(PRM_E_ARGUMENT, prm_engine_save(NULL, NULL, 0, &size, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_save(r.engine, NULL, 0, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_save(r.engine, NULL, 1, &size, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_save(r.engine, &byte, 1, &size, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_load(NULL, NULL, &byte, 1, &engine, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_load(r.program, NULL, NULL, 1, &engine, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_load(r.program, NULL, &byte, 1, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_load(r.program, &small, &byte, 1, &engine, &error));
    REFUSED(PRM_E_STATE, prm_engine_load(r.program, NULL, NULL, 0, &engine, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_reconcile(NULL, NULL, 0, sizeof row, &rows, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_reconcile(r.engine, NULL, 0, sizeof row, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_reconcile(r.engine, NULL, 1, sizeof row, &rows, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_reconcile(r.engine, &row, 1, sizeof row, &rows, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_upgrade(NULL, r.program, 0, &rows, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_upgrade(r.engine, NULL, 0, &rows, &error));
    REFUSED(PRM_E_ARGUMENT, prm_engine_upgrade(r.engine, r.program, 0, NULL, &error));
    REFUSED(PRM_E_ARGUMENT, prm_apply(NULL, NULL, NULL, 0, sizeof bad, sizeof(prm_event), &applied, &error));
    REFUSED(PRM_E_ARGUMENT, prm_apply(r.program, NULL, NULL, 0, sizeof bad, sizeof(prm_event), NULL, &error));
    REFUSED(PRM_E_ARGUMENT,
            prm_apply(r.program, NULL, NULL, 1, sizeof bad, sizeof(prm_event), &applied, &error));
    REFUSED(PRM_E_ARGUMENT,
            prm_apply(r.program, NULL, &bad, 1, sizeof bad, sizeof(prm_event), &applied, &error));
    REFUSED(PRM_E_ARGUMENT,
            prm_apply(r.program, NULL, &late, 1, sizeof late, sizeof(prm_event), &applied, &error));
    assert_int_equal(prm_applied_get(NULL, 0, &item), PRM_E_ARGUMENT);
    assert_null(engine);
    assert_null(rows);
    assert_null(applied);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_to_no_program),
        cmocka_unit_test(types_of_a_program),
        cmocka_unit_test(rules_and_handles_of_a_program),
        cmocka_unit_test(times_that_are_none),
        cmocka_unit_test(compiling_nothing),
        cmocka_unit_test(diagnostics_beyond_the_last),
        cmocka_unit_test(an_engine_of_nothing),
        cmocka_unit_test(texts_that_are_not_taken),
        cmocka_unit_test(events_that_are_not_there),
        cmocka_unit_test(a_null_inside_of_an_event),
        cmocka_unit_test(nulls_that_are_fine),
        cmocka_unit_test(the_text_of_no_answer),
        cmocka_unit_test(clocks_that_cannot_be),
        cmocka_unit_test(times_that_cannot_be_settled),
        cmocka_unit_test(a_settled_month_from_outside),
        cmocka_unit_test(counts_need_a_place),
        cmocka_unit_test(rows_of_nothing),
        cmocka_unit_test(explaining_checks_its_arguments),
        cmocka_unit_test(walking_needs_a_place_of_full_size),
        cmocka_unit_test(rates_that_cannot_be_told),
        cmocka_unit_test(ranks_that_cannot_be_told),
        cmocka_unit_test(memory_that_runs_out_is_said),
        cmocka_unit_test(state_checks_its_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
