#include "testquestion.h"

#include <inttypes.h>
#include <stdlib.h>

#include "testcompare.h"
#include "testvalue.h"

/* Progress rows are kept as cells of a table of their own, so that they compare
 * as those of a ledger do. */

enum {
    TESTQUESTION_RULE,
    TESTQUESTION_PARTNER,
    TESTQUESTION_REP,
    TESTQUESTION_CUSTOMER,
    TESTQUESTION_PRODUCT,
    TESTQUESTION_VALUE,
    TESTQUESTION_TARGET,
    TESTQUESTION_STATE,
    TESTQUESTION_START,
    TESTQUESTION_END,
    TESTQUESTION_COLUMNS
};

static const char *testquestion_state(size_t index)
{
    return index < PRM_STATE_INACTIVE ? prm_state_name(PRM_STATE_OPEN + (uint32_t)index) : NULL;
}

static const test_column testquestion_columns[TESTQUESTION_COLUMNS] = {
    [TESTQUESTION_RULE] = {{"rule", TEST_FORM_VALUE, 1, "the rule", NULL}, TEST_CELL_RULE, 4, 1},
    [TESTQUESTION_PARTNER] = {{"partner", TEST_FORM_VALUE, 0, "the partner that it is about", NULL},
                              TEST_CELL_TEXT,
                              4,
                              1},
    [TESTQUESTION_REP] = {{"rep", TEST_FORM_VALUE, 0, "the rep that it is about", NULL},
                          TEST_CELL_TEXT,
                          4,
                          0},
    [TESTQUESTION_CUSTOMER] = {{"customer", TEST_FORM_VALUE, 0, "the customer that it is about", NULL},
                               TEST_CELL_TEXT,
                               4,
                               0},
    [TESTQUESTION_PRODUCT] = {{"product", TEST_FORM_VALUE, 0, "the product that it is about", NULL},
                              TEST_CELL_TEXT,
                              4,
                              0},
    [TESTQUESTION_VALUE] = {{"value", TEST_FORM_AMOUNT, 0, "what was counted so far", NULL},
                            TEST_CELL_DECIMAL,
                            1,
                            0},
    [TESTQUESTION_TARGET] = {{"target", TEST_FORM_AMOUNT, 0, "the threshold", NULL}, TEST_CELL_DECIMAL, 1, 0},
    [TESTQUESTION_STATE] = {{"state", TEST_FORM_VALUE, 0, "how it stands", testquestion_state},
                            TEST_CELL_TEXT,
                            1,
                            0},
    [TESTQUESTION_START] = {{"start", TEST_FORM_TIME, 0, "when the window begins", NULL},
                            TEST_CELL_TIME,
                            1,
                            0},
    [TESTQUESTION_END] = {{"end", TEST_FORM_TIME, 0, "when the window ends", NULL}, TEST_CELL_TIME, 1, 0},
};

const test_table testquestion_rows = {testquestion_columns, TESTQUESTION_COLUMNS, 0};

/* ---- Rates ------------------------------------------------------------------------ */

static prm_text testquestion_text(const yamldoc_node *row, const char *key)
{
    const yamldoc_node *node = yamldoc_child(row, key);
    return node == NULL ? (prm_text){0} : node->text;
}

/* A rate as written in this section: the whole of it, so never an addition. */
static int testquestion_read_rate(const yamldoc_node *row, int64_t *rate)
{
    int added;
    prm_text text = testquestion_text(row, "rate");
    return testvalue_rate(text, rate, &added) && text.data[0] != '+';
}

/* What cannot be asked as it stands at a key of the row, or with the row as a whole. */
static int testquestion_fails(const test_question *question, const yamldoc_node *row, const char *key,
                              const char *why)
{
    const yamldoc_node *node = key != NULL ? yamldoc_child(row, key) : row;
    yamldoc_locate(question->doc, question->details, node->line, node->column, "%s", why);
    return 0;
}

