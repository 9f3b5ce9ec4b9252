/* timetext: times as texts, the reading and writing half of caltime.h: RFC 3339,
 * dates, Unix seconds. Reading is by position: each piece is taken off a cursor
 * or the whole text is refused. */
#include "base/caltime.h"

typedef struct timetext_cursor {
    const char *at;
    const char *end;
} timetext_cursor;

/* ---- Reading ---- */

static timetext_cursor timetext_open(const char *text, size_t size)
{
    if (size == 0)
        text = "";
    return (timetext_cursor){text, text + size};
}

static bool timetext_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool timetext_take(timetext_cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

/* Exactly `width` digits whose number is at most `most`. */
static bool timetext_number(timetext_cursor *cursor, int width, int32_t most, int32_t *out)
{
    int32_t number = 0;
    for (int i = 0; i < width; i++) {
        if (cursor->at == cursor->end || !timetext_is_digit(*cursor->at))
            return false;
        number = number * 10 + (*cursor->at++ - '0');
    }
    *out = number;
    return number <= most;
}

static bool timetext_date(timetext_cursor *cursor, int32_t *days)
{
    int32_t year, month, day;
    if (!timetext_number(cursor, 4, 9999, &year) || !timetext_take(cursor, '-') ||
        !timetext_number(cursor, 2, 12, &month) || !timetext_take(cursor, '-') || month < 1 ||
        !timetext_number(cursor, 2, prm__caltime_month_length(year, month), &day) || day < 1)
        return false;
    *days = prm__caltime_days(year, month, day);
    return true;
}

/* A fraction of a second, when there is one; digits beyond ms are dropped. */
static bool timetext_fraction(timetext_cursor *cursor, int32_t *ms)
{
    *ms = 0;
    if (!timetext_take(cursor, '.'))
        return true;
    const char *digits = cursor->at;
    for (int32_t weight = 100; cursor->at < cursor->end && timetext_is_digit(*cursor->at); weight /= 10)
        *ms += weight * (*cursor->at++ - '0');
    return cursor->at > digits;
}

static bool timetext_clock(timetext_cursor *cursor, int64_t *ms_of_day)
{
    int32_t hour, minute, second, ms;
    if (!timetext_number(cursor, 2, 23, &hour) || !timetext_take(cursor, ':') ||
        !timetext_number(cursor, 2, 59, &minute) || !timetext_take(cursor, ':') ||
        !timetext_number(cursor, 2, 59, &second) || !timetext_fraction(cursor, &ms))
        return false;
    *ms_of_day = ((hour * INT64_C(60) + minute) * 60 + second) * 1000 + ms;
    return true;
}

/* A date, T and a time of day. */
static bool timetext_date_and_clock(timetext_cursor *cursor, int32_t *days, int64_t *ms_of_day)
{
    return timetext_date(cursor, days) &&
           (timetext_take(cursor, 'T') || timetext_take(cursor, 't') || timetext_take(cursor, ' ')) &&
           timetext_clock(cursor, ms_of_day);
}

/* Z, or +09:00. */
static bool timetext_offset(timetext_cursor *cursor, int64_t *offset)
{
    *offset = 0;
    if (timetext_take(cursor, 'Z') || timetext_take(cursor, 'z'))
        return true;
    bool negative = timetext_take(cursor, '-');
    int32_t hours, minutes;
    if ((!negative && !timetext_take(cursor, '+')) || !timetext_number(cursor, 2, 23, &hours) ||
        !timetext_take(cursor, ':') || !timetext_number(cursor, 2, 59, &minutes))
        return false;
    *offset = (hours * INT64_C(60) + minutes) * 60000;
    if (negative)
        *offset = -*offset;
    return true;
}

static bool timetext_put(int64_t time, int64_t *out)
{
    if (time < PRM_TIME_MIN || time > PRM_TIME_MAX)
        return false;
    *out = time;
    return true;
}

static bool timetext_unix_seconds(const char *text, size_t size, int64_t *out)
{
    int64_t seconds = 0;
    for (size_t i = 0; i < size; i++) {
        if (!timetext_is_digit(text[i]))
            return false;
        seconds = seconds * 10 + (text[i] - '0');
        if (seconds > PRM_TIME_MAX / 1000)
            return false;
    }
    return size > 0 && timetext_put(seconds * 1000, out);
}

bool prm__caltime_read(const prm__zone *zone, const char *text, size_t size, int64_t *out)
{
    if (timetext_unix_seconds(text, size, out))
        return true;
    int32_t days;
    int64_t ms_of_day, offset;
    if (prm__caltime_read_date(text, size, &days))
        return timetext_put(prm__caltime_day_start(zone, days), out);
    timetext_cursor cursor = timetext_open(text, size);
    return timetext_date_and_clock(&cursor, &days, &ms_of_day) && timetext_offset(&cursor, &offset) &&
           cursor.at == cursor.end && timetext_put(days * PRM_MS_PER_DAY + ms_of_day - offset, out);
}

bool prm__caltime_read_date(const char *text, size_t size, int32_t *days)
{
    timetext_cursor cursor = timetext_open(text, size);
    int32_t date;
    if (!timetext_date(&cursor, &date) || cursor.at != cursor.end || date < 0)
        return false;
    *days = date;
    return true;
}

bool prm__caltime_read_local(const prm__zone *zone, const char *text, size_t size, int64_t *out)
{
    timetext_cursor cursor = timetext_open(text, size);
    int32_t days;
    int64_t ms_of_day;
    return timetext_date_and_clock(&cursor, &days, &ms_of_day) && cursor.at == cursor.end &&
           timetext_put(prm__caltime_local(zone, days, ms_of_day), out);
}

/* ---- What is wrong ---- */

/* The digits that come next, however many. */
static uint32_t timetext_skip_digits(timetext_cursor *cursor)
{
    uint32_t count = 0;
    for (; cursor->at < cursor->end && timetext_is_digit(*cursor->at); count++)
        cursor->at++;
    return count;
}

/* Digits in the form of a date. */
static bool timetext_date_form(timetext_cursor *cursor, uint32_t *year_digits)
{
    *year_digits = timetext_skip_digits(cursor);
    return *year_digits >= 4 && timetext_take(cursor, '-') && timetext_skip_digits(cursor) == 2 &&
           timetext_take(cursor, '-') && timetext_skip_digits(cursor) == 2;
}

/* What is wrong behind a date that exists. */
static prm__time_problem timetext_clock_problem(timetext_cursor cursor)
{
    int32_t hour, minute, second;
    int64_t ms, offset;
    timetext_cursor clock = cursor;
    if (!timetext_clock(&clock, &ms)) {
        bool leap = timetext_number(&cursor, 2, 23, &hour) && timetext_take(&cursor, ':') &&
                    timetext_number(&cursor, 2, 59, &minute) && timetext_take(&cursor, ':') &&
                    timetext_number(&cursor, 2, 60, &second) && second == 60;
        return leap ? PRM_TIME_LEAP_SECOND : PRM_TIME_NOT_ONE;
    }
    if (clock.at == clock.end)
        return PRM_TIME_WITHOUT_OFFSET;
    return timetext_offset(&clock, &offset) && clock.at == clock.end ? PRM_TIME_OUT_OF_RANGE
                                                                     : PRM_TIME_NOT_ONE;
}

prm__time_problem prm__caltime_problem(const char *text, size_t size)
{
    timetext_cursor cursor = timetext_open(text, size);
    timetext_cursor form = cursor;
    uint32_t year_digits;
    int32_t days;
    bool negative = timetext_take(&form, '-');
    if (timetext_skip_digits(&form) > 0 && form.at == form.end)
        return PRM_TIME_OUT_OF_RANGE; /* Unix seconds */
    form = cursor;
    if (negative || !timetext_date_form(&form, &year_digits))
        return PRM_TIME_NOT_ONE;
    if (year_digits > 4)
        return PRM_TIME_OUT_OF_RANGE;
    bool exists = timetext_date(&cursor, &days);
    if (form.at == form.end)
        return exists ? PRM_TIME_OUT_OF_RANGE : PRM_TIME_NO_SUCH_DAY;
    if (!timetext_take(&form, 'T') && !timetext_take(&form, 't') && !timetext_take(&form, ' '))
        return PRM_TIME_NOT_ONE;
    return exists ? timetext_clock_problem(form) : PRM_TIME_NO_SUCH_DAY;
}

/* ---- Writing ---- */

/* At least `width` digits, at `at`; returns what comes after them. */
static char *timetext_write_number(char *at, int64_t number, int width)
{
    char reversed[20];
    int count = 0;
    for (; number > 0 || count < width; number /= 10)
        reversed[count++] = (char)('0' + number % 10);
    while (count > 0)
        *at++ = reversed[--count];
    return at;
}

static char *timetext_write_date(char *at, int32_t days)
{
    prm__civil civil = prm__caltime_civil(days);
    if (civil.year < 0)
        *at++ = '-';
    at = timetext_write_number(at, civil.year < 0 ? -(int64_t)civil.year : civil.year, 4);
    *at++ = '-';
    at = timetext_write_number(at, civil.month, 2);
    *at++ = '-';
    return timetext_write_number(at, civil.day, 2);
}

static char *timetext_write_clock(char *at, int64_t ms_of_day)
{
    at = timetext_write_number(at, ms_of_day / 3600000, 2);
    *at++ = ':';
    at = timetext_write_number(at, ms_of_day / 60000 % 60, 2);
    *at++ = ':';
    at = timetext_write_number(at, ms_of_day / 1000 % 60, 2);
    if (ms_of_day % 1000 == 0)
        return at;
    *at++ = '.';
    return timetext_write_number(at, ms_of_day % 1000, 3);
}

static char *timetext_write_offset(char *at, int64_t minutes)
{
    *at++ = minutes < 0 ? '-' : '+';
    if (minutes < 0)
        minutes = -minutes;
    at = timetext_write_number(at, minutes / 60, 2);
    *at++ = ':';
    return timetext_write_number(at, minutes % 60, 2);
}

size_t prm__caltime_write(const prm__zone *zone, bool is_utc, int64_t time, char *buffer)
{
    int64_t minutes = prm__caltime_offset(zone, time) / 60000;
    int64_t local = time + minutes * 60000;
    int64_t ms_of_day = (local % PRM_MS_PER_DAY + PRM_MS_PER_DAY) % PRM_MS_PER_DAY;
    char *at = timetext_write_date(buffer, (int32_t)((local - ms_of_day) / PRM_MS_PER_DAY));
    *at++ = 'T';
    at = timetext_write_clock(at, ms_of_day);
    if (is_utc)
        *at++ = 'Z';
    else
        at = timetext_write_offset(at, minutes);
    *at = '\0';
    return (size_t)(at - buffer);
}

size_t prm__caltime_write_date(int32_t days, char *buffer)
{
    char *at = timetext_write_date(buffer, days);
    *at = '\0';
    return (size_t)(at - buffer);
}
