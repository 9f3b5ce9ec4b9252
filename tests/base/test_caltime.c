/* Tests of base/caltime: dates by counting, days by a clock watched minute by minute,
 * windows by closing the books month after month. */
#include "base/caltime.h"

#include <string.h>

#include "unit.h"
#include "zones.h"

#define MINUTE INT64_C(60000)
#define HOUR INT64_C(3600000)

/* ---- Dates ---- */

/* Counted on fingers: the rule of the Gregorian calendar and nothing else. */
static int32_t month_length(int32_t year, int32_t month)
{
    if (month == 2)
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static prm__civil next_day(prm__civil date)
{
    if (++date.day > month_length(date.year, date.month)) {
        date.day = 1;
        if (++date.month > 12) {
            date.month = 1;
            date.year++;
        }
    }
    return date;
}

static bool same_date(prm__civil a, prm__civil b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

static void test_every_day_of_many_years(void **state)
{
    (void)state;
    prm__civil date = {1970, 1, 1};
    int32_t days = 0;
    for (; date.year <= 2400; date = next_day(date), days++) {
        if (prm__caltime_days(date.year, date.month, date.day) != days ||
            !same_date(prm__caltime_civil(days), date) ||
            prm__caltime_month_length(date.year, date.month) != month_length(date.year, date.month))
            fail_msg("%d-%d-%d", (int)date.year, (int)date.month, (int)date.day);
    }
    assert_int_equal(days, 157420);
    date = (prm__civil){-1200, 1, 1};
    for (days = prm__caltime_days(-1200, 1, 1); date.year < 1972; date = next_day(date), days++)
        if (prm__caltime_days(date.year, date.month, date.day) != days ||
            !same_date(prm__caltime_civil(days), date))
            fail_msg("%d-%d-%d", (int)date.year, (int)date.month, (int)date.day);
    assert_int_equal(days, 730);
}

static void test_known_days(void **state)
{
    (void)state;
    assert_int_equal(prm__caltime_days(1969, 12, 31), -1);
    assert_int_equal(prm__caltime_days(2000, 2, 29), 11016);
    assert_int_equal(prm__caltime_days(2026, 6, 20), 20624);
    assert_int_equal(prm__caltime_days(9999, 12, 31), 2932896);
    assert_int_equal((prm__caltime_days(9999, 12, 31) + 1) * PRM_MS_PER_DAY - 1, PRM_TIME_MAX);
    prm__civil first = prm__caltime_civil(INT32_MIN), last = prm__caltime_civil(INT32_MAX);
    assert_int_equal(prm__caltime_days(first.year, first.month, first.day), INT32_MIN);
    assert_int_equal(prm__caltime_days(last.year, last.month, last.day), INT32_MAX);
}

/* ---- Days ---- */

/* A clock on the wall, read at every `step`: a day holds what comes after its first reading
 * and before that of a later one. */
static void watch_days(const zones_row *row, int64_t from, int64_t until, int64_t step)
{
    int64_t latest = INT64_MIN;
    for (int64_t time = from; time < until; time += step) {
        int64_t local = time + prm__caltime_offset(&row->zone, time);
        int64_t date = local / PRM_MS_PER_DAY - (local % PRM_MS_PER_DAY < 0);
        bool begins = latest != INT64_MIN && date > latest;
        int64_t skipped = latest + 1;
        if (date > latest)
            latest = date;
        if (prm__caltime_date(&row->zone, time) != latest)
            fail_msg("%s: the day at %lld", row->name, (long long)time);
        for (; begins && skipped <= date; skipped++)
            if (prm__caltime_day_start(&row->zone, (int32_t)skipped) != time)
                fail_msg("%s: day %lld begins at %lld", row->name, (long long)skipped, (long long)time);
    }
}

static void test_days_as_a_clock_shows_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(zones_all); i++) {
        const prm__zone *zone = &zones_all[i].zone;
        for (uint32_t k = 1; k < zone->count; k++) {
            /* Begin a day before the oddity, and outside of the one before it. */
            int64_t from = zone->transitions[k].at - 3 * PRM_MS_PER_DAY;
            if (k > 1 && zone->transitions[k - 1].at > from - 3 * PRM_MS_PER_DAY)
                continue;
            watch_days(&zones_all[i], from, from + 8 * PRM_MS_PER_DAY, MINUTE / 4);
        }
        int64_t calm = INT64_C(1599998400000);
        watch_days(&zones_all[i], calm, calm + 2 * PRM_MS_PER_DAY, MINUTE / 4);
    }
}

