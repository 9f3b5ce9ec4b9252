#!/usr/bin/env python3
"""prm diff, with amounts that are worked out by hand.

    test_diff.py PRM [unittest arguments]     PRM is the path of the tool
"""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest

PRM = ""

A = """\
prm: 1
program: a
currency: USD
timezone: Asia/Tokyo
events:
  deal.won: {region?: text}
attributes:
  partner: {tier: text}
commission: {on: deal.won, of: amount, where: 'region != "test"', base: 10%}
rules:
  two-leads: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 50}}
  stars: {for: partner, when: {count: lead.registered, at_least: 1}, then: {points: 7}}
"""

B = """\
prm: 1
program: b
currency: USD
timezone: Asia/Tokyo
events:
  deal.won: {region?: text}
commission: {on: deal.won, of: amount, where: 'region != "test"', base: 10%}
rules:
  faster: {for: partner, when: {count: lead.registered, at_least: 3}, then: {rate: +5%, from: now}}
  two-leads: {for: rep, when: {count: lead.registered, at_least: 2}, then: {gift_card: 60}}
  first-win: {for: partner, per: month, when: {count: deal.won, at_least: 1}, then: {cash: 100}}
"""

# acme: 1000 - 200 refunded in June, after three leads; 500 in July, cancelled. globex: 10.55 in July,
# and a test that earns nothing.
EVENTS = """\
id,type,time,partner,rep,deal,region,amount
l1,lead.registered,2026-06-01,acme,sato,,,
l2,lead.registered,2026-06-02,acme,sato,,,
l3,lead.registered,2026-06-03,acme,kato,,,
w1,deal.won,2026-06-30T23:30:00+09:00,acme,sato,d1,eu,1000
w2,deal.won,2026-07-02,acme,sato,d2,eu,500
w3,deal.won,2026-07-03,globex,,d3,eu,10.55
r1,deal.refunded,2026-07-04,acme,,d1,,200
c1,deal.cancelled,2026-07-05,acme,,d2,,
w4,deal.won,2026-07-06,globex,,d4,test,77
"""

COLUMNS = "level,rule,month,partner,kind,a,b,change,outcomes_a,outcomes_b,added,removed,changed,why"


