#include "verbs.h"

/* prm statement: what a partner is paid for a month. The ledger at the end of the month is set against the
 * ledger at its start: what is due now and was not, is payable; what was due and no longer stands, is taken
 * back. Both are functions of program, events and clock, so a statement made again says the same.
 * Where more is taken back than is payable, nothing is paid, and what lacks is carried to the next month;
 * so the months before are gone through as well. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "langoption.h"
#include "page.h"
#include "session.h"
#include "words.h"

enum { STATEMENT_COLUMNS = 10, STATEMENT_TEXT = 64, STATEMENT_MONTHS = 12 * 8030 };

static const sheet_column statement_columns[2][STATEMENT_COLUMNS] = {
    {{"status", SHEET_TEXT},
     {"partner", SHEET_TEXT},
     {"rep", SHEET_TEXT},
     {"rule", SHEET_TEXT},
     {"kind", SHEET_TEXT},
     {"amount", SHEET_NUMBER},
     {"at", SHEET_TEXT},
     {"payable", SHEET_TEXT},
     {"reason", SHEET_TEXT},
     {"id", SHEET_TEXT}},
    {{"区分", SHEET_TEXT},
     {"パートナー", SHEET_TEXT},
     {"担当者", SHEET_TEXT},
     {"ルール", SHEET_TEXT},
     {"種類", SHEET_TEXT},
     {"金額", SHEET_NUMBER},
     {"日時", SHEET_TEXT},
     {"支払可能日", SHEET_TEXT},
     {"理由", SHEET_TEXT},
     {"id", SHEET_TEXT}},
};

static const cli_option statement_options[] = {
    {"month", "M", 0, "the month, as 2026-06"},
    {"partner", "P", 0, "this partner only, with its reps"},
    {"html", "FILE", 0, "a printable page instead of rows; '-' is standard output"},
    {"lang", "en|ja", 0, "the language of the page or the table (default: by LC_ALL, LC_MESSAGES or LANG)"},
    SESSION_OPTIONS,
};

typedef enum statement_status {
    STATEMENT_PAYABLE,
    STATEMENT_REVERSED,
    STATEMENT_CARRIED,
    STATEMENT_TOTAL,
    STATEMENT_HELD
} statement_status;

static const char *const statement_names[2][STATEMENT_HELD + 1] = {
    {"payable", "reversed", "carried", "total", "held"},
    {"支払", "取消", "繰越", "合計", "保留"},
};

/* One line; of totals and what is carried the row has recipient and kind alone. */
typedef struct statement_line {
    statement_status status;
    const net_row *row;
    sum amount;
    prm_text reason;
} statement_line;

/* What a recipient has of one kind, from month to month. */
typedef struct statement_account {
    prm_text partner;
    prm_text rep;
    prm_text kind;
    uint32_t money;
    sum due;     /* at the end of the month at hand */
    sum paid;    /* the most that was ever due: what lacks to it is carried */
    sum carried; /* into the month of the statement: 0 or less */
} statement_account;

typedef struct statement {
    session work;
    explain_language language;
    prm_text partner; /* empty: all */
    char month[NET_MONTH + 1];
    int64_t begin;
    int64_t end;
    net before;
    net after;
    compare pairs;
    statement_account *accounts; /* sorted by recipient and kind */
    size_t account_count;
    statement_line *lines;
    size_t line_count;
    size_t line_capacity;
    arena texts;
} statement;

/* ---- Months ---------------------------------------------------------------------- */

/* The month after the one in `month`. */
static void statement_next_month(const char *month, char *out)
{
    int year = (month[0] - '0') * 1000 + (month[1] - '0') * 100 + (month[2] - '0') * 10 + (month[3] - '0');
    int number = (month[5] - '0') * 10 + (month[6] - '0');
    year += number == 12;
    number = number == 12 ? 1 : number + 1;
    snprintf(out, NET_MONTH + 1, "%04u-%02u", (unsigned)year % 10000, (unsigned)number % 100);
}

