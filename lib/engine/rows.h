/* rows: the ledger and the journal as a host sees them: texts instead of keys, in
 * their order, one after the other. */
#ifndef PRM_ENGINE_ROWS_H
#define PRM_ENGINE_ROWS_H

#include "base/sort.h"
#include "engine/engine.h"

/* What an iterator walks over. */
typedef enum prm__rows_kind {
    PRM_ROWS_LEDGER,
    PRM_ROWS_JOURNAL,
    PRM_ROWS_PROGRESS,
    PRM_ROWS_JOURNEY,
    PRM_ROWS_TOTALS,
    PRM_ROWS_WRITTEN
} prm__rows_kind;

struct prm_rows {
    prm__alloc *alloc;  /* the engine's */
    prm_engine *engine; /* NULL for written rows */
    uint32_t kind;      /* prm__rows_kind */
    size_t next;
    size_t count;
    uint64_t first;    /* number of the posting at place 0; 0 for rows that are no postings of the journal */
    prm__vec items;    /* ledger: prm__order_item; progress and others: items of their own */
    prm__vec pointers; /* to items, sorted */
    prm__vec id;       /* of char: the identity of the present row */
    prm__written written;            /* of written rows */
    struct prm__progress_walk *walk; /* of progress that is worked out as it is taken; or NULL */
    size_t walk_size;
};

PRM_MUST_USE prm_status prm__rows_ledger(prm_engine *engine, prm_rows **out);
PRM_MUST_USE prm_status prm__rows_journal(prm_engine *engine, uint64_t first, prm_rows **out);

/* Rows over what is written, which is taken over (and empty after); `first` is the number of the first
 * as a posting, or 0. `alloc` outlives them. */
PRM_MUST_USE prm_status prm__rows_written(prm__alloc *alloc, prm__written *written, uint64_t first,
                                          prm_rows **out);
void prm__rows_free(prm_rows *rows);

/* Drops the postings up to number `last`. */
void prm__rows_release(prm_engine *engine, uint64_t last);

/* A fresh iterator of that kind; NULL when memory ran out. */
prm_rows *prm__rows_new(prm_engine *engine, prm__rows_kind kind, size_t item_size);

/* The items collected so far, in order, as the rows; `compare` is given their engine. */
PRM_MUST_USE prm_status prm__rows_sort(prm_rows *rows, prm__compare *compare);

/* The next row of a ledger or journal into *out, `size` set; false at the end. */
bool prm__rows_next(prm_rows *rows, prm_row *out);

#endif
