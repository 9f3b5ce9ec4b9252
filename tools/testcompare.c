#include "testcompare.h"

/* A row that is missing and one that is unexpected are most often the same one
 * with a difference, so what is left of both is paired by likeness. */

#include <inttypes.h>
#include <stdlib.h>

#include "testmatch.h"

/* What is too much to read is counted. */
enum { TESTCOMPARE_SHOWN = 20 };

typedef struct testcompare_report {
    const test_comparison *given;
    buffer *details;
    size_t differences;
} testcompare_report;

static int testcompare_begin(testcompare_report *report)
{
    return report->differences++ < TESTCOMPARE_SHOWN;
}

static void testcompare_write_wanted(testcompare_report *report, const test_wanted *wanted)
{
    buffer_string(report->details, "  expected ");
    testrow_write_wanted(report->details, wanted);
    buffer_byte(report->details, '\n');
}

static void testcompare_write_row(testcompare_report *report, const test_row *row)
{
    buffer_string(report->details, "  came     ");
    testrow_write(report->details, report->given->table, row, report->given->with_op);
    buffer_byte(report->details, '\n');
}

static void testcompare_differs(testcompare_report *report, const test_wanted *wanted, const test_row *row)
{
    if (!testcompare_begin(report))
        return;
    buffer_format(report->details, "%s, line %" PRIu32 ": differs in ", report->given->section, wanted->line);
    testrow_write_difference(report->details, report->given->table, wanted, row);
    buffer_byte(report->details, '\n');
    testcompare_write_wanted(report, wanted);
    testcompare_write_row(report, row);
}

static void testcompare_missing(testcompare_report *report, const test_wanted *wanted)
{
    if (!testcompare_begin(report))
        return;
    buffer_format(report->details, "%s, line %" PRIu32 ": missing\n", report->given->section, wanted->line);
    testcompare_write_wanted(report, wanted);
    if (report->given->explain != NULL)
        report->given->explain(report->given->context, wanted, report->details);
}

static void testcompare_unexpected(testcompare_report *report, const test_row *row)
{
    if (!testcompare_begin(report))
        return;
    buffer_format(report->details, "%s: unexpected\n", report->given->section);
    testcompare_write_row(report, row);
}

static int testcompare_end(testcompare_report *report)
{
    if (report->differences > TESTCOMPARE_SHOWN)
        buffer_format(report->details, "%s: and %zu more differences\n", report->given->section,
                      report->differences - TESTCOMPARE_SHOWN);
    return report->differences == 0;
}

/* ---- In any order ------------------------------------------------------------------- */

static unsigned char *testcompare_fits(const test_comparison *given)
{
    unsigned char *fits = memory_take(given->wanted_count * given->row_count + 1);
    for (size_t i = 0; i < given->wanted_count; i++)
        for (size_t j = 0; j < given->row_count; j++)
            fits[i * given->row_count + j] = (unsigned char)testrow_fits(given->table, &given->wanted[i],
                                                                         &given->rows[j]);
    return fits;
}

/* The row most like the wanted one among those that stand for nothing yet. */
static size_t testcompare_nearest(const test_comparison *given, const test_wanted *wanted,
                                  const size_t *taken)
{
    size_t nearest = TESTMATCH_NONE;
    unsigned most = 0;
    for (size_t j = 0; j < given->row_count; j++) {
        unsigned likeness = taken[j] == TESTMATCH_NONE
                                ? testrow_likeness(given->table, wanted, &given->rows[j])
                                : 0;
        if (likeness <= most)
            continue;
        nearest = j;
        most = likeness;
    }
    return nearest;
}

static void testcompare_explain(testcompare_report *report, const size_t *found, size_t *taken)
{
    const test_comparison *given = report->given;
    for (size_t i = 0; i < given->wanted_count; i++) {
        if (found[i] != TESTMATCH_NONE)
            continue;
        size_t nearest = testcompare_nearest(given, &given->wanted[i], taken);
        if (nearest == TESTMATCH_NONE) {
            testcompare_missing(report, &given->wanted[i]);
            continue;
        }
        taken[nearest] = i;
        testcompare_differs(report, &given->wanted[i], &given->rows[nearest]);
    }
    for (size_t j = 0; given->exact && j < given->row_count; j++)
        if (taken[j] == TESTMATCH_NONE)
            testcompare_unexpected(report, &given->rows[j]);
}

int testcompare_any_order(const test_comparison *given, buffer *details)
{
    testcompare_report report = {given, details, 0};
    unsigned char *fits = testcompare_fits(given);
    size_t *found = memory_take((given->wanted_count + 1) * sizeof *found);
    size_t *taken = memory_take((given->row_count + 1) * sizeof *taken);
    testmatch_largest(fits, given->wanted_count, given->row_count, found, taken);
    testcompare_explain(&report, found, taken);
    free(fits);
    free(found);
    free(taken);
    return testcompare_end(&report);
}

/* ---- In order --------------------------------------------------------------------------- */

static int testcompare_fits_at(const test_comparison *given, size_t i, size_t j)
{
    return testrow_fits(given->table, &given->wanted[i], &given->rows[j]);
}

/* What agrees at both ends is passed over, so that one row too many does not
 * make differences of all that follow it. */
int testcompare_in_order(const test_comparison *given, buffer *details)
{
    testcompare_report report = {given, details, 0};
    size_t wanted = given->wanted_count;
    size_t rows = given->row_count;
    size_t at = 0;
    while (at < wanted && at < rows && testcompare_fits_at(given, at, at))
        at++;
    while (wanted > at && rows > at && testcompare_fits_at(given, wanted - 1, rows - 1)) {
        wanted--;
        rows--;
    }
    for (; at < wanted || at < rows; at++) {
        if (at >= rows)
            testcompare_missing(&report, &given->wanted[at]);
        else if (at >= wanted)
            testcompare_unexpected(&report, &given->rows[at]);
        else if (!testcompare_fits_at(given, at, at))
            testcompare_differs(&report, &given->wanted[at], &given->rows[at]);
    }
    return testcompare_end(&report);
}
