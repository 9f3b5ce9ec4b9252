#include "verbs.h"

/* prm journey: how far people come. A funnel over the stages of the program's journey, for all and for each
 * partner; who stands where, since when, and who has stopped; and how much of the results the largest
 * partners bring. */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "langoption.h"
#include "session.h"
#include "stand.h"

enum {
    JOURNEY_COLUMNS = 15,
    JOURNEY_TEXT = 64,
    JOURNEY_DORMANT = 90,
    JOURNEY_LANGUAGES = 2,
    JOURNEY_DAY = 10
};

enum {
    JOURNEY_LEVEL,
    JOURNEY_PARTNER,
    JOURNEY_REP,
    JOURNEY_STAGE,
    JOURNEY_TITLE,
    JOURNEY_COUNT,
    JOURNEY_CAME,
    JOURNEY_PERCENT,
    JOURNEY_STOPPED,
    JOURNEY_SINCE,
    JOURNEY_LAST,
    JOURNEY_IDLE,
    JOURNEY_STATE,
    JOURNEY_WON,
    JOURNEY_REVENUE
};

static const sheet_column journey_columns[JOURNEY_LANGUAGES][JOURNEY_COLUMNS] = {
    {{"level", SHEET_TEXT},
     {"partner", SHEET_TEXT},
     {"rep", SHEET_TEXT},
     {"stage", SHEET_TEXT},
     {"title", SHEET_TEXT},
     {"count", SHEET_NUMBER},
     {"reached", SHEET_NUMBER},
     {"percent", SHEET_NUMBER},
     {"stopped", SHEET_NUMBER},
     {"since", SHEET_TEXT},
     {"last", SHEET_TEXT},
     {"idle_days", SHEET_NUMBER},
     {"state", SHEET_TEXT},
     {"won", SHEET_NUMBER},
     {"revenue", SHEET_NUMBER}},
    {{"区分", SHEET_TEXT},
     {"パートナー", SHEET_TEXT},
     {"担当者", SHEET_TEXT},
     {"段階", SHEET_TEXT},
     {"名称", SHEET_TEXT},
     {"人数", SHEET_NUMBER},
     {"到達", SHEET_NUMBER},
     {"割合%", SHEET_NUMBER},
     {"停止", SHEET_NUMBER},
     {"到達日時", SHEET_TEXT},
     {"最終活動", SHEET_TEXT},
     {"経過日数", SHEET_NUMBER},
     {"状態", SHEET_TEXT},
     {"受注", SHEET_NUMBER},
     {"売上", SHEET_NUMBER}},
};

/* Parts of the output, and their headings over a table. */
typedef enum journey_part {
    JOURNEY_FUNNEL,
    JOURNEY_PARTNERS,
    JOURNEY_REPS,
    JOURNEY_SPLIT,
    JOURNEY_PARTS
} journey_part;

static const char *const journey_parts[JOURNEY_PARTS] = {"funnel", "partner", "rep", "split"};

static const char *const journey_headings[JOURNEY_LANGUAGES][JOURNEY_PARTS] = {
    {"How far reps come", "Partners", "Who stands where", "Top partners and the rest"},
    {"担当者はどこまで進んでいるか", "パートナー", "誰がどの段階にいるか", "上位パートナーとその他"},
};

/* By stand_state; of partners STAND_STOPPED has another word. */
static const char *const journey_states[JOURNEY_LANGUAGES][STAND_LEFT + 1] = {
    {"not_started", "active", "stopped", "arrived", "left"},
    {"未着手", "活動中", "停止", "到達済み", "契約終了"},
};

static const char *const journey_dormant[JOURNEY_LANGUAGES] = {"dormant", "休眠"};

static const cli_option journey_options[] = {
    {"partner", "P", 0, "this partner only"},
    {"dormant", "DAYS", 0, "who has done nothing for so many days has stopped (default: 90)"},
    {"stopped", NULL, 0, "of partners and reps only those who have stopped or not started"},
    {"by", "funnel|partner|rep|split", 0, "only this part"},
    {"lang", "en|ja", 0, "the language of the table (default: by LC_ALL, LC_MESSAGES or LANG)"},
    SESSION_OPTIONS,
};

