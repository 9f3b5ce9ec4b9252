/* Compiled programs as hostile bytes: what the verifier lets pass can be listed and run. The
 * bytes are changes to the block of a real program, row by row: arbitrary ones would end at the
 * magic. From 0xF0 on the first byte says that the rest is the block itself. */
#include "exercise.h"

#include "program/program.h"

#include <string.h>

static const char *const paths[] = {"tests/property/broad.yaml", "tests/property/settling.yaml",
                                    "tests/property/sliced.yaml", "rules/20-full-program/program.yaml"};
static prm_program *programs[FUZZ_COUNT(paths)];

#define SECTION_SIZE(name, type) sizeof(type),
static const size_t row_sizes[] = {PRM_PROGRAM_SECTIONS(SECTION_SIZE)};

static void run_block(const void *block, size_t size, uint64_t seed)
{
    prm_program *program = NULL;
    prm_status status = prm__program_from_bytes(block, size, NULL, &program);
    FUZZ_CHECK(status == PRM_OK || status == PRM_E_PROGRAM);
    FUZZ_CHECK((status == PRM_OK) == (program != NULL));
    if (program != NULL)
        fuzz_program_exercise(program, seed, 0);
    prm__program_unref(program);
}

static uint32_t draw_word(fuzz_bytes *bytes, uint32_t old)
{
    static const uint32_t words[] = {0, 1, 2, 3, 16, 255, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
    uint8_t how = fuzz_byte(bytes);
    if (how < 0x40)
        return how;
    if (how < 0x80)
        return old + (how & 0x3F) - 0x20;
    if (how < 0xC0)
        return words[how % FUZZ_COUNT(words)];
    return (uint32_t)fuzz_number(bytes, 1 + how % 4);
}

/* One word of one row, or of the head: which, and what it is now. */
static void change_word(fuzz_bytes *bytes, char *block)
{
    prm__p_head *head = (prm__p_head *)(void *)block;
    uint32_t section = fuzz_byte(bytes) & 0x1F, word;
    char *start = block;
    size_t size = sizeof *head;
    if (section < PRM_SECTION_COUNT && head->counts[section] > 0) {
        uint32_t row = (uint32_t)fuzz_number(bytes, 2) % head->counts[section];
        size = row_sizes[section];
        start += head->offsets[section] + row * size;
    }
    if (size < sizeof word) {
        *start = (char)fuzz_byte(bytes);
        return;
    }
    start += fuzz_number(bytes, 2) % (size / sizeof word) * sizeof word;
    memcpy(&word, start, sizeof word);
    word = draw_word(bytes, word);
    memcpy(start, &word, sizeof word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_bytes bytes = {data, size};
    uint8_t how = fuzz_byte(&bytes);
    uint64_t seed = fuzz_hash(5, data, size);
    if (how >= 0xF0) {
        run_block(bytes.data, bytes.size, seed);
        return 0;
    }
    prm_program **base = &programs[how % FUZZ_COUNT(programs)];
    if (*base == NULL)
        FUZZ_CHECK(prm_program_load(paths[how % FUZZ_COUNT(paths)], NULL, base, NULL, NULL) == PRM_OK);
    char *block = malloc((*base)->size);
    FUZZ_CHECK(block != NULL);
    memcpy(block, (*base)->block, (*base)->size);
    /* Places are found by the sound head, before the changes reach it. */
    prm__p_head sound = *(*base)->head;
    for (size_t i = 0; i < 8 && bytes.size > 0; i++) {
        prm__p_head changed = *(prm__p_head *)(void *)block;
        memcpy(block, &sound, sizeof sound);
        change_word(&bytes, block);
        if (memcmp(block, &sound, sizeof sound) == 0)
            memcpy(block, &changed, sizeof changed);
    }
    run_block(block, (*base)->size, seed);
    free(block);
    return 0;
}
