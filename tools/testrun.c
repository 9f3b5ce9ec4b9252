#include "testrun.h"

/* The test as written comes first and answers all that is expected; the other
 * orders of arrival need only give the same ledger and the same answers. */

#include <inttypes.h>
#include <stdlib.h>

#include "fieldname.h"
#include "testarrival.h"
#include "testcompare.h"
#include "testerrors.h"
#include "testevents.h"
#include "testjourney.h"
#include "testnet.h"
#include "testsection.h"
#include "testtotals.h"

enum { TESTRUN_SHOWN = 5, TESTRUN_NOTES = 10, TESTRUN_ORDER = 40 };

typedef struct testrun {
    const test_file *file;
    const test_case *test;
    test_program *program;
    buffer *details;
    arena memory;
    event_batch batch;
    int has_clock; /* the test gives one */
    int64_t clock; /* known once the test has run as written */
} testrun;

/* What one order of arrival gave. */
typedef struct testrun_outcome {
    prm_engine *engine;
    prm_answer *answers; /* per event, in the order of the batch */
    test_rows ledger;
    test_rows journal;
} testrun_outcome;

static void testrun_free_outcome(testrun_outcome *outcome)
{
    testrow_free(&outcome->ledger);
    testrow_free(&outcome->journal);
    prm_engine_free(outcome->engine);
    free(outcome->answers);
    *outcome = (testrun_outcome){.engine = NULL};
}

static int testrun_fail(const testrun *run, const char *what, const prm_error *error)
{
    buffer_format(run->details, "%s: %s\n", what, error->message);
    return 0;
}

/* ---- One order of arrival ------------------------------------------------------------ */

/* Where the test gives a clock it is never left to follow the events. */
static testarrival_clock testrun_clock_of(const testrun *run, const test_arrival *arrival)
{
    if (!run->has_clock || arrival->clock != TESTARRIVAL_FOLLOWS)
        return arrival->clock;
    return arrival->call == 1 ? TESTARRIVAL_FIRST : TESTARRIVAL_LAST;
}

static int testrun_advance(const testrun *run, testrun_outcome *out)
{
    prm_error error;
    if (prm_engine_advance(out->engine, run->clock, &error) != PRM_OK)
        return testrun_fail(run, "the clock", &error);
    return 1;
}

static int testrun_ingest(const testrun *run, test_arrival *arrival, testrun_outcome *out)
{
    prm_error error;
    int good = 1;
    const event_batch *batch = &run->batch;
    prm_event *events = memory_take((batch->count + 1) * sizeof *events);
    prm_answer *answers = memory_take((batch->count + 1) * sizeof *answers);
    for (size_t i = 0; i < batch->count; i++)
        events[i] = batch->events[arrival->order[i]];
    for (size_t size; good && (size = testarrival_next(arrival)) > 0;) {
        size_t first = arrival->given - size;
        if (prm_engine_ingest(out->engine, events + first, size, sizeof *events, answers + first, &error) !=
            PRM_OK)
            good = testrun_fail(run, "the events", &error);
    }
    out->answers = memory_take((batch->count + 1) * sizeof *out->answers);
    for (size_t i = 0; i < batch->count; i++)
        out->answers[arrival->order[i]] = answers[i];
    free(events);
    free(answers);
    return good;
}

static int testrun_take_rows(const testrun *run, testrun_outcome *out)
{
    prm_error error;
    prm_rows *rows = NULL;
    if (prm_engine_ledger(out->engine, &rows, &error) != PRM_OK)
        return testrun_fail(run, "the ledger", &error);
    testrow_keep(&out->ledger, run->program->program, rows);
    prm_rows_free(rows);
    if (prm_engine_journal(out->engine, 1, &rows, &error) != PRM_OK)
        return testrun_fail(run, "the journal", &error);
    testrow_keep(&out->journal, run->program->program, rows);
    prm_rows_free(rows);
    return 1;
}

/* Free *out in any case. */
static int testrun_attempt(const testrun *run, test_arrival *arrival, testrun_outcome *out)
{
    testarrival_clock clock = testrun_clock_of(run, arrival);
    prm_error error;
    prm_engine_options options = {
        .size = sizeof options,
        .clock_follows = clock == TESTARRIVAL_FOLLOWS,
        .hash_seed = arrival->seed,
    };
    if (prm_engine_new(run->program->program, &options, &out->engine, &error) != PRM_OK)
        return testrun_fail(run, "the engine", &error);
    return (clock != TESTARRIVAL_FIRST || testrun_advance(run, out)) && testrun_ingest(run, arrival, out) &&
           (clock != TESTARRIVAL_LAST || testrun_advance(run, out)) && testrun_take_rows(run, out) &&
           testnet_check(&out->journal, &out->ledger, run->details);
}

