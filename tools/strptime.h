/* Times in the shapes that exports have them, by a pattern: %Y year, %y its last
 * two digits (69-99 is 19.., else 20..), %m month, %d day, %j day of the year,
 * %b or %B month's English name, short or long, %H %I %p hour, %M minute,
 * %S second, %f fraction, %z zone (+0900, +09:00, Z), %s Unix seconds, %% a
 * percent sign; other characters stand for themselves. No locale has a say. */
#ifndef TOOLS_STRPTIME_H
#define TOOLS_STRPTIME_H

#include <stdint.h>

#include "memory.h"

typedef struct pattern_item {
    char conversion; /* 0: the literal */
    char literal;
    int fixed; /* it touches another number, so all its digits are needed */
} pattern_item;

typedef struct time_pattern {
    pattern_item *items;
    size_t count;
    int has_time;
    int has_zone;
    int has_instant; /* %s */
} time_pattern;

/* A time as written. Without `has_zone` it is the program's local time. */
typedef struct civil_time {
    int32_t year;
    int32_t month;
    int32_t day;
    int32_t hour;
    int32_t minute;
    int32_t second;
    int32_t milliseconds;
    int32_t zone_seconds; /* east of UTC */
    int64_t instant;      /* seconds, with %s */
} civil_time;

/* Reads the pattern `text` into *out, whose items live in `owner`; 0 with a
 * C string in `reason` when it is no pattern or does not make a date. */
int pattern_compile(time_pattern *out, prm_text text, arena *owner, char *reason, size_t capacity);

/* Reads `text`, all of it; 0 with a reason when it is not of this pattern. */
int pattern_read(const time_pattern *pattern, prm_text text, civil_time *out, char *reason, size_t capacity);

/* Days from 1970-01-01 to the date; proleptic Gregorian. */
int64_t civil_days(int64_t year, int64_t month, int64_t day);

#endif
