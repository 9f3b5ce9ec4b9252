#include "testrow.h"

/* Cells are compared as the texts that the command line prints; what a test says
 * otherwise (a date, 0.05 for 5%) is brought to that form when it is read. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "testvalue.h"

static const char *testrow_op(size_t index)
{
    static const char *const names[] = {"grant", "reverse", NULL};
    return names[index];
}

static const test_column testrow_posting_columns[ROWS_CELLS] = {
    [ROWS_OP] = {{"op", TEST_FORM_VALUE, 0, "grant, or reverse for what takes a grant back", testrow_op},
                 TEST_CELL_OP,
                 1,
                 0},
    [ROWS_RULE] = {{"rule", TEST_FORM_VALUE, 0,
                    "the rule's name; commission, override or ranks for what no rule gives", NULL},
                   TEST_CELL_RULE,
                   4,
                   1},
    [ROWS_KIND] = {{"kind", TEST_FORM_VALUE, 0, "commission, a kind of reward, rate, rank or notice", NULL},
                   TEST_CELL_TEXT,
                   1,
                   0},
    [ROWS_PARTNER] = {{"partner", TEST_FORM_VALUE, 0, "the partner that it is about", NULL},
                      TEST_CELL_TEXT,
                      2,
                      0},
    [ROWS_REP] = {{"rep", TEST_FORM_VALUE, 0, "the rep that it is about", NULL}, TEST_CELL_TEXT, 2, 0},
    [ROWS_CUSTOMER] = {{"customer", TEST_FORM_VALUE, 0, "the customer that it is about", NULL},
                       TEST_CELL_TEXT,
                       2,
                       0},
    [ROWS_PRODUCT] = {{"product", TEST_FORM_VALUE, 0, "the product that it is about", NULL},
                      TEST_CELL_TEXT,
                      1,
                      0},
    [ROWS_RECIPIENT] = {{"recipient", TEST_FORM_VALUE, 0, "who receives it: partner, or partner/rep", NULL},
                        TEST_CELL_TEXT,
                        2,
                        0},
    [ROWS_AMOUNT] = {{"amount", TEST_FORM_AMOUNT, 0, "how much, of the kind", NULL}, TEST_CELL_DECIMAL, 1, 0},
    [ROWS_RATE] = {{"rate", TEST_FORM_RATE, 0, "the rate: +5% is added, 20% is set", NULL},
                   TEST_CELL_RATE,
                   1,
                   0},
    [ROWS_RANK] = {{"rank", TEST_FORM_VALUE, 0, "the rank that is given", NULL}, TEST_CELL_RANK, 1, 0},
    [ROWS_AT] = {{"at", TEST_FORM_TIME, 0, "when it came about", NULL}, TEST_CELL_TIME, 1, 0},
    [ROWS_FROM] = {{"from", TEST_FORM_TIME, 0, "from when a rate holds", NULL}, TEST_CELL_TIME, 1, 0},
    [ROWS_UNTIL] = {{"until", TEST_FORM_TIME, 0, "the instant at which a rate ends", NULL},
                    TEST_CELL_TIME,
                    1,
                    0},
    [ROWS_PAYABLE] = {{"payable", TEST_FORM_TIME, 0, "from when it is payable, where it is held back", NULL},
                      TEST_CELL_TIME,
                      1,
                      0},
    [ROWS_EVENT] = {{"event", TEST_FORM_VALUE, 0, "the id of the event that brought it about", NULL},
                    TEST_CELL_TEXT,
                    4,
                    0},
    [ROWS_ID] = {{"id", TEST_FORM_VALUE, 0, "the identity of the outcome", NULL}, TEST_CELL_TEXT, 8, 0},
    [ROWS_NOTICE] = {{"notice", TEST_FORM_VALUE, 0, "what a notice tells", NULL}, TEST_CELL_TEXT, 4, 0},
};

const test_table testrow_postings = {testrow_posting_columns, ROWS_CELLS, 1};

/* ---- What came -------------------------------------------------------------------- */

static void testrow_keep_one(test_rows *out, const prm_program *program, const prm_row *row,
                             rows_scratch *scratch)
{
    test_row *kept = &out->items[out->count++];
    rows_cells(program, row, scratch, kept->cells);
    for (size_t i = 0; i < ROWS_CELLS; i++)
        kept->cells[i] = arena_text(&out->memory, kept->cells[i]);
    kept->recipient_partner = arena_text(&out->memory, row->recipient_partner);
    kept->recipient_rep = arena_text(&out->memory, row->recipient_rep);
    kept->amount = row->amount;
    kept->has_amount = row->has_amount != 0;
    kept->is_money = row->money != 0;
}

