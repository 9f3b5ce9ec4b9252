#include "rows.h"

/* One row, one line of cells; the library writes the amounts, rates and times. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const sheet_column rows_columns[ROWS_CELLS] = {
    {"op", SHEET_TEXT},       {"rule", SHEET_TEXT},     {"kind", SHEET_TEXT},    {"partner", SHEET_TEXT},
    {"rep", SHEET_TEXT},      {"customer", SHEET_TEXT}, {"product", SHEET_TEXT}, {"recipient", SHEET_TEXT},
    {"amount", SHEET_NUMBER}, {"rate", SHEET_RIGHT},    {"rank", SHEET_TEXT},    {"at", SHEET_TEXT},
    {"from", SHEET_TEXT},     {"until", SHEET_TEXT},    {"payable", SHEET_TEXT}, {"event", SHEET_TEXT},
    {"id", SHEET_TEXT},       {"notice", SHEET_TEXT},
};

static prm_text rows_time(const prm_program *program, int64_t time, char *out)
{
    size_t size = time == PRM_NO_TIME ? 0 : prm_program_write_time(program, time, out, ROWS_TEXT);
    return (prm_text){out, size};
}

static prm_text rows_amount(const prm_program *program, const prm_row *row, char *out)
{
    if (!row->has_amount)
        return (prm_text){out, 0};
    if (row->money)
        return (prm_text){out, prm_program_write_money(program, row->amount, out, ROWS_TEXT)};
    return (prm_text){out, (size_t)snprintf(out, ROWS_TEXT, "%" PRId64, row->amount)};
}

static prm_text rows_recipient(const prm_row *row, buffer *out)
{
    if (row->recipient_rep.size == 0)
        return row->recipient_partner;
    out->size = 0;
    buffer_put(out, row->recipient_partner.data, row->recipient_partner.size);
    buffer_byte(out, '/');
    buffer_put(out, row->recipient_rep.data, row->recipient_rep.size);
    return (prm_text){out->data, out->size};
}

void rows_cells(const prm_program *program, const prm_row *row, rows_scratch *scratch, prm_text *cells)
{
    size_t at = 0;
    size_t rate = row->has_rate
                      ? prm_write_rate(row->rate, (int32_t)row->rate_added, scratch->rate, ROWS_TEXT)
                      : 0;
    cells[at++] = text_of(row->op == PRM_REVERSE ? "reverse" : "grant");
    cells[at++] = row->rule;
    cells[at++] = row->kind;
    cells[at++] = row->partner;
    cells[at++] = row->rep;
    cells[at++] = row->customer;
    cells[at++] = row->product;
    cells[at++] = rows_recipient(row, &scratch->recipient);
    cells[at++] = rows_amount(program, row, scratch->amount);
    cells[at++] = (prm_text){scratch->rate, rate};
    cells[at++] = row->rank;
    cells[at++] = rows_time(program, row->at, scratch->at);
    cells[at++] = rows_time(program, row->from, scratch->from);
    cells[at++] = rows_time(program, row->until, scratch->until);
    cells[at++] = rows_time(program, row->payable, scratch->payable);
    cells[at++] = row->event;
    cells[at++] = row->id;
    cells[at] = row->text;
}

void rows_write(const prm_program *program, prm_rows *rows, sheet_format format, int with_op)
{
    prm_row row = {.size = sizeof row};
    rows_scratch scratch = {0};
    prm_text cells[ROWS_CELLS];
    sheet_column columns[ROWS_CELLS];
    size_t first = format == SHEET_TABLE && !with_op ? 1 : 0;
    size_t last = format == SHEET_NDJSON ? ROWS_CELLS : ROWS_COLUMNS;
    memcpy(columns, rows_columns, sizeof columns);
    if (format == SHEET_TABLE)
        columns[ROWS_ID] = rows_columns[ROWS_NOTICE];
    sheet *out = sheet_open(stdout, format, columns + first, last - first, sheet_terminal_width());
    while (prm_rows_next(rows, &row) > 0 && !ferror(stdout)) {
        rows_cells(program, &row, &scratch, cells);
        if (format == SHEET_TABLE)
            cells[ROWS_ID] = cells[ROWS_NOTICE];
        sheet_row(out, cells + first);
    }
    sheet_close(out);
    buffer_free(&scratch.recipient);
}
