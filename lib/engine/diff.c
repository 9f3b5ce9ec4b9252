#include "engine/diff.h"
#include "engine/balance.h"
#include "engine/order.h"
#include <string.h>

#ifndef PRM_CHECK_LEDGER
#define PRM_CHECK_LEDGER 0
#endif

/* The outcomes of one partner that this call may have changed, before and after. */
typedef struct prm__diff {
    prm_engine *engine;
    uint32_t partner;
    const prm__outcome *before;
    const prm__outcome *after;
    uint32_t before_count;
    uint32_t after_count;
} prm__diff;

static prm_status diff_post(const prm__diff *diff, const prm__outcome *outcome, uint32_t op)
{
    prm__vec *posts = &diff->engine->posts;
    PRM_TRY(prm__vec_reserve(posts, 1));
    PRM_VEC(*posts, prm__order_item)[posts->count++] = prm__order_item_of(outcome, diff->partner, op);
    return PRM_OK;
}

/* One identity, before and after; either may be NULL. */
static prm_status diff_pair(const prm__diff *diff, const prm__outcome *before, const prm__outcome *after)
{
    bool was = before && prm__outcome_is_row(before), is = after && prm__outcome_is_row(after);
    if (was && is && prm__outcome_same_content(before, after))
        return PRM_OK;
    if (was)
        PRM_TRY(diff_post(diff, before, PRM_REVERSE));
    return is ? diff_post(diff, after, PRM_GRANT) : PRM_OK;
}

/* An open-addressing index of `before` from `first` on, in engine->identities. */
static prm_status diff_index(const prm__diff *diff, uint32_t first, uint32_t *slot_count)
{
    prm__vec *slots = &diff->engine->identities;
    uint32_t count = 16;
    while (count < (diff->before_count - first) * 2)
        count *= 2;
    slots->count = 0;
    PRM_TRY(prm__vec_reserve(slots, count));
    uint32_t *index = slots->data;
    memset(index, 0, count * sizeof *index);
    for (uint32_t i = first; i < diff->before_count; i++) {
        uint32_t at = (uint32_t)prm__outcome_identity_hash(&diff->before[i]) & (count - 1);
        while (index[at])
            at = (at + 1) & (count - 1);
        index[at] = i + 1;
    }
    *slot_count = count;
    return PRM_OK;
}

/* Finds and takes the former outcome of the same identity; NULL when there is none. A
 * taken slot keeps its place in the probing but names nothing. */
static const prm__outcome *diff_take(const prm__diff *diff, uint32_t slot_count, const prm__outcome *after)
{
    uint32_t *index = diff->engine->identities.data;
    for (uint32_t at = (uint32_t)prm__outcome_identity_hash(after);; at++) {
        uint32_t *slot = &index[at & (slot_count - 1)];
        if (*slot == 0)
            return NULL;
        if (*slot != PRM_NO_INDEX && prm__outcome_same_identity(&diff->before[*slot - 1], after)) {
            const prm__outcome *before = &diff->before[*slot - 1];
            *slot = PRM_NO_INDEX;
            return before;
        }
    }
}

static prm_status diff_rest(const prm__diff *diff, uint32_t first)
{
    uint32_t slot_count;
    PRM_TRY(diff_index(diff, first, &slot_count));
    for (uint32_t i = first; i < diff->after_count; i++) {
        const prm__outcome *after = &diff->after[i];
        PRM_TRY(diff_pair(diff, diff_take(diff, slot_count, after), after));
    }
    const uint32_t *index = diff->engine->identities.data;
    for (uint32_t at = 0; at < slot_count; at++)
        if (index[at] && index[at] != PRM_NO_INDEX)
            PRM_TRY(diff_pair(diff, &diff->before[index[at] - 1], NULL));
    return PRM_OK;
}

static prm_status diff_all(const prm__diff *diff)
{
    uint32_t same = 0; /* a fold that starts again mostly repeats itself */
    while (same < diff->before_count && same < diff->after_count &&
           prm__outcome_same_identity(&diff->before[same], &diff->after[same])) {
        PRM_TRY(diff_pair(diff, &diff->before[same], &diff->after[same]));
        same++;
    }
    if (same < diff->before_count)
        return diff_rest(diff, same);
    for (; same < diff->after_count; same++)
        PRM_TRY(diff_pair(diff, NULL, &diff->after[same]));
    return PRM_OK;
}

