#include "exposure.h"

/* At the observed rates: the ledger over the events, scaled to a year. At most: as if every subject that
 * exists reached everything that the rule offers in every occasion of a year, as far as that can be read off
 * the program; what grows with the number of events or with amounts has no such bound but its budget. */

#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "session.h"
#include "sum.h"
#include "yamldoc.h"

enum { EXPOSURE_COLUMNS = 9, EXPOSURE_DIGITS = 17 };

static const sheet_column exposure_columns[EXPOSURE_COLUMNS] = {
    {"rule", SHEET_TEXT},       {"kind", SHEET_TEXT},     {"outcomes", SHEET_NUMBER},
    {"observed", SHEET_NUMBER}, {"a_year", SHEET_NUMBER}, {"subjects", SHEET_NUMBER},
    {"at_most", SHEET_NUMBER},  {"budget", SHEET_NUMBER}, {"why", SHEET_TEXT},
};

typedef struct exposure {
    session work;
    yamldoc doc;
    net ledger;
    int64_t span; /* ms from the first event to the clock, at least a day */
    sheet *out;
} exposure;

/* ---- What the program says -------------------------------------------------------- */

/* Plain digits, with a point at most, in minor units; 0 when the text is anything else. */
static int exposure_read_money(const prm_text text, uint32_t minor, sum *out)
{
    sum value = 0;
    uint32_t fraction = 0;
    int point = 0;
    if (text.size == 0 || text.size > EXPOSURE_DIGITS)
        return 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '.' && !point && i > 0) {
            point = 1;
            continue;
        }
        if (text.data[i] < '0' || text.data[i] > '9' || fraction == minor + 1)
            return 0;
        value = value * 10 + (text.data[i] - '0');
        fraction += (uint32_t)point;
    }
    if (fraction > minor)
        return 0;
    for (; fraction < minor; fraction++)
        value *= 10;
    *out = value;
    return 1;
}

/* Adds what the action grants of the kind; 0 when that is an expression. */
static int exposure_add_action(const exposure *work, const yamldoc_node *action, prm_text kind, int money,
                               sum *total)
{
    sum amount;
    for (const yamldoc_node *node = action->first; node != NULL; node = node->next) {
        if (!text_same(node->key, kind))
            continue;
        if (node->kind != YAMLDOC_TEXT ||
            !exposure_read_money(node->text, money ? prm_program_minor_digits(work->work.program) : 0,
                                 &amount))
            return 0;
        *total += amount;
    }
    return 1;
}

/* The same for one action or a list of them; `actions` may be NULL. */
static int exposure_add_actions(const exposure *work, const yamldoc_node *actions, prm_text kind, int money,
                                sum *total)
{
    if (actions == NULL)
        return 1;
    if (actions->kind == YAMLDOC_MAP)
        return exposure_add_action(work, actions, kind, money, total);
    for (const yamldoc_node *node = actions->first; node != NULL; node = node->next)
        if (node->kind == YAMLDOC_MAP && !exposure_add_action(work, node, kind, money, total))
            return 0;
    return 1;
}

/* All that one occasion can give: `then` and every tier, or `else`. For a contest all places. */
static int exposure_occasion(const exposure *work, const yamldoc_node *rule, prm_text kind, int money,
                             sum *most)
{
    sum otherwise = 0;
    const yamldoc_node *tiers = yamldoc_child(rule, "tiers");
    const yamldoc_node *places = yamldoc_child(yamldoc_child(rule, "contest"), "places");
    *most = 0;
    int good = exposure_add_actions(work, yamldoc_child(rule, "then"), kind, money, most) &&
               exposure_add_actions(work, yamldoc_child(rule, "else"), kind, money, &otherwise);
    for (const yamldoc_node *tier = tiers == NULL ? NULL : tiers->first; good && tier != NULL;
         tier = tier->next)
        good = exposure_add_actions(work, yamldoc_child(tier, "then"), kind, money, most);
    for (const yamldoc_node *place = places == NULL ? NULL : places->first; good && place != NULL;
         place = place->next)
        good = exposure_add_actions(work, place, kind, money, most);
    *most = otherwise > *most ? otherwise : *most;
    return good;
}

