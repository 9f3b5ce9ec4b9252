/* written: rows that stand for themselves: their texts are copied, so that they outlive
 * the outcomes, events and program that they tell of. The journal's postings are
 * written down when the engine they came of is saved or gets another program. */
#ifndef PRM_ENGINE_WRITTEN_H
#define PRM_ENGINE_WRITTEN_H

#include "base/intern.h"

#define PRM_ROW_TEXTS 12 /* `rule` to `id` of a prm_row, which follow one another */

typedef struct prm__written {
    prm__vec rows;     /* of prm__written_row */
    prm__intern texts; /* theirs, each once */
} prm__written;

void prm__written_init(prm__written *written, prm__alloc *alloc, uint64_t seed);
/* They are empty after, and can be added to. */
void prm__written_free(prm__written *written);

/* Adds a copy of a row. PRM_E_MEMORY leaves the rows as they were. */
PRM_MUST_USE prm_status prm__written_add(prm__written *written, const prm_row *row);

/* Row `index` into *out, but for its `size`; the texts live as long as the rows. */
void prm__written_get(const prm__written *written, size_t index, prm_row *out);

static inline size_t prm__written_count(const prm__written *written)
{
    return written->rows.count;
}

/* The texts of a row, PRM_ROW_TEXTS of them. */
const prm_text *prm__written_texts(const prm_row *row);

/* Whether two rows of one identity carry the same: recipient, kind, rank, amount, rate, from,
 * until, payable. */
bool prm__written_same(const prm_row *a, const prm_row *b);

#endif