/* Whether all of it adds up: the rows before and what is posted make the rows after, and the rows
 * before are what was posted until now. The outcomes that this call has left alone are looked at in
 * debug builds only, as that costs what the history costs. */
static bool diff_adds_up(const prm__diff *diff, const prm__partner *partner, prm__balance posts)
{
    prm__balance before = prm__balance_of(diff->before, diff->before_count);
    prm__balance after = prm__balance_of(diff->after, diff->after_count);
    prm__balance posted = {partner->rows, partner->posted};
    if (PRM_NEVER(!prm__balance_equal(prm__balance_plus(before, posts), after)))
        return false; /* LCOV_EXCL_LINE a defect */
    if (partner->kept > 0 && !PRM_CHECK_LEDGER)
        return true;
    if (partner->kept > 0)
        before = prm__balance_plus(before, prm__balance_of(diff->after - partner->kept, partner->kept));
    return prm__balance_equal(before, posted);
}

/* The differences of one partner, added to *total. */
static prm_status diff_partner(prm_engine *engine, uint32_t index, prm__balance *total)
{
    prm__partner *partner = prm__engine_partner(engine, index);
    if (!prm__engine_outcomes_changed(partner))
        return PRM_OK;
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    prm__diff diff = {.engine = engine,
                      .partner = index,
                      .before = prm__list_data(&engine->pool, &partner->stash),
                      .after = outcomes ? outcomes + partner->kept : NULL,
                      .before_count = partner->stash.count,
                      .after_count = partner->outcomes.count - partner->kept};
    prm__balance posts = {0, 0};
    size_t first = engine->posts.count;
    PRM_TRY(diff_all(&diff));
    for (size_t i = first; i < engine->posts.count; i++) {
        const prm__order_item *item = prm__vec_at(&engine->posts, i);
        prm__balance_add(&posts, item->outcome, item->op == PRM_GRANT ? 1 : -1);
    }
    if (PRM_NEVER(!diff_adds_up(&diff, partner, posts)))
        return PRM_E_INTERNAL;
    partner->rows_after = partner->rows + (uint32_t)posts.rows;
    partner->posted_after = partner->posted + posts.sum;
    *total = prm__balance_plus(*total, posts);
    return PRM_OK;
}

/* Writes the postings of `op` in the order of the ledger to place *end of the journal, where
 * there is room for them; takes them off *total. */
static prm_status diff_order(prm_engine *engine, uint32_t op, size_t *end, prm__balance *total)
{
    PRM_TRY(prm__order_sort(engine, &engine->posts, op, &engine->sorting));
    const prm__order_item *const *sorted = (const prm__order_item *const *)engine->sorting.data;
    for (size_t i = 0; i < engine->sorting.count; i++) {
        prm__posting *posting = prm__vec_at(&engine->journal, *end + i);
        posting->outcome = *sorted[i]->outcome;
        posting->partner = sorted[i]->partner;
        posting->op = op;
        prm__balance_add(total, &posting->outcome, op == PRM_GRANT ? -1 : 1);
    }
    *end += engine->sorting.count;
    return PRM_OK;
}

prm_status prm__diff_collect(prm_engine *engine)
{
    prm__balance total = {0, 0};
    engine->posts.count = 0;
    for (size_t i = 0; i < engine->touched.count; i++)
        PRM_TRY(diff_partner(engine, PRM_VEC(engine->touched, prm__touched)[i].partner, &total));
    size_t end = engine->journal.count;
    PRM_TRY(prm__vec_reserve(&engine->journal, engine->posts.count));
    PRM_TRY(diff_order(engine, PRM_REVERSE, &end, &total));
    PRM_TRY(diff_order(engine, PRM_GRANT, &end, &total));
    return PRM_NEVER(total.rows != 0 || total.sum != 0) ? PRM_E_INTERNAL : PRM_OK;
}
