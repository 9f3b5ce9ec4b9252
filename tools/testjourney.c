#include "testjourney.h"

#include "testcompare.h"

enum {
    TESTJOURNEY_PARTNER,
    TESTJOURNEY_REP,
    TESTJOURNEY_STAGE,
    TESTJOURNEY_SINCE,
    TESTJOURNEY_LAST,
    TESTJOURNEY_COLUMNS
};

static const test_column testjourney_columns[TESTJOURNEY_COLUMNS] = {
    [TESTJOURNEY_PARTNER] = {{"partner", TEST_FORM_VALUE, 1, "the partner", NULL}, TEST_CELL_TEXT, 4, 1},
    [TESTJOURNEY_REP] = {{"rep", TEST_FORM_VALUE, 0, "its rep; \"\" for the partner as a whole", NULL},
                         TEST_CELL_TEXT,
                         4,
                         1},
    [TESTJOURNEY_STAGE] = {{"stage", TEST_FORM_VALUE, 0, "the last stage reached; \"\" for none yet", NULL},
                           TEST_CELL_TEXT,
                           1,
                           0},
    [TESTJOURNEY_SINCE] = {{"since", TEST_FORM_TIME, 0, "when it was reached", NULL}, TEST_CELL_TIME, 1, 0},
    [TESTJOURNEY_LAST] = {{"last", TEST_FORM_TIME, 0, "when the latest activity was", NULL},
                          TEST_CELL_TIME,
                          1,
                          0},
};

const test_table testjourney_rows = {testjourney_columns, TESTJOURNEY_COLUMNS, 0};

static void testjourney_keep_time(const test_question *question, int64_t time, prm_text *cell)
{
    char text[ROWS_TEXT];
    if (time == PRM_NO_TIME)
        return;
    size_t size = prm_program_write_time(question->program->program, time, text, sizeof text);
    *cell = arena_text(question->owner, (prm_text){text, size});
}

static void testjourney_keep_one(const test_question *question, const prm_journey *row, test_row *kept)
{
    prm_stage stage = {.size = sizeof stage};
    kept->cells[TESTJOURNEY_PARTNER] = row->partner;
    kept->cells[TESTJOURNEY_REP] = row->rep;
    if (row->stage != PRM_NONE && prm_program_stage(question->program->program, row->stage, &stage) == PRM_OK)
        kept->cells[TESTJOURNEY_STAGE] = stage.name;
    testjourney_keep_time(question, row->since, &kept->cells[TESTJOURNEY_SINCE]);
    testjourney_keep_time(question, row->last, &kept->cells[TESTJOURNEY_LAST]);
}

/* Everybody, kept in the owner; NULL with the reason added to `details`. *rows keep the names. */
static test_row *testjourney_ask(const test_question *question, prm_rows **rows, size_t *count)
{
    prm_error error;
    prm_journey row = {.size = sizeof row};
    if (prm_engine_journey(question->engine, (prm_text){0}, rows, &error) != PRM_OK) {
        buffer_format(question->details, "journey: %s\n", error.message);
        return NULL;
    }
    size_t most = prm_rows_count(*rows);
    test_row *kept = arena_take(question->owner, (most + 1) * sizeof *kept);
    for (*count = 0; *count < most && prm_rows_next_journey(*rows, &row) > 0; (*count)++) {
        kept[*count] = (test_row){.amount = 0};
        testjourney_keep_one(question, &row, &kept[*count]);
    }
    return kept;
}

int testjourney_check(const test_question *question, const yamldoc_node *section)
{
    prm_rows *rows = NULL;
    test_comparison given = {.section = "journey", .table = &testjourney_rows};
    given.wanted = testrow_read(question->doc, section, &testjourney_rows, question->program, question->owner,
                                question->details);
    given.wanted_count = section->count;
    if (given.wanted == NULL)
        return 0;
    given.rows = testjourney_ask(question, &rows, &given.row_count);
    int good = given.rows != NULL && testcompare_any_order(&given, question->details);
    prm_rows_free(rows);
    return good;
}
