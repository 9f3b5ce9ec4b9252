/* api/arrow: what leaves as columns are the rows, and it stands for itself. */
#include "../engine/engine_rig.h"

#include "../base/failing_alloc.h"

/* The interface as a consumer copies it from Arrow's page. */
struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#define BODY                                                                                                 \
    "currency: USD\n"                                                                                        \
    "timezone: Asia/Tokyo\n"                                                                                 \
    "rewards: {stars: points}\n"                                                                             \
    "commission: {on: deal.won, of: amount, base: 10%}\n"                                                    \
    "rules:\n"                                                                                               \
    "  faster: {when: {count: deal.won, at_least: 2}, then: {rate: +5%}}\n"                                  \
    "  star: {for: rep, when: {count: deal.won, at_least: 2}, then: {stars: 3}}\n"                           \
    "  steps: {per: month, when: {count: lead.registered}, tiers: [{at_least: 4, then: {stars: 1}}]}\n"

#define EVENTS                                                                                               \
    "d1 2026-06-01 deal.won partner=acme rep=sato amount=100.50; "                                           \
    "d2 2026-06-02 deal.won partner=acme rep=sato amount=7"

static void print_value(rig_text *out, const struct ArrowSchema *schema, const struct ArrowArray *array,
                        int64_t row)
{
    const uint8_t *valid = array->buffers[0];
    if (valid && !(valid[row / 8] >> row % 8 & 1)) {
        assert_true(array->null_count > 0);
        assert_true(schema->flags & 2);
        RIG_PRINT(out, "-");
    } else if (strcmp(schema->format, "u") == 0) {
        const int32_t *offsets = array->buffers[1];
        RIG_PRINT(out, "%.*s", offsets[row + 1] - offsets[row],
                  (const char *)array->buffers[2] + offsets[row]);
    } else if (strcmp(schema->format, "b") == 0) {
        RIG_PRINT(out, "%d", ((const uint8_t *)array->buffers[1])[row / 8] >> row % 8 & 1);
    } else if (schema->format[0] == 'd') {
        const int64_t *words = array->buffers[1];
        assert_true(words[2 * row + 1] == (words[2 * row] < 0 ? -1 : 0)); /* small here */
        RIG_PRINT(out, "%lld", (long long)words[2 * row]);
    } else {
        RIG_PRINT(out, "%lld", (long long)((const int64_t *)array->buffers[1])[row]);
    }
}

/* Whether a list, with a space before and after each name, has the name. */
static bool is_named(const char *names, const char *name)
{
    char word[32];
    snprintf(word, sizeof word, " %s ", name);
    return strstr(names, word);
}

/* The named columns of all rows that a stream gives, a line each; `-` for null. */
static void print_stream(struct ArrowArrayStream *stream, rig_text *out, const char *columns)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    assert_int_equal(stream->get_schema(stream, &schema), 0);
    assert_string_equal(schema.format, "+s");
    while (stream->get_next(stream, &array) == 0 && array.release) {
        for (int64_t row = 0; row < array.length; row++) {
            for (int64_t i = 0; i < array.n_children; i++) {
                assert_int_equal(array.children[i]->length, array.length);
                if (!is_named(columns, schema.children[i]->name))
                    continue;
                print_value(out, schema.children[i], array.children[i], row);
                RIG_PRINT(out, " ");
            }
            RIG_PRINT(out, "\n");
        }
        array.release(&array);
        assert_null(array.release);
    }
    assert_null(stream->get_last_error(stream));
    schema.release(&schema);
    assert_null(schema.release);
}

