/* Widths of texts on a terminal, and which bytes are texts at all. */
#include "width.h"

#include "memory.h"
#include "scratch.h"

static size_t width(const char *text)
{
    return width_of(text_of(text));
}

static void test_widths(void **state)
{
    (void)state;
    assert_int_equal(width(""), 0);
    assert_int_equal(width("partner"), 7);
    assert_int_equal(width("\xC3\xA9"), 1);                 /* e with acute */
    assert_int_equal(width("e\xCC\x81"), 1);                /* the same, combined */
    assert_int_equal(width("\xE5\xB1\xB1\xE7\x94\xB0"), 4); /* kanji */
    assert_int_equal(width("\xE3\x82\xAB\xE3\x82\x99"), 2); /* katakana with a combined mark */
    assert_int_equal(width("\xEF\xBD\xB6\xEF\xBD\xBA"), 2); /* halfwidth katakana */
    assert_int_equal(width("\xEF\xBC\xA1"), 2);             /* fullwidth A */
    assert_int_equal(width("\xED\x95\x9C"), 2);             /* hangul */
    assert_int_equal(width("\xF0\x9F\x8E\x81"), 2);         /* a present */
    assert_int_equal(width("\xF0\xA0\xAE\xB7"), 2);         /* kanji beyond the first plane */
    assert_int_equal(width("\xE2\x80\x8B\xEF\xBB\xBF"), 0); /* nothing to see */
    assert_int_equal(width("\xCE\xB1\xD0\xB6"), 2);         /* Greek, Cyrillic */
}

static void test_cuts(void **state)
{
    (void)state;
    prm_text text = text_of("a\xE5\xB1\xB1"
                            "b\xCC\x81"
                            "c");
    assert_int_equal(width_cut(text, 0), 0);
    assert_int_equal(width_cut(text, 1), 1);
    assert_int_equal(width_cut(text, 2), 1);
    assert_int_equal(width_cut(text, 3), 4);
    assert_int_equal(width_cut(text, 4), 7);
    assert_int_equal(width_cut(text, 99), 8);
}

static void test_controls(void **state)
{
    (void)state;
    assert_true(width_is_control(0x1B));
    assert_true(width_is_control(0x9B));
    assert_true(width_is_control(0x7F));
    assert_true(width_is_control(0x202E));
    assert_false(width_is_control(' '));
    assert_false(width_is_control(0xA0));
    assert_false(width_is_control(0x5C71));
}

static size_t fault(const char *text)
{
    return utf8_fault(text, strlen(text));
}

static void test_faults(void **state)
{
    (void)state;
    assert_int_equal(fault("plain text, longer than a word"), 30);
    assert_int_equal(fault("\xE5\xB1\xB1\xF4\x8F\xBF\xBF"), 7);
    assert_int_equal(utf8_fault("abcdefgh\0ijklmnop", 17), 8);
    assert_int_equal(utf8_fault("abc\0", 4), 3);
    assert_int_equal(fault("abcdefghijk\x80"), 11);
    assert_int_equal(fault("ab\xC1\xBF"), 2);         /* overlong */
    assert_int_equal(fault("ab\xE0\x9F\xBF"), 2);     /* overlong */
    assert_int_equal(fault("ab\xF0\x8F\xBF\xBF"), 2); /* overlong */
    assert_int_equal(fault("ab\xED\xA0\x80"), 2);     /* a surrogate */
    assert_int_equal(fault("ab\xF4\x90\x80\x80"), 2); /* beyond Unicode */
    assert_int_equal(fault("ab\xE5\xB1"), 2);         /* cut */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_controls),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
