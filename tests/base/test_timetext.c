/* Tests of base/timetext: what is a time, what is none, and writing that reads back. */
#include "base/caltime.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"
#include "zones.h"

static void test_reads_times(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *text;
        int64_t time;
    } rows[] = {
        {"tokyo", "1970-01-01T00:00:00Z", 0},
        {"tokyo", "1970-01-01T00:00:00.001Z", 1},
        {"tokyo", "1970-01-01T09:00:00+09:00", 0},
        {"tokyo", "1969-12-31T19:00:00-05:00", 0},
        {"tokyo", "2026-06-20T10:00:00.5+09:00", INT64_C(1781917200500)},
        {"tokyo", "2026-06-20t01:00:00.5z", INT64_C(1781917200500)},
        {"tokyo", "2026-06-20 01:00:00.50000000000000000000Z", INT64_C(1781917200500)},
        {"tokyo", "2026-06-20T01:00:00.9999999Z", INT64_C(1781917200999)},
        {"tokyo", "2026-06-20T01:00:00.0009Z", INT64_C(1781917200000)},
        {"tokyo", "2026-06-20T01:00:00-00:00", INT64_C(1781917200000)},
        {"tokyo", "2026-06-20T06:45:00+05:45", INT64_C(1781917200000)},
        {"tokyo", "2026-06-20T00:59:00-00:01", INT64_C(1781917200000)},
        {"tokyo", "2026-06-20", INT64_C(1781881200000)},
        {"utc", "2026-06-20", INT64_C(1781913600000)},
        {"utc", "2028-02-29", INT64_C(1835395200000)},
        {"sao paulo", "2018-11-04", INT64_C(1541300400000)},
        {"tokyo", "0", 0},
        {"tokyo", "1781917200", INT64_C(1781917200000)},
        {"tokyo", "000001781917200", INT64_C(1781917200000)},
        {"tokyo", "253402300799", INT64_C(253402300799000)},
        {"utc", "9999-12-31T23:59:59.999Z", PRM_TIME_MAX},
        {"tokyo", "9999-12-31", INT64_C(253402182000000)},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__zone zone = zones_find(rows[i].zone);
        int64_t time = -1;
        if (!prm__caltime_read(&zone, rows[i].text, strlen(rows[i].text), &time) || time != rows[i].time)
            fail_msg("%s: %lld", rows[i].text, (long long)time);
    }
}

static void test_says_why_it_is_no_time(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        prm__time_problem problem;
    } rows[] = {
        {"", PRM_TIME_NOT_ONE},
        {"now", PRM_TIME_NOT_ONE},
        {"2026-06", PRM_TIME_NOT_ONE},
        {"2026-06-20T10:00Z", PRM_TIME_NOT_ONE},
        {"2026-06-20x", PRM_TIME_NOT_ONE},
        {"2026-06-20T10:00:00+9", PRM_TIME_NOT_ONE},
        {"2026-06-20T24:00:00Z", PRM_TIME_NOT_ONE},
        {"-1", PRM_TIME_OUT_OF_RANGE},
        {"253402300800", PRM_TIME_OUT_OF_RANGE},
        {"1969-12-31", PRM_TIME_OUT_OF_RANGE},
        {"1969-12-31T23:59:59Z", PRM_TIME_OUT_OF_RANGE},
        {"1970-01-01T00:00:00+09:00", PRM_TIME_OUT_OF_RANGE},
        {"10000-01-01T00:00:00Z", PRM_TIME_OUT_OF_RANGE},
        {"2026-02-30", PRM_TIME_NO_SUCH_DAY},
        {"2026-13-01", PRM_TIME_NO_SUCH_DAY},
        {"2026-02-29T10:00:00Z", PRM_TIME_NO_SUCH_DAY},
        {"2016-12-31T23:59:60Z", PRM_TIME_LEAP_SECOND},
        {"2016-12-31T23:59:61Z", PRM_TIME_NOT_ONE},
        {"2026-06-20T10:00:00", PRM_TIME_WITHOUT_OFFSET},
        {"2026-06-20 10:00:00.5", PRM_TIME_WITHOUT_OFFSET},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++)
        if (prm__caltime_problem(rows[i].text, strlen(rows[i].text)) != rows[i].problem)
            fail_msg("%s", rows[i].text);
}

