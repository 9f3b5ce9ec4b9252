/* What is said of rules whose keys do not make sense, alone or together: where, by which number and
 * with which hint. */
#include "compiling.h"

/* The rule under test stands in line 9. */
#define BEFORE                                                                                               \
    COMPILING_HEAD                                                                                           \
    "attributes: {partner: {goal: integer}, rep: {quota: money}}\n"                                          \
    "measures: {won: {count: deal.won}, lost: {count: deal.lost}}\n"                                         \
    "commission: {on: deal.won, of: amount, base: 5%}\n"                                                     \
    "ranks: {per: month, levels: {bronze: {}, gold: {when: {count: deal.won, at_least: 9}}}}\n"              \
    "rules:\n  a: "
#define BEHIND "\n  b: {when: {value: won + lost, at_least: 1}, then: {cash: 1}}\n"

typedef struct finding_case {
    const char *rule;
    const char *expected; /* findings: number, line:column, hint; nothing for a right rule */
} finding_case;

static const finding_case cases[] = {
    /* Subjects and windows */
    {"{for: [referrer, rep], each: deal.won, then: {cash: 1}}", "505 9:13 write `for: referrer`"},
    {"{for: parent, when: {count: deal.won, for: partner, at_least: 1}, then: {cash: 1}}",
     "505 9:44 leave `for` out here"},
    {"{for: rep, when: {count: deal.won, for: parent, at_least: 1}, then: {cash: 1}}", "505 9:46"},
    {"{for: customer, within: 90d of deal.won, when: {count: deal.won, for: partner, at_least: 2}, "
     "then: {cash: 1}}",
     "506 9:71 give the measure a window of its own, such as `per: month`"},

    /* Trees and thresholds */
    {"{when: {all: []}, then: {cash: 1}}",
     "203 9:14 write for example `[{count: deal.won, at_least: 10}, {is: partner.tier > 1}]`"},
    {"{when: {any: {count: deal.won, at_least: 1}}, then: {cash: 1}}",
     "203 9:14 write for example `[{count: deal.won, at_least: 10}, {is: partner.tier > 1}]`"},
    {"{when: {not: [{count: deal.won, at_least: 1}]}, then: {cash: 1}}",
     "203 9:19 write for example `not: {count: deal.lost, more_than: 3}`"},
    {"{when: {all: [{count: deal.won, at_least: 1}], count: deal.lost, at_least: 2}, then: {cash: 1}}",
     "515 9:53 put both into the list of an `all`"},
    {"{when: {all: [{count: deal.won, at_least: 1}], any: [{count: deal.won, at_least: 1}]}, then: "
     "{cash: 1}}",
     "206 9:53 keep one of the two"},
    {"{when: {is: partner.x > 1, at_least: 2}, then: {cash: 1}}",
     "303 9:18 declare it: `attributes: {partner: {x: text}}`; 515 9:33 put both into the list of an "
     "`all`"},
    {"{when: {all: [{at_least: 2}, {count: deal.won}]}, then: {cash: 1}}",
     "501 9:20 write for example `{count: deal.won, at_least: 10}`; 501 9:35 write for example "
     "`at_least: 10`"},
    {"{when: {count: deal.won, at_least: 2, at_most: 5}, then: {cash: 1}}", "206 9:44 keep one of the two"},
    {"{when: {count: deal.won, at_most: 5}, then: {cash: 1}}",
     "501 9:40 ask `at: close`, when all has been counted, or use `while`"},
    {"{when: {count: deal.won, less_than: 5}, then: {cash: 1}}",
     "501 9:42 ask `at: close`, when all has been counted, or use `while`"},
    {"{when: {count: deal.won, more_than: -1}, then: {cash: 1}}",
     "501 9:42 write a threshold above zero, or `each` for every event"},
    {"{when: {count: deal.won, more_than: 0}, then: {cash: 1}}", ""},
    {"{when: {not: {count: deal.won, at_most: 5}}, then: {cash: 1}}", ""},
    {"{when: {not: {count: deal.won, at_least: 5}}, then: {cash: 1}}",
     "501 9:7 add a part with `at_least` above zero, ask `at: close`, or use `while`"},
    {"{when: {not: {count: deal.won, at_most: partner.goal}}, then: {cash: 1}}",
     "501 9:7 add a part with `at_least` above zero, ask `at: close`, or use `while`"},
    {"{when: {not: {average: amount, of: deal.won, at_most: 5}}, then: {cash: 1}}",
     "501 9:7 add a part with `at_least` above zero, ask `at: close`, or use `while`"},
    {"{when: {minimum: amount, of: deal.won, at_most: 5}, then: {cash: 1}}", ""},
    {"{when: {coverage: course.completed, at_most: 50%}, then: {cash: 1}}",
     "501 9:51 ask `at: close`, when all has been counted, or use `while`"},
    {"{when: {coverage: course.completed, more_than: 100%}, then: {cash: 1}}",
     "507 9:53 a coverage is a share: everybody is 100%"},
    {"{when: {any: [{count: deal.won, at_least: 1}, {count: deal.lost, at_most: 1}]}, then: {cash: 1}}",
     "501 9:7 add a part with `at_least` above zero, ask `at: close`, or use `while`"},
    {"{when: {all: [{count: deal.won, at_least: 1}, {count: deal.lost, at_most: 1}]}, then: {cash: 1}}", ""},
    {"{when: {is: partner.goal > 1}, then: {cash: 1}}",
     "501 9:7 add a measure with `at_least`, or ask with `each`, `while` or `at: close`"},
    {"{each: deal.won, when: {is: amount > partner.goal}, then: {cash: 1}}", ""},
    {"{each: deal.won, when: {count: deal.won, every: 3}, then: {cash: 1}}", "515 9:47"},
    {"{when: {all: [{count: deal.won, every: 3}]}, then: {cash: 1}}", "515 9:38"},
    {"{when: {count: deal.won, every: 0}, then: {cash: 1}}", "204 9:38 write for example `every: 10`"},
    {"{when: {count: deal.won, every: partner.goal}, then: {cash: 1}}", "212 9:38"},

    /* Values */
    {"{when: {value: won / lost, at_most: 50%}, then: {cash: 1}}", ""},
    {"{when: {value: won - lost, at_most: 5}, then: {cash: 1}}",
     "501 9:42 ask `at: close`, when all has been counted, or use `while`"},
    {"{when: {value: 10 - won, at_least: 5}, then: {cash: 1}}",
     "501 9:41 write a threshold above zero, or `each` for every event"},
    {"{when: {value: won * partner.goal, at_least: 5}, then: {cash: 1}}", ""},
    {"{when: {value: 5 + 5, at_least: 5}, then: {cash: 1}}",
     "515 9:21 name measures under `measures:`, or compare attributes with `is`"},
    {"{when: {value: won, where: amount > 5, at_least: 5}, then: {cash: 1}}",
     "515 9:26 write it at the named measures, or at the rule"},
    {"{when: {value: won, of: deal.won, per: month, at_least: 5}, then: {cash: 1}}",
     "515 9:26 write it at the named measures, or at the rule"},
    {"{when: {value: won > 5, at_least: 5}, then: {cash: 1}}", "402 9:21"},
    {"{when: {value: won, count: deal.won, at_least: 5}, then: {cash: 1}}", "206 9:26 keep one of the two"},
    {"{when: {average: product, of: deal.won, at_least: 5}, then: {cash: 1}}", "204 9:23"},

    /* Streaks */
    {"{when: {streak: {count: deal.won, at_least: 3}, at_least: 3}, then: {cash: 1}}",
     "519 9:14 write for example `per: month` beside `streak`"},
    {"{when: {streak: {count: deal.won}, per: month, at_least: 3}, then: {cash: 1}}",
     "501 9:14 write for example `at_least: 10`"},
    {"{when: {streak: {at_least: 3}, per: month, at_least: 3}, then: {cash: 1}}",
     "519 9:22 write for example `streak: {count: deal.won, at_least: 3}`"},
    {"{when: {streak: {count: deal.won, at_least: 0}, per: month, at_least: 3}, then: {cash: 1}}",
     "501 9:50 write a threshold above zero, or `each` for every event"},
    {"{when: {streak: {count: deal.won, at_least: 1, per: month}, at_least: 3}, then: {cash: 1}}",
     "515 9:53 write it beside `streak`"},
    {"{when: {streak: {value: won, at_least: 1}, per: month, at_least: 3}, then: {cash: 1}}", "515 9:23"},
    {"{when: {streak: {streak: {count: deal.won, at_least: 1}, at_least: 1}, per: month, at_least: 3}, "
     "then: {cash: 1}}",
     "515 9:23"},
    {"{when: {streak: {count: deal.won, every: 1}, per: month, at_least: 3}, then: {cash: 1}}", "515 9:40"},
    {"{when: {streak: {count: deal.won, at_least: 1}, within: 30d, at_least: 3}, then: {cash: 1}}",
     "519 9:54 write for example `per: month`"},
    {"{when: {streak: {sum: amount, at_least: 1}, of: deal.won, per: month, at_least: 3}, then: {cash: "
     "1}}",
     "202 9:23 write for example `of: deal.won`; 519 9:50 write it inside of `streak`"},
    {"{when: {streak: {count: deal.won, where: amount > 1, at_least: 1}, where: amount > 2, per: "
     "month, at_least: 3}, then: {cash: 1}}",
     "515 9:40 join both with `&&`"},
    {"{for: rep, when: {streak: {count: deal.won, at_least: rep.quota}, for: partner, per: month, "
     "at_least: 3}, then: {cash: 1}}",
     "505 9:60"},

    /* Forms */
    {"{each: deal.won, while: always, then: {rate: +1%}}", "206 9:23 keep one of the two"},
    {"{each: deal.won, per: month, at: close, else: {cash: 1}, remind: {before: 1d, notice: x}, then: "
     "{cash: 1}}",
     "206 9:35 leave out `each`, and count these events in `when`; 206 9:46 leave out `each`, and "
     "count these events in `when`; 206 9:63 leave out `each`, and count these events in `when`"},
    {"{while: always, when: {count: deal.won, at_least: 1}, then: {rate: +1%}}",
     "206 9:22 keep one of the two"},
    {"{while: allways, then: {rate: +1%}}", "204 9:14 did you mean `always`?"},
    {"{while: [a], then: {rate: +1%}}", "204 9:14 write for example `while: {is: partner.certified}`"},
    {"{while: {count: deal.won, every: 2}, then: {rate: +1%}}", "515 9:32"},
    {"{while: {is: amount > 5}, then: {rate: +1%}}",
     "521 9:19 name attributes such as `partner.segment`, or ask `has(field)` first"},
    {"{while: always, then: [{cash: 1}, {notice: x}]}",
     "517 9:30 write `when` instead of `while`; 517 9:41 write `when` instead of `while`"},
    {"{while: always, then: {rate: +1%}, max: 100, limit: {times: 1}}", "518 9:41 leave it out"},
    {"{when: {count: deal.won, at_least: 1}, at: close, then: {cash: 1}}",
     "514 9:45 write for example `per: month`, or `within: 30d of partner.joined`"},
    {"{within: 30d, when: {count: deal.won, at_least: 1}, at: close, then: {cash: 1}}",
     "514 9:58 write for example `per: month`, or `within: 30d of partner.joined`"},
    {"{per: month, when: {count: deal.won, at_least: 1}, at: open, then: {cash: 1}}", "204 9:61"},
    {"{when: {count: deal.won, at_least: 1}, then: {cash: 1}, else: {cash: 2}}",
     "514 9:62 write for example `per: month`, or `within: 30d of partner.joined`"},
    {"{for: customer, per: month, when: {count: deal.won, at_least: 1}, then: {cash: 1}, else: {cash: "
     "2}}",
     "514 9:89 write for example `within: 30d of deal.won`"},
    {"{for: customer, when: {count: deal.won, at_least: 1}, then: {cash: 1}, remind: {before: 7d, "
     "notice: x}}",
     "514 9:77 write for example `per: month`, or `within: 30d of partner.joined`"},
    {"{per: month, when: {count: deal.won, at_least: 1}, then: {cash: 1}, remind: {before: soon}}",
     "202 9:74 what the host is told; 210 9:91"},
    {"{per: month, when: {count: deal.won, at_least: 1}, at: close, then: {cash: amount * 10%, to: "
     "rep}}",
     "521 9:81 name attributes such as `partner.segment`, or ask `has(field)` first; 503 9:99 write "
     "`for: rep` at the rule"},

    /* At the close */
    {"{for: rep, per: month, when: {count: deal.won, at_least: 1}, at: close, then: {cash: "
     "'has(amount) ? amount : 5', to: rep}, eligible: product == 'x'}",
     "521 9:139 name attributes such as `partner.segment`, or ask `has(field)` first"},
    {"{per: month, when: {count: deal.won, at_least: 1}, then: {cash: 5}, else: {cash: amount, to: "
     "rep}}",
     "521 9:87 name attributes such as `partner.segment`, or ask `has(field)` first; 503 9:99 write "
     "`for: rep` at the rule"},

    /* Tiers */
    {"{when: {sum: amount, of: deal.won}, tiers: [{at_least: 10, then: {cash: 1}}, {at_least: 10, "
     "then: {cash: 2}}]}",
     "516 9:94 write the tiers from the lowest to the highest"},
    {"{when: {sum: amount, of: deal.won}, tiers: [{at_least: 0, then: {cash: 1}}]}",
     "501 9:61 write a threshold above zero, or `each` for every event"},
    {"{when: {sum: amount, of: deal.won, at_least: 5}, tiers: [{at_least: 1, then: {cash: 1}}]}", "515 9:41"},
    {"{when: {all: [{sum: amount, of: deal.won}]}, tiers: [{at_least: 1, then: {cash: 1}}]}", "515 9:14"},
    {"{when: {count: deal.won}, tiers: {at_least: 1, then: {cash: 1}}}", "203 9:32"},
    {"{when: {count: deal.won}, tiers: []}",
     "203 9:39 write for example `tiers: [{at_least: 10, then: {cash: 5000}}]`"},
    {"{when: {count: deal.won}, tiers: [{then: {cash: 1}}, {at_least: 5}, {at_least: partner.gaol, "
     "then: {cash: 1}}]}",
     "202 9:40 the threshold of this tier; 202 9:59 what happens at this threshold, such as `then: {cash: "
     "5000}`; 303 9:85 "
     "declare it under `attributes`"},
    {"{when: {count: deal.won}, tiers: [{at_least: 5, then: {cash: 1}}], then: {cash: 1}}",
     "206 9:73 move it into a tier"},
    {"{tiers: [{at_least: 5, then: {cash: 1}}]}",
     "513 9:7 write for example `when: {sum: amount, of: deal.won}`"},
    {"{when: {count: deal.won}, pick: highest, tiers: [{at_least: 5, then: {cash: 1}}]}",
     "513 9:32 add `at: close`"},
    {"{when: {count: deal.won, at_least: 1}, pick: highest, per: month, at: close, then: {cash: 1}}",
     "513 9:45 leave out `pick`"},
    {"{when: {count: deal.won}, per: month, at: close, pick: lowest, tiers: [{at_least: 5, then: "
     "{cash: 1}}]}",
     "204 9:61"},

    /* Campaigns and limits */
    {"{active: {}, each: deal.won, then: {cash: 1}}",
     "202 9:7 write for example `active: {from: 2026-04-01, until: 2026-06-30}`"},
    {"{active: {from: 2026-04-01, until: 2026-03-31}, each: deal.won, then: {cash: 1}}",
     "507 9:41 both days belong to the campaign"},
    {"{active: {from: soon, until: 2026-02-30}, each: deal.won, then: {cash: 1}}", "211 9:22; 211 9:35"},
    {"{active: {from: 2026-04-01}, each: deal.won, then: {rate: +1%, until: 2026-03-31}}",
     "508 9:76 write a later day"},
    {"{each: deal.won, then: {cash: 1}, limit: {for: partner}}", "202 9:40 how often, such as 3"},
    {"{each: deal.won, then: {cash: 1}, limit: {times: 0}}", "204 9:55"},
    {"{each: deal.won, then: {cash: 1}, limit: {times: 1, for: course, per: decade}}", "518 9:63; 204 9:76"},
    {"{each: deal.won, then: {cash: 1}, limit: {times: 1, for: referrer}}", "518 9:63 write `for: partner`"},
    {"{per: month, at: close, when: {count: deal.won, at_least: 1}, then: {cash: 1}, limit: {times: 1, "
     "for: customer}}",
     "518 9:108"},
    {"{each: deal.won, then: {cash: 1}, max: 0, budget: -5}", "204 9:45; 204 9:56"},
    {"{each: deal.won, then: {cash: 1}, max: 1.5, budget: much}", "212 9:45; 212 9:58"},
    {"{each: deal.won, then: {points: 1}, max: 15}", "518 9:42 leave it out"},

    /* Actions and contests */
    {"{for: rep, each: deal.won, then: {rank: gold}}",
     "517 9:40 write the rule `for: partner`, `referrer` or `parent`"},
    {"{each: deal.won, then: {notice: x, to: rep}}", "206 9:41"},
    {"{each: deal.won, then: {rank: gold, hold: 3d}}", "206 9:42"},
    {"{each: deal.won, then: {notice: x, cash: 5}}", "206 9:41 keep one of the two"},
    {"{per: month, contest: {by: {sum: amount, of: deal.won}, places: [{rate: +1%}, {rank: gold}]}}",
     "517 9:72 give a reward or a notice, or write a rule with `at: close`; 517 9:85 give a reward or "
     "a notice, or write a rule with `at: close`"},
    {"{contest: {by: {sum: amount, of: deal.won}, places: [{cash: 1}]}}",
     "514 9:7 write for example `per: quarter`"},
    {"{within: 30d of partner.joined, contest: {by: {sum: amount, of: deal.won}, places: [{cash: 1}]}}",
     "514 9:38 write for example `per: quarter`"},
    {"{per: month, contest: {by: {sum: amount, of: deal.won, at_least: 5}, places: [{cash: 1}]}}",
     "515 9:61"},
    {"{per: month, contest: {by: {sum: amount, of: deal.won}, places: {cash: 1}}}", "203 9:62"},
    {"{per: month, contest: {by: {sum: amount, of: deal.won}, places: [x, [y]]}}",
     "203 9:71 write for example `{cash: 5000}`; 203 9:74 write for example `{cash: 5000}`"},
    {"{per: month, contest: {by: deal.won, plaices: [{cash: 1}]}}",
     "203 9:33 write for example `by: {sum: amount, of: deal.won}`; 201 9:43 did you mean `places`?"},
    {"{per: month, contest: {by: {count: deal.won}, places: [{cash: 1}]}, when: {count: deal.won, "
     "at_least: 1}, then: {cash: 1}, at: close, else: {cash: 1}, remind: {before: 1d, notice: x}, "
     "limit: {times: 1}, exclusive: x, tiers: [{at_least: 1, then: {cash: 1}}]}",
     "206 9:74 say who takes part with `eligible` or `where`; 206 9:112 write the rewards into "
     "`places`; 206 9:129 leave out `at: close`; 206 9:140 leave out `else`; 206 9:157 leave out "
     "`remind`; 206 9:190 leave out `limit`; 206 9:209 leave out `exclusive`; 206 9:223 write the "
     "rewards into `places`"},
    {"{per: month, contest: {by: {count: deal.won}, places: [{cash: amount, to: rep}]}}",
     "521 9:68 name attributes such as `partner.segment`, or ask `has(field)` first; 503 9:80 write "
     "`for: rep` at the rule"},
    {"{when: {is: partner.goal > 1}, at: close, per: month, then: {cash: 1}}", ""},
    {"{when: {is: 'false'}, at: close, per: month, then: {cash: 1}}", "512 9:18"},
    {"{each: deal.won, then: {cash: 1}, exclusive: [a]}", "203 9:51 write for example `exclusive: welcome`"},
    {"{then: {cash: 1}, at: close, per: month}",
     "501 9:3 write for example `when: {count: deal.won, at_least: 10}`"},
};

