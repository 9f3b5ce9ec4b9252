/* Sequences of API calls, as the bytes say: hostile events, clocks, settles, questions, and an
 * allocation that fails now and then. A call that fails has changed nothing and succeeds when
 * made again; and a second engine, with another seed, that gets every event alone and never
 * lacks memory, gives the same answers and has the same ledger. */
#include "exercise.h"

#include <string.h>

#define CALLS_BATCH 6
#define CALLS_FIELDS 10
#define CALLS_NAMES 16
#define CALLS_MOST 120                     /* calls of one run */
#define CALLS_START INT64_C(1780239600000) /* 2026-06-01T00:00:00+09:00 */
#define CALLS_HOUR INT64_C(3600000)
#define CALLS_LAST INT64_C(1798729200000) /* 2027-01-01T00:00:00+09:00 */

static const char *const paths[] = {"tests/property/broad.yaml", "tests/property/settling.yaml",
                                    "tests/property/sliced.yaml", "rules/20-full-program/program.yaml"};
static prm_program *programs[FUZZ_COUNT(paths)];

/* Two engines that must agree, and what is handed to them. */
typedef struct calls {
    fuzz_bytes bytes;
    prm_program *program;
    fuzz_memory memory[2];
    prm_engine *engine[2];
    fuzz_net net[2];
    uint32_t names[2][CALLS_NAMES]; /* handles of the same texts */
    uint32_t name_count;
    prm_event events[CALLS_BATCH];
    prm_field fields[CALLS_BATCH][CALLS_FIELDS];
    char texts[CALLS_BATCH][CALLS_FIELDS + 1][16];
} calls;

/* ---- Events ---- */

typedef struct shape {
    const char *type;
    const char *fields[8];
} shape;

static const shape shapes[] = {
    {"deal.won", {"partner", "amount", "rep", "customer", "product", "deal"}},
    {"meeting.held", {"partner", "rep", "customer", "product"}},
    {"course.completed", {"partner", "rep", "course", "score"}},
    {"lead.registered", {"partner", "rep", "customer", "lead"}},
    {"partner.joined", {"partner", "referrer", "parent", "segment", "target"}},
    {"partner.updated", {"partner", "referrer", "parent", "segment", "target"}},
    {"partner.left", {"partner"}},
    {"rep.joined", {"partner", "rep", "level"}},
    {"rep.left", {"partner", "rep"}},
    {"deal.cancelled", {"partner", "deal"}},
    {"deal.refunded", {"partner", "deal", "amount"}},
    {"event.voided", {"event"}},
    {"seminar.attended", {"partner", "rep"}},
    {"no.such", {"partner", "nonsense"}},
};

static const char *const values[] = {"p0",         "p1", "p2",     "basics", "gold",  "x1",
                                     "x2",         "7",  "250000", "1.5",    "20%",   "true",
                                     "2026-07-01", "-3", "",       "\xFF",   "p\n\"", "p0 "};

static void draw_hostile(calls *run, prm_field *field, char *text)
{
    static const int64_t numbers[] = {
        0, -1,        INT64_MAX, INT64_MIN, INT64_C(999999999999999999), INT64_C(1000000000000000000),
        1, 0x7FFFFFFF};
    uint8_t how = fuzz_byte(&run->bytes);
    field->kind = how % 9;
    field->number = how & 64 ? (int64_t)fuzz_number(&run->bytes, 8)
                             : numbers[fuzz_below(&run->bytes, FUZZ_COUNT(numbers))];
    if (field->kind == PRM_VALUE_NAME) /* told apart per engine when it is handed in */
        field->number = run->name_count == 0 || how & 64 ? UINT32_MAX - 5
                                                         : fuzz_below(&run->bytes, run->name_count);
    if (how & 128) {
        field->name_size = 0;
        field->field = (uint32_t)fuzz_number(&run->bytes, 1 + how % 4);
    }
    field->text = text;
    field->text_size = fuzz_below(&run->bytes, 16);
    for (size_t i = 0; i < field->text_size; i++)
        text[i] = (char)fuzz_byte(&run->bytes);
}

static void draw_field(calls *run, const char *name, prm_field *field, char *text)
{
    uint8_t value = fuzz_byte(&run->bytes);
    *field = (prm_field){.field = PRM_NONE, .name = name, .name_size = strlen(name)};
    if (value >= 0xF0) {
        draw_hostile(run, field, text);
        return;
    }
    if (strcmp(name, "amount") == 0 || strcmp(name, "target") == 0) {
        field->kind = PRM_VALUE_INTEGER;
        field->number = (int64_t)value * value * 8;
        return;
    }
    if (strcmp(name, "event") == 0) {
        field->text = text;
        field->text_size = (size_t)snprintf(text, 16, "e%u", (unsigned)value % 48);
        return;
    }
    field->text = values[value < 0xC0 ? value % 3 : value % FUZZ_COUNT(values)];
    field->text_size = strlen(field->text);
}

