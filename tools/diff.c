#include "verbs.h"

/* prm diff: a backtest. Both programs take the same events, in an engine each, and their ledgers
 * are compared; beside each runs a probe, so that costs stand against what was sold. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "probe.h"
#include "session.h"

enum { DIFF_COLUMNS = 14, DIFF_OUTCOME_COLUMNS = 12, DIFF_VALUE = 200 };

static const sheet_column diff_columns[DIFF_COLUMNS] = {
    {"level", SHEET_TEXT},        {"rule", SHEET_TEXT},     {"month", SHEET_TEXT},
    {"partner", SHEET_TEXT},      {"kind", SHEET_TEXT},     {"a", SHEET_NUMBER},
    {"b", SHEET_NUMBER},          {"change", SHEET_CHANGE}, {"outcomes_a", SHEET_NUMBER},
    {"outcomes_b", SHEET_NUMBER}, {"added", SHEET_NUMBER},  {"removed", SHEET_NUMBER},
    {"changed", SHEET_NUMBER},    {"why", SHEET_TEXT},
};

static const sheet_column diff_outcome_columns[DIFF_OUTCOME_COLUMNS] = {
    {"change", SHEET_TEXT}, {"rule", SHEET_TEXT},  {"kind", SHEET_TEXT},    {"partner", SHEET_TEXT},
    {"rep", SHEET_TEXT},    {"event", SHEET_TEXT}, {"at_a", SHEET_TEXT},    {"at_b", SHEET_TEXT},
    {"a", SHEET_RIGHT},     {"b", SHEET_RIGHT},    {"payable", SHEET_TEXT}, {"id", SHEET_TEXT},
};

static const char *const diff_levels[COMPARE_LEVELS] = {"total", "rule", "month", "partner"};

static const cli_option diff_options[] = {
    {"by", "LEVEL", 0, "only this: figures, total, rule, month, partner, or outcome: each one that differs"},
    {"changes", NULL, 0, "only what changes"},
    {"limit", "N", 0, "at most so many rows per level, the largest changes first"},
    {"assume", "FILE", 0, "B's side has these event types scaled: a what-if"},
    SESSION_OPTIONS,
};

typedef struct diff_side {
    session work;
    prm_program *probe;
    prm_engine *shadow;
    net ledger;
    probe_figures figures;
} diff_side;

typedef struct diff {
    const cli *args;
    diff_side sides[2];
    assume *assumed;
    compare pairs;
    size_t limit;
} diff;

/* ---- Evaluating ------------------------------------------------------------------ */

/* Both sides stand beside what A's program calls revenue. */
static int diff_open_probe(const diff *work, diff_side *side)
{
    prm_error error;
    const prm_engine_options options = {.size = sizeof options};
    if (probe_compile(work->args->operands[0], work->sides[0].work.program, &side->probe, &error) != PRM_OK ||
        prm_engine_new(side->probe, &options, &side->shadow, &error) != PRM_OK)
        return session_fail(&error);
    side->work.feed.shadow = side->shadow;
    return CLI_DONE;
}

static int diff_open(diff *work)
{
    const cli *args = work->args;
    int status = CLI_DONE;
    for (size_t i = 0; i < 2 && status == CLI_DONE; i++) {
        status = session_open(&work->sides[i].work, args, i);
        if (status == CLI_DONE)
            status = diff_open_probe(work, &work->sides[i]);
    }
    if (status != CLI_DONE)
        return status;
    prm_text currency[2] = {prm_program_currency(work->sides[0].work.program),
                            prm_program_currency(work->sides[1].work.program)};
    if (!text_same(currency[0], currency[1])) {
        fprintf(stderr, "prm: the programs pay in different currencies: %.*s and %.*s\n",
                (int)currency[0].size, currency[0].data, (int)currency[1].size, currency[1].data);
        return CLI_FINDINGS;
    }
    const char *assumed = cli_value(args, "assume");
    if (assumed == NULL)
        return CLI_DONE;
    work->assumed = assume_load(assumed, work->sides[1].work.program, &status);
    work->sides[1].work.feed.assumed = work->assumed;
    return status;
}

/* All events into one side. What is wrong with B's rows is told only where it is not what was wrong
 * with A's. */
static int diff_feed(diff *work, size_t index)
{
    diff_side *side = &work->sides[index];
    char *text = NULL;
    size_t size = 0;
    FILE *held = index == 0 ? NULL : open_memstream(&text, &size);
    if (held != NULL)
        side->work.findings.out = held;
    int status = session_feed(&side->work, SESSION_BATCH);
    if (held != NULL) {
        fclose(held);
        if (side->work.findings.count != work->sides[0].work.findings.count)
            fputs(text, stderr);
        free(text);
    }
    return status;
}

