/* A whole engine as bytes: it goes on as if it had never been away; equal states have equal bytes; and
 * bytes that are not a state's are an error, whatever is wrong with them. */
#include "state_rig.h"
#include "../base/failing_alloc.h"
#include "base/hash.h"
#include "state/snapshot.h"

#define WHOLE "tests/state/whole.yaml"
#define BROAD "tests/property/broad.yaml"
#define LAST INT64_C(1798729200000) /* 2027-01-01T00:00:00+09:00 */
#define EVENTS 60

/* ---- Nothing is lost ---- */

/* Settles what lies so many days before the clock, in both. */
static void settle(prm_engine *whole, prm_engine *parts, int64_t days)
{
    int64_t time = prm_engine_clock(whole) - days * INT64_C(86400000);
    assert_int_equal(prm_engine_settle(whole, time, NULL), PRM_OK);
    assert_int_equal(prm_engine_settle(parts, time, NULL), PRM_OK);
}

static void check_prefixes(const char *path, uint32_t follows, uint64_t seed, int64_t settle_days)
{
    prm_program *program = state_program(path);
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    facts_make(set, seed, EVENTS);
    prm_engine *whole = state_engine(program, follows, seed),
               *parts = state_engine(program, follows, seed + 1);
    for (size_t i = 0; i < set->count; i++) {
        state_bytes bytes = state_save(parts);
        prm_engine_free(parts);
        parts = state_load(program, bytes, i);
        state_is(parts, bytes);
        free(bytes.data);
        state_ingest(whole, &set->events[i], 1);
        state_ingest(parts, &set->events[i], 1);
        if (i % 7 == 3) { /* as a host that has some of the postings */
            assert_int_equal(prm_engine_journal_release(whole, i, NULL), PRM_OK);
            assert_int_equal(prm_engine_journal_release(parts, i, NULL), PRM_OK);
        }
        if (!follows && i % 5 == 4) {
            int64_t time = set->events[i].time > prm_engine_clock(whole) ? set->events[i].time
                                                                         : prm_engine_clock(whole);
            assert_int_equal(prm_engine_advance(whole, time, NULL), PRM_OK);
            assert_int_equal(prm_engine_advance(parts, time, NULL), PRM_OK);
        }
        if (settle_days && i % 6 == 5)
            settle(whole, parts, settle_days);
        state_same_engines(whole, parts);
    }
    assert_int_equal(prm_engine_advance(whole, LAST, NULL), PRM_OK);
    assert_int_equal(prm_engine_advance(parts, LAST, NULL), PRM_OK);
    state_same_engines(whole, parts);
    prm_engine_free(whole);
    prm_engine_free(parts);
    free(set);
    prm_program_unref(program);
}

static void test_every_prefix(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        check_prefixes(WHOLE, 1, seed, 0);
        check_prefixes(WHOLE, 0, seed, 0);
        check_prefixes(BROAD, 1, seed, 0);
        check_prefixes(BROAD, 0, seed, 0);
    }
}

/* Settled time stays settled: marks, what was taken of it, how far rates had reached, amounts. */
static void test_every_prefix_settled(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++)
        for (uint32_t follows = 0; follows < 2; follows++) {
            check_prefixes(WHOLE, follows, seed, 20 + (int64_t)seed * 5);
            check_prefixes(BROAD, follows, seed, 20 + (int64_t)seed * 5);
        }
}

/* Counts of what was not taken, and an engine of nothing at all. */
static void test_counts_and_nothing(void **state)
{
    (void)state;
    prm_program *program = state_program(WHOLE);
    prm_engine *engine = state_engine(program, 1, 0);
    state_bytes bytes = state_save(engine);
    prm_engine *again = state_load(program, bytes, 1);
    state_same_engines(engine, again);
    prm_engine_free(again);
    free(bytes.data);
    prm_field fields[] = {{.field = PRM_NONE, .name = "partner", .name_size = 7, .text = "a", .text_size = 1},
                          {.field = PRM_NONE, .name = "odd", .name_size = 3, .text = "b", .text_size = 1}};
    prm_event events[] = {
        {.type = PRM_NONE,
         .type_name = "meeting.held",
         .type_name_size = 12,
         .id = "1",
         .id_size = 1,
         .fields = fields,
         .field_count = 2,
         .time = 5},
        {.type = PRM_NONE,
         .type_name = "meeting.held",
         .type_name_size = 12,
         .id = "1",
         .id_size = 1,
         .fields = fields,
         .field_count = 2,
         .time = 5},
        {.type = PRM_NONE,
         .type_name = "meeting.held",
         .type_name_size = 12,
         .id = "2",
         .id_size = 1,
         .fields = fields + 1,
         .field_count = 1,
         .time = 5},
        {.type = PRM_NONE, .type_name = "x.y", .type_name_size = 3, .id = "3", .id_size = 1, .time = 5}};
    state_ingest(engine, events, UNIT_COUNT(events));
    bytes = state_save(engine);
    again = state_load(program, bytes, 2);
    state_same_engines(engine, again);
    prm_counts counts = {.size = sizeof counts};
    assert_int_equal(prm_engine_counts(again, &counts), PRM_OK);
    assert_int_equal(counts.events, 4);
    assert_int_equal(counts.accepted, 1);
    assert_int_equal(counts.duplicate, 1);
    assert_int_equal(counts.rejected, 1);
    assert_int_equal(counts.ignored, 1);
    free(bytes.data);
    prm_engine_free(again);
    prm_engine_free(engine);
    prm_program_unref(program);
}

