/* checkpoint: a fold goes back no further than it must, and what it then does is the same. */
#include "engine_rig.h"

#include "engine/checkpoint.h"

#define EVENTS 6149 /* one each hour */
#define HOUR INT64_C(3600000)

static const char program[] =
    "timezone: UTC\n"
    "commission:\n"
    "  on: deal.won\n"
    "  of: amount\n"
    "  brackets: {per: year, rates: [{from: 0, rate: 10%}, {from: 90000, rate: 8%}]}\n"
    "rules:\n"
    "  ten-customers:\n"
    "    for: rep\n"
    "    when: {distinct: customer, of: lead.registered, at_least: 4, within: 5d}\n"
    "    then: {gift_card: 5000}\n"
    "  busy:\n"
    "    for: partner\n"
    "    per: month\n"
    "    when: {count: lead.registered, at_least: 200}\n"
    "    then: {cash: 1000}\n"
    "  faster:\n"
    "    for: partner\n"
    "    per: month\n"
    "    when: {sum: amount, of: deal.won, at_least: 20000}\n"
    "    then: {rate: +2%, from: period, lasts: 10d}\n"
    "  awake:\n"
    "    for: partner\n"
    "    while: {count: meeting.held, at_least: 3, within: 6h}\n"
    "    then: {rate: +1%}\n"
    "  quarter:\n"
    "    for: rep\n"
    "    per: quarter\n"
    "    contest: {by: {count: lead.registered}, places: [{cash: 700}, {cash: 300}]}\n";

/* Event `number` of a year: leads, meetings and deals of four reps. */
static void give(const rig *r, uint32_t number, const char *id)
{
    static const char *const types[] = {"lead.registered", "meeting.held", "lead.registered", "deal.won",
                                        "meeting.held"};
    static const char *const reps[] = {"a", "b", "c", "d"};
    char customer[16];
    const char *type = types[number * 7 % 5];
    snprintf(customer, sizeof customer, "c%u", (unsigned)(number * 13 % 29));
    prm_field fields[] = {
        {PRM_NONE, PRM_VALUE_TEXT, "partner", 7, "p", 1, 0},
        {PRM_NONE, PRM_VALUE_TEXT, "rep", 3, reps[number * 11 % 4], 1, 0},
        {PRM_NONE, PRM_VALUE_TEXT, "customer", 8, customer, strlen(customer), 0},
        {PRM_NONE, PRM_VALUE_INTEGER, "amount", 6, NULL, 0, 100 + number * 37 % 900},
    };
    prm_event event = {PRM_NONE, 0, type, strlen(type), id, strlen(id), 0, fields};
    event.time = rig_time(r, "2026-01-01", 10) + number * HOUR;
    event.field_count = number * 7 % 5 == 3 ? 4 : 3;
    rig_ingest_accepted(r, &event, 1);
}

static void give_numbered(const rig *r, uint32_t number)
{
    char id[16];
    snprintf(id, sizeof id, "e%u", (unsigned)number);
    give(r, number, id);
}

static void assert_same_text(prm_text a, prm_text b)
{
    assert_int_equal(a.size, b.size);
    if (a.size)
        assert_memory_equal(a.data, b.data, a.size);
}

static void assert_same_ledger(const rig *a, const rig *b)
{
    prm_rows *of_a = NULL, *of_b = NULL;
    prm_row left = {.size = sizeof left}, right = {.size = sizeof right};
    assert_int_equal(prm_engine_ledger(a->engine, &of_a, NULL), PRM_OK);
    assert_int_equal(prm_engine_ledger(b->engine, &of_b, NULL), PRM_OK);
    uint32_t rows = 0;
    while (prm_rows_next(of_a, &left) > 0) {
        assert_true(prm_rows_next(of_b, &right) > 0);
        assert_same_text(left.id, right.id);
        assert_same_text(left.event, right.event);
        assert_int_equal(left.amount, right.amount);
        assert_int_equal(left.rate, right.rate);
        assert_int_equal(left.at, right.at);
        assert_int_equal(left.from, right.from);
        assert_int_equal(left.until, right.until);
        rows++;
    }
    assert_int_equal(prm_rows_next(of_b, &right), 0);
    assert_true(rows > EVENTS / 5);
    prm_rows_free(of_a);
    prm_rows_free(of_b);
}

/* The events but for those `late`, which come last in that order. */
static void give_late(const rig *r, const uint32_t *late, size_t count)
{
    for (uint32_t i = 0; i < EVENTS; i++) {
        bool waits = false;
        for (size_t j = 0; j < count; j++)
            waits |= late[j] == i;
        if (!waits)
            give_numbered(r, i);
    }
    for (size_t j = 0; j < count; j++)
        give_numbered(r, late[j]);
}

/* How many events a late one has folded again: it stands `back` places before the end. */
static uint64_t folded_for(uint32_t back)
{
    rig r;
    uint32_t late = EVENTS - back;
    rig_open(&r, program);
    give_late(&r, NULL, 0);
    uint64_t point = r.engine->point;
    give(&r, late, "late");
    point = r.engine->point - point;
    rig_close(&r);
    return point;
}

static void late_events_end_in_the_same_ledger(void **state)
{
    (void)state;
    const uint32_t late[] = {EVENTS - 2, EVENTS / 2, 3,    EVENTS - 1, EVENTS / 2 + 1,
                             1024,       1023,       1025, EVENTS - 40};
    rig in_order, r;
    rig_open(&in_order, program);
    rig_open(&r, program);
    give_late(&in_order, NULL, 0);
    give_late(&r, late, sizeof late / sizeof late[0]);
    assert_same_ledger(&in_order, &r);
    rig_close(&in_order);
    rig_close(&r);
}

/* Places of so many events: clock points, of which this program has about two in five, count too. */
static uint64_t points(uint32_t events)
{
    return (uint64_t)events * 3 / 2 + 8;
}

static void a_late_event_goes_back_about_twice_its_way(void **state)
{
    (void)state;
    for (uint32_t back = 2; back < EVENTS / 2; back = back * 2 + 1) {
        uint64_t folded = folded_for(back);
        assert_true(folded >= back);
        assert_true(folded <= points(back * 2 + PRM_CHECKPOINT_EVENTS));
    }
}

static void a_voided_event_goes_back_too(void **state)
{
    (void)state;
    rig without, r;
    const uint32_t missing = EVENTS - 100;
    rig_open(&without, program);
    rig_open(&r, program);
    for (uint32_t i = 0; i < EVENTS; i++) {
        if (i != missing)
            give_numbered(&without, i);
        give_numbered(&r, i);
    }
    char text[96];
    snprintf(text, sizeof text, "v 2026-01-02 event.voided event=e%u", (unsigned)missing);
    uint64_t point = r.engine->point;
    rig_give(&r, text);
    assert_true(r.engine->point - point <= points(100 * 2 + PRM_CHECKPOINT_EVENTS));
    assert_same_ledger(&without, &r);
    rig_close(&without);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_events_end_in_the_same_ledger),
        cmocka_unit_test(a_late_event_goes_back_about_twice_its_way),
        cmocka_unit_test(a_voided_event_goes_back_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