static struct ArrowArrayStream stream_of(const rig *r, prm_rows *rows)
{
    struct ArrowArrayStream stream;
    prm_error error;
    if (prm_rows_stream(rows, r->program, &stream, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return stream;
}

static void expect(struct ArrowArrayStream *stream, const char *columns, const char *expected)
{
    rig_text out = {.size = 0};
    out.data[0] = '\0';
    print_stream(stream, &out, columns);
    assert_string_equal(out.data, expected);
}

static void a_ledger(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    rig_open(&r, BODY);
    rig_give(&r, EVENTS);
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    struct ArrowArrayStream stream = stream_of(&r, rows);
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_rows_next(rows, &row), 0);
    prm_rows_free(rows);
    expect(&stream, " sequence op kind amount money rate recipient_rep at ",
           "0 grant cash - 1005 1 - 1780239600000 \n"
           "0 grant rate - - 0 50000000000 1780326000000 \n"
           "0 grant stars sato 300 0 - 1780326000000 \n"
           "0 grant cash - 70 1 - 1780326000000 \n");
    stream.release(&stream);
    assert_null(stream.release);
    rig_close(&r);
}

static void formats(void **state)
{
    (void)state;
    static const struct {
        const char *name, *format;
        int64_t flags;
    } columns[] = {{"sequence", "l", 0},
                   {"op", "u", 0},
                   {"rule", "u", 0},
                   {"kind", "u", 0},
                   {"partner", "u", 0},
                   {"rep", "u", 2},
                   {"customer", "u", 2},
                   {"product", "u", 2},
                   {"recipient_partner", "u", 2},
                   {"recipient_rep", "u", 2},
                   {"amount", "d:38,2", 2},
                   {"money", "b", 0},
                   {"rate", "d:38,12", 2},
                   {"rate_added", "b", 0},
                   {"rank", "u", 2},
                   {"text", "u", 2},
                   {"at", "tsm:Asia/Tokyo", 0},
                   {"from", "tsm:Asia/Tokyo", 2},
                   {"until", "tsm:Asia/Tokyo", 2},
                   {"payable", "tsm:Asia/Tokyo", 2},
                   {"event", "u", 2},
                   {"id", "u", 0}};
    rig r;
    prm_rows *rows = NULL;
    struct ArrowSchema schema;
    struct ArrowArray array;
    rig_open(&r, BODY);
    assert_int_equal(prm_engine_journal(r.engine, 1, &rows, NULL), PRM_OK);
    struct ArrowArrayStream stream = stream_of(&r, rows);
    prm_rows_free(rows);
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    assert_int_equal(schema.n_children, UNIT_COUNT(columns));
    for (size_t i = 0; i < UNIT_COUNT(columns); i++) {
        assert_string_equal(schema.children[i]->name, columns[i].name);
        assert_string_equal(schema.children[i]->format, columns[i].format);
        assert_int_equal(schema.children[i]->flags, columns[i].flags);
    }
    assert_int_equal(stream.get_next(&stream, &array), 0);
    assert_null(array.release); /* no rows, no batch */
    schema.release(&schema);
    stream.release(&stream);
    rig_close(&r);
}

static void what_is_left_of_a_journal(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    rig_open(&r, BODY);
    rig_give(&r, "d1 2026-06-01 deal.won partner=acme amount=10");
    rig_give(&r, "v 2026-06-02 event.voided event=d1");
    assert_int_equal(prm_engine_journal(r.engine, 1, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_next(rows, &row), 1);
    struct ArrowArrayStream stream = stream_of(&r, rows);
    prm_rows_free(rows);
    expect(&stream, " sequence op amount id ", "2 reverse 100 commission!d1 \n");
    stream.release(&stream);
    rig_close(&r);
}

static void progress(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    rig_open(&r, BODY);
    rig_give(&r, "d1 2026-06-01 deal.won partner=acme rep=sato amount=100");
    assert_int_equal(prm_engine_progress(r.engine, PRM_NONE, (prm_text){NULL, 0}, &rows, NULL), PRM_OK);
    struct ArrowArrayStream stream = stream_of(&r, rows);
    prm_rows_free(rows);
    struct ArrowArrayStream again;
    assert_int_equal(prm_stream_share(&stream, &again, NULL), PRM_OK);
    expect(&stream, " rule partner rep value target state start ",
           "faster acme - 1000000000000 2000000000000 open - \n"
           "star acme sato 1000000000000 2000000000000 open - \n"
           "steps acme - 0 4000000000000 open 1780239600000 \n");
    expect(&again, " rule left share remaining tier tiers ",
           "faster - 500000000000 1000000000000 - - \n"
           "star - 500000000000 1000000000000 - - \n"
           "steps 2592000000 0 4000000000000 1 1 \n");
    again.release(&again);
    stream.release(&stream);
    rig_close(&r);
}

static void totals(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    prm_total total = {.size = sizeof total};
    char text[64];
    rig_open(&r, BODY);
    rig_give(&r, EVENTS "; d3 2026-06-03 deal.won partner=acme amount=1");
    assert_int_equal(prm_engine_totals(r.engine, 0, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_count(rows), 2);
    assert_int_equal(prm_rows_next_total(rows, &total), 1);
    assert_int_equal(total.outcomes, 3);
    assert_true(prm_write_decimal(total.amount, text, sizeof text) > 0);
    assert_string_equal(text, "10.9"); /* 10.05 + 0.70 + 0.15: the rate rose with the second deal */
    assert_int_equal(total.rule.size, 0);
    total.size--;
    assert_int_equal(prm_rows_next_total(rows, &total), -1);
    assert_int_equal(prm_rows_next_total(NULL, &total), -1);
    assert_int_equal(prm_rows_next_total(rows, NULL), -1);
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_rows_next(rows, &row), 0);
    prm_rows_free(rows);
    assert_int_equal(prm_engine_totals(r.engine, 1, &rows, NULL), PRM_OK);
    struct ArrowArrayStream stream = stream_of(&r, rows);
    prm_rows_free(rows);
    expect(&stream, " partner rep rule kind amount money commission rewards outcomes ",
           "acme - commission cash 1090 1 1090 0 3 \n"
           "acme sato star stars 300 0 0 300 1 \n");
    stream.release(&stream);
    rows = NULL;
    prm_error error;
    assert_int_equal(prm_engine_totals(NULL, 0, &rows, &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_engine_totals(r.engine, 0, NULL, &error), PRM_E_ARGUMENT);
    rig_close(&r);
    rig_open(&r, BODY);
    assert_int_equal(prm_engine_totals(r.engine, 0, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_count(rows), 0);
    prm_rows_free(rows);
    rig_close(&r);
}

static void totals_without_memory(void **state)
{
    (void)state;
    failing_alloc memory;
    failing_alloc_init(&memory, 0);
    rig r = {.program = rig_program(BODY)};
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
    assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
    rig_give(&r, EVENTS);
    size_t failures = 0;
    for (prm_status status = PRM_E_MEMORY; status != PRM_OK; failures += status != PRM_OK) {
        prm_rows *rows = NULL;
        size_t held = memory.bytes;
        memory.calls = 0;
        memory.fail_at = failures + 1;
        status = prm_engine_totals(r.engine, 0, &rows, NULL);
        memory.fail_at = 0;
        assert_true(status == PRM_OK || (status == PRM_E_MEMORY && !rows));
        prm_rows_free(rows);
        assert_int_equal(memory.bytes, held);
    }
    assert_true(failures >= 4);
    rig_close(&r);
}

/* A consumer takes one column, and everything else goes: stream, batch, rows, engine, program. */
static void a_column_outlives_all(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    struct ArrowSchema schema, name;
    struct ArrowArray array, ids;
    rig_open(&r, BODY);
    rig_give(&r, EVENTS);
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    struct ArrowArrayStream stream = stream_of(&r, rows);
    prm_rows_free(rows);
    rig_close(&r);
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    assert_int_equal(stream.get_next(&stream, &array), 0);
    stream.release(&stream);
    name = *schema.children[21];
    schema.children[21]->release = NULL;
    ids = *array.children[21];
    array.children[21]->release = NULL;
    array.release(&array);
    schema.release(&schema);
    rig_text out = {.size = 0};
    print_value(&out, &name, &ids, 0);
    assert_string_equal(out.data, "commission!d1");
    ids.release(&ids);
    assert_null(ids.release);
    name.release(&name);
    assert_null(name.release);
}

static void streams_are_shared(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    struct ArrowArrayStream again;
    rig_open(&r, BODY);
    rig_give(&r, "d1 2026-06-01 deal.won partner=acme rep=sato amount=100.50");
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    struct ArrowArrayStream stream = stream_of(&r, rows);
    prm_rows_free(rows);
    expect(&stream, " amount id ", "1005 commission!d1 \n");
    expect(&stream, " amount id ", ""); /* at its end */
    assert_int_equal(prm_stream_share(&stream, &again, NULL), PRM_OK);
    stream.release(&stream);
    expect(&again, " amount id ", "1005 commission!d1 \n");
    again.release(&again);
    assert_int_equal(prm_stream_share(&again, &stream, NULL), PRM_E_ARGUMENT);
    rig_close(&r);
}

/* More rows than a batch has. */
static void batches(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    struct ArrowArray array;
    int64_t total = 0, batch_count = 0;
    rig_open(&r, BODY);
    for (int from = 0; from < 70000; from += 1000) {
        char ids[1000][8];
        prm_event events[1000];
        prm_field fields[2] = {{PRM_NONE, PRM_VALUE_TEXT, "partner", 7, "acme", 4, 0},
                               {PRM_NONE, PRM_VALUE_INTEGER, "amount", 6, NULL, 0, 10}};
        for (int i = 0; i < 1000; i++) {
            int size = snprintf(ids[i], sizeof ids[i], "e%05d", from + i);
            events[i] = (prm_event){PRM_NONE, 2, "deal.won", 8, ids[i], (size_t)size, 1780000000000, fields};
        }
        assert_int_equal(prm_engine_ingest(r.engine, events, 1000, sizeof events[0], NULL, NULL), PRM_OK);
    }
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    size_t count = prm_rows_count(rows);
    struct ArrowArrayStream stream = stream_of(&r, rows);
    prm_rows_free(rows);
    while (stream.get_next(&stream, &array) == 0 && array.release) {
        const int32_t *offsets = array.children[21]->buffers[1];
        assert_int_equal(offsets[0], 0);
        assert_true(array.length <= 65536);
        assert_memory_equal(array.children[21]->buffers[2],
                            array.length == 65536 ? "commission!e00000" : "commission!e655", 15);
        total += array.length;
        batch_count++;
        array.release(&array);
    }
    assert_int_equal(total, count);
    assert_int_equal(batch_count, 2);
    stream.release(&stream);
    rig_close(&r);
}

/* Reads it all; false when memory ran out, which the stream then says. */
static bool reads(struct ArrowArrayStream *stream)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    bool well = stream->get_schema(stream, &schema) == 0;
    if (well) {
        well = stream->get_next(stream, &array) == 0;
        if (well)
            array.release(&array);
        schema.release(&schema);
    }
    assert_true(well == !stream->get_last_error(stream));
    return well;
}

static void memory_that_runs_out(void **state)
{
    (void)state;
    failing_alloc memory;
    failing_alloc_init(&memory, 0);
    rig r = {.program = rig_program(BODY)};
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
    assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
    rig_give(&r, EVENTS);
    size_t failures = 0;
    for (bool done = false; !done;) {
        prm_rows *rows = NULL;
        prm_row row = {.size = sizeof row};
        prm_error error;
        struct ArrowArrayStream stream = {.release = NULL};
        assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
        size_t held = memory.bytes;
        memory.calls = 0;
        memory.fail_at = failures + 1;
        prm_status status = prm_rows_stream(rows, r.program, &stream, &error);
        if (status == PRM_OK) {
            done = reads(&stream);
            stream.release(&stream);
        } else {
            assert_int_equal(status, PRM_E_MEMORY);
            assert_int_equal(error.status, PRM_E_MEMORY);
            assert_null(stream.release);
            assert_int_equal(prm_rows_next(rows, &row), 1);
        }
        memory.fail_at = 0;
        assert_int_equal(memory.bytes, held);
        prm_rows_free(rows);
        failures += !done;
    }
    assert_true(failures > 50);
    rig_close(&r);
    assert_int_equal(memory.bytes, 0);
}

static void what_is_refused(void **state)
{
    (void)state;
    rig r;
    prm_rows *rows = NULL;
    prm_error error;
    struct ArrowArrayStream stream = {.release = NULL}, other = {.release = NULL};
    rig_open(&r, BODY);
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    assert_int_equal(prm_rows_stream(NULL, r.program, &stream, &error), PRM_E_ARGUMENT);
    assert_int_equal(prm_rows_stream(rows, NULL, &stream, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_rows_stream(rows, r.program, NULL, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_stream_share(NULL, &stream, NULL), PRM_E_ARGUMENT);
    assert_int_equal(prm_stream_share(&other, &stream, NULL), PRM_E_ARGUMENT);
    assert_true(strlen(error.message) > 5);
    prm_rows_free(rows);
    rig_close(&r);
}

/* Progress that is worked out as it is taken stands where it was, too. */
static void memory_that_runs_out_on_the_way(void **state)
{
    (void)state;
    failing_alloc memory;
    failing_alloc_init(&memory, 0);
    rig r = {.program = rig_program(BODY)};
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
    assert_int_equal(prm_engine_new(r.program, &options, &r.engine, NULL), PRM_OK);
    rig_give(&r, EVENTS);
    size_t failures = 0;
    for (prm_status status = PRM_E_MEMORY; status != PRM_OK; failures += status != PRM_OK) {
        prm_rows *rows = NULL;
        prm_progress row = {.size = sizeof row};
        prm_pending_options wanted = {
            .size = sizeof wanted, .rule = PRM_NONE, .states = UINT32_MAX, .order = PRM_ORDER_NONE};
        struct ArrowArrayStream stream = {.release = NULL};
        size_t before = 0, after = 0;
        assert_int_equal(prm_engine_pending(r.engine, &wanted, &rows, NULL), PRM_OK);
        while (prm_rows_next_progress(rows, &row) > 0)
            before++;
        prm_rows_free(rows);
        assert_true(before >= 2);
        assert_int_equal(prm_engine_pending(r.engine, &wanted, &rows, NULL), PRM_OK);
        memory.calls = 0;
        memory.fail_at = failures + 1;
        status = prm_rows_stream(rows, r.program, &stream, NULL);
        memory.fail_at = 0;
        while (prm_rows_next_progress(rows, &row) > 0)
            after++;
        assert_int_equal(after, status == PRM_OK ? 0 : before);
        if (status == PRM_OK)
            stream.release(&stream);
        prm_rows_free(rows);
    }
    assert_true(failures > 10);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ledger),
        cmocka_unit_test(formats),
        cmocka_unit_test(what_is_left_of_a_journal),
        cmocka_unit_test(progress),
        cmocka_unit_test(totals),
        cmocka_unit_test(totals_without_memory),
        cmocka_unit_test(a_column_outlives_all),
        cmocka_unit_test(streams_are_shared),
        cmocka_unit_test(batches),
        cmocka_unit_test(memory_that_runs_out),
        cmocka_unit_test(memory_that_runs_out_on_the_way),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
