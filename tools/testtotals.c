#include "testtotals.h"

#include <inttypes.h>
#include <stdio.h>

#include "testvalue.h"

/* One row of the section names a recipient; each of its other keys is a kind. */

typedef struct testtotals_sum {
    int64_t amount;
    int is_money;
    int overflow;
} testtotals_sum;

static prm_text testtotals_text(const yamldoc_node *row, const char *key)
{
    const yamldoc_node *node = yamldoc_child(row, key);
    return node == NULL ? (prm_text){0} : node->text;
}

static testtotals_sum testtotals_add_up(const test_rows *ledger, prm_text partner, prm_text rep,
                                        prm_text kind)
{
    testtotals_sum sum = {0};
    for (size_t i = 0; i < ledger->count; i++) {
        const test_row *row = &ledger->items[i];
        if (!row->has_amount || !text_same(row->cells[ROWS_KIND], kind) ||
            !text_same(row->recipient_partner, partner) || !text_same(row->recipient_rep, rep))
            continue;
        sum.is_money |= row->is_money;
        sum.overflow |= __builtin_add_overflow(sum.amount, row->amount, &sum.amount);
    }
    return sum;
}

static prm_text testtotals_write(const prm_program *program, testtotals_sum sum, char *out, size_t capacity)
{
    if (sum.is_money)
        return (prm_text){out, prm_program_write_money(program, sum.amount, out, capacity)};
    return (prm_text){out, (size_t)snprintf(out, capacity, "%" PRId64, sum.amount)};
}

/* What might have made the total larger, for the same recipient. */
static void testtotals_explain(const test_question *question, prm_text partner, prm_text rep)
{
    test_want wants[2] = {
        {.column = ROWS_PARTNER, .value = partner},
        {.column = ROWS_REP, .value = rep},
    };
    test_wanted wanted = {.wants = wants, .count = 2};
    testquestion_explain(question, &wanted, question->details);
}

static int testtotals_check_kind(const test_question *question, const yamldoc_node *row,
                                 const yamldoc_node *kind, const test_rows *ledger)
{
    char text[ROWS_TEXT];
    prm_text partner = testtotals_text(row, "partner");
    prm_text rep = testtotals_text(row, "rep");
    testtotals_sum sum = testtotals_add_up(ledger, partner, rep, kind->key);
    if (sum.overflow) {
        buffer_format(question->details, "totals, line %" PRIu32 ": the total of '%s' is too large\n",
                      kind->key_line, kind->key.data);
        return 0;
    }
    prm_text came = testtotals_write(question->program->program, sum, text, sizeof text);
    if (testvalue_same(kind->text, came))
        return 1;
    buffer_format(question->details, "totals, line %" PRIu32 ": %.*s%s%.*s: %s: expected %s, came %.*s\n",
                  kind->key_line, (int)partner.size, partner.data, rep.size > 0 ? "/" : "", (int)rep.size,
                  rep.data, kind->key.data, kind->text.data, (int)came.size, came.data);
    if (sum.amount == 0)
        testtotals_explain(question, partner, rep);
    return 0;
}

static int testtotals_is_recipient(prm_text key)
{
    return text_is(key, "partner") || text_is(key, "rep");
}

static int testtotals_check_key(const test_question *question, const yamldoc_node *node)
{
    const prm_text recipient[] = {{"partner", 7}, {"rep", 3}};
    int known = testprogram_has_kind(question->program, node->key);
    if (known && testvalue_is_decimal(node->text))
        return 1;
    if (known) {
        yamldoc_locate(question->doc, question->details, node->line, node->column,
                       "'%s' in '%s' is no amount, such as 5000 or 12.50", node->text.data, node->key.data);
        return 0;
    }
    buffer hint = {0};
    testprogram_suggest_kind(question->program, node->key, recipient, 2, &hint);
    yamldoc_locate(question->doc, question->details, node->key_line, node->key_column,
                   "'%s' is no kind of reward of %s%.*s", node->key.data, question->program->path,
                   (int)hint.size, hint.data);
    buffer_free(&hint);
    return 0;
}

static int testtotals_check_row(const test_question *question, const yamldoc_node *row,
                                const test_rows *ledger)
{
    int good = 1;
    size_t kinds = 0;
    for (const yamldoc_node *node = row->first; node != NULL; node = node->next) {
        if (testtotals_is_recipient(node->key))
            continue;
        kinds++;
        good &= testtotals_check_key(question, node) && testtotals_check_kind(question, row, node, ledger);
    }
    if (kinds == 0)
        yamldoc_locate(question->doc, question->details, row->line, row->column,
                       "a row of totals names a kind: {partner: acme, cash: 5}");
    return good && kinds > 0;
}

int testtotals_check(const test_question *question, const yamldoc_node *section, const test_rows *ledger)
{
    int good = 1;
    for (const yamldoc_node *row = section->first; row != NULL; row = row->next)
        good &= testtotals_check_row(question, row, ledger);
    return good;
}
