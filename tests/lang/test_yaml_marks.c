/* Tests of lang/yaml_marks: bytes of lines and columns, in whatever order they are asked for. */
#include "../base/unit.h"

#include "lang/yaml_marks.h"

#include <string.h>

/* Lines end by LF, CR LF, CR, NEL, LS and PS; the third has letters of one, two, three and four bytes. */
static const char text[] = "ab\n"
                           "c\r\n"
                           "d\xC3\xA9\xE8\xAA\x9E\xF0\x9F\x8E\x81"
                           "e\r"
                           "f\xC2\x85"
                           "g\xE2\x80\xA8"
                           "h\xE2\x80\xA9"
                           "ij";

typedef struct mark {
    uint32_t line, column, offset;
} mark;

static const mark marks_of_text[] = {
    {0, 0, 0},  {0, 1, 1},  {0, 2, 2},  {1, 0, 3},  {1, 1, 4},  {2, 0, 6},  {2, 1, 7},
    {2, 2, 9},  {2, 3, 12}, {2, 4, 16}, {2, 5, 17}, {3, 0, 18}, {3, 1, 19}, {4, 0, 21},
    {4, 1, 22}, {5, 0, 25}, {5, 1, 26}, {6, 0, 29}, {6, 2, 31},
};

static void expect(prm__yaml_marks *marks, mark of)
{
    assert_int_equal(prm__yaml_marks_offset(marks, of.line, of.column), of.offset);
}

static void test_forwards(void **state)
{
    (void)state;
    prm__yaml_marks marks;
    prm__yaml_marks_init(&marks, text, sizeof text - 1);
    for (size_t i = 0; i < UNIT_COUNT(marks_of_text); i++)
        expect(&marks, marks_of_text[i]);
    assert_int_equal(prm__yaml_marks_offset(&marks, 9, 9), sizeof text - 1); /* there is no more */
}

static void test_any_two_in_any_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(marks_of_text); i++)
        for (size_t j = 0; j < UNIT_COUNT(marks_of_text); j++) {
            prm__yaml_marks marks;
            prm__yaml_marks_init(&marks, text, sizeof text - 1);
            expect(&marks, marks_of_text[i]);
            expect(&marks, marks_of_text[j]);
            expect(&marks, marks_of_text[i]);
        }
}

/* What looks like the beginning of a line's end, and is none. */
static void test_no_ends_of_lines(void **state)
{
    (void)state;
    static const char *const texts[] = {"a\xC2\xA9"
                                        "b",
                                        "a\xE2\x82\xAC"
                                        "b",
                                        "a\xE2\x80\xA6"
                                        "b",
                                        "a\xC3\x85"
                                        "b"};
    for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
        prm__yaml_marks marks;
        uint32_t size = (uint32_t)strlen(texts[i]);
        prm__yaml_marks_init(&marks, texts[i], size);
        assert_int_equal(prm__yaml_marks_offset(&marks, 0, 2), size - 1);
        assert_int_equal(prm__yaml_marks_offset(&marks, 0, 3), size);
        assert_int_equal(marks.line, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forwards),
        cmocka_unit_test(test_any_two_in_any_order),
        cmocka_unit_test(test_no_ends_of_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
