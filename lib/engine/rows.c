#include "engine/rows.h"
#include "engine/identity.h"
#include "engine/order.h"
#include <string.h>

static prm_rows *rows_make(prm__alloc *alloc, prm__rows_kind kind, size_t item_size)
{
    prm_rows *rows = prm__alloc_zeroed(alloc, 1, sizeof *rows);
    if (!rows)
        return NULL;
    rows->alloc = alloc;
    rows->kind = kind;
    prm__vec_init(&rows->items, rows->alloc, item_size);
    prm__vec_init(&rows->pointers, rows->alloc, sizeof(void *));
    prm__vec_init(&rows->id, rows->alloc, 1);
    prm__written_init(&rows->written, rows->alloc, 0);
    return rows;
}

prm_rows *prm__rows_new(prm_engine *engine, prm__rows_kind kind, size_t item_size)
{
    prm_rows *rows = rows_make(&engine->alloc, kind, item_size);
    if (rows)
        rows->engine = engine;
    return rows;
}

prm_status prm__rows_sort(prm_rows *rows, prm__compare *compare)
{
    rows->count = rows->items.count;
    if (rows->count == 0)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(&rows->pointers, rows->count * 2));
    const void **pointers = rows->pointers.data;
    for (size_t i = 0; i < rows->count; i++)
        pointers[i] = prm__vec_at(&rows->items, i);
    prm__sort_pointers(pointers, pointers + rows->count, rows->count, compare, rows->engine);
    return PRM_OK;
}

prm_status prm__rows_written(prm__alloc *alloc, prm__written *written, uint64_t first, prm_rows **out)
{
    prm_rows *rows = rows_make(alloc, PRM_ROWS_WRITTEN, 1);
    if (!rows)
        return PRM_E_MEMORY;
    rows->first = first;
    rows->count = prm__written_count(written);
    rows->written = *written;
    prm__written_init(written, alloc, 0);
    *out = rows;
    return PRM_OK;
}

void prm__rows_free(prm_rows *rows)
{
    if (!rows)
        return;
    prm__vec_free(&rows->items);
    prm__vec_free(&rows->pointers);
    prm__vec_free(&rows->id);
    prm__written_free(&rows->written);
    prm__alloc_release(rows->alloc, rows->walk, rows->walk_size, 1);
    prm__alloc_release(rows->alloc, rows, 1, sizeof *rows);
}

/* Makes room for the longest identity now, so that walking cannot fail. */
static prm_status rows_reserve_id(prm_rows *rows, const prm__outcome *outcome, uint32_t partner)
{
    size_t size = prm__identity_size(rows->engine, outcome, partner);
    return rows->id.capacity >= size ? PRM_OK : prm__vec_reserve(&rows->id, size);
}

static prm_status rows_collect(prm_rows *rows)
{
    prm_engine *engine = rows->engine;
    PRM_TRY(prm__vec_reserve(&rows->items, engine->outcome_rows));
    for (uint32_t i = 0; i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        for (uint32_t j = 0; j < partner->outcomes.count; j++) {
            if (!prm__outcome_is_row(&outcomes[j]))
                continue;
            prm__order_item item = prm__order_item_of(&outcomes[j], i, PRM_GRANT);
            PRM_TRY(prm__vec_append(&rows->items, &item, 1));
            PRM_TRY(rows_reserve_id(rows, &outcomes[j], i));
        }
    }
    rows->count = rows->items.count;
    return prm__order_sort(engine, &rows->items, PRM_GRANT, &rows->pointers);
}

prm_status prm__rows_ledger(prm_engine *engine, prm_rows **out)
{
    prm_rows *rows = prm__rows_new(engine, PRM_ROWS_LEDGER, sizeof(prm__order_item));
    if (!rows)
        return PRM_E_MEMORY;
    prm_status status = rows_collect(rows);
    if (status != PRM_OK) {
        prm__rows_free(rows);
        return status;
    }
    *out = rows;
    return PRM_OK;
}

prm_status prm__rows_journal(prm_engine *engine, uint64_t first, prm_rows **out)
{
    prm_rows *rows = prm__rows_new(engine, PRM_ROWS_JOURNAL, sizeof(prm__order_item));
    if (!rows)
        return PRM_E_MEMORY;
    rows->first = first > engine->journal_first ? first : engine->journal_first;
    uint64_t end = engine->journal_first + prm__engine_postings(engine);
    rows->count = rows->first < end ? (size_t)(end - rows->first) : 0;
    for (size_t i = rows->count < engine->journal.count ? engine->journal.count - rows->count : 0;
         i < engine->journal.count; i++) {
        const prm__posting *posting = prm__vec_at(&engine->journal, i);
        if (rows_reserve_id(rows, &posting->outcome, posting->partner) != PRM_OK) {
            prm__rows_free(rows);
            return PRM_E_MEMORY;
        }
    }
    *out = rows;
    return PRM_OK;
}

