/* intake: what is taken, what is not, and what a host is told about it. */
#include "engine_rig.h"

#define PROGRAM                                                                                              \
    "currency: USD\n"                                                                                        \
    "timezone: Asia/Tokyo\n"                                                                                 \
    "attributes:\n"                                                                                          \
    "  partner: {segment: text, target: integer, share: percent, factor: decimal, fund: money,"              \
    " vip: boolean, since: time}\n"                                                                          \
    "commission: {on: deal.won, of: amount, base: 10%}\n"

/* One event with the given fields; the answer's text is compared too. */
static void offer(const rig *r, const prm_event *event, uint32_t diagnostic, const char *text)
{
    prm_answer answer;
    char why[256];
    rig_ingest(r, event, 1, &answer);
    assert_int_equal(answer.answer, diagnostic ? PRM_REJECTED : PRM_ACCEPTED);
    assert_int_equal(answer.diagnostic, diagnostic);
    size_t size = prm_engine_answer_text(r->engine, event, &answer, why, sizeof why);
    assert_string_equal(why, text);
    assert_int_equal(size, strlen(why));
}

static prm_field text_field(const char *name, const char *text)
{
    return (prm_field){PRM_NONE, PRM_VALUE_TEXT, name, strlen(name), text, strlen(text), 0};
}

static prm_field number_field(const char *name, uint32_t kind, int64_t number)
{
    return (prm_field){PRM_NONE, kind, name, strlen(name), NULL, 0, number};
}

static prm_event event_of(const char *id, const char *type, const prm_field *fields, uint32_t count)
{
    return (prm_event){PRM_NONE, count, type, strlen(type), id, strlen(id), 1767225600000, fields};
}

/* ---- The envelope ---- */