/* The first instant of the month; 0 with no such month. */
static int statement_month_begin(const statement *work, const char *month, int64_t *out)
{
    char date[NET_MONTH + 4];
    prm_error error;
    if (strlen(month) != NET_MONTH)
        return 0;
    int size = snprintf(date, sizeof date, "%s-01", month);
    return prm_program_read_time(work->work.program, date, (size_t)size, out, &error) == PRM_OK;
}

static int statement_read_month(statement *work)
{
    const cli *args = work->work.args;
    const char *month = cli_value(args, "month");
    char next[NET_MONTH + 1];
    if (month == NULL)
        return cli_misuse(args->verb, "--month M is missing");
    if (!statement_month_begin(work, month, &work->begin))
        return cli_misuse(args->verb, "--month is a month as 2026-06, not '%s'", month);
    memcpy(work->month, month, NET_MONTH + 1);
    statement_next_month(month, next);
    if (!statement_month_begin(work, next, &work->end))
        return cli_misuse(args->verb, "--month %s is the last that there is", month);
    return CLI_DONE;
}

/* ---- Accounts ----------------------------------------------------------------------- */

static int statement_concerns(const statement *work, const net_row *row)
{
    return row->has_amount && (work->partner.size == 0 || text_same(row->partner, work->partner));
}

static int64_t statement_due(const net_row *row)
{
    return row->payable == PRM_NO_TIME || row->payable < row->at ? row->at : row->payable;
}

static int statement_account_order(const void *a, const void *b)
{
    const statement_account *first = a;
    const statement_account *second = b;
    int order = text_compare(first->partner, second->partner);
    if (order == 0)
        order = text_compare(first->rep, second->rep);
    return order != 0 ? order : text_compare(first->kind, second->kind);
}

/* All accounts of `ledger`, each once, with what is due before `end`. */
static statement_account *statement_add_up(statement *work, const net *ledger, int64_t end, size_t *count)
{
    size_t found = 0;
    statement_account *items = memory_take((ledger->count + 1) * sizeof *items);
    for (size_t i = 0; i < ledger->count; i++) {
        const net_row *row = &ledger->rows[i];
        if (statement_concerns(work, row) && statement_due(row) < end)
            items[found++] = (statement_account){.partner = row->partner,
                                                 .rep = row->rep,
                                                 .kind = row->kind,
                                                 .money = row->money,
                                                 .due = row->amount};
    }
    qsort(items, found, sizeof *items, statement_account_order);
    *count = 0;
    for (size_t i = 0; i < found; i++) {
        if (*count > 0 && statement_account_order(&items[*count - 1], &items[i]) == 0)
            items[*count - 1].due += items[i].due;
        else
            items[(*count)++] = items[i];
    }
    return items;
}

static statement_account *statement_find(const statement *work, const statement_account *wanted)
{
    if (work->account_count == 0)
        return NULL;
    return bsearch(wanted, work->accounts, work->account_count, sizeof *wanted, statement_account_order);
}

/* Goes on to the end of a month: an account that is gone has nothing due. Names are copied, for the ledger
 * that they are of is not kept. */
static void statement_close_month(statement *work, const net *ledger, int64_t end)
{
    size_t count;
    statement_account *now = statement_add_up(work, ledger, end, &count);
    now = realloc(now, (count + work->account_count + 1) * sizeof *now);
    if (now == NULL) {
        fputs("prm: out of memory\n", stderr);
        exit(1);
    }
    for (size_t i = 0; i < count; i++) {
        statement_account *known = statement_find(work, &now[i]);
        now[i].partner = known != NULL ? known->partner : arena_text(&work->texts, now[i].partner);
        now[i].rep = known != NULL ? known->rep : arena_text(&work->texts, now[i].rep);
        now[i].kind = known != NULL ? known->kind : arena_text(&work->texts, now[i].kind);
        now[i].paid = known != NULL ? known->paid : 0;
    }
    size_t all = count;
    for (size_t i = 0; i < work->account_count; i++) {
        if (bsearch(&work->accounts[i], now, count, sizeof *now, statement_account_order) != NULL)
            continue;
        now[all] = work->accounts[i];
        now[all++].due = 0;
    }
    qsort(now, all, sizeof *now, statement_account_order);
    free(work->accounts);
    work->accounts = now;
    work->account_count = all;
    for (size_t i = 0; i < all; i++) {
        now[i].carried = now[i].due < now[i].paid ? now[i].due - now[i].paid : 0;
        now[i].paid = now[i].due > now[i].paid ? now[i].due : now[i].paid;
    }
}

