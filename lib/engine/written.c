#include "engine/written.h"
#include <string.h>

typedef struct prm__written_row {
    uint32_t texts[PRM_ROW_TEXTS]; /* keys, 0 for the empty text */
    uint32_t op;
    uint32_t flags; /* PRM_WRITTEN_... */
    int64_t amount, rate, at, from, until, payable;
} prm__written_row;

enum {
    PRM_WRITTEN_AMOUNT = 1,
    PRM_WRITTEN_RATE = 2,
    PRM_WRITTEN_ADDED = 4,
    PRM_WRITTEN_MONEY = 8,
};

_Static_assert(offsetof(prm_row, id) == offsetof(prm_row, rule) + (PRM_ROW_TEXTS - 1) * sizeof(prm_text),
               "the texts of a row follow one another");

void prm__written_init(prm__written *written, prm__alloc *alloc, uint64_t seed)
{
    prm__vec_init(&written->rows, alloc, sizeof(prm__written_row));
    prm__intern_init(&written->texts, alloc, seed);
}

void prm__written_free(prm__written *written)
{
    prm__vec_free(&written->rows);
    prm__intern_free(&written->texts);
    prm__written_init(written, written->rows.alloc, written->texts.seed);
}

const prm_text *prm__written_texts(const prm_row *row)
{
    return (const prm_text *)(const void *)((const char *)row + offsetof(prm_row, rule));
}

prm_status prm__written_add(prm__written *written, const prm_row *row)
{
    const prm_text *texts = prm__written_texts(row);
    uint32_t flags = (row->has_amount ? PRM_WRITTEN_AMOUNT : 0) | (row->has_rate ? PRM_WRITTEN_RATE : 0) |
                     (row->rate_added ? PRM_WRITTEN_ADDED : 0) | (row->money ? PRM_WRITTEN_MONEY : 0);
    prm__written_row copy = {.op = row->op,
                             .flags = flags,
                             .amount = row->amount,
                             .rate = row->rate,
                             .at = row->at,
                             .from = row->from,
                             .until = row->until,
                             .payable = row->payable};
    for (size_t i = 0; i < PRM_ROW_TEXTS; i++) {
        copy.texts[i] = texts[i].size ? prm__intern_key(&written->texts, texts[i].data, texts[i].size) : 0;
        if (texts[i].size && !copy.texts[i])
            return PRM_E_MEMORY;
    }
    return prm__vec_append(&written->rows, &copy, 1);
}

void prm__written_get(const prm__written *written, size_t index, prm_row *out)
{
    const prm__written_row *row = prm__vec_at(&written->rows, index);
    uint32_t size = out->size;
    memset(out, 0, sizeof *out);
    out->size = size;
    out->op = row->op;
    out->has_amount = (row->flags & PRM_WRITTEN_AMOUNT) != 0;
    out->has_rate = (row->flags & PRM_WRITTEN_RATE) != 0;
    out->rate_added = (row->flags & PRM_WRITTEN_ADDED) != 0;
    out->money = (row->flags & PRM_WRITTEN_MONEY) != 0;
    out->amount = row->amount;
    out->rate = row->rate;
    out->at = row->at;
    out->from = row->from;
    out->until = row->until;
    out->payable = row->payable;
    prm_text *texts = (prm_text *)(void *)((char *)out + offsetof(prm_row, rule));
    for (size_t i = 0; i < PRM_ROW_TEXTS; i++)
        if (row->texts[i])
            texts[i] = prm__intern_text(&written->texts, row->texts[i]);
}

static bool written_same_text(prm_text a, prm_text b)
{
    return prm__bytes_compare(a, b) == 0;
}

bool prm__written_same(const prm_row *a, const prm_row *b)
{
    if (!a->has_amount != !b->has_amount || !a->has_rate != !b->has_rate || !a->money != !b->money ||
        (a->has_amount && a->amount != b->amount))
        return false;
    if (a->has_rate && (a->rate != b->rate || !a->rate_added != !b->rate_added))
        return false;
    return a->from == b->from && a->until == b->until && a->payable == b->payable &&
           written_same_text(a->kind, b->kind) && written_same_text(a->rank, b->rank) &&
           written_same_text(a->recipient_partner, b->recipient_partner) &&
           written_same_text(a->recipient_rep, b->recipient_rep);
}
