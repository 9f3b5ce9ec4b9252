/* Did you mean: near words are found, far ones are not. */
#include "suggest.h"

#include "memory.h"
#include "progressbar.h"
#include "scratch.h"

static const char *nearest(const char *word)
{
    static const char *const words[] = {"events", "map", "clock", "lead.registered", "deal.won"};
    prm_text candidates[5];
    for (size_t i = 0; i < 5; i++)
        candidates[i] = text_of(words[i]);
    size_t found = suggest_nearest(text_of(word), candidates, 5);
    return found < 5 ? words[found] : "";
}

static void test_nearest(void **state)
{
    (void)state;
    assert_string_equal(nearest("evnts"), "events");
    assert_string_equal(nearest("Events"), "events");
    assert_string_equal(nearest("evetns"), "events");
    assert_string_equal(nearest("mpa"), "map");
    assert_string_equal(nearest("lead.registred"), "lead.registered");
    assert_string_equal(nearest("deal_won"), "deal.won");
    assert_string_equal(nearest("banana"), "");
    assert_string_equal(nearest("x"), "");
    assert_string_equal(nearest(""), "");
}

static void test_progress_line(void **state)
{
    (void)state;
    char line[160];
    progressbar_line(line, sizeof line, 50, 1200, 3, 0);
    assert_string_equal(line, "reading  [###############...............]  50%  1200 events  3 s left");
    progressbar_line(line, sizeof line, 100, 1, 0, 1);
    assert_string_equal(line,
                        "reading  [\033[36m##############################\033[0m] 100%  1 events  0 s left");
    progressbar_line(line, sizeof line, 101, 7, 0, 1);
    assert_string_equal(line, "reading  7 events");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_progress_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
