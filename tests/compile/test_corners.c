/* Corners of the compiler that programs seldom see: what is wrong in a place that is itself wrong,
 * constants that decide a filter, bounds from every side, limits of size. Each case has every finding
 * that it gives. Texts stand behind the head, so they begin in line 4. */
#include "compiling.h"

typedef struct corner {
    const char *body;
    const char *expected; /* "NUMBER LINE:COLUMN", separated by "; " */
} corner;

#define BASE "commission: {on: deal.won, of: amount, base: 10%}\n"
#define RULE "rules:\n  a: "
#define EACH(where) RULE "{each: deal.won, where: " where ", then: {cash: 5}}\n"
#define OF(measure, where, compared)                                                                         \
    RULE "{when: {" measure ": amount, of: deal.won, where: " where ", " compared "}, then: {cash: 5}}\n"
#define ALL(parts) RULE "{when: {all: [" parts "]}, then: {cash: 5}}\n"

#define ELSE(when) RULE "{per: month, at: close, when: " when ", then: {cash: 5}, else: {cash: 1}}\n"
#define NAMED(of) "measures: {won: {count: deal.won}, other: {" of "}}\n"
#define GOAL "attributes: {partner: {goal: integer}}\n"
#define ONE(name, when) "  " name ": {exclusive: x, per: month, at: close, when: " when ", then: {cash: 5}}\n"
#define TWO(first, second) "rules:\n" ONE("a", first) ONE("b", second)
#define TIERED(how, low, high)                                                                               \
    BASE RULE "{per: quarter, " how "when: {count: deal.won}, tiers: [{at_least: 1, then: " low              \
              "}, {at_least: 2, then: " high "}]}\n"
#define TIERS(low, high) TIERED("", low, high)
#define HIGHEST(low, high) TIERED("at: close, pick: highest, ", low, high)

