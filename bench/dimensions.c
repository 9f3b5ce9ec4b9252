/* dimensions: how the cost of an event grows with what an engine has: rules, history, partners. Each
 * row is a median in processor time, beside the row that it is compared with.
 *
 *   dimensions PROGRAM LARGE    PROGRAM: the sample program; LARGE: one of twenty rules
 */
#include "host.h"
#include "report.h"
#include "workload.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED UINT64_C(20261122)
#define RUNS 5
#define YEAR_MS INT64_C(31536000000)
#define START_MS INT64_C(1780272000000) /* of the workload */

static int fail(const char *what, const prm_error *error)
{
    fprintf(stderr, "dimensions: %s: %s\n", what, error ? error->message : "out of memory");
    return 1;
}

static int feed(prm_engine *engine, const prm_event *events, size_t count, size_t batch)
{
    prm_error error;
    for (size_t at = 0; at < count; at += batch) {
        size_t more = count - at < batch ? count - at : batch;
        if (prm_engine_ingest(engine, events + at, more, sizeof *events, NULL, &error) != PRM_OK)
            return fail("ingest", &error);
    }
    return 0;
}

/* ---- Rules ---- */

#define RULE_TEXT 220
#define RULE_EVENTS 20000
#define RULE_PARTNERS 4

/* Three rules for each course. */
static char *rules_text(uint32_t count, size_t *size)
{
    char *text = malloc((size_t)count * RULE_TEXT + 100);
    if (!text)
        return NULL;
    char *at = text + sprintf(text, "prm: 1\nprogram: many\ncurrency: USD\n"
                                    "events: {seen: {partner: text, course: text}}\nrules:\n");
    for (uint32_t i = 0; i < count; i++)
        at += sprintf(at,
                      "  r%u: {for: partner, when: {count: seen, where: 'course == \"k%u\"', at_least: %u}, "
                      "then: {points: 1}}\n",
                      (unsigned)i, (unsigned)(i / 3), 5U + (unsigned)(i % 3));
    *size = (size_t)(at - text);
    return text;
}

typedef struct rules_load {
    prm_event events[RULE_EVENTS];
    prm_field fields[RULE_EVENTS][2];
    char ids[RULE_EVENTS][12];
    char courses[RULE_EVENTS][8];
} rules_load;

static void rules_events(rules_load *load, uint32_t rules)
{
    static const char *const partners[RULE_PARTNERS] = {"acme", "beta", "core", "delta"};
    uint32_t courses = (rules + 2) / 3;
    for (uint32_t i = 0; i < RULE_EVENTS; i++) {
        int id = snprintf(load->ids[i], sizeof load->ids[i], "e%u", (unsigned)i);
        uint32_t course = (uint32_t)((uint64_t)i * 2654435761U >> 8) % courses;
        int size = snprintf(load->courses[i], sizeof load->courses[i], "k%u", (unsigned)course);
        load->fields[i][0] = (prm_field){PRM_NONE,
                                         PRM_VALUE_TEXT,
                                         "partner",
                                         7,
                                         partners[i % RULE_PARTNERS],
                                         strlen(partners[i % RULE_PARTNERS]),
                                         0};
        load->fields[i][1] = (prm_field){PRM_NONE,         PRM_VALUE_TEXT, "course", 6,
                                         load->courses[i], (size_t)size,   0};
        load->events[i] = (prm_event){PRM_NONE,     2,          "seen",   4,
                                      load->ids[i], (size_t)id, START_MS, load->fields[i]};
        load->events[i].time += YEAR_MS / RULE_EVENTS * i;
    }
}

static int rules_run(prm_program *program, const rules_load *load, double *ns)
{
    prm_error error;
    prm_engine *engine = NULL;
    if (prm_engine_new(program, NULL, &engine, &error) != PRM_OK)
        return fail("engine", &error);
    int result = feed(engine, load->events, RULE_EVENTS / 2, 1024); /* every subject is there */
    uint64_t start = report_now();
    if (result == 0)
        result = feed(engine, load->events + RULE_EVENTS / 2, RULE_EVENTS / 2, 1024);
    *ns = (double)(report_now() - start) / (RULE_EVENTS / 2);
    prm_engine_free(engine);
    return result;
}