/* ---- Ledgers -------------------------------------------------------------------------- */

/* The ledger just before `end`, or at --clock where that is earlier. */
static int statement_ledger(statement *work, int64_t end, net *out)
{
    prm_error error;
    const char *text = cli_value(work->work.args, "clock");
    int64_t clock = end - 1;
    int64_t most;
    if (text != NULL) {
        if (prm_program_read_time(work->work.program, text, strlen(text), &most, &error) != PRM_OK)
            return session_fail(&error);
        clock = clock < most ? clock : most;
    }
    if (clock > prm_engine_clock(work->work.engine) &&
        prm_engine_advance(work->work.engine, clock, &error) != PRM_OK)
        return session_fail(&error);
    return net_take(out, work->work.engine, &error) == PRM_OK ? CLI_DONE : session_fail(&error);
}

/* A ledger's texts live no longer than the engine's next change, so what is compared later is copied. */
static void statement_keep(net *ledger)
{
    for (size_t i = 0; i < ledger->count; i++) {
        net_row *row = &ledger->rows[i];
        prm_text *texts[] = {&row->rule, &row->kind, &row->partner, &row->rep,
                             &row->line, &row->what, &row->event};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            *texts[k] = arena_text(&ledger->texts, *texts[k]);
    }
    prm_rows_free(ledger->source);
    ledger->source = NULL;
}

/* Month after month up to the statement's begin, then the month itself. */
static int statement_evaluate(statement *work)
{
    char month[NET_MONTH + 1];
    char next[NET_MONTH + 1];
    int64_t end;
    net_month(work->work.program, work->work.feed.earliest, month);
    int status = CLI_DONE;
    for (size_t i = 0; status == CLI_DONE && strcmp(month, work->month) < 0 && i < STATEMENT_MONTHS; i++) {
        net ledger = {0};
        statement_next_month(month, next);
        memcpy(month, next, sizeof month);
        if (!statement_month_begin(work, month, &end))
            return CLI_FINDINGS;
        status = statement_ledger(work, end, &ledger);
        if (status == CLI_DONE)
            statement_close_month(work, &ledger, end);
        if (status == CLI_DONE && strcmp(month, work->month) == 0) {
            statement_keep(&ledger);
            work->before = ledger;
        } else {
            net_free(&ledger);
        }
    }
    if (status == CLI_DONE)
        status = statement_ledger(work, work->end, &work->after);
    return status;
}

/* ---- Lines ------------------------------------------------------------------------------- */

static void statement_add(statement *work, statement_status status, const net_row *row, sum amount,
                          prm_text reason)
{
    work->lines = memory_grow(work->lines, &work->line_capacity, work->line_count + 1, sizeof *work->lines);
    work->lines[work->line_count++] = (statement_line){status, row, amount, arena_text(&work->texts, reason)};
}

static prm_text statement_date(const statement *work, int64_t time, char *out)
{
    size_t size = prm_program_write_time(work->work.program, time, out, STATEMENT_TEXT);
    return (prm_text){out, size < 10 ? size : 10};
}

/* A reason that speaks of a day. */
static prm_text statement_reason(statement *work, int64_t day, const char *english, const char *japanese)
{
    char date[STATEMENT_TEXT];
    prm_text places[] = {statement_date(work, day, date)};
    return words_say(&work->texts, work->language, english, japanese, places);
}

