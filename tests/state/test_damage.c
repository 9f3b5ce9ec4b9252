/* State bytes of every kind that there is, damaged in every way: the golden files of each format, and
 * fresh ones of engines and of partners as values. Whatever the damage, with its hashes as they were or
 * made to fit again as an enemy would, loading ends in an error or in the state that the bytes then
 * tell; it reads not a byte beyond them, and asks for no more memory than the sound bytes do.
 *
 * Nothing here knows the sections: how many there are is read off the bytes themselves. */
#include "state_rig.h"
#include "../base/failing_alloc.h"
#include "base/hash.h"
#include "engine/engine.h"

#include <dirent.h>

#define GOLDEN "tests/state/golden"
#define HEAD 32     /* bytes before the sizes and hashes of the sections */
#define SECTIONS 24 /* at the most */

/* Sound bytes, and what loading them took. */
typedef struct sound {
    prm_program *program;
    state_bytes bytes;
    size_t sections;
    size_t peak;
    size_t step;   /* 1: all that is told below; 2: of bits and numbers every other one */
    bool by_clock; /* the program has outcomes at clock points: with a forged clock, as many as there are
                      weeks to the year 9999, and they take what they take */
} sound;

static uint64_t number_at(const char *bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 8; i++)
        value |= (uint64_t)(unsigned char)bytes[i] << (8 * i);
    return value;
}

static void put_number(char *bytes, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (char)(value >> (8 * i));
}

static size_t head_size(size_t sections)
{
    return HEAD + sections * 16 + 8;
}

/* The number of sections is the one with which the head's own hash, its last 8 bytes, fits. */
static size_t count_sections(state_bytes bytes)
{
    for (size_t i = 1; i < SECTIONS && head_size(i) <= bytes.size; i++)
        if (number_at(bytes.data + head_size(i) - 8) == prm__hash_bytes(bytes.data, head_size(i) - 8, i))
            return i;
    fail_msg("the head's hash does not fit");
    return 0;
}

static size_t section_size(state_bytes bytes, size_t section)
{
    return (size_t)number_at(bytes.data + HEAD + 16 * section);
}

/* All hashes, and the size of the whole, as they belong to what stands there. */
static void seal(state_bytes bytes, size_t sections)
{
    size_t head = head_size(sections), at = head;
    if (bytes.size < head)
        return;
    put_number(bytes.data + 24, bytes.size, 8);
    for (size_t i = 0; i < sections; i++) {
        size_t size = section_size(bytes, i);
        if (at <= bytes.size && size <= bytes.size - at)
            put_number(bytes.data + HEAD + 8 + 16 * i, prm__hash_bytes(bytes.data + at, size, i), 8);
        at += size;
    }
    put_number(bytes.data + head - 8, prm__hash_bytes(bytes.data, head - 8, sections), 8);
}

/* ---- Loading what may be damaged ---- */

static state_bytes copy_of(state_bytes bytes)
{
    state_bytes copy = {malloc(bytes.size + 1), bytes.size};
    assert_non_null(copy.data);
    memcpy(copy.data, bytes.data, bytes.size);
    return copy;
}

static size_t loads, taken;

/* The engine saves the very bytes; or where they are of an older format, others that tell the same. */
static void is_told(prm_program *program, prm_engine *engine, state_bytes bytes)
{
    state_bytes saved = state_save(engine);
    if (memcmp(saved.data, bytes.data, HEAD - 16) == 0) {
        state_same(saved, bytes);
    } else {
        prm_engine *again = state_load(program, saved, 2);
        state_same_text(facts_ledger(again), facts_ledger(engine));
        state_is(again, saved);
        prm_engine_free(again);
    }
    free(saved.data);
}

/* Loads; what loads must save as the very same bytes. Returns the most memory that was held. */
static size_t load(const sound *of, state_bytes bytes, bool must_fail)
{
    failing_alloc memory;
    prm_engine *engine = NULL;
    prm_error error;
    failing_alloc_init(&memory, 0);
    prm_engine_options options = {.size = sizeof options, .allocator = &memory.host};
    char *exact = malloc(bytes.size ? bytes.size : 1); /* a step beyond is seen by the sanitizers */
    assert_non_null(exact);
    memcpy(exact, bytes.data, bytes.size);
    prm_status status = prm_engine_load(of->program, &options, exact, bytes.size, &engine, &error);
    free(exact);
    loads++;
    size_t peak = memory.peak;
    if (status == PRM_OK) {
        assert_false(must_fail);
        is_told(of->program, engine, bytes);
        taken++;
    } else {
        if (status != PRM_E_STATE && status != PRM_E_MISMATCH && status != PRM_E_UNSUPPORTED)
            fail_msg("%s: %s", prm_status_name((int32_t)status), error.message);
        assert_int_equal(error.status, status);
        assert_true(strlen(error.message) > 0);
        assert_null(engine);
        assert_int_equal(memory.bytes, 0);
    }
    prm_engine_free(engine);
    assert_int_equal(memory.bytes, 0);
    return peak;
}

