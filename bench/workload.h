/* workload: the events that the bench feeds in, made from a seed: partners with
 * their reps first, then activity in order of time, a few partners doing most of
 * it. Ids and names are texts, as a CRM has them; type and field names are resolved
 * once, as a host would. */
#ifndef PRM_BENCH_WORKLOAD_H
#define PRM_BENCH_WORKLOAD_H

#include <prm/prm.h>

typedef struct workload {
    prm_event *events;
    prm_field *fields;
    char *text;     /* all ids and names */
    size_t count;   /* events in all */
    size_t opening; /* the first of them: partners and reps joining */
} workload;

typedef struct workload_options {
    uint32_t partners;
    uint32_t reps; /* of each partner */
    size_t activity; /* events after the opening */
    uint64_t seed;
} workload_options;

/* Returns 0, or -1 when memory ran out. */
int workload_make(workload *load, const prm_program *program, const workload_options *options);
void workload_free(workload *load);

#endif
