#include "verbs.h"

/* prm report: one page for those who do not read tables. All amounts on it are exact texts; only
 * where a bar ends is a double. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "langoption.h"
#include "net.h"
#include "page.h"
#include "session.h"
#include "stand.h"
#include "width.h"
#include "words.h"

enum { REPORT_TOP = 10, REPORT_NEAREST = 3, REPORT_LABEL = 36, REPORT_DORMANT = 90 };

static const cli_option report_options[] = {
    {"output", "FILE", 0, "where the page goes, also as -o; '-' is standard output"},
    {"lang", "en|ja", 0, "the language of the page (default: by LC_ALL, LC_MESSAGES or LANG)"},
    SESSION_OPTIONS,
};

/* An amount under a name: of a rule, a partner, a month. */
typedef struct report_item {
    prm_text name;
    sum amount;
    uint64_t count;
} report_item;

typedef struct report {
    session work;
    explain_language language;
    prm_program *probe;
    prm_engine *shadow;
    net ledger;
    net facts;
    probe_figures figures;
    buffer page;
    arena texts;
} report;

/* ---- Texts ------------------------------------------------------------------------ */

static prm_text report_word(const report *work, const char *english, const char *japanese)
{
    return text_of(words_pick(work->language, english, japanese));
}

static void report_heading(report *work, const char *english, const char *japanese)
{
    buffer_string(&work->page, "<section>\n");
    page_element(&work->page, "h2", report_word(work, english, japanese));
}

/* Digits in groups of three. */
static prm_text report_group(arena *texts, prm_text digits)
{
    size_t whole = 0;
    while (whole < digits.size && digits.data[whole] != '.')
        whole++;
    char *out = arena_take(texts, 2 * digits.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < digits.size; i++) {
        size_t left = whole - i;
        if (i > 0 && i < whole && left % 3 == 0 && digits.data[i - 1] != '-')
            out[size++] = ',';
        out[size++] = digits.data[i];
    }
    return (prm_text){out, size};
}

static prm_text report_money(report *work, sum amount)
{
    char text[SUM_TEXT];
    return report_group(&work->texts, sum_text(work->work.program, amount, 1, text));
}

static prm_text report_count(report *work, uint64_t count)
{
    char text[SUM_TEXT];
    return report_group(&work->texts, sum_count_text(count, text));
}

static prm_text report_percent(report *work, sum part, sum whole)
{
    char text[SUM_TEXT];
    buffer out = {0};
    prm_text number = sum_percent_text(part, whole, text);
    buffer_put(&out, number.data, number.size);
    buffer_string(&out, number.size > 0 ? "%" : "\u2013");
    prm_text kept = arena_text(&work->texts, (prm_text){out.data, out.size});
    buffer_free(&out);
    return kept;
}

/* ---- Adding up ---------------------------------------------------------------------- */

static int report_name_order(const void *a, const void *b)
{
    return text_compare(((const report_item *)a)->name, ((const report_item *)b)->name);
}

/* The largest first. */
static int report_amount_order(const void *a, const void *b)
{
    const report_item *first = a;
    const report_item *second = b;
    if (first->amount != second->amount)
        return first->amount < second->amount ? 1 : -1;
    return text_compare(first->name, second->name);
}

typedef prm_text report_key(const net_row *row);

static prm_text report_rule(const net_row *row)
{
    return row->rule;
}

static prm_text report_partner(const net_row *row)
{
    return row->partner;
}

static prm_text report_month(const net_row *row)
{
    return row->month;
}

static int report_pays(const net_row *row)
{
    return row->money && row->has_amount;
}

