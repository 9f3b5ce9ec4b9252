/* Allocation failure at random, in any sequence of calls that an engine's life is made of: events, clock,
 * settling, saving and loading, a partner as a value, reconciling, going to another program and back. A
 * call that met it has changed nothing, and succeeds when it is made again; and a second engine, which
 * never lacks memory and gets the same calls, is in the end the same, byte for byte. */
#include "forge.h"

#include <string.h>

static const char *const paths[] = {"tests/property/broad.yaml", "tests/property/settling.yaml",
                                    "tests/state/whole.yaml", "rules/20-full-program/program.yaml"};
static prm_program *programs[FUZZ_COUNT(paths)];

#define MEMORY_MOST 40 /* calls of one run */
#define MEMORY_DAY INT64_C(86400000)

/* Two lives that must agree; the first one's memory fails. */
typedef struct lives {
    fuzz_bytes bytes;
    fuzz_memory memory[2];
    prm_engine *engine[2];
    prm_program *program;
    fuzz_state state; /* the last that was saved, of `saved_by` */
    prm_program *saved_by;
    fuzz_events *events;
    const prm_event *list;
    size_t count;
    int64_t time;
} lives;

static prm_program *draw_program(lives *run)
{
    uint32_t which = fuzz_below(&run->bytes, FUZZ_COUNT(paths));
    if (programs[which] == NULL)
        FUZZ_CHECK(prm_program_load(paths[which], NULL, &programs[which], NULL, NULL) == PRM_OK);
    return programs[which];
}

static uint64_t hash_of(prm_engine *engine)
{
    fuzz_state state = fuzz_forge_save(engine);
    uint64_t hash = fuzz_hash(1, state.data, state.size);
    free(state.data);
    return hash;
}

/* With allocation working. */
static uint64_t look(lives *run)
{
    uint64_t fail_in = run->memory[0].fail_in;
    run->memory[0].fail_in = 0;
    uint64_t hash = hash_of(run->engine[0]);
    run->memory[0].fail_in = fail_in;
    return hash;
}

/* ---- Calls, on either engine ---- */

static prm_status call_ingest(lives *run, size_t which)
{
    return prm_engine_ingest(run->engine[which], run->list, run->count, sizeof *run->list, NULL, NULL);
}

static prm_status call_advance(lives *run, size_t which)
{
    return prm_engine_advance(run->engine[which], run->time, NULL);
}

static prm_status call_settle(lives *run, size_t which)
{
    return prm_engine_settle(run->engine[which], run->time, NULL);
}

static prm_status call_rows(lives *run, size_t which)
{
    prm_rows *rows[3] = {NULL, NULL, NULL};
    prm_engine *engine = run->engine[which];
    prm_status status = prm_engine_ledger(engine, &rows[0], NULL);
    if (status == PRM_OK)
        status = prm_engine_journal(engine, 1, &rows[1], NULL);
    if (status == PRM_OK)
        status = prm_engine_progress(engine, PRM_NONE, (prm_text){NULL, 0}, &rows[2], NULL);
    for (size_t i = 0; i < 3; i++)
        prm_rows_free(rows[i]);
    return status;
}

static prm_status call_save(lives *run, size_t which)
{
    size_t size = 0;
    prm_status status = prm_engine_save(run->engine[which], NULL, 0, &size, NULL);
    if (status != PRM_OK)
        return status;
    uint8_t *data = malloc(size);
    FUZZ_CHECK(data != NULL);
    status = prm_engine_save(run->engine[which], data, size, &size, NULL);
    if (status != PRM_OK) {
        free(data);
        return status;
    }
    FUZZ_CHECK(which == 0 || (size == run->state.size && memcmp(data, run->state.data, size) == 0));
    free(run->state.data);
    run->state = (fuzz_state){data, size, size};
    run->saved_by = run->program;
    return PRM_OK;
}

static prm_status call_load(lives *run, size_t which)
{
    prm_engine *loaded = NULL;
    prm_engine_options options = {
        .size = sizeof options, .hash_seed = which * 9, .allocator = &run->memory[which].host};
    if (run->state.size == 0 || run->saved_by != run->program)
        return PRM_OK;
    prm_status status = prm_engine_load(run->program, &options, run->state.data, run->state.size, &loaded,
                                        NULL);
    FUZZ_CHECK((status == PRM_OK) == (loaded != NULL));
    if (status != PRM_OK)
        return status;
    prm_engine_free(run->engine[which]);
    run->engine[which] = loaded;
    return PRM_OK;
}