/* Random zones: what holds of days whatever clocks do. */
static void test_days_tile_the_time_line(void **state)
{
    (void)state;
    uint64_t random = 41;
    for (int round = 0; round < 300; round++) {
        prm__transition table[12] = {{INT64_MIN, 0}};
        int64_t at = INT64_C(946684800000);
        for (size_t i = 0; i < UNIT_COUNT(table); i++) {
            table[i].offset = ((int64_t)(unit_random(&random) % 209) - 104) * 15 * MINUTE;
            if (i > 0)
                table[i].at = at += (int64_t)(1 + unit_random(&random) % 400) * 15 * MINUTE;
        }
        prm__zone zone = {table, UNIT_COUNT(table)};
        zones_row row = {"random", zone};
        watch_days(&row, table[1].at - 3 * PRM_MS_PER_DAY, at + 4 * PRM_MS_PER_DAY, 15 * MINUTE);
        int64_t before = INT64_MIN;
        int32_t day = INT32_MIN;
        for (int64_t time = table[1].at - 4 * PRM_MS_PER_DAY; time < at + 4 * PRM_MS_PER_DAY;
             time += 15 * MINUTE) {
            int32_t date = prm__caltime_date(&zone, time);
            assert_true(date >= day);
            day = date;
            int64_t start = prm__caltime_day_start(&zone, date),
                    end = prm__caltime_day_start(&zone, date + 1);
            assert_true(start <= time && time < end && start >= before);
            assert_int_equal(prm__caltime_date(&zone, start), date);
            assert_true(prm__caltime_date(&zone, end) > date);
            assert_true(prm__caltime_date(&zone, start - 1) < date);
            before = start;
        }
    }
}

static void test_known_day_starts(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int32_t year, month, day;
        int64_t start;
    } rows[] = {
        {"utc", 1970, 1, 1, 0},
        {"tokyo", 2026, 7, 1, INT64_C(1782831600000)},      /* 2026-06-30T15:00Z */
        {"sao paulo", 2018, 11, 4, INT64_C(1541300400000)}, /* 01:00, the first hour is missing */
        {"sao paulo", 2019, 2, 17, INT64_C(1550372400000)}, /* 03:00Z, after 23:00 came twice */
        {"beirut", 2022, 3, 27, INT64_C(1648332000000)},
        {"st john's", 2010, 11, 7, INT64_C(1289097000000)}, /* at its first midnight */
        {"apia", 2011, 12, 29, INT64_C(1325152800000)},
        {"apia", 2011, 12, 30, INT64_C(1325239200000)}, /* never was: begins with the next */
        {"apia", 2011, 12, 31, INT64_C(1325239200000)},
        {"kwajalein", 1993, 8, 21, INT64_C(745934400000)},
        {"kwajalein", 1993, 8, 22, INT64_C(745934400000)},
        {"twice", 2000, 1, 2, INT64_C(946720800000)}, /* its first morning, though it is told twice */
        {"twice", 2000, 1, 3, INT64_C(946893600000)},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__zone zone = zones_find(rows[i].zone);
        assert_int_equal(
            prm__caltime_day_start(&zone, prm__caltime_days(rows[i].year, rows[i].month, rows[i].day)),
            rows[i].start);
    }
}