static int64_t draw_time(calls *run)
{
    static const int64_t edges[] = {0, 0, -1, 1};
    uint64_t hours = fuzz_number(&run->bytes, 2);
    if (hours >= 0xFFF0)
        return (int64_t)fuzz_number(&run->bytes, 8);
    /* Often a local day's first instant, in half a year. */
    int64_t time = CALLS_START + (int64_t)(hours % 180) * 24 * CALLS_HOUR + edges[hours / 180 % 4];
    return hours & 0x8000 ? time + (int64_t)(hours % 24) * CALLS_HOUR : time;
}

static void draw_event(calls *run, size_t index)
{
    const shape *like = &shapes[fuzz_below(&run->bytes, FUZZ_COUNT(shapes))];
    prm_event *event = &run->events[index];
    uint8_t id = fuzz_byte(&run->bytes);
    char *text = run->texts[index][CALLS_FIELDS];
    *event = (prm_event){.type = PRM_NONE, .type_name = like->type, .type_name_size = strlen(like->type)};
    if (id & 64)
        event->type = prm_program_type(run->program, like->type, strlen(like->type));
    if (id == 0xFF)
        event->type = (uint32_t)fuzz_number(&run->bytes, 4);
    event->id = text;
    event->id_size = id == 0xFE ? 0 : (size_t)snprintf(text, 16, "e%u", (unsigned)id % 48);
    event->time = draw_time(run);
    event->fields = run->fields[index];
    uint8_t fields = fuzz_byte(&run->bytes); /* which of them, and what else */
    for (size_t i = 0; i < 8 && like->fields[i] != NULL; i++)
        if (i == 0 || (fields >> i & 1) == 0) {
            draw_field(run, like->fields[i], &run->fields[index][event->field_count],
                       run->texts[index][event->field_count]);
            event->field_count++;
        }
    if (fields == 0xFF) {
        draw_field(run, "partner", &run->fields[index][event->field_count],
                   run->texts[index][event->field_count]);
        event->field_count++;
    }
}

/* Puts the engine's own handles in the place of numbers of names, or takes them back. */
static void name_fields(calls *run, size_t count, size_t engine, int back)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < run->events[i].field_count; j++) {
            prm_field *field = &run->fields[i][j];
            if (field->kind != PRM_VALUE_NAME)
                continue;
            for (uint32_t k = 0; !back && k < run->name_count; k++)
                if (field->number == k) {
                    field->number = run->names[engine][k];
                    break;
                }
            for (uint32_t k = 0; back && k < run->name_count; k++)
                if (field->number == run->names[engine][k]) {
                    field->number = k;
                    break;
                }
        }
}

/* ---- Calls ---- */

/* Everything that a host can see, with allocation working. */
static uint64_t look(calls *run)
{
    uint64_t fail_in = run->memory[0].fail_in;
    prm_counts counts = {.size = sizeof counts};
    run->memory[0].fail_in = 0;
    uint64_t hash = fuzz_engine_check(&run->net[0], run->engine[0]);
    FUZZ_CHECK(prm_engine_counts(run->engine[0], &counts) == PRM_OK);
    counts.bytes = counts.event_bytes = counts.subject_bytes = 0;
    hash = fuzz_hash(hash, &counts, sizeof counts);
    int64_t times[2] = {prm_engine_clock(run->engine[0]), prm_engine_settled(run->engine[0])};
    run->memory[0].fail_in = fail_in;
    return fuzz_hash(hash, times, sizeof times);
}

/* Whether a call that answered `status` is to be made again; nothing has changed then. */
static int failed(calls *run, prm_status status, uint64_t before)
{
    if (status != PRM_E_MEMORY)
        return 0;
    FUZZ_CHECK(run->memory[0].failed > 0);
    run->memory[0].failed = 0;
    FUZZ_CHECK(look(run) == before);
    return 1;
}

