#include "exercise.h"

#include "program/program.h"

#include <string.h>

/* ---- Memory ---- */

/* Bytes of a block that are spoiled; large ones are tables, which would take all the time. */
#define MEMORY_FILLED ((size_t)4096)

static void *memory_alloc(void *user, size_t size)
{
    fuzz_memory *memory = user;
    FUZZ_CHECK(size > 0);
    int fails = memory->fail_in != 0 && --memory->fail_in == 0;
    if (fails || (memory->failed && memory->fail_all)) {
        memory->failed++;
        return NULL;
    }
    void *block = malloc(size);
    FUZZ_CHECK(block != NULL);
    memset(block, 0xA5, size < MEMORY_FILLED ? size : MEMORY_FILLED);
    memory->bytes += size;
    return block;
}

static void memory_release(void *user, void *block, size_t size)
{
    fuzz_memory *memory = user;
    FUZZ_CHECK(memory->bytes >= size);
    memory->bytes -= size;
    free(block);
}

/* Always moves the block, so that a kept old pointer is seen. */
static void *memory_resize(void *user, void *block, size_t old_size, size_t new_size)
{
    void *moved = memory_alloc(user, new_size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    memory_release(user, block, old_size);
    return moved;
}

void fuzz_memory_init(fuzz_memory *memory)
{
    *memory = (fuzz_memory){.host = {memory, memory_alloc, memory_resize, memory_release}};
}

/* ---- Rows ---- */

uint64_t fuzz_hash(uint64_t hash, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash ^ hash >> 29;
}

static uint64_t hash_text(uint64_t hash, prm_text text)
{
    return fuzz_hash(fuzz_hash(hash, &text.size, sizeof text.size), text.data, text.size);
}

static uint64_t hash_number(uint64_t hash, int64_t number)
{
    return fuzz_hash(hash, &number, sizeof number);
}

/* What a posting carries, without the instant and the event, which may move freely. */
static uint64_t hash_content(const prm_row *row)
{
    uint64_t hash = hash_text(UINT64_C(0xCBF29CE484222325), row->id);
    hash = hash_text(hash, row->kind);
    hash = hash_text(hash, row->rank);
    hash = hash_text(hash, row->text);
    hash = hash_text(hash, row->recipient_partner);
    hash = hash_text(hash, row->recipient_rep);
    hash = hash_number(hash, row->amount);
    hash = hash_number(hash, row->rate);
    hash = hash_number(hash, row->from);
    hash = hash_number(hash, row->until);
    hash = hash_number(hash, row->payable);
    return hash * UINT64_C(0x9E3779B97F4A7C15);
}

static uint64_t hash_row(uint64_t hash, const prm_row *row)
{
    hash ^= hash_content(row);
    hash = hash_text(hash, row->rule);
    hash = hash_text(hash, row->partner);
    hash = hash_text(hash, row->rep);
    hash = hash_text(hash, row->customer);
    hash = hash_text(hash, row->product);
    hash = hash_text(hash, row->event);
    return hash_number(hash_number(hash, row->at), row->rate_added);
}

static void check_row(const prm_program *program, const prm_row *row)
{
    char text[64];
    FUZZ_CHECK(row->op == PRM_GRANT || row->op == PRM_REVERSE);
    FUZZ_CHECK(row->partner.size > 0 && row->id.size > 0);
    FUZZ_CHECK(prm_program_write_time(program, row->at, text, sizeof text) > 0);
    if (row->has_amount && row->money)
        FUZZ_CHECK(prm_program_write_money(program, row->amount, text, sizeof text) > 0);
    if (row->has_rate)
        FUZZ_CHECK(prm_write_rate(row->rate, (int32_t)row->rate_added, text, sizeof text) > 0);
    if (row->from != PRM_NO_TIME && row->until != PRM_NO_TIME)
        FUZZ_CHECK(row->from <= row->until);
}

void fuzz_net_follow(fuzz_net *net, prm_engine *engine)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    if (net->next == 0)
        net->next = 1;
    FUZZ_CHECK(prm_engine_journal(engine, net->next, &rows, NULL) == PRM_OK);
    size_t count = prm_rows_count(rows);
    while (prm_rows_next(rows, &row) > 0) {
        FUZZ_CHECK(row.sequence == net->next);
        check_row(prm_engine_program(engine), &row);
        net->next++;
        net->sum += row.op == PRM_GRANT ? hash_content(&row) : -hash_content(&row);
        net->rows += row.op == PRM_GRANT ? 1 : UINT64_MAX;
        count--;
    }
    FUZZ_CHECK(count == 0);
    prm_rows_free(rows);
}

