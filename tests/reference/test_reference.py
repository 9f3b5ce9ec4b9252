#!/usr/bin/env python3
"""Hand-worked cases for the reference evaluator: python3 test_reference.py

Each case says in comments how its numbers come about from LANGUAGE.md."""
import os
import sys
import unittest
from fractions import Fraction

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from calendars import Calendar, Duration, civil, date_text, day_number  # noqa: E402
from expressions import ExpressionError, evaluate as compute, parse, round_fraction  # noqa: E402
from prm_reference import evaluate  # noqa: E402

HEAD = "prm: 1\nprogram: p\ncurrency: %s\ntimezone: %s\n"


def ledger(body, events, clock=None, currency="JPY", zone="Asia/Tokyo"):
    """Events are short: (time, type, {fields}), numbered e1, e2, ..."""
    full = [dict(fields, id=fields.get("id", "e%d" % place), time=time, type=type_)
            for place, (time, type_, fields) in enumerate(events, start=1)]
    return evaluate(HEAD % (currency, zone) + body, full, clock)


def short(rows, *columns):
    return [tuple(row[name] for name in columns) for row in rows]


class Calendars(unittest.TestCase):
    def test_civil_dates_round_trip(self):
        for number in (-1, 0, 59, 10956, 11016, 20000, 2932896):
            self.assertEqual(day_number(*civil(number)), number)
        self.assertEqual(civil(day_number(2000, 2, 29)), (2000, 2, 29))

    def span(self, calendar, per, text):
        window = calendar.window(per, calendar.read_time(text))
        return calendar.write_time(window.start)[:10], calendar.write_time(window.end)[:10]

    def test_calendar_windows(self):
        calendar = Calendar("Asia/Tokyo", 20, "april", "sunday")
        # Closing day 20: June is May 21 ... June 20.
        self.assertEqual(self.span(calendar, "month", "2026-06-20"), ("2026-05-21", "2026-06-21"))
        self.assertEqual(self.span(calendar, "month", "2026-06-21"), ("2026-06-21", "2026-07-21"))
        self.assertEqual(self.span(calendar, "quarter", "2026-06-21"), ("2026-06-21", "2026-09-21"))
        self.assertEqual(self.span(calendar, "year", "2026-12-21"), ("2026-12-21", "2027-12-21"))
        self.assertEqual(self.span(calendar, "fiscal_year", "2026-03-21"), ("2026-03-21", "2027-03-21"))
        self.assertEqual(self.span(calendar, "fiscal_half", "2026-12-31"), ("2026-09-21", "2027-03-21"))
        self.assertEqual(self.span(calendar, "week", "2026-06-20"), ("2026-06-14", "2026-06-21"))  # a Saturday

    def test_closing_day_is_clamped(self):
        calendar = Calendar("UTC", 30)
        self.assertEqual(self.span(calendar, "month", "2026-03-01"), ("2026-03-01", "2026-03-31"))
        self.assertEqual(self.span(calendar, "month", "2026-03-31"), ("2026-03-31", "2026-05-01"))

    def end(self, zone, length, text):
        calendar = Calendar(zone)
        return calendar.write_time(calendar.end_of(Duration(length), calendar.read_time(text)))

    def test_durations(self):
        # The joining on June 1 is not counted: 30 days end with July 1.
        self.assertEqual(self.end("Asia/Tokyo", "30d", "2026-06-01"), "2026-07-02T00:00:00+09:00")
        self.assertEqual(self.end("UTC", "1mo", "2026-01-31T12:00:00Z"), "2026-03-01T00:00:00Z")
        self.assertEqual(self.end("UTC", "1y", "2024-02-29"), "2025-03-01T00:00:00Z")
        self.assertEqual(self.end("UTC", "36h", "2026-01-31"), "2026-02-01T12:00:00Z")

    def test_days_without_midnight(self):
        # Sao Paulo skipped 2018-11-04 00:00-01:00; Samoa skipped 2011-12-30.
        calendar = Calendar("America/Sao_Paulo")
        self.assertEqual(calendar.write_time(calendar.read_time("2018-11-04")), "2018-11-04T01:00:00-02:00")
        samoa = Calendar("Pacific/Apia")
        self.assertEqual(samoa.read_time("2011-12-30"), samoa.read_time("2011-12-31"))
        self.assertEqual(date_text(samoa.local_day(samoa.read_time("2011-12-31"))), "2011-12-31")

    def test_a_day_that_begins_twice(self):
        # St. John's turned 00:01 back to 23:01 on 2010-11-07: the day began at the first 00:00.
        calendar = Calendar("America/St_Johns")
        start = calendar.read_time("2010-11-07")
        self.assertEqual(calendar.write_time(start), "2010-11-07T00:00:00-02:30")
        self.assertEqual(date_text(calendar.local_day(start + 120000)), "2010-11-07")

    def test_times(self):
        calendar = Calendar("UTC")
        self.assertEqual(calendar.write_time(calendar.read_time("2026-01-01T00:00:00.1239+09:00")),
                         "2025-12-31T15:00:00.123Z")
        for bad in ("2026-01-01T00:00:60Z", "2026-02-30", "2026-01-01T00:00:00", "1969-12-31"):
            with self.assertRaises(ValueError):
                calendar.read_time(bad)


