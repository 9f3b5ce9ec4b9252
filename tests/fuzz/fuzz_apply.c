/* A partner as a value: state bytes of all kinds, and events, through prm_apply. The inputs stay as they
 * are; the same again gives the same; and what is taken is what an engine makes of it that loads the
 * bytes, takes the events and is saved. */
#include "forge.h"

#include <string.h>

static const char *const paths[] = {"tests/state/whole.yaml", "tests/property/settling.yaml"};
static prm_program *programs[FUZZ_COUNT(paths)];

#define APPLY_ITEMS 3

/* One call of prm_apply. */
typedef struct apply {
    prm_program *program;
    fuzz_state states[APPLY_ITEMS];
    fuzz_events *events[APPLY_ITEMS];
    prm_apply_item items[APPLY_ITEMS];
    uint64_t hashes[APPLY_ITEMS]; /* of the states */
    size_t count;
} apply;

/* None, sound, changed, or arbitrary bytes. */
static void draw_state(apply *call, fuzz_bytes *bytes, size_t at)
{
    uint8_t how = fuzz_byte(bytes);
    fuzz_state *state = &call->states[at];
    if (how < 0x20)
        return;
    if (how >= 0xE0) {
        state->size = bytes->size < how * 4U ? bytes->size : how * 4U;
        state->data = malloc(state->size + (state->size == 0));
        FUZZ_CHECK(state->data != NULL);
        for (size_t i = 0; i < state->size; i++)
            state->data[i] = fuzz_byte(bytes);
    } else {
        *state = fuzz_forge_make(call->program, how % 16);
        for (int i = how < 0x80 ? 4 : how % 4; i < 4 && bytes->size > 0; i++)
            fuzz_forge_change(bytes, state);
        fuzz_forge_seal(state);
        if (how & 16)
            state->size -= fuzz_byte(bytes) % (state->size + 1);
    }
}

static void draw_item(apply *call, fuzz_bytes *bytes, size_t at)
{
    static const int64_t clocks[] = {PRM_NO_TIME, PRM_NO_TIME, INT64_C(1783000000000), 0, INT64_MAX, -1};
    size_t count;
    draw_state(call, bytes, at);
    call->events[at] = fuzz_events_make(call->program, fuzz_number(bytes, 2));
    const prm_event *events = fuzz_events_list(call->events[at], &count);
    call->hashes[at] = fuzz_hash(1, call->states[at].data, call->states[at].size);
    call->items[at] = (prm_apply_item){call->states[at].size ? call->states[at].data : NULL,
                                       call->states[at].size, events, fuzz_byte(bytes) % (count + 1),
                                       clocks[fuzz_below(bytes, FUZZ_COUNT(clocks))]};
}

static uint64_t hash_rows(prm_rows *rows)
{
    prm_row row = {.size = sizeof row};
    uint64_t hash = 2;
    while (prm_rows_next(rows, &row) > 0) {
        hash = fuzz_hash(hash, row.id.data, row.id.size);
        hash = fuzz_hash(hash, &row.amount, sizeof row - offsetof(prm_row, amount));
        hash = fuzz_hash(hash, &row.sequence, sizeof row.sequence);
    }
    return hash;
}

static uint64_t hash_item(const prm_applied_item *out)
{
    uint64_t hash = fuzz_hash(3, out->state, out->state_size);
    hash = fuzz_hash(hash, out->answers, out->answer_count * sizeof *out->answers);
    return fuzz_hash(hash, &out->clock, sizeof out->clock) ^ hash_rows(out->rows);
}

