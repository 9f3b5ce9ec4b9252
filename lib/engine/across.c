#include "engine/across.h"
#include "base/sort.h"
#include "engine/ask.h"
#include "engine/budget.h"
#include "engine/condition.h"
#include "engine/stash.h"
#include <string.h>

/* A candidate with its partner, while one contest is decided. */
typedef struct across_entry {
    const prm__candidate *candidate;
    uint32_t partner;
    uint32_t reserved;
} across_entry;

prm_status prm__across_init(prm_engine *engine)
{
    prm__vec_init(&engine->contests_dirty, &engine->alloc, sizeof(prm__contest));
    prm__vec_init(&engine->candidates, &engine->alloc, sizeof(across_entry));
    return prm__budget_init(engine);
}

void prm__across_free(prm_engine *engine)
{
    prm__vec_free(&engine->contests_dirty);
    prm__vec_free(&engine->candidates);
    prm__budget_free(engine);
}

void prm__across_begin(prm_engine *engine)
{
    engine->contests_dirty.count = 0;
    prm__budget_begin(engine);
}

/* ---- What folds leave ---- */

/* The contest is to be decided in this call. */
static prm_status across_dirty(prm_engine *engine, uint32_t rule, int64_t close)
{
    prm__vec *dirty = &engine->contests_dirty;
    size_t low = 0, high = dirty->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const prm__contest *there = prm__vec_at(dirty, middle);
        if (there->close < close || (there->close == close && there->rule < rule))
            low = middle + 1;
        else
            high = middle;
    }
    const prm__contest *known = low < dirty->count ? prm__vec_at(dirty, low) : NULL;
    if (known && known->close == close && known->rule == rule)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(dirty, 1));
    prm__contest *at = PRM_VEC(*dirty, prm__contest) + low;
    memmove(at + 1, at, (dirty->count - low) * sizeof *at);
    *at = (prm__contest){close, rule, 0};
    dirty->count++;
    return PRM_OK;
}

/* The outcomes of every place, of which at most one place's will count. */
static prm_status across_fire(const prm__firing *firing, const prm__p_rule *rule, uint32_t first)
{
    prm_engine *engine = firing->asking->engine;
    const prm_program *program = engine->program;
    for (uint32_t i = 0; i < rule->tier_count; i++) {
        prm__p_block block = program->tiers[rule->first_tier + i].then;
        for (uint32_t j = 0; j < block.action_count; j++)
            PRM_TRY(prm__fire_action(firing, block.first_action + j));
    }
    const prm__partner *partner = prm__engine_partner(engine, firing->asking->partner);
    prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    for (uint32_t i = first; i < partner->outcomes.count; i++) {
        outcomes[i].more.claim.latent = outcomes[i].kind;
        outcomes[i].kind = PRM_OUTCOME_NONE;
    }
    return PRM_OK;
}

/* A row of windows without one has no event that counts, whatever was counted in windows before. */
static bool across_is_idle(const prm_engine *engine, const prm__p_rule *rule, prm__fraction number)
{
    uint32_t measure = engine->program->conditions[rule->single].measure;
    return measure != PRM_NO_INDEX && engine->program->measures[measure].kind == PRM_MEASURE_STREAK &&
           prm__eval_fraction(number).number == 0;
}

prm_status prm__across_enter(const prm__asking *asking, uint32_t rule_index)
{
    prm_engine *engine = asking->engine;
    const prm__p_rule *rule = &engine->program->rules[rule_index];
    prm__partner *partner = prm__engine_partner(engine, asking->partner);
    prm__candidate entry;
    memset(&entry, 0, sizeof entry);
    entry.number = prm__condition_number(asking, &engine->program->conditions[rule->single]);
    if (entry.number.none || across_is_idle(engine, rule, entry.number) || !prm__ask_eligible(asking, rule))
        return PRM_OK;
    entry.rule = rule_index;
    entry.close = asking->place.time;
    entry.first_outcome = partner->outcomes.count;
    prm__firing firing = {.asking = asking,
                          .rule = rule_index,
                          .subject = engine->at_subjects[rule->subject],
                          .value = prm__eval_fraction(entry.number)};
    PRM_TRY(across_fire(&firing, rule, entry.first_outcome));
    entry.outcome_count = partner->outcomes.count - entry.first_outcome;
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->contests, sizeof entry, 1));
    prm__candidate *entries = prm__list_data(&engine->pool, &partner->contests);
    entries[partner->contests.count++] = entry;
    return across_dirty(engine, rule_index, entry.close);
}

