/* Snapshots: changes to a real one, sealed with good hashes as an enemy would, so that they get
 * behind the framing. What loads is what it saves again, byte for byte unless in an older format, and
 * goes on. From 0xF0 on the first byte says that the rest is the snapshot itself. */
#include "forge.h"

#include <stdbool.h>
#include <string.h>

static const char *const paths[] = {"tests/property/broad.yaml", "tests/property/settling.yaml"};
static prm_program *programs[FUZZ_COUNT(paths)];

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
        fuzz_state again = fuzz_forge_save(engine);
        bool older = memcmp(again.data, exact, 12) != 0; /* it saves the present format */
        FUZZ_CHECK(older || (again.size == size && memcmp(again.data, exact, size) == 0));
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
    fuzz_state state = fuzz_forge_make(*program, how / 2 % 16);
    for (size_t i = 0; i < 6 && bytes.size > 0; i++)
        fuzz_forge_change(&bytes, &state);
    fuzz_forge_seal(&state);
    load(*program, state.data, state.size, fuzz_hash(6, data, size));
    free(state.data);
    return 0;
}
