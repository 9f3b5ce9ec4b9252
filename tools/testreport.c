#include "testreport.h"

#include <stdio.h>
#include <string.h>

#include "findings.h"
#include "width.h"

/* Tests quote their files, so no control character of theirs gets out, whatever
 * the format. */

int testreport_format_named(const char *name, testreport_format *out)
{
    static const char *const names[] = {"human", "tap", "junit"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(name, names[i]) != 0)
            continue;
        *out = (testreport_format)i;
        return 1;
    }
    return 0;
}

/* Writes each line of the text behind a prefix. */
static void testreport_write_lines(const char *prefix, prm_text text)
{
    while (text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end == NULL ? text.size : (size_t)(end - text.data);
        fputs(prefix, stdout);
        findings_write_safe(stdout, (prm_text){text.data, size});
        fputc('\n', stdout);
        size += end != NULL;
        text.data += size;
        text.size -= size;
    }
}

static void testreport_write_name(const testreport_item *item)
{
    findings_write_safe(stdout, item->name);
    if (item->program.size == 0)
        return;
    fputs(" [", stdout);
    findings_write_safe(stdout, item->program);
    fputc(']', stdout);
}

static int testreport_may_fail(const testreport_item *item)
{
    return item->todo.size > 0;
}

/* ---- For people ----------------------------------------------------------------------- */

static void testreport_add_human(const testreport_item *item)
{
    fputs(item->passed ? "  ok      " : testreport_may_fail(item) ? "  todo    " : "  FAILED  ", stdout);
    testreport_write_name(item);
    if (!item->passed && testreport_may_fail(item)) {
        fputs(" (", stdout);
        findings_write_safe(stdout, item->todo);
        fputc(')', stdout);
    }
    fputc('\n', stdout);
    if (item->passed && testreport_may_fail(item)) {
        fputs("          passes now; it was marked todo: ", stdout);
        findings_write_safe(stdout, item->todo);
        fputc('\n', stdout);
    }
    if (item->passed || !testreport_may_fail(item))
        testreport_write_lines("          ", item->details);
}

static void testreport_end_human(const test_report *report)
{
    printf("%zu passed, %zu failed", report->passed, report->failed);
    if (report->todo > 0)
        printf(", %zu to do", report->todo);
    if (report->todo_passed > 0)
        printf(", %zu marked todo but passing", report->todo_passed);
    printf("\n");
}

/* ---- TAP: the Test Anything Protocol ----------------------------------------------------- */

/* A hash would begin a directive. */
static void testreport_write_tap(prm_text text)
{
    for (size_t at = 0, size; at < text.size; at += size) {
        const char *hash = memchr(text.data + at, '#', text.size - at);
        size = hash == NULL ? text.size - at : (size_t)(hash - text.data) - at;
        findings_write_safe(stdout, (prm_text){text.data + at, size});
        if (hash == NULL)
            continue;
        fputs("\\#", stdout);
        size++;
    }
}

static void testreport_add_tap(const test_report *report, const testreport_item *item)
{
    size_t number = report->passed + report->failed + report->todo;
    if (number == 1)
        printf("TAP version 13\n");
    printf("%sok %zu - ", item->passed ? "" : "not ", number);
    testreport_write_tap(text_of(report->file));
    fputs(": ", stdout);
    testreport_write_tap(item->name);
    if (item->program.size > 0) {
        fputs(" [", stdout);
        testreport_write_tap(item->program);
        fputc(']', stdout);
    }
    if (testreport_may_fail(item)) {
        fputs(" # todo ", stdout);
        testreport_write_tap(item->todo);
    }
    fputc('\n', stdout);
    testreport_write_lines("# ", item->details);
}

/* ---- JUnit ---------------------------------------------------------------------------------- */

/* What XML cannot carry is replaced. */
static void testreport_put_xml(buffer *out, prm_text text)
{
    for (size_t at = 0, size; at < text.size; at += size) {
        uint32_t point = utf8_read(text.data + at, text.size - at, &size);
        if (point == '<')
            buffer_string(out, "&lt;");
        else if (point == '>')
            buffer_string(out, "&gt;");
        else if (point == '&')
            buffer_string(out, "&amp;");
        else if (point == '"')
            buffer_string(out, "&quot;");
        else if (point == '\n')
            buffer_string(out, "&#10;");
        else if (width_is_control(point) || point == 0xFFFD || point == 0xFFFE || point == 0xFFFF)
            buffer_byte(out, '?');
        else
            buffer_put(out, text.data + at, size);
    }
}

