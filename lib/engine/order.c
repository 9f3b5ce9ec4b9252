#include "engine/order.h"
#include "base/sort.h"
#include "engine/subject.h"

static int order_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

uint32_t prm__order_key(const prm_engine *engine, const prm__outcome *outcome, uint32_t name)
{
    if (outcome->by_event) {
        prm__view view;
        prm__engine_view(engine, outcome->event, &view);
        uint32_t key = prm__engine_view_text(engine, &view, name);
        return key == engine->empty_key ? 0 : key;
    }
    const prm__subject *subject = prm__subject_at(engine, outcome->subject);
    const prm__p_kind *kind = &engine->program->kinds[subject->kind];
    for (uint32_t i = 0; i < kind->key_count; i++)
        if (kind->keys[i] == name)
            return subject->keys[i];
    return 0;
}

static int order_names(const prm_engine *engine, const prm__order_item *a, const prm__order_item *b)
{
    static const uint32_t names[] = {PRM_NAME_REP, PRM_NAME_CUSTOMER, PRM_NAME_PRODUCT};
    if (a->partner != b->partner)
        return prm__bytes_compare(prm__engine_text(engine, prm__engine_partner(engine, a->partner)->key),
                                  prm__engine_text(engine, prm__engine_partner(engine, b->partner)->key));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        uint32_t left = prm__order_key(engine, a->outcome, names[i]);
        uint32_t right = prm__order_key(engine, b->outcome, names[i]);
        if (left != right)
            return prm__bytes_compare(prm__engine_text(engine, left), prm__engine_text(engine, right));
    }
    return 0;
}

/* Subjects that differ only in keys that are no columns of the ledger. */
static int order_other_keys(const prm_engine *engine, const prm__outcome *a, const prm__outcome *b)
{
    if (a->by_event || a->subject == b->subject)
        return 0;
    const prm__subject *left = prm__subject_at(engine, a->subject),
                       *right = prm__subject_at(engine, b->subject);
    for (uint32_t i = 0; i < PRM_KIND_KEYS; i++)
        if (left->keys[i] != right->keys[i])
            return prm__bytes_compare(prm__engine_text(engine, left->keys[i]),
                                      prm__engine_text(engine, right->keys[i]));
    return 0; /* LCOV_EXCL_LINE two subjects of one rule differ in a key */
}

/* Ranks come before the rules, commission and overrides after them. */
static int64_t order_rule(const prm__outcome *outcome)
{
    return outcome->rule == PRM_RULE_RANKS ? -1 : (int64_t)outcome->rule;
}

/* Clock points come before events. */
static int order_events(const prm_engine *engine, uint32_t a, uint32_t b)
{
    if (a == PRM_NONE || b == PRM_NONE)
        return a == PRM_NONE ? -1 : 1;
    return prm__engine_compare_events(engine, a, b);
}

/* Of the same instant. */
static int order_at_once(const prm_engine *engine, const prm__order_item *left, const prm__order_item *right)
{
    const prm__outcome *x = left->outcome, *y = right->outcome;
    int order = 0;
    if (x->event != y->event)
        order = order_events(engine, x->event, y->event);
    if (!order)
        order = order_numbers(order_rule(x), order_rule(y));
    if (!order)
        order = order_names(engine, left, right);
    if (!order)
        order = order_other_keys(engine, x, y);
    if (!order)
        order = order_numbers(x->occasion, y->occasion);
    if (!order)
        order = order_numbers(x->ordinal, y->ordinal);
    return order ? order : order_numbers(x->action, y->action);
}

int prm__order_compare(const void *a, const void *b, const void *engine)
{
    const prm__order_item *left = a, *right = b;
    return left->at == right->at ? order_at_once(engine, left, right) : left->at < right->at ? -1 : 1;
}

prm_status prm__order_sort(const prm_engine *engine, const prm__vec *items, uint32_t op, prm__vec *pointers)
{
    pointers->count = 0;
    if (items->count == 0)
        return PRM_OK;
    PRM_TRY(prm__vec_reserve(pointers, items->count * 2));
    const prm__order_item *all = items->data;
    const void **list = pointers->data;
    size_t count = 0;
    for (size_t i = 0; i < items->count; i++)
        if (all[i].op == op)
            list[count++] = &all[i];
    prm__sort_pointers(list, list + count, count, prm__order_compare, engine);
    pointers->count = count;
    return PRM_OK;
}
