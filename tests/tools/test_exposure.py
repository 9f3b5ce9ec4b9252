#!/usr/bin/env python3
"""prm check --exposure, with amounts that are worked out by hand.

    test_exposure.py PRM [unittest arguments]     PRM is the path of the tool
"""

import csv
import io
import os
import subprocess
import sys
import tempfile
import unittest

PRM = ""

PROGRAM = """\
prm: 1
program: exposure
currency: USD
timezone: UTC
commission: {on: deal.won, of: amount, base: 10%}
rules:
  monthly: {for: partner, per: month, when: {count: meeting.held, at_least: 1}, then: {cash: 100}}
  once: {for: rep, when: {count: meeting.held, at_least: 1}, then: [{gift_card: 12.50}, {points: 3}]}
  share: {for: partner, when: {count: deal.won, at_least: 1}, then: {cash: amount * 1%}}
  capped: {each: meeting.held, then: {cash: 10}, budget: 25}
  loose: {for: partner, when: {count: deal.won, at_least: 1}, then: {cash: 5}, budget: 1000}
  steps:
    for: partner
    per: quarter
    when: {count: lead.registered}
    tiers: [{at_least: 1, then: {cash: 20}}, {at_least: 5, then: {cash: 30}}]
  top:
    for: partner
    per: half
    contest: {by: {count: deal.won}, places: [[{cash: 300}], {cash: 200}]}
"""

# 73 days, a fifth of a year, from the first event to the last; two partners and three reps.
EVENTS = """\
id,type,time,partner,rep,deal,amount
m1,meeting.held,2026-01-01,acme,sato,,
m2,meeting.held,2026-02-01,acme,kato,,
m3,meeting.held,2026-02-02,globex,ito,,
w1,deal.won,2026-03-15,acme,,d1,1000
"""


class Exposure(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        for name, text in (("program.yaml", PROGRAM), ("events.csv", EVENTS)):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def prm(self, *words, status=0):
        done = subprocess.run([PRM, "check", "program.yaml", *words], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=120)
        out, errors = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, out + errors)
        return out, errors

    def test_amounts(self):
        out, _ = self.prm("--exposure", "--events", "events.csv", "--format", "csv")
        rows = {(row["rule"], row["kind"]): (row["outcomes"], row["observed"], row["a_year"], row["subjects"],
                                             row["at_most"], row["budget"], row["why"])
                for row in csv.DictReader(io.StringIO(out))}
        everyone = "every subject, in every occasion"
        self.assertEqual(rows, {
            ("commission", "cash"): ("1", "100.00", "500.00", "", "", "", "grows with what is sold"),
            ("monthly", "cash"): ("3", "300.00", "1500.00", "2", "2400.00", "", everyone),
            ("once", "gift_card"): ("3", "37.50", "187.50", "3", "37.50", "", everyone),
            ("once", "points"): ("3", "9", "45", "3", "9", "", everyone),
            ("share", "cash"): ("1", "10.00", "50.00", "2", "", "", "grows with amounts"),
            ("capped", "cash"): ("3", "25.00", "125.00", "0", "25.00", "25.00",
                                 "the budget, which does not last a year at the observed rate"),
            ("loose", "cash"): ("1", "5.00", "25.00", "2", "10.00", "1000.00", everyone),
            ("steps", "cash"): ("0", "0.00", "0.00", "2", "400.00", "", everyone),
            ("top", "cash"): ("0", "0.00", "0.00", "2", "1000.00", "", everyone),
        })

    def test_misuse(self):
        self.assertIn("--events FILE is missing", self.prm("--exposure", status=2)[1])
        self.assertIn("goes with --exposure", self.prm("--events", "events.csv", status=2)[1])
        self.assertIn("takes one program", self.prm("program.yaml", "--exposure", "--events", "events.csv", status=2)[1])


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
