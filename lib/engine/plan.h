/* plan: what an event of a type has to do with, worked out once per engine from the program's
 * rows, so that the fold goes through short lists of what concerns it. */
#ifndef PRM_ENGINE_PLAN_H
#define PRM_ENGINE_PLAN_H

#include "engine/branch.h"

#define PRM_PLAN_FORKS 4 /* slots of a type by whose texts its events branch, at the most */

#define PRM_WARM_KINDS 8 /* of this many kinds of subjects, the first ones, those of events are found ahead */

/* A kind of subjects, not the partner's own, of which events of the type have one. */
typedef struct prm__aim {
    uint32_t kind;
    uint32_t link; /* PRM_LINK_... of the kind */
} prm__aim;

/* A measure that counts events of the type. */
typedef struct prm__take {
    const prm__measure_def *def;
    uint32_t measure;
    uint32_t kind; /* of its subjects */
    uint32_t link; /* PRM_LINK_... of the kind */
    uint32_t at;   /* of its prm__measure_state, in bytes from the subject */
    uint32_t filter;
    uint32_t active;
    uint32_t window;
    uint32_t period;     /* of the window: prm__period */
    uint32_t slot;       /* of its field, or PRM_NO_INDEX */
    uint32_t field_type; /* of that */
    uint8_t streak;      /* 1: it follows another measure */
    uint8_t anchored;    /* 1: the window has an anchor */
    uint8_t rolling;     /* 1: events leave the window again */
} prm__take;

/* A rule that events of the type may fire. */
typedef struct prm__listener {
    const prm__measure_def *def; /* of `measure` */
    uint32_t rule;
    uint32_t kind;    /* of its subjects */
    uint32_t link;    /* PRM_LINK_... of the kind */
    uint32_t each;    /* 1: by `each` */
    uint32_t measure; /* the only one it looks at, for the same subject; else PRM_NO_INDEX */
    uint32_t at;      /* of the measure's own state, in bytes from the subject */
    uint64_t least;   /* as long as that measure's whole value is less, the rule does not fire */
} prm__listener;

/* Where events of the type keep the text of a field. */
typedef struct prm__text_field {
    uint64_t slot; /* as a mask of one bit; 0: the type has no such text */
    uint16_t at;   /* byte offset in the record; 0: the partner, which stands in the head */
    uint8_t kind;  /* of the subjects whose only key it is; or PRM_NO_KIND */
} prm__text_field;

typedef struct prm__plan {
    uint32_t first_text; /* into engine->text_fields: by field name */
    uint32_t text_count; /* 0 where the table of all types would be too large */
    uint32_t found;      /* of its aims, the kinds that may be found by notes or keys ahead, as a mask */
    uint32_t more_aims;  /* 1: there are others */
    uint32_t first_aim;  /* into engine->aims, ascending by kind */
    uint32_t aim_count;
    uint32_t first_take; /* into engine->plan_takes, ascending by measure: those of no branch */
    uint32_t take_count;
    uint32_t base_slot;      /* of a number that commission is of; or PRM_NO_INDEX: an expression says it */
    uint32_t first_listener; /* into engine->listeners, in the order of the file: those of no branch */
    uint32_t listener_count;
    uint32_t fork_count; /* slots whose text leads to a branch, with more of both */
    uint8_t forks[PRM_PLAN_FORKS];
} prm__plan;

/* Fills in engine->plans. PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__plan_init(prm_engine *engine);

/* The branch that the event takes at fork `fork`; NULL when nothing is there for its text. */
static inline const prm__branch *prm__plan_branch(const prm_engine *engine, const prm__plan *plan,
                                                  const prm__view *view, uint32_t fork)
{
    uint32_t slot = plan->forks[fork];
    prm__branch_key at = {slot, prm__event_narrow(view->event, view->layout->at[slot])};
    return prm__branch_find(engine, view->type, at);
}

static inline const prm__aim *prm__plan_aims(const prm_engine *engine, const prm__plan *plan)
{
    return PRM_VEC(engine->aims, prm__aim) + plan->first_aim;
}

static inline const prm__text_field *prm__plan_texts(const prm_engine *engine, const prm__plan *plan)
{
    return PRM_VEC(engine->text_fields, prm__text_field) + plan->first_text;
}

static inline const prm__take *prm__plan_takes(const prm_engine *engine, uint32_t first)
{
    return PRM_VEC(engine->plan_takes, prm__take) + first;
}

static inline const prm__listener *prm__plan_listeners(const prm_engine *engine, uint32_t first)
{
    return PRM_VEC(engine->listeners, prm__listener) + first;
}

#endif