/* ---- Rejected events --------------------------------------------------------------------- */

static int testrun_is_rejected(const prm_answer *answer)
{
    return answer->answer == PRM_REJECTED || answer->answer == PRM_TOO_LATE;
}

static void testrun_write_origin(const testrun *run, size_t index)
{
    const prm_event *event = &run->batch.events[index];
    event_origin origin = run->batch.origins[index];
    if (origin.file != run->file->doc.file)
        buffer_format(run->details, "%s, ", origin.file);
    buffer_format(run->details, "line %" PRIu64 ": event %.*s", origin.line, (int)event->id_size, event->id);
}

static void testrun_write_rejection(const testrun *run, const testrun_outcome *outcome, size_t index)
{
    char reason[600];
    prm_engine_answer_text(outcome->engine, &run->batch.events[index], &outcome->answers[index], reason,
                           sizeof reason);
    testrun_write_origin(run, index);
    buffer_format(run->details, " was rejected: %s\n", reason);
}

/* Each rejected event needs a place of its own in the list, and the other way
 * round. */
static int testrun_check_rejected(const testrun *run, const testrun_outcome *outcome)
{
    int good = 1;
    const yamldoc_node *section = run->test->expect[TEST_REJECTED];
    unsigned char *used = memory_take(run->batch.count + 1);
    for (const yamldoc_node *node = section == NULL ? NULL : section->first; node != NULL;
         node = node->next) {
        size_t at = 0;
        while (at < run->batch.count &&
               (used[at] || !testrun_is_rejected(&outcome->answers[at]) ||
                !text_same(node->text, (prm_text){run->batch.events[at].id, run->batch.events[at].id_size})))
            at++;
        if (at < run->batch.count) {
            used[at] = 1;
            continue;
        }
        buffer_format(run->details, "rejected, line %" PRIu32 ": event %s was not rejected\n", node->line,
                      node->text.data);
        good = 0;
    }
    for (size_t i = 0; i < run->batch.count; i++)
        if (testrun_is_rejected(&outcome->answers[i]) && !used[i]) {
            testrun_write_rejection(run, outcome, i);
            good = 0;
        }
    free(used);
    return good;
}

/* ---- What is expected ---------------------------------------------------------------------- */

static int testrun_check_rows(const testrun *run, const test_question *question, test_section section,
                              const test_rows *rows)
{
    const yamldoc_node *node = run->test->expect[section];
    if (node == NULL)
        return 1;
    test_comparison given = {
        .section = testsection_shape(section)->name,
        .table = &testrow_postings,
        .wanted = testrow_read(&run->file->doc, node, &testrow_postings, run->program, question->owner,
                               run->details),
        .wanted_count = node->count,
        .rows = rows->items,
        .row_count = rows->count,
        .exact = section != TEST_CONTAINS,
        .with_op = section == TEST_JOURNAL,
        .explain = testquestion_explain,
        .context = question,
    };
    if (given.wanted == NULL)
        return 0;
    return section == TEST_JOURNAL ? testcompare_in_order(&given, run->details)
                                   : testcompare_any_order(&given, run->details);
}

static int testrun_check(testrun *run, const testrun_outcome *outcome)
{
    const yamldoc_node *const *expect = run->test->expect;
    test_question question = {outcome->engine, run->program, &run->file->doc, &run->memory, run->details};
    int good = testrun_check_rejected(run, outcome);
    good &= testrun_check_rows(run, &question, TEST_LEDGER, &outcome->ledger);
    good &= testrun_check_rows(run, &question, TEST_CONTAINS, &outcome->ledger);
    good &= testrun_check_rows(run, &question, TEST_JOURNAL, &outcome->journal);
    if (expect[TEST_TOTALS] != NULL)
        good &= testtotals_check(&question, expect[TEST_TOTALS], &outcome->ledger);
    if (expect[TEST_RATES] != NULL)
        good &= testquestion_rates(&question, expect[TEST_RATES]);
    if (expect[TEST_RANKS] != NULL)
        good &= testquestion_ranks(&question, expect[TEST_RANKS]);
    if (expect[TEST_PROGRESS] != NULL)
        good &= testquestion_progress(&question, expect[TEST_PROGRESS]);
    if (expect[TEST_JOURNEY] != NULL)
        good &= testjourney_check(&question, expect[TEST_JOURNEY]);
    return good;
}