void testrow_keep(test_rows *out, const prm_program *program, prm_rows *rows)
{
    prm_row row = {.size = sizeof row};
    rows_scratch scratch = {.recipient = {0}};
    size_t count = prm_rows_count(rows);
    *out = (test_rows){.count = 0};
    out->items = memory_take((count + 1) * sizeof *out->items);
    while (out->count < count && prm_rows_next(rows, &row))
        testrow_keep_one(out, program, &row, &scratch);
    buffer_free(&scratch.recipient);
}

void testrow_free(test_rows *rows)
{
    arena_free(&rows->memory);
    free(rows->items);
    *rows = (test_rows){.count = 0};
}

/* ---- Writing ------------------------------------------------------------------------- */

/* Whether YAML needs quotes around the text inside braces. */
static int testrow_needs_quotes(prm_text text)
{
    if (text.size == 0 || strchr("!&*%>|@`?- ", text.data[0]) != NULL || text.data[text.size - 1] == ' ')
        return 1;
    for (size_t i = 0; i < text.size; i++) {
        int before_space = i + 1 == text.size || text.data[i + 1] == ' ';
        if (strchr(",[]{}#\"'\\", text.data[i]) != NULL || (text.data[i] == ':' && before_space))
            return 1;
    }
    return 0;
}

static void testrow_write_text(buffer *out, prm_text text)
{
    if (!testrow_needs_quotes(text)) {
        buffer_put(out, text.data, text.size);
        return;
    }
    buffer_byte(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"' || text.data[i] == '\\')
            buffer_byte(out, '\\');
        buffer_byte(out, text.data[i]);
    }
    buffer_byte(out, '"');
}

static void testrow_write_pair(buffer *out, prm_text key, prm_text value)
{
    if (out->data[out->size - 1] != '{')
        buffer_string(out, ", ");
    buffer_put(out, key.data, key.size);
    buffer_string(out, ": ");
    testrow_write_text(out, value);
}

void testrow_write(buffer *out, const test_table *table, const test_row *row, int with_op)
{
    buffer_byte(out, '{');
    for (size_t i = 0; i < table->count; i++) {
        int is_kind = table->has_kinds && i == ROWS_KIND && row->has_amount;
        int is_amount = table->has_kinds && i == ROWS_AMOUNT && row->has_amount;
        if (row->cells[i].size == 0 || is_kind || (table->columns[i].cell == TEST_CELL_OP && !with_op))
            continue;
        testrow_write_pair(out, is_amount ? row->cells[ROWS_KIND] : text_of(table->columns[i].key.name),
                           row->cells[i]);
    }
    buffer_byte(out, '}');
}

void testrow_write_wanted(buffer *out, const test_wanted *wanted)
{
    buffer_byte(out, '{');
    for (size_t i = 0; i < wanted->count; i++)
        testrow_write_pair(out, wanted->wants[i].name, wanted->wants[i].value);
    buffer_byte(out, '}');
}

/* ---- Reading what is expected ------------------------------------------------------------ */

typedef struct testrow_reader {
    const yamldoc *doc;
    const test_table *table;
    const test_program *program;
    arena *owner;
    buffer *problems;
    int good;
} testrow_reader;

static void testrow_refuse(testrow_reader *reader, const yamldoc_node *node, const char *what)
{
    yamldoc_locate(reader->doc, reader->problems, node->line, node->column, "'%s' in '%s' is no %s",
                   node->text.data, node->key.data, what);
    reader->good = 0;
}

int testrow_refuse_choice(const yamldoc *doc, const yamldoc_node *node, const test_key *key, buffer *problems)
{
    enum { CHOICES = 16 };
    prm_text names[CHOICES];
    const char *choice;
    buffer list = {0};
    size_t count = 0;
    for (; count < CHOICES && (choice = key->choice(count)) != NULL; count++) {
        names[count] = text_of(choice);
        buffer_format(&list, "%s%s", count > 0 ? ", " : "", choice);
    }
    testprogram_suggest(node->text, names, count, &list);
    yamldoc_locate(doc, problems, node->line, node->column, "'%s' in '%s' is none of %.*s", node->text.data,
                   node->key.data, (int)list.size, list.data);
    buffer_free(&list);
    return 0;
}

