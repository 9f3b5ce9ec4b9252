/* engine_rig: programs, events and ledgers as short texts, for tests of the engine.
 *
 * Events are written "ID TIME TYPE FIELD=VALUE ...", separated by semicolons or line
 * ends; a value with spaces stands in 'single quotes', an empty one is an empty text.
 * What comes back is written one row a line:
 *
 *     commission!d1 acme cash 15
 *     faster:acme acme rate +5% 2026-06-20..2026-09-19
 *     ten-leads:acme:sato acme/sato gift_card 5000 hold 2026-07-01
 *     ranks:acme@2026-01-01 acme rank gold
 *     call:acme acme notice 'call them'
 */
#ifndef PRM_TESTS_ENGINE_ENGINE_RIG_H
#define PRM_TESTS_ENGINE_ENGINE_RIG_H

#include "../base/unit.h"

#include "engine/engine.h"

#include <stdio.h>
#include <string.h>

#define RIG_EVENTS 64
#define RIG_FIELDS 12
#define RIG_TEXT 16384

typedef struct rig {
    prm_program *program;
    prm_engine *engine;
} rig;

typedef struct rig_events {
    prm_event events[RIG_EVENTS];
    prm_field fields[RIG_EVENTS][RIG_FIELDS];
    size_t count;
} rig_events;

/* A text that grows by printing. */
typedef struct rig_text {
    char data[RIG_TEXT];
    size_t size;
} rig_text;

#define RIG_PRINT(text, ...)                                                                                 \
    do {                                                                                                     \
        int rig_more = snprintf((text)->data + (text)->size, RIG_TEXT - (text)->size, __VA_ARGS__);          \
        assert_true(rig_more >= 0 && (size_t)rig_more < RIG_TEXT - (text)->size);                            \
        (text)->size += (size_t)rig_more;                                                                    \
    } while (0)

/* Prints by `print` and compares here, where a difference has the test's line. */
#define RIG_SAME(print, r, argument, expected)                                                               \
    do {                                                                                                     \
        rig_text rig_out;                                                                                    \
        rig_out.data[rig_out.size = 0] = '\0';                                                               \
        print(r, &rig_out, argument);                                                                        \
        assert_string_equal(rig_out.data, expected);                                                         \
    } while (0)

/* ---- Programs and engines ---- */

