#include "verbs.h"

/* prm progress: who is how far. With --pending the open ones alone, within each
 * rule the nearest to its target first. */

#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "suggest.h"

enum { PROGRESS_COLUMNS = 10, PROGRESS_TEXT = 64 };

static const sheet_column progress_columns[PROGRESS_COLUMNS] = {
    {"rule", SHEET_TEXT},    {"partner", SHEET_TEXT}, {"rep", SHEET_TEXT},      {"customer", SHEET_TEXT},
    {"product", SHEET_TEXT}, {"value", SHEET_NUMBER}, {"target", SHEET_NUMBER}, {"remaining", SHEET_NUMBER},
    {"end", SHEET_TEXT},     {"state", SHEET_TEXT},
};

static const cli_option progress_options[] = {
    {"pending", NULL, 0, "only what is open, the nearest to its target first"},
    {"rule", "R", 0, "this rule only"},
    {"partner", "P", 0, "this partner only"},
    {"limit", "N", 0, "at most so many rows per rule"},
    SESSION_OPTIONS,
};

__extension__ typedef __int128 progress_wide;

/* One row, and how near it is. */
typedef struct progress_item {
    prm_progress row;
    prm_decimal remaining;
    uint64_t missing; /* remaining : target as a fraction of two 64-bit numbers */
    uint64_t whole;
    size_t place; /* in the library's order */
} progress_item;

static progress_wide progress_widen(prm_decimal value)
{
    return (progress_wide)value.high * ((progress_wide)1 << 64) + (progress_wide)value.low;
}

/* What is left, and its share of the target; shares keep 63 bits, which is more
 * than a list for people needs. */
static void progress_measure(progress_item *item)
{
    progress_wide target = progress_widen(item->row.target);
    progress_wide left = target - progress_widen(item->row.value);
    if (left < 0)
        left = 0;
    item->remaining = (prm_decimal){(int64_t)(left >> 64), (uint64_t)left};
    while (left > INT64_MAX || target > INT64_MAX) {
        left >>= 1;
        target >>= 1;
    }
    item->missing = (uint64_t)left;
    item->whole = target > 0 ? (uint64_t)target : 1;
}

/* How much there is to go by: value and target, a value alone, nothing. */
static int progress_rank(uint32_t has_value)
{
    return has_value == 1 ? 0 : has_value == PRM_PROGRESS_NO_TARGET ? 1 : 2;
}

/* Rules in the order of the file; those without a value last. */
static int progress_order(const void *a, const void *b)
{
    const progress_item *first = a;
    const progress_item *second = b;
    if (first->row.rule != second->row.rule)
        return first->row.rule < second->row.rule ? -1 : 1;
    if (first->row.has_value != second->row.has_value)
        return progress_rank(first->row.has_value) - progress_rank(second->row.has_value);
    if (first->row.has_value == 1) {
        progress_wide left = (progress_wide)first->missing * (progress_wide)second->whole;
        progress_wide right = (progress_wide)second->missing * (progress_wide)first->whole;
        if (left != right)
            return left < right ? -1 : 1;
    }
    return (first->place > second->place) - (first->place < second->place);
}

static progress_item *progress_collect(prm_rows *rows, int pending, size_t *count)
{
    progress_item *items = memory_take((prm_rows_count(rows) + 1) * sizeof *items);
    progress_item item = {.row = {.size = sizeof item.row}};
    *count = 0;
    while (prm_rows_next_progress(rows, &item.row) > 0) {
        if (pending && item.row.state != PRM_STATE_OPEN)
            continue;
        item.place = *count;
        if (item.row.has_value == 1)
            progress_measure(&item);
        items[(*count)++] = item;
    }
    if (pending && *count > 0)
        qsort(items, *count, sizeof *items, progress_order);
    return items;
}

