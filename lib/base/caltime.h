/* caltime: instants, civil dates, time zones and calendar windows, all by
 * integer arithmetic and without a wall clock. An instant is ms UTC. A date is a
 * count of days since 1970-01-01 (proleptic Gregorian). A zone is a table of
 * transitions, read once from a TZif file (RFC 8536) and carried along.
 *
 * A local day begins at the first instant whose local date is that day or
 * later, so a day that a zone skipped, or began twice, still has one beginning.
 *
 * Three files: caltime.c (dates, zones, durations, windows), timetext.c (reading
 * and writing), zonefile.c (TZif files). */
#ifndef PRM_BASE_CALTIME_H
#define PRM_BASE_CALTIME_H

#include "base/alloc.h"
#include "base/vec.h"

#define PRM_MS_PER_DAY INT64_C(86400000)
#define PRM_TIME_MIN INT64_C(0)               /* 1970-01-01T00:00:00Z */
#define PRM_TIME_MAX INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

/* From `at` (ms UTC) on, local time is UTC + `offset` ms. */
typedef struct prm__transition {
    int64_t at;
    int64_t offset;
} prm__transition;

/* transitions[0].at is INT64_MIN; sorted; neighbours differ in offset. Covers all times
 * from 1968 to the year 10000: earlier transitions are left out, and the TZif footer's
 * rule (POSIX TZ) is expanded into transitions. */
typedef struct prm__zone {
    const prm__transition *transitions;
    uint32_t count; /* at least 1 */
} prm__zone;

typedef struct prm__civil {
    int32_t year, month, day; /* month and day from 1 */
} prm__civil;

int32_t prm__caltime_days(int32_t year, int32_t month, int32_t day);
prm__civil prm__caltime_civil(int32_t days);
int32_t prm__caltime_month_length(int32_t year, int32_t month);

/* Reads zone `name` ("Asia/Tokyo", "UTC", "+09:00", "-03:30") into `transitions` (a
 * vec of prm__transition, emptied first). `directory` NULL: the system's TZif files.
 * "UTC" and offsets need no file. PRM_E_NOT_FOUND: no such zone (also names with "..",
 * a leading "/" or bytes that no zone name has, and what is no zone of its own, such as
 * "localtime"); PRM_E_IO: its file is unreadable or malformed, or counts leap seconds;
 * PRM_E_MEMORY. */
PRM_MUST_USE prm_status prm__caltime_zone_read(const char *directory, const char *name, size_t size,
                                               prm__vec *transitions);

/* The offset in ms in force at `time`. */
int64_t prm__caltime_offset(const prm__zone *zone, int64_t time);

/* The local day that holds `time`, in days: the latest that has begun by then. It is the
 * date that clocks show, but for the hours of a date that a clock set back shows again:
 * these belong to the day that had begun already. Monotone in `time`. */
int32_t prm__caltime_date(const prm__zone *zone, int64_t time);

/* The first instant of local day `days`. */
int64_t prm__caltime_day_start(const prm__zone *zone, int32_t days);

/* A local date and milliseconds of that day as an instant: the first of two, or the
 * first instant after the gap. */
int64_t prm__caltime_local(const prm__zone *zone, int32_t days, int64_t ms_of_day);

/* Reads RFC 3339 ("2026-06-20T10:00:00.5+09:00"; T or t or space, Z or z, fractions
 * beyond ms truncated), a date, or an integer of Unix seconds. False when it is
 * none of these, out of the years 1970 to 9999, or has seconds of 60. */
PRM_MUST_USE bool prm__caltime_read(const prm__zone *zone, const char *text, size_t size, int64_t *out);

typedef enum prm__time_problem {
    PRM_TIME_NOT_ONE = 0,   /* in none of the forms */
    PRM_TIME_OUT_OF_RANGE,  /* before 1970 or after 9999 */
    PRM_TIME_NO_SUCH_DAY,   /* 2026-02-30 */
    PRM_TIME_LEAP_SECOND,   /* 23:59:60 */
    PRM_TIME_WITHOUT_OFFSET /* a local time */
} prm__time_problem;

