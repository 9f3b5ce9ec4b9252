#include "state/roll.h"
#include "base/sort.h"

static int roll_compare_partners(const void *a, const void *b, const void *context)
{
    const prm__partner *left = a, *right = b;
    return prm__bytes_compare(prm__engine_text(context, left->key), prm__engine_text(context, right->key));
}

static int roll_compare_voids(const void *a, const void *b, const void *context)
{
    return prm__engine_compare_events(context, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* Sorts the pointers of a vec that has room for as many again. */
static void roll_sort(prm__vec *pointers, prm__compare *compare, const prm_engine *engine)
{
    const void **items = pointers->data;
    if (pointers->count)
        prm__sort_pointers(items, items + pointers->count, pointers->count, compare, engine);
}

prm_status prm__roll_init(prm__roll *roll, prm_engine *engine)
{
    roll->engine = engine;
    prm__vec_init(&roll->partners, &engine->alloc, sizeof(void *));
    prm__vec_init(&roll->voids, &engine->alloc, sizeof(void *));
    PRM_TRY(prm__vec_reserve(&roll->partners, engine->partners.count * 2));
    PRM_TRY(prm__vec_reserve(&roll->voids, engine->void_events.count * 2));
    for (uint32_t i = 0; i < engine->partners.count; i++)
        *(const prm__partner **)prm__vec_push(&roll->partners) = prm__engine_partner(engine, i);
    for (size_t i = 0; i < engine->void_events.count; i++)
        *(const uint32_t **)prm__vec_push(&roll->voids) = prm__vec_at(&engine->void_events, i);
    roll_sort(&roll->partners, roll_compare_partners, engine);
    roll_sort(&roll->voids, roll_compare_voids, engine);
    return PRM_OK;
}

void prm__roll_free(prm__roll *roll)
{
    prm__vec_free(&roll->partners);
    prm__vec_free(&roll->voids);
}