static void test_local_times(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int32_t year, month, day;
        int64_t ms, time;
    } rows[] = {
        {"tokyo", 1970, 1, 1, 9 * HOUR, 0},
        {"new york", 2026, 3, 8, 90 * MINUTE, INT64_C(1772951400000)},
        {"new york", 2026, 3, 8, 2 * HOUR, INT64_C(1772953200000)},
        {"new york", 2026, 3, 8, 150 * MINUTE,
         INT64_C(1772953200000)}, /* skipped: the instant after the gap */
        {"new york", 2026, 3, 8, 3 * HOUR, INT64_C(1772953200000)},
        {"new york", 2026, 11, 1, 90 * MINUTE, INT64_C(1793511000000)}, /* the first of two */
        {"new york", 2026, 11, 1, 2 * HOUR, INT64_C(1793516400000)},
        {"apia", 2011, 12, 30, 12 * HOUR, INT64_C(1325239200000)},
        {"monrovia", 1970, 1, 1, 0, 2670000},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__zone zone = zones_find(rows[i].zone);
        int32_t days = prm__caltime_days(rows[i].year, rows[i].month, rows[i].day);
        assert_int_equal(prm__caltime_local(&zone, days, rows[i].ms), rows[i].time);
    }
}

static void test_offsets_by_scanning(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(zones_all); i++) {
        prm__zone zone = zones_all[i].zone;
        for (uint32_t k = 0; k < zone.count; k++) {
            int64_t at = zone.transitions[k].at;
            assert_int_equal(prm__caltime_offset(&zone, at), zone.transitions[k].offset);
            if (k > 0)
                assert_int_equal(prm__caltime_offset(&zone, at - 1), zone.transitions[k - 1].offset);
        }
        assert_int_equal(prm__caltime_offset(&zone, INT64_MAX), zone.transitions[zone.count - 1].offset);
    }
}

/* ---- Durations ---- */

static prm__duration duration(const char *text)
{
    prm__duration out = {0};
    if (!prm__duration_read(text, strlen(text), &out))
        fail_msg("no duration: %s", text);
    return out;
}

static void test_reads_durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t count;
        prm__unit unit;
    } rows[] = {
        {"30d", 30, PRM_UNIT_DAY},
        {"2w", 14, PRM_UNIT_DAY},
        {"3mo", 3, PRM_UNIT_MONTH},
        {"1y", 12, PRM_UNIT_MONTH},
        {"720h", 720 * HOUR, PRM_UNIT_MS},
        {"90m", 90 * MINUTE, PRM_UNIT_MS},
        {"45s", 45000, PRM_UNIT_MS},
        {"007d", 7, PRM_UNIT_DAY},
        {"999999999h", 999999999 * HOUR, PRM_UNIT_MS},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__duration read = duration(rows[i].text);
        assert_int_equal(read.count, rows[i].count);
        assert_int_equal(read.unit, rows[i].unit);
        assert_int_equal(read.reserved, 0);
    }
    static const char *const bad[] = {"",
                                      "d",
                                      "0d",
                                      "30",
                                      "-1d",
                                      "+1d",
                                      "1.5d",
                                      " 1d",
                                      "1d ",
                                      "1 d",
                                      "1D",
                                      "1mo1",
                                      "1mon",
                                      "1min",
                                      "1ms",
                                      "1wk",
                                      "1000000000d",
                                      "1dd",
                                      "1o",
                                      "1h30m",
                                      "１d",
                                      "99999999999999999999999d"};
    for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
        prm__duration out = {77, 77, 77};
        if (prm__duration_read(bad[i], strlen(bad[i]), &out) || out.count != 77)
            fail_msg("reads %s", bad[i]);
    }
    prm__duration out;
    assert_false(prm__duration_read("1m\0", 3, &out));
    assert_false(prm__duration_read(NULL, 0, &out));
}

static int64_t instant(const prm__zone *zone, const char *text)
{
    int64_t time = 0;
    if (!prm__caltime_read(zone, text, strlen(text), &time))
        fail_msg("no time: %s", text);
    return time;
}