static void test_refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        " ",
        "now",
        "-1",
        "+1",
        "1.5",
        "253402300800",
        "99999999999999999999999999999999",
        "2026-06",
        "2026-6-20",
        "2026-06-2",
        "2026-13-01",
        "2026-00-01",
        "2026-06-00",
        "2026-06-31",
        "2026-02-29",
        "2100-02-29",
        "2026/06/20",
        "2026.06-20",
        "2026-06.20",
        "2026-06:20",
        "2026-06-20 ",
        " 2026-06-20",
        "2026-06-20T",
        "2026-06-20T10:00",
        "2026-06-20T10:00Z",
        "2026-06-20T10:00:00",
        "2026-06-20T10:00:00+0900",
        "2026-06-20T10:00:00+09",
        "2026-06-20T10:00:00+24:00",
        "2026-06-20T10:00:00+09:60",
        "2026-06-20T24:00:00Z",
        "2026-06-20T10:60:00Z",
        "2026-06-20T10:00:60Z",
        "2026-06-20T10:00:61Z",
        "2026-12-31T23:59:60Z",
        "2026-06-20T10:00:00.Z",
        "2026-06-20T10:00:00,5Z",
        "2026-06-20T10:00:00ZZ",
        "2026-06-20T10:00:00Z ",
        "2026-06-20T1:00:00Z",
        "2026-06-20  10:00:00Z",
        "2026-06-20X10:00:00Z",
        "10000-01-01",
        "0999-01-01",
        "1969-12-31",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01",
        "1970-01-01T00:00:00+09:00",
        "9999-12-31T23:59:59-00:01",
        "20260620T100000Z",
        "2026-06-20T10:00:00 +09:00",
        "２０２６-06-20",
        "-2026-06-20",
        "0x10",
        "1_000",
    };
    prm__zone tokyo = zones_find("tokyo");
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        int64_t time = 77;
        if (prm__caltime_read(&tokyo, rows[i], strlen(rows[i]), &time) || time != 77)
            fail_msg("reads \"%s\"", rows[i]);
    }
    int64_t time = 77;
    int32_t days = 77;
    assert_false(prm__caltime_read(&tokyo, NULL, 0, &time));
    assert_false(prm__caltime_read(&tokyo, "2026-06-20\0", 11, &time));
    assert_false(prm__caltime_read_date(NULL, 0, &days));
    assert_false(prm__caltime_read_local(&tokyo, NULL, 0, &time));
    assert_int_equal(time, 77);
    /* Only as many bytes as were given. */
    assert_true(prm__caltime_read(&tokyo, "12345", 2, &time));
    assert_int_equal(time, 12000);
}

static void test_every_cut_of_a_time_is_refused(void **state)
{
    (void)state;
    const char *text = "2026-06-20T10:00:00.5+09:00";
    prm__zone tokyo = zones_find("tokyo");
    for (size_t size = 0; size < strlen(text); size++) {
        char *copy = malloc(size + 1); /* of this size, so that the sanitizer sees a byte read too far */
        assert_non_null(copy);
        char *cut = memcpy(copy + 1, text, size);
        int64_t time;
        int32_t days;
        bool is_number = size > 0 && size <= 4;
        assert_int_equal(prm__caltime_read(&tokyo, cut, size, &time), is_number || size == 10);
        assert_int_equal(prm__caltime_read_date(cut, size, &days), size == 10);
        assert_int_equal(prm__caltime_read_local(&tokyo, cut, size, &time), size == 19 || size == 21);
        free(copy);
    }
}

static void test_reads_dates(void **state)
{
    (void)state;
    int32_t days = 77;
    assert_true(prm__caltime_read_date("2026-06-20", 10, &days));
    assert_int_equal(days, 20624);
    assert_true(prm__caltime_read_date("1970-01-01", 10, &days));
    assert_int_equal(days, 0);
    assert_true(prm__caltime_read_date("9999-12-31", 10, &days));
    assert_int_equal(days, 2932896);
    static const char *const bad[] = {"1969-12-31", "2026-02-30", "2026-06-20T00:00:00Z", "1781917200",
                                      "2026-06-2"};
    for (size_t i = 0; i < UNIT_COUNT(bad); i++)
        assert_false(prm__caltime_read_date(bad[i], strlen(bad[i]), &days));
    assert_int_equal(days, 2932896);
}

static void test_reads_local_times(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *text;
        int64_t time;
    } rows[] = {
        {"tokyo", "2026-06-20T10:00:00", INT64_C(1781917200000)},
        {"tokyo", "2026-06-20 10:00:00.25", INT64_C(1781917200250)},
        {"tokyo", "1970-01-01T09:00:00", 0},
        {"new york", "2026-03-08T02:30:00", INT64_C(1772953200000)},
        {"new york", "2026-11-01T01:30:00", INT64_C(1793511000000)},
        {"apia", "2011-12-30T12:00:00", INT64_C(1325239200000)},
        {"new york", "9999-12-31T18:59:59.999", PRM_TIME_MAX},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__zone zone = zones_find(rows[i].zone);
        int64_t time = -1;
        assert_true(prm__caltime_read_local(&zone, rows[i].text, strlen(rows[i].text), &time));
        assert_int_equal(time, rows[i].time);
    }
    static const char *const bad[] = {"2026-06-20T10:00:00Z", "2026-06-20T10:00:00+09:00",
                                      "2026-06-20",           "2026-06-20T10:00",
                                      "1781917200",           "1970-01-01T08:59:59.999"};
    prm__zone tokyo = zones_find("tokyo");
    for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
        int64_t time = 77;
        assert_false(prm__caltime_read_local(&tokyo, bad[i], strlen(bad[i]), &time));
        assert_int_equal(time, 77);
    }
}

