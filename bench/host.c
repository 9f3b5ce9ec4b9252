#include "host.h"
#include "report.h"
#include "workload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED UINT64_C(20261121)
#define RUNS 101
#define KEPT_EVENTS 1000 /* of the partner that is kept as bytes */

static int host_fail(const char *what, const prm_error *error)
{
    fprintf(stderr, "bench: %s: %s\n", what, error->message);
    return 1;
}

/* ---- Calls of the allocator ---- */

static void *counting_alloc(void *calls, size_t size)
{
    ++*(uint64_t *)calls;
    return malloc(size);
}

static void *counting_resize(void *calls, void *block, size_t old_size, size_t new_size)
{
    (void)old_size;
    ++*(uint64_t *)calls;
    return realloc(block, new_size);
}

static void counting_release(void *calls, void *block, size_t size)
{
    (void)calls;
    (void)size;
    free(block);
}

static int host_allocations(prm_program *program)
{
    static workload load;
    workload_options options = {10000, 3, 10, 1000000, SEED};
    uint64_t calls = 0, before = 0;
    const prm_allocator allocator = {&calls, counting_alloc, counting_resize, counting_release};
    const prm_engine_options engine_options = {.size = sizeof engine_options, .allocator = &allocator};
    prm_counts counts = {.size = sizeof counts};
    prm_error error;
    prm_engine *engine = NULL;
    int result = 0;
    if (prm_engine_new(program, &engine_options, &engine, &error) != PRM_OK)
        return host_fail("engine", &error);
    if (prm_engine_counts(engine, &counts) != PRM_OK)
        return 1;
    report_value("an engine of the sample program without events", (double)counts.bytes, "B", 0);
    workload_begin(&load, program, &options);
    while (result == 0 && workload_next(&load, WORKLOAD_PORTION) > 0) {
        if (load.made <= load.total / 2)
            before = calls;
        if (prm_engine_ingest(engine, load.events, load.count, sizeof(prm_event), NULL, &error) != PRM_OK)
            result = host_fail("ingest", &error);
    }
    if (result == 0)
        report_value("  calls of the allocator, the second half of a million events",
                     (double)(calls - before) * 2e3 / (double)load.total, "in 1000 events", 0);
    prm_engine_free(engine);
    return result;
}

/* ---- One partner as bytes ---- */

static int host_apply_once(prm_program *program, const prm_apply_item *item, void *state, size_t *size,
                           double *us)
{
    prm_error error;
    prm_applied *applied = NULL;
    prm_applied_item out = {.size = sizeof out};
    uint64_t start = report_now();
    if (prm_apply(program, NULL, item, 1, sizeof *item, sizeof(prm_event), &applied, &error) != PRM_OK)
        return host_fail("apply", &error);
    *us = (double)(report_now() - start) / 1e3;
    int result = prm_applied_get(applied, 0, &out) != PRM_OK || out.state_size > *size;
    if (result == 0) {
        memcpy(state, out.state, out.state_size);
        *size = out.state_size;
    }
    prm_applied_free(applied);
    return result;
}

/* One more event for a partner that has had so many. The program is one that prm_apply takes. */
static int host_apply(void)
{
    static const char text[] =
        "prm: 1\nprogram: kept\ncurrency: JPY\ntimezone: Asia/Tokyo\nrules:\n"
        "  leads: {for: rep, per: month, when: {count: lead.registered, at_least: 10}, "
        "then: {gift_card: 5000}}\n"
        "commission: {on: deal.won, of: amount, base: 15%}\n";
    static workload load;
    static char state[KEPT_EVENTS * 200];
    workload_options options = {1, 3, 10, KEPT_EVENTS + RUNS, SEED};
    prm_error error;
    prm_program *program = NULL;
    size_t size = 0, before = sizeof state;
    double us[RUNS];
    if (prm_program_compile(text, strlen(text), NULL, &program, NULL, &error) != PRM_OK)
        return host_fail("program", &error);
    workload_begin(&load, program, &options);
    int result = 0;
    while (result == 0 && load.made < KEPT_EVENTS && workload_next(&load, 100) > 0) {
        prm_apply_item item = {size ? state : NULL, size, load.events, load.count, PRM_NO_TIME};
        before = size = sizeof state;
        item.state_size = item.state ? item.state_size : 0;
        result = host_apply_once(program, &item, state, &size, &us[0]);
    }
    for (size_t i = 0; result == 0 && i < RUNS && workload_next(&load, 1) > 0; i++) {
        prm_apply_item item = {state, size, load.events, 1, PRM_NO_TIME};
        before = size;
        size = sizeof state;
        result = host_apply_once(program, &item, state, &size, &us[i]);
    }
    if (result == 0) {
        double median = report_median(us, RUNS);
        report_value("one event for a partner kept as bytes, with 1000 before", median, "us", 0);
        report_value("  its state, through which that goes", (double)before / 1e3, "kB", 0);
        report_value("  so much of it in a second", (double)before / median, "MB/s", 0);
    }
    prm_program_unref(program);
    return result;
}

int host_ask(prm_program *program)
{
    return host_allocations(program) || host_apply();
}
