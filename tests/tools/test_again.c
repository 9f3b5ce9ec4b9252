/* What is known of times is what the program says of them. */
#include "again.h"

#include "scratch.h"

static prm_program *program(void)
{
    static const char text[] = "prm: 1\nprogram: x\ncurrency: JPY\ntimezone: America/New_York\n"
                               "commission: {on: deal.won, of: amount, base: 10%}\n";
    prm_program *out = NULL;
    assert_int_equal(prm_program_compile(text, sizeof text - 1, NULL, &out, NULL, NULL), PRM_OK);
    return out;
}

/* In an order in which each text finds something known of the one before it. */
static void test_times(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "2026-06-01T10:00:00+09:00",
        "2026-06-01T10:00:00+09:00",
        "2026-06-01T23:59:59+09:00",
        "2026-06-01T24:00:00+09:00",
        "2026-06-01T10:60:00+09:00",
        "2026-06-01T10:00:60+09:00",
        "2026-06-01T10:00:0x+09:00",
        "2026-06-01T10-00:00+09:00",
        "2026-06-01T10:00:00-09:00",
        "2026-06-01T11:00:00-09:00",
        "2026-06-01T11:00:00Z",
        "2026-06-01T12:00:00Z",
        "2026-06-01T12:00:00.250Z",
        "2026-06-01T13:30:00.250Z",
        "2026-06-01T13:30:00.251Z",
        "2026-06-02T13:30:00.251Z",
        "2026-06-02",
        "2026-06-03",
        "1780390800",
        "1780390801",
        "",
        "1970-01-01T09:00:00+09:00",
        "1970-01-01T08:59:59+09:00",
        "9999-12-31T14:59:59-09:00",
        "9999-12-31T15:00:00-09:00",
        "2026-03-08T02:30:00-05:00",
        "2026-03-08T03:30:00-05:00",
        "2026-06-01T10:00:00",
        "2026-06-01T11:00:00",
    };
    prm_program *asked = program();
    again known = {.program = asked};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t expected = -1;
        int64_t got = -1;
        prm_error error;
        prm_status status = prm_program_read_time(asked, texts[i], strlen(texts[i]), &expected, &error);
        assert_int_equal(again_time(&known, text_of(texts[i]), &got, &error), status);
        if (status == PRM_OK)
            assert_int_equal(got, expected);
    }
    again_free(&known);
    prm_program_unref(asked);
}

/* More names than there are slots, each asked for twice. */
static void test_names(void **state)
{
    (void)state;
    prm_program *asked = program();
    again known = {.program = asked};
    for (size_t i = 0; i < 1000; i++) {
        char name[24];
        snprintf(name, sizeof name, "x%zu", i / 2);
        again_name found = again_field(&known, text_of(name));
        assert_true(text_is(found.name, name));
        assert_int_equal(found.handle, PRM_NONE);
        assert_int_equal(again_field(&known, text_of("amount")).handle,
                         prm_program_field(asked, "amount", 6));
        assert_int_equal(again_type(&known, text_of("deal.won")).handle,
                         prm_program_type(asked, "deal.won", 8));
        assert_int_equal(again_type(&known, text_of(name)).handle, PRM_NONE);
    }
    assert_int_equal(again_type(&known, text_of("")).handle, PRM_NONE);
    again_free(&known);
    prm_program_unref(asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