prm_status prm__across_return(prm_engine *engine, prm__partner *partner, uint32_t count)
{
    const prm__candidate *entries = prm__list_data(&engine->pool, &partner->contests);
    for (uint32_t i = count; i < partner->contests.count; i++)
        PRM_TRY(across_dirty(engine, entries[i].rule, entries[i].close));
    partner->contests.count = count;
    if (partner->stash.count || engine->budget_claims.count)
        prm__budget_all_again(engine);
    return PRM_OK;
}

/* ---- Contests ---- */

/* The partner's first entry at that close or later. */
static uint32_t across_first(const prm__candidate *entries, uint32_t count, int64_t close)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (entries[middle].close < close)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static prm_status across_collect(prm_engine *engine, prm__contest contest)
{
    engine->candidates.count = 0;
    for (uint32_t i = 0; i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__candidate *entries = prm__list_data(&engine->pool, &partner->contests);
        uint32_t count = partner->contests.count;
        for (uint32_t j = across_first(entries, count, contest.close);
             j < count && entries[j].close == contest.close; j++) {
            across_entry entry = {&entries[j], i, 0};
            if (entries[j].rule == contest.rule)
                PRM_TRY(prm__vec_append(&engine->candidates, &entry, 1));
        }
    }
    engine->sorting.count = 0;
    return prm__vec_reserve(&engine->sorting, engine->candidates.count * 2);
}

/* The higher number first. */
static int across_compare(const void *a, const void *b, const void *context)
{
    (void)context;
    const prm__fraction *left = &((const across_entry *)a)->candidate->number;
    const prm__fraction *right = &((const across_entry *)b)->candidate->number;
    return prm__decimal_compare_fractions(right->number, right->divisor, left->number, left->divisor);
}

/* Gives an entry its place, counted from 1; beyond the last place it has none. */
static prm_status across_place(prm_engine *engine, const across_entry *entry, uint64_t place)
{
    const prm__p_rule *rule = &engine->program->rules[entry->candidate->rule];
    uint32_t first = entry->candidate->first_outcome, end = first + entry->candidate->outcome_count;
    for (uint32_t i = first; i < end; i++) {
        const prm__partner *partner = prm__engine_partner(engine, entry->partner);
        const prm__outcome *outcome =
            (const prm__outcome *)prm__list_data(&engine->pool, &partner->outcomes) + i;
        bool has = engine->program->actions[rule->first_action + outcome->action].number == place;
        uint8_t kind = has ? (uint8_t)outcome->more.claim.latent : PRM_OUTCOME_NONE;
        if (outcome->kind == kind)
            continue;
        prm__outcome *open = prm__stash_open(engine, entry->partner, i);
        if (!open)
            return PRM_E_MEMORY;
        open->kind = kind;
        if (rule->budget != INT64_MAX)
            prm__budget_again(engine, entry->candidate->rule);
    }
    return PRM_OK;
}

static prm_status across_contest(prm_engine *engine, prm__contest contest)
{
    PRM_TRY(across_collect(engine, contest));
    size_t count = engine->candidates.count;
    const void **sorted = engine->sorting.data;
    for (size_t i = 0; i < count; i++)
        sorted[i] = prm__vec_at(&engine->candidates, i);
    if (count > 1)
        prm__sort_pointers(sorted, sorted + count, count, across_compare, engine);
    uint64_t place = 1;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && across_compare(sorted[i - 1], sorted[i], engine) != 0)
            place = i + 1;
        PRM_TRY(across_place(engine, sorted[i], place));
    }
    return PRM_OK;
}

/* ---- The whole ---- */

void prm__across_fail(prm_engine *engine)
{
    engine->contests_lost = 1;
    prm__budget_all_again(engine);
}

/* Every contest that anybody takes part in. */
static prm_status across_dirty_all(prm_engine *engine)
{
    for (uint32_t i = 0; engine->contests_lost && i < engine->partners.count; i++) {
        const prm__partner *partner = prm__engine_partner(engine, i);
        const prm__candidate *entries = prm__list_data(&engine->pool, &partner->contests);
        for (uint32_t j = 0; j < partner->contests.count; j++)
            PRM_TRY(across_dirty(engine, entries[j].rule, entries[j].close));
    }
    return PRM_OK;
}

prm_status prm__across_settle(prm_engine *engine)
{
    PRM_TRY(across_dirty_all(engine));
    for (size_t i = 0; i < engine->contests_dirty.count; i++)
        PRM_TRY(across_contest(engine, PRM_VEC(engine->contests_dirty, prm__contest)[i]));
    PRM_TRY(prm__budget_settle(engine));
    engine->contests_lost = 0;
    return PRM_OK;
}
