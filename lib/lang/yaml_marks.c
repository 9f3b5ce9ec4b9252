/* yaml_marks: the cursor moves a code point at a time, forwards or backwards.
 * Lines end where YAML 1.1 ends them: CR LF, CR, LF, NEL, LS and PS. */
#include "lang/yaml_marks.h"

#include <string.h>

void prm__yaml_marks_init(prm__yaml_marks *marks, const char *text, uint32_t size)
{
    memset(marks, 0, sizeof *marks);
    marks->text = text;
    marks->size = size;
}

/* Bytes of the line end at `at`, or 0. */
static uint32_t yaml_marks_break(const prm__yaml_marks *marks, uint32_t at)
{
    const unsigned char *text = (const unsigned char *)marks->text + at;
    uint32_t left = marks->size - at;
    if (left >= 2 && text[0] == '\r' && text[1] == '\n')
        return 2;
    if (left >= 1 && (text[0] == '\r' || text[0] == '\n'))
        return 1;
    if (left >= 2 && text[0] == 0xC2 && text[1] == 0x85)
        return 2;
    if (left >= 3 && text[0] == 0xE2 && text[1] == 0x80 && (text[2] == 0xA8 || text[2] == 0xA9))
        return 3;
    return 0;
}

static bool yaml_marks_is_inside(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Whether a code point of one byte stands at the cursor, which ends no line: nearly all are. */
static bool yaml_marks_is_plain(const prm__yaml_marks *marks)
{
    const char *text = marks->text + marks->at;
    return *text >= ' ' && (marks->at + 1 == marks->size || !yaml_marks_is_inside(text[1]));
}

static void yaml_marks_forward(prm__yaml_marks *marks)
{
    if (yaml_marks_is_plain(marks)) {
        marks->at++;
        marks->column++;
        return;
    }
    uint32_t line_end = yaml_marks_break(marks, marks->at);
    if (line_end > 0) {
        marks->at += line_end;
        marks->line++;
        marks->column = 0;
        return;
    }
    marks->at++;
    while (marks->at < marks->size && yaml_marks_is_inside(marks->text[marks->at]))
        marks->at++;
    marks->column++;
}

/* Within the line only. */
static void yaml_marks_backward(prm__yaml_marks *marks)
{
    marks->at--;
    while (yaml_marks_is_inside(marks->text[marks->at]))
        marks->at--;
    marks->column--;
}

uint32_t prm__yaml_marks_offset(prm__yaml_marks *marks, size_t line, size_t column)
{
    if (line < marks->line)
        prm__yaml_marks_init(marks, marks->text, marks->size);
    while (marks->line == line && marks->column > column)
        yaml_marks_backward(marks);
    while (marks->at < marks->size && (marks->line < line || (marks->line == line && marks->column < column)))
        yaml_marks_forward(marks);
    return marks->at;
}
