/* Time patterns: each conversion, what does not fit, and the days of the calendar. */
#include "strptime.h"

#include "scratch.h"

/* Reads `text` by `pattern` and writes it as one line, or why it cannot. */
static void read_expect(const char *pattern, const char *text, const char *expected)
{
    char out[300];
    char reason[200];
    arena memory = {0};
    time_pattern compiled;
    civil_time time;
    if (!pattern_compile(&compiled, text_of(pattern), &memory, reason, sizeof reason))
        snprintf(out, sizeof out, "pattern: %s", reason);
    else if (!pattern_read(&compiled, text_of(text), &time, reason, sizeof reason))
        snprintf(out, sizeof out, "%s", reason);
    else if (compiled.has_instant)
        snprintf(out, sizeof out, "@%d", (int)time.instant);
    else
        snprintf(out, sizeof out, "%d-%d-%d %d:%d:%d.%d %d", (int)time.year, (int)time.month, (int)time.day,
                 (int)time.hour, (int)time.minute, (int)time.second, (int)time.milliseconds,
                 (int)time.zone_seconds);
    assert_string_equal(out, expected);
    arena_free(&memory);
}

static void test_dates(void **state)
{
    (void)state;
    read_expect("%Y-%m-%d", "2026-06-01", "2026-6-1 0:0:0.0 0");
    read_expect("%d/%m/%Y", "3/4/2017", "2017-4-3 0:0:0.0 0");
    read_expect("%Y%m%d", "20260601", "2026-6-1 0:0:0.0 0");
    read_expect("%y%m%d", "700101", "1970-1-1 0:0:0.0 0");
    read_expect("%d.%m.%y", "1.2.68", "2068-2-1 0:0:0.0 0");
    read_expect("%b %d, %Y", "Mar 5, 2026", "2026-3-5 0:0:0.0 0");
    read_expect("%d %B %Y", "5 september 2026", "2026-9-5 0:0:0.0 0");
    read_expect("%d-%b-%Y", "05-MAY-2026", "2026-5-5 0:0:0.0 0");
    read_expect("%b%d%Y", "June012026", "2026-6-1 0:0:0.0 0");
    read_expect("%Y-%j", "2024-366", "2024-12-31 0:0:0.0 0");
    read_expect("%Y-%j", "2026-60", "2026-3-1 0:0:0.0 0");
    read_expect("%Y\xE5\xB9\xB4%m\xE6\x9C\x88%d\xE6\x97\xA5",
                "2026\xE5\xB9\xB4"
                "6\xE6\x9C\x88"
                "1\xE6\x97\xA5",
                "2026-6-1 0:0:0.0 0");
    read_expect("100%% %Y%m%d", "100% 20260601", "2026-6-1 0:0:0.0 0");
}

static void test_times(void **state)
{
    (void)state;
    read_expect("%Y-%m-%d %H:%M:%S", "2026-06-01 23:59:59", "2026-6-1 23:59:59.0 0");
    read_expect("%Y-%m-%dT%H:%M:%S.%f", "2026-06-01T01:02:03.1234567", "2026-6-1 1:2:3.123 0");
    read_expect("%Y%m%d%H%M%S", "20260601010203", "2026-6-1 1:2:3.0 0");
    read_expect("%m/%d/%Y %I:%M %p", "6/1/2026 12:05 am", "2026-6-1 0:5:0.0 0");
    read_expect("%m/%d/%Y %I:%M %p", "6/1/2026 12:05 PM", "2026-6-1 12:5:0.0 0");
    read_expect("%m/%d/%Y %I:%M %p", "6/1/2026 1:05 PM", "2026-6-1 13:5:0.0 0");
    read_expect("%Y-%m-%d %H:%M %z", "2026-06-01 10:00 +0930", "2026-6-1 10:0:0.0 34200");
    read_expect("%Y-%m-%d %H:%M%z", "2026-06-01 10:00-05:00", "2026-6-1 10:0:0.0 -18000");
    read_expect("%Y-%m-%d %H:%M%z", "2026-06-01 10:00Z", "2026-6-1 10:0:0.0 0");
    read_expect("%s", "1780272000", "@1780272000");
}

static void test_refused_texts(void **state)
{
    (void)state;
    read_expect("%Y-%m-%d", "", "it does not fit %Y");
    read_expect("%Y-%m-%d", "26-06-01", "it does not fit %Y");
    read_expect("%Y-%m-%d", "2026-13-01", "it does not fit %m");
    read_expect("%Y-%m-%d", "2026-00-01", "it does not fit %m");
    read_expect("%Y-%m-%d", "2026-02-29", "there is no such day");
    read_expect("%Y-%m-%d", "2100-02-29", "there is no such day");
    read_expect("%Y-%m-%d", "2024-02-29", "2024-2-29 0:0:0.0 0");
    read_expect("%Y-%j", "2026-366", "there is no such day");
    read_expect("%Y-%m-%d", "2026-06-01 ", "text is left over");
    read_expect("%Y-%m-%d", "2026/06/01", "'-' is missing");
    read_expect("%Y-%m-%d %H:%M:%S", "2026-06-01 00:00:60", "it does not fit %S");
    read_expect("%Y-%m-%d %H", "2026-06-01 24", "it does not fit %H");
    read_expect("%Y%m%d", "2026061", "it does not fit %d");
    read_expect("%d %b %Y", "5 Foo 2026", "it does not fit %b");
    read_expect("%Y-%m-%d %H:%M %z", "2026-06-01 10:00 +9", "it does not fit %z");
    read_expect("%Y-%m-%d %I %p", "2026-06-01 10 xm", "it does not fit %p");
    read_expect("%s", "-5", "it does not fit %s");
}

static void test_refused_patterns(void **state)
{
    (void)state;
    read_expect("%Y-%Q", "", "pattern: unknown conversion '%Q' in the pattern");
    read_expect("%Y-%m-%d%", "", "pattern: unknown conversion '%' in the pattern");
    read_expect("%m/%d", "", "pattern: the pattern makes no date: it needs %Y, %m and %d, or %s");
    read_expect("", "", "pattern: the pattern makes no date: it needs %Y, %m and %d, or %s");
    read_expect("%Y-%m-%d %I", "", "pattern: %I and %p go together");
    read_expect("%Y-%m-%d %M", "", "pattern: minutes or seconds without an hour");
}

static void test_days(void **state)
{
    (void)state;
    assert_int_equal(civil_days(1970, 1, 1), 0);
    assert_int_equal(civil_days(1969, 12, 31), -1);
    assert_int_equal(civil_days(2000, 2, 29), 11016);
    assert_int_equal(civil_days(2000, 3, 1), 11017);
    assert_int_equal(civil_days(9999, 12, 31), 2932896);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),         cmocka_unit_test(test_times),
        cmocka_unit_test(test_refused_texts), cmocka_unit_test(test_refused_patterns),
        cmocka_unit_test(test_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
