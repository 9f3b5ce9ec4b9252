#include "exposure.h"

/* At the observed rates: the ledger over the events, scaled to a year. At most: as if every subject that
 * exists reached everything that the rule offers in every occasion of a year, as often as its limit and as much
 * as its max allows, as far as that can be read off the program; what else grows with the number of events or
 * with amounts has no such bound but its budget. */

#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "session.h"
#include "sum.h"
#include "yamldoc.h"

enum { EXPOSURE_COLUMNS = 9, EXPOSURE_DIGITS = 17, EXPOSURE_FIRINGS = 64 };

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

/* What one rule can give of a kind. */
typedef struct exposure_offer {
    const exposure *work;
    prm_text kind;
    int money;
    sum max; /* of one outcome, or -1 */
    sum firings
        [EXPOSURE_FIRINGS]; /* what each can give: `then` or `else`, each tier; of a contest all places */
    size_t count;
} exposure_offer;

/* Adds what the action grants of the kind; 0 when that is an expression, which nothing caps. */
static int exposure_add_action(const exposure_offer *offer, const yamldoc_node *action, sum *total)
{
    uint32_t minor = offer->money ? prm_program_minor_digits(offer->work->work.program) : 0;
    for (const yamldoc_node *node = action->first; node != NULL; node = node->next) {
        sum amount;
        if (!text_same(node->key, offer->kind))
            continue;
        int constant = node->kind == YAMLDOC_TEXT && exposure_read_money(node->text, minor, &amount);
        if (!constant && offer->max < 0)
            return 0;
        *total += constant && (offer->max < 0 || amount < offer->max) ? amount : offer->max;
    }
    return 1;
}

/* The same for one action or a list of them; `actions` may be NULL. */
static int exposure_add_actions(const exposure_offer *offer, const yamldoc_node *actions, sum *total)
{
    if (actions == NULL)
        return 1;
    if (actions->kind == YAMLDOC_MAP)
        return exposure_add_action(offer, actions, total);
    for (const yamldoc_node *node = actions->first; node != NULL; node = node->next)
        if (node->kind == YAMLDOC_MAP && !exposure_add_action(offer, node, total))
            return 0;
    return 1;
}

/* What the steps of a list give: `then` of tiers, places as they are. */
static int exposure_add_steps(exposure_offer *offer, const yamldoc_node *steps, const char *key)
{
    int good = 1;
    const yamldoc_node *step = steps == NULL ? NULL : steps->first;
    for (; step != NULL && good && offer->count < EXPOSURE_FIRINGS; step = step->next)
        good = exposure_add_actions(offer, key == NULL ? step : yamldoc_child(step, key),
                                    &offer->firings[offer->count++]);
    return good;
}

static int exposure_largest_first(const void *a, const void *b)
{
    const sum *first = a;
    const sum *second = b;
    return (*first < *second) - (*first > *second);
}

/* All places of a contest are given at once, and of tiers that are picked the largest. */
static void exposure_join(exposure_offer *offer, const yamldoc_node *rule)
{
    if (yamldoc_child(rule, "contest") != NULL)
        for (; offer->count > 1; offer->count--)
            offer->firings[0] += offer->firings[offer->count - 1];
    if (yamldoc_child(rule, "pick") != NULL && offer->count > 1)
        offer->count = 1;
}

static sum exposure_all(const exposure_offer *offer)
{
    sum all = 0;
    for (size_t i = 0; i < offer->count; i++)
        all += offer->firings[i];
    return all;
}

/* All that one occasion can give: `then` and every tier, or `else`. 0 when there is no bound. */
static int exposure_occasion(exposure_offer *offer, const yamldoc_node *rule)
{
    sum otherwise = 0;
    const yamldoc_node *max = yamldoc_child(rule, "max");
    uint32_t minor = prm_program_minor_digits(offer->work->work.program);
    if (!offer->money || max == NULL || !exposure_read_money(max->text, minor, &offer->max))
        offer->max = -1;
    if (yamldoc_child(rule, "then") != NULL)
        offer->count = 1;
    int good = exposure_add_actions(offer, yamldoc_child(rule, "then"), &offer->firings[0]) &&
               exposure_add_actions(offer, yamldoc_child(rule, "else"), &otherwise) &&
               exposure_add_steps(offer, yamldoc_child(rule, "tiers"), "then") &&
               exposure_add_steps(offer, yamldoc_child(yamldoc_child(rule, "contest"), "places"), NULL);
    qsort(offer->firings, offer->count, sizeof *offer->firings, exposure_largest_first);
    exposure_join(offer, rule);
    if (otherwise > exposure_all(offer)) {
        offer->firings[0] = otherwise;
        offer->count = 1;
    }
    return good;
}