class Expressions(unittest.TestCase):
    NAMES = {"amount": Fraction(1000), "product": "crm", "partner.segment": "gold"}

    def value(self, text):
        return compute(parse(text), self.NAMES)

    def test_values(self):
        for text, expected in [
                ("1 + 2 * 3", Fraction(7)), ("-7 % 3", Fraction(-1)), ("7 % -3", Fraction(1)),
                ("10% * 5", Fraction(1, 2)), ("7 / 2", Fraction(7, 2)), ("1 / 3", Fraction(333333333333, 10 ** 12)),
                ("2 / 3", Fraction(666666666667, 10 ** 12)), ("amount * 10%", Fraction(100)),
                ("product in ['erp', 'crm']", True), ("has(rep) || true", True), ("missing > 1 || true", True),
                ("true || missing > 1", True), ("false && missing > 1", False), ("missing > 1 && false", False),
                ("has(missing)", False), ("has(partner.segment)", True), ("size('\\u30d1a')", Fraction(2)),
                ("product.startsWith('c') ? min(1, 2) : max(1, 2)", Fraction(1)), ("1 < 2 == true", True),
                ("!!true", True), ("--1", Fraction(1)), ("partner.segment == \"gold\"", True),
                ("amount > 500 ? 1 / 0 > 1 : true", None), ("missing == 1", None), ("amount > 'x'", None),
                ("999999999999999999 + 1", None), ("false || missing", None)]:
            with self.subTest(text):
                if expected is None:
                    with self.assertRaises(ExpressionError):
                        self.value(text)
                else:
                    self.assertEqual(self.value(text), expected)

    def test_rounding(self):
        half, minus = Fraction(5, 2), Fraction(-5, 2)
        self.assertEqual([round_fraction(half, m) for m in ("down", "up", "half_up", "half_even")], [2, 3, 3, 2])
        self.assertEqual([round_fraction(minus, m) for m in ("down", "up", "half_up", "half_even")], [-2, -3, -3, -2])


COMMISSION = "commission: {on: deal.won, of: amount, base: 15%, min: 10%, max: 40%}\n"


def won(deal, amount, **more):
    return dict({"partner": "a", "deal": deal, "amount": amount}, **more)


class Facts(unittest.TestCase):
    def amounts(self, events, **more):
        return short(ledger(COMMISSION, events, **more), "event", "amount")

    def test_commission_rounds_down_once(self):
        # 15% of 999 yen is 149.85; of 99.99 dollars 14.9985.
        self.assertEqual(self.amounts([("2026-01-01", "deal.won", won("d", 999))]), [("e1", "149")])
        self.assertEqual(self.amounts([("2026-01-01", "deal.won", won("d", "99.99"))], currency="USD"),
                         [("e1", "14.99")])

    def test_money_finer_than_the_minor_unit_is_rejected(self):
        self.assertEqual(self.amounts([("2026-01-01", "deal.won", won("d", "10.5"))]), [])

    def test_a_void_before_its_event_and_a_void_of_a_void(self):
        deal = ("2026-01-05", "deal.won", won("d", 1000))
        void = ("2026-01-01", "event.voided", {"event": "e1"})
        self.assertEqual(self.amounts([deal, void]), [])
        self.assertEqual(self.amounts([deal, void, ("2026-01-02", "event.voided", {"event": "e2"})]), [])

    def test_a_cancellation_reaches_back_only(self):
        cancel = ("2026-01-05", "deal.cancelled", {"partner": "a", "deal": "d"})
        before, after = ("2026-01-05", "deal.won", won("d", 1000)), ("2026-01-06", "deal.won", won("d", 2000))
        self.assertEqual(self.amounts([before, cancel, after]), [("e3", "300")])
        # The cancellation itself voided: both deals stand.
        self.assertEqual(self.amounts([before, cancel, after, ("2026-02-01", "event.voided", {"event": "e2"})]),
                         [("e1", "150"), ("e3", "300")])

    def test_refunds_take_from_the_earliest_with_something_left(self):
        deals = [("2026-01-01", "deal.won", won("d", 1000)), ("2026-01-02", "deal.won", won("d", 1000))]
        refund = ("2026-01-03", "deal.refunded", {"partner": "a", "deal": "d", "amount": 1500})
        # 1500 empties e1 and leaves 500 of e2: 15% of 500.
        self.assertEqual(self.amounts(deals + [refund]), [("e2", "75")])
        # A second refund takes the rest, and not below zero.
        self.assertEqual(self.amounts(deals + [refund, refund[:2] + (dict(refund[2], amount=900),)]), [])

    def test_duplicates_and_conflicts(self):
        deal = ("2026-01-01", "deal.won", won("d", 1000, id="x"))
        other = ("2026-01-01", "deal.won", won("d", 9000, id="x"))
        self.assertEqual(self.amounts([deal, deal, other]), [("x", "150")])

    def test_events_after_the_clock_wait(self):
        events = [("2026-01-01", "deal.won", won("d", 1000)), ("2026-01-02", "deal.won", won("d", 1000))]
        self.assertEqual(self.amounts(events, clock="2026-01-01"), [("e1", "150")])

    def test_no_commission_after_leaving(self):
        events = [("2026-01-01", "partner.left", {"partner": "a"}), ("2026-01-02", "deal.won", won("d", 1000)),
                  ("2026-01-03", "partner.joined", {"partner": "a"}), ("2026-01-03", "deal.won", won("d", 1000))]
        self.assertEqual(self.amounts(events), [("e4", "150")])