int testrow_refuse_rank(const yamldoc *doc, const yamldoc_node *node, const test_program *program,
                        buffer *problems)
{
    buffer hint = {0};
    testprogram_suggest_rank(program, node->text, &hint);
    yamldoc_locate(doc, problems, node->line, node->column, "'%s' is no rank of %s%.*s", node->text.data,
                   program->path, (int)hint.size, hint.data);
    buffer_free(&hint);
    return 0;
}

/* Rows of a ledger may be of no rule; progress is of rules alone. */
static void testrow_read_rule(testrow_reader *reader, const yamldoc_node *node)
{
    static const char *const others[] = {"commission", "override", "ranks"};
    int postings = reader->table->has_kinds;
    for (size_t i = 0; postings && i < sizeof others / sizeof others[0]; i++)
        if (text_is(node->text, others[i]))
            return;
    if (testprogram_has_rule(reader->program, node->text))
        return;
    buffer hint = {0};
    testprogram_suggest_rule(reader->program, node->text, others,
                             postings ? sizeof others / sizeof others[0] : 0, &hint);
    yamldoc_locate(reader->doc, reader->problems, node->line, node->column, "%s has no rule '%s'%.*s",
                   reader->program->path, node->text.data, (int)hint.size, hint.data);
    buffer_free(&hint);
    reader->good = 0;
}

static void testrow_refuse_key(testrow_reader *reader, const yamldoc_node *node)
{
    const test_table *table = reader->table;
    prm_text names[ROWS_CELLS];
    for (size_t i = 0; i < table->count; i++)
        names[i] = text_of(table->columns[i].key.name);
    buffer hint = {0};
    testprogram_suggest_kind(reader->program, node->key, names, table->count, &hint);
    yamldoc_locate(reader->doc, reader->problems, node->key_line, node->key_column,
                   "'%s' is neither a column nor a kind of reward of %s%.*s", node->key.data,
                   reader->program->path, (int)hint.size, hint.data);
    buffer_free(&hint);
    reader->good = 0;
}

static void testrow_set(testrow_reader *reader, test_want *want, const char *text, size_t size)
{
    want->value = arena_text(reader->owner, (prm_text){text, size});
}

static void testrow_read_time(testrow_reader *reader, const yamldoc_node *node, test_want *want)
{
    int64_t time;
    char text[ROWS_TEXT];
    const prm_program *program = reader->program->program;
    if (prm_program_read_time(program, node->text.data, node->text.size, &time, NULL) == PRM_OK)
        testrow_set(reader, want, text, prm_program_write_time(program, time, text, sizeof text));
    else
        testrow_refuse(reader, node, "time, such as 2026-06-30 or 2026-06-30T10:00:00+09:00");
}

static void testrow_read_rate(testrow_reader *reader, const yamldoc_node *node, test_want *want)
{
    int64_t rate;
    int added;
    char text[ROWS_TEXT];
    if (testvalue_rate(node->text, &rate, &added))
        testrow_set(reader, want, text, prm_write_rate(rate, added, text, sizeof text));
    else
        testrow_refuse(reader, node, "rate, such as 20% or +5%");
}

/* A share may be written as a percentage. */
static void testrow_read_decimal(testrow_reader *reader, const yamldoc_node *node, test_want *want)
{
    int64_t share;
    int added;
    char text[ROWS_TEXT];
    if (testvalue_is_decimal(node->text))
        return;
    if (testvalue_rate(node->text, &share, &added) && share >= 0)
        testrow_set(reader, want, text,
                    prm_write_decimal((prm_decimal){0, (uint64_t)share}, text, sizeof text));
    else
        testrow_refuse(reader, node, "number, such as 5000 or 12.50");
}

/* An empty text wants an empty cell. */
static void testrow_read_cell(testrow_reader *reader, const yamldoc_node *node, test_want *want)
{
    if (node->text.size == 0)
        return;
    const test_column *column = &reader->table->columns[want->column];
    switch (column->cell) {
    case TEST_CELL_TEXT:
        break;
    case TEST_CELL_RULE:
        testrow_read_rule(reader, node);
        break;
    case TEST_CELL_RANK:
        if (!testprogram_has_rank(reader->program, node->text))
            reader->good = testrow_refuse_rank(reader->doc, node, reader->program, reader->problems);
        break;
    case TEST_CELL_OP:
        if (!testkeys_may_be(&column->key, node->text))
            reader->good = testrow_refuse_choice(reader->doc, node, &column->key, reader->problems);
        break;
    case TEST_CELL_DECIMAL:
        testrow_read_decimal(reader, node, want);
        break;
    case TEST_CELL_RATE:
        testrow_read_rate(reader, node, want);
        break;
    case TEST_CELL_TIME:
        testrow_read_time(reader, node, want);
        break;
    }
}