typedef struct journey {
    session work;
    prm_program *probe;
    prm_engine *shadow;
    stand all;
    explain_language language;
    size_t dormant;
    sheet *out;
} journey;

/* ---- Cells ---------------------------------------------------------------------- */

static prm_stage journey_stage(const journey *work, uint32_t index)
{
    prm_stage stage = {.size = sizeof stage};
    if (index == PRM_NONE || prm_program_stage(work->work.program, index, &stage) != PRM_OK)
        stage = (prm_stage){.size = sizeof stage};
    return stage;
}

/* In a table the day alone. */
static prm_text journey_time(const journey *work, int64_t time, char *out)
{
    size_t size = time == PRM_NO_TIME ? 0
                                      : prm_program_write_time(work->work.program, time, out, JOURNEY_TEXT);
    return (prm_text){out, work->work.format == SHEET_TABLE && size > JOURNEY_DAY ? JOURNEY_DAY : size};
}

static prm_text journey_state(const journey *work, const stand_line *line)
{
    if (line->rep.size == 0 && line->state == STAND_STOPPED)
        return text_of(journey_dormant[work->language]);
    return text_of(journey_states[work->language][line->state]);
}

/* ---- The funnel ------------------------------------------------------------------- */

static void journey_write_step(const journey *work, const stand_funnel *funnel, prm_text partner,
                               size_t place)
{
    char texts[4][SUM_TEXT];
    prm_stage stage = journey_stage(work, place == 0 ? PRM_NONE : (uint32_t)(place - 1));
    prm_text cells[JOURNEY_COLUMNS] = {{"", 0}};
    cells[JOURNEY_LEVEL] = text_of(journey_parts[JOURNEY_FUNNEL]);
    cells[JOURNEY_PARTNER] = partner;
    cells[JOURNEY_STAGE] = stage.name;
    cells[JOURNEY_TITLE] = stage.title;
    cells[JOURNEY_COUNT] = sum_count_text(funnel->here[place], texts[0]);
    cells[JOURNEY_CAME] = sum_count_text(funnel->came[place], texts[1]);
    cells[JOURNEY_PERCENT] = sum_percent_text((sum)funnel->came[place], (sum)funnel->came[0], texts[2]);
    cells[JOURNEY_STOPPED] = sum_count_text(funnel->stopped[place], texts[3]);
    sheet_row(work->out, cells);
}

static void journey_write_steps(const journey *work, size_t first, size_t end, prm_text partner)
{
    stand_funnel funnel = stand_count(&work->all, first, end);
    size_t stages = prm_program_stage_count(work->work.program);
    for (size_t place = 0; place <= stages; place++)
        journey_write_step(work, &funnel, partner, place);
}

/* In total, then for each partner that has reps. */
static void journey_write_funnel(const journey *work)
{
    static const char *const everybody[JOURNEY_LANGUAGES] = {"(all)", "（全体）"};
    const stand *all = &work->all;
    int table = work->work.format == SHEET_TABLE;
    if (!cli_has(work->work.args, "partner"))
        journey_write_steps(work, 0, all->count, text_of(table ? everybody[work->language] : ""));
    for (size_t i = 0; i < all->count && !ferror(stdout); i = stand_end(all, i))
        if (all->lines[i].reps > 0)
            journey_write_steps(work, i, stand_end(all, i), all->lines[i].partner);
}

/* ---- Partners and reps --------------------------------------------------------------- */

/* A partner's part of the results: of revenue where there is any, else of deals. */
static prm_text journey_share(const stand *all, sum revenue, uint64_t won, char *out)
{
    return all->revenue > 0 ? sum_percent_text(revenue, all->revenue, out)
                            : sum_percent_text((sum)won, (sum)all->won, out);
}