static prm_status call_apply(lives *run, size_t which)
{
    prm_applied *applied = NULL;
    prm_engine_options options = {.size = sizeof options, .allocator = &run->memory[which].host};
    prm_apply_item item = {NULL, 0, run->list, run->count, PRM_NO_TIME};
    prm_status status = prm_apply(run->program, &options, &item, 1, sizeof item, sizeof *run->list, &applied,
                                  NULL);
    FUZZ_CHECK((status == PRM_OK) == (applied != NULL));
    prm_applied_free(applied);
    return status == PRM_E_UNSUPPORTED ? PRM_OK : status;
}

static prm_status call_reconcile(lives *run, size_t which)
{
    prm_rows *rows = NULL;
    prm_status status = prm_engine_reconcile(run->engine[which], NULL, 0, sizeof(prm_row), &rows, NULL);
    FUZZ_CHECK((status == PRM_OK) == (rows != NULL));
    prm_rows_free(rows);
    return status;
}

static prm_program *target;

static prm_status call_upgrade(lives *run, size_t which)
{
    prm_rows *rows = NULL;
    prm_status status = prm_engine_upgrade(run->engine[which], target, run->time & 1, &rows, NULL);
    FUZZ_CHECK((status == PRM_OK) == (rows != NULL));
    prm_rows_free(rows);
    if (which == 1 && status == PRM_OK && !(run->time & 1))
        run->program = target;
    return status;
}

typedef prm_status (*call)(lives *run, size_t which);
static const call calls[] = {call_ingest, call_ingest, call_ingest, call_advance,   call_settle, call_rows,
                             call_save,   call_load,   call_apply,  call_reconcile, call_upgrade};

/* ---- Lives ---- */

static void draw(lives *run)
{
    free(run->events);
    run->events = fuzz_events_make(run->program, fuzz_number(&run->bytes, 2));
    run->list = fuzz_events_list(run->events, &run->count);
    run->count = fuzz_byte(&run->bytes) % (run->count + 1);
    run->time = prm_engine_clock(run->engine[1]) + ((int64_t)fuzz_byte(&run->bytes) - 64) * MEMORY_DAY +
                fuzz_byte(&run->bytes);
    target = draw_program(run);
}

static void call_both(lives *run)
{
    call one = calls[fuzz_below(&run->bytes, FUZZ_COUNT(calls))];
    draw(run);
    uint8_t how = fuzz_byte(&run->bytes);
    uint64_t before = look(run);
    run->memory[0].fail_in = how % 4 ? fuzz_number(&run->bytes, how & 4 ? 2 : 1) : 0;
    run->memory[0].fail_all = how >> 7;
    prm_status status = one(run, 0);
    if (status == PRM_E_MEMORY) {
        FUZZ_CHECK(run->memory[0].failed > 0);
        run->memory[0].failed = 0;
        run->memory[0].fail_in = 0;
        if (how & 64) /* else it is made again without a look between */
            FUZZ_CHECK(look(run) == before);
        status = one(run, 0);
    }
    FUZZ_CHECK(run->memory[0].failed == 0 && status != PRM_E_MEMORY && status != PRM_E_INTERNAL);
    run->memory[0].fail_in = 0;
    FUZZ_CHECK(one(run, 1) == status);
}

static void begin(lives *run, int follows)
{
    run->program = draw_program(run);
    for (size_t i = 0; i < 2; i++) {
        fuzz_memory_init(&run->memory[i]);
        prm_engine_options options = {.size = sizeof options,
                                      .clock_follows = (uint32_t)follows,
                                      .hash_seed = i * 77,
                                      .allocator = &run->memory[i].host};
        FUZZ_CHECK(prm_engine_new(run->program, &options, &run->engine[i], NULL) == PRM_OK);
    }
}

static void end(lives *run)
{
    FUZZ_CHECK(hash_of(run->engine[0]) == hash_of(run->engine[1]));
    free(run->events);
    free(run->state.data);
    for (size_t i = 0; i < 2; i++) {
        prm_engine_free(run->engine[i]);
        FUZZ_CHECK(run->memory[i].bytes == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lives *run = calloc(1, sizeof *run);
    FUZZ_CHECK(run != NULL);
    run->bytes = (fuzz_bytes){data, size};
    begin(run, fuzz_byte(&run->bytes) < 0xC0);
    for (size_t i = 0; i < MEMORY_MOST && run->bytes.size > 0; i++)
        call_both(run);
    end(run);
    free(run);
    return 0;
}