static int testquestion_rate(const test_question *question, const yamldoc_node *row)
{
    char came[ROWS_TEXT];
    int64_t time;
    int64_t expected;
    int64_t rate;
    prm_error error;
    prm_text at = testquestion_text(row, "at");
    prm_text wanted = testquestion_text(row, "rate");
    if (!testquestion_read_rate(row, &expected))
        return testquestion_fails(question, row, "rate", "the rate is the whole one, such as 20%");
    if (prm_program_read_time(question->program->program, at.data, at.size, &time, &error) != PRM_OK)
        return testquestion_fails(question, row, "at", error.message);
    if (prm_engine_rate(question->engine, testquestion_text(row, "partner"), testquestion_text(row, "rep"),
                        testquestion_text(row, "customer"), testquestion_text(row, "product"), time, &rate,
                        &error) != PRM_OK)
        return testquestion_fails(question, row, NULL, error.message);
    if (rate == expected)
        return 1;
    size_t size = prm_write_rate(rate, 0, came, sizeof came);
    buffer_format(question->details, "rates, line %" PRIu32 ": expected %.*s at %.*s, came %.*s\n", row->line,
                  (int)wanted.size, wanted.data, (int)at.size, at.data, (int)size, came);
    return 0;
}

int testquestion_rates(const test_question *question, const yamldoc_node *section)
{
    int good = 1;
    for (const yamldoc_node *row = section->first; row != NULL; row = row->next)
        good &= testquestion_rate(question, row);
    return good;
}

/* ---- Ranks ------------------------------------------------------------------------ */

static int testquestion_rank(const test_question *question, const yamldoc_node *row)
{
    int64_t time;
    prm_text rank = {0};
    prm_error error;
    prm_text at = testquestion_text(row, "at"), wanted = testquestion_text(row, "rank");
    if (prm_program_read_time(question->program->program, at.data, at.size, &time, &error) != PRM_OK)
        return testquestion_fails(question, row, "at", error.message);
    int ranked = prm_program_rank_name(question->program->program, 0).size > 0;
    if (ranked && !testprogram_has_rank(question->program, wanted))
        return testrow_refuse_rank(question->doc, yamldoc_child(row, "rank"), question->program,
                                   question->details);
    if (prm_engine_rank(question->engine, testquestion_text(row, "partner"), time, &rank, &error) != PRM_OK)
        return testquestion_fails(question, row, NULL, error.message);
    if (text_same(rank, wanted))
        return 1;
    buffer_format(question->details, "ranks, line %" PRIu32 ": expected %.*s at %.*s, came %.*s\n", row->line,
                  (int)wanted.size, wanted.data, (int)at.size, at.data, (int)rank.size, rank.data);
    return 0;
}

int testquestion_ranks(const test_question *question, const yamldoc_node *section)
{
    int good = 1;
    for (const yamldoc_node *row = section->first; row != NULL; row = row->next)
        good &= testquestion_rank(question, row);
    return good;
}

/* ---- Progress ---------------------------------------------------------------------------- */

static prm_text testquestion_keep(arena *owner, char *text, size_t size)
{
    return arena_text(owner, (prm_text){text, size});
}