/* Occasions a year: of windows as many as begin in it, without `per` one. */
static uint64_t exposure_occasions(const yamldoc_node *rule)
{
    static const struct {
        const char *per;
        uint64_t count;
    } windows[] = {{"day", 366},          {"week", 53}, {"month", 12},     {"quarter", 4},
                   {"fiscal_quarter", 4}, {"half", 2},  {"fiscal_half", 2}};
    const yamldoc_node *per = yamldoc_child(rule, "per");
    for (size_t i = 0; per != NULL && i < sizeof windows / sizeof windows[0]; i++)
        if (text_is(per->text, windows[i].per))
            return windows[i].count;
    return 1;
}

static const yamldoc_node *exposure_rule_node(const exposure *work, prm_text name)
{
    char *key = memory_string(name.data, name.size);
    const yamldoc_node *node = yamldoc_child(yamldoc_child(work->doc.root, "rules"), key);
    free(key);
    return node;
}

/* Whether an occasion can give something any number of times. */
static int exposure_repeats(const yamldoc_node *rule)
{
    const yamldoc_node *when = yamldoc_child(rule, "when");
    return yamldoc_child(rule, "each") != NULL || yamldoc_child(when, "every") != NULL;
}

/* ---- Lines ---------------------------------------------------------------------------- */

typedef struct exposure_line {
    prm_text rule;
    prm_text kind;
    int money;
    uint64_t outcomes;
    sum observed;
} exposure_line;

static int exposure_order(const void *a, const void *b)
{
    const exposure_line *first = a;
    const exposure_line *second = b;
    int order = text_compare(first->rule, second->rule);
    return order != 0 ? order : text_compare(first->kind, second->kind);
}

static size_t exposure_subjects(exposure *work, prm_text name)
{
    prm_error error;
    prm_rows *rows = NULL;
    size_t count = 0;
    for (uint32_t i = 0; i < prm_program_rule_count(work->work.program); i++) {
        prm_rule rule = {.size = sizeof rule};
        if (prm_program_rule(work->work.program, i, &rule) != PRM_OK || !text_same(rule.name, name) ||
            prm_engine_progress(work->work.engine, i, text_of(""), &rows, &error) != PRM_OK)
            continue;
        count = prm_rows_count(rows);
        prm_rows_free(rows);
    }
    return count;
}

/* What it costs at most in a year; -1 with the reason where there is no bound. */
static sum exposure_bound(const exposure *work, const yamldoc_node *rule, const exposure_line *line,
                          size_t subjects, const char **why)
{
    sum occasion;
    *why = "every subject, in every occasion";
    if (rule == NULL)
        *why = "grows with what is sold";
    else if (exposure_repeats(rule))
        *why = "grows with the number of events";
    else if (!exposure_occasion(work, rule, line->kind, line->money, &occasion))
        *why = "grows with amounts";
    else if (yamldoc_child(rule, "contest") != NULL)
        return occasion * (sum)exposure_occasions(rule);
    else
        return occasion * (sum)exposure_occasions(rule) * (sum)subjects;
    return -1;
}

static void exposure_write(exposure *work, const exposure_line *line)
{
    char texts[6][SUM_TEXT];
    const char *why;
    prm_text none = {"", 0};
    const prm_program *program = work->work.program;
    const yamldoc_node *rule = exposure_rule_node(work, line->rule);
    const yamldoc_node *limit = yamldoc_child(rule, "budget");
    size_t subjects = rule == NULL ? 0 : exposure_subjects(work, line->rule);
    sum year = line->observed * 365 * 86400000 / work->span;
    sum budget = -1;
    sum most = exposure_bound(work, rule, line, subjects, &why);
    if (limit != NULL && !exposure_read_money(limit->text, prm_program_minor_digits(program), &budget))
        budget = -1;
    if (budget >= 0 && (most < 0 || budget < most)) {
        most = budget;
        why = year > budget ? "the budget, which does not last a year at the observed rate" : "the budget";
    }
    prm_text cells[EXPOSURE_COLUMNS] = {
        line->rule,
        line->kind,
        sum_count_text(line->outcomes, texts[0]),
        sum_text(program, line->observed, line->money, texts[1]),
        sum_text(program, year, line->money, texts[2]),
        rule == NULL ? none : sum_count_text(subjects, texts[3]),
        most < 0 ? none : sum_text(program, most, line->money, texts[4]),
        budget < 0 ? none : sum_text(program, budget, 1, texts[5]),
        text_of(why),
    };
    sheet_row(work->out, cells);
}