static uint64_t check_ledger(const fuzz_net *net, prm_engine *engine, uint64_t outcomes)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    uint64_t sum = 0, hash = 0, count = 0;
    FUZZ_CHECK(prm_engine_ledger(engine, &rows, NULL) == PRM_OK);
    FUZZ_CHECK(prm_rows_count(rows) == outcomes);
    while (prm_rows_next(rows, &row) > 0) {
        FUZZ_CHECK(row.op == PRM_GRANT && row.sequence == 0);
        check_row(prm_engine_program(engine), &row);
        sum += hash_content(&row);
        hash = hash_row(hash, &row);
        count++;
    }
    prm_rows_free(rows);
    FUZZ_CHECK(count == outcomes);
    FUZZ_CHECK(count == net->rows);
    FUZZ_CHECK(sum == net->sum);
    return hash;
}

static void check_progress(prm_engine *engine)
{
    prm_rows *rows = NULL;
    prm_progress line = {.size = sizeof line};
    uint32_t rules = prm_program_rule_count(prm_engine_program(engine)), last = 0;
    char text[64];
    FUZZ_CHECK(prm_engine_progress(engine, PRM_NONE, (prm_text){NULL, 0}, &rows, NULL) == PRM_OK);
    size_t count = prm_rows_count(rows);
    for (; prm_rows_next_progress(rows, &line) > 0; count--) {
        FUZZ_CHECK(line.rule < rules && line.rule >= last && line.partner.size > 0);
        FUZZ_CHECK(line.state >= PRM_STATE_OPEN && line.state <= PRM_STATE_INACTIVE);
        FUZZ_CHECK(prm_state_name(line.state) != NULL);
        if (line.has_value) {
            FUZZ_CHECK(prm_write_decimal(line.value, text, sizeof text) > 0);
            FUZZ_CHECK(prm_write_decimal(line.target, text, sizeof text) > 0);
        }
        last = line.rule;
    }
    FUZZ_CHECK(count == 0);
    prm_rows_free(rows);
}

/* Partners, each followed by its reps, none of which has come further. */
static void check_journey(prm_engine *engine)
{
    prm_rows *rows = NULL;
    prm_journey line = {.size = sizeof line}, partner = {.stage = PRM_NONE};
    uint32_t stages = prm_program_stage_count(prm_engine_program(engine));
    prm_status status = prm_engine_journey(engine, (prm_text){NULL, 0}, &rows, NULL);
    FUZZ_CHECK(status == (stages ? PRM_OK : PRM_E_NOT_FOUND));
    if (!stages)
        return;
    size_t count = prm_rows_count(rows);
    for (; prm_rows_next_journey(rows, &line) > 0; count--) {
        partner = line.rep.size ? partner : line;
        FUZZ_CHECK(line.partner.size > 0 && line.partner.data == partner.partner.data);
        FUZZ_CHECK((line.stage == PRM_NONE) == (line.reached == 0) && (line.reached & ~partner.reached) == 0);
        FUZZ_CHECK((line.stage == PRM_NONE) == (line.since == PRM_NO_TIME));
        FUZZ_CHECK(line.stage == PRM_NONE || (line.stage < stages && line.reached >> line.stage == 1));
        FUZZ_CHECK(line.last <= prm_engine_clock(engine) && line.last <= partner.last);
    }
    FUZZ_CHECK(count == 0);
    prm_rows_free(rows);
}

