/* Programs and engines made and freed over and over, in one process: its memory does not grow. */
#define _DEFAULT_SOURCE
#include "../base/unit.h"
#include "footprint.h"
#include "life.h"

#define CYCLES 10000
#define WARM 200

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
    footprint before = footprint_now();
    for (int i = 0; i < CYCLES; i++)
        live_once(i, &text);
    assert_true(life_live(&text));
    assert_string_equal(text.data, first.data);
    footprint_same(before, footprint_now());
}

int main(int count, char **words)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(programs_and_engines)};
    (void)count;
    footprint_begin(words);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
