#include "rows.h"

/* The ledger added up: rows are sorted by recipient and kind, and each run of
 * equal ones is one total. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct totals_item {
    prm_text partner;
    prm_text rep;
    prm_text kind;
    prm_text rule; /* empty when rules are added up together */
    int64_t commission;
    int64_t rewards;
    uint64_t outcomes;
    int money;
} totals_item;

enum { TOTALS_COLUMNS = 7, TOTALS_BY_RULE_COLUMNS = 6 };

static const sheet_column totals_columns[TOTALS_COLUMNS] = {
    {"partner", SHEET_TEXT},    {"rep", SHEET_TEXT},          {"kind", SHEET_TEXT},
    {"amount", SHEET_NUMBER},   {"commission", SHEET_NUMBER}, {"rewards", SHEET_NUMBER},
    {"outcomes", SHEET_NUMBER},
};

static const sheet_column totals_by_rule_columns[TOTALS_BY_RULE_COLUMNS] = {
    {"partner", SHEET_TEXT}, {"rep", SHEET_TEXT},      {"rule", SHEET_TEXT},
    {"kind", SHEET_TEXT},    {"amount", SHEET_NUMBER}, {"outcomes", SHEET_NUMBER},
};

/* Partners before reps. */
static int totals_order(const void *a, const void *b)
{
    const totals_item *first = a;
    const totals_item *second = b;
    int order = (first->rep.size > 0) - (second->rep.size > 0);
    if (order == 0)
        order = text_compare(first->partner, second->partner);
    if (order == 0)
        order = text_compare(first->rep, second->rep);
    if (order == 0)
        order = text_compare(first->rule, second->rule);
    return order != 0 ? order : text_compare(first->kind, second->kind);
}

static totals_item *totals_collect(prm_rows *rows, int by_rule, size_t *count)
{
    prm_row row = {.size = sizeof row};
    totals_item *items = memory_take((prm_rows_count(rows) + 1) * sizeof *items);
    *count = 0;
    while (prm_rows_next(rows, &row) > 0) {
        if (!row.has_amount)
            continue;
        int commission = text_is(row.rule, "commission") || text_is(row.rule, "override");
        items[(*count)++] = (totals_item){
            .partner = row.recipient_partner,
            .rep = row.recipient_rep,
            .kind = row.kind,
            .rule = by_rule ? row.rule : (prm_text){NULL, 0},
            .commission = commission ? row.amount : 0,
            .rewards = commission ? 0 : row.amount,
            .outcomes = 1,
            .money = row.money != 0,
        };
    }
    return items;
}

/* Adds what `more` has; 0 when it does not fit. */
static int totals_add(totals_item *total, const totals_item *more)
{
    int64_t both;
    total->outcomes += more->outcomes;
    return !__builtin_add_overflow(total->commission, more->commission, &total->commission) &&
           !__builtin_add_overflow(total->rewards, more->rewards, &total->rewards) &&
           !__builtin_add_overflow(total->commission, total->rewards, &both);
}

/* Puts runs of equal recipients and kinds together; returns how many are left,
 * SIZE_MAX when a total does not fit. */
static size_t totals_merge(totals_item *items, size_t count)
{
    size_t kept = 0;
    if (count > 0)
        qsort(items, count, sizeof *items, totals_order);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || totals_order(&items[kept - 1], &items[i]) != 0)
            items[kept++] = items[i];
        else if (!totals_add(&items[kept - 1], &items[i]))
            return SIZE_MAX;
    }
    return kept;
}

static prm_text totals_amount(const prm_program *program, int64_t amount, int money, char *out)
{
    size_t size = money ? prm_program_write_money(program, amount, out, ROWS_TEXT)
                        : (size_t)snprintf(out, ROWS_TEXT, "%" PRId64, amount);
    return (prm_text){out, size};
}

static void totals_write(const prm_program *program, sheet *out, const totals_item *item, int by_rule)
{
    char texts[4][ROWS_TEXT];
    int size = snprintf(texts[3], ROWS_TEXT, "%" PRIu64, item->outcomes);
    prm_text outcomes = {texts[3], (size_t)size};
    prm_text amount = totals_amount(program, item->commission + item->rewards, item->money, texts[0]);
    if (by_rule) {
        prm_text cells[TOTALS_BY_RULE_COLUMNS] = {item->partner, item->rep, item->rule,
                                                  item->kind,    amount,    outcomes};
        sheet_row(out, cells);
        return;
    }
    prm_text cells[TOTALS_COLUMNS] = {
        item->partner,
        item->rep,
        item->kind,
        amount,
        totals_amount(program, item->commission, item->money, texts[1]),
        totals_amount(program, item->rewards, item->money, texts[2]),
        outcomes,
    };
    sheet_row(out, cells);
}

int rows_write_totals(const prm_program *program, prm_rows *rows, sheet_format format, int by_rule)
{
    size_t count;
    totals_item *items = totals_collect(rows, by_rule, &count);
    size_t kept = totals_merge(items, count);
    if (kept == SIZE_MAX) {
        free(items);
        fprintf(stderr, "prm: a total is too large\n");
        return 0;
    }
    sheet *out = by_rule ? sheet_open(stdout, format, totals_by_rule_columns, TOTALS_BY_RULE_COLUMNS,
                                      sheet_terminal_width())
                         : sheet_open(stdout, format, totals_columns, TOTALS_COLUMNS, sheet_terminal_width());
    for (size_t i = 0; i < kept && !ferror(stdout); i++)
        totals_write(program, out, &items[i], by_rule);
    sheet_close(out);
    free(items);
    return 1;
}