/* The body stands behind a head that names the program and, unless the body does, yen. */
static inline prm_program *rig_program(const char *body)
{
    rig_text text = {.size = 0};
    prm_program *program = NULL;
    prm_error error;
    RIG_PRINT(&text, "prm: 1\nprogram: rig\n%s%s", strstr(body, "currency:") ? "" : "currency: JPY\n", body);
    if (prm_program_compile(text.data, text.size, NULL, &program, NULL, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return program;
}

/* An engine whose clock follows its events. */
static inline void rig_open(rig *r, const char *body)
{
    r->program = rig_program(body);
    assert_int_equal(prm_engine_new(r->program, NULL, &r->engine, NULL), PRM_OK);
}

/* One whose clock only rig_advance moves. */
static inline void rig_open_waiting(rig *r, const char *body)
{
    prm_engine_options options = {.size = sizeof options, .clock_follows = 0, .hash_seed = 7};
    r->program = rig_program(body);
    assert_int_equal(prm_engine_new(r->program, &options, &r->engine, NULL), PRM_OK);
}

static inline void rig_close(rig *r)
{
    prm_engine_free(r->engine);
    prm_program_unref(r->program);
}

/* ---- Events ---- */

static inline int64_t rig_time(const rig *r, const char *text, size_t size)
{
    int64_t time = 0;
    prm_error error;
    if (prm_program_read_time(r->program, text, size, &time, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return time;
}

/* The next word of an event; its size is 0 where the event ends. */
static inline prm_text rig_word(const char **at)
{
    *at += strspn(*at, " ");
    prm_text word = {*at, strcspn(*at, " ;\n=")};
    *at += word.size;
    return word;
}

static inline prm_text rig_value(const char **at)
{
    bool quoted = **at == '\'';
    *at += quoted;
    prm_text value = {*at, strcspn(*at, quoted ? "'" : " ;\n")};
    *at += value.size + quoted;
    return value;
}

static inline void rig_read_event(const rig *r, const char **at, prm_event *event, prm_field *fields)
{
    prm_text id = rig_word(at), time = rig_word(at), type = rig_word(at), name;
    *event = (prm_event){PRM_NONE, 0, type.data, type.size, id.data, id.size, 0, fields};
    event->time = rig_time(r, time.data, time.size);
    while ((name = rig_word(at)).size > 0) {
        assert_true(**at == '=' && event->field_count < RIG_FIELDS);
        ++*at;
        prm_text value = rig_value(at);
        fields[event->field_count++] = (prm_field){PRM_NONE,   PRM_VALUE_TEXT, name.data, name.size,
                                                   value.data, value.size,     0};
    }
}

/* The events point into `text`. */
static inline void rig_read(const rig *r, const char *text, rig_events *out)
{
    out->count = 0;
    for (text += strspn(text, " ;\n"); *text; text += strspn(text, " ;\n")) {
        assert_true(out->count < RIG_EVENTS);
        rig_read_event(r, &text, &out->events[out->count], out->fields[out->count]);
        out->count++;
    }
}

static inline void rig_ingest(const rig *r, const prm_event *events, size_t count, prm_answer *answers)
{
    prm_error error;
    if (prm_engine_ingest(r->engine, events, count, sizeof *events, answers, &error) != PRM_OK)
        fail_msg("%s", error.message);
}

static inline void rig_ingest_accepted(const rig *r, const prm_event *events, size_t count)
{
    prm_answer answers[RIG_EVENTS];
    rig_ingest(r, events, count, answers);
    for (size_t i = 0; i < count; i++)
        if (answers[i].answer != PRM_ACCEPTED)
            fail_msg("event %.*s: answer %u, diagnostic %u", (int)events[i].id_size, events[i].id,
                     answers[i].answer, answers[i].diagnostic);
}

/* All events in one call; each must be accepted. */
static inline void rig_give(const rig *r, const char *text)
{
    rig_events set;
    rig_read(r, text, &set);
    rig_ingest_accepted(r, set.events, set.count);
}

/* The same, a call for each. */
static inline void rig_give_each(const rig *r, const char *text)
{
    rig_events set;
    rig_read(r, text, &set);
    for (size_t i = 0; i < set.count; i++)
        rig_ingest_accepted(r, &set.events[i], 1);
}

static inline void rig_print_answers(const rig *r, rig_text *out, const char *text)
{
    static const char *const names[] = {"?", "accepted", "duplicate", "ignored", "rejected", "too late"};
    rig_events set;
    prm_answer answers[RIG_EVENTS];
    rig_read(r, text, &set);
    rig_ingest(r, set.events, set.count, answers);
    for (size_t i = 0; i < set.count; i++) {
        RIG_PRINT(out, "%s%s", i > 0 ? "; " : "", names[answers[i].answer]);
        if (answers[i].diagnostic)
            RIG_PRINT(out, " %u", answers[i].diagnostic);
    }
}

/* Every event's answer: "accepted", "duplicate", "rejected 604", ... joined by "; ". */
#define rig_answers(r, text, expected) RIG_SAME(rig_print_answers, r, text, expected)

static inline void rig_advance(const rig *r, const char *time)
{
    prm_error error;
    if (prm_engine_advance(r->engine, rig_time(r, time, strlen(time)), &error) != PRM_OK)
        fail_msg("%s", error.message);
}

/* ---- Rows ---- */

/* A midnight is written as its date. */
static inline void rig_print_time(const rig *r, rig_text *out, int64_t time)
{
    char text[64];
    assert_true(prm_program_write_time(r->program, time, text, sizeof text) > 0);
    char *midnight = strstr(text, "T00:00:00");
    if (midnight && midnight[9] != '.')
        *midnight = '\0';
    RIG_PRINT(out, "%s", text);
}

static inline void rig_print_name(rig_text *out, const char *before, prm_text name)
{
    if (name.size)
        RIG_PRINT(out, "%s%.*s", before, (int)name.size, name.data);
}

static inline void rig_print_until(const rig *r, rig_text *out, const prm_row *row)
{
    if (row->until == PRM_NO_TIME)
        return;
    RIG_PRINT(out, " ..");
    rig_print_time(r, out, row->until);
}

static inline void rig_print_value(const rig *r, rig_text *out, const prm_row *row)
{
    char number[64];
    if (row->rank.size) {
        rig_print_name(out, " ", row->rank);
        rig_print_until(r, out, row);
        return;
    }
    if (row->text.size) {
        RIG_PRINT(out, " '%.*s'", (int)row->text.size, row->text.data);
        return;
    }
    if (row->has_rate) {
        assert_true(prm_write_rate(row->rate, (int32_t)row->rate_added, number, sizeof number) > 0);
        RIG_PRINT(out, " %s ", number);
        rig_print_time(r, out, row->from);
        RIG_PRINT(out, "..");
        if (row->until != PRM_NO_TIME)
            rig_print_time(r, out, row->until);
        return;
    }
    if (row->money)
        prm_program_write_money(r->program, row->amount, number, sizeof number);
    else
        snprintf(number, sizeof number, "%lld", (long long)row->amount);
    RIG_PRINT(out, " %s", number);
    if (row->payable != PRM_NO_TIME) {
        RIG_PRINT(out, " hold ");
        rig_print_time(r, out, row->payable);
    }
}

static inline void rig_print_row(const rig *r, rig_text *out, const prm_row *row)
{
    rig_print_name(out, "", row->id);
    rig_print_name(out, " ", row->recipient_partner);
    rig_print_name(out, "/", row->recipient_rep);
    rig_print_name(out, " ", row->kind);
    rig_print_value(r, out, row);
    RIG_PRINT(out, "\n");
}

static inline void rig_print_rows(const rig *r, rig_text *out, prm_rows *rows, bool journal)
{
    prm_row row = {.size = sizeof row};
    while (prm_rows_next(rows, &row) > 0) {
        if (journal)
            RIG_PRINT(out, row.op == PRM_GRANT ? "+ " : "- ");
        rig_print_row(r, out, &row);
    }
    prm_rows_free(rows);
}

static inline void rig_print_ledger(const rig *r, rig_text *out, bool journal)
{
    prm_rows *rows = NULL;
    assert_int_equal(prm_engine_ledger(r->engine, &rows, NULL), PRM_OK);
    rig_print_rows(r, out, rows, journal);
}

/* The ledger, compared as text. */
#define rig_ledger(r, expected) RIG_SAME(rig_print_ledger, r, false, expected)

static inline void rig_print_journal(const rig *r, rig_text *out, uint64_t first)
{
    prm_rows *rows = NULL;
    assert_int_equal(prm_engine_journal(r->engine, first, &rows, NULL), PRM_OK);
    rig_print_rows(r, out, rows, true);
}

/* The journal from posting `first` on: grants with "+ " in front, reversals with "- ". */
#define rig_journal(r, first, expected) RIG_SAME(rig_print_journal, r, first, expected)

static inline void rig_print_instants(const rig *r, rig_text *out, const char *between)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_ledger(r->engine, &rows, NULL), PRM_OK);
    while (prm_rows_next(rows, &row) > 0) {
        rig_print_name(out, "", row.id);
        rig_print_name(out, between, row.event);
        RIG_PRINT(out, "%s", between);
        rig_print_time(r, out, row.at);
        RIG_PRINT(out, "\n");
    }
    prm_rows_free(rows);
}

/* Where and when each row of the ledger came about: "ID EVENT TIME". */
#define rig_instants(r, expected) RIG_SAME(rig_print_instants, r, " ", expected)

/* ---- Questions ---- */

static inline prm_counts rig_counts(const rig *r)
{
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(r->engine, &counts), PRM_OK);
    return counts;
}

static inline prm_text rig_as_text(const char *text)
{
    return (prm_text){text, strlen(text)};
}

static inline int64_t rig_rate_of(const rig *r, const char *who, const char *time)
{
    prm_text names[4] = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    int64_t rate = 0;
    prm_error error;
    for (size_t i = 0; i < 4 && *who; i++) {
        names[i] = rig_word(&who);
        if (names[i].size == 1 && names[i].data[0] == '-')
            names[i].size = 0;
    }
    if (prm_engine_rate(r->engine, names[0], names[1], names[2], names[3], rig_time(r, time, strlen(time)),
                        &rate, &error) != PRM_OK)
        fail_msg("%s", error.message);
    return rate;
}

/* The rate for "PARTNER" or for "PARTNER REP CUSTOMER PRODUCT", where "-" is none, in
 * hundredths of a percent. */
#define rig_rate(r, who, time, hundredths)                                                                   \
    assert_int_equal(rig_rate_of(r, who, time), INT64_C(100000000) * (hundredths))

static inline void rig_print_progress(const rig *r, rig_text *out, const prm_progress *one)
{
    char number[64];
    rig_print_name(out, "", one->rule_name);
    rig_print_name(out, " ", one->partner);
    rig_print_name(out, "/", one->rep);
    rig_print_name(out, "/", one->customer);
    rig_print_name(out, "/", one->product);
    if (one->has_value) {
        assert_true(prm_write_decimal(one->value, number, sizeof number) > 0);
        RIG_PRINT(out, " %s", number);
    }
    if (one->has_value == 1) {
        assert_true(prm_write_decimal(one->target, number, sizeof number) > 0);
        RIG_PRINT(out, " of %s", number);
    }
    RIG_PRINT(out, " %s", prm_state_name(one->state));
    if (one->start != PRM_NO_TIME || one->end != PRM_NO_TIME)
        RIG_PRINT(out, " ");
    if (one->start != PRM_NO_TIME)
        rig_print_time(r, out, one->start);
    if (one->start != PRM_NO_TIME || one->end != PRM_NO_TIME)
        RIG_PRINT(out, "..");
    if (one->end != PRM_NO_TIME)
        rig_print_time(r, out, one->end);
    RIG_PRINT(out, "\n");
}

static inline void rig_print_all_progress(const rig *r, rig_text *out, uint32_t rule)
{
    prm_rows *rows = NULL;
    prm_progress one = {.size = sizeof one};
    assert_int_equal(prm_engine_progress(r->engine, rule, (prm_text){NULL, 0}, &rows, NULL), PRM_OK);
    while (prm_rows_next_progress(rows, &one) > 0)
        rig_print_progress(r, out, &one);
    prm_rows_free(rows);
}

/* The progress of all rules and partners: "RULE PARTNER/REP 3 of 10 open START..END". */
#define rig_progress(r, expected) RIG_SAME(rig_print_all_progress, r, PRM_NONE, expected)

#endif
