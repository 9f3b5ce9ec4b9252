/* spell: rules by `while`, which hold as long as their condition does. */
#include "engine_rig.h"

#define BASE "commission: {on: deal.won, of: amount, base: 10%}\n"
#define DEAL(id, time) #id " " time " deal.won partner=a amount=1000; "

/* From the event after that which began it, to that which ended it, itself still included. */
static void from_event_to_event(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n  few: {while: {count: deal.won, at_most: 2}, then: {rate: +5%}}\n");
    rig_give_each(&r,
                  DEAL(1, "2026-01-01") DEAL(2, "2026-01-02") DEAL(3, "2026-01-03") DEAL(4, "2026-01-04"));
    rig_ledger(&r, "few:a@2026-01-01T00:00:00Z a rate +5% 2026-01-01..2026-01-03\n"
                   "commission!1 a cash 100\n"
                   "commission!2 a cash 150\n"
                   "commission!3 a cash 150\n"
                   "commission!4 a cash 100\n");
    rig_journal(&r, 1,
                "+ few:a@2026-01-01T00:00:00Z a rate +5% 2026-01-01..\n"
                "+ commission!1 a cash 100\n"
                "+ commission!2 a cash 150\n"
                "- few:a@2026-01-01T00:00:00Z a rate +5% 2026-01-01..\n"
                "+ few:a@2026-01-01T00:00:00Z a rate +5% 2026-01-01..2026-01-03\n"
                "+ commission!3 a cash 150\n"
                "+ commission!4 a cash 100\n");
    rig_close(&r);
}

/* From the event that began it with `now`; a spell that begins again is another. */
static void each_spell_is_an_occasion(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             "attributes: {partner: {segment: text}}\n" BASE
             "rules:\n  gold: {while: {is: partner.segment == \"gold\"}, then: {rate: 20%, from: now}}\n");
    rig_give(
        &r,
        "u1 2026-01-01 partner.joined partner=a segment=gold; " DEAL(
            1,
            "2026-01-01") "u2 2026-01-02 partner.updated partner=a segment=tin; " DEAL(2,
                                                                                       "2026-01-02") "u3 "
                                                                                                     "2026-"
                                                                                                     "01-03 "
                                                                                                     "partner"
                                                                                                     ".update"
                                                                                                     "d "
                                                                                                     "partner"
                                                                                                     "=a "
                                                                                                     "segment"
                                                                                                     "=gold;"
                                                                                                     " " DEAL(
                                                                                                         3,
                                                                                                         "202"
                                                                                                         "6-"
                                                                                                         "01-"
                                                                                                         "0"
                                                                                                         "3"));
    rig_ledger(&r, "gold:a@2026-01-01T00:00:00Z a rate 20% 2026-01-01..2026-01-02\n"
                   "commission!1 a cash 200\n"
                   "commission!2 a cash 100\n"
                   "gold:a@2026-01-03T00:00:00Z a rate 20% 2026-01-03..\n"
                   "commission!3 a cash 200\n");
    rig_close(&r);
}

/* The event that ends it had the rate, when the one that begins it has not. */
static void the_event_that_ends_it_had_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  small: {while: {sum: amount, of: deal.won, less_than: 2500}, then: {rate: +5%}}\n"
                      "  large: {while: {sum: amount, of: deal.won, at_least: 2500}, then: {rate: -5%}}\n");
    rig_give(&r, DEAL(1, "2026-01-01") DEAL(2, "2026-01-02") DEAL(3, "2026-01-03") DEAL(4, "2026-01-03"));
    rig_ledger(&r, "small:a@2026-01-01T00:00:00Z a rate +5% 2026-01-01..2026-01-03\n"
                   "commission!1 a cash 100\n"
                   "commission!2 a cash 150\n"
                   "large:a@2026-01-03T00:00:00Z a rate -5% 2026-01-03..\n"
                   "commission!3 a cash 150\n"
                   "commission!4 a cash 50\n");
    rig_close(&r);
}

/* Begun and ended at one instant, its rate was never in force: not for the event between, either. */
static void one_of_no_length_is_no_outcome(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n  one: {while: {count: deal.won, at_most: 1}, then: {rate: +5%}}\n");
    rig_give_each(&r, DEAL(1, "2026-01-01") DEAL(2, "2026-01-01") DEAL(3, "2026-01-01"));
    rig_ledger(&r, "commission!1 a cash 100\ncommission!2 a cash 100\ncommission!3 a cash 100\n");
    rig_close(&r);
}