static int rules_row(uint32_t count, rules_load *load, double *base)
{
    prm_error error;
    prm_program *program = NULL;
    double ns[RUNS], compiled[RUNS];
    char name[64];
    size_t size = 0;
    char *text = rules_text(count, &size);
    int result = text ? 0 : fail("rules", NULL);
    rules_events(load, count);
    for (size_t i = 0; i < RUNS && result == 0; i++) {
        uint64_t start = report_now();
        prm_program_unref(program);
        program = NULL;
        if (prm_program_compile(text, size, NULL, &program, NULL, &error) != PRM_OK)
            result = fail("compile", &error);
        compiled[i] = (double)(report_now() - start) / 1e6;
        if (result == 0)
            result = rules_run(program, load, &ns[i]);
    }
    prm_program_unref(program);
    free(text);
    if (result)
        return result;
    double middle = report_median(ns, RUNS);
    snprintf(name, sizeof name, "%u rules of which an event matches three", (unsigned)count);
    report_value(name, middle, "ns/event", *base);
    *base = *base > 0 ? *base : middle;
    snprintf(name, sizeof name, "  compiling them, %.0f KB", (double)size / 1e3);
    report_value(name, report_median(compiled, RUNS), "ms", 0);
    return 0;
}

static int bench_rules(void)
{
    static const uint32_t counts[] = {10, 100, 1000, 10000};
    rules_load *load = malloc(sizeof *load);
    double base = 0;
    int result = load ? 0 : fail("rules", NULL);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0] && result == 0; i++)
        result = rules_row(counts[i], load, &base);
    free(load);
    return result;
}

/* ---- History ---- */

#define HISTORY UINT32_C(1000000)
#define LONG_HISTORY UINT32_C(10000000)
#define HISTORY_PORTIONS 9
#define YOUNG 201 /* engines of which one partner's first events are timed */

/* An event of the one partner, at the place of the `back`-th last, that nobody had heard of. */
static int history_late(prm_engine *engine, uint32_t back, unsigned number, double *us)
{
    char id[24];
    int size = snprintf(id, sizeof id, "late-%u", number);
    prm_field fields[] = {{PRM_NONE, PRM_VALUE_TEXT, "partner", 7, "p-0000000", 9, 0},
                          {PRM_NONE, PRM_VALUE_TEXT, "rep", 3, "r-0000001", 9, 0},
                          {PRM_NONE, PRM_VALUE_TEXT, "customer", 8, "c-0000001", 9, 0}};
    prm_event event = {PRM_NONE, 3, "meeting.held", 12, id, (size_t)size, START_MS, fields};
    event.time += (int64_t)((double)YEAR_MS * (double)(HISTORY - back) / (double)HISTORY) + 1;
    uint64_t start = report_now();
    int result = feed(engine, &event, 1, 1);
    *us = (double)(report_now() - start) / 1e3;
    return result;
}

/* The `back`-th last event of the workload is taken back. */
static int history_void(prm_engine *engine, uint32_t back, unsigned number, double *us)
{
    char id[24], target[24];
    int size = snprintf(id, sizeof id, "void-%u", number);
    int named = snprintf(target, sizeof target, "e-%07u", (unsigned)(HISTORY + 4 - back - number));
    prm_field field = {PRM_NONE, PRM_VALUE_TEXT, "event", 5, target, (size_t)named, 0};
    prm_event event = {PRM_NONE, 1, "event.voided", 12, id, (size_t)size, START_MS + YEAR_MS, &field};
    uint64_t start = report_now();
    int result = feed(engine, &event, 1, 1);
    *us = (double)(report_now() - start) / 1e3;
    return result;
}

typedef int (*history_news)(prm_engine *engine, uint32_t back, unsigned number, double *us);

static int history_rows(prm_engine *engine, history_news news, const char *what, double ns)
{
    static const uint32_t distances[] = {1, 100, 10000, 500000};
    unsigned number = 0;
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
        double us[RUNS];
        char name[64];
        for (size_t j = 0; j < RUNS; j++)
            if (news(engine, distances[i], number++, &us[j]))
                return 1;
        double middle = report_median(us, RUNS);
        snprintf(name, sizeof name, "  %s, %u events before the end", what, (unsigned)distances[i]);
        report_value(name, middle, "us", 0);
        if (distances[i] >= 1000)
            report_value("    for each event behind it, against one in order", middle * 1e3 / distances[i],
                         "ns", ns);
    }
    return 0;
}

