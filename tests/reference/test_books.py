#!/usr/bin/env python3
"""Hand-worked cases of settling in the reference evaluator, and of the table of features."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from case import Case  # noqa: E402
from features import IMPOSSIBLE, PAIRS, Tally, pair_of  # noqa: E402

HEAD = """prm: 1
program: books
currency: JPY
commission: {on: deal.won, of: amount, base: 10%}
rules:
  three:
    per: month
    when: {count: deal.won, at_least: 3}
    then: {rate: +5%, from: period, lasts: period}
"""


def deal(id_, day, amount=1000, number="n"):
    return '{"id": "%s", "type": "deal.won", "time": "2026-01-%02d", "partner": "a", "deal": "%s", "amount": %d}' % (
        id_, day, number, amount)


def other(id_, type_, day, **fields):
    more = "".join(', "%s": "%s"' % item for item in fields.items())
    return '{"id": "%s", "type": "%s", "time": "2026-01-%02d"%s}' % (id_, type_, day, more)


def told(*lines):
    """(answers, [(id, amount or rate, from)])."""
    answers, _, table = Case(HEAD, list(lines), None).told_reference().partition("\n")
    rows = [line.split(",") for line in table.splitlines()[1:]]
    return answers.split(", "), [(row[16], row[8] or row[9], row[12][:10]) for row in rows]


class Settling(unittest.TestCase):
    def test_news_of_settled_time_is_too_late(self):
        answers, rows = told(deal("d1", 3), deal("d2", 10), "settle 2026-01-05",
                             deal("x", 4), deal("d1", 3), deal("d1", 4),
                             other("v", "event.voided", 11, event="d1"),
                             other("c", "deal.cancelled", 9, partner="a", deal="n"))
        self.assertEqual(answers[2:], ["too late", "duplicate", "rejected", "too late", "too late"])
        self.assertEqual(rows, [("commission!d1", "100", ""), ("commission!d2", "100", "")])

    def test_what_matches_open_events_too_works_on_these(self):
        answers, rows = told(deal("d1", 3), deal("d2", 8), "settle 2026-01-05",
                             other("c", "deal.cancelled", 9, partner="a", deal="n"))
        self.assertEqual(answers[2:], ["accepted"])
        self.assertEqual(rows, [("commission!d1", "100", "")])

    def test_a_refund_keeps_what_it_took(self):
        _, rows = told(deal("d1", 3), deal("d2", 8, 500),
                       other("f", "deal.refunded", 9, partner="a", deal="n", amount="1200"),
                       "settle 2026-01-05", other("v", "event.voided", 10, event="f"))
        self.assertEqual(rows, [("commission!d2", "50", "")])

    def test_a_rate_granted_later_begins_at_the_settled_instant(self):
        _, rows = told(deal("d1", 3), deal("d2", 8), "settle 2026-01-05", deal("d3", 9))
        self.assertEqual(rows, [("commission!d1", "100", ""), ("commission!d2", "150", ""),
                                ("three:a@2026-01-01", "+5%", "2026-01-05"), ("commission!d3", "150", "")])

    def test_a_rate_granted_before_keeps_its_start_and_what_it_gave(self):
        _, rows = told(deal("d1", 3), deal("d2", 8), deal("d3", 9), "settle 2026-01-05",
                       other("v", "event.voided", 10, event="d3"))
        self.assertEqual(rows, [("commission!d1", "150", ""), ("commission!d2", "100", "")])
        _, rows = told(deal("d1", 3), deal("d2", 8), deal("d3", 9), "settle 2026-01-05",
                       other("v", "event.voided", 10, event="d3"), deal("d4", 11))
        self.assertEqual(rows[2], ("three:a@2026-01-01", "+5%", "2026-01-01"))

    def test_the_settled_instant_is_open_and_nothing_is_settled_twice(self):
        answers, _ = told(deal("d1", 10), "settle 2026-01-05", "settle 2026-01-02", deal("x", 3), deal("y", 5))
        self.assertEqual(answers[1:], ["too late", "accepted"])


class Features(unittest.TestCase):
    def test_what_is_ruled_out(self):
        for one, other_ in (("for rep", "for partner"), ("contest", "else"), ("while", "hold"),
                            ("pick highest", "reach"), ("else rate", "each"), ("rank action", "for rep"),
                            ("keep 0", "keep 1")):
            self.assertIn(frozenset((one, other_)), IMPOSSIBLE)
            self.assertNotIn(pair_of(one, other_), PAIRS)
        for one, other_ in (("tiers", "close"), ("every", "close"), ("else", "for customer"),
                            ("measure sum", "measure count"), ("lasts", "until"), ("voided", "contest"),
                            ("brackets", "rate set")):
            self.assertIn(pair_of(one, other_), PAIRS)

    def test_a_pair_of_rules_is_reached_in_one_rule_with_a_row(self):
        tally = Tally()
        parts = {"r1": {"each", "max"}, "r2": {"reach", "budget"}, "r3": {"every", "hold"}, "": {"zone UTC"}}
        rows = [{"rule": "r1", "id": "r1!e1"}, {"rule": "r2", "id": "r2:a"}]
        tally.add(parts, rows, {"voided": 2, "rounding tie": 1})
        self.assertIn(pair_of("each", "max"), tally.pairs)
        self.assertNotIn(pair_of("each", "budget"), tally.pairs)
        self.assertNotIn(pair_of("every", "hold"), tally.pairs)
        self.assertIn(pair_of("max", "voided"), tally.pairs)
        self.assertIn(pair_of("zone UTC", "reach"), tally.pairs)
        self.assertNotIn("rounding tie", tally.features)
        self.assertEqual(tally.near["rounding tie"], 1)

    def test_an_end_needs_a_row_of_its_own(self):
        tally = Tally()
        tally.add({"r": {"else", "remind", "reach"}}, [{"rule": "r", "id": "r:a@2026-01-01+else/2"}], {})
        self.assertIn("else", tally.features)
        self.assertNotIn("remind", tally.features)


if __name__ == "__main__":
    unittest.main()
