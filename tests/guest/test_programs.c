/* Programs and engines made and freed over and over, in one process: its memory does not grow. */
#include "../base/unit.h"
#include "life.h"

#define CYCLES 10000
#define WARM 200

static size_t private_pages(void)
{
    unsigned long size = 0, resident = 0, shared = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu %lu %lu", &size, &resident, &shared), 3);
    fclose(file);
    return resident - shared;
}

static const char small[] =
    "prm: 1\nprogram: small\ncurrency: JPY\ntimezone: Asia/Tokyo\n"
    "rules: {two: {per: month, when: {count: deal.won, where: amount > 5, at_least: 2}, then: {cash: 5}}}\n";

/* A program; of some an engine, too, and errors. */
static void live_once(int number, life_text *text)
{
    prm_program *program = NULL;
    assert_int_equal(prm_program_compile(small, sizeof small - 1, NULL, &program, NULL, NULL), PRM_OK);
    prm_program_unref(program);
    if (number % 10 == 0)
        assert_true(life_live(text));
}

static void programs_and_engines(void **state)
{
    (void)state;
    life_text first, text;
    assert_true(life_live(&first));
    for (int i = 0; i < WARM; i++)
        live_once(i, &text);
    size_t before = private_pages();
    for (int i = 0; i < CYCLES; i++)
        live_once(i, &text);
    assert_true(life_live(&text));
    assert_string_equal(text.data, first.data);
    size_t after = private_pages();
    printf("pages %zu, then %zu\n", before, after);
    assert_true(after <= before + 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(programs_and_engines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
