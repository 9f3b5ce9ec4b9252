/* Ledger and journal rows as the columns of the command line. */
#ifndef TOOLS_ROWS_H
#define TOOLS_ROWS_H

#include "memory.h"
#include "sheet.h"

/* Exactly the columns of the documentation, in its order. */
enum {
    ROWS_OP,
    ROWS_RULE,
    ROWS_KIND,
    ROWS_PARTNER,
    ROWS_REP,
    ROWS_CUSTOMER,
    ROWS_PRODUCT,
    ROWS_RECIPIENT,
    ROWS_AMOUNT,
    ROWS_RATE,
    ROWS_RANK,
    ROWS_AT,
    ROWS_FROM,
    ROWS_UNTIL,
    ROWS_PAYABLE,
    ROWS_EVENT,
    ROWS_ID,
    ROWS_COLUMNS,
    ROWS_NOTICE = ROWS_COLUMNS, /* what a notice tells: in tables and NDJSON, no column of CSV */
    ROWS_CELLS
};

enum { ROWS_TEXT = 64 };

extern const sheet_column rows_columns[ROWS_CELLS];

/* Where the cells of one row are written. All zeros at the start. */
typedef struct rows_scratch {
    char amount[ROWS_TEXT];
    char rate[ROWS_TEXT];
    char at[ROWS_TEXT];
    char from[ROWS_TEXT];
    char until[ROWS_TEXT];
    char payable[ROWS_TEXT];
    buffer recipient;
} rows_scratch;

/* Fills the ROWS_CELLS cells of `row`; they live as long as it does and until
 * the scratch is used again. */
void rows_cells(const prm_program *program, const prm_row *row, rows_scratch *scratch, prm_text *cells);

/* Writes all of `rows`, which are left at their end. A table has the
 * notice in the place of the identity, and leaves out the op unless with_op. */
void rows_write(const prm_program *program, prm_rows *rows, sheet_format format, int with_op);

/* Writes the net per recipient and kind: partners, then reps, each in the order
 * of their names. Returns 0 with a message written when a total is too large. */
int rows_write_totals(const prm_program *program, prm_rows *rows, sheet_format format, int by_rule);

#endif
