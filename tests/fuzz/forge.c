#include "forge.h"

#include "base/hash.h"
#include "state/snapshot.h"

#include <string.h>

/* Room beyond the snapshot for what is put in. */
#define FORGE_ROOM 4096

/* 2100-01-01: up to the year 9999 some programs have millions of outcomes, which take their time. */
#define FORGE_LAST UINT64_C(4102444800000)

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

fuzz_state fuzz_forge_save(prm_engine *engine)
{
    fuzz_state out = {NULL, 0, 0};
    FUZZ_CHECK(prm_engine_save(engine, NULL, 0, &out.size, NULL) == PRM_OK);
    out.capacity = out.size + FORGE_ROOM;
    out.data = malloc(out.capacity);
    FUZZ_CHECK(out.data != NULL);
    FUZZ_CHECK(prm_engine_save(engine, out.data, out.size, &out.size, NULL) == PRM_OK);
    return out;
}

fuzz_state fuzz_forge_make(prm_program *program, uint32_t which)
{
    prm_engine *engine = NULL;
    FUZZ_CHECK(prm_engine_new(program, NULL, &engine, NULL) == PRM_OK);
    fuzz_engine_feed(engine, which);
    if (which & 1) {
        int64_t clock = prm_engine_clock(engine);
        FUZZ_CHECK(prm_engine_settle(engine, clock - clock % 1000 - INT64_C(86400000) * 20, NULL) == PRM_OK);
    }
    fuzz_state out = fuzz_forge_save(engine);
    prm_engine_free(engine);
    return out;
}

void fuzz_forge_change(fuzz_bytes *bytes, fuzz_state *state)
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

/* The state's section begins with the clock. */
static void forge_clock(fuzz_state *state)
{
    if (number_at(state->data + 32) < 8)
        return;
    uint8_t *at = state->data + PRM_SNAPSHOT_HEAD;
    if (number_at(at) > FORGE_LAST && number_at(at) <= INT64_MAX)
        put_number(at, number_at(at) % FORGE_LAST);
}

void fuzz_forge_seal(fuzz_state *state)
{
    forge_clock(state);
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
