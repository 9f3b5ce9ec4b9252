#include "state/mend.h"
#include "base/sort.h"
#include "engine/rows.h"

typedef struct prm__mending {
    prm__vec sorted; /* of const prm_row *: the net, by id */
    prm__vec found;  /* of char, by place among the sorted: 1 when the ledger has that identity */
    prm__written reversals;
    prm__written grants;
} prm__mending;

static int mend_compare(const void *a, const void *b, const void *context)
{
    const prm_row *left = a, *right = b;
    (void)context;
    return prm__bytes_compare(left->id, right->id);
}

static prm_status mend_sort(prm__mending *work, const prm_row *net, size_t count, size_t *twice)
{
    PRM_TRY(prm__vec_reserve(&work->sorted, count * 2));
    PRM_TRY(prm__vec_reserve(&work->found, count));
    const void **sorted = work->sorted.data;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &net[i];
    if (count) {
        prm__sort_pointers(sorted, sorted + count, count, mend_compare, NULL);
        memset(work->found.data, 0, count);
    }
    for (size_t i = 1; i < count; i++)
        if (mend_compare(sorted[i - 1], sorted[i], NULL) == 0) {
            *twice = (size_t)((const prm_row *)sorted[i] - net);
            return PRM_E_ARGUMENT;
        }
    work->sorted.count = count;
    return PRM_OK;
}

/* The net's row of that id, noted as found; NULL when there is none. */
static const prm_row *mend_find(const prm__mending *work, const prm_row *row)
{
    const prm_row *const *sorted = work->sorted.data;
    size_t low = 0, high = work->sorted.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = mend_compare(sorted[middle], row, NULL);
        if (order == 0) {
            PRM_VEC(work->found, char)[middle] = 1;
            return sorted[middle];
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static prm_status mend_add(prm__written *written, const prm_row *row, uint32_t op)
{
    prm_row copy = *row;
    copy.op = op;
    return prm__written_add(written, &copy);
}

static prm_status mend_row(prm__mending *work, const prm_row *row)
{
    const prm_row *known = mend_find(work, row);
    if (known && prm__written_same(known, row))
        return PRM_OK;
    if (known)
        PRM_TRY(mend_add(&work->reversals, known, PRM_REVERSE));
    return mend_add(&work->grants, row, PRM_GRANT);
}

static prm_status mend_ledger(prm__mending *work, prm_engine *engine)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    PRM_TRY(prm__rows_ledger(engine, &rows));
    prm_status status = PRM_OK;
    while (status == PRM_OK && prm__rows_next(rows, &row))
        status = mend_row(work, &row);
    prm__rows_free(rows);
    return status;
}

static prm_status mend_append(prm__written *to, const prm__written *from)
{
    prm_row row = {.size = sizeof row};
    for (size_t i = 0; i < prm__written_count(from); i++) {
        prm__written_get(from, i, &row);
        PRM_TRY(prm__written_add(to, &row));
    }
    return PRM_OK;
}

static prm_status mend_collect(prm__mending *work, prm__written *out)
{
    PRM_TRY(mend_append(out, &work->reversals));
    for (size_t i = 0; i < work->sorted.count; i++)
        if (!PRM_VEC(work->found, char)[i])
            PRM_TRY(mend_add(out, PRM_VEC(work->sorted, const prm_row *)[i], PRM_REVERSE));
    return mend_append(out, &work->grants);
}

prm_status prm__mend(prm_engine *engine, const prm_row *net, size_t count, prm__written *out, size_t *twice)
{
    prm__mending work;
    prm__vec_init(&work.sorted, &engine->alloc, sizeof(void *));
    prm__vec_init(&work.found, &engine->alloc, 1);
    prm__written_init(&work.reversals, &engine->alloc, engine->texts.seed);
    prm__written_init(&work.grants, &engine->alloc, engine->texts.seed);
    prm_status status = mend_sort(&work, net, count, twice);
    if (status == PRM_OK)
        status = mend_ledger(&work, engine);
    if (status == PRM_OK)
        status = mend_collect(&work, out);
    prm__vec_free(&work.sorted);
    prm__vec_free(&work.found);
    prm__written_free(&work.reversals);
    prm__written_free(&work.grants);
    return status;
}

/* A ledger's rows, written down. */
static prm_status mend_write(prm_engine *engine, prm__written *written, prm__vec *net)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    PRM_TRY(prm__rows_ledger(engine, &rows));
    prm_status status = prm__vec_reserve(net, rows->count);
    while (status == PRM_OK && prm__rows_next(rows, &row))
        status = prm__written_add(written, &row);
    prm__rows_free(rows);
    return status;
}

prm_status prm__mend_engine(prm_engine *engine, prm_engine *from, prm__written *out)
{
    prm__written written;
    prm__vec net;
    size_t twice;
    prm__written_init(&written, &from->alloc, from->texts.seed);
    prm__vec_init(&net, &from->alloc, sizeof(prm_row));
    prm_status status = mend_write(from, &written, &net);
    for (size_t i = 0; status == PRM_OK && i < prm__written_count(&written); i++) {
        prm_row row = {.size = sizeof row};
        prm__written_get(&written, i, &row);
        status = prm__vec_append(&net, &row, 1);
    }
    if (status == PRM_OK)
        status = prm__mend(engine, net.data, net.count, out, &twice);
    prm__vec_free(&net);
    prm__written_free(&written);
    return status == PRM_E_ARGUMENT ? PRM_E_INTERNAL : status; /* a ledger has each identity once */
}