static void testquestion_keep_one(const test_question *question, const prm_progress *row, test_row *kept)
{
    char text[ROWS_TEXT];
    arena *owner = question->owner;
    const prm_program *program = question->program->program;
    kept->cells[TESTQUESTION_RULE] = arena_text(owner, row->rule_name);
    kept->cells[TESTQUESTION_PARTNER] = arena_text(owner, row->partner);
    kept->cells[TESTQUESTION_REP] = arena_text(owner, row->rep);
    kept->cells[TESTQUESTION_CUSTOMER] = arena_text(owner, row->customer);
    kept->cells[TESTQUESTION_PRODUCT] = arena_text(owner, row->product);
    kept->cells[TESTQUESTION_STATE] = text_of(prm_state_name(row->state));
    if (row->has_value) {
        size_t size = prm_write_decimal(row->value, text, sizeof text);
        kept->cells[TESTQUESTION_VALUE] = testquestion_keep(owner, text, size);
    }
    if (row->has_value == 1) {
        size_t size = prm_write_decimal(row->target, text, sizeof text);
        kept->cells[TESTQUESTION_TARGET] = testquestion_keep(owner, text, size);
    }
    if (row->start != PRM_NO_TIME)
        kept->cells[TESTQUESTION_START] = testquestion_keep(
            owner, text, prm_program_write_time(program, row->start, text, sizeof text));
    if (row->end != PRM_NO_TIME)
        kept->cells[TESTQUESTION_END] = testquestion_keep(
            owner, text, prm_program_write_time(program, row->end, text, sizeof text));
}

/* All progress, kept in the owner; NULL with the reason added to `details`. */
static test_row *testquestion_ask(const test_question *question, size_t *count)
{
    prm_error error;
    prm_rows *rows = NULL;
    prm_progress row = {.size = sizeof row};
    if (prm_engine_progress(question->engine, PRM_NONE, (prm_text){0}, &rows, &error) != PRM_OK) {
        buffer_format(question->details, "progress: %s\n", error.message);
        return NULL;
    }
    size_t most = prm_rows_count(rows);
    test_row *kept = arena_take(question->owner, (most + 1) * sizeof *kept);
    for (*count = 0; *count < most && prm_rows_next_progress(rows, &row); (*count)++) {
        kept[*count] = (test_row){.amount = 0};
        testquestion_keep_one(question, &row, &kept[*count]);
    }
    prm_rows_free(rows);
    return kept;
}

static int testquestion_check_states(const test_question *question, const yamldoc_node *section)
{
    int good = 1;
    for (const yamldoc_node *row = section->first; row != NULL; row = row->next) {
        const yamldoc_node *state = yamldoc_child(row, "state");
        int known = state == NULL ||
                    testkeys_may_be(&testquestion_columns[TESTQUESTION_STATE].key, state->text);
        if (!known)
            testrow_refuse_choice(question->doc, state, &testquestion_columns[TESTQUESTION_STATE].key,
                                  question->details);
        good &= known;
    }
    return good;
}

int testquestion_progress(const test_question *question, const yamldoc_node *section)
{
    test_comparison given = {.section = "progress", .table = &testquestion_rows};
    if (!testquestion_check_states(question, section))
        return 0;
    given.wanted = testrow_read(question->doc, section, &testquestion_rows, question->program,
                                question->owner, question->details);
    given.wanted_count = section->count;
    if (given.wanted == NULL)
        return 0;
    given.rows = testquestion_ask(question, &given.row_count);
    return given.rows != NULL && testcompare_any_order(&given, question->details);
}

/* ---- The nearest unmet condition ---------------------------------------------------------- */

__extension__ typedef __int128 testquestion_wide;

/* How near a subject is: by its state, then by what is left of the target. */
typedef struct testquestion_distance {
    unsigned state;
    uint64_t left;
    uint64_t whole;
} testquestion_distance;

static testquestion_wide testquestion_widen(prm_decimal value)
{
    return (testquestion_wide)value.high * ((testquestion_wide)1 << 64) + (testquestion_wide)value.low;
}

static testquestion_distance testquestion_measure(const prm_progress *row)
{
    static const unsigned by_state[] = {
        [PRM_STATE_OPEN] = 0,    [PRM_STATE_MISSED] = 1,       [PRM_STATE_INACTIVE] = 2,
        [PRM_STATE_WAITING] = 3, [PRM_STATE_NOT_ELIGIBLE] = 4, [PRM_STATE_REACHED] = 5,
    };
    testquestion_distance distance = {row->state <= PRM_STATE_INACTIVE ? by_state[row->state] : 6, 1, 1};
    if (row->has_value != 1)
        return distance;
    testquestion_wide whole = testquestion_widen(row->target);
    testquestion_wide left = whole - testquestion_widen(row->value);
    if (left < 0)
        left = 0;
    for (; left > INT64_MAX || whole > INT64_MAX; left >>= 1)
        whole >>= 1;
    distance.left = (uint64_t)left;
    distance.whole = whole > 0 ? (uint64_t)whole : 1;
    return distance;
}