static void test_ends_of_durations(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *start, *duration, *end;
    } rows[] = {
        {"tokyo", "2026-06-01", "30d", "2026-07-02"},
        {"tokyo", "2026-06-01T23:59:59.999+09:00", "30d", "2026-07-02"},
        {"utc", "2026-06-01T23:59:59.999+09:00", "30d", "2026-07-02"},
        {"utc", "2026-06-02T00:00:00+09:00", "30d", "2026-07-02"},
        {"tokyo", "2026-06-01", "2w", "2026-06-16"},
        {"tokyo", "2026-01-31", "1mo", "2026-03-01"},
        {"tokyo", "2028-01-31", "1mo", "2028-03-01"},
        {"tokyo", "2026-01-31", "2mo", "2026-04-01"},
        {"tokyo", "2026-01-30", "1mo", "2026-03-01"},
        {"tokyo", "2026-11-15", "3mo", "2027-02-16"},
        {"tokyo", "2028-02-29", "1y", "2029-03-01"},
        {"tokyo", "2028-02-29", "4y", "2032-03-01"},
        {"tokyo", "2026-12-31", "1y", "2028-01-01"},
        {"tokyo", "2026-06-01T10:00:00+09:00", "720h", "2026-07-01T10:00:00+09:00"},
        {"tokyo", "2026-06-01T10:00:00+09:00", "90m", "2026-06-01T11:30:00+09:00"},
        {"tokyo", "2026-06-01T10:00:00+09:00", "45s", "2026-06-01T10:00:45+09:00"},
        {"new york", "2026-03-07T12:00:00-05:00", "1d", "2026-03-09T00:00:00-04:00"},
        {"new york", "2026-03-07T12:00:00-05:00", "24h", "2026-03-08T13:00:00-04:00"},
        {"apia", "2011-12-28", "1d", "2011-12-31T00:00:00+14:00"},
        {"apia", "2011-12-28", "2d", "2011-12-31T00:00:00+14:00"},
        {"apia", "2011-12-28", "3d", "2012-01-01T00:00:00+14:00"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__zone zone = zones_find(rows[i].zone);
        int64_t end = prm__duration_end(&zone, duration(rows[i].duration), instant(&zone, rows[i].start));
        if (end != instant(&zone, rows[i].end))
            fail_msg("%s %s + %s", rows[i].zone, rows[i].start, rows[i].duration);
    }
}

/* Back by local days, at the same time of day; what lies before all time ends there. */
static void test_durations_before(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *time, *duration, *before;
    } rows[] = {
        {"tokyo", "2026-07-02", "7d", "2026-06-25"},
        {"tokyo", "2026-07-02T10:00:00+09:00", "1d", "2026-07-01T10:00:00+09:00"},
        {"tokyo", "2026-03-31", "1mo", "2026-02-28"},
        {"tokyo", "2026-01-15", "1mo", "2025-12-15"},
        {"tokyo", "2028-02-29", "1y", "2027-02-28"},
        {"tokyo", "2026-07-02", "90m", "2026-07-01T22:30:00+09:00"},
        {"new york", "2026-03-09T00:00:00-04:00", "1d", "2026-03-08T00:00:00-05:00"},
        {"new york", "2026-03-09T00:00:00-04:00", "24h", "2026-03-07T23:00:00-05:00"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__zone zone = zones_find(rows[i].zone);
        int64_t before = prm__duration_before(&zone, duration(rows[i].duration),
                                              instant(&zone, rows[i].time));
        if (before != instant(&zone, rows[i].before))
            fail_msg("%s %s - %s", rows[i].zone, rows[i].time, rows[i].duration);
    }
    prm__zone zone = zones_find("tokyo");
    const int64_t now = instant(&zone, "2026-07-02");
    const prm__duration endless[] = {
        {INT64_MAX, PRM_UNIT_MS, 0}, {INT64_MAX, PRM_UNIT_DAY, 0}, {INT64_MAX, PRM_UNIT_MONTH, 0}};
    for (size_t i = 0; i < UNIT_COUNT(endless); i++) {
        int64_t before = prm__duration_before(&zone, endless[i], now);
        assert_true(before < INT64_C(-100000000000000));
        assert_true(before > INT64_MIN / 4); /* and may still be calculated with */
    }
}

/* Every day of four years, plus every number of months: the day is found by walking. */
static void test_months_by_walking(void **state)
{
    (void)state;
    prm__zone utc = zones_find("utc");
    prm__civil date = {2023, 1, 1};
    for (int32_t day = prm__caltime_days(2023, 1, 1); date.year < 2029; day++, date = next_day(date))
        for (int32_t months = 1; months <= 50; months++) {
            int32_t year = date.year, month = date.month;
            for (int32_t k = 0; k < months; k++)
                if (++month > 12) {
                    month = 1;
                    year++;
                }
            int32_t length = month_length(year, month);
            int32_t last = prm__caltime_days(year, month, date.day < length ? date.day : length);
            prm__duration length_of_time = {months, PRM_UNIT_MONTH, 0};
            if (prm__duration_end(&utc, length_of_time, day * PRM_MS_PER_DAY + 5 * HOUR) !=
                (last + 1) * PRM_MS_PER_DAY)
                fail_msg("%d-%d-%d + %dmo", (int)date.year, (int)date.month, (int)date.day, (int)months);
        }
}

