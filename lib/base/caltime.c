/* caltime: dates, zones, durations and windows. Dates are counted from March, so
 * that the leap day is the last of its year; all that depends on a zone goes
 * through two questions, the offset at an instant and the first instant whose
 * local time is at least a given one. */
#include "base/caltime.h"

/* More than two offsets can differ by: zonefile.c refuses those beyond 26 hours. */
#define CALTIME_OFFSET_BOUND (PRM_MS_PER_DAY * 3)

#define CALTIME_DAYS_PER_400_YEARS 146097
#define CALTIME_DAYS_PER_100_YEARS 36524 /* without the leap day of the 400th year */
#define CALTIME_DAYS_PER_4_YEARS 1461
#define CALTIME_DAYS_TO_EPOCH 719468 /* from 0000-03-01 to 1970-01-01 */

static int64_t caltime_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t caltime_floor_mod(int64_t a, int64_t b)
{
    return a - caltime_floor_div(a, b) * b;
}

/* ---- Civil dates ---- */

/* Days from March 1 to the first of the month that comes `month` (0 to 11) months after
 * March: five months have 153 days, 31 30 31 30 31, from March and from August on. */
static int64_t caltime_days_before_month(int64_t month)
{
    return (153 * month + 2) / 5;
}

int32_t prm__caltime_days(int32_t year, int32_t month, int32_t day)
{
    int64_t from_march = (month + 9) % 12;
    int64_t y = (int64_t)year - (month <= 2);
    int64_t leap_days = caltime_floor_div(y, 4) - caltime_floor_div(y, 100) + caltime_floor_div(y, 400);
    int64_t days = 365 * y + leap_days + caltime_days_before_month(from_march) + day - 1;
    return (int32_t)(days - CALTIME_DAYS_TO_EPOCH);
}

/* Takes as many whole spans of `length` days off *days as fit, at most `most`. */
static int64_t caltime_take(int64_t *days, int64_t length, int64_t most)
{
    int64_t count = *days / length;
    if (count > most)
        count = most;
    *days -= count * length;
    return count;
}

prm__civil prm__caltime_civil(int32_t days)
{
    int64_t since = (int64_t)days + CALTIME_DAYS_TO_EPOCH;
    int64_t rest = caltime_floor_mod(since, CALTIME_DAYS_PER_400_YEARS);
    int64_t year = caltime_floor_div(since, CALTIME_DAYS_PER_400_YEARS) * 400;
    year += caltime_take(&rest, CALTIME_DAYS_PER_100_YEARS, 3) * 100;
    year += caltime_take(&rest, CALTIME_DAYS_PER_4_YEARS, 24) * 4;
    year += caltime_take(&rest, 365, 3);
    int64_t from_march = (5 * rest + 2) / 153;
    prm__civil civil;
    civil.day = (int32_t)(rest - caltime_days_before_month(from_march)) + 1;
    civil.month = (int32_t)((from_march + 2) % 12) + 1;
    civil.year = (int32_t)(year + (civil.month <= 2));
    return civil;
}