static const corner corners[] = {
    /* What depends on something that was refused is not refused for that, too. */
    {"timezone: Asia/Tokio\n" BASE RULE
     "{when: {count: deal.won, at_least: 2}, then: {rate: +1%, until: 2026-07-01}}\n",
     "213 4:11"},
    {BASE RULE "{when: {count: deal.won, at_least: 2}, then: {rate: +1%, until: 9999-12-31}}\n", ""},
    {"commission: {on: deal.won, of: amount, brackets: {for: colour, rates: [{from: 0, rate: 10%}]}}\n",
     "302 4:56"},
    {"commission: {on: deal.won, of: amount, brackets: {for: referrer, rates: [{from: 0, rate: 10%}]}}\n",
     "505 4:56"},
    {"commission: {on: deal.won, of: amount, brackets: {for: parent, rates: [{from: 0, rate: 10%}]}}\n",
     "505 4:56"},
    {"commission: {on: deal.won, of: amount, brackets: {for: partner}}\n", "202 4:40"},
    {BASE
     "ranks: {per: month, levels: {low: {}, high: {when: {count: deal.won, at_least: 2}, rate: lots}}}\n",
     "212 5:90"},
    {"attributes: {partner: {a: text, a: text}}\n", "106 4:33"},
    {"measures: {a: {count: deal.won}, a: {count: deal.lost}}\n" BASE, "106 4:34"},
    {RULE "{when: {streak: 5, per: month, at_least: 3}, then: {cash: 5}}\n", "203 5:22"},
    {RULE "{contest: [], per: month}\n", "203 5:16"},
    {RULE "{when: {count: deal.won}, tiers: [3, {}]}\n", "203 5:39"},
    {RULE "{when: {all: [{count: deal.won, at_least: 1}, {not: {not: {count: deal.won, at_least: 2}}}]}, "
          "then: {cash: 5}}\n",
     ""},

    /* A filter of constants alone. */
    {EACH("1 <= 2"), ""},
    {EACH("3 <= 2"), "512 5:30"},
    {EACH("3 >= 2 && 1 != 2 && 2 > 1 && 1 < 2"), ""},
    {EACH("3 >= 4"), "512 5:30"},
    {EACH("1 != 1"), "512 5:30"},
    {EACH("2 > 2"), "512 5:30"},
    {EACH("2 < 2"), "512 5:30"},
    {EACH("7 - 2 > 10"), "512 5:30"},
    {EACH("7 % 4 == 2"), "512 5:30"},
    {EACH("7 % 4 == 3"), ""},
    {EACH("\"-3 > 4\""), "512 5:30"},
    {EACH("7 / 2 == 3"), "512 5:30"},
    {EACH("7 / 2 == 3.5"), ""},

    /* Whether arithmetic over measures holds before anything happens. */
    {"measures: {mean: {average: amount, of: deal.won}, most: {maximum: amount, of: deal.won}}\n" RULE
     "{when: {value: most - mean, at_least: 0}, then: {cash: 5}}\n",
     ""},
    {"measures: {share: {coverage: course.completed}}\n" RULE
     "{when: {value: share, at_most: 1}, then: {cash: 5}}\n",
     "501 6:37"},
    {"measures: {run: {streak: {count: deal.won, at_least: 1}, per: month}}\n" RULE
     "{when: {value: run + 1, at_least: 1}, then: {cash: 5}}\n",
     "501 6:40"},

    /* Bounds that a filter puts on a field, from both sides and in every order. */
    {OF("minimum", "amount > 10 || amount > 20", "less_than: 10"), "522 5:91"},
    {OF("minimum", "amount > 20 || amount > 10", "less_than: 11"), ""},
    {OF("maximum", "amount < 10 || amount < 20", "at_least: 50"), "522 5:90"},
    {OF("maximum", "amount < 20 || amount > 5", "at_least: 50"), ""},
    {OF("maximum", "amount < 20 || amount == 30", "at_least: 31"), "522 5:91"},
    {OF("maximum", "amount == 30 || amount < 20", "at_least: 31"), "522 5:91"},
    {OF("maximum", "amount == 30 || amount < 20", "at_least: 30"), ""},
    {OF("maximum", "30 >= amount && amount < 25", "at_least: 28"), "522 5:91"},
    {OF("maximum", "amount < 25 && 30 >= amount", "at_least: 28"), "522 5:91"},
    {OF("minimum", "20 < amount && 10 <= amount", "at_most: 15"), "522 5:90"},
    {OF("minimum", "10 <= amount && 20 < amount", "at_most: 15"), "522 5:90"},
    {OF("minimum", "30 > amount && amount > -5 && amount > -2", "less_than: -3"), "522 5:106"},
    {"events: {deal.won: {first?: boolean}}\n" RULE
     "{when: {distinct: first, of: deal.won, where: first, at_least: 2}, then: {cash: 5}}\n",
     "522 6:69"},
    {"events: {deal.won: {first?: boolean}}\n" RULE
     "{when: {distinct: first, of: deal.won, where: \"!first\", at_least: 2}, then: {cash: 5}}\n",
     "522 6:72"},
    {"events: {deal.won: {first?: boolean, second?: boolean}}\n" RULE
     "{when: {distinct: first, of: deal.won, where: \"!second\", at_least: 2}, then: {cash: 5}}\n",
     ""},

    /* Parts of an `all` that leave nothing over. */
    {ALL("{count: deal.won, at_least: 5}, {count: deal.won, at_least: 3}, {count: deal.won, less_than: 4}"),
     "523 5:113"},
    {ALL("{count: deal.won, at_least: 3}, {count: deal.won, at_least: 5}, {count: deal.won, less_than: 5}"),
     "523 5:113"},
    {ALL("{count: deal.won, at_least: 5}, {count: deal.won, more_than: 5}, {count: deal.won, at_most: 5}"),
     "523 5:112"},
    {ALL("{count: deal.won, more_than: 5}, {count: deal.won, at_least: 5}, {count: deal.won, at_most: 5}"),
     "523 5:112"},
    {ALL("{count: deal.won, at_least: 1}, {count: deal.won, at_most: 9}, {count: deal.won, at_most: 12}, "
         "{count: deal.won, less_than: 9}, {count: deal.won, more_than: 8}"),
     ""},
    {ALL("{count: deal.won, at_least: 5}, {count: deal.won, at_most: 12}, {count: deal.won, at_most: 4}"),
     "523 5:111"},
    {ALL("{count: deal.won, at_least: 5}, {count: deal.won, at_least: 5}, {count: deal.won, at_most: 5}"),
     ""},

    /* Of a threshold that every number reaches it is said, once; of `is: true` only where an `else` waits. */
    {ELSE("{count: deal.won, at_least: 0}"), "552 5:64"},
    {ELSE("{count: deal.won, at_least: 1}"), ""},
    {ELSE("{count: deal.won, more_than: -1}"), "552 5:65"},
    {ELSE("{count: deal.won, more_than: 0}"), ""},
    {ELSE("{distinct: partner, of: deal.won, at_most: 1}"), "552 5:79"},
    {ELSE("{distinct: partner, of: deal.won, at_most: 0}"), ""},
    {ELSE("{distinct: partner, of: deal.won, less_than: 2}"), "552 5:81"},
    {ELSE("{distinct: partner, of: deal.won, less_than: 1}"), ""},
    {ELSE("{count: deal.won, at_most: 9}"), ""},
    {ELSE("{count: deal.won, less_than: 9}"), ""},
    {ELSE("{average: amount, of: deal.won, at_least: 0}"), ""},
    {ELSE("{sum: amount, of: deal.won, at_least: 0}"), ""},
    {ELSE("{all: [{count: deal.won, at_least: 0}, {count: deal.lost, at_least: 0}]}"), "552 5:71; 552 5:104"},
    {ELSE("{all: [{count: deal.won, at_least: 0}, {count: deal.lost, at_least: 1}]}"), "552 5:71"},
    {ELSE("{all: [{count: deal.won, at_least: 1}, {count: deal.lost, at_least: 0}]}"), "552 5:104"},
    {ELSE("{any: [{count: deal.won, at_least: 1}, {count: deal.lost, at_least: 0}]}"), "552 5:104"},
    {ELSE("{any: [{count: deal.won, at_least: 0}, {count: deal.lost, at_least: 1}]}"), "552 5:71"},
    {ELSE("{any: [{count: deal.won, at_least: 1}, {count: deal.lost, at_least: 1}]}"), ""},
    {ELSE("{not: {count: deal.won, at_least: 0}}"), "552 5:70"},
    {ELSE("{not: {count: deal.won, at_least: 1}}"), ""},
    {ELSE("{is: true}"), "531 5:65"},
    {ELSE("{is: false}"), "512 5:41"},
    {ELSE("{not: {is: true}}"), ""},
    {ELSE("{not: {is: false}}"), "512 5:47"},
    {ELSE("{all: [{is: true}, {is: true}]}"), "531 5:86"},
    {ELSE("{all: [{is: true}, {count: deal.won, at_least: 1}]}"), ""},
    {ELSE("{all: [{count: deal.won, at_least: 1}, {is: true}]}"), ""},
    {ELSE("{any: [{is: true}, {count: deal.won, at_least: 1}]}"), "531 5:106"},
    {ELSE("{any: [{count: deal.won, at_least: 1}, {is: true}]}"), "531 5:106"},
    {ELSE("{all: [{is: true}, {count: deal.won, at_least: 0}]}"), "552 5:83"},

    /* A rule behind one with the same name, whose condition is the same or another one. */
    {TWO("{count: deal.won, at_least: 3}", "{count: deal.lost, at_least: 3}"), ""},
    {GOAL TWO("{count: deal.won, at_least: partner.goal}", "{count: deal.won, at_least: 3}"), ""},
    {GOAL TWO("{count: deal.won, at_least: 3}", "{count: deal.won, at_least: partner.goal}"), ""},
    {GOAL TWO("{count: deal.won, at_least: partner.goal}", "{count: deal.won, at_least: partner.goal}"),
     "527 7:18"},
    {GOAL TWO("{is: partner.goal > 2}", "{is: partner.goal > 2}"), "527 7:18"},
    {GOAL TWO("{is: partner.goal > 2}", "{is: partner.goal > 3}"), ""},
    {TWO("{all: [{count: deal.won, at_least: 3}, {count: deal.lost, at_most: 3}]}",
         "{all: [{count: deal.won, at_least: 3}, {count: deal.lost, at_most: 3}]}"),
     "527 6:18"},
    {TWO("{all: [{count: deal.won, at_least: 3}, {count: deal.lost, at_most: 3}]}",
         "{all: [{count: deal.won, at_least: 3}, {count: deal.lost, at_most: 4}]}"),
     ""},

    /* A product of what is never negative is not negative. */
    {NAMED("count: deal.lost") RULE
     "{per: month, at: close, when: {value: won * other, less_than: 0}, then: {cash: 5}}\n",
     "522 6:68"},
    {NAMED("count: deal.lost") RULE
     "{per: month, at: close, when: {value: won * other, less_than: 1}, then: {cash: 5}}\n",
     ""},
    {NAMED("sum: amount, of: deal.won") RULE
     "{per: month, at: close, when: {value: won * other, less_than: 0}, then: {cash: 5}}\n",
     ""},

    /* Tiers that give less than the one below. */
    {TIERS("{rate: +5%}", "{rate: +3%}"), ""},
    {TIERS("{rate: 20%}", "{rate: 15%}"), "524 6:115"},
    {TIERS("{rate: 20%}", "{rate: +3%}"), ""},
    {TIERS("{rate: 20%, product: crm}", "{rate: 15%}"), ""},
    {TIERS("{rate: 20%, group: g}", "{rate: 15%}"), "504 6:86"},
    {TIERS("{rate: 20%, from: period}", "{rate: 15%}"), ""},
    {TIERS("{rate: 20%, lasts: 30d}", "{rate: 15%}"), "511 6:93"},
    {TIERS("{rate: 20%, lasts: 30d}", "{rate: 15%, lasts: 30d}"), "511 6:93; 511 6:139"},
    {TIERS("{rate: 20%, lasts: 30d}", "{rate: 15%, lasts: 40d}"), "511 6:93; 511 6:139"},
    {TIERS("{rate: 20%, lasts: 1mo}", "{rate: 15%, lasts: 1d}"), "511 6:93; 511 6:139"},
    {TIERS("{rate: 20%, until: 2026-07-01}", "{rate: 15%, until: 2026-08-01}"), ""},
    {TIERS("{rate: 20%, until: 2026-07-01}", "{rate: 15%, until: 2026-07-01}"), "524 6:134"},
    {TIERS("{rate: +5%, group: g}", "{rate: +3%, group: g}"), ""},
    {TIERS("{rate: +5%, group: g}", "{rate: +3%, group: h}"), "528 6:93; 528 6:137"},
    {TIERS("{cash: 10}", "{cash: 5}"), ""},
    {TIERS("{cash: 10}", "{points: 5}"), ""},
    {TIERS("{cash: 10, to: rep}", "{cash: 5}"), ""},
    {TIERS("{cash: 10, to: referrer}", "{cash: 5, to: referrer}"), ""},
    {TIERS("{cash: amount}", "{cash: 5}"), ""},
    {TIERS("{cash: 10}", "{cash: amount}"), ""},
    {TIERS("{cash: 10}", "{rate: 3%}"), ""},
    {TIERS("{notice: x}", "{notice: y}"), ""},
    {HIGHEST("{rate: +5%}", "{rate: +3%}"), "524 6:141"},
    {HIGHEST("{rate: 20%}", "{rate: 15%}"), "524 6:141"},
    {HIGHEST("{rate: 20%}", "{rate: +3%}"), ""},
    {HIGHEST("{rate: 20%, product: crm}", "{rate: 15%}"), ""},
    {HIGHEST("{rate: 20%, group: g}", "{rate: 15%}"), "504 6:112"},
    {HIGHEST("{rate: 20%, from: period}", "{rate: 15%}"), ""},
    {HIGHEST("{rate: 20%, lasts: 30d}", "{rate: 15%}"), "511 6:119"},
    {HIGHEST("{rate: 20%, lasts: 30d}", "{rate: 15%, lasts: 30d}"), "511 6:119; 524 6:153; 511 6:165"},
    {HIGHEST("{rate: 20%, lasts: 30d}", "{rate: 15%, lasts: 40d}"), "511 6:119; 511 6:165"},
    {HIGHEST("{rate: 20%, lasts: 1mo}", "{rate: 15%, lasts: 1d}"), "511 6:119; 511 6:165"},
    {HIGHEST("{rate: 20%, until: 2026-07-01}", "{rate: 15%, until: 2026-08-01}"), ""},
    {HIGHEST("{rate: 20%, until: 2026-07-01}", "{rate: 15%, until: 2026-07-01}"), "524 6:160"},
    {HIGHEST("{rate: +5%, group: g}", "{rate: +3%, group: g}"), "524 6:151"},
    {HIGHEST("{rate: +5%, group: g}", "{rate: +3%, group: h}"), "528 6:119; 528 6:163"},
    {HIGHEST("{cash: 10}", "{cash: 5}"), "524 6:140"},
    {HIGHEST("{cash: 10}", "{points: 5}"), ""},
    {HIGHEST("{cash: 10, to: rep}", "{cash: 5}"), "503 6:115"},
    {HIGHEST("{cash: 10, to: referrer}", "{cash: 5, to: referrer}"), "524 6:154"},
    {HIGHEST("{cash: amount}", "{cash: 5}"), "521 6:107"},
    {HIGHEST("{cash: 10}", "{cash: amount}"), "521 6:140"},
    {HIGHEST("{cash: 10}", "{rate: 3%}"), ""},
    {HIGHEST("{notice: x}", "{notice: y}"), ""},
};