static void testrow_read_want(testrow_reader *reader, const yamldoc_node *node, test_want *want)
{
    const test_table *table = reader->table;
    *want = (test_want){.name = node->key, .value = node->text};
    while (want->column < table->count && !text_is(node->key, table->columns[want->column].key.name))
        want->column++;
    if (want->column < table->count) {
        testrow_read_cell(reader, node, want);
        return;
    }
    want->column = ROWS_AMOUNT;
    want->kind = node->key;
    if (!table->has_kinds || !testprogram_has_kind(reader->program, node->key))
        testrow_refuse_key(reader, node);
    else if (!testvalue_is_decimal(node->text))
        testrow_refuse(reader, node, "amount, such as 5000 or 12.50");
}

test_wanted *testrow_read(const yamldoc *doc, const yamldoc_node *section, const test_table *table,
                          const test_program *program, arena *owner, buffer *problems)
{
    testrow_reader reader = {doc, table, program, owner, problems, 1};
    test_wanted *rows = arena_take(owner, (section->count + 1) * sizeof *rows);
    test_wanted *wanted = rows;
    for (const yamldoc_node *row = section->first; row != NULL; row = row->next, wanted++) {
        *wanted = (test_wanted){.line = row->line};
        wanted->wants = arena_take(owner, (row->count + 1) * sizeof *wanted->wants);
        for (const yamldoc_node *node = row->first; node != NULL; node = node->next)
            testrow_read_want(&reader, node, &wanted->wants[wanted->count++]);
    }
    return reader.good ? rows : NULL;
}

/* ---- Comparing ------------------------------------------------------------------------------ */

static int testrow_has(const test_table *table, const test_want *want, const test_row *row)
{
    prm_text cell = row->cells[want->column];
    if (want->kind.size > 0 && !text_same(want->kind, row->cells[ROWS_KIND]))
        return 0;
    if (table->columns[want->column].cell == TEST_CELL_DECIMAL && want->value.size > 0)
        return testvalue_same(want->value, cell);
    return text_same(want->value, cell);
}

int testrow_fits(const test_table *table, const test_wanted *wanted, const test_row *row)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (!testrow_has(table, &wanted->wants[i], row))
            return 0;
    return 1;
}

unsigned testrow_likeness(const test_table *table, const test_wanted *wanted, const test_row *row)
{
    unsigned likeness = 0;
    unsigned whole = 0;
    for (size_t i = 0; i < wanted->count; i++) {
        unsigned weight = table->columns[wanted->wants[i].column].weight;
        int same = testrow_has(table, &wanted->wants[i], row);
        if (!same && table->columns[wanted->wants[i].column].decisive)
            return 0;
        whole += weight;
        likeness += same && wanted->wants[i].value.size > 0 ? weight : 0;
    }
    return likeness * 2 >= whole ? likeness : 0;
}

static void testrow_write_shown(buffer *out, prm_text text)
{
    if (text.size == 0)
        buffer_string(out, "nothing");
    else
        buffer_put(out, text.data, text.size);
}

void testrow_write_difference(buffer *out, const test_table *table, const test_wanted *wanted,
                              const test_row *row)
{
    int first = 1;
    for (size_t i = 0; i < wanted->count; i++) {
        const test_want *want = &wanted->wants[i];
        if (testrow_has(table, want, row))
            continue;
        buffer_string(out, first ? "" : "; ");
        first = 0;
        buffer_put(out, want->name.data, want->name.size);
        buffer_string(out, ": expected ");
        testrow_write_shown(out, want->value);
        buffer_string(out, ", came ");
        testrow_write_shown(out, row->cells[want->column]);
        if (want->kind.size > 0 && !text_same(want->kind, row->cells[ROWS_KIND])) {
            buffer_string(out, " of ");
            testrow_write_shown(out, row->cells[ROWS_KIND]);
        }
    }
}

prm_text testrow_wants(const test_wanted *wanted, size_t column)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (wanted->wants[i].column == column && wanted->wants[i].kind.size == 0)
            return wanted->wants[i].value;
    return (prm_text){0};
}
