#include "verbs.h"

/* prm effect: which incentive moves which partner. Whom a rule reached, by what is known of partners; and what
 * partners did before, during and after its time, those who were eligible beside those who were not. What
 * happened is counted by the probe, net of voids. Means and intervals are statistics and no money: doubles. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "probe.h"
#include "session.h"
#include "yamldoc.h"

enum {
    EFFECT_COLUMNS = 12,
    EFFECT_TEXT = 64,
    EFFECT_PERIODS = 3,
    EFFECT_MEASURES = 3,
    EFFECT_MONTH_DAYS = 30
};

static const int64_t effect_day = INT64_C(86400000);

static const sheet_column effect_columns[EFFECT_COLUMNS] = {
    {"part", SHEET_TEXT},      {"group", SHEET_TEXT},  {"attribute", SHEET_TEXT}, {"value", SHEET_TEXT},
    {"measure", SHEET_TEXT},   {"period", SHEET_TEXT}, {"days", SHEET_NUMBER},    {"partners", SHEET_NUMBER},
    {"reached", SHEET_NUMBER}, {"mean", SHEET_NUMBER}, {"low", SHEET_NUMBER},     {"high", SHEET_NUMBER},
};

static const char *const effect_periods[EFFECT_PERIODS] = {"before", "during", "after"};

/* The probe's rules that are activity. */
static const struct {
    const char *rule;
    const char *name;
} effect_measures[EFFECT_MEASURES] = {{"lead", "leads"}, {"meeting", "meetings"}, {PROBE_WON, "deals won"}};

static const cli_option effect_options[] = {
    {"rule", "R", 0, "the rule"},
    {"by", "ATTRIBUTE", 1, "reach by this attribute of partners; may be repeated"},
    {"from", "DATE", 0, "the rule's time, where the program has no `active` for it; both days included"},
    {"until", "DATE", 0, "its last day"},
    SESSION_OPTIONS,
};

/* A value that an event gave an attribute of a partner. */
typedef struct effect_fact {
    prm_text partner;
    prm_text value;
    size_t attribute;
    int64_t time;
    size_t place;
} effect_fact;

typedef struct effect_partner {
    prm_text name;
    int eligible;
    int reached;
    int64_t joined; /* or PRM_NO_TIME */
    uint64_t activity[EFFECT_MEASURES][EFFECT_PERIODS];
} effect_partner;

typedef struct effect {
    session work;
    prm_program *probe;
    prm_engine *shadow;
    uint32_t rule;
    prm_text rule_name;
    int64_t edges[EFFECT_PERIODS + 1]; /* before, during, after: each from one to the next */
    effect_partner *partners;          /* sorted by name */
    size_t partner_count;
    effect_fact *facts;
    size_t fact_count;
    size_t fact_capacity;
    arena texts;
    net ledger;
    net happened;
    sheet *out;
} effect;

/* ---- The rule and its time ---------------------------------------------------------- */

static int effect_find_rule(effect *work)
{
    const cli *args = work->work.args;
    const char *wanted = cli_value(args, "rule");
    uint32_t count = prm_program_rule_count(work->work.program);
    if (wanted == NULL)
        return cli_misuse(args->verb, "--rule R is missing");
    for (work->rule = 0; work->rule < count; work->rule++) {
        prm_rule rule = {.size = sizeof rule};
        if (prm_program_rule(work->work.program, work->rule, &rule) != PRM_OK || !text_is(rule.name, wanted))
            continue;
        work->rule_name = rule.name;
        return CLI_DONE;
    }
    return cli_misuse(args->verb, "the program has no rule '%s'", wanted);
}

/* The date that the command line gives, else the rule's `active`; empty without either. */
static prm_text effect_date(const effect *work, const yamldoc *doc, const char *option, arena *texts)
{
    const char *given = cli_value(work->work.args, option);
    if (given != NULL)
        return text_of(given);
    const yamldoc_node *rules = yamldoc_child(doc->root, "rules");
    char *name = memory_string(work->rule_name.data, work->rule_name.size);
    const yamldoc_node *node = yamldoc_child(yamldoc_child(yamldoc_child(rules, name), "active"), option);
    free(name);
    return node == NULL || node->kind != YAMLDOC_TEXT ? (prm_text){"", 0} : arena_text(texts, node->text);
}

