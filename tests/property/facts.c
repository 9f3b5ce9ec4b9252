#include "facts.h"
#include "../base/unit.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400000)
static const int64_t START = INT64_C(1780239600000); /* 2026-06-01T00:00:00+09:00 */

typedef struct fact_maker {
    facts *set;
    uint64_t random;
} fact_maker;

static uint32_t below(fact_maker *make, uint32_t limit)
{
    return (uint32_t)(unit_random(&make->random) >> 33) % limit;
}

static const char *keep(facts *set, const char *text)
{
    size_t size = strlen(text) + 1;
    assert_true(set->used + size <= sizeof set->text);
    char *copy = memcpy(set->text + set->used, text, size);
    set->used += size;
    return copy;
}

static void begin(fact_maker *make, const char *type, int64_t time)
{
    facts *set = make->set;
    char id[16];
    prm_event *event = &set->events[set->count];
    snprintf(id, sizeof id, "e%zu", set->count);
    *event = (prm_event){.type = PRM_NONE, .type_name = type, .type_name_size = strlen(type), .time = time};
    event->id = keep(set, id);
    event->id_size = strlen(id);
    event->fields = set->fields[set->count];
    set->count++;
}

static prm_field *add(fact_maker *make, const char *name)
{
    facts *set = make->set;
    prm_event *event = &set->events[set->count - 1];
    prm_field *field = &set->fields[set->count - 1][event->field_count++];
    *field = (prm_field){.field = PRM_NONE, .name = name, .name_size = strlen(name)};
    return field;
}

static void add_text(fact_maker *make, const char *name, const char *text)
{
    prm_field *field = add(make, name);
    field->text = keep(make->set, text);
    field->text_size = strlen(text);
}

static void add_numbered(fact_maker *make, const char *name, const char *prefix, uint32_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%s%" PRIu32, prefix, number);
    add_text(make, name, text);
}

static void add_amount(fact_maker *make, int64_t amount)
{
    prm_field *field = add(make, "amount");
    field->kind = PRM_VALUE_INTEGER;
    field->number = amount;
}

/* A time within four months: often a day's first instant, or one millisecond from it. */
static int64_t draw_time(fact_maker *make)
{
    static const int64_t edges[] = {-1, 0, 0, 0, 1, DAY / 2, DAY / 3};
    return START + (int64_t)below(make, 120) * DAY + edges[below(make, 7)];
}

static void draw_lifecycle(fact_maker *make, uint32_t partner)
{
    static const char *const types[] = {"partner.joined", "partner.updated", "partner.left", "rep.joined",
                                        "rep.joined",     "rep.updated",     "rep.left"};
    uint32_t what = below(make, 7);
    begin(make, types[what], what == 2 ? draw_time(make) + 30 * DAY : draw_time(make));
    add_numbered(make, "partner", "p", partner);
    if (what >= 3)
        add_numbered(make, "rep", "r", below(make, 4));
    if (what < 2 && below(make, 3))
        add_numbered(make, "referrer", "p", below(make, 4));
    if (what < 2 && below(make, 3))
        add_numbered(make, "parent", "p", below(make, 4));
    if (what < 2 && below(make, 2))
        add_text(make, "segment", below(make, 4) ? "gold" : "");
    if (what < 2 && below(make, 2))
        add_numbered(make, "target", "", below(make, 6));
}

static void draw_deal(fact_maker *make, uint32_t partner)
{
    static const char *const types[] = {"deal.won", "deal.won", "deal.won", "deal.cancelled",
                                        "deal.refunded"};
    uint32_t what = below(make, 5);
    begin(make, types[what], draw_time(make));
    add_numbered(make, "partner", "p", partner);
    add_numbered(make, "deal", "d", below(make, 10));
    if (what == 3)
        return;
    add_amount(make, (int64_t)below(make, what == 4 ? 30000 : 200000));
    if (what == 4)
        return;
    add_numbered(make, "rep", "r", below(make, 4));
    add_numbered(make, "customer", "c", below(make, 3));
    add_numbered(make, "product", "x", below(make, 3));
}

static void draw_activity(fact_maker *make, uint32_t partner)
{
    static const char *const types[] = {"course.completed", "lead.registered", "meeting.held", "meeting.held",
                                        "seminar.attended"};
    uint32_t what = below(make, 5);
    begin(make, types[what], draw_time(make));
    add_numbered(make, "partner", "p", partner);
    add_numbered(make, "rep", "r", below(make, 4));
    if (what == 0)
        add_text(make, "course", below(make, 4) ? "basics" : "other");
    else if (what < 4)
        add_numbered(make, "customer", "c", below(make, 3));
}

