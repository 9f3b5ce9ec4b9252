#include "instant.h"

/* What lies in the program's zone is the library's to read; only times that
 * bring their own zone, or count seconds, are put together here. */

#include <stdio.h>

#define INSTANT_LAST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static int instant_of_local(const civil_time *time, const prm_program *program, int has_time, int64_t *out,
                            char *reason, size_t capacity)
{
    char text[64];
    int date = snprintf(text, sizeof text, "%04d-%02d-%02d", time->year, time->month, time->day);
    int rest = snprintf(text + date, sizeof text - (size_t)date, "T%02d:%02d:%02d.%03d", time->hour,
                        time->minute, time->second, time->milliseconds);
    /* a pattern reads no impossible day or hour, so what the library refuses is out of range */
    prm_status status = has_time
                            ? prm_program_read_local_time(program, text, (size_t)(date + rest), out, NULL)
                            : prm_program_read_time(program, text, (size_t)date, out, NULL);
    if (status == PRM_OK)
        return 1;
    snprintf(reason, capacity, "the year is not between 1970 and 9999");
    return 0;
}

int instant_of(const time_pattern *pattern, const civil_time *time, const prm_program *program, int64_t *out,
               char *reason, size_t capacity)
{
    int64_t seconds = time->instant;
    if (!pattern->has_instant && !pattern->has_zone)
        return instant_of_local(time, program, pattern->has_time, out, reason, capacity);
    if (!pattern->has_instant)
        seconds = civil_days(time->year, time->month, time->day) * 86400 + (int64_t)time->hour * 3600 +
                  (int64_t)time->minute * 60 + time->second - time->zone_seconds;
    if (seconds < 0 || seconds > INSTANT_LAST) {
        snprintf(reason, capacity, "the year is not between 1970 and 9999");
        return 0;
    }
    *out = seconds * 1000 + time->milliseconds;
    return 1;
}