static int testquestion_is_nearer(testquestion_distance a, testquestion_distance b)
{
    if (a.state != b.state)
        return a.state < b.state;
    return (testquestion_wide)a.left * (testquestion_wide)b.whole <
           (testquestion_wide)b.left * (testquestion_wide)a.whole;
}

static int testquestion_agrees(prm_text wanted, prm_text came)
{
    return wanted.size == 0 || came.size == 0 || text_same(wanted, came);
}

static int testquestion_may_mean(const test_wanted *wanted, const prm_progress *row)
{
    prm_text rule = testrow_wants(wanted, ROWS_RULE);
    return (rule.size == 0 || text_same(rule, row->rule_name)) &&
           testquestion_agrees(testrow_wants(wanted, ROWS_PARTNER), row->partner) &&
           testquestion_agrees(testrow_wants(wanted, ROWS_REP), row->rep) &&
           testquestion_agrees(testrow_wants(wanted, ROWS_CUSTOMER), row->customer) &&
           testquestion_agrees(testrow_wants(wanted, ROWS_PRODUCT), row->product);
}

static void testquestion_write_key(buffer *out, const char *name, prm_text key)
{
    if (key.size > 0)
        buffer_format(out, ", %s %.*s", name, (int)key.size, key.data);
}

static void testquestion_write_nearest(const test_question *question, const prm_progress *row, buffer *out)
{
    char value[ROWS_TEXT];
    char target[ROWS_TEXT];
    char end[ROWS_TEXT];
    buffer_format(out, "  nearest unmet condition: %.*s", (int)row->rule_name.size, row->rule_name.data);
    testquestion_write_key(out, "partner", row->partner);
    testquestion_write_key(out, "rep", row->rep);
    testquestion_write_key(out, "customer", row->customer);
    testquestion_write_key(out, "product", row->product);
    if (row->has_value == 1 && prm_write_decimal(row->value, value, sizeof value) > 0 &&
        prm_write_decimal(row->target, target, sizeof target) > 0)
        buffer_format(out, ": %s of %s", value, target);
    buffer_format(out, ", %s", prm_state_name(row->state));
    if (row->end != PRM_NO_TIME &&
        prm_program_write_time(question->program->program, row->end, end, sizeof end) > 0)
        buffer_format(out, ", end %s", end);
    buffer_byte(out, '\n');
}

void testquestion_explain(const void *context, const test_wanted *wanted, buffer *details)
{
    const test_question *question = context;
    prm_error error;
    prm_rows *rows = NULL;
    prm_progress row = {.size = sizeof row};
    prm_progress nearest = {.rule = PRM_NONE};
    testquestion_distance least = {0};
    prm_text rule = testrow_wants(wanted, ROWS_RULE);
    if (rule.size > 0 && !testprogram_has_rule(question->program, rule))
        return; /* rows of no rule, such as commission */
    if (prm_engine_progress(question->engine, PRM_NONE, (prm_text){0}, &rows, &error) != PRM_OK)
        return;
    while (prm_rows_next_progress(rows, &row) > 0) {
        testquestion_distance distance = testquestion_measure(&row);
        if (row.state == PRM_STATE_REACHED || !testquestion_may_mean(wanted, &row) ||
            (nearest.rule != PRM_NONE && !testquestion_is_nearer(distance, least)))
            continue;
        nearest = row;
        least = distance;
    }
    if (nearest.rule != PRM_NONE)
        testquestion_write_nearest(question, &nearest, details);
    prm_rows_free(rows);
}