/* All findings of the text, lints too. */
static void find(const char *text, char *out, size_t capacity)
{
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_status status = prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL);
    assert_true(status == PRM_OK || status == PRM_E_PROGRAM || status == PRM_E_LIMIT);
    out[0] = '\0';
    for (size_t i = 0; i < prm_diagnostics_count(diagnostics); i++) {
        prm_diagnostic one = {.size = sizeof one};
        assert_int_equal(prm_diagnostics_get(diagnostics, i, &one), PRM_OK);
        size_t used = strlen(out);
        snprintf(out + used, capacity - used, "%s%u %u:%u", used > 0 ? "; " : "", one.number, one.line,
                 one.column);
    }
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

static int wrong;

static void expect(const char *body, const char *expected)
{
    char found[2000];
    size_t size = strlen(COMPILING_HEAD) + strlen(body) + 1;
    char *text = malloc(size);
    assert_non_null(text);
    snprintf(text, size, "%s%s", COMPILING_HEAD, body);
    find(text, found, sizeof found);
    if (strcmp(found, expected) != 0)
        print_error("%.300s\ngives \"%s\", not \"%s\"\n", body, found, expected);
    wrong += strcmp(found, expected) != 0;
    free(text);
}

static void test_corners(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT(corners); i++)
        expect(corners[i].body, corners[i].expected);
    assert_int_equal(wrong, 0);
}