/* Occasions a year of a rule or a limit: of windows as many as begin in it, without `per` one. */
static uint64_t exposure_occasions(const yamldoc_node *node)
{
    static const struct {
        const char *per;
        uint64_t count;
    } windows[] = {{"day", 366},          {"week", 53}, {"month", 12},     {"quarter", 4},
                   {"fiscal_quarter", 4}, {"half", 2},  {"fiscal_half", 2}};
    const yamldoc_node *per = yamldoc_child(node, "per");
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

/* How many subjects a rule has, and partners with any. Rules with `each` have none that are known. */
typedef struct exposure_crowd {
    size_t subjects;
    size_t partners;
} exposure_crowd;

static exposure_crowd exposure_count(exposure *work, prm_text name)
{
    prm_error error;
    prm_rows *rows = NULL;
    exposure_crowd crowd = {0, 0};
    for (uint32_t i = 0; i < prm_program_rule_count(work->work.program); i++) {
        prm_text partner = {"", 0};
        prm_progress row = {.size = sizeof row};
        prm_rule rule = {.size = sizeof rule};
        if (prm_program_rule(work->work.program, i, &rule) != PRM_OK || !text_same(rule.name, name) ||
            prm_engine_progress(work->work.engine, i, text_of(""), &rows, &error) != PRM_OK)
            continue;
        crowd.subjects = prm_rows_count(rows);
        for (; prm_rows_next_progress(rows, &row) > 0; partner = row.partner)
            crowd.partners += !text_same(row.partner, partner);
        prm_rows_free(rows);
    }
    return crowd;
}

static int exposure_is_partner(const yamldoc_node *subject)
{
    return subject == NULL || (subject->kind == YAMLDOC_TEXT && text_is(subject->text, "partner"));
}

/* How often the rule grants at most in a year, by its `limit`; -1 when that is not known. */
static sum exposure_allowed(const exposure *work, const yamldoc_node *rule, exposure_crowd crowd)
{
    sum times;
    prm_counts counts = {.size = sizeof counts};
    const yamldoc_node *limit = yamldoc_child(rule, "limit");
    const yamldoc_node *often = yamldoc_child(limit, "times");
    const yamldoc_node *whose = yamldoc_child(limit, "for");
    const yamldoc_node *subject = yamldoc_child(rule, "for");
    int each = yamldoc_child(rule, "each") != NULL;
    if (often == NULL || !exposure_read_money(often->text, 0, &times))
        return -1;
    times *= (sum)exposure_occasions(limit);
    if (each && exposure_is_partner(whose == NULL ? subject : whose))
        return prm_engine_counts(work->work.engine, &counts) == PRM_OK ? times * (sum)counts.partners : -1;
    if (whose == NULL)
        return each ? -1 : times * (sum)crowd.subjects;
    return !each && exposure_is_partner(whose) ? times * (sum)crowd.partners : -1;
}

/* At most `allowed` of all firings, the largest, when each can come `often` times (-1: any number). */
static sum exposure_most(const exposure_offer *offer, sum often, sum allowed)
{
    sum most = 0;
    for (size_t i = 0; i < offer->count; i++) {
        sum times = allowed >= 0 && (often < 0 || allowed < often) ? allowed : often;
        most += times * offer->firings[i];
        allowed -= allowed >= 0 ? times : 0;
    }
    return most;
}

/* What it costs at most in a year; -1 with the reason where there is no bound. */
static sum exposure_bound(const exposure *work, const yamldoc_node *rule, const exposure_line *line,
                          exposure_crowd crowd, const char **why)
{
    exposure_offer offer = {.work = work, .kind = line->kind, .money = line->money, .max = -1};
    *why = "grows with what is sold";
    if (rule == NULL)
        return -1;
    sum allowed = exposure_allowed(work, rule, crowd);
    sum often = exposure_repeats(rule) ? -1 : (sum)exposure_occasions(rule) * (sum)crowd.subjects;
    *why = "grows with the number of events";
    if (often < 0 && allowed < 0)
        return -1;
    *why = "grows with amounts";
    if (!exposure_occasion(&offer, rule))
        return -1;
    *why = "every subject, in every occasion";
    if (yamldoc_child(rule, "contest") != NULL)
        return exposure_all(&offer) * (sum)exposure_occasions(rule);
    if (allowed >= 0 && (often < 0 || allowed < often * (sum)offer.count))
        *why = "every subject, as often as the limit allows";
    return exposure_most(&offer, often, allowed);
}

static void exposure_write(exposure *work, const exposure_line *line)
{
    char texts[6][SUM_TEXT];
    const char *why;
    prm_text none = {"", 0};
    const prm_program *program = work->work.program;
    const yamldoc_node *rule = exposure_rule_node(work, line->rule);
    const yamldoc_node *limit = yamldoc_child(rule, "budget");
    exposure_crowd crowd = {0, 0};
    if (rule != NULL)
        crowd = exposure_count(work, line->rule);
    sum year = line->observed * 365 * 86400000 / work->span;
    sum budget = -1;
    sum most = exposure_bound(work, rule, line, crowd, &why);
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
        rule == NULL ? none : sum_count_text(crowd.subjects, texts[3]),
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
        exposure_offer offer = {.work = work, .kind = text_of(kinds[i]), .money = i < 2};
        if (!exposure_occasion(&offer, rule) || exposure_all(&offer) > 0)
            exposure_write(work, &(exposure_line){name, offer.kind, offer.money, 0, 0});
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