/* All money of the ledger by what `key` says of its rows, by name. */
static report_item *report_add_up(const net *ledger, report_key *key, size_t *count)
{
    size_t found = 0;
    report_item *items = memory_take((ledger->count + 1) * sizeof *items);
    for (size_t i = 0; i < ledger->count; i++)
        if (report_pays(&ledger->rows[i]))
            items[found++] = (report_item){key(&ledger->rows[i]), ledger->rows[i].amount, 1};
    qsort(items, found, sizeof *items, report_name_order);
    *count = 0;
    for (size_t i = 0; i < found; i++) {
        if (*count > 0 && text_same(items[*count - 1].name, items[i].name)) {
            items[*count - 1].amount += items[i].amount;
            items[*count - 1].count++;
        } else {
            items[(*count)++] = items[i];
        }
    }
    return items;
}

static sum report_total(const report_item *items, size_t count)
{
    sum total = 0;
    for (size_t i = 0; i < count; i++)
        total += items[i].amount;
    return total;
}

/* ---- Figures ------------------------------------------------------------------------- */

static void report_figure(report *work, const char *english, const char *japanese, prm_text value)
{
    buffer_string(&work->page, "<div>");
    page_element(&work->page, "b", value);
    page_element(&work->page, "span", report_word(work, english, japanese));
    buffer_string(&work->page, "</div>\n");
}

static void report_write_figures(report *work, sum cost, size_t paid)
{
    const probe_figures *figures = &work->figures;
    prm_counts counts = {.size = sizeof counts};
    buffer_string(&work->page, "<section class=\"figures\">\n");
    report_figure(work, "paid out", "支払総額", report_money(work, cost));
    report_figure(work, "revenue", "売上", report_money(work, figures->revenue));
    report_figure(work, "of revenue", "売上に対する割合", report_percent(work, cost, figures->revenue));
    report_figure(work, "deals won", "受注数", report_count(work, figures->won));
    if (figures->won > 0)
        report_figure(work, "per deal won", "受注1件あたり", report_money(work, sum_per(cost, figures->won)));
    if (prm_engine_counts(work->work.engine, &counts) == PRM_OK)
        report_figure(work, "partners", "パートナー数", report_count(work, counts.partners));
    report_figure(work, "partners paid", "支払先パートナー数", report_count(work, paid));
    buffer_string(&work->page, "</section>\n");
}

/* ---- Funnel ----------------------------------------------------------------------------- */

static int report_line_order(const void *a, const void *b)
{
    return text_compare(*(const prm_text *)a, *(const prm_text *)b);
}

/* The partners with events of the probe's rule `name`, and how many of these there are. */
static report_item report_stage(const report *work, const char *name)
{
    report_item stage = {.name = text_of(name)};
    prm_text *partners = memory_take((work->facts.count + 1) * sizeof *partners);
    size_t events = 0;
    for (size_t i = 0; i < work->facts.count; i++)
        if (text_is(work->facts.rows[i].rule, name))
            partners[events++] = work->facts.rows[i].line;
    qsort(partners, events, sizeof *partners, report_line_order);
    for (size_t i = 0; i < events; i++)
        stage.count += i == 0 || !text_same(partners[i - 1], partners[i]);
    stage.amount = (sum)events;
    free(partners);
    return stage;
}

/* What people call a stage. */
static prm_text report_stage_title(const report *work, size_t index)
{
    prm_stage stage = {.size = sizeof stage};
    if (prm_program_stage(work->work.program, (uint32_t)index, &stage) != PRM_OK)
        return (prm_text){"", 0};
    return stage.title.size > 0 ? stage.title : stage.name;
}

/* How many reps have come to each stage, or further. */
static void report_draw_journey(report *work, const stand_funnel *funnel, size_t stages)
{
    chart_bar bars[STAND_STAGES];
    for (size_t i = 0; i < stages; i++) {
        uint64_t came = funnel->came[i + 1];
        prm_text places[] = {report_count(work, came), report_percent(work, (sum)came, (sum)funnel->came[0])};
        prm_text title = report_stage_title(work, i);
        bars[i] = (chart_bar){{title.data, width_cut(title, REPORT_LABEL)},
                              words_say(&work->texts, work->language, "{0} ({1})", "{0} 人（{1}）", places),
                              funnel->came[0] > 0 ? (double)came / (double)funnel->came[0] : 0};
    }
    chart_bars(&work->page, report_word(work, "Reps by the stages of the journey", "段階ごとの担当者数"),
               bars, stages, 1);
}