static void findings_of(const char *text, char *out, size_t capacity)
{
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_status status = prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL);
    assert_true(status == PRM_OK || status == PRM_E_PROGRAM);
    compiling_findings(diagnostics, out, capacity);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

static void test_findings(void **state)
{
    (void)state;
    bool ok = true;
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        char text[4096], found[4096];
        snprintf(text, sizeof text, "%s%s%s", BEFORE, cases[i].rule, BEHIND);
        findings_of(text, found, sizeof found);
        if (strcmp(found, cases[i].expected) != 0) {
            print_error("%s\n  expected %s\n  found    %s\n", cases[i].rule, cases[i].expected, found);
            ok = false;
        }
    }
    assert_true(ok);
}

/* The message of the first finding of a rule. */
static void expect_message(const char *rule, const char *expected)
{
    char text[4096];
    prm_program *program = NULL;
    prm_diagnostics *diagnostics = NULL;
    prm_diagnostic one = {.size = sizeof one};
    snprintf(text, sizeof text, "%s%s%s", BEFORE, rule, BEHIND);
    prm_status status = prm_program_compile(text, strlen(text), NULL, &program, &diagnostics, NULL);
    assert_true(status == PRM_OK || status == PRM_E_PROGRAM);
    assert_int_equal(prm_diagnostics_get(diagnostics, 0, &one), PRM_OK);
    if (one.message.size != strlen(expected) || memcmp(one.message.data, expected, one.message.size) != 0)
        fail_msg("%.*s", (int)one.message.size, one.message.data);
    prm_diagnostics_free(diagnostics);
    prm_program_unref(program);
}

