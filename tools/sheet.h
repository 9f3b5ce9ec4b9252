/* Rows of cells, written as a table for people, as CSV or as NDJSON. */
#ifndef TOOLS_SHEET_H
#define TOOLS_SHEET_H

#include <stdio.h>

#include <prm/prm.h>

typedef enum sheet_format { SHEET_TABLE, SHEET_CSV, SHEET_NDJSON } sheet_format;

typedef enum sheet_kind {
    SHEET_TEXT,
    SHEET_RIGHT,  /* a text that stands at the right, as numbers do */
    SHEET_NUMBER, /* plain digits: a number in NDJSON too */
    SHEET_CHANGE, /* the same with its sign, also a plus: in colour on a terminal */
} sheet_kind;

typedef struct sheet_column {
    const char *name;
    sheet_kind kind;
} sheet_column;

typedef struct sheet sheet;

/* `columns` outlives the sheet. A table is cut to `width` terminal columns (0:
 * as wide as it needs) and leaves out the columns that are empty in every row. */
sheet *sheet_open(FILE *out, sheet_format format, const sheet_column *columns, size_t count, size_t width);

/* A table leaves out the column. */
void sheet_hide(sheet *target, size_t column);

/* Writes or keeps one row of `count` cells. */
void sheet_row(sheet *target, const prm_text *cells);

/* Writes what is kept and frees the sheet. Failures show in ferror(out). */
void sheet_close(sheet *target);

/* Whether standard output is a terminal that is to have colour: NO_COLOR is not set. */
int sheet_colored(void);

/* A heading over a table, after an empty line unless it is the first thing there. */
void sheet_heading(const char *text, int first);

/* The format named "table", "csv" or "ndjson"; 0 when it is none of these. */
int sheet_format_named(const char *name, sheet_format *out);

/* A table when standard output is a terminal, else CSV. */
sheet_format sheet_format_default(void);

/* The width of the terminal at standard output; 0 when it is none. */
size_t sheet_terminal_width(void);

#endif