int32_t prm__caltime_month_length(int32_t year, int32_t month)
{
    static const int32_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

/* ---- Zones ---- */

/* The index of the transition in force at `time`. */
static uint32_t caltime_segment(const prm__zone *zone, int64_t time)
{
    uint32_t low = 0;
    uint32_t high = zone->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (zone->transitions[middle].at <= time)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t prm__caltime_offset(const prm__zone *zone, int64_t time)
{
    return zone->transitions[caltime_segment(zone, time)].offset;
}

/* The first instant whose local time is `local` or later. */
static int64_t caltime_first(const prm__zone *zone, int64_t local)
{
    uint32_t i = caltime_segment(zone, local - CALTIME_OFFSET_BOUND);
    for (;; i++) {
        const prm__transition *transition = &zone->transitions[i];
        int64_t time = local - transition->offset;
        if (time < transition->at)
            time = transition->at;
        if (i + 1 == zone->count || time < zone->transitions[i + 1].at)
            return time;
    }
}

/* The latest local date so far: of `time` itself, or of the last instant before one of
 * the transitions that may have set the clock back to an earlier date. */
int32_t prm__caltime_date(const prm__zone *zone, int64_t time)
{
    uint32_t i = caltime_segment(zone, time);
    int64_t latest = time + zone->transitions[i].offset;
    for (; i > 0 && zone->transitions[i].at > time - CALTIME_OFFSET_BOUND; i--) {
        int64_t before = zone->transitions[i].at - 1 + zone->transitions[i - 1].offset;
        if (before > latest)
            latest = before;
    }
    return (int32_t)caltime_floor_div(latest, PRM_MS_PER_DAY);
}

int64_t prm__caltime_day_start(const prm__zone *zone, int32_t days)
{
    return caltime_first(zone, days * PRM_MS_PER_DAY);
}

int64_t prm__caltime_local(const prm__zone *zone, int32_t days, int64_t ms_of_day)
{
    return caltime_first(zone, days * PRM_MS_PER_DAY + ms_of_day);
}

/* ---- Months as numbers ---- */

/* Months since January of the year 0. */
static int64_t caltime_month_number(prm__civil civil)
{
    return (int64_t)civil.year * 12 + civil.month - 1;
}

/* Day `day` of month number `month`, or its last day when it is shorter. */
static int32_t caltime_day_of_month(int64_t month, int32_t day)
{
    int32_t year = (int32_t)caltime_floor_div(month, 12);
    int32_t month_of_year = (int32_t)caltime_floor_mod(month, 12) + 1;
    int32_t length = prm__caltime_month_length(year, month_of_year);
    return prm__caltime_days(year, month_of_year, day < length ? day : length);
}

/* ---- Durations ---- */

#define CALTIME_COUNT_MAX 999999999
#define CALTIME_END (PRM_TIME_MAX + 1)
#define CALTIME_YEARS 8100 /* more than lie between PRM_TIME_MIN and PRM_TIME_MAX */

typedef struct caltime_unit_name {
    char name[3];
    uint8_t unit; /* prm__unit */
    int32_t factor;
} caltime_unit_name;

static const caltime_unit_name caltime_unit_names[] = {
    {"d", PRM_UNIT_DAY, 1},    {"w", PRM_UNIT_DAY, 7},      {"mo", PRM_UNIT_MONTH, 1},
    {"y", PRM_UNIT_MONTH, 12}, {"h", PRM_UNIT_MS, 3600000}, {"m", PRM_UNIT_MS, 60000},
    {"s", PRM_UNIT_MS, 1000},
};

const char *prm__duration_unit(uint32_t index)
{
    return index < sizeof caltime_unit_names / sizeof caltime_unit_names[0] ? caltime_unit_names[index].name
                                                                            : NULL;
}

/* Whether the `size` bytes at `text` are the C string `name`. */
static bool caltime_is_name(const char *name, const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && name[i] != '\0' && name[i] == text[i])
        i++;
    return i == size && name[i] == '\0';
}

bool prm__duration_read(const char *text, size_t size, prm__duration *out)
{
    int64_t count = 0;
    size_t at = 0;
    for (; at < size && text[at] >= '0' && text[at] <= '9'; at++) {
        count = count * 10 + (text[at] - '0');
        if (count > CALTIME_COUNT_MAX)
            return false;
    }
    if (count == 0)
        return false;
    for (size_t i = 0; i < sizeof caltime_unit_names / sizeof caltime_unit_names[0]; i++) {
        const caltime_unit_name *unit = &caltime_unit_names[i];
        if (!caltime_is_name(unit->name, text + at, size - at))
            continue;
        out->count = count * unit->factor;
        out->unit = unit->unit;
        out->reserved = 0;
        return true;
    }
    return false;
}

static int64_t caltime_clamp_end(int64_t time)
{
    return time < CALTIME_END ? time : CALTIME_END;
}

int64_t prm__duration_end(const prm__zone *zone, prm__duration duration, int64_t time)
{
    int64_t last_day;
    switch ((prm__unit)duration.unit) {
    case PRM_UNIT_DAY:
        if (duration.count > CALTIME_YEARS * 366)
            return CALTIME_END;
        last_day = prm__caltime_date(zone, time) + duration.count;
        break;
    case PRM_UNIT_MONTH: {
        if (duration.count > CALTIME_YEARS * 12)
            return CALTIME_END;
        prm__civil start = prm__caltime_civil(prm__caltime_date(zone, time));
        last_day = caltime_day_of_month(caltime_month_number(start) + duration.count, start.day);
        break;
    }
    case PRM_UNIT_MS:
    default:
        return duration.count < CALTIME_END - time ? time + duration.count : CALTIME_END;
    }
    return caltime_clamp_end(prm__caltime_day_start(zone, (int32_t)last_day + 1));
}

int64_t prm__duration_before(const prm__zone *zone, prm__duration duration, int64_t time)
{
    if (duration.unit == PRM_UNIT_MS)
        return duration.count < CALTIME_END ? time - duration.count : -CALTIME_END;
    int32_t day = prm__caltime_date(zone, time);
    int64_t inside = time - prm__caltime_day_start(zone, day);
    int64_t first;
    if (duration.count > (duration.unit == PRM_UNIT_DAY ? CALTIME_YEARS * 366 : CALTIME_YEARS * 12))
        return -CALTIME_END;
    if (duration.unit == PRM_UNIT_DAY) {
        first = day - duration.count;
    } else {
        prm__civil civil = prm__caltime_civil(day);
        first = caltime_day_of_month(caltime_month_number(civil) - duration.count, civil.day);
    }
    return prm__caltime_day_start(zone, (int32_t)first) + inside;
}

/* ---- Calendar windows ---- */

/* Local days, half open. */
typedef struct caltime_days {
    int32_t first, end;
} caltime_days;

static caltime_days caltime_week(const prm__calendar *calendar, int32_t day)
{
    /* 1970-01-01 was a Thursday. */
    int32_t weekday = (int32_t)caltime_floor_mod((int64_t)day + 3, 7);
    int32_t first = day - (weekday - calendar->first_weekday + 7) % 7;
    return (caltime_days){first, first + 7};
}

/* The number of the month, as it closes, that holds `day`. */
static int64_t caltime_month_of(const prm__calendar *calendar, int32_t day)
{
    int64_t month = caltime_month_number(prm__caltime_civil(day));
    return month + (day > caltime_day_of_month(month, calendar->month_closes));
}

/* The `length` months that hold `day` when one such row of months begins with the month
 * `first` (1 to 12) of each year. */
static caltime_days caltime_months(const prm__calendar *calendar, int32_t day, int32_t first, int32_t length)
{
    int64_t month = caltime_month_of(calendar, day);
    month -= caltime_floor_mod(month - (first - 1), length);
    return (caltime_days){caltime_day_of_month(month - 1, calendar->month_closes) + 1,
                          caltime_day_of_month(month + length - 1, calendar->month_closes) + 1};
}

static caltime_days caltime_window_days(const prm__calendar *calendar, prm__period period, int32_t day)
{
    switch (period) {
    case PRM_PERIOD_WEEK:
        return caltime_week(calendar, day);
    case PRM_PERIOD_MONTH:
        return caltime_months(calendar, day, 1, 1);
    case PRM_PERIOD_QUARTER:
        return caltime_months(calendar, day, 1, 3);
    case PRM_PERIOD_HALF:
        return caltime_months(calendar, day, 1, 6);
    case PRM_PERIOD_YEAR:
        return caltime_months(calendar, day, 1, 12);
    case PRM_PERIOD_FISCAL_QUARTER:
        return caltime_months(calendar, day, calendar->fiscal_month, 3);
    case PRM_PERIOD_FISCAL_HALF:
        return caltime_months(calendar, day, calendar->fiscal_month, 6);
    case PRM_PERIOD_FISCAL_YEAR:
        return caltime_months(calendar, day, calendar->fiscal_month, 12);
    case PRM_PERIOD_NONE:
    case PRM_PERIOD_DAY:
        break;
    }
    return (caltime_days){day, day + 1};
}

prm__window_span prm__calendar_window(const prm__calendar *calendar, prm__period period, int64_t time)
{
    caltime_days days = caltime_window_days(calendar, period, prm__caltime_date(&calendar->zone, time));
    prm__window_span span;
    span.start = prm__caltime_day_start(&calendar->zone, days.first);
    span.end = prm__caltime_day_start(&calendar->zone, days.end);
    span.first_day = days.first;
    span.reserved = 0;
    return span;
}
