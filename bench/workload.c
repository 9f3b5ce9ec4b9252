#include "workload.h"
#include <stdbool.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const int64_t START = INT64_C(1780272000000); /* 2026-06-01T00:00:00Z */
static const int64_t YEAR = INT64_C(31536000000);

enum { JOINED, REP_JOINED, COURSE, LEAD, MEETING, WON };
const char *const workload_type_names[WORKLOAD_TYPES] = {
    "partner.joined", "rep.joined", "course.completed", "lead.registered",
    "meeting.held",   "deal.won",   "deal.lost"};

enum { PARTNER, REP, REFERRER, CUSTOMER, DEAL, PRODUCT, AMOUNT = WORKLOAD_AMOUNT, COURSE_NAME };
const char *const workload_field_names[WORKLOAD_NAMES] = {"partner", "rep",     "referrer", "customer",
                                                          "deal",    "product", "amount",   "course"};

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
static uint64_t next_random(workload *load)
{
    uint64_t x = load->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    load->random = x;
    return x * UINT64_C(2685821657736338717);
}

static uint32_t below(workload *load, uint32_t limit)
{
    return (uint32_t)((next_random(load) >> 32) * limit >> 32);
}

/* A prefix and seven digits; formatting by the C library would take longer than the
 * engine. */
static char *write_name(workload *load, char prefix, uint64_t number, size_t *size)
{
    char *text = load->text_end;
    text[0] = prefix;
    text[1] = '-';
    for (size_t i = 8; i >= 2; i--, number /= 10)
        text[i] = (char)('0' + number % 10);
    *size = 9;
    load->text_end += 9;
    return text;
}

static void begin(workload *load, uint32_t type, int64_t time)
{
    prm_event *event = &load->events[load->count++];
    *event = (prm_event){.type = load->types[type], .time = time};
    event->fields = load->fields + load->fields_used;
    event->id = write_name(load, 'e', load->made++, &event->id_size);
}

static prm_field *add_field(workload *load, uint32_t name)
{
    prm_field *field = &load->fields[load->fields_used++];
    *field = (prm_field){.field = load->names[name]};
    load->events[load->count - 1].field_count++;
    return field;
}

static void add_name(workload *load, uint32_t name, uint64_t number)
{
    static const char prefixes[WORKLOAD_NAMES] = "prpcdxac";
    prm_field *field = add_field(load, name);
    field->text = write_name(load, prefixes[name], number, &field->text_size);
}

/* Each partner joins, and then its reps. */
static void make_opening(workload *load)
{
    uint32_t reps = load->options.reps;
    uint32_t partner = (uint32_t)(load->made / (1 + reps)), place = (uint32_t)(load->made % (1 + reps));
    begin(load, place == 0 ? JOINED : REP_JOINED, START);
    add_name(load, PARTNER, partner);
    if (place > 0)
        add_name(load, REP, (uint64_t)partner * reps + place - 1);
    else if (partner > 0)
        add_name(load, REFERRER, below(load, partner));
}

static void make_activity(workload *load)
{
    const workload_options *options = &load->options;
    size_t done = load->made - load->opening;
    int64_t time = START + (int64_t)((double)YEAR * (double)done / (double)options->activity);
    /* the product of two draws makes some partners far more active */
    uint32_t partner = below(load, below(load, options->partners) + 1);
    uint32_t what = below(load, 100);
    begin(load, what < 5 ? COURSE : what < 40 ? LEAD : what < 80 ? MEETING : WON, time);
    add_name(load, PARTNER, partner);
    add_name(load, REP, (uint64_t)partner * options->reps + below(load, options->reps));
    if (what < 5) {
        prm_field *course = add_field(load, COURSE_NAME);
        course->text = below(load, 2) ? "basics" : "advanced";
        course->text_size = strlen(course->text);
        return;
    }
    add_name(load, CUSTOMER, (uint64_t)partner * options->customers + below(load, options->customers));
    if (what < 80)
        return;
    add_name(load, DEAL, load->made);
    add_name(load, PRODUCT, below(load, 8));
    prm_field *amount = add_field(load, AMOUNT);
    amount->kind = PRM_VALUE_INTEGER;
    amount->number = 10000 + below(load, 1000000);
}

void workload_begin(workload *load, const prm_program *program, const workload_options *options)
{
    load->options = *options;
    load->random = options->seed | 1;
    load->made = 0;
    load->opening = (size_t)options->partners * (1 + options->reps);
    load->total = load->opening + options->activity;
    for (size_t i = 0; i < WORKLOAD_TYPES; i++)
        load->types[i] = prm_program_type(program, workload_type_names[i], strlen(workload_type_names[i]));
    for (size_t i = 0; i < WORKLOAD_NAMES; i++)
        load->names[i] = prm_program_field(program, workload_field_names[i], strlen(workload_field_names[i]));
}

size_t workload_next(workload *load, size_t limit)
{
    bool opening = load->made < load->opening;
    size_t end = opening ? load->opening : load->total;
    load->count = 0;
    load->fields_used = 0;
    load->text_end = load->text;
    while (load->count < limit && load->count < WORKLOAD_PORTION && load->made < end) {
        if (opening)
            make_opening(load);
        else
            make_activity(load);
    }
    return load->count;
}

static size_t place_of(const uint32_t *handles, uint32_t handle)
{
    size_t place = 0;
    while (handles[place] != handle)
        place++;
    return place;
}

size_t workload_type(const workload *load, const prm_event *event)
{
    return place_of(load->types, event->type);
}

size_t workload_name(const workload *load, const prm_field *field)
{
    return place_of(load->names, field->field);
}

bool workload_is_new(const workload *load, const prm_field *field)
{
    return field->field == load->names[DEAL];
}

/* ---- As files ---- */

static void write_value(const prm_field *field)
{
    if (field->kind == PRM_VALUE_TEXT)
        printf("%.*s", (int)field->text_size, field->text);
    else
        printf("%" PRId64, field->number);
}

void workload_write_csv_head(void)
{
    printf("id,type,time");
    for (size_t i = 0; i < WORKLOAD_NAMES; i++)
        printf(",%s", workload_field_names[i]);
    printf("\n");
}

void workload_write_csv(const prm_program *program, const workload *load, const prm_event *event)
{
    char time[64];
    prm_program_write_time(program, event->time, time, sizeof time);
    printf("%.*s,%s,%s", (int)event->id_size, event->id, workload_type_names[workload_type(load, event)],
           time);
    for (size_t i = 0; i < WORKLOAD_NAMES; i++) {
        printf(",");
        for (size_t j = 0; j < event->field_count; j++)
            if (workload_name(load, &event->fields[j]) == i)
                write_value(&event->fields[j]);
    }
    printf("\n");
}

void workload_write_ndjson(const prm_program *program, const workload *load, const prm_event *event)
{
    char time[64];
    prm_program_write_time(program, event->time, time, sizeof time);
    printf("{\"id\": \"%.*s\", \"type\": \"%s\", \"time\": \"%s\"", (int)event->id_size, event->id,
           workload_type_names[workload_type(load, event)], time);
    for (size_t j = 0; j < event->field_count; j++) {
        const char *quote = event->fields[j].kind == PRM_VALUE_TEXT ? "\"" : "";
        printf(", \"%s\": %s", workload_field_names[workload_name(load, &event->fields[j])], quote);
        write_value(&event->fields[j]);
        printf("%s", quote);
    }
    printf("}\n");
}