/* How many stand at each, the first row being those at none, and how many of these have stopped. */
static void report_list_journey(report *work, const stand_funnel *funnel, size_t stages)
{
    static const char *const names[2][3] = {{"stage", "stand here", "have stopped"},
                                            {"段階", "現在ここにいる人", "うち停止"}};
    page_table_open(&work->page, names[work->language], "tnn");
    for (size_t i = 0; i <= stages; i++) {
        prm_text cells[] = {i == 0 ? report_word(work, "none yet", "まだなし")
                                   : report_stage_title(work, i - 1),
                            report_count(work, funnel->here[i]), report_count(work, funnel->stopped[i])};
        page_table_row(&work->page, cells, "tnn", "");
    }
    page_table_close(&work->page);
}

static int report_write_journey(report *work)
{
    prm_error error;
    stand all = {0};
    prm_status taken = stand_take(&all, work->work.engine, NULL, (prm_text){"", 0}, REPORT_DORMANT, &error);
    if (taken == PRM_OK) {
        stand_funnel funnel = stand_count(&all, 0, all.count);
        size_t stages = prm_program_stage_count(work->work.program);
        report_heading(work, "How far reps come", "担当者はどこまで進んでいるか");
        report_draw_journey(work, &funnel, stages);
        report_list_journey(work, &funnel, stages);
        buffer_string(&work->page, "</section>\n");
    }
    stand_free(&all);
    return taken == PRM_OK ? CLI_DONE : session_fail(&error);
}

/* Of probe_stages. */
static const char *const report_probe_titles[PROBE_STAGES] = {"契約",       "ログイン", "受講",
                                                              "リード登録", "商談",     "受注"};

static void report_write_funnel(report *work)
{
    chart_bar bars[PROBE_STAGES];
    report_item stages[PROBE_STAGES];
    size_t count = 0;
    uint64_t most = 1;
    for (size_t i = 0; i < PROBE_STAGES; i++) {
        report_item stage = report_stage(work, probe_stages[i].rule);
        if (stage.count == 0)
            continue;
        stage.name = report_word(work, probe_stages[i].title, report_probe_titles[i]);
        most = stage.count > most ? stage.count : most;
        stages[count++] = stage;
    }
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        prm_text places[] = {report_count(work, stages[i].count),
                             report_count(work, (uint64_t)stages[i].amount)};
        bars[i] = (chart_bar){
            stages[i].name,
            words_say(&work->texts, work->language,
                      stages[i].count == 1 ? "{0} partner, {1} in all" : "{0} partners, {1} in all",
                      "{0} 社、のべ {1} 件", places),
            (double)stages[i].count / (double)most};
    }
    report_heading(work, "How far partners come", "パートナーはどこまで進んでいるか");
    chart_bars(&work->page, report_word(work, "Partners by what they have done", "行動ごとのパートナー数"),
               bars, count, 1);
    buffer_string(&work->page, "</section>\n");
}

/* ---- Payouts ------------------------------------------------------------------------------ */

/* The place of a rule among the series; the last one is for all that find no place. */
static size_t report_series(const prm_text *series, size_t count, prm_text rule)
{
    size_t at = 0;
    while (at + 1 < count && !text_same(series[at], rule))
        at++;
    return at;
}

