/* The n-th allocation fails, for every n: an error, nothing leaked, and what was there
 * before stays; without a failure, all is given back in the end. */
#include "compiling.h"

#include "../base/failing_alloc.h"

/* A program with everything that compiling allocates for. */
static const char rich[] =
    "prm: 1\n"
    "program: rich\n"
    "currency: USD\n"
    "timezone: America/New_York\n"
    "attributes: {partner: {segment: text, target: integer}, rep: {certified: boolean}}\n"
    "rewards: {stars: points}\n"
    "commission: {on: [deal.won, invoice.paid], of: amount, where: amount > 10, base: 5%, by_product: {a: "
    "1%}}\n"
    "rules:\n"
    "  a: {for: [rep, product], within: 30d of deal.won, eligible: rep.certified, when: {count: deal.won, "
    "where: 'product in [\"x\", \"y\"]', at_least: partner.target}, then: [{stars: value}, {rate: +1%}]}\n"
    "  b: {each: deal.won, where: '!has(customer) || size([amount]) == 1', then: {rate: 7%, group: g}}\n";

/* Each form of rule. */
static const char forms[] =
    "prm: 1\n"
    "program: forms\n"
    "currency: JPY\n"
    "attributes: {partner: {goal: integer}}\n"
    "measures: {won: {count: deal.won}, lost: {count: deal.lost}, spare: {streak: {count: deal.won, "
    "at_least: 1}}}\n"
    "commission: {on: deal.won, of: amount, base: 5%}\n"
    "ranks: {per: month, levels: {a: {}, b: {when: {any: [{count: deal.won, at_least: 9}, {value: won, "
    "at_least: 8}]}}}}\n"
    "rules:\n"
    "  a: {for: referrer, where: amount > 5, when: {all: [{value: won / lost, at_least: 2}, {not: {is: "
    "partner.goal > 5}}]}, "
    "then: {rank: b}}\n"
    "  b: {per: month, when: {sum: amount, of: deal.won}, tiers: [{at_least: 1, then: {cash: 1}}, {at_least: "
    "partner.goal, "
    "then: {notice: x}}], else: {notice: y}, remind: {before: 3d, notice: z}, limit: {times: 2, for: deal, "
    "per: year}, "
    "max: 5, budget: 50, exclusive: e}\n"
    "  c: {when: {streak: {average: amount, of: deal.won, more_than: 3}, per: week, every: 2}, then: "
    "{points: 1}}\n"
    "  d: {active: {from: 2026-04-01}, while: {covered: course.completed, at_least: 2}, then: {rate: +1%}}\n"
    "  e: {for: rep, per: month, contest: {by: {value: won}, places: [[{cash: 2}, {notice: first}], {cash: "
    "1}]}}\n"
    "  f: {per: month, at: close, when: {is: amount > 1}, then: {cash: 1}}\n"
    "  g: {exclusive: e, each: deal.won, then: {cash: 9}, max: 5}\n"
    "  h: {exclusive: e, each: deal.won, eligible: amount > 1, then: {rate: +1%, group: lonely}}\n";

/* The sections besides rules. */
static const char sections[] =
    "prm: 1\n"
    "program: sections\n"
    "currency: USD\n"
    "reference_rate: 15%\n"
    "events:\n"
    "  order.placed: {partner: text, order: text, amount: money, extra?: percent}\n"
    "  order.returned: {partner: text, order: text, voids: order.placed by order, within: 90d}\n"
    "  deal.won: {region?: text}\n"
    "measures: {won: {count: deal.won}, lost: {count: deal.lost}, spare: {sum: amount, of: order.placed}}\n"
    "commission:\n"
    "  on: order.placed\n"
    "  of: amount\n"
    "  for: partner\n"
    "  within: 1y of deal.won\n"
    "  brackets: {for: customer, per: month, rates: [{from: 0, rate: 10%}, {from: 500, rate: 20%}]}\n"
    "  override: [2%, 1%]\n"
    "ranks:\n"
    "  per: quarter\n"
    "  levels: {low: {}, high: {when: {value: won / (won + lost), at_least: 50%}, by_product: {x: 9%}}}\n"
    "rules:\n"
    "  a: {eligible: partner.rank == 'high', when: {count: deal.won, at_least: 3}, then: {rank: low}}\n";

static prm_status compile_failing_from(const char *text, failing_alloc *failing, size_t fail_at, size_t least)
{
    prm_compile_options options = {.size = sizeof options, .allocator = &failing->host};
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_error error;
    failing_alloc_init(failing, fail_at);
    failing->least = least;
    prm_status status = prm_program_compile(text, strlen(text), &options, &program, &diagnostics, &error);
    assert_int_equal(program != NULL, status == PRM_OK);
    assert_int_equal(diagnostics == NULL, status == PRM_E_MEMORY);
    if (status != PRM_OK)
        assert_int_equal(error.status, status);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
    assert_int_equal(failing->bytes, 0);
    return status;
}