static void test_ends_are_monotone_and_bounded(void **state)
{
    (void)state;
    static const char *const texts[] = {"1d", "2d", "30d", "1mo", "2mo", "1y", "24h", "45s"};
    for (size_t i = 0; i < UNIT_COUNT(zones_all); i++) {
        prm__zone zone = zones_all[i].zone;
        int64_t around = zone.count > 1 ? zone.transitions[1].at : INT64_C(1706745600000);
        for (size_t k = 0; k < UNIT_COUNT(texts); k++) {
            int64_t before = INT64_MIN;
            for (int64_t time = around - 70 * PRM_MS_PER_DAY; time < around + 5 * PRM_MS_PER_DAY;
                 time += 30 * MINUTE) {
                int64_t end = prm__duration_end(&zone, duration(texts[k]), time);
                assert_true(end >= before && end > time);
                before = end;
            }
        }
    }
    prm__zone utc = zones_find("utc"), new_york = zones_find("new york");
    static const char *const endless[] = {"999999999d", "999999999w", "999999999mo", "999999999y",
                                          "999999999h", "9000y",      "97000mo",     "3000000d"};
    for (size_t i = 0; i < UNIT_COUNT(endless); i++) {
        assert_int_equal(prm__duration_end(&utc, duration(endless[i]), 0), PRM_TIME_MAX + 1);
        assert_int_equal(prm__duration_end(&new_york, duration(endless[i]), PRM_TIME_MAX / 2),
                         PRM_TIME_MAX + 1);
        assert_int_equal(prm__duration_end(&new_york, duration(endless[i]), PRM_TIME_MAX), PRM_TIME_MAX + 1);
    }
    assert_int_equal(prm__duration_end(&utc, duration("1d"), PRM_TIME_MAX), PRM_TIME_MAX + 1);
    assert_int_equal(prm__duration_end(&new_york, duration("1d"), PRM_TIME_MAX), PRM_TIME_MAX + 1);
    assert_int_equal(prm__duration_end(&utc, duration("1s"), PRM_TIME_MAX), PRM_TIME_MAX + 1);
    assert_int_equal(prm__duration_end(&utc, duration("8029y"), 0),
                     INT64_C(253370851200000)); /* 9999-01-02 */
}

/* ---- Windows ---- */

/* What an accountant knows who closes the books on day `closes` of every month. */
typedef struct books {
    int32_t closes;
    int32_t month;     /* months since January 1960 */
    int32_t starts[4]; /* of the present month, quarter, half, year */
    int32_t fiscal_starts[3];
} account_books;

static void books_next_month(account_books *books, int32_t today, int32_t fiscal_month)
{
    static const int32_t lengths[] = {1, 3, 6, 12};
    books->month++;
    for (size_t i = 0; i < 4; i++)
        if (books->month % lengths[i] == 0)
            books->starts[i] = today;
    for (size_t i = 0; i < 3; i++)
        if ((books->month + 12 - (fiscal_month - 1)) % lengths[i + 1] == 0)
            books->fiscal_starts[i] = today;
}

static void assert_first_day(const prm__calendar *calendar, prm__period period, int32_t day, int32_t first)
{
    prm__window_span span = prm__calendar_window(calendar, period, day * PRM_MS_PER_DAY + 13 * HOUR);
    if (span.first_day != first || span.start != first * PRM_MS_PER_DAY || span.end <= day * PRM_MS_PER_DAY)
        fail_msg("day %d, period %d, closes %d, fiscal %d", (int)day, (int)period,
                 (int)calendar->month_closes, (int)calendar->fiscal_month);
}