static void report_draw_payouts(report *work, const report_item *rules, size_t rule_count,
                                const report_item *months, size_t month_count)
{
    prm_text series[CHART_SERIES];
    prm_text shown[CHART_SERIES];
    buffer most = {0};
    size_t count = rule_count <= CHART_SERIES ? rule_count : CHART_SERIES;
    double *parts = memory_take(month_count * count * sizeof *parts);
    prm_text *labels = memory_take(month_count * sizeof *labels);
    sum highest = 0;
    for (size_t i = 0; i < count; i++)
        series[i] = rules[i].name;
    if (rule_count > count)
        series[count - 1] = report_word(work, "all others", "その他");
    for (size_t i = 0; i < count; i++)
        shown[i] = words_rule(work->language, series[i]);
    for (size_t i = 0; i < work->ledger.count; i++) {
        const net_row *row = &work->ledger.rows[i];
        report_item wanted = {.name = row->month};
        if (!report_pays(row))
            continue;
        const report_item *month = bsearch(&wanted, months, month_count, sizeof *months, report_name_order);
        if (month != NULL)
            parts[(size_t)(month - months) * count + report_series(series, count, row->rule)] +=
                (double)row->amount;
    }
    for (size_t i = 0; i < month_count; i++) {
        labels[i] = months[i].name;
        highest = months[i].amount > highest ? months[i].amount : highest;
    }
    prm_text amount = report_money(work, highest);
    buffer_put(&most, amount.data, amount.size);
    chart_columns(&work->page, report_word(work, "Payouts by month and rule", "月とルールごとの支払"),
                  &(chart_stack){shown, count, labels, parts, month_count, {most.data, most.size}});
    buffer_free(&most);
    free(parts);
    free(labels);
}

static void report_write_payouts(report *work)
{
    static const char *const names[2][3] = {{"rule", "amount", "outcomes"}, {"ルール", "金額", "件数"}};
    size_t rule_count;
    size_t month_count;
    report_item *rules = report_add_up(&work->ledger, report_rule, &rule_count);
    report_item *months = report_add_up(&work->ledger, report_month, &month_count);
    if (rule_count > 0) {
        qsort(rules, rule_count, sizeof *rules, report_amount_order);
        report_heading(work, "Payouts by month and rule", "月とルールごとの支払");
        report_draw_payouts(work, rules, rule_count, months, month_count);
        page_table_open(&work->page, names[work->language], "tnn");
        for (size_t i = 0; i < rule_count; i++) {
            prm_text cells[] = {words_rule(work->language, rules[i].name),
                                report_money(work, rules[i].amount), report_count(work, rules[i].count)};
            page_table_row(&work->page, cells, "tnn", "");
        }
        page_table_close(&work->page);
        buffer_string(&work->page, "</section>\n");
    }
    free(rules);
    free(months);
}

/* ---- Concentration --------------------------------------------------------------------------- */

static void report_say_fifth(report *work, const report_item *partners, size_t count, sum total)
{
    size_t fifth = (count + 4) / 5;
    prm_text places[] = {report_count(work, fifth), report_count(work, count),
                         report_percent(work, report_total(partners, fifth), total)};
    page_element(&work->page, "p",
                 words_say(&work->texts, work->language,
                           "The first {0} of {1} partners receive {2}. The straight line is where all "
                           "would receive the same.",
                           "{1} 社のうち上位 {0} 社が {2} を受け取っています。直線は全社が同額の場合です。",
                           places));
}

static void report_write_concentration(report *work, report_item *partners, size_t count, sum total)
{
    static const char *const names[2][3] = {{"partner", "amount", "share"}, {"パートナー", "金額", "割合"}};
    if (count == 0 || total <= 0)
        return;
    double *shares = memory_take(count * sizeof *shares);
    qsort(partners, count, sizeof *partners, report_amount_order);
    for (size_t i = 0; i < count; i++)
        shares[i] = (double)partners[i].amount / (double)total;
    report_heading(work, "Who receives how much", "誰がいくら受け取っているか");
    report_say_fifth(work, partners, count, total);
    chart_curve(&work->page,
                report_word(work, "Share of payouts of the largest partners", "上位パートナーが受け取る割合"),
                report_word(work, "partners, the largest first", "受取額の多い順"),
                report_word(work, "all", "全社"), shares, count);
    page_table_open(&work->page, names[work->language], "tnn");
    for (size_t i = 0; i < count && i < REPORT_TOP; i++) {
        prm_text cells[] = {partners[i].name, report_money(work, partners[i].amount),
                            report_percent(work, partners[i].amount, total)};
        page_table_row(&work->page, cells, "tnn", "");
    }
    page_table_close(&work->page);
    buffer_string(&work->page, "</section>\n");
    free(shares);
}

