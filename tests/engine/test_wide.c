/* Programs and engines that are large in one way: types of many fields, many types, subjects with long records,
 * many links; and numbers at the edges of what an asking can take. */
#include "engine_rig.h"

#include <stdlib.h>

#define WIDE_TEXT (1 << 20)

/* A text that grows by printing, larger than the rig's. */
typedef struct wide_text {
    char *data;
    size_t size;
} wide_text;

static wide_text wide_new(void)
{
    wide_text text = {malloc(WIDE_TEXT), 0};
    assert_non_null(text.data);
    return text;
}

__attribute__((format(printf, 2, 3))) static void wide_print(wide_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(text->data + text->size, WIDE_TEXT - text->size, format, arguments);
    va_end(arguments);
    assert_true(more >= 0 && (size_t)more < WIDE_TEXT - text->size);
    text->size += (size_t)more;
}

static void wide_open(rig *r, wide_text *text)
{
    prm_error error;
    if (prm_program_compile(text->data, text->size, NULL, &r->program, NULL, &error) != PRM_OK)
        fail_msg("%s", error.message);
    assert_int_equal(prm_engine_new(r->program, NULL, &r->engine, NULL), PRM_OK);
    free(text->data);
}

#define HEAD "prm: 1\nprogram: wide\ncurrency: JPY\n"

/* Which fields an event has stands in a mask: of 32 bits, or of 64. */
static void test_types_of_many_fields(void **state)
{
    (void)state;
    static const int counts[] = {30, 31, 32, 61, 63};
    for (size_t i = 0; i < UNIT_COUNT(counts); i++) {
        rig r;
        wide_text text = wide_new();
        int last = counts[i] - 1;
        wide_print(&text, HEAD "events:\n  form.sent: {partner: text");
        for (int field = 0; field < counts[i]; field++)
            wide_print(&text, ", f%d?: integer", field);
        wide_print(&text,
                   "}\nrules:\n  first: {each: form.sent, where: has(f0), then: {cash: f0}}\n"
                   "  last: {each: form.sent, where: has(f%d), then: {cash: f%d}}\n"
                   "  middle: {each: form.sent, where: has(f%d), then: {cash: f%d}}\n",
                   last, last, last / 2, last / 2);
        wide_open(&r, &text);
        char events[400], expected[400];
        snprintf(events, sizeof events,
                 "a 2026-01-01 form.sent partner=p f0=5; b 2026-01-02 form.sent partner=p f%d=7;"
                 "c 2026-01-03 form.sent partner=p f%d=9; d 2026-01-04 form.sent partner=p",
                 last, last / 2);
        rig_give(&r, events);
        snprintf(expected, sizeof expected, "first!a p cash 5\nlast!b p cash 7\nmiddle!c p cash 9\n");
        rig_ledger(&r, expected);
        rig_answers(&r, events, "duplicate; duplicate; duplicate; duplicate");
        snprintf(events, sizeof events, "d 2026-01-04 form.sent partner=p f%d=1", last);
        rig_answers(&r, events, "rejected 603");
        rig_close(&r);
    }
}

/* Beyond a size there is no table of every type's every field; they are searched for, with the same result. */
static void test_programs_of_many_types(void **state)
{
    (void)state;
    static const int counts[] = {20, 900};
    for (size_t i = 0; i < UNIT_COUNT(counts); i++) {
        rig r;
        wide_text text = wide_new();
        int last = counts[i] - 1;
        wide_print(&text, HEAD "events:\n");
        for (int type = 0; type < counts[i]; type++)
            wide_print(&text, "  t.n%d: {partner: text, f%d: integer, g%d?: text, h%d?: decimal}\n", type,
                       type, type, type);
        wide_print(&text,
                   "rules:\n  last: {each: t.n%d, where: g%d == 'x', then: {cash: f%d}}\n"
                   "  all: {when: {sum: f%d, of: t.n%d, at_least: 5}, then: {cash: 1}}\n",
                   last, last, last, last, last);
        wide_open(&r, &text);
        char events[300];
        snprintf(events, sizeof events,
                 "a 2026-01-01 t.n%d partner=p f%d=2 g%d=x h%d=1.5; b 2026-01-02 t.n%d partner=p f%d=3 g%d=y "
                 "other=1; "
                 "c 2026-01-03 t.n%d partner=p",
                 last, last, last, last, last, last, last, last);
        rig_answers(&r, events, "accepted; accepted; rejected 604");
        rig_ledger(&r, "last!a p cash 2\nall:p p cash 1\n");
        assert_int_equal(rig_counts(&r).dropped_fields, 1);
        rig_close(&r);
    }
}