static void progress_write_row(const prm_program *program, sheet *out, const progress_item *item)
{
    char texts[4][PROGRESS_TEXT];
    const prm_progress *row = &item->row;
    size_t sizes[4] = {0};
    if (row->has_value != 0)
        sizes[0] = prm_write_decimal(row->value, texts[0], PROGRESS_TEXT);
    if (row->has_value == 1) {
        sizes[1] = prm_write_decimal(row->target, texts[1], PROGRESS_TEXT);
        sizes[2] = prm_write_decimal(item->remaining, texts[2], PROGRESS_TEXT);
    }
    if (row->end != PRM_NO_TIME)
        sizes[3] = prm_program_write_time(program, row->end, texts[3], PROGRESS_TEXT);
    prm_text cells[PROGRESS_COLUMNS] = {
        row->rule_name,
        row->partner,
        row->rep,
        row->customer,
        row->product,
        {texts[0], sizes[0]},
        {texts[1], sizes[1]},
        {texts[2], sizes[2]},
        {texts[3], sizes[3]},
        text_of(prm_state_name(row->state)),
    };
    sheet_row(out, cells);
}

static void progress_write(session *work, const progress_item *items, size_t count, size_t limit)
{
    size_t in_rule = 0;
    sheet *out = sheet_open(stdout, work->format, progress_columns, PROGRESS_COLUMNS, sheet_terminal_width());
    for (size_t i = 0; i < count && !ferror(stdout); i++) {
        in_rule = i > 0 && items[i].row.rule == items[i - 1].row.rule ? in_rule + 1 : 1;
        if (in_rule <= limit)
            progress_write_row(work->program, out, &items[i]);
    }
    sheet_close(out);
}

/* The index of the rule that --rule names, PRM_NONE without it. */
static int progress_find_rule(const session *work, uint32_t *out)
{
    const char *wanted = cli_value(work->args, "rule");
    uint32_t count = prm_program_rule_count(work->program);
    *out = PRM_NONE;
    if (wanted == NULL)
        return CLI_DONE;
    prm_text *names = memory_take((count + 1) * sizeof *names);
    for (uint32_t i = 0; i < count; i++) {
        prm_rule rule = {.size = sizeof rule};
        if (prm_program_rule(work->program, i, &rule) == PRM_OK)
            names[i] = rule.name;
        if (text_is(names[i], wanted))
            *out = i;
    }
    int status = CLI_DONE;
    if (*out == PRM_NONE) {
        size_t near = suggest_nearest(text_of(wanted), names, count);
        prm_text name = near < count ? names[near] : (prm_text){"", 0};
        status = cli_misuse(work->args->verb, "the program has no rule '%s'%s%.*s%s", wanted,
                            near < count ? "; did you mean '" : "", (int)name.size, name.data,
                            near < count ? "'?" : "");
    }
    free(names);
    return status;
}

static int progress_ask(session *work, uint32_t rule, size_t limit)
{
    prm_error error;
    prm_rows *rows = NULL;
    size_t count;
    const char *partner = cli_value(work->args, "partner");
    if (prm_engine_progress(work->engine, rule, text_of(partner == NULL ? "" : partner), &rows, &error) !=
        PRM_OK)
        return session_fail(&error);
    progress_item *items = progress_collect(rows, cli_has(work->args, "pending"), &count);
    progress_write(work, items, count, limit);
    free(items);
    prm_rows_free(rows);
    return CLI_DONE;
}

static int progress_session(session *work, const cli *args)
{
    size_t limit;
    uint32_t rule = PRM_NONE;
    if (!cli_number(args, "limit", 1, UINT32_MAX, SIZE_MAX, &limit))
        return CLI_MISUSE;
    int status = session_open(work, args, 0);
    if (status == CLI_DONE)
        status = progress_find_rule(work, &rule);
    if (status == CLI_DONE)
        status = session_feed(work, SESSION_BATCH);
    if (status == CLI_DONE)
        status = progress_ask(work, rule, limit);
    return status == CLI_DONE ? cli_finish_output(session_finish(work)) : status;
}

static int progress_main(const cli *args)
{
    session work = {0};
    int status = progress_session(&work, args);
    session_close(&work);
    return status;
}

const cli_verb verb_progress = {
    .name = "progress",
    .operands = "PROGRAM",
    .least = 1,
    .most = 1,
    .summary = "Shows how far each subject is with each rule.",
    .details = "The rows go to standard output, a summary of counts to standard error.\n",
    .options = progress_options,
    .option_count = sizeof progress_options / sizeof progress_options[0],
    .run = progress_main,
};
