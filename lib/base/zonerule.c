/* zonerule: read by position from a cursor, one function for each piece of the
 * grammar. Offsets count west in the text and east in the rule. */
#include "base/zonerule.h"

#include "base/caltime.h"

typedef struct zonerule_cursor {
    const char *at;
    const char *end;
} zonerule_cursor;

/* ---- Reading ---- */

static bool zonerule_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool zonerule_is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool zonerule_take(zonerule_cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

/* One to three digits from `least` to `most`. */
static bool zonerule_number(zonerule_cursor *cursor, int32_t least, int32_t most, int32_t *out)
{
    int32_t number = 0;
    const char *first = cursor->at;
    while (cursor->at < cursor->end && zonerule_is_digit(*cursor->at) && cursor->at - first < 3)
        number = number * 10 + (*cursor->at++ - '0');
    *out = number;
    return cursor->at > first && number >= least && number <= most;
}

/* "EST", or "<-03>". The name itself is of no use here. */
static bool zonerule_name(zonerule_cursor *cursor)
{
    bool quoted = zonerule_take(cursor, '<');
    const char *first = cursor->at;
    while (cursor->at < cursor->end &&
           (zonerule_is_letter(*cursor->at) ||
            (quoted && (zonerule_is_digit(*cursor->at) || *cursor->at == '+' || *cursor->at == '-'))))
        cursor->at++;
    bool enough = cursor->at - first >= 3;
    return enough && (!quoted || zonerule_take(cursor, '>'));
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool zonerule_time(zonerule_cursor *cursor, int32_t most_hours, int64_t *seconds)
{
    bool negative = zonerule_take(cursor, '-');
    if (!negative)
        (void)zonerule_take(cursor, '+');
    int32_t hours, minutes = 0, rest = 0;
    if (!zonerule_number(cursor, 0, most_hours, &hours))
        return false;
    if (zonerule_take(cursor, ':')) {
        if (!zonerule_number(cursor, 0, 59, &minutes))
            return false;
        if (zonerule_take(cursor, ':') && !zonerule_number(cursor, 0, 59, &rest))
            return false;
    }
    *seconds = (hours * INT64_C(60) + minutes) * 60 + rest;
    if (negative)
        *seconds = -*seconds;
    return true;
}

static bool zonerule_day(zonerule_cursor *cursor, prm__zonechange *change)
{
    change->month = change->week = 0;
    if (zonerule_take(cursor, 'J')) {
        change->form = PRM_ZONEDAY_JULIAN;
        return zonerule_number(cursor, 1, 365, &change->day);
    }
    if (zonerule_take(cursor, 'M')) {
        change->form = PRM_ZONEDAY_WEEKDAY;
        return zonerule_number(cursor, 1, 12, &change->month) && zonerule_take(cursor, '.') &&
               zonerule_number(cursor, 1, 5, &change->week) && zonerule_take(cursor, '.') &&
               zonerule_number(cursor, 0, 6, &change->day);
    }
    change->form = PRM_ZONEDAY_ORDINAL;
    return zonerule_number(cursor, 0, 365, &change->day);
}

/* ",M3.2.0/2": at two o'clock when the text gives no time. */
static bool zonerule_change(zonerule_cursor *cursor, prm__zonechange *change)
{
    change->seconds = 2 * 3600;
    return zonerule_take(cursor, ',') && zonerule_day(cursor, change) &&
           (!zonerule_take(cursor, '/') || zonerule_time(cursor, 167, &change->seconds));
}

bool prm__zonerule_read(const char *text, size_t size, prm__zonerule *rule)
{
    if (size == 0)
        return false;
    zonerule_cursor cursor = {text, text + size};
    int64_t west;
    *rule = (prm__zonerule){0};
    if (!zonerule_name(&cursor) || !zonerule_time(&cursor, 24, &west))
        return false;
    rule->standard = -west;
    if (cursor.at == cursor.end)
        return true;
    rule->has_daylight = true;
    rule->daylight = rule->standard + 3600;
    if (!zonerule_name(&cursor))
        return false;
    if (cursor.at < cursor.end && *cursor.at != ',') {
        if (!zonerule_time(&cursor, 24, &west))
            return false;
        rule->daylight = -west;
    }
    return zonerule_change(&cursor, &rule->start) && zonerule_change(&cursor, &rule->end) &&
           cursor.at == cursor.end;
}

/* ---- The changes of a year ---- */

/* The day, since 1970, of weekday `change->day` in week `change->week` of its month. */
static int32_t zonerule_weekday_date(const prm__zonechange *change, int32_t year)
{
    int32_t first = prm__caltime_days(year, change->month, 1);
    int32_t weekday = (first % 7 + 7 + 4) % 7; /* 1970-01-01 was a Thursday: 4 from Sunday */
    int32_t day = (change->day - weekday + 7) % 7 + (change->week - 1) * 7;
    if (day >= prm__caltime_month_length(year, change->month))
        day -= 7;
    return first + day;
}

static int32_t zonerule_date(const prm__zonechange *change, int32_t year)
{
    int32_t january = prm__caltime_days(year, 1, 1);
    switch (change->form) {
    case PRM_ZONEDAY_WEEKDAY:
        return zonerule_weekday_date(change, year);
    case PRM_ZONEDAY_JULIAN: {
        bool after_leap_day = change->day >= 60 && prm__caltime_month_length(year, 2) == 29;
        return january + change->day - 1 + after_leap_day;
    }
    case PRM_ZONEDAY_ORDINAL:
        break;
    }
    return january + change->day;
}

int64_t prm__zonerule_start(const prm__zonerule *rule, int32_t year)
{
    return zonerule_date(&rule->start, year) * INT64_C(86400) + rule->start.seconds - rule->standard;
}

int64_t prm__zonerule_end(const prm__zonerule *rule, int32_t year)
{
    return zonerule_date(&rule->end, year) * INT64_C(86400) + rule->end.seconds - rule->daylight;
}
