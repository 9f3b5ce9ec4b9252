#include "workload.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 7
#define TEXT_MAX 160 /* bytes of ids and names of one event */

static const int64_t START = INT64_C(1780272000000); /* 2026-06-01T00:00:00Z */
static const int64_t YEAR = INT64_C(31536000000);

typedef struct maker {
    workload *load;
    const prm_program *program;
    prm_event *event; /* under way */
    char *text;       /* free */
    uint64_t random;
} maker;

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators". */
static uint64_t next_random(maker *make)
{
    uint64_t x = make->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    make->random = x;
    return x * UINT64_C(2685821657736338717);
}

static uint32_t below(maker *make, uint32_t limit)
{
    return (uint32_t)((next_random(make) >> 32) * limit >> 32);
}

__attribute__((format(printf, 3, 4)))
static char *write_text(maker *make, size_t *size, const char *format, ...)
{
    char *text = make->text;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, TEXT_MAX, format, arguments);
    va_end(arguments);
    *size = (size_t)length;
    make->text += length;
    return text;
}

static uint32_t field_handle(const maker *make, const char *name)
{
    return prm_program_field(make->program, name, strlen(name));
}

static void begin(maker *make, const char *type, int64_t time)
{
    workload *load = make->load;
    make->event = &load->events[load->count];
    *make->event = (prm_event){.type = prm_program_type(make->program, type, strlen(type)), .time = time};
    make->event->fields = load->fields + load->count * FIELDS_MAX;
    make->event->id = write_text(make, &make->event->id_size, "e%08zu", load->count);
    load->count++;
}

static prm_field *add_field(maker *make, const char *name)
{
    prm_field *field = &make->load->fields[(make->load->count - 1) * FIELDS_MAX + make->event->field_count++];
    *field = (prm_field){.field = field_handle(make, name)};
    return field;
}

static void add_name(maker *make, const char *name, const char *prefix, uint32_t number)
{
    prm_field *field = add_field(make, name);
    field->text = write_text(make, &field->text_size, "%s-%06" PRIu32, prefix, number);
}

static void add_amount(maker *make, int64_t amount)
{
    prm_field *field = add_field(make, "amount");
    field->kind = PRM_VALUE_INTEGER;
    field->number = amount;
}

static void make_opening(maker *make, const workload_options *options)
{
    for (uint32_t partner = 0; partner < options->partners; partner++) {
        begin(make, "partner.joined", START);
        add_name(make, "partner", "partner", partner);
        if (partner > 0)
            add_name(make, "referrer", "partner", below(make, partner));
        for (uint32_t rep = 0; rep < options->reps; rep++) {
            begin(make, "rep.joined", START);
            add_name(make, "partner", "partner", partner);
            add_name(make, "rep", "rep", partner * options->reps + rep);
        }
    }
    make->load->opening = make->load->count;
}

/* One of the partners: the product of two draws makes some far more active. */
static uint32_t draw_partner(maker *make, const workload_options *options)
{
    return below(make, below(make, options->partners) + 1);
}

static void make_activity(maker *make, const workload_options *options, int64_t time)
{
    uint32_t partner = draw_partner(make, options);
    uint32_t rep = partner * options->reps + below(make, options->reps);
    uint32_t customer = partner * 20 + below(make, 20);
    uint32_t what = below(make, 100);
    const char *type = what < 5 ? "course.completed" : what < 40 ? "lead.registered" : what < 80 ? "meeting.held"
                                                                                                 : "deal.won";
    begin(make, type, time);
    add_name(make, "partner", "partner", partner);
    add_name(make, "rep", "rep", rep);
    if (what < 5) {
        prm_field *course = add_field(make, "course");
        course->text = below(make, 2) ? "basics" : "advanced";
        course->text_size = strlen(course->text);
        return;
    }
    add_name(make, "customer", "customer", customer);
    if (what >= 80) {
        add_name(make, "deal", "deal", (uint32_t)make->load->count);
        add_name(make, "product", "product", below(make, 8));
        add_amount(make, 10000 + below(make, 1000000));
    }
}

int workload_make(workload *load, const prm_program *program, const workload_options *options)
{
    size_t count = (size_t)options->partners * (1 + options->reps) + options->activity;
    memset(load, 0, sizeof *load);
    load->events = calloc(count, sizeof *load->events);
    load->fields = calloc(count * FIELDS_MAX, sizeof *load->fields);
    load->text = malloc(count * TEXT_MAX);
    if (!load->events || !load->fields || !load->text) {
        workload_free(load);
        return -1;
    }
    maker make = {.load = load, .program = program, .text = load->text, .random = options->seed | 1};
    make_opening(&make, options);
    for (size_t i = 0; i < options->activity; i++)
        make_activity(&make, options, START + (int64_t)((double)YEAR * (double)i / (double)options->activity));
    return 0;
}

void workload_free(workload *load)
{
    free(load->events);
    free(load->fields);
    free(load->text);
}