static void journey_write_line(const journey *work, const stand_line *line)
{
    char texts[7][JOURNEY_TEXT];
    int partner = line->rep.size == 0;
    prm_stage stage = journey_stage(work, line->stage);
    prm_text cells[JOURNEY_COLUMNS] = {{"", 0}};
    cells[JOURNEY_LEVEL] = text_of(journey_parts[partner ? JOURNEY_PARTNERS : JOURNEY_REPS]);
    cells[JOURNEY_PARTNER] = line->partner;
    cells[JOURNEY_REP] = line->rep;
    cells[JOURNEY_STAGE] = stage.name;
    cells[JOURNEY_TITLE] = stage.title;
    cells[JOURNEY_SINCE] = journey_time(work, line->since, texts[0]);
    cells[JOURNEY_LAST] = journey_time(work, line->last, texts[1]);
    if (line->idle_days >= 0)
        cells[JOURNEY_IDLE] = sum_count_text((uint64_t)line->idle_days, texts[2]);
    cells[JOURNEY_STATE] = journey_state(work, line);
    if (partner) {
        cells[JOURNEY_COUNT] = sum_count_text(line->reps, texts[3]);
        cells[JOURNEY_PERCENT] = journey_share(&work->all, line->revenue, line->won, texts[4]);
        cells[JOURNEY_WON] = sum_count_text(line->won, texts[5]);
        cells[JOURNEY_REVENUE] = sum_text(work->work.program, line->revenue, 1, texts[6]);
    }
    sheet_row(work->out, cells);
}

static void journey_write_lines(const journey *work, int partners)
{
    int stopped = cli_has(work->work.args, "stopped");
    for (size_t i = 0; i < work->all.count && !ferror(stdout); i++) {
        const stand_line *line = &work->all.lines[i];
        int idle = line->state == STAND_STOPPED || line->state == STAND_NOT_STARTED;
        if ((line->rep.size == 0) == partners && (idle || !stopped))
            journey_write_line(work, line);
    }
}

/* ---- The split -------------------------------------------------------------------------- */

static int journey_result_order(const void *a, const void *b)
{
    const stand_line *first = a;
    const stand_line *second = b;
    if (first->revenue != second->revenue)
        return first->revenue < second->revenue ? 1 : -1;
    if (first->won != second->won)
        return first->won < second->won ? 1 : -1;
    return text_compare(first->partner, second->partner);
}

static void journey_write_group(const journey *work, const char *level, const stand_line *partners,
                                size_t count)
{
    char texts[4][SUM_TEXT];
    uint64_t won = 0;
    sum revenue = 0;
    for (size_t i = 0; i < count; i++) {
        won += partners[i].won;
        revenue += partners[i].revenue;
    }
    prm_text cells[JOURNEY_COLUMNS] = {{"", 0}};
    cells[JOURNEY_LEVEL] = text_of(level);
    cells[JOURNEY_COUNT] = sum_count_text(count, texts[0]);
    cells[JOURNEY_PERCENT] = journey_share(&work->all, revenue, won, texts[1]);
    cells[JOURNEY_WON] = sum_count_text(won, texts[2]);
    cells[JOURNEY_REVENUE] = sum_text(work->work.program, revenue, 1, texts[3]);
    sheet_row(work->out, cells);
}

/* The first fifth of the partners by what they sell, and the others. */
static void journey_write_split(const journey *work)
{
    static const char *const groups[JOURNEY_LANGUAGES][2] = {{"top", "rest"}, {"上位2割", "その他"}};
    size_t count = 0;
    stand_line *partners = memory_take((work->all.count + 1) * sizeof *partners);
    for (size_t i = 0; i < work->all.count; i++)
        if (work->all.lines[i].rep.size == 0)
            partners[count++] = work->all.lines[i];
    if (count > 0) {
        size_t fifth = (count + 4) / 5;
        qsort(partners, count, sizeof *partners, journey_result_order);
        journey_write_group(work, groups[work->language][0], partners, fifth);
        journey_write_group(work, groups[work->language][1], partners + fifth, count - fifth);
    }
    free(partners);
}

/* ---- Output -------------------------------------------------------------------------------- */

static int journey_is_asked(const journey *work, int part)
{
    const char *by = cli_value(work->work.args, "by");
    if (by != NULL)
        return strcmp(by, journey_parts[part]) == 0;
    return part != JOURNEY_SPLIT || !cli_has(work->work.args, "partner");
}

static void journey_write_part(const journey *work, int part)
{
    if (part == JOURNEY_FUNNEL)
        journey_write_funnel(work);
    else if (part == JOURNEY_SPLIT)
        journey_write_split(work);
    else
        journey_write_lines(work, part == JOURNEY_PARTNERS);
}