/* ---- Equal states have equal bytes ---- */

static void test_canonical(void **state)
{
    (void)state;
    prm_program *program = state_program(WHOLE);
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        state_bytes expected = {NULL, 0};
        facts_make(set, seed, FACTS_MAX);
        for (uint64_t order = 0; order < 6; order++) {
            uint64_t random = seed * 100 + order + 1;
            prm_engine *engine = state_engine(program, 0, random);
            for (size_t at = 0, count; at < set->count; at += count) {
                count = 1 + (size_t)(unit_random(&random) >> 33) % 40;
                count = count < set->count - at ? count : set->count - at;
                state_ingest(engine, set->events + at, count);
            }
            assert_int_equal(prm_engine_advance(engine, LAST, NULL), PRM_OK);
            if (expected.data)
                state_is(engine, expected);
            else
                expected = state_save(engine);
            prm_engine_free(engine);
            state_shuffle(set->events, set->count, &random);
        }
        free(expected.data);
    }
    free(set);
    prm_program_unref(program);
}

/* ---- Hostile bytes ---- */

typedef struct victim {
    prm_program *program;
    state_bytes good;
    state_bytes bad; /* a copy of the good ones to be changed */
} victim;

/* `settled`: time is, up to so many days before the clock. */
static void victim_open_of(victim *v, const char *path, size_t events, bool released, int64_t settled)
{
    facts *set = malloc(sizeof *set);
    assert_non_null(set);
    v->program = state_program(path);
    facts_make(set, 5, events);
    prm_engine *engine = state_engine(v->program, 1, 1);
    state_ingest(engine, set->events, set->count);
    if (released)
        assert_int_equal(prm_engine_journal_release(engine, UINT64_MAX, NULL), PRM_OK);
    assert_int_equal(
        prm_engine_settle(engine,
                          settled == 0 ? PRM_NO_TIME : prm_engine_clock(engine) - settled * INT64_C(86400000),
                          NULL),
        PRM_OK);
    v->good = state_save(engine);
    v->bad = (state_bytes){malloc(v->good.size + 64), v->good.size};
    assert_non_null(v->bad.data);
    memcpy(v->bad.data, v->good.data, v->good.size);
    prm_engine_free(engine);
    free(set);
}

static void victim_open(victim *v, size_t events, bool released, int64_t settled)
{
    victim_open_of(v, WHOLE, events, released, settled);
}

static void victim_close(victim *v)
{
    free(v->good.data);
    free(v->bad.data);
    prm_program_unref(v->program);
}

static void victim_heal(victim *v)
{
    memcpy(v->bad.data, v->good.data, v->good.size);
    v->bad.size = v->good.size;
}

/* The bytes are refused with an error in words, and no more memory was asked for than a few times
 * their size. */
static void refused(const victim *v)
{
    failing_alloc memory;
    prm_engine *engine = NULL;
    prm_error error;
    failing_alloc_init(&memory, 0);
    prm_engine_options options = {.size = sizeof options, .allocator = &memory.host};
    /* a copy of just that size, so that a step beyond its end is seen */
    char *copy = malloc(v->bad.size ? v->bad.size : 1);
    assert_non_null(copy);
    memcpy(copy, v->bad.data, v->bad.size);
    prm_status status = prm_engine_load(v->program, &options, copy, v->bad.size, &engine, &error);
    free(copy);
    if (status != PRM_E_STATE && status != PRM_E_MISMATCH && status != PRM_E_UNSUPPORTED)
        fail_msg("%s", prm_status_name((int32_t)status));
    assert_int_equal(error.status, status);
    assert_true(strlen(error.message) > 0);
    assert_int_equal(memory.bytes, 0);
}