class Diff(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        for name, text in (("a.yaml", A), ("b.yaml", B), ("events.csv", EVENTS)):
            self.write(name, text)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def prm(self, *words, status=0):
        done = subprocess.run([PRM, *words], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=120)
        out, errors = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, out + errors)
        return out, errors

    def diff(self, *words, first="a.yaml", second="b.yaml"):
        return self.prm("diff", first, second, "--events", "events.csv", *words)[0]

    def rows(self, *words, **programs):
        """(level, key, kind) -> the other cells."""
        found = {}
        for row in csv.DictReader(io.StringIO(self.diff("--format", "csv", *words, **programs))):
            key = row["rule"] or row["month"] or row["partner"]
            found[row["level"], key, row["kind"]] = row
        return found

    def expect(self, rows, key, a, b, change, why=None):
        row = rows[key]
        self.assertEqual((row["a"], row["b"], row["change"]), (a, b, change), row)
        if why is not None:
            self.assertEqual(row["why"], why)

    def test_figures(self):
        """The refund and the cancellation count, the test region is a deal without revenue."""
        rows = self.rows()
        self.expect(rows, ("figures", "", "cost"), "131.05", "381.05", "250.00")
        self.expect(rows, ("figures", "", "revenue"), "810.55", "810.55", "0.00")
        self.expect(rows, ("figures", "", "share_of_revenue_percent"), "16.17", "47.01", "")
        self.expect(rows, ("figures", "", "won_deals"), "3", "3", "0")
        self.expect(rows, ("figures", "", "cost_per_won_deal"), "43.68", "127.02", "83.34")

    def test_rules(self):
        rows = self.rows("--by", "rule")
        self.expect(rows, ("rule", "commission", "cash"), "81.05", "121.05", "40.00")
        self.assertEqual(rows["rule", "commission", "cash"]["why"],
                         "1 of another amount or date; from faster")
        self.expect(rows, ("rule", "two-leads", "gift_card"), "50.00", "60.00", "10.00",
                    "1 of another amount or date")
        self.expect(rows, ("rule", "first-win", "cash"), "0.00", "200.00", "200.00", "only in B, 2 more")
        self.expect(rows, ("rule", "stars", "points"), "7", "0", "-7", "only in A, 1 fewer")
        self.expect(rows, ("rule", "faster", "rate"), "", "", "", "only in B, 1 more")
        self.assertEqual({key[0] for key in rows}, {"rule"})

    def test_months(self):
        """June ends in the program's zone: 23:30 in Tokyo is still June."""
        rows = self.rows("--by", "month")
        self.expect(rows, ("month", "2026-06", "cash"), "80.00", "220.00", "140.00",
                    "first-win +100.00, commission +40.00")
        self.expect(rows, ("month", "2026-07", "cash"), "1.05", "101.05", "100.00", "first-win +100.00")

    def test_partners(self):
        """What a partner's reps receive is the partner's; gains come first."""
        out = self.diff("--by", "partner", "--format", "csv")
        self.assertEqual([line.split(",")[3:8] for line in out.splitlines()[1:]], [
            ["acme", "cash", "80.00", "220.00", "140.00"],
            ["globex", "cash", "1.05", "101.05", "100.00"],
            ["acme", "gift_card", "50.00", "60.00", "10.00"],
            ["acme", "points", "7", "0", "-7"],
        ])

    def test_outcomes(self):
        out = self.diff("--by", "outcome", "--format", "csv")
        rows = {row["id"]: row for row in csv.DictReader(io.StringIO(out))}
        self.assertEqual({key: (row["change"], row["a"], row["b"]) for key, row in rows.items()}, {
            "commission!w1": ("changed", "80.00", "120.00"),
            "two-leads:acme:sato": ("changed", "50.00", "60.00"),
            "stars:acme": ("removed", "7", ""),
            "faster:acme": ("added", "", "+5%"),
            "first-win:acme@2026-06-01": ("added", "", "100.00"),
            "first-win:globex@2026-07-01": ("added", "", "100.00"),
        })
        self.assertEqual(rows["commission!w1"]["at_b"], "2026-06-30T23:30:00+09:00")

    def test_same_program(self):
        rows = self.rows(second="a.yaml")
        for key, row in rows.items():
            self.assertEqual(row["a"], row["b"], key)
            self.assertIn(row["change"], ("", "0", "0.00"), key)
            self.assertEqual(row["why"], "", key)
        self.assertEqual(self.diff("--format", "csv", "--by", "rule", "--changes", second="a.yaml"), COLUMNS + "\n")

    def test_limit(self):
        """The largest changes, in the order of the level."""
        out = self.diff("--by", "partner", "--format", "csv", "--limit", "2")
        self.assertEqual([line.split(",")[3:5] for line in out.splitlines()[1:]],
                         [["acme", "cash"], ["globex", "cash"]])

    def test_formats(self):
        rows = [json.loads(line) for line in self.diff("--format", "ndjson").splitlines()]
        self.assertIn({"level": "figures", "kind": "cost", "a": 131.05, "b": 381.05, "change": 250.00}, rows)
        table = self.diff("--format", "table")
        self.assertIn("Per partner: who gains, who loses\npartner  kind", table)
        self.assertNotIn("figures", table)
        self.assertNotIn("\033", table)

    def test_clock(self):
        """Both stand at the latest event that either knows; --clock moves both."""
        rows = self.rows("--by", "figures", "--clock", "2026-07-01")
        self.expect(rows, ("figures", "", "revenue"), "1000.00", "1000.00", "0.00")

    def test_assume(self):
        """B's side alone: of five wins at 120% six, at 50% the nearest to two and a half."""
        events = "id,type,time,partner,deal,region,amount\n" + "".join(
            "w%d,deal.won,2026-06-%02d,acme,d%d,eu,100\n" % (i, i, i) for i in range(1, 6))
        self.write("events.csv", events)
        for scale, won in (("+20%", "6"), ("50%", "3"), ("-100%", "0"), ("100%", "5"), ("+0.5%", "5"),
                           ("300%", "15")):
            with self.subTest(scale=scale):
                self.write("more.yaml", "assume: 1\nscale: {deal.won: %s}\n" % scale)
                rows = self.rows("--by", "figures", "--assume", "more.yaml", second="a.yaml")
                self.assertEqual(rows["figures", "", "won_deals"]["a"], "5")
                self.assertEqual(rows["figures", "", "won_deals"]["b"], won)
                self.assertEqual(rows["figures", "", "revenue"]["b"], won + "00.00" if won != "0" else "0.00")

    def test_wrong_assumptions(self):
        for text, says in (("assume: 1\nscale: {deal.wonn: 120%}\n", "no event type 'deal.wonn'"),
                           ("assume: 1\nscale: {deal.won: 120}\n", "a scale is a percentage"),
                           ("assume: 1\nscale: {deal.won: -101%}\n", "a scale is a percentage"),
                           ("assume: 1\nscale: {deal.won: 99999%}\n", "a scale is a percentage"),
                           ("assume: 1\nscale: [deal.won]\n", "'scale' is a mapping"),
                           ("scale: {deal.won: 120%}\n", "'assume: 1' is missing"),
                           ("assume: 1\n", "'scale' is missing"),
                           ("assume: 1\nscales: {}\n", "did you mean 'scale'?")):
            with self.subTest(text=text):
                self.write("more.yaml", text)
                errors = self.prm("diff", "a.yaml", "b.yaml", "--events", "events.csv", "--assume", "more.yaml",
                                  status=1)[1]
                self.assertIn(says, errors)
        errors = self.prm("diff", "a.yaml", "b.yaml", "--events", "events.csv", "--assume", "none.yaml",
                          status=2)[1]
        self.assertIn("prm: none.yaml: No such file", errors)

    def test_misuse(self):
        self.write("yen.yaml", B.replace("USD", "JPY"))
        for words, status, says in (
                (("a.yaml", "--events", "events.csv"), 2, "A B is missing"),
                (("a.yaml", "b.yaml", "--events", "-"), 2, "read twice"),
                (("a.yaml", "b.yaml", "--events", "events.csv", "--by", "rep"), 2, "--by is figures"),
                (("a.yaml", "yen.yaml", "--events", "events.csv"), 1, "different currencies: USD and JPY"),
                (("a.yaml", "none.yaml", "--events", "events.csv"), 2, "none.yaml: No such file")):
            with self.subTest(words=words):
                self.assertIn(says, self.prm("diff", *words, status=status)[1])

    def test_bad_rows_once(self):
        """What is wrong with a row is said once, and both summaries count it."""
        self.write("events.csv", EVENTS + "x1,deal.won,soon,acme,,,,\n")
        errors = self.prm("diff", "a.yaml", "b.yaml", "--events", "events.csv", status=1)[1]
        self.assertEqual(errors.count("events.csv:11: "), 1)
        self.assertEqual(errors.count("unreadable 1,"), 2)
        self.assertIn("A is a.yaml\n", errors)
        self.assertIn("B is b.yaml\n", errors)


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