static void statement_add_payable(statement *work, const compare_pair *pair, int corrected)
{
    const net_row *row = pair->b;
    prm_text reason;
    if (corrected)
        reason = statement_reason(work, row->at, "corrected: earned on {0}", "{0} 獲得分の訂正");
    else if (row->at >= work->begin)
        reason = statement_reason(work, row->at, "earned on {0}", "{0} 獲得");
    else if (statement_due(row) >= work->begin)
        reason = statement_reason(work, row->at, "was held since {0}", "{0} から保留していた分");
    else
        reason = statement_reason(work, row->at, "known only now: earned since {0}",
                                  "{0} 獲得分（今回判明）");
    statement_add(work, STATEMENT_PAYABLE, row, row->amount, reason);
}

static void statement_add_reversed(statement *work, const net_row *row, int corrected)
{
    prm_text reason = corrected ? statement_reason(work, row->at, "replaced by a correction: earned on {0}",
                                                   "{0} 獲得分を訂正のため取消")
                                : statement_reason(work, row->at, "no longer earned: earned on {0}",
                                                   "{0} 獲得分が成立しなくなったため取消");
    statement_add(work, STATEMENT_REVERSED, row, -(sum)row->amount, reason);
}

static void statement_add_pair(statement *work, const compare_pair *pair)
{
    int was_due = pair->a != NULL && statement_concerns(work, pair->a) &&
                  statement_due(pair->a) < work->begin;
    int stands = pair->b != NULL && statement_concerns(work, pair->b);
    if (was_due && pair->state == COMPARE_SAME)
        return;
    if (was_due)
        statement_add_reversed(work, pair->a, stands);
    if (stands && statement_due(pair->b) < work->end)
        statement_add_payable(work, pair, was_due);
    else if (stands)
        statement_add(work, STATEMENT_HELD, pair->b, pair->b->amount,
                      statement_reason(work, statement_due(pair->b), "held until {0}", "{0} まで保留"));
}

static int statement_line_order(const void *a, const void *b)
{
    const statement_line *first = a;
    const statement_line *second = b;
    int order = text_compare(first->row->partner, second->row->partner);
    if (order == 0)
        order = text_compare(first->row->rep, second->row->rep);
    if (order == 0)
        order = text_compare(first->row->kind, second->row->kind);
    if (order == 0)
        order = (first->status > second->status) - (first->status < second->status);
    if (order == 0)
        order = (first->row->at > second->row->at) - (first->row->at < second->row->at);
    return order != 0 ? order : text_compare(first->row->id, second->row->id);
}

static int statement_same_account(const statement_line *a, const statement_line *b)
{
    return text_same(a->row->partner, b->row->partner) && text_same(a->row->rep, b->row->rep) &&
           text_same(a->row->kind, b->row->kind);
}

/* A row that stands for a recipient and a kind alone. */
static const net_row *statement_heading(statement *work, const net_row *like)
{
    net_row *row = arena_take(&work->texts, sizeof *row);
    *row = (net_row){.partner = like->partner,
                     .rep = like->rep,
                     .kind = like->kind,
                     .money = like->money,
                     .payable = PRM_NO_TIME,
                     .at = PRM_NO_TIME};
    return row;
}

/* What earlier months left, of the accounts that have nothing else this month too. */
static void statement_add_carried(statement *work)
{
    for (size_t i = 0; i < work->account_count; i++) {
        const statement_account *account = &work->accounts[i];
        if (account->carried == 0)
            continue;
        net_row like = {
            .partner = account->partner, .rep = account->rep, .kind = account->kind, .money = account->money};
        statement_add(
            work, STATEMENT_CARRIED, statement_heading(work, &like), account->carried,
            text_of(words_pick(work->language, "from earlier months: more was taken back than was payable",
                               "前月までの繰越（取消が支払を上回った分）")));
    }
}