static void test_every_byte_flipped(void **state)
{
    (void)state;
    victim v;
    victim_open(&v, 12, false, 30);
    for (size_t i = 0; i < v.good.size; i++)
        for (int bit = 0; bit < 8; bit++) {
            v.bad.data[i] = (char)(v.good.data[i] ^ 1 << bit);
            refused(&v);
            v.bad.data[i] = v.good.data[i];
        }
    victim_close(&v);
}

static void test_every_length(void **state)
{
    (void)state;
    victim v;
    victim_open(&v, 12, false, 30);
    for (v.bad.size = 0; v.bad.size < v.good.size; v.bad.size++)
        refused(&v);
    memset(v.bad.data + v.good.size, 0, 64);
    for (v.bad.size = v.good.size + 1; v.bad.size < v.good.size + 64; v.bad.size++)
        refused(&v);
    victim_close(&v);
}

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

static size_t section_start(const char *bytes, size_t section)
{
    size_t at = PRM_SNAPSHOT_HEAD;
    for (size_t i = 0; i < section; i++)
        at += (size_t)number_at(bytes + 32 + 16 * i);
    return at;
}

static size_t section_size(const char *bytes, size_t section)
{
    return (size_t)number_at(bytes + 32 + 16 * section);
}

/* Hashes as they should be for what stands there now, as an enemy would make them. */
static void seal_sections(state_bytes bytes, size_t sections)
{
    const size_t head = PRM_SNAPSHOT_HEAD_OF(sections);
    size_t at = head;
    put_number(bytes.data + 24, bytes.size, 8);
    for (size_t i = 0; i < sections; i++) {
        size_t size = section_size(bytes.data, i);
        if (at <= bytes.size && size <= bytes.size - at)
            put_number(bytes.data + 40 + 16 * i, prm__hash_bytes(bytes.data + at, size, i), 8);
        at += size;
    }
    put_number(bytes.data + head - 8, prm__hash_bytes(bytes.data, head - 8, sections), 8);
}

static void seal(state_bytes bytes)
{
    seal_sections(bytes, PRM_SNAPSHOT_SECTIONS);
}

/* With good hashes: what changes the state into another one is another good state (a time that moved,
 * say), but then it is that one's very bytes. Anything else is refused. */
static size_t sealed(victim *v)
{
    prm_engine *engine = NULL;
    seal(v->bad);
    if (prm_engine_load(v->program, NULL, v->bad.data, v->bad.size, &engine, NULL) != PRM_OK) {
        refused(v);
        return 0;
    }
    state_is(engine, v->bad);
    prm_engine_free(engine);
    return 1;
}

static void test_every_byte_changed_and_sealed(void **state)
{
    (void)state;
    victim v;
    size_t states = 0;
    victim_open(&v, 10, false, 30);
    static const int changes[] = {0x01, 0x80, 0xFF};
    for (size_t i = PRM_SNAPSHOT_HEAD; i < v.good.size; i++)
        for (size_t j = 0; j < UNIT_COUNT(changes); j++) {
            v.bad.data[i] = (char)(v.good.data[i] ^ changes[j]);
            states += sealed(&v);
            v.bad.data[i] = v.good.data[i];
        }
    assert_true(states > 0 && states < v.good.size * 3);
    victim_close(&v);
}

/* Numbers of a section, each with its neighbours' values and with the edges of what can be: the same event or
 * partner twice, texts and types that there are none of, amounts beyond all money. Of a large section, some. */
static void section_words_changed(victim *v, size_t section, size_t *states, size_t *refusals)
{
    static const uint32_t edges[] = {0, 1, UINT32_MAX, UINT32_C(0x7FFFFFFF), UINT32_C(0x80000000)};
    const size_t start = section_start(v->good.data, section);
    const size_t end = start + section_size(v->good.data, section);
    const size_t step = end - start < 400 ? 1 : (end - start) / 400;
    for (size_t at = start; at + 4 <= end; at += step)
        for (size_t i = 0; i < UNIT_COUNT(edges) + 4; i++) {
            size_t back = i < UNIT_COUNT(edges) ? 0 : 4 * (i - UNIT_COUNT(edges) + 1);
            uint32_t value = i < UNIT_COUNT(edges) ? edges[i] : 0;
            if (back > at - start)
                continue;
            if (back)
                value = (uint32_t)number_at(v->good.data + at - back);
            put_number(v->bad.data + at, value, 4);
            if (sealed(v))
                ++*states;
            else
                ++*refusals;
            victim_heal(v);
        }
}