static void check_questions(prm_engine *engine)
{
    prm_text partner = {"p0", 2}, product = {"x1", 2}, none = {NULL, 0}, rank;
    int64_t rate = 0, clock = prm_engine_clock(engine);
    prm_status status = prm_engine_rate(engine, partner, none, none, product, clock, &rate, NULL);
    FUZZ_CHECK(status == PRM_OK || status == PRM_E_NOT_FOUND || status == PRM_E_LIMIT);
    status = prm_engine_rank(engine, partner, clock, &rank, NULL);
    FUZZ_CHECK(status == PRM_OK || status == PRM_E_NOT_FOUND);
}

/* A few rows, evenly over the ledger, explain themselves; asking changes nothing, so the walk goes on. */
static void check_explanations(prm_engine *engine)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    FUZZ_CHECK(prm_engine_ledger(engine, &rows, NULL) == PRM_OK);
    size_t step = prm_rows_count(rows) / 4 + 1;
    for (size_t i = 0; prm_rows_next(rows, &row) > 0; i++) {
        prm_explanation *explanation = NULL;
        prm_fact fact = {.size = sizeof fact};
        if (i % step != 0)
            continue;
        FUZZ_CHECK(prm_engine_explain(engine, row.id, &explanation, NULL) == PRM_OK);
        for (size_t j = prm_explanation_count(explanation); j > 0; j--)
            FUZZ_CHECK(prm_explanation_get(explanation, j - 1, &fact) == PRM_OK);
        FUZZ_CHECK(fact.kind == PRM_FACT_OUTCOME && fact.amount == row.amount && fact.at == row.at);
        prm_explanation_free(explanation);
    }
    prm_rows_free(rows);
}

static void check_missing(prm_engine *engine)
{
    prm_text partner = {"p0", 2}, none = {NULL, 0};
    uint32_t rules = prm_program_rule_count(prm_engine_program(engine));
    for (uint32_t rule = 0; rule < rules && rule < 4; rule++) {
        prm_explanation *explanation = NULL;
        prm_status status = prm_engine_explain_missing(engine, rule, partner, none, none, none, PRM_NO_TIME,
                                                       &explanation, NULL);
        FUZZ_CHECK(status == PRM_OK || status == PRM_E_NOT_FOUND);
        prm_explanation_free(explanation);
    }
}

uint64_t fuzz_engine_check(fuzz_net *net, prm_engine *engine)
{
    prm_counts counts = {.size = sizeof counts};
    FUZZ_CHECK(prm_engine_counts(engine, &counts) == PRM_OK);
    FUZZ_CHECK(counts.events ==
               counts.accepted + counts.duplicate + counts.ignored + counts.rejected + counts.too_late);
    FUZZ_CHECK(counts.waiting <= counts.accepted);
    fuzz_net_follow(net, engine);
    FUZZ_CHECK(counts.postings == net->next - 1);
    uint64_t hash = check_ledger(net, engine, counts.outcomes);
    check_progress(engine);
    check_journey(engine);
    check_questions(engine);
    check_explanations(engine);
    check_missing(engine);
    return hash;
}

/* ---- Events for any program ---- */

#define EXERCISE_EVENTS 24
#define EXERCISE_START INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define EXERCISE_DAY INT64_C(86400000)

struct fuzz_events {
    const prm_program *program;
    uint64_t random;
    prm_event events[EXERCISE_EVENTS];
    prm_field fields[EXERCISE_EVENTS][PRM_LIMIT_FIELDS];
    char texts[EXERCISE_EVENTS][8];
};

static const char *const few[] = {"p0", "p1", "p2", "x1", "x2", "e3", "e7", ""};

static uint32_t below(fuzz_events *make, uint32_t limit)
{
    make->random = make->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(make->random >> 33) % limit;
}

/* Mostly names that meet again; else whatever text the program has. */
static void draw_text(fuzz_events *make, uint32_t name, prm_field *field)
{
    const prm_program *program = make->program;
    const char *text = few[below(make, FUZZ_COUNT(few) - 1)];
    field->text = text;
    field->text_size = strlen(text);
    if (name > PRM_NAME_PARENT && program->texts_count > 0 && below(make, 2)) {
        prm_text any = prm__program_text(program, below(make, program->texts_count));
        field->text = any.data;
        field->text_size = any.size;
    }
}