static int diff_settle(diff_side *side, int64_t clock)
{
    prm_error error;
    int status = session_advance(&side->work, clock);
    if (status != CLI_DONE)
        return status;
    if (prm_engine_advance(side->shadow, prm_engine_clock(side->work.engine), &error) != PRM_OK ||
        probe_add_up(side->shadow, &side->figures, &error) != PRM_OK ||
        net_take(&side->ledger, side->work.engine, &error) != PRM_OK)
        return session_fail(&error);
    return CLI_DONE;
}

/* Both clocks stand at the latest event that either program knows. */
static int diff_evaluate(diff *work)
{
    int status = CLI_DONE;
    for (size_t i = 0; i < 2 && status == CLI_DONE; i++)
        status = diff_feed(work, i);
    int64_t latest[2] = {work->sides[0].work.feed.latest, work->sides[1].work.feed.latest};
    for (size_t i = 0; i < 2 && status == CLI_DONE; i++)
        status = diff_settle(&work->sides[i], latest[0] > latest[1] ? latest[0] : latest[1]);
    if (status == CLI_DONE)
        compare_open(&work->pairs, work->sides[0].work.program, &work->sides[0].ledger,
                     &work->sides[1].ledger);
    return status;
}

static void diff_close(diff *work)
{
    compare_close(&work->pairs);
    for (size_t i = 0; i < 2; i++) {
        net_free(&work->sides[i].ledger);
        prm_engine_free(work->sides[i].shadow);
        prm_program_unref(work->sides[i].probe);
        session_close(&work->sides[i].work);
    }
    assume_free(work->assumed);
}

/* ---- Figures ------------------------------------------------------------------------- */

static sum diff_cost(const net *ledger)
{
    sum cost = 0;
    for (size_t i = 0; i < ledger->count; i++)
        if (ledger->rows[i].money)
            cost += ledger->rows[i].amount;
    return cost;
}

static void diff_write_figure(sheet *out, const char *kind, prm_text a, prm_text b, prm_text change)
{
    prm_text cells[DIFF_COLUMNS] = {text_of("figures"), {"", 0}, {"", 0}, {"", 0},
                                    text_of(kind),      a,       b,       change};
    sheet_row(out, cells);
}

static void diff_write_money(const diff *work, sheet *out, const char *kind, sum a, sum b)
{
    char texts[3][SUM_TEXT];
    const prm_program *program = work->pairs.program;
    diff_write_figure(out, kind, sum_text(program, a, 1, texts[0]), sum_text(program, b, 1, texts[1]),
                      sum_change_text(program, b - a, 1, texts[2]));
}

static void diff_write_figures(const diff *work, sheet *out)
{
    char texts[3][SUM_TEXT];
    const probe_figures *a = &work->sides[0].figures;
    const probe_figures *b = &work->sides[1].figures;
    sum cost[2] = {diff_cost(&work->sides[0].ledger), diff_cost(&work->sides[1].ledger)};
    diff_write_money(work, out, "cost", cost[0], cost[1]);
    diff_write_money(work, out, "revenue", a->revenue, b->revenue);
    diff_write_figure(out, "share_of_revenue_percent", sum_percent_text(cost[0], a->revenue, texts[0]),
                      sum_percent_text(cost[1], b->revenue, texts[1]), (prm_text){"", 0});
    diff_write_figure(out, "won_deals", sum_count_text(a->won, texts[0]), sum_count_text(b->won, texts[1]),
                      sum_change_text(work->pairs.program, (sum)b->won - (sum)a->won, 0, texts[2]));
    if (a->won > 0 && b->won > 0)
        diff_write_money(work, out, "cost_per_won_deal", sum_per(cost[0], a->won), sum_per(cost[1], b->won));
}

/* ---- Levels --------------------------------------------------------------------------- */

static void diff_write_line(const diff *work, sheet *out, compare_level level, const compare_line *line)
{
    char texts[8][SUM_TEXT];
    const prm_program *program = work->pairs.program;
    prm_text none = {"", 0};
    prm_text cells[DIFF_COLUMNS] = {
        text_of(diff_levels[level]),
        level == COMPARE_RULE ? line->key : none,
        level == COMPARE_MONTH ? line->key : none,
        level == COMPARE_PARTNER ? line->key : none,
        line->kind,
        line->counted ? sum_text(program, line->a, line->money, texts[0]) : none,
        line->counted ? sum_text(program, line->b, line->money, texts[1]) : none,
        line->counted ? sum_change_text(program, line->b - line->a, line->money, texts[2]) : none,
        sum_count_text(line->outcomes_a, texts[3]),
        sum_count_text(line->outcomes_b, texts[4]),
        sum_count_text(line->added, texts[5]),
        sum_count_text(line->removed, texts[6]),
        sum_count_text(line->changed, texts[7]),
        line->why,
    };
    sheet_row(out, cells);
}

