/* api: the small texts that need no engine: names, versions, times, money, rates. */
#include "../engine/engine_rig.h"

/* The text has this form, in a buffer of any size that suffices, and in no other. */
#define WRITTEN(expected, call)                                                                              \
    do {                                                                                                     \
        char buffer[64];                                                                                     \
        size_t capacity = sizeof buffer;                                                                     \
        size_t whole = call;                                                                                 \
        assert_string_equal(buffer, expected);                                                               \
        assert_int_equal(whole, strlen(expected));                                                           \
        capacity = whole + 1;                                                                                \
        assert_int_equal(call, whole);                                                                       \
        capacity = whole;                                                                                    \
        assert_int_equal(call, 0);                                                                           \
    } while (0)

static void statuses_have_names(void **state)
{
    (void)state;
    assert_string_equal(prm_status_name(PRM_OK), "PRM_OK");
    assert_string_equal(prm_status_name(PRM_E_ARGUMENT), "PRM_E_ARGUMENT");
    assert_string_equal(prm_status_name(PRM_E_MEMORY), "PRM_E_MEMORY");
    assert_string_equal(prm_status_name(PRM_E_IO), "PRM_E_IO");
    assert_string_equal(prm_status_name(PRM_E_PROGRAM), "PRM_E_PROGRAM");
    assert_string_equal(prm_status_name(PRM_E_EVENT), "PRM_E_EVENT");
    assert_string_equal(prm_status_name(PRM_E_CLOCK), "PRM_E_CLOCK");
    assert_string_equal(prm_status_name(PRM_E_LIMIT), "PRM_E_LIMIT");
    assert_string_equal(prm_status_name(PRM_E_NOT_FOUND), "PRM_E_NOT_FOUND");
    assert_string_equal(prm_status_name(PRM_E_INTERNAL), "PRM_E_INTERNAL");
    assert_string_equal(prm_status_name(PRM_E_STATE), "PRM_E_STATE");
    assert_string_equal(prm_status_name(PRM_E_MISMATCH), "PRM_E_MISMATCH");
    assert_string_equal(prm_status_name(PRM_E_UNSUPPORTED), "PRM_E_UNSUPPORTED");
    assert_string_equal(prm_status_name(-1), "PRM_E_UNKNOWN");
    assert_string_equal(prm_status_name(13), "PRM_E_UNKNOWN");
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(prm_state_name(PRM_STATE_OPEN), "open");
    assert_string_equal(prm_state_name(PRM_STATE_REACHED), "reached");
    assert_string_equal(prm_state_name(PRM_STATE_MISSED), "missed");
    assert_string_equal(prm_state_name(PRM_STATE_WAITING), "waiting");
    assert_string_equal(prm_state_name(PRM_STATE_NOT_ELIGIBLE), "not_eligible");
    assert_string_equal(prm_state_name(PRM_STATE_INACTIVE), "inactive");
    assert_string_equal(prm_state_name(0), "unknown");
    assert_string_equal(prm_state_name(UINT32_MAX), "unknown");
}

static void the_version_is_that_of_the_header(void **state)
{
    (void)state;
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", PRM_VERSION_MAJOR, PRM_VERSION_MINOR, PRM_VERSION_PATCH);
    assert_string_equal(prm_version(), version);
}

static void what_a_program_says_of_itself(void **state)
{
    (void)state;
    prm_program *program = rig_program("title: 表題\ncurrency: USD\ntimezone: Asia/Tokyo\n"
                                       "commission: {on: deal.won, of: amount, base: 10%}\n");
    prm_program *same = rig_program("title: 表題\ncurrency: USD\ntimezone: Asia/Tokyo\n\n"
                                    "commission: {base: 10%, on: deal.won, of: amount}\n");
    prm_program *other = rig_program("title: 表題\ncurrency: USD\ntimezone: Asia/Tokyo\n"
                                     "commission: {on: deal.won, of: amount, base: 11%}\n");
    assert_memory_equal(prm_program_name(program).data, "rig", 3);
    assert_int_equal(prm_program_name(program).size, 3);
    assert_memory_equal(prm_program_title(program).data, "表題", 6);
    assert_memory_equal(prm_program_currency(program).data, "USD", 3);
    assert_memory_equal(prm_program_timezone(program).data, "Asia/Tokyo", 10);
    assert_int_equal(prm_program_minor_digits(program), 2);
    assert_true(prm_program_hash(program) == prm_program_hash(same));
    assert_true(prm_program_hash(program) != prm_program_hash(other));
    prm_program_unref(program);
    prm_program_unref(same);
    prm_program_unref(other);
}

static void times_are_written_in_the_programs_zone(void **state)
{
    (void)state;
    prm_program *tokyo = rig_program(
        "timezone: Asia/Tokyo\ncommission: {on: deal.won, of: amount, base: 10%}\n");
    prm_program *utc = rig_program("commission: {on: deal.won, of: amount, base: 10%}\n");
    WRITTEN("1970-01-01T09:00:00+09:00", prm_program_write_time(tokyo, 0, buffer, capacity));
    WRITTEN("1970-01-01T00:00:00.001Z", prm_program_write_time(utc, 1, buffer, capacity));
    WRITTEN("9999-12-31T23:59:59.999Z",
            prm_program_write_time(utc, INT64_C(253402300799999), buffer, capacity));
    char buffer[64];
    assert_int_equal(prm_program_write_time(utc, PRM_NO_TIME, buffer, sizeof buffer), 0);
    assert_int_equal(prm_program_write_time(utc, INT64_MAX, buffer, sizeof buffer), 0);
    assert_int_equal(prm_program_write_time(utc, 0, NULL, 64), 0);
    prm_program_unref(tokyo);
    prm_program_unref(utc);
}