/* One record holds what all rules know of a subject, however many rules there are. */
static void test_subjects_of_many_rules(void **state)
{
    (void)state;
    enum { RULES = 4000 };
    rig r;
    wide_text text = wide_new();
    wide_print(&text, HEAD "rules:\n");
    for (int rule = 0; rule < RULES; rule++)
        wide_print(&text,
                   "  r%d: {for: rep, when: {sum: amount, of: deal.won, where: amount > %d, at_least: 9000}, "
                   "then: {cash: %d}}\n",
                   rule, rule, rule + 1);
    wide_open(&r, &text);
    rig_give(&r, "a 2026-01-01 deal.won partner=p rep=x amount=3999; b 2026-01-02 deal.won partner=p rep=y "
                 "amount=3999; c 2026-01-03 deal.won partner=p rep=x amount=3999");
    assert_int_equal(rig_counts(&r).outcomes, 0);
    rig_give(&r, "d 2026-01-04 deal.won partner=p rep=x amount=1003");
    assert_int_equal(rig_counts(&r).outcomes, 1003);
    rig_give(&r, "e 2026-01-05 deal.won partner=p rep=x amount=100000");
    assert_int_equal(rig_counts(&r).outcomes, RULES);
    rig_close(&r);
}

/* Whom a partner asks after is noted for each; hundreds of them, in one that grows. */
static void test_many_links(void **state)
{
    (void)state;
    enum { PARTNERS = 300 };
    rig r;
    char events[300], name[60];
    rig_open(&r, "rules:\n  up: {each: deal.won, then: {cash: 10, to: parent}}\n");
    for (int i = 0; i < PARTNERS; i++) {
        snprintf(events, sizeof events,
                 "j%d 2026-01-01 partner.joined partner=p%d parent=q%d; d%d 2026-02-01 deal.won partner=p%d "
                 "deal=1",
                 i, i, i, i, i);
        rig_give(&r, events);
    }
    assert_int_equal(rig_counts(&r).outcomes, PARTNERS);
    for (int i = 0; i < PARTNERS; i += 3) { /* who has left by then receives nothing */
        snprintf(events, sizeof events, "l%d 2026-01-15 partner.left partner=q%d", i, i);
        rig_give(&r, events);
    }
    assert_int_equal(rig_counts(&r).outcomes, PARTNERS - PARTNERS / 3);
    prm_rows *rows = NULL;
    prm_row row = {.size = sizeof row};
    assert_int_equal(prm_engine_ledger(r.engine, &rows, NULL), PRM_OK);
    while (prm_rows_next(rows, &row) > 0) {
        int number = atoi(row.partner.data + 1);
        snprintf(name, sizeof name, "q%d", number);
        assert_int_equal(row.recipient_partner.size, strlen(name));
        assert_memory_equal(row.recipient_partner.data, name, strlen(name));
        assert_int_not_equal(number % 3, 0);
    }
    prm_rows_free(rows);
    rig_close(&r);
}