static void test_messages(void **state)
{
    (void)state;
    expect_message("{while: always, then: {cash: 1}}",
                   "`while` is for `rate` and `rank`, which hold for a time; `cash` happens once");
    expect_message("{when: {count: deal.won, at_least: 1}, at: close, then: {cash: 1}}",
                   "`at` needs an end to wait for, and the rule's window has none");
    expect_message(
        "{for: customer, per: month, when: {count: deal.won, at_least: 1}, then: {cash: 1}, else: {cash: 2}}",
        "`else` of a rule `for: customer` needs `within` of an event: nothing else tells who is awaited");
    expect_message(
        "{each: deal.won, per: month, at: close, then: {cash: 1}}",
        "`at` cannot stand beside `each`: a rule with `each` fires at events, and at nothing else");
    expect_message("{when: {not: {count: deal.won, at_least: 5}}, then: {cash: 1}}",
                   "this condition would hold at once, before anything happens: no measure in it is bounded "
                   "from below");
    expect_message("{each: deal.won, then: {cash: 1}, max: 1.5}",
                   "`max` is money of this program's currency, which has no `1.5`");
}

/* A named measure is read where it is used, and said to be wrong once. */
static void test_named_measures(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        {"measures: {a: {count: deal.wun}}\nrules:\n"
         "  r: {when: {value: a, at_least: 1}, then: {cash: 1}}\n"
         "  s: {when: {value: a, at_least: 2}, then: {cash: 1}}\n",
         "301 4:23 did you mean `deal.won`?"},
        {"measures: {a: {count: deal.won, at_least: 5}}\nrules:\n"
         "  r: {when: {value: a, at_least: 1}, then: {cash: 1}}\n",
         "515 4:33 write it where the measure is used, beside `value`"},
        {"measures: {a: {value: 1}, b: {of: deal.won}, c: {sum: amont, of: deal.won}}\nrules: {}\n",
         "515 4:16 write the arithmetic where the measure is used; 202 4:27 write for example `{count: "
         "deal.won}`; "
         "302 4:55 did you mean `amount`?"},
        {"measures: {a: {streak: {count: deal.won, at_least: 1}}}\nrules:\n"
         "  r: {per: month, when: {value: a, at_least: 1}, then: {cash: 1}}\n",
         ""},
    };
    for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
        char text[1024], found[1024];
        snprintf(text, sizeof text, "%s%s", COMPILING_HEAD, texts[i][0]);
        findings_of(text, found, sizeof found);
        assert_string_equal(found, texts[i][1]);
    }
}

