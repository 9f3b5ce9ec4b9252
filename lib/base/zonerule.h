/* zonerule: the rule that ends a TZif file, in POSIX TZ form ("EST5EDT,M3.2.0,M11.1.0"),
 * with the extensions of RFC 8536: hours of a change from -167 to 167. It says what
 * holds after the file's last transition, for ever. */
#ifndef PRM_BASE_ZONERULE_H
#define PRM_BASE_ZONERULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum prm__zoneday_form {
    PRM_ZONEDAY_JULIAN = 0,  /* Jn: day 1 to 365, February 29 is never counted */
    PRM_ZONEDAY_ORDINAL = 1, /* n: day 0 to 365, February 29 counts */
    PRM_ZONEDAY_WEEKDAY = 2  /* Mm.w.d: d-th weekday (0 Sunday) of week w (5: the last) of month m */
} prm__zoneday_form;

/* When a year's change comes, in the local time that holds until then. */
typedef struct prm__zonechange {
    prm__zoneday_form form;
    int32_t day; /* n or d */
    int32_t month, week;
    int64_t seconds; /* after that day's midnight; may be negative */
} prm__zonechange;

typedef struct prm__zonerule {
    int64_t standard; /* offsets in seconds east of UTC */
    int64_t daylight;
    bool has_daylight;
    prm__zonechange start; /* of daylight time, told in standard time */
    prm__zonechange end;   /* told in daylight time */
} prm__zonerule;

/* False when the text is no such rule. Daylight time without its two changes is none. */
bool prm__zonerule_read(const char *text, size_t size, prm__zonerule *rule);

/* The instants, in seconds UTC, of the two changes in `year`, of a rule with daylight time.
 * Neither needs to come first, and both may lie some days outside of the year. */
int64_t prm__zonerule_start(const prm__zonerule *rule, int32_t year);
int64_t prm__zonerule_end(const prm__zonerule *rule, int32_t year);

#endif