static void test_writes_times(void **state)
{
    (void)state;
    static const struct {
        const char *zone;
        int64_t time;
        const char *text;
    } rows[] = {
        {"utc", 0, "1970-01-01T00:00:00Z"},
        {"tokyo", INT64_C(1781917200000), "2026-06-20T10:00:00+09:00"},
        {"tokyo", INT64_C(1781917200005), "2026-06-20T10:00:00.005+09:00"},
        {"utc", INT64_C(1781917200120), "2026-06-20T01:00:00.120Z"},
        {"new york", INT64_C(1772953199999), "2026-03-08T01:59:59.999-05:00"},
        {"new york", INT64_C(1772953200000), "2026-03-08T03:00:00-04:00"},
        {"new york", 0, "1969-12-31T19:00:00-05:00"},
        {"st john's", INT64_C(1289097060000), "2010-11-06T23:01:00-03:30"},
        {"monrovia", 0, "1969-12-31T23:16:00-00:44"},
        {"utc", PRM_TIME_MAX, "9999-12-31T23:59:59.999Z"},
        {"tokyo", PRM_TIME_MAX + 1, "10000-01-01T09:00:00+09:00"},
        {"tokyo", PRM_TIME_MAX, "10000-01-01T08:59:59.999+09:00"},
        {"utc", INT64_C(-62167219200001), "-0001-12-31T23:59:59.999Z"},
        {"utc", -PRM_TIME_MAX, "-6060-01-02T00:00:00.001Z"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm__zone zone = zones_find(rows[i].zone);
        char buffer[32];
        size_t size = prm__caltime_write(&zone, strcmp(rows[i].zone, "utc") == 0, rows[i].time, buffer);
        assert_string_equal(buffer, rows[i].text);
        assert_int_equal(size, strlen(rows[i].text));
    }
}

static void test_writes_dates(void **state)
{
    (void)state;
    static const struct {
        int32_t days;
        const char *text;
    } rows[] = {
        {0, "1970-01-01"},
        {20624, "2026-06-20"},
        {2932896, "9999-12-31"},
        {2932897, "10000-01-01"},
        {-719528, "0000-01-01"},
        {-719529, "-0001-12-31"},
        {INT32_MAX, "5881580-07-11"},
        {INT32_MIN, "-5877641-06-23"},
    };
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        char buffer[16];
        assert_int_equal(prm__caltime_write_date(rows[i].days, buffer), strlen(rows[i].text));
        assert_string_equal(buffer, rows[i].text);
    }
}

static void test_what_is_written_reads_back(void **state)
{
    (void)state;
    uint64_t random = 43;
    for (size_t i = 0; i < UNIT_COUNT(zones_all); i++)
        for (int k = 0; k < 5000; k++) {
            prm__zone zone = zones_all[i].zone;
            int64_t time = (int64_t)(unit_random(&random) % (uint64_t)PRM_TIME_MAX);
            if (k % 2 == 0 && zone.count > 1)
                time = zone.transitions[1].at + (int64_t)(unit_random(&random) % 400000000) - 200000000;
            if (time < 0 || time > PRM_TIME_MAX - PRM_MS_PER_DAY)
                continue;
            char buffer[32];
            int64_t back = -1;
            size_t size = prm__caltime_write(&zone, false, time, buffer);
            if (!prm__caltime_read(&zone, buffer, size, &back) || back != time)
                fail_msg("%s: %lld is %s", zones_all[i].name, (long long)time, buffer);
            int32_t days;
            size = prm__caltime_write_date((int32_t)(time / PRM_MS_PER_DAY), buffer);
            assert_true(prm__caltime_read_date(buffer, size, &days));
            assert_int_equal(days, time / PRM_MS_PER_DAY);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_times),
        cmocka_unit_test(test_refuses_what_is_no_time),
        cmocka_unit_test(test_says_why_it_is_no_time),
        cmocka_unit_test(test_every_cut_of_a_time_is_refused),
        cmocka_unit_test(test_reads_dates),
        cmocka_unit_test(test_reads_local_times),
        cmocka_unit_test(test_writes_times),
        cmocka_unit_test(test_writes_dates),
        cmocka_unit_test(test_what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
