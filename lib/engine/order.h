/* order: the order of the ledger. By instant, event, rule, then by the names of
 * whom it is about; never by arrival or by the numbers that an engine gave. */
#ifndef PRM_ENGINE_ORDER_H
#define PRM_ENGINE_ORDER_H

#include "engine/engine.h"

/* An outcome with its partner, as compared and sorted; its instant, which mostly decides, stands
 * here too. */
typedef struct prm__order_item {
    const prm__outcome *outcome;
    int64_t at;
    uint32_t partner; /* index */
    uint32_t op;      /* PRM_GRANT or PRM_REVERSE */
} prm__order_item;

static inline prm__order_item prm__order_item_of(const prm__outcome *outcome, uint32_t partner, uint32_t op)
{
    return (prm__order_item){outcome, outcome->at, partner, op};
}

/* A prm__compare over two prm__order_item, with the engine as context. */
int prm__order_compare(const void *a, const void *b, const void *engine);

/* The text key of field `name` for an outcome: of its event when the event stands for
 * it, else of its subject; 0 when it has none. */
uint32_t prm__order_key(const prm_engine *engine, const prm__outcome *outcome, uint32_t name);

/* Sorts those of the prm__order_item elements of `items` (a vec) that have that `op`; `pointers`
 * receives them as sorted pointers. PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__order_sort(const prm_engine *engine, const prm__vec *items, uint32_t op,
                                        prm__vec *pointers);

#endif