static void statement_add_total(statement *work, const net_row *like, sum total)
{
    const char *reason = total < 0 ? words_pick(work->language, "nothing is paid: carried to the next month",
                                                "支払なし（翌月へ繰越）")
                                   : words_pick(work->language, "to be paid", "支払額");
    statement_add(work, STATEMENT_TOTAL, statement_heading(work, like), total, text_of(reason));
}

/* A total for each recipient and kind, of what is payable, taken back and carried. */
static void statement_add_totals(statement *work)
{
    size_t count = work->line_count;
    for (size_t i = 0, end; i < count; i = end) {
        sum total = 0;
        int counted = 0;
        for (end = i; end < count && statement_same_account(&work->lines[i], &work->lines[end]); end++) {
            int held = work->lines[end].status == STATEMENT_HELD;
            total += held ? 0 : work->lines[end].amount;
            counted |= !held;
        }
        if (counted)
            statement_add_total(work, work->lines[i].row, total);
    }
}

static void statement_make(statement *work)
{
    compare_open(&work->pairs, work->work.program, &work->before, &work->after);
    for (size_t i = 0; i < work->pairs.count; i++)
        statement_add_pair(work, &work->pairs.pairs[i]);
    statement_add_carried(work);
    if (work->line_count == 0)
        return;
    qsort(work->lines, work->line_count, sizeof *work->lines, statement_line_order);
    statement_add_totals(work);
    qsort(work->lines, work->line_count, sizeof *work->lines, statement_line_order);
}

/* ---- Output ---------------------------------------------------------------------------------- */

static prm_text statement_time(const statement *work, int64_t time, char *out)
{
    size_t size = time == PRM_NO_TIME ? 0
                                      : prm_program_write_time(work->work.program, time, out, STATEMENT_TEXT);
    return (prm_text){out, size};
}

static void statement_write_rows(statement *work)
{
    char texts[3][STATEMENT_TEXT];
    sheet *out = sheet_open(stdout, work->work.format, statement_columns[work->language], STATEMENT_COLUMNS,
                            sheet_terminal_width());
    for (size_t i = 0; i < work->line_count && !ferror(stdout); i++) {
        const statement_line *line = &work->lines[i];
        const net_row *row = line->row;
        prm_text cells[STATEMENT_COLUMNS] = {
            text_of(statement_names[work->language][line->status]),
            row->partner,
            row->rep,
            row->rule,
            row->kind,
            sum_text(work->work.program, line->amount, (int)row->money, texts[0]),
            statement_time(work, row->at, texts[1]),
            statement_time(work, row->payable, texts[2]),
            line->reason,
            row->id,
        };
        sheet_row(out, cells);
    }
    sheet_close(out);
}

/* A rule's title where it has one. */
static prm_text statement_title(const statement *work, prm_text name)
{
    uint32_t count = prm_program_rule_count(work->work.program);
    for (uint32_t i = 0; i < count; i++) {
        prm_rule rule = {.size = sizeof rule};
        if (prm_program_rule(work->work.program, i, &rule) == PRM_OK && text_same(rule.name, name) &&
            rule.title.size > 0)
            return rule.title;
    }
    return words_rule(work->language, name);
}

static void statement_write_row(const statement *work, buffer *out, const statement_line *line)
{
    static const char *const styles[] = {"", "minus", "minus", "sum", ""};
    char text[SUM_TEXT];
    const net_row *row = line->row;
    prm_text cells[] = {
        text_of(statement_names[work->language][line->status]),
        statement_title(work, row->rule),
        line->reason,
        row->event,
        work->language == EXPLAIN_ENGLISH ? row->kind : explainwords_kind(work->language, row->kind),
        sum_text(work->work.program, line->amount, (int)row->money, text),
    };
    page_table_row(out, cells, "tttttn", styles[line->status]);
}