static void time_alone_ends_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "timezone: Asia/Tokyo\n" BASE "rules:\n"
                 "  roll: {within: 2d, while: {count: meeting.held, at_least: 2}, then: {rate: +1%}}\n"
                 "  exact: {while: {count: meeting.held, within: 36h, at_least: 1}, then: {rate: +2%}}\n"
                 "  new: {within: 30d of partner.joined, while: always, then: {rate: +4%}}\n"
                 "  month: {per: month, while: {count: meeting.held, at_least: 2}, then: {rate: +8%}}\n");
    rig_give(&r,
             "j 2026-01-10 partner.joined partner=a; m1 2026-01-10T12:00:00+09:00 meeting.held partner=a; "
             "m2 2026-01-11T12:00:00+09:00 meeting.held partner=a");
    rig_advance(&r, "2026-03-01");
    rig_ledger(&r, "new:a@2026-01-10T00:00:00+09:00 a rate +4% 2026-01-10..2026-02-10\n"
                   "exact:a@2026-01-10T12:00:00+09:00 a rate +2% 2026-01-10T12:00:00+09:00..2026-01-13\n"
                   "roll:a@2026-01-11T12:00:00+09:00 a rate +1% 2026-01-11T12:00:00+09:00..2026-01-13\n"
                   "month:a@2026-01-11T12:00:00+09:00 a rate +8% 2026-01-11T12:00:00+09:00..2026-02-01\n");
    rig_close(&r);
}

/* Falling out of the window may begin one, too. */
static void time_alone_begins_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n"
                      "  quiet: {while: {count: deal.won, within: 48h, less_than: 1}, then: {rate: +5%}}\n"
                      "  month: {while: {count: deal.won, per: month, at_most: 0}, then: {rate: +1%}}\n");
    rig_give(&r, DEAL(1, "2026-01-01") DEAL(2, "2026-01-02") DEAL(3, "2026-02-10"));
    rig_ledger(&r, "commission!1 a cash 100\n"
                   "commission!2 a cash 100\n"
                   "quiet:a@2026-01-04T00:00:00Z a rate +5% 2026-01-04..2026-02-10\n"
                   "month:a@2026-02-01T00:00:00Z a rate +1% 2026-02-01..2026-02-10\n"
                   "commission!3 a cash 160\n");
    rig_close(&r);
}

static void a_campaign_begins_and_ends_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "timezone: Asia/Tokyo\n" BASE "rules:\n  sale: {active: {from: 2026-01-10, until: "
                 "2026-01-20}, while: always, then: {rate: +5%}}\n");
    rig_give(&r, DEAL(1, "2026-01-01"));
    rig_advance(&r, "2026-01-20");
    rig_ledger(&r, "commission!1 a cash 100\nsale:a@2026-01-10T00:00:00+09:00 a rate +5% 2026-01-10..\n");
    rig_give(&r, DEAL(2, "2026-01-10") "3 2026-01-15 deal.won partner=b amount=1000; " DEAL(4, "2026-01-21"));
    rig_ledger(&r, "commission!1 a cash 100\n"
                   "sale:a@2026-01-10T00:00:00+09:00 a rate +5% 2026-01-10..2026-01-21\n"
                   "commission!2 a cash 150\n"
                   "sale:b@2026-01-15T00:00:00+09:00 b rate +5% 2026-01-15..2026-01-21\n"
                   "commission!3 b cash 100\n"
                   "commission!4 a cash 100\n");
    rig_close(&r);
}

static void eligibility_and_leaving_end_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, "attributes: {partner: {segment: text}, rep: {certified: boolean}}\n" BASE "rules:\n"
                 "  gold: {eligible: partner.segment == \"gold\", while: always, then: {rate: +5%}}\n"
                 "  rep: {for: rep, eligible: rep.certified, while: always, then: {rate: +1%}}\n");
    rig_give(&r,
             "j 2026-01-01 partner.joined partner=a segment=gold; "
             "r1 2026-01-01 rep.joined partner=a rep=x certified=true; "
             "r2 2026-01-01 rep.joined partner=a rep=y certified=true; "
             "r3 2026-01-02 rep.left partner=a rep=x; "
             "r4 2026-01-03 rep.updated partner=a rep=y certified=false; "
             "l 2026-01-04 partner.left partner=a; r5 2026-01-05 rep.updated partner=a rep=y certified=true; "
             "k 2026-01-06 partner.joined partner=a; u 2026-01-07 partner.updated partner=a segment=''");
    rig_ledger(&r, "gold:a@2026-01-01T00:00:00Z a rate +5% 2026-01-01..2026-01-04\n"
                   "rep:a:x@2026-01-01T00:00:00Z a/x rate +1% 2026-01-01..2026-01-02\n"
                   "rep:a:y@2026-01-01T00:00:00Z a/y rate +1% 2026-01-01..2026-01-03\n"
                   "gold:a@2026-01-06T00:00:00Z a rate +5% 2026-01-06..2026-01-07\n"
                   "rep:a:y@2026-01-06T00:00:00Z a/y rate +1% 2026-01-06..\n");
    rig_close(&r);
}

