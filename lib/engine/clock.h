/* clock: what happens in a partner's time line without an event: windows close, spans run
 * out, reminders fall due, conditions change as time passes, ranks are reviewed. Calendar
 * boundaries are known without noting them; every other instant is put on the partner's
 * agenda when it becomes known. */
#ifndef PRM_ENGINE_CLOCK_H
#define PRM_ENGINE_CLOCK_H

#include "engine/step.h"

/* Works out, once per engine, which rules and periods look at the clock. */
PRM_MUST_USE prm_status prm__clock_init(prm_engine *engine);
void prm__clock_free(prm_engine *engine);

/* The partner's first event: from now on calendar windows close for it. */
PRM_MUST_USE prm_status prm__clock_begin(prm_engine *engine, uint32_t partner, int64_t time);

/* The partner's next clock point; INT64_MAX: none. */
int64_t prm__clock_next(const prm_engine *engine, const prm__partner *partner);

/* All that happens at that instant, before its events. */
PRM_MUST_USE prm_status prm__clock_run(prm_engine *engine, uint32_t partner, int64_t time);

/* The event has set the anchor in row `anchor`: what ends or falls due from there is noted, and
 * a reminder that is due before its span begins comes at once. */
PRM_MUST_USE prm_status prm__clock_anchored(prm__step *step, const prm__p_anchor *anchor);
PRM_MUST_USE prm_status prm__clock_remind_now(prm__step *step);

/* Notes when the first of the oldest events leaves a rolling window of a `while` rule's measures: the
 * rule is asked then, and notes the next. */
PRM_MUST_USE prm_status prm__clock_expect_rolling(const prm__asking *asking, uint32_t rule, uint32_t subject);

#endif