static void draw_void(fact_maker *make)
{
    begin(make, "event.voided", draw_time(make));
    add_numbered(make, "event", "e", below(make, FACTS_MAX));
}

void facts_make(facts *set, uint64_t seed, size_t count)
{
    fact_maker make = {set, seed * UINT64_C(0x9E3779B97F4A7C15) | 1};
    set->count = 0;
    set->used = 0;
    while (set->count < count) {
        uint32_t partner = below(&make, 4), what = below(&make, 20);
        if (what < 4)
            draw_lifecycle(&make, partner);
        else if (what < 11)
            draw_deal(&make, partner);
        else if (what < 19)
            draw_activity(&make, partner);
        else
            draw_void(&make);
    }
}

/* ---- Rows as text ---- */

typedef struct row_text {
    char *data;
    size_t size;
    size_t capacity;
} row_text;

__attribute__((format(printf, 2, 3))) static void print(row_text *text, const char *format, ...)
{
    va_list arguments;
    if (text->capacity - text->size < 1024) {
        text->capacity = text->capacity * 2 + 4096;
        text->data = realloc(text->data, text->capacity);
        assert_non_null(text->data);
    }
    va_start(arguments, format);
    text->size += (size_t)vsnprintf(text->data + text->size, text->capacity - text->size, format, arguments);
    va_end(arguments);
    assert_true(text->size < text->capacity);
}

static void print_row(row_text *text, const prm_row *row)
{
    const prm_text columns[] = {row->id,
                                row->rank,
                                row->text,
                                row->rule,
                                row->kind,
                                row->partner,
                                row->rep,
                                row->customer,
                                row->product,
                                row->recipient_partner,
                                row->recipient_rep,
                                row->event};
    for (size_t i = 0; i < UNIT_COUNT(columns); i++)
        print(text, "%.*s|", (int)columns[i].size, columns[i].size ? columns[i].data : "");
    print(text, "%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRIu32 "\n",
          row->amount, row->rate, row->at, row->from, row->until, row->payable, row->rate_added);
}

char *facts_ledger(prm_engine *engine)
{
    prm_rows *rows = NULL;
    row_text text = {0};
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_ledger(engine, &rows, NULL), PRM_OK);
    print(&text, "%zu rows\n", prm_rows_count(rows));
    while (prm_rows_next(rows, &row) > 0)
        print_row(&text, &row);
    prm_rows_free(rows);
    return text.data;
}

/* What a posting carries, without the instant and the event, which may move freely. */
static void print_content(row_text *text, const prm_row *row)
{
    print(text, "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64 "|%" PRId64,
          (int)row->id.size, row->id.data, (int)row->kind.size, row->kind.data, (int)row->rank.size,
          row->rank.size ? row->rank.data : "", (int)row->text.size, row->text.size ? row->text.data : "",
          (int)row->recipient_partner.size, row->recipient_partner.size ? row->recipient_partner.data : "",
          (int)row->recipient_rep.size, row->recipient_rep.size ? row->recipient_rep.data : "", row->amount,
          row->rate, row->from, row->until, row->payable);
}

typedef struct net {
    char *lines[4096];
    int signs[4096]; /* how often it stands */
    size_t count;
} net;

static void net_add(net *sum, const prm_row *row, int sign)
{
    row_text text = {0};
    print_content(&text, row);
    size_t at = 0;
    while (at < sum->count && strcmp(sum->lines[at], text.data) != 0)
        at++;
    if (at < sum->count) {
        free(text.data);
    } else {
        assert_true(sum->count < UNIT_COUNT(sum->lines));
        sum->lines[sum->count++] = text.data;
        sum->signs[at] = 0;
    }
    sum->signs[at] += sign;
    assert_true(sum->signs[at] >= -1 && sum->signs[at] <= 1);
}

void facts_check_journal(prm_engine *engine)
{
    net *sum = calloc(1, sizeof *sum);
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_non_null(sum);
    assert_int_equal(prm_engine_journal(engine, 1, &rows, NULL), PRM_OK);
    while (prm_rows_next(rows, &row) > 0)
        net_add(sum, &row, row.op == PRM_GRANT ? 1 : -1);
    prm_rows_free(rows);
    for (size_t i = 0; i < sum->count; i++)
        assert_true(sum->signs[i] >= 0);
    assert_int_equal(prm_engine_ledger(engine, &rows, NULL), PRM_OK);
    while (prm_rows_next(rows, &row) > 0)
        net_add(sum, &row, -1);
    prm_rows_free(rows);
    for (size_t i = 0; i < sum->count; i++) {
        assert_int_equal(sum->signs[i], 0);
        free(sum->lines[i]);
    }
    free(sum);
}