/* For people a table for each part, in which all rows have the same level but those of the split. */
static void journey_write_tables(journey *work)
{
    int first = 1;
    for (int part = 0; part < JOURNEY_PARTS; part++) {
        if (!journey_is_asked(work, part))
            continue;
        sheet_heading(journey_headings[work->language][part], first);
        work->out = sheet_open(stdout, SHEET_TABLE, journey_columns[work->language], JOURNEY_COLUMNS,
                               sheet_terminal_width());
        if (part != JOURNEY_SPLIT)
            sheet_hide(work->out, JOURNEY_LEVEL);
        journey_write_part(work, part);
        sheet_close(work->out);
        first = 0;
    }
}

static void journey_write(journey *work)
{
    if (work->work.format == SHEET_TABLE) {
        journey_write_tables(work);
        return;
    }
    work->language = EXPLAIN_ENGLISH; /* what machines read says the same everywhere */
    work->out = sheet_open(stdout, work->work.format, journey_columns[EXPLAIN_ENGLISH], JOURNEY_COLUMNS, 0);
    for (int part = 0; part < JOURNEY_PARTS; part++)
        if (journey_is_asked(work, part))
            journey_write_part(work, part);
    sheet_close(work->out);
}

/* ---- The verb ---------------------------------------------------------------------------------- */

static int journey_check(journey *work, const cli *args)
{
    const char *by = cli_value(args, "by");
    int known = by == NULL;
    for (size_t i = 0; i < JOURNEY_PARTS && !known; i++)
        known = strcmp(by, journey_parts[i]) == 0;
    if (!known)
        return cli_misuse(args->verb, "--by is funnel, partner, rep or split, not '%s'", by);
    if (!cli_number(args, "dormant", 1, 36500, JOURNEY_DORMANT, &work->dormant))
        return CLI_MISUSE;
    return langoption_read(args, &work->language);
}

static int journey_open(journey *work, const cli *args)
{
    prm_error error;
    const prm_engine_options options = {.size = sizeof options};
    int status = session_open(&work->work, args, 0);
    if (status != CLI_DONE)
        return status;
    if (prm_program_stage_count(work->work.program) == 0) {
        fprintf(stderr, "prm: %s has no `journey:`, which names the stages that people come to\n",
                args->operands[0]);
        return CLI_FINDINGS;
    }
    if (probe_compile(args->operands[0], work->work.program, &work->probe, &error) != PRM_OK ||
        prm_engine_new(work->probe, &options, &work->shadow, &error) != PRM_OK)
        return session_fail(&error);
    work->work.feed.shadow = work->shadow;
    return CLI_DONE;
}

static int journey_evaluate(journey *work)
{
    prm_error error;
    const char *partner = cli_value(work->work.args, "partner");
    int status = session_feed(&work->work, SESSION_BATCH);
    if (status != CLI_DONE)
        return status;
    if (prm_engine_advance(work->shadow, prm_engine_clock(work->work.engine), &error) != PRM_OK ||
        stand_take(&work->all, work->work.engine, work->shadow, text_of(partner == NULL ? "" : partner),
                   (int64_t)work->dormant, &error) != PRM_OK)
        return session_fail(&error);
    return CLI_DONE;
}

static int journey_main(const cli *args)
{
    journey work = {0};
    int status = journey_check(&work, args);
    if (status == CLI_DONE)
        status = journey_open(&work, args);
    if (status == CLI_DONE)
        status = journey_evaluate(&work);
    if (status == CLI_DONE) {
        journey_write(&work);
        status = cli_finish_output(session_finish(&work.work));
    }
    stand_free(&work.all);
    prm_engine_free(work.shadow);
    prm_program_unref(work.probe);
    session_close(&work.work);
    return status;
}

const cli_verb verb_journey = {
    .name = "journey",
    .operands = "PROGRAM",
    .least = 1,
    .most = 1,
    .summary = "How far reps come: a funnel, who stands where, and who has stopped.",
    .details = "The stages are those of the program's `journey:`. The rows go to standard output, a summary\n"
               "of counts to standard error. A partner's revenue is what its commission is a share of.\n",
    .options = journey_options,
    .option_count = sizeof journey_options / sizeof journey_options[0],
    .run = journey_main,
};