static void times_are_read_in_the_programs_zone(void **state)
{
    (void)state;
    prm_program *tokyo = rig_program(
        "timezone: Asia/Tokyo\ncommission: {on: deal.won, of: amount, base: 10%}\n");
    int64_t time = 0;
    assert_int_equal(prm_program_read_time(tokyo, "2026-01-01", 10, &time, NULL), PRM_OK);
    assert_int_equal(time, INT64_C(1767193200000));
    assert_int_equal(prm_program_read_time(tokyo, "1767193200", 10, &time, NULL), PRM_OK);
    assert_int_equal(time, INT64_C(1767193200000));
    assert_int_equal(prm_program_read_local_time(tokyo, "2026-01-01T00:00:00", 19, &time, NULL), PRM_OK);
    assert_int_equal(time, INT64_C(1767193200000));
    assert_int_equal(prm_program_read_time(tokyo, "1970-01-01", 10, &time, NULL),
                     PRM_E_EVENT); /* 1969, UTC */
    assert_int_equal(prm_program_read_time(tokyo, "1970-01-02", 10, &time, NULL), PRM_OK);
    prm_program_unref(tokyo);
}

static void what_is_no_time_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"1969-12-31", "\"1969-12-31\" lies outside of the years 1970 to 9999"},
        {"2026-02-30", "\"2026-02-30\" is no time: the calendar has no such day"},
        {"2016-12-31T23:59:60Z", "\"2016-12-31T23:59:60Z\" has 60 seconds: write 59, or the next minute"},
        {"2026-06-20T10:00:00",
         "\"2026-06-20T10:00:00\" has no offset from UTC: add Z, or an offset such as +09:00"},
        {"soon", "\"soon\" is no time: write 2026-06-20T10:00:00+09:00, a date, or Unix seconds"},
    };
    prm_program *program = rig_program("commission: {on: deal.won, of: amount, base: 10%}\n");
    for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
        prm_error error;
        int64_t time = 0;
        assert_int_equal(prm_program_read_time(program, rows[i].text, strlen(rows[i].text), &time, &error),
                         PRM_E_EVENT);
        assert_string_equal(error.message, rows[i].message);
    }
    prm_program_unref(program);
}

static void money_has_the_currencys_digits(void **state)
{
    (void)state;
    prm_program *yen = rig_program("commission: {on: deal.won, of: amount, base: 10%}\n");
    prm_program *dinar = rig_program("currency: KWD\ncommission: {on: deal.won, of: amount, base: 10%}\n");
    WRITTEN("1234", prm_program_write_money(yen, 1234, buffer, capacity));
    WRITTEN("1.234", prm_program_write_money(dinar, 1234, buffer, capacity));
    WRITTEN("-0.001", prm_program_write_money(dinar, -1, buffer, capacity));
    WRITTEN("-9223372036854775.808", prm_program_write_money(dinar, INT64_MIN, buffer, capacity));
    prm_program_unref(yen);
    prm_program_unref(dinar);
}

static void rates_and_decimals(void **state)
{
    (void)state;
    WRITTEN("20%", prm_write_rate(INT64_C(200000000000), 0, buffer, capacity));
    WRITTEN("+5%", prm_write_rate(INT64_C(50000000000), 1, buffer, capacity));
    WRITTEN("-2.5%", prm_write_rate(INT64_C(-25000000000), 1, buffer, capacity));
    WRITTEN("+0%", prm_write_rate(0, 1, buffer, capacity));
    WRITTEN("0.0000000001%", prm_write_rate(1, 0, buffer, capacity));
    WRITTEN("12.5", prm_write_decimal((prm_decimal){0, UINT64_C(12500000000000)}, buffer, capacity));
    WRITTEN("-0.000000000001", prm_write_decimal((prm_decimal){-1, UINT64_MAX}, buffer, capacity));
    char buffer[64];
    assert_int_equal(prm_write_decimal((prm_decimal){INT64_MAX, 0}, buffer, sizeof buffer), 0);
    assert_int_equal(prm_write_decimal((prm_decimal){0, 1}, NULL, 64), 0);
    assert_int_equal(prm_write_rate(1, 0, NULL, 64), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_have_names),
        cmocka_unit_test(states_have_names),
        cmocka_unit_test(the_version_is_that_of_the_header),
        cmocka_unit_test(what_a_program_says_of_itself),
        cmocka_unit_test(times_are_written_in_the_programs_zone),
        cmocka_unit_test(times_are_read_in_the_programs_zone),
        cmocka_unit_test(what_is_no_time_says_why),
        cmocka_unit_test(money_has_the_currencys_digits),
        cmocka_unit_test(rates_and_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
