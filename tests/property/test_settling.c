/* Settling: whatever comes afterwards, the rows about the settled time stay; each event is
 * answered as a search through all that was accepted says; and where nothing reaches back, an
 * engine that settled is like one that did not. */
#include "facts.h"
#include "../base/unit.h"
#include "../base/failing_alloc.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETS 150
#define ROWS 1024

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 65536);
    assert_non_null(text);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

static prm_program *compile(const char *text)
{
    prm_program *program = NULL;
    prm_error error;
    if (prm_program_compile(text, strlen(text), NULL, &program, NULL, &error) != PRM_OK)
        fail_msg("line %u: %s", error.line, error.message);
    return program;
}

static prm_program *load_program(const char *path)
{
    char *text = read_text(path);
    prm_program *program = compile(text);
    free(text);
    return program;
}

/* The program, but its rates begin where they are granted. */
static prm_program *load_without_reach(const char *path)
{
    char *text = read_text(path);
    for (char *at = text; (at = strstr(at, "from: period")) != NULL;)
        memcpy(at, "from: next  ", 12);
    prm_program *program = compile(text);
    free(text);
    return program;
}

static prm_engine *new_engine(prm_program *program)
{
    prm_engine *engine = NULL;
    assert_int_equal(prm_engine_new(program, NULL, &engine, NULL), PRM_OK);
    return engine;
}

/* ---- What the answers should be ---- */

typedef struct accepted {
    const prm_event *events[FACTS_MAX];
    size_t count;
} accepted;

static bool is_type(const prm_event *event, const char *type)
{
    return strcmp(event->type_name, type) == 0;
}

static const char *field_of(const prm_event *event, const char *name)
{
    for (uint32_t i = 0; i < event->field_count; i++)
        if (strcmp(event->fields[i].name, name) == 0)
            return event->fields[i].text;
    return "";
}

static bool same_field(const prm_event *a, const prm_event *b, const char *name)
{
    return strcmp(field_of(a, name), field_of(b, name)) == 0;
}

static bool cancels(const prm_event *event)
{
    return is_type(event, "deal.cancelled") || is_type(event, "deal.refunded");
}

/* How many events a void, cancellation or refund works on before `settled`, and from there on. */
static void count_matches(const accepted *known, const prm_event *event, int64_t settled, size_t matches[2])
{
    matches[0] = matches[1] = 0;
    for (size_t i = 0; i < known->count; i++) {
        const prm_event *other = known->events[i];
        bool match = cancels(event) && is_type(other, "deal.won") && same_field(event, other, "partner") &&
                     same_field(event, other, "deal") && other->time <= event->time;
        if (is_type(event, "event.voided"))
            match = strcmp(field_of(event, "event"), other->id) == 0;
        matches[other->time >= settled] += match;
    }
}

static uint32_t expected_answer(const accepted *known, const prm_event *event, int64_t settled)
{
    size_t matches[2];
    count_matches(known, event, settled, matches);
    for (size_t i = 0; i < known->count; i++)
        if (strcmp(known->events[i]->id, event->id) == 0)
            return PRM_DUPLICATE;
    bool late = event->time < settled || (matches[0] > 0 && matches[1] == 0);
    return late ? PRM_TOO_LATE : PRM_ACCEPTED;
}

static void give(prm_engine *engine, accepted *known, const prm_event *events, size_t count)
{
    prm_answer answers[FACTS_MAX];
    int64_t settled = prm_engine_settled(engine);
    assert_int_equal(prm_engine_ingest(engine, events, count, sizeof *events, answers, NULL), PRM_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(answers[i].answer, expected_answer(known, &events[i], settled));
        if (answers[i].answer == PRM_ACCEPTED)
            known->events[known->count++] = &events[i];
    }
}

/* ---- What the rows should be ---- */

typedef struct settled_row {
    char text[256]; /* without the end, which may move while it lies after the settled instant */
    int64_t until;
} settled_row;

typedef struct settled_rows {
    settled_row rows[ROWS];
    size_t count;
    size_t fixed; /* rows that must neither go nor be joined by others */
} settled_rows;

static void print_columns(char *text, size_t capacity, const prm_row *row)
{
    const prm_text columns[] = {row->id,   row->kind, row->recipient_partner, row->recipient_rep, row->rank,
                                row->text, row->event};
    size_t size = 0;
    for (size_t i = 0; i < UNIT_COUNT(columns); i++)
        size += (size_t)snprintf(text + size, capacity - size, "%.*s|", (int)columns[i].size,
                                 columns[i].size ? columns[i].data : "");
    size += (size_t)snprintf(text + size, capacity - size, "%lld|%lld|%lld|%lld|%lld", (long long)row->amount,
                             (long long)row->rate, (long long)row->at, (long long)row->from,
                             (long long)row->payable);
    assert_true(size < capacity);
}