/* Appends `part` with the number in place of each "#"; returns the new size. */
static size_t append_part(char *body, size_t size, size_t room, const char *part, int number)
{
    for (; *part != '\0'; part++) {
        assert_true(room - size > 12);
        if (*part == '#')
            size += (size_t)snprintf(body + size, room - size, "%d", number);
        else
            body[size++] = *part;
    }
    return size;
}

/* `before`, `count` times `part`, `after`. */
static void expect_many(const char *before, const char *part, int count, const char *after,
                        const char *expected)
{
    size_t room = strlen(before) + strlen(after) + (size_t)count * (strlen(part) + 12) + 20;
    char *body = malloc(room);
    assert_non_null(body);
    size_t size = append_part(body, 0, room, before, 0);
    for (int i = 0; i < count; i++)
        size = append_part(body, size, room, part, i);
    body[append_part(body, size, room, after, 0)] = '\0';
    expect(body, expected);
    free(body);
}

static bool holds(int kind, int threshold, int number)
{
    bool is[] = {number >= threshold, number > threshold, number <= threshold, number < threshold};
    return is[kind];
}

/* A rule is warned of exactly where its condition holds for no number that the condition of the rule
 * before it, with the same exclusive name, does not hold for. */
static void test_conditions_that_follow(void **state)
{
    (void)state;
    static const char *const kinds[] = {"at_least", "more_than", "at_most", "less_than"};
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            for (int low = 4; low <= 12; low += 4)
                for (int high = 4; high <= 12; high += 4) {
                    bool follows = true;
                    for (int number = 0; number < 20; number++)
                        follows = follows && (!holds(b, high, number) || holds(a, low, number));
                    char body[400];
                    snprintf(
                        body, sizeof body,
                        "rules:\n"
                        "  a: {exclusive: x, per: month, at: close, when: {count: deal.won, %s: %d}, then: "
                        "{cash: 5}}\n"
                        "  b: {exclusive: x, per: month, at: close, when: {count: deal.won, %s: %d}, then: "
                        "{cash: 5}}\n",
                        kinds[a], low, kinds[b], high);
                    expect(body, follows ? "527 6:18" : "");
                }
    assert_int_equal(wrong, 0);
}

