/* intake: from the host's events to records. Everything about one event is checked
 * here, before anything changes: its id, type, time, and every field against the
 * type's declaration. */
#ifndef PRM_ENGINE_INTAKE_H
#define PRM_ENGINE_INTAKE_H

#include "engine/warm.h"

/* Checks and converts `event`, whose hashes were worked out ahead, into the room at
 * the top of the store, and fetches the partner and subjects that its texts lead to. The answer is PRM_ACCEPTED with *size set to the record's
 * bytes, or PRM_IGNORED or PRM_REJECTED. PRM_E_MEMORY leaves everything as it was
 * but for new texts. */
PRM_MUST_USE prm_status prm__intake_read(prm_engine *engine, const prm_event *event, prm__warm *warm,
                                         prm_answer *answer, size_t *size);

/* Whether a slot that is present stands for "no value any more": an attribute given
 * as an empty text. */
bool prm__intake_is_cleared(const prm_engine *engine, const prm__view *view, uint32_t slot,
                            uint32_t field_type);

/* The event type that an event names, or PRM_NO_INDEX. */
uint32_t prm__intake_type(const prm_engine *engine, const prm_event *event);

/* The field name that a field names, or PRM_NO_INDEX. */
uint32_t prm__intake_name(const prm_engine *engine, const prm_field *field);

#endif