/* An engine does the same in steps. */
static void check_against_engine(const apply *call, size_t at, const prm_applied_item *out)
{
    const prm_apply_item *item = &call->items[at];
    prm_engine *engine = NULL;
    prm_rows *rows = NULL;
    prm_applied_item same = *out;
    prm_answer answers[64];
    FUZZ_CHECK(item->event_count <= FUZZ_COUNT(answers));
    FUZZ_CHECK((item->state_size
                    ? prm_engine_load(call->program, NULL, item->state, item->state_size, &engine, NULL)
                    : prm_engine_new(call->program, NULL, &engine, NULL)) == PRM_OK);
    int64_t clock = item->clock == PRM_NO_TIME ? prm_engine_clock(engine) : item->clock;
    FUZZ_CHECK(prm_engine_ingest(engine, item->events, item->event_count, sizeof *item->events, answers,
                                 NULL) == PRM_OK);
    if (clock > prm_engine_clock(engine))
        FUZZ_CHECK(prm_engine_advance(engine, clock, NULL) == PRM_OK);
    FUZZ_CHECK(prm_engine_journal(engine, 1, &rows, NULL) == PRM_OK);
    size_t postings = prm_rows_count(rows);
    prm_rows_free(rows);
    /* One call posts what two do, but for what the second takes back at once. */
    FUZZ_CHECK(postings >= prm_rows_count(out->rows));
    FUZZ_CHECK(prm_engine_clock(engine) == out->clock);
    FUZZ_CHECK(out->answer_count == item->event_count);
    FUZZ_CHECK(item->event_count == 0 ||
               memcmp(answers, same.answers, item->event_count * sizeof *answers) == 0);
    prm_engine_free(engine);
}

static void run_apply(apply *call, prm_program *program)
{
    uint64_t hashes[2][APPLY_ITEMS] = {{0}};
    prm_status statuses[2];
    for (size_t turn = 0; turn < 2; turn++) {
        fuzz_memory memory;
        prm_applied *applied = NULL;
        prm_error error;
        fuzz_memory_init(&memory);
        prm_engine_options options = {
            .size = sizeof options, .clock_follows = 1, .hash_seed = turn, .allocator = &memory.host};
        statuses[turn] = prm_apply(program, &options, call->items, call->count, sizeof *call->items,
                                   sizeof(prm_event), &applied, &error);
        FUZZ_CHECK((statuses[turn] == PRM_OK) == (applied != NULL));
        FUZZ_CHECK(statuses[turn] == PRM_OK || error.message[0] != '\0');
        for (size_t i = 0; i < call->count; i++) {
            prm_applied_item out = {.size = sizeof out};
            FUZZ_CHECK(fuzz_hash(1, call->states[i].data, call->states[i].size) == call->hashes[i]);
            if (applied == NULL)
                continue;
            FUZZ_CHECK(prm_applied_get(applied, i, &out) == PRM_OK);
            if (turn == 0)
                check_against_engine(call, i, &out);
            hashes[turn][i] = hash_item(&out);
        }
        prm_applied_free(applied);
        FUZZ_CHECK(memory.bytes == 0);
    }
    prm_status status = statuses[0];
    FUZZ_CHECK(statuses[1] == status && memcmp(hashes[0], hashes[1], sizeof hashes[0]) == 0);
    FUZZ_CHECK(status == PRM_OK || status == PRM_E_STATE || status == PRM_E_MISMATCH ||
               status == PRM_E_UNSUPPORTED || status == PRM_E_CLOCK || status == PRM_E_ARGUMENT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes bytes = {data, size};
    apply call = {.count = 0};
    uint8_t how = fuzz_byte(&bytes);
    prm_program **program = &programs[how % FUZZ_COUNT(programs)];
    if (*program == NULL)
        FUZZ_CHECK(prm_program_load(paths[how % FUZZ_COUNT(paths)], NULL, program, NULL, NULL) == PRM_OK);
    call.program = *program;
    call.count = how / 2 % (APPLY_ITEMS + 1);
    for (size_t i = 0; i < call.count; i++)
        draw_item(&call, &bytes, i);
    run_apply(&call, *program);
    for (size_t i = 0; i < call.count; i++) {
        free(call.states[i].data);
        free(call.events[i]);
    }
    return 0;
}
