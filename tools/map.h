/* Mapping files: how the rows of any CSV or NDJSON export become events.
 * docs/mapping.md is their description. A mapping is read once, for one
 * program, and does not change after; what changes per row is in map_state. */
#ifndef TOOLS_MAP_H
#define TOOLS_MAP_H

#include <stdint.h>

#include "batch.h"
#include "instant.h"
#include "strptime.h"
#include "yamldoc.h"

#define MAP_NONE SIZE_MAX

/* A piece of a template: a column of the row, or with MAP_NONE a literal. */
typedef struct map_part {
    size_t column;
    prm_text literal;
} map_part;

typedef struct map_template {
    map_part *parts;
    size_t count;
} map_template;

typedef struct map_pair {
    prm_text key;
    prm_text value;
} map_pair;

/* Sorted by key. */
typedef struct map_dict {
    map_pair *pairs;
    size_t count;
} map_dict;

/* A column that the mapping reads, by its name or dotted path. */
typedef struct map_column {
    prm_text name;
    uint32_t line; /* of the mapping, where it is first named */
    map_dict rename;
} map_column;

typedef struct map_table {
    prm_text name;
    map_dict dict;
} map_table;

typedef enum map_test { MAP_PRESENT, MAP_ABSENT, MAP_ONE_OF } map_test;

typedef struct map_condition {
    size_t column;
    map_test test;
    prm_text *values;
    size_t count;
} map_condition;

typedef struct map_field {
    prm_text name;
    uint32_t handle;
    size_t table; /* MAP_NONE: the text itself */
    map_template text;
} map_field;

typedef struct map_event {
    map_template type;
    uint32_t type_handle; /* where the type is a literal */
    map_template id;
    map_template time;
    const time_pattern *pattern; /* NULL: as the library reads times */
    map_condition *conditions;
    size_t condition_count;
    map_field *fields;
    size_t field_count;
} map_event;

typedef struct mapping {
    yamldoc doc; /* its messages, problems and `missing` tell how the reading went */
    arena memory;
    map_column *columns;
    size_t column_count;
    size_t column_capacity;
    map_table *tables;
    size_t table_count;
    map_event *events;
    size_t event_count;
    const time_pattern *pattern; /* the default */
} mapping;

/* Reads the mapping at `path`, and the lookup tables beside it, for `program`.
 * Returns 0 when it has problems; free it in either case. */
int map_load(mapping *map, const char *path, const prm_program *program);
void map_free(mapping *map);

/* ---- Rows ------------------------------------------------------------------- */

/* What one reader of rows keeps; all zeros at the start, freed by map_state_free. */
typedef struct map_state {
    buffer text;
    char reason[600]; /* why the last row could not be mapped */
} map_state;

typedef enum map_result {
    MAP_MADE,   /* events were added to the batch */
    MAP_EMPTY,  /* no event's `when` holds */
    MAP_FAILED, /* nothing was added; `reason` says why */
} map_result;

/* Adds the events of one row. `values` has a text per column of the mapping,
 * empty where the row has none, and is changed by the renaming. */
map_result map_apply(const mapping *map, map_state *state, const prm_program *program, prm_text *values,
                     event_batch *batch, event_origin origin);

void map_state_free(map_state *state);

/* The value of `key`, NULL when there is none. */
const prm_text *map_dict_find(const map_dict *dict, prm_text key);

#endif