/* Why prm__caltime_read refused a text. */
prm__time_problem prm__caltime_problem(const char *text, size_t size);

/* Only a date "2026-06-20", in days. */
PRM_MUST_USE bool prm__caltime_read_date(const char *text, size_t size, int32_t *days);
/* "2026-06-20T10:00:00[.fff]" as local time. */
PRM_MUST_USE bool prm__caltime_read_local(const prm__zone *zone, const char *text, size_t size, int64_t *out);

/* "2026-06-20T10:00:00+09:00", with ".123" only when ms are not 0; "Z" for a zone
 * that `is_utc`. RFC 3339 has no seconds in offsets: an offset that has (there were some
 * until 1972) is written without them, and the local time with it, so that the instant
 * is the same. At most 32 bytes with the NUL, for times from -PRM_TIME_MAX to
 * PRM_TIME_MAX + 1; returns the size without it, here and below. */
size_t prm__caltime_write(const prm__zone *zone, bool is_utc, int64_t time, char *buffer);
/* "2026-06-20"; at most 16 bytes with the NUL. */
size_t prm__caltime_write_date(int32_t days, char *buffer);

/* ---- Durations ---- */

typedef enum prm__unit {
    PRM_UNIT_MS = 0,   /* exact: 720h, 90m, 45s */
    PRM_UNIT_DAY = 1,  /* calendar: 30d, and 2w as 14 */
    PRM_UNIT_MONTH = 2 /* calendar: 3mo, and 1y as 12 */
} prm__unit;

typedef struct prm__duration {
    int64_t count; /* > 0 */
    uint32_t unit; /* prm__unit */
    uint32_t reserved;
} prm__duration;

/* Reads "30d", "2w", "3mo", "1y", "720h", "90m", "45s": a count from 1 to 999999999 and
 * its unit, nothing between or around them. */
PRM_MUST_USE bool prm__duration_read(const char *text, size_t size, prm__duration *out);

/* The units as they are written, NULL behind the last. */
const char *prm__duration_unit(uint32_t index);

/* The exclusive end of the duration that starts at `time`: exact units add; calendar
 * ones run to the end of the local day that many days or months later, clamped to the
 * month's end. Saturates at PRM_TIME_MAX + 1. Monotone in `time`. */
int64_t prm__duration_end(const prm__zone *zone, prm__duration duration, int64_t time);

/* The instant that lies the duration before `time`: exact units subtract; calendar ones go back
 * by local days or months (clamped to the month's end), at the same distance from the day's
 * first instant. */
int64_t prm__duration_before(const prm__zone *zone, prm__duration duration, int64_t time);

/* ---- Calendar windows ---- */

typedef enum prm__period {
    PRM_PERIOD_NONE = 0,
    PRM_PERIOD_DAY,
    PRM_PERIOD_WEEK,
    PRM_PERIOD_MONTH,
    PRM_PERIOD_QUARTER,
    PRM_PERIOD_HALF,
    PRM_PERIOD_YEAR,
    PRM_PERIOD_FISCAL_QUARTER,
    PRM_PERIOD_FISCAL_HALF,
    PRM_PERIOD_FISCAL_YEAR
} prm__period;

typedef struct prm__calendar {
    prm__zone zone;
    int32_t first_weekday; /* 0 Monday ... 6 Sunday */
    int32_t fiscal_month;  /* first month of the fiscal year, 1 to 12 */
    int32_t month_closes;  /* closing day, 1 to 31, clamped to each month */
    int32_t is_utc;        /* for prm__caltime_write */
} prm__calendar;

/* Half open: start <= t < end; instants, and the first local day for naming. */
typedef struct prm__window_span {
    int64_t start;
    int64_t end;
    int32_t first_day; /* days */
    int32_t reserved;
} prm__window_span;

/* The window of `period` (not NONE) that holds `time`. */
prm__window_span prm__calendar_window(const prm__calendar *calendar, prm__period period, int64_t time);

#endif