static prm_status compile_failing(const char *text, failing_alloc *failing, size_t fail_at)
{
    return compile_failing_from(text, failing, fail_at, 0);
}

static void expect_every_failure(const char *text, prm_status expected)
{
    failing_alloc failing;
    assert_int_equal(compile_failing(text, &failing, 0), expected);
    size_t calls = failing.calls;
    assert_true(calls > 20);
    for (size_t n = 1; n <= calls; n++)
        assert_int_equal(compile_failing(text, &failing, n), PRM_E_MEMORY);
    assert_int_equal(compile_failing(text, &failing, calls + 1), expected);
}

static void test_sample(void **state)
{
    (void)state;
    expect_every_failure(compiling_sample, PRM_OK);
    expect_every_failure(sections, PRM_OK);
}

/* Of `rich`, one error: `group` beside a rate that is set. */
static void test_findings(void **state)
{
    (void)state;
    expect_every_failure(rich, PRM_E_PROGRAM);
}

static void test_rich(void **state)
{
    (void)state;
    char text[sizeof rich];
    memcpy(text, rich, sizeof rich);
    memcpy(strstr(text, "rate: 7%"), "rate: +7", 8);
    expect_every_failure(text, PRM_OK);
}

static void test_forms(void **state)
{
    (void)state;
    expect_every_failure(forms, PRM_OK);
}

/* Lists that are full as the last part comes: of brackets, and of the words of two filters. */
static void test_lists(void **state)
{
    (void)state;
    expect_every_failure(COMPILING_HEAD "commission: {on: deal.won, of: amount, base: 5%, brackets: {rates: "
                                        "[{from: 10, rate: 6%}]}}\nrules: {}\n",
                         PRM_OK);
    expect_every_failure(COMPILING_HEAD "rules:\n"
                                        "  a: {where: amount > 10, when: {count: deal.won, where: "
                                        "amount > 20 + 5, at_least: 1}, then: {cash: 1}}\n",
                         PRM_OK);
}

/* ---- Where the memory at hand ends ---- */

/* Small things come out of larger blocks, so the host is asked for memory only where one is full. What
 * stands before the rest moves that place over all that is read of the rest. */
#define BLOCK_BYTES 1024 /* the smallest block */
#define MOVE_FIELDS 48
#define MOVE_TITLE 240
#define MOVE_STEP 16

static const char *const moved[] = {
    "commission: {on: deal.won, of: amount, base: 5%, brackets: {rates: [{from: 10, rate: 6%}]}}\n",
    "rules:\n"
    "  a: {per: month, at: close, when: {is: partner.rank == 'a'}, then: {cash: 1}}\n"
    "ranks: {per: month, levels: {a: {}, b: {when: {count: deal.won, at_least: 1}}}}\n",
    "rules:\n"
    "  a: {for: customer, when: {sum: amount, of: [deal.won, deal.lost], at_least: 1}, then: {cash: 1}}\n",
    "ranks: {per: month, levels: {a: {}, b: {when: {count: deal.won, at_least: 1}}}}\n"
    "rules:\n"
    "  a: {each: deal.won, then: {rank: b}}\n",
    "rules:\n"
    "  a: {each: *x, then: {cash: 1}}\n",
};

/* The sections behind a title of so many bytes, and a type of so many fields. */
static void move(char *text, size_t room, int title, int fields, const char *rest)
{
    int size = snprintf(
        text, room, "prm: 1\nprogram: p\ncurrency: JPY\ntitle: %0*d\nevents: {x.y: {partner: text", title, 0);
    for (int i = 0; i < fields; i++)
        size += snprintf(text + size, room - (size_t)size, ", f%d: text", i);
    size += snprintf(text + size, room - (size_t)size, "}}\n%s", rest);
    assert_true((size_t)size < room);
}

static void test_everywhere(void **state)
{
    (void)state;
    char text[4096];
    for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++)
        for (int fields = 0; fields < MOVE_FIELDS; fields++)
            for (int title = 1; title < MOVE_TITLE; title += MOVE_STEP) {
                failing_alloc failing;
                move(text, sizeof text, title, fields, moved[i]);
                prm_status expected = compile_failing_from(text, &failing, 0, BLOCK_BYTES);
                size_t calls = failing.calls;
                for (size_t n = 1; n <= calls; n++)
                    assert_int_equal(compile_failing_from(text, &failing, n, BLOCK_BYTES), PRM_E_MEMORY);
                assert_int_equal(compile_failing_from(text, &failing, calls + 1, BLOCK_BYTES), expected);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample), cmocka_unit_test(test_findings), cmocka_unit_test(test_rich),
        cmocka_unit_test(test_forms),  cmocka_unit_test(test_lists),    cmocka_unit_test(test_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