static void test_limits_of_size(void **state)
{
    (void)state;
    const char *brackets = "commission: {on: deal.won, of: amount, brackets: {rates: [";
    expect_many(brackets, "{from: #, rate: #%}, ", 100, "]}}\n", "");
    expect_many(brackets, "{from: #, rate: #%}, ", 101, "]}}\n", "541 4:51");
    const char *many = RULE "{when: {count: deal.won, at_least: 1}, then: [";
    expect_many(many, "{cash: 1},", 65536, "]}\n", "204 5:45");
    expect_many(RULE "{when: {all: [", "{sum: amount, of: deal.won, where: amount > #, at_least: 1}, ", 40,
                "{sum: amount, of: deal.won, where: amount > 39, less_than: 1}]}, then: {cash: 5}}\n", "");
    const char *name = RULE "{each: deal.won, then: {cash: 5}, exclusive: ";
    expect_many(name, "x", 4096, "}\n", "528 5:51");
    expect_many(name, "x", 4097, "}\n", "217 5:51");
    assert_int_equal(wrong, 0);
}

/* Each level leaves two values waiting, and the innermost takes one: 64 are held at once, not 65. */
static void test_depth(void **state)
{
    (void)state;
    for (int levels = 31; levels <= 32; levels++) {
        char body[2000] = RULE "{each: deal.won, where: ";
        for (int i = 0; i < levels; i++)
            strcat(body, "1 + 2 * (");
        strcat(body, "amount");
        for (int i = 0; i < levels; i++)
            strcat(body, ")");
        strcat(body, " > 0, then: {cash: 5}}\n");
        expect(body, levels == 31 ? "" : "406 5:30");
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corners),
        cmocka_unit_test(test_conditions_that_follow),
        cmocka_unit_test(test_limits_of_size),
        cmocka_unit_test(test_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