static void draw_field(fuzz_events *make, const prm__p_slot *slot, prm_field *field)
{
    static const int64_t numbers[] = {0, 1, -1, 3, 10, 1000, 250000, INT64_C(999999999999999999), INT64_MAX};
    *field = (prm_field){.field = slot->name, .kind = PRM_VALUE_INTEGER};
    switch (slot->field_type) {
    case PRM_FIELD_TEXT:
        field->kind = PRM_VALUE_TEXT;
        draw_text(make, slot->name, field);
        break;
    case PRM_FIELD_BOOLEAN:
        field->kind = PRM_VALUE_BOOLEAN;
        field->number = below(make, 2);
        break;
    case PRM_FIELD_TIME:
        field->kind = PRM_VALUE_TIME;
        field->number = EXERCISE_START + (int64_t)below(make, 200) * EXERCISE_DAY;
        break;
    default:
        field->number = below(make, 2) ? (int64_t)below(make, 400000)
                                       : numbers[below(make, FUZZ_COUNT(numbers))];
        if (slot->field_type != PRM_FIELD_INTEGER && below(make, 3) == 0)
            field->kind = slot->field_type == PRM_FIELD_MONEY ? PRM_VALUE_MINOR : PRM_VALUE_E12;
        break;
    }
}

static void draw_event(fuzz_events *make, size_t index)
{
    static const int64_t edges[] = {-1, 0, 0, 0, 1, EXERCISE_DAY / 2};
    const prm_program *program = make->program;
    prm_event *event = &make->events[index];
    uint32_t type = below(make, program->types_count);
    const prm__p_type *row = &program->types[type];
    *event = (prm_event){.type = type, .fields = make->fields[index], .id = make->texts[index]};
    event->id_size = (size_t)snprintf(make->texts[index], sizeof make->texts[index], "e%zu", index);
    event->time = EXERCISE_START + (int64_t)below(make, 150) * EXERCISE_DAY + edges[below(make, 6)];
    for (uint32_t i = 0; i < row->slot_count && i < PRM_LIMIT_FIELDS; i++)
        if (program->slots[row->first_slot + i].required || below(make, 4))
            draw_field(make, &program->slots[row->first_slot + i],
                       &make->fields[index][event->field_count++]);
}

fuzz_events *fuzz_events_make(const prm_program *program, uint64_t seed)
{
    fuzz_events *make = calloc(1, sizeof *make);
    FUZZ_CHECK(make != NULL);
    make->program = program;
    make->random = seed;
    for (size_t i = 0; i < EXERCISE_EVENTS; i++)
        draw_event(make, i);
    return make;
}

const prm_event *fuzz_events_list(const fuzz_events *events, size_t *count)
{
    *count = EXERCISE_EVENTS;
    return events->events;
}

void fuzz_engine_feed(prm_engine *engine, uint64_t seed)
{
    fuzz_events *make = fuzz_events_make(prm_engine_program(engine), seed);
    FUZZ_CHECK(prm_engine_ingest(engine, make->events, EXERCISE_EVENTS, sizeof make->events[0], NULL, NULL) ==
               PRM_OK);
    free(make);
}

