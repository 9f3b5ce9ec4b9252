/* Rows of a ledger or journal, kept, and rows as a test expects them. */
#ifndef TOOLS_TESTROW_H
#define TOOLS_TESTROW_H

#include "rows.h"
#include "testkeys.h"
#include "testprogram.h"
#include "yamldoc.h"

/* ---- Tables ------------------------------------------------------------------------ */

/* What is written in a column, and so how two of its cells compare. */
typedef enum test_cell {
    TEST_CELL_TEXT,
    TEST_CELL_RULE,
    TEST_CELL_RANK,
    TEST_CELL_OP,
    TEST_CELL_DECIMAL,
    TEST_CELL_RATE,
    TEST_CELL_TIME
} test_cell;

typedef struct test_column {
    test_key key;
    test_cell cell;
    unsigned weight; /* how much it says about which row is meant */
    int decisive;    /* rows that differ in it are never alike */
} test_column;

typedef struct test_table {
    const test_column *columns; /* at most ROWS_CELLS */
    size_t count;
    int has_kinds; /* `cash: 5` stands for kind and amount */
} test_table;

/* Ledger and journal, in the order of the columns of the command line. */
extern const test_table testrow_postings;

/* ---- What came --------------------------------------------------------------------- */

typedef struct test_row {
    prm_text cells[ROWS_CELLS];
    prm_text recipient_partner; /* this and the rest of postings alone */
    prm_text recipient_rep;
    int64_t amount;
    int has_amount;
    int is_money;
} test_row;

/* All zeros is no row. */
typedef struct test_rows {
    arena memory;
    test_row *items;
    size_t count;
} test_rows;

/* Copies all of `rows`, which may be freed then. Free *out. */
void testrow_keep(test_rows *out, const prm_program *program, prm_rows *rows);
void testrow_free(test_rows *rows);

/* Appends the row as a test would write it: `{rule: commission, cash: 150}`. */
void testrow_write(buffer *out, const test_table *table, const test_row *row, int with_op);

/* ---- What is expected --------------------------------------------------------------- */

/* One key of an expected row. With a kind the value is an amount of that kind. */
typedef struct test_want {
    prm_text name; /* as written */
    size_t column;
    prm_text kind;
    prm_text value; /* in the form of the column's cells, but for decimals */
} test_want;

typedef struct test_wanted {
    uint32_t line;
    test_want *wants;
    size_t count;
} test_wanted;

/* Reads the rows of a section of `doc` into `owner`. What is wrong is added to `problems`, each with
 * its place, and NULL is given. */
test_wanted *testrow_read(const yamldoc *doc, const yamldoc_node *section, const test_table *table,
                          const test_program *program, arena *owner, buffer *problems);

/* Adds to `problems` that the node's text is none of the key's choices, or no rank of the program,
 * and gives 0. */
int testrow_refuse_choice(const yamldoc *doc, const yamldoc_node *node, const test_key *key,
                          buffer *problems);
int testrow_refuse_rank(const yamldoc *doc, const yamldoc_node *node, const test_program *program,
                        buffer *problems);

/* Whether the row has everything that is wanted. */
int testrow_fits(const test_table *table, const test_wanted *wanted, const test_row *row);

/* How much alike the two are; 0 when less than half of what is wanted is there. */
unsigned testrow_likeness(const test_table *table, const test_wanted *wanted, const test_row *row);

/* Appends what is wanted and not so: `cash: expected 5, came 3; at: ...`. */
void testrow_write_difference(buffer *out, const test_table *table, const test_wanted *wanted,
                              const test_row *row);

/* Appends the row as it was written, but for the layout. */
void testrow_write_wanted(buffer *out, const test_wanted *wanted);

/* What the row wants of a column; an empty text where it wants nothing. */
prm_text testrow_wants(const test_wanted *wanted, size_t column);

#endif
