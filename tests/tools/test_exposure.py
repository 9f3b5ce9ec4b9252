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
  picked:
    for: partner
    per: quarter
    at: close
    pick: highest
    when: {count: lead.registered}
    tiers: [{at_least: 1, then: {cash: 20}}, {at_least: 5, then: {cash: 30}}]
  limited: {for: rep, per: month, when: {count: meeting.held, at_least: 1}, then: {cash: 10}, limit: {times: 2, per: year}}
  shared: {for: rep, per: month, when: {count: meeting.held, at_least: 1}, then: {cash: 10}, limit: {times: 3, for: partner, per: half}}
  steps-limited:
    for: partner
    per: quarter
    when: {count: lead.registered}
    tiers: [{at_least: 1, then: {cash: 20}}, {at_least: 5, then: {cash: 30}}]
    limit: {times: 5, per: year}
  each-limited: {each: meeting.held, then: {cash: 10}, limit: {times: 2, per: month}}
  each-of-reps: {each: meeting.held, for: rep, then: {cash: 10}, limit: {times: 2, per: month}}
  every-limited: {for: rep, when: {count: meeting.held, every: 1}, then: {cash: 10}, limit: {times: 4}}
  by-customer: {each: deal.won, then: {cash: 10}, limit: {times: 1, for: customer}}
  capped-share: {for: partner, when: {count: deal.won, at_least: 1}, then: {cash: amount * 1%}, max: 7.50}
  capped-fixed: {for: partner, when: {count: deal.won, at_least: 1}, then: [{cash: 20}, {points: 9}], max: 7.50}
  otherwise: {for: partner, per: half, when: {count: deal.lost, at_least: 1}, then: {cash: 1}, else: {cash: 2}, limit: {times: 1}}
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
        limit = "every subject, as often as the limit allows"
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
            ("picked", "cash"): ("0", "0.00", "0.00", "2", "240.00", "", everyone),  # 30 x 4 quarters x 2
            ("limited", "cash"): ("3", "30.00", "150.00", "3", "60.00", "", limit),  # 10 x 2 x 3 reps
            ("shared", "cash"): ("3", "30.00", "150.00", "3", "120.00", "", limit),  # 10 x 3 x 2 halves x 2 partners
            # 2 partners may have 5 each; of 8 quarters' 30s all, and two of the 20s
            ("steps-limited", "cash"): ("0", "0.00", "0.00", "2", "280.00", "", limit),
            ("each-limited", "cash"): ("3", "30.00", "150.00", "0", "480.00", "", limit),  # 10 x 2 x 12 x 2
            ("each-of-reps", "cash"): ("3", "30.00", "150.00", "0", "", "", "grows with the number of events"),
            ("every-limited", "cash"): ("3", "30.00", "150.00", "3", "120.00", "", limit),
            ("by-customer", "cash"): ("1", "10.00", "50.00", "0", "", "", "grows with the number of events"),
            ("capped-share", "cash"): ("1", "7.50", "37.50", "2", "15.00", "", everyone),
            ("capped-fixed", "cash"): ("1", "7.50", "37.50", "2", "15.00", "", everyone),
            ("capped-fixed", "points"): ("1", "9", "45", "2", "18", "", everyone),
            ("otherwise", "cash"): ("0", "0.00", "0.00", "2", "4.00", "", limit),
            ("top", "cash"): ("0", "0.00", "0.00", "2", "1000.00", "", everyone),
        })

    def test_misuse(self):
        self.assertIn("--events FILE is missing", self.prm("--exposure", status=2)[1])
        self.assertIn("goes with --exposure", self.prm("--events", "events.csv", status=2)[1])
        self.assertIn("takes one program", self.prm("program.yaml", "--exposure", "--events", "events.csv", status=2)[1])


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