static void call_ingest(calls *run)
{
    prm_answer answers[2][CALLS_BATCH];
    size_t count = 1 + fuzz_below(&run->bytes, CALLS_BATCH), size = sizeof run->events[0];
    prm_status status;
    for (size_t i = 0; i < count; i++)
        draw_event(run, i);
    uint64_t before = run->memory[0].fail_in != 0 ? look(run) : 0;
    name_fields(run, count, 0, 0);
    do
        status = prm_engine_ingest(run->engine[0], run->events, count, size, answers[0], NULL);
    while (failed(run, status, before));
    FUZZ_CHECK(status == PRM_OK);
    name_fields(run, count, 0, 1);
    name_fields(run, count, 1, 0);
    for (size_t i = 0; i < count; i++) {
        char reason[120];
        FUZZ_CHECK(prm_engine_ingest(run->engine[1], &run->events[i], 1, size, &answers[1][i], NULL) ==
                   PRM_OK);
        FUZZ_CHECK(answers[0][i].answer == answers[1][i].answer);
        FUZZ_CHECK(answers[0][i].diagnostic == answers[1][i].diagnostic);
        FUZZ_CHECK(answers[0][i].field == answers[1][i].field);
        FUZZ_CHECK(answers[0][i].dropped == answers[1][i].dropped);
        prm_engine_answer_text(run->engine[1], &run->events[i], &answers[1][i], reason, sizeof reason);
    }
}

static void call_advance(calls *run)
{
    int64_t time = draw_time(run);
    prm_status status;
    if (time > CALLS_LAST && time <= INT64_C(253402300799999)) /* millennia of Mondays take their time */
        time = CALLS_LAST;
    uint64_t before = run->memory[0].fail_in != 0 ? look(run) : 0;
    do
        status = prm_engine_advance(run->engine[0], time, NULL);
    while (failed(run, status, before));
    FUZZ_CHECK(status == PRM_OK || status == PRM_E_CLOCK || status == PRM_E_ARGUMENT);
    FUZZ_CHECK(prm_engine_advance(run->engine[1], time, NULL) == status);
}

static void call_settle(calls *run)
{
    int64_t time = draw_time(run), clock = prm_engine_clock(run->engine[0]);
    prm_status status;
    if (time > clock && fuzz_byte(&run->bytes) & 1)
        time = clock;
    uint64_t before = run->memory[0].fail_in != 0 ? look(run) : 0;
    do
        status = prm_engine_settle(run->engine[0], time, NULL);
    while (failed(run, status, before));
    FUZZ_CHECK(status == (time > clock ? PRM_E_CLOCK : PRM_OK));
    FUZZ_CHECK(prm_engine_settle(run->engine[1], time, NULL) == status);
}

static void call_intern(calls *run)
{
    char text[12];
    size_t size = fuzz_below(&run->bytes, sizeof text);
    uint32_t handles[2] = {0, 0};
    for (size_t i = 0; i < size; i++)
        text[i] = (char)fuzz_byte(&run->bytes);
    prm_status status;
    uint64_t before = run->memory[0].fail_in != 0 ? look(run) : 0;
    do
        status = prm_engine_intern(run->engine[0], text, size, &handles[0], NULL);
    while (failed(run, status, before));
    FUZZ_CHECK(prm_engine_intern(run->engine[1], text, size, &handles[1], NULL) == status);
    if (status != PRM_OK || run->name_count == CALLS_NAMES)
        return;
    run->names[0][run->name_count] = handles[0];
    run->names[1][run->name_count++] = handles[1];
}

static void call_release(calls *run)
{
    uint64_t last = fuzz_number(&run->bytes, fuzz_byte(&run->bytes) & 1 ? 8 : 1);
    uint64_t fail_in = run->memory[0].fail_in;
    run->memory[0].fail_in = 0; /* the net needs all of what is given up */
    for (size_t i = 0; i < 2; i++) {
        fuzz_net_follow(&run->net[i], run->engine[i]);
        FUZZ_CHECK(prm_engine_journal_release(run->engine[i], last, NULL) == PRM_OK);
    }
    run->memory[0].fail_in = fail_in;
}

static void call_questions(calls *run)
{
    int64_t rates[2] = {0, 0}, time = draw_time(run);
    prm_status status[2];
    prm_text keys[4], ranks[2] = {{NULL, 0}, {NULL, 0}};
    for (size_t i = 0; i < 4; i++) {
        const char *value = values[fuzz_below(&run->bytes, FUZZ_COUNT(values))];
        keys[i] = (prm_text){value, strlen(value)};
    }
    for (size_t i = 0; i < 2; i++)
        do
            status[i] = prm_engine_rate(run->engine[i], keys[0], keys[1], keys[2], keys[3], time, &rates[i],
                                        NULL);
        while (status[i] == PRM_E_MEMORY && i == 0);
    FUZZ_CHECK(status[0] == status[1] && rates[0] == rates[1]);
    for (size_t i = 0; i < 2; i++)
        do
            status[i] = prm_engine_rank(run->engine[i], keys[0], time, &ranks[i], NULL);
        while (status[i] == PRM_E_MEMORY && i == 0);
    FUZZ_CHECK(status[0] == status[1] && ranks[0].size == ranks[1].size);
    FUZZ_CHECK(ranks[0].size == 0 || memcmp(ranks[0].data, ranks[1].data, ranks[0].size) == 0);
}