SAMPLE_RATE = COMMISSION + """
rules:
  course-in-30-days:
    within: 30d of partner.joined
    when: {coverage: course.completed, where: course == "basics", at_least: 100%}
    then: {rate: +5%}
"""


class Rules(unittest.TestCase):
    def course(self, rep, time):
        return (time, "course.completed", {"partner": "a", "rep": rep, "course": "basics"})

    def test_coverage_follows_the_roster(self):
        joined = [("2026-06-01", "partner.joined", {"partner": "a"}),
                  ("2026-06-01", "rep.joined", {"partner": "a", "rep": "sato"}),
                  ("2026-06-01", "rep.joined", {"partner": "a", "rep": "ito"}), self.course("sato", "2026-06-02")]
        self.assertEqual(ledger(SAMPLE_RATE, joined), [])
        # ito leaves: everyone who is left has finished.
        left = joined + [("2026-07-01T23:59:59.999+09:00", "rep.left", {"partner": "a", "rep": "ito"})]
        self.assertEqual(short(ledger(SAMPLE_RATE, left), "rate", "event", "from", "until", "recipient"),
                         [("+5%", "e5", "2026-07-01T23:59:59.999+09:00", "", "a")])
        # One millisecond later the window is over.
        late = joined + [("2026-07-02", "rep.left", {"partner": "a", "rep": "ito"})]
        self.assertEqual(ledger(SAMPLE_RATE, late), [])

    def test_rate_starts_with_later_events(self):
        events = [("2026-06-01", "partner.joined", {"partner": "a"}),
                  ("2026-06-01", "rep.joined", {"partner": "a", "rep": "sato"}),
                  ("2026-06-02", "deal.won", won("d1", 1000)), self.course("sato", "2026-06-02"),
                  ("2026-06-02", "deal.won", won("d2", 1000))]
        # Same instant, order by id: e3 before the course e4, e5 after it: 15% and 20%.
        self.assertEqual(short(ledger(SAMPLE_RATE, events), "rule", "event", "amount"),
                         [("commission", "e3", "150"), ("course-in-30-days", "e4", ""), ("commission", "e5", "200")])

    def test_once_per_occasion_and_retroactive_period(self):
        body = COMMISSION + """
rules:
  two:
    per: month
    when: {count: deal.won, at_least: 2}
    then: [{rate: 30%, from: period, lasts: period}, {cash: value * 100, hold: 30d}]
"""
        days = ("2026-01-31", "2026-02-01", "2026-02-10", "2026-02-28T23:59:59+09:00", "2026-03-01")
        rows = ledger(body, [(day, "deal.won", won("d%d" % n, 1000)) for n, day in enumerate(days)])
        # January and March have one deal each (15%), all three of February 30%.
        self.assertEqual([r["amount"] for r in rows if r["rule"] == "commission"],
                         ["150", "300", "300", "300", "150"])
        rule = [r for r in rows if r["rule"] == "two"]
        self.assertEqual(short(rule, "at", "from", "until", "amount", "payable", "id"), [
            ("2026-02-10T00:00:00+09:00", "2026-02-01T00:00:00+09:00", "2026-03-01T00:00:00+09:00", "", "",
             "two:a@2026-02-01"),
            ("2026-02-10T00:00:00+09:00", "", "", "200", "2026-03-13T00:00:00+09:00", "two:a@2026-02-01/2")])

    def test_a_later_occasion_replaces_the_rate(self):
        body = COMMISSION + """
rules:
  active-month:
    per: month
    when: {count: deal.won, at_least: 1}
    then: {rate: +5%}
"""
        events = [(day, "deal.won", won(day, 1000)) for day in ("2026-01-10", "2026-02-10", "2026-02-11")]
        rows = ledger(body, events)
        self.assertEqual(short([r for r in rows if r["kind"] == "rate"], "from", "until"), [
            ("2026-01-10T00:00:00+09:00", "2026-02-10T00:00:00+09:00"), ("2026-02-10T00:00:00+09:00", "")])
        # Before the first firing 15%; then always one +5%, never two.
        self.assertEqual([r["amount"] for r in rows if r["rule"] == "commission"], ["150", "200", "200"])

    def test_groups_and_limits_of_the_rate(self):
        body = COMMISSION + """
rules:
  a: {each: portal.login, then: [{rate: +3%, group: g}, {rate: +4%, group: g}, {rate: +50%, product: crm}]}
"""
        events = [("2026-01-01", "portal.login", {"partner": "a"}), ("2026-01-02", "deal.won", won("d", 1000)),
                  ("2026-01-03", "deal.won", won("e", 1000, product="crm"))]
        # 15% + the higher of the group, 4%; for crm 69% held at max 40%.
        self.assertEqual([r["amount"] for r in ledger(body, events) if r["rule"] == "commission"], ["190", "400"])

    def test_from_now_and_until(self):
        body = COMMISSION + """
rules:
  a: {each: deal.won, where: amount > 5000, then: {rate: 20%, from: now, until: 2026-01-10}}
"""
        events = [(t, "deal.won", won(t, 10000 if n == 1 else 1000)) for n, t in enumerate(
            ("2026-01-01", "2026-01-02", "2026-01-10T23:59:59.999+09:00", "2026-01-11"))]
        self.assertEqual([r["amount"] for r in ledger(body, events) if r["rule"] == "commission"],
                         ["150", "2000", "200", "150"])

    def test_recipients(self):
        body = """
rules:
  r: {each: deal.won, then: [{cash: 1, to: referrer}, {cash: 2, to: parent}, {cash: 3, to: parent.parent},
      {cash: 4, to: rep}, {cash: 5}]}
"""
        events = [("2026-01-01", "partner.joined", {"partner": "a", "referrer": "z", "parent": "b"}),
                  ("2026-01-01", "partner.joined", {"partner": "b", "parent": "c"}),
                  ("2026-01-02", "partner.left", {"partner": "z"}),
                  ("2026-01-02", "rep.left", {"partner": "a", "rep": "out"}),
                  ("2026-01-03", "deal.won", won("d", 1, rep="sato")),
                  ("2026-01-04", "deal.won", won("d", 1, rep="out"))]
        # z has left and gets nothing; neither does the rep that left.
        self.assertEqual(short(ledger(body, events), "recipient", "amount", "rep", "id"), [
            ("b", "2", "sato", "r!e5/2"), ("c", "3", "sato", "r!e5/3"), ("a/sato", "4", "sato", "r!e5/4"),
            ("a", "5", "sato", "r!e5/5"), ("b", "2", "out", "r!e6/2"), ("c", "3", "out", "r!e6/3"),
            ("a", "5", "out", "r!e6/5")])

    def test_links_of_the_same_instant_and_oneself(self):
        body = "rules:\n  r: {each: partner.joined, then: {cash: 1, to: referrer}}\n"
        events = [("2026-01-01", "partner.joined", {"partner": "a"}),
                  ("2026-01-01", "partner.updated", {"partner": "a", "referrer": "z"}),
                  ("2026-01-01", "partner.joined", {"partner": "b", "referrer": "b"})]
        # All partner events of the instant take effect first; oneself is no referrer.
        self.assertEqual(short(ledger(body, events), "recipient", "event"), [("z", "e1")])

    def test_rolling_window_and_anchors(self):
        body = """
rules:
  rolling: {for: customer, within: 2d, when: {count: lead.registered, at_least: 2}, then: {points: 1}}
  after: {after: meeting.held, when: {count: lead.registered, at_least: 1}, then: {points: 2}}
"""
        def lead(time):
            return (time, "lead.registered", {"partner": "a", "customer": "c"})
        # A lead of January 1 is held to the end of January 3.
        held = ledger(body, [lead("2026-01-01T15:00:00+09:00"), lead("2026-01-03T23:59:59.999+09:00")])
        self.assertEqual(short(held, "rule", "customer", "amount", "id"), [("rolling", "c", "1", "rolling:a:c")])
        self.assertEqual(ledger(body, [lead("2026-01-01T15:00:00+09:00"), lead("2026-01-04")]), [])
        # Strictly after the meeting in the order: e1 (lead) and e2 (meeting) at one instant, then e3.
        events = [lead("2026-01-01"), ("2026-01-01", "meeting.held", {"partner": "a"}), lead("2026-01-09")]
        self.assertEqual(short(ledger(body, events), "rule", "event"), [("after", "e3")])

    def test_eligible_is_asked_again(self):
        body = """
attributes: {partner: {segment: text}}
rules:
  r: {eligible: partner.segment == "x", when: {count: portal.login, at_least: 1}, then: {gift_card: 100}}
"""
        login = ("2026-01-02", "portal.login", {"partner": "a"})
        events = [login, ("2026-01-03", "partner.updated", {"partner": "a", "segment": "x"}),
                  ("2026-01-04",) + login[1:]]
        self.assertEqual(short(ledger(body, events), "event", "kind"), [("e3", "gift_card")])
        cleared = events[:2] + [("2026-01-03T12:00:00Z", "partner.updated", {"partner": "a", "segment": ""}), events[2]]
        self.assertEqual(ledger(body, cleared), [])

    def test_where_sees_attributes_as_of_the_event(self):
        body = """
attributes: {rep: {level: integer}}
rules:
  r: {for: rep, where: rep.level >= 2, when: {count: portal.login, at_least: 2}, then: {cash: value * 10.5}}
"""
        def login(time):
            return (time, "portal.login", {"partner": "a", "rep": "s"})
        level = [(time, "rep.updated", {"partner": "a", "rep": "s", "level": value})
                 for time, value in (("2026-01-01", 2), ("2026-01-03", 1), ("2026-01-05", 3))]
        # The login of the 4th happened at level 1 and never counts: e2 and e6 do; 21 yen to the rep.
        events = [level[0], login("2026-01-02"), level[1], login("2026-01-04"), level[2], login("2026-01-06")]
        self.assertEqual(short(ledger(body, events), "event", "recipient", "rep", "amount"), [("e6", "a/s", "s", "21")])

    def test_coarser_measure_asks_every_subject(self):
        body = """
rules:
  r: {for: customer, when: {count: deal.won, for: partner, at_least: 3}, then: {points: 1}}
"""
        events = [("2026-01-0%d" % (n + 1), "deal.won", won("d%d" % n, 1, customer=c))
                  for n, c in enumerate(("x", "y", "x"))]
        self.assertEqual(short(ledger(body, events), "customer", "event"), [("x", "e3"), ("y", "e3")])

    def test_identity_encodes_names(self):
        body = "rules:\n  'a:b': {for: [product, rep], when: {count: deal.won, at_least: 1}, then: {points: 1}}\n"
        rows = ledger(body, [("2026-01-01", "deal.won", won("d", 1, product="p/1", rep="佐 藤"))])
        self.assertEqual(rows[0]["id"], "a%3Ab:a:p%2F1:佐%20藤")

    def test_by_product_and_sets(self):
        body = """
commission: {on: [deal.won, deal.upsold], of: amount, base: 10%, by_product: {crm: 12.5%}, where: amount > 1}
rounding: half_even
rules:
  s: {for: customer, when: {count: meeting.held, at_least: 1}, then: {rate: 20%, lasts: 24h}}
"""
        events = [("2026-01-01", "deal.won", won("d", 20, product="crm", customer="c")),
                  ("2026-01-02", "meeting.held", {"partner": "a", "customer": "c"}),
                  ("2026-01-02", "deal.won", won("d", 100, product="crm", customer="c")),
                  ("2026-01-02", "deal.won", won("d", 100, product="crm", customer="other")),
                  ("2026-01-03", "deal.upsold", won("d", 25, customer="c")),
                  ("2026-01-03", "deal.upsold", won("d", 1, customer="c"))]
        # 12.5% of 20 = 2.5 -> 2; set to 20% for c's deals for 24 hours; 12.5 -> 12; 10% of 25 = 2.5 -> 2; filtered.
        self.assertEqual(short([r for r in ledger(body, events) if r["kind"] == "cash"], "event", "amount"),
                         [("e1", "2"), ("e3", "20"), ("e4", "12"), ("e5", "2")])


