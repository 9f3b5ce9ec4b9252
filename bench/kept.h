/* kept: what a C programmer would add by hand for two of the promises: no event counts twice, and every event
 * stays, in its partner's history. Late ones would be folded again from there; none comes late here. */
#ifndef PRM_BENCH_KEPT_H
#define PRM_BENCH_KEPT_H

#include <prm/prm.h>
#include <stdbool.h>

typedef struct kept kept;

/* An event's names, as numbers from 0. */
typedef struct kept_names {
    uint32_t partner;
    uint32_t rep;
    uint32_t customer;
    uint32_t product;
} kept_names;

/* With histories for so many partners. */
kept *kept_new(uint32_t partners);
void kept_free(kept *all); /* or NULL */

/* Keeps an event; *is_new is false when its id is known. False when memory ran out. */
bool kept_take(kept *all, const prm_event *event, const kept_names *names, bool *is_new);

#endif