static void call_wrongly(calls *run)
{
    prm_engine *engine = run->engine[0];
    prm_rows *rows = NULL;
    prm_event lacking = {.type = PRM_NONE, .id = NULL, .id_size = 3};
    prm_counts counts = {.size = 3};
    FUZZ_CHECK(prm_engine_ingest(engine, &lacking, 1, sizeof lacking, NULL, NULL) == PRM_E_ARGUMENT);
    FUZZ_CHECK(prm_engine_ingest(engine, NULL, 1, sizeof lacking, NULL, NULL) == PRM_E_ARGUMENT);
    FUZZ_CHECK(prm_engine_ingest(engine, &lacking, 1, 3, NULL, NULL) == PRM_E_ARGUMENT);
    FUZZ_CHECK(prm_engine_journal(engine, 0, &rows, NULL) == PRM_E_ARGUMENT && rows == NULL);
    FUZZ_CHECK(prm_engine_counts(engine, &counts) == PRM_E_ARGUMENT);
}

/* Rows and progress while memory may fail: an error, or all of them. */
static void call_rows(calls *run)
{
    prm_rows *rows = NULL;
    uint8_t which = fuzz_byte(&run->bytes);
    uint32_t rule = which < 0x80 ? PRM_NONE : which & 0x3F;
    prm_text partner = {"p1", which & 2};
    prm_status status = which & 1 ? prm_engine_progress(run->engine[0], rule, partner, &rows, NULL)
                                  : prm_engine_ledger(run->engine[0], &rows, NULL);
    FUZZ_CHECK(status == PRM_OK || status == PRM_E_MEMORY || status == PRM_E_NOT_FOUND ||
               status == PRM_E_ARGUMENT);
    FUZZ_CHECK((status == PRM_OK) == (rows != NULL));
    prm_rows_free(rows);
    run->memory[0].failed = 0;
}

static void call_one(calls *run)
{
    switch (fuzz_below(&run->bytes, 16)) {
    case 7:
        call_advance(run);
        break;
    case 8:
        call_settle(run);
        break;
    case 9:
        call_intern(run);
        break;
    case 10:
        call_release(run);
        break;
    case 11:
        call_questions(run);
        break;
    case 12:
        call_rows(run);
        break;
    case 13:
        call_wrongly(run);
        break;
    case 14:
        run->memory[0].fail_in = 1 + fuzz_number(&run->bytes, 1);
        break;
    case 15:
        look(run);
        break;
    default:
        call_ingest(run);
        break;
    }
}

static void open_engines(calls *run, int follows)
{
    for (size_t i = 0; i < 2; i++) {
        fuzz_memory_init(&run->memory[i]);
        prm_engine_options options = {.size = sizeof options,
                                      .clock_follows = (uint32_t)follows,
                                      .hash_seed = i * 77,
                                      .allocator = &run->memory[i].host};
        FUZZ_CHECK(prm_engine_new(run->program, &options, &run->engine[i], NULL) == PRM_OK);
    }
}

static void close_engines(calls *run)
{
    run->memory[0].fail_in = 0;
    for (size_t i = 0; i < 2; i++)
        if (prm_engine_clock(run->engine[i]) < CALLS_LAST)
            FUZZ_CHECK(prm_engine_advance(run->engine[i], CALLS_LAST, NULL) == PRM_OK);
    FUZZ_CHECK(fuzz_engine_check(&run->net[0], run->engine[0]) ==
               fuzz_engine_check(&run->net[1], run->engine[1]));
    for (size_t i = 0; i < 2; i++) {
        prm_engine_free(run->engine[i]);
        FUZZ_CHECK(run->memory[i].bytes == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    calls *run = calloc(1, sizeof *run);
    FUZZ_CHECK(run != NULL);
    run->bytes = (fuzz_bytes){data, size};
    uint8_t how = fuzz_byte(&run->bytes);
    prm_program **program = &programs[how % FUZZ_COUNT(programs)];
    if (*program == NULL)
        FUZZ_CHECK(prm_program_load(paths[how % FUZZ_COUNT(paths)], NULL, program, NULL, NULL) == PRM_OK);
    run->program = *program;
    open_engines(run, how < 0xC0);
    for (size_t i = 0; i < CALLS_MOST && run->bytes.size > 0; i++)
        call_one(run);
    close_engines(run);
    free(run);
    return 0;
}