def login(day, rep=None, partner="a"):
    fields = {"partner": partner}
    if rep:
        fields["rep"] = rep
    return ("2026-%s" % day, "portal.login", fields)


def deal(day, amount, partner="a", **more):
    return ("2026-%s" % day, "deal.won", dict({"partner": partner, "deal": day, "amount": amount}, **more))


class WholeLanguage(unittest.TestCase):
    """Beyond the first subset."""

    def test_close_finds_those_who_never_started(self):
        body = """
rules:
  quiet: {for: rep, per: month, at: close, when: {count: portal.login, at_most: 1}, then: {notice: call}}
"""
        events = [("2026-01-20", "rep.joined", {"partner": "a", "rep": "s"}), login("02-01", "s"), login("02-02", "s"),
                  ("2026-03-05", "rep.left", {"partner": "a", "rep": "s"}), login("04-30")]
        # January (from the 20th): none; February: two logins; March: its life overlaps; April: over.
        self.assertEqual(short(ledger(body, events, clock="2026-05-01"), "at", "event", "id"), [
            ("2026-02-01T00:00:00+09:00", "", "quiet:a:s@2026-01-01"),
            ("2026-04-01T00:00:00+09:00", "", "quiet:a:s@2026-03-01")])

    def test_one_asking_fires_ten_thousand_multiples(self):
        body = "rules:\n  e: {when: {sum: amount, of: deal.won, every: 1}, then: {points: 1}}\n"
        deals = [("2026-01-05", "deal.won", {"partner": "a", "amount": "10002"}),
                 ("2026-01-06", "deal.won", {"partner": "a", "amount": "1"})]
        rows = ledger(body, deals)
        # Of the first deal 10,001 and 10,002 pass; the second reaches 10,003.
        self.assertEqual(len(rows), 10001)
        self.assertEqual({row["id"] for row in rows if row["event"] == "e2"}, {"e:a#10003"})
        self.assertNotIn("e:a#10001", {row["id"] for row in rows})

    def test_every_and_adding_rates(self):
        body = COMMISSION + """
rules:
  e: {when: {sum: amount, of: deal.won, every: 1000}, then: {rate: +1%}}
"""
        rows = ledger(body, [deal("01-01", 2500), deal("01-02", 100), deal("01-03", 500)])
        self.assertEqual(short([r for r in rows if r["kind"] == "rate"], "event", "id", "until"),
                         [("e1", "e:a#1", ""), ("e1", "e:a#2", ""), ("e3", "e:a#3", "")])
        # 15% of 2500; then two further points: 17% of 100 and of 500.
        self.assertEqual([r["amount"] for r in rows if r["kind"] == "cash"], ["375", "17", "85"])

    def test_tiers_and_the_highest_only(self):
        body = """
rules:
  t:
    per: month
    %s
    when: {count: portal.login}
    tiers: [{at_least: 1, then: {cash: 10}}, {at_least: 3, then: {cash: 30}}]
"""
        events = [login("01-0%d" % day) for day in (1, 2, 3)]
        self.assertEqual(short(ledger(body % "", events), "event", "amount", "id"),
                         [("e1", "10", "t:a@2026-01-01~1"), ("e3", "30", "t:a@2026-01-01~2")])
        closed = ledger(body % "at: close\n    pick: highest", events, clock="2026-02-01")
        self.assertEqual(short(closed, "amount", "id"), [("30", "t:a@2026-01-01~2")])

    def test_else_and_remind(self):
        body = """
rules:
  r:
    within: 10d of partner.joined
    when: {count: portal.login, at_least: 1}
    then: {cash: 1}
    else: {notice: missed}
    remind: {before: 3d, notice: hurry}
"""
        joined = [("2026-01-01T09:00:00+09:00", "partner.joined", {"partner": "a"}),
                  ("2026-01-06", "partner.joined", {"partner": "b"}), login("01-07", partner="b")]
        # a's ten days end with January 11; three local days before that is the 9th.
        self.assertEqual(short(ledger(body, joined, clock="2026-02-01"), "partner", "at", "id"), [
            ("b", "2026-01-07T00:00:00+09:00", "r:b"), ("a", "2026-01-09T00:00:00+09:00", "r:a+remind"),
            ("a", "2026-01-12T00:00:00+09:00", "r:a+else")])
        # Longer than the window: right after the anchor, which the reminder carries.
        rows = ledger(body.replace("3d", "30d"), joined[:1], clock="2026-01-02")
        self.assertEqual(short(rows, "at", "event", "id"), [("2026-01-01T09:00:00+09:00", "e1", "r:a+remind")])

    def test_while(self):
        body = COMMISSION + """
attributes: {partner: {vip: boolean}}
rules:
  w: {while: {is: partner.vip}, then: {rate: 30%}}
"""
        def vip(day, value):
            return ("2026-%s" % day, "partner.updated", {"partner": "a", "vip": value})
        rows = ledger(body, [deal("01-01", 100), vip("01-02", True), deal("01-03", 100), vip("01-04", False),
                             deal("01-05", 100), vip("01-06", True), ("2026-01-08", "partner.left", {"partner": "a"})])
        self.assertEqual(short([r for r in rows if r["kind"] == "rate"], "from", "until", "id"), [
            ("2026-01-02T00:00:00+09:00", "2026-01-04T00:00:00+09:00", "w:a@2026-01-02T00:00:00+09:00"),
            ("2026-01-06T00:00:00+09:00", "2026-01-08T00:00:00+09:00", "w:a@2026-01-06T00:00:00+09:00")])
        self.assertEqual([r["amount"] for r in rows if r["kind"] == "cash"], ["15", "30", "15"])

    def test_while_ends_by_time_alone(self):
        body = COMMISSION + """
rules:
  w: {while: {count: portal.login, within: 2d, at_least: 1}, then: {rate: 30%}}
"""
        rows = ledger(body, [login("01-01"), deal("01-03", 100), deal("01-04", 100)])
        # The login of the 1st is held to the end of the 3rd.
        self.assertEqual([r["amount"] for r in rows if r["kind"] == "cash"], ["30", "15"])
        self.assertEqual([r["until"] for r in rows if r["kind"] == "rate"], ["2026-01-04T00:00:00+09:00"])

    def test_limits_budget_and_exclusive(self):
        body = """
rules:
  a: {each: portal.login, limit: {times: 2, per: month}, exclusive: x, budget: 250, then: {cash: 100}}
  b: {each: portal.login, exclusive: x, then: {cash: 1}}
"""
        rows = ledger(body, [login("01-0%d" % day) for day in (1, 2, 3)] + [login("02-01")])
        # The third of January is refused by the limit, so that b has its turn; the budget cuts February's to 50.
        self.assertEqual(short(rows, "rule", "event", "amount"),
                         [("a", "e1", "100"), ("a", "e2", "100"), ("b", "e3", "1"), ("a", "e4", "50")])

    def test_contest_shares_places(self):
        body = """
rules:
  c: {per: month, contest: {by: {sum: amount, of: deal.won}, places: [{cash: 3}, {cash: 2}, {cash: 1}]}}
"""
        events = [deal("01-01", 10, "a"), deal("01-01", 20, "b"), deal("01-01", 20, "c"), deal("01-01", 5, "d")]
        self.assertEqual(short(ledger(body, events, clock="2026-02-01"), "partner", "amount", "id"), [
            ("a", "1", "c:a@2026-01-01^3"), ("b", "3", "c:b@2026-01-01^1"), ("c", "3", "c:c@2026-01-01^1")])

    RANKS = """
commission: {on: deal.won, of: amount, base: 10%%}
ranks:
  per: month
  promote: %s
  keep: 1
  levels:
    bronze: {}
    silver: {when: {count: deal.won, at_least: 2}, rate: 20%%}
"""

    def test_ranks(self):
        events = [deal("01-01", 100), deal("01-02", 100), deal("01-03", 100)]
        rows = ledger(self.RANKS % "now", events, clock="2026-04-01")
        # Silver with the second deal, whose commission is still at 10%; February is forgiven, March is not.
        self.assertEqual(short(rows, "rule", "rank", "amount", "at"), [
            ("commission", "", "10", "2026-01-01T00:00:00+09:00"),
            ("ranks", "silver", "", "2026-01-02T00:00:00+09:00"),
            ("commission", "", "10", "2026-01-02T00:00:00+09:00"),
            ("commission", "", "20", "2026-01-03T00:00:00+09:00"),
            ("ranks", "bronze", "", "2026-04-01T00:00:00+09:00")])
        closed = ledger(self.RANKS % "close", events, clock="2026-02-01")
        self.assertEqual([row["at"] for row in closed if row["rule"] == "ranks"], ["2026-02-01T00:00:00+09:00"])

    def test_brackets_and_override(self):
        body = """
commission:
  on: deal.won
  of: amount
  brackets: {per: quarter, rates: [{from: 0, rate: 10%}, {from: 1000, rate: 20%}]}
  override: [2%, 1%]
"""
        events = [("2025-12-01", "partner.joined", {"partner": "a", "parent": "b"}),
                  ("2025-12-01", "partner.joined", {"partner": "b", "parent": "c"}),
                  deal("01-01", 600), deal("01-02", 600), deal("04-01", 100)]
        # The second: 400 at 10% and 200 at 20%; the new quarter starts again.
        self.assertEqual(short(ledger(body, events), "id", "recipient", "amount"), [
            ("commission!e3", "a", "60"), ("override!e3#1", "b", "12"), ("override!e3#2", "c", "6"),
            ("commission!e4", "a", "80"), ("override!e4#1", "b", "12"), ("override!e4#2", "c", "6"),
            ("commission!e5", "a", "10"), ("override!e5#1", "b", "2"), ("override!e5#2", "c", "1")])

    def test_custom_events(self):
        body = """
events:
  order.placed: {partner: text, order: text, amount: money}
  order.returned: {partner: text, order: text, voids: order.placed by order, within: 2d}
  order.credited: {partner: text, order: text, amount: money, reduces: order.placed by order}
rules:
  r: {each: order.placed, then: {cash: amount}}
"""
        def order(day, verb, number, **more):
            return ("2026-01-0%d" % day, "order." + verb, dict({"partner": "a", "order": number}, **more))
        rows = ledger(body, [order(1, "placed", "x", amount=10), order(1, "placed", "y", amount=10),
                             order(1, "placed", "z", amount=10), order(3, "returned", "x"), order(4, "returned", "y"),
                             order(4, "credited", "z", amount=4)])
        # x was returned within two days, y a day late; z was credited in part.
        self.assertEqual(short(rows, "event", "amount"), [("e2", "10"), ("e3", "6")])

    def test_combined_conditions_and_named_measures(self):
        body = """
measures: {won: {count: deal.won}, lost: {count: deal.lost}}
rules:
  rate: {per: month, at: close, then: {cash: 1},
    when: {all: [{value: won / (won + lost), at_least: 50%}, {not: {value: won + lost, less_than: 2}}]}}
"""
        def lost(day):
            return ("2026-" + day, "deal.lost", {"partner": "a"})
        events = [deal("01-01", 1), deal("02-01", 1), lost("02-02"), deal("03-01", 1), lost("03-01"), lost("03-02")]
        # January: one deal only; February: 1 of 2; March: 1 of 3; April: no value.
        self.assertEqual(short(ledger(body, events, clock="2026-05-01"), "id"), [("rate:a@2026-02-01",)])

    def test_streak(self):
        body = """
rules:
  s: {for: rep, when: {streak: {count: portal.login, at_least: 1}, per: month, at_least: 3}, then: {points: 1}}
"""
        days = ("01-05", "02-05", "04-05", "05-05", "06-05", "07-05")
        rows = ledger(body, [login(day, "s") for day in days])
        self.assertEqual(short(rows, "event", "id"), [("e5", "s:a:s")])  # April, May, June

    def test_average_minimum_and_more_than(self):
        body = """
rules:
  avg: {when: {average: score, of: course.completed, at_least: 80}, then: {points: value}}
  low: {when: {minimum: score, of: course.completed, more_than: 70}, then: {points: 7}}
"""
        def course(day, score):
            return ("2026-01-0%d" % day, "course.completed",
                    {"partner": "a", "rep": "s", "course": "c", "score": score})
        rows = ledger(body, [course(1, 70), course(2, 90)])
        self.assertEqual(short(rows, "rule", "event", "amount"), [("avg", "e2", "80")])

    def test_for_referrer(self):
        body = """
rules:
  r: {for: referrer, when: {count: deal.won, at_least: 2}, then: {cash: 9}}
"""
        events = [("2026-01-01", "partner.joined", {"partner": "a", "referrer": "z"}),
                  ("2026-01-01", "partner.joined", {"partner": "b", "referrer": "z"}),
                  deal("01-02", 1, "a"), deal("01-03", 1, "z"), deal("01-04", 1, "b")]
        self.assertEqual(short(ledger(body, events), "partner", "recipient", "event", "id"),
                         [("z", "z", "e5", "r:z")])

    def test_active(self):
        body = """
rules:
  r: {active: {from: 2026-01-02, until: 2026-01-03}, when: {count: portal.login, at_least: 2}, then: {points: 1}}
"""
        self.assertEqual(ledger(body, [login("01-01"), login("01-03"), login("01-04")]), [])
        late = ("2026-01-03T23:59:59.999+09:00",) + login("01-03")[1:]
        self.assertEqual(short(ledger(body, [login("01-01"), login("01-02"), late]), "event"), [("e3",)])