/* What an event costs a partner that has but ten: in engines of their own, since one is soon over. */
static int history_young(prm_program *program, double *base)
{
    static workload load;
    double ns[YOUNG];
    for (size_t i = 0; i < YOUNG; i++) {
        workload_options options = {1, 3, 10, 110, SEED + i};
        prm_error error;
        prm_engine *engine = NULL;
        if (prm_engine_new(program, NULL, &engine, &error) != PRM_OK)
            return fail("engine", &error);
        workload_begin(&load, program, &options);
        int result = workload_next(&load, WORKLOAD_PORTION) ? feed(engine, load.events, load.count, 1) : 1;
        if (result == 0 && workload_next(&load, 10))
            result = feed(engine, load.events, load.count, 1);
        workload_next(&load, 100);
        uint64_t start = report_now();
        if (result == 0)
            result = feed(engine, load.events, load.count, 1);
        ns[i] = (double)(report_now() - start) / (double)load.count;
        prm_engine_free(engine);
        if (result)
            return result;
    }
    *base = report_median(ns, YOUNG);
    report_value("one partner, the next 100 events after 10", *base, "ns/event", 0);
    return 0;
}

/* One partner's events, each in a call of its own where they are timed: after so many, and at the end. */
static int history_long(prm_program *program, uint32_t events, const size_t *places, size_t place_count,
                        prm_engine **engine, double *last)
{
    static workload load;
    workload_options options = {1, 3, 10, events, SEED};
    prm_error error;
    double ns[HISTORY_PORTIONS];
    size_t place = 0, taken = 0;
    int result = 0;
    double base = *last;
    if (prm_engine_new(program, NULL, engine, &error) != PRM_OK)
        return fail("engine", &error);
    workload_begin(&load, program, &options);
    while (result == 0 && workload_next(&load, WORKLOAD_PORTION) > 0) {
        bool measures = place < place_count && load.made > places[place];
        uint64_t start = report_now();
        result = feed(*engine, load.events, load.count, measures ? 1 : load.count);
        if (!measures)
            continue;
        ns[taken++] = (double)(report_now() - start) / (double)load.count;
        if (taken < HISTORY_PORTIONS)
            continue;
        char name[64];
        *last = report_median(ns, taken);
        snprintf(name, sizeof name, "one partner, the next event after %zu", places[place]);
        report_value(name, *last, "ns/event", base);
        base = base > 0 ? base : *last;
        taken = 0;
        place++;
    }
    return result;
}

static int history_memory(const prm_engine *engine)
{
    prm_counts counts = {.size = sizeof counts};
    if (prm_engine_counts(engine, &counts) != PRM_OK)
        return 1;
    report_value("  all that is held for it", (double)counts.bytes / (double)counts.accepted, "B/event", 0);
    return 0;
}

static int bench_history(prm_program *program)
{
    static const size_t short_places[] = {1000, 100000, HISTORY - 20000},
                        long_places[] = {10000, LONG_HISTORY - 20000};
    prm_engine *engine = NULL;
    double last = 0, base = 0;
    int result = history_young(program, &base) ||
                 history_long(program, HISTORY, short_places, 3, &engine, &last) || history_memory(engine) ||
                 history_rows(engine, history_late, "a late one", last) ||
                 history_rows(engine, history_void, "one is voided", last);
    prm_engine_free(engine);
    engine = NULL;
    last = 0;
    result = result || history_long(program, LONG_HISTORY, long_places, 2, &engine, &last) ||
             history_memory(engine);
    prm_engine_free(engine);
    return result;
}

/* ---- Settling ---- */

#define SETTLED_EVENTS 200000