/* The rows granted before `settled`. Of rates those that had begun by then: a later one may begin
 * in the place of one that had not, and one that another had overtaken may come back. */
static void look(prm_engine *engine, int64_t settled, settled_rows *out)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    out->count = out->fixed = 0;
    assert_int_equal(prm_engine_ledger(engine, &rows, NULL), PRM_OK);
    while (prm_rows_next(rows, &row) > 0) {
        if (row.at >= settled || (row.has_rate && row.from >= settled))
            continue;
        assert_true(out->count < ROWS);
        settled_row *one = &out->rows[out->count++];
        print_columns(one->text, sizeof one->text, &row);
        one->until = row.until == PRM_NO_TIME ? INT64_MAX : row.until;
        out->fixed += !row.has_rate;
    }
    prm_rows_free(rows);
}

static void check_stays(const settled_rows *before, const settled_rows *after, int64_t settled, uint64_t seed)
{
    assert_int_equal(after->fixed, before->fixed);
    for (size_t i = 0, at = 0; i < before->count; i++, at++) {
        const settled_row *row = &before->rows[i];
        while (at < after->count && strcmp(after->rows[at].text, row->text) != 0)
            at++;
        if (at == after->count)
            fail_msg("seed %llu: gone: %s", (unsigned long long)seed, row->text);
        int64_t until = after->rows[at].until;
        if (until != row->until && until < settled)
            fail_msg("seed %llu: ends within settled time: %s", (unsigned long long)seed, row->text);
    }
}

/* ---- Feeds ---- */

static int64_t any_time(const accepted *known, int64_t clock, uint64_t *random)
{
    const prm_event *event = known->events[(size_t)(unit_random(random) >> 33) % known->count];
    return event->time < clock ? event->time : clock;
}

static void stay(prm_engine *engine, const facts *set, uint64_t seed, size_t *checked)
{
    static settled_rows before, after;
    accepted known = {.count = 0};
    uint64_t random = seed * 77 + 1;
    size_t first = set->count / 2;
    give(engine, &known, set->events, first);
    for (size_t at = first; at < set->count;) {
        if (at == first || (unit_random(&random) >> 61) == 0) {
            int64_t time = any_time(&known, prm_engine_clock(engine), &random);
            assert_int_equal(prm_engine_settle(engine, time, NULL), PRM_OK);
            look(engine, prm_engine_settled(engine), &before);
            *checked += before.count;
        }
        size_t count = 1 + (size_t)(unit_random(&random) >> 33) % 12;
        count = count < set->count - at ? count : set->count - at;
        give(engine, &known, set->events + at, count);
        look(engine, prm_engine_settled(engine), &after);
        check_stays(&before, &after, prm_engine_settled(engine), seed);
        facts_check_journal(engine);
        at += count;
    }
    give(engine, &known, set->events, set->count); /* all known, or too late again */
    look(engine, prm_engine_settled(engine), &after);
    check_stays(&before, &after, prm_engine_settled(engine), seed);
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.accepted, known.count);
    assert_int_equal(counts.accepted + counts.duplicate + counts.too_late, counts.events);
}

static void check_stays_on(const char *path)
{
    prm_program *program = load_program(path);
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    size_t checked = 0;
    for (uint64_t seed = 1; seed <= SETS; seed++) {
        prm_engine *engine = new_engine(program);
        facts_make(set, seed, 30 + (size_t)seed % 120);
        stay(engine, set, seed, &checked);
        prm_engine_free(engine);
    }
    assert_true(checked > 1000); /* the sets do reach something */
    free(set);
    prm_program_unref(program);
}

/* Whether the event is about open time alone: none of what it works on is settled, nor what a
 * cancellation that it voids works on. */
static bool is_open(const accepted *known, const prm_event *event, int64_t settled)
{
    size_t matches[2];
    count_matches(known, event, settled, matches);
    if (event->time < settled || matches[0] > 0)
        return false;
    for (size_t i = 0; is_type(event, "event.voided") && i < known->count; i++)
        if (cancels(known->events[i]) && strcmp(field_of(event, "event"), known->events[i]->id) == 0)
            return false;
    return true;
}

