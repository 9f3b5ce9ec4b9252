/* Tests of the verifier with hostile blocks by the thousand. Whatever passes is listed, which
 * follows every index that it has. */
#include "program/program.h"

#include "../base/unit.h"

#include "victim.h"

/* If a block passes, everything in it can be followed. Returns whether it did. */
static bool follow(const void *block, size_t size)
{
    static char listing[20000];
    prm_program *program = NULL;
    prm_status status = prm__program_from_bytes(block, size, NULL, &program);
    if (status != PRM_OK) {
        assert_int_equal(status, PRM_E_PROGRAM);
        return false;
    }
    assert_true(prm__program_dump(program, listing, sizeof listing) > 0);
    for (uint32_t i = 0; i < program->types_count; i++) {
        prm_text text = prm__program_text(program, program->types[i].text);
        assert_true(prm__program_find_type(program, text.data, text.size) <= i);
        assert_int_equal(prm__program_slot(program, i, PRM_NO_INDEX), PRM_NO_INDEX);
    }
    prm__program_unref(program);
    return true;
}

/* Exact sizes on the heap: a step outside is seen by the sanitizer. */
static void test_every_length(void **state)
{
    (void)state;
    victim it = victim_new();
    for (size_t size = 0; size < it.size; size++) {
        void *cut = malloc(size + 1);
        assert_non_null(cut);
        memcpy(cut, it.head, size);
        if (size >= sizeof(prm__p_head))
            assert_non_null(prm__program_verify(cut, size));
        assert_false(follow(cut, size));
        free(cut);
    }
    char *longer = calloc(1, it.size + 16);
    assert_non_null(longer);
    memcpy(longer, it.head, it.size);
    assert_false(follow(longer, it.size + 16));
    assert_false(follow(longer, it.size + 1));
    assert_non_null(prm__program_verify(longer + 8, it.size));
    free(longer);
    victim_free(&it);
}

static void test_every_bit(void **state)
{
    (void)state;
    victim it = victim_new();
    size_t passed = 0;
    for (size_t i = 0; i < it.size * 8; i++) {
        ((unsigned char *)it.head)[i / 8] ^= (unsigned char)(1u << i % 8);
        passed += follow(it.head, it.size);
        ((unsigned char *)it.head)[i / 8] ^= (unsigned char)(1u << i % 8);
    }
    assert_true(follow(it.head, it.size));
    /* Letters, rates, titles and the like may differ; most of it may not. */
    assert_in_range(passed, it.size / 8, it.size * 4);
    victim_free(&it);
}

static void test_every_byte(void **state)
{
    (void)state;
    const unsigned char bytes[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    victim it = victim_new();
    for (size_t i = 0; i < it.size; i++) {
        unsigned char old = ((unsigned char *)it.head)[i];
        for (size_t j = 0; j < UNIT_COUNT(bytes); j++) {
            ((unsigned char *)it.head)[i] = bytes[j];
            follow(it.head, it.size);
        }
        ((unsigned char *)it.head)[i] = old;
    }
    victim_free(&it);
}

/* Counts and offsets that agree with one another, rows that are read as others. */
static void test_sections_of_other_sizes(void **state)
{
    (void)state;
    victim it = victim_new();
    prm__p_head before = *it.head;
    for (uint32_t i = 0; i < PRM_SECTION_COUNT; i++)
        for (uint32_t more = 1; more <= 64; more++) {
            it.head->counts[i] = before.counts[i] + more;
            follow(it.head, it.size);
            for (uint32_t j = i + 1; j < PRM_SECTION_COUNT; j++)
                it.head->offsets[j] += 16;
            follow(it.head, it.size);
            it.head->counts[i] = before.counts[i] - (more < before.counts[i] ? more : before.counts[i]);
            follow(it.head, it.size);
            *it.head = before;
        }
    victim_free(&it);
}

/* Several words at once, with the values that indices, counts and offsets stumble over. */
static void test_random_words(void **state)
{
    (void)state;
    const uint32_t words[] = {0,  1,   2,   3,          4,          5,          8,         16,
                              64, 255, 256, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF};
    victim it = victim_new();
    uint32_t *block = (uint32_t *)(void *)it.head;
    uint64_t random = 11;
    size_t passed = 0;
    for (int round = 0; round < 40000; round++) {
        memcpy(it.head, it.sound->block, it.size);
        for (uint64_t changes = 1 + unit_random(&random) % 3; changes > 0; changes--) {
            /* Rows rather than the head: behind it. */
            size_t at = sizeof(prm__p_head) / 4 +
                        unit_random(&random) % ((it.size - sizeof(prm__p_head)) / 4);
            uint64_t draw = unit_random(&random);
            block[at] = draw % 4 == 0 ? block[(draw >> 8) % (it.size / 4)]
                                      : words[(draw >> 8) % UNIT_COUNT(words)];
        }
        passed += follow(it.head, it.size);
    }
    assert_in_range(passed, 500, 20000);
    victim_free(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_length), cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_every_byte),   cmocka_unit_test(test_sections_of_other_sizes),
        cmocka_unit_test(test_random_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
