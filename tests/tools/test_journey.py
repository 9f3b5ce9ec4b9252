#!/usr/bin/env python3
"""prm journey, with numbers that are counted by hand.

    test_journey.py PRM [unittest arguments]     PRM is the path of the tool
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

PRM = ""

PROGRAM = """\
prm: 1
program: journey
currency: JPY
timezone: Asia/Tokyo
commission: {on: deal.won, of: amount, base: 10%}
journey:
  learned: {title: 学習した, when: {count: course.completed, at_least: 1}}
  lead: {when: {count: lead.registered, at_least: 1}}
  won: {title: 受注, when: {count: deal.won, at_least: 1}}
"""

# The clock ends on July 1: April 2 is 90 days before, April 3 is 89. gone has left, with a deal that stands; of
# d1 a part was refunded.
EVENTS = """\
id,type,time,partner,rep,deal,amount,course
a,rep.joined,2026-01-01,acme,ito,,,
b,course.completed,2026-02-01,acme,sato,,,basics
c,deal.won,2026-02-10,acme,sato,d1,1000,
d,course.completed,2026-04-02,acme,kato,,,basics
e,lead.registered,2026-04-03,acme,mori,,,
f,lead.registered,2026-07-01,beta,abe,,,
g,deal.won,2026-03-01,gone,,d2,500,
h,partner.left,2026-03-02,gone,,,,
i,deal.refunded,2026-03-03,acme,,d1,250,
j,partner.joined,2026-05-01,new,,,,
"""


class Journey(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        for name, text in (("program.yaml", PROGRAM), ("events.csv", EVENTS)):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def prm(self, *words, status=0, verb="journey", env=None):
        done = subprocess.run([PRM, verb, "program.yaml", "--events", "events.csv", *words], cwd=self.folder,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                              env={**os.environ, "LC_ALL": "C", **(env or {})})
        out, errors = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, out + errors)
        return out, errors

    def rows(self, part, *columns, words=()):
        """The rows of a part, of the columns what is not empty."""
        out = self.prm("--format", "csv", "--by", part, *words)[0]
        return [" ".join(row[name] for name in columns if row[name]) for row in csv.DictReader(io.StringIO(out))]

    def test_funnel(self):
        columns = ("partner", "stage", "count", "reached", "percent", "stopped")
        self.assertEqual(self.rows("funnel", *columns), [
            "1 5 100.00 0", "learned 1 4 80.00 1", "lead 2 3 60.00 0", "won 1 1 20.00 0",
            "acme 1 4 100.00 0", "acme learned 1 3 75.00 1", "acme lead 1 2 50.00 0", "acme won 1 1 25.00 0",
            "beta 0 1 100.00 0", "beta learned 0 1 100.00 0", "beta lead 1 1 100.00 0", "beta won 0 0 0.00 0"])

    def test_partners(self):
        columns = ("partner", "stage", "count", "percent", "idle_days", "state", "won", "revenue")
        self.assertEqual(self.rows("partner", *columns), [
            "acme won 4 60.00 89 active 1 750", "beta lead 1 0.00 0 active 0 0",
            "new 0 0.00 not_started 0 0", "gone 0 40.00 left 1 500"])
        self.assertEqual(self.rows("partner", *columns, words=("--dormant", "89"))[0], "acme won 4 60.00 89 dormant 1 750")

    def test_reps(self):
        columns = ("partner", "rep", "stage", "since", "last", "idle_days", "state")
        day = "T00:00:00+09:00"
        expected = ["acme ito not_started", "acme kato learned 2026-04-02%s 2026-04-02%s 90 stopped" % (day, day),
                    "acme mori lead 2026-04-03%s 2026-04-03%s 89 active" % (day, day),
                    "acme sato won 2026-02-10%s 2026-02-10%s 141 arrived" % (day, day),
                    "beta abe lead 2026-07-01%s 2026-07-01%s 0 active" % (day, day)]
        self.assertEqual(self.rows("rep", *columns), expected)
        self.assertEqual(self.rows("rep", *columns, words=("--stopped",)), expected[:2])
        self.assertEqual(self.rows("rep", *columns, words=("--partner", "beta")), expected[4:])

    def test_split(self):
        """Four partners, so the first of them is the top fifth."""
        columns = ("level", "count", "percent", "won", "revenue")
        self.assertEqual(self.rows("split", *columns), ["top 1 60.00 1 750", "rest 3 40.00 1 500"])

    def test_clock(self):
        self.assertEqual(self.rows("rep", "rep", "state", words=("--clock", "2026-10-01"))[-1], "abe stopped")

    def test_parts(self):
        out = self.prm("--format", "ndjson", "--quiet")[0]
        levels = [json.loads(line)["level"] for line in out.splitlines()]
        self.assertEqual(sorted(set(levels)), ["funnel", "partner", "rep", "rest", "top"])
        out = self.prm("--format", "csv", "--partner", "acme")[0]
        self.assertEqual({row["level"] for row in csv.DictReader(io.StringIO(out))}, {"funnel", "partner", "rep"})

    def test_language(self):
        table = ("--format", "table", "--quiet")
        self.assertIn("Who stands where", self.prm(*table)[0])
        for words, env in ((("--lang", "ja"), None), ((), {"LC_ALL": "ja_JP.UTF-8"})):
            said = self.prm(*table, *words, env=env)[0]
            for part in ("（全体）", "誰がどの段階にいるか", "休眠", "未着手", "上位2割", "2026-02-10 "):
                self.assertIn(part, said if part != "休眠" else self.prm(*table, *words, "--dormant", "9", env=env)[0])
            self.assertNotIn("T00:00", said)
        self.assertEqual(self.prm("--format", "csv", "--lang", "ja"), self.prm("--format", "csv"))

    def test_misuse(self):
        self.assertIn("--by is funnel, partner, rep or split", self.prm("--by", "week", status=2)[1])
        self.assertIn("--lang is en or ja", self.prm("--lang", "de", status=2)[1])
        self.prm("--dormant", "0", status=2)
        self.assertIn("no event has named that partner", self.prm("--partner", "nobody", status=1)[1])
        with open(os.path.join(self.folder, "program.yaml"), "w", encoding="utf-8") as file:
            file.write(PROGRAM.partition("journey:\n")[0])
        self.assertIn("has no `journey:`", self.prm(status=1)[1])

    def test_report(self):
        """The funnel of the report is that of the journey."""
        said = self.prm("-o", "-", "--quiet", verb="report")[0]
        said = " ".join(re.sub("<[^>]*>", " ", said).split())
        for part in ("How far reps come", "学習した 4 (80.00%)", "受注 1 (20.00%)",
                     "none yet 1 0 学習した 1 1 lead 2 0 受注 1 0"):
            self.assertIn(part, said)
        self.assertNotIn("How far partners come", said)


if __name__ == "__main__":
    PRM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