/* ---- Progress ------------------------------------------------------------------------------------ */

/* A decimal for the length of a bar. */
static double report_length(prm_decimal value)
{
    return ((double)value.high * 18446744073709551616.0 + (double)value.low) / 1e12;
}

typedef struct report_step {
    prm_progress row;
    double share;
} report_step;

static int report_step_order(const void *a, const void *b)
{
    const report_step *first = a;
    const report_step *second = b;
    if (first->row.rule != second->row.rule)
        return first->row.rule < second->row.rule ? -1 : 1;
    if (first->share != second->share)
        return first->share < second->share ? 1 : -1;
    int order = text_compare(first->row.partner, second->row.partner);
    return order != 0 ? order : text_compare(first->row.rep, second->row.rep);
}

static chart_bar report_step_bar(report *work, const report_step *step)
{
    char value[SUM_TEXT];
    char target[SUM_TEXT];
    buffer label = {0};
    const prm_progress *row = &step->row;
    prm_text parts[] = {row->partner, row->rep, row->customer, row->product};
    prm_write_decimal(row->value, value, sizeof value);
    prm_write_decimal(row->target, target, sizeof target);
    for (size_t i = 0; i < 4; i++)
        if (parts[i].size > 0)
            buffer_format(&label, "%s%.*s", label.size > 0 ? " / " : "", (int)parts[i].size, parts[i].data);
    prm_text shown = {label.data, width_cut((prm_text){label.data, label.size}, REPORT_LABEL)};
    chart_bar bar = {arena_text(&work->texts, shown), {"", 0}, step->share};
    buffer_free(&label);
    prm_text places[] = {text_of(value), text_of(target)};
    bar.value = words_say(&work->texts, work->language, "{0} of {1}", "{0} / {1}", places);
    return bar;
}

static void report_write_nearest(report *work, const report_step *steps, size_t count)
{
    for (size_t i = 0, end; i < count; i = end) {
        chart_bar bars[REPORT_NEAREST];
        size_t shown = 0;
        for (end = i; end < count && steps[end].row.rule == steps[i].row.rule; end++)
            if (shown < REPORT_NEAREST)
                bars[shown++] = report_step_bar(work, &steps[end]);
        page_element(&work->page, "p", steps[i].row.rule_name);
        chart_bars(&work->page, steps[i].row.rule_name, bars, shown, 1);
    }
}

static int report_write_progress(report *work)
{
    prm_error error;
    prm_rows *rows = NULL;
    size_t count = 0;
    report_step step = {.row = {.size = sizeof step.row}};
    if (prm_engine_progress(work->work.engine, PRM_NONE, text_of(""), &rows, &error) != PRM_OK)
        return session_fail(&error);
    report_step *steps = memory_take((prm_rows_count(rows) + 1) * sizeof *steps);
    while (prm_rows_next_progress(rows, &step.row) > 0) {
        double target = report_length(step.row.target);
        if (step.row.state != PRM_STATE_OPEN || !step.row.has_value || target <= 0)
            continue;
        step.share = report_length(step.row.value) / target;
        steps[count++] = step;
    }
    qsort(steps, count, sizeof *steps, report_step_order);
    if (count > 0) {
        report_heading(work, "Nearest to the next reward", "次の報奨まであと少しの人");
        report_write_nearest(work, steps, count);
        buffer_string(&work->page, "</section>\n");
    }
    free(steps);
    prm_rows_free(rows);
    return CLI_DONE;
}