static int settled_print(prm_engine *engine, const char *when, uint64_t accepted)
{
    char name[80];
    prm_counts counts = {.size = sizeof counts};
    size_t size = 0;
    prm_error error;
    if (prm_engine_counts(engine, &counts) != PRM_OK ||
        prm_engine_save(engine, NULL, 0, &size, &error) != PRM_OK)
        return fail("settled", &error);
    snprintf(name, sizeof name, "settling, %s: events and their index", when);
    report_value(name, (double)counts.event_bytes / (double)accepted, "bytes/event", 0);
    snprintf(name, sizeof name, "  %s: all memory", when);
    report_value(name, (double)counts.bytes / (double)accepted, "bytes/event", 0);
    snprintf(name, sizeof name, "  %s: saved", when);
    report_value(name, (double)size / (double)accepted, "bytes/event", 0);
    return 0;
}

/* All that lies behind the clock is settled at once. */
static int bench_settled(prm_program *program)
{
    static workload load;
    workload_options options = {1000, 3, 10, SETTLED_EVENTS, SEED};
    prm_error error;
    prm_engine *engine = NULL;
    int result = 0;
    if (prm_engine_new(program, NULL, &engine, &error) != PRM_OK)
        return fail("engine", &error);
    workload_begin(&load, program, &options);
    while (result == 0 && workload_next(&load, WORKLOAD_PORTION) > 0)
        result = feed(engine, load.events, load.count, load.count);
    if (result == 0 && prm_engine_journal_release(engine, UINT64_MAX, &error) != PRM_OK)
        result = fail("release", &error);
    if (result == 0)
        result = settled_print(engine, "before", load.made);
    uint64_t start = report_now();
    if (result == 0 && prm_engine_settle(engine, prm_engine_clock(engine), &error) != PRM_OK)
        result = fail("settle", &error);
    double ns = (double)(report_now() - start) / (double)load.made;
    if (result == 0)
        result = settled_print(engine, "after", load.made);
    report_value("  settling itself", ns, "ns/event", 0);
    prm_engine_free(engine);
    return result;
}

/* ---- The end of a month ---- */

#define MONTH_PARTNERS 1000000
#define MONTH_RUNS 3

static const char month_text[] = "prm: 1\nprogram: month\ncurrency: USD\ntimezone: UTC\nrules:\n"
                                 "  missed:\n    for: partner\n    per: month\n"
                                 "    when: {count: meeting.held, at_least: 2}\n"
                                 "    then: {points: 5}\n    else: {notice: call them}\n";

/* `times` meetings of every partner in a call, at an instant each. */
static int month_meet(prm_engine *engine, prm_event *events, unsigned at)
{
    for (uint32_t i = 0; i < MONTH_PARTNERS; i++) {
        prm_event *event = &events[i];
        event->time = START_MS + at * INT64_C(60000);
        ((char *)(uintptr_t)event->id)[0] = (char)('a' + at);
    }
    return feed(engine, events, MONTH_PARTNERS, 1024);
}

static int month_run(prm_program *program, prm_event *events, double *event_ns, double *close_ns)
{
    prm_error error;
    prm_engine *engine = NULL;
    if (prm_engine_new(program, NULL, &engine, &error) != PRM_OK)
        return fail("engine", &error);
    int result = month_meet(engine, events, 0);
    uint64_t start = report_now();
    if (result == 0)
        result = month_meet(engine, events, 1);
    uint64_t middle = report_now();
    if (result == 0 && prm_engine_advance(engine, START_MS + INT64_C(31) * 86400000, &error) != PRM_OK)
        result = fail("advance", &error);
    *event_ns = (double)(middle - start) / MONTH_PARTNERS;
    *close_ns = (double)(report_now() - middle) / MONTH_PARTNERS;
    prm_engine_free(engine);
    return result;
}

