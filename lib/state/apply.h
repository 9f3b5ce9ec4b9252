/* apply: partners as values. Bytes and events go in, new bytes and postings come out, and nothing is
 * kept: the bytes are those of a snapshot of an engine that has only these partners and whose postings
 * have all been released. */
#ifndef PRM_STATE_APPLY_H
#define PRM_STATE_APPLY_H

#include "base/vec.h"

/* What came of one item. */
typedef struct prm__applied_one {
    prm__vec state;   /* of char */
    prm__vec answers; /* of prm_answer */
    prm_rows *rows;
    int64_t clock;
} prm__applied_one;

struct prm_applied {
    prm__alloc alloc;
    prm__vec items; /* of prm__applied_one */
};

/* Applies the items one by one; *at is the index of the one that failed. As prm_apply has it, but that
 * the program is known not to look across partners. Fills `error` but for PRM_E_MEMORY and
 * PRM_E_INTERNAL. */
PRM_MUST_USE prm_status prm__apply(prm_program *program, const prm_engine_options *options,
                                   const prm_apply_item *items, size_t count, prm_applied **out, size_t *at,
                                   prm_error *error);

void prm__applied_free(prm_applied *applied);

#endif