/* The observed outcomes by rule and kind. */
static exposure_line *exposure_observed(const net *ledger, size_t *count)
{
    size_t found = 0;
    exposure_line *lines = memory_take((ledger->count + 1) * sizeof *lines);
    for (size_t i = 0; i < ledger->count; i++) {
        const net_row *row = &ledger->rows[i];
        if (row->has_amount)
            lines[found++] = (exposure_line){row->rule, row->kind, row->money != 0, 1, row->amount};
    }
    qsort(lines, found, sizeof *lines, exposure_order);
    *count = 0;
    for (size_t i = 0; i < found; i++) {
        if (*count > 0 && exposure_order(&lines[*count - 1], &lines[i]) == 0) {
            lines[*count - 1].outcomes++;
            lines[*count - 1].observed += lines[i].observed;
        } else {
            lines[(*count)++] = lines[i];
        }
    }
    return lines;
}

static int exposure_is_observed(const exposure_line *lines, size_t count, prm_text rule)
{
    for (size_t i = 0; i < count; i++)
        if (text_same(lines[i].rule, rule))
            return 1;
    return 0;
}

/* The kinds that a rule that has given nothing yet offers, as its actions name them. */
static void exposure_write_unseen(exposure *work, prm_text name)
{
    static const char *const kinds[] = {"cash", "gift_card", "points"};
    const yamldoc_node *rule = exposure_rule_node(work, name);
    for (size_t i = 0; rule != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        sum most;
        int money = i < 2;
        int known = exposure_occasion(work, rule, text_of(kinds[i]), money, &most);
        if (!known || most > 0)
            exposure_write(work, &(exposure_line){name, text_of(kinds[i]), money, 0, 0});
    }
}

static void exposure_write_all(exposure *work)
{
    size_t count;
    exposure_line *lines = exposure_observed(&work->ledger, &count);
    work->out = sheet_open(stdout, work->work.format, exposure_columns, EXPOSURE_COLUMNS,
                           sheet_terminal_width());
    for (size_t i = 0; i < count; i++)
        exposure_write(work, &lines[i]);
    for (uint32_t i = 0; i < prm_program_rule_count(work->work.program); i++) {
        prm_rule rule = {.size = sizeof rule};
        if (prm_program_rule(work->work.program, i, &rule) == PRM_OK &&
            !exposure_is_observed(lines, count, rule.name))
            exposure_write_unseen(work, rule.name);
    }
    sheet_close(work->out);
    free(lines);
}

/* ---- The run ------------------------------------------------------------------------------- */

static int exposure_evaluate(exposure *work, const cli *args)
{
    prm_error error;
    if (args->operand_count != 1)
        return cli_misuse(args->verb, "--exposure takes one program");
    int status = session_open(&work->work, args, 0);
    if (status == CLI_DONE)
        status = session_feed(&work->work, SESSION_BATCH);
    if (status != CLI_DONE)
        return status;
    yamldoc_read_file(&work->doc, args->operands[0]);
    int64_t span = prm_engine_clock(work->work.engine) - work->work.feed.earliest;
    work->span = work->work.feed.accepted == 0 || span < 86400000 ? 86400000 : span;
    if (net_take(&work->ledger, work->work.engine, &error) != PRM_OK)
        return session_fail(&error);
    exposure_write_all(work);
    return cli_finish_output(session_finish(&work->work));
}

int exposure_run(const cli *args)
{
    exposure work = {0};
    int status = exposure_evaluate(&work, args);
    net_free(&work.ledger);
    yamldoc_free(&work.doc);
    session_close(&work.work);
    return status;
}