static void test_settled_words_changed_and_sealed(void **state)
{
    (void)state;
    static const size_t sections[] = {PRM_SNAPSHOT_SETTLED, PRM_SNAPSHOT_CLOSED, PRM_SNAPSHOT_BASES};
    for (uint64_t which = 0; which < 2; which++)
        for (size_t i = 0; i < UNIT_COUNT(sections); i++) {
            victim v;
            size_t states = 0, refusals = 0;
            victim_open_of(&v, which ? BROAD : WHOLE, 60, false, 30);
            assert_true(section_size(v.good.data, sections[i]) >= (i ? 400 : 16));
            section_words_changed(&v, sections[i], &states, &refusals);
            assert_true(refusals > 0 && (states > 0 || i == 0));
            victim_close(&v);
        }
}

static void test_sections_swapped(void **state)
{
    (void)state;
    victim v;
    victim_open(&v, 30, false, 30);
    for (size_t a = 0; a < PRM_SNAPSHOT_SECTIONS; a++)
        for (size_t b = a + 1; b < PRM_SNAPSHOT_SECTIONS; b++) {
            victim_heal(&v);
            char *to = v.bad.data + PRM_SNAPSHOT_HEAD;
            for (size_t i = 0; i < PRM_SNAPSHOT_SECTIONS; i++) {
                size_t from = i == a ? b : i == b ? a : i, size = section_size(v.good.data, from);
                memcpy(to, v.good.data + section_start(v.good.data, from), size);
                memcpy(v.bad.data + 32 + 16 * i, v.good.data + 32 + 16 * from, 16);
                to += size;
            }
            put_number(v.bad.data + PRM_SNAPSHOT_HEAD - 8,
                       prm__hash_bytes(v.bad.data, PRM_SNAPSHOT_HEAD - 8, PRM_SNAPSHOT_SECTIONS), 8);
            refused(&v); /* its own hashes have gone with each, and do not do elsewhere */
            seal(v.bad);
            refused(&v);
        }
    victim_close(&v);
}

static void test_counts_enlarged(void **state)
{
    (void)state;
    victim v;
    victim_open(&v, 30, false, 30);
    static const uint64_t counts[] = {1, 2, 255, 65536, UINT32_MAX / 2, UINT32_MAX - 1, UINT32_MAX};
    for (size_t i = 0; i < UNIT_COUNT(counts); i++) {
        const size_t places[] = {section_start(v.good.data, PRM_SNAPSHOT_TEXTS),
                                 section_start(v.good.data, PRM_SNAPSHOT_EVENTS),
                                 section_start(v.good.data, PRM_SNAPSHOT_EVENTS) + 8,
                                 section_start(v.good.data, PRM_SNAPSHOT_VOIDS),
                                 section_start(v.good.data, PRM_SNAPSHOT_POSTINGS)};
        for (size_t j = 0; j < UNIT_COUNT(places); j++) {
            uint32_t was = (uint32_t)number_at(v.good.data + places[j]);
            put_number(v.bad.data + places[j], was + counts[i], 4);
            seal(v.bad);
            refused(&v);
            victim_heal(&v);
        }
        for (size_t j = 0; j < PRM_SNAPSHOT_SECTIONS; j++) { /* sizes in the head */
            put_number(v.bad.data + 32 + 16 * j, section_size(v.good.data, j) + counts[i], 8);
            seal(v.bad);
            refused(&v);
            victim_heal(&v);
        }
    }
    victim_close(&v);
}

static void test_another_program_or_format(void **state)
{
    (void)state;
    victim v;
    prm_engine *engine = NULL;
    prm_error error;
    victim_open(&v, 12, true, 30);
    prm_program *other = state_program(BROAD);
    assert_int_equal(prm_engine_load(other, NULL, v.good.data, v.good.size, &engine, &error), PRM_E_MISMATCH);
    assert_non_null(strstr(error.message, "prm_engine_upgrade"));
    put_number(v.bad.data + 8, 3, 4);
    put_number(v.bad.data + 12, ~UINT32_C(3), 4);
    assert_int_equal(prm_engine_load(v.program, NULL, v.bad.data, v.bad.size, &engine, &error),
                     PRM_E_UNSUPPORTED);
    prm_program_unref(other);
    victim_close(&v);
}

/* ---- Memory ---- */