static void an_event_needs_an_id(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    const prm_field partner = text_field("partner", "acme");
    char id[PRM_LIMIT_ID_BYTES + 1];
    memset(id, 'x', sizeof id);
    prm_event event = event_of("", "deal.won", &partner, 1);
    offer(&r, &event, 601, "the event has no id: event \"\"");
    event.id = id;
    event.id_size = PRM_LIMIT_ID_BYTES + 1;
    offer(&r, &event, 602,
          "the event's id is longer than 128 bytes: event "
          "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"");
    event.id_size = PRM_LIMIT_ID_BYTES;
    offer(&r, &event, 0, "accepted");
    rig_close(&r);
}

static void an_id_is_utf8(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    const prm_field partner = text_field("partner", "acme");
    prm_event event = event_of("d\xFF", "deal.won", &partner, 1);
    offer(&r, &event, 610, "a text is not UTF-8, or has a NUL: event \"\"");
    event.id = "d\0x";
    event.id_size = 3;
    offer(&r, &event, 610, "a text is not UTF-8, or has a NUL: event \"\"");
    rig_close(&r);
}

static void times_lie_within_1970_to_9999(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    const prm_field partner = text_field("partner", "acme");
    prm_event event = event_of("d1", "deal.won", &partner, 1);
    event.time = -1;
    offer(&r, &event, 606, "the time lies outside of the years 1970 to 9999: event \"d1\"");
    event.time = INT64_C(253402300800000);
    offer(&r, &event, 606, "the time lies outside of the years 1970 to 9999: event \"d1\"");
    event.time = 0;
    offer(&r, &event, 0, "accepted");
    rig_close(&r);
}

static void a_type_is_named_or_given(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    const prm_field partner = text_field("partner", "acme");
    prm_event event = event_of("d1", "", &partner, 1);
    offer(&r, &event, 612, "the event has no type: event \"d1\"");
    event.type = 100000;
    offer(&r, &event, 613, "a handle is not one of this engine or program: event \"d1\"");
    event.type = prm_program_type(r.program, "deal.won", 8);
    offer(&r, &event, 0, "accepted");
    rig_close(&r);
}

static void an_unknown_type_is_ignored(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    prm_event event = event_of("d1", "deal.one", NULL, 0);
    prm_answer answer;
    char why[128];
    rig_ingest(&r, &event, 1, &answer);
    assert_int_equal(answer.answer, PRM_IGNORED);
    assert_int_equal(answer.diagnostic, 0);
    prm_engine_answer_text(r.engine, &event, &answer, why, sizeof why);
    assert_string_equal(why, "ignored: the program knows no event type \"deal.one\"");
    rig_close(&r);
}

/* ---- Fields ---- */

static void a_required_field_must_be_there(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    const prm_field fields[] = {text_field("partner", "acme"), text_field("rep", "")};
    prm_event event = event_of("m1", "meeting.held", fields + 1, 1);
    offer(&r, &event, 604, "a required field is missing: \"partner\"");
    event = event_of("r1", "rep.joined", fields, 2);
    offer(&r, &event, 604, "a required field is missing: \"rep\"");
    prm_answer answer;
    rig_ingest(&r, &event, 1, &answer);
    assert_int_equal(answer.field, prm_program_field(r.program, "rep", 3));
    rig_close(&r);
}

static void a_field_stands_once(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    prm_field fields[] = {text_field("partner", "acme"), text_field("amount", "1"),
                          text_field("amount", "1")};
    prm_event event = event_of("d1", "deal.won", fields, 3);
    offer(&r, &event, 611, "a field was given twice: field \"amount\" has \"1\"");
    fields[1] = text_field("amount", ""); /* empty: missing, so not given */
    offer(&r, &event, 0, "accepted");
    rig_close(&r);
}

static void an_undeclared_field_is_dropped_and_counted(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    const prm_field fields[] = {text_field("colour", "red"), text_field("partner", "acme"),
                                text_field("course", "basics"), number_field("size", PRM_VALUE_TIME, -1)};
    prm_event event = event_of("d1", "deal.won", fields, 4);
    prm_answer answer;
    rig_ingest(&r, &event, 1, &answer);
    assert_int_equal(answer.answer, PRM_ACCEPTED);
    assert_int_equal(answer.dropped, 3);
    assert_int_equal(rig_counts(&r).dropped_fields, 3);
    rig_close(&r);
}

static void a_text_has_limits(void **state)
{
    static char text[PRM_LIMIT_TEXT_BYTES + 2];
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    memset(text, 'x', PRM_LIMIT_TEXT_BYTES + 1);
    prm_field fields[] = {text_field("partner", "acme"), text_field("customer", text)};
    prm_event event = event_of("d1", "deal.won", fields, 2);
    offer(&r, &event, 609,
          "a text field is longer than 4 KiB: field \"customer\" has "
          "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"");
    fields[1].text_size = PRM_LIMIT_TEXT_BYTES;
    offer(&r, &event, 0, "accepted");
    fields[1] = text_field("customer", "\xC3\x28");
    event = event_of("d2", "deal.won", fields, 2);
    offer(&r, &event, 610, "a text is not UTF-8, or has a NUL: field \"customer\" has \"\"");
    rig_close(&r);
}

static void the_same_id_with_other_content_conflicts(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    rig_answers(&r,
                "d1 2026-01-05 deal.won partner=acme amount=10.00; "
                "d1 2026-01-05 deal.won partner=acme amount=10;"
                "d1 2026-01-05 deal.won partner=acme amount=11; d1 2026-01-05 deal.lost partner=acme",
                "accepted; duplicate; rejected 603; rejected 603");
    rig_ledger(&r, "commission!d1 acme cash 1.00\n");
    rig_close(&r);
}

/* ---- Kinds of values ---- */

typedef struct kind_case {
    const char *field;
    uint32_t kind;
    int64_t number;
    uint32_t diagnostic;
} kind_case;

/* Every declared type with every kind that can give it, and some that cannot. */
static void each_kind_gives_the_types_that_it_can(void **state)
{
    static const kind_case cases[] = {
        {"fund", PRM_VALUE_INTEGER, 12, 0},
        {"fund", PRM_VALUE_MINOR, 1234, 0},
        {"fund", PRM_VALUE_E12, 12340000000000, 0},
        {"fund", PRM_VALUE_E12, 12345000000000, 607},
        {"fund", PRM_VALUE_BOOLEAN, 1, 605},
        {"fund", PRM_VALUE_MINOR, 1000000000000000000, 608},
        {"fund", PRM_VALUE_MINOR, -1000000000000000000, 608},
        {"fund", PRM_VALUE_MINOR, -999999999999999999, 0},
        {"fund", PRM_VALUE_INTEGER, 10000000000000000, 608}, /* 10^18 cents */
        {"fund", PRM_VALUE_INTEGER, 9999999999999999, 0},
        {"target", PRM_VALUE_INTEGER, -5, 0},
        {"target", PRM_VALUE_E12, 3000000000000, 0},
        {"target", PRM_VALUE_E12, 3500000000000, 605},
        {"target", PRM_VALUE_MINOR, 300, 605},
        {"target", PRM_VALUE_INTEGER, 1000000000000000000, 608},
        {"factor", PRM_VALUE_INTEGER, 2, 0},
        {"factor", PRM_VALUE_E12, 1, 0},
        {"factor", PRM_VALUE_MINOR, 250, 0},
        {"factor", PRM_VALUE_TIME, 250, 605},
        {"factor", PRM_VALUE_INTEGER, -1000000000000000000, 608},
        {"share", PRM_VALUE_E12, 125000000000, 0},
        {"share", PRM_VALUE_INTEGER, 1, 0},
        {"vip", PRM_VALUE_BOOLEAN, 1, 0},
        {"vip", PRM_VALUE_BOOLEAN, 2, 605},
        {"vip", PRM_VALUE_INTEGER, 1, 605},
        {"since", PRM_VALUE_TIME, 1767225600000, 0},
        {"since", PRM_VALUE_TIME, -1, 606},
        {"since", PRM_VALUE_INTEGER, 1767225600, 0}, /* Unix seconds */
        {"since", PRM_VALUE_INTEGER, 253402300800, 606},
        {"since", PRM_VALUE_E12, 0, 605},
        {"segment", PRM_VALUE_INTEGER, 42, 0}, /* the text "42" */
        {"segment", PRM_VALUE_E12, 42, 605},
        {"segment", PRM_VALUE_BOOLEAN, 1, 605},
        {"segment", PRM_VALUE_NAME, 1000000, 613},
        {"segment", PRM_VALUE_NAME, 0, 613},
        {"segment", 7, 0, 605},
    };
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const prm_field fields[] = {text_field("partner", "acme"),
                                    number_field(cases[i].field, cases[i].kind, cases[i].number)};
        char id[8];
        snprintf(id, sizeof id, "u%zu", i);
        prm_event event = event_of(id, "partner.updated", fields, 2);
        prm_answer answer;
        rig_ingest(&r, &event, 1, &answer);
        if (answer.diagnostic != cases[i].diagnostic)
            fail_msg("case %zu: %u", i, answer.diagnostic);
        assert_int_equal(answer.field, cases[i].diagnostic ? 1 : PRM_NONE);
    }
    rig_close(&r);
}

typedef struct text_case {
    const char *field;
    const char *text;
    uint32_t diagnostic;
} text_case;

static void texts_are_read_by_the_declared_type(void **state)
{
    static const text_case cases[] = {
        {"fund", "12.34", 0},
        {"fund", "-12.3", 0},
        {"fund", "12.340", 0},
        {"fund", "12.345", 607},
        {"fund", "1e18", 608},
        {"fund", "12,34", 605},
        {"fund", "12%", 605},
        {"fund", " 12", 605},
        {"target", "30", 0},
        {"target", "30.0", 0},
        {"target", "30.5", 605},
        {"target", "many", 605},
        {"factor", "0.000000000001", 0},
        {"factor", "0.0000000000001", 605},
        {"factor", "1e18", 608},
        {"share", "90%", 0},
        {"share", "0.9", 0},
        {"factor", "90%", 605},
        {"vip", "true", 0},
        {"vip", "false", 0},
        {"vip", "True", 605},
        {"vip", "1", 605},
        {"since", "2026-01-01", 0},
        {"since", "2026-02-30", 605},
        {"since", "1767225600", 0},
        {"since", "2026-01-01T00:00:60Z", 605},
        {"since", "1970-01-01", 605}, /* in Tokyo that date began in 1969, UTC */
    };
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
        const prm_field fields[] = {text_field("partner", "acme"), text_field(cases[i].field, cases[i].text)};
        char id[8];
        snprintf(id, sizeof id, "u%zu", i);
        prm_event event = event_of(id, "partner.updated", fields, 2);
        prm_answer answer;
        rig_ingest(&r, &event, 1, &answer);
        if (answer.diagnostic != cases[i].diagnostic)
            fail_msg("%s=%s: %u", cases[i].field, cases[i].text, answer.diagnostic);
    }
    rig_close(&r);
}