static void check_like_open(const char *path)
{
    prm_program *program = load_without_reach(path);
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    size_t late = 0;
    for (uint64_t seed = 1; seed <= SETS; seed++) {
        prm_engine *settled = new_engine(program), *open = new_engine(program);
        accepted known = {.count = 0}, same = {.count = 0};
        uint64_t random = seed * 99 + 1;
        facts_make(set, seed + 1000, 30 + (size_t)seed % 120);
        give(settled, &known, set->events, set->count / 2);
        give(open, &same, set->events, set->count / 2);
        int64_t time = any_time(&known, prm_engine_clock(settled), &random), clock = prm_engine_clock(open);
        assert_int_equal(prm_engine_settle(settled, time, NULL), PRM_OK);
        for (size_t i = set->count / 2; i < set->count; i++) {
            if (!is_open(&known, &set->events[i], time))
                continue;
            late += set->events[i].time < clock;
            give(settled, &known, &set->events[i], 1);
            give(open, &same, &set->events[i], 1);
        }
        char *expected = facts_ledger(open), *ledger = facts_ledger(settled);
        if (strcmp(ledger, expected) != 0)
            fail_msg("seed %llu:\n%s\nexpected:\n%s", (unsigned long long)seed, ledger, expected);
        free(ledger);
        free(expected);
        prm_engine_free(settled);
        prm_engine_free(open);
    }
    assert_true(late > 500); /* histories were folded anew */
    free(set);
    prm_program_unref(program);
}

/* Every so often an allocation fails after the settle, and the call is made again. */
static size_t feed_failing(prm_engine *engine, failing_alloc *memory, const facts *set, uint64_t *random)
{
    size_t failures = 0;
    for (size_t at = set->count / 2; at < set->count; at++) {
        memory->fail_at = memory->calls + 1 + (size_t)(unit_random(random) >> 33) % 2;
        while (prm_engine_ingest(engine, &set->events[at], 1, sizeof set->events[0], NULL, NULL) != PRM_OK) {
            failures++;
            if (unit_random(random) >> 63)
                memory->fail_at = memory->calls + 1 + (size_t)(unit_random(random) >> 33) % 4;
        }
        memory->fail_at = 0;
    }
    return failures;
}

static void failures_leave_settled_rows_alone(void **state)
{
    (void)state;
    prm_program *program = load_program("tests/property/settling.yaml");
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    size_t failures = 0;
    for (uint64_t seed = 1; seed <= SETS; seed++) {
        failing_alloc memory;
        failing_alloc_init(&memory, 0);
        prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
        prm_engine *engines[2] = {new_engine(program), NULL};
        uint64_t random = seed * 55 + 1;
        facts_make(set, seed + 2000, 60);
        assert_int_equal(prm_engine_new(program, &options, &engines[1], NULL), PRM_OK);
        for (size_t i = 0; i < 2; i++) {
            accepted known = {.count = 0};
            give(engines[i], &known, set->events, set->count / 2);
            uint64_t draw = seed;
            int64_t time = any_time(&known, prm_engine_clock(engines[i]), &draw);
            assert_int_equal(prm_engine_settle(engines[i], time, NULL), PRM_OK);
        }
        for (size_t at = set->count / 2; at < set->count; at++)
            assert_int_equal(
                prm_engine_ingest(engines[0], &set->events[at], 1, sizeof set->events[0], NULL, NULL),
                PRM_OK);
        failures += feed_failing(engines[1], &memory, set, &random);
        char *expected = facts_ledger(engines[0]), *ledger = facts_ledger(engines[1]);
        if (strcmp(ledger, expected) != 0)
            fail_msg("seed %llu:\n%s\nexpected:\n%s", (unsigned long long)seed, ledger, expected);
        facts_check_journal(engines[1]);
        free(ledger);
        free(expected);
        prm_engine_free(engines[0]);
        prm_engine_free(engines[1]);
        assert_int_equal(memory.bytes, 0);
    }
    assert_true(failures > 300);
    free(set);
    prm_program_unref(program);
}

static void rows_of_the_settling_program_stay(void **state)
{
    (void)state;
    check_stays_on("tests/property/settling.yaml");
}

static void rows_of_the_broad_program_stay(void **state)
{
    (void)state;
    check_stays_on("tests/property/broad.yaml");
}

static void without_news_the_settling_program_is_as_if_open(void **state)
{
    (void)state;
    check_like_open("tests/property/settling.yaml");
}

static void without_news_the_broad_program_is_as_if_open(void **state)
{
    (void)state;
    check_like_open("tests/property/broad.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_the_settling_program_stay),
        cmocka_unit_test(rows_of_the_broad_program_stay),
        cmocka_unit_test(without_news_the_settling_program_is_as_if_open),
        cmocka_unit_test(without_news_the_broad_program_is_as_if_open),
        cmocka_unit_test(failures_leave_settled_rows_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