static void test_months_close_on_every_day(void **state)
{
    (void)state;
    for (int32_t closes = 1; closes <= 31; closes++) {
        prm__calendar calendar = {zones_find("utc"), 0, closes * 5 % 12 + 1, closes, 1};
        account_books books = {closes, 0, {0}, {0}};
        prm__civil date = {1960, 1, 1};
        for (int32_t day = prm__caltime_days(1960, 1, 1); date.year < 2040; day++, date = next_day(date)) {
            if (date.year >= 1970) {
                for (int period = 0; period < 4; period++)
                    assert_first_day(&calendar, (prm__period)(PRM_PERIOD_MONTH + period), day,
                                     books.starts[period]);
                for (int period = 0; period < 3; period++)
                    assert_first_day(&calendar, (prm__period)(PRM_PERIOD_FISCAL_QUARTER + period), day,
                                     books.fiscal_starts[period]);
            }
            int32_t length = month_length(date.year, date.month);
            if (date.day == (closes < length ? closes : length))
                books_next_month(&books, day + 1, calendar.fiscal_month);
        }
    }
}

static void test_weeks_begin_on_every_weekday(void **state)
{
    (void)state;
    for (int32_t weekday = 0; weekday < 7; weekday++) {
        prm__calendar calendar = {zones_find("utc"), weekday, 1, 31, 1};
        int32_t monday = prm__caltime_days(2026, 6, 1); /* known to be one */
        int32_t first = monday - 700 + weekday;
        for (int32_t day = first; day < monday + 700; day++) {
            if (day == first + 7)
                first = day;
            assert_first_day(&calendar, PRM_PERIOD_WEEK, day, first);
        }
    }
}

static void check_tiling(const char *name, const prm__calendar *calendar, prm__period period, int64_t from,
                         int64_t until)
{
    prm__window_span span = prm__calendar_window(calendar, period, from);
    while (span.start < until) {
        prm__window_span again = prm__calendar_window(calendar, period, span.start);
        prm__window_span last = prm__calendar_window(calendar, period, span.end - 1);
        prm__window_span next = prm__calendar_window(calendar, period, span.end);
        if (span.start >= span.end || again.start != span.start || again.end != span.end ||
            last.start != span.start || last.first_day != span.first_day || next.start != span.end ||
            next.first_day <= span.first_day)
            fail_msg("%s: period %d at %lld", name, (int)period, (long long)span.start);
        span = next;
    }
}

static void test_windows_tile_the_time_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(zones_all); i++)
        for (int period = PRM_PERIOD_DAY; period <= PRM_PERIOD_FISCAL_YEAR; period++)
            for (int32_t closes = 1; closes <= 31; closes += period == PRM_PERIOD_DAY ? 31 : 1) {
                const prm__zone zone = zones_all[i].zone;
                prm__calendar calendar = {zone, closes % 7, closes % 12 + 1, closes, 0};
                for (uint32_t k = 1; k < zone.count; k++)
                    check_tiling(zones_all[i].name, &calendar, (prm__period)period,
                                 zone.transitions[k].at - 40 * PRM_MS_PER_DAY,
                                 zone.transitions[k].at + 40 * PRM_MS_PER_DAY);
                if (period > PRM_PERIOD_WEEK)
                    check_tiling(zones_all[i].name, &calendar, (prm__period)period, 0,
                                 INT64_C(13601001600000));
            }
}