/* ---- The page ----------------------------------------------------------------------------------------- */

static void report_say_clock(report *work)
{
    char time[SUM_TEXT];
    size_t size = prm_program_write_time(work->work.program, prm_engine_clock(work->work.engine), time,
                                         sizeof time);
    prm_text places[] = {{time, size}, prm_program_currency(work->work.program)};
    page_element(&work->page, "p",
                 words_say(&work->texts, work->language, "As of {0}. Amounts in {1}.",
                           "{0} 時点。金額の単位は {1}。", places));
}

static int report_write(report *work)
{
    size_t count;
    prm_text title = prm_program_title(work->work.program);
    report_item *partners = report_add_up(&work->ledger, report_partner, &count);
    sum cost = report_total(partners, count);
    page_open(&work->page, words_pick(work->language, "en", "ja"),
              title.size > 0 ? title : prm_program_name(work->work.program));
    report_say_clock(work);
    report_write_figures(work, cost, count);
    int status = CLI_DONE;
    if (prm_program_stage_count(work->work.program) > 0)
        status = report_write_journey(work);
    else
        report_write_funnel(work);
    report_write_payouts(work);
    report_write_concentration(work, partners, count, cost);
    free(partners);
    if (status == CLI_DONE)
        status = report_write_progress(work);
    page_close(&work->page);
    return status;
}

/* ---- The verb ------------------------------------------------------------------------------------------- */

static int report_open(report *work, const cli *args)
{
    prm_error error;
    const prm_engine_options options = {.size = sizeof options};
    if (cli_value(args, "output") == NULL)
        return cli_misuse(args->verb, "--output FILE is missing");
    int status = langoption_read(args, &work->language);
    if (status == CLI_DONE)
        status = session_open(&work->work, args, 0);
    if (status != CLI_DONE)
        return status;
    if (probe_compile(args->operands[0], work->work.program, &work->probe, &error) != PRM_OK ||
        prm_engine_new(work->probe, &options, &work->shadow, &error) != PRM_OK)
        return session_fail(&error);
    work->work.feed.shadow = work->shadow;
    return CLI_DONE;
}

static int report_evaluate(report *work)
{
    prm_error error;
    int status = session_feed(&work->work, SESSION_BATCH);
    if (status != CLI_DONE)
        return status;
    if (prm_engine_advance(work->shadow, prm_engine_clock(work->work.engine), &error) != PRM_OK ||
        probe_add_up(work->shadow, &work->figures, &error) != PRM_OK ||
        net_take(&work->facts, work->shadow, &error) != PRM_OK ||
        net_take(&work->ledger, work->work.engine, &error) != PRM_OK)
        return session_fail(&error);
    return CLI_DONE;
}

static int report_main(const cli *args)
{
    report work = {0};
    int status = report_open(&work, args);
    if (status == CLI_DONE)
        status = report_evaluate(&work);
    if (status == CLI_DONE)
        status = report_write(&work);
    if (status == CLI_DONE)
        status = page_write(&work.page, cli_value(args, "output"));
    if (status == CLI_DONE)
        status = session_finish(&work.work);
    net_free(&work.facts);
    net_free(&work.ledger);
    buffer_free(&work.page);
    arena_free(&work.texts);
    prm_engine_free(work.shadow);
    prm_program_unref(work.probe);
    session_close(&work.work);
    return status;
}

const cli_verb verb_report = {
    .name = "report",
    .operands = "PROGRAM",
    .least = 1,
    .most = 1,
    .summary = "One page of HTML: the funnel, payouts, who receives them, who is near.",
    .details = "The page needs no network and no script; it can be read on a phone and printed.\n",
    .options = report_options,
    .option_count = sizeof report_options / sizeof report_options[0],
    .run = report_main,
};
