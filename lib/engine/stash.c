#include "engine/stash.h"
#include "engine/checkpoint.h"
#include <string.h>

prm_status prm__stash_keep(prm_engine *engine, prm__partner *partner, uint32_t index)
{
    if (index >= partner->kept)
        return PRM_OK;
    uint32_t more = partner->kept - index;
    PRM_TRY(prm__list_reserve(&engine->pool, &partner->stash, sizeof(prm__outcome), more));
    prm__outcome *stash = prm__list_data(&engine->pool, &partner->stash);
    const prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
    memmove(stash + more, stash, partner->stash.count * sizeof *stash);
    memcpy(stash, outcomes + index, more * sizeof *stash);
    partner->stash.count += more;
    partner->kept = index;
    return PRM_OK;
}

prm_status prm__stash_from(prm_engine *engine, prm__partner *partner, uint32_t index)
{
    PRM_TRY(prm__checkpoint_edit(engine, partner, index));
    return prm__stash_keep(engine, partner, index);
}

prm__outcome *prm__stash_open(prm_engine *engine, uint32_t index, uint32_t place)
{
    if (prm__engine_touch(engine, index, PRM_NO_INDEX) != PRM_OK)
        return NULL;
    prm__partner *partner = prm__engine_partner(engine, index);
    if (prm__stash_keep(engine, partner, place) != PRM_OK)
        return NULL;
    return (prm__outcome *)prm__list_data(&engine->pool, &partner->outcomes) + place;
}

void prm__stash_restore(prm_engine *engine, prm__partner *partner)
{
    uint32_t former = partner->kept + partner->stash.count;
    if (partner->flags & PRM_PARTNER_STASHED) {
        prm__list_clear(&engine->pool, &partner->outcomes);
        partner->outcomes = partner->stash;
        partner->stash = (prm__list){0, 0, 0};
        partner->flags &= ~(uint32_t)PRM_PARTNER_STASHED;
    } else {
        prm__outcome *outcomes = prm__list_data(&engine->pool, &partner->outcomes);
        const prm__outcome *stash = prm__list_data(&engine->pool, &partner->stash);
        if (partner->stash.count)
            memcpy(outcomes + partner->kept, stash, partner->stash.count * sizeof *stash);
        prm__list_clear(&engine->pool, &partner->stash);
    }
    partner->outcomes.count = former;
    partner->kept = former;
}

void prm__stash_all(prm_engine *engine, prm__partner *partner)
{
    prm__stash_restore(engine, partner);
    partner->stash = partner->outcomes;
    partner->outcomes = (prm__list){0, 0, 0};
    partner->kept = 0;
    partner->flags |= PRM_PARTNER_STASHED;
}
