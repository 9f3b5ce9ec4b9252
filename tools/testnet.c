#include "testnet.h"

#include <stdlib.h>

/* Postings are taken identity by identity, each in the order of posting. The
 * instant and the event of an outcome may change without a posting. */

typedef struct testnet_posting {
    const test_row *row;
    size_t place;
} testnet_posting;

static int testnet_order(const void *a, const void *b)
{
    const testnet_posting *first = a;
    const testnet_posting *second = b;
    int order = text_compare(first->row->cells[ROWS_ID], second->row->cells[ROWS_ID]);
    if (order != 0)
        return order;
    return (first->place > second->place) - (first->place < second->place);
}

static testnet_posting *testnet_sort(const test_rows *rows)
{
    testnet_posting *sorted = memory_take((rows->count + 1) * sizeof *sorted);
    for (size_t i = 0; i < rows->count; i++)
        sorted[i] = (testnet_posting){&rows->items[i], i};
    qsort(sorted, rows->count, sizeof *sorted, testnet_order);
    return sorted;
}

static int testnet_same(const test_row *a, const test_row *b)
{
    for (size_t i = 0; i < ROWS_CELLS; i++)
        if (i != ROWS_OP && i != ROWS_AT && i != ROWS_EVENT && !text_same(a->cells[i], b->cells[i]))
            return 0;
    return 1;
}

static int testnet_fail(buffer *details, const char *what, const test_row *first, const test_row *second)
{
    buffer_format(details, "the journal: %s\n  ", what);
    testrow_write(details, &testrow_postings, first, 1);
    if (second != NULL) {
        buffer_string(details, "\n  ");
        testrow_write(details, &testrow_postings, second, 1);
    }
    buffer_byte(details, '\n');
    return 0;
}

/* Goes through the `count` postings of one identity; *standing is the grant that
 * is left, or NULL. */
static int testnet_walk(const testnet_posting *postings, size_t count, const test_row **standing,
                        buffer *details)
{
    *standing = NULL;
    for (size_t i = 0; i < count; i++) {
        const test_row *row = postings[i].row;
        int is_grant = text_is(row->cells[ROWS_OP], "grant");
        if (is_grant && *standing != NULL)
            return testnet_fail(details, "granted again before it was reversed", *standing, row);
        if (!is_grant && *standing == NULL)
            return testnet_fail(details, "reversed where nothing stands", row, NULL);
        if (!is_grant && !testnet_same(*standing, row))
            return testnet_fail(details, "the reversal differs from its grant", *standing, row);
        *standing = is_grant ? row : NULL;
    }
    return 1;
}

static size_t testnet_group(const testnet_posting *postings, size_t count)
{
    size_t size = 1;
    while (size < count && text_same(postings[0].row->cells[ROWS_ID], postings[size].row->cells[ROWS_ID]))
        size++;
    return size;
}

static int testnet_compare(const testnet_posting *journal, size_t journal_count,
                           const testnet_posting *ledger, size_t ledger_count, buffer *details)
{
    size_t at = 0;
    const test_row *standing;
    for (size_t i = 0, size; i < journal_count; i += size) {
        size = testnet_group(journal + i, journal_count - i);
        if (!testnet_walk(journal + i, size, &standing, details))
            return 0;
        if (standing == NULL)
            continue;
        int order = at >= ledger_count
                        ? 1
                        : text_compare(ledger[at].row->cells[ROWS_ID], standing->cells[ROWS_ID]);
        if (order > 0)
            return testnet_fail(details, "stands, but is not in the ledger", standing, NULL);
        if (order < 0)
            break;
        if (!testnet_same(ledger[at].row, standing))
            return testnet_fail(details, "what stands is not what the ledger has", standing, ledger[at].row);
        at++;
    }
    if (at < ledger_count)
        return testnet_fail(details, "the ledger's row was not posted", ledger[at].row, NULL);
    return 1;
}

int testnet_check(const test_rows *journal, const test_rows *ledger, buffer *details)
{
    testnet_posting *postings = testnet_sort(journal);
    testnet_posting *rows = testnet_sort(ledger);
    int good = testnet_compare(postings, journal->count, rows, ledger->count, details);
    free(postings);
    free(rows);
    return good;
}
