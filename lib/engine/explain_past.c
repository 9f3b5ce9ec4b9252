#include "engine/explain_past.h"
#include "engine/explain_facts.h"
#include "engine/identity.h"
#include "engine/rows.h"
#include <string.h>

static bool past_same(prm_text a, prm_text b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static void past_row(prm_explanation *into, const prm_row *row)
{
    prm_fact *fact = prm__facts_add(into, PRM_FACT_POSTING, 1);
    fact->number = row->sequence;
    fact->code = row->op;
    fact->type = row->kind;
    fact->amount = row->amount;
    fact->rate = row->rate;
    fact->has |= (row->has_amount ? PRM_HAS_AMOUNT : 0) | (row->has_rate ? PRM_HAS_RATE : 0) |
                 (row->money ? PRM_HAS_MONEY : 0);
    fact->at = row->at;
    fact->from = row->from == PRM_NO_TIME ? row->payable : row->from;
    fact->until = row->until;
}

static bool past_told(const prm_explanation *into)
{
    const prm_fact *facts = into->facts.data;
    for (size_t i = 0; i < into->facts.count; i++)
        if (facts[i].kind == PRM_FACT_VOIDED || facts[i].kind == PRM_FACT_REDUCED)
            return true;
    return false;
}

/* Events grow in their handles as they arrive: what is late stands before an earlier arrival. */
static void past_late(prm_explanation *into, uint32_t index)
{
    const prm_engine *engine = into->engine;
    const prm__list *list = &prm__engine_partner(engine, index)->entries;
    const prm__entry *entries = prm__list_data(&engine->pool, list);
    uint32_t least = UINT32_MAX;
    size_t first = into->facts.count;
    for (uint32_t i = list->count; i-- > 0;) {
        if (entries[i].event > least)
            prm__facts_event(into, PRM_FACT_LATE, 1, entries[i].event);
        least = entries[i].event < least ? entries[i].event : least;
    }
    prm_fact *facts = into->facts.data;
    for (size_t last = into->facts.count; first + 1 < last; first++) { /* in their order */
        prm_fact fact = facts[first];
        facts[first] = facts[--last];
        facts[last] = fact;
    }
}

prm_status prm__past_of(prm_explanation *into, uint32_t partner, prm_text id)
{
    prm_rows *rows;
    prm_row row = {.size = sizeof row};
    bool any = false;
    PRM_TRY(prm__rows_journal(into->engine, 1, &rows));
    while (prm__rows_next(rows, &row))
        if (past_same(row.id, id)) {
            past_row(into, &row);
            any = true;
        }
    prm__rows_free(rows);
    if (any && !past_told(into))
        past_late(into, partner);
    return PRM_OK;
}