/* Two measures of a link that share a filter share what is noted of it. */
static void test_filters_of_links_are_shared(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "rules:\n"
        "  many: {for: parent, when: {count: deal.won, where: amount > 5, at_least: 2}, then: {cash: 1}}\n"
        "  much: {for: parent, when: {sum: amount, of: deal.won, where: amount > 5, at_least: 20}, "
        "then: {cash: 2}}\n"
        "  each: {for: parent, each: deal.won, where: amount > 5, then: {cash: 3}}\n");
    rig_give(&r, "j 2026-01-01 partner.joined partner=p parent=q; a 2026-01-02 deal.won partner=p amount=6; "
                 "b 2026-01-03 deal.won partner=p amount=5; c 2026-01-04 deal.won partner=p amount=14");
    rig_ledger(&r, "each!a q cash 3\nmany:q q cash 1\nmuch:q q cash 2\neach!c q cash 3\n");
    rig_close(&r);
}

/* `every` asks how often its step lies in the number; without a number it lies in it never. */
static void test_multiples_of_no_value(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  tens: {when: {maximum: amount, of: deal.won, every: 10}, then: {cash: 1}}\n");
    rig_give(&r, "a 2026-01-01 deal.won partner=p; b 2026-01-02 deal.won partner=p amount=-30; "
                 "c 2026-01-03 deal.won partner=p amount=25; d 2026-01-04 deal.won partner=p");
    rig_ledger(&r, "tens:p#1 p cash 1\ntens:p#2 p cash 1\n");
    rig_close(&r);
}

/* Additions beyond what a rate can be are an error in a slice of brackets, too: no commission. */
static void test_brackets_beyond_all_rates(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "commission: {on: deal.won, of: amount, brackets: {rates: [{from: 0, rate: 10%}, {from: 100, rate: "
        "20%}]}}\n"
        "rules:\n  x: {each: lead.registered, then: {rate: +900000000%}}\n"
        "  y: {each: lead.registered, then: {rate: +900000000%}}\n");
    rig_give(&r, "d 2026-01-01 deal.won partner=a amount=150; l 2026-01-02 lead.registered partner=a; "
                 "e 2026-01-03 deal.won partner=a amount=150");
    rig_ledger(
        &r,
        "commission!d a cash 20\nx!l a rate +900000000% 2026-01-02..\ny!l a rate +900000000% 2026-01-02..\n");
    rig_close(&r);
}

/* All changes of one instant come before the question, also those that a later call brings. */
static void test_rosters_of_one_instant_in_two_calls(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "rules:\n  all: {when: {coverage: course.completed, at_least: 100%}, then: {cash: 5}}\n");
    rig_give(&r, "c 2026-01-01 course.completed partner=p rep=x course=b");
    rig_give(&r, "j1 2026-01-02 rep.joined partner=p rep=x");
    rig_ledger(&r, "all:p p cash 5\n");
    rig_give(&r, "j2 2026-01-02 rep.joined partner=p rep=y");
    rig_ledger(&r, "");
    rig_close(&r);
}

/* Where the reminder's time lies before the anchor it comes right behind the anchor, or never. */
static void test_reminders_come_once_behind_the_anchor(void **state)
{
    (void)state;
    rig r;
    rig_open(
        &r,
        "attributes: {partner: {ok: text}}\n"
        "rules:\n  r: {within: 5d of partner.joined, eligible: partner.ok == 'y', when: {count: deal.won, "
        "at_least: 9}, then: {cash: 1}, remind: {before: 10d, notice: hurry}}\n");
    rig_give_each(&r,
                  "j 2026-01-01 partner.joined partner=p ok=n; u 2026-01-02 partner.updated partner=p ok=y; "
                  "d 2026-01-03 deal.won partner=p amount=1; k 2026-01-03 partner.joined partner=q ok=y; "
                  "e 2026-01-04 deal.won partner=q amount=1");
    rig_ledger(&r, "r:q+remind q notice 'hurry'\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_of_many_fields),
        cmocka_unit_test(test_programs_of_many_types),
        cmocka_unit_test(test_subjects_of_many_rules),
        cmocka_unit_test(test_many_links),
        cmocka_unit_test(test_filters_of_links_are_shared),
        cmocka_unit_test(test_multiples_of_no_value),
        cmocka_unit_test(test_rosters_of_one_instant_in_two_calls),
        cmocka_unit_test(test_reminders_come_once_behind_the_anchor),
        cmocka_unit_test(test_brackets_beyond_all_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