/* A window that closes ends the spell even where the next one holds at once. */
static void a_new_window_is_a_new_spell(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n  month: {per: month, while: always, then: {rate: +5%}}\n");
    rig_give(&r, DEAL(1, "2026-01-10"));
    rig_advance(&r, "2026-03-01");
    rig_ledger(&r, "month:a@2026-01-10T00:00:00Z a rate +5% 2026-01-10..2026-02-01\n"
                   "commission!1 a cash 100\n"
                   "month:a@2026-02-01T00:00:00Z a rate +5% 2026-02-01..2026-03-01\n"
                   "month:a@2026-03-01T00:00:00Z a rate +5% 2026-03-01..\n");
    rig_close(&r);
}

/* A late event changes when it began; a void, that it ended. */
static void facts_that_come_late_move_it(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE "rules:\n  two: {while: {count: meeting.held, at_least: 2}, then: {rate: +5%}}\n");
    rig_give_each(&r, "m1 2026-01-01 meeting.held partner=a; " DEAL(
                          1, "2026-01-05") "m3 2026-01-10 meeting.held partner=a; " DEAL(2, "2026-01-11"));
    rig_give(&r, "m2 2026-01-03 meeting.held partner=a");
    rig_ledger(&r, "two:a@2026-01-03T00:00:00Z a rate +5% 2026-01-03..\n"
                   "commission!1 a cash 150\n"
                   "commission!2 a cash 150\n");
    rig_give(&r, "v1 2026-01-12 event.voided event=m1; v2 2026-01-12 event.voided event=m3");
    rig_ledger(&r, "commission!1 a cash 100\ncommission!2 a cash 100\n");
    rig_close(&r);
}

/* It ends where it would have ended anyway, if that comes first. */
static void lasts_may_end_it_before(void **state)
{
    (void)state;
    rig r;
    rig_open(&r,
             BASE "rules:\n  few: {while: {count: deal.won, at_most: 2}, then: {rate: +5%, lasts: 1d}}\n");
    rig_give(&r, DEAL(1, "2026-01-01") DEAL(2, "2026-01-02") DEAL(3, "2026-01-03"));
    rig_ledger(&r, "few:a@2026-01-01T00:00:00Z a rate +5% 2026-01-01..2026-01-03\n"
                   "commission!1 a cash 100\n"
                   "commission!2 a cash 150\n"
                   "commission!3 a cash 100\n");
    rig_close(&r);
}

/* For a referrer it is asked at its own events and at those below. */
static void those_above_are_asked_at_events_below(void **state)
{
    (void)state;
    rig r;
    rig_open(&r, BASE
             "rules:\n  up: {for: referrer, while: {count: deal.won, at_least: 2}, then: {rate: +5%}}\n");
    rig_give(
        &r,
        "j 2026-01-01 partner.joined partner=a referrer=b; " DEAL(1, "2026-01-02") DEAL(
            2,
            "2026-01-03") "3 2026-01-04 deal.won partner=b amount=1000; l 2026-01-05 partner.left partner=b; "
                          "k 2026-01-06 partner.joined partner=b");
    rig_ledger(&r, "commission!1 a cash 100\n"
                   "up:b@2026-01-03T00:00:00Z b rate +5% 2026-01-03..2026-01-05\n"
                   "commission!2 a cash 100\n"
                   "commission!3 b cash 150\n"
                   "up:b@2026-01-06T00:00:00Z b rate +5% 2026-01-06..\n");
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_event_to_event),
        cmocka_unit_test(each_spell_is_an_occasion),
        cmocka_unit_test(the_event_that_ends_it_had_it),
        cmocka_unit_test(one_of_no_length_is_no_outcome),
        cmocka_unit_test(time_alone_ends_it),
        cmocka_unit_test(time_alone_begins_it),
        cmocka_unit_test(a_campaign_begins_and_ends_it),
        cmocka_unit_test(eligibility_and_leaving_end_it),
        cmocka_unit_test(a_new_window_is_a_new_spell),
        cmocka_unit_test(facts_that_come_late_move_it),
        cmocka_unit_test(lasts_may_end_it_before),
        cmocka_unit_test(those_above_are_asked_at_events_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
