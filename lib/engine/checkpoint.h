/* checkpoint: places of a partner's time line that its fold can go back to. A fold of a
 * long history leaves behind what it knew there (subjects, roster, agenda) as bytes, and from then
 * on a log of the outcomes before that place which change later. Whatever arrives
 * late is then folded from the last checkpoint before it, and not from the start.
 *
 * Checkpoints lie the closer together the later they are: going back by any distance folds
 * again about twice that distance at the most. They are no part of what an engine says: without
 * them every result is the same.
 *
 * The first one may be the partner's base: where settled time ends, and the history before is gone. Then it
 * stands for the start of the line. */
#ifndef PRM_ENGINE_CHECKPOINT_H
#define PRM_ENGINE_CHECKPOINT_H

#include "engine/engine.h"

/* Entries from one checkpoint to the next, at the least. */
#ifdef PRM_EAGER
#define PRM_CHECKPOINT_EVENTS 2U
#else
#define PRM_CHECKPOINT_EVENTS 1024U
#endif

void prm__checkpoint_init(prm_engine *engine);
void prm__checkpoint_free(prm_engine *engine);

/* Whether it is time for one, now that a fold has come from entry `before` to `folded`. */
static inline bool prm__checkpoint_due(uint32_t before, uint32_t folded)
{
    return before / PRM_CHECKPOINT_EVENTS != folded / PRM_CHECKPOINT_EVENTS;
}

/* Leaves a checkpoint where the fold stands, between two entries, unless what it knows is too much
 * for the little way since the last one. Nothing may be left to be rated again. */
PRM_MUST_USE prm_status prm__checkpoint_take(prm_engine *engine, uint32_t partner);

/* Takes a partner back to its last checkpoint at or before entry `place` from which the entries can be
 * folded on; *found is false, and nothing has changed, when there is none. Outcomes that
 * are dropped or differ from then are kept in the stash. PRM_E_MEMORY leaves the partner half-way. */
PRM_MUST_USE prm_status prm__checkpoint_return(prm_engine *engine, uint32_t partner, uint32_t place,
                                               bool *found);

/* What is left of a partner's settled time besides what the fold knew at its end. */
typedef struct prm__base {
    uint32_t outcomes;  /* how many there are */
    uint32_t first;     /* handle of the first of its closed events, in order, */
    uint32_t events;    /* and how many follow each other */
    uint32_t unmatched; /* of these, voids and reductions that match nothing */
    uint32_t parent;    /* text key of the parent that its own events name last; 0: none */
    uint32_t left;      /* 1: it has left */
} prm__base;

/* When somebody was last active in settled time. */
typedef struct prm__base_last {
    uint32_t rep; /* text key; 0: the partner itself */
    uint32_t reserved;
    int64_t time;
} prm__base_last;

/* Those of a base, of prm__base_last. */
const prm__vec *prm__checkpoint_lasts(const prm_engine *engine, const prm__partner *partner);

/* The partner's base; NULL when its history is whole. */
const prm__base *prm__checkpoint_base(const prm_engine *engine, const prm__partner *partner);

/* Makes the place where a partner stands, which has no history, nothing to rate again and no checkpoints, its
 * base. `base->outcomes` are all that it has; `lasts` are copied. */
PRM_MUST_USE prm_status prm__checkpoint_settle(prm_engine *engine, uint32_t partner, const prm__base *base,
                                               const prm__vec *lasts);

/* Takes a partner back to its base, whatever its other checkpoints say. PRM_E_MEMORY leaves it half-way. */
PRM_MUST_USE prm_status prm__checkpoint_restart(prm_engine *engine, uint32_t partner);

/* An outcome of settled time as it was at the base: later ones may have changed it. */
const prm__outcome *prm__checkpoint_outcome(const prm_engine *engine, const prm__partner *partner,
                                            uint32_t index);

/* ---- What the fold knows, as bytes for this engine alone ---- */

/* The partner; then come the text keys of its roster, the agenda, and the subjects that hold anything. */
typedef struct prm__checkpoint_head {
    int64_t last_time;
    int64_t asked_at;
    int64_t clocked;
    int64_t boundary;
    uint32_t referrer;
    uint32_t parent;
    uint32_t flags;
    uint32_t roster;
    uint32_t agenda;
    uint32_t subjects;
} prm__checkpoint_head;

/* Each with its record, and then what its measures hold besides. */
typedef struct prm__checkpoint_subject {
    uint32_t handle;
    uint32_t rates;
    uint32_t flags;
} prm__checkpoint_subject;

/* The bytes of what the fold knows now, into a vec of char. */
PRM_MUST_USE prm_status prm__checkpoint_now(const prm_engine *engine, const prm__partner *partner,
                                            prm__vec *bytes);

/* The bytes of a partner's base. */
prm_text prm__checkpoint_base_bytes(const prm_engine *engine, const prm__partner *partner);

/* Forgets a partner's checkpoints: it is folded from the start. */
void prm__checkpoint_drop(prm_engine *engine, prm__partner *partner);

/* Outcome `index` of a partner is about to change. */
PRM_MUST_USE prm_status prm__checkpoint_edit(prm_engine *engine, const prm__partner *partner, uint32_t index);

/* Whether the entry at `place` cannot follow on a fold that has passed the clock point `clocked`, and
 * counted or asked a lifecycle event at `asked_at`: it belongs before. */
bool prm__checkpoint_overtaken(const prm_engine *engine, const prm__partner *partner, uint32_t place,
                               int64_t clocked, int64_t asked_at);

#endif