static void test_every_allocation_fails(void **state)
{
    (void)state;
    victim v;
    victim_open(&v, 40, false, 30);
    size_t n = 1;
    for (prm_engine *engine = NULL; !engine; n++) {
        failing_alloc memory;
        prm_error error;
        failing_alloc_init(&memory, n);
        prm_engine_options options = {.size = sizeof options, .allocator = &memory.host};
        prm_status status = prm_engine_load(v.program, &options, v.good.data, v.good.size, &engine, &error);
        if (status != PRM_OK) {
            assert_int_equal(status, PRM_E_MEMORY);
            assert_int_equal(error.status, PRM_E_MEMORY);
            assert_int_equal(memory.bytes, 0);
            engine = NULL;
            continue;
        }
        memory.fail_at = 0;
        state_is(engine, v.good);
        size_t failures = 0;
        for (prm_status saved = PRM_E_MEMORY; saved != PRM_OK; failures++) {
            size_t size = 0;
            memory.calls = 0;
            memory.fail_at = failures + 1;
            size_t held = memory.bytes;
            saved = prm_engine_save(engine, v.bad.data, v.good.size, &size, &error);
            assert_true(saved == PRM_OK || saved == PRM_E_MEMORY);
            assert_int_equal(memory.bytes, held);
        }
        assert_true(failures > 5);
        state_same(v.bad, v.good);
        memory.fail_at = 0;
        prm_engine_free(engine);
        assert_int_equal(memory.bytes, 0);
    }
    assert_true(n > 20);
    victim_close(&v);
}

static void test_room_is_too_small(void **state)
{
    (void)state;
    victim v;
    size_t size = 0;
    prm_error error;
    victim_open(&v, 12, false, 30);
    prm_engine *engine = state_load(v.program, v.good, 0);
    memset(v.bad.data, 'x', v.good.size + 64);
    assert_int_equal(prm_engine_save(engine, v.bad.data, v.good.size - 1, &size, &error), PRM_E_ARGUMENT);
    assert_int_equal(size, v.good.size);
    assert_int_equal(v.bad.data[v.good.size - 1], 'x');
    prm_engine_free(engine);
    victim_close(&v);
}

/* ---- The format does not move ---- */

static state_bytes read_file(const char *path)
{
    state_bytes bytes = {malloc(1 << 20), 0};
    FILE *file = fopen(path, "rb");
    assert_non_null(bytes.data);
    if (!file)
        fail_msg("%s is not there", path);
    bytes.size = fread(bytes.data, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

/* Bytes that were written when a format was made. The program's hash depends on the time zone's data, so
 * the one in them is made that of the program as it is compiled here. */
static prm_engine *golden(prm_program *program, const char *path, size_t sections, bool present)
{
    state_bytes bytes = read_file(path);
    put_number(bytes.data + 16, prm_program_hash(program), 8);
    seal_sections(bytes, sections);
    prm_engine *engine = state_load(program, bytes, 9);
    prm_counts counts = {.size = sizeof counts};
    if (present)
        state_is(engine, bytes);
    assert_int_equal(prm_engine_counts(engine, &counts), PRM_OK);
    assert_int_equal(counts.accepted, 12);
    assert_int_equal(counts.postings, 9);
    state_bytes journal = read_file("tests/state/golden/journal.txt");
    journal.data[journal.size] = '\0';
    state_same_text(state_journal(engine), journal.data);
    free(bytes.data);
    return engine;
}

/* The first one keeps settled events whole. Once it is settled further, it is the second. */
static void test_golden(void **state)
{
    (void)state;
    prm_program *program = state_program("tests/state/golden/program.yaml");
    prm_engine *first = golden(program, "tests/state/golden/format-1.state", PRM_SNAPSHOT_CLOSED, false);
    prm_engine *second = golden(program, "tests/state/golden/format-2.state", PRM_SNAPSHOT_SECTIONS, true);
    assert_int_equal(prm_engine_settled(first), INT64_C(1781049600000));  /* 2026-06-10 */
    assert_int_equal(prm_engine_settled(second), INT64_C(1781136000000)); /* 2026-06-11 */
    state_same_text(facts_ledger(first), facts_ledger(second));
    state_bytes bytes = state_save(first);
    prm_engine *again = state_load(program, bytes, 3);
    state_same_engines(first, again);
    assert_int_equal(prm_engine_settle(again, prm_engine_settled(second), NULL), PRM_OK);
    state_same_engines(again, second);
    prm_engine_free(again);
    free(bytes.data);
    prm_engine_free(first);
    prm_engine_free(second);
    prm_program_unref(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_prefix),
        cmocka_unit_test(test_every_prefix_settled),
        cmocka_unit_test(test_counts_and_nothing),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_every_byte_flipped),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_every_byte_changed_and_sealed),
        cmocka_unit_test(test_settled_words_changed_and_sealed),
        cmocka_unit_test(test_sections_swapped),
        cmocka_unit_test(test_counts_enlarged),
        cmocka_unit_test(test_another_program_or_format),
        cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_room_is_too_small),
        cmocka_unit_test(test_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
