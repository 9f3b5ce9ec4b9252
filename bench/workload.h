/* workload: the events that the bench feeds in, made from a seed: partners with
 * their reps first, then activity in order of time, a few partners doing most of
 * it. Ids and names are texts, as a CRM has them; type and field names are resolved
 * once, as a host would. Events are made in portions just before they are fed, as a
 * host makes them from what it has just read; making them is not timed. */
#ifndef PRM_BENCH_WORKLOAD_H
#define PRM_BENCH_WORKLOAD_H

#include <prm/prm.h>
#include <stdbool.h>

#define WORKLOAD_PORTION 1024 /* events made at a time */
#define WORKLOAD_FIELDS 6
#define WORKLOAD_TYPES 7
#define WORKLOAD_NAMES 8
#define WORKLOAD_AMOUNT 6 /* the place among the names of the one that is no text */

extern const char *const workload_type_names[WORKLOAD_TYPES];
extern const char *const workload_field_names[WORKLOAD_NAMES];

typedef struct workload_options {
    uint32_t partners;
    uint32_t reps;      /* of each partner */
    uint32_t customers; /* of each partner */
    size_t activity;    /* events after the opening */
    uint64_t seed;
} workload_options;

typedef struct workload {
    workload_options options;
    uint32_t types[WORKLOAD_TYPES];
    uint32_t names[WORKLOAD_NAMES];
    uint64_t random;
    size_t made;                        /* events so far */
    size_t opening;                     /* the first events: partners and reps joining */
    size_t total;                       /* with the activity */
    prm_event events[WORKLOAD_PORTION]; /* the present portion */
    size_t count;
    prm_field fields[WORKLOAD_PORTION * WORKLOAD_FIELDS];
    size_t fields_used;
    char text[WORKLOAD_PORTION * 128];
    char *text_end;
} workload;

void workload_begin(workload *load, const prm_program *program, const workload_options *options);

/* Makes the next portion: at most `limit` events, and never both of opening and
 * activity; returns how many, 0 at the end. */
size_t workload_next(workload *load, size_t limit);

/* The places of an event's type and a field's name among the names above. */
size_t workload_type(const workload *load, const prm_event *event);
size_t workload_name(const workload *load, const prm_field *field);

/* Write an event as a line to standard output. */
void workload_write_csv_head(void);
void workload_write_csv(const prm_program *program, const workload *load, const prm_event *event);
void workload_write_ndjson(const prm_program *program, const workload *load, const prm_event *event);

/* Whether a field's text is one that no event had before: a deal's. */
bool workload_is_new(const workload *load, const prm_field *field);

#endif