static void a_rejection_names_field_value_and_need(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, PROGRAM);
    prm_field fields[] = {text_field("partner", "acme"), text_field("target", "many")};
    prm_event event = event_of("u1", "partner.updated", fields, 2);
    offer(&r, &event, 605,
          "a field's value is not of its type: field \"target\" has \"many\", but should be an integer");
    fields[1] = number_field("vip", PRM_VALUE_INTEGER, 1);
    offer(&r, &event, 605,
          "a field's value is not of its type: field \"vip\" has \"1\", but should be true or false");
    fields[1] = text_field("fund", "1.005");
    offer(&r, &event, 607, "money is finer than the currency's minor unit: field \"fund\" has \"1.005\"");
    rig_close(&r);
}

/* The same event by texts, by handles and by numbers is one event. */
static void handles_and_texts_are_the_same_content(void **state)
{
    (void)state;
    rig r;
    uint32_t acme;
    rig_open(&r, PROGRAM);
    rig_give(&r, "d1 2026-01-01T09:00:00+09:00 deal.won partner=acme amount=10");
    assert_int_equal(prm_engine_intern(r.engine, "acme", 4, &acme, NULL), PRM_OK);
    prm_field fields[] = {
        {prm_program_field(r.program, "amount", 6), PRM_VALUE_MINOR, NULL, 0, NULL, 0, 1000},
        {prm_program_field(r.program, "partner", 7), PRM_VALUE_NAME, NULL, 0, NULL, 0, acme}};
    prm_event event = event_of("d1", "", fields, 2);
    event.type = prm_program_type(r.program, "deal.won", 8);
    prm_answer answer;
    rig_ingest(&r, &event, 1, &answer);
    assert_int_equal(answer.answer, PRM_DUPLICATE);
    fields[0].field = 100000; /* no handle of this program: as an undeclared field */
    event.id = "d2";
    rig_ingest(&r, &event, 1, &answer);
    assert_int_equal(answer.answer, PRM_ACCEPTED);
    assert_int_equal(answer.dropped, 1);
    rig_close(&r);
}