static void test_known_windows(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int32_t fiscal_month, closes;
        prm__period period;
        const char *time, *start, *end;
    } rows[] = {
        {"tokyo", 4, 31, PRM_PERIOD_MONTH, "2026-06-20T10:00:00+09:00", "2026-06-01", "2026-07-01"},
        {"tokyo", 4, 31, PRM_PERIOD_MONTH, "2026-06-30T15:00:00Z", "2026-07-01", "2026-08-01"},
        {"tokyo", 4, 31, PRM_PERIOD_MONTH, "2026-06-30T14:59:59.999Z", "2026-06-01", "2026-07-01"},
        {"tokyo", 4, 20, PRM_PERIOD_MONTH, "2026-06-20T23:00:00+09:00", "2026-05-21", "2026-06-21"},
        {"tokyo", 4, 20, PRM_PERIOD_MONTH, "2026-06-21T00:00:00+09:00", "2026-06-21", "2026-07-21"},
        {"tokyo", 4, 30, PRM_PERIOD_MONTH, "2026-02-28", "2026-01-31", "2026-03-01"},
        {"tokyo", 4, 30, PRM_PERIOD_MONTH, "2026-03-31", "2026-03-31", "2026-05-01"},
        {"tokyo", 4, 20, PRM_PERIOD_YEAR, "2026-12-21", "2026-12-21", "2027-12-21"},
        {"tokyo", 4, 20, PRM_PERIOD_FISCAL_YEAR, "2026-03-20", "2025-03-21", "2026-03-21"},
        {"tokyo", 4, 20, PRM_PERIOD_FISCAL_YEAR, "2026-03-21", "2026-03-21", "2027-03-21"},
        {"tokyo", 4, 31, PRM_PERIOD_FISCAL_QUARTER, "2026-06-30", "2026-04-01", "2026-07-01"},
        {"tokyo", 2, 31, PRM_PERIOD_FISCAL_QUARTER, "2026-01-05", "2025-11-01", "2026-02-01"},
        {"tokyo", 2, 31, PRM_PERIOD_QUARTER, "2026-01-05", "2026-01-01", "2026-04-01"},
        {"tokyo", 4, 31, PRM_PERIOD_FISCAL_HALF, "2026-03-31", "2025-10-01", "2026-04-01"},
        {"tokyo", 4, 31, PRM_PERIOD_HALF, "2026-07-01", "2026-07-01", "2027-01-01"},
        {"tokyo", 4, 31, PRM_PERIOD_WEEK, "2026-06-07", "2026-06-01", "2026-06-08"},
        {"apia", 1, 29, PRM_PERIOD_MONTH, "2011-12-31", "2011-12-31T00:00:00+14:00", "2012-01-30"},
        {"apia", 1, 31, PRM_PERIOD_DAY, "2011-12-29", "2011-12-29", "2011-12-31T00:00:00+14:00"},
        {"sao paulo", 1, 3, PRM_PERIOD_MONTH, "2018-11-04", "2018-11-04T01:00:00-02:00", "2018-12-04"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__calendar calendar = {zones_find(rows[i].zone), 0, rows[i].fiscal_month, rows[i].closes, 0};
        prm__window_span span = prm__calendar_window(&calendar, rows[i].period,
                                                     instant(&calendar.zone, rows[i].time));
        if (span.start != instant(&calendar.zone, rows[i].start) ||
            span.end != instant(&calendar.zone, rows[i].end))
            fail_msg("row %d: %lld to %lld", (int)i, (long long)span.start, (long long)span.end);
    }
    /* The very first and last windows reach beyond the years that events may have. */
    prm__calendar calendar = {zones_find("new york"), 0, 2, 15, 0};
    prm__window_span first = prm__calendar_window(&calendar, PRM_PERIOD_FISCAL_YEAR, PRM_TIME_MIN);
    assert_int_equal(first.first_day, prm__caltime_days(1969, 1, 16));
    prm__window_span last = prm__calendar_window(&calendar, PRM_PERIOD_YEAR, PRM_TIME_MAX);
    assert_true(last.start <= PRM_TIME_MAX && last.end > PRM_TIME_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day_of_many_years),
        cmocka_unit_test(test_known_days),
        cmocka_unit_test(test_days_as_a_clock_shows_them),
        cmocka_unit_test(test_days_tile_the_time_line),
        cmocka_unit_test(test_known_day_starts),
        cmocka_unit_test(test_local_times),
        cmocka_unit_test(test_offsets_by_scanning),
        cmocka_unit_test(test_reads_durations),
        cmocka_unit_test(test_ends_of_durations),
        cmocka_unit_test(test_durations_before),
        cmocka_unit_test(test_months_by_walking),
        cmocka_unit_test(test_ends_are_monotone_and_bounded),
        cmocka_unit_test(test_months_close_on_every_day),
        cmocka_unit_test(test_weeks_begin_on_every_weekday),
        cmocka_unit_test(test_windows_tile_the_time_line),
        cmocka_unit_test(test_known_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