static int effect_read_date(const effect *work, const char *option, prm_text date, int64_t *out)
{
    prm_error error;
    if (date.size == 0)
        return cli_misuse(work->work.args->verb, "the rule has no `active` with `%s`: --%s DATE is missing",
                          option, option);
    if (prm_program_read_time(work->work.program, date.data, date.size, out, &error) != PRM_OK)
        return cli_misuse(work->work.args->verb, "--%s: %s", option, error.message);
    return CLI_DONE;
}

/* The times before and after are as long as the rule's own; the last one ends with what is known. */
static int effect_find_time(effect *work)
{
    yamldoc doc;
    int64_t from = 0;
    int64_t until = 0;
    yamldoc_read_file(&doc, work->work.args->operands[0]);
    prm_text first = effect_date(work, &doc, "from", &work->texts);
    prm_text last = effect_date(work, &doc, "until", &work->texts);
    yamldoc_free(&doc);
    int status = effect_read_date(work, "from", first, &from);
    if (status == CLI_DONE)
        status = effect_read_date(work, "until", last, &until);
    if (status != CLI_DONE)
        return status;
    until += effect_day; /* that day included */
    if (until <= from)
        return cli_misuse(work->work.args->verb, "the time ends before it begins");
    work->edges[0] = from - (until - from);
    work->edges[1] = from;
    work->edges[2] = until;
    work->edges[3] = until + (until - from);
    return CLI_DONE;
}

/* ---- What is known of partners --------------------------------------------------------- */

static prm_text effect_field(const prm_event *event, const char *name)
{
    for (uint32_t i = 0; i < event->field_count; i++)
        if (text_is((prm_text){event->fields[i].name, event->fields[i].name_size}, name))
            return (prm_text){event->fields[i].text, event->fields[i].text_size};
    return (prm_text){NULL, 0};
}

/* Takes note of the attributes that an accepted event sets. */
static void effect_note(void *user, const prm_event *event)
{
    effect *work = user;
    prm_text type = {event->type_name, event->type_name_size};
    const char *name;
    if (!text_is(type, "partner.joined") && !text_is(type, "partner.updated"))
        return;
    for (size_t i = 0; (name = cli_nth(work->work.args, "by", i)) != NULL; i++) {
        prm_text value = effect_field(event, name);
        if (value.data == NULL)
            continue;
        work->facts = memory_grow(work->facts, &work->fact_capacity, work->fact_count + 1,
                                  sizeof *work->facts);
        work->facts[work->fact_count] = (effect_fact){
            .partner = arena_text(&work->texts, effect_field(event, "partner")),
            .value = arena_text(&work->texts, value),
            .attribute = i,
            .time = event->time,
            .place = work->fact_count,
        };
        work->fact_count++;
    }
}

static int effect_fact_order(const void *a, const void *b)
{
    const effect_fact *first = a;
    const effect_fact *second = b;
    if (first->attribute != second->attribute)
        return first->attribute < second->attribute ? -1 : 1;
    int order = text_compare(first->partner, second->partner);
    if (order == 0)
        order = (first->time > second->time) - (first->time < second->time);
    return order != 0 ? order : (first->place > second->place) - (first->place < second->place);
}