#define NAMED                                                                                                \
    PROGRAM "rules:\n"                                                                                       \
            "  three: {for: rep, when: {count: meeting.held, at_least: 3}, then: {points: 1}}\n"             \
            "  two: {for: customer, when: {count: meeting.held, at_least: 2}, then: {points: 2}}\n"          \
            "  five: {for: partner, when: {distinct: customer, of: meeting.held, at_least: 5}, then: "       \
            "{points: 3}}\n"

/* The `number`-th meeting: reps and customers have names that more than one partner knows, one of them as its own,
 * and some are longer than others. */
static void meet(const rig *r, uint32_t number, bool named)
{
    static const char *const names[3] = {"partner", "rep", "customer"};
    char texts[3][40], id[16];
    prm_field fields[3];
    snprintf(texts[0], sizeof texts[0], "p%u", (unsigned)(number % 3));
    snprintf(texts[1], sizeof texts[1], number % 5 ? "r%u" : "p%u", (unsigned)(number % 4));
    snprintf(texts[2], sizeof texts[2], number % 2 ? "c%u" : "a customer with a long name %u",
             (unsigned)(number * 7 % 11));
    for (size_t i = 0; i < 3; i++) {
        uint32_t key = 0;
        if (named)
            assert_int_equal(prm_engine_intern(r->engine, texts[i], strlen(texts[i]), &key, NULL), PRM_OK);
        fields[i] = (prm_field){prm_program_field(r->program, names[i], strlen(names[i])),
                                named ? PRM_VALUE_NAME : PRM_VALUE_TEXT,
                                NULL,
                                0,
                                texts[i],
                                strlen(texts[i]),
                                key};
    }
    snprintf(id, sizeof id, "m%u", (unsigned)number);
    prm_event event = event_of(id, "meeting.held", fields, 3);
    event.time += (int64_t)number * 60000;
    rig_ingest(r, &event, 1, NULL);
}

static void names_as_handles_have_the_same_ledger(void **state)
{
    (void)state;
    rig texts, handles;
    rig_text out;
    rig_open(&texts, NAMED);
    rig_open(&handles, NAMED);
    for (uint32_t i = 0; i < 120; i++) {
        meet(&texts, i, false);
        meet(&handles, i, i % 8 != 0);
    }
    out.data[out.size = 0] = '\0';
    rig_print_ledger(&texts, &out, false);
    assert_true(out.size > 1000);
    RIG_SAME(rig_print_ledger, &handles, false, out.data);
    rig_close(&texts);
    rig_close(&handles);
}

/* ---- Clearing ---- */

#define CLEARING                                                                                             \
    PROGRAM "rules:\n"                                                                                       \
            "  segment: {each: meeting.held, where: has(partner.segment), then: {points: 1}}\n"              \
            "  target: {each: meeting.held, where: has(partner.target), then: {points: 1}}\n"                \
            "  share: {each: meeting.held, where: has(partner.share), then: {points: 1}}\n"                  \
            "  factor: {each: meeting.held, where: has(partner.factor), then: {points: 1}}\n"                \
            "  fund: {each: meeting.held, where: has(partner.fund), then: {points: 1}}\n"                    \
            "  vip: {each: meeting.held, where: has(partner.vip), then: {points: 1}}\n"                      \
            "  since: {each: meeting.held, where: has(partner.since), then: {points: 1}}\n"                  \
            "  referred: {each: meeting.held, then: {points: 1, to: referrer}}\n"

