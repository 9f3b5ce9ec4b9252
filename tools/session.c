#include "session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "load.h"

/* The order matters for people: what is wrong with the command line, then with
 * the program, then with the mapping, and only then with the events. */

int session_fail(const prm_error *error)
{
    fprintf(stderr, "prm: %s\n", error->message);
    return CLI_FINDINGS;
}

static int session_read_options(session *work)
{
    const cli *args = work->args;
    const char *format = cli_value(args, "format");
    const char *syntax = cli_value(args, "input");
    size_t standard = 0;
    work->format = sheet_format_default();
    if (format != NULL && !sheet_format_named(format, &work->format))
        return cli_misuse(args->verb, "--format is table, csv or ndjson, not '%s'", format);
    if (syntax != NULL && !events_format_named(syntax, &work->feed.source.format))
        return cli_misuse(args->verb, "--input is csv or ndjson, not '%s'", syntax);
    if (!cli_has(args, "events") && !cli_has(args, "state"))
        return cli_misuse(args->verb, "--events FILE is missing");
    for (size_t i = 0; cli_nth(args, "events", i) != NULL; i++)
        standard += strcmp(cli_nth(args, "events", i), "-") == 0;
    if (standard > 1)
        return cli_misuse(args->verb, "standard input can be read only once");
    return CLI_DONE;
}

static int session_load_mapping(session *work)
{
    const char *path = cli_value(work->args, "map");
    if (path == NULL)
        return CLI_DONE;
    int good = map_load(&work->map, path, work->program);
    work->mapped = 1;
    if (work->map.doc.missing != 0) {
        fprintf(stderr, "prm: %s: %s\n", path, strerror(work->map.doc.missing));
        return CLI_MISUSE;
    }
    findings_write_safe(stderr, (prm_text){work->map.doc.messages.data, work->map.doc.messages.size});
    return good ? CLI_DONE : CLI_FINDINGS;
}

/* The engine that the state of --state has, or a new one. A state of another program is not taken: what
 * it has posted would silently change. */
static int session_resume(session *work, const prm_engine_options *options)
{
    prm_error error;
    int32_t previous = 0;
    const char *path = cli_value(work->args, "state");
    prm_status status = PRM_E_NOT_FOUND;
    if (path != NULL)
        status = prm_file_load(work->program, options, path, &work->engine, &previous, &error);
    if (status == PRM_E_NOT_FOUND)
        status = prm_engine_new(work->program, options, &work->engine, &error);
    if (status != PRM_OK)
        return session_fail(&error);
    if (previous)
        fprintf(stderr, "prm: note: %s\n", error.message);
    work->before.size = sizeof work->before;
    return prm_engine_counts(work->engine, &work->before) == PRM_OK ? CLI_DONE : CLI_FINDINGS;
}

int session_save(session *work, int shown)
{
    prm_error error;
    const char *path = cli_value(work->args, "state");
    if (path == NULL)
        return CLI_DONE;
    if (shown && prm_engine_journal_release(work->engine, UINT64_MAX, &error) != PRM_OK)
        return session_fail(&error);
    return prm_file_save(work->engine, path, &error) == PRM_OK ? CLI_DONE : session_fail(&error);
}

/* The engine, its clock set where the command line gives one. For a journal the clock follows
 * the events, as for a live host; else they wait until all are there, and every partner is
 * evaluated once, however shuffled the files are. */
static int session_make_engine(session *work)
{
    prm_error error;
    int64_t clock = 0;
    const char *text = cli_value(work->args, "clock");
    prm_engine_options options = {
        .size = sizeof options,
        .clock_follows = text == NULL && cli_has(work->args, "journal"),
    };
    if (text != NULL && prm_program_read_time(work->program, text, strlen(text), &clock, &error) != PRM_OK)
        return cli_misuse(work->args->verb, "--clock: %s", error.message);
    if (getrandom(&options.hash_seed, sizeof options.hash_seed, GRND_NONBLOCK) < 0)
        options.hash_seed = 0;
    int status = session_resume(work, &options);
    if (status != CLI_DONE)
        return status;
    if (text != NULL && !work->holds && prm_engine_advance(work->engine, clock, &error) != PRM_OK)
        return session_fail(&error);
    return CLI_DONE;
}

static int session_begin(session *work, const cli *args, size_t operand, int holds)
{
    *work = (session){.args = args, .operand = operand, .holds = holds};
    work->findings = (findings){.out = stderr, .shown = FINDINGS_SHOWN, .bar = &work->bar, .sorted = 1};
    if (cli_has(args, "all-errors"))
        work->findings.shown = UINT64_MAX;
    int status = session_read_options(work);
    if (status == CLI_DONE)
        status = load_program(args->operands[operand], &work->program, NULL);
    if (status == CLI_DONE)
        status = session_load_mapping(work);
    if (status == CLI_DONE)
        status = session_make_engine(work);
    return status;
}