/* Sealed or not, and as a partner's state now and then. */
static void check(const sound *of, state_bytes bytes, bool sealed)
{
    if (sealed)
        seal(bytes, of->sections);
    size_t peak = load(of, bytes, !sealed);
    if (peak > of->peak + of->peak / 4 + 4096 && !(sealed && of->by_clock))
        fail_msg("%zu bytes of memory, where sound bytes take %zu", peak, of->peak);
    if (loads % 97 != 0)
        return;
    prm_applied *applied = NULL;
    prm_apply_item item = {bytes.data, bytes.size, NULL, 0, PRM_NO_TIME};
    prm_status status = prm_apply(of->program, NULL, &item, 1, sizeof item, sizeof(prm_event), &applied,
                                  NULL);
    assert_true(status == PRM_E_STATE || status == PRM_E_MISMATCH || status == PRM_E_UNSUPPORTED ||
                (sealed && status == PRM_OK));
    prm_applied_free(applied);
}

/* ---- Damage ---- */

static void flip_every_bit(const sound *of)
{
    state_bytes bytes = copy_of(of->bytes);
    for (size_t i = 0; i < bytes.size; i++)
        for (int bit = 0; bit < 8; bit += (int)of->step) {
            bytes.data[i] = (char)(of->bytes.data[i] ^ 1 << bit);
            check(of, bytes, false);
            memcpy(bytes.data, of->bytes.data, bytes.size);
        }
    free(bytes.data);
}

static void change_every_byte_and_seal(const sound *of)
{
    static const int changes[] = {0x01, 0x10, 0x80, 0xFF};
    state_bytes bytes = copy_of(of->bytes);
    for (size_t i = head_size(of->sections); i < bytes.size; i++)
        for (size_t j = 0; j < UNIT_COUNT(changes); j += of->step) {
            bytes.data[i] = (char)(of->bytes.data[i] ^ changes[j]);
            check(of, bytes, true);
            memcpy(bytes.data, of->bytes.data, bytes.size);
        }
    free(bytes.data);
}

/* Cut off anywhere, and longer than it was; sealed, too, with the section's size as it then is. */
static void cut_everywhere(const sound *of)
{
    state_bytes bytes = copy_of(of->bytes);
    for (bytes.size = 0; bytes.size < of->bytes.size; bytes.size++) {
        check(of, bytes, false);
        if (bytes.size < head_size(of->sections))
            continue;
        size_t at = head_size(of->sections);
        for (size_t i = 0; i < of->sections; i++) {
            size_t size = section_size(of->bytes, i), left = bytes.size - at;
            put_number(bytes.data + HEAD + 16 * i, size < left ? size : left, 8);
            at += size < left ? size : left;
        }
        check(of, bytes, true);
        memcpy(bytes.data, of->bytes.data, of->bytes.size);
    }
    bytes.data = realloc(bytes.data, of->bytes.size + 32);
    assert_non_null(bytes.data);
    memset(bytes.data + of->bytes.size, 0, 32);
    for (bytes.size = of->bytes.size + 1; bytes.size <= of->bytes.size + 32; bytes.size++) {
        check(of, bytes, false);
        memcpy(bytes.data, of->bytes.data, of->bytes.size);
    }
    free(bytes.data);
}

/* Section a in the place of b and the other way round. */
static void swap_two(const sound *of, size_t a, size_t b)
{
    state_bytes bytes = copy_of(of->bytes);
    size_t head = head_size(of->sections), to = head;
    for (size_t i = 0; i < of->sections; i++) {
        size_t from = i == a ? b : i == b ? a : i, at = head;
        for (size_t j = 0; j < from; j++)
            at += section_size(of->bytes, j);
        memcpy(bytes.data + to, of->bytes.data + at, section_size(of->bytes, from));
        memcpy(bytes.data + HEAD + 16 * i, of->bytes.data + HEAD + 16 * from, 16);
        to += section_size(of->bytes, from);
    }
    bool same = memcmp(bytes.data, of->bytes.data, bytes.size) == 0; /* both empty */
    put_number(bytes.data + head - 8, prm__hash_bytes(bytes.data, head - 8, of->sections), 8);
    if (!same && section_size(of->bytes, a) + section_size(of->bytes, b) > 0) {
        check(of, bytes, false); /* each brings its own hash, which does not do elsewhere */
        check(of, bytes, true);
    }
    free(bytes.data);
}

static void swap_sections(const sound *of)
{
    for (size_t a = 0; a < of->sections; a++)
        for (size_t b = a + 1; b < of->sections; b++)
            swap_two(of, a, b);
}

