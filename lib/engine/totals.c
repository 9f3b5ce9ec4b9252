#include "engine/totals.h"
#include "base/sort.h"
#include <string.h>

/* A prm_decimal has 38 digits, 12 of them behind the point. */
#define TOTALS_DIGITS 26

/* Sums are of minor units, or of whole ones for what is no money: no ledger is so long that 128 bits
 * would not do. */
typedef struct totals_item {
    prm__decimal commission;
    prm__decimal rewards;
    prm_text partner;
    prm_text rep;
    prm_text rule; /* empty when rules are added up together */
    prm_text kind;
    uint64_t outcomes;
    uint64_t money;
} totals_item;

static bool totals_is_commission(prm_text rule)
{
    return (rule.size == 10 && memcmp(rule.data, "commission", 10) == 0) ||
           (rule.size == 8 && memcmp(rule.data, "override", 8) == 0);
}

static totals_item totals_item_of(const prm_row *row, bool by_rule)
{
    totals_item item = {.partner = row->recipient_partner,
                        .rep = row->recipient_rep,
                        .kind = row->kind,
                        .outcomes = 1,
                        .money = row->money};
    if (by_rule)
        item.rule = row->rule;
    *(totals_is_commission(row->rule) ? &item.commission : &item.rewards) = row->amount;
    return item;
}

/* Partners before reps. */
static int totals_compare(const void *a, const void *b, const void *context)
{
    (void)context;
    const totals_item *left = a, *right = b;
    int order = (left->rep.size > 0) - (right->rep.size > 0);
    if (order == 0)
        order = prm__bytes_compare(left->partner, right->partner);
    if (order == 0)
        order = prm__bytes_compare(left->rep, right->rep);
    if (order == 0)
        order = prm__bytes_compare(left->rule, right->rule);
    return order != 0 ? order : prm__bytes_compare(left->kind, right->kind);
}

/* What the ledger gives of amounts. The texts are the engine's and the program's. */
static prm_status totals_collect(prm_rows *totals, bool by_rule)
{
    prm_rows *ledger = NULL;
    prm_row row = {.size = sizeof row};
    PRM_TRY(prm__rows_ledger(totals->engine, &ledger));
    prm_status status = PRM_OK;
    while (status == PRM_OK && prm__rows_next(ledger, &row)) {
        totals_item item = totals_item_of(&row, by_rule);
        if (row.has_amount)
            status = prm__vec_append(&totals->items, &item, 1);
    }
    prm__rows_free(ledger);
    return status;
}

/* Adds each run of equals up in its first one, and keeps pointers to these. */
static prm_status totals_merge(prm_rows *totals)
{
    size_t count = totals->items.count;
    if (count == 0)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(&totals->pointers, count * 2));
    const void **pointers = totals->pointers.data;
    for (size_t i = 0; i < count; i++)
        pointers[i] = prm__vec_at(&totals->items, i);
    prm__sort_pointers(pointers, pointers + count, count, totals_compare, NULL);
    for (size_t i = 0; i < count; i++) {
        const totals_item *item = pointers[i];
        if (totals->count == 0 || totals_compare(pointers[totals->count - 1], item, NULL) != 0) {
            pointers[totals->count++] = item;
            continue;
        }
        totals_item *total = PRM_VEC(totals->items, totals_item) +
                             ((const totals_item *)pointers[totals->count - 1] -
                              (const totals_item *)totals->items.data);
        total->commission += item->commission;
        total->rewards += item->rewards;
        total->outcomes += item->outcomes;
    }
    return PRM_OK;
}

/* So many 10^-12 as one unit of the sums is; 0 beyond all digits. */
static prm__decimal totals_unit(const prm_engine *engine, bool money)
{
    prm__decimal unit = PRM_DECIMAL_ONE;
    for (uint32_t i = 0; money && i < engine->program->head->minor_digits; i++)
        unit /= 10;
    return unit;
}

static prm_status totals_check(const prm_rows *totals)
{
    prm__decimal limit = 1;
    for (int i = 0; i < TOTALS_DIGITS; i++)
        limit *= 10;
    for (size_t i = 0; i < totals->count; i++) {
        const totals_item *item = ((const totals_item *const *)totals->pointers.data)[i];
        const prm__decimal sums[] = {item->commission, item->rewards, item->commission + item->rewards};
        for (size_t k = 0; k < sizeof sums / sizeof sums[0]; k++)
            if (sums[k] >= limit || sums[k] <= -limit)
                return PRM_E_LIMIT; /* LCOV_EXCL_LINE it takes 10^8 amounts of 10^18 */
    }
    return PRM_OK;
}

prm_status prm__totals_rows(prm_engine *engine, bool by_rule, prm_rows **out)
{
    prm_rows *totals = prm__rows_new(engine, PRM_ROWS_TOTALS, sizeof(totals_item));
    if (!totals)
        return PRM_E_MEMORY;
    prm_status status = totals_collect(totals, by_rule);
    if (status == PRM_OK)
        status = totals_merge(totals);
    if (status == PRM_OK)
        status = totals_check(totals);
    if (status != PRM_OK) {
        prm__rows_free(totals);
        return status;
    }
    *out = totals;
    return PRM_OK;
}

static prm_decimal totals_decimal(prm__decimal sum, prm__decimal unit)
{
    prm__decimal value = sum * unit;
    return (prm_decimal){(int64_t)(value >> 64), (uint64_t)value};
}

bool prm__totals_next(prm_rows *rows, prm_total *out)
{
    if (rows->kind != PRM_ROWS_TOTALS || rows->next >= rows->count)
        return false;
    const totals_item *item = ((const totals_item *const *)rows->pointers.data)[rows->next++];
    prm__decimal unit = totals_unit(rows->engine, item->money != 0);
    out->money = (uint32_t)item->money;
    out->partner = item->partner;
    out->rep = item->rep;
    out->rule = item->rule;
    out->kind = item->kind;
    out->amount = totals_decimal(item->commission + item->rewards, unit);
    out->commission = totals_decimal(item->commission, unit);
    out->rewards = totals_decimal(item->rewards, unit);
    out->outcomes = item->outcomes;
    return true;
}