int session_open(session *work, const cli *args, size_t operand)
{
    return session_begin(work, args, operand, 0);
}

int session_open_holding(session *work, const cli *args)
{
    return session_begin(work, args, 0, 1);
}

/* The bytes of all inputs, 0 when one of them is no regular file. */
static uint64_t session_input_bytes(const cli *args)
{
    uint64_t total = 0;
    struct stat status;
    const char *path;
    for (size_t i = 0; (path = cli_nth(args, "events", i)) != NULL; i++) {
        if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
            return 0;
        total += (uint64_t)status.st_size;
    }
    return total;
}

int session_advance(session *work, int64_t time)
{
    prm_error error;
    if (cli_has(work->args, "clock") || time <= prm_engine_clock(work->engine))
        return CLI_DONE;
    progressbar_evaluating(&work->bar, work->feed.tally.made);
    prm_status status = prm_engine_advance(work->engine, time, &error);
    progressbar_clear(&work->bar);
    return status == PRM_OK ? CLI_DONE : session_fail(&error);
}

int session_feed(session *work, size_t batch_size)
{
    feed *feeding = &work->feed;
    const char *path;
    feed_result result = FEED_DONE;
    feeding->engine = work->engine;
    feeding->batch_size = batch_size;
    feeding->bar = &work->bar;
    feeding->source.program = work->program;
    feeding->source.map = work->mapped ? &work->map : NULL;
    feeding->source.findings = &work->findings;
    feeding->source.tally = &feeding->tally;
    progressbar_open(&work->bar, session_input_bytes(work->args));
    for (size_t i = 0; result == FEED_DONE && (path = cli_nth(work->args, "events", i)) != NULL; i++)
        result = feed_file(feeding, path);
    findings_close(&work->findings);
    progressbar_clear(&work->bar);
    if (result != FEED_DONE)
        return result == FEED_MISSING ? CLI_MISUSE : CLI_FINDINGS;
    return work->holds ? CLI_DONE : session_advance(work, work->feed.latest); /* the latest event */
}

static void session_write_summary(session *work, const prm_counts *counts)
{
    buffer line = {0};
    const events_tally *tally = &work->feed.tally;
    if (work->mapped)
        fprintf(stderr,
                "rows %" PRIu64 ": mapped %" PRIu64 ", without an event %" PRIu64 ", not mapped %" PRIu64
                "; events made %" PRIu64 "\n",
                (tally->mapped + tally->without + tally->unmapped), tally->mapped, tally->without,
                tally->unmapped, tally->made);
    buffer_format(&line, "events %" PRIu64 ": accepted %" PRIu64 ", duplicate %" PRIu64 ", ignored %" PRIu64,
                  counts->events, counts->accepted, counts->duplicate, counts->ignored);
    feed_write_ignored(&work->feed, &line);
    buffer_format(&line, ", rejected %" PRIu64 ", too late %" PRIu64 "\n", counts->rejected,
                  counts->too_late);
    findings_write_safe(stderr, (prm_text){line.data, line.size});
    buffer_free(&line);
    fprintf(stderr,
            "unreadable %" PRIu64 ", dropped fields %" PRIu64 ", unmatched voids %" PRIu64
            ", waiting %" PRIu64 "\n",
            tally->unreadable, counts->dropped_fields, counts->unmatched, counts->waiting);
}

int session_finish(session *work)
{
    prm_counts counts = {.size = sizeof counts};
    const events_tally *tally = &work->feed.tally;
    if (prm_engine_counts(work->engine, &counts) != PRM_OK)
        return CLI_FINDINGS;
    counts.events -= work->before.events; /* what this run was handed */
    counts.accepted -= work->before.accepted;
    counts.duplicate -= work->before.duplicate;
    counts.ignored -= work->before.ignored;
    counts.rejected -= work->before.rejected;
    counts.too_late -= work->before.too_late;
    counts.dropped_fields -= work->before.dropped_fields;
    fflush(stdout); /* the summary comes last where both go to one place */
    if (!cli_has(work->args, "quiet"))
        session_write_summary(work, &counts);
    return counts.rejected + tally->unreadable + tally->unmapped > 0 ? CLI_FINDINGS : CLI_DONE;
}

void session_close(session *work)
{
    feed_free(&work->feed);
    prm_engine_free(work->engine);
    if (work->mapped)
        map_free(&work->map);
    prm_program_unref(work->program);
}
