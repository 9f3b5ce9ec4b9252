/* link: what one partner's fold may ask about another: whether it has left, and
 * who stands above it. Answered from that partner's own partner.* events by time,
 * so the order in which partners are folded does not matter; who asked is noted,
 * and folded again when the answer may have changed. */
#ifndef PRM_ENGINE_LINK_H
#define PRM_ENGINE_LINK_H

#include "engine/engine.h"

typedef struct prm__link {
    uint32_t target;  /* text key of the partner asked about */
    uint32_t partner; /* index of the one that asked */
    uint32_t next;    /* index + 1 of the next link to the same target */
} prm__link;

void prm__link_init(prm_engine *engine);
void prm__link_free(prm_engine *engine);

/* Notes that `partner` asked about the partner named by text key `target`. */
PRM_MUST_USE prm_status prm__link_note(prm_engine *engine, uint32_t partner, uint32_t target);

/* Whether the partner of text key `key` has left at `time`. */
bool prm__link_has_left(const prm_engine *engine, uint32_t key, int64_t time);

/* The text key of the parent of the partner of text key `key` at `time`, 0 for none. */
uint32_t prm__link_parent(const prm_engine *engine, uint32_t key, int64_t time);

/* Touches all who asked about the partner of text key `key` and have folded
 * anything at `time` or later, or have passed a clock point there. */
PRM_MUST_USE prm_status prm__link_changed(prm_engine *engine, uint32_t key, int64_t time);

/* Adds a partner.* event to the list of its partner, in its place. */
PRM_MUST_USE prm_status prm__link_add(prm_engine *engine, prm__partner *partner, uint32_t event);

#endif