/* Rules on referrers and parents share the room for their filters; equal ones are one. */
static void test_link_filters(void **state)
{
    (void)state;
    static char text[32 * 1024];
    char found[1024];
    size_t size = (size_t)snprintf(text, sizeof text, "%s", COMPILING_HEAD "rules:\n");
    for (int i = 0; i < 122; i++)
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "  r%d: {for: %s, each: deal.won, where: amount > %d, then: {cash: 1}}\n", i,
                                 i % 2 == 0 ? "parent" : "referrer", i / 2 % 60);
    findings_of(text, found, sizeof found);
    assert_string_equal(found, "");
    snprintf(
        text + size, sizeof text - size,
        "  last: {for: parent, when: {count: deal.won, where: amount > 60, at_least: 1}, then: {cash: 1}}\n");
    findings_of(text, found, sizeof found);
    assert_string_equal(found, "520 127:29 write equal filters alike, or split the program");
}

/* Tiers and places up to 64, which engines keep in a word. */
static void test_many_tiers(void **state)
{
    (void)state;
    for (int count = 64; count <= 65; count++) {
        static char text[8 * 1024];
        char found[256];
        size_t size = (size_t)snprintf(text, sizeof text,
                                       COMPILING_HEAD "rules:\n  a: {when: {count: deal.won}, tiers: [");
        for (int i = 1; i <= count; i++)
            size += (size_t)snprintf(text + size, sizeof text - size, "{at_least: %d, then: {cash: 1}}, ", i);
        snprintf(text + size, sizeof text - size, "]}\n");
        findings_of(text, found, sizeof found);
        assert_string_equal(found, count == 64 ? "" : "204 5:32 split the rule");
    }
}

/* As deep as the text may be nested, the condition is read without a stack of its own. */
static void test_deep_conditions(void **state)
{
    (void)state;
    char text[1024] = COMPILING_HEAD "rules:\n  a:\n    when: ", found[256];
    for (int i = 0; i < 28; i++)
        strcat(text, "{not: ");
    strcat(text, "{count: deal.won, at_least: 1}");
    for (int i = 0; i < 28; i++)
        strcat(text, "}");
    strcat(text, "\n    then: {cash: 1}\n");
    findings_of(text, found, sizeof found);
    assert_string_equal(found, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings),       cmocka_unit_test(test_messages),
        cmocka_unit_test(test_named_measures), cmocka_unit_test(test_link_filters),
        cmocka_unit_test(test_many_tiers),     cmocka_unit_test(test_deep_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