static int bench_month(void)
{
    prm_error error;
    prm_program *program = NULL;
    double event_ns[MONTH_RUNS], close_ns[MONTH_RUNS];
    prm_event *events = calloc(MONTH_PARTNERS, sizeof *events);
    prm_field *fields = calloc(MONTH_PARTNERS, sizeof *fields);
    char(*ids)[12] = calloc(MONTH_PARTNERS, sizeof *ids);
    int result = events && fields && ids ? 0 : fail("month", NULL);
    for (uint32_t i = 0; result == 0 && i < MONTH_PARTNERS; i++) {
        int size = snprintf(ids[i], sizeof ids[i], "x%u", (unsigned)i);
        fields[i] = (prm_field){PRM_NONE, PRM_VALUE_TEXT, "partner", 7, ids[i] + 1, (size_t)size - 1, 0};
        events[i] = (prm_event){PRM_NONE, 1, "meeting.held", 12, ids[i], (size_t)size, 0, &fields[i]};
    }
    if (result == 0 &&
        prm_program_compile(month_text, strlen(month_text), NULL, &program, NULL, &error) != PRM_OK)
        result = fail("month", &error);
    for (size_t i = 0; i < MONTH_RUNS && result == 0; i++)
        result = month_run(program, events, &event_ns[i], &close_ns[i]);
    if (result == 0) {
        double event = report_median(event_ns, MONTH_RUNS);
        report_value("1000000 partners, an event of each", event, "ns", 0);
        report_value("  a month closes for each, against it", report_median(close_ns, MONTH_RUNS), "ns",
                     event);
    }
    prm_program_unref(program);
    free(events);
    free(fields);
    free(ids);
    return result;
}

/* ---- Compiling ---- */

static int bench_compile(const char *path)
{
    prm_error error;
    double ms[RUNS];
    for (size_t i = 0; i < RUNS; i++) {
        prm_program *program = NULL;
        uint64_t start = report_now();
        if (prm_program_load(path, NULL, &program, NULL, &error) != PRM_OK)
            return fail(path, &error);
        ms[i] = (double)(report_now() - start) / 1e6;
        prm_program_unref(program);
    }
    report_value("compiling a program of twenty rules", report_median(ms, RUNS), "ms", 0);
    return 0;
}

/* ---- Two threads ---- */

#define THREAD_EVENTS 300000

typedef struct thread_work {
    prm_program *program;
    workload *load;
    int result;
} thread_work;

static void *thread_run(void *context)
{
    thread_work *work = context;
    workload_options options = {1000, 3, 10, THREAD_EVENTS, SEED};
    prm_error error;
    prm_engine *engine = NULL;
    if (prm_engine_new(work->program, NULL, &engine, &error) != PRM_OK) {
        work->result = fail("engine", &error);
        return NULL;
    }
    workload_begin(work->load, work->program, &options);
    while (work->result == 0 && workload_next(work->load, WORKLOAD_PORTION) > 0)
        work->result = feed(engine, work->load->events, work->load->count, work->load->count);
    prm_engine_free(engine);
    return NULL;
}

/* Elapsed time of so many threads, an engine each. */
static int thread_time(prm_program *program, size_t count, double *seconds)
{
    thread_work works[2] = {{.program = program}, {.program = program}};
    pthread_t threads[2];
    int result = 0;
    uint64_t start = report_elapsed();
    for (size_t i = 0; i < count; i++) {
        works[i].load = malloc(sizeof *works[i].load);
        if (!works[i].load || pthread_create(&threads[i], NULL, thread_run, &works[i]) != 0)
            return fail("thread", NULL);
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        result |= works[i].result;
        free(works[i].load);
    }
    *seconds = (double)(report_elapsed() - start) / 1e9;
    return result;
}

static int bench_threads(prm_program *program)
{
    double one[RUNS], two[RUNS];
    for (size_t i = 0; i < RUNS; i++)
        if (thread_time(program, 1, &one[i]) || thread_time(program, 2, &two[i]))
            return 1;
    double single = THREAD_EVENTS / report_median(one, RUNS) / 1e6;
    report_value("one engine in a thread, with making the events", single, "M/s", 0);
    report_value("  two in two threads", 2 * THREAD_EVENTS / report_median(two, RUNS) / 1e6, "M/s", single);
    return 0;
}

int main(int argc, char **argv)
{
    prm_error error;
    prm_program *program = NULL;
    report_as_json(&argc, argv);
    if (argc != 3) {
        fprintf(stderr, "usage: dimensions PROGRAM LARGE [--json]\n");
        return 2;
    }
    if (prm_program_load(argv[1], NULL, &program, NULL, &error) != PRM_OK)
        return fail(argv[1], &error);
    int result = bench_rules() || bench_compile(argv[2]) || bench_history(program) ||
                 bench_settled(program) || bench_month() || host_ask(program) || bench_threads(program);
    prm_program_unref(program);
    return result;
}