static void an_empty_text_clears_any_attribute_and_link(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, CLEARING);
    rig_give(&r, "j 2026-01-01 partner.joined partner=a segment=x target=1 share=1% factor=2 fund=3 "
                 "vip=false since=2025-01-01 referrer=b; "
                 "m1 2026-01-02 meeting.held partner=a");
    rig_ledger(&r, "segment!m1 a points 1\n"
                   "target!m1 a points 1\n"
                   "share!m1 a points 1\n"
                   "factor!m1 a points 1\n"
                   "fund!m1 a points 1\n"
                   "vip!m1 a points 1\n"
                   "since!m1 a points 1\n"
                   "referred!m1 b points 1\n");
    rig_give(
        &r,
        "u 2026-01-03 partner.updated partner=a segment= target= share= factor= fund= vip= since= referrer=;"
        "m2 2026-01-04 meeting.held partner=a");
    assert_int_equal(rig_counts(&r).outcomes, 8); /* none from m2 */
    rig_close(&r);
}

static void a_missing_attribute_keeps_what_was(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, CLEARING);
    rig_give(&r, "j 2026-01-01 partner.joined partner=a segment=x referrer=b; "
                 "u 2026-01-02 partner.updated partner=a vip=true;m 2026-01-04 meeting.held partner=a");
    rig_ledger(&r, "segment!m a points 1\n"
                   "vip!m a points 1\n"
                   "referred!m b points 1\n");
    rig_close(&r);
}

static void an_interned_empty_text_clears_too(void **state)
{
    (void)state;
    rig r;
    uint32_t empty;
    rig_open(&r, CLEARING);
    rig_give(&r, "j 2026-01-01 partner.joined partner=a segment=x");
    assert_int_equal(prm_engine_intern(r.engine, "", 0, &empty, NULL), PRM_OK);
    const prm_field fields[] = {text_field("partner", "a"), number_field("segment", PRM_VALUE_NAME, empty)};
    prm_event event = event_of("u", "partner.updated", fields, 2);
    event.time = rig_time(&r, "2026-01-03", 10);
    offer(&r, &event, 0, "accepted");
    rig_give(&r, "m 2026-01-04 meeting.held partner=a");
    rig_ledger(&r, "");
    rig_close(&r);
}

/* Measured, then written into a buffer that is too small: cut off, but a C string. */
static void a_reason_fits_the_buffer_or_is_cut(void **state)
{
    (void)state;
    rig r;
    char small[8];
    rig_open(&r, PROGRAM);
    prm_event event = event_of("", "deal.won", NULL, 0);
    prm_answer answer;
    rig_ingest(&r, &event, 1, &answer);
    size_t size = prm_engine_answer_text(r.engine, &event, &answer, NULL, 0);
    assert_int_equal(size, strlen("the event has no id: event \"\""));
    assert_int_equal(prm_engine_answer_text(r.engine, &event, &answer, small, sizeof small), size);
    assert_string_equal(small, "the eve");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_needs_an_id),
        cmocka_unit_test(an_id_is_utf8),
        cmocka_unit_test(times_lie_within_1970_to_9999),
        cmocka_unit_test(a_type_is_named_or_given),
        cmocka_unit_test(an_unknown_type_is_ignored),
        cmocka_unit_test(a_required_field_must_be_there),
        cmocka_unit_test(a_field_stands_once),
        cmocka_unit_test(an_undeclared_field_is_dropped_and_counted),
        cmocka_unit_test(a_text_has_limits),
        cmocka_unit_test(the_same_id_with_other_content_conflicts),
        cmocka_unit_test(each_kind_gives_the_types_that_it_can),
        cmocka_unit_test(texts_are_read_by_the_declared_type),
        cmocka_unit_test(a_rejection_names_field_value_and_need),
        cmocka_unit_test(handles_and_texts_are_the_same_content),
        cmocka_unit_test(names_as_handles_have_the_same_ledger),
        cmocka_unit_test(an_empty_text_clears_any_attribute_and_link),
        cmocka_unit_test(a_missing_attribute_keeps_what_was),
        cmocka_unit_test(an_interned_empty_text_clears_too),
        cmocka_unit_test(a_reason_fits_the_buffer_or_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