static prm_text testreport_first_line(prm_text text)
{
    const char *end = memchr(text.data, '\n', text.size);
    return (prm_text){text.data, end == NULL ? text.size : (size_t)(end - text.data)};
}

/* The message is what most viewers show of a failure: its first line. */
static void testreport_add_junit(test_report *report, const testreport_item *item)
{
    buffer *out = &report->suite;
    report->suite_tests++;
    buffer_string(out, "    <testcase classname=\"");
    testreport_put_xml(out, text_of(report->file));
    buffer_string(out, "\" name=\"");
    testreport_put_xml(out, item->name);
    if (item->program.size > 0) {
        buffer_string(out, " [");
        testreport_put_xml(out, item->program);
        buffer_byte(out, ']');
    }
    if (item->passed) {
        buffer_string(out, "\"/>\n");
        return;
    }
    report->suite_failures += !testreport_may_fail(item);
    buffer_string(out, testreport_may_fail(item) ? "\"><skipped message=\"" : "\"><failure message=\"");
    testreport_put_xml(out, testreport_may_fail(item) ? item->todo : testreport_first_line(item->details));
    buffer_string(out, "\">");
    testreport_put_xml(out, item->details);
    buffer_string(out, testreport_may_fail(item) ? "</skipped></testcase>\n" : "</failure></testcase>\n");
}

static void testreport_end_suite(test_report *report)
{
    buffer name = {0};
    if (report->suite_tests == 0)
        return;
    testreport_put_xml(&name, text_of(report->file));
    printf("  <testsuite name=\"%.*s\" tests=\"%zu\" failures=\"%zu\">\n", (int)name.size, name.data,
           report->suite_tests, report->suite_failures);
    fwrite(report->suite.data, 1, report->suite.size, stdout);
    printf("  </testsuite>\n");
    buffer_free(&name);
    report->suite.size = 0;
    report->suite_tests = 0;
    report->suite_failures = 0;
}

/* ---- All of them -------------------------------------------------------------------------------- */

static void testreport_begin(const test_report *report)
{
    if (report->format == TESTREPORT_JUNIT)
        printf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
}

void testreport_file(test_report *report, const char *path)
{
    if (report->file == NULL)
        testreport_begin(report);
    testreport_end_suite(report);
    report->file = path;
    if (report->format == TESTREPORT_HUMAN)
        testreport_write_lines("", text_of(path));
}

static void testreport_count(test_report *report, const testreport_item *item)
{
    if (item->passed)
        report->passed++;
    else if (testreport_may_fail(item))
        report->todo++;
    else
        report->failed++;
    report->todo_passed += item->passed && testreport_may_fail(item);
}

void testreport_add(test_report *report, const testreport_item *item)
{
    testreport_count(report, item);
    switch (report->format) {
    case TESTREPORT_HUMAN:
        testreport_add_human(item);
        break;
    case TESTREPORT_TAP:
        testreport_add_tap(report, item);
        break;
    case TESTREPORT_JUNIT:
        testreport_add_junit(report, item);
        break;
    }
}

void testreport_unfired(test_report *report, const char *path, prm_text what)
{
    buffer text = {0};
    if (report->format == TESTREPORT_JUNIT) {
        testreport_end_suite(report);
        buffer_string(&text, "  <testsuite name=\"");
        testreport_put_xml(&text, text_of(path));
        buffer_string(&text,
                      "\" tests=\"0\" failures=\"0\"><properties><property name=\"no test fires\" value=\"");
        testreport_put_xml(&text, what);
        buffer_string(&text, "\"/></properties></testsuite>\n");
        fwrite(text.data, 1, text.size, stdout);
    } else {
        buffer_format(&text, "note: %s: no test fires %.*s", path, (int)what.size, what.data);
        testreport_write_lines(report->format == TESTREPORT_TAP ? "# " : "",
                               (prm_text){text.data, text.size});
    }
    buffer_free(&text);
}

void testreport_end(test_report *report)
{
    testreport_end_suite(report);
    switch (report->format) {
    case TESTREPORT_HUMAN:
        testreport_end_human(report);
        break;
    case TESTREPORT_TAP:
        printf("1..%zu\n", report->passed + report->failed + report->todo);
        break;
    case TESTREPORT_JUNIT:
        printf("</testsuites>\n");
        break;
    }
    buffer_free(&report->suite);
}