class Readings(unittest.TestCase):
    """Where the contract leaves room."""

    def test_while_after_begins_with_its_anchor(self):
        body = """
commission: {on: deal.won, of: amount, base: 10%}
rules:
  r: {after: deal.won, while: always, then: {rate: +5%}}
"""
        # Later events than the first deal have the higher rate, the second deal too.
        rows = ledger(body, [deal("01-01", 100), deal("01-02", 100)])
        self.assertEqual(short(rows, "id", "amount"), [
            ("r:a@2026-01-01T00:00:00+09:00", ""), ("commission!e1", "10"), ("commission!e2", "15")])

    def test_a_coarser_measure_has_an_anchor_of_its_own(self):
        body = """
rules:
  r:
    for: customer
    when: {all: [{count: meeting.held, at_least: 1},
                 {count: deal.won, for: partner, within: 1d of deal.won, at_least: 2}]}
    then: {points: 1}
"""
        def won(day, customer):
            return ("2026-01-0%d" % day, "deal.won", {"partner": "a", "customer": customer})
        meeting = ("2026-01-01", "meeting.held", {"partner": "a", "customer": "c"})
        # Not c's own first deal begins the day, but the partner's.
        self.assertEqual(short(ledger(body, [meeting, won(1, "d"), won(2, "c")]), "event"), [("e3",)])
        self.assertEqual(ledger(body, [meeting, won(1, "d"), won(3, "c"), won(4, "c")]), [])

    def test_an_event_from_below_begins_the_life_up_a_link(self):
        body = """
rules:
  r: {for: referrer, per: month, at: close, when: {count: deal.won, less_than: 1}, then: {points: 1}}
"""
        joined = ("2026-01-05", "partner.joined", {"partner": "a", "referrer": "z"})
        # z has no event of its own; a itself is asked too.
        rows = ledger(body, [joined, deal("02-01", 1)], clock="2026-03-01")
        self.assertEqual(short(rows, "id"), [("r:a@2026-01-01",), ("r:z@2026-01-01",), ("r:a@2026-02-01",)])

    def test_a_rate_names_its_subject_even_when_it_left(self):
        body = """
rules:
  r: {for: rep, per: month, at: close, when: {count: portal.login, at_least: 1}, then: [{rate: 1%}, {points: 1}]}
"""
        left = ("2026-01-06", "rep.left", {"partner": "a", "rep": "s"})
        rows = ledger(body, [login("01-05", "s"), left], clock="2026-02-01")
        self.assertEqual(short(rows, "kind", "recipient"), [("rate", "a/s")])

    def test_a_streak_is_judged_as_of_its_events(self):
        body = """
attributes: {partner: {target: integer}}
rules:
  r: {when: {streak: {count: portal.login, at_least: partner.target}, per: month, at_least: 2}, then: {points: 1}}
"""
        def target(day, number):
            return ("2026-" + day, "partner.updated", {"partner": "a", "target": number})
        # January was reached with a target of 1; that it is 2 later changes nothing.
        rows = ledger(body, [target("01-01", 1), login("01-02"), target("02-01", 2), login("02-02"), login("02-03")])
        self.assertEqual(short(rows, "event"), [("e5",)])
        # Without a target January was not reached.
        self.assertEqual(ledger(body, [login("01-02"), target("02-01", 1), login("02-02")]), [])

    def test_what_ends_stands_before_what_begins(self):
        body = """
rules:
  r:
    per: month
    when: {count: deal.won, at_least: 1}
    then: {points: 1}
    else: [{notice: none}, {points: 3}]
    remind: {before: 40d, notice: hurry}
"""
        rows = ledger(body, [login("01-05")], clock="2026-02-01")
        self.assertEqual(short(rows, "id"), [
            ("r:a@2026-01-01+else",), ("r:a@2026-01-01+else/2",), ("r:a@2026-02-01+remind",)])

    def test_a_rep_exists_with_the_lifecycle_of_the_instant(self):
        body = """
commission: {on: deal.won, of: amount, base: 10%}
rules:
  r: {for: rep, while: always, then: {rate: 1%}}
"""
        def joined(rep):
            return ("2026-01-01", "rep.joined", {"partner": "a", "rep": rep})
        rows = ledger(body, [joined("s"), joined("t")])
        self.assertEqual(short(rows, "id", "event"), [
            ("r:a:s@2026-01-01T00:00:00+09:00", "e1"), ("r:a:t@2026-01-01T00:00:00+09:00", "e1")])


if __name__ == "__main__":
    unittest.main()
