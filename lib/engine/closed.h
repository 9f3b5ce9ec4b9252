/* closed: what is left of an event once its time is settled and its history freed: a record in the store
 * like others, by which news of it is recognised. It has the id and the head; a hash of the content, to
 * tell a duplicate from a conflict; the texts by which other types void or reduce it; and where an outcome
 * names it, the texts that the outcome's row shows of it. */
#ifndef PRM_ENGINE_CLOSED_H
#define PRM_ENGINE_CLOSED_H

#include "engine/engine.h"

#define PRM_CLOSED_FORMS 3U /* of layouts: whole, brief, named */

/* A closed event as it is handed in. */
typedef struct prm__closed {
    prm_text id;
    int64_t time;
    uint64_t content;
    uint32_t partner; /* index, or PRM_NONE */
    uint32_t type;
    uint32_t marks;                   /* PRM_EVENT_BRIEF or PRM_EVENT_NAMED, and how it died */
    uint32_t texts[PRM_LIMIT_FIELDS]; /* keys by slot; 0: none */
} prm__closed;

/* Works out the layouts of the closed forms, once those of whole events are known. */
void prm__closed_layouts(prm_engine *engine);

/* The slots that events of `type` keep in the form that `marks` say, as a mask: all are texts. */
uint64_t prm__closed_slots(const prm_engine *engine, uint32_t type, uint32_t marks);

/* The hash of an event's content (whole or closed), by the bytes of its texts: the same in every engine. */
uint64_t prm__closed_content(const prm_engine *engine, const prm__event *event);

/* The closed event after the one of `handle`, where there is one. */
uint32_t prm__closed_next(const prm_engine *engine, uint32_t handle);

/* Adds a closed event, in no history; PRM_E_STATE when its id is known. */
PRM_MUST_USE prm_status prm__closed_add(prm_engine *engine, const prm__closed *closed, uint32_t *handle);

#endif