static void statement_write_recipient(const statement *work, buffer *out, size_t first, size_t end)
{
    static const char *const names[2][6] = {{"", "for", "why", "event", "kind", "amount"},
                                            {"", "内容", "理由", "イベント", "種類", "金額"}};
    buffer heading = {0};
    const net_row *row = work->lines[first].row;
    buffer_put(&heading, row->partner.data, row->partner.size);
    if (row->rep.size > 0)
        buffer_format(&heading, " / %.*s", (int)row->rep.size, row->rep.data);
    buffer_string(out, "<section>\n");
    page_element(out, "h2", (prm_text){heading.data, heading.size});
    page_table_open(out, names[work->language], "tttttn");
    for (size_t i = first; i < end; i++)
        statement_write_row(work, out, &work->lines[i]);
    page_table_close(out);
    buffer_string(out, "</section>\n");
    buffer_free(&heading);
}

static int statement_write_page(statement *work, const char *path)
{
    buffer page = {0};
    prm_text title = prm_program_title(work->work.program);
    prm_text currency = prm_program_currency(work->work.program);
    prm_text zone = prm_program_timezone(work->work.program);
    if (title.size == 0)
        title = prm_program_name(work->work.program);
    prm_text places[] = {text_of(work->month), currency, zone};
    page_open(&page, words_pick(work->language, "en", "ja"),
              words_say(&work->texts, work->language, "Statement {0}", "支払明細書 {0}", places));
    page_element(&page, "p", title);
    page_element(&page, "p",
                 words_say(&work->texts, work->language, "Amounts in {1}; days in {2}.",
                           "金額の単位は {1}、日付は {2} の日付です。", places));
    if (work->line_count == 0)
        page_element(&page, "p",
                     text_of(words_pick(work->language, "Nothing is payable, held or taken back.",
                                        "支払、保留、取消はありません。")));
    for (size_t i = 0, end; i < work->line_count; i = end) {
        for (end = i; end < work->line_count &&
                      text_same(work->lines[i].row->partner, work->lines[end].row->partner) &&
                      text_same(work->lines[i].row->rep, work->lines[end].row->rep);
             end++)
            continue;
        statement_write_recipient(work, &page, i, end);
    }
    page_close(&page);
    int status = page_write(&page, path);
    buffer_free(&page);
    return status;
}

/* ---- The verb ---------------------------------------------------------------------------------- */

static int statement_run(statement *work, const cli *args)
{
    const char *partner = cli_value(args, "partner");
    const char *html = cli_value(args, "html");
    int status = session_open_holding(&work->work, args);
    work->partner = text_of(partner == NULL ? "" : partner);
    if (status == CLI_DONE)
        status = langoption_read(args, &work->language);
    if (html == NULL && work->work.format != SHEET_TABLE)
        work->language = EXPLAIN_ENGLISH; /* what machines read says the same everywhere */
    if (status == CLI_DONE)
        status = statement_read_month(work);
    if (status == CLI_DONE)
        status = session_feed(&work->work, SESSION_BATCH);
    if (status == CLI_DONE)
        status = statement_evaluate(work);
    if (status != CLI_DONE)
        return status;
    statement_make(work);
    if (html != NULL)
        status = statement_write_page(work, html);
    else
        statement_write_rows(work);
    int deserved = session_finish(&work->work);
    return status == CLI_DONE ? cli_finish_output(deserved) : status;
}

static int statement_main(const cli *args)
{
    statement work = {0};
    int status = statement_run(&work, args);
    compare_close(&work.pairs);
    net_free(&work.before);
    net_free(&work.after);
    free(work.accounts);
    free(work.lines);
    arena_free(&work.texts);
    session_close(&work.work);
    return status;
}

const cli_verb verb_statement = {
    .name = "statement",
    .operands = "PROGRAM",
    .least = 1,
    .most = 1,
    .summary = "What a partner is paid for a month: payable, held, reversed, carried.",
    .details = "The rows go to standard output, a summary of counts to standard error.\n",
    .options = statement_options,
    .option_count = sizeof statement_options / sizeof statement_options[0],
    .run = statement_main,
};