/* ---- Notes: what was not taken as it was meant, perhaps --------------------------------------- */

static void testrun_note_fields(const testrun *run, size_t index)
{
    const prm_event *event = &run->batch.events[index];
    buffer_string(run->details, "note: ");
    testrun_write_origin(run, index);
    buffer_format(run->details, ": fields that the program does not declare for %.*s were dropped",
                  (int)event->type_name_size, event->type_name);
    for (uint32_t i = 0; i < event->field_count; i++)
        if (event->fields[i].field == PRM_NONE)
            buffer_format(run->details, " (%.*s)", (int)event->fields[i].name_size, event->fields[i].name);
    buffer_byte(run->details, '\n');
}

/* A test may pass only because of a misspelt event, so what it wrote out itself is noted then, too;
 * files of events hold more than a program needs. */
static void testrun_write_notes(const testrun *run, const testrun_outcome *outcome, int passed)
{
    size_t notes = 0;
    for (size_t i = 0; i < run->batch.count && notes < TESTRUN_NOTES; i++) {
        const prm_event *event = &run->batch.events[i];
        int ignored = outcome->answers[i].answer == PRM_IGNORED;
        if (!ignored && outcome->answers[i].dropped == 0)
            continue;
        if (passed && run->batch.origins[i].file != run->file->doc.file)
            continue;
        notes++;
        if (!ignored) {
            testrun_note_fields(run, i);
            continue;
        }
        buffer_string(run->details, "note: ");
        testrun_write_origin(run, i);
        prm_text type = {event->type_name, event->type_name_size};
        prm_text near = fieldname_nearest_type(run->program->program, type);
        buffer_format(run->details, " was ignored: the program does not know the type %.*s%s%.*s%s\n",
                      (int)type.size, type.data, near.size > 0 ? "; did you mean " : "", (int)near.size,
                      near.data, near.size > 0 ? "?" : "");
    }
}

/* ---- Other orders of arrival --------------------------------------------------------------------- */

static void testrun_write_order(const testrun *run, const test_arrival *arrival)
{
    if (run->batch.count > TESTRUN_ORDER)
        return;
    buffer_string(run->details, "  order:");
    for (size_t i = 0; i < run->batch.count; i++) {
        const prm_event *event = &run->batch.events[arrival->order[i]];
        buffer_format(run->details, " %.*s", (int)event->id_size, event->id);
    }
    buffer_byte(run->details, '\n');
}

static int testrun_same_rows(const test_row *a, const test_row *b)
{
    for (size_t i = 0; i < ROWS_CELLS; i++)
        if (!text_same(a->cells[i], b->cells[i]))
            return 0;
    return 1;
}

static void testrun_write_row(const testrun *run, const char *where, const test_rows *rows, size_t index)
{
    buffer_format(run->details, "  %s: ", where);
    if (index < rows->count)
        testrow_write(run->details, &testrow_postings, &rows->items[index], 0);
    else
        buffer_string(run->details, "no such row");
    buffer_byte(run->details, '\n');
}

static int testrun_same_ledger(const testrun *run, const test_rows *written, const test_rows *other)
{
    size_t most = written->count > other->count ? written->count : other->count;
    size_t differences = 0;
    for (size_t i = 0; i < most; i++) {
        if (i < written->count && i < other->count && testrun_same_rows(&written->items[i], &other->items[i]))
            continue;
        if (differences == 0)
            buffer_string(run->details, "the ledger depends on the order of arrival\n");
        if (differences++ >= TESTRUN_SHOWN)
            continue;
        testrun_write_row(run, "as written", written, i);
        testrun_write_row(run, "otherwise ", other, i);
    }
    return differences == 0;
}

static int testrun_same_answers(const testrun *run, const testrun_outcome *written,
                                const testrun_outcome *other)
{
    for (size_t i = 0; i < run->batch.count; i++) {
        if (written->answers[i].answer == other->answers[i].answer)
            continue;
        testrun_write_origin(run, i);
        buffer_string(run->details, " is answered otherwise than as written\n");
        return 0;
    }
    return 1;
}