static int diff_is_changed(const compare_line *line)
{
    return line->a != line->b || line->added + line->removed + line->changed > 0;
}

static sum diff_size(const compare_line *line)
{
    sum change = line->b - line->a;
    return change < 0 ? -change : change;
}

/* How large a change must be to be among the `limit` largest; lines of that size may be more. */
static int diff_size_order(const void *a, const void *b)
{
    sum first = *(const sum *)a;
    sum second = *(const sum *)b;
    return (first < second) - (first > second);
}

static sum diff_least(const compare_line *lines, size_t count, size_t limit, size_t *ties)
{
    if (count <= limit) {
        *ties = SIZE_MAX;
        return 0;
    }
    sum *sizes = memory_take(count * sizeof *sizes);
    for (size_t i = 0; i < count; i++)
        sizes[i] = diff_size(&lines[i]);
    qsort(sizes, count, sizeof *sizes, diff_size_order);
    sum least = sizes[limit - 1];
    *ties = 0;
    for (size_t i = 0; i < limit; i++)
        *ties += sizes[i] == least;
    free(sizes);
    return least;
}

static void diff_write_level(diff *work, sheet *out, compare_level level)
{
    size_t count;
    size_t ties;
    compare_line *lines = compare_add_up(&work->pairs, level, &count);
    sum least = diff_least(lines, count, work->limit, &ties);
    for (size_t i = 0; i < count && !ferror(stdout); i++) {
        if (cli_has(work->args, "changes") && !diff_is_changed(&lines[i]))
            continue;
        sum size = diff_size(&lines[i]);
        if (size < least || (size == least && ties == 0))
            continue;
        ties -= size == least && ties != SIZE_MAX;
        diff_write_line(work, out, level, &lines[i]);
    }
    free(lines);
}

/* ---- Outcomes -------------------------------------------------------------------------- */

/* What an outcome gives, as one text. */
static prm_text diff_value(const prm_program *program, const net_row *row, char *out)
{
    if (row == NULL)
        return (prm_text){"", 0};
    if (row->has_rate)
        return (prm_text){out, prm_write_rate(row->rate, (int32_t)row->rate_added, out, DIFF_VALUE)};
    if (row->has_amount)
        return sum_text(program, row->amount, (int)row->money, out);
    return row->what;
}

static prm_text diff_time(const prm_program *program, const net_row *row, char *out)
{
    size_t size = row == NULL ? 0 : prm_program_write_time(program, row->at, out, DIFF_VALUE);
    return (prm_text){out, size};
}

static void diff_write_outcome(const diff *work, sheet *out, const compare_pair *pair)
{
    static const char *const states[] = {"same", "changed", "added", "removed"};
    char texts[5][DIFF_VALUE];
    const prm_program *program = work->pairs.program;
    const net_row *row = pair->b != NULL ? pair->b : pair->a;
    size_t payable = row->payable == PRM_NO_TIME
                         ? 0
                         : prm_program_write_time(program, row->payable, texts[4], DIFF_VALUE);
    prm_text cells[DIFF_OUTCOME_COLUMNS] = {
        text_of(states[pair->state]),
        row->rule,
        row->kind,
        row->partner,
        row->rep,
        row->event,
        diff_time(program, pair->a, texts[0]),
        diff_time(program, pair->b, texts[1]),
        diff_value(program, pair->a, texts[2]),
        diff_value(program, pair->b, texts[3]),
        {texts[4], payable},
        row->id,
    };
    sheet_row(out, cells);
}

static int diff_outcome_order(const void *a, const void *b)
{
    const compare_pair *first = a;
    const compare_pair *second = b;
    const net_row *left = first->b != NULL ? first->b : first->a;
    const net_row *right = second->b != NULL ? second->b : second->a;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return text_compare(left->id, right->id);
}

