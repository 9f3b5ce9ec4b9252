/* Snapshots: changes to a real one, sealed with good hashes as an enemy would, so that they get
 * behind the framing. What loads is what it saves again, byte for byte, and goes on. From 0xF0 on
 * the first byte says that the rest is the snapshot itself. */
#include "exercise.h"

#include "base/hash.h"
#include "state/snapshot.h"

#include <string.h>

static const char *const paths[] = {"tests/property/broad.yaml", "tests/property/settling.yaml"};
static prm_program *programs[FUZZ_COUNT(paths)];

/* Room beyond the snapshot for what is put in. */
#define STATE_ROOM 4096

typedef struct state_bytes {
    uint8_t *data;
    size_t size;
    size_t capacity;
} state_bytes;

static uint64_t number_at(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

static void put_number(uint8_t *bytes, uint64_t value)
{
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static state_bytes save(prm_engine *engine)
{
    state_bytes out = {NULL, 0, 0};
    FUZZ_CHECK(prm_engine_save(engine, NULL, 0, &out.size, NULL) == PRM_OK);
    out.capacity = out.size + STATE_ROOM;
    out.data = malloc(out.capacity);
    FUZZ_CHECK(out.data != NULL);
    FUZZ_CHECK(prm_engine_save(engine, out.data, out.size, &out.size, NULL) == PRM_OK);
    return out;
}

/* A sound snapshot of a few events; every other one with time settled. */
static state_bytes make_state(prm_program *program, uint32_t which)
{
    prm_engine *engine = NULL;
    FUZZ_CHECK(prm_engine_new(program, NULL, &engine, NULL) == PRM_OK);
    fuzz_engine_feed(engine, which);
    if (which & 1) {
        int64_t clock = prm_engine_clock(engine);
        FUZZ_CHECK(prm_engine_settle(engine, clock - clock % 1000 - INT64_C(86400000) * 20, NULL) == PRM_OK);
    }
    state_bytes out = save(engine);
    prm_engine_free(engine);
    return out;
}

/* One change in one section: other bytes, fewer or more; the section's size is kept true. */
static void change(fuzz_bytes *bytes, state_bytes *state)
{
    uint32_t section = fuzz_below(bytes, PRM_SNAPSHOT_SECTIONS), how = fuzz_byte(bytes);
    uint8_t *size_at = state->data + 32 + 16 * section;
    size_t start = PRM_SNAPSHOT_HEAD, size = (size_t)number_at(size_at), count = 1 + how / 4 % 16;
    for (uint32_t i = 0; i < section; i++)
        start += (size_t)number_at(state->data + 32 + 16 * i);
    size_t at = start + (size_t)fuzz_number(bytes, 2) % (size + 1), left = start + size - at;
    switch (how % 4) {
    case 0:
        count = count < left ? count : left;
        memmove(state->data + at, state->data + at + count, state->size - at - count);
        state->size -= count;
        put_number(size_at, size - count);
        break;
    case 1:
        if (state->capacity - state->size < count)
            break;
        memmove(state->data + at + count, state->data + at, state->size - at);
        for (size_t i = 0; i < count; i++)
            state->data[at + i] = fuzz_byte(bytes);
        state->size += count;
        put_number(size_at, size + count);
        break;
    default:
        for (size_t i = 0; i < count && i < left; i++)
            state->data[at + i] = fuzz_byte(bytes);
        break;
    }
}

static void seal(state_bytes *state)
{
    size_t at = PRM_SNAPSHOT_HEAD;
    put_number(state->data + 24, state->size);
    for (uint32_t i = 0; i < PRM_SNAPSHOT_SECTIONS; i++) {
        size_t size = (size_t)number_at(state->data + 32 + 16 * i);
        put_number(state->data + 40 + 16 * i, prm__hash_bytes(state->data + at, size, i));
        at += size;
    }
    put_number(state->data + PRM_SNAPSHOT_HEAD - 8,
               prm__hash_bytes(state->data, PRM_SNAPSHOT_HEAD - 8, PRM_SNAPSHOT_SECTIONS));
}

/* All rows can be read, and the engine goes on. */
static void use_engine(prm_engine *engine, uint64_t seed)
{
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    for (int journal = 0; journal < 2; journal++) {
        FUZZ_CHECK((journal ? prm_engine_journal(engine, 1, &rows, NULL)
                            : prm_engine_ledger(engine, &rows, NULL)) == PRM_OK);
        size_t count = prm_rows_count(rows);
        while (prm_rows_next(rows, &row) > 0)
            count--;
        FUZZ_CHECK(count == 0);
        prm_rows_free(rows);
    }
    FUZZ_CHECK(prm_engine_progress(engine, PRM_NONE, (prm_text){NULL, 0}, &rows, NULL) == PRM_OK);
    prm_rows_free(rows);
    fuzz_engine_feed(engine, seed);
}

static void load(prm_program *program, const void *bytes, size_t size, uint64_t seed)
{
    fuzz_memory memory;
    prm_engine *engine = NULL;
    fuzz_memory_init(&memory);
    prm_engine_options options = {.size = sizeof options, .hash_seed = seed, .allocator = &memory.host};
    uint8_t *exact = malloc(size + (size == 0));
    FUZZ_CHECK(exact != NULL);
    memcpy(exact, bytes, size);
    prm_status status = prm_engine_load(program, &options, exact, size, &engine, NULL);
    FUZZ_CHECK((status == PRM_OK) == (engine != NULL));
    FUZZ_CHECK(status == PRM_OK || status == PRM_E_STATE || status == PRM_E_MISMATCH ||
               status == PRM_E_UNSUPPORTED);
    if (engine != NULL) {
        state_bytes again = save(engine);
        FUZZ_CHECK(again.size == size && memcmp(again.data, exact, size) == 0);
        free(again.data);
        use_engine(engine, seed);
    }
    free(exact);
    prm_engine_free(engine);
    FUZZ_CHECK(memory.bytes == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes bytes = {data, size};
    uint8_t how = fuzz_byte(&bytes);
    prm_program **program = &programs[how % FUZZ_COUNT(programs)];
    if (*program == NULL)
        FUZZ_CHECK(prm_program_load(paths[how % FUZZ_COUNT(paths)], NULL, program, NULL, NULL) == PRM_OK);
    if (how >= 0xF0) {
        load(*program, bytes.data, bytes.size, 1);
        return 0;
    }
    state_bytes state = make_state(*program, how / 2 % 16);
    for (size_t i = 0; i < 6 && bytes.size > 0; i++)
        change(&bytes, &state);
    seal(&state);
    load(*program, state.data, state.size, fuzz_hash(6, data, size));
    free(state.data);
    return 0;
}