void prm__rows_release(prm_engine *engine, uint64_t last)
{
    uint64_t end = engine->journal_first + prm__engine_postings(engine);
    uint64_t first = last < end ? last + 1 : end;
    if (first <= engine->journal_first)
        return;
    size_t kept = (size_t)(end - first);
    engine->journal_first = first;
    if (kept > engine->journal.count) { /* some of the written ones */
        engine->written_first = prm__written_count(&engine->written) - (kept - engine->journal.count);
        return;
    }
    if (engine->written.rows.count)
        prm__written_free(&engine->written);
    engine->written_first = 0;
    prm__posting *postings = engine->journal.data;
    if (kept)
        memmove(postings, postings + (engine->journal.count - kept), kept * sizeof *postings);
    engine->journal.count = kept;
}

static prm_text rows_name(const prm_engine *engine, const prm__outcome *outcome, uint32_t name)
{
    return prm__engine_text(engine, prm__order_key(engine, outcome, name));
}

static void rows_fill_kind(const prm_engine *engine, const prm__outcome *outcome, prm_row *row)
{
    row->from = PRM_NO_TIME;
    row->until = PRM_NO_TIME;
    row->payable = PRM_NO_TIME;
    if (outcome->kind == PRM_OUTCOME_RANK) {
        row->kind = (prm_text){"rank", 4};
        row->rank = prm__program_text(engine->program, engine->program->levels[outcome->number].text);
        row->until = outcome->until;
        return;
    }
    if (outcome->kind == PRM_OUTCOME_COMMISSION || outcome->kind == PRM_OUTCOME_OVERRIDE) {
        row->kind = (prm_text){"cash", 4};
        row->money = 1;
    } else {
        const prm__p_rule *rule = &engine->program->rules[outcome->rule];
        const prm__p_action *action = &engine->program->actions[rule->first_action + outcome->action];
        if (outcome->kind == PRM_OUTCOME_NOTICE) {
            row->kind = (prm_text){"notice", 6};
            row->text = prm__program_text(engine->program, action->text);
            return;
        }
        if (outcome->kind == PRM_OUTCOME_RATE) {
            row->kind = (prm_text){"rate", 4};
            row->has_rate = 1;
            row->rate = outcome->number;
            row->rate_added = action->added;
            row->from = outcome->from;
            row->until = outcome->until;
            return;
        }
        const prm__p_reward *reward = &engine->program->rewards[action->reward];
        row->kind = prm__program_text(engine->program, reward->text);
        row->money = reward->money;
        row->payable = outcome->from;
    }
    row->has_amount = 1;
    row->amount = outcome->number;
}

static void rows_fill(prm_rows *rows, const prm__outcome *outcome, uint32_t partner, prm_row *row)
{
    const prm_engine *engine = rows->engine;
    uint32_t size = row->size;
    memset(row, 0, sizeof *row);
    row->size = size;
    row->rule = prm__identity_rule(engine, outcome);
    row->partner = prm__engine_text(engine, prm__engine_partner(engine, partner)->key);
    row->rep = rows_name(engine, outcome, PRM_NAME_REP);
    row->customer = rows_name(engine, outcome, PRM_NAME_CUSTOMER);
    row->product = rows_name(engine, outcome, PRM_NAME_PRODUCT);
    row->recipient_partner = prm__engine_text(engine, outcome->to_partner);
    row->recipient_rep = prm__engine_text(engine, outcome->to_rep);
    if (outcome->event != PRM_NONE)
        row->event = prm__engine_event_id(engine, prm__engine_event(engine, outcome->event));
    row->at = outcome->at;
    rows_fill_kind(engine, outcome, row);
    row->id.data = rows->id.data;
    row->id.size = prm__identity_write(engine, outcome, partner, rows->id.data);
}

/* Posting `number` of the journal. */
static void rows_fill_posting(prm_rows *rows, uint64_t number, prm_row *out)
{
    const prm_engine *engine = rows->engine;
    size_t place = (size_t)(number - engine->journal_first) + engine->written_first;
    size_t written = prm__written_count(&engine->written);
    if (place < written) {
        prm__written_get(&engine->written, place, out);
    } else {
        const prm__posting *posting = prm__vec_at(&engine->journal, place - written);
        rows_fill(rows, &posting->outcome, posting->partner, out);
        out->op = posting->op;
    }
    out->sequence = number;
}

bool prm__rows_next(prm_rows *rows, prm_row *out)
{
    bool other = rows->kind != PRM_ROWS_LEDGER && rows->kind != PRM_ROWS_JOURNAL &&
                 rows->kind != PRM_ROWS_WRITTEN;
    if (other || rows->next >= rows->count)
        return false;
    if (rows->kind == PRM_ROWS_LEDGER) {
        const prm__order_item *item = ((const prm__order_item *const *)rows->pointers.data)[rows->next];
        rows_fill(rows, item->outcome, item->partner, out);
        out->op = PRM_GRANT;
        out->sequence = 0;
    } else if (rows->kind == PRM_ROWS_WRITTEN) {
        prm__written_get(&rows->written, rows->next, out);
        out->sequence = rows->first ? rows->first + rows->next : 0;
    } else {
        rows_fill_posting(rows, rows->first + rows->next, out);
    }
    rows->next++;
    return true;
}