static void diff_write_outcomes(diff *work)
{
    size_t written = 0;
    sheet *out = sheet_open(stdout, work->sides[0].work.format, diff_outcome_columns, DIFF_OUTCOME_COLUMNS,
                            sheet_terminal_width());
    qsort(work->pairs.pairs, work->pairs.count, sizeof *work->pairs.pairs, diff_outcome_order);
    for (size_t i = 0; i < work->pairs.count && written < work->limit && !ferror(stdout); i++) {
        if (work->pairs.pairs[i].state == COMPARE_SAME)
            continue;
        diff_write_outcome(work, out, &work->pairs.pairs[i]);
        written++;
    }
    sheet_close(out);
}

/* ---- Output ----------------------------------------------------------------------------- */

/* Figures are level -1. */
static void diff_write_part(diff *work, sheet *out, int level)
{
    if (level < 0)
        diff_write_figures(work, out);
    else
        diff_write_level(work, out, (compare_level)level);
}

static int diff_is_asked(const diff *work, int level)
{
    const char *by = cli_value(work->args, "by");
    return by == NULL || strcmp(by, level < 0 ? "figures" : diff_levels[level]) == 0;
}

/* For people a table for each level, without what all its rows have in common. */
static void diff_write_tables(diff *work)
{
    static const char *const headings[] = {"All in all", "Per kind", "Per rule", "Per month",
                                           "Per partner: who gains, who loses"};
    int first = 1;
    for (int level = -1; level < COMPARE_LEVELS; level++) {
        if (!diff_is_asked(work, level))
            continue;
        sheet_heading(headings[level + 1], first);
        sheet *out = sheet_open(stdout, SHEET_TABLE, diff_columns, DIFF_COLUMNS, sheet_terminal_width());
        sheet_hide(out, 0);
        diff_write_part(work, out, level);
        sheet_close(out);
        first = 0;
    }
}

static void diff_write(diff *work)
{
    const char *by = cli_value(work->args, "by");
    sheet_format format = work->sides[0].work.format;
    if (by != NULL && strcmp(by, "outcome") == 0) {
        diff_write_outcomes(work);
        return;
    }
    if (format == SHEET_TABLE) {
        diff_write_tables(work);
        return;
    }
    sheet *out = sheet_open(stdout, format, diff_columns, DIFF_COLUMNS, 0);
    for (int level = -1; level < COMPARE_LEVELS; level++)
        if (diff_is_asked(work, level))
            diff_write_part(work, out, level);
    sheet_close(out);
}

/* ---- The verb ----------------------------------------------------------------------------- */

static int diff_check_options(diff *work)
{
    const cli *args = work->args;
    const char *by = cli_value(args, "by");
    int known = by == NULL || strcmp(by, "figures") == 0 || strcmp(by, "outcome") == 0;
    for (size_t i = 0; i < COMPARE_LEVELS && !known; i++)
        known = strcmp(by, diff_levels[i]) == 0;
    if (!known)
        return cli_misuse(args->verb, "--by is figures, total, rule, month, partner or outcome, not '%s'",
                          by);
    for (size_t i = 0; cli_nth(args, "events", i) != NULL; i++)
        if (strcmp(cli_nth(args, "events", i), "-") == 0)
            return cli_misuse(args->verb, "events are read twice here, which standard input cannot be");
    return cli_number(args, "limit", 1, UINT32_MAX, SIZE_MAX, &work->limit) ? CLI_DONE : CLI_MISUSE;
}

static int diff_finish(diff *work)
{
    int status = CLI_DONE;
    fflush(stdout);
    for (size_t i = 0; i < 2; i++) {
        if (!cli_has(work->args, "quiet"))
            fprintf(stderr, "%c is %s\n", (int)('A' + (int)i), work->args->operands[i]);
        int deserved = session_finish(&work->sides[i].work);
        status = deserved > status ? deserved : status;
    }
    return cli_finish_output(status);
}

static int diff_main(const cli *args)
{
    diff work = {.args = args};
    int status = diff_check_options(&work);
    if (status == CLI_DONE)
        status = diff_open(&work);
    if (status == CLI_DONE)
        status = diff_evaluate(&work);
    if (status == CLI_DONE) {
        diff_write(&work);
        status = diff_finish(&work);
    }
    diff_close(&work);
    return status;
}

const cli_verb verb_diff = {
    .name = "diff",
    .operands = "A B",
    .least = 2,
    .most = 2,
    .summary = "Backtest: what program B would pay where A pays, and why.",
    .details = "Both programs take the same events. The comparison goes to standard output, a summary of\n"
               "counts for each to standard error. Revenue is what A's commission is a share of.\n",
    .options = diff_options,
    .option_count = sizeof diff_options / sizeof diff_options[0],
    .run = diff_main,
};
