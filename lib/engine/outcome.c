#include "engine/outcome.h"
#include "base/hash.h"

bool prm__outcome_same_identity(const prm__outcome *a, const prm__outcome *b)
{
    if (a->rule != b->rule || a->action != b->action || a->ordinal != b->ordinal ||
        a->by_event != b->by_event)
        return false;
    if (a->by_event)
        return a->event == b->event;
    return a->subject == b->subject && a->occasion == b->occasion;
}

uint64_t prm__outcome_identity_hash(const prm__outcome *outcome)
{
    uint64_t what = (uint64_t)outcome->rule << 32 ^ (uint64_t)outcome->ordinal << 16 ^ outcome->action;
    if (outcome->by_event)
        return prm__hash_pair(what, outcome->event);
    return prm__hash_pair(prm__hash_pair(what, outcome->subject), (uint64_t)outcome->occasion);
}

bool prm__outcome_same_content(const prm__outcome *a, const prm__outcome *b)
{
    return a->kind == b->kind && a->to_partner == b->to_partner && a->to_rep == b->to_rep &&
           a->number == b->number && a->from == b->from && a->until == b->until;
}