/* In two calls, the first again, and then the time that is left. */
static void run_events(fuzz_events *make, prm_program *program, int compiled)
{
    fuzz_memory memory;
    fuzz_net net = {0};
    prm_engine *engine = NULL;
    prm_answer answers[EXERCISE_EVENTS];
    fuzz_memory_init(&memory);
    prm_engine_options options = {.size = sizeof options, .clock_follows = 1, .allocator = &memory.host};
    prm_status status = prm_engine_new(program, &options, &engine, NULL);
    FUZZ_CHECK(status == PRM_OK || (!compiled && status == PRM_E_LIMIT));
    if (status == PRM_E_LIMIT) {
        FUZZ_CHECK(engine == NULL && memory.bytes == 0);
        return;
    }
    size_t half = EXERCISE_EVENTS / 2, size = sizeof make->events[0];
    for (size_t at = 0; at < EXERCISE_EVENTS; at += half) {
        FUZZ_CHECK(prm_engine_ingest(engine, make->events + at, half, size, answers, NULL) == PRM_OK);
        for (size_t i = 0; i < half; i++) {
            char reason[200];
            FUZZ_CHECK(answers[i].answer >= PRM_ACCEPTED && answers[i].answer <= PRM_REJECTED);
            prm_engine_answer_text(engine, &make->events[at + i], &answers[i], reason, sizeof reason);
        }
        fuzz_engine_check(&net, engine);
    }
    uint64_t postings = net.next;
    FUZZ_CHECK(prm_engine_ingest(engine, make->events, half, size, NULL, NULL) == PRM_OK);
    fuzz_engine_check(&net, engine);
    FUZZ_CHECK(net.next == postings);
    FUZZ_CHECK(prm_engine_advance(engine, EXERCISE_START + 500 * EXERCISE_DAY, NULL) == PRM_OK);
    fuzz_engine_check(&net, engine);
    prm_engine_free(engine);
    FUZZ_CHECK(memory.bytes == 0);
}

static void list_program(prm_program *program, int compiled)
{
    prm_rule rule = {.size = sizeof rule};
    size_t size = prm_program_dump(program, NULL, 0);
    char *listing = malloc(size + 1);
    FUZZ_CHECK(listing != NULL && size > 0);
    FUZZ_CHECK(prm_program_dump(program, listing, size + 1) == size && strlen(listing) == size);
    free(listing);
    FUZZ_CHECK(prm__program_verify(program->block, program->size) == NULL);
    for (uint32_t i = 0; i < prm_program_rule_count(program); i++)
        FUZZ_CHECK(prm_program_rule(program, i, &rule) == PRM_OK && (!compiled || rule.name.size > 0));
}

void fuzz_program_exercise(prm_program *program, uint64_t seed, int compiled)
{
    list_program(program, compiled);
    if (program->types_count == 0)
        return;
    fuzz_events *make = fuzz_events_make(program, seed);
    run_events(make, program, compiled);
    free(make);
}

/* ---- Text ---- */

static size_t check_diagnostics(const prm_diagnostics *diagnostics)
{
    prm_diagnostic one = {.size = sizeof one};
    size_t errors = 0;
    char text[300];
    for (size_t i = 0; i < prm_diagnostics_count(diagnostics); i++) {
        FUZZ_CHECK(prm_diagnostics_get(diagnostics, i, &one) == PRM_OK);
        FUZZ_CHECK(one.line >= 1 && one.column >= 1 && one.end_column > one.column);
        FUZZ_CHECK(one.number > 0 && one.message.size > 0 && one.severity <= PRM_SEVERITY_NOTE);
        FUZZ_CHECK(prm_diagnostics_render(diagnostics, i, text, sizeof text) > 0);
        FUZZ_CHECK(memchr(text, 0, sizeof text) != NULL);
        errors += one.severity == PRM_SEVERITY_ERROR;
    }
    return errors;
}

void fuzz_text_exercise(const char *text, size_t size, uint64_t seed)
{
    fuzz_memory memory;
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_error error;
    fuzz_memory_init(&memory);
    prm_compile_options options = {.size = sizeof options, .allocator = &memory.host};
    prm_status status = prm_program_compile(text, size, &options, &program, &diagnostics, &error);
    size_t errors = check_diagnostics(diagnostics);
    FUZZ_CHECK(status == PRM_OK || status == PRM_E_PROGRAM || status == PRM_E_LIMIT);
    FUZZ_CHECK((status == PRM_OK) == (errors == 0) && (status == PRM_OK) == (program != NULL));
    prm_diagnostics_free(diagnostics);
    if (program != NULL)
        fuzz_program_exercise(program, seed, 1);
    prm_program_unref(program);
    FUZZ_CHECK(memory.bytes == 0);
}