static int testrun_arrive(testrun *run, const testrun_outcome *written, size_t number)
{
    testrun_outcome other = {.engine = NULL};
    test_arrival arrival;
    testarrival_make(&arrival, number, run->test->name, run->batch.events, run->batch.count);
    int good = testrun_attempt(run, &arrival, &other) && testrun_same_answers(run, written, &other) &&
               testrun_same_ledger(run, &written->ledger, &other.ledger);
    if (!good) {
        buffer_format(run->details, "  arrival: %s\n", arrival.name);
        testrun_write_order(run, &arrival);
    }
    testrun_free_outcome(&other);
    testarrival_free(&arrival);
    return good;
}

/* ---- Tests -------------------------------------------------------------------------------------------- */

/* Whether the test gives another ledger with another rate in the bracket. */
static int testrun_uses(const testrun *run, const testrun_outcome *written, const test_bracket *bracket)
{
    buffer unread = {0};
    test_program program = {.path = run->program->path, .program = bracket->other};
    testrun with = {.file = run->file,
                    .test = run->test,
                    .program = &program,
                    .details = &unread,
                    .has_clock = run->has_clock,
                    .clock = run->clock};
    testrun_outcome other = {.engine = NULL};
    test_arrival arrival;
    int uses = 0;
    if (testevents_make(run->file, run->test, bracket->other, &with.batch, &unread)) {
        testarrival_make(&arrival, 0, run->test->name, with.batch.events, with.batch.count);
        uses = testrun_attempt(&with, &arrival, &other) && other.ledger.count != written->ledger.count;
        for (size_t i = 0; other.engine != NULL && !uses && i < other.ledger.count; i++)
            uses = !testrun_same_rows(&other.ledger.items[i], &written->ledger.items[i]);
        testarrival_free(&arrival);
    }
    testrun_free_outcome(&other);
    batch_free(&with.batch);
    buffer_free(&unread);
    return uses;
}

static void testrun_note_fired(const testrun *run, const testrun_outcome *written)
{
    test_program *program = run->program;
    for (size_t i = 0; i < written->journal.count; i++) {
        const prm_text *cells = written->journal.items[i].cells;
        testprogram_note_fired(program, cells[ROWS_RULE], cells[ROWS_ID]);
        if (cells[ROWS_RANK].size > 0)
            testprogram_note_rank(program, cells[ROWS_RANK]);
    }
    for (size_t i = 0; i < program->bracket_count; i++)
        if (!program->brackets[i].fired && program->brackets[i].other != NULL)
            program->brackets[i].fired = testrun_uses(run, written, &program->brackets[i]);
}

static int testrun_evaluate(testrun *run)
{
    testrun_outcome written = {.engine = NULL};
    test_arrival arrival;
    testarrival_make(&arrival, 0, run->test->name, run->batch.events, run->batch.count);
    int good = testrun_attempt(run, &arrival, &written);
    if (good) {
        run->clock = prm_engine_clock(written.engine);
        testrun_note_fired(run, &written);
        good = testrun_check(run, &written);
        testrun_write_notes(run, &written, good);
        for (size_t i = 1; !run->test->as_written && i < TESTARRIVAL_COUNT; i++)
            if (!testrun_arrive(run, &written, i)) {
                good = 0;
                break;
            }
    }
    testrun_free_outcome(&written);
    testarrival_free(&arrival);
    return good;
}

static int testrun_read_clock(testrun *run)
{
    prm_error error;
    const yamldoc_node *node = run->test->clock;
    run->has_clock = node != NULL;
    if (node == NULL || prm_program_read_time(run->program->program, node->text.data, node->text.size,
                                              &run->clock, &error) == PRM_OK)
        return 1;
    yamldoc_locate(&run->file->doc, run->details, node->line, node->column, "clock: %s", error.message);
    return 0;
}

int testrun_case(const test_file *file, const test_case *test, test_program *program, buffer *details)
{
    testrun run = {.file = file, .test = test, .program = program, .details = details};
    if (test->expect[TEST_ERRORS] != NULL)
        return testerrors_check(program, test->expect[TEST_ERRORS], details);
    if (program->program == NULL) {
        testerrors_write(program, details);
        return 0;
    }
    int good = testrun_read_clock(&run) &&
               testevents_make(file, test, program->program, &run.batch, details) && testrun_evaluate(&run);
    batch_free(&run.batch);
    arena_free(&run.memory);
    return good;
}
