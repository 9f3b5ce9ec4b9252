/* From civil times to instants, in the program's time zone. */
#ifndef TOOLS_INSTANT_H
#define TOOLS_INSTANT_H

#include "strptime.h"

/* The instant, in ms UTC, of `time` read by `pattern`. Without a zone it is local
 * to the program's; a date alone is its first instant there. Returns 0 with a
 * reason when it is no time that the library takes. */
int instant_of(const time_pattern *pattern, const civil_time *time, const prm_program *program, int64_t *out,
               char *reason, size_t capacity);

#endif