/* The first fact about an attribute of a partner, or of what comes behind it. */
static size_t effect_first_fact(const effect *work, size_t attribute, prm_text partner)
{
    const effect_fact wanted = {.partner = partner, .attribute = attribute, .time = INT64_MIN};
    size_t low = 0;
    size_t high = work->fact_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (effect_fact_order(&work->facts[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What an attribute is for a partner when the rule's time ends; empty when nothing says so. */
static prm_text effect_attribute(const effect *work, size_t attribute, prm_text partner)
{
    prm_text value = {"", 0};
    for (size_t i = effect_first_fact(work, attribute, partner); i < work->fact_count; i++) {
        const effect_fact *fact = &work->facts[i];
        if (fact->attribute != attribute || !text_same(fact->partner, partner) ||
            fact->time >= work->edges[2])
            break;
        value = fact->value;
    }
    return value;
}

/* ---- Partners ----------------------------------------------------------------------------- */

static int effect_partner_order(const void *a, const void *b)
{
    return text_compare(((const effect_partner *)a)->name, ((const effect_partner *)b)->name);
}

/* All partners with a subject of the rule, at the end of its time: later all are inactive. */
static int effect_take_partners(effect *work)
{
    prm_error error;
    prm_rows *rows = NULL;
    prm_progress row = {.size = sizeof row};
    if (prm_engine_progress(work->work.engine, work->rule, text_of(""), &rows, &error) != PRM_OK)
        return session_fail(&error);
    work->partners = memory_take((prm_rows_count(rows) + 1) * sizeof *work->partners);
    while (prm_rows_next_progress(rows, &row) > 0) {
        effect_partner *last = work->partner_count > 0 ? &work->partners[work->partner_count - 1] : NULL;
        if (last == NULL || !text_same(last->name, row.partner)) {
            last = &work->partners[work->partner_count++];
            *last = (effect_partner){.name = arena_text(&work->texts, row.partner), .joined = PRM_NO_TIME};
        }
        last->eligible |= row.state != PRM_STATE_NOT_ELIGIBLE;
    }
    prm_rows_free(rows);
    qsort(work->partners, work->partner_count, sizeof *work->partners, effect_partner_order);
    return CLI_DONE;
}

static effect_partner *effect_partner_named(const effect *work, prm_text name)
{
    effect_partner wanted = {.name = name};
    if (work->partner_count == 0)
        return NULL;
    return bsearch(&wanted, work->partners, work->partner_count, sizeof wanted, effect_partner_order);
}

static void effect_count_outcome(effect *work, const net_row *row)
{
    effect_partner *partner = effect_partner_named(work, row->line);
    if (partner != NULL && text_same(row->rule, work->rule_name) && row->at >= work->edges[1] &&
        row->at < work->edges[2])
        partner->reached = 1;
}

static void effect_count_event(effect *work, const net_row *row)
{
    effect_partner *partner = effect_partner_named(work, row->line);
    if (partner == NULL)
        return;
    if (text_is(row->rule, "joined") && (partner->joined == PRM_NO_TIME || row->at < partner->joined))
        partner->joined = row->at;
    for (size_t i = 0; i < EFFECT_MEASURES; i++)
        for (size_t k = 0; k < EFFECT_PERIODS && text_is(row->rule, effect_measures[i].rule); k++)
            partner->activity[i][k] += row->at >= work->edges[k] && row->at < work->edges[k + 1];
}

/* ---- Statistics ------------------------------------------------------------------------------- */

/* By Newton's steps, which here need no more than the digits that are shown. */
static double effect_root(double value)
{
    double root = value > 1 ? value : 1;
    for (int i = 0; i < 60; i++)
        root = (root + value / root) / 2;
    return value <= 0 ? 0 : root;
}

typedef struct effect_sample {
    size_t count;
    double sum;
    double squares;
} effect_sample;

static void effect_add(effect_sample *sample, double value)
{
    sample->count++;
    sample->sum += value;
    sample->squares += value * value;
}

static double effect_mean(const effect_sample *sample)
{
    return sample->count == 0 ? 0 : sample->sum / (double)sample->count;
}

/* The variance of the mean; 0 with fewer than two. */
static double effect_doubt(const effect_sample *sample)
{
    if (sample->count < 2)
        return 0;
    double mean = effect_mean(sample);
    double count = (double)sample->count;
    return (sample->squares - count * mean * mean) / (count - 1) / count;
}

/* A cell with a number of two digits. */
static prm_text effect_number(double value, char *out)
{
    int size = snprintf(out, EFFECT_TEXT, "%.2f", value > -0.005 && value < 0.005 ? 0.0 : value);
    return (prm_text){out, (size_t)size};
}

static prm_text effect_count(uint64_t count, char *out)
{
    return (prm_text){out, (size_t)snprintf(out, EFFECT_TEXT, "%" PRIu64, count)};
}

/* ---- Reach --------------------------------------------------------------------------------------- */

/* The share of `count` that `reached` is, in percent, with Wilson's interval, which holds for few, too. */
static void effect_write_reach(const effect *work, const char *attribute, prm_text value, size_t count,
                               size_t reached)
{
    char texts[5][EFFECT_TEXT];
    const double z = 1.96;
    double n = (double)count;
    double share = (double)reached / n;
    double middle = (share + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * effect_root(share * (1 - share) / n + z * z / (4 * n * n));
    prm_text cells[EFFECT_COLUMNS] = {
        text_of("reach"),
        text_of("eligible"),
        text_of(attribute),
        value,
        text_of("percent reached"),
        text_of("during"),
        {"", 0},
        effect_count(count, texts[0]),
        effect_count(reached, texts[1]),
        effect_number(100 * share, texts[2]),
        effect_number(100 * (middle - half), texts[3]),
        effect_number(100 * (middle + half), texts[4]),
    };
    sheet_row(work->out, cells);
}

typedef struct effect_value {
    prm_text value;
    int reached;
} effect_value;

static int effect_value_order(const void *a, const void *b)
{
    return text_compare(((const effect_value *)a)->value, ((const effect_value *)b)->value);
}

/* A line for each value; `values` are those of the eligible partners. */
static void effect_write_values(const effect *work, const char *attribute, effect_value *values, size_t count)
{
    qsort(values, count, sizeof *values, effect_value_order);
    for (size_t i = 0, end; i < count; i = end) {
        size_t reached = 0;
        for (end = i; end < count && text_same(values[i].value, values[end].value); end++)
            reached += (size_t)values[end].reached;
        effect_write_reach(work, attribute, values[i].value, end - i, reached);
    }
}

/* How long a partner had been one when the rule's time began. */
static prm_text effect_age(const effect *work, const effect_partner *partner)
{
    int64_t year = 365 * effect_day;
    if (partner->joined == PRM_NO_TIME)
        return (prm_text){"", 0};
    int64_t age = work->edges[1] - partner->joined;
    return text_of(age < 0          ? "joined since"
                   : age < year     ? "under 1 year"
                   : age < 3 * year ? "1 to 3 years"
                                    : "over 3 years");
}

static void effect_write_reaches(effect *work)
{
    const char *name;
    size_t count = 0;
    effect_value *values = memory_take((work->partner_count + 1) * sizeof *values);
    for (size_t i = 0; i < work->partner_count; i++)
        if (work->partners[i].eligible)
            values[count++] = (effect_value){{"", 0}, work->partners[i].reached};
    effect_write_values(work, "", values, count);
    for (size_t k = 0; (name = cli_nth(work->work.args, "by", k)) != NULL; k++) {
        count = 0;
        for (size_t i = 0; i < work->partner_count; i++)
            if (work->partners[i].eligible)
                values[count++] = (effect_value){effect_attribute(work, k, work->partners[i].name),
                                                 work->partners[i].reached};
        effect_write_values(work, name, values, count);
    }
    count = 0;
    for (size_t i = 0; i < work->partner_count; i++)
        if (work->partners[i].eligible)
            values[count++] = (effect_value){effect_age(work, &work->partners[i]), work->partners[i].reached};
    effect_write_values(work, "contract age", values, count);
    free(values);
}

/* ---- Activity --------------------------------------------------------------------------------------- */

/* Days of a period, as far as events are known; 0 when none is. */
static double effect_days(const effect *work, size_t period)
{
    int64_t clock = prm_engine_clock(work->work.engine) + 1;
    int64_t end = work->edges[period + 1] < clock ? work->edges[period + 1] : clock;
    int64_t length = end - work->edges[period];
    return length <= 0 ? 0 : (double)length / (double)effect_day;
}

/* What a partner did in a period, per 30 days. */
static double effect_rate(const effect *work, const effect_partner *partner, size_t measure, size_t period)
{
    return (double)partner->activity[measure][period] * EFFECT_MONTH_DAYS / effect_days(work, period);
}

static void effect_write_mean(const effect *work, const char *part, const char *group, size_t measure,
                              const char *period, double days, size_t count, double mean, double doubt)
{
    char texts[5][EFFECT_TEXT];
    char name[EFFECT_TEXT];
    prm_text none = {"", 0};
    double half = 1.96 * effect_root(doubt);
    snprintf(name, sizeof name, "%s per 30 days", effect_measures[measure].name);
    prm_text cells[EFFECT_COLUMNS] = {
        text_of(part),
        text_of(group),
        none,
        none,
        text_of(name),
        text_of(period),
        days > 0 ? effect_number(days, texts[0]) : none,
        effect_count(count, texts[1]),
        none,
        effect_number(mean, texts[2]),
        count < 2 ? none : effect_number(mean - half, texts[3]),
        count < 2 ? none : effect_number(mean + half, texts[4]),
    };
    sheet_row(work->out, cells);
}

static void effect_write_group(const effect *work, size_t measure, int eligible, effect_sample *change)
{
    const char *group = eligible ? "eligible" : "not eligible";
    for (size_t k = 0; k < EFFECT_PERIODS; k++) {
        effect_sample sample = {0};
        double days = effect_days(work, k);
        for (size_t i = 0; days > 0 && i < work->partner_count; i++)
            if (work->partners[i].eligible == eligible)
                effect_add(&sample, effect_rate(work, &work->partners[i], measure, k));
        if (sample.count > 0)
            effect_write_mean(work, "activity", group, measure, effect_periods[k], days, sample.count,
                              effect_mean(&sample), effect_doubt(&sample));
    }
    for (size_t i = 0; i < work->partner_count; i++)
        if (work->partners[i].eligible == eligible && effect_days(work, 1) > 0)
            effect_add(change, effect_rate(work, &work->partners[i], measure, 1) -
                                   effect_rate(work, &work->partners[i], measure, 0));
}

/* By how much more the eligible rose than the others, from before to during. */
static void effect_write_activity(const effect *work)
{
    for (size_t i = 0; i < EFFECT_MEASURES; i++) {
        effect_sample changes[2] = {{0}, {0}};
        effect_write_group(work, i, 1, &changes[0]);
        effect_write_group(work, i, 0, &changes[1]);
        if (changes[0].count < 2 || changes[1].count < 2)
            continue;
        effect_write_mean(work, "difference", "eligible - not eligible", i, "during - before", 0,
                          changes[0].count + changes[1].count,
                          effect_mean(&changes[0]) - effect_mean(&changes[1]),
                          effect_doubt(&changes[0]) + effect_doubt(&changes[1]));
    }
}

/* ---- The verb ------------------------------------------------------------------------------------------ */

static int effect_open(effect *work, const cli *args)
{
    prm_error error;
    const prm_engine_options options = {.size = sizeof options};
    int status = session_open_holding(&work->work, args);
    if (status == CLI_DONE)
        status = effect_find_rule(work);
    if (status == CLI_DONE)
        status = effect_find_time(work);
    if (status != CLI_DONE)
        return status;
    if (probe_compile(args->operands[0], work->work.program, &work->probe, &error) != PRM_OK ||
        prm_engine_new(work->probe, &options, &work->shadow, &error) != PRM_OK)
        return session_fail(&error);
    work->work.feed.shadow = work->shadow;
    work->work.feed.taken = effect_note;
    work->work.feed.taken_user = work;
    return CLI_DONE;
}

/* Up to the end of the rule's time, and then on to the clock. */
static int effect_evaluate(effect *work)
{
    prm_error error;
    const char *text = cli_value(work->work.args, "clock");
    int64_t clock = work->work.feed.latest;
    if (text != NULL &&
        prm_program_read_time(work->work.program, text, strlen(text), &clock, &error) != PRM_OK)
        return session_fail(&error);
    int64_t close = work->edges[2] - 1 < clock ? work->edges[2] - 1 : clock;
    if (prm_engine_advance(work->work.engine, close, &error) != PRM_OK)
        return session_fail(&error);
    int status = effect_take_partners(work);
    if (status != CLI_DONE)
        return status;
    if (prm_engine_advance(work->work.engine, clock, &error) != PRM_OK ||
        prm_engine_advance(work->shadow, clock, &error) != PRM_OK ||
        net_take(&work->ledger, work->work.engine, &error) != PRM_OK ||
        net_take(&work->happened, work->shadow, &error) != PRM_OK)
        return session_fail(&error);
    for (size_t i = 0; i < work->ledger.count; i++)
        effect_count_outcome(work, &work->ledger.rows[i]);
    for (size_t i = 0; i < work->happened.count; i++)
        effect_count_event(work, &work->happened.rows[i]);
    if (work->fact_count > 0)
        qsort(work->facts, work->fact_count, sizeof *work->facts, effect_fact_order);
    return CLI_DONE;
}

static int effect_run(effect *work, const cli *args)
{
    int status = effect_open(work, args);
    if (status == CLI_DONE)
        status = session_feed(&work->work, SESSION_BATCH);
    if (status == CLI_DONE)
        status = effect_evaluate(work);
    if (status != CLI_DONE)
        return status;
    work->out = sheet_open(stdout, work->work.format, effect_columns, EFFECT_COLUMNS, sheet_terminal_width());
    effect_write_reaches(work);
    effect_write_activity(work);
    sheet_close(work->out);
    return cli_finish_output(session_finish(&work->work));
}

static int effect_main(const cli *args)
{
    effect work = {0};
    int status = effect_run(&work, args);
    net_free(&work.ledger);
    net_free(&work.happened);
    free(work.partners);
    free(work.facts);
    arena_free(&work.texts);
    prm_engine_free(work.shadow);
    prm_program_unref(work.probe);
    session_close(&work.work);
    return status;
}

const cli_verb verb_effect = {
    .name = "effect",
    .operands = "PROGRAM",
    .least = 1,
    .most = 1,
    .summary = "Which partners a rule reached, and what they did before, during and after.",
    .details = "Intervals hold what is behind the mean in 95 of 100 cases, were partners drawn by lot.\n",
    .options = effect_options,
    .option_count = sizeof effect_options / sizeof effect_options[0],
    .run = effect_main,
};
