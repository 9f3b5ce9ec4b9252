/* Tests of base/utf8: every code point forth and back, and every short byte sequence
 * against an encoder that knows nothing of the table. */
#include "base/utf8.h"

#include "unit.h"

#include <string.h>

/* The encoding of `code` by the definition; returns its size. */
static size_t encode(uint32_t code, char *out)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3F));
        code >>= 6;
    }
    out[0] = (char)((0xF0u << (4 - size)) | code);
    return size;
}

static bool is_scalar(uint32_t code)
{
    return code > 0 && code < 0x110000 && !(code >= 0xD800 && code < 0xE000);
}

static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x1FFFFF; code++) {
        char bytes[4];
        size_t size = encode(code, bytes);
        bool valid = prm__utf8_valid(bytes, size);
        uint32_t decoded;
        size_t step = prm__utf8_decode(bytes, size, &decoded);
        if (valid != is_scalar(code) || (valid && (decoded != code || step != size)) ||
            (!valid && (decoded != 0xFFFD || step != 1)) || (valid && prm__utf8_length(bytes, size) != 1))
            fail_msg("code point %x", (unsigned)code);
        if (valid && size > 1 && prm__utf8_valid(bytes, size - 1))
            fail_msg("cut code point %x", (unsigned)code);
    }
}

/* All sequences of up to three bytes are valid as often as encodings of them exist. */
static void test_no_other_sequence_is_valid(void **state)
{
    (void)state;
    size_t expected[4] = {1, 0x7F, 0, 0};
    size_t twos = 0x800 - 0x80, threes = 0x10000 - 0x800 - 0x800;
    expected[2] = 0x7F * 0x7F + twos;
    expected[3] = 0x7F * 0x7F * 0x7F + 2 * 0x7F * twos + threes;
    for (size_t size = 1; size <= 3; size++) {
        size_t valid = 0;
        for (uint32_t value = 0; value < (1u << (8 * size)); value++) {
            char bytes[3] = {(char)value, (char)(value >> 8), (char)(value >> 16)};
            valid += prm__utf8_valid(bytes, size);
        }
        assert_int_equal(valid, expected[size]);
    }
    assert_true(prm__utf8_valid("", 0));
    assert_true(prm__utf8_valid(NULL, 0));
}

/* A bad byte is found wherever it stands, also among words of eight ASCII bytes. */
static void test_bad_bytes_at_every_place(void **state)
{
    (void)state;
    static const char bad[] = {'\0', (char)0x80, (char)0xC0, (char)0xFF, (char)0xE3};
    for (size_t place = 0; place < 40; place++) {
        char text[40];
        memset(text, 'a', sizeof text);
        assert_true(prm__utf8_valid(text, sizeof text));
        for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
            text[place] = bad[i];
            assert_false(prm__utf8_valid(text, sizeof text));
        }
    }
    assert_true(prm__utf8_valid("\x01\x7F\x01\x7F\x01\x7F\x01\x7F", 8));
}

static void test_length_and_floor(void **state)
{
    (void)state;
    const char *text = "a\xC3\xA9\xE9\x87\x91\xF0\x9F\x8E\x81z"; /* a é 金 🎁 z */
    static const size_t floors[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    assert_int_equal(prm__utf8_length(text, 11), 5);
    for (size_t limit = 0; limit < UNIT_COUNT(floors); limit++)
        assert_int_equal(prm__utf8_floor(text, 11, limit), floors[limit]);
    assert_int_equal(prm__utf8_floor("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
    assert_int_equal(prm__utf8_floor("\x80\x80\x80", 3, 1), 1);
}

/* All of them, from the ranges that Unicode gives. */
static void test_commands(void **state)
{
    (void)state;
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0x00, 0x1F}, {0x7F, 0x9F}, {0x2028, 0x2029}, {0x202A, 0x202E}, {0x2066, 0x2069}};
    for (uint32_t code = 0; code < 0x110000; code++) {
        bool expected = false;
        for (size_t i = 0; i < UNIT_COUNT(ranges); i++)
            expected = expected || (code >= ranges[i].first && code <= ranges[i].last);
        if (prm__utf8_is_command(code) != expected)
            fail_msg("code point %x", (unsigned)code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_no_other_sequence_is_valid),
        cmocka_unit_test(test_bad_bytes_at_every_place),
        cmocka_unit_test(test_length_and_floor),
        cmocka_unit_test(test_commands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