/* A large number in the place of any: whichever of them is a count, it is in it. */
static void enlarge_counts(const sound *of)
{
    static const uint64_t numbers[] = {UINT32_MAX, UINT32_MAX / 2, 65536, 0x01000000};
    state_bytes bytes = copy_of(of->bytes);
    for (size_t i = head_size(of->sections); i + 4 <= bytes.size; i++)
        for (size_t j = 0; j < UNIT_COUNT(numbers); j += of->step) {
            put_number(bytes.data + i, numbers[j], 4);
            check(of, bytes, true);
            memcpy(bytes.data, of->bytes.data, bytes.size);
        }
    for (size_t i = 0; i < of->sections; i++) {
        const uint64_t sizes[] = {UINT64_MAX, INT64_MAX, UINT32_MAX, section_size(bytes, i) + 1, 0};
        for (size_t j = 0; j < UNIT_COUNT(sizes); j++) {
            if (sizes[j] == section_size(of->bytes, i))
                continue;
            put_number(bytes.data + HEAD + 16 * i, sizes[j], 8);
            put_number(bytes.data + head_size(of->sections) - 8,
                       prm__hash_bytes(bytes.data, head_size(of->sections) - 8, of->sections), 8);
            check(of, bytes, false);
            memcpy(bytes.data, of->bytes.data, bytes.size);
        }
    }
    free(bytes.data);
}

static void damage(sound *of, const char *what)
{
    loads = taken = 0;
    of->sections = count_sections(of->bytes);
    of->peak = load(of, of->bytes, false);
    prm_engine *engine = state_load(of->program, of->bytes, 1);
    of->by_clock = engine->has_clock != 0;
    prm_engine_free(engine);
    flip_every_bit(of);
    change_every_byte_and_seal(of);
    cut_everywhere(of);
    swap_sections(of);
    enlarge_counts(of);
    printf("%s: %zu bytes in %zu sections, %zu loads, of which %zu were states; %zu bytes of memory\n", what,
           of->bytes.size, of->sections, loads, taken, of->peak);
    free(of->bytes.data);
    prm_program_unref(of->program);
}

/* ---- What there is ---- */

static state_bytes read_file(const char *path)
{
    state_bytes bytes = {malloc(1 << 20), 0};
    FILE *file = fopen(path, "rb");
    assert_non_null(bytes.data);
    assert_non_null(file);
    bytes.size = fread(bytes.data, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

/* Each is of golden/program.yaml, whose hash depends on the time zone's data, or of a program of its name. */
static void golden_files(void **state)
{
    (void)state;
    char path[300], own[300];
    size_t files = 0;
    DIR *folder = opendir(GOLDEN);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const char *end = strrchr(entry->d_name, '.');
        if (!end || strcmp(end, ".state") != 0)
            continue;
        snprintf(own, sizeof own, GOLDEN "/%.*s.yaml", (int)(end - entry->d_name), entry->d_name);
        FILE *file = fopen(own, "rb");
        sound of = {.step = 1, .program = state_program(file ? own : GOLDEN "/program.yaml")};
        if (file)
            fclose(file);
        snprintf(path, sizeof path, GOLDEN "/%s", entry->d_name);
        of.bytes = read_file(path);
        size_t sections = count_sections(of.bytes);
        put_number(of.bytes.data + 16, prm_program_hash(of.program), 8);
        seal(of.bytes, sections);
        damage(&of, entry->d_name);
        files++;
    }
    closedir(folder);
    assert_true(files > 0);
}

static state_bytes engine_bytes(prm_program *program, uint64_t seed, size_t events, bool settled)
{
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    facts_make(set, seed, events);
    prm_engine *engine = state_engine(program, 1, 1);
    state_ingest(engine, set->events, set->count);
    if (settled)
        assert_int_equal(prm_engine_settle(engine, prm_engine_clock(engine) - INT64_C(86400000) * 20, NULL),
                         PRM_OK);
    state_bytes bytes = state_save(engine);
    prm_engine_free(engine);
    free(set);
    return bytes;
}

static void engines(void **state)
{
    (void)state;
    sound of = {.step = 1, .program = state_program("tests/state/whole.yaml")};
    of.bytes = engine_bytes(of.program, 5, 6, false);
    damage(&of, "whole.yaml");
    of = (sound){.step = 2, .program = state_program("tests/property/broad.yaml")};
    of.bytes = engine_bytes(of.program, 7, 3, true);
    damage(&of, "broad.yaml, settled");
}

/* What prm_apply gives: without postings. */
static void partners(void **state)
{
    (void)state;
    sound of = {.step = 1, .program = state_program("tests/state/whole.yaml")};
    facts *set = malloc(sizeof *set);
    prm_applied *applied = NULL;
    prm_applied_item out = {.size = sizeof out};
    assert_non_null(set);
    facts_make(set, 11, 5);
    prm_apply_item item = {NULL, 0, set->events, set->count, PRM_NO_TIME};
    assert_int_equal(prm_apply(of.program, NULL, &item, 1, sizeof item, sizeof(prm_event), &applied, NULL),
                     PRM_OK);
    assert_int_equal(prm_applied_get(applied, 0, &out), PRM_OK);
    state_bytes given = {(char *)(uintptr_t)out.state, out.state_size};
    of.bytes = copy_of(given);
    prm_applied_free(applied);
    free(set);
    damage(&of, "a partner");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_files),
        cmocka_unit_test(engines),
        cmocka_unit_test(partners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
